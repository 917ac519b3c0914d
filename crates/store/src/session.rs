//! Who is signed in. The secret itself is never stored, only its hash.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, EmbedId, PersonId, SessionId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub person: PersonId,
    pub created_at: At,
    pub expires_at: At,
    /// Opened by a page of the vendor's own: for the portal's daily needs alone.
    pub embed: Option<EmbedId>,
}
statements! {
    INSERT = "insert into session (id, secret_hash, person_id, created_at, expires_at, embed_id) values ($1, $2, $3, $4, $5, $6)";
    BY_HASH = "select id, person_id, created_at, expires_at, embed_id from session where secret_hash = $1";
    DROP = "delete from session where id = $1";
    DROP_OF = "delete from session where person_id = $1";
    SWEEP = "delete from session where expires_at < $1";
}
pub fn put_new(tx: &mut Tx, s: &Session, secret_hash: &[u8]) -> Result<(), DbError> {
    tx.exec(&INSERT, &vals![s.id, secret_hash, s.person, s.created_at, s.expires_at, s.embed]).map(|_| ())
}
pub fn find_by_hash(tx: &mut Tx, secret_hash: &[u8]) -> Result<Option<Session>, DbError> {
    let read = |r: &Row| Ok(Session { id: r.id(0), person: r.id(1), created_at: r.at(2), expires_at: r.at(3), embed: r.opt_id(4) });
    tx.first(&BY_HASH, &vals![secret_hash], read)
}
pub fn drop_one(tx: &mut Tx, id: SessionId) -> Result<bool, DbError> {
    Ok(tx.exec(&DROP, &vals![id])? > 0)
}
pub fn drop_of(tx: &mut Tx, person: PersonId) -> Result<u64, DbError> {
    tx.exec(&DROP_OF, &vals![person])
}
pub fn sweep(tx: &mut Tx, before: At) -> Result<u64, DbError> {
    tx.exec(&SWEEP, &vals![before])
}
