use super::{ASK_AGAIN_AFTER, AlarmDoes, Closing, Fact, Patience, SILENCE_MAX, SNOOZE_MAX, Severity, Stage, Ticket, Waking};
use crate::kit::{At, PersonId};
use crate::people::{Actor, Role};
use crate::promise::Wait;

/// What somebody wants to do with a case. Imperative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A word to the other side. By staff: an answer; `asks`: it puts a question the customer must answer.
    Reply {
        asks: bool,
    },
    Note,
    /// Wait for the supplier of a third product, or for our own product team.
    WaitFor {
        why: Wait,
    },
    /// Work goes on; ends any wait.
    TakeUp,
    Resolve {
        cause: String,
    },
    Confirm,
    /// The customer takes the question back.
    Withdraw {
        reason: String,
    },
    Reopen {
        reason: String,
    },
    Transfer {
        to: PersonId,
        tier: Option<u8>,
        reason: String,
    },
    HandOver {
        to: PersonId,
        reason: String,
    },
    Consult {
        expert: PersonId,
        question: String,
    },
    Join,
    Leave,
    Boost,
    /// A customer wants to hear from a person now.
    AskPerson {
        why: String,
    },
    AgreeUpdate {
        until: At,
    },
    RaiseSeverity {
        to: Severity,
    },
    LowerSeverity {
        to: Severity,
        reason: String,
    },
    AgreeLower,
    DeclineLower,
    Follow,
    Unfollow,
    /// Lay aside until an instant or the customer's next word. Promises run on.
    Snooze {
        until: At,
        reason: String,
    },
    Wake,
}
impl Command {
    pub fn key(&self) -> &'static str {
        use Command::*;
        match self {
            Reply { .. } => "reply",
            Note => "note",
            WaitFor { .. } => "wait_for",
            TakeUp => "take_up",
            Resolve { .. } => "resolve",
            Confirm => "confirm",
            Withdraw { .. } => "withdraw",
            Reopen { .. } => "reopen",
            Transfer { .. } => "transfer",
            HandOver { .. } => "hand_over",
            Consult { .. } => "consult",
            Join => "join",
            Leave => "leave",
            Boost => "boost",
            AskPerson { .. } => "ask_person",
            AgreeUpdate { .. } => "agree_update",
            RaiseSeverity { .. } => "raise_severity",
            LowerSeverity { .. } => "lower_severity",
            AgreeLower => "agree_lower",
            DeclineLower => "decline_lower",
            Follow => "follow",
            Unfollow => "unfollow",
            Snooze { .. } => "snooze",
            Wake => "wake",
        }
    }
}

/// Why a command is not possible now. A code with arguments elsewhere; never a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// This role does not do such things.
    NotYours,
    AlreadyClosed,
    AlreadyResolved,
    NotYetResolved,
    NotYetAnswered,
    NotWaiting,
    AlreadyWaiting,
    NotClosed,
    /// The time for reopening has passed; open a new case.
    TooLateToReopen,
    SamePerson,
    SameSeverity,
    OtherScale,
    NotGraver,
    NotLower,
    /// The scale ends here; nothing graver can be chosen.
    AlreadyGravest,
    AlreadyLowest,
    NothingProposed,
    AlreadyBoosted,
    NotBoosted,
    /// A person was asked for a moment ago; again from then on.
    AskedAlready {
        until: At,
    },
    TierUnknown,
    ReasonMissing,
    InThePast,
    NotAHelper,
    AlreadyHelps,
    NotFollowing,
    AlreadyFollowing,
    NotSnoozed,
    TooFarAhead,
    /// Parts of the case are not resolved yet.
    ChildrenOpen,
    /// It goes on in another case; take the merge back instead.
    Merged,
}
impl Refusal {
    /// Every refusal, for the tests that want words for each.
    pub const ALL: &[Refusal] = {
        use Refusal::*;
        &[
            NotYours,
            AlreadyClosed,
            AlreadyResolved,
            NotYetResolved,
            NotYetAnswered,
            NotWaiting,
            AlreadyWaiting,
            NotClosed,
            TooLateToReopen,
            SamePerson,
            SameSeverity,
            OtherScale,
            NotGraver,
            NotLower,
            AlreadyGravest,
            AlreadyLowest,
            NothingProposed,
            AlreadyBoosted,
            NotBoosted,
            AskedAlready { until: At::MIN },
            TierUnknown,
            ReasonMissing,
            InThePast,
            NotAHelper,
            AlreadyHelps,
            NotFollowing,
            AlreadyFollowing,
            NotSnoozed,
            TooFarAhead,
            ChildrenOpen,
            Merged,
        ]
    };
    pub fn key(self) -> &'static str {
        use Refusal::*;
        match self {
            NotYours => "ticket.not_yours",
            AlreadyClosed => "ticket.already_closed",
            AlreadyResolved => "ticket.already_resolved",
            NotYetResolved => "ticket.not_yet_resolved",
            NotYetAnswered => "ticket.not_yet_answered",
            NotWaiting => "ticket.not_waiting",
            AlreadyWaiting => "ticket.already_waiting",
            NotClosed => "ticket.not_closed",
            TooLateToReopen => "ticket.too_late_to_reopen",
            SamePerson => "ticket.same_person",
            SameSeverity => "ticket.same_severity",
            OtherScale => "ticket.other_scale",
            NotGraver => "ticket.not_graver",
            NotLower => "ticket.not_lower",
            AlreadyGravest => "ticket.already_gravest",
            AlreadyLowest => "ticket.already_lowest",
            NothingProposed => "ticket.nothing_proposed",
            AlreadyBoosted => "ticket.already_boosted",
            NotBoosted => "ticket.not_boosted",
            AskedAlready { .. } => "ticket.asked_already",
            TierUnknown => "ticket.tier_unknown",
            ReasonMissing => "ticket.reason_missing",
            InThePast => "ticket.in_the_past",
            NotAHelper => "ticket.not_a_helper",
            AlreadyHelps => "ticket.already_helps",
            NotFollowing => "ticket.not_following",
            AlreadyFollowing => "ticket.already_following",
            NotSnoozed => "ticket.not_snoozed",
            TooFarAhead => "ticket.too_far_ahead",
            ChildrenOpen => "ticket.children_open",
            Merged => "ticket.merged",
        }
    }
}

