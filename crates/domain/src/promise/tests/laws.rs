//! What holds in every history. Histories are random but seeded: a failure names its seed. The generator counts what it made, and
//! a fact, an event, a verdict or a turn it never made fails the test: laws over nothing prove nothing.
use super::house::*;
use crate::kit::{At, Dice, Span};
use crate::promise::*;
use std::collections::BTreeMap;
use std::sync::Arc;

type Counts = BTreeMap<String, u64>;

/// Facts that move the promises below; all others are noise and come now and then.
const LOUD: &[On] = &[
    On::Received,
    On::EngineerReplied,
    On::EngineerReplied,
    On::CustomerReplied,
    On::Boosted,
    On::WaitBegan,
    On::WaitBegan,
    On::WaitBegan,
    On::WaitEnded,
    On::WaitEnded,
    On::UpdateAgreed,
    On::UpdateAgreed,
    On::Resolved,
    On::Reopened,
];
const HOUSE: [&str; 3] = ["always", "desk", "night"];

fn some_target(d: &mut Dice) -> Target {
    match d.roll(6) {
        0 => Target::WorkingDays(1 + d.roll(4) as u32),
        1 => minutes(60 * (1 + d.roll(18) as i64)),
        2 => Target::Time(Span::seconds(1 + d.roll(7_000) as i64)),
        _ => minutes(*d.pick(&[10, 40, 60, 120, 480]).unwrap()),
    }
}
fn some_mark(d: &mut Dice, after_breach: bool) -> Mark {
    match d.roll(if after_breach { 3 } else { 2 }) {
        0 => Mark::Percent(*d.pick(&[25, 50, 75, 90]).unwrap()),
        1 => Mark::Before(Span::minutes(*d.pick(&[5, 15, 60]).unwrap())),
        _ => Mark::AfterBreach(Span::minutes(*d.pick(&[0, 30, 60]).unwrap())),
    }
}
fn some_terms(d: &mut Dice) -> Terms {
    let (starts, stops, ends, recurs) = match d.roll(4) {
        0 => (On::Received, vec![On::EngineerReplied], vec![On::Closed], Recurs::Once),
        1 => (On::CustomerReplied, vec![On::EngineerReplied], vec![On::Closed], Recurs::PerMessage),
        2 => (On::Boosted, vec![On::EngineerReplied], vec![On::Resolved, On::Closed], Recurs::Periodic),
        _ => (*d.pick(&[On::Received, On::Reopened]).unwrap(), vec![On::Resolved], vec![On::Closed], Recurs::Once),
    };
    let mut pauses: Vec<PauseRule> = Vec::new();
    for _ in 0..d.roll(3) {
        let why = Wait::ALL[d.roll(3) as usize];
        let cap = (d.roll(2) == 0).then(|| Span::minutes(30 + d.roll(300) as i64));
        if pauses.iter().all(|p| p.why != why) {
            pauses.push(PauseRule { why, cap });
        }
    }
    Terms {
        starts,
        stops,
        ends,
        recurs,
        base: if d.roll(3) == 0 { Base::Occurred } else { Base::Received },
        target: some_target(d),
        cmp: if d.roll(2) == 0 { Cmp::Lt } else { Cmp::Le },
        calendar: HOUSE[d.roll(3) as usize].into(),
        pauses,
        warn_at: (0..d.roll(4)).map(|_| some_mark(d, false)).collect(),
        ladder: (0..d.roll(4)).map(|_| rung(some_mark(d, true), "owner")).collect(),
        ..terms("p")
    }
}

