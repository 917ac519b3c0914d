//! Every list: pages of the usual length, never longer than the house's limit, and a mistake in asking is named.
use super::scene::{Ask, Person, Scene, leave};
use super::{description, on_both, operations, short};
use desk::account::NewAccount;
use desk::act::Doing;
use desk::booking::NewService;
use desk::people::NewPerson;
use desk::quota::NewEntry;
use domain::kit::{AccountId, OutboxId, ServiceId, Span, TicketId};
use domain::people::{Actor, Role, ask};
use domain::quota::EntryKind;
use domain::ticket::Command;
use serde_json::Value;
use std::collections::BTreeSet;
use store::notice::Notice;

const USUAL: usize = 50;
const MOST: usize = 200;
/// More than fits on the longest page.
const MANY: u32 = 210;

/// Lists that come whole, and what keeps them short.
const WHOLE: &[(&str, &str)] = &[
    ("list_orders", "a customer orders a few plans in a lifetime"),
    ("list_calendars", "as many as the plan books have"),
    ("list_embeds", "at most 50"),
    ("list_grants", "at most 100 a case"),
    ("list_leads", "as many as a book has"),
    ("list_service_choices", "as many as there are kinds"),
    ("list_plans", "as many as there are books"),
    ("compare_plans", "as many as a book has cells"),
    ("list_drafts", "at most 200, the newest"),
    ("list_quotas", "as many as a book has"),
    ("list_rota", "shifts of one duty that have not ended"),
    ("list_clocks", "the promises of one case"),
    ("list_tokens", "ten active ones a person"),
    ("list_views", "at most 500 in the house"),
    ("queue_counts", "as many as a person has piles"),
    ("list_templates", "at most 200 of one's own and 500 shared"),
    ("get_checklist", "at most 50 lines"),
    ("list_checklists", "at most 200 of one's own and 500 shared"),
    ("list_times", "at most 500 a case"),
    ("match_guides", "at most eight, the best"),
    ("list_macros", "at most 200 of one's own and 500 shared"),
    ("list_webhooks", "at most 50 in the house"),
];

