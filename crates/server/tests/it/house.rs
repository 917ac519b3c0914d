//! A whole house on a free port. Tests are told synchronously; the server runs on a runtime beside them.
use axum::Router;
use desk::access::Scopes;
use desk::account::NewAccount;
use desk::people::NewPerson;
use desk::plan::Library;
use desk::secrets::Seal;
use desk::token::NewToken;
use desk::vault::Vault;
use desk::{Act, Desk, Fault, Opening, Rules, Shelves};
use domain::kit::{AccountId, At, PersonId, Span};
use domain::people::{Actor, Role, ask};
use reqwest::Method;
use serde_json::Value;
use server::http::{App, Parts, serve};
use server::watch::Watch;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use store::db::testing::TestDb;
use tokio::runtime::Runtime;

/// `house_test! { fn name(house) { … } }` is two tests, `…::sqlite` and `…::postgres`, each in a house of its own.
#[macro_export]
macro_rules! house_test {
    ($($(#[$meta:meta])* fn $name:ident($house:ident) $body:block)*) => { $(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            $(#[$meta])*
            fn story($house: &$crate::house::House) $body
            #[test]
            fn sqlite() {
                story(&$crate::house::House::start(store::db::testing::TestDb::sqlite()));
            }
            #[test]
            fn postgres() {
                if let Some(db) = store::db::testing::TestDb::postgres() {
                    story(&$crate::house::House::start(db));
                }
            }
        }
    )* };
}

/// Monday, 16 June 2025, ten o'clock in Shanghai.
pub const MONDAY_TEN: &str = "2025-06-16T10:00:00+08:00";

