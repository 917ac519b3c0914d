use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::segment::segment;
use super::*;

const US_PER_HOUR: i64 = 3_600_000_000;

fn ticket(key: u128, title: &str, body: &str) -> Doc {
    Doc {
        kind: DocKind::Ticket,
        key,
        ticket: Some(key),
        account: Some(1),
        internal: false,
        product: "ecs".to_owned(),
        language: "zh".to_owned(),
        stage: "open".to_owned(),
        title: title.to_owned(),
        body: body.to_owned(),
        at_us: i64::try_from(key).unwrap() * US_PER_HOUR,
        number: format!("YN-{}", 10_000 + key),
    }
}

fn holding(docs: &[Doc]) -> LocalSearch {
    let search = LocalSearch::in_memory().unwrap();
    search.put(docs).unwrap();
    search.commit(1).unwrap();
    search
}

/// What staff ask.
fn asking(text: &str) -> Query {
    Query { text: text.to_owned(), include_internal: true, limit: 20, ..Query::default() }
}

fn keys(search: &LocalSearch, query: &Query) -> Vec<u128> {
    search.find(query).unwrap().hits.iter().map(|hit| hit.key).collect()
}

fn found(search: &LocalSearch, text: &str) -> Vec<u128> {
    keys(search, &asking(text))
}

fn shown(hit: &Hit) -> String {
    hit.snippet.iter().map(|(text, matched)| if *matched { format!("[{text}]") } else { text.clone() }).collect()
}

/// An empty folder of this test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("yinuo-search-{name}-{}-{next}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn some_tickets() -> LocalSearch {
    holding(&[
        ticket(1, "弹性公网 IP 无法访问", "客户反馈云服务器网络不通，远程连接超时。"),
        ticket(2, "云数据库备份失败", "自动备份任务昨晚没有执行，请协助排查原因。"),
        ticket(3, "Cannot connect to my instance", "SSH times out after the security group was changed."),
        ticket(4, "API 报错", "调用接口返回 InvalidParameter.NotFound，实例 ECS-i-bp1abc，内网地址 10.0.3.17:8080。"),
        ticket(5, "账单疑问", "王小明咨询上个月的费用为什么比预估高。"),
    ])
}

// Words.

#[test]
fn a_chinese_word_finds_the_text_that_holds_it() {
    let search = some_tickets();
    assert_eq!(found(&search, "备份失败"), [2]);
    assert_eq!(found(&search, "云服务器"), [1]);
}

#[test]
fn one_and_two_chinese_characters_are_enough() {
    let search = some_tickets();
    assert_eq!(found(&search, "网"), [1, 4]);
    assert_eq!(found(&search, "公网"), [1]);
    assert_eq!(found(&search, "络不"), [1], "two characters that the dictionary tears apart");
}

#[test]
fn a_name_the_dictionary_does_not_know_is_found() {
    let search = holding(&[ticket(1, "钉钉通知失败", ""), ticket(2, "钉子", ""), ticket(3, "备份", "")]);
    assert_eq!(found(&search, "钉钉"), [1]);
    assert_eq!(found(&search, "钉钉 备份"), [3, 1], "beside other words as well");
    assert_eq!(found(&some_tickets(), "王小明"), [5]);
}

#[test]
fn english_words_are_found_whatever_their_case_or_number() {
    let search = some_tickets();
    assert_eq!(found(&search, "INSTANCES"), [3]);
    assert_eq!(found(&search, "ssh time"), [3]);
    assert!(found(&search, "nect").is_empty(), "English words are not found by their middle");
}

#[test]
fn a_mixed_question_prefers_the_text_that_holds_all_of_it() {
    let search = holding(&[ticket(1, "SSH 问题", "登录"), ticket(2, "其他", "SSH 连接超时"), ticket(3, "连接超时", "浏览器")]);
    let page = search.find(&asking("SSH 连接超时")).unwrap();
    assert_eq!(page.hits[0].key, 2);
    assert!(page.hits[0].score >= FULL_MATCH_SCORE);
    assert_eq!(page.hits.len(), 3);
    assert!(page.hits[1..].iter().all(|hit| hit.score < FULL_MATCH_SCORE));
}

#[test]
fn a_quotation_goes_before_the_same_words_scattered() {
    let search = holding(&[ticket(1, "", "group security of the changed"), ticket(2, "", "the security group of changed")]);
    assert_eq!(found(&search, "security group"), [2, 1]);
}

