use super::{Exit, Settings, show};
use crate::config::without_password;
use crate::words::{label, say};
use clap::Args;
use serde::Serialize;
use std::fs::OpenOptions;
use std::path::Path;

#[derive(Debug, Args)]
pub struct Doctor {
    /// For programs.
    #[arg(long)]
    json: bool,
}
/// One thing looked at.
#[derive(Serialize)]
struct LookOut {
    what: &'static str,
    healthy: bool,
    /// What was found; in words for people, the cause as the machine says it.
    found: String,
}
impl Doctor {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let looks = [
            key(settings),
            folder("files", &settings.config.files.dir),
            folder("search", &settings.config.search.dir),
            database(settings),
            address(settings),
        ];
        if self.json {
            show::json(&looks);
        } else {
            let lang = show::language();
            let row = |l: &LookOut| {
                vec![
                    label(lang, "cli", if l.healthy { "cli.healthy" } else { "cli.ill" }),
                    label(lang, "cli", &format!("cli.look.{}", l.what)),
                    l.found.clone(),
                ]
            };
            show::table(&looks.iter().map(row).collect::<Vec<_>>());
        }
        if looks.iter().all(|l| l.healthy) { Ok(()) } else { Err(Exit::No) }
    }
}
fn look(what: &'static str, done: Result<String, String>) -> LookOut {
    LookOut { what, healthy: done.is_ok(), found: done.unwrap_or_else(|because| because) }
}
fn key(settings: &Settings) -> LookOut {
    let path = &settings.config.secrets.house_key;
    let read = crate::keys::house_key(Path::new(path));
    let because = |e: crate::keys::NoKey| say(show::language(), "config", e.code, &[("because", e.because)]).unwrap_or_default();
    look("key", read.map(|_| path.clone()).map_err(|e| format!("{path}: {}", because(e))))
}
/// Whether we may write there.
fn folder(what: &'static str, dir: &str) -> LookOut {
    let probe = Path::new(dir).join(".doctor");
    let tried = std::fs::create_dir_all(dir)
        .and_then(|()| OpenOptions::new().write(true).create(true).truncate(true).open(&probe))
        .and_then(|_| std::fs::remove_file(&probe));
    look(what, tried.map(|()| dir.to_string()).map_err(|e| format!("{dir}: {e}")))
}
fn database(settings: &Settings) -> LookOut {
    let url = without_password(&settings.config.database.url);
    let opened = store::db::Db::open(&settings.config.database()).and_then(|db| db.schema_version());
    let wanted = store::db::MIGRATIONS.len();
    look(
        "database",
        match opened {
            Ok(version) if version as usize == wanted => Ok(format!("{url}, schema {version}")),
            Ok(version) => Err(format!("{url}: schema {version}, wanted {wanted}: yinuo migrate")),
            Err(e) => Err(format!("{url}: {e}")),
        },
    )
}
fn address(settings: &Settings) -> LookOut {
    let listen = settings.config.http.listen;
    look("address", std::net::TcpListener::bind(listen).map(|_| listen.to_string()).map_err(|e| format!("{listen}: {e}")))
}
