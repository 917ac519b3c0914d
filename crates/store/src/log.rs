//! The log: one row for everything that happened, hash-chained per account. Timeline, audit, live events and the search index read it.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{AccountId, At, PersonId, TicketId};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Who may read an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The account's people and staff.
    Public,
    Staff,
    /// Administration: sign-ins, people, settings.
    Audit,
}
impl Audience {
    pub fn key(self) -> &'static str {
        match self {
            Audience::Public => "public",
            Audience::Staff => "internal",
            Audience::Audit => "audit",
        }
    }
    fn parse(key: &str) -> Audience {
        match key {
            "public" => Audience::Public,
            "internal" => Audience::Staff,
            _ => Audience::Audit,
        }
    }
}

/// What is written. `account` is `None` for what concerns the house alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    pub account: Option<AccountId>,
    pub ticket: Option<TicketId>,
    pub at: At,
    /// `None`: the house itself.
    pub actor: Option<PersonId>,
    pub key: &'static str,
    pub audience: Audience,
    /// JSON object; never looked into by SQL.
    pub body: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub pos: i64,
    pub account: Option<AccountId>,
    pub ticket: Option<TicketId>,
    pub at: At,
    pub actor: Option<PersonId>,
    pub key: String,
    pub audience: Audience,
    pub body: String,
    pub chain_seq: i64,
    pub hash: Vec<u8>,
}

statements! {
    CHAIN_HEADS = "select account_id, seq, hash from chain where account_id = $1",
        postgres "select account_id, seq, hash from chain where account_id = any($1) order by account_id for update";
    CHAIN_FIRST = "insert into chain (account_id, seq, hash) values ($1, 0, $2) on conflict (account_id) do nothing";
    CHAIN_PUT = "update chain set seq = $2, hash = $3 where account_id = $1";
    APPEND = "insert into log (account_id, ticket_id, at, actor_id, key, audience, body, chain_seq, hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning pos";
    OF_TICKET = "select pos, account_id, ticket_id, at, actor_id, key, audience, body, chain_seq, hash from log where ticket_id = $1 and pos > $2 order by pos limit $3";
    AFTER = "select pos, account_id, ticket_id, at, actor_id, key, audience, body, chain_seq, hash from log where pos > $1 order by pos limit $2",
        postgres "select pos, account_id, ticket_id, at, actor_id, key, audience, body, chain_seq, hash from log where pos > $1 and tx < txid_snapshot_xmin(txid_current_snapshot()) order by pos limit $2";
    OF_ACCOUNT_AFTER = "select pos, account_id, ticket_id, at, actor_id, key, audience, body, chain_seq, hash from log where account_id = $1 and pos > $2 order by pos limit $3",
        postgres "select pos, account_id, ticket_id, at, actor_id, key, audience, body, chain_seq, hash from log where account_id = $1 and pos > $2 and tx < txid_snapshot_xmin(txid_current_snapshot()) order by pos limit $3";
    LAST_POS = "select pos from log order by pos desc limit 1";
    PEEK = "select coalesce((select pos from log order by pos desc limit 1), 0), 0",
        postgres "select coalesce((select pos from log order by pos desc limit 1), 0), txid_snapshot_xmin(txid_current_snapshot())";
    NOTE = "select coalesce((select pos from log order by pos desc limit 1), 0), 0",
        postgres "select coalesce((select pos from log order by pos desc limit 1), 0), txid_current()";
}

fn account_bytes(account: Option<AccountId>) -> [u8; 16] {
    account.map_or([0; 16], AccountId::bytes)
}

