//! Pages that may open the portal inside them, and the tokens they have shown.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{AccountId, At, EmbedId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    pub id: EmbedId,
    pub name: String,
    /// Whose people may come in by it; `None`: any customer's.
    pub account: Option<AccountId>,
    /// `https://console.example.com`
    pub origins: Vec<String>,
    /// `ES256`, `EdDSA`, `RS256`
    pub alg: String,
    /// PEM
    pub public_key: String,
    pub active: bool,
    pub created_at: At,
    pub version: u32,
}
pub const EMBEDS_MAX: u32 = 50;
statements! {
    ALL_EMBEDS = "select id, name, account_id, origins, alg, public_key, active, created_at, version from embed order by id limit 50";
    ONE = "select id, name, account_id, origins, alg, public_key, active, created_at, version from embed where id = $1";
    INSERT = "insert into embed (id, name, account_id, origins, alg, public_key, active, created_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, 1)";
    UPDATE = "update embed set name = $2, account_id = $3, origins = $4, alg = $5, public_key = $6, active = $7, version = version + 1 where id = $1 and version = $8";
    DROP = "delete from embed where id = $1";
    USES_DROP = "delete from embed_use where embed_id = $1";
    USE = "insert into embed_use (embed_id, jti, expires_at) values ($1, $2, $3) on conflict (embed_id, jti) do nothing";
    SWEEP = "delete from embed_use where expires_at < $1";
}
fn read(r: &Row) -> Result<Embed, DbError> {
    Ok(Embed {
        id: r.id(0),
        name: r.text(1),
        account: r.opt_id(2),
        origins: r.str(3).lines().map(str::to_string).collect(),
        alg: r.text(4),
        public_key: r.text(5),
        active: r.bool(6),
        created_at: r.at(7),
        version: r.num(8),
    })
}
/// Bounded by [`EMBEDS_MAX`].
pub fn list(tx: &mut Tx) -> Result<Vec<Embed>, DbError> {
    tx.query(&ALL_EMBEDS, &[], read)
}
pub fn find(tx: &mut Tx, id: EmbedId) -> Result<Option<Embed>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
pub fn put_new(tx: &mut Tx, e: &Embed) -> Result<(), DbError> {
    let origins = e.origins.join("\n");
    tx.exec(&INSERT, &vals![e.id, &e.name, e.account, &origins, &e.alg, &e.public_key, e.active, e.created_at]).map(|_| ())
}
/// False: the version is no longer the one seen.
pub fn put(tx: &mut Tx, e: &Embed) -> Result<bool, DbError> {
    let origins = e.origins.join("\n");
    Ok(tx.exec(&UPDATE, &vals![e.id, &e.name, e.account, &origins, &e.alg, &e.public_key, e.active, e.version])? > 0)
}
pub fn drop_one(tx: &mut Tx, id: EmbedId) -> Result<bool, DbError> {
    tx.exec(&USES_DROP, &vals![id])?;
    Ok(tx.exec(&DROP, &vals![id])? > 0)
}
/// Notes that a token was shown. False: it had been before.
pub fn put_use(tx: &mut Tx, id: EmbedId, jti: &str, expires_at: At) -> Result<bool, DbError> {
    Ok(tx.exec(&USE, &vals![id, jti, expires_at])? > 0)
}
/// Takes away what is past its time.
pub fn sweep(tx: &mut Tx, before: At) -> Result<u64, DbError> {
    tx.exec(&SWEEP, &vals![before])
}
