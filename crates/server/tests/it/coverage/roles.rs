//! Every operation asked by nobody and by somebody of every role, on one page; and the page is the policy's.
use super::cards::OPEN;
use super::scene::{Scene, may};
use super::{beside, on_both, operations, short};
use domain::people::Role;
use std::fmt::Write as _;

on_both! {
    fn everybody_may_what_the_policy_says_and_nothing_else(scene) {
        let (page, wrong) = ask_everybody(scene);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let path = beside("operations.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &page).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(page == kept, "the page of operations changed; look at it, then UPDATE=1 cargo test -p server writes it:\n{page}");
    }
}
fn ask_everybody(scene: &Scene) -> (String, Vec<String>) {
    let mut page = String::from(
        "Every operation with the deeds it asks leave for, and who may: + yes, . 403, o 404, x 401.\n\
         N nobody, C contact, M customer manager, E engineer, T TAM, D duty chief, Q quality, F finance, A administrator.\n\n",
    );
    let _ = writeln!(page, "{:<80} N C M E T D Q F A  deeds", "");
    let mut wrong = Vec::new();
    for o in operations() {
        let (card, mut marks) = (o.card(), Vec::new());
        let open = OPEN.contains(&card.operation);
        let contact = scene.one(Role::Contact);
        let answer = scene.send(&scene.ready(&o.method, &(card.ask)(scene, contact), None));
        if (answer.status == 401) == open {
            wrong.push(format!("{} answered nobody: {}", o.name, short(&answer)));
        }
        marks.push(mark(answer.status));
        for who in &scene.people {
            let ask = (card.ask)(scene, who);
            let answer = scene.ask(who, &o.method, &ask);
            let wanted = if may(who.role, card.deeds) { '+' } else { '.' };
            if mark(answer.status) != wanted {
                wrong.push(format!("{} by {}: {wanted} by the policy ({:?}), but {}", o.name, who.role.key(), card.deeds, short(&answer)));
            }
            marks.push(mark(answer.status));
        }
        let marks: Vec<String> = marks.iter().map(char::to_string).collect();
        let _ = writeln!(page, "{:<7}{:<51}{:<22} {}  {}", o.method, o.path, o.name, marks.join(" "), card.deeds.join(" "));
    }
    (page, wrong)
}
fn mark(status: u16) -> char {
    match status {
        200..300 => '+',
        401 => 'x',
        403 => '.',
        404 => 'o',
        _ => '?',
    }
}
#[test]
fn a_forged_or_spent_credential_opens_nothing() {
    let scene = Scene::new(store::db::testing::TestDb::sqlite());
    for o in operations().iter().filter(|o| !OPEN.contains(&o.name.as_str())) {
        let ready = scene.ready(&o.method, &(o.card().ask)(&scene, scene.who_may(o.card().deeds)), None);
        for (shown, code) in [("yn_forged", "unknown_credential"), (&scene.revoked, "token_revoked"), (&scene.expired, "token_expired")] {
            let answer = scene.send(&ready.header("authorization", Some(&format!("Bearer {shown}"))));
            assert!(answer.status == 401 && answer.text().contains(code), "{} with {code}: {}", o.name, short(&answer));
        }
    }
}
