//! Work the house does by itself. A chore takes no hint of what changed: it looks, compares, repairs, and says what it did; a second
//! round right after finds nothing to do. The server runs each on its own thread, by the clock and when nudged.
mod alarm;
mod deliver;
mod files;
mod follow;
mod plans;
mod recalendar;
mod sweep;
mod tick;

pub use alarm::RingAlarms;
pub use deliver::PlanDeliverables;
pub use files::KeepFiles;
pub use follow::FollowLog;
pub use plans::FollowPlans;
pub use recalendar::{Recalendar, confirm_calendar};
pub use sweep::Sweep;
pub use tick::Tick;

use crate::{Desk, Fault};
use domain::kit::{At, Span};
use store::chore::Round;

/// What one round came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    pub looked_at: u32,
    pub did: u32,
    /// More is waiting: the next round follows at once.
    pub left_over: u32,
}

pub trait Chore: Send + Sync {
    fn name(&self) -> &'static str;
    /// The topic whose nudge wakes it; empty: none.
    fn wakes_on(&self) -> &'static str {
        ""
    }
    /// The longest rest between two rounds.
    fn every(&self) -> Span;
    /// The shortest time between two looks when nudges come one after the other.
    fn least_rest(&self) -> Span {
        Span::micros(20_000)
    }
    /// Works at instants it can tell ([`Chore::next_at`]): a nudge makes it look at those again, not at the work.
    fn keeps_time(&self) -> bool {
        false
    }
    /// When something falls due by itself next, if the chore knows.
    fn next_at(&self, _desk: &Desk) -> Result<Option<At>, Fault> {
        Ok(None)
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault>;
}

/// Every chore of the desk. A new one is a file and a line here.
pub fn all() -> Vec<Box<dyn Chore>> {
    vec![
        Box::new(Tick),
        Box::new(RingAlarms),
        Box::new(Recalendar),
        Box::new(FollowPlans),
        Box::new(PlanDeliverables),
        Box::new(FollowLog::default()),
        Box::new(Sweep),
    ]
}

/// Runs one round and notes it where the administrator sees it. `took` measures wall time; notes only rounds that did something,
/// failed, or come after a while, so that an idle house writes nothing.
pub fn note(desk: &Desk, name: &'static str, now: At, took: Span, outcome: &Result<Report, Fault>) -> Result<(), Fault> {
    let report = outcome.as_ref().copied().unwrap_or_default();
    let round = Round {
        name: name.into(),
        last_round_at: Some(now),
        took_us: Some(took.as_micros()),
        looked_at: report.looked_at.into(),
        did: report.did.into(),
        left_over: report.left_over.into(),
        error: outcome.as_ref().err().map(|f| f.code().to_string()),
    };
    desk.write(now, move |cx| Ok(store::chore::put(cx.tx, &round)?))
}
