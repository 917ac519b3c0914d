use super::{Exit, Settings, show};
use crate::config::without_password;
use crate::words::{label, say};
use clap::Args;
use desk::doctor::{self, Finding, Health};
use serde::Serialize;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::path::Path;

#[derive(Debug, Args)]
pub struct Doctor {
    /// Also examine whether everything that is kept agrees with itself: hash chains, clocks and their histories, counters, quotas, letters.
    /// Reads the whole database at one moment; with --json the answer is an object then, `{looks, agreement}`.
    #[arg(long)]
    deep: bool,
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
        let mut looks = vec![
            key(settings),
            folder("files", &settings.config.files.dir),
            folder("search", &settings.config.search.dir),
            database(settings),
            address(settings),
        ];
        let health = if self.deep { Some(agreement(settings)?) } else { None };
        looks.extend(health.as_ref().map(|h| look("agreement", if h.is_sound() { Ok(summary(h)) } else { Err(summary(h)) })));
        if self.json {
            match &health {
                Some(h) => show::json(&json!({ "looks": looks, "agreement": facts(h) })),
                None => show::json(&looks),
            }
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
            let row = |f: &Finding| vec![f.code.to_string(), f.about.clone(), f.kept.clone(), f.found.clone()];
            show::table(&health.iter().flat_map(|h| &h.findings).map(row).collect::<Vec<_>>());
        }
        if looks.iter().all(|l| l.healthy) { Ok(()) } else { Err(Exit::No) }
    }
}
fn agreement(settings: &Settings) -> Result<Health, Exit> {
    let desk = super::house::open_desk(settings)?;
    let health = doctor::examine(&desk, settings.watch().now())?;
    desk.db().close();
    Ok(health)
}
fn summary(h: &Health) -> String {
    format!("{} findings; {} tickets, {} clocks, {} entries, {} letters", h.found, h.tickets, h.clocks, h.entries, h.letters)
}
fn facts(h: &Health) -> Value {
    let finding = |f: &Finding| json!({ "code": f.code, "about": f.about, "kept": f.kept, "found": f.found });
    json!({
        "sound": h.is_sound(), "found": h.found, "findings": h.findings.iter().map(finding).collect::<Vec<_>>(),
        "tickets": h.tickets, "clocks": h.clocks, "running": h.running, "breaches": h.breaches, "unfired": h.unfired,
        "chains": h.chains, "entries": h.entries, "people": h.people, "views": h.views, "balances": h.balances,
        "letters": h.letters, "waiting": h.waiting,
    })
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
