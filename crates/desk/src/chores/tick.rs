use super::{Chore, Report};
use crate::act::{finish, settle};
use crate::board::Board;
use crate::log::Line;
use crate::notify::{Telling, tell};
use crate::{Act, Desk, Fault, limits};
use domain::kit::{At, PersonId, Span, TicketId};
use domain::promise::{Clock, Event, What};
use domain::routing::{self, RungCall};
use serde_json::json;
use std::collections::{HashSet, VecDeque};
use std::sync::mpsc::channel;
use store::log::Audience;
use store::ticket::Case;

/// Lets clocks fall due: warnings, breaches, rungs of the ladder, waits that ran out. Claims what is due by its own time, never by
/// sweeping; each clock's history says when it was due and when that was noticed.
pub struct Tick;

/// How a round is cut: cases settled in one transaction, and transactions under way at once. SQLite has one writer, and many cases
/// share a commit; two chunks keep it busy while others' writes still come between. On PostgreSQL each case is a transaction of its
/// own, so that no two of them wait for each other's customers in a ring, and several go side by side.
const LITE: (usize, usize) = (32, 2);
const POSTGRES: (usize, usize) = (1, 8);

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
    fn keeps_time(&self) -> bool {
        true
    }
    fn next_at(&self, desk: &Desk) -> Result<Option<At>, Fault> {
        desk.read(|tx| Ok(store::clock::next_fire(tx)?))
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault> {
        let due = desk.read(|tx| Ok(store::clock::list_due_tickets(tx, now, limits::TICK_TICKETS_MAX)?))?;
        let full = due.len() == limits::TICK_TICKETS_MAX as usize;
        let mut seen = HashSet::with_capacity(due.len());
        let tickets: Vec<TicketId> = due.into_iter().map(|(ticket, _)| ticket).filter(|t| seen.insert(*t)).collect();
        let (chunk, at_once) = if desk.db().is_postgres() { POSTGRES } else { LITE };
        let did = settle_all(desk, now, &tickets, chunk, at_once)?;
        Ok(Report { looked_at: tickets.len() as u32, did, left_over: u32::from(full) })
    }
}
/// Settles cases in chunks, `at_once` of them under way together; returns how many there was something to do for. A chunk that fails is tried
/// again case by case, so that one that cannot be settled keeps nobody else's promise from falling due; its error is told at the end.
fn settle_all(desk: &Desk, now: At, tickets: &[TicketId], chunk: usize, at_once: usize) -> Result<u32, Fault> {
    let (done, came) = channel();
    let (mut did, mut under_way, mut fault) = (0, 0, None);
    let mut chunks: VecDeque<Vec<TicketId>> = tickets.chunks(chunk).map(<[TicketId]>::to_vec).collect();
    loop {
        if under_way < at_once
            && let Some(ids) = chunks.pop_front()
        {
            under_way += 1;
            let (job_ids, done) = (ids.clone(), done.clone());
            desk.write_then(now, move |cx| tick_cases(cx, &job_ids), move |settled| drop(done.send((ids, settled))));
            continue;
        }
        if under_way == 0 {
            return fault.map_or(Ok(did), Err);
        }
        let (ids, settled) = came.recv().map_err(|_| Fault::internal("the database let a round of the tick fall"))?;
        under_way -= 1;
        match settled {
            Ok(n) => did += n,
            Err(Fault::Internal { .. }) if ids.len() > 1 => chunks.extend(ids.into_iter().map(|id| vec![id])),
            Err(e) => fault = Some(e),
        }
    }
}
fn tick_cases(cx: &mut Act, ids: &[TicketId]) -> Result<u32, Fault> {
    let mut did = 0;
    for id in ids {
        did += u32::from(tick_case(cx, *id)?);
    }
    Ok(did)
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

/// Who is told of what just fell due; a rung nobody stands on is skipped at once, and both are written down.
fn climb(cx: &mut Act, case: &Case, board: &mut Board, lines: &mut Vec<Line>) -> Result<Vec<Call>, Fault> {
    let mut calls = Vec::new();
    for seat in board.seats.iter_mut().filter(|s| !s.fresh.is_empty()) {
        let terms = &seat.clock.terms;
        // Plan and row find the promise's own words for the reader.
        let args = json!({"promise": terms.key, "plan": terms.plan, "row": terms.row, "due_at": seat.clock.due_at.map(|d| d.to_string())});
        let mut rungs = Vec::new();
        for event in &seat.fresh {
            match event.what {
                What::Warned { .. } => calls.extend(working(case).map(|p| (p, "clock.warned", args.clone()))),
                What::Breached { .. } => calls.extend(working(case).map(|p| (p, "clock.breached", args.clone()))),
                What::Escalated { rung } => rungs.push(rung as usize),
                _ => {}
            }
        }
        for call in reach(cx, case, &seat.clock, &rungs)? {
            if call.skipped.is_some() {
                lines.push(skipped(case, &seat.clock, &call));
            }
            if !rungs.contains(&call.rung) {
                // Called in the place of an empty rung: it is written down, so that it is not called again at its own time.
                let event = Event { at: cx.now, noted_at: cx.now, what: What::Escalated { rung: call.rung as u8 } };
                seat.clock = seat.clock.clone().apply(&event, cx.desk.shelves());
                seat.fresh.push(event);
            }
            calls.extend(call.told.into_iter().map(|p| (p, "clock.escalated", args.clone())));
        }
    }
    calls.dedup();
    Ok(calls)
}
/// The rungs these calls reach; the rule is the domain's, who stands on a duty is read here.
fn reach(cx: &mut Act, case: &Case, clock: &Clock, rungs: &[usize]) -> Result<Vec<RungCall>, Fault> {
    if rungs.is_empty() {
        return Ok(Vec::new());
    }
    let ladder = &clock.terms.ladder;
    let told_before: Vec<usize> = (0..ladder.len()).filter(|i| clock.called & (1 << i) != 0 && !rungs.contains(i)).collect();
    let mut stand: Vec<(&str, Vec<PersonId>)> = Vec::new();
    for rung in ladder {
        if stand.iter().all(|(duty, _)| *duty != rung.tell) {
            stand.push((&rung.tell, standing(cx, case, &rung.tell)?));
        }
    }
    Ok(routing::climb(rungs, &told_before, ladder, |duty| stand.iter().find(|(d, _)| *d == duty).map(|(_, p)| p.clone()).unwrap_or_default()))
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
fn skipped(case: &Case, clock: &Clock, call: &RungCall) -> Line {
    let duty = clock.terms.ladder.get(call.rung).map(|r| r.tell.as_str());
    Line {
        account: Some(case.ticket.account),
        ticket: Some(case.ticket.id),
        actor: None,
        key: "clock.rung_skipped",
        audience: Audience::Staff,
        body: json!({"promise": clock.terms.key, "rung": call.rung, "tell": duty, "why": call.skipped}),
    }
}
