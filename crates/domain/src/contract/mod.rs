//! Contracts: which version of which plan an account is on, at every instant (I2, I3).
//!
//! A contract is a row of paid segments that never overlap; where there is none, the account is on the plan everybody has. Deciding
//! ([`order`], [`cancel`], [`lapse`]) answers a [`Change`] or a refusal; [`Contract::after`] makes the new row. The past never changes.
mod decide;
mod dues;
mod row;
#[cfg(test)]
mod tests;
pub use decide::{Ask, Change, Refusal, Trial, cancel, lapse, order, period_end};
pub use dues::{Dues, Owing, owing};
pub use row::{BadRow, Contract, Cover, Reason, Segment};
