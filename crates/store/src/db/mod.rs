//! The only place in the house that knows there are two databases.
//!
//! A *job* is a plain function over [`Tx`]. On SQLite one writer thread runs the waiting jobs one by one, each in its own
//! savepoint, and makes one commit for all of them; on PostgreSQL each job has its own transaction on a pooled connection
//! (read committed; rows to be changed are locked by the statement's PostgreSQL text) and is run again after a serialization
//! failure. Either way: what was acknowledged is on disk, and a failed or panicking job costs nobody else anything.
//!
//! Jobs may run more than once, so they change nothing but the database. All calls block; with PostgreSQL they must not be made
//! on a thread that drives async code, use [`Db::write_then`] or a blocking thread there.
//!
//! Rules for SQL: parameters `$1..$n`; numbers and instants `bigint`, yes/no `bigint` 0 or 1, ids `bytea`; order by numbers or
//! ids, not by texts (the databases collate differently); no `deferrable` constraints (they would fail a whole batch at its
//! commit); `cast($1 as bigint) is null` where a parameter stands alone.
mod errand;
mod error;
mod lite;
mod migrate;
mod pg;
mod row;
mod sql;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod tx;

pub use crate::{statements, vals};
pub use error::{DbError, Result};
#[cfg(test)]
pub(crate) use migrate::statements_of;
pub use migrate::{MIGRATIONS, MigrateError, Migration, MigrationReport};
pub use row::Row;
pub use sql::{Sql, Val, id_bytes};
pub use tx::{Tx, in_thirty_twos};

use errand::{Errand, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

/// Where the database is and how much of it is used.
#[derive(Debug, Clone)]
pub struct Config {
    /// `sqlite:path/to/file`, `sqlite::memory:` (a scratch file that goes when the database closes), `postgres://…`, or key-value
    /// pairs as in `host=/run/postgresql user=yinuo`.
    pub url: String,
    /// SQLite connections for reading beside the one that writes.
    pub readers: usize,
    /// PostgreSQL connections of this node, reading and writing; two more carry the nudges.
    pub pool: usize,
    /// Writes that may wait; one more is answered [`DbError::Busy`].
    pub queue: usize,
    /// How long to wait for a lock or a free connection before [`DbError::Busy`].
    pub busy_timeout: Duration,
}
impl Config {
    /// The house's defaults for a database at `url`.
    pub fn new(url: impl Into<String>) -> Config {
        Config { url: url.into(), readers: 4, pool: 16, queue: 4096, busy_timeout: Duration::from_secs(5) }
    }
}

/// Figures for `/metrics`; counts are since opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    pub engine: &'static str,
    /// Writes waiting for the writer (PostgreSQL: for a worker) now.
    pub queued: u64,
    /// Writes that were settled: kept, or refused by the job itself.
    pub jobs: u64,
    /// Writes that were lost to an error of the database, a panic or a batch that failed.
    pub failed: u64,
    /// Transactions that carried jobs, and those of them that were committed.
    pub batches: u64,
    pub commits: u64,
    /// Jobs run again after a serialization failure, a deadlock or a lost connection.
    pub retries: u64,
    /// Reader (PostgreSQL: pooled) connections in use now, and how many there may be.
    pub in_use: u64,
    pub in_use_max: u64,
}

type Listener = Box<dyn Fn(&str) + Send + Sync>;
/// What the threads of one database share.
#[derive(Default)]
struct Shared {
    queued: AtomicI64,
    jobs: AtomicU64,
    failed: AtomicU64,
    batches: AtomicU64,
    commits: AtomicU64,
    retries: AtomicU64,
    listeners: RwLock<Vec<Listener>>,
    /// Carries nudges to other nodes; PostgreSQL only.
    crier: Mutex<Option<Sender<&'static str>>>,
}
impl Shared {
    fn count_batch(&self, settled: usize, jobs: usize, committed: bool) {
        let settled = if committed { settled } else { 0 };
        self.jobs.fetch_add(settled as u64, Relaxed);
        self.failed.fetch_add((jobs - settled) as u64, Relaxed);
        self.batches.fetch_add(1, Relaxed);
        self.commits.fetch_add(committed.into(), Relaxed);
    }
    fn hear(&self, topic: &str) {
        for listener in self.listeners.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| listener(topic))).is_err() {
                tracing::error!(topic, "a panic in the code that listens for nudges");
            }
        }
    }
    fn deliver(&self, nudges: &[&'static str]) {
        for (i, topic) in nudges.iter().enumerate() {
            if nudges[..i].contains(topic) {
                continue;
            }
            self.hear(topic);
            if let Some(crier) = &*locked(&self.crier) {
                let _ = crier.send(topic);
            }
        }
    }
}

