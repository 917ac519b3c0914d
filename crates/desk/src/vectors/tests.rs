use super::*;
use domain::kit::{At, Dice, Span};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde_json::json;

fn library() -> Library {
    Library::shipped().expect("the shipped books are sound")
}
const EXAMPLES: &str = include_str!("examples.json");
fn built() -> Vec<String> {
    AREAS.iter().map(|(name, _)| name.to_string()).collect()
}
fn one(area: &str, given: Value, expect: Value) -> Outcome {
    run(&json!([{"id": "x", "area": area, "given": given, "expect": expect}]).to_string(), None, &library())
}
#[track_caller]
fn check(area: &str, given: Value, expect: Value) {
    let outcome = one(area, given, expect);
    assert!(outcome.failed.is_empty() && outcome.passed == 1, "{:#?}", outcome.failed);
}
#[track_caller]
fn check_bad(area: &str, given: Value, wanted: &str) {
    let outcome = one(area, given, json!({}));
    let bad = outcome.failed.first().and_then(|f| f.bad_input.clone()).map(|b| b.to_string()).unwrap_or_default();
    assert!(bad.starts_with(wanted) && outcome.failed[0].id == "x", "{bad:?}");
}

#[test]
fn every_shipped_example_of_the_areas_built_holds() {
    let outcome = run(EXAMPLES, Some(&built()), &library());
    let failed: Vec<String> = outcome.failed.iter().map(Failure::to_string).collect();
    println!("{:?}", outcome.by_area);
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(outcome.passed, 40 * AREAS.len());
}
#[test]
fn an_area_without_a_rule_fails_by_name() {
    let outcome = run(EXAMPLES, None, &library());
    assert_eq!((outcome.passed, outcome.failed.len()), (40 * AREAS.len(), 640 - 40 * AREAS.len()));
    assert!(outcome.failed.iter().all(|f| f.bad_input.as_ref().is_some_and(|b| b.code == AREA_UNKNOWN)));
    let asked = run("[]", Some(&["clock".to_string(), "weather".to_string()]), &library());
    assert_eq!(asked.failed.iter().map(|f| f.area.as_str()).collect::<Vec<_>>(), ["weather"]);
}
#[test]
fn a_wrong_expectation_is_shown_beside_what_came_out() {
    let outcome = one("version", json!({"family": "ali.top", "ordered_at": "2025-06-16T11:00:00+08:00"}), json!({"version": "ali.top.v1"}));
    assert_eq!(outcome.failed[0].difference, [("version".to_string(), "\"ali.top.v1\"".to_string(), "\"ali.top.v2\"".to_string())]);
    assert_eq!(outcome.by_area["version"], (0, 1));
}

