use super::*;
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpListener};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::JoinHandle;

/// 2025-11-22T08:26:40Z.
const NOW: At = At::from_micros(1_763_800_000_000_000);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn secret() -> SigningSecret {
    SigningSecret::parse(SECRET).unwrap()
}
fn other_secret() -> SigningSecret {
    SigningSecret::from_bytes(&[7; 32]).unwrap()
}

/// Answers from a table; each look-up of a name takes the next answer, the last one stays.
#[derive(Default)]
struct Book {
    answers: HashMap<&'static str, Vec<&'static [&'static str]>>,
    asked: AtomicUsize,
}
impl Resolver for Book {
    fn lookup(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let nth = self.asked.fetch_add(1, SeqCst);
        let found = self.answers.get(host).map(|all| all[nth.min(all.len() - 1)].iter().map(|ip| ip.parse().unwrap()).collect());
        Box::pin(async move { found.ok_or_else(|| io::Error::other("no such name")) })
    }
}
fn book(host: &'static str, answers: &[&'static [&'static str]]) -> Arc<Book> {
    Arc::new(Book { answers: HashMap::from([(host, answers.to_vec())]), ..Book::default() })
}

/// A receiver for one request that answers as told and gives back what it heard.
fn receiver(answer: impl AsRef<[u8]> + Send + 'static) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}/hook?token=s3cret", listener.local_addr().unwrap().port());
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = Vec::new();
        let mut piece = [0; 4096];
        while !heard.ends_with(b"}") {
            let n = stream.read(&mut piece).unwrap();
            assert!(n > 0, "hung up early");
            heard.extend_from_slice(&piece[..n]);
        }
        // The sender may hang up before a huge answer ends: that is what some tests want.
        let _ = stream.write_all(answer.as_ref());
        String::from_utf8(heard).unwrap()
    });
    (url, heard)
}
fn sender(limit: Span) -> Webhooks {
    let guard = Guard::allowing(&["127.0.0.1"]).unwrap();
    Webhooks::new(WebhookConfig { guard, limit, ..WebhookConfig::default() }, Arc::new(Book::default())).unwrap()
}
async fn deliver(url: &str) -> Result<Delivered, DeliveryError> {
    let to = Endpoint { url: url.into(), secrets: vec![secret()] };
    sender(Span::seconds(15)).send(&to, Parcel { id: "out_1", body: b"{}" }, NOW).await
}
async fn answered(answer: &'static str) -> Result<Delivered, DeliveryError> {
    let (url, heard) = receiver(answer);
    let outcome = deliver(&url).await;
    heard.join().unwrap();
    outcome
}

#[test]
fn the_body_has_type_timestamp_sequence_and_data() {
    let body = Event { kind: "ticket.answered", at: NOW, seq: 42, data: &json!({"说": "你好"}) }.to_body();
    let read: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(read, json!({"type": "ticket.answered", "timestamp": "2025-11-22T08:26:40Z", "seq": 42, "data": {"说": "你好"}}));
}

