//! Running promises and their histories. Terms are stamped as plan version, row and calendar version: published books never change,
//! so the three find the same terms for ever.
use crate::db::{DbError, Row, Tx, Val, id_bytes, in_thirty_twos};
use crate::{statements, vals};
use domain::kit::{AccountId, At, ClockId, Span, TicketId};
use domain::promise::{Because, Clock, Ending, Event, Kind, Pause, Terms, Wait, What};
use serde_json::{Value, json};
use std::sync::Arc;

/// Where stamped terms are found again: plan version, row, calendar version.
pub trait TermsBook {
    fn terms(&self, plan: &str, row: &str, calendar_version: u32) -> Option<Arc<Terms>>;
}

/// A clock with its place in the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: ClockId,
    pub ticket: TicketId,
    pub account: AccountId,
    pub clock: Clock,
    /// How many events are written.
    pub events: u32,
}

macro_rules! columns {
    () => {
        "id, ticket_id, account_id, plan_id, row_key, calendar_version, cycle, base_at, used, running_since, paused_why, paused_since, waited_customer, waited_vendor, waited_product, agreed_at, due_at, broken_at, detected_at, ended_at, ending, waived, warned, called, fires_at, events"
    };
}
statements! {
    OF_TICKET = concat!("select ", columns!(), " from clock where ticket_id = $1 order by id");
    OF_TICKETS = concat!("select ", columns!(), " from clock where ticket_id = $1 order by id"),
        postgres concat!("select ", columns!(), " from clock where ticket_id = any($1) order by ticket_id, id");
    ONE = concat!("select ", columns!(), " from clock where id = $1");
    OPEN_OF_TICKETS = concat!("select ", columns!(), " from clock where ticket_id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32) and ended_at is null and internal = 0");
    LAST_OF_TICKETS = concat!("select ", columns!(), " from clock where id in (select (select c.id from clock c where c.ticket_id = t.id and c.internal = 0 and (c.ending = 'fulfilled' or c.broken_at is not null) order by c.id desc limit 1) from ticket t where t.id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32))");
    INSERT = "insert into clock (id, ticket_id, account_id, promise, plan_id, row_key, internal, calendar_version, cycle, base_at, used, running_since, paused_why, paused_since, waited_customer, waited_vendor, waited_product, agreed_at, due_at, broken_at, detected_at, ended_at, ending, waived, warned, called, fires_at, events, fence) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, 0)";
    UPDATE = "update clock set plan_id = $2, row_key = $3, internal = $4, calendar_version = $5, used = $6, running_since = $7, paused_why = $8, paused_since = $9, waited_customer = $10, waited_vendor = $11, waited_product = $12, agreed_at = $13, due_at = $14, broken_at = $15, detected_at = $16, ended_at = $17, ending = $18, waived = $19, warned = $20, called = $21, fires_at = $22, events = $23, fence = fence + 1 where id = $1";
    EVENT = "insert into clock_event (clock_id, seq, at, noted_at, what, body) values ($1, $2, $3, $4, $5, $6)";
    EVENTS = "select at, noted_at, what, body from clock_event where clock_id = $1 order by seq";
    DUE_TICKETS = "select ticket_id, account_id from clock where fires_at is not null and fires_at <= $1 order by fires_at, id limit $2";
    NOT_ENDED = "select id, ticket_id, plan_id, row_key, calendar_version from clock where ended_at is null and id > $1 order by id limit $2";
    NEXT_FIRE = "select fires_at from clock where fires_at is not null order by fires_at, id limit 1";
}

/// Reading a row back needs its stamped terms; a row whose book is gone is a damaged database.
fn read(r: &Row, book: &dyn TermsBook) -> Result<Stored, DbError> {
    let (plan, row, version) = (r.text(3), r.text(4), r.int(5) as u32);
    let terms =
        book.terms(&plan, &row, version).ok_or_else(|| DbError::internal(format!("no terms for {plan} {row}, calendar version {version}")))?;
    let paused = match (r.opt_text(10).as_deref().and_then(Wait::parse), r.opt_at(11)) {
        (Some(why), Some(since)) => Some(Pause { why, since }),
        _ => None,
    };
    let clock = Clock {
        terms,
        cycle: r.int(6) as u32,
        base_at: r.at(7),
        used: Span::micros(r.int(8)),
        running_since: r.opt_at(9),
        paused,
        waited: [Span::micros(r.int(12)), Span::micros(r.int(13)), Span::micros(r.int(14))],
        agreed_at: r.opt_at(15),
        due_at: r.opt_at(16),
        broken_at: r.opt_at(17),
        detected_at: r.opt_at(18),
        ended_at: r.opt_at(19),
        ending: r.opt_text(20).map(|e| if e == "fulfilled" { Ending::Fulfilled } else { Ending::Cancelled }),
        waived: r.bool(21),
        warned: r.int(22) as u32,
        called: r.int(23) as u32,
        fires_at: r.opt_at(24),
    };
    Ok(Stored { id: r.id(0), ticket: r.id(1), account: r.id(2), clock: clock.checked(), events: r.int(25) as u32 })
}
fn ending_key(e: Ending) -> &'static str {
    match e {
        Ending::Fulfilled => "fulfilled",
        Ending::Cancelled => "cancelled",
    }
}

