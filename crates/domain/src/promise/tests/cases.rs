//! The worked examples of plans.md §6 (CLK-…) and its edge cases (E5–E12), and the moments on which everything hangs.
use super::house::*;
use crate::kit::{At, Span};
use crate::promise::*;
use std::sync::Arc;

/// 2025-06-02 in Shanghai, an ordinary Monday.
fn clock_time(text: &str) -> At {
    at(&format!("2025-06-02T{text}+08:00"))
}
fn started(terms: Terms, from: &str) -> (Clock, Vec<Event>) {
    let from = clock_time(from);
    let step = begin(&Arc::new(terms.clone()), &[], &Fact::new(terms.starts, from), from, &Shelf).unwrap();
    (step.clock, step.events)
}
fn answered(terms: Terms, from: &str, stopped: &str) -> Verdict {
    let (clock, _) = started(terms, from);
    let stop = clock_time(stopped);
    let clock = hear(clock, &Fact::new(On::EngineerReplied, stop), stop, &Shelf).clock;
    clock.verdict(stop, &calendar(&clock))
}
fn breaches(step: &Step) -> usize {
    step.events.iter().filter(|e| matches!(e.what, What::Breached { .. })).count()
}

#[test]
fn clk_01_less_than_is_strict() {
    let strict = || Terms { cmp: Cmp::Lt, ..terms("response") };
    assert_eq!(answered(strict(), "10:00:00", "10:40:00"), Verdict::Broken);
    assert_eq!(answered(strict(), "10:00:00", "10:39:59.999"), Verdict::Kept);
}
#[test]
fn clk_02_within_is_inclusive() {
    let within = || Terms { target: minutes(10), ..terms("response") };
    assert_eq!(answered(within(), "10:00:00", "10:10:00"), Verdict::Kept);
    assert_eq!(answered(within(), "10:00:00", "10:10:00.000001"), Verdict::Broken);
}
#[test]
fn clk_04_round_the_clock_runs_through_the_night() {
    let (clock, _) = started(Terms { target: minutes(16 * 60), ..terms("response") }, "23:30:00");
    assert_eq!(clock.due_at, Some(at("2025-06-03T15:30:00+08:00")));
}
#[test]
fn clk_05_a_message_at_night_is_counted_from_the_opening() {
    let desk = Terms { calendar: "desk".into(), target: minutes(10), ..terms("response") };
    let (clock, _) = started(desk, "00:30:00");
    assert_eq!((clock.base_at, clock.due_at), (clock_time("00:30:00"), Some(clock_time("09:10:00"))));
}
#[test]
fn clk_06_a_pause_moves_the_due_by_its_open_time() {
    let (clock, _) = started(Terms { pauses: waits_for(Wait::Customer, None), ..terms("response") }, "10:00:00");
    let (from, to) = (clock_time("10:10:00"), clock_time("10:55:00"));
    let clock = hear(clock, &Fact::wait_began(Wait::Customer, from), from, &Shelf).clock;
    assert_eq!((clock.due_at, clock.fires_at), (None, None), "no cap, nothing happens by itself");
    let clock = hear(clock, &Fact::new(On::WaitEnded, to), to, &Shelf).clock;
    assert_eq!(clock.due_at, Some(clock_time("11:25:00")));
}
#[test]
fn clk_07_an_upgrade_neither_breaks_at_once_nor_promises_less() {
    let (clock, _) = started(Terms { target: minutes(120), ..terms("response") }, "10:00:00");
    let now = clock_time("10:50:00");
    let step = tighten(clock, &Arc::new(Terms { plan: "test.v2".into(), ..terms("response") }), Because::PlanChanged, now, &Shelf);
    assert_eq!(step.clock.due_at, Some(clock_time("11:30:00")));
    assert_eq!(step.clock.terms.plan, "test.v2");
    assert_eq!(breaches(&tick(step.clock, now, &Shelf)), 0);
}
#[test]
fn clk_08_a_downgrade_moves_nothing() {
    let (clock, _) = started(terms("response"), "10:00:00");
    let step = tighten(clock, &Arc::new(Terms { target: minutes(120), ..terms("response") }), Because::PlanChanged, clock_time("10:10:00"), &Shelf);
    assert_eq!((step.clock.due_at, step.events.len()), (Some(clock_time("10:40:00")), 0));
}
#[test]
fn clk_09_a_raise_counts_from_the_raise() {
    let (clock, _) = started(Terms { target: minutes(60), ..terms("response") }, "10:00:00");
    let graver = Arc::new(Terms { target: minutes(10), ..terms("response") });
    assert_eq!(tighten(clock, &graver, Because::SeverityRaised, clock_time("10:30:00"), &Shelf).clock.due_at, Some(clock_time("10:40:00")));
}
#[test]
fn clk_10_lowering_by_agreement_counts_from_the_start_and_erases_no_breach() {
    let lower = Arc::new(Terms { target: minutes(60), ..terms("response") });
    let (clock, events) = started(Terms { target: minutes(10), ..terms("response") }, "10:00:00");
    let step = loosen(clock.clone(), &lower, &events, clock_time("10:05:00"), &Shelf);
    assert_eq!(step.clock.due_at, Some(clock_time("11:00:00")));
    let late = loosen(clock, &lower, &events, clock_time("10:15:00"), &Shelf);
    assert_eq!((breaches(&late), late.clock.due_at, late.clock.broken_at), (1, Some(clock_time("10:10:00")), Some(clock_time("10:10:00"))));
}
#[test]
fn clk_13_a_fault_found_late_counts_from_its_beginning() {
    let intervene = Terms {
        starts: On::FaultDetected,
        stops: vec![On::Intervened],
        base: Base::Occurred,
        target: minutes(120),
        warn_at: vec![Mark::Percent(50)],
        ..terms("intervene")
    };
    let fault = Fact::new(On::FaultDetected, clock_time("14:00:00"));
    let step = begin(&Arc::new(intervene.clone()), &[], &fault, clock_time("15:30:00"), &Shelf).unwrap();
    assert_eq!(step.clock.due_at, Some(clock_time("16:00:00")));
    let late = begin(&Arc::new(intervene), &[], &fault, clock_time("16:30:00"), &Shelf).unwrap();
    let step = tick(late.clock, clock_time("16:30:00"), &Shelf);
    assert_eq!(breaches(&step), 1, "already past due: broken at once");
    assert_eq!((step.clock.broken_at, step.clock.detected_at), (Some(clock_time("16:00:00")), Some(clock_time("16:30:00"))));
    let history: Vec<Event> = late.events.into_iter().chain(step.events).collect();
    let lines = explain(&history, clock_time("16:31:00"), &Shelf);
    let breach = lines.iter().find(|l| l.code == "explain.breached").unwrap();
    assert!(breach.args.contains(&("cause", "late_detection".to_string())));
}
#[test]
fn clk_14_updates_follow_each_other_by_the_hour_and_once_by_agreement() {
    let update = Terms { starts: On::EngineerReplied, ends: vec![On::Resolved], recurs: Recurs::Periodic, target: minutes(60), ..terms("update") };
    let mut subject = Subject::of(vec![update]);
    let due = |s: &Subject| s.0[0].last().unwrap().clock.due_at.unwrap();
    let mut say = |fact: Fact| {
        subject.hear(&fact, fact.at);
        due(&subject)
    };
    assert_eq!(say(Fact::new(On::EngineerReplied, clock_time("10:05:00"))), clock_time("11:05:00"));
    assert_eq!(say(Fact::new(On::EngineerReplied, clock_time("10:50:00"))), clock_time("11:50:00"));
    say(Fact::new(On::EngineerReplied, clock_time("11:49:59")));
    assert_eq!(say(Fact::update_agreed(clock_time("13:00:00"), clock_time("11:50:00"))), clock_time("13:00:00"));
    assert_eq!(say(Fact::new(On::EngineerReplied, clock_time("12:55:00"))), clock_time("13:55:00"));
}