/// Decides, does not do. Given the same arguments always the same facts, in the order they happened.
pub fn decide(t: &Ticket, who: &Actor, command: &Command, patience: &Patience, now: At) -> Result<Vec<Fact>, Refusal> {
    let mut facts = answer(t, who, command, patience, now)?;
    if let Some(why) = wakes(t, who, command) {
        facts.push(Fact::Woken { why });
    }
    Ok(facts)
}
/// Whether an act takes a case back that was laid aside: any word of the customer's does, and whatever changes whose work it is.
fn wakes(t: &Ticket, who: &Actor, command: &Command) -> Option<Waking> {
    t.snoozed.as_ref()?;
    match command {
        _ if who.role.is_customer() => Some(Waking::Customer),
        Command::Wake | Command::Resolve { .. } | Command::Transfer { .. } | Command::HandOver { .. } => Some(Waking::Hand),
        _ => None,
    }
}
fn answer(t: &Ticket, who: &Actor, command: &Command, patience: &Patience, now: At) -> Result<Vec<Fact>, Refusal> {
    use Command::*;
    if !may(who.role, command) {
        return Err(Refusal::NotYours);
    }
    if t.stage == Stage::Closed && !matches!(command, Reopen { .. } | Note | Follow | Unfollow) {
        return Err(Refusal::AlreadyClosed);
    }
    let by = who.person;
    match command {
        Reply { asks } if who.role.is_customer() => Ok(customer_reply(t, by, *asks)),
        Reply { asks } => Ok(staff_reply(t, by, *asks, patience, now)),
        Note => Ok(vec![Fact::Noted { by }]),
        WaitFor { why } => wait_for(t, *why),
        TakeUp => match t.stage {
            Stage::Waiting(_) => Ok(vec![Fact::WaitEnded]),
            _ => Err(Refusal::NotWaiting),
        },
        Resolve { cause } => resolve(t, by, cause, patience, now),
        Confirm => confirm(t, by),
        Withdraw { reason } => {
            said(reason)?;
            Ok(vec![Fact::Closed { how: Closing::Withdrawn }])
        }
        Reopen { reason } => reopen(t, by, reason, patience, now),
        Transfer { to, tier, reason } => transfer(t, *to, *tier, reason),
        HandOver { to, reason } => hand_over(t, *to, reason),
        Consult { expert, question } => {
            said(question)?;
            if *expert == by { Err(Refusal::SamePerson) } else { Ok(vec![Fact::Consulted { by, expert: *expert, question: question.clone() }]) }
        }
        Join => if_not(t.helpers.contains(&by), Refusal::AlreadyHelps, Fact::HelperJoined { who: by }),
        Leave => if_not(!t.helpers.contains(&by), Refusal::NotAHelper, Fact::HelperLeft { who: by }),
        Boost => boost(t, by),
        AskPerson { why } => ask_person(t, by, why, now),
        AgreeUpdate { until } => agree_update(t, *until, now),
        RaiseSeverity { to } => raise(t, *to),
        LowerSeverity { to, reason } => lower(t, who, *to, reason),
        AgreeLower => match t.proposed {
            Some(to) => Ok(vec![Fact::SeverityLowered { from: t.severity, to, reason: String::new(), agreed_by: by }]),
            None => Err(Refusal::NothingProposed),
        },
        DeclineLower => if_not(t.proposed.is_none(), Refusal::NothingProposed, Fact::LowerDeclined),
        Follow => if_not(t.followers.contains(&by), Refusal::AlreadyFollowing, Fact::Followed { who: by }),
        Unfollow => if_not(!t.followers.contains(&by), Refusal::NotFollowing, Fact::Unfollowed { who: by }),
        Snooze { until, reason } => snooze(t, by, *until, reason, now),
        // The fact itself is added by `decide`, as for every act that wakes.
        Wake if t.snoozed.is_none() => Err(Refusal::NotSnoozed),
        Wake => Ok(Vec::new()),
    }
}
fn if_not(wrong: bool, refusal: Refusal, fact: Fact) -> Result<Vec<Fact>, Refusal> {
    if wrong { Err(refusal) } else { Ok(vec![fact]) }
}
fn said(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() { Err(Refusal::ReasonMissing) } else { Ok(()) }
}

