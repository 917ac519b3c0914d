//! The scale-out database: a bounded pool of blocking connections, jobs run again after a serialization failure.
use super::errand::{self, Errand};
use super::error::{self, DbError, Result};
use super::sql::{Sql, Text, Val};
use super::tx::Shape;
use super::{Config, Shared, Tx};
use bytes::BytesMut;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, NoTls, Statement};
use std::collections::HashMap;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How often a job is run again after a serialization failure, a deadlock or a connection lost before its commit.
const TRIES_AGAIN: u32 = 6;
/// Texts made at run time that one connection remembers; then it forgets them all and starts over.
const LOOSE_TEXTS_MAX: usize = 512;
const CHANNEL: &str = "yinuo";

/// A connection and the statements it has prepared.
pub(super) struct Conn {
    pub client: Client,
    named: HashMap<usize, Vec<Statement>>,
    loose: HashMap<String, Vec<Statement>>,
    /// Those whose parameters are arrays.
    many: HashMap<(usize, Shape), Statement>,
    /// Set while a reading job without a transaction runs: how to connect anew.
    spare: Option<Config>,
}
impl Conn {
    fn open(config: &Config) -> Result<Conn> {
        let mut client = connect(&config.url)?;
        // A lock is waited for as long as for a connection; a commit is answered when it is on disk, whatever the server's default.
        let set = format!(
            "set lock_timeout = {}; select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') in ('off', 'local')",
            config.busy_timeout.as_millis()
        );
        pg(client.batch_execute(&set), "connect")?;
        Ok(Conn { client, named: HashMap::new(), loose: HashMap::new(), many: HashMap::new(), spare: None })
    }
    pub fn execute(&mut self, text: Text, vals: &[Val]) -> std::result::Result<u64, postgres::Error> {
        let statement = self.statement(text, vals)?;
        self.client.execute(&statement, &parameters(vals))
    }
    pub fn query(&mut self, text: Text, vals: &[Val]) -> std::result::Result<Vec<postgres::Row>, postgres::Error> {
        let statement = self.statement(text, vals)?;
        self.client.query(&statement, &parameters(vals))
    }
    /// For a reading job, which has no transaction that could be lost: a connection cut while it lay idle is replaced at once.
    pub fn query_or_reconnect(&mut self, text: Text, vals: &[Val]) -> std::result::Result<Vec<postgres::Row>, postgres::Error> {
        let first = self.query(text, vals);
        match &self.spare {
            Some(config) if self.client.is_closed() => match Conn::open(config) {
                Ok(fresh) => {
                    *self = Conn { spare: self.spare.take(), ..fresh };
                    self.query(text, vals)
                }
                Err(_) => first,
            },
            _ => first,
        }
    }
    /// Runs a statement whose parameters are arrays; also tells how many rows it touched.
    pub fn query_columns(
        &mut self,
        sql: &'static Sql,
        shape: Shape,
        columns: &[Vec<Val>],
    ) -> std::result::Result<(Vec<postgres::Row>, u64), postgres::Error> {
        let key = (std::ptr::from_ref(sql).addr(), shape);
        let statement = match self.many.get(&key) {
            Some(known) => known.clone(),
            None => {
                let one = self.client.prepare(sql.for_postgres())?;
                let many = match sql.for_many().filter(|_| shape == Shape::Rows) {
                    Some(text) => self.prepare_many(text, one.params())?,
                    None => one,
                };
                self.many.entry(key).or_insert(many).clone()
            }
        };
        self.rows_and_count(&statement, columns.iter().map(|c| c as &(dyn ToSql + Sync)).collect())
    }
    /// As [`Conn::query`]; also tells how many rows were touched.
    pub fn query_counted(&mut self, text: Text, vals: &[Val]) -> std::result::Result<(Vec<postgres::Row>, u64), postgres::Error> {
        let statement = self.statement(text, vals)?;
        self.rows_and_count(&statement, parameters(vals))
    }
    fn rows_and_count(
        &mut self,
        statement: &Statement,
        parameters: Vec<&(dyn ToSql + Sync)>,
    ) -> std::result::Result<(Vec<postgres::Row>, u64), postgres::Error> {
        let mut found = self.client.query_raw(statement, parameters)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push(row);
        }
        Ok((rows, found.rows_affected().unwrap_or(0)))
    }
    /// Prepares a text for many rows, made from one whose parameters have these types.
    pub fn prepare_many(&mut self, text: &str, of_one: &[Type]) -> std::result::Result<Statement, postgres::Error> {
        let array = |ty: &Type| match *ty {
            Type::BYTEA => Type::BYTEA_ARRAY,
            Type::INT8 | Type::INT4 | Type::INT2 => Type::INT8_ARRAY,
            _ => Type::TEXT_ARRAY,
        };
        self.client.prepare_typed(text, &of_one.iter().map(array).collect::<Vec<_>>())
    }
    /// The prepared statement whose parameter types take these values. First the server says which types it expects; should
    /// it have guessed too narrowly (`$1 = 0` makes it an int4), a second one is prepared with the types of the values.
    fn statement(&mut self, text: Text, vals: &[Val]) -> std::result::Result<Statement, postgres::Error> {
        if self.loose.len() > LOOSE_TEXTS_MAX {
            self.loose.clear();
        }
        let known = match text {
            Text::Named(sql) => self.named.entry(std::ptr::from_ref(sql).addr()).or_default(),
            Text::Loose(text) => self.loose.entry(text.to_string()).or_default(),
        };
        if let Some(fitting) = known.iter().find(|s| fits(s.params(), vals)) {
            return Ok(fitting.clone());
        }
        let mut statement = if known.is_empty() { self.client.prepare(text.for_postgres())? } else { known[0].clone() };
        if !fits(statement.params(), vals) && statement.params().len() == vals.len() {
            let types: Vec<Type> = vals.iter().zip(statement.params()).map(|(v, guessed)| v.declared(guessed)).collect();
            statement = self.client.prepare_typed(text.for_postgres(), &types)?;
        }
        known.push(statement.clone());
        Ok(statement)
    }
}
fn connect(url: &str) -> Result<Client> {
    let mut config: postgres::Config = url.parse().map_err(|e: postgres::Error| DbError::internal(format!("the database address: {e}")))?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(5));
    }
    if config.get_application_name().is_none() {
        config.application_name("yinuo");
    }
    pg(config.connect(NoTls), "connect")
}
#[track_caller]
fn pg<T>(done: std::result::Result<T, postgres::Error>, name: &str) -> Result<T> {
    let at = Location::caller();
    done.map_err(|e| error::of_pg(&e, name, at))
}
fn parameters<'a>(vals: &'a [Val<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    vals.iter().map(|v| v as &(dyn ToSql + Sync)).collect()
}
fn fits(types: &[Type], vals: &[Val]) -> bool {
    types.len() == vals.len() && types.iter().zip(vals).all(|(ty, val)| val.fits(ty))
}

