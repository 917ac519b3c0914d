//! Who has a case open or is typing on it, and what was said since somebody began to write. Leaves no line in the log.
use crate::form::Form;
use crate::{Act, Fault, limits, ticket};
use domain::kit::{At, MessageId, PersonId, Span, TicketId};
use domain::people::{Actor, Leave, ReadTicket};
use store::db::Tx;
use store::message::{Message, MessageKind};

/// How long somebody counts as here after the last beat.
pub const HERE_FOR: Span = Span::seconds(30);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    pub person: PersonId,
    pub name: String,
    pub is_staff: bool,
    /// `reading`, `typing`
    pub doing: String,
    pub seen_at: At,
}
/// Says that one is here and has seen what there is; to be repeated well within 30 seconds. Errors: NotFound, Invalid.
pub fn beat(cx: &mut Act, leave: &Leave<ReadTicket>, id: TicketId, doing: &str) -> Result<(), Fault> {
    let who = leave.actor();
    ticket::get(cx.tx, who, id)?;
    let mut form = Form::new();
    form.one_of("doing", doing, &["reading", "typing"]);
    form.done()?;
    store::presence::mark_seen(cx.tx, id, who.person, cx.now)?;
    Ok(store::presence::seen(cx.tx, id, who.person, doing, cx.now)?)
}
/// Who else is here. Customers see their colleagues; who of the vendor reads along is not theirs to know.
pub fn here(tx: &mut Tx, leave: &Leave<ReadTicket>, id: TicketId, now: At) -> Result<Vec<Here>, Fault> {
    let who = leave.actor();
    ticket::get(tx, who, id)?;
    let mut all = Vec::new();
    for present in store::presence::list_here(tx, id, now - HERE_FOR)? {
        let person = store::person::find(tx, present.person)?.filter(|p| p.id != who.person && (who.role.is_staff() || p.account == who.account));
        if let Some(p) = person {
            all.push(Here { person: p.id, name: p.name, is_staff: p.role.is_staff(), doing: present.doing, seen_at: present.seen_at });
        }
    }
    Ok(all)
}

/// The last thing a writer had seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Message(MessageId),
    Instant(At),
}
/// "2 new messages since you started."
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub count: u32,
    /// There are more than were counted.
    pub more: bool,
    /// Who wrote them, each once; the house itself is left out.
    pub authors: Vec<PersonId>,
    pub last: Option<MessageId>,
}
/// What others wrote since, as far as this person may read it. Errors: NotFound, also for a message of another case.
pub fn news(tx: &mut Tx, leave: &Leave<ReadTicket>, id: TicketId, since: Since) -> Result<News, Fault> {
    let who = leave.actor();
    ticket::get(tx, who, id)?;
    let after = match since {
        Since::Instant(at) => (at, MessageId::from_raw(u128::MAX)),
        Since::Message(message) => {
            let seen = store::message::find(tx, message)?.filter(|m| m.ticket == id && may_read(who, m)).ok_or(Fault::NotFound)?;
            (seen.at, seen.id)
        }
    };
    let page = store::message::list_of_ticket(tx, id, Some(after), limits::PAGE_MAX)?;
    let more = page.len() == limits::PAGE_MAX as usize;
    let new: Vec<&Message> = page.iter().filter(|m| m.author != Some(who.person) && may_read(who, m)).collect();
    let mut authors: Vec<PersonId> = new.iter().filter_map(|m| m.author).collect();
    authors.sort();
    authors.dedup();
    Ok(News { count: new.len() as u32, more, authors, last: new.last().map(|m| m.id) })
}
fn may_read(who: &Actor, m: &Message) -> bool {
    who.role.is_staff() || m.kind != MessageKind::Internal
}
