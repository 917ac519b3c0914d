//! What was sent and what was answered, and the questions asked of the house about it.
use crate::callers::{Kind, Op, People, id_of, until_done};
use crate::receiver::{Letters, Receiver};
use domain::kit::{At, Span};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use testkit::wire::Caller;

/// A tick may look this late at what fell due; while the house was closed does not count.
const LATE_MAX: Duration = Duration::from_secs(5);

#[derive(Default)]
pub struct Ledger {
    ops: Vec<Op>,
    asked_again: u64,
    /// Of those: what had been done already, and was answered the same again.
    had_been_done: u64,
    refused: u64,
}
impl Ledger {
    /// Cases known to exist, and whose they are.
    pub fn tickets(&self) -> Vec<(String, usize)> {
        self.ops.iter().filter(|o| o.kind == Kind::Create && o.is_acknowledged()).map(|o| (id_of(o.answer.as_ref().unwrap()), o.hand)).collect()
    }
    pub fn acknowledged(&self) -> usize {
        self.ops.iter().filter(|o| o.is_acknowledged()).count()
    }
    pub fn summary(&self) -> String {
        format!(
            "{} writes acknowledged ({} cases), {} refused, {} asked again after a kill ({} of them had been done)",
            self.acknowledged(),
            self.tickets().len(),
            self.refused,
            self.asked_again,
            self.had_been_done
        )
    }
    /// Takes a storm's writes in; returns from where on, and how many are open.
    pub fn take_in(&mut self, ops: Vec<Op>) -> (usize, usize) {
        let (from, open) = (self.ops.len(), ops.iter().filter(|o| o.is_open()).count());
        self.refused += ops.iter().filter(|o| o.answer.as_ref().is_some_and(|a| (400..500).contains(&a.status))).count() as u64;
        for op in &ops {
            let answer = op.answer.as_ref().map(|a| (a.status, a.text()));
            assert!(!matches!(answer, Some((400 | 401 | 403 | 404 | 422 | 429 | 500, _))), "{op:?}\n{answer:?}");
        }
        self.ops.extend(ops);
        (from, open)
    }
    /// Everything open is sent again under its key, and once more: the second answer is the first one's.
    pub fn ask_again(&mut self, people: &People, address: SocketAddr) {
        let mut callers: HashMap<usize, Caller> = HashMap::new();
        for op in self.ops.iter_mut().filter(|o| o.is_open()) {
            let caller = callers.entry(op.hand).or_insert_with(|| people.hand(op.hand).caller(address));
            let answer = until_done(|| op.send(caller), Duration::from_secs(20));
            self.asked_again += 1;
            self.had_been_done += u64::from(answer.header("idempotent-replayed") == Some("true"));
            if (200..300).contains(&answer.status) {
                let third = op.send(caller).expect("an answer");
                assert_eq!((third.status, third.text(), third.header("idempotent-replayed")), (answer.status, answer.text(), Some("true")), "{op:?}");
            }
            op.answer = Some(answer);
        }
    }
    /// Every acknowledged write from `from` on is there, by its id.
    pub fn find_acknowledged(&self, people: &People, address: SocketAddr, from: usize) {
        let mut chief = people.chief().caller(address);
        let mut seen: HashMap<String, Value> = HashMap::new();
        for op in self.ops[from..].iter().filter(|o| o.is_acknowledged()) {
            let id = op.ticket.clone().unwrap_or_else(|| id_of(op.answer.as_ref().unwrap()));
            let case = seen.entry(id.clone()).or_insert_with(|| get(&mut chief, &format!("/api/v1/tickets/{id}")));
            check_op(op, case);
        }
    }
    /// Waits until no running clock is overdue.
    pub fn wait_until_nothing_is_due(&self, people: &People, address: SocketAddr) {
        let mut chief = people.chief().caller(address);
        let began = Instant::now();
        loop {
            let page = get(&mut chief, "/api/v1/tickets?sort=due&limit=1");
            let next = page["items"][0]["next_due_at"].as_str().and_then(|t| At::parse(t).ok());
            let Some(due) = next else { return };
            assert!(began.elapsed() < Duration::from_secs(60), "something due at {due} does not fire");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Everything, once the house is quiet.
    pub fn check_everything(&self, people: &People, address: SocketAddr, receiver: &Receiver) -> Letters {
        let mut chief = people.chief().caller(address);
        let ids = all_tickets(&mut chief);
        let made: Vec<String> = self.tickets().into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), made.len(), "as many cases as were acknowledged, no more");
        let mut by_ticket: HashMap<&str, Vec<&Op>> = HashMap::new();
        for (op, id) in self.ops.iter().filter(|o| o.is_acknowledged()).filter_map(|o| Some((o, o.ticket.as_deref()?))) {
            by_ticket.entry(id).or_default().push(op);
        }
        let mut happened: BTreeMap<(String, String), u64> = BTreeMap::new();
        for id in &made {
            let case = get(&mut chief, &format!("/api/v1/tickets/{id}"));
            let ops = by_ticket.remove(id.as_str()).unwrap_or_default();
            ops.iter().for_each(|op| check_op(op, &case));
            let said = ops.iter().filter(|o| o.kind == Kind::Say).count();
            assert_eq!(case["messages"].as_array().map(Vec::len), Some(said.min(199) + 1), "{id}: the question and what was said, no more");
            check_clocks(&mut chief, id, &case);
            let timeline = timeline(&mut chief, id);
            for op in ops.iter().filter(|o| o.kind == Kind::Resolve) {
                let n = timeline.iter().filter(|e| e["body"]["cause"] == op.key.as_str()).count();
                assert_eq!(n, 1, "{} happened once: {timeline:#?}", op.key);
            }
            for key in timeline.iter().filter_map(|e| e["key"].as_str()).filter(|k| k.starts_with("ticket.")) {
                *happened.entry((key.to_string(), id.clone())).or_default() += 1;
            }
        }
        let letters = receiver.wait_for(happened.values().sum());
        check_letters(&happened, &letters);
        letters
    }
}

