//! Saved questions over the cases, with counts that move by one.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, PersonId, ViewId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub id: ViewId,
    pub owner: PersonId,
    pub name: String,
    pub shared: bool,
    /// The filter as its owner wrote it, JSON.
    pub filter: String,
    pub n: i64,
    pub created_at: At,
    pub version: u32,
}
pub const VIEWS_MAX: u32 = 500;
statements! {
    ALL_VIEWS = "select id, owner_id, name, shared, filter, n, created_at, version from view order by id limit 500";
    ONE = "select id, owner_id, name, shared, filter, n, created_at, version from view where id = $1";
    OF_OWNER = "select id, owner_id, name, shared, filter, n, created_at, version from view where owner_id = $1 order by id limit 500";
    SHARED = "select id, owner_id, name, shared, filter, n, created_at, version from view where shared = 1 order by id limit 500";
    INSERT = "insert into view (id, owner_id, name, shared, filter, n, created_at, version) values ($1, $2, $3, $4, $5, $6, $7, 1)";
    UPDATE = "update view set name = $2, shared = $3, filter = $4, n = $5, version = version + 1 where id = $1 and version = $6";
    DROP = "delete from view where id = $1 and owner_id = $2";
    MOVE = "update view set n = n + $2 where id = $1";
}
fn read(r: &Row) -> Result<View, DbError> {
    Ok(View {
        id: r.id(0),
        owner: r.id(1),
        name: r.text(2),
        shared: r.bool(3),
        filter: r.text(4),
        n: r.int(5),
        created_at: r.at(6),
        version: r.num(7),
    })
}
/// Every view of the house; bounded by [`VIEWS_MAX`].
pub fn list_all(tx: &mut Tx) -> Result<Vec<View>, DbError> {
    tx.query(&ALL_VIEWS, &[], read)
}
pub fn find(tx: &mut Tx, id: ViewId) -> Result<Option<View>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
/// A person's own views.
pub fn list_own(tx: &mut Tx, person: PersonId) -> Result<Vec<View>, DbError> {
    tx.query(&OF_OWNER, &vals![person], read)
}
pub fn list_shared(tx: &mut Tx) -> Result<Vec<View>, DbError> {
    tx.query(&SHARED, &[], read)
}
pub fn put_new(tx: &mut Tx, v: &View) -> Result<(), DbError> {
    tx.exec(&INSERT, &vals![v.id, v.owner, &v.name, v.shared, &v.filter, v.n, v.created_at])?;
    tx.nudge("views");
    Ok(())
}
/// False: the version is no longer the one seen.
pub fn put(tx: &mut Tx, v: &View) -> Result<bool, DbError> {
    let n = tx.exec(&UPDATE, &vals![v.id, &v.name, v.shared, &v.filter, v.n, v.version])?;
    tx.nudge("views");
    Ok(n > 0)
}
pub fn drop_one(tx: &mut Tx, id: ViewId, owner: PersonId) -> Result<bool, DbError> {
    tx.nudge("views");
    Ok(tx.exec(&DROP, &vals![id, owner])? > 0)
}
pub fn move_count(tx: &mut Tx, id: ViewId, by: i64) -> Result<(), DbError> {
    tx.exec(&MOVE, &vals![id, by]).map(|_| ())
}
