//! Use cases and chores: load, decide, save in one transaction, nudge. Synchronous; time and dice are arguments.
//!
//! [`Desk`] is the one handle the server holds; [`Act`] is one transaction with the moment it happens at.
pub mod access;
pub mod account;
pub mod act;
pub mod attachment;
pub mod board;
pub mod booking;
pub mod bulk;
pub mod checklist;
pub mod chores;
pub mod clock;
pub mod deliverable;
pub mod demo;
mod directory;
pub mod doctor;
pub mod draft;
pub mod embed;
pub mod fault;
pub mod figures;
pub mod form;
pub mod grant;
pub mod guide;
pub mod idempotency;
pub mod import;
mod ladder;
pub mod link;
pub mod log;
pub mod macros;
pub mod mail;
pub mod merge;
pub mod notice;
pub mod notify;
pub mod pass;
pub mod people;
pub mod plan;
pub mod postman;
pub mod presence;
pub mod preview;
pub mod queue;
pub mod quota;
pub mod rating;
pub mod report;
pub mod routing;
pub mod search;
pub mod secrets;
pub mod shelf;
pub mod split;
pub mod template;
pub mod ticket;
pub mod timelog;
pub mod token;
pub mod tool;
pub mod vault;
pub mod vectors;
pub mod view;
pub mod webhook;

pub use fault::{Args, Fault, Flaw};
pub use shelf::Shelves;

use domain::kit::{At, Dice, Id, Kind};
use domain::ticket::Patience;
use std::ops::Range;
use std::sync::{Arc, Mutex, RwLock};
use store::db::{Db, Tx};
use store::search::Search;
use store::view::View;
use store::webhook::Webhook;

/// What an administrator sets for the whole house.
#[derive(Debug, Clone)]
pub struct Rules {
    pub vendor: String,
    /// Prefix of case numbers, `YN` in `YN-10023`.
    pub number_prefix: String,
    pub language: String,
    pub tz: String,
    /// The plan of an account without an order: the version of this family in force at the moment.
    pub basic_family: String,
    pub patience: Patience,
    pub session_lasts: domain::kit::Span,
    pub attachment_bytes_max: u64,
    /// Where people reach the house, `https://support.example.com`: links in letters begin with it.
    pub public_url: String,
    /// Whether mail leaves the house at all; without it people are told in-site only.
    pub mail: bool,
}
impl Default for Rules {
    fn default() -> Rules {
        Rules {
            vendor: "Yinuo".into(),
            number_prefix: "YN".into(),
            language: "zh-CN".into(),
            tz: "Asia/Shanghai".into(),
            basic_family: "ali.basic".into(),
            patience: Patience::default(),
            session_lasts: domain::kit::Span::days(14),
            attachment_bytes_max: 50 << 20,
            public_url: "http://127.0.0.1:8420".into(),
            mail: true,
        }
    }
}

/// Limits of the house, each visible at `/api/v1/admin/house`.
pub mod limits {
    pub const MESSAGE_BYTES_MAX: usize = 256 << 10;
    pub const SUBJECT_CHARS_MAX: usize = 300;
    pub const FIELD_CHARS_MAX: usize = 4_000;
    pub const TOKENS_MAX: usize = 10;
    pub const PAGE_MAX: u32 = 200;
    pub const ATTACHMENTS_A_MESSAGE_MAX: usize = 20;
    pub const VIEWS_MAX: u32 = 500;
    pub const TOOLS_MAX: usize = 200;
    pub const MACRO_STEPS_MAX: usize = 20;
    pub const TEMPLATE_LANGUAGES_MAX: usize = 20;
    pub const WEBHOOKS_MAX: usize = 50;
    pub const TICK_TICKETS_MAX: u32 = 500;
}

/// The house, open for work. Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<House>);

struct House {
    db: Db,
    rules: Rules,
    shelves: Shelves,
    search: Option<Arc<dyn Search>>,
    seal: secrets::Seal,
    dice: Mutex<Dice>,
    numbers: Mutex<Range<i64>>,
    views: RwLock<Arc<Vec<View>>>,
    webhooks: RwLock<Arc<Vec<Webhook>>>,
}

/// What opening a desk needs besides its database.
pub struct Opening {
    pub rules: Rules,
    pub shelves: Shelves,
    pub search: Option<Arc<dyn Search>>,
    pub seal: secrets::Seal,
    /// From the operating system in the server, one number in a test.
    pub seed: u64,
}

