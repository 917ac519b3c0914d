//! Full-text search over tickets, messages, accounts and people, in Chinese and English.
//!
//! One disposable index per node, on local disk. It knows no SQL and is not the truth: somebody who follows the log feeds it, tells it with
//! [`Search::commit`] how far the log has been read, and after any error or loss reads again from [`Search::position`].
//!
//! What a question matches: every text is cut into *atoms* (one Chinese character; one part of an identifier; one word elsewhere) and *words*
//! over them (dictionary words, whole identifiers). Documents that hold all words, or the question as it stands, come first ([`FULL_MATCH_SCORE`]);
//! then those that hold some of them. When too many do, the newest are weighed first and the answer says so ([`Page::bounded`]). A question is
//! plain words, never a query language: there is nothing in it to get wrong.

mod index;
mod question;
mod segment;
mod snippet;
#[cfg(test)]
mod tests;
mod walk;

use std::fmt;
use std::str::FromStr;

pub use index::LocalSearch;

/// The most hits one page may hold; a larger [`Query::limit`] is cut down to this.
pub const PAGE_HITS_MAX: usize = 200;
/// The most bytes of one document's body that are indexed and kept for snippets; the rest cannot be found.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// The most characters of a question that are read.
pub const QUESTION_CHARS_MAX: usize = 400;
/// Hits that hold everything asked for score at least this much; others score less.
pub const FULL_MATCH_SCORE: f32 = 1000.0;

/// What a document stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocKind {
    /// A ticket: its subject and first description.
    Ticket,
    /// One message or note of a ticket.
    Message,
    /// A customer account.
    Account,
    /// A person, customer's or ours.
    Person,
}

impl DocKind {
    /// All kinds, in the order of their numbers in the index.
    pub const ALL: [DocKind; 4] = [DocKind::Ticket, DocKind::Message, DocKind::Account, DocKind::Person];

    fn number(self) -> u64 {
        match self {
            DocKind::Ticket => 0,
            DocKind::Message => 1,
            DocKind::Account => 2,
            DocKind::Person => 3,
        }
    }

    fn from_number(number: u64) -> Option<DocKind> {
        DocKind::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// One thing that can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    /// What it stands for.
    pub kind: DocKind,
    /// Raw id, unique within its kind. Putting the same kind and key again replaces the document.
    pub key: u128,
    /// The ticket it belongs to; for a ticket, itself.
    pub ticket: Option<u128>,
    /// The account whose it is. `None` is seen by staff only.
    pub account: Option<u128>,
    /// Not for customers: only questions with [`Query::include_internal`] see it.
    pub internal: bool,
    /// Product key, a filter; empty when unknown.
    pub product: String,
    /// Language tag of the text such as `zh`; kept for a later filter.
    pub language: String,
    /// Stage of the ticket, a filter; empty when it has none.
    pub stage: String,
    /// Subject or name; weighs twice as much as the body.
    pub title: String,
    /// The text. Plain text: markup would be found and shown as it stands.
    pub body: String,
    /// When it happened, microseconds UTC.
    pub at_us: i64,
    /// Human number such as `YN-10023`; empty when it has none.
    pub number: String,
}

/// A question and its filters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Plain words. Empty or without a single letter or digit: everything the filters let through, newest first.
    pub text: String,
    /// Only documents of these accounts. `None` means all (staff); an empty list finds nothing.
    pub accounts: Option<Vec<u128>>,
    /// Whether documents not meant for customers are found.
    pub include_internal: bool,
    /// Only these kinds; empty means all.
    pub kinds: Vec<DocKind>,
    /// Only this product.
    pub product: Option<String>,
    /// Only this stage.
    pub stage: Option<String>,
    /// Not older than this, microseconds UTC, inclusive.
    pub from_us: Option<i64>,
    /// Older than this, microseconds UTC, exclusive.
    pub to_us: Option<i64>,
    /// Hits wanted, 1 to [`PAGE_HITS_MAX`].
    pub limit: usize,
    /// Where the page before ended.
    pub after: Option<Cursor>,
}

/// Where a page ended. Within one state of the index, pages neither repeat nor lose a hit; when documents were added between two pages, scores may
/// have moved a little, and a hit near the border may be seen twice or not at all.
///
/// What is asked for may be too much to be weighed at one time. It is then weighed in layers of time, the newest first; a cursor knows its layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cursor {
    pass: Pass,
    /// The layer ends before this moment; `i64::MAX` for the first layer of a pass.
    before_us: i64,
    /// The last hit seen of the layer, and the moment the layer begins with; `None`: nothing of it was seen yet.
    seen: Option<(i64, Rank)>,
}

/// Hits come in passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    /// Documents that hold everything asked for.
    Everything,
    /// Those that hold something, a word that few hold among it; all of them, when they are not too many.
    Telling,
    /// The others that hold something.
    Something,
}

impl Pass {
    const ALL: [Pass; 3] = [Pass::Everything, Pass::Telling, Pass::Something];

    fn number(self) -> usize {
        self as usize
    }
}

/// The order of hits within a layer: score, then the newer, then kind and key. No two documents are equal in it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rank {
    score: f32,
    at_us: i64,
    kind: DocKind,
    key: u128,
}

impl Rank {
    fn goes_before(&self, other: &Rank) -> bool {
        let order = other.score.total_cmp(&self.score).then(other.at_us.cmp(&self.at_us));
        order.then(self.kind.cmp(&other.kind)).then(self.key.cmp(&other.key)).is_lt()
    }
}

