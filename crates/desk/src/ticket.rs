//! Opening and reading cases. What is done to them goes through [`crate::act`].
use crate::act::{Settled, happen, may_see, settle, tell_board};
use crate::board::Board;
use crate::link::Tied;
use crate::notify::Bag;
use crate::routing::assign;
use crate::{Act, Args, Desk, Fault, Flaw, act, limits};
use domain::kit::{AccountId, At, MessageId, PersonId, TicketId};
use domain::people::{Actor, Leave, OpenTicket, ReadTicket, Role};
use domain::plan::PlanBook;
use domain::ticket::{AccessGrant, Fact, Rating, Severity, Ticket};
use store::attachment::Attachment;
use store::db::Tx;
use store::log::{Audience, Entry};
use store::message::{Message, MessageKind};
use store::person::Named;
use store::ticket::{After, Case, Filter, Order, Words};

/// A question as it comes in.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// The account asking; a customer's own when `None`, needed from staff.
    pub account: Option<AccountId>,
    /// On whose behalf; the caller when `None`, needed from staff.
    pub requester: Option<PersonId>,
    pub channel: String,
    pub severity: String,
    pub words: Words,
    pub body: String,
    pub language: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Opened {
    pub case: Case,
    pub message: MessageId,
    pub pos: i64,
}

/// The channels a case may come through.
pub const CHANNELS: &[&str] =
    &["web_ticket", "dedicated_im_group", "online_chat_human", "online_chat", "hotline", "support_email", "onsite", "remote_1to1", "tam"];

/// Opens a case: promises begin, somebody is named, the right people are told, all in one transaction.
/// `number` comes from [`Desk::next_number`]. Errors: Invalid with every flaw, NotFound for an account that is not theirs.
pub fn open(cx: &mut Act, leave: &Leave<OpenTicket>, number: i64, opening: &Opening) -> Result<Opened, Fault> {
    let who = leave.actor();
    open_for(cx, who, who.person, number, opening)
}
/// As [`open`]; the first words are `author`'s, whoever opens it.
pub(crate) fn open_for(cx: &mut Act, who: &Actor, author: PersonId, number: i64, opening: &Opening) -> Result<Opened, Fault> {
    let severity = check(opening, who)?;
    let (account, requester) = asker(cx, who, opening)?;
    let customer = store::account::find(cx.tx, account)?.filter(|a| a.active).ok_or(Fault::NotFound)?;
    let book = plan_now(cx.tx, cx.desk, account, cx.now)?;
    let plan = book.id.clone();
    let id: TicketId = cx.fresh();
    let ticket = Ticket::opened(id, account, requester, opening.channel.clone(), severity, cx.now);
    let language = opening.language.clone().unwrap_or(customer.language);
    let case = Case {
        ticket,
        number,
        words: opening.words.clone(),
        plan,
        language: language.clone(),
        updated_at: cx.now,
        cause: String::new(),
        next_due_at: None,
        broken: 0,
        messages: 0,
        checks_open: 0,
        minutes_spent: 0,
    };
    let case = on_plan_terms(cx, case, who.person)?;
    let message: MessageId = cx.fresh();
    let facts: Vec<Fact> = [Some(Fact::Opened), assign(cx, &case)?].into_iter().flatten().collect();
    let mut board = Board::default();
    let (mut case, mut lines) = tell_board(cx, case, Some(who.person), &facts, Some(message), &mut board)?;
    settle(cx.now, None, &mut case, &board, &mut lines);
    // The case is written before its clocks and words, which point at it.
    store::ticket::put_new(cx.tx, &case)?;
    let words =
        Message { id: message, ticket: id, author: Some(author), kind: MessageKind::Public, body: opening.body.clone(), at: cx.now, language };
    store::message::put_new(cx.tx, &words)?;
    board.save(cx.tx, id, case.ticket.account)?;
    let settled = Settled { before: None, case: &case, lines, actor: Some(who.person), facts: &facts, calls: Vec::new() };
    act::finish_all(cx, Bag::default(), vec![settled])?;
    Ok(Opened { case, message, pos: cx.pos })
}

/// A plan that counts tickets gives its own terms as long as some are left; past them a case is taken in on basic terms
/// (plans.md, gap "quota overrun": ticket 31 of the trial).
fn on_plan_terms(cx: &mut Act, case: Case, by: PersonId) -> Result<Case, Fault> {
    match crate::quota::take(cx, "tickets", &case.plan, &case, by)? {
        crate::quota::Taken::UsedUp(_) => {
            let basic = cx.desk.shelves().version_at(&cx.desk.rules().basic_family, cx.now);
            let plan = basic.map(|b| b.id.clone()).ok_or_else(|| Fault::internal("no basic plan is in force"))?;
            Ok(Case { plan, ..case })
        }
        _ => Ok(case),
    }
}

