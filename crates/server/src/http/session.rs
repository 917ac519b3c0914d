//! Signing in and out, and what one may change about oneself.
use super::App;
use super::extract::{IfMatch, Json, SeenVersion};
use super::frame::Client;
use super::once::Write;
use super::person::{PersonOut, person_out};
use super::problem::Problem;
use super::reply;
use super::wire::{self, Instant, Made, SessionRef};
use crate::access::{Visitor, credential};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::access::{self, SignedIn};
use desk::people::OwnEdit;
use domain::people::POLICY;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in))
        .routes(routes!(request_link))
        .routes(routes!(use_link))
        .routes(routes!(sign_out))
        .routes(routes!(me, edit_me))
        .routes(routes!(put_availability))
        .routes(routes!(change_password))
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInIn {
    #[schema(example = "yunfan")]
    pub login: String,
    pub password: String,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedInOut {
    pub session: SessionOut,
    pub person: PersonOut,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionOut {
    pub id: SessionRef,
    pub expires_at: Instant,
}
pub(super) fn session_response(app: &App, signed_in: &SignedIn, status: StatusCode) -> Response {
    let s = &signed_in.session;
    let session = SessionOut { id: s.id.into(), expires_at: s.expires_at.into() };
    let out = SignedInOut { session, person: person_out(&signed_in.person) };
    let mut response = (status, axum::Json(out)).into_response();
    let cookie = credential::set_cookie(&signed_in.secret, (s.expires_at - app.now()).as_seconds(), app.config().is_https());
    put_cookie(&mut response, cookie);
    response
}
fn put_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}
/// Sign in. The session comes as a cookie that scripts cannot read.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "sessions", operation_id = "sign_in", request_body = SignInIn, responses((status = 201, body = SignedInOut)), security(()))]
async fn sign_in(State(app): State<App>, Extension(Client(from)): Extension<Client>, Json(who): Json<SignInIn>) -> Result<Response, Problem> {
    app.rates.sign_in(from)?;
    let signed_in = app.work(move |app| access::sign_in(app.desk(), &app.guard, app.now(), &who.login, &who.password)).await?;
    Ok(session_response(&app, &signed_in, StatusCode::CREATED))
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInLinkIn {
    #[schema(example = "yunfan@example.com")]
    pub email: String,
}
/// Ask for a letter with a link to sign in: it works once, for 15 minutes, and is for customers. The answer is the same whether anybody has
/// this address or not.
#[utoipa::path(post, path = "/api/v1/sessions/link", tag = "sessions", operation_id = "request_link", request_body = SignInLinkIn, responses((status = 202, description = "If somebody has this address, a letter is on its way")), security(()))]
async fn request_link(
    State(app): State<App>,
    Extension(Client(from)): Extension<Client>,
    Json(asked): Json<SignInLinkIn>,
) -> Result<StatusCode, Problem> {
    app.rates.sign_in(from)?;
    // Counted for addresses nobody has as well.
    app.guard.attempt(&format!("link {}", asked.email.trim()), app.now())?;
    app.write(move |cx| desk::pass::send_sign_in(cx, &asked.email)).await?;
    Ok(StatusCode::ACCEPTED)
}
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInLinkUseIn {
    /// What stands behind `#` in the letter's address.
    pub token: String,
}
/// Sign in with the token of such a letter.
#[utoipa::path(post, path = "/api/v1/sessions/link/use", tag = "sessions", operation_id = "sign_in_by_link", request_body = SignInLinkUseIn, responses((status = 201, body = SignedInOut)), security(()))]
async fn use_link(
    State(app): State<App>,
    Extension(Client(from)): Extension<Client>,
    Json(shown): Json<SignInLinkUseIn>,
) -> Result<Response, Problem> {
    app.rates.sign_in(from)?;
    let signed_in = app.write(move |cx| desk::pass::sign_in(cx, &shown.token)).await?;
    app.guard.forget(&format!("link {}", signed_in.person.email));
    Ok(session_response(&app, &signed_in, StatusCode::CREATED))
}
/// Sign out: the session ends, here and everywhere.
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "sessions", operation_id = "sign_out", responses((status = 204)))]
async fn sign_out(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    app.write(move |cx| access::sign_out(cx, &visitor.0)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    put_cookie(&mut response, credential::clear_cookie(app.config().is_https()));
    Ok(response)
}

/// Oneself, and what one may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeOut {
    #[serde(flatten)]
    pub person: PersonOut,
    /// Names of the deeds one has leave for, with this session or token.
    pub deeds: Vec<String>,
}
/// Who am I?
#[utoipa::path(get, path = "/api/v1/me", tag = "sessions", operation_id = "get_me", responses((status = 200, body = MeOut)))]
async fn me(visitor: Visitor, asked: HeaderMap) -> Response {
    let may =
        |(name, may): &(&str, fn(domain::people::Role) -> bool)| (may(visitor.actor.role) && visitor.scopes().allow(name)).then(|| name.to_string());
    let out = MeOut { person: person_out(&visitor.person), deeds: POLICY.iter().filter_map(may).collect() };
    reply::versioned(&asked, visitor.person.version, out)
}

