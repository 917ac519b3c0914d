//! A house as a process of its own, in a folder of its own.
use crate::callers::People;
use serde_json::Value;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use testkit::wire::Caller;

const YINUO: &str = env!("CARGO_BIN_EXE_yinuo");

/// An empty folder that stays behind after the test, for looking at what went wrong.
pub fn place(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).unwrap();
    place
}

pub struct House {
    place: PathBuf,
    url: String,
    settings: Vec<(String, String)>,
    address: SocketAddr,
    child: Option<Child>,
}
impl House {
    pub fn on_sqlite(name: &str) -> House {
        let url = format!("sqlite:{}", place(name).join("house.db").display());
        House::on(name, &url)
    }
    /// A house named as its folder, over the database at `url`.
    pub fn on(name: &str, url: &str) -> House {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&place).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        copy(&root.join("plans"), &place.join("plans"));
        copy(&root.join("tests/kill/plans"), &place.join("plans"));
        // Free now; nobody else on this machine is likely to take it before each of the next starts.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let path = |p: &str| place.join(p).display().to_string();
        let settings = [
            ("YINUO_HTTP__LISTEN", address.to_string()),
            ("YINUO_HTTP__PERSON_REQUESTS_PER_MINUTE", "0".into()),
            ("YINUO_HTTP__ADDRESS_REQUESTS_PER_MINUTE", "0".into()),
            ("YINUO_DATABASE__URL", url.to_string()),
            ("YINUO_FILES__DIR", path("files")),
            ("YINUO_SECRETS__HOUSE_KEY", path("house.key")),
            ("YINUO_SEARCH__DIR", path("search")),
            ("YINUO_PLANS__DIR", path("plans")),
            ("YINUO_WEBHOOKS__ALLOWED_PRIVATE_RANGES", "127.0.0.0/8".into()),
            ("YINUO_LOG__FILTER", "warn".into()),
        ];
        let settings = settings.into_iter().map(|(k, v)| (k.to_string(), v)).collect();
        House { place, url: url.to_string(), settings, address, child: None }
    }
    pub fn set(&mut self, key: &str, value: &str) {
        self.settings.push((key.into(), value.into()));
    }
    pub fn url(&self) -> &str {
        &self.url
    }
    pub fn address(&self) -> SocketAddr {
        self.address
    }
    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(YINUO);
        command.args(line).envs(self.settings.iter().map(|(k, v)| (k, v))).env_remove("YINUO_CONFIG").stdin(Stdio::null());
        command
    }
    /// Customers and staff, each with a token.
    pub fn furnish(&self) -> People {
        let line = ["demo", "load", "--tickets", "0", "--accounts", "4", "--engineers", "4", "--family", "kill.quick", "--json"];
        People::read(&self.facts(&line))
    }
    fn facts(&self, line: &[&str]) -> Value {
        let said = self.command(line).output().unwrap();
        serde_json::from_slice(&said.stdout).unwrap_or_else(|e| panic!("yinuo {line:?}: {e}\n{}", String::from_utf8_lossy(&said.stderr)))
    }
    /// What the doctor finds in a house that is closed.
    pub fn examine(&self) -> Value {
        assert!(self.child.is_none(), "the house is open");
        self.facts(&["doctor", "--deep", "--json"])["agreement"].clone()
    }
    /// Starts the server and waits until it is ready.
    pub fn start(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.place.join("server.log")).unwrap();
        self.child = Some(self.command(&["serve"]).stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let began = Instant::now();
        while !Caller::new(self.address, None, Duration::from_secs(5)).get("/readyz").is_ok_and(|a| a.status == 200) {
            let died = self.child.as_mut().and_then(|c| c.try_wait().ok().flatten());
            assert!(
                died.is_none() && began.elapsed() < Duration::from_secs(60),
                "the server does not start ({died:?}), see {}",
                self.place.join("server.log").display()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    /// Asks it to stop and waits.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let asked = Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let began = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(30), "it does not stop when asked");
            std::thread::sleep(Duration::from_millis(20));
        }
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

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|e| e.unwrap()) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
