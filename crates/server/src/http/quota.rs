//! What a plan grants by the piece or by the day, how much of it is used, and the ledger that proves it.
use super::App;
use super::clock::SourceOut;
use super::extract::{Json, Query};
use super::once::Write;
use super::page;
use super::problem::{Problem, ProblemOut};
use super::ticket::NameOut;
use super::wire::{AccountRef, Instant, Made, OrderRef, PersonRef, ServiceRef, TicketRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::quota::NewEntry;
use desk::{Fault, Flaw};
use domain::kit::AccountId;
use domain::people::{KeepQuota, ReadAccount};
use domain::plan::QuotaRule;
use domain::quota::{Balance, EntryKind, period_key};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::person::Named;
use store::quota::Entry;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(ledger)).routes(routes!(enter))
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuotasIn {
    /// A customer's own if not said.
    account: Option<AccountRef>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotasOut {
    /// The plan in force now.
    pub plan: String,
    pub items: Vec<QuotaOut>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotaOut {
    pub quota: String,
    pub name: BTreeMap<String, String>,
    pub edition: Option<String>,
    /// The period that runs now, as `2025-06`.
    pub period: Option<String>,
    /// Absent: as many as were bought, or without limit.
    pub limit_count: Option<u32>,
    pub limit_days: Option<u32>,
    pub purchased: bool,
    /// Of it, reserved for what is agreed and not begun.
    pub reserved_count: u32,
    pub reserved_days: u32,
    /// Given beyond the plan.
    pub granted_count: i64,
    pub granted_days: i64,
    /// Absent: does not bind.
    pub left_count: Option<u32>,
    pub left_days: Option<u32>,
    pub used_count: u32,
    pub used_days: u32,
    pub source: SourceOut,
}
/// Every quota of the plan in force, and what is used of it in this period.
#[utoipa::path(get, path = "/api/v1/quotas", tag = "accounts", operation_id = "list_quotas", params(QuotasIn), responses((status = 200, body = QuotasOut)))]
async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<QuotasIn>) -> Result<Json<QuotasOut>, Problem> {
    let leave = visitor.leave::<ReadAccount>()?;
    let account: Option<AccountId> = asked.account.map(|a| a.0).or(visitor.actor.account);
    let out = app.read(move |tx, desk, now| {
        let account = account.ok_or_else(|| Fault::Invalid(vec![Flaw::new("account", "missing")]))?;
        desk::account::get(tx, &leave, account)?;
        let book = desk::account::plan_at(tx, desk, account, now)?;
        let mut items = Vec::new();
        for rule in &book.quotas {
            let period = period_key(rule.period, &rule.tz, now);
            let balance = store::quota::balance(tx, account, &rule.id, period.as_deref().unwrap_or("-"))?;
            items.push(quota_out(rule, period, &balance));
        }
        Ok(QuotasOut { plan: book.id.clone(), items })
    });
    Ok(Json(out.await?))
}
fn quota_out(rule: &QuotaRule, period: Option<String>, b: &Balance) -> QuotaOut {
    let left = b.left(&desk::quota::limits(rule));
    QuotaOut {
        quota: rule.id.clone(),
        name: rule.name.0.clone(),
        edition: rule.edition.clone(),
        period,
        limit_count: rule.count,
        limit_days: rule.days,
        purchased: rule.purchased,
        reserved_count: b.reserved_count,
        reserved_days: b.reserved_days,
        granted_count: b.granted_count,
        granted_days: b.granted_days,
        left_count: left.count,
        left_days: left.days,
        used_count: b.used_count(),
        used_days: b.used_days(),
        source: SourceOut { document: rule.source.document.clone(), section: rule.source.section.clone() },
    }
}

/// What a line of the ledger does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKindOf {
    Grant,
    Reserve,
    Consume,
    Release,
    Exempt,
    Expire,
    Adjust,
}
impl From<EntryKind> for EntryKindOf {
    fn from(k: EntryKind) -> EntryKindOf {
        match k {
            EntryKind::Grant => EntryKindOf::Grant,
            EntryKind::Reserve => EntryKindOf::Reserve,
            EntryKind::Consume => EntryKindOf::Consume,
            EntryKind::Release => EntryKindOf::Release,
            EntryKind::Exempt => EntryKindOf::Exempt,
            EntryKind::Expire => EntryKindOf::Expire,
            EntryKind::Adjust => EntryKindOf::Adjust,
        }
    }
}
/// A line of the ledger, with what it was for.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerLine {
    pub quota: String,
    /// `2025-06`; `-` without periods.
    pub period: String,
    pub kind: EntryKindOf,
    pub count: i64,
    pub days: i64,
    pub at: Instant,
    /// Absent: the house itself.
    pub by: Option<PersonRef>,
    pub reason: Option<String>,
    pub ticket: Option<TicketRef>,
    pub service: Option<ServiceRef>,
    pub order: Option<OrderRef>,
}
pub fn line_out(e: &Entry) -> LedgerLine {
    LedgerLine {
        quota: e.quota.clone(),
        period: e.period.clone(),
        kind: e.kind.into(),
        count: e.count,
        days: e.days,
        at: e.at.into(),
        by: e.actor.map(Into::into),
        reason: e.reason.clone(),
        ticket: e.ticket.map(Into::into),
        service: e.service.map(Into::into),
        order: e.order.map(Into::into),
    }
}
/// People by id.
pub fn names(people: Vec<Named>) -> BTreeMap<String, NameOut> {
    people.into_iter().map(|p| (p.id.to_string(), NameOut { name: p.name, role: p.role.key() })).collect()
}
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerIn {
    /// A customer's own if not said.
    account: Option<AccountRef>,
    /// Of one quota alone.
    quota: Option<String>,
    /// Rows wanted, 1 to 200; 50 if not said.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerOut {
    pub items: Vec<LedgerLine>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whoever the lines name, by id.
    pub people: BTreeMap<String, NameOut>,
}
/// Everything that was granted, reserved, used and given back, newest first.
#[utoipa::path(get, path = "/api/v1/quotas/ledger", tag = "accounts", operation_id = "list_ledger", params(LedgerIn), responses((status = 200, body = LedgerOut)))]
async fn ledger(State(app): State<App>, visitor: Visitor, Query(asked): Query<LedgerIn>) -> Result<Json<LedgerOut>, Problem> {
    let leave = visitor.leave::<ReadAccount>()?;
    let account = asked.account.map(|a| a.0).or(visitor.actor.account).ok_or_else(|| Problem::invalid("account", "missing"))?;
    let (limit, question) = (page::limit(asked.limit)?, format!("ledger {account} {:?}", asked.quota));
    let before = app.cursors.after::<String>(&question, asked.cursor.as_deref())?;
    let read = app.read(move |tx, _, _| {
        let before = before.as_ref().map(|(at, place)| (*at, place.as_str()));
        desk::quota::ledger(tx, &leave, account, asked.quota.as_deref(), before, limit)
    });
    let (lines, people) = read.await?;
    let next = lines.last().filter(|_| lines.len() == limit as usize).map(|l| app.cursors.close_after(&question, l.at, l.place()));
    Ok(Json(LedgerOut { items: lines.iter().map(line_out).collect(), next, people: names(people) }))
}
/// What is entered by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnteredKind {
    /// More than the plan gives.
    Grant,
    /// A correction of what is granted; may be negative.
    Adjust,
    /// What was granted and not used runs out.
    Expire,
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerLineIn {
    pub account: AccountRef,
    #[schema(example = "escort_basic")]
    pub quota: String,
    pub kind: EnteredKind,
    #[serde(default)]
    pub count: i64,
    #[serde(default)]
    pub days: i64,
    /// The one that runs now if not said.
    #[serde(default)]
    #[schema(example = "2025-06")]
    pub period: Option<String>,
    pub reason: String,
    /// What it was bought by.
    #[serde(default)]
    pub order: Option<OrderRef>,
}
/// Give an account more of a quota than its plan does, correct that, or let it run out.
#[utoipa::path(post, path = "/api/v1/quotas/entries", tag = "accounts", operation_id = "enter_quota", request_body = LedgerLineIn,
    responses((status = 201, body = LedgerLine), (status = 409, description = "Not in the plan, or in use", body = ProblemOut, content_type = "application/problem+json")))]
async fn enter(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<LedgerLineIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepQuota>()?;
    let kind = match body.kind {
        EnteredKind::Grant => EntryKind::Grant,
        EnteredKind::Adjust => EntryKind::Adjust,
        EnteredKind::Expire => EntryKind::Expire,
    };
    let (account, order) = (body.account.0, body.order.map(|o| o.0));
    let new = NewEntry { account, quota: body.quota, kind, count: body.count, days: body.days, period: body.period, reason: body.reason, order };
    app.once(visitor.id(), once, move |cx| {
        let entry = desk::quota::enter(cx, &leave, &new)?;
        Ok(Made::new(format!("/api/v1/quotas/ledger?account={account}"), line_out(&entry)))
    })
    .await
}
