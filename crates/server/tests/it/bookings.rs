//! Services as people book them: too early, over the end of a month, given back, watched, reported on and accepted.
use crate::house::{Caller, House};
use crate::house_test;
use desk::booking::NewService;
use domain::booking::Kind;
use domain::kit::Span;
use domain::people::{Actor, Role, ask};
use serde_json::{Value, json};
use std::sync::Barrier;

/// A customer on the second version of a plan, with a service manager. The house's day is Monday, 16 June 2025.
fn customer(house: &House, plan: &str) -> String {
    let account = house.account("acme").to_string();
    let admin = house.as_administrator();
    house.wind(Span::hours(2));
    let families = if plan == "ali.excellence" { vec!["ali.top", plan] } else { vec![plan] };
    for family in families {
        let order = admin.post(&format!("/api/v1/accounts/{account}/orders"), &json!({"family": family, "invited": true}));
        assert_eq!(order.status, 201, "{}", order.body);
        house.wind(Span::minutes(1));
    }
    let tam = house.staff(Role::Tam, "tang").id.to_string();
    let now = admin.get(&format!("/api/v1/accounts/{account}"));
    let edit = admin.clone().with("if-match", now.header("etag")).patch(&format!("/api/v1/accounts/{account}"), &json!({"tam": tam}));
    assert_eq!(edit.status, 200, "{}", edit.body);
    account
}
fn tam(house: &House) -> Caller<'_> {
    house.as_(&house.staff(Role::Tam, "tang"))
}
fn manager(house: &House) -> Caller<'_> {
    house.as_(&house.customer(Role::CustomerManager, "acme"))
}
fn escort(account: &str, kind: &str, first_day: &str, days: u32) -> Value {
    json!({"account": account, "kind": kind, "subject": "the big sale", "products": ["database"], "first_day": first_day, "days": days})
}
fn booked(by: &Caller, body: &Value) -> String {
    let made = by.post("/api/v1/services", body);
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["id"].as_str().unwrap().to_string()
}
fn act(by: &Caller, id: &str, body: Value) -> Value {
    let done = by.post(&format!("/api/v1/services/{id}/acts"), &body);
    assert_eq!(done.status, 200, "{body}: {}", done.body);
    done.json()
}
fn ledger(by: &Caller, account: &str) -> Vec<String> {
    let lines = by.get(&format!("/api/v1/quotas/ledger?account={account}")).json();
    let said = |l: &Value| {
        format!("{} {} {} {}×{}d", l["quota"].as_str().unwrap(), l["period"].as_str().unwrap(), l["kind"].as_str().unwrap(), l["count"], l["days"])
    };
    let mut all: Vec<String> = lines["items"].as_array().unwrap().iter().map(said).collect();
    all.reverse();
    all
}

