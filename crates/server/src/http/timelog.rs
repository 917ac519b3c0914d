//! Working time spent on cases.
use super::App;
use super::extract::{Json, PathId, PathIds};
use super::once::{Bare, Write};
use super::problem::{Problem, ProblemOut};
use super::ticket::NameOut;
use super::wire::{Instant, Made, PersonRef, TicketRef, TimeRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::timelog::{self, NewTime};
use domain::kit::{TicketId, TimeId};
use domain::people::{ReadInternal, WorkOnTicket};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::timelog::Entry;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(log, list)).routes(routes!(drop_own))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeIn {
    /// 1 to 1440.
    pub minutes: u32,
    /// What was done, in one line.
    pub what: String,
    /// To be charged to the customer.
    #[serde(default)]
    pub billable: bool,
    /// When; now unless said, never still to come.
    #[serde(default)]
    pub at: Option<Instant>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct TimeOut {
    pub id: TimeRef,
    pub by: PersonRef,
    pub minutes: u32,
    pub what: String,
    pub billable: bool,
    pub at: Instant,
    /// When it was written down; whoever did may take it back for 24 hours from then.
    pub created_at: Instant,
}
fn time_out(e: Entry) -> TimeOut {
    TimeOut {
        id: e.id.into(),
        by: e.by.into(),
        minutes: e.minutes,
        what: e.what,
        billable: e.billable,
        at: e.at.into(),
        created_at: e.created_at.into(),
    }
}
/// Writes working time down.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/times", tag = "times", operation_id = "log_time", request_body = TimeIn, params(("id" = TicketRef, Path)),
    responses((status = 201, body = TimeOut), (status = 409, description = "Too many", body = ProblemOut, content_type = "application/problem+json")))]
async fn log(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    Write { body, once }: Write<TimeIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<WorkOnTicket>()?;
    let new = NewTime { minutes: body.minutes, what: body.what, billable: body.billable, at: body.at.map(|at| at.0) };
    app.once(visitor.id(), once, move |cx| {
        let entry = timelog::log(cx, &leave, id, &new)?;
        Ok(Made::new(format!("/api/v1/tickets/{id}/times"), time_out(entry)))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct TimesOut {
    /// In the order they were written; at most 500.
    pub items: Vec<TimeOut>,
    pub total_minutes: u32,
    /// Whoever wrote them, by id.
    pub people: BTreeMap<String, NameOut>,
}
/// Working time spent on a case.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/times", tag = "times", operation_id = "list_times", params(("id" = TicketRef, Path)), responses((status = 200, body = TimesOut)))]
async fn list(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>) -> Result<Json<TimesOut>, Problem> {
    let leave = visitor.leave::<ReadInternal>()?;
    let spent = app.read(move |tx, _, _| timelog::list(tx, &leave, id)).await?;
    let people = spent.people.into_iter().map(|p| (p.id.to_string(), NameOut { name: p.name, role: p.role.key() })).collect();
    Ok(Json(TimesOut { items: spent.entries.into_iter().map(time_out).collect(), total_minutes: spent.minutes, people }))
}
/// Takes one's own entry back within 24 hours.
#[utoipa::path(delete, path = "/api/v1/tickets/{id}/times/{time}", tag = "times", operation_id = "drop_time", params(("id" = TicketRef, Path), ("time" = TimeRef, Path)),
    responses((status = 204), (status = 409, description = "Somebody else's, or too late", body = ProblemOut, content_type = "application/problem+json")))]
async fn drop_own(
    State(app): State<App>,
    visitor: Visitor,
    PathIds(id, time): PathIds<TicketId, TimeId>,
    Bare { once }: Bare,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<WorkOnTicket>()?;
    app.once(visitor.id(), once, move |cx| timelog::drop_own(cx, &leave, id, time).map(|()| Made::nothing())).await
}
