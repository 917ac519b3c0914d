//! Reads a question: which words it asks for, which of them are one thing, and what else they may be called.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use tantivy::Term;
use tantivy::query::{BooleanQuery, BoostQuery, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::segment::{Piece, Role, is_stop_word, segment};
use super::{QUESTION_CHARS_MAX, Synonyms};

/// Words of a question that are looked up; the rest of a pasted log is passed over.
const UNITS_MAX: usize = 24;
/// Longer questions are not quotations, and a phrase of many common characters is the dearest thing to look up.
const QUOTE_ATOMS_MAX: usize = 24;

const TITLE_BOOST: f32 = 2.0;
const NUMBER_BOOST: f32 = 6.0;
const QUOTE_BOOST: f32 = 2.0;
/// A whole identifier says more than any word.
const WHOLE_WEIGHT: f32 = 3.0;
const PART_WEIGHT: f32 = 0.5;
const SYNONYM_WEIGHT: f32 = 0.8;

/// The fields words are looked up in.
#[derive(Clone, Copy)]
pub(super) struct TextFields {
    pub title: Field,
    pub body: Field,
    pub number: Field,
}

/// What a document must hold to answer one unit of the question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Need {
    Word(String, f32),
    /// Atoms one after the other.
    Quote(Vec<String>, f32),
    All(Vec<Need>),
    Any(Vec<Need>),
}

/// One thing the question asks for: a word, a name, an identifier.
#[derive(Clone, Debug)]
struct Unit {
    atoms: Range<usize>,
    need: Need,
    /// Words that hint at it, with their weights.
    hints: Vec<(String, f32)>,
}

/// One way to hold something of a question.
pub(super) struct Way {
    /// At most so many documents.
    pub documents: u64,
    pub query: Box<dyn Query>,
}

/// What to mark in a snippet.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    pub words: HashSet<String>,
    pub quotes: Vec<Vec<String>>,
}

/// A question, read.
#[derive(Clone, Debug)]
pub(super) struct Question {
    units: Vec<Unit>,
    atoms: Vec<String>,
}

/// Synonyms, cut by the segmenter once.
#[derive(Clone, Debug, Default)]
pub(super) struct Thesaurus {
    groups: Vec<Vec<Question>>,
}

impl Thesaurus {
    pub(super) fn read(synonyms: &Synonyms) -> Thesaurus {
        let member = |text: &String| Some(Question::plain(text)).filter(|question| !question.is_empty());
        Thesaurus { groups: synonyms.groups.iter().map(|group| group.iter().filter_map(member).collect()).collect() }
    }
}

impl Question {
    /// Reads a question and adds what its words may also be called.
    pub(super) fn read(text: &str, thesaurus: &Thesaurus) -> Question {
        let mut question = Question::plain(text);
        for group in &thesaurus.groups {
            for member in group {
                let others: Vec<&Question> = group.iter().filter(|other| other.atoms != member.atoms).collect();
                if let Some(place) = find_atoms(&question.atoms, &member.atoms) {
                    question.may_also_be(place, &others);
                }
            }
        }
        question
    }

    fn plain(text: &str) -> Question {
        let short: String = text.chars().take(QUESTION_CHARS_MAX).collect();
        let pieces = segment(&short);
        let atoms = pieces.iter().filter(|piece| piece.role.is_atom()).map(|piece| piece.text.clone()).collect();
        let mut units = units_of(&pieces, is_stop_word);
        if units.is_empty() {
            units = units_of(&pieces, |_| false);
        }
        units.truncate(UNITS_MAX);
        Question { units, atoms }
    }

