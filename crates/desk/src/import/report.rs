//! What an import says: the file of rejected rows and anomalies, the table of promises kept and broken.
use crate::{Fault, Shelves};
use domain::kit::At;
use domain::promise::{Calendars, Clock, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// Writes one JSON object a line for every rejected row and every anomaly: `{"kind", "line", "incident", "reason", "got"}`.
/// `kind` is `rejected` (the row counts for nothing) or `anomaly` (it counts, in the way the reason says).
pub struct Notes {
    out: Box<dyn Write + Send>,
    pub rejected: BTreeMap<&'static str, u64>,
    pub anomalies: BTreeMap<&'static str, u64>,
}
impl Notes {
    pub fn new(out: impl Write + Send + 'static) -> Notes {
        Notes { out: Box::new(out), rejected: BTreeMap::new(), anomalies: BTreeMap::new() }
    }
    /// Counts, writes nowhere.
    pub fn unwritten() -> Notes {
        Notes::new(std::io::sink())
    }
    pub fn reject(&mut self, line: u64, incident: &str, reason: &'static str, got: &str) -> Result<(), Fault> {
        *self.rejected.entry(reason).or_default() += 1;
        self.write("rejected", line, incident, reason, got)
    }
    pub fn anomaly(&mut self, line: u64, incident: &str, reason: &'static str, got: &str) -> Result<(), Fault> {
        *self.anomalies.entry(reason).or_default() += 1;
        self.write("anomaly", line, incident, reason, got)
    }
    fn write(&mut self, kind: &str, line: u64, incident: &str, reason: &str, got: &str) -> Result<(), Fault> {
        let note = json!({"kind": kind, "line": line, "incident": incident, "reason": reason, "got": got});
        writeln!(self.out, "{note}").map_err(unwritable)
    }
    pub fn rejected(&self) -> u64 {
        self.rejected.values().sum()
    }
    pub fn anomalies(&self) -> u64 {
        self.anomalies.values().sum()
    }
    /// To be called at the end: what is not flushed is not written.
    pub fn finish(&mut self) -> Result<(), Fault> {
        self.out.flush().map_err(unwritable)
    }
}
fn unwritable(e: std::io::Error) -> Fault {
    Fault::Invalid(vec![crate::Flaw::new("rejects", "unwritable").with("because", e)])
}

/// How many clocks of each promise ended how, by the key of the promise and the key of the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(pub BTreeMap<String, BTreeMap<&'static str, u64>>);
impl Tally {
    pub fn count(&mut self, clock: &Clock, verdict: Verdict) {
        *self.0.entry(clock.terms.key.clone()).or_default().entry(verdict.key()).or_default() += 1;
    }
    pub fn of(&self, promise: &str, verdict: &str) -> u64 {
        self.0.get(promise).and_then(|t| t.get(verdict)).copied().unwrap_or(0)
    }
    /// `{"first_response": {"kept": 1, "broken": 2}}`: these two always, other verdicts where there are any.
    pub fn json(&self) -> Value {
        let one = |verdicts: &BTreeMap<&'static str, u64>| {
            let mut all: BTreeMap<&str, u64> = BTreeMap::from([("kept", 0), ("broken", 0)]);
            all.extend(verdicts.iter().map(|(k, n)| (*k, *n)));
            json!(all)
        };
        self.0.iter().map(|(key, verdicts)| (key.clone(), one(verdicts))).collect::<serde_json::Map<_, _>>().into()
    }
}
/// A clock's verdict at an instant; a clock whose calendar is gone counts as it stands in its row.
pub fn verdict(clock: &Clock, now: At, shelves: &Shelves) -> Option<Verdict> {
    shelves.calendar(&clock.terms.calendar, clock.terms.calendar_version).map(|cal| clock.verdict(now, &cal))
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub rows_read: u64,
    pub rows_rejected: u64,
    pub incidents: u64,
    pub anomalies: u64,
    pub plan: String,
    /// Verdicts under the plan, derived from the log.
    pub promises: Tally,
    pub tickets_new: u64,
    pub tickets_known: u64,
    /// Known cases whose stored verdicts are not what the log and the plan say: the log has grown, or somebody worked on the case since.
    pub differs: u64,
    /// Known cases that were imported under another plan; what is stored stays, their verdicts are not compared.
    pub other_plan: u64,
    pub rejects_by_reason: BTreeMap<&'static str, u64>,
    pub anomalies_by_reason: BTreeMap<&'static str, u64>,
}
impl Outcome {
    pub fn json(&self) -> Value {
        json!({
            "rows_read": self.rows_read,
            "rows_rejected": self.rows_rejected,
            "incidents": self.incidents,
            "anomalies": self.anomalies,
            "plan": self.plan,
            "promises": self.promises.json(),
            "tickets_new": self.tickets_new,
            "tickets_known": self.tickets_known,
            "differs": self.differs,
            "other_plan": self.other_plan,
            "rejects_by_reason": self.rejects_by_reason,
            "anomalies_by_reason": self.anomalies_by_reason,
        })
    }
}

/// One plan book's verdicts on a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub plan: String,
    pub promises: Tally,
}
/// One row a plan and promise for a table: plan, promise, kept, broken, share kept in percent of both, everything else.
pub fn rows(judged: &[Judged]) -> Vec<[String; 6]> {
    let row = |plan: &str, (promise, verdicts): (&String, &BTreeMap<&'static str, u64>)| {
        let n = |key: &str| verdicts.get(key).copied().unwrap_or(0);
        let (kept, broken) = (n("kept"), n("broken"));
        let tenths = (kept * 1000).checked_div(kept + broken);
        let share = tenths.map_or_else(|| "-".to_string(), |t| format!("{}.{} %", t / 10, t % 10));
        let others: u64 = verdicts.iter().filter(|(k, _)| !["kept", "broken"].contains(k)).map(|(_, n)| n).sum();
        [plan.to_string(), promise.clone(), kept.to_string(), broken.to_string(), share, others.to_string()]
    };
    judged.iter().flat_map(|j| j.promises.0.iter().map(|p| row(&j.plan, p))).collect()
}
