//! What people write on a case, in order.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, MessageId, PersonId, TicketId};

/// Who may read a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    Public,
    Internal,
    /// Written by the house itself: announcements.
    System,
}
impl MessageKind {
    pub fn key(self) -> &'static str {
        match self {
            MessageKind::Public => "public",
            MessageKind::Internal => "internal",
            MessageKind::System => "system",
        }
    }
    pub fn parse(key: &str) -> Option<MessageKind> {
        [MessageKind::Public, MessageKind::Internal, MessageKind::System].into_iter().find(|k| k.key() == key)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub ticket: TicketId,
    pub author: Option<PersonId>,
    pub kind: MessageKind,
    pub body: String,
    pub at: At,
    pub language: String,
}

statements! {
    INSERT = "insert into message (id, ticket_id, author_id, kind, body, at, language) values ($1, $2, $3, $4, $5, $6, $7)";
    OF_TICKET = "select id, ticket_id, author_id, kind, body, at, language from message where ticket_id = $1 and (at, id) > ($2, $3) order by at, id limit $4";
    /// Who belongs to no account is of the vendor.
    LAST_OF_STAFF = "select m.at from message m join person p on p.id = m.author_id where m.ticket_id = $1 and m.kind = 'public' and p.account_id is null order by m.at desc, m.id desc limit 1";
    ONE = "select id, ticket_id, author_id, kind, body, at, language from message where id = $1";
}

fn read(r: &Row) -> Result<Message, DbError> {
    let kind = MessageKind::parse(r.str(3)).ok_or_else(|| DbError::internal(format!("message kind {}", r.str(3))))?;
    Ok(Message { id: r.id(0), ticket: r.id(1), author: r.opt_id(2), kind, body: r.text(4), at: r.at(5), language: r.text(6) })
}
pub fn put_new(tx: &mut Tx, m: &Message) -> Result<(), DbError> {
    put_new_all(tx, std::slice::from_ref(m))
}
pub fn put_new_all(tx: &mut Tx, messages: &[Message]) -> Result<(), DbError> {
    let rows: Vec<_> = messages.iter().map(|m| vals![m.id, m.ticket, m.author, m.kind.key(), &m.body, m.at, &m.language]).collect();
    tx.many(&INSERT, &rows).map(|_| ())
}
pub fn find(tx: &mut Tx, id: MessageId) -> Result<Option<Message>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
/// When somebody of the vendor last said something the customer can read.
pub fn last_of_staff(tx: &mut Tx, ticket: TicketId) -> Result<Option<At>, DbError> {
    tx.first(&LAST_OF_STAFF, &vals![ticket], |r| Ok(r.at(0)))
}
/// Messages after the one seen last (`None`: from the start), oldest first.
pub fn list_of_ticket(tx: &mut Tx, ticket: TicketId, after: Option<(At, MessageId)>, limit: u32) -> Result<Vec<Message>, DbError> {
    let (at, id) = after.unwrap_or((At::MIN, MessageId::from_raw(0)));
    tx.query(&OF_TICKET, &vals![ticket, at, id, limit], read)
}
