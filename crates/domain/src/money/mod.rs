//! Money: what a plan costs, and why (plans.md, "Fee": amortise, prorate, combine, change). Every figure carries its currency and how it came about.
//!
//! Rounding is named once, in [`Amount`]: half-up to the smallest coin, once a line; what rounding leaves over lies on the last slice of a whole
//! (I11). Between two roundings everything is an exact fraction ([`Ratio`]), so no order of sums can change a cent.
mod amount;
mod bill;
mod change;
mod days;
mod fee;
mod ratio;
mod settle;
mod spread;
#[cfg(test)]
mod tests;
pub use amount::{Amount, Currency, MoneyError};
pub use bill::{Bill, Corrected, Correction, Line, Segment, Subject, bill, correction};
pub use change::{Leaving, RefundRefusal, Upgrade, UpgradeCredit, cancel, downgrade, paid_refund, upgrade};
pub use days::{DayCount, Slice, month_slices, part_of_month};
pub use fee::{Band, BandPart, Bands, Charge, Schedule, Usage, UsageFee, charge, tiered, usage_fee};
pub use ratio::Ratio;
pub use settle::{Settlement, Voucher, settle};
pub use spread::{Spread, Spreading, spread};
