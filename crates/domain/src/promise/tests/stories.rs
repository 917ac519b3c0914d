//! A day in lines: how long since the line before, what was done, then what stands (minutes left, or the verdict) and, after `!`,
//! what the clocks did by themselves since.
use super::house::*;
use crate::kit::{At, Span};
use crate::promise::*;

fn facts(deed: &str, now: At) -> Vec<Fact> {
    let (verb, rest) = deed.split_once(' ').unwrap_or((deed, ""));
    let on = |on| vec![Fact::new(on, now)];
    match verb {
        "" => vec![],
        "open" => on(On::Received),
        "reply" => on(On::EngineerReplied),
        "ask" => vec![Fact::new(On::EngineerReplied, now), Fact::wait_began(Wait::Customer, now)],
        "answer" => vec![Fact::new(On::CustomerReplied, now), Fact::new(On::WaitEnded, now)],
        "vendor" => vec![Fact::wait_began(Wait::Vendor, now)],
        "take_up" => on(On::WaitEnded),
        "boost" => on(On::Boosted),
        "agree" => vec![Fact::update_agreed(now + Span::parse(rest).unwrap(), now)],
        "resolve" => on(On::Resolved),
        "close" => on(On::Closed),
        "withdraw" => on(On::Cancelled),
        other => panic!("unknown deed {other:?}"),
    }
}
fn wait_of(text: &str) -> Span {
    let n: i64 = text[1..text.len() - 1].parse().unwrap();
    match text.chars().last() {
        Some('s') => Span::seconds(n),
        Some('m') => Span::minutes(n),
        Some('h') => Span::hours(n),
        _ => Span::days(n),
    }
}
fn tell(terms: Vec<Terms>, script: &str) -> String {
    let mut subject = Subject::of(terms);
    let (mut now, mut out) = (monday_ten(), String::new());
    for line in script.lines().filter(|l| !l.is_empty()) {
        let (wait, deed) = line.split_once(' ').unwrap_or((line, ""));
        now = now + wait_of(wait);
        let before = subject.clone();
        subject.tick(now);
        facts(deed.trim(), now).iter().for_each(|fact| {
            subject.hear(fact, now);
        });
        let mut said = String::new();
        for (p, was) in subject.0.iter().zip(&before.0) {
            said += &format!(" {}={}", p.terms.key, p.says(now));
            let told = |p: &Promised| p.clocks.iter().flat_map(|k| k.events.clone()).collect::<Vec<_>>();
            let new = told(p).split_off(told(was).len().min(told(p).len()));
            let words: Vec<_> = new.iter().filter_map(|e| word(e, &p.terms)).collect();
            if !words.is_empty() {
                said += &format!("!{}", words.join(","));
            }
        }
        out += &format!("{line:<14}|{said}\n");
    }
    out
}
#[track_caller]
fn check(terms: Vec<Terms>, story: &str) {
    let lines = || story.lines().map(str::trim).filter(|l| !l.is_empty()).map(|l| l.split_once('|').unwrap());
    let script: String = lines().map(|(deed, _)| format!("{}\n", deed.trim())).collect();
    let want: String = lines().map(|(deed, says)| format!("{:<14}|{}\n", deed.trim(), says.trim_end())).collect();
    let told = tell(terms, &script);
    assert!(told == want, "the day went otherwise:\n{told}");
}

fn response() -> Terms {
    terms("response")
}
fn next_response() -> Terms {
    Terms { starts: On::CustomerReplied, recurs: Recurs::PerMessage, target: minutes(60), ..terms("next") }
}
fn update() -> Terms {
    Terms {
        starts: On::Boosted,
        ends: vec![On::Resolved, On::Closed],
        recurs: Recurs::Periodic,
        target: minutes(60),
        pauses: waits_for(Wait::Customer, None),
        ..terms("update")
    }
}
fn resolve() -> Terms {
    Terms { stops: vec![On::Resolved], target: minutes(480), pauses: waits_for(Wait::Customer, None), ..terms("resolve") }
}

