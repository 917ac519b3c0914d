use super::{Outage, Stretch, Uptime, Window, uptime};
use crate::kit::Span;
use crate::money::{Amount, MoneyError, Ratio};

/// The unit in which the length of a short outage is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    Minute,
    Hour,
}
impl Unit {
    pub const ALL: &[Unit] = &[Unit::Minute, Unit::Hour];
    pub fn key(self) -> &'static str {
        match self {
            Unit::Minute => "minute",
            Unit::Hour => "hour",
        }
    }
    fn length(self) -> Span {
        match self {
            Unit::Minute => Span::minutes(1),
            Unit::Hour => Span::hours(1),
        }
    }
}
/// What an outage of at least this length brings: of several bands the longest that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutageBand {
    pub at_least: Span,
    pub rule: Rule,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// This share of the month's fee, however long it lasts.
    Share(Ratio),
    /// This share of the month's fee for each unit of its length, parts of a unit by their length.
    Per(Unit, Ratio),
}
/// What a month with an uptime below this brings: of several bands the lowest that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthBand {
    pub below: Ratio,
    pub share: Ratio,
}
/// How credits are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    ByOutage { bands: Vec<OutageBand>, cap: Ratio },
    ByMonth { bands: Vec<MonthBand>, cap: Ratio },
}
impl Schedule {
    /// The share of the month's fee that all credits of a product and month together cannot pass.
    pub fn cap(&self) -> Ratio {
        match self {
            Schedule::ByOutage { cap, .. } | Schedule::ByMonth { cap, .. } => *cap,
        }
    }
}
/// How a credit is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Payout {
    /// Spent on later bills, never paid out.
    Voucher,
    /// Set against the bill.
    CreditNote,
}
impl Payout {
    pub const ALL: &[Payout] = &[Payout::Voucher, Payout::CreditNote];
    pub fn key(self) -> &'static str {
        match self {
            Payout::Voucher => "voucher",
            Payout::CreditNote => "credit_note",
        }
    }
}

/// One line of a credit: `amount` is `share` of the fee, half-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditLine {
    /// The merged outage, or the whole month.
    pub stretch: Stretch,
    /// How long the outage counts for, in all months: what chose the band. The down time of the month where the month has bands.
    pub length: Span,
    /// How much of that lies in this month.
    pub within: Span,
    pub share: Ratio,
    pub amount: Amount,
}
/// What a month's outages bring, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// What was paid for the product and month.
    pub fee: Amount,
    pub uptime: Option<Uptime>,
    pub lines: Vec<CreditLine>,
    pub sum: Amount,
    pub cap: Amount,
    /// The sum, or the cap where it is less (I14).
    pub amount: Amount,
}

impl Credit {
    /// What is still to be given where credits of this product and month were issued before: the cap holds for all of them together (I14), and
    /// what was given stays given. Errors: [`MoneyError::Currencies`], [`MoneyError::OutOfRange`].
    pub fn beyond(&self, issued: Amount) -> Result<Amount, MoneyError> {
        Ok(self.amount.minus(issued)?.or_nothing())
    }
}

/// The fee a credit is a share of: what was paid, by the months bought (ANC-SLA-7). Errors: [`MoneyError::DividedByZero`] for no month.
pub fn month_fee(paid: Amount, months: u32) -> Result<Amount, MoneyError> {
    paid.not_negative()?.part(Ratio::new(1, months)?)
}

/// The credit of a product for a month. An outage over the end of a month is one outage, classed by all of its length; its money is split by the
/// time that lies in each month (E20). Without a window all of it counts. Month bands need one.
/// Errors: [`MoneyError::Negative`] for a fee below zero, [`MoneyError::Days`] for month bands without a month, [`MoneyError::OutOfRange`].
pub fn credit(schedule: &Schedule, fee: Amount, outages: &[Outage], window: Option<Window>) -> Result<Credit, MoneyError> {
    let fee = fee.not_negative()?;
    let up = window.map(|w| uptime(w, outages)).transpose()?;
    let lines = match schedule {
        Schedule::ByOutage { bands, .. } => outage_lines(bands, fee, outages, window)?,
        Schedule::ByMonth { bands, .. } => month_line(bands, fee, window.zip(up).ok_or(MoneyError::Days)?)?,
    };
    let sum = Amount::sum(lines.iter().map(|l| l.amount), fee.currency())?;
    let cap = fee.part(schedule.cap())?.not_negative()?;
    Ok(Credit { fee, uptime: up, lines, sum, cap, amount: sum.at_most(cap)? })
}
fn outage_lines(bands: &[OutageBand], fee: Amount, outages: &[Outage], window: Option<Window>) -> Result<Vec<CreditLine>, MoneyError> {
    let mut lines = Vec::new();
    for outage in outages {
        let length = outage.length();
        let within = window.map_or(length, |w| outage.length_within(w.stretch));
        let elsewhere = window.is_some_and(|w| outage.whole.within(w.stretch).is_none());
        let band = bands.iter().filter(|b| b.at_least <= length).max_by_key(|b| b.at_least);
        let Some(band) = band.filter(|_| !elsewhere) else { continue };
        let share = match band.rule {
            Rule::Per(unit, rate) => rate.times(Ratio::new(within.as_micros(), unit.length().as_micros())?)?,
            Rule::Share(_) if length == Span::ZERO => Ratio::ZERO,
            Rule::Share(share) => share.times(Ratio::new(within.as_micros(), length.as_micros())?)?,
        };
        lines.push(CreditLine { stretch: outage.whole, length, within, share, amount: fee.part(share)? });
    }
    Ok(lines)
}
fn month_line(bands: &[MonthBand], fee: Amount, (window, up): (Window, Uptime)) -> Result<Vec<CreditLine>, MoneyError> {
    let ratio = up.ratio();
    let band = bands.iter().filter(|b| ratio < b.below).min_by_key(|b| b.below);
    let line = |b: &MonthBand| {
        let amount = fee.part(b.share)?;
        Ok(CreditLine { stretch: window.stretch, length: up.down, within: up.down, share: b.share, amount })
    };
    band.map(line).into_iter().collect()
}
