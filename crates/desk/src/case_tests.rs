//! Cases on the demo's desk, on both databases, time told in minutes since the opening.
use crate::act::{Doing, act};
use crate::chores::{Chore, RingAlarms, Tick};
use crate::demo::furnish;
use crate::plan::Library;
use crate::secrets::Seal;
use crate::ticket::{Opening, open};
use crate::{Desk, Fault, Opening as Opens, Rules, Shelves};
use domain::kit::{At, PersonId, Span, TicketId};
use domain::people::{ActOnTicket, Actor, OpenTicket, ReadGuide, ReadTicket, ask};
use domain::promise::Verdict;
use domain::ticket::{Command, Severity, Stage};
use store::db::Db;
use store::store_test;
use store::ticket::{Case, Words};

/// Monday 2025-11-03 10:00 in Shanghai.
pub(crate) fn start() -> At {
    At::parse("2025-11-03T02:00:00Z").unwrap()
}
pub(crate) fn desk_over(db: &Db) -> Desk {
    let shelves = Shelves::new(Library::shipped().unwrap());
    let opening = Opens { rules: Rules::default(), shelves, search: None, seal: Seal::new(&[1; 32]), seed: 7 };
    Desk::open(db.clone(), opening, start() - Span::days(200)).unwrap()
}
pub(crate) struct World {
    pub desk: Desk,
    pub now: At,
}
impl World {
    pub fn new(db: &Db) -> World {
        let desk = desk_over(db);
        furnish(&desk, "no password", start() - Span::days(3)).unwrap();
        World { desk, now: start() }
    }
    pub fn who(&self, login: &str) -> Actor {
        let p = self.desk.read(|tx| Ok(store::person::find_by_login(tx, login)?)).unwrap().unwrap();
        Actor { person: p.id, role: p.role, tier: p.tier, account: p.account }
    }
    pub fn open(&self, by: &str, severity: &str, channel: &str, product: &str) -> Case {
        let number = self.desk.next_number().unwrap();
        let leave = ask::<OpenTicket>(&self.who(by)).unwrap();
        let opening = Opening {
            channel: channel.into(),
            severity: severity.into(),
            words: Words { subject: "no route to host".into(), product: product.into(), ..Words::default() },
            body: "since ten o'clock".into(),
            ..Opening::default()
        };
        self.desk.write(self.now, move |cx| open(cx, &leave, number, &opening)).unwrap().case
    }
    pub fn act(&self, by: &str, id: TicketId, command: Command) -> Result<Case, Fault> {
        let leave = ask::<ActOnTicket>(&self.who(by)).unwrap();
        let body = matches!(command, Command::Reply { .. } | Command::Note).then(|| "words".to_string());
        let doing = Doing { body, ..Doing::new(command) };
        self.desk.write(self.now, move |cx| act(cx, &leave, id, &doing)).map(|d| d.case)
    }
    pub fn pass(&mut self, minutes: i64) {
        let until = self.now + Span::minutes(minutes);
        // The house looks whenever something is due by itself, as the server does.
        loop {
            let next = [Tick.next_at(&self.desk).unwrap(), RingAlarms.next_at(&self.desk).unwrap()].into_iter().flatten().min();
            match next {
                Some(at) if at <= until => {
                    self.now = at.max(self.now);
                    Tick.round(&self.desk, self.now).unwrap();
                    RingAlarms.round(&self.desk, self.now).unwrap();
                }
                _ => break,
            }
        }
        self.now = until;
    }
    pub fn case(&self, id: TicketId) -> Case {
        self.desk.read(|tx| Ok(store::ticket::find(tx, id)?)).unwrap().unwrap()
    }
    /// `first_response=kept periodic_update=running`, in the order the clocks began.
    pub fn clocks(&self, id: TicketId) -> String {
        let clocks = self.desk.read(|tx| Ok(store::clock::list_of_ticket(tx, id, self.desk.shelves())?)).unwrap();
        let said: Vec<String> = clocks
            .iter()
            .map(|c| {
                let cal = domain::promise::Calendars::calendar(self.desk.shelves(), &c.clock.terms.calendar, c.clock.terms.calendar_version).unwrap();
                format!("{}={}", c.clock.terms.key, c.clock.verdict(self.now, &cal).key())
            })
            .collect();
        said.join(" ")
    }
    pub fn log(&self, id: TicketId) -> Vec<String> {
        self.desk.read(|tx| Ok(store::log::list_of_ticket(tx, id, 0, 500)?)).unwrap().into_iter().map(|e| e.key).collect()
    }
    pub fn count(&self, id: TicketId, key: &str) -> usize {
        self.log(id).iter().filter(|k| *k == key).count()
    }
    fn load(&self, who: PersonId) -> u32 {
        self.desk.read(|tx| Ok(store::person::find(tx, who)?)).unwrap().unwrap().load
    }
}