/// An open database. Clones are handles to the same one; [`Db::close`], or dropping the last, ends its threads cleanly.
#[derive(Clone)]
pub struct Db(Arc<Inner>);
struct Inner {
    config: Config,
    engine: Engine,
    shared: Arc<Shared>,
    queue: RwLock<Option<SyncSender<Box<dyn Errand>>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    stop: Arc<AtomicBool>,
    listening: AtomicBool,
    scratch: Option<PathBuf>,
}
enum Engine {
    /// The readers, and which thread writes.
    Lite(lite::Readers, ThreadId),
    Pg(Arc<pg::Pool>),
}
impl Inner {
    fn close(&self) {
        self.queue.write().unwrap_or_else(PoisonError::into_inner).take();
        locked(&self.shared.crier).take();
        self.stop.store(true, Relaxed);
        let threads = std::mem::take(&mut *locked(&self.threads));
        // The last handle may be let go by a callback, that is on one of these threads: it ends by itself.
        for thread in threads.into_iter().filter(|t| t.thread().id() != thread::current().id()) {
            if thread.join().is_err() {
                tracing::error!("a thread of the database ended in a panic");
            }
        }
    }
}
impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
        if let Some(path) = &self.scratch {
            lite::remove(path);
        }
    }
}
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    thread::Builder::new().name(name.into()).spawn(work).map_err(|e| DbError::internal(format!("no thread for {name}: {e}")))
}
/// Takes errands from the queue the workers share, until it is closed.
fn work(pool: &pg::Pool, queue: &Mutex<Receiver<Box<dyn Errand>>>, shared: &Shared) {
    loop {
        let next = locked(queue).recv();
        let Ok(mut errand) = next else { return };
        shared.queued.fetch_sub(1, Relaxed);
        let fate = pool.write(&mut *errand);
        errand.finish(fate);
    }
}

