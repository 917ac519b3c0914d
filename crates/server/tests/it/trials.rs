//! What the house tells of itself when it is asked on trial: whom routing would choose, how a year of a calendar looks, whether mail arrives;
//! and who is found by how they are called.
use crate::house::{Caller, House};
use crate::house_test;
use axum::Router;
use domain::kit::Span;
use domain::people::Role;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use store::db::testing::TestDb;

fn ask(who: &Caller, path: &str, body: &Value) -> Value {
    let answer = who.post(&format!("/api/v1{path}"), body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}
fn read(who: &Caller, path: &str) -> Value {
    let answer = who.get(&format!("/api/v1{path}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}
fn fields(who: &Caller, path: &str, body: &Value) -> Vec<String> {
    let answer = who.post(&format!("/api/v1{path}"), body);
    assert_eq!(answer.problem(), (422, "invalid".into()), "{}", answer.body);
    answer.json()["errors"].as_array().unwrap().iter().map(|e| format!("{} {}", e["field"].as_str().unwrap(), e["code"].as_str().unwrap())).collect()
}
fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_string()).collect()
}

house_test! {
    fn a_trial_names_whom_the_desk_then_chooses_and_stores_nothing(house) {
        house.staff(Role::Engineer, "li");
        house.staff(Role::Engineer, "wang");
        let (acme, chief) = (house.as_customer("acme"), house.as_chief());
        for subject in ["first", "second", "third"] {
            house.wind(Span::minutes(1));
            let account = house.account("acme").to_string();
            let trial = ask(&chief, "/routing/try", &json!({"product": "ecs", "severity": "urgent", "account": account}));
            assert_eq!(trial, ask(&chief, "/routing/try", &json!({"product": "ecs", "severity": "urgent", "account": account})), "asked twice it is the same");
            let opened = acme.post("/api/v1/tickets", &json!({"subject": subject, "body": "since noon", "product": "ecs", "severity": "urgent"})).json();
            assert_eq!(trial["chosen"]["person"], opened["handler"], "{trial}");
            assert_eq!(trial["rule"], "best_fit");
            let all = trial["candidates"].as_array().unwrap();
            assert_eq!((all.len(), all[0]["person"].clone(), all[0]["because"].clone()), (3, opened["handler"].clone(), trial["why"].clone()));
            assert_eq!((all[0]["fits"].clone(), all[1]["because"].clone()), (json!(false), json!(["routing.lacks_language"])), "nobody here says which languages they speak: {trial}");
            let again = ask(&chief, "/routing/try", &json!({"ticket": opened["id"]}));
            assert!(again["chosen"]["name"].is_string(), "{again}");
        }
        let past = ask(&chief, "/routing/try/past", &json!({"limit": 2}));
        let told: Vec<_> = past["items"].as_array().unwrap().iter().map(|i| i["subject"].as_str().unwrap()).collect();
        assert_eq!((told, past["same"].as_u64().unwrap() + past["different"].as_u64().unwrap()), (vec!["third", "second"], 2), "{past}");
        for item in past["items"].as_array().unwrap() {
            assert!(item["was"]["person"].is_string() && item["would"]["person"].is_string(), "{item}");
            assert_eq!(item["same"], item["was"] == item["would"]);
        }
    }
    fn a_trial_names_every_flaw_and_is_for_those_who_look_after_routing(house) {
        let (chief, acme) = (house.as_chief(), house.as_customer("acme"));
        assert_eq!(fields(&chief, "/routing/try", &json!({"severity": "grave", "tier": 9})), ["severity unknown", "tier not_a_tier"]);
        assert_eq!(fields(&chief, "/routing/try/past", &json!({"limit": 201})), ["limit out_of_range"]);
        let nobody = ask(&chief, "/routing/try", &json!({"channel": "dedicated_im_group", "product": "ecs"}));
        assert_eq!((nobody["rule"].clone(), nobody["candidates"][0]["because"][0].clone()), (json!("best_fit"), json!("routing.skill_match")), "a chief answers too");
        let unknown = chief.post("/api/v1/routing/try", &json!({"ticket": "tkt_01h455vb4pex5vsknk084sn02q"}));
        assert_eq!(unknown.problem(), (404, "not_found".into()));
        for who in [&acme, &house.as_engineer("li")] {
            assert_eq!(who.post("/api/v1/routing/try", &json!({})).problem(), (403, "forbidden".into()));
        }
    }
    fn a_year_of_a_calendar_is_told_day_by_day(house) {
        let acme = house.as_customer("acme");
        let all = read(&acme, "/calendars");
        let one = all["items"].as_array().unwrap().iter().find(|c| c["id"] == "cal_cn_working_days").unwrap();
        assert_eq!((one["versions"].clone(), one["tz"].clone(), one["name"]["en"].is_string()), (json!([1]), json!("Asia/Shanghai"), true), "{one}");
        let year = read(&acme, "/calendars/cal_cn_working_days?year=2026");
        let days = year["days"].as_array().unwrap();
        assert_eq!((days.len(), year["provisional"].clone(), year["always_open"].clone()), (365, json!(false), json!(false)));
        let day = |date: &str| days.iter().find(|d| d["date"] == date).unwrap();
        assert_eq!(*day("2026-10-01"), json!({"date": "2026-10-01", "kind": "holiday", "windows": [], "name": {"en": "National Day", "zh-CN": "国庆"}}));
        assert_eq!(*day("2026-10-10"), json!({"date": "2026-10-10", "kind": "make_up", "windows": [{"from": "00:00", "to": "24:00"}]}));
        assert_eq!((day("2026-10-17")["kind"].clone(), day("2026-10-16")["kind"].clone()), (json!("off"), json!("working")));
        assert_eq!((year["week"][5]["day"].clone(), year["week"][5]["windows"].clone()), (json!("saturday"), json!([])));
        assert!(year["statutory_version"].is_u64(), "{}", year["statutory_version"]);
        assert_eq!(read(&acme, "/calendars/cal_cn_working_days?year=2027")["provisional"], true);
        let always = read(&acme, "/calendars/cal_24x7");
        assert_eq!((always["always_open"].clone(), always["days"].clone(), always["statutory_version"].clone()), (json!(true), Value::Null, Value::Null));
        assert_eq!(acme.get("/api/v1/calendars/cal_24x7?year=1800").problem(), (422, "invalid".into()));
    }
    fn accounts_are_found_by_any_word_of_what_they_are_called_page_by_page(house) {
        let wanted = ["上海云帆科技", "北京云帆", "Yunfan Cloud"].map(|name| house.account(name).to_string());
        house.account("northwind");
        let chief = house.as_chief();
        let found = |q: &str| ids(&read(&chief, &format!("/accounts?q={q}")));
        assert_eq!(found("%E4%BA%91%E5%B8%86").len(), 2, "云帆 begins in the middle of both");
        assert_eq!((found("cloud"), found("YUNFAN"), found("fan")), (vec![wanted[2].clone()], vec![wanted[2].clone()], vec![]));
        let first = read(&chief, "/accounts?q=%E4%BA%91&limit=1");
        let second = read(&chief, &format!("/accounts?q=%E4%BA%91&limit=1&cursor={}", first["next"].as_str().unwrap()));
        let mut both = [ids(&first), ids(&second)].concat();
        both.sort();
        let mut those = wanted[..2].to_vec();
        those.sort();
        assert_eq!(both, those, "each once, though the name is its number too");
        assert_eq!(first["items"][0]["plan"]["since"], Value::Null, "on the basic plan: {first}");
        assert!(first["items"][0]["plan"]["name"]["zh-CN"].is_string());
        assert_eq!(chief.get("/api/v1/accounts?q=%20").problem(), (422, "invalid".into()));
        assert_eq!(chief.get(&format!("/api/v1/accounts?q=x&cursor={}", first["next"].as_str().unwrap())).problem(), (422, "invalid".into()));
        let acme = house.as_customer("acme");
        assert_eq!((ids(&read(&acme, "/accounts?q=acm")).len(), ids(&read(&acme, "/accounts?q=northwind")).len()), (1, 0), "customers find themselves");
    }
    fn an_account_tells_its_plan_and_since_when(house) {
        let admin = house.as_administrator();
        let id = house.account("acme").to_string();
        let order = json!({"family": "ali.business", "ordered_at": "2025-06-15T00:00:00+08:00", "existing": true});
        let ordered = admin.post(&format!("/api/v1/accounts/{id}/orders"), &order);
        assert_eq!(ordered.status, 201, "{}", ordered.body);
        let account = read(&admin, &format!("/accounts/{id}"))["account"].clone();
        assert_eq!((account["plan"]["id"].clone(), account["plan"]["since"].clone()), (ordered.json()["plan"].clone(), ordered.json()["starts_at"].clone()));
        assert_eq!(read(&admin, "/accounts")["items"].as_array().unwrap().iter().find(|a| a["id"] == id.as_str()).unwrap()["plan"], account["plan"]);
    }
    fn people_are_found_among_their_own(house) {
        house.staff(Role::Engineer, "ming");
        let (chief, boss) = (house.as_chief(), house.as_(&house.customer(Role::CustomerManager, "acme")));
        let account = house.account("acme");
        let found = |who: &Caller, query: &str| ids(&read(who, &format!("/people?{query}"))).len();
        assert_eq!((found(&chief, "q=MING"), found(&chief, "q=engineer.m"), found(&chief, "q=nobody"), found(&chief, "q=ing")), (1, 1, 0, 0));
        assert_eq!((found(&boss, "q=ming"), found(&boss, "q=acme"), found(&chief, &format!("account={account}&q=acme"))), (0, 1, 1));
        let li = house.staff(Role::Engineer, "li");
        let version = read(&chief, &format!("/people/{}", li.id))["version"].to_string();
        let edited = house.as_administrator().with("if-match", &format!("\"{version}\"")).patch(&format!("/api/v1/people/{}", li.id), &json!({"name": "王小明"}));
        assert_eq!(edited.status, 200, "{}", edited.body);
        assert_eq!((found(&chief, "q=%E5%B0%8F%E6%98%8E"), found(&chief, "q=engineer.li")), (1, 1), "a new name is found, the login still");
    }
    fn without_a_mail_server_a_letter_on_trial_says_so(house) {
        let admin = house.as_administrator();
        let mail = read(&admin, "/admin/mail");
        assert_eq!((mail["configured"].clone(), mail["waiting"].clone(), mail["last_sent_at"].clone()), (json!(false), json!(0), Value::Null));
        let tried = ask(&admin, "/admin/mail/test", &json!({}));
        assert_eq!((tried["sent"].clone(), tried["code"].clone()), (json!(false), json!("mail.not_configured")));
        assert_eq!(fields(&admin, "/admin/mail/test", &json!({"to": "nobody"})), ["to not_an_email"]);
        assert_eq!(house.as_chief().get("/api/v1/admin/mail").problem(), (403, "forbidden".into()));
        assert_eq!(house.as_chief().post("/api/v1/admin/mail/test", &json!({})).problem(), (403, "forbidden".into()));
    }
}

/// A mail server that takes letters to everybody but `nobody@`, and tells the text of each.
fn mail_server() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, came) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let _ = stream.write_all(b"220 mail.test ESMTP\r\n");
            while let Some(line) = lines.next() {
                let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
                    "RCPT" if line.contains("<nobody@") => "550 5.1.1 no such person",
                    "DATA" => {
                        let _ = stream.write_all(b"354 go on\r\n");
                        let text: Vec<String> = lines.by_ref().take_while(|l| l != ".").collect();
                        let _ = told.send(text.join("\n"));
                        "250 2.0.0 taken as 4711"
                    }
                    "QUIT" => "221 bye",
                    _ => "250 mail.test",
                };
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes());
            }
        }
    });
    (port, came)
}
#[test]
fn a_letter_on_trial_goes_through_the_mail_server_and_tells_what_it_said() {
    let (port, came) = mail_server();
    let settings = [
        ("YINUO_MAIL__SMTP_HOST", "127.0.0.1".to_string()),
        ("YINUO_MAIL__SMTP_PORT", port.to_string()),
        ("YINUO_MAIL__SMTP_TLS", "none".to_string()),
        ("YINUO_MAIL__FROM", "support@example.com".to_string()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let house = House::built(TestDb::sqlite(), &settings, Router::new());
    let admin = house.as_administrator();
    let mail = read(&admin, "/admin/mail");
    assert_eq!(
        (mail["configured"].clone(), mail["port"].clone(), mail["tls"].clone(), mail["from"].clone()),
        (json!(true), json!(port), json!("none"), json!("support@example.com"))
    );
    assert!(mail.as_object().unwrap().keys().all(|k| !k.contains("password") && !k.contains("user")), "{mail}");
    let tried = ask(&admin, "/admin/mail/test", &json!({}));
    assert_eq!((tried["sent"].clone(), tried["code"].clone()), (json!(true), json!("mail.sent")), "{tried}");
    assert!(tried["detail"].as_str().unwrap().contains("taken as 4711") && tried["took_ms"].is_i64(), "{tried}");
    let text = came.recv_timeout(std::time::Duration::from_secs(60)).unwrap();
    assert!(
        text.contains("To: \"administrator.admin\" <administrator.admin@example.com>") || text.contains("<administrator.admin@example.com>"),
        "{text}"
    );
    let refused = ask(&admin, "/admin/mail/test", &json!({"to": "nobody@example.com"}));
    assert_eq!((refused["sent"].clone(), refused["code"].clone()), (json!(false), json!("mail.bad_address")), "{refused}");
}
