//! Finding cases, messages, customers and people by words. The index finds; what may be shown is asked of the database for every hit,
//! so that an index that is behind shows nothing to anybody who may not see it.
use crate::act::may_see;
use crate::{Desk, Fault, limits};
use domain::kit::{AccountId, At, MessageId, PersonId, TicketId};
use domain::people::{self, Actor, Leave, ReadInternal, ReadPerson, Role, ask};
use std::collections::HashMap;
use store::db::Tx;
use store::search::{Cursor, DocKind, Hit, Query, SearchError};
use store::ticket::Case;

/// Hits looked through for one page at most; a contact's own among a large account's many. The page's cursor goes on from there.
const LOOKED_AT_MAX: usize = 2_000;
/// Times the index is asked for one page at most: what is asked for may be spread thinly over a long time.
const ROUNDS_MAX: usize = 6;

/// A question as it comes in. Empty `text`: everything, newest first.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub text: String,
    /// Empty: all kinds the reader may find.
    pub kinds: Vec<DocKind>,
    /// Only of this account; a customer's own whatever is asked.
    pub account: Option<AccountId>,
    pub product: Option<String>,
    /// Key of a stage; finds cases only.
    pub stage: Option<String>,
    /// Half-open.
    pub from: Option<At>,
    pub to: Option<At>,
    pub limit: u32,
    pub after: Option<Cursor>,
}

/// What a hit stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    Ticket(TicketId),
    Message(MessageId),
    Account(AccountId),
    Person(PersonId),
}
/// One thing found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub thing: Thing,
    /// The case it belongs to, as it is now; `None` for accounts and people.
    pub case: Option<Case>,
    pub account: Option<AccountId>,
    /// Higher is better.
    pub score: f32,
    /// The case's subject, or a name.
    pub title: String,
    /// A cut of the text in pieces; `true` marks what matched.
    pub snippet: Vec<(String, bool)>,
    pub at: At,
}
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub found: Vec<Found>,
    /// Where the next page begins; `None`: this was the last.
    pub next: Option<Cursor>,
    /// More matches than can be weighed: the newest of them were; older ones follow on later pages, however well they fit.
    pub bounded: bool,
    /// Everything up to this position of the log can be found.
    pub position: i64,
}

/// Answers a question with what its asker may see. Errors: Busy `search_away` while there is no index.
pub fn find(desk: &Desk, leave: &Leave<people::Search>, asked: &Asked) -> Result<Page, Fault> {
    let index = desk.search().ok_or(Fault::Busy { code: "search_away", retry_after_s: 5 })?;
    let who = leave.actor();
    let Some(mut query) = query(who, asked) else { return Ok(Page { position: index.position(), ..Page::default() }) };
    let wanted = asked.limit.clamp(1, limits::PAGE_MAX) as usize;
    let mut page = Page { position: index.position(), ..Page::default() };
    let (mut looked_at, mut rounds) = (0, 0);
    loop {
        let some = index.find(&query)?;
        looked_at += some.hits.len();
        rounds += 1;
        page.bounded |= some.bounded;
        let more = some.next.is_some();
        let last = desk.read(|tx| take(tx, who, some.hits, wanted, &mut page.found))?;
        page.next = match last {
            Some(cut) => Some(cut),
            None => some.next,
        };
        if page.found.len() >= wanted || !more || looked_at >= LOOKED_AT_MAX || rounds >= ROUNDS_MAX {
            return Ok(page);
        }
        query.after = some.next;
    }
}

/// What of the index this person is asking. `None`: nothing they may find is asked for.
fn query(who: &Actor, asked: &Asked) -> Option<Query> {
    let accounts = match (who.role.is_customer(), who.account, asked.account) {
        (true, None, _) => return None,
        (true, Some(own), Some(named)) if own != named => return None,
        (true, Some(own), _) => Some(vec![own.raw()]),
        (false, _, named) => named.map(|a| vec![a.raw()]),
    };
    let mut kinds = if asked.kinds.is_empty() { DocKind::ALL.to_vec() } else { asked.kinds.clone() };
    if ask::<ReadPerson>(who).is_none() {
        kinds.retain(|k| matches!(k, DocKind::Ticket | DocKind::Message));
    }
    if asked.stage.is_some() {
        kinds.retain(|k| *k == DocKind::Ticket);
    }
    if kinds.is_empty() {
        return None;
    }
    Some(Query {
        text: asked.text.clone(),
        accounts,
        include_internal: ask::<ReadInternal>(who).is_some(),
        kinds,
        product: asked.product.clone(),
        stage: asked.stage.clone(),
        from_us: asked.from.map(At::micros),
        to_us: asked.to.map(At::micros),
        limit: asked.limit.clamp(1, limits::PAGE_MAX) as usize,
        after: asked.after,
    })
}
/// Puts hits this person may see into `found` until there are `wanted`. Returns where it stopped when hits were left.
fn take(tx: &mut Tx, who: &Actor, hits: Vec<Hit>, wanted: usize, found: &mut Vec<Found>) -> Result<Option<Cursor>, Fault> {
    let mut cases: HashMap<u128, Option<Case>> = HashMap::new();
    let mut hits = hits.into_iter().peekable();
    while let Some(hit) = hits.next() {
        let place = hit.place;
        let case = match hit.ticket {
            Some(id) if !cases.contains_key(&id) => {
                let case = store::ticket::find(tx, TicketId::from_raw(id))?.filter(|c| may_see(who, c));
                cases.entry(id).or_insert(case).clone()
            }
            Some(id) => cases.get(&id).cloned().flatten(),
            None => None,
        };
        found.extend(shown(who, hit, case));
        if found.len() >= wanted && hits.peek().is_some() {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
fn shown(who: &Actor, hit: Hit, case: Option<Case>) -> Option<Found> {
    let account = hit.account.map(AccountId::from_raw);
    let thing = match hit.kind {
        DocKind::Ticket => Thing::Ticket(TicketId::from_raw(hit.key)),
        DocKind::Message => Thing::Message(MessageId::from_raw(hit.key)),
        DocKind::Account => Thing::Account(AccountId::from_raw(hit.key)),
        DocKind::Person => Thing::Person(PersonId::from_raw(hit.key)),
    };
    let theirs = match thing {
        Thing::Ticket(_) | Thing::Message(_) => case.is_some(),
        Thing::Account(_) | Thing::Person(_) => who.role.is_staff() || (who.role != Role::Contact && account.is_some() && account == who.account),
    };
    let title = case.as_ref().map_or(hit.title, |c| c.words.subject.clone());
    theirs.then(|| Found { thing, case, account, score: hit.score, title, snippet: hit.snippet, at: At::from_micros(hit.at_us) })
}

/// Nobody's fault who asks: the index is being repaired, or its disk refuses.
impl From<SearchError> for Fault {
    fn from(e: SearchError) -> Fault {
        tracing::warn!(because = %e, "the search index refuses");
        Fault::Busy { code: "search_away", retry_after_s: 5 }
    }
}

#[cfg(test)]
mod tests;
