//! For drills and tests only: moving the time. The route exists only where the watch is wound by hand.
use super::App;
use super::extract::Json;
use super::problem::Problem;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use domain::kit::Span;
use serde::{Deserialize, Serialize};

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
    let now = app.watch().wind(Span::seconds(wish.seconds.into())).ok_or_else(Problem::not_found)?;
    let did = app.work(move |app| app.run_chores(now)).await?;
    Ok(Json(WindOut { now: now.to_string(), did }))
}
async fn now(State(app): State<App>) -> Json<WindOut> {
    Json(WindOut { now: app.now().to_string(), did: 0 })
}
