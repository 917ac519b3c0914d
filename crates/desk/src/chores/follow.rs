use super::{Chore, Report};
use crate::{Desk, Fault};
use domain::kit::{AccountId, At, MessageId, PersonId, Span, TicketId};
use serde_json::Value;
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use store::account::Account;
use store::db::Tx;
use store::log::{Entry, Frontier};
use store::message::{Message, MessageKind};
use store::person::Person;
use store::search::{Doc, DocKind, SearchError};
use store::ticket::Case;

/// Keeps the search index of this node up with the log: reads on from where the index says it is, however far that is behind, so a new
/// or wiped index is fed from the beginning. It only reads the database.
#[derive(Default)]
pub struct FollowLog {
    frontier: Mutex<Frontier>,
    /// When something was last fed.
    fed_at: Mutex<Option<At>>,
}

/// Log entries read at once: bounds memory and how long one reader is held.
const BATCH: u32 = 500;
/// Batches of one round: what they bring is findable together, with one commit of the index.
const BATCHES: u32 = 16;
/// Idle for so long, the index gives its threads and buffers back.
const RESTS_AFTER: Span = Span::seconds(3);

impl Chore for FollowLog {
    fn name(&self) -> &'static str {
        "follow-log"
    }
    fn wakes_on(&self) -> &'static str {
        "log"
    }
    fn every(&self) -> Span {
        Span::seconds(2)
    }
    fn least_rest(&self) -> Span {
        Span::micros(200_000)
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault> {
        let Some(index) = desk.search() else { return Ok(Report::default()) };
        let mut frontier = self.frontier.lock().unwrap_or_else(PoisonError::into_inner);
        let (end, start) = (desk.read(|tx| Ok(frontier.look(tx)?))?, index.position());
        let mut fed_at = self.fed_at.lock().unwrap_or_else(PoisonError::into_inner);
        if start >= end {
            if fed_at.take_if(|fed| now - *fed >= RESTS_AFTER).is_some() {
                index.rest()?;
            }
            return Ok(Report { left_over: u32::from(frontier.is_waiting()), ..Report::default() });
        }
        *fed_at = Some(now);
        let mut report = Report::default();
        let mut position = start;
        for _ in 0..BATCHES {
            let entries = desk.read(|tx| Ok(store::log::list_after(tx, position, BATCH)?))?;
            let settled: Vec<Entry> = entries.into_iter().filter(|e| e.pos <= end).collect();
            let Some(last) = settled.last() else {
                position = end;
                break;
            };
            position = last.pos;
            let docs = desk.read(|tx| docs(tx, desk, &settled))?;
            report.looked_at += settled.len() as u32;
            report.did += docs.len() as u32;
            index.put(&docs)?;
            if position >= end {
                break;
            }
        }
        match index.commit(position) {
            Ok(()) => {}
            // What was put before a failure is gone; the next round puts it again.
            Err(SearchError::Lost) => report.left_over = 1,
            Err(e) => return Err(e.into()),
        }
        report.left_over = report.left_over.max(u32::from(position < end || frontier.is_waiting()));
        Ok(report)
    }
}

/// What some entries touched, as it is now.
fn docs(tx: &mut Tx, desk: &Desk, entries: &[Entry]) -> Result<Vec<Doc>, Fault> {
    let touched = Touched::by(entries);
    let mut docs = Vec::new();
    for id in &touched.tickets {
        let Some(case) = store::ticket::find(tx, *id)? else { continue };
        let first = store::message::list_of_ticket(tx, *id, None, 1)?.pop();
        docs.push(of_case(desk, &case, first.as_ref()));
    }
    for id in &touched.messages {
        let Some(message) = store::message::find(tx, *id)? else { continue };
        if let Some(case) = store::ticket::find(tx, message.ticket)? {
            docs.push(of_message(desk, &case, &message));
        }
    }
    for id in &touched.accounts {
        docs.extend(store::account::find(tx, *id)?.map(|a| of_account(&a)));
    }
    for id in &touched.people {
        docs.extend(store::person::find(tx, *id)?.map(|p| of_person(&p)));
    }
    Ok(docs)
}

/// Things some entries are about, each once.
#[derive(Default)]
struct Touched {
    tickets: BTreeSet<TicketId>,
    messages: BTreeSet<MessageId>,
    accounts: BTreeSet<AccountId>,
    people: BTreeSet<PersonId>,
}
impl Touched {
    fn by(entries: &[Entry]) -> Touched {
        let mut touched = Touched::default();
        for entry in entries {
            match entry.key.split('.').next() {
                // A clock's doings change nothing that is searched for.
                Some("ticket") => touched.ticket(entry),
                Some("account") => touched.accounts.extend(entry.account),
                Some("person") => touched.people.extend(named::<PersonId>(&entry.body, "person")),
                _ => {}
            }
        }
        touched
    }
    fn ticket(&mut self, entry: &Entry) {
        self.tickets.extend(entry.ticket);
        // The opening's words belong to the case itself.
        if entry.key != "ticket.opened" && entry.body.contains("\"message\"") {
            self.messages.extend(named::<MessageId>(&entry.body, "message"));
        }
    }
}
fn named<I: FromStr>(body: &str, field: &str) -> Option<I> {
    let body: Value = serde_json::from_str(body).ok()?;
    body.get(field)?.as_str()?.parse().ok()
}

fn of_case(desk: &Desk, case: &Case, first: Option<&Message>) -> Doc {
    let (t, w) = (&case.ticket, &case.words);
    let said = first.filter(|m| m.kind != MessageKind::Internal).map(|m| m.body.as_str()).unwrap_or_default();
    let parts = [said, &w.error_code, &w.instance, &w.product, &w.impact, &w.tried];
    let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    Doc {
        kind: DocKind::Ticket,
        key: t.id.raw(),
        ticket: Some(t.id.raw()),
        account: Some(t.account.raw()),
        internal: false,
        product: w.product.clone(),
        language: case.language.clone(),
        stage: t.stage.key().into(),
        title: w.subject.clone(),
        body: parts.join("\n"),
        at_us: t.opened_at.micros(),
        number: desk.number_text(case.number),
    }
}
fn of_message(desk: &Desk, case: &Case, m: &Message) -> Doc {
    Doc {
        kind: DocKind::Message,
        key: m.id.raw(),
        ticket: Some(m.ticket.raw()),
        account: Some(case.ticket.account.raw()),
        internal: m.kind == MessageKind::Internal,
        product: case.words.product.clone(),
        language: m.language.clone(),
        // A message has no stage of its own, and the case's would grow old here.
        stage: String::new(),
        title: String::new(),
        body: m.body.clone(),
        at_us: m.at.micros(),
        number: desk.number_text(case.number),
    }
}
fn of_account(a: &Account) -> Doc {
    plain(DocKind::Account, a.id.raw(), Some(a.id), &a.name, String::new(), a.number.clone(), &a.language, a.created_at)
}
fn of_person(p: &Person) -> Doc {
    let body = format!("{}\n{}", p.login, p.email);
    plain(DocKind::Person, p.id.raw(), p.account, &p.name, body, String::new(), &p.language, p.created_at)
}
#[expect(clippy::too_many_arguments, reason = "a document has as many fields as it has")]
fn plain(kind: DocKind, key: u128, account: Option<AccountId>, name: &str, body: String, number: String, language: &str, at: At) -> Doc {
    Doc {
        kind,
        key,
        ticket: None,
        account: account.map(AccountId::raw),
        internal: false,
        product: String::new(),
        language: language.into(),
        stage: String::new(),
        title: name.into(),
        body,
        at_us: at.micros(),
        number,
    }
}
