use super::*;
use crate::act::Doing;
use crate::case_tests::{World, start};
use crate::chores::{Chore, FollowLog};
use crate::demo::furnish;
use crate::plan::Library;
use crate::secrets::Seal;
use crate::{Opening, Rules, Shelves};
use domain::kit::Span;
use domain::ticket::Command;
use std::sync::Arc;
use store::db::Db;
use store::search::{FULL_MATCH_SCORE, LocalSearch, Search};
use store::store_test;

fn over(db: &Db, index: Arc<LocalSearch>) -> World {
    let opening = Opening {
        rules: Rules::default(),
        shelves: Shelves::new(Library::shipped().unwrap()),
        search: Some(index),
        seal: Seal::new(&[1; 32]),
        seed: 7,
    };
    World { desk: Desk::open(db.clone(), opening, start() - Span::days(200)).unwrap(), now: start() }
}
fn world(db: &Db) -> (World, Arc<LocalSearch>) {
    let index = Arc::new(LocalSearch::in_memory().unwrap());
    let w = over(db, index.clone());
    furnish(&w.desk, "no password", start() - Span::days(3)).unwrap();
    (w, index)
}
/// Rounds until nothing is left; other tests' transactions on the same server may have to be waited for.
fn follow(w: &World, chore: &FollowLog) {
    for _ in 0..100_000 {
        if chore.round(&w.desk, w.now).unwrap().left_over == 0 {
            return;
        }
    }
    panic!("the follower never comes to rest");
}
fn ask_for(w: &World, login: &str, text: &str) -> Page {
    let leave = ask::<people::Search>(&w.who(login)).unwrap();
    find(&w.desk, &leave, &Asked { text: text.into(), limit: 20, ..Asked::default() }).unwrap()
}
/// What holds everything that was asked for.
fn whole(page: &Page) -> Vec<Thing> {
    page.found.iter().filter(|f| f.score >= FULL_MATCH_SCORE).map(|f| f.thing).collect()
}
fn things(page: &Page) -> Vec<Thing> {
    page.found.iter().map(|f| f.thing).collect()
}

