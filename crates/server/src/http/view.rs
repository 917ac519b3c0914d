//! Saved questions over the cases.
use super::App;
use super::extract::{IfMatch, Json, PathId, Query};
use super::once::{Bare, Write};
use super::page;
use super::problem::Problem;
use super::reply;
use super::ticket::{Include, TicketPage};
use super::wire::{Instant, Made, PersonRef, ViewRef, keys};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::view::FilterText;
use domain::kit::{TicketId, ViewId};
use domain::people::{KeepViews, ReadTicket};
use serde::{Deserialize, Serialize};
use store::ticket::{After, Order};
use store::view::View;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(get, edit, drop_own)).routes(routes!(tickets))
}

/// Conditions that must all hold; ids, or `me` for oneself. What is not said does not matter.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FilterIn {
    pub account: Option<String>,
    pub requester: Option<String>,
    pub handler: Option<String>,
    /// In somebody else's hands, or in nobody's.
    pub not_handler: Option<String>,
    pub owner: Option<String>,
    pub unassigned: bool,
    pub open: Option<bool>,
    pub stages: Vec<String>,
    pub severities: Vec<String>,
    pub product: Option<String>,
    pub channel: Option<String>,
    pub language: Option<String>,
    /// A version of a plan book.
    pub plan: Option<String>,
    /// 1 to 4.
    pub tier: Option<u8>,
    pub broken: Option<bool>,
    pub due_before: Option<String>,
    /// Laid aside, or not; staff only. A standing queue says `false`.
    pub snoozed: Option<bool>,
}
impl From<FilterIn> for FilterText {
    fn from(f: FilterIn) -> FilterText {
        FilterText {
            account: f.account,
            requester: f.requester,
            handler: f.handler,
            not_handler: f.not_handler,
            owner: f.owner,
            unassigned: f.unassigned,
            open: f.open,
            stages: f.stages,
            severities: f.severities,
            product: f.product,
            channel: f.channel,
            language: f.language,
            plan: f.plan,
            tier: f.tier,
            broken: f.broken,
            due_before: f.due_before,
            snoozed: f.snoozed,
        }
    }
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewIn {
    pub name: String,
    /// By staff: colleagues see it too.
    #[serde(default)]
    pub shared: bool,
    pub filter: FilterIn,
}
impl From<ViewIn> for desk::view::ViewIn {
    fn from(v: ViewIn) -> desk::view::ViewIn {
        desk::view::ViewIn { name: v.name, shared: v.shared, filter: v.filter.into() }
    }
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewOut {
    pub id: ViewRef,
    pub owner: PersonRef,
    pub name: String,
    pub shared: bool,
    #[schema(value_type = FilterIn)]
    pub filter: serde_json::Value,
    /// How many cases it holds.
    pub count: i64,
    pub created_at: Instant,
    pub version: u32,
}
fn view_out(v: &View) -> ViewOut {
    ViewOut {
        id: v.id.into(),
        owner: v.owner.into(),
        name: v.name.clone(),
        shared: v.shared,
        filter: serde_json::from_str(&v.filter).unwrap_or_default(),
        count: v.n,
        created_at: v.created_at.into(),
        version: v.version,
    }
}
/// Save a question.
#[utoipa::path(post, path = "/api/v1/views", tag = "views", operation_id = "create_view", request_body = ViewIn, responses((status = 201, body = ViewOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<ViewIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepViews>()?;
    let new = body.into();
    app.once(visitor.id(), once, move |cx| {
        let view = desk::view::create(cx, &leave, &new)?;
        Ok(Made::new(format!("/api/v1/views/{}", view.id), view_out(&view)).version(view.version))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewsOut {
    pub items: Vec<ViewOut>,
}
/// One's own views, then what colleagues share, each with its count.
#[utoipa::path(get, path = "/api/v1/views", tag = "views", operation_id = "list_views", responses((status = 200, body = ViewsOut)))]
async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<ViewsOut>, Problem> {
    let leave = visitor.leave::<KeepViews>()?;
    let views = app.read(move |tx, _, _| desk::view::list(tx, &leave)).await?;
    Ok(Json(ViewsOut { items: views.iter().map(view_out).collect() }))
}
/// One view. Its cases: `GET /views/{id}/tickets`.
#[utoipa::path(get, path = "/api/v1/views/{id}", tag = "views", operation_id = "get_view", params(("id" = ViewRef, Path)), responses((status = 200, body = ViewOut)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ViewId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepViews>()?;
    let view = app.read(move |tx, _, _| desk::view::get(tx, &leave, id)).await?;
    Ok(reply::tagged(view.version, view_out(&view)))
}
/// What changes; what is not said stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewEditIn {
    pub name: Option<String>,
    pub shared: Option<bool>,
    /// As a whole.
    pub filter: Option<FilterIn>,
}
/// Change one's own view.
#[utoipa::path(patch, path = "/api/v1/views/{id}", tag = "views", operation_id = "edit_view", params(("id" = ViewRef, Path), ("If-Match" = String, Header)), request_body = ViewEditIn, responses((status = 200, body = ViewOut)))]
async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ViewId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<ViewEditIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepViews>()?;
    app.once(visitor.id(), once, move |cx| {
        let now = desk::view::get(cx.tx, &leave, id)?;
        let filter = body.filter.clone().map(FilterText::from).map_or_else(|| FilterText::parse(&now.filter), Ok)?;
        let new = desk::view::ViewIn { name: body.name.clone().unwrap_or(now.name), shared: body.shared.unwrap_or(now.shared), filter };
        let view = desk::view::edit(cx, &leave, id, version, &new)?;
        Ok(Made::ok(view_out(&view)).version(view.version))
    })
    .await
}
/// Drop one's own view.
#[utoipa::path(delete, path = "/api/v1/views/{id}", tag = "views", operation_id = "drop_view", params(("id" = ViewRef, Path)), responses((status = 204)))]
async fn drop_own(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ViewId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepViews>()?;
    app.once(visitor.id(), once, move |cx| desk::view::drop_own(cx, &leave, id).map(|()| Made::nothing())).await
}
/// Which page of a view.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ViewPageIn {
    /// Rows wanted, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// What the page carries besides, with commas between: `clocks,names,unread`.
    #[serde(default, deserialize_with = "keys")]
    #[param(value_type = Option<String>)]
    pub include: Vec<String>,
}
/// The cases of a view, newest change first.
#[utoipa::path(get, path = "/api/v1/views/{id}/tickets", tag = "views", operation_id = "list_view_tickets", params(("id" = ViewRef, Path), ViewPageIn), responses((status = 200, body = TicketPage)))]
async fn tickets(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ViewId>,
    Query(asked): Query<ViewPageIn>,
) -> Result<Json<TicketPage>, Problem> {
    let (keep, leave) = (visitor.leave::<KeepViews>()?, visitor.leave::<ReadTicket>()?);
    let (limit, question, include) = (page::limit(asked.limit)?, format!("view {id}"), Include::read(&asked.include)?);
    let after = app.cursors.after::<TicketId>(&question, asked.cursor.as_deref())?.map(|(at, id)| After { at, id });
    let within = app.clone();
    let found = app.read(move |tx, desk, now| {
        let filter = desk::view::filter_of(&desk::view::get(tx, &keep, id)?)?;
        let cases = desk::ticket::list(tx, &leave, &filter, Order::Updated, after, limit)?;
        let last = cases.last().filter(|_| cases.len() == limit as usize);
        let next = last.map(|c| within.cursors.close_after(&question, c.updated_at, c.ticket.id));
        TicketPage::of(tx, desk, leave.actor(), (cases, next), include, now)
    });
    Ok(Json(found.await?))
}
