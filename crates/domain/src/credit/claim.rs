use crate::calendar::{Calendar, Month, report_due};
use crate::money::{Amount, MoneyError, Ratio};
use jiff::civil::Date;

/// When a credit may be claimed: after so many working days of the month that follows, until so many months after the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimRule {
    pub after_working_days: u32,
    pub within_months: u32,
}
/// The days of one month's claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimWindow {
    /// The figures are settled at the end of this day; claims come from the next one on.
    pub opens_after: Date,
    /// The last day, which counts.
    pub closes: Date,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimRefusal {
    TooEarly { opens_after: Date },
    TooLate { closed: Date },
}
impl ClaimRefusal {
    pub fn key(self) -> &'static str {
        match self {
            ClaimRefusal::TooEarly { .. } => "claim.too_early",
            ClaimRefusal::TooLate { .. } => "claim.too_late",
        }
    }
}
impl ClaimWindow {
    /// May a claim be made on this local day?
    pub fn takes(&self, today: Date) -> Result<(), ClaimRefusal> {
        if today <= self.opens_after {
            return Err(ClaimRefusal::TooEarly { opens_after: self.opens_after });
        }
        if today > self.closes { Err(ClaimRefusal::TooLate { closed: self.closes }) } else { Ok(()) }
    }
}
/// September 2025, five working days, two months: opens after 2025-10-14, closes 2025-11-30 (ANC-CLAIM-1). `None` at the end of the calendar.
pub fn claim_window(rule: ClaimRule, month: Month, working_days: &Calendar) -> Option<ClaimWindow> {
    let opens_after = report_due(working_days, &month, rule.after_working_days)?;
    let months = jiff::Span::new().try_months(rule.within_months).ok()?;
    let closes = month.first_day().checked_add(months).ok()?.last_of_month();
    Some(ClaimWindow { opens_after, closes })
}

/// Lost data: this share of the loss that is proven; nothing without proof (CMP-09). Errors: [`MoneyError::Negative`], [`MoneyError::OutOfRange`].
pub fn loss_credit(loss: Amount, proven: bool, share: Ratio) -> Result<Amount, MoneyError> {
    let credit = loss.not_negative()?.part(share)?;
    Ok(if proven { credit } else { Amount::zero(loss.currency()) })
}
