//! Two cases about one thing become one, and two again: words, files, drafts and clocks stay where they are and readable, promises go over
//! (plans.md, E9).
use crate::act::{Change, conclude, tell_board};
use crate::board::{Board, clock_id};
use crate::link::both;
use crate::{Act, Fault, Shelves};
use domain::kit::{At, TicketId};
use domain::people::{Leave, LinkTickets};
use domain::promise::{Because, Clock, Ending, What, replay};
use domain::ticket::{Fact, MergeRefusal, Standing, standing_wait};
use store::db::Tx;
use store::merge::Merge;
use store::ticket::Case;

/// Both cases as they are now.
#[derive(Debug, Clone)]
pub struct Merged {
    pub case: Case,
    pub other: Case,
}
impl From<MergeRefusal> for Fault {
    fn from(refusal: MergeRefusal) -> Fault {
        Fault::refused(refusal.key())
    }
}

/// Merges a case into another of the same customer and contact. Errors: NotFound, Refused `merge.…`.
pub fn merge(cx: &mut Act, leave: &Leave<LinkTickets>, id: TicketId, into: TicketId) -> Result<Merged, Fault> {
    let who = leave.actor().clone();
    let (case, other) = both(cx, &who, id, into)?;
    let (leaves, takes) = domain::ticket::merge(&case.ticket, &other.ticket, who.person)?;
    let shelves = cx.desk.shelves();
    let (mut own, mut theirs) = (Board::load(cx.tx, id, shelves)?, Board::load(cx.tx, into, shelves)?);
    // What fell due before is told first, on both.
    own.tick(cx.now, shelves);
    theirs.tick(cx.now, shelves);
    let (now, mut dice) = (cx.now, cx.dice.clone());
    let wait = standing_wait(&other.ticket, now);
    let adopted = theirs.take_over(&own, wait.as_ref(), now, shelves, &mut || clock_id(now, &mut dice));
    cx.dice = dice;
    store::merge::put_new(cx.tx, &Merge { from: id, into, by: who.person, at: now, before: Standing::of(&case.ticket), adopted })?;
    let case = happened(cx, leave, case, own, &leaves)?;
    let other = happened(cx, leave, other, theirs, &takes)?;
    Ok(Merged { case, other })
}
/// Takes a merge back within seven days, as long as the other case is not closed: the case stands where it stood, promises that were not
/// kept meanwhile count on as if it had never been merged. Errors: NotFound, Refused `merge.…`.
pub fn unmerge(cx: &mut Act, leave: &Leave<LinkTickets>, id: TicketId) -> Result<Merged, Fault> {
    let who = leave.actor().clone();
    let into = crate::ticket::get(cx.tx, &who, id)?.ticket.merged_into.ok_or(MergeRefusal::NotMerged)?;
    let (case, other) = both(cx, &who, id, into)?;
    let kept = store::merge::find(cx.tx, id)?.ok_or(MergeRefusal::NotMerged)?;
    let (back, frees) = domain::ticket::unmerge(&case.ticket, &other.ticket, kept.before, who.person, kept.at, cx.now)?;
    let shelves = cx.desk.shelves();
    let (mut own, mut theirs) = (Board::load(cx.tx, id, shelves)?, Board::load(cx.tx, into, shelves)?);
    theirs.tick(cx.now, shelves);
    let stood = back.iter().fold(case.ticket.clone(), |t, f| domain::ticket::apply(t, f, cx.now));
    let wait = standing_wait(&stood, cx.now);
    let (now, mut dice) = (cx.now, cx.dice.clone());
    for clock in ended_by_merge(cx.tx, &own, kept.at, shelves)? {
        let kept_there = theirs.seats.iter().any(|s| {
            s.clock.terms.key == clock.terms.key && s.clock.ending == Some(Ending::Fulfilled) && s.clock.ended_at.is_some_and(|e| e > kept.at)
        });
        if !kept_there {
            own.carry_on(&clock, wait.as_ref(), Because::CasesParted, now, shelves, &mut || clock_id(now, &mut dice));
        }
    }
    cx.dice = dice;
    own.tick(now, shelves);
    theirs.cancel(&kept.adopted, now, shelves);
    store::merge::drop_one(cx.tx, id)?;
    let case = happened(cx, leave, case, own, &back)?;
    let other = happened(cx, leave, other, theirs, &frees)?;
    Ok(Merged { case, other })
}
/// The clocks the merge ended, as they were before it.
fn ended_by_merge(tx: &mut Tx, board: &Board, at: At, shelves: &Shelves) -> Result<Vec<Clock>, Fault> {
    let mut found = Vec::new();
    for seat in board.seats.iter().filter(|s| s.clock.ended_at == Some(at) && s.clock.ending == Some(Ending::Cancelled)) {
        let mut events = store::clock::list_events(tx, seat.id, shelves)?;
        while events.pop().is_some_and(|e| e.what != What::Cancelled) {}
        found.extend(replay(&events, shelves).filter(|c| c.is_open()));
    }
    Ok(found)
}
fn happened(cx: &mut Act, leave: &Leave<LinkTickets>, before: Case, mut board: Board, facts: &[Fact]) -> Result<Case, Fault> {
    let by = Some(leave.actor().person);
    let (case, lines) = tell_board(cx, before.clone(), by, facts, None, &mut board)?;
    conclude(cx, Change { before, case, board, lines, actor: by, facts: facts.to_vec() })
}
