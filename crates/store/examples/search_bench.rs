//! How fast the search index is fed and asked. Texts are made from a seed, so two runs index the same.
//!
//! `cargo run --release -p store --example search_bench [documents …]` (default 20000 144000)

use std::time::{Duration, Instant};

use store::search::{Doc, DocKind, LocalSearch, Query, Search, SearchError};

const ZH: &[&str] = &[
    "云服务器",
    "实例",
    "网络",
    "不通",
    "公网",
    "弹性",
    "负载均衡",
    "数据库",
    "备份",
    "失败",
    "超时",
    "连接",
    "安全组",
    "端口",
    "磁盘",
    "扩容",
    "快照",
    "镜像",
    "账单",
    "费用",
    "退款",
    "续费",
    "域名",
    "解析",
    "证书",
    "过期",
    "监控",
    "告警",
    "日志",
    "权限",
    "账号",
    "登录",
    "密码",
    "重置",
    "工单",
    "升级",
    "迁移",
    "延迟",
    "丢包",
    "带宽",
    "存储",
    "对象",
    "上传",
    "下载",
    "接口",
    "报错",
    "参数",
    "错误",
    "控制台",
    "页面",
    "打不开",
    "重启",
    "宕机",
    "内存",
    "占用",
    "过高",
    "客户",
    "反馈",
    "业务",
    "中断",
    "恢复",
    "排查",
    "原因",
    "处理",
    "昨晚",
    "今天",
    "上午",
    "集群",
    "节点",
    "容器",
    "部署",
    "版本",
];
const EN: &[&str] = &[
    "instance",
    "network",
    "timeout",
    "connection",
    "refused",
    "database",
    "backup",
    "failed",
    "disk",
    "full",
    "snapshot",
    "billing",
    "refund",
    "domain",
    "certificate",
    "expired",
    "alarm",
    "login",
    "password",
    "reset",
    "upgrade",
    "latency",
    "packet",
    "loss",
    "bandwidth",
    "storage",
    "upload",
    "api",
    "error",
    "console",
    "restart",
    "memory",
    "cluster",
    "node",
    "container",
    "deploy",
];
const CODES: &[&str] = &["InvalidParameter.NotFound", "QuotaExceeded.Eip", "Throttling.User", "InternalError", "IncorrectInstanceStatus"];
const QUESTIONS: &[&str] = &[
    "云服务器网络不通",
    "数据库备份失败怎么办",
    "登录",
    "证书过期",
    "网",
    "带宽跑满导致丢包，业务中断需要尽快恢复",
    "database backup failed",
    "connection refused",
    "InvalidParameter.NotFound",
    "YN-10023",
    "i-bp100f3a",
    "10.0.3.17",
    "EIP 公网 超时",
    "打不开控制台页面 error",
    "退款",
    "",
];

/// A small generator of our own: the same numbers on every machine.
struct Seed(u64);

impl Seed {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize
    }

    /// Early words come more often, as in life.
    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let (a, b) = (self.next() % words.len(), self.next() % words.len());
        words[a.min(b)]
    }

    fn words(&mut self, chinese: bool, count: usize) -> String {
        let list = if chinese { ZH } else { EN };
        let words: Vec<&str> = (0..count).map(|_| self.pick(list)).collect();
        words.join(if chinese { "" } else { " " })
    }
}

fn doc(seed: &mut Seed, key: u128) -> Doc {
    let chinese = !seed.next().is_multiple_of(4);
    let length = 12 + seed.next() % 40;
    let mut body = seed.words(chinese, length);
    if seed.next().is_multiple_of(3) {
        body += &format!(" {} i-bp1{:05x} 10.0.{}.{}", seed.pick(CODES), seed.next() % 0x4_0000, seed.next() % 8, seed.next() % 256);
    }
    Doc {
        kind: if key.is_multiple_of(4) { DocKind::Ticket } else { DocKind::Message },
        key,
        ticket: Some(key / 4),
        account: Some(key % 500),
        internal: key.is_multiple_of(7),
        product: ["ecs", "rds", "oss", "slb"][seed.next() % 4].to_owned(),
        language: if chinese { "zh" } else { "en" }.to_owned(),
        stage: "open".to_owned(),
        title: seed.words(chinese, 4),
        body,
        at_us: 1_700_000_000_000_000 + key as i64 * 1_000_000,
        number: if key.is_multiple_of(4) { format!("YN-{}", 10_000 + key / 4) } else { String::new() },
    }
}

