//! By when a booked service must have come how far. What the plan book promises is marked so; the rest are the house's own goals.
use super::{Kind, keys};
use crate::calendar::Calendar;
use crate::kit::At;
use jiff::civil::Date;

/// Where the book gives no time for the report.
pub const REPORT_WORKING_DAYS: u32 = 5;
const ANSWER_WORKING_DAYS: u32 = 2;

keys! {
    /// A step a service must have taken by an instant.
    Milestone {
        /// Agreed to or declined.
        Answer "answer"
        Plan "plan"
        Rehearsal "rehearsal"
        Begin "begin"
        Report "report"
    }
}
/// A milestone and the first instant at which it is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub milestone: Milestone,
    pub at: At,
    /// By the plan book; otherwise a goal of the house.
    pub promised: bool,
}

/// Every milestone of a service that lasts from `first` to `last`; days beyond the calendar have none.
pub fn dues(cal: &Calendar, kind: Kind, requested: Date, (first, last): (Date, Date), report_working_days: Option<u32>) -> Vec<Due> {
    let before = first.yesterday().unwrap_or(first);
    let goal = |milestone, day: Option<Date>| day.map(|d| Due { milestone, at: cal.end_of_day(d), promised: false });
    // An answer after the service should have begun helps nobody.
    let answer = cal.add_working_days(requested, ANSWER_WORKING_DAYS).map(|d| d.min(before.max(requested)));
    let plan = kind.needs_plan().then(|| cal.subtract_working_days(first, 1).map(|d| d.max(requested))).flatten();
    let report = cal.add_working_days(last, report_working_days.unwrap_or(REPORT_WORKING_DAYS));
    let report = report.map(|d| Due { milestone: Milestone::Report, at: cal.end_of_day(d), promised: report_working_days.is_some() });
    [goal(Milestone::Answer, answer), goal(Milestone::Plan, plan), goal(Milestone::Begin, Some(first)), report].into_iter().flatten().collect()
}
