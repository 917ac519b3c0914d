//! The timeline of an incident, and the clocks it would have had: the facts of a case with their instants, told through the same rules
//! as a case that happens now. Pure.
use super::report::Notes;
use super::servicenow::{Incident, Row};
use crate::board::{Board, Subject};
use crate::{Fault, Shelves};
use domain::kit::{AccountId, At, ClockId, PersonId, TicketId};
use domain::plan::PlanBook;
use domain::promise::{Because, Wait};
use domain::ticket::{Closing, Fact, Severity, Stage, Ticket, apply};
use std::ops::Range;

/// Who stands for the people of an imported history.
#[derive(Debug, Clone, Copy)]
pub struct People {
    pub account: AccountId,
    /// Who asked.
    pub contact: PersonId,
    /// Who answered.
    pub engineer: PersonId,
}
impl People {
    /// For histories that are judged and not kept.
    pub fn nobody() -> People {
        People { account: AccountId::from_raw(0), contact: PersonId::from_raw(0), engineer: PersonId::from_raw(0) }
    }
}

/// What happened to an incident, in order.
#[derive(Debug, Clone)]
pub struct Timeline {
    pub opened_at: At,
    pub severity: Severity,
    pub facts: Vec<(At, Fact)>,
}
impl Timeline {
    pub fn ended_at(&self) -> At {
        self.facts.last().map_or(self.opened_at, |(at, _)| *at)
    }
}

/// Reads the timeline out of the rows. What is odd goes to `notes`, with what was made of it in the reason:
///
/// - Every row counts at `sys_updated_at`, never before the opening (`answered_before_opened`, `stamped_before_opened`).
/// - The first row that is not New is the first answer.
/// - A row that is open again after a Resolved or Closed one reopens the case and begins its next life. The row that reopens into New or
///   Active is the customer's doing; the answer is the next row that is not New and is later or says something else. A reopening straight
///   into a wait is ours, answer and all.
/// - The last life is solved at `resolved_at` and closed at `closed_at` where the log has them and they lie within it, else with its first
///   Resolved and Closed rows; earlier lives with their rows, for the log keeps only the last `resolved_at`.
/// - A graver priority raises the severity; a lower one is a proposal nobody agreed to, for the log does not say that anybody did (I8, E11).
pub fn timeline(incident: &Incident, otherwise: Severity, people: People, notes: &mut Notes) -> Result<Timeline, Fault> {
    let mut rows = incident.rows.clone();
    rows.sort_by_key(|r| (r.at, r.changes, r.line));
    note_rows(incident, &rows, notes)?;
    let severity = rows.iter().find_map(|r| r.severity).unwrap_or(otherwise);
    let mut beats = Vec::with_capacity(rows.len() + 2);
    let lives = lives(&rows);
    for (n, life) in lives.iter().enumerate() {
        let is_last = n + 1 == lives.len();
        beats.extend(rows[life.clone()].iter().enumerate().map(|(i, r)| {
            let what = if i == 0 && n > 0 { Beat::Reopen(r.stage) } else { Beat::Row(r.stage) };
            (r.at.max(incident.opened_at), r.severity, what)
        }));
        let ends = if is_last { last_ends(incident, &rows[life.clone()], n == 0, notes)? } else { ends_by_rows(&rows[life.clone()]) };
        let started = rows.get(life.start).map_or(incident.opened_at, |r| r.at.max(incident.opened_at));
        let solved = ends.0.map(|at| at.max(if n == 0 { incident.opened_at } else { started }));
        beats.extend(solved.map(|at| (at, None, Beat::Solve)));
        beats.extend(ends.1.map(|at| (solved.map_or(at, |s| s.max(at)), None, Beat::Close)));
    }
    beats.sort_by_key(|(at, ..)| *at);
    Ok(Scribe::new(incident.opened_at, severity, people).write(beats))
}

#[derive(Debug, Clone, Copy)]
enum Beat {
    Row(Stage),
    Reopen(Stage),
    Solve,
    Close,
}

