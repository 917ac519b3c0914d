//! What every request meets, whatever it asks for.
use crate::house::House;
use crate::house_test;
use axum::Router;
use axum::routing::{get, post, put};
use domain::kit::{Span, TicketId};
use domain::people::{ReadTicket, Role, WaiveBreach};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use server::access::Visitor;
use server::http::App;
use server::http::extract::{IfMatch, Json, PathId};
use server::http::once::Write;
use server::http::problem::Problem;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use store::db::testing::TestDb;

house_test! {
    fn the_house_says_that_it_lives_and_that_it_is_ready(house) {
        assert_eq!(house.as_nobody().get("/healthz").json()["status"], "ok");
        assert_eq!(house.as_nobody().get("/readyz").status, 200);
    }
    fn figures_tell_of_every_request(house) {
        house.as_nobody().get("/healthz");
        house.as_nobody().get("/nowhere");
        let page = house.as_nobody().get("/metrics").body;
        assert!(page.contains("yinuo_http_requests_total{route=\"/healthz\",method=\"GET\",status=\"200\"} 1"), "{page}");
        assert!(page.contains("yinuo_bad_inputs_total{code=\"not_found\"} 1") && page.contains("yinuo_writer_queue_depth 0"), "{page}");
    }
    fn a_house_that_is_not_migrated_or_closed_is_not_ready(house) {
        house.app.db().close();
        assert_eq!(house.as_nobody().get("/readyz").problem(), (503, "database_away".into()));
        assert_eq!(house.as_nobody().get("/healthz").status, 200, "but it lives");
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EchoIn {
    subject: String,
}
/// Routes that do what real ones do, without a desk.
fn besides() -> Router<App> {
    Router::new()
        .route("/echo", post(async |Json(body): Json<EchoIn>| Json(body)))
        .route("/once", post(async |write: Write<EchoIn>| write.once.is_some().to_string()))
        .route("/panic", get(async || -> Problem { panic!("the password is hunter2") }))
        .route("/never", get(async || std::future::pending::<Problem>().await))
        .route("/tickets/{id}", get(async |PathId(id): PathId<TicketId>| id.to_string()))
        .route("/edit", put(async |IfMatch(version): IfMatch| version.to_string()))
        .route(
            "/mine",
            get(async |visitor: Visitor| visitor.leave::<ReadTicket>().map(|l| l.actor().role.key()))
                .post(async |visitor: Visitor| visitor.actor.role.key()),
        )
        .route("/waive", get(async |visitor: Visitor| visitor.leave::<WaiveBreach>().map(|_| "may")))
}
fn house(settings: &[(&str, &str)]) -> House {
    House::built(TestDb::sqlite(), settings, besides())
}

#[test]
fn problems_speak_the_readers_language() {
    let house = house(&[]);
    let title = |lang| house.as_nobody().with("accept-language", lang).get("/nowhere").json()["title"].clone();
    assert_eq!((title("zh-CN"), title("en-GB"), title("xx")), (json!("找不到该内容"), json!("There is no such thing here"), json!("找不到该内容")));
}
#[test]
fn whatever_is_nowhere_or_not_by_this_method_is_a_problem_too() {
    let house = house(&[]);
    assert_eq!(house.as_nobody().get("/api/v1/nothing").problem(), (404, "not_found".into()));
    let answer = house.as_nobody().ask(Method::DELETE, "/healthz", None);
    assert_eq!(answer.problem(), (405, "wrong_method".into()));
    assert!(answer.header("allow").contains("GET"), "{:?}", answer.header("allow"));
}
#[test]
fn bad_bodies_are_refused_with_the_field_and_nothing_breaks() {
    let house = house(&[("YINUO_HTTP__BODY_BYTES_MAX", "1000")]);
    let echo = |kind: &str, body: &[u8]| house.as_nobody().with("content-type", kind).ask(Method::POST, "/echo", Some(body.to_vec()));
    let json = "application/json; charset=utf-8";
    assert_eq!(echo(json, br#"{"subject": "hello"}"#).json(), json!({"subject": "hello"}));
    assert_eq!(echo(json, b"{\"subject\": \"\xff\"}").problem(), (400, "body.not_utf8".into()));
    assert_eq!(echo(json, b"{").problem(), (400, "body.not_json".into()));
    assert_eq!(echo(json, b"").problem(), (400, "body.empty".into()));
    assert_eq!(echo(json, br#"{"subject": "a"}{}"#).problem(), (400, "body.trailing".into()));
    assert_eq!(echo("text/plain", br#"{"subject": "a"}"#).problem(), (415, "body.not_declared_json".into()));
    assert_eq!(echo(json, &[b' '; 1001]).problem(), (413, "too_large".into()));
    let wrong = echo(json, br#"{"subjcet": "a"}"#);
    assert_eq!((wrong.problem(), wrong.json()["errors"][0]["field"].clone()), ((422, "invalid".into()), json!("subjcet")));
}
#[test]
fn foreign_or_broken_ids_do_not_exist() {
    let house = house(&[]);
    let id = TicketId::from_raw(42).to_string();
    assert_eq!(house.as_nobody().get(&format!("/tickets/{id}")).body, id);
    for bad in ["42", "acc_00000000000000000000000000", "tkt_%00", "%FF", "tkt_zzzzzzzzzzzzzzzzzzzzzzzzzz"] {
        assert_eq!(house.as_nobody().get(&format!("/tickets/{bad}")).problem().0, 404, "{bad}");
    }
}
#[test]
fn an_edit_without_a_version_is_asked_for_one() {
    let house = house(&[]);
    let edit = |tag: &str| house.as_nobody().with("if-match", tag).ask(Method::PUT, "/edit", None);
    assert_eq!(house.as_nobody().ask(Method::PUT, "/edit", None).problem(), (428, "if_match_missing".into()));
    assert_eq!(edit("seven").problem(), (412, "if_match_unreadable".into()));
    assert_eq!(edit("\"7\"").body, "7");
}
#[test]
fn a_handler_that_panics_or_hangs_costs_its_own_request_only() {
    let house = house(&[("YINUO_HTTP__REQUEST_TIMEOUT", "20ms")]);
    let answer = house.as_nobody().get("/panic");
    assert_eq!(answer.problem(), (500, "internal".into()));
    assert!(!answer.body.contains("hunter2"));
    let answer = house.as_nobody().get("/never");
    assert_eq!((answer.problem(), answer.header("retry-after")), ((503, "timeout".into()), "5"));
    assert_eq!(house.as_nobody().get("/healthz").status, 200);
}
#[test]
fn nobody_enters_without_a_credential_and_a_role_gives_leave() {
    let house = house(&[]);
    let answer = house.as_nobody().get("/mine");
    assert_eq!((answer.problem(), answer.header("www-authenticate")), ((401, "unauthorized".into()), "Bearer realm=\"yinuo\""));
    assert_eq!(house.as_nobody().with("authorization", "Bearer yn_nonsense").get("/mine").problem(), (401, "unknown_credential".into()));
    assert_eq!(house.as_customer("acme").get("/mine").body, "contact");
    assert_eq!(house.as_engineer("li").get("/waive").problem(), (403, "forbidden".into()));
    assert_eq!(house.as_(&house.staff(Role::Quality, "q")).get("/waive").body, "may");
}
#[test]
fn a_foreign_page_changes_nothing_with_somebodys_cookie() {
    let house = house(&[]);
    let cookie = house.sign_in("li");
    let by_cookie = |origin: &str| house.as_nobody().with("cookie", &cookie).with("origin", origin).ask(Method::POST, "/mine", None);
    assert_eq!(by_cookie("https://evil.example").problem(), (403, "foreign_page".into()));
    assert_eq!(by_cookie(&house.url("")).body, "engineer");
    assert_eq!(
        house.as_engineer("li").with("origin", "https://evil.example").ask(Method::POST, "/mine", None).body,
        "engineer",
        "a token is nobody's cookie"
    );
}
#[test]
fn who_asks_too_often_waits_and_others_do_not() {
    let house = house(&[("YINUO_HTTP__PERSON_REQUESTS_PER_MINUTE", "2")]);
    let li = house.as_engineer("li");
    assert_eq!((li.get("/mine").status, li.get("/mine").status), (200, 200));
    let answer = li.get("/mine");
    assert_eq!((answer.problem(), answer.header("retry-after").is_empty()), ((429, "too_many".into()), false));
    assert_eq!(house.as_engineer("wang").get("/mine").status, 200);
}
#[test]
fn the_key_of_a_write_is_read_with_its_fingerprint() {
    let house = house(&[]);
    let once = |key: &str| house.as_nobody().with("idempotency-key", key).post("/once", &json!({"subject": "a"}));
    assert_eq!(once("k").body, "true");
    let wrong = once(&"x".repeat(256));
    assert_eq!((wrong.problem(), wrong.json()["errors"][0]["code"].clone()), ((422, "invalid".into()), json!("idempotency.bad_key")));
}
#[test]
fn every_answer_carries_its_id_and_keeps_browsers_safe() {
    let house = house(&[]);
    let answer = house.as_nobody().with("x-request-id", "trace-1").get("/healthz");
    assert_eq!(answer.header("x-request-id"), "trace-1");
    for name in ["content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"] {
        assert!(!answer.header(name).is_empty(), "{name}");
    }
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("strict-transport-security"), "", "only over https");
}
#[test]
fn the_description_is_served_as_json_and_as_a_page() {
    let house = house(&[]);
    assert_eq!(house.as_nobody().get("/api/openapi.json").json()["info"]["title"], "Yinuo 一诺");
    let page = house.as_nobody().with("accept-language", "zh").get("/api/docs");
    assert!(page.header("content-type").starts_with("text/html") && page.body.contains("<html lang=\"zh-CN\">"));
    assert!(house.as_nobody().get("/api/docs.css").header("content-type").starts_with("text/css"));
    assert_eq!(house.as_nobody().with("accept-encoding", "gzip").get("/api/openapi.json").header("content-encoding"), "gzip");
}
#[test]
fn the_front_door_leads_everyone_to_theirs() {
    let house = house(&[]);
    let leads = |answer: crate::house::Answer| (answer.status, answer.header("location").to_string());
    assert_eq!(leads(house.as_nobody().get("/")), (303, "/portal/".into()));
    assert_eq!(leads(house.as_nobody().with("cookie", &house.sign_in("li")).get("/")), (303, "/console/".into()));
    assert_eq!(leads(house.as_engineer("li").get("/")), (303, "/console/".into()));
    assert_eq!(leads(house.as_customer("acme").get("/")), (303, "/portal/".into()));
    assert_eq!(leads(house.as_nobody().get("/console")), (308, "/console/".into()));
}
#[test]
fn a_workspace_is_a_page_even_where_it_was_not_built() {
    let house = house(&[]);
    for path in ["/console/", "/portal/cases/YN-10001"] {
        let answer = house.as_nobody().get(path);
        assert!([200, 503].contains(&answer.status) && answer.header("content-type").starts_with("text/html"), "{path}: {}", answer.status);
        for (name, word) in
            [("content-security-policy", "frame-ancestors 'none'"), ("x-frame-options", "DENY"), ("cross-origin-opener-policy", "same-origin")]
        {
            assert!(answer.header(name).contains(word), "{path}: {name}");
        }
    }
    assert_eq!(house.as_nobody().get("/console/assets/nothing-1.js").problem(), (404, "not_found".into()));
}
#[test]
fn time_moves_only_when_wound() {
    let house = house(&[]);
    let now = || house.as_nobody().get("/drill/now").json()["now"].clone();
    assert_eq!(now(), "2025-06-16T02:00:00Z");
    let answer = house.as_nobody().post("/drill/wind", &json!({"seconds": 900}));
    assert_eq!((answer.json()["now"].clone(), now()), (json!("2025-06-16T02:15:00Z"), json!("2025-06-16T02:15:00Z")));
    house.wind(Span::hours(1));
    assert_eq!(now(), "2025-06-16T03:15:00Z");
}
#[test]
fn requests_that_are_no_http_or_break_off_do_no_harm() {
    let house = house(&[]);
    for junk in [&b"\x16\x03\x01\x02\x00"[..], b"GET /healthz HTTP/9.9\r\n\r\n", b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n{"]
    {
        let mut stream = TcpStream::connect(house.address()).unwrap();
        stream.write_all(junk).unwrap();
        // The server may have hung up already.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read(&mut [0; 512]);
    }
    assert_eq!(house.as_nobody().get("/healthz").status, 200);
}
