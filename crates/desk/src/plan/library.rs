use super::book::{self, Places};
use super::finding::Finding;
use super::{calendars, check, credits, shipped};
use domain::calendar::Calendar;
use domain::kit::{At, Text};
use domain::plan::{CreditBook, PlanBook, version_at};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// All plan books and calendars of a house. Read once, never changed: a new version is a new file.
#[derive(Debug, Clone, Default)]
pub struct Library {
    shelves: Vec<Shelf>,
    calendars: BTreeMap<String, NamedCalendar>,
    credits: BTreeMap<String, CreditBook>,
    findings: Vec<Finding>,
}

/// One book with the text the customer agreed to.
#[derive(Debug, Clone)]
pub struct Shelf {
    pub book: PlanBook,
    /// Path below the folder of plans: `vendor/family@version.toml`.
    pub file: String,
    pub text: String,
    places: Places,
}
impl Shelf {
    pub(super) fn finding(&self, place: &str, code: &'static str, args: Vec<(&'static str, String)>) -> Finding {
        let (line, column) = self.places.get(place).copied().unwrap_or((1, 1));
        Finding { file: self.file.clone(), line, column, key: place.to_string(), code, args }
    }
}

/// A calendar with what people call it and what its source leaves open.
#[derive(Debug, Clone)]
pub struct NamedCalendar {
    pub calendar: Calendar,
    pub names: Text,
    /// Keys the source does not give, filled with a proposal: `days`, `windows`.
    pub unconfirmed: Vec<String>,
    /// The list of holidays it leans on.
    pub statutory: Option<Statutory>,
    /// SHA-256 of the file's text, hex.
    pub hash: String,
}

/// What a country's list of holidays says beside the days themselves.
#[derive(Debug, Clone)]
pub struct Statutory {
    pub version: u32,
    pub(super) names: BTreeMap<Date, Text>,
}
impl Statutory {
    /// What the holiday on this day is called.
    pub fn name_of(&self, day: Date) -> Option<&Text> {
        self.names.get(&day)
    }
}

