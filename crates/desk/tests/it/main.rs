//! Use cases through the desk's public doors, each on both databases.
#![expect(clippy::unwrap_used, reason = "a test may")]
mod access;
mod account;
mod attachment;
mod deliverable;
mod grant;
mod guide;
mod keeping;
mod pass;
mod people;
mod preview;
mod rating;
mod talk;
mod tools;
mod view;
mod week;
mod world;
