//! The named cases of plans.md, "Worked numbers", and laws.
use super::*;
use crate::calendar::Month;
use crate::kit::{At, Span};
use crate::plan::{Combination, Refund};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn yuan(text: &str) -> Amount {
    Amount::new(text.parse().unwrap(), Currency::CNY).unwrap()
}
fn cents(n: i64) -> Amount {
    Amount::new(Decimal::new(n, 2), Currency::CNY).unwrap()
}
fn ratio(text: &str) -> Ratio {
    Ratio::of(text.parse().unwrap()).unwrap()
}
fn day(text: &str) -> Date {
    text.parse().unwrap()
}
fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}
fn at(text: &str) -> At {
    At::parse(text).unwrap()
}
fn plan(price: &str, combination: Combination) -> Schedule {
    Schedule { price: yuan(price), usage: Usage::Rate(ratio("0.10")), combination }
}

// ---------------------------------------------------------------- fractions and amounts

#[test]
fn a_fraction_is_kept_in_lowest_terms_with_its_sign_above() {
    assert_eq!(Ratio::new(21, -31).unwrap().to_string(), "-21/31");
    assert_eq!(Ratio::new(30, 30).unwrap(), Ratio::ONE);
    assert_eq!(ratio("0.10").to_string(), "1/10");
    assert_eq!(Ratio::percent("99.95".parse().unwrap()).unwrap().to_string(), "1999/2000");
    assert_eq!(Ratio::new(1, 0), Err(MoneyError::DividedByZero));
}
#[test]
fn fractions_too_long_for_a_product_are_still_compared() {
    let huge = i128::MAX - 1;
    let (a, b) = (Ratio::new(huge, huge - 1).unwrap(), Ratio::new(huge - 1, huge - 2).unwrap());
    assert!(a < b && Ratio::ONE < a);
    assert!(Ratio::new(-1, 3).unwrap() < Ratio::new(-1, 4).unwrap());
}
#[test]
fn half_a_cent_goes_up_and_a_correction_undoes_it() {
    for (exact, rounded) in [("31234.565", "31234.57"), ("0.005", "0.01"), ("0.0049999", "0.00"), ("-0.005", "-0.01"), ("2.675", "2.68")] {
        assert_eq!(Amount::rounded(exact.parse().unwrap(), Currency::CNY).unwrap().to_string(), rounded);
    }
}
#[test]
fn two_currencies_do_not_add_up() {
    let dollar = Amount::new(Decimal::ONE, Currency::parse("USD").unwrap()).unwrap();
    let wrong = MoneyError::Currencies { one: Currency::CNY, other: dollar.currency() };
    assert_eq!(yuan("1").plus(dollar), Err(wrong));
    assert_eq!(yuan("1").minus(dollar), Err(wrong));
    assert_eq!(yuan("1").compare(dollar), Err(wrong));
    assert_eq!(Amount::sum([yuan("1"), dollar], Currency::CNY), Err(wrong));
    assert!(charge(&plan("5000", Combination::GreaterOf), dollar).is_err());
    assert!(upgrade(yuan("1"), dollar, day("2025-05-17"), UpgradeCredit::Credit, DayCount::Actual).is_err());
    assert_eq!(wrong.to_string(), "money.currencies: CNY and USD");
}
#[test]
fn an_amount_is_whole_in_the_smallest_coin_of_its_currency() {
    let of = |text: &str, code: &str| Amount::new(text.parse().unwrap(), Currency::parse(code).unwrap()).map(|a| a.to_string());
    assert_eq!(of("5", "CNY").as_deref(), Ok("5.00"));
    assert_eq!(of("5.000", "CNY").as_deref(), Ok("5.00"), "zeros are no finer coin");
    assert_eq!(of("5.001", "CNY"), Err(MoneyError::TooFine));
    assert_eq!(of("5", "JPY").as_deref(), Ok("5"));
    assert_eq!(of("0.5", "JPY"), Err(MoneyError::TooFine));
    assert_eq!(of("5.001", "KWD").as_deref(), Ok("5.001"));
    assert_eq!(of("79228162514264337593543950335", "CNY"), Err(MoneyError::OutOfRange));
    for no_currency in ["", "cny", "CN", "YUAN", "人民币"] {
        assert_eq!(Currency::parse(no_currency), None);
    }
}

