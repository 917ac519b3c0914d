//! What plans promise to hand over: reports, from the day they are owed to the day they are accepted.
use super::App;
use super::extract::{IfMatch, Json, PathId, Query};
use super::once::{Bare, Write};
use super::page;
use super::problem::Problem;
use super::reply;
use super::ticket::NameOut;
use super::wire::{AccountRef, DeliverableRef, Instant, Made, Page, PersonRef};
use crate::access::Visitor;
use crate::report::{self, Words};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::report::Monthly;
use desk::{Desk, Fault, deliverable};
use domain::deliverable::{Asking, Step, offers};
use domain::kit::{AccountId, At, DeliverableId, PersonId};
use domain::people::{AcceptDeliverable, KeepDeliverable, ReadDeliverable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::deliverable::Deliverable;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, write)).routes(routes!(step)).routes(routes!(accept)).routes(routes!(file))
}

/// Who did something, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedOut {
    pub by: PersonRef,
    pub at: Instant,
}
fn signed(s: Option<(PersonId, At)>) -> Option<SignedOut> {
    s.map(|(by, at)| SignedOut { by: by.into(), at: at.into() })
}
/// What may be done with one now.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliverableOfferOut {
    /// `approve`, `reopen`, `deliver`, `accept`
    pub step: &'static str,
    pub possible: bool,
    /// A code with words.
    pub why: Option<&'static str>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliverableOut {
    pub id: DeliverableRef,
    pub account: AccountRef,
    pub account_name: String,
    pub plan: String,
    /// The rule's id in the book.
    #[schema(example = "service_report")]
    pub rule: String,
    pub title: BTreeMap<String, String>,
    #[schema(example = "2025-09")]
    pub period: String,
    pub due_at: Instant,
    /// `planned`, `approved`, `delivered`, `accepted`
    pub state: &'static str,
    /// It is owed and its day is over, or it was handed over after it.
    pub late: bool,
    pub delivered: Option<SignedOut>,
    pub accepted: Option<SignedOut>,
    /// SHA-256 of what was approved; told when it is handed over, and to those who write it.
    pub hash: Option<String>,
    pub offers: Vec<DeliverableOfferOut>,
    /// For `If-Match`.
    pub version: u32,
}
/// One with its contents.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliverableSeenOut {
    pub deliverable: DeliverableOut,
    /// What people wrote, by language: `summary`, `risks`, `actions`. Absent for customers before it is handed over.
    pub words: Option<BTreeMap<String, BTreeMap<String, String>>>,
    /// As they were approved, else as they are now.
    #[schema(value_type = Option<Object>)]
    pub numbers: Option<Monthly>,
    pub author: Option<PersonRef>,
    pub approved: Option<SignedOut>,
    /// Everybody named above, by id.
    pub people: BTreeMap<String, NameOut>,
}
fn out(desk: &Desk, d: &Deliverable, name: String, visitor: &Visitor, now: At) -> DeliverableOut {
    let state = deliverable::state(d);
    let asking = Asking { person: visitor.id(), is_customer: visitor.actor.account.is_some() };
    let shows = state.is_out() || visitor.actor.account.is_none();
    let may = visitor.0.leave::<KeepDeliverable>().is_ok() || visitor.0.leave::<AcceptDeliverable>().is_ok();
    let all = if may { offers(state, d.author, asking) } else { Vec::new() };
    DeliverableOut {
        id: d.id.into(),
        account: d.account.into(),
        account_name: name,
        plan: d.plan.clone(),
        rule: d.rule.clone(),
        title: deliverable::rule(desk, d).map(|r| r.title.0.clone()).unwrap_or_default(),
        period: d.period.clone(),
        due_at: d.due_at.into(),
        state: state.key(),
        late: d.delivered.map_or(now, |(_, at)| at) > d.due_at,
        delivered: signed(d.delivered),
        accepted: signed(d.accepted),
        hash: Some(d.hash.clone()).filter(|h| shows && !h.is_empty()),
        offers: all.into_iter().map(|(step, why)| DeliverableOfferOut { step: step.key(), possible: why.is_none(), why }).collect(),
        version: d.version,
    }
}
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliverablesIn {
    /// Of this account alone; a customer's own without saying so.
    pub account: Option<AccountRef>,
    /// Only what was not handed over yet, the soonest due first; else everything, the last due first.
    #[serde(default)]
    pub open: bool,
    /// Rows wanted, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}
/// What is owed, or was.
#[utoipa::path(get, path = "/api/v1/deliverables", tag = "deliverables", operation_id = "list_deliverables", params(DeliverablesIn), responses((status = 200, body = Page<DeliverableOut>)))]
async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<DeliverablesIn>) -> Result<Json<Page<DeliverableOut>>, Problem> {
    let leave = visitor.leave::<ReadDeliverable>()?;
    let (limit, account, open) = (page::limit(asked.limit)?, asked.account.map(|a| a.0), asked.open);
    let question = format!("deliverables {account:?} {open}");
    let from = app.cursors.after::<DeliverableId>(&question, asked.cursor.as_deref())?;
    let found = app.read(move |tx, desk, now| {
        let found = deliverable::list(tx, &leave, account, open, from, limit)?;
        let last = found.last().filter(|_| found.len() == limit as usize).map(|d| (d.due_at, d.id));
        let ids: Vec<AccountId> = found.iter().map(|d| d.account).collect();
        let names: BTreeMap<AccountId, String> = store::account::list_named(tx, &ids)?.into_iter().collect();
        let named = |d: &Deliverable| names.get(&d.account).cloned().unwrap_or_default();
        Ok((found.iter().map(|d| out(desk, d, named(d), &visitor, now)).collect(), last))
    });
    let (items, last) = found.await?;
    Ok(Json(Page { items, next: last.map(|(at, id)| app.cursors.close_after(&question, at, id)) }))
}
fn seen(tx: &mut store::db::Tx, desk: &Desk, d: &Deliverable, visitor: &Visitor, now: At) -> Result<DeliverableSeenOut, Fault> {
    let name = store::account::find(tx, d.account)?.map(|a| a.name).unwrap_or_default();
    let shows = deliverable::state(d).is_out() || visitor.actor.account.is_none();
    let signers = [d.approved, d.delivered, d.accepted].into_iter().flatten().map(|(by, _)| by);
    let ids: Vec<PersonId> = signers.chain(d.author).collect();
    let people = store::person::list_named(tx, &ids)?.into_iter().map(|p| (p.id.to_string(), NameOut { name: p.name, role: p.role.key() })).collect();
    Ok(DeliverableSeenOut {
        deliverable: out(desk, d, name, visitor, now),
        words: shows.then(|| deliverable::words(d)),
        numbers: if shows { Some(deliverable::numbers(tx, desk, d)?) } else { None },
        author: d.author.filter(|_| shows).map(Into::into),
        approved: signed(d.approved.filter(|_| shows)),
        people,
    })
}
/// One, with its numbers and words where one may see them.
#[utoipa::path(get, path = "/api/v1/deliverables/{id}", tag = "deliverables", operation_id = "get_deliverable", params(("id" = DeliverableRef, Path)), responses((status = 200, body = DeliverableSeenOut)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<DeliverableId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<ReadDeliverable>()?;
    let found = app.read(move |tx, desk, now| {
        let d = deliverable::get(tx, &leave, id)?;
        Ok((d.version, seen(tx, desk, &d, &visitor, now)?))
    });
    let (version, out) = found.await?;
    Ok(reply::tagged(version, out))
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverableWordsIn {
    /// All languages together; parts: `summary`, `risks`, `actions`.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
}
/// Write what numbers do not say.
#[utoipa::path(patch, path = "/api/v1/deliverables/{id}", tag = "deliverables", operation_id = "write_deliverable", params(("id" = DeliverableRef, Path), ("If-Match" = String, Header)), request_body = DeliverableWordsIn, responses((status = 200, body = DeliverableSeenOut)))]
async fn write(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<DeliverableId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<DeliverableWordsIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepDeliverable>()?;
    let who = visitor.clone();
    app.once(visitor.id(), once, move |cx| {
        let d = deliverable::write(cx, &leave, id, version, &body.words)?;
        Ok(Made::ok(seen(cx.tx, cx.desk, &d, &who, cx.now)?).version(d.version))
    })
    .await
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverableStepIn {
    /// `approve`, `reopen`, `deliver`
    #[schema(example = "approve")]
    pub step: String,
    /// Refused when it is another one by now.
    pub version: Option<u32>,
}
/// Approve it, take the approval back, or hand it over.
#[utoipa::path(post, path = "/api/v1/deliverables/{id}/steps", tag = "deliverables", operation_id = "step_deliverable", params(("id" = DeliverableRef, Path)), request_body = DeliverableStepIn, responses((status = 200, body = DeliverableSeenOut)))]
async fn step(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<DeliverableId>,
    Write { body, once }: Write<DeliverableStepIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepDeliverable>()?;
    let step = Step::parse(&body.step).ok_or_else(|| Problem::invalid("step", "unknown"))?;
    let who = visitor.clone();
    app.once(visitor.id(), once, move |cx| {
        let d = deliverable::step(cx, &leave, id, body.version, step)?;
        Ok(Made::ok(seen(cx.tx, cx.desk, &d, &who, cx.now)?).version(d.version))
    })
    .await
}
/// Accept what was handed over.
#[utoipa::path(post, path = "/api/v1/deliverables/{id}/acceptance", tag = "deliverables", operation_id = "accept_deliverable", params(("id" = DeliverableRef, Path)), responses((status = 200, body = DeliverableSeenOut)))]
async fn accept(State(app): State<App>, visitor: Visitor, PathId(id): PathId<DeliverableId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<AcceptDeliverable>()?;
    let who = visitor.clone();
    app.once(visitor.id(), once, move |cx| {
        let d = deliverable::accept(cx, &leave, id, None)?;
        Ok(Made::ok(seen(cx.tx, cx.desk, &d, &who, cx.now)?).version(d.version))
    })
    .await
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    #[default]
    Pdf,
    Xlsx,
    Json,
}
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportFileIn {
    #[serde(default)]
    #[param(inline)]
    pub format: ReportFormat,
    /// `zh-CN` or `en`; the reader's own if not said.
    pub lang: Option<String>,
}
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The report as pages, as a workbook or as its numbers. Customers have it once it is handed over.
#[utoipa::path(get, path = "/api/v1/deliverables/{id}/file", tag = "deliverables", operation_id = "get_deliverable_file", params(("id" = DeliverableRef, Path), ReportFileIn),
    responses((status = 200, description = "PDF, XLSX or JSON", content_type = "application/pdf")))]
