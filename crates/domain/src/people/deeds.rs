use super::{Actor, Role};
use std::marker::PhantomData;

/// Something a use case lets somebody do. One empty type per deed; the policy is [`POLICY`].
pub trait Deed {
    const NAME: &'static str;
    fn may(role: Role) -> bool;
}

/// Proof that the question was asked and answered with yes, and by whom. Its fields are private: only [`ask`] makes one.
#[derive(Debug)]
pub struct Leave<D: Deed> {
    actor: Actor,
    deed: PhantomData<D>,
}
impl<D: Deed> Leave<D> {
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

/// Asks for leave. `None`: this role may not (403); whether the thing may be known at all (404) is asked with [`Actor::may_know`].
pub fn ask<D: Deed>(actor: &Actor) -> Option<Leave<D>> {
    D::may(actor.role).then(|| Leave { actor: actor.clone(), deed: PhantomData })
}

macro_rules! deeds {
    ($($(#[$doc:meta])* $name:ident = $key:literal: $($role:ident)|+;)*) => {
        $($(#[$doc])* #[derive(Debug)] pub enum $name {}
        impl Deed for $name {
            const NAME: &'static str = $key;
            fn may(role: Role) -> bool { matches!(role, $(Role::$role)|+) }
        })*
        /// The whole policy: every deed with the question it asks of a role.
        pub const POLICY: &[(&str, fn(Role) -> bool)] = &[$(($key, <$name as Deed>::may)),*];
    };
}
deeds! {
    OpenTicket = "ticket.open": Contact | CustomerManager | Engineer | Tam | DutyChief;
    ReadGuide = "guide.read": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Administrator;
    /// Write guides and known troubles that nobody else sees yet.
    DraftGuide = "guide.draft": Engineer | Tam | DutyChief | Quality | Administrator;
    /// Publish, change and end them.
    KeepGuide = "guide.keep": DutyChief | Quality | Administrator;
    /// Say whether one helped.
    RateGuide = "guide.rate": Contact | CustomerManager;
    /// See a ticket with its public thread; contacts only their own, which the query enforces.
    ReadTicket = "ticket.read": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Administrator;
    /// Write or act on a ticket; which acts, `ticket::decide` answers.
    ActOnTicket = "ticket.act": Contact | CustomerManager | Engineer | Tam | DutyChief;
    /// Read internal notes and internal goals.
    ReadInternal = "ticket.read_internal": Engineer | Tam | DutyChief | Quality | Administrator;
    /// Tie cases together: parts of a whole, related ones; merge and split them.
    LinkTickets = "ticket.link": Engineer | Tam | DutyChief;
    /// The daily work around a case that customers do not see: check lists, time spent, one act on many cases.
    WorkOnTicket = "ticket.work": Engineer | Tam | DutyChief;
    /// Give the vendor's people access for a case, and take it back.
    GiveAccess = "grant.give": Contact | CustomerManager;
    /// Use access a customer gave; which, `AccessGrant::may_use` answers.
    UseAccess = "grant.use": Engineer | Tam | DutyChief;
    /// Say how a closed case went.
    RateTicket = "ticket.rate": Contact | CustomerManager;
    /// Keep reply templates, macros and check lists; run them with leave to act.
    KeepTools = "tool.own": Engineer | Tam | DutyChief | Quality | Administrator;
    KeepDraft = "ticket.draft": Contact | CustomerManager | Engineer | Tam | DutyChief;
    Search = "search": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Administrator;
    ListenToEvents = "events.listen": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Administrator;
    ReadAccount = "account.read": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Finance | Administrator;
    EditAccount = "account.edit": Administrator | Finance;
    /// Name the customer's technical contact.
    NameContact = "account.contact": CustomerManager | Administrator;
    OrderPlan = "plan.order": Administrator | Finance;
    ReadPlan = "plan.read": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Finance | Administrator;
    ReadPerson = "person.read": CustomerManager | Engineer | Tam | DutyChief | Quality | Finance | Administrator;
    EditPerson = "person.edit": Administrator;
    /// Invite a colleague into one's own account.
    InvitePerson = "person.invite": CustomerManager | Administrator;
    KeepOwnTokens = "token.own": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Finance | Administrator;
    KeepViews = "view.own": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Administrator;
    KeepNotices = "notice.own": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Finance | Administrator;
    ReadClock = "clock.read": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Administrator;
    WaiveBreach = "clock.waive": DutyChief | Quality;
    EditRota = "rota.edit": DutyChief | Administrator;
    ReadRota = "rota.read": Engineer | Tam | DutyChief | Quality | Administrator;
    /// Ask whom routing would choose, and why.
    TryRouting = "routing.try": DutyChief | Quality | Administrator;
    /// See what the plan hands over, and when; its contents once it is delivered, or as those who write it.
    ReadDeliverable = "deliverable.read": Contact | CustomerManager | Tam | DutyChief | Quality | Finance | Administrator;
    /// Write, approve and hand over.
    KeepDeliverable = "deliverable.keep": Tam | DutyChief | Quality | Administrator;
    AcceptDeliverable = "deliverable.accept": CustomerManager;
    KeepWebhooks = "webhook.keep": Administrator;
    /// Let pages of the vendor's own open the portal inside them.
    KeepEmbeds = "embed.keep": Administrator;
    ReadHouse = "house.read": DutyChief | Administrator;
    /// Look after the way mail leaves the house.
    KeepMail = "mail.keep": Administrator;
    Import = "house.import": Administrator;
    /// See what an account booked.
    ReadService = "service.read": Contact | CustomerManager | Engineer | Tam | DutyChief | Quality | Finance | Administrator;
    /// Book a service, and withdraw it again.
    RequestService = "service.request": CustomerManager | Tam | DutyChief;
    /// Agree to services, plan them, keep their watch log and report on them.
    KeepService = "service.keep": Tam | DutyChief;
    /// Say that a service was done, and how it went; of the contacts the technical one alone, which the use case asks.
    AcceptService = "service.accept": Contact | CustomerManager;
    /// Give an account more of a quota than its plan does, and correct that.
    KeepQuota = "quota.keep": DutyChief | Finance | Administrator;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{AccountId, PersonId};

    #[test]
    fn the_whole_policy_on_one_page() {
        let mut page = String::from(
            "                      C M E T D Q F A   (contact, customer manager, engineer, TAM, duty chief, quality, finance, administrator)\n",
        );
        for (name, may) in POLICY {
            let marks: Vec<_> = Role::ALL.iter().map(|r| if may(*r) { "+" } else { "." }).collect();
            page += &format!("{name:<22}{}\n", marks.join(" "));
        }
        let kept = include_str!("policy.txt");
        assert!(page == kept, "the policy changed; if that is meant, put this page into policy.txt:\n{page}");
    }

    fn actor(role: Role) -> Actor {
        Actor { person: PersonId::from_raw(1), role, tier: 0, account: None }
    }
    #[test]
    fn a_leave_names_who_asked_and_is_given_by_the_policy_alone() {
        for role in Role::ALL {
            let leave = ask::<WaiveBreach>(&actor(*role));
            assert_eq!(leave.is_some(), WaiveBreach::may(*role), "{role:?}");
            assert!(leave.is_none_or(|leave| leave.actor().role == *role));
        }
        assert!(ask::<WaiveBreach>(&actor(Role::Engineer)).is_none(), "nobody accepts their own breach");
    }
    #[test]
    fn every_deed_is_somebodys_and_every_name_is_its_own() {
        let mut names: Vec<_> = POLICY.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), POLICY.len());
        assert!(POLICY.iter().all(|(_, may)| Role::ALL.iter().any(|r| may(*r))));
    }
    #[test]
    fn customers_never_reach_what_is_inside() {
        let inside = [
            "ticket.read_internal",
            "ticket.work",
            "tool.own",
            "account.edit",
            "plan.order",
            "person.edit",
            "clock.waive",
            "grant.use",
            "rota.edit",
            "rota.read",
            "routing.try",
            "webhook.keep",
            "house.read",
            "mail.keep",
            "house.import",
            "service.keep",
            "quota.keep",
        ];
        for (name, may) in POLICY.iter().filter(|(name, _)| inside.contains(name)) {
            assert!(Role::ALL.iter().all(|r| !(r.is_customer() && may(*r))), "{name}");
        }
    }
    #[test]
    fn another_accounts_things_are_unknown_to_customers_and_known_to_staff() {
        let (ours, theirs) = (AccountId::from_raw(1), AccountId::from_raw(2));
        let customer = Actor { account: Some(ours), ..actor(Role::CustomerManager) };
        assert!(customer.may_know(ours) && !customer.may_know(theirs));
        assert!(!actor(Role::Contact).may_know(ours), "a customer without an account knows nothing");
        assert!(actor(Role::Engineer).may_know(theirs));
    }
}
