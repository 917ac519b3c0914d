use super::{FeeBand, Reckoning};
use crate::kit::{At, Span, Text};
use crate::promise::{Base, Cmp, Kind, Mark, On, PauseRule, Recurs, Rung, Source, Target, Terms};
use rust_decimal::Decimal;

/// One version of one plan. Immutable once published; what the customer agreed to is its text, whose hash is `hash`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanBook {
    /// `ali.enterprise.v2`
    pub id: String,
    /// `ali.enterprise`
    pub family: String,
    pub vendor: String,
    pub name: Text,
    /// Order of levels within a vendor, 0 the lowest.
    pub rank: u32,
    pub sale: Sale,
    pub effective: Effective,
    /// The document the whole version comes from.
    pub document: Source,
    pub fee: FeeRule,
    pub eligibility: Option<Eligibility>,
    pub channels: Vec<ChannelRule>,
    pub promises: Vec<Promise>,
    pub quotas: Vec<QuotaRule>,
    pub deliverables: Vec<DeliverableRule>,
    pub features: Vec<Feature>,
    pub not_provided: Vec<Feature>,
    pub scope: Scope,
    pub policies: Vec<Policy>,
    /// Paths of cells the sources do not give. Shown as "not promised"; they start no clock and grant no quota.
    /// The credit book that counts for holders of this plan, unless their contract names another.
    pub credit: Option<String>,
    pub unconfirmed: Vec<Unconfirmed>,
    /// SHA-256 of the text as published, hex.
    pub hash: String,
}