on_both! {
    fn lists_come_in_pages_of_the_usual_length_and_never_longer_than_the_limit(scene) {
        let paths = fill(scene);
        let mut wrong = Vec::new();
        for o in operations().iter().filter(|o| o.takes("query", "limit")) {
            let path = paths.iter().find(|(name, _)| *name == o.name).map(|(_, path)| path.as_str());
            let path = path.unwrap_or_else(|| panic!("{} is a list: fill it in tests/it/coverage/pages.rs", o.name));
            let who = scene.one(if o.card().deeds.contains(&"webhook.keep") { Role::Administrator } else { Role::DutyChief });
            wrong.extend(look(scene, who, o.takes("query", "cursor"), path).into_iter().map(|w| format!("{}: {w}", o.name)));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
#[test]
fn every_list_comes_in_pages_or_says_what_keeps_it_short() {
    let (api, mut whole) = (description(), BTreeSet::new());
    for o in operations().iter().filter(|o| !o.writes() && !o.takes("query", "limit")) {
        let schema = &o.is["responses"]["200"]["content"]["application/json"]["schema"];
        let name = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()).unwrap_or_default();
        if schema["properties"]["items"].is_object() || api["components"]["schemas"][name]["properties"]["items"]["type"] == "array" {
            whole.insert(o.name.clone());
        }
    }
    let known: BTreeSet<String> = WHOLE.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(whole, known, "a list takes limit and cursor, or stands in WHOLE with what keeps it short");
}

/// What is wrong with a list's pages.
fn look(scene: &Scene, who: &Person, has_cursor: bool, path: &str) -> Vec<String> {
    let and = if path.contains('?') { '&' } else { '?' };
    let get = |query: &str| scene.ask(who, "GET", &Ask::bare(format!("{path}{}{query}", if query.is_empty() { ' ' } else { and }).trim()));
    let page = |query: &str| -> Value { serde_json::from_slice(&get(query).body).unwrap_or_default() };
    let count = |page: &Value| page["items"].as_array().map_or(0, Vec::len);
    let mut wrong = Vec::new();
    for (query, wanted) in [("", USUAL), ("limit=1", 1), ("limit=200", MOST)] {
        let found = page(query);
        if count(&found) != wanted || found["next"].as_str().is_none() {
            wrong.push(format!("?{query}: {} rows instead of {wanted}, next {}", count(&found), found["next"]));
        }
    }
    let next = |found: &Value| found["next"].as_str().unwrap_or_default().to_string();
    let (turn, first) = (if has_cursor { "cursor" } else { "after" }, page("limit=200"));
    let second = page(&format!("limit=200&{turn}={}", next(&first)));
    let rows = |page: &Value| page["items"].as_array().into_iter().flatten().map(Value::to_string).collect::<BTreeSet<_>>();
    if count(&second) == 0 || !rows(&first).is_disjoint(&rows(&second)) {
        wrong.push(format!("the second page has {} rows, some of the first", count(&second)));
    }
    let mistakes = ["limit=0", "limit=201", "limit=abc", "limit=-1", "limit=99999999999"].map(|q| (q.to_string(), "limit"));
    let bad = ["abc", "AAAAAAAAAAAAAAAAAAAAAAAA", "你好"].map(|c| (format!("{turn}={c}"), turn));
    for (query, field) in mistakes.into_iter().chain(bad) {
        let answer = get(&query.replace("你好", "%E4%BD%A0%E5%A5%BD"));
        let page: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status != 422 || page["errors"][0]["field"] != field {
            wrong.push(format!("?{query}: {}", short(&answer)));
        }
    }
    wrong
}
/// Fills every list beyond its longest page; where each is read.
fn fill(scene: &Scene) -> Vec<(&'static str, String)> {
    let chief = scene.one(Role::DutyChief).id;
    let contact = actor(scene.one(Role::Contact));
    let keeper = actor(scene.one(Role::DutyChief));
    scene.house.write(move |cx| {
        for n in 0..MANY {
            let (number, email) = (format!("many.{n}"), format!("many.{n}@example.com"));
            desk::account::create(cx, &leave(), &NewAccount { number: number.clone(), name: number.clone(), ..NewAccount::default() })?;
            desk::people::create(cx, &leave(), &NewPerson::new(None, Role::Quality, &number, &email))?;
            let id: OutboxId = cx.fresh();
            let body = "{}".to_string();
            let texts = |text: &str| [("en".to_string(), text.to_string())].into();
            let (titles, bodies) = (texts(&number), texts("words"));
            let (sort, standing) = (domain::guide::Sort::Guide, domain::guide::Standing::Draft);
            let guide = desk::guide::GuideIn { sort, product: String::new(), symptoms: Vec::new(), titles, bodies, standing };
            desk::guide::create(cx, &desk::guide::Author { draft: ask(&keeper).expect("a chief drafts"), keep: None }, &guide)?;
            store::notice::put_new(
                cx.tx,
                &Notice { id, person: chief, topic: "ticket.opened".into(), ticket: None, body, at: cx.now, read_at: None },
            )?;
        }
        Ok(())
    });
    for _ in 0..MANY {
        scene.report("planned");
    }
    let first = scene.house.app.desk().next_number().expect("a number");
    for _ in 1..MANY {
        scene.house.app.desk().next_number().expect("a number");
    }
    scene.house.write(move |cx| {
        for n in 0..i64::from(MANY) {
            let words = store::ticket::Words { subject: format!("no route {n}"), ..words() };
            let opening =
                desk::ticket::Opening { channel: "web_ticket".into(), severity: "low".into(), words, body: "help".into(), ..Default::default() };
            desk::ticket::open(cx, &ask(&contact).expect("a contact opens cases"), first + n, &opening)?;
        }
        Ok(())
    });
    let (case, engineer) = (scene.fresh_case(), actor(scene.one(Role::Engineer)));
    let id: TicketId = case.parse().expect("an id");
    scene.house.write(move |cx| {
        for n in 0..MANY {
            let doing = Doing { body: Some(format!("reply {n}")), ..Doing::new(Command::Reply { asks: false }) };
            desk::act::act(cx, &ask(&engineer).expect("an engineer acts"), id, &doing)?;
        }
        Ok(())
    });
    let view = Ask::json("/views", serde_json::json!({"name": "all", "filter": {"open": true}}));
    let view = super::scene::id_of(&scene.make(scene.one(Role::DutyChief), "POST", &view).expect("a view"));
    let webhook = scene.fresh_webhook();
    scene.failed_letters(&webhook, MANY);
    let counted = scene.counted_account();
    let (account, own): (AccountId, AccountId) = (counted.parse().expect("an id"), scene.account);
    let service = scene.planned_service();
    let watched: ServiceId = service.parse().expect("an id");
    let keeper = actor(scene.one(Role::DutyChief));
    scene.house.write(move |cx| {
        for n in 0..MANY {
            let (quota, kind, reason) = ("urgent_boost".into(), EntryKind::Grant, format!("courtesy {n}"));
            let entry = NewEntry { account, quota, kind, count: 1, days: 0, period: None, reason, order: None };
            desk::quota::enter(cx, &ask(&keeper).expect("a chief keeps quotas"), &entry)?;
            let new = NewService {
                account: Some(own),
                kind: domain::booking::Kind::OnsiteVisit,
                topic: String::new(),
                subject: format!("visit {n}"),
                wishes: String::new(),
                products: Vec::new(),
                first: jiff::civil::date(2025, 7, 14),
                days: 1,
                ticket: None,
                waive_lead: None,
            };
            desk::booking::request(cx, &ask(&keeper).expect("a chief books services"), &new)?;
            desk::booking::note(cx, &ask(&keeper).expect("a chief keeps services"), watched, &format!("line {n}"))?;
        }
        Ok(())
    });
    // The index follows.
    scene.house.wind(Span::seconds(1));
    vec![
        ("list_tickets", "/tickets".into()),
        ("list_messages", format!("/tickets/{case}/messages")),
        ("read_timeline", format!("/tickets/{case}/timeline")),
        ("list_view_tickets", format!("/views/{view}/tickets")),
        ("search", "/search?q=route".into()),
        ("list_accounts", "/accounts".into()),
        ("list_people", "/people".into()),
        ("list_notices", "/notices".into()),
        ("list_guides", "/guides".into()),
        ("list_deliverables", "/deliverables".into()),
        ("list_ledger", format!("/quotas/ledger?account={counted}")),
        ("list_services", "/services".into()),
        ("list_service_log", format!("/services/{service}/log")),
        ("list_deliveries", format!("/webhooks/{webhook}/deliveries")),
    ]
}
fn words() -> store::ticket::Words {
    let none = String::new;
    store::ticket::Words {
        subject: none(),
        product: none(),
        instance: none(),
        error_code: none(),
        window_from: None,
        window_to: None,
        impact: none(),
        tried: none(),
    }
}
fn actor(p: &Person) -> Actor {
    Actor { person: p.id, role: p.role, tier: u8::from(p.role == Role::Engineer), account: p.account }
}
