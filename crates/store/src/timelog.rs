//! Working time spent on cases. The sum stands beside the case.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, PersonId, TicketId, TimeId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: TimeId,
    pub ticket: TicketId,
    pub by: PersonId,
    pub minutes: u32,
    pub what: String,
    /// To be charged to the customer.
    pub billable: bool,
    /// When the work was done.
    pub at: At,
    pub created_at: At,
}
/// The most a case has.
pub const ENTRIES_MAX: u32 = 500;
statements! {
    OF_TICKET = "select id, ticket_id, by_id, minutes, what, billable, at, created_at from time_entry where ticket_id = $1 order by id limit $2";
    ONE = "select id, ticket_id, by_id, minutes, what, billable, at, created_at from time_entry where id = $1";
    INSERT = "insert into time_entry (id, ticket_id, by_id, minutes, what, billable, at, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    DROP = "delete from time_entry where id = $1";
    /// The case's own row is not counted anew: this is the only writer of the column.
    COUNT = "update ticket set minutes_spent = minutes_spent + $2 where id = $1";
}
fn read(r: &Row) -> Result<Entry, DbError> {
    Ok(Entry { id: r.id(0), ticket: r.id(1), by: r.id(2), minutes: r.num(3), what: r.text(4), billable: r.bool(5), at: r.at(6), created_at: r.at(7) })
}
/// In the order they were written; bounded by [`ENTRIES_MAX`].
pub fn list_of_ticket(tx: &mut Tx, ticket: TicketId) -> Result<Vec<Entry>, DbError> {
    tx.query(&OF_TICKET, &vals![ticket, ENTRIES_MAX], read)
}
pub fn find(tx: &mut Tx, id: TimeId) -> Result<Option<Entry>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
/// Adds an entry to a case that is held.
pub fn put_new(tx: &mut Tx, e: &Entry) -> Result<(), DbError> {
    tx.exec(&INSERT, &vals![e.id, e.ticket, e.by, e.minutes, &e.what, e.billable, e.at, e.created_at])?;
    tx.exec(&COUNT, &vals![e.ticket, e.minutes]).map(|_| ())
}
pub fn drop_one(tx: &mut Tx, e: &Entry) -> Result<(), DbError> {
    tx.exec(&DROP, &vals![e.id])?;
    tx.exec(&COUNT, &vals![e.ticket, -i64::from(e.minutes)]).map(|_| ())
}
