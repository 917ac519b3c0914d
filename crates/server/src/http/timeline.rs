//! What happened to a case, in order.
use super::App;
use super::extract::{Json, PathId, Query};
use super::page;
use super::problem::Problem;
use super::wire::{AccountRef, Instant, Page, PersonRef, TicketRef};
use crate::access::Visitor;
use axum::extract::State;
use domain::kit::TicketId;
use domain::people::ReadTicket;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::log::Entry;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_timeline))
}

/// Something that happened. The same on a timeline and in a live stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventOut {
    /// Its place in the log; grows.
    pub pos: i64,
    pub at: Instant,
    #[schema(example = "ticket.replied")]
    pub key: String,
    pub account: Option<AccountRef>,
    pub ticket: Option<TicketRef>,
    /// Absent: the house itself.
    pub actor: Option<PersonRef>,
    /// What the key is about; ids and instants as everywhere.
    #[schema(value_type = Object)]
    pub body: Value,
}
impl From<Entry> for EventOut {
    fn from(e: Entry) -> EventOut {
        EventOut {
            pos: e.pos,
            at: e.at.into(),
            key: e.key,
            account: e.account.map(Into::into),
            ticket: e.ticket.map(Into::into),
            actor: e.actor.map(Into::into),
            // What the log holds was JSON when it was written.
            body: serde_json::from_str(&e.body).unwrap_or_default(),
        }
    }
}

/// From where, and how much.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimelineIn {
    /// The position read last.
    #[serde(default)]
    pub after: i64,
    /// Rows wanted, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
}
/// What happened to a case. `next` is the `after` of the next page; a page may be shorter than asked for.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/timeline", tag = "tickets", operation_id = "read_timeline", params(("id" = TicketRef, Path), TimelineIn),
    responses((status = 200, description = "A page", body = Page<EventOut>)))]
async fn read_timeline(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    Query(asked): Query<TimelineIn>,
) -> Result<Json<Page<EventOut>>, Problem> {
    let leave = visitor.leave::<ReadTicket>()?;
    let limit = page::limit(asked.limit)?;
    let (entries, next) = app.read(move |tx, _, _| desk::ticket::timeline_page(tx, &leave, id, asked.after, limit)).await?;
    Ok(Json(Page { items: entries.into_iter().map(EventOut::from).collect(), next: next.map(|pos| pos.to_string()) }))
}