impl Val<'_> {
    fn fits(&self, ty: &Type) -> bool {
        match self {
            Val::Null => true,
            Val::Int(n) => match *ty {
                Type::INT8 => true,
                Type::INT4 => i32::try_from(*n).is_ok(),
                Type::INT2 => i16::try_from(*n).is_ok(),
                _ => false,
            },
            Val::Text(_) => <&str as ToSql>::accepts(ty),
            Val::Bytes(_) | Val::Id(_) => *ty == Type::BYTEA,
        }
    }
    fn declared(&self, guessed: &Type) -> Type {
        match self {
            Val::Null => guessed.clone(),
            Val::Int(_) => Type::INT8,
            Val::Text(_) => Type::TEXT,
            Val::Bytes(_) | Val::Id(_) => Type::BYTEA,
        }
    }
}
impl ToSql for Val<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Val::Null => Ok(IsNull::Yes),
            Val::Int(n) if *ty == Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
            Val::Int(n) if *ty == Type::INT2 => i16::try_from(*n)?.to_sql(ty, out),
            Val::Int(n) => n.to_sql(ty, out),
            Val::Text(text) => text.to_sql(ty, out),
            Val::Bytes(bytes) => bytes.to_sql(ty, out),
            Val::Id(bytes) => bytes.as_slice().to_sql(ty, out),
        }
    }
    fn accepts(_: &Type) -> bool {
        true // `statement` has chosen the types by the values
    }
    to_sql_checked!();
}

