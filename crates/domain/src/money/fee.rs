use super::{Amount, MoneyError, Ratio};
use crate::plan::Combination;

/// One band of a rate table: what is spent up to here, above the band before, is charged at this rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// `None`: without end.
    pub up_to: Option<Amount>,
    pub rate: Ratio,
}
/// A table of marginal rates: rising, the last band without end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bands(Vec<Band>);
impl Bands {
    /// Errors: [`MoneyError::Bands`], [`MoneyError::Currencies`], [`MoneyError::Negative`] for a rate below zero.
    pub fn new(bands: Vec<Band>) -> Result<Bands, MoneyError> {
        let Some((last, closed)) = bands.split_last() else { return Err(MoneyError::Bands) };
        if last.up_to.is_some() {
            return Err(MoneyError::Bands);
        }
        let mut before: Option<Amount> = None;
        for band in closed {
            let up_to = band.up_to.ok_or(MoneyError::Bands)?;
            let floor = before.unwrap_or(Amount::zero(up_to.currency()));
            if up_to.compare(floor)?.is_le() {
                return Err(MoneyError::Bands);
            }
            before = Some(up_to);
        }
        if bands.iter().any(|b| b.rate.is_negative()) { Err(MoneyError::Negative) } else { Ok(Bands(bands)) }
    }
    pub fn as_slice(&self) -> &[Band] {
        &self.0
    }
}

/// How the share of consumption is reckoned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Usage {
    /// None: the price alone.
    None,
    /// One rate from the first coin.
    Rate(Ratio),
    Bands(Bands),
}
/// What a plan costs in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Prepaid.
    pub price: Amount,
    pub usage: Usage,
    pub combination: Combination,
}

/// What one band contributes: `part` is `within × rate`, not rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BandPart {
    pub from: Amount,
    /// `None`: without end.
    pub to: Option<Amount>,
    /// How much of the consumption lies in the band.
    pub within: Amount,
    pub rate: Ratio,
    pub part: Ratio,
}
/// The share of a consumption, band by band; rounded once on the sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageFee {
    pub consumption: Amount,
    pub parts: Vec<BandPart>,
    pub amount: Amount,
}

/// Errors: [`MoneyError::Negative`] for a consumption below zero, [`MoneyError::Currencies`], [`MoneyError::OutOfRange`].
pub fn usage_fee(usage: &Usage, consumption: Amount) -> Result<UsageFee, MoneyError> {
    let consumption = consumption.not_negative()?;
    let nothing = Amount::zero(consumption.currency());
    let single;
    let bands = match usage {
        Usage::None => &[][..],
        Usage::Rate(rate) => {
            single = [Band { up_to: None, rate: *rate }];
            &single[..]
        }
        Usage::Bands(bands) => bands.as_slice(),
    };
    let (mut from, mut parts, mut sum) = (nothing, Vec::new(), Ratio::ZERO);
    for band in bands {
        let top = match band.up_to {
            Some(up_to) => consumption.at_most(up_to)?,
            None => consumption,
        };
        let within = top.minus(from)?.or_nothing();
        let part = within.units()?.times(band.rate)?;
        parts.push(BandPart { from, to: band.up_to, within, rate: band.rate, part });
        (from, sum) = (band.up_to.unwrap_or(from), sum.plus(part)?);
    }
    Ok(UsageFee { consumption, parts, amount: Amount::half_up(sum, consumption.currency())? })
}
/// Marginal bands, rounded once on the sum, at least the minimum.
pub fn tiered(bands: &Bands, minimum: Amount, consumption: Amount) -> Result<Amount, MoneyError> {
    usage_fee(&Usage::Bands(bands.clone()), consumption)?.amount.at_least(minimum)
}

/// A month's fee, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    pub prepaid: Amount,
    pub usage: UsageFee,
    pub combination: Combination,
    /// What is charged after the month: of the larger of both what the price does not cover, or the whole share beside the price.
    pub postpaid: Amount,
    pub total: Amount,
}
/// Combines price and share of consumption. The consumption of one account: bills are never pooled (002:L105, FEE-10).
/// Errors: [`MoneyError::Negative`] for a price or consumption below zero, [`MoneyError::Currencies`], [`MoneyError::OutOfRange`].
pub fn charge(schedule: &Schedule, consumption: Amount) -> Result<Charge, MoneyError> {
    let prepaid = schedule.price.not_negative()?;
    prepaid.same_currency(consumption)?;
    let usage = usage_fee(&schedule.usage, consumption)?;
    let postpaid = match schedule.combination {
        Combination::GreaterOf => usage.amount.minus(prepaid)?.or_nothing(),
        Combination::Additive => usage.amount,
    };
    Ok(Charge { prepaid, combination: schedule.combination, postpaid, total: prepaid.plus(postpaid)?, usage })
}
