//! The sheet of a service: who does what, the run book, the rehearsal, what is to be checked, where it is watched and talked about.
use crate::form::Form;
use crate::{Act, Fault, Flaw};
use domain::booking::{Due, Milestone};
use domain::kit::PersonId;
use jiff::civil::Date;
use store::booking::{Booking, CHECKS_MAX, Check, WORKERS_MAX, Worker};

const ROLE_CHARS_MAX: usize = 60;
const LINE_CHARS_MAX: usize = 300;
const RUN_BOOK_BYTES_MAX: usize = 64 << 10;

/// A sheet as somebody writes it, whole.
#[derive(Debug, Clone, Default)]
pub struct SheetIn {
    pub people: Vec<(PersonId, String)>,
    pub run_book: String,
    pub rehearsal: Option<Date>,
    pub checks: Vec<String>,
    /// An address.
    pub dashboard: String,
    /// The group or call people meet in.
    pub meeting: String,
}
/// Puts a sheet in the place of the one before; a line of the check list that stays keeps its tick. Errors: Invalid.
pub(super) fn put(cx: &mut Act, b: &mut Booking, sheet: &SheetIn) -> Result<(), Fault> {
    let mut form = Form::new();
    let workers = workers(cx, &mut form, b, sheet)?;
    form.body("sheet.run_book", &sheet.run_book, RUN_BOOK_BYTES_MAX);
    let dashboard = form.line_or_none("sheet.dashboard", &sheet.dashboard, LINE_CHARS_MAX);
    let is_address = dashboard.starts_with("https://") || dashboard.starts_with("http://");
    form.must(dashboard.is_empty() || is_address, "sheet.dashboard", "not_http");
    let meeting = form.line_or_none("sheet.group", &sheet.meeting, LINE_CHARS_MAX);
    form.must(sheet.rehearsal.is_none_or(|day| day <= b.last), "sheet.rehearsal_day", "too_far");
    let checks = checks(cx, &mut form, b, &sheet.checks)?;
    form.done()?;
    if let Some(day) = sheet.rehearsal.filter(|day| b.rehearsal != Some(*day)) {
        let calendar = cx.desk.shelves().newest(crate::account::WORKING_DAYS).ok_or_else(|| Fault::internal("there is no calendar"))?;
        let due = Due { milestone: Milestone::Rehearsal, at: calendar.end_of_day(day), promised: false };
        store::booking::put_due(cx.tx, b.id, &due)?;
    }
    store::booking::put_workers(cx.tx, b, &workers)?;
    store::booking::put_checks(cx.tx, b.id, &checks)?;
    b.run_book = sheet.run_book.trim().to_string();
    (b.rehearsal, b.dashboard, b.meeting, b.planned_at) = (sheet.rehearsal, dashboard, meeting, Some(cx.now));
    Ok(())
}
fn workers(cx: &mut Act, form: &mut Form, b: &Booking, sheet: &SheetIn) -> Result<Vec<Worker>, Fault> {
    if sheet.people.len() > WORKERS_MAX {
        form.flaw(Flaw::new("sheet.people", "too_many").with("max", WORKERS_MAX));
        return Ok(Vec::new());
    }
    form.must(!sheet.people.is_empty() || !b.is.kind.needs_plan(), "sheet.people", "missing");
    let mut workers: Vec<Worker> = Vec::new();
    for (i, (person, role)) in sheet.people.iter().enumerate() {
        let at = format!("sheet.people[{i}]");
        let answers = store::person::find(cx.tx, *person)?.is_some_and(|p| p.active && p.role.answers());
        form.must(answers, &format!("{at}.person"), "nobody_who_answers");
        form.must(workers.iter().all(|w| w.person != *person), &format!("{at}.person"), "twice");
        let role = form.line(&format!("{at}.role"), role, ROLE_CHARS_MAX);
        workers.push(Worker { person: *person, role });
    }
    Ok(workers)
}
fn checks(cx: &mut Act, form: &mut Form, b: &Booking, lines: &[String]) -> Result<Vec<Check>, Fault> {
    if lines.len() > CHECKS_MAX {
        form.flaw(Flaw::new("sheet.checks", "too_many").with("max", CHECKS_MAX));
        return Ok(Vec::new());
    }
    let before = store::booking::list_checks(cx.tx, b.id)?;
    let kept = |text: &String| before.iter().find(|c| c.text == *text).cloned();
    let lines = lines.iter().enumerate().map(|(i, text)| form.line(&format!("sheet.checks[{i}]"), text, LINE_CHARS_MAX)).collect::<Vec<_>>();
    Ok(lines.into_iter().map(|text| kept(&text).unwrap_or(Check { text, done_at: None, done_by: None })).collect())
}
