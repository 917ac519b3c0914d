use super::days::days;
use super::{Amount, Charge, Currency, DayCount, MoneyError, Schedule, Slice, charge, part_of_month};
use crate::calendar::Month;
use jiff::civil::Date;

/// The days of a month on one plan, with what was consumed in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Version of the plan: `acme.gold.v2`.
    pub plan: String,
    /// First day.
    pub from: Date,
    /// Last day, which counts.
    pub to: Date,
    pub schedule: Schedule,
    /// What the account consumed in these days on the basis of the plan, and the slices of its prepaid orders that lie in them.
    pub consumption: Vec<Amount>,
}
/// What a line of a bill is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The price, for the days of the segment.
    Price,
    /// The share of consumption the price does not cover.
    Usage,
}
impl Subject {
    pub fn key(self) -> &'static str {
        match self {
            Subject::Price => "price",
            Subject::Usage => "usage",
        }
    }
}
/// One rounded line with everything it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub plan: String,
    pub subject: Subject,
    /// The days, and the price for them.
    pub slice: Slice,
    /// Present on the line of consumption.
    pub charge: Option<Charge>,
    pub amount: Amount,
}
/// What a month costs one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    pub month: Month,
    pub lines: Vec<Line>,
    /// The sum of the rounded lines (I11).
    pub total: Amount,
}

/// Reckons a month plan by plan, each for its own days: its price for these days, and of the share of what was consumed in them what that price
/// does not cover (UPG-02). Errors: [`MoneyError::Days`] when segments overlap, run backwards or lie outside the month,
/// [`MoneyError::Negative`], [`MoneyError::Currencies`], [`MoneyError::OutOfRange`].
pub fn bill(month: Month, segments: &[Segment], count: DayCount, currency: Currency) -> Result<Bill, MoneyError> {
    let mut lines = Vec::with_capacity(segments.len() * 2);
    let mut before: Option<Date> = None;
    for s in segments {
        if days(s.from, s.to) == 0 || Month::of(s.from) != month || before.is_some_and(|b| s.from <= b) {
            return Err(MoneyError::Days);
        }
        before = Some(s.to);
        let slice = part_of_month(s.schedule.price, s.from, s.to, count)?;
        let consumption = Amount::sum(s.consumption.iter().copied(), currency)?;
        let charge = charge(&Schedule { price: slice.amount, ..s.schedule.clone() }, consumption)?;
        let line = |subject, amount, charge| Line { plan: s.plan.clone(), subject, slice, charge, amount };
        lines.push(line(Subject::Price, slice.amount, None));
        lines.push(line(Subject::Usage, charge.postpaid, Some(charge)));
    }
    let total = Amount::sum(lines.iter().map(|l| l.amount), currency)?;
    Ok(Bill { month, lines, total })
}

/// What a closed bill and the bill as it should be differ in, line by line (E17): the closed one stays, the difference is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub month: Month,
    /// Plan, subject, first day; what was billed, what should have been, the difference.
    pub lines: Vec<Corrected>,
    /// May be below zero: then it is given back by a credit note.
    pub total: Amount,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    pub plan: String,
    pub subject: Subject,
    pub from: Date,
    pub billed: Amount,
    pub right: Amount,
    pub difference: Amount,
}
/// Lines that are the same are left out; a line only one of the two has counts as nothing in the other.
/// Errors: [`MoneyError::Days`] for bills of different months, [`MoneyError::Currencies`], [`MoneyError::OutOfRange`].
pub fn correction(billed: &Bill, right: &Bill) -> Result<Correction, MoneyError> {
    if billed.month != right.month {
        return Err(MoneyError::Days);
    }
    let nothing = Amount::zero(billed.total.currency());
    let same = |a: &Line, b: &Line| (&a.plan, a.subject, a.slice.from) == (&b.plan, b.subject, b.slice.from);
    let amount = |bill: &Bill, line: &Line| bill.lines.iter().find(|l| same(l, line)).map_or(nothing, |l| l.amount);
    let gone = billed.lines.iter().filter(|l| !right.lines.iter().any(|r| same(l, r)));
    let mut lines = Vec::new();
    for line in right.lines.iter().chain(gone) {
        let (before, after) = (amount(billed, line), amount(right, line));
        let difference = after.minus(before)?;
        if !difference.is_zero() {
            let (plan, subject, from) = (line.plan.clone(), line.subject, line.slice.from);
            lines.push(Corrected { plan, subject, from, billed: before, right: after, difference });
        }
    }
    let total = Amount::sum(lines.iter().map(|l| l.difference), nothing.currency())?;
    Ok(Correction { month: billed.month, lines, total })
}
