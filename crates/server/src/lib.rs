//! The ground floor: HTTP, sessions, permission, configuration, the command line. `main.rs` only opens the door.
pub mod access;
pub mod cli;
pub mod config;
pub mod http;
pub mod keys;
pub mod logs;
pub mod metrics;
pub mod post;
pub mod report;
pub mod rounds;
pub mod stream;
pub mod terms;
pub mod watch;
pub mod words;
