//! Quotas: several limits that bind together, per period of the plan's own zone (plans.md, "Quota engine"; I9).
//!
//! For now what is counted (urgent boosts, tickets) and its guard; bookings over several months and days join here as a list of
//! takings, one a month.
use crate::kit::At;
use crate::plan::Period;
use jiff::tz::TimeZone;

/// The key of the period an instant lies in, in the zone of the plan: `2025-05`, `2025-Q2`, `2025`, `-` without periods
/// (QTA-07: 2025-04-30T16:30Z is May in Shanghai). `None`: the zone is unknown.
pub fn period_key(period: Period, tz: &str, at: At) -> Option<String> {
    let date = at.date_in(&TimeZone::get(tz).ok()?);
    Some(match period {
        Period::Month => format!("{:04}-{:02}", date.year(), date.month()),
        Period::Quarter => format!("{:04}-Q{}", date.year(), (date.month() - 1) / 3 + 1),
        Period::Year => format!("{:04}", date.year()),
        Period::None => "-".to_string(),
    })
}

/// What a plan allows in one period; `None` does not bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    pub count: Option<u32>,
    pub days: Option<u32>,
}
/// What is taken, reserved and consumed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    pub count: u32,
    pub days: u32,
}
/// Which dimension has no room left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsedUp {
    Count { left: u32 },
    Days { left: u32 },
}

/// The balance after taking, or which limit refuses; all or nothing.
pub fn take(limits: &Limits, balance: &Balance, count: u32, days: u32) -> Result<Balance, UsedUp> {
    let left = |limit: Option<u32>, used: u32| limit.map(|l| l.saturating_sub(used));
    match (left(limits.count, balance.count), left(limits.days, balance.days)) {
        (Some(left), _) if left < count => Err(UsedUp::Count { left }),
        (_, Some(left)) if left < days => Err(UsedUp::Days { left }),
        _ => Ok(Balance { count: balance.count + count, days: balance.days + days }),
    }
}
/// Gives back what was taken (release, exemption): never below nothing.
pub fn give_back(balance: &Balance, count: u32, days: u32) -> Balance {
    Balance { count: balance.count.saturating_sub(count), days: balance.days.saturating_sub(days) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Dice;

    #[test]
    fn a_month_is_the_month_of_the_plans_zone() {
        let at = At::parse("2025-04-30T16:30:00Z").unwrap();
        assert_eq!(period_key(Period::Month, "Asia/Shanghai", at).as_deref(), Some("2025-05"));
        assert_eq!(period_key(Period::Month, "UTC", at).as_deref(), Some("2025-04"));
        assert_eq!(period_key(Period::Quarter, "UTC", at).as_deref(), Some("2025-Q2"));
        assert_eq!(period_key(Period::Month, "Mars/Olympus", at), None);
    }
    #[test]
    fn both_limits_bind_whatever_the_order_of_takings() {
        let mut dice = Dice::new(3);
        let (mut refused, mut taken) = (0, 0);
        for _ in 0..5_000 {
            let limits = Limits { count: Some(dice.roll(5) as u32), days: (dice.roll(2) > 0).then(|| dice.roll(9) as u32) };
            let mut balance = Balance::default();
            for _ in 0..8 {
                let (count, days) = (dice.roll(3) as u32, dice.roll(5) as u32);
                match take(&limits, &balance, count, days) {
                    Ok(after) => (balance, taken) = (after, taken + 1),
                    Err(_) => refused += 1,
                }
                assert!(balance.count <= limits.count.unwrap() && limits.days.is_none_or(|d| balance.days <= d));
                if dice.roll(4) == 0 {
                    balance = give_back(&balance, count, days);
                }
            }
        }
        assert!(refused > 0 && taken > 0);
    }
}
