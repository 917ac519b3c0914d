use crate::config::Trouble;
use crate::http::problem::Problem;
use crate::words;
use desk::Fault;
use std::process::ExitCode;
use store::db::DbError;

/// Why a command did not end well.
#[derive(Debug)]
pub enum Exit {
    /// It ran, and the answer is no; what there was to say has been said. 1.
    No,
    /// The house refuses, and says why. 1.
    Refused(Box<Problem>),
    /// 2.
    Usage(&'static str),
    /// 3.
    Configuration(Vec<Trouble>),
    /// 4.
    Database(String),
    /// 5.
    Internal(String),
}
impl Exit {
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Exit::No | Exit::Refused(_) => 1,
            Exit::Usage(_) => 2,
            Exit::Configuration(_) => 3,
            Exit::Database(_) => 4,
            Exit::Internal(_) => 5,
        })
    }
    /// Says it to the person at the terminal.
    pub fn tell(&self, lang: &str) {
        match self {
            Exit::No => {}
            Exit::Refused(problem) => refuse(problem, lang),
            Exit::Usage(code) => eprintln!("yinuo: {}", words::label(lang, "cli", code)),
            Exit::Configuration(troubles) => troubles.iter().for_each(|t| eprintln!("yinuo: {}", t.say(lang))),
            Exit::Database(because) => eprintln!("yinuo: {}: {because}", words::label(lang, "cli", "cli.database")),
            Exit::Internal(because) => eprintln!("yinuo: {}: {because}", words::label(lang, "cli", "cli.internal")),
        }
    }
}
impl From<DbError> for Exit {
    fn from(e: DbError) -> Exit {
        Exit::Database(e.to_string())
    }
}
impl From<Fault> for Exit {
    fn from(fault: Fault) -> Exit {
        match fault {
            Fault::Busy { code, .. } => Exit::Database(code.into()),
            Fault::Internal { because, at } => Exit::Internal(format!("{because} ({at})")),
            other => Exit::Refused(Box::new(Problem::from(other))),
        }
    }
}
fn refuse(problem: &Problem, lang: &str) {
    let page = problem.page(lang, "");
    eprintln!("yinuo: {}{}", page.title, page.detail.map_or(String::new(), |detail| format!(": {detail}")));
    page.errors.iter().for_each(|e| eprintln!("  {}: {}", e.field, e.message));
}
