//! Links sent by mail that open the door once. The secret itself is never stored, only its hash.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, PassId, PersonId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    pub id: PassId,
    pub person: PersonId,
    /// `sign_in`, `invite`
    pub purpose: String,
    /// Who had it sent; `None`: the person.
    pub by: Option<PersonId>,
    pub created_at: At,
    pub expires_at: At,
    pub used_at: Option<At>,
    pub revoked_at: Option<At>,
}
statements! {
    INSERT = "insert into pass (id, secret_hash, person_id, purpose, by_id, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)";
    BY_HASH = "select id, person_id, purpose, by_id, created_at, expires_at, used_at, revoked_at from pass where secret_hash = $1";
    NEWEST = "select id, person_id, purpose, by_id, created_at, expires_at, used_at, revoked_at from pass where person_id = $1 and purpose = $2 order by created_at desc, id desc limit 1";
    USE = "update pass set used_at = $2 where id = $1 and used_at is null and revoked_at is null";
    REVOKE = "update pass set revoked_at = $3 where person_id = $1 and purpose = $2 and used_at is null and revoked_at is null and expires_at > $3";
    SWEEP = "delete from pass where expires_at < $1";
}
fn read(r: &Row) -> Result<Pass, DbError> {
    Ok(Pass {
        id: r.id(0),
        person: r.id(1),
        purpose: r.text(2),
        by: r.opt_id(3),
        created_at: r.at(4),
        expires_at: r.at(5),
        used_at: r.opt_at(6),
        revoked_at: r.opt_at(7),
    })
}
pub fn put_new(tx: &mut Tx, l: &Pass, secret_hash: &[u8]) -> Result<(), DbError> {
    tx.exec(&INSERT, &vals![l.id, secret_hash, l.person, &l.purpose, l.by, l.created_at, l.expires_at]).map(|_| ())
}
pub fn find_by_hash(tx: &mut Tx, secret_hash: &[u8]) -> Result<Option<Pass>, DbError> {
    tx.first(&BY_HASH, &vals![secret_hash], read)
}
/// The last one somebody was sent for a purpose.
pub fn newest(tx: &mut Tx, person: PersonId, purpose: &str) -> Result<Option<Pass>, DbError> {
    tx.first(&NEWEST, &vals![person, purpose], read)
}
/// Uses it up. False: somebody was faster, or it was revoked.
pub fn use_up(tx: &mut Tx, id: PassId, now: At) -> Result<bool, DbError> {
    Ok(tx.exec(&USE, &vals![id, now])? > 0)
}
/// Takes back what still opens the door; how many there were.
pub fn revoke(tx: &mut Tx, person: PersonId, purpose: &str, now: At) -> Result<u64, DbError> {
    tx.exec(&REVOKE, &vals![person, purpose, now])
}
pub fn sweep(tx: &mut Tx, before: At) -> Result<u64, DbError> {
    tx.exec(&SWEEP, &vals![before])
}
