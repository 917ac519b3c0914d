//! Cases that have to do with each other: parts of a whole, and related ones. A tie is seen from both sides, and by whoever may see both.
use crate::act::{Change, conclude, may_see};
use crate::board::Board;
use crate::log::Line;
use crate::{Act, Fault};
use domain::kit::TicketId;
use domain::people::{Actor, Leave, LinkTickets};
use serde_json::json;
use store::db::Tx;
use store::log::Audience;
use store::ticket::{CHILDREN_MAX, Case};

/// What another case is to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    Parent,
    Child,
    Related,
    /// The case this one was taken out of.
    SplitFrom,
    SplitInto,
    /// The case this one goes on in.
    MergedInto,
    MergedFrom,
}
impl Tie {
    pub const ALL: &[Tie] = &[Tie::Parent, Tie::Child, Tie::Related, Tie::SplitFrom, Tie::SplitInto, Tie::MergedInto, Tie::MergedFrom];
    pub fn key(self) -> &'static str {
        match self {
            Tie::Parent => "parent",
            Tie::Child => "child",
            Tie::Related => "related",
            Tie::SplitFrom => "split_from",
            Tie::SplitInto => "split_into",
            Tie::MergedInto => "merged_into",
            Tie::MergedFrom => "merged_from",
        }
    }
    pub fn parse(key: &str) -> Option<Tie> {
        Tie::ALL.iter().copied().find(|t| t.key() == key)
    }
    /// The same tie seen from the other case.
    pub fn back(self) -> Tie {
        match self {
            Tie::Parent => Tie::Child,
            Tie::Child => Tie::Parent,
            Tie::Related => Tie::Related,
            Tie::SplitFrom => Tie::SplitInto,
            Tie::SplitInto => Tie::SplitFrom,
            Tie::MergedInto => Tie::MergedFrom,
            Tie::MergedFrom => Tie::MergedInto,
        }
    }
}
/// Another case, and what it is to this one.
#[derive(Debug, Clone)]
pub struct Tied {
    pub tie: Tie,
    pub case: Case,
}