async fn file(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<DeliverableId>,
    Query(asked): Query<ReportFileIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<ReadDeliverable>()?;
    let own = visitor.person.language.clone();
    let wanted = asked.lang.unwrap_or(own);
    let lang = crate::words::languages().find(|l| *l == wanted).ok_or_else(|| Problem::invalid("lang", "unknown"))?;
    let is_customer = visitor.actor.account.is_some();
    let (d, numbers, now) = app
        .read(move |tx, desk, now| {
            let d = deliverable::get(tx, &leave, id)?;
            if is_customer && !deliverable::state(&d).is_out() {
                return Err(Fault::refused("deliverable.not_out"));
            }
            let numbers = deliverable::numbers(tx, desk, &d)?;
            Ok((d, numbers, now))
        })
        .await?;
    let (kind, ending) = match asked.format {
        ReportFormat::Json => return Ok(Json(numbers).into_response()),
        ReportFormat::Pdf => ("application/pdf", "pdf"),
        ReportFormat::Xlsx => (WORKBOOK, "xlsx"),
    };
    let name = format!("{}-{}-{lang}.{ending}", d.rule, d.period);
    let bytes = app.work(move |app| made(app, asked.format, lang, &d, &numbers, now)).await?;
    let head = [(header::CONTENT_TYPE, kind.to_string()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((StatusCode::OK, head, bytes).into_response())
}
/// Blocks: setting pages takes CPU.
fn made(app: &App, format: ReportFormat, lang: &'static str, d: &Deliverable, numbers: &Monthly, now: At) -> Result<Vec<u8>, Fault> {
    let words = Words { lang };
    let book = |id: &str| app.desk().shelves().book(id);
    if format == ReportFormat::Xlsx {
        return report::workbook(words, numbers, &book).map_err(Fault::internal);
    }
    let made_at = d.approved.map_or(now, |(_, at)| at).to_string();
    let pages = report::document(words, &app.config().house.vendor, numbers, &deliverable::words(d), d.approved.is_none(), &made_at, &book);
    app.printer.print(&pages).map_err(|fault| match fault {
        paper::Fault::NoFonts { .. } => Fault::refused("report.no_fonts"),
        paper::Fault::NotSet(_) => Fault::internal(fault),
    })
}
