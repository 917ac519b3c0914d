//! Services that are booked ahead: asked for within the plan's scope, lead time and quota; planned, watched, reported on, accepted.
mod act;
mod sheet;
mod tell;
mod weigh;

pub use act::{Doing, act, note};
pub use sheet::SheetIn;
pub(crate) use tell::tell_late;
pub use weigh::{Choice, Choices, Weighed, Wish, choices, preview};

use crate::form::Form;
use crate::quota::named;
use crate::ticket::{Hindrance, Offer};
use crate::{Act, Desk, Fault, Flaw, limits};
use domain::booking::{DAYS_MAX, Doers, Kind, Refusal, Service, dues};
use domain::kit::{AccountId, At, ServiceId, TicketId};
use domain::people::{Actor, Deed, KeepService, Leave, ReadService, RequestService};
use domain::plan::QuotaRule;
use domain::quota::{EntryKind, Share, shares};
use jiff::civil::Date;
use serde_json::json;
use store::account::Account;
use store::booking::{Booking, Check, Conflict, Filter, Line, Step, Worker};
use store::db::Tx;
use store::person::Named;
use store::quota::Entry;

const PRODUCTS_MAX: usize = 50;
/// Lines of the watch log that are shown with a service.
pub const LINES_SHOWN: u32 = 100;

/// A request.
#[derive(Debug, Clone)]
pub struct NewService {
    /// A customer's own unless said.
    pub account: Option<AccountId>,
    pub kind: Kind,
    /// What a project is about; empty for every other kind.
    pub topic: String,
    pub subject: String,
    pub wishes: String,
    pub products: Vec<String>,
    pub first: Date,
    pub days: u32,
    /// The case it is about.
    pub ticket: Option<TicketId>,
    /// Why it may begin sooner than the plan says; for those who keep services.
    pub waive_lead: Option<String>,
}

