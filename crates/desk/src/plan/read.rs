//! A TOML file as tables and cells that know their place, so that every complaint names line, column and key.
use super::finding::Finding;
use domain::kit::Text;
use std::cell::RefCell;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Languages every text of a plan book must be written in.
pub const LANGS: [&str; 2] = ["zh-CN", "en"];
/// A plan book is read by people; longer files are refused before they are parsed.
pub const FILE_BYTES_MAX: usize = 1 << 20;

/// Line and column of a place, both counted from 1.
pub type Place = (u32, u32);

pub struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    line_starts: Vec<usize>,
    findings: RefCell<Vec<Finding>>,
    places: RefCell<BTreeMap<String, Place>>,
}

impl<'t> Reader<'t> {
    pub fn new(file: &'t str, text: &'t str) -> Reader<'t> {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Reader { file, text, line_starts, findings: RefCell::default(), places: RefCell::default() }
    }
    /// The document, or the syntax errors.
    pub fn document(&self) -> Option<Spanned<DeTable<'t>>> {
        if self.text.len() > FILE_BYTES_MAX {
            self.findings.borrow_mut().push(Finding::of_file(self.file, "plan.too_big", vec![("max", FILE_BYTES_MAX.to_string())]));
            return None;
        }
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            self.complain(error.span().map_or(0, |s| s.start), String::new(), "plan.syntax", vec![("message", error.message().to_string())]);
        }
        errors.is_empty().then_some(document)
    }
    pub fn root<'r>(&'r self, document: &'r Spanned<DeTable<'t>>) -> Tab<'r, 't> {
        Tab { reader: self, path: String::new(), at: 0, table: document.get_ref(), asked: RefCell::default() }
    }
    pub fn place(&self, offset: usize) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(1, |before| before.chars().count() + 1);
        (line as u32, column as u32)
    }
    pub fn complain(&self, offset: usize, key: String, code: &'static str, args: Vec<(&'static str, String)>) {
        let (line, column) = self.place(offset);
        self.findings.borrow_mut().push(Finding { file: self.file.to_string(), line, column, key, code, args });
    }
    pub fn has_complaints(&self) -> bool {
        !self.findings.borrow().is_empty()
    }
    /// Remembers where something with a name of its own is written, for complaints that can only be made later.
    pub fn mark(&self, name: String, offset: usize) {
        let place = self.place(offset);
        self.places.borrow_mut().insert(name, place);
    }
    pub fn place_of(&self, name: &str) -> Option<Place> {
        self.places.borrow().get(name).copied()
    }
    pub fn complain_at(&self, name: &str, key: String, code: &'static str, args: Vec<(&'static str, String)>) {
        let (line, column) = self.place_of(name).unwrap_or((1, 1));
        self.findings.borrow_mut().push(Finding { file: self.file.to_string(), line, column, key, code, args });
    }
    pub fn finish(self) -> (Vec<Finding>, BTreeMap<String, Place>) {
        let mut findings = self.findings.into_inner();
        findings.sort_by_key(|f| (f.line, f.column));
        (findings, self.places.into_inner())
    }
}

/// A table whose keys must all be asked for: what is left over is unknown.
pub struct Tab<'r, 't> {
    pub reader: &'r Reader<'t>,
    pub path: String,
    pub at: usize,
    table: &'r DeTable<'t>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'r, 't> Tab<'r, 't> {
    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) }
    }
    /// The cell of a key, if it is written.
    pub fn cell(&self, key: &'static str) -> Option<Cell<'r, 't>> {
        self.asked.borrow_mut().push(key);
        let (_, value) = self.table.iter().find(|(k, _)| k.get_ref().as_ref() == key)?;
        Some(Cell { reader: self.reader, path: self.path_of(key), at: value.span().start, value: value.get_ref() })
    }
    /// The cell of a key that must be written.
    pub fn need(&self, key: &'static str) -> Option<Cell<'r, 't>> {
        let cell = self.cell(key);
        if cell.is_none() {
            self.complain("plan.missing_key", vec![("wanted", key.to_string())]);
        }
        cell
    }
    pub fn complain(&self, code: &'static str, args: Vec<(&'static str, String)>) {
        self.reader.complain(self.at, self.path.clone(), code, args);
    }
    /// The tables of `[[key]]`, in their order.
    pub fn rows(&self, key: &'static str) -> Vec<Tab<'r, 't>> {
        self.cell(key).map(|c| c.items()).unwrap_or_default().into_iter().filter_map(|c| c.table()).collect()
    }
    /// Every key and its cell, for tables whose keys are data.
    pub fn entries(&self) -> Vec<(String, Cell<'r, 't>)> {
        let cell = |k: &str, v: &'r Spanned<DeValue<'t>>| Cell { reader: self.reader, path: self.path_of(k), at: v.span().start, value: v.get_ref() };
        self.table.iter().map(|(k, v)| (k.get_ref().to_string(), cell(k.get_ref(), v))).collect()
    }
    /// Complains of every key nobody asked for.
    pub fn done(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter().filter(|(k, _)| !asked.iter().any(|a| *a == k.get_ref().as_ref())) {
            let mut known = asked.clone();
            known.sort_unstable();
            known.dedup();
            self.reader.complain(key.span().start, self.path_of(key.get_ref()), "plan.unknown_key", vec![("known", known.join(", "))]);
        }
    }
}

