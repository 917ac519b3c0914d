//! What a question costs in an index of some size. Texts are made from a seed, so two runs index the same.
//!
//! `cargo run --release -p store --example search_bench [tickets …]` (default 20000 1000000)
//!
//! With a folder in `SEARCH_BENCH_DIR` the indexes stay there and are only asked the next time.
//!
//! The texts are over a vocabulary as large and as uneven as people's; how questions fare that find a tenth of everything, `make bench` measures.

use std::fmt::Write as _;
use std::time::Instant;

use store::search::{Doc, DocKind, LocalSearch, Query, Search, SearchError};

const PRODUCTS: &[&str] = &["ecs", "rds", "oss", "slb", "redis", "ack", "cdn", "vpc", "polardb", "kafka"];
const STAGES: &[&str] = &["closed", "new", "active", "waiting_customer", "resolved"];
const ACCOUNTS: u64 = 200;
const YEAR_US: f64 = 365.0 * 86_400e6;

struct Seed(u64);

impl Seed {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

/// Words as uneven as people's: the n-th is met 1/n as often as the first.
struct Vocabulary(Vec<String>);

impl Vocabulary {
    /// Two of three are Chinese, of the segmenter's dictionary; the others look English.
    fn new(words: usize) -> Vocabulary {
        let jieba = jieba_rs::Jieba::new();
        let mut seed = Seed(88_172_645_463_325_252);
        let mut known = std::collections::HashSet::new();
        let syllables = ["con", "re", "ta", "ser", "ver", "li", "mo", "ne", "port", "da", "tion", "ex", "pi", "lo", "gu", "st"];
        while known.len() < words {
            let english = known.len().is_multiple_of(3);
            let word: String = if english {
                (0..2 + seed.below(2)).map(|_| seed.pick(&syllables)).collect()
            } else {
                (0..2).filter_map(|_| char::from_u32(0x4E00 + seed.below(0x5000) as u32)).collect()
            };
            if english || jieba.has_word(&word) {
                known.insert(word);
            }
        }
        let mut all: Vec<String> = known.into_iter().collect();
        all.sort();
        for i in (1..all.len()).rev() {
            all.swap(i, seed.below(i as u64 + 1) as usize);
        }
        Vocabulary(all)
    }
    fn any<'a>(&'a self, seed: &mut Seed) -> &'a str {
        let share = seed.below(1 << 32) as f64 / (1u64 << 32) as f64;
        let rank = (self.0.len() as f64).powf(share) as usize;
        &self.0[rank.min(self.0.len() - 1)]
    }
}
fn text(seed: &mut Seed, words: &Vocabulary, length: u64) -> String {
    (0..length + seed.below(length)).fold(String::new(), |mut text, n| {
        let _ = write!(text, "{}{}", words.any(seed), if n % 7 == 6 { "，" } else { " " });
        text
    })
}

/// A ticket and its messages. Half are of a year, the others of the last day.
fn documents(seed: &mut Seed, words: &Vocabulary, i: u64, of: u64) -> Vec<Doc> {
    let share = i as f64 / of as f64;
    let back = if share < 0.5 { YEAR_US * (0.5 - share) / 0.5 + 2.0 * 86_400e6 } else { 86_400e6 * (1.0 - share) / 0.5 };
    let at_us = 1_760_000_000_000_000 - back as i64;
    let product = seed.pick(PRODUCTS);
    let number = 10_001 + i;
    let title = text(seed, words, 5);
    let doc = |kind, key: u64, title: String, body: String, stage: &str, at_us: i64| Doc {
        kind,
        key: u128::from(key),
        ticket: Some(u128::from(i)),
        account: Some(u128::from(i / 250 % ACCOUNTS)),
        internal: kind == DocKind::Message && key.is_multiple_of(11),
        product: product.to_owned(),
        language: "zh-CN".to_owned(),
        stage: stage.to_owned(),
        title,
        body,
        at_us,
        number: format!("YN-{number}"),
    };
    let body = format!("{}\ni-{:08x}\n{product}", text(seed, words, 40), seed.below(1 << 32));
    let stage = if share < 0.5 { STAGES[0] } else { STAGES[1 + (i % 4) as usize] };
    let mut all = vec![doc(DocKind::Ticket, i, title, body, stage, at_us)];
    let messages = if share < 0.5 { 2 } else { i % 2 };
    for m in 0..messages {
        all.push(doc(DocKind::Message, i * 4 + m, String::new(), text(seed, words, 25), "", at_us + 300_000_000 * (m as i64 + 1)));
    }
    all
}

/// CPU of this thread so far, milliseconds.
fn cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or_default() / 1e6
}

