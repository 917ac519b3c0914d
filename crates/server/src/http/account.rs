//! Customers and what they ordered.
use super::App;
use super::clock::SourceOut;
use super::extract::{IfMatch, Json, PathId, Query};
use super::once::Write;
use super::page;
use super::problem::Problem;
use super::reply;
use super::ticket::NameOut;
use super::wire::{self, AccountRef, Instant, Made, OrderRef, Page, PersonRef, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::account::{AccountEdit, NewAccount, NewOrder, OnPlan};
use desk::{Act, Desk, Fault};
use domain::kit::{AccountId, At, PersonId};
use domain::people::{EditAccount, NameContact, OrderPlan, ReadAccount};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::account::{Account, PlanOrder};
use store::db::Tx;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, edit))
        .routes(routes!(name_contact))
        .routes(routes!(order, orders))
        .routes(routes!(leads))
}

/// A customer of the vendor.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountOut {
    pub id: AccountRef,
    /// The vendor's own number of this customer.
    pub number: String,
    pub name: String,
    pub language: String,
    pub tz: String,
    pub tam: Option<PersonRef>,
    /// The technical contact: of the customer's people, who coordinates for them.
    pub contact: Option<PersonRef>,
    pub active: bool,
    /// The plan in force now.
    pub plan: Option<PlanOfAccount>,
    pub created_at: Instant,
    pub version: u32,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanOfAccount {
    /// The version of the plan book.
    #[schema(example = "ali.enterprise.v2")]
    pub id: String,
    /// By language.
    pub name: BTreeMap<String, String>,
    /// From when its order counts; `null` on the basic plan, which nobody orders.
    pub since: Option<Instant>,
}
/// Accounts with the plans they are on, in a few statements.
fn on_plans(tx: &mut Tx, desk: &Desk, accounts: &[Account], now: At) -> Result<Vec<AccountOut>, Fault> {
    let ids: Vec<AccountId> = accounts.iter().map(|a| a.id).collect();
    let plans = desk::account::plans_at(tx, desk, &ids, now)?;
    let plan = |p: &OnPlan| PlanOfAccount { id: p.book.id.clone(), name: p.book.name.0.clone(), since: instant(p.since) };
    Ok(accounts.iter().map(|a| AccountOut { plan: plans.get(&a.id).map(plan), ..account_out(a) }).collect())
}
fn written(cx: &mut Act, account: &Account) -> Result<AccountOut, Fault> {
    on_plans(cx.tx, cx.desk, std::slice::from_ref(account), cx.now)?.pop().ok_or(Fault::NotFound)
}
fn account_out(a: &Account) -> AccountOut {
    AccountOut {
        plan: None,
        id: a.id.into(),
        number: a.number.clone(),
        name: a.name.clone(),
        language: a.language.clone(),
        tz: a.tz.clone(),
        tam: a.tam.map(Into::into),
        contact: a.contact.map(Into::into),
        active: a.active,
        created_at: a.created_at.into(),
        version: a.version,
    }
}
/// An account with the plan it is on now.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountSeenOut {
    pub account: AccountOut,
    /// The version of the plan in force now.
    pub plan: String,
    pub orders: Vec<OrderOut>,
    /// The manager of the vendor's side and the technical contact, by id.
    pub people: BTreeMap<String, NameOut>,
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountIn {
    pub number: String,
    pub name: String,
    pub language: Option<String>,
    pub tz: Option<String>,
    pub tam: Option<PersonRef>,
}
/// Take in a customer.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", operation_id = "create_account", request_body = AccountIn, responses((status = 201, body = AccountOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<AccountIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<EditAccount>()?;
    let new = NewAccount { number: body.number, name: body.name, language: body.language, tz: body.tz, tam: body.tam.map(|t| t.0) };
    app.once(visitor.id(), once, move |cx| {
        let account = desk::account::create(cx, &leave, &new)?;
        Ok(Made::new(format!("/api/v1/accounts/{}", account.id), written(cx, &account)?).version(account.version))
    })
    .await
}
/// Which accounts.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountsIn {
    /// Rows wanted, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Those called so: the beginning of any word of name or number, of any character where words are not set apart.
    #[param(example = "云帆")]
    pub q: Option<String>,
}
/// Accounts by name; customers see their own.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", operation_id = "list_accounts", params(AccountsIn), responses((status = 200, body = Page<AccountOut>)))]
async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<AccountsIn>) -> Result<Json<Page<AccountOut>>, Problem> {
    let leave = visitor.leave::<ReadAccount>()?;
    let limit = page::limit(asked.limit)?;
    let question = asked.q.as_ref().map_or_else(|| "accounts".to_string(), |q| format!("accounts {q}"));
    let after = asked.cursor.map(|c| app.cursors.open(&question, &c)).transpose()?;
    let (items, last) = app
        .read(move |tx, desk, now| {
            let after = after.as_deref().and_then(|p| p.split_once(' ')).and_then(|(id, at)| Some((at, id.parse::<AccountId>().ok()?)));
            let found = match &asked.q {
                Some(q) => desk::account::called(tx, &leave, q, after, limit)?,
                None => desk::account::list(tx, &leave, after, limit)?.into_iter().map(|a| (a.clone(), a.name)).collect(),
            };
            let last = found.last().filter(|_| found.len() == limit as usize).map(|(a, at)| format!("{} {at}", a.id));
            let accounts: Vec<Account> = found.into_iter().map(|(a, _)| a).collect();
            Ok((on_plans(tx, desk, &accounts, now)?, last))
        })
        .await?;
    Ok(Json(Page { items, next: last.map(|place| app.cursors.close(&question, &place)) }))
}
/// One account, its plan and its orders.
#[utoipa::path(get, path = "/api/v1/accounts/{id}", tag = "accounts", operation_id = "get_account", params(("id" = AccountRef, Path)), responses((status = 200, body = AccountSeenOut)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<AccountId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<ReadAccount>()?;
    let seen = app.read(move |tx, desk, now| {
        let account = desk::account::get(tx, &leave, id)?;
        let plan = desk::account::plan_at(tx, desk, id, now)?.id.clone();
        let orders = desk::account::orders(tx, &leave, id)?.iter().map(order_out).collect();
        let ids: Vec<PersonId> = account.tam.into_iter().chain(account.contact).collect();
        let named = store::person::list_named(tx, &ids)?;
        let people = named.into_iter().map(|p| (p.id.to_string(), NameOut { name: p.name, role: p.role.key() })).collect();
        let version = account.version;
        let account = on_plans(tx, desk, std::slice::from_ref(&account), now)?.pop().ok_or(Fault::NotFound)?;
        Ok((version, AccountSeenOut { account, plan, orders, people }))
    });
    let (version, out) = seen.await?;
    Ok(reply::tagged(version, out))
}
/// What changes; what is not said stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountEditIn {
    pub name: Option<String>,
    pub language: Option<String>,
    pub tz: Option<String>,
    /// `null`: nobody.
    #[serde(default, deserialize_with = "wire::said")]
    #[schema(value_type = Option<PersonRef>)]
    pub tam: Option<Option<PersonRef>>,
    /// `false` signs all its people out and revokes their tokens.
    pub active: Option<bool>,
}
/// Change an account.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}", tag = "accounts", operation_id = "edit_account", params(("id" = AccountRef, Path), ("If-Match" = String, Header)), request_body = AccountEditIn, responses((status = 200, body = AccountOut)))]
async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<AccountId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<AccountEditIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<EditAccount>()?;
    let edit = AccountEdit { name: body.name, language: body.language, tz: body.tz, tam: body.tam.map(|t| t.map(|t| t.0)), active: body.active };
    app.once(visitor.id(), once, move |cx| {
        let account = desk::account::edit(cx, &leave, id, version, &edit)?;
        Ok(Made::ok(written(cx, &account)?).version(account.version))
    })
    .await
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactIn {
    /// One of the account's people; `null`: nobody.
    pub person: Option<PersonRef>,
}
/// Name the technical contact: who coordinates on the customer's side.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/contact", tag = "accounts", operation_id = "name_contact", params(("id" = AccountRef, Path), ("If-Match" = String, Header)), request_body = ContactIn, responses((status = 200, body = AccountOut)))]
async fn name_contact(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<AccountId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<ContactIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<NameContact>()?;
    app.once(visitor.id(), once, move |cx| {
        let account = desk::account::name_contact(cx, &leave, id, version, body.person.map(|p| p.0))?;
        Ok(Made::ok(written(cx, &account)?).version(account.version))
    })
    .await
}

