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
    BALANCES = "select b.quota_id, b.period, b.used_count, b.used_days, (select coalesce(sum(e.count), 0) from quota_entry e where e.account_id = b.account_id and e.quota_id = b.quota_id and e.period = b.period), (select coalesce(sum(e.days), 0) from quota_entry e where e.account_id = b.account_id and e.quota_id = b.quota_id and e.period = b.period) from quota_balance b where b.account_id = $1";
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
/// What is written as used of a quota in a period, and what its ledger adds up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    pub quota: String,
    pub period: String,
    pub count: i64,
    pub days: i64,
    pub entries_count: i64,
    pub entries_days: i64,
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
    tx.query(&BALANCES, &vals![account], |r| {
        Ok(Balance { quota: r.text(0), period: r.text(1), count: r.int(2), days: r.int(3), entries_count: r.int(4), entries_days: r.int(5) })
    })
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
