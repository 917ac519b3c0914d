//! The embedded database: one writer thread with group commit, readers beside it, checkpoints off the commit's path.
use super::errand::{self, Errand};
use super::error::{self, DbError, Result};
use super::{Config, Shared, Tx};
use rusqlite::{Connection, OpenFlags};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Jobs that share one commit at most, and how long a batch may grow while new jobs keep coming.
const BATCH_JOBS: usize = 256;
const BATCH_TIME: Duration = Duration::from_millis(25);
/// Pages of 4 KiB in the write-ahead log: from the first figure a thread beside copies them home; from the second the writer does so itself.
const WAL_PAGES_COPY: i64 = 1_000;
const WAL_PAGES_MAX: i64 = 16_000;

#[track_caller]
fn lite<T>(done: rusqlite::Result<T>, name: &str) -> Result<T> {
    let at = Location::caller();
    done.map_err(|e| error::of_lite(&e, name, at))
}

/// Opens one connection. Writers make the file durable at each commit (`synchronous=full`): acknowledged means on disk.
fn connect(path: &Path, config: &Config, writes: bool) -> Result<Connection> {
    let mode = if writes { OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let conn = lite(Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX), "open")?;
    lite(conn.busy_timeout(config.busy_timeout), "open")?;
    if writes {
        let now: String = lite(conn.query_row("pragma journal_mode = wal", [], |r| r.get(0)), "journal_mode")?;
        if now != "wal" {
            return Err(DbError::internal(format!("SQLite refused the write-ahead log and stays with {now}")));
        }
    }
    let cache_kib = if writes { 65_536 } else { 16_384 };
    lite(
        conn.execute_batch(&format!(
            "pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -{cache_kib}; pragma mmap_size = 268435456;
             pragma temp_store = memory; pragma trusted_schema = off; pragma wal_autocheckpoint = 0; pragma journal_size_limit = 67108864;"
        )),
        "open",
    )?;
    conn.set_prepared_statement_cache_capacity(512);
    Ok(conn)
}

/// Connections for reading, opened when needed, at most `max`.
pub(super) struct Readers {
    path: PathBuf,
    config: Config,
    state: Mutex<(Vec<Connection>, usize)>, // idle, open
    freed: Condvar,
}
impl Readers {
    pub fn new(path: PathBuf, config: Config) -> Readers {
        Readers { path, config, state: Mutex::default(), freed: Condvar::new() }
    }
    /// Runs a job on one snapshot of the database.
    pub fn read<T, E: From<DbError>>(&self, job: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let lease = self.lease()?;
        let conn = lease.conn.as_ref().ok_or(DbError::Gone)?;
        lite(conn.prepare_cached("begin").and_then(|mut s| s.raw_execute()), "begin")?;
        job(&mut Tx::lite(conn, false))
    }
    fn lease(&self) -> Result<Reader<'_>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |s: &mut (Vec<Connection>, usize)| s.0.is_empty() && s.1 >= self.config.readers.max(1);
        let (mut state, wait) = self.freed.wait_timeout_while(state, self.config.busy_timeout, full).unwrap_or_else(PoisonError::into_inner);
        if wait.timed_out() && full(&mut state) {
            return Err(DbError::Busy);
        }
        if let Some(conn) = state.0.pop() {
            return Ok(Reader { home: self, conn: Some(conn) });
        }
        state.1 += 1;
        drop(state);
        let mut reader = Reader { home: self, conn: None };
        reader.conn = Some(connect(&self.path, &self.config, false)?);
        Ok(reader)
    }
    pub fn in_use(&self) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 - state.0.len()
    }
}
struct Reader<'r> {
    home: &'r Readers,
    conn: Option<Connection>,
}
impl Drop for Reader<'_> {
    /// Ends the snapshot, also after a panic, and gives the connection back; one that cannot end it is closed.
    fn drop(&mut self) {
        let healthy = self.conn.take().filter(|c| c.is_autocommit() || c.prepare_cached("commit").and_then(|mut s| s.raw_execute()).is_ok());
        let mut state = self.home.state.lock().unwrap_or_else(PoisonError::into_inner);
        match healthy {
            Some(conn) => state.0.push(conn),
            None => state.1 -= 1,
        }
        drop(state);
        self.home.freed.notify_one();
    }
}

