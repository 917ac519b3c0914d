//! A second question in a thread becomes a case of its own.
use crate::link::{Tie, note};
use crate::ticket::{Opened, Opening, open_for};
use crate::{Act, Fault};
use domain::kit::{MessageId, TicketId};
use domain::people::{Leave, LinkTickets};
use store::message::MessageKind;
use store::ticket::Words;

/// What is taken out, and what is said anew about it.
#[derive(Debug, Clone)]
pub struct Split {
    pub message: MessageId,
    /// The subject; the old case's unless said.
    pub subject: Option<String>,
    pub severity: Option<String>,
    pub product: Option<String>,
}

/// Opens a case with a message of another: whoever wrote it asks, its promises begin now, both cases know of each other. Files stay with the
/// old one. `number` comes from [`crate::Desk::next_number`]. Errors: NotFound, Invalid, Refused `split.internal`.
pub fn split(cx: &mut Act, leave: &Leave<LinkTickets>, number: i64, id: TicketId, asked: &Split) -> Result<Opened, Fault> {
    let who = leave.actor().clone();
    let case = store::ticket::find_locked(cx.tx, id)?.ok_or(Fault::NotFound)?;
    let message = store::message::find(cx.tx, asked.message)?.filter(|m| m.ticket == id).ok_or(Fault::NotFound)?;
    if message.kind != MessageKind::Public {
        return Err(Fault::refused("split.internal"));
    }
    // The real customer: whoever wrote it, if that is somebody of the customer's; else whoever asked.
    let author = match message.author {
        Some(by) => store::person::find(cx.tx, by)?.filter(|p| p.account == Some(case.ticket.account) && p.active).map(|p| p.id),
        None => None,
    };
    let opening = Opening {
        account: Some(case.ticket.account),
        requester: Some(author.unwrap_or(case.ticket.requester)),
        channel: case.ticket.channel.clone(),
        severity: asked.severity.clone().unwrap_or_else(|| case.ticket.severity.key().into()),
        words: Words {
            subject: asked.subject.clone().unwrap_or_else(|| case.words.subject.clone()),
            product: asked.product.clone().unwrap_or_else(|| case.words.product.clone()),
            instance: case.words.instance.clone(),
            ..Words::default()
        },
        body: message.body.clone(),
        language: Some(message.language.clone()),
    };
    let opened = open_for(cx, &who, message.author.unwrap_or(who.person), number, &opening)?;
    store::link::put_pair(cx.tx, id, opened.case.ticket.id, (Tie::SplitInto.key(), Tie::SplitFrom.key()), who.person, cx.now)?;
    note(cx, &who, &case, &opened.case, "ticket.split", Tie::SplitInto)?;
    let case = store::ticket::find(cx.tx, opened.case.ticket.id)?.ok_or(Fault::NotFound)?;
    Ok(Opened { case, pos: cx.pos, ..opened })
}
