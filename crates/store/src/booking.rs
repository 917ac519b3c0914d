//! Services that are booked ahead: their sheets, watch logs and milestones.
use crate::db::{DbError, Row, Tx, Val, id_bytes};
use crate::{statements, vals};
use domain::booking::{DAYS_MAX, Due, Held, Kind, Milestone, Service, Stage};
use domain::kit::{AccountId, At, PersonId, ServiceId, TicketId};
use jiff::civil::Date;
use std::collections::HashMap;

/// A booked service. Its people, check list, watch log and milestones are rows of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    pub id: ServiceId,
    pub account: AccountId,
    pub is: Service,
    /// The plan book it was booked under.
    pub plan: String,
    /// The quota of that book it is counted by.
    pub quota: Option<String>,
    /// Of a project; empty otherwise.
    pub topic: String,
    pub subject: String,
    pub wishes: String,
    pub products: Vec<String>,
    pub first: Date,
    pub last: Date,
    pub days: u32,
    pub ticket: Option<TicketId>,
    pub by: PersonId,
    pub at: At,
    /// Why it may begin sooner than the plan says.
    pub lead_waived: Option<String>,
    /// Why it was declined, withdrawn, cancelled or sent back last.
    pub reason: Option<String>,
    pub run_book: String,
    pub rehearsal: Option<Date>,
    /// Addresses.
    pub dashboard: String,
    pub meeting: String,
    pub planned_at: Option<At>,
    pub report: Option<String>,
    pub reported_at: Option<At>,
    pub stars: Option<u32>,
    pub comment: String,
    /// Lines of the watch log.
    pub lines: u32,
    pub closed_at: Option<At>,
    pub updated_at: At,
    pub version: u32,
}
/// Somebody who works on a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    pub person: PersonId,
    pub role: String,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub text: String,
    pub done_at: Option<At>,
    pub done_by: Option<PersonId>,
}
/// A line of the watch log; counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub n: u32,
    pub by: PersonId,
    pub at: At,
    pub text: String,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub milestone: Milestone,
    pub due_at: At,
    pub promised: bool,
    pub done_at: Option<At>,
    /// When it was told that it is late.
    pub late_at: Option<At>,
}
/// Another service that takes the same person on the same days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub person: PersonId,
    pub service: ServiceId,
    pub account: AccountId,
    pub subject: String,
    pub first: Date,
    pub last: Date,
}
/// Which services.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub account: Option<AccountId>,
    pub kind: Option<Kind>,
    pub stage: Option<Stage>,
    pub open: Option<bool>,
    /// With a day in common with these.
    pub from: Option<Date>,
    pub to: Option<Date>,
}
pub const WORKERS_MAX: usize = 50;
pub const CHECKS_MAX: usize = 100;

