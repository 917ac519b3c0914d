//! Check lists: kept for use, and on a case.
use super::App;
use super::extract::{IfMatch, Json, PathId, PathIds};
use super::once::{Bare, Write};
use super::problem::{Problem, ProblemOut};
use super::reply;
use super::wire::{Instant, Made, PersonRef, TicketRef, ToolRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::checklist::{self, Change};
use desk::tool::{self, ToolIn, ToolKind};
use desk::{Act, Fault};
use domain::kit::{TicketId, ToolId};
use domain::people::{KeepTools, WorkOnTicket};
use serde::{Deserialize, Serialize};
use store::checklist::Item;
use store::tool::Tool;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const KIND: ToolKind = ToolKind::Checklist;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, edit, drop_own))
        .routes(routes!(add_checks))
        .routes(routes!(edit_check, drop_check))
}

/// A list to put on cases.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistIn {
    pub name: String,
    /// Colleagues see and use it too.
    #[serde(default)]
    pub shared: bool,
    /// At most 50, a line each.
    pub items: Vec<String>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ChecklistOut {
    pub id: ToolRef,
    pub owner: PersonRef,
    pub name: String,
    pub shared: bool,
    pub items: Vec<String>,
    pub created_at: Instant,
    pub version: u32,
}
fn items_of(t: &Tool) -> Vec<String> {
    serde_json::from_str(&t.body).unwrap_or_default()
}
fn checklist_out(t: &Tool) -> ChecklistOut {
    ChecklistOut {
        id: t.id.into(),
        owner: t.owner.into(),
        name: t.name.clone(),
        shared: t.shared,
        items: items_of(t),
        created_at: t.created_at.into(),
        version: t.version,
    }
}
fn tool_in(name: String, shared: bool, items: &[String]) -> Result<ToolIn, Fault> {
    let items = checklist::check(items)?;
    Ok(ToolIn { name, shared, body: serde_json::to_string(&items).map_err(Fault::internal)? })
}
/// Keep a check list.
#[utoipa::path(post, path = "/api/v1/checklists", tag = "checklists", operation_id = "create_checklist", request_body = ChecklistIn, responses((status = 201, body = ChecklistOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<ChecklistIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    let new = tool_in(body.name, body.shared, &body.items)?;
    app.once(visitor.id(), once, move |cx| {
        let made = tool::create(cx, &leave, KIND, &new)?;
        Ok(Made::new(format!("/api/v1/checklists/{}", made.id), checklist_out(&made)).version(made.version))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ChecklistsOut {
    pub items: Vec<ChecklistOut>,
}
/// One's own checklists, then what colleagues share.
#[utoipa::path(get, path = "/api/v1/checklists", tag = "checklists", operation_id = "list_checklists", responses((status = 200, body = ChecklistsOut)))]
async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<ChecklistsOut>, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    let all = app.read(move |tx, _, _| tool::list(tx, &leave, KIND)).await?;
    Ok(Json(ChecklistsOut { items: all.iter().map(checklist_out).collect() }))
}
/// One check list.
#[utoipa::path(get, path = "/api/v1/checklists/{id}", tag = "checklists", operation_id = "get_checklist", params(("id" = ToolRef, Path)), responses((status = 200, body = ChecklistOut)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ToolId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    let one = app.read(move |tx, _, _| tool::get(tx, &leave, KIND, id)).await?;
    Ok(reply::tagged(one.version, checklist_out(&one)))
}
/// What changes; what is not said stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecklistEditIn {
    pub name: Option<String>,
    pub shared: Option<bool>,
    /// As a whole.
    pub items: Option<Vec<String>>,
}
/// Change one's own check list.
#[utoipa::path(patch, path = "/api/v1/checklists/{id}", tag = "checklists", operation_id = "edit_checklist", params(("id" = ToolRef, Path), ("If-Match" = String, Header)), request_body = ChecklistEditIn, responses((status = 200, body = ChecklistOut)))]
async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ToolId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<ChecklistEditIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    app.once(visitor.id(), once, move |cx| {
        let now = tool::get(cx.tx, &leave, KIND, id)?;
        let items = body.items.clone().unwrap_or_else(|| items_of(&now));
        let new = tool_in(body.name.clone().unwrap_or(now.name), body.shared.unwrap_or(now.shared), &items)?;
        let made = tool::edit(cx, &leave, KIND, id, version, &new)?;
        Ok(Made::ok(checklist_out(&made)).version(made.version))
    })
    .await
}
/// Drop one's own check list.
#[utoipa::path(delete, path = "/api/v1/checklists/{id}", tag = "checklists", operation_id = "drop_checklist", params(("id" = ToolRef, Path)), responses((status = 204)))]
async fn drop_own(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ToolId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    app.once(visitor.id(), once, move |cx| tool::drop_own(cx, &leave, KIND, id).map(|()| Made::nothing())).await
}

