//! A customer's case from the first word to the last: [`decide`] refuses or tells the facts, [`apply`] makes the new state,
//! [`offers`] says what may be done now and why not. Nobody closes a case without the customer's word or an announced time-out.
mod access;
mod decide;
mod facts;
mod merge;
mod rating;
mod severity;
mod state;
pub use access::*;
pub use decide::*;
pub use facts::*;
pub use merge::*;
pub use rating::*;
pub use severity::*;
pub use state::*;
#[cfg(test)]
mod tests;
