//! What somebody has begun to write on a case and not sent: kept on the server, one per person and case, seen by nobody else.
//! Drafts leave no line in the log: nothing has been said yet, and they are saved every few seconds.
use crate::form::Form;
use crate::{Act, Fault, limits, ticket};
use domain::kit::TicketId;
use domain::people::{KeepDraft, Leave};
use store::db::Tx;
use store::presence::Draft;

/// Keeps a draft over the version the writer has seen (0: none yet). Errors: NotFound, Invalid, Stale when another tab wrote meanwhile.
pub fn put(cx: &mut Act, leave: &Leave<KeepDraft>, ticket: TicketId, kind: &str, body: &str, seen_version: u32) -> Result<Draft, Fault> {
    let who = leave.actor();
    ticket::get(cx.tx, who, ticket)?;
    let mut form = Form::new();
    form.one_of("kind", kind, if who.role.is_staff() { &["public", "internal"] } else { &["public"] });
    form.body("body", body, limits::MESSAGE_BYTES_MAX);
    form.done()?;
    let draft = Draft { person: who.person, ticket, kind: kind.into(), body: body.into(), updated_at: cx.now, version: seen_version + 1 };
    if store::presence::put_draft(cx.tx, &draft, seen_version)? {
        return Ok(draft);
    }
    let current = store::presence::find_draft(cx.tx, who.person, ticket)?.map_or(0, |d| d.version);
    Err(Fault::Stale { current })
}
/// One's own draft on a case. Errors: NotFound.
pub fn get(tx: &mut Tx, leave: &Leave<KeepDraft>, ticket: TicketId) -> Result<Draft, Fault> {
    store::presence::find_draft(tx, leave.actor().person, ticket)?.ok_or(Fault::NotFound)
}
/// Drops it, if there is one: sending a message does it too, so twice is no mistake. Errors: NotFound for a case that is not theirs.
pub fn drop_own(cx: &mut Act, leave: &Leave<KeepDraft>, ticket: TicketId) -> Result<(), Fault> {
    let who = leave.actor();
    // One's own draft goes even where the case was moved out of sight meanwhile.
    if !store::presence::drop_draft(cx.tx, who.person, ticket)? {
        ticket::get(cx.tx, who, ticket)?;
    }
    Ok(())
}
/// One's own drafts on all cases.
pub fn list(tx: &mut Tx, leave: &Leave<KeepDraft>) -> Result<Vec<Draft>, Fault> {
    Ok(store::presence::list_drafts(tx, leave.actor().person)?)
}
