use super::{Exit, Settings, show};
use clap::Args;
use serde::Serialize;

#[derive(Debug, Args)]
pub struct Migrate {
    /// For programs.
    #[arg(long)]
    json: bool,
}
#[derive(Serialize)]
struct MigratedOut {
    schema_version: u32,
    was: u32,
}
impl Migrate {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let db = settings.database()?;
        let was = db.schema_version()?;
        db.migrate().map_err(|e| Exit::Database(e.to_string()))?;
        let done = MigratedOut { schema_version: db.schema_version()?, was };
        if self.json {
            show::json(&done)
        } else {
            show::text(&format!("schema {} -> {}", done.was, done.schema_version))
        }
        Ok(())
    }
}
