use super::*;
use crate::case_tests::{World, start};
use crate::notify::concerned;
use crate::webhook::{WebhookIn, create};
use domain::people::{KeepWebhooks, ask};
use domain::promise::Wait;
use domain::ticket::{Closing, Command, Fact, Severity};
use store::db::Db;
use store::store_test;

const A: &str = "node a";
const B: &str = "node b";

/// The demo's house with everything it had to tell already sent, and its cases out of the way of the clock.
fn world(db: &Db) -> World {
    let w = World::new(db);
    loop {
        let due = claim(&w.desk, A, w.now, 100).unwrap();
        if due.is_empty() {
            return w;
        }
        for sent in due {
            settle(&w.desk, &sent, A, Outcome::Sent, w.now).unwrap();
        }
    }
}
/// What is claimed about one case, and about nothing of the demo's.
fn claim_about(w: &World, id: TicketId, now: At, limit: u32) -> Vec<Outgoing> {
    let mut all = claim(&w.desk, A, now, limit).unwrap();
    all.retain(|o| matches!(&o.parcel, Parcel::Mail(m) if m.thread == Some(id)));
    all
}
fn mail_of(sent: &Outgoing) -> &Mail {
    match &sent.parcel {
        Parcel::Mail(mail) => mail,
        Parcel::Webhook(_) => panic!("a webhook"),
    }
}
fn hook_of(sent: &Outgoing) -> &Hook {
    match &sent.parcel {
        Parcel::Webhook(hook) => hook,
        Parcel::Mail(_) => panic!("a mail"),
    }
}
/// Everything that was ever in the outbox for somebody, as `topic state`.
fn letters(w: &World, target: [u8; 16]) -> Vec<String> {
    let all = w.desk.read(|tx| Ok(store::outbox::list_of_target(tx, target, None, 100)?)).unwrap();
    all.into_iter().rev().map(|l| format!("{} {}", l.topic, l.state)).collect()
}
fn one(w: &World, who: &str, now: At) -> Outgoing {
    let mut all = claim(&w.desk, who, now, 10).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}
fn bundling(w: &World, login: &str) -> PersonId {
    let person = w.who(login).person;
    let change = move |cx: &mut Act| {
        let mut p = store::person::find(cx.tx, person)?.unwrap();
        p.digest = true;
        Ok(store::person::put(cx.tx, &p)?)
    };
    w.desk.write(w.now, change).unwrap();
    person
}
fn hooked(w: &World) -> WebhookId {
    let leave = ask::<KeepWebhooks>(&w.who("admin")).unwrap();
    let new = WebhookIn {
        account: None,
        name: "ours".into(),
        url: "https://hooks.example.com/in".into(),
        topics: vec!["ticket.opened".into()],
        active: true,
    };
    w.desk.write(w.now, move |cx| create(cx, &leave, &new)).unwrap().webhook.id
}
fn webhook(w: &World, id: WebhookId) -> store::webhook::Webhook {
    w.desk.read(|tx| Ok(store::webhook::find(tx, id)?)).unwrap().unwrap()
}
fn told_of_stop(w: &World) -> usize {
    let admin = w.who("admin").person;
    let notices = w.desk.read(|tx| Ok(store::notice::list(tx, admin, true, None, 50)?)).unwrap();
    notices.iter().filter(|n| n.topic == "webhook.stopped").count()
}
/// A letter to a webhook, claimed; nothing else is due.
fn hooked_and_claimed(w: &World) -> (WebhookId, Outgoing) {
    let id = hooked(w);
    w.open("yunfan", "medium", "web_ticket", "rds");
    let (mut hooks, mails): (Vec<_>, Vec<_>) =
        claim(&w.desk, A, w.now, 10).unwrap().into_iter().partition(|o| matches!(o.parcel, Parcel::Webhook(_)));
    for mail in mails {
        settle(&w.desk, &mail, A, Outcome::Sent, w.now).unwrap();
    }
    (id, hooks.remove(0))
}

