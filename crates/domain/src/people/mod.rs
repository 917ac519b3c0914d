//! People and what they may do. One page holds the whole policy; a use case demands a [`Leave`] nobody can make by hand.
mod deeds;
pub use deeds::*;

use crate::kit::{AccountId, PersonId};

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $key:literal)*) => {
        /// What somebody is for the house. A person has exactly one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role { $($(#[$doc])* $name),* }
        impl Role {
            pub const ALL: &[Role] = &[$(Role::$name),*];
            pub fn key(self) -> &'static str { match self { $(Role::$name => $key),* } }
            pub fn parse(key: &str) -> Option<Role> { match key { $($key => Some(Role::$name),)* _ => None } }
        }
    };
}
roles! {
    /// Asks, and sees the cases of their own.
    Contact = "contact"
    /// Sees every case of the account, invites colleagues, reads reports and bills.
    CustomerManager = "customer_manager"
    Engineer = "engineer"
    /// Technical account manager of named accounts.
    Tam = "tam"
    /// Decides on escalation (值班长).
    DutyChief = "duty_chief"
    /// Reads everything, changes nothing but quality records.
    Quality = "quality"
    Finance = "finance"
    Administrator = "administrator"
}
impl Role {
    pub fn is_customer(self) -> bool {
        matches!(self, Role::Contact | Role::CustomerManager)
    }
    pub fn is_staff(self) -> bool {
        !self.is_customer()
    }
    /// Answers customers' cases.
    pub fn answers(self) -> bool {
        matches!(self, Role::Engineer | Role::Tam | Role::DutyChief)
    }
}

/// Who asks: a signed-in person as the house knows them now. Customers belong to an account, staff to none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub person: PersonId,
    pub role: Role,
    /// Engineers' tier 1–4; 0 for everybody else.
    pub tier: u8,
    pub account: Option<AccountId>,
}
impl Actor {
    /// May this person know that something of `account` exists? Otherwise it is 404.
    pub fn may_know(&self, account: AccountId) -> bool {
        self.role.is_staff() || self.account == Some(account)
    }
}
