use super::*;
use channels::webhook::{Guard, Resolver, WebhookConfig, Webhooks};
use domain::kit::WebhookId;
use domain::people::{Actor, KeepWebhooks, OpenTicket, ask};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, channel};
use store::db::testing::TestDb;
use store::ticket::Words;

fn start() -> At {
    At::parse("2025-11-03T02:00:00Z").unwrap()
}
/// A receiver of webhooks that answers with these statuses, one after the other, then 200; tells `(id, body)` of each.
fn receiver(statuses: &'static [u16]) -> (u16, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, came) = channel();
    std::thread::spawn(move || {
        for (i, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut id, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                    break;
                }
                let lower = line.trim().to_ascii_lowercase();
                if let Some(v) = lower.strip_prefix("webhook-id:") {
                    id = v.trim().to_string();
                }
                if let Some(v) = lower.strip_prefix("content-length:") {
                    length = v.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_err() {
                continue;
            }
            let status = statuses.get(i).copied().unwrap_or(200);
            let _ = stream.write_all(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes());
            if told.send((id, String::from_utf8(body).unwrap())).is_err() {
                return;
            }
        }
    });
    (port, came)
}
struct Here;
impl Resolver for Here {
    fn lookup(&self, _: &str) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]) })
    }
}
struct House {
    _db: TestDb,
    desk: Desk,
    watch: Watch,
    hook: WebhookId,
    runtime: tokio::runtime::Runtime,
}
fn house(port: u16) -> House {
    let db = TestDb::sqlite();
    let opening = desk::Opening {
        rules: desk::Rules { mail: false, ..desk::Rules::default() },
        shelves: desk::Shelves::new(desk::plan::Library::shipped().unwrap()),
        search: None,
        seal: desk::secrets::Seal::new(&[1; 32]),
        seed: 7,
    };
    let desk = Desk::open(db.clone(), opening, start() - Span::days(200)).unwrap();
    desk::demo::furnish(&desk, "no password", start() - Span::days(3)).unwrap();
    let leave = ask::<KeepWebhooks>(&who(&desk, "admin")).unwrap();
    let new = desk::webhook::WebhookIn {
        account: None,
        name: "ours".into(),
        url: format!("http://hooks.test:{port}/in"),
        topics: vec!["ticket.opened".into()],
        active: true,
    };
    let hook = desk.write(start(), move |cx| desk::webhook::create(cx, &leave, &new)).unwrap().webhook.id;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    House { _db: db, desk, watch: Watch::wound(start()), hook, runtime }
}
fn who(desk: &Desk, login: &str) -> Actor {
    let p = desk.read(|tx| Ok(store::person::find_by_login(tx, login)?)).unwrap().unwrap();
    desk::access::actor_of(&p)
}
impl House {
    fn post(&self) -> Post {
        let _here = self.runtime.enter();
        let guard = Guard::allowing(&["127.0.0.0/8"]).unwrap();
        let webhooks = Webhooks::new(WebhookConfig { guard, ..WebhookConfig::default() }, Arc::new(Here)).unwrap();
        Post::start(&self.desk, &self.watch, Ways { mailer: None, webhooks: Some(webhooks) }, "this node", Span::seconds(2)).unwrap()
    }
    fn open(&self) {
        let number = self.desk.next_number().unwrap();
        let leave = ask::<OpenTicket>(&who(&self.desk, "yunfan")).unwrap();
        let opening = desk::ticket::Opening {
            channel: "web_ticket".into(),
            severity: "medium".into(),
            words: Words { subject: "no route".into(), ..Words::default() },
            body: "since ten".into(),
            ..desk::ticket::Opening::default()
        };
        self.desk.write(self.watch.now(), move |cx| desk::ticket::open(cx, &leave, number, &opening)).unwrap();
    }
    /// `(state, tries)` of everything sent to the webhook, as soon as that many have ended.
    fn ended(&self, n: usize) -> Vec<(String, u32)> {
        loop {
            let letters = self.desk.read(|tx| Ok(store::outbox::list_of_target(tx, self.hook.bytes(), None, 100)?)).unwrap();
            if letters.iter().filter(|l| l.ended_at.is_some()).count() >= n {
                return letters.into_iter().map(|l| (l.state, l.attempts)).collect();
            }
            std::thread::yield_now();
        }
    }
    fn close(self, post: Post) {
        self.runtime.block_on(post.stop(Duration::from_secs(30)));
    }
}