fn memory_kb() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("VmRSS unknown").to_owned()
}

fn folder_bytes(path: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { folder_bytes(&entry.path()) } else { entry.metadata().map_or(0, |meta| meta.len()) }).sum()
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    format!("p50 {:.2} ms, p95 {:.2} ms, max {:.2} ms", at(50), at(95), at(100))
}

fn ask_all(search: &LocalSearch, shape: &Query) -> Result<String, SearchError> {
    let mut times = Vec::new();
    for text in QUESTIONS.iter().cycle().take(QUESTIONS.len() * 20) {
        let begin = Instant::now();
        search.find(&Query { text: (*text).to_owned(), ..shape.clone() })?;
        times.push(begin.elapsed());
    }
    Ok(percentiles(times))
}

fn run(count: u128) -> Result<(), SearchError> {
    let folder = std::env::temp_dir().join(format!("search-bench-{}", std::process::id()));
    let search = LocalSearch::open(&folder)?;
    println!("{count} documents; before: {}", memory_kb());
    let mut seed = Seed(0x59_6e75_6f00);
    let begin = Instant::now();
    let mut commits = Vec::new();
    for start in (0..count).step_by(2_000) {
        let docs: Vec<Doc> = (start..count.min(start + 2_000)).map(|key| doc(&mut seed, key)).collect();
        search.put(&docs)?;
        let begin = Instant::now();
        search.commit(start as i64)?;
        commits.push(begin.elapsed());
    }
    println!(
        "  fed in {:.2} s, a commit each 2,000: {}; {} kB on disk; {}",
        begin.elapsed().as_secs_f64(),
        percentiles(commits),
        folder_bytes(&folder) / 1024,
        memory_kb()
    );
    let mut small = Vec::new();
    for key in 0..50 {
        search.put(&[doc(&mut seed, key)])?;
        let begin = Instant::now();
        search.commit(count as i64 + key as i64)?;
        small.push(begin.elapsed());
    }
    println!("  a commit of one document: {}", percentiles(small));
    let staff = Query { include_internal: true, limit: 20, ..Query::default() };
    println!("  staff:    {}", ask_all(&search, &staff)?);
    let product = Query { product: Some("ecs".to_owned()), kinds: vec![DocKind::Ticket], ..staff.clone() };
    println!("  filtered: {}", ask_all(&search, &product)?);
    let customer = Query { accounts: Some(vec![7]), include_internal: false, ..staff.clone() };
    println!("  customer: {}", ask_all(&search, &customer)?);
    for text in QUESTIONS {
        let begin = Instant::now();
        let hits = search.find(&Query { text: (*text).to_owned(), ..staff.clone() })?.hits;
        println!(
            "    {:6.2} ms {:3} hits, best {:7.2}  {text}",
            begin.elapsed().as_secs_f64() * 1000.0,
            hits.len(),
            hits.first().map_or(0.0, |hit| hit.score)
        );
    }
    search.rest()?;
    println!("  at rest: {}", memory_kb());
    drop(search);
    let begin = Instant::now();
    let again = LocalSearch::open(&folder)?;
    println!("  opened again in {:.1} ms with {} documents", begin.elapsed().as_secs_f64() * 1000.0, again.doc_count());
    drop(again);
    let _ = std::fs::remove_dir_all(&folder);
    Ok(())
}

fn main() -> Result<(), SearchError> {
    let asked: Vec<u128> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let counts = if asked.is_empty() { vec![20_000, 144_000] } else { asked };
    counts.into_iter().try_for_each(run)
}
