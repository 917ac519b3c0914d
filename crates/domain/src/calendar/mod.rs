//! Open time and working days: windows of local time on the days of a zone's wall clock, holidays and make-up working days (plans.md, "Clock engine").
//!
//! Every question costs O(log n) however far apart its ends lie. Exact from 1970 to 2200; outside, the weekly pattern goes on at the nearest known offset.
mod days;
mod due;
mod line;
mod spec;
#[cfg(test)]
mod tests;
mod year;

pub use due::{BadMonth, Month, post_mortem_due, report_due};
pub use spec::{ALL_DAYS, CalendarError, Holidays, MON_TO_FRI, Spec, WINDOWS_PER_DAY_MAX, Weekdays, Window, YEARS};
pub use year::{Day, DayKind};

use crate::kit::{At, Span};
use days::WorkingDays;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use line::Line;
use std::fmt;
use std::sync::Arc;

/// One version of a calendar, ready to compute with. Cloning shares it.
#[derive(Clone)]
pub struct Calendar(Arc<Inner>);

struct Inner {
    spec: Spec,
    tz: TimeZone,
    working: WorkingDays,
    /// `None`: always open, so open time is elapsed time.
    line: Option<Line>,
}

impl Calendar {
    /// Errors: [`CalendarError`] when the zone is unknown, `id` or `version` is missing, a day has too many windows or an exception lies outside [`YEARS`].
    /// Overlapping windows are no error: time is open once.
    pub fn new(spec: Spec) -> Result<Calendar, CalendarError> {
        spec.check()?;
        let tz = TimeZone::get(&spec.tz).ok().filter(|tz| !tz.is_unknown());
        let tz = tz.ok_or_else(|| CalendarError::UnknownZone { got: spec.tz.chars().take(64).collect() })?;
        let whole = |windows: &Vec<Window>| windows.contains(&Window::WHOLE_DAY);
        let always = spec.weekly.iter().all(whole) && spec.exceptions.values().all(whole);
        let line = if always { None } else { Some(Line::new(&spec, &tz)) };
        let working = WorkingDays::new(&spec);
        Ok(Calendar(Arc::new(Inner { spec, tz, working, line })))
    }
    /// Open at every instant, version 1. Errors: [`CalendarError`] when the zone is unknown or the id empty.
    pub fn round_the_clock(id: &str, tz: &str) -> Result<Calendar, CalendarError> {
        Calendar::new(Spec::same_windows(id, 1, tz, ALL_DAYS, &[Window::WHOLE_DAY]))
    }
    pub fn id(&self) -> &str {
        &self.0.spec.id
    }
    pub fn version(&self) -> u32 {
        self.0.spec.version
    }
    pub fn tz(&self) -> &TimeZone {
        &self.0.tz
    }
    pub fn spec(&self) -> &Spec {
        &self.0.spec
    }