/// Every clock of a ticket, oldest first.
pub fn list_of_ticket(tx: &mut Tx, ticket: TicketId, book: &dyn TermsBook) -> Result<Vec<Stored>, DbError> {
    tx.query(&OF_TICKET, &vals![ticket], |r| read(r, book))
}
/// The promises to the customers of these cases that have not ended, in no order. One statement for each 32 cases.
pub fn list_open_of(tx: &mut Tx, tickets: &[TicketId], book: &dyn TermsBook) -> Result<Vec<Stored>, DbError> {
    in_thirty_twos(tx, &OPEN_OF_TICKETS, tickets, &[], |r| read(r, book))
}
/// Of each of these cases the promise to the customer that was made last among those kept or broken.
pub fn list_last_of(tx: &mut Tx, tickets: &[TicketId], book: &dyn TermsBook) -> Result<Vec<Stored>, DbError> {
    in_thirty_twos(tx, &LAST_OF_TICKETS, tickets, &[], |r| read(r, book))
}
/// Every clock of many tickets, those of one oldest first.
pub fn list_of_tickets(tx: &mut Tx, tickets: &[TicketId], book: &dyn TermsBook) -> Result<Vec<Stored>, DbError> {
    tx.query_of_many(&OF_TICKETS, &id_bytes(tickets), |r| read(r, book))
}
pub fn find(tx: &mut Tx, id: ClockId, book: &dyn TermsBook) -> Result<Option<Stored>, DbError> {
    tx.first(&ONE, &vals![id], |r| read(r, book))
}

/// A clock as it stands now, and the events that are not written yet; `stored.events` is how many are, 0 for a new clock.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    pub stored: Stored,
    pub fresh: &'a [Event],
}
/// Writes new and changed clocks with what happened to them.
pub fn save_all(tx: &mut Tx, changes: &[Change]) -> Result<(), DbError> {
    let (new, changed): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|c| c.stored.events == 0);
    tx.many(&INSERT, &new.iter().map(|c| new_row(c)).collect::<Vec<_>>())?;
    tx.many(&UPDATE, &changed.iter().map(|c| changed_row(c)).collect::<Vec<_>>())?;
    let events = || changes.iter().flat_map(|c| c.fresh.iter().zip(c.stored.events as i64..).map(|(event, seq)| (c.stored.id, seq, event)));
    let bodies: Vec<String> = events().map(|(_, _, e)| body(&e.what).to_string()).collect();
    let rows: Vec<_> = events().zip(&bodies).map(|((clock, seq, e), body)| vals![clock, seq, e.at, e.noted_at, e.what.key(), body]).collect();
    tx.many(&EVENT, &rows).map(|_| ())
}
fn new_row<'c>(change: &'c Change) -> [Val<'c>; 28] {
    let (s, c) = (&change.stored, &change.stored.clock);
    let internal = c.terms.kind == Kind::Internal;
    vals![
        s.id,
        s.ticket,
        s.account,
        &c.terms.key,
        &c.terms.plan,
        &c.terms.row,
        internal,
        c.terms.calendar_version,
        c.cycle,
        c.base_at,
        c.used.as_micros(),
        c.running_since,
        c.paused.map(|p| p.why.key()),
        c.paused.map(|p| p.since),
        c.waited[0].as_micros(),
        c.waited[1].as_micros(),
        c.waited[2].as_micros(),
        c.agreed_at,
        c.due_at,
        c.broken_at,
        c.detected_at,
        c.ended_at,
        c.ending.map(ending_key),
        c.waived,
        c.warned,
        c.called,
        c.fires_at,
        change.fresh.len() as i64
    ]
}
fn changed_row<'c>(change: &'c Change) -> [Val<'c>; 23] {
    let (s, c) = (&change.stored, &change.stored.clock);
    let internal = c.terms.kind == Kind::Internal;
    vals![
        s.id,
        &c.terms.plan,
        &c.terms.row,
        internal,
        c.terms.calendar_version,
        c.used.as_micros(),
        c.running_since,
        c.paused.map(|p| p.why.key()),
        c.paused.map(|p| p.since),
        c.waited[0].as_micros(),
        c.waited[1].as_micros(),
        c.waited[2].as_micros(),
        c.agreed_at,
        c.due_at,
        c.broken_at,
        c.detected_at,
        c.ended_at,
        c.ending.map(ending_key),
        c.waived,
        c.warned,
        c.called,
        c.fires_at,
        s.events as i64 + change.fresh.len() as i64
    ]
}

