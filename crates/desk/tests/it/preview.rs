use crate::world::{World, code, flaws, leave};
use desk::preview::{Asked, choices, preview};
use domain::kit::Span;
use domain::people::{OpenTicket, OrderPlan};
use store::store_test;

fn asked(severity: &str, channel: &str) -> Asked {
    Asked { channel: channel.into(), severity: severity.into(), product: "ecs".into(), subject: "It does not start".into(), account: None }
}

store_test! {
    fn what_is_shown_before_asking_is_what_is_promised_when_one_asks(db) {
        let w = World::new(db);
        let (id, order) = (w.ours.id, leave::<OrderPlan>(&w.admin));
        let new = desk::account::NewOrder { family: "ali.enterprise".into(), ..Default::default() };
        w.write(move |cx| desk::account::order_plan(cx, &order, id, &new)).unwrap();
        let before = w.read(|tx| {
            let seen = preview(tx, &w.desk, &leave::<OpenTicket>(&w.contact), &asked("high", "web_ticket"), w.now)?;
            assert_eq!((seen.account, seen.book.family.as_str()), (w.ours.id, "ali.enterprise"));
            Ok(seen.begins.iter().map(|b| (b.clock.terms.row.clone(), b.clock.due_at)).collect::<Vec<_>>())
        }).unwrap();
        assert!(!before.is_empty());
        let case = w.ticket(&w.contact);
        let clocks = w.read(|tx| Ok(store::clock::list_of_ticket(tx, case.ticket.id, w.desk.shelves())?)).unwrap();
        let contract = |c: &&store::clock::Stored| c.clock.terms.kind == domain::promise::Kind::Contract;
        let mut after: Vec<_> = clocks.iter().filter(contract).map(|c| (c.clock.terms.row.clone(), c.clock.due_at)).collect();
        after.sort_by_key(|(_, due)| *due);
        assert_eq!(before, after);
    }
    fn looking_stores_nothing_and_uses_no_quota(db) {
        let w = World::new(db);
        let written = w.read(|tx| Ok(store::log::last_pos(tx)?)).unwrap();
        w.read(|tx| preview(tx, &w.desk, &leave::<OpenTicket>(&w.contact), &asked("high", "web_ticket"), w.now).map(|_| ())).unwrap();
        assert_eq!(w.read(|tx| Ok(store::log::last_pos(tx)?)).unwrap(), written);
    }
    fn the_thirty_first_question_of_a_trial_is_shown_with_basic_terms(db) {
        let mut w = World::new(db);
        let (id, order) = (w.ours.id, leave::<OrderPlan>(&w.admin));
        w.pass(Span::days(1));
        let at = domain::kit::At::parse("2025-04-20T10:00:00+08:00").unwrap();
        let new = desk::account::NewOrder { family: "ali.enterprise_trial".into(), ordered_at: Some(at), existing: true, ..Default::default() };
        w.write(move |cx| desk::account::order_plan(cx, &order, id, &new)).unwrap();
        let family = || w.read(|tx| {
            Ok(preview(tx, &w.desk, &leave::<OpenTicket>(&w.contact), &asked("high", "web_ticket"), w.now)?.book.family.clone())
        }).unwrap();
        assert_eq!(family(), "ali.enterprise_trial");
        for _ in 0..30 {
            w.ticket(&w.contact);
        }
        assert_eq!(family(), "ali.basic");
    }
    fn the_choices_speak_the_scale_of_the_channel(db) {
        let w = World::new(db);
        let keys = |channel: &'static str| w.read(|tx| {
            let seen = choices(tx, &w.desk, &leave::<OpenTicket>(&w.contact), None, channel, w.now)?;
            Ok(seen.severities.iter().map(|g| g.severity.key()).collect::<Vec<_>>())
        });
        assert_eq!(keys("web_ticket").unwrap(), ["critical", "urgent", "high", "medium", "low"]);
        assert_eq!(keys("dedicated_im_group").unwrap(), ["business_down", "general_problem", "general_consult"]);
        assert_eq!(flaws(keys("pigeon")), [("channel".to_string(), "unknown")]);
    }
    fn another_accounts_terms_are_not_shown_and_staff_say_whose(db) {
        let w = World::new(db);
        let look = |who, account| w.read(|tx| {
            preview(tx, &w.desk, &leave::<OpenTicket>(who), &Asked { account, ..asked("high", "web_ticket") }, w.now).map(|p| p.account)
        });
        assert_eq!(code(look(&w.contact, Some(w.theirs.id))), "not_found");
        assert_eq!(flaws(look(&w.engineer, None)), [("account".to_string(), "missing")]);
        assert_eq!(look(&w.engineer, Some(w.theirs.id)).unwrap(), w.theirs.id);
        let wrong = w.read(|tx| preview(tx, &w.desk, &leave::<OpenTicket>(&w.contact), &asked("grave", "pigeon"), w.now).map(|_| ()));
        assert_eq!(flaws(wrong), [("channel".to_string(), "unknown"), ("severity".to_string(), "unknown")]);
    }
}
