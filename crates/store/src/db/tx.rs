use super::error::{self, DbError, Result};
use super::sql::{Sql, Text, Val};
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
/// What the arrays of a statement over many rows stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Columns of rows that go into a statement written for one ([`Sql::for_many`]).
    Rows,
    /// Ids in the statement's own `= any($1)`.
    Any,
}
/// Rows that go to PostgreSQL in one statement at most: bounds the memory of either side.
const ROWS_AT_ONCE: usize = 1_000;

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
    /// Runs `insert … values (…)` or `update … where id = $1` for many rows and tells how many it touched: one round trip for a thousand of
    /// them on PostgreSQL, the prepared statement row by row on SQLite. Rows of one call must not be each other's parents or the same row.
    #[track_caller]
    pub fn many<const N: usize>(&mut self, sql: &'static Sql, rows: &[[Val; N]]) -> Result<u64> {
        self.each_of_many(sql, rows, Location::caller(), &mut |_| Ok(()))
    }
    /// As [`Tx::many`] for a statement with `returning`: the answers in the order of the rows.
    #[track_caller]
    pub fn many_returning<T, const N: usize>(
        &mut self,
        sql: &'static Sql,
        rows: &[[Val; N]],
        mut map: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::with_capacity(rows.len());
        self.each_of_many(sql, rows, Location::caller(), &mut |row| map(row).map(|t| all.push(t)))?;
        Ok(all)
    }
    /// What a statement over one id finds for each of many. Its PostgreSQL text says `= any($1)`: one round trip, and the answers in the
    /// order it asks for; on SQLite the answers come id by id.
    #[track_caller]
    pub fn query_of_many<T>(&mut self, sql: &'static Sql, ids: &[[u8; 16]], mut map: impl FnMut(&Row) -> Result<T>) -> Result<Vec<T>> {
        let (at, mut all) = (Location::caller(), Vec::new());
        let mut take = |row: &Row| map(row).map(|t| all.push(t));
        let of_one: Vec<[Val; 1]> = ids.iter().map(|id| [Val::Id(*id)]).collect();
        check(self.writes || reads(Text::Named(sql)), sql.name, &[], at)?;
        match &self.engine {
            Engine::Lite(_) => self.lite_many(sql, &of_one, at, &mut take)?,
            Engine::Pg(_) => self.pg_many(sql, Shape::Any, &of_one, at, &mut take)?,
        };
        Ok(all)
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
    /// Prepares without running, for one row and, where its shape allows it, for many.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn prepare(&mut self, sql: &'static Sql) -> Result<()> {
        let at = Location::caller();
        match &mut self.engine {
            Engine::Lite(conn) => conn.prepare(sql.for_lite()).map(|_| ()).map_err(|e| error::of_lite(&e, sql.name, at)),
            Engine::Pg(conn) => {
                let one = conn.client.prepare(sql.for_postgres()).map_err(|e| error::of_pg(&e, sql.name, at))?;
                let Some(many) = sql.for_many() else { return Ok(()) };
                conn.prepare_many(many, one.params()).map(|_| ()).map_err(|e| error::of_pg(&e, sql.name, at))
            }
        }
    }

    fn run(&mut self, text: Text, vals: &[Val], at: &'static Location<'static>) -> Result<u64> {
        check(self.writes, text.name(), vals, at)?;
        let done = match &mut self.engine {
            Engine::Lite(conn) => lite_statement(conn, text, vals, at)
                .and_then(|mut statement| statement.raw_execute().map(|n| n as u64).map_err(|e| error::of_lite(&e, text.name(), at))),
            Engine::Pg(conn) => conn.execute(text, vals).map_err(|e| pg_trouble(&mut self.again, &e, text, at)),
        };
        self.watch(done)
    }
    /// Hands rows to `take` until it says `false`.
    fn each(&mut self, text: Text, vals: &[Val], at: &'static Location<'static>, take: &mut dyn FnMut(&Row) -> Result<bool>) -> Result<()> {
        check(self.writes || reads(text), text.name(), vals, at)?;
        let mut mapping = Ok(true);
        let done = match &mut self.engine {
            Engine::Lite(conn) => lite_statement(conn, text, vals, at).and_then(|mut statement| {
                let mut rows = statement.raw_query();
                while let (Ok(true), Some(row)) = (&mapping, rows.next().map_err(|e| error::of_lite(&e, text.name(), at))?) {
                    mapping = taken(text.name(), at, Row::lite(row), take);
                }
                Ok(())
            }),
            Engine::Pg(conn) => conn.query_or_reconnect(text, vals).map_err(|e| pg_trouble(&mut self.again, &e, text, at)).map(|rows| {
                let mut rows = rows.iter();
                while let (Ok(true), Some(row)) = (&mapping, rows.next()) {
                    mapping = taken(text.name(), at, Row::pg(row), take);
                }
            }),
        };
        self.watch(done)?;
        mapping.map(|_| ())
    }
    fn each_of_many<const N: usize>(
        &mut self,
        sql: &'static Sql,
        rows: &[[Val; N]],
        at: &'static Location<'static>,
        take: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<u64> {
        check(self.writes, sql.name, rows.as_flattened(), at)?;
        if sql.for_many().is_none() {
            return Err(DbError::Internal {
                because: format!("{}: is not written for one row by its `values (…)` or `where id = $1`", sql.name),
                at,
            });
        }
        match &self.engine {
            Engine::Lite(_) => self.lite_many(sql, rows, at, take),
            Engine::Pg(_) => self.pg_many(sql, Shape::Rows, rows, at, take),
        }
    }
    fn lite_many<const N: usize>(
        &mut self,
        sql: &'static Sql,
        rows: &[[Val; N]],
        at: &'static Location<'static>,
        take: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<u64> {
        let Engine::Lite(conn) = &self.engine else { return Ok(0) };
        let failed = |e: rusqlite::Error| error::of_lite(&e, sql.name, at);
        let mut through = || {
            let (mut statement, mut count) = (lite_prepared(conn, Text::Named(sql), N, at)?, 0);
            for row in rows {
                lite_bind(&mut statement, row).map_err(failed)?;
                let mut found = statement.raw_query();
                while let Some(row) = found.next().map_err(failed)? {
                    taken(sql.name, at, Row::lite(row), take)?;
                }
                drop(found);
                count += conn.changes();
            }
            Ok(count)
        };
        let done = through();
        self.watch(done)
    }
    fn pg_many<const N: usize>(
        &mut self,
        sql: &'static Sql,
        shape: Shape,
        rows: &[[Val; N]],
        at: &'static Location<'static>,
        take: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<u64> {
        let Engine::Pg(conn) = &mut self.engine else { return Ok(0) };
        let mut count = 0;
        for some in rows.chunks(ROWS_AT_ONCE) {
            let done = match some {
                // One row costs less by the statement written for one.
                [row] if shape == Shape::Rows => conn.query_counted(Text::Named(sql), row),
                some => {
                    let columns: Vec<Vec<Val>> = (0..N).map(|c| some.iter().map(|row| row[c]).collect()).collect();
                    conn.query_columns(sql, shape, &columns)
                }
            };
            let (found, touched) = done.map_err(|e| pg_trouble(&mut self.again, &e, Text::Named(sql), at)).inspect_err(|e| {
                self.spoiled.get_or_insert_with(|| e.clone());
            })?;
            count += touched;
            found.iter().try_for_each(|row| taken(sql.name, at, Row::pg(row), take))?;
        }
        Ok(count)
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
fn check(allowed: bool, name: &str, vals: &[Val], at: &'static Location<'static>) -> Result<()> {
    let because = match vals {
        _ if !allowed => "a reading job may not write",
        vals if vals.iter().any(|v| matches!(v, Val::Text(t) if t.contains('\0'))) => "a text with a zero character",
        _ => return Ok(()),
    };
    Err(DbError::Internal { because: format!("{name}: {because}"), at })
}
/// A row read wrongly says so after it was mapped; that is the cause, whatever the mapper made of it.
fn taken<T>(name: &str, at: &'static Location<'static>, row: Row, take: &mut dyn FnMut(&Row) -> Result<T>) -> Result<T> {
    let mapped = take(&row);
    row.trouble().map_or(mapped, |why| Err(DbError::Internal { because: format!("{name}: {why}"), at }))
}

fn lite_statement<'c>(
    conn: &'c rusqlite::Connection,
    text: Text,
    vals: &[Val],
    at: &'static Location<'static>,
) -> Result<rusqlite::CachedStatement<'c>> {
    let mut statement = lite_prepared(conn, text, vals.len(), at)?;
    lite_bind(&mut statement, vals).map_err(|e| error::of_lite(&e, text.name(), at))?;
    Ok(statement)
}
fn lite_prepared<'c>(
    conn: &'c rusqlite::Connection,
    text: Text,
    vals: usize,
    at: &'static Location<'static>,
) -> Result<rusqlite::CachedStatement<'c>> {
    let statement = conn.prepare_cached(&text.for_lite()).map_err(|e| error::of_lite(&e, text.name(), at))?;
    if statement.parameter_count() != vals {
        let because = format!("{}: wants {} values, got {vals}", text.name(), statement.parameter_count());
        return Err(DbError::Internal { because, at });
    }
    Ok(statement)
}
fn lite_bind(statement: &mut rusqlite::Statement, vals: &[Val]) -> rusqlite::Result<()> {
    vals.iter().enumerate().try_for_each(|(i, val)| statement.raw_bind_parameter(i + 1, val))
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
