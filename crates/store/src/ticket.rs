//! Cases: the row the rules decide on, the words beside it, and the lists people read. Every list is a keyset over an index.
use crate::db::{DbError, Row, Tx, Val, id_bytes};
use crate::{statements, vals};
use domain::kit::{AccountId, At, PersonId, TicketId};
use domain::ticket::{Alarm, AlarmDoes, Severity, Snooze, Stage, Ticket};

/// A case with what people wrote when they asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub ticket: Ticket,
    /// The short number people say aloud.
    pub number: i64,
    pub words: Words,
    /// The plan version in force for the account when the case was opened or last changed plan.
    pub plan: String,
    pub language: String,
    pub updated_at: At,
    /// Root cause as said at the last resolve.
    pub cause: String,
    /// The nearest due instant among running promises to the customer.
    pub next_due_at: Option<At>,
    /// Promises to the customer broken so far.
    pub broken: u32,
    pub messages: u32,
    /// Items of its check list that are not done; written by [`crate::checklist`] alone.
    pub checks_open: u32,
    /// Working time written down; written by [`crate::timelog`] alone.
    pub minutes_spent: u32,
}

/// The structured question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    pub subject: String,
    pub product: String,
    pub instance: String,
    pub error_code: String,
    pub window_from: Option<At>,
    pub window_to: Option<At>,
    pub impact: String,
    pub tried: String,
}

macro_rules! columns {
    () => {
        "id, number, account_id, requester_id, subject, channel, severity, stage, cycle, product, instance, error_code, window_from, window_to, impact, tried, language, plan_id, opened_at, updated_at, owner_id, handler_id, tier, helpers, followers, boosted_at, proposed, first_reply_at, resolved_at, closed_at, cause, alarm_at, alarm_does, next_due_at, broken, messages, version, snoozed_until, snoozed_by, snooze_why, parent_id, open_children, merged_into, person_asked_at, checks_open, minutes_spent"
    };
}
statements! {
    ONE = concat!("select ", columns!(), " from ticket where id = $1");
    LOCKED = concat!("select ", columns!(), " from ticket where id = $1"), postgres concat!("select ", columns!(), " from ticket where id = $1 for update");
    BY_NUMBER = "select id from ticket where number = $1";
    INSERT = concat!("insert into ticket (", columns!(), ", severity_rank, is_open) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48)");
    UPDATE = "update ticket set severity = $2, stage = $3, cycle = $4, plan_id = $5, updated_at = $6, owner_id = $7, handler_id = $8, tier = $9, helpers = $10, followers = $11, boosted_at = $12, proposed = $13, first_reply_at = $14, resolved_at = $15, closed_at = $16, cause = $17, alarm_at = $18, alarm_does = $19, next_due_at = $20, broken = $21, messages = $22, version = $23, severity_rank = $24, is_open = $25, snoozed_until = $26, snoozed_by = $27, snooze_why = $28, parent_id = $29, merged_into = $30, person_asked_at = $31 where id = $1";
    /// For the tick of many nodes: a case somebody else holds is passed over and found again next round.
    UNLOCKED = concat!("select ", columns!(), " from ticket where id = $1"), postgres concat!("select ", columns!(), " from ticket where id = any($1) for update skip locked");
    RINGING = "select id from ticket where alarm_at is not null and alarm_at <= $1 order by alarm_at, id limit $2";
    NEXT_ALARM = "select alarm_at from ticket where alarm_at is not null order by alarm_at, id limit 1";
    WAKING = "select id from ticket where snoozed_until is not null and snoozed_until <= $1 order by snoozed_until, id limit $2";
    NEXT_WAKING = "select snoozed_until from ticket where snoozed_until is not null order by snoozed_until, id limit 1";
    CHILDREN = concat!("select ", columns!(), " from ticket where parent_id = $1 order by id limit $2");
    OPEN_CHILDREN = "select id from ticket where parent_id = $1 and is_open = 1 order by id limit $2";
    /// The parent's own row is not counted anew: this is the only writer of the column.
    MOVE_CHILDREN = "update ticket set open_children = open_children + $2 where id = $1";
    BLOCK_FIRST = "insert into block (name, next) values ($1, $2) on conflict (name) do nothing";
    BLOCK_TAKE = "update block set next = next + $2 where name = $1 returning next";
    NEWEST = concat!("select ", columns!(), " from ticket order by opened_at desc, id desc limit $1");
    ORIGIN = "select ticket_id from origin where source = $1 and external_key = $2";
    ORIGIN_PUT = "insert into origin (source, external_key, ticket_id) values ($1, $2, $3)";
}

