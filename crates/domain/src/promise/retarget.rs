use super::engine::{advance, calendar_of};
use super::{Because, Calendars, Clock, Event, Step, Target, Terms, What};
use crate::calendar::Calendar;
use crate::kit::{At, Span};
use std::sync::Arc;

/// The plan changed, or the severity was raised: due = min(old due, due of a fresh clock with the new target started now).
/// Never later than promised before, never before now (I7, I8). A clock that ended or broke is not touched.
pub fn tighten(clock: Clock, terms: &Arc<Terms>, because: Because, now: At, cals: &dyn Calendars) -> Step {
    let step = advance(clock, now, now, cals);
    let (Some(old), Some(new)) = (calendar_of(&step.clock.terms, cals), calendar_of(terms, cals)) else { return step };
    if !may_change(&step.clock) {
        return step;
    }
    let fresh = Clock::start(terms.clone(), step.clock.cycle, now, &new).due_at;
    let standing = if_running(&step.clock, now, &old);
    if !is_earlier(fresh, standing) {
        return step;
    }
    let since = step.clock.running_since.map(|_| now);
    step.then(now, now, What::Retargeted { terms: terms.clone(), used: Span::ZERO, since, because }, cals)
}

/// The severity was lowered by agreement: due = due of a fresh clock with the new target started at the original start. A book
/// whose lower severity has the shorter target changes nothing: lowering breaks no promise.
/// `history` is the clock's own events; what it ran before counts under the new calendar (I8; an old breach stays).
pub fn loosen(clock: Clock, terms: &Arc<Terms>, history: &[Event], now: At, cals: &dyn Calendars) -> Step {
    let step = advance(clock, now, now, cals);
    let Some(cal) = calendar_of(terms, cals) else { return step };
    if !may_change(&step.clock) {
        return step;
    }
    let history = history.iter().chain(&step.events);
    let (used, since) = stretches(&step.clock, history, &cal, terms.target);
    let since = since.filter(|_| step.clock.running_since.is_some());
    if matches!(terms.target, Target::Time(target) if used >= target) {
        return step;
    }
    let old = calendar_of(&step.clock.terms, cals);
    let standing = old.and_then(|old| if_running(&step.clock, now, &old));
    let changed = step.clone().then(now, now, What::Retargeted { terms: terms.clone(), used, since, because: Because::SeverityLowered }, cals);
    if is_earlier(standing, if_running(&changed.clock, now, &cal)) { changed } else { step }
}

/// A calendar got a new version. A running clock keeps the earlier of old and new due; only an operator who confirms a published
/// notice (`confirmed`) may move it later. Ended and broken clocks are never touched (plans.md, "Clock engine").
pub fn recalendar(clock: Clock, new_version: u32, confirmed: bool, now: At, cals: &dyn Calendars) -> Step {
    let step = advance(clock, now, now, cals);
    let mut terms = (*step.clock.terms).clone();
    terms.calendar_version = new_version;
    let (Some(old), Some(new)) = (calendar_of(&step.clock.terms, cals), calendar_of(&terms, cals)) else { return step };
    if !may_change(&step.clock) {
        return step;
    }
    let terms = Arc::new(terms);
    let mut stopped = step.clock.clone();
    // What was used so far was used under the old version; an edit cannot change the past.
    stopped.used = shown(&stopped, now, &old);
    stopped.running_since = stopped.running_since.map(|since| since.max(now));
    let (used, since) = (stopped.used, stopped.running_since);
    stopped.terms = terms.clone();
    let (standing, planned) = (if_running(&step.clock, now, &old), if_running(&stopped, now, &new));
    let because = match (is_earlier(planned, standing), confirmed) {
        (true, _) => Because::CalendarChanged,
        (false, true) if planned != standing => Because::CalendarConfirmed,
        _ => return step,
    };
    step.then(now, now, What::Retargeted { terms, used, since, because }, cals)
}