store_test! {
    fn a_case_is_in_somebodys_hands_the_moment_it_is_acknowledged(db) {
        let w = World::new(db);
        let case = w.open("yunfan", "medium", "web_ticket", "rds");
        let handler = case.ticket.handler.unwrap();
        assert_eq!(handler, w.who("wang").person, "the one who knows rds and Chinese");
        assert_eq!(case.plan, "ali.enterprise.v1", "ordered in March 2025, before the cut-over");
        assert_eq!(case.next_due_at, Some(w.now + Span::minutes(40)));
        assert_eq!(w.clocks(case.ticket.id), "first_response=running");
        assert_eq!(w.log(case.ticket.id), ["ticket.opened", "ticket.assigned", "clock.activated"]);
    }

    fn a_late_answer_is_broken_once_told_up_the_ladder_past_the_empty_rung(db) {
        let mut w = World::new(db);
        let id = w.open("yunfan", "high", "web_ticket", "ecs").ticket.id;
        w.pass(39);
        assert_eq!(w.clocks(id), "first_response=running");
        assert!(w.count(id, "clock.warned") >= 1);
        w.pass(30);
        assert_eq!(w.clocks(id), "first_response=broken");
        assert_eq!(w.count(id, "clock.breached"), 1);
        assert!(w.count(id, "clock.rung_skipped") >= 1, "nobody stands on the group's rung: {:?}", w.log(id));
        assert!(w.count(id, "clock.escalated") >= 2);
        w.act("li", id, Command::Reply { asks: false }).unwrap();
        w.pass(600);
        assert_eq!((w.clocks(id).as_str(), w.count(id, "clock.breached")), ("first_response=broken", 1));
        assert_eq!(w.case(id).broken, 1);
    }

    fn the_first_to_answer_stays_answerable_through_transfers_and_a_consultation(db) {
        let mut w = World::new(db);
        let id = w.open("northwind", "high", "web_ticket", "rds").ticket.id;
        w.pass(5);
        w.act("mia", id, Command::Reply { asks: false }).unwrap();
        let mia = w.who("mia").person;
        let (wang, chen, zhou) = (w.who("wang").person, w.who("chen").person, w.who("zhou").person);
        w.act("mia", id, Command::Transfer { to: wang, tier: Some(2), reason: "database".into() }).unwrap();
        w.act("wang", id, Command::Transfer { to: chen, tier: Some(3), reason: "storage".into() }).unwrap();
        let case = w.act("chen", id, Command::Consult { expert: zhou, question: "seen this before?".into() }).unwrap();
        assert_eq!((case.ticket.owner, case.ticket.handler, case.ticket.tier), (Some(mia), Some(chen), 3));
        assert_eq!(case.ticket.helpers, [zhou]);
        assert_eq!(w.act("chen", id, Command::HandOver { to: chen, reason: " ".into() }), Err(Fault::refused("ticket.reason_missing")));
        let case = w.act("mia", id, Command::HandOver { to: chen, reason: "on leave from tomorrow".into() }).unwrap();
        assert_eq!(case.ticket.owner, Some(chen));
        let stranger = w.who("orange").person;
        assert_eq!(w.act("chen", id, Command::Transfer { to: stranger, tier: None, reason: "x".into() }), Err(Fault::invalid("to", "nobody_who_answers")));
    }

    fn a_boosted_case_is_told_of_every_hour_and_spends_the_quota(db) {
        let mut w = World::new(db);
        let id = w.open("deepblue", "urgent", "web_ticket", "redis").ticket.id;
        w.pass(1);
        w.act("deepblue", id, Command::Boost).unwrap();
        assert_eq!(w.case(id).next_due_at, Some(w.now + Span::minutes(10)), "120 minutes became 10");
        w.pass(5);
        w.act("wang", id, Command::Reply { asks: false }).unwrap();
        w.pass(59);
        w.act("wang", id, Command::Reply { asks: false }).unwrap();
        assert_eq!(w.clocks(id), "first_response=kept periodic_update=kept periodic_update=kept periodic_update=running");
        w.pass(61);
        assert!(w.clocks(id).ends_with("periodic_update=broken"), "{}", w.clocks(id));
        assert_eq!(w.act("deepblue", id, Command::Boost), Err(Fault::refused("ticket.already_boosted")));
        for _ in 0..9 {
            let more = w.open("deepblue", "urgent", "web_ticket", "redis").ticket.id;
            let _ = w.act("deepblue", more, Command::Boost);
        }
        let eleventh = w.open("deepblue", "urgent", "web_ticket", "redis").ticket.id;
        let refused = w.act("deepblue", eleventh, Command::Boost).unwrap_err();
        assert_eq!((refused.status(), refused.code()), (409, "quota.used_up"));
        assert!(w.case(eleventh).ticket.boosted_at.is_none());
        let other = w.open("orange", "urgent", "web_ticket", "redis").ticket.id;
        assert_eq!(w.act("orange", other, Command::Boost).unwrap_err().code(), "quota.not_in_plan");
    }

    fn a_boost_that_would_be_refused_says_so_before_it_is_tried(db) {
        let w = World::new(db);
        let boost = |w: &World, login: &str, id| {
            let offers = w.desk.read(|tx| Ok(crate::ticket::read(tx, &w.desk, &ask::<ReadTicket>(&w.who(login)).unwrap(), id, w.now)?.offers)).unwrap();
            offers.into_iter().find(|o| o.act == "boost").unwrap().why
        };
        let open = |login: &str| w.open(login, "urgent", "web_ticket", "redis").ticket.id;
        assert_eq!(boost(&w, "orange", open("orange")).map(|h| h.code), Some("quota.not_in_plan"));
        for _ in 0..10 {
            let id = open("deepblue");
            assert_eq!(boost(&w, "deepblue", id), None);
            w.act("deepblue", id, Command::Boost).unwrap();
        }
        let eleventh = open("deepblue");
        let why = boost(&w, "deepblue", eleventh).unwrap();
        assert_eq!((why.code, why.args.last()), ("quota.used_up", Some(&("back_at", "2025-11-30T16:00:00Z".to_string()))));
        let Fault::Refused { code, args } = w.act("deepblue", eleventh, Command::Boost).unwrap_err() else { panic!("it is refused") };
        assert_eq!((code, args), (why.code, why.args), "offered and decided alike");
        let asked = w.act("deepblue", eleventh, Command::AskPerson { why: String::new() }).unwrap();
        assert_eq!(asked.ticket.person_asked_at, Some(w.now));
    }

    fn who_asks_for_a_person_is_heard_at_once_and_by_the_chief_after_half_an_hour_of_silence(db) {
        let mut w = World::new(db);
        let told = |w: &World, login: &str| {
            let who = w.who(login).person;
            let notices = w.desk.read(|tx| Ok(store::notice::list(tx, who, false, None, 200)?)).unwrap();
            notices.iter().filter(|n| n.topic == "ticket.person_asked").count()
        };
        let please = || Command::AskPerson { why: "the shop is down".into() };
        let id = w.open("yunfan", "medium", "web_ticket", "rds").ticket.id;
        w.pass(1);
        w.act("yunfan", id, please()).unwrap();
        assert_eq!((told(&w, "wang"), told(&w, "chief")), (1, 0), "wang has it in hand");
        w.pass(29);
        let Fault::Refused { code, args } = w.act("yunfan", id, please()).unwrap_err() else { panic!("it is refused") };
        assert_eq!((code, args), ("ticket.asked_already", vec![("until", (w.now + Span::minutes(1)).to_string())]));
        w.pass(1);
        w.act("yunfan", id, please()).unwrap();
        assert_eq!((told(&w, "wang"), told(&w, "chief")), (2, 1), "not a word for half an hour");
        w.act("wang", id, Command::Reply { asks: false }).unwrap();
        w.pass(30);
        w.act("yunfan", id, Command::Reply { asks: false }).unwrap();
        w.act("yunfan", id, please()).unwrap();
        assert_eq!((told(&w, "wang"), told(&w, "chief")), (3, 2), "the customer's own words break no silence");
        w.act("wang", id, Command::Reply { asks: false }).unwrap();
        w.pass(29);
        w.pass(1);
        w.act("wang", id, Command::Reply { asks: false }).unwrap();
        w.act("yunfan", id, please()).unwrap();
        assert_eq!((told(&w, "wang"), told(&w, "chief")), (4, 2));
        assert_eq!(w.act("wang", id, please()).unwrap_err().status(), 403);
    }

    fn the_demo_houses_guides_answer_what_people_ask(db) {
        let w = World::new(db);
        let found = |product: &str, question: &str| {
            let leave = ask::<ReadGuide>(&w.who("yunfan")).unwrap();
            w.desk.read(|tx| crate::guide::matching(tx, &leave, product, question)).unwrap()
        };
        for (product, question, title) in [
            ("ecs", "SSH 连不上服务器", "ECS 无法通过 SSH 连接"),
            ("ecs", "my server cannot be reached by ssh, connection timed out", "ECS 无法通过 SSH 连接"),
            ("ecs", "写日志报 No space left on device", "磁盘空间用完（No space left on device）"),
            ("", "数据库报 too many connections", "RDS 连接数用完（Too many connections）"),
            ("slb", "网关 502", "负载均衡返回 502 或 504"),
            ("oss", "下载文件 403 AccessDenied", "OSS 访问返回 403 AccessDenied"),
            ("", "the DNS record does not resolve", "域名解析不生效"),
        ] {
            assert_eq!(found(product, question).first().map(|m| m.guide.titles["zh-CN"].clone()).as_deref(), Some(title), "{question}");
        }
        assert!(found("cdn", "刷新后仍返回旧内容").is_empty(), "that trouble is over");
    }

    fn nobody_closes_a_case_but_the_customer_or_an_announced_time_out(db) {
        let mut w = World::new(db);
        let id = w.open("yunfan", "low", "web_ticket", "ecs").ticket.id;
        w.pass(10);
        w.act("li", id, Command::Reply { asks: true }).unwrap();
        assert_eq!(w.case(id).ticket.stage.key(), "waiting_customer");
        w.pass(3 * 24 * 60);
        assert_eq!(w.count(id, "ticket.timeout_announced"), 1);
        assert!(w.case(id).ticket.stage.is_open());
        w.pass(2 * 24 * 60);
        assert_eq!(w.case(id).ticket.stage, Stage::Closed);
        let case = w.act("yunfan", id, Command::Reopen { reason: "it is back".into() }).unwrap();
        assert_eq!((case.ticket.stage, case.ticket.cycle), (Stage::New, 2));
        assert_eq!(w.clocks(id), "first_response=kept next_response=running");
        w.pass(1);
        w.act("li", id, Command::Reply { asks: false }).unwrap();
        w.act("li", id, Command::Resolve { cause: "usage".into() }).unwrap();
        assert_eq!(w.act("li", id, Command::Confirm), Err(Fault::Forbidden { deed: "ticket.act" }));
        let case = w.act("yunfan", id, Command::Confirm).unwrap();
        assert_eq!(case.ticket.stage, Stage::Closed);
        assert_eq!(w.clocks(id), "first_response=kept next_response=kept");
    }

    fn load_follows_the_open_cases_in_somebodys_hands(db) {
        let w = World::new(db);
        let li = w.who("li").person;
        let before = w.load(li);
        let id = w.open("yunfan", "low", "web_ticket", "vpc").ticket.id;
        assert_eq!(w.load(li), before + 1);
        w.act("li", id, Command::Reply { asks: false }).unwrap();
        w.act("li", id, Command::Resolve { cause: String::new() }).unwrap();
        assert_eq!(w.load(li), before, "a resolved case is no load");
        w.act("yunfan", id, Command::Reply { asks: false }).unwrap();
        assert_eq!(w.load(li), before + 1, "a reopened one is");
    }

    fn a_graver_severity_brings_the_due_nearer_and_a_lower_one_needs_a_word(db) {
        let mut w = World::new(db);
        let id = w.open("galaxy", "general_consult", "dedicated_im_group", "slb").ticket.id;
        assert_eq!(w.clocks(id), "", "the second statement of work lost its table: nothing is promised");
        let id = w.open("yunfan", "general_consult", "dedicated_im_group", "slb").ticket.id;
        assert_eq!(w.case(id).next_due_at, Some(w.now + Span::hours(16)));
        w.pass(30);
        let case = w.act("yunfan", id, Command::RaiseSeverity { to: Severity::BusinessDown }).unwrap();
        assert_eq!(case.next_due_at, Some(w.now + Span::minutes(10)));
        let case = w.act("li", id, Command::LowerSeverity { to: Severity::GeneralProblem, reason: "one page only".into() }).unwrap();
        assert_eq!(case.ticket.severity, Severity::BusinessDown, "an engineer proposes");
        let case = w.act("yunfan", id, Command::AgreeLower).unwrap();
        assert_eq!(case.next_due_at, Some(start() + Span::hours(1)), "counted from the start");
    }

    fn what_is_not_ones_own_does_not_exist(db) {
        let w = World::new(db);
        let id = w.open("yunfan", "low", "web_ticket", "ecs").ticket.id;
        for other in ["northwind", "northwind-manager"] {
            assert_eq!(w.act(other, id, Command::Reply { asks: false }), Err(Fault::NotFound));
            let leave = ask::<ReadTicket>(&w.who(other)).unwrap();
            assert!(matches!(w.desk.read(|tx| crate::ticket::read(tx, &w.desk, &leave, id, w.now)), Err(Fault::NotFound)));
        }
        let manager = ask::<ReadTicket>(&w.who("yunfan-manager")).unwrap();
        w.act("li", id, Command::Note).unwrap();
        let seen = w.desk.read(|tx| crate::ticket::read(tx, &w.desk, &manager, id, w.now)).unwrap();
        assert_eq!(seen.messages.len(), 1, "notes stay inside");
        let lines = w.desk.read(|tx| crate::ticket::timeline(tx, &manager, id, 0, 100)).unwrap();
        assert!(lines.iter().all(|l| l.key != "ticket.noted" && !l.body.contains("\"why\":")), "{lines:?}");
    }

    fn every_clock_row_equals_what_its_events_give(db) {
        let mut w = World::new(db);
        let id = w.open("deepblue", "urgent", "web_ticket", "redis").ticket.id;
        w.act("deepblue", id, Command::Boost).unwrap();
        w.pass(15);
        w.act("wang", id, Command::Reply { asks: true }).unwrap();
        w.pass(100);
        w.act("deepblue", id, Command::Reply { asks: false }).unwrap();
        w.pass(45);
        let clocks = w.desk.read(|tx| Ok(store::clock::list_of_ticket(tx, id, w.desk.shelves())?)).unwrap();
        assert!(clocks.len() >= 2);
        for c in clocks {
            let explained = w.desk.read(|tx| crate::clock::explain_stored(tx, &w.desk, c, w.now)).unwrap();
            assert!(explained.replays, "{explained:#?}");
            assert!(explained.lines.iter().any(|l| l.code == "explain.promise") && explained.lines.last().unwrap().code == "explain.verdict");
            assert!(!matches!(explained.verdict, Verdict::Waived));
        }
    }

    fn a_case_laid_aside_leaves_the_standing_queue_and_is_back_at_its_time_once(db) {
        let mut w = World::new(db);
        let id = w.open("yunfan", "medium", "web_ticket", "ecs").ticket.id;
        let queue = store::ticket::Filter { open: Some(true), snoozed: Some(false), ..Default::default() };
        let stands = |w: &World| {
            let listed = w.desk.read(|tx| Ok(store::ticket::list(tx, &queue, store::ticket::Order::Updated, None, 50)?)).unwrap();
            assert_eq!(listed.iter().any(|c| c.ticket.id == id), queue.holds(&w.case(id)), "the list and the count of a view agree");
            listed.iter().any(|c| c.ticket.id == id)
        };
        assert!(stands(&w));
        let until = w.now + Span::minutes(90);
        w.act("wang", id, Command::Snooze { until, reason: "the disk comes at noon".into() }).unwrap();
        assert!(!stands(&w));
        w.pass(45);
        assert_eq!(w.clocks(id), "first_response=broken", "promises run on");
        assert!(!stands(&w));
        w.pass(46);
        assert!(stands(&w));
        w.pass(600);
        assert_eq!((w.count(id, "ticket.snoozed"), w.count(id, "ticket.woken")), (1, 1));
        let seen = w.desk.read(|tx| crate::ticket::timeline(tx, &ask::<ReadTicket>(&w.who("yunfan")).unwrap(), id, 0, 200)).unwrap();
        assert!(seen.iter().all(|e| !["ticket.snoozed", "ticket.woken"].contains(&e.key.as_str())), "the customer is told nothing of it");
    }
    fn the_customers_word_brings_a_case_back_at_once(db) {
        let mut w = World::new(db);
        let id = w.open("yunfan", "medium", "web_ticket", "ecs").ticket.id;
        w.act("wang", id, Command::Snooze { until: w.now + Span::days(2), reason: "tomorrow".into() }).unwrap();
        w.pass(10);
        assert_eq!(w.act("yunfan", id, Command::Reply { asks: false }).unwrap().ticket.snoozed, None);
        w.pass(3 * 24 * 60);
        assert_eq!(w.count(id, "ticket.woken"), 1);
    }
    fn a_whole_is_resolved_with_its_parts_or_after_them(db) {
        use crate::link::{Tie, tie, ties, untie};
        let w = World::new(db);
        let ids: Vec<TicketId> = (0..3).map(|_| w.open("yunfan", "medium", "web_ticket", "ecs").ticket.id).collect();
        let (whole, one, two) = (ids[0], ids[1], ids[2]);
        let chief = || ask::<domain::people::LinkTickets>(&w.who("wang")).unwrap();
        let bind = |a: TicketId, b: TicketId, t: Tie| {
            let leave = chief();
            w.desk.write(w.now, move |cx| tie(cx, &leave, a, b, t))
        };
        bind(whole, one, Tie::Child).unwrap();
        let two_now = bind(two, whole, Tie::Parent).unwrap();
        assert_eq!((two_now.ticket.parent, w.case(whole).ticket.open_children), (Some(whole), 2));
        assert_eq!(bind(whole, one, Tie::Child).unwrap_err().code(), "link.already");
        assert_eq!(bind(one, two, Tie::Child).unwrap_err().code(), "link.has_parent");
        assert_eq!(bind(one, one, Tie::Related).unwrap_err().code(), "link.itself");
        let seen = |id: TicketId| {
            let ties = w.desk.read(|tx| ties(tx, &w.who("wang"), &w.case(id))).unwrap();
            ties.iter().map(|t| (t.tie, t.case.ticket.id)).collect::<Vec<_>>()
        };
        assert_eq!((seen(whole), seen(one)), (vec![(Tie::Child, one), (Tie::Child, two)], vec![(Tie::Parent, whole)]));
        // One word for all, one message a part.
        let with_children = |command: Command, body: Option<&str>| {
            let leave = ask::<ActOnTicket>(&w.who("wang")).unwrap();
            let doing = Doing { body: body.map(str::to_string), with_children: true, ..Doing::new(command) };
            w.desk.write(w.now, move |cx| act(cx, &leave, whole, &doing)).map(|d| d.case)
        };
        with_children(Command::Reply { asks: false }, Some("the line is cut")).unwrap();
        assert!(ids.iter().all(|id| w.case(*id).messages == 2 && w.case(*id).ticket.stage == Stage::Active));
        let alone = w.act("wang", whole, Command::Resolve { cause: "line".into() });
        assert_eq!(alone.unwrap_err().code(), "ticket.children_open");
        w.act("wang", one, Command::Resolve { cause: "line".into() }).unwrap();
        assert_eq!(w.case(whole).ticket.open_children, 1);
        with_children(Command::Resolve { cause: "line".into() }, None).unwrap();
        assert!(ids.iter().all(|id| w.case(*id).ticket.stage == Stage::Resolved));
        assert_eq!(w.case(whole).ticket.open_children, 0);
        w.act("yunfan", two, Command::Reply { asks: false }).unwrap();
        assert_eq!(w.case(whole).ticket.open_children, 1, "reopened it is open again");
        let leave = chief();
        w.desk.write(w.now, move |cx| untie(cx, &leave, whole, two, Tie::Child)).unwrap();
        assert_eq!((w.case(whole).ticket.open_children, w.case(two).ticket.parent), (0, None));
    }
    fn related_cases_see_each_other_and_a_stranger_sees_neither(db) {
        use crate::link::{Tie, tie, ties, untie};
        let w = World::new(db);
        let (a, b) = (w.open("yunfan", "medium", "web_ticket", "ecs").ticket.id, w.open("yunfan", "low", "web_ticket", "rds").ticket.id);
        let leave = || ask::<domain::people::LinkTickets>(&w.who("wang")).unwrap();
        let bind = |leave| w.desk.write(w.now, move |cx| tie(cx, &leave, a, b, Tie::Related));
        bind(leave()).unwrap();
        assert_eq!(bind(leave()).unwrap_err().code(), "link.already");
        for (id, other) in [(a, b), (b, a)] {
            let seen = w.desk.read(|tx| ties(tx, &w.who("yunfan"), &w.case(id))).unwrap();
            assert_eq!(seen.iter().map(|t| (t.tie, t.case.ticket.id)).collect::<Vec<_>>(), [(Tie::Related, other)]);
            assert_eq!(w.count(id, "ticket.linked"), 1);
        }
        let mut stranger = w.who("yunfan");
        stranger.account = Some(domain::kit::AccountId::from_raw(9));
        assert!(w.desk.read(|tx| ties(tx, &stranger, &w.case(a))).unwrap().is_empty());
        let free = leave();
        w.desk.write(w.now, move |cx| untie(cx, &free, b, a, Tie::Related)).unwrap();
        assert!(w.desk.read(|tx| ties(tx, &w.who("wang"), &w.case(a))).unwrap().is_empty());
    }
    fn a_merged_case_hands_its_promises_over_and_gets_them_back(db) {
        use crate::merge::{merge, unmerge};
        let mut w = World::new(db);
        let late = w.open("yunfan", "medium", "web_ticket", "ecs").ticket.id;
        w.act("wang", late, Command::Reply { asks: false }).unwrap();
        w.pass(60);
        let early = w.open("yunfan", "high", "web_ticket", "ecs").ticket.id;
        let due = w.case(early).next_due_at;
        w.pass(5);
        let leave = || ask::<domain::people::LinkTickets>(&w.who("wang")).unwrap();
        let now = w.now;
        let go = |into: TicketId| {
            let leave = leave();
            w.desk.write(now, move |cx| merge(cx, &leave, early, into))
        };
        assert_eq!(go(early).unwrap_err().code(), "link.itself");
        let merged = go(late).unwrap();
        assert_eq!((merged.case.ticket.stage, merged.case.ticket.merged_into, merged.case.next_due_at), (Stage::Closed, Some(late), None));
        assert_eq!(w.clocks(early), "first_response=cancelled");
        assert_eq!(merged.other.next_due_at, due, "earliest start, strictest target: the promise goes on with what it has used");
        assert_eq!(go(late).unwrap_err().code(), "ticket.already_closed");
        assert_eq!(w.act("yunfan", early, Command::Reopen { reason: "no".into() }).unwrap_err().code(), "ticket.merged");
        let seen = w.desk.read(|tx| crate::link::ties(tx, &w.who("yunfan"), &w.case(late))).unwrap();
        assert_eq!((seen.len(), seen[0].tie, seen[0].case.messages), (1, crate::link::Tie::MergedFrom, 1), "its thread is read by reference");
        let back = leave();
        let parted = w.desk.write(now + Span::minutes(1), move |cx| unmerge(cx, &back, early)).unwrap();
        assert_eq!((parted.case.ticket.stage, parted.case.ticket.merged_into, parted.case.next_due_at), (Stage::New, None, due));
        assert_eq!((w.clocks(early).as_str(), parted.other.next_due_at), ("first_response=cancelled first_response=running", None));
        for id in [early, late] {
            for c in w.desk.read(|tx| Ok(store::clock::list_of_ticket(tx, id, w.desk.shelves())?)).unwrap() {
                let events = w.desk.read(|tx| Ok(store::clock::list_events(tx, c.id, w.desk.shelves())?)).unwrap();
                assert_eq!(domain::promise::replay(&events, w.desk.shelves()), Some(c.clock), "a row is its events");
            }
        }
        let again = leave();
        assert_eq!(w.desk.write(now, move |cx| unmerge(cx, &again, early)).unwrap_err().code(), "merge.not_merged");
    }
    fn an_answer_in_the_meantime_keeps_the_promise_of_both(db) {
        use crate::merge::{merge, unmerge};
        let mut w = World::new(db);
        let (a, b) = (w.open("yunfan", "medium", "web_ticket", "ecs").ticket.id, w.open("yunfan", "high", "web_ticket", "ecs").ticket.id);
        let (due_of_b, leave) = (w.case(b).next_due_at, || ask::<domain::people::LinkTickets>(&w.who("wang")).unwrap());
        let l = leave();
        let merged = w.desk.write(w.now, move |cx| merge(cx, &l, b, a)).unwrap();
        assert!(merged.other.next_due_at <= due_of_b, "the stricter of the two stays");
        w.pass(1);
        w.act("wang", a, Command::Reply { asks: false }).unwrap();
        w.pass(10);
        let l = ask::<domain::people::LinkTickets>(&w.who("wang")).unwrap();
        let parted = w.desk.write(w.now, move |cx| unmerge(cx, &l, b)).unwrap();
        assert_eq!(parted.case.ticket.stage, Stage::New);
        assert_eq!((w.clocks(a).as_str(), w.clocks(b).as_str()), ("first_response=kept", "first_response=cancelled"));
    }
    fn a_message_becomes_a_case_of_whoever_wrote_it(db) {
        use crate::link::{Tie, ties};
        use crate::split::{Split, split};
        let w = World::new(db);
        let id = w.open("yunfan", "medium", "web_ticket", "ecs").ticket.id;
        w.act("yunfan", id, Command::Reply { asks: false }).unwrap();
        w.act("wang", id, Command::Note).unwrap();
        let messages = w.desk.read(|tx| Ok(store::message::list_of_ticket(tx, id, None, 10)?)).unwrap();
        let number = w.desk.next_number().unwrap();
        let go = |n: usize| {
            let leave = ask::<domain::people::LinkTickets>(&w.who("wang")).unwrap();
            let asked = Split { message: messages[n].id, subject: Some("the other thing".into()), severity: None, product: None };
            w.desk.write(w.now, move |cx| split(cx, &leave, number, id, &asked))
        };
        assert_eq!(go(2).unwrap_err().code(), "split.internal");
        let new = go(1).unwrap().case;
        assert_eq!((new.ticket.requester, new.words.subject.as_str()), (w.who("yunfan").person, "the other thing"));
        let first = w.desk.read(|tx| Ok(store::message::list_of_ticket(tx, new.ticket.id, None, 10)?)).unwrap().remove(0);
        assert_eq!((first.author, &first.body), (messages[1].author, &messages[1].body));
        let seen = |id: TicketId| w.desk.read(|tx| ties(tx, &w.who("yunfan"), &w.case(id))).unwrap().remove(0);
        assert_eq!((seen(id).tie, seen(new.ticket.id).tie), (Tie::SplitInto, Tie::SplitFrom));
        assert!(new.next_due_at.is_some() && new.ticket.handler.is_some());
    }
}