    /// Nothing to look up: no letter and no digit.
    pub(super) fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The words at `place` have other names. When the place covers whole units, another name answers as well as they do; when it cuts through
    /// a unit (服务器 inside 云服务器), the other names are hints only.
    fn may_also_be(&mut self, place: Range<usize>, others: &[&Question]) {
        let touched = |unit: &Unit| unit.atoms.start < place.end && place.start < unit.atoms.end;
        let Some(first) = self.units.iter().position(touched) else { return };
        let (inside, outside): (Vec<Unit>, Vec<Unit>) = self.units.drain(..).partition(touched);
        let whole = inside.iter().all(|unit| place.start <= unit.atoms.start && unit.atoms.end <= place.end);
        let mut hints: Vec<(String, f32)> = inside.iter().flat_map(|unit| unit.hints.clone()).collect();
        for other in others {
            hints.extend(other.units.iter().flat_map(|unit| unit.hints.iter()).map(|(word, weight)| (word.clone(), weight * SYNONYM_WEIGHT)));
        }
        let mut names = vec![Need::All(inside.iter().map(|unit| unit.need.clone()).collect())];
        if whole {
            names.extend(others.iter().map(|other| sequence(other.atoms.clone(), SYNONYM_WEIGHT)));
        }
        let start = inside.iter().map(|unit| unit.atoms.start).min().unwrap_or(place.start);
        let end = inside.iter().map(|unit| unit.atoms.end).max().unwrap_or(place.end);
        self.units = outside;
        self.units.insert(first, Unit { atoms: start..end, need: Need::Any(names), hints });
    }

    /// Documents that hold every unit; with `quoted`, also those that hold the whole question word by word, however it is cut there.
    pub(super) fn everything(&self, fields: TextFields, quoted: bool) -> Box<dyn Query> {
        let units = all(self.units.iter().map(|unit| look_up(&unit.need, fields)).collect());
        match self.quote().filter(|_| quoted) {
            Some(quote) => any(vec![units, look_up(&quote, fields)]),
            None => units,
        }
    }

    /// The whole question, word by word, in each field.
    pub(super) fn quotes(&self, fields: TextFields) -> Vec<Box<dyn Query>> {
        match self.quote() {
            Some(Need::Quote(atoms, weight)) => quote_queries(&atoms, weight, fields),
            _ => Vec::new(),
        }
    }

    /// How many documents may hold it, at most.
    pub(super) fn quoting(&self, fields: TextFields, holding: &dyn Fn(&Term) -> tantivy::Result<u64>) -> tantivy::Result<u64> {
        self.quote().map_or(Ok(0), |quote| documents(&quote, fields, holding))
    }

    fn quote(&self) -> Option<Need> {
        (2..=QUOTE_ATOMS_MAX).contains(&self.atoms.len()).then(|| Need::Quote(self.atoms.clone(), QUOTE_BOOST))
    }

    /// Ways to hold something of the question: any of the hints, or an unknown name. With each, how many documents may go it.
    pub(super) fn ways(&self, fields: TextFields, holding: &dyn Fn(&Term) -> tantivy::Result<u64>) -> tantivy::Result<Vec<Way>> {
        let mut weights: BTreeMap<&str, f32> = BTreeMap::new();
        for (word, weight) in self.units.iter().flat_map(|unit| &unit.hints) {
            let kept = weights.entry(word).or_default();
            *kept = kept.max(*weight);
        }
        let words = weights.into_iter().map(|(word, weight)| Need::Word(word.to_owned(), weight));
        let names = self.units.iter().map(|unit| unit.need.clone()).filter(|need| matches!(need, Need::Quote(..)));
        words.chain(names).map(|need| Ok(Way { documents: documents(&need, fields, holding)?, query: look_up(&need, fields) })).collect()
    }

    /// What to mark in the answer.
    pub(super) fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        for unit in &self.units {
            collect_marks(&unit.need, &mut marks);
            marks.words.extend(unit.hints.iter().map(|(word, _)| word.clone()));
        }
        if self.atoms.len() > 1 {
            marks.quotes.push(self.atoms.clone());
        }
        marks
    }
}

fn collect_marks(need: &Need, marks: &mut Marks) {
    match need {
        Need::Word(word, _) => {
            marks.words.insert(word.clone());
        }
        Need::Quote(atoms, _) => marks.quotes.push(atoms.clone()),
        Need::All(needs) | Need::Any(needs) => needs.iter().for_each(|need| collect_marks(need, marks)),
    }
}

fn find_atoms(atoms: &[String], wanted: &[String]) -> Option<Range<usize>> {
    let start = atoms.windows(wanted.len().max(1)).position(|window| window == wanted)?;
    Some(start..start + wanted.len())
}

fn sequence(mut atoms: Vec<String>, weight: f32) -> Need {
    if atoms.len() == 1 { Need::Word(atoms.remove(0), weight) } else { Need::Quote(atoms, weight) }
}

// From pieces to units.

