//! Named examples (plans.md §6) and laws against a slow reference that walks window by window.
use super::*;
use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use std::collections::BTreeSet;

const ZONES: [&str; 9] = [
    "Asia/Shanghai",
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Dubai",
    "UTC",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Cairo", // changes its clock at midnight
];

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}
fn w(start: &str, end: &str) -> Window {
    Window::parse(start, end).unwrap()
}
/// The shipped data, read by its shape: one array of quoted dates after `closed = [` and one after `make_up = [`.
fn cn_holidays() -> Holidays {
    let mut holidays = Holidays { provisional_from: Some(date(2027, 1, 1)), ..Holidays::default() };
    let mut make_up = false;
    for line in include_str!("../../../../plans/calendars/holidays/cn.toml")
        .lines()
        .skip_while(|l| !l.starts_with("[years"))
        .filter(|l| !l.starts_with("named"))
    {
        make_up = line.starts_with("make_up") || (make_up && !line.starts_with("closed"));
        let list = if make_up { &mut holidays.make_up } else { &mut holidays.closed };
        list.extend(line.split('#').next().unwrap().split('"').filter_map(|t| t.parse::<Date>().ok()));
    }
    assert_eq!((holidays.closed.len(), holidays.make_up.len()), (263, 59));
    holidays
}
fn cn(windows: &[Window]) -> Calendar {
    Calendar::new(Spec::working_days("cn", 1, "Asia/Shanghai", MON_TO_FRI, windows, &cn_holidays()).unwrap()).unwrap()
}
fn cn_days() -> Calendar {
    cn(&[Window::WHOLE_DAY])
}
fn same(tz: &str, weekdays: Weekdays, windows: &[Window]) -> Calendar {
    Calendar::new(Spec::same_windows("test", 1, tz, weekdays, windows)).unwrap()
}

// ---------------------------------------------------------------- named examples

#[test]
fn windows_are_read_and_written_as_people_write_them() {
    for (start, end, text) in [
        ("09:00", "24:00", "09:00-24:00"),
        ("22:00", "06:00", "22:00-06:00"),
        ("00:00", "00:00", "00:00-24:00"),
        ("09:00:30", "18:00:01", "09:00:30-18:00:01"),
    ] {
        assert_eq!(w(start, end).to_string(), text);
    }
    for (start, end) in [
        ("24:00", "06:00"),
        ("9:00", "18:00"),
        ("09:00", "24:01"),
        ("09:60", "18:00"),
        ("09", "18:00"),
        ("09:00:00:00", "18:00"),
        ("", ""),
        ("-1:00", "02:00"),
        ("٠٩:00", "18:00"),
    ] {
        assert!(Window::parse(start, end).is_err(), "{start}-{end}");
    }
}

#[test]
fn a_calendar_that_makes_no_sense_names_the_field() {
    let sound = || Spec::same_windows("c", 1, "Asia/Shanghai", MON_TO_FRI, &[w("09:00", "18:00")]);
    let refused = |spec: Spec| Calendar::new(spec).unwrap_err();
    let zone = refused(Spec { tz: "Asia/Shangai".into(), ..sound() });
    assert_eq!((zone.code(), zone.field().as_str()), ("calendar.unknown_zone", "tz"));
    assert_eq!(refused(Spec { tz: "Etc/Unknown".into(), ..sound() }).code(), "calendar.unknown_zone");
    assert_eq!(refused(Spec { id: String::new(), ..sound() }).field(), "id");
    assert_eq!(refused(Spec { version: 0, ..sound() }).field(), "version");
    let far = refused(Spec { exceptions: [(date(2201, 1, 1), vec![])].into(), ..sound() });
    assert_eq!((far.code(), far.field().as_str()), ("calendar.date_out_of_range", "exceptions.2201-01-01"));
    let many = refused(Spec { exceptions: [(date(2025, 1, 1), vec![w("09:00", "10:00"); 25])].into(), ..sound() });
    assert_eq!((many.code(), many.field().as_str()), ("calendar.too_many_windows", "windows.2025-01-01"));
    let day = date(2025, 10, 1);
    let both = Holidays { closed: [day].into(), make_up: [day].into(), provisional_from: None };
    assert_eq!(Spec::working_days("c", 1, "UTC", MON_TO_FRI, &[], &both), Err(CalendarError::HolidayIsMakeUp { date: day }));
}

