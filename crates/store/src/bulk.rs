//! One act on many cases, and how each stood before.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, BulkId, PersonId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    pub id: BulkId,
    pub by: PersonId,
    pub at: At,
    /// Key of the act.
    pub act: String,
    /// JSON: how each case stood before and after; never looked into by SQL.
    pub body: String,
    pub undone_at: Option<At>,
}
statements! {
    ONE = "select id, by_id, at, act, body, undone_at from bulk where id = $1";
    INSERT = "insert into bulk (id, by_id, at, act, body) values ($1, $2, $3, $4, $5)";
    UNDO = "update bulk set undone_at = $2 where id = $1 and undone_at is null";
    SWEEP = "delete from bulk where id in (select id from bulk where at < $1 order by at, id limit $2)";
}
fn read(r: &Row) -> Result<Bulk, DbError> {
    Ok(Bulk { id: r.id(0), by: r.id(1), at: r.at(2), act: r.text(3), body: r.text(4), undone_at: r.opt_at(5) })
}
pub fn find(tx: &mut Tx, id: BulkId) -> Result<Option<Bulk>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
pub fn put_new(tx: &mut Tx, b: &Bulk) -> Result<(), DbError> {
    tx.exec(&INSERT, &vals![b.id, b.by, b.at, &b.act, &b.body]).map(|_| ())
}
/// False: it was taken back before.
pub fn undo(tx: &mut Tx, id: BulkId, at: At) -> Result<bool, DbError> {
    Ok(tx.exec(&UNDO, &vals![id, at])? > 0)
}
/// Forgets what is older.
pub fn sweep(tx: &mut Tx, before: At, limit: u32) -> Result<u64, DbError> {
    tx.exec(&SWEEP, &vals![before, limit])
}