/// Appends entries of one account in order and moves its chain. Returns the last position.
/// The hash covers the one before it and every column but the position, which the database gives.
pub fn append(tx: &mut Tx, entries: &[NewEntry]) -> Result<i64, DbError> {
    Ok(append_all(tx, entries)?.into_iter().max().unwrap_or(0))
}
/// As [`append`] for any number of accounts, those of one in the order they are given; returns the position of each. The chains are held in
/// the order of their accounts, so that two who append to several do not wait for each other in a ring.
pub fn append_all(tx: &mut Tx, entries: &[NewEntry]) -> Result<Vec<i64>, DbError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let mut heads = chain_heads(tx, entries)?;
    let links: Vec<([u8; 16], i64, Vec<u8>)> = entries
        .iter()
        .map(|e| {
            let account = account_bytes(e.account);
            let (seq, hash) = heads.entry(account).or_insert_with(|| (0, vec![0; 32]));
            *seq += 1;
            *hash = link(hash, &account, *seq, e);
            (account, *seq, hash.clone())
        })
        .collect();
    let rows: Vec<_> = entries
        .iter()
        .zip(&links)
        .map(|(e, (account, seq, hash))| vals![account, e.ticket, e.at, e.actor, e.key, e.audience.key(), &e.body, *seq, hash])
        .collect();
    let positions = tx.many_returning(&APPEND, &rows, |r| Ok(r.int(0)))?;
    tx.many(&CHAIN_PUT, &heads.iter().map(|(account, (seq, hash))| vals![account, *seq, hash]).collect::<Vec<_>>())?;
    tx.nudge("log");
    Ok(positions)
}
type Heads = BTreeMap<[u8; 16], (i64, Vec<u8>)>;
/// The ends of these entries' chains, held; a chain that has none yet gets one.
fn chain_heads(tx: &mut Tx, entries: &[NewEntry]) -> Result<Heads, DbError> {
    let accounts: BTreeSet<[u8; 16]> = entries.iter().map(|e| account_bytes(e.account)).collect();
    let accounts: Vec<[u8; 16]> = accounts.into_iter().collect();
    let read = |r: &Row| Ok((<[u8; 16]>::try_from(r.bytes(0)).unwrap_or_default(), (r.int(1), r.bytes(2))));
    let heads: Heads = tx.query_of_many(&CHAIN_HEADS, &accounts, read)?.into_iter().collect();
    let missing: Vec<_> = accounts.iter().filter(|a| !heads.contains_key(*a)).map(|a| vals![a, &[0u8; 32]]).collect();
    if missing.is_empty() {
        return Ok(heads);
    }
    tx.many(&CHAIN_FIRST, &missing)?;
    Ok(tx.query_of_many(&CHAIN_HEADS, &accounts, read)?.into_iter().collect())
}
/// The next hash of a chain; public so that whoever holds an export can check it.
pub fn link(before: &[u8], account: &[u8; 16], seq: i64, e: &NewEntry) -> Vec<u8> {
    linked(before, account, seq, (e.ticket, e.at, e.actor), [e.key, e.audience.key(), e.body.as_str()])
}
/// The hash an entry must have, read back.
pub fn link_of(before: &[u8], account: &[u8; 16], e: &Entry) -> Vec<u8> {
    linked(before, account, e.chain_seq, (e.ticket, e.at, e.actor), [e.key.as_str(), e.audience.key(), e.body.as_str()])
}
fn linked(before: &[u8], account: &[u8; 16], seq: i64, (ticket, at, actor): (Option<TicketId>, At, Option<PersonId>), texts: [&str; 3]) -> Vec<u8> {
    let mut h = Sha256::new();
    h.update(before);
    h.update(account);
    h.update(seq.to_be_bytes());
    h.update(ticket.map_or([0; 16], TicketId::bytes));
    h.update(at.micros().to_be_bytes());
    h.update(actor.map_or([0; 16], PersonId::bytes));
    for text in texts {
        h.update((text.len() as u64).to_be_bytes());
        h.update(text);
    }
    h.finalize().to_vec()
}

pub(crate) fn entry(r: &Row) -> Result<Entry, DbError> {
    let account = AccountId::from_raw(r.id::<domain::kit::AccountKind>(1).raw());
    Ok(Entry {
        pos: r.int(0),
        account: Some(account).filter(|a| a.raw() != 0),
        ticket: r.opt_id(2),
        at: r.at(3),
        actor: r.opt_id(4),
        key: r.text(5),
        audience: Audience::parse(&r.text(6)),
        body: r.text(7),
        chain_seq: r.int(8),
        hash: r.bytes(9),
    })
}

