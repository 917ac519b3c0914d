use super::{Alarm, AlarmDoes, Severity, Snooze, Stage, Standing, Ticket};
use crate::kit::{At, PersonId, TicketId};
use crate::promise::{self, On, Wait};

/// What happened to a case: what the timeline shows, what clocks hear, what webhooks carry. Past tense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    Opened,
    /// Routing or a person named who works on it. `why`: reason codes of the choice.
    Assigned {
        to: PersonId,
        why: Vec<String>,
    },
    /// The first answer of a person of the vendor; from here on `by` is answerable.
    AnsweredFirst {
        by: PersonId,
    },
    Replied {
        by: PersonId,
    },
    Noted {
        by: PersonId,
    },
    CustomerReplied {
        by: PersonId,
    },
    WaitBegan {
        why: Wait,
        announce_at: Option<At>,
    },
    TimeoutAnnounced {
        closes_at: At,
    },
    WaitEnded,
    Resolved {
        by: PersonId,
        cause: String,
        closes_at: At,
    },
    /// The customer said it is solved.
    Confirmed {
        by: PersonId,
    },
    Closed {
        how: Closing,
    },
    Reopened {
        by: PersonId,
        reason: String,
    },
    /// The present handler changed; the answerable owner did not.
    Transferred {
        from: Option<PersonId>,
        to: PersonId,
        tier: u8,
        reason: String,
    },
    /// Back in nobody's hands: an act on many cases was taken back.
    PutBack {
        by: PersonId,
        from: Option<PersonId>,
        tier: u8,
    },
    /// Answerability itself was handed over: an explicit act with a reason.
    HandedOver {
        from: Option<PersonId>,
        to: PersonId,
        reason: String,
    },
    Consulted {
        by: PersonId,
        expert: PersonId,
        question: String,
    },
    HelperJoined {
        who: PersonId,
    },
    HelperLeft {
        who: PersonId,
    },
    Boosted {
        by: PersonId,
    },
    /// The customer asked for a person; whoever works on it is told at once.
    PersonAsked {
        by: PersonId,
        why: String,
    },
    UpdateAgreed {
        until: At,
    },
    SeverityRaised {
        from: Severity,
        to: Severity,
    },
    LowerProposed {
        to: Severity,
        reason: String,
    },
    LowerDeclined,
    SeverityLowered {
        from: Severity,
        to: Severity,
        reason: String,
        agreed_by: PersonId,
    },
    Followed {
        who: PersonId,
    },
    Unfollowed {
        who: PersonId,
    },
    /// Laid aside; promises run on.
    Snoozed {
        by: PersonId,
        until: At,
        reason: String,
    },
    /// Back in the queues.
    Woken {
        why: Waking,
    },
    /// Goes on in another case from here on.
    Merged {
        by: PersonId,
        into: TicketId,
    },
    /// Another case goes on in this one; whoever followed that one follows this.
    Absorbed {
        by: PersonId,
        other: TicketId,
        followers: Vec<PersonId>,
    },
    /// The merge was taken back; the case stands where it stood.
    Unmerged {
        by: PersonId,
        from: TicketId,
        before: Standing,
    },
    /// The other case goes its own way again.
    Released {
        by: PersonId,
        other: TicketId,
    },
}

/// Why a case that was laid aside is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waking {
    /// Its time came.
    Time,
    /// The customer said something.
    Customer,
    /// Somebody of the vendor took it back, resolved it or passed it on.
    Hand,
}
impl Waking {
    pub fn key(self) -> &'static str {
        match self {
            Waking::Time => "time",
            Waking::Customer => "customer",
            Waking::Hand => "hand",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The customer's word.
    Confirmed,
    /// The announced time-out passed.
    Announced,
    /// The customer took the question back.
    Withdrawn,
    /// It goes on in another case.
    Merged,
}
impl Closing {
    pub fn key(self) -> &'static str {
        match self {
            Closing::Confirmed => "confirmed",
            Closing::Announced => "announced",
            Closing::Withdrawn => "withdrawn",
            Closing::Merged => "merged",
        }
    }
}

