//! Invitations: a letter with a link that works once, by which somebody of the house chooses their first password.
use super::App;
use super::extract::{Json, PathId};
use super::frame::Client;
use super::once::Bare;
use super::problem::Problem;
use super::session::{SignedInOut, session_response};
use super::wire::{Instant, Made, PersonRef, instant};
use crate::access::Visitor;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::access::prepare_password;
use desk::pass::{self, Invitation};
use domain::kit::PersonId;
use domain::people::InvitePerson;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(look, invite, revoke)).routes(routes!(accept))
}

/// The last invitation of somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationOut {
    pub person: PersonRef,
    /// `sent`, `accepted`, `expired`, `revoked`
    pub state: &'static str,
    pub by: Option<PersonRef>,
    pub sent_at: Instant,
    pub expires_at: Instant,
    pub accepted_at: Option<Instant>,
}
fn invitation_out(i: &Invitation) -> InvitationOut {
    InvitationOut {
        person: i.person.into(),
        state: i.state,
        by: i.link.by.map(Into::into),
        sent_at: i.link.created_at.into(),
        expires_at: i.link.expires_at.into(),
        accepted_at: instant(i.link.used_at),
    }
}
/// How the invitation of somebody stands. 404 where there is none.
#[utoipa::path(get, path = "/api/v1/people/{id}/invitation", tag = "people", operation_id = "get_invitation", params(("id" = PersonRef, Path)), responses((status = 200, body = InvitationOut)))]
async fn look(State(app): State<App>, visitor: Visitor, PathId(id): PathId<PersonId>) -> Result<Json<InvitationOut>, Problem> {
    let leave = visitor.leave::<InvitePerson>()?;
    Ok(Json(app.read(move |tx, _, now| Ok(invitation_out(&pass::look(tx, &leave, id, now)?))).await?))
}
/// Send somebody the letter that invites, or send it again: links of earlier letters work no longer. The new one works for 7 days.
#[utoipa::path(post, path = "/api/v1/people/{id}/invitation", tag = "people", operation_id = "invite_person", params(("id" = PersonRef, Path)), responses((status = 200, body = InvitationOut)))]
async fn invite(State(app): State<App>, visitor: Visitor, PathId(id): PathId<PersonId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<InvitePerson>()?;
    app.once(visitor.id(), once, move |cx| Ok(Made::ok(invitation_out(&pass::invite(cx, &leave, id)?)))).await
}
/// Take an invitation back.
#[utoipa::path(delete, path = "/api/v1/people/{id}/invitation", tag = "people", operation_id = "revoke_invitation", params(("id" = PersonRef, Path)), responses((status = 200, body = InvitationOut)))]
async fn revoke(State(app): State<App>, visitor: Visitor, PathId(id): PathId<PersonId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<InvitePerson>()?;
    app.once(visitor.id(), once, move |cx| Ok(Made::ok(invitation_out(&pass::revoke(cx, &leave, id)?)))).await
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptIn {
    /// What stands behind `#` in the letter's address.
    pub token: String,
    #[schema(min_length = 10, max_length = 200)]
    pub password: String,
}
/// Accept an invitation: choose a password, and be signed in.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "people", operation_id = "accept_invitation", request_body = AcceptIn, responses((status = 201, body = SignedInOut)), security(()))]
async fn accept(State(app): State<App>, Extension(Client(from)): Extension<Client>, Json(body): Json<AcceptIn>) -> Result<Response, Problem> {
    app.rates.sign_in(from)?;
    let signed_in = app.work(move |app| {
        let (token, now) = (body.token, app.now());
        // The slow hashing is for those alone whose link is good.
        let login = app.desk().read(|tx| Ok(pass::invited(tx, &token, now)?.login))?;
        let password = prepare_password(&body.password, &login)?;
        app.desk().write(now, move |cx| pass::accept(cx, &token, &password))
    });
    Ok(session_response(&app, &signed_in.await?, StatusCode::CREATED))
}
