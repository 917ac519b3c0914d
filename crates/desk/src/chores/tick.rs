use super::{Chore, Report};
use crate::act::{Change, conclude_all};
use crate::board::Board;
use crate::{Act, Desk, Fault, limits};
use domain::kit::{AccountId, At, Span, TicketId};
use std::collections::{HashSet, VecDeque};
use std::sync::mpsc::channel;

/// Lets clocks fall due: warnings, breaches, rungs of the ladder, waits that ran out. Claims what is due by its own time, never by
/// sweeping; each clock's history says when it was due and when that was noticed.
pub struct Tick;

/// Cases settled in one transaction: many share what they look up, their account's chain and a commit; others' acts still come between.
const CHUNK: usize = 64;
/// Transactions under way or waiting at once: PostgreSQL writes one while another is thought out, SQLite never waits for the next.
const AT_ONCE: usize = 4;

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
        let mut cases: Vec<(TicketId, AccountId)> = due.into_iter().filter(|(ticket, _)| seen.insert(*ticket)).collect();
        // Those of one account come together, for they share its chain; all of the round are due anyway.
        cases.sort_by_key(|(_, account)| *account);
        let tickets: Vec<TicketId> = cases.into_iter().map(|(ticket, _)| ticket).collect();
        let did = settle_all(desk, now, &tickets)?;
        Ok(Report { looked_at: tickets.len() as u32, did, left_over: u32::from(full) })
    }
}
/// Settles cases in chunks, some of them under way together; returns how many there was something to do for. A chunk that fails is tried
/// again case by case, so that one that cannot be settled keeps nobody else's promise from falling due; its error is told at the end.
fn settle_all(desk: &Desk, now: At, tickets: &[TicketId]) -> Result<u32, Fault> {
    let (done, came) = channel();
    let (mut did, mut begun, mut under_way, mut fault) = (0, 0, 0, None);
    let mut chunks: VecDeque<Vec<TicketId>> = tickets.chunks(CHUNK).map(<[TicketId]>::to_vec).collect();
    // From both ends: neighbours share an account, and the second would wait for the first one's chain.
    let mut next = |chunks: &mut VecDeque<Vec<TicketId>>| {
        begun += 1;
        if begun % 2 == 1 { chunks.pop_front() } else { chunks.pop_back() }
    };
    loop {
        if under_way < AT_ONCE
            && let Some(ids) = next(&mut chunks)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case_tests::{desk_over, start};
    use crate::demo::load::{Hand, Wanted, cases, people};
    use domain::people::Role;
    use std::sync::{Arc, Mutex};
    use store::clock::Stored;
    use store::db::Db;
    use store::store_test;

    /// Cases of two customers that fall due at one instant, and who is in the house.
    fn burst(db: &Db, tickets: u64) -> (Desk, At, Vec<Hand>) {
        let (desk, due) = (desk_over(db), start() + Span::seconds(30));
        let wanted = Wanted { tickets, accounts: 2, engineers: 2, due_at: Some(due), ..Wanted::default() };
        let hands = people(&desk, &wanted, start()).unwrap();
        cases(&desk, &wanted, &hands, start(), |_| ()).unwrap();
        (desk, due, hands)
    }
    fn due_now(desk: &Desk, at: At) -> Vec<TicketId> {
        desk.read(|tx| Ok(store::clock::list_due_tickets(tx, at, 1_000)?)).unwrap().into_iter().map(|(ticket, _)| ticket).collect()
    }
    fn clocks(desk: &Desk, ticket: TicketId) -> Vec<Stored> {
        desk.read(|tx| Ok(store::clock::list_of_ticket(tx, ticket, desk.shelves())?)).unwrap()
    }

    store_test! {
        fn a_burst_is_settled_once_and_everybody_called_hears_of_each_case_once(db) {
            let (desk, due, hands) = burst(db, 400);
            assert_eq!(due_now(&desk, due).len(), 400);
            assert_eq!(Tick.round(&desk, due).unwrap(), Report { looked_at: 400, did: 400, left_over: 0 });
            assert_eq!(Tick.round(&desk, due).unwrap(), Report::default());
            let told = |person| {
                let list = |before| desk.read(|tx| Ok(store::notice::list(tx, person, false, before, 200)?)).unwrap();
                let mut all = list(None);
                while let Some(more) = all.last().map(|n| list(Some((n.at, n.id)))).filter(|more| !more.is_empty()) {
                    all.extend(more);
                }
                let mut cases: Vec<_> = all.into_iter().map(|n| (n.topic, n.ticket)).collect();
                let heard = cases.len();
                cases.sort();
                cases.dedup();
                (heard, cases.len())
            };
            let working: Vec<_> = hands.iter().filter(|h| h.role == Role::Engineer).map(|h| told(h.person)).collect();
            assert_eq!(working.iter().map(|(heard, _)| heard).sum::<usize>(), 400);
            assert!(working.iter().all(|(heard, cases)| heard == cases), "{working:?}");
            let letters = desk.read(|tx| Ok(store::outbox::waiting(tx)?)).unwrap();
            assert!(letters >= 400, "a mail to whoever works on each");
            let health = crate::doctor::examine(&desk, due).unwrap();
            assert_eq!((health.findings, health.breaches), (vec![], 400));
        }
        fn a_case_that_cannot_be_settled_keeps_no_other_promise_from_falling_due(db) {
            let (desk, due, _) = burst(db, 150);
            let damaged = due_now(&desk, due)[70];
            let mut clock = clocks(&desk, damaged).remove(0);
            clock.clock.terms = Arc::new(domain::promise::Terms { plan: "of no book".into(), ..(*clock.clock.terms).clone() });
            desk.write(start(), move |cx| Ok(store::clock::save_all(cx.tx, &[store::clock::Change { stored: clock.clone(), fresh: &[] }])?)).unwrap();
            assert!(matches!(Tick.round(&desk, due), Err(Fault::Internal { .. })), "its error is told");
            assert_eq!(due_now(&desk, due), [damaged]);
        }
        fn a_case_somebody_holds_is_passed_over_and_found_again(db) {
            if !db.is_postgres() {
                return; // one writer: nobody holds anything meanwhile
            }
            let (desk, due, _) = burst(db, 20);
            let held = due_now(&desk, due)[3];
            let ((holds, is_held), (let_go, goes)) = (channel(), channel::<()>());
            let (holder, goes) = (desk.clone(), Mutex::new(goes));
            let thread = std::thread::spawn(move || {
                holder.write(due, move |cx| {
                    store::ticket::find_locked(cx.tx, held)?;
                    let _ = holds.send(());
                    let _ = goes.lock().unwrap().recv();
                    Ok(())
                })
            });
            is_held.recv().unwrap();
            assert_eq!(Tick.round(&desk, due).unwrap().did, 19);
            assert_eq!(due_now(&desk, due), [held]);
            let_go.send(()).unwrap();
            thread.join().unwrap().unwrap();
            assert_eq!(Tick.round(&desk, due).unwrap().did, 1);
        }
    }
}