fn units_of(pieces: &[Piece], is_stop: fn(&str) -> bool) -> Vec<Unit> {
    let runs = pieces.chunk_by(|a, b| a.run == b.run);
    runs.flat_map(|run| match run.first().map(|piece| piece.role) {
        Some(Role::Han) => han_units(run, is_stop),
        Some(Role::Syllable) => vec![syllable_unit(run)],
        Some(Role::Part) => identifier_unit(run, is_stop).into_iter().collect(),
        _ => Vec::new(),
    })
    .collect()
}

fn range(pieces: &[Piece]) -> Range<usize> {
    let start = pieces.iter().map(|piece| piece.at).min().unwrap_or(0);
    let end = pieces.iter().map(|piece| piece.at + piece.span).max().unwrap_or(start);
    start..end
}

fn covers(outer: &Piece, inner: &Piece) -> bool {
    outer.at <= inner.at && inner.at + inner.span <= outer.at + outer.span && outer.span > inner.span
}

/// Every dictionary word that is not part of a longer one is a unit; so is every stretch of characters no word covers.
fn han_units(run: &[Piece], is_stop: fn(&str) -> bool) -> Vec<Unit> {
    let words: Vec<&Piece> = run.iter().filter(|piece| piece.role == Role::Word).collect();
    let longest: Vec<&Piece> = words.iter().copied().filter(|word| !words.iter().any(|other| covers(other, word))).collect();
    let mut units: Vec<Unit> = longest.iter().filter(|word| !is_stop(&word.text)).map(|word| word_unit(word, &words, is_stop)).collect();
    let lone: Vec<&Piece> =
        run.iter().filter(|piece| piece.role == Role::Han && !longest.iter().any(|word| covers(word, piece)) && !is_stop(&piece.text)).collect();
    // 云 of 云服务器 is asked for, yet alone it hints at nothing; as a run of its own it does.
    let fragment = !units.is_empty();
    units.extend(lone.chunk_by(|a, b| a.at + 1 == b.at).map(|atoms| lone_unit(atoms, fragment)));
    units.sort_by_key(|unit| unit.atoms.start);
    units
}

fn word_unit(word: &Piece, words: &[&Piece], is_stop: fn(&str) -> bool) -> Unit {
    let mut hints = vec![(word.text.clone(), 1.0)];
    hints.extend(words.iter().filter(|inner| covers(word, inner) && !is_stop(&inner.text)).map(|inner| (inner.text.clone(), PART_WEIGHT)));
    Unit { atoms: word.at..word.at + word.span, need: Need::Word(word.text.clone(), 1.0), hints }
}

/// Characters the dictionary makes no word of: often a name, so they are wanted one after the other.
fn lone_unit(atoms: &[&Piece], fragment: bool) -> Unit {
    let texts: Vec<String> = atoms.iter().map(|atom| atom.text.clone()).collect();
    let hints = if texts.len() == 1 && !fragment { vec![(texts[0].clone(), 1.0)] } else { Vec::new() };
    let start = atoms.first().map_or(0, |atom| atom.at);
    Unit { atoms: start..start + atoms.len(), need: sequence(texts, 1.0), hints }
}

fn syllable_unit(run: &[Piece]) -> Unit {
    let atoms: Vec<String> = run.iter().filter(|piece| piece.role.is_atom()).map(|piece| piece.text.clone()).collect();
    let mut hints: Vec<(String, f32)> = run.iter().filter(|piece| piece.role == Role::Pair).map(|piece| (piece.text.clone(), 1.0)).collect();
    if hints.is_empty() {
        hints = atoms.iter().map(|atom| (atom.clone(), 1.0)).collect();
    }
    Unit { atoms: range(run), need: sequence(atoms, 1.0), hints }
}

