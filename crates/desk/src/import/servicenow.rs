//! The incident log of a ServiceNow audit system: one row a change, the columns found by their names in the header.
use super::lines::{Broken, Records, unpacked};
use super::mapping::Mapping;
use super::report::Notes;
use crate::{Fault, Flaw};
use domain::kit::At;
use domain::ticket::{Severity, Stage};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;

/// Columns without which there is no timeline.
pub const NEEDED: [&str; 9] =
    ["number", "incident_state", "active", "sys_mod_count", "opened_at", "sys_updated_at", "priority", "resolved_at", "closed_at"];
/// Columns kept as words of the case where the log has them.
pub const WORDS: [&str; 7] = ["caller_id", "contact_type", "category", "subcategory", "u_symptom", "cmdb_ci", "closed_code"];

/// One change of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub at: At,
    pub stage: Stage,
    pub severity: Option<Severity>,
    /// What the log's `active` says; `None` when it says neither.
    pub active: Option<bool>,
    /// `sys_mod_count`: how many changes the incident had before.
    pub changes: u32,
    pub line: u64,
}
/// One incident with its rows in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub number: Box<str>,
    pub opened_at: At,
    pub resolved_at: Option<At>,
    pub closed_at: Option<At>,
    /// By [`WORDS`]: places in [`Log::words`].
    words: [u32; WORDS.len()],
    pub rows: Vec<Row>,
}
/// A log as read: incidents in the order of their first rows.
#[derive(Debug, Clone, Default)]
pub struct Log {
    pub incidents: Vec<Incident>,
    pub rows_read: u64,
    /// Every different word once; the first is the empty one.
    words: Vec<Box<str>>,
}
impl Log {
    /// A word of an incident by the name of its column; empty where the log has none.
    pub fn word(&self, incident: &Incident, column: &str) -> &str {
        let place = WORDS.iter().position(|w| *w == column).map(|i| incident.words[i] as usize);
        place.and_then(|p| self.words.get(p)).map_or("", |w| w)
    }
}

/// Reads a whole log; memory grows with what is kept of it, some 30 bytes a row. What is rejected or odd goes to `notes`.
/// `now` is the moment of the import: a row from later is rejected. Errors: `Invalid` for an unknown zone, missing columns, a file that cannot be read to its end.
pub fn read(from: impl Read + Send + 'static, zone: &str, mapping: &Mapping, now: At, notes: &mut Notes) -> Result<Log, Fault> {
    let tz = TimeZone::get(zone).map_err(|_| Fault::Invalid(vec![Flaw::new("time_zone", "unknown").with("got", zone)]))?;
    let unreadable =
        |line: u64| move |e: std::io::Error| Fault::Invalid(vec![Flaw::new("file", "unreadable").with("after_line", line).with("because", e)]);
    let (header, mut records) = Records::open(unpacked(from).map_err(unreadable(0))?).map_err(unreadable(0))?;
    let columns = Columns::find(&header)?;
    let mut reader = Reader {
        columns,
        tz,
        mapping,
        now,
        log: Log { words: vec!["".into()], ..Log::default() },
        places: HashMap::new(),
        known: HashMap::new(),
        seen: HashSet::new(),
    };
    let mut line = 1;
    while let Some(record) = records.next_record().map_err(unreadable(line))? {
        line = record.line;
        reader.log.rows_read += 1;
        match record.fields {
            Ok(fields) => reader.take(line, &fields, notes)?,
            Err(broken) => {
                let detail = match broken {
                    Broken::WrongNumberOfFields { got, wanted } => format!("{got} instead of {wanted}"),
                    _ => String::new(),
                };
                notes.reject(line, "", broken.key(), &detail)?;
            }
        }
    }
    Ok(reader.log)
}

struct Columns {
    needed: [usize; NEEDED.len()],
    words: [Option<usize>; WORDS.len()],
}
impl Columns {
    fn find(header: &[String]) -> Result<Columns, Fault> {
        let place = |name: &str| header.iter().position(|h| h.eq_ignore_ascii_case(name));
        let missing: Vec<&str> = NEEDED.into_iter().filter(|n| place(n).is_none()).collect();
        if !missing.is_empty() {
            return Err(Fault::Invalid(vec![Flaw::new("file", "columns_missing").with("columns", missing.join(", "))]));
        }
        Ok(Columns { needed: NEEDED.map(|n| place(n).unwrap_or_default()), words: WORDS.map(place) })
    }
}

