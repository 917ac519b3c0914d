use super::{PlanBook, Sale};
use crate::kit::At;

/// The version of `family` in force at the instant of the order (plans.yaml `version_rules`: an order before the cut-over keeps
/// the statement of work in force at its order time, 003:L2). Where two would cover the instant, the later one wins.
pub fn version_at<'a>(books: impl IntoIterator<Item = &'a PlanBook>, family: &str, ordered_at: At) -> Option<&'a PlanBook> {
    books.into_iter().filter(|b| b.family == family && b.effective.covers(ordered_at)).max_by_key(|b| b.effective.from)
}

/// May this version be ordered at all by somebody who now holds `holds` (plan families)? Tender contracts are set by staff.
pub fn may_order(book: &PlanBook, holds: &[String], invited: bool) -> Result<(), NotForSale> {
    match book.sale {
        Sale::Open | Sale::Tender => Ok(()),
        Sale::Closed => Err(NotForSale::Closed),
        Sale::InviteOnly if !invited => Err(NotForSale::NotInvited),
        Sale::InviteOnly => {
            let needs = book.eligibility.as_ref().map(|e| e.requires_any.as_slice()).unwrap_or_default();
            if needs.is_empty() || needs.iter().any(|n| holds.contains(n)) { Ok(()) } else { Err(NotForSale::NeedsOneOf) }
        }
    }
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotForSale {
    Closed,
    NotInvited,
    NeedsOneOf,
}
