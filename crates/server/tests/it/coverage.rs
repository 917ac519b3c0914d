//! Nothing escapes: every operation of the description is asked by everybody, in the right way and in every wrong one. An operation
//! without a card fails here with a sentence that says what to add.
mod cards;
mod input;
mod pages;
mod roles;
mod scene;
mod walls;
mod writes;

use cards::{CARDS, Card};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// An operation as it is described.
pub struct Operation {
    pub method: String,
    pub path: String,
    pub name: String,
    pub is: Value,
}
impl Operation {
    pub fn writes(&self) -> bool {
        self.method != "GET"
    }
    pub fn takes(&self, place: &str, name: &str) -> bool {
        self.is["parameters"].as_array().into_iter().flatten().any(|p| p["in"] == place && p["name"] == name)
    }
    pub fn card(&self) -> &'static Card {
        CARDS.iter().find(|c| c.operation == self.name).unwrap_or_else(|| {
            panic!(
                "{} {} has no card: add `card(\"{}\", &[<the deeds it asks leave for>], |s, who| <a question that succeeds>)` to tests/it/coverage/cards.rs",
                self.method, self.path, self.name
            )
        })
    }
}
/// Every operation, in the order of the description.
pub fn operations() -> Vec<Operation> {
    let api = description();
    let mut all = Vec::new();
    for (path, methods) in api["paths"].as_object().expect("paths") {
        for (method, is) in methods.as_object().expect("methods") {
            let name = is["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operation_id")).to_string();
            all.push(Operation { method: method.to_uppercase(), path: path.clone(), name, is: is.clone() });
        }
    }
    all
}
pub fn description() -> Value {
    serde_json::from_str(&server::http::api::openapi_json()).expect("a description")
}
fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/coverage").join(name)
}
/// What the list excuses in a test.
pub fn excused(test: &str) -> BTreeSet<String> {
    let list = std::fs::read_to_string(beside("exceptions.txt")).expect("the list of exceptions");
    let mut found = BTreeSet::new();
    for line in list.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        let (head, why) = line.split_once(": ").unwrap_or_else(|| panic!("exceptions.txt: {line:?} gives no reason"));
        let (of, operation) = head.split_once(' ').unwrap_or_else(|| panic!("exceptions.txt: {line:?} names no operation"));
        assert!(why.len() > 10 && CARDS.iter().any(|c| c.operation == operation), "exceptions.txt: {line:?}");
        if of == test {
            found.insert(operation.to_string());
        }
    }
    found
}
/// Holds a test's finds against the list of exceptions, both ways.
pub fn settle(test: &str, found: Vec<(String, String)>) {
    let excused = excused(test);
    let names: BTreeSet<String> = found.iter().map(|(operation, _)| operation.clone()).collect();
    let fresh: Vec<String> = found.into_iter().filter(|(o, _)| !excused.contains(o)).map(|(o, what)| format!("{o}: {what}")).collect();
    assert!(fresh.is_empty(), "{test}:\n{}", fresh.join("\n"));
    let stale: Vec<_> = excused.difference(&names).collect();
    assert!(stale.is_empty(), "exceptions.txt excuses what is in order now, take out: {test} {stale:?}");
}
/// One line of an answer, for messages.
pub fn short(answer: &testkit::wire::Answer) -> String {
    format!("{} {}", answer.status, answer.text().chars().take(400).collect::<String>())
}

/// `on_both! { fn name(scene) { … } }` is two tests, `…::sqlite` and `…::postgres`, each in a scene of its own.
macro_rules! on_both {
    ($(fn $name:ident($scene:ident) $body:block)*) => { $(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            fn story($scene: &$crate::coverage::scene::Scene) $body
            #[test]
            fn sqlite() {
                story(&$crate::coverage::scene::Scene::new(store::db::testing::TestDb::sqlite()));
            }
            #[test]
            fn postgres() {
                if let Some(db) = store::db::testing::TestDb::postgres() {
                    story(&$crate::coverage::scene::Scene::new(db));
                }
            }
        }
    )* };
}
pub(crate) use on_both;

#[test]
fn every_operation_has_a_card_and_every_card_an_operation() {
    let all = operations();
    assert!(all.len() > 70, "{} operations", all.len());
    let named: BTreeSet<&str> = all.iter().map(|o| o.card().operation).collect();
    let left_over: Vec<&str> = CARDS.iter().map(|c| c.operation).filter(|name| !named.contains(name)).collect();
    assert!(left_over.is_empty(), "take these cards out of tests/it/coverage/cards.rs, their operations are gone: {left_over:?}");
    assert_eq!(named.len(), CARDS.len(), "a card stands there twice");
}
#[test]
fn every_operation_says_what_it_does_and_what_may_go_wrong() {
    for o in operations().iter().filter(|o| o.path.starts_with("/api/v1/")) {
        let (is, name) = (&o.is, &o.name);
        assert!(is["summary"].as_str().is_some_and(|s| !s.is_empty()), "{name} does not say what it does");
        assert!(is["responses"]["default"]["content"]["application/problem+json"].is_object(), "{name} hides its problems");
        assert!(is["tags"][0].is_string(), "{name} has no place on the page");
        let doors = ["sign_in", "request_link", "sign_in_by_link", "sign_in_by_embed", "accept_invitation", "sign_out", "change_password"];
        let trials = ["try_routing", "try_routing_past", "test_mail"];
        let exempt = doors.iter().chain(&trials).any(|known| known == name);
        assert!(!o.writes() || o.takes("header", "Idempotency-Key") || exempt, "{name} cannot be sent twice safely");
    }
}
#[test]
fn operation_names_are_told_apart() {
    let mut names: Vec<String> = operations().into_iter().map(|o| o.name).collect();
    names.sort();
    let doubles: Vec<_> = names.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0].clone()).collect();
    assert_eq!(doubles, Vec::<String>::new());
}