#[test]
fn the_title_weighs_more_than_the_body() {
    let search = holding(&[ticket(2, "其他 问题", "备份 失败"), ticket(1, "备份 失败", "其他 问题")]);
    assert_eq!(found(&search, "备份"), [1, 2]);
}

#[test]
fn equal_matches_are_shown_newest_first() {
    let search = holding(&[ticket(1, "退款", "同样"), ticket(3, "退款", "同样"), ticket(2, "退款", "同样")]);
    assert_eq!(found(&search, "退款"), [3, 2, 1]);
}

#[test]
fn width_and_case_do_not_matter() {
    let search = holding(&[ticket(1, "ＥＣＳ　实例", "端口８０８０ 被占用"), ticket(2, "Straße ПРИВЕТ", "Ünïcode")]);
    assert_eq!(found(&search, "ecs"), [1]);
    assert_eq!(found(&search, "8080"), [1]);
    assert_eq!(found(&search, "ｅｃｓ　８０８０"), [1]);
    assert_eq!(found(&search, "привет"), [2]);
    assert_eq!(found(&search, "ÜNÏCODE"), [2]);
}

#[test]
fn traditional_and_full_width_punctuation_only_separates() {
    let search = holding(&[ticket(1, "「網路」《異常》", "資料庫、伺服器……全部【逾時】！")]);
    for text in ["網路", "異常", "資料庫", "伺服器", "逾時", "『網路』", "資料庫，伺服器"] {
        assert_eq!(found(&search, text), [1], "{text}");
    }
}

#[test]
fn japanese_and_korean_texts_are_found_by_part() {
    let search = holding(&[ticket(1, "サーバーに接続できません", ""), ticket(2, "서버에 연결할 수 없습니다", "")]);
    assert_eq!(found(&search, "サーバー"), [1]);
    assert_eq!(found(&search, "接続"), [1]);
    assert_eq!(found(&search, "연결"), [2]);
}

#[test]
fn stop_words_do_not_count_unless_there_is_nothing_else() {
    let search = holding(&[ticket(1, "怎么退款", ""), ticket(2, "怎么登录", "the answer")]);
    assert_eq!(found(&search, "我怎么退款"), [1]);
    assert_eq!(found(&search, "怎么"), [2, 1]);
    assert_eq!(found(&search, "the"), [2]);
}

// Identifiers.

#[test]
fn identifiers_are_found_whole_and_by_part() {
    let search = some_tickets();
    for text in [
        "InvalidParameter.NotFound",
        "invalidparameter.notfound",
        "InvalidParameter",
        "NotFound",
        "notfound",
        "Parameter",
        "ECS-i-bp1abc",
        "i-bp1abc",
        "bp1abc",
        "10.0.3.17",
        "10.0.3",
        "10.0.3.17:8080",
        "8080",
    ] {
        assert_eq!(found(&search, text).first(), Some(&4), "{text}");
    }
    assert!(found(&search, "10.0.3.1").is_empty(), "an address is not found by the beginning of its last number");
}

#[test]
fn ticket_numbers_are_found_whole_and_by_digits() {
    let mut talk = ticket(9, "转单", "原工单 YN-10002 已经处理过，见 YN-10002 的说明");
    talk.kind = DocKind::Message;
    let search = some_tickets();
    search.put(&[talk]).unwrap();
    search.commit(2).unwrap();
    for text in ["YN-10002", "yn-10002", "ＹＮ－１０００２", "10002"] {
        assert_eq!(found(&search, text), [2, 9], "{text}: the ticket itself, then who speaks of it, and no other");
    }
    assert_eq!(found(&search, "YN 10002")[..2], [2, 9]);
}

#[test]
fn the_exact_identifier_goes_before_its_relatives() {
    let search =
        holding(&[ticket(1, "InvalidParameter.Format", "NotFound"), ticket(2, "报错", "一段很长的说明，里面提到 InvalidParameter.NotFound 一次")]);
    assert_eq!(found(&search, "InvalidParameter.NotFound"), [2, 1]);
}

// Synonyms.

