//! Cases over HTTP, on the demo's house: who asks, who answers, what each of them sees.
use desk::demo::furnish;
use desk::plan::Library;
use desk::secrets::Seal;
use desk::vault::Vault;
use desk::{Desk, Opening, Rules, Shelves};
use domain::kit::{At, PersonId, Span};
use domain::people::ask;
use serde_json::{Value, json};
use server::http::{App, Parts, serve};
use server::watch::Watch;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use store::db::testing::TestDb;
use store::search::LocalSearch;
use testkit::wire::{Answer, Caller};

/// Monday, 3 November 2025, ten o'clock in Shanghai.
const MONDAY_TEN: &str = "2025-11-03T10:00:00+08:00";
const PATIENCE: Duration = Duration::from_secs(20);

/// The demo's house on a free port, its watch wound by hand.
struct World {
    app: App,
    address: SocketAddr,
    // In this order: the server ends before its database goes.
    runtime: Option<tokio::runtime::Runtime>,
    folder: PathBuf,
    _db: TestDb,
}
impl World {
    fn new(db: TestDb, settings: &[(&str, &str)]) -> World {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = std::env::temp_dir().join(format!("yinuo-tickets-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed)));
        std::fs::create_dir_all(&folder).unwrap();
        let now = At::parse(MONDAY_TEN).unwrap();
        let (seal, search) = (Seal::new(&[7; 32]), LocalSearch::open(&folder.join("search")).unwrap());
        let opening = Opening {
            rules: Rules::default(),
            shelves: Shelves::new(Library::shipped().unwrap()),
            search: Some(Arc::new(search)),
            seal: seal.clone(),
            seed: 7,
        };
        let desk = Desk::open(db.clone(), opening, now - Span::days(200)).unwrap();
        furnish(&desk, "no password", now - Span::days(3)).unwrap();
        let settings = [("YINUO_HTTP__LISTEN", "127.0.0.1:0")].iter().chain(settings).map(|(k, v)| (k.to_string(), v.to_string()));
        let (config, _) = server::config::read(None, settings).unwrap();
        let vault = Vault::open(folder.join("files"), seal, config.files.attachment_bytes_max).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let inside = runtime.enter();
        let app = App::new(Parts { config, watch: Watch::wound(now), desk, vault, house_key: [7; 32] }).unwrap();
        drop(inside);
        let address = runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(app.config().http.listen).await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(serve::serve(app.clone(), listener, serve::routes(&app)));
            address
        });
        World { app, address, runtime: Some(runtime), folder, _db: db }
    }
    fn id(&self, login: &str) -> PersonId {
        self.app.desk().read::<_>(|tx| Ok(store::person::find_by_login(tx, login)?)).unwrap().unwrap().id
    }
    /// Somebody of the demo with a fresh token.
    fn who(&self, login: &str) -> Person {
        let person = self.app.desk().read(|tx| Ok(store::person::find_by_login(tx, login)?)).unwrap().unwrap();
        let leave = ask(&desk::access::actor_of(&person)).unwrap();
        let new = desk::token::NewToken { name: "test".into(), scopes: vec!["*".into()], expires_at: None };
        let scopes = desk::access::Scopes::all();
        let issued = self.app.desk().write(self.app.now(), move |cx| desk::token::create(cx, &leave, &scopes, &new)).unwrap();
        Person { caller: Caller::new(self.address, Some(&issued.secret), PATIENCE), address: self.address, token: issued.secret }
    }
    fn wind(&self, by: Span) {
        self.app.wind(by).unwrap().unwrap();
    }
}
impl Drop for World {
    fn drop(&mut self) {
        self.app.close();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

struct Person {
    caller: Caller,
    address: SocketAddr,
    token: String,
}
impl Person {
    fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.caller.ask(method, &format!("/api/v1{path}"), headers, body).expect("the server answers")
    }
    fn get(&mut self, path: &str) -> Value {
        let answer = self.ask("GET", path, &[], b"");
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.text());
        json_of(&answer)
    }
    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers: Vec<_> = [("content-type", "application/json")].iter().chain(headers).copied().collect();
        self.ask(method, path, &headers, body.to_string().as_bytes())
    }
    fn post(&mut self, path: &str, body: Value) -> Value {
        let answer = self.send("POST", path, &[], &body);
        assert!((200..300).contains(&answer.status), "POST {path} {body}: {}", answer.text());
        json_of(&answer)
    }
    fn act(&mut self, ticket: &str, body: Value) -> Value {
        self.post(&format!("/tickets/{ticket}/acts"), body)
    }
    fn open(&mut self, subject: &str) -> Value {
        self.post("/tickets", json!({"subject": subject, "body": "since ten o'clock", "product": "ecs", "severity": "high"}))
    }
    /// Status and code of what is refused.
    fn refused(&mut self, method: &str, path: &str, body: Value) -> (u16, String) {
        problem(&self.send(method, path, &[], &body))
    }
    /// Listens from a position until `n` events came.
    fn hear(&self, query: &str, headers: &str, n: usize) -> Vec<(i64, String)> {
        let mut line = TcpStream::connect(self.address).unwrap();
        line.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!("GET /api/v1/events{query} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n{headers}\r\n", self.token);
        line.write_all(head.as_bytes()).unwrap();
        let (mut heard, mut pos) = (Vec::new(), 0);
        for text in BufReader::new(line).lines() {
            let text = text.expect("the stream goes on");
            if let Some(id) = text.strip_prefix("id: ") {
                pos = id.parse().unwrap();
            } else if let Some(data) = text.strip_prefix("data: ") {
                let event: Value = serde_json::from_str(data).unwrap();
                assert_eq!(event["pos"], pos);
                heard.push((pos, event["key"].as_str().unwrap().to_string()));
                if heard.len() == n {
                    return heard;
                }
            }
        }
        panic!("the stream ended after {heard:?}");
    }
}
fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|e| panic!("{e}: {}", answer.text()))
}
fn problem(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.text());
    (answer.status, json_of(answer)["code"].as_str().unwrap().to_string())
}
fn fields(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.text());
    let page = json_of(answer);
    page["errors"].as_array().unwrap().iter().map(|e| format!("{} {}", e["field"].as_str().unwrap(), e["code"].as_str().unwrap())).collect()
}
fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_string()
}
fn keys_of(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|i| i[field].as_str().unwrap_or_default().to_string()).collect()
}

