//! A house in which everything exists once: two customers, everybody the vendor has, and somebody of every role who asks.
use crate::house::House;
use desk::access::{NewPassword, Scopes, actor_of, prepare_password};
use desk::people::NewPerson;
use desk::token::NewToken;
use domain::kit::{AccountId, OutboxId, PREFIXES, PersonId, Span, WebhookId};
use domain::people::{Actor, Deed, Leave, POLICY, Role, ask};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use store::db::testing::TestDb;
use store::log::Entry;
use store::outbox::Letter;
use testkit::wire::{Answer, Caller, read_message};

const PATIENCE: Duration = Duration::from_secs(60);
pub const PASSWORD: &str = "correct horse battery";
pub const BODY_BYTES_MAX: usize = 20_000;

/// Somebody of the house, with everything they get in with.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: PersonId,
    pub role: Role,
    pub account: Option<AccountId>,
    pub login: String,
    pub token: String,
}

/// A question as it is meant: below /api/v1, in the name of whoever asks.
#[derive(Clone, Debug)]
pub struct Ask {
    pub path: String,
    pub body: Body,
    pub version: Option<u32>,
    /// What a token must not do.
    pub in_session: bool,
}
#[derive(Clone, Debug)]
pub enum Body {
    Nothing,
    Json(Value),
    File(Vec<u8>),
}
impl Ask {
    pub fn bare(path: impl Into<String>) -> Ask {
        Ask { path: path.into(), body: Body::Nothing, version: None, in_session: false }
    }
    pub fn json(path: impl Into<String>, body: Value) -> Ask {
        Ask { body: Body::Json(body), ..Ask::bare(path) }
    }
    pub fn file(path: impl Into<String>, bytes: &[u8]) -> Ask {
        Ask { body: Body::File(bytes.to_vec()), ..Ask::bare(path) }
    }
    pub fn version(self, version: u32) -> Ask {
        Ask { version: Some(version), ..self }
    }
    pub fn in_session(self) -> Ask {
        Ask { in_session: true, ..self }
    }
}
/// A question as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Ready {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}
impl Ready {
    /// With another value of a header, or with none.
    pub fn header(&self, name: &str, value: Option<&str>) -> Ready {
        let mut headers: Vec<_> = self.headers.iter().filter(|(n, _)| n != name).cloned().collect();
        headers.extend(value.map(|v| (name.to_string(), v.to_string())));
        Ready { headers, ..self.clone() }
    }
    pub fn body(&self, body: impl Into<Vec<u8>>) -> Ready {
        Ready { body: body.into(), ..self.clone() }
    }
    pub fn path(&self, path: impl Into<String>) -> Ready {
        Ready { path: path.into(), ..self.clone() }
    }
}

