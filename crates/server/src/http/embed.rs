//! The portal inside the vendor's own pages: which pages may, the script they load, and how somebody comes in by one.
use super::App;
use super::extract::{IfMatch, Json, PathId};
use super::once::{Bare, Write};
use super::person::{PersonOut, person_out};
use super::problem::Problem;
use super::wire::{self, AccountRef, EmbedRef, Instant, Made};
use crate::access::Visitor;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::kit::EmbedId;
use domain::people::{KeepEmbeds, POLICY};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::LazyLock;
use store::embed::Embed;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(edit, drop_one)).routes(routes!(sign_in))
}
/// The script, outside the described API.
pub fn script_routes() -> Router<App> {
    Router::new().route("/embed.js", get(script))
}

const SCRIPT: &str = include_str!("../../../../web/portal/embed/embed.js");
static TAG: LazyLock<String> = LazyLock::new(|| {
    let hash = Sha256::digest(SCRIPT.as_bytes());
    hash.iter().take(12).fold(String::from("\""), |mut tag, b| {
        let _ = write!(tag, "{b:02x}");
        tag
    }) + "\""
});
/// Pages of other origins load it: nothing in it is anybody's, and it sets no cookie.
async fn script(asked: HeaderMap) -> Response {
    let keep = [
        (header::CACHE_CONTROL, "public, max-age=86400, stale-while-revalidate=604800"),
        (header::ETAG, TAG.as_str()),
        (header::VARY, "accept-encoding"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    let known = asked.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known.is_some_and(|tags| tags.split(',').any(|t| t.trim().trim_start_matches("W/") == *TAG)) {
        return (StatusCode::NOT_MODIFIED, keep).into_response();
    }
    (keep, [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedKey {
    /// `ES256`, `EdDSA` or `RS256`
    #[schema(example = "ES256")]
    pub alg: String,
    /// PEM of the public half.
    pub public_key: String,
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedIn {
    pub name: String,
    /// Only this account's people come in by it; absent: any customer's.
    #[serde(default)]
    pub account: Option<AccountRef>,
    /// `https://console.vendor.example`, without a path.
    pub origins: Vec<String>,
    pub key: EmbedKey,
    #[serde(default = "yes")]
    pub active: bool,
}
fn yes() -> bool {
    true
}
impl From<EmbedIn> for desk::embed::EmbedIn {
    fn from(e: EmbedIn) -> Self {
        let EmbedKey { alg, public_key } = e.key;
        desk::embed::EmbedIn { name: e.name, account: e.account.map(|a| a.0), origins: e.origins, alg, public_key, active: e.active }
    }
}
#[derive(Debug, Serialize, ToSchema)]
pub struct EmbedOut {
    pub id: EmbedRef,
    pub name: String,
    pub account: Option<AccountRef>,
    pub origins: Vec<String>,
    pub key: EmbedKey,
    pub active: bool,
    pub created_at: Instant,
    /// For `If-Match`.
    pub version: u32,
}
fn embed_out(e: Embed) -> EmbedOut {
    EmbedOut {
        id: e.id.into(),
        name: e.name,
        account: e.account.map(Into::into),
        origins: e.origins,
        key: EmbedKey { alg: e.alg, public_key: e.public_key },
        active: e.active,
        created_at: e.created_at.into(),
        version: e.version,
    }
}
/// Let a page of the vendor's open the portal inside it.
#[utoipa::path(post, path = "/api/v1/embeds", tag = "embeds", operation_id = "create_embed", request_body = EmbedIn, responses((status = 201, body = EmbedOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<EmbedIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepEmbeds>()?;
    let new = body.into();
    app.once(visitor.id(), once, move |cx| {
        let embed = desk::embed::create(cx, &leave, &new)?;
        let version = embed.version;
        Ok(Made::new(format!("/api/v1/embeds/{}", embed.id), embed_out(embed)).version(version))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct EmbedsOut {
    pub items: Vec<EmbedOut>,
}
/// Every one of them.
#[utoipa::path(get, path = "/api/v1/embeds", tag = "embeds", operation_id = "list_embeds", responses((status = 200, body = EmbedsOut)))]
async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<EmbedsOut>, Problem> {
    let leave = visitor.leave::<KeepEmbeds>()?;
    let all = app.read(move |tx, _, _| desk::embed::list(tx, &leave)).await?;
    Ok(Json(EmbedsOut { items: all.into_iter().map(embed_out).collect() }))
}
/// What changes; what is not said stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedEditIn {
    pub name: Option<String>,
    /// `null`: any customer's people.
    #[serde(default, deserialize_with = "wire::said")]
    #[schema(value_type = Option<AccountRef>)]
    pub account: Option<Option<AccountRef>>,
    pub origins: Option<Vec<String>>,
    pub key: Option<EmbedKey>,
    pub active: Option<bool>,
}
/// Change one.
#[utoipa::path(patch, path = "/api/v1/embeds/{id}", tag = "embeds", operation_id = "edit_embed", params(("id" = EmbedRef, Path), ("If-Match" = String, Header)), request_body = EmbedEditIn, responses((status = 200, body = EmbedOut)))]
async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<EmbedId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<EmbedEditIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepEmbeds>()?;
    app.once(visitor.id(), once, move |cx| {
        let now = desk::embed::get(cx.tx, &leave, id)?;
        let key = body.key.clone().unwrap_or(EmbedKey { alg: now.alg, public_key: now.public_key });
        let new = desk::embed::EmbedIn {
            name: body.name.clone().unwrap_or(now.name),
            account: body.account.map_or(now.account, |said| said.map(|a| a.0)),
            origins: body.origins.clone().unwrap_or(now.origins),
            alg: key.alg,
            public_key: key.public_key,
            active: body.active.unwrap_or(now.active),
        };
        let embed = desk::embed::edit(cx, &leave, id, version, &new)?;
        let version = embed.version;
        Ok(Made::ok(embed_out(embed)).version(version))
    })
    .await
}
/// Drop one. Who came in by it stays until their quarter of an hour is over.
#[utoipa::path(delete, path = "/api/v1/embeds/{id}", tag = "embeds", operation_id = "drop_embed", params(("id" = EmbedRef, Path)), responses((status = 204)))]
async fn drop_one(State(app): State<App>, visitor: Visitor, PathId(id): PathId<EmbedId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepEmbeds>()?;
    app.once(visitor.id(), once, move |cx| desk::embed::drop_one(cx, &leave, id).map(|()| Made::nothing())).await
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedSignInIn {
    #[schema(example = "emb_01h455vb4pex5vsknk084sn02q")]
    pub embed: String,
    /// The JWT the host signed: `iss` the embed, `sub` the person's login or e-mail address, `aud` our address, `exp` at most 10 minutes ahead,
    /// `iat`, a `jti` that is used once, and perhaps `account`, the customer's number.
    pub token: String,
    /// Of the host's page, as the browser told it.
    pub origin: String,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct EmbedMeOut {
    #[serde(flatten)]
    pub person: PersonOut,
    /// Names of the deeds one has leave for here.
    pub deeds: Vec<&'static str>,
}
#[derive(Serialize, ToSchema)]
pub struct EmbedSignedInOut {
    /// For `Authorization: Bearer`; never a cookie.
    pub token: String,
    pub expires_at: Instant,
    pub me: EmbedMeOut,
}
/// Sign in from inside another page, for 15 minutes.
#[utoipa::path(post, path = "/api/v1/sessions/embed", tag = "sessions", operation_id = "sign_in_by_embed", request_body = EmbedSignInIn, responses((status = 201, body = EmbedSignedInOut)), security(()))]
async fn sign_in(State(app): State<App>, Json(shown): Json<EmbedSignInIn>) -> Result<Response, Problem> {
    let signed_in = app.write(move |cx| desk::embed::sign_in(cx, &shown.embed, &shown.token, &shown.origin)).await?;
    let may = |name: &str, role_may: fn(domain::people::Role) -> bool| role_may(signed_in.person.role) && desk::access::EMBED_DEEDS.contains(&name);
    let deeds = POLICY.iter().filter(|(name, role_may)| may(name, *role_may)).map(|(name, _)| *name).collect();
    let me = EmbedMeOut { person: person_out(&signed_in.person), deeds };
    let out = EmbedSignedInOut { token: signed_in.secret, expires_at: signed_in.session.expires_at.into(), me };
    Ok((StatusCode::CREATED, axum::Json(out)).into_response())
}