fn always() -> Value {
    json!({"tz": "UTC", "days": "all", "windows": [["00:00", "24:00"]]})
}
fn office() -> Value {
    json!({"tz": "Asia/Shanghai", "days": "mon-fri", "windows": [["09:00", "18:00"]]})
}
#[test]
fn what_is_left_out_and_what_is_null_mean_none() {
    check(
        "clock",
        json!({"calendar": always(), "start": "2025-01-01T00:00:00Z", "target": "PT1H", "cmp": "lt"}),
        json!({"due": "2025-01-01T01:00:00Z"}),
    );
    check(
        "clock",
        json!({"calendar": always(), "start": "2025-01-01T00:00:00Z", "target": "PT3600S", "pauses": null, "stopped_at": null}),
        json!({"due": "2025-01-01T09:00:00+08:00", "verdict": null, "used_seconds": null}),
    );
    let never = json!({"tz": "UTC", "weekly": {}, "holidays": [], "extra": {"2025-01-01": [["00:00", "00:30"]]}});
    check(
        "clock",
        json!({"calendar": never, "start": "2025-01-01T00:00:00Z", "target": "PT1H", "stopped_at": "2026-01-01T00:00:00Z"}),
        json!({"due": null, "verdict": "kept", "used_seconds": 1800}),
    );
}
#[test]
fn pauses_may_touch_overlap_begin_before_the_start_and_lie_after_the_due() {
    let pauses = json!([
        ["2024-12-31T23:00:00Z", "2024-12-31T23:30:00Z"],
        ["2024-12-31T23:50:00Z", "2025-01-01T00:10:00Z"],
        ["2025-01-01T00:20:00Z", "2025-01-01T00:30:00Z"],
        ["2025-01-01T00:25:00Z", "2025-01-01T00:40:00Z"],
        ["2025-01-01T00:40:00Z", "2025-01-01T00:50:00Z"],
        ["2025-01-01T02:00:00Z", "2025-01-01T03:00:00Z"],
    ]);
    let given = |stopped: &str| json!({"calendar": always(), "start": "2025-01-01T00:00:00Z", "target": "PT1H", "cmp": "le", "pauses": pauses, "stopped_at": stopped});
    let due = "2025-01-01T01:40:00Z";
    check("clock", given("2025-01-01T01:40:00Z"), json!({"due": due, "used_seconds": 3600, "verdict": "kept"}));
    check("clock", given("2025-01-01T00:45:00Z"), json!({"due": due, "used_seconds": 600, "verdict": "kept"}));
    check("clock", given("2025-01-01T02:30:00Z"), json!({"due": due, "used_seconds": 4800, "verdict": "broken"}));
    check("clock", given("2024-12-31T12:00:00Z"), json!({"due": due, "used_seconds": 0, "verdict": "kept"}));
}
#[test]
fn a_target_that_fits_the_window_is_due_at_its_end_also_when_a_pause_begins_there() {
    let given = |pauses: Value| json!({"calendar": office(), "start": "2025-06-02T02:00:00Z", "target": "PT8H", "cmp": "le", "pauses": pauses, "stopped_at": "2025-06-03T01:00:00Z"});
    for pauses in [json!([]), json!([["2025-06-02T10:00:00Z", "2025-06-02T20:00:00Z"]]), json!([["2025-06-02T12:00:00Z", "2025-06-03T01:00:00Z"]])] {
        check("clock", given(pauses), json!({"due": "2025-06-02T10:00:00Z", "used_seconds": 28800, "verdict": "kept"}));
    }
}
#[test]
fn periods_of_a_quarter_and_a_year_and_other_counts_of_days() {
    for (period, n, due) in [
        ("2025-09", 5, "2025-10-14"),
        ("2025-Q3", 5, "2025-10-14"),
        ("2024", 1, "2025-01-02"),
        ("2025-09", 0, "2025-09-30"),
        ("2025-01", 10, "2025-02-17"),
    ] {
        check("report_due", json!({"calendar": "cn_working_days", "period": period, "n": n}), json!({"due_end_of": due}));
    }
    let night = json!({"tz": "Europe/Amsterdam", "days": "mon-fri", "windows": [["22:00", "06:00"]]});
    check("working_day", json!({"calendar": night, "base_day": "2025-06-06", "n": 1}), json!({"due_end_of": "2025-06-09"}));
    check("working_day", json!({"calendar": {"tz": "UTC", "weekly": {}}, "base_day": "2025-06-06", "n": 1}), json!({"due_end_of": null}));
}
#[test]
fn the_classes_of_the_format_are_those_of_the_shipped_credit_book() {
    let given = serde_json::json!({"cap": "1.00"});
    let classes = money::classes(&Given::new(given.as_object().expect("an object"))).map_err(|b| b.to_string());
    let book = library().credit_book("ali.article.2025").and_then(|b| b.schedule().ok().flatten());
    assert_eq!(classes.ok(), book);
}
#[test]
fn money_of_other_currencies_bands_of_any_number_and_outages_in_any_order() {
    let yen = json!({"base": "500", "rate": "0.1", "consumption_list_price": "7005", "combination": "greater_of", "currency": "JPY"});
    check("fee", yen, json!({"prepaid": "500", "postpaid": "201", "total": "701"}));
    check("tiered", json!({"consumption": "10.05", "bands": [[null, "0.5"]], "minimum": "0.00"}), json!({"fee": "5.03"}));
    check(
        "amortisation",
        json!({"list_price": "0.18", "start": "2025-01-01", "months": 3}),
        json!({"slices": [["2025-01", 31, "0.06"], ["2025-02", 28, "0.06"], ["2025-03", 31, "0.06"]]}),
    );
    check("uptime", json!({"sla_percent": "100", "month": "2025-03", "down_seconds": 0}), json!({"met": true}));
    let march = |tz: Value| json!({"sla_percent": "99.9", "month": "2025-03", "down_seconds": 2676, "tz": tz});
    check("uptime", march(json!(null)), json!({"met": true}));
    check("uptime", march(json!("Europe/Amsterdam")), json!({"met": false}));
    let outages = json!([["2025-03-04T10:30:00+00:00", "2025-03-04T19:05:00+08:00"], ["2025-03-04T10:00:00Z", "2025-03-04T10:40:00Z"]]);
    check(
        "compensation",
        json!({"monthly_fee": "1000.00", "outages": outages, "cap": "0.25"}),
        json!({"lines": [["2025-03-04T10:00:00Z", "2025-03-04T11:05:00Z", "300.00"]], "credit": "250.00"}),
    );
}
#[test]
fn bad_money_names_the_key() {
    let fee = |key: &str, value: Value| {
        let mut given = json!({"base": "5000.00", "rate": "0.10", "consumption_list_price": "1.00", "combination": "additive"});
        given[key] = value;
        given
    };
    check_bad("fee", fee("base", json!(5000)), "vectors.no_number at given.base: 5000");
    check_bad("fee", fee("base", json!("5000.001")), "money.too_fine at given.base");
    check_bad("fee", fee("consumption_list_price", json!("-1")), "money.negative at given.consumption_list_price");
    check_bad("fee", fee("combination", json!("both")), "vectors.no_combination at given.combination");
    check_bad("fee", fee("currency", json!("yuan")), "vectors.no_currency at given.currency");
    check_bad("tiered", json!({"consumption": "1", "bands": [["5", "0.1"]], "minimum": "0"}), "money.bands at given.bands");
    check_bad("tiered", json!({"consumption": "1", "bands": [["x", "0.1"]], "minimum": "0"}), "vectors.no_band at given.bands");
    check_bad("amortisation", json!({"list_price": "1", "start": "2025-01-01", "months": 0}), "money.days at given.months");
    check_bad("proration", json!({"monthly_price": "1", "first_day": "2025-01-31", "last_day": "2025-02-01"}), "money.days at given.last_day");
    check_bad(
        "upgrade",
        json!({"old_base": "1", "new_base": "2", "upgraded_on": "2025-01-01", "policy": "gift"}),
        "vectors.no_policy at given.policy",
    );
    check_bad("uptime", json!({"sla_percent": "99.9", "month": "2025-13", "down_seconds": 1}), "vectors.no_month at given.month");
    let backwards = json!({"monthly_fee": "1", "cap": "1", "outages": [["2025-01-02T00:00:00Z", "2025-01-01T00:00:00Z"]]});
    check_bad("compensation", backwards, "money.reversed at given.outages");
}
#[test]
fn bad_input_names_the_example_and_the_key() {
    let clock = |key: &str, value: Value| {
        let mut given = json!({"calendar": always(), "start": "2025-01-01T00:00:00Z", "target": "PT1H", "stopped_at": "2025-01-01T00:30:00Z"});
        given[key] = value;
        given
    };
    check_bad("clock", clock("start", json!("yesterday")), "vectors.no_instant at given.start: \"yesterday\"");
    check_bad("clock", clock("start", Value::Null), "vectors.missing at given.start");
    check_bad("clock", clock("target", json!("P1M")), "vectors.no_duration at given.target");
    check_bad("clock", clock("target", json!(40)), "vectors.no_duration at given.target: 40");
    check_bad("clock", clock("cmp", json!("eq")), "vectors.no_cmp at given.cmp");
    check_bad("clock", clock("pauses", json!([["2025-01-02T00:00:00Z", "2025-01-01T00:00:00Z"]])), "vectors.no_pause at given.pauses");
    check_bad("clock", clock("calendar", json!("mars")), "vectors.calendar_not_known at given.calendar: \"mars\"");
    check_bad("clock", clock("calendar", json!({"tz": "Mars/Base", "days": "all", "windows": []})), "calendar.unknown_zone at given.calendar.tz");
    check_bad("clock", clock("calendar", json!({"tz": "UTC", "days": "some", "windows": []})), "vectors.days_not_known at given.calendar.days");
    check_bad(
        "clock",
        clock("calendar", json!({"tz": "UTC", "days": "all", "windows": [["25:00", "26:00"]]})),
        "vectors.no_window at given.calendar.windows",
    );
    check_bad("clock", clock("calendar", json!({"tz": "UTC", "weekly": {"moon": []}})), "vectors.no_weekday at given.calendar.weekly.moon");
    check_bad("working_day", json!({"calendar": "cn_working_days", "base_day": "2025-02-30", "n": 1}), "vectors.no_day at given.base_day");
    check_bad("working_day", json!({"calendar": "cn_working_days", "base_day": "2025-02-03", "n": -1}), "vectors.no_count at given.n: -1");
    check_bad("report_due", json!({"calendar": "cn_working_days", "period": "2025-13", "n": 5}), "vectors.no_period at given.period");
    check_bad("quota", json!({"limits": {}, "ops": [{"op": "steal"}]}), "vectors.no_op at given.ops[0].op: \"steal\"");
    for text in ["", "{", "7", "{\"examples\": 3}"] {
        assert_eq!(run(text, None, &library()).failed.len(), 1, "{text:?}");
    }
    assert_eq!(run("[{\"area\": \"clock\"}]", None, &library()).failed[0].id, "#1");
}