/// Written for addresses: letters, digits and dots only. [`FromStr`] reads it back.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:x}", self.pass.number(), self.before_us)?;
        let Some((from_us, Rank { score, at_us, kind, key })) = self.seen else { return Ok(()) };
        write!(f, ".{from_us:x}.{:x}.{at_us:x}.{}.{key:x}", score.to_bits(), kind.number())
    }
}

/// The text is not a cursor written by us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Cursor, NotACursor> {
        // Negative moments are written in two's complement, so they are read unsigned.
        let moment = |text: &str| u64::from_str_radix(text, 16).map(u64::cast_signed).map_err(|_| NotACursor);
        let parts: Vec<&str> = text.split('.').collect();
        let (head, seen) = match parts.as_slice() {
            [pass, before] => ([pass, before], None),
            [pass, before, from, score, at, kind, key] => {
                let score = f32::from_bits(u32::from_str_radix(score, 16).map_err(|_| NotACursor)?);
                let kind = kind.parse().ok().and_then(DocKind::from_number).ok_or(NotACursor)?;
                let key = u128::from_str_radix(key, 16).map_err(|_| NotACursor)?;
                if !score.is_finite() {
                    return Err(NotACursor);
                }
                ([pass, before], Some((moment(from)?, Rank { score, at_us: moment(at)?, kind, key })))
            }
            _ => return Err(NotACursor),
        };
        let pass = head[0].parse().ok().and_then(|number: usize| Pass::ALL.get(number).copied()).ok_or(NotACursor)?;
        Ok(Cursor { pass, before_us: moment(head[1])?, seen })
    }
}

/// One document found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// What it stands for.
    pub kind: DocKind,
    /// Raw id within its kind.
    pub key: u128,
    /// The ticket it belongs to.
    pub ticket: Option<u128>,
    /// The account whose it is.
    pub account: Option<u128>,
    /// Higher is better; at least [`FULL_MATCH_SCORE`] when everything asked for is there; 0 when nothing was asked.
    pub score: f32,
    /// The title as it was put.
    pub title: String,
    /// A cut of the body around the first match, in pieces; `true` marks what matched. Plain text, never markup.
    pub snippet: Vec<(String, bool)>,
    /// When it happened, microseconds UTC.
    pub at_us: i64,
    /// Put it into [`Query::after`] to go on behind this hit.
    pub place: Cursor,
}

/// Some hits, best first, and where to go on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Ordered by score, then the newer first, then kind and key; layer by layer when [`Page::bounded`].
    pub hits: Vec<Hit>,
    /// Put it into [`Query::after`] for the next page; `None` when this was the last. A bounded page may hold few hits, or none, and still have a next.
    pub next: Option<Cursor>,
    /// Too much was found to weigh it all: the newest of it was weighed, the older comes on later pages, however well it fits.
    pub bounded: bool,
}

/// Words that mean the same, for example 服务器 and 实例, or `EIP` and 弹性公网 IP. A question for one finds the others as well. Empty by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms {
    /// Groups of words of the same meaning; a word may stand in several groups.
    pub groups: Vec<Vec<String>>,
}

/// Why the index could not do what it was asked. None of these is the asker's fault: a question is plain words.
#[derive(Debug)]
#[non_exhaustive]
pub enum SearchError {
    /// Another process writes to this folder.
    Busy,
    /// The disk refused: full, read-only, gone.
    Disk(String),
    /// The index is damaged or refused; opening it again wipes it.
    Broken(String),
    /// A failure before this commit lost what was put since the last one: read the log again from [`Search::position`].
    Lost,
}

impl SearchError {
    /// The stable code a caller shows or logs.
    pub fn code(&self) -> &'static str {
        match self {
            SearchError::Busy => "search.busy",
            SearchError::Disk(_) => "search.disk",
            SearchError::Broken(_) => "search.broken",
            SearchError::Lost => "search.lost",
        }
    }
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SearchError::Disk(detail) | SearchError::Broken(detail) => write!(f, "{}: {detail}", self.code()),
            SearchError::Busy | SearchError::Lost => f.write_str(self.code()),
        }
    }
}

impl std::error::Error for SearchError {}

/// A search engine that is fed from outside. After an error of `put`, `delete`, `commit` or `clear`, feed again from [`Search::position`]; the first
/// commit after such an error answers [`SearchError::Lost`] once, so that no follower can pass over it unknowingly.
pub trait Search: Send + Sync {
    /// Adds documents, replacing those of the same kind and key. Found after the next commit.
    fn put(&self, docs: &[Doc]) -> Result<(), SearchError>;
    /// Takes documents out, at the next commit. Unknown ones are passed over.
    fn delete(&self, docs: &[(DocKind, u128)]) -> Result<(), SearchError>;
    /// Makes everything put so far findable and keeps `position`: the place in the log up to which the index is complete.
    fn commit(&self, position: i64) -> Result<(), SearchError>;
    /// The place in the log up to which the index is complete; 0 for a new or wiped index.
    fn position(&self) -> i64;
    /// Answers a question.
    fn find(&self, query: &Query) -> Result<Page, SearchError>;
    /// How many documents can be found.
    fn doc_count(&self) -> u64;
    /// Empties the index and sets its position to 0.
    fn clear(&self) -> Result<(), SearchError>;
    /// Gives threads and buffers back until the next write. To be called when nothing has happened for a while; what was put stays put.
    fn rest(&self) -> Result<(), SearchError> {
        Ok(())
    }
}
