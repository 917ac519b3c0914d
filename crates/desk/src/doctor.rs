//! Looks whether what the house keeps agrees with itself: hash chains, clocks and their histories, everything that is counted along.
//! Reads one moment, page by page, and changes nothing. Whatever it finds is damage or a mistake of ours.
use crate::board::Board;
use crate::{Desk, Fault, view};
use domain::kit::{AccountId, At, OutboxId, PersonId, TicketId, ViewId};
use domain::promise;
use std::collections::BTreeMap;
use store::db::Tx;
use store::ticket::Filter;

/// One disagreement: its code, what it is about, and both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `chain.hash`, `chain.head`, `clock.replay`, `clock.breaches`, `ticket.due`, `ticket.broken`, `ticket.checks`, `ticket.minutes`, `person.load`,
    /// `view.count`, `quota.balance`, `outbox.state`
    pub code: &'static str,
    pub about: String,
    pub kept: String,
    pub found: String,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    pub tickets: u64,
    pub clocks: u64,
    /// Clocks that count now and will fire by themselves.
    pub running: u64,
    pub breaches: u64,
    pub chains: u64,
    pub entries: u64,
    pub people: u64,
    pub views: u64,
    pub balances: u64,
    pub letters: u64,
    /// Letters that wait or are on their way.
    pub waiting: u64,
    /// Clocks whose moment passed more than [`PATIENCE_S`] seconds ago without firing: a house that was closed, or a tick that is stuck.
    pub unfired: u64,
    /// The first [`FINDINGS_MAX`] findings, and how many there were in all.
    pub findings: Vec<Finding>,
    pub found: u64,
}
pub const FINDINGS_MAX: usize = 200;
pub const PATIENCE_S: i64 = 5;
const PAGE: u32 = 500;

impl Health {
    pub fn is_sound(&self) -> bool {
        self.found == 0
    }
    fn differs(&mut self, code: &'static str, about: impl ToString, kept: impl ToString, found: impl ToString) {
        self.found += 1;
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { code, about: about.to_string(), kept: kept.to_string(), found: found.to_string() });
        }
    }
    fn must_agree<T: PartialEq + ToString>(&mut self, code: &'static str, about: impl ToString, kept: T, found: T) {
        if kept != found {
            self.differs(code, about, kept.to_string(), found.to_string());
        }
    }
}

/// Examines everything. Takes as long as the house is large; other people's reads and writes go on meanwhile.
pub fn examine(desk: &Desk, now: At) -> Result<Health, Fault> {
    desk.db().snapshot(|tx| {
        let mut health = Health::default();
        cases(tx, desk, &mut health)?;
        chains(tx, &mut health)?;
        balances(tx, &mut health)?;
        letters(tx, &mut health)?;
        health.unfired = store::check::clocks_due(tx, now - domain::kit::Span::seconds(PATIENCE_S))?.unsigned_abs();
        Ok(health)
    })
}

