//! Quotas: so many a period, so many days a period, both binding (plans.md, "Quota engine"; I9). What is left follows from the entries alone.
//!
//! A booking of several days lies on one or more periods: each day in its own, the count in the period of the first day ([`shares`]);
//! all of them are taken or none ([`Shelf::post`]). The database guards the same rule in one statement.
mod shelf;
#[cfg(test)]
mod tests;
pub use shelf::{Share, Shelf, first_fit, shares};

use crate::kit::At;
use crate::plan::Period;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The key of the period an instant lies in, in the zone of the plan: `2025-05`, `2025-Q2`, `2025`, `-` without periods
/// (QTA-07: 2025-04-30T16:30Z is May). `None`: the zone is unknown.
pub fn period_key(period: Period, tz: &str, at: At) -> Option<String> {
    let tz = TimeZone::get(tz).ok()?;
    Some(period_of(period, at.date_in(&tz)))
}
/// As [`period_key`], for a local day.
pub fn period_of(period: Period, day: Date) -> String {
    match period {
        Period::Month => format!("{:04}-{:02}", day.year(), day.month()),
        Period::Quarter => format!("{:04}-Q{}", day.year(), (day.month() + 2) / 3),
        Period::Year => format!("{:04}", day.year()),
        Period::None => "-".to_string(),
    }
}

/// The first instant of the period after the one an instant lies in: when what is used up comes back. `None` without periods.
pub fn period_ends(period: Period, tz: &str, at: At) -> Option<At> {
    let tz = TimeZone::get(tz).ok()?;
    let day = at.date_in(&tz);
    let months = match period {
        Period::Month => 1,
        Period::Quarter => 3 - (day.month() - 1) % 3,
        Period::Year => 13 - day.month(),
        Period::None => return None,
    };
    let next = day.first_of_month().checked_add(jiff::Span::new().months(months)).ok()?;
    tz.to_ambiguous_timestamp(next.at(0, 0, 0, 0)).compatible().ok().map(At::from)
}

/// What a plan gives in one period; `None` does not bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    pub count: Option<u32>,
    pub days: Option<u32>,
}

/// What one account has of one quota in one period: a cache of its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    pub reserved_count: u32,
    pub consumed_count: u32,
    pub reserved_days: u32,
    pub consumed_days: u32,
    /// Bought or given beyond the plan, less what of it ran out; an operator's correction may make it negative.
    pub granted_count: i64,
    pub granted_days: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// More than the plan gives: bought, or a courtesy.
    Grant,
    /// Held for a service that is agreed but not begun.
    Reserve,
    /// What was reserved is used.
    Consume,
    /// A reservation is given back.
    Release,
    /// The cause was ours: what was used is given back (plans.md QTA-05).
    Exempt,
    /// A grant ran out.
    Expire,
    /// An operator's correction of what is granted; `count` and `days` may be negative.
    Adjust,
}
impl EntryKind {
    pub const ALL: &[EntryKind] = {
        use EntryKind::*;
        &[Grant, Reserve, Consume, Release, Exempt, Expire, Adjust]
    };
    pub fn key(self) -> &'static str {
        match self {
            EntryKind::Grant => "grant",
            EntryKind::Reserve => "reserve",
            EntryKind::Consume => "consume",
            EntryKind::Release => "release",
            EntryKind::Exempt => "exempt",
            EntryKind::Expire => "expire",
            EntryKind::Adjust => "adjust",
        }
    }
    pub fn parse(key: &str) -> Option<EntryKind> {
        EntryKind::ALL.iter().copied().find(|k| k.key() == key)
    }
}

/// One line of the ledger. Amounts are not negative, except those of [`EntryKind::Adjust`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub kind: EntryKind,
    pub count: i64,
    pub days: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    Count,
    Days,
}
/// Why there is no such entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaRefusal {
    /// Not enough is left.
    UsedUp { dimension: Dimension, left: u32, asked: u32 },
    /// More is given back or used than is held, or more is taken off a grant than is unused.
    NotHeld { dimension: Dimension, held: u32, asked: u32 },
    /// A negative amount, or one beyond counting.
    BadAmount,
}
impl QuotaRefusal {
    pub fn key(self) -> &'static str {
        match self {
            QuotaRefusal::UsedUp { dimension: Dimension::Count, .. } => "quota.used_up",
            QuotaRefusal::UsedUp { dimension: Dimension::Days, .. } => "quota.days_used_up",
            QuotaRefusal::NotHeld { .. } => "quota.not_held",
            QuotaRefusal::BadAmount => "quota.bad_amount",
        }
    }
}

