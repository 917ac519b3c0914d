//! One act on many cases, and back.
use super::App;
use super::act::ActIn;
use super::extract::{Json, PathId};
use super::once::{Bare, Write};
use super::problem::{Problem, ProblemOut};
use super::wire::{BulkRef, Instant, Made, TicketRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::act::Doing;
use desk::bulk::{self, Row};
use desk::{Desk, Flaw};
use domain::kit::{BulkId, TicketId};
use domain::people::{ActOnTicket, WorkOnTicket};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(run)).routes(routes!(undo))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkIn {
    /// At most 100; one named twice counts once.
    pub tickets: Vec<TicketRef>,
    /// `note`, `resolve`, `transfer`, `raise_severity`, `lower_severity`, `snooze`, `wake`, `follow` or `unfollow`, as in
    /// `POST /tickets/{id}/acts`, without attachments. `"to": "me"` is whoever asks.
    pub act: ActIn,
    /// Only tells what would happen.
    #[serde(default)]
    pub dry_run: bool,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkOut {
    pub dry_run: bool,
    /// In the order they were named.
    pub items: Vec<BulkRowOut>,
    /// `POST /tickets/bulk/{undo}/undo` takes it back; null where nothing can be taken back.
    pub undo: Option<BulkRef>,
    /// Until when.
    pub undo_until: Option<Instant>,
}
/// One of the cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkRowOut {
    pub ticket: TicketRef,
    /// Null for a case you may not know of.
    pub number: Option<String>,
    pub subject: Option<String>,
    pub possible: bool,
    pub done: bool,
    /// A code with words.
    pub why: Option<&'static str>,
}
fn rows_out(desk: &Desk, rows: Vec<Row>) -> Vec<BulkRowOut> {
    let out = |r: Row| {
        let (number, subject) = r.named.map(|(n, subject)| (desk.number_text(n), subject)).unzip();
        BulkRowOut { ticket: r.id.into(), number, subject, possible: r.why.is_none(), done: r.done, why: r.why }
    };
    rows.into_iter().map(out).collect()
}
/// Errors: 422; flaws of the act are named as they stand in the request.
fn doing(mut act: ActIn, visitor: &Visitor) -> Result<Doing, Problem> {
    if act.to.as_deref() == Some("me") {
        act.to = Some(visitor.id().to_string());
    }
    let within = |p: Problem| Problem { flaws: p.flaws.into_iter().map(|f| Flaw { field: format!("act.{}", f.field), ..f }).collect(), ..p };
    let mut doing = Doing::try_from(act).map_err(within)?;
    if doing.language.is_empty() {
        doing.language.clone_from(&visitor.person.language);
    }
    Ok(doing)
}

/// Does one act to many cases. What is possible happens at once or not at all; what the rules refuse is told case by case and harms no other.
#[utoipa::path(post, path = "/api/v1/tickets/bulk", tag = "tickets", operation_id = "act_on_tickets", request_body = BulkIn,
    responses((status = 200, description = "Case by case", body = BulkOut),
        (status = 422, description = "Every flaw with its field", body = ProblemOut, content_type = "application/problem+json")))]
async fn run(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<BulkIn>) -> Result<Response, Problem> {
    let (work, leave) = (visitor.leave::<WorkOnTicket>()?, visitor.leave::<ActOnTicket>()?);
    let doing = doing(body.act, &visitor)?;
    let tickets: Vec<TicketId> = body.tickets.iter().map(|t| t.0).collect();
    if body.dry_run {
        let tried = app.read(move |tx, desk, now| {
            let rows = bulk::try_out(tx, desk, &leave, &tickets, &doing, now)?;
            Ok(BulkOut { dry_run: true, items: rows_out(desk, rows), undo: None, undo_until: None })
        });
        return Ok(Json(tried.await?).into_response());
    }
    app.once(visitor.id(), once, move |cx| {
        let ran = bulk::run(cx, &work, &leave, &tickets, &doing)?;
        let undo_until = ran.undo.map(|_| (cx.now + bulk::UNDO_WITHIN).into());
        Ok(Made::ok(BulkOut { dry_run: false, items: rows_out(cx.desk, ran.rows), undo: ran.undo.map(Into::into), undo_until }))
    })
    .await
}
/// Takes an act on many cases back within ten minutes: handlers, times laid aside and following, of every case that still stands as it was left.
#[utoipa::path(post, path = "/api/v1/tickets/bulk/{id}/undo", tag = "tickets", operation_id = "undo_on_tickets", params(("id" = BulkRef, Path)),
    responses((status = 200, description = "Case by case", body = BulkOut),
        (status = 409, description = "Taken back before, or too late", body = ProblemOut, content_type = "application/problem+json")))]
async fn undo(State(app): State<App>, visitor: Visitor, PathId(id): PathId<BulkId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let (work, leave) = (visitor.leave::<WorkOnTicket>()?, visitor.leave::<ActOnTicket>()?);
    app.once(visitor.id(), once, move |cx| {
        let rows = bulk::undo(cx, &work, &leave, id)?;
        Ok(Made::ok(BulkOut { dry_run: false, items: rows_out(cx.desk, rows), undo: None, undo_until: None }))
    })
    .await
}
