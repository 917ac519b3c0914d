use super::{Chore, Report};
use crate::act::{finish, settle};
use crate::board::Board;
use crate::log::Line;
use crate::notify::{Telling, tell};
use crate::{Act, Desk, Fault, limits};
use domain::kit::{At, PersonId, Span, TicketId};
use domain::promise::{Clock, Event, What};
use serde_json::json;
use store::log::Audience;
use store::ticket::Case;

/// Lets clocks fall due: warnings, breaches, rungs of the ladder, waits that ran out. Claims what is due by its own time, never by
/// sweeping; each clock's history says when it was due and when that was noticed.
pub struct Tick;

/// Cases settled in one transaction.
const BATCH: usize = 64;

impl Chore for Tick {
    fn name(&self) -> &'static str {
        "tick"
    }
    fn wakes_on(&self) -> &'static str {
        "clock"
    }
    fn every(&self) -> Span {
        Span::seconds(30)
    }
    fn next_at(&self, desk: &Desk) -> Result<Option<At>, Fault> {
        desk.read(|tx| Ok(store::clock::next_fire(tx)?))
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault> {
        let due = desk.read(|tx| Ok(store::clock::list_due_tickets(tx, now, limits::TICK_TICKETS_MAX)?))?;
        let full = due.len() == limits::TICK_TICKETS_MAX as usize;
        let mut tickets: Vec<TicketId> = Vec::with_capacity(due.len());
        for (ticket, _) in due {
            if !tickets.contains(&ticket) {
                tickets.push(ticket);
            }
        }
        let mut report = Report { looked_at: tickets.len() as u32, did: 0, left_over: u32::from(full) };
        for batch in tickets.chunks(BATCH) {
            let batch = batch.to_vec();
            report.did += desk.write(now, move |cx| {
                let mut did = 0;
                for id in &batch {
                    did += u32::from(tick_case(cx, *id)?);
                }
                Ok(did)
            })?;
        }
        Ok(report)
    }
}

/// Everything of one case that fell due. False: somebody else holds it, or nothing was left to do.
pub(crate) fn tick_case(cx: &mut Act, id: TicketId) -> Result<bool, Fault> {
    let Some(before) = store::ticket::find_unless_held(cx.tx, id)? else { return Ok(false) };
    let shelves = cx.desk.shelves();
    let mut board = Board::load(cx.tx, id, shelves)?;
    board.tick(cx.now, shelves);
    let mut lines = Vec::new();
    let calls = climb(cx, &before, &mut board, &mut lines)?;
    if board.seats.iter().all(|s| s.fresh.is_empty()) {
        return Ok(false);
    }
    let case = settle(cx, Some(&before), before.clone(), &board, &mut lines)?;
    store::ticket::put(cx.tx, &case)?;
    finish(cx, Some(&before), &case, lines, None, &[])?;
    for (person, topic, args) in calls {
        tell(cx, &case, person, &Telling { topic, args, urgent: true })?;
    }
    Ok(true)
}

type Call = (PersonId, &'static str, serde_json::Value);

/// Who is told of what just fell due. A rung nobody stands on is skipped at once: the next is called in its place, and both are
/// written down.
fn climb(cx: &mut Act, case: &Case, board: &mut Board, lines: &mut Vec<Line>) -> Result<Vec<Call>, Fault> {
    let mut calls = Vec::new();
    for seat in &mut board.seats {
        let mut i = 0;
        while let Some(event) = seat.fresh.get(i).cloned() {
            i += 1;
            let args = json!({"promise": seat.clock.terms.key, "due_at": seat.clock.due_at.map(|d| d.to_string())});
            match event.what {
                What::Warned { .. } => calls.extend(working(case).map(|p| (p, "clock.warned", args.clone()))),
                What::Breached { .. } => calls.extend(working(case).map(|p| (p, "clock.breached", args.clone()))),
                What::Escalated { rung } => {
                    let duty = seat.clock.terms.ladder.get(rung as usize).map(|r| r.tell.clone()).unwrap_or_default();
                    let people = standing(cx, case, &duty)?;
                    if people.is_empty() {
                        lines.push(skipped(case, &seat.clock, rung, &duty));
                        call_next(cx, &mut seat.clock, &mut seat.fresh, rung);
                    }
                    calls.extend(people.into_iter().map(|p| (p, "clock.escalated", args.clone())));
                }
                _ => {}
            }
        }
    }
    calls.dedup();
    Ok(calls)
}
fn working(case: &Case) -> impl Iterator<Item = PersonId> {
    let (handler, owner) = (case.ticket.handler, case.ticket.owner);
    handler.into_iter().chain(owner.filter(|o| Some(*o) != handler))
}
/// Who stands on a duty now: people of the case, the account's TAM, or the rota.
fn standing(cx: &mut Act, case: &Case, duty: &str) -> Result<Vec<PersonId>, Fault> {
    let named = match duty {
        "owner" => case.ticket.owner.or(case.ticket.handler).into_iter().collect(),
        "tam" => store::account::find(cx.tx, case.ticket.account)?.and_then(|a| a.tam).into_iter().collect(),
        duty => store::person::list_on_duty(cx.tx, duty, cx.now)?,
    };
    let mut present = Vec::new();
    for id in named {
        let here = store::person::find(cx.tx, id)?.is_some_and(|p| p.active && p.away_until.is_none_or(|until| until <= cx.now));
        if here {
            present.push(id);
        }
    }
    Ok(present)
}
fn call_next(cx: &Act, clock: &mut Clock, fresh: &mut Vec<Event>, rung: u8) {
    let next = rung + 1;
    if (next as usize) < clock.terms.ladder.len() && clock.called & (1 << next) == 0 {
        let event = Event { at: cx.now, noted_at: cx.now, what: What::Escalated { rung: next } };
        *clock = clock.clone().apply(&event, cx.desk.shelves());
        fresh.push(event);
    }
}
fn skipped(case: &Case, clock: &Clock, rung: u8, duty: &str) -> Line {
    Line {
        account: Some(case.ticket.account),
        ticket: Some(case.ticket.id),
        actor: None,
        key: "clock.rung_skipped",
        audience: Audience::Staff,
        body: json!({"promise": clock.terms.key, "rung": rung, "tell": duty}),
    }
}
