//! Bad input of every kind to every operation: a coded problem in the reader's words, and nothing written.
use super::cards::OPEN;
use super::scene::{Ask, BODY_BYTES_MAX, Body, Ready, ids_in, nothing};
use super::{Operation, description, on_both, operations, settle, short};
use domain::people::Role;
use serde_json::{Value, json};
use testkit::wire::Answer;

on_both! {
    fn whatever_is_wrong_with_a_request_is_said_and_nothing_is_written(scene) {
        let mut found = Vec::new();
        for o in operations().iter().filter(|o| o.path.starts_with("/api/v1/")) {
            let who = scene.who_may(o.card().deeds);
            let ask = (o.card().ask)(scene, who);
            let ready = scene.ready(&o.method, &ask, (!OPEN.contains(&o.name.as_str())).then_some(who)).header("accept-language", Some("zh-CN"));
            let before = scene.pos();
            for try_ in tries(o, &ready, &ask.body) {
                let answer = scene.send(&try_.ready);
                if let Some(wrong) = try_.wrong(&answer) {
                    found.push((o.name.clone(), format!("{}: {wrong}: {}", try_.what, short(&answer))));
                }
            }
            let lines: Vec<_> = scene.since(before).into_iter().map(|l| l.key).collect();
            if !lines.is_empty() {
                found.push((o.name.clone(), format!("something was written: {lines:?}")));
            }
            // Only the mistakes were refused: without them the same question is answered.
            let answer = scene.send(&ready);
            if answer.status >= 300 {
                found.push((o.name.clone(), format!("as it is meant: {}", short(&answer))));
            }
        }
        settle("input", found);
    }
    fn values_no_type_can_refuse_are_refused_by_their_sense(scene) {
        let (admin, contact) = (scene.one(Role::Administrator), scene.one(Role::Contact));
        let (account, case) = (scene.account, &scene.case);
        let customer = |more: Value| with(json!({"number": "n-1", "name": "n"}), more);
        let person = |more: Value| with(scene.new_contact(), more);
        let order = |more: Value| with(json!({"family": "ali.business", "ordered_at": "2025-06-16T00:00:00Z"}), more);
        let opening = |more: Value| with(json!({"subject": "s", "body": "b"}), more);
        let orders = format!("/accounts/{account}/orders");
        let acts = format!("/tickets/{case}/acts");
        let rows = [
            (admin, "/accounts", customer(json!({"tz": "Mars/Base"})), "tz"),
            (admin, "/accounts", customer(json!({"language": "中文"})), "language"),
            (admin, "/accounts", customer(json!({"name": " "})), "name"),
            (admin, "/accounts", customer(json!({"name": "n\u{7}"})), "name"),
            (admin, "/accounts", customer(json!({"tam": nothing("per")})), "tam"),
            (admin, "/people", person(json!({"tz": "Asia/Nowhere"})), "tz"),
            (admin, "/people", person(json!({"email": "nobody"})), "email"),
            (admin, "/people", person(json!({"tier": 9})), "tier"),
            (admin, "/people", person(json!({"capacity": -1})), "capacity"),
            (admin, "/people", person(json!({"password": "short"})), "password"),
            (admin, orders.as_str(), order(json!({"ordered_at": "2025-02-30T00:00:00Z"})), "ordered_at"),
            (admin, orders.as_str(), order(json!({"ordered_at": "2025-06-16"})), "ordered_at"),
            (admin, orders.as_str(), order(json!({"family": "no.such"})), "family"),
            (contact, "/tickets", opening(json!({"window": {"from": "2025-06-16T00:00:00Z", "to": "2025-06-15T00:00:00Z"}})), "window.to"),
            (contact, "/tickets", opening(json!({"severity": "grave"})), "severity"),
            (contact, "/tickets", opening(json!({"channel": "pigeon"})), "channel"),
            (contact, "/tickets", opening(json!({"subject": "s".repeat(301)})), "subject"),
            (contact, acts.as_str(), json!({"act": "raise_severity", "to": "grave"}), "to"),
            (contact, acts.as_str(), json!({"act": "reply", "body": ""}), "body"),
            (contact, "/tokens", json!({"name": "t", "scopes": ["ticket.fly"]}), "scopes[0]"),
            (contact, "/tokens", json!({"name": "t", "scopes": ["house.read"]}), "scopes[0]"),
            (contact, "/tokens", json!({"name": "t", "scopes": ["plan.read"], "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
            (contact, "/views", json!({"name": "v", "filter": {"stage": ["nwe"]}}), "filter"),
            (admin, "/webhooks", json!({"name": "w", "url": "ftp://example.com", "topics": ["*"]}), "url"),
            (admin, "/webhooks", json!({"name": "w", "url": "https://example.com", "topics": ["tick"]}), "topics[0]"),
            (admin, "/rota", json!({"duty": "moon", "person": admin.id.to_string(), "from": scene.now()}), "duty"),
            (admin, "/rota", json!({"duty": "group", "person": contact.id.to_string(), "from": scene.now()}), "person"),
        ];
        let before = scene.pos();
        let mut wrong = Vec::new();
        for (who, path, body, field) in rows {
            let ready = scene.ready("POST", &Ask::json(path, body.clone()), Some(who)).header("accept-language", Some("zh-CN"));
            let answer = scene.send(&ready);
            let page = page(&answer);
            let fields: Vec<&str> = page["errors"].as_array().into_iter().flatten().filter_map(|e| e["field"].as_str()).collect();
            if answer.status != 422 || !fields.iter().any(|f| f.starts_with(field)) {
                wrong.push(format!("{path} {body}: 422 for {field} was wanted: {}", short(&answer)));
            }
            wrong.extend(mute(&page).map(|said| format!("{path} {body}: {said:?} is no sentence for its reader")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(scene.pos(), before, "something was written");
    }
}
fn with(mut body: Value, more: Value) -> Value {
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

/// One mistake, and what must be said about it.
struct Try {
    what: String,
    ready: Ready,
    status: u16,
    code: &'static str,
    /// The field and its code, where it is about a field.
    flaw: Option<(String, &'static str)>,
}
impl Try {
    fn wrong(&self, answer: &Answer) -> Option<String> {
        if answer.header("content-type") != Some("application/problem+json") {
            return Some("no problem came back".into());
        }
        let page = page(answer);
        if (answer.status, page["code"].as_str()) != (self.status, Some(self.code)) {
            return Some(format!("{} {} was wanted", self.status, self.code));
        }
        let flaws: Vec<&Value> = page["errors"].as_array().into_iter().flatten().collect();
        if let Some((field, code)) = &self.flaw
            && !flaws.iter().any(|f| f["field"].as_str().is_some_and(|f| f.starts_with(field.as_str())) && (code.is_empty() || f["code"] == *code))
        {
            return Some(format!("{field} {code} was wanted"));
        }
        mute(&page).map(|words| format!("{words:?} is no sentence for its reader"))
    }
}
/// What is said in a problem that a Chinese reader cannot read.
fn mute(page: &Value) -> Option<Vec<&Value>> {
    let flaws = page["errors"].as_array().into_iter().flatten().map(|f| &f["message"]);
    let details = [&page["title"], &page["detail"]].into_iter().filter(|d| !d.is_null());
    let readable = |text: &str| has_chinese(text) && !text.contains(['{', '`']) && !text.contains(" a ");
    let found: Vec<_> = flaws.chain(details).filter(|s| !s.as_str().is_some_and(readable)).collect();
    Some(found).filter(|f| !f.is_empty())
}
pub fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}
fn page(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// Every mistake that can be made with this operation.
fn tries(o: &Operation, ready: &Ready, body: &Body) -> Vec<Try> {
    let mut all = Vec::new();
    let mut add = |what: &str, ready: Ready, status, code, flaw: Option<(&str, &'static str)>| {
        all.push(Try { what: what.into(), ready, status, code, flaw: flaw.map(|(f, c)| (f.to_string(), c)) });
    };
    match body {
        Body::Json(json) => {
            let text = json.to_string();
            add(
                "an unknown field",
                ready.body(with(json.clone(), json!({"no_such_field": 1})).to_string()),
                422,
                "invalid",
                Some(("no_such_field", "unknown_field")),
            );
            add("no UTF-8", ready.body(b"{\"a\": \"\xff\"}"), 400, "body.not_utf8", None);
            add("no body", ready.body(b""), 400, "body.empty", None);
            add("another content type", ready.header("content-type", Some("text/plain")), 415, "body.not_declared_json", None);
            add("no content type", ready.header("content-type", None), 415, "body.not_declared_json", None);
            add("a huge body", ready.body([text.as_bytes(), &[b' '; BODY_BYTES_MAX]].concat()), 413, "too_large", None);
            add("something behind the body", ready.body(format!("{text}{{}}")), 400, "body.trailing", None);
            add("half a body", ready.body(&text.as_bytes()[..text.len() - 1]), 400, "body.not_json", None);
            add("a list", ready.body(b"[]"), 422, "invalid", Some(("", "wrong_type")));
            add("a zero character", ready.body(text.replacen("\":", "\\u0000\":", 1)), 422, "invalid", Some(("", "zero_character")));
            for field in json.as_object().into_iter().flatten().map(|(name, _)| name) {
                let wrong = with(json.clone(), json!({ field: [[{}]] }));
                add(&format!("a wrong type for {field}"), ready.body(wrong.to_string()), 422, "invalid", Some((field, "")));
            }
            for field in required(o) {
                let mut less = json.clone();
                less.as_object_mut().map(|fields| fields.remove(&field));
                add(&format!("no {field}"), ready.body(less.to_string()), 422, "invalid", Some((&field, "missing_field")));
            }
        }
        Body::Nothing if o.writes() && o.takes("header", "Idempotency-Key") => {
            add("a body nobody wants", ready.body(b"{\"a\": 1}"), 400, "body.unwanted", None);
            add("a huge body", ready.body(vec![b' '; BODY_BYTES_MAX + 1]), 413, "too_large", None);
        }
        Body::File(_) => add("no file", ready.body(b""), 400, "body.empty", None),
        Body::Nothing => {}
    }
    if o.takes("header", "Idempotency-Key") {
        for key in ["", "two words", &"x".repeat(256)] {
            add("a bad key", ready.header("idempotency-key", Some(key)), 422, "invalid", Some(("Idempotency-Key", "idempotency.bad_key")));
        }
    }
    if o.takes("header", "If-Match") {
        add("an unreadable version", ready.header("if-match", Some("seven")), 412, "if_match_unreadable", None);
        add("a stale version", ready.header("if-match", Some("\"4000000\"")), 412, "stale", None);
        if !["act_on_ticket", "run_macro", "act_on_service"].contains(&o.name.as_str()) {
            add("no version", ready.header("if-match", None), 428, "if_match_missing", None);
        }
    }
    if o.is["parameters"].as_array().into_iter().flatten().any(|p| p["in"] == "query") {
        let and = if ready.path.contains('?') { '&' } else { '?' };
        add("an unknown question", ready.path(format!("{}{and}colour=red", ready.path)), 422, "invalid", Some(("colour", "unknown_field")));
        add("a question that is no UTF-8", ready.path(format!("{}{and}colour=%FF", ready.path)), 422, "invalid", Some(("colour", "not_utf8")));
    }
    let place = ready.path.split('?').next().unwrap_or_default();
    for id in ids_in(place) {
        for bad in ["42", "%FF", "ses_01h455vb4pex5vsknk084sn02q"] {
            add("a broken id", ready.path(ready.path.replacen(&id, bad, 1)), 404, "not_found", None);
        }
    }
    all
}
/// The fields a body must have, by the description.
fn required(o: &Operation) -> Vec<String> {
    let api = description();
    let schema = o.is["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
    let name = schema.rsplit('/').next().unwrap_or_default();
    let list = api["components"]["schemas"][name]["required"].as_array().cloned().unwrap_or_default();
    list.iter().filter_map(|f| f.as_str().map(str::to_string)).collect()
}