/// One step of a history.
#[derive(Debug, Clone)]
enum Turn {
    Tick,
    Hear(Fact),
    Tighten(Arc<Terms>, Because),
    Loosen(Arc<Terms>),
    Recalendar(u32, bool),
    /// Another case's clock, begun so long ago, is joined to this one.
    Join(Arc<Terms>, Span),
    Waive,
}
fn some_fact(d: &mut Dice, now: At) -> Fact {
    let on = match d.roll(40) {
        0 => On::ALL[d.roll(On::ALL.len() as u64) as usize],
        1 => On::Cancelled,
        2 => On::Closed,
        _ => *d.pick(LOUD).unwrap(),
    };
    // Mails arrive late, and now and then a sender's watch is fast.
    let at = match d.roll(12) {
        0 => now - Span::minutes(d.roll(90) as i64),
        1 => now + Span::minutes(d.roll(5) as i64),
        _ => now,
    };
    match on {
        On::WaitBegan => Fact::wait_began(Wait::ALL[d.roll(3) as usize], at),
        On::UpdateAgreed => Fact::update_agreed(at + Span::minutes(d.roll(200) as i64), at),
        on => Fact::new(on, at),
    }
}
fn some_turn(d: &mut Dice, terms: &Terms, now: At) -> Turn {
    let other = |d: &mut Dice| {
        let target = some_target(d);
        let warn_at = (0..d.roll(3)).map(|_| some_mark(d, false)).collect();
        Arc::new(Terms { target, warn_at, plan: "test.v2".into(), ..terms.clone() })
    };
    match d.roll(25) {
        24 => Turn::Join(other(d), Span::minutes(d.roll(300) as i64)),
        0 | 1 => Turn::Tick,
        2 => Turn::Tighten(other(d), if d.roll(2) == 0 { Because::PlanChanged } else { Because::SeverityRaised }),
        3 => Turn::Loosen(other(d)),
        4 => Turn::Recalendar(1 + d.roll(3) as u32, d.roll(2) == 0),
        5 => Turn::Waive,
        _ => Turn::Hear(some_fact(d, now)),
    }
}
fn take(p: &mut Promised, turn: &Turn, now: At) -> Vec<Event> {
    match turn {
        Turn::Tick => p.change(|clock, _| tick(clock, now, &Shelf)),
        Turn::Tighten(terms, because) => p.change(|clock, _| tighten(clock, terms, *because, now, &Shelf)),
        Turn::Loosen(terms) => p.change(|clock, events| loosen(clock, terms, events, now, &Shelf)),
        Turn::Recalendar(version, confirmed) => p.change(|clock, _| recalendar(clock, *version, *confirmed, now, &Shelf)),
        Turn::Join(terms, ago) => p.change(|clock, _| {
            let cal = Shelf.calendar(&terms.calendar, terms.calendar_version).unwrap();
            join(clock, &Clock::start(terms.clone(), 1, now - *ago, &cal), now, &Shelf)
        }),
        Turn::Waive => {
            let Some(kept) = p.clocks.last_mut() else { return Vec::new() };
            let step = waive(kept.clock.clone(), "goodwill", "chief", now, &Shelf);
            (kept.clock, _) = (step.clock, kept.events.extend(step.events.clone()));
            step.events
        }
        Turn::Hear(fact) => {
            let mut subject = Subject(vec![p.clone()]);
            let told = subject.hear(fact, now);
            *p = subject.0.remove(0);
            told
        }
    }
}
/// The next moment: soon, later, or exactly when something is due.
fn next_moment(d: &mut Dice, p: &Promised, now: At) -> At {
    let clock = p.last().map(|k| &k.clock);
    let exactly = |at: Option<At>| at.filter(|at| *at > now);
    match d.roll(8) {
        0 => now,
        1 => exactly(clock.and_then(|c| c.due_at)).unwrap_or(now),
        2 => exactly(clock.and_then(|c| c.fires_at)).unwrap_or(now),
        3 => now + Span::hours(d.roll(60) as i64),
        4 => now + Span::seconds(d.roll(600) as i64),
        _ => now + Span::minutes(d.roll(90) as i64),
    }
}

