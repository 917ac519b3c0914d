//! Reading one clock, deriving why it stands where it stands, accepting a breach.
use crate::act::{Change, conclude, may_see};
use crate::board::Board;
use crate::{Act, Desk, Fault, Flaw, limits};
use domain::kit::{At, ClockId, TicketId};
use domain::people::{Actor, Leave, ReadClock, WaiveBreach};
use domain::promise::{self, Event, Kind, Line, Verdict};
use store::clock::Stored;
use store::db::Tx;

/// A clock of a case the person may see; customers see what was promised to them, not the house's own goals.
fn get(tx: &mut Tx, desk: &Desk, who: &Actor, id: ClockId) -> Result<Stored, Fault> {
    let stored = store::clock::find(tx, id, desk.shelves())?.ok_or(Fault::NotFound)?;
    store::ticket::find(tx, stored.ticket)?.filter(|c| may_see(who, c)).ok_or(Fault::NotFound)?;
    if who.role.is_customer() && stored.clock.terms.kind == Kind::Internal {
        return Err(Fault::NotFound);
    }
    Ok(stored)
}
pub fn read(tx: &mut Tx, desk: &Desk, leave: &Leave<ReadClock>, id: ClockId) -> Result<Stored, Fault> {
    get(tx, desk, leave.actor(), id)
}
/// The clocks of a case, oldest first.
pub fn list(tx: &mut Tx, desk: &Desk, leave: &Leave<ReadClock>, ticket: TicketId) -> Result<Vec<Stored>, Fault> {
    let who = leave.actor();
    crate::ticket::get(tx, who, ticket)?;
    let mut clocks = store::clock::list_of_ticket(tx, ticket, desk.shelves())?;
    clocks.retain(|c| who.role.is_staff() || c.clock.terms.kind == Kind::Contract);
    Ok(clocks)
}

/// A derivation: what happened to the clock and what the rules made of it, step by step.
#[derive(Debug, Clone)]
pub struct Explained {
    pub stored: Stored,
    pub events: Vec<Event>,
    pub lines: Vec<Line>,
    pub verdict: Verdict,
    /// The row equals what its events give when they are run again. False is a damaged database.
    pub replays: bool,
}
/// Derives a clock by running its events through the rules again.
pub fn explain(tx: &mut Tx, desk: &Desk, leave: &Leave<ReadClock>, id: ClockId, now: At) -> Result<Explained, Fault> {
    let stored = get(tx, desk, leave.actor(), id)?;
    explain_stored(tx, desk, stored, now)
}
pub(crate) fn explain_stored(tx: &mut Tx, desk: &Desk, stored: Stored, now: At) -> Result<Explained, Fault> {
    let shelves = desk.shelves();
    let events = store::clock::list_events(tx, stored.id, shelves)?;
    let terms = &stored.clock.terms;
    let calendar = domain::promise::Calendars::calendar(shelves, &terms.calendar, terms.calendar_version)
        .ok_or_else(|| Fault::internal(format!("calendar {} version {} is gone", terms.calendar, terms.calendar_version)))?;
    let replays = promise::replay(&events, shelves).as_ref() == Some(&stored.clock);
    let lines = promise::explain(&events, now, shelves);
    Ok(Explained { verdict: stored.clock.verdict(now, &calendar), stored, events, lines, replays })
}

/// Accepts a breach with a reason; the breach stays on record (I6). Errors: Refused while there is none or it is waived already.
pub fn waive(cx: &mut Act, leave: &Leave<WaiveBreach>, id: ClockId, reason: &str) -> Result<Stored, Fault> {
    let who = leave.actor().clone();
    if reason.trim().is_empty() {
        return Err(Fault::invalid("reason", "missing"));
    }
    if reason.chars().count() > limits::FIELD_CHARS_MAX {
        return Err(Fault::Invalid(vec![Flaw::new("reason", "too_long").with("max", limits::FIELD_CHARS_MAX)]));
    }
    let ticket = get(cx.tx, cx.desk, &who, id)?.ticket;
    let before = store::ticket::find_locked(cx.tx, ticket)?.ok_or(Fault::NotFound)?;
    let shelves = cx.desk.shelves();
    let mut board = Board::load(cx.tx, ticket, shelves)?;
    let seat = board.seats.iter_mut().find(|s| s.id == id).ok_or(Fault::NotFound)?;
    if seat.clock.waived {
        return Err(Fault::refused("clock.already_waived"));
    }
    let step = promise::waive(seat.clock.clone(), reason.trim(), &who.person.to_string(), cx.now, shelves);
    if !step.clock.waived {
        return Err(Fault::refused("clock.not_broken"));
    }
    seat.clock = step.clock;
    seat.fresh.extend(step.events);
    conclude(cx, Change { actor: Some(who.person), ..Change::of_clocks(before, board) })?;
    store::clock::find(cx.tx, id, shelves)?.ok_or(Fault::NotFound)
}
