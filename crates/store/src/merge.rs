//! Cases that go on in another one, and how each stood before.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, ClockId, PersonId, TicketId};
use domain::ticket::{Alarm, AlarmDoes, Severity, Stage, Standing};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    pub from: TicketId,
    pub into: TicketId,
    pub by: PersonId,
    pub at: At,
    pub before: Standing,
    /// Clocks that began in the other case for promises of this one.
    pub adopted: Vec<ClockId>,
}
/// The most that is told of what was merged into one case.
pub const LISTED_MAX: u32 = 200;
statements! {
    ONE = "select from_id, into_id, by_id, at, stage, alarm_at, alarm_does, proposed, adopted from merge where from_id = $1";
    OF_INTO = "select from_id from merge where into_id = $1 order by from_id limit $2";
    INSERT = "insert into merge (from_id, into_id, by_id, at, stage, alarm_at, alarm_does, proposed, adopted) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    DROP = "delete from merge where from_id = $1";
}
fn read(r: &Row) -> Result<Merge, DbError> {
    let stage = Stage::parse(r.str(4)).ok_or_else(|| DbError::internal(format!("a merge keeps the stage {}", r.str(4))))?;
    let alarm = match (r.opt_at(5), r.opt_text(6).as_deref().and_then(AlarmDoes::parse)) {
        (Some(at), Some(does)) => Some(Alarm { at, does }),
        _ => None,
    };
    let proposed = r.opt_text(7).as_deref().and_then(Severity::parse);
    let adopted = r.bytes(8).chunks_exact(16).filter_map(|c| c.try_into().ok()).map(ClockId::from_bytes).collect();
    Ok(Merge { from: r.id(0), into: r.id(1), by: r.id(2), at: r.at(3), before: Standing { stage, alarm, proposed }, adopted })
}
pub fn find(tx: &mut Tx, from: TicketId) -> Result<Option<Merge>, DbError> {
    tx.first(&ONE, &vals![from], read)
}
/// What goes on in a case; bounded by [`LISTED_MAX`].
pub fn list_into(tx: &mut Tx, into: TicketId) -> Result<Vec<TicketId>, DbError> {
    tx.query(&OF_INTO, &vals![into, LISTED_MAX], |r| Ok(r.id(0)))
}
pub fn put_new(tx: &mut Tx, m: &Merge) -> Result<(), DbError> {
    let adopted: Vec<u8> = m.adopted.iter().flat_map(|c| c.bytes()).collect();
    let (alarm_at, alarm_does) = (m.before.alarm.map(|a| a.at), m.before.alarm.map(|a| a.does.key()));
    let proposed = m.before.proposed.map(|p| p.key());
    tx.exec(&INSERT, &vals![m.from, m.into, m.by, m.at, m.before.stage.key(), alarm_at, alarm_does, proposed, &adopted[..]]).map(|_| ())
}
pub fn drop_one(tx: &mut Tx, from: TicketId) -> Result<(), DbError> {
    tx.exec(&DROP, &vals![from]).map(|_| ())
}
