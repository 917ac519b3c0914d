//! A customer's case from the first word to the last: [`decide`] refuses or tells the facts, [`apply`] makes the new state,
//! [`offers`] says what may be done now and why not. Nobody closes a case without the customer's word or an announced time-out.
mod decide;
mod facts;
mod severity;
mod state;
pub use decide::*;
pub use facts::*;
pub use severity::*;
pub use state::*;
#[cfg(test)]
mod tests;