/// A ticket's entries after `pos`, in order.
pub fn list_of_ticket(tx: &mut Tx, ticket: TicketId, pos: i64, limit: u32) -> Result<Vec<Entry>, DbError> {
    tx.query(&OF_TICKET, &vals![ticket, pos, limit], entry)
}
/// Everything after `pos` that is settled on its own, in order. A follower that must not miss anything reads only up to its
/// [`Frontier`].
pub fn list_after(tx: &mut Tx, pos: i64, limit: u32) -> Result<Vec<Entry>, DbError> {
    tx.query(&AFTER, &vals![pos, limit], entry)
}
/// One account's entries after `pos`, as [`list_after`].
pub fn list_of_account(tx: &mut Tx, account: AccountId, pos: i64, limit: u32) -> Result<Vec<Entry>, DbError> {
    tx.query(&OF_ACCOUNT_AFTER, &vals![account, pos, limit], entry)
}
/// How far one reader may follow the log without ever passing over an entry.
///
/// On PostgreSQL positions are given out before their transactions commit, and a transaction with the higher number may get the lower
/// position: an entry can appear below one that was already read, even where the reader keeps below the oldest running transaction. So
/// the reader notes the newest position it sees and takes a transaction number after it. Whoever was given a lower position had a number
/// before (appending locks its chain first, and that numbers the transaction), so once everybody below the noted number has ended,
/// everything up to the noted position is as it will stay. SQLite has one writer: its newest position is the frontier.
#[derive(Debug, Default)]
pub struct Frontier {
    settled: i64,
    /// Position and transaction number.
    noted: Option<(i64, i64)>,
}
impl Frontier {
    /// Looks; returns the position up to which the log is settled. Never goes back. An idle log costs one look at an index; news costs
    /// PostgreSQL a transaction number, so look for each nudge's sake at most every few milliseconds.
    pub fn look(&mut self, tx: &mut Tx) -> Result<i64, DbError> {
        let numbers = |r: &Row| Ok((r.int(0), r.int(1)));
        let newest = self.settle(tx)?;
        if newest > self.settled && self.noted.is_none() {
            self.noted = tx.first(&NOTE, &[], numbers)?;
            self.settle(tx)?;
        }
        Ok(self.settled)
    }
    fn settle(&mut self, tx: &mut Tx) -> Result<i64, DbError> {
        let (newest, oldest_running) = tx.first(&PEEK, &[], |r| Ok((r.int(0), r.int(1))))?.unwrap_or((0, 0));
        if let Some((pos, _)) = self.noted.take_if(|(_, number)| *number <= oldest_running) {
            self.settled = self.settled.max(pos);
        }
        Ok(newest)
    }
    /// Something newer was seen but is not settled yet: look again soon, nobody will nudge for it.
    pub fn is_waiting(&self) -> bool {
        self.noted.is_some()
    }
}