#[test]
fn another_name_of_a_thing_finds_it_too() {
    let search = holding(&[ticket(1, "弹性公网 IP 不通", ""), ticket(2, "实例重启", ""), ticket(3, "EIP 不通", "")]);
    assert_eq!(found(&search, "EIP 不通"), [3, 1]);
    assert!(found(&search, "服务器").is_empty());
    let group = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    search.set_synonyms(&Synonyms { groups: vec![group(&["服务器", "实例"]), group(&["EIP", "弹性公网 IP"]), group(&["，"])] });
    assert_eq!(found(&search, "服务器重启"), [2]);
    let page = search.find(&asking("eip 不通")).unwrap();
    assert_eq!(page.hits.iter().map(|hit| hit.key).collect::<Vec<_>>(), [3, 1]);
    assert!(page.hits[1].score >= FULL_MATCH_SCORE, "the other name answers as fully");
    assert_eq!(found(&search, "弹性公网IP"), [1, 3]);
}

// Who may see what.

#[test]
fn an_account_never_sees_another_ones_documents() {
    let mut theirs = ticket(2, "机密 合同", "机密");
    theirs.account = Some(2);
    let mut nobodys = ticket(3, "机密", "");
    nobodys.account = None;
    let search = holding(&[ticket(1, "机密", "我的"), theirs, nobodys]);
    let mine = |accounts: &[u128], text: &str| keys(&search, &Query { accounts: Some(accounts.to_vec()), include_internal: false, ..asking(text) });
    assert_eq!(mine(&[1], "机密"), [1]);
    assert_eq!(mine(&[1], "合同"), [0u128; 0]);
    assert_eq!(mine(&[1], "YN-10002"), [0u128; 0]);
    assert_eq!(mine(&[1], ""), [1]);
    assert_eq!(mine(&[2], "机密"), [2]);
    assert_eq!(mine(&[1, 2], ""), [2, 1]);
    assert_eq!(mine(&[], ""), [0u128; 0]);
    assert_eq!(mine(&[7], "机密"), [0u128; 0]);
    assert_eq!(found(&search, "").len(), 3, "staff see all");
}

#[test]
fn customers_never_see_internal_notes() {
    let mut note = ticket(2, "内部备注", "客户 备份 有误");
    note.internal = true;
    let search = holding(&[ticket(1, "备份", "公开"), note]);
    let customer = |text: &str| keys(&search, &Query { accounts: Some(vec![1]), include_internal: false, ..asking(text) });
    assert_eq!(customer("备份"), [1]);
    assert_eq!(customer("内部备注"), [0u128; 0]);
    assert_eq!(customer(""), [1]);
    assert_eq!(found(&search, "内部备注"), [2]);
}

#[test]
fn filters_hold_together() {
    let mut message = ticket(2, "备份", "");
    message.kind = DocKind::Message;
    let mut closed = ticket(3, "备份", "");
    closed.stage = "closed".to_owned();
    let mut database = ticket(4, "备份", "");
    database.product = "RDS".to_owned();
    let search = holding(&[ticket(1, "备份", ""), message, closed, database]);
    let ask = |change: fn(&mut Query)| {
        let mut query = asking("备份");
        change(&mut query);
        keys(&search, &query)
    };
    assert_eq!(ask(|q| q.kinds = vec![DocKind::Message]), [2]);
    assert_eq!(ask(|q| q.kinds = vec![DocKind::Ticket, DocKind::Message]), [4, 3, 2, 1]);
    assert_eq!(ask(|q| q.kinds = DocKind::ALL.to_vec()), [4, 3, 2, 1]);
    assert_eq!(ask(|q| q.stage = Some("closed".to_owned())), [3]);
    assert_eq!(ask(|q| q.product = Some("rds".to_owned())), [4]);
    assert_eq!(ask(|q| (q.from_us, q.to_us) = (Some(2 * US_PER_HOUR), Some(4 * US_PER_HOUR))), [3, 2], "from is inclusive, to is not");
    assert_eq!(ask(|q| (q.product, q.stage) = (Some("rds".to_owned()), Some("closed".to_owned()))), [0u128; 0]);
}

// Feeding.

#[test]
fn putting_again_replaces() {
    let search = some_tickets();
    search.put(&[ticket(2, "已改名", "新内容"), ticket(2, "再改名", "更新内容")]).unwrap();
    assert_eq!(found(&search, "备份"), [2], "not before the commit");
    search.commit(2).unwrap();
    assert!(found(&search, "备份").is_empty());
    assert!(found(&search, "已改名").iter().all(|key| *key == 2));
    assert_eq!(search.find(&asking("再改名")).unwrap().hits[0].title, "再改名");
    assert_eq!(search.doc_count(), 5);
}