/// The one connection that writes, and how many pages its write-ahead log holds.
pub(super) struct Writer {
    conn: Connection,
    wal_pages: Arc<AtomicI64>,
    checkpointer: SyncSender<()>,
    shared: Arc<Shared>,
}
impl Writer {
    /// Opens the writer and a second connection that copies the log into the file beside it; the caller gives both a thread.
    pub fn open(path: &Path, config: &Config, shared: Arc<Shared>) -> Result<(Writer, impl FnOnce() + Send + 'static)> {
        let mut conn = connect(path, config, true)?;
        let copier = connect(path, config, true)?;
        let wal_pages = Arc::new(AtomicI64::new(0));
        let seen = wal_pages.clone();
        let count = move |_: &mut rusqlite::hooks::Wal, pages: i32| {
            seen.store(pages.into(), Relaxed);
            Ok(())
        };
        lite(conn.wal_hook(Some(count)), "wal_hook")?;
        let (checkpointer, wanted) = sync_channel::<()>(1);
        let copy = move || {
            while wanted.recv().is_ok() {
                checkpoint(&copier);
            }
        };
        Ok((Writer { conn, wal_pages, checkpointer, shared }, copy))
    }
    /// Works until the last sender is gone.
    pub fn run(self, queue: Receiver<Box<dyn Errand>>) {
        while let Ok(first) = queue.recv() {
            self.batch(first, &queue);
            let pages = self.wal_pages.load(Relaxed);
            if pages >= WAL_PAGES_MAX {
                // Nobody writes meanwhile, so this one reaches the end of the log and the log starts over.
                checkpoint(&self.conn);
            } else if pages >= WAL_PAGES_COPY {
                let _ = self.checkpointer.try_send(());
            }
        }
    }
    /// Everything that waits goes into one transaction and one commit; only then is anybody told.
    fn batch(&self, first: Box<dyn Errand>, queue: &Receiver<Box<dyn Errand>>) {
        if let Err(e) = self.tell("begin immediate") {
            // Another process holds the file. Whoever waits behind has waited as long; trying for each would take that time again.
            // Who comes while these are told has not waited: taken out first, so that the answer to one brings nobody else the same.
            let waited: Vec<_> = std::iter::once(first).chain(queue.try_iter()).collect();
            for errand in waited {
                self.shared.queued.fetch_sub(1, Relaxed);
                self.shared.count_batch(0, 1, false);
                errand.finish(Err(e.clone()));
            }
            return;
        }
        let (began, mut jobs, mut nudges, mut fate) = (Instant::now(), Vec::new(), Vec::new(), Ok(()));
        let mut next = Some(first);
        while let Some(mut errand) = next.take() {
            self.shared.queued.fetch_sub(1, Relaxed);
            let verdict = self.alone(&mut *errand, &mut nudges).unwrap_or_else(|lost| {
                fate = Err(lost);
                Ok(())
            });
            jobs.push((errand, verdict));
            if fate.is_ok() && jobs.len() < BATCH_JOBS && began.elapsed() < BATCH_TIME {
                next = queue.try_recv().ok();
            }
        }
        let fate = fate.and_then(|()| self.tell("commit"));
        if fate.is_err() && !self.conn.is_autocommit() && self.tell("rollback").is_err() {
            tracing::error!("SQLite does not roll back");
        }
        self.shared.count_batch(jobs.iter().filter(|(_, v)| v.is_ok()).count(), jobs.len(), fate.is_ok());
        if fate.is_ok() {
            self.shared.deliver(&nudges);
        }
        for (errand, verdict) in jobs {
            errand.finish(fate.clone().and(verdict));
        }
    }
    /// One job in its own savepoint. The outer error means the batch is lost; the inner one that this job is, alone.
    fn alone(&self, errand: &mut dyn Errand, nudges: &mut Vec<&'static str>) -> Result<Result<()>> {
        self.tell("savepoint job")?;
        let mut tx = Tx::lite(&self.conn, true);
        let kept = errand::attempt(errand, &mut tx);
        let (woken, spoiled) = (std::mem::take(&mut tx.nudges), tx.spoiled.take());
        // SQLite ends the whole transaction by itself when the disk is full or fails.
        if self.conn.is_autocommit() {
            return Err(spoiled.unwrap_or(DbError::Full));
        }
        if kept == Ok(true) {
            self.tell("release job")?;
            nudges.extend(woken);
        } else {
            self.tell("rollback to job")?;
            self.tell("release job")?;
        }
        Ok(kept.map(|_| ()))
    }
    fn tell(&self, text: &str) -> Result<()> {
        lite(self.conn.prepare_cached(text).and_then(|mut s| s.raw_execute()), text).map(|_| ())
    }
}
/// Copies what can be copied without making anybody wait.
fn checkpoint(conn: &Connection) {
    if let Err(e) = conn.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(())) {
        tracing::warn!(error = %e, "the write-ahead log could not be copied into the database file");
    }
}

/// A file of its own for `sqlite::memory:`; removed when the database closes.
pub(super) fn scratch_path() -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let path = std::env::temp_dir().join(format!("yinuo-{}-{}.sqlite", std::process::id(), COUNT.fetch_add(1, Relaxed)));
    remove(&path);
    path
}
pub(super) fn remove(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
}