fn people_bytes(people: &[PersonId]) -> Vec<u8> {
    people.iter().flat_map(|p| p.bytes()).collect()
}
fn people(bytes: &[u8]) -> Vec<PersonId> {
    bytes.chunks_exact(16).filter_map(|c| c.try_into().ok()).map(PersonId::from_bytes).collect()
}
fn read(r: &Row) -> Result<Case, DbError> {
    let bad = |what: &str| DbError::internal(format!("ticket {} has an unknown {what}", r.int(1)));
    let alarm = match (r.opt_at(31), r.opt_text(32).as_deref().and_then(AlarmDoes::parse)) {
        (Some(at), Some(does)) => Some(Alarm { at, does }),
        _ => None,
    };
    let snoozed = match (r.opt_at(37), r.opt_id(38)) {
        (Some(until), Some(by)) => Some(Snooze { until, by, reason: r.opt_text(39).unwrap_or_default() }),
        _ => None,
    };
    let ticket = Ticket {
        id: r.id(0),
        account: r.id(2),
        requester: r.id(3),
        channel: r.text(5),
        severity: Severity::parse(r.str(6)).ok_or_else(|| bad("severity"))?,
        stage: Stage::parse(r.str(7)).ok_or_else(|| bad("stage"))?,
        cycle: r.num(8),
        opened_at: r.at(18),
        owner: r.opt_id(20),
        handler: r.opt_id(21),
        tier: r.num(22),
        helpers: people(&r.bytes(23)),
        followers: people(&r.bytes(24)),
        boosted_at: r.opt_at(25),
        proposed: r.opt_text(26).as_deref().and_then(Severity::parse),
        first_reply_at: r.opt_at(27),
        resolved_at: r.opt_at(28),
        closed_at: r.opt_at(29),
        snoozed,
        parent: r.opt_id(40),
        open_children: r.num(41),
        merged_into: r.opt_id(42),
        person_asked_at: r.opt_at(43),
        alarm,
        version: r.num(36),
    };
    let words = Words {
        subject: r.text(4),
        product: r.text(9),
        instance: r.text(10),
        error_code: r.text(11),
        window_from: r.opt_at(12),
        window_to: r.opt_at(13),
        impact: r.text(14),
        tried: r.text(15),
    };
    Ok(Case {
        ticket,
        number: r.int(1),
        words,
        language: r.text(16),
        plan: r.text(17),
        updated_at: r.at(19),
        cause: r.text(30),
        next_due_at: r.opt_at(33),
        broken: r.num(34),
        messages: r.num(35),
        checks_open: r.num(44),
        minutes_spent: r.num(45),
    })
}

pub fn find(tx: &mut Tx, id: TicketId) -> Result<Option<Case>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
/// The case, held until the transaction ends, so that two acts on it come one after the other.
pub fn find_locked(tx: &mut Tx, id: TicketId) -> Result<Option<Case>, DbError> {
    tx.first(&LOCKED, &vals![id], read)
}
/// As [`find_locked`] for many; a case that another node holds just now is left out.
pub fn list_unless_held(tx: &mut Tx, ids: &[TicketId]) -> Result<Vec<Case>, DbError> {
    tx.query_of_many(&UNLOCKED, &id_bytes(ids), read)
}
pub fn find_by_number(tx: &mut Tx, number: i64) -> Result<Option<TicketId>, DbError> {
    tx.first(&BY_NUMBER, &vals![number], |r| Ok(r.id(0)))
}

