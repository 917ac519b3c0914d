//! Walks through the index for one question, at a cost that hardly grows with the index.
//!
//! Every segment keeps its documents newest first. A walk goes back in time through all segments side by side and weighs what it meets. When it has
//! done [`WORK_MAX`] it stops: what it passed is a *layer*, ranked best first; what is older makes the next layer. A question that few documents
//! answer has one layer, which is the whole index.

use std::collections::BinaryHeap;

use tantivy::columnar::Column;
use tantivy::query::{AllQuery, BooleanQuery, ConstScoreQuery, EnableScoring, Occur, Query as EngineQuery, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet, Searcher, SeekDangerResult, SegmentReader, TERMINATED, Term};

use super::index::Fields;
use super::question::{Question, Way, any};
use super::{Cursor, DocKind, FULL_MATCH_SCORE, Pass, Query, Rank};

/// The field every segment is sorted by.
pub(super) const AT_US: &str = "at_us";
/// Postings and documents looked at for one layer, about. All a question may cost, whatever the index holds.
pub(super) const WORK_MAX: u64 = 6_000;
/// When the words of a question are held by more documents than a layer may look at, words held by no more than this part are looked for first.
const TELLING_PART: u64 = 8;
/// Documents that may hold a quotation for it to be looked up as such. When more may, it is only asked of documents found by their words.
const QUOTING_PART: u64 = 4;
/// So many times a layer's work is done before an answer is empty and bounded.
const PATIENCE: u64 = 4;
/// Work of beginning with a segment.
const OPENING: u64 = 60;
/// Scores this near are equal, and the newer hit goes first.
const SCORE_STEPS: f32 = 4.0;

/// A document found, its rank, and how to go on behind it.
pub(super) struct Found {
    pub rank: Rank,
    pub place: Cursor,
    pub address: DocAddress,
}

/// What a walk brought.
#[derive(Default)]
pub(super) struct Outcome {
    pub found: Vec<Found>,
    /// Where a walk that wants more begins; `None`: there is no more.
    pub next: Option<Cursor>,
    pub bounded: bool,
}

