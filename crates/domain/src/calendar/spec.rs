use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

const DAY_SECONDS: u32 = 86_400;
/// More windows than this in one day are refused: a calendar must fit one screen.
pub const WINDOWS_PER_DAY_MAX: usize = 24;
/// Exceptions and clock changes are known within these years; before and after them the weekly pattern goes on unchanged.
pub const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

/// A span of local time within a day. An end not after its start runs overnight and belongs to the day it starts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// Seconds after local midnight, below 24 hours.
    start: u32,
    /// Seconds after the same midnight, above `start`; more than 24 hours when it runs overnight.
    end: u32,
}

impl Window {
    /// 00:00 to 24:00.
    pub const WHOLE_DAY: Window = Window { start: 0, end: DAY_SECONDS };

    /// Reads `HH:MM` or `HH:MM:SS`; the end may be `24:00`. Errors: [`CalendarError::BadTimeOfDay`].
    pub fn parse(start: &str, end: &str) -> Result<Window, CalendarError> {
        let from =
            time_of_day(start).filter(|s| *s < DAY_SECONDS).ok_or_else(|| CalendarError::BadTimeOfDay { key: "start", got: shortened(start) })?;
        let to = time_of_day(end).ok_or_else(|| CalendarError::BadTimeOfDay { key: "end", got: shortened(end) })?;
        Ok(Window { start: from, end: if to > from { to } else { to + DAY_SECONDS } })
    }
    /// Seconds after local midnight of the day the window belongs to.
    pub fn start_seconds(self) -> u32 {
        self.start
    }
    /// Seconds after local midnight of the day the window belongs to; above 86400 when the window ends on the next day.
    pub fn end_seconds(self) -> u32 {
        self.end
    }
    pub fn is_overnight(self) -> bool {
        self.end > DAY_SECONDS
    }
}
/// `09:00-24:00`, with seconds only where there are some.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.is_overnight() { self.end - DAY_SECONDS } else { self.end };
        for (lead, at) in [("", self.start), ("-", end)] {
            write!(f, "{lead}{:02}:{:02}", at / 3600, at / 60 % 60)?;
            if at % 60 > 0 {
                write!(f, ":{:02}", at % 60)?;
            }
        }
        Ok(())
    }
}
impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Seconds after midnight, up to and including 24:00.
fn time_of_day(text: &str) -> Option<u32> {
    let mut parts = text.split(':').map(|p| if p.len() == 2 && p.bytes().all(|c| c.is_ascii_digit()) { p.parse::<u32>().ok() } else { None });
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    let seconds = h * 3600 + m * 60 + s;
    (parts.next().is_none() && m < 60 && s < 60 && seconds <= DAY_SECONDS).then_some(seconds)
}
fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

/// What a calendar says, as people write it. Becomes a [`super::Calendar`] once it is found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    pub id: String,
    /// Counts from 1; clocks are stamped with it (plans.md, "Clock engine").
    pub version: u32,
    /// IANA name of the zone whose wall clock the windows and days are read on.
    pub tz: String,
    /// Monday to Sunday. Windows of a day, or of neighbouring days, that overlap count once.
    pub weekly: [Vec<Window>; 7],
    /// Dates with windows of their own, in both directions: none is a closed day, some is a half day or a worked weekend.
    pub exceptions: BTreeMap<Date, Vec<Window>>,
    /// From this day on the holidays are not published yet.
    pub provisional_from: Option<Date>,
}

/// Days of the week from Monday to Sunday.
pub type Weekdays = [bool; 7];
pub const ALL_DAYS: Weekdays = [true; 7];
pub const MON_TO_FRI: Weekdays = [true, true, true, true, true, false, false];

/// Statutory holidays of a country, with the days worked in exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays {
    /// Holiday dates; weekend days among them change nothing.
    pub closed: BTreeSet<Date>,
    /// Days worked although they are none of the ordinary working days (调休上班日).
    pub make_up: BTreeSet<Date>,
    /// From this day on nothing is published yet.
    pub provisional_from: Option<Date>,
}