macro_rules! columns {
    () => {
        "id, account_id, kind, stage, plan_id, quota_id, exempts, held, topic, subject, wishes, products, first_day, last_day, days, ticket_id, by_id, at, lead_waived, reason, run_book, rehearsal_day, dashboard, meeting, planned_at, report, reported_at, stars, comment, lines, closed_at, updated_at, version"
    };
}
statements! {
    ONE = concat!("select ", columns!(), " from service where id = $1");
    HELD = concat!("select ", columns!(), " from service where id = $1"), postgres concat!("select ", columns!(), " from service where id = $1 for update");
    INSERT = "insert into service (id, account_id, kind, stage, is_open, plan_id, quota_id, exempts, held, topic, subject, wishes, products, first_day, last_day, days, ticket_id, by_id, at, lead_waived, run_book, dashboard, meeting, comment, lines, updated_at, version) values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '', '', '', '', 0, $18, 1)";
    UPDATE = "update service set stage = $2, is_open = $3, held = $4, reason = $5, run_book = $6, rehearsal_day = $7, dashboard = $8, meeting = $9, planned_at = $10, report = $11, reported_at = $12, stars = $13, comment = $14, lines = $15, closed_at = $16, updated_at = $17, version = version + 1 where id = $1";
    WORKERS = "select person_id, role from service_person where service_id = $1 order by n limit 50";
    WORKERS_DROP = "delete from service_person where service_id = $1";
    WORKER_PUT = "insert into service_person (service_id, person_id, role, n, first_day, last_day) values ($1, $2, $3, $4, $5, $6)";
    WORKERS_FREE = "update service_person set first_day = null, last_day = null where service_id = $1";
    /// Nobody is on one service for longer than [`DAYS_MAX`]: what began before cannot last so long.
    CONFLICTS = "select s.id, s.account_id, s.subject, s.first_day, s.last_day from service_person p join service s on s.id = p.service_id where p.person_id = $1 and p.first_day >= $2 and p.first_day <= $3 and p.last_day >= $4 and p.service_id <> $5 order by p.first_day limit 20";
    CHECKS = "select text, done_at, done_by_id from service_check where service_id = $1 order by n limit 100";
    CHECKS_DROP = "delete from service_check where service_id = $1";
    CHECK_PUT = "insert into service_check (service_id, n, text, done_at, done_by_id) values ($1, $2, $3, $4, $5)";
    CHECK_TICK = "update service_check set done_at = $3, done_by_id = $4 where service_id = $1 and n = $2";
    LINE_PUT = "insert into service_line (service_id, n, by_id, at, text) values ($1, $2, $3, $4, $5)";
    LINES = "select n, by_id, at, text from service_line where service_id = $1 and n < $2 order by n desc limit $3";
    STEPS = "select milestone, due_at, promised, done_at, late_at from service_milestone where service_id = $1 order by due_at limit 20";
    STEPS_OF = "select service_id, milestone, due_at, promised, done_at, late_at from service_milestone where service_id = $1",
        postgres "select service_id, milestone, due_at, promised, done_at, late_at from service_milestone where service_id = any($1)";
    STEP_PUT = "insert into service_milestone (service_id, milestone, due_at, promised, fires_at) values ($1, $2, $3, $4, $3) on conflict (service_id, milestone) do update set due_at = excluded.due_at, done_at = null, late_at = null, fires_at = excluded.fires_at";
    STEP_DONE = "update service_milestone set done_at = $3, fires_at = null where service_id = $1 and milestone = $2 and done_at is null";
    STEP_UNDONE = "update service_milestone set done_at = null, fires_at = case when late_at is null then due_at else null end where service_id = $1 and milestone = $2";
    STEPS_DROP = "update service_milestone set fires_at = null where service_id = $1";
    LATE = "select service_id, milestone from service_milestone where fires_at is not null and fires_at <= $1 order by fires_at limit $2";
    TOLD = "update service_milestone set late_at = $3, fires_at = null where service_id = $1 and milestone = $2 and fires_at is not null and fires_at <= $3";
    NEXT = "select fires_at from service_milestone where fires_at is not null order by fires_at limit 1";
}
fn day(text: &str) -> Result<Date, DbError> {
    text.parse().map_err(|_| DbError::internal("a day that is none"))
}
fn known<T>(value: Option<T>) -> Result<T, DbError> {
    value.ok_or_else(|| DbError::internal("a key of an older or newer house"))
}
fn read(r: &Row) -> Result<Booking, DbError> {
    let is = Service {
        kind: known(Kind::parse(r.str(2)))?,
        stage: known(Stage::parse(r.str(3)))?,
        held: known(Held::parse(r.str(7)))?,
        exempts: r.bool(6),
    };
    Ok(Booking {
        id: r.id(0),
        account: r.id(1),
        is,
        plan: r.text(4),
        quota: r.opt_text(5),
        topic: r.text(8),
        subject: r.text(9),
        wishes: r.text(10),
        products: r.str(11).lines().map(str::to_string).collect(),
        first: day(r.str(12))?,
        last: day(r.str(13))?,
        days: r.num(14),
        ticket: r.opt_id(15),
        by: r.id(16),
        at: r.at(17),
        lead_waived: r.opt_text(18),
        reason: r.opt_text(19),
        run_book: r.text(20),
        rehearsal: r.opt_str(21).map(day).transpose()?,
        dashboard: r.text(22),
        meeting: r.text(23),
        planned_at: r.opt_at(24),
        report: r.opt_text(25),
        reported_at: r.opt_at(26),
        stars: r.opt_num(27),
        comment: r.text(28),
        lines: r.num(29),
        closed_at: r.opt_at(30),
        updated_at: r.at(31),
        version: r.num(32),
    })
}
pub fn find(tx: &mut Tx, id: ServiceId) -> Result<Option<Booking>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
/// Held until the end of the act: two acts on one service come one after the other.
pub fn find_locked(tx: &mut Tx, id: ServiceId) -> Result<Option<Booking>, DbError> {
    tx.first(&HELD, &vals![id], read)
}
pub fn put_new(tx: &mut Tx, b: &Booking) -> Result<(), DbError> {
    let (kind, stage, held) = (b.is.kind.key(), b.is.stage.key(), b.is.held.key());
    let (products, first, last) = (b.products.join("\n"), b.first.to_string(), b.last.to_string());
    let values = vals![
        b.id,
        b.account,
        kind,
        stage,
        &b.plan,
        &b.quota,
        b.is.exempts,
        held,
        &b.topic,
        &b.subject,
        &b.wishes,
        &products,
        &first,
        &last,
        b.days,
        b.ticket,
        b.by,
        b.at,
        &b.lead_waived
    ];
    tx.exec(&INSERT, &values).map(|_| ())
}
/// Whatever may change of a service that is held.
pub fn put(tx: &mut Tx, b: &Booking) -> Result<(), DbError> {
    let rehearsal = b.rehearsal.map(|d| d.to_string());
    let values = vals![
        b.id,
        b.is.stage.key(),
        b.is.stage.is_open(),
        b.is.held.key(),
        &b.reason,
        &b.run_book,
        &rehearsal,
        &b.dashboard,
        &b.meeting,
        b.planned_at,
        &b.report,
        b.reported_at,
        b.stars,
        &b.comment,
        b.lines,
        b.closed_at,
        b.updated_at
    ];
    tx.exec(&UPDATE, &values)?;
    if !b.is.stage.is_busy() {
        tx.exec(&WORKERS_FREE, &vals![b.id])?;
    }
    Ok(())
}
/// Latest first day first; `before` is the last row seen.
pub fn list(tx: &mut Tx, f: &Filter, before: Option<(Date, ServiceId)>, limit: u32) -> Result<Vec<Booking>, DbError> {
    let (text, texts) = question(f, before, limit);
    let id = before.map(|(_, id)| id.bytes());
    let vals: Vec<Val> = texts
        .iter()
        .map(|t| match t {
            Asked::Text(t) => Val::Text(t),
            Asked::Int(n) => Val::Int(*n),
            Asked::Account(a) => Val::from(*a),
            Asked::Before => id.map_or(Val::Null, Val::Id),
        })
        .collect();
    tx.query_dyn(&text, &vals, read)
}
/// A value of a question that is put together.
enum Asked {
    Text(String),
    Int(i64),
    Account(AccountId),
    /// The id of the last row seen.
    Before,
}
fn question(f: &Filter, before: Option<(Date, ServiceId)>, limit: u32) -> (String, Vec<Asked>) {
    let (mut conditions, mut values) = (Vec::new(), Vec::new());
    let mut ask = |condition: &str, value: Asked| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("${}", values.len())));
    };
    if let Some(account) = f.account {
        ask("account_id = ?", Asked::Account(account));
    }
    if let Some(stage) = f.stage {
        ask("stage = ?", Asked::Text(stage.key().into()));
    }
    if let Some(open) = f.open {
        ask("is_open = ?", Asked::Int(open.into()));
    }
    if let Some(kind) = f.kind {
        ask("kind = ?", Asked::Text(kind.key().into()));
    }
    if let Some(from) = f.from {
        // What began earlier than the longest service lasts is over: the index is entered there.
        ask("first_day >= ?", Asked::Text(longest_before(from).to_string()));
        ask("last_day >= ?", Asked::Text(from.to_string()));
    }
    if let Some(to) = f.to {
        ask("first_day <= ?", Asked::Text(to.to_string()));
    }
    if let Some((day, _)) = before {
        values.push(Asked::Text(day.to_string()));
        values.push(Asked::Before);
        conditions.push(format!("(first_day, id) < (${}, ${})", values.len() - 1, values.len()));
    }
    values.push(Asked::Int(limit.into()));
    let where_ = if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) };
    let text = format!("select {} from service{where_} order by first_day desc, id desc limit ${}", columns!(), values.len());
    (text, values)
}
fn longest_before(day: Date) -> Date {
    day.saturating_sub(jiff::Span::new().days(DAYS_MAX))
}

