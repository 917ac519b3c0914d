//! Reports reckoned from what the house holds. A report is numbers first ([`Monthly`]); pages, sheets and JSON all show the same.
mod monthly;
pub use monthly::{Broken, CaseLine, Cut, Monthly, OnPlan, PromiseSum, QuotaSum, Totals, monthly};