/// At most `config.pool` connections, opened when needed, replaced when broken.
pub(super) struct Pool {
    config: Config,
    state: Mutex<(Vec<Conn>, usize)>, // idle, open
    freed: Condvar,
    shared: Arc<Shared>,
    node: String,
}
struct Lease<'p> {
    pool: &'p Pool,
    conn: Option<Conn>,
}
/// How one run of a job ended.
enum Run {
    Kept(Vec<&'static str>),
    Refused,
    Again(DbError),
    Lost(DbError),
}

impl Pool {
    /// Opens one connection at once, so that a wrong address is told now.
    pub fn open(config: &Config, shared: Arc<Shared>) -> Result<Pool> {
        let mut first = Conn::open(config)?;
        // made by the server, so that no two nodes have the same
        let node = pg(first.client.query_one("select cast(gen_random_uuid() as text)", &[]).and_then(|row| row.try_get(0)), "connect")?;
        Ok(Pool { config: config.clone(), state: Mutex::new((vec![first], 1)), freed: Condvar::new(), shared, node })
    }
    fn lease(&self) -> Result<Lease<'_>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |s: &mut (Vec<Conn>, usize)| s.0.is_empty() && s.1 >= self.config.pool.max(1);
        let (mut state, wait) = self.freed.wait_timeout_while(state, self.config.busy_timeout, full).unwrap_or_else(PoisonError::into_inner);
        if wait.timed_out() && full(&mut state) {
            return Err(DbError::Busy);
        }
        while let Some(conn) = state.0.pop() {
            if !conn.client.is_closed() {
                return Ok(Lease { pool: self, conn: Some(conn) });
            }
            state.1 -= 1;
        }
        state.1 += 1;
        drop(state);
        let mut lease = Lease { pool: self, conn: None };
        lease.conn = Some(Conn::open(&self.config)?);
        Ok(lease)
    }
    /// The name by which this node knows its own nudges.
    pub fn node(&self) -> &str {
        &self.node
    }
    /// When one connection was cut the others that lie idle were most likely cut with it.
    fn forget_idle(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 -= state.0.len();
        state.0.clear();
    }
    pub fn in_use(&self) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 - state.0.len()
    }
    /// Each statement sees what is committed when it begins: one round trip a statement, no transaction.
    pub fn read<T, E: From<DbError>>(&self, job: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let mut lease = self.lease()?;
        let conn = lease.conn()?;
        conn.spare = Some(self.config.clone());
        job(&mut Tx::pg(conn, false))
    }
    /// All statements see one moment.
    pub fn snapshot<T, E: From<DbError>>(&self, job: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let mut lease = self.lease()?;
        if lease.begin_snapshot() == Err(DbError::Gone) {
            lease.conn = None;
            self.forget_idle();
            lease = self.lease()?;
            lease.begin_snapshot()?;
        }
        let answer = job(&mut Tx::pg(lease.conn()?, false));
        lease.rollback();
        answer
    }
    /// Runs a job to its end: kept, refused by itself (`Ok`), or lost.
    pub fn write(&self, errand: &mut dyn Errand) -> Result<()> {
        for tries in 0.. {
            let (kept, fate) = match self.once(errand) {
                Run::Kept(nudges) => {
                    self.shared.deliver(&nudges);
                    (1, Ok(()))
                }
                Run::Refused => (1, Ok(())),
                Run::Again(why) if tries < TRIES_AGAIN => {
                    if why == DbError::Gone {
                        self.forget_idle();
                    }
                    // Doubling, and a little apart from each other, so that the same two do not meet again.
                    let apart = self.shared.retries.fetch_add(1, Relaxed) % 7;
                    std::thread::sleep(Duration::from_millis((2 << tries) + apart));
                    continue;
                }
                Run::Again(e) | Run::Lost(e) => (0, Err(e)),
            };
            self.shared.count_batch(kept, 1, fate.is_ok());
            return fate;
        }
        Err(DbError::Busy)
    }
    fn once(&self, errand: &mut dyn Errand) -> Run {
        let mut lease = match self.lease() {
            Ok(lease) => lease,
            Err(DbError::Gone) => return Run::Again(DbError::Gone),
            Err(e) => return Run::Lost(e),
        };
        let Ok(conn) = lease.conn() else { return Run::Lost(DbError::Gone) };
        if let Err(e) = pg(conn.client.batch_execute("begin"), "begin") {
            lease.conn = None;
            return Run::Again(e);
        }
        let mut tx = Tx::pg(conn, true);
        let verdict = errand::attempt(errand, &mut tx);
        let (nudges, again, spoiled) = (std::mem::take(&mut tx.nudges), tx.again, tx.spoiled.take());
        if verdict == Ok(true) {
            return lease.commit(nudges);
        }
        lease.rollback();
        match (verdict, spoiled) {
            (_, Some(e)) if again || e == DbError::Gone => Run::Again(e),
            (Err(e), _) => Run::Lost(e),
            (Ok(_), _) => Run::Refused,
        }
    }
}
impl Lease<'_> {
    fn conn(&mut self) -> Result<&mut Conn> {
        self.conn.as_mut().ok_or(DbError::Gone)
    }
    fn begin_snapshot(&mut self) -> Result<()> {
        pg(self.conn()?.client.batch_execute("begin isolation level repeatable read read only"), "begin")
    }
    fn commit(&mut self, nudges: Vec<&'static str>) -> Run {
        let Some(conn) = &mut self.conn else { return Run::Lost(DbError::Gone) };
        match conn.client.batch_execute("commit") {
            Ok(()) => Run::Kept(nudges),
            Err(e) if error::worth_another_try(&e) => Run::Again(DbError::Busy),
            Err(e) => {
                self.conn = None;
                // Not run again: a commit whose answer was lost may have been kept.
                Run::Lost(error::of_pg(&e, "commit", Location::caller()))
            }
        }
    }
    fn rollback(&mut self) {
        if self.conn.as_mut().is_some_and(|c| c.client.batch_execute("rollback").is_err()) {
            self.conn = None;
        }
    }
}
impl Drop for Lease<'_> {
    /// Gives the connection back. After a panic its state is unknown, and after an error it may be closed: then it is let go.
    fn drop(&mut self) {
        let healthy = self.conn.take().filter(|c| !std::thread::panicking() && !c.client.is_closed());
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        match healthy {
            Some(mut conn) => {
                conn.spare = None;
                state.0.push(conn);
            }
            None => state.1 -= 1,
        }
        drop(state);
        self.pool.freed.notify_one();
    }
}

