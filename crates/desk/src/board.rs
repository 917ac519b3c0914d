//! The clocks of one case: which promises a fact makes, what each running clock hears, what falls due by itself.
//! Loading and saving are at the end; everything before is pure, so that an import or a what-if runs through the same rules.
use crate::{Act, Fault, Shelves};
use domain::kit::{AccountId, At, ClockId, Dice, TicketId};
use domain::plan::{PlanBook, Promise, When};
use domain::promise::{self, Because, Clock, Event, Fact, Kind, Step, Terms};
use domain::ticket::{Severity, Ticket};
use std::collections::HashMap;
use std::sync::Arc;
use store::clock::{Change, Stored, TermsBook};
use store::db::Tx;

/// What a promise is chosen by.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    pub channel: &'a str,
    /// `medium`; a boosted case is `urgent_boosted` as well.
    pub severities: Vec<&'a str>,
}
impl<'a> Subject<'a> {
    pub fn of(t: &'a Ticket) -> Subject<'a> {
        Subject::with(&t.channel, t.severity, t.boosted_at.is_some())
    }
    pub fn with(channel: &'a str, severity: Severity, boosted: bool) -> Subject<'a> {
        let mut severities = vec![severity.key()];
        if boosted {
            severities.push("urgent_boosted");
        }
        Subject { channel, severities }
    }
}

/// One clock of the case, with the events it got since it was loaded.
#[derive(Debug, Clone)]
pub struct Seat {
    pub id: ClockId,
    pub clock: Clock,
    pub written: u32,
    pub fresh: Vec<Event>,
}
impl Seat {
    fn take(&mut self, step: Step) {
        self.clock = step.clock;
        self.fresh.extend(step.events);
    }
}

/// All clocks of one case.
#[derive(Debug, Clone, Default)]
pub struct Board {
    pub seats: Vec<Seat>,
}

/// The row of a book that promises `key` to the subject at `at`: of several the one due first (the shortest wins; a tie goes to the
/// row written first). `starts` says which fact the promise begins with.
fn strictest(book: &PlanBook, subject: &Subject, fits: impl Fn(&Promise) -> bool, at: At, shelves: &Shelves) -> Vec<Arc<Terms>> {
    let mut best: Vec<(Arc<Terms>, At)> = Vec::new();
    for p in book.promises.iter().filter(|p| fits(p) && p.channel.takes(subject.channel) && subject.severities.iter().any(|s| p.severity.takes(s))) {
        if !holds(&p.when, at, shelves) {
            continue;
        }
        let Some((terms, due)) = terms_and_due(book, p, at, shelves) else { continue };
        match best.iter_mut().find(|(t, _)| t.key == terms.key) {
            Some(kept) if due < kept.1 => *kept = (terms, due),
            Some(_) => {}
            None => best.push((terms, due)),
        }
    }
    best.into_iter().map(|(t, _)| t).collect()
}
fn holds(when: &When, at: At, shelves: &Shelves) -> bool {
    match when {
        When::Always => true,
        When::InHours(cal) => shelves.newest(cal).is_some_and(|c| c.is_open(at)),
        When::OutOfHours(cal) => shelves.newest(cal).is_some_and(|c| !c.is_open(at)),
    }
}
fn terms_and_due(book: &PlanBook, p: &Promise, at: At, shelves: &Shelves) -> Option<(Arc<Terms>, At)> {
    let calendar = shelves.newest(p.calendar.as_deref()?)?;
    let terms = shelves.terms(&book.id, &p.row, calendar.version())?;
    let due = Clock::start(terms.clone(), 1, at, calendar).due_at.unwrap_or(At::MAX);
    Some((terms, due))
}

impl Board {
    /// Every clock hears the fact; then the promises it makes begin. `id` gives a new clock its identity.
    pub fn hear(&mut self, fact: &Fact, book: Option<&PlanBook>, subject: &Subject, now: At, shelves: &Shelves, id: &mut dyn FnMut() -> ClockId) {
        for seat in self.seats.iter_mut().filter(|s| s.clock.is_open()) {
            let step = promise::hear(seat.clock.clone(), fact, now, shelves);
            seat.take(step);
        }
        let mut begins: Vec<Arc<Terms>> = self.seats.iter().filter(|s| s.clock.ended_at == Some(fact.at)).map(|s| s.clock.terms.clone()).collect();
        begins.extend(book.map(|b| strictest(b, subject, |p| p.starts == fact.on, fact.at, shelves)).unwrap_or_default());
        for terms in begins {
            let earlier: Vec<&Clock> = self.seats.iter().map(|s| &s.clock).filter(|c| c.terms.key == terms.key).collect();
            if let Some(step) = promise::begin(&terms, &earlier, fact, now, shelves) {
                // What is already late when it is heard of is broken now, not at the next round of the tick (plans.md E12).
                let (first, step) = (step.events, promise::tick(step.clock, now, shelves));
                self.seats.push(Seat { id: id(), clock: step.clock, written: 0, fresh: [first, step.events].concat() });
            }
        }
    }
    /// Everything that fell due by `now`.
    pub fn tick(&mut self, now: At, shelves: &Shelves) {
        for seat in self.seats.iter_mut().filter(|s| s.clock.fires_at.is_some_and(|f| f <= now)) {
            let step = promise::tick(seat.clock.clone(), now, shelves);
            seat.take(step);
        }
    }
    /// The plan changed, or the case became graver: no running clock gets later, none breaks by it (I7, I8).
    pub fn tighten(&mut self, book: &PlanBook, subject: &Subject, because: Because, now: At, shelves: &Shelves) {
        for seat in self.seats.iter_mut().filter(|s| s.clock.is_open()) {
            let (key, starts) = (seat.clock.terms.key.clone(), seat.clock.terms.starts);
            for terms in strictest(book, subject, |p| p.key == key && p.starts == starts, now, shelves) {
                let step = promise::tighten(seat.clock.clone(), &terms, because, now, shelves);
                seat.take(step);
            }
        }
    }
    /// The severity was lowered by agreement. `history` gives a clock's written events.
    pub fn loosen(
        &mut self,
        book: &PlanBook,
        subject: &Subject,
        now: At,
        shelves: &Shelves,
        history: &mut dyn FnMut(ClockId) -> Result<Vec<Event>, Fault>,
    ) -> Result<(), Fault> {
        for seat in self.seats.iter_mut().filter(|s| s.clock.is_open() && s.clock.broken_at.is_none()) {
            let (key, starts) = (seat.clock.terms.key.clone(), seat.clock.terms.starts);
            let Some(terms) = strictest(book, subject, |p| p.key == key && p.starts == starts, seat.clock.base_at, shelves).pop() else { continue };
            let mut events = if seat.written > 0 { history(seat.id)? } else { Vec::new() };
            events.extend(seat.fresh.iter().cloned());
            let step = promise::loosen(seat.clock.clone(), &terms, &events, now, shelves);
            seat.take(step);
        }
        Ok(())
    }
    /// Another case is merged into this one: of every promise that both owe the one due first stays, what only the other owes goes on
    /// here (plans.md, E9). `wait`: what this case waits for now. Returns the clocks that began.
    pub fn take_over(&mut self, other: &Board, wait: Option<&Fact>, now: At, shelves: &Shelves, id: &mut dyn FnMut() -> ClockId) -> Vec<ClockId> {
        let mut begun = Vec::new();
        for seat in other.seats.iter().filter(|s| s.clock.is_open() && s.clock.broken_at.is_none()) {
            match self.seats.iter_mut().find(|s| s.clock.is_open() && s.clock.terms.key == seat.clock.terms.key) {
                Some(own) => {
                    let step = promise::join(own.clock.clone(), &seat.clock, now, shelves);
                    own.take(step);
                }
                None => begun.extend(self.carry_on(&seat.clock, wait, Because::CasesMerged, now, shelves, id)),
            }
        }
        begun
    }
    /// A promise of another clock goes on in this case.
    pub fn carry_on(
        &mut self,
        clock: &Clock,
        wait: Option<&Fact>,
        because: Because,
        now: At,
        shelves: &Shelves,
        id: &mut dyn FnMut() -> ClockId,
    ) -> Option<ClockId> {
        let cycle = self.seats.iter().map(|s| &s.clock).filter(|c| c.terms.key == clock.terms.key).map(|c| c.cycle).max().unwrap_or(0) + 1;
        let step = promise::carry_on(clock, cycle, because, now, shelves)?;
        let mut seat = Seat { id: id(), clock: step.clock, written: 0, fresh: step.events };
        // It waits if the case does, whatever the other one did.
        let ended = Fact::new(promise::On::WaitEnded, now);
        let step = promise::hear(seat.clock.clone(), wait.unwrap_or(&ended), now, shelves);
        seat.take(step);
        let id = seat.id;
        self.seats.push(seat);
        Some(id)
    }
    /// These clocks end without a verdict: what they promised is owed elsewhere.
    pub fn cancel(&mut self, ids: &[ClockId], now: At, shelves: &Shelves) {
        for seat in self.seats.iter_mut().filter(|s| s.clock.is_open() && ids.contains(&s.id)) {
            let step = promise::hear(seat.clock.clone(), &Fact::new(promise::On::Cancelled, now), now, shelves);
            seat.take(step);
        }
    }
    /// Calendars have newer versions: running clocks keep the earlier of old and new due; later only where an operator confirmed the
    /// published notice for that calendar (`confirmed`).
    pub fn recalendar(&mut self, confirmed: &dyn Fn(&str, u32) -> bool, now: At, shelves: &Shelves) {
        for seat in self.seats.iter_mut().filter(|s| s.clock.is_open()) {
            let id = seat.clock.terms.calendar.clone();
            let Some(version) = shelves.newest(&id).map(|c| c.version()).filter(|v| *v > seat.clock.terms.calendar_version) else { continue };
            let step = promise::recalendar(seat.clock.clone(), version, confirmed(&id, version), now, shelves);
            seat.take(step);
        }
    }
    /// The nearest due instant of an unbroken promise to the customer.
    pub fn next_due_at(&self) -> Option<At> {
        self.promised().filter(|c| c.is_open() && c.broken_at.is_none()).filter_map(|c| c.due_at).min()
    }
    /// Broken promises to the customer, waived ones not counted.
    pub fn broken(&self) -> u32 {
        self.promised().filter(|c| c.broken_at.is_some() && !c.waived).count() as u32
    }
    fn promised(&self) -> impl Iterator<Item = &Clock> {
        self.seats.iter().map(|s| &s.clock).filter(|c| c.terms.kind == Kind::Contract)
    }

    pub fn load(tx: &mut Tx, ticket: TicketId, shelves: &Shelves) -> Result<Board, Fault> {
        let stored = store::clock::list_of_ticket(tx, ticket, shelves)?;
        Ok(Board { seats: stored.into_iter().map(|s| Seat { id: s.id, clock: s.clock, written: s.events, fresh: Vec::new() }).collect() })
    }
    /// The boards of many cases; a case without clocks has none.
    pub fn load_all(tx: &mut Tx, tickets: &[TicketId], shelves: &Shelves) -> Result<HashMap<TicketId, Board>, Fault> {
        let mut boards: HashMap<TicketId, Board> = HashMap::new();
        for s in store::clock::list_of_tickets(tx, tickets, shelves)? {
            boards.entry(s.ticket).or_default().seats.push(Seat { id: s.id, clock: s.clock, written: s.events, fresh: Vec::new() });
        }
        Ok(boards)
    }
    /// Writes what changed; the events stay readable in `fresh`.
    pub fn save(&self, tx: &mut Tx, ticket: TicketId, account: AccountId) -> Result<(), Fault> {
        Board::save_all(tx, [(ticket, account, self)])
    }
    /// As [`Board::save`] for many cases.
    pub fn save_all<'b>(tx: &mut Tx, boards: impl IntoIterator<Item = (TicketId, AccountId, &'b Board)>) -> Result<(), Fault> {
        let change = |ticket, account, seat: &'b Seat| {
            let stored = Stored { id: seat.id, ticket, account, clock: seat.clock.clone(), events: seat.written };
            Change { stored, fresh: &seat.fresh }
        };
        let changed = |board: &'b Board| board.seats.iter().filter(|s| !s.fresh.is_empty());
        let changes: Vec<Change> =
            boards.into_iter().flat_map(|(ticket, account, board)| changed(board).map(move |seat| change(ticket, account, seat))).collect();
        Ok(store::clock::save_all(tx, &changes)?)
    }
}

/// A new clock's identity, made at `now`.
pub fn clock_id(now: At, dice: &mut Dice) -> ClockId {
    ClockId::new(now, dice)
}

/// The account is on another plan version from now on: the running clocks of its open cases follow, none to its customer's loss.
/// Returns how many cases were looked at.
pub fn plan_changed(cx: &mut Act, account: AccountId, plan: &str) -> Result<u32, Fault> {
    let filter = store::ticket::Filter { account: Some(account), open: Some(true), ..Default::default() };
    let (mut after, mut n) = (None, 0);
    loop {
        let page = store::ticket::list(cx.tx, &filter, store::ticket::Order::Updated, after, store::ticket::PAGE_MAX)?;
        let Some(last) = page.last() else { return Ok(n) };
        after = Some(store::ticket::After { at: last.updated_at, id: last.ticket.id });
        for case in page {
            n += 1;
            crate::act::change_plan(cx, case.ticket.id, plan)?;
        }
    }
}