store_test! {
    fn a_letter_is_claimed_by_one_postman_and_ended_once(db) {
        let w = world(db);
        let case = w.open("yunfan", "medium", "web_ticket", "rds");
        let sent = one(&w, A, w.now);
        assert_eq!(claim(&w.desk, B, w.now, 10).unwrap().len(), 0);
        assert_eq!(settle(&w.desk, &sent, B, Outcome::Sent, w.now), Ok(false), "not in b's hands");
        assert_eq!(settle(&w.desk, &sent, A, Outcome::Sent, w.now), Ok(true));
        assert_eq!(settle(&w.desk, &sent, A, Outcome::Sent, w.now), Ok(false), "ended once");
        assert_eq!(claim(&w.desk, B, w.now + Span::days(1), 10).unwrap().len(), 0);
        assert_eq!(letters(&w, case.ticket.handler.unwrap().bytes()).last().map(String::as_str), Some("ticket.assigned sent"));
    }

    fn a_claim_that_ran_out_is_taken_over_under_the_same_key_and_its_old_holder_settles_nothing(db) {
        let w = world(db);
        w.open("yunfan", "medium", "web_ticket", "rds");
        let first = one(&w, A, w.now);
        let later = w.now + CLAIM_LASTS + Span::seconds(1);
        let second = one(&w, B, later);
        assert_eq!((first.key(), first.attempt, second.attempt), (second.key(), 1, 2));
        assert_eq!(settle(&w.desk, &first, A, Outcome::Failed { code: "mail.rejected" }, later), Ok(false));
        assert_eq!(settle(&w.desk, &second, B, Outcome::Sent, later), Ok(true));
    }

    fn a_retry_waits_its_time_and_what_is_put_back_counts_as_no_try(db) {
        let w = world(db);
        w.open("yunfan", "medium", "web_ticket", "rds");
        let sent = one(&w, A, w.now);
        settle(&w.desk, &sent, A, Outcome::PutBack { after: Span::seconds(1) }, w.now).unwrap();
        let sent = one(&w, A, w.now + Span::seconds(1));
        assert_eq!(sent.attempt, 1);
        settle(&w.desk, &sent, A, Outcome::Retry { after: Span::seconds(5), code: "mail.deferred" }, w.now + Span::seconds(1)).unwrap();
        assert_eq!(next_due(&w.desk), Ok(Some(w.now + Span::seconds(6))));
        assert_eq!(claim(&w.desk, A, w.now + Span::seconds(5), 10).unwrap().len(), 0);
        let again = one(&w, A, w.now + Span::seconds(6));
        assert_eq!((again.attempt, again.key()), (2, sent.key()));
    }

    fn what_is_due_to_somebody_who_wants_bundles_is_one_mail(db) {
        let mut w = world(db);
        let asker = bundling(&w, "yunfan");
        let id = w.open("yunfan", "medium", "web_ticket", "rds").ticket.id;
        w.pass(1);
        w.act("wang", id, Command::Reply { asks: false }).unwrap();
        w.pass(1);
        w.act("wang", id, Command::Resolve { cause: "a route was missing".into() }).unwrap();
        let queued = |w: &World| letters(w, asker.bytes()).into_iter().filter(|l| l.ends_with("queued")).count();
        let n = queued(&w);
        assert!(n >= 2);
        for other in claim(&w.desk, A, w.now, 100).unwrap() {
            settle(&w.desk, &other, A, Outcome::Sent, w.now).unwrap();
        }
        assert_eq!(queued(&w), n, "not before the morning");
        let morning = At::parse("2025-11-04T08:00:00+08:00").unwrap();
        let bundles: Vec<Outgoing> = claim(&w.desk, A, morning, 1).unwrap();
        let bundle = bundles.iter().find(|o| o.ids.len() == n).expect("all letters, though only one was asked for");
        let mail = mail_of(bundle);
        assert!(mail.text.contains("有新的答复") && mail.text.contains("已解决") && mail.thread.is_none(), "{}", mail.text);
        assert!(mail.subject.contains(&format!("{n} 条")), "{}", mail.subject);
        assert_eq!(settle(&w.desk, bundle, A, Outcome::Sent, morning), Ok(true));
        assert_eq!((queued(&w), letters(&w, asker.bytes()).last().map(String::as_str)), (0, Some("ticket.resolved sent")));
    }

    fn a_mail_speaks_the_readers_language_links_to_their_side_and_keeps_a_case_together(db) {
        let mut w = world(db);
        let case = w.open("northwind", "high", "web_ticket", "rds");
        let sent = claim_about(&w, case.ticket.id, w.now, 10);
        let mail = mail_of(&sent[0]);
        assert_eq!(mail.thread, Some(case.ticket.id));
        assert!(mail.text.contains(&format!("http://127.0.0.1:8420/console/cases/{}", case.ticket.id)), "{}", mail.text);
        w.pass(5);
        w.act("mia", case.ticket.id, Command::Reply { asks: false }).unwrap();
        let sent = claim_about(&w, case.ticket.id, w.now, 50);
        let mail = sent.iter().map(mail_of).find(|m| m.text.contains("/portal/")).expect("the asker is told");
        assert_eq!(mail.subject, format!("Answer to {}: no route to host", w.desk.number_text(case.number)));
        w.pass(600);
        let late: Vec<String> = claim(&w.desk, A, w.now, 100).unwrap().iter().map(|o| mail_of(o).text.clone()).collect();
        assert!(late.iter().all(|t| !t.contains('{') && !t.contains("first_response") && !t.contains("clock.")), "{late:?}");
    }

    fn a_late_promise_is_told_in_the_plans_own_words_and_the_readers_zone(db) {
        let mut w = world(db);
        let id = w.open("yunfan", "high", "web_ticket", "ecs").ticket.id;
        w.pass(60);
        let mails: Vec<String> = claim_about(&w, id, w.now, 100).iter().map(|o| mail_of(o).text.clone()).collect();
        let broken = mails.iter().find(|t| t.contains("已超时")).expect("somebody is told that it is late");
        assert!(broken.contains("(Asia/Shanghai)") && broken.contains("首次响应") && !broken.contains("first_response"), "{broken}");
    }

    fn a_webhook_gets_its_secret_its_place_in_the_log_and_the_same_body_at_every_try(db) {
        let w = world(db);
        let (_, sent) = hooked_and_claimed(&w);
        let hook = hook_of(&sent);
        assert!(hook.secrets.len() == 1 && hook.secrets[0].starts_with("whsec_"));
        let body: Value = serde_json::from_str(&hook.body).unwrap();
        assert_eq!((body["type"].as_str(), body["seq"].as_i64()), (Some("ticket.opened"), Some(hook.seq)));
        settle(&w.desk, &sent, A, Outcome::Retry { after: Span::seconds(5), code: "webhook.not_accepted" }, w.now).unwrap();
        let again = one(&w, A, w.now + Span::seconds(5));
        assert_eq!(hook_of(&again).body, hook.body);
    }

    fn a_webhook_that_failed_for_five_days_is_stopped_and_administrators_are_told_once(db) {
        let w = world(db);
        let (id, mut sent) = hooked_and_claimed(&w);
        let mut now = w.now;
        let retry = Outcome::Retry { after: Span::hours(12), code: "webhook.not_accepted" };
        for _ in 0..10 {
            settle(&w.desk, &sent, A, retry, now).unwrap();
            assert!(webhook(&w, id).active);
            assert_eq!(webhook(&w, id).failing_since, Some(w.now));
            now = now + Span::hours(12);
            sent = one(&w, A, now);
        }
        settle(&w.desk, &sent, A, retry, now).unwrap();
        assert_eq!((webhook(&w, id).active, told_of_stop(&w)), (false, 1));
        let rest = claim(&w.desk, A, now + Span::days(1), 10).unwrap();
        assert!(rest.iter().all(|o| matches!(o.parcel, Parcel::Mail(_))), "what waited for it is dropped");
        assert_eq!(letters(&w, id.bytes()), ["ticket.opened dropped"]);
    }

    fn one_success_forgets_the_failures_and_a_receiver_that_is_gone_is_left_alone(db) {
        let w = world(db);
        let (id, sent) = hooked_and_claimed(&w);
        settle(&w.desk, &sent, A, Outcome::Retry { after: Span::ZERO, code: "webhook.not_accepted" }, w.now).unwrap();
        let sent = one(&w, A, w.now);
        settle(&w.desk, &sent, A, Outcome::Sent, w.now).unwrap();
        assert_eq!(webhook(&w, id).failing_since, None);
        w.open("yunfan", "medium", "web_ticket", "rds");
        let all = claim(&w.desk, A, w.now, 10).unwrap();
        let sent = all.iter().find(|o| matches!(o.parcel, Parcel::Webhook(_))).unwrap();
        settle(&w.desk, sent, A, Outcome::Disable { code: "webhook.gone" }, w.now).unwrap();
        assert_eq!((webhook(&w, id).active, told_of_stop(&w)), (false, 1));
    }
}

