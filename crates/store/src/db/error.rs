use std::fmt;
use std::panic::Location;

/// Why the database did not do what was asked. The same five answers whichever database it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbError {
    /// A unique rule was violated. `constraint` names the columns the same way on both databases: `ticket.number`, or
    /// `grant.account_id, grant.key` for several; an index over an expression is named by its own name.
    Conflict { constraint: String },
    /// Locked too long, the writer's queue is full, no connection free in time, or a serialization failure came back after every retry.
    Busy,
    /// The disk is full or failing. Nothing of the job was kept.
    Full,
    /// The connection was lost, or the database is not there. If it was lost at the commit, whether the job was kept is unknown.
    Gone,
    /// A mistake of ours: a wrong statement, a column read as another type, a job that panicked. For the log, not for callers.
    Internal { because: String, at: &'static Location<'static> },
}
pub type Result<T, E = DbError> = std::result::Result<T, E>;

impl DbError {
    /// A mistake of ours, remembered with the place that says so.
    #[track_caller]
    pub fn internal(because: impl Into<String>) -> DbError {
        DbError::Internal { because: because.into(), at: Location::caller() }
    }
    /// The public word for it.
    pub fn code(&self) -> &'static str {
        match self {
            DbError::Conflict { .. } => "conflict",
            DbError::Busy => "busy",
            DbError::Full => "full",
            DbError::Gone => "gone",
            DbError::Internal { .. } => "internal",
        }
    }
}
impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DbError::Conflict { constraint } => write!(f, "conflict on {constraint}"),
            DbError::Internal { because, at } => write!(f, "internal: {because} ({at})"),
            other => f.write_str(other.code()),
        }
    }
}
impl std::error::Error for DbError {}

/// What SQLite's refusal means to the house.
pub(super) fn of_lite(e: &rusqlite::Error, name: &str, at: &'static Location<'static>) -> DbError {
    use rusqlite::{ErrorCode::*, ffi};
    if let rusqlite::Error::SqliteFailure(cause, message) = e {
        match (cause.code, cause.extended_code) {
            (DatabaseBusy | DatabaseLocked, _) => return DbError::Busy,
            (DiskFull | SystemIoFailure, _) => return DbError::Full,
            (CannotOpen, _) => return DbError::Gone,
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID) => {
                let text = message.as_deref().unwrap_or_default();
                let text = text.strip_prefix("UNIQUE constraint failed: ").unwrap_or(text);
                let constraint = text.strip_prefix("index '").and_then(|t| t.strip_suffix('\'')).unwrap_or(text).to_string();
                return DbError::Conflict { constraint };
            }
            _ => {}
        }
    }
    DbError::Internal { because: format!("{name}: {e}"), at }
}

/// What PostgreSQL's refusal means to the house.
pub(super) fn of_pg(e: &postgres::Error, name: &str, at: &'static Location<'static>) -> DbError {
    use std::error::Error;
    let Some(cause) = e.as_db_error() else {
        let io = e.source().is_some_and(|s| s.is::<std::io::Error>());
        return if e.is_closed() || io { DbError::Gone } else { DbError::Internal { because: format!("{name}: {e}"), at } };
    };
    match cause.code().code() {
        "23505" => DbError::Conflict { constraint: unique_columns(cause) },
        // serialization failure, deadlock, lock timeout, cancelled by a timeout, out of connections or memory
        "40001" | "40P01" | "55P03" | "57014" | "53300" | "53200" => DbError::Busy,
        "53100" | "58030" => DbError::Full,
        // shut down, crashed, starting, or (after a fail-over) this connection now talks to a standby
        "57P01" | "57P02" | "57P03" | "25006" => DbError::Gone,
        code if code.starts_with("08") => DbError::Gone,
        code => DbError::Internal { because: format!("{name}: {code} {}", cause.message()), at },
    }
}
/// Serialization failure or deadlock: the same job, run again from the start, may well succeed.
pub(super) fn worth_another_try(e: &postgres::Error) -> bool {
    matches!(e.code().map(|c| c.code()), Some("40001" | "40P01"))
}
/// `Key (account_id, key)=(…) already exists.` → `grant.account_id, grant.key`, as SQLite says it; the words around it are in the server's language.
fn unique_columns(cause: &postgres::error::DbError) -> String {
    let name = cause.constraint().unwrap_or_default();
    let columns = cause.detail().and_then(|d| d.split_once('(')?.1.split_once(")=(")).map(|(columns, _)| columns);
    match (cause.table(), columns) {
        (Some(table), Some(columns)) if !columns.contains('(') => {
            columns.split(", ").map(|c| format!("{table}.{}", c.trim_matches('"'))).collect::<Vec<_>>().join(", ")
        }
        _ => name.to_string(),
    }
}