impl Spec {
    /// The same windows on each of the given weekdays, without exceptions.
    pub fn same_windows(id: &str, version: u32, tz: &str, weekdays: Weekdays, windows: &[Window]) -> Spec {
        let weekly = weekdays.map(|works| if works { windows.to_vec() } else { Vec::new() });
        Spec { id: id.to_string(), version, tz: tz.to_string(), weekly, exceptions: BTreeMap::new(), provisional_from: None }
    }
    /// The same windows on every working day: the weekdays, less the holidays, plus the make-up working days.
    /// Errors: [`CalendarError::HolidayIsMakeUp`].
    pub fn working_days(
        id: &str,
        version: u32,
        tz: &str,
        weekdays: Weekdays,
        windows: &[Window],
        holidays: &Holidays,
    ) -> Result<Spec, CalendarError> {
        if let Some(date) = holidays.closed.intersection(&holidays.make_up).next() {
            return Err(CalendarError::HolidayIsMakeUp { date: *date });
        }
        let mut spec = Spec::same_windows(id, version, tz, weekdays, windows);
        spec.exceptions = holidays.closed.iter().map(|d| (*d, Vec::new())).chain(holidays.make_up.iter().map(|d| (*d, windows.to_vec()))).collect();
        spec.provisional_from = holidays.provisional_from;
        Ok(spec)
    }
    /// The windows that belong to a date.
    pub fn windows_of(&self, d: Date) -> &[Window] {
        self.exceptions.get(&d).unwrap_or(&self.weekly[d.weekday().to_monday_zero_offset() as usize])
    }
    /// Errors: everything that can be seen without the zone's data.
    pub(super) fn check(&self) -> Result<(), CalendarError> {
        if self.id.is_empty() {
            return Err(CalendarError::Missing { key: "id" });
        }
        if self.version == 0 {
            return Err(CalendarError::Missing { key: "version" });
        }
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(String::from).into_iter().zip(&self.weekly);
        for (day, windows) in days.chain(self.exceptions.iter().map(|(d, w)| (d.to_string(), w))) {
            if windows.len() > WINDOWS_PER_DAY_MAX {
                return Err(CalendarError::TooManyWindows { day, got: windows.len() });
            }
        }
        match self.exceptions.keys().find(|d| !YEARS.contains(&d.year())) {
            Some(date) => Err(CalendarError::DateOutOfRange { date: *date }),
            None => Ok(()),
        }
    }
}

/// Why a calendar is refused: a code, the key it is about, and what a sentence needs to name the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarError {
    /// `id` is empty or `version` is 0.
    Missing {
        key: &'static str,
    },
    /// The zone is not in the IANA database (wanted: a name like `Asia/Shanghai`).
    UnknownZone {
        got: String,
    },
    /// Not `HH:MM` or `HH:MM:SS` from 00:00 to 24:00; a start is before 24:00.
    BadTimeOfDay {
        key: &'static str,
        got: String,
    },
    TooManyWindows {
        day: String,
        got: usize,
    },
    /// An exception outside [`YEARS`].
    DateOutOfRange {
        date: Date,
    },
    /// A date is listed both as a holiday and as a make-up working day.
    HolidayIsMakeUp {
        date: Date,
    },
}
impl CalendarError {
    pub fn code(&self) -> &'static str {
        match self {
            CalendarError::Missing { .. } => "calendar.missing",
            CalendarError::UnknownZone { .. } => "calendar.unknown_zone",
            CalendarError::BadTimeOfDay { .. } => "calendar.bad_time_of_day",
            CalendarError::TooManyWindows { .. } => "calendar.too_many_windows",
            CalendarError::DateOutOfRange { .. } => "calendar.date_out_of_range",
            CalendarError::HolidayIsMakeUp { .. } => "calendar.holiday_is_make_up",
        }
    }
    /// The key of the data file the error is about, with the date or weekday where there is one.
    pub fn field(&self) -> String {
        match self {
            CalendarError::Missing { key } => key.to_string(),
            CalendarError::UnknownZone { .. } => "tz".to_string(),
            CalendarError::BadTimeOfDay { key, .. } => format!("windows.{key}"),
            CalendarError::TooManyWindows { day, .. } => format!("windows.{day}"),
            CalendarError::DateOutOfRange { date } => format!("exceptions.{date}"),
            CalendarError::HolidayIsMakeUp { date } => format!("make_up.{date}"),
        }
    }
    /// Arguments for the sentence in the reader's language.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            CalendarError::Missing { key } => vec![("key", key.to_string())],
            CalendarError::UnknownZone { got } => vec![("got", got.clone()), ("example", "Asia/Shanghai".to_string())],
            CalendarError::BadTimeOfDay { got, .. } => vec![("got", got.clone()), ("from", "00:00".to_string()), ("to", "24:00".to_string())],
            CalendarError::TooManyWindows { day, got } => {
                vec![("day", day.clone()), ("got", got.to_string()), ("max", WINDOWS_PER_DAY_MAX.to_string())]
            }
            CalendarError::DateOutOfRange { date } => {
                vec![("date", date.to_string()), ("from", YEARS.start().to_string()), ("to", YEARS.end().to_string())]
            }
            CalendarError::HolidayIsMakeUp { date } => vec![("date", date.to_string())],
        }
    }
}
impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.code(), self.field())?;
        self.args().iter().try_for_each(|(key, value)| write!(f, " {key}={value}"))
    }
}
impl std::error::Error for CalendarError {}
