use crate::world::{World, code, flaws, leave};
use desk::Fault;
use desk::guide::{Author, GuideIn, Match, create, drop_one, edit, get, list, matching, rate};
use domain::guide::{Sort, Standing};
use domain::kit::GuideId;
use domain::people::{KeepGuide, RateGuide, ReadGuide, ask};
use store::guide::{Guide, Texts};
use store::person::Person;
use store::store_test;

fn author(p: &Person) -> Author {
    Author { draft: leave(p), keep: ask::<KeepGuide>(&desk::access::actor_of(p)) }
}
fn texts(zh: &str, en: &str) -> Texts {
    [("zh-CN", zh), ("en", en)].map(|(tag, t)| (tag.to_string(), t.to_string())).into()
}
fn page(sort: Sort, product: &str, symptoms: &[&str]) -> GuideIn {
    GuideIn {
        sort,
        product: product.into(),
        symptoms: symptoms.iter().map(|s| s.to_string()).collect(),
        titles: texts("无法连接", "It cannot be reached"),
        bodies: texts("先看安全组。\n\n- 端口 22 是否放行。", "Look at the security group.\n\n- Is port 22 open?"),
        standing: Standing::Published,
    }
}
fn put(w: &World, by: &Person, new: GuideIn) -> Result<Guide, Fault> {
    let a = author(by);
    w.write(move |cx| create(cx, &a, &new))
}
fn change(w: &World, by: &Person, g: &Guide, with: impl Fn(&mut GuideIn)) -> Result<Guide, Fault> {
    let mut new = GuideIn {
        sort: g.sort,
        product: g.product.clone(),
        symptoms: g.symptoms.clone(),
        titles: g.titles.clone(),
        bodies: g.bodies.clone(),
        standing: g.standing,
    };
    with(&mut new);
    let (a, id, version) = (author(by), g.id, g.version);
    w.write(move |cx| edit(cx, &a, id, version, &new))
}
fn ask_for(w: &World, product: &str, question: &str) -> Vec<Match> {
    w.read(|tx| matching(tx, &leave::<ReadGuide>(&w.contact), product, question)).unwrap()
}
fn ids(found: &[Match]) -> Vec<GuideId> {
    found.iter().map(|m| m.guide.id).collect()
}