pub struct Scene {
    pub house: House,
    /// One of each role; the customers' are of the first account.
    pub people: Vec<Person>,
    /// A contact and a manager of the second account.
    pub strangers: Vec<Person>,
    /// A second contact of the first account.
    pub colleague: Person,
    pub account: AccountId,
    /// A case of the first contact.
    pub case: String,
    /// Tokens that were good once.
    pub revoked: String,
    pub expired: String,
    password: NewPassword,
    broken: RefCell<Vec<String>>,
    count: Cell<u32>,
    lines: RefCell<HashMap<String, Caller>>,
}
impl Scene {
    pub fn new(db: TestDb) -> Scene {
        let most = BODY_BYTES_MAX.to_string();
        let settings = [
            ("YINUO_HTTP__BODY_BYTES_MAX", most.as_str()),
            ("YINUO_HTTP__PERSON_REQUESTS_PER_MINUTE", "0"),
            ("YINUO_HTTP__ADDRESS_REQUESTS_PER_MINUTE", "0"),
            ("YINUO_HTTP__SIGN_IN_PER_MINUTE", "0"),
        ];
        let house = House::built(db, &settings, axum::Router::new());
        let (account, other) = (house.account("acme"), house.account("other"));
        let password = prepare_password(PASSWORD, "somebody").expect("a good password");
        let person = |role: Role, name: &str, account| take_in(&house, &password, role, name, account);
        let people: Vec<Person> = Role::ALL.iter().map(|r| person(*r, "one", r.is_customer().then_some(account))).collect();
        let strangers = [Role::Contact, Role::CustomerManager].map(|r| person(r, "stranger", Some(other))).to_vec();
        let colleague = person(Role::Contact, "colleague", Some(account));
        let (revoked, expired) = (token_of(&house, &colleague, None, true), token_of(&house, &colleague, Some(Span::hours(1)), false));
        let scene = Scene {
            house,
            people,
            strangers,
            colleague,
            account,
            case: String::new(),
            revoked,
            expired,
            password,
            broken: RefCell::default(),
            count: Cell::new(0),
            lines: RefCell::default(),
        };
        let order = json!({"family": "ali.top", "ordered_at": "2025-06-15T00:00:00+08:00", "existing": true});
        scene.must(Role::Administrator, "POST", &format!("/accounts/{account}/orders"), order);
        // What is left unanswered for two days breaks every promise there is about it.
        let late: Vec<String> = (0..4).map(|_| scene.fresh_case()).collect();
        scene.house.wind(Span::hours(48));
        let case = scene.fresh_case();
        for ticket in late {
            let clocks = scene.must(Role::DutyChief, "GET", &format!("/tickets/{ticket}/clocks"), Value::Null);
            let broken = clocks["items"].as_array().into_iter().flatten().filter(|c| c["verdict"] == "broken");
            scene.broken.borrow_mut().extend(broken.filter_map(|c| c["id"].as_str().map(str::to_string)));
        }
        Scene { case, ..scene }
    }
    pub fn one(&self, role: Role) -> &Person {
        self.people.iter().find(|p| p.role == role).expect("somebody of every role")
    }
    /// Somebody else of the same role, on the same side of the wall.
    pub fn another(&self, who: &Person) -> Person {
        take_in(&self.house, &self.password, who.role, &self.fresh("another"), who.account)
    }
    /// The first role that may do all of these deeds.
    pub fn who_may(&self, deeds: &[&str]) -> &Person {
        self.people.iter().find(|p| may(p.role, deeds)).expect("somebody may")
    }
    /// A word nobody used before.
    pub fn fresh(&self, word: &str) -> String {
        self.count.set(self.count.get() + 1);
        format!("{word}.{}", self.count.get())
    }

    /// As it goes over the wire. Signs in if a session is needed.
    pub fn ready(&self, method: &str, ask: &Ask, who: Option<&Person>) -> Ready {
        let mut headers = Vec::new();
        match who {
            Some(who) if ask.in_session => headers.push(("cookie".to_string(), self.sign_in(who))),
            Some(who) => headers.push(("authorization".to_string(), format!("Bearer {}", who.token))),
            None => {}
        }
        headers.extend(ask.version.map(|v| ("if-match".to_string(), format!("\"{v}\""))));
        let body = match &ask.body {
            Body::Nothing => Vec::new(),
            Body::Json(json) => {
                headers.push(("content-type".into(), "application/json".into()));
                json.to_string().into_bytes()
            }
            Body::File(bytes) => {
                headers.push(("content-type".into(), "application/octet-stream".into()));
                bytes.clone()
            }
        };
        let outside = ["/healthz", "/readyz", "/metrics"].contains(&ask.path.as_str());
        let path = if outside { ask.path.clone() } else { format!("/api/v1{}", ask.path) };
        Ready { method: method.to_string(), path, headers, body }
    }
    pub fn send(&self, ready: &Ready) -> Answer {
        if ready.path.starts_with("/api/v1/events") {
            return self.listen(ready);
        }
        let door = ready.headers.iter().find(|(n, _)| n == "authorization" || n == "cookie").map_or(String::new(), |(_, v)| v.clone());
        let mut lines = self.lines.borrow_mut();
        let line = lines.entry(door).or_insert_with(|| Caller::new(self.house.address(), None, PATIENCE));
        let headers: Vec<(&str, &str)> = ready.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let ask = |line: &mut Caller| line.ask(&ready.method, &ready.path, &headers, &ready.body);
        // A line on which a refused body still stood is closed by the server; the question is asked again on a new one.
        ask(line).or_else(|_| ask(line)).unwrap_or_else(|e| panic!("{} {}: {e}", ready.method, ready.path))
    }
    /// A stream does not end by itself: its head is enough.
    fn listen(&self, ready: &Ready) -> Answer {
        let mut line = TcpStream::connect(self.house.address()).expect("the server listens");
        line.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let headers: String = ready.headers.iter().map(|(n, v)| format!("{n}: {v}\r\n")).collect();
        let head = format!("{} {} HTTP/1.1\r\nhost: x\r\n{headers}\r\n", ready.method, ready.path);
        line.write_all(head.as_bytes()).expect("the server reads");
        let mut start = [0; 12];
        line.peek(&mut start).expect("the server answers");
        if start.ends_with(b"200") {
            return Answer { status: 200, ..Answer::default() };
        }
        let (first, answer) = read_message(&mut BufReader::new(line)).expect("a whole answer");
        Answer { status: first.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status"), ..answer }
    }
    pub fn ask(&self, who: &Person, method: &str, ask: &Ask) -> Answer {
        self.send(&self.ready(method, ask, Some(who)))
    }
    /// Makes something that is needed; `None`: they may not.
    pub fn make(&self, who: &Person, method: &str, ask: &Ask) -> Option<Value> {
        let answer = self.ask(who, method, ask);
        (answer.status < 300).then(|| serde_json::from_slice(&answer.body).unwrap_or_default())
    }
    /// What must succeed.
    pub fn must(&self, role: Role, method: &str, path: &str, body: Value) -> Value {
        let ask = if body.is_null() { Ask::bare(path) } else { Ask::json(path, body) };
        let answer = self.ask(self.one(role), method, &ask);
        assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.text());
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }
    fn sign_in(&self, who: &Person) -> String {
        let ask = Ask::json("/sessions", json!({"login": who.login, "password": PASSWORD}));
        let answer = self.send(&self.ready("POST", &ask, None));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.header("set-cookie").and_then(|c| c.split(';').next()).expect("a cookie").to_string()
    }

