//! Rust read just well enough to tell code from comments, strings and tests. Not a parser: good for walls, not for law.
use super::house::{House, Page};
use std::collections::BTreeSet;
use std::ops::Range;

/// A text literal: the line it starts on and what stands between its quotes (escapes as written).
#[derive(Debug, PartialEq, Eq)]
pub struct Literal {
    pub line: usize,
    pub text: String,
}

/// A file taken apart. `code` has the lines of the file; comments, literals and test code are blank in it.
pub struct Source {
    pub code: String,
    pub literals: Vec<Literal>,
    /// Modules that exist in tests only and live in files of their own.
    test_modules: Vec<String>,
}

/// The code of the floors that a customer runs: files and regions of tests left out.
pub fn product_code(house: &House) -> Vec<(&Page, Source)> {
    let read: Vec<_> = house.sources().map(|page| (page, Source::read(&page.text))).collect();
    let modules: BTreeSet<String> =
        read.iter().flat_map(|(page, s)| s.test_modules.iter().map(|m| format!("{}/{m}", home_of_modules(&page.path)))).collect();
    read.into_iter().filter(|(page, _)| !is_test_file(&page.path, &modules)).collect()
}

/// Where the modules lie that a file declares: beside `mod.rs`, `lib.rs` and `main.rs`, else in the folder of the file's name.
fn home_of_modules(path: &str) -> &str {
    ["/mod.rs", "/lib.rs", "/main.rs", ".rs"].iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path)
}