#[test]
fn the_same_key_of_another_kind_is_another_document() {
    let mut person = ticket(1, "王小明", "");
    person.kind = DocKind::Person;
    let search = holding(&[ticket(1, "备份", ""), person]);
    assert_eq!(search.doc_count(), 2);
    search.delete(&[(DocKind::Person, 1)]).unwrap();
    search.commit(2).unwrap();
    assert_eq!(found(&search, "备份"), [1]);
    assert!(found(&search, "王小明").is_empty());
}

#[test]
fn what_is_deleted_is_not_found() {
    let search = some_tickets();
    search.delete(&[(DocKind::Ticket, 2), (DocKind::Ticket, 99)]).unwrap();
    search.commit(2).unwrap();
    assert!(found(&search, "备份").is_empty());
    assert_eq!(search.doc_count(), 4);
}

#[test]
fn clearing_leaves_nothing_and_begins_at_zero() {
    let search = some_tickets();
    search.clear().unwrap();
    assert_eq!((search.doc_count(), search.position()), (0, 0));
    search.put(&[ticket(1, "备份", "")]).unwrap();
    search.commit(7).unwrap();
    assert_eq!((found(&search, "备份"), search.position()), (vec![1], 7));
}

#[test]
fn reopening_keeps_documents_and_position() {
    let folder = Folder::new("reopen");
    let search = LocalSearch::open(&folder.0).unwrap();
    assert_eq!(search.position(), 0);
    search.put(&[ticket(1, "备份", "")]).unwrap();
    search.commit(42).unwrap();
    search.put(&[ticket(2, "备份", "")]).unwrap();
    drop(search);
    let search = LocalSearch::open(&folder.0).unwrap();
    assert_eq!((search.position(), search.doc_count()), (42, 1), "what was not committed is read from the log again");
    search.commit(50).unwrap();
    drop(search);
    assert_eq!(LocalSearch::open(&folder.0).unwrap().position(), 50, "a silent stretch of the log is kept as well");
}

#[test]
fn resting_loses_nothing() {
    let folder = Folder::new("rest");
    let search = LocalSearch::open(&folder.0).unwrap();
    search.put(&[ticket(1, "备份", "")]).unwrap();
    search.rest().unwrap();
    search.commit(1).unwrap();
    search.rest().unwrap();
    for position in 2..100 {
        search.commit(position).unwrap();
    }
    search.put(&[ticket(2, "备份", "")]).unwrap();
    search.commit(100).unwrap();
    assert_eq!((found(&search, "备份"), search.position()), (vec![2, 1], 100));
}

#[test]
fn a_damaged_index_is_wiped_and_begins_at_zero() {
    for damage in [damage_meta, damage_segments, lose_segments, change_shape] {
        let folder = Folder::new("damage");
        let stranger = folder.0.join("keep.txt");
        std::fs::write(&stranger, "not ours").unwrap();
        let search = LocalSearch::open(&folder.0).unwrap();
        search.put(&[ticket(1, "备份", "")]).unwrap();
        search.commit(42).unwrap();
        drop(search);
        damage(&folder.0.join("index"));
        let search = LocalSearch::open(&folder.0).unwrap();
        assert_eq!((search.position(), search.doc_count()), (0, 0));
        search.put(&[ticket(1, "备份", "")]).unwrap();
        search.commit(43).unwrap();
        assert_eq!(found(&search, "备份"), [1]);
        assert!(stranger.exists(), "only our own folder is wiped");
    }
}

fn segment_files(index: &std::path::Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(index).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|ending| ["term", "idx", "store", "fast", "pos"].iter().any(|e| ending == *e))).collect()
}

fn damage_meta(index: &std::path::Path) {
    std::fs::write(index.join("meta.json"), "{ not json").unwrap();
}

fn damage_segments(index: &std::path::Path) {
    for path in segment_files(index) {
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[0] ^= 0xFF;
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, bytes).unwrap();
    }
}

fn lose_segments(index: &std::path::Path) {
    for path in segment_files(index) {
        std::fs::remove_file(path).unwrap();
    }
}

