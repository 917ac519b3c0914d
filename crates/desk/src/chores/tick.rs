use super::{Chore, Report};
use crate::act::{Change, conclude_all};
use crate::board::Board;
use crate::{Act, Desk, Fault, limits};
use domain::kit::{At, Span, TicketId};
use std::collections::{HashSet, VecDeque};
use std::sync::mpsc::channel;

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
/// Everything of these cases that fell due; returns for how many there was something to do. Those somebody else holds are passed over.
fn tick_cases(cx: &mut Act, ids: &[TicketId]) -> Result<u32, Fault> {
    let cases = store::ticket::list_unless_held(cx.tx, ids)?;
    let shelves = cx.desk.shelves();
    let mut boards = Board::load_all(cx.tx, &cases.iter().map(|c| c.ticket.id).collect::<Vec<_>>(), shelves)?;
    let mut changes = Vec::with_capacity(cases.len());
    for case in cases {
        let mut board = boards.remove(&case.ticket.id).unwrap_or_default();
        board.tick(cx.now, shelves);
        if board.seats.iter().any(|s| !s.fresh.is_empty()) {
            changes.push(Change::of_clocks(case, board));
        }
    }
    Ok(conclude_all(cx, changes)?.len() as u32)
}