fn check(o: &Opening, who: &Actor) -> Result<Severity, Fault> {
    let mut flaws = Vec::new();
    let mut text = |field: &str, text: &str, max: usize, needed: bool| {
        if needed && text.trim().is_empty() {
            flaws.push(Flaw::new(field, "missing"));
        }
        if text.chars().count() > max {
            flaws.push(Flaw::new(field, "too_long").with("max", max).with("unit", "characters"));
        }
        if text.contains('\0') {
            flaws.push(Flaw::new(field, "control_character"));
        }
    };
    let field = limits::FIELD_CHARS_MAX;
    text("subject", &o.words.subject, limits::SUBJECT_CHARS_MAX, true);
    text("product", &o.words.product, 100, false);
    text("instance", &o.words.instance, 300, false);
    text("error_code", &o.words.error_code, 300, false);
    text("impact", &o.words.impact, field, false);
    text("tried", &o.words.tried, field, false);
    text("body", &o.body, limits::MESSAGE_BYTES_MAX, true);
    text("language", o.language.as_deref().unwrap_or_default(), 35, false);
    if o.body.len() > limits::MESSAGE_BYTES_MAX {
        flaws.push(Flaw::new("body", "too_long").with("max", limits::MESSAGE_BYTES_MAX).with("unit", "bytes"));
    }
    if o.words.window_from.zip(o.words.window_to).is_some_and(|(from, to)| to < from) {
        flaws.push(Flaw::new("window.to", "before_from"));
    }
    let severity = on_scale(&o.channel, &o.severity, &mut flaws);
    if who.role.is_staff() {
        if o.account.is_none() {
            flaws.push(Flaw::new("account", "missing"));
        }
        if o.requester.is_none() {
            flaws.push(Flaw::new("requester", "missing"));
        }
    }
    match severity {
        Some(severity) if flaws.is_empty() => Ok(severity),
        _ => Err(Fault::Invalid(flaws)),
    }
}
/// The severity of this key on the scale of the channel; notes what is wrong with either.
pub(crate) fn on_scale(channel: &str, severity: &str, flaws: &mut Vec<Flaw>) -> Option<Severity> {
    if !CHANNELS.contains(&channel) {
        flaws.push(Flaw::new("channel", "unknown").with("known", CHANNELS.join(", ")));
    }
    let (severity, scale) = (Severity::parse(severity), Severity::scale_of(channel));
    if severity.is_none_or(|s| s.scale() != scale) {
        let known: Vec<&str> = Severity::ALL.iter().filter(|s| s.scale() == scale).map(|s| s.key()).collect();
        flaws.push(Flaw::new("severity", "unknown").with("known", known.join(", ")));
    }
    severity
}
/// Whose case it is. A customer asks for themselves; a manager may ask for a colleague; staff ask for a customer.
fn asker(cx: &mut Act, who: &Actor, o: &Opening) -> Result<(AccountId, PersonId), Fault> {
    let account = match (who.account, o.account) {
        (Some(own), Some(named)) if own != named => return Err(Fault::NotFound),
        (Some(own), _) => own,
        (None, Some(named)) => named,
        (None, None) => return Err(Fault::invalid("account", "missing")),
    };
    let requester = o.requester.unwrap_or(who.person);
    if requester != who.person {
        let theirs = store::person::find(cx.tx, requester)?.is_some_and(|p| p.account == Some(account) && p.active);
        if !theirs || who.role == Role::Contact {
            return Err(Fault::invalid("requester", "unknown"));
        }
    }
    Ok((account, requester))
}
/// The plan version an account is on: by its order at that instant, else the basic plan of that time.
pub fn plan_now<'d>(tx: &mut Tx, desk: &'d Desk, account: AccountId, at: At) -> Result<&'d PlanBook, Fault> {
    let shelves = desk.shelves();
    let ordered = store::account::find_order_at(tx, account, at)?;
    let book = match &ordered {
        Some(order) => shelves.book(&order.plan),
        None => shelves.version_at(&desk.rules().basic_family, at),
    };
    book.ok_or_else(|| Fault::internal(format!("no plan for account {account} at {at}")))
}

