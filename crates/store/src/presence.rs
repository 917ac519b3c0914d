//! Who has a case open or is typing on it, and the drafts that are never lost.
use crate::db::{DbError, Tx, in_thirty_twos};
use crate::{statements, vals};
use domain::kit::{At, PersonId, TicketId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    pub person: PersonId,
    /// `reading`, `typing`
    pub doing: String,
    pub seen_at: At,
}
/// One per person and case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub person: PersonId,
    pub ticket: TicketId,
    /// `public`, `internal`
    pub kind: String,
    pub body: String,
    pub updated_at: At,
    pub version: u32,
}
statements! {
    SEEN = "insert into presence (ticket_id, person_id, doing, seen_at) values ($1, $2, $3, $4) on conflict (ticket_id, person_id) do update set doing = excluded.doing, seen_at = excluded.seen_at";
    HERE = "select person_id, doing, seen_at from presence where ticket_id = $1 and seen_at > $2 order by person_id limit 100";
    MARK = "insert into seen (person_id, ticket_id, at) values ($1, $2, $3) on conflict (person_id, ticket_id) do update set at = excluded.at where seen.at < excluded.at";
    /// A case nobody has to look at any more is not new to who never saw it.
    UNREAD = "select t.id from ticket t left join seen s on s.person_id = $33 and s.ticket_id = t.id where t.id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32) and (s.at is not null or t.is_open = 1) and exists (select 1 from message m where m.ticket_id = t.id and m.at > coalesce(s.at, 0) and (m.author_id is null or m.author_id <> $33) and m.kind <> $34)";
    SWEEP = "delete from presence where seen_at < $1";
    DRAFT = "select person_id, ticket_id, kind, body, updated_at, version from draft where person_id = $1 and ticket_id = $2";
    DRAFTS = "select person_id, ticket_id, kind, body, updated_at, version from draft where person_id = $1 order by ticket_id limit 200";
    DRAFT_FIRST = "insert into draft (person_id, ticket_id, kind, body, updated_at, version) values ($1, $2, $3, $4, $5, 1) on conflict (person_id, ticket_id) do nothing";
    DRAFT_PUT = "update draft set kind = $3, body = $4, updated_at = $5, version = version + 1 where person_id = $1 and ticket_id = $2 and version = $6";
    DRAFT_DROP = "delete from draft where person_id = $1 and ticket_id = $2";
}
pub fn seen(tx: &mut Tx, ticket: TicketId, person: PersonId, doing: &str, at: At) -> Result<(), DbError> {
    tx.exec(&SEEN, &vals![ticket, person, doing, at]).map(|_| ())
}
/// Somebody has seen all that was on a case up to an instant; never moved back.
pub fn mark_seen(tx: &mut Tx, ticket: TicketId, person: PersonId, at: At) -> Result<(), DbError> {
    tx.exec(&MARK, &vals![person, ticket, at]).map(|_| ())
}
/// Those of the cases where others wrote something since this person looked, messages of the kind `but` left out. One statement for each 32.
pub fn list_unread(tx: &mut Tx, person: PersonId, tickets: &[TicketId], but: &str) -> Result<Vec<TicketId>, DbError> {
    in_thirty_twos(tx, &UNREAD, tickets, &vals![person, but], |r| Ok(r.id(0)))
}
/// Who was here after `since`.
pub fn list_here(tx: &mut Tx, ticket: TicketId, since: At) -> Result<Vec<Present>, DbError> {
    tx.query(&HERE, &vals![ticket, since], |r| Ok(Present { person: r.id(0), doing: r.text(1), seen_at: r.at(2) }))
}
pub fn sweep(tx: &mut Tx, before: At) -> Result<u64, DbError> {
    tx.exec(&SWEEP, &vals![before])
}
pub fn find_draft(tx: &mut Tx, person: PersonId, ticket: TicketId) -> Result<Option<Draft>, DbError> {
    tx.first(&DRAFT, &vals![person, ticket], read_draft)
}
pub fn list_drafts(tx: &mut Tx, person: PersonId) -> Result<Vec<Draft>, DbError> {
    tx.query(&DRAFTS, &vals![person], read_draft)
}
fn read_draft(r: &crate::db::Row) -> Result<Draft, DbError> {
    Ok(Draft { person: r.id(0), ticket: r.id(1), kind: r.text(2), body: r.text(3), updated_at: r.at(4), version: r.num(5) })
}
/// Keeps a draft over the version the writer has seen (0: none). False: somebody (another tab) wrote meanwhile.
pub fn put_draft(tx: &mut Tx, d: &Draft, seen_version: u32) -> Result<bool, DbError> {
    let n = if seen_version == 0 {
        tx.exec(&DRAFT_FIRST, &vals![d.person, d.ticket, &d.kind, &d.body, d.updated_at])?
    } else {
        tx.exec(&DRAFT_PUT, &vals![d.person, d.ticket, &d.kind, &d.body, d.updated_at, seen_version])?
    };
    Ok(n > 0)
}
pub fn drop_draft(tx: &mut Tx, person: PersonId, ticket: TicketId) -> Result<bool, DbError> {
    Ok(tx.exec(&DRAFT_DROP, &vals![person, ticket])? > 0)
}
