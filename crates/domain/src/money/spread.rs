use super::days::{days, month_slices};
use super::{Amount, MoneyError, Ratio, Slice};
use jiff::civil::Date;

/// How a prepaid product order is spread over its time (002:L100).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Spreading {
    /// The same for each whole month, broken months by their days; the rest on the last slice.
    #[default]
    MonthEven,
    /// By the days of the whole term; the rest on the last slice.
    DayExact,
}
impl Spreading {
    pub const ALL: &[Spreading] = &[Spreading::MonthEven, Spreading::DayExact];
    pub fn key(self) -> &'static str {
        match self {
            Spreading::MonthEven => "month_even",
            Spreading::DayExact => "day_exact",
        }
    }
}

/// An order spread over the calendar months it covers. The slices sum to its price to the cent (I11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    pub price: Amount,
    pub start: Date,
    /// The first day no longer covered.
    pub end: Date,
    pub slices: Vec<Slice>,
    /// What the last slice carries beyond its own share.
    pub residue: Amount,
}

/// Spreads an order. The end is the same day so many months later, clamped to the length of that month (E13, E14).
/// Errors: [`MoneyError::Negative`] for a price below zero, [`MoneyError::Days`] for no month or beyond the calendar, [`MoneyError::OutOfRange`].
pub fn spread(price: Amount, start: Date, months: u32, how: Spreading) -> Result<Spread, MoneyError> {
    let price = price.not_negative()?;
    let later = i32::try_from(months).ok().filter(|m| *m > 0).ok_or(MoneyError::Days)?;
    let end = jiff::Span::new().try_months(later).and_then(|span| start.checked_add(span)).map_err(|_| MoneyError::Days)?;
    let stretches = month_slices(start, end.yesterday().map_err(|_| MoneyError::Days)?);
    let term = stretches.iter().map(|(from, to)| days(*from, *to)).sum::<u32>();
    let mut slices = Vec::with_capacity(stretches.len());
    let mut left = price;
    for (i, (from, to)) in stretches.iter().enumerate() {
        let (used, of) = (days(*from, *to), u32::from(from.days_in_month().unsigned_abs()));
        let share = match how {
            Spreading::MonthEven => Ratio::new(used, i64::from(of) * i64::from(months))?,
            Spreading::DayExact => Ratio::new(used, term)?,
        };
        let takes_the_rest = i + 1 == stretches.len();
        let amount = if takes_the_rest { left } else { price.part(share)? };
        left = left.minus(amount)?;
        slices.push(Slice { from: *from, to: *to, days: used, of, basis: price, share, amount, takes_the_rest });
    }
    let residue = match slices.last() {
        Some(last) => last.amount.minus(price.part(last.share)?)?,
        None => Amount::zero(price.currency()),
    };
    Ok(Spread { price, start, end, slices, residue })
}
