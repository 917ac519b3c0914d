use crate::kit::{At, Span};
use crate::money::MoneyError;

/// From an instant to one that no longer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stretch {
    pub from: At,
    pub to: At,
}
impl Stretch {
    /// Errors: [`MoneyError::Reversed`].
    pub fn new(from: At, to: At) -> Result<Stretch, MoneyError> {
        if to < from { Err(MoneyError::Reversed) } else { Ok(Stretch { from, to }) }
    }
    pub fn length(self) -> Span {
        self.to - self.from
    }
    /// What both share; nothing where they only touch.
    pub fn within(self, other: Stretch) -> Option<Stretch> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from < to).then_some(Stretch { from, to })
    }
}

/// Why a stretch of an outage does not count (UPT-11 and the public agreements it stands for).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    AnnouncedMaintenance,
    CustomerFault,
    Attack,
    ForceMajeure,
    /// The contract names another one; its words stand with the exclusion.
    Other,
}
impl Reason {
    pub const ALL: &[Reason] = &[Reason::AnnouncedMaintenance, Reason::CustomerFault, Reason::Attack, Reason::ForceMajeure, Reason::Other];
    pub fn key(self) -> &'static str {
        match self {
            Reason::AnnouncedMaintenance => "announced_maintenance",
            Reason::CustomerFault => "customer_fault",
            Reason::Attack => "attack",
            Reason::ForceMajeure => "force_majeure",
            Reason::Other => "other",
        }
    }
    pub fn parse(key: &str) -> Option<Reason> {
        Reason::ALL.iter().copied().find(|r| r.key() == key)
    }
}
/// A time that does not count, and why; `note` is what is shown to the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    pub stretch: Stretch,
    pub reason: Reason,
    pub note: String,
}
/// What an exclusion took from an outage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    pub stretch: Stretch,
    pub reason: Reason,
    pub note: String,
}

/// One outage after merging, with what counts of it and what does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// From the first sign to the last, whatever of it counts.
    pub whole: Stretch,
    /// In order, apart from each other.
    pub counted: Vec<Stretch>,
    pub excluded: Vec<Excluded>,
}
impl Outage {
    /// How long it counts for: what decides on its class.
    pub fn length(&self) -> Span {
        self.counted.iter().fold(Span::ZERO, |sum, s| sum + s.length())
    }
    /// How much of that lies in a window.
    pub fn length_within(&self, window: Stretch) -> Span {
        self.counted.iter().filter_map(|s| s.within(window)).fold(Span::ZERO, |sum, s| sum + s.length())
    }
}

/// Merges stretches that overlap or touch, then takes away what is excluded. One product's: outages of two products never merge.
pub fn outages(down: impl IntoIterator<Item = Stretch>, exclusions: &[Exclusion]) -> Vec<Outage> {
    merged(down).into_iter().map(|whole| counted(whole, exclusions)).collect()
}
fn merged(down: impl IntoIterator<Item = Stretch>) -> Vec<Stretch> {
    let mut down: Vec<Stretch> = down.into_iter().collect();
    down.sort_unstable();
    let mut found: Vec<Stretch> = Vec::new();
    for s in down {
        match found.last_mut() {
            Some(last) if s.from <= last.to => last.to = last.to.max(s.to),
            _ => found.push(s),
        }
    }
    found
}
/// The first exclusion that names an instant takes it.
fn counted(whole: Stretch, exclusions: &[Exclusion]) -> Outage {
    let mut outage = Outage { whole, counted: vec![whole], excluded: Vec::new() };
    for e in exclusions {
        let mut left = Vec::new();
        for s in outage.counted {
            let Some(cut) = s.within(e.stretch) else {
                left.push(s);
                continue;
            };
            outage.excluded.push(Excluded { stretch: cut, reason: e.reason, note: e.note.clone() });
            let rest = [Stretch { from: s.from, to: cut.from }, Stretch { from: cut.to, to: s.to }];
            left.extend(rest.into_iter().filter(|r| r.from < r.to));
        }
        outage.counted = left;
    }
    outage.excluded.sort_by_key(|e| e.stretch);
    outage
}