pub fn put_new(tx: &mut Tx, c: &Case) -> Result<(), DbError> {
    put_new_all(tx, &[c])
}
pub fn put_new_all(tx: &mut Tx, cases: &[&Case]) -> Result<(), DbError> {
    let people: Vec<(Vec<u8>, Vec<u8>)> = cases.iter().map(|c| lists(&c.ticket)).collect();
    let rows: Vec<_> = cases.iter().zip(&people).map(|(c, (helpers, followers))| new_row(c, helpers, followers)).collect();
    tx.many(&INSERT, &rows).map(|_| ())
}
fn new_row<'c>(c: &'c Case, helpers: &'c [u8], followers: &'c [u8]) -> [Val<'c>; 48] {
    let (t, w) = (&c.ticket, &c.words);
    vals![
        t.id,
        c.number,
        t.account,
        t.requester,
        &w.subject,
        &t.channel,
        t.severity.key(),
        t.stage.key(),
        t.cycle,
        &w.product,
        &w.instance,
        &w.error_code,
        w.window_from,
        w.window_to,
        &w.impact,
        &w.tried,
        &c.language,
        &c.plan,
        t.opened_at,
        c.updated_at,
        t.owner,
        t.handler,
        t.tier,
        helpers,
        followers,
        t.boosted_at,
        t.proposed.map(|s| s.key()),
        t.first_reply_at,
        t.resolved_at,
        t.closed_at,
        &c.cause,
        t.alarm.map(|a| a.at),
        t.alarm.map(|a| a.does.key()),
        c.next_due_at,
        c.broken,
        c.messages,
        t.version,
        t.snoozed.as_ref().map(|s| s.until),
        t.snoozed.as_ref().map(|s| s.by),
        t.snoozed.as_ref().map(|s| s.reason.as_str()),
        t.parent,
        t.open_children,
        t.merged_into,
        t.person_asked_at,
        c.checks_open,
        c.minutes_spent,
        t.severity.rank(),
        t.stage.is_open()
    ]
}
pub fn put(tx: &mut Tx, c: &Case) -> Result<(), DbError> {
    put_all(tx, &[c])
}
pub fn put_all(tx: &mut Tx, cases: &[&Case]) -> Result<(), DbError> {
    let people: Vec<(Vec<u8>, Vec<u8>)> = cases.iter().map(|c| lists(&c.ticket)).collect();
    let rows: Vec<_> = cases.iter().zip(&people).map(|(c, (helpers, followers))| changed_row(c, helpers, followers)).collect();
    tx.many(&UPDATE, &rows).map(|_| ())
}
fn changed_row<'c>(c: &'c Case, helpers: &'c [u8], followers: &'c [u8]) -> [Val<'c>; 31] {
    let t = &c.ticket;
    vals![
        t.id,
        t.severity.key(),
        t.stage.key(),
        t.cycle,
        &c.plan,
        c.updated_at,
        t.owner,
        t.handler,
        t.tier,
        helpers,
        followers,
        t.boosted_at,
        t.proposed.map(|s| s.key()),
        t.first_reply_at,
        t.resolved_at,
        t.closed_at,
        &c.cause,
        t.alarm.map(|a| a.at),
        t.alarm.map(|a| a.does.key()),
        c.next_due_at,
        c.broken,
        c.messages,
        t.version,
        t.severity.rank(),
        t.stage.is_open(),
        t.snoozed.as_ref().map(|s| s.until),
        t.snoozed.as_ref().map(|s| s.by),
        t.snoozed.as_ref().map(|s| s.reason.as_str()),
        t.parent,
        t.merged_into,
        t.person_asked_at
    ]
}
fn lists(t: &Ticket) -> (Vec<u8>, Vec<u8>) {
    (people_bytes(&t.helpers), people_bytes(&t.followers))
}

/// Cases whose own alarm rings by `now`, the earliest first.
pub fn list_ringing(tx: &mut Tx, now: At, limit: u32) -> Result<Vec<TicketId>, DbError> {
    tx.query(&RINGING, &vals![now, limit], |r| Ok(r.id(0)))
}
pub fn next_alarm(tx: &mut Tx) -> Result<Option<At>, DbError> {
    tx.first(&NEXT_ALARM, &[], |r| Ok(r.at(0)))
}

/// Cases whose time to be back in the queues has come by `now`, the earliest first.
pub fn list_waking(tx: &mut Tx, now: At, limit: u32) -> Result<Vec<TicketId>, DbError> {
    tx.query(&WAKING, &vals![now, limit], |r| Ok(r.id(0)))
}
pub fn next_waking(tx: &mut Tx) -> Result<Option<At>, DbError> {
    tx.first(&NEXT_WAKING, &[], |r| Ok(r.at(0)))
}