/// A letter for everything that happened, none for what did not, and no two for one.
fn check_letters(happened: &BTreeMap<(String, String), u64>, letters: &Letters) {
    let mut came: BTreeMap<(String, String), u64> = BTreeMap::new();
    letters.by_id.values().for_each(|what| *came.entry(what.clone()).or_default() += 1);
    for what in happened.keys().chain(came.keys()) {
        let (n, told) = (happened.get(what).copied().unwrap_or(0), came.get(what).copied().unwrap_or(0));
        assert_eq!(n, told, "{what:?} happened {n} times and was told {told} times");
    }
}

fn get(caller: &mut Caller, path: &str) -> Value {
    let answer = until_done(|| caller.get(path), Duration::from_secs(20));
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    serde_json::from_slice(&answer.body).expect("JSON")
}
fn items(caller: &mut Caller, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    for _ in 0..10_000 {
        let page = get(caller, &format!("{path}{cursor}"));
        all.extend(page["items"].as_array().cloned().unwrap_or_default());
        match &page["next"] {
            Value::String(next) => cursor = format!("&cursor={}", escaped(next)),
            _ => break,
        }
    }
    all
}
fn escaped(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}
fn all_tickets(chief: &mut Caller) -> Vec<String> {
    let mut ids: Vec<String> = items(chief, "/api/v1/tickets?limit=200").iter().filter_map(|t| t["id"].as_str().map(str::to_string)).collect();
    ids.sort();
    ids.dedup();
    ids
}
fn timeline(chief: &mut Caller, id: &str) -> Vec<Value> {
    let (mut all, mut after): (Vec<Value>, i64) = (Vec::new(), 0);
    for _ in 0..1_000 {
        let page = get(chief, &format!("/api/v1/tickets/{id}/timeline?limit=200&after={after}"));
        let events = page["items"].as_array().cloned().unwrap_or_default();
        let Some(last) = events.last().and_then(|e| e["pos"].as_i64()) else { break };
        after = last;
        all.extend(events);
    }
    all
}

fn check_op(op: &Op, case: &Value) {
    let answer: Value = serde_json::from_slice(&op.answer.as_ref().unwrap().body).unwrap_or_default();
    match op.kind {
        Kind::Create => assert_eq!(case["ticket"]["subject"], op.key.as_str(), "{op:?}"),
        Kind::Say => {
            let messages = case["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
            let here: Vec<&Value> = messages.iter().filter(|m| m["body"] == op.key.as_str()).collect();
            // A thread is given in pages of 200; what lies behind is counted at the end.
            if here.is_empty() && messages.len() >= 200 {
                return;
            }
            assert_eq!(here.len(), 1, "said once and kept: {op:?}");
            assert_eq!(here[0]["id"], answer["message"], "{op:?}");
        }
        Kind::Resolve => assert!(!case["ticket"]["cause"].as_str().unwrap_or_default().is_empty(), "{op:?}"),
    }
}
/// One verdict each; a breach once, noticed soon; the row is what its events give.
fn check_clocks(chief: &mut Caller, ticket: &str, case: &Value) {
    let clocks = case["clocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(clocks.len() >= 2, "{ticket} has its promises: {clocks:?}");
    for clock in clocks {
        let id = clock["id"].as_str().unwrap_or_default();
        let told = get(chief, &format!("/api/v1/clocks/{id}/explain"));
        assert_eq!(told["replays"], true, "{told:#}");
        let breaches = told["events"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|e| e["what"] == "breached" || e["key"] == "breached" || e["code"] == "breached")
            .count();
        let is_broken = !clock["broken_at"].is_null();
        assert_eq!(breaches, usize::from(is_broken), "{id} broke as often as it says: {told:#}");
        let verdict = clock["verdict"].as_str().unwrap_or_default();
        assert!(["running", "paused", "kept", "broken", "cancelled"].contains(&verdict), "{clock}");
        assert_eq!(verdict == "broken", is_broken, "{clock}");
        if let (Some(due), Some(noticed)) = (at(&clock["broken_at"]), at(&clock["detected_at"])) {
            let late = noticed - due;
            assert!(late < Span::seconds(LATE_MAX.as_secs() as i64 + 15), "{id} was due at {due} and noticed at {noticed}");
        }
    }
}
fn at(v: &Value) -> Option<At> {
    v.as_str().and_then(|t| At::parse(t).ok())
}
