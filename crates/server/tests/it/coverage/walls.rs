//! What is another's does not exist: asked about the first account's things, strangers and colleagues are answered as about things that
//! never were.
use super::scene::{Body, Person, Scene, about_nothing, ids_in, may};
use super::{Operation, on_both, operations, settle, short};
use domain::people::Role;
use serde_json::Value;
use testkit::wire::Answer;

/// Things that belong to one person, or to the cases of one contact.
const PERSONAL: &[&str] = &["tkt", "clk", "att", "grt", "viw", "tok", "tol"];

on_both! {
    fn another_accounts_things_are_as_if_they_never_were(scene) {
        let mut found = Vec::new();
        for o in operations() {
            let ids = ids_of(scene, &o);
            for stranger in scene.strangers.iter().filter(|_| !ids.is_empty()) {
                found.extend(compare(scene, &o, stranger));
            }
        }
        settle("strangers", found);
    }
    fn a_colleagues_cases_views_and_tokens_are_as_if_they_never_were(scene) {
        let mut found = Vec::new();
        for o in operations() {
            if ids_of(scene, &o).iter().any(|id| PERSONAL.contains(&id.split('_').next().unwrap_or_default())) {
                found.extend(compare(scene, &o, &scene.colleague));
            }
        }
        settle("colleagues", found);
    }
    fn what_is_personal_is_hidden_from_colleagues_of_the_vendor_too(scene) {
        let mut found = Vec::new();
        for o in operations().into_iter().filter(|o| ["view.own", "token.own", "tool.own"].iter().any(|d| o.card().deeds.contains(d))) {
            for role in [Role::Engineer, Role::Administrator] {
                let (owner, other) = (scene.one(role), scene.another(scene.one(role)));
                if o.path.contains('{') {
                    found.extend(compare_of(scene, &o, owner, &other));
                }
            }
        }
        settle("vendor", found);
    }
}
/// The ids a question of this kind names.
fn ids_of(scene: &Scene, o: &Operation) -> Vec<String> {
    // Whoever may ask; about broken promises there are only so many questions.
    if o.name == "waive_breach" {
        return vec![super::scene::nothing("clk")];
    }
    let ask = (o.card().ask)(scene, scene.who_may(o.card().deeds));
    let body = if let Body::Json(json) = &ask.body { json.to_string() } else { String::new() };
    ids_in(&format!("{} {body}", ask.path))
}
fn compare(scene: &Scene, o: &Operation, stranger: &Person) -> Option<(String, String)> {
    compare_of(scene, o, scene.who_may(o.card().deeds), stranger)
}
/// Asks for what `owner` may have, in the name of `stranger`: about the thing, and about nothing.
fn compare_of(scene: &Scene, o: &Operation, owner: &Person, stranger: &Person) -> Option<(String, String)> {
    let ask = (o.card().ask)(scene, owner);
    let ready = scene.ready(&o.method, &ask, Some(stranger));
    let body = String::from_utf8(ready.body.clone()).unwrap_or_default();
    let (real, unreal) = (scene.send(&ready), scene.send(&ready.path(about_nothing(&ready.path)).body(about_nothing(&body))));
    let wrong = |what: &str| Some((o.name.clone(), format!("{what} for a {}: {} | {}", stranger.role.key(), short(&real), short(&unreal))));
    let wanted = if may(stranger.role, o.card().deeds) { 404 } else { 403 };
    let nothing_found = real.status == 200 && page(&real)["items"].as_array().is_some_and(Vec::is_empty);
    if real.status != wanted && !nothing_found {
        return wrong("is not hidden");
    }
    if (real.status, plain(&real)) != (unreal.status, plain(&unreal)) { wrong("is told apart from nothing") } else { None }
}
fn page(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}
/// All but what differs with every request.
fn plain(answer: &Answer) -> Value {
    let mut page = page(answer);
    if let Some(fields) = page.as_object_mut() {
        fields.remove("request_id");
    }
    page
}
