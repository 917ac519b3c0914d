//! The named cases of plans.md, "Worked numbers", and laws.
use super::*;
use crate::calendar::{Calendar, Holidays, MON_TO_FRI, Month, Spec, Window as Hours};
use crate::kit::{At, Span};
use crate::money::{Amount, Currency, MoneyError, Ratio};
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn yuan(text: &str) -> Amount {
    Amount::new(text.parse().unwrap(), Currency::CNY).unwrap()
}
fn ratio(text: &str) -> Ratio {
    Ratio::of(text.parse().unwrap()).unwrap()
}
fn percent(text: &str) -> Ratio {
    Ratio::percent(text.parse().unwrap()).unwrap()
}
fn at(text: &str) -> At {
    At::parse(text).unwrap()
}
/// `"10:00-10:40"` on 2025-03-04.
fn down(text: &str) -> Stretch {
    let (from, to) = text.split_once('-').unwrap();
    let on = |t| at(&format!("2025-03-04T{t}:00Z"));
    Stretch::new(on(from), on(to)).unwrap()
}
fn minutes(n: i64) -> Vec<Outage> {
    let from = at("2025-03-01T00:00:00Z");
    outages([Stretch::new(from, from + Span::minutes(n)).unwrap()], &[])
}
/// The classes of 000:L75-L76: from an hour on 30 %, below that 0.1 % a unit.
fn classes(unit: Unit) -> Schedule {
    let bands = vec![
        OutageBand { at_least: Span::hours(1), rule: Rule::Share(ratio("0.30")) },
        OutageBand { at_least: Span::ZERO, rule: Rule::Per(unit, ratio("0.001")) },
    ];
    Schedule::ByOutage { bands, cap: Ratio::ONE }
}
fn months(bands: &[(&str, &str)], cap: &str) -> Schedule {
    Schedule::ByMonth {
        bands: bands.iter().map(|(below, share)| MonthBand { below: percent(below), share: ratio(share) }).collect(),
        cap: ratio(cap),
    }
}
fn window(year: i16, month: i8) -> Window {
    Window::plain(Month::new(year, month).unwrap()).unwrap()
}