impl Fact {
    /// The fact's name in timelines, events and webhooks.
    pub fn key(&self) -> &'static str {
        use Fact::*;
        match self {
            Opened => "ticket.opened",
            Assigned { .. } => "ticket.assigned",
            AnsweredFirst { .. } => "ticket.answered_first",
            Replied { .. } => "ticket.replied",
            Noted { .. } => "ticket.noted",
            CustomerReplied { .. } => "ticket.customer_replied",
            WaitBegan { .. } => "ticket.wait_began",
            TimeoutAnnounced { .. } => "ticket.timeout_announced",
            WaitEnded => "ticket.wait_ended",
            Resolved { .. } => "ticket.resolved",
            Confirmed { .. } => "ticket.confirmed",
            Closed { .. } => "ticket.closed",
            Reopened { .. } => "ticket.reopened",
            Transferred { .. } => "ticket.transferred",
            PutBack { .. } => "ticket.put_back",
            HandedOver { .. } => "ticket.handed_over",
            Consulted { .. } => "ticket.consulted",
            HelperJoined { .. } => "ticket.helper_joined",
            HelperLeft { .. } => "ticket.helper_left",
            Boosted { .. } => "ticket.boosted",
            PersonAsked { .. } => "ticket.person_asked",
            UpdateAgreed { .. } => "ticket.update_agreed",
            SeverityRaised { .. } => "ticket.severity_raised",
            LowerProposed { .. } => "ticket.lower_proposed",
            LowerDeclined => "ticket.lower_declined",
            SeverityLowered { .. } => "ticket.severity_lowered",
            Followed { .. } => "ticket.followed",
            Unfollowed { .. } => "ticket.unfollowed",
            Snoozed { .. } => "ticket.snoozed",
            Woken { .. } => "ticket.woken",
            Merged { .. } => "ticket.merged",
            Absorbed { .. } => "ticket.absorbed",
            Unmerged { .. } => "ticket.unmerged",
            Released { .. } => "ticket.released",
        }
    }
    /// May the customer see it? What engineers say among themselves stays inside.
    pub fn is_internal(&self) -> bool {
        matches!(
            self,
            Fact::Noted { .. }
                | Fact::PutBack { .. }
                | Fact::Consulted { .. }
                | Fact::Followed { .. }
                | Fact::Unfollowed { .. }
                | Fact::Snoozed { .. }
                | Fact::Woken { .. }
        )
    }
    /// What the clocks hear of it.
    pub fn heard(&self, at: At) -> Option<promise::Fact> {
        Some(match self {
            Fact::Opened => promise::Fact::new(On::Received, at),
            Fact::Replied { .. } => promise::Fact::new(On::EngineerReplied, at),
            Fact::CustomerReplied { .. } => promise::Fact::new(On::CustomerReplied, at),
            Fact::WaitBegan { why, .. } => promise::Fact::wait_began(*why, at),
            Fact::WaitEnded => promise::Fact::new(On::WaitEnded, at),
            Fact::Resolved { .. } => promise::Fact::new(On::Resolved, at),
            Fact::Closed { how: Closing::Withdrawn | Closing::Merged } => promise::Fact::new(On::Cancelled, at),
            Fact::Closed { .. } => promise::Fact::new(On::Closed, at),
            Fact::Reopened { .. } => promise::Fact::new(On::Reopened, at),
            Fact::Boosted { .. } => promise::Fact::new(On::Boosted, at),
            Fact::UpdateAgreed { until } => promise::Fact::update_agreed(*until, at),
            _ => return None,
        })
    }
}

