use super::{Chore, Report};
use crate::act::{Change, conclude};
use crate::board::Board;
use crate::log::Line;
use crate::{Act, Desk, Fault, log};
use domain::kit::{At, Span, TicketId};
use domain::people::{EditRota, Leave};
use serde_json::json;
use store::clock::TermsBook;

/// A calendar has a new version (a holiday notice came out): running clocks are planned anew, none later than promised unless an
/// operator confirmed the notice (plans.md, "Clock engine"). Looks at the clocks once for each set of versions.
pub struct Recalendar;

const DONE: &str = "recalendar.done";
const PAGE: u32 = 500;

fn confirmed_key(calendar: &str) -> String {
    format!("calendar.confirmed.{calendar}")
}

/// An operator confirms that the newest version of a calendar follows a published notice: running clocks may now move later by it.
/// Errors: NotFound for an unknown calendar, Invalid without a reason.
pub fn confirm_calendar(cx: &mut Act, leave: &Leave<EditRota>, calendar: &str, reason: &str) -> Result<u32, Fault> {
    let version = cx.desk.shelves().newest(calendar).map(|c| c.version()).ok_or(Fault::NotFound)?;
    if reason.trim().is_empty() {
        return Err(Fault::invalid("reason", "missing"));
    }
    store::plan::put_setting(cx.tx, &confirmed_key(calendar), &version.to_string(), cx.now)?;
    store::plan::put_setting(cx.tx, DONE, "", cx.now)?;
    let body = json!({"calendar": calendar, "version": version, "reason": reason.trim()});
    log::write(cx, vec![Line::audit(Some(leave.actor().person), None, "calendar.confirmed", body)])?;
    Ok(version)
}

impl Chore for Recalendar {
    fn name(&self) -> &'static str {
        "recalendar"
    }
    fn every(&self) -> Span {
        Span::minutes(5)
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault> {
        let newest = |versions: &std::collections::BTreeMap<u32, _>| versions.last_key_value().map_or(0, |(v, _)| *v);
        let state: String = desk.shelves().calendars().iter().map(|(id, versions)| format!("{id}:{} ", newest(versions))).collect();
        if desk.read(|tx| Ok(store::plan::find_setting(tx, DONE)?))?.as_deref() == Some(&state) {
            return Ok(Report::default());
        }
        let (mut report, mut after) = (Report::default(), None);
        loop {
            let page = desk.read(|tx| Ok(store::clock::list_not_ended(tx, after, PAGE)?))?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            report.looked_at += page.len() as u32;
            let mut stale: Vec<TicketId> = page.iter().filter(|c| is_stale(desk, &c.plan, &c.row, c.calendar_version)).map(|c| c.ticket).collect();
            stale.dedup();
            for ticket in stale {
                report.did += u32::from(desk.write(now, move |cx| recalendar_case(cx, ticket))?);
            }
        }
        desk.write(now, move |cx| Ok(store::plan::put_setting(cx.tx, DONE, &state, cx.now)?))?;
        Ok(report)
    }
}
fn is_stale(desk: &Desk, plan: &str, row: &str, version: u32) -> bool {
    let shelves = desk.shelves();
    shelves.terms(plan, row, version).and_then(|t| shelves.newest(&t.calendar).map(|c| c.version() > version)).unwrap_or(false)
}
fn recalendar_case(cx: &mut Act, id: TicketId) -> Result<bool, Fault> {
    let Some(before) = store::ticket::find_locked(cx.tx, id)? else { return Ok(false) };
    let shelves = cx.desk.shelves();
    let mut board = Board::load(cx.tx, id, shelves)?;
    let mut confirmed = Vec::new();
    for calendar in board.seats.iter().map(|s| s.clock.terms.calendar.clone()) {
        if let Some(version) = store::plan::find_setting(cx.tx, &confirmed_key(&calendar))?.and_then(|v| v.parse::<u32>().ok()) {
            confirmed.push((calendar, version));
        }
    }
    board.recalendar(&|id, version| confirmed.iter().any(|(c, v)| c == id && *v >= version), cx.now, shelves);
    if board.seats.iter().all(|s| s.fresh.is_empty()) {
        return Ok(false);
    }
    conclude(cx, Change::of_clocks(before, board))?;
    Ok(true)
}
