//! One working day of the demo's vendor over HTTP, in the order it happened: promises kept and broken, people told, words waited for.
//! Two people listen the whole day over lines that are cut again and again, and in the end have heard everything once.
use crate::house::{Caller, House, Somebody};
use crate::house_test;
use desk::access::{Scopes, actor_of};
use desk::demo::furnish;
use desk::token::NewToken;
use domain::kit::{At, Span};
use domain::people::ask;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a listener waits for the next event before the test fails; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(30);
const ENGINEERS: [&str; 5] = ["li", "wang", "chen", "mia", "zhou"];

/// Somebody of the demo, with a token and a name for the story.
struct Player<'h> {
    who: Somebody,
    line: Caller<'h>,
}
impl<'h> Player<'h> {
    fn of(house: &'h House, login: &'static str) -> Player<'h> {
        let who = house.write(move |cx| {
            let person = store::person::find_by_login(cx.tx, login)?.expect("somebody of the demo");
            let leave = ask(&actor_of(&person)).expect("everybody keeps tokens");
            let new = NewToken { name: "day".into(), scopes: vec!["*".into()], expires_at: None };
            let token = desk::token::create(cx, &leave, &Scopes::all(), &new)?.secret;
            Ok(Somebody { id: person.id, account: person.account, token })
        });
        Player { line: house.as_(&who), who }
    }
    fn id(&self) -> String {
        self.who.id.to_string()
    }
    fn get(&self, path: &str) -> Value {
        let answer = self.line.get(&format!("/api/v1{path}"));
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.json()
    }
    fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.line.post(&format!("/api/v1{path}"), &body);
        assert!((200..300).contains(&answer.status), "POST {path} {body}: {}", answer.body);
        answer.json()
    }
    fn open(&self, severity: &str, product: &str, subject: &str) -> Value {
        self.post("/tickets", json!({"subject": subject, "body": "since ten o'clock", "severity": severity, "product": product}))
    }
    /// The case after the act.
    fn act(&self, case: &str, body: Value) -> Value {
        self.post(&format!("/tickets/{case}/acts"), body)["ticket"].clone()
    }
    fn refused(&self, case: &str, body: Value) -> (u16, String) {
        self.line.post(&format!("/api/v1/tickets/{case}/acts"), &body).problem()
    }
    fn case(&self, id: &str) -> Value {
        self.get(&format!("/tickets/{id}"))["ticket"].clone()
    }
    fn timeline(&self, case: &str) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), "0".to_string());
        loop {
            let page = self.get(&format!("/tickets/{case}/timeline?after={after}&limit=25"));
            all.extend(items(&page));
            let Some(next) = page["next"].as_str() else { return all };
            after = next.to_string();
        }
    }
    fn count(&self, case: &str, key: &str) -> usize {
        self.timeline(case).iter().filter(|e| e["key"] == key).count()
    }
    /// The newest event of a kind.
    fn last(&self, case: &str, key: &str) -> Value {
        self.timeline(case).into_iter().rfind(|e| e["key"] == key).unwrap_or_else(|| panic!("no {key}"))
    }
    fn clocks(&self, case: &str, promise: &str) -> Vec<Value> {
        let mut all = items(&self.get(&format!("/tickets/{case}/clocks")));
        all.retain(|c| c["promise"] == promise);
        all
    }
    fn verdicts(&self, case: &str, promise: &str) -> Vec<String> {
        self.clocks(case, promise).iter().map(|c| text(&c["verdict"])).collect()
    }
    /// How often they were told of something about a case.
    fn notices(&self, case: &str, topic: &str) -> usize {
        items(&self.get("/notices?limit=200")).iter().filter(|n| n["ticket"] == case && n["topic"] == topic).count()
    }
}
fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().expect("a list").clone()
}
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_string()
}
fn at(value: &Value) -> At {
    At::parse(&text(value)).expect("an instant")
}

