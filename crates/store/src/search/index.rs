//! The index on local disk.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::{BytesOptions, FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{Index, IndexReader, IndexSettings, IndexSortByField, IndexWriter, Order, ReloadPolicy, Searcher, TantivyDocument, TantivyError, Term};

use super::question::{Marks, Question, TextFields, Thesaurus};
use super::segment::{Segmenter, fold_text};
use super::snippet::snippet;
use super::walk::{AT_US, Found, WORK_MAX, Walk};
use super::{BODY_BYTES_MAX, Doc, DocKind, Hit, PAGE_HITS_MAX, Page, Query, Rank, Search, SearchError, Synonyms};

/// Raise it whenever the schema, the segmenter or the dictionary change: an index of another shape is wiped and fed again. A test knows the
/// segmenter by its finger-print and reminds.
const SHAPE: u32 = 2;
/// Our own folder inside the one we are given, so that wiping can never hit a stranger's file.
const FOLDER: &str = "index";
const SEGMENTER: &str = "yinuo";
/// Memory of the writer before it writes a segment by itself. It grows as needed and is given back with each commit.
const WRITER_BYTES: usize = 32 * 1024 * 1024;
/// Documents of a segment that is not merged any more; a merge of smaller ones may make a few times as many.
const SEGMENT_DOCS_MAX: usize = 60_000;
/// Commits without news after which the writer gives its threads back.
const IDLE_COMMITS: u32 = 25;
/// Log positions that may pass without news before the position is written down; they are read again after a crash, nothing more.
const SILENT_POSITIONS: i64 = 10_000;
/// Blocks of 16 kB of stored text that are kept unpacked per segment.
const STORE_BLOCKS: usize = 4;

/// A search index in a local folder, or in memory for tests.
pub struct LocalSearch {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    thesaurus: RwLock<Thesaurus>,
    pen: Mutex<Pen>,
    position: AtomicI64,
    /// What one layer may cost.
    work_max: u64,
}

/// The writing side.
#[derive(Default)]
struct Pen {
    writer: Option<IndexWriter>,
    /// Something was put since the last commit.
    news: bool,
    /// A failed write lost what was put since the last commit.
    torn: bool,
    idle_commits: u32,
    /// The position that is on disk.
    written: i64,
}

#[derive(Clone, Copy)]
pub(super) struct Fields {
    id: Field,
    pub kind: Field,
    key_high: Field,
    key_low: Field,
    ticket: Field,
    pub account: Field,
    pub internal: Field,
    pub product: Field,
    language: Field,
    pub stage: Field,
    pub text: TextFields,
    at_us: Field,
}

impl LocalSearch {
    /// Opens the index in `dir`, making it if there is none. An index that is damaged or of another shape is wiped: its position is then 0.
    pub fn open(dir: &Path) -> Result<LocalSearch, SearchError> {
        let folder = dir.join(FOLDER);
        std::fs::create_dir_all(&folder).map_err(disk)?;
        match Self::open_as_it_is(&folder) {
            Ok(search) => Ok(search),
            Err(reason) => {
                if folder.read_dir().map_err(disk)?.next().is_some() {
                    tracing::warn!(%reason, folder = %folder.display(), "search index is of no use any more; it is wiped and fed again");
                }
                std::fs::remove_dir_all(&folder).map_err(disk)?;
                std::fs::create_dir_all(&folder).map_err(disk)?;
                let (schema, fields) = schema();
                let index = Index::builder().schema(schema).settings(settings()).create_in_dir(&folder).map_err(failed)?;
                Self::over(index, fields, 0)
            }
        }
    }

    /// An index that lives in memory and dies with it.
    pub fn in_memory() -> Result<LocalSearch, SearchError> {
        let (schema, fields) = schema();
        Self::over(Index::builder().schema(schema).settings(settings()).create_in_ram().map_err(failed)?, fields, 0)
    }

