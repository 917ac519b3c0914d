//! Cuts text into findable pieces. The same cut serves documents and questions: whatever is written the same is found.
//!
//! *Atoms* have consecutive positions: one Chinese character, one kana, hangul or Thai letter, one word elsewhere, one part of an identifier.
//! *Compounds* lie over atoms at the position of their first one: dictionary words, whole identifiers, pairs of syllables, singulars.
//! Because atoms have no gaps, any exact quotation is a phrase of atoms, whatever the dictionary thinks of it.

use std::sync::LazyLock;

use jieba_rs::Jieba;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Atoms longer than this are cut off: nobody types them, and they would only fill the dictionary (base64, minified code).
const ATOM_CHARS_MAX: usize = 64;
/// Identifiers with more parts than this are found by part and by phrase only.
const PARTS_MAX: usize = 24;

/// The dictionary costs about 45 MB and 0.1 s, so it is loaded with the first Chinese text.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Atom: one Chinese character.
    Han,
    /// Atom: one letter of a script written without spaces that we have no dictionary for.
    Syllable,
    /// Atom: a word, or the smallest part of an identifier.
    Part,
    /// Compound: a Chinese word of two or more characters.
    Word,
    /// Compound: two neighbouring syllables.
    Pair,
    /// Compound: an identifier as it is written, `invalidparameter.notfound`.
    Whole,
    /// Compound: an identifier's part that is itself made of parts, `invalidparameter`.
    Middle,
    /// Compound: an English word without its plural s.
    Singular,
}

impl Role {
    pub(super) fn is_atom(self) -> bool {
        matches!(self, Role::Han | Role::Syllable | Role::Part)
    }
}

/// One findable piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Folded text: lower case, half width.
    pub text: String,
    /// Byte range in the text as it was given.
    pub bytes: std::ops::Range<usize>,
    /// Position of the first atom it covers.
    pub at: usize,
    /// How many atoms it covers.
    pub span: usize,
    pub role: Role,
    /// Number of the run (unbroken stretch of one script) it stands in.
    pub run: usize,
}

/// A character after folding, and where it stood.
#[derive(Clone, Copy)]
struct Folded {
    c: char,
    upper: bool,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Han,
    Syllabic,
    Word,
    None,
}

/// Full-width forms (U+FF01–FF5E and the ideographic space) become their half-width twins, then Unicode lower case. One character stays one
/// character, so that places in the folded text are places in the original.
fn fold(c: char) -> char {
    let narrow = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    narrow.to_lowercase().next().unwrap_or(narrow)
}

/// The folded form of a whole text, for values that are compared and not searched.
pub(super) fn fold_text(text: &str) -> String {
    text.trim().chars().map(fold).collect()
}

fn script(c: char) -> Script {
    match u32::from(c) {
        0x3005 | 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => Script::Han,
        // Thai, Lao, Myanmar, Khmer, kana, hangul; marks inside these blocks count as letters, so that words keep their vowels.
        0x0E00..=0x0EFF
        | 0x1000..=0x109F
        | 0x1100..=0x11FF
        | 0x1780..=0x17FF
        | 0x3041..=0x30FA
        | 0x30FC..=0x30FF
        | 0x31F0..=0x31FF
        | 0xAC00..=0xD7AF
        | 0xFF66..=0xFF9F => Script::Syllabic,
        _ if c.is_alphanumeric() => Script::Word,
        _ => Script::None,
    }
}

/// Signs that hold an identifier together when they stand between letters or digits.
fn joins(c: char) -> bool {
    matches!(c, '.' | '-' | '_')
}

/// Cuts a text into pieces, ordered by position; at one position atoms come first.
pub(super) fn segment(text: &str) -> Vec<Piece> {
    let folded: Vec<Folded> =
        text.char_indices().map(|(start, c)| Folded { c: fold(c), upper: c.is_uppercase(), start, end: start + c.len_utf8() }).collect();
    let mut cutter = Cutter { pieces: Vec::with_capacity(folded.len()), at: 0, run: 0 };
    let mut from = 0;
    while from < folded.len() {
        let kind = script(folded[from].c);
        let to = run_end(&folded, from, kind);
        match kind {
            Script::Han => cutter.han(&folded[from..to]),
            Script::Syllabic => cutter.syllables(&folded[from..to]),
            Script::Word => cutter.identifier(&folded[from..to]),
            Script::None => {}
        }
        from = to;
    }
    let mut pieces = cutter.pieces;
    pieces.sort_by_key(|piece| (piece.at, !piece.role.is_atom()));
    pieces
}

fn run_end(folded: &[Folded], from: usize, kind: Script) -> usize {
    let script_at = |i: usize| folded.get(i).map(|f| script(f.c));
    let mut to = from + 1;
    while to < folded.len() {
        let joined = kind == Script::Word && joins(folded[to].c) && script_at(to + 1) == Some(Script::Word);
        if script_at(to) != Some(kind) && !joined {
            break;
        }
        to += 1;
    }
    to
}

struct Cutter {
    pieces: Vec<Piece>,
    at: usize,
    run: usize,
}

impl Cutter {
    fn push(&mut self, chars: &[Folded], at: usize, span: usize, role: Role) {
        let (Some(first), Some(last)) = (chars.first(), chars.last()) else { return };
        let text = chars.iter().map(|f| f.c).collect();
        self.pieces.push(Piece { text, bytes: first.start..last.end, at, span, role, run: self.run });
    }

    fn atoms_each(&mut self, chars: &[Folded], role: Role) {
        for i in 0..chars.len() {
            self.push(&chars[i..=i], self.at + i, 1, role);
        }
    }