fn identifier_unit(run: &[Piece], is_stop: fn(&str) -> bool) -> Option<Unit> {
    let atoms: Vec<String> = run.iter().filter(|piece| piece.role.is_atom()).map(|piece| piece.text.clone()).collect();
    let compounds = |role: Role| run.iter().filter(move |piece| piece.role == role);
    if let [word] = atoms.as_slice() {
        if is_stop(word) {
            return None;
        }
        let mut names = vec![Need::Word(word.clone(), 1.0)];
        names.extend(compounds(Role::Singular).map(|piece| Need::Word(piece.text.clone(), 1.0)));
        let hints = compounds(Role::Singular).map(|piece| (piece.text.clone(), PART_WEIGHT)).chain([(word.clone(), 1.0)]).collect();
        return Some(Unit { atoms: range(run), need: Need::Any(names), hints });
    }
    let mut hints: Vec<(String, f32)> = telling_parts(&atoms).filter(|atom| !is_stop(atom)).map(|atom| (atom.clone(), PART_WEIGHT)).collect();
    hints.extend(compounds(Role::Middle).map(|piece| (piece.text.clone(), 1.0)));
    hints.extend(compounds(Role::Whole).map(|piece| (piece.text.clone(), WHOLE_WEIGHT)));
    let mut names: Vec<Need> = compounds(Role::Whole).map(|piece| Need::Word(piece.text.clone(), WHOLE_WEIGHT)).collect();
    names.push(Need::Quote(atoms, 1.0));
    Some(Unit { atoms: range(run), need: Need::Any(names), hints })
}

/// The parts of an identifier that point somewhere alone: none of an address or a version, the `10023` of `YN-10023` (every ticket has the `YN`),
/// both of `InvalidParameter`.
fn telling_parts(atoms: &[String]) -> impl Iterator<Item = &String> {
    let has_digit = |atom: &String| atom.chars().any(char::is_numeric);
    let all_numbers = atoms.iter().all(|atom| atom.chars().all(char::is_numeric));
    let some_numbers = atoms.iter().any(has_digit);
    atoms.iter().filter(move |atom| !all_numbers && has_digit(atom) == some_numbers && atom.chars().count() >= 3)
}

// From needs to the engine's queries.

fn look_up(need: &Need, fields: TextFields) -> Box<dyn Query> {
    match need {
        Need::Word(word, weight) => any(word_queries(word, *weight, fields)),
        Need::Quote(atoms, weight) => any(quote_queries(atoms, *weight, fields)),
        Need::All(needs) => all(needs.iter().map(|need| look_up(need, fields)).collect()),
        Need::Any(needs) => any(needs.iter().map(|need| look_up(need, fields)).collect()),
    }
}

/// How many documents may hold what is needed, at most.
fn documents(need: &Need, fields: TextFields, holding: &dyn Fn(&Term) -> tantivy::Result<u64>) -> tantivy::Result<u64> {
    let word =
        |word: &str| places(fields, word.is_ascii()).map(|(field, _)| holding(&Term::from_field_text(field, word))).sum::<tantivy::Result<u64>>();
    let each = |needs: &[Need]| needs.iter().map(|need| documents(need, fields, holding)).collect::<tantivy::Result<Vec<u64>>>();
    Ok(match need {
        Need::Word(text, _) => word(text)?,
        Need::Quote(atoms, _) => atoms.iter().map(|atom| word(atom)).collect::<tantivy::Result<Vec<u64>>>()?.into_iter().min().unwrap_or(0),
        Need::All(needs) => each(needs)?.into_iter().min().unwrap_or(0),
        Need::Any(needs) => each(needs)?.into_iter().sum(),
    })
}

fn places(fields: TextFields, numbers_too: bool) -> impl Iterator<Item = (Field, f32)> {
    let number = numbers_too.then_some((fields.number, NUMBER_BOOST));
    [(fields.title, TITLE_BOOST), (fields.body, 1.0)].into_iter().chain(number)
}

fn word_queries(word: &str, weight: f32, fields: TextFields) -> Vec<Box<dyn Query>> {
    let term_query = |field| TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs);
    places(fields, word.is_ascii()).map(|(field, boost)| boosted(Box::new(term_query(field)), boost * weight)).collect()
}

fn quote_queries(atoms: &[String], weight: f32, fields: TextFields) -> Vec<Box<dyn Query>> {
    let numbers_too = atoms.iter().all(|atom| atom.is_ascii());
    let phrase = |field| PhraseQuery::new(atoms.iter().map(|atom| Term::from_field_text(field, atom)).collect());
    places(fields, numbers_too).map(|(field, boost)| boosted(Box::new(phrase(field)), boost * weight)).collect()
}

fn boosted(query: Box<dyn Query>, boost: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, boost))
}

pub(super) fn any(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if queries.len() == 1 { queries.remove(0) } else { Box::new(BooleanQuery::union(queries)) }
}

fn all(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if queries.len() == 1 { queries.remove(0) } else { Box::new(BooleanQuery::intersection(queries)) }
}
