//! What somebody has begun to write and not sent.
use super::App;
use super::extract::{Json, PathId};
use super::once::{Bare, Write};
use super::problem::{Problem, ProblemOut};
use super::reply::tagged;
use super::wire::{Instant, Made, Page, TicketRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use domain::kit::TicketId;
use domain::people::KeepDraft;
use serde::{Deserialize, Serialize};
use store::presence::Draft;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_draft, put_draft, drop_draft)).routes(routes!(list_drafts))
}

/// A draft; its writer's alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftOut {
    pub ticket: TicketRef,
    /// `public`, `internal`
    pub kind: String,
    pub body: String,
    pub updated_at: Instant,
    pub version: u32,
}
impl From<Draft> for DraftOut {
    fn from(d: Draft) -> DraftOut {
        DraftOut { ticket: d.ticket.into(), kind: d.kind, body: d.body, updated_at: d.updated_at.into(), version: d.version }
    }
}
/// A draft over the version its writer has seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftIn {
    pub body: String,
    /// `public`, or `internal` for a note.
    #[serde(default = "public")]
    #[schema(default = "public")]
    pub kind: String,
    /// 0: none yet.
    #[serde(default)]
    pub seen_version: u32,
}
fn public() -> String {
    "public".into()
}
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftKeptOut {
    pub version: u32,
}

/// One's own draft on a case.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/draft", tag = "drafts", operation_id = "get_draft", params(("id" = TicketRef, Path)),
    responses((status = 200, description = "The draft", body = DraftOut), (status = 404, description = "There is none", body = ProblemOut, content_type = "application/problem+json")))]
async fn get_draft(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepDraft>()?;
    let draft = app.read(move |tx, _, _| desk::draft::get(tx, &leave, id)).await?;
    Ok(tagged(draft.version, DraftOut::from(draft)))
}
/// Keeps a draft. Another tab that wrote meanwhile is told by 412.
#[utoipa::path(put, path = "/api/v1/tickets/{id}/draft", tag = "drafts", operation_id = "put_draft", request_body = DraftIn, params(("id" = TicketRef, Path)),
    responses((status = 200, description = "Kept", body = DraftKeptOut),
        (status = 412, description = "Written elsewhere meanwhile", body = ProblemOut, content_type = "application/problem+json")))]
async fn put_draft(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>, write: Write<DraftIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepDraft>()?;
    let d = write.body;
    let done = app.once(visitor.id(), write.once, move |cx| {
        let draft = desk::draft::put(cx, &leave, id, &d.kind, &d.body, d.seen_version)?;
        Ok(Made::ok(DraftKeptOut { version: draft.version }).version(draft.version))
    });
    done.await
}
/// Drops one's own draft, if there is one.
#[utoipa::path(delete, path = "/api/v1/tickets/{id}/draft", tag = "drafts", operation_id = "drop_draft", params(("id" = TicketRef, Path)),
    responses((status = 204, description = "There is none now")))]
async fn drop_draft(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>, write: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepDraft>()?;
    app.once(visitor.id(), write.once, move |cx| desk::draft::drop_own(cx, &leave, id).map(|()| Made::nothing())).await
}
/// One's own drafts on all cases.
#[utoipa::path(get, path = "/api/v1/drafts", tag = "drafts", operation_id = "list_drafts", responses((status = 200, description = "At most 200", body = Page<DraftOut>)))]
async fn list_drafts(State(app): State<App>, visitor: Visitor) -> Result<Json<Page<DraftOut>>, Problem> {
    let leave = visitor.leave::<KeepDraft>()?;
    let drafts = app.read(move |tx, _, _| desk::draft::list(tx, &leave)).await?;
    Ok(Json(Page { items: drafts.into_iter().map(DraftOut::from).collect(), next: None }))
}
