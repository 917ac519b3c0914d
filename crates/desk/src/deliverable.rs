//! What plans promise to hand over: planned once a period, written, approved by somebody else, handed over, accepted.
use crate::form::Form;
use crate::log::{self, Line};
use crate::notify::{self, Bag, Telling};
use crate::report::{Monthly, monthly};
use crate::{Act, Desk, Fault};
use domain::calendar::{Calendar, Month, report_due};
use domain::deliverable::{Asking, State, Step, decide};
use domain::kit::{AccountId, At, DeliverableId, PersonId};
use domain::people::{AcceptDeliverable, Actor, KeepDeliverable, Leave, ReadDeliverable};
use domain::plan::{DeliverableRule, Period, PlanBook};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use store::db::Tx;
use store::deliverable::Deliverable;

/// What people write: for each language a text for each of [`PARTS`].
pub type Words = BTreeMap<String, BTreeMap<String, String>>;
/// Where people write what numbers do not say.
pub const PARTS: &[&str] = &["summary", "risks", "actions"];
/// One text.
const WORDS_BYTES_MAX: usize = 20_000;

pub fn words(d: &Deliverable) -> Words {
    serde_json::from_str(&d.words).unwrap_or_default()
}
pub fn state(d: &Deliverable) -> State {
    State::parse(&d.state).unwrap_or(State::Planned)
}
pub fn rule<'d>(desk: &'d Desk, d: &Deliverable) -> Option<&'d DeliverableRule> {
    desk.shelves().book(&d.plan)?.deliverables.iter().find(|r| r.id == d.rule)
}
/// Reports a book promises for every month, those that are part of another left out.
pub fn monthly_rules(book: &PlanBook) -> impl Iterator<Item = &DeliverableRule> {
    book.deliverables.iter().filter(|r| r.every == Some(Period::Month) && r.merged_into.is_none() && r.due_working_days.is_some())
}
/// The last instant at which a report for this month is in time; and the calendar that says so. `None`: the book gives no date, or the
/// calendar does not reach so far.
pub fn due(desk: &Desk, rule: &DeliverableRule, month: Month) -> Option<At> {
    let calendar = calendar_of(desk, rule)?;
    Some(calendar.end_of_day(report_due(calendar, &month, rule.due_working_days?)?))
}
fn calendar_of<'d>(desk: &'d Desk, rule: &DeliverableRule) -> Option<&'d Calendar> {
    desk.shelves().newest(rule.calendar.as_deref()?)
}
/// Whose days the months of a rule consist of.
pub fn zone<'d>(desk: &'d Desk, rule: &DeliverableRule) -> Option<&'d str> {
    calendar_of(desk, rule)?.tz().iana_name()
}