#[test]
fn rpt_reports_are_due_on_the_fifth_working_day_of_the_next_month() {
    let cal = cn_days();
    for (period, due) in [
        ("2025-09", "2025-10-14"),
        ("2025-01", "2025-02-10"),
        ("2025-04", "2025-05-12"),
        ("2026-01", "2026-02-06"),
        ("2026-02", "2026-03-06"),
        ("2026-09", "2026-10-13"),
    ] {
        assert_eq!(report_due(&cal, &period.parse().unwrap(), 5).unwrap().to_string(), due, "{period}");
    }
    for bad in ["2025-13", "2025-00", "2025-9", "25-09", "2025-09-01", "2025", "+025-09", ""] {
        assert!(bad.parse::<Month>().is_err(), "{bad}");
    }
}

#[test]
fn wd_working_days_know_holidays_and_make_up_days() {
    let cal = cn_days();
    for (base, n, due) in
        [("2025-09-29", 3, "2025-10-10"), ("2026-02-13", 3, "2026-02-25"), ("2025-01-24", 5, "2025-02-07"), ("2026-02-14", 10, "2026-03-06")]
    {
        assert_eq!(cal.add_working_days(base.parse().unwrap(), n).unwrap().to_string(), due, "{base}+{n}");
    }
}

#[test]
fn wd_post_mortems_count_from_the_local_day_of_recovery() {
    let cal = cn_days();
    let recovered = at("2025-09-27T12:00:00+08:00");
    assert_eq!(post_mortem_due(&cal, cal.tz(), recovered, 1), Some(date(2025, 10, 10)));
    assert_eq!(post_mortem_due(&cal, cal.tz(), recovered, 4), Some(date(2025, 10, 16)), "Sunday the 28th is worked");
    let late = at("2025-09-25T17:00:00Z"); // already the 26th in Shanghai
    assert_eq!(post_mortem_due(&cal, cal.tz(), late, 2), cal.add_working_days(date(2025, 9, 26), 5));
    assert_eq!(post_mortem_due(&cal, cal.tz(), recovered, 0), None);
    assert_eq!(post_mortem_due(&cal, cal.tz(), recovered, 5), None);
}

#[test]
fn lead_whole_working_days_lie_between_request_and_first_day() {
    let cal = cn_days();
    for (first, n, latest) in [
        ("2025-11-11", 20, "2025-10-13"),
        ("2025-11-11", 10, "2025-10-27"),
        ("2025-10-20", 10, "2025-09-28"),
        ("2026-06-18", 20, "2026-05-20"),
        ("2026-03-02", 10, "2026-02-09"),
    ] {
        let (first, latest): (Date, Date) = (first.parse().unwrap(), latest.parse().unwrap());
        assert_eq!(cal.latest_request_day(first, n), Some(latest), "{first} less {n}");
        assert_eq!(cal.working_days_between(latest, first), n.into());
        assert!(cal.earliest_first_day(latest, n).unwrap() <= first);
    }
    assert_eq!(cal.earliest_first_day(date(2019, 2, 5), 20), Some(date(2019, 3, 9)), "the first day need not be worked");
    assert_eq!(cal.earliest_first_day(date(2025, 10, 1), 0), Some(date(2025, 10, 1)));
}

#[test]
fn dst_a_day_of_elapsed_time_ignores_the_wall_clock() {
    let cal = Calendar::round_the_clock("cal_24x7", "Europe/Amsterdam").unwrap();
    assert_eq!(cal.add(at("2025-03-29T12:00:00+01:00"), Span::hours(24)), Some(at("2025-03-30T13:00:00+02:00")));
    assert_eq!(cal.add(at("2025-10-25T12:00:00+02:00"), Span::hours(24)), Some(at("2025-10-26T11:00:00+01:00")));
}

