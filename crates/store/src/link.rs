//! Cases that have to do with each other; a row for each of the two directions.
use crate::db::{DbError, Tx};
use crate::{statements, vals};
use domain::kit::{At, PersonId, TicketId};

/// What another case is to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub other: TicketId,
    /// `related`, `split_from`, `split_into`
    pub kind: String,
    pub by: PersonId,
    pub at: At,
}
/// The most links a case may have.
pub const LINKS_MAX: u32 = 200;
statements! {
    OF_TICKET = "select other_id, kind, by_id, at from link where ticket_id = $1 order by other_id, kind limit $2";
    INSERT = "insert into link (ticket_id, other_id, kind, by_id, at) values ($1, $2, $3, $4, $5) on conflict (ticket_id, other_id, kind) do nothing";
    DROP = "delete from link where ticket_id = $1 and other_id = $2 and kind = $3";
}
/// What a case is tied to; bounded by [`LINKS_MAX`].
pub fn list_of_ticket(tx: &mut Tx, ticket: TicketId) -> Result<Vec<Link>, DbError> {
    tx.query(&OF_TICKET, &vals![ticket, LINKS_MAX], |r| Ok(Link { other: r.id(0), kind: r.text(1), by: r.id(2), at: r.at(3) }))
}
/// Ties two cases: `there` is what `other` is to `ticket`, `back` the other way round. False: they were tied so before.
pub fn put_pair(tx: &mut Tx, ticket: TicketId, other: TicketId, (there, back): (&str, &str), by: PersonId, at: At) -> Result<bool, DbError> {
    let n = tx.exec(&INSERT, &vals![ticket, other, there, by, at])?;
    tx.exec(&INSERT, &vals![other, ticket, back, by, at])?;
    Ok(n > 0)
}
/// False: they were not tied so.
pub fn drop_pair(tx: &mut Tx, ticket: TicketId, other: TicketId, (there, back): (&str, &str)) -> Result<bool, DbError> {
    tx.exec(&DROP, &vals![other, ticket, back])?;
    Ok(tx.exec(&DROP, &vals![ticket, other, there])? > 0)
}
