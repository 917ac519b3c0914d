use domain::ticket::Refusal;
use std::panic::Location;
use store::db::DbError;

/// Everything that can go wrong towards a caller. Codes with arguments leave the house, sentences are made where the reader's
/// language is known; [`Fault::Internal`] has words for us, never for them.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Not signed in, or the session or token is no longer good. 401.
    Unauthorized { code: &'static str },
    /// May know, may not do. 403.
    Forbidden { deed: &'static str },
    /// Does not exist, or the caller may not know that it does. 404.
    NotFound,
    /// The rules refuse it as things stand. 409.
    Refused { code: &'static str, args: Args },
    /// The edit names a version that is no longer the present one. 412.
    Stale { current: u32 },
    /// The request itself is wrong; every flaw names its field and the remedy is in the code's words. 422.
    Invalid(Vec<Flaw>),
    /// Larger than the house takes. 413.
    TooLarge { limit: u64 },
    /// Asked too often. 429.
    TooMany { retry_after_s: u32 },
    /// The database is locked, full or away: nothing was written, try again. 503.
    Busy { code: &'static str, retry_after_s: u32 },
    /// 500.
    Internal { because: String, at: &'static Location<'static> },
}
pub type Args = Vec<(&'static str, String)>;

/// One thing wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Path of the field, `intake.window.from`.
    pub field: String,
    pub code: &'static str,
    pub args: Args,
}
impl Flaw {
    pub fn new(field: impl Into<String>, code: &'static str) -> Flaw {
        Flaw { field: field.into(), code, args: Vec::new() }
    }
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Flaw {
        self.args.push((key, value.to_string()));
        self
    }
}

impl Fault {
    #[track_caller]
    pub fn internal(because: impl ToString) -> Fault {
        Fault::Internal { because: because.to_string(), at: Location::caller() }
    }
    pub fn refused(code: &'static str) -> Fault {
        Fault::Refused { code, args: Vec::new() }
    }
    pub fn invalid(field: impl Into<String>, code: &'static str) -> Fault {
        Fault::Invalid(vec![Flaw::new(field, code)])
    }
    pub fn status(&self) -> u16 {
        match self {
            Fault::Unauthorized { .. } => 401,
            Fault::Forbidden { .. } => 403,
            Fault::NotFound => 404,
            Fault::Refused { .. } => 409,
            Fault::Stale { .. } => 412,
            Fault::TooLarge { .. } => 413,
            Fault::Invalid(_) => 422,
            Fault::TooMany { .. } => 429,
            Fault::Internal { .. } => 500,
            Fault::Busy { .. } => 503,
        }
    }
    /// The code the reader's language has words for.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Unauthorized { code } | Fault::Refused { code, .. } | Fault::Busy { code, .. } => code,
            Fault::Forbidden { .. } => "forbidden",
            Fault::NotFound => "not_found",
            Fault::Stale { .. } => "stale",
            Fault::Invalid(_) => "invalid",
            Fault::TooLarge { .. } => "too_large",
            Fault::TooMany { .. } => "too_many",
            Fault::Internal { .. } => "internal",
        }
    }
}
impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        match refusal {
            Refusal::NotYours => Fault::Forbidden { deed: "ticket.act" },
            other => Fault::Refused { code: other.key(), args: refusal_args(other) },
        }
    }
}
/// What the words of a refusal are about.
pub(crate) fn refusal_args(refusal: Refusal) -> Args {
    match refusal {
        Refusal::AskedAlready { until } => vec![("until", until.to_string())],
        _ => Args::new(),
    }
}
impl From<DbError> for Fault {
    #[track_caller]
    fn from(e: DbError) -> Fault {
        match e {
            DbError::Busy => Fault::Busy { code: "busy", retry_after_s: 1 },
            DbError::Full => Fault::Busy { code: "disk_full", retry_after_s: 30 },
            DbError::Gone => Fault::Busy { code: "database_away", retry_after_s: 5 },
            DbError::Conflict { constraint } => Fault::Internal { because: format!("unexpected conflict on {constraint}"), at: Location::caller() },
            DbError::Internal { because, at } => Fault::Internal { because, at },
        }
    }
}