#[test]
fn dst_hours_are_those_of_the_zone_and_not_of_its_label() {
    for (tz, start, end, day, opens, closes) in [
        ("Australia/Sydney", "10:00", "22:00", "2026-01-15", "2026-01-14T23:00:00Z", "2026-01-15T11:00:00Z"),
        ("Australia/Sydney", "10:00", "22:00", "2026-07-15", "2026-07-15T00:00:00Z", "2026-07-15T12:00:00Z"),
        ("Europe/Amsterdam", "09:00", "18:00", "2026-07-15", "2026-07-15T07:00:00Z", "2026-07-15T16:00:00Z"),
        ("Asia/Dubai", "08:00", "20:00", "2026-07-15", "2026-07-15T04:00:00Z", "2026-07-15T16:00:00Z"),
    ] {
        let cal = same(tz, ALL_DAYS, &[w(start, end)]);
        let before = cal.end_of_day(day.parse::<Date>().unwrap().yesterday().unwrap());
        assert_eq!(cal.next_opening(before), Some(at(opens)), "{tz} {day}");
        assert_eq!(cal.add(before, cal.between(at(opens), at(closes))), Some(at(closes)));
        assert!(cal.is_open(at(opens)) && !cal.is_open(at(closes)) && !cal.is_open(at(opens) - At::TICK) && cal.is_open(at(closes) - At::TICK));
    }
}

#[test]
fn dst_open_hours_go_on_after_a_weekend_with_a_clock_change() {
    let cal = same("Europe/Amsterdam", MON_TO_FRI, &[w("09:00", "18:00")]);
    assert_eq!(cal.add(at("2025-03-28T16:00:00+01:00"), Span::hours(4)), Some(at("2025-03-31T11:00:00+02:00")));
}

#[test]
fn dst_skipped_times_move_forward_and_repeated_ones_are_the_first() {
    let night = |start, end| same("Europe/Amsterdam", ALL_DAYS, &[w(start, end)]);
    let spring = (at("2025-03-30T00:00:00+01:00"), at("2025-03-31T00:00:00+02:00"));
    let autumn = (at("2025-10-26T00:00:00+02:00"), at("2025-10-27T00:00:00+01:00"));
    let open = |cal: Calendar, (from, to)| cal.between(from, to);
    assert_eq!(open(night("01:00", "02:30"), spring), Span::minutes(90), "02:30 is 03:30");
    assert_eq!(open(night("02:30", "04:00"), spring), Span::minutes(30), "02:30 is 03:30");
    assert_eq!(open(night("02:00", "03:00"), spring), Span::ZERO, "both ends are 03:00");
    assert_eq!(open(night("02:30", "03:00"), spring), Span::ZERO, "the end would come before the start");
    assert_eq!(open(night("01:30", "02:30"), autumn), Span::minutes(60), "until the first 02:30");
    assert_eq!(open(night("02:30", "03:00"), autumn), Span::minutes(90), "from the first 02:30");
    let overnight = night("22:00", "06:00");
    assert_eq!(overnight.between(at("2025-03-29T12:00:00+01:00"), at("2025-03-30T12:00:00+02:00")), Span::hours(7));
    assert_eq!(overnight.between(at("2025-10-25T12:00:00+02:00"), at("2025-10-26T12:00:00+01:00")), Span::hours(9));
}

#[test]
fn a_day_that_a_country_skipped_is_never_open_twice() {
    // Samoa had no 30 December 2011: its Friday's hours move to Saturday.
    let cal = same("Pacific/Apia", MON_TO_FRI, &[w("09:00", "18:00")]);
    let week = (at("2011-12-26T00:00:00-10:00"), at("2012-01-02T00:00:00+14:00"));
    assert_eq!(cal.between(week.0, week.1), Span::hours(45));
    assert!(cal.is_open(at("2011-12-31T10:00:00+14:00")));
    let always = Calendar::round_the_clock("c", "Pacific/Apia").unwrap();
    assert_eq!(always.between(week.0, week.1), Span::hours(6 * 24));
}

