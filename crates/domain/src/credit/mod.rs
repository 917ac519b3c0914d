//! Credits: what the customer gets back when a service was down (plans.md, "SLA credits in practice"; I14, I16).
//!
//! Outages that overlap or touch are one outage; what a reason excludes does not count; a month's uptime is an exact fraction; a schedule makes
//! credits of single outages or of the month, capped. The basis is what was **paid** for the product, never the list price (ANC-SLA-7).
mod claim;
mod outage;
mod schedule;
#[cfg(test)]
mod tests;
mod uptime;
pub use claim::{ClaimRefusal, ClaimRule, ClaimWindow, claim_window, loss_credit};
pub use outage::{Excluded, Exclusion, Outage, Reason, Stretch, outages};
pub use schedule::{Credit, CreditLine, MonthBand, OutageBand, Payout, Rule, Schedule, Unit, credit, month_fee};
pub use uptime::{Uptime, Window, uptime};