/// Services that must be booked ahead.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadsOut {
    /// The plan in force now.
    pub plan: String,
    pub items: Vec<LeadOut>,
}
/// A service and the first day on which it may begin if it is asked for now.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadOut {
    pub quota: String,
    pub name: BTreeMap<String, String>,
    pub edition: Option<String>,
    pub lead_working_days: u32,
    /// Local day of the calendar; absent where the calendar does not reach so far.
    #[schema(example = "2026-03-09")]
    pub earliest_day: Option<String>,
    pub calendar: String,
    /// The holidays of that time are not published yet: the day may still move.
    pub provisional: bool,
    pub words: BTreeMap<String, String>,
    pub source: SourceOut,
}
fn lead_out(l: &desk::account::Lead) -> LeadOut {
    LeadOut {
        quota: l.rule.id.clone(),
        name: l.rule.name.0.clone(),
        edition: l.rule.edition.clone(),
        lead_working_days: l.working_days,
        earliest_day: l.earliest.map(|d| d.to_string()),
        calendar: l.calendar.into(),
        provisional: l.provisional,
        words: l.rule.words.0.clone(),
        source: SourceOut { document: l.rule.source.document.clone(), section: l.rule.source.section.clone() },
    }
}
/// Lead times of the plan in force as the earliest possible days, if one asked now.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/leads", tag = "accounts", operation_id = "list_leads", params(("id" = AccountRef, Path)), responses((status = 200, body = LeadsOut)))]
async fn leads(State(app): State<App>, visitor: Visitor, PathId(id): PathId<AccountId>) -> Result<Json<LeadsOut>, Problem> {
    let leave = visitor.leave::<ReadAccount>()?;
    let out = app.read(move |tx, desk, now| {
        let (book, leads) = desk::account::leads(tx, desk, &leave, id, now)?;
        Ok(LeadsOut { plan: book.id.clone(), items: leads.iter().map(lead_out).collect() })
    });
    Ok(Json(out.await?))
}