#[test]
fn what_fits_exactly_ends_with_the_window() {
    let cal = cn(&[w("09:00", "18:00")]);
    let morning = at("2025-09-30T09:00:00+08:00");
    assert_eq!(cal.add(morning, Span::hours(9)), Some(at("2025-09-30T18:00:00+08:00")));
    assert_eq!(cal.add(morning, Span::hours(9) + At::TICK), Some(at("2025-10-09T09:00:00+08:00") + At::TICK), "after the National Day holidays");
    assert_eq!(cal.subtract(at("2025-10-09T09:00:00+08:00"), Span::hours(9)), Some(morning), "the holidays do not count");
    let (friday, monday) = (at("2025-06-20T09:00:00+08:00"), at("2025-06-16T09:00:00+08:00"));
    assert_eq!(cal.add(friday, Span::hours(9)), Some(friday + Span::hours(9)), "the week's last moment");
    assert_eq!(cal.add(monday, Span::hours(45)), Some(friday + Span::hours(9)));
    assert_eq!(cal.subtract(monday + Span::days(7), Span::hours(45)), Some(monday));
    let holiday = at("2025-10-01T10:00:00+08:00");
    assert_eq!(cal.add(holiday, Span::ZERO), Some(holiday), "nothing to wait for");
    assert_eq!(cal.next_opening(holiday), Some(at("2025-10-09T09:00:00+08:00")));
    assert!(cal.is_open(at("2025-09-28T17:55:00+08:00")), "a make-up Sunday");
}

#[test]
fn round_the_clock_but_for_one_day_is_closed_that_day() {
    let mut spec = Spec::same_windows("c", 1, "Asia/Shanghai", ALL_DAYS, &[Window::WHOLE_DAY]);
    spec.exceptions.insert(date(2025, 6, 2), vec![]);
    let cal = Calendar::new(spec).unwrap();
    assert_eq!(cal.add(at("2025-06-01T23:00:00+08:00"), Span::hours(2)), Some(at("2025-06-03T01:00:00+08:00")));
}

#[test]
fn overlapping_windows_count_once() {
    let cal = same("UTC", ALL_DAYS, &[w("20:00", "10:00"), w("09:00", "12:00"), w("11:00", "11:30"), w("12:00", "13:00")]);
    assert_eq!(cal.between(at("2025-06-01T00:00:00Z"), at("2025-06-02T00:00:00Z")), Span::hours(17));
    assert_eq!(cal.next_opening(at("2025-06-01T13:00:00Z")), Some(at("2025-06-01T20:00:00Z")));
}

#[test]
fn an_overnight_window_of_the_day_before_stays_open_into_a_holiday() {
    let mut spec = Spec::same_windows("c", 1, "UTC", ALL_DAYS, &[w("22:00", "06:00")]);
    spec.exceptions.insert(date(2025, 6, 2), vec![]);
    spec.exceptions.insert(date(2025, 6, 9), vec![w("08:00", "12:00"), w("23:00", "01:00")]);
    let cal = Calendar::new(spec).unwrap();
    assert_eq!(cal.between(at("2025-06-02T00:00:00Z"), at("2025-06-03T12:00:00Z")), Span::hours(6));
    assert_eq!(cal.between(at("2025-06-09T00:00:00Z"), at("2025-06-10T12:00:00Z")), Span::hours(6 + 4 + 2));
}

#[test]
fn a_calendar_without_windows_never_opens() {
    let never = same("Asia/Shanghai", ALL_DAYS, &[]);
    let now = at("2025-06-02T00:00:00Z");
    assert_eq!((never.add(now, Span::seconds(1)), never.subtract(now, Span::seconds(1)), never.next_opening(now)), (None, None, None));
    assert_eq!((never.add(now, Span::ZERO), never.between(At::MIN, At::MAX)), (Some(now), Span::ZERO));
    assert_eq!((never.add_working_days(date(2025, 6, 2), 1), never.subtract_working_days(date(2025, 6, 2), 1)), (None, None));
    let mut spec = never.spec().clone();
    spec.exceptions.insert(date(2025, 6, 4), vec![w("09:00", "10:00")]);
    let once = Calendar::new(spec).unwrap();
    assert_eq!(once.add(now, Span::hours(1)), Some(at("2025-06-04T10:00:00+08:00")));
    assert_eq!(once.add(now, Span::hours(1) + At::TICK), None);
    assert_eq!(once.next_opening(at("2025-06-04T10:00:00+08:00")), None);
    assert_eq!(once.subtract(at("2030-01-01T00:00:00Z"), Span::hours(1)), Some(at("2025-06-04T09:00:00+08:00")));
    assert_eq!(once.add_working_days(date(2025, 6, 2), 1), Some(date(2025, 6, 4)));
    assert_eq!(once.add_working_days(date(2025, 6, 4), 1), None);
    assert_eq!(once.subtract_working_days(date(2025, 6, 5), 1), Some(date(2025, 6, 4)));
}

