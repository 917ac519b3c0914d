use crate::world::{World, code, flaws, leave};
use desk::account::{NewOrder, order_plan};
use desk::chores::{Chore, PlanDeliverables, Tick};
use desk::deliverable::{self, Words};
use desk::report::monthly;
use domain::calendar::Month;
use domain::deliverable::{State, Step};
use domain::kit::{At, DeliverableId, Span};
use domain::people::{AcceptDeliverable, KeepDeliverable, OrderPlan, ReadDeliverable};
use domain::promise::{Kind, Verdict};
use domain::ticket::Command;
use store::deliverable::Deliverable;
use store::person::Person;
use store::store_test;

/// `ours` on a plan that promises a monthly report, since before the month.
fn on_top(w: &World) {
    let (id, l) = (w.ours.id, leave::<OrderPlan>(&w.admin));
    let at = At::parse("2026-01-15T10:00:00+08:00").unwrap();
    let new = NewOrder { family: "ali.top".into(), ordered_at: Some(at), existing: true, invited: true, ..NewOrder::default() };
    w.write(move |cx| order_plan(cx, &l, id, &new)).unwrap();
}
fn all(w: &World, by: &Person, open: bool) -> Vec<Deliverable> {
    w.read(|tx| deliverable::list(tx, &leave::<ReadDeliverable>(by), None, open, None, 50)).unwrap()
}
fn round(w: &World) -> u32 {
    PlanDeliverables.round(&w.desk, w.now).unwrap().did
}
fn words(text: &str) -> Words {
    let parts = |text: String| [("summary".to_string(), text)].into();
    [("zh-CN".to_string(), parts(format!("本月{text}"))), ("en".to_string(), parts(text.to_string()))].into()
}
fn write(w: &World, by: &Person, d: &Deliverable, new: Words) -> Result<Deliverable, desk::Fault> {
    let (l, id, seen) = (leave::<KeepDeliverable>(by), d.id, d.version);
    w.write(move |cx| deliverable::write(cx, &l, id, seen, &new))
}
fn step(w: &World, by: &Person, id: DeliverableId, step: Step) -> Result<Deliverable, desk::Fault> {
    if step == Step::Accept {
        let l = leave::<AcceptDeliverable>(by);
        return w.write(move |cx| deliverable::accept(cx, &l, id, None));
    }
    let l = leave::<KeepDeliverable>(by);
    w.write(move |cx| deliverable::step(cx, &l, id, None, step))
}

