//! Where other systems want to be told.
use super::App;
use super::extract::{IfMatch, Json, PathId, PathIds, Query};
use super::once::{Bare, Write};
use super::page::{self, PageIn};
use super::problem::Problem;
use super::reply;
use super::wire::{AccountRef, Instant, Made, OutboxRef, Page, WebhookRef, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use domain::kit::{OutboxId, WebhookId};
use domain::people::KeepWebhooks;
use serde::{Deserialize, Serialize};
use store::outbox::Letter;
use store::webhook::Webhook;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, edit, drop_one))
        .routes(routes!(rotate))
        .routes(routes!(deliveries))
        .routes(routes!(replay))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookOut {
    pub id: WebhookRef,
    /// Only events of this account; absent: of all.
    pub account: Option<AccountRef>,
    pub name: String,
    pub url: String,
    pub topics: Vec<String>,
    pub active: bool,
    pub failing_since: Option<Instant>,
    pub created_at: Instant,
    pub version: u32,
}
fn webhook_out(w: &Webhook) -> WebhookOut {
    WebhookOut {
        id: w.id.into(),
        account: w.account.map(Into::into),
        name: w.name.clone(),
        url: w.url.clone(),
        topics: w.topics.clone(),
        active: w.active,
        failing_since: instant(w.failing_since),
        created_at: w.created_at.into(),
        version: w.version,
    }
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookIn {
    /// Fixed when it is made.
    pub account: Option<AccountRef>,
    pub name: String,
    pub url: String,
    /// Event keys as `ticket.opened`, or `*`.
    pub topics: Vec<String>,
    #[serde(default = "yes")]
    pub active: bool,
}
fn yes() -> bool {
    true
}
impl From<WebhookIn> for desk::webhook::WebhookIn {
    fn from(w: WebhookIn) -> Self {
        desk::webhook::WebhookIn { account: w.account.map(|a| a.0), name: w.name, url: w.url, topics: w.topics, active: w.active }
    }
}
#[derive(Serialize, ToSchema)]
pub struct WebhookShownOut {
    pub webhook: WebhookOut,
    /// Shown this once.
    #[schema(example = "whsec_…")]
    pub secret: String,
}
fn shown(made: fn(String, WebhookShownOut) -> Made<WebhookShownOut>, s: desk::webhook::Shown) -> Made<WebhookShownOut> {
    let (version, webhook) = (s.webhook.version, webhook_out(&s.webhook));
    let again = serde_json::json!({ "webhook": webhook });
    made(format!("/api/v1/webhooks/{}", s.webhook.id), WebhookShownOut { webhook, secret: s.secret }).version(version).shown_once(again)
}
/// Set up a webhook.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "create_webhook", request_body = WebhookIn, responses((status = 201, body = WebhookShownOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<WebhookIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepWebhooks>()?;
    let new = body.into();
    app.once(visitor.id(), once, move |cx| Ok(shown(Made::new, desk::webhook::create(cx, &leave, &new)?))).await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhooksOut {
    pub items: Vec<WebhookOut>,
}
/// Every webhook.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "list_webhooks", responses((status = 200, body = WebhooksOut)))]
async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<WebhooksOut>, Problem> {
    let leave = visitor.leave::<KeepWebhooks>()?;
    let all = app.read(move |tx, _, _| desk::webhook::list(tx, &leave)).await?;
    Ok(Json(WebhooksOut { items: all.iter().map(webhook_out).collect() }))
}
/// One webhook.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", tag = "webhooks", operation_id = "get_webhook", params(("id" = WebhookRef, Path)), responses((status = 200, body = WebhookOut)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<WebhookId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepWebhooks>()?;
    let webhook = app.read(move |tx, _, _| desk::webhook::get(tx, &leave, id)).await?;
    Ok(reply::tagged(webhook.version, webhook_out(&webhook)))
}
/// What changes; what is not said stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookEditIn {
    pub name: Option<String>,
    pub url: Option<String>,
    pub topics: Option<Vec<String>>,
    pub active: Option<bool>,
}
/// Change a webhook.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", tag = "webhooks", operation_id = "edit_webhook", params(("id" = WebhookRef, Path), ("If-Match" = String, Header)), request_body = WebhookEditIn, responses((status = 200, body = WebhookOut)))]
async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<WebhookId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<WebhookEditIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepWebhooks>()?;
    app.once(visitor.id(), once, move |cx| {
        let now = desk::webhook::get(cx.tx, &leave, id)?;
        let new = desk::webhook::WebhookIn {
            account: now.account,
            name: body.name.clone().unwrap_or(now.name),
            url: body.url.clone().unwrap_or(now.url),
            topics: body.topics.clone().unwrap_or(now.topics),
            active: body.active.unwrap_or(now.active),
        };
        let webhook = desk::webhook::edit(cx, &leave, id, version, &new)?;
        Ok(Made::ok(webhook_out(&webhook)).version(webhook.version))
    })
    .await
}
/// Drop a webhook.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks", operation_id = "drop_webhook", params(("id" = WebhookRef, Path)), responses((status = 204)))]
async fn drop_one(State(app): State<App>, visitor: Visitor, PathId(id): PathId<WebhookId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepWebhooks>()?;
    app.once(visitor.id(), once, move |cx| desk::webhook::drop_one(cx, &leave, id).map(|()| Made::nothing())).await
}
/// Give a webhook a new secret; the old one signs along for a day.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/rotate", tag = "webhooks", operation_id = "rotate_webhook", params(("id" = WebhookRef, Path), ("If-Match" = String, Header)), responses((status = 200, body = WebhookShownOut)))]
async fn rotate(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<WebhookId>,
    IfMatch(version): IfMatch,
    Bare { once }: Bare,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepWebhooks>()?;
    app.once(visitor.id(), once, move |cx| Ok(shown(|_, body| Made::ok(body), desk::webhook::rotate(cx, &leave, id, version)?))).await
}

