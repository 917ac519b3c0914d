use super::{Amount, MoneyError, Ratio};
use crate::calendar::Month;
use jiff::civil::Date;

/// How long a month is when part of it is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DayCount {
    /// As long as it is.
    #[default]
    Actual,
    /// Thirty days; a month used to its end from its beginning is whole whatever its length.
    Thirty,
}
impl DayCount {
    pub const ALL: &[DayCount] = &[DayCount::Actual, DayCount::Thirty];
    pub fn key(self) -> &'static str {
        match self {
            DayCount::Actual => "actual",
            DayCount::Thirty => "thirty",
        }
    }
}

/// One explained slice: `amount` is `basis × share`, half-up; unless it `takes_the_rest` of a whole that was rounded in the slices before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// First day.
    pub from: Date,
    /// Last day, which counts.
    pub to: Date,
    pub days: u32,
    /// Days the month counts.
    pub of: u32,
    pub basis: Amount,
    pub share: Ratio,
    pub amount: Amount,
    pub takes_the_rest: bool,
}
impl Slice {
    pub fn month(&self) -> Month {
        Month::of(self.from)
    }
}

/// Days from `from` to `to`, both counted; 0 when they run backwards.
pub(super) fn days(from: Date, to: Date) -> u32 {
    u32::try_from(to.duration_since(from).as_hours() / 24 + 1).unwrap_or(0)
}

/// A monthly price for some days of one month. Errors: [`MoneyError::Days`] when the days run backwards or lie in different months,
/// [`MoneyError::Negative`], [`MoneyError::OutOfRange`].
pub fn part_of_month(price: Amount, from: Date, to: Date, count: DayCount) -> Result<Slice, MoneyError> {
    let price = price.not_negative()?;
    let (month, used) = (Month::of(from), days(from, to));
    if used == 0 || Month::of(to) != month {
        return Err(MoneyError::Days);
    }
    let length = u32::from(month.days().unsigned_abs());
    let (used_of, of) = match count {
        DayCount::Actual => (used, length),
        DayCount::Thirty if used == length => (30, 30),
        DayCount::Thirty => (used.min(30), 30),
    };
    let share = Ratio::new(used_of, of)?;
    Ok(Slice { from, to, days: used, of, basis: price, share, amount: price.part(share)?, takes_the_rest: false })
}

/// The stretches of `from..=to` month by month.
pub fn month_slices(from: Date, to: Date) -> Vec<(Date, Date)> {
    let mut found = Vec::new();
    let mut first = from;
    while first <= to {
        let last = first.last_of_month().min(to);
        found.push((first, last));
        match last.tomorrow() {
            Ok(next) => first = next,
            Err(_) => break,
        }
    }
    found
}
