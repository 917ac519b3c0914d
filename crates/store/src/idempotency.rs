//! Answers to writes, kept a day, so that a repeated request is answered the same way and done once.
use crate::db::{DbError, Tx};
use crate::{statements, vals};
use domain::kit::At;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub request_hash: Vec<u8>,
    pub status: u16,
    pub body: String,
}
statements! {
    ONE = "select request_hash, status, body from idempotency where key_hash = $1";
    INSERT = "insert into idempotency (key_hash, request_hash, status, body, at) values ($1, $2, $3, $4, $5)";
    SWEEP = "delete from idempotency where key_hash in (select key_hash from idempotency where at < $1 order by at limit $2)";
}
pub fn find(tx: &mut Tx, key_hash: &[u8]) -> Result<Option<Answer>, DbError> {
    tx.first(&ONE, &vals![key_hash], |r| Ok(Answer { request_hash: r.bytes(0), status: r.num(1), body: r.text(2) }))
}
/// Errors: `Conflict` when the same key is being answered by somebody else just now.
pub fn put(tx: &mut Tx, key_hash: &[u8], a: &Answer, at: At) -> Result<(), DbError> {
    tx.exec(&INSERT, &vals![key_hash, &a.request_hash[..], a.status, &a.body, at]).map(|_| ())
}
pub fn sweep(tx: &mut Tx, before: At, limit: u32) -> Result<u64, DbError> {
    tx.exec(&SWEEP, &vals![before, limit])
}
