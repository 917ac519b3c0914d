use crate::world::{World, code, flaws, leave};
use desk::act::Doing;
use desk::tool::{ToolIn, ToolKind};
use desk::{Fault, bulk, checklist, timelog, tool};
use domain::kit::{At, Span, TicketId};
use domain::people::{ActOnTicket, KeepTools, WorkOnTicket};
use domain::ticket::Command;
use store::person::Person;
use store::store_test;

fn on_many(w: &World, by: &Person, ids: &[TicketId], command: Command) -> Result<bulk::Ran, Fault> {
    let (work, act, ids, doing) = (leave::<WorkOnTicket>(by), leave::<ActOnTicket>(by), ids.to_vec(), Doing::new(command));
    w.write(move |cx| bulk::run(cx, &work, &act, &ids, &doing))
}
fn back(w: &World, by: &Person, ran: &bulk::Ran) -> Result<Vec<bulk::Row>, Fault> {
    let (work, act, id) = (leave::<WorkOnTicket>(by), leave::<ActOnTicket>(by), ran.undo.unwrap());
    w.write(move |cx| bulk::undo(cx, &work, &act, id))
}
fn case(w: &World, id: TicketId) -> store::ticket::Case {
    w.read(|tx| Ok(store::ticket::find(tx, id)?)).unwrap().unwrap()
}
fn load(w: &World, who: &Person) -> u32 {
    w.read(|tx| Ok(store::person::find(tx, who.id)?)).unwrap().unwrap().load
}
fn sound(w: &World) {
    assert_eq!(desk::doctor::examine(&w.desk, w.now).unwrap().findings, vec![]);
}