// ---------------------------------------------------------------- fees

#[test]
fn price_and_share_of_consumption_are_combined_as_the_plan_says() {
    // id, price, consumption at list price, postpaid as the greater of both, postpaid beside the price (plans.md FEE-01 to FEE-09)
    let cases = [
        ("FEE-01", "25000", "180000", "0.00", "18000.00"),
        ("FEE-02", "25000", "250000", "0.00", "25000.00"),
        ("FEE-03", "25000", "250000.05", "0.01", "25000.01"),
        ("FEE-04", "25000", "400000", "15000.00", "40000.00"),
        ("FEE-05", "50000", "400000", "0.00", "40000.00"),
        ("FEE-06", "50000", "812345.65", "31234.57", "81234.57"),
        ("FEE-07", "5000", "30000", "0.00", "3000.00"),
        ("FEE-08", "5000", "90000", "4000.00", "9000.00"),
        ("FEE-09", "25000", "0", "0.00", "0.00"),
    ];
    for (id, price, consumption, greater_of, additive) in cases {
        for (combination, postpaid) in [(Combination::GreaterOf, greater_of), (Combination::Additive, additive)] {
            let c = charge(&plan(price, combination), yuan(consumption)).unwrap();
            assert_eq!((c.prepaid, c.postpaid), (yuan(price), yuan(postpaid)), "{id}");
            assert_eq!(c.total, yuan(price).plus(yuan(postpaid)).unwrap(), "{id}");
        }
    }
}
#[test]
fn bills_of_two_accounts_are_never_pooled() {
    // plans.md FEE-10: pooled it would be 40 000.
    let one = charge(&plan("25000", Combination::GreaterOf), yuan("200000")).unwrap().total;
    assert_eq!(one.plus(one), Ok(yuan("50000")));
}
#[test]
fn the_share_is_of_the_price_before_reductions() {
    // plans.md FEE-11: of the 180 000 paid nothing would be due.
    assert_eq!(charge(&plan("25000", Combination::GreaterOf), yuan("300000")).unwrap().postpaid, yuan("5000"));
    assert_eq!(charge(&plan("25000", Combination::GreaterOf), yuan("180000")).unwrap().postpaid, yuan("0"));
}
#[test]
fn nobody_consumes_less_than_nothing() {
    assert_eq!(charge(&plan("25000", Combination::GreaterOf), yuan("-0.01")), Err(MoneyError::Negative));
    assert_eq!(charge(&plan("-1", Combination::GreaterOf), yuan("1")), Err(MoneyError::Negative));
}
fn table() -> Bands {
    let band = |up_to: Option<&str>, rate| Band { up_to: up_to.map(yuan), rate: ratio(rate) };
    Bands::new(vec![band(Some("150000"), "0.10"), band(Some("500000"), "0.07"), band(Some("1000000"), "0.05"), band(None, "0.03")]).unwrap()
}
#[test]
fn marginal_bands_are_rounded_once_on_their_sum() {
    // plans.md ANC-TIER-1 to ANC-TIER-5
    for (consumption, fee) in
        [("100000", "15000.00"), ("150000", "15000.00"), ("180000", "17100.00"), ("500000", "39500.00"), ("2000000", "94500.00")]
    {
        assert_eq!(tiered(&table(), yuan("15000"), yuan(consumption)).unwrap().to_string(), fee, "{consumption}");
    }
    let band = |up_to: Option<&str>| Band { up_to: up_to.map(yuan), rate: ratio("0.5") };
    let halves = Bands::new(vec![band(Some("0.01")), band(Some("0.02")), band(None)]).unwrap();
    assert_eq!(tiered(&halves, yuan("0"), yuan("0.03")).unwrap(), yuan("0.02"), "three halves of a cent are two, not three");
}
#[test]
fn every_band_says_what_lies_in_it() {
    let fee = usage_fee(&Usage::Bands(table()), yuan("180000.05")).unwrap();
    let told: Vec<_> = fee
        .parts
        .iter()
        .map(|p| format!("{}..{} {} x {} = {}", p.from, p.to.map_or("".into(), |t| t.to_string()), p.within, p.rate, p.part))
        .collect();
    assert_eq!(
        told,
        [
            "0.00..150000.00 150000.00 x 1/10 = 15000",
            "150000.00..500000.00 30000.05 x 7/100 = 4200007/2000",
            "500000.00..1000000.00 0.00 x 1/20 = 0",
            "1000000.00.. 0.00 x 3/100 = 0"
        ]
    );
    assert_eq!(fee.amount, yuan("17100.00"));
}
#[test]
fn bands_rise_and_the_last_one_is_open() {
    let band = |up_to: Option<&str>| Band { up_to: up_to.map(yuan), rate: ratio("0.1") };
    for bad in [
        vec![],
        vec![band(Some("5"))],
        vec![band(Some("5")), band(Some("5")), band(None)],
        vec![band(Some("0")), band(None)],
        vec![band(None), band(None)],
    ] {
        assert_eq!(Bands::new(bad), Err(MoneyError::Bands));
    }
    assert_eq!(Bands::new(vec![Band { up_to: None, rate: ratio("-0.1") }]), Err(MoneyError::Negative));
}