    /// Whether time counts at this instant. A window's start is open, its end is not.
    pub fn is_open(&self, at: At) -> bool {
        self.between(at, at + At::TICK) > Span::ZERO
    }
    /// Open time in `[from, to)`; zero when `to` is not after `from`.
    pub fn between(&self, from: At, to: At) -> Span {
        let (from, to) = (within_reach(from), within_reach(to));
        match &self.0.line {
            _ if to <= from => Span::ZERO,
            None => to - from,
            Some(line) => Span::micros(line.measure(to.micros()) - line.measure(from.micros())),
        }
    }
    /// The earliest instant `t >= from` with `between(from, t) == open`: the end of a window, not the next opening, when it fits exactly.
    /// `from` when `open` is not above zero. `None` when that much time never opens (before [`At::MAX`]).
    pub fn add(&self, from: At, open: Span) -> Option<At> {
        if open <= Span::ZERO {
            return Some(from);
        }
        let from = within_reach(from);
        let found = match &self.0.line {
            None => from.micros().checked_add(open.as_micros())?,
            Some(line) => line.earliest(line.measure(from.micros()).checked_add(open.as_micros())?)?,
        };
        reachable(found)
    }
    /// The latest instant `t <= to` with `between(t, to) == open`: the start of a window when it fits exactly. `to` when `open` is not above zero.
    /// `None` when that much time was never open (since [`At::MIN`]).
    pub fn subtract(&self, to: At, open: Span) -> Option<At> {
        if open <= Span::ZERO {
            return Some(to);
        }
        let to = within_reach(to);
        let found = match &self.0.line {
            None => to.micros().checked_sub(open.as_micros())?,
            Some(line) => line.latest(line.measure(to.micros()).checked_sub(open.as_micros())?)?,
        };
        reachable(found)
    }
    /// The first open instant not before `at`; `at` itself when open. `None` when the calendar never opens again.
    pub fn next_opening(&self, at: At) -> Option<At> {
        let at = within_reach(at);
        match &self.0.line {
            None => Some(at),
            Some(line) => reachable(line.latest(line.measure(at.micros()))?),
        }
    }

    /// A day with windows, half days and make-up days included.
    pub fn is_working_day(&self, d: Date) -> bool {
        !self.0.spec.windows_of(d).is_empty()
    }
    /// The n-th working day after `base`, which never counts, be it a working day or not; `base` when `n` is 0. `None` when there are not that many.
    pub fn add_working_days(&self, base: Date, n: u32) -> Option<Date> {
        self.0.working.nth_after(base, n)
    }
    /// The n-th working day before `base`, which never counts; `base` when `n` is 0. `None` when there are not that many.
    pub fn subtract_working_days(&self, base: Date, n: u32) -> Option<Date> {
        self.0.working.nth_before(base, n)
    }
    /// Working days strictly between two days; negative when `b` lies before `a`.
    pub fn working_days_between(&self, a: Date, b: Date) -> i64 {
        let (low, high) = (days::number(a.min(b)), days::number(a.max(b)));
        let count = self.0.working.within(low + 1, high);
        if a <= b { count } else { -count }
    }
    /// 24:00 local of a day, where "by the end of the day" ends. When a clock change skips that moment it moves forward by the length of the gap;
    /// when it comes twice, the first one ends the day.
    pub fn end_of_day(&self, d: Date) -> At {
        within_reach(At::from_micros(line::start_of_day(&self.0.tz, days::number(d) + 1)))
    }
    /// The holidays of this day are not published yet: a date computed from it may still move (plans.md, E21).
    pub fn is_provisional(&self, d: Date) -> bool {
        self.0.spec.provisional_from.is_some_and(|from| from <= d)
    }
    /// Lead time: the first day with at least that many whole working days strictly between the request's day and it (003:L99).
    /// The request's own day when none are asked for.
    pub fn earliest_first_day(&self, request: Date, whole_working_days: u32) -> Option<Date> {
        match whole_working_days {
            0 => Some(request),
            n => self.add_working_days(request, n)?.tomorrow().ok(),
        }
    }
    /// Lead time from the other end: the last day on which a service that begins on `first` may be asked for.
    pub fn latest_request_day(&self, first: Date, whole_working_days: u32) -> Option<Date> {
        match whole_working_days {
            0 => Some(first),
            n => self.subtract_working_days(first, n)?.yesterday().ok(),
        }
    }
}

fn within_reach(at: At) -> At {
    at.clamp(At::MIN, At::MAX)
}
fn reachable(us: i64) -> Option<At> {
    Some(At::from_micros(us)).filter(|at| (At::MIN..=At::MAX).contains(at))
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Calendar({}@{} {})", self.id(), self.version(), self.0.spec.tz)
    }
}
/// Two calendars are the same when they say the same.
impl PartialEq for Calendar {
    fn eq(&self, other: &Calendar) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.spec == other.0.spec
    }
}
impl Eq for Calendar {}
