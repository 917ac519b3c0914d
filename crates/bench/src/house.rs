//! The house under measurement: a server of its own in a folder of its own, and what the machine says about its processes.
use crate::Result;
use serde_json::Value;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::wire::Caller;

/// Who may ask, and what was loaded.
pub struct Loaded {
    pub seconds: f64,
    pub clocks: u64,
    pub running: u64,
    /// When a burst falls due.
    pub due_at: Option<String>,
    pub contacts: Vec<String>,
    pub engineers: Vec<String>,
    pub chief: String,
    pub accounts: Vec<String>,
}

/// CPU spent so far, milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu {
    pub server: f64,
    pub database: f64,
    pub generator: f64,
}

pub struct House {
    place: PathBuf,
    binary: PathBuf,
    url: String,
    /// Name of the database and how to reach its server; PostgreSQL only.
    drop: Option<(String, String)>,
    postmaster: Option<u32>,
    address: SocketAddr,
    child: Option<Child>,
}
impl House {
    pub fn build(engine: &str, size: u64) -> Result<House> {
        let target = PathBuf::from(std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into()));
        let place = target.join("bench").join(format!("{engine}-{size}"));
        let _ = fs::remove_dir_all(&place);
        copy(Path::new("plans"), &place.join("plans"))?;
        copy(Path::new("bench/plans"), &place.join("plans"))?;
        let (mut drop, mut postmaster) = (None, None);
        let url = if engine == "sqlite" {
            format!("sqlite:{}", place.join("house.db").display())
        } else {
            let server = std::env::var("YINUO_BENCH_PG")?;
            let name = format!("bench_{size}");
            let mut admin = postgres::Client::connect(&server, postgres::NoTls)?;
            admin.batch_execute(&format!("drop database if exists {name} with (force)"))?;
            admin.batch_execute(&format!("create database {name}"))?;
            let folder = server.split_whitespace().find_map(|w| w.strip_prefix("host=")).unwrap_or_default();
            postmaster = fs::read_to_string(format!("{folder}/data/postmaster.pid")).ok().and_then(|t| t.lines().next()?.trim().parse().ok());
            let url = server.split_whitespace().filter(|w| !w.starts_with("dbname=")).collect::<Vec<_>>().join(" ");
            drop = Some((server, name.clone()));
            format!("{url} dbname={name}")
        };
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Ok(House { place, binary: target.join("release/yinuo"), url, drop, postmaster, address, child: None })
    }
    pub fn address(&self) -> SocketAddr {
        self.address
    }
    fn command(&self, line: &[&str]) -> Command {
        let path = |p: &str| self.place.join(p).display().to_string();
        let mut command = Command::new(&self.binary);
        command.args(line).stdin(Stdio::null());
        let settings = [
            ("YINUO_HTTP__LISTEN", self.address.to_string()),
            ("YINUO_HTTP__PERSON_REQUESTS_PER_MINUTE", "0".into()),
            ("YINUO_HTTP__ADDRESS_REQUESTS_PER_MINUTE", "0".into()),
            ("YINUO_DATABASE__URL", self.url.clone()),
            ("YINUO_FILES__DIR", path("files")),
            ("YINUO_SECRETS__HOUSE_KEY", path("house.key")),
            ("YINUO_SEARCH__DIR", path("search")),
            ("YINUO_PLANS__DIR", path("plans")),
            ("YINUO_LOG__FILTER", "warn".into()),
        ];
        command.envs(settings);
        command
    }
    /// Loads cases in all stages.
    pub fn load(&self, tickets: u64) -> Result<Loaded> {
        self.load_with(&["--tickets", &tickets.to_string()])
    }
    pub fn load_with(&self, more: &[&str]) -> Result<Loaded> {
        let line = [&["demo", "load", "--family", "bench.steady", "--json"], more].concat();
        let said = self.command(&line).output()?;
        let facts: Value = serde_json::from_slice(&said.stdout).map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&said.stderr)))?;
        let people = facts["people"].as_array().cloned().unwrap_or_default();
        let of = |role: &str, key: &str| {
            people.iter().filter(|p| p["role"] == role).filter_map(|p| p[key].as_str().map(str::to_string)).collect::<Vec<_>>()
        };
        Ok(Loaded {
            seconds: facts["seconds"].as_f64().unwrap_or_default(),
            clocks: facts["clocks"].as_u64().unwrap_or_default(),
            running: facts["running"].as_u64().unwrap_or_default(),
            due_at: facts["due_at"].as_str().map(str::to_string),
            contacts: of("contact", "token"),
            engineers: of("engineer", "token"),
            chief: of("duty_chief", "token").pop().ok_or("nobody is chief")?,
            accounts: of("contact", "account"),
        })
    }
    /// Milliseconds from starting the process to the first 200 of `/readyz`.
    pub fn cold_start(&mut self) -> Result<f64> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.place.join("server.log"))?;
        let began = Instant::now();
        self.child = Some(self.command(&["serve"]).stdout(Stdio::null()).stderr(log).spawn()?);
        while !Caller::new(self.address, None, Duration::from_secs(5)).get("/readyz").is_ok_and(|a| a.status == 200) {
            if began.elapsed() > Duration::from_secs(120) || self.child.as_mut().is_some_and(|c| matches!(c.try_wait(), Ok(Some(_)))) {
                return Err(format!("the server does not start, see {}", self.place.join("server.log").display()).into());
            }
            sleep(Duration::from_millis(2));
        }
        Ok(began.elapsed().as_secs_f64() * 1e3)
    }
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        Command::new("kill").arg(child.id().to_string()).status()?;
        for _ in 0..600 {
            if child.try_wait()?.is_some() {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        child.kill()?;
        child.wait()?;
        Err("the server did not stop when asked".into())
    }
    pub fn remove(self) -> Result<()> {
        fs::remove_dir_all(&self.place)?;
        if let Some((server, name)) = &self.drop {
            postgres::Client::connect(server, postgres::NoTls)?.batch_execute(&format!("drop database if exists {name} with (force)"))?;
        }
        Ok(())
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }
    pub fn cpu(&self) -> Cpu {
        let database = self.postmaster.map_or(0.0, cpu_of_tree);
        Cpu { server: cpu_of_tree(self.pid()), database, generator: cpu_of_tree(std::process::id()) - cpu_of_tree(self.pid()) }
    }
    /// Waits until server and database rest (under 3 % of a core for a second); returns how long it took. Bounded.
    pub fn wait_for_quiet(&self, at_most: f64) -> f64 {
        let began = Instant::now();
        let mut calm = 0;
        while calm < 2 && began.elapsed().as_secs_f64() < at_most {
            let before = self.cpu();
            sleep(Duration::from_millis(500));
            let after = self.cpu();
            calm = if after.server + after.database - before.server - before.database <= 20.0 { calm + 1 } else { 0 };
        }
        began.elapsed().as_secs_f64()
    }
    /// Resident memory of the server, MB.
    pub fn memory(&self) -> f64 {
        status_mb(self.pid(), "VmRSS:")
    }
    /// The same, memory that is a window onto files left out.
    pub fn memory_own(&self) -> f64 {
        status_mb(self.pid(), "RssAnon:")
    }
    pub fn memory_peak(&self) -> (f64, f64) {
        (status_mb(self.pid(), "VmHWM:"), self.memory_own())
    }
}
impl Drop for House {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn status_mb(pid: u32, key: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|l| l.strip_prefix(key)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}
/// (pid, parent, own ticks, ticks of children that ended)
fn stat(pid: u32) -> Option<(u32, u32, u64, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let n = |i: usize| fields.get(i).and_then(|f| f.parse::<u64>().ok()).unwrap_or(0);
    Some((pid, n(1) as u32, n(11) + n(12), n(13) + n(14)))
}
/// A process, what it started, and what of that has ended, in milliseconds. Linux counts in hundredths of a second.
fn cpu_of_tree(root: u32) -> f64 {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    let all: Vec<_> = pids.filter_map(stat).collect();
    let mut tree = vec![root];
    let mut i = 0;
    while i < tree.len() {
        tree.extend(all.iter().filter(|p| p.1 == tree[i] && !tree.contains(&p.0)).map(|p| p.0).collect::<Vec<_>>());
        i += 1;
    }
    all.iter().filter(|p| tree.contains(&p.0)).map(|p| (p.2 + p.3) as f64 * 10.0).sum()
}
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