// ---------------------------------------------------------------- spreading and parts of months

#[track_caller]
fn spreads(id: &str, price: &str, start: &str, months: u32, first: (&str, u32, u32, &str), last: (&str, u32, u32, &str), residue: &str) -> Spread {
    let spread = spread(yuan(price), day(start), months, Spreading::MonthEven).unwrap();
    let told = |s: &Slice| (s.month().to_string(), s.days, s.of, s.amount.to_string());
    let wanted = |(m, d, o, a): (&str, u32, u32, &str)| (m.to_string(), d, o, a.to_string());
    let (Some(one), Some(other)) = (spread.slices.first(), spread.slices.last()) else { panic!("{id}: no slices") };
    assert_eq!((told(one), told(other)), (wanted(first), wanted(last)), "{id}");
    assert_eq!(spread.residue.to_string(), residue, "{id}");
    assert_eq!(Amount::sum(spread.slices.iter().map(|s| s.amount), Currency::CNY), Ok(yuan(price)), "{id}");
    spread
}
#[test]
fn a_prepaid_order_is_spread_over_its_months_and_the_rest_lies_on_the_last() {
    spreads("AMO-01", "120000", "2025-01-01", 12, ("2025-01", 31, 31, "10000.00"), ("2025-12", 31, 31, "10000.00"), "0.00");
    let broken = spreads("AMO-02", "120000", "2025-03-11", 12, ("2025-03", 21, 31, "6774.19"), ("2026-03", 10, 31, "3225.81"), "0.00");
    assert_eq!(broken.slices.len(), 13);
    spreads("AMO-03", "120000", "2024-02-29", 12, ("2024-02", 1, 29, "344.83"), ("2025-02", 27, 28, "9655.17"), "12.31");
    spreads("AMO-04", "10000", "2025-01-01", 3, ("2025-01", 31, 31, "3333.33"), ("2025-03", 31, 31, "3333.34"), "0.01");
    spreads("AMO-05", "36000", "2025-01-31", 1, ("2025-01", 1, 31, "1161.29"), ("2025-02", 27, 28, "34838.71"), "124.42");
    spreads("AMO-06", "36000", "2025-12-16", 6, ("2025-12", 16, 31, "3096.77"), ("2026-06", 15, 30, "2903.23"), "-96.77");
}
#[test]
fn the_share_of_a_discounted_order_is_of_its_list_price() {
    // plans.md AMO-07: bought at 84 000 of 120 000, the fee's basis is 10 000 a month and its tenth 1 000, not 700.
    let slice = spread(yuan("120000"), day("2025-01-01"), 12, Spreading::MonthEven).unwrap().slices[0];
    assert_eq!(slice.amount, yuan("10000"));
    assert_eq!(usage_fee(&Usage::Rate(ratio("0.10")), slice.amount).unwrap().amount, yuan("1000"));
}
#[test]
fn an_order_may_also_be_spread_by_the_day() {
    let spread = spread(yuan("36000"), day("2025-01-31"), 1, Spreading::DayExact).unwrap();
    assert_eq!(spread.slices.iter().map(|s| s.amount.to_string()).collect::<Vec<_>>(), ["1285.71", "34714.29"], "one day of 28, then 27");
}
#[test]
fn an_order_of_no_month_or_no_end_is_refused() {
    assert_eq!(spread(yuan("1"), day("2025-01-01"), 0, Spreading::MonthEven), Err(MoneyError::Days));
    assert_eq!(spread(yuan("1"), day("9999-12-01"), 12, Spreading::MonthEven), Err(MoneyError::Days));
    assert_eq!(spread(yuan("1"), day("2025-01-01"), u32::MAX, Spreading::MonthEven), Err(MoneyError::Days));
    assert_eq!(spread(yuan("-1"), day("2025-01-01"), 1, Spreading::MonthEven), Err(MoneyError::Negative));
}
#[test]
fn part_of_a_month_is_charged_by_its_days() {
    let part = |price, from, to| part_of_month(yuan(price), day(from), day(to), DayCount::Actual).map(|s| (s.days, s.of, s.amount.to_string()));
    for (id, price, from, to, days, of, charge) in [
        ("PRO-01", "25000", "2025-04-16", "2025-04-30", 15, 30, "12500.00"),
        ("PRO-02", "50000", "2025-02-10", "2025-02-28", 19, 28, "33928.57"),
        ("PRO-03", "5000", "2024-02-29", "2024-02-29", 1, 29, "172.41"),
        ("ANC-LAGO-1, old", "100", "2025-01-01", "2025-01-14", 14, 31, "45.16"),
        ("ANC-LAGO-1, new", "200", "2025-01-15", "2025-01-31", 17, 31, "109.68"),
        ("ANC-AWS-1", "15", "2025-06-16", "2025-06-30", 15, 30, "7.50"),
    ] {
        assert_eq!(part(price, from, to), Ok((days, of, charge.to_string())), "{id}");
    }
    assert_eq!(part("1", "2025-04-16", "2025-04-15"), Err(MoneyError::Days), "backwards");
    assert_eq!(part("1", "2025-04-16", "2025-05-01"), Err(MoneyError::Days), "into another month");
}
#[test]
fn where_a_month_counts_thirty_days_a_whole_one_is_whole() {
    let part = |from, to| part_of_month(yuan("300"), day(from), day(to), DayCount::Thirty).unwrap().amount.to_string();
    assert_eq!(part("2025-02-01", "2025-02-28"), "300.00");
    assert_eq!(part("2025-02-01", "2025-02-27"), "270.00");
    assert_eq!(part("2025-01-01", "2025-01-30"), "300.00");
    assert_eq!(part("2025-01-01", "2025-01-31"), "300.00");
}
#[test]
fn a_time_is_cut_at_the_ends_of_months() {
    let cut = month_slices(day("2024-12-30"), day("2025-02-03"));
    assert_eq!(cut, [(date(2024, 12, 30), date(2024, 12, 31)), (date(2025, 1, 1), date(2025, 1, 31)), (date(2025, 2, 1), date(2025, 2, 3))]);
    assert!(month_slices(day("2025-02-03"), day("2025-02-02")).is_empty());
}

