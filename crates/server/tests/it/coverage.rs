//! Nothing escapes: every operation of the description is asked, so a new one is covered by being described.
use crate::house::House;
use reqwest::Method;
use serde_json::Value;
use store::db::testing::TestDb;

/// `(method, address with ids of nobody, the description)` of every operation under /api/v1.
fn operations(house: &House) -> Vec<(Method, String, Value)> {
    let api = house.as_nobody().get("/api/openapi.json").json();
    let mut all = Vec::new();
    for (path, methods) in api["paths"].as_object().expect("paths") {
        for (method, is) in methods.as_object().expect("methods").iter().filter(|_| path.starts_with("/api/v1/")) {
            let mut address = path.clone();
            for p in is["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "path") {
                let name = p["name"].as_str().unwrap_or_default();
                address = address.replace(&format!("{{{name}}}"), "nobody");
            }
            all.push((method.to_uppercase().parse().expect("a method"), address, is.clone()));
        }
    }
    all
}

#[test]
fn no_operation_but_signing_in_answers_a_stranger() {
    let house = House::start(TestDb::sqlite());
    let all = operations(&house);
    assert!(all.len() > 50, "{} operations", all.len());
    for (method, address, _) in all.iter().filter(|(_, address, _)| address != "/api/v1/sessions") {
        let answer = house.as_nobody().ask(method.clone(), address, None);
        assert_eq!(answer.problem(), (401, "unauthorized".into()), "{method} {address}");
        let forged = house.as_nobody().with("authorization", "Bearer yn_forged").ask(method.clone(), address, None);
        assert_eq!(forged.problem(), (401, "unknown_credential".into()), "{method} {address}");
    }
}
#[test]
fn every_operation_says_what_it_does_and_what_may_go_wrong() {
    let house = House::start(TestDb::sqlite());
    for (method, address, is) in operations(&house) {
        assert!(is["summary"].as_str().is_some_and(|s| !s.is_empty()), "{method} {address} does not say what it does");
        assert!(is["responses"]["default"]["content"]["application/problem+json"].is_object(), "{method} {address} hides its problems");
        assert!(is["tags"][0].is_string() && is["operationId"].is_string(), "{method} {address} has no place on the page");
        let repeats = is["parameters"].as_array().into_iter().flatten().any(|p| p["name"] == "Idempotency-Key");
        let exempt = ["/sessions", "/sessions/current", "/people/me/password", "/presence"].iter().any(|end| address.ends_with(end));
        assert!(method == Method::GET || repeats || exempt, "{method} {address} cannot be sent twice safely");
    }
}
#[test]
fn operation_names_are_told_apart() {
    let house = House::start(TestDb::sqlite());
    let mut names: Vec<String> = operations(&house).iter().filter_map(|(_, _, is)| is["operationId"].as_str().map(str::to_string)).collect();
    names.sort();
    let doubles: Vec<_> = names.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0].clone()).collect();
    assert_eq!(doubles, Vec::<String>::new());
}