#[test]
fn a_signature_is_the_one_in_the_published_example() {
    // standardwebhooks.com, "Signature scheme", worked example.
    let at = At::from_micros(1_614_265_330_000_000);
    let body = br#"{"test": 2432232314}"#;
    assert_eq!(sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, &[secret()]), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn what_was_signed_is_believed_for_five_minutes_and_only_unchanged() {
    let signed = sign("out_1", NOW, b"{}", &[other_secret(), secret()]);
    assert_eq!(signed.split(' ').count(), 2, "both secrets sign during a change");
    let check = |id: &str, stamp: &str, body: &[u8], known: SigningSecret, now: At| verify(id, stamp, &signed, body, &[known], now);
    let stamp = "1763800000";
    for known in [secret(), other_secret()] {
        assert_eq!(check("out_1", stamp, b"{}", known.clone(), NOW + Span::minutes(5)), Ok(()));
        assert_eq!(check("out_1", stamp, b"{ }", known.clone(), NOW), Err(Rejected::BadSignature));
        assert_eq!(check("out_2", stamp, b"{}", known.clone(), NOW), Err(Rejected::BadSignature));
        assert_eq!(check("out_1", "1763800001", b"{}", known.clone(), NOW), Err(Rejected::BadSignature));
        assert_eq!(check("out_1", stamp, b"{}", known.clone(), NOW + Span::seconds(400)), Err(Rejected::TooOld));
        assert_eq!(check("out_1", stamp, b"{}", known.clone(), NOW - Span::seconds(400)), Err(Rejected::TooNew));
        for bad in ["", "soon", "1e9", "9223372036854775807"] {
            assert_eq!(check("out_1", bad, b"{}", known.clone(), NOW), Err(Rejected::BadTimestamp));
        }
    }
    assert_eq!(check("out_1", stamp, b"{}", SigningSecret::from_bytes(&[8; 32]).unwrap(), NOW), Err(Rejected::BadSignature));
}

#[test]
fn secrets_are_read_strictly_and_never_print() {
    assert_eq!(SigningSecret::parse(SECRET).unwrap().reveal(), SECRET);
    for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_***"] {
        assert_eq!(SigningSecret::parse(bad), Err(BadSecret), "{bad}");
    }
    assert_eq!(format!("{:?}", Endpoint { url: "https://x.example/".into(), secrets: vec![secret()] }).matches("***").count(), 1);
}

#[tokio::test]
async fn any_two_hundred_is_success_and_the_request_is_as_the_standard_says() {
    let (url, heard) = receiver("HTTP/1.1 204 No Content\r\n\r\n");
    assert!(deliver(&url).await.is_ok());
    let heard = heard.join().unwrap();
    let header =
        |name: &str| heard.lines().find_map(|l| l.strip_prefix(&format!("{name}: "))).unwrap_or_else(|| panic!("no {name} in {heard}")).to_string();
    assert!(heard.starts_with("POST /hook?token=s3cret HTTP/1.1\r\n"));
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("webhook-timestamp"), "1763800000");
    assert_eq!(verify(&header("webhook-id"), &header("webhook-timestamp"), &header("webhook-signature"), b"{}", &[secret()], NOW), Ok(()));
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let (elsewhere, _waits) = receiver("HTTP/1.1 200 OK\r\n\r\n");
    let (url, heard) = receiver(format!("HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"));
    let error = deliver(&url).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { after: None, code: "webhook.redirected", .. }));
    heard.join().unwrap();
}

#[tokio::test]
async fn gone_means_never_again_and_other_refusals_mean_later() {
    let gone = answered("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n").await.unwrap_err();
    assert!(matches!(gone, DeliveryError::Disable { code: "webhook.gone", .. }));
    for answer in ["HTTP/1.1 400 Bad\r\nContent-Length: 4\r\n\r\noops", "HTTP/1.1 500 Bad\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\noops"] {
        let error = answered(answer).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Retry { after: None, code: "webhook.not_accepted", .. }));
        assert!(error.detail().text().ends_with("\noops"));
        assert!(!format!("{error} {error:?}").contains("oops"), "answers stay out of logs");
    }
}

#[tokio::test]
async fn retry_after_is_honoured_in_seconds_and_as_a_date() {
    for (answer, after) in [
        ("HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", Some(Span::minutes(2))),
        ("HTTP/1.1 503 Busy\r\nRetry-After: Sat, 22 Nov 2025 08:36:40 GMT\r\nContent-Length: 0\r\n\r\n", Some(Span::minutes(10))),
        ("HTTP/1.1 503 Busy\r\nRetry-After: Sat, 22 Nov 2025 07:00:00 GMT\r\nContent-Length: 0\r\n\r\n", Some(Span::ZERO)),
        ("HTTP/1.1 429 Slow\r\nRetry-After: 4000000000\r\nContent-Length: 0\r\n\r\n", Some(Span::hours(24))),
        ("HTTP/1.1 429 Slow\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", None),
        ("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", None),
    ] {
        let error = answered(answer).await.unwrap_err();
        assert!(matches!(&error, DeliveryError::Retry { after: given, code: "webhook.asked_to_wait", .. } if *given == after), "{answer} {error:?}");
    }
}

