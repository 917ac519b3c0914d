use super::Unconfirmed;
use crate::credit::{ClaimRule, MonthBand, OutageBand, Payout, Reason, Rule, Schedule, Unit};
use crate::kit::{Span, Text};
use crate::money::{MoneyError, Ratio};
use crate::promise::Source;
use rust_decimal::Decimal;

/// What a vendor says it gives back when a service was down. A version of its own beside the plan books, for it is about products, not plans;
/// immutable once published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditBook {
    /// `ali.article.2025`
    pub id: String,
    pub vendor: String,
    pub name: Text,
    pub document: Source,
    /// Months are those of this zone.
    pub tz: String,
    /// `None`: unconfirmed.
    pub payout: Option<Payout>,
    /// Share of the month's fee that the credits of a product and month cannot pass; `None`: unconfirmed, so nothing can be reckoned.
    pub cap: Option<Decimal>,
    /// Share of a proven loss of data; `None`: none is given.
    pub loss: Option<Decimal>,
    pub excludes: Vec<Reason>,
    /// `None`: unconfirmed.
    pub claim: Option<Claim>,
    pub products: Vec<Availability>,
    pub bands: CreditBands,
    pub unconfirmed: Vec<Unconfirmed>,
    /// SHA-256 of the text, hex.
    pub hash: String,
}
/// When a claim may be made, and on which calendar the working days are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub rule: ClaimRule,
    pub calendar: String,
    pub source: Source,
}
/// How much of a month a product is promised to be up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    pub id: String,
    pub name: Text,
    /// In percent: `99.95`.
    pub uptime: Decimal,
    pub source: Source,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreditBands {
    Outage(Vec<OutageRow>),
    Month(Vec<MonthRow>),
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutageRow {
    pub at_least: Span,
    pub share: Decimal,
    /// `None`: the share is for the outage as a whole.
    pub per: Option<Unit>,
    pub words: Text,
    pub source: Source,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthRow {
    /// Uptime in percent.
    pub below: Decimal,
    pub share: Decimal,
    pub words: Text,
    pub source: Source,
}

impl CreditBook {
    /// What [`crate::credit::credit`] reckons with; `None` while the cap is unconfirmed. Errors: numbers out of range.
    pub fn schedule(&self) -> Result<Option<Schedule>, MoneyError> {
        let Some(cap) = self.cap.map(Ratio::of).transpose()? else { return Ok(None) };
        let outage = |row: &OutageRow| {
            let share = Ratio::of(row.share)?;
            Ok(OutageBand { at_least: row.at_least, rule: row.per.map_or(Rule::Share(share), |unit| Rule::Per(unit, share)) })
        };
        let month = |row: &MonthRow| Ok(MonthBand { below: Ratio::percent(row.below)?, share: Ratio::of(row.share)? });
        Ok(Some(match &self.bands {
            CreditBands::Outage(rows) => Schedule::ByOutage { bands: rows.iter().map(outage).collect::<Result<_, MoneyError>>()?, cap },
            CreditBands::Month(rows) => Schedule::ByMonth { bands: rows.iter().map(month).collect::<Result<_, MoneyError>>()?, cap },
        }))
    }
    /// The uptime promised for a product; `None` when the book names none. Errors: a number out of range.
    pub fn promised(&self, product: &str) -> Result<Option<Ratio>, MoneyError> {
        self.products.iter().find(|p| p.id == product).map(|p| Ratio::percent(p.uptime)).transpose()
    }
}