    /// The same with hardly any work allowed for a question, so that few documents are many.
    #[cfg(test)]
    pub(super) fn in_a_hurry(work_max: u64) -> LocalSearch {
        let mut search = Self::in_memory().unwrap();
        search.work_max = work_max;
        search
    }

    /// Other names of things, used by every question from now on. Nothing is indexed again.
    pub fn set_synonyms(&self, synonyms: &Synonyms) {
        *self.thesaurus.write().unwrap_or_else(PoisonError::into_inner) = Thesaurus::read(synonyms);
    }

    fn open_as_it_is(folder: &Path) -> Result<LocalSearch, SearchError> {
        let (wanted, fields) = schema();
        let index = Index::open_in_dir(folder).map_err(failed)?;
        if index.schema() != wanted {
            return Err(SearchError::Broken("schema".to_owned()));
        }
        if !index.validate_checksum().map_err(failed)?.is_empty() {
            return Err(SearchError::Broken("checksum".to_owned()));
        }
        let payload = index.load_metas().map_err(failed)?.payload;
        let position = payload.as_deref().map_or(Some(0), read_payload).ok_or_else(|| SearchError::Broken("shape".to_owned()))?;
        Self::over(index, fields, position)
    }

    fn over(index: Index, fields: Fields, position: i64) -> Result<LocalSearch, SearchError> {
        index.tokenizers().register(SEGMENTER, Segmenter);
        let reader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).doc_store_cache_num_blocks(STORE_BLOCKS).try_into().map_err(failed)?;
        let pen = Mutex::new(Pen { written: position, ..Pen::default() });
        Ok(LocalSearch { index, reader, fields, thesaurus: RwLock::default(), pen, position: AtomicI64::new(position), work_max: WORK_MAX })
    }

    fn pen(&self) -> MutexGuard<'_, Pen> {
        self.pen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one piece of writing. When it fails, the writer is thrown away with all it had not committed, and the next commit says so: whoever
    /// passes over an error must not move the position over what was lost.
    fn write(&self, pen: &mut Pen, work: impl FnOnce(&mut IndexWriter) -> tantivy::Result<()>) -> Result<(), SearchError> {
        let done = pen.writer.take().map_or_else(|| self.new_writer(), Ok).and_then(|mut writer| {
            work(&mut writer).map_err(failed)?;
            Ok(writer)
        });
        pen.torn = pen.torn || done.is_err();
        pen.writer = Some(done?);
        Ok(())
    }

    fn new_writer(&self) -> Result<IndexWriter, SearchError> {
        let options = IndexWriterOptions::builder().num_worker_threads(1).num_merge_threads(1).memory_budget_per_thread(WRITER_BYTES).build();
        let writer = self.index.writer_with_options(options).map_err(failed)?;
        let mut merging = LogMergePolicy::default();
        // Commits come every fraction of a second: small segments are folded early, and dead documents do not linger.
        merging.set_min_num_segments(6);
        merging.set_del_docs_ratio_before_merge(0.3);
        // Whoever looks for two common words that never meet looks through a segment: none may grow without end.
        merging.set_max_docs_before_merge(SEGMENT_DOCS_MAX);
        writer.set_merge_policy(Box::new(merging));
        Ok(writer)
    }

    /// Commits and keeps the position in the same file, so that the two cannot part.
    fn commit_now(&self, pen: &mut Pen, position: i64) -> Result<(), SearchError> {
        self.write(pen, |writer| {
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&payload(position));
            prepared.commit().map(|_| ())
        })?;
        pen.news = false;
        pen.idle_commits = 0;
        pen.written = position;
        self.position.store(position, Ordering::Release);
        self.reader.reload().map_err(failed)
    }

    fn id(&self, kind: DocKind, key: u128) -> Term {
        Term::from_field_bytes(self.fields.id, &id_bytes(kind, key))
    }

    fn engine_doc(&self, doc: &Doc) -> TantivyDocument {
        let fields = self.fields;
        let mut out = TantivyDocument::default();
        out.add_bytes(fields.id, &id_bytes(doc.kind, doc.key));
        out.add_u64(fields.kind, doc.kind.number());
        let [high, low] = halves(doc.key);
        out.add_u64(fields.key_high, high);
        out.add_u64(fields.key_low, low);
        if let Some(ticket) = doc.ticket {
            out.add_bytes(fields.ticket, &ticket.to_be_bytes());
        }
        if let Some(account) = doc.account {
            out.add_bytes(fields.account, &account.to_be_bytes());
        }
        out.add_bool(fields.internal, doc.internal);
        out.add_text(fields.product, fold_text(&doc.product));
        out.add_text(fields.language, fold_text(&doc.language));
        out.add_text(fields.stage, fold_text(&doc.stage));
        out.add_text(fields.text.title, &doc.title);
        out.add_text(fields.text.body, cut_to(&doc.body, BODY_BYTES_MAX));
        out.add_text(fields.text.number, &doc.number);
        out.add_i64(fields.at_us, doc.at_us);
        out
    }

    fn hit(&self, searcher: &Searcher, found: &Found, marks: &Marks) -> Result<Hit, SearchError> {
        let stored: TantivyDocument = searcher.doc(found.address).map_err(failed)?;
        let text = |field| stored.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
        let id = |field| stored.get_first(field).and_then(|value| value.as_bytes()).and_then(|bytes| bytes.try_into().ok()).map(u128::from_be_bytes);
        let Rank { score, at_us, kind, key } = found.rank;
        Ok(Hit {
            kind,
            key,
            ticket: id(self.fields.ticket),
            account: id(self.fields.account),
            score,
            place: found.place,
            title: text(self.fields.text.title).to_owned(),
            snippet: snippet(text(self.fields.text.body), marks),
            at_us,
        })
    }
}

