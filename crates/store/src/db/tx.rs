use super::error::{self, DbError, Result};
use super::sql::{Sql, Text, Val, many_rows};
use super::{Row, pg};
use domain::kit::{Id, Kind};
use std::panic::Location;

/// One transaction, on whichever database. A job does all its reading and writing through it, waits for nothing else,
/// and sends nothing: what is to be sent is a row first.
pub struct Tx<'a> {
    engine: Engine<'a>,
    writes: bool,
    pub(super) nudges: Vec<&'static str>,
    /// The first statement that failed. PostgreSQL keeps nothing of such a transaction, so SQLite does not either.
    pub(super) spoiled: Option<DbError>,
    /// A serialization failure or deadlock was seen: the same job may succeed when run again.
    pub(super) again: bool,
}
enum Engine<'a> {
    Lite(&'a rusqlite::Connection),
    Pg(&'a mut pg::Conn),
}
/// Rows that go to PostgreSQL in one statement at most.
const ROWS_AT_ONCE: usize = 64;

impl<'a> Tx<'a> {
    fn new(engine: Engine<'a>, writes: bool) -> Tx<'a> {
        Tx { engine, writes, nudges: Vec::new(), spoiled: None, again: false }
    }
    pub(super) fn lite(conn: &'a rusqlite::Connection, writes: bool) -> Tx<'a> {
        Tx::new(Engine::Lite(conn), writes)
    }
    pub(super) fn pg(conn: &'a mut pg::Conn, writes: bool) -> Tx<'a> {
        Tx::new(Engine::Pg(conn), writes)
    }
    pub fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Pg(_))
    }

    /// Runs a statement without answer and tells how many rows it touched. After a failed statement the job is lost
    /// whatever it returns; expect a conflict by `on conflict do nothing` and a count of 0.
    #[track_caller]
    pub fn exec(&mut self, sql: &'static Sql, vals: &[Val]) -> Result<u64> {
        self.run(Text::Named(sql), vals, Location::caller())
    }
    /// Like [`Tx::exec`] for a text put together at run time.
    #[track_caller]
    pub fn exec_dyn(&mut self, text: &str, vals: &[Val]) -> Result<u64> {
        self.run(Text::Loose(text), vals, Location::caller())
    }
    /// Every row of the answer, mapped.
    #[track_caller]
    pub fn query<T>(&mut self, sql: &'static Sql, vals: &[Val], mut map: impl FnMut(&Row) -> Result<T>) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.each(Text::Named(sql), vals, Location::caller(), &mut |row| map(row).map(|t| all.push(t)).map(|()| true))?;
        Ok(all)
    }
    /// Like [`Tx::query`] for filters put together at run time. Write values as parameters, never into the text: texts are cached.
    #[track_caller]
    pub fn query_dyn<T>(&mut self, text: &str, vals: &[Val], mut map: impl FnMut(&Row) -> Result<T>) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.each(Text::Loose(text), vals, Location::caller(), &mut |row| map(row).map(|t| all.push(t)).map(|()| true))?;
        Ok(all)
    }
    /// The first row of the answer, if there is one.
    #[track_caller]
    pub fn first<T>(&mut self, sql: &'static Sql, vals: &[Val], mut map: impl FnMut(&Row) -> Result<T>) -> Result<Option<T>> {
        let mut found = None;
        self.each(Text::Named(sql), vals, Location::caller(), &mut |row| map(row).map(|t| found = Some(t)).map(|()| false))?;
        Ok(found)
    }
    /// Many rows by one `insert into … (…) values ($1, …, $N) …`; returns how many were inserted. One round trip per 64 rows on PostgreSQL.
    #[track_caller]
    pub fn insert_many<'v, const N: usize>(&mut self, sql: &'static Sql, rows: impl IntoIterator<Item = [Val<'v>; N]>) -> Result<u64> {
        let at = Location::caller();
        let (mut rows, mut count) = (rows.into_iter().peekable(), 0);
        if !self.is_postgres() {
            return rows.try_fold(0, |n, row| Ok(n + self.run(Text::Named(sql), &row, at)?));
        }
        while rows.peek().is_some() {
            let chunk: Vec<[Val; N]> = rows.by_ref().take(ROWS_AT_ONCE).collect();
            let mut rest = &chunk[..];
            while !rest.is_empty() {
                // powers of two, so that few different texts are prepared
                let (now, later) = rest.split_at(1 << rest.len().ilog2());
                let text = many_rows(sql.for_postgres(), N, now.len());
                let text = text.ok_or_else(|| DbError::Internal { because: format!("{}: no `values (…)` to repeat", sql.name), at })?;
                count += self.run(Text::Loose(&text), now.as_flattened(), at)?;
                rest = later;
            }
        }
        Ok(count)
    }
    /// Jobs that lock the same name run one after the other until their end. SQLite's jobs always do; PostgreSQL's only when asked.
    /// For rules over several rows, which no row lock covers.
    #[track_caller]
    pub fn lock(&mut self, name: &str) -> Result<()> {
        if !self.is_postgres() {
            return Ok(());
        }
        self.each(Text::Loose("select pg_advisory_xact_lock(hashtextextended($1, 0))"), &[Val::Text(name)], Location::caller(), &mut |_| Ok(true))
    }
    /// Wakes whoever listens for `topic`, on every node, after the commit and only then. A hint: it may be lost, rows cannot.
    pub fn nudge(&mut self, topic: &'static str) {
        if !self.nudges.contains(&topic) {
            self.nudges.push(topic);
        }
    }

    /// Several statements without parameters; for migrations.
    pub(super) fn script(&mut self, text: &str, name: &str) -> Result<()> {
        let at = Location::caller();
        let done = match &mut self.engine {
            Engine::Lite(conn) => conn.execute_batch(text).map_err(|e| error::of_lite(&e, name, at)),
            Engine::Pg(conn) => conn.client.batch_execute(text).map_err(|e| error::of_pg(&e, name, at)),
        };
        self.watch(done)
    }
    /// Prepares without running.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn prepare(&mut self, sql: &'static Sql) -> Result<()> {
        let at = Location::caller();
        match &mut self.engine {
            Engine::Lite(conn) => conn.prepare(sql.for_lite()).map(|_| ()).map_err(|e| error::of_lite(&e, sql.name, at)),
            Engine::Pg(conn) => conn.client.prepare(sql.for_postgres()).map(|_| ()).map_err(|e| error::of_pg(&e, sql.name, at)),
        }
    }

    fn run(&mut self, text: Text, vals: &[Val], at: &'static Location<'static>) -> Result<u64> {
        check(self.writes, text, vals, at)?;
        let done = match &mut self.engine {
            Engine::Lite(conn) => lite_statement(conn, text, vals, at)
                .and_then(|mut statement| statement.raw_execute().map(|n| n as u64).map_err(|e| error::of_lite(&e, text.name(), at))),
            Engine::Pg(conn) => conn.execute(text, vals).map_err(|e| pg_trouble(&mut self.again, &e, text, at)),
        };
        self.watch(done)
    }
    /// Hands rows to `take` until it says `false`.
    fn each(&mut self, text: Text, vals: &[Val], at: &'static Location<'static>, take: &mut dyn FnMut(&Row) -> Result<bool>) -> Result<()> {
        check(self.writes || reads(text), text, vals, at)?;
        // A row read wrongly says so after it was mapped; that is the cause, whatever the mapper made of it.
        let mut taken = |row: Row| {
            let mapped = take(&row);
            row.trouble().map_or(mapped, |why| Err(DbError::Internal { because: format!("{}: {why}", text.name()), at }))
        };
        let mut mapping = Ok(true);
        let done = match &mut self.engine {
            Engine::Lite(conn) => lite_statement(conn, text, vals, at).and_then(|mut statement| {
                let mut rows = statement.raw_query();
                while let (Ok(true), Some(row)) = (&mapping, rows.next().map_err(|e| error::of_lite(&e, text.name(), at))?) {
                    mapping = taken(Row::lite(row));
                }
                Ok(())
            }),
            Engine::Pg(conn) => conn.query_or_reconnect(text, vals).map_err(|e| pg_trouble(&mut self.again, &e, text, at)).map(|rows| {
                let mut rows = rows.iter();
                while let (Ok(true), Some(row)) = (&mapping, rows.next()) {
                    mapping = taken(Row::pg(row));
                }
            }),
        };
        self.watch(done)?;
        mapping.map(|_| ())
    }
    fn watch<T>(&mut self, done: Result<T>) -> Result<T> {
        if let Err(e) = &done {
            self.spoiled.get_or_insert_with(|| e.clone());
        }
        done
    }
}

