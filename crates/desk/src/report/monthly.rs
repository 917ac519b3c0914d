//! A customer's month: what was asked, how the promises fared, what of the plan was used.
use crate::{Desk, Fault, account};
use domain::calendar::Month;
use domain::kit::{AccountId, At, Span};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::db::Tx;
use store::report::{Case, Promise};

/// A report looks at so many cases and promises of a month, the oldest.
const LOOKED_AT_MAX: u32 = 50_000;
/// So many cases and broken promises are listed one by one.
const LISTED_MAX: usize = 500;

/// Everything a monthly report says in numbers. Instants RFC 3339 UTC, lengths in whole seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monthly {
    pub account: String,
    pub account_number: String,
    pub account_name: String,
    /// `2025-09`
    pub month: String,
    /// Whose days the month consists of.
    pub tz: String,
    pub from: String,
    pub to: String,
    /// Plans in force during the month, in order.
    pub plans: Vec<OnPlan>,
    pub now: Totals,
    /// The month before.
    pub before: Totals,
    pub by_product: Vec<Cut>,
    pub by_severity: Vec<Cut>,
    pub by_channel: Vec<Cut>,
    pub promises: Vec<PromiseSum>,
    pub broken: Vec<Broken>,
    pub quotas: Vec<QuotaSum>,
    pub cases: Vec<CaseLine>,
    /// More than was looked at, or than is listed.
    pub more: bool,
}
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnPlan {
    pub plan: String,
    pub from: String,
    pub to: String,
}
/// Sums over one month. Promises are those made in it, as they stand when the report is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub opened: u64,
    pub resolved: u64,
    /// Opened by the month's end and not resolved by then.
    pub unresolved: u64,
    pub kept: u64,
    pub broken: u64,
    /// Of the broken ones, excused with a reason.
    pub waived: u64,
    pub running: u64,
    pub rated: u64,
    pub stars: u64,
    /// Half of the cases opened in the month had their first answer within; of those that have one.
    pub first_answer_median_s: Option<i64>,
    /// The same to the resolution of cases resolved in the month.
    pub resolve_median_s: Option<i64>,
}
/// Cases opened and promises made that have something in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    pub key: String,
    pub opened: u64,
    pub kept: u64,
    pub broken: u64,
}
/// One row of a plan's promises, and how it fared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseSum {
    pub plan: String,
    pub promise: String,
    pub row: String,
    pub made: u64,
    pub kept: u64,
    pub broken: u64,
    pub waived: u64,
    pub running: u64,
    /// Lost their object: taken back, merged, re-targeted.
    pub cancelled: u64,
}
/// A promise that was broken, and what is known about why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    pub number: String,
    pub subject: String,
    pub plan: String,
    pub promise: String,
    pub row: String,
    pub due_at: String,
    /// Absent: still owed.
    pub met_at: Option<String>,
    /// From the due instant to when it was met, on the wall clock.
    pub late_s: Option<i64>,
    pub waited_customer_s: i64,
    pub waited_vendor_s: i64,
    pub waited_product_s: i64,
    pub waived: bool,
}
/// What of a quota was used in the period the month lies in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaSum {
    pub plan: String,
    pub quota: String,
    pub edition: Option<String>,
    pub period: String,
    pub limit_count: Option<u32>,
    pub limit_days: Option<u32>,
    pub purchased: bool,
    pub used_count: i64,
    pub used_days: i64,
}
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLine {
    pub number: String,
    pub subject: String,
    pub product: String,
    pub severity: String,
    pub channel: String,
    pub opened_at: String,
    pub first_reply_at: Option<String>,
    pub resolved_at: Option<String>,
    pub stars: Option<u32>,
}