fn change_shape(index: &std::path::Path) {
    let meta = std::fs::read_to_string(index.join("meta.json")).unwrap();
    let other = meta.replace(r#""payload": "2 42""#, r#""payload": "1 42""#);
    assert_ne!(other, meta, "the payload is not where this test looks for it");
    std::fs::write(index.join("meta.json"), other).unwrap();
}

#[test]
fn two_writers_in_one_folder_are_refused_not_mixed() {
    let folder = Folder::new("busy");
    let first = LocalSearch::open(&folder.0).unwrap();
    first.put(&[ticket(1, "备份", "")]).unwrap();
    let second = LocalSearch::open(&folder.0).unwrap();
    assert_eq!(second.put(&[ticket(2, "备份", "")]).unwrap_err().code(), "search.busy");
    assert_eq!(second.commit(5).unwrap_err().code(), "search.lost", "the position must not pass over what was refused");
    assert_eq!(second.position(), 0);
    first.commit(1).unwrap();
    drop(first);
    second.put(&[ticket(2, "备份", "")]).unwrap();
    second.commit(5).unwrap();
    assert_eq!((found(&second, "备份"), second.position()), (vec![2, 1], 5));
}

// Pages.

fn walk(search: &LocalSearch, mut query: Query) -> Vec<u128> {
    let mut all = Vec::new();
    loop {
        let page = search.find(&query).unwrap();
        assert!(page.hits.len() <= query.limit);
        all.extend(page.hits.iter().map(|hit| hit.key));
        let Some(next) = page.next else { return all };
        assert_eq!(page.hits.len(), query.limit, "only the last page may be short");
        query.after = Some(next.to_string().parse().unwrap());
    }
}

#[test]
fn pages_neither_repeat_nor_lose_a_hit() {
    let search = LocalSearch::in_memory().unwrap();
    for key in 0..120u128 {
        let mut doc = ticket(key, if key % 3 == 0 { "备份 失败" } else { "备份" }, if key % 5 == 0 { "数据库 超时 备份" } else { "其他 问题" });
        doc.at_us = i64::try_from(key / 4).unwrap() - 10;
        search.put(&[doc]).unwrap();
        if key % 17 == 0 {
            search.commit(1).unwrap();
        }
    }
    search.delete(&[(DocKind::Ticket, 50)]).unwrap();
    search.commit(2).unwrap();
    for text in ["备份 失败 数据库", "备份", "", "yn"] {
        let at_once = keys(&search, &Query { limit: 200, ..asking(text) });
        assert_eq!(at_once.len(), 119, "{text}");
        for (limit, gated) in [(7, false), (7, true), (1, false), (40, true)] {
            let query = Query { limit, accounts: gated.then(|| vec![1]), include_internal: !gated, ..asking(text) };
            let all = walk(&search, query);
            let mut once = all.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), 119, "{text} by {limit}");
            assert_eq!(all, at_once, "{text} by {limit}");
        }
    }
}

/// Many alike in several segments, of two accounts, with something rare among the oldest; looked through with hardly any work allowed.
fn crowd() -> LocalSearch {
    let search = LocalSearch::in_a_hurry(150);
    for key in 0..600u128 {
        let body = match key {
            3 => "数据库 超时 incident-4711",
            _ if key % 3 == 0 => "数据库 超时",
            _ => "其他 问题",
        };
        let mut doc = ticket(key, "备份 失败", body);
        doc.account = Some(key % 2);
        // Put in another order than it happened, and several at a time.
        doc.at_us = i64::try_from((key * 7 % 600) / 3).unwrap() * US_PER_HOUR;
        search.put(&[doc]).unwrap();
        if key % 70 == 0 {
            search.commit(1).unwrap();
        }
    }
    search.commit(2).unwrap();
    search
}

/// All pages; short ones are allowed.
fn walk_on(search: &LocalSearch, mut query: Query) -> (Vec<u128>, bool) {
    let (mut all, mut bounded) = (Vec::new(), false);
    for _ in 0..2_000 {
        let page = search.find(&query).unwrap();
        all.extend(page.hits.iter().map(|hit| hit.key));
        bounded |= page.bounded;
        let Some(next) = page.next else { return (all, bounded) };
        query.after = Some(next.to_string().parse().unwrap());
    }
    panic!("the pages never end");
}