/// What one changes about oneself; what is not said stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeIn {
    pub name: Option<String>,
    pub language: Option<String>,
    pub tz: Option<String>,
    /// Until when one takes no new cases; `null`: back now.
    #[serde(default, deserialize_with = "wire::said")]
    #[schema(value_type = Option<Instant>)]
    pub away_until: Option<Option<Instant>>,
}
/// Change something about oneself.
#[utoipa::path(patch, path = "/api/v1/me", tag = "sessions", operation_id = "edit_me", params(("If-Match" = String, Header)), request_body = MeIn, responses((status = 200, body = PersonOut)))]
async fn edit_me(
    State(app): State<App>,
    visitor: Visitor,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<MeIn>,
) -> Result<Response, Problem> {
    let edit = OwnEdit { name: body.name, language: body.language, tz: body.tz, away_until: body.away_until.map(wire::at) };
    app.once(visitor.id(), once, move |cx| {
        let person = desk::people::edit_own(cx, &visitor.0, version, &edit)?;
        Ok(Made::ok(person_out(&person)).version(person.version))
    })
    .await
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityIn {
    /// Until when one takes no new cases; `null`: back now.
    pub away_until: Option<Instant>,
}
/// Say that one is away, or back. `If-Match` may be left out: it is about nobody else.
#[utoipa::path(put, path = "/api/v1/people/me/availability", tag = "sessions", operation_id = "put_availability", request_body = AvailabilityIn, responses((status = 200, body = PersonOut)))]
async fn put_availability(
    State(app): State<App>,
    visitor: Visitor,
    SeenVersion(seen): SeenVersion,
    Write { body, once }: Write<AvailabilityIn>,
) -> Result<Response, Problem> {
    let version = seen.unwrap_or(visitor.person.version);
    let edit = OwnEdit { away_until: Some(wire::at(body.away_until)), ..OwnEdit::default() };
    app.once(visitor.id(), once, move |cx| {
        let person = desk::people::edit_own(cx, &visitor.0, version, &edit)?;
        Ok(Made::ok(person_out(&person)).version(person.version))
    })
    .await
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordIn {
    pub old: String,
    #[schema(min_length = 10, max_length = 200)]
    pub new: String,
}
/// Change one's password. Every other session ends; this one goes on under a new cookie.
#[utoipa::path(put, path = "/api/v1/people/me/password", tag = "sessions", operation_id = "change_password", request_body = PasswordIn, responses((status = 200, body = SignedInOut)))]
async fn change_password(State(app): State<App>, visitor: Visitor, Json(body): Json<PasswordIn>) -> Result<Response, Problem> {
    visitor.in_person()?;
    let signed_in = app.work(move |app| {
        let login = visitor.person.login.clone();
        app.guard.attempt(&login, app.now())?;
        let old = app.desk().read(|tx| access::look(tx, &login))?.answer(&body.old)?;
        app.guard.forget(&login);
        let new = access::prepare_password(&body.new, &login)?;
        app.desk().write(app.now(), move |cx| access::change_password(cx, &visitor.0, &old, &new))
    });
    Ok(session_response(&app, &signed_in.await?, StatusCode::OK))
}