fn history(seed: u64, counts: &mut Counts) {
    let mut d = Dice::new(seed);
    let mut p = Promised { terms: Arc::new(some_terms(&mut d)), clocks: Vec::new() };
    let mut now = monday_ten() + Span::minutes(d.roll(7 * 24 * 60) as i64);
    let first = Turn::Hear(Fact::new(p.terms.starts, now - Span::minutes(if d.roll(4) == 0 { d.roll(180) as i64 } else { 0 })));
    let mut turn = first;
    let turns = 2 + d.roll(12);
    for n in 0..turns {
        let before = p.clone();
        let told = take(&mut p, &turn, now);
        let tag = || format!("seed {seed}, turn {n}: {turn:?} at {now}\nfrom {before:#?}\nto {p:#?}");
        laws_of_a_turn(&before, &p, &turn, &told, now, &tag);
        count(&p, &turn, &told, now, counts);
        now = next_moment(&mut d, &p, now);
        turn = some_turn(&mut d, &p.terms, now);
    }
    law_of_carrying(&p, now, counts);
}
/// Carried over into another case, a promise keeps its start, its terms and what it has used; a broken or ended one is not carried.
fn law_of_carrying(p: &Promised, now: At, counts: &mut Counts) {
    let Some(clock) = p.last().map(|k| tick(k.clock.clone(), now, &Shelf).clock) else { return };
    let Some(step) = carry_on(&clock, 1, Because::CasesParted, now, &Shelf) else {
        return assert!(!clock.is_open() || clock.broken_at.is_some(), "what is owed goes on: {clock:#?}");
    };
    assert_eq!(replay(&step.events, &Shelf), Some(step.clock.clone()), "the row is a cache of its events");
    assert_eq!((step.clock.base_at, &step.clock.terms), (clock.base_at, &clock.terms));
    assert_eq!(tick(step.clock.clone(), now, &Shelf).clock.broken_at, None, "carrying breaks nothing: {clock:#?}");
    // Used up to the last instant of an open stretch, it is due at any instant until the next one opens.
    let is_left = matches!(clock.terms.target, Target::Time(target) if clock.used_by(now, &calendar(&clock)) < target);
    if clock.agreed_at.is_none() && is_left {
        let due = |c: &Clock| c.due_at.or_else(|| due_if_running(c, now));
        assert_eq!(due(&step.clock), due(&clock), "nor moves anything: {clock:#?}");
    }
    *counts.entry("because cases_parted".into()).or_default() += 1;
}

fn count(p: &Promised, turn: &Turn, told: &[Event], now: At, counts: &mut Counts) {
    let mut one = |key: String| *counts.entry(key).or_default() += 1;
    match turn {
        Turn::Hear(fact) => {
            one(format!("fact {}", fact.on.key()));
            one(format!(
                "fact {}",
                if fact.at < now {
                    "heard late"
                } else if fact.at > now {
                    "from a fast watch"
                } else {
                    "heard at once"
                }
            ));
        }
        other => one(format!("turn {}", format!("{other:?}").split('(').next().unwrap_or_default())),
    }
    for event in told {
        one(format!("event {}", event.what.key()));
        match &event.what {
            What::Retargeted { because, .. } => one(format!("because {}", because.key())),
            What::Resumed { by_cap } => one(format!("resumed by {}", if *by_cap { "cap" } else { "fact" })),
            What::Activated { cycle, .. } => one(format!("cycle {}", (*cycle).min(3))),
            _ => {}
        }
    }
    let Some(Kept { clock, .. }) = p.last() else { return one("verdict none yet".into()) };
    one(format!("verdict {}", clock.verdict(now, &calendar(clock)).key()));
    one(format!("{:?} on {}", clock.terms.recurs, clock.terms.calendar));
    if clock.is_open() {
        one(format!("running {:?} {}", clock.terms.cmp, if matches!(clock.terms.target, Target::Time(_)) { "time" } else { "days" }));
    }
    if clock.agreed_at.is_some() && clock.is_open() {
        one("agreed instant stands".into());
    }
    if clock.paused.is_some() && clock.due_at.is_some() && clock.broken_at.is_none() {
        one("waits on the last moment".into());
    }
    if clock.due_at == Some(now) && clock.is_open() {
        one("exactly on the due".into());
    }
}

fn laws_of_a_turn(before: &Promised, after: &Promised, turn: &Turn, told: &[Event], now: At, tag: &dyn Fn() -> String) {
    assert!(after.clocks.len() >= before.clocks.len(), "a clock is never lost: {}", tag());
    assert!(after.clocks.iter().filter(|k| k.clock.is_open()).count() <= 1, "a promise runs once at a time: {}", tag());
    for (i, kept) in after.clocks.iter().enumerate() {
        assert_eq!(kept.clock.cycle as usize, i + 1, "cycles count the times a promise was made: {}", tag());
        if i + 1 >= before.clocks.len() {
            laws_of_a_clock(kept, now, tag);
        }
    }
    for (was, is) in before.clocks.iter().zip(&after.clocks) {
        laws_of_change(was, is, turn, now, tag);
    }
    for event in told {
        assert_eq!(event.noted_at, now, "written down when it was noticed: {}", tag());
        assert!(event.at <= now, "nothing happens before its time: {}", tag());
    }
    if let Turn::Hear(_) | Turn::Tick = turn {
        let mut again = after.clone();
        assert!(take(&mut again, turn, now).is_empty() && again == *after, "hearing a fact twice is hearing it once: {again:#?} {}", tag());
    }
}

