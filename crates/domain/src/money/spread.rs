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

impl Spread {
    /// What of the order lies in `from..=to`: whole slices as they are, cut ones by their days. Wherever a slice is cut, its pieces sum to it, so a
    /// month of two plans charges no cent twice. Errors: [`MoneyError::OutOfRange`].
    pub fn between(&self, from: Date, to: Date) -> Result<Vec<Slice>, MoneyError> {
        self.slices.iter().filter(|s| s.from <= to && from <= s.to).map(|s| piece(s, from.max(s.from), to.min(s.to))).collect()
    }
}
/// The amount up to `to` less the amount up to the day before `from`, each rounded: so neighbours fit.
fn piece(whole: &Slice, from: Date, to: Date) -> Result<Slice, MoneyError> {
    if (from, to) == (whole.from, whole.to) {
        return Ok(*whole);
    }
    let all = days(whole.from, whole.to);
    let until = |n: u32| whole.amount.part(Ratio::new(n, all)?);
    let (before, used) = (days(whole.from, from) - 1, days(from, to));
    let amount = until(before + used)?.minus(until(before)?)?;
    let share = Ratio::new(used, all)?;
    let takes_the_rest = amount != whole.amount.part(share)?;
    Ok(Slice { from, to, days: used, of: all, basis: whole.amount, share, amount, takes_the_rest })
}
