//! One customer's cases and promises in a stretch of time, read by index: what a report is reckoned from.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{AccountId, At, Span, TicketId};

/// A case as a report needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub id: TicketId,
    pub number: i64,
    pub subject: String,
    pub product: String,
    pub severity: String,
    pub channel: String,
    pub opened_at: At,
    pub first_reply_at: Option<At>,
    pub resolved_at: Option<At>,
    /// 1 to 5, where the customer rated it.
    pub stars: Option<u32>,
}
/// A promise to the customer with the case it was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    pub number: i64,
    pub subject: String,
    pub product: String,
    pub severity: String,
    pub channel: String,
    pub plan: String,
    pub promise: String,
    pub row: String,
    pub base_at: At,
    pub due_at: Option<At>,
    pub broken_at: Option<At>,
    pub ended_at: Option<At>,
    pub ending: Option<String>,
    pub waived: bool,
    pub waited_customer: Span,
    pub waited_vendor: Span,
    pub waited_product: Span,
}
macro_rules! cases {
    ($rest:literal) => {
        concat!("select t.id, t.number, t.subject, t.product, t.severity, t.channel, t.opened_at, t.first_reply_at, t.resolved_at, r.stars from ticket t left join rating r on r.ticket_id = t.id ", $rest)
    };
}
statements! {
    OPENED = cases!("where t.account_id = $1 and t.opened_at >= $2 and t.opened_at < $3 order by t.opened_at, t.id limit $4");
    RESOLVED = cases!("where t.account_id = $1 and t.resolved_at >= $2 and t.resolved_at < $3 order by t.resolved_at, t.id limit $4");
    // Unresolved now and opened before; closed ones are resolved or were taken back.
    UNRESOLVED = "select count(*) from (select 1 from ticket where account_id = $1 and closed_at is null and resolved_at is null and opened_at < $2 limit $3) open";
    RESOLVED_SINCE = "select count(*) from (select 1 from ticket where account_id = $1 and resolved_at >= $2 and opened_at < $2 limit $3) late";
    PROMISED = "select t.number, t.subject, t.product, t.severity, t.channel, c.plan_id, c.promise, c.row_key, c.base_at, c.due_at, c.broken_at, c.ended_at, c.ending, c.waived, c.waited_customer, c.waited_vendor, c.waited_product from clock c join ticket t on t.id = c.ticket_id where c.account_id = $1 and c.internal = 0 and c.base_at >= $2 and c.base_at < $3 order by c.base_at, c.id limit $4";
}
fn case(r: &Row) -> Result<Case, DbError> {
    Ok(Case {
        id: r.id(0),
        number: r.int(1),
        subject: r.text(2),
        product: r.text(3),
        severity: r.text(4),
        channel: r.text(5),
        opened_at: r.at(6),
        first_reply_at: r.opt_at(7),
        resolved_at: r.opt_at(8),
        stars: r.opt_num(9),
    })
}
/// Opened in `[from, to)`, oldest first, at most `max`.
pub fn opened(tx: &mut Tx, account: AccountId, from: At, to: At, max: u32) -> Result<Vec<Case>, DbError> {
    tx.query(&OPENED, &vals![account, from, to, max], case)
}
/// Resolved, for the last time so far, in `[from, to)`.
pub fn resolved(tx: &mut Tx, account: AccountId, from: At, to: At, max: u32) -> Result<Vec<Case>, DbError> {
    tx.query(&RESOLVED, &vals![account, from, to, max], case)
}
/// How many were opened before `at` and not resolved by then, counted to `max`.
pub fn unresolved(tx: &mut Tx, account: AccountId, at: At, max: u32) -> Result<u64, DbError> {
    let count = |tx: &mut Tx, sql| tx.first(sql, &vals![account, at, max], |r| Ok(r.num::<u64>(0))).map(Option::unwrap_or_default);
    Ok(count(tx, &UNRESOLVED)? + count(tx, &RESOLVED_SINCE)?)
}
/// Promises to the customer made in `[from, to)`, oldest first, at most `max`.
pub fn promised(tx: &mut Tx, account: AccountId, from: At, to: At, max: u32) -> Result<Vec<Promise>, DbError> {
    tx.query(&PROMISED, &vals![account, from, to, max], |r| {
        Ok(Promise {
            number: r.int(0),
            subject: r.text(1),
            product: r.text(2),
            severity: r.text(3),
            channel: r.text(4),
            plan: r.text(5),
            promise: r.text(6),
            row: r.text(7),
            base_at: r.at(8),
            due_at: r.opt_at(9),
            broken_at: r.opt_at(10),
            ended_at: r.opt_at(11),
            ending: r.opt_text(12),
            waived: r.bool(13),
            waited_customer: r.span(14),
            waited_vendor: r.span(15),
            waited_product: r.span(16),
        })
    })
}
