//! What a queue shows beside its cases, and how many cases lie in each of a person's standing piles.
use crate::view::FilterText;
use crate::{Desk, Fault, ticket};
use domain::kit::{AccountId, At, ClockId, PersonId, Span, TicketId};
use domain::people::{Actor, Leave, ReadTicket, Role};
use std::collections::BTreeMap;
use store::clock::Stored;
use store::db::Tx;
use store::person::Named;
use store::ticket::{Case, Order};

/// The promise to the customer that matters most of each case: of those that run the one due first, else one that waits, else the last that was
/// kept or broken. Two statements for 32 cases.
pub fn clocks(tx: &mut Tx, desk: &Desk, cases: &[Case]) -> Result<BTreeMap<TicketId, Stored>, Fault> {
    let ids: Vec<TicketId> = cases.iter().map(|c| c.ticket.id).collect();
    let mut nearest: BTreeMap<TicketId, Stored> = BTreeMap::new();
    for clock in store::clock::list_open_of(tx, &ids, desk.shelves())? {
        if nearest.get(&clock.ticket).is_none_or(|held| nearness(&clock) < nearness(held)) {
            nearest.insert(clock.ticket, clock);
        }
    }
    let over: Vec<TicketId> = ids.into_iter().filter(|id| !nearest.contains_key(id)).collect();
    nearest.extend(store::clock::list_last_of(tx, &over, desk.shelves())?.into_iter().map(|c| (c.ticket, c)));
    Ok(nearest)
}
/// An accepted breach no longer presses, a wait presses less than what runs.
fn nearness(s: &Stored) -> (u8, At, ClockId) {
    let class = if s.clock.waived { 2 } else { u8::from(s.clock.paused.is_some()) };
    (class, s.clock.due_at.unwrap_or(At::MAX), s.id)
}
/// Who asked, who answers for them and in whose hands they are.
pub fn people(tx: &mut Tx, cases: &[Case]) -> Result<Vec<Named>, Fault> {
    let mut ids: Vec<PersonId> = cases.iter().flat_map(|c| [Some(c.ticket.requester), c.ticket.owner, c.ticket.handler]).flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(store::person::list_named(tx, &ids)?)
}
/// The names of the customers.
pub fn accounts(tx: &mut Tx, cases: &[Case]) -> Result<Vec<(AccountId, String)>, Fault> {
    let mut ids: Vec<AccountId> = cases.iter().map(|c| c.ticket.account).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(store::account::list_named(tx, &ids)?)
}

/// Those where others wrote something this person may read and has not seen.
pub fn unread(tx: &mut Tx, who: &Actor, cases: &[Case]) -> Result<Vec<TicketId>, Fault> {
    let ids: Vec<TicketId> = cases.iter().map(|c| c.ticket.id).collect();
    let but = if who.role.is_staff() { "" } else { "internal" };
    Ok(store::presence::list_unread(tx, who.person, &ids, but)?)
}

/// One of a person's standing piles.
#[derive(Debug, Clone, PartialEq)]
pub struct Pile {
    pub key: &'static str,
    pub count: u32,
    /// There are more than were counted.
    pub more: bool,
    /// The list behind the number.
    pub filter: FilterText,
    pub order: Order,
}
/// A pile is counted up to here; what lies beyond is "more".
pub const COUNTED_MAX: u32 = 100;
/// What falls due within this is due soon.
pub const SOON: Span = Span::hours(1);

/// The piles of somebody of the vendor, or of a customer, each counted to [`COUNTED_MAX`] at most.
pub fn piles(tx: &mut Tx, leave: &Leave<ReadTicket>, now: At) -> Result<Vec<Pile>, Fault> {
    let who = leave.actor();
    let asked = if who.role.is_customer() { of_customer() } else { of_staff(who.role, now) };
    let mut piles = Vec::with_capacity(asked.len());
    for (key, order, filter) in asked {
        let narrow = ticket::narrowed(who, filter.filter(who.person)?);
        let found = store::ticket::count_up_to(tx, &narrow, COUNTED_MAX + 1)?;
        piles.push(Pile { key, count: found.min(COUNTED_MAX), more: found > COUNTED_MAX, filter, order });
    }
    Ok(piles)
}
type Asked = (&'static str, Order, FilterText);
fn of_staff(role: Role, now: At) -> Vec<Asked> {
    let me = || Some("me".to_string());
    let open = || FilterText { open: Some(true), ..FilterText::default() };
    // A chief answers for everybody's promises.
    let theirs = if role == Role::DutyChief { None } else { me() };
    // What was laid aside lies in a pile of its own; its promises run on.
    let now_open = || FilterText { snoozed: Some(false), ..open() };
    let newest = Order::Updated;
    vec![
        ("mine", newest, FilterText { handler: me(), ..now_open() }),
        ("group", newest, FilterText { not_handler: me(), ..now_open() }),
        ("unassigned", newest, FilterText { unassigned: true, ..FilterText::default() }),
        ("due_soon", Order::Due, FilterText { handler: theirs, due_before: Some((now + SOON).to_string()), ..FilterText::default() }),
        ("waiting", newest, FilterText { handler: me(), stages: vec!["waiting_customer".into()], ..FilterText::default() }),
        ("snoozed", newest, FilterText { handler: me(), snoozed: Some(true), ..open() }),
        ("first_ask", newest, FilterText { owner: me(), ..open() }),
        ("all", newest, open()),
    ]
}
fn of_customer() -> Vec<Asked> {
    let at = |stage: &str| FilterText { stages: vec![stage.into()], ..FilterText::default() };
    vec![
        ("open", Order::Updated, FilterText { open: Some(true), ..FilterText::default() }),
        ("waiting_for_me", Order::Updated, at("waiting_customer")),
        ("solved_to_confirm", Order::Updated, at("resolved")),
    ]
}
