use super::house::{open_desk, own_leave};
use super::{Exit, Settings, show};
use crate::http::clock::explained_out;
use clap::{Args, Subcommand};
use desk::vectors;
use domain::kit::{At, ClockId, ClockKind};
use serde::de::IgnoredAny;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Explain {
    /// Derive a promise step by step, with the clause behind it. Exit 1 when its history does not give the clock as it is kept.
    #[command(after_help = "Example:\n  yinuo explain clock clk_01h455vb4pex5vsknk084sn02q --lang zh-CN")]
    Clock(Clock),
    /// Run worked examples through the house's rules and say what differs. Exit 1 when anything does.
    #[command(after_help = "Example:\n  yinuo explain vectors examples.json --areas clock,version")]
    Vectors(Vectors),
}
#[derive(Debug, Args)]
pub struct Clock {
    #[arg(value_parser = super::id::<ClockKind>)]
    id: ClockId,
    /// As of this instant, in RFC 3339; now if not said.
    #[arg(long, value_parser = super::plan::instant, value_name = "INSTANT")]
    at: Option<At>,
    /// zh-CN or en; your locale's if not said.
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<String>,
    /// For programs.
    #[arg(long)]
    json: bool,
}
#[derive(Debug, Args)]
pub struct Vectors {
    /// A list of examples: id, area, given, expect.
    file: PathBuf,
    /// Only these areas; one the house has no rules for is a failure.
    #[arg(long, value_delimiter = ',', value_name = "AREAS")]
    areas: Option<Vec<String>>,
    /// For programs.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        match self {
            Explain::Clock(c) => c.run(settings),
            Explain::Vectors(c) => c.run(settings),
        }
    }
}
impl Clock {
    fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let desk = open_desk(settings)?;
        let (now, lang) = (self.at.unwrap_or(settings.watch().now()), self.lang.as_deref().unwrap_or_else(|| show::language()));
        let found = desk.read(|tx| desk::clock::explain(tx, &desk, &own_leave()?, self.id, now));
        let out = match found {
            Ok(explained) => explained_out(&desk, explained, lang, now),
            Err(desk::Fault::NotFound) => return Err(Exit::Usage("cli.explain.no_clock")),
            Err(fault) => return Err(fault.into()),
        };
        if self.json {
            show::json(&out);
        } else {
            out.lines.iter().for_each(|l| show::text(&format!("{:<28} {}", l.at.map_or(String::new(), |at| at.0.to_string()), l.text)));
        }
        if out.replays { Ok(()) } else { Err(Exit::No) }
    }
}
impl Vectors {
    fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let place = self.file.display().to_string();
        let unreadable = |e: String| Exit::Configuration(vec![super::trouble("", &place, "config.file_unreadable", e)]);
        let text = std::fs::read_to_string(&self.file).map_err(|e| unreadable(e.to_string()))?;
        // What is no JSON at all is a broken file, not a failed example.
        serde_json::from_str::<IgnoredAny>(&text).map_err(|e| unreadable(e.to_string()))?;
        let outcome = vectors::run(&text, self.areas.as_deref(), &super::plan::library(settings)?);
        if self.json {
            let failed: Vec<_> = outcome.failed.iter().map(|f| json!({ "id": f.id, "area": f.area, "words": f.to_string() })).collect();
            let areas: serde_json::Map<_, _> =
                outcome.by_area.iter().map(|(area, (passed, failed))| (area.clone(), json!({ "passed": passed, "failed": failed }))).collect();
            show::json(&json!({ "passed": outcome.passed, "failed": outcome.failed.len(), "areas": areas, "failures": failed }));
        } else {
            outcome.failed.iter().for_each(|f| show::text(&f.to_string()));
            show::text(&format!("{} passed, {} failed", outcome.passed, outcome.failed.len()));
        }
        if outcome.failed.is_empty() { Ok(()) } else { Err(Exit::No) }
    }
}
