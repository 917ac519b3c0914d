use super::house::open_desk;
use super::plan::library;
use super::{Exit, Settings, show};
use crate::words::{label, say};
use clap::{Args, Subcommand};
use desk::import::{self, DEFAULT_MAPPING, Judged, Mapping, Notes, Options, Outcome, servicenow};
use desk::{Fault, Flaw, Shelves};
use domain::kit::Span;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Histories of other systems.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Make cases of the incidents of a ServiceNow log, with their real timelines and their clocks under a plan book. Safe to repeat.
    #[command(after_help = "Examples:
  yinuo import servicenow incident_log.csv.gz --plan ali.enterprise.v1 --time-zone America/Sao_Paulo --json
  yinuo import servicenow incident_log.csv.gz --what-if ali.basic.v1,ali.enterprise.v1,volc.default.2025
  yinuo import servicenow --print-map > my.toml; yinuo import servicenow log.csv --plan ali.basic.v2 --map my.toml")]
    Servicenow(Servicenow),
}
impl Import {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        match self {
            Import::Servicenow(c) => c.run(settings),
        }
    }
}

#[derive(Debug, Args)]
pub struct Servicenow {
    /// The log, gzip or plain, with a header; times are day/month/year hour:minute.
    #[arg(required_unless_present = "print_map")]
    file: Option<PathBuf>,
    /// The plan book that judges the history and stays with its cases.
    #[arg(long, value_name = "BOOK", required_unless_present_any = ["what_if", "print_map"])]
    plan: Option<String>,
    /// The IANA zone of the log's times. A time the zone skips moves on, one it repeats is the first.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// Number of the account the cases belong to; made if there is none.
    #[arg(long, value_name = "NUMBER", default_value = "servicenow")]
    account: String,
    /// Its name, if it is made.
    #[arg(long, value_name = "NAME", default_value = "ServiceNow")]
    account_name: String,
    /// A table of priorities, channels and states in place of the one built in; see --print-map.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Print the table built in and do nothing else.
    #[arg(long)]
    print_map: bool,
    /// Where rejected rows and anomalies go, one JSON object a line; the log's name with .rejects.jsonl in this folder if not said.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Compare plan books on the same history, the one of --plan first if it is named too. Keeps nothing, needs no database.
    #[arg(long, value_name = "BOOKS", value_delimiter = ',')]
    what_if: Vec<String>,
    /// For programs.
    #[arg(long)]
    json: bool,
    /// zh-CN or en; your locale's if not said.
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<String>,
}

