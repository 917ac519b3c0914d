//! What commands open: the settings, the database, the key.
use super::{Exit, trouble};
use crate::config::{self, Config, Entries, File, Trouble};
use crate::keys;
use crate::watch::Watch;
use std::path::Path;
use store::db::Db;

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
