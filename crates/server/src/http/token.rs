//! API tokens of one's own.
use super::App;
use super::extract::{Json, PathId};
use super::once::{Bare, Write};
use super::problem::Problem;
use super::wire::{self, Instant, Made, TokenRef, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::token::NewToken;
use domain::kit::TokenId;
use domain::people::KeepOwnTokens;
use serde::{Deserialize, Serialize};
use store::token::Token;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(revoke))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TokenOut {
    pub id: TokenRef,
    pub name: String,
    /// How it begins, so that one recognises it.
    pub hint: String,
    /// Names of deeds; `*` is whatever its person may.
    pub scopes: Vec<String>,
    pub created_at: Instant,
    pub expires_at: Option<Instant>,
    /// To the minute.
    pub last_used_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
}
pub fn token_out(t: &Token) -> TokenOut {
    TokenOut {
        id: t.id.into(),
        name: t.name.clone(),
        hint: t.hint.clone(),
        scopes: t.scopes.clone(),
        created_at: t.created_at.into(),
        expires_at: instant(t.expires_at),
        last_used_at: instant(t.last_used_at),
        revoked_at: instant(t.revoked_at),
    }
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenIn {
    pub name: String,
    /// Names of deeds (see `GET /me`), or `*`.
    pub scopes: Vec<String>,
    /// In 90 days if not said; within a year.
    pub expires_at: Option<Instant>,
}
#[derive(Serialize, ToSchema)]
pub struct IssuedOut {
    pub token: TokenOut,
    /// Shown this once, also to a repetition with the same Idempotency-Key.
    #[schema(example = "yn_…")]
    pub secret: String,
}
/// Issue a token; at most ten are active at a time.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", operation_id = "create_token", request_body = TokenIn, responses((status = 201, body = IssuedOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<TokenIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepOwnTokens>()?;
    let new = NewToken { name: body.name, scopes: body.scopes, expires_at: wire::at(body.expires_at) };
    app.once(visitor.id(), once, move |cx| {
        let issued = desk::token::create(cx, &leave, visitor.scopes(), &new)?;
        let (id, token) = (issued.token.id, token_out(&issued.token));
        let again = serde_json::json!({ "token": token });
        Ok(Made::new(format!("/api/v1/tokens/{id}"), IssuedOut { token, secret: issued.secret }).shown_once(again))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct TokensOut {
    pub items: Vec<TokenOut>,
}
/// One's own tokens, newest first, ended ones included.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", operation_id = "list_tokens", responses((status = 200, body = TokensOut)))]
async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<TokensOut>, Problem> {
    let leave = visitor.leave::<KeepOwnTokens>()?;
    let tokens = app.read(move |tx, _, _| desk::token::list(tx, &leave)).await?;
    Ok(Json(TokensOut { items: tokens.iter().map(token_out).collect() }))
}
/// End a token.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", operation_id = "revoke_token", params(("id" = TokenRef, Path)), responses((status = 204)))]
async fn revoke(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TokenId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepOwnTokens>()?;
    app.once(visitor.id(), once, move |cx| desk::token::revoke(cx, &leave, id).map(|()| Made::nothing())).await
}