store_test! {
    fn a_case_is_found_by_its_words_its_number_and_what_was_written_on_it(db) {
        let (mut w, _) = world(db);
        let case = w.open("yunfan", "medium", "web_ticket", "rds");
        w.pass(1);
        w.act("wang", case.ticket.id, Command::Reply { asks: false }).unwrap();
        follow(&w, &FollowLog::default());
        let thing = Thing::Ticket(case.ticket.id);
        assert!(things(&ask_for(&w, "li", "no route to host")).contains(&thing), "the subject");
        let first = ask_for(&w, "li", "since ten o'clock");
        assert!(things(&first).contains(&thing), "the first words: {first:?}");
        assert!(things(&ask_for(&w, "li", &w.desk.number_text(case.number))).contains(&thing), "the number");
        let written = ask_for(&w, "li", "words");
        let message = written.found.iter().find(|f| matches!(f.thing, Thing::Message(_))).expect("the answer");
        assert_eq!((message.title.as_str(), message.case.as_ref().map(|c| c.ticket.id)), ("no route to host", Some(case.ticket.id)));
        assert!(things(&ask_for(&w, "li", "Northwind")).iter().any(|t| matches!(t, Thing::Account(_))));
    }

    fn words_sent_along_with_another_act_are_found(db) {
        let (mut w, _) = world(db);
        let id = w.open("yunfan", "medium", "web_ticket", "rds").ticket.id;
        w.pass(1);
        let to = w.who("chen").person;
        let doing = Doing { body: Some("please look at the replication slot".into()), ..Doing::new(Command::Transfer { to, tier: None, reason: "database".into() }) };
        let leave = ask::<people::ActOnTicket>(&w.who("wang")).unwrap();
        let message = w.desk.write(w.now, move |cx| crate::act::act(cx, &leave, id, &doing)).unwrap().message.unwrap();
        follow(&w, &FollowLog::default());
        assert_eq!(whole(&ask_for(&w, "li", "replication slot")), [Thing::Message(message)]);
    }

    fn people_and_customers_the_demo_makes_are_found(db) {
        let (w, _) = world(db);
        let wanted = crate::demo::load::Wanted { tickets: 3, accounts: 1, engineers: 1, ..Default::default() };
        let hands = crate::demo::load::people(&w.desk, &wanted, w.now).unwrap();
        crate::demo::load::cases(&w.desk, &wanted, &hands, w.now, |_| ()).unwrap();
        follow(&w, &FollowLog::default());
        for login in ["yunfan", "northwind", "li", "load-contact-0", "load-engineer-0"] {
            let person = store::search::DocKind::Person;
            let leave = ask::<people::Search>(&w.who("li")).unwrap();
            let asked = Asked { text: login.into(), kinds: vec![person], limit: 20, ..Asked::default() };
            let found = things(&find(&w.desk, &leave, &asked).unwrap());
            assert!(found.contains(&Thing::Person(w.who(login).person)), "{login}: {found:?}");
        }
        assert!(things(&ask_for(&w, "li", "L00000")).iter().any(|t| matches!(t, Thing::Account(_))), "the loaded account");
        assert!(things(&ask_for(&w, "li", "load-engineer-0 YN-10001")).iter().any(|t| matches!(t, Thing::Ticket(_))), "and a loaded case");
    }

    fn nobody_finds_what_is_not_theirs(db) {
        let (w, _) = world(db);
        let id = w.open("yunfan", "medium", "web_ticket", "rds").ticket.id;
        w.act("wang", id, Command::Note).unwrap();
        let managers = w.open("yunfan-manager", "medium", "web_ticket", "rds").ticket.id;
        w.open("northwind", "medium", "web_ticket", "rds");
        follow(&w, &FollowLog::default());
        assert_eq!(ask_for(&w, "li", "no route to host").found.iter().filter(|f| f.score >= FULL_MATCH_SCORE).count(), 3);
        assert_eq!(whole(&ask_for(&w, "yunfan", "no route to host")), [Thing::Ticket(id)], "a contact: only what they asked");
        let both = whole(&ask_for(&w, "yunfan-manager", "no route to host"));
        assert!(both.len() == 2 && both.contains(&Thing::Ticket(managers)), "a manager: all of the account");
        let kind = |login: &str| things(&ask_for(&w, login, "words")).iter().filter(|t| matches!(t, Thing::Message(_))).count();
        assert_eq!((kind("li"), kind("yunfan"), kind("yunfan-manager")), (1, 0, 0), "notes stay inside");
        let other = w.desk.read(|tx| Ok(store::account::find_by_number(tx, "C-1002")?)).unwrap().unwrap().id;
        let leave = ask::<people::Search>(&w.who("yunfan-manager")).unwrap();
        let asked = Asked { account: Some(other), limit: 20, ..Asked::default() };
        assert!(find(&w.desk, &leave, &asked).unwrap().found.is_empty(), "naming another account finds nothing");
        assert!(ask_for(&w, "yunfan-manager", "").found.iter().all(|f| f.account == w.who("yunfan").account));
        let contact = w.who("yunfan").person;
        assert!(ask_for(&w, "yunfan", "").found.iter().all(|f| f.case.as_ref().is_some_and(|c| c.ticket.requester == contact)));
    }

    fn pages_of_a_contact_go_through_other_peoples_hits_without_loss_or_repetition(db) {
        let (w, _) = world(db);
        let mut own = Vec::new();
        for _ in 0..4 {
            own.push(w.open("yunfan", "medium", "web_ticket", "rds").ticket.id);
            w.open("yunfan-manager", "medium", "web_ticket", "rds");
        }
        follow(&w, &FollowLog::default());
        let leave = ask::<people::Search>(&w.who("yunfan")).unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        for _ in 0..10 {
            let page = find(&w.desk, &leave, &Asked { text: "route".into(), limit: 1, after, product: Some("rds".into()), ..Asked::default() }).unwrap();
            seen.extend(page.found.iter().filter_map(|f| f.case.as_ref()).map(|c| c.ticket.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        seen.sort();
        own.sort();
        assert_eq!(seen, own);
    }

    fn the_follower_goes_on_after_a_restart_and_starts_again_after_a_wipe(db) {
        let (w, index) = world(db);
        let first = w.open("yunfan", "medium", "web_ticket", "rds").ticket.id;
        let chore = FollowLog::default();
        follow(&w, &chore);
        let (position, count) = (index.position(), index.doc_count());
        assert_eq!(chore.round(&w.desk, w.now).unwrap().looked_at, 0, "a second round finds nothing to do");
        // Another process over the same index: it reads on from where the index is.
        let w = over(db, index.clone());
        let second = w.open("yunfan", "medium", "web_ticket", "rds").ticket.id;
        let chore = FollowLog::default();
        follow(&w, &chore);
        assert!(index.position() > position && index.doc_count() == count + 1);
        // Wiped: everything is fed again.
        index.clear().unwrap();
        follow(&w, &chore);
        assert_eq!(index.doc_count(), count + 1);
        let found = things(&ask_for(&w, "yunfan", "route"));
        assert!(found.contains(&Thing::Ticket(first)) && found.contains(&Thing::Ticket(second)));
    }

    fn a_stage_is_findable_as_it_is_now(db) {
        let (w, _) = world(db);
        let id = w.open("yunfan", "medium", "web_ticket", "rds").ticket.id;
        let chore = FollowLog::default();
        follow(&w, &chore);
        w.act("wang", id, Command::Reply { asks: false }).unwrap();
        w.act("wang", id, Command::Resolve { cause: "a route was missing".into() }).unwrap();
        follow(&w, &chore);
        let leave = ask::<people::Search>(&w.who("li")).unwrap();
        let in_stage = |stage: &str| find(&w.desk, &leave, &Asked { stage: Some(stage.into()), limit: 20, ..Asked::default() }).map(|p| things(&p)).unwrap();
        let stage = w.case(id).ticket.stage.key();
        assert_ne!(stage, "new");
        assert!(in_stage(stage).contains(&Thing::Ticket(id)) && !in_stage("new").contains(&Thing::Ticket(id)));
    }
}
#[test]
fn without_an_index_the_answer_is_to_come_back() {
    let db = store::db::testing::TestDb::sqlite();
    let w = World::new(&db);
    let leave = ask::<people::Search>(&w.who("li")).unwrap();
    assert!(matches!(find(&w.desk, &leave, &Asked::default()), Err(Fault::Busy { code: "search_away", .. })));
}
