//! What commands open: the settings, the database, the key.
use super::{Exit, trouble};
use crate::config::{self, Config, Entries, File, Trouble};
use crate::keys;
use crate::watch::Watch;
use desk::access::plain_login;
use desk::secrets::Seal;
use desk::{Desk, Fault, Opening, Rules, Shelves};
use domain::kit::{AccountId, PersonId};
use domain::people::{Actor, Deed, Leave, Role, ask};
use std::path::Path;
use std::sync::Arc;
use store::db::Db;
use store::person::Person;
use store::search::Search;

/// The configuration as this process has it.
pub struct Settings {
    pub config: Config,
    pub entries: Entries,
}
impl Settings {
    /// File, environment and defaults. Errors: everything that is wrong with them.
    pub fn read(path: Option<&str>) -> Result<Settings, Vec<Trouble>> {
        let text = match path {
            Some(path) => Some(std::fs::read_to_string(path).map_err(|e| vec![trouble("", path, "config.file_unreadable", e)])?),
            None => None,
        };
        let file = path.zip(text.as_deref()).map(|(path, text)| File { path, text });
        // A variable that is no text cannot be one of ours.
        let environment = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        config::read(file, environment).map(|(config, entries)| Settings { config, entries })
    }
    /// Opens the database as it is.
    pub fn database(&self) -> Result<Db, Exit> {
        Ok(Db::open(&self.config.database())?)
    }
    /// Opens the database and brings its schema up to this program.
    pub fn migrated(&self) -> Result<Db, Exit> {
        let db = self.database()?;
        db.migrate().map_err(|e| Exit::Database(e.to_string()))?;
        Ok(db)
    }
    pub fn house_key(&self) -> Result<[u8; 32], Exit> {
        let path = &self.config.secrets.house_key;
        keys::house_key(Path::new(path)).map_err(|e| Exit::Configuration(vec![trouble("secrets.house_key", path, e.code, e.because)]))
    }
    pub fn watch(&self) -> Watch {
        Watch::from_environment()
    }
}

/// A way out that the configuration describes wrongly.
pub fn trouble_of_ways(bad: crate::post::BadWays) -> Exit {
    Exit::Configuration(vec![Trouble::new("", bad.key, bad.code)])
}
/// The desk as a command needs it: migrated, books on the shelves, no search index (which belongs to the server that runs).
pub fn open_desk(settings: &Settings) -> Result<Desk, Exit> {
    open_desk_with(settings, None)
}
/// The same with a search index.
pub fn open_desk_with(settings: &Settings, search: Option<Arc<dyn Search>>) -> Result<Desk, Exit> {
    let c = &settings.config;
    let rules = Rules {
        vendor: c.house.vendor.clone(),
        number_prefix: c.house.number_prefix.clone(),
        language: c.house.default_language.clone(),
        tz: c.house.tz.clone(),
        basic_family: c.house.basic_family.clone(),
        patience: c.patience(),
        session_lasts: c.sessions.lasts,
        attachment_bytes_max: c.files.attachment_bytes_max,
        public_url: c.http.public_url.clone(),
        mail: !c.mail.smtp_host.is_empty(),
    };
    let seed = u64::from_be_bytes(desk::secrets::random()?);
    let opening = Opening { rules, shelves: Shelves::new(super::plan::library(settings)?), search, seal: Seal::new(&settings.house_key()?), seed };
    Ok(Desk::open(settings.migrated()?, opening, settings.watch().now())?)
}

/// Who sits at the machine may do what an administrator may.
pub fn own_leave<D: Deed>() -> Result<Leave<D>, Fault> {
    let machine = Actor { person: PersonId::from_raw(0), role: Role::Administrator, tier: 0, account: None };
    ask(&machine).ok_or(Fault::Forbidden { deed: D::NAME })
}
/// Somebody by login. Errors: usage.
pub fn person_of(desk: &Desk, login: &str) -> Result<Person, Exit> {
    let found = desk.read(|tx| Ok::<_, Fault>(store::person::find_by_login(tx, &plain_login(login))?))?;
    found.ok_or(Exit::Usage("cli.no_such_login"))
}
/// An account by its number. Errors: usage.
pub fn account_of(desk: &Desk, number: &str) -> Result<AccountId, Exit> {
    let found = desk.read(|tx| Ok::<_, Fault>(store::account::find_by_number(tx, number)?))?;
    found.map(|a| a.id).ok_or(Exit::Usage("cli.no_such_account"))
}