/// Cases with their clocks, and what is counted over cases: loads and views.
fn cases(tx: &mut Tx, desk: &Desk, health: &mut Health) -> Result<(), Fault> {
    let views: Vec<(ViewId, i64, Filter)> =
        store::view::list_all(tx)?.iter().map(|v| Ok((v.id, v.n, view::filter_of(v)?))).collect::<Result<_, Fault>>()?;
    let mut counts = vec![0i64; views.len()];
    let mut loads: BTreeMap<PersonId, i64> = BTreeMap::new();
    let mut after = TicketId::from_raw(0);
    loop {
        let page = store::check::list_tickets(tx, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = *last;
        for id in page {
            let Some(case) = store::ticket::find(tx, id)? else { continue };
            health.tickets += 1;
            if let Some(handler) = case.ticket.handler.filter(|_| case.ticket.stage.is_open()) {
                *loads.entry(handler).or_default() += 1;
            }
            views.iter().zip(&mut counts).filter(|((_, _, f), _)| f.holds(&case)).for_each(|(_, n)| *n += 1);
            let board = Board::load(tx, id, desk.shelves())?;
            let text = |at: Option<At>| at.map_or("-".to_string(), |a| a.to_string());
            health.must_agree("ticket.due", id, text(case.next_due_at), text(board.next_due_at()));
            health.must_agree("ticket.broken", id, case.broken, board.broken());
            let open = store::checklist::list_of_ticket(tx, id)?.iter().filter(|i| i.done.is_none()).count();
            health.must_agree("ticket.checks", id, case.checks_open as usize, open);
            let spent: u32 = store::timelog::list_of_ticket(tx, id)?.iter().map(|e| e.minutes).sum();
            health.must_agree("ticket.minutes", id, case.minutes_spent, spent);
            for seat in &board.seats {
                clock(tx, desk, seat, health)?;
            }
        }
    }
    for ((id, kept, _), found) in views.iter().zip(counts) {
        health.views += 1;
        health.must_agree("view.count", id, *kept, found);
    }
    let mut after = PersonId::from_raw(0);
    loop {
        let page = store::check::list_loads(tx, after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (person, kept) in page {
            health.people += 1;
            health.must_agree("person.load", person, kept, loads.get(&person).copied().unwrap_or(0));
        }
    }
}
/// A clock's row is what its history gives, and it broke once at most.
fn clock(tx: &mut Tx, desk: &Desk, seat: &crate::board::Seat, health: &mut Health) -> Result<(), Fault> {
    let events = store::clock::list_events(tx, seat.id, desk.shelves())?;
    health.clocks += 1;
    health.running += u64::from(seat.clock.is_open() && seat.clock.fires_at.is_some());
    health.must_agree("clock.replay", seat.id, seat.written as usize, events.len());
    if promise::replay(&events, desk.shelves()).as_ref() != Some(&seat.clock) {
        health.differs("clock.replay", seat.id, "row", "events");
    }
    let breaches = events.iter().filter(|e| matches!(e.what, promise::What::Breached { .. })).count();
    health.breaches += breaches as u64;
    health.must_agree("clock.breaches", seat.id, usize::from(seat.clock.broken_at.is_some()), breaches);
    Ok(())
}

fn chains(tx: &mut Tx, health: &mut Health) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let heads = store::check::list_heads(tx, after, PAGE)?;
        let Some(last) = heads.last() else { return Ok(()) };
        after = Some(last.account);
        for head in heads {
            health.chains += 1;
            chain(tx, &head, health)?;
        }
    }
}
/// Every link follows from the one before, and the last one is the head.
fn chain(tx: &mut Tx, head: &store::check::Head, health: &mut Health) -> Result<(), Fault> {
    let about = AccountId::from_bytes(head.account);
    let (mut seq, mut hash, mut pos) = (0i64, vec![0u8; 32], 0i64);
    loop {
        let page = store::check::list_of_chain(tx, &head.account, pos, PAGE)?;
        let Some(last) = page.last() else { break };
        pos = last.pos;
        for entry in &page {
            seq += 1;
            health.entries += 1;
            if entry.chain_seq != seq || entry.hash != store::log::link_of(&hash, &head.account, entry) {
                health.differs("chain.hash", format!("{about} {}", entry.pos), entry.chain_seq, seq);
            }
            // Goes on from what is written, so that one broken link is one finding.
            (seq, hash) = (entry.chain_seq, entry.hash.clone());
        }
    }
    if (head.seq, &head.hash) != (seq, &hash) {
        health.differs("chain.head", about, head.seq, seq);
    }
    Ok(())
}

