//! Notices inside the house, and how one wants to be told.
use super::App;
use super::extract::{IfMatch, Json, Query};
use super::once::Write;
use super::page;
use super::person::{PersonOut, QuietOut, person_out};
use super::problem::Problem;
use super::wire::{Instant, Made, OutboxRef, Page, TicketRef, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::notice::{Preference, Settings};
use domain::kit::{At, OutboxId};
use domain::people::KeepNotices;
use serde::{Deserialize, Serialize};
use store::notice::Notice;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read)).routes(routes!(preferences, put_preferences)).routes(routes!(put_settings))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeOut {
    pub id: OutboxRef,
    pub topic: String,
    pub ticket: Option<TicketRef>,
    /// What the sentence is about.
    pub body: serde_json::Value,
    pub at: Instant,
    pub read_at: Option<Instant>,
}
fn notice_out(n: &Notice) -> NoticeOut {
    let body = serde_json::from_str(&n.body).unwrap_or_default();
    NoticeOut { id: n.id.into(), topic: n.topic.clone(), ticket: n.ticket.map(Into::into), body, at: n.at.into(), read_at: instant(n.read_at) }
}
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticesIn {
    limit: Option<u32>,
    cursor: Option<String>,
    /// Only those not read yet.
    #[serde(default)]
    unread: bool,
}
/// One's own notices, newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", operation_id = "list_notices", params(NoticesIn), responses((status = 200, body = Page<NoticeOut>)))]
async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<NoticesIn>) -> Result<Json<Page<NoticeOut>>, Problem> {
    let leave = visitor.leave::<KeepNotices>()?;
    let (limit, question) = (page::limit(asked.limit)?, format!("notices {} {}", visitor.id(), asked.unread));
    let before = app.cursors.after::<OutboxId>(&question, asked.cursor.as_deref())?;
    let notices = app.read(move |tx, _, _| desk::notice::list(tx, &leave, asked.unread, before, limit)).await?;
    let next = notices.last().filter(|_| notices.len() == limit as usize).map(|n| app.cursors.close_after(&question, n.at, n.id));
    Ok(Json(Page { items: notices.iter().map(notice_out).collect(), next }))
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadIn {
    /// Everything up to and including this notice.
    pub up_to: OutboxRef,
}
impl ReadIn {
    /// A notice's id is made at its instant and remembers it to the millisecond.
    fn place(&self) -> (At, OutboxId) {
        let ms = i64::try_from(self.up_to.0.raw() >> 80).unwrap_or_default();
        (At::from_micros(ms * 1000 + 999), self.up_to.0)
    }
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadOut {
    /// How many were not read before.
    pub read: u64,
}
/// Mark notices as read.
#[utoipa::path(post, path = "/api/v1/notices/read", tag = "notices", operation_id = "read_notices", request_body = ReadIn, responses((status = 200, body = ReadOut)))]
async fn read(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<ReadIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepNotices>()?;
    app.once(visitor.id(), once, move |cx| Ok(Made::ok(ReadOut { read: desk::notice::mark_read(cx, &leave, body.place())? }))).await
}

/// Whether a topic is wanted in a way.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreferenceOut {
    #[schema(example = "ticket")]
    pub topic: String,
    /// `in_site` or `mail`
    pub way: String,
    pub wanted: bool,
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreferencesOut {
    pub preferences: Vec<PreferenceOut>,
}
/// Every kind of notice in every way, wanted or not.
#[utoipa::path(get, path = "/api/v1/preferences", tag = "notices", operation_id = "get_preferences", responses((status = 200, body = PreferencesOut)))]
async fn preferences(State(app): State<App>, visitor: Visitor) -> Result<Json<PreferencesOut>, Problem> {
    let leave = visitor.leave::<KeepNotices>()?;
    let all = app.read(move |tx, _, _| desk::notice::preferences(tx, &leave)).await?;
    let out = |p: Preference| PreferenceOut { topic: p.topic, way: p.way, wanted: p.wanted };
    Ok(Json(PreferencesOut { preferences: all.into_iter().map(out).collect() }))
}
/// Say of some kinds whether they are wanted; the others stay.
#[utoipa::path(put, path = "/api/v1/preferences", tag = "notices", operation_id = "put_preferences", request_body = PreferencesOut, responses((status = 204)))]
async fn put_preferences(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<PreferencesOut>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepNotices>()?;
    let new: Vec<Preference> = body.preferences.into_iter().map(|p| Preference { topic: p.topic, way: p.way, wanted: p.wanted }).collect();
    app.once(visitor.id(), once, move |cx| desk::notice::put_preferences(cx, &leave, &new).map(|()| Made::nothing())).await
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsIn {
    /// Minutes of the local day, over midnight when `from` is later; none: mails come at any time.
    pub quiet: Option<QuietOut>,
    /// Ordinary mails bundled into one a day.
    pub digest: bool,
}
/// When and how mails come. `If-Match` is the version of oneself (`GET /me`).
#[utoipa::path(put, path = "/api/v1/preferences/mail", tag = "notices", operation_id = "put_mail_settings", params(("If-Match" = String, Header)), request_body = SettingsIn, responses((status = 200, body = PersonOut)))]
async fn put_settings(
    State(app): State<App>,
    visitor: Visitor,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<SettingsIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepNotices>()?;
    let settings = Settings { quiet: body.quiet.map(|q| (q.from, q.to)), digest: body.digest };
    app.once(visitor.id(), once, move |cx| {
        let person = desk::notice::put_settings(cx, &leave, version, settings)?;
        Ok(Made::ok(person_out(&person)).version(person.version))
    })
    .await
}
