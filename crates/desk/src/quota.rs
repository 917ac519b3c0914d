//! What a plan grants by the piece, taken for a case or a service; why it would be refused, asked before it is tried; what is given beyond
//! the plan; and the ledger of all of it.
use crate::form::Form;
use crate::log::{self, Line};
use crate::ticket::Hindrance;
use crate::{Act, Desk, Fault, Flaw, limits as bounds};
use domain::kit::{AccountId, At, OrderId, PersonId};
use domain::people::{KeepQuota, Leave, ReadAccount};
use domain::plan::{PlanBook, QuotaRule};
use domain::quota::{Dimension, EntryKind, Limits, QuotaRefusal, may_take};
use jiff::tz::TimeZone;
use serde_json::json;
use store::db::Tx;
use store::log::Audience;
use store::person::Named;
use store::quota::{self, Entry};
use store::ticket::Case;

const BOOST: &str = "urgent_boost";

/// An urgent boost spends the account's quota, checked and taken in one guarded statement.
/// Errors: Refused `quota.not_in_plan`, `quota.used_up`.
pub(crate) fn take_boost(cx: &mut Act, case: &Case, by: PersonId) -> Result<(), Fault> {
    let why = match take(cx, BOOST, &case.plan, case, by)? {
        Taken::Yes => return Ok(()),
        Taken::NotInPlan => not_in_plan(case),
        Taken::UsedUp(rule) => used_up(rule, cx.now),
    };
    Err(Fault::Refused { code: why.code, args: why.args })
}
pub(crate) enum Taken<'b> {
    Yes,
    NotInPlan,
    /// Of this there is none left.
    UsedUp(&'b QuotaRule),
}
/// Takes one of a counted quota for a case, once for each of its lives. On `UsedUp` nothing is left taken.
pub(crate) fn take<'a>(cx: &mut Act<'a, '_>, id: &str, plan: &str, case: &Case, by: PersonId) -> Result<Taken<'a>, Fault> {
    let desk: &'a Desk = cx.desk;
    let book = desk.shelves().book(plan).ok_or_else(|| Fault::internal(format!("plan {plan} is gone")))?;
    let Some(rule) = counted(book, id) else { return Ok(Taken::NotInPlan) };
    let entry = Entry {
        account: case.ticket.account,
        quota: rule.id.clone(),
        period: period_of(rule, cx.now),
        idem: format!("{}/{}", case.ticket.id, case.ticket.cycle),
        kind: EntryKind::Consume,
        count: 1,
        days: 0,
        reason: None,
        service: None,
        order: None,
        ticket: Some(case.ticket.id),
        actor: Some(by),
        at: cx.now,
    };
    let taken = quota::take(cx.tx, &entry, rule.count, rule.days)?;
    Ok(if taken { Taken::Yes } else { Taken::UsedUp(rule) })
}
/// Why the quota would refuse a boost now; nothing is taken.
pub(crate) fn boost_hindrance(tx: &mut Tx, desk: &Desk, case: &Case, now: At) -> Result<Option<Hindrance>, Fault> {
    let Some(rule) = desk.shelves().book(&case.plan).and_then(|b| counted(b, BOOST)) else { return Ok(Some(not_in_plan(case))) };
    let balance = quota::balance(tx, case.ticket.account, &rule.id, &period_of(rule, now))?;
    Ok(may_take(&limits(rule), &balance, 1, 0).is_err().then(|| used_up(rule, now)))
}
fn counted<'b>(book: &'b PlanBook, id: &str) -> Option<&'b QuotaRule> {
    book.quotas.iter().find(|q| q.id == id && !q.purchased)
}
/// The period that runs now; `-` without periods.
pub fn period_of(rule: &QuotaRule, now: At) -> String {
    domain::quota::period_key(rule.period, &rule.tz, now).unwrap_or_else(|| "-".into())
}
fn not_in_plan(case: &Case) -> Hindrance {
    Hindrance { code: "quota.not_in_plan", args: vec![("quota", BOOST.into()), ("plan", case.plan.clone())] }
}
/// With the instant from which there is some again, where the quota has periods.
fn used_up(rule: &QuotaRule, now: At) -> Hindrance {
    let limit = rule.count.map(|c| c.to_string()).unwrap_or_default();
    let mut args = vec![("quota", rule.id.clone()), ("limit", limit), ("period", period_of(rule, now))];
    args.extend(domain::quota::period_ends(rule.period, &rule.tz, now).map(|back| ("back_at", back.to_string())));
    Hindrance { code: "quota.used_up", args }
}

/// What the plan itself gives in a period.
pub fn limits(rule: &QuotaRule) -> Limits {
    Limits { count: rule.count, days: rule.days }
}
/// Writes a line by the ledger's rule. Errors: Refused `quota.used_up`, `quota.days_used_up`, `quota.not_held`; Invalid.
pub(crate) fn post(cx: &mut Act, entry: &Entry, limits: &Limits) -> Result<(), Fault> {
    quota::post(cx.tx, entry, limits)?.map_err(|refusal| {
        let why = refused(refusal, &entry.quota, &entry.period);
        Fault::Refused { code: why.code, args: why.args }
    })
}
/// A refusal of the ledger as others read it.
pub(crate) fn refused(refusal: QuotaRefusal, quota: &str, period: &str) -> Hindrance {
    let mut args = vec![("quota", quota.to_string()), ("period", period.to_string())];
    match refusal {
        QuotaRefusal::UsedUp { dimension, left, asked } => {
            let code = if dimension == Dimension::Count { "quota.count_used_up" } else { "quota.days_used_up" };
            args.extend([("left", left.to_string()), ("asked", asked.to_string())]);
            Hindrance { code, args }
        }
        QuotaRefusal::NotHeld { held, asked, .. } => {
            args.extend([("held", held.to_string()), ("asked", asked.to_string())]);
            Hindrance { code: "quota.not_held", args }
        }
        QuotaRefusal::BadAmount => Hindrance { code: "quota.bad_amount", args },
    }
}

