//! A month's report over HTTP: owed, written, approved, handed over, and the same numbers in every form.
use crate::house::{Caller, House};
use crate::house_test;
use domain::kit::Span;
use domain::people::Role;
use serde_json::{Value, json};

/// A customer on a plan with monthly reports, a few cases, and the month over.
fn month_over(house: &House) -> String {
    let admin = house.as_administrator();
    let account = house.account("acme").to_string();
    // The version with reports is sold from eleven o'clock on.
    house.wind(Span::hours(2));
    let order = json!({"family": "ali.top", "ordered_at": "2025-06-16T11:30:00+08:00", "existing": true, "invited": true});
    assert_eq!(admin.post(&format!("/api/v1/accounts/{account}/orders"), &order).status, 201);
    let acme = house.as_customer("acme");
    for n in 0..3 {
        let case = acme.post(
            "/api/v1/tickets",
            &json!({"subject": format!("连接超时 <{n}> #set page(fill: red)"), "body": "help", "product": "ecs", "severity": "high"}),
        );
        assert_eq!(case.status, 201, "{}", case.body);
        if n == 0 {
            house.wind(Span::minutes(3));
            let id = case.json()["id"].as_str().unwrap().to_string();
            assert_eq!(house.as_engineer("li").post(&format!("/api/v1/tickets/{id}/messages"), &json!({"body": "on it"})).status, 201);
        }
    }
    house.wind(Span::days(16));
    let owed = house.as_chief().get(&format!("/api/v1/deliverables?open=true&account={account}")).json();
    let found: Vec<_> = owed["items"].as_array().unwrap().iter().filter(|d| d["period"] == "2025-06").collect();
    assert_eq!((found.len(), found[0]["rule"].clone(), found[0]["state"].clone()), (1, json!("service_report"), json!("planned")), "{owed}");
    found[0]["id"].as_str().unwrap().to_string()
}
fn step(who: &Caller, id: &str, step: &str) -> (u16, Value) {
    let done = who.post(&format!("/api/v1/deliverables/{id}/steps"), &json!({"step": step}));
    (done.status, done.json())
}
house_test! {
    fn a_report_is_written_approved_by_another_and_handed_over_with_the_same_numbers_in_every_form(house) {
        let id = month_over(house);
        let path = format!("/api/v1/deliverables/{id}");
        let (chief, admin, manager) = (house.as_chief(), house.as_administrator(), house.as_(&house.customer(Role::CustomerManager, "acme")));
        let before = manager.get(&path).json();
        assert_eq!((&before["numbers"], &before["words"], &before["deliverable"]["state"]), (&Value::Null, &Value::Null, &json!("planned")), "nothing of a draft is told");
        assert_eq!(manager.get(&format!("{path}/file")).problem(), (409, "deliverable.not_out".into()));
        assert_eq!(house.as_customer("other").get(&path).problem(), (404, "not_found".into()));
        assert_eq!(house.as_customer("other").get(&format!("{path}/file")).problem(), (404, "not_found".into()));
        assert_eq!(chief.get(&path).json()["numbers"]["now"]["opened"], 3);
        let words = json!({"words": {"zh-CN": {"summary": "本月平稳。", "actions": "继续观察。"}, "en": {"summary": "A quiet month."}}});
        assert_eq!(chief.clone().with("if-match", "\"9\"").patch(&path, &words).problem(), (412, "stale".into()));
        assert_eq!(chief.clone().with("if-match", "\"1\"").patch(&path, &words).status, 200);
        assert_eq!(step(&chief, &id, "approve").1["code"], "deliverable.own_words");
        let (status, approved) = step(&admin, &id, "approve");
        assert_eq!((status, approved["deliverable"]["hash"].as_str().map(str::len)), (200, Some(64)), "{approved}");
        assert_eq!(step(&manager, &id, "deliver").1["code"], "forbidden");
        let accept = || manager.ask(reqwest::Method::POST, &format!("{path}/acceptance"), None);
        assert_eq!(accept().problem(), (409, "deliverable.not_delivered".into()));
        assert_eq!(step(&chief, &id, "deliver").0, 200);
        let seen = manager.get(&path).json();
        assert_eq!((&seen["words"]["en"]["summary"], &seen["numbers"]["account_name"]), (&json!("A quiet month."), &json!("acme")));
        let as_json = manager.get(&format!("{path}/file?format=json")).json();
        assert_eq!(as_json, seen["numbers"]);
        for lang in ["zh-CN", "en"] {
            let pdf = manager.get(&format!("{path}/file?format=pdf&lang={lang}"));
            assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
            assert_eq!(pdf.header("content-disposition"), format!("attachment; filename=\"service_report-2025-06-{lang}.pdf\""));
            let sheet = manager.get(&format!("{path}/file?format=xlsx&lang={lang}"));
            assert!(sheet.status == 200 && sheet.header("content-type").ends_with("spreadsheetml.sheet"));
        }
        assert_eq!(manager.get(&format!("{path}/file?lang=tlh")).problem(), (422, "invalid".into()));
        assert_eq!(accept().json()["deliverable"]["state"], "accepted");
        assert_eq!(accept().problem(), (409, "deliverable.not_delivered".into()));
        let news = manager.get("/api/v1/notices").json();
        assert!(news["items"].as_array().unwrap().iter().any(|n| n["topic"] == "deliverable.delivered"), "{news}");
    }
}