pub struct House {
    pub app: App,
    address: SocketAddr,
    known: Mutex<HashMap<String, Somebody>>,
    folder: PathBuf,
    // In this order: the server ends before its database goes.
    runtime: Runtime,
    _db: TestDb,
}
/// Who was asked for by name, and how they get in.
#[derive(Clone)]
pub struct Somebody {
    pub id: PersonId,
    #[expect(dead_code, reason = "for stories that need it")]
    pub account: Option<AccountId>,
    pub token: String,
}
impl House {
    pub fn start(db: TestDb) -> House {
        House::built(db, &[], Router::new())
    }
    /// With settings of its own (`("YINUO_HTTP__BODY_BYTES_MAX", "100")`) and routes beside the house's.
    pub fn built(db: TestDb, settings: &[(&str, &str)], besides: Router<App>) -> House {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = std::env::temp_dir().join(format!("yinuo-it-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed)));
        let watch = Watch::wound(At::parse(MONDAY_TEN).expect("an instant"));
        let settings = [("YINUO_HTTP__LISTEN", "127.0.0.1:0")].iter().chain(settings).map(|(k, v)| (k.to_string(), v.to_string()));
        let (config, _) = server::config::read(None, settings).expect("sound settings");
        let shelves = Shelves::new(Library::shipped().expect("sound plan books"));
        let search: Option<std::sync::Arc<dyn store::search::Search>> =
            Some(std::sync::Arc::new(store::search::LocalSearch::in_memory().expect("an index")));
        let opening = Opening { rules: Rules::default(), shelves, search, seal: Seal::new(&[7; 32]), seed: 7 };
        let desk = Desk::open(db.clone(), opening, watch.now()).expect("a desk over a fresh database");
        let vault = Vault::open(&folder, Seal::new(&[7; 32]), config.files.attachment_bytes_max).expect("a folder");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let inside = runtime.enter();
        let app = App::new(Parts { config, watch, desk, vault, house_key: [7; 32] }).expect("a house");
        drop(inside);
        let routes = serve::routes(&app).merge(besides);
        let listener = runtime.block_on(tokio::net::TcpListener::bind(app.config().http.listen)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(serve::serve(app.clone(), listener, routes));
        House { app, address, known: Mutex::default(), folder, runtime, _db: db }
    }
    /// Somebody of the vendor, taken in at the first call: `li` the engineer.
    pub fn staff(&self, role: Role, name: &str) -> Somebody {
        self.somebody(role, name, None)
    }
    /// Somebody of a customer: account and person are taken in at the first call.
    pub fn customer(&self, role: Role, account: &str) -> Somebody {
        self.somebody(role, account, Some(account))
    }
    fn somebody(&self, role: Role, name: &str, account: Option<&str>) -> Somebody {
        let login = format!("{}.{name}", role.key());
        if let Some(known) = self.known.lock().expect("no panic before").get(&login) {
            return known.clone();
        }
        let account = account.map(|a| self.account(a));
        let email = format!("{login}@example.com");
        let made = self.write(move |cx| {
            let new = NewPerson { login: login.clone(), skills: vec!["*".into()], ..NewPerson::new(account, role, &login, &email) };
            let person = desk::people::create(cx, &leave(), &new)?;
            let own = ask(&desk::access::actor_of(&person)).expect("everybody keeps tokens");
            let token = NewToken { name: "tests".into(), scopes: vec!["*".into()], expires_at: None };
            let secret = desk::token::create(cx, &own, &Scopes::all(), &token)?.secret;
            Ok((login.clone(), Somebody { id: person.id, account, token: secret }))
        });
        self.known.lock().expect("no panic before").insert(made.0, made.1.clone());
        made.1
    }
    /// Signs an engineer in with a password, as a browser does; the cookie to send.
    pub fn sign_in(&self, name: &str) -> String {
        let (login, password) = (format!("browser.{name}"), "correct horse battery");
        let hashed = desk::access::prepare_password(password, &login).expect("a good password");
        let new = NewPerson { login: login.clone(), password: Some(hashed), ..NewPerson::new(None, Role::Engineer, name, "browser@example.com") };
        self.write(move |cx| desk::people::create(cx, &leave(), &new));
        let answer = self.as_nobody().post("/api/v1/sessions", &serde_json::json!({"login": login, "password": password}));
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.header("set-cookie").split(';').next().expect("a cookie").to_string()
    }
    /// The account of this number, taken in if there is none.
    pub fn account(&self, number: &str) -> AccountId {
        let number = number.to_string();
        self.write(move |cx| match store::account::find_by_number(cx.tx, &number)? {
            Some(account) => Ok(account.id),
            None => {
                Ok(desk::account::create(cx, &leave(), &NewAccount { number: number.clone(), name: number.clone(), ..NewAccount::default() })?.id)
            }
        })
    }
    pub fn write<T: Send + 'static>(&self, job: impl FnMut(&mut Act) -> Result<T, Fault> + Send + 'static) -> T {
        self.app.desk().write(self.app.now(), job).expect("the desk does it")
    }
    pub fn as_nobody(&self) -> Caller<'_> {
        Caller { house: self, headers: Vec::new() }
    }
    pub fn as_(&self, who: &Somebody) -> Caller<'_> {
        self.as_nobody().with("authorization", &format!("Bearer {}", who.token))
    }
    pub fn as_customer(&self, account: &str) -> Caller<'_> {
        self.as_(&self.customer(Role::Contact, account))
    }
    pub fn as_engineer(&self, name: &str) -> Caller<'_> {
        self.as_(&self.staff(Role::Engineer, name))
    }
    pub fn as_chief(&self) -> Caller<'_> {
        self.as_(&self.staff(Role::DutyChief, "chief"))
    }
    pub fn as_administrator(&self) -> Caller<'_> {
        self.as_(&self.staff(Role::Administrator, "admin"))
    }
    /// Moves the time on and lets the chores do what is due on the way.
    pub fn wind(&self, by: Span) -> u64 {
        self.app.wind(by).expect("a wound watch").expect("the chores run")
    }
    /// What the house's watch shows.
    pub fn app_now(&self) -> At {
        self.app.now()
    }
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
impl Drop for House {
    fn drop(&mut self) {
        self.app.close();
        self.app.hub.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Somebody who asks, with the headers they send each time.
#[derive(Clone)]
pub struct Caller<'h> {
    house: &'h House,
    headers: Vec<(String, String)>,
}
impl Caller<'_> {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
    pub fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None)
    }
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.clone().with("content-type", "application/json").ask(Method::POST, path, Some(body.to_string().into_bytes()))
    }
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.clone().with("content-type", "application/json").ask(Method::PUT, path, Some(body.to_string().into_bytes()))
    }
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.clone().with("content-type", "application/json").ask(Method::PATCH, path, Some(body.to_string().into_bytes()))
    }
    pub fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None)
    }
    pub fn ask(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Answer {
        // A client of its own for each request: connections do not outlive the house.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a plain client");
        let mut request = client.request(method, self.house.url(path));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        self.house.runtime.block_on(async {
            let response = request.send().await.expect("the server answers");
            let status = response.status().as_u16();
            let headers = response.headers().iter().map(|(k, v)| (k.to_string(), v.to_str().unwrap_or_default().to_string())).collect();
            Answer { status, headers, body: response.text().await.expect("a whole answer") }
        })
    }
}

pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}
impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v)
    }
    /// Status and code of a problem, which is a problem in every respect.
    pub fn problem(&self) -> (u16, String) {
        let page = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        assert_eq!(page["status"], self.status, "{}", self.body);
        assert_eq!(page["request_id"], self.header("x-request-id"), "{}", self.body);
        assert!(page["title"].as_str().is_some_and(|t| !t.is_empty()), "{}", self.body);
        (self.status, page["code"].as_str().unwrap_or_default().to_string())
    }
}

/// The house itself takes the first people in.
fn leave<D: domain::people::Deed>() -> domain::people::Leave<D> {
    let house = Actor { person: PersonId::from_raw(0), role: Role::Administrator, tier: 0, account: None };
    ask(&house).expect("an administrator may")
}