/// The cases opened last, the newest first.
pub fn list_newest(tx: &mut Tx, limit: u32) -> Result<Vec<Case>, DbError> {
    tx.query(&NEWEST, &vals![limit], read)
}

/// The most parts a case may have.
pub const CHILDREN_MAX: u32 = 200;
/// Parts of a case, the oldest first; bounded by [`CHILDREN_MAX`].
pub fn list_children(tx: &mut Tx, parent: TicketId) -> Result<Vec<Case>, DbError> {
    tx.query(&CHILDREN, &vals![parent, CHILDREN_MAX], read)
}
/// Parts of a case that are still open, in the order of their ids.
pub fn list_open_children(tx: &mut Tx, parent: TicketId) -> Result<Vec<TicketId>, DbError> {
    tx.query(&OPEN_CHILDREN, &vals![parent, CHILDREN_MAX], |r| Ok(r.id(0)))
}
/// A part of the case was opened or ended.
pub fn move_open_children(tx: &mut Tx, parent: TicketId, by: i64) -> Result<(), DbError> {
    tx.exec(&MOVE_CHILDREN, &vals![parent, by]).map(|_| ())
}

/// Takes `n` consecutive numbers of a counter; returns the first. Gaps are allowed, doubles are not.
pub fn take_block(tx: &mut Tx, name: &str, first: i64, n: i64) -> Result<i64, DbError> {
    tx.exec(&BLOCK_FIRST, &vals![name, first])?;
    let next = tx.first(&BLOCK_TAKE, &vals![name, n], |r| Ok(r.int(0)))?;
    next.map(|next| next - n).ok_or_else(|| DbError::internal(format!("counter {name} is gone")))
}

/// The case an imported record became.
pub fn find_origin(tx: &mut Tx, source: &str, key: &str) -> Result<Option<TicketId>, DbError> {
    tx.first(&ORIGIN, &vals![source, key], |r| Ok(r.id(0)))
}
pub fn put_origin(tx: &mut Tx, source: &str, key: &str, ticket: TicketId) -> Result<(), DbError> {
    tx.exec(&ORIGIN_PUT, &vals![source, key, ticket]).map(|_| ())
}

/// What a list holds. Every condition present must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    pub account: Option<AccountId>,
    pub requester: Option<PersonId>,
    pub handler: Option<PersonId>,
    /// In somebody else's hands, or in nobody's.
    pub not_handler: Option<PersonId>,
    pub owner: Option<PersonId>,
    pub unassigned: bool,
    pub open: Option<bool>,
    pub stages: Vec<Stage>,
    pub severities: Vec<Severity>,
    pub product: Option<String>,
    pub channel: Option<String>,
    pub language: Option<String>,
    /// Version of the plan book its promises come from.
    pub plan: Option<String>,
    pub tier: Option<u8>,
    pub broken: Option<bool>,
    /// Next due before this instant.
    pub due_before: Option<At>,
    /// Laid aside, or not.
    pub snoozed: Option<bool>,
}
impl Filter {
    /// The same question asked of one case; saved views count with it.
    pub fn holds(&self, c: &Case) -> bool {
        let t = &c.ticket;
        self.account.is_none_or(|a| a == t.account)
            && self.requester.is_none_or(|r| r == t.requester)
            && self.handler.is_none_or(|h| t.handler == Some(h))
            && self.not_handler.is_none_or(|h| t.handler != Some(h))
            && self.owner.is_none_or(|o| t.owner == Some(o))
            && (!self.unassigned || t.handler.is_none())
            && self.open.is_none_or(|o| o == t.stage.is_open())
            && (self.stages.is_empty() || self.stages.contains(&t.stage))
            && (self.severities.is_empty() || self.severities.contains(&t.severity))
            && self.product.as_ref().is_none_or(|p| *p == c.words.product)
            && self.channel.as_ref().is_none_or(|ch| *ch == t.channel)
            && self.language.as_ref().is_none_or(|l| *l == c.language)
            && self.plan.as_ref().is_none_or(|p| *p == c.plan)
            && self.tier.is_none_or(|tier| tier == t.tier)
            && self.broken.is_none_or(|b| b == (c.broken > 0))
            && self.snoozed.is_none_or(|s| s == t.snoozed.is_some())
            && self.due_before.is_none_or(|d| c.next_due_at.is_some_and(|n| n < d))
    }
}