fn laws_of_a_clock(kept: &Kept, now: At, tag: &dyn Fn() -> String) {
    let Kept { clock, events } = kept;
    let cal = calendar(clock);
    assert_eq!(replay(events, &Shelf).as_ref(), Some(clock), "the row is a cache of its events: {}", tag());
    let count = |of: fn(&What) -> bool| events.iter().filter(|e| of(&e.what)).count();
    assert!(count(|w| matches!(w, What::Breached { .. })) == usize::from(clock.broken_at.is_some()), "one breach, one event: {}", tag());
    assert!(count(|w| matches!(w, What::Waived { .. })) == usize::from(clock.waived), "one waiver, one event: {}", tag());
    assert!(count(|w| matches!(w, What::Fulfilled | What::Cancelled)) == usize::from(clock.ending.is_some()), "one ending: {}", tag());
    if let Some(end) = events.iter().position(|e| matches!(e.what, What::Fulfilled | What::Cancelled)) {
        assert!(events[end + 1..].iter().all(|e| matches!(e.what, What::Waived { .. })), "stopped is stopped: {}", tag());
    }
    law_of_verdicts(clock, now, tag);
    if let (Target::Time(target), Some(left)) = (clock.terms.target, clock.left_at(now, &cal)) {
        assert_eq!(clock.used_by(now, &cal) + left, target, "used and left make the target: {}", tag());
    }
    if clock.is_open() && clock.broken_at.is_none() {
        assert_eq!(clock.due_at, slow_due(clock, events), "the due instant follows from start, waits, target and calendar: {}", tag());
    }
    law_of_firing(clock, tag);
}
/// Wall 4, told the other way round: from what the row says, not from how `verdict` reads it.
fn law_of_verdicts(clock: &Clock, now: At, tag: &dyn Fn() -> String) {
    let cal = calendar(clock);
    let verdict = clock.verdict(now, &cal);
    let is_past = clock.broken_at.is_some()
        || (clock.is_open() && clock.running_since.is_some() && clock.fires_at.is_some_and(|at| at <= now) && {
            let ticked = tick(clock.clone(), now, &Shelf).clock;
            ticked.broken_at.is_some()
        });
    let expected = match (clock.waived, is_past, clock.ending, clock.paused) {
        (true, ..) => "waived",
        (_, true, ..) => "broken",
        (_, _, Some(Ending::Fulfilled), _) => "kept",
        (_, _, Some(Ending::Cancelled), _) => "cancelled",
        (.., Some(_)) => "paused",
        _ => "running",
    };
    assert_eq!(verdict.key(), expected, "exactly one verdict at any moment: {}", tag());
}
/// The clock wakes when something is to happen, and not before.
fn law_of_firing(clock: &Clock, tag: &dyn Fn() -> String) {
    let Some(fires) = clock.fires_at else {
        assert!(tick(clock.clone(), At::MAX, &Shelf).events.is_empty(), "what never fires never happens: {}", tag());
        return;
    };
    let early = tick(clock.clone(), fires - At::TICK, &Shelf);
    assert!(early.events.is_empty(), "nothing fires before its time: {}", tag());
    let fired = tick(clock.clone(), fires, &Shelf);
    assert!(!fired.events.is_empty(), "a clock does not wake for nothing: {}", tag());
    assert_eq!(fired.events[0].at, fires, "an event bears its own instant: {}", tag());
    assert!(fired.clock.fires_at.is_none_or(|next| next > fires), "one look tells all that is due: {}", tag());
    let breach = fired.events.iter().find_map(|e| if let What::Breached { due_at } = e.what { Some((e.at, due_at)) } else { None });
    if let Some((at, due)) = breach {
        let cal = calendar(clock);
        assert!(
            due <= at && clock.is_late_at(at, &cal) && !clock.is_late_at(at - At::TICK, &cal),
            "a breach falls on the first late moment: {}",
            tag()
        );
    }
}
fn laws_of_change(was: &Kept, is: &Kept, turn: &Turn, now: At, tag: &dyn Fn() -> String) {
    let (b, a) = (&was.clock, &is.clock);
    assert!(is.events.starts_with(&was.events), "history is only added to: {}", tag());
    if b.broken_at.is_some() {
        assert_eq!((b.broken_at, b.due_at), (a.broken_at, a.due_at), "a breach is never erased nor moved: {}", tag());
        assert!(
            !matches!(a.verdict(now, &calendar(a)), Verdict::Kept | Verdict::Running { .. } | Verdict::Paused { .. } | Verdict::Cancelled),
            "broken is not kept: {}",
            tag()
        );
    }
    if b.ending.is_some() {
        assert_eq!(a.clone(), Clock { waived: a.waived, ..b.clone() }, "ended is ended: {}", tag());
    }
    for why in Wait::ALL {
        assert!(a.waited[*why as usize] >= b.waited[*why as usize], "time waited is never given back: {}", tag());
        let cap = a.terms.pauses.iter().find(|p| p.why == *why).map(|p| p.cap);
        let may = if let Some(cap) = cap { cap } else { Some(Span::ZERO) };
        assert!(may.is_none_or(|cap| a.waited[*why as usize] <= cap), "no wait is longer than promised: {}", tag());
    }
    if let Some(p) = a.paused {
        assert!(a.terms.pauses.iter().any(|rule| rule.why == p.why), "what may not wait is not paused: {}", tag());
    }
    let changed = is.events.get(was.events.len()..).is_some_and(|new| new.iter().any(|e| matches!(e.what, What::Retargeted { .. })));
    if changed {
        law_of_terms(b, a, turn, now, tag);
    }
}
/// I7 and I8: what was promised is not promised later, and a change breaks nothing by itself.
fn law_of_terms(b: &Clock, a: &Clock, turn: &Turn, now: At, tag: &dyn Fn() -> String) {
    assert!(b.is_open() && b.broken_at.is_none(), "ended and broken clocks keep their terms: {}", tag());
    // A wait that ran out in the same moment is no part of the change.
    let b = tick(b.clone(), now, &Shelf).clock;
    let standing = b.due_at.or_else(|| due_if_running(&b, now));
    let new = a.due_at.or_else(|| due_if_running(a, now));
    let is_stricter = new.is_some_and(|new| standing.is_none_or(|old| new < old));
    match turn {
        Turn::Tighten(..) | Turn::Join(..) => {
            assert!(is_stricter, "a tightened promise comes earlier: {}", tag());
            assert!(new.is_some_and(|new| new >= now), "and not before the change: {}", tag());
        }
        Turn::Recalendar(_, false) => assert!(is_stricter, "an edit nobody confirmed moves nothing later: {}", tag()),
        Turn::Recalendar(_, true) => assert_ne!(new, standing, "{}", tag()),
        Turn::Loosen(_) => assert!(standing.is_some_and(|old| new.is_none_or(|new| new > old)), "a loosened promise comes later: {}", tag()),
        other => panic!("{other:?} changes no terms: {}", tag()),
    }
    assert_eq!(tick(a.clone(), now, &Shelf).clock.broken_at, None, "a change breaks nothing: {}", tag());
}
fn due_if_running(clock: &Clock, now: At) -> Option<At> {
    clock.paused?;
    hear(clock.clone(), &Fact::new(On::WaitEnded, now), now, &Shelf).clock.due_at
}