/// One act on a case, and if it is not possible now, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub act: &'static str,
    pub why: Option<Hindrance>,
}
/// A code with what its words are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindrance {
    pub code: &'static str,
    pub args: Args,
}
/// What may be done now: the rules' own word, and for a boost what is left of the quota, asked before it is tried.
pub fn offers(tx: &mut Tx, desk: &Desk, who: &Actor, case: &Case, now: At) -> Result<Vec<Offer>, Fault> {
    let said = domain::ticket::offers(&case.ticket, who, &desk.rules().patience, now).into_iter();
    let mut offers: Vec<Offer> =
        said.map(|(act, why)| Offer { act, why: why.map(|r| Hindrance { code: r.key(), args: crate::fault::refusal_args(r) }) }).collect();
    if let Some(boost) = offers.iter_mut().find(|o| o.act == "boost" && o.why.is_none()) {
        boost.why = crate::quota::boost_hindrance(tx, desk, case, now)?;
    }
    Ok(offers)
}
/// Everything a person sees of a case.
#[derive(Debug, Clone)]
pub struct Seen {
    pub case: Case,
    /// The customer's name.
    pub account: String,
    /// The first ones, oldest first.
    pub messages: Vec<Message>,
    /// There are more messages than these.
    pub more: bool,
    pub attachments: Vec<Attachment>,
    pub clocks: Vec<store::clock::Stored>,
    /// Access the customer gave for it, oldest first.
    pub grants: Vec<AccessGrant>,
    /// How the customer found it, once they said.
    pub rating: Option<Rating>,
    /// What is to be done on it; none for customers.
    pub checks: Vec<store::checklist::Item>,
    pub offers: Vec<Offer>,
    /// Cases this one is tied to, as far as they may be known.
    pub links: Vec<Tied>,
    /// Everybody named above.
    pub people: Vec<Named>,
}
/// A case with its thread, clocks and what may be done now. Customers see neither notes nor internal goals.
pub fn read(tx: &mut Tx, desk: &Desk, leave: &Leave<ReadTicket>, id: TicketId, now: At) -> Result<Seen, Fault> {
    let who = leave.actor();
    let case = get(tx, who, id)?;
    let inside = who.role.is_staff();
    let (messages, more) = thread(tx, who, id, None, limits::PAGE_MAX)?;
    let mut attachments = store::attachment::list_of_ticket(tx, id)?;
    attachments.retain(|a| crate::attachment::may_see(who, a));
    let mut clocks = store::clock::list_of_ticket(tx, id, desk.shelves())?;
    clocks.retain(|c| inside || c.clock.terms.kind == domain::promise::Kind::Contract);
    let offers = offers(tx, desk, who, &case, now)?;
    let links = crate::link::ties(tx, who, &case)?;
    let account = store::account::find(tx, case.ticket.account)?.map(|a| a.name).unwrap_or_default();
    let grants = store::grant::list_of_ticket(tx, id)?;
    let rating = store::rating::find(tx, id)?;
    let checks = if inside { store::checklist::list_of_ticket(tx, id)? } else { Vec::new() };
    let mut ids = named(&case.ticket, inside, &messages, &attachments);
    ids.extend(grants.iter().flat_map(crate::grant::people_of));
    ids.extend(rating.as_ref().map(|r| r.by));
    ids.extend(checks.iter().filter_map(|c| c.done).map(|(by, _)| by));
    ids.sort_unstable();
    ids.dedup();
    let people = store::person::list_named(tx, &ids)?;
    Ok(Seen { case, account, messages, more, attachments, clocks, grants, rating, checks, offers, links, people })
}
/// Everybody a case and its thread speak of, each once. Who follows it is the vendor's own business.
fn named(t: &Ticket, inside: bool, messages: &[Message], attachments: &[Attachment]) -> Vec<PersonId> {
    let followers: &[PersonId] = if inside { &t.followers } else { &[] };
    let of_case = [Some(t.requester), t.owner, t.handler].into_iter().flatten().chain(t.helpers.iter().chain(followers).copied());
    let mut all: Vec<PersonId> = of_case.chain(messages.iter().filter_map(|m| m.author)).chain(attachments.iter().map(|a| a.by)).collect();
    all.sort_unstable();
    all.dedup();
    all
}
/// The case, if this person may know of it.
pub fn get(tx: &mut Tx, who: &Actor, id: TicketId) -> Result<Case, Fault> {
    store::ticket::find(tx, id)?.filter(|c| may_see(who, c)).ok_or(Fault::NotFound)
}
/// One page of cases. Customers' filters are narrowed to what is theirs, whatever they ask for.
pub fn list(tx: &mut Tx, leave: &Leave<ReadTicket>, filter: &Filter, order: Order, after: Option<After>, limit: u32) -> Result<Vec<Case>, Fault> {
    let filter = narrowed(leave.actor(), filter.clone());
    Ok(store::ticket::list(tx, &filter, order, after, limit.clamp(1, limits::PAGE_MAX))?)
}
/// A filter that holds nothing its reader may not see.
pub fn narrowed(who: &Actor, mut filter: Filter) -> Filter {
    if who.role.is_customer() {
        filter.account = who.account.or(Some(AccountId::from_raw(0)));
        // Laying aside is the vendor's own business.
        filter.snoozed = None;
    }
    if who.role == Role::Contact {
        filter.requester = Some(who.person);
    }
    filter
}
/// Messages after the one seen last, oldest first, and whether there are more. Errors: NotFound, also for a message of another case.
pub fn messages(tx: &mut Tx, leave: &Leave<ReadTicket>, id: TicketId, after: Option<MessageId>, limit: u32) -> Result<(Vec<Message>, bool), Fault> {
    let who = leave.actor();
    get(tx, who, id)?;
    let after = match after {
        None => None,
        Some(seen) => {
            let seen = store::message::find(tx, seen)?.filter(|m| m.ticket == id && may_read(who, m)).ok_or(Fault::NotFound)?;
            Some((seen.at, seen.id))
        }
    };
    thread(tx, who, id, after, limit.clamp(1, limits::PAGE_MAX))
}
/// A page of what this person may read of a thread; as long as there is more, the page is full.
fn thread(tx: &mut Tx, who: &Actor, id: TicketId, mut after: Option<(At, MessageId)>, limit: u32) -> Result<(Vec<Message>, bool), Fault> {
    let (wanted, mut page) = (limit as usize, Vec::new());
    loop {
        let some = store::message::list_of_ticket(tx, id, after, limit + 1)?;
        let is_last = some.len() <= wanted;
        after = some.last().map(|m| (m.at, m.id));
        page.extend(some.into_iter().filter(|m| may_read(who, m)));
        if page.len() > wanted {
            page.truncate(wanted);
            return Ok((page, true));
        }
        if is_last {
            return Ok((page, false));
        }
    }
}
fn may_read(who: &Actor, m: &Message) -> bool {
    who.role.is_staff() || m.kind != MessageKind::Internal
}
/// What happened to a case, after a position, as this person may see it.
pub fn timeline(tx: &mut Tx, leave: &Leave<ReadTicket>, id: TicketId, pos: i64, limit: u32) -> Result<Vec<Entry>, Fault> {
    Ok(timeline_page(tx, leave, id, pos, limit)?.0)
}
/// As [`timeline`], and the position to read on from when there may be more. A page may hold fewer than there is room for.
pub fn timeline_page(tx: &mut Tx, leave: &Leave<ReadTicket>, id: TicketId, pos: i64, limit: u32) -> Result<(Vec<Entry>, Option<i64>), Fault> {
    let who = leave.actor();
    get(tx, who, id)?;
    let limit = limit.clamp(1, limits::PAGE_MAX);
    let entries = store::log::list_of_ticket(tx, id, pos, limit)?;
    let next = entries.last().map(|e| e.pos).filter(|_| entries.len() == limit as usize);
    Ok((entries.into_iter().filter_map(|e| as_seen_by(who, e)).collect(), next))
}
/// A log entry as somebody may see it; `None` when they may not. Reasons given among ourselves stay inside.
pub fn as_seen_by(who: &Actor, mut entry: Entry) -> Option<Entry> {
    if who.role.is_staff() {
        return (entry.audience != Audience::Audit || who.role == Role::Administrator).then_some(entry);
    }
    if entry.audience != Audience::Public || entry.account.is_none() || entry.account != who.account {
        return None;
    }
    if matches!(entry.key.as_str(), "ticket.transferred" | "ticket.handed_over" | "ticket.assigned") {
        let mut body: serde_json::Value = serde_json::from_str(&entry.body).ok()?;
        if let Some(fields) = body.as_object_mut() {
            fields.remove("reason");
            fields.remove("why");
        }
        entry.body = body.to_string();
    }
    Some(entry)
}

/// What a case's own alarm does: announces the time-out, closes after an announced one, takes back what was laid aside.
pub(crate) fn ring(cx: &mut Act, id: TicketId) -> Result<bool, Fault> {
    let Some(case) = store::ticket::list_unless_held(cx.tx, &[id])?.pop() else { return Ok(false) };
    let facts = domain::ticket::ring(&case.ticket, &cx.desk.rules().patience, cx.now);
    let rang = !facts.is_empty();
    happen(cx, case, None, &facts, None)?;
    Ok(rang)
}