store_test! {
    fn a_hundred_cases_change_hands_together_and_come_back_with_their_load(db) {
        let mut w = World::new(db);
        let ids: Vec<TicketId> = (0..bulk::CASES_MAX).map(|_| w.ticket(&w.contact).ticket.id).collect();
        let before: Vec<_> = ids.iter().map(|id| case(&w, *id).ticket.handler).collect();
        let loads = (load(&w, &w.engineer), load(&w, &w.chief));
        assert_eq!(loads.0 + loads.1, 100);
        let transfer = Command::Transfer { to: w.engineer.id, tier: Some(2), reason: "mine".into() };
        let ran = on_many(&w, &w.engineer, &ids, transfer.clone()).unwrap();
        assert!(ran.rows.iter().all(|r| r.done), "another tier is another place, whoever has it");
        assert_eq!((load(&w, &w.engineer), load(&w, &w.chief)), (100, 0));
        assert_eq!(code(on_many(&w, &w.engineer, &[ids[0]], transfer).map(|r| r.rows).and_then(|r| r[0].why.map_or(Ok(()), |why| Err(Fault::refused(why))))), "ticket.same_person");
        w.pass(bulk::UNDO_WITHIN);
        assert!(back(&w, &w.engineer, &ran).unwrap().iter().all(|r| r.done));
        assert_eq!(ids.iter().map(|id| case(&w, *id).ticket.handler).collect::<Vec<_>>(), before);
        assert_eq!((load(&w, &w.engineer), load(&w, &w.chief)), loads);
        assert_eq!(code(back(&w, &w.chief, &ran)), "not_found");
        sound(&w);
        assert_eq!(flaws(on_many(&w, &w.engineer, &[&ids[..], &ids[..1]].concat(), Command::Follow)), [("tickets".to_string(), "too_many")]);
    }
    fn what_a_case_stood_like_is_forgotten_after_a_day(db) {
        use desk::chores::{Chore, Sweep};
        let mut w = World::new(db);
        let ids = [w.ticket(&w.contact).ticket.id];
        let ran = on_many(&w, &w.engineer, &ids, Command::Follow).unwrap();
        w.pass(Span::days(1));
        Sweep.round(&w.desk, w.now).unwrap();
        assert_eq!(code(back(&w, &w.engineer, &ran)), "bulk.too_late");
        w.pass(Span::seconds(1));
        Sweep.round(&w.desk, w.now).unwrap();
        assert_eq!(code(back(&w, &w.engineer, &ran)), "not_found");
    }
    fn checks_and_time_add_up_beside_the_case_and_leave_its_version_alone(db) {
        let w = World::new(db);
        let id = w.ticket(&w.contact).ticket.id;
        let version = case(&w, id).ticket.version;
        let add = |texts: Vec<String>| {
            let l = leave::<WorkOnTicket>(&w.engineer);
            w.write(move |cx| checklist::add(cx, &l, id, &texts)).map(|all| all.len())
        };
        for n in 0..4 {
            assert_eq!(add(vec!["look".into(); checklist::LIST_MAX]), Ok(50 * (n + 1)));
        }
        assert_eq!(code(add(vec!["one more".into()])), "check.too_many");
        let tick = |n: u32, done: bool| {
            let (l, change) = (leave::<WorkOnTicket>(&w.chief), checklist::Change { done: Some(done), text: None });
            w.write(move |cx| checklist::edit(cx, &l, id, n, &change)).map(|all| all.iter().filter(|i| i.done.is_none()).count())
        };
        assert_eq!((tick(200, true), tick(200, true), tick(1, true), tick(200, false)), (Ok(199), Ok(199), Ok(198), Ok(199)));
        let l = leave::<WorkOnTicket>(&w.engineer);
        assert_eq!(w.write(move |cx| checklist::drop_one(cx, &l, id, 1)).map(|all| all.len()), Ok(199), "done and gone");
        let spend = |at: Option<At>| {
            let (l, new) = (leave::<WorkOnTicket>(&w.engineer), timelog::NewTime { minutes: 25, what: "read the logs".into(), billable: false, at });
            w.write(move |cx| timelog::log(cx, &l, id, &new))
        };
        assert_eq!(spend(Some(w.now)).map(|e| e.minutes), Ok(25));
        assert_eq!(flaws(spend(Some(w.now + At::TICK))), [("at".to_string(), "in_future")]);
        spend(None).unwrap();
        let now = case(&w, id);
        assert_eq!((now.checks_open, now.minutes_spent, now.ticket.version), (199, 50, version));
        // An act on the case writes its row and leaves the sums alone.
        w.say(&w.engineer, id, Command::Reply { asks: false }, "we look into it");
        let now = case(&w, id);
        assert_eq!((now.checks_open, now.minutes_spent), (199, 50));
        sound(&w);
    }
    fn everybody_keeps_so_many_tools_and_changes_only_their_own(db) {
        let w = World::new(db);
        let new = || ToolIn { name: "greeting".into(), shared: true, body: "{}".into() };
        let create = |by: &Person| {
            let l = leave::<KeepTools>(by);
            w.write(move |cx| tool::create(cx, &l, ToolKind::Template, &new()))
        };
        let first = create(&w.engineer).unwrap();
        let edit = |by: &Person, version: u32| {
            let (l, id) = (leave::<KeepTools>(by), first.id);
            w.write(move |cx| tool::edit(cx, &l, ToolKind::Template, id, version, &ToolIn { name: "hello".into(), ..new() }))
        };
        assert_eq!((code(edit(&w.chief, 1)), code(edit(&w.engineer, 2))), ("not_found", "stale"));
        assert_eq!(edit(&w.engineer, 1).map(|t| (t.version, t.name)), Ok((2, "hello".into())));
        for _ in 1..desk::limits::TOOLS_MAX {
            create(&w.engineer).unwrap();
        }
        assert_eq!(code(create(&w.engineer)), "tool.too_many");
        create(&w.chief).unwrap();
        let seen = |by: &Person| w.read(|tx| tool::list(tx, &leave::<KeepTools>(by), ToolKind::Template)).unwrap();
        assert_eq!((seen(&w.chief).len(), seen(&w.chief)[0].owner), (201, w.chief.id), "one's own first");
        let kind = |kind| w.read(|tx| tool::get(tx, &leave::<KeepTools>(&w.chief), kind, first.id));
        assert!(kind(ToolKind::Template).is_ok() && code(kind(ToolKind::Macro)) == "not_found");
    }
}
