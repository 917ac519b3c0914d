use super::{Outage, Stretch};
use crate::calendar::Month;
use crate::kit::{At, Span};
use crate::money::{MoneyError, Ratio};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A month as instants, in the zone the agreement names: longer or shorter by a clock change where the zone has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub month: Month,
    pub stretch: Stretch,
}
impl Window {
    /// Errors: [`MoneyError::Days`] for the last month of the calendar.
    pub fn of(month: Month, tz: &TimeZone) -> Result<Window, MoneyError> {
        let begins = |day: Date| tz.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible().map(At::from).map_err(|_| MoneyError::Days);
        let next = month.last_day().tomorrow().map_err(|_| MoneyError::Days)?;
        Ok(Window { month, stretch: Stretch { from: begins(month.first_day())?, to: begins(next)? } })
    }
    /// A month of whole days of 24 hours, where no zone is named.
    pub fn plain(month: Month) -> Result<Window, MoneyError> {
        Window::of(month, &TimeZone::UTC)
    }
}

/// How long a service was up in a time. Compared as it is, never rounded (I16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uptime {
    pub total: Span,
    pub down: Span,
}
impl Uptime {
    /// Down time is never less than none nor more than all. Errors: [`MoneyError::Days`] when the time has no length.
    pub fn new(total: Span, down: Span) -> Result<Uptime, MoneyError> {
        if total <= Span::ZERO { Err(MoneyError::Days) } else { Ok(Uptime { total, down: down.clamp(Span::ZERO, total) }) }
    }
    /// Between 0 and 1.
    pub fn ratio(&self) -> Ratio {
        // `new` keeps the total above zero.
        Ratio::new((self.total - self.down).as_micros(), self.total.as_micros()).unwrap_or(Ratio::ZERO)
    }
    /// Was so much promised, and kept?
    pub fn meets(&self, promised: Ratio) -> bool {
        self.ratio() >= promised
    }
}
/// A month's uptime from its outages; what lies in other months counts there. Errors: as [`Uptime::new`].
pub fn uptime(window: Window, outages: &[Outage]) -> Result<Uptime, MoneyError> {
    let down = outages.iter().fold(Span::ZERO, |sum, o| sum + o.length_within(window.stretch));
    Uptime::new(window.stretch.length(), down)
}