fn is_test_file(path: &str, modules: &BTreeSet<String>) -> bool {
    path.ends_with("/tests.rs")
        || path.contains("/tests/")
        || modules.iter().any(|m| path.strip_prefix(m.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/')))
}

impl Source {
    /// Takes a file apart; what stands under a `cfg` that asks for `test` or for the feature `testing` is left out.
    pub fn read(text: &str) -> Source {
        let (mut code, found) = Lexer { text: text.as_bytes(), at: 0 }.run();
        let tests = test_regions(text.as_bytes(), &code);
        let test_modules = tests.iter().filter_map(|r| declared_module(&code[r.clone()])).collect();
        tests.iter().for_each(|r| blank(&mut code[r.clone()]));
        let outside = |r: &Range<usize>| !tests.iter().any(|t| t.contains(&r.start));
        let literal = |r: Range<usize>| Literal { line: line_at(text, r.start), text: text[r].to_string() };
        Source { literals: found.into_iter().filter(outside).map(literal).collect(), code: String::from_utf8_lossy(&code).into_owned(), test_modules }
    }
    /// The lines on which a word of code stands, not as a part of a longer word.
    pub fn lines_with(&self, word: &str) -> Vec<usize> {
        self.code.lines().enumerate().filter(|(_, line)| has_word(line, word)).map(|(i, _)| i + 1).collect()
    }
}

/// Whether `word` stands in `line` with no letter, digit or `_` glued to its ends.
pub fn has_word(line: &str, word: &str) -> bool {
    let glued = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let open = |end: Option<char>, neighbour: Option<char>| !(glued(end) && glued(neighbour));
    line.match_indices(word).any(|(i, _)| {
        let (before, after) = (line[..i].chars().next_back(), line[i + word.len()..].chars().next());
        open(word.chars().next(), before) && open(word.chars().next_back(), after)
    })
}

fn line_at(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn blank(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    /// The text with comments and literals blanked, and where the insides of its text literals are.
    fn run(mut self) -> (Vec<u8>, Vec<Range<usize>>) {
        let mut code = self.text.to_vec();
        let mut literals = Vec::new();
        while self.at < self.text.len() {
            let start = self.at;
            if let Some(inside) = self.words() {
                blank(&mut code[start..self.at]);
                literals.push(inside);
            } else if self.comment() || self.character() {
                blank(&mut code[start..self.at]);
            } else {
                self.plain();
            }
        }
        (code, literals)
    }
    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }
    /// Moves to the end of the next `mark`, or to the end of the text; answers where the mark began.
    fn skip_past(&mut self, mark: &[u8]) -> usize {
        let found = self.rest().windows(mark.len()).position(|w| w == mark);
        let begin = found.map_or(self.text.len(), |i| self.at + i);
        self.at = (begin + mark.len()).min(self.text.len());
        begin
    }
    /// One word or one byte, so that the `r` of `for"` is never taken for the start of a raw string.
    fn plain(&mut self) {
        let word = self.rest().iter().take_while(|b| is_word(**b)).count();
        self.at += word.max(1);
    }
    fn comment(&mut self) -> bool {
        if self.rest().starts_with(b"//") {
            self.skip_past(b"\n");
            self.at = if self.at == self.text.len() { self.at } else { self.at - 1 };
            return true;
        }
        if !self.rest().starts_with(b"/*") {
            return false;
        }
        let mut depth = 0;
        while self.at < self.text.len() {
            match self.rest() {
                [b'/', b'*', ..] => (depth, self.at) = (depth + 1, self.at + 2),
                [b'*', b'/', ..] => (depth, self.at) = (depth - 1, self.at + 2),
                _ => self.at += 1,
            }
            if depth == 0 {
                break;
            }
        }
        true
    }
    /// `"…"`, `r#"…"#` and their `b` and `c` kin.
    fn words(&mut self) -> Option<Range<usize>> {
        let prefix = self.rest().iter().take_while(|b| is_word(**b)).count();
        let raw = match &self.rest()[..prefix] {
            b"" | b"b" | b"c" => false,
            b"r" | b"br" | b"cr" => true,
            _ => return None,
        };
        let hashes = if raw { self.rest()[prefix..].iter().take_while(|b| **b == b'#').count() } else { 0 };
        if self.rest().get(prefix + hashes) != Some(&b'"') {
            return None;
        }
        self.at += prefix + hashes + 1;
        let start = self.at;
        if raw {
            let mark = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
            return Some(start..self.skip_past(&mark));
        }
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        let end = self.at.min(self.text.len());
        self.at = (end + 1).min(self.text.len());
        Some(start..end)
    }
    /// `'x'` and `'\n'`, but not the lifetime `'x`.
    fn character(&mut self) -> bool {
        let [b'\'', first, ..] = self.rest() else { return false };
        let wide = match first {
            b'\\' => 2,
            b if *b < 0x80 => 1,
            b => b.leading_ones() as usize,
        };
        if *first == b'\\' {
            self.at += 1 + wide;
            self.skip_past(b"'");
            return true;
        }
        let is_character = self.rest().get(1 + wide) == Some(&b'\'');
        self.at += if is_character { wide + 2 } else { 0 };
        is_character
    }
}

/// Where the items stand that a `cfg` keeps for tests. Literals are blank in `code`, so the attribute's words come from `text`.
fn test_regions(text: &[u8], code: &[u8]) -> Vec<Range<usize>> {
    let mut regions: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(start) = code[at..].windows(2).position(|w| w == b"#[" || w == b"#!").map(|i| at + i) {
        let inner = code[start + 1] == b'!';
        let open = start + 1 + usize::from(inner);
        at = start + 2;
        if code.get(open) != Some(&b'[') {
            continue;
        }
        let end = closing(code, open);
        if asks_for_tests(&String::from_utf8_lossy(&text[open + 1..end])) {
            at = if inner { code.len() } else { end_of_item(code, end + 1) };
            regions.push(start..at);
        }
    }
    regions
}

fn asks_for_tests(attribute: &str) -> bool {
    let attribute = attribute.replace(' ', "");
    attribute.starts_with("cfg(") && !attribute.contains("not(") && (has_word(&attribute, "test") || attribute.contains("feature=\"testing\""))
}

/// The index of the bracket that closes the one at `open`, or the end.
fn closing(code: &[u8], open: usize) -> usize {
    let mut depth = 0;
    for (i, byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    code.len().saturating_sub(1)
}

/// Just behind the item that starts at `at`: its `;`, or the `}` of its first block.
fn end_of_item(code: &[u8], at: usize) -> usize {
    let mut i = at;
    while i < code.len() {
        match code[i] {
            b';' => return i + 1,
            b'{' => return closing(code, i) + 1,
            b'(' | b'[' => i = closing(code, i) + 1,
            _ => i += 1,
        }
    }
    code.len()
}

/// The name in `mod name;` at the end of a test region.
fn declared_module(region: &[u8]) -> Option<String> {
    let region = String::from_utf8_lossy(region);
    let name = region.trim_end().strip_suffix(';')?.rsplit_once("mod ")?.1.trim().to_string();
    name.bytes().all(is_word).then_some(name)
}
