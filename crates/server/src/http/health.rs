//! For machines that watch over the house.
use super::App;
use super::problem::Problem;
use super::wire::Instant;
use crate::http::extract::Json;
use crate::metrics::Figure;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use desk::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HealthOut {
    /// `ok`
    pub status: String,
    /// Of this program.
    pub version: String,
}
fn ok() -> Json<HealthOut> {
    Json(HealthOut { status: "ok".into(), version: env!("CARGO_PKG_VERSION").into() })
}

/// The program runs.
#[utoipa::path(get, path = "/healthz", tag = "watchers", security(()), responses((status = 200, body = HealthOut)))]
pub async fn healthz() -> Json<HealthOut> {
    ok()
}

/// The database is migrated and its writer answers.
#[utoipa::path(get, path = "/readyz", tag = "watchers", security(()), responses((status = 200, body = HealthOut), (status = 503, body = super::problem::ProblemOut)))]
pub async fn readyz(State(app): State<App>) -> Result<Json<HealthOut>, Problem> {
    let ready = app.work(|app| {
        let migrated = app.db().schema_version()? as usize == store::db::MIGRATIONS.len();
        app.db().write::<(), Fault>(|_| Ok(()))?;
        Ok(migrated)
    });
    match ready.await {
        Ok(true) => Ok(ok()),
        Ok(false) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_migrated")),
        Err(problem) => Err(Problem { status: StatusCode::SERVICE_UNAVAILABLE, ..problem }),
    }
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "watchers", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    // Figures that cannot be had now are left out; the others still tell something.
    let figures = app.work(|app| Ok(figures(app))).await?;
    let page = app.metrics.page(&figures);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page))
}
fn figures(app: &App) -> Vec<Figure> {
    let s = app.db().stats();
    let mut all = vec![
        Figure::gauge("writer_queue_depth", "Writes that wait for the database.", s.queued as f64),
        Figure::counter("writes_total", "Writes that were settled.", s.jobs),
        Figure::counter("writes_failed_total", "Writes lost to an error of the database.", s.failed),
        Figure::counter("batches_total", "Transactions that carried writes.", s.batches),
        Figure::counter("commits_total", "Those of them that were committed.", s.commits),
        Figure::counter("write_retries_total", "Writes run again after a conflict of transactions.", s.retries),
        Figure::gauge("readers_in_use", "Connections that read now.", s.in_use as f64),
        Figure::gauge("readers_max", "Connections that may read at once.", s.in_use_max as f64),
    ];
    all.push(Figure::gauge("live_streams", "Live event streams open now.", app.streams.open() as f64));
    let now = app.now();
    let late = |due: Option<Instant>| due.map_or(0.0, |due| (now - due.0).as_micros().max(0) as f64 / 1e6);
    if let Ok(queues) = app.desk().read(super::house::queues) {
        all.push(Figure::gauge("outbox_depth", "Letters that wait to be sent; at most 10000 are counted.", queues.outbox as f64));
        all.push(Figure::gauge("outbox_lag_seconds", "How long the oldest letter is due.", late(queues.oldest_letter_at)));
        all.push(Figure::gauge("clock_lag_seconds", "How long the earliest clock is due and not fired.", late(queues.next_clock_at)));
        all.push(Figure::counter("log_position", "The end of the log.", queues.log_pos.unsigned_abs()));
    }
    if let Some(rounds) = app.rounds.get().map(crate::rounds::Rounds::table) {
        let named = |name, help, value: fn(&store::chore::Round) -> f64| {
            rounds.iter().map(move |r| Figure::gauge(name, help, value(r)).labelled("chore", &r.name)).collect::<Vec<_>>()
        };
        all.extend(named("chore_last_took_seconds", "How long the last round took.", |r| r.took_us.unwrap_or_default() as f64 / 1e6));
        all.extend(named("chore_last_did", "What the last round did.", |r| r.did as f64));
        all.extend(named("chore_failed", "Whether the last round failed.", |r| f64::from(u8::from(r.error.is_some()))));
    }
    all
}

/// Whatever is nowhere.
pub async fn nowhere() -> Problem {
    Problem::not_found()
}
/// Whatever is somewhere, but not by this method.
pub async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method")
}
