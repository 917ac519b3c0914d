//! What the vendor's people keep for their daily work, over HTTP.
use crate::house::{Caller, House};
use crate::house_test;
use domain::kit::Span;
use domain::people::Role;
use serde_json::{Value, json};

fn open(house: &House, subject: &str) -> String {
    let case = house.as_customer("acme").post("/api/v1/tickets", &json!({"subject": subject, "body": "help", "product": "ecs"}));
    assert_eq!(case.status, 201, "{}", case.body);
    case.json()["id"].as_str().unwrap().to_string()
}
fn make(who: &Caller, room: &str, new: &Value) -> String {
    let made = who.post(&format!("/api/v1/{room}"), new);
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(made.header("location").ends_with(made.json()["id"].as_str().unwrap()), "{}", made.header("location"));
    made.json()["id"].as_str().unwrap().to_string()
}
fn seen(house: &House, who: &str, case: &str) -> Value {
    house.as_engineer(who).get(&format!("/api/v1/tickets/{case}")).json()
}
fn keys(house: &House, who: &str, case: &str) -> Vec<String> {
    let page = house.as_engineer(who).get(&format!("/api/v1/tickets/{case}/timeline")).json();
    page["items"].as_array().unwrap().iter().map(|e| e["key"].as_str().unwrap().to_string()).collect()
}