/// A life ends where an open row follows one that was not.
fn lives(rows: &[Row]) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    starts.extend((1..rows.len()).filter(|i| rows[*i].stage.is_open() && !rows[i - 1].stage.is_open()));
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([rows.len()]).collect();
    starts.into_iter().zip(ends).map(|(from, to)| from..to).collect()
}
fn first_of(rows: &[Row], stage: Stage) -> Option<&Row> {
    rows.iter().find(|r| r.stage == stage)
}
/// When a life was solved and closed, as its rows say.
fn ends_by_rows(rows: &[Row]) -> (Option<At>, Option<At>) {
    let (solved, closed) = (first_of(rows, Stage::Resolved).map(|r| r.at), first_of(rows, Stage::Closed).map(|r| r.at));
    (solved.or(closed), closed)
}
/// When the last life was solved and closed: the log's own columns where they belong to it.
fn last_ends(incident: &Incident, rows: &[Row], is_first: bool, notes: &mut Notes) -> Result<(Option<At>, Option<At>), Fault> {
    let (resolved, closed) = (first_of(rows, Stage::Resolved), first_of(rows, Stage::Closed));
    let start = rows.first().map_or(incident.opened_at, |r| r.at);
    let line = rows.last().map_or(0, |r| r.line);
    let mut note = |line, reason, got: At| notes.anomaly(line, &incident.number, reason, &got.to_string());
    let mut own = |said: Option<At>, row: Option<&Row>, codes: [&'static str; 4]| -> Result<Option<At>, Fault> {
        let line = row.map_or(line, |r| r.line);
        match (said, row) {
            (Some(at), _) if at < incident.opened_at => {
                note(line, codes[0], at)?;
                return Ok(row.map(|r| r.at).or(Some(incident.opened_at)));
            }
            (Some(at), _) if !is_first && at < start => {
                note(line, codes[1], at)?;
                return Ok(row.map(|r| r.at));
            }
            (Some(at), Some(row)) if at != row.at => note(line, codes[2], row.at)?,
            (None, Some(row)) => note(line, codes[3], row.at)?,
            _ => {}
        }
        Ok(said.or(row.map(|r| r.at)))
    };
    let solved_at = own(
        incident.resolved_at,
        resolved,
        ["resolved_before_opened", "resolved_in_an_earlier_life", "resolved_row_elsewhere", "resolved_at_missing"],
    )?;
    let closed_at =
        own(incident.closed_at, closed, ["closed_before_opened", "closed_in_an_earlier_life", "closed_row_elsewhere", "closed_at_missing"])?;
    match (solved_at, closed_at) {
        (Some(solved), Some(closed)) if closed < solved => note(line, "closed_before_resolved", closed)?,
        (None, Some(closed)) => note(line, "closed_without_resolution", closed)?,
        _ => {}
    }
    if let (None, None, Some(at)) = (resolved, closed, solved_at.or(closed_at)) {
        note(line, "ended_without_a_row", at)?;
    }
    Ok((solved_at.or(closed_at), closed_at))
}
/// What is odd about single rows.
fn note_rows(incident: &Incident, rows: &[Row], notes: &mut Notes) -> Result<(), Fault> {
    let mut note = |row: &Row, reason| notes.anomaly(row.line, &incident.number, reason, &row.at.to_string());
    let answer = rows.iter().position(|r| r.stage != Stage::New);
    let (mut gravest, mut counts) = (None, std::collections::HashSet::new());
    for (i, row) in rows.iter().enumerate() {
        if row.at < incident.opened_at {
            note(row, if Some(i) == answer { "answered_before_opened" } else { "stamped_before_opened" })?;
        }
        match (row.stage, row.active) {
            (Stage::Closed, Some(true)) => note(row, "active_after_closed")?,
            (stage, Some(false)) if stage != Stage::Closed => note(row, "inactive_before_closed")?,
            _ => {}
        }
        if row.changes != u32::MAX && !counts.insert(row.changes) {
            note(row, "change_number_repeated")?;
        }
        let lower = row.severity.zip(gravest).is_some_and(|(now, before): (Severity, Severity)| now.rank() > before.rank());
        if lower && (i == 0 || rows[i - 1].severity != row.severity) {
            note(row, "priority_lowered")?;
        }
        gravest = [gravest, row.severity].into_iter().flatten().min_by_key(|s| s.rank());
    }
    Ok(())
}

