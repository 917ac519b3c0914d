//! Where the vendor's and customers' own systems want to be told.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{AccountId, At, WebhookId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    /// Only events of this account; `None`: of all.
    pub account: Option<AccountId>,
    pub name: String,
    pub url: String,
    /// Sealed with the house key.
    pub secret: Vec<u8>,
    /// The one before, still signed with during rotation.
    pub old_secret: Option<Vec<u8>>,
    /// Fact keys or `*`.
    pub topics: Vec<String>,
    pub active: bool,
    pub failing_since: Option<At>,
    pub created_at: At,
    pub version: u32,
}
statements! {
    LIST = "select id, account_id, name, url, secret, old_secret, topics, active, failing_since, created_at, version from webhook order by id limit 500";
    ONE = "select id, account_id, name, url, secret, old_secret, topics, active, failing_since, created_at, version from webhook where id = $1";
    INSERT = "insert into webhook (id, account_id, name, url, secret, old_secret, topics, active, failing_since, created_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)";
    UPDATE = "update webhook set name = $2, url = $3, secret = $4, old_secret = $5, topics = $6, active = $7, failing_since = $8, version = version + 1 where id = $1 and version = $9";
    FAILING = "update webhook set failing_since = coalesce(failing_since, $2) where id = $1";
    WELL = "update webhook set failing_since = null where id = $1 and failing_since is not null";
    STOP = "update webhook set active = 0 where id = $1";
    DROP = "delete from webhook where id = $1";
}
fn read(r: &Row) -> Result<Webhook, DbError> {
    Ok(Webhook {
        id: r.id(0),
        account: r.opt_id(1),
        name: r.text(2),
        url: r.text(3),
        secret: r.bytes(4),
        old_secret: r.opt_bytes(5),
        topics: r.str(6).split_whitespace().map(str::to_string).collect(),
        active: r.bool(7),
        failing_since: r.opt_at(8),
        created_at: r.at(9),
        version: r.num(10),
    })
}
/// Every webhook, bounded at 500.
pub fn list(tx: &mut Tx) -> Result<Vec<Webhook>, DbError> {
    tx.query(&LIST, &[], read)
}
pub fn find(tx: &mut Tx, id: WebhookId) -> Result<Option<Webhook>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
pub fn put_new(tx: &mut Tx, w: &Webhook) -> Result<(), DbError> {
    let topics = w.topics.join(" ");
    let values = vals![w.id, w.account, &w.name, &w.url, &w.secret[..], w.old_secret.as_deref(), &topics, w.active, w.failing_since, w.created_at];
    tx.exec(&INSERT, &values)?;
    tx.nudge("webhooks");
    Ok(())
}
/// False: the version is no longer the one seen.
pub fn put(tx: &mut Tx, w: &Webhook) -> Result<bool, DbError> {
    let topics = w.topics.join(" ");
    let values = vals![w.id, &w.name, &w.url, &w.secret[..], w.old_secret.as_deref(), &topics, w.active, w.failing_since, w.version];
    tx.nudge("webhooks");
    Ok(tx.exec(&UPDATE, &values)? > 0)
}
/// Notes a failed delivery; since when it fails in a row is kept.
pub fn note_failure(tx: &mut Tx, id: WebhookId, at: At) -> Result<(), DbError> {
    tx.exec(&FAILING, &vals![id, at]).map(|_| ())
}
pub fn note_success(tx: &mut Tx, id: WebhookId) -> Result<(), DbError> {
    tx.exec(&WELL, &vals![id]).map(|_| ())
}
pub fn stop(tx: &mut Tx, id: WebhookId) -> Result<(), DbError> {
    tx.nudge("webhooks");
    tx.exec(&STOP, &vals![id]).map(|_| ())
}
pub fn drop_one(tx: &mut Tx, id: WebhookId) -> Result<bool, DbError> {
    tx.nudge("webhooks");
    Ok(tx.exec(&DROP, &vals![id])? > 0)
}
