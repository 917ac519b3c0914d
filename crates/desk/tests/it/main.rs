//! Use cases through the desk's public doors, each on both databases.
#![expect(clippy::unwrap_used, reason = "a test may")]
mod access;
mod account;
mod attachment;
mod keeping;
mod people;
mod talk;
mod view;
mod week;
mod world;
