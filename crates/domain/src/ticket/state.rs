use super::Severity;
use crate::kit::{AccountId, At, PersonId, Span, TicketId};
use crate::promise::Wait;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Nobody of the vendor has answered yet in this cycle.
    New,
    Active,
    Waiting(Wait),
    /// Answered for good in our eyes; the customer has the word until the announced instant.
    Resolved,
    Closed,
}
impl Stage {
    pub const ALL: &[Stage] = &[
        Stage::New,
        Stage::Active,
        Stage::Waiting(Wait::Customer),
        Stage::Waiting(Wait::Vendor),
        Stage::Waiting(Wait::Product),
        Stage::Resolved,
        Stage::Closed,
    ];
    pub fn key(self) -> &'static str {
        match self {
            Stage::New => "new",
            Stage::Active => "active",
            Stage::Waiting(Wait::Customer) => "waiting_customer",
            Stage::Waiting(Wait::Vendor) => "waiting_vendor",
            Stage::Waiting(Wait::Product) => "waiting_product",
            Stage::Resolved => "resolved",
            Stage::Closed => "closed",
        }
    }
    pub fn parse(key: &str) -> Option<Stage> {
        Stage::ALL.iter().copied().find(|s| s.key() == key)
    }
    /// Still ours to work on.
    pub fn is_open(self) -> bool {
        !matches!(self, Stage::Resolved | Stage::Closed)
    }
}

/// A case as the rules need it. Words (subject, messages) live in the store; the rules do not read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub id: TicketId,
    pub account: AccountId,
    pub requester: PersonId,
    pub channel: String,
    pub severity: Severity,
    pub stage: Stage,
    /// 1 for the first life, 2 after the first reopening …
    pub cycle: u32,
    pub opened_at: At,
    /// First-ask owner: who answered first stays answerable to the end (000:L219).
    pub owner: Option<PersonId>,
    /// Who works on it now; routing names one at once.
    pub handler: Option<PersonId>,
    /// Support tier 1–4 the case lies on.
    pub tier: u8,
    pub helpers: Vec<PersonId>,
    pub followers: Vec<PersonId>,
    pub boosted_at: Option<At>,
    /// When the customer last asked for a person.
    pub person_asked_at: Option<At>,
    /// A lower severity proposed to the customer, waiting for their word.
    pub proposed: Option<Severity>,
    pub first_reply_at: Option<At>,
    pub resolved_at: Option<At>,
    pub closed_at: Option<At>,
    /// Laid aside by somebody of the vendor: out of the standing queues until then. Its promises run on.
    pub snoozed: Option<Snooze>,
    /// The case this one is a part of; a case with a parent has no children of its own.
    pub parent: Option<TicketId>,
    /// The case this one was merged into; it is closed as long as this is said.
    pub merged_into: Option<TicketId>,
    /// Parts of this one that are still ours to work on.
    pub open_children: u32,
    /// What the house does by itself if nothing happens until then.
    pub alarm: Option<Alarm>,
    /// Counts every change; an edit names the version it has seen.
    pub version: u32,
}
impl Ticket {
    /// A case as it stands the moment it was opened: nobody has it, nothing was said.
    pub fn opened(id: TicketId, account: AccountId, requester: PersonId, channel: String, severity: Severity, at: At) -> Ticket {
        Ticket {
            id,
            account,
            requester,
            channel,
            severity,
            stage: Stage::New,
            cycle: 1,
            opened_at: at,
            owner: None,
            handler: None,
            tier: 1,
            helpers: Vec::new(),
            followers: Vec::new(),
            boosted_at: None,
            person_asked_at: None,
            proposed: None,
            first_reply_at: None,
            resolved_at: None,
            closed_at: None,
            snoozed: None,
            parent: None,
            merged_into: None,
            open_children: 0,
            alarm: None,
            version: 0,
        }
    }
}

/// A case laid aside until an instant, or until the customer says something. No clock hears of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snooze {
    pub until: At,
    pub by: PersonId,
    pub reason: String,
}
/// A person may be asked for again after so long.
pub const ASK_AGAIN_AFTER: Span = Span::minutes(30);
/// After so long without a word of the vendor's, asking for a person calls the duty chief as well.
pub const SILENCE_MAX: Span = Span::minutes(30);
/// The longest a case may be laid aside at once.
pub const SNOOZE_MAX: Span = Span::days(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarm {
    pub at: At,
    pub does: AlarmDoes,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmDoes {
    /// Tell the customer that the case will close unless they answer.
    AnnounceTimeout,
    /// Close after the announced time-out.
    CloseAfterWait,
    /// Close after the announced time for the customer's confirmation.
    CloseAfterResolve,
}
impl AlarmDoes {
    pub const ALL: &[AlarmDoes] = &[AlarmDoes::AnnounceTimeout, AlarmDoes::CloseAfterWait, AlarmDoes::CloseAfterResolve];
    pub fn key(self) -> &'static str {
        match self {
            AlarmDoes::AnnounceTimeout => "announce_timeout",
            AlarmDoes::CloseAfterWait => "close_after_wait",
            AlarmDoes::CloseAfterResolve => "close_after_resolve",
        }
    }
    pub fn parse(key: &str) -> Option<AlarmDoes> {
        AlarmDoes::ALL.iter().copied().find(|a| a.key() == key)
    }
}

/// How patient the house is; an administrator may change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From the question to the announcement of the time-out (plans.md E6: 3 days).
    pub announce_after: Span,
    /// From the announcement to the automatic close.
    pub close_after: Span,
    /// From our answer to the automatic close, announced with the answer.
    pub confirm_within: Span,
    /// How long after closing a case may be reopened; later it is a new case.
    pub reopen_within: Span,
}
impl Default for Patience {
    fn default() -> Patience {
        Patience { announce_after: Span::days(3), close_after: Span::days(2), confirm_within: Span::days(7), reopen_within: Span::days(30) }
    }
}
