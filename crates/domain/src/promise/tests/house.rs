use crate::calendar::{ALL_DAYS, Calendar, MON_TO_FRI, Spec, Window};
use crate::kit::{At, Span};
use crate::promise::*;
use jiff::civil::Date;
use std::sync::{Arc, LazyLock};

/// The calendars of the tests: `always`, `desk` (Mon–Fri 9–18 Shanghai) and `night` (Thu–Sat 18–02 New York). From version 2 on
/// Wednesday 2025-06-04 is closed and Saturday 2025-06-07 worked; version 3 works longer.
pub struct Shelf;
static SHELF: LazyLock<Vec<Calendar>> = LazyLock::new(|| {
    let w = |start, end| Window::parse(start, end).unwrap();
    let closed = |mut spec: Spec, windows: &[Window]| {
        spec.exceptions.insert(Date::constant(2025, 6, 4), Vec::new());
        spec.exceptions.insert(Date::constant(2025, 6, 7), windows.to_vec());
        spec
    };
    let mut shelf = Vec::new();
    let thu_to_sat = [false, false, false, true, true, true, false];
    let rows = [
        ("always", "UTC", ALL_DAYS, Window::WHOLE_DAY),
        ("desk", "Asia/Shanghai", MON_TO_FRI, w("09:00", "18:00")),
        ("night", "America/New_York", thu_to_sat, w("18:00", "02:00")),
    ];
    for (id, tz, days, window) in rows {
        shelf.push(Spec::same_windows(id, 1, tz, days, &[window]));
        shelf.push(closed(Spec::same_windows(id, 2, tz, days, &[window]), &[window]));
        shelf.push(Spec::same_windows(id, 3, tz, days, &[if id == "always" { window } else { w("08:00", "22:00") }]));
    }
    shelf.into_iter().map(|spec| Calendar::new(spec).unwrap()).collect()
});
impl Calendars for Shelf {
    fn calendar(&self, id: &str, version: u32) -> Option<Calendar> {
        SHELF.iter().find(|c| c.id() == id && c.version() == version).cloned()
    }
}

pub fn at(text: &str) -> At {
    At::parse(text).unwrap()
}
/// Monday 2025-06-02, 10:00 in Shanghai: every story begins there.
pub fn monday_ten() -> At {
    at("2025-06-02T10:00:00+08:00")
}

/// A plain promise: 40 minutes of `always`, inclusive, received to answered; tests change what they are about.
pub fn terms(key: &str) -> Terms {
    Terms {
        key: key.into(),
        row: format!("{key}.any"),
        plan: "test.v1".into(),
        kind: Kind::Contract,
        starts: On::Received,
        stops: vec![On::EngineerReplied],
        ends: vec![On::Closed],
        recurs: Recurs::Once,
        base: Base::Received,
        target: Target::Time(Span::minutes(40)),
        cmp: Cmp::Le,
        calendar: "always".into(),
        calendar_version: 1,
        pauses: Vec::new(),
        warn_at: Vec::new(),
        ladder: Vec::new(),
        source: Source { document: "002".into(), section: "L85".into() },
    }
}
pub fn minutes(n: i64) -> Target {
    Target::Time(Span::minutes(n))
}
pub fn rung(at: Mark, tell: &str) -> Rung {
    Rung { at, tell: tell.into() }
}
pub fn waits_for(why: Wait, cap: Option<Span>) -> Vec<PauseRule> {
    vec![PauseRule { why, cap }]
}

/// One clock with its whole history, as a database would keep it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub clock: Clock,
    pub events: Vec<Event>,
}
/// All clocks of one promise on one subject, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Promised {
    pub terms: Arc<Terms>,
    pub clocks: Vec<Kept>,
}
/// One subject whose promises hear the same facts, as a use case lets them.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject(pub Vec<Promised>);

impl Subject {
    pub fn of(terms: Vec<Terms>) -> Subject {
        Subject(terms.into_iter().map(|t| Promised { terms: Arc::new(t), clocks: Vec::new() }).collect())
    }
    pub fn hear(&mut self, fact: &Fact, now: At) -> Vec<Event> {
        let mut told = Vec::new();
        for p in &mut self.0 {
            told.extend(p.change(|clock, _| hear(clock, fact, now, &Shelf)));
            let earlier: Vec<&Clock> = p.clocks.iter().map(|k| &k.clock).collect();
            if let Some(step) = begin(&p.terms, &earlier, fact, now, &Shelf) {
                told.extend(step.events.clone());
                p.clocks.push(Kept { clock: step.clock, events: step.events });
            }
        }
        told
    }
    pub fn tick(&mut self, now: At) -> Vec<Event> {
        self.0.iter_mut().flat_map(|p| p.change(|clock, _| tick(clock, now, &Shelf))).collect()
    }
}
impl Promised {
    /// Changes the clock that still runs, if one does.
    pub fn change(&mut self, how: impl FnOnce(Clock, &[Event]) -> Step) -> Vec<Event> {
        let Some(kept) = self.clocks.iter_mut().find(|k| k.clock.is_open()) else { return Vec::new() };
        let step = how(kept.clock.clone(), &kept.events);
        kept.clock = step.clock;
        kept.events.extend(step.events.clone());
        step.events
    }
    pub fn last(&self) -> Option<&Kept> {
        self.clocks.last()
    }
    pub fn says(&self, now: At) -> String {
        let Some(Kept { clock, .. }) = self.last() else { return "-".into() };
        match clock.verdict(now, &calendar(clock)) {
            Verdict::Running { due_at: Some(due) } => short(due - now),
            Verdict::Running { due_at: None } => "never".into(),
            Verdict::Broken => "BROKEN".into(),
            other => other.key().into(),
        }
    }
}
pub fn calendar(clock: &Clock) -> Calendar {
    Shelf.calendar(&clock.terms.calendar, clock.terms.calendar_version).unwrap()
}
/// `90m`, or `30s` when it is no whole minute.
pub fn short(span: Span) -> String {
    let s = span.as_seconds();
    if s % 60 == 0 { format!("{}m", s / 60) } else { format!("{s}s") }
}
/// What happens to a clock by itself, in a word.
pub fn word(event: &Event, terms: &Terms) -> Option<String> {
    Some(match &event.what {
        What::Warned { mark } => format!("warned{}", mark + 1),
        What::Escalated { rung } => terms.ladder[*rung as usize].tell.clone(),
        What::Breached { .. } => "breached".into(),
        What::Resumed { by_cap: true } => "cap".into(),
        _ => return None,
    })
}
