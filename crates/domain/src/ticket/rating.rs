//! How content a customer was with a case: one to five stars and a comment, once a case, to be changed for a week.
use crate::kit::{At, PersonId, Span, TicketId};

pub const STARS_MAX: u32 = 5;
/// How long after it was given a rating may be changed.
pub const RATING_OPEN: Span = Span::days(7);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    pub ticket: TicketId,
    pub by: PersonId,
    /// 1 to 5.
    pub stars: u32,
    /// May be empty.
    pub comment: String,
    pub at: At,
    pub edited_at: Option<At>,
}
impl Rating {
    /// The first instant at which it stands as it is.
    pub fn open_until(&self) -> At {
        self.at + RATING_OPEN
    }
    pub fn may_change(&self, now: At) -> bool {
        now < self.open_until()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_rating_may_be_changed_for_a_week_and_not_at_its_end() {
        let at = At::from_micros(1_750_000_000_000_000);
        let given = Rating { ticket: TicketId::from_raw(1), by: PersonId::from_raw(1), stars: 4, comment: String::new(), at, edited_at: None };
        assert!(given.may_change(given.open_until() - At::TICK));
        assert!(!given.may_change(given.open_until()));
    }
}