fn own_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("RssAnon")).unwrap_or("unknown").replace('\t', " ")
}

fn folder_mb(path: &std::path::Path) -> u64 {
    fn bytes(path: &std::path::Path) -> u64 {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| if entry.path().is_dir() { bytes(&entry.path()) } else { entry.metadata().map_or(0, |meta| meta.len()) }).sum()
    }
    bytes(path) >> 20
}

/// CPU of one search over all questions, and of the dearest.
fn ask_all(search: &LocalSearch, shape: &Query, questions: &[String]) -> Result<String, SearchError> {
    const ROUNDS: usize = 100;
    let mut each = Vec::new();
    for question in questions {
        let query = Query { text: question.clone(), ..shape.clone() };
        let hits = search.find(&query)?.hits.len();
        let before = cpu_ms();
        for _ in 0..ROUNDS {
            search.find(&query)?;
        }
        each.push(((cpu_ms() - before) / ROUNDS as f64, question, hits));
    }
    if std::env::var_os("SEARCH_BENCH_EACH").is_some() {
        each.iter().for_each(|(ms, question, hits)| println!("    {ms:6.3} {question:?} ({hits})"));
    }
    each.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mean = each.iter().map(|(ms, ..)| ms).sum::<f64>() / each.len() as f64;
    let dear: Vec<String> = each.iter().take(3).map(|(ms, question, hits)| format!("{ms:.2} {question:?} ({hits})")).collect();
    Ok(format!("mean {mean:6.3} ms CPU; dearest {}", dear.join(", ")))
}

fn questions(words: &Vocabulary, tickets: u64) -> Vec<String> {
    let ranks: [&[u64]; 10] =
        [&[5], &[40, 70], &[200, 11], &[900, 901], &[3, 3_000], &[1_200], &[7, 8, 9, 10], &[100, 200, 3_900], &[2_500, 3_100], &[60]];
    let one = |ranks: &&[u64]| ranks.iter().map(|rank| words.0[*rank as usize].as_str()).collect::<Vec<_>>().join(" ");
    let number = 10_001 + tickets / 3;
    ranks.iter().map(one).chain([format!("YN-{number}")]).collect()
}

fn run(words: &Vocabulary, tickets: u64) -> Result<(), SearchError> {
    let kept = std::env::var_os("SEARCH_BENCH_DIR").map(std::path::PathBuf::from);
    let place = kept.clone().unwrap_or_else(|| std::env::temp_dir().join(format!("search-bench-{}", std::process::id())));
    let folder = place.join(tickets.to_string());
    let search = LocalSearch::open(&folder)?;
    let mut seed = Seed(0x59_6e75_6f00);
    let begin = Instant::now();
    for start in (search.position() as u64..tickets).step_by(1_000) {
        let docs: Vec<Doc> = (start..tickets.min(start + 1_000)).flat_map(|i| documents(&mut seed, words, i, tickets)).collect();
        search.put(&docs)?;
        search.commit((start + 1_000).min(tickets) as i64)?;
    }
    let (count, seconds) = (search.doc_count(), begin.elapsed().as_secs_f64());
    println!("{tickets} tickets, {count} documents; fed in {seconds:.1} s; {} MB on disk; {}", folder_mb(&folder), own_memory());
    let questions = questions(words, tickets);
    let staff = Query { include_internal: true, limit: 20, ..Query::default() };
    println!("  staff:     {}", ask_all(&search, &staff, &questions)?);
    let filtered = Query { product: Some("rds".to_owned()), kinds: vec![DocKind::Ticket], stage: Some("closed".to_owned()), ..staff.clone() };
    println!("  filtered:  {}", ask_all(&search, &filtered, &questions)?);
    let customer = Query { accounts: Some(vec![7]), include_internal: false, kinds: vec![DocKind::Ticket, DocKind::Message], ..staff.clone() };
    println!("  customer:  {}", ask_all(&search, &customer, &questions)?);
    println!("  no words:  {}", ask_all(&search, &staff, &[String::new()])?);
    println!("  customer's {}", ask_all(&search, &customer, &[String::new()])?);
    let second = Query { after: search.find(&Query { text: questions[0].clone(), ..staff.clone() })?.next, ..staff };
    println!("  next page: {}", ask_all(&search, &second, &questions[..1])?);
    drop(search);
    if kept.is_none() {
        let _ = std::fs::remove_dir_all(&place);
    }
    Ok(())
}

fn main() -> Result<(), SearchError> {
    let asked: Vec<u64> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![20_000, 1_000_000] } else { asked };
    let words = Vocabulary::new(4_000);
    sizes.iter().try_for_each(|tickets| run(&words, *tickets))?;
    Ok(())
}
