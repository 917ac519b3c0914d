use super::{Exit, Settings, show, trouble};
use crate::words::label;
use clap::{Args, Subcommand};
use desk::plan::{self, Library};
use domain::kit::At;
use domain::plan::PlanBook;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum Plan {
    /// Every plan book, one line each.
    #[command(after_help = "Example:\n  yinuo plan list --lang zh-CN")]
    List(List),
    /// Read every book and say what is wrong, and what the sources leave open. Exit 1 when something is wrong.
    #[command(after_help = "Example:\n  yinuo plan check plans/")]
    Check(Check),
    /// One book in full.
    #[command(after_help = "Examples:\n  yinuo plan show ali.enterprise.v2\n  yinuo plan show ali.enterprise --at 2025-06-16T10:59:59+08:00 --json")]
    Show(Show),
    /// What gets better and what gets worse for the customer from one book to another.
    #[command(after_help = "Example:\n  yinuo plan diff ali.enterprise.v1 ali.enterprise.v2")]
    Diff(Diff),
}
#[derive(Debug, Args)]
struct Manner {
    /// For programs.
    #[arg(long)]
    json: bool,
    /// zh-CN or en; your locale's if not said.
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<String>,
}
impl Manner {
    fn lang(&self) -> &str {
        self.lang.as_deref().unwrap_or_else(|| show::language())
    }
}
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    manner: Manner,
}
#[derive(Debug, Args)]
pub struct Check {
    /// A folder laid out like `plans/`; the books of this house if not said.
    dir: Option<PathBuf>,
    #[command(flatten)]
    manner: Manner,
}
#[derive(Debug, Args)]
pub struct Show {
    /// A book (`ali.enterprise.v2`), or a family (`ali.enterprise`) together with --at.
    id: String,
    /// The version in force for an order at this instant, in RFC 3339.
    #[arg(long, value_parser = instant, value_name = "INSTANT")]
    at: Option<At>,
    #[command(flatten)]
    manner: Manner,
}
#[derive(Debug, Args)]
pub struct Diff {
    old: String,
    new: String,
    #[command(flatten)]
    manner: Manner,
}
pub fn instant(text: &str) -> Result<At, String> {
    At::parse(text).map_err(|_| label(show::language(), "cli", "cli.no_instant"))
}

impl Plan {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        match self {
            Plan::List(c) => c.run(&library(settings)?),
            Plan::Check(c) => c.run(settings),
            Plan::Show(c) => c.run(&library(settings)?),
            Plan::Diff(c) => c.run(&library(settings)?),
        }
    }
}
/// The books compiled in, or those of the folder the configuration names.
pub fn library(settings: &Settings) -> Result<Library, Exit> {
    let dir = &settings.config.plans.dir;
    let read = if dir.is_empty() { Library::shipped() } else { Library::from_dir(Path::new(dir)) };
    read.map_err(|findings| {
        let lang = show::language();
        Exit::Configuration(findings.iter().map(|f| trouble("plans.dir", "", "config.plan_unsound", plan::words(f, lang))).collect())
    })
}

impl List {
    fn run(&self, library: &Library) -> Result<(), Exit> {
        let lines = plan::list(library, self.manner.lang());
        if self.manner.json {
            show::json(&lines);
            return Ok(());
        }
        let cell = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_string).replace("null", "-");
        let row = |v: &Value| ["id", "name", "from", "to", "promises", "unconfirmed"].iter().map(|k| cell(&v[*k])).collect();
        let head = ["id", "name", "from", "to", "promises", "unconfirmed"]
            .iter()
            .map(|k| label(self.manner.lang(), "cli", &format!("cli.plan.{k}")))
            .collect();
        show::table(&std::iter::once(head).chain(lines.iter().map(row)).collect::<Vec<Vec<String>>>());
        Ok(())
    }
}
impl Check {
    fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let read = match &self.dir {
            Some(dir) => Library::open(dir),
            None if settings.config.plans.dir.is_empty() => Library::shipped().unwrap_or_else(|_| Library::open(Path::new(""))),
            None => Library::open(Path::new(&settings.config.plans.dir)),
        };
        let (report, lang) = (plan::check(&read), self.manner.lang());
        if self.manner.json {
            let findings: Vec<Value> = report
                .findings
                .iter()
                .map(|f| json!({ "file": f.file, "line": f.line, "column": f.column, "key": f.key, "code": f.code, "words": plan::words(f, lang) }))
                .collect();
            let open: Vec<Value> = report
                .unconfirmed
                .iter()
                .map(|(book, cells)| json!({ "book": book, "unconfirmed": cells.iter().map(|u| u.path.clone()).collect::<Vec<_>>() }))
                .collect();
            show::json(&json!({ "passes": report.passes(), "findings": findings, "books": open }));
        } else {
            report.findings.iter().for_each(|f| show::text(&plan::words(f, lang)));
            for (book, cells) in &report.unconfirmed {
                show::text(&format!("{book}: {}", label(lang, "cli", if cells.is_empty() { "cli.plan.whole" } else { "cli.plan.open" })));
                cells.iter().for_each(|u| show::text(&format!("  - {}", u.path)));
            }
        }
        if report.passes() { Ok(()) } else { Err(Exit::No) }
    }
}
impl Show {
    fn run(&self, library: &Library) -> Result<(), Exit> {
        let book = self.book(library).ok_or(Exit::Usage("cli.plan.unknown"))?;
        if self.manner.json {
            show::json(&plan::json(book))
        } else {
            show::text(&plan::show(book, self.manner.lang()))
        }
        Ok(())
    }
    /// With an instant, a book's id stands for its family.
    fn book<'l>(&self, library: &'l Library) -> Option<&'l PlanBook> {
        let Some(at) = self.at else { return library.book(&self.id) };
        let family = library.book(&self.id).map_or(self.id.as_str(), |b| b.family.as_str());
        library.version_at(family, at)
    }
}
impl Diff {
    fn run(&self, library: &Library) -> Result<(), Exit> {
        let changes = plan::diff(library, &self.old, &self.new).ok_or(Exit::Usage("cli.plan.unknown"))?;
        let lang = self.manner.lang();
        if self.manner.json {
            show::json(&changes.iter().map(|c| plan::diff_json(c, lang)).collect::<Vec<_>>());
        } else {
            changes.iter().for_each(|c| show::text(&plan::diff_words(c, lang)));
        }
        Ok(())
    }
}
