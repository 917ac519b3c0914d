//! What a plan grants by the piece, taken for a case; and why it would be refused, asked before it is tried.
use crate::ticket::Hindrance;
use crate::{Act, Desk, Fault};
use domain::kit::{At, PersonId};
use domain::plan::{PlanBook, QuotaRule};
use store::db::Tx;
use store::quota;
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
    let entry = quota::Entry {
        account: case.ticket.account,
        quota: rule.id.clone(),
        period: period_of(rule, cx.now),
        idem: format!("{}/{}", case.ticket.id, case.ticket.cycle),
        kind: "consume".into(),
        count: 1,
        days: 0,
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
    let (count, days) = quota::used(tx, case.ticket.account, &rule.id, &period_of(rule, now))?;
    let is_full = |limit: Option<u32>, wanted: i64| limit.is_some_and(|l| wanted > i64::from(l));
    Ok((is_full(rule.count, count + 1) || is_full(rule.days, days)).then(|| used_up(rule, now)))
}
fn counted<'b>(book: &'b PlanBook, id: &str) -> Option<&'b QuotaRule> {
    book.quotas.iter().find(|q| q.id == id && !q.purchased)
}
fn period_of(rule: &QuotaRule, now: At) -> String {
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