// ---------------------------------------------------------------- moving up, down and out

#[test]
fn moving_up_in_the_middle_of_a_month_sets_the_unused_part_against_the_new_price() {
    // plans.md UPG-01 and ANC-HUAWEI-1
    let up = |policy| upgrade(yuan("25000"), yuan("50000"), day("2025-05-17"), policy, DayCount::Actual).unwrap();
    let credit = up(UpgradeCredit::Credit);
    assert_eq!(credit.used.map(|s| s.days), Some(16));
    assert_eq!(credit.new_part.days, 15);
    assert_eq!((credit.old_used, credit.old_credit), (yuan("12903.23"), yuan("12096.77")));
    assert_eq!((credit.new_part.amount, credit.charge_now, credit.month_total), (yuan("24193.55"), yuan("12096.78"), yuan("37096.78")));
    let forfeit = up(UpgradeCredit::Forfeit);
    assert_eq!((forfeit.charge_now, forfeit.month_total), (yuan("24193.55"), yuan("49193.55")));
}
#[test]
fn moving_up_on_the_first_uses_nothing_of_the_old_price_and_on_the_last_one_day_of_the_new() {
    let up = |on| upgrade(yuan("5000"), yuan("25000"), day(on), UpgradeCredit::Credit, DayCount::Actual).unwrap();
    assert_eq!((up("2025-04-01").used, up("2025-04-01").charge_now), (None, yuan("20000")));
    assert_eq!((up("2025-04-30").old_credit, up("2025-04-30").new_part.amount), (yuan("166.67"), yuan("833.33")));
}
#[test]
fn a_credit_beyond_the_new_price_is_not_paid_out() {
    let down = upgrade(yuan("50000"), yuan("5000"), day("2025-04-16"), UpgradeCredit::Credit, DayCount::Actual).unwrap();
    assert_eq!(down.charge_now, yuan("0"));
}
#[test]
fn each_plan_of_a_month_is_billed_for_its_own_days() {
    // plans.md UPG-02
    let segment = |plan_id: &str, price, from, to, consumed: &[&str]| Segment {
        plan: plan_id.into(),
        from: day(from),
        to: day(to),
        schedule: plan(price, Combination::GreaterOf),
        consumption: consumed.iter().map(|c| yuan(c)).collect(),
    };
    let may = Month::new(2025, 5).unwrap();
    let old = segment("ali.enterprise.v1", "25000", "2025-05-01", "2025-05-16", &["100000", "50000"]);
    let new = segment("ali.top.v1", "50000", "2025-05-17", "2025-05-31", &["300000"]);
    let b = bill(may, &[old.clone(), new.clone()], DayCount::Actual, Currency::CNY).unwrap();
    let told: Vec<_> = b.lines.iter().map(|l| (l.plan.as_str(), l.subject.key(), l.amount.to_string())).collect();
    assert_eq!(
        told,
        [
            ("ali.enterprise.v1", "price", "12903.23".to_string()),
            ("ali.enterprise.v1", "usage", "2096.77".to_string()),
            ("ali.top.v1", "price", "24193.55".to_string()),
            ("ali.top.v1", "usage", "5806.45".to_string())
        ]
    );
    assert_eq!(b.total, yuan("45000"));
    assert_eq!(b.lines[1].charge.as_ref().map(|c| c.usage.amount), Some(yuan("15000")));
    for wrong in [vec![new.clone(), old.clone()], vec![old.clone(), old.clone()]] {
        assert_eq!(bill(may, &wrong, DayCount::Actual, Currency::CNY), Err(MoneyError::Days), "out of order, or twice");
    }
    assert_eq!(bill(Month::new(2025, 6).unwrap(), &[old], DayCount::Actual, Currency::CNY), Err(MoneyError::Days), "another month");
}
#[test]
fn late_consumption_is_billed_as_a_difference_and_the_closed_bill_stays() {
    // plans.md E17
    let may = Month::new(2025, 5).unwrap();
    let month = |consumed: &[&str]| {
        let (first, last) = (may.first_day(), may.last_day());
        let consumption = consumed.iter().map(|c| yuan(c)).collect();
        let schedule = plan("25000", Combination::GreaterOf);
        bill(may, &[Segment { plan: "ali.enterprise.v1".into(), from: first, to: last, schedule, consumption }], DayCount::Actual, Currency::CNY)
            .unwrap()
    };
    let (closed, right) = (month(&["240000"]), month(&["240000", "30000.50"]));
    let c = correction(&closed, &right).unwrap();
    assert_eq!(
        c.lines.iter().map(|l| (l.subject, l.billed, l.right, l.difference)).collect::<Vec<_>>(),
        [(Subject::Usage, yuan("0"), yuan("2000.05"), yuan("2000.05"))]
    );
    assert_eq!(correction(&right, &closed).unwrap().total, yuan("-2000.05"), "what was too much is given back");
    assert!(correction(&right, &right).unwrap().lines.is_empty());
    let none = Bill { lines: vec![], total: yuan("0"), ..closed.clone() };
    assert_eq!(correction(&closed, &none).unwrap().total, yuan("-25000"));
    assert_eq!(correction(&closed, &Bill { month: Month::new(2025, 6).unwrap(), ..none }), Err(MoneyError::Days));
}
#[test]
fn an_orders_slice_is_cut_where_the_plan_changes() {
    let order = spread(yuan("10000"), day("2025-01-01"), 3, Spreading::MonthEven).unwrap();
    let of = |from, to| order.between(day(from), day(to)).unwrap().iter().map(|s| (s.days, s.of, s.amount.to_string())).collect::<Vec<_>>();
    assert_eq!(of("2025-01-01", "2025-01-16"), [(16, 31, "1720.43".to_string())]);
    assert_eq!(of("2025-01-17", "2025-02-28"), [(15, 31, "1612.90".to_string()), (28, 28, "3333.33".to_string())]);
    assert!(of("2024-01-17", "2024-12-31").is_empty());
}
#[test]
fn vouchers_that_end_first_are_spent_first_and_never_beyond_the_bill() {
    let now = at("2025-06-01T00:00:00Z");
    let voucher = |id: &str, left: &str, ends: Option<&str>| Voucher { id: id.into(), left: yuan(left), ends_at: ends.map(at) };
    let dollars = Voucher { left: Amount::new(Decimal::TEN, Currency::parse("USD").unwrap()).unwrap(), ..voucher("dollars", "0", None) };
    let have = [
        voucher("for ever", "50", None),
        voucher("late", "30", Some("2025-09-01T00:00:00Z")),
        voucher("void", "99", Some("2025-06-01T00:00:00Z")),
        voucher("soon", "20", Some("2025-06-02T00:00:00Z")),
        voucher("spent", "0", None),
        dollars,
    ];
    let of = |total| settle(yuan(total), &have, now).unwrap();
    let told = |s: &Settlement| s.vouchers.iter().map(|(id, a)| format!("{id} {a}")).collect::<Vec<_>>();
    assert_eq!((told(&of("60")), of("60").to_pay), (vec!["soon 20.00".into(), "late 30.00".into(), "for ever 10.00".into()], yuan("0")));
    assert_eq!(of("150.01").to_pay, yuan("50.01"));
    assert_eq!(settle(yuan("-1"), &have, now), Err(MoneyError::Negative));
}
#[test]
fn moving_down_and_leaving_wait_for_the_end_of_the_month_and_pay_nothing_back() {
    // plans.md DNG-01, CAN-01
    let down = downgrade(yuan("50000"), yuan("25000"), at("2025-05-10T09:00:00+08:00"), &shanghai()).unwrap();
    assert_eq!((down.until, down.refund, down.next), (at("2025-06-01T00:00:00+08:00"), yuan("0"), yuan("25000")));
    let gone = cancel(yuan("25000"), at("2025-05-03T09:00:00+08:00"), &shanghai()).unwrap();
    assert_eq!((gone.until, gone.refund, gone.next), (at("2025-06-01T00:00:00+08:00"), yuan("0"), yuan("0")));
    let last_moment = cancel(yuan("25000"), at("2025-05-31T15:59:59.999999Z"), &shanghai()).unwrap();
    assert_eq!(last_moment.until, at("2025-06-01T00:00:00+08:00"), "the month is the plan's");
}
#[test]
fn a_refund_without_reason_counts_its_days_from_the_day_after_the_purchase() {
    // plans.md CAN-02: bought on 1 May, the thirtieth day is 31 May to its last second.
    let rule = Refund::Within(Span::days(30));
    let asked = |t| paid_refund(rule, yuan("12000"), at("2025-05-01T10:00:00+08:00"), at(t), &shanghai());
    assert_eq!(asked("2025-05-31T23:59:59+08:00"), Ok(yuan("12000")));
    assert_eq!(asked("2025-06-01T00:00:00+08:00"), Err(RefundRefusal::TooLate { last_day: date(2025, 5, 31) }));
    assert_eq!(asked("2025-05-01T09:59:59+08:00"), Err(RefundRefusal::NotPaidYet));
    let never = paid_refund(Refund::None, yuan("12000"), at("2025-05-01T10:00:00+08:00"), at("2025-05-01T10:00:01+08:00"), &shanghai());
    assert_eq!(never, Err(RefundRefusal::NeverRefunded), "a fee once charged is not refunded (002:L101)");
    let hours = paid_refund(Refund::Within(Span::hours(36)), yuan("1"), at("2025-05-01T00:00:00Z"), at("2025-05-02T12:00:01Z"), &shanghai());
    assert!(hours.is_err(), "hours count from the instant");
}

