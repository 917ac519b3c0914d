use super::days::part_of_month;
use super::{Amount, DayCount, MoneyError, Slice};
use crate::calendar::Month;
use crate::kit::At;
use crate::plan::Refund;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What becomes of the unused part of the old price when a customer moves up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UpgradeCredit {
    /// It is set against the new price, and against nothing else: never paid out (I13).
    #[default]
    Credit,
    Forfeit,
}
impl UpgradeCredit {
    pub const ALL: &[UpgradeCredit] = &[UpgradeCredit::Credit, UpgradeCredit::Forfeit];
    pub fn key(self) -> &'static str {
        match self {
            UpgradeCredit::Credit => "credit",
            UpgradeCredit::Forfeit => "forfeit",
        }
    }
}

/// Moving up in the middle of a month, explained. `old_used + old_credit` is the old price to the cent (I12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upgrade {
    /// The old price for the days before; `None` on the first of a month.
    pub used: Option<Slice>,
    pub old_used: Amount,
    pub old_credit: Amount,
    /// The new price from this day to the end of the month.
    pub new_part: Slice,
    pub policy: UpgradeCredit,
    pub charge_now: Amount,
    /// What the month costs in prices in all: what was paid for the old one, and what is charged now.
    pub month_total: Amount,
}
/// The day of the change belongs to the new plan. Errors: [`MoneyError::Negative`], [`MoneyError::Currencies`], [`MoneyError::OutOfRange`].
pub fn upgrade(old: Amount, new: Amount, on: Date, policy: UpgradeCredit, count: DayCount) -> Result<Upgrade, MoneyError> {
    old.same_currency(new)?;
    let old = old.not_negative()?;
    let month = Month::of(on);
    let used = match on.yesterday() {
        Ok(before) if Month::of(before) == month => Some(part_of_month(old, month.first_day(), before, count)?),
        _ => None,
    };
    let old_used = used.map_or(Amount::zero(old.currency()), |s| s.amount);
    // One is reckoned, the other is what is left of the price.
    let old_credit = old.minus(old_used)?;
    let new_part = part_of_month(new, on, month.last_day(), count)?;
    let charge_now = match policy {
        UpgradeCredit::Credit => new_part.amount.minus(old_credit)?.or_nothing(),
        UpgradeCredit::Forfeit => new_part.amount,
    };
    Ok(Upgrade { used, old_used, old_credit, new_part, policy, charge_now, month_total: old.plus(charge_now)? })
}

/// Moving down or leaving: the plan serves until `until`, what was paid for stays paid (002:L101), and `next` is the price from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    /// The first instant after the month in which it was asked, in the plan's zone.
    pub until: At,
    pub refund: Amount,
    pub next: Amount,
}
/// Moving down counts from the end of the month (DNG-01). Errors: [`MoneyError::Currencies`], [`MoneyError::Days`] at the end of the calendar.
pub fn downgrade(old: Amount, new: Amount, asked: At, tz: &TimeZone) -> Result<Leaving, MoneyError> {
    old.same_currency(new)?;
    let next = asked.date_in(tz).last_of_month().tomorrow().map_err(|_| MoneyError::Days)?;
    let until = tz.to_ambiguous_timestamp(next.at(0, 0, 0, 0)).compatible().map_err(|_| MoneyError::Days)?;
    Ok(Leaving { until: At::from(until), refund: Amount::zero(old.currency()), next: new })
}
/// Leaving counts from the end of the month as well, and then the plan of those without one (CAN-01). Errors: as [`downgrade`].
pub fn cancel(price: Amount, asked: At, tz: &TimeZone) -> Result<Leaving, MoneyError> {
    downgrade(price, Amount::zero(price.currency()), asked, tz)
}

/// Why nothing is paid back; quotes the plan's rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundRefusal {
    /// A fee once charged is not given back.
    NeverRefunded,
    /// So many days, and they are over.
    TooLate { last_day: Date },
    /// Asked before it was paid.
    NotPaidYet,
    /// The term is beyond the calendar.
    NoSuchDay,
}
impl RefundRefusal {
    pub fn key(self) -> &'static str {
        match self {
            RefundRefusal::NeverRefunded => "refund.never",
            RefundRefusal::TooLate { .. } => "refund.too_late",
            RefundRefusal::NotPaidYet => "refund.not_paid_yet",
            RefundRefusal::NoSuchDay => "refund.no_such_day",
        }
    }
}
/// What is given back of a price paid. Where a plan gives days to think it over, the first one is the day after the purchase and the last one
/// counts to its end (CAN-02); lengths that are no whole days count from the instant.
pub fn paid_refund(rule: Refund, paid: Amount, bought: At, asked: At, tz: &TimeZone) -> Result<Amount, RefundRefusal> {
    const DAY: i64 = 86_400_000_000;
    let Refund::Within(span) = rule else { return Err(RefundRefusal::NeverRefunded) };
    if asked < bought {
        return Err(RefundRefusal::NotPaidYet);
    }
    if span.as_micros() % DAY != 0 {
        let last = bought + span;
        return if asked <= last { Ok(paid) } else { Err(RefundRefusal::TooLate { last_day: last.date_in(tz) }) };
    }
    let after = bought.date_in(tz).checked_add(jiff::SignedDuration::from_hours(span.as_micros() / DAY * 24));
    let last_day = after.map_err(|_| RefundRefusal::NoSuchDay)?;
    if asked.date_in(tz) <= last_day { Ok(paid) } else { Err(RefundRefusal::TooLate { last_day }) }
}
