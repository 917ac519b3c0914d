//! Who else has a case open, and what was said since one began to write.
use super::App;
use super::extract::{Json, PathId, Query};
use super::once::Write;
use super::problem::Problem;
use super::wire::{Instant, Made, MessageRef, PersonRef, TicketRef, refs};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::presence::{Here, News, Since};
use domain::kit::TicketId;
use domain::people::ReadTicket;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(put_presence, get_presence))
}

/// What somebody does on a case; said again well within 30 seconds for as long as it lasts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresenceIn {
    /// `reading`, `typing`
    #[schema(example = "typing")]
    pub doing: String,
}
/// Who else is here, and what is new.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresenceOut {
    pub here: Vec<HereOut>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_messages: Option<NewsOut>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct HereOut {
    pub person: PersonRef,
    pub name: String,
    pub is_staff: bool,
    /// `reading`, `typing`
    pub doing: String,
    pub seen_at: Instant,
}
impl From<Here> for HereOut {
    fn from(h: Here) -> HereOut {
        HereOut { person: h.person.into(), name: h.name, is_staff: h.is_staff, doing: h.doing, seen_at: h.seen_at.into() }
    }
}
/// "2 new messages since you started."
#[derive(Debug, Serialize, ToSchema)]
pub struct NewsOut {
    pub count: u32,
    /// There are more than were counted.
    pub more: bool,
    pub authors: Vec<PersonRef>,
    pub last: Option<MessageRef>,
}
impl From<News> for NewsOut {
    fn from(n: News) -> NewsOut {
        NewsOut { count: n.count, more: n.more, authors: refs(&n.authors), last: n.last.map(Into::into) }
    }
}

/// Says that one is here and tells who else is.
#[utoipa::path(put, path = "/api/v1/tickets/{id}/presence", tag = "presence", operation_id = "put_presence", request_body = PresenceIn, params(("id" = TicketRef, Path)),
    responses((status = 200, description = "Who else is here", body = PresenceOut)))]
async fn put_presence(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>, write: Write<PresenceIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<ReadTicket>()?;
    let doing = write.body.doing;
    let done = app.once(visitor.id(), write.once, move |cx| {
        desk::presence::beat(cx, &leave, id, &doing)?;
        let here = desk::presence::here(cx.tx, &leave, id, cx.now)?;
        Ok(Made::ok(PresenceOut { here: here.into_iter().map(HereOut::from).collect(), new_messages: None }))
    });
    done.await
}

/// Since when one asks for news.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewsIn {
    /// The message one had seen last when one began to write.
    pub since_message: Option<MessageRef>,
    /// When one began to write.
    pub since: Option<Instant>,
}
impl NewsIn {
    fn since(&self) -> Option<Since> {
        self.since_message.map(|m| Since::Message(m.0)).or(self.since.map(|i| Since::Instant(i.0)))
    }
}
/// Who else is here, and what others said since a message or an instant.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/presence", tag = "presence", operation_id = "get_presence", params(("id" = TicketRef, Path), NewsIn),
    responses((status = 200, description = "Who else is here", body = PresenceOut)))]
async fn get_presence(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    Query(asked): Query<NewsIn>,
) -> Result<Json<PresenceOut>, Problem> {
    let leave = visitor.leave::<ReadTicket>()?;
    let read = app.read(move |tx, _, now| {
        let here = desk::presence::here(tx, &leave, id, now)?.into_iter().map(HereOut::from).collect();
        let news = asked.since().map(|since| desk::presence::news(tx, &leave, id, since)).transpose()?;
        Ok(PresenceOut { here, new_messages: news.map(NewsOut::from) })
    });
    Ok(Json(read.await?))
}
