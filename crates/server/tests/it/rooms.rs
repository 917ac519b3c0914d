//! The rooms beside the cases, each used once as people use it.
use crate::house_test;
use domain::people::Role;
use serde_json::json;

house_test! {
    fn somebody_signs_in_looks_at_themselves_and_leaves(house) {
        let cookie = house.sign_in("li");
        let browser = house.as_nobody().with("cookie", &cookie);
        let me = browser.get("/api/v1/me");
        assert_eq!((me.status, me.json()["role"].clone(), me.json()["login"].clone()), (200, json!("engineer"), json!("browser.li")));
        let away = browser.put("/api/v1/people/me/availability", &json!({"away_until": "2025-06-20T00:00:00Z"}));
        assert_eq!((away.status, away.json()["away_until"].clone()), (200, json!("2025-06-20T00:00:00Z")), "{}", away.body);
        let stale = browser.clone().with("if-match", me.header("etag")).patch("/api/v1/me", &json!({"name": "Li"}));
        assert_eq!(stale.problem(), (412, "stale".into()));
        assert_eq!(browser.delete("/api/v1/sessions/current").status, 204);
        assert_eq!(browser.get("/api/v1/me").problem().0, 401);
        let wrong = house.as_nobody().post("/api/v1/sessions", &json!({"login": "browser.li", "password": "wrong wrong wrong"}));
        assert_eq!(wrong.problem().0, 401);
    }
    fn a_customer_is_taken_in_orders_a_plan_and_sees_only_themselves(house) {
        let admin = house.as_administrator();
        let account = admin.post("/api/v1/accounts", &json!({"number": "C-7", "name": "Acme", "language": "en", "tz": "Europe/Amsterdam"}));
        assert_eq!(account.status, 201, "{}", account.body);
        let id = account.json()["id"].as_str().unwrap().to_string();
        assert_eq!(account.header("location"), format!("/api/v1/accounts/{id}"));
        let order = admin.post(&format!("/api/v1/accounts/{id}/orders"), &json!({"family": "ali.business", "ordered_at": "2025-05-05T08:00:00+08:00", "existing": true}));
        assert_eq!((order.status, order.json()["plan"].clone()), (201, json!("ali.business.v1")), "{}", order.body);
        assert_eq!(admin.get(&format!("/api/v1/accounts/{id}")).json()["plan"], "ali.business.v1");
        let quotas = admin.get(&format!("/api/v1/quotas?account={id}"));
        assert_eq!((quotas.status, quotas.json()["plan"].clone()), (200, json!("ali.business.v1")), "{}", quotas.body);
        let edit = json!({"name": "Acme Ltd"});
        assert_eq!(admin.patch(&format!("/api/v1/accounts/{id}"), &edit).problem(), (428, "if_match_missing".into()));
        let edited = admin.clone().with("if-match", account.header("etag")).patch(&format!("/api/v1/accounts/{id}"), &edit);
        assert_eq!((edited.status, edited.json()["name"].clone()), (200, json!("Acme Ltd")), "{}", edited.body);
        assert_eq!(house.as_customer("other").get(&format!("/api/v1/accounts/{id}")).problem(), (404, "not_found".into()));
        assert_eq!(house.as_customer("other").get("/api/v1/accounts").json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(house.as_engineer("li").post("/api/v1/accounts", &json!({"number": "x", "name": "x"})).problem(), (403, "forbidden".into()));
    }
    fn lists_come_page_by_page(house) {
        for number in ["A", "B", "C", "D", "E"] {
            house.account(number);
        }
        let admin = house.as_administrator();
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/api/v1/accounts?limit=2{cursor}")).json();
            names.extend(page["items"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap().to_string()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(names, ["A", "B", "C", "D", "E"]);
        assert_eq!(admin.get("/api/v1/accounts?cursor=AAAA").problem(), (422, "invalid".into()));
        assert_eq!(admin.get("/api/v1/accounts?limit=0").problem(), (422, "invalid".into()));
        assert_eq!(admin.get("/api/v1/accounts?limit=201").problem(), (422, "invalid".into()));
    }
    fn a_person_is_taken_in_once_however_often_it_is_asked(house) {
        let admin = house.as_administrator();
        let new = json!({"role": "engineer", "tier": 2, "name": "Wang", "email": "wang@example.com", "skills": ["ecs"], "languages": ["zh-CN"]});
        let once = || admin.clone().with("idempotency-key", "k1").post("/api/v1/people", &new);
        let (first, second) = (once(), once());
        assert_eq!((first.status, second.status, second.header("idempotent-replayed")), (201, 201, "true"), "{}", second.body);
        assert_eq!(first.json()["id"], second.json()["id"]);
        let other = admin.clone().with("idempotency-key", "k1").post("/api/v1/people", &json!({"role": "tam", "name": "x", "email": "x@example.com"}));
        assert_eq!((other.problem(), other.json()["errors"][0]["code"].clone()), ((422, "invalid".into()), json!("idempotency.other_body")));
        let taken = admin.post("/api/v1/people", &new);
        assert_eq!((taken.problem(), taken.json()["errors"][0]["field"].clone()), ((422, "invalid".into()), json!("login")));
        let bad = admin.post("/api/v1/people", &json!({"role": "king", "name": "", "email": "x"}));
        assert_eq!(bad.json()["errors"][0]["field"], "role");
        let person = format!("/api/v1/people/{}", first.json()["id"].as_str().unwrap());
        assert_eq!(admin.clone().with("if-none-match", first.header("etag")).get(&person).status, 304);
        let gone = admin.clone().with("if-match", first.header("etag")).patch(&person, &json!({"active": false}));
        assert_eq!((gone.status, gone.json()["active"].clone()), (200, json!(false)), "{}", gone.body);
        let misspelt = admin.clone().with("if-match", gone.header("etag")).patch(&person, &json!({"work_calendar": null, "actve": true}));
        assert_eq!((misspelt.problem().0, misspelt.json()["errors"][0]["field"].clone()), (422, json!("actve")));
    }
    fn a_token_is_shown_once_scoped_and_ended(house) {
        let li = house.as_engineer("li");
        let issue = || li.clone().with("idempotency-key", "t1").post("/api/v1/tokens", &json!({"name": "script", "scopes": ["ticket.read"]}));
        let (issued, again) = (issue(), issue());
        let secret = issued.json()["secret"].as_str().unwrap().to_string();
        assert!(secret.starts_with("yn_") && !again.body.contains(&secret), "{}", again.body);
        let script = house.as_nobody().with("authorization", &format!("Bearer {secret}"));
        assert_eq!(script.get("/api/v1/tickets").status, 200);
        assert_eq!(script.get("/api/v1/views").problem(), (403, "forbidden".into()));
        let id = issued.json()["token"]["id"].as_str().unwrap().to_string();
        assert_eq!(li.delete(&format!("/api/v1/tokens/{id}")).status, 204);
        assert_eq!(script.get("/api/v1/tickets").problem(), (401, "token_revoked".into()));
        assert_eq!(li.get("/api/v1/tokens").json()["items"].as_array().unwrap().len(), 2);
    }
    fn views_count_their_cases_and_list_them(house) {
        let customer = house.as_customer("acme");
        assert_eq!(customer.post("/api/v1/tickets", &json!({"subject": "no route", "body": "help", "severity": "urgent"})).status, 201);
        let li = house.as_engineer("li");
        let view = li.post("/api/v1/views", &json!({"name": "open ones", "filter": {"open": true}}));
        assert_eq!((view.status, view.json()["count"].clone()), (201, json!(1)), "{}", view.body);
        let path = format!("/api/v1/views/{}", view.json()["id"].as_str().unwrap());
        assert_eq!(li.get(&format!("{path}/tickets")).json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(customer.get(&path).problem(), (404, "not_found".into()));
        let renamed = li.clone().with("if-match", view.header("etag")).patch(&path, &json!({"name": "mine"}));
        assert_eq!((renamed.status, renamed.json()["name"].clone(), renamed.json()["count"].clone()), (200, json!("mine"), json!(1)), "{}", renamed.body);
        assert_eq!(li.delete(&path).status, 204);
        assert_eq!(li.get("/api/v1/views").json()["items"], json!([]));
    }
    fn notices_are_read_and_wishes_kept(house) {
        let li = house.as_engineer("li");
        assert_eq!(li.get("/api/v1/notices?unread=true").json()["items"], json!([]));
        assert_eq!(li.put("/api/v1/preferences", &json!({"preferences": [{"topic": "activity", "way": "mail", "wanted": false}]})).status, 204);
        let all = li.get("/api/v1/preferences").json();
        assert!(all["preferences"].as_array().unwrap().contains(&json!({"topic": "activity", "way": "mail", "wanted": false})), "{all}");
        assert_eq!(li.put("/api/v1/preferences", &json!({"preferences": [{"topic": "weather", "way": "mail", "wanted": false}]})).problem().0, 422);
        let me = li.get("/api/v1/me");
        let quiet = li.clone().with("if-match", me.header("etag")).put("/api/v1/preferences/mail", &json!({"quiet": {"from": 1320, "to": 420}, "digest": true}));
        assert_eq!((quiet.status, quiet.json()["quiet"].clone()), (200, json!({"from": 1320, "to": 420})), "{}", quiet.body);
    }
    fn plan_books_are_read_compared_and_chosen_by_instant(house) {
        let anybody = house.as_customer("acme");
        assert!(anybody.get("/api/v1/plans").json()["items"].as_array().unwrap().len() > 5);
        let at = |instant: &str| anybody.get(&format!("/api/v1/plans/at?family=ali.enterprise&at={instant}")).json()["id"].clone();
        assert_eq!((at("2025-06-16T10:59:59%2B08:00"), at("2025-06-16T11:00:00%2B08:00")), (json!("ali.enterprise.v1"), json!("ali.enterprise.v2")));
        assert!(!anybody.get("/api/v1/plans/ali.enterprise.v1/diff/ali.enterprise.v2").json()["items"].as_array().unwrap().is_empty());
        assert_eq!(anybody.get("/api/v1/plans/no.such").problem(), (404, "not_found".into()));
        assert_eq!(anybody.get("/api/v1/calendars/cal_24x7").json()["open"], true);
    }
    fn the_rota_is_kept_by_the_chief(house) {
        let li = house.staff(Role::Engineer, "li");
        let put = |who: &crate::house::Caller| who.post("/api/v1/rota", &json!({"duty": "fallback", "person": li.id.to_string(), "from": "2025-06-16T00:00:00Z"}));
        assert_eq!(put(&house.as_(&li)).problem(), (403, "forbidden".into()));
        let shift = put(&house.as_chief());
        assert_eq!(shift.status, 201, "{}", shift.body);
        assert_eq!(house.as_(&li).get("/api/v1/rota?duty=fallback").json()["items"].as_array().unwrap().len(), 1);
        let end = house.as_chief().delete(&format!("/api/v1/rota/{}?duty=fallback", shift.json()["id"].as_str().unwrap()));
        assert_eq!(end.status, 204, "{}", end.body);
        assert_eq!(house.as_(&li).get("/api/v1/rota?duty=moon").problem().0, 422);
    }
    fn a_webhook_is_kept_by_the_administrator(house) {
        let admin = house.as_administrator();
        let made = admin.post("/api/v1/webhooks", &json!({"name": "erp", "url": "https://erp.example.com/in", "topics": ["ticket.opened"]}));
        assert_eq!(made.status, 201, "{}", made.body);
        assert!(made.json()["secret"].as_str().unwrap().starts_with("whsec_"));
        let path = format!("/api/v1/webhooks/{}", made.json()["webhook"]["id"].as_str().unwrap());
        let stopped = admin.clone().with("if-match", made.header("etag")).patch(&path, &json!({"active": false}));
        assert_eq!((stopped.status, stopped.json()["active"].clone()), (200, json!(false)), "{}", stopped.body);
        let rotated = admin.clone().with("if-match", stopped.header("etag")).post(&format!("{path}/rotate"), &json!({}));
        assert_eq!(rotated.status, 200, "{}", rotated.body);
        assert_eq!(admin.get(&format!("{path}/deliveries")).json()["items"], json!([]));
        assert_eq!(admin.delete(&path).status, 204);
        assert_eq!(house.as_chief().get("/api/v1/webhooks").problem(), (403, "forbidden".into()));
    }
    fn the_administrator_sees_the_house_at_work(house) {
        let seen = house.as_administrator().get("/api/v1/admin/house");
        assert_eq!(seen.status, 200, "{}", seen.body);
        assert!(seen.json()["limits"]["page_max"].as_i64().unwrap() > 0 && seen.json()["schema_version"].as_i64().unwrap() > 0);
        assert_eq!(house.as_customer("acme").get("/api/v1/admin/house").problem(), (403, "forbidden".into()));
        assert_eq!(house.as_customer("acme").get("/api/v1/limits").status, 200);
    }
}