impl Db {
    /// Opens or creates the database; applies no migrations ([`Db::migrate`]). Errors: an address of no known kind, a
    /// database that is not there ([`DbError::Gone`]) or locked.
    pub fn open(config: &Config) -> Result<Db> {
        match config.url.strip_prefix("sqlite:") {
            Some(path) => Db::open_lite(path.strip_prefix("//").unwrap_or(path), config),
            None if config.url.starts_with("postgres://") || config.url.starts_with("postgresql://") || config.url.contains("host=") => {
                Db::open_pg(config)
            }
            None => Err(DbError::internal("a database address begins with `sqlite:`, `postgres://` or contains `host=`")),
        }
    }
    fn open_lite(path: &str, config: &Config) -> Result<Db> {
        let scratch = (path == ":memory:").then(lite::scratch_path);
        let path = scratch.clone().unwrap_or_else(|| PathBuf::from(path));
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| DbError::internal(format!("{}: {e}", folder.display())))?;
        }
        let shared = Arc::new(Shared::default());
        let (writer, copier) = lite::Writer::open(&path, config, shared.clone())?;
        let (sender, receiver) = sync_channel(config.queue.max(1));
        let threads = vec![spawn("db-writer", move || writer.run(receiver))?, spawn("db-checkpoint", copier)?];
        let engine = Engine::Lite(lite::Readers::new(path, config.clone()), threads[0].thread().id());
        Ok(Db::assemble(config, engine, shared, sender, threads, scratch))
    }
    fn open_pg(config: &Config) -> Result<Db> {
        let shared = Arc::new(Shared::default());
        let pool = Arc::new(pg::Pool::open(config, shared.clone())?);
        let (sender, receiver) = sync_channel::<Box<dyn Errand>>(config.queue.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        let (crier, topics) = channel();
        *locked(&shared.crier) = Some(crier);
        let (url, node) = (config.url.clone(), pool.node().to_string());
        let mut threads = vec![spawn("db-crier", move || pg::cry(url, node, topics))?];
        for _ in 0..config.pool.max(1) {
            let (pool, receiver, shared) = (pool.clone(), receiver.clone(), shared.clone());
            threads.push(spawn("db-worker", move || work(&pool, &receiver, &shared))?);
        }
        Ok(Db::assemble(config, Engine::Pg(pool), shared, sender, threads, None))
    }
    fn assemble(
        config: &Config,
        engine: Engine,
        shared: Arc<Shared>,
        sender: SyncSender<Box<dyn Errand>>,
        threads: Vec<JoinHandle<()>>,
        scratch: Option<PathBuf>,
    ) -> Db {
        let (queue, threads) = (RwLock::new(Some(sender)), Mutex::new(threads));
        Db(Arc::new(Inner {
            config: config.clone(),
            engine,
            shared,
            queue,
            threads,
            stop: Arc::default(),
            listening: AtomicBool::new(false),
            scratch,
        }))
    }

    /// Brings the schema up to this binary's [`MIGRATIONS`], each in its own transaction; repeating it does nothing.
    pub fn migrate(&self) -> Result<MigrationReport, MigrateError> {
        migrate::run(self, MIGRATIONS)
    }
    /// The number of the last migration applied; 0 for an empty database.
    pub fn schema_version(&self) -> Result<u32> {
        migrate::version(self)
    }

    /// Runs a writing job and returns when its changes are on disk, or when it has refused by its own error and left no trace.
    /// Errors of the database arrive as `E` too: [`DbError::Busy`] when too many wait, [`DbError::Full`], [`DbError::Gone`] …
    pub fn write<T, E>(&self, job: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        if let Engine::Pg(pool) = &self.0.engine {
            self.0.queue.read().unwrap_or_else(PoisonError::into_inner).as_ref().ok_or(DbError::Gone)?;
            let mut answer = None;
            let mut write = Box::new(Write { job, answer: None, done: |settled| answer = Some(settled) });
            let fate = pool.write(&mut *write);
            write.finish(fate);
            return answer.unwrap_or_else(|| Err(DbError::Gone.into()));
        }
        if matches!(self.0.engine, Engine::Lite(_, writer) if writer == thread::current().id()) {
            return Err(DbError::internal("a job or its callback waits for another write: it would wait for ever").into());
        }
        let (sender, receiver) = sync_channel(1);
        self.write_then(job, move |settled| {
            let _ = sender.send(settled);
        });
        receiver.recv().unwrap_or_else(|_| Err(DbError::Gone.into()))
    }
    /// Like [`Db::write`] without waiting: `done` is called once, on a thread of the database, and must be quick.
    pub fn write_then<T, E>(&self, job: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static, done: impl FnOnce(Result<T, E>) + Send + 'static)
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let errand: Box<dyn Errand> = Box::new(Write { job, answer: None, done });
        let queue = self.0.queue.read().unwrap_or_else(PoisonError::into_inner);
        self.0.shared.queued.fetch_add(1, Relaxed);
        let sent = match queue.as_ref() {
            Some(queue) => queue.try_send(errand).map_err(|e| match e {
                TrySendError::Full(errand) => (errand, DbError::Busy),
                TrySendError::Disconnected(errand) => (errand, DbError::Gone),
            }),
            None => Err((errand, DbError::Gone)),
        };
        drop(queue);
        if let Err((errand, why)) = sent {
            self.0.shared.queued.fetch_sub(1, Relaxed);
            errand.finish(Err(why));
        }
    }
    /// Runs a reading job on the calling thread. SQLite: all its statements see one moment. PostgreSQL: each statement sees what
    /// is committed when it begins, and costs one round trip; where several must agree use [`Db::snapshot`].
    pub fn read<T, E: From<DbError>>(&self, job: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        match &self.0.engine {
            Engine::Lite(readers, _) => readers.read(job),
            Engine::Pg(pool) => pool.read(job),
        }
    }
    /// A reading job all of whose statements see one moment, on both databases.
    pub fn snapshot<T, E: From<DbError>>(&self, job: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        match &self.0.engine {
            Engine::Lite(readers, _) => readers.read(job),
            Engine::Pg(pool) => pool.snapshot(job),
        }
    }
    /// Calls `listener` with the topic of every [`Tx::nudge`] that was committed, here or (PostgreSQL) on another node. It is called
    /// on threads of the database and must be quick. A hint only: what happened is in the rows.
    pub fn on_nudge(&self, listener: Listener) -> Result<()> {
        self.0.shared.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
        if let Engine::Pg(pool) = &self.0.engine
            && !self.0.listening.swap(true, Relaxed)
        {
            let (url, node) = (self.0.config.url.clone(), pool.node().to_string());
            let (stop, shared) = (self.0.stop.clone(), self.0.shared.clone());
            locked(&self.0.threads).push(spawn("db-listener", move || pg::listen(url, node, stop, |topic| shared.hear(topic)))?);
        }
        Ok(())
    }
    pub fn is_postgres(&self) -> bool {
        matches!(self.0.engine, Engine::Pg(_))
    }
    pub fn stats(&self) -> Stats {
        let (shared, config) = (&self.0.shared, &self.0.config);
        let (engine, in_use, in_use_max) = match &self.0.engine {
            Engine::Lite(readers, _) => ("sqlite", readers.in_use(), config.readers),
            Engine::Pg(pool) => ("postgres", pool.in_use(), config.pool),
        };
        let count = |n: &AtomicU64| n.load(Relaxed);
        Stats {
            engine,
            queued: shared.queued.load(Relaxed).max(0) as u64,
            jobs: count(&shared.jobs),
            failed: count(&shared.failed),
            batches: count(&shared.batches),
            commits: count(&shared.commits),
            retries: count(&shared.retries),
            in_use: in_use as u64,
            in_use_max: in_use_max as u64,
        }
    }
    /// Settles the writes that wait, then ends every thread. Later writes are answered [`DbError::Gone`].
    pub fn close(&self) {
        self.0.close();
    }
}
