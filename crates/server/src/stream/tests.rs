use super::*;
use domain::kit::{At, PersonId};
use domain::people::Role;
use serde_json::json;
use std::collections::BTreeMap;
use store::log::NewEntry;
use store::store_test;

const T0: At = At::from_micros(1_762_135_200_000_000);

fn desk_over(db: &store::db::Db) -> Desk {
    let opening = desk::Opening {
        rules: desk::Rules::default(),
        shelves: desk::Shelves::new(desk::plan::Library::shipped().unwrap()),
        search: None,
        seal: desk::secrets::Seal::new(&[1; 32]),
        seed: 7,
    };
    Desk::open(db.clone(), opening, T0).unwrap()
}
fn staff() -> Actor {
    Actor { person: PersonId::from_raw(1), role: Role::Engineer, tier: 2, account: None }
}
fn customer(account: u128) -> Actor {
    Actor { person: PersonId::from_raw(2), role: Role::CustomerManager, tier: 0, account: Some(AccountId::from_raw(account)) }
}
fn entry(account: u128, ticket: u128, audience: Audience, n: usize) -> NewEntry {
    NewEntry {
        account: Some(AccountId::from_raw(account)),
        ticket: Some(TicketId::from_raw(ticket)),
        at: T0,
        actor: None,
        key: "ticket.replied",
        audience,
        body: json!({ "n": n }).to_string(),
    }
}
fn put(desk: &Desk, e: NewEntry) -> i64 {
    desk.write(T0, move |cx| Ok(store::log::append(cx.tx, std::slice::from_ref(&e))?)).unwrap()
}
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
async fn next(listener: &mut mpsc::Receiver<Entry>) -> Entry {
    tokio::time::timeout(Duration::from_secs(30), listener.recv()).await.expect("an event within half a minute").expect("the stream goes on")
}
async fn take(listener: &mut mpsc::Receiver<Entry>, n: usize) -> Vec<i64> {
    let mut positions = Vec::new();
    while positions.len() < n {
        positions.push(next(listener).await.pos);
    }
    positions
}

store_test! {
    fn listeners_who_come_and_go_among_writers_miss_nothing_and_hear_nothing_twice(db) {
        const WRITERS: usize = 4;
        const EACH: usize = 60;
        let desk = desk_over(db);
        runtime().block_on(async {
            let hub = Hub::start(&desk).unwrap();
            let from = hub.head.load(SeqCst);
            let steady = hub.subscribe(staff(), Some(from), None);
            let writers: Vec<_> = (0..WRITERS).map(|w| {
                let desk = desk.clone();
                std::thread::spawn(move || (0..EACH).map(|n| put(&desk, entry(w as u128 + 1, 1, Audience::Public, n))).collect::<Vec<i64>>())
            }).collect();
            // One listens all along; others come back again and again from where they were, after a different number of events each.
            let heard = tokio::spawn(async move {
                let mut steady = steady;
                take(&mut steady, WRITERS * EACH).await
            });
            let mut resumed = Vec::new();
            let mut last = from;
            let mut after = 1;
            while resumed.len() < WRITERS * EACH {
                let mut listener = hub.subscribe(staff(), Some(last), None);
                let n = after.min(WRITERS * EACH - resumed.len());
                resumed.extend(take(&mut listener, n).await);
                last = *resumed.last().unwrap();
                after = after % 7 + 1;
            }
            let mut written: Vec<i64> = writers.into_iter().flat_map(|w| w.join().unwrap()).collect();
            written.sort();
            assert_eq!(heard.await.unwrap(), written, "all along");
            assert_eq!(resumed, written, "coming back");
            hub.stop();
        });
    }

    fn a_slow_listener_reads_on_from_the_log(db) {
        let desk = desk_over(db);
        runtime().block_on(async {
            let hub = Hub::start(&desk).unwrap();
            let mut slow = hub.subscribe(staff(), None, None);
            let n = WAITING * 3;
            // More stretches than the hand-over holds, none of them taken meanwhile.
            let writing = desk.clone();
            let written = tokio::task::spawn_blocking(move || (0..n).map(|i| put(&writing, entry(1, 1, Audience::Public, i))).collect::<Vec<i64>>()).await.unwrap();
            // Stretches everybody has behind them: they take the room of real ones, and say nothing themselves.
            for _ in 0..BATCHES * 2 {
                let _ = hub.live.send(Arc::new(Stretch { from: 0, to: 0, entries: Vec::new() }));
            }
            assert_eq!(take(&mut slow, n).await, written);
            hub.stop();
        });
    }

    fn everybody_hears_what_is_theirs_and_nothing_else(db) {
        let desk = desk_over(db);
        runtime().block_on(async {
            let hub = Hub::start(&desk).unwrap();
            let from = Some(hub.head.load(SeqCst));
            let mut ours = hub.subscribe(customer(1), from, None);
            let mut one_case = hub.subscribe(staff(), from, Some(TicketId::from_raw(8)));
            let mut contact = hub.subscribe(Actor { role: Role::Contact, ..customer(1) }, from, None);
            let writing = desk.clone();
            let last = tokio::task::spawn_blocking(move || {
                put(&writing, entry(2, 7, Audience::Public, 0));
                put(&writing, entry(1, 7, Audience::Staff, 1));
                put(&writing, entry(1, 8, Audience::Staff, 2));
                put(&writing, entry(1, 8, Audience::Audit, 3));
                put(&writing, entry(1, 9, Audience::Public, 4))
            }).await.unwrap();
            assert_eq!(next(&mut ours).await.pos, last, "of five only the public one of their account");
            assert_eq!(next(&mut one_case).await.body, "{\"n\":2}", "of one case, without the audit");
            assert!(contact.try_recv().is_err(), "no case of theirs");
            // Again from the log alone.
            let mut ours = hub.subscribe(customer(1), from, None);
            assert_eq!(next(&mut ours).await.pos, last);
            hub.stop();
        });
    }

    fn a_place_that_never_was_hears_what_comes_from_now_on(db) {
        let desk = desk_over(db);
        runtime().block_on(async {
            let hub = Hub::start(&desk).unwrap();
            let mut listener = hub.subscribe(staff(), Some(i64::MAX), None);
            // The listener finds its place at its own time: write until it hears something.
            let mut told: BTreeMap<i64, ()> = BTreeMap::new();
            let mut heard = None;
            while heard.is_none() {
                let writing = desk.clone();
                told.insert(tokio::task::spawn_blocking(move || put(&writing, entry(1, 1, Audience::Public, 0))).await.unwrap(), ());
                heard = tokio::time::timeout(Duration::from_millis(20), listener.recv()).await.ok().flatten();
            }
            assert!(told.contains_key(&heard.unwrap().pos));
            hub.stop();
            while listener.recv().await.is_some() {}
        });
    }
}