store_test! {
    fn a_month_is_owed_once_however_often_the_house_starts(db) {
        let mut w = World::new(db);
        on_top(&w);
        let owed = all(&w, &w.chief, true);
        assert_eq!(owed.iter().map(|d| (d.rule.as_str(), d.period.as_str(), d.account)).collect::<Vec<_>>(), [("service_report", "2026-03", w.ours.id)]);
        // Five working days after March: 1 to 3 April, then the Qingming holiday to the 6th, then the 7th and 8th, to its end in Shanghai.
        assert_eq!(owed[0].due_at, At::parse("2026-04-09T00:00:00+08:00").unwrap());
        assert_eq!(round(&w), 0, "the order has planned it; nothing is owed for the month before the customer was here");
        w.now = At::parse("2026-04-01T09:00:00+08:00").unwrap();
        assert_eq!((round(&w), round(&w)), (1, 0), "April for the one; the other customer's plan promises none");
        // A walk that broke off and starts over plans nothing twice.
        w.write(|cx| Ok(store::plan::put_setting(cx.tx, "deliverables.planned", "2025-12", cx.now)?)).unwrap();
        assert_eq!(round(&w), 0);
        assert_eq!(all(&w, &w.manager, true).iter().map(|d| d.period.as_str()).collect::<Vec<_>>(), ["2026-03", "2026-04"]);
        assert_eq!(all(&w, &w.stranger, true), []);
    }
    fn a_plan_that_promises_none_takes_back_what_nobody_began(db) {
        let mut w = World::new(db);
        on_top(&w);
        w.now = At::parse("2026-03-20T09:00:00+08:00").unwrap();
        let (id, l) = (w.ours.id, leave::<OrderPlan>(&w.admin));
        let new = NewOrder { family: "ali.business".into(), ordered_at: Some(At::parse("2025-05-05T08:00:00+08:00").unwrap()), starts_at: Some(w.now), existing: true, ..NewOrder::default() };
        w.write(move |cx| order_plan(cx, &l, id, &new)).unwrap();
        assert_eq!(all(&w, &w.chief, true), []);
    }
    fn it_is_written_by_one_approved_by_another_handed_over_and_accepted(db) {
        let mut w = World::new(db);
        on_top(&w);
        round(&w);
        let d = all(&w, &w.chief, true).remove(0);
        assert_eq!(code(step(&w, &w.chief, d.id, Step::Approve)), "deliverable.words_missing");
        let wrong: Words = [("zh-CN".to_string(), [("gossip".to_string(), "x".to_string())].into())].into();
        assert_eq!(flaws(write(&w, &w.chief, &d, wrong)), [("words.zh-CN.gossip".to_string(), "unknown_field")]);
        let d = write(&w, &w.chief, &d, words("quiet")).unwrap();
        assert_eq!(code(write(&w, &w.admin, &Deliverable { version: 1, ..d.clone() }, words("late"))), "stale");
        assert_eq!(code(step(&w, &w.chief, d.id, Step::Approve)), "deliverable.own_words");
        let d = step(&w, &w.admin, d.id, Step::Approve).unwrap();
        assert!(d.hash.len() == 64 && !d.numbers.is_empty());
        assert_eq!(code(write(&w, &w.chief, &d, words("louder"))), "deliverable.not_planned");
        let opened = step(&w, &w.chief, d.id, Step::Reopen).unwrap();
        assert_eq!((opened.hash.as_str(), opened.numbers.as_str(), opened.approved), ("", "", None), "taken back, nothing is signed");
        step(&w, &w.admin, d.id, Step::Approve).unwrap();
        assert_eq!(code(step(&w, &w.manager, d.id, Step::Accept)), "deliverable.not_delivered");
        w.pass(Span::hours(1));
        let d = step(&w, &w.chief, d.id, Step::Deliver).unwrap();
        assert_eq!(d.delivered, Some((w.chief.id, w.now)));
        let told = w.read(|tx| Ok(store::notice::list(tx, w.manager.id, false, None, 50)?)).unwrap();
        assert_eq!(told.iter().map(|n| n.topic.as_str()).collect::<Vec<_>>(), ["deliverable.delivered"]);
        let d = step(&w, &w.manager, d.id, Step::Accept).unwrap();
        assert_eq!((deliverable::state(&d), d.accepted), (State::Accepted, Some((w.manager.id, w.now))));
        assert_eq!(code(w.read(|tx| deliverable::get(tx, &leave::<ReadDeliverable>(&w.stranger), d.id))), "not_found");
        assert_eq!(w.last_lines(1), ["deliverable.accepted"]);
        assert_eq!((all(&w, &w.chief, true), all(&w, &w.chief, false).len()), (vec![], 1));
    }
    fn what_is_late_is_told_once_and_stays_owed(db) {
        let mut w = World::new(db);
        on_top(&w);
        round(&w);
        let due = all(&w, &w.chief, true)[0].due_at;
        assert_eq!(PlanDeliverables.next_at(&w.desk).unwrap(), Some(due + At::TICK));
        w.now = due;
        assert_eq!((round(&w), round(&w)), (1, 0), "April is planned; exactly on the due moment March is in time");
        w.now = due + At::TICK;
        assert_eq!((round(&w), round(&w)), (1, 0));
        assert_eq!(w.last_lines(1), ["deliverable.late"]);
        let next = all(&w, &w.manager, true)[1].due_at + At::TICK;
        assert_eq!((PlanDeliverables.next_at(&w.desk).unwrap(), all(&w, &w.manager, true).len()), (Some(next), 2));
    }
    fn every_number_of_a_month_is_what_its_cases_say_one_by_one(db) {
        let mut w = World::new(db);
        on_top(&w);
        let mut ids = Vec::new();
        for n in 0..6 {
            w.pass(Span::hours(5));
            let id = w.ticket(if n % 2 == 0 { &w.contact } else { &w.colleague }).ticket.id;
            ids.push(id);
            if n < 3 {
                w.pass(Span::minutes(2 * (i64::from(n) + 1)));
                w.say(&w.engineer, id, Command::Reply { asks: false }, "We look into it.");
            }
            if n == 0 {
                w.pass(Span::minutes(30));
                w.say(&w.contact, id, Command::Withdraw { reason: "found it".into() }, "found it");
            }
        }
        w.ticket(&w.stranger);
        w.pass(Span::hours(20));
        while Tick.round(&w.desk, w.now).unwrap().did > 0 {}
        let month = Month::new(2026, 3).unwrap();
        let m = w.read(|tx| monthly(tx, &w.desk, w.ours.id, month, "Asia/Shanghai")).unwrap();
        // Once more, by hand, case by case.
        let (mut kept, mut broken, mut running, mut first) = (0, 0, 0, Vec::new());
        for id in &ids {
            let (case, clocks) = w.read(|tx| Ok((store::ticket::find(tx, *id)?.unwrap(), store::clock::list_of_ticket(tx, *id, w.desk.shelves())?))).unwrap();
            first.extend(case.ticket.first_reply_at.map(|at| (at - case.ticket.opened_at).as_seconds()));
            for c in clocks.iter().filter(|c| c.clock.terms.kind == Kind::Contract) {
                match c.clock.verdict(w.now, w.desk.shelves().newest(&c.clock.terms.calendar).unwrap()) {
                    Verdict::Kept => kept += 1,
                    Verdict::Broken | Verdict::Waived => broken += 1,
                    Verdict::Running { .. } | Verdict::Paused { .. } => running += 1,
                    Verdict::Cancelled => {}
                }
            }
        }
        first.sort();
        assert!(kept >= 3 && broken >= 3, "{kept} {broken} {running}");
        assert_eq!((m.now.opened, m.now.kept, m.now.broken, m.now.running), (6, kept, broken, running));
        assert_eq!(m.now.first_answer_median_s, Some(first[(first.len() - 1) / 2]));
        assert_eq!((m.before.opened, m.before.kept + m.before.broken), (0, 0));
        let sums = |cuts: &[desk::report::Cut]| cuts.iter().fold((0, 0, 0), |s, c| (s.0 + c.opened, s.1 + c.kept, s.2 + c.broken));
        for cuts in [&m.by_product, &m.by_severity, &m.by_channel] {
            assert_eq!(sums(cuts), (6, kept, broken));
        }
        assert_eq!(m.promises.iter().map(|p| p.kept).sum::<u64>(), kept);
        assert_eq!((m.broken.len() as u64, m.cases.len()), (broken, 6));
        assert!(m.promises.iter().all(|p| p.made == p.kept + p.broken + p.running + p.cancelled));
        assert_eq!(m.plans.len(), 1);
        let opened: Vec<_> = m.cases.iter().map(|c| c.opened_at.clone()).collect();
        assert!(opened.is_sorted() && m.cases.iter().all(|c| c.product == "ecs"), "{:?}", m.cases);
        assert!(m.quotas.iter().all(|q| q.plan == m.plans[0].plan) && !m.quotas.is_empty());
        // Withdrawn is neither resolved nor owed any more.
        assert_eq!((m.now.resolved, m.now.unresolved), (0, 5));
    }
    fn a_month_that_was_signed_off_says_the_same_for_ever(db) {
        let mut w = World::new(db);
        on_top(&w);
        w.ticket(&w.contact);
        w.now = At::parse("2026-04-01T09:00:00+08:00").unwrap();
        while Tick.round(&w.desk, w.now).unwrap().did > 0 {}
        round(&w);
        let d = all(&w, &w.chief, true).into_iter().find(|d| d.period == "2026-03").unwrap();
        write(&w, &w.chief, &d, words("quiet")).unwrap();
        let d = step(&w, &w.admin, d.id, Step::Approve).unwrap();
        let signed = w.read(|tx| deliverable::numbers(tx, &w.desk, &d)).unwrap();
        assert_eq!(signed.now.unresolved, 1);
        let id = w.read(|tx| Ok(store::report::opened(tx, w.ours.id, At::MIN, At::MAX, 10)?)).unwrap()[0].id;
        w.say(&w.engineer, id, Command::Reply { asks: false }, "Late, but here.");
        let live = w.read(|tx| monthly(tx, &w.desk, w.ours.id, Month::new(2026, 3).unwrap(), "Asia/Shanghai")).unwrap();
        assert_ne!(live.cases, signed.cases, "the case went on");
        assert_eq!(w.read(|tx| deliverable::numbers(tx, &w.desk, &d)).unwrap(), signed);
    }
}
