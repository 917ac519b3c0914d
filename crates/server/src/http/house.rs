//! What the administrator sees of the house at work.
use super::App;
use super::extract::Json;
use super::problem::Problem;
use super::wire::{Instant, instant};
use crate::access::Visitor;
use crate::rounds::Rounds;
use axum::extract::State;
use desk::{Fault, limits};
use domain::kit::At;
use domain::people::ReadHouse;
use serde::Serialize;
use std::collections::BTreeMap;
use store::chore::Round;
use store::db::Tx;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(house)).routes(routes!(limits_in_force))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HouseOut {
    pub now: Instant,
    pub version: String,
    pub schema_version: u32,
    pub database: DatabaseOut,
    pub chores: Vec<ChoreOut>,
    pub queues: QueuesOut,
    /// Live event streams open now.
    pub streams: i64,
    pub limits: BTreeMap<String, i64>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct DatabaseOut {
    /// `sqlite` or `postgres`
    pub engine: String,
    /// Writes that wait now; written, failed and repeated since the start.
    pub queued: u64,
    pub writes: u64,
    pub failed: u64,
    pub retries: u64,
    pub batches: u64,
    pub readers_in_use: u64,
    pub readers_max: u64,
}
/// The last round of a chore.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChoreOut {
    pub name: String,
    pub last_round_at: Option<Instant>,
    pub took_us: Option<i64>,
    pub looked_at: i64,
    pub did: i64,
    pub left_over: i64,
    /// A problem code.
    pub error: Option<String>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuesOut {
    /// The next instant a clock falls due; in the past when the tick is behind.
    pub next_clock_at: Option<Instant>,
    pub next_alarm_at: Option<Instant>,
    /// Letters that wait to be sent; 10,000 stands for that many or more.
    pub outbox: i64,
    pub oldest_letter_at: Option<Instant>,
    /// The end of the log.
    pub log_pos: i64,
}
/// Everything at a glance: chores, queues, clocks, limits.
#[utoipa::path(get, path = "/api/v1/admin/house", tag = "house", operation_id = "get_house", responses((status = 200, body = HouseOut)))]
async fn house(State(app): State<App>, visitor: Visitor) -> Result<Json<HouseOut>, Problem> {
    visitor.leave::<ReadHouse>()?;
    let out = app.work(|app| {
        let (noted, queues) = app.desk().read(|tx| Ok::<_, Fault>((store::chore::list(tx)?, queues(tx)?)))?;
        // This node's own rounds are fresher than what is noted for all nodes.
        let chores = app.rounds.get().map_or(noted, Rounds::table).into_iter().map(ChoreOut::from).collect();
        let streams = app.streams.open() as i64;
        let (version, schema_version) = (env!("CARGO_PKG_VERSION").into(), app.db().schema_version()?);
        Ok(HouseOut { now: app.now().into(), version, schema_version, database: database(app), chores, queues, streams, limits: in_force(app) })
    });
    Ok(Json(out.await?))
}
fn database(app: &App) -> DatabaseOut {
    let s = app.db().stats();
    DatabaseOut {
        engine: s.engine.into(),
        queued: s.queued,
        writes: s.jobs,
        failed: s.failed,
        retries: s.retries,
        batches: s.batches,
        readers_in_use: s.in_use,
        readers_max: s.in_use_max,
    }
}
impl From<Round> for ChoreOut {
    fn from(r: Round) -> ChoreOut {
        let Round { name, last_round_at, took_us, looked_at, did, left_over, error } = r;
        ChoreOut { name, last_round_at: instant(last_round_at), took_us, looked_at, did, left_over, error }
    }
}
/// What waits, and how long.
pub fn queues(tx: &mut Tx) -> Result<QueuesOut, Fault> {
    let at = |found: Option<At>| found.map(Instant);
    Ok(QueuesOut {
        next_clock_at: at(store::clock::next_fire(tx)?),
        next_alarm_at: at(store::ticket::next_alarm(tx)?),
        outbox: store::outbox::waiting(tx)?,
        oldest_letter_at: at(store::outbox::oldest_due(tx)?),
        log_pos: store::log::last_pos(tx)?,
    })
}
fn in_force(app: &App) -> BTreeMap<String, i64> {
    let (http, own) = (&app.config().http, &app.config().limits);
    let all = [
        ("body_bytes_max", http.body_bytes_max as i64),
        ("person_requests_per_minute", http.person_requests_per_minute.into()),
        ("address_requests_per_minute", http.address_requests_per_minute.into()),
        ("streams_max", own.streams_max.into()),
        ("streams_per_person_max", own.streams_per_person_max.into()),
        ("attachment_bytes_max", app.config().files.attachment_bytes_max as i64),
        ("message_bytes_max", limits::MESSAGE_BYTES_MAX as i64),
        ("subject_chars_max", limits::SUBJECT_CHARS_MAX as i64),
        ("field_chars_max", limits::FIELD_CHARS_MAX as i64),
        ("tokens_max", limits::TOKENS_MAX as i64),
        ("page_max", limits::PAGE_MAX.into()),
        ("attachments_a_message_max", limits::ATTACHMENTS_A_MESSAGE_MAX as i64),
        ("views_max", limits::VIEWS_MAX.into()),
        ("webhooks_max", limits::WEBHOOKS_MAX as i64),
    ];
    all.into_iter().map(|(name, n)| (name.to_string(), n)).collect()
}

/// The limits of the house, for everybody who writes programs for it.
#[utoipa::path(get, path = "/api/v1/limits", tag = "house", operation_id = "get_limits", responses((status = 200, body = BTreeMap<String, i64>)))]
async fn limits_in_force(State(app): State<App>, _visitor: Visitor) -> Json<BTreeMap<String, i64>> {
    Json(in_force(&app))
}
