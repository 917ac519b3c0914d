//! How the promises made in a window of days fared, and how long answers took in it.
use crate::{Fault, Flaw};
use domain::kit::{At, PersonId, Span};
use domain::people::{Leave, ReadInternal};
use std::collections::BTreeMap;
use store::db::Tx;
use store::figures::Fate;
use store::person::Named;

pub const DAYS_MAX: u32 = 31;
/// Figures look at so many promises, and so many cases, the newest of the window.
pub const LOOKED_AT_MAX: u32 = 100_000;

/// Promises by how they fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    pub kept: u64,
    pub at_risk: u64,
    pub broken: u64,
    pub running: u64,
}
impl Sum {
    fn add(&mut self, fate: Fate, count: u64) {
        match fate {
            Fate::Kept => self.kept += count,
            Fate::AtRisk => self.at_risk += count,
            Fate::Broken => self.broken += count,
            Fate::Running => self.running += count,
            Fate::Cancelled => {}
        }
    }
}
#[derive(Debug, Clone)]
pub struct Figures {
    pub from: At,
    pub to: At,
    /// There were more promises or cases than [`LOOKED_AT_MAX`]; the oldest are left out.
    pub more: bool,
    pub all: Sum,
    pub by_plan: BTreeMap<String, Sum>,
    pub by_channel: BTreeMap<String, Sum>,
    /// `None`: in nobody's hands.
    pub by_handler: BTreeMap<Option<PersonId>, Sum>,
    /// By the skill a case asks for (its product, empty when none was named) and the tier it lies on: the groups routing knows.
    pub by_group: BTreeMap<(String, u8), Sum>,
    /// By the hour the promise was made in.
    pub by_hour: BTreeMap<At, Sum>,
    /// Counts for each of [`store::figures::STEPS`], the last place for longer ones.
    pub first_answer: [u64; 10],
    pub resolve: [u64; 10],
    pub people: Vec<Named>,
}
/// The figures of the last `days` days. Errors: Invalid for fewer than one or more than [`DAYS_MAX`].
pub fn read(tx: &mut Tx, _leave: &Leave<ReadInternal>, days: u32, now: At) -> Result<Figures, Fault> {
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Fault::Invalid(vec![Flaw::new("days", "out_of_range").with("min", 1).with("max", DAYS_MAX)]));
    }
    let (from, to, max) = (now - Span::hours(24 * i64::from(days)), now + At::TICK, LOOKED_AT_MAX);
    let first_answer = store::figures::first_answers(tx, from, to, max)?;
    let resolve = store::figures::resolves(tx, from, to, max)?;
    let mut f = Figures {
        from,
        to: now,
        more: false,
        all: Sum::default(),
        by_plan: BTreeMap::new(),
        by_channel: BTreeMap::new(),
        by_handler: BTreeMap::new(),
        by_group: BTreeMap::new(),
        by_hour: BTreeMap::new(),
        first_answer,
        resolve,
        people: Vec::new(),
    };
    let mut looked_at = 0;
    for cell in store::figures::list_cells(tx, from, to, max)? {
        looked_at += cell.count;
        if cell.fate == Fate::Cancelled {
            continue;
        }
        f.all.add(cell.fate, cell.count);
        f.by_plan.entry(cell.plan).or_default().add(cell.fate, cell.count);
        f.by_channel.entry(cell.channel).or_default().add(cell.fate, cell.count);
        f.by_group.entry((cell.product, cell.tier)).or_default().add(cell.fate, cell.count);
        f.by_handler.entry(cell.handler).or_default().add(cell.fate, cell.count);
    }
    for (hour, fate, count) in store::figures::list_hours(tx, from, to, max)? {
        f.by_hour.entry(hour).or_default().add(fate, count);
    }
    f.more = looked_at >= u64::from(max);
    let handlers: Vec<PersonId> = f.by_handler.keys().flatten().copied().collect();
    f.people = store::person::list_named(tx, &handlers)?;
    Ok(f)
}
