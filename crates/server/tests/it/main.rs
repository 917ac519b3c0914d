//! The server over real sockets, each test on a database of its own, on both databases. Time is a wound watch: nothing sleeps.
#![expect(clippy::unwrap_used, reason = "a test may")]
mod bookings;
mod coverage;
mod day;
mod embeds;
mod frame;
mod house;
mod line;
mod queue;
mod reports;
mod rooms;
mod tickets;
mod tools;
mod trials;
mod words;
