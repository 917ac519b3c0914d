//! What is asked, and by whom.
use crate::Result;
use crate::house::Loaded;
use domain::kit::Dice;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use testkit::wire::Caller;

/// One of the things people do all day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The open cases, newest change first, 50 of them.
    List,
    /// A case with its thread, clocks and offers.
    Get,
    Search,
    /// A customer opens a case with three promises; it is routed, its people are told.
    Create,
    /// An engineer answers.
    Reply,
}
impl Operation {
    pub const ALL: &[Operation] = &[Operation::List, Operation::Get, Operation::Search, Operation::Create, Operation::Reply];
    pub fn name(self) -> &'static str {
        match self {
            Operation::List => "list 50",
            Operation::Get => "get with thread",
            Operation::Search => "search",
            Operation::Create => "create",
            Operation::Reply => "reply",
        }
    }
}

/// What the callers know.
pub struct World {
    pub address: SocketAddr,
    pub contacts: Vec<String>,
    pub engineers: Vec<String>,
    /// Cases of all ages, and open ones.
    pub cases: Vec<String>,
    pub open: Vec<String>,
}
impl World {
    pub fn look(address: SocketAddr, loaded: &Loaded) -> Result<World> {
        let mut chief = Caller::new(address, Some(&loaded.chief), Duration::from_secs(60));
        let mut cases = Vec::new();
        for account in loaded.accounts.iter().step_by((loaded.accounts.len() / 50).max(1)) {
            cases.extend(ids(&mut chief, &format!("/api/v1/tickets?account={account}&limit=200"), 1)?);
        }
        let open = ids(&mut chief, "/api/v1/tickets?open=true&limit=200", 20)?;
        if cases.is_empty() || open.is_empty() {
            return Err("the loaded house shows no cases".into());
        }
        Ok(World { address, contacts: loaded.contacts.clone(), engineers: loaded.engineers.clone(), cases, open })
    }
}
/// Ids of a list, so many pages at most.
pub fn ids(caller: &mut Caller, path: &str, pages: usize) -> Result<Vec<String>> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    for _ in 0..pages {
        let answer = caller.get(&format!("{path}{cursor}"))?;
        if answer.status != 200 {
            return Err(format!("{path}: {} {}", answer.status, answer.text()).into());
        }
        let page: Value = serde_json::from_slice(&answer.body)?;
        all.extend(page["items"].as_array().into_iter().flatten().filter_map(|t| t["id"].as_str().map(str::to_string)));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={}", escaped(next));
    }
    Ok(all)
}
fn escaped(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Questions people type: words of the loaded cases, in both languages, some of them rare.
const QUESTIONS: &[&str] = &[
    "连接超时",
    "certificate expired",
    "节点未就绪 ack",
    "packet loss",
    "磁盘空间不足 rds",
    "权限错误 403",
    "slow queries",
    "计费异常",
    "备份失败 polardb",
    "无法登录",
];

/// One caller at work.
pub struct Hand<'w> {
    world: &'w World,
    operation: Operation,
    caller: Caller,
    dice: Dice,
    n: u64,
}
impl<'w> Hand<'w> {
    pub fn new(world: &'w World, operation: Operation, number: usize) -> Hand<'w> {
        let people = if operation == Operation::Create { &world.contacts } else { &world.engineers };
        let caller = Caller::new(world.address, Some(&people[number % people.len()]), Duration::from_secs(30));
        Hand { world, operation, caller, dice: Dice::new(number as u64 + 77), n: 0 }
    }
    /// Does it once; whether the answer was good.
    pub fn ask(&mut self) -> bool {
        self.n += 1;
        let key = format!("bench-{:016x}-{}", self.dice.bits(), self.n);
        let one = |dice: &mut Dice, from: &[String]| dice.pick(from).cloned().unwrap_or_default();
        let answer = match self.operation {
            Operation::List => self.caller.get("/api/v1/tickets?open=true&limit=50"),
            Operation::Get => self.caller.get(&format!("/api/v1/tickets/{}", one(&mut self.dice, &self.world.cases))),
            Operation::Search => {
                let question = self.dice.pick(QUESTIONS).copied().unwrap_or_default();
                self.caller.get(&format!("/api/v1/search?q={}&limit=20", escaped(question)))
            }
            Operation::Create => {
                let body = json!({
                    "subject": format!("连接超时 after the upgrade {}", self.n), "severity": "high", "product": "rds", "instance": "rm-2ze",
                    "body": "我们从今天早上开始无法连接到实例。The connection times out after thirty seconds, ping works from the same zone.",
                });
                self.caller.post("/api/v1/tickets", &body.to_string(), Some(&key))
            }
            Operation::Reply => {
                let path = format!("/api/v1/tickets/{}/messages", one(&mut self.dice, &self.world.open));
                let body = json!({"body": "已经为您调整了参数,请再试一次。Please try again and tell us the time of the next failure."});
                self.caller.post(&path, &body.to_string(), Some(&key))
            }
        };
        answer.is_ok_and(|a| (200..300).contains(&a.status))
    }
}
