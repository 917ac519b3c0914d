//! In-site notices and what people want to be told in which way.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, OutboxId, PersonId, TicketId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: OutboxId,
    pub person: PersonId,
    pub topic: String,
    pub ticket: Option<TicketId>,
    /// JSON: the arguments of the sentence.
    pub body: String,
    pub at: At,
    pub read_at: Option<At>,
}
statements! {
    INSERT = "insert into notice (id, person_id, topic, ticket_id, body, at) values ($1, $2, $3, $4, $5, $6)";
    OF_PERSON = "select id, person_id, topic, ticket_id, body, at, read_at from notice where person_id = $1 and (at, id) < ($2, $3) order by at desc, id desc limit $4";
    UNREAD = "select id, person_id, topic, ticket_id, body, at, read_at from notice where person_id = $1 and read_at is null and (at, id) < ($2, $3) order by at desc, id desc limit $4";
    READ = "update notice set read_at = $3 where person_id = $1 and read_at is null and (at, id) <= ($2, $4)";
    PREFERENCES = "select topic, way, wanted from preference where person_id = $1 order by topic, way";
    PREFERENCE_PUT = "insert into preference (person_id, topic, way, wanted) values ($1, $2, $3, $4) on conflict (person_id, topic, way) do update set wanted = excluded.wanted";
}
fn read(r: &Row) -> Result<Notice, DbError> {
    Ok(Notice { id: r.id(0), person: r.id(1), topic: r.text(2), ticket: r.opt_id(3), body: r.text(4), at: r.at(5), read_at: r.opt_at(6) })
}
pub fn put_new(tx: &mut Tx, n: &Notice) -> Result<(), DbError> {
    put_new_all(tx, std::slice::from_ref(n))
}
pub fn put_new_all(tx: &mut Tx, notices: &[Notice]) -> Result<(), DbError> {
    let rows: Vec<_> = notices.iter().map(|n| vals![n.id, n.person, &n.topic, n.ticket, &n.body, n.at]).collect();
    tx.many(&INSERT, &rows).map(|_| ())
}
/// Newest first.
pub fn list(tx: &mut Tx, person: PersonId, unread_only: bool, before: Option<(At, OutboxId)>, limit: u32) -> Result<Vec<Notice>, DbError> {
    let (at, id) = before.unwrap_or((At::MAX, OutboxId::from_raw(u128::MAX)));
    tx.query(if unread_only { &UNREAD } else { &OF_PERSON }, &vals![person, at, id, limit], read)
}
/// Marks everything up to and including one notice as read.
pub fn mark_read(tx: &mut Tx, person: PersonId, up_to: (At, OutboxId), now: At) -> Result<u64, DbError> {
    tx.exec(&READ, &vals![person, up_to.0, now, up_to.1])
}
/// (topic, way, wanted); what is not listed is wanted.
pub fn list_preferences(tx: &mut Tx, person: PersonId) -> Result<Vec<(String, String, bool)>, DbError> {
    tx.query(&PREFERENCES, &vals![person], |r| Ok((r.text(0), r.text(1), r.bool(2))))
}
pub fn put_preference(tx: &mut Tx, person: PersonId, topic: &str, way: &str, wanted: bool) -> Result<(), DbError> {
    tx.exec(&PREFERENCE_PUT, &vals![person, topic, way, wanted]).map(|_| ())
}
