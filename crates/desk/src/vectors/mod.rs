//! Worked examples: each `given` goes through the house's real rules, and what comes out is compared with `expect`.
//!
//! A file is a list of `{id, area, given, expect}`. Instants are RFC 3339, lengths ISO 8601, days `2025-09-30`, months `2025-09`. Only the keys
//! of `expect` are compared; `null` means there is none. A new area is one function and one line in [`AREAS`].
mod given;
mod money;
mod rules;
#[cfg(test)]
mod tests;

use crate::plan::Library;
use given::Given;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// What came of a file of examples.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    pub passed: usize,
    pub failed: Vec<Failure>,
    /// Passed and failed by area, for a table.
    pub by_area: BTreeMap<String, (usize, usize)>,
}
/// One example that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The example's id; `#12` when it has none, empty when the whole file cannot be read.
    pub id: String,
    pub area: String,
    /// Key, what was expected, what came out; both as JSON.
    pub difference: Vec<(String, String, String)>,
    /// Why it could not be run at all.
    pub bad_input: Option<BadInput>,
}
/// A code, the key it is about (`given.calendar.tz`), and what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadInput {
    pub code: &'static str,
    pub key: String,
    pub got: String,
}
impl BadInput {
    fn new(code: &'static str, key: &str, got: impl fmt::Display) -> BadInput {
        BadInput { code, key: key.to_string(), got: got.to_string().chars().take(120).collect() }
    }
}
impl fmt::Display for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.code, self.key, self.got)
    }
}
/// `clock-7-003 (clock): due expected "…" got "…"`, for people.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}):", self.id, self.area)?;
        if let Some(bad) = &self.bad_input {
            write!(f, " {bad}")?;
        }
        self.difference.iter().try_for_each(|(key, expected, got)| write!(f, " {key} expected {expected} got {got};"))
    }
}

type Rule = fn(&Given, &Library) -> Result<Map<String, Value>, BadInput>;
/// The areas the house has rules for.
const AREAS: &[(&str, Rule)] = &[
    ("clock", rules::clock),
    ("retarget", rules::retarget),
    ("working_day", rules::working_day),
    ("report_due", rules::report_due),
    ("post_mortem", rules::post_mortem),
    ("lead_time", rules::lead_time),
    ("version", rules::version),
    ("quota", rules::quota),
    ("fee", money::fee),
    ("tiered", money::tiered),
    ("amortisation", money::amortisation),
    ("proration", money::proration),
    ("upgrade", money::upgrade),
    ("uptime", money::uptime),
    ("compensation", money::compensation),
];
const AREA_UNKNOWN: &str = "vectors.area_not_known";

/// Runs every example of the file, or those of the named areas. An example of an area the house has no rule for fails, and so does an area
/// that is asked for and not known.
pub fn run(json: &str, areas: Option<&[String]>, library: &Library) -> Outcome {
    let mut outcome = Outcome::default();
    for area in areas.unwrap_or_default().iter().filter(|a| rule(a).is_none()) {
        outcome.fail("", area, BadInput::new(AREA_UNKNOWN, "areas", area));
    }
    let examples = match read(json) {
        Ok(examples) => examples,
        Err(bad) => {
            outcome.fail("", "", bad);
            return outcome;
        }
    };
    for (i, example) in examples.iter().enumerate() {
        let text = |key: &str| example.get(key).and_then(Value::as_str);
        let (id, area) = (text("id").map_or_else(|| format!("#{}", i + 1), str::to_string), text("area").unwrap_or_default());
        if areas.is_none_or(|wanted| wanted.iter().any(|w| w == area)) {
            outcome.take(&id, area, judge(example, area, library));
        }
    }
    outcome
}
fn rule(area: &str) -> Option<Rule> {
    AREAS.iter().find(|(name, _)| *name == area).map(|(_, rule)| *rule)
}
/// A list, or an object that holds one under `examples`.
fn read(json: &str) -> Result<Vec<Value>, BadInput> {
    let value: Value = serde_json::from_str(json).map_err(|e| BadInput::new("vectors.not_json", "", e))?;
    let list = if value.is_object() { value.get("examples").cloned().unwrap_or_default() } else { value };
    match list {
        Value::Array(list) => Ok(list),
        other => Err(BadInput::new("vectors.no_list", "", other)),
    }
}
/// Key, expected, got.
type Difference = Vec<(String, String, String)>;
fn judge(example: &Value, area: &str, library: &Library) -> Result<Difference, BadInput> {
    let rule = rule(area).ok_or_else(|| BadInput::new(AREA_UNKNOWN, "area", area))?;
    let object = |key: &'static str| {
        let value = example.get(key).unwrap_or(&Value::Null);
        value.as_object().ok_or_else(|| BadInput::new("vectors.no_object", key, value))
    };
    let (given, expect) = (object("given")?, object("expect")?);
    let got = rule(&Given::new(given), library)?;
    Ok(expect.iter().filter_map(|(key, expected)| differs(key, expected, got.get(key))).collect())
}
fn differs(key: &str, expected: &Value, got: Option<&Value>) -> Option<(String, String, String)> {
    let same = got.is_some_and(|got| given::same(expected, got));
    (!same).then(|| (key.to_string(), expected.to_string(), got.map_or("no such key".to_string(), Value::to_string)))
}
impl Outcome {
    fn take(&mut self, id: &str, area: &str, result: Result<Difference, BadInput>) {
        match result {
            Ok(difference) if difference.is_empty() => {
                self.passed += 1;
                self.by_area.entry(area.to_string()).or_default().0 += 1;
            }
            Ok(difference) => self.push(Failure { id: id.to_string(), area: area.to_string(), difference, bad_input: None }),
            Err(bad) => self.fail(id, area, bad),
        }
    }
    fn fail(&mut self, id: &str, area: &str, bad: BadInput) {
        self.push(Failure { id: id.to_string(), area: area.to_string(), difference: Vec::new(), bad_input: Some(bad) });
    }
    fn push(&mut self, failure: Failure) {
        self.by_area.entry(failure.area.clone()).or_default().1 += 1;
        self.failed.push(failure);
    }
}
