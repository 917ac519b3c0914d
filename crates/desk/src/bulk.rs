//! One act on many cases. What is possible happens, what is refused is told case by case and harms no other; what can be given back is
//! given back within ten minutes.
use crate::act::{Change, Doing, check_people, check_words, conclude_all, may_see, put_message, tell_board};
use crate::board::Board;
use crate::{Act, Desk, Fault, Flaw};
use domain::kit::{At, BulkId, PersonId, Span, TicketId};
use domain::people::{ActOnTicket, Actor, Leave, WorkOnTicket};
use domain::ticket::{Fact, Snooze, Stage, Ticket, Waking, decide};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::bulk::Bulk;
use store::db::Tx;
use store::ticket::Case;

/// The most cases of one act.
pub const CASES_MAX: usize = 100;
/// How long it may be taken back.
pub const UNDO_WITHIN: Span = Span::minutes(10);
/// What can be done to many at once.
pub const ACTS: &[&str] = &["note", "resolve", "transfer", "raise_severity", "lower_severity", "snooze", "wake", "follow", "unfollow"];
/// Those of them that can be taken back.
const UNDOABLE: &[&str] = &["transfer", "snooze", "wake", "follow", "unfollow"];

/// One of the cases, and what came, or would come, of the act.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: TicketId,
    /// Number and subject; `None` for a case they may not know of.
    pub named: Option<(i64, String)>,
    /// The code of the rule that refuses it.
    pub why: Option<&'static str>,
    pub done: bool,
}
impl Row {
    fn of(id: TicketId, case: Option<&Case>, why: Option<&'static str>, done: bool) -> Row {
        Row { id, named: case.map(|c| (c.number, c.words.subject.clone())), why, done: done && why.is_none() }
    }
}
/// What came of it, in the order the cases were named.
#[derive(Debug, Clone)]
pub struct Ran {
    pub rows: Vec<Row>,
    /// By which it is taken back; `None` where nothing can be.
    pub undo: Option<BulkId>,
}

/// The cases, each once. Errors: Invalid.
fn checked(ids: &[TicketId], doing: &Doing) -> Result<Vec<TicketId>, Fault> {
    let (mut flaws, mut seen) = (Vec::new(), BTreeSet::new());
    if ids.is_empty() {
        flaws.push(Flaw::new("tickets", "empty"));
    }
    if ids.len() > CASES_MAX {
        flaws.push(Flaw::new("tickets", "too_many").with("max", CASES_MAX));
    }
    if !ACTS.contains(&doing.command.key()) {
        flaws.push(Flaw::new("act.act", "unknown_value").with("expected", ACTS.join(", ")));
    }
    if !doing.attachments.is_empty() {
        flaws.push(Flaw::new("act.attachments", "not_for_this_act"));
    }
    if doing.with_children {
        flaws.push(Flaw::new("act.with_children", "not_for_this_act"));
    }
    if !flaws.is_empty() {
        return Err(Fault::Invalid(flaws));
    }
    check_words(doing).map_err(within)?;
    Ok(ids.iter().copied().filter(|id| seen.insert(*id)).collect())
}
/// Flaws of the act are named as they stand in the request.
fn within(fault: Fault) -> Fault {
    match fault {
        Fault::Invalid(flaws) => Fault::Invalid(flaws.into_iter().map(|f| Flaw { field: format!("act.{}", f.field), ..f }).collect()),
        other => other,
    }
}