#[test]
fn pages_through_more_than_is_weighed_at_once_neither_repeat_nor_lose_a_hit() {
    let search = crowd();
    for (text, count) in [("备份 失败", 600), ("备份 数据库", 600), ("数据库", 200), ("incident-4711 备份", 600), ("", 600)] {
        for limit in [9, 1, 200] {
            let (all, bounded) = walk_on(&search, Query { limit, ..asking(text) });
            let once: std::collections::BTreeSet<u128> = all.iter().copied().collect();
            assert_eq!((all.len(), once.len()), (count, count), "{text:?} by {limit}");
            assert_eq!(bounded, !text.is_empty(), "{text:?} by {limit}");
        }
    }
}

#[test]
fn of_too_many_matches_the_newest_come_first_and_the_answer_says_so() {
    let search = crowd();
    let page = search.find(&asking("备份")).unwrap();
    assert!(page.bounded && page.next.is_some());
    let newest = keys(&search, &asking(""));
    assert_eq!(page.hits.iter().map(|hit| hit.key).collect::<Vec<_>>(), newest);
    assert!(!some_tickets().find(&asking("网络")).unwrap().bounded);
}

#[test]
fn something_rare_is_found_first_among_however_many() {
    let search = crowd();
    for text in ["incident-4711", "YN-10003", "incident-4711 备份", "YN-10003 数据库 不存在的词"] {
        assert_eq!(found(&search, text)[0], 3, "{text}");
    }
}

#[test]
fn however_many_there_are_an_account_sees_its_own_only() {
    let search = crowd();
    for text in ["备份", "备份 数据库", "incident-4711 备份", ""] {
        let (all, _) = walk_on(&search, Query { accounts: Some(vec![0]), include_internal: false, limit: 20, ..asking(text) });
        assert_eq!(all.len(), 300, "{text:?}");
        assert!(all.iter().all(|key| key % 2 == 0), "{text:?}");
    }
}

#[test]
fn a_stretch_of_time_holds_for_every_layer() {
    let search = crowd();
    let (from, to) = (20 * US_PER_HOUR, 120 * US_PER_HOUR);
    for text in ["备份", "备份 数据库", ""] {
        let (all, _) = walk_on(&search, Query { from_us: Some(from), to_us: Some(to), limit: 20, ..asking(text) });
        assert_eq!(all.len(), 300, "{text:?}");
    }
}

#[test]
fn no_question_shows_everything_newest_first() {
    let search = some_tickets();
    assert_eq!(found(&search, ""), [5, 4, 3, 2, 1]);
    assert_eq!(found(&search, " ?!，。 "), [5, 4, 3, 2, 1]);
    assert_eq!(search.find(&asking("")).unwrap().hits[0].score, 0.0);
}

