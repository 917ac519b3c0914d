use crate::world::{World, code, flaws, leave};
use desk::notice::{self, Preference, Settings};
use desk::webhook::{self, Shown, WebhookIn};
use desk::{Fault, idempotency};
use domain::kit::{OutboxId, Span, WebhookId};
use domain::people::{KeepNotices, KeepWebhooks};
use domain::ticket::Command;
use store::notice::Notice;
use store::person::Person;
use store::store_test;

fn hook() -> WebhookIn {
    WebhookIn { account: None, name: "CRM".into(), url: "https://crm.example.com/in".into(), topics: vec!["ticket".into()], active: true }
}
fn create(w: &World, new: WebhookIn) -> Result<Shown, Fault> {
    let l = leave::<KeepWebhooks>(&w.admin);
    w.write(move |cx| webhook::create(cx, &l, &new))
}
fn prefer(topic: &str, way: &str, wanted: bool) -> Preference {
    Preference { topic: topic.into(), way: way.into(), wanted }
}

store_test! {
    fn notices_come_newest_first_and_are_read_up_to_one(db) {
        let mut w = World::new(db);
        let id = w.ticket(&w.contact).ticket.id;
        for _ in 0..3 {
            w.pass(Span::minutes(1));
            w.say(&w.engineer, id, Command::Reply { asks: false }, "word");
        }
        let list = |by: &Person, unread: bool, before: Option<&Notice>, limit| {
            w.read(|tx| notice::list(tx, &leave::<KeepNotices>(by), unread, before.map(|n| (n.at, n.id)), limit)).unwrap()
        };
        let all = list(&w.contact, false, None, 100);
        assert_eq!(all.iter().filter(|n| n.topic == "ticket.replied").count(), 3);
        assert!(all.windows(2).all(|p| p[0].at >= p[1].at));
        let page = list(&w.contact, false, None, 1);
        assert_eq!(list(&w.contact, false, page.last(), 100), all[1..]);
        let (l, up_to) = (leave::<KeepNotices>(&w.contact), (all[1].at, all[1].id));
        assert_eq!(w.write(move |cx| notice::mark_read(cx, &l, up_to)).unwrap(), all.len() as u64 - 1);
        assert_eq!(list(&w.contact, true, None, 100), all[..1]);
        assert!(list(&w.stranger, false, None, 100).is_empty());
    }
    fn what_is_not_wanted_does_not_come(db) {
        let w = World::new(db);
        let put = |new: Vec<Preference>| {
            let l = leave::<KeepNotices>(&w.contact);
            w.write(move |cx| notice::put_preferences(cx, &l, &new))
        };
        put(vec![prefer("ticket.replied", "in_site", false), prefer("billing", "mail", false)]).unwrap();
        let said = w.read(|tx| notice::preferences(tx, &leave::<KeepNotices>(&w.contact))).unwrap();
        assert!(said.contains(&prefer("billing", "mail", false)) && said.contains(&prefer("billing", "in_site", true)));
        assert_eq!(said.len(), notice::TOPICS.len() * notice::WAYS.len() + 1);
        let id = w.ticket(&w.contact).ticket.id;
        w.say(&w.engineer, id, Command::Reply { asks: false }, "word");
        let all = w.read(|tx| notice::list(tx, &leave::<KeepNotices>(&w.contact), false, None, 100)).unwrap();
        assert!(all.iter().all(|n| n.topic != "ticket.replied"));
        let found = flaws(put(vec![prefer("weather", "pigeon", true)]));
        assert_eq!(found, [("preferences[0].topic", "unknown"), ("preferences[0].way", "unknown")].map(|(f, c)| (f.to_string(), c)));
    }
    fn quiet_hours_are_minutes_of_the_day(db) {
        let w = World::new(db);
        let put = |version: u32, quiet| {
            let l = leave::<KeepNotices>(&w.engineer);
            w.write(move |cx| notice::put_settings(cx, &l, version, Settings { quiet, digest: true }))
        };
        let after = put(1, Some((22 * 60, 7 * 60))).unwrap();
        assert_eq!((after.quiet, after.digest, after.version), (Some((1320, 420)), true, 2));
        assert_eq!(put(1, None).unwrap_err(), Fault::Stale { current: 2 });
        assert_eq!(flaws(put(2, Some((1440, 1440)))).len(), 3);
    }
    fn a_webhooks_secret_is_shown_once_and_the_old_one_signs_a_day_along(db) {
        let w = World::new(db);
        let first = create(&w, hook()).unwrap();
        let id: WebhookId = first.webhook.id;
        let kept = || w.read(|tx| webhook::get(tx, &leave::<KeepWebhooks>(&w.admin), id)).unwrap();
        assert!(first.secret.starts_with("whsec_") && first.secret.len() > 40);
        assert!(!kept().secret.windows(6).any(|s| s == b"whsec_"), "sealed at rest");
        assert_eq!(webhook::secrets(&w.desk, &kept(), w.now), Ok(vec![first.secret.clone()]));
        let rotate = |version: u32| {
            let l = leave::<KeepWebhooks>(&w.admin);
            w.write(move |cx| webhook::rotate(cx, &l, id, version))
        };
        let second = rotate(1).unwrap();
        assert_eq!(second.webhook.version, 2);
        assert_eq!(rotate(1).unwrap_err(), Fault::Stale { current: 2 });
        let signs = |after: Span| webhook::secrets(&w.desk, &kept(), w.now + after).unwrap();
        assert_eq!(signs(Span::hours(23)), [second.secret.clone(), first.secret.clone()]);
        assert_eq!(signs(Span::hours(24)), std::slice::from_ref(&second.secret));
        let third = rotate(2).unwrap();
        assert_eq!(signs(Span::ZERO), [third.secret.clone(), second.secret.clone()]);
        let text = w.log_text();
        assert!([first, second, third].iter().all(|s| !text.contains(&s.secret[6..])));
        assert_eq!(w.desk.webhooks().len(), 1, "the desk has heard of it");
    }
    fn a_webhook_is_edited_dropped_and_bounded(db) {
        let w = World::new(db);
        let id = create(&w, hook()).unwrap().webhook.id;
        let edit = |version: u32, new: WebhookIn| {
            let l = leave::<KeepWebhooks>(&w.admin);
            w.write(move |cx| webhook::edit(cx, &l, id, version, &new))
        };
        let after = edit(1, WebhookIn { topics: vec!["clock.breached".into(), "*".into()], active: false, ..hook() }).unwrap();
        assert_eq!((after.version, after.active, after.topics.len()), (2, false, 2));
        assert_eq!(edit(1, hook()).unwrap_err(), Fault::Stale { current: 2 });
        let wrong = WebhookIn { account: Some(w.ours.id), name: "".into(), url: "ftp://x".into(), topics: vec![], active: true };
        let want = [("account", "unknown"), ("name", "missing"), ("url", "not_http"), ("topics", "missing")];
        assert_eq!(flaws(edit(2, wrong)), want.map(|(f, c)| (f.to_string(), c)));
        let drop_ = || {
            let l = leave::<KeepWebhooks>(&w.admin);
            w.write(move |cx| webhook::drop_one(cx, &l, id))
        };
        assert_eq!((drop_(), drop_()), (Ok(()), Err(Fault::NotFound)));
        for _ in 0..desk::limits::WEBHOOKS_MAX {
            create(&w, hook()).unwrap();
        }
        assert_eq!(code(create(&w, hook())), "webhook.too_many");
    }
    fn a_delivery_is_seen_and_sent_again_by_its_own_webhook(db) {
        let w = World::new(db);
        let (one, other) = (create(&w, hook()).unwrap().webhook.id, create(&w, WebhookIn { topics: vec!["clock.breached".into()], ..hook() }).unwrap().webhook.id);
        w.ticket(&w.contact);
        let deliveries = |id: WebhookId| w.read(|tx| webhook::deliveries(tx, &leave::<KeepWebhooks>(&w.admin), id, None, 50)).unwrap();
        let letter = deliveries(one).into_iter().find(|l| l.topic == "ticket.opened").expect("it was told");
        assert!(deliveries(other).is_empty());
        let replay = |hook: WebhookId, letter: OutboxId| {
            let l = leave::<KeepWebhooks>(&w.admin);
            w.write(move |cx| webhook::replay(cx, &l, hook, letter))
        };
        assert_eq!(code(replay(one, letter.id)), "webhook.still_waiting");
        let now = w.now;
        w.write(move |cx| {
            store::outbox::claim(cx.tx, "postman", now, now + Span::minutes(1), 100)?;
            Ok(store::outbox::end(cx.tx, letter.id, "postman", "failed", now, Some("410"))?)
        }).unwrap();
        assert_eq!(replay(other, letter.id), Err(Fault::NotFound));
        assert_eq!(replay(one, letter.id), Ok(()));
        let again = deliveries(one).into_iter().find(|l| l.id == letter.id).unwrap();
        assert_eq!((again.state.as_str(), again.attempts), ("queued", 0));
        assert_eq!(w.last_lines(1), ["webhook.replayed"]);
    }
    fn a_repeated_request_is_done_once_and_answered_the_same_way(db) {
        let w = World::new(db);
        let ask = |person: &Person, key: &'static str, body: &'static str| {
            let person = person.id;
            w.write(move |cx| {
                let hash = idempotency::request_hash("POST /tickets", body.as_bytes());
                if let Some(answer) = idempotency::begin(cx, person, key, &hash)? {
                    return Ok((answer.status, answer.body, "again"));
                }
                idempotency::finish(cx, person, key, &hash, 201, "made")?;
                Ok((201, "made".to_string(), "done"))
            })
        };
        assert_eq!(ask(&w.contact, "k-1", "{}"), Ok((201, "made".into(), "done")));
        assert_eq!(ask(&w.contact, "k-1", "{}"), Ok((201, "made".into(), "again")));
        assert_eq!(flaws(ask(&w.contact, "k-1", "{ }")), [("Idempotency-Key".to_string(), "idempotency.other_body")]);
        assert_eq!(ask(&w.colleague, "k-1", "{ }"), Ok((201, "made".into(), "done")), "keys are one's own");
        for bad in ["", "with space", "é", "tab\t"] {
            assert_eq!(flaws(ask(&w.contact, bad, "{}")), [("Idempotency-Key".to_string(), "idempotency.bad_key")]);
        }
    }
    fn of_two_at_once_with_one_key_one_is_done(db) {
        let w = World::new(db);
        let done: usize = std::thread::scope(|s| {
            let each = |_| {
                let (desk, now, person) = (w.desk.clone(), w.now, w.contact.id);
                s.spawn(move || {
                    desk.write(now, move |cx| {
                        let hash = idempotency::request_hash("POST /tickets", b"{}");
                        if idempotency::begin(cx, person, "same", &hash)?.is_some() {
                            return Ok(0);
                        }
                        idempotency::finish(cx, person, "same", &hash, 201, "made")?;
                        Ok(1)
                    })
                })
            };
            let all: Vec<_> = (0..8).map(each).collect();
            all.into_iter().map(|t| t.join().unwrap().unwrap()).sum()
        });
        assert_eq!(done, 1);
    }
}
