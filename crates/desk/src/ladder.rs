//! Whom a promise calls as its time runs out: whoever works on the case, then rung after rung of its ladder.
use crate::board::{Board, Seat};
use crate::directory::Directory;
use crate::log::Line;
use crate::notify::{self, Bag, Telling};
use crate::{Act, Fault};
use domain::kit::{ClockId, PersonId};
use domain::promise::{Clock, Event, What};
use domain::routing::{self, RungCall};
use serde_json::{Value, json};
use store::log::Audience;
use store::ticket::Case;

/// Somebody to tell, of what, with the arguments of the sentence.
#[derive(PartialEq)]
pub(crate) struct Call {
    person: PersonId,
    topic: &'static str,
    args: Value,
}
/// Who is to be told of what a case's clocks just did; a rung nobody stands on is skipped at once, and both are written down. Asked by
/// whoever lets clocks do something: the tick, and an act that comes before the tick had its round.
pub(crate) fn climb(cx: &mut Act, people: &mut Directory, case: &Case, board: &mut Board, lines: &mut Vec<Line>) -> Result<Vec<Call>, Fault> {
    let mut calls = Vec::new();
    for seat in board.seats.iter_mut().filter(|s| s.fresh[still_meant(s)..].iter().any(|e| is_told(&e.what))) {
        let terms = &seat.clock.terms;
        // Plan and row find the promise's own words for the reader.
        let args = json!({"promise": terms.key, "plan": terms.plan, "row": terms.row, "due_at": seat.clock.due_at.map(|d| d.to_string())});
        let call = |person, topic| Call { person, topic, args: args.clone() };
        let mut rungs = Vec::new();
        for event in &seat.fresh[still_meant(seat)..] {
            match event.what {
                What::Warned { .. } => calls.extend(working(case).map(|p| call(p, "clock.warned"))),
                What::Breached { .. } => calls.extend(working(case).map(|p| call(p, "clock.breached"))),
                What::Escalated { rung } => rungs.push(rung as usize),
                _ => {}
            }
        }
        for reached in reach(cx, people, case, &seat.clock, &rungs)? {
            if reached.skipped.is_some() {
                lines.push(skipped(case, seat.id, &seat.clock, &reached));
            }
            if !rungs.contains(&reached.rung) && seat.clock.called & (1 << reached.rung) == 0 {
                // Called in the place of an empty rung: it is written down, so that it is not called again at its own time.
                let event = Event { at: cx.now, noted_at: cx.now, what: What::Escalated { rung: reached.rung as u8 } };
                seat.clock = seat.clock.clone().apply(&event, cx.desk.shelves());
                seat.fresh.push(event);
            }
            calls.extend(reached.told.into_iter().map(|p| call(p, "clock.escalated")));
        }
    }
    // Two warnings that come late come together: one word for both.
    calls.dedup();
    Ok(calls)
}
/// Where the events of the present due instant begin. The act that found time running out may have moved it: then nothing runs out any
/// more, and the new instant has warnings and calls of its own.
fn still_meant(seat: &Seat) -> usize {
    seat.fresh.iter().rposition(|e| matches!(e.what, What::Retargeted { .. } | What::Agreed { .. })).unwrap_or(0)
}
fn is_told(what: &What) -> bool {
    matches!(what, What::Warned { .. } | What::Breached { .. } | What::Escalated { .. })
}
/// Puts it in the bag for each of them; called when the log has the lines they are told of.
pub(crate) fn tell(cx: &mut Act, bag: &mut Bag, case: &Case, calls: Vec<Call>) -> Result<(), Fault> {
    for Call { person, topic, args } in calls {
        notify::tell(cx, bag, case, person, &Telling { topic, args, urgent: true })?;
    }
    Ok(())
}
/// The rungs these calls reach; the rule is the domain's, who stands on a duty is read here.
fn reach(cx: &mut Act, people: &mut Directory, case: &Case, clock: &Clock, rungs: &[usize]) -> Result<Vec<RungCall>, Fault> {
    if rungs.is_empty() {
        return Ok(Vec::new());
    }
    let ladder = &clock.terms.ladder;
    let told_before: Vec<usize> = (0..ladder.len()).filter(|i| clock.called & (1 << i) != 0 && !rungs.contains(i)).collect();
    let mut stand: Vec<(&str, Vec<PersonId>)> = Vec::new();
    for rung in ladder {
        if stand.iter().all(|(duty, _)| *duty != rung.tell) {
            stand.push((&rung.tell, standing(cx, people, case, &rung.tell)?));
        }
    }
    Ok(routing::climb(rungs, &told_before, ladder, |duty| stand.iter().find(|(d, _)| *d == duty).map(|(_, p)| p.clone()).unwrap_or_default()))
}
fn working(case: &Case) -> impl Iterator<Item = PersonId> {
    let (handler, owner) = (case.ticket.handler, case.ticket.owner);
    handler.into_iter().chain(owner.filter(|o| Some(*o) != handler))
}
/// Who stands on a duty now: people of the case, the account's TAM, or the rota.
fn standing(cx: &mut Act, people: &mut Directory, case: &Case, duty: &str) -> Result<Vec<PersonId>, Fault> {
    let named = match duty {
        "owner" => case.ticket.owner.or(case.ticket.handler).into_iter().collect(),
        "tam" => people.tam(cx.tx, case.ticket.account)?.into_iter().collect(),
        duty => people.on_duty(cx.tx, duty, cx.now)?,
    };
    let mut present = Vec::new();
    for id in named {
        let here = people.person(cx.tx, id)?.is_some_and(|(p, _)| p.active && p.away_until.is_none_or(|until| until <= cx.now));
        if here {
            present.push(id);
        }
    }
    Ok(present)
}
fn skipped(case: &Case, id: ClockId, clock: &Clock, call: &RungCall) -> Line {
    let duty = clock.terms.ladder.get(call.rung).map(|r| r.tell.as_str());
    Line {
        account: Some(case.ticket.account),
        ticket: Some(case.ticket.id),
        actor: None,
        key: "clock.rung_skipped",
        audience: Audience::Staff,
        body: json!({"clock": id.to_string(), "promise": clock.terms.key, "rung": call.rung, "tell": duty, "why": call.skipped}),
    }
}
