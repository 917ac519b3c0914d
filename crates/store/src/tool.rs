//! Reply templates, macros and check lists.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, PersonId, ToolId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    pub id: ToolId,
    /// `template`, `macro`, `checklist`
    pub kind: String,
    pub owner: PersonId,
    pub name: String,
    pub shared: bool,
    /// JSON; what it holds is the kind's business.
    pub body: String,
    pub created_at: At,
    pub version: u32,
}
/// The most of a kind that is told of one owner, and of all that is shared.
pub const LISTED_MAX: u32 = 500;
statements! {
    ONE = "select id, kind, owner_id, name, shared, body, created_at, version from tool where id = $1";
    OF_OWNER = "select id, kind, owner_id, name, shared, body, created_at, version from tool where kind = $1 and owner_id = $2 order by id limit $3";
    SHARED = "select id, kind, owner_id, name, shared, body, created_at, version from tool where kind = $1 and shared = 1 order by id limit $2";
    INSERT = "insert into tool (id, kind, owner_id, name, shared, body, created_at, version) values ($1, $2, $3, $4, $5, $6, $7, 1)";
    UPDATE = "update tool set name = $2, shared = $3, body = $4, version = version + 1 where id = $1 and version = $5";
    DROP = "delete from tool where id = $1 and owner_id = $2";
}
fn read(r: &Row) -> Result<Tool, DbError> {
    Ok(Tool {
        id: r.id(0),
        kind: r.text(1),
        owner: r.id(2),
        name: r.text(3),
        shared: r.bool(4),
        body: r.text(5),
        created_at: r.at(6),
        version: r.num(7),
    })
}
pub fn find(tx: &mut Tx, id: ToolId) -> Result<Option<Tool>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
pub fn list_own(tx: &mut Tx, kind: &str, owner: PersonId) -> Result<Vec<Tool>, DbError> {
    tx.query(&OF_OWNER, &vals![kind, owner, LISTED_MAX], read)
}
pub fn list_shared(tx: &mut Tx, kind: &str) -> Result<Vec<Tool>, DbError> {
    tx.query(&SHARED, &vals![kind, LISTED_MAX], read)
}
pub fn put_new(tx: &mut Tx, t: &Tool) -> Result<(), DbError> {
    tx.exec(&INSERT, &vals![t.id, &t.kind, t.owner, &t.name, t.shared, &t.body, t.created_at]).map(|_| ())
}
/// False: the version is no longer the one seen.
pub fn put(tx: &mut Tx, t: &Tool) -> Result<bool, DbError> {
    Ok(tx.exec(&UPDATE, &vals![t.id, &t.name, t.shared, &t.body, t.version])? > 0)
}
pub fn drop_one(tx: &mut Tx, id: ToolId, owner: PersonId) -> Result<bool, DbError> {
    Ok(tx.exec(&DROP, &vals![id, owner])? > 0)
}