    /// A new case of the first contact.
    pub fn fresh_case(&self) -> String {
        let case = json!({"subject": self.fresh("no route to host"), "body": "since ten o'clock", "severity": "urgent", "product": "ecs"});
        id_of(&self.must(Role::Contact, "POST", "/tickets", case))
    }
    /// A broken promise nobody accepted yet.
    pub fn broken_clock(&self) -> String {
        self.broken.borrow_mut().pop().expect("promises were broken")
    }
    /// A clock of the case.
    pub fn clock(&self) -> String {
        id_of(&self.must(Role::Contact, "GET", &format!("/tickets/{}/clocks", self.case), Value::Null)["items"][0])
    }
    /// A file of the case that was sent.
    pub fn file(&self) -> String {
        let file = Ask::file(format!("/tickets/{}/attachments?name=a.txt", self.case), b"hello");
        let id = id_of(&self.make(self.one(Role::Contact), "POST", &file).expect("a file"));
        let message = json!({"body": "see the file", "attachments": [id]});
        self.must(Role::Contact, "POST", &format!("/tickets/{}/messages", self.case), message);
        id
    }
    /// A new account with nobody in it, in its first version.
    pub fn fresh_account(&self) -> String {
        let name = self.fresh("new account");
        id_of(&self.must(Role::Administrator, "POST", "/accounts", json!({"number": name, "name": name})))
    }
    /// A new contact of the first account, in the first version.
    pub fn fresh_contact(&self) -> String {
        let body = self.new_contact();
        id_of(&self.must(Role::Administrator, "POST", "/people", body))
    }
    pub fn new_contact(&self) -> Value {
        let name = self.fresh("new");
        json!({"account": self.account.to_string(), "role": "contact", "name": name, "email": format!("{name}@example.com")})
    }
    pub fn new_grant(&self, to: Option<PersonId>) -> Value {
        json!({"to": to.map(|t| t.to_string()), "scopes": ["read_logs"], "resource": "i-1", "until": self.after(Span::hours(1))})
    }
    /// A visit as it is asked for; the plan grants as many as are wanted.
    pub fn new_service(&self) -> Value {
        json!({"account": self.account.to_string(), "kind": "onsite_visit", "subject": self.fresh("visit"), "first_day": "2025-07-14", "days": 1})
    }
    /// A service somebody asked for.
    pub fn fresh_service(&self) -> String {
        id_of(&self.must(Role::DutyChief, "POST", "/services", self.new_service()))
    }
    /// One whose watch log is kept.
    pub fn planned_service(&self) -> String {
        let id = self.fresh_service();
        for act in ["agree", "plan"] {
            self.must(Role::DutyChief, "POST", &format!("/services/{id}/acts"), json!({"act": act}));
        }
        id
    }
    /// An account on a plan that counts something.
    pub fn counted_account(&self) -> String {
        let account = self.fresh_account();
        let order = json!({"family": "ali.business", "ordered_at": "2025-06-15T00:00:00+08:00", "existing": true});
        self.must(Role::Administrator, "POST", &format!("/accounts/{account}/orders"), order);
        account
    }
    /// Access the first contact gave for a new case.
    pub fn fresh_grant(&self, to: Option<PersonId>) -> String {
        let grant = self.new_grant(to);
        id_of(&self.must(Role::Contact, "POST", &format!("/tickets/{}/grants", self.fresh_case()), grant))
    }
    /// What a link in somebody's letter carries.
    pub fn pass(&self, who: PersonId, purpose: &'static str) -> String {
        self.house.write(move |cx| {
            let person = store::person::find(cx.tx, who)?.ok_or(desk::Fault::NotFound)?;
            desk::pass::issue(cx, &person, purpose, None)
        })
    }
    /// A report of the first account that was never seen before, as far as `state`: planned, written, approved, delivered.
    pub fn report(&self, state: &'static str) -> String {
        let (account, author, approver) = (self.account, self.one(Role::Engineer).id, self.one(Role::Finance).id);
        // A rule of its own each: one and the same is owed once a month.
        let (rule, period) = (self.fresh("service_report"), "2025-05".to_string());
        self.house.write(move |cx| {
            let is_out = state == "delivered";
            let d = store::deliverable::Deliverable {
                id: cx.fresh(),
                account,
                plan: "ali.enterprise.v1".into(),
                rule: rule.clone(),
                period: period.clone(),
                due_at: cx.now,
                state: if is_out { "delivered" } else { "planned" }.into(),
                words: "{}".into(),
                author: (state != "planned").then_some(author),
                numbers: String::new(),
                hash: String::new(),
                approved: is_out.then_some((approver, cx.now)),
                delivered: is_out.then_some((author, cx.now)),
                accepted: None,
                late_told: true,
                created_at: cx.now,
                version: 1,
            };
            store::deliverable::put_new(cx.tx, &d)?;
            Ok(d.id.to_string())
        })
    }
    pub fn fresh_shift(&self) -> String {
        let shift = json!({"duty": "group", "person": self.one(Role::Engineer).id.to_string(), "from": self.now()});
        id_of(&self.must(Role::DutyChief, "POST", "/rota", shift))
    }
    pub fn fresh_webhook(&self) -> String {
        // There may only be so many.
        for old in self.must(Role::Administrator, "GET", "/webhooks", Value::Null)["items"].as_array().into_iter().flatten() {
            self.must(Role::Administrator, "DELETE", &format!("/webhooks/{}", id_of(old)), Value::Null);
        }
        id_of(&self.must(Role::Administrator, "POST", "/webhooks", new_webhook())["webhook"])
    }
    /// Letters to a webhook that have failed.
    pub fn failed_letters(&self, webhook: &str, n: u32) -> Vec<String> {
        let target: WebhookId = webhook.parse().expect("an id");
        self.house.write(move |cx| {
            let mut ids = Vec::new();
            for _ in 0..n {
                let id: OutboxId = cx.fresh();
                let (due_at, created_at, body) = (cx.now, cx.now, "{}".to_string());
                let letter = Letter {
                    id,
                    way: "webhook".into(),
                    target: target.bytes(),
                    log_pos: 0,
                    topic: "ticket.opened".into(),
                    body,
                    state: "queued".into(),
                    attempts: 0,
                    due_at,
                    created_at,
                    ended_at: None,
                    error: None,
                };
                store::outbox::put_new(cx.tx, &letter)?;
                ids.push(id);
            }
            store::outbox::claim_of(cx.tx, "test", cx.now, cx.now + Span::minutes(1), n, target.bytes(), "webhook")?;
            for id in &ids {
                store::outbox::end(cx.tx, *id, "test", "failed", cx.now, Some("refused"))?;
            }
            Ok(ids.iter().map(OutboxId::to_string).collect())
        })
    }
    /// The version one is in oneself.
    pub fn version_of(&self, who: &Person) -> u32 {
        let me = self.make(who, "GET", &Ask::bare("/me")).expect("oneself");
        me["version"].as_u64().and_then(|v| v.try_into().ok()).expect("a version")
    }
    pub fn now(&self) -> String {
        self.house.app.now().to_string()
    }
    pub fn after(&self, by: Span) -> String {
        (self.house.app.now() + by).to_string()
    }