/// The numbers of one month, reckoned now. `tz`: whose days. Errors: NotFound, Internal for an unknown zone.
pub fn monthly(tx: &mut Tx, desk: &Desk, id: AccountId, month: Month, tz: &str) -> Result<Monthly, Fault> {
    let account = store::account::find(tx, id)?.ok_or(Fault::NotFound)?;
    let zone = TimeZone::get(tz).map_err(|_| Fault::internal(format!("no zone {tz}")))?;
    let (from, to) = (start(month, &zone)?, start(next(month)?, &zone)?);
    let (cases, promises) = (opened(tx, id, from, to)?, promised(tx, id, from, to)?);
    let before = start(Month::of(month.first_day().yesterday().map_err(Fault::internal)?), &zone)?;
    let before = {
        let (cases, promises) = (opened(tx, id, before, from)?, promised(tx, id, before, from)?);
        totals(tx, id, before, from, &cases, &promises)?
    };
    let plans = plans(tx, desk, id, from, to)?;
    Ok(Monthly {
        account: id.to_string(),
        account_number: account.number,
        account_name: account.name,
        month: month.to_string(),
        tz: tz.into(),
        from: from.to_string(),
        to: to.to_string(),
        now: totals(tx, id, from, to, &cases, &promises)?,
        before,
        by_product: cut(&cases, &promises, |c| &c.product, |p| &p.product),
        by_severity: cut(&cases, &promises, |c| &c.severity, |p| &p.severity),
        by_channel: cut(&cases, &promises, |c| &c.channel, |p| &p.channel),
        promises: rows(&promises),
        broken: promises.iter().filter(|p| p.broken_at.is_some()).take(LISTED_MAX).map(|p| broken(desk, p)).collect(),
        quotas: quotas(tx, desk, id, &plans, to)?,
        plans,
        more: cases.len().max(promises.len()) >= LOOKED_AT_MAX as usize || cases.len() > LISTED_MAX,
        cases: cases.iter().take(LISTED_MAX).map(|c| line(desk, c)).collect(),
    })
}
fn next(month: Month) -> Result<Month, Fault> {
    Ok(Month::of(month.last_day().tomorrow().map_err(Fault::internal)?))
}
/// The first instant of a month in a zone.
fn start(month: Month, zone: &TimeZone) -> Result<At, Fault> {
    zone.to_ambiguous_timestamp(month.first_day().at(0, 0, 0, 0)).compatible().map(At::from).map_err(Fault::internal)
}
fn opened(tx: &mut Tx, id: AccountId, from: At, to: At) -> Result<Vec<Case>, Fault> {
    Ok(store::report::opened(tx, id, from, to, LOOKED_AT_MAX)?)
}
fn promised(tx: &mut Tx, id: AccountId, from: At, to: At) -> Result<Vec<Promise>, Fault> {
    Ok(store::report::promised(tx, id, from, to, LOOKED_AT_MAX)?)
}