/// What [`run`] would do as things stand. Errors: Invalid.
pub fn try_out(tx: &mut Tx, desk: &Desk, leave: &Leave<ActOnTicket>, ids: &[TicketId], doing: &Doing, now: At) -> Result<Vec<Row>, Fault> {
    let who = leave.actor();
    let ids = checked(ids, doing)?;
    check_people(tx, &doing.command).map_err(within)?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let case = store::ticket::find(tx, id)?.filter(|c| may_see(who, c));
        let why = match &case {
            None => Some("not_found"),
            Some(c) => decide(&c.ticket, who, &doing.command, &desk.rules().patience, now).err().map(|r| r.key()),
        };
        rows.push(Row::of(id, case.as_ref(), why, false));
    }
    Ok(rows)
}
/// Does it to every case whose rules allow it. Errors: Invalid.
pub fn run(cx: &mut Act, _: &Leave<WorkOnTicket>, leave: &Leave<ActOnTicket>, ids: &[TicketId], doing: &Doing) -> Result<Ran, Fault> {
    let who = leave.actor().clone();
    let ids = checked(ids, doing)?;
    check_people(cx.tx, &doing.command).map_err(within)?;
    let patience = cx.desk.rules().patience;
    let mut held = hold(cx.tx, &who, &ids)?;
    let (mut rows, mut changes) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        let Some(case) = held.remove(&id) else {
            rows.push(Row::of(id, None, Some("not_found"), false));
            continue;
        };
        match decide(&case.ticket, &who, &doing.command, &patience, cx.now) {
            Err(refusal) => rows.push(Row::of(id, Some(&case), Some(refusal.key()), false)),
            Ok(facts) => {
                rows.push(Row::of(id, Some(&case), None, true));
                let message = put_message(cx, &case, &who, doing)?;
                changes.push(change(cx, case, &who, facts, message)?);
            }
        }
    }
    let before: Vec<Stand> = changes.iter().map(|c| Stand::of(&c.before.ticket, who.person)).collect();
    let after = conclude_all(cx, changes)?;
    let kept: Vec<Kept> = after
        .iter()
        .zip(before)
        .map(|(case, before)| Kept { ticket: case.ticket.id.to_string(), before, after: Stand::of(&case.ticket, who.person) })
        .collect();
    let act = doing.command.key();
    let undo = if kept.is_empty() || !UNDOABLE.contains(&act) { None } else { Some(keep(cx, who.person, act, &kept)?) };
    Ok(Ran { rows, undo })
}
/// The cases one may know of, held; in the order of their ids, so that two who act on the same ones do not wait for each other in a ring.
fn hold(tx: &mut Tx, who: &Actor, ids: &[TicketId]) -> Result<BTreeMap<TicketId, Case>, Fault> {
    let mut held = BTreeMap::new();
    for id in ids.iter().copied().collect::<BTreeSet<_>>() {
        held.extend(store::ticket::find_locked(tx, id)?.filter(|c| may_see(who, c)).map(|c| (id, c)));
    }
    Ok(held)
}
fn change(cx: &mut Act, before: Case, who: &Actor, facts: Vec<Fact>, message: Option<domain::kit::MessageId>) -> Result<Change, Fault> {
    let mut board = Board::load(cx.tx, before.ticket.id, cx.desk.shelves())?;
    let actor = Some(who.person);
    let (case, lines) = tell_board(cx, before.clone(), actor, &facts, message, &mut board)?;
    Ok(Change { before, case, board, lines, actor, facts })
}

/// What can be given back of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stand {
    handler: Option<String>,
    tier: u8,
    snoozed: Option<(i64, String, String)>,
    /// Whether the person who acts follows it.
    following: bool,
}
impl Stand {
    fn of(t: &Ticket, who: PersonId) -> Stand {
        Stand {
            handler: t.handler.map(|h| h.to_string()),
            tier: t.tier,
            snoozed: t.snoozed.as_ref().map(|s| (s.until.micros(), s.by.to_string(), s.reason.clone())),
            following: t.followers.contains(&who),
        }
    }
    fn snooze(&self) -> Option<Snooze> {
        let (until, by, reason) = self.snoozed.clone()?;
        Some(Snooze { until: At::from_micros(until), by: by.parse().ok()?, reason })
    }
}
/// A case before and after the act.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    ticket: String,
    before: Stand,
    after: Stand,
}
fn keep(cx: &mut Act, by: PersonId, act: &str, kept: &[Kept]) -> Result<BulkId, Fault> {
    let body = serde_json::to_string(kept).map_err(Fault::internal)?;
    let bulk = Bulk { id: cx.fresh(), by, at: cx.now, act: act.into(), body, undone_at: None };
    store::bulk::put_new(cx.tx, &bulk)?;
    Ok(bulk.id)
}

