//! Cases tied to each other.
use super::App;
use super::extract::{PathId, Query};
use super::once::{Bare, Write};
use super::problem::{Problem, ProblemOut};
use super::ticket::TicketOut;
use super::wire::{AccountRef, Made, TicketRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::Desk;
use desk::link::{Tie, Tied};
use domain::kit::TicketId;
use domain::people::LinkTickets;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(tie, untie))
}

/// Another case and what it is to this one.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkOut {
    /// `parent`, `child`, `related`, `split_from`, `split_into`, `merged_into`, `merged_from`: whose thread is read there
    #[schema(example = "child")]
    pub kind: &'static str,
    pub ticket: TicketRef,
    #[schema(example = "YN-10001")]
    pub number: String,
    pub subject: String,
    pub account: AccountRef,
    pub severity: &'static str,
    pub stage: &'static str,
    pub is_open: bool,
}
impl LinkOut {
    pub fn of(desk: &Desk, tied: Tied) -> LinkOut {
        let t = &tied.case.ticket;
        LinkOut {
            kind: tied.tie.key(),
            ticket: t.id.into(),
            number: desk.number_text(tied.case.number),
            account: t.account.into(),
            severity: t.severity.key(),
            stage: t.stage.key(),
            is_open: t.stage.is_open(),
            subject: tied.case.words.subject,
        }
    }
}
/// What can be tied by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TieIn {
    /// The other is the whole this case is a part of.
    Parent,
    /// The other is a part of this case.
    Child,
    Related,
}
impl From<TieIn> for Tie {
    fn from(tie: TieIn) -> Tie {
        match tie {
            TieIn::Parent => Tie::Parent,
            TieIn::Child => Tie::Child,
            TieIn::Related => Tie::Related,
        }
    }
}
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkIn {
    pub kind: TieIn,
    pub ticket: TicketRef,
}
/// Ties another case to this one. A case has one parent, and a case with a parent has no children.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/links", tag = "tickets", operation_id = "link_ticket", request_body = LinkIn, params(("id" = TicketRef, Path)),
    responses((status = 201, description = "The case", body = TicketOut),
        (status = 409, description = "Tied already, or not to be tied so", body = ProblemOut, content_type = "application/problem+json")))]
async fn tie(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>, write: Write<LinkIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<LinkTickets>()?;
    let asked = write.body;
    let done = app.once(visitor.id(), write.once, move |cx| {
        let case = desk::link::tie(cx, &leave, id, asked.ticket.0, asked.kind.into())?;
        let version = case.ticket.version;
        Ok(Made::new(format!("/api/v1/tickets/{id}"), TicketOut::written(cx.desk, leave.actor(), case, cx.pos)).version(version))
    });
    done.await
}
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnlinkIn {
    #[param(inline)]
    pub kind: TieIn,
    #[param(value_type = String)]
    pub ticket: TicketRef,
}
/// Unties another case from this one.
#[utoipa::path(delete, path = "/api/v1/tickets/{id}/links", tag = "tickets", operation_id = "unlink_ticket", params(("id" = TicketRef, Path), UnlinkIn),
    responses((status = 200, description = "The case", body = TicketOut),
        (status = 409, description = "Not tied so", body = ProblemOut, content_type = "application/problem+json")))]
async fn untie(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    Query(asked): Query<UnlinkIn>,
    Bare { once }: Bare,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<LinkTickets>()?;
    let done = app.once(visitor.id(), once, move |cx| {
        let case = desk::link::untie(cx, &leave, id, asked.ticket.0, asked.kind.into())?;
        let version = case.ticket.version;
        Ok(Made::ok(TicketOut::written(cx.desk, leave.actor(), case, cx.pos)).version(version))
    });
    done.await
}