house_test! {
    fn a_manager_books_a_full_escort_too_late_and_gets_the_earliest_day(house) {
        let account = customer(house, "ali.excellence");
        let tam = tam(house);
        let late = tam.post("/api/v1/services", &escort(&account, "escort_full", "2025-07-14", 3));
        assert_eq!(late.problem(), (409, "service.too_early".into()));
        let args = &late.json()["args"];
        assert_eq!((&args["earliest"], &args["lead_working_days"]), (&json!("2025-07-15"), &json!("20")), "{}", late.body);
        assert_eq!(ledger(&tam, &account), [""; 0], "nothing was reserved");
        let preview = tam.get(&format!("/api/v1/services/preview?account={account}&kind=escort_full&first_day=2025-07-14&days=3&products=database")).json();
        assert_eq!((&preview["possible"], &preview["why"], &preview["free_from"]), (&json!(false), &json!("service.too_early"), &json!("2025-07-15")));

        let unlisted = json!({"account": account, "kind": "escort_full", "subject": "x", "products": ["fax"], "first_day": "2025-07-15", "days": 1});
        assert_eq!(tam.post("/api/v1/services", &unlisted).problem(), (409, "service.product_not_listed".into()));

        let id = booked(&tam, &escort(&account, "escort_full", "2025-07-15", 3));
        assert_eq!(ledger(&tam, &account), ["escort_full 2025-07 reserve 1×3d"]);
        let whole = tam.get(&format!("/api/v1/services/{id}")).json();
        assert_eq!((&whole["service"]["stage"], &whole["service"]["held"], &whole["service"]["last_day"]), (&json!("requested"), &json!("reserved"), &json!("2025-07-17")));
        assert_eq!(whole["ledger"].as_array().unwrap().len(), 1);

        // The service manager may waive the lead time, and says why; a customer may not.
        let mut sooner = escort(&account, "escort_full", "2025-06-23", 1);
        sooner["waive_lead"] = json!("the team is free");
        assert_eq!(manager(house).post("/api/v1/services", &sooner).problem(), (403, "forbidden".into()));
        let id = booked(&tam, &sooner);
        assert_eq!(tam.get(&format!("/api/v1/services/{id}")).json()["service"]["lead_waived"], "the team is free");
    }
    fn a_booking_over_the_end_of_a_month_is_had_whole_or_not_at_all(house) {
        let account = customer(house, "ali.top");
        let manager = manager(house);
        booked(&manager, &escort(&account, "escort_basic", "2025-08-05", 2));
        let over = manager.post("/api/v1/services", &escort(&account, "escort_basic", "2025-07-31", 2));
        assert_eq!(over.problem(), (409, "quota.days_used_up".into()));
        let args = &over.json()["args"];
        assert_eq!((&args["period"], &args["left"], &args["free_from"]), (&json!("2025-08"), &json!("0"), &json!("2025-09-01")), "{}", over.body);
        assert_eq!(ledger(&manager, &account), ["escort_basic 2025-08 reserve 1×2d"], "July was not touched");
        house.wind(Span::seconds(1));
        let id = booked(&manager, &escort(&account, "escort_basic", "2025-09-30", 2));
        assert_eq!(ledger(&manager, &account)[1..], ["escort_basic 2025-09 reserve 1×1d", "escort_basic 2025-10 reserve 0×1d"]);
        house.wind(Span::seconds(1));
        act(&manager, &id, json!({"act": "withdraw", "reason": "the sale is off"}));
        assert_eq!(ledger(&manager, &account)[3..], ["escort_basic 2025-09 release 1×1d", "escort_basic 2025-10 release 0×1d"]);
        booked(&manager, &escort(&account, "escort_basic", "2025-09-29", 2));
        let taken = manager.post("/api/v1/services", &escort(&account, "escort_basic", "2025-09-10", 1));
        assert_eq!(taken.problem(), (409, "quota.count_used_up".into()));
        let gift = json!({"account": account, "quota": "escort_basic", "kind": "grant", "count": 1, "days": 1, "period": "2025-09", "reason": "for the long wait"});
        assert_eq!(manager.post("/api/v1/quotas/entries", &gift).problem(), (403, "forbidden".into()));
        assert_eq!(house.as_chief().post("/api/v1/quotas/entries", &gift).status, 201);
        booked(&manager, &escort(&account, "escort_basic", "2025-09-10", 1));
    }
    fn what_our_own_product_caused_does_not_count(house) {
        let account = customer(house, "ali.top");
        let (manager, tam) = (manager(house), tam(house));
        let issue = json!({"kind": "difficult_issue", "subject": "split brain", "first_day": "2025-06-17", "days": 2});
        let id = booked(&manager, &issue);
        assert_eq!(manager.post("/api/v1/services", &issue).problem(), (409, "quota.count_used_up".into()));
        act(&tam, &id, json!({"act": "agree"}));
        house.wind(Span::seconds(1));
        let early = tam.post(&format!("/api/v1/services/{id}/acts"), &json!({"act": "exempt", "reason": "ours"}));
        assert_eq!(early.problem(), (409, "service.nothing_used".into()));
        act(&tam, &id, json!({"act": "begin"}));
        house.wind(Span::seconds(1));
        let no = manager.post(&format!("/api/v1/services/{id}/acts"), &json!({"act": "exempt", "reason": "yours"}));
        assert_eq!(no.problem(), (403, "forbidden".into()));
        assert_eq!(act(&tam, &id, json!({"act": "exempt", "reason": "a defect of our proxy"}))["held"], "exempt");
        let lines = ["reserve 1×2d", "consume 1×2d", "exempt 1×2d"].map(|l| format!("difficult_issue 2025-06 {l}"));
        assert_eq!(ledger(&manager, &account), lines);
        let last = manager.get("/api/v1/quotas/ledger?quota=difficult_issue&limit=1").json();
        assert_eq!((&last["items"][0]["service"], &last["items"][0]["reason"]), (&json!(id), &json!("a defect of our proxy")));
        let quotas = manager.get("/api/v1/quotas").json();
        let left = quotas["items"].as_array().unwrap().iter().find(|q| q["quota"] == "difficult_issue").unwrap();
        assert_eq!((&left["left_count"], &left["left_days"], &left["used_days"]), (&json!(1), &json!(2), &json!(0)));
        booked(&manager, &issue);
        assert_eq!(desk::doctor::examine(house.app.desk(), house.app_now()).unwrap().findings, []);
    }
    fn an_escort_is_planned_watched_reported_on_accepted_and_rated(house) {
        let account = customer(house, "ali.top");
        let (manager, tam) = (manager(house), tam(house));
        let (me, li) = (house.staff(Role::Tam, "tang").id.to_string(), house.staff(Role::Engineer, "li").id.to_string());
        let id = booked(&manager, &escort(&account, "escort_basic", "2025-07-14", 2));
        let path = format!("/api/v1/services/{id}");
        assert!(tam.get("/api/v1/notices").json()["items"].as_array().unwrap().iter().any(|n| n["topic"] == "service.requested"));
        act(&tam, &id, json!({"act": "agree"}));
        assert_eq!(tam.post(&format!("{path}/acts"), &json!({"act": "begin"})).problem(), (409, "service.no_plan".into()));
        let sheet = json!({"people": [{"person": me, "role": "lead"}, {"person": li, "role": "database"}], "run_book": "1. watch", "rehearsal_day": "2025-07-11",
            "checks": ["failover tried", "alarms routed"], "dashboard": "https://grafana.example.com/d/1", "group": "sale watch"});
        act(&tam, &id, json!({"act": "plan", "sheet": sheet}));
        act(&tam, &id, json!({"act": "tick", "check": 1}));
        act(&tam, &id, json!({"act": "rehearse"}));
        assert_eq!(tam.post(&format!("{path}/acts"), &json!({"act": "tick", "check": 9})).problem(), (422, "invalid".into()));

        // Another service takes the same engineer on one of the days.
        let other = booked(&tam, &json!({"account": account, "kind": "expert_1to1", "subject": "indexes", "first_day": "2025-07-15", "days": 1}));
        act(&tam, &other, json!({"act": "agree"}));
        act(&tam, &other, json!({"act": "plan", "sheet": {"people": [{"person": li, "role": "expert"}]}}));
        let seen = tam.get(&path).json();
        assert_eq!((&seen["conflicts"][0]["service"], &seen["conflicts"][0]["person"]), (&json!(other), &json!(li)));
        assert_eq!(manager.get(&path).json()["conflicts"], json!([]), "whom the vendor has elsewhere is not the customer's business");
        let busy = manager.get("/api/v1/services?from=2025-07-15&to=2025-07-31").json();
        assert_eq!(busy["items"].as_array().unwrap().len(), 2);
        assert_eq!(manager.get("/api/v1/services?from=2025-07-16&to=2025-07-31").json()["items"], json!([]));

        act(&tam, &id, json!({"act": "begin"}));
        for text in ["all quiet", "a spike at ten"] {
            assert_eq!(tam.post(&format!("{path}/log"), &json!({"text": text})).status, 201);
        }
        assert_eq!(manager.post(&format!("{path}/log"), &json!({"text": "we too"})).problem(), (403, "forbidden".into()));
        assert_eq!(tam.post(&format!("{path}/acts"), &json!({"act": "accept"})).problem(), (403, "forbidden".into()), "nobody accepts their own work");

        // The report is late: the service manager hears of it once.
        house.wind(Span::days(40));
        let late = |who: &Caller| who.get("/api/v1/notices?limit=200").json()["items"].as_array().unwrap().iter().filter(|n| n["topic"] == "service.late").count();
        assert_eq!((tam.get(&path).json()["service"]["late"].clone(), late(&manager)), (json!(true), 0));
        // Of this one its report; of the other, which never began, its beginning and its report.
        assert_eq!(late(&tam), 3);
        act(&tam, &id, json!({"act": "report", "text": "Nothing happened."}));
        act(&manager, &id, json!({"act": "return", "reason": "and the spike?"}));
        act(&tam, &id, json!({"act": "report", "text": "One spike at ten, absorbed."}));
        let contact = house.as_(&house.customer(Role::Contact, "acme"));
        assert_eq!(contact.post(&format!("{path}/acts"), &json!({"act": "accept"})).problem(), (409, "service.not_yours".into()), "not the technical contact");
        act(&manager, &id, json!({"act": "accept"}));
        assert_eq!(act(&manager, &id, json!({"act": "rate", "stars": 5, "comment": "calm"}))["stage"], "closed");
        let whole = manager.get(&path).json();
        assert_eq!((&whole["rating"]["stars"], &whole["report"]["text"], &whole["log"][1]["text"]), (&json!(5), &json!("One spike at ten, absorbed."), &json!("a spike at ten")));
        assert!(whole["offers"].as_array().unwrap().iter().all(|o| o["possible"] == false));
        let done: Vec<&str> = whole["milestones"].as_array().unwrap().iter().filter(|m| !m["done_at"].is_null()).map(|m| m["milestone"].as_str().unwrap()).collect();
        assert_eq!(done, ["answer", "plan", "rehearsal", "begin", "report"]);
    }
    fn a_report_that_was_given_back_is_late_all_the_same_and_what_the_vendor_booked_is_told_to_the_customer(house) {
        let account = customer(house, "ali.top");
        let (manager, tam) = (manager(house), tam(house));
        let me = house.staff(Role::Tam, "tang").id.to_string();
        let id = booked(&tam, &escort(&account, "escort_basic", "2025-07-14", 1));
        let news = |who: &Caller, topic: &str| who.get("/api/v1/notices?limit=200").json()["items"].as_array().unwrap().iter().filter(|n| n["topic"] == topic).count();
        act(&tam, &id, json!({"act": "agree"}));
        assert_eq!(news(&manager, "service.agreed"), 1, "nobody was named: whoever answers for the customer hears of it");
        act(&tam, &id, json!({"act": "plan", "sheet": {"people": [{"person": me, "role": "lead"}]}}));
        act(&tam, &id, json!({"act": "begin"}));
        act(&tam, &id, json!({"act": "report", "text": "Nothing happened."}));
        act(&manager, &id, json!({"act": "return", "reason": "and the spike?"}));
        assert_eq!(news(&tam, "service.late"), 0);
        house.wind(Span::days(60));
        assert_eq!(news(&tam, "service.late"), 1);
    }
    fn other_accounts_know_nothing_of_it(house) {
        let account = customer(house, "ali.top");
        let id = booked(&manager(house), &escort(&account, "escort_basic", "2025-07-14", 1));
        let stranger = house.as_(&house.customer(Role::CustomerManager, "other"));
        for path in [format!("services/{id}"), format!("services/{id}/log"), format!("services?account={account}"), format!("services/choices?account={account}"),
            format!("quotas/ledger?account={account}"), format!("services/preview?account={account}&kind=training&first_day=2025-07-14&days=1")] {
            assert_eq!(stranger.get(&format!("/api/v1/{path}")).problem(), (404, "not_found".into()), "{path}");
        }
        let withdraw = json!({"act": "withdraw", "reason": "mine"});
        assert_eq!(stranger.post(&format!("/api/v1/services/{id}/acts"), &withdraw).problem(), (404, "not_found".into()));
        assert_eq!(stranger.post("/api/v1/services", &escort(&account, "escort_basic", "2025-08-14", 1)).problem(), (404, "not_found".into()));
        assert_eq!(stranger.get("/api/v1/services").json()["items"], json!([]));
    }
    fn the_choices_tell_what_is_left_and_from_when_on(house) {
        let account = customer(house, "ali.excellence");
        let choices = manager(house).get("/api/v1/services/choices").json();
        let of = |kind: &str| choices["items"].as_array().unwrap().iter().find(|c| c["kind"] == kind).unwrap().clone();
        let full = of("escort_full");
        assert_eq!((&full["left_count"], &full["left_days"], &full["earliest_day"], &full["listed_products_only"]), (&json!(3), &json!(15), &json!("2025-07-15"), &json!(true)));
        assert_eq!(of("special_project")["topics"], json!(["architecture", "migration", "large_model"]));
        assert_eq!((&of("training")["granted"], &of("quarterly_review")["granted"], &of("quarterly_review")["counted"]), (&json!(false), &json!(true), &json!(false)));
        let training = json!({"account": account, "kind": "training", "subject": "x", "first_day": "2025-07-15", "days": 1});
        assert_eq!(tam(house).post("/api/v1/services", &training).problem(), (409, "service.not_in_plan".into()));
    }
    fn a_hundred_callers_on_the_last_escort_slot_and_one_wins(house) {
        let account = customer(house, "ali.top").parse().unwrap();
        let who = Actor { person: house.staff(Role::Tam, "tang").id, role: Role::Tam, tier: 0, account: None };
        let (barrier, now) = (Barrier::new(100), house.app_now());
        let won: usize = std::thread::scope(|s| {
            let callers: Vec<_> = (0..100).map(|n| {
                let (barrier, who, desk) = (&barrier, who.clone(), house.app.desk().clone());
                s.spawn(move || {
                    let new = NewService {
                        account: Some(account), kind: Kind::EscortBasic, topic: String::new(), subject: format!("caller {n}"), wishes: String::new(), products: vec![],
                        first: jiff::civil::date(2025, 7, 14), days: 2, ticket: None, waive_lead: None,
                    };
                    barrier.wait();
                    let done = desk.write(now, move |cx| desk::booking::request(cx, &ask(&who).expect("a service manager books"), &new));
                    done.map_or_else(|fault| { assert_eq!(fault.status(), 409, "{fault:?}"); 0 }, |_| 1)
                })
            }).collect();
            callers.into_iter().map(|c| c.join().unwrap()).sum()
        });
        let tam = tam(house);
        assert_eq!((won, ledger(&tam, &account.to_string())), (1, vec!["escort_basic 2025-07 reserve 1×2d".to_string()]));
        assert_eq!(tam.get("/api/v1/services").json()["items"].as_array().unwrap().len(), 1, "who did not win left nothing behind");
    }
}
