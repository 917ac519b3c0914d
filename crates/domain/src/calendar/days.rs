//! Counting working days: whole weeks by division, exceptions by prefix sums, the n-th day by halving.
use super::Spec;
use jiff::{SignedDuration, civil::Date};

const EPOCH: Date = Date::constant(1970, 1, 1);
/// 1970-01-05 was a Monday.
const FIRST_MONDAY: i64 = 4;

/// Days since 1970-01-01.
pub(super) fn number(d: Date) -> i64 {
    d.duration_since(EPOCH).as_hours() / 24
}
/// The date of a day number; `None` outside the years -9999 to 9999.
pub(super) fn date(number: i64) -> Option<Date> {
    EPOCH.checked_add(SignedDuration::from_hours(number.checked_mul(24)?)).ok()
}
/// Answers how many working days lie before a day, in O(log exceptions).
#[derive(Debug)]
pub(super) struct WorkingDays {
    /// Working days among the first n days of a week from Monday.
    of_week: [i64; 8],
    /// Days whose exception changes whether they are worked, with the sum of changes up to and including them.
    changes: Vec<(i64, i64)>,
}

impl WorkingDays {
    pub(super) fn new(spec: &Spec) -> WorkingDays {
        let mut of_week = [0; 8];
        for (i, windows) in spec.weekly.iter().enumerate() {
            of_week[i + 1] = of_week[i] + i64::from(!windows.is_empty());
        }
        let mut sum = 0;
        let mut changes = Vec::new();
        for (d, windows) in &spec.exceptions {
            let usual = !spec.weekly[d.weekday().to_monday_zero_offset() as usize].is_empty();
            if usual == windows.is_empty() {
                sum += if usual { -1 } else { 1 };
                changes.push((number(*d), sum));
            }
        }
        WorkingDays { of_week, changes }
    }
    /// Working days before day `n`, less those before 1970-01-05: only differences mean something.
    fn before(&self, n: i64) -> i64 {
        let (week, day) = ((n - FIRST_MONDAY).div_euclid(7), (n - FIRST_MONDAY).rem_euclid(7));
        let passed = self.changes.partition_point(|(changed, _)| *changed < n);
        let change = if passed == 0 { 0 } else { self.changes[passed - 1].1 };
        week * self.of_week[7] + self.of_week[day as usize] + change
    }
    /// Working days in `from..to`, both day numbers; 0 when `to` is not after `from`.
    pub(super) fn within(&self, from: i64, to: i64) -> i64 {
        if to <= from { 0 } else { self.before(to) - self.before(from) }
    }
    /// The n-th working day after `base`; `base` itself when `n` is 0.
    pub(super) fn nth_after(&self, base: Date, n: u32) -> Option<Date> {
        if n == 0 {
            return Some(base);
        }
        let first = number(base) + 1;
        let found = least(first, number(Date::MAX) + 1, |day| self.within(first, day + 1) >= i64::from(n))?;
        date(found)
    }
    /// The n-th working day before `base`; `base` itself when `n` is 0.
    pub(super) fn nth_before(&self, base: Date, n: u32) -> Option<Date> {
        if n == 0 {
            return Some(base);
        }
        let end = number(base);
        // Halving finds the first day from which fewer than n are left: the day before it is the n-th.
        let short = least(number(Date::MIN), end + 1, |day| self.within(day, end) < i64::from(n))?;
        date(short - 1)
    }
}

/// The least number in `from..to` for which `is` holds, given that it keeps holding from there on.
fn least(from: i64, to: i64, is: impl Fn(i64) -> bool) -> Option<i64> {
    let (mut low, mut high) = (from, to);
    while low < high {
        let middle = low + (high - low) / 2;
        if is(middle) { high = middle } else { low = middle + 1 }
    }
    (low < to).then_some(low)
}
