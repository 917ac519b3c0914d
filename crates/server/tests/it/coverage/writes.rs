//! Every write leaves a line in the log, and sent twice with a key it happens once.
use super::cards::OPEN;
use super::scene::{Ask, Person, Scene};
use super::{Operation, on_both, operations, settle, short};
use serde_json::Value;
use testkit::wire::Answer;

on_both! {
    // No chores run here: a line that is there with the answer was written in the transaction of the write.
    fn every_write_leaves_a_line_by_whoever_did_it(scene) {
        let mut found = Vec::new();
        for o in operations().iter().filter(|o| o.writes()) {
            let who = scene.who_may(o.card().deeds);
            let ready = scene.ready(&o.method, &(o.card().ask)(scene, who), (!OPEN.contains(&o.name.as_str())).then_some(who));
            let before = scene.pos();
            let answer = scene.send(&ready);
            assert!(answer.status < 300, "{}: {}", o.name, short(&answer));
            let lines = scene.since(before);
            if !lines.iter().any(|l| l.actor == Some(who.id)) {
                let keys: Vec<_> = lines.iter().map(|l| l.key.as_str()).collect();
                found.push((o.name.clone(), format!("it succeeds and leaves no line by who did it in the log, only {keys:?}")));
            }
        }
        settle("audit", found);
    }
    fn a_write_sent_twice_with_a_key_happens_once(scene) {
        let mut found = Vec::new();
        for o in operations().iter().filter(|o| o.takes("header", "Idempotency-Key")) {
            let who = scene.who_may(o.card().deeds);
            found.extend(twice(scene, o, who, &(o.card().ask)(scene, who)).map(|wrong| (o.name.clone(), wrong)));
        }
        settle("once", found);
    }
}
/// What is wrong with the answers to a question sent twice, then with another body, then by somebody else.
fn twice(scene: &Scene, o: &Operation, who: &Person, ask: &Ask) -> Option<String> {
    let ready = scene.ready(&o.method, ask, Some(who)).header("idempotency-key", Some("the-key-of-this-write"));
    let ready = ready.header("idempotency-key", Some(&scene.fresh("key")));
    let first = scene.send(&ready);
    if first.status >= 300 {
        return Some(format!("the first time: {}", short(&first)));
    }
    let pos = scene.pos();
    let second = scene.send(&ready);
    let no = |what: &str| Some(format!("{what}: {} | {}", short(&first), short(&second)));
    if second.header("idempotent-replayed") != Some("true") || first.header("idempotent-replayed").is_some() {
        return no("the second answer does not say that it is one");
    }
    if second.status != first.status || without_secret(&second) != without_secret(&first) {
        return no("answered in two ways");
    }
    if page(&second).get("secret").is_some() {
        return no("a secret is shown twice");
    }
    let other = match ready.body.as_slice() {
        b"" => b"{}".to_vec(),
        bytes => [bytes, b" "].concat(),
    };
    let third = scene.send(&ready.body(other));
    if third.status != 422 || page(&third)["errors"][0]["code"] != "idempotency.other_body" {
        return Some(format!("with another body: {}", short(&third)));
    }
    let lines = scene.since(pos);
    if !lines.is_empty() {
        return Some(format!("it happened again: {:?}", lines.iter().map(|l| l.key.as_str()).collect::<Vec<_>>()));
    }
    let another = scene.another(who);
    if !ask.in_session {
        let theirs = scene.send(&ready.header("authorization", Some(&format!("Bearer {}", another.token))));
        if theirs.header("idempotent-replayed").is_some() {
            return Some(format!("somebody else's key is answered: {}", short(&theirs)));
        }
    }
    None
}
fn page(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}
/// Secrets are shown once; everything else twice.
fn without_secret(answer: &Answer) -> Value {
    let mut page = page(answer);
    if let Some(fields) = page.as_object_mut() {
        fields.remove("secret");
    }
    page
}