/// One of each, with whatever inside.
fn every_fact() -> Vec<Fact> {
    let (p, at, text) = (PersonId::from_raw(9), start(), String::new);
    let low = Severity::Low;
    vec![
        Fact::Opened,
        Fact::Assigned { to: p, why: vec![] },
        Fact::AnsweredFirst { by: p },
        Fact::Replied { by: p },
        Fact::Noted { by: p },
        Fact::CustomerReplied { by: p },
        Fact::WaitBegan { why: Wait::Customer, announce_at: None },
        Fact::TimeoutAnnounced { closes_at: at },
        Fact::WaitEnded,
        Fact::Resolved { by: p, cause: text(), closes_at: at },
        Fact::Confirmed { by: p },
        Fact::Closed { how: Closing::Confirmed },
        Fact::Reopened { by: p, reason: text() },
        Fact::Transferred { from: None, to: p, tier: 1, reason: text() },
        Fact::HandedOver { from: None, to: p, reason: text() },
        Fact::Consulted { by: p, expert: p, question: text() },
        Fact::HelperJoined { who: p },
        Fact::HelperLeft { who: p },
        Fact::Boosted { by: p },
        Fact::PersonAsked { by: p, why: text() },
        Fact::UpdateAgreed { until: at },
        Fact::SeverityRaised { from: low, to: low },
        Fact::LowerProposed { to: low, reason: text() },
        Fact::LowerDeclined,
        Fact::SeverityLowered { from: low, to: low, reason: text(), agreed_by: p },
        Fact::Followed { who: p },
        Fact::Unfollowed { who: p },
    ]
}
#[test]
fn whatever_somebody_is_told_has_words_in_every_language() {
    let db = store::db::testing::TestDb::sqlite();
    let w = World::new(&db);
    let case = w.open("yunfan", "medium", "web_ticket", "rds");
    let mut topics: Vec<&str> = every_fact().iter().filter(|f| !concerned(&case, f).is_empty()).map(Fact::key).collect();
    assert!(topics.len() > 15, "{topics:?}");
    topics.extend(["clock.warned", "clock.breached", "clock.escalated", "webhook.stopped", "digest"]);
    for topic in topics {
        for lang in languages() {
            for name in ["subject", "text"] {
                assert!(words::find(lang, topic, name).is_some(), "{lang} has no {name} for {topic}");
            }
        }
    }
}
#[test]
fn without_a_mail_server_people_are_told_in_site_only() {
    let db = store::db::testing::TestDb::sqlite();
    let db: &Db = &db;
    let rules = crate::Rules { mail: false, ..crate::Rules::default() };
    let opening = crate::Opening {
        rules,
        shelves: crate::Shelves::new(crate::plan::Library::shipped().unwrap()),
        search: None,
        seal: crate::secrets::Seal::new(&[1; 32]),
        seed: 7,
    };
    let desk = Desk::open(db.clone(), opening, start() - Span::days(200)).unwrap();
    world(db);
    let w = World { desk, now: start() };
    let handler = w.open("yunfan", "medium", "web_ticket", "rds").ticket.handler.unwrap();
    assert!(letters(&w, handler.bytes()).iter().all(|l| l.ends_with("sent")), "no letter beyond what the demo sent");
    let notices = w.desk.read(|tx| Ok(store::notice::list(tx, handler, true, None, 10)?)).unwrap();
    assert_eq!(notices[0].at, w.now);
}