/// One question on its way through one state of the index.
pub(super) struct Walk<'a> {
    searcher: &'a Searcher,
    query: &'a Query,
    question: &'a Question,
    fields: Fields,
    work_max: u64,
    /// The engine's form of the passes, made when they are reached; `None` when a pass has nothing to look for.
    everything: Box<dyn Weight>,
    /// What makes a document that holds everything better still.
    quotes: Vec<Box<dyn Weight>>,
    parts: Option<[Option<Box<dyn Weight>>; 2]>,
    leaves: Vec<Leaf<'a>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(searcher: &'a Searcher, fields: Fields, query: &'a Query, question: &'a Question, work_max: u64) -> tantivy::Result<Walk<'a>> {
        let gate = Gate::of(query, fields);
        let scored = EnableScoring::enabled_from_searcher(searcher);
        let mut quotes = Vec::new();
        let everything = if question.is_empty() {
            gate.around(Box::new(AllQuery)).weight(EnableScoring::disabled_from_searcher(searcher))?
        } else {
            let quoted = question.quoting(fields.text, &|term| searcher.doc_freq(term))? <= work_max / QUOTING_PART;
            if !quoted {
                quotes = question.quotes(fields.text).iter().map(|quote| quote.weight(scored)).collect::<tantivy::Result<_>>()?;
            }
            gate.around(question.everything(fields.text, quoted)).weight(scored)?
        };
        let leaves = (0u32..).zip(searcher.segment_readers()).map(|(ord, reader)| Leaf::of(ord, reader)).collect::<tantivy::Result<_>>()?;
        Ok(Walk { searcher, query, question, fields, work_max, everything, quotes, parts: None, leaves })
    }

    /// Brings `wanted` hits, fewer when there are no more or when finding them would cost too much.
    pub(super) fn go(&mut self, wanted: usize, after: Option<Cursor>) -> tantivy::Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut spent = 0;
        let mut place = after.unwrap_or(Cursor { pass: Pass::Everything, before_us: i64::MAX, seen: None });
        loop {
            let layer = self.layer(place, wanted - outcome.found.len())?;
            spent += layer.work;
            // The newest first is what an empty question asks for.
            outcome.bounded |= !layer.flat && (layer.begins.is_some() || place.before_us != i64::MAX);
            outcome.found.extend(layer.found);
            outcome.next = self.behind(place.pass, layer.begins);
            let Some(next) = outcome.next else { return Ok(outcome) };
            // An empty page helps nobody: for the first hits some more may be spent.
            let may_be_spent = if outcome.found.is_empty() { self.work_max * PATIENCE } else { self.work_max };
            if outcome.found.len() >= wanted || spent >= may_be_spent {
                return Ok(outcome);
            }
            place = next;
        }
    }

    /// The place behind a layer: the next older one, or the next pass.
    fn behind(&self, pass: Pass, begins: Option<i64>) -> Option<Cursor> {
        if begins.is_some_and(|begins| self.query.from_us.is_none_or(|from| begins > from)) {
            return begins.map(|before_us| Cursor { pass, before_us, seen: None });
        }
        let next = Pass::ALL.get(pass.number() + 1).filter(|_| !self.question.is_empty())?;
        Some(Cursor { pass: *next, before_us: i64::MAX, seen: None })
    }

    fn layer(&mut self, place: Cursor, wanted: usize) -> tantivy::Result<Layer> {
        if place.pass != Pass::Everything && self.parts.is_none() {
            self.parts = Some(self.partial_weights()?);
        }
        let part = |number: usize| self.parts.as_ref().and_then(|parts| parts[number].as_deref());
        let everything = self.everything.as_ref();
        let (weight, not): (Option<&dyn Weight>, Vec<&dyn Weight>) = match place.pass {
            Pass::Everything => (Some(everything), Vec::new()),
            Pass::Telling => (part(0), vec![everything]),
            Pass::Something => (part(1), [Some(everything), part(0)].into_iter().flatten().collect()),
        };
        let mut layer = Layer { wanted, place, work_max: self.work_max, flat: self.question.is_empty(), begins: None, work: 0, found: Vec::new() };
        if let Some(weight) = weight {
            let quotes: &[Box<dyn Weight>] = if place.pass == Pass::Everything { &self.quotes } else { &[] };
            let asked = Passage { weight, not, quotes: quotes.iter().map(|quote| quote.as_ref()).collect() };
            layer.walk(&self.leaves, self.query, &asked)?;
        }
        Ok(layer)
    }

    /// The telling words with all others as a help in ranking, and the others.
    fn partial_weights(&self) -> tantivy::Result<[Option<Box<dyn Weight>>; 2]> {
        let holding = |term: &Term| self.searcher.doc_freq(term);
        let mut ways = self.question.ways(self.fields.text, &holding)?;
        ways.sort_by_key(|way| way.documents);
        let gate = Gate::of(self.query, self.fields);
        let few_are_let_through = gate.lets_through(&holding)?.is_some_and(|documents| documents <= self.work_max);
        let all_are_few = few_are_let_through || ways.iter().map(|way| way.documents).sum::<u64>() <= self.work_max;
        let mut sum = 0;
        let telling = ways.iter().take_while(|way| {
            sum += way.documents;
            all_are_few || sum <= self.work_max / TELLING_PART
        });
        let common = ways.split_off(telling.count());
        let weigh = |asked| Gate::of(self.query, self.fields).around(asked).weight(EnableScoring::enabled_from_searcher(self.searcher)).map(Some);
        let some = |ways: &[Way]| any(ways.iter().map(|way| way.query.box_clone()).collect());
        let telling = match ways.as_slice() {
            [] => None,
            // One after the other: a union of optional words would be read ahead for every document.
            ways => weigh(
                common
                    .iter()
                    .fold(some(ways), |asked, way| Box::new(BooleanQuery::new(vec![(Occur::Must, asked), (Occur::Should, way.query.box_clone())]))),
            )?,
        };
        Ok([telling, if common.is_empty() { None } else { weigh(some(&common))? }])
    }
}

