//! Services that are booked ahead: one frame for escorts, projects, experts, visits, trainings and reviews. What a plan book grants, with
//! what quota and lead time, is the book's; the steps from request to rating are the same for all.
mod book;
mod decide;
mod due;
#[cfg(test)]
mod tests;
pub use book::{Grant, grant, not_listed, topics};
pub use decide::{Command, Doers, Outcome, Refusal, decide, offers};
pub use due::{Due, Milestone, REPORT_WORKING_DAYS, dues};

/// The longest service that is booked at once.
pub const DAYS_MAX: u32 = 92;

macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $case:ident $key:literal)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of])* $case),* }
        impl $name {
            pub const ALL: &[$name] = &[$($name::$case),*];
            pub fn key(self) -> &'static str {
                match self { $($name::$case => $key),* }
            }
            pub fn parse(key: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|k| k.key() == key)
            }
        }
    };
}
pub(crate) use keys;

keys! {
    /// What is booked.
    Kind {
        EscortBasic "escort_basic"
        EscortFull "escort_full"
        /// Architecture, migration or large models: the topic says which.
        SpecialProject "special_project"
        Expert "expert_1to1"
        DifficultIssue "difficult_issue"
        ReportWalkthrough "report_walkthrough"
        OnsiteVisit "onsite_visit"
        Training "training"
        QuarterlyReview "quarterly_review"
        Onboarding "onboarding"
        MigrationAcceptance "migration_acceptance"
    }
}
impl Kind {
    /// Is not begun without people, a run book and whatever else its sheet holds.
    pub fn needs_plan(self) -> bool {
        matches!(self, Kind::EscortBasic | Kind::EscortFull | Kind::SpecialProject)
    }
    /// Only products on the book's list are watched (003:L102, L142-L153).
    pub fn is_listed_only(self) -> bool {
        self == Kind::EscortFull
    }
}

keys! {
    /// Where a service stands.
    Stage {
        Requested "requested"
        Declined "declined"
        Agreed "agreed"
        Planned "planned"
        UnderWay "under_way"
        Reported "reported"
        /// By the customer.
        Accepted "accepted"
        Closed "closed"
        /// By whoever asked for it, before it began.
        Withdrawn "withdrawn"
        /// By the vendor.
        Cancelled "cancelled"
    }
}
impl Stage {
    /// Something is still to come.
    pub fn is_open(self) -> bool {
        !matches!(self, Stage::Declined | Stage::Closed | Stage::Withdrawn | Stage::Cancelled)
    }
    /// Its days are still to come or running: its people are taken.
    pub fn is_busy(self) -> bool {
        matches!(self, Stage::Requested | Stage::Agreed | Stage::Planned | Stage::UnderWay)
    }
}

keys! {
    /// What a service has of its quota.
    Held {
        /// Nothing was to be counted.
        Nothing "nothing"
        Reserved "reserved"
        Used "used"
        /// It did not take place: what was reserved is free again.
        Released "released"
        /// Our own product was the cause: what was used is free again (plans.md QTA-05).
        Exempt "exempt"
    }
}

/// A booked service, as far as the rules look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    pub kind: Kind,
    pub stage: Stage,
    pub held: Held,
    /// The book gives back what was used when our product was the cause.
    pub exempts: bool,
}