pub struct Cell<'r, 't> {
    pub reader: &'r Reader<'t>,
    pub path: String,
    pub at: usize,
    pub value: &'r DeValue<'t>,
}

impl<'r, 't> Cell<'r, 't> {
    pub fn complain(&self, code: &'static str, args: Vec<(&'static str, String)>) {
        self.reader.complain(self.at, self.path.clone(), code, args);
    }
    fn wrong_type<T>(&self, wanted: &str) -> Option<T> {
        self.complain("plan.wrong_type", vec![("wanted", wanted.to_string()), ("got", self.value.type_str().to_string())]);
        None
    }
    /// A text that is not empty.
    pub fn text(&self) -> Option<String> {
        match self.value.as_str() {
            None => self.wrong_type("string"),
            Some(text) if text.trim().is_empty() => {
                self.complain("plan.empty", vec![]);
                None
            }
            Some(text) => Some(text.to_string()),
        }
    }
    /// A name: lower-case letters, digits, `_`, parts joined by dots.
    pub fn id(&self) -> Option<String> {
        let text = self.text()?;
        let sound = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        if text.split('.').all(sound) {
            return Some(text);
        }
        self.complain("plan.bad_id", vec![("got", shortened(&text))]);
        None
    }
    pub fn flag(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.wrong_type("boolean"))
    }
    /// A whole number, zero included.
    pub fn number(&self) -> Option<u32> {
        let Some(integer) = self.value.as_integer() else { return self.wrong_type("integer") };
        let number = i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok().and_then(|n| u32::try_from(n).ok());
        if number.is_none() {
            self.complain("plan.not_positive", vec![("got", shortened(integer.as_str()))]);
        }
        number
    }
    /// A whole number of at least 1.
    pub fn count(&self) -> Option<u32> {
        let number = self.number()?;
        if number == 0 {
            self.complain("plan.not_positive", vec![("got", "0".to_string())]);
            return None;
        }
        Some(number)
    }
    pub fn table(&self) -> Option<Tab<'r, 't>> {
        match self.value.as_table() {
            Some(table) => Some(Tab { reader: self.reader, path: self.path.clone(), at: self.at, table, asked: RefCell::default() }),
            None => self.wrong_type("table"),
        }
    }
    /// The entries of an array; their paths count from 1.
    pub fn items(&self) -> Vec<Cell<'r, 't>> {
        let Some(array) = self.value.as_array() else {
            let _: Option<()> = self.wrong_type("array");
            return Vec::new();
        };
        let cell = |(i, v): (usize, &'r Spanned<DeValue<'t>>)| Cell {
            reader: self.reader,
            path: format!("{}[{}]", self.path, i + 1),
            at: v.span().start,
            value: v.get_ref(),
        };
        array.iter().enumerate().map(cell).collect()
    }
    /// One text, or several.
    pub fn ids(&self) -> Option<Vec<String>> {
        match self.value {
            DeValue::Array(_) => {
                let items = self.items();
                if items.is_empty() {
                    self.complain("plan.empty", vec![]);
                }
                let ids: Vec<_> = items.iter().map(Cell::id).collect();
                ids.into_iter().collect()
            }
            _ => Some(vec![self.id()?]),
        }
    }
    /// One of a closed list of words.
    pub fn one_of<T: Copy>(&self, known: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
            self.complain("plan.not_one_of", vec![("got", shortened(&text)), ("known", words.join(", "))]);
        }
        found
    }
    /// A sentence in every language of [`LANGS`], others welcome.
    pub fn words(&self) -> Option<Text> {
        let table = self.table()?;
        let mut text = Text::default();
        for (lang, cell) in table.entries() {
            text.0.insert(lang, cell.text()?);
        }
        let mut whole = true;
        for lang in LANGS {
            if !text.0.contains_key(lang) {
                self.complain("plan.missing_words", vec![("lang", lang.to_string())]);
                whole = false;
            }
        }
        whole.then_some(text)
    }
    /// A text that some reading turns into a value; `code` is the complaint when it cannot.
    pub fn parsed<T>(&self, code: &'static str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text()?;
        let value = parse(&text);
        if value.is_none() {
            self.complain(code, vec![("got", shortened(&text))]);
        }
        value
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
