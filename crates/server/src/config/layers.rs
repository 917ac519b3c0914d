//! Default page, file and environment laid over each other, each key remembering where its value comes from.
use super::trouble::Trouble;
use std::collections::BTreeMap;
use std::fmt;
use toml::{Table, Value};

pub const DEFAULTS: &str = include_str!("config.default.toml");
const PREFIX: &str = "YINUO_";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Default,
    File(String),
    Environment(String),
}
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => f.write_str("default"),
            Source::File(place) | Source::Environment(place) => f.write_str(place),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub value: Value,
    pub source: Source,
}

/// Every key by its path, `http.listen`.
pub type Entries = BTreeMap<String, Entry>;

/// A configuration file as it was read.
pub struct File<'a> {
    pub path: &'a str,
    pub text: &'a str,
}

/// Lays the layers; says everything that is wrong, not only the first thing.
pub fn lay(file: Option<File>, environment: impl IntoIterator<Item = (String, String)>) -> (Entries, Vec<Trouble>) {
    let mut troubles = Vec::new();
    let mut entries = Entries::new();
    let defaults: Table = DEFAULTS.parse().unwrap_or_default();
    flatten("", defaults, &mut |key, value| {
        entries.insert(key, Entry { value, source: Source::Default });
    });
    if let Some(file) = file {
        lay_file(&file, &mut entries, &mut troubles);
    }
    for (name, text) in environment {
        lay_variable(&name, &text, &mut entries, &mut troubles);
    }
    (entries, troubles)
}

fn lay_file(file: &File, entries: &mut Entries, troubles: &mut Vec<Trouble>) {
    let table: Table = match file.text.parse() {
        Ok(table) => table,
        Err(e) => {
            let line = e.span().map_or(1, |s| file.text[..s.start.min(file.text.len())].matches('\n').count() + 1);
            troubles.push(Trouble::new(format!("{}:{line}", file.path), "", "config.no_toml").with("because", e.message()));
            return;
        }
    };
    flatten("", table, &mut |key, value| {
        let place = format!("{}:{}", file.path, line_of(file.text, &key));
        lay_one(place.clone(), key, Source::File(place), entries, troubles, |like| fit(value, like));
    });
}

fn lay_variable(name: &str, text: &str, entries: &mut Entries, troubles: &mut Vec<Trouble>) {
    // Without a section it is not a key of the configuration: YINUO_CONFIG, YINUO_WATCH.
    let Some(key) = name.strip_prefix(PREFIX).filter(|rest| rest.contains("__")) else { return };
    let key = key.to_lowercase().replace("__", ".");
    let source = Source::Environment(name.to_string());
    lay_one(name.to_string(), key, source, entries, troubles, |like| read_as(text, like));
}

/// One key: known, of the default's kind, then laid over what is there.
fn lay_one(
    place: String,
    key: String,
    source: Source,
    entries: &mut Entries,
    troubles: &mut Vec<Trouble>,
    value: impl FnOnce(&Value) -> Option<Value>,
) {
    let Some(entry) = entries.get_mut(&key) else {
        let trouble = Trouble::new(place, &key, "config.unknown_key");
        troubles.push(match nearest(&key, entries.keys()) {
            Some(known) => Trouble { code: "config.unknown_key_near", ..trouble.with("near", known) },
            None => trouble,
        });
        return;
    };
    match value(&entry.value) {
        Some(value) => *entry = Entry { value, source },
        None => troubles.push(Trouble::new(place, &key, "config.wrong_type").with("wanted", entry.value.type_str())),
    }
}

fn flatten(path: &str, table: Table, each: &mut dyn FnMut(String, Value)) {
    for (name, value) in table {
        let key = if path.is_empty() { name } else { format!("{path}.{name}") };
        match value {
            Value::Table(inner) => flatten(&key, inner, each),
            value => each(key, value),
        }
    }
}

/// The same values as a tree again.
pub fn tree(entries: &Entries) -> Table {
    let mut root = Table::new();
    for (key, entry) in entries {
        plant(&mut root, key, entry.value.clone());
    }
    root
}
fn plant(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => drop(table.insert(key.to_string(), value)),
        Some((section, rest)) => {
            if let Value::Table(inner) = table.entry(section).or_insert_with(|| Value::Table(Table::new())) {
                plant(inner, rest, value);
            }
        }
    }
}

fn fit(value: Value, like: &Value) -> Option<Value> {
    let texts_only = |list: &[Value]| list.iter().all(|v| v.is_str() || v.is_integer());
    match (&value, like) {
        (Value::Array(list), Value::Array(_)) => texts_only(list).then_some(value),
        _ => value.same_type(like).then_some(value),
    }
}
/// An environment variable is text; the default says what it stands for.
fn read_as(text: &str, like: &Value) -> Option<Value> {
    let text = text.trim();
    match like {
        Value::String(_) => Some(Value::String(text.to_string())),
        Value::Integer(_) => text.replace('_', "").parse().ok().map(Value::Integer),
        Value::Float(_) => text.parse().ok().map(Value::Float),
        Value::Boolean(_) => match text {
            "true" | "1" | "yes" => Some(Value::Boolean(true)),
            "false" | "0" | "no" => Some(Value::Boolean(false)),
            _ => None,
        },
        Value::Array(_) => Some(Value::Array(text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(item).collect())),
        _ => None,
    }
}

fn item(text: &str) -> Value {
    text.parse().map_or_else(|_| Value::String(text.to_string()), Value::Integer)
}

/// The line a key stands on; good enough to find it by eye.
fn line_of(text: &str, key: &str) -> usize {
    let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
    let mut here = String::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(title) = line.strip_prefix('[') {
            here = title.trim_end_matches(']').trim().to_string();
        }
        let named = line.split_once('=').map(|(k, _)| k.trim().trim_matches('"'));
        if (here == section && named == Some(name)) || (here.is_empty() && named == Some(key)) {
            return i + 1;
        }
    }
    1
}

/// The known key a misspelt one most likely means.
fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    let far = key.len().div_ceil(3).max(2);
    known.map(|k| (distance(key, k), k.as_str())).filter(|(d, _)| *d <= far).min().map(|(_, k)| k)
}
/// Levenshtein's: letters to change, add or leave out.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
