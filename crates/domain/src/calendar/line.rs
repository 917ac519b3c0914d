//! Open time as one function of the instant: how much has passed since the beginning of time.
//!
//! The line is cut into pieces. Around clock changes and exceptions a piece lists its open intervals; between them a piece repeats the week
//! at one offset. Prefix sums over pieces and over intervals make every question two binary searches.
use super::days;
use super::spec::{Spec, Window, YEARS};
use crate::kit::At;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Microseconds.
type Us = i64;
const SECOND: Us = 1_000_000;
const DAY: Us = 86_400 * SECOND;
const WEEK: Us = 7 * DAY;
/// 1970-01-05 was a Monday.
const FIRST_MONDAY: Us = 4 * DAY;

/// Open intervals in order, apart from each other, with the open time before each.
#[derive(Debug, Default)]
struct Intervals(Vec<Interval>);
#[derive(Debug, Clone, Copy)]
struct Interval {
    start: Us,
    end: Us,
    before: Us,
}

impl Intervals {
    /// The union of what is given, cut to `from..to`.
    fn union(mut spans: Vec<(Us, Us)>, from: Us, to: Us) -> Intervals {
        spans.sort_unstable();
        let mut list: Vec<Interval> = Vec::with_capacity(spans.len());
        for (start, end) in spans.into_iter().map(|(s, e)| (s.max(from), e.min(to))).filter(|(s, e)| s < e) {
            match list.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => list.push(Interval { start, end, before: 0 }),
            }
        }
        let mut sum = 0;
        for i in &mut list {
            i.before = sum;
            sum += i.end - i.start;
        }
        Intervals(list)
    }
    fn total(&self) -> Us {
        self.0.last().map_or(0, Interval::after)
    }
    /// Open time before `at`.
    fn measure(&self, at: Us) -> Us {
        match self.0.partition_point(|i| i.start < at) {
            0 => 0,
            n => self.0[n - 1].before + at.min(self.0[n - 1].end) - self.0[n - 1].start,
        }
    }
    /// The earliest instant before which `open` (above 0) has passed.
    fn earliest(&self, open: Us) -> Option<Us> {
        let i = self.0.get(self.0.partition_point(|i| i.after() < open))?;
        Some(i.start + open - i.before)
    }
    /// The latest instant before which no more than `open` has passed.
    fn latest(&self, open: Us) -> Option<Us> {
        let i = self.0.get(self.0.partition_point(|i| i.after() <= open))?;
        Some(i.start + open - i.before)
    }
}
impl Interval {
    fn after(&self) -> Us {
        self.before + self.end - self.start
    }
}

/// A week that repeats for ever, in local time from Monday to Monday.
#[derive(Debug)]
struct Week(Intervals);

impl Week {
    fn new(weekly: &[Vec<Window>; 7]) -> Week {
        let mut spans = Vec::new();
        for (day, windows) in weekly.iter().enumerate() {
            for w in windows {
                let (start, end) = (day as Us * DAY + w.start_seconds() as Us * SECOND, day as Us * DAY + w.end_seconds() as Us * SECOND);
                // What runs past Sunday comes back on Monday: every week looks like every other.
                spans.extend([(start, end), (start - WEEK, end - WEEK)]);
            }
        }
        Week(Intervals::union(spans, 0, WEEK))
    }
    /// Open time from the first Monday of 1970 to a local time; negative before it.
    fn measure(&self, local: Us) -> Us {
        let since = local - FIRST_MONDAY;
        since.div_euclid(WEEK) * self.0.total() + self.0.measure(since.rem_euclid(WEEK))
    }
    fn earliest(&self, open: Us) -> Option<Us> {
        let total = self.0.total();
        if total == 0 {
            return None;
        }
        // A week's last moment belongs to that week, not to the next one's Monday.
        let week = (open - 1).div_euclid(total);
        self.at(week, self.0.earliest(open - week * total)?)
    }
    fn latest(&self, open: Us) -> Option<Us> {
        let total = self.0.total();
        if total == 0 {
            return None;
        }
        self.at(open.div_euclid(total), self.0.latest(open.rem_euclid(total))?)
    }
    fn at(&self, week: i64, into: Us) -> Option<Us> {
        week.checked_mul(WEEK)?.checked_add(into + FIRST_MONDAY)
    }
}

#[derive(Debug)]
struct Piece {
    from: Us,
    /// Open time on the whole line before `from`.
    before: Us,
    shape: Shape,
}
#[derive(Debug)]
enum Shape {
    Listed(Intervals),
    /// The week at one offset from UTC; `base` is the week's measure at the piece's start.
    Weekly {
        offset: Us,
        base: Us,
    },
}

/// The whole line of one calendar.
#[derive(Debug)]
pub(super) struct Line {
    week: Week,
    pieces: Vec<Piece>,
}

