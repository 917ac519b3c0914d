//! The one door for acts on a booked service.
use super::{SheetIn, hindrance, post, sheet, tell};
use crate::form::Form;
use crate::{Act, Fault, Flaw, limits};
use domain::booking::{Command, Doers, Milestone, Stage, decide};
use domain::kit::ServiceId;
use domain::people::{Deed, KeepService, Leave};
use domain::ticket::STARS_MAX;
use serde_json::{Value, json};
use store::account::Account;
use store::booking::{Booking, Line};

/// A command with whatever goes with it.
#[derive(Debug, Clone)]
pub struct Doing {
    pub command: Command,
    /// `None`: whatever it is now.
    pub seen_version: Option<u32>,
    pub reason: String,
    /// Of a report.
    pub text: String,
    pub stars: u32,
    pub comment: String,
    /// The line of the check list, from 0, and whether it is done.
    pub check: u32,
    pub done: bool,
    pub sheet: SheetIn,
}
impl Doing {
    pub fn new(command: Command) -> Doing {
        let (reason, text, comment) = Default::default();
        Doing { command, seen_version: None, reason, text, stars: 0, comment, check: 0, done: true, sheet: SheetIn::default() }
    }
}

/// Does something to a service. Errors: Forbidden for a leave of another deed, NotFound, Stale, Invalid, Refused by the rules.
pub fn act<D: Deed>(cx: &mut Act, leave: &Leave<D>, id: ServiceId, doing: &Doing) -> Result<Booking, Fault> {
    let (who, command) = (leave.actor(), doing.command);
    if D::NAME != command.deed() {
        return Err(Fault::Forbidden { deed: command.deed() });
    }
    let (before, account) = held(cx, leave, id)?;
    if doing.seen_version.is_some_and(|seen| seen != before.version) {
        return Err(Fault::Stale { current: before.version });
    }
    let words = words(doing)?;
    let doers = Doers::of(who, account.contact == Some(who.person));
    let outcome = decide(&before.is, command, doers).map_err(|r| {
        let why = hindrance(r);
        Fault::Refused { code: why.code, args: why.args }
    })?;
    let mut b = Booking { updated_at: cx.now, ..before.clone() };
    (b.is.stage, b.is.held) = (outcome.stage, outcome.held);
    apply(cx, &mut b, doing, who.person, &words)?;
    if !b.is.stage.is_open() {
        b.closed_at.get_or_insert(cx.now);
    }
    store::booking::put(cx.tx, &b)?;
    b.version += 1;
    if let Some(kind) = outcome.entry {
        post(cx, &b, kind, who, command.wants_reason().then_some(words.as_str()))?;
    }
    reached(cx, &b, command)?;
    tell::happened(cx, &account, &b, Some(who.person), event(command), said(doing, &words))?;
    cx.tx.nudge("clock");
    Ok(b)
}
/// The service, held until the act's end, and its customer. Errors: NotFound.
fn held<D: Deed>(cx: &mut Act, leave: &Leave<D>, id: ServiceId) -> Result<(Booking, Account), Fault> {
    let booking = store::booking::find_locked(cx.tx, id)?.filter(|b| leave.actor().may_know(b.account)).ok_or(Fault::NotFound)?;
    let account = store::account::find(cx.tx, booking.account)?.ok_or(Fault::NotFound)?;
    Ok((booking, account))
}
/// The words a command needs: a reason, a report, a comment. Errors: Invalid.
fn words(doing: &Doing) -> Result<String, Fault> {
    let mut form = Form::new();
    let words = match doing.command {
        c if c.wants_reason() => form.line("reason", &doing.reason, limits::FIELD_CHARS_MAX),
        Command::Report => {
            form.must(!doing.text.trim().is_empty(), "text", "missing");
            form.body("text", &doing.text, limits::MESSAGE_BYTES_MAX);
            doing.text.trim().to_string()
        }
        Command::Rate => {
            if !(1..=STARS_MAX).contains(&doing.stars) {
                form.flaw(Flaw::new("stars", "out_of_range").with("min", 1).with("max", STARS_MAX));
            }
            form.line_or_none("comment", &doing.comment, limits::FIELD_CHARS_MAX)
        }
        _ => String::new(),
    };
    form.done()?;
    Ok(words)
}
fn apply(cx: &mut Act, b: &mut Booking, doing: &Doing, by: domain::kit::PersonId, words: &str) -> Result<(), Fault> {
    match doing.command {
        Command::Decline | Command::Withdraw | Command::Cancel | Command::Return => b.reason = Some(words.to_string()),
        Command::Plan => sheet::put(cx, b, &doing.sheet)?,
        Command::Tick => {
            let done = doing.done.then_some((cx.now, by));
            if !store::booking::tick(cx.tx, b.id, doing.check, done)? {
                return Err(Fault::invalid("check", "no_such_line"));
            }
        }
        Command::Report => (b.report, b.reported_at) = (Some(words.to_string()), Some(cx.now)),
        Command::Rate => (b.stars, b.comment) = (Some(doing.stars), words.to_string()),
        _ => {}
    }
    Ok(())
}
/// Milestones that are reached by a command, or are not after all.
fn reached(cx: &mut Act, b: &Booking, command: Command) -> Result<(), Fault> {
    let done: &[Milestone] = match command {
        Command::Agree | Command::Decline => &[Milestone::Answer],
        Command::Plan => &[Milestone::Plan],
        Command::Rehearse => &[Milestone::Rehearsal],
        Command::Begin => &[Milestone::Begin],
        Command::Report => &[Milestone::Report],
        _ => &[],
    };
    for milestone in done {
        store::booking::step_done(cx.tx, b.id, *milestone, cx.now)?;
    }
    if command == Command::Return {
        store::booking::step_undone(cx.tx, b.id, Milestone::Report)?;
    }
    if !b.is.stage.is_open() || b.is.stage == Stage::Accepted {
        store::booking::drop_steps(cx.tx, b.id)?;
    }
    Ok(())
}
fn event(command: Command) -> &'static str {
    match command {
        Command::Agree => "service.agreed",
        Command::Decline => "service.declined",
        Command::Withdraw => "service.withdrawn",
        Command::Cancel => "service.cancelled",
        Command::Plan => "service.planned",
        Command::Rehearse => "service.rehearsed",
        Command::Tick => "service.ticked",
        Command::Begin => "service.begun",
        Command::Note => "service.noted",
        Command::Report => "service.reported",
        Command::Accept => "service.accepted",
        Command::Return => "service.returned",
        Command::Rate => "service.rated",
        Command::Close => "service.closed",
        Command::Exempt => "service.exempted",
    }
}
fn said(doing: &Doing, words: &str) -> Value {
    match doing.command {
        c if c.wants_reason() => json!({"reason": words}),
        Command::Tick => json!({"check": doing.check, "done": doing.done}),
        Command::Rate => json!({"stars": doing.stars}),
        _ => json!({}),
    }
}

/// Writes a line into the watch log; it is never changed. Errors: NotFound, Invalid, Refused `service.not_now`.
pub fn note(cx: &mut Act, leave: &Leave<KeepService>, id: ServiceId, text: &str) -> Result<Line, Fault> {
    let who = leave.actor();
    let (mut b, account) = held(cx, leave, id)?;
    decide(&b.is, Command::Note, Doers::of(who, false)).map_err(|r| {
        let why = hindrance(r);
        Fault::Refused { code: why.code, args: why.args }
    })?;
    let mut form = Form::new();
    form.must(!text.trim().is_empty(), "text", "missing");
    form.body("text", text, limits::FIELD_CHARS_MAX);
    form.done()?;
    (b.lines, b.updated_at) = (b.lines + 1, cx.now);
    let line = Line { n: b.lines, by: who.person, at: cx.now, text: text.trim().to_string() };
    store::booking::put_line(cx.tx, id, &line)?;
    store::booking::put(cx.tx, &b)?;
    tell::happened(cx, &account, &b, Some(who.person), event(Command::Note), json!({"n": line.n}))?;
    Ok(line)
}