/// An order of a plan: pins the version in force at its instant.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderOut {
    pub id: OrderRef,
    pub family: String,
    /// The version it pins.
    pub plan: String,
    pub ordered_at: Instant,
    pub starts_at: Instant,
    pub ends_at: Option<Instant>,
    pub by: Option<PersonRef>,
}
fn order_out(o: &PlanOrder) -> OrderOut {
    OrderOut {
        id: o.id.into(),
        family: o.family.clone(),
        plan: o.plan.clone(),
        ordered_at: o.ordered_at.into(),
        starts_at: o.starts_at.into(),
        ends_at: instant(o.ends_at),
        by: o.by.map(Into::into),
    }
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderIn {
    #[schema(example = "ali.enterprise")]
    pub family: String,
    /// When the customer ordered; now if not said. Decides on the version.
    pub ordered_at: Option<Instant>,
    /// At the order if not said.
    pub starts_at: Option<Instant>,
    /// With the next order if not said.
    pub ends_at: Option<Instant>,
    /// The vendor invited this customer to a plan that is not sold openly.
    #[serde(default)]
    pub invited: bool,
    /// A contract made before it is entered here: whether the plan is for sale today is not asked.
    #[serde(default)]
    pub existing: bool,
}
/// Order a plan for an account.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/orders", tag = "accounts", operation_id = "order_plan", params(("id" = AccountRef, Path)), request_body = OrderIn, responses((status = 201, body = OrderOut)))]
async fn order(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<AccountId>,
    Write { body, once }: Write<OrderIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<OrderPlan>()?;
    let (ordered_at, starts_at, ends_at) = (wire::at(body.ordered_at), wire::at(body.starts_at), wire::at(body.ends_at));
    let new = NewOrder { family: body.family, ordered_at, starts_at, ends_at, invited: body.invited, existing: body.existing };
    app.once(visitor.id(), once, move |cx| {
        let order = desk::account::order_plan(cx, &leave, id, &new)?;
        Ok(Made::new(format!("/api/v1/accounts/{id}/orders"), order_out(&order)))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct OrdersOut {
    pub items: Vec<OrderOut>,
}
/// All orders of an account, newest start first.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/orders", tag = "accounts", operation_id = "list_orders", params(("id" = AccountRef, Path)), responses((status = 200, body = OrdersOut)))]
async fn orders(State(app): State<App>, visitor: Visitor, PathId(id): PathId<AccountId>) -> Result<Json<OrdersOut>, Problem> {
    let leave = visitor.leave::<ReadAccount>()?;
    let orders = app.read(move |tx, _, _| desk::account::orders(tx, &leave, id)).await?;
    Ok(Json(OrdersOut { items: orders.iter().map(order_out).collect() }))
}
