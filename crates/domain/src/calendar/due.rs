use super::Calendar;
use crate::kit::At;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::{fmt, str::FromStr};

/// A month of a year: the period of reports and bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: Date,
}
impl Month {
    /// `None` unless the month is 1 to 12 and the year 1 to 9999.
    pub fn new(year: i16, month: i8) -> Option<Month> {
        Date::new(year, month, 1).ok().filter(|_| year > 0).map(|first| Month { first })
    }
    /// The month a date lies in.
    pub fn of(d: Date) -> Month {
        Month { first: d.first_of_month() }
    }
    pub fn first_day(self) -> Date {
        self.first
    }
    pub fn last_day(self) -> Date {
        self.first.last_of_month()
    }
    pub fn days(self) -> i8 {
        self.first.days_in_month()
    }
}
/// A text that is no month of the form `2025-09`; carries the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadMonth(pub String);

/// Reads `2025-09`.
impl FromStr for Month {
    type Err = BadMonth;
    fn from_str(text: &str) -> Result<Month, BadMonth> {
        let bad = || BadMonth(text.chars().take(64).collect());
        let digits = |part: &str, len| part.len() == len && part.bytes().all(|c| c.is_ascii_digit());
        let (year, month) = text.split_once('-').filter(|(y, m)| digits(y, 4) && digits(m, 2)).ok_or_else(bad)?;
        let (year, month) = (year.parse().map_err(|_| bad())?, month.parse().map_err(|_| bad())?);
        Month::new(year, month).ok_or_else(bad)
    }
}
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// The last day on which a monthly report is in time: the n-th working day after the period ("次月的5个工作日内", 003:L72).
pub fn report_due(cal: &Calendar, period: &Month, n: u32) -> Option<Date> {
    cal.add_working_days(period.last_day(), n)
}

/// The last day on which a fault's review is in time, counted from the local day of recovery in `tz`: 5 working days for levels 1 and 2, 10 for
/// levels 3 and 4 (001:L124). `None` for any other level.
pub fn post_mortem_due(cal: &Calendar, tz: &TimeZone, recovered_at: At, level: u8) -> Option<Date> {
    let n = match level {
        1 | 2 => 5,
        3 | 4 => 10,
        _ => return None,
    };
    cal.add_working_days(recovered_at.date_in(tz), n)
}
