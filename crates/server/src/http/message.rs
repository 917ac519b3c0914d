//! Words on a case: replies customers see, notes among colleagues.
use super::App;
use super::act::done_out;
use super::extract::{Json, PathId, Query};
use super::once::Write;
use super::page;
use super::problem::{Problem, ProblemOut};
use super::ticket::{TicketOut, language};
use super::wire::{AttachmentRef, Instant, Made, MessageRef, Page, PersonRef, TicketRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::act::Doing;
use domain::kit::TicketId;
use domain::people::{ActOnTicket, ReadTicket};
use domain::ticket::Command;
use serde::{Deserialize, Serialize};
use store::message::Message;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(send_message, list_messages))
}

/// One message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageOut {
    pub id: MessageRef,
    /// Absent for the house itself.
    pub author: Option<PersonRef>,
    /// `public`, `internal`, `system`
    #[schema(example = "public")]
    pub kind: &'static str,
    pub body: String,
    pub at: Instant,
    pub language: String,
}
impl From<Message> for MessageOut {
    fn from(m: Message) -> MessageOut {
        MessageOut { id: m.id.into(), author: m.author.map(Into::into), kind: m.kind.key(), body: m.body, at: m.at.into(), language: m.language }
    }
}

/// Something said on a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageIn {
    pub body: String,
    /// `internal`: for colleagues only.
    #[serde(default)]
    pub kind: KindIn,
    /// Puts a question the customer must answer: the case waits for them.
    #[serde(default)]
    pub asks: bool,
    /// Files uploaded to this case and not sent yet.
    #[serde(default)]
    pub attachments: Vec<AttachmentRef>,
    /// Of the text, BCP 47; the writer's unless said.
    #[serde(default)]
    pub language: Option<String>,
}
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindIn {
    #[default]
    Public,
    Internal,
}
impl MessageIn {
    /// As an act by somebody who writes in `own` language. Errors: 422.
    fn doing(self, own: &str) -> Result<Doing, Problem> {
        let command = match self.kind {
            KindIn::Internal if self.asks => return Err(Problem::invalid("asks", "not_for_this_act")),
            KindIn::Internal => Command::Note,
            KindIn::Public => Command::Reply { asks: self.asks },
        };
        let language = self.language.as_deref().map_or(Ok(own.to_string()), |tag| language("language", tag))?;
        let attachments = self.attachments.iter().map(|a| a.0).collect();
        Ok(Doing { command, body: Some(self.body), attachments, seen_version: None, language, with_children: false })
    }
}
/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaidOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageRef>,
    pub ticket: TicketOut,
}

/// Says something on a case: a reply, or a note among colleagues.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/messages", tag = "tickets", operation_id = "send_message", request_body = MessageIn,
    params(("id" = TicketRef, Path)),
    responses((status = 201, description = "Said", body = SaidOut),
        (status = 409, description = "Not as things stand", body = ProblemOut, content_type = "application/problem+json")))]
async fn send_message(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>, write: Write<MessageIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<ActOnTicket>()?;
    let doing = write.body.doing(&visitor.person.language)?;
    let done = app.once(visitor.id(), write.once, move |cx| {
        let done = desk::act::act(cx, &leave, id, &doing)?;
        let version = done.case.ticket.version;
        Ok(Made::new(format!("/api/v1/tickets/{id}/messages"), done_out(cx, &leave, done)).version(version))
    });
    done.await
}

/// From where in a thread, and how much.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ThreadIn {
    /// The message seen last.
    #[param(value_type = Option<String>)]
    pub after: Option<MessageRef>,
    /// Rows wanted, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
}
/// The thread of a case, oldest first. `next` is the `after` of the next page.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/messages", tag = "tickets", operation_id = "list_messages", params(("id" = TicketRef, Path), ThreadIn),
    responses((status = 200, description = "A page", body = Page<MessageOut>)))]
async fn list_messages(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    Query(asked): Query<ThreadIn>,
) -> Result<Json<Page<MessageOut>>, Problem> {
    let leave = visitor.leave::<ReadTicket>()?;
    let limit = page::limit(asked.limit)?;
    let (messages, more) = app.read(move |tx, _, _| desk::ticket::messages(tx, &leave, id, asked.after.map(|m| m.0), limit)).await?;
    let next = messages.last().filter(|_| more).map(|m| m.id.to_string());
    Ok(Json(Page { items: messages.into_iter().map(MessageOut::from).collect(), next }))
}