#[test]
fn the_first_answer_in_time_keeps_the_promise_and_later_ones_change_nothing() {
    check(
        vec![response()],
        "+0m open     | response=40m
         +39m         | response=1m
         +1m reply    | response=kept
         +1d reply    | response=kept
         +0m open     | response=kept",
    );
}
#[test]
fn a_late_answer_is_one_breach_and_never_kept() {
    check(
        vec![response()],
        "+0m open     | response=40m
         +41m         | response=BROKEN!breached
         +5m          | response=BROKEN
         +0m reply    | response=BROKEN
         +1d close    | response=BROKEN",
    );
}
#[test]
fn a_question_to_the_customer_stops_the_resolve_clock_but_not_for_ever() {
    check(
        vec![response(), next_response(), resolve()],
        "+0m open     | response=40m next=- resolve=480m
         +15m reply   | response=kept next=- resolve=465m
         +45m ask     | response=kept next=- resolve=paused
         +9h          | response=kept next=- resolve=paused
         +0m answer   | response=kept next=60m resolve=420m
         +61m         | response=kept next=BROKEN!breached resolve=359m
         +1h resolve  | response=kept next=BROKEN resolve=kept",
    );
}
#[test]
fn every_message_of_the_customer_gets_its_own_promise_but_not_two_at_once() {
    check(
        vec![next_response()],
        "+0m open     | next=-
         +5m answer   | next=60m
         +10m answer  | next=50m
         +20m reply   | next=kept
         +5m reply    | next=kept
         +1h answer   | next=60m
         +2h reply    | next=BROKEN!breached
         +1m answer   | next=60m",
    );
}
#[test]
fn a_boosted_case_is_updated_every_hour_until_it_is_resolved() {
    check(
        vec![update()],
        "+0m open     | update=-
         +5m reply    | update=-
         +0m boost    | update=60m
         +45m reply   | update=60m
         +59m reply   | update=60m
         +61m         | update=BROKEN!breached
         +4m reply    | update=60m
         +20m resolve | update=cancelled
         +5h          | update=cancelled",
    );
}
#[test]
fn an_answer_and_the_solution_in_one_moment_leave_no_update_owed() {
    check(
        vec![update()],
        "+0m boost    | update=60m
         +5m reply    | update=60m
         +0m resolve  | update=cancelled
         +2h          | update=cancelled",
    );
}
#[test]
fn an_agreed_time_replaces_the_hourly_due_once() {
    check(
        vec![update()],
        "+0m boost      | update=60m
         +45m reply     | update=60m
         +59m reply     | update=60m
         +1m agree PT2H | update=120m
         +119m          | update=1m
         +0m reply      | update=60m
         +61m           | update=BROKEN!breached",
    );
}
#[test]
fn an_agreed_time_is_binding_too() {
    check(
        vec![update()],
        "+0m boost       | update=60m
         +5m agree PT30M | update=30m
         +31m            | update=BROKEN!breached",
    );
}
#[test]
fn the_hourly_update_waits_with_the_customer_and_goes_on_with_their_answer() {
    check(
        vec![update()],
        "+0m boost    | update=60m
         +30m ask     | update=paused
         +1d          | update=paused
         +0m answer   | update=60m
         +10m reply   | update=60m",
    );
}
#[test]
fn an_agreed_time_that_went_by_while_the_customer_thought_begins_a_fresh_hour() {
    check(
        vec![update()],
        "+0m boost      | update=60m
         +1m agree PT3H | update=180m
         +1h ask        | update=paused
         +1m answer     | update=60m
         +1m agree PT3H | update=180m
         +90m           | update=90m
         +0m vendor     | update=90m
         +1m ask        | update=paused
         +1m agree PT1H | update=paused
         +2h answer     | update=60m",
    );
}
#[test]
fn nobody_pauses_what_must_not_wait() {
    check(
        vec![response(), resolve()],
        "+0m open     | response=40m resolve=480m
         +10m vendor  | response=30m resolve=470m
         +31m         | response=BROKEN!breached resolve=439m",
    );
}
#[test]
fn a_wait_longer_than_promised_ends_by_itself() {
    let capped = Terms { pauses: waits_for(Wait::Customer, Some(Span::hours(2))), ..resolve() };
    check(
        vec![capped],
        "+0m open     | resolve=480m
         +1h ask      | resolve=paused
         +1h answer   | resolve=420m
         +0m ask      | resolve=paused
         +59m         | resolve=paused
         +31m         | resolve=390m!cap
         +0m ask      | resolve=390m
         +390m        | resolve=0m
         +1s          | resolve=BROKEN!breached",
    );
}
#[test]
fn a_wait_after_the_due_changes_no_verdict() {
    check(
        vec![resolve()],
        "+0m open     | resolve=480m
         +481m ask    | resolve=BROKEN!breached
         +1d answer   | resolve=BROKEN
         +0m resolve  | resolve=BROKEN",
    );
}
#[test]
fn warnings_come_in_percent_and_in_minutes_and_end_with_the_breach() {
    let warned =
        Terms { warn_at: vec![Mark::Percent(50), Mark::Percent(75), Mark::Before(Span::minutes(5)), Mark::Before(Span::minutes(40))], ..response() };
    check(
        vec![warned],
        "+0m open     | response=40m
         +19m         | response=21m
         +1m          | response=20m!warned1
         +10m         | response=10m!warned2
         +5m          | response=5m!warned3
         +10m         | response=BROKEN!breached
         +1d          | response=BROKEN",
    );
}
#[test]
fn a_watch_that_slept_tells_everything_in_order() {
    let warned = Terms {
        warn_at: vec![Mark::Before(Span::minutes(5)), Mark::Percent(50)],
        ladder: vec![
            rung(Mark::Percent(75), "owner"),
            rung(Mark::AfterBreach(Span::ZERO), "group"),
            rung(Mark::AfterBreach(Span::minutes(30)), "duty_chief"),
        ],
        ..response()
    };
    check(
        vec![warned],
        "+0m open     | response=40m
         +10h         | response=BROKEN!warned2,owner,warned1,breached,group,duty_chief",
    );
}
#[test]
fn the_ladder_is_climbed_rung_by_rung_until_somebody_answers() {
    let ladder = Terms {
        ladder: vec![
            rung(Mark::Before(Span::minutes(10)), "owner"),
            rung(Mark::AfterBreach(Span::ZERO), "group"),
            rung(Mark::AfterBreach(Span::minutes(30)), "duty_chief"),
        ],
        ..response()
    };
    check(
        vec![ladder.clone()],
        "+0m open     | response=40m
         +30m         | response=10m!owner
         +11m         | response=BROKEN!breached,group
         +28m         | response=BROKEN
         +1m          | response=BROKEN!duty_chief
         +1d          | response=BROKEN",
    );
    check(
        vec![ladder],
        "+0m open     | response=40m
         +41m reply   | response=BROKEN!owner,breached,group
         +1d          | response=BROKEN",
    );
}
#[test]
fn a_promise_in_working_days_ends_with_the_day_and_pauses_by_days() {
    let report = Terms {
        target: Target::WorkingDays(3),
        calendar: "desk".into(),
        pauses: waits_for(Wait::Customer, None),
        stops: vec![On::Resolved],
        ..terms("report")
    };
    // Monday 10:00; due Thursday 24:00.
    check(
        vec![report.clone()],
        "+0m open     | report=5160m
         +86h         | report=0m
         +0m resolve  | report=kept",
    );
    check(
        vec![report.clone()],
        "+0m open     | report=5160m
         +86h         | report=0m
         +1s resolve  | report=BROKEN!breached",
    );
    // Asked on Wednesday, answered on Wednesday: nothing moved. Answered on Friday: Thursday's day is had on Monday.
    check(
        vec![report.clone()],
        "+0m open     | report=5160m
         +2d ask      | report=paused
         +1h answer   | report=2220m
         +0m ask      | report=paused
         +2d answer   | report=5100m",
    );
    // Asked on the last day, answered on Saturday: the rest of a day is had on a day people work.
    check(
        vec![report],
        "+0m open     | report=5160m
         +3d ask      | report=paused
         +2d answer   | report=3720m",
    );
}
#[test]
fn a_withdrawn_case_owes_nothing_more() {
    check(
        vec![response(), resolve(), update()],
        "+0m open     | response=40m resolve=480m update=-
         +41m boost   | response=BROKEN!breached resolve=439m update=60m
         +0m withdraw | response=BROKEN resolve=cancelled update=cancelled
         +9d          | response=BROKEN resolve=cancelled update=cancelled",
    );
}
