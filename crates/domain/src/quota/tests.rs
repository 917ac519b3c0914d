use super::*;
use crate::kit::Dice;

fn limits(count: u32, days: u32) -> Limits {
    Limits { count: Some(count), days: Some(days) }
}
fn entry(kind: EntryKind, count: i64, days: i64) -> Entry {
    Entry { kind, count, days }
}
fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn the_month_is_the_plans_not_greenwichs() {
    let at = At::parse("2025-04-30T16:30:00Z").unwrap();
    assert_eq!(period_key(Period::Month, "Asia/Shanghai", at).as_deref(), Some("2025-05"));
    assert_eq!(period_key(Period::Month, "UTC", at).as_deref(), Some("2025-04"));
    assert_eq!(period_key(Period::Quarter, "Asia/Shanghai", at).as_deref(), Some("2025-Q2"));
    assert_eq!(period_key(Period::Year, "Asia/Shanghai", at).as_deref(), Some("2025"));
    assert_eq!(period_key(Period::None, "Asia/Shanghai", at).as_deref(), Some("-"));
    assert_eq!(period_key(Period::Month, "Shanghai", at), None);
}
#[test]
fn what_is_used_up_comes_back_with_the_plans_next_period() {
    let at = At::parse("2025-11-30T16:30:00Z").unwrap();
    let ends = |period| period_ends(period, "Asia/Shanghai", at).map(|e| e.to_string());
    assert_eq!(ends(Period::Month).as_deref(), Some("2025-12-31T16:00:00Z"), "it is December there already");
    assert_eq!(ends(Period::Quarter).as_deref(), Some("2025-12-31T16:00:00Z"));
    assert_eq!(ends(Period::Year).as_deref(), Some("2025-12-31T16:00:00Z"));
    assert_eq!(ends(Period::None), None);
    assert_eq!(period_ends(Period::Quarter, "UTC", at), At::parse("2026-01-01T00:00:00Z").ok());
    assert_eq!(period_ends(Period::Month, "Shanghai", at), None);
}
#[test]
fn both_limits_bind() {
    let mut shelf = Shelf::new(limits(2, 5));
    assert_eq!(shelf.post(EntryKind::Reserve, &shares(Period::Month, day("2025-03-01"), 5)), Ok(()));
    let more = shelf.post(EntryKind::Reserve, &shares(Period::Month, day("2025-03-10"), 1));
    assert_eq!(more, Err(QuotaRefusal::UsedUp { dimension: Dimension::Days, left: 0, asked: 1 }));
    assert_eq!(shelf.left("2025-03"), limits(1, 0));
}
#[test]
fn a_booking_over_the_end_of_the_month_is_had_whole_or_not_at_all() {
    let mut shelf = Shelf::new(limits(2, 2));
    let over = shares(Period::Month, day("2025-03-30"), 4);
    assert_eq!(over.iter().map(|s| (s.period.as_str(), s.count, s.days)).collect::<Vec<_>>(), [("2025-03", 1, 2), ("2025-04", 0, 2)]);
    assert_eq!(shelf.post(EntryKind::Reserve, &over), Ok(()));
    let before = shelf.clone();
    assert!(shelf.post(EntryKind::Reserve, &shares(Period::Month, day("2025-04-30"), 2)).is_err(), "April is full");
    assert_eq!(shelf, before, "May was not touched");
    assert_eq!(shelf.post(EntryKind::Release, &over), Ok(()));
    assert_eq!((shelf.left("2025-03"), shelf.left("2025-04")), (limits(2, 2), limits(2, 2)));
}
#[test]
fn a_smaller_plan_in_the_middle_of_the_month_leaves_nothing_and_takes_nothing_back() {
    let used = apply(&limits(10, 10), Balance::default(), &entry(EntryKind::Reserve, 3, 3)).unwrap();
    assert_eq!(used.left(&limits(1, 5)), limits(0, 2));
    assert_eq!(apply(&limits(1, 5), used, &entry(EntryKind::Consume, 3, 3)).map(|b| b.consumed_count), Ok(3));
}
#[test]
fn our_own_fault_gives_the_slot_back() {
    let one = limits(1, 1);
    let taken =
        apply(&one, Balance::default(), &entry(EntryKind::Reserve, 1, 1)).and_then(|b| apply(&one, b, &entry(EntryKind::Consume, 1, 1))).unwrap();
    assert!(may_take(&one, &taken, 1, 0).is_err());
    let exempt = apply(&one, taken, &entry(EntryKind::Exempt, 1, 1)).unwrap();
    assert_eq!(may_take(&one, &exempt, 1, 1), Ok(()));
    assert!(apply(&one, exempt, &entry(EntryKind::Exempt, 1, 0)).is_err(), "not twice");
}
#[test]
fn the_unit_past_the_limit_is_refused_and_the_plan_says_what_then() {
    // plans.md QTA-01 (30 tickets, the 31st on basic terms), QTA-02 (10 boosts), QTA-04 (one escort, 100 ask at once)
    for (id, cap, asked) in [("QTA-01", 30, 31), ("QTA-02", 10, 11), ("QTA-04", 1, 100)] {
        let limits = Limits { count: Some(cap), days: None };
        let mut b = Balance::default();
        let mut granted = 0;
        for _ in 0..asked {
            if let Ok(after) = apply(&limits, b, &entry(EntryKind::Reserve, 1, 0)) {
                (b, granted) = (after, granted + 1);
            }
        }
        assert_eq!((granted, b.used_count()), (cap, cap), "{id}");
    }
}
#[test]
fn a_service_over_the_end_of_a_month_uses_the_days_of_both_and_the_count_of_the_first() {
    // plans.md QTA-03: two days and once a month
    let mut shelf = Shelf::new(limits(1, 2));
    shelf.post(EntryKind::Reserve, &shares(Period::Month, day("2025-04-30"), 2)).unwrap();
    let used = |period: &str| (shelf.balance(period).used_days(), shelf.balance(period).used_count());
    assert_eq!((used("2025-04"), used("2025-05"), shelf.left("2025-05")), ((1, 1), (1, 0), limits(1, 1)));
}
#[test]
fn what_is_exempt_gives_back_what_the_plan_says_it_does() {
    // plans.md QTA-05: by the letter the count alone, which leaves a slot nobody can use; by default both
    let two = limits(1, 2);
    let used = [EntryKind::Reserve, EntryKind::Consume].iter().fold(Balance::default(), |b, kind| apply(&two, b, &entry(*kind, 1, 2)).unwrap());
    let left = |count, days| apply(&two, used, &entry(EntryKind::Exempt, count, days)).unwrap().left(&two);
    assert_eq!((left(1, 0), left(1, 2)), (limits(1, 0), limits(1, 2)));
}
#[test]
fn moving_up_in_the_middle_of_a_month_brings_the_new_limits_less_what_is_used() {
    // plans.md QTA-06: from the top plan's two days and once to the highest plan's five days and twice
    let used = apply(&limits(1, 2), Balance::default(), &entry(EntryKind::Reserve, 1, 2)).unwrap();
    assert_eq!(used.left(&limits(2, 5)), limits(1, 3));
}
#[test]
fn whichever_limit_is_reached_first_binds_and_says_so() {
    // plans.md QTA-08 and QTA-09
    let held = |count, days| Balance { reserved_count: count, reserved_days: days, ..Balance::default() };
    let basic = may_take(&limits(2, 5), &held(1, 4), 1, 2);
    assert_eq!(basic, Err(QuotaRefusal::UsedUp { dimension: Dimension::Days, left: 1, asked: 2 }), "one day could be had");
    let full = may_take(&limits(3, 15), &held(3, 9), 1, 2);
    assert_eq!(full, Err(QuotaRefusal::UsedUp { dimension: Dimension::Count, left: 0, asked: 1 }));
}
#[test]
fn who_is_refused_is_told_the_first_day_that_can_be_had() {
    let mut shelf = Shelf::new(limits(1, 2));
    shelf.post(EntryKind::Reserve, &shares(Period::Month, day("2025-04-10"), 1)).unwrap();
    let earliest = |from: &str, days| shelf.earliest(Period::Month, day(from), day("2025-12-31"), days);
    assert_eq!(earliest("2025-04-20", 1), Some(day("2025-05-01")));
    assert_eq!(earliest("2025-05-15", 2), Some(day("2025-05-15")));
    assert_eq!(earliest("2025-05-15", 5), None, "no month and the next give five days in a row");
    assert_eq!(earliest("2025-05-15", 4), Some(day("2025-05-30")), "two of May and two of June");
}
#[test]
fn what_was_bought_runs_out_unused_but_is_not_taken_from_under_a_service() {
    let none = limits(0, 0);
    let bought = apply(&none, Balance::default(), &entry(EntryKind::Grant, 3, 0)).unwrap();
    let used = apply(&none, bought, &entry(EntryKind::Reserve, 2, 0)).unwrap();
    let expired = apply(&none, used, &entry(EntryKind::Expire, 3, 0)).unwrap();
    assert_eq!((expired.granted_count, expired.left(&none).count), (2, Some(0)));
    assert!(apply(&none, expired, &entry(EntryKind::Adjust, -1, 0)).is_err());
}
#[test]
fn absurd_amounts_are_refused_not_wrapped() {
    for amount in [-1, i64::MAX, i64::from(u32::MAX) + 1] {
        for kind in EntryKind::ALL.iter().filter(|k| **k != EntryKind::Adjust) {
            assert_eq!(apply(&limits(1, 1), Balance::default(), &entry(*kind, amount, 0)), Err(QuotaRefusal::BadAmount), "{kind:?} {amount}");
        }
    }
    let full = Balance { granted_count: i64::MAX, ..Balance::default() };
    assert_eq!(apply(&limits(1, 1), full, &entry(EntryKind::Adjust, 1, 0)), Err(QuotaRefusal::BadAmount));
}
#[test]
fn laws_of_quotas() {
    let mut counts = [[0u32; 2]; 7];
    for seed in 0..20_000 {
        let mut d = Dice::new(seed);
        let limits = Limits { count: (d.roll(5) > 0).then(|| d.roll(4) as u32), days: (d.roll(5) > 0).then(|| d.roll(8) as u32) };
        let mut b = Balance::default();
        for n in 0..d.roll(20) {
            let kind = EntryKind::ALL[d.roll(7) as usize];
            let amount = |d: &mut Dice| d.roll(4) as i64 - i64::from(kind == EntryKind::Adjust) * 2;
            let e = entry(kind, amount(&mut d), amount(&mut d));
            let result = apply(&limits, b, &e);
            counts[kind as usize][usize::from(result.is_ok())] += 1;
            let Ok(after) = result else { continue };
            let tag = format!("seed {seed}, entry {n}: {e:?} from {b:?} to {after:?} of {limits:?}");
            law_of_limits(limits.count, after.granted_count, after.used_count(), &tag);
            law_of_limits(limits.days, after.granted_days, after.used_days(), &tag);
            let moved = i64::from(after.used_count()) - i64::from(b.used_count());
            let expected = match kind {
                EntryKind::Reserve => e.count,
                EntryKind::Release | EntryKind::Exempt => -e.count,
                _ => 0,
            };
            assert_eq!(moved, expected, "what is used follows from the entries: {tag}");
            b = after;
        }
    }
    for kind in EntryKind::ALL {
        let [refused, done] = counts[*kind as usize];
        assert!(done > 0 && (refused > 0 || matches!(kind, EntryKind::Grant | EntryKind::Expire)), "{kind:?} was never done or never refused");
    }
}
/// I9: used and left make the limit, and nothing is used beyond it.
fn law_of_limits(given: Option<u32>, granted: i64, used: u32, tag: &str) {
    let Some(given) = given else { return };
    assert!(i64::from(used) <= (i64::from(given) + granted).max(0), "never more than the limit: {tag}");
}
#[test]
fn the_first_day_with_room_is_found_across_the_end_of_a_month() {
    let left = |period: &str| if period == "2025-03" { limits(0, 0) } else { limits(1, 2) };
    let fit = |from: &str, days| first_fit(Period::Month, day(from), day("2026-03-31"), days, left);
    assert_eq!(fit("2025-03-10", 2), Some(day("2025-04-01")));
    assert_eq!(fit("2025-04-10", 2), Some(day("2025-04-10")));
    assert_eq!(fit("2025-04-28", 4), Some(day("2025-04-29")), "two days in each month");
    assert_eq!(fit("2025-04-10", 5), None, "longer than any two months give");
}