/// Newest change first, or nearest due first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Updated,
    Due,
}
/// The last row a reader has seen: the instant it was sorted by, and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub at: At,
    pub id: TicketId,
}

pub const PAGE_MAX: u32 = 200;

/// One page. The text is put together from fixed pieces; values are always parameters.
pub fn list(tx: &mut Tx, filter: &Filter, order: Order, after: Option<After>, limit: u32) -> Result<Vec<Case>, DbError> {
    let mut where_ = Where::default();
    filter.conditions(&mut where_, order == Order::Updated);
    let (column, direction) = match order {
        Order::Updated => ("updated_at", "desc"),
        Order::Due => ("next_due_at", "asc"),
    };
    if order == Order::Due {
        where_.plain("next_due_at is not null");
    }
    if let Some(after) = after {
        let (a, b) = (where_.value(after.at), where_.value(after.id));
        where_.plain(&format!("({column}, id) {} (${a}, ${b})", if direction == "desc" { "<" } else { ">" }));
    }
    let n = where_.value(limit.min(PAGE_MAX));
    let text =
        format!(concat!("select ", columns!(), " from ticket{} order by {} {}, id {} limit ${}"), where_.text(), column, direction, direction, n);
    tx.query_dyn(&text, &where_.vals(), read)
}
/// How many cases a filter holds. Walks the cases: for a view's first count only, never for a page.
pub fn count_once(tx: &mut Tx, filter: &Filter) -> Result<i64, DbError> {
    let mut where_ = Where::default();
    filter.conditions(&mut where_, true);
    let text = format!("select count(*) from ticket{}", where_.text());
    Ok(tx.query_dyn(&text, &where_.vals(), |r| Ok(r.int(0)))?.first().copied().unwrap_or(0))
}
/// How many cases a filter holds, counted to `max` and no further.
pub fn count_up_to(tx: &mut Tx, filter: &Filter, max: u32) -> Result<u32, DbError> {
    let mut where_ = Where::default();
    filter.conditions(&mut where_, true);
    let n = where_.value(max);
    let text = format!("select count(*) from (select 1 from ticket{} limit ${n}) as some_cases", where_.text());
    Ok(tx.query_dyn(&text, &where_.vals(), |r| Ok(r.num(0)))?.first().copied().unwrap_or(0))
}
impl Filter {
    /// `by_update`: the rows are wanted by their last change, or in no order.
    fn conditions<'a>(&'a self, w: &mut Where<'a>, by_update: bool) {
        // Stages that are all open let the index of open cases help; it adds no condition of its own.
        let all_open = !self.stages.is_empty() && self.stages.iter().all(|s| s.is_open());
        let open = self.open.or(all_open.then_some(true));
        for (column, id) in [("requester_id", self.requester), ("handler_id", self.handler), ("owner_id", self.owner)] {
            w.equal(column, id.map(Val::from));
        }
        w.equal("account_id", self.account.map(Val::from));
        let narrower = [self.requester, self.handler, self.owner].iter().any(Option::is_some) || self.account.is_some();
        // By what falls due first, of everybody's: the index of dues is walked, and what is added keeps the database from reading and
        // sorting all open cases instead.
        let by_due = !by_update && !narrower && !self.unassigned;
        w.equal(if by_due { "(is_open + 0)" } else { "is_open" }, open.map(Val::from));
        if self.unassigned {
            w.plain("handler_id is null");
        }
        if let Some(not) = self.not_handler {
            let n = w.value(not);
            w.plain(&format!("(handler_id is null or handler_id <> ${n})"));
        }
        // Adds no condition of its own either: the cases an account still has with us have an index, whatever their number in all.
        let none_closed = open == Some(true) || (!self.stages.is_empty() && !self.stages.contains(&Stage::Closed));
        if self.account.is_some() && none_closed {
            w.plain("closed_at is null");
        }
        w.one_of("stage", self.stages.iter().map(|s| s.key()));
        w.one_of("severity", self.severities.iter().map(|s| s.key()));
        w.equal("product", self.product.as_deref().map(Val::from));
        w.equal("channel", self.channel.as_deref().map(Val::from));
        w.equal("language", self.language.as_deref().map(Val::from));
        // Plan and tier have an index by last change each, for lists that reach into history. Where something narrower leads, what is added
        // keeps the database from leaving that index for theirs.
        let leads = by_update && !narrower && open != Some(true) && !self.unassigned;
        let tier_leads = leads && self.plan.is_none();
        w.equal(if leads { "plan_id" } else { "(plan_id || '')" }, self.plan.as_deref().map(Val::from));
        w.equal(if tier_leads { "tier" } else { "(tier + 0)" }, self.tier.map(Val::from));
        if let Some(broken) = self.broken {
            w.plain(if broken { "broken > 0" } else { "broken = 0" });
        }
        if let Some(snoozed) = self.snoozed {
            w.plain(if snoozed { "snoozed_until is not null" } else { "snoozed_until is null" });
        }
        if let Some(due) = self.due_before {
            let n = w.value(due);
            w.plain(&format!("next_due_at < ${n}"));
        }
    }
}