/// Somebody who listens to a case as a browser does: it keeps the number of the last whole event and comes back with it.
struct Ear {
    address: SocketAddr,
    token: String,
    case: String,
    heard: Vec<(i64, String)>,
    line: Option<BufReader<TcpStream>>,
    cuts: usize,
}
impl Ear {
    fn on(house: &House, who: &Player, case: &str) -> Ear {
        let mut ear = Ear { address: house.address(), token: who.who.token.clone(), case: case.into(), heard: Vec::new(), line: None, cuts: 0 };
        ear.connect();
        ear
    }
    fn connect(&mut self) {
        let (query, last) = match self.heard.last() {
            Some((pos, _)) => (String::new(), format!("last-event-id: {pos}\r\n")),
            None => ("&after=0".into(), String::new()),
        };
        let mut stream = TcpStream::connect(self.address).expect("the house listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let head =
            format!("GET /api/v1/events?ticket={}{query} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n{last}\r\n", self.case, self.token);
        stream.write_all(head.as_bytes()).expect("the house reads");
        self.line = Some(BufReader::new(stream));
    }
    /// One whole event: a number, a key, its data, an empty line.
    fn hear(&mut self) -> i64 {
        let line = self.line.as_mut().expect("a line");
        let (mut pos, mut key) = (None, None);
        loop {
            let mut text = String::new();
            let n = line.read_line(&mut text).unwrap_or_else(|e| panic!("{e} after {:?}", self.heard));
            assert_ne!(n, 0, "the stream ended after {:?}", self.heard);
            let text = text.trim_end();
            if let Some(id) = text.strip_prefix("id: ") {
                pos = id.parse::<i64>().ok();
            } else if let Some(name) = text.strip_prefix("event: ") {
                key = Some(name.to_string());
            } else if let Some(data) = text.strip_prefix("data: ") {
                let event: Value = serde_json::from_str(data).expect("an event");
                assert_eq!((event["pos"].as_i64(), event["key"].as_str(), event["ticket"].as_str()), (pos, key.as_deref(), Some(self.case.as_str())));
            } else if text.is_empty()
                && let (Some(pos), Some(key)) = (pos, &key)
            {
                self.heard.push((pos, key.clone()));
                return pos;
            }
        }
    }
    /// Hears so much of what is there, loses the line in the middle of the rest, and calls again.
    fn cut_after(&mut self, events: usize) {
        for _ in 0..events {
            self.hear();
        }
        self.hang_up();
        self.connect();
    }
    fn hang_up(&mut self) {
        self.line = None;
        self.cuts += 1;
    }
    /// Everything up to the end of the timeline, as its reader may know it.
    fn must_have_heard_everything_once(mut self, who: &Player) {
        let told: Vec<(i64, String)> = who.timeline(&self.case).iter().map(|e| (e["pos"].as_i64().expect("a position"), text(&e["key"]))).collect();
        let last = told.last().expect("something happened").0;
        while self.heard.last().is_none_or(|(pos, _)| *pos < last) {
            self.hear();
        }
        assert_eq!(self.heard, told);
        assert!(self.heard.is_sorted_by(|a, b| a.0 < b.0) && self.cuts >= 3, "cut {} times", self.cuts);
    }
}

/// The demo's people in a fresh house.
fn opened(house: &House) {
    furnish(house.app.desk(), "no password", house.app.now() - Span::days(3)).expect("a furnished house");
}
/// Who of the engineers somebody is.
fn engineer<'p, 'h>(all: &'p [Player<'h>], id: &Value) -> &'p Player<'h> {
    all.iter().find(|p| *id == p.id()).expect("an engineer of the demo")
}

