//! Whatever leaves the house was first a row here, written with what caused it. The postman claims, sends, notes the outcome.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, OutboxId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub id: OutboxId,
    /// `mail`, `webhook`
    pub way: String,
    /// The person or the webhook it goes to, 16 bytes.
    pub target: [u8; 16],
    /// The log entry that caused it, by position; 0 for none.
    pub log_pos: i64,
    pub topic: String,
    /// JSON; what is needed to write it out.
    pub body: String,
    pub state: String,
    pub attempts: u32,
    pub due_at: At,
    pub created_at: At,
    pub ended_at: Option<At>,
    pub error: Option<String>,
}
statements! {
    INSERT = "insert into outbox (id, way, target_id, log_pos, topic, body, state, attempts, due_at, created_at) values ($1, $2, $3, $4, $5, $6, 'queued', 0, $7, $8)";
    CLAIM = "update outbox set state = 'sending', claimed_by = $2, claimed_until = $3, attempts = attempts + 1 where id in (select id from outbox where state in ('queued', 'sending') and due_at <= $1 and (state = 'queued' or claimed_until < $1) order by due_at, id limit $4) returning id, way, target_id, log_pos, topic, body, state, attempts, due_at, created_at, ended_at, error",
        postgres "update outbox set state = 'sending', claimed_by = $2, claimed_until = $3, attempts = attempts + 1 where id in (select id from outbox where state in ('queued', 'sending') and due_at <= $1 and (state = 'queued' or claimed_until < $1) order by due_at, id limit $4 for update skip locked) returning id, way, target_id, log_pos, topic, body, state, attempts, due_at, created_at, ended_at, error";
    CLAIM_OF = "update outbox set state = 'sending', claimed_by = $2, claimed_until = $3, attempts = attempts + 1 where id in (select id from outbox where target_id = $5 and way = $6 and state in ('queued', 'sending') and due_at <= $1 and (state = 'queued' or claimed_until < $1) order by due_at, id limit $4) returning id, way, target_id, log_pos, topic, body, state, attempts, due_at, created_at, ended_at, error",
        postgres "update outbox set state = 'sending', claimed_by = $2, claimed_until = $3, attempts = attempts + 1 where id in (select id from outbox where target_id = $5 and way = $6 and state in ('queued', 'sending') and due_at <= $1 and (state = 'queued' or claimed_until < $1) order by due_at, id limit $4 for update skip locked) returning id, way, target_id, log_pos, topic, body, state, attempts, due_at, created_at, ended_at, error";
    PUT_BACK = "update outbox set state = 'queued', due_at = $2, attempts = attempts - 1, claimed_by = null where id = $1 and state = 'sending' and claimed_by = $3";
    END = "update outbox set state = $2, ended_at = $3, error = $4, claimed_by = null where id = $1 and state = 'sending' and claimed_by = $5";
    AGAIN = "update outbox set state = 'queued', due_at = $2, error = $3, claimed_by = null where id = $1 and state = 'sending' and claimed_by = $4";
    REPLAY = "update outbox set state = 'queued', due_at = $2, attempts = 0, ended_at = null, error = null where id = $1 and state in ('failed', 'sent', 'dropped')";
    OF_TARGET = "select id, way, target_id, log_pos, topic, body, state, attempts, due_at, created_at, ended_at, error from outbox where target_id = $1 and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4";
    OLDEST = "select due_at from outbox where state in ('queued', 'sending') order by due_at, id limit 1";
    WAITING_MAIL = "select count(*) from (select way from outbox where state in ('queued', 'sending') order by due_at, id limit 10000) q where q.way = 'mail'";
    WAITING_MAIL_ERROR = "select q.error from (select way, error, due_at from outbox where state in ('queued', 'sending') order by due_at, id limit 10000) q where q.way = 'mail' and q.error is not null order by q.due_at desc limit 1";
    LAST_MAIL = "select ended_at, error from outbox where way = 'mail' and ended_at is not null and state = $1 order by ended_at desc, id desc limit 1";
    WAITING = "select count(*) from (select id from outbox where state in ('queued', 'sending') order by due_at, id limit 10000) q";
}
fn read(r: &Row) -> Result<Letter, DbError> {
    Ok(Letter {
        id: r.id(0),
        way: r.text(1),
        target: r.bytes(2).try_into().map_err(|_| DbError::internal("an outbox target that is no id"))?,
        log_pos: r.int(3),
        topic: r.text(4),
        body: r.text(5),
        state: r.text(6),
        attempts: r.num(7),
        due_at: r.at(8),
        created_at: r.at(9),
        ended_at: r.opt_at(10),
        error: r.opt_text(11),
    })
}
pub fn put_new(tx: &mut Tx, l: &Letter) -> Result<(), DbError> {
    put_new_all(tx, std::slice::from_ref(l))
}
pub fn put_new_all(tx: &mut Tx, letters: &[Letter]) -> Result<(), DbError> {
    let rows: Vec<_> = letters.iter().map(|l| vals![l.id, &l.way, &l.target[..], l.log_pos, &l.topic, &l.body, l.due_at, l.created_at]).collect();
    tx.many(&INSERT, &rows)?;
    tx.nudge("outbox");
    Ok(())
}
/// Takes up to `limit` due letters for `who` until `until`; a claim that ran out is taken over, so a killed postman loses nothing.
pub fn claim(tx: &mut Tx, who: &str, now: At, until: At, limit: u32) -> Result<Vec<Letter>, DbError> {
    tx.query(&CLAIM, &vals![now, who, until, limit], read)
}
/// As [`claim`], only what goes one way to one target: the rest of a bundle.
pub fn claim_of(tx: &mut Tx, who: &str, now: At, until: At, limit: u32, target: [u8; 16], way: &'static str) -> Result<Vec<Letter>, DbError> {
    tx.query(&CLAIM_OF, &vals![now, who, until, limit, &target[..], way], read)
}
/// Gives a claim back untried; it counts as no attempt. False: the claim was lost meanwhile.
pub fn put_back(tx: &mut Tx, id: OutboxId, who: &str, due_at: At) -> Result<bool, DbError> {
    Ok(tx.exec(&PUT_BACK, &vals![id, due_at, who])? > 0)
}
/// Ends a letter: `sent`, `failed` or `dropped`. False: the claim was lost meanwhile.
pub fn end(tx: &mut Tx, id: OutboxId, who: &str, state: &'static str, at: At, error: Option<&str>) -> Result<bool, DbError> {
    Ok(tx.exec(&END, &vals![id, state, at, error, who])? > 0)
}
pub fn again(tx: &mut Tx, id: OutboxId, who: &str, due_at: At, error: &str) -> Result<bool, DbError> {
    Ok(tx.exec(&AGAIN, &vals![id, due_at, error, who])? > 0)
}
/// Puts an ended letter back into the queue, by hand.
pub fn replay(tx: &mut Tx, id: OutboxId, now: At) -> Result<bool, DbError> {
    let found = tx.exec(&REPLAY, &vals![id, now])? > 0;
    tx.nudge("outbox");
    Ok(found)
}
/// What was sent to a person or webhook, newest first.
pub fn list_of_target(tx: &mut Tx, target: [u8; 16], before: Option<(At, OutboxId)>, limit: u32) -> Result<Vec<Letter>, DbError> {
    let (at, id) = before.unwrap_or((At::MAX, OutboxId::from_raw(u128::MAX)));
    tx.query(&OF_TARGET, &vals![&target[..], at, id, limit], read)
}
/// When the oldest waiting letter was or is due.
pub fn oldest_due(tx: &mut Tx) -> Result<Option<At>, DbError> {
    tx.first(&OLDEST, &[], |r| Ok(r.at(0)))
}
/// Letters waiting, counted up to 10,000.
pub fn waiting(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(tx.first(&WAITING, &[], |r| Ok(r.int(0)))?.unwrap_or(0))
}
/// Of those 10,000, the ones that go by mail.
pub fn waiting_mail(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(tx.first(&WAITING_MAIL, &[], |r| Ok(r.int(0)))?.unwrap_or(0))
}
/// What was wrong with one of them when it was tried last.
pub fn waiting_mail_error(tx: &mut Tx) -> Result<Option<String>, DbError> {
    tx.first(&WAITING_MAIL_ERROR, &[], |r| Ok(r.text(0)))
}
/// When the last mail ended in this state, and with which error.
pub fn last_mail(tx: &mut Tx, state: &'static str) -> Result<Option<(At, Option<String>)>, DbError> {
    tx.first(&LAST_MAIL, &vals![state], |r| Ok((r.at(0), r.opt_text(1))))
}
