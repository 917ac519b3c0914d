//! For drills and tests only: moving the time. The route exists only where the watch is wound by hand.
use super::App;
use super::extract::Json;
use super::problem::Problem;
use crate::watch::Watch;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use desk::chores::{Chore, all};
use desk::{Desk, Fault};
use domain::kit::{At, Span};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindIn {
    /// How far, in seconds.
    pub seconds: u32,
}
#[derive(Debug, Serialize, Deserialize)]
pub struct WindOut {
    /// What the watch shows now.
    pub now: String,
    /// How much the chores did.
    pub did: u64,
}

pub fn routes() -> Router<App> {
    Router::new().route("/drill/wind", post(wind)).route("/drill/now", get(now))
}

async fn wind(State(app): State<App>, Json(wish): Json<WindIn>) -> Result<Json<WindOut>, Problem> {
    let by = Span::seconds(wish.seconds.into());
    let did = app.work(move |app| app.wind(by).unwrap_or(Err(Fault::NotFound))).await?;
    Ok(Json(WindOut { now: app.now().to_string(), did }))
}
async fn now(State(app): State<App>) -> Json<WindOut> {
    Json(WindOut { now: app.now().to_string(), did: 0 })
}

/// Rounds that may follow each other at one instant before something must be wrong.
const ROUNDS_MAX: u32 = 10_000;

/// Moves a wound watch on to an instant, stopping wherever something falls due, and lets the chores do it there. Tells how much was done.
pub fn catch_up(desk: &Desk, watch: &Watch, until: At) -> Result<u64, Fault> {
    let chores = all();
    let mut did = settle(&chores, desk, watch.now())?;
    for _ in 0..ROUNDS_MAX {
        let next = chores.iter().filter_map(|c| c.next_at(desk).transpose()).collect::<Result<Vec<At>, Fault>>()?.into_iter().min();
        let stop = next.map_or(until, |at| at.clamp(watch.now() + At::TICK, until.max(watch.now() + At::TICK)));
        if watch.now() >= until {
            return Ok(did);
        }
        watch.wind(stop.min(until) - watch.now());
        did += settle(&chores, desk, watch.now())?;
    }
    Err(Fault::internal("the chores do not come to rest"))
}
/// Round after round at one instant, until nobody does anything more. Who waits for another transaction to end is asked again a little later.
fn settle(chores: &[Box<dyn Chore>], desk: &Desk, now: At) -> Result<u64, Fault> {
    let (mut all, mut waits) = (0, 0);
    for _ in 0..ROUNDS_MAX {
        let reports = chores.iter().map(|c| c.round(desk, now)).collect::<Result<Vec<_>, _>>()?;
        let did: u64 = reports.iter().map(|r| u64::from(r.did)).sum();
        let waiting = did == 0 && reports.iter().any(|r| r.left_over > 0);
        all += did;
        waits = if waiting { waits + 1 } else { 0 };
        if did == 0 && (!waiting || waits > WAITS_MAX) {
            return Ok(all);
        }
        if waiting {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    Err(Fault::internal("the chores do not come to rest"))
}
/// Milliseconds at most until the oldest transaction that runs elsewhere has ended.
const WAITS_MAX: u32 = 5_000;
