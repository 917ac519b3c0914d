use super::{Base, Calendars, Clock, Ending, Fact, On, Recurs, Terms, Wait};
use crate::calendar::Calendar;
use crate::kit::{At, Span};
use std::sync::Arc;

/// One line of a clock's history. `at` is the moment it holds for, `noted_at` the moment the house wrote it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub at: At,
    pub noted_at: At,
    pub what: What,
}

/// The field's vocabulary: activate, pause, resume, fulfil, breach, retarget, waive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The clock began to count from `base_at` on these terms.
    Activated {
        terms: Arc<Terms>,
        cycle: u32,
        base_at: At,
    },
    /// The warning mark with this index of the terms was reached.
    Warned {
        mark: u8,
    },
    /// The rung with this index of the ladder is called. Whether somebody stands on it is `routing`'s answer, written to the log.
    Escalated {
        rung: u8,
    },
    Paused {
        why: Wait,
    },
    /// `by_cap`: the wait used up what the promise allows for its reason.
    Resumed {
        by_cap: bool,
    },
    Fulfilled,
    Breached {
        due_at: At,
    },
    /// New terms from here on: what the stop-watch shows under them, and since when it runs (`None` while it waits).
    Retargeted {
        terms: Arc<Terms>,
        used: Span,
        since: Option<At>,
        because: Because,
    },
    Agreed {
        until: At,
    },
    Cancelled,
    /// A breach is never erased; this says who accepted it and why (I6).
    Waived {
        reason: String,
        by: String,
    },
}
impl What {
    pub fn key(&self) -> &'static str {
        match self {
            What::Activated { .. } => "activated",
            What::Warned { .. } => "warned",
            What::Escalated { .. } => "escalated",
            What::Paused { .. } => "paused",
            What::Resumed { .. } => "resumed",
            What::Fulfilled => "fulfilled",
            What::Breached { .. } => "breached",
            What::Retargeted { .. } => "retargeted",
            What::Agreed { .. } => "agreed",
            What::Cancelled => "cancelled",
            What::Waived { .. } => "waived",
        }
    }
}

/// Why the terms of a running clock changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    PlanChanged,
    SeverityRaised,
    SeverityLowered,
    CalendarChanged,
    /// Another case was merged into this one, or out of it again.
    CasesMerged,
    CasesParted,
    /// A published holiday notice, confirmed by an operator, moved the due later.
    CalendarConfirmed,
}
impl Because {
    pub const ALL: &[Because] = &[
        Because::PlanChanged,
        Because::SeverityRaised,
        Because::SeverityLowered,
        Because::CalendarChanged,
        Because::CalendarConfirmed,
        Because::CasesMerged,
        Because::CasesParted,
    ];
    pub fn key(self) -> &'static str {
        match self {
            Because::PlanChanged => "plan_changed",
            Because::SeverityRaised => "severity_raised",
            Because::SeverityLowered => "severity_lowered",
            Because::CalendarChanged => "calendar_changed",
            Because::CalendarConfirmed => "calendar_confirmed",
            Because::CasesMerged => "cases_merged",
            Because::CasesParted => "cases_parted",
        }
    }
    pub fn parse(key: &str) -> Option<Because> {
        Because::ALL.iter().copied().find(|b| b.key() == key)
    }
}

/// A clock with the events that brought it here from what it was; the events are what gets stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub clock: Clock,
    pub events: Vec<Event>,
}
impl Step {
    pub fn of(clock: Clock) -> Step {
        Step { clock, events: Vec::new() }
    }
    pub(super) fn then(mut self, at: At, noted_at: At, what: What, cals: &dyn Calendars) -> Step {
        let event = Event { at, noted_at, what };
        self.clock = self.clock.apply(&event, cals);
        self.events.push(event);
        self
    }
}

/// The most a clock can do by itself at one moment: every warning, every rung, one breach, one resume by cap.
const BY_ITSELF_MAX: usize = 2 * super::WARNINGS_MAX + 2 * super::RUNGS_MAX + 8;

/// Everything that fell due by `now`, each at its own instant: warnings, the breach (once), rungs, waits that ran out.
/// Calling it again at the same `now` does nothing.
pub fn tick(clock: Clock, now: At, cals: &dyn Calendars) -> Step {
    advance(clock, now, now, cals)
}
/// As [`tick`] up to `until`, written down at `noted_at`.
pub(super) fn advance(clock: Clock, until: At, noted_at: At, cals: &dyn Calendars) -> Step {
    let mut step = Step::of(clock);
    for _ in 0..BY_ITSELF_MAX {
        if step.clock.fires_at.is_none_or(|at| at > until) {
            return step;
        }
        let Some(cal) = calendar_of(&step.clock.terms, cals) else { return step };
        match step.clock.next_event(&cal) {
            Some((at, what)) if at <= until => step = step.then(at, noted_at, what, cals),
            _ => return step,
        }
    }
    step
}
pub(super) fn calendar_of(terms: &Terms, cals: &dyn Calendars) -> Option<Calendar> {
    cals.calendar(&terms.calendar, terms.calendar_version)
}

