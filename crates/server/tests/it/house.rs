//! A whole house on a free port. Tests are told synchronously; the server runs on a runtime beside them.
use axum::Router;
use domain::kit::{AccountId, At, PersonId, SessionId, Span, TokenId};
use domain::people::{Actor, Role};
use reqwest::Method;
use serde_json::Value;
use server::access::{Credential, Doorkeeper, Pass, Visitor};
use server::http::{App, Parts, serve};
use server::watch::Watch;
use std::net::SocketAddr;
use std::sync::Arc;
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
    // In this order: the server ends before its database goes.
    runtime: Runtime,
    _db: TestDb,
}
impl House {
    pub fn start(db: TestDb) -> House {
        House::built(db, &[], Router::new())
    }
    /// With settings of its own (`("YINUO_HTTP__BODY_BYTES_MAX", "100")`) and routes beside the house's.
    pub fn built(db: TestDb, settings: &[(&str, &str)], besides: Router<App>) -> House {
        let watch = Watch::wound(At::parse(MONDAY_TEN).expect("an instant"));
        let settings = [("YINUO_HTTP__LISTEN", "127.0.0.1:0")].iter().chain(settings).map(|(k, v)| (k.to_string(), v.to_string()));
        let (config, _) = server::config::read(None, settings).expect("sound settings");
        let parts = Parts { config, watch, db: db.clone(), doorkeeper: Arc::new(Names), chores: Box::new(|_| Ok(0)), house_key: [7; 32] };
        let app = App::new(parts);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let routes = serve::routes(&app).merge(besides);
        let listener = runtime.block_on(tokio::net::TcpListener::bind(app.config().http.listen)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(serve::serve(app.clone(), listener, routes));
        House { app, address, runtime, _db: db }
    }
    pub fn as_nobody(&self) -> Caller<'_> {
        Caller { house: self, headers: Vec::new() }
    }
    pub fn as_customer(&self, account: &str) -> Caller<'_> {
        self.as_nobody().with("authorization", &format!("Bearer yn_contact.{account}"))
    }
    pub fn as_engineer(&self, name: &str) -> Caller<'_> {
        self.as_nobody().with("authorization", &format!("Bearer yn_engineer.{name}"))
    }
    /// Moves the time on and lets the chores do what is due.
    pub fn wind(&self, by: Span) -> At {
        let now = self.app.watch().wind(by).expect("a wound watch");
        self.app.run_chores(now).expect("the chores run");
        now
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
    pub fn ask(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Answer {
        // A client of its own for each request: connections do not outlive the house.
        let mut request = reqwest::Client::new().request(method, self.house.url(path));
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

/// Knows everybody by name: `yn_<role>.<account or name>`.
struct Names;
impl Doorkeeper for Names {
    fn who(&self, credential: &Credential, _: At) -> Result<Visitor, desk::Fault> {
        let stranger = desk::Fault::Unauthorized { code: "unauthorized" };
        let Some((role, name)) = credential.secret().trim_start_matches("yn_").split_once('.') else { return Err(stranger) };
        let role = Role::parse(role).ok_or(stranger)?;
        let raw = name.bytes().fold(0u128, |n, b| n << 8 | u128::from(b));
        let account = role.is_customer().then(|| AccountId::from_raw(raw));
        let pass = match credential {
            Credential::Session(_) => Pass::Session(SessionId::from_raw(raw)),
            Credential::Token(_) => Pass::Token(TokenId::from_raw(raw), Vec::new()),
        };
        Ok(Visitor { actor: Actor { person: PersonId::from_raw(raw), role, tier: 1, account }, pass, language: "en".into(), tz: "UTC".into() })
    }
}
