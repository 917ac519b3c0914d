//! A history from another system becomes cases of ours: with its real timeline, its clocks under a plan book, and every row that could
//! not be used written down. Reading and judging are pure; [`import`] keeps the cases, [`what_if`] compares plan books and keeps nothing.
mod lines;
mod mapping;
mod replay;
mod report;
pub mod servicenow;
#[cfg(test)]
mod tests;

pub use mapping::{DEFAULT_MAPPING, Mapping};
pub use replay::{People, Replayed, Timeline, replay, timeline};
pub use report::{Judged, Notes, Outcome, Tally, rows};
pub use servicenow::{Incident, Log};

use crate::act::fact_body;
use crate::board::{Board, clock_id};
use crate::log::Line;
use crate::{Act, Desk, Fault, Flaw, Shelves, log, view};
use domain::kit::{At, Dice, PersonId, TicketId};
use domain::people::Role;
use domain::plan::PlanBook;
use domain::promise::{Clock, Verdict, What};
use report::verdict;
use serde_json::json;
use std::sync::Arc;
use store::account::{Account, PlanOrder};
use store::log::{Audience, NewEntry};
use store::person::Person;
use store::ticket::{Case, Words};

/// Cases written in one transaction: a kill costs no more than these, and the next run goes on after the last one written.
const BATCH: usize = 200;

/// Where the cases go, and what judges them.
#[derive(Debug, Clone)]
pub struct Options {
    /// Id of the plan book, `ali.enterprise.v1`.
    pub plan: String,
    /// Number of the account the cases belong to; made if there is none, with an order for the plan from the first opening on.
    pub account: String,
    /// Its name if it is made.
    pub account_name: String,
    pub mapping: Mapping,
}

/// An excerpt of a real log, for tests and the demo; whose it is says `samples/ATTRIBUTION.md`.
pub const SAMPLE: &[u8] = include_bytes!("samples/incidents.csv.gz");

/// Makes a case of every incident that is not one yet, and tells what was kept and broken under the plan. Safe to repeat and to break off:
/// an incident that is a case already is judged again and compared with what is stored. `progress` hears how many of how many are done.
/// Nobody is notified, nothing leaves the house. Blocks. Errors: Invalid `plan`, `account`; the database's.
pub fn import(desk: &Desk, log: &Log, options: &Options, notes: &mut Notes, now: At, progress: &mut dyn FnMut(u64, u64)) -> Result<Outcome, Fault> {
    let shelves = desk.shelves();
    let book = book_of(shelves, &options.plan)?;
    if options.account.trim().is_empty() || options.account.chars().count() > 64 {
        return Err(Fault::Invalid(vec![Flaw::new("account", "missing")]));
    }
    let mut outcome = Outcome { plan: book.id.clone(), incidents: log.incidents.len() as u64, ..empty(log) };
    let first = log.incidents.iter().map(|i| i.opened_at).min().unwrap_or(now);
    let house = Household::find_or_make(desk, options, book, first, now)?;
    let mut dice = desk.dice();
    for (n, batch) in log.incidents.chunks(BATCH).enumerate() {
        let known = desk.read(|tx| batch.iter().map(|i| Known::find(tx, desk, &house.source, &i.number)).collect::<Result<Vec<_>, Fault>>())?;
        let mut fresh = Vec::new();
        for (incident, known) in batch.iter().zip(known) {
            let line = timeline(incident, options.mapping.severity_otherwise(), house.people, notes)?;
            let channel = options.mapping.channel(log.word(incident, "contact_type"));
            let replayed = replay(&line, channel, house.people, book, shelves, now, &mut |at| clock_id(at, &mut dice));
            let verdicts = verdicts(&replayed.board, now, shelves);
            verdicts.iter().for_each(|(clock, verdict)| outcome.promises.count(clock, *verdict));
            match known {
                None => fresh.push(kept(desk, log, incident, &line, replayed, book, &house, &mut dice)?),
                Some(known) if known.plan != book.id => outcome.other_plan += 1,
                Some(known) => {
                    if !same(&verdicts, &known.board, now, shelves) {
                        outcome.differs += 1;
                        notes.anomaly(incident.rows.last().map_or(0, |r| r.line), &incident.number, "differs_from_the_stored_case", "")?;
                    }
                }
            }
        }
        let (count, batch_len) = (fresh.len() as u64, batch.len() as u64);
        let written = write(desk, &house.source, fresh, now)?;
        debug_assert!(written <= count);
        outcome.tickets_new += written;
        outcome.tickets_known += batch_len - written;
        progress((n * BATCH) as u64 + batch_len, outcome.incidents);
    }
    Ok(finished(outcome, notes))
}