impl Servicenow {
    fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let Some(file) = self.file.as_deref().filter(|_| !self.print_map) else {
            show::text(DEFAULT_MAPPING);
            return Ok(());
        };
        let (watch, began) = (settings.watch(), settings.watch().now());
        match self.done(settings, file) {
            Ok(Done::Kept(outcome, rejects)) => self.tell(&outcome, &rejects, watch.now() - began),
            Ok(Done::Judged(outcome, judged)) => self.tell_compared(&outcome, &judged),
            Err(Wrong::Exit(exit)) => return Err(exit),
            Err(Wrong::Fault(Fault::Invalid(flaws))) => {
                flaws.iter().for_each(|f| eprintln!("yinuo: {}", flaw_words(self.lang(), f)));
                return Err(Exit::Usage("cli.import.refused"));
            }
            Err(Wrong::Fault(fault)) => return Err(fault.into()),
        }
        Ok(())
    }
    fn done(&self, settings: &Settings, file: &Path) -> Result<Done, Wrong> {
        let now = settings.watch().now();
        let mapping = match &self.map {
            Some(path) => Mapping::parse(&std::fs::read_to_string(path).map_err(|e| unreadable("map", path, e))?)?,
            None => Mapping::shipped()?,
        };
        let log = File::open(file).map_err(|e| unreadable("file", file, e))?;
        let rejects = self.rejects.clone().unwrap_or_else(|| beside(file));
        let out = File::create(&rejects).map_err(|e| unreadable("rejects", &rejects, e))?;
        let mut notes = Notes::new(BufWriter::new(out));
        let log = servicenow::read(log, &self.time_zone, &mapping, now, &mut notes)?;
        let bar = show::progress(log.incidents.len() as u64, &self.word("progress"));
        let mut progress = |done: u64, _: u64| bar.set_position(done);
        if !self.what_if.is_empty() {
            let shelves = Shelves::new(library(settings)?);
            let outcome = import::looked_at(&log, &mapping, "", &mut notes)?;
            let plans: Vec<String> = self.plan.iter().chain(&self.what_if).cloned().collect();
            let judged = import::what_if(&shelves, &log, &plans, &mapping, now, &mut progress)?;
            notes.finish()?;
            bar.finish_and_clear();
            return Ok(Done::Judged(outcome, judged));
        }
        let plan = self.plan.clone().unwrap_or_default();
        let desk = open_desk(settings)?;
        let options = Options { plan, account: self.account.clone(), account_name: self.account_name.clone(), mapping };
        let outcome = import::import(&desk, &log, &options, &mut notes, now, &mut progress)?;
        notes.finish()?;
        bar.finish_and_clear();
        desk.db().close();
        Ok(Done::Kept(outcome, rejects))
    }
    fn lang(&self) -> &str {
        self.lang.as_deref().unwrap_or_else(|| show::language())
    }
    fn tell(&self, outcome: &Outcome, rejects: &Path, took: Span) {
        let took_ms = (took.as_micros() / 1000).max(0) as u64;
        if self.json {
            let mut fact = outcome.json();
            fact["rejects_file"] = rejects.display().to_string().into();
            fact["took_ms"] = took_ms.into();
            return show::json(&fact);
        }
        let counts = [
            ("rows_read", outcome.rows_read),
            ("rows_rejected", outcome.rows_rejected),
            ("incidents", outcome.incidents),
            ("anomalies", outcome.anomalies),
            ("tickets_new", outcome.tickets_new),
            ("tickets_known", outcome.tickets_known),
            ("differs", outcome.differs),
            ("other_plan", outcome.other_plan),
            ("took_ms", took_ms),
        ];
        show::table(&counts.map(|(key, n)| vec![self.word(key), n.to_string()]));
        let rejects = rejects.display().to_string();
        show::text(&say(self.lang(), "import", "rejects", &[("file", rejects.clone())]).unwrap_or(rejects));
        self.tell_judged(&[Judged { plan: outcome.plan.clone(), promises: outcome.promises.clone() }]);
    }
    fn tell_compared(&self, outcome: &Outcome, judged: &[Judged]) {
        if self.json {
            // Each as an import under that book would have told it, but for the cases nobody has kept.
            let one = |j: &Judged| {
                let mut fact = Outcome { plan: j.plan.clone(), promises: j.promises.clone(), ..outcome.clone() }.json();
                if let Some(fields) = fact.as_object_mut() {
                    ["tickets_new", "tickets_known", "differs", "other_plan"].iter().for_each(|key| drop(fields.remove(*key)));
                }
                fact
            };
            return show::json(&judged.iter().map(one).collect::<Vec<_>>());
        }
        self.tell_judged(judged);
    }
    fn tell_judged(&self, judged: &[Judged]) {
        let head = ["plan", "promise", "kept", "broken", "share", "others"].map(|key| self.word(key)).to_vec();
        show::table(&std::iter::once(head).chain(import::rows(judged).into_iter().map(Vec::from)).collect::<Vec<_>>());
    }
    fn word(&self, key: &str) -> String {
        label(self.lang(), "import", key)
    }
}

enum Done {
    Kept(Outcome, PathBuf),
    Judged(Outcome, Vec<Judged>),
}
enum Wrong {
    Exit(Exit),
    Fault(Fault),
}
impl From<Exit> for Wrong {
    fn from(exit: Exit) -> Wrong {
        Wrong::Exit(exit)
    }
}
impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Wrong {
        Wrong::Fault(fault)
    }
}
fn unreadable(what: &'static str, path: &Path, e: std::io::Error) -> Wrong {
    Wrong::Fault(Fault::Invalid(vec![Flaw::new(what, "unreadable").with("because", format!("{}: {e}", path.display()))]))
}
/// `incident_log.csv.gz` → `incident_log.rejects.jsonl` in the working folder: the log's own folder may not be ours to write.
fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.trim_end_matches(".gz").trim_end_matches(".csv");
    PathBuf::from(format!("{stem}.rejects.jsonl"))
}
/// The words for what is wrong with the command's input; the bare code where no language has any.
fn flaw_words(lang: &str, flaw: &Flaw) -> String {
    let code = format!("wrong.{}.{}", flaw.field, flaw.code);
    let bare = || {
        let args: Vec<String> = flaw.args.iter().map(|(k, v)| format!("{k}: {v}")).collect();
        format!("{} {} {}", flaw.field, flaw.code, args.join("; "))
    };
    say(lang, "import", &code, &flaw.args).unwrap_or_else(bare)
}
