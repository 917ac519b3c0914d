//! Plan books: what is promised, in every version that ever was; and the calendars they count on.
use super::App;
use super::extract::{Json, PathId, PathIds, Query};
use super::frame::language;
use super::problem::Problem;
use super::wire::Instant;
use crate::access::Visitor;
use axum::extract::State;
use axum::http::HeaderMap;
use desk::plan;
use domain::people::ReadPlan;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(at))
        .routes(routes!(diff))
        .routes(routes!(get))
        .routes(routes!(calendars))
        .routes(routes!(calendar))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlansOut {
    /// Id, name, from when to when it is ordered, how many promises, how many cells the sources leave open.
    pub items: Vec<Value>,
}
/// Every plan book, one line each.
#[utoipa::path(get, path = "/api/v1/plans", tag = "plans", operation_id = "list_plans", responses((status = 200, body = PlansOut)))]
async fn list(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Result<Json<PlansOut>, Problem> {
    visitor.leave::<ReadPlan>()?;
    Ok(Json(PlansOut { items: plan::list(app.desk().shelves().library(), language(&app, &headers)) }))
}
/// A book in full, with every language's words and the source of each promise.
#[utoipa::path(get, path = "/api/v1/plans/{id}", tag = "plans", operation_id = "get_plan", params(("id" = String, Path, example = "ali.enterprise.v2")), responses((status = 200, body = Value)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<String>) -> Result<Json<Value>, Problem> {
    visitor.leave::<ReadPlan>()?;
    let book = app.desk().shelves().library().book(&id).ok_or_else(Problem::not_found)?;
    Ok(Json(plan::json(book)))
}
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlanAtIn {
    #[param(example = "ali.enterprise")]
    family: String,
    at: Instant,
}
/// The version of a family in force for an order at an instant.
#[utoipa::path(get, path = "/api/v1/plans/at", tag = "plans", operation_id = "get_plan_at", params(PlanAtIn), responses((status = 200, body = Value)))]
async fn at(State(app): State<App>, visitor: Visitor, Query(asked): Query<PlanAtIn>) -> Result<Json<Value>, Problem> {
    visitor.leave::<ReadPlan>()?;
    let book = app.desk().shelves().version_at(&asked.family, asked.at.0).ok_or_else(Problem::not_found)?;
    Ok(Json(plan::json(book)))
}
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffOut {
    /// Worst first: what it is about, better or worse, and the sentence.
    pub items: Vec<Value>,
}
/// What gets better and what gets worse for the customer from one book to another.
#[utoipa::path(get, path = "/api/v1/plans/{id}/diff/{other}", tag = "plans", operation_id = "compare_plans", params(("id" = String, Path), ("other" = String, Path)), responses((status = 200, body = DiffOut)))]
async fn diff(
    State(app): State<App>,
    visitor: Visitor,
    PathIds(from, to): PathIds<String, String>,
    headers: HeaderMap,
) -> Result<Json<DiffOut>, Problem> {
    visitor.leave::<ReadPlan>()?;
    let lang = language(&app, &headers);
    let changes = plan::diff(app.desk().shelves().library(), &from, &to).ok_or_else(Problem::not_found)?;
    Ok(Json(DiffOut { items: changes.iter().map(|c| plan::diff_json(c, lang)).collect() }))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarsOut {
    pub items: Vec<CalendarOut>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarOut {
    pub id: String,
    pub version: u32,
    pub tz: String,
}
/// Every version of every calendar.
#[utoipa::path(get, path = "/api/v1/calendars", tag = "plans", operation_id = "list_calendars", responses((status = 200, body = CalendarsOut)))]
async fn calendars(State(app): State<App>, visitor: Visitor) -> Result<Json<CalendarsOut>, Problem> {
    visitor.leave::<ReadPlan>()?;
    Ok(Json(CalendarsOut { items: calendars_out(&app).collect() }))
}
fn calendars_out(app: &App) -> impl Iterator<Item = CalendarOut> {
    let all = app.desk().shelves().calendars().values().flat_map(|versions| versions.values());
    all.map(|c| CalendarOut { id: c.id().to_string(), version: c.version(), tz: c.spec().tz.clone() })
}
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CalendarIn {
    /// The newest if not said.
    version: Option<u32>,
    /// Look at this instant; now if not said.
    at: Option<Instant>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarSeenOut {
    pub calendar: CalendarOut,
    pub at: Instant,
    /// Open at that instant?
    pub open: bool,
}
/// One calendar, and whether it is open.
#[utoipa::path(get, path = "/api/v1/calendars/{id}", tag = "plans", operation_id = "get_calendar", params(("id" = String, Path), CalendarIn), responses((status = 200, body = CalendarSeenOut)))]
async fn calendar(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<String>,
    Query(asked): Query<CalendarIn>,
) -> Result<Json<CalendarSeenOut>, Problem> {
    visitor.leave::<ReadPlan>()?;
    let versions = app.desk().shelves().calendars().get(&id).ok_or_else(Problem::not_found)?;
    let found = asked.version.map_or_else(|| versions.values().next_back(), |v| versions.get(&v)).ok_or_else(Problem::not_found)?;
    let at = asked.at.map_or(app.now(), |i| i.0);
    let calendar = CalendarOut { id, version: found.version(), tz: found.spec().tz.clone() };
    Ok(Json(CalendarSeenOut { calendar, at: at.into(), open: found.is_open(at) }))
}