/// Judges a history by several plan books, as if each had been in force from the first day. Keeps nothing.
/// Errors: Invalid for a book that is not on the shelf.
pub fn what_if(
    shelves: &Shelves,
    log: &Log,
    plans: &[String],
    mapping: &Mapping,
    now: At,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Judged>, Fault> {
    let books = plans.iter().map(|p| book_of(shelves, p)).collect::<Result<Vec<_>, Fault>>()?;
    let mut judged: Vec<Judged> = books.iter().map(|b| Judged { plan: b.id.clone(), promises: Tally::default() }).collect();
    let (mut dice, mut unwritten) = (Dice::new(1), Notes::unwritten());
    for (n, incident) in log.incidents.iter().enumerate() {
        let line = timeline(incident, mapping.severity_otherwise(), People::nobody(), &mut unwritten)?;
        let channel = mapping.channel(log.word(incident, "contact_type"));
        for (book, judged) in books.iter().zip(&mut judged) {
            let replayed = replay(&line, channel, People::nobody(), book, shelves, now, &mut |at| clock_id(at, &mut dice));
            verdicts(&replayed.board, now, shelves).iter().for_each(|(clock, verdict)| judged.promises.count(clock, *verdict));
        }
        if n % BATCH == 0 {
            progress(n as u64, log.incidents.len() as u64);
        }
    }
    Ok(judged)
}

/// What reading alone finds: for a what-if, which keeps nothing, with the anomalies of every timeline in `notes`.
pub fn looked_at(log: &Log, mapping: &Mapping, plan: &str, notes: &mut Notes) -> Result<Outcome, Fault> {
    for incident in &log.incidents {
        timeline(incident, mapping.severity_otherwise(), People::nobody(), notes)?;
    }
    Ok(finished(Outcome { plan: plan.to_string(), incidents: log.incidents.len() as u64, ..empty(log) }, notes))
}

fn book_of<'s>(shelves: &'s Shelves, plan: &str) -> Result<&'s PlanBook, Fault> {
    let known = || shelves.library().books().map(|b| b.id.as_str()).collect::<Vec<_>>().join(", ");
    shelves.book(plan).ok_or_else(|| Fault::Invalid(vec![Flaw::new("plan", "unknown").with("got", plan).with("known", known())]))
}
fn empty(log: &Log) -> Outcome {
    Outcome {
        rows_read: log.rows_read,
        rows_rejected: 0,
        incidents: 0,
        anomalies: 0,
        plan: String::new(),
        promises: Tally::default(),
        tickets_new: 0,
        tickets_known: 0,
        differs: 0,
        other_plan: 0,
        rejects_by_reason: Default::default(),
        anomalies_by_reason: Default::default(),
    }
}
fn finished(outcome: Outcome, notes: &Notes) -> Outcome {
    Outcome {
        rows_rejected: notes.rejected(),
        anomalies: notes.anomalies(),
        rejects_by_reason: notes.rejected.clone(),
        anomalies_by_reason: notes.anomalies.clone(),
        ..outcome
    }
}
fn verdicts<'b>(board: &'b Board, now: At, shelves: &Shelves) -> Vec<(&'b Clock, Verdict)> {
    board.seats.iter().filter_map(|s| Some((&s.clock, verdict(&s.clock, now, shelves)?))).collect()
}
/// Are the stored clocks what the log says? When the house noticed a breach does not count.
fn same(derived: &[(&Clock, Verdict)], stored: &Board, now: At, shelves: &Shelves) -> bool {
    let told = |c: &Clock, v: Verdict| (c.base_at, c.terms.row.clone(), c.cycle, v.key(), c.due_at, c.broken_at, c.ended_at);
    let mut derived: Vec<_> = derived.iter().map(|(c, v)| told(c, *v)).collect();
    let mut stored: Vec<_> = verdicts(stored, now, shelves).iter().map(|(c, v)| told(c, *v)).collect();
    derived.sort();
    stored.sort();
    derived == stored
}