/// What every hit must be, whatever is asked. It is part of the engine's query, so that what may not be seen is never even counted.
struct Gate {
    musts: Vec<Vec<Term>>,
    never: Option<Term>,
}

impl Gate {
    fn of(query: &Query, fields: Fields) -> Gate {
        let mut musts: Vec<Vec<Term>> = Vec::new();
        if let Some(accounts) = &query.accounts {
            musts.push(accounts.iter().map(|account| Term::from_field_bytes(fields.account, &account.to_be_bytes())).collect());
        }
        // Nearly everything is a ticket or a message: asking the index for both costs more than looking at what was found.
        let both = query.kinds.contains(&DocKind::Ticket) && query.kinds.contains(&DocKind::Message);
        if !(query.kinds.is_empty() || both) {
            let kinds = DocKind::ALL.iter().filter(|kind| query.kinds.contains(kind));
            musts.push(kinds.map(|kind| Term::from_field_u64(fields.kind, kind.number())).collect());
        }
        for (field, value) in [(fields.product, &query.product), (fields.stage, &query.stage)] {
            musts.extend(value.as_ref().map(|value| vec![Term::from_field_text(field, &super::segment::fold_text(value))]));
        }
        Gate { musts, never: (!query.include_internal).then(|| Term::from_field_bool(fields.internal, true)) }
    }

    /// At most so many documents; `None`: nothing is asked of them.
    fn lets_through(&self, holding: &dyn Fn(&Term) -> tantivy::Result<u64>) -> tantivy::Result<Option<u64>> {
        let each = self.musts.iter().map(|terms| terms.iter().map(holding).sum::<tantivy::Result<u64>>());
        Ok(each.collect::<tantivy::Result<Vec<u64>>>()?.into_iter().min())
    }

    fn around(self, asked: Box<dyn EngineQuery>) -> Box<dyn EngineQuery> {
        if self.musts.is_empty() && self.never.is_none() {
            return asked;
        }
        let term = |term| Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn EngineQuery>;
        let silent = |terms: Vec<Term>| Box::new(ConstScoreQuery::new(any(terms.into_iter().map(term).collect()), 0.0)) as Box<dyn EngineQuery>;
        let mut clauses: Vec<(Occur, Box<dyn EngineQuery>)> = vec![(Occur::Must, asked)];
        clauses.extend(self.musts.into_iter().map(|terms| (Occur::Must, silent(terms))));
        clauses.extend(self.never.map(|never| (Occur::MustNot, term(never))));
        Box::new(BooleanQuery::new(clauses))
    }
}

/// One segment and the values that rank its documents.
struct Leaf<'a> {
    ord: u32,
    reader: &'a SegmentReader,
    kind: Column<u64>,
    key_high: Column<u64>,
    key_low: Column<u64>,
    at_us: Column<i64>,
}

