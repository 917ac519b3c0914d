//! One list of migrations for both databases, applied in order, each in its own transaction, remembered with its checksum.
use super::{Db, DbError, Result, Tx, statements, vals};
use sha2::{Digest, Sha256};
use std::fmt;

/// One step of the schema. Published steps never change.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub number: u32,
    pub name: &'static str,
    pub text: &'static str,
}
macro_rules! migrations {
    ($($number:literal $name:literal)*) => {
        &[$(Migration { number: $number, name: $name, text: include_str!(concat!("../../migrations/", $name, ".sql")) }),*]
    };
}
/// The schema of this binary. A new step is a file in `migrations/` and a line here.
pub const MIGRATIONS: &[Migration] = migrations! {
    1 "0001_house"
    2 "0002_snooze"
    3 "0003_link"
    4 "0004_queue"
    5 "0005_portal"
    6 "0006_rating"
    7 "0007_merge"
    8 "0008_tool"
    9 "0009_person"
    10 "0010_figures"
    11 "0011_names"
    12 "0012_guide"
    13 "0013_embed"
    14 "0014_report"
    15 "0015_service"
};

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// Schema version before and after.
    pub from: u32,
    pub to: u32,
    pub applied: Vec<&'static str>,
}
/// Why the schema was left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrateError {
    /// A newer release has been here; this one does not understand what it left.
    Newer {
        database: u32,
        binary: u32,
    },
    /// A step was applied with another text than this binary carries.
    Changed {
        number: u32,
        name: &'static str,
    },
    Db(DbError),
}
impl From<DbError> for MigrateError {
    fn from(e: DbError) -> Self {
        MigrateError::Db(e)
    }
}
impl fmt::Display for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MigrateError::Newer { database, binary } => {
                write!(f, "the database has schema {database}, this binary knows {binary}: use the newer release")
            }
            MigrateError::Changed { name, .. } => {
                write!(f, "migration {name} was applied with another text: restore the file as it was and add a new migration")
            }
            MigrateError::Db(e) => e.fmt(f),
        }
    }
}
impl std::error::Error for MigrateError {}

statements! {
    BOOK_IS_THERE = "select count(*) from sqlite_master where type = 'table' and name = 'schema_migration'",
        postgres "select count(*) from information_schema.tables where table_schema = any(current_schemas(false)) and table_name = 'schema_migration'";
    BOOK = "select number, checksum from schema_migration order by number";
    ENTER = "insert into schema_migration (number, name, checksum) values ($1, $2, $3)";
}
const MAKE_BOOK: &str =
    "create table if not exists schema_migration (number bigint not null primary key, name text not null, checksum text not null)";

pub(super) fn run(db: &Db, list: &'static [Migration]) -> Result<MigrationReport, MigrateError> {
    let from = version(db)?;
    let mut applied = Vec::new();
    while let Some(name) = db.write(move |tx| next(tx, list))? {
        tracing::info!(migration = name, "applied migration {name}");
        applied.push(name);
    }
    Ok(MigrationReport { from, to: version(db)?, applied })
}
pub(super) fn version(db: &Db) -> Result<u32> {
    db.read(|tx| Ok(book(tx)?.last().map_or(0, |(number, _)| *number)))
}
fn book(tx: &mut Tx) -> Result<Vec<(u32, String)>> {
    match tx.first(&BOOK_IS_THERE, &[], |row| Ok(row.bool(0)))? {
        Some(true) => tx.query(&BOOK, &[], |row| Ok((row.num(0), row.text(1)))),
        _ => Ok(Vec::new()),
    }
}
/// Checks what was applied, then applies the first step that was not.
fn next(tx: &mut Tx, list: &'static [Migration]) -> Result<Option<&'static str>, MigrateError> {
    tx.lock("schema_migration")?;
    let book = book(tx)?;
    let (database, binary) = (book.last().map_or(0, |(n, _)| *n), list.last().map_or(0, |m| m.number));
    if database > binary {
        return Err(MigrateError::Newer { database, binary });
    }
    for (number, checksum) in &book {
        match list.iter().find(|m| m.number == *number) {
            Some(step) if checksum_of(step.text) == *checksum => {}
            Some(step) => return Err(MigrateError::Changed { number: *number, name: step.name }),
            None => return Err(DbError::internal(format!("migration {number} was applied and is not in this binary")).into()),
        }
    }
    let Some(step) = list.iter().find(|m| m.number > database) else { return Ok(None) };
    tx.script(MAKE_BOOK, step.name)?;
    for statement in statements_of(step.text, tx.is_postgres()) {
        tx.script(&statement, step.name)?;
    }
    tx.exec(&ENTER, &vals![step.number, step.name, &checksum_of(step.text)])?;
    Ok(Some(step.name))
}
/// Line ends do not count: a checkout may have changed them.
fn checksum_of(text: &str) -> String {
    Sha256::digest(text.replace('\r', "").as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}
/// The statements meant for this database. A line `-- @postgres` or `-- @sqlite` marks the next statement as for that one only.
/// Statements end at a `;` outside quotes; bodies with `;` inside (triggers, functions) are not understood.
pub(crate) fn statements_of(text: &str, postgres: bool) -> Vec<String> {
    let (mut all, mut statement, mut wanted, mut quoted) = (Vec::new(), String::new(), true, false);
    for line in text.lines() {
        match line.trim() {
            "-- @postgres" if !quoted => wanted = postgres,
            "-- @sqlite" if !quoted => wanted = !postgres,
            comment if !quoted && comment.starts_with("--") => {}
            _ => {
                let code = if quoted { line } else { without_comment(line) };
                for c in code.chars() {
                    quoted ^= c == '\'';
                    if c == ';' && !quoted {
                        let whole = std::mem::take(&mut statement);
                        all.extend(wanted.then_some(whole).filter(|s| !s.trim().is_empty()));
                        wanted = true;
                    } else {
                        statement.push(c);
                    }
                }
                statement.push('\n');
            }
        }
    }
    all.extend(wanted.then_some(statement).filter(|s| !s.trim().is_empty()));
    all
}
/// The line up to a `--` outside quotes.
fn without_comment(line: &str) -> &str {
    let end = line.match_indices("--").map(|(i, _)| i).find(|i| line[..*i].matches('\'').count().is_multiple_of(2));
    &line[..end.unwrap_or(line.len())]
}
