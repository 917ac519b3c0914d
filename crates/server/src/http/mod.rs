//! The ground floor: requests come in, are read strictly, and go up to `desk` as commands with a leave.
pub mod api;
pub mod booking;
pub mod drill;
pub mod extract;
pub mod frame;
pub mod health;
pub mod once;
pub mod page;
pub mod pages;
pub mod problem;
pub mod rate;
pub mod reply;
pub mod serve;
pub mod wire;

pub mod account;
pub mod act;
pub mod ask;
pub mod attachment;
pub mod bulk;
pub mod calendar;
pub mod checklist;
pub mod clock;
pub mod deliverable;
pub mod draft;
pub mod embed;
pub mod events;
pub mod figures;
pub mod flow;
pub mod grant;
pub mod guide;
pub mod house;
pub mod invitation;
pub mod link;
pub mod macros;
pub mod mail;
pub mod merge;
pub mod message;
pub mod notice;
pub mod person;
pub mod plan;
pub mod presence;
pub mod queue;
pub mod quota;
pub mod rating;
pub mod rota;
pub mod routing;
pub mod search;
pub mod session;
pub mod template;
pub mod ticket;
pub mod timeline;
pub mod timelog;
pub mod token;
pub mod view;
pub mod webhook;

use crate::config::Config;
use crate::metrics::Metrics;
use crate::report::press::Printer;
use crate::rounds::Rounds;
use crate::stream::Hub;
use crate::watch::Watch;
use desk::access::Guard;
use desk::attachment::Scanner;
use desk::vault::Vault;
use desk::{Act, Desk, Fault};
use domain::kit::{At, PersonId, Span};
use problem::Problem;
use serde::Serialize;
use std::sync::{Arc, OnceLock};
use store::db::{Db, Tx};
use tokio::sync::{oneshot, watch};

/// What every handler gets: a handle, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What the house is put together from.
pub struct Parts {
    pub config: Config,
    pub watch: Watch,
    pub desk: Desk,
    pub vault: Vault,
    /// 32 random bytes; see [`crate::keys`].
    pub house_key: [u8; 32],
}
pub struct Inner {
    parts: Parts,
    pub metrics: Metrics,
    pub rates: rate::Rates,
    pub cursors: page::Seal,
    /// Slows down who guesses passwords.
    pub guard: Guard,
    /// Everybody who listens to what happens.
    pub hub: Hub,
    pub streams: events::Streams,
    /// The chores of this node, once they run.
    pub rounds: OnceLock<Rounds>,
    /// Sets reports.
    pub printer: Printer,
    closing: watch::Sender<bool>,
}
impl std::ops::Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Errors: the database refuses to tell of changes.
    pub fn new(parts: Parts) -> Result<App, Fault> {
        let http = &parts.config.http;
        let rates = rate::Rates::new(http.person_requests_per_minute, http.address_requests_per_minute, http.sign_in_per_minute);
        let cursors = page::Seal::new(&parts.house_key);
        let hub = Hub::start(&parts.desk)?;
        let inner = Inner {
            metrics: Metrics::default(),
            rates,
            cursors,
            guard: Guard::default(),
            hub,
            streams: events::Streams::default(),
            rounds: OnceLock::new(),
            printer: Printer::default(),
            closing: watch::Sender::new(false),
            parts,
        };
        Ok(App(Arc::new(inner)))
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
        self.parts.desk.db()
    }
    pub fn desk(&self) -> &Desk {
        &self.parts.desk
    }
    pub fn vault(&self) -> &Vault {
        &self.parts.vault
    }
    /// The program that looks for viruses, if one is configured.
    pub fn scanner(&self) -> Option<Scanner> {
        let command: Vec<String> = self.config().files.scan_command.split_whitespace().map(str::to_string).collect();
        (!command.is_empty()).then_some(Scanner { command, gives_up_after: std::time::Duration::from_secs(120) })
    }
    /// Moves a wound watch on, stopping wherever something falls due. `None` for the wall's.
    pub fn wind(&self, by: Span) -> Option<Result<u64, Fault>> {
        let until = self.now() + by;
        self.watch().is_wound().then(|| drill::catch_up(self.desk(), self.watch(), until))
    }

    /// Runs something where it may block. A panic in it is a fault of ours, not the end of anything.
    pub async fn work<T: Send + 'static>(&self, job: impl FnOnce(&App) -> Result<T, Fault> + Send + 'static) -> Result<T, Problem> {
        let (app, span) = (self.clone(), tracing::Span::current());
        let done = tokio::task::spawn_blocking(move || span.in_scope(|| job(&app))).await;
        done.unwrap_or_else(|e| Err(Fault::internal(format!("a use case ended early: {e}")))).map_err(Problem::from)
    }
    /// Looks, on one snapshot of the database.
    pub async fn read<T: Send + 'static>(&self, job: impl FnOnce(&mut Tx, &Desk, At) -> Result<T, Fault> + Send + 'static) -> Result<T, Problem> {
        self.work(move |app| app.desk().read(|tx| job(tx, app.desk(), app.now()))).await
    }
    /// Changes something, in one transaction; nobody's thread waits meanwhile.
    pub async fn write<T: Send + 'static>(&self, job: impl FnMut(&mut Act) -> Result<T, Fault> + Send + 'static) -> Result<T, Problem> {
        let (told, answer) = oneshot::channel();
        // If nobody waits any more, what was done stays done.
        self.desk().write_then(self.now(), job, move |done| drop(told.send(done)));
        answer.await.unwrap_or_else(|_| Err(Fault::internal("a write was never answered"))).map_err(Problem::from)
    }
    /// A write that somebody may send twice: with a key it is done once and answered the same way twice.
    pub async fn once<T: Serialize>(
        &self,
        who: PersonId,
        once: Option<once::Once>,
        mut job: impl FnMut(&mut Act) -> Result<wire::Made<T>, Fault> + Send + 'static,
    ) -> Result<axum::response::Response, Problem> {
        let answer = self.write(move |cx| match &once {
            None => reply::written(job(cx)?).map(|(answer, _)| answer),
            Some(once) => once.answer(cx, who, |cx| reply::written(job(cx)?)),
        });
        Ok(answer.await?.into())
    }

    /// Tells live streams and the server that the house closes.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }
    pub fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }
    /// Returns when the house closes; live streams end then.
    pub async fn closed(&self) {
        let mut closing = self.closing.subscribe();
        // The sender lives in `self`, so waiting only ends by the value.
        let _ = closing.wait_for(|closed| *closed).await;
    }
}
