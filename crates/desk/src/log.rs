//! Writing to the log: every change leaves a line in the transaction that makes it.
use crate::{Act, Fault};
use domain::kit::{AccountId, At, PersonId, TicketId};
use serde_json::Value;
use store::log::{Audience, NewEntry};

/// One line about one subject.
pub struct Line {
    pub account: Option<AccountId>,
    pub ticket: Option<TicketId>,
    /// `None`: the house itself.
    pub actor: Option<PersonId>,
    pub key: &'static str,
    pub audience: Audience,
    pub body: Value,
}
impl Line {
    /// A line for administration alone: people, settings, tokens.
    pub fn audit(actor: Option<PersonId>, account: Option<AccountId>, key: &'static str, body: Value) -> Line {
        Line { account, ticket: None, actor, key, audience: Audience::Audit, body }
    }
    /// As it is written.
    pub fn entry(self, at: At) -> NewEntry {
        let Line { account, ticket, actor, key, audience, body } = self;
        NewEntry { account, ticket, at, actor, key, audience, body: body.to_string() }
    }
}

/// Appends lines of one account, in order; returns the position of the last.
pub fn write(cx: &mut Act, lines: Vec<Line>) -> Result<i64, Fault> {
    write_all(cx, vec![lines])?;
    Ok(cx.pos)
}
/// As [`write`] for the lines of many subjects; returns each subject's last position, `None` where there was nothing to write.
pub fn write_all(cx: &mut Act, groups: Vec<Vec<Line>>) -> Result<Vec<Option<i64>>, Fault> {
    let (at, sizes) = (cx.now, groups.iter().map(Vec::len).collect::<Vec<_>>());
    let entries: Vec<NewEntry> = groups.into_iter().flatten().map(|l| l.entry(at)).collect();
    let mut positions = store::log::append_all(cx.tx, &entries)?.into_iter();
    let last: Vec<Option<i64>> = sizes.into_iter().map(|n| positions.by_ref().take(n).max()).collect();
    cx.pos = last.iter().flatten().copied().max().unwrap_or(cx.pos);
    Ok(last)
}