/// The whole history of one clock.
pub fn list_events(tx: &mut Tx, clock: ClockId, book: &dyn TermsBook) -> Result<Vec<Event>, DbError> {
    tx.query(&EVENTS, &vals![clock], |r| {
        let (key, text) = (r.text(2), r.text(3));
        let what = what(&key, &text, book).ok_or_else(|| DbError::internal(format!("event {key} of {clock} cannot be read: {text}")))?;
        Ok(Event { at: r.at(0), noted_at: r.at(1), what })
    })
}

/// Tickets with a clock that fires by `now`, the longest overdue first, each with its account. Bounded: the tick works in rounds.
pub fn list_due_tickets(tx: &mut Tx, now: At, limit: u32) -> Result<Vec<(TicketId, AccountId)>, DbError> {
    tx.query(&DUE_TICKETS, &vals![now, limit], |r| Ok((r.id(0), r.id(1))))
}
/// A clock that has not ended, with its stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    pub id: ClockId,
    pub ticket: TicketId,
    pub plan: String,
    pub row: String,
    pub calendar_version: u32,
}
/// Clocks that have not ended, by id, after the one seen last.
pub fn list_not_ended(tx: &mut Tx, after: Option<ClockId>, limit: u32) -> Result<Vec<Stamped>, DbError> {
    tx.query(&NOT_ENDED, &vals![after.unwrap_or(ClockId::from_raw(0)), limit], |r| {
        Ok(Stamped { id: r.id(0), ticket: r.id(1), plan: r.text(2), row: r.text(3), calendar_version: r.num(4) })
    })
}
/// The next instant any clock fires at.
pub fn next_fire(tx: &mut Tx) -> Result<Option<At>, DbError> {
    tx.first(&NEXT_FIRE, &[], |r| Ok(r.at(0)))
}

fn stamp(t: &Terms) -> Value {
    json!({"plan": t.plan, "row": t.row, "calendar_version": t.calendar_version})
}
fn body(what: &What) -> Value {
    match what {
        What::Activated { terms, cycle, base_at } => json!({"terms": stamp(terms), "cycle": cycle, "base_at": base_at.micros()}),
        What::Warned { mark } => json!({"mark": mark}),
        What::Escalated { rung } => json!({"rung": rung}),
        What::Paused { why } => json!({"why": why.key()}),
        What::Resumed { by_cap } => json!({"by_cap": by_cap}),
        What::Fulfilled | What::Cancelled => json!({}),
        What::Breached { due_at } => json!({"due_at": due_at.micros()}),
        What::Retargeted { terms, used, since, because } => {
            json!({"terms": stamp(terms), "used": used.as_micros(), "since": since.map(At::micros), "because": because.key()})
        }
        What::Agreed { until } => json!({"until": until.micros()}),
        What::Waived { reason, by } => json!({"reason": reason, "by": by}),
    }
}
fn what(key: &str, text: &str, book: &dyn TermsBook) -> Option<What> {
    let v: Value = serde_json::from_str(text).ok()?;
    let int = |k: &str| v[k].as_i64();
    let at = |k: &str| int(k).map(At::from_micros);
    let word = |k: &str| v[k].as_str().map(str::to_string);
    let terms = || {
        let t = &v["terms"];
        book.terms(t["plan"].as_str()?, t["row"].as_str()?, t["calendar_version"].as_u64()? as u32)
    };
    Some(match key {
        "activated" => What::Activated { terms: terms()?, cycle: int("cycle")? as u32, base_at: at("base_at")? },
        "warned" => What::Warned { mark: int("mark")? as u8 },
        "escalated" => What::Escalated { rung: int("rung")? as u8 },
        "paused" => What::Paused { why: Wait::parse(v["why"].as_str()?)? },
        "resumed" => What::Resumed { by_cap: v["by_cap"].as_bool()? },
        "fulfilled" => What::Fulfilled,
        "cancelled" => What::Cancelled,
        "breached" => What::Breached { due_at: at("due_at")? },
        "retargeted" => What::Retargeted {
            terms: terms()?,
            used: Span::micros(int("used")?),
            since: at("since"),
            because: Because::parse(v["because"].as_str()?)?,
        },
        "agreed" => What::Agreed { until: at("until")? },
        "waived" => What::Waived { reason: word("reason")?, by: word("by")? },
        _ => return None,
    })
}
