use super::period_end;
use crate::kit::{At, Span};
use jiff::tz::TimeZone;

/// A bill to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dues {
    pub due_at: At,
    pub paid_at: Option<At>,
    /// How long a late payer is reminded before anything is taken away.
    pub grace: Span,
}
/// How a bill stands (E18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owing {
    Paid,
    NotDue,
    /// Overdue: reminders go out, service goes on.
    Grace {
        until: At,
        lapses_at: At,
    },
    /// Grace is over: service goes on to the end of the month, and a payment until then mends everything.
    Ending {
        lapses_at: At,
    },
    /// On the plan everybody has since then.
    Lapsed {
        at: At,
    },
}
impl Owing {
    pub fn key(self) -> &'static str {
        match self {
            Owing::Paid => "paid",
            Owing::NotDue => "not_due",
            Owing::Grace { .. } => "grace",
            Owing::Ending { .. } => "ending",
            Owing::Lapsed { .. } => "lapsed",
        }
    }
}
/// How a bill stands at an instant. A payment after the plan lapsed pays the bill and brings no plan back: that is a new order.
pub fn owing(dues: &Dues, now: At, tz: &TimeZone) -> Owing {
    let until = dues.due_at + dues.grace.max(Span::ZERO);
    // Where the calendar ends nothing lapses any more.
    let lapses_at = period_end(until, tz).unwrap_or(At::MAX);
    let paid = dues.paid_at.filter(|p| *p <= now);
    match paid {
        Some(p) if p < lapses_at => Owing::Paid,
        _ if now >= lapses_at => Owing::Lapsed { at: lapses_at },
        _ if now < dues.due_at => Owing::NotDue,
        _ if now < until => Owing::Grace { until, lapses_at },
        _ => Owing::Ending { lapses_at },
    }
}
