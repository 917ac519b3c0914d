//! API tokens: hashed, scoped, at most ten active a person (000:L143).
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, PersonId, TokenId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub person: PersonId,
    pub name: String,
    /// First characters of the secret, so that its owner recognises it.
    pub hint: String,
    pub scopes: Vec<String>,
    pub created_at: At,
    pub expires_at: Option<At>,
    pub last_used_at: Option<At>,
    pub revoked_at: Option<At>,
}
statements! {
    INSERT = "insert into token (id, person_id, name, secret_hash, hint, scopes, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    BY_HASH = "select id, person_id, name, hint, scopes, created_at, expires_at, last_used_at, revoked_at from token where secret_hash = $1";
    OF_PERSON = "select id, person_id, name, hint, scopes, created_at, expires_at, last_used_at, revoked_at from token where person_id = $1 order by created_at desc, id desc limit 500";
    REVOKE = "update token set revoked_at = $3 where id = $1 and person_id = $2 and revoked_at is null";
    USED = "update token set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $3)";
}
fn read(r: &Row) -> Result<Token, DbError> {
    Ok(Token {
        id: r.id(0),
        person: r.id(1),
        name: r.text(2),
        hint: r.text(3),
        scopes: r.str(4).split_whitespace().map(str::to_string).collect(),
        created_at: r.at(5),
        expires_at: r.opt_at(6),
        last_used_at: r.opt_at(7),
        revoked_at: r.opt_at(8),
    })
}
pub fn put_new(tx: &mut Tx, t: &Token, secret_hash: &[u8]) -> Result<(), DbError> {
    let scopes = t.scopes.join(" ");
    tx.exec(&INSERT, &vals![t.id, t.person, &t.name, secret_hash, &t.hint, &scopes, t.created_at, t.expires_at]).map(|_| ())
}
pub fn find_by_hash(tx: &mut Tx, secret_hash: &[u8]) -> Result<Option<Token>, DbError> {
    tx.first(&BY_HASH, &vals![secret_hash], read)
}
/// Newest first, revoked and expired ones included.
pub fn list_of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<Token>, DbError> {
    tx.query(&OF_PERSON, &vals![person], read)
}
pub fn revoke(tx: &mut Tx, id: TokenId, person: PersonId, now: At) -> Result<bool, DbError> {
    Ok(tx.exec(&REVOKE, &vals![id, person, now])? > 0)
}
/// Notes a use, at most once a minute: `not_after` is a minute ago.
pub fn note_use(tx: &mut Tx, id: TokenId, now: At, not_after: At) -> Result<(), DbError> {
    tx.exec(&USED, &vals![id, now, not_after]).map(|_| ())
}
