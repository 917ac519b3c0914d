//! What a plan promises to hand over by a day: reports. The house plans one a period and gathers its numbers; somebody writes what numbers do
//! not say, somebody else approves it, it is handed over, the customer accepts it (plans.md, "Deliverables").
use crate::kit::PersonId;

/// Where a deliverable stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It will be due; its words are being written, its numbers still move.
    Planned,
    /// Its numbers and words stand still and are signed off.
    Approved,
    /// The customer has it.
    Delivered,
    Accepted,
}
impl State {
    pub const ALL: [State; 4] = [State::Planned, State::Approved, State::Delivered, State::Accepted];
    pub fn key(self) -> &'static str {
        match self {
            State::Planned => "planned",
            State::Approved => "approved",
            State::Delivered => "delivered",
            State::Accepted => "accepted",
        }
    }
    pub fn parse(key: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.key() == key)
    }
    /// Whether the customer has it.
    pub fn is_out(self) -> bool {
        self >= State::Delivered
    }
}
/// What is done with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Approve,
    /// Back to writing, before anybody outside has it.
    Reopen,
    Deliver,
    Accept,
}
impl Step {
    pub const ALL: [Step; 4] = [Step::Approve, Step::Reopen, Step::Deliver, Step::Accept];
    pub fn key(self) -> &'static str {
        match self {
            Step::Approve => "approve",
            Step::Reopen => "reopen",
            Step::Deliver => "deliver",
            Step::Accept => "accept",
        }
    }
    pub fn parse(key: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|s| s.key() == key)
    }
}
/// Who asks, and what they had to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asking {
    pub person: PersonId,
    pub is_customer: bool,
}
/// The state after a step, or the code of why not: `deliverable.not_yours`, `.not_planned`, `.not_approved`, `.not_delivered`,
/// `.words_missing`, `.own_words`.
pub fn decide(state: State, author: Option<PersonId>, step: Step, who: Asking) -> Result<State, &'static str> {
    if (step == Step::Accept) != who.is_customer {
        return Err("deliverable.not_yours");
    }
    match (step, state) {
        (Step::Approve, State::Planned) => match author {
            None => Err("deliverable.words_missing"),
            // Four eyes: nobody approves their own words.
            Some(author) if author == who.person => Err("deliverable.own_words"),
            Some(_) => Ok(State::Approved),
        },
        (Step::Approve, _) => Err("deliverable.not_planned"),
        (Step::Reopen, State::Approved) => Ok(State::Planned),
        (Step::Deliver, State::Approved) => Ok(State::Delivered),
        (Step::Reopen | Step::Deliver, _) => Err("deliverable.not_approved"),
        (Step::Accept, State::Delivered) => Ok(State::Accepted),
        (Step::Accept, _) => Err("deliverable.not_delivered"),
    }
}
/// What this person may do now, and why not; steps that are the other side's are left out.
pub fn offers(state: State, author: Option<PersonId>, who: Asking) -> Vec<(Step, Option<&'static str>)> {
    let mine = |step: &Step| (*step == Step::Accept) == who.is_customer;
    Step::ALL.into_iter().filter(mine).map(|step| (step, decide(state, author, step, who).err())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    fn who(n: u128, is_customer: bool) -> Asking {
        Asking { person: PersonId::from_raw(n), is_customer }
    }
    #[test]
    fn nobody_approves_their_own_words_and_nothing_goes_out_unapproved() {
        let (tam, chief, customer) = (who(1, false), who(2, false), who(3, true));
        let author = Some(tam.person);
        assert_eq!(decide(State::Planned, None, Step::Approve, chief), Err("deliverable.words_missing"));
        assert_eq!(decide(State::Planned, author, Step::Approve, tam), Err("deliverable.own_words"));
        assert_eq!(decide(State::Planned, author, Step::Deliver, chief), Err("deliverable.not_approved"));
        assert_eq!(decide(State::Planned, author, Step::Approve, chief), Ok(State::Approved));
        assert_eq!(decide(State::Approved, author, Step::Reopen, tam), Ok(State::Planned));
        assert_eq!(decide(State::Approved, author, Step::Deliver, tam), Ok(State::Delivered));
        assert_eq!(decide(State::Delivered, author, Step::Reopen, chief), Err("deliverable.not_approved"), "what is out stays out");
        assert_eq!(decide(State::Delivered, author, Step::Accept, tam), Err("deliverable.not_yours"));
        assert_eq!(decide(State::Approved, author, Step::Accept, customer), Err("deliverable.not_delivered"));
        assert_eq!(decide(State::Delivered, author, Step::Accept, customer), Ok(State::Accepted));
        assert_eq!(decide(State::Delivered, author, Step::Deliver, customer), Err("deliverable.not_yours"));
    }
    #[test]
    fn every_state_has_a_way_on_but_the_last() {
        for state in State::ALL {
            let ways = [who(2, false), who(3, true)].into_iter().flat_map(|w| offers(state, Some(PersonId::from_raw(1)), w));
            assert_eq!(ways.filter(|(_, why)| why.is_none()).count() == 0, state == State::Accepted, "{state:?}");
            assert_eq!(State::parse(state.key()), Some(state));
        }
        assert!(Step::ALL.iter().all(|s| Step::parse(s.key()) == Some(*s)));
    }
}
