//! Use cases through the desk's public doors, each on both databases.
mod access;
mod account;
mod attachment;
mod keeping;
mod people;
mod talk;
mod view;
mod world;