#[test]
fn what_happens_is_sent_once_and_settled_when_the_nudge_comes() {
    let (port, came) = receiver(&[]);
    let h = house(port);
    let post = h.post();
    for _ in 0..5 {
        h.open();
    }
    let mut ids: Vec<String> = (0..5).map(|_| came.recv_timeout(Duration::from_secs(30)).unwrap().0).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5, "each letter once");
    assert_eq!(h.ended(5), vec![("sent".to_string(), 1); 5]);
    h.close(post);
    assert!(came.try_recv().is_err());
}
#[test]
fn a_refused_delivery_is_tried_again_at_its_time_under_the_same_id_with_the_same_body() {
    let (port, came) = receiver(&[500]);
    let h = house(port);
    let post = h.post();
    h.open();
    let first = came.recv_timeout(Duration::from_secs(30)).unwrap();
    // Settled as a retry: then only the watch is waited for.
    while h.desk.read(|tx| Ok(store::outbox::oldest_due(tx)?)).unwrap().is_none_or(|due| due <= h.watch.now()) {
        std::thread::yield_now();
    }
    h.watch.wind(Span::seconds(6));
    post.nudge();
    assert_eq!(came.recv_timeout(Duration::from_secs(30)).unwrap(), first);
    assert_eq!(h.ended(1), [("sent".to_string(), 2)]);
    h.close(post);
}
#[test]
fn a_receiver_that_is_gone_is_left_alone() {
    let (port, came) = receiver(&[410]);
    let h = house(port);
    let post = h.post();
    h.open();
    came.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(h.ended(1), [("failed".to_string(), 1)]);
    assert!(!h.desk.read(|tx| Ok(store::webhook::find(tx, h.hook)?)).unwrap().unwrap().active);
    h.close(post);
}
#[test]
fn what_no_host_has_a_hand_for_waits_and_other_hosts_go_on() {
    let letter = |host: &str, n: u128| Outgoing {
        ids: vec![domain::kit::OutboxId::from_raw(n)],
        attempt: 1,
        parcel: Parcel::Webhook(Hook {
            webhook: WebhookId::from_raw(1),
            url: format!("https://{host}/x"),
            secrets: vec![],
            body: String::new(),
            seq: 0,
        }),
    };
    let mut bench = Bench::default();
    let too_many = bench.take((0..40).map(|n| letter("slow", n)).chain([letter("quick", 100)]).collect());
    assert_eq!((too_many.len(), bench.waiting), (40 - HOST_WAITING_MAX, HOST_WAITING_MAX + 1));
    // The longer the queue, the later its end comes back; never later than a minute.
    let after: Vec<Span> = too_many.iter().map(|(_, after)| *after).collect();
    assert!(after[0] == HOST_IS_BUSY && after.is_sorted_by(|a, b| a < b), "{after:?}");
    let far = bench.take((1_000..20_000).map(|n| letter("slow", n)).collect());
    assert_eq!(far.last().map(|(_, after)| *after), Some(HOST_IS_BUSY_MAX));
    let mut begun: Vec<String> = std::iter::from_fn(|| bench.next()).map(|(host, _)| host).collect();
    begun.sort();
    assert_eq!(begun, ["quick", "slow", "slow"]);
    bench.done("slow");
    assert_eq!(bench.next().map(|(host, _)| host).as_deref(), Some("slow"));
    assert_eq!(bench.stale(Span::ZERO, Span::ZERO).len(), HOST_WAITING_MAX - 3);
}
