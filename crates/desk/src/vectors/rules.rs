//! One function an area: from `given` to the values an example may expect.
use super::BadInput;
use super::given::Given;
use crate::plan::Library;
use domain::calendar::{self, Calendar, Month, post_mortem_due};
use domain::kit::{At, Span};
use domain::plan::Period;
use domain::promise::{self, Because, Calendars, Clock, Cmp, Fact, Kind, On, PauseRule, Recurs, Source, Step, Target, Terms, Wait};
use domain::quota::{EntryKind, Limits, Share, Shelf, period_of, shares};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) type Got = Result<Map<String, Value>, BadInput>;
pub(super) fn got<const N: usize>(pairs: [(&str, Value); N]) -> Got {
    Ok(pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}
fn instant(at: Option<At>) -> Value {
    at.map_or(Value::Null, |at| at.to_string().into())
}
fn day(day: Option<Date>) -> Value {
    day.map_or(Value::Null, |day| day.to_string().into())
}
/// Whole where it is whole.
fn seconds(span: Span) -> Value {
    let us = span.as_micros();
    if us % 1_000_000 == 0 { (us / 1_000_000).into() } else { (us as f64 / 1e6).into() }
}

/// The calendars of one example, by the names its terms use.
struct OnDesk<'a>(&'a [(&'static str, Calendar)]);
impl Calendars for OnDesk<'_> {
    fn calendar(&self, id: &str, _version: u32) -> Option<Calendar> {
        self.0.iter().find(|(name, _)| *name == id).map(|(_, calendar)| calendar.clone())
    }
}
/// One promise: so long from receipt to answer, on the calendar of that name, which waits for the customer.
fn terms(target: Span, cmp: Cmp, calendar: &str) -> Arc<Terms> {
    Arc::new(Terms {
        key: "example".into(),
        row: "example".into(),
        plan: "example".into(),
        kind: Kind::Contract,
        starts: On::Received,
        stops: vec![On::EngineerReplied],
        ends: vec![],
        recurs: Recurs::Once,
        base: promise::Base::Occurred,
        target: Target::Time(target),
        cmp,
        calendar: calendar.into(),
        calendar_version: 1,
        pauses: vec![PauseRule { why: Wait::Customer, cap: None }],
        warn_at: vec![],
        ladder: vec![],
        source: Source::default(),
    })
}
fn cmp(given: &Given) -> Result<Cmp, BadInput> {
    match given.value("cmp") {
        None => Ok(Cmp::Le),
        Some(_) => match given.text("cmp")? {
            "lt" => Ok(Cmp::Lt),
            "le" => Ok(Cmp::Le),
            _ => Err(given.bad("vectors.no_cmp", "cmp")),
        },
    }
}
/// A clock that began at `start` and heard of the pauses that began before `until`.
fn ran(terms: &Arc<Terms>, start: At, pauses: &[(At, Option<At>)], until: At, cals: &dyn Calendars) -> Option<Step> {
    let mut step = promise::begin(terms, &[], &Fact::new(On::Received, start), start, cals)?;
    let facts = pauses.iter().flat_map(|(from, to)| [Some(Fact::wait_began(Wait::Customer, *from)), to.map(|to| Fact::new(On::WaitEnded, to))]);
    // What ended before the clock began never was a wait of this clock.
    let facts = facts.flatten().filter(|f| f.at < until);
    let ended_before = pauses.iter().filter(|(_, to)| to.is_some_and(|to| to <= start)).count() * 2;
    for fact in facts.skip(ended_before) {
        let next = promise::hear(step.clock, &fact, fact.at.max(start), cals);
        step.events.extend(next.events);
        step.clock = next.clock;
    }
    Some(step)
}
fn never() -> BadInput {
    BadInput::new("vectors.no_clock", "given", "")
}

/// Due as all pauses have it; used and verdict as they stand when the clock is stopped.
pub(super) fn clock(given: &Given, library: &Library) -> Got {
    let calendars = [("given", given.calendar("calendar", library)?)];
    let cals = OnDesk(&calendars);
    let (start, stopped_at, pauses) = (given.at("start")?, given.maybe_at("stopped_at")?, given.pauses("pauses")?);
    let terms = terms(given.span("target")?, cmp(given)?, "given");
    let due = ran(&terms, start, &pauses, At::MAX, &cals).ok_or_else(never)?.clock.due_at;
    let Some(stop) = stopped_at else { return got([("due", instant(due)), ("used_seconds", Value::Null), ("verdict", Value::Null)]) };
    let running = ran(&terms, start, &pauses, stop, &cals).ok_or_else(never)?.clock;
    let stopped = promise::hear(running, &Fact::new(On::EngineerReplied, stop), stop.max(start), &cals).clock;
    let verdict = stopped.verdict(stop, &calendars[0].1);
    got([("due", instant(due)), ("used_seconds", seconds(stopped.used)), ("verdict", verdict.key().into())])
}
pub(super) fn retarget(given: &Given, library: &Library) -> Got {
    let change = given.object("change")?;
    let before = given.calendar("calendar", library)?;
    let after = if change.value("calendar").is_some() { change.calendar("calendar", library)? } else { before.clone() };
    let calendars = [("before", before), ("after", after)];
    let cals = OnDesk(&calendars);
    let (start, at, cmp) = (given.at("start")?, change.at("at")?, cmp(given)?);
    let (old, new) = (terms(given.span("target")?, cmp, "before"), terms(change.span("target")?, cmp, "after"));
    let standing = ran(&old, start, &given.pauses("pauses")?, at, &cals).ok_or_else(never)?;
    let due_before = standing.clock.due_at;
    let changed: Clock = match change.text("kind")? {
        "plan_changed" => promise::tighten(standing.clock, &new, Because::PlanChanged, at, &cals).clock,
        "severity_raised" => promise::tighten(standing.clock, &new, Because::SeverityRaised, at, &cals).clock,
        "severity_lowered" | "severity_lowered_by_agreement" => promise::loosen(standing.clock, &new, &standing.events, at, &cals).clock,
        _ => return Err(change.bad("vectors.no_kind", "kind")),
    };
    got([("due_before", instant(due_before)), ("due", instant(changed.due_at))])
}

pub(super) fn working_day(given: &Given, library: &Library) -> Got {
    let calendar = given.calendar("calendar", library)?;
    got([("due_end_of", day(calendar.add_working_days(given.day("base_day")?, given.count("n")?)))])
}
/// `period` is a month (`2025-09`), a quarter (`2025-Q3`) or a year (`2025`).
fn report_due_on(cal: &Calendar, period: &str, n: u32) -> Option<Option<Date>> {
    if let Ok(month) = period.parse::<Month>() {
        return Some(calendar::report_due(cal, &month, n));
    }
    let (year, month) = match period.split_once("-Q") {
        Some((year, quarter)) => (year.parse().ok()?, quarter.parse::<i8>().ok().filter(|q| (1..=4).contains(q))? * 3),
        None => (period.parse().ok()?, 12),
    };
    Some(calendar::report_due(cal, &Month::new(year, month)?, n))
}
pub(super) fn report_due(given: &Given, library: &Library) -> Got {
    let calendar = given.calendar("calendar", library)?;
    let due = report_due_on(&calendar, given.text("period")?, given.count("n")?).ok_or_else(|| given.bad("vectors.no_period", "period"))?;
    got([("due_end_of", day(due))])
}
pub(super) fn post_mortem(given: &Given, library: &Library) -> Got {
    let calendar = given.calendar("calendar", library)?;
    let tz = match given.value("tz") {
        None => calendar.tz().clone(),
        Some(_) => jiff::tz::TimeZone::get(given.text("tz")?).map_err(|_| given.bad("calendar.unknown_zone", "tz"))?,
    };
    let level = u8::try_from(given.count("level")?).map_err(|_| given.bad("vectors.no_count", "level"))?;
    got([("due_end_of", day(post_mortem_due(&calendar, &tz, given.at("recovered_at")?, level)))])
}
pub(super) fn lead_time(given: &Given, library: &Library) -> Got {
    let (calendar, n) = (given.calendar("calendar", library)?, given.count("working_days")?);
    let (request, first) = (given.maybe_day("request_day")?, given.maybe_day("first_day")?);
    if request.is_none() && first.is_none() {
        return Err(given.bad("vectors.missing", "request_day"));
    }
    let earliest = request.and_then(|day| calendar.earliest_first_day(day, n));
    let latest = first.and_then(|day| calendar.latest_request_day(day, n));
    got([("earliest_first_day", day(earliest)), ("latest_request_day", day(latest))])
}
pub(super) fn version(given: &Given, library: &Library) -> Got {
    let book = library.version_at(given.text("family")?, given.at("ordered_at")?);
    got([("version", book.map_or(Value::Null, |b| b.id.clone().into()))])
}

/// Operations in order. `left` tells of every period of the years asked for, the one before and the one after.
pub(super) fn quota(given: &Given, _library: &Library) -> Got {
    let period = match given.value("period") {
        None => Period::Month,
        Some(_) => match given.text("period")? {
            "month" => Period::Month,
            "quarter" => Period::Quarter,
            "year" => Period::Year,
            _ => return Err(given.bad("vectors.no_period", "period")),
        },
    };
    let limits = given.object("limits")?;
    let limit = |key: &str| limits.value(key).map(|_| limits.count(key)).transpose();
    let mut shelf = Shelf::new(Limits { count: limit("count")?, days: limit("days")? });
    let mut held: BTreeMap<u64, Vec<Share>> = BTreeMap::new();
    let mut years: BTreeSet<i16> = BTreeSet::new();
    let mut results = Vec::new();
    for (i, op) in given.list("ops")?.iter().enumerate() {
        let map = op.as_object().ok_or_else(|| BadInput::new("vectors.no_object", &format!("given.ops[{i}]"), op))?;
        let op = Given::below(map, format!("given.ops[{i}]"));
        results.push(Value::from(if operate(&op, period, &mut shelf, &mut held, &mut years)? { "ok" } else { "refused" }));
    }
    let months = years.into_iter().flat_map(|year| (1..=12).filter_map(move |month| Date::new(year, month, 1).ok()));
    let left = months.map(|day| {
        let key = period_of(period, day);
        let left = shelf.left(&key);
        (key, json!({"count": left.count, "days": left.days}))
    });
    got([("results", results.into()), ("left", Value::Object(left.collect()))])
}
/// One operation; false when it is refused.
fn operate(op: &Given, period: Period, shelf: &mut Shelf, held: &mut BTreeMap<u64, Vec<Share>>, years: &mut BTreeSet<i16>) -> Result<bool, BadInput> {
    let number = |key: &str| op.value(key).and_then(Value::as_u64).ok_or_else(|| op.bad("vectors.no_count", key));
    Ok(match op.text("op")? {
        "book" => {
            let first = op.day("first_day")?;
            let shares = shares(period, first, op.count("days")?);
            years.extend([first.year() - 1, first.year(), first.year() + 1]);
            let taken = shelf.post(EntryKind::Reserve, &shares).is_ok();
            if taken {
                held.insert(number("id")?, shares);
            }
            taken
        }
        // What was reserved is given back; what was used because of our own fault as well: both leave the balance as before the booking.
        "release" | "exempt" => match held.remove(&number("booking")?) {
            Some(shares) => shelf.post(EntryKind::Release, &shares).is_ok(),
            None => false,
        },
        _ => return Err(op.bad("vectors.no_op", "op")),
    })
}