/// Hears other nodes' nudges until told to stop; connects again when the connection breaks.
pub(super) fn listen(url: String, node: String, stop: Arc<AtomicBool>, heard: impl Fn(&str)) {
    while !stop.load(Relaxed) {
        let connected = connect(&url).and_then(|mut c| pg(c.batch_execute(&format!("listen {CHANNEL}")), "listen").map(|()| c));
        let Ok(mut client) = connected else {
            std::thread::sleep(Duration::from_millis(500));
            continue;
        };
        while !stop.load(Relaxed) && !client.is_closed() {
            let mut notes = client.notifications();
            let mut notes = notes.timeout_iter(Duration::from_millis(250));
            while let Ok(Some(note)) = notes.next() {
                if let Some((from, topic)) = note.payload().split_once(' ')
                    && from != node
                {
                    heard(topic);
                }
            }
        }
    }
}
/// Tells other nodes. Beside the jobs and not inside them: a commit that carries a NOTIFY waits for every other such commit.
pub(super) fn cry(url: String, node: String, topics: std::sync::mpsc::Receiver<&'static str>) {
    let mut client = None;
    while let Ok(first) = topics.recv() {
        let mut batch = vec![first];
        batch.extend(topics.try_iter());
        batch.sort_unstable();
        batch.dedup();
        client = client.filter(|c: &Client| !c.is_closed()).or_else(|| connect(&url).ok());
        for topic in batch {
            let note = format!("{node} {topic}");
            if let Some(c) = &mut client
                && c.execute("select pg_notify($1, $2)", &[&CHANNEL, &note]).is_err()
            {
                client = None;
            }
        }
    }
}
