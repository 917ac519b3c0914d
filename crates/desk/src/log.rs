//! Writing to the log: every change leaves a line in the transaction that makes it.
use crate::{Act, Fault};
use domain::kit::{AccountId, PersonId, TicketId};
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
}

/// Appends lines of one account, in order; returns the position of the last.
pub fn write(cx: &mut Act, lines: Vec<Line>) -> Result<i64, Fault> {
    if lines.is_empty() {
        return Ok(cx.pos);
    }
    let at = cx.now;
    let entries: Vec<NewEntry> = lines
        .into_iter()
        .map(|l| NewEntry { account: l.account, ticket: l.ticket, at, actor: l.actor, key: l.key, audience: l.audience, body: l.body.to_string() })
        .collect();
    cx.pos = store::log::append(cx.tx, &entries)?;
    Ok(cx.pos)
}
