//! How content customers were, one row a case.
use crate::db::{DbError, Tx};
use crate::{statements, vals};
use domain::kit::TicketId;
use domain::ticket::Rating;

statements! {
    ONE = "select ticket_id, by_id, stars, comment, at, edited_at from rating where ticket_id = $1";
    PUT = "insert into rating (ticket_id, by_id, stars, comment, at, edited_at) values ($1, $2, $3, $4, $5, $6) on conflict (ticket_id) do update set by_id = excluded.by_id, stars = excluded.stars, comment = excluded.comment, edited_at = excluded.edited_at";
}
pub fn find(tx: &mut Tx, ticket: TicketId) -> Result<Option<Rating>, DbError> {
    tx.first(&ONE, &vals![ticket], |r| {
        Ok(Rating { ticket: r.id(0), by: r.id(1), stars: r.num(2), comment: r.text(3), at: r.at(4), edited_at: r.opt_at(5) })
    })
}
/// New, or in the place of the one before; when it was first given stays.
pub fn put(tx: &mut Tx, r: &Rating) -> Result<(), DbError> {
    tx.exec(&PUT, &vals![r.ticket, r.by, r.stars, &r.comment, r.at, r.edited_at]).map(|_| ())
}