/// Which side a command belongs to. Waiting, resolving, transferring are ours; confirming, withdrawing, agreeing are the customer's.
fn may(role: Role, command: &Command) -> bool {
    use Command::*;
    match command {
        Reply { .. } | RaiseSeverity { .. } | LowerSeverity { .. } | Reopen { .. } => role.is_customer() || role.answers(),
        Confirm | Withdraw { .. } | AgreeLower | DeclineLower | AskPerson { .. } => role.is_customer(),
        Boost | AgreeUpdate { .. } => role.is_customer() || role.answers(),
        Note | Follow | Unfollow | WaitFor { .. } | TakeUp | Resolve { .. } | Transfer { .. } | HandOver { .. } | Consult { .. } | Join | Leave => {
            role.answers()
        }
        Snooze { .. } | Wake => role.answers(),
    }
}

fn customer_reply(t: &Ticket, by: PersonId, _asks: bool) -> Vec<Fact> {
    match t.stage {
        // A word after our last word means it is not solved: nobody is left with an ignored answer.
        Stage::Resolved => vec![Fact::Reopened { by, reason: "replied".into() }, Fact::CustomerReplied { by }],
        Stage::Waiting(Wait::Customer) => vec![Fact::CustomerReplied { by }, Fact::WaitEnded],
        _ => vec![Fact::CustomerReplied { by }],
    }
}
fn staff_reply(t: &Ticket, by: PersonId, asks: bool, patience: &Patience, now: At) -> Vec<Fact> {
    let mut facts = Vec::new();
    if t.owner.is_none() {
        facts.push(Fact::AnsweredFirst { by });
    }
    facts.push(Fact::Replied { by });
    match t.stage {
        // A question on a resolved case leaves it resolved: the customer's answer reopens it, their silence closes it as announced.
        _ if !asks => {}
        Stage::Resolved => {}
        Stage::Waiting(Wait::Vendor | Wait::Product) => facts.extend([Fact::WaitEnded, question(patience, now)]),
        // Asking again starts the patience again, and takes back a time-out that was announced for the last question.
        _ => facts.push(question(patience, now)),
    }
    facts
}
fn question(patience: &Patience, now: At) -> Fact {
    Fact::WaitBegan { why: Wait::Customer, announce_at: Some(now + patience.announce_after) }
}
fn wait_for(t: &Ticket, why: Wait) -> Result<Vec<Fact>, Refusal> {
    let begins = Fact::WaitBegan { why, announce_at: None };
    match t.stage {
        // Waiting for the customer begins with a question they can see: reply and ask.
        _ if why == Wait::Customer => Err(Refusal::NotYours),
        Stage::New => Err(Refusal::NotYetAnswered),
        Stage::Resolved => Err(Refusal::AlreadyResolved),
        Stage::Waiting(now) if now == why => Err(Refusal::AlreadyWaiting),
        Stage::Waiting(_) => Ok(vec![Fact::WaitEnded, begins]),
        _ => Ok(vec![begins]),
    }
}
fn resolve(t: &Ticket, by: PersonId, cause: &str, patience: &Patience, now: At) -> Result<Vec<Fact>, Refusal> {
    let solved = Fact::Resolved { by, cause: cause.to_string(), closes_at: now + patience.confirm_within };
    match t.stage {
        Stage::New => Err(Refusal::NotYetAnswered),
        Stage::Resolved => Err(Refusal::AlreadyResolved),
        _ if t.open_children > 0 => Err(Refusal::ChildrenOpen),
        Stage::Waiting(_) => Ok(vec![Fact::WaitEnded, solved]),
        _ => Ok(vec![solved]),
    }
}
fn confirm(t: &Ticket, by: PersonId) -> Result<Vec<Fact>, Refusal> {
    match t.stage {
        Stage::Resolved => Ok(vec![Fact::Confirmed { by }, Fact::Closed { how: Closing::Confirmed }]),
        _ => Err(Refusal::NotYetResolved),
    }
}
fn reopen(t: &Ticket, by: PersonId, reason: &str, patience: &Patience, now: At) -> Result<Vec<Fact>, Refusal> {
    said(reason)?;
    match (t.stage, t.closed_at) {
        _ if t.merged_into.is_some() => Err(Refusal::Merged),
        (Stage::Closed, Some(closed)) if now - closed > patience.reopen_within => Err(Refusal::TooLateToReopen),
        (Stage::Closed | Stage::Resolved, _) => Ok(vec![Fact::Reopened { by, reason: reason.to_string() }]),
        _ => Err(Refusal::NotClosed),
    }
}
fn transfer(t: &Ticket, to: PersonId, tier: Option<u8>, reason: &str) -> Result<Vec<Fact>, Refusal> {
    said(reason)?;
    let tier = tier.unwrap_or(t.tier);
    if !(1..=4).contains(&tier) {
        return Err(Refusal::TierUnknown);
    }
    if t.handler == Some(to) && tier == t.tier {
        return Err(Refusal::SamePerson);
    }
    Ok(vec![Fact::Transferred { from: t.handler, to, tier, reason: reason.to_string() }])
}
fn hand_over(t: &Ticket, to: PersonId, reason: &str) -> Result<Vec<Fact>, Refusal> {
    said(reason)?;
    match t.owner {
        None => Err(Refusal::NotYetAnswered),
        Some(owner) if owner == to => Err(Refusal::SamePerson),
        from => Ok(vec![Fact::HandedOver { from, to, reason: reason.to_string() }]),
    }
}
fn snooze(t: &Ticket, by: PersonId, until: At, reason: &str, now: At) -> Result<Vec<Fact>, Refusal> {
    said(reason)?;
    match () {
        _ if t.stage == Stage::Resolved => Err(Refusal::AlreadyResolved),
        _ if until <= now => Err(Refusal::InThePast),
        _ if until - now > SNOOZE_MAX => Err(Refusal::TooFarAhead),
        _ => Ok(vec![Fact::Snoozed { by, until, reason: reason.to_string() }]),
    }
}
fn boost(t: &Ticket, by: PersonId) -> Result<Vec<Fact>, Refusal> {
    match t.stage {
        _ if t.boosted_at.is_some() => Err(Refusal::AlreadyBoosted),
        Stage::Resolved => Err(Refusal::AlreadyResolved),
        _ => Ok(vec![Fact::Boosted { by }]),
    }
}
fn ask_person(t: &Ticket, by: PersonId, why: &str, now: At) -> Result<Vec<Fact>, Refusal> {
    let until = t.person_asked_at.map(|asked| asked + ASK_AGAIN_AFTER);
    match until {
        _ if t.stage == Stage::Resolved => Err(Refusal::AlreadyResolved),
        Some(until) if now < until => Err(Refusal::AskedAlready { until }),
        _ => Ok(vec![Fact::PersonAsked { by, why: why.trim().to_string() }]),
    }
}
/// Whether who asks for a person finds nobody: no handler, or not a word of the vendor's for so long that the duty chief is called as well.
pub fn is_left_alone(t: &Ticket, last_word: Option<At>, now: At) -> bool {
    t.handler.is_none() || now - last_word.unwrap_or(t.opened_at) >= SILENCE_MAX
}
fn agree_update(t: &Ticket, until: At, now: At) -> Result<Vec<Fact>, Refusal> {
    match t.stage {
        Stage::Resolved => Err(Refusal::AlreadyResolved),
        _ if t.boosted_at.is_none() => Err(Refusal::NotBoosted),
        _ => if_not(until <= now, Refusal::InThePast, Fact::UpdateAgreed { until }),
    }
}
fn same_scale(t: &Ticket, to: Severity) -> Result<(), Refusal> {
    match () {
        _ if to == t.severity => Err(Refusal::SameSeverity),
        _ if to.scale() != Severity::scale_of(&t.channel) => Err(Refusal::OtherScale),
        _ => Ok(()),
    }
}
fn raise(t: &Ticket, to: Severity) -> Result<Vec<Fact>, Refusal> {
    if neighbour(t, true).is_none() {
        return Err(Refusal::AlreadyGravest);
    }
    same_scale(t, to)?;
    if_not(to.rank() >= t.severity.rank(), Refusal::NotGraver, Fact::SeverityRaised { from: t.severity, to })
}
/// Raising is free; lowering needs the customer's word or a duty chief's (I8, E11): an engineer's wish is a proposal.
fn lower(t: &Ticket, who: &Actor, to: Severity, reason: &str) -> Result<Vec<Fact>, Refusal> {
    if neighbour(t, false).is_none() {
        return Err(Refusal::AlreadyLowest);
    }
    same_scale(t, to)?;
    said(reason)?;
    if to.rank() <= t.severity.rank() {
        return Err(Refusal::NotLower);
    }
    let reason = reason.to_string();
    Ok(vec![if who.role.is_customer() || who.role == Role::DutyChief {
        Fact::SeverityLowered { from: t.severity, to, reason, agreed_by: who.person }
    } else {
        Fact::LowerProposed { to, reason }
    }])
}