impl Search for LocalSearch {
    fn put(&self, docs: &[Doc]) -> Result<(), SearchError> {
        let mut pen = self.pen();
        for doc in docs {
            self.write(&mut pen, |writer| {
                writer.delete_term(self.id(doc.kind, doc.key));
                writer.add_document(self.engine_doc(doc)).map(|_| ())
            })?;
            pen.news = true;
        }
        Ok(())
    }

    fn delete(&self, docs: &[(DocKind, u128)]) -> Result<(), SearchError> {
        let mut pen = self.pen();
        for (kind, key) in docs {
            self.write(&mut pen, |writer| {
                writer.delete_term(self.id(*kind, *key));
                Ok(())
            })?;
            pen.news = true;
        }
        Ok(())
    }

    fn commit(&self, position: i64) -> Result<(), SearchError> {
        let mut pen = self.pen();
        if std::mem::take(&mut pen.torn) {
            // What was put after the failure may be whole, but it is put again anyway: roll it back by dropping the writer.
            pen.writer = None;
            pen.news = false;
            return Err(SearchError::Lost);
        }
        if pen.news || (position - pen.written).abs() >= SILENT_POSITIONS {
            return self.commit_now(&mut pen, position);
        }
        self.position.store(position, Ordering::Release);
        pen.idle_commits += 1;
        if pen.idle_commits >= IDLE_COMMITS {
            pen.writer = None;
        }
        Ok(())
    }

    fn position(&self) -> i64 {
        self.position.load(Ordering::Acquire)
    }

