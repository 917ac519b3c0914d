//! Files on cases: the row; the sealed bytes lie in the vault.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{AccountId, At, AttachmentId, MessageId, PersonId, TicketId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub account: AccountId,
    pub ticket: TicketId,
    /// The message it came with; `None` until it is sent.
    pub message: Option<MessageId>,
    pub by: PersonId,
    pub name: String,
    pub media_type: String,
    pub bytes: i64,
    pub sha256: Vec<u8>,
    pub internal: bool,
    /// `pending`, `clean`, `infected`, `unscanned`
    pub scan: String,
    pub at: At,
}
statements! {
    INSERT = "insert into attachment (id, account_id, ticket_id, message_id, by_id, name, media_type, bytes, sha256, internal, scan, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    ONE = "select id, account_id, ticket_id, message_id, by_id, name, media_type, bytes, sha256, internal, scan, at from attachment where id = $1";
    OF_TICKET = "select id, account_id, ticket_id, message_id, by_id, name, media_type, bytes, sha256, internal, scan, at from attachment where ticket_id = $1 order by at, id limit 500";
    SEND = "update attachment set message_id = $2, internal = $3 where id = $1 and ticket_id = $4 and by_id = $5 and message_id is null";
    PENDING = "select id from attachment where scan = 'pending' and (at, id) > ($1, $2) order by at, id limit $3";
    SCAN = "update attachment set scan = $2 where id = $1";
}
fn read(r: &Row) -> Result<Attachment, DbError> {
    Ok(Attachment {
        id: r.id(0),
        account: r.id(1),
        ticket: r.id(2),
        message: r.opt_id(3),
        by: r.id(4),
        name: r.text(5),
        media_type: r.text(6),
        bytes: r.int(7),
        sha256: r.bytes(8),
        internal: r.bool(9),
        scan: r.text(10),
        at: r.at(11),
    })
}
pub fn put_new(tx: &mut Tx, a: &Attachment) -> Result<(), DbError> {
    let values = vals![a.id, a.account, a.ticket, a.message, a.by, &a.name, &a.media_type, a.bytes, &a.sha256[..], a.internal, &a.scan, a.at];
    tx.exec(&INSERT, &values).map(|_| ())
}
pub fn find(tx: &mut Tx, id: AttachmentId) -> Result<Option<Attachment>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
pub fn list_of_ticket(tx: &mut Tx, ticket: TicketId) -> Result<Vec<Attachment>, DbError> {
    tx.query(&OF_TICKET, &vals![ticket], read)
}
/// Ties an uploaded file to the message it goes with. False: not this person's, not this case's, or sent before.
pub fn send_with(tx: &mut Tx, id: AttachmentId, message: MessageId, internal: bool, ticket: TicketId, by: PersonId) -> Result<bool, DbError> {
    Ok(tx.exec(&SEND, &vals![id, message, internal, ticket, by])? > 0)
}
/// Files that wait for the scanner, the oldest first, after the one seen last.
pub fn list_pending(tx: &mut Tx, after: Option<(At, AttachmentId)>, limit: u32) -> Result<Vec<AttachmentId>, DbError> {
    let (at, id) = after.unwrap_or((At::MIN, AttachmentId::from_raw(0)));
    tx.query(&PENDING, &vals![at, id, limit], |r| Ok(r.id(0)))
}
pub fn put_scan(tx: &mut Tx, id: AttachmentId, scan: &'static str) -> Result<(), DbError> {
    tx.exec(&SCAN, &vals![id, scan]).map(|_| ())
}