// ---------------------------------------------------------------- laws

fn some_day() -> impl Strategy<Value = Date> {
    (2020_i16..2032, 1_i8..=12, 1_i8..=31)
        .prop_map(|(y, m, d)| Date::new(y, m, 1).unwrap().with().day(d.min(Date::new(y, m, 1).unwrap().days_in_month())).build().unwrap())
}
proptest! {
    #[test]
    fn slices_sum_to_the_whole_and_cover_every_day_once(price in 0_i64..1_000_000_000, start in some_day(), months in 1_u32..=60, exact: bool) {
        let how = if exact { Spreading::DayExact } else { Spreading::MonthEven };
        let spread = spread(cents(price), start, months, how).unwrap();
        prop_assert_eq!(Amount::sum(spread.slices.iter().map(|s| s.amount), Currency::CNY), Ok(cents(price)));
        let mut next = start;
        for (i, s) in spread.slices.iter().enumerate() {
            prop_assert_eq!((s.from, s.takes_the_rest), (next, i + 1 == spread.slices.len()));
            prop_assert!(s.takes_the_rest || s.amount == s.basis.part(s.share).unwrap(), "a line is what it says");
            next = s.to.tomorrow().unwrap();
        }
        prop_assert_eq!(next, spread.end);
    }
    #[test]
    fn an_order_cut_anywhere_keeps_every_cent(price in 0_i64..1_000_000_000, start in some_day(), months in 1_u32..=24, cuts in prop::collection::vec(0_i64..800, 0..6)) {
        let spread = spread(cents(price), start, months, Spreading::MonthEven).unwrap();
        let mut firsts: Vec<Date> = cuts.iter().map(|n| start.checked_add(jiff::Span::new().days(*n)).unwrap()).filter(|d| *d < spread.end).chain([start]).collect();
        firsts.sort_unstable();
        firsts.dedup();
        let lasts = firsts.iter().skip(1).chain([&spread.end]).map(|d| d.yesterday().unwrap());
        let pieces = firsts.iter().zip(lasts).flat_map(|(from, to)| spread.between(*from, to).unwrap());
        prop_assert_eq!(Amount::sum(pieces.map(|s| s.amount), Currency::CNY), Ok(cents(price)));
    }
    #[test]
    fn a_bill_is_its_vouchers_and_what_is_paid(total in 0_i64..100_000, left in prop::collection::vec(0_i64..50_000, 0..6)) {
        let have: Vec<Voucher> = left.iter().enumerate().map(|(i, n)| Voucher { id: i.to_string(), left: cents(*n), ends_at: None }).collect();
        let s = settle(cents(total), &have, at("2025-06-01T00:00:00Z")).unwrap();
        prop_assert_eq!(Amount::sum(s.vouchers.iter().map(|(_, a)| *a).chain([s.to_pay]), Currency::CNY), Ok(cents(total)));
        prop_assert!(s.vouchers.iter().all(|(id, a)| a.compare(have[id.parse::<usize>().unwrap()].left).unwrap().is_le()));
    }
    #[test]
    fn more_days_never_cost_less_and_all_of_them_the_whole_price(price in 0_i64..1_000_000_000, start in some_day(), thirty: bool) {
        let count = if thirty { DayCount::Thirty } else { DayCount::Actual };
        let (first, last) = (start.first_of_month(), start.last_of_month());
        let mut before = cents(0);
        for to in first.series(jiff::Span::new().days(1)).take_while(|d| *d <= last) {
            let now = part_of_month(cents(price), first, to, count).unwrap().amount;
            prop_assert!(now.compare(before).unwrap().is_ge());
            before = now;
        }
        prop_assert_eq!(before, cents(price));
    }
    #[test]
    fn an_upgrade_keeps_every_cent_and_owes_nobody(old in 0_i64..1_000_000_000, more in 0_i64..1_000_000_000, on in some_day(), forfeit: bool) {
        let policy = if forfeit { UpgradeCredit::Forfeit } else { UpgradeCredit::Credit };
        let up = upgrade(cents(old), cents(old + more), on, policy, DayCount::Actual).unwrap();
        prop_assert_eq!(up.old_used.plus(up.old_credit), Ok(cents(old)));
        prop_assert!(!up.charge_now.is_negative() && !up.old_credit.is_negative());
        prop_assert!(up.charge_now.compare(up.new_part.amount).unwrap().is_le());
    }
    #[test]
    fn the_greater_of_both_is_the_greater_of_both(price in 0_i64..1_000_000_000, consumption in 0_i64..100_000_000_000) {
        let c = charge(&Schedule { price: cents(price), usage: Usage::Bands(table()), combination: Combination::GreaterOf }, cents(consumption)).unwrap();
        prop_assert_eq!(c.total, c.usage.amount.at_least(cents(price)).unwrap());
        prop_assert_eq!(Amount::sum(c.usage.parts.iter().map(|p| p.within), Currency::CNY), Ok(cents(consumption)), "every coin lies in one band");
        let whole = c.usage.parts.iter().try_fold(Ratio::ZERO, |sum, p| sum.plus(p.part)).unwrap();
        prop_assert_eq!(Amount::half_up(whole, Currency::CNY).unwrap(), c.usage.amount);
    }
    #[test]
    fn rounding_is_never_off_by_more_than_half_a_coin(num in -1_000_000_000_000_i64..1_000_000_000_000, den in 1_i64..1_000_000) {
        let exact = Ratio::new(num, den).unwrap();
        let off = Amount::half_up(exact, Currency::CNY).unwrap().units().unwrap().minus(exact).unwrap();
        let half = Ratio::new(1, 200).unwrap();
        prop_assert!(off <= half && Ratio::ZERO.minus(half).unwrap() <= off);
    }
    #[test]
    fn fractions_are_ordered_as_their_difference_says(a in -10_000_i64..10_000, b in 1_i64..10_000, c in -10_000_i64..10_000, d in 1_i64..10_000) {
        let (x, y) = (Ratio::new(a, b).unwrap(), Ratio::new(c, d).unwrap());
        let sign = x.minus(y).unwrap().cmp(&Ratio::ZERO);
        prop_assert_eq!(x.cmp(&y), sign);
        prop_assert_eq!(x == y, sign.is_eq());
    }
}
