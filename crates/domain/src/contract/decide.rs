use super::{Contract, Reason, Segment};
use crate::kit::{At, OrderId, Span};
use crate::plan::{NotForSale, PlanBook, may_order};
use jiff::tz::TimeZone;

/// What a plan tried out is bounded by beside its quotas; as the vendor sets it, for the documents name no length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trial {
    /// Nobody tries it twice.
    pub once: bool,
    /// `None`: no bound.
    pub longest: Option<Span>,
}

/// An order as it comes in.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    pub order: OrderId,
    /// The version in force at `at`: the order pins it.
    pub book: &'a PlanBook,
    /// The instant of the order.
    pub at: At,
    /// Months are those of this zone.
    pub tz: &'a TimeZone,
    /// The vendor has invited this customer.
    pub invited: bool,
    /// A fixed term; `None`: until further notice.
    pub ends_at: Option<At>,
    /// The hash of the text the customer was shown, with its differences, and consented to (E2).
    pub consent: Option<&'a str>,
    /// The book is one to try.
    pub trial: Option<Trial>,
}

/// What changes in a contract. Nothing before the instant of the ask is among it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// Segments that now end, and when.
    pub ends: Vec<(OrderId, At)>,
    /// Segments that had not begun and never will.
    pub withdrawn: Vec<OrderId>,
    pub begins: Option<Segment>,
}

/// Why an order is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The book was not, or is no longer, in force at the instant of the order.
    NotInForce,
    NotForSale(NotForSale),
    /// What is held and what is asked for differ: the customer must be shown and agree to the new text.
    ConsentNeeded,
    /// It has been tried before.
    TrialUsed,
    /// It ends before it would begin.
    EndsTooEarly,
    /// There is no paid plan now.
    NothingHeld,
    /// It ends as soon as it could already.
    EndsAlready {
        at: At,
    },
    /// Beyond the end of the calendar.
    NoSuchDay,
}
impl Refusal {
    pub fn key(self) -> &'static str {
        match self {
            Refusal::NotInForce => "plan.no_version_then",
            Refusal::NotForSale(NotForSale::Closed) => "plan.closed",
            Refusal::NotForSale(NotForSale::NotInvited) => "plan.not_invited",
            Refusal::NotForSale(NotForSale::NeedsOneOf) => "plan.needs_one_of",
            Refusal::ConsentNeeded => "contract.consent_needed",
            Refusal::TrialUsed => "contract.trial_used",
            Refusal::EndsTooEarly => "contract.ends_too_early",
            Refusal::NothingHeld => "contract.nothing_held",
            Refusal::EndsAlready { .. } => "contract.ends_already",
            Refusal::NoSuchDay => "contract.no_such_day",
        }
    }
}

/// The first instant after the month an instant lies in. `None` at the end of the calendar.
pub fn period_end(at: At, tz: &TimeZone) -> Option<At> {
    let next = at.date_in(tz).last_of_month().tomorrow().ok()?;
    tz.to_ambiguous_timestamp(next.at(0, 0, 0, 0)).compatible().ok().map(At::from)
}

/// Takes an order. A higher plan begins at once and ends the one held; a lower one begins when the month of the one held ends; the same one again
/// is a renewal: a new order on the version then in force, behind the term of the one held (E2). Of several decisions on what comes next the last
/// one counts: segments not yet begun are withdrawn. Errors: [`Refusal`].
pub fn order(contract: &Contract, ask: &Ask) -> Result<Change, Refusal> {
    let book = ask.book;
    if !book.effective.covers(ask.at) {
        return Err(Refusal::NotInForce);
    }
    let held = contract.at(ask.at);
    let holds: Vec<String> = held.iter().map(|s| s.family.clone()).collect();
    may_order(book, &holds, ask.invited).map_err(Refusal::NotForSale)?;
    let tried = || contract.segments().iter().any(|s| s.family == book.family);
    if ask.trial.is_some_and(|t| t.once) && tried() {
        return Err(Refusal::TrialUsed);
    }
    let mut change = Change { withdrawn: contract.later(ask.at).map(|s| s.order).collect(), ..Change::default() };
    let (reason, starts_at) = match held {
        None => (Reason::New, ask.at),
        Some(held) => {
            if held.plan != book.id && ask.consent != Some(book.hash.as_str()) {
                return Err(Refusal::ConsentNeeded);
            }
            succeed(held, ask, &mut change)?
        }
    };
    let bound = ask.trial.and_then(|t| t.longest).map(|longest| starts_at + longest);
    let ends_at = ask.ends_at.into_iter().chain(bound).min();
    if ends_at.is_some_and(|e| e <= starts_at) {
        return Err(Refusal::EndsTooEarly);
    }
    let (family, plan) = (book.family.clone(), book.id.clone());
    change.begins = Some(Segment { order: ask.order, family, plan, rank: book.rank, reason, ordered_at: ask.at, starts_at, ends_at });
    Ok(change)
}
/// Ends what is held where the new one begins.
fn succeed(held: &Segment, ask: &Ask, change: &mut Change) -> Result<(Reason, At), Refusal> {
    let month_ends = period_end(ask.at, ask.tz).ok_or(Refusal::NoSuchDay)?;
    let term_ends = |or: At| held.ends_at.unwrap_or(or);
    let (reason, starts_at) = if held.family == ask.book.family {
        (Reason::Renewal, term_ends(month_ends))
    } else if ask.book.rank > held.rank {
        (Reason::Upgrade, ask.at)
    } else {
        (Reason::Downgrade, term_ends(month_ends).min(month_ends))
    };
    if starts_at == held.starts_at {
        // Replaced in the instant it began: it never was.
        change.withdrawn.push(held.order);
    } else if held.ends_at != Some(starts_at) {
        change.ends.push((held.order, starts_at));
    }
    Ok((reason, starts_at))
}

/// The customer leaves: the plan serves to the end of the month, nothing is paid back, then comes the plan everybody has. Errors:
/// [`Refusal::NothingHeld`], [`Refusal::EndsAlready`], [`Refusal::NoSuchDay`].
pub fn cancel(contract: &Contract, at: At, tz: &TimeZone) -> Result<Change, Refusal> {
    let held = contract.at(at).ok_or(Refusal::NothingHeld)?;
    let end = period_end(at, tz).ok_or(Refusal::NoSuchDay)?;
    end_at(contract, held, at, end)
}
/// The customer has not paid: the plan ends at the instant [`super::owing`] names, and the plan everybody has follows (E18). Errors: as [`cancel`].
pub fn lapse(contract: &Contract, now: At, lapses_at: At) -> Result<Change, Refusal> {
    let end = lapses_at.max(now);
    let held = contract.at(now).ok_or(Refusal::NothingHeld)?;
    if end == held.starts_at {
        let withdrawn = contract.later(now).chain([held]).map(|s| s.order).collect();
        return Ok(Change { withdrawn, ..Change::default() });
    }
    end_at(contract, held, now, end)
}
fn end_at(contract: &Contract, held: &Segment, at: At, end: At) -> Result<Change, Refusal> {
    let withdrawn: Vec<OrderId> = contract.later(at).map(|s| s.order).collect();
    match held.ends_at.filter(|e| *e <= end) {
        Some(at) if withdrawn.is_empty() => Err(Refusal::EndsAlready { at }),
        Some(_) => Ok(Change { withdrawn, ..Change::default() }),
        None => Ok(Change { ends: vec![(held.order, end)], withdrawn, begins: None }),
    }
}
