//! Who stands on which duty.
use super::App;
use super::extract::{Json, PathId, Query};
use super::once::{Bare, Write};
use super::problem::Problem;
use super::wire::{self, Instant, Made, PersonRef, ShiftRef, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::people::NewShift;
use domain::kit::ShiftId;
use domain::people::{EditRota, ReadRota};
use serde::{Deserialize, Serialize};
use store::person::Shift;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, put)).routes(routes!(end))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ShiftOut {
    pub id: ShiftRef,
    pub duty: String,
    pub person: PersonRef,
    /// The smallest is called first.
    pub position: u32,
    pub from: Instant,
    pub to: Option<Instant>,
}
fn shift_out(s: &Shift) -> ShiftOut {
    ShiftOut { id: s.id.into(), duty: s.duty.clone(), person: s.person.into(), position: s.position, from: s.from_at.into(), to: instant(s.to_at) }
}
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RotaIn {
    /// `fallback`, `duty_chief`, `manager`, `goc`, `group`
    duty: String,
    /// Shifts that have not ended by then; now if not said.
    from: Option<Instant>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct RotaOut {
    pub items: Vec<ShiftOut>,
}
/// Present and coming shifts of a duty.
#[utoipa::path(get, path = "/api/v1/rota", tag = "rota", operation_id = "list_rota", params(RotaIn), responses((status = 200, body = RotaOut)))]
async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<RotaIn>) -> Result<Json<RotaOut>, Problem> {
    let leave = visitor.leave::<ReadRota>()?;
    let shifts = app.read(move |tx, _, now| desk::people::rota(tx, &leave, &asked.duty, asked.from.map_or(now, |i| i.0))).await?;
    Ok(Json(RotaOut { items: shifts.iter().map(shift_out).collect() }))
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftIn {
    pub duty: String,
    pub person: PersonRef,
    #[serde(default)]
    pub position: u32,
    pub from: Instant,
    /// Until somebody ends it if not said.
    pub to: Option<Instant>,
}
/// Put somebody on a duty.
#[utoipa::path(post, path = "/api/v1/rota", tag = "rota", operation_id = "create_shift", request_body = ShiftIn, responses((status = 201, body = ShiftOut)))]
async fn put(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<ShiftIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<EditRota>()?;
    let new = NewShift { duty: body.duty, person: body.person.0, position: body.position, from_at: body.from.0, to_at: wire::at(body.to) };
    app.once(visitor.id(), once, move |cx| Ok(Made::new("/api/v1/rota", shift_out(&desk::people::put_shift(cx, &leave, &new)?)))).await
}
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EndIn {
    duty: String,
    /// When it ends; now if not said.
    at: Option<Instant>,
}
/// End a present or coming shift.
#[utoipa::path(delete, path = "/api/v1/rota/{id}", tag = "rota", operation_id = "end_shift", params(("id" = ShiftRef, Path), EndIn), responses((status = 204)))]
async fn end(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ShiftId>,
    Query(asked): Query<EndIn>,
    Bare { once }: Bare,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<EditRota>()?;
    app.once(visitor.id(), once, move |cx| desk::people::end_shift(cx, &leave, &asked.duty, id, wire::at(asked.at)).map(|()| Made::nothing())).await
}
