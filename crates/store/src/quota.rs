//! What an account has of a quota in a period. The balance guards, the entries prove (plans.md, "Quota engine").
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{AccountId, At, OrderId, PersonId, ServiceId, TicketId};
use domain::quota::{Balance, EntryKind, Limits, QuotaRefusal, apply};

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub account: AccountId,
    pub quota: String,
    /// `2025-05`, in the zone of the plan; `-` without periods.
    pub period: String,
    /// The same command twice is one entry.
    pub idem: String,
    pub kind: EntryKind,
    pub count: i64,
    pub days: i64,
    /// Why, where somebody said so.
    pub reason: Option<String>,
    pub ticket: Option<TicketId>,
    pub service: Option<ServiceId>,
    pub order: Option<OrderId>,
    pub actor: Option<PersonId>,
    pub at: At,
}
impl Entry {
    /// Among lines of the same instant.
    pub fn place(&self) -> String {
        format!("{}/{}/{}", self.quota, self.period, self.idem)
    }
}
statements! {
    FIRST = "insert into quota_balance (account_id, quota_id, period, used_count, used_days) values ($1, $2, $3, 0, 0) on conflict (account_id, quota_id, period) do nothing";
    TAKE = "update quota_balance set used_count = used_count + $4, used_days = used_days + $5 where account_id = $1 and quota_id = $2 and period = $3 and (used_count + $4 <= $6 + granted_count or $4 = 0) and (used_days + $5 <= $7 + granted_days or $5 = 0)";
    BALANCE = "select used_count, used_days, reserved_count, reserved_days, granted_count, granted_days from quota_balance where account_id = $1 and quota_id = $2 and period = $3";
    HELD = "select used_count, used_days, reserved_count, reserved_days, granted_count, granted_days from quota_balance where account_id = $1 and quota_id = $2 and period = $3",
        postgres "select used_count, used_days, reserved_count, reserved_days, granted_count, granted_days from quota_balance where account_id = $1 and quota_id = $2 and period = $3 for update";
    PUT = "update quota_balance set used_count = $4, used_days = $5, reserved_count = $6, reserved_days = $7, granted_count = $8, granted_days = $9 where account_id = $1 and quota_id = $2 and period = $3";
    KNOWN = "select 1 from quota_entry where account_id = $1 and quota_id = $2 and period = $3 and idem = $4";
    ENTRY = "insert into quota_entry (account_id, quota_id, period, idem, kind, count, days, ticket_id, actor_id, at, held, reason, service_id, order_id, place) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    OF_ACCOUNT = "select account_id, quota_id, period, idem, kind, count, days, reason, ticket_id, service_id, order_id, actor_id, at from quota_entry where account_id = $1 and (at, place) < ($2, $3) order by at desc, place desc limit $4";
    OF_QUOTA = "select account_id, quota_id, period, idem, kind, count, days, reason, ticket_id, service_id, order_id, actor_id, at from quota_entry where account_id = $1 and quota_id = $5 and (at, place) < ($2, $3) order by at desc, place desc limit $4";
    OF_SERVICE = "select account_id, quota_id, period, idem, kind, count, days, reason, ticket_id, service_id, order_id, actor_id, at from quota_entry where service_id = $1 order by at, place limit 100";
}
fn known(tx: &mut Tx, e: &Entry) -> Result<bool, DbError> {
    Ok(tx.first(&KNOWN, &vals![e.account, &e.quota, &e.period, &e.idem], |_| Ok(()))?.is_some())
}
fn put_entry(tx: &mut Tx, e: &Entry, held: bool) -> Result<(), DbError> {
    let (kind, place) = (e.kind.key(), e.place());
    let values =
        vals![e.account, &e.quota, &e.period, &e.idem, kind, e.count, e.days, e.ticket, e.actor, e.at, held, &e.reason, e.service, e.order, &place];
    // Somebody who writes the same entry at the same moment conflicts here, and the whole act is tried again or undone.
    tx.exec(&ENTRY, &values).map(|_| ())
}
/// Uses at once, without a reservation, if every dimension still has room: one guarded statement, so that a hundred callers at once get
/// exactly what is left (I9). `None` limits do not bind. False: nothing left, nothing changed. A repeated entry takes nothing and is true (I10).
pub fn take(tx: &mut Tx, e: &Entry, limit_count: Option<u32>, limit_days: Option<u32>) -> Result<bool, DbError> {
    if known(tx, e)? {
        return Ok(true);
    }
    tx.exec(&FIRST, &vals![e.account, &e.quota, &e.period])?;
    let no_limit = i64::MAX / 4;
    let (count, days) = (limit_count.map_or(no_limit, i64::from), limit_days.map_or(no_limit, i64::from));
    if tx.exec(&TAKE, &vals![e.account, &e.quota, &e.period, e.count, e.days, count, days])? == 0 {
        return Ok(false);
    }
    put_entry(tx, e, false).map(|()| true)
}
/// Writes any other kind of entry by the domain's own rule, the balance held from the look at it to the end of the act: whoever comes at the
/// same moment waits and sees what is left. Errors inside: the rule refuses it and nothing changed. A repeated entry changes nothing (I10).
pub fn post(tx: &mut Tx, e: &Entry, limits: &Limits) -> Result<Result<(), QuotaRefusal>, DbError> {
    if known(tx, e)? {
        return Ok(Ok(()));
    }
    tx.exec(&FIRST, &vals![e.account, &e.quota, &e.period])?;
    let before = tx.first(&HELD, &vals![e.account, &e.quota, &e.period], balance_of)?.unwrap_or_default();
    let b = match apply(limits, before, &domain::quota::Entry { kind: e.kind, count: e.count, days: e.days }) {
        Ok(after) => after,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (used, reserved) = ((b.used_count(), b.used_days()), (b.reserved_count, b.reserved_days));
    tx.exec(&PUT, &vals![e.account, &e.quota, &e.period, used.0, used.1, reserved.0, reserved.1, b.granted_count, b.granted_days])?;
    // Only the unused rest of a grant runs out: the line says how much that was.
    let ran_out = (before.granted_count - b.granted_count, before.granted_days - b.granted_days);
    let line = if e.kind == EntryKind::Expire { &Entry { count: ran_out.0, days: ran_out.1, ..e.clone() } } else { e };
    put_entry(tx, line, e.kind == EntryKind::Consume).map(Ok)
}
fn balance_of(r: &Row) -> Result<Balance, DbError> {
    let (used, reserved): ((u32, u32), (u32, u32)) = ((r.num(0), r.num(1)), (r.num(2), r.num(3)));
    Ok(Balance {
        reserved_count: reserved.0,
        reserved_days: reserved.1,
        consumed_count: used.0.saturating_sub(reserved.0),
        consumed_days: used.1.saturating_sub(reserved.1),
        granted_count: r.int(4),
        granted_days: r.int(5),
    })
}
pub fn balance(tx: &mut Tx, account: AccountId, quota: &str, period: &str) -> Result<Balance, DbError> {
    Ok(tx.first(&BALANCE, &vals![account, quota, period], balance_of)?.unwrap_or_default())
}
/// (count, days) used in a period.
pub fn used(tx: &mut Tx, account: AccountId, quota: &str, period: &str) -> Result<(i64, i64), DbError> {
    balance(tx, account, quota, period).map(|b| (b.used_count().into(), b.used_days().into()))
}
/// An account's ledger, or that of one of its quotas, newest first; `before` is the place of the last line seen.
pub fn list(tx: &mut Tx, account: AccountId, quota: Option<&str>, before: Option<(At, &str)>, limit: u32) -> Result<Vec<Entry>, DbError> {
    let (at, place) = before.unwrap_or((At::MAX, ""));
    match quota {
        None => tx.query(&OF_ACCOUNT, &vals![account, at, place, limit], entry),
        Some(quota) => tx.query(&OF_QUOTA, &vals![account, at, place, limit, quota], entry),
    }
}
/// Everything a service did to its quota, oldest first.
pub fn list_of_service(tx: &mut Tx, service: ServiceId) -> Result<Vec<Entry>, DbError> {
    tx.query(&OF_SERVICE, &vals![service], entry)
}
fn entry(r: &Row) -> Result<Entry, DbError> {
    let kind = EntryKind::parse(r.str(4)).ok_or_else(|| DbError::internal("an entry of no kind"))?;
    Ok(Entry {
        account: r.id(0),
        quota: r.text(1),
        period: r.text(2),
        idem: r.text(3),
        kind,
        count: r.int(5),
        days: r.int(6),
        reason: r.opt_text(7),
        ticket: r.opt_id(8),
        service: r.opt_id(9),
        order: r.opt_id(10),
        actor: r.opt_id(11),
        at: r.at(12),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;
    use crate::store_test;
    use std::sync::Barrier;

    fn limits(count: u32, days: u32) -> Limits {
        Limits { count: Some(count), days: Some(days) }
    }
    fn line(kind: EntryKind, idem: &str, count: i64, days: i64) -> Entry {
        Entry {
            account: AccountId::from_raw(1),
            quota: "escort_basic".into(),
            period: "2025-06".into(),
            idem: idem.into(),
            kind,
            count,
            days,
            reason: None,
            ticket: None,
            service: None,
            order: None,
            actor: None,
            at: At::from_micros(idem.len() as i64),
        }
    }
    fn posted(db: &Db, e: Entry) -> Result<(), QuotaRefusal> {
        db.write::<_, DbError>(move |tx| post(tx, &e, &limits(1, 2))).unwrap()
    }
    fn now(db: &Db) -> Balance {
        db.read::<_, DbError>(|tx| balance(tx, AccountId::from_raw(1), "escort_basic", "2025-06")).unwrap()
    }
    fn is_proven(db: &Db) -> bool {
        let all = db.read::<_, DbError>(|tx| crate::check::list_balances(tx, AccountId::from_raw(1))).unwrap();
        !all.is_empty() && all.iter().all(|b| b.kept == b.entries)
    }

    store_test! {
        fn a_hundred_callers_on_the_last_slot_and_one_wins(db) {
            let barrier = Barrier::new(100);
            let won: usize = std::thread::scope(|s| {
                let callers: Vec<_> = (0..100).map(|n| {
                    let (barrier, e) = (&barrier, line(EntryKind::Reserve, &format!("caller {n}"), 1, 2));
                    s.spawn(move || {
                        barrier.wait();
                        usize::from(posted(db, e).is_ok())
                    })
                }).collect();
                callers.into_iter().map(|c| c.join().unwrap()).sum()
            });
            assert_eq!((won, now(db).reserved_count, now(db).reserved_days), (1, 1, 2));
            let lines = db.read::<_, DbError>(|tx| list(tx, AccountId::from_raw(1), Some("escort_basic"), None, 200)).unwrap();
            assert_eq!((lines.len(), is_proven(db)), (1, true), "who did not win left no line");
        }
        fn what_is_used_follows_from_the_lines_whatever_their_kind(db) {
            assert_eq!(posted(db, line(EntryKind::Reserve, "a/reserve", 1, 2)), Ok(()));
            assert_eq!(posted(db, line(EntryKind::Reserve, "a/reserve", 1, 2)), Ok(()), "the same line again is one");
            assert!(posted(db, line(EntryKind::Reserve, "b", 1, 1)).is_err());
            assert_eq!(posted(db, line(EntryKind::Grant, "g", 1, 1)), Ok(()));
            assert_eq!(posted(db, line(EntryKind::Consume, "a/consume", 1, 2)), Ok(()));
            assert_eq!((now(db).used_count(), now(db).consumed_count, now(db).reserved_count), (1, 1, 0));
            let taken = db.write::<_, DbError>(|tx| take(tx, &line(EntryKind::Consume, "at once", 1, 1), Some(1), Some(2))).unwrap();
            assert!(taken, "out of what was granted");
            assert_eq!(posted(db, line(EntryKind::Exempt, "a/exempt", 1, 2)), Ok(()));
            assert_eq!(posted(db, line(EntryKind::Expire, "g/expire", 9, 9)), Ok(()), "the unused rest");
            assert!(posted(db, line(EntryKind::Adjust, "minus", -1, 0)).is_err(), "not from under what is used");
            assert_eq!((now(db).used_count(), now(db).granted_count, is_proven(db)), (1, 0, true), "{:?}", now(db));
        }
        fn a_ledger_is_read_newest_first_line_by_line(db) {
            for n in 1..=5 {
                posted(db, line(EntryKind::Grant, &"x".repeat(n), 1, 0)).unwrap();
            }
            let mut seen: Vec<String> = Vec::new();
            let mut before: Option<(At, String)> = None;
            loop {
                let at = before.clone();
                let page = db.read::<_, DbError>(move |tx| {
                    list(tx, AccountId::from_raw(1), None, at.as_ref().map(|(at, p)| (*at, p.as_str())), 2)
                }).unwrap();
                let Some(last) = page.last() else { break };
                before = Some((last.at, last.place()));
                seen.extend(page.into_iter().map(|e| e.idem));
            }
            assert_eq!(seen, ["xxxxx", "xxxx", "xxx", "xx", "x"]);
        }
    }
}