#[test]
fn an_outage_is_classed_by_its_length_and_an_hour_sharp_is_severe() {
    // id, minutes, credit by the minute, credit by the hour (plans.md CMP-01 to CMP-08; the unit is a gap of the source)
    let cases = [
        ("CMP-01", 0, "0.00", "0.00"),
        ("CMP-02", 1, "1.00", "0.02"),
        ("CMP-03", 10, "10.00", "0.17"),
        ("CMP-04", 30, "30.00", "0.50"),
        ("CMP-05", 59, "59.00", "0.98"),
        ("CMP-06", 60, "300.00", "300.00"),
        ("CMP-07", 75, "300.00", "300.00"),
        ("CMP-08", 1440, "300.00", "300.00"),
    ];
    for (id, length, by_minute, by_hour) in cases {
        for (unit, wanted) in [(Unit::Minute, by_minute), (Unit::Hour, by_hour)] {
            assert_eq!(credit(&classes(unit), yuan("1000"), &minutes(length), None).unwrap().amount.to_string(), wanted, "{id}");
        }
    }
}
#[test]
fn lost_data_is_made_good_in_part_where_the_loss_is_proven() {
    // plans.md CMP-09
    assert_eq!(loss_credit(yuan("50000"), true, ratio("0.80")), Ok(yuan("40000")));
    assert_eq!(loss_credit(yuan("50000"), false, ratio("0.80")), Ok(yuan("0")));
    assert_eq!(loss_credit(yuan("-1"), true, ratio("0.80")), Err(MoneyError::Negative));
}
#[test]
fn credits_never_pass_the_cap() {
    // plans.md CMP-10
    let down = [75, 90, 61, 200].iter().enumerate().map(|(i, n)| {
        let from = at("2025-03-01T00:00:00Z") + Span::days(i as i64);
        Stretch::new(from, from + Span::minutes(*n)).unwrap()
    });
    let credit = credit(&classes(Unit::Minute), yuan("1000"), &outages(down, &[]), None).unwrap();
    assert_eq!((credit.sum, credit.cap, credit.amount), (yuan("1200"), yuan("1000"), yuan("1000")));
}
#[test]
fn what_was_issued_before_counts_under_the_same_cap() {
    let both = outages([down("10:00-11:00"), down("12:00-13:30"), down("14:00-15:00"), down("16:00-17:00")], &[]);
    let all = credit(&classes(Unit::Minute), yuan("1000"), &both, None).unwrap();
    assert_eq!((all.beyond(yuan("300")), all.beyond(yuan("1000")), all.beyond(yuan("1200"))), (Ok(yuan("700")), Ok(yuan("0")), Ok(yuan("0"))));
}
#[test]
fn outages_that_overlap_or_touch_are_one() {
    // plans.md CMP-11: apart they would bring 75.
    let both = outages([down("10:30-11:05"), down("10:00-10:40")], &[]);
    assert_eq!(both.len(), 1);
    assert_eq!(both[0].length(), Span::minutes(65));
    assert_eq!(credit(&classes(Unit::Minute), yuan("1000"), &both, None).unwrap().amount, yuan("300"));
    assert_eq!(outages([down("10:00-10:40"), down("10:40-11:00")], &[]).len(), 1);
    assert_eq!(outages([down("10:00-10:40"), down("10:41-11:00"), down("10:05-10:06")], &[]).len(), 2);
    assert_eq!(Stretch::new(at("2025-03-04T10:00:01Z"), at("2025-03-04T10:00:00Z")), Err(MoneyError::Reversed));
}
#[test]
fn uptime_is_compared_as_it_is_not_as_it_is_written() {
    // id, promised, days, minutes down, kept (plans.md UPT-01 to UPT-10)
    let cases = [
        ("UPT-01", "99.95", 30, 21, true),
        ("UPT-02", "99.95", 30, 22, false),
        ("UPT-03", "99.95", 31, 22, true),
        ("UPT-04", "99.95", 31, 23, false),
        ("UPT-05", "99.95", 28, 20, true),
        ("UPT-06", "99.95", 28, 21, false),
        ("UPT-07", "99.99", 30, 4, true),
        ("UPT-08", "99.99", 30, 5, false),
        ("UPT-09", "99.9", 30, 43, true),
        ("UPT-10", "99.9", 30, 44, false),
    ];
    for (id, promised, days, lost, kept) in cases {
        let up = Uptime::new(Span::days(days), Span::minutes(lost)).unwrap();
        assert_eq!(up.meets(percent(promised)), kept, "{id}");
    }
    let on_the_line = Uptime::new(Span::days(30), Span::seconds(1296)).unwrap();
    assert!(on_the_line.meets(percent("99.95")), "exactly what was promised is kept");
    assert!(!Uptime::new(Span::days(30), Span::seconds(1296) + At::TICK).unwrap().meets(percent("99.95")));
    assert_eq!(
        Uptime::new(Span::days(30), Span::minutes(21)).unwrap().ratio().times(ratio("100")).unwrap().to_decimal(4).unwrap().to_string(),
        "99.9514"
    );
}
#[test]
fn announced_maintenance_is_no_down_time() {
    // plans.md UPT-11: 60 minutes down, 40 of them announced; 20 count.
    let announced = Exclusion { stretch: down("10:10-10:50"), reason: Reason::AnnouncedMaintenance, note: "MW-7".into() };
    let one = outages([down("10:00-11:00")], &[announced]);
    assert_eq!((one.len(), one[0].length(), one[0].counted.len()), (1, Span::minutes(20), 2));
    assert_eq!(one[0].excluded.iter().map(|e| (e.stretch, e.note.as_str())).collect::<Vec<_>>(), [(down("10:10-10:50"), "MW-7")]);
    let june = Uptime::new(Span::days(30), one[0].length()).unwrap();
    assert!(june.meets(percent("99.95")));
}
#[test]
fn a_time_excluded_twice_is_excluded_once() {
    let e = |s: &str, reason| Exclusion { stretch: down(s), reason, note: String::new() };
    let one =
        outages([down("10:00-11:00")], &[e("10:00-10:20", Reason::Attack), e("10:10-10:30", Reason::CustomerFault), e("12:00-13:00", Reason::Other)]);
    assert_eq!(one[0].length(), Span::minutes(30));
    assert_eq!(
        one[0].excluded.iter().map(|e| (e.stretch, e.reason)).collect::<Vec<_>>(),
        [(down("10:00-10:20"), Reason::Attack), (down("10:20-10:30"), Reason::CustomerFault)]
    );
    let all = outages([down("10:00-11:00")], &[e("09:00-12:00", Reason::ForceMajeure)]);
    let credit = credit(&classes(Unit::Minute), yuan("1000"), &all, None).unwrap();
    assert_eq!((credit.lines.len(), credit.amount), (1, yuan("0")), "shown, with the reason, and worth nothing");
}
#[test]
fn a_month_has_bands_of_its_uptime() {
    // plans.md ANC-SLA-1 to ANC-SLA-6; the second column one vendor's vouchers, the third another's credits
    let vouchers = months(&[("99.9", "0.20"), ("99", "0.30"), ("95", "0.50")], "0.50");
    let credits = months(&[("99.99", "0.10"), ("99", "0.30"), ("95", "1.00")], "1.00");
    let cases = [
        ("99.9", "0.00", "10.00"),
        ("99.8999", "20.00", "10.00"),
        ("99", "20.00", "10.00"),
        ("98.9999", "30.00", "30.00"),
        ("95", "30.00", "30.00"),
        ("94.9999", "50.00", "100.00"),
    ];
    let april = window(2025, 4);
    for (uptime, voucher, other) in cases {
        // A month of 2 592 000 seconds is a whole number of microseconds at any of these uptimes.
        let lost = (Decimal::ONE_HUNDRED - uptime.parse::<Decimal>().unwrap()) * Decimal::from(25_920_000_000_i64);
        let from = april.stretch.from;
        let one = outages([Stretch::new(from, from + Span::micros(lost.try_into().unwrap())).unwrap()], &[]);
        for (schedule, wanted) in [(&vouchers, voucher), (&credits, other)] {
            assert_eq!(credit(schedule, yuan("100"), &one, Some(april)).unwrap().amount.to_string(), wanted, "{uptime}");
        }
    }
    assert_eq!(credit(&vouchers, yuan("100"), &[], None), Err(MoneyError::Days), "bands of a month need a month");
}
#[test]
fn credits_are_shares_of_what_was_paid_and_fees_of_the_list_price() {
    // plans.md ANC-SLA-7: 84 000 paid for a year listed at 120 000.
    let fee = month_fee(yuan("84000"), 12).unwrap();
    assert_eq!((fee, month_fee(yuan("120000"), 12).unwrap()), (yuan("7000"), yuan("10000")));
    assert_eq!(fee.part(ratio("0.30")), Ok(yuan("2100")));
    assert_eq!(month_fee(yuan("1"), 0), Err(MoneyError::DividedByZero));
}
#[test]
fn an_outage_over_the_end_of_a_month_is_one_and_its_money_is_split_by_time() {
    // plans.md E20: 40 minutes in April and 20 in May are one severe outage.
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let of = |m| Window::of(Month::new(2025, m).unwrap(), &zone).unwrap();
    let one = outages([Stretch::new(at("2025-04-30T23:20:00+08:00"), at("2025-05-01T00:20:00+08:00")).unwrap()], &[]);
    let (april, may) = (
        credit(&classes(Unit::Minute), yuan("1000"), &one, Some(of(4))).unwrap(),
        credit(&classes(Unit::Minute), yuan("1000"), &one, Some(of(5))).unwrap(),
    );
    assert_eq!((april.amount, may.amount), (yuan("200"), yuan("100")));
    assert_eq!((april.uptime.map(|u| u.down), may.uptime.map(|u| u.down)), (Some(Span::minutes(40)), Some(Span::minutes(20))));
    let june = credit(&classes(Unit::Minute), yuan("1000"), &one, Some(of(6))).unwrap();
    assert_eq!((june.lines.len(), june.amount), (0, yuan("0")));
}
#[test]
fn a_month_with_a_clock_change_is_an_hour_shorter_or_longer() {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    let hours = |m| Window::of(Month::new(2025, m).unwrap(), &zone).unwrap().stretch.length().as_seconds() / 3600;
    assert_eq!((hours(3), hours(10), hours(5)), (31 * 24 - 1, 31 * 24 + 1, 31 * 24));
}
#[test]
fn a_claim_has_its_days() {
    // plans.md ANC-CLAIM-1, with the holidays and make-up days around October 2025
    let closed = (1..=8).map(|d| date(2025, 10, d)).collect();
    let holidays = Holidays { closed, make_up: [date(2025, 9, 28), date(2025, 10, 11)].into(), provisional_from: None };
    let hours = [Hours::parse("09:00", "18:00").unwrap()];
    let days = Calendar::new(Spec::working_days("cn", 1, "Asia/Shanghai", MON_TO_FRI, &hours, &holidays).unwrap()).unwrap();
    let claims = claim_window(ClaimRule { after_working_days: 5, within_months: 2 }, Month::new(2025, 9).unwrap(), &days).unwrap();
    assert_eq!((claims.opens_after, claims.closes), (date(2025, 10, 14), date(2025, 11, 30)));
    assert_eq!(claims.takes(date(2025, 10, 14)), Err(ClaimRefusal::TooEarly { opens_after: date(2025, 10, 14) }));
    assert_eq!(claims.takes(date(2025, 10, 15)), Ok(()));
    assert_eq!(claims.takes(date(2025, 11, 30)), Ok(()), "the last day counts");
    assert_eq!(claims.takes(date(2025, 12, 1)), Err(ClaimRefusal::TooLate { closed: date(2025, 11, 30) }));
}

