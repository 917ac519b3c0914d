use super::{Chore, Report};
use crate::{Desk, Fault, deliverable};
use domain::calendar::Month;
use domain::kit::{AccountId, At, Span};
use store::db::Tx;

/// Plans what is owed for a month when it begins, and looks again when it is over, one row for each account and rule; and tells, once, of
/// what is late. Who orders a plan in between is planned for with the order.
///
/// It walks the accounts once a month, a page at a time, and remembers how far it came; a walk that broke off goes on there, and a page
/// done twice plans nothing twice, for the rows say so themselves.
pub struct PlanDeliverables;

/// The running month, `2025-09`, once the walk for it is done, `2025-09 <last name> <last id>` on the way.
const PLANNED: &str = "deliverables.planned";
const PAGE: u32 = 100;
const LATE_MAX: u32 = 200;

impl Chore for PlanDeliverables {
    fn name(&self) -> &'static str {
        "plan-deliverables"
    }
    fn every(&self) -> Span {
        Span::minutes(10)
    }
    fn next_at(&self, desk: &Desk) -> Result<Option<At>, Fault> {
        desk.read(|tx| Ok(store::deliverable::next_due(tx)?.map(|due| due + At::TICK)))
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault> {
        let mut report = Report::default();
        plan(desk, now, deliverable::running(desk, now)?, &mut report)?;
        let late = desk.read(|tx| Ok(store::deliverable::list_untold(tx, now, LATE_MAX)?))?;
        for d in late {
            report.looked_at += 1;
            report.did += u32::from(desk.write(now, move |cx| deliverable::tell_late(cx, d.id))?);
        }
        Ok(report)
    }
}
fn plan(desk: &Desk, now: At, month: Month, report: &mut Report) -> Result<(), Fault> {
    let over = Month::of(month.first_day().yesterday().map_err(Fault::internal)?);
    loop {
        let Some(after) = desk.read(|tx| how_far(tx, month))? else { return Ok(()) };
        let page = desk.read(|tx| Ok(store::account::list(tx, after.as_ref().map(|(name, id)| (name.as_str(), *id)), PAGE)?))?;
        let ids: Vec<AccountId> = page.iter().filter(|a| a.active).map(|a| a.id).collect();
        let mark = match page.last().filter(|_| page.len() == PAGE as usize) {
            Some(last) => format!("{month} {} {}", last.id, last.name),
            None => month.to_string(),
        };
        report.looked_at += page.len() as u32;
        // The page's rows and how far it came are one transaction.
        report.did += desk.write(now, move |cx| {
            let mut planned = 0;
            for id in &ids {
                planned += deliverable::plan(cx, *id, over)? + deliverable::plan(cx, *id, month)?;
            }
            store::plan::put_setting(cx.tx, PLANNED, &mark, cx.now)?;
            Ok(planned)
        })?;
    }
}
/// Where the walk for a month goes on: `None` when it is done, `Some(None)` at the beginning.
fn how_far(tx: &mut Tx, month: Month) -> Result<Option<Option<(String, AccountId)>>, Fault> {
    let Some(mark) = store::plan::find_setting(tx, PLANNED)? else { return Ok(Some(None)) };
    let mut parts = mark.splitn(3, ' ');
    let of = parts.next().and_then(|m| m.parse::<Month>().ok());
    let place = parts.next().and_then(|id| id.parse().ok()).zip(parts.next()).map(|(id, name)| (name.to_string(), id));
    Ok(match of {
        Some(done) if done > month => None,
        Some(same) if same == month && place.is_none() => None,
        Some(same) if same == month => Some(place),
        _ => Some(None),
    })
}