impl Library {
    /// The books compiled in. Errors: findings, if a shipped file is unsound (a test keeps this from happening).
    pub fn shipped() -> Result<Library, Vec<Finding>> {
        Library::from_files(shipped::FILES.iter().map(|(name, text)| (name.to_string(), text.to_string()))).sound()
    }
    /// The books and calendars below a folder laid out like `plans/`. Errors: everything found wrong, unreadable files included.
    pub fn from_dir(dir: &Path) -> Result<Library, Vec<Finding>> {
        Library::open(dir).sound()
    }
    /// As [`Library::from_dir`], but keeps what is sound and remembers what is not: for [`super::check`].
    pub fn open(dir: &Path) -> Library {
        let mut files = Vec::new();
        let mut unreadable = Vec::new();
        gather(dir, "", &mut files, &mut unreadable);
        let mut library = Library::from_files(files);
        library.findings.splice(0..0, unreadable);
        library
    }
    /// Reads files given as (path below `plans/`, text). Names under `calendars/` are calendars, those under
    /// `credits/` credit books; everything else is a plan book.
    pub fn from_files(files: impl IntoIterator<Item = (String, String)>) -> Library {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort();
        let (calendar_files, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| name.starts_with("calendars/"));
        let (credit_files, book_files): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| name.starts_with(credits::FOLDER));
        let (calendars, mut findings) = calendars::read_all(&calendar_files);
        let (credits, found) = credits::read_all(&credit_files);
        findings.extend(found);
        let mut shelves: Vec<Shelf> = Vec::new();
        for (file, text) in book_files {
            match book::read(&text, &file) {
                Ok((book, places)) => match shelves.iter().find(|s| s.book.id == book.id) {
                    Some(other) => findings.push(Finding::of_file(&file, "plan.duplicate_id", vec![("got", book.id), ("other", other.file.clone())])),
                    None => shelves.push(Shelf { book, file, text, places }),
                },
                Err(found) => findings.extend(found),
            }
        }
        shelves.sort_by(|a, b| {
            (&a.book.vendor, a.book.effective.from, a.book.rank, &a.book.id).cmp(&(&b.book.vendor, b.book.effective.from, b.book.rank, &b.book.id))
        });
        let mut library = Library { shelves, calendars, credits, findings };
        // A book or calendar that could not be read would be missed by its neighbours too: say the cause, not its echoes.
        if library.findings.is_empty() {
            library.findings = check::library_sense(&library);
        }
        library
    }
    /// This library with every published text in the place of the file of the same id: what customers agreed to is the published text.
    /// Errors: a published text that can no longer be read, which is a damaged database.
    pub fn with_published<'p>(&self, published: impl Iterator<Item = (&'p str, &'p str)>) -> Result<Library, crate::Fault> {
        let mut library = self.clone();
        for (id, text) in published {
            if library.shelf(id).is_some_and(|s| s.text == text) {
                continue;
            }
            let file = format!("{id} (published)");
            let (book, places) = book::read(text, &file).map_err(|_| crate::Fault::internal(format!("the published plan {id} cannot be read")))?;
            library.shelves.retain(|s| s.book.id != id);
            library.shelves.push(Shelf { book, file, text: text.to_string(), places });
        }
        Ok(library)
    }
    fn sound(self) -> Result<Library, Vec<Finding>> {
        if self.findings.is_empty() { Ok(self) } else { Err(self.findings) }
    }

    /// By vendor, then from the oldest version to the newest, then by rank.
    pub fn books(&self) -> impl Iterator<Item = &PlanBook> {
        self.shelves.iter().map(|s| &s.book)
    }
    pub fn book(&self, id: &str) -> Option<&PlanBook> {
        self.shelf(id).map(|s| &s.book)
    }
    /// The book with its text as published.
    pub fn shelf(&self, id: &str) -> Option<&Shelf> {
        self.shelves.iter().find(|s| s.book.id == id)
    }
    pub fn shelves(&self) -> &[Shelf] {
        &self.shelves
    }
    /// The version of `family` in force at the instant of an order.
    pub fn version_at(&self, family: &str, ordered_at: At) -> Option<&PlanBook> {
        version_at(self.books(), family, ordered_at)
    }
    pub fn credit_book(&self, id: &str) -> Option<&CreditBook> {
        self.credits.get(id)
    }
    pub fn credit_books(&self) -> impl Iterator<Item = &CreditBook> {
        self.credits.values()
    }
    pub fn calendar(&self, id: &str) -> Option<&Calendar> {
        self.calendars.get(id).map(|c| &c.calendar)
    }
    pub fn named_calendar(&self, id: &str) -> Option<&NamedCalendar> {
        self.calendars.get(id)
    }
    pub fn calendar_ids(&self) -> impl Iterator<Item = &str> {
        self.calendars.keys().map(String::as_str)
    }
    /// What was found wrong while reading; empty for a library that may be used.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

/// Every `.toml` file below `dir`, with its path below it. Folders deeper than three levels are none of ours.
fn gather(dir: &Path, below: &str, files: &mut Vec<(String, String)>, unreadable: &mut Vec<Finding>) {
    let fault = |name: &str, error: std::io::Error| Finding::of_file(name, "plan.unreadable", vec![("message", error.to_string())]);
    let entries = match std::fs::read_dir(dir).and_then(|entries| entries.collect::<Result<Vec<_>, _>>()) {
        Ok(entries) => entries,
        Err(error) => return unreadable.push(fault(&dir.display().to_string(), error)),
    };
    for entry in entries {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if path.is_dir() && name.matches('/').count() < 3 {
            gather(&path, &format!("{name}/"), files, unreadable);
        } else if name.ends_with(".toml") {
            match std::fs::read_to_string(&path) {
                Ok(text) => files.push((name, text)),
                Err(error) => unreadable.push(fault(&name, error)),
            }
        }
    }
}