impl Balance {
    /// What is left; 0, not a debt, where a smaller plan came in the middle of the period (plans.md QTA-06). `None` does not bind.
    pub fn left(&self, limits: &Limits) -> Limits {
        let left = |given: Option<u32>, granted: i64, used: u32| limit(given, granted).map(|l| l.saturating_sub(used));
        Limits { count: left(limits.count, self.granted_count, self.used_count()), days: left(limits.days, self.granted_days, self.used_days()) }
    }
    pub fn used_count(&self) -> u32 {
        self.reserved_count.saturating_add(self.consumed_count)
    }
    pub fn used_days(&self) -> u32 {
        self.reserved_days.saturating_add(self.consumed_days)
    }
}
/// What binds in a period: the plan's limit and what was granted beyond it, never below zero.
fn limit(given: Option<u32>, granted: i64) -> Option<u32> {
    given.map(|g| i64::from(g).saturating_add(granted).clamp(0, i64::from(u32::MAX)) as u32)
}

/// Is so much left, in both dimensions?
pub fn may_take(limits: &Limits, balance: &Balance, count: u32, days: u32) -> Result<(), QuotaRefusal> {
    let left = balance.left(limits);
    for (dimension, left, asked) in [(Dimension::Count, left.count, count), (Dimension::Days, left.days, days)] {
        if let Some(left) = left.filter(|left| *left < asked) {
            return Err(QuotaRefusal::UsedUp { dimension, left, asked });
        }
    }
    Ok(())
}

/// The balance after an entry, or why there is no such entry. Keeps `0 ≤ reserved + consumed ≤ limit` in every dimension (I9).
pub fn apply(limits: &Limits, balance: Balance, entry: &Entry) -> Result<Balance, QuotaRefusal> {
    let mut b = balance;
    if entry.kind == EntryKind::Adjust {
        return covered(limits, granted(b, entry)?);
    }
    let amount = |n: i64| u32::try_from(n).map_err(|_| QuotaRefusal::BadAmount);
    let asked = (amount(entry.count)?, amount(entry.days)?);
    let (reserved, consumed) = ((b.reserved_count, b.reserved_days), (b.consumed_count, b.consumed_days));
    match entry.kind {
        EntryKind::Grant | EntryKind::Adjust => b = granted(b, entry)?,
        EntryKind::Expire => {
            // Only the unused rest of a grant runs out: nothing is taken from under a service.
            b.granted_count -= entry.count.min(unused(limits.count, b.granted_count, b.used_count()));
            b.granted_days -= entry.days.min(unused(limits.days, b.granted_days, b.used_days()));
        }
        EntryKind::Reserve => {
            may_take(limits, &b, asked.0, asked.1)?;
            (b.reserved_count, b.reserved_days) = more(reserved, asked)?;
        }
        EntryKind::Consume => {
            (b.reserved_count, b.reserved_days) = less(reserved, asked)?;
            (b.consumed_count, b.consumed_days) = more(consumed, asked)?;
        }
        EntryKind::Release => (b.reserved_count, b.reserved_days) = less(reserved, asked)?,
        EntryKind::Exempt => (b.consumed_count, b.consumed_days) = less(consumed, asked)?,
    }
    Ok(b)
}
fn granted(mut b: Balance, entry: &Entry) -> Result<Balance, QuotaRefusal> {
    b.granted_count = b.granted_count.checked_add(entry.count).ok_or(QuotaRefusal::BadAmount)?;
    b.granted_days = b.granted_days.checked_add(entry.days).ok_or(QuotaRefusal::BadAmount)?;
    Ok(b)
}
/// The part of a grant nobody uses.
fn unused(given: Option<u32>, granted: i64, used: u32) -> i64 {
    let free = given.map_or(granted, |g| i64::from(g).saturating_add(granted).saturating_sub(i64::from(used)));
    free.min(granted).max(0)
}
fn more(held: (u32, u32), asked: (u32, u32)) -> Result<(u32, u32), QuotaRefusal> {
    held.0.checked_add(asked.0).zip(held.1.checked_add(asked.1)).ok_or(QuotaRefusal::BadAmount)
}
fn less(held: (u32, u32), asked: (u32, u32)) -> Result<(u32, u32), QuotaRefusal> {
    let part = |dimension, held: u32, asked: u32| held.checked_sub(asked).ok_or(QuotaRefusal::NotHeld { dimension, held, asked });
    Ok((part(Dimension::Count, held.0, asked.0)?, part(Dimension::Days, held.1, asked.1)?))
}
/// A correction may not take away what is in use.
fn covered(limits: &Limits, b: Balance) -> Result<Balance, QuotaRefusal> {
    let lines = [
        (Dimension::Count, limit(limits.count, b.granted_count), b.used_count()),
        (Dimension::Days, limit(limits.days, b.granted_days), b.used_days()),
    ];
    match lines.into_iter().find_map(|(dimension, limit, used)| limit.filter(|l| *l < used).map(|held| (dimension, held, used))) {
        Some((dimension, held, asked)) => Err(QuotaRefusal::NotHeld { dimension, held, asked }),
        None => Ok(b),
    }
}
