//! The one door for acts on a case: load, decide, apply, let the clocks hear, save everything in one transaction.
use crate::board::{Board, Subject, clock_id};
use crate::log::Line;
use crate::notify::{self, Bag};
use crate::{Act, Fault, Flaw, ladder, limits, log};
use domain::kit::{At, AttachmentId, ClockId, MessageId, PersonId, TicketId};
use domain::people::{Actor, Leave, Role};
use domain::promise::{Because, Kind, What};
use domain::ticket::{Command, Fact, decide};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::db::Tx;
use store::log::Audience;
use store::message::{Message, MessageKind};
use store::ticket::Case;

/// What somebody does, with the words that go with it.
#[derive(Debug, Clone)]
pub struct Doing {
    pub command: Command,
    /// The text of a reply, note or resolution; a reply and a note need one.
    pub body: Option<String>,
    pub attachments: Vec<AttachmentId>,
    /// The version of the case the person has seen; `None`: whatever it is now.
    pub seen_version: Option<u32>,
    /// Language of the text, BCP 47.
    pub language: String,
    /// A reply is told to the open parts of the case as well, a resolution resolves them first: all or nothing.
    pub with_children: bool,
}
impl Doing {
    pub fn new(command: Command) -> Doing {
        Doing { command, body: None, attachments: Vec::new(), seen_version: None, language: "zh-CN".into(), with_children: false }
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Done {
    pub case: Case,
    pub message: Option<MessageId>,
    /// Position of the last log entry: an event stream read from here misses nothing.
    pub pos: i64,
}

/// May this person know that the case exists? Contacts know their own, managers their account's, staff all.
pub fn may_see(who: &Actor, case: &Case) -> bool {
    who.may_know(case.ticket.account) && (who.role != Role::Contact || case.ticket.requester == who.person)
}

/// Acts on a case. Errors: NotFound (not theirs to know), Forbidden, Refused with the rule's code, Stale, Invalid.
pub fn act(cx: &mut Act, leave: &Leave<domain::people::ActOnTicket>, id: TicketId, doing: &Doing) -> Result<Done, Fault> {
    let who = leave.actor().clone();
    let case = store::ticket::find_locked(cx.tx, id)?.filter(|c| may_see(&who, c)).ok_or(Fault::NotFound)?;
    if doing.seen_version.is_some_and(|seen| seen != case.ticket.version) {
        return Err(Fault::Stale { current: case.ticket.version });
    }
    check_words(doing)?;
    let case = if doing.with_children { children_first(cx, &who, case, doing)? } else { case };
    let (case, message) = perform(cx, &who, case, doing)?;
    if message.is_some() {
        store::presence::drop_draft(cx.tx, who.person, id)?;
    }
    Ok(Done { case, message, pos: cx.pos })
}
/// An act on a case that is there, by somebody who may see it.
pub(crate) fn perform(cx: &mut Act, who: &Actor, case: Case, doing: &Doing) -> Result<(Case, Option<MessageId>), Fault> {
    let patience = cx.desk.rules().patience;
    let facts = decide(&case.ticket, who, &doing.command, &patience, cx.now)?;
    check_people(cx.tx, &doing.command)?;
    if doing.command == Command::Boost {
        crate::quota::take_boost(cx, &case, who.person)?;
    }
    let message = put_message(cx, &case, who, doing)?;
    let case = happen(cx, case, Some(who.person), &facts, message)?;
    Ok((case, message))
}
/// The same act on every open part of a case, one message a part; files stay with the case they were uploaded to. A part that refuses
/// refuses the whole. Returns the case as its parts have left it.
fn children_first(cx: &mut Act, who: &Actor, case: Case, doing: &Doing) -> Result<Case, Fault> {
    let asked = matches!(doing.command, Command::Resolve { .. } | Command::Reply { .. });
    if !who.role.is_staff() || !asked {
        return Err(Fault::invalid("with_children", "not_for_this_act"));
    }
    let same = Doing { attachments: Vec::new(), seen_version: None, with_children: false, ..doing.clone() };
    for id in store::ticket::list_open_children(cx.tx, case.ticket.id)? {
        let Some(child) = store::ticket::find_locked(cx.tx, id)? else { continue };
        perform(cx, who, child, &same)?;
    }
    store::ticket::find(cx.tx, case.ticket.id)?.ok_or(Fault::NotFound)
}

pub(crate) fn check_words(doing: &Doing) -> Result<(), Fault> {
    let mut flaws = Vec::new();
    let needs_words = matches!(doing.command, Command::Reply { .. } | Command::Note);
    match doing.body.as_deref().map(str::trim) {
        None | Some("") if needs_words => flaws.push(Flaw::new("body", "missing")),
        Some(text) if text.len() > limits::MESSAGE_BYTES_MAX => {
            flaws.push(Flaw::new("body", "too_long").with("max", limits::MESSAGE_BYTES_MAX).with("unit", "bytes"));
        }
        _ => {}
    }
    if doing.attachments.len() > limits::ATTACHMENTS_A_MESSAGE_MAX {
        flaws.push(Flaw::new("attachments", "too_many").with("max", limits::ATTACHMENTS_A_MESSAGE_MAX));
    }
    if doing.body.as_deref().is_some_and(|b| b.contains('\0')) {
        flaws.push(Flaw::new("body", "control_character"));
    }
    for (field, text) in reasons(&doing.command) {
        if text.contains('\0') {
            flaws.push(Flaw::new(field, "control_character"));
        }
        if text.chars().count() > limits::FIELD_CHARS_MAX {
            flaws.push(Flaw::new(field, "too_long").with("max", limits::FIELD_CHARS_MAX).with("unit", "characters"));
        }
    }
    if flaws.is_empty() { Ok(()) } else { Err(Fault::Invalid(flaws)) }
}
fn reasons(command: &Command) -> Vec<(&'static str, &str)> {
    match command {
        Command::Resolve { cause } => vec![("cause", cause)],
        Command::Withdraw { reason }
        | Command::Reopen { reason }
        | Command::Transfer { reason, .. }
        | Command::HandOver { reason, .. }
        | Command::Snooze { reason, .. }
        | Command::LowerSeverity { reason, .. } => vec![("reason", reason)],
        Command::Consult { question, .. } => vec![("question", question)],
        Command::AskPerson { why } => vec![("why", why)],
        _ => Vec::new(),
    }
}
/// Whoever is named must be somebody who answers cases and is still with us.
pub(crate) fn check_people(tx: &mut Tx, command: &Command) -> Result<(), Fault> {
    let (field, named) = match command {
        Command::Transfer { to, .. } | Command::HandOver { to, .. } => ("to", *to),
        Command::Consult { expert, .. } => ("expert", *expert),
        _ => return Ok(()),
    };
    match store::person::find(tx, named)? {
        Some(p) if p.active && p.role.answers() => Ok(()),
        _ => Err(Fault::invalid(field, "nobody_who_answers")),
    }
}

pub(crate) fn put_message(cx: &mut Act, case: &Case, who: &Actor, doing: &Doing) -> Result<Option<MessageId>, Fault> {
    let kind = match doing.command {
        Command::Note => MessageKind::Internal,
        _ => MessageKind::Public,
    };
    let Some(body) = doing.body.as_deref().filter(|b| !b.trim().is_empty()) else {
        return if doing.attachments.is_empty() { Ok(None) } else { Err(Fault::invalid("body", "missing")) };
    };
    let id: MessageId = cx.fresh();
    let message =
        Message { id, ticket: case.ticket.id, author: Some(who.person), kind, body: body.to_string(), at: cx.now, language: doing.language.clone() };
    store::message::put_new(cx.tx, &message)?;
    for (i, attachment) in doing.attachments.iter().enumerate() {
        if !store::attachment::send_with(cx.tx, *attachment, id, kind == MessageKind::Internal, case.ticket.id, who.person)? {
            return Err(Fault::invalid(format!("attachments[{i}]"), "unknown"));
        }
    }
    Ok(Some(id))
}

/// Lets facts happen to a case: state, clocks, log, notices, outbox, counters. The one place that writes a case.
pub(crate) fn happen(cx: &mut Act, before: Case, actor: Option<PersonId>, facts: &[Fact], message: Option<MessageId>) -> Result<Case, Fault> {
    if facts.is_empty() && message.is_none() {
        return Ok(before);
    }
    let mut board = Board::load(cx.tx, before.ticket.id, cx.desk.shelves())?;
    let (case, lines) = tell_board(cx, before.clone(), actor, facts, message, &mut board)?;
    conclude(cx, Change { before, case, board, lines, actor, facts: facts.to_vec() })
}

/// A change to a case, decided and not yet written.
pub(crate) struct Change {
    pub before: Case,
    pub case: Case,
    /// Its clocks, with what they did on the way.
    pub board: Board,
    /// What the log will say beside what the clocks did.
    pub lines: Vec<Line>,
    pub actor: Option<PersonId>,
    pub facts: Vec<Fact>,
}
impl Change {
    /// Nothing happened but what the clocks did.
    pub fn of_clocks(before: Case, board: Board) -> Change {
        Change { case: before.clone(), before, board, lines: Vec::new(), actor: None, facts: Vec::new() }
    }
}
/// The end of every change to a case: what its clocks did on the way is settled and written, and whoever they call is told.
pub(crate) fn conclude(cx: &mut Act, change: Change) -> Result<Case, Fault> {
    conclude_all(cx, vec![change])?.pop().ok_or_else(|| Fault::internal("a change came to nothing"))
}
/// As [`conclude`] for many cases: what is alike goes to the database together, and whoever is called is looked up once.
pub(crate) fn conclude_all(cx: &mut Act, mut changes: Vec<Change>) -> Result<Vec<Case>, Fault> {
    let (mut bag, mut calls) = (Bag::default(), Vec::with_capacity(changes.len()));
    for c in &mut changes {
        calls.push(ladder::climb(cx, &mut bag.people, &c.case, &mut c.board, &mut c.lines)?);
        settle(cx.now, Some(&c.before), &mut c.case, &c.board, &mut c.lines);
    }
    Board::save_all(cx.tx, changes.iter().map(|c| (c.case.ticket.id, c.case.ticket.account, &c.board)))?;
    store::ticket::put_all(cx.tx, &changes.iter().map(|c| &c.case).collect::<Vec<_>>())?;
    let lines: Vec<Vec<Line>> = changes.iter_mut().map(|c| std::mem::take(&mut c.lines)).collect();
    let settled = changes.iter().zip(lines).zip(calls);
    let settled =
        settled.map(|((c, lines), calls)| Settled { before: Some(&c.before), case: &c.case, lines, actor: c.actor, facts: &c.facts, calls });
    finish_all(cx, bag, settled.collect())?;
    Ok(changes.into_iter().map(|c| c.case).collect())
}

/// Applies facts and lets the board hear them; the lines are what the log will say.
pub(crate) fn tell_board(
    cx: &mut Act,
    mut case: Case,
    actor: Option<PersonId>,
    facts: &[Fact],
    message: Option<MessageId>,
    board: &mut Board,
) -> Result<(Case, Vec<Line>), Fault> {
    let shelves = cx.desk.shelves();
    let now = cx.now;
    let book = shelves.book(&case.plan);
    let mut dice = cx.dice.clone();
    let mut lines = Vec::new();
    let carries_words =
        |fact: &Fact| matches!(fact, Fact::Replied { .. } | Fact::CustomerReplied { .. } | Fact::Noted { .. } | Fact::Opened | Fact::Resolved { .. });
    // Words sent along with another act, a transfer for example, go with its first fact: whoever follows the log must hear of them.
    let sent_along = !facts.iter().any(carries_words);
    for (n, fact) in facts.iter().enumerate() {
        case.ticket = domain::ticket::apply(case.ticket, fact, now);
        if let Some(heard) = fact.heard(now) {
            let ticket = case.ticket.clone();
            board.hear(&heard, book, &Subject::of(&ticket), now, shelves, &mut || clock_id(now, &mut dice));
            // A promise that begins while the case waits (a boost) waits with it.
            if let (Fact::Boosted { .. }, Some(wait)) = (fact, domain::ticket::standing_wait(&ticket, now)) {
                board.hear(&wait, None, &Subject::of(&ticket), now, shelves, &mut || clock_id(now, &mut dice));
            }
        }
        if let (Some(book), Some(because)) = (book, graver(fact)) {
            board.tighten(book, &Subject::of(&case.ticket), because, now, shelves);
        }
        if let (Some(book), Fact::SeverityLowered { .. }) = (book, fact) {
            let tx = &mut *cx.tx;
            board.loosen(book, &Subject::of(&case.ticket), now, shelves, &mut |id| Ok(store::clock::list_events(tx, id, shelves)?))?;
        }
        if let Fact::Resolved { cause, .. } = fact {
            case.cause = cause.clone();
        }
        lines.push(Line {
            account: Some(case.ticket.account),
            ticket: Some(case.ticket.id),
            actor,
            key: fact.key(),
            audience: if fact.is_internal() { Audience::Staff } else { Audience::Public },
            body: fact_body(fact, message.filter(|_| carries_words(fact) || sent_along && n == 0)),
        });
    }
    cx.dice = dice;
    if message.is_some() {
        case.messages += 1;
    }
    Ok((case, lines))
}
fn graver(fact: &Fact) -> Option<Because> {
    matches!(fact, Fact::SeverityRaised { .. } | Fact::Boosted { .. }).then_some(Because::SeverityRaised)
}

/// What the clocks did: their lines, the case's nearest due, its next version. Writes nothing.
pub(crate) fn settle(now: At, before: Option<&Case>, case: &mut Case, board: &Board, lines: &mut Vec<Line>) {
    case.next_due_at = board.next_due_at();
    case.broken = board.broken();
    case.updated_at = now;
    case.ticket.version = before.map_or(1, |b| b.ticket.version + 1);
    for seat in &board.seats {
        lines.extend(seat.fresh.iter().map(|event| clock_line(case, seat.id, &seat.clock, event)));
    }
}
fn clock_line(case: &Case, id: ClockId, clock: &domain::promise::Clock, event: &domain::promise::Event) -> Line {
    let key = match event.what {
        What::Activated { .. } => "clock.activated",
        What::Warned { .. } => "clock.warned",
        What::Escalated { .. } => "clock.escalated",
        What::Paused { .. } => "clock.paused",
        What::Resumed { .. } => "clock.resumed",
        What::Fulfilled => "clock.fulfilled",
        What::Breached { .. } => "clock.breached",
        What::Retargeted { .. } => "clock.retargeted",
        What::Agreed { .. } => "clock.agreed",
        What::Cancelled => "clock.cancelled",
        What::Waived { .. } => "clock.waived",
    };
    // Warnings and calls up the ladder are the house's own business; what was promised, kept and broken is the customer's too.
    let inside = clock.terms.kind == Kind::Internal || matches!(event.what, What::Warned { .. } | What::Escalated { .. });
    Line {
        account: Some(case.ticket.account),
        ticket: Some(case.ticket.id),
        actor: match &event.what {
            What::Waived { by, .. } => by.parse().ok(),
            _ => None,
        },
        key,
        audience: if inside { Audience::Staff } else { Audience::Public },
        body: json!({
            "clock": id.to_string(),
            "promise": clock.terms.key,
            "row": clock.terms.row,
            "plan": clock.terms.plan,
            "cycle": clock.cycle,
            "at": event.at.to_string(),
            "due_at": clock.due_at.map(|d| d.to_string()),
            "more": event_more(&event.what, clock),
        }),
    }
}
fn event_more(what: &What, clock: &domain::promise::Clock) -> Value {
    match what {
        What::Warned { mark } => json!({"mark": mark}),
        What::Escalated { rung } => json!({"rung": rung, "tell": clock.terms.ladder.get(*rung as usize).map(|r| r.tell.as_str())}),
        What::Paused { why } => json!({"why": why.key()}),
        What::Retargeted { because, .. } => json!({"because": because.key()}),
        What::Waived { reason, by } => json!({"reason": reason, "by": by}),
        _ => Value::Null,
    }
}

/// A case that is written, and what is still to be said of it.
pub(crate) struct Settled<'a> {
    /// `None`: it is new.
    pub before: Option<&'a Case>,
    pub case: &'a Case,
    pub lines: Vec<Line>,
    pub actor: Option<PersonId>,
    pub facts: &'a [Fact],
    pub calls: Vec<ladder::Call>,
}
/// Log, notices, outbox, load and view counters of saved cases.
pub(crate) fn finish_all(cx: &mut Act, mut bag: Bag, mut all: Vec<Settled>) -> Result<(), Fault> {
    let lines: Vec<Vec<Line>> = all.iter_mut().map(|s| std::mem::take(&mut s.lines)).collect();
    let said = |lines: &Vec<Line>| lines.iter().map(|l| (l.key, l.audience, l.body.clone())).collect::<Vec<_>>();
    let heard = !cx.desk.webhooks().is_empty();
    let told: Vec<_> = lines.iter().map(|lines| if heard { said(lines) } else { Vec::new() }).collect();
    let positions = log::write_all(cx, lines)?;
    let pairs: Vec<_> = all.iter().map(|s| (s.before, Some(s.case))).collect();
    move_loads(cx, &pairs)?;
    for s in &all {
        move_children(cx, s.before, s.case)?;
    }
    crate::view::moved_all(cx, &pairs)?;
    let newest = cx.pos;
    for ((s, told), pos) in all.into_iter().zip(told).zip(positions) {
        // A letter names the line it is about.
        cx.pos = pos.unwrap_or(newest);
        notify::of_facts(cx, &mut bag, s.case, s.actor, s.facts)?;
        notify::of_webhooks(cx, &mut bag, s.case, &told);
        ladder::tell(cx, &mut bag, s.case, s.calls)?;
    }
    cx.pos = newest;
    cx.tx.nudge("clock");
    bag.post(cx)
}
/// The handler of an open case carries it; nobody else does.
pub(crate) fn move_loads(cx: &mut Act, cases: &[(Option<&Case>, Option<&Case>)]) -> Result<(), Fault> {
    let carrier = |c: &Case| c.ticket.handler.filter(|_| c.ticket.stage.is_open());
    // In the order of ids, so that two acts moving load between the same two people do not wait for each other in a ring.
    let mut moves: BTreeMap<PersonId, (i64, bool)> = BTreeMap::new();
    for (before, after) in cases {
        let (old, new) = (before.and_then(carrier), after.and_then(carrier));
        if let Some(person) = old.filter(|_| old != new) {
            moves.entry(person).or_default().0 -= 1;
        }
        if let Some(person) = new.filter(|_| old != new) {
            let (by, assigned) = moves.entry(person).or_default();
            (*by, *assigned) = (*by + 1, true);
        }
    }
    for (person, (by, assigned)) in moves {
        store::person::add_load(cx.tx, person, by, assigned.then_some(cx.now))?;
    }
    Ok(())
}

/// A parent knows how many of its parts are open.
fn move_children(cx: &mut Act, before: Option<&Case>, case: &Case) -> Result<(), Fault> {
    let whole = |c: &Case| c.ticket.parent.filter(|_| c.ticket.stage.is_open());
    let (old, new) = (before.and_then(whole), whole(case));
    if old == new {
        return Ok(());
    }
    for (parent, by) in old.map(|p| (p, -1)).into_iter().chain(new.map(|p| (p, 1))) {
        store::ticket::move_open_children(cx.tx, parent, by)?;
    }
    Ok(())
}

/// A case follows its account to another plan version (I7).
pub(crate) fn change_plan(cx: &mut Act, id: TicketId, plan: &str) -> Result<(), Fault> {
    let Some(before) = store::ticket::find_locked(cx.tx, id)?.filter(|c| c.plan != plan) else { return Ok(()) };
    let shelves = cx.desk.shelves();
    let book = shelves.book(plan).ok_or_else(|| Fault::internal(format!("plan {plan} is not on the shelf")))?;
    let mut board = Board::load(cx.tx, id, shelves)?;
    board.tighten(book, &Subject::of(&before.ticket), Because::PlanChanged, cx.now, shelves);
    let lines = vec![Line {
        account: Some(before.ticket.account),
        ticket: Some(id),
        actor: None,
        key: "ticket.plan_changed",
        audience: Audience::Public,
        body: json!({"from": before.plan, "to": plan}),
    }];
    let case = Case { plan: plan.to_string(), ..before.clone() };
    conclude(cx, Change { before, case, board, lines, actor: None, facts: Vec::new() }).map(|_| ())
}

/// A fact as the log and webhooks carry it. Ids as TypeIDs, instants RFC 3339; no words of the case.
pub fn fact_body(fact: &Fact, message: Option<MessageId>) -> Value {
    let id = |p: &PersonId| p.to_string();
    let at = |a: &At| a.to_string();
    let mut body = match fact {
        Fact::Opened | Fact::WaitEnded | Fact::LowerDeclined => json!({}),
        Fact::Assigned { to, why } => json!({"to": id(to), "why": why}),
        Fact::AnsweredFirst { by }
        | Fact::Replied { by }
        | Fact::Noted { by }
        | Fact::CustomerReplied { by }
        | Fact::Confirmed { by }
        | Fact::Boosted { by } => {
            json!({"by": id(by)})
        }
        Fact::WaitBegan { why, announce_at } => json!({"why": why.key(), "announce_at": announce_at.as_ref().map(at)}),
        Fact::TimeoutAnnounced { closes_at } => json!({"closes_at": at(closes_at)}),
        Fact::Resolved { by, cause, closes_at } => json!({"by": id(by), "cause": cause, "closes_at": at(closes_at)}),
        Fact::Closed { how } => json!({"how": how.key()}),
        Fact::Reopened { by, reason } => json!({"by": id(by), "reason": reason}),
        Fact::Transferred { from, to, tier, reason } => json!({"from": from.as_ref().map(id), "to": id(to), "tier": tier, "reason": reason}),
        Fact::PutBack { by, from, tier } => json!({"by": id(by), "from": from.as_ref().map(id), "tier": tier}),
        Fact::HandedOver { from, to, reason } => json!({"from": from.as_ref().map(id), "to": id(to), "reason": reason}),
        Fact::Consulted { by, expert, question } => json!({"by": id(by), "expert": id(expert), "question": question}),
        Fact::HelperJoined { who } | Fact::HelperLeft { who } | Fact::Followed { who } | Fact::Unfollowed { who } => json!({"who": id(who)}),
        Fact::Snoozed { by, until, reason } => json!({"by": id(by), "until": at(until), "reason": reason}),
        Fact::Merged { by, into } => json!({"by": id(by), "into": into.to_string()}),
        Fact::Unmerged { by, from, .. } => json!({"by": id(by), "from": from.to_string()}),
        Fact::Absorbed { by, other, .. } | Fact::Released { by, other } => json!({"by": id(by), "other": other.to_string()}),
        Fact::Woken { why } => json!({"why": why.key()}),
        Fact::PersonAsked { by, why } => json!({"by": id(by), "why": why}),
        Fact::UpdateAgreed { until } => json!({"until": at(until)}),
        Fact::SeverityRaised { from, to } => json!({"from": from.key(), "to": to.key()}),
        Fact::LowerProposed { to, reason } => json!({"to": to.key(), "reason": reason}),
        Fact::SeverityLowered { from, to, reason, agreed_by } => {
            json!({"from": from.key(), "to": to.key(), "reason": reason, "agreed_by": id(agreed_by)})
        }
    };
    if let Some(message) = message {
        body["message"] = json!(message.to_string());
    }
    body
}