/// The due instant from the events alone: the stretches since the terms last changed, added up one by one.
fn slow_due(clock: &Clock, events: &[Event]) -> Option<At> {
    let cal = calendar(clock);
    let (mut had, mut stretches, mut since, mut agreed) = (Span::ZERO, Vec::new(), None, None);
    for e in events {
        match &e.what {
            What::Activated { base_at, .. } => since = Some(*base_at),
            What::Paused { .. } => stretches.extend(since.take().map(|s: At| (s, e.at))),
            What::Resumed { .. } => {
                since = Some(e.at);
                if agreed.is_some_and(|until| until <= e.at) {
                    (had, agreed) = (Span::ZERO, None);
                    stretches.clear();
                }
            }
            What::Agreed { until } => agreed = Some(*until),
            What::Retargeted { used, since: from, .. } => {
                (had, since, agreed) = (*used, *from, None);
                stretches.clear();
            }
            _ => {}
        }
    }
    if let Some(until) = agreed {
        let waits_from = stretches.last().map(|(_, to)| *to).unwrap_or(At::MIN);
        return (since.is_some() || until <= waits_from).then_some(until);
    }
    match clock.terms.target {
        Target::Time(target) => {
            for (from, to) in &stretches {
                let open = cal.between(*from, *to);
                if had + open >= target {
                    return cal.add(*from, target - had);
                }
                had += open;
            }
            cal.add(since?, target - had)
        }
        Target::WorkingDays(n) => slow_day_due(&cal, n, had, &stretches, since),
    }
}
/// Day by day: a day counts when it is worked and ends, or is waited on, in a running stretch; the day a stretch begins does not.
fn slow_day_due(cal: &crate::calendar::Calendar, n: u32, had: Span, stretches: &[(At, At)], since: Option<At>) -> Option<At> {
    let mut had = (had.as_micros() / Span::days(1).as_micros()) as u32;
    let day = |at: At| at.date_in(cal.tz());
    for (from, to) in stretches {
        let due = slow_nth(cal, day(*from), n.saturating_sub(had), had > 0);
        if due <= *to {
            return Some(due);
        }
        let mut d = day(*from);
        while d < day(*to) {
            d = d.tomorrow().unwrap();
            had += u32::from(cal.is_working_day(d));
        }
    }
    since.map(|since| slow_nth(cal, day(since), n.saturating_sub(had), had > 0))
}
fn slow_nth(cal: &crate::calendar::Calendar, base: jiff::civil::Date, left: u32, begun: bool) -> At {
    let (mut day, mut left) = (base, left);
    if left == 0 && begun && !cal.is_working_day(day) {
        left = 1;
    }
    while left > 0 {
        day = day.tomorrow().unwrap();
        left -= u32::from(cal.is_working_day(day));
    }
    cal.end_of_day(day)
}