#[test]
fn a_cursor_survives_being_written_and_read() {
    let seen = |score, at_us, kind, key| Some((-7, Rank { score, at_us, kind, key }));
    for cursor in [
        Cursor { pass: Pass::Everything, before_us: i64::MAX, seen: seen(1012.25, -5, DocKind::Person, u128::MAX) },
        Cursor { pass: Pass::Something, before_us: -1, seen: seen(0.0, i64::MAX, DocKind::Ticket, 0) },
        Cursor { pass: Pass::Telling, before_us: i64::MIN, seen: None },
    ] {
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
    for text in ["", "x", "0.0.9.0", "0.0.0", "0.0.0.0.0", "7fc00000.0.0.0", "3.0", "0.0.0.0.0.9.0", "0.0.0.7fc00000.0.0.0"] {
        assert_eq!(text.parse::<Cursor>(), Err(NotACursor), "{text}");
    }
}

// Answers.

#[test]
fn a_snippet_is_cut_around_the_first_match_and_marks_it() {
    let long = format!("{}云服务器网络不通，请检查安全组。{}", "前面的话。".repeat(40), "后面的话。".repeat(80));
    let search = holding(&[ticket(1, "标题", &long)]);
    let page = search.find(&asking("安全组")).unwrap();
    let snippet = shown(&page.hits[0]);
    assert!(snippet.starts_with('…') && snippet.ends_with('…'), "{snippet}");
    assert!(snippet.contains("请检查[安全组]。"), "{snippet}");
    assert!(snippet.chars().count() < 140);
}

#[test]
fn a_snippet_is_text_and_never_markup() {
    let search = holding(&[ticket(1, "标题", "<b>备份</b>\n\n  <script>alert(1)</script>")]);
    let page = search.find(&asking("备份")).unwrap();
    let pieces: Vec<(&str, bool)> = page.hits[0].snippet.iter().map(|(text, matched)| (text.as_str(), *matched)).collect();
    assert_eq!(pieces, [("<b>", false), ("备份", true), ("</b> <script>alert(1)</script>", false)]);
}

#[test]
fn a_snippet_never_tears_a_character() {
    let family = "👨‍👩‍👧‍👦";
    for fill in 0..40 {
        let body = format!("{}{}e\u{301}备份{}", "é".repeat(fill), family.repeat(12), family.repeat(60));
        let search = holding(&[ticket(1, "标题", &body)]);
        let snippet = shown(&search.find(&asking("备份")).unwrap().hits[0]);
        assert!(snippet.contains("[备份]"), "{snippet}");
        let inner = snippet.trim_matches('…');
        assert!(!inner.starts_with(['\u{200D}', '\u{301}']) && !inner.ends_with('\u{200D}'), "{snippet}");
    }
}

#[test]
fn a_hit_in_the_title_shows_the_beginning_of_the_body() {
    let search = some_tickets();
    assert_eq!(shown(&search.find(&asking("账单")).unwrap().hits[0]), "王小明咨询上个月的费用为什么比预估高。");
    assert!(holding(&[ticket(1, "备份", "")]).find(&asking("备份")).unwrap().hits[0].snippet.is_empty());
}

#[test]
fn english_marks_do_not_reach_into_other_words() {
    let search = holding(&[ticket(1, "x", "shipping the IP address: 10.0.3.17")]);
    assert_eq!(shown(&search.find(&asking("ip")).unwrap().hits[0]), "shipping the [IP] address: 10.0.3.17");
    assert_eq!(shown(&search.find(&asking("10.0.3.17")).unwrap().hits[0]), "shipping the IP address: [10.0.3.17]");
}

#[test]
fn no_question_can_hurt() {
    let search = some_tickets();
    let questions = [
        "\"",
        "(",
        "AND OR NOT",
        "title:备份",
        "*",
        "\\",
        "a:b:c^2~",
        "[1 TO 2]",
        "\0",
        "\u{FEFF}",
        "🦀",
        "----",
        ".",
        "a.",
        "-a",
        "é\u{301}",
        "İ",
        "ﬀ",
        "１．２",
        "是",
        "的的的的",
        "--------a--------b",
        "A.B-C_D",
        "𠀀𠀁",
    ];
    for text in questions {
        search.find(&asking(text)).unwrap();
    }
    search.find(&asking(&"备份失败 InvalidParameter.NotFound ".repeat(3000))).unwrap();
    search.find(&asking(&"A1b2C3".repeat(3000))).unwrap();
    search.find(&Query { limit: 0, ..asking("备份") }).unwrap();
    search.find(&Query { limit: usize::MAX, ..asking("备份") }).unwrap();
}

#[test]
fn long_and_strange_bodies_are_taken() {
    let search = holding(&[
        ticket(1, "备份", &"中文x".repeat(BODY_BYTES_MAX / 4)),
        ticket(2, "备份", &"Zm9v".repeat(50_000)),
        ticket(3, "备份", &"a.b-".repeat(20_000)),
        ticket(4, "备份", ""),
    ]);
    assert_eq!(found(&search, "备份").len(), 4);
}

// The segmenter.

/// Changing how text is cut makes old indexes answer wrongly. When this test fails on purpose, raise `SHAPE` in `index.rs` and write the new
/// pieces here.
#[test]
fn a_change_of_the_segmenter_is_noticed() {
    let pieces: Vec<String> = segment("ＥＩＰ弹性公网故障 InvalidParameter.NotFound YN-10023 サーバ instances")
        .iter()
        .map(|piece| format!("{}:{}+{}", piece.text, piece.at, piece.span))
        .collect();
    let expected = "eip:0+1 弹:1+1 弹性:1+2 性:2+1 公:3+1 公网:3+2 网:4+1 故:5+1 故障:5+2 障:6+1 invalid:7+1 invalidparameter:7+2 \
        invalidparameter.notfound:7+4 parameter:8+1 not:9+1 notfound:9+2 found:10+1 yn:11+1 yn-10023:11+2 10023:12+1 サ:13+1 サー:13+2 ー:14+1 ーバ:14+2 \
        バ:15+1 instances:16+1 instance:16+1";
    assert_eq!(pieces.join(" "), expected);
}