pub fn list_workers(tx: &mut Tx, id: ServiceId) -> Result<Vec<Worker>, DbError> {
    tx.query(&WORKERS, &vals![id], |r| Ok(Worker { person: r.id(0), role: r.text(1) }))
}
/// In the place of those before. At most [`WORKERS_MAX`], each once.
pub fn put_workers(tx: &mut Tx, b: &Booking, workers: &[Worker]) -> Result<(), DbError> {
    tx.exec(&WORKERS_DROP, &vals![b.id])?;
    let (first, last) = (b.first.to_string(), b.last.to_string());
    for (n, w) in workers.iter().take(WORKERS_MAX).enumerate() {
        tx.exec(&WORKER_PUT, &vals![b.id, w.person, &w.role, n as u32, &first, &last])?;
    }
    Ok(())
}
/// What else these people are on during its days.
pub fn list_conflicts(tx: &mut Tx, b: &Booking, workers: &[Worker]) -> Result<Vec<Conflict>, DbError> {
    let (earliest, first, last) = (longest_before(b.first).to_string(), b.first.to_string(), b.last.to_string());
    let mut all = Vec::new();
    for w in workers {
        all.extend(tx.query(&CONFLICTS, &vals![w.person, &earliest, &last, &first, b.id], |r| {
            let (first, last) = (day(r.str(3))?, day(r.str(4))?);
            Ok(Conflict { person: w.person, service: r.id(0), account: r.id(1), subject: r.text(2), first, last })
        })?);
    }
    Ok(all)
}
pub fn list_checks(tx: &mut Tx, id: ServiceId) -> Result<Vec<Check>, DbError> {
    tx.query(&CHECKS, &vals![id], |r| Ok(Check { text: r.text(0), done_at: r.opt_at(1), done_by: r.opt_id(2) }))
}
/// In the place of those before. At most [`CHECKS_MAX`].
pub fn put_checks(tx: &mut Tx, id: ServiceId, checks: &[Check]) -> Result<(), DbError> {
    tx.exec(&CHECKS_DROP, &vals![id])?;
    for (n, c) in checks.iter().take(CHECKS_MAX).enumerate() {
        tx.exec(&CHECK_PUT, &vals![id, n as u32, &c.text, c.done_at, c.done_by])?;
    }
    Ok(())
}
/// False: there is no such line.
pub fn tick(tx: &mut Tx, id: ServiceId, n: u32, done: Option<(At, PersonId)>) -> Result<bool, DbError> {
    Ok(tx.exec(&CHECK_TICK, &vals![id, n, done.map(|d| d.0), done.map(|d| d.1)])? > 0)
}
/// One more line of a service that is held.
pub fn put_line(tx: &mut Tx, id: ServiceId, line: &Line) -> Result<(), DbError> {
    tx.exec(&LINE_PUT, &vals![id, line.n, line.by, line.at, &line.text]).map(|_| ())
}
/// Newest first; `before` is the number of the last one seen.
pub fn list_lines(tx: &mut Tx, id: ServiceId, before: Option<u32>, limit: u32) -> Result<Vec<Line>, DbError> {
    let read = |r: &Row| Ok(Line { n: r.num(0), by: r.id(1), at: r.at(2), text: r.text(3) });
    tx.query(&LINES, &vals![id, before.map_or(i64::MAX, i64::from), limit], read)
}