struct Reader<'m> {
    columns: Columns,
    tz: TimeZone,
    mapping: &'m Mapping,
    now: At,
    log: Log,
    /// Places of words in the log.
    places: HashMap<Box<str>, u32>,
    /// Places of incidents in the log.
    known: HashMap<Box<str>, usize>,
    /// Fingerprints of the rows so far: the same row twice is one event.
    seen: HashSet<u64>,
}
impl Reader<'_> {
    /// One row. Errors: only the notes' file's.
    fn take(&mut self, line: u64, fields: &[String], notes: &mut Notes) -> Result<(), Fault> {
        let [number, state, active, changes, opened, updated, priority, resolved, closed] = self.columns.needed.map(|i| given(&fields[i]));
        let Some(number) = number else { return notes.reject(line, "", "number_missing", "") };
        let text = |v: Option<&str>| v.unwrap_or("?").to_string();
        let Some(stage) = state.and_then(|s| self.mapping.stage(s)) else { return notes.reject(line, number, "state_unknown", &text(state)) };
        let Some(at) = self.instant(updated) else { return notes.reject(line, number, "updated_at_unreadable", &text(updated)) };
        let Some(opened_at) = self.instant(opened) else { return notes.reject(line, number, "opened_at_unreadable", &text(opened)) };
        if at.max(opened_at) > self.now {
            return notes.reject(line, number, "in_the_future", &text(updated));
        }
        if !self.seen.insert(fingerprint(fields)) {
            return notes.anomaly(line, number, "duplicate_row", "");
        }
        let severity = priority.and_then(|p| self.mapping.severity(p));
        if severity.is_none() {
            notes.anomaly(line, number, "priority_unknown", &text(priority))?;
        }
        let active = match active {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        let row = Row { at, stage, severity, active, changes: changes.and_then(|c| c.parse().ok()).unwrap_or(u32::MAX), line };
        let mut ended = [None; 2];
        for (end, (text, code)) in ended.iter_mut().zip([(resolved, "resolved_at_unreadable"), (closed, "closed_at_unreadable")]) {
            *end = self.instant(text).filter(|at| *at <= self.now);
            if let (None, Some(text)) = (*end, text) {
                notes.anomaly(line, number, code, text)?;
            }
        }
        let place = match self.known.get(number) {
            Some(place) => *place,
            None => self.begin(number, opened_at, fields),
        };
        let incident = &mut self.log.incidents[place];
        if incident.opened_at != opened_at {
            notes.anomaly(line, number, "opened_at_varies", &text(opened))?;
        }
        for (kept, (new, code)) in
            [&mut incident.resolved_at, &mut incident.closed_at].into_iter().zip(ended.into_iter().zip(["resolved_at_varies", "closed_at_varies"]))
        {
            if new.is_some() && kept.is_some_and(|kept| Some(kept) != new) {
                notes.anomaly(line, number, code, "")?;
            }
            *kept = new.or(*kept);
        }
        if incident.rows.last().is_some_and(|last| last.at > at) {
            notes.anomaly(line, number, "out_of_order", &text(updated))?;
        }
        incident.rows.push(row);
        Ok(())
    }
    fn begin(&mut self, number: &str, opened_at: At, fields: &[String]) -> usize {
        let columns = self.columns.words;
        let words = columns.map(|c| c.and_then(|c| given(&fields[c])).map_or(0, |w| self.place(w)));
        let place = self.log.incidents.len();
        self.log.incidents.push(Incident { number: number.into(), opened_at, resolved_at: None, closed_at: None, words, rows: Vec::new() });
        self.known.insert(number.into(), place);
        place
    }
    fn place(&mut self, word: &str) -> u32 {
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        let place = self.log.words.len() as u32;
        self.log.words.push(word.into());
        self.places.insert(word.into(), place);
        place
    }
    fn instant(&self, text: Option<&str>) -> Option<At> {
        let civil = day_month_year(text?)?;
        // Skipped and repeated local times as everybody reads them: the skipped moves on, the repeated is the first (RFC 5545).
        let at = self.tz.to_ambiguous_timestamp(civil).compatible().ok()?;
        Some(At::from(at))
    }
}
/// A field with something in it: the log writes `?` for nothing.
fn given(field: &str) -> Option<&str> {
    Some(field).filter(|f| !f.is_empty() && *f != "?")
}
/// `29/2/2016 01:16`, seconds allowed. `None`: no such moment on any calendar.
fn day_month_year(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once(' ')?;
    let mut date = date.split('/');
    let (day, month, year) = (digits(date.next()?, 2)?, digits(date.next()?, 2)?, digits(date.next()?, 4)?);
    let mut time = time.trim_start().split(':');
    let (hour, minute, second) = (digits(time.next()?, 2)?, digits(time.next()?, 2)?, time.next().map_or(Some(0), |s| digits(s, 2))?);
    // Two-digit years and years before computers are mistakes, not dates.
    if date.next().is_some() || time.next().is_some() || year < 1970 {
        return None;
    }
    DateTime::new(year, month as i8, day as i8, hour as i8, minute as i8, second as i8, 0).ok()
}
fn digits(text: &str, most: usize) -> Option<i16> {
    let fits = !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}
fn fingerprint(fields: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    fields.hash(&mut hasher);
    hasher.finish()
}
