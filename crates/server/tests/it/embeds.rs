//! The portal inside a page of the vendor's own: who may open it there, as whom, and for how much.
use crate::house::{Answer, House};
use crate::house_test;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::kit::{At, Span};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

pub const HOST: &str = "https://console.vendor.example";

/// The key of the vendor's page in these tests.
fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}
/// As `openssl pkey -pubout` writes it (RFC 8410, section 4).
fn pem(key: &Ed25519KeyPair) -> String {
    let head = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode([&head[..], key.public_key().as_ref()].concat()))
}
pub fn new_embed(name: &str) -> Value {
    json!({"name": name, "origins": [HOST], "key": {"alg": "EdDSA", "public_key": pem(&key(7))}})
}
pub fn claims(embed: &str, sub: &str, now: At, jti: &str) -> Value {
    let now = now.micros() / 1_000_000;
    json!({"iss": embed, "sub": sub, "aud": "http://127.0.0.1:8420", "iat": now, "exp": now + 300, "jti": jti})
}
pub fn signed(claims: &Value) -> String {
    signed_by(&key(7), "EdDSA", claims)
}
fn signed_by(key: &Ed25519KeyPair, alg: &str, claims: &Value) -> String {
    let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let text = format!("{}.{}", part(&json!({"alg": alg, "typ": "JWT"})), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()));
    format!("{text}.{signature}")
}

/// A house with one page registered, and the login of somebody it may vouch for.
fn registered(house: &House, account: Option<&str>) -> String {
    let mut new = new_embed("console");
    if let Some(number) = account {
        new["account"] = json!(house.account(number).to_string());
    }
    let made = house.as_administrator().post("/api/v1/embeds", &new);
    assert_eq!((made.status, made.json()["active"].clone(), made.json()["origins"].clone()), (201, json!(true), json!([HOST])), "{}", made.body);
    made.json()["id"].as_str().unwrap().to_string()
}
fn show(house: &House, embed: &str, token: &str, origin: &str) -> Answer {
    house.as_nobody().post("/api/v1/sessions/embed", &json!({"embed": embed, "token": token, "origin": origin}))
}
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}
fn login(house: &House, account: &str) -> String {
    house.as_customer(account).get("/api/v1/me").json()["login"].as_str().unwrap().to_string()
}