    fn han(&mut self, chars: &[Folded]) {
        self.atoms_each(chars, Role::Han);
        if chars.len() > 1 {
            let sentence: String = chars.iter().map(|f| f.c).collect();
            // Without the guessing model: a guessed word depends on its neighbours, so document and question would guess differently.
            // Names it does not know stay single characters here and are found as phrases of atoms.
            for word in JIEBA.cut_for_search(&sentence, false) {
                if word.end - word.start > 1 {
                    self.push(&chars[word.start..word.end], self.at + word.start, word.end - word.start, Role::Word);
                }
            }
        }
        self.finish_run(chars.len());
    }

    fn syllables(&mut self, chars: &[Folded]) {
        self.atoms_each(chars, Role::Syllable);
        for i in 1..chars.len() {
            self.push(&chars[i - 1..=i], self.at + i - 1, 2, Role::Pair);
        }
        self.finish_run(chars.len());
    }

    fn identifier(&mut self, chars: &[Folded]) {
        let mut atoms = 0;
        for stretch in chars.split(|f| joins(f.c)).filter(|stretch| !stretch.is_empty()) {
            let parts = camel_parts(stretch);
            for part in &parts {
                self.part(part, self.at + atoms + part.0);
            }
            if parts.len() > 1 && stretch.len() < chars.len() && stretch.len() <= ATOM_CHARS_MAX {
                self.push(stretch, self.at + atoms, parts.len(), Role::Middle);
            }
            atoms += parts.len();
        }
        if atoms > 1 && atoms <= PARTS_MAX && chars.len() <= 2 * ATOM_CHARS_MAX {
            self.push(chars, self.at, atoms, Role::Whole);
        }
        self.finish_run(atoms);
    }

    fn part(&mut self, (_, chars): &(usize, &[Folded]), at: usize) {
        let kept = &chars[..chars.len().min(ATOM_CHARS_MAX)];
        self.push(kept, at, 1, Role::Part);
        if let Some(singular) = singular(kept) {
            self.push(singular, at, 1, Role::Singular);
        }
    }

    fn finish_run(&mut self, atoms: usize) {
        self.at += atoms;
        self.run += 1;
    }
}

/// `InvalidParameter` → `Invalid`, `Parameter`; `OSSBucket` → `OSS`, `Bucket`; `bp1abc` stays whole, for ids are not words.
fn camel_parts(chars: &[Folded]) -> Vec<(usize, &[Folded])> {
    let begins_part = |i: usize| {
        let (before, here) = (chars[i - 1], chars[i]);
        let next_is_lower = chars.get(i + 1).is_some_and(|next| next.c.is_alphabetic() && !next.upper);
        here.upper && before.c.is_alphabetic() && (!before.upper || next_is_lower)
    };
    let mut parts = Vec::new();
    let mut from = 0;
    for i in 1..=chars.len() {
        if i == chars.len() || begins_part(i) {
            parts.push((parts.len(), &chars[from..i]));
            from = i;
        }
    }
    parts
}

/// `instances` → `instance`. No more stemming than this: it must never join words of different meaning.
fn singular(chars: &[Folded]) -> Option<&[Folded]> {
    let (last, stem) = chars.split_last()?;
    let plural = stem.len() >= 3 && last.c == 's' && stem.iter().all(|f| f.c.is_ascii_lowercase());
    let ends_like_a_plural = stem.last().is_some_and(|f| !matches!(f.c, 's' | 'u' | 'i'));
    (plural && ends_like_a_plural).then_some(stem)
}

/// Words too common to ask for. They stay in the index, for quotations; a question made of nothing else is still answered.
pub(super) fn is_stop_word(text: &str) -> bool {
    STOP_WORDS.contains(&text)
}

#[rustfmt::skip]
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "does", "for", "from", "has", "have", "how", "i", "if", "in", "is", "it",
    "me", "my", "of", "on", "or", "our", "please", "so", "that", "the", "their", "then", "there", "these", "this", "to", "was", "we", "were", "what",
    "when", "which", "why", "will", "with", "you", "your",
    "的", "了", "是", "在", "我", "你", "您", "他", "她", "它", "们", "和", "与", "及", "或", "也", "都", "就", "还", "又", "很", "吗", "呢", "吧", "啊", "呀",
    "着", "过", "地", "得", "把", "被", "让", "给", "对", "为", "从", "到", "向", "以", "于", "之", "其", "这", "那", "有", "个", "要", "会", "能", "请",
    "我们", "你们", "他们", "这个", "那个", "这些", "那些", "什么", "怎么", "怎样", "如何", "为什么", "可以", "一下", "一个", "请问", "没有", "以及", "或者",
    "因为", "所以", "如果", "但是", "而且", "就是", "还是", "需要", "进行",
];

/// The segmenter as the index knows it.
#[derive(Clone, Default)]
pub(super) struct Segmenter;

/// The pieces of one text, one after the other.
pub(super) struct Pieces {
    left: std::vec::IntoIter<Piece>,
    token: Token,
}

impl Tokenizer for Segmenter {
    type TokenStream<'a> = Pieces;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Pieces {
        Pieces { left: segment(text).into_iter(), token: Token::default() }
    }
}

impl TokenStream for Pieces {
    fn advance(&mut self) -> bool {
        let Some(piece) = self.left.next() else { return false };
        self.token =
            Token { offset_from: piece.bytes.start, offset_to: piece.bytes.end, position: piece.at, text: piece.text, position_length: piece.span };
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
