//! What a queue shows: the nearest promise and the names beside each case, the piles and how many lie in each, what is new to whom.
use crate::house::{Caller, House};
use crate::house_test;
use domain::kit::Span;
use domain::people::Role;
use serde_json::{Value, json};

/// Opens a case and answers its id.
fn open(who: &Caller, subject: &str) -> String {
    let answer = who.post("/api/v1/tickets", &json!({"subject": subject, "body": "since noon"}));
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_string()
}
fn act(who: &Caller, id: &str, act: Value) {
    let answer = who.post(&format!("/api/v1/tickets/{id}/acts"), &act);
    assert_eq!(answer.status, 200, "{}", answer.body);
}
fn page(who: &Caller, query: &str) -> Value {
    let answer = who.get(&format!("/api/v1/tickets?{query}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}
fn piles(who: &Caller) -> Vec<(String, u64, bool)> {
    let answer = who.get("/api/v1/queue/counts");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let all = answer.json()["items"].as_array().unwrap().clone();
    for pile in &all {
        let (count, filter) = (pile["count"].as_u64().unwrap(), pile["filter"].as_str().unwrap());
        let listed = page(who, &format!("{filter}&limit=200"))["items"].as_array().unwrap().len() as u64;
        assert_eq!(listed.min(100), count, "{pile} is the number of its own list");
    }
    all.iter().map(|p| (p["key"].as_str().unwrap().to_string(), p["count"].as_u64().unwrap(), p["more"].as_bool().unwrap())).collect()
}
fn pile(who: &Caller, key: &str) -> u64 {
    piles(who).iter().find(|(k, ..)| k == key).unwrap_or_else(|| panic!("no pile {key}")).1
}

house_test! {
    fn a_page_carries_clocks_and_names_only_when_asked(house) {
        house.staff(Role::Engineer, "li");
        let acme = house.as_customer("acme");
        let id = open(&acme, "no route to host");
        let plain = page(&acme, "");
        for field in ["clocks", "people", "accounts", "plans"] {
            assert_eq!(plain[field], Value::Null, "{field}");
        }
        let full = page(&acme, "include=clocks,names");
        let clock = &full["clocks"][&id];
        assert_eq!((clock["verdict"].clone(), clock["kind"].clone(), clock["due_at"].clone()), (json!("running"), json!("contract"), full["items"][0]["next_due_at"].clone()));
        let ticket = &full["items"][0];
        for who in ["requester", "handler"] {
            assert!(full["people"][ticket[who].as_str().unwrap()]["name"].is_string(), "{who}: {full}");
        }
        assert_eq!(full["accounts"][ticket["account"].as_str().unwrap()]["name"], "acme");
        assert!(full["plans"][ticket["plan"].as_str().unwrap()]["name"]["en"].is_string());
        let one = acme.get(&format!("/api/v1/tickets/{id}")).json();
        assert_eq!((one["account"]["name"].clone(), one["account"]["id"].clone()), (json!("acme"), ticket["account"].clone()));
        assert_eq!(one["plan_name"], full["plans"][ticket["plan"].as_str().unwrap()]["name"]);
        let wrong = acme.get("/api/v1/tickets?include=clocks,hats");
        assert_eq!((wrong.problem(), wrong.json()["errors"][0]["field"].clone()), ((422, "invalid".into()), json!("include")));
    }
    fn a_clock_tells_how_much_is_left_and_when_it_is_at_risk(house) {
        house.staff(Role::Engineer, "li");
        let acme = house.as_customer("acme");
        let id = open(&acme, "no route to host");
        let clock = || page(&acme, "include=clocks")["clocks"][&id].clone();
        let fresh = clock();
        assert_eq!((fresh["share_left"].clone(), fresh["at_risk"].clone()), (json!(1.0), json!(false)), "{fresh}");
        let (now, due) = (house.app.now(), fresh["due_at"].as_str().map(|t| domain::kit::At::parse(t).unwrap()).unwrap());
        let warn = fresh["warn_at"].as_str().map(|t| domain::kit::At::parse(t).unwrap()).unwrap();
        assert!(now < warn && warn < due);
        house.wind(warn - now);
        let risky = clock();
        assert_eq!((risky["at_risk"].clone(), risky["verdict"].clone()), (json!(true), json!("running")), "{risky}");
        assert!(risky["share_left"].as_f64().unwrap() < 1.0);
        house.wind(due - warn);
        let late = clock();
        assert_eq!((late["verdict"].clone(), late["at_risk"].clone(), late["share_left"].clone()), (json!("broken"), json!(false), json!(0.0)), "{late}");
        act(&house.as_(&house.staff(Role::DutyChief, "chief")), &id, json!({"act": "reply", "body": "we look into it"}));
        assert_eq!(clock()["promise"], late["promise"], "a broken promise that was answered at last is the last one made");
    }
    fn the_piles_of_an_engineer_are_the_lists_behind_them(house) {
        let li = house.as_engineer("li");
        let acme = house.as_customer("acme");
        let (first, second) = (open(&acme, "first"), open(&acme, "second"));
        assert_eq!(pile(&li, "mine"), 2, "the only engineer has them");
        assert_eq!((pile(&li, "all"), pile(&li, "group"), pile(&li, "unassigned"), pile(&li, "waiting")), (2, 0, 0, 0));
        act(&li, &first, json!({"act": "reply", "body": "we look into it"}));
        act(&li, &first, json!({"act": "reply", "body": "which host?", "asks": true}));
        assert_eq!((pile(&li, "waiting"), pile(&li, "first_ask")), (1, 1));
        let chief = house.as_chief();
        assert_eq!((pile(&chief, "mine"), pile(&chief, "group"), pile(&chief, "all")), (0, 2, 2));
        let due = page(&acme, "sort=due")["items"][0]["next_due_at"].as_str().map(|t| domain::kit::At::parse(t).unwrap()).unwrap();
        house.wind(due - house.app.now() - Span::minutes(30));
        assert_eq!(pile(&chief, "due_soon"), pile(&li, "due_soon"), "all of them are li's");
        assert!(pile(&chief, "due_soon") > 0);
        let _ = second;
    }
    fn what_others_wrote_is_unread_until_one_was_there(house) {
        let li = house.as_engineer("li");
        let acme = house.as_customer("acme");
        let id = open(&acme, "no route to host");
        let unread = |who: &Caller| page(who, "include=unread")["unread"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let look = |who: &Caller| assert_eq!(who.put(&format!("/api/v1/tickets/{id}/presence"), &json!({"doing": "reading"})).status, 200);
        assert_eq!((unread(&li), unread(&acme)), (vec![id.clone()], vec![]), "nobody's own words are new to them");
        look(&li);
        assert_eq!(unread(&li), Vec::<String>::new());
        house.wind(Span::minutes(1));
        act(&li, &id, json!({"act": "note", "body": "the switch again"}));
        assert_eq!(unread(&acme), Vec::<String>::new(), "a note is not for customers");
        act(&li, &id, json!({"act": "reply", "body": "we look into it"}));
        assert_eq!((unread(&li), unread(&acme)), (vec![], vec![id.clone()]));
        look(&acme);
        assert_eq!(unread(&acme), Vec::<String>::new());
        assert_eq!(page(&acme, "")["unread"], Value::Null);
    }
    fn the_figures_count_every_promise_made_to_a_customer_once(house) {
        let li = house.as_engineer("li");
        let acme = house.as_customer("acme");
        let (first, _second) = (open(&acme, "first"), open(&acme, "second"));
        let figures = || li.get("/api/v1/figures?days=1").json();
        let all = |f: &Value| ["kept", "at_risk", "broken", "running"].map(|k| f["all"][k].as_u64().unwrap());
        let before = figures();
        let made: u64 = all(&before).iter().sum();
        assert!(made >= 2 && all(&before)[3] == made, "{before}");
        house.wind(Span::minutes(7));
        act(&li, &first, json!({"act": "reply", "body": "we look into it"}));
        let after = figures();
        assert!(all(&after)[0] >= 1, "{after}");
        assert_eq!(after["first_answer"][1], json!({"up_to": "PT10M", "count": 1}));
        for table in ["by_plan", "by_channel", "by_handler", "by_group", "by_hour"] {
            let sum: u64 = after[table].as_array().unwrap().iter().flat_map(|l| ["kept", "at_risk", "broken", "running"].map(|k| l[k].as_u64().unwrap())).sum();
            assert_eq!(sum, all(&after).iter().sum::<u64>(), "{table}: {after}");
        }
        assert_eq!(after["by_channel"][0]["filter"], "channel=web_ticket");
        for table in ["by_plan", "by_channel", "by_handler", "by_group"] {
            let listed = page(&li, after[table][0]["filter"].as_str().unwrap())["items"].as_array().unwrap().len();
            assert_eq!(listed, 2, "{table}: {after}");
        }
        assert_eq!(after["by_group"][0]["filter"], "product=&tier=1");
        let book = li.get("/api/v1/figures?days=1&format=xlsx");
        assert!(book.header("content-type").ends_with("spreadsheetml.sheet") && book.body.starts_with("PK"), "{}", book.header("content-type"));
        let sheet = li.get("/api/v1/figures?days=1&format=csv");
        assert!(sheet.header("content-type").starts_with("text/csv") && sheet.body.contains("\r\nchannel,web_ticket,"), "{}", sheet.body);
        assert_eq!(li.get("/api/v1/figures?days=32").problem(), (422, "invalid".into()));
        assert_eq!(acme.get("/api/v1/figures").problem(), (403, "forbidden".into()));
    }
    fn a_customer_sees_what_waits_for_their_word(house) {
        let li = house.as_engineer("li");
        let (acme, other) = (house.as_customer("acme"), house.as_customer("other"));
        let (first, second) = (open(&acme, "first"), open(&acme, "second"));
        open(&other, "theirs");
        for id in [&first, &second] {
            act(&li, id, json!({"act": "reply", "body": "we look into it"}));
        }
        act(&li, &first, json!({"act": "reply", "body": "which host?", "asks": true}));
        act(&li, &second, json!({"act": "resolve", "cause": "a cable", "body": "it was the cable"}));
        let keys: Vec<_> = piles(&acme).into_iter().map(|(k, n, _)| (k, n)).collect();
        assert_eq!(keys, [("open".into(), 1), ("waiting_for_me".into(), 1), ("solved_to_confirm".into(), 1)]);
        assert_eq!(pile(&other, "open"), 1);
        assert_eq!(pile(&house.as_(&house.customer(Role::CustomerManager, "acme")), "open"), 1);
    }
}
#[test]
fn a_pile_is_counted_to_a_hundred() {
    let house = House::start(store::db::testing::TestDb::sqlite());
    let li = house.as_engineer("li");
    let acme = house.as_customer("acme");
    for n in 0..101 {
        open(&acme, &format!("case {n}"));
    }
    let all = piles(&li);
    assert!(all.contains(&("all".into(), 100, true)), "{all:?}");
    act(&li, page(&li, "limit=1")["items"][0]["id"].as_str().unwrap(), json!({"act": "reply", "body": "yes"}));
}
