//! Working time spent on cases: written by whoever worked, taken back by them within a day.
use crate::checklist::{held, note};
use crate::form::Form;
use crate::{Act, Fault, Flaw};
use domain::kit::{At, Span, TicketId, TimeId};
use domain::people::{Leave, ReadInternal, WorkOnTicket};
use serde_json::json;
use store::db::Tx;
use store::person::Named;
use store::timelog::{ENTRIES_MAX, Entry};

/// The most of one entry: a day.
pub const MINUTES_MAX: u32 = 1_440;
/// How long whoever wrote an entry may take it back.
pub const DROP_WITHIN: Span = Span::hours(24);
const WHAT_CHARS_MAX: usize = 500;

/// What somebody says they did.
#[derive(Debug, Clone)]
pub struct NewTime {
    pub minutes: u32,
    pub what: String,
    pub billable: bool,
    /// Now unless said.
    pub at: Option<At>,
}
/// Writes time down. Errors: NotFound, Invalid, Refused `time.too_many`.
pub fn log(cx: &mut Act, leave: &Leave<WorkOnTicket>, id: TicketId, new: &NewTime) -> Result<Entry, Fault> {
    let (who, case) = (leave.actor().clone(), held(cx, id)?);
    let mut form = Form::new();
    if !(1..=MINUTES_MAX).contains(&new.minutes) {
        form.flaw(Flaw::new("minutes", "out_of_range").with("min", 1).with("max", MINUTES_MAX));
    }
    let what = form.line("what", &new.what, WHAT_CHARS_MAX);
    let at = new.at.unwrap_or(cx.now);
    form.past("at", at, cx.now);
    form.done()?;
    if store::timelog::list_of_ticket(cx.tx, id)?.len() >= ENTRIES_MAX as usize {
        return Err(Fault::Refused { code: "time.too_many", args: vec![("max", ENTRIES_MAX.to_string())] });
    }
    let (minutes, billable, created_at) = (new.minutes, new.billable, cx.now);
    let entry = Entry { id: cx.fresh(), ticket: id, by: who.person, minutes, what, billable, at, created_at };
    store::timelog::put_new(cx.tx, &entry)?;
    note(cx, &who, &case, "ticket.time_logged", body(&entry))?;
    Ok(entry)
}
fn body(e: &Entry) -> serde_json::Value {
    json!({"time": e.id.to_string(), "minutes": e.minutes, "what": e.what, "billable": e.billable, "at": e.at.to_string()})
}
/// Takes one's own entry back. Errors: NotFound, Refused `time.not_yours`, `time.too_late`.
pub fn drop_own(cx: &mut Act, leave: &Leave<WorkOnTicket>, id: TicketId, time: TimeId) -> Result<(), Fault> {
    let (who, case) = (leave.actor().clone(), held(cx, id)?);
    let entry = store::timelog::find(cx.tx, time)?.filter(|e| e.ticket == id).ok_or(Fault::NotFound)?;
    if entry.by != who.person {
        return Err(Fault::refused("time.not_yours"));
    }
    if cx.now - entry.created_at > DROP_WITHIN {
        return Err(Fault::refused("time.too_late"));
    }
    store::timelog::drop_one(cx.tx, &entry)?;
    note(cx, &who, &case, "ticket.time_dropped", body(&entry))
}
/// What was written on a case.
#[derive(Debug, Clone)]
pub struct Spent {
    pub entries: Vec<Entry>,
    pub minutes: u32,
    /// Whoever wrote them.
    pub people: Vec<Named>,
}
/// Errors: NotFound.
pub fn list(tx: &mut Tx, leave: &Leave<ReadInternal>, id: TicketId) -> Result<Spent, Fault> {
    let case = crate::ticket::get(tx, leave.actor(), id)?;
    let entries = store::timelog::list_of_ticket(tx, id)?;
    let mut ids: Vec<_> = entries.iter().map(|e| e.by).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(Spent { minutes: case.minutes_spent, people: store::person::list_named(tx, &ids)?, entries })
}
