//! The one engine for every deadline in the house: a clock is a stop-watch over a calendar, its events say how it got there.
//!
//! [`begin`] makes clocks, [`hear`] lets one hear a fact, [`tick`] tells what fell due, [`tighten`], [`loosen`] and
//! [`recalendar`] change the terms of a running one, [`replay`] and [`explain`] read its history through the same functions.
mod clock;
mod engine;
mod explain;
mod retarget;
mod terms;
pub use clock::*;
pub use engine::{Because, Event, Step, What, begin, hear, replay, tick, waive};
pub use explain::{Line, explain, target_text};
pub use retarget::{carry_on, join, loosen, recalendar, tighten};
pub use terms::*;
#[cfg(test)]
mod tests;