#[test]
fn from_2027_on_plain_weekdays_and_provisional() {
    let cal = cn_days();
    assert!(!cal.is_provisional(date(2026, 12, 31)) && cal.is_provisional(date(2027, 1, 1)));
    assert!(cal.is_working_day(date(2027, 10, 1)) && !cal.is_working_day(date(2027, 10, 2)));
}

#[test]
fn the_ends_of_time_do_not_panic() {
    for tz in ZONES {
        for cal in [same(tz, MON_TO_FRI, &[w("22:00", "06:00")]), Calendar::round_the_clock("c", tz).unwrap()] {
            for t in [At::MIN, At::MAX, At::from_micros(i64::MIN), At::from_micros(i64::MAX), At::from_micros(0)] {
                for s in [Span::micros(i64::MIN), Span::micros(i64::MAX), Span::ZERO, At::TICK, Span::days(400_000)] {
                    let _ = (
                        cal.add(t, s),
                        cal.subtract(t, s),
                        cal.is_open(t),
                        cal.next_opening(t),
                        cal.between(t, At::MAX),
                        cal.between(At::from_micros(i64::MIN), t),
                    );
                }
            }
            for d in [Date::MIN, Date::MAX, date(1, 1, 1), date(2200, 12, 31)] {
                let _ = (cal.end_of_day(d), cal.is_working_day(d), cal.working_days_between(d, Date::MIN), cal.working_days_between(d, Date::MAX));
                let _ = (
                    cal.add_working_days(d, u32::MAX),
                    cal.add_working_days(d, 7),
                    cal.subtract_working_days(d, u32::MAX),
                    cal.subtract_working_days(d, 7),
                );
                let _ = (cal.earliest_first_day(d, 1), cal.latest_request_day(d, 1));
            }
            assert_eq!(cal.add_working_days(Date::MAX, 1), None);
            assert_eq!(cal.subtract_working_days(Date::MIN, 1), None);
        }
    }
}

// ---------------------------------------------------------------- the slow reference

/// An instant found by trying the offsets of the day before and the day after: no use of the library's own resolution of gaps and folds.
fn slow_instant(tz: &TimeZone, wall: DateTime) -> At {
    let naive = At::from(TimeZone::UTC.to_timestamp(wall).unwrap());
    let offset = |t: At| Span::seconds(tz.to_offset(t.timestamp()).seconds().into());
    let (early, late) = (offset(naive - Span::days(1)), offset(naive + Span::days(1)));
    let real = [early, late].into_iter().map(|o| (naive - o, o)).filter(|(t, o)| offset(*t) == *o).map(|(t, _)| t).min();
    real.unwrap_or(naive - early)
}
/// Every window of the days around `from..to`, as instants, neither cut nor merged.
fn slow_windows(cal: &Calendar, from: At, to: At) -> Vec<(At, At)> {
    let (first, last) = (from.date_in(cal.tz()).saturating_sub(3.days()), to.date_in(cal.tz()).saturating_add(3.days()));
    let mut found = Vec::new();
    for day in first.series(1.day()).take_while(|d| *d <= last) {
        for w in cal.spec().windows_of(day) {
            let wall = |seconds: u32| day.to_datetime(jiff::civil::Time::midnight()) + i64::from(seconds).seconds();
            found.push((slow_instant(cal.tz(), wall(w.start_seconds())), slow_instant(cal.tz(), wall(w.end_seconds()))));
        }
    }
    found
}
/// Open spans of `from..to`, in order and apart.
fn slow_open(cal: &Calendar, from: At, to: At) -> Vec<(At, At)> {
    let mut cut: Vec<_> = slow_windows(cal, from, to).into_iter().map(|(s, e)| (s.max(from), e.min(to))).filter(|(s, e)| s < e).collect();
    cut.sort();
    let mut open: Vec<(At, At)> = Vec::new();
    for (s, e) in cut {
        match open.last_mut() {
            Some(last) if s <= last.1 => last.1 = last.1.max(e),
            _ => open.push((s, e)),
        }
    }
    open
}
fn slow_between(cal: &Calendar, from: At, to: At) -> Span {
    slow_open(cal, from, to).into_iter().fold(Span::ZERO, |sum, (s, e)| sum + (e - s))
}
fn slow_add(cal: &Calendar, from: At, mut left: Span, horizon: At) -> Option<At> {
    for (s, e) in slow_open(cal, from, horizon) {
        if left <= e - s {
            return Some(s + left);
        }
        left = left - (e - s);
    }
    None
}
fn slow_subtract(cal: &Calendar, to: At, mut left: Span, horizon: At) -> Option<At> {
    for (s, e) in slow_open(cal, horizon, to).into_iter().rev() {
        if left <= e - s {
            return Some(e - left);
        }
        left = left - (e - s);
    }
    None
}