/// The newest position; 0 while nothing has happened.
pub fn last_pos(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(tx.first(&LAST_POS, &[], |r| Ok(r.int(0)))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;
    use crate::store_test;
    use std::sync::mpsc::channel;

    fn entry_of(account: u128) -> NewEntry {
        NewEntry {
            account: Some(AccountId::from_raw(account)),
            ticket: None,
            at: At::from_micros(1),
            actor: None,
            key: "ticket.opened",
            audience: Audience::Public,
            body: "{}".into(),
        }
    }
    fn put(db: &Db, account: u128) -> i64 {
        db.write::<_, DbError>(move |tx| append(tx, &[entry_of(account)])).unwrap()
    }
    fn look(db: &Db, frontier: &mut Frontier) -> i64 {
        db.read::<_, DbError>(|tx| frontier.look(tx)).unwrap()
    }
    /// Other tests' transactions on the same server are waited for as well.
    fn look_until_settled(db: &Db, frontier: &mut Frontier) -> i64 {
        (0..100_000).map(|_| (look(db, frontier), frontier.is_waiting())).find(|(_, waiting)| !waiting).unwrap().0
    }
    store_test! {
        fn entries_of_several_accounts_move_each_chain_in_its_order(db) {
            put(db, 2);
            let entries: Vec<NewEntry> = [5, 2, 5, 9, 2].into_iter().map(entry_of).collect();
            let positions = db.write::<_, DbError>(move |tx| append_all(tx, &entries)).unwrap();
            assert_eq!(positions.len(), 5);
            let of = |account: u128| db.read::<_, DbError>(|tx| crate::check::list_of_chain(tx, &account.to_be_bytes(), 0, 10)).unwrap();
            for (account, places) in [(5, vec![0, 2]), (2, vec![1, 4]), (9, vec![3])] {
                let chain = of(account);
                let newest: Vec<i64> = chain.iter().rev().take(places.len()).rev().map(|e| e.pos).collect();
                assert_eq!(newest, places.iter().map(|i| positions[*i]).collect::<Vec<_>>(), "each knows where its entry is");
                chain.iter().fold((0, vec![0; 32]), |(seq, hash), e| {
                    assert_eq!((e.chain_seq, &e.hash), (seq + 1, &link_of(&hash, &account.to_be_bytes(), e)));
                    (e.chain_seq, e.hash.clone())
                });
            }
            assert_eq!((of(2).len(), db.write::<_, DbError>(|tx| append_all(tx, &[])).unwrap()), (3, vec![]));
        }
        fn a_quiet_log_is_settled_to_its_end(db) {
            let mut frontier = Frontier::default();
            assert_eq!(look(db, &mut frontier), 0);
            let pos = put(db, 1);
            assert_eq!(look_until_settled(db, &mut frontier), pos);
        }
        fn an_entry_that_commits_late_below_others_is_not_passed_over(db) {
            if !db.is_postgres() {
                return; // one writer: nothing commits late
            }
            let first = put(db, 3);
            let mut frontier = Frontier::default();
            // The early transaction has the lower number and takes the higher position; the late one the other way round.
            let ((numbered, early_has_number), (go_on, early_goes_on)) = (channel(), channel());
            let early_goes_on = std::sync::Mutex::new(early_goes_on);
            let ((placed, late_has_place), (end, late_ends)) = (channel(), channel());
            let late_ends = std::sync::Mutex::new(late_ends);
            let (early_db, late_db) = (db.clone(), db.clone());
            let early = std::thread::spawn(move || {
                early_db.write::<_, DbError>(move |tx| {
                    append(tx, &[entry_of(1)])?;
                    let _ = numbered.send(());
                    let _ = early_goes_on.lock().unwrap().recv();
                    append(tx, &[entry_of(1)])
                })
            });
            early_has_number.recv().unwrap();
            let late = std::thread::spawn(move || {
                late_db.write::<_, DbError>(move |tx| {
                    let pos = append(tx, &[entry_of(2)])?;
                    let _ = placed.send(());
                    let _ = late_ends.lock().unwrap().recv();
                    Ok(pos)
                })
            });
            late_has_place.recv().unwrap();
            go_on.send(()).unwrap();
            let highest = early.join().unwrap().unwrap();
            assert_eq!((look(db, &mut frontier), frontier.is_waiting()), (0, true), "the late one may still come in below {highest}");
            // As soon as no older transaction of another test runs on the server.
            let reads = || db.read::<_, DbError>(|tx| list_after(tx, first, 10)).unwrap();
            assert!((0..100_000).any(|_| reads().iter().any(|e| e.pos == highest)), "a reader without a frontier is already past it");
            end.send(()).unwrap();
            let lower = late.join().unwrap().unwrap();
            assert!(lower < highest);
            assert_eq!(look_until_settled(db, &mut frontier), highest);
        }
    }
}