/// What the house does when a case's own alarm rings, or the time comes until which it was laid aside. Nothing, when that was meanwhile
/// set to another instant.
pub fn ring(t: &Ticket, patience: &Patience, now: At) -> Vec<Fact> {
    let woken = t.snoozed.as_ref().filter(|s| s.until <= now).map(|_| Fact::Woken { why: Waking::Time });
    woken.into_iter().chain(alarm(t, patience, now)).collect()
}
fn alarm(t: &Ticket, patience: &Patience, now: At) -> Vec<Fact> {
    match t.alarm {
        Some(alarm) if alarm.at <= now => match alarm.does {
            AlarmDoes::AnnounceTimeout => vec![Fact::TimeoutAnnounced { closes_at: now + patience.close_after }],
            AlarmDoes::CloseAfterWait | AlarmDoes::CloseAfterResolve => vec![Fact::Closed { how: Closing::Announced }],
        },
        _ => Vec::new(),
    }
}

/// What may be done now, and if not, why: computed by [`decide`] itself, so a rule lives once. Acts of the other side are left out.
pub fn offers(t: &Ticket, who: &Actor, patience: &Patience, now: At) -> Vec<(&'static str, Option<Refusal>)> {
    // Arguments that cannot be the reason of a refusal: somebody not yet on the case, a wait not yet waited, the next severity.
    let someone = (0..).map(PersonId::from_raw).find(|p| *p != who.person && Some(*p) != t.handler && Some(*p) != t.owner).unwrap_or(who.person);
    let why = if t.stage == Stage::Waiting(Wait::Product) { Wait::Vendor } else { Wait::Product };
    let word = || "?".to_string();
    let (graver, lower) = (neighbour(t, true).unwrap_or(t.severity), neighbour(t, false).unwrap_or(t.severity));
    let menu = [
        Command::Reply { asks: false },
        Command::Note,
        Command::WaitFor { why },
        Command::TakeUp,
        Command::Resolve { cause: word() },
        Command::Confirm,
        Command::Withdraw { reason: word() },
        Command::Reopen { reason: word() },
        Command::Transfer { to: someone, tier: Some(t.tier.clamp(1, 4)), reason: word() },
        Command::HandOver { to: someone, reason: word() },
        Command::Consult { expert: someone, question: word() },
        Command::Join,
        Command::Leave,
        Command::Boost,
        Command::AskPerson { why: String::new() },
        Command::AgreeUpdate { until: At::MAX },
        Command::RaiseSeverity { to: graver },
        Command::LowerSeverity { to: lower, reason: word() },
        Command::AgreeLower,
        Command::DeclineLower,
        Command::Follow,
        Command::Unfollow,
        Command::Snooze { until: now + SNOOZE_MAX, reason: word() },
        Command::Wake,
    ];
    let ours = menu.iter().filter(|c| may(who.role, c));
    ours.map(|c| (c.key(), decide(t, who, c, patience, now).err())).collect()
}
/// The next graver (or lower) severity on the scale of the case's channel; `None` at the end of the scale.
fn neighbour(t: &Ticket, graver: bool) -> Option<Severity> {
    let scale = Severity::ALL.iter().copied().filter(|s| s.scale() == Severity::scale_of(&t.channel));
    let beyond = scale.filter(|s| if graver { s.rank() < t.severity.rank() } else { s.rank() > t.severity.rank() });
    if graver { beyond.max_by_key(|s| s.rank()) } else { beyond.min_by_key(|s| s.rank()) }
}
