use super::{Alarm, Closing, Fact, Severity, Stage, Ticket};
use crate::kit::{At, PersonId, Span};

/// How long a merge may be taken back.
pub const UNMERGE_WITHIN: Span = Span::days(7);

/// Where a case stood before it was merged: what closing takes away and taking back gives again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub stage: Stage,
    pub alarm: Option<Alarm>,
    pub proposed: Option<Severity>,
}
impl Standing {
    pub fn of(t: &Ticket) -> Standing {
        Standing { stage: t.stage, alarm: t.alarm, proposed: t.proposed }
    }
}

/// Why two cases are not merged, or a merge is not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeRefusal {
    /// What one customer wrote is never shown to another.
    OtherAccount,
    /// Nor what one contact wrote to another: such cases are linked, not merged.
    OtherRequester,
    AlreadyClosed,
    /// The case to merge into is over.
    TargetOver,
    /// It has parts that are open.
    HasParts,
    NotMerged,
    TooLate,
}
impl MergeRefusal {
    pub fn key(self) -> &'static str {
        match self {
            MergeRefusal::OtherAccount => "merge.other_account",
            MergeRefusal::OtherRequester => "merge.other_requester",
            MergeRefusal::AlreadyClosed => "ticket.already_closed",
            MergeRefusal::TargetOver => "merge.target_over",
            MergeRefusal::HasParts => "merge.has_parts",
            MergeRefusal::NotMerged => "merge.not_merged",
            MergeRefusal::TooLate => "merge.too_late",
        }
    }
}

/// Merges a case into another of the same customer: the facts of the one, then those of the other. Its words, files and drafts stay where
/// they are; its promises go over (plans.md, E9), which the clocks see to.
pub fn merge(t: &Ticket, into: &Ticket, by: PersonId) -> Result<(Vec<Fact>, Vec<Fact>), MergeRefusal> {
    match () {
        _ if t.account != into.account => Err(MergeRefusal::OtherAccount),
        _ if t.requester != into.requester => Err(MergeRefusal::OtherRequester),
        _ if t.stage == Stage::Closed => Err(MergeRefusal::AlreadyClosed),
        _ if !into.stage.is_open() => Err(MergeRefusal::TargetOver),
        _ if t.open_children > 0 => Err(MergeRefusal::HasParts),
        _ => {
            // Whoever worked on it wants to know how it goes on.
            let mut followers: Vec<PersonId> = t.followers.iter().chain(&t.helpers).copied().chain(t.owner).collect();
            followers.retain(|f| Some(*f) != into.handler && Some(*f) != into.owner);
            let leaves = vec![Fact::Merged { by, into: into.id }, Fact::Closed { how: Closing::Merged }];
            Ok((leaves, vec![Fact::Absorbed { by, other: t.id, followers }]))
        }
    }
}
/// Takes a merge of `at` back, as long as the other case is not over. Followers stay.
pub fn unmerge(t: &Ticket, from: &Ticket, before: Standing, by: PersonId, at: At, now: At) -> Result<(Vec<Fact>, Vec<Fact>), MergeRefusal> {
    match () {
        _ if t.merged_into != Some(from.id) => Err(MergeRefusal::NotMerged),
        _ if now - at > UNMERGE_WITHIN => Err(MergeRefusal::TooLate),
        _ if from.stage == Stage::Closed => Err(MergeRefusal::TargetOver),
        _ => Ok((vec![Fact::Unmerged { by, from: from.id, before }], vec![Fact::Released { by, other: t.id }])),
    }
}
