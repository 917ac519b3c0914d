//! What plans promise to hand over, one row for each rule and period.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{AccountId, At, DeliverableId, PersonId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliverable {
    pub id: DeliverableId,
    pub account: AccountId,
    pub plan: String,
    /// The rule's id in the book: `service_report`.
    pub rule: String,
    /// `2025-09`
    pub period: String,
    pub due_at: At,
    /// A key of [`domain::deliverable::State`].
    pub state: String,
    /// JSON: what people wrote, by language.
    pub words: String,
    /// Who wrote last.
    pub author: Option<PersonId>,
    /// JSON: the numbers as they stood when it was approved; empty before.
    pub numbers: String,
    /// SHA-256 of words and numbers, in hex; empty before.
    pub hash: String,
    pub approved: Option<(PersonId, At)>,
    pub delivered: Option<(PersonId, At)>,
    pub accepted: Option<(PersonId, At)>,
    pub late_told: bool,
    pub created_at: At,
    pub version: u32,
}
macro_rules! all {
    ($rest:literal) => {
        concat!("select id, account_id, plan_id, rule, period, due_at, state, words, author_id, numbers, hash, approved_by, approved_at, delivered_by, delivered_at, accepted_by, accepted_at, late_told, created_at, version from deliverable ", $rest)
    };
}
statements! {
    ONE = all!("where id = $1");
    // Newest first; the page begins below what was read last.
    LIST = all!("where (due_at, id) < ($1, $2) order by due_at desc, id desc limit $3");
    LIST_OF = all!("where account_id = $1 and (due_at, id) < ($2, $3) order by due_at desc, id desc limit $4");
    // What is owed, the soonest first.
    OPEN = all!("where delivered_at is null and (due_at, id) > ($1, $2) order by due_at, id limit $3");
    OPEN_OF = all!("where account_id = $1 and delivered_at is null and (due_at, id) > ($2, $3) order by due_at, id limit $4");
    UNTOLD = all!("where delivered_at is null and late_told = 0 and due_at < $1 order by due_at, id limit $2");
    NEXT_DUE = "select min(due_at) from deliverable where delivered_at is null and late_told = 0";
    DROP = "delete from deliverable where id = $1";
    INSERT = "insert into deliverable (id, account_id, plan_id, rule, period, due_at, state, words, author_id, numbers, hash, approved_by, approved_at, delivered_by, delivered_at, accepted_by, accepted_at, late_told, created_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) on conflict (account_id, rule, period) do nothing";
    UPDATE = "update deliverable set state = $2, words = $3, author_id = $4, numbers = $5, hash = $6, approved_by = $7, approved_at = $8, delivered_by = $9, delivered_at = $10, accepted_by = $11, accepted_at = $12, late_told = $13, version = version + 1 where id = $1 and version = $14";
}
fn read(r: &Row) -> Result<Deliverable, DbError> {
    let signed = |column| r.opt_id(column).zip(r.opt_at(column + 1));
    Ok(Deliverable {
        id: r.id(0),
        account: r.id(1),
        plan: r.text(2),
        rule: r.text(3),
        period: r.text(4),
        due_at: r.at(5),
        state: r.text(6),
        words: r.text(7),
        author: r.opt_id(8),
        numbers: r.text(9),
        hash: r.text(10),
        approved: signed(11),
        delivered: signed(13),
        accepted: signed(15),
        late_told: r.bool(17),
        created_at: r.at(18),
        version: r.num(19),
    })
}
pub fn find(tx: &mut Tx, id: DeliverableId) -> Result<Option<Deliverable>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
/// Newest due first, before `before`; of one account or of all.
pub fn list(tx: &mut Tx, account: Option<AccountId>, before: (At, DeliverableId), limit: u32) -> Result<Vec<Deliverable>, DbError> {
    match account {
        Some(account) => tx.query(&LIST_OF, &vals![account, before.0, before.1, limit], read),
        None => tx.query(&LIST, &vals![before.0, before.1, limit], read),
    }
}
/// What was not handed over yet, the soonest due first, after `after`.
pub fn list_open(tx: &mut Tx, account: Option<AccountId>, after: (At, DeliverableId), limit: u32) -> Result<Vec<Deliverable>, DbError> {
    match account {
        Some(account) => tx.query(&OPEN_OF, &vals![account, after.0, after.1, limit], read),
        None => tx.query(&OPEN, &vals![after.0, after.1, limit], read),
    }
}
/// Late by `now`, and nobody was told.
pub fn list_untold(tx: &mut Tx, now: At, limit: u32) -> Result<Vec<Deliverable>, DbError> {
    tx.query(&UNTOLD, &vals![now, limit], read)
}
pub fn next_due(tx: &mut Tx) -> Result<Option<At>, DbError> {
    Ok(tx.first(&NEXT_DUE, &vals![], |r| Ok(r.opt_at(0)))?.flatten())
}
/// False: this rule and period were planned before.
pub fn put_new(tx: &mut Tx, d: &Deliverable) -> Result<bool, DbError> {
    let [approved, delivered, accepted] = [d.approved, d.delivered, d.accepted].map(Option::unzip);
    let values = vals![
        d.id,
        d.account,
        &d.plan,
        &d.rule,
        &d.period,
        d.due_at,
        &d.state,
        &d.words,
        d.author,
        &d.numbers,
        &d.hash,
        approved.0,
        approved.1,
        delivered.0,
        delivered.1,
        accepted.0,
        accepted.1,
        d.late_told,
        d.created_at,
        d.version
    ];
    Ok(tx.exec(&INSERT, &values)? > 0)
}
pub fn drop_one(tx: &mut Tx, id: DeliverableId) -> Result<bool, DbError> {
    Ok(tx.exec(&DROP, &vals![id])? > 0)
}
/// False: the version is no longer the one seen.
pub fn put(tx: &mut Tx, d: &Deliverable) -> Result<bool, DbError> {
    let [approved, delivered, accepted] = [d.approved, d.delivered, d.accepted].map(Option::unzip);
    let values = vals![
        d.id,
        &d.state,
        &d.words,
        d.author,
        &d.numbers,
        &d.hash,
        approved.0,
        approved.1,
        delivered.0,
        delivered.1,
        accepted.0,
        accepted.1,
        d.late_told,
        d.version
    ];
    Ok(tx.exec(&UPDATE, &values)? > 0)
}