house_test! {
    fn a_template_is_filled_in_the_language_of_the_case_and_shared_when_its_owner_says_so(house) {
        let (li, wang, case) = (house.as_engineer("li"), house.as_engineer("wang"), open(house, "no route"));
        let texts = json!({"en": "Hello {{customer}} of {{company}}, {{ number }} \"{{subject}}\" on {{instance}}.", "zh-CN": "您好，{{customer}}（{{number}}）"});
        let id = make(&li, "templates", &json!({"name": "greeting", "texts": texts}));
        let filled = li.get(&format!("/api/v1/templates/{id}/filled?ticket={case}")).json();
        let number = seen(house, "li", &case)["ticket"]["number"].as_str().unwrap().to_string();
        assert_eq!((&filled["language"], &filled["body"]), (&json!("zh-CN"), &json!(format!("您好，contact.acme（{number}）"))));
        assert_eq!(wang.get(&format!("/api/v1/templates/{id}")).problem(), (404, "not_found".into()));
        let english = json!({"shared": true, "texts": {"en": texts["en"]}});
        let edited = li.clone().with("if-match", "\"1\"").patch(&format!("/api/v1/templates/{id}"), &english);
        assert_eq!((edited.status, edited.json()["version"].clone(), edited.json()["name"].clone()), (200, json!(2), json!("greeting")), "{}", edited.body);
        let filled = wang.get(&format!("/api/v1/templates/{id}/filled?ticket={case}")).json();
        assert_eq!(filled["body"], format!("Hello contact.acme of acme, {number} \"no route\" on {{{{instance}}}}."));
        assert_eq!((&filled["language"], &filled["missing"]), (&json!("en"), &json!(["instance"])));
        assert_eq!(wang.get("/api/v1/templates").json()["items"][0]["id"], id.as_str());
        assert_eq!(wang.delete(&format!("/api/v1/templates/{id}")).problem(), (404, "not_found".into()), "shared, and still its owner's");
        assert_eq!(li.delete(&format!("/api/v1/templates/{id}")).status, 204);
        assert_eq!(wang.get("/api/v1/templates").json()["items"], json!([]));
        let wrong = li.post("/api/v1/templates", &json!({"name": "x", "texts": {"en": "{{nmuber}}"}}));
        assert_eq!((wrong.status, wrong.json()["errors"][0]["field"].clone(), wrong.json()["errors"][0]["code"].clone()), (422, json!("texts.en"), json!("unknown_variable")), "{}", wrong.body);
        assert_eq!(house.as_customer("acme").get("/api/v1/templates").problem(), (403, "forbidden".into()));
    }
    fn a_macro_does_all_its_acts_or_none_and_tells_beforehand_what_it_would_do(house) {
        let (li, case) = (house.as_engineer("li"), open(house, "no route"));
        let steps = json!([
            {"act": "reply", "body": "Hello {{customer}}, {{engineer}} looks into it.", "asks": true},
            {"act": "transfer", "to": "me", "tier": 2, "reason": "mine"},
            {"act": "snooze", "until_in": "PT4H", "reason": "until the customer answers"},
        ]);
        let id = make(&li, "macros", &json!({"name": "take it", "steps": steps}));
        let path = format!("/api/v1/macros/{id}/run");
        let tried = li.post(&path, &json!({"ticket": case, "dry_run": true}));
        assert_eq!(tried.status, 200, "{}", tried.body);
        let acts: Vec<_> = tried.json()["steps"].as_array().unwrap().iter().map(|s| (s["act"].clone(), s["possible"].clone())).collect();
        assert_eq!(acts, [(json!("reply"), json!(true)), (json!("transfer"), json!(true)), (json!("snooze"), json!(true))]);
        assert_eq!(tried.json()["steps"][0]["body"], "Hello contact.acme, engineer.li looks into it.");
        assert_eq!(tried.json()["steps"][0]["events"][0]["key"], "ticket.answered_first");
        assert_eq!(seen(house, "li", &case)["messages"].as_array().unwrap().len(), 1, "nothing was sent");
        let stale = li.clone().with("if-match", "\"7\"").post(&path, &json!({"ticket": case}));
        assert_eq!(stale.problem(), (412, "stale".into()));
        let ran = li.post(&path, &json!({"ticket": case}));
        assert_eq!((ran.status, ran.json()["dry_run"].clone(), ran.json()["steps"].as_array().map(Vec::len)), (200, json!(false), Some(3)), "{}", ran.body);
        let ticket = &ran.json()["ticket"];
        assert_eq!((&ticket["stage"], &ticket["tier"], &ticket["snoozed"]["until"]), (&json!("waiting_customer"), &json!(2), &json!("2025-06-16T06:00:00Z")));
        let said = seen(house, "li", &case)["messages"].to_string();
        assert!(said.contains("\"Hello contact.acme, engineer.li looks into it.\""), "{said}");
        assert_eq!(keys(house, "li", &case).iter().filter(|k| *k == "ticket.macro_run").count(), 1);
        // Again: the second act is refused, so the reply is not sent either.
        let again = li.post(&path, &json!({"ticket": case}));
        assert_eq!(again.problem(), (409, "ticket.same_person".into()));
        assert_eq!(seen(house, "li", &case)["messages"].as_array().unwrap().len(), 2);
        let tried = li.post(&path, &json!({"ticket": case, "dry_run": true})).json();
        assert_eq!((&tried["steps"][1]["possible"], &tried["steps"][1]["why"]), (&json!(false), &json!("ticket.same_person")));
        assert_eq!(tried["steps"].as_array().unwrap().len(), 2);
    }
    fn a_macro_is_refused_with_the_step_that_is_wrong(house) {
        let li = house.as_engineer("li");
        let wrong = |steps: Value| {
            let answer = li.post("/api/v1/macros", &json!({"name": "m", "steps": steps}));
            assert_eq!(answer.status, 422, "{}", answer.body);
            answer.json()["errors"].as_array().unwrap().iter().map(|e| format!("{} {}", e["field"].as_str().unwrap(), e["code"].as_str().unwrap())).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(wrong(json!([])), "steps empty");
        assert_eq!(wrong(json!([{"act": "fly"}, {"act": "snooze", "until_in": "soon", "reason": "x"}])), "steps[0].act unknown_value, steps[1].until_in bad_span");
        assert_eq!(wrong(json!([{"act": "note", "body": "{{hello}}"}, 7])), "steps[0].body unknown_variable, steps[1] wrong_type");
        assert_eq!(wrong(json!([{"act": "reply", "body": "x", "attachments": []}])), "steps[0].attachments not_for_this_act");
        let quality = house.as_(&house.staff(Role::Quality, "qi"));
        let id = make(&quality, "macros", &json!({"name": "m", "steps": [{"act": "note", "body": "seen"}]}));
        let case = open(house, "no route");
        assert_eq!(quality.post(&format!("/api/v1/macros/{id}/run"), &json!({"ticket": case})).problem(), (403, "forbidden".into()), "kept, not run");
        house.wind(Span::seconds(1));
    }
    fn one_act_is_done_to_many_cases_and_what_is_refused_harms_no_other(house) {
        // The first is in nobody's hands: there was nobody yet.
        let first = open(house, "no route 0");
        let li = house.as_engineer("li");
        let cases: Vec<String> = [first].into_iter().chain((1..4).map(|n| open(house, &format!("no route {n}")))).collect();
        let wang = house.staff(Role::Engineer, "wang");
        let closed = house.as_customer("acme").post(&format!("/api/v1/tickets/{}/acts", cases[1]), &json!({"act": "withdraw", "reason": "found it"}));
        assert_eq!(closed.status, 200, "{}", closed.body);
        let unknown = "tkt_00000000000000000000000001";
        let act = |dry_run: bool| json!({
            "tickets": [cases[0], cases[1], unknown, cases[2], cases[3], cases[0]], "dry_run": dry_run,
            "act": {"act": "transfer", "to": wang.id.to_string(), "tier": 2, "reason": "holiday"},
        });
        let told = |answer: &Value| -> Vec<(bool, bool, String)> {
            let row = |r: &Value| (r["possible"].as_bool().unwrap(), r["done"].as_bool().unwrap(), r["why"].as_str().unwrap_or("-").to_string());
            answer["items"].as_array().unwrap().iter().map(row).collect()
        };
        let tried = li.post("/api/v1/tickets/bulk", &act(true));
        assert_eq!(tried.status, 200, "{}", tried.body);
        let refused = [(1, "ticket.already_closed"), (2, "not_found")];
        let wanted = |done: bool| -> Vec<(bool, bool, String)> {
            let row = |n| refused.iter().find(|(at, _)| *at == n).map_or((true, done, "-".to_string()), |(_, why)| (false, false, why.to_string()));
            (0..5).map(row).collect()
        };
        assert_eq!((told(&tried.json()), tried.json()["undo"].clone()), (wanted(false), Value::Null));
        assert_eq!((&tried.json()["items"][3]["subject"], &tried.json()["items"][2]["number"]), (&json!("no route 2"), &Value::Null));
        let before = seen(house, "li", &cases[0])["ticket"]["handler"].clone();
        let li_id = house.staff(Role::Engineer, "li").id.to_string();
        assert_eq!((&before, &seen(house, "li", &cases[3])["ticket"]["handler"]), (&Value::Null, &json!(li_id)), "nothing happened yet");
        let ran = li.post("/api/v1/tickets/bulk", &act(false));
        assert_eq!((ran.status, told(&ran.json())), (200, wanted(true)), "{}", ran.body);
        let now = seen(house, "li", &cases[0])["ticket"].clone();
        assert_eq!((&now["handler"], &now["tier"]), (&json!(wang.id.to_string()), &json!(2)));
        // One of them moves on; the other goes back to where it was. Only by whoever acted, and once.
        let undo = format!("/api/v1/tickets/bulk/{}/undo", ran.json()["undo"].as_str().unwrap());
        let on = house.as_(&wang).post(&format!("/api/v1/tickets/{}/acts", cases[2]), &json!({"act": "snooze", "until": "2025-06-17T00:00:00Z", "reason": "later"}));
        assert_eq!(on.status, 200, "{}", on.body);
        assert_eq!(house.as_(&wang).post(&undo, &json!({})).problem(), (404, "not_found".into()));
        let back = li.post(&undo, &json!({}));
        assert_eq!((back.status, told(&back.json())), (200, vec![(true, true, "-".into()), (false, false, "bulk.changed_meanwhile".into()), (true, true, "-".into())]), "{}", back.body);
        let now = seen(house, "li", &cases[0])["ticket"].clone();
        assert_eq!((&now["handler"], &now["tier"]), (&before, &json!(1)));
        assert_eq!(seen(house, "li", &cases[3])["ticket"]["handler"], li_id);
        assert_eq!(keys(house, "li", &cases[0]).last().map(String::as_str), Some("ticket.put_back"));
        assert_eq!(seen(house, "li", &cases[2])["ticket"]["handler"], wang.id.to_string());
        assert_eq!(li.post(&undo, &json!({})).problem(), (409, "bulk.undone".into()));
    }
    fn what_was_laid_aside_or_followed_together_is_given_back_within_ten_minutes(house) {
        let li = house.as_engineer("li");
        let cases: Vec<String> = (0..2).map(|n| open(house, &format!("no route {n}"))).collect();
        let first = li.post(&format!("/api/v1/tickets/{}/acts", cases[0]), &json!({"act": "snooze", "until": "2025-06-18T00:00:00Z", "reason": "the first"}));
        assert_eq!(first.status, 200, "{}", first.body);
        let bulk = |act: Value| li.post("/api/v1/tickets/bulk", &json!({"tickets": cases, "act": act}));
        let undo = |ran: &Value| li.post(&format!("/api/v1/tickets/bulk/{}/undo", ran["undo"].as_str().unwrap()), &json!({}));
        let snoozed = |case: &str| seen(house, "li", case)["ticket"]["snoozed"].clone();
        let ran = bulk(json!({"act": "snooze", "until": "2025-06-20T00:00:00Z", "reason": "all"})).json();
        assert_eq!((snoozed(&cases[0])["reason"].clone(), snoozed(&cases[1])["reason"].clone()), (json!("all"), json!("all")));
        house.wind(Span::minutes(10));
        assert_eq!(undo(&ran).status, 200);
        assert_eq!((snoozed(&cases[0])["reason"].clone(), snoozed(&cases[1])), (json!("the first"), Value::Null));
        let ran = bulk(json!({"act": "follow"})).json();
        house.wind(Span::minutes(10) + Span::seconds(1));
        assert_eq!(undo(&ran).problem(), (409, "bulk.too_late".into()));
        let again = bulk(json!({"act": "follow"})).json();
        assert_eq!((&again["items"][0]["why"], &again["undo"]), (&json!("ticket.already_following"), &Value::Null));
        let ran = bulk(json!({"act": "unfollow"})).json();
        assert_eq!(undo(&ran).status, 200);
        assert_eq!(seen(house, "li", &cases[1])["ticket"]["followers"].as_array().unwrap().len(), 1);
        let noted = bulk(json!({"act": "note", "body": "the line of Shanghai is down"})).json();
        assert_eq!((&noted["items"][1]["done"], &noted["undo"]), (&json!(true), &Value::Null), "words are not taken back");
        assert!(seen(house, "li", &cases[1])["messages"].to_string().contains("line of Shanghai"));
    }
    fn an_act_on_many_is_refused_as_a_whole_when_the_act_itself_is_wrong(house) {
        let (li, case) = (house.as_engineer("li"), open(house, "no route"));
        let wrong = |tickets: Value, act: Value| {
            let answer = li.post("/api/v1/tickets/bulk", &json!({"tickets": tickets, "act": act}));
            assert_eq!(answer.status, 422, "{}", answer.body);
            answer.json()["errors"].as_array().unwrap().iter().map(|e| format!("{} {}", e["field"].as_str().unwrap(), e["code"].as_str().unwrap())).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(wrong(json!([]), json!({"act": "follow"})), "tickets empty");
        assert_eq!(wrong(json!(vec![&case; 101]), json!({"act": "follow"})), "tickets too_many");
        assert_eq!(wrong(json!([case]), json!({"act": "reply", "body": "x"})), "act.act unknown_value");
        assert_eq!(wrong(json!([case]), json!({"act": "note"})), "act.body missing");
        assert_eq!(wrong(json!([case]), json!({"act": "transfer", "reason": "x"})), "act.to missing_field");
        let nobody = house.customer(Role::Contact, "acme").id.to_string();
        assert_eq!(wrong(json!([case]), json!({"act": "transfer", "to": nobody, "reason": "x"})), "act.to nobody_who_answers");
        assert_eq!(house.as_customer("acme").post("/api/v1/tickets/bulk", &json!({"tickets": [case], "act": {"act": "follow"}})).problem(), (403, "forbidden".into()));
    }
    fn a_check_list_is_put_on_a_case_and_ticked_off_among_ourselves(house) {
        let (li, wang, case) = (house.as_engineer("li"), house.as_engineer("wang"), open(house, "no route"));
        let list = make(&li, "checklists", &json!({"name": "network", "items": ["ask for the route table", "look at the switch "]}));
        let path = format!("/api/v1/tickets/{case}/checks");
        assert_eq!(wang.post(&path, &json!({"checklist": list})).json()["errors"][0]["code"], "unknown", "not shared yet");
        let added = li.post(&path, &json!({"checklist": list, "items": ["call back"]}));
        assert_eq!((added.status, added.json()["checks_open"].clone()), (201, json!(3)), "{}", added.body);
        let version = seen(house, "li", &case)["ticket"]["version"].clone();
        let ticked = wang.patch(&format!("{path}/2"), &json!({"done": true}));
        assert_eq!((ticked.status, ticked.json()["checks_open"].clone()), (200, json!(2)), "{}", ticked.body);
        let item = ticked.json()["items"][1].clone();
        let by = house.staff(Role::Engineer, "wang").id.to_string();
        assert_eq!((&item["n"], &item["text"], &item["done"], &item["by"]), (&json!(2), &json!("look at the switch"), &json!(true), &json!(by)));
        assert_eq!(wang.patch(&format!("{path}/2"), &json!({"done": true})).status, 200, "ticked twice is ticked");
        assert_eq!(li.patch(&format!("{path}/2"), &json!({"done": false, "text": "look at both switches"})).json()["checks_open"], 3);
        assert_eq!(li.patch(&format!("{path}/1"), &json!({"done": true})).status, 200);
        let dropped = li.delete(&format!("{path}/3"));
        assert_eq!((dropped.status, dropped.json()["checks_open"].clone()), (200, json!(1)), "{}", dropped.body);
        assert_eq!(li.post(&path, &json!({"items": ["write it down"]})).json()["items"][2]["n"], 4, "a number is not given twice");
        let now = seen(house, "li", &case);
        assert_eq!((&now["ticket"]["checks_open"], now["checks"].as_array().map(Vec::len), &now["ticket"]["version"]), (&json!(2), Some(3), &version));
        let by = now["checks"][0]["by"].as_str().unwrap();
        assert_eq!(now["people"][by]["name"], "engineer.li", "{now}");
        let theirs = house.as_customer("acme").get(&format!("/api/v1/tickets/{case}")).json();
        assert_eq!((&theirs["ticket"]["checks_open"], &theirs["checks"]), (&json!(0), &json!([])), "our own business");
        assert!(!house.as_customer("acme").get(&format!("/api/v1/tickets/{case}/timeline")).body.contains("check"));
        let told: Vec<String> = keys(house, "li", &case).into_iter().filter(|k| k.starts_with("ticket.check")).collect();
        let wanted = ["checks_added", "check_done", "check_edited", "check_undone", "check_done", "check_dropped", "checks_added"].map(|k| format!("ticket.{k}"));
        assert_eq!(told, wanted);
        assert_eq!(li.patch(&format!("{path}/9"), &json!({"done": true})).problem(), (404, "not_found".into()));
        assert_eq!(li.patch(&format!("{path}/1"), &json!({})).json()["errors"][0]["field"], "done");
        assert_eq!(li.post(&path, &json!({})).json()["errors"][0]["field"], "items");
        let answer = li.post(&format!("/api/v1/tickets/{case}/acts"), &json!({"act": "reply", "body": "done"}));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let resolved = li.post(&format!("/api/v1/tickets/{case}/acts"), &json!({"act": "resolve", "cause": "a switch"}));
        assert_eq!((resolved.status, resolved.json()["ticket"]["checks_open"].clone()), (200, json!(2)), "open items hold nothing up: {}", resolved.body);
    }
    fn time_is_written_down_added_up_and_taken_back_within_a_day(house) {
        let (li, wang, case) = (house.as_engineer("li"), house.as_engineer("wang"), open(house, "no route"));
        let path = format!("/api/v1/tickets/{case}/times");
        let first = li.post(&path, &json!({"minutes": 40, "what": "read the logs", "billable": true, "at": "2025-06-16T01:00:00Z"}));
        assert_eq!((first.status, first.json()["billable"].clone(), first.json()["at"].clone()), (201, json!(true), json!("2025-06-16T01:00:00Z")), "{}", first.body);
        assert_eq!(wang.post(&path, &json!({"minutes": 1440, "what": "a long day"})).status, 201);
        for (wrong, field) in [
            (json!({"minutes": 0, "what": "x"}), "minutes"),
            (json!({"minutes": 1441, "what": "x"}), "minutes"),
            (json!({"minutes": 1, "what": " "}), "what"),
            (json!({"minutes": 1, "what": "x", "at": "2025-06-16T02:00:01Z"}), "at"),
        ] {
            let answer = li.post(&path, &wrong);
            assert_eq!((answer.status, answer.json()["errors"][0]["field"].clone()), (422, json!(field)), "{}", answer.body);
        }
        let quality = house.as_(&house.staff(Role::Quality, "qi"));
        let all = quality.get(&path).json();
        assert_eq!((&all["total_minutes"], all["items"].as_array().map(Vec::len)), (&json!(1480), Some(2)));
        assert_eq!(seen(house, "li", &case)["ticket"]["minutes_spent"], 1480);
        let customer = house.as_customer("acme");
        assert_eq!(customer.get(&format!("/api/v1/tickets/{case}")).json()["ticket"]["minutes_spent"], 0);
        assert_eq!(customer.get(&path).problem(), (403, "forbidden".into()));
        let own = format!("{path}/{}", first.json()["id"].as_str().unwrap());
        assert_eq!(wang.delete(&own).problem(), (409, "time.not_yours".into()));
        let other = open(house, "another");
        assert_eq!(li.delete(&own.replace(&case, &other)).problem(), (404, "not_found".into()));
        house.wind(Span::hours(24));
        assert_eq!(li.delete(&own).status, 204);
        assert_eq!(seen(house, "li", &case)["ticket"]["minutes_spent"], 1440);
        house.wind(Span::seconds(1));
        let late = format!("{path}/{}", quality.get(&path).json()["items"][0]["id"].as_str().unwrap());
        assert_eq!(wang.delete(&late).problem(), (409, "time.too_late".into()));
    }
}
