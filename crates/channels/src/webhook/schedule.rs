use domain::kit::Span;

/// The waits before each try, the first at once; together a little over 27 hours (the schedule common among senders of
/// Standard Webhooks).
const WAITS: [Span; 8] =
    [Span::ZERO, Span::seconds(5), Span::minutes(5), Span::minutes(30), Span::hours(2), Span::hours(5), Span::hours(10), Span::hours(10)];

/// How often one parcel is tried in all.
pub const ATTEMPTS: u32 = WAITS.len() as u32;

/// The wait before the next try when `made` were made, up to a tenth longer by `roll` (any number) so that a receiver that
/// comes back is not met by all parcels in the same second. None: give up.
pub fn next_attempt(made: u32, roll: u64) -> Option<Span> {
    let wait = *WAITS.get(made as usize)?;
    let jitter = (wait.as_micros() as i128 * (roll % 1001) as i128 / 10_000) as i64;
    Some(wait + Span::micros(jitter))
}

/// As [`next_attempt`], but not before what the receiver asked for.
pub fn wait(made: u32, roll: u64, asked: Option<Span>) -> Option<Span> {
    next_attempt(made, roll).map(|planned| asked.map_or(planned, |a| a.max(planned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_the_published_one_and_then_ends() {
        let planned: Vec<i64> = (0..ATTEMPTS).map(|n| next_attempt(n, 0).unwrap().as_seconds()).collect();
        assert_eq!(planned, [0, 5, 300, 1800, 7200, 18_000, 36_000, 36_000]);
        assert_eq!((next_attempt(8, 0), next_attempt(u32::MAX, 7)), (None, None));
    }
    #[test]
    fn dice_only_ever_make_it_later_and_never_by_more_than_a_tenth() {
        for made in 0..ATTEMPTS {
            let planned = next_attempt(made, 0).unwrap();
            for roll in [1, 500, 1000, 1001, u64::MAX] {
                let rolled = next_attempt(made, roll).unwrap();
                assert!(planned <= rolled && rolled <= planned + planned.percent(10), "{made} {roll}");
            }
        }
    }
    #[test]
    fn what_the_receiver_asks_for_is_kept_when_it_is_later() {
        assert_eq!(wait(1, 0, Some(Span::minutes(1))), Some(Span::minutes(1)));
        assert_eq!(wait(2, 0, Some(Span::minutes(1))), Some(Span::minutes(5)));
        assert_eq!(wait(8, 0, Some(Span::minutes(1))), None);
    }
}