/// One delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryOut {
    pub id: OutboxRef,
    pub topic: String,
    pub body: serde_json::Value,
    /// `queued`, `sending`, `sent`, `failed`, `dropped`
    pub state: String,
    pub attempts: u32,
    pub due_at: Instant,
    pub created_at: Instant,
    pub ended_at: Option<Instant>,
    pub error: Option<String>,
}
fn delivery_out(l: &Letter) -> DeliveryOut {
    DeliveryOut {
        id: l.id.into(),
        topic: l.topic.clone(),
        body: serde_json::from_str(&l.body).unwrap_or_default(),
        state: l.state.clone(),
        attempts: l.attempts,
        due_at: l.due_at.into(),
        created_at: l.created_at.into(),
        ended_at: instant(l.ended_at),
        error: l.error.clone(),
    }
}
/// What was sent to a webhook, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks", operation_id = "list_deliveries", params(("id" = WebhookRef, Path), PageIn), responses((status = 200, body = Page<DeliveryOut>)))]
async fn deliveries(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<WebhookId>,
    Query(asked): Query<PageIn>,
) -> Result<Json<Page<DeliveryOut>>, Problem> {
    let leave = visitor.leave::<KeepWebhooks>()?;
    let (limit, question) = (page::limit(asked.limit)?, format!("deliveries {id}"));
    let before = app.cursors.after::<OutboxId>(&question, asked.cursor.as_deref())?;
    let letters = app.read(move |tx, _, _| desk::webhook::deliveries(tx, &leave, id, before, limit)).await?;
    let next = letters.last().filter(|_| letters.len() == limit as usize).map(|l| app.cursors.close_after(&question, l.created_at, l.id));
    Ok(Json(Page { items: letters.iter().map(delivery_out).collect(), next }))
}
/// Send a delivery again, under the same id.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{delivery}/replay", tag = "webhooks", operation_id = "replay_delivery", params(("id" = WebhookRef, Path), ("delivery" = OutboxRef, Path)), responses((status = 204)))]
async fn replay(
    State(app): State<App>,
    visitor: Visitor,
    PathIds(id, letter): PathIds<WebhookId, OutboxId>,
    Bare { once }: Bare,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepWebhooks>()?;
    app.once(visitor.id(), once, move |cx| desk::webhook::replay(cx, &leave, id, letter).map(|()| Made::nothing())).await
}
