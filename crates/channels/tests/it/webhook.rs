use crate::tools::{is_skipped, python, run};
use channels::webhook::{Endpoint, Event, Guard, Parcel, Rejected, SigningSecret, SystemResolver, WebhookConfig, Webhooks, verify};
use channels::{Delivered, DeliveryError};
use domain::kit::{At, Span};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

fn script() -> Command {
    let mut command = python();
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/standard_webhooks.py"));
    command
}
fn check_tool() {
    let known = python().args(["-c", "import standardwebhooks"]).output().is_ok_and(|done| done.status.success());
    assert!(known, "no standardwebhooks here: pip install standardwebhooks==1.1.0 (YINUO_TEST_PYTHON names the Python), or set SKIP_PY=1");
}

/// The package as a server; knows the hour itself, which it needs to refuse old parcels.
struct Receiver {
    url: String,
    now: At,
    child: Child,
}
impl Receiver {
    fn start(secret: &str) -> Receiver {
        let mut child = script().args(["receive", secret]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (port, seconds) = line.trim().split_once(' ').unwrap();
        Receiver { url: format!("http://127.0.0.1:{port}/hook"), now: At::from_micros(seconds.parse::<i64>().unwrap() * 1_000_000), child }
    }
    async fn is_sent(&self, secrets: &[&str], now: At) -> Result<Delivered, DeliveryError> {
        let guard = Guard::allowing(&["127.0.0.0/8"]).unwrap();
        let webhooks = Webhooks::new(WebhookConfig { guard, ..WebhookConfig::default() }, Arc::new(SystemResolver)).unwrap();
        let body = Event { kind: "ticket.sla_breached", at: now, seq: 7, data: &json!({"标题": "连接数升高 😀"}) }.to_body();
        let secrets = secrets.iter().map(|s| SigningSecret::parse(s).unwrap()).collect();
        webhooks.send(&Endpoint { url: self.url.clone(), secrets }, Parcel { id: "out_01h455vb4pex5vsknk084sn02q", body: &body }, now).await
    }
}
impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_reference_receiver_believes_what_we_send_and_refuses_the_old_and_the_foreign() {
    if is_skipped("SKIP_PY") {
        return;
    }
    check_tool();
    let receiver = Receiver::start(SECRET);
    for secrets in [&[SECRET][..], &[OTHER, SECRET], &[SECRET, OTHER]] {
        assert_eq!(receiver.is_sent(secrets, receiver.now).await.unwrap().detail.text(), "200\nticket.sla_breached");
    }
    for (secrets, now) in [(&[SECRET], receiver.now - Span::seconds(400)), (&[SECRET], receiver.now + Span::seconds(400)), (&[OTHER], receiver.now)] {
        let error = receiver.is_sent(secrets, now).await.unwrap_err();
        assert!(error.code() == "webhook.not_accepted" && error.detail().text().starts_with("400\n"), "{error:?}");
    }
}

#[test]
fn we_believe_what_the_reference_signs_and_refuse_the_old_the_foreign_and_the_changed() {
    if is_skipped("SKIP_PY") {
        return;
    }
    check_tool();
    let (id, at, body) = ("msg_1", 1_763_800_000_i64, r#"{"type":"x","data":"你好"}"#);
    let signature = run(script().args(["sign", SECRET, id, &at.to_string(), body]));
    let check = |secret: &str, body: &str, late: Span| {
        let now = At::from_micros(at * 1_000_000) + late;
        verify(id, &at.to_string(), signature.trim(), body.as_bytes(), &[SigningSecret::parse(secret).unwrap()], now)
    };
    assert_eq!(check(SECRET, body, Span::ZERO), Ok(()));
    assert_eq!(check(SECRET, body, Span::seconds(400)), Err(Rejected::TooOld));
    assert_eq!(check(OTHER, body, Span::ZERO), Err(Rejected::BadSignature));
    assert_eq!(check(SECRET, &body.replace("你", "他"), Span::ZERO), Err(Rejected::BadSignature));
}