house_test! {
    fn a_late_answer_climbs_the_ladder_and_the_case_ends_with_the_customers_word(house) {
        opened(house);
        let (customer, chief, manager) = (Player::of(house, "yunfan"), Player::of(house, "chief"), Player::of(house, "admin"));
        let engineers = ENGINEERS.map(|login| Player::of(house, login));

        // Ten o'clock: the question is in somebody's hands with the answer that takes it in.
        let made = customer.open("high", "ecs", "no route to host");
        let id = text(&made["id"]);
        assert_eq!((made["plan"].as_str(), made["stage"].as_str(), made["owner"].is_null()), (Some("ali.enterprise.v1"), Some("new"), true));
        assert_eq!(at(&made["next_due_at"]) - at(&made["opened_at"]), Span::minutes(40));
        let handler = engineer(&engineers, &made["handler"]);
        let (opened, assigned) = (handler.last(&id, "ticket.opened"), handler.last(&id, "ticket.assigned"));
        assert!(at(&assigned["at"]) - at(&opened["at"]) < Span::seconds(1) && at(&opened["at"]) == at(&made["opened_at"]));
        assert_eq!(assigned["body"]["to"], made["handler"]);
        assert!(!assigned["body"]["why"].as_array().expect("reasons").is_empty(), "{assigned}");
        assert!(customer.last(&id, "ticket.assigned")["body"]["why"].is_null(), "the reasons of the choice stay inside");
        assert_eq!(handler.notices(&id, "ticket.assigned"), 1);
        let mut ears = [Ear::on(house, &customer, &id), Ear::on(house, handler, &id)];
        ears.iter_mut().for_each(|e| e.cut_after(2));

        // Half past: three quarters of the time are gone, the warning is seen by staff alone.
        house.wind(Span::minutes(30));
        assert_eq!((handler.count(&id, "clock.warned"), customer.count(&id, "clock.warned")), (2, 0), "at 50 % and 75 %");
        assert_eq!(handler.notices(&id, "clock.warned"), 2);
        assert_eq!((chief.notices(&id, "clock.escalated"), handler.count(&id, "clock.rung_skipped")), (0, 0));
        // 90 %: nobody stands on the group's rung, so the duty chief above it is told now and not again later.
        house.wind(Span::minutes(6));
        assert_eq!(handler.count(&id, "clock.warned"), 3);
        let skipped = handler.last(&id, "clock.rung_skipped");
        assert_eq!((skipped["body"]["tell"].as_str(), skipped["body"]["why"].as_str()), (Some("group"), Some("routing.rung_empty")));
        assert_eq!(chief.notices(&id, "clock.escalated"), 1);
        ears[1].cut_after(1);

        // 10:40: less than forty minutes were promised.
        house.wind(Span::minutes(4) - Span::seconds(1));
        assert_eq!((handler.count(&id, "clock.breached"), handler.verdicts(&id, "first_response")), (0, vec!["running".to_string()]));
        house.wind(Span::seconds(1));
        assert_eq!((handler.count(&id, "clock.breached"), customer.count(&id, "clock.breached")), (1, 1), "a broken promise is the customer's to know");
        house.wind(Span::minutes(15));
        let broken = customer.clocks(&id, "first_response").remove(0);
        assert_eq!((broken["verdict"].as_str(), &broken["broken_at"]), (Some("broken"), &broken["due_at"]));
        assert_eq!(at(&broken["broken_at"]) - at(&broken["base_at"]), Span::minutes(40));
        assert_eq!((handler.notices(&id, "clock.breached"), chief.notices(&id, "clock.escalated"), manager.notices(&id, "clock.escalated")), (1, 1, 1));
        ears.iter_mut().for_each(|e| e.cut_after(1));

        // The first answer makes answerable, and no transfer or consultation changes that.
        let case = handler.act(&id, json!({"act": "reply", "body": "We are sorry for the delay; looking at the gateway."}));
        assert_eq!((&case["owner"], case["broken"].as_i64()), (&made["handler"], Some(1)));
        let others: Vec<&Player> = engineers.iter().filter(|e| e.id() != handler.id()).collect();
        handler.act(&id, json!({"act": "transfer", "to": others[0].id(), "tier": 2, "reason": "routing tables"}));
        others[0].act(&id, json!({"act": "transfer", "to": others[1].id(), "tier": 3, "reason": "a defect of the switch"}));
        others[1].act(&id, json!({"act": "consult", "expert": others[2].id(), "question": "Seen this before?"}));
        let seen = customer.get(&format!("/tickets/{id}"));
        assert_eq!((&seen["ticket"]["owner"], seen["ticket"]["tier"].as_i64()), (&made["handler"], Some(3)));
        assert_eq!((seen["ticket"]["handler"].as_str(), seen["people"][handler.id()]["name"].is_string()), (Some(others[1].id().as_str()), true));
        assert_eq!(handler.case(&id)["helpers"], json!([others[2].id()]));
        assert_eq!(others[2].notices(&id, "ticket.consulted"), 1);
        for nothing in ["", "  "] {
            assert_eq!(handler.refused(&id, json!({"act": "hand_over", "to": others[1].id(), "reason": nothing})), (409, "ticket.reason_missing".into()));
        }
        assert_eq!(handler.case(&id)["owner"], made["handler"]);
        assert_eq!(handler.count(&id, "clock.breached"), 1, "answering late breaks nothing twice");

        // A question to the customer: three days of silence are announced, a word ends the wait.
        let case = others[1].act(&id, json!({"act": "reply", "body": "Which zone?", "asks": true}));
        assert_eq!((case["stage"].as_str(), case["alarm"]["does"].as_str()), (Some("waiting_customer"), Some("announce_timeout")));
        ears.iter_mut().for_each(Ear::hang_up);
        house.wind(Span::days(3) - Span::seconds(1));
        assert_eq!(customer.count(&id, "ticket.timeout_announced"), 0);
        house.wind(Span::seconds(1));
        let announced = customer.last(&id, "ticket.timeout_announced");
        assert!(announced["actor"].is_null() && at(&announced["body"]["closes_at"]) == house.app.now() + Span::days(2), "{announced}");
        assert_eq!((customer.notices(&id, "ticket.timeout_announced"), customer.case(&id)["alarm"]["does"].as_str()), (1, Some("close_after_wait")));
        ears.iter_mut().for_each(Ear::connect);
        customer.post(&format!("/tickets/{id}/messages"), json!({"body": "Zone b."}));
        let case = customer.case(&id);
        assert_eq!((case["stage"].as_str(), case["alarm"].is_null(), customer.count(&id, "ticket.wait_ended")), (Some("active"), true, 1));

        // Asked again and not answered: closed, and not before it was announced.
        others[1].act(&id, json!({"act": "reply", "body": "And which subnet?", "asks": true}));
        house.wind(Span::days(5) - Span::seconds(1));
        assert_eq!((customer.case(&id)["is_open"].as_bool(), customer.count(&id, "ticket.timeout_announced")), (Some(true), 2));
        house.wind(Span::seconds(1));
        assert_eq!(customer.last(&id, "ticket.closed")["body"]["how"], "announced");
        assert_eq!(customer.notices(&id, "ticket.closed"), 1);
        ears[0].cut_after(2);

        // It is back: a second life with a promise of its own, ended by the customer.
        assert_eq!(customer.refused(&id, json!({"act": "reopen"})), (409, "ticket.reason_missing".into()));
        let case = customer.act(&id, json!({"act": "reopen", "reason": "it is back"}));
        assert_eq!((case["stage"].as_str(), case["cycle"].as_i64(), &case["owner"]), (Some("new"), Some(2), &made["handler"]));
        assert_eq!((customer.verdicts(&id, "next_response"), at(&case["next_due_at"]) - house.app.now()), (vec!["running".into()], Span::minutes(40)));
        house.wind(Span::minutes(10));
        others[1].act(&id, json!({"act": "reply", "body": "The route was withdrawn by the autoscaler; it is fixed for good."}));
        others[1].act(&id, json!({"act": "resolve", "cause": "routing table", "body": "Solved; please confirm."}));
        assert_eq!(others[1].refused(&id, json!({"act": "confirm"})), (403, "forbidden".into()));
        let case = customer.act(&id, json!({"act": "confirm"}));
        assert_eq!((case["stage"].as_str(), customer.last(&id, "ticket.closed")["body"]["how"].as_str()), (Some("closed"), Some("confirmed")));
        assert_eq!((customer.verdicts(&id, "first_response"), customer.verdicts(&id, "next_response")), (vec!["broken".into()], vec!["kept".into()]));

        // Answerability itself goes by an explicit word, here on the case's third life.
        customer.act(&id, json!({"act": "reopen", "reason": "and again"}));
        let case = handler.act(&id, json!({"act": "hand_over", "to": others[1].id(), "reason": "leaves for another team"}));
        assert_eq!((case["owner"].as_str(), customer.last(&id, "ticket.handed_over")["body"]["reason"].is_null()), (Some(others[1].id().as_str()), true));

        // Why it broke: step by step, down to the sentence it was promised with.
        let told = customer.get(&format!("/clocks/{}/explain", text(&broken["id"])));
        assert_eq!((told["replays"].as_bool(), told["clock"]["verdict"].as_str()), (Some(true), Some("broken")));
        let (document, section) = (text(&told["clock"]["source"]["document"]), text(&told["clock"]["source"]["section"]));
        let lines: Vec<String> = told["lines"].as_array().expect("lines").iter().map(|l| text(&l["text"])).collect();
        assert!(section.contains("L85") && lines.iter().any(|l| l.contains(&document) && l.contains(&section)), "{document}, {section}: {lines:#?}");

        let [hers, theirs] = ears;
        hers.must_have_heard_everything_once(&customer);
        theirs.must_have_heard_everything_once(handler);
        let (public, all) = (customer.timeline(&id), handler.timeline(&id));
        assert!(public.len() < all.len() && public.iter().all(|e| all.iter().any(|a| a["pos"] == e["pos"])));
        assert!(public.iter().all(|e| !["clock.warned", "clock.escalated", "clock.rung_skipped", "ticket.consulted"].contains(&text(&e["key"]).as_str())));
    }

    fn a_boosted_case_is_reported_on_every_hour(house) {
        opened(house);
        let (customer, chief) = (Player::of(house, "deepblue"), Player::of(house, "chief"));
        let engineers = ENGINEERS.map(|login| Player::of(house, login));
        let boosts = || {
            let quotas = items(&customer.get("/quotas"));
            let monthly = quotas.iter().find(|q| q["quota"] == "urgent_boost" && q["purchased"] == false).expect("boosts by the month");
            (monthly["limit_count"].as_i64().expect("a limit"), monthly["used_count"].as_i64().expect("a count"))
        };
        let (limit, used) = boosts();
        assert_eq!(limit, 10, "the plan gives ten a month, the demo's own case took {used} of them");

        let made = customer.open("urgent", "redis", "connections used up");
        let id = text(&made["id"]);
        let handler = engineer(&engineers, &made["handler"]);
        let mut ears = [Ear::on(house, &customer, &id), Ear::on(house, handler, &id)];
        assert_eq!(at(&made["next_due_at"]) - house.app.now(), Span::minutes(120));
        ears.iter_mut().for_each(|e| e.cut_after(1));
        house.wind(Span::minutes(1));
        let boosted = customer.act(&id, json!({"act": "boost"}));
        assert_eq!(at(&boosted["next_due_at"]) - house.app.now(), Span::minutes(10), "120 minutes became 10");
        assert_eq!(boosts(), (10, used + 1));
        assert_eq!((customer.refused(&id, json!({"act": "boost"})), boosts().1), ((409, "ticket.already_boosted".into()), used + 1));
        house.wind(Span::minutes(5));
        handler.act(&id, json!({"act": "reply", "body": "On it."}));
        assert_eq!(customer.verdicts(&id, "first_response"), ["kept"]);
        ears[0].cut_after(2);

        // The second report comes exactly at the end of its hour, which is in time; the third is late.
        house.wind(Span::hours(1));
        handler.act(&id, json!({"act": "reply", "body": "A storm of reconnecting clients."}));
        assert_eq!(customer.verdicts(&id, "periodic_update"), ["kept", "kept", "running"]);
        house.wind(Span::hours(1) + Span::seconds(1));
        assert_eq!(customer.verdicts(&id, "periodic_update"), ["kept", "kept", "broken"]);
        assert_eq!((customer.count(&id, "clock.breached"), chief.notices(&id, "clock.escalated")), (1, 2), "one warning for each hour nearly missed");
        ears.iter_mut().for_each(|e| e.cut_after(3));
        handler.act(&id, json!({"act": "reply", "body": "Set maxTotal to 200, please.", "asks": true}));
        assert_eq!(customer.verdicts(&id, "periodic_update"), ["kept", "kept", "broken", "paused"], "while it waits for the customer no report is due");
        house.wind(Span::hours(9));
        customer.post(&format!("/tickets/{id}/messages"), json!({"body": "Done, it is quiet now."}));
        assert_eq!((customer.verdicts(&id, "periodic_update").pop().as_deref(), customer.count(&id, "clock.breached")), (Some("running"), 1));
        handler.act(&id, json!({"act": "resolve", "cause": "connection pool"}));
        customer.act(&id, json!({"act": "confirm"}));
        assert_eq!(customer.verdicts(&id, "periodic_update"), ["kept", "kept", "broken", "cancelled"]);
        ears.iter_mut().for_each(|e| e.cut_after(0));

        let broken = customer.clocks(&id, "periodic_update").remove(2);
        assert_eq!((&broken["broken_at"], at(&broken["due_at"]) - at(&broken["base_at"])), (&broken["due_at"], Span::hours(1)));
        assert_eq!(customer.get(&format!("/clocks/{}/explain", text(&broken["id"])))["replays"], true);
        let [hers, theirs] = ears;
        hers.must_have_heard_everything_once(&customer);
        theirs.must_have_heard_everything_once(handler);
    }
}