/// The state after a fact. Total and dumb: whether the fact may happen was `decide`'s question.
pub fn apply(mut t: Ticket, fact: &Fact, at: At) -> Ticket {
    match fact {
        Fact::Opened => {}
        Fact::Assigned { to, .. } => t.handler = Some(*to),
        Fact::AnsweredFirst { by } => {
            t.owner = t.owner.or(Some(*by));
            t.first_reply_at = t.first_reply_at.or(Some(at));
        }
        Fact::Replied { .. } if t.stage == Stage::New => t.stage = Stage::Active,
        Fact::Replied { .. } | Fact::Noted { .. } | Fact::CustomerReplied { .. } | Fact::Confirmed { .. } | Fact::UpdateAgreed { .. } => {}
        Fact::WaitBegan { why, announce_at } => {
            t.stage = Stage::Waiting(*why);
            t.alarm = announce_at.map(|at| Alarm { at, does: AlarmDoes::AnnounceTimeout });
        }
        Fact::TimeoutAnnounced { closes_at } => t.alarm = Some(Alarm { at: *closes_at, does: AlarmDoes::CloseAfterWait }),
        Fact::WaitEnded => {
            t.stage = Stage::Active;
            t.alarm = None;
        }
        Fact::Resolved { closes_at, .. } => {
            t.stage = Stage::Resolved;
            t.resolved_at = Some(at);
            t.alarm = Some(Alarm { at: *closes_at, does: AlarmDoes::CloseAfterResolve });
            t.snoozed = None;
        }
        Fact::Closed { .. } => {
            t.stage = Stage::Closed;
            t.closed_at = Some(at);
            t.alarm = None;
            t.proposed = None;
            t.snoozed = None;
        }
        Fact::Reopened { .. } => {
            t.stage = Stage::New;
            t.cycle += 1;
            t.resolved_at = None;
            t.closed_at = None;
            t.boosted_at = None;
            t.alarm = None;
        }
        Fact::Transferred { to, tier, .. } => {
            t.handler = Some(*to);
            t.tier = *tier;
        }
        Fact::PutBack { tier, .. } => {
            t.handler = None;
            t.tier = *tier;
        }
        Fact::HandedOver { to, .. } => t.owner = Some(*to),
        Fact::Consulted { expert, .. } => join(&mut t.helpers, *expert),
        Fact::HelperJoined { who } => join(&mut t.helpers, *who),
        Fact::HelperLeft { who } => t.helpers.retain(|h| h != who),
        Fact::Boosted { .. } => t.boosted_at = Some(at),
        Fact::PersonAsked { .. } => t.person_asked_at = Some(at),
        Fact::SeverityRaised { to, .. } | Fact::SeverityLowered { to, .. } => {
            t.severity = *to;
            t.proposed = None;
        }
        Fact::LowerProposed { to, .. } => t.proposed = Some(*to),
        Fact::LowerDeclined => t.proposed = None,
        Fact::Followed { who } => join(&mut t.followers, *who),
        Fact::Unfollowed { who } => t.followers.retain(|f| f != who),
        Fact::Snoozed { by, until, reason } => t.snoozed = Some(Snooze { until: *until, by: *by, reason: reason.clone() }),
        Fact::Woken { .. } => t.snoozed = None,
        Fact::Merged { into, .. } => t.merged_into = Some(*into),
        Fact::Absorbed { followers, .. } => followers.iter().for_each(|f| join(&mut t.followers, *f)),
        Fact::Unmerged { before, .. } => {
            t.merged_into = None;
            t.closed_at = None;
            (t.stage, t.alarm, t.proposed) = (before.stage, before.alarm, before.proposed);
        }
        Fact::Released { .. } => {}
    }
    t
}
fn join(list: &mut Vec<PersonId>, who: PersonId) {
    if !list.contains(&who) {
        list.push(who);
    }
}

/// The wait a clock finds that begins now, as the fact it must hear after its beginning: a promise made while the case waits for the
/// customer (an update promised by a boost, say) waits from its first moment. `None` while the case does not wait.
pub fn standing_wait(t: &Ticket, at: At) -> Option<promise::Fact> {
    match t.stage {
        Stage::Waiting(why) => Some(promise::Fact::wait_began(why, at)),
        _ => None,
    }
}
