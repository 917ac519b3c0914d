//! The channels against programs we did not write: Debian's postfix, and the `standardwebhooks` package for Python.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]
mod mail;
mod postfix;
mod tools;
mod webhook;
