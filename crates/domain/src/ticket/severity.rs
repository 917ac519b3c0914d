/// How grave a case is, on one of the two scales of the plans: five levels of tickets (001:L49-L53) and three of the
/// dedicated group (002:L87).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    Critical,
    Urgent,
    High,
    Medium,
    Low,
    BusinessDown,
    GeneralProblem,
    GeneralConsult,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Ticket,
    Group,
}

use Severity::*;
impl Severity {
    pub const ALL: &[Severity] = &[Critical, Urgent, High, Medium, Low, BusinessDown, GeneralProblem, GeneralConsult];

    pub fn key(self) -> &'static str {
        match self {
            Critical => "critical",
            Urgent => "urgent",
            High => "high",
            Medium => "medium",
            Low => "low",
            BusinessDown => "business_down",
            GeneralProblem => "general_problem",
            GeneralConsult => "general_consult",
        }
    }
    pub fn parse(key: &str) -> Option<Severity> {
        Severity::ALL.iter().copied().find(|s| s.key() == key)
    }
    pub fn scale(self) -> Scale {
        match self {
            BusinessDown | GeneralProblem | GeneralConsult => Scale::Group,
            _ => Scale::Ticket,
        }
    }
    /// The scale a channel speaks in.
    pub fn scale_of(channel: &str) -> Scale {
        if channel == "dedicated_im_group" { Scale::Group } else { Scale::Ticket }
    }
    /// 1 is the gravest, on both scales comparable: business down stands beside critical.
    pub fn rank(self) -> u8 {
        match self {
            Critical | BusinessDown => 1,
            Urgent => 2,
            High | GeneralProblem => 3,
            Medium => 4,
            Low | GeneralConsult => 5,
        }
    }
}