    /// The newest position of the log.
    pub fn pos(&self) -> i64 {
        self.house.app.desk().read(|tx| Ok(store::log::last_pos(tx)?)).expect("the log is read")
    }
    /// What was written after a position. PostgreSQL tells of it when the transactions of other tests that run along have ended.
    pub fn since(&self, pos: i64) -> Vec<Entry> {
        let newest = self.pos();
        let read = || self.house.app.desk().read(|tx| Ok(store::log::list_after(tx, pos, 1_000)?)).expect("the log is read");
        let settled = |lines: &Vec<Entry>| lines.last().map_or(pos, |l| l.pos) >= newest;
        (0..100_000).map(|_| read()).find(settled).expect("the log settles")
    }
}

fn take_in(house: &House, password: &NewPassword, role: Role, name: &str, account: Option<AccountId>) -> Person {
    let login = format!("{}.{name}", role.key());
    let email = format!("{login}@example.com");
    let new = NewPerson {
        login: login.clone(),
        skills: vec!["*".into()],
        languages: vec!["zh-CN".into()],
        capacity: 1_000,
        password: Some(password.clone()),
        ..NewPerson::new(account, role, &login, &email)
    };
    let (id, token) = house.write(move |cx| {
        let person = desk::people::create(cx, &leave(), &new)?;
        let own = ask(&actor_of(&person)).expect("everybody keeps tokens");
        let token = NewToken { name: "tests".into(), scopes: vec!["*".into()], expires_at: None };
        Ok((person.id, desk::token::create(cx, &own, &Scopes::all(), &token)?.secret))
    });
    Person { id, role, account, login, token }
}
fn token_of(house: &House, who: &Person, lasts: Option<Span>, revoked: bool) -> String {
    let actor = Actor { person: who.id, role: who.role, tier: 0, account: who.account };
    house.write(move |cx| {
        let own = ask(&actor).expect("everybody keeps tokens");
        let new = NewToken { name: "old".into(), scopes: vec!["*".into()], expires_at: lasts.map(|l| cx.now + l) };
        let issued = desk::token::create(cx, &own, &Scopes::all(), &new)?;
        if revoked {
            desk::token::revoke(cx, &own, issued.token.id)?;
        }
        Ok(issued.secret)
    })
}
/// The house itself takes the first people in.
pub fn leave<D: Deed>() -> Leave<D> {
    let house = Actor { person: PersonId::from_raw(0), role: Role::Administrator, tier: 0, account: None };
    ask(&house).expect("an administrator may")
}
pub fn new_webhook() -> Value {
    json!({"name": "erp", "url": "https://erp.example.com/in", "topics": ["ticket.opened"]})
}

/// Whether the policy lets a role do all of these.
pub fn may(role: Role, deeds: &[&str]) -> bool {
    deeds.iter().all(|deed| POLICY.iter().find(|(name, _)| name == deed).unwrap_or_else(|| panic!("{deed} is no deed")).1(role))
}
pub fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id in {thing}")).to_string()
}
/// Every id in a text.
pub fn ids_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('_') {
        let kind = text[..at].rsplit(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
        let rest: String = text[at + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
        if rest.len() == 26 && PREFIXES.contains(&kind) {
            found.push(format!("{kind}_{rest}"));
        }
    }
    found
}
/// The same text about things that never were.
pub fn about_nothing(text: &str) -> String {
    ids_in(text).iter().fold(text.to_string(), |text, id| text.replace(id, &nothing(id.split('_').next().unwrap_or_default())))
}
/// An id of nothing.
pub fn nothing(kind: &str) -> String {
    format!("{kind}_01h455vb4pex5vsknk084sn02q")
}