pub fn list_steps(tx: &mut Tx, id: ServiceId) -> Result<Vec<Step>, DbError> {
    tx.query(&STEPS, &vals![id], |r| {
        let milestone = known(Milestone::parse(r.str(0)))?;
        Ok(Step { milestone, due_at: r.at(1), promised: r.bool(2), done_at: r.opt_at(3), late_at: r.opt_at(4) })
    })
}
/// Of many services, each in the order they fall due.
pub fn list_steps_of(tx: &mut Tx, ids: &[ServiceId]) -> Result<HashMap<ServiceId, Vec<Step>>, DbError> {
    let mut of: HashMap<ServiceId, Vec<Step>> = HashMap::new();
    let all = tx.query_of_many(&STEPS_OF, &id_bytes(ids), |r| {
        let milestone = known(Milestone::parse(r.str(1)))?;
        Ok((r.id(0), Step { milestone, due_at: r.at(2), promised: r.bool(3), done_at: r.opt_at(4), late_at: r.opt_at(5) }))
    })?;
    for (id, step) in all {
        of.entry(id).or_default().push(step);
    }
    of.values_mut().for_each(|steps| steps.sort_by_key(|s| s.due_at));
    Ok(of)
}
/// A milestone of a service, or another instant for one it has.
pub fn put_due(tx: &mut Tx, id: ServiceId, due: &Due) -> Result<(), DbError> {
    tx.exec(&STEP_PUT, &vals![id, due.milestone.key(), due.at, due.promised]).map(|_| ())
}
/// The first time counts.
pub fn step_done(tx: &mut Tx, id: ServiceId, milestone: Milestone, at: At) -> Result<(), DbError> {
    tx.exec(&STEP_DONE, &vals![id, milestone.key(), at]).map(|_| ())
}
/// Was not done after all; what was late once is not told again.
pub fn step_undone(tx: &mut Tx, id: ServiceId, milestone: Milestone) -> Result<(), DbError> {
    tx.exec(&STEP_UNDONE, &vals![id, milestone.key()]).map(|_| ())
}
/// Nothing of this service fires any more.
pub fn drop_steps(tx: &mut Tx, id: ServiceId) -> Result<(), DbError> {
    tx.exec(&STEPS_DROP, &vals![id]).map(|_| ())
}
/// Milestones that are late and not told of.
pub fn list_late(tx: &mut Tx, now: At, limit: u32) -> Result<Vec<(ServiceId, Milestone)>, DbError> {
    tx.query(&LATE, &vals![now, limit], |r| Ok((r.id(0), known(Milestone::parse(r.str(1)))?)))
}
/// Notes that it was told. False: it was told of, done or dropped already.
pub fn told(tx: &mut Tx, id: ServiceId, milestone: Milestone, now: At) -> Result<bool, DbError> {
    Ok(tx.exec(&TOLD, &vals![id, milestone.key(), now])? > 0)
}
pub fn next_late(tx: &mut Tx) -> Result<Option<At>, DbError> {
    tx.first(&NEXT, &[], |r| Ok(r.at(0)))
}