macro_rules! worlds {
    ($(fn $name:ident($world:ident) $body:block)*) => { $(
        mod $name {
            use super::*;
            fn story($world: &World) $body
            #[test]
            fn sqlite() {
                story(&World::new(TestDb::sqlite(), &[]));
            }
            #[test]
            fn postgres() {
                if let Some(db) = TestDb::postgres() {
                    story(&World::new(db, &[]));
                }
            }
        }
    )* };
}

worlds! {
    fn a_customers_day_from_the_question_to_the_confirmation(w) {
        let (mut customer, mut li) = (w.who("yunfan"), w.who("li"));
        let made = customer.open("no route to host");
        let id = id_of(&made);
        assert!(made["number"].as_str().unwrap().starts_with("YN-") && made["log_pos"].as_i64().unwrap() > 0, "{made}");
        assert_eq!((made["stage"].as_str(), made["plan"].as_str(), made["messages"].as_i64()), (Some("new"), Some("ali.enterprise.v1"), Some(1)));
        assert!(made["handler"].is_string() && made["owner"].is_null() && made["next_due_at"].is_string(), "somebody has it, nobody answered: {made}");

        w.wind(Span::minutes(5));
        let seen = li.get(&format!("/tickets/{id}"));
        let offer = |seen: &Value, act: &str| seen["offers"].as_array().unwrap().iter().find(|o| o["act"] == act).cloned().unwrap_or_default();
        assert_eq!((offer(&seen, "reply")["possible"].clone(), offer(&seen, "resolve")["why"].clone()), (json!(true), json!("ticket.not_yet_answered")));
        assert_eq!(seen["people"][made["requester"].as_str().unwrap()]["role"], "contact");
        li.act(&id, json!({"act": "note", "body": "looks like the gateway"}));
        let said = li.post(&format!("/tickets/{id}/messages"), json!({"body": "Which zone?", "asks": true}));
        assert_eq!((said["ticket"]["stage"].as_str(), said["ticket"]["owner"].as_str()), (Some("waiting_customer"), Some(w.id("li").to_string().as_str())));

        let seen = customer.get(&format!("/tickets/{id}"));
        assert_eq!(keys_of(&seen["messages"], "kind"), ["public", "public"], "notes stay inside");
        assert!(seen["clocks"].as_array().unwrap().iter().all(|c| c["kind"] == "contract"));
        customer.post(&format!("/tickets/{id}/messages"), json!({"body": "Zone b"}));
        li.act(&id, json!({"act": "resolve", "cause": "routing table", "body": "Fixed."}));
        let done = customer.act(&id, json!({"act": "confirm"}));
        assert_eq!((done["ticket"]["stage"].as_str(), done["ticket"]["is_open"].as_bool()), (Some("closed"), Some(false)));

        let clocks = customer.get(&format!("/tickets/{id}/clocks"));
        let first = clocks["items"].as_array().unwrap().iter().find(|c| c["promise"] == "first_response").unwrap().clone();
        assert_eq!((first["verdict"].as_str(), first["used"].as_str(), first["cmp"].as_str()), (Some("kept"), Some("PT5M"), Some("lt")), "{first}");
        assert!(first["words"]["zh-CN"].is_string() && first["source"]["document"].is_string());
        let clock = id_of(&first);
        assert_eq!(customer.get(&format!("/clocks/{clock}"))["id"], clock.as_str());
        let told = customer.get(&format!("/clocks/{clock}/explain"));
        assert!(told["replays"].as_bool().unwrap() && told["lines"].as_array().unwrap().len() > 4, "{told}");
        assert!(told["lines"].as_array().unwrap().iter().all(|l| !l["text"].as_str().unwrap().contains(['{', '}'])), "{told}");
        assert_eq!(w.who("zhou").refused("POST", &format!("/clocks/{clock}/waive"), json!({"reason": "x"})), (403, "forbidden".into()));
        assert_eq!(w.who("yunfan").refused("POST", &format!("/tickets/{id}/acts"), json!({"act": "withdraw", "reason": "x"})), (409, "ticket.already_closed".into()));

        let keys = keys_of(&customer.get(&format!("/tickets/{id}/timeline?limit=200"))["items"], "key");
        assert!(keys.contains(&"ticket.opened".into()) && keys.contains(&"ticket.closed".into()) && !keys.contains(&"ticket.noted".into()), "{keys:?}");
        assert_eq!(customer.get("/tickets?open=false")["items"][0]["id"], id.as_str());
    }

    fn every_mistake_is_named_with_its_field(w) {
        let (mut customer, mut li) = (w.who("yunfan"), w.who("li"));
        let mut wrong = |body: Value| fields(&customer.send("POST", "/tickets", &[], &body));
        assert_eq!(wrong(json!({"body": "x"})), ["subject missing_field"]);
        assert_eq!(wrong(json!({"subject": "x", "body": "x", "sverity": 1})), ["sverity unknown_field"]);
        assert_eq!(wrong(json!({"subject": "x", "body": "x", "window": {"from": "soon"}})), ["window.from bad_instant"]);
        assert_eq!(wrong(json!({"subject": " ", "body": "", "severity": "grave"})), ["subject missing", "body missing", "severity unknown"]);
        assert_eq!(wrong(json!({"subject": "x", "body": "x", "language": "中文"})), ["language not_a_language"]);
        assert_eq!(fields(&li.send("POST", "/tickets", &[], &json!({"subject": "x", "body": "x"}))), ["account missing", "requester missing"]);
        let id = id_of(&customer.open("x"));
        let act = format!("/tickets/{id}/acts");
        assert_eq!(fields(&li.send("POST", &act, &[], &json!({"act": "transfer", "reason": "x", "until": "2025-11-03T00:00:00Z"}))), ["to missing_field", "until not_for_this_act"]);
        assert_eq!(fields(&li.send("POST", &act, &[], &json!({"act": "fly"}))), ["act unknown_value"]);
        assert_eq!(fields(&li.send("POST", &format!("/tickets/{id}/messages"), &[], &json!({"body": " "}))), ["body missing"]);
        for (query, field) in [
            ("limit=0", "limit out_of_range"),
            ("limit=201", "limit out_of_range"),
            ("cursor=abc", "cursor foreign_cursor"),
            ("stage=nwe", "stage unknown"),
            ("due_before=soon", "due_before not_an_instant"),
            ("tier=5", "tier not_a_tier"),
            ("sort=name", "sort unknown_value"),
            ("colour=red", "colour unknown_field"),
        ] {
            assert_eq!(fields(&li.ask("GET", &format!("/tickets?{query}"), &[], b"")), [field], "{query}");
        }
        assert_eq!(fields(&li.ask("GET", "/events", &[("last-event-id", "x")], b"")), ["Last-Event-ID unreadable_value"]);
    }

    fn what_is_anothers_does_not_exist(w) {
        let (mut customer, mut other) = (w.who("yunfan"), w.who("northwind"));
        let id = id_of(&customer.open("secret project"));
        let clock = id_of(&customer.get(&format!("/tickets/{id}/clocks"))["items"][0]);
        for path in ["", "/messages", "/timeline", "/clocks", "/draft", "/presence"] {
            assert_eq!(problem(&other.ask("GET", &format!("/tickets/{id}{path}"), &[], b"")), (404, "not_found".into()), "{path}");
        }
        for path in [format!("/clocks/{clock}"), format!("/clocks/{clock}/explain"), format!("/events?ticket={id}")] {
            assert_eq!(problem(&other.ask("GET", &path, &[], b"")), (404, "not_found".into()), "{path}");
        }
        assert_eq!(other.refused("POST", &format!("/tickets/{id}/messages"), json!({"body": "x"})), (404, "not_found".into()));
        assert_eq!(other.refused("POST", &format!("/tickets/{id}/acts"), json!({"act": "confirm"})), (404, "not_found".into()));
        assert_eq!(other.refused("PUT", &format!("/tickets/{id}/presence"), json!({"doing": "typing"})), (404, "not_found".into()));
        assert_eq!(problem(&other.ask("POST", &format!("/tickets/{id}/attachments?name=a.txt"), &[], b"x")), (404, "not_found".into()));
        let mine = customer.get("/me");
        let account = mine["person"]["account"].as_str().or(mine["account"].as_str()).unwrap_or("acc_00000000000000000000000001").to_string();
        assert_eq!(other.refused("POST", "/tickets", json!({"subject": "x", "body": "x", "account": account})), (404, "not_found".into()));
        assert!(!keys_of(&other.get("/tickets")["items"], "id").contains(&id));
        w.wind(Span::ZERO);
        assert_eq!(other.get("/search?q=secret")["items"], json!([]));
        assert_eq!(problem(&customer.ask("GET", "/tickets/tkt_nonsense", &[], b"")), (404, "not_found".into()));
    }

    fn an_edit_over_an_old_version_is_refused(w) {
        let (mut customer, mut li) = (w.who("yunfan"), w.who("li"));
        let id = id_of(&customer.open("x"));
        let etag = li.ask("GET", &format!("/tickets/{id}"), &[], b"").header("etag").unwrap().to_string();
        let path = format!("/tickets/{id}/acts");
        let first = li.send("POST", &path, &[("if-match", &etag)], &json!({"act": "reply", "body": "Hello"}));
        assert_eq!((first.status, first.header("etag") == Some(&etag)), (200, false));
        let second = w.who("wang").send("POST", &path, &[("if-match", &etag)], &json!({"act": "reply", "body": "Hello too"}));
        assert_eq!(problem(&second), (412, "stale".into()));
        assert_eq!(problem(&li.send("POST", &path, &[("if-match", "yesterday")], &json!({"act": "join"}))), (412, "if_match_unreadable".into()));
        assert_eq!(customer.get(&format!("/tickets/{id}/messages"))["items"].as_array().unwrap().len(), 2);
    }

    fn a_request_sent_twice_happens_once(w) {
        let mut customer = w.who("yunfan");
        let before = customer.get("/tickets?limit=200")["items"].as_array().unwrap().len();
        let body = json!({"subject": "once", "body": "only"});
        let first = customer.send("POST", "/tickets", &[("idempotency-key", "k1")], &body);
        let again = customer.send("POST", "/tickets", &[("idempotency-key", "k1")], &body);
        assert_eq!((first.status, again.status, replayed(&first)), (201, 201, false), "{}", again.text());
        assert_eq!((first.text(), replayed(&again)), (again.text(), true));
        assert_eq!(customer.get("/tickets?limit=200")["items"].as_array().unwrap().len(), before + 1);
        let other = customer.send("POST", "/tickets", &[("idempotency-key", "k1")], &json!({"subject": "twice", "body": "x"}));
        assert_eq!(fields(&other), ["Idempotency-Key idempotency.other_body"]);

        let id = id_of(&json_of(&first));
        let upload = |customer: &mut Person, bytes: &[u8]| customer.ask("POST", &format!("/tickets/{id}/attachments?name=a.txt"), &[("idempotency-key", "k2")], bytes);
        let (one, two) = (upload(&mut customer, b"log"), upload(&mut customer, b"log"));
        assert_eq!((one.status, one.text(), replayed(&two)), (201, two.text(), true));
        assert_eq!(upload(&mut customer, b"other").status, 422);
        assert_eq!(customer.get(&format!("/tickets/{id}"))["attachments"].as_array().unwrap().len(), 1);
        assert_eq!(files_in(&w.folder.join("files")), 1, "what did not become a file of the case goes again");
    }

    fn a_resumed_stream_tells_everything_exactly_once(w) {
        let (mut customer, mut li) = (w.who("yunfan"), w.who("li"));
        let made = customer.open("x");
        let (id, pos) = (id_of(&made), made["log_pos"].as_i64().unwrap());
        for n in 0..5 {
            li.act(&id, json!({"act": "reply", "body": format!("step {n}")}));
            li.act(&id, json!({"act": "note", "body": "inside"}));
        }
        customer.act(&id, json!({"act": "reply", "body": "thanks"}));
        let all: Vec<(i64, String)> = customer.get(&format!("/tickets/{id}/timeline?after={pos}&limit=200"))["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| (e["pos"].as_i64().unwrap(), e["key"].as_str().unwrap().to_string()))
            .collect();
        assert!(all.len() > 5 && all.iter().all(|(_, key)| key != "ticket.noted"), "{all:?}");
        // Cut after two, resumed by the header, cut again, resumed by the address.
        let mut heard = customer.hear(&format!("?ticket={id}&after={pos}"), "", 2);
        heard.extend(customer.hear(&format!("?ticket={id}"), &format!("last-event-id: {}\r\n", heard[1].0), 2));
        let rest = all.len() - heard.len();
        heard.extend(customer.hear(&format!("?ticket={id}&after={}", heard[3].0), "", rest));
        assert_eq!(heard, all);
        let last = all.last().unwrap().0;
        let live = std::thread::scope(|s| {
            let listener = s.spawn(|| w.who("yunfan").hear(&format!("?ticket={id}&after={last}"), "", 1));
            li.act(&id, json!({"act": "reply", "body": "live"}));
            listener.join().unwrap()
        });
        assert_eq!(live[0].1, "ticket.replied");
    }

    fn a_file_comes_back_as_it_went_and_is_what_its_bytes_say(w) {
        let (mut customer, mut li) = (w.who("yunfan"), w.who("li"));
        let id = id_of(&customer.open("x"));
        let bytes: Vec<u8> = (0..700_000u32).map(|n| ((n * 31) >> 3) as u8).collect();
        let up = |who: &mut Person, query: &str, kind: &str, bytes: &[u8]| who.ask("POST", &format!("/tickets/{id}/attachments?{query}"), &[("content-type", kind)], bytes);
        let kept = up(&mut customer, "name=..%2F%E6%97%A5%E5%BF%97.png", "image/png", &bytes);
        assert_eq!(kept.status, 201, "{}", kept.text());
        let file = json_of(&kept);
        assert_eq!((file["name"].as_str(), file["media_type"].as_str(), file["bytes"].as_i64()), (Some("日志.png"), Some("application/octet-stream"), Some(700_000)));
        let html = json_of(&up(&mut customer, "name=a.png", "image/png", b"<html><script>alert(1)</script>"));
        assert_eq!(html["media_type"], "application/octet-stream");
        let path = format!("/attachments/{}", id_of(&file));
        let back = customer.ask("GET", &path, &[], b"");
        assert_eq!((back.status, back.body == bytes), (200, true));
        assert_eq!(back.header("content-disposition"), Some("attachment; filename*=UTF-8''%E6%97%A5%E5%BF%97.png"));
        assert!(back.header("content-security-policy").unwrap().contains("sandbox"));
        // Not sent yet: nobody on the other side sees it. Sent: the vendor does, another account does not.
        customer.post(&format!("/tickets/{id}/messages"), json!({"body": "the log", "attachments": [file["id"]]}));
        assert_eq!(li.ask("GET", &path, &[], b"").body, bytes);
        assert_eq!(problem(&w.who("northwind").ask("GET", &path, &[], b"")), (404, "not_found".into()));
        let draft_file = json_of(&up(&mut li, "name=plan.txt", "text/plain", b"not yet"));
        assert_eq!(draft_file["media_type"], "text/plain; charset=utf-8");
        assert!(!keys_of(&customer.get(&format!("/tickets/{id}"))["attachments"], "name").contains(&"plan.txt".into()));
        assert_eq!(problem(&customer.ask("GET", &format!("/attachments/{}", id_of(&draft_file)), &[], b"")), (404, "not_found".into()));
        assert_eq!(problem(&up(&mut customer, "name=a", "text/plain", b"")), (400, "body.empty".into()));
        assert_eq!(fields(&up(&mut customer, "name=a&internal=true", "text/plain", b"x")), ["internal staff_only"]);
    }

    fn pages_lose_nothing(w) {
        let (mut customer, mut li) = (w.who("yunfan-manager"), w.who("li"));
        let id = id_of(&customer.open("case 0"));
        for n in 1..12 {
            if n % 3 == 0 {
                w.wind(Span::seconds(1));
            }
            customer.open(&format!("case {n}"));
            li.act(&id, json!({"act": "note", "body": "inside"}));
            customer.act(&id, json!({"act": "reply", "body": format!("word {n}")}));
        }
        for (list, field, sorts) in [("/tickets?sort=updated", "id", true), ("/tickets?sort=due&open=true", "id", true), (&format!("/tickets/{id}/messages?"), "id", false), (&format!("/tickets/{id}/timeline?"), "pos", false)] {
            let whole = customer.get(&format!("{list}&limit=200"))["items"].as_array().unwrap().len();
            let (mut seen, mut count, mut next) = (HashSet::new(), 0, String::new());
            loop {
                let page = customer.get(&format!("{list}&limit=3{next}"));
                let items = page["items"].as_array().unwrap();
                assert!(items.len() <= 3);
                count += items.len();
                seen.extend(items.iter().map(|i| i[field].to_string()));
                let Some(cursor) = page["next"].as_str() else { break };
                next = format!("&{}={cursor}", if sorts { "cursor" } else { "after" });
            }
            assert!(whole >= 10, "{list}: {whole}");
            assert_eq!((count, seen.len()), (whole, whole), "{list}");
        }
        let page = customer.get("/tickets?limit=2");
        let stolen = customer.ask("GET", &format!("/tickets?open=true&cursor={}", page["next"].as_str().unwrap()), &[], b"");
        assert_eq!(fields(&stolen), ["cursor foreign_cursor"], "a cursor is for its own list");
    }

    fn drafts_are_kept_and_colleagues_are_seen(w) {
        let (mut li, mut wang) = (w.who("li"), w.who("wang"));
        let id = id_of(&w.who("yunfan").open("x"));
        let path = format!("/tickets/{id}/draft");
        let put = |who: &mut Person, body: Value| who.send("PUT", &path, &[], &body);
        assert_eq!(json_of(&put(&mut li, json!({"body": "I think", "kind": "internal"})))["version"], 1);
        assert_eq!(json_of(&put(&mut li, json!({"body": "I think so", "seen_version": 1})))["version"], 2);
        assert_eq!(problem(&put(&mut li, json!({"body": "other tab", "seen_version": 1}))), (412, "stale".into()));
        assert_eq!((li.get(&path)["body"].as_str(), li.get("/drafts")["items"].as_array().unwrap().len()), (Some("I think so"), 1));
        assert_eq!(problem(&wang.ask("GET", &path, &[], b"")), (404, "not_found".into()), "a draft is its writer's alone");
        let presence = format!("/tickets/{id}/presence");
        assert_eq!(json_of(&li.send("PUT", &presence, &[], &json!({"doing": "typing"})))["here"], json!([]));
        let here = json_of(&wang.send("PUT", &presence, &[], &json!({"doing": "reading"})));
        assert_eq!((here["here"][0]["doing"].as_str(), here["here"][0]["person"].as_str()), (Some("typing"), Some(w.id("li").to_string().as_str())));
        let last = id_of(&li.get(&format!("/tickets/{id}/messages"))["items"][0]);
        w.wind(Span::seconds(1));
        wang.act(&id, json!({"act": "reply", "body": "first"}));
        w.wind(Span::seconds(1));
        wang.act(&id, json!({"act": "note", "body": "second"}));
        let news = li.get(&format!("{presence}?since_message={last}"));
        assert_eq!((news["new_messages"]["count"].as_i64(), news["new_messages"]["authors"].clone()), (Some(2), json!([w.id("wang").to_string()])));
        li.act(&id, json!({"act": "reply", "body": "sent"}));
        assert_eq!(li.ask("GET", &path, &[], b"").status, 404, "what is sent is no draft");
        assert_eq!((li.ask("DELETE", &path, &[], b"").status, li.ask("DELETE", &path, &[], b"").status), (204, 204));
    }

    fn words_find_the_case_in_pages(w) {
        let mut customer = w.who("yunfan-manager");
        for n in 0..5 {
            customer.open(&format!("quokka number {n} 网络不通"));
        }
        w.wind(Span::ZERO);
        let found = customer.get("/search?q=quokka&kind=ticket");
        assert_eq!(found["items"].as_array().unwrap().len(), 5, "{found}");
        assert!(found["items"][0]["number"].as_str().unwrap().starts_with("YN-") && found["items"][0]["score"].as_f64().unwrap() > 0.0);
        let (mut seen, mut cursor) = (HashSet::new(), String::new());
        loop {
            let page = customer.get(&format!("/search?q=quokka&kind=ticket&limit=2{cursor}"));
            seen.extend(keys_of(&page["items"], "id"));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), 5);
        assert!(customer.get("/search?q=%E7%BD%91%E7%BB%9C&kind=ticket")["items"].as_array().unwrap().len() >= 5);
    }
}
/// The server says so in its own header.
fn replayed(answer: &Answer) -> bool {
    answer.header("idempotent-replayed") == Some("true")
}
fn files_in(folder: &Path) -> usize {
    let entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.iter().map(|p| if p.is_dir() { files_in(p) } else { 1 }).sum()
}

#[test]
fn files_and_streams_have_limits() {
    let w = World::new(TestDb::sqlite(), &[("YINUO_FILES__ATTACHMENT_BYTES_MAX", "1000"), ("YINUO_LIMITS__STREAMS_PER_PERSON_MAX", "1")]);
    let mut customer = w.who("yunfan");
    let made = customer.open("x");
    let id = id_of(&made);
    let big = customer.ask("POST", &format!("/tickets/{id}/attachments?name=a"), &[], &[0; 2000]);
    assert_eq!(problem(&big), (413, "too_large".into()));
    let mut line = TcpStream::connect(w.address).unwrap();
    write!(line, "GET /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", customer.token).unwrap();
    let mut status = String::new();
    BufReader::new(&line).read_line(&mut status).unwrap();
    assert!(status.contains("200"), "{status}");
    assert_eq!(problem(&customer.ask("GET", "/events", &[], b"")).0, 429);
}
