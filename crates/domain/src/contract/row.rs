use super::Change;
use crate::kit::{At, OrderId};
use crate::plan::{PlanBook, version_at};

/// Why a segment came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// From the plan everybody has.
    New,
    Upgrade,
    Downgrade,
    Renewal,
    /// Staff set it, with a reason in the log: tenders, kept versions.
    Override,
}
impl Reason {
    pub const ALL: &[Reason] = &[Reason::New, Reason::Upgrade, Reason::Downgrade, Reason::Renewal, Reason::Override];
    pub fn key(self) -> &'static str {
        match self {
            Reason::New => "new",
            Reason::Upgrade => "upgrade",
            Reason::Downgrade => "downgrade",
            Reason::Renewal => "renewal",
            Reason::Override => "override",
        }
    }
    pub fn parse(key: &str) -> Option<Reason> {
        Reason::ALL.iter().copied().find(|r| r.key() == key)
    }
}
/// A time on one version of a paid plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub order: OrderId,
    pub family: String,
    /// The version in force when it was ordered, and for as long as it runs (I3).
    pub plan: String,
    pub rank: u32,
    pub reason: Reason,
    pub ordered_at: At,
    pub starts_at: At,
    /// The first instant no longer on it; `None`: until further notice.
    pub ends_at: Option<At>,
}
impl Segment {
    pub fn covers(&self, at: At) -> bool {
        self.starts_at <= at && self.ends_at.is_none_or(|e| at < e)
    }
}

/// An account's paid segments in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contract(Vec<Segment>);

/// Why segments make no contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRow {
    /// Two plans at one instant.
    Overlap { one: OrderId, other: OrderId },
    /// It ends before it begins, or as it begins.
    Empty(OrderId),
    /// It begins before it was ordered.
    BeforeOrder(OrderId),
}
impl BadRow {
    pub fn key(self) -> &'static str {
        match self {
            BadRow::Overlap { .. } => "contract.overlap",
            BadRow::Empty(_) => "contract.empty",
            BadRow::BeforeOrder(_) => "contract.before_order",
        }
    }
}

/// A stretch of an account's time with what it was on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover<'a> {
    pub from: At,
    pub to: At,
    /// `None`: the plan everybody has.
    pub segment: Option<&'a Segment>,
}

impl Contract {
    /// In any order. Errors: [`BadRow`].
    pub fn new(segments: impl IntoIterator<Item = Segment>) -> Result<Contract, BadRow> {
        let mut row: Vec<Segment> = segments.into_iter().collect();
        row.sort_by_key(|s| (s.starts_at, s.order));
        for s in &row {
            if s.ends_at.is_some_and(|e| e <= s.starts_at) {
                return Err(BadRow::Empty(s.order));
            }
            if s.starts_at < s.ordered_at {
                return Err(BadRow::BeforeOrder(s.order));
            }
        }
        match row.windows(2).find(|w| w[0].ends_at.is_none_or(|e| e > w[1].starts_at)) {
            Some(w) => Err(BadRow::Overlap { one: w[0].order, other: w[1].order }),
            None => Ok(Contract(row)),
        }
    }
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }
    /// The paid plan at an instant: one or none.
    pub fn at(&self, at: At) -> Option<&Segment> {
        self.0.iter().find(|s| s.covers(at))
    }
    /// What begins later.
    pub fn later(&self, at: At) -> impl Iterator<Item = &Segment> {
        self.0.iter().filter(move |s| s.starts_at > at)
    }
    /// The one version the account is on: that of its segment, else the version of `everybody`'s plan in force at that instant (I2).
    /// `None` only when no such book is known.
    pub fn resolve<'b>(&self, books: impl IntoIterator<Item = &'b PlanBook>, everybody: &str, at: At) -> Option<&'b PlanBook> {
        match self.at(at) {
            Some(s) => books.into_iter().find(|b| b.id == s.plan),
            None => version_at(books, everybody, at),
        }
    }
    /// Every instant of `[from, to)` once, without a gap.
    pub fn cover(&self, from: At, to: At) -> Vec<Cover<'_>> {
        let mut found = Vec::new();
        let mut here = from;
        for s in self.0.iter().filter(|s| s.starts_at < to && s.ends_at.is_none_or(|e| e > from)) {
            if here < s.starts_at {
                found.push(Cover { from: here, to: s.starts_at, segment: None });
            }
            let end = s.ends_at.map_or(to, |e| e.min(to));
            found.push(Cover { from: s.starts_at.max(from), to: end, segment: Some(s) });
            here = end;
        }
        if here < to {
            found.push(Cover { from: here, to, segment: None });
        }
        found
    }
    /// The row after a change. Errors: [`BadRow`]; a change that [`super::order`], [`super::cancel`] or [`super::lapse`] decided on this row has none.
    pub fn after(&self, change: &Change) -> Result<Contract, BadRow> {
        let end = |s: &Segment| change.ends.iter().find(|(order, _)| *order == s.order).map(|(_, end)| *end);
        let stays = self.0.iter().filter(|s| !change.withdrawn.contains(&s.order));
        let row = stays.map(|s| Segment { ends_at: end(s).or(s.ends_at), ..s.clone() });
        Contract::new(row.chain(change.begins.clone()))
    }
}