/// Ties two cases; the other is `tie` to the first. Returns the first as it is now. Errors: NotFound, Refused `link.…`.
pub fn tie(cx: &mut Act, leave: &Leave<LinkTickets>, id: TicketId, other: TicketId, tie: Tie) -> Result<Case, Fault> {
    let who = leave.actor().clone();
    let (first, second) = both(cx, &who, id, other)?;
    match tie {
        Tie::Parent => adopt(cx, &who, first, Some(second))?,
        Tie::Child => adopt(cx, &who, second, Some(first))?,
        _ => {
            let pair = (Tie::Related.key(), Tie::Related.key());
            if store::link::list_of_ticket(cx.tx, id)?.len() >= store::link::LINKS_MAX as usize {
                return Err(Fault::refused("link.too_many"));
            }
            if !store::link::put_pair(cx.tx, id, other, pair, who.person, cx.now)? {
                return Err(Fault::refused("link.already"));
            }
            note(cx, &who, &first, &second, "ticket.linked", Tie::Related)?;
        }
    }
    store::ticket::find(cx.tx, id)?.ok_or(Fault::NotFound)
}
/// Unties two cases. Errors: NotFound, Refused `link.not_tied`.
pub fn untie(cx: &mut Act, leave: &Leave<LinkTickets>, id: TicketId, other: TicketId, tie: Tie) -> Result<Case, Fault> {
    let who = leave.actor().clone();
    let (first, second) = both(cx, &who, id, other)?;
    match tie {
        Tie::Parent if first.ticket.parent == Some(other) => adopt(cx, &who, first, None)?,
        Tie::Child if second.ticket.parent == Some(id) => adopt(cx, &who, second, None)?,
        Tie::Related if store::link::drop_pair(cx.tx, id, other, (tie.key(), tie.key()))? => {
            note(cx, &who, &first, &second, "ticket.unlinked", Tie::Related)?;
        }
        _ => return Err(Fault::refused("link.not_tied")),
    }
    store::ticket::find(cx.tx, id)?.ok_or(Fault::NotFound)
}
/// Both cases, held; in the order of their ids, so that two who tie the same ones do not wait for each other in a ring.
pub(crate) fn both(cx: &mut Act, who: &Actor, id: TicketId, other: TicketId) -> Result<(Case, Case), Fault> {
    if id == other {
        return Err(Fault::refused("link.itself"));
    }
    let mut held = |id| -> Result<Case, Fault> { store::ticket::find_locked(cx.tx, id)?.filter(|c| may_see(who, c)).ok_or(Fault::NotFound) };
    let (low, high) = (held(id.min(other))?, held(id.max(other))?);
    Ok(if id < other { (low, high) } else { (high, low) })
}
/// Gives a case another parent, or none. One level only: a part has no parts, and one whole.
fn adopt(cx: &mut Act, who: &Actor, child: Case, parent: Option<Case>) -> Result<(), Fault> {
    let (id, old) = (child.ticket.id, child.ticket.parent);
    if let Some(parent) = &parent {
        match old {
            Some(now) if now == parent.ticket.id => return Err(Fault::refused("link.already")),
            Some(_) => return Err(Fault::refused("link.has_parent")),
            None => {}
        }
        let is_whole = !store::ticket::list_children(cx.tx, id)?.is_empty();
        if is_whole || parent.ticket.parent.is_some() {
            return Err(Fault::refused("link.two_levels"));
        }
        if store::ticket::list_children(cx.tx, parent.ticket.id)?.len() >= CHILDREN_MAX as usize {
            return Err(Fault::refused("link.too_many"));
        }
    }
    let (key, whole) = match (&parent, old) {
        (Some(parent), _) => ("ticket.linked", parent.clone()),
        (None, Some(old)) => ("ticket.unlinked", store::ticket::find_locked(cx.tx, old)?.ok_or(Fault::NotFound)?),
        (None, None) => return Ok(()),
    };
    let mut after = child.clone();
    after.ticket.parent = parent.map(|p| p.ticket.id);
    write(cx, &child, after, vec![line(who, &child, &whole, key, Tie::Parent)])?;
    let lines = vec![line(who, &whole, &child, key, Tie::Child)];
    write(cx, &whole, whole.clone(), lines)
}
/// A line on both cases.
pub(crate) fn note(cx: &mut Act, who: &Actor, first: &Case, second: &Case, key: &'static str, tie: Tie) -> Result<(), Fault> {
    write(cx, first, first.clone(), vec![line(who, first, second, key, tie)])?;
    write(cx, second, second.clone(), vec![line(who, second, first, key, tie.back())])
}
/// The vendor's people see it: the other case may be another customer's.
fn line(who: &Actor, of: &Case, other: &Case, key: &'static str, tie: Tie) -> Line {
    Line {
        account: Some(of.ticket.account),
        ticket: Some(of.ticket.id),
        actor: Some(who.person),
        key,
        audience: Audience::Staff,
        body: json!({"kind": tie.key(), "ticket": other.ticket.id.to_string(), "number": other.number}),
    }
}
/// Writes a case whose clocks hear nothing of the change.
pub(crate) fn write(cx: &mut Act, before: &Case, after: Case, lines: Vec<Line>) -> Result<(), Fault> {
    let board = Board::load(cx.tx, before.ticket.id, cx.desk.shelves())?;
    let actor = lines.first().and_then(|l| l.actor);
    conclude(cx, Change { before: before.clone(), case: after, board, lines, actor, facts: Vec::new() }).map(|_| ())
}

/// Everything a case is tied to that this person may see: its whole, its parts, what it was merged with, then the others.
pub fn ties(tx: &mut Tx, who: &Actor, case: &Case) -> Result<Vec<Tied>, Fault> {
    let id = case.ticket.id;
    let mut all = Vec::new();
    if let Some(parent) = case.ticket.parent {
        all.extend(store::ticket::find(tx, parent)?.map(|case| Tied { tie: Tie::Parent, case }));
    }
    all.extend(store::ticket::list_children(tx, id)?.into_iter().map(|case| Tied { tie: Tie::Child, case }));
    if let Some(into) = case.ticket.merged_into {
        all.extend(store::ticket::find(tx, into)?.map(|case| Tied { tie: Tie::MergedInto, case }));
    }
    for from in store::merge::list_into(tx, id)? {
        all.extend(store::ticket::find(tx, from)?.map(|case| Tied { tie: Tie::MergedFrom, case }));
    }
    for link in store::link::list_of_ticket(tx, id)? {
        let Some(tie) = Tie::parse(&link.kind) else { continue };
        all.extend(store::ticket::find(tx, link.other)?.map(|case| Tied { tie, case }));
    }
    all.retain(|t| may_see(who, &t.case));
    Ok(all)
}