impl Desk {
    /// Opens the desk over a migrated database: publishes the shelves' books, reads what is kept in memory.
    pub fn open(db: Db, opening: Opening, now: At) -> Result<Desk, Fault> {
        let Opening { rules, shelves, search, seal, seed } = opening;
        let shelves = shelves.publish(&db, now)?;
        let house = House {
            db,
            rules,
            shelves,
            search,
            seal,
            dice: Mutex::new(Dice::new(seed)),
            numbers: Mutex::new(0..0),
            views: RwLock::default(),
            webhooks: RwLock::default(),
        };
        let desk = Desk(Arc::new(house));
        desk.reload_views()?;
        desk.reload_webhooks()?;
        let weak = Arc::downgrade(&desk.0);
        desk.0.db.on_nudge(Box::new(move |topic| {
            let Some(house) = weak.upgrade() else { return };
            let desk = Desk(house);
            let reloaded = match topic {
                "views" => desk.reload_views(),
                "webhooks" => desk.reload_webhooks(),
                _ => Ok(()),
            };
            if let Err(fault) = reloaded {
                tracing::warn!(fault.code = fault.code(), topic, "what is kept in memory could not be read again");
            }
        }))?;
        Ok(desk)
    }
    pub fn db(&self) -> &Db {
        &self.0.db
    }
    pub fn rules(&self) -> &Rules {
        &self.0.rules
    }
    pub fn shelves(&self) -> &Shelves {
        &self.0.shelves
    }
    pub fn search(&self) -> Option<&Arc<dyn Search>> {
        self.0.search.as_ref()
    }
    pub fn seal(&self) -> &secrets::Seal {
        &self.0.seal
    }
    /// Every saved view, as of the last change any node told of.
    pub fn views(&self) -> Arc<Vec<View>> {
        self.0.views.read().map(|v| v.clone()).unwrap_or_default()
    }
    pub fn webhooks(&self) -> Arc<Vec<Webhook>> {
        self.0.webhooks.read().map(|w| w.clone()).unwrap_or_default()
    }
    fn reload_views(&self) -> Result<(), Fault> {
        let fresh = Arc::new(self.read(store_list_views)?);
        if let Ok(mut kept) = self.0.views.write() {
            *kept = fresh;
        }
        Ok(())
    }
    fn reload_webhooks(&self) -> Result<(), Fault> {
        let fresh = Arc::new(self.read(store_list_webhooks)?);
        if let Ok(mut kept) = self.0.webhooks.write() {
            *kept = fresh;
        }
        Ok(())
    }

    /// A fresh stream of dice for one act.
    pub fn dice(&self) -> Dice {
        Dice::new(self.0.dice.lock().map(|mut d| d.bits()).unwrap_or(1))
    }

    /// One act in one transaction; returns when it is committed. `now` is the moment it happens at.
    pub fn write<T: Send + 'static>(&self, now: At, mut job: impl FnMut(&mut Act) -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
        let desk = self.clone();
        self.0.db.write(move |tx| job(&mut Act { dice: desk.dice(), tx, desk: &desk, now, pos: 0 }))
    }
    /// As [`Desk::write`]; `done` is called after the commit, on another thread.
    pub fn write_then<T: Send + 'static>(
        &self,
        now: At,
        mut job: impl FnMut(&mut Act) -> Result<T, Fault> + Send + 'static,
        done: impl FnOnce(Result<T, Fault>) + Send + 'static,
    ) {
        let desk = self.clone();
        self.0.db.write_then(move |tx| job(&mut Act { dice: desk.dice(), tx, desk: &desk, now, pos: 0 }), done);
    }
    /// Looks, changes nothing.
    pub fn read<T>(&self, job: impl FnOnce(&mut Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        self.0.db.read(job)
    }

    /// The next case number. Taken in blocks, so that cases opened at the same time do not wait for one counter; gaps are allowed.
    /// Blocks: call it before [`Desk::write`], never inside.
    pub fn next_number(&self) -> Result<i64, Fault> {
        const BLOCK: i64 = 64;
        const FIRST: i64 = 10_001;
        let mut numbers = self.0.numbers.lock().map_err(|_| Fault::internal("the numbers are poisoned"))?;
        if let Some(n) = numbers.next() {
            return Ok(n);
        }
        let first: i64 = self.0.db.write::<i64, Fault>(|tx| Ok(store::ticket::take_block(tx, "ticket", FIRST, BLOCK)?))?;
        *numbers = first + 1..first + BLOCK;
        Ok(first)
    }
    /// `YN-10023`
    pub fn number_text(&self, number: i64) -> String {
        format!("{}-{number}", self.0.rules.number_prefix)
    }
}
fn store_list_views(tx: &mut Tx) -> Result<Vec<View>, Fault> {
    Ok(store::view::list_all(tx)?)
}
fn store_list_webhooks(tx: &mut Tx) -> Result<Vec<Webhook>, Fault> {
    Ok(store::webhook::list(tx)?)
}

/// One act: a transaction, the moment it happens at, its dice, and where in the log it has written last.
pub struct Act<'a, 't> {
    pub tx: &'a mut Tx<'t>,
    pub desk: &'a Desk,
    pub now: At,
    pub dice: Dice,
    /// Position of the last log entry this act wrote; 0 while none.
    pub pos: i64,
}
impl Act<'_, '_> {
    pub fn fresh<K: Kind>(&mut self) -> Id<K> {
        Id::new(self.now, &mut self.dice)
    }
}

#[cfg(test)]
mod case_tests;
