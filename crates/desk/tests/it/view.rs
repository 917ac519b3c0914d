use crate::world::{World, code, flaws, leave};
use desk::view::{self, FilterText, ViewIn};
use desk::{Fault, limits};
use domain::kit::{TicketId, ViewId};
use domain::people::{ActOnTicket, KeepViews};
use domain::ticket::Command;
use store::person::Person;
use store::store_test;
use store::view::View;

fn view(name: &str, filter: &str) -> ViewIn {
    ViewIn { name: name.into(), shared: false, filter: FilterText::parse(filter).unwrap() }
}
fn create(w: &World, by: &Person, new: ViewIn) -> Result<View, Fault> {
    let l = leave::<KeepViews>(by);
    w.write(move |cx| view::create(cx, &l, &new))
}
fn count(w: &World, id: ViewId) -> i64 {
    w.read(|tx| Ok(store::view::find(tx, id)?)).unwrap().unwrap().n
}
fn act(w: &World, by: &Person, id: TicketId, command: Command) {
    let l = leave::<ActOnTicket>(by);
    let doing = desk::act::Doing { body: Some("words".into()), ..desk::act::Doing::new(command) };
    w.write(move |cx| desk::act::act(cx, &l, id, &doing)).unwrap();
}

store_test! {
    fn a_count_moves_with_every_case_that_enters_or_leaves(db) {
        let w = World::new(db);
        let first = w.ticket(&w.contact).ticket.id;
        let open = create(&w, &w.engineer, view("open", r#"{"open": true}"#)).unwrap();
        let resolved = create(&w, &w.engineer, view("resolved", r#"{"stages": ["resolved", "closed"]}"#)).unwrap();
        let answered = create(&w, &w.engineer, view("mine", r#"{"owner": "me"}"#)).unwrap();
        assert_eq!((open.n, resolved.n, answered.n), (1, 0, 0));
        assert_eq!(w.last_lines(1), ["view.created"]);
        w.ticket(&w.stranger);
        assert_eq!(count(&w, open.id), 2);
        act(&w, &w.engineer, first, Command::Reply { asks: false });
        assert_eq!((count(&w, open.id), count(&w, answered.id)), (2, 1));
        act(&w, &w.engineer, first, Command::Resolve { cause: "disk".into() });
        assert_eq!((count(&w, open.id), count(&w, resolved.id)), (1, 1));
        for v in [open.id, resolved.id, answered.id] {
            assert!(!w.write(move |cx| view::recount(cx, v)).unwrap(), "counted again it is the same");
            assert_eq!(view::filter_of(&w.read(|tx| Ok(store::view::find(tx, v)?)).unwrap().unwrap()).map(|_| ()), Ok(()));
        }
    }
    fn counting_and_asking_one_case_agree_for_every_filter(db) {
        let w = World::new(db);
        let mut tickets: Vec<TicketId> = (0..4).map(|_| w.ticket(&w.contact).ticket.id).collect();
        tickets.push(w.ticket(&w.stranger).ticket.id);
        act(&w, &w.engineer, tickets[1], Command::Reply { asks: true });
        act(&w, &w.engineer, tickets[2], Command::Reply { asks: false });
        act(&w, &w.engineer, tickets[2], Command::Resolve { cause: "disk".into() });
        act(&w, &w.engineer, tickets[3], Command::Reply { asks: false });
        act(&w, &w.engineer, tickets[3], Command::Resolve { cause: "net".into() });
        act(&w, &w.contact, tickets[3], Command::Confirm);
        let ours = format!(r#"{{"account": "{}"}}"#, w.ours.id);
        for filter in [
            "{}", r#"{"open": true}"#, r#"{"open": false}"#, r#"{"unassigned": true}"#, r#"{"unassigned": true, "open": false}"#,
            r#"{"unassigned": true, "stages": ["closed", "new"]}"#, r#"{"stages": ["new", "closed"]}"#, r#"{"stages": ["new"], "open": true}"#,
            r#"{"stages": ["new", "closed"], "open": false}"#, r#"{"severities": ["high", "low"]}"#, r#"{"broken": false}"#, r#"{"broken": true}"#,
            r#"{"product": "ecs", "channel": "web_ticket"}"#, r#"{"due_before": "2026-03-02T10:30:00+08:00"}"#, r#"{"due_before": "2030-01-01T00:00:00Z"}"#,
            r#"{"handler": "me"}"#, r#"{"owner": "me"}"#, r#"{"language": "zh-CN"}"#, &ours,
            r#"{"plan": "ali.basic.v1"}"#, r#"{"plan": "no.such"}"#, r#"{"tier": 1}"#, r#"{"tier": 2, "open": true}"#, r#"{"product": ""}"#,
        ] {
            let v = create(&w, &w.engineer, view("v", filter)).unwrap();
            let asked = view::filter_of(&v).unwrap();
            let held = tickets.iter().filter(|t| asked.holds(&w.read(|tx| Ok(store::ticket::find(tx, **t)?)).unwrap().unwrap())).count();
            assert_eq!(v.n, held as i64, "{filter}");
        }
    }
    fn an_edit_counts_anew_and_names_the_version_seen(db) {
        let w = World::new(db);
        w.ticket(&w.contact);
        let v = create(&w, &w.engineer, view("closed", r#"{"open": false}"#)).unwrap();
        assert_eq!(v.n, 0);
        let edit = |by: &Person, version: u32, filter: &str| {
            let (l, id, new) = (leave::<KeepViews>(by), v.id, view("open", filter));
            w.write(move |cx| view::edit(cx, &l, id, version, &new))
        };
        let after = edit(&w.engineer, 1, r#"{"open": true}"#).unwrap();
        assert_eq!((after.n, after.version), (1, 2));
        assert_eq!(edit(&w.engineer, 1, "{}").unwrap_err(), Fault::Stale { current: 2 });
        assert_eq!(edit(&w.chief, 2, "{}").unwrap_err(), Fault::NotFound, "somebody else's");
        let drop_ = |by: &Person| {
            let (l, id) = (leave::<KeepViews>(by), v.id);
            w.write(move |cx| view::drop_own(cx, &l, id))
        };
        assert_eq!(drop_(&w.chief), Err(Fault::NotFound));
        assert_eq!(drop_(&w.engineer), Ok(()));
        assert_eq!(drop_(&w.engineer), Err(Fault::NotFound));
        w.ticket(&w.contact);
    }
    fn a_customer_counts_what_is_theirs_and_shares_nothing(db) {
        let w = World::new(db);
        w.ticket(&w.contact);
        w.ticket(&w.colleague);
        w.ticket(&w.stranger);
        let all = |by: &Person| create(&w, by, view("all", "{}")).unwrap();
        let (of_contact, of_manager, of_staff) = (all(&w.contact), all(&w.manager), all(&w.engineer));
        assert_eq!((of_contact.n, of_manager.n, of_staff.n), (1, 2, 3));
        w.ticket(&w.colleague);
        assert_eq!([of_contact.id, of_manager.id, of_staff.id].map(|id| count(&w, id)), [1, 3, 4]);
        let theirs = view("theirs", &format!(r#"{{"account": "{}"}}"#, w.theirs.id));
        assert_eq!(create(&w, &w.manager, theirs).unwrap_err(), Fault::NotFound);
        let shared = ViewIn { shared: true, ..view("s", "{}") };
        assert_eq!(flaws(create(&w, &w.manager, shared.clone())), [("shared".to_string(), "staff_only")]);
        let shared = create(&w, &w.engineer, shared).unwrap();
        let list = |by: &Person| w.read(|tx| view::list(tx, &leave::<KeepViews>(by))).unwrap().len();
        assert_eq!((list(&w.engineer), list(&w.chief), list(&w.manager), list(&w.stranger)), (2, 1, 1, 0));
        let get = |by: &Person, id| w.read(|tx| view::get(tx, &leave::<KeepViews>(by), id));
        assert!(get(&w.chief, shared.id).is_ok());
        assert_eq!(get(&w.chief, of_staff.id).unwrap_err(), Fault::NotFound);
        assert_eq!(get(&w.manager, shared.id).unwrap_err(), Fault::NotFound);
    }
    fn there_are_as_many_views_as_the_house_holds_and_no_more(db) {
        let w = World::new(db);
        let (l, new) = (leave::<KeepViews>(&w.engineer), view("v", r#"{"handler": "me"}"#));
        w.write(move |cx| {
            (0..limits::VIEWS_MAX).try_for_each(|_| view::create(cx, &l, &new).map(|_| ()))
        }).unwrap();
        assert_eq!(code(create(&w, &w.engineer, view("one more", "{}"))), "view.too_many");
    }
}
