use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};

/// An instant in microseconds since 1970-01-01T00:00:00Z. The domain never asks the machine for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct At(i64);

/// A length of time in microseconds. The unit is in the constructor's name, so `within: 15` cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

/// A text that is no instant or no duration; carries the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTime(pub String);

impl At {
    /// Later than every instant the house computes with (year 9999 is the limit of the time library).
    pub const MAX: At = At(253_000_000_000_000_000);
    pub const MIN: At = At(-62_000_000_000_000_000);
    /// The smallest difference between two instants: a breach of an inclusive target fires one tick after its due.
    pub const TICK: Span = Span(1);

    pub const fn from_micros(us: i64) -> At {
        At(us)
    }
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// Reads RFC 3339 with any offset. Errors: [`BadTime`].
    pub fn parse(text: &str) -> Result<At, BadTime> {
        text.parse::<jiff::Timestamp>().map(At::from).map_err(|_| BadTime(text.to_string()))
    }
    /// The same instant for the time-zone library.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 > 0 { jiff::Timestamp::MAX } else { jiff::Timestamp::MIN })
    }
    /// The civil date on the wall of a zone.
    pub fn date_in(self, tz: &jiff::tz::TimeZone) -> jiff::civil::Date {
        tz.to_datetime(self.timestamp()).date()
    }
}
impl From<jiff::Timestamp> for At {
    fn from(t: jiff::Timestamp) -> At {
        At(t.as_microsecond())
    }
}
/// RFC 3339 in UTC, with as many decimals as needed.
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Span {
    pub const ZERO: Span = Span(0);
    pub const fn micros(n: i64) -> Span {
        Span(n)
    }
    pub const fn seconds(n: i64) -> Span {
        Span(n * 1_000_000)
    }
    pub const fn minutes(n: i64) -> Span {
        Span::seconds(n * 60)
    }
    pub const fn hours(n: i64) -> Span {
        Span::minutes(n * 60)
    }
    /// Days of exactly 24 hours; for days of a calendar see `calendar`.
    pub const fn days(n: i64) -> Span {
        Span::hours(n * 24)
    }
    pub const fn as_micros(self) -> i64 {
        self.0
    }
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1_000_000
    }
    /// `percent` of this length, rounded down to the microsecond.
    pub fn percent(self, percent: u32) -> Span {
        Span((self.0 as i128 * percent as i128 / 100) as i64)
    }
    /// Reads ISO 8601 (`PT40M`, `P1DT2H`); a day is 24 hours, a week seven days. Years and months have no fixed length and are refused.
    pub fn parse(text: &str) -> Result<Span, BadTime> {
        let bad = || BadTime(text.to_string());
        let span: jiff::Span = text.parse().map_err(|_| bad())?;
        if span.get_years() != 0 || span.get_months() != 0 {
            return Err(bad());
        }
        let days = span.get_weeks() as i64 * 7 + span.get_days() as i64;
        let clock = span.days(0).weeks(0);
        let rest: jiff::SignedDuration = clock.try_into().map_err(|_| bad())?;
        let rest = i64::try_from(rest.as_micros()).map_err(|_| bad())?;
        days.checked_mul(86_400_000_000).and_then(|d| d.checked_add(rest)).map(Span).ok_or_else(bad)
    }
}
/// ISO 8601, hours the largest unit: `PT40M`, `PT26H`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let us = self.0.unsigned_abs();
        let (h, m, s, frac) = (us / 3_600_000_000, us / 60_000_000 % 60, us / 1_000_000 % 60, us % 1_000_000);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        f.write_str("PT")?;
        if h > 0 {
            write!(f, "{h}H")?;
        }
        if m > 0 {
            write!(f, "{m}M")?;
        }
        if frac > 0 {
            let digits = format!("{frac:06}");
            write!(f, "{s}.{}S", digits.trim_end_matches('0'))?;
        } else if s > 0 || (h == 0 && m == 0) {
            write!(f, "{s}S")?;
        }
        Ok(())
    }
}
impl Add<Span> for At {
    type Output = At;
    fn add(self, s: Span) -> At {
        At(self.0.saturating_add(s.0).clamp(At::MIN.0, At::MAX.0))
    }
}
impl Sub<Span> for At {
    type Output = At;
    fn sub(self, s: Span) -> At {
        self + -s
    }
}
impl Sub<At> for At {
    type Output = Span;
    fn sub(self, o: At) -> Span {
        Span(self.0 - o.0)
    }
}
impl Add for Span {
    type Output = Span;
    fn add(self, o: Span) -> Span {
        Span(self.0.saturating_add(o.0))
    }
}
impl AddAssign for Span {
    fn add_assign(&mut self, o: Span) {
        *self = *self + o;
    }
}
impl Sub for Span {
    type Output = Span;
    fn sub(self, o: Span) -> Span {
        Span(self.0.saturating_sub(o.0))
    }
}
impl Neg for Span {
    type Output = Span;
    fn neg(self) -> Span {
        Span(-self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn durations_are_read_and_written_in_iso_8601() {
        for (text, span) in
            [("PT40M", Span::minutes(40)), ("PT16H", Span::hours(16)), ("PT0S", Span::ZERO), ("PT1H0.5S", Span::hours(1) + Span::micros(500_000))]
        {
            assert_eq!(Span::parse(text), Ok(span));
            assert_eq!(Span::parse(&span.to_string()), Ok(span), "{text}");
        }
        assert_eq!(Span::parse("PT960M"), Ok(Span::hours(16)));
        assert_eq!(Span::parse("P1W"), Ok(Span::days(7)));
        assert!(Span::parse("P1M").is_err(), "a month has no length of its own");
        assert!(Span::parse("40 minutes").is_err() || Span::parse("40 minutes") == Ok(Span::minutes(40)));
    }
    #[test]
    fn instants_keep_their_offset_only_as_an_instant() {
        assert_eq!(At::parse("2025-06-16T11:00:00+08:00"), At::parse("2025-06-16T03:00:00Z"));
        assert_eq!(At::parse("2025-06-16T03:00:00Z").unwrap().to_string(), "2025-06-16T03:00:00Z");
        assert!(At::parse("2025-02-30T00:00:00Z").is_err());
    }
}
