use super::{Balance, Entry, EntryKind, Limits, QuotaRefusal, apply, period_of};
use crate::plan::Period;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The part of a booking that lies in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub period: String,
    pub count: u32,
    pub days: u32,
}

/// A service of `days` consecutive days from `first`: each day counts in its own period, the one count in that of the first day (QTA-03).
/// Stops at the last day a calendar can name.
pub fn shares(period: Period, first: Date, days: u32) -> Vec<Share> {
    let mut shares = vec![Share { period: period_of(period, first), count: 1, days: 0 }];
    for day in first.series(jiff::Span::new().days(1)).take(days as usize) {
        let key = period_of(period, day);
        match shares.last_mut() {
            Some(share) if share.period == key => share.days += 1,
            _ => shares.push(Share { period: key, count: 0, days: 1 }),
        }
    }
    shares
}

/// The balances of one quota of one account, by period. Every period has the same limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    pub limits: Limits,
    balances: BTreeMap<String, Balance>,
}
impl Shelf {
    pub fn new(limits: Limits) -> Shelf {
        Shelf { limits, balances: BTreeMap::new() }
    }
    pub fn balance(&self, period: &str) -> Balance {
        self.balances.get(period).copied().unwrap_or_default()
    }
    pub fn left(&self, period: &str) -> Limits {
        self.balance(period).left(&self.limits)
    }
    /// Periods that ever had an entry, in order.
    pub fn periods(&self) -> impl Iterator<Item = &str> {
        self.balances.keys().map(String::as_str)
    }
    /// The first day from `from` to `until` on which so many days in a row can be had, in every period they lie in: what a refused customer is
    /// offered instead. `None`: not within these days.
    pub fn earliest(&self, period: Period, from: Date, until: Date, days: u32) -> Option<Date> {
        first_fit(period, from, until, days, |period| self.left(period))
    }
    /// Writes the same kind of entry for every share, all or none. Errors: the first share that is refused.
    pub fn post(&mut self, kind: EntryKind, shares: &[Share]) -> Result<(), QuotaRefusal> {
        let mut next = self.balances.clone();
        for share in shares {
            let balance = next.entry(share.period.clone()).or_default();
            *balance = apply(&self.limits, *balance, &Entry { kind, count: share.count.into(), days: share.days.into() })?;
        }
        self.balances = next;
        Ok(())
    }
}

/// The first day from `from` to `until` on which a service of so many days has room in every period it lies on. `left` is asked for each
/// period as often as a day wants to know.
pub fn first_fit(period: Period, from: Date, until: Date, days: u32, mut left: impl FnMut(&str) -> Limits) -> Option<Date> {
    let room = |limit: Option<u32>, asked: u32| limit.is_none_or(|l| asked <= l);
    from.series(jiff::Span::new().days(1)).take_while(|day| *day <= until).find(|first| {
        shares(period, *first, days).iter().all(|s| {
            let left = left(&s.period);
            room(left.count, s.count) && room(left.days, s.days)
        })
    })
}