/// Another case's clock for the same promise is joined to this one: earliest start, strictest target (plans.md, E9), which is whichever
/// falls due first. A clock that ended or broke is not touched.
pub fn join(clock: Clock, other: &Clock, now: At, cals: &dyn Calendars) -> Step {
    let step = advance(clock, now, now, cals);
    let other = advance(other.clone(), now, now, cals).clock;
    let (Some(own), Some(their)) = (calendar_of(&step.clock.terms, cals), calendar_of(&other.terms, cals)) else { return step };
    // An agreed instant has taken the place of the other's target; it makes no promise stricter.
    if other.agreed_at.is_some()
        || !may_change(&step.clock)
        || !may_change(&other)
        || !is_earlier(if_running(&other, now, &their), if_running(&step.clock, now, &own))
    {
        return step;
    }
    let (standing, since) = (if_running(&step.clock, now, &own), step.clock.running_since.map(|_| now));
    let (terms, used) = (other.terms.clone(), shown(&other, now, &their));
    let changed = step.clone().then(now, now, What::Retargeted { terms, used, since, because: Because::CasesMerged }, cals);
    // A promise in days counts a day once begun: what the other has used is whole days, so the outcome is looked at and not foretold.
    if is_earlier(if_running(&changed.clock, now, &their), standing) { changed } else { step }
}
/// A promise goes on in another case under a new clock, with what it has used: from the same start, on the same terms, running or waiting
/// as it did.
/// `None` while its calendar is unknown, or when it was broken: a breach stays where it happened.
pub fn carry_on(clock: &Clock, cycle: u32, because: Because, now: At, cals: &dyn Calendars) -> Option<Step> {
    let cal = calendar_of(&clock.terms, cals)?;
    let (terms, base_at) = (clock.terms.clone(), clock.base_at);
    let used = shown(clock, now, &cal);
    if !may_change(clock) {
        return None;
    }
    let fresh = Clock::start(terms.clone(), cycle, base_at, &cal);
    let activated = Event { at: base_at, noted_at: now, what: What::Activated { terms: terms.clone(), cycle, base_at } };
    let begun = Step { clock: fresh, events: vec![activated] };
    let (begun, since) = match clock.paused {
        Some(pause) => (begun.then(now, now, What::Paused { why: pause.why }, cals), None),
        None => (begun, Some(now)),
    };
    let carried = begun.then(now, now, What::Retargeted { terms, used, since, because }, cals);
    Some(match clock.agreed_at {
        // What was agreed with the customer stays agreed.
        Some(until) => carried.then(now, now, What::Agreed { until }, cals),
        None => carried,
    })
}
/// What the stop-watch shows now.
fn shown(clock: &Clock, now: At, cal: &Calendar) -> Span {
    match clock.terms.target {
        _ if clock.running_since.is_none() => clock.used,
        Target::Time(_) => clock.used_by(now, cal),
        Target::WorkingDays(_) => clock.used + Span::days(clock.working_days_since(now, cal)),
    }
}

fn may_change(clock: &Clock) -> bool {
    clock.is_open() && clock.broken_at.is_none()
}
/// The due instant, or what it would be if a waiting clock ran on from now.
fn if_running(clock: &Clock, now: At, cal: &Calendar) -> Option<At> {
    if clock.running_since.is_some() {
        return clock.compute_due(cal);
    }
    let mut ran_on = clock.clone();
    ran_on.resume(now);
    ran_on.compute_due(cal)
}
/// "Never" is later than any instant.
fn is_earlier(a: Option<At>, b: Option<At>) -> bool {
    a.is_some_and(|a| b.is_none_or(|b| a < b))
}

/// The running stretches since the original start, measured by another calendar: what the finished ones used, and since when the
/// present one runs.
fn stretches<'a>(clock: &Clock, history: impl Iterator<Item = &'a Event>, cal: &Calendar, target: Target) -> (Span, Option<At>) {
    let (mut used, mut since) = (Span::ZERO, Some(clock.base_at));
    for event in history {
        match event.what {
            What::Paused { .. } => {
                if let Some(from) = since.take() {
                    used += match target {
                        Target::Time(_) => cal.between(from, event.at),
                        Target::WorkingDays(_) => Span::days(Clock { running_since: Some(from), ..clock.clone() }.working_days_since(event.at, cal)),
                    };
                }
            }
            What::Resumed { .. } => since = Some(event.at),
            _ => {}
        }
    }
    (used, since)
}