/// Plans what an account is owed for a month, by the plan in force, or ordered, at the month's last instant; what was planned by a plan that
/// is not in force then, and nobody has begun, is no longer owed. Planned before: nothing. Returns how many rows changed.
pub(crate) fn plan(cx: &mut Act, account: AccountId, month: Month) -> Result<u32, Fault> {
    let desk = cx.desk;
    let end = month_end(desk, month)?;
    if store::account::find(cx.tx, account)?.is_none_or(|a| !a.active || a.created_at > end) {
        // Nothing is owed for a month before the customer was here.
        return Ok(0);
    }
    let book = crate::account::plan_at(cx.tx, desk, account, end)?;
    let mut planned = unplan(cx, account, month, book)?;
    for rule in monthly_rules(book) {
        let Some(due_at) = due(desk, rule, month) else { continue };
        let d = Deliverable {
            id: cx.fresh(),
            account,
            plan: book.id.clone(),
            rule: rule.id.clone(),
            period: month.to_string(),
            due_at,
            state: State::Planned.key().into(),
            words: "{}".into(),
            author: None,
            numbers: String::new(),
            hash: String::new(),
            approved: None,
            delivered: None,
            accepted: None,
            late_told: false,
            created_at: cx.now,
            version: 1,
        };
        if store::deliverable::put_new(cx.tx, &d)? {
            planned += 1;
            note(cx, None, &d, "deliverable.planned")?;
        }
    }
    Ok(planned)
}
fn unplan(cx: &mut Act, account: AccountId, month: Month, book: &PlanBook) -> Result<u32, Fault> {
    let open = store::deliverable::list_open(cx.tx, Some(account), (At::MIN, DeliverableId::from_raw(0)), 200)?;
    let promised = |d: &Deliverable| monthly_rules(book).any(|r| r.id == d.rule);
    let mut dropped = 0;
    for d in open.iter().filter(|d| d.period == month.to_string() && state(d) == State::Planned && d.author.is_none() && !promised(d)) {
        store::deliverable::drop_one(cx.tx, d.id)?;
        note(cx, None, d, "deliverable.dropped")?;
        dropped += 1;
    }
    Ok(dropped)
}
/// The month an instant lies in, on the house's own clock on the wall.
pub(crate) fn running(desk: &Desk, now: At) -> Result<Month, Fault> {
    Ok(Month::of(now.date_in(&wall(desk)?)))
}
/// The last instant of a month on the same wall.
fn month_end(desk: &Desk, month: Month) -> Result<At, Fault> {
    let next = month.last_day().tomorrow().map_err(Fault::internal)?;
    let begins = wall(desk)?.to_ambiguous_timestamp(next.at(0, 0, 0, 0)).compatible().map_err(Fault::internal)?;
    Ok(At::from(begins) - At::TICK)
}
fn wall(desk: &Desk) -> Result<jiff::tz::TimeZone, Fault> {
    jiff::tz::TimeZone::get(&desk.rules().tz).map_err(Fault::internal)
}

/// Errors: NotFound, also for another account's.
pub fn get(tx: &mut Tx, leave: &Leave<ReadDeliverable>, id: DeliverableId) -> Result<Deliverable, Fault> {
    known(tx, leave.actor(), id)
}
fn known(tx: &mut Tx, who: &Actor, id: DeliverableId) -> Result<Deliverable, Fault> {
    store::deliverable::find(tx, id)?.filter(|d| who.may_know(d.account)).ok_or(Fault::NotFound)
}
/// What is owed (`open`), the soonest first, or everything, the last due first; of one account, of one's own, or of all.
/// Errors: NotFound for another's account.
pub fn list(
    tx: &mut Tx,
    leave: &Leave<ReadDeliverable>,
    account: Option<AccountId>,
    open: bool,
    from: Option<(At, DeliverableId)>,
    limit: u32,
) -> Result<Vec<Deliverable>, Fault> {
    let who = leave.actor();
    let account = account.or(who.account);
    if account.is_some_and(|a| !who.may_know(a)) {
        return Err(Fault::NotFound);
    }
    Ok(match open {
        true => store::deliverable::list_open(tx, account, from.unwrap_or((At::MIN, DeliverableId::from_raw(0))), limit)?,
        false => store::deliverable::list(tx, account, from.unwrap_or((At::MAX, DeliverableId::from_raw(u128::MAX))), limit)?,
    })
}