/// Asks for a service; what it takes of a quota is reserved at once, in every period it lies on or in none.
/// Errors: NotFound, Invalid, Forbidden, Refused `service.not_in_plan`, `service.product_not_listed`, `service.too_early`,
/// `quota.count_used_up`, `quota.days_used_up`.
pub fn request(cx: &mut Act, leave: &Leave<RequestService>, new: &NewService) -> Result<Booking, Fault> {
    let who = leave.actor();
    let account = whose(cx.tx, who, new.account)?;
    if new.waive_lead.is_some() && !KeepService::may(who.role) {
        return Err(Fault::Forbidden { deed: KeepService::NAME });
    }
    let mut form = Form::new();
    let subject = form.line("subject", &new.subject, limits::SUBJECT_CHARS_MAX);
    form.body("wishes", &new.wishes, limits::MESSAGE_BYTES_MAX);
    let products = products(&mut form, &new.products);
    let lead_waived = new.waive_lead.as_ref().map(|why| form.line("waive_lead", why, limits::SUBJECT_CHARS_MAX));
    if let Some(ticket) = new.ticket {
        let own = store::ticket::find(cx.tx, ticket)?.is_some_and(|c| c.ticket.account == account.id);
        form.must(own, "ticket", "no_such_case");
    }
    form.done()?;
    let wish = Wish { kind: new.kind, topic: new.topic.clone(), products: products.clone(), first: new.first, days: new.days };
    let weighed = weigh::weigh(cx.tx, cx.desk, account.id, &wish, lead_waived.is_some(), cx.now)?;
    let Some(terms) = weighed.terms.filter(|_| weighed.why.is_none()) else { return Err(refused(weighed.why)) };
    let exempts = terms.rule.is_some_and(|r| r.exempt_when.is_some());
    let booking = Booking {
        id: cx.fresh(),
        account: account.id,
        is: Service::requested(new.kind, terms.rule.is_some(), exempts),
        plan: terms.book.id.clone(),
        quota: terms.rule.map(|r| r.id.clone()),
        topic: new.topic.clone(),
        subject,
        wishes: new.wishes.trim().to_string(),
        products,
        first: new.first,
        last: weigh::last_day(new.first, new.days),
        days: new.days,
        ticket: new.ticket,
        by: who.person,
        at: cx.now,
        // Said where it was not needed, it is not noted.
        lead_waived: lead_waived.filter(|_| weighed.earliest.is_none_or(|e| new.first < e)),
        reason: None,
        run_book: String::new(),
        rehearsal: None,
        dashboard: String::new(),
        meeting: String::new(),
        planned_at: None,
        report: None,
        reported_at: None,
        stars: None,
        comment: String::new(),
        lines: 0,
        closed_at: None,
        updated_at: cx.now,
        version: 1,
    };
    store::booking::put_new(cx.tx, &booking)?;
    post(cx, &booking, EntryKind::Reserve, who, None)?;
    let promised = terms.book.deliverables.iter().find(|d| booking.quota.as_ref().is_some_and(|q| d.per.contains(q)));
    let report_days = promised.and_then(|d| d.due_working_days);
    for due in dues(terms.calendar, new.kind, terms.today, (booking.first, booking.last), report_days) {
        store::booking::put_due(cx.tx, booking.id, &due)?;
    }
    let body = json!({"first_day": booking.first.to_string(), "days": booking.days, "lead_waived": booking.lead_waived});
    tell::happened(cx, &account, &booking, Some(who.person), "service.requested", body)?;
    cx.tx.nudge("clock");
    Ok(booking)
}
fn refused(why: Option<Hindrance>) -> Fault {
    why.map_or_else(|| Fault::internal("refused without a reason"), |why| Fault::Refused { code: why.code, args: why.args })
}
fn products(form: &mut Form, asked: &[String]) -> Vec<String> {
    if asked.len() > PRODUCTS_MAX {
        form.flaw(Flaw::new("products", "too_many").with("max", PRODUCTS_MAX));
        return Vec::new();
    }
    asked.iter().enumerate().map(|(i, p)| form.line(&format!("products[{i}]"), p, 100)).collect()
}
/// The account asked about, if it may be known. Errors: NotFound, Invalid.
fn whose(tx: &mut Tx, who: &Actor, named: Option<AccountId>) -> Result<Account, Fault> {
    let id = named.or(who.account).ok_or_else(|| Fault::invalid("account", "missing"))?;
    store::account::find(tx, id)?.filter(|a| a.active && who.may_know(a.id)).ok_or(Fault::NotFound)
}
/// The rule of the book a service was booked under.
fn rule_of<'d>(desk: &'d Desk, b: &Booking) -> Option<&'d QuotaRule> {
    desk.shelves().book(&b.plan)?.quotas.iter().find(|q| Some(&q.id) == b.quota.as_ref())
}
fn shares_of(rule: &QuotaRule, b: &Booking) -> Vec<Share> {
    shares(rule.period, b.first, b.days)
}
/// One kind of line for each period a service lies on; nothing for what is not counted.
fn post(cx: &mut Act, b: &Booking, kind: EntryKind, who: &Actor, reason: Option<&str>) -> Result<(), Fault> {
    let Some(rule) = rule_of(cx.desk, b) else { return Ok(()) };
    for share in shares_of(rule, b) {
        let entry = Entry {
            account: b.account,
            quota: rule.id.clone(),
            period: share.period,
            idem: format!("{}/{}", b.id, kind.key()),
            kind,
            count: share.count.into(),
            days: share.days.into(),
            reason: reason.map(str::to_string).or_else(|| Some(b.subject.clone())),
            ticket: b.ticket,
            service: Some(b.id),
            order: None,
            actor: Some(who.person),
            at: cx.now,
        };
        crate::quota::post(cx, &entry, &crate::quota::limits(rule))?;
    }
    Ok(())
}