fn totals(tx: &mut Tx, id: AccountId, from: At, to: At, cases: &[Case], promises: &[Promise]) -> Result<Totals, Fault> {
    let resolved = store::report::resolved(tx, id, from, to, LOOKED_AT_MAX)?;
    let count = |fits: fn(&Promise) -> bool| promises.iter().filter(|p| fits(p)).count() as u64;
    let stars = || cases.iter().filter_map(|c| c.stars);
    Ok(Totals {
        opened: cases.len() as u64,
        resolved: resolved.len() as u64,
        unresolved: store::report::unresolved(tx, id, to, LOOKED_AT_MAX)?,
        kept: count(is_kept),
        broken: count(is_broken),
        waived: count(|p| is_broken(p) && p.waived),
        running: count(is_running),
        rated: stars().count() as u64,
        stars: stars().map(u64::from).sum(),
        first_answer_median_s: median(cases.iter().filter_map(|c| Some(c.first_reply_at? - c.opened_at)).collect()),
        resolve_median_s: median(resolved.iter().filter_map(|c| Some(c.resolved_at? - c.opened_at)).collect()),
    })
}
fn is_broken(p: &Promise) -> bool {
    p.broken_at.is_some()
}
fn is_kept(p: &Promise) -> bool {
    !is_broken(p) && p.ending.as_deref() == Some("fulfilled")
}
fn is_running(p: &Promise) -> bool {
    !is_broken(p) && p.ending.is_none()
}
/// The lower one of the two in the middle, in whole seconds.
fn median(mut lengths: Vec<Span>) -> Option<i64> {
    lengths.sort();
    let middle = lengths.len().checked_sub(1)? / 2;
    lengths.get(middle).map(|l| l.as_seconds())
}
/// The most asked about first.
fn cut(cases: &[Case], promises: &[Promise], of_case: fn(&Case) -> &str, of_promise: fn(&Promise) -> &str) -> Vec<Cut> {
    let mut all: BTreeMap<&str, Cut> = BTreeMap::new();
    for case in cases {
        all.entry(of_case(case)).or_default().opened += 1;
    }
    for p in promises {
        let cut = all.entry(of_promise(p)).or_default();
        cut.kept += u64::from(is_kept(p));
        cut.broken += u64::from(is_broken(p));
    }
    let mut cuts: Vec<Cut> = all.into_iter().map(|(key, cut)| Cut { key: key.to_string(), ..cut }).collect();
    cuts.sort_by_key(|c| std::cmp::Reverse((c.opened, c.kept + c.broken)));
    cuts
}
fn rows(promises: &[Promise]) -> Vec<PromiseSum> {
    let mut all: BTreeMap<(&str, &str, &str), PromiseSum> = BTreeMap::new();
    for p in promises {
        let sum = all.entry((&p.plan, &p.promise, &p.row)).or_default();
        sum.made += 1;
        sum.kept += u64::from(is_kept(p));
        sum.broken += u64::from(is_broken(p));
        sum.waived += u64::from(is_broken(p) && p.waived);
        sum.running += u64::from(is_running(p));
        sum.cancelled += u64::from(!is_kept(p) && !is_broken(p) && !is_running(p));
    }
    let named = |((plan, promise, row), sum): ((&str, &str, &str), PromiseSum)| PromiseSum {
        plan: plan.into(),
        promise: promise.into(),
        row: row.into(),
        ..sum
    };
    all.into_iter().map(named).collect()
}
fn broken(desk: &Desk, p: &Promise) -> Broken {
    let due = p.due_at.or(p.broken_at).unwrap_or(p.base_at);
    let met = p.ended_at.filter(|_| p.ending.as_deref() == Some("fulfilled"));
    Broken {
        number: desk.number_text(p.number),
        subject: p.subject.clone(),
        plan: p.plan.clone(),
        promise: p.promise.clone(),
        row: p.row.clone(),
        due_at: due.to_string(),
        met_at: met.map(|at| at.to_string()),
        late_s: met.map(|at| (at - due).as_seconds()),
        waited_customer_s: p.waited_customer.as_seconds(),
        waited_vendor_s: p.waited_vendor.as_seconds(),
        waited_product_s: p.waited_product.as_seconds(),
        waived: p.waived,
    }
}
fn line(desk: &Desk, c: &Case) -> CaseLine {
    CaseLine {
        number: desk.number_text(c.number),
        subject: c.subject.clone(),
        product: c.product.clone(),
        severity: c.severity.clone(),
        channel: c.channel.clone(),
        opened_at: c.opened_at.to_string(),
        first_reply_at: c.first_reply_at.map(|at| at.to_string()),
        resolved_at: c.resolved_at.map(|at| at.to_string()),
        stars: c.stars,
    }
}
/// Which plan version was in force when, by the orders; the basic plan where none was.
fn plans(tx: &mut Tx, desk: &Desk, id: AccountId, from: At, to: At) -> Result<Vec<OnPlan>, Fault> {
    let mut turns: Vec<At> = store::account::list_orders(tx, id)?.iter().flat_map(|o| [Some(o.starts_at), o.ends_at]).flatten().collect();
    turns.push(from);
    turns.retain(|at| *at >= from && *at < to);
    turns.sort();
    turns.dedup();
    let mut plans: Vec<OnPlan> = Vec::new();
    for (i, at) in turns.iter().enumerate() {
        let plan = account::plan_at(tx, desk, id, *at)?.id.clone();
        let end = turns.get(i + 1).copied().unwrap_or(to).to_string();
        match plans.last_mut().filter(|last| last.plan == plan) {
            Some(last) => last.to = end,
            None => plans.push(OnPlan { plan, from: at.to_string(), to: end }),
        }
    }
    Ok(plans)
}
/// Every quota of the plan in force at the month's end, in the period its last instant lies in.
fn quotas(tx: &mut Tx, desk: &Desk, id: AccountId, plans: &[OnPlan], to: At) -> Result<Vec<QuotaSum>, Fault> {
    let Some(book) = plans.last().and_then(|p| desk.shelves().book(&p.plan)) else { return Ok(Vec::new()) };
    let mut sums = Vec::new();
    for rule in &book.quotas {
        let period = domain::quota::period_key(rule.period, &rule.tz, to - At::TICK).unwrap_or_else(|| "-".into());
        let (used_count, used_days) = store::quota::used(tx, id, &rule.id, &period)?;
        sums.push(QuotaSum {
            plan: book.id.clone(),
            quota: rule.id.clone(),
            edition: rule.edition.clone(),
            period,
            limit_count: rule.count,
            limit_days: rule.days,
            purchased: rule.purchased,
            used_count,
            used_days,
        });
    }
    Ok(sums)
}