store_test! {
    fn a_guide_is_found_by_its_words_in_both_languages_and_by_its_product(db) {
        let w = World::new(db);
        let ssh = put(&w, &w.chief, page(Sort::Guide, "ecs", &["SSH 连不上", "connection timed out"])).unwrap();
        let full = GuideIn { titles: texts("磁盘已满", "The disk is full"), bodies: texts("清理日志。", "Empty the logs."), ..page(Sort::Guide, "", &["No space left on device"]) };
        let full = put(&w, &w.chief, full).unwrap();
        assert_eq!(ids(&ask_for(&w, "ecs", "我的服务器 ssh 连不上了")), [ssh.id]);
        assert_eq!(ids(&ask_for(&w, "ecs", "Connections keep timing out: connection timed out")), [ssh.id]);
        assert_eq!(ids(&ask_for(&w, "", "磁盘满了怎么办")), [full.id]);
        assert_eq!(ids(&ask_for(&w, "rds", "no space left, ssh connection timed out")), [full.id], "that of another product is left out");
        assert_eq!(ids(&ask_for(&w, "ecs", "")), [ssh.id], "nothing asked: the product's own");
        assert!(ask_for(&w, "", "").is_empty() && ask_for(&w, "oss", "invoice address").is_empty());
        let found = ask_for(&w, "ecs", "port 22 ssh");
        assert_eq!((found[0].excerpt["en"].as_str(), found[0].excerpt["zh-CN"].as_str()), ("Is port 22 open?", "端口 22 是否放行。"));
        assert!((1..=100).contains(&found[0].score));
    }
    fn a_known_trouble_of_the_product_is_told_first_whatever_is_asked_until_it_ends(db) {
        let w = World::new(db);
        let guide = put(&w, &w.chief, page(Sort::Guide, "ecs", &["ssh"])).unwrap();
        let trouble = put(&w, &w.chief, GuideIn { titles: texts("华东维护", "Works in the east"), ..page(Sort::Trouble, "ecs", &[]) }).unwrap();
        assert_eq!(ids(&ask_for(&w, "ecs", "ssh")), [trouble.id, guide.id]);
        assert_eq!(ids(&ask_for(&w, "ecs", "invoice")), [trouble.id]);
        assert_eq!(ids(&ask_for(&w, "", "")), [trouble.id], "of every product where none is asked about");
        assert!(ask_for(&w, "rds", "invoice").is_empty());
        let ended = change(&w, &w.chief, &trouble, |g| g.standing = Standing::Ended).unwrap();
        assert_eq!((ended.ended_at, ended.since), (Some(w.now), Some(w.now)));
        assert_eq!(ids(&ask_for(&w, "ecs", "ssh")), [guide.id]);
        assert_eq!(w.last_lines(1), ["guide.ended"]);
    }
    fn who_may_draft_publishes_nothing_and_touches_nothing_that_is_published(db) {
        let w = World::new(db);
        let draft = GuideIn { standing: Standing::Draft, ..page(Sort::Guide, "ecs", &["ssh"]) };
        assert_eq!(code(put(&w, &w.engineer, page(Sort::Guide, "ecs", &[]))), "forbidden");
        let mine = put(&w, &w.engineer, draft).unwrap();
        assert!(ask_for(&w, "ecs", "ssh").is_empty(), "a draft helps nobody");
        assert_eq!(code(w.read(|tx| get(tx, &leave::<ReadGuide>(&w.contact), mine.id))), "not_found");
        assert!(w.read(|tx| get(tx, &leave::<ReadGuide>(&w.engineer), mine.id)).is_ok());
        let mine = change(&w, &w.engineer, &mine, |g| g.product = "rds".into()).unwrap();
        assert_eq!((mine.product.as_str(), mine.version), ("rds", 2));
        assert_eq!(code(change(&w, &w.engineer, &mine, |g| g.standing = Standing::Published)), "forbidden");
        let published = change(&w, &w.chief, &mine, |g| g.standing = Standing::Published).unwrap();
        assert_eq!(code(change(&w, &w.engineer, &published, |g| g.product = String::new())), "forbidden");
        assert_eq!(code(change(&w, &w.chief, &mine, |_| {})), "stale");
        let (a, keeper, id) = (author(&w.engineer), author(&w.chief), published.id);
        assert_eq!(code(w.write(move |cx| drop_one(cx, &a, id))), "forbidden");
        assert_eq!(ids(&ask_for(&w, "rds", "ssh")), [id]);
        w.write(move |cx| drop_one(cx, &keeper, id)).unwrap();
        assert!(ask_for(&w, "rds", "ssh").is_empty());
    }
    fn it_helped_once_a_person_who_may_think_again(db) {
        let w = World::new(db);
        let id = put(&w, &w.chief, page(Sort::Guide, "ecs", &["ssh"])).unwrap().id;
        let say = |by: &Person, helped: bool| {
            let l = leave::<RateGuide>(by);
            w.write(move |cx| rate(cx, &l, id, helped)).unwrap();
            let g = w.read(|tx| get(tx, &leave::<ReadGuide>(&w.engineer), id)).unwrap();
            (g.helped_yes, g.helped_no)
        };
        assert_eq!(say(&w.contact, true), (1, 0));
        assert_eq!(say(&w.contact, true), (1, 0));
        assert_eq!(say(&w.colleague, true), (2, 0));
        assert_eq!(say(&w.contact, false), (1, 1));
        assert_eq!(w.last_lines(1), ["guide.rated"]);
        let l = leave::<RateGuide>(&w.contact);
        assert_eq!(code(w.write(move |cx| rate(cx, &l, GuideId::from_raw(7), true))), "not_found");
    }
    fn lists_come_page_by_page_and_every_flaw_is_named(db) {
        let w = World::new(db);
        let all: Vec<GuideId> = (0..5).map(|n| {
            let sort = if n % 2 == 0 { Sort::Guide } else { Sort::Trouble };
            let standing = if n < 3 { Standing::Draft } else { Standing::Published };
            put(&w, &w.chief, GuideIn { standing, ..page(sort, "ecs", &[]) }).unwrap().id
        }).collect();
        let seen = |standing, sort, before, limit| {
            let page = w.read(|tx| list(tx, &leave(&w.engineer), standing, sort, before, limit)).unwrap();
            page.iter().map(|g| all.iter().position(|id| *id == g.id).unwrap()).collect::<Vec<_>>()
        };
        let newest: Vec<usize> = { let mut order: Vec<usize> = (0..5).collect(); order.sort_by_key(|n| std::cmp::Reverse(all[*n])); order };
        assert_eq!(seen(None, None, None, 2), newest[..2]);
        assert_eq!(seen(None, None, Some(all[newest[1]]), 200), newest[2..]);
        assert_eq!(seen(Some(Standing::Draft), None, None, 200), newest.iter().copied().filter(|n| *n < 3).collect::<Vec<_>>());
        assert_eq!(seen(None, Some(Sort::Trouble), None, 200), newest.iter().copied().filter(|n| n % 2 == 1).collect::<Vec<_>>());
        assert_eq!(seen(Some(Standing::Draft), Some(Sort::Trouble), None, 200), [1]);
        let bad = GuideIn { titles: [("en".to_string(), "Title".to_string()), ("中文".into(), " ".into())].into(), symptoms: vec![String::new()], ..page(Sort::Guide, "ecs", &[]) };
        let found: Vec<String> = flaws(put(&w, &w.chief, bad)).into_iter().map(|(field, code)| format!("{field} {code}")).collect();
        for wanted in ["symptoms[0] missing", "titles.中文 not_a_language", "titles.中文 missing", "bodies.中文 missing", "titles.zh-CN missing"] {
            assert!(found.iter().any(|f| f == wanted), "{wanted}: {found:?}");
        }
    }
}
