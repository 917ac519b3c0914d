//! Access a customer gives to the vendor's people for one case: what for, to what, until when. Nobody has it by being staff; it ends by
//! itself, and the customer takes it back at any time (least privilege).
use crate::kit::{AccountId, At, GrantId, PersonId, Span, TicketId};

/// What access may be given for.
pub const ACCESS_SCOPES: &[&str] = &["read_logs", "read_metrics", "read_config", "console_read_only", "remote_session", "restart"];
/// The longest time one grant lasts.
pub const ACCESS_LASTS_MAX: Span = Span::hours(72);

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessGrant {
    pub id: GrantId,
    pub ticket: TicketId,
    pub account: AccountId,
    /// Who gave it.
    pub by: PersonId,
    /// To whom; `None`: whoever handles the case at the time.
    pub to: Option<PersonId>,
    /// Of [`ACCESS_SCOPES`].
    pub scopes: Vec<String>,
    /// The customer's words for what may be looked at.
    pub resource: String,
    pub created_at: At,
    /// The first instant at which it is over.
    pub until: At,
    pub revoked_at: Option<At>,
    pub revoked_by: Option<PersonId>,
    /// How often it was used.
    pub uses: u32,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessStanding {
    Active,
    Revoked,
    Ended,
}
impl AccessStanding {
    pub fn key(self) -> &'static str {
        match self {
            AccessStanding::Active => "active",
            AccessStanding::Revoked => "revoked",
            AccessStanding::Ended => "ended",
        }
    }
}
/// Why access is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAccess {
    /// It was given to somebody else.
    NotYours,
    Revoked,
    Ended,
}
impl NoAccess {
    pub fn key(self) -> &'static str {
        match self {
            NoAccess::NotYours => "grant.not_yours",
            NoAccess::Revoked => "grant.revoked",
            NoAccess::Ended => "grant.ended",
        }
    }
}
impl AccessGrant {
    /// By the time alone: no chore has to end it first.
    pub fn standing(&self, now: At) -> AccessStanding {
        match self.revoked_at {
            Some(_) => AccessStanding::Revoked,
            None if now >= self.until => AccessStanding::Ended,
            None => AccessStanding::Active,
        }
    }
    /// May this person use it at this moment? `handler` is whoever handles the case now.
    pub fn may_use(&self, who: PersonId, handler: Option<PersonId>, now: At) -> Result<(), NoAccess> {
        match self.standing(now) {
            AccessStanding::Revoked => Err(NoAccess::Revoked),
            AccessStanding::Ended => Err(NoAccess::Ended),
            AccessStanding::Active if self.to.or(handler) == Some(who) => Ok(()),
            AccessStanding::Active => Err(NoAccess::NotYours),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    const T0: At = At::from_micros(1_750_000_000_000_000);

    fn somebody(n: u128) -> PersonId {
        PersonId::from_raw(n)
    }
    fn grant(to: Option<PersonId>) -> AccessGrant {
        AccessGrant {
            id: GrantId::from_raw(1),
            ticket: TicketId::from_raw(1),
            account: AccountId::from_raw(1),
            by: somebody(1),
            to,
            scopes: vec!["read_logs".into()],
            resource: "i-1".into(),
            created_at: T0,
            until: T0 + Span::hours(1),
            revoked_at: None,
            revoked_by: None,
            uses: 0,
        }
    }
    #[test]
    fn access_ends_at_its_instant_whether_anybody_ends_it_or_not() {
        let (g, engineer) = (grant(Some(somebody(2))), somebody(2));
        assert_eq!(g.may_use(engineer, None, g.until - At::TICK), Ok(()));
        assert_eq!(g.may_use(engineer, None, g.until), Err(NoAccess::Ended));
        assert_eq!(g.standing(g.until), AccessStanding::Ended);
    }
    #[test]
    fn access_taken_back_is_gone_at_once_and_stays_taken_back() {
        let g = AccessGrant { revoked_at: Some(T0), revoked_by: Some(somebody(1)), ..grant(Some(somebody(2))) };
        assert_eq!(g.may_use(somebody(2), None, T0), Err(NoAccess::Revoked));
        assert_eq!(g.standing(g.until), AccessStanding::Revoked);
    }
    #[test]
    fn what_was_given_to_the_handler_moves_with_the_case_and_what_was_given_by_name_does_not() {
        let (named, handled) = (grant(Some(somebody(2))), grant(None));
        assert_eq!(handled.may_use(somebody(3), Some(somebody(3)), T0), Ok(()));
        assert_eq!(handled.may_use(somebody(2), Some(somebody(3)), T0), Err(NoAccess::NotYours));
        assert_eq!(handled.may_use(somebody(2), None, T0), Err(NoAccess::NotYours));
        assert_eq!(named.may_use(somebody(3), Some(somebody(3)), T0), Err(NoAccess::NotYours));
    }
}