fn pg_trouble(again: &mut bool, e: &postgres::Error, text: Text, at: &'static Location<'static>) -> DbError {
    *again |= error::worth_another_try(e);
    error::of_pg(e, text.name(), at)
}
fn reads(text: Text) -> bool {
    let first = text.for_postgres().split_whitespace().next().unwrap_or_default();
    ["select", "with", "values", "explain"].iter().any(|word| first.eq_ignore_ascii_case(word))
}
/// What one database would let pass and the other not is refused on both.
fn check(allowed: bool, text: Text, vals: &[Val], at: &'static Location<'static>) -> Result<()> {
    let because = match vals {
        _ if !allowed => "a reading job may not write",
        vals if vals.iter().any(|v| matches!(v, Val::Text(t) if t.contains('\0'))) => "a text with a zero character",
        _ => return Ok(()),
    };
    Err(DbError::Internal { because: format!("{}: {because}", text.name()), at })
}

fn lite_statement<'c>(
    conn: &'c rusqlite::Connection,
    text: Text,
    vals: &[Val],
    at: &'static Location<'static>,
) -> Result<rusqlite::CachedStatement<'c>> {
    let failed = |e: rusqlite::Error| error::of_lite(&e, text.name(), at);
    let mut statement = conn.prepare_cached(&text.for_lite()).map_err(failed)?;
    if statement.parameter_count() != vals.len() {
        let because = format!("{}: wants {} values, got {}", text.name(), statement.parameter_count(), vals.len());
        return Err(DbError::Internal { because, at });
    }
    for (i, val) in vals.iter().enumerate() {
        statement.raw_bind_parameter(i + 1, val).map_err(failed)?;
    }
    Ok(statement)
}
impl rusqlite::ToSql for Val<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Val::Null => ValueRef::Null,
            Val::Int(n) => ValueRef::Integer(*n),
            Val::Text(text) => ValueRef::Text(text.as_bytes()),
            Val::Bytes(bytes) => ValueRef::Blob(bytes),
            Val::Id(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The rows of many ids, by a statement that takes 32 of them and then `more`; a short list is filled up with its own, so that there is one text
/// to prepare.
#[track_caller]
pub fn in_thirty_twos<K: Kind, T>(
    tx: &mut Tx,
    sql: &'static Sql,
    ids: &[Id<K>],
    more: &[Val],
    mut map: impl FnMut(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(32) {
        let values: Vec<Val> = some.iter().cycle().take(32).map(|id| Val::from(*id)).chain(more.iter().copied()).collect();
        found.extend(tx.query(sql, &values, &mut map)?);
    }
    Ok(found)
}