impl<'a> Leaf<'a> {
    fn of(ord: u32, reader: &'a SegmentReader) -> tantivy::Result<Leaf<'a>> {
        let fast = reader.fast_fields();
        let (kind, at_us) = (fast.u64("kind")?, fast.i64(AT_US)?);
        Ok(Leaf { ord, reader, kind, key_high: fast.u64("key_high")?, key_low: fast.u64("key_low")?, at_us })
    }

    fn at_us(&self, doc: DocId) -> i64 {
        self.at_us.first(doc).unwrap_or(i64::MIN)
    }

    fn rank(&self, doc: DocId, score: f32, at_us: i64) -> Option<Rank> {
        let kind = DocKind::from_number(self.kind.first(doc)?)?;
        let key = u128::from(self.key_high.first(doc)?) << 64 | u128::from(self.key_low.first(doc)?);
        Some(Rank { score, at_us, kind, key })
    }

    /// The first document that happened before this moment.
    fn first_before(&self, before_us: i64) -> DocId {
        let (mut low, mut high) = (0, self.reader.max_doc());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at_us(middle) >= before_us { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// What one pass looks for.
struct Passage<'w> {
    weight: &'w dyn Weight,
    /// Documents of earlier passes.
    not: Vec<&'w dyn Weight>,
    quotes: Vec<&'w dyn Weight>,
}

/// Where a walk stands in one segment.
struct Foot<'a, 'w> {
    leaf: &'a Leaf<'a>,
    scorer: Box<dyn Scorer>,
    not: Vec<Probe<'w>>,
    quotes: Vec<Probe<'w>>,
    /// Work for every 1,024 documents passed.
    price: u64,
}

impl<'a, 'w> Foot<'a, 'w> {
    /// Stands at the first document before this moment; `None`: there is none.
    fn at(leaf: &'a Leaf<'a>, asked: &Passage<'w>, before_us: i64) -> tantivy::Result<Option<Foot<'a, 'w>>> {
        let start = leaf.first_before(before_us);
        let mut scorer = asked.weight.scorer(leaf.reader, 1.0)?;
        if scorer.doc() < start {
            scorer.seek(start);
        }
        if scorer.doc() == TERMINATED {
            return Ok(None);
        }
        let price = scorer.cost().saturating_mul(1024) / u64::from(leaf.reader.max_doc().max(1));
        let probes = |weights: &[&'w dyn Weight]| weights.iter().map(|weight| Probe { weight: *weight, scorer: None, none_before: 0 }).collect();
        Ok(Some(Foot { leaf, scorer, not: probes(&asked.not), quotes: probes(&asked.quotes), price }))
    }

    /// An earlier pass brought this document.
    fn came_before(&mut self, doc: DocId) -> tantivy::Result<bool> {
        for probe in &mut self.not {
            if probe.score(self.leaf.reader, doc)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn score(&mut self, doc: DocId) -> tantivy::Result<f32> {
        let mut score = self.scorer.score();
        for probe in &mut self.quotes {
            score += probe.score(self.leaf.reader, doc)?.unwrap_or(0.0);
        }
        Ok(score)
    }
}

/// Asks of single documents, in their order, whether they match, without looking for the next one that does.
struct Probe<'w> {
    weight: &'w dyn Weight,
    scorer: Option<Box<dyn Scorer>>,
    /// Documents below do not match.
    none_before: DocId,
}

impl Probe<'_> {
    fn score(&mut self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Option<f32>> {
        if doc < self.none_before {
            return Ok(None);
        }
        let found = match &mut self.scorer {
            Some(scorer) => scorer.seek_danger(doc),
            none => {
                let (found, scorer) = self.weight.scorer_danger(reader, doc, 1.0)?;
                *none = Some(scorer);
                found
            }
        };
        match found {
            SeekDangerResult::Found => {
                self.none_before = doc + 1;
                Ok(self.scorer.as_mut().map(|scorer| scorer.score()))
            }
            SeekDangerResult::SeekLowerBound(bound) => {
                self.none_before = bound;
                Ok(None)
            }
        }
    }
}

/// The best documents of one layer met so far, in order.
struct Layer {
    wanted: usize,
    place: Cursor,
    work_max: u64,
    /// Nothing was asked: all score the same, and enough is enough.
    flat: bool,
    /// The layer's first moment; `None`: it goes back to the beginning.
    begins: Option<i64>,
    work: u64,
    found: Vec<Found>,
}

impl Layer {
    fn walk<'a>(&mut self, leaves: &'a [Leaf<'a>], query: &Query, asked: &Passage<'_>) -> tantivy::Result<()> {
        let (from_us, before_us) = self.bounds(query);
        let mut feet: Vec<Option<Foot<'_, '_>>> = leaves.iter().map(|_| None).collect();
        // By the moment of the next document; of a segment not begun with yet, the latest it can have.
        let latest = |leaf: &Leaf<'_>| leaf.at_us.max_value().min(before_us.saturating_sub(1));
        let within = (0..leaves.len()).filter(|n| leaves[*n].at_us.min_value() < before_us && leaves[*n].at_us.max_value() >= from_us);
        let mut heads: BinaryHeap<(i64, usize)> = within.map(|n| (latest(&leaves[n]), n)).collect();
        let mut reached = i64::MAX;
        let mut passed = 0;
        while let Some((at_us, n)) = heads.pop() {
            if at_us < from_us {
                break;
            }
            if at_us < reached && reached != i64::MAX && self.is_enough(passed) {
                self.begins = Some(reached);
                break;
            }
            let Some(foot) = &mut feet[n] else {
                passed += OPENING * 1024;
                feet[n] = Foot::at(&leaves[n], asked, before_us)?;
                heads.extend(feet[n].as_ref().map(|foot| (foot.leaf.at_us(foot.scorer.doc()), n)));
                continue;
            };
            reached = at_us;
            let doc = foot.scorer.doc();
            self.meet(foot, doc, at_us, query)?;
            let next = foot.scorer.advance();
            passed += 1024;
            if next != TERMINATED {
                passed += foot.price * u64::from(next - doc);
                heads.push((foot.leaf.at_us(next), n));
            }
        }
        self.work = passed / 1024;
        if let Some(begins) = self.known_begin() {
            self.begins = (begins != i64::MIN).then_some(begins);
        }
        // Where the layer begins goes with every hit.
        let begins = self.begins.filter(|_| !self.flat).unwrap_or(i64::MIN);
        for found in &mut self.found {
            found.place = Cursor { seen: Some((begins, found.rank)), ..self.place };
        }
        Ok(())
    }

    /// The moments this layer may lie between, the second exclusive.
    fn bounds(&self, query: &Query) -> (i64, i64) {
        let from_us = self.known_begin().unwrap_or(i64::MIN).max(query.from_us.unwrap_or(i64::MIN));
        let mut before_us = self.place.before_us.min(query.to_us.unwrap_or(i64::MAX));
        if let Some((_, rank)) = self.place.seen.filter(|_| self.flat) {
            before_us = before_us.min(rank.at_us.saturating_add(1));
        }
        (from_us, before_us)
    }

    /// A layer that is walked again begins where it began.
    fn known_begin(&self) -> Option<i64> {
        self.place.seen.filter(|_| !self.flat).map(|(begins, _)| begins)
    }

    fn is_enough(&self, passed: u64) -> bool {
        self.known_begin().is_none() && (passed >= self.work_max * 1024 || self.flat && self.found.len() >= self.wanted)
    }

    fn meet(&mut self, foot: &mut Foot<'_, '_>, doc: DocId, at_us: i64, query: &Query) -> tantivy::Result<()> {
        let score = self.score(foot, doc)?;
        let last = self.found.last().filter(|_| self.found.len() >= self.wanted).map(|last| last.rank);
        let is_worse = last.is_some_and(|last| last.score > score || last.score == score && last.at_us > at_us);
        if is_worse || foot.leaf.reader.is_deleted(doc) {
            return Ok(());
        }
        let Some(rank) = foot.leaf.rank(doc, score, at_us) else { return Ok(()) };
        let is_seen = self.place.seen.is_some_and(|(_, seen)| !seen.goes_before(&rank));
        let is_asked_for = query.kinds.is_empty() || query.kinds.contains(&rank.kind);
        if is_seen || !is_asked_for || foot.came_before(doc)? {
            return Ok(());
        }
        let at = self.found.partition_point(|found| found.rank.goes_before(&rank));
        self.found.insert(at, Found { rank, place: self.place, address: DocAddress::new(foot.leaf.ord, doc) });
        self.found.truncate(self.wanted);
        Ok(())
    }

    fn score(&self, foot: &mut Foot<'_, '_>, doc: DocId) -> tantivy::Result<f32> {
        if self.flat {
            return Ok(0.0);
        }
        let score = (foot.score(doc)? * SCORE_STEPS).floor() / SCORE_STEPS;
        Ok(if self.place.pass == Pass::Everything { FULL_MATCH_SCORE + score } else { score.min(FULL_MATCH_SCORE - 1.0) })
    }
}
