//! Plan books: what a vendor promises, once written down, versioned, pinned by the instant of the order (mission B1).
//!
//! A book is data. Reading it from TOML is `desk`'s work; comparing two of them in words is [`diff`].
mod book;
mod credit;
mod diff;
mod fee;
mod scope;
mod version;
pub use book::*;
pub use credit::{Availability, Claim, CreditBands, CreditBook, MonthRow, OutageRow};
pub use diff::{Arg, Change, Verdict, diff};
pub use fee::{Basis, FeeBand, NoPrice, Reading, Reckoning};
pub use scope::{ScopeVerdict, scope_verdict};
pub use version::*;