/// The account the history belongs to, and who stands for its people.
struct Household {
    people: People,
    language: String,
    /// Where the records come from: numbers are unique within one account's system, not in the world.
    source: String,
}
impl Household {
    fn find_or_make(desk: &Desk, options: &Options, book: &PlanBook, first: At, now: At) -> Result<Household, Fault> {
        let found = desk.read(|tx| Household::find(tx, &options.account))?;
        if let Some(house) = found {
            return Ok(house);
        }
        let (options, family, plan) = (options.clone(), book.family.clone(), book.id.clone());
        desk.write(now, move |cx| {
            cx.tx.lock(&format!("account number {}", options.account))?;
            let account = match store::account::find_by_number(cx.tx, &options.account)? {
                Some(account) => account,
                None => make_account(cx, &options, &family, &plan, first)?,
            };
            for login in [contact_login(&options.account), engineer_login(&options.account)] {
                if store::person::find_by_login(cx.tx, &login)?.is_none() {
                    make_person(cx, &account, login)?;
                }
            }
            Household::find(cx.tx, &options.account)?.ok_or_else(|| Fault::internal("the account just made is gone"))
        })
    }
    fn find(tx: &mut store::db::Tx, number: &str) -> Result<Option<Household>, Fault> {
        let Some(account) = store::account::find_by_number(tx, number)? else { return Ok(None) };
        let mut id = |login: String| -> Result<Option<PersonId>, Fault> { Ok(store::person::find_by_login(tx, &login)?.map(|p| p.id)) };
        let (contact, engineer) = (id(contact_login(number))?, id(engineer_login(number))?);
        Ok(contact.zip(engineer).map(|(contact, engineer)| Household {
            people: People { account: account.id, contact, engineer },
            language: account.language,
            source: format!("servicenow/{number}"),
        }))
    }
}
fn contact_login(account: &str) -> String {
    format!("import.contact.{}", account.to_lowercase())
}
fn engineer_login(account: &str) -> String {
    format!("import.engineer.{}", account.to_lowercase())
}
fn make_account(cx: &mut Act, options: &Options, family: &str, plan: &str, first: At) -> Result<Account, Fault> {
    let (language, tz) = (cx.desk.rules().language.clone(), cx.desk.rules().tz.clone());
    let (number, name) = (options.account.clone(), options.account_name.clone());
    let account = Account { id: cx.fresh(), number, name, language, tz, tam: None, contact: None, active: true, created_at: cx.now, version: 1 };
    store::account::put_new(cx.tx, &account)?;
    let body = json!({"account": account.id.to_string(), "number": account.number});
    let order = PlanOrder {
        id: cx.fresh(),
        account: account.id,
        family: family.into(),
        plan: plan.into(),
        ordered_at: first,
        starts_at: first,
        ends_at: None,
        by: None,
    };
    store::account::put_order(cx.tx, &order)?;
    let ordered =
        json!({"order": order.id.to_string(), "plan": order.plan, "ordered_at": first.to_string(), "starts_at": first.to_string(), "ends_at": null});
    log::write(cx, vec![Line::audit(None, Some(account.id), "account.created", body), Line::audit(None, Some(account.id), "plan.ordered", ordered)])?;
    Ok(account)
}
/// Somebody who cannot sign in and takes no cases: the log's own people stay words of the cases.
fn make_person(cx: &mut Act, account: &Account, login: String) -> Result<(), Fault> {
    let asks = login == contact_login(&account.number);
    let person = Person {
        id: cx.fresh(),
        account: asks.then_some(account.id),
        role: if asks { Role::Contact } else { Role::Engineer },
        tier: u8::from(!asks),
        name: if asks { "imported contact" } else { "imported engineer" }.into(),
        login,
        email: String::new(),
        language: account.language.clone(),
        tz: account.tz.clone(),
        skills: Vec::new(),
        languages: Vec::new(),
        capacity: 0,
        work_calendar: None,
        away_until: None,
        active: false,
        load: 0,
        last_assigned_at: None,
        quiet: None,
        digest: false,
        password_hash: None,
        created_at: cx.now,
        version: 1,
    };
    store::person::put_new(cx.tx, &person)?;
    let body = json!({"person": person.id.to_string(), "role": person.role.key()});
    log::write(cx, vec![Line::audit(None, Some(account.id), "person.created", body)])?;
    Ok(())
}

/// What an incident became in an earlier run.
struct Known {
    plan: String,
    board: Board,
}
impl Known {
    fn find(tx: &mut store::db::Tx, desk: &Desk, source: &str, number: &str) -> Result<Option<Known>, Fault> {
        let Some(id) = store::ticket::find_origin(tx, source, number)? else { return Ok(None) };
        let case = store::ticket::find(tx, id)?.ok_or_else(|| Fault::internal(format!("{number} became {id}, which is gone")))?;
        Ok(Some(Known { plan: case.plan, board: Board::load(tx, id, desk.shelves())? }))
    }
}