// ---------------------------------------------------------------- laws

fn some_down() -> impl Strategy<Value = Vec<Stretch>> {
    let from = at("2025-04-28T00:00:00Z");
    let one = (0_i64..6 * 1440, 0_i64..200)
        .prop_map(move |(begin, length)| Stretch { from: from + Span::minutes(begin), to: from + Span::minutes(begin + length) });
    prop::collection::vec(one, 0..12)
}
fn some_exclusions() -> impl Strategy<Value = Vec<Exclusion>> {
    some_down().prop_map(|d| d.into_iter().map(|stretch| Exclusion { stretch, reason: Reason::AnnouncedMaintenance, note: String::new() }).collect())
}
proptest! {
    #[test]
    fn merging_keeps_every_minute_once_whatever_the_order(down in some_down(), exclusions in some_exclusions()) {
        let merged = outages(down.clone(), &exclusions);
        let within = |list: &[Stretch], t: At| list.iter().any(|s| s.from <= t && t < s.to);
        let excluded: Vec<Stretch> = exclusions.iter().map(|e| e.stretch).collect();
        let counted: Vec<Stretch> = merged.iter().flat_map(|o| o.counted.clone()).collect();
        let by_minute = (0..7 * 1440).map(|m| at("2025-04-28T00:00:00Z") + Span::minutes(m)).filter(|t| within(&down, *t) && !within(&excluded, *t)).count();
        prop_assert_eq!(merged.iter().map(|o| o.length().as_seconds() / 60).sum::<i64>(), by_minute as i64);
        prop_assert!(merged.windows(2).all(|w| w[0].whole.to < w[1].whole.from));
        prop_assert!(counted.windows(2).all(|w| w[0].to <= w[1].from));
        let turned: Vec<Stretch> = down.into_iter().rev().collect();
        prop_assert_eq!(outages(turned, &exclusions), merged);
    }
    #[test]
    fn uptime_lies_between_none_and_all_and_the_months_add_up(down in some_down()) {
        let merged = outages(down, &[]);
        let (april, may) = (uptime(window(2025, 4), &merged).unwrap(), uptime(window(2025, 5), &merged).unwrap());
        for up in [april, may] {
            prop_assert!(Ratio::ZERO <= up.ratio() && up.ratio() <= Ratio::ONE);
        }
        let whole = merged.iter().fold(Span::ZERO, |sum, o| sum + o.length());
        prop_assert_eq!(april.down + may.down, whole);
    }
    #[test]
    fn no_credit_passes_its_cap_and_more_down_time_never_brings_less(down in some_down(), fee in 0_i64..100_000_000, cap in 0_i64..=100) {
        let fee = Amount::new(Decimal::new(fee, 2), Currency::CNY).unwrap();
        let cap = Ratio::new(cap, 100).unwrap();
        let bands = vec![OutageBand { at_least: Span::ZERO, rule: Rule::Per(Unit::Minute, ratio("0.001")) }, OutageBand { at_least: Span::hours(1), rule: Rule::Share(ratio("0.30")) }];
        let by_outage = Schedule::ByOutage { bands, cap };
        let by_month = Schedule::ByMonth { bands: vec![MonthBand { below: percent("99.9"), share: ratio("0.2") }, MonthBand { below: percent("99"), share: ratio("0.9") }], cap };
        let merged = outages(down.clone(), &[]);
        for schedule in [&by_outage, &by_month] {
            let c = credit(schedule, fee, &merged, Some(window(2025, 5))).unwrap();
            prop_assert!(c.amount.compare(fee.part(cap).unwrap()).unwrap().is_le() && !c.amount.is_negative());
            prop_assert_eq!(Amount::sum(c.lines.iter().map(|l| l.amount), Currency::CNY), Ok(c.sum));
            prop_assert!(c.lines.iter().all(|l| fee.part(l.share) == Ok(l.amount)), "a line is what it says");
        }
        if let Some((_, fewer)) = down.split_last() {
            let of = |d: &[Stretch]| credit(&by_month, fee, &outages(d.to_vec(), &[]), Some(window(2025, 5))).unwrap().amount;
            prop_assert!(of(fewer).compare(of(&down)).unwrap().is_le());
        }
    }
}