/// The most that is given or taken by one line.
const AMOUNT_MAX: i64 = 10_000;
/// How far from now, in periods, a line may lie.
const PERIODS_MAX: i64 = 24;

/// More of a quota than the plan gives, less of what was given, or the end of it.
#[derive(Debug, Clone)]
pub struct NewEntry {
    pub account: AccountId,
    pub quota: String,
    /// Grant, expire or adjust.
    pub kind: EntryKind,
    pub count: i64,
    pub days: i64,
    /// `None`: the one that runs now.
    pub period: Option<String>,
    pub reason: String,
    pub order: Option<OrderId>,
}
/// Writes such a line. Errors: NotFound, Invalid, Refused `quota.not_held`, `quota.not_in_plan`.
pub fn enter(cx: &mut Act, leave: &Leave<KeepQuota>, new: &NewEntry) -> Result<Entry, Fault> {
    let who = leave.actor();
    store::account::find(cx.tx, new.account)?.ok_or(Fault::NotFound)?;
    let book = crate::account::plan_at(cx.tx, cx.desk, new.account, cx.now)?;
    let Some(rule) = book.quotas.iter().find(|q| q.id == new.quota) else {
        return Err(Fault::Refused { code: "quota.not_in_plan", args: vec![("quota", new.quota.clone()), ("plan", book.id.clone())] });
    };
    let mut form = Form::new();
    let reason = form.line("reason", &new.reason, bounds::SUBJECT_CHARS_MAX);
    let least = if new.kind == EntryKind::Adjust { -AMOUNT_MAX } else { 0 };
    for (field, amount) in [("count", new.count), ("days", new.days)] {
        if !(least..=AMOUNT_MAX).contains(&amount) {
            form.flaw(Flaw::new(field, "out_of_range").with("min", least).with("max", AMOUNT_MAX));
        }
    }
    form.must((new.count, new.days) != (0, 0), "count", "missing");
    let period = new.period.clone().unwrap_or_else(|| period_of(rule, cx.now));
    form.must(is_near(rule, &period, cx.now), "period", "no_such_period");
    if let Some(order) = new.order {
        let own = store::account::list_orders(cx.tx, new.account)?.iter().any(|o| o.id == order);
        form.must(own, "order", "no_such_order");
    }
    form.done()?;
    let line: OrderId = cx.fresh();
    let entry = Entry {
        account: new.account,
        quota: rule.id.clone(),
        period,
        idem: format!("{}/{}", new.kind.key(), line.to_string().trim_start_matches("ord_")),
        kind: new.kind,
        count: new.count,
        days: new.days,
        reason: Some(reason),
        ticket: None,
        service: None,
        order: new.order,
        actor: Some(who.person),
        at: cx.now,
    };
    post(cx, &entry, &limits(rule))?;
    let key = match new.kind {
        EntryKind::Grant => "quota.granted",
        EntryKind::Expire => "quota.expired",
        _ => "quota.adjusted",
    };
    let body = json!({"quota": entry.quota, "period": entry.period, "count": entry.count, "days": entry.days, "reason": entry.reason});
    log::write(cx, vec![Line { account: Some(new.account), ticket: None, actor: Some(who.person), key, audience: Audience::Public, body }])?;
    Ok(entry)
}
/// A period of this quota, not too far from now.
fn is_near(rule: &QuotaRule, period: &str, now: At) -> bool {
    let Ok(tz) = TimeZone::get(&rule.tz) else { return false };
    let (today, months) = (now.date_in(&tz).first_of_month(), |n: i64| jiff::Span::new().months(n));
    (-PERIODS_MAX..=PERIODS_MAX).any(|n| today.checked_add(months(n)).is_ok_and(|day| domain::quota::period_of(rule.period, day) == period))
}
/// An account's ledger, newest first, and whoever its lines name; `before` is the place of the last line seen. Errors: NotFound.
pub fn ledger(
    tx: &mut Tx,
    leave: &Leave<ReadAccount>,
    account: AccountId,
    quota: Option<&str>,
    before: Option<(At, &str)>,
    limit: u32,
) -> Result<(Vec<Entry>, Vec<Named>), Fault> {
    crate::account::get(tx, leave, account)?;
    if quota.is_some_and(|q| q.contains('\0')) {
        return Err(Fault::invalid("quota", "control_character"));
    }
    let lines = quota::list(tx, account, quota, before, limit.clamp(1, bounds::PAGE_MAX))?;
    let people = named(tx, lines.iter().filter_map(|l| l.actor))?;
    Ok((lines, people))
}
/// These people by name, each once.
pub(crate) fn named(tx: &mut Tx, ids: impl Iterator<Item = PersonId>) -> Result<Vec<Named>, Fault> {
    let mut ids: Vec<PersonId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(store::person::list_named(tx, &ids)?)
}
