//! What is to be done on a case, item by item. How many are open stands beside the case.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, PersonId, TicketId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Of the case; never given twice.
    pub n: u32,
    pub text: String,
    /// Who did it, and when.
    pub done: Option<(PersonId, At)>,
}
/// The most a case has.
pub const ITEMS_MAX: u32 = 200;
statements! {
    OF_TICKET = "select n, text, done_by, done_at from check_item where ticket_id = $1 order by n limit $2";
    ONE = "select n, text, done_by, done_at from check_item where ticket_id = $1 and n = $2";
    INSERT = "insert into check_item (ticket_id, n, text) values ($1, $2, $3)";
    UPDATE = "update check_item set text = $3, done_by = $4, done_at = $5 where ticket_id = $1 and n = $2";
    DROP = "delete from check_item where ticket_id = $1 and n = $2";
    /// The case's own row is not counted anew: this is the only writer of the two columns.
    COUNT = "update ticket set checks_made = checks_made + $2, checks_open = checks_open + $3 where id = $1 returning checks_made";
}
fn read(r: &Row) -> Result<Item, DbError> {
    Ok(Item { n: r.num(0), text: r.text(1), done: r.opt_id(2).zip(r.opt_at(3)) })
}
/// In the order they were added; bounded by [`ITEMS_MAX`].
pub fn list_of_ticket(tx: &mut Tx, ticket: TicketId) -> Result<Vec<Item>, DbError> {
    tx.query(&OF_TICKET, &vals![ticket, ITEMS_MAX], read)
}
pub fn find(tx: &mut Tx, ticket: TicketId, n: u32) -> Result<Option<Item>, DbError> {
    tx.first(&ONE, &vals![ticket, n], read)
}
/// Adds open items to a case that is held; their numbers follow those given before.
pub fn add(tx: &mut Tx, ticket: TicketId, texts: &[String]) -> Result<Vec<Item>, DbError> {
    let new = texts.len() as u32;
    let last: u32 = count(tx, ticket, new, i64::from(new))?;
    let items: Vec<Item> = (last + 1 - new..).zip(texts).map(|(n, text)| Item { n, text: text.clone(), done: None }).collect();
    let rows: Vec<_> = items.iter().map(|i| vals![ticket, i.n, &i.text]).collect();
    tx.many(&INSERT, &rows)?;
    Ok(items)
}
fn count(tx: &mut Tx, ticket: TicketId, made: u32, open: i64) -> Result<u32, DbError> {
    tx.first(&COUNT, &vals![ticket, made, open], |r| Ok(r.num(0)))?.ok_or_else(|| DbError::internal("a case is gone"))
}
/// Writes an item over what it was.
pub fn put(tx: &mut Tx, ticket: TicketId, before: &Item, item: &Item) -> Result<(), DbError> {
    let (by, at) = item.done.unzip();
    tx.exec(&UPDATE, &vals![ticket, item.n, &item.text, by, at])?;
    let moved = i64::from(item.done.is_none()) - i64::from(before.done.is_none());
    if moved != 0 {
        count(tx, ticket, 0, moved)?;
    }
    Ok(())
}
pub fn drop_one(tx: &mut Tx, ticket: TicketId, item: &Item) -> Result<(), DbError> {
    tx.exec(&DROP, &vals![ticket, item.n])?;
    if item.done.is_none() {
        count(tx, ticket, 0, -1)?;
    }
    Ok(())
}