fn balances(tx: &mut Tx, health: &mut Health) -> Result<(), Fault> {
    let mut after = AccountId::from_raw(0);
    loop {
        let page = store::check::list_accounts(tx, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = *last;
        for account in page {
            for b in store::check::list_balances(tx, account)? {
                health.balances += 1;
                let said = |all: [(i64, i64); 3]| all.map(|(count, days)| format!("{count} × {days} d")).join(", ");
                let (kept, found) = (said(b.kept), said(b.entries));
                health.must_agree("quota.balance", format!("{account} {} {}", b.quota, b.period), kept, found);
            }
        }
    }
}

/// A letter is waiting, on its way in somebody's hands, or ended; nothing between.
fn letters(tx: &mut Tx, health: &mut Health) -> Result<(), Fault> {
    let newest = store::log::last_pos(tx)?;
    let mut after = OutboxId::from_raw(0);
    loop {
        let page = store::check::list_letters(tx, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for l in page {
            health.letters += 1;
            let possible = match l.state.as_str() {
                "queued" => l.ended_at.is_none() && !l.claimed,
                "sending" => l.ended_at.is_none() && l.claimed && l.attempts > 0,
                "sent" | "failed" | "dropped" => l.ended_at.is_some() && !l.claimed,
                _ => false,
            };
            health.waiting += u64::from(matches!(l.state.as_str(), "queued" | "sending"));
            if !possible || l.log_pos > newest {
                health.differs(
                    "outbox.state",
                    l.id,
                    &l.state,
                    format!("attempts {}, claimed {}, ended {}", l.attempts, l.claimed, l.ended_at.is_some()),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case_tests::{desk_over, start};
    use crate::chores::{Chore, Tick};
    use crate::demo::load::{Wanted, cases, people};
    use domain::kit::Span;
    use store::store_test;

    fn loaded(db: &store::db::Db, wanted: &Wanted) -> Desk {
        let desk = desk_over(db);
        let hands = people(&desk, wanted, start()).unwrap();
        let mut told = Vec::new();
        cases(&desk, wanted, &hands, start(), |n| told.push(n)).unwrap();
        assert_eq!(told.last(), Some(&wanted.tickets));
        desk
    }

    store_test! {
        fn a_loaded_house_agrees_with_itself_also_after_it_lived_on(db) {
            let desk = loaded(db, &Wanted { tickets: 600, accounts: 3, engineers: 4, families: vec!["ali.enterprise".into(), "ali.top".into()], ..Wanted::default() });
            let health = examine(&desk, start()).unwrap();
            assert_eq!(health.findings, vec![]);
            assert_eq!((health.tickets, health.unfired, health.letters), (600, 0, 0));
            assert!(health.running > 5 && health.clocks >= 600 && health.entries > 3_000, "{health:?}");
            let later = start() + Span::hours(30);
            assert!(examine(&desk, later).unwrap().unfired > 0);
            while Tick.round(&desk, later).unwrap().did > 0 {}
            let health = examine(&desk, later).unwrap();
            assert_eq!((health.findings, health.unfired), (vec![], 0));
            assert!(health.breaches > 20);
        }
        fn a_burst_falls_due_at_one_instant(db) {
            let due = start() + Span::seconds(30);
            let desk = loaded(db, &Wanted { tickets: 50, accounts: 2, engineers: 2, due_at: Some(due), ..Wanted::default() });
            assert_eq!(Tick.next_at(&desk).unwrap(), Some(due), "warnings and rungs before are behind");
            Tick.round(&desk, due).unwrap();
            let health = examine(&desk, due).unwrap();
            assert_eq!((health.breaches, health.findings), (50, vec![]));
        }
        fn what_was_changed_behind_the_houses_back_is_found(db) {
            let desk = loaded(db, &Wanted { tickets: 20, accounts: 1, engineers: 2, ..Wanted::default() });
            desk.write(start(), |cx| {
                let id = store::check::list_tickets(cx.tx, TicketId::from_raw(0), 1)?[0];
                let mut case = store::ticket::find(cx.tx, id)?.unwrap();
                case.broken += 1;
                store::ticket::put(cx.tx, &case)?;
                let (person, _) = store::check::list_loads(cx.tx, PersonId::from_raw(0), 1)?[0];
                Ok(store::person::add_load(cx.tx, person, 3, None)?)
            }).unwrap();
            let health = examine(&desk, start()).unwrap();
            assert_eq!(health.findings.iter().map(|f| f.code).collect::<Vec<_>>(), ["ticket.broken", "person.load"]);
        }
    }
}
