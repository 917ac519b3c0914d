//! What the doctor walks over: page by page, in the order of keys, so that a house of any size is looked at with bounded memory.
use crate::db::{DbError, Row, Tx};
use crate::log::{Entry, entry};
use crate::{statements, vals};
use domain::kit::{AccountId, At, OutboxId, PersonId, TicketId};

statements! {
    TICKETS = "select id from ticket where id > $1 order by id limit $2";
    ACCOUNTS = "select id from account where id > $1 order by id limit $2";
    PERSONS = "select id, load from person where id > $1 order by id limit $2";
    CHAINS = "select account_id, seq, hash from chain where account_id > $1 order by account_id limit $2";
    ENTRIES = "select pos, account_id, ticket_id, at, actor_id, key, audience, body, chain_seq, hash from log where account_id = $1 and pos > $2 order by pos limit $3";
    BALANCES = "select b.quota_id, b.period, b.used_count, b.used_days, b.reserved_count, b.reserved_days, b.granted_count, b.granted_days from quota_balance b where b.account_id = $1";
    LEDGER = "select kind, held, coalesce(sum(count), 0), coalesce(sum(days), 0) from quota_entry where account_id = $1 and quota_id = $2 and period = $3 group by kind, held";
    LETTERS = "select id, state, attempts, log_pos, claimed_by, ended_at from outbox where id > $1 order by id limit $2";
    CLOCKS_DUE = "select count(*) from (select id from clock where fires_at is not null and fires_at <= $1 order by fires_at, id limit 10000) q";
}

/// A chain's end as its row says. `account` is all zero for the house's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub account: [u8; 16],
    pub seq: i64,
    pub hash: Vec<u8>,
}
/// A count and a number of days.
pub type Amount = (i64, i64);
/// What is written as used of a quota in a period, and what its ledger adds up to; each used, reserved and granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    pub quota: String,
    pub period: String,
    pub kept: [Amount; 3],
    pub entries: [Amount; 3],
}
/// Where a letter stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub id: OutboxId,
    pub state: String,
    pub attempts: u32,
    pub log_pos: i64,
    pub claimed: bool,
    pub ended_at: Option<At>,
}

/// Ids of cases after one, in order.
pub fn list_tickets(tx: &mut Tx, after: TicketId, limit: u32) -> Result<Vec<TicketId>, DbError> {
    tx.query(&TICKETS, &vals![after, limit], |r| Ok(r.id(0)))
}
pub fn list_accounts(tx: &mut Tx, after: AccountId, limit: u32) -> Result<Vec<AccountId>, DbError> {
    tx.query(&ACCOUNTS, &vals![after, limit], |r| Ok(r.id(0)))
}
/// Everybody with the load written beside them.
pub fn list_loads(tx: &mut Tx, after: PersonId, limit: u32) -> Result<Vec<(PersonId, i64)>, DbError> {
    tx.query(&PERSONS, &vals![after, limit], |r| Ok((r.id(0), r.int(1))))
}
/// The heads of chains; `after` is `None` at the start, for the house's own key is the smallest there is.
pub fn list_heads(tx: &mut Tx, after: Option<[u8; 16]>, limit: u32) -> Result<Vec<Head>, DbError> {
    let after = after.map(|a| a.to_vec()).unwrap_or_default();
    tx.query(&CHAINS, &vals![&after[..], limit], |r: &Row| {
        let account = r.bytes(0).try_into().map_err(|_| DbError::internal("a chain of no account"))?;
        Ok(Head { account, seq: r.int(1), hash: r.bytes(2) })
    })
}
/// A chain's entries after a position.
pub fn list_of_chain(tx: &mut Tx, account: &[u8; 16], pos: i64, limit: u32) -> Result<Vec<Entry>, DbError> {
    tx.query(&ENTRIES, &vals![&account[..], pos, limit], entry)
}
/// Every balance of an account: as many as quotas times periods.
pub fn list_balances(tx: &mut Tx, account: AccountId) -> Result<Vec<Balance>, DbError> {
    let kept = tx.query(&BALANCES, &vals![account], |r| {
        let kept = [(r.int(2), r.int(3)), (r.int(4), r.int(5)), (r.int(6), r.int(7))];
        Ok(Balance { quota: r.text(0), period: r.text(1), kept, entries: [(0, 0); 3] })
    })?;
    kept.into_iter()
        .map(|b| {
            let sums = tx.query(&LEDGER, &vals![account, &b.quota, &b.period], |r| Ok((r.text(0), r.bool(1), (r.int(2), r.int(3)))))?;
            Ok(Balance { entries: added_up(&sums), ..b })
        })
        .collect()
}
/// What the sums of a ledger's kinds come to: used, reserved, granted.
fn added_up(sums: &[(String, bool, Amount)]) -> [Amount; 3] {
    let mut all = [(0, 0); 3];
    for (kind, held, (count, days)) in sums {
        let signs = match (kind.as_str(), held) {
            ("reserve", _) => [1, 1, 0],
            ("consume", true) => [0, -1, 0],
            ("consume", false) => [1, 0, 0],
            ("release", _) => [-1, -1, 0],
            ("exempt", _) => [-1, 0, 0],
            ("grant" | "adjust", _) => [0, 0, 1],
            ("expire", _) => [0, 0, -1],
            _ => [0, 0, 0],
        };
        for (sum, sign) in all.iter_mut().zip(signs) {
            *sum = (sum.0 + sign * count, sum.1 + sign * days);
        }
    }
    all
}
pub fn list_letters(tx: &mut Tx, after: OutboxId, limit: u32) -> Result<Vec<Standing>, DbError> {
    tx.query(&LETTERS, &vals![after, limit], |r| {
        let (log_pos, claimed) = (r.int(3), r.opt_text(4).is_some());
        Ok(Standing { id: r.id(0), state: r.text(1), attempts: r.num(2), log_pos, claimed, ended_at: r.opt_at(5) })
    })
}
/// Clocks that should have fired before an instant, counted up to 10,000.
pub fn clocks_due(tx: &mut Tx, before: At) -> Result<i64, DbError> {
    Ok(tx.first(&CLOCKS_DUE, &vals![before], |r| Ok(r.int(0)))?.unwrap_or(0))
}