/// A second opinion on open time that shares nothing with the house's calendar: window by window, second by second in instants.
struct Slow {
    tz: TimeZone,
    given: Value,
}
impl Slow {
    fn windows(&self, library: &Library, day: Date) -> Vec<(i64, i64)> {
        let g = &self.given;
        let key = day.to_string();
        let list = if let Some(extra) = g["extra"].get(&key) {
            extra.clone()
        } else if g["holidays"].as_array().is_some_and(|h| h.iter().any(|d| *d == json!(key))) {
            json!([])
        } else if g["weekly"].is_object() {
            let name = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day.weekday().to_monday_zero_offset() as usize];
            g["weekly"].get(name).cloned().unwrap_or(json!([]))
        } else {
            let works = match g["days"].as_str() {
                Some("all") => true,
                Some("mon-fri") => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
                _ => library.calendar("cal_cn_working_days").is_some_and(|c| c.is_working_day(day)),
            };
            if works { g["windows"].clone() } else { json!([]) }
        };
        let minutes = |t: &str| t[..2].parse::<i64>().unwrap_or(0) * 60 + t[3..].parse::<i64>().unwrap_or(0);
        let window = |w: &Value| (minutes(w[0].as_str().unwrap_or_default()), minutes(w[1].as_str().unwrap_or_default()));
        list.as_array().into_iter().flatten().map(window).map(|(s, e)| (s, if e > s { e } else { e + 1440 })).collect()
    }
    fn instant(&self, day: Date, minutes: i64) -> At {
        let (day, minutes) = (day.checked_add(jiff::Span::new().days(minutes / 1440)).unwrap_or(day), minutes % 1440);
        let wall = day.at((minutes / 60) as i8, (minutes % 60) as i8, 0, 0);
        At::from(self.tz.to_ambiguous_timestamp(wall).compatible().expect("within the years"))
    }
    /// Open stretches between two instants, in order, joined.
    fn open(&self, library: &Library, from: At, to: At) -> Vec<(At, At)> {
        let mut day = from.date_in(&self.tz).checked_sub(jiff::Span::new().days(2)).expect("a day");
        let mut all = Vec::new();
        while day <= to.date_in(&self.tz).tomorrow().expect("a day") {
            all.extend(
                self.windows(library, day)
                    .into_iter()
                    .map(|(s, e)| (self.instant(day, s).max(from), self.instant(day, e).min(to)))
                    .filter(|(s, e)| s < e),
            );
            day = day.tomorrow().expect("a day");
        }
        all.sort();
        let mut joined: Vec<(At, At)> = Vec::new();
        for (s, e) in all {
            match joined.last_mut() {
                Some(last) if s <= last.1 => last.1 = last.1.max(e),
                _ => joined.push((s, e)),
            }
        }
        joined
    }
    /// What the rules of the format say, taken by the letter.
    fn clock(&self, library: &Library, start: At, target: Span, lt: bool, pauses: &[(At, At)], stop: At) -> Value {
        let horizon = start + Span::days(200);
        let mut spans = self.open(library, start, horizon);
        for (from, to) in pauses {
            spans = spans.iter().flat_map(|(s, e)| [(*s, (*e).min(*from)), ((*s).max(*to), *e)]).filter(|(s, e)| s < e).collect();
        }
        let mut due = (target == Span::ZERO).then_some(start);
        let mut sum = Span::ZERO;
        for (s, e) in &spans {
            if due.is_none() && sum + (*e - *s) >= target {
                due = Some(*s + (target - sum));
            }
            sum += *e - *s;
        }
        let used = spans.iter().fold(Span::ZERO, |sum, (s, e)| sum + (stop.min(*e) - *s).max(Span::ZERO));
        let kept = if lt { used < target } else { used <= target };
        json!({"due": due.map(|d| d.to_string()), "used_seconds": used.as_seconds(), "verdict": if kept { "kept" } else { "broken" }})
    }
}
fn some_calendar(d: &mut Dice) -> Value {
    let tz = *d
        .pick(&["Asia/Shanghai", "America/New_York", "Europe/Amsterdam", "UTC", "Australia/Sydney", "America/Sao_Paulo", "Asia/Kathmandu"])
        .unwrap_or(&"UTC");
    let shapes = [
        json!([["09:00", "18:00"]]),
        json!([["00:00", "24:00"]]),
        json!([["08:30", "11:30"], ["13:00", "17:30"], ["19:00", "21:00"]]),
        json!([["22:00", "06:00"]]),
        json!([["18:00", "02:30"], ["09:00", "12:00"]]),
        json!([["09:00", "24:00"]]),
        json!([["02:00", "03:00"], ["01:30", "02:30"]]),
        json!([["12:00", "12:00"]]),
    ];
    let windows = |d: &mut Dice| shapes[d.roll(shapes.len() as u64) as usize].clone();
    let mut cal = if d.roll(2) == 0 {
        let days = *d.pick(&["all", "mon-fri", "cn_working_days"]).unwrap_or(&"all");
        json!({"tz": tz, "days": days, "windows": windows(d)})
    } else {
        let mut weekly = json!({});
        for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] {
            if d.roll(3) > 0 {
                weekly[day] = windows(d);
            }
        }
        weekly["wed"] = windows(d);
        json!({"tz": tz, "weekly": weekly})
    };
    if d.roll(2) == 0 {
        let day = |d: &mut Dice| format!("2025-{:02}-{:02}", [3, 10, 11][d.roll(3) as usize], 1 + d.roll(30));
        cal["holidays"] = json!([day(d), day(d)]);
        let (a, b) = (day(d), day(d));
        cal["extra"] = json!({a: windows(d), b: []});
    }
    cal
}
#[test]
fn two_thousand_clocks_agree_with_a_slow_second_opinion() {
    let library = library();
    let mut counts = BTreeMap::new();
    for seed in 0..2_000 {
        let mut d = Dice::new(seed);
        let calendar = some_calendar(&mut d);
        let slow = Slow { tz: TimeZone::get(calendar["tz"].as_str().unwrap_or_default()).expect("a zone"), given: calendar.clone() };
        // Around clock changes on both halves of the globe, and the long holidays.
        let days = ["2025-03-07", "2025-03-29", "2025-04-04", "2025-09-26", "2025-10-04", "2025-10-25", "2025-11-01", "2018-11-03", "2024-02-28"];
        let start = At::parse(&format!("{}T00:00:00Z", days[d.roll(9) as usize])).expect("an instant") + Span::seconds(d.roll(3 * 86_400) as i64);
        let mut target = match d.roll(4) {
            0 => Span::seconds(d.roll(200_000) as i64),
            n => Span::minutes([10, 40, 540, 960][n as usize] * (1 + d.roll(2) as i64)),
        };
        let (mut at, mut pauses) = (start - Span::hours(d.roll(20) as i64), Vec::new());
        for _ in 0..d.roll(5) {
            let from = at + Span::minutes(d.roll(900) as i64 - 60);
            at = from + Span::seconds(d.roll(100_000) as i64);
            pauses.push((from, at));
        }
        let lt = d.roll(2) == 0;
        let due_of = |target: Span, pauses: &[(At, At)]| {
            slow.clock(&library, start, target, lt, pauses, start)["due"].as_str().and_then(|t| At::parse(t).ok())
        };
        if d.roll(4) == 0 {
            // Make the target fit the end of an open stretch exactly.
            let spans = slow.open(&library, start, start + Span::days(20));
            let n = d.roll(spans.len().min(4) as u64 + 1) as usize;
            target = spans.iter().take(n).fold(Span::ZERO, |sum, (s, e)| sum + (*e - *s));
        }
        let due = due_of(target, &pauses);
        if let (Some(due), 0) = (due, d.roll(4)) {
            // A pause that begins exactly on the due instant.
            pauses.push((due, due + Span::hours(3)));
        }
        let stop = match (due, d.roll(4)) {
            (Some(due), 0) => due,
            (Some(due), 1) => due + Span::seconds(1),
            _ => start + Span::minutes(d.roll(9_000) as i64 - 60),
        };
        let expect = slow.clock(&library, start, target, lt, &pauses, stop);
        let text: Vec<_> = pauses.iter().map(|(a, b)| [a.to_string(), b.to_string()]).collect();
        let given = json!({"calendar": calendar, "start": start.to_string(), "target": format!("PT{}S", target.as_seconds()), "cmp": if lt { "lt" } else { "le" },
            "pauses": text, "stopped_at": stop.to_string()});
        let outcome = run(&json!([{"id": format!("seed {seed}"), "area": "clock", "given": given, "expect": expect}]).to_string(), None, &library);
        assert!(outcome.failed.is_empty(), "{}\n{given}", outcome.failed[0]);
        *counts.entry(format!("{} {}", if lt { "lt" } else { "le" }, expect["verdict"])).or_insert(0) += 1;
        *counts.entry(format!("on the due {}", due == Some(stop))).or_insert(0) += 1;
    }
    println!("{counts:?}");
    assert_eq!(counts.len(), 6, "both verdicts of both comparisons, on the due and off it: {counts:?}");
}