/// An item on a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckOut {
    /// Its number on this case.
    pub n: u32,
    pub text: String,
    pub done: bool,
    /// Who did it, and when.
    pub by: Option<PersonRef>,
    pub at: Option<Instant>,
}
pub fn check_out(i: &Item) -> CheckOut {
    let (by, at) = i.done.unzip();
    CheckOut { n: i.n, text: i.text.clone(), done: i.done.is_some(), by: by.map(Into::into), at: at.map(Into::into) }
}
/// A case's items as they are now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChecksOut {
    pub items: Vec<CheckOut>,
    pub checks_open: u32,
    /// Events read after this position are newer.
    pub log_pos: Option<i64>,
}
fn checks_out(cx: &Act, items: &[Item]) -> ChecksOut {
    let open = items.iter().filter(|i| i.done.is_none()).count() as u32;
    ChecksOut { items: items.iter().map(check_out).collect(), checks_open: open, log_pos: Some(cx.pos).filter(|p| *p > 0) }
}
/// A kept list, lines of one's own, or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecksIn {
    #[serde(default)]
    pub checklist: Option<ToolRef>,
    #[serde(default)]
    pub items: Vec<String>,
}
/// Adds items to a case: those of a kept list, then those said here.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/checks", tag = "checklists", operation_id = "add_checks", request_body = ChecksIn, params(("id" = TicketRef, Path)),
    responses((status = 201, description = "All items of the case", body = ChecksOut),
        (status = 409, description = "Too many", body = ProblemOut, content_type = "application/problem+json")))]
async fn add_checks(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    Write { body, once }: Write<ChecksIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<WorkOnTicket>()?;
    let keep = body.checklist.map(|_| visitor.leave::<KeepTools>()).transpose()?;
    app.once(visitor.id(), once, move |cx| {
        let mut items = match (&keep, body.checklist) {
            (Some(keep), Some(list)) => kept(cx, keep, list.0)?,
            _ => Vec::new(),
        };
        items.extend(body.items.iter().cloned());
        let all = checklist::add(cx, &leave, id, &items)?;
        Ok(Made::new(format!("/api/v1/tickets/{id}"), checks_out(cx, &all)))
    })
    .await
}
fn kept(cx: &mut Act, keep: &domain::people::Leave<KeepTools>, list: ToolId) -> Result<Vec<String>, Fault> {
    match tool::get(cx.tx, keep, KIND, list) {
        Ok(list) => Ok(items_of(&list)),
        Err(Fault::NotFound) => Err(Fault::invalid("checklist", "unknown")),
        Err(fault) => Err(fault),
    }
}
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckEditIn {
    #[serde(default)]
    pub done: Option<bool>,
    #[serde(default)]
    pub text: Option<String>,
}
/// Ticks an item off, takes that back, or says it in other words.
#[utoipa::path(patch, path = "/api/v1/tickets/{id}/checks/{n}", tag = "checklists", operation_id = "edit_check", request_body = CheckEditIn,
    params(("id" = TicketRef, Path), ("n" = u32, Path)), responses((status = 200, description = "All items of the case", body = ChecksOut)))]
async fn edit_check(
    State(app): State<App>,
    visitor: Visitor,
    PathIds(id, n): PathIds<TicketId, u32>,
    Write { body, once }: Write<CheckEditIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<WorkOnTicket>()?;
    let change = Change { done: body.done, text: body.text };
    app.once(visitor.id(), once, move |cx| {
        let all = checklist::edit(cx, &leave, id, n, &change)?;
        Ok(Made::ok(checks_out(cx, &all)))
    })
    .await
}
/// Takes an item away.
#[utoipa::path(delete, path = "/api/v1/tickets/{id}/checks/{n}", tag = "checklists", operation_id = "drop_check", params(("id" = TicketRef, Path), ("n" = u32, Path)),
    responses((status = 200, description = "The items that are left", body = ChecksOut)))]
async fn drop_check(
    State(app): State<App>,
    visitor: Visitor,
    PathIds(id, n): PathIds<TicketId, u32>,
    Bare { once }: Bare,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<WorkOnTicket>()?;
    app.once(visitor.id(), once, move |cx| {
        let all = checklist::drop_one(cx, &leave, id, n)?;
        Ok(Made::ok(checks_out(cx, &all)))
    })
    .await
}