house_test! {
    fn somebody_the_page_vouches_for_asks_and_answers_and_does_nothing_else(house) {
        let (embed, sub) = (registered(house, None), login(house, "acme"));
        let signed_in = show(house, &embed, &signed(&claims(&embed, &sub, house.app_now(), "1")), HOST);
        assert_eq!((signed_in.status, signed_in.header("set-cookie")), (201, ""), "{}", signed_in.body);
        let page = signed_in.json();
        assert_eq!(page["me"]["login"], sub.as_str());
        let deeds: Vec<_> = page["me"]["deeds"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(deeds.contains(&"ticket.open") && !deeds.contains(&"grant.give") && !deeds.contains(&"token.own"), "{deeds:?}");
        let me = house.as_nobody().with("authorization", &format!("Bearer {}", page["token"].as_str().unwrap()));
        assert_eq!(me.get("/api/v1/me").json()["login"], sub.as_str());
        let case = me.post("/api/v1/tickets", &json!({"subject": "no route", "body": "since noon", "product": "ecs"}));
        assert_eq!(case.status, 201, "{}", case.body);
        let path = format!("/api/v1/tickets/{}", case.json()["id"].as_str().unwrap());
        assert_eq!(me.get(&path).status, 200);
        for (method, path, body) in [
            ("POST", "/api/v1/tokens".to_string(), json!({"name": "x", "scopes": ["ticket.read"]})),
            ("POST", format!("{path}/grants"), json!({"scopes": ["read_logs"], "resource": "x", "until": "2025-06-17T00:00:00Z"})),
            ("PUT", "/api/v1/people/me/availability".to_string(), json!({"away_until": "2025-06-20T00:00:00Z"})),
            ("PATCH", "/api/v1/me".to_string(), json!({"name": "Somebody else"})),
        ] {
            let answer = match method {
                "POST" => me.post(&path, &body),
                "PUT" => me.put(&path, &body),
                _ => me.clone().with("if-match", "\"1\"").patch(&path, &body),
            };
            assert_eq!(answer.problem().0, 403, "{method} {path}: {}", answer.body);
        }
        house.wind(Span::minutes(16));
        assert_eq!(me.get("/api/v1/me").status, 401, "its quarter of an hour is over");
    }
    fn a_word_that_does_not_hold_lets_nobody_in_and_says_why(house) {
        let (embed, sub) = (registered(house, None), login(house, "acme"));
        let now = house.app_now();
        let good = claims(&embed, &sub, now, "good");
        let second = now.micros() / 1_000_000;
        let no = |token: String, origin: &str, code: &str| {
            let answer = show(house, &embed, &token, origin);
            assert_eq!(answer.problem(), (401, code.to_string()), "{}", answer.body);
        };
        no(signed(&good), "https://evil.example", "embed_origin");
        no(signed(&good), "null", "embed_origin");
        no(signed_by(&key(8), "EdDSA", &good), HOST, "embed_signature");
        no(signed_by(&key(7), "none", &good), HOST, "embed_signature");
        no(signed(&good).rsplit_once('.').map(|(text, _)| format!("{text}.")).unwrap(), HOST, "embed_signature");
        no(signed(&with(&good, "iss", json!("emb_00000000000000000000000000"))), HOST, "embed_signature");
        no(signed(&with(&good, "aud", json!("https://elsewhere.example"))), HOST, "embed_signature");
        no(signed(&with(&good, "jti", json!(""))), HOST, "embed_signature");
        no(signed(&with(&good, "exp", json!(second))), HOST, "embed_expired");
        no(signed(&with(&good, "exp", json!(second + 3_600))), HOST, "embed_expired");
        no(signed(&with(&good, "iat", json!(second + 600))), HOST, "embed_expired");
        no(signed(&with(&good, "sub", json!("nobody@nowhere.example"))), HOST, "embed_person_unknown");
        no(signed(&with(&good, "account", json!("another"))), HOST, "embed_person_unknown");
        let staff = house.as_engineer("li").get("/api/v1/me").json()["login"].as_str().unwrap().to_string();
        no(signed(&with(&good, "sub", json!(staff))), HOST, "embed_person_unknown");
        no("not a token".to_string(), HOST, "embed_signature");
        assert_eq!(show(house, "emb_unknown", &signed(&good), HOST).problem(), (401, "embed_unknown".into()));
        // None of that used the token up; this does.
        assert_eq!(show(house, &embed, &signed(&good), HOST).status, 201);
        no(signed(&good), HOST, "embed_used");
        let read = house.as_nobody().with("accept-language", "zh-CN").post("/api/v1/sessions/embed", &json!({"embed": embed, "token": signed(&good), "origin": HOST}));
        assert_eq!(read.json()["title"], "页面出具的身份令牌已经用过");
    }
    fn a_page_of_one_customer_vouches_for_nobody_elses_people(house) {
        let embed = registered(house, Some("acme"));
        let (own, other) = (login(house, "acme"), login(house, "other"));
        let now = house.app_now();
        assert_eq!(show(house, &embed, &signed(&claims(&embed, &own, now, "1")), HOST).status, 201);
        assert_eq!(show(house, &embed, &signed(&claims(&embed, &other, now, "2")), HOST).problem(), (401, "embed_person_unknown".into()));
    }
    fn an_administrator_registers_changes_switches_off_and_drops_pages(house) {
        let (admin, embed, sub) = (house.as_administrator(), registered(house, None), login(house, "acme"));
        let path = format!("/api/v1/embeds/{embed}");
        let stale = admin.clone().with("if-match", "\"9\"").patch(&path, &json!({"active": false}));
        assert_eq!(stale.problem(), (412, "stale".into()));
        let off = admin.clone().with("if-match", "\"1\"").patch(&path, &json!({"active": false}));
        assert_eq!((off.status, off.json()["active"].clone(), off.json()["version"].clone()), (200, json!(false), json!(2)), "{}", off.body);
        let token = signed(&claims(&embed, &sub, house.app_now(), "1"));
        assert_eq!(show(house, &embed, &token, HOST).problem(), (401, "embed_unknown".into()));
        let on = admin.clone().with("if-match", "\"2\"").patch(&path, &json!({"active": true, "origins": [HOST, "http://localhost:3000"]}));
        assert_eq!((on.status, on.json()["origins"].clone()), (200, json!([HOST, "http://localhost:3000"])), "{}", on.body);
        assert_eq!(show(house, &embed, &token, "http://localhost:3000").status, 201);
        let wrong = json!({"name": "", "origins": ["https://a.example/path", "*"], "key": {"alg": "HS256", "public_key": "secret"}});
        let refused = admin.post("/api/v1/embeds", &wrong);
        let flaws: Vec<_> = refused.json()["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap().to_string()).collect();
        assert_eq!((refused.status, flaws.join(" ")), (422, "name origins[0] origins[1] key.alg key.public_key".to_string()), "{}", refused.body);
        assert_eq!(admin.get("/api/v1/embeds").json()["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(house.as_chief().get("/api/v1/embeds").problem(), (403, "forbidden".into()));
        assert_eq!(admin.delete(&path).status, 204);
        assert_eq!(admin.delete(&path).problem(), (404, "not_found".into()));
        assert_eq!(show(house, &embed, &token, HOST).problem(), (401, "embed_unknown".into()));
    }
    fn only_one_page_may_be_framed_and_only_by_what_is_registered(house) {
        let frame = |path: &str| {
            let page = house.as_nobody().get(path);
            (page.header("content-security-policy").split("frame-ancestors ").nth(1).unwrap_or("").to_string(), page.header("x-frame-options").to_string())
        };
        assert_eq!(frame("/portal/embed"), ("'none'".into(), "DENY".into()));
        registered(house, None);
        let built = house.as_nobody().get("/portal/").status == 200;
        if built {
            assert_eq!(frame("/portal/embed"), (HOST.into(), "".into()));
        }
        for path in ["/portal/", "/portal/cases", "/console/", "/portal/embed/x", "/api/v1/me"] {
            assert_eq!(frame(path), ("'none'".into(), "DENY".into()), "{path}");
        }
        let script = house.as_nobody().get("/embed.js");
        assert_eq!((script.status, script.header("content-type"), script.header("cross-origin-resource-policy"), script.header("set-cookie")), (200, "text/javascript; charset=utf-8", "cross-origin", ""));
        assert_eq!(house.as_nobody().with("if-none-match", script.header("etag")).get("/embed.js").status, 304);
    }
    fn used_tokens_are_forgotten_when_they_would_not_be_good_anyway(house) {
        let (embed, sub) = (registered(house, None), login(house, "acme"));
        assert_eq!(show(house, &embed, &signed(&claims(&embed, &sub, house.app_now(), "1")), HOST).status, 201);
        house.wind(Span::minutes(30));
        let id = embed.parse().unwrap();
        let fresh = house.write(move |cx| Ok(store::embed::put_use(cx.tx, id, "1", cx.now)?));
        assert!(fresh, "the line was swept away");
    }
    fn a_person_by_their_address_when_nobody_else_has_it(house) {
        let embed = registered(house, None);
        let account = house.account("acme").to_string();
        let admin = house.as_administrator();
        let person = |name: &str| admin.post("/api/v1/people", &json!({"role": "contact", "account": account, "name": name, "email": "shared@acme.example", "login": name}));
        assert_eq!(person("One").status, 201);
        let shown = |jti: &str| show(house, &embed, &signed(&claims(&embed, "Shared@acme.example", house.app_now(), jti)), HOST);
        let first = shown("1");
        assert_eq!((first.status, first.json()["me"]["name"].clone()), (201, json!("One")), "{}", first.body);
        let two = admin.post("/api/v1/people", &json!({"role": "contact", "account": account, "name": "Two", "email": "shared@acme.example", "login": "two"}));
        assert_eq!(two.status, 201, "{}", two.body);
        assert_eq!(shown("2").problem(), (401, "embed_person_unknown".into()), "two have it: nobody is guessed");
    }
}
