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
}