impl Line {
    pub(super) fn new(spec: &Spec, tz: &TimeZone) -> Line {
        let mut line = Line { week: Week::new(&spec.weekly), pieces: Vec::new() };
        let mut from = At::MIN.micros();
        for (first, last) in runs(irregular_days(spec, tz)) {
            let (start, end) = (start_of_day(tz, first), start_of_day(tz, last + 1));
            line.push_weekly(tz, from);
            line.push(start, Shape::Listed(listed(spec, tz, (first, last), (start, end))));
            from = end;
        }
        line.push_weekly(tz, from);
        line
    }
    fn push_weekly(&mut self, tz: &TimeZone, from: Us) {
        // Before the first known change its offset holds, not the local mean time of the nineteenth century.
        let offset = tz.to_offset(At::from_micros(from).timestamp().max(first_known())).seconds() as Us * SECOND;
        let base = self.week.measure(from + offset);
        self.push(from, Shape::Weekly { offset, base });
    }
    fn push(&mut self, from: Us, shape: Shape) {
        let before = self.measure(from);
        self.pieces.push(Piece { from, before, shape });
    }
    /// Open time before `at`, from the beginning of the line.
    pub(super) fn measure(&self, at: Us) -> Us {
        let Some(piece) = self.pieces.partition_point(|p| p.from <= at).checked_sub(1).map(|i| &self.pieces[i]) else { return 0 };
        piece.before
            + match &piece.shape {
                Shape::Listed(intervals) => intervals.measure(at),
                Shape::Weekly { offset, base } => self.week.measure(at + offset) - base,
            }
    }
    /// The earliest instant before which `open` has passed; `open` is above 0. `None`: not on this line.
    pub(super) fn earliest(&self, open: Us) -> Option<Us> {
        let piece = &self.pieces[self.pieces.partition_point(|p| p.before < open).checked_sub(1)?];
        match &piece.shape {
            Shape::Listed(intervals) => intervals.earliest(open - piece.before),
            Shape::Weekly { offset, base } => Some(self.week.earliest((open - piece.before).checked_add(*base)?)? - offset),
        }
    }
    /// The latest instant before which no more than `open` has passed. `None`: there is no last one.
    pub(super) fn latest(&self, open: Us) -> Option<Us> {
        let piece = &self.pieces[self.pieces.partition_point(|p| p.before <= open).checked_sub(1)?];
        match &piece.shape {
            Shape::Listed(intervals) => intervals.latest(open - piece.before),
            Shape::Weekly { offset, base } => Some(self.week.latest((open - piece.before).checked_add(*base)?)? - offset),
        }
    }
}

/// Numbers of the days that no repeated week describes, in order.
fn irregular_days(spec: &Spec, tz: &TimeZone) -> Vec<i64> {
    // An exception's windows may run into the next day.
    let mut numbers: Vec<i64> = spec.exceptions.keys().map(|d| days::number(*d)).flat_map(|n| [n, n + 1]).collect();
    for at in clock_changes(tz) {
        // Every wall-clock time that is skipped or repeated lies on one of the days from the change's earlier date to its later one. They differ when
        // a change crosses midnight or skips a whole day (Samoa 2011).
        let [before, after] = [at - 1, at].map(|us| days::number(At::from_micros(us).date_in(tz)));
        numbers.extend(before.min(after)..=before.max(after));
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// One year before [`YEARS`], so that the first of them is whole in every zone.
fn first_known() -> Timestamp {
    Timestamp::from_microsecond(days::number(Date::constant(*YEARS.start() - 1, 1, 1)) * DAY).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Instants at which the zone's offset from UTC changes.
fn clock_changes(tz: &TimeZone) -> Vec<Us> {
    let start = first_known();
    let mut offset = tz.to_offset(start);
    let mut changes = Vec::new();
    for change in tz.following(start).take_while(|c| tz.to_datetime(c.timestamp()).year() <= YEARS.end() + 1) {
        // Some changes touch only the name of the time.
        if change.offset() != offset {
            changes.push(change.timestamp().as_microsecond());
        }
        offset = change.offset();
    }
    changes
}

/// First and last of each row of consecutive numbers.
fn runs(numbers: Vec<i64>) -> Vec<(i64, i64)> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => runs.push((n, n)),
        }
    }
    runs
}

/// The open intervals of a run of days, window by window, cut to the run's instants. The day before the run may reach into it overnight.
fn listed(spec: &Spec, tz: &TimeZone, (first, last): (i64, i64), (start, end): (Us, Us)) -> Intervals {
    let mut spans = Vec::new();
    for n in first - 1..=last {
        for w in days::date(n).map_or(&[][..], |d| spec.windows_of(d)) {
            spans.push((instant(tz, n, w.start_seconds()), instant(tz, n, w.end_seconds())));
        }
    }
    Intervals::union(spans, start, end)
}

/// The instant at which day `n` begins.
pub(super) fn start_of_day(tz: &TimeZone, n: i64) -> Us {
    instant(tz, n, 0)
}

/// The instant of a wall-clock time `seconds` after midnight of day `n`. A time that a clock change skips moves forward by the length of the gap, one
/// that comes twice is its first occurrence ("compatible", RFC 5545 §3.3.5).
fn instant(tz: &TimeZone, n: i64, seconds: u32) -> Us {
    let wall = days::date(n).and_then(|d| d.to_datetime(Time::midnight()).checked_add(SignedDuration::from_secs(seconds.into())).ok());
    match wall.and_then(|wall| tz.to_ambiguous_timestamp(wall).compatible().ok()) {
        Some(at) => at.as_microsecond(),
        None if n < 0 => At::MIN.micros(),
        None => At::MAX.micros(),
    }
}
