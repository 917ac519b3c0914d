use crate::world::{World, code, flaws, leave};
use desk::Fault;
use desk::account::{self, AccountEdit, NewAccount, NewOrder};
use domain::kit::{At, Span};
use domain::people::{EditAccount, OrderPlan, ReadAccount};
use store::account::PlanOrder;
use store::store_test;

fn order(w: &World, new: NewOrder) -> Result<PlanOrder, Fault> {
    let (l, id) = (leave::<OrderPlan>(&w.admin), w.ours.id);
    w.write(move |cx| account::order_plan(cx, &l, id, &new))
}
fn plan_at(w: &World, at: At) -> String {
    w.read(|tx| account::plan_at(tx, &w.desk, w.ours.id, at).map(|b| b.id.clone())).unwrap()
}
fn at(text: &str) -> At {
    At::parse(text).unwrap()
}
fn of(family: &str) -> NewOrder {
    NewOrder { family: family.into(), ..NewOrder::default() }
}

store_test! {
    fn an_account_is_made_edited_and_seen_by_its_own(db) {
        let w = World::new(db);
        let edit = |version: u32, e: AccountEdit| {
            let (l, id) = (leave::<EditAccount>(&w.admin), w.ours.id);
            w.write(move |cx| account::edit(cx, &l, id, version, &e))
        };
        let after = edit(1, AccountEdit { name: Some("Acme".into()), tam: Some(Some(w.chief.id)), ..AccountEdit::default() }).unwrap();
        assert_eq!((after.version, after.tam, after.name.as_str()), (2, Some(w.chief.id), "Acme"));
        assert_eq!(edit(1, AccountEdit::default()).unwrap_err(), Fault::Stale { current: 2 });
        let wrong = AccountEdit { name: Some("".into()), tam: Some(Some(w.contact.id)), tz: Some("Nowhere".into()), ..AccountEdit::default() };
        let want = [("name", "missing"), ("tz", "unknown_time_zone"), ("tam", "unknown")];
        assert_eq!(flaws(edit(2, wrong)), want.map(|(f, c)| (f.to_string(), c)));

        let l = leave::<EditAccount>(&w.admin);
        let again = NewAccount { number: "C-1".into(), name: "Twice".into(), ..NewAccount::default() };
        assert_eq!(flaws(w.write(move |cx| account::create(cx, &l, &again))), [("number".to_string(), "taken")]);

        let l = leave::<ReadAccount>(&w.contact);
        assert!(w.read(|tx| account::get(tx, &l, w.ours.id)).is_ok());
        assert_eq!(w.read(|tx| account::get(tx, &l, w.theirs.id)).unwrap_err(), Fault::NotFound);
        assert_eq!(w.read(|tx| account::orders(tx, &l, w.theirs.id)).unwrap_err(), Fault::NotFound);
        assert_eq!(w.read(|tx| account::list(tx, &l, None, 10)).unwrap().len(), 1);
        let l = leave::<ReadAccount>(&w.engineer);
        let first = w.read(|tx| account::list(tx, &l, None, 1)).unwrap().remove(0);
        let second = w.read(|tx| account::list(tx, &l, Some((&first.name, first.id)), 1)).unwrap().remove(0);
        assert_ne!(first.id, second.id);
    }
    fn the_instant_of_the_order_pins_the_version(db) {
        let w = World::new(db);
        assert_eq!(plan_at(&w, w.now), "ali.basic.v2", "without an order the basic plan of the time");
        let before = order(&w, NewOrder { ordered_at: Some(at("2025-06-16T10:59:59+08:00")), ..of("ali.enterprise") }).unwrap();
        assert_eq!((before.plan.as_str(), before.starts_at), ("ali.enterprise.v1", at("2025-06-16T10:59:59+08:00")));
        assert_eq!(plan_at(&w, w.now), "ali.enterprise.v1", "long after the new version came, the old one stays");
        assert_eq!(w.last_lines(1), ["plan.ordered"]);
        let after = order(&w, of("ali.enterprise")).unwrap();
        assert_eq!(after.plan, "ali.enterprise.v2");
        assert_eq!(plan_at(&w, w.now - At::TICK), "ali.enterprise.v1");
        assert_eq!(plan_at(&w, w.now), "ali.enterprise.v2");
    }
    fn one_plan_at_a_time(db) {
        let mut w = World::new(db);
        let year = order(&w, NewOrder { ends_at: Some(w.now + Span::days(365)), ..of("ali.enterprise") }).unwrap();
        w.pass(Span::days(10));
        // A later one, ordered today for the next month.
        let next = order(&w, NewOrder { starts_at: Some(w.now + Span::days(30)), ..of("ali.top") }).unwrap();
        assert_eq!(plan_at(&w, w.now), "ali.enterprise.v2");
        assert_eq!(plan_at(&w, next.starts_at), "ali.top.v2");
        // And one for the time until then.
        let between = order(&w, of("ali.basic")).unwrap();
        assert_eq!(between.ends_at, Some(next.starts_at));
        assert_eq!(plan_at(&w, w.now - At::TICK), "ali.enterprise.v2");
        assert_eq!(plan_at(&w, next.starts_at - At::TICK), "ali.basic.v2");
        assert_eq!(plan_at(&w, next.starts_at), "ali.top.v2");
        let orders = w.read(|tx| account::orders(tx, &leave::<ReadAccount>(&w.contact), w.ours.id)).unwrap();
        assert_eq!(orders.iter().map(|o| o.id).collect::<Vec<_>>(), [next.id, between.id, year.id]);
        // Two orders of one instant: the second one counts.
        for family in ["ali.enterprise", "ali.top", "ali.basic", "ali.enterprise"] {
            order(&w, of(family)).unwrap();
            assert_eq!(plan_at(&w, w.now), format!("{family}.v2"));
        }
    }
    fn what_is_not_for_sale_is_refused(db) {
        let w = World::new(db);
        let old = Some(at("2024-01-01T00:00:00+08:00"));
        assert_eq!(code(order(&w, NewOrder { ordered_at: old, ..of("ali.business") })), "plan.closed");
        assert!(order(&w, NewOrder { ordered_at: old, existing: true, ..of("ali.business") }).is_ok(), "a contract of old times");
        assert_eq!(code(order(&w, of("ali.business"))), "plan.no_version_then");
        assert_eq!(code(order(&w, of("ali.excellence"))), "plan.not_invited");
        let invited = NewOrder { invited: true, ..of("ali.excellence") };
        assert_eq!(code(order(&w, invited.clone())), "plan.needs_one_of");
        order(&w, of("ali.enterprise")).unwrap();
        assert_eq!(order(&w, invited).unwrap().plan, "ali.excellence.v2");
        let wrong = NewOrder {
            ordered_at: Some(w.now + Span::days(1)),
            starts_at: Some(w.now),
            ends_at: Some(w.now - Span::days(1)),
            ..of("ali.platinum")
        };
        let want = [("ordered_at", "in_future"), ("starts_at", "before_order"), ("ends_at", "before_from"), ("family", "unknown")];
        assert_eq!(flaws(order(&w, wrong)), want.map(|(f, c)| (f.to_string(), c)));
    }
    fn an_order_in_force_at_once_reaches_the_open_cases(db) {
        let w = World::new(db);
        let case = w.ticket(&w.contact);
        assert_eq!(case.plan, "ali.basic.v2");
        let plan = |w: &World| w.read(|tx| Ok(store::ticket::find(tx, case.ticket.id)?)).unwrap().unwrap().plan;
        order(&w, NewOrder { starts_at: Some(w.now + Span::days(1)), ..of("ali.top") }).unwrap();
        assert_eq!(plan(&w), "ali.basic.v2", "not yet");
        order(&w, of("ali.enterprise")).unwrap();
        assert_eq!(plan(&w), "ali.enterprise.v2");
    }
}