#[test]
fn an_inclusive_target_that_fits_the_window_is_due_at_its_end_and_broken_after_the_next_opening() {
    let desk = |cmp| Terms { calendar: "desk".into(), target: minutes(8 * 60), cmp, ..terms("response") };
    let (clock, _) = started(desk(Cmp::Le), "10:00:00");
    assert_eq!(clock.due_at, Some(clock_time("18:00:00")));
    assert_eq!(clock.fires_at, Some(at("2025-06-03T09:00:00+08:00") + At::TICK));
    assert_eq!(answered(desk(Cmp::Le), "10:00:00", "23:00:00"), Verdict::Kept, "no open time passed since");
    assert_eq!(answered(desk(Cmp::Lt), "10:00:00", "18:00:00"), Verdict::Broken);
    assert_eq!(answered(desk(Cmp::Lt), "10:00:00", "17:59:59"), Verdict::Kept);
}
#[test]
fn a_wait_that_begins_on_the_last_moment_keeps_the_due_where_it_was_reached() {
    let desk = Terms { calendar: "desk".into(), target: minutes(8 * 60), pauses: waits_for(Wait::Customer, None), ..terms("response") };
    let (clock, _) = started(desk, "10:00:00");
    let (asked, told) = (clock_time("20:00:00"), at("2025-06-03T11:00:00+08:00"));
    let clock = hear(clock, &Fact::wait_began(Wait::Customer, asked), asked, &Shelf).clock;
    assert_eq!((clock.due_at, clock.fires_at), (Some(clock_time("18:00:00")), None));
    let clock = hear(clock, &Fact::new(On::WaitEnded, told), told, &Shelf).clock;
    assert_eq!((clock.due_at, clock.fires_at), (Some(clock_time("18:00:00")), Some(told + At::TICK)));
    let cal = calendar(&clock);
    assert!(!clock.is_late_at(told, &cal) && clock.is_late_at(told + At::TICK, &cal));
}
#[test]
fn a_tick_repeated_tells_nothing_new_and_a_late_answer_without_a_tick_is_one_breach() {
    let (clock, _) = started(Terms { warn_at: vec![Mark::Percent(50)], ..terms("response") }, "10:00:00");
    let late = clock_time("10:41:00");
    let once = tick(clock.clone(), late, &Shelf);
    assert_eq!((once.events.len(), breaches(&once)), (2, 1));
    assert_eq!(tick(once.clock.clone(), late, &Shelf), Step::of(once.clock));
    let heard = hear(clock, &Fact::new(On::EngineerReplied, late), late, &Shelf);
    assert_eq!((breaches(&heard), heard.clock.ending), (1, Some(Ending::Fulfilled)));
    assert_eq!(heard.clock.broken_at, Some(clock_time("10:40:00")));
}
#[test]
fn an_answer_given_in_time_and_heard_late_is_kept_unless_the_breach_was_told() {
    let (clock, _) = started(terms("response"), "10:00:00");
    let (given, heard) = (Fact::new(On::EngineerReplied, clock_time("10:39:00")), clock_time("10:45:00"));
    let kept = hear(clock.clone(), &given, heard, &Shelf).clock;
    assert_eq!((kept.verdict(heard, &calendar(&kept)), kept.ended_at), (Verdict::Kept, Some(clock_time("10:39:00"))));
    let told = tick(clock, clock_time("10:41:00"), &Shelf).clock;
    let broken = hear(told, &given, heard, &Shelf).clock;
    assert_eq!(broken.verdict(heard, &calendar(&broken)), Verdict::Broken, "a breach is never erased; it may be waived");
}
#[test]
fn a_fast_watch_of_the_sender_breaks_nothing_early() {
    let (clock, _) = started(terms("response"), "10:00:00");
    let now = clock_time("10:05:00");
    let step = hear(clock, &Fact::new(On::EngineerReplied, clock_time("11:05:00")), now, &Shelf);
    assert_eq!((breaches(&step), step.clock.ended_at), (0, Some(now)));
}
#[test]
fn waits_told_twice_or_out_of_order_are_told_once() {
    let (clock, _) = started(Terms { pauses: waits_for(Wait::Customer, None), ..terms("response") }, "10:00:00");
    let (began, ended) = (Fact::wait_began(Wait::Customer, clock_time("10:10:00")), Fact::new(On::WaitEnded, clock_time("10:20:00")));
    let again = Fact::wait_began(Wait::Customer, clock_time("10:30:00"));
    let now = clock_time("10:31:00");
    let hear_all = |facts: &[&Fact]| facts.iter().fold(clock.clone(), |c, f| hear(c, f, now, &Shelf).clock);
    let once = hear_all(&[&began, &ended, &again]);
    assert_eq!(once.waited, [Span::minutes(10), Span::ZERO, Span::ZERO]);
    assert_eq!(hear_all(&[&began, &began, &ended, &ended, &began, &again, &ended, &began]), once);
}
#[test]
fn a_warning_of_the_last_moment_comes_before_the_breach_of_the_same_moment() {
    let brink =
        Terms { cmp: Cmp::Lt, warn_at: vec![Mark::Percent(100)], ladder: vec![rung(Mark::AfterBreach(Span::ZERO), "group")], ..terms("response") };
    let (clock, _) = started(brink, "10:00:00");
    let told: Vec<_> = tick(clock, clock_time("10:40:00"), &Shelf).events.iter().map(|e| e.what.key()).collect();
    assert_eq!(told, ["warned", "breached", "escalated"]);
}
#[test]
fn a_message_delivered_again_makes_no_second_promise() {
    let next = Terms { starts: On::CustomerReplied, recurs: Recurs::PerMessage, ..terms("next") };
    let mut subject = Subject::of(vec![next]);
    let asked = Fact::new(On::CustomerReplied, clock_time("10:00:00"));
    subject.hear(&asked, asked.at);
    subject.hear(&Fact::new(On::EngineerReplied, clock_time("10:05:00")), clock_time("10:05:00"));
    assert!(subject.hear(&asked, clock_time("10:06:00")).is_empty());
    assert_eq!(subject.0[0].clocks.len(), 1);
}
#[test]
fn a_waived_breach_stays_a_breach_with_a_name_under_it() {
    let (clock, _) = started(terms("response"), "10:00:00");
    let early = waive(clock.clone(), "goodwill", "chief", clock_time("10:30:00"), &Shelf);
    assert!(early.events.is_empty(), "nothing to waive yet");
    let step = waive(clock, "goodwill", "chief", clock_time("10:50:00"), &Shelf);
    assert_eq!(step.clock.verdict(clock_time("10:50:00"), &calendar(&step.clock)), Verdict::Waived);
    assert_eq!((step.clock.broken_at, breaches(&step)), (Some(clock_time("10:40:00")), 1));
    assert!(waive(step.clock, "again", "chief", clock_time("10:51:00"), &Shelf).events.is_empty());
}
#[test]
fn a_calendar_edit_takes_the_earlier_due_and_the_later_one_only_when_confirmed() {
    let desk = Terms { calendar: "desk".into(), target: minutes(18 * 60), ..terms("response") };
    // Monday 10:00 + 18 h of 9–18 = Wednesday 10:00. Version 2 closes Wednesday, version 3 works 8–22.
    let (clock, _) = started(desk, "10:00:00");
    let (due, now) = (at("2025-06-04T10:00:00+08:00"), clock_time("12:00:00"));
    assert_eq!(clock.due_at, Some(due));
    assert_eq!(recalendar(clock.clone(), 2, false, now, &Shelf).clock, clock, "later: not without a notice");
    let moved = recalendar(clock.clone(), 2, true, now, &Shelf);
    assert_eq!(moved.clock.due_at, Some(at("2025-06-05T10:00:00+08:00")));
    assert!(matches!(moved.events[..], [Event { what: What::Retargeted { because: Because::CalendarConfirmed, .. }, .. }]));
    let sooner = recalendar(clock, 3, false, now, &Shelf).clock;
    assert_eq!((sooner.due_at, sooner.terms.calendar_version), (Some(at("2025-06-03T14:00:00+08:00")), 3), "2 h used, 10 h left today, 6 tomorrow");
}
#[test]
fn a_calendar_edit_of_working_days_counts_the_days_already_had() {
    let report = Terms { target: Target::WorkingDays(3), calendar: "desk".into(), ..terms("report") };
    let (clock, _) = started(report, "10:00:00");
    let tuesday = at("2025-06-03T12:00:00+08:00");
    assert_eq!(clock.due_at, Some(at("2025-06-06T00:00:00+08:00")));
    assert!(recalendar(clock.clone(), 2, false, tuesday, &Shelf).events.is_empty());
    assert_eq!(recalendar(clock, 2, true, tuesday, &Shelf).clock.due_at, Some(at("2025-06-07T00:00:00+08:00")), "Tuesday, Thursday, Friday");
}
#[test]
fn ended_and_broken_clocks_are_left_alone_by_every_change_of_terms() {
    let (clock, events) = started(terms("response"), "10:00:00");
    let now = clock_time("11:00:00");
    let kept = hear(clock.clone(), &Fact::new(On::EngineerReplied, clock_time("10:05:00")), now, &Shelf).clock;
    let broken = tick(clock, now, &Shelf).clock;
    let other = Arc::new(Terms { target: minutes(1), ..terms("response") });
    for clock in [kept, broken] {
        assert_eq!(tighten(clock.clone(), &other, Because::PlanChanged, now, &Shelf).clock, clock);
        assert_eq!(loosen(clock.clone(), &other, &events, now, &Shelf).clock, clock);
        assert_eq!(recalendar(clock.clone(), 3, true, now, &Shelf).clock, clock);
    }
}
#[test]
fn a_new_due_gets_its_own_warnings_and_none_that_lie_behind() {
    let warned = |n| Terms { target: minutes(n), warn_at: vec![Mark::Percent(50), Mark::Before(Span::minutes(5))], ..terms("response") };
    let (clock, mut events) = started(warned(60), "10:00:00");
    let half = tick(clock, clock_time("10:31:00"), &Shelf);
    assert_eq!(half.clock.warned, 0b01);
    let raised = tighten(half.clock.clone(), &Arc::new(warned(10)), Because::SeverityRaised, clock_time("10:32:00"), &Shelf).clock;
    assert_eq!((raised.warned, raised.fires_at), (0, Some(clock_time("10:37:00"))));
    events.extend(half.events);
    let lowered = loosen(half.clock, &Arc::new(warned(100)), &events, clock_time("10:55:00"), &Shelf);
    let told: Vec<_> = lowered.events.iter().map(|e| e.what.key()).collect();
    assert_eq!(told, ["warned", "retargeted"], "the old due's last warning fell due first");
    assert_eq!((lowered.clock.warned, lowered.clock.fires_at), (0b01, Some(clock_time("11:35:00"))));
}
#[test]
fn lowering_after_a_wait_that_ended_by_its_cap_keeps_the_wait_out() {
    let capped = |n| Terms { target: minutes(n), pauses: waits_for(Wait::Customer, Some(Span::minutes(30))), ..terms("response") };
    let (clock, mut events) = started(capped(60), "10:00:00");
    let step = hear(clock, &Fact::wait_began(Wait::Customer, clock_time("10:10:00")), clock_time("10:10:00"), &Shelf);
    events.extend(step.events);
    // Nobody ticked since 10:40, when the wait ran out.
    let step = loosen(step.clock, &Arc::new(capped(120)), &events, clock_time("10:50:00"), &Shelf);
    assert_eq!((step.clock.due_at, step.clock.used), (Some(clock_time("12:30:00")), Span::minutes(10)));
}
#[test]
fn a_paused_clock_made_stricter_has_the_new_target_left_when_it_goes_on() {
    let (clock, _) = started(Terms { target: minutes(480), pauses: waits_for(Wait::Customer, None), ..terms("resolve") }, "10:00:00");
    let clock = hear(clock, &Fact::wait_began(Wait::Customer, clock_time("11:00:00")), clock_time("11:00:00"), &Shelf).clock;
    let graver = Arc::new(Terms { target: minutes(60), pauses: waits_for(Wait::Customer, None), ..terms("resolve") });
    let clock = tighten(clock, &graver, Because::SeverityRaised, clock_time("12:00:00"), &Shelf).clock;
    assert_eq!(clock.due_at, None);
    let clock = hear(clock, &Fact::new(On::WaitEnded, clock_time("15:00:00")), clock_time("15:00:00"), &Shelf).clock;
    assert_eq!(clock.due_at, Some(clock_time("16:00:00")));
}