/// Half-open: in force from `from` (inclusive; `None` since ever) until `to` (exclusive; `None` still).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective {
    pub from: Option<At>,
    pub to: Option<At>,
}
impl Effective {
    pub fn covers(&self, at: At) -> bool {
        self.from.is_none_or(|f| f <= at) && self.to.is_none_or(|t| at < t)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sale {
    Open,
    Closed,
    InviteOnly,
    Tender,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    pub requires_any: Vec<String>,
    pub words: Text,
    pub source: Source,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRule {
    /// `web_ticket`, `dedicated_im_group`, `hotline`, …
    pub id: String,
    pub name: Text,
    /// `None`: the sources give no hours.
    pub calendar: Option<String>,
    /// Engineer group that serves it, when the sources name one.
    pub group: Option<String>,
    pub urgent_group: Option<String>,
    pub source: Source,
}

/// One row of the book: for which channel and severity, what is promised. Rows of the same `key` form one table of targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// `first_response`, `periodic_update`, `intervene`, …
    pub key: String,
    /// Unique in the book: `first_response.dedicated_im_group.business_down`.
    pub row: String,
    pub kind: Kind,
    pub channel: Match,
    pub severity: Match,
    /// The time of day that chooses this row, judged once at the base instant (plans.md CLK-03).
    pub when: When,
    pub words: Text,
    pub starts: On,
    pub stops: Vec<On>,
    pub ends: Vec<On>,
    pub recurs: Recurs,
    pub base: Base,
    /// `None`: unconfirmed, not promised.
    pub target: Option<Target>,
    /// `None`: unconfirmed.
    pub cmp: Option<Cmp>,
    pub calendar: Option<String>,
    pub pauses: Vec<PauseRule>,
    pub warn_at: Vec<Mark>,
    pub ladder: Vec<Rung>,
    /// The quota this promise spends when it starts.
    pub consumes: Option<String>,
    pub source: Source,
}

/// What a row is about: anything, or one of these keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    Any,
    OneOf(Vec<String>),
}
impl Match {
    pub fn takes(&self, key: &str) -> bool {
        match self {
            Match::Any => true,
            Match::OneOf(keys) => keys.iter().any(|k| k == key),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    Always,
    /// While this calendar is open.
    InHours(String),
    OutOfHours(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    Month,
    Quarter,
    Year,
    None,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRule {
    pub id: String,
    pub name: Text,
    /// Edition of the plan the row belongs to (`monthly`, `per_use`), when a plan is sold in editions.
    pub edition: Option<String>,
    /// All limits bind together. `count: None` with `purchased` is as many as were bought.
    pub count: Option<u32>,
    pub days: Option<u32>,
    pub purchased: bool,
    pub period: Period,
    /// Months are those of this zone.
    pub tz: String,
    /// Whole working days between the request and the first day of service.
    pub lead_working_days: Option<u32>,
    pub exempt_when: Option<String>,
    pub overrun: Overrun,
    pub words: Text,
    pub source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overrun {
    Refuse,
    BasicTerms,
    Charge,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverableRule {
    pub id: String,
    pub title: Text,
    /// `None`: on demand or per service.
    pub every: Option<Period>,
    pub on_demand: bool,
    /// The quotas (services) each of which ends with this deliverable.
    pub per: Vec<String>,
    /// Working days after the end of the period; `None`: the sources give no date.
    pub due_working_days: Option<u32>,
    pub calendar: Option<String>,
    /// At least so many a period.
    pub min_count: Option<u32>,
    pub merged_into: Option<String>,
    pub contents: Vec<String>,
    pub words: Text,
    pub source: Source,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    pub id: String,
    pub words: Text,
    pub source: Source,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    pub inside: Vec<Text>,
    pub outside: Vec<Text>,
    /// Where a question out of scope is sent.
    pub redirect: Option<Text>,
    pub source: Source,
    pub third_party: Vec<ThirdParty>,
    pub escort_products: Vec<ProductLine>,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThirdParty {
    pub category: String,
    pub name: String,
    pub supported: Text,
    pub unsupported: Text,
    pub source: Source,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductLine {
    pub line: String,
    pub name: Text,
    /// Empty: all products of the line.
    pub products: Vec<String>,
    pub source: Source,
}

/// Money is CNY unless `currency` says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeRule {
    pub currency: String,
    pub model: FeeModel,
    /// Prepaid per month; `None`: unconfirmed.
    pub base: Option<Decimal>,
    /// Share of list-price consumption; `None`: none or unconfirmed.
    pub rate: Option<Decimal>,
    /// A table of marginal rates instead of one; empty: none.
    pub bands: Vec<FeeBand>,
    pub combination: Combination,
    pub refund: Refund,
    pub reckoning: Reckoning,
    pub source: Source,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeeModel {
    Free,
    FixedPlusUsage,
    Contract,
    Unconfirmed,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combination {
    GreaterOf,
    Additive,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refund {
    None,
    Within(Span),
}

/// A rule of the plan that is neither clock, quota nor deliverable: kept as a key with words and, where there is one, a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub id: String,
    pub value: Option<String>,
    pub words: Text,
    pub source: Source,
}

/// A cell on which the sources are silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unconfirmed {
    /// `promise.first_response.dedicated_im_group.business_down.target`
    pub path: String,
    pub standing: Standing,
    pub words: Text,
    pub source: Source,
}

/// What the book does about a cell the sources do not give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Left empty: shown as "not promised".
    Missing,
    /// In force on our reading of the sources; to be confirmed by the vendor.
    Assumed,
}

impl Promise {
    /// The terms to stamp on a clock, or nothing while a cell is unconfirmed.
    pub fn terms(&self, plan: &str, calendar_version: impl Fn(&str) -> u32) -> Option<Terms> {
        let calendar = self.calendar.clone()?;
        Some(Terms {
            key: self.key.clone(),
            row: self.row.clone(),
            plan: plan.to_string(),
            kind: self.kind,
            starts: self.starts,
            stops: self.stops.clone(),
            ends: self.ends.clone(),
            recurs: self.recurs,
            base: self.base,
            target: self.target?,
            cmp: self.cmp?,
            calendar_version: calendar_version(&calendar),
            calendar,
            pauses: self.pauses.clone(),
            warn_at: self.warn_at.clone(),
            ladder: self.ladder.clone(),
            source: self.source.clone(),
        })
    }
}