/// Writes the words of a report that is not signed off yet. Errors: NotFound, Stale, Invalid, Refused `deliverable.not_planned`.
pub fn write(cx: &mut Act, leave: &Leave<KeepDeliverable>, id: DeliverableId, seen_version: u32, new: &Words) -> Result<Deliverable, Fault> {
    let mut d = seen(cx, leave.actor(), id, Some(seen_version))?;
    let mut form = Form::new();
    for (language, parts) in new {
        form.must(crate::form::is_language(language), &format!("words.{language}"), "no_language");
        for (part, text) in parts {
            form.must(PARTS.contains(&part.as_str()), &format!("words.{language}.{part}"), "unknown_field");
            form.body(&format!("words.{language}.{part}"), text, WORDS_BYTES_MAX);
        }
    }
    form.done()?;
    if state(&d) != State::Planned {
        return Err(Fault::refused("deliverable.not_planned"));
    }
    let trimmed = |parts: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        parts.iter().map(|(part, text)| (part.clone(), text.trim().to_string())).filter(|(_, text)| !text.is_empty()).collect()
    };
    let words: Words = new.iter().map(|(language, parts)| (language.clone(), trimmed(parts))).filter(|(_, parts)| !parts.is_empty()).collect();
    d.author = (!words.is_empty()).then_some(leave.actor().person);
    d.words = serde_json::to_string(&words).map_err(Fault::internal)?;
    put(cx, &mut d)?;
    note(cx, Some(leave.actor().person), &d, "deliverable.written")?;
    Ok(d)
}
/// Approves, takes back, hands over. Errors: NotFound, Stale, Refused with the codes of [`decide`].
pub fn step(cx: &mut Act, leave: &Leave<KeepDeliverable>, id: DeliverableId, seen_version: Option<u32>, step: Step) -> Result<Deliverable, Fault> {
    stepped(cx, leave.actor(), id, seen_version, step)
}
/// Accepts what was handed over. Errors: as [`step`].
pub fn accept(cx: &mut Act, leave: &Leave<AcceptDeliverable>, id: DeliverableId, seen_version: Option<u32>) -> Result<Deliverable, Fault> {
    stepped(cx, leave.actor(), id, seen_version, Step::Accept)
}
fn stepped(cx: &mut Act, who: &Actor, id: DeliverableId, seen_version: Option<u32>, step: Step) -> Result<Deliverable, Fault> {
    let mut d = seen(cx, who, id, seen_version)?;
    let asking = Asking { person: who.person, is_customer: who.account.is_some() };
    let to = decide(state(&d), d.author, step, asking).map_err(Fault::refused)?;
    let signed = Some((who.person, cx.now));
    let key = match step {
        Step::Approve => {
            let month: Month = d.period.parse().map_err(|_| Fault::internal(format!("no month {}", d.period)))?;
            d.numbers = serde_json::to_string(&reckon(cx.tx, cx.desk, &d, month)?).map_err(Fault::internal)?;
            d.hash = fingerprint(&d);
            d.approved = signed;
            "deliverable.approved"
        }
        Step::Reopen => {
            (d.approved, d.numbers, d.hash) = (None, String::new(), String::new());
            "deliverable.reopened"
        }
        Step::Deliver => {
            d.delivered = signed;
            "deliverable.delivered"
        }
        Step::Accept => {
            d.accepted = signed;
            "deliverable.accepted"
        }
    };
    d.state = to.key().into();
    put(cx, &mut d)?;
    note(cx, Some(who.person), &d, key)?;
    let mut bag = Bag::default();
    for person in told_of(cx, &d, step)?.into_iter().filter(|p| *p != who.person) {
        tell(cx, &mut bag, person, &d, key)?;
    }
    bag.post(cx)?;
    Ok(d)
}
fn seen(cx: &mut Act, who: &Actor, id: DeliverableId, version: Option<u32>) -> Result<Deliverable, Fault> {
    cx.tx.lock(&id.to_string())?;
    let d = known(cx.tx, who, id)?;
    if version.is_some_and(|v| v != d.version) {
        return Err(Fault::Stale { current: d.version });
    }
    Ok(d)
}
fn put(cx: &mut Act, d: &mut Deliverable) -> Result<(), Fault> {
    if !store::deliverable::put(cx.tx, d)? {
        return Err(Fault::Stale { current: d.version });
    }
    d.version += 1;
    Ok(())
}
/// The numbers of a report: as they were signed off, else reckoned now. Errors: Internal.
pub fn numbers(tx: &mut Tx, desk: &Desk, d: &Deliverable) -> Result<Monthly, Fault> {
    if !d.numbers.is_empty() {
        return serde_json::from_str(&d.numbers).map_err(Fault::internal);
    }
    let month: Month = d.period.parse().map_err(|_| Fault::internal(format!("no month {}", d.period)))?;
    reckon(tx, desk, d, month)
}
fn reckon(tx: &mut Tx, desk: &Desk, d: &Deliverable, month: Month) -> Result<Monthly, Fault> {
    let tz = rule(desk, d).and_then(|r| zone(desk, r)).unwrap_or("UTC");
    monthly(tx, desk, d.account, month, tz)
}
fn fingerprint(d: &Deliverable) -> String {
    let hash = Sha256::new().chain_update(&d.words).chain_update([0]).chain_update(&d.numbers).finalize();
    hash.iter().fold(String::new(), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}
fn note(cx: &mut Act, by: Option<PersonId>, d: &Deliverable, key: &'static str) -> Result<(), Fault> {
    let body = json!({"deliverable": d.id.to_string(), "rule": d.rule, "period": d.period, "due_at": d.due_at.to_string(), "hash": d.hash});
    log::write(cx, vec![Line::audit(by, Some(d.account), key, body)])?;
    Ok(())
}
/// Who hears of a step: the customer's managers and contact when it is handed over, the TAM when it is accepted or went back.
fn told_of(cx: &mut Act, d: &Deliverable, step: Step) -> Result<Vec<PersonId>, Fault> {
    let Some(account) = store::account::find(cx.tx, d.account)? else { return Ok(Vec::new()) };
    Ok(match step {
        Step::Deliver => {
            let people = store::person::list_of_account(cx.tx, d.account, None, 200)?;
            let managers = people.into_iter().filter(|p| p.active && p.role == domain::people::Role::CustomerManager).map(|p| p.id);
            let mut all: Vec<PersonId> = managers.chain(account.contact).collect();
            all.sort();
            all.dedup();
            all
        }
        Step::Accept => account.tam.into_iter().chain(d.delivered.map(|(by, _)| by)).collect::<std::collections::BTreeSet<_>>().into_iter().collect(),
        Step::Approve | Step::Reopen => d.author.into_iter().collect(),
    })
}
fn tell(cx: &mut Act, bag: &mut Bag, person: PersonId, d: &Deliverable, topic: &str) -> Result<(), Fault> {
    let account = store::account::find(cx.tx, d.account)?.map(|a| a.name).unwrap_or_default();
    let title = rule(cx.desk, d).map(|r| r.title.0.clone()).unwrap_or_default();
    let args = json!({"deliverable": d.id.to_string(), "account": account, "title": title, "period": d.period, "due_at": d.due_at.to_string()});
    notify::tell_person(cx, bag, person, None, args, &Telling { topic, args: serde_json::Value::Null, urgent: false })
}
/// Tells whoever owes it that it is late, once. Returns whether it was told now.
pub(crate) fn tell_late(cx: &mut Act, id: DeliverableId) -> Result<bool, Fault> {
    cx.tx.lock(&id.to_string())?;
    let Some(mut d) = store::deliverable::find(cx.tx, id)?.filter(|d| !d.late_told && d.delivered.is_none() && d.due_at < cx.now) else {
        return Ok(false);
    };
    d.late_told = true;
    put(cx, &mut d)?;
    note(cx, None, &d, "deliverable.late")?;
    let mut bag = Bag::default();
    let tam = store::account::find(cx.tx, d.account)?.and_then(|a| a.tam);
    let people = match tam {
        Some(tam) => vec![tam],
        None => store::person::list_on_duty(cx.tx, "duty_chief", cx.now)?,
    };
    for person in people {
        tell(cx, &mut bag, person, &d, "deliverable.late")?;
    }
    bag.post(cx)?;
    Ok(true)
}