// ---------------------------------------------------------------- random calendars

/// A calendar, and a moment near which something interesting may happen.
#[derive(Debug, Clone)]
struct Scene {
    cal: Calendar,
    near: At,
}
/// Mostly whole quarters of an hour, often in the small hours, where clocks change; sometimes an odd second.
fn window() -> impl Strategy<Value = Window> {
    let quarter = prop_oneof![0u32..=20, 0u32..96].prop_map(|q| q * 900);
    let second = prop_oneof![4 => Just(0u32), 1 => 0u32..900];
    (quarter.clone(), second, prop_oneof![1u32..=24, 1u32..=96]).prop_map(|(start, odd, quarters)| {
        let text = |s: u32| format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
        let start = start + odd;
        let end = (start + quarters * 900) % 86_400;
        w(&text(start), &if end == 0 { "24:00".to_string() } else { text(end) })
    })
}
fn windows() -> impl Strategy<Value = Vec<Window>> {
    prop_oneof![1 => Just(vec![]), 1 => Just(vec![Window::WHOLE_DAY]), 4 => prop::collection::vec(window(), 1..4)]
}
fn weekly() -> impl Strategy<Value = [Vec<Window>; 7]> {
    prop_oneof![
        (windows(), any::<[bool; 7]>()).prop_map(|(windows, works)| works.map(|works| if works { windows.clone() } else { vec![] })),
        prop::array::uniform7(windows()),
    ]
}
fn scene() -> impl Strategy<Value = Scene> {
    let exceptions = prop::collection::vec((-12i64..12, windows()), 0..5);
    (prop::sample::select(&ZONES[..]), weekly(), 1970i16..=2199, any::<prop::sample::Index>(), -3i64..3, exceptions).prop_map(
        |(tz, weekly, year, pick, days, exceptions)| {
            let zone = TimeZone::get(tz).unwrap();
            let january = At::from(TimeZone::UTC.to_timestamp(date(year, 1, 1).at(0, 0, 0, 0)).unwrap());
            let mut moments: Vec<At> =
                zone.following(january.timestamp()).map(|c| At::from(c.timestamp())).take_while(|t| *t < january + Span::days(366)).collect();
            moments.push(january + Span::days(pick.index(365) as i64));
            let near = moments[pick.index(moments.len())] + Span::days(days);
            let middle = near.date_in(&zone);
            let exceptions = exceptions.into_iter().map(|(d, w)| (middle + d.days(), w)).filter(|(d, _)| YEARS.contains(&d.year())).collect();
            let spec = Spec { id: "random".into(), version: 1, tz: tz.into(), weekly, exceptions, provisional_from: None };
            Scene { cal: Calendar::new(spec).unwrap(), near }
        },
    )
}
/// Minutes, with an odd microsecond now and then.
fn within(days: i64) -> impl Strategy<Value = Span> {
    let odd = prop_oneof![3 => Just(0i64), 1 => 0i64..60_000_000];
    (-days * 1440..days * 1440, odd).prop_map(|(m, odd)| Span::minutes(m) + Span::micros(odd))
}
fn open_span() -> impl Strategy<Value = Span> {
    prop_oneof![(0i64..400).prop_map(|q| Span::minutes(q * 15)), (0i64..10_000_000_000).prop_map(Span::micros)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn open_time_is_what_walking_window_by_window_finds(s in scene(), a in within(15), b in within(15)) {
        let (from, to) = (s.near + a.min(b), s.near + a.max(b));
        prop_assert_eq!(s.cal.between(from, to), slow_between(&s.cal, from, to));
        prop_assert_eq!(s.cal.between(to, from), Span::ZERO);
    }

    #[test]
    fn every_minute_is_open_when_some_window_holds_it(s in scene(), a in within(4)) {
        let start = At::from_micros((s.near + a).micros().div_euclid(60_000_000) * 60_000_000);
        let windows = slow_windows(&s.cal, start, start + Span::days(1));
        for minute in 0..1440 {
            let t = start + Span::minutes(minute);
            prop_assert_eq!(s.cal.is_open(t), windows.iter().any(|(s, e)| *s <= t && t < *e), "{}", t);
        }
    }

    #[test]
    fn the_due_instant_is_what_walking_finds(s in scene(), a in within(10), b in prop::option::of(within(20)), open in open_span()) {
        let from = s.near + a;
        // Half of the spans are measured up to some instant: when that lies in closed time, they fit exactly.
        let open = b.map_or(open, |b| s.cal.between(from, s.near + b));
        let found = s.cal.add(from, open);
        if open == Span::ZERO {
            prop_assert_eq!(found, Some(from));
        } else if let Some(slow) = slow_add(&s.cal, from, open, from + Span::days(40)) {
            prop_assert_eq!(found, Some(slow));
        } else {
            prop_assert!(found.is_none_or(|t| t > from + Span::days(39)));
        }
    }

    #[test]
    fn the_latest_start_is_what_walking_back_finds(s in scene(), a in within(10), b in prop::option::of(within(20)), open in open_span()) {
        let to = s.near + a;
        let open = b.map_or(open, |b| s.cal.between(s.near + b, to));
        let found = s.cal.subtract(to, open);
        if open == Span::ZERO {
            prop_assert_eq!(found, Some(to));
        } else if let Some(slow) = slow_subtract(&s.cal, to, open, to - Span::days(40)) {
            prop_assert_eq!(found, Some(slow));
        } else {
            prop_assert!(found.is_none_or(|t| t < to - Span::days(39)));
        }
    }

    #[test]
    fn the_next_opening_is_the_first_open_instant(s in scene(), a in within(10)) {
        let from = s.near + a;
        let slow = slow_open(&s.cal, from, from + Span::days(40)).first().map(|(s, _)| *s);
        match s.cal.next_opening(from) {
            Some(t) if t < from + Span::days(40) => prop_assert_eq!(Some(t), slow),
            _ => prop_assert_eq!(slow, None),
        }
    }

    #[test]
    fn adding_and_measuring_undo_each_other(s in scene(), a in within(4000), open in 0i64..10_000_000_000_000) {
        let (from, open) = (s.near + a, Span::micros(open));
        if let Some(due) = s.cal.add(from, open) {
            prop_assert!(due >= from);
            prop_assert_eq!(s.cal.between(from, due), open);
            prop_assert!(open == Span::ZERO || s.cal.between(from, due - At::TICK) < open, "the earliest");
            let start = s.cal.subtract(due, open).unwrap();
            prop_assert!(start >= from);
            prop_assert_eq!(s.cal.between(start, due), open);
            prop_assert!(open == Span::ZERO || s.cal.between(start + At::TICK, due) < open, "the latest");
        }
    }

    #[test]
    fn open_time_adds_up_over_splits_and_never_shrinks(s in scene(), mut t in prop::array::uniform3(within(30_000))) {
        t.sort();
        let [a, b, c] = t.map(|t| s.near + t);
        prop_assert_eq!(s.cal.between(a, b) + s.cal.between(b, c), s.cal.between(a, c));
        prop_assert!(s.cal.between(a, b) <= b - a && s.cal.between(a, b) <= s.cal.between(a, c));
    }

    #[test]
    fn a_due_instant_never_comes_earlier_for_more_time_or_a_later_start(s in scene(), a in within(400), b in within(400), x in open_span(), y in open_span()) {
        let (early, late) = (s.near + a.min(b), s.near + a.max(b));
        if let (Some(short), Some(long), Some(later)) = (s.cal.add(early, x.min(y)), s.cal.add(early, x.max(y)), s.cal.add(late, x.max(y))) {
            prop_assert!(short <= long && long <= later);
        }
    }

    #[test]
    fn working_days_are_what_counting_on_fingers_finds(s in scene(), a in -60i64..60, n in 0u32..40) {
        let base = s.near.date_in(s.cal.tz()) + a.days();
        let finger = |step: fn(Date) -> Result<Date, jiff::Error>| {
            let (mut day, mut left) = (base, n);
            for _ in 0..400 {
                if left == 0 { return Some(day); }
                day = step(day).unwrap();
                left -= u32::from(s.cal.is_working_day(day));
            }
            None
        };
        let (after, before) = (finger(Date::tomorrow), finger(Date::yesterday));
        if after.is_some() { prop_assert_eq!(s.cal.add_working_days(base, n), after); }
        if before.is_some() { prop_assert_eq!(s.cal.subtract_working_days(base, n), before); }
        if let (Some(after), Some(before), 1..) = (after, before, n) {
            prop_assert_eq!(s.cal.working_days_between(base, after), i64::from(n) - 1);
            prop_assert_eq!(s.cal.working_days_between(before, base), i64::from(n) - 1);
            prop_assert_eq!(s.cal.working_days_between(base, before), 1 - i64::from(n));
        }
    }

    #[test]
    fn lead_time_is_enough_and_a_day_less_is_not(s in scene(), n in 1u32..30) {
        let day = s.near.date_in(s.cal.tz());
        if let Some(first) = s.cal.earliest_first_day(day, n) {
            prop_assert_eq!(s.cal.working_days_between(day, first), i64::from(n));
            prop_assert!(s.cal.working_days_between(day, first.yesterday().unwrap()) < i64::from(n));
        }
        if let Some(request) = s.cal.latest_request_day(day, n) {
            prop_assert_eq!(s.cal.working_days_between(request, day), i64::from(n));
            prop_assert!(s.cal.working_days_between(request.tomorrow().unwrap(), day) < i64::from(n));
        }
    }
}

#[test]
fn two_hundred_thirty_years_add_up_month_by_month() {
    for tz in ["America/New_York", "Australia/Lord_Howe", "Pacific/Apia"] {
        let mut spec = Spec::same_windows("long", 1, tz, MON_TO_FRI, &[w("00:30", "03:10"), w("22:00", "02:15")]);
        spec.exceptions = cn_holidays().closed.into_iter().map(|d| (d, vec![])).collect();
        let cal = Calendar::new(spec).unwrap();
        let months: Vec<At> = (1970..=2200i16).flat_map(|y| [1, 4, 7, 10].map(|m| cal.end_of_day(date(y, m, 1)))).collect();
        let mut sum = Span::ZERO;
        for pair in months.windows(2) {
            sum += slow_between(&cal, pair[0], pair[1]);
            assert_eq!(cal.between(months[0], pair[1]), sum, "{tz} until {}", pair[1]);
        }
    }
}

/// A law is worth what its scenes hold: each kind must come up often.
#[test]
fn random_scenes_hold_what_the_laws_are_about() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    let mut zones = BTreeSet::new();
    for _ in 0..200 {
        let s = scene().new_tree(&mut runner).unwrap().current();
        let spec = s.cal.spec();
        let all = || spec.weekly.iter().chain(spec.exceptions.values());
        let change =
            s.cal.tz().following((s.near - Span::days(4)).timestamp()).next().is_some_and(|c| At::from(c.timestamp()) < s.near + Span::days(4));
        for (kind, holds) in [
            ("clock change", change),
            ("overnight", all().flatten().any(|w| w.is_overnight())),
            ("closed exception", spec.exceptions.values().any(Vec::is_empty)),
            ("open exception", spec.exceptions.values().any(|w| !w.is_empty())),
            ("several windows", all().any(|w| w.len() > 1)),
            ("change and exception", change && !spec.exceptions.is_empty()),
            ("never open", all().all(Vec::is_empty)),
        ] {
            *seen.entry(kind).or_insert(0) += u32::from(holds);
        }
        zones.insert(spec.tz.clone());
    }
    println!("{seen:?}");
    assert!(seen.iter().all(|(kind, n)| *n >= if *kind == "never open" { 1 } else { 20 }), "{seen:?}");
    assert_eq!(zones.len(), ZONES.len());
}