/// A service with everything that belongs to it.
pub struct Seen {
    pub booking: Booking,
    pub account: Account,
    pub workers: Vec<Worker>,
    pub checks: Vec<Check>,
    pub steps: Vec<Step>,
    /// The newest [`LINES_SHOWN`], oldest first.
    pub lines: Vec<Line>,
    pub ledger: Vec<Entry>,
    /// For the vendor's people.
    pub conflicts: Vec<Conflict>,
    pub offers: Vec<Offer>,
    pub people: Vec<Named>,
}
/// Errors: NotFound.
pub fn get(tx: &mut Tx, leave: &Leave<ReadService>, id: ServiceId) -> Result<Booking, Fault> {
    store::booking::find(tx, id)?.filter(|b| leave.actor().may_know(b.account)).ok_or(Fault::NotFound)
}
/// Errors: NotFound.
pub fn see(tx: &mut Tx, leave: &Leave<ReadService>, id: ServiceId) -> Result<Seen, Fault> {
    let (who, booking) = (leave.actor(), get(tx, leave, id)?);
    let account = store::account::find(tx, booking.account)?.ok_or(Fault::NotFound)?;
    let workers = store::booking::list_workers(tx, id)?;
    let conflicts = match who.role.is_staff() && booking.is.stage.is_busy() {
        true => store::booking::list_conflicts(tx, &booking, &workers)?,
        false => Vec::new(),
    };
    let checks = store::booking::list_checks(tx, id)?;
    let mut lines = store::booking::list_lines(tx, id, None, LINES_SHOWN)?;
    lines.reverse();
    let ledger = store::quota::list_of_service(tx, id)?;
    let doers = Doers::of(who, account.contact == Some(who.person));
    let offers = domain::booking::offers(&booking.is, doers).into_iter().map(|(c, why)| Offer { act: c.key(), why: why.map(hindrance) }).collect();
    let ids = [booking.by].into_iter().chain(workers.iter().map(|w| w.person)).chain(checks.iter().filter_map(|c| c.done_by));
    let ids = ids.chain(lines.iter().map(|l| l.by)).chain(ledger.iter().filter_map(|e| e.actor)).chain(account.tam);
    let people = named(tx, ids.collect::<Vec<_>>().into_iter())?;
    let steps = store::booking::list_steps(tx, id)?;
    Ok(Seen { booking, account, workers, checks, steps, lines, ledger, conflicts, offers, people })
}
fn hindrance(r: Refusal) -> Hindrance {
    let args = match r {
        Refusal::NotNow(stage) => vec![("stage", stage.key().to_string())],
        _ => Vec::new(),
    };
    Hindrance { code: r.key(), args }
}
/// A page of services, with who asked for them and whose they are.
pub struct Listed {
    pub bookings: Vec<Booking>,
    pub people: Vec<Named>,
    pub accounts: Vec<(AccountId, String)>,
}
/// One page of services, latest first day first, with who asked and whose they are. Customers see their own account's.
pub fn list(tx: &mut Tx, leave: &Leave<ReadService>, filter: &Filter, before: Option<(Date, ServiceId)>, limit: u32) -> Result<Listed, Fault> {
    let who = leave.actor();
    let account = if who.role.is_staff() { filter.account } else { who.account };
    let hidden = !who.role.is_staff() && (account.is_none() || filter.account.is_some_and(|a| Some(a) != account));
    if hidden {
        return Err(Fault::NotFound);
    }
    let bookings = store::booking::list(tx, &Filter { account, ..filter.clone() }, before, limit.clamp(1, limits::PAGE_MAX))?;
    let people = named(tx, bookings.iter().map(|b| b.by))?;
    let mut ids: Vec<AccountId> = bookings.iter().map(|b| b.account).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(Listed { accounts: store::account::list_named(tx, &ids)?, bookings, people })
}
/// The watch log, newest first. Errors: NotFound.
pub fn lines(tx: &mut Tx, leave: &Leave<ReadService>, id: ServiceId, before: Option<u32>, limit: u32) -> Result<(Vec<Line>, Vec<Named>), Fault> {
    get(tx, leave, id)?;
    let lines = store::booking::list_lines(tx, id, before, limit.clamp(1, limits::PAGE_MAX))?;
    let people = named(tx, lines.iter().map(|l| l.by))?;
    Ok((lines, people))
}
/// The days a service may last.
fn days_fit(form: &mut Form, days: u32) {
    if !(1..=DAYS_MAX).contains(&days) {
        form.flaw(Flaw::new("days", "out_of_range").with("min", 1).with("max", DAYS_MAX));
    }
}
/// Whether a service is late with something, and what it must reach next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub late: bool,
    pub next: Option<Step>,
}
/// Where these services stand, in their order.
pub fn standings(tx: &mut Tx, bookings: &[Booking], now: At) -> Result<Vec<Standing>, Fault> {
    let busy: Vec<ServiceId> = bookings.iter().filter(|b| b.is.stage.is_busy()).map(|b| b.id).collect();
    let steps = store::booking::list_steps_of(tx, &busy)?;
    let standing = |b: &Booking| {
        let open = || steps.get(&b.id).into_iter().flatten().filter(|s| s.done_at.is_none());
        Standing { late: open().any(|s| s.due_at <= now), next: open().next().cloned() }
    };
    Ok(bookings.iter().map(standing).collect())
}