/// One clock hears one fact. Inside one fact: cancel, then stop, then pause, then resume (plans.md, "Clock engine").
/// What fell due before the fact happened is told first, so a late answer is a breach even if the tick has not been round.
pub fn hear(clock: Clock, fact: &Fact, now: At, cals: &dyn Calendars) -> Step {
    if clock.ending.is_some() {
        return Step::of(clock);
    }
    // A sender's watch may be fast; nothing falls due before its time because of it.
    let heard = fact.at.min(now);
    let at = heard.max(clock.base_at);
    let step = advance(clock, at, now, cals);
    let terms = step.clock.terms.clone();
    let is_echo = heard <= step.clock.base_at && began_by(&terms, fact.on);
    if fact.on == On::Cancelled || (terms.ends.contains(&fact.on) && !is_echo) {
        return step.then(at, now, What::Cancelled, cals);
    }
    if terms.stops.contains(&fact.on) && !is_echo {
        return step.then(at, now, What::Fulfilled, cals);
    }
    match wait_or_agreement(&step.clock, fact, at) {
        Some(what) => step.then(at, now, what, cals),
        None => step,
    }
}
/// Could this fact have begun the clock? If so, and it is as old as the clock, the clock hears its own beginning.
fn began_by(terms: &Terms, on: On) -> bool {
    on == terms.starts || (terms.recurs == Recurs::Periodic && terms.stops.contains(&on))
}
/// A wait that began before the present stretch, or ended before the present wait, is old news (delivered twice, or late).
fn wait_or_agreement(clock: &Clock, fact: &Fact, at: At) -> Option<What> {
    match (fact.on, fact.why, fact.until) {
        (On::WaitBegan, Some(why), _) if may_pause(&clock.terms, why, clock) && clock.running_since.is_some_and(|since| since <= at) => {
            Some(What::Paused { why })
        }
        (On::WaitEnded, ..) if clock.paused.is_some_and(|p| p.since <= at) => Some(What::Resumed { by_cap: false }),
        (On::UpdateAgreed, _, Some(until)) if may_agree(clock, until, at) => Some(What::Agreed { until }),
        _ => None,
    }
}
fn may_agree(clock: &Clock, until: At, at: At) -> bool {
    until > at && clock.terms.recurs == Recurs::Periodic && clock.broken_at.is_none() && clock.agreed_at != Some(until)
}
fn may_pause(terms: &Terms, why: Wait, clock: &Clock) -> bool {
    terms.pauses.iter().any(|p| p.why == why && p.cap.is_none_or(|cap| clock.waited[why as usize] < cap))
}

/// Does this fact make this promise, given the clocks the promise already had on the subject? If so, the new clock.
/// `base_at` of an earlier event counts from there (E12); the cycle counts how often the promise was made.
pub fn begin(terms: &Arc<Terms>, earlier: &[&Clock], fact: &Fact, now: At, cals: &dyn Calendars) -> Option<Step> {
    let cal = calendar_of(terms, cals)?;
    if earlier.iter().any(|c| c.is_open()) {
        return None;
    }
    let heard = fact.at.min(now);
    // Hearing a fact twice is hearing it once.
    let is_new = earlier.iter().all(|c| c.base_at != heard);
    let again = terms.recurs != Recurs::Once || terms.starts == On::Reopened;
    let just_ended = earlier.iter().any(|c| c.ended_at == Some(heard) && c.ending == Some(Ending::Fulfilled));
    let goes_on = terms.recurs == Recurs::Periodic && terms.stops.contains(&fact.on) && just_ended;
    let begins = fact.on == terms.starts && (earlier.is_empty() || again);
    if !is_new || !(begins || goes_on) {
        return None;
    }
    let base_at = match terms.base {
        Base::Received => now,
        Base::Occurred | Base::Detected | Base::Recovered => heard,
    };
    let cycle = earlier.iter().map(|c| c.cycle).max().unwrap_or(0) + 1;
    let clock = Clock::start(terms.clone(), cycle, base_at, &cal);
    let activated = Event { at: base_at, noted_at: now, what: What::Activated { terms: terms.clone(), cycle, base_at } };
    Some(Step { clock, events: vec![activated] })
}
/// The row as its events tell it; `None` without an activation at the front.
pub fn replay(events: &[Event], cals: &dyn Calendars) -> Option<Clock> {
    let (first, rest) = events.split_first()?;
    let What::Activated { terms, cycle, base_at } = &first.what else { return None };
    let cal = calendar_of(terms, cals)?;
    Some(rest.iter().fold(Clock::start(terms.clone(), *cycle, *base_at, &cal), |clock, e| clock.apply(e, cals)))
}

/// Accepts a breach with a reason; nothing to do while there is none.
pub fn waive(clock: Clock, reason: &str, by: &str, now: At, cals: &dyn Calendars) -> Step {
    let step = tick(clock, now, cals);
    if step.clock.broken_at.is_none() || step.clock.waived {
        return step;
    }
    step.then(now, now, What::Waived { reason: reason.to_string(), by: by.to_string() }, cals)
}
