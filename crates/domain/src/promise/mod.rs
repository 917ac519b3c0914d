//! The one engine for every deadline in the house: a clock is a stop-watch over a calendar, its events say how it got there.
mod terms;
pub use terms::*;