/// Turns beats into facts.
struct Scribe {
    people: People,
    severity: Severity,
    /// A lower severity the log would like.
    proposed: Option<Severity>,
    facts: Vec<(At, Fact)>,
    opened_at: At,
    first: Severity,
    was_answered: bool,
    answered: bool,
    solved: bool,
    waiting: Option<Wait>,
    /// The row that began this life.
    reopened: Option<(At, Stage)>,
}
impl Scribe {
    fn new(opened_at: At, severity: Severity, people: People) -> Scribe {
        let facts = vec![(opened_at, Fact::Opened)];
        let (was_answered, answered, solved) = (false, false, false);
        Scribe { people, severity, proposed: None, facts, opened_at, first: severity, was_answered, answered, solved, waiting: None, reopened: None }
    }
    fn write(mut self, beats: Vec<(At, Option<Severity>, Beat)>) -> Timeline {
        for (at, severity, beat) in beats {
            if let Some(severity) = severity {
                self.priority(at, severity);
            }
            match beat {
                Beat::Row(stage) => self.row(at, stage),
                Beat::Reopen(stage) => self.reopen(at, stage),
                Beat::Solve => self.solve(at),
                Beat::Close => self.say(at, Fact::Closed { how: Closing::Announced }),
            }
        }
        Timeline { opened_at: self.opened_at, severity: self.first, facts: self.facts }
    }
    fn say(&mut self, at: At, fact: Fact) {
        self.facts.push((at, fact));
    }
    fn priority(&mut self, at: At, to: Severity) {
        let from = self.severity;
        if to.rank() < from.rank() {
            self.say(at, Fact::SeverityRaised { from, to });
            (self.severity, self.proposed) = (to, None);
        } else if to.rank() > from.rank() && self.proposed != Some(to) {
            self.say(at, Fact::LowerProposed { to, reason: "the log lowers the priority".into() });
            self.proposed = Some(to);
        } else if to == from && self.proposed.take().is_some() {
            self.say(at, Fact::LowerDeclined);
        }
    }
    fn row(&mut self, at: At, stage: Stage) {
        if stage != Stage::New && self.reopened != Some((at, stage)) {
            self.answer(at);
        }
        if !self.solved {
            self.wait(at, stage);
        }
    }
    fn answer(&mut self, at: At) {
        if self.answered {
            return;
        }
        let by = self.people.engineer;
        if !self.was_answered {
            self.say(at, Fact::AnsweredFirst { by });
        }
        self.say(at, Fact::Replied { by });
        (self.answered, self.was_answered) = (true, true);
    }
    fn wait(&mut self, at: At, stage: Stage) {
        let wanted = if let Stage::Waiting(why) = stage { Some(why) } else { None };
        if self.waiting == wanted {
            return;
        }
        if self.waiting.is_some() {
            self.say(at, Fact::WaitEnded);
        }
        if let Some(why) = wanted {
            self.say(at, Fact::WaitBegan { why, announce_at: None });
        }
        self.waiting = wanted;
    }
    fn reopen(&mut self, at: At, stage: Stage) {
        self.say(at, Fact::Reopened { by: self.people.contact, reason: "reopened in the log".into() });
        (self.answered, self.solved, self.waiting, self.reopened) = (false, false, None, Some((at, stage)));
        if matches!(stage, Stage::Waiting(_)) {
            self.answer(at);
            self.wait(at, stage);
        }
    }
    fn solve(&mut self, at: At) {
        self.wait(at, Stage::Active);
        self.say(at, Fact::Resolved { by: self.people.engineer, cause: String::new(), closes_at: at });
        self.solved = true;
    }
}

/// A case as its history made it, with the clocks it had.
#[derive(Debug, Clone)]
pub struct Replayed {
    pub ticket: Ticket,
    pub board: Board,
}

/// Tells a timeline to the clocks of a plan book as if the book had been in force from the first day. Every fact is heard at its own
/// instant, whatever falls due by itself at its own, up to `now`, the moment of the import: a case nobody answered is broken.
pub fn replay(
    line: &Timeline,
    channel: &str,
    people: People,
    book: &PlanBook,
    shelves: &Shelves,
    now: At,
    id: &mut dyn FnMut(At) -> ClockId,
) -> Replayed {
    let mut ticket = new_ticket(line, channel, people);
    let mut board = Board::default();
    for (at, fact) in &line.facts {
        ticket = apply(ticket, fact, *at);
        fall_due(&mut board, *at, shelves);
        if let Some(heard) = fact.heard(*at) {
            board.hear(&heard, Some(book), &Subject::of(&ticket), *at, shelves, &mut || id(*at));
        }
        if matches!(fact, Fact::SeverityRaised { .. }) {
            board.tighten(book, &Subject::of(&ticket), Because::SeverityRaised, *at, shelves);
        }
    }
    fall_due(&mut board, now, shelves);
    // Nothing was announced to anybody when it happened, so nothing is done by the house alone now.
    ticket.alarm = None;
    Replayed { ticket, board }
}
/// Ticks at every instant something falls due by itself, as the house would have.
fn fall_due(board: &mut Board, until: At, shelves: &Shelves) {
    let next = |board: &Board| board.seats.iter().filter_map(|s| s.clock.fires_at).min().filter(|at| *at <= until);
    let mut last = At::MIN;
    while let Some(at) = next(board).filter(|at| *at > last) {
        board.tick(at, shelves);
        last = at;
    }
    board.tick(until, shelves);
}
fn new_ticket(line: &Timeline, channel: &str, people: People) -> Ticket {
    Ticket::opened(TicketId::from_raw(0), people.account, people.contact, channel.to_string(), line.severity, line.opened_at)
}