/// Gives back handler, tier, time laid aside and following to every case that still stands as the act left it. Only whoever acted may.
/// Errors: NotFound, Refused `bulk.…`.
pub fn undo(cx: &mut Act, _: &Leave<WorkOnTicket>, leave: &Leave<ActOnTicket>, id: BulkId) -> Result<Vec<Row>, Fault> {
    let who = leave.actor().clone();
    let bulk = store::bulk::find(cx.tx, id)?.filter(|b| b.by == who.person).ok_or(Fault::NotFound)?;
    if cx.now - bulk.at > UNDO_WITHIN {
        return Err(Fault::refused("bulk.too_late"));
    }
    if !store::bulk::undo(cx.tx, id, cx.now)? {
        return Err(Fault::refused("bulk.undone"));
    }
    let kept: Vec<Kept> = serde_json::from_str(&bulk.body).map_err(Fault::internal)?;
    let ids: Vec<TicketId> = kept.iter().filter_map(|k| k.ticket.parse().ok()).collect();
    let mut held = hold(cx.tx, &who, &ids)?;
    let (mut rows, mut changes) = (Vec::with_capacity(ids.len()), Vec::new());
    for (id, kept) in ids.into_iter().zip(&kept) {
        let Some(case) = held.remove(&id) else {
            rows.push(Row::of(id, None, Some("not_found"), false));
            continue;
        };
        match back(cx.tx, &case.ticket, kept, who.person, cx.now)? {
            Err(why) => rows.push(Row::of(id, Some(&case), Some(why), false)),
            Ok(facts) => {
                rows.push(Row::of(id, Some(&case), None, true));
                changes.push(change(cx, case, &who, facts, None)?);
            }
        }
    }
    conclude_all(cx, changes)?;
    Ok(rows)
}
/// What brings a case back to where it stood, or the code why that cannot be.
fn back(tx: &mut Tx, t: &Ticket, kept: &Kept, who: PersonId, now: At) -> Result<Result<Vec<Fact>, &'static str>, Fault> {
    let (before, present) = (&kept.before, Stand::of(t, who));
    if present != kept.after {
        return Ok(Err("bulk.changed_meanwhile"));
    }
    let mut facts = Vec::new();
    if (&present.handler, present.tier) != (&before.handler, before.tier) {
        facts.push(match before.handler.as_deref().and_then(|h| h.parse::<PersonId>().ok()) {
            None => Fact::PutBack { by: who, from: t.handler, tier: before.tier },
            Some(to) if store::person::find(tx, to)?.is_some_and(|p| p.active) => {
                Fact::Transferred { from: t.handler, to, tier: before.tier, reason: BACK.into() }
            }
            Some(_) => return Ok(Err("person.disabled")),
        });
    }
    match before.snooze() {
        None if t.snoozed.is_some() => facts.push(Fact::Woken { why: Waking::Hand }),
        Some(s) if before.snoozed != present.snoozed && s.until > now => facts.push(Fact::Snoozed { by: s.by, until: s.until, reason: s.reason }),
        _ => {}
    }
    if t.stage == Stage::Closed && !facts.is_empty() {
        return Ok(Err("ticket.already_closed"));
    }
    match (before.following, present.following) {
        (true, false) => facts.push(Fact::Followed { who }),
        (false, true) => facts.push(Fact::Unfollowed { who }),
        _ => {}
    }
    Ok(Ok(facts))
}
/// The reason a case that is given back says; a sign, for there are no sentences here.
const BACK: &str = "↩";
