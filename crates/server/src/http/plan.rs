//! Plan books: what is promised, in every version that ever was.
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
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(at)).routes(routes!(diff)).routes(routes!(get))
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