#[tokio::test]
async fn a_receiver_that_hangs_is_left_when_the_time_is_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = Endpoint { url: format!("http://{}/", silent.local_addr().unwrap()), secrets: vec![secret()] };
    let error = sender(Span::micros(50_000)).send(&to, Parcel { id: "out_1", body: b"{}" }, NOW).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { code: "webhook.too_slow", .. }), "{error:?}");
}

#[tokio::test]
async fn of_a_huge_answer_only_four_kibibytes_are_kept_and_the_rest_is_never_fetched() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let talker = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 64]).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").unwrap();
        // Far more than the buffers between us hold: only a reader that reads it all lets this finish.
        (0..256).any(|_| stream.write_all(&[b'x'; 1 << 20]).is_err())
    });
    let detail = deliver(&url).await.unwrap().detail;
    assert_eq!(detail.text().len(), Detail::BYTES_MAX);
    let was_cut_off = tokio::task::spawn_blocking(|| talker.join().unwrap()).await.unwrap();
    assert!(was_cut_off, "all 256 MiB were taken");
}

#[tokio::test]
async fn a_receiver_that_is_down_is_tried_later_and_its_address_stays_out_of_the_story() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = deliver(&format!("http://{free}/?token=s3cret")).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { code: "webhook.unreachable", .. }), "{error:?}");
    assert!(!error.detail().text().contains("s3cret"));
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to() {
    for (ips, code) in [
        (&["127.0.0.1"][..], "webhook.forbidden_address"),
        (&["8.8.8.8", "10.0.0.1"], "webhook.forbidden_address"),
        (&["169.254.169.254"], "webhook.forbidden_address"),
        (&["::ffff:127.0.0.1"], "webhook.forbidden_address"),
        (&[], "webhook.name_not_found"),
    ] {
        let names = book("hooks.example", &[Box::leak(Box::new(ips.to_vec()))]);
        let webhooks = Webhooks::new(WebhookConfig::default(), names).unwrap();
        let to = Endpoint { url: "http://hooks.example/".into(), secrets: vec![secret()] };
        assert_eq!(webhooks.send(&to, Parcel { id: "out_1", body: b"{}" }, NOW).await.unwrap_err().code(), code, "{ips:?}");
    }
    let unknown = deliver("http://unknown.example/").await.unwrap_err();
    assert!(matches!(unknown, DeliveryError::Retry { code: "webhook.name_not_found", .. }));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_dialled_where_it_was_checked() {
    let (url, heard) = receiver("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let names = book("rebind.example", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let guard = Guard::allowing(&["127.0.0.1/32"]).unwrap();
    let webhooks = Webhooks::new(WebhookConfig { guard, ..WebhookConfig::default() }, names.clone()).unwrap();
    let to = Endpoint { url: url.replace("127.0.0.1", "rebind.example"), secrets: vec![secret()] };
    webhooks.send(&to, Parcel { id: "out_1", body: b"{}" }, NOW).await.unwrap();
    heard.join().unwrap();
    assert_eq!(names.asked.load(SeqCst), 1, "one look-up a connection: nothing to swap in between");

    let fresh = Webhooks::new(WebhookConfig { guard: Guard::allowing(&["127.0.0.1/32"]).unwrap(), ..WebhookConfig::default() }, names).unwrap();
    let error = fresh.send(&to, Parcel { id: "out_1", body: b"{}" }, NOW).await.unwrap_err();
    assert_eq!(error.code(), "webhook.forbidden_address", "the second answer is checked like the first");
}

#[tokio::test]
async fn an_id_that_could_be_misread_is_not_signed() {
    for id in ["", "a.b", "a\r\nb", "a b"] {
        let to = Endpoint { url: "http://127.0.0.1:9999/".into(), secrets: vec![secret()] };
        let error = sender(Span::seconds(1)).send(&to, Parcel { id, body: b"{}" }, NOW).await.unwrap_err();
        assert_eq!(error.code(), "webhook.cannot_be_signed");
    }
}

#[test]
fn the_wall_stands_however_an_address_is_spelt() {
    for host in [
        // IPv4 as people and attackers write it
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "１２７.0.0.1",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "012.0.0.1",
        "0xa.0.0.1",
        "167772161",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "168.63.129.16",
        "169.254.169.254",
        "2852039166",
        "0xA9FEA9FE",
        "0251.0376.0251.0376",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        // IPv6: loopback, unspecified, compatible, mapped, translated, NAT64, discard, Teredo, ORCHID, documentation, 6to4, unique local, link- and site-local, multicast
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[::8.8.8.8]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:8.8.8.8]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[64:ff9b:1::a00:1]",
        "[100::1]",
        "[2001::1]",
        "[2001:10::1]",
        "[2001:20::1]",
        "[2001:db8::1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[3fff::1]",
        "[5f00::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[febf::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[4000::1]",
    ] {
        assert_eq!(Guard::default().check(&format!("https://{host}/hook")), Err(BadUrl::ForbiddenAddress), "{host}");
    }
    for host in [
        "8.8.8.8",
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "168.63.129.17",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "[2400:3200::1]",
        "[2001:4860:4860::8888]",
        "[2606:4700::1111]",
        "[2001:200::1]",
        "hooks.example.com",
        "客户.example",
    ] {
        assert!(Guard::default().check(&format!("https://{host}/hook")).is_ok(), "{host}");
    }
}

#[test]
fn what_the_administrator_allows_is_let_through_and_no_more() {
    let guard = Guard::allowing(&["10.1.0.0/16", "fd00:1::/32", "192.168.7.7"]).unwrap();
    for (ip, wall) in [
        ("10.1.2.3", Wall::Allowed),
        ("10.2.0.1", Wall::Behind),
        ("192.168.7.7", Wall::Allowed),
        ("192.168.7.8", Wall::Behind),
        ("fd00:1::5", Wall::Allowed),
        ("fd00:2::5", Wall::Behind),
        ("::ffff:10.1.2.3", Wall::Behind),
        ("8.8.8.8", Wall::Public),
    ] {
        assert_eq!(guard.wall(ip.parse().unwrap()), wall, "{ip}");
    }
    assert_eq!(Guard::allowing(&["10.1.0.0/33"]).unwrap_err(), "10.1.0.0/33");
}

#[test]
fn schemes_users_and_ports_have_rules() {
    let guard = Guard::default();
    for (url, bad) in [
        ("ftp://hooks.example/", BadUrl::Scheme),
        ("file:///etc/passwd", BadUrl::Scheme),
        ("gopher://hooks.example/", BadUrl::Scheme),
        ("javascript:alert(1)", BadUrl::Scheme),
        ("hooks.example/x", BadUrl::Unreadable),
        ("https://", BadUrl::Unreadable),
        ("https://256.256.256.256/", BadUrl::Unreadable),
        ("https://1.2.3.4.5/", BadUrl::Unreadable),
        ("https://user@hooks.example/", BadUrl::UserInfo),
        ("https://user:pass@hooks.example/", BadUrl::UserInfo),
        ("https://hooks.example@127.0.0.1/", BadUrl::UserInfo),
        ("http://hooks.example:22/", BadUrl::Port),
        ("http://hooks.example:25/", BadUrl::Port),
        ("http://hooks.example:0/", BadUrl::Port),
        ("http://127.0.0.1\\@hooks.example/", BadUrl::ForbiddenAddress),
    ] {
        assert_eq!(guard.check(url).map(String::from), Err(bad), "{url}");
    }
    for url in ["http://hooks.example/", "https://hooks.example:443/", "https://hooks.example:8443/a?b#c"] {
        assert!(guard.check(url).is_ok(), "{url}");
    }
    assert!(Guard { ports: vec![81], ..Guard::default() }.check("http://hooks.example:81/").is_ok());
    assert_eq!(Guard { https_only: true, ..Guard::default() }.check("http://hooks.example/").unwrap_err(), BadUrl::Scheme);
}