    fn find(&self, query: &Query) -> Result<Page, SearchError> {
        if query.accounts.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Page::default());
        }
        let question = Question::read(&query.text, &self.thesaurus.read().unwrap_or_else(PoisonError::into_inner));
        let searcher = self.reader.searcher();
        let limit = query.limit.clamp(1, PAGE_HITS_MAX);
        let mut walk = Walk::new(&searcher, self.fields, query, &question, self.work_max).map_err(failed)?;
        // One more than asked for tells whether there is a next page.
        let mut way = walk.go(limit + 1, query.after).map_err(failed)?;
        let more = way.found.len() > limit;
        way.found.truncate(limit);
        let marks = question.marks();
        let hits = way.found.iter().map(|found| self.hit(&searcher, found, &marks)).collect::<Result<_, _>>()?;
        let next = if more { way.found.last().map(|found| found.place) } else { way.next };
        Ok(Page { hits, next, bounded: way.bounded })
    }

    fn doc_count(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    fn clear(&self) -> Result<(), SearchError> {
        let mut pen = self.pen();
        pen.torn = false;
        self.write(&mut pen, |writer| writer.delete_all_documents().map(|_| ()))?;
        self.commit_now(&mut pen, 0)
    }

    fn rest(&self) -> Result<(), SearchError> {
        let mut pen = self.pen();
        if pen.news || pen.torn {
            return Ok(());
        }
        let position = self.position();
        if position != pen.written {
            self.commit_now(&mut pen, position)?;
        }
        pen.writer = None;
        Ok(())
    }
}

/// Writes down how far the log was read, so that a restart need not read silent stretches again. A failure costs only that reading.
impl Drop for LocalSearch {
    fn drop(&mut self) {
        let position = self.position();
        let mut pen = self.pen();
        let silent = !pen.news && !pen.torn && pen.written != position;
        if silent && let Err(reason) = self.commit_now(&mut pen, position) {
            tracing::debug!(%reason, "the search index did not keep its last position");
        }
    }
}

// Small change.

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = |stored: bool| {
        let indexing = TextFieldIndexing::default().set_tokenizer(SEGMENTER).set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let options = TextOptions::default().set_indexing_options(indexing);
        if stored { options.set_stored() } else { options }
    };
    let label = || {
        let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::Basic).set_fieldnorms(false);
        TextOptions::default().set_indexing_options(indexing)
    };
    let fields = Fields {
        id: builder.add_bytes_field("id", BytesOptions::from(INDEXED)),
        kind: builder.add_u64_field("kind", INDEXED | FAST),
        key_high: builder.add_u64_field("key_high", FAST),
        key_low: builder.add_u64_field("key_low", FAST),
        ticket: builder.add_bytes_field("ticket", STORED),
        account: builder.add_bytes_field("account", INDEXED | STORED),
        internal: builder.add_bool_field("internal", INDEXED),
        product: builder.add_text_field("product", label()),
        language: builder.add_text_field("language", label()),
        stage: builder.add_text_field("stage", label()),
        text: TextFields {
            title: builder.add_text_field("title", words(true)),
            body: builder.add_text_field("body", words(true)),
            number: builder.add_text_field("number", words(false)),
        },
        at_us: builder.add_i64_field(AT_US, FAST),
    };
    (builder.build(), fields)
}

/// The newest come first in every segment, so that a walk through it can end when it has gone back far enough.
fn settings() -> IndexSettings {
    IndexSettings { sort_by_field: Some(IndexSortByField { field: AT_US.to_owned(), order: Order::Desc }), ..IndexSettings::default() }
}

fn payload(position: i64) -> String {
    format!("{SHAPE} {position}")
}

fn read_payload(payload: &str) -> Option<i64> {
    let (shape, position) = payload.split_once(' ')?;
    (shape.parse() == Ok(SHAPE)).then(|| position.parse().ok()).flatten()
}

fn id_bytes(kind: DocKind, key: u128) -> [u8; 17] {
    let mut bytes = [0; 17];
    bytes[0] = kind.number() as u8;
    bytes[1..].copy_from_slice(&key.to_be_bytes());
    bytes
}

/// The upper and the lower 64 bits.
fn halves(key: u128) -> [u64; 2] {
    [(key >> 64) as u64, key as u64]
}

fn cut_to(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

fn disk(error: std::io::Error) -> SearchError {
    SearchError::Disk(error.to_string())
}

fn failed(error: TantivyError) -> SearchError {
    match error {
        TantivyError::LockFailure(..) => SearchError::Busy,
        TantivyError::IoError(_) | TantivyError::OpenDirectoryError(_) | TantivyError::OpenWriteError(_) => SearchError::Disk(error.to_string()),
        other => SearchError::Broken(other.to_string()),
    }
}
