//! Cuts the part of a text that shows why it was found.

use std::ops::Range;

use super::question::Marks;
use super::segment::{Piece, segment};

/// Characters of a snippet.
const SNIPPET_CHARS: usize = 120;
/// Characters shown before the first match.
const LEAD_CHARS: usize = 24;
/// Bytes of a body that are looked through for the first match: a page of hits must not cost a second segmentation of everything.
const LOOK_THROUGH_BYTES: usize = 16 * 1024;

/// The text around the first match, in pieces; `true` marks what matched. White space is narrowed to single blanks.
pub(super) fn snippet(text: &str, marks: &Marks) -> Vec<(String, bool)> {
    let head = &text[..floor_boundary(text, LOOK_THROUGH_BYTES)];
    let matches = matches_in(head, marks);
    let start = matches.first().map_or(0, |first| step_back(text, first.start, LEAD_CHARS));
    let end = step_forward(text, start, SNIPPET_CHARS);
    let mut pieces = Vec::new();
    let mut at = start;
    for found in matches.iter().filter(|found| found.start < end) {
        let to = found.end.min(end);
        pieces.push((text[at..found.start].to_owned(), false));
        pieces.push((text[found.start..to].to_owned(), true));
        at = to;
    }
    pieces.push((text[at..end].to_owned(), false));
    let mut shown: Vec<(String, bool)> = pieces.into_iter().map(|(piece, matched)| (narrow_blanks(&piece), matched)).collect();
    trim_ends(&mut shown);
    if start > 0 {
        shown.insert(0, ("…".to_owned(), false));
    }
    if end < text.len() {
        shown.push(("…".to_owned(), false));
    }
    join_alike(shown)
}

/// Byte ranges of what matched, in order, not touching each other.
fn matches_in(text: &str, marks: &Marks) -> Vec<Range<usize>> {
    if marks.words.is_empty() && marks.quotes.is_empty() {
        return Vec::new();
    }
    let pieces = segment(text);
    let mut found: Vec<Range<usize>> = pieces.iter().filter(|piece| marks.words.contains(&piece.text)).map(|piece| piece.bytes.clone()).collect();
    let atoms: Vec<&Piece> = pieces.iter().filter(|piece| piece.role.is_atom()).collect();
    for quote in marks.quotes.iter().filter(|quote| !quote.is_empty()) {
        let same = |window: &&[&Piece]| window.iter().zip(quote).all(|(atom, wanted)| atom.text == *wanted);
        found.extend(atoms.windows(quote.len()).filter(same).map(|window| window[0].bytes.start..window[window.len() - 1].bytes.end));
    }
    found.sort_by_key(|range| (range.start, range.end));
    merge(found)
}

fn merge(ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

fn floor_boundary(text: &str, bytes: usize) -> usize {
    if bytes >= text.len() {
        return text.len();
    }
    (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Whether a character belongs to the one before it: combining marks, variation selectors, skin tones, and joiners with what they join.
fn clings(before: Option<char>, c: char) -> bool {
    let mark = matches!(
        u32::from(c),
        0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F | 0x1F3FB..=0x1F3FF | 0xE0020..=0xE007F | 0xE0100..=0xE01EF
    );
    mark || c == '\u{200D}' || before == Some('\u{200D}')
}

fn is_good_cut(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    text[at..].chars().next().is_none_or(|c| !clings(before, c))
}

/// The place `chars` characters before `from`, moved on to where a character as seen by people begins; never into an identifier.
fn step_back(text: &str, from: usize, chars: usize) -> usize {
    let earliest = text[..from].char_indices().rev().take(chars).last().map_or(from, |(at, _)| at);
    if text[..earliest].chars().take(chars / 2 + 1).count() <= chars / 2 {
        // Leaving out a few characters at the very beginning saves nothing.
        return 0;
    }
    // The first full word: a cut inside Latin text begins after the next blank, if there is one.
    let lead = &text[earliest..from];
    let inside_word =
        text[..earliest].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric()) && lead.starts_with(|c: char| c.is_ascii_alphanumeric());
    let skip = if inside_word { lead.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(lead.len()) } else { 0 };
    let start = earliest + skip;
    text[start..from].char_indices().map(|(at, _)| start + at).find(|at| is_good_cut(text, *at)).unwrap_or(from)
}

fn step_forward(text: &str, from: usize, chars: usize) -> usize {
    let places = text[from..].char_indices().skip(chars).map(|(at, _)| from + at);
    places
        .take(32)
        .find(|at| is_good_cut(text, *at))
        .unwrap_or_else(|| text[from..].char_indices().nth(chars).map_or(text.len(), |(at, _)| from + at))
}

fn narrow_blanks(text: &str) -> String {
    let mut narrowed = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if c.is_whitespace() || c.is_control() { ' ' } else { c };
        if c != ' ' || !narrowed.ends_with(' ') {
            narrowed.push(c);
        }
    }
    narrowed
}

fn trim_ends(pieces: &mut [(String, bool)]) {
    if let Some((first, _)) = pieces.first_mut() {
        *first = first.trim_start().to_owned();
    }
    if let Some((last, _)) = pieces.last_mut() {
        *last = last.trim_end().to_owned();
    }
}

fn join_alike(pieces: Vec<(String, bool)>) -> Vec<(String, bool)> {
    let mut joined: Vec<(String, bool)> = Vec::with_capacity(pieces.len());
    for (text, matched) in pieces.into_iter().filter(|(text, _)| !text.is_empty()) {
        match joined.last_mut() {
            Some((last, same)) if *same == matched => last.push_str(&text),
            _ => joined.push((text, matched)),
        }
    }
    joined
}
