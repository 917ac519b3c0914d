//! How a closed case went, in the customer's eyes.
use super::App;
use super::extract::PathId;
use super::once::Write;
use super::problem::Problem;
use super::wire::{Instant, Made, PersonRef, TicketRef, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use domain::kit::TicketId;
use domain::people::RateTicket;
use domain::ticket::Rating;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(rate))
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingIn {
    /// 1 to 5.
    pub stars: u32,
    #[serde(default)]
    pub comment: String,
}
/// How a case went, in the customer's eyes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingOut {
    pub stars: u32,
    pub comment: String,
    pub by: PersonRef,
    pub at: Instant,
    pub edited_at: Option<Instant>,
    /// Until then it may be changed.
    pub open_until: Instant,
}
pub fn rating_out(r: &Rating) -> RatingOut {
    RatingOut {
        stars: r.stars,
        comment: r.comment.clone(),
        by: r.by.into(),
        at: r.at.into(),
        edited_at: instant(r.edited_at),
        open_until: r.open_until().into(),
    }
}
/// Rate a closed case, or change the rating within 7 days.
#[utoipa::path(put, path = "/api/v1/tickets/{id}/rating", tag = "tickets", operation_id = "rate_ticket", params(("id" = TicketRef, Path)), request_body = RatingIn, responses((status = 200, body = RatingOut)))]
async fn rate(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    Write { body, once }: Write<RatingIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<RateTicket>()?;
    app.once(visitor.id(), once, move |cx| Ok(Made::ok(rating_out(&desk::rating::rate(cx, &leave, id, body.stars, &body.comment)?)))).await
}
