//! The command line. Facts go to standard output (`--json` for programs), everything else to standard error.
mod doctor;
mod exit;
mod explain;
mod house;
mod import;
mod load;
mod migrate;
mod plan;
mod serve;
pub mod show;
mod token;
mod user;

pub use exit::Exit;
pub use house::Settings;

use crate::config::{self, Trouble};
use clap::{Args, Parser, Subcommand};
use domain::kit::{Id, Kind};
use std::process::ExitCode;

/// Exit codes, the same for every command.
const CODES: &str = "Exit codes: 0 done, or the answer is yes · 1 the answer is no, something failed its check · 2 wrong usage · 3 configuration · 4 database · 5 a mistake of ours";

#[derive(Debug, Parser)]
#[command(name = "yinuo", version, about = "Yinuo 一诺: after-sales support that keeps its promises", after_help = CODES, arg_required_else_help = true)]
struct Line {
    #[command(flatten)]
    common: Common,
    /// Print every setting with its value and where it comes from, and do nothing else.
    #[arg(long)]
    print_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}
#[derive(Debug, Args)]
pub struct Common {
    /// A configuration file; see `yinuo --print-config` for every key.
    #[arg(long, global = true, env = "YINUO_CONFIG", value_name = "FILE")]
    config: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the house and serve until told to stop.
    #[command(after_help = "Example:\n  YINUO_HTTP__LISTEN=0.0.0.0:8420 yinuo serve --config /etc/yinuo.toml")]
    Serve(serve::Serve),
    /// Bring the database's schema up to this program; doing it twice does no harm.
    #[command(after_help = "Example:\n  YINUO_DATABASE__URL=postgres://yinuo@db/yinuo yinuo migrate --json")]
    Migrate(migrate::Migrate),
    /// Look at everything the house needs and say what is wrong.
    #[command(after_help = "Example:\n  yinuo doctor || echo 'not ready to serve'")]
    Doctor(doctor::Doctor),
    /// Something to look at and to measure with.
    #[command(subcommand)]
    Demo(load::Demo),
    /// Bring in the history of another system.
    #[command(subcommand)]
    Import(import::Import),
    /// Why things stand as they stand.
    #[command(subcommand)]
    Explain(explain::Explain),
    /// People who sign in.
    #[command(subcommand)]
    User(user::User),
    /// API tokens.
    #[command(subcommand)]
    Token(token::Token),
    /// Plan books: what is promised to whom.
    #[command(subcommand)]
    Plan(plan::Plan),
}

/// Reads the line, does it, tells the machine how it went.
pub fn main() -> ExitCode {
    // A wrong line ends here: clap says what is wrong and exits with 2.
    let line = Line::parse();
    match run(line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => {
            exit.tell(show::language());
            exit.code()
        }
    }
}
fn run(line: Line) -> Result<(), Exit> {
    let settings = Settings::read(line.common.config.as_deref()).map_err(Exit::Configuration)?;
    if line.print_config {
        show::text(&config::print(&settings.entries));
        return Ok(());
    }
    match line.command {
        Some(Command::Serve(c)) => c.run(&settings),
        Some(Command::Migrate(c)) => c.run(&settings),
        Some(Command::Doctor(c)) => c.run(&settings),
        Some(Command::Demo(c)) => c.run(&settings),
        Some(Command::Import(c)) => c.run(&settings),
        Some(Command::Explain(c)) => c.run(&settings),
        Some(Command::User(c)) => c.run(&settings),
        Some(Command::Token(c)) => c.run(&settings),
        Some(Command::Plan(c)) => c.run(&settings),
        None => Err(Exit::Usage("cli.command_missing")),
    }
}

/// An id on the line.
fn id<K: Kind>(text: &str) -> Result<Id<K>, String> {
    text.parse().map_err(|e: domain::kit::BadId| e.to_string())
}
/// One thing wrong with a file the configuration names.
fn trouble(key: &str, place: &str, code: &'static str, because: impl ToString) -> Trouble {
    Trouble::new(place, key, code).with("because", because)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_is_well_formed_and_has_an_example() {
        let root = Line::command();
        root.clone().debug_assert();
        let mut open = vec![root];
        let mut seen = 0;
        while let Some(command) = open.pop() {
            if command.has_subcommands() {
                open.extend(command.get_subcommands().cloned());
                continue;
            }
            let help = command.get_after_help().map(|h| h.to_string()).unwrap_or_default();
            assert!(help.starts_with("Example"), "`{}` has no example", command.get_name());
            assert!(command.get_about().is_some(), "`{}` does not say what it does", command.get_name());
            seen += 1;
        }
        assert!(seen >= 5);
    }
}
