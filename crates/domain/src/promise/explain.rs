use super::{Calendars, Clock, Cmp, Event, Target, Terms, What};
use crate::kit::{At, Span};

/// One step of a derivation: a code the reader's language has a sentence for, and its arguments. Instants are RFC 3339 UTC,
/// lengths ISO 8601.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub at: Option<At>,
    pub code: &'static str,
    pub args: Vec<(&'static str, String)>,
}
fn line(at: Option<At>, code: &'static str, args: Vec<(&'static str, String)>) -> Line {
    Line { at, code, args }
}

/// Why a clock stands where it stands: the promise and the sentence behind it, then every event with what it did to the
/// stop-watch, by the same functions that ran the clock; last the verdict at `now`.
pub fn explain(events: &[Event], now: At, cals: &dyn Calendars) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut clock: Option<Clock> = None;
    for event in events {
        if let What::Activated { terms, cycle, base_at } = &event.what {
            let Some(cal) = cals.calendar(&terms.calendar, terms.calendar_version) else { break };
            let started = Clock::start(terms.clone(), *cycle, *base_at, &cal);
            promise_lines(terms, *base_at, event.noted_at, &mut lines);
            due_line(&started, &mut lines);
            clock = Some(started);
            continue;
        }
        let Some(before) = clock.take() else { break };
        let after = before.clone().apply(event, cals);
        event_line(event, events[0].noted_at, &before, &after, cals, &mut lines);
        if after.due_at != before.due_at && after.is_open() {
            due_line(&after, &mut lines);
        }
        clock = Some(after);
    }
    if let Some(clock) = clock
        && let Some(cal) = cals.calendar(&clock.terms.calendar, clock.terms.calendar_version)
    {
        let mut args = vec![("verdict", clock.verdict(now, &cal).key().to_string()), ("used", clock.used_by(now, &cal).to_string())];
        args.extend(clock.left_at(now, &cal).map(|left| ("left", left.to_string())));
        lines.push(line(Some(now), "explain.verdict", args));
    }
    lines
}

fn promise_lines(terms: &Terms, base_at: At, heard_at: At, lines: &mut Vec<Line>) {
    let source = [("document", terms.source.document.clone()), ("section", terms.source.section.clone())];
    let mut args = vec![("key", terms.key.clone()), ("row", terms.row.clone()), ("plan", terms.plan.clone())];
    args.extend(source);
    lines.push(line(None, "explain.promise", args));
    lines.push(line(None, "explain.target", vec![("target", target_text(terms.target)), ("cmp", cmp_text(terms.cmp))]));
    let calendar = vec![("calendar", terms.calendar.clone()), ("version", terms.calendar_version.to_string())];
    lines.push(line(None, "explain.calendar", calendar));
    lines.push(line(Some(base_at), "explain.base", vec![("fact", terms.starts.key().to_string())]));
    if heard_at > base_at {
        lines.push(line(Some(heard_at), "explain.heard_later", vec![]));
    }
}
fn due_line(clock: &Clock, lines: &mut Vec<Line>) {
    lines.push(match clock.due_at {
        Some(due) => line(Some(due), "explain.due", vec![]),
        None => line(None, "explain.no_due", vec![]),
    });
}
fn event_line(event: &Event, heard_at: At, before: &Clock, after: &Clock, cals: &dyn Calendars, lines: &mut Vec<Line>) {
    let ran = |lines: &mut Vec<Line>| {
        if let (Some(from), Some(cal)) = (before.running_since, cals.calendar(&before.terms.calendar, before.terms.calendar_version)) {
            let open = cal.between(from, event.at);
            lines.push(line(
                Some(from),
                "explain.ran",
                vec![("until", event.at.to_string()), ("open", open.to_string()), ("used", (before.used + open).to_string())],
            ));
        }
    };
    let at = Some(event.at);
    match &event.what {
        What::Activated { .. } => {}
        What::Paused { why } => {
            ran(lines);
            lines.push(line(at, "explain.paused", vec![("why", why.key().to_string())]));
        }
        What::Resumed { by_cap } => {
            let code = if *by_cap { "explain.resumed_by_cap" } else { "explain.resumed" };
            let waited = before.paused.map_or(Span::ZERO, |p| event.at - p.since);
            lines.push(line(at, code, vec![("waited", waited.to_string())]));
        }
        What::Retargeted { terms, because, .. } => {
            ran(lines);
            let args = vec![
                ("because", because.key().to_string()),
                ("from", target_text(before.terms.target)),
                ("to", target_text(terms.target)),
                ("plan", terms.plan.clone()),
                ("row", terms.row.clone()),
                ("document", terms.source.document.clone()),
                ("section", terms.source.section.clone()),
            ];
            lines.push(line(at, "explain.retargeted", args));
        }
        What::Agreed { until } => lines.push(line(at, "explain.agreed", vec![("until", until.to_string())])),
        What::Warned { mark } => lines.push(line(at, "explain.warned", vec![("mark", (mark + 1).to_string())])),
        What::Escalated { rung } => {
            let tell = before.terms.ladder.get(*rung as usize).map(|r| r.tell.clone()).unwrap_or_default();
            lines.push(line(at, "explain.escalated", vec![("tell", tell)]));
        }
        What::Breached { due_at } => {
            let mut args = vec![("due", due_at.to_string()), ("detected", event.noted_at.to_string())];
            // Due before the house heard of it at all (plans.md, E12).
            args.extend((*due_at < heard_at).then(|| ("cause", "late_detection".to_string())));
            lines.push(line(at, "explain.breached", args));
        }
        What::Fulfilled => {
            ran(lines);
            lines.push(line(at, "explain.fulfilled", vec![("used", after.used.to_string())]));
        }
        What::Cancelled => lines.push(line(at, "explain.cancelled", vec![])),
        What::Waived { reason, by } => lines.push(line(at, "explain.waived", vec![("reason", reason.clone()), ("by", by.clone())])),
    }
}
/// `PT40M`, or `5 working days`.
pub fn target_text(target: Target) -> String {
    match target {
        Target::Time(span) => span.to_string(),
        Target::WorkingDays(n) => format!("{n} working days"),
    }
}
fn cmp_text(cmp: Cmp) -> String {
    match cmp {
        Cmp::Lt => "<",
        Cmp::Le => "≤",
    }
    .to_string()
}
