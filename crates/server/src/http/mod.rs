//! The ground floor: requests come in, are read strictly, and go up to `desk` as commands with a leave.
pub mod api;
pub mod drill;
pub mod extract;
pub mod frame;
pub mod health;
pub mod once;
pub mod page;
pub mod problem;
pub mod rate;
pub mod reply;
pub mod serve;

use crate::access::Doorkeeper;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::watch::Watch;
use desk::Fault;
use domain::kit::At;
use problem::Problem;
use std::sync::Arc;
use store::db::Db;

/// What every handler gets: a handle, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What the house is put together from.
pub struct Parts {
    pub config: Config,
    pub watch: Watch,
    pub db: Db,
    pub doorkeeper: Arc<dyn Doorkeeper>,
    /// What chores do until nothing is due; a drill calls it after winding the watch.
    pub chores: Box<dyn Fn(At) -> Result<u64, Fault> + Send + Sync>,
    /// 32 random bytes; see [`crate::keys`].
    pub house_key: [u8; 32],
}
pub struct Inner {
    parts: Parts,
    pub metrics: Metrics,
    pub rates: rate::Rates,
    pub cursors: page::Seal,
    closing: tokio::sync::watch::Sender<bool>,
}
impl std::ops::Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    pub fn new(parts: Parts) -> App {
        let http = &parts.config.http;
        let rates = rate::Rates::new(http.person_requests_per_minute, http.address_requests_per_minute, http.sign_in_per_minute);
        let cursors = page::Seal::new(&parts.house_key);
        App(Arc::new(Inner { metrics: Metrics::default(), rates, cursors, closing: tokio::sync::watch::Sender::new(false), parts }))
    }
    pub fn config(&self) -> &Config {
        &self.parts.config
    }
    pub fn watch(&self) -> &Watch {
        &self.parts.watch
    }
    pub fn now(&self) -> At {
        self.parts.watch.now()
    }
    pub fn db(&self) -> &Db {
        &self.parts.db
    }
    pub fn doorkeeper(&self) -> Arc<dyn Doorkeeper> {
        self.parts.doorkeeper.clone()
    }
    /// Runs the chores until nothing is due at `now`; tells how much was done.
    pub fn run_chores(&self, now: At) -> Result<u64, Fault> {
        (self.parts.chores)(now)
    }
    /// Runs a use case where it may block. A panic in it is a fault of ours, not the end of anything.
    pub async fn work<T: Send + 'static>(&self, job: impl FnOnce(&App) -> Result<T, Fault> + Send + 'static) -> Result<T, Problem> {
        let (app, span) = (self.clone(), tracing::Span::current());
        let done = tokio::task::spawn_blocking(move || span.in_scope(|| job(&app))).await;
        done.unwrap_or_else(|e| Err(Fault::internal(format!("a use case ended early: {e}")))).map_err(Problem::from)
    }
    /// Tells live streams and the server that the house closes.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }
    /// Returns when the house closes; live streams end then.
    pub async fn closed(&self) {
        let mut closing = self.closing.subscribe();
        // The sender lives in `self`, so waiting only ends by the value.
        let _ = closing.wait_for(|closed| *closed).await;
    }
}