/// Conditions with numbered parameters.
#[derive(Default)]
struct Where<'a> {
    parts: Vec<String>,
    values: Vec<Val<'a>>,
}
impl<'a> Where<'a> {
    fn value(&mut self, v: impl Into<Val<'a>>) -> usize {
        self.values.push(v.into());
        self.values.len()
    }
    fn plain(&mut self, part: &str) {
        self.parts.push(part.to_string());
    }
    fn equal(&mut self, column: &str, v: Option<Val<'a>>) {
        if let Some(v) = v {
            let n = self.value(v);
            self.parts.push(format!("{column} = ${n}"));
        }
    }
    fn one_of(&mut self, column: &str, keys: impl Iterator<Item = &'static str>) {
        let marks: Vec<String> = keys.map(|k| format!("${}", self.value(k))).collect();
        if !marks.is_empty() {
            self.parts.push(format!("{column} in ({})", marks.join(", ")));
        }
    }
    fn text(&self) -> String {
        if self.parts.is_empty() { String::new() } else { format!(" where {}", self.parts.join(" and ")) }
    }
    fn vals(self) -> Vec<Val<'a>> {
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::TestDb;

    /// SQLite's way to the first page of a list, in a word.
    fn way(filter: &Filter, order: Order) -> String {
        let db = TestDb::sqlite();
        let mut where_ = Where::default();
        filter.conditions(&mut where_, order == Order::Updated);
        let (column, direction) = if order == Order::Due { ("next_due_at", "asc") } else { ("updated_at", "desc") };
        let due = if order == Order::Due { " and next_due_at is not null" } else { "" };
        let text = format!("explain query plan select id from ticket{}{due} order by {column} {direction}, id {direction} limit 50", where_.text());
        let steps = db.read::<_, DbError>(|tx| tx.query_dyn(&text, &where_.vals(), |r| Ok(r.text(3)))).unwrap();
        steps.join("; ")
    }
    #[test]
    fn every_list_of_everybodys_walks_an_index_in_its_order() {
        let open = Filter { open: Some(true), ..Filter::default() };
        let plan = Filter { plan: Some("ali.free.v1".into()), ..Filter::default() };
        let tier = Filter { tier: Some(2), ..Filter::default() };
        let both = Filter { tier: Some(2), ..plan.clone() };
        for (filter, order, index) in [
            (plan.clone(), Order::Updated, "ticket_of_plan (plan_id=?)"),
            (tier.clone(), Order::Updated, "ticket_of_tier (tier=?)"),
            (both.clone(), Order::Updated, "ticket_of_plan (plan_id=?)"),
            (Filter { open: Some(true), ..both.clone() }, Order::Updated, "ticket_open_by_update (is_open=?)"),
            (Filter { account: Some(AccountId::from_raw(1)), ..both.clone() }, Order::Updated, "ticket_of_account (account_id=?)"),
            (both, Order::Due, "ticket_by_due"),
            (open.clone(), Order::Due, "ticket_by_due"),
            (Filter { broken: Some(true), snoozed: Some(false), ..open.clone() }, Order::Due, "ticket_by_due"),
            (Filter { stages: vec![Stage::New, Stage::Active], ..Filter::default() }, Order::Due, "ticket_by_due"),
            (open, Order::Updated, "ticket_open_by_update (is_open=?)"),
        ] {
            let way = way(&filter, order);
            assert!(way.contains(index) && !way.contains("TEMP B-TREE"), "{filter:?}: {way}");
        }
    }
}