#[test]
fn laws_of_clocks() {
    let mut counts = Counts::new();
    // Four threads share the histories; each seed is its own.
    let parts: Vec<Counts> = std::thread::scope(|s| {
        let threads: Vec<_> = (0..4u64)
            .map(|part| {
                s.spawn(move || {
                    let mut counts = Counts::new();
                    (0..HISTORIES).filter(|seed| seed % 4 == part).for_each(|seed| history(seed, &mut counts));
                    counts
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|e| std::panic::resume_unwind(e))).collect()
    });
    for (key, n) in parts.into_iter().flatten() {
        *counts.entry(key).or_default() += n;
    }
    println!("{counts:#?}");
    let facts = On::ALL.iter().map(|on| format!("fact {}", on.key()));
    let events = ["activated", "warned", "escalated", "paused", "resumed", "fulfilled", "breached", "retargeted", "agreed", "cancelled", "waived"];
    let verdicts = ["running", "paused", "kept", "broken", "waived", "cancelled"];
    let because = Because::ALL.iter().map(|b| format!("because {}", b.key()));
    let turns = ["Tick", "Tighten", "Loosen", "Recalendar", "Join", "Waive"];
    let shapes = ["Once", "PerMessage", "Periodic"].iter().flat_map(|r| HOUSE.map(|h| format!("{r} on {h}")));
    let others = [
        "fact heard late",
        "fact from a fast watch",
        "resumed by cap",
        "resumed by fact",
        "cycle 1",
        "cycle 2",
        "cycle 3",
        "agreed instant stands",
        "waits on the last moment",
        "exactly on the due",
        "running Lt time",
        "running Le time",
        "running Lt days",
        "running Le days",
    ];
    let all = facts
        .chain(events.map(|e| format!("event {e}")))
        .chain(verdicts.map(|v| format!("verdict {v}")))
        .chain(because)
        .chain(turns.map(|t| format!("turn {t}")))
        .chain(shapes)
        .chain(others.map(String::from));
    let never: Vec<String> = all.filter(|key| counts.get(key).is_none_or(|n| *n == 0)).collect();
    assert!(never.is_empty(), "the histories never had: {never:?}");
}
const HISTORIES: u64 = 20_000;
