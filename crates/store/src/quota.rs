//! What an account has used of a quota in a period. The balance guards, the entries prove (plans.md, "Quota engine").
use crate::db::{DbError, Tx};
use crate::{statements, vals};
use domain::kit::{AccountId, At, PersonId, TicketId};

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub account: AccountId,
    pub quota: String,
    /// `2025-05`, in the zone of the plan; `-` without periods.
    pub period: String,
    /// The same command twice is one entry.
    pub idem: String,
    pub kind: String,
    pub count: i64,
    pub days: i64,
    pub ticket: Option<TicketId>,
    pub actor: Option<PersonId>,
    pub at: At,
}
statements! {
    FIRST = "insert into quota_balance (account_id, quota_id, period, used_count, used_days) values ($1, $2, $3, 0, 0) on conflict (account_id, quota_id, period) do nothing";
    TAKE = "update quota_balance set used_count = used_count + $4, used_days = used_days + $5 where account_id = $1 and quota_id = $2 and period = $3 and used_count + $4 <= $6 and used_days + $5 <= $7";
    BALANCE = "select used_count, used_days from quota_balance where account_id = $1 and quota_id = $2 and period = $3";
    KNOWN = "select 1 from quota_entry where account_id = $1 and quota_id = $2 and period = $3 and idem = $4";
    ENTRY = "insert into quota_entry (account_id, quota_id, period, idem, kind, count, days, ticket_id, actor_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    ENTRIES = "select account_id, quota_id, period, idem, kind, count, days, ticket_id, actor_id, at from quota_entry where account_id = $1 and quota_id = $2 and period = $3 order by idem limit 500";
}
/// Takes from the quota if every dimension still has room: one guarded statement, so that a hundred callers at once get exactly
/// what is left (I9). `None` limits do not bind. False: nothing left, nothing changed. A repeated entry takes nothing and is true (I10).
pub fn take(tx: &mut Tx, e: &Entry, limit_count: Option<u32>, limit_days: Option<u32>) -> Result<bool, DbError> {
    if tx.first(&KNOWN, &vals![e.account, &e.quota, &e.period, &e.idem], |_| Ok(()))?.is_some() {
        return Ok(true);
    }
    tx.exec(&FIRST, &vals![e.account, &e.quota, &e.period])?;
    let no_limit = i64::MAX / 4;
    let (count, days) = (limit_count.map_or(no_limit, i64::from), limit_days.map_or(no_limit, i64::from));
    if tx.exec(&TAKE, &vals![e.account, &e.quota, &e.period, e.count, e.days, count, days])? == 0 {
        return Ok(false);
    }
    let values = vals![e.account, &e.quota, &e.period, &e.idem, &e.kind, e.count, e.days, e.ticket, e.actor, e.at];
    // Somebody who writes the same entry at the same moment conflicts here, and the whole act is tried again or undone.
    tx.exec(&ENTRY, &values).map(|_| true)
}
/// (count, days) used in a period.
pub fn used(tx: &mut Tx, account: AccountId, quota: &str, period: &str) -> Result<(i64, i64), DbError> {
    Ok(tx.first(&BALANCE, &vals![account, quota, period], |r| Ok((r.int(0), r.int(1))))?.unwrap_or((0, 0)))
}
pub fn list_entries(tx: &mut Tx, account: AccountId, quota: &str, period: &str) -> Result<Vec<Entry>, DbError> {
    tx.query(&ENTRIES, &vals![account, quota, period], |r| {
        Ok(Entry {
            account: r.id(0),
            quota: r.text(1),
            period: r.text(2),
            idem: r.text(3),
            kind: r.text(4),
            count: r.int(5),
            days: r.int(6),
            ticket: r.opt_id(7),
            actor: r.opt_id(8),
            at: r.at(9),
        })
    })
}
