//! Two cases become one, one becomes two.
use super::App;
use super::extract::PathId;
use super::once::{Bare, Write};
use super::problem::{Problem, ProblemOut};
use super::ticket::TicketOut;
use super::wire::{Instant, Made, MessageRef, TicketRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::Act;
use desk::merge::Merged;
use desk::split::Split;
use domain::kit::TicketId;
use domain::people::{Actor, LinkTickets};
use domain::ticket::UNMERGE_WITHIN;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(merge)).routes(routes!(unmerge)).routes(routes!(split))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeIn {
    /// The case it goes on in.
    pub into: TicketRef,
}
/// Both cases as they are now.
#[derive(Debug, Serialize, ToSchema)]
pub struct MergedOut {
    pub ticket: TicketOut,
    pub other: TicketOut,
    /// Until when the merge may be taken back; absent when it just was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_until: Option<Instant>,
}
fn merged_out(cx: &Act, who: &Actor, merged: Merged, undo: bool) -> Made<MergedOut> {
    let version = merged.case.ticket.version;
    let out = MergedOut {
        ticket: TicketOut::written(cx.desk, who, merged.case, cx.pos),
        other: TicketOut::of(cx.desk, who, merged.other),
        undo_until: undo.then(|| (cx.now + UNMERGE_WITHIN).into()),
    };
    Made::ok(out).version(version)
}
/// Merges this case into another of the same customer and contact. It is closed; its thread, files and drafts stay readable here and are
/// found by `links` of the other, its promises go on there with what they have used.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/merge", tag = "tickets", operation_id = "merge_ticket", request_body = MergeIn, params(("id" = TicketRef, Path)),
    responses((status = 200, description = "Merged", body = MergedOut),
        (status = 409, description = "Not these two, not now", body = ProblemOut, content_type = "application/problem+json")))]
async fn merge(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>, write: Write<MergeIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<LinkTickets>()?;
    let into = write.body.into.0;
    let done = app.once(visitor.id(), write.once, move |cx| {
        let merged = desk::merge::merge(cx, &leave, id, into)?;
        Ok(merged_out(cx, leave.actor(), merged, true))
    });
    done.await
}
/// Takes a merge back within seven days, as long as the other case is not closed. Promises that were not kept meanwhile count on as if it had
/// never been merged; whoever came to follow the other case still does.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/unmerge", tag = "tickets", operation_id = "unmerge_ticket", params(("id" = TicketRef, Path)),
    responses((status = 200, description = "Two cases again", body = MergedOut),
        (status = 409, description = "Not merged, or too late", body = ProblemOut, content_type = "application/problem+json")))]
async fn unmerge(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>, write: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<LinkTickets>()?;
    let done = app.once(visitor.id(), write.once, move |cx| {
        let merged = desk::merge::unmerge(cx, &leave, id)?;
        Ok(merged_out(cx, leave.actor(), merged, false))
    });
    done.await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitIn {
    /// A public message of the case; it becomes the first one of the new case.
    pub message: MessageRef,
    /// This case's unless said.
    #[serde(default)]
    pub subject: Option<String>,
    #[serde(default)]
    pub severity: Option<String>,
    #[serde(default)]
    pub product: Option<String>,
}
/// Opens a case of its own with a message of this one. The customer who wrote it is its requester; both are linked.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/split", tag = "tickets", operation_id = "split_ticket", request_body = SplitIn, params(("id" = TicketRef, Path)),
    responses((status = 201, description = "The new case", body = TicketOut),
        (status = 422, description = "Every flaw with its field", body = ProblemOut, content_type = "application/problem+json")))]
async fn split(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>, write: Write<SplitIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<LinkTickets>()?;
    let s = write.body;
    let asked = Split { message: s.message.0, subject: s.subject, severity: s.severity, product: s.product };
    let number = app.work(|app| app.desk().next_number()).await?;
    let done = app.once(visitor.id(), write.once, move |cx| {
        let opened = desk::split::split(cx, &leave, number, id, &asked)?;
        let (place, version) = (format!("/api/v1/tickets/{}", opened.case.ticket.id), opened.case.ticket.version);
        Ok(Made::new(place, TicketOut::written(cx.desk, leave.actor(), opened.case, opened.pos)).version(version))
    });
    done.await
}
