//! Sums over a window of time: how promises to customers fared, how long answers took. Read by index from the newest on, and no more rows than asked.
use crate::db::{DbError, Tx};
use crate::{statements, vals};
use domain::kit::{At, PersonId, Span};

/// How a promise stands; those that lost their object are counted nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Kept,
    Broken,
    /// Runs or waits, and a warning was given.
    AtRisk,
    Running,
    Cancelled,
}
impl Fate {
    fn parse(key: &str) -> Fate {
        match key {
            "kept" => Fate::Kept,
            "broken" => Fate::Broken,
            "at_risk" => Fate::AtRisk,
            "running" => Fate::Running,
            _ => Fate::Cancelled,
        }
    }
}
/// Promises of one plan on one channel about one product on one tier in one pair of hands that fared alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub plan: String,
    pub channel: String,
    pub handler: Option<PersonId>,
    /// As the customer named it; empty when they did not.
    pub product: String,
    pub tier: u8,
    pub fate: Fate,
    pub count: u64,
}

macro_rules! promised {
    () => {
        "(select plan_id, ticket_id, base_at, case when broken_at is not null then 'broken' when ending = 'fulfilled' then 'kept' when ending is not null then 'cancelled' when warned <> 0 then 'at_risk' else 'running' end as fate from clock where internal = 0 and base_at >= $1 and base_at < $2 order by base_at desc, id desc limit $3) c"
    };
}
macro_rules! took {
    ($to:literal) => {
        concat!(
            "select took, count(*) from (select case when ", $to, " is null then null when ", $to, " - opened_at <= 300000000 then 0 when ", $to,
            " - opened_at <= 600000000 then 1 when ", $to, " - opened_at <= 1800000000 then 2 when ", $to, " - opened_at <= 3600000000 then 3 when ", $to,
            " - opened_at <= 14400000000 then 4 when ", $to, " - opened_at <= 28800000000 then 5 when ", $to, " - opened_at <= 86400000000 then 6 when ", $to,
            " - opened_at <= 259200000000 then 7 when ", $to, " - opened_at <= 604800000000 then 8 else 9 end as took from ticket where opened_at >= $1 and opened_at < $2 order by opened_at desc, id desc limit $3) t group by took"
        )
    };
}
/// The upper ends of the lengths answers are sorted into, as the statements below have them; the last is open.
pub const STEPS: [Span; 9] = [
    Span::minutes(5),
    Span::minutes(10),
    Span::minutes(30),
    Span::hours(1),
    Span::hours(4),
    Span::hours(8),
    Span::hours(24),
    Span::hours(72),
    Span::hours(168),
];
statements! {
    CELLS = concat!("select c.plan_id, t.channel, t.handler_id, t.product, t.tier, c.fate, count(*) from ", promised!(), " join ticket t on t.id = c.ticket_id group by c.plan_id, t.channel, t.handler_id, t.product, t.tier, c.fate");
    HOURS = concat!("select c.base_at / 3600000000, c.fate, count(*) from ", promised!(), " group by c.base_at / 3600000000, c.fate");
    FIRST_ANSWER = took!("first_reply_at");
    RESOLVE = took!("resolved_at");
}

/// How the promises made in `[from, to)` fared, the newest `max` of them.
pub fn list_cells(tx: &mut Tx, from: At, to: At, max: u32) -> Result<Vec<Cell>, DbError> {
    tx.query(&CELLS, &vals![from, to, max], |r| {
        Ok(Cell {
            plan: r.text(0),
            channel: r.text(1),
            handler: r.opt_id(2),
            product: r.text(3),
            tier: r.num(4),
            fate: Fate::parse(r.str(5)),
            count: r.num(6),
        })
    })
}
/// The same by the hour they were made in.
pub fn list_hours(tx: &mut Tx, from: At, to: At, max: u32) -> Result<Vec<(At, Fate, u64)>, DbError> {
    tx.query(&HOURS, &vals![from, to, max], |r| Ok((At::from_micros(r.int(0) * Span::hours(1).as_micros()), Fate::parse(r.str(1)), r.num(2))))
}
/// Of the cases opened in `[from, to)`: how many had their first answer within each of [`STEPS`], the last place for longer ones.
pub fn first_answers(tx: &mut Tx, from: At, to: At, max: u32) -> Result<[u64; 10], DbError> {
    let rows = tx.query(&FIRST_ANSWER, &vals![from, to, max], |r| Ok((r.opt_int(0), r.num(1))))?;
    Ok(sorted(rows))
}
/// The same for the last time they were resolved.
pub fn resolves(tx: &mut Tx, from: At, to: At, max: u32) -> Result<[u64; 10], DbError> {
    let rows = tx.query(&RESOLVE, &vals![from, to, max], |r| Ok((r.opt_int(0), r.num(1))))?;
    Ok(sorted(rows))
}
/// What is not answered yet has no length.
fn sorted(rows: Vec<(Option<i64>, u64)>) -> [u64; 10] {
    let mut counts = [0; 10];
    for (step, count) in rows {
        if let Some(place) = step.and_then(|s| usize::try_from(s).ok()).and_then(|s| counts.get_mut(s)) {
            *place += count;
        }
    }
    counts
}
