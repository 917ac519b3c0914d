//! Several acts in one: all happen, or none; and what would happen, without its happening.
use crate::act::{Doing, Done, act, fact_body};
use crate::template::fill;
use crate::{Act, Desk, Fault};
use domain::kit::{At, TicketId, ToolId};
use domain::people::{ActOnTicket, Actor, Leave};
use domain::ticket::{apply, decide};
use serde_json::{Value, json};
use store::db::Tx;

/// One act of a macro and what came, or would come, of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub act: &'static str,
    /// The code of the rule that refuses it; what follows was not looked at.
    pub why: Option<&'static str>,
    /// Key and body of what happens, as the timeline tells it.
    pub events: Vec<(&'static str, Value)>,
    /// The words as filled for the case.
    pub body: Option<String>,
}

/// Runs the acts in order in this one transaction. Errors: those of [`act`]; the first refusal refuses all.
pub fn run(cx: &mut Act, leave: &Leave<ActOnTicket>, of: ToolId, id: TicketId, seen_version: Option<u32>, doings: &[Doing]) -> Result<Done, Fault> {
    let mut last: Option<Done> = None;
    for (n, doing) in doings.iter().enumerate() {
        let seen_version = seen_version.filter(|_| n == 0);
        let body = filled(cx.tx, cx.desk, leave.actor(), id, doing)?;
        last = Some(act(cx, leave, id, &Doing { body, seen_version, ..doing.clone() })?);
    }
    let done = last.ok_or(Fault::invalid("steps", "empty"))?;
    let line = crate::log::Line {
        account: Some(done.case.ticket.account),
        ticket: Some(id),
        actor: Some(leave.actor().person),
        key: "ticket.macro_run",
        audience: store::log::Audience::Staff,
        body: json!({"macro": of.to_string(), "acts": doings.iter().map(|d| d.command.key()).collect::<Vec<_>>()}),
    };
    let pos = crate::log::write(cx, vec![line])?;
    Ok(Done { pos, ..done })
}
/// What [`run`] would do as things stand, up to the first act that is refused; nothing is written, nobody told. Quotas and the parts of a
/// case are not asked. Errors: NotFound.
pub fn try_out(tx: &mut Tx, desk: &Desk, who: &Actor, id: TicketId, doings: &[Doing], now: At) -> Result<Vec<Step>, Fault> {
    let mut ticket = crate::ticket::get(tx, who, id)?.ticket;
    let mut steps = Vec::new();
    for doing in doings {
        let act = doing.command.key();
        let body = filled(tx, desk, who, id, doing)?;
        match decide(&ticket, who, &doing.command, &desk.rules().patience, now) {
            Err(refusal) => {
                steps.push(Step { act, why: Some(refusal.key()), events: Vec::new(), body });
                return Ok(steps);
            }
            Ok(facts) => {
                let events = facts.iter().map(|f| (f.key(), fact_body(f, None))).collect();
                ticket = facts.iter().fold(ticket, |t, f| apply(t, f, now));
                steps.push(Step { act, why: None, events, body });
            }
        }
    }
    Ok(steps)
}
fn filled(tx: &mut Tx, desk: &Desk, who: &Actor, id: TicketId, doing: &Doing) -> Result<Option<String>, Fault> {
    let Some(text) = &doing.body else { return Ok(None) };
    let case = crate::ticket::get(tx, who, id)?;
    Ok(Some(fill(tx, desk, who, &case, text)?.0))
}
