//! Those who ask: four customers and four engineers, all at once.
use domain::kit::Dice;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use testkit::wire::{Answer, Caller};

/// Somebody with a token.
#[derive(Debug, Clone)]
pub struct Somebody {
    pub role: String,
    token: String,
}
impl Somebody {
    pub fn caller(&self, address: SocketAddr) -> Caller {
        Caller::new(address, Some(&self.token), Duration::from_secs(20))
    }
}
/// Everybody of the house.
#[derive(Debug, Clone)]
pub struct People(Vec<Somebody>);
impl People {
    /// What `yinuo demo load --json` said.
    pub fn read(facts: &Value) -> People {
        let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
        People(facts["people"].as_array().expect("people").iter().map(|p| Somebody { role: text(&p["role"]), token: text(&p["token"]) }).collect())
    }
    fn of(&self, role: &str, n: usize) -> &Somebody {
        self.0.iter().filter(|p| p.role == role).nth(n).unwrap_or_else(|| panic!("no {role} {n}"))
    }
    pub fn contact(&self, n: usize) -> &Somebody {
        self.of("contact", n)
    }
    pub fn engineer(&self, n: usize) -> &Somebody {
        self.of("engineer", n)
    }
    pub fn chief(&self) -> &Somebody {
        self.of("duty_chief", 0)
    }
    /// Customers first, then engineers.
    pub fn hand(&self, n: usize) -> &Somebody {
        if n < 4 { self.contact(n) } else { self.engineer(n - 4) }
    }
    /// Registers a webhook for everything that happens to cases.
    pub fn listen(&self, address: SocketAddr, url: &str) {
        let body = json!({"name": "kill", "url": url, "topics": ["ticket"]}).to_string();
        let answer = self.of("administrator", 0).caller(address).post("/api/v1/webhooks", &body, None).expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
}

pub fn question(subject: &str, body: &str) -> String {
    json!({"subject": subject, "body": body, "severity": "medium", "product": "ecs"}).to_string()
}
/// The id of what was made, wherever the answer carries it.
pub fn id_of(answer: &Answer) -> String {
    let v: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let id = [&v["id"], &v["ticket"]["id"]].into_iter().find_map(|id| id.as_str().map(str::to_string));
    id.unwrap_or_else(|| panic!("no id in {} {}", answer.status, answer.text()))
}
/// Asks until the answer is not 503, as a patient caller would.
pub fn until_done(mut ask: impl FnMut() -> std::io::Result<Answer>, within: Duration) -> Answer {
    let began = Instant::now();
    loop {
        match ask() {
            Ok(answer) if answer.status != 503 || began.elapsed() > within => return answer,
            Err(e) if began.elapsed() > within => panic!("no answer: {e}"),
            _ => thread::sleep(Duration::from_millis(200)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Create,
    /// A reply or a note.
    Say,
    Resolve,
}
/// One write that was sent, with what came back: nothing when the connection broke.
#[derive(Debug, Clone)]
pub struct Op {
    pub hand: usize,
    pub kind: Kind,
    /// Unique; also in the subject, the body or the cause, so that it is found again.
    pub key: String,
    pub path: String,
    pub body: String,
    pub ticket: Option<String>,
    pub answer: Option<Answer>,
}
impl Op {
    pub fn send(&self, caller: &mut Caller) -> std::io::Result<Answer> {
        caller.post(&self.path, &self.body, Some(&self.key))
    }
    /// Done for certain.
    pub fn is_acknowledged(&self) -> bool {
        self.answer.as_ref().is_some_and(|a| (200..300).contains(&a.status))
    }
    /// Whether it was done is not known.
    pub fn is_open(&self) -> bool {
        self.answer.as_ref().is_none_or(|a| a.status >= 500)
    }
}

/// Eight callers with the cases they know of: (case, whose).
pub struct Crew {
    people: People,
    address: SocketAddr,
    seed: u64,
    tickets: Arc<Mutex<Vec<(String, usize)>>>,
}
impl Crew {
    pub fn new(people: &People, address: SocketAddr, seed: u64, tickets: Vec<(String, usize)>) -> Crew {
        Crew { people: people.clone(), address, seed, tickets: Arc::new(Mutex::new(tickets)) }
    }
    fn next(&self, hand: usize, dice: &mut Dice, n: u64) -> Op {
        let key = format!("k{:016x}-{hand}-{n}", self.seed);
        let tickets = self.tickets.lock().unwrap();
        // The newest are the liveliest.
        let recent: Vec<&(String, usize)> = tickets.iter().rev().take(40).filter(|(_, whose)| hand >= 4 || *whose == hand).collect();
        let chosen = dice.pick(&recent).map(|t| t.0.clone());
        drop(recent);
        let op = |kind, path: String, body: Value, ticket| Op { hand, kind, key: key.clone(), path, body: body.to_string(), ticket, answer: None };
        let Some(id) = chosen.filter(|_| hand >= 4 || dice.roll(10) >= 5) else {
            // An engineer without a case asks nothing; a customer opens one.
            let body = json!({"subject": key, "body": "kill", "severity": "medium"});
            return op(Kind::Create, "/api/v1/tickets".into(), body, None);
        };
        let acts = format!("/api/v1/tickets/{id}/acts");
        match dice.roll(10) {
            0..=4 => {
                op(Kind::Say, format!("/api/v1/tickets/{id}/messages"), json!({"body": key, "asks": hand >= 4 && n.is_multiple_of(3)}), Some(id))
            }
            5..=6 if hand >= 4 => op(Kind::Say, acts, json!({"act": "note", "body": key}), Some(id)),
            7..=8 if hand >= 4 => op(Kind::Resolve, acts, json!({"act": "resolve", "cause": key}), Some(id)),
            _ => op(Kind::Say, acts, json!({"act": "reply", "body": key}), Some(id)),
        }
    }
    fn work(&self, hand: usize, over: &AtomicBool) -> Vec<Op> {
        let (mut caller, mut dice, mut ops) = (self.people.hand(hand).caller(self.address), Dice::new(self.seed ^ hand as u64), Vec::new());
        for n in 0..100_000 {
            if over.load(SeqCst) {
                break;
            }
            let mut op = self.next(hand, &mut dice, n);
            if hand >= 4 && op.kind == Kind::Create {
                thread::sleep(Duration::from_millis(5));
                continue;
            }
            let answer = op.send(&mut caller);
            let broke = answer.is_err();
            op.answer = answer.ok();
            if op.kind == Kind::Create && op.is_acknowledged() {
                self.tickets.lock().unwrap().push((id_of(op.answer.as_ref().unwrap()), hand));
            }
            ops.push(op);
            if broke {
                break;
            }
        }
        ops
    }
}

/// Lets everybody work, and after `until` does the worst; then everybody stops. What each sent, in the order they sent it.
pub fn storm(crew: Crew, until: Duration, worst: impl FnOnce()) -> Vec<Op> {
    let (crew, over) = (Arc::new(crew), Arc::new(AtomicBool::new(false)));
    let hands: Vec<_> = (0..8)
        .map(|hand| {
            let (crew, over) = (crew.clone(), over.clone());
            thread::spawn(move || crew.work(hand, &over))
        })
        .collect();
    thread::sleep(until);
    worst();
    over.store(true, SeqCst);
    hands.into_iter().flat_map(|h| h.join().unwrap()).collect()
}