/// A case ready to be written, with its history as the log will tell it.
struct Fresh {
    number: Box<str>,
    case: Case,
    board: Board,
    entries: Vec<NewEntry>,
}
#[allow(clippy::too_many_arguments)]
fn kept(
    desk: &Desk,
    log: &Log,
    incident: &Incident,
    line: &Timeline,
    replayed: Replayed,
    book: &PlanBook,
    house: &Household,
    dice: &mut Dice,
) -> Result<Fresh, Fault> {
    let Replayed { mut ticket, board } = replayed;
    (ticket.id, ticket.version) = (TicketId::new(line.opened_at, dice), 1);
    let case = Case {
        number: desk.next_number()?,
        words: words(log, incident),
        plan: book.id.clone(),
        language: house.language.clone(),
        updated_at: line.ended_at(),
        cause: log.word(incident, "closed_code").to_string(),
        next_due_at: board.next_due_at(),
        broken: board.broken(),
        messages: 0,
        checks_open: 0,
        minutes_spent: 0,
        ticket,
    };
    let entries = entries(&case, line, &board, &incident.number, house.people);
    Ok(Fresh { number: incident.number.clone(), case, board, entries })
}
/// The log has no texts; what it has is kept as words one can search for.
fn words(log: &Log, incident: &Incident) -> Words {
    let word = |column| log.word(incident, column);
    let kind: Vec<&str> = [word("category"), word("subcategory")].into_iter().filter(|w| !w.is_empty()).collect();
    let kind = kind.join(" / ");
    let parts = [&*incident.number, &kind, word("caller_id"), word("contact_type")].into_iter().filter(|w| !w.is_empty());
    Words {
        subject: parts.collect::<Vec<_>>().join(" · ").chars().take(crate::limits::SUBJECT_CHARS_MAX).collect(),
        product: word("category").to_string(),
        instance: word("cmdb_ci").to_string(),
        error_code: word("u_symptom").to_string(),
        ..Words::default()
    }
}
/// The timeline as log entries at their real instants, with the breaches where they fell; first a line that says where it comes from.
fn entries(case: &Case, line: &Timeline, board: &Board, number: &str, people: People) -> Vec<NewEntry> {
    let entry = |at: At, actor: Option<PersonId>, key: &'static str, body: serde_json::Value| NewEntry {
        account: Some(case.ticket.account),
        ticket: Some(case.ticket.id),
        at,
        actor,
        key,
        audience: Audience::Public,
        body: body.to_string(),
    };
    let came = entry(line.opened_at, None, "ticket.imported", json!({"source": "servicenow", "key": number}));
    let mut told = vec![NewEntry { audience: Audience::Staff, ..came }];
    told.extend(line.facts.iter().map(|(at, fact)| entry(*at, actor(fact, people), fact.key(), fact_body(fact, None))));
    for seat in &board.seats {
        for event in seat.fresh.iter().filter(|e| matches!(e.what, What::Breached { .. })) {
            let c = &seat.clock;
            let body = json!({"clock": seat.id.to_string(), "promise": c.terms.key, "row": c.terms.row, "plan": c.terms.plan, "cycle": c.cycle, "at": event.at.to_string(), "due_at": c.due_at.map(|d| d.to_string()), "more": null});
            told.push(entry(event.at, None, "clock.breached", body));
        }
    }
    told.sort_by_key(|e| e.at);
    told
}
fn actor(fact: &domain::ticket::Fact, people: People) -> Option<PersonId> {
    use domain::ticket::Fact::*;
    match fact {
        Opened | Reopened { .. } => Some(people.contact),
        AnsweredFirst { .. } | Replied { .. } | WaitBegan { .. } | WaitEnded | Resolved { .. } => Some(people.engineer),
        _ => None,
    }
}

/// One batch, all of it or nothing. Returns how many were written: one that another import has written meanwhile is left alone.
fn write(desk: &Desk, source: &str, fresh: Vec<Fresh>, now: At) -> Result<u64, Fault> {
    if fresh.is_empty() {
        return Ok(0);
    }
    let (source, fresh) = (source.to_string(), Arc::new(fresh));
    desk.write(now, move |cx| {
        cx.tx.lock(&source)?;
        let (mut entries, mut written) = (Vec::new(), 0);
        for f in fresh.iter() {
            if store::ticket::find_origin(cx.tx, &source, &f.number)?.is_some() {
                continue;
            }
            store::ticket::put_new(cx.tx, &f.case)?;
            f.board.save(cx.tx, f.case.ticket.id, f.case.ticket.account)?;
            store::ticket::put_origin(cx.tx, &source, &f.number, f.case.ticket.id)?;
            view::moved(cx, None, Some(&f.case))?;
            entries.extend(f.entries.iter().cloned());
            written += 1;
        }
        cx.pos = store::log::append(cx.tx, &entries)?;
        cx.tx.nudge("clock");
        Ok(written)
    })
}
