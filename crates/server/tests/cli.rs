//! The whole command line, end to end, as a person or a script at a terminal meets it: the real program in a folder of its own, with
//! nothing of our environment but what is named.
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const AREAS: &str = "clock,retarget,working_day,report_due,post_mortem,lead_time,version,quota,\
                     fee,tiered,amortisation,proration,upgrade,uptime,compensation";
/// Exit codes, as `yinuo --help` tells them.
const DONE: i32 = 0;
const NO: i32 = 1;
const USAGE: i32 = 2;
const CONFIGURATION: i32 = 3;
const DATABASE: i32 = 4;

struct Folder(PathBuf);
impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("yinuo-cli-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }
    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("a temporary file");
    }
    fn run(&self, line: &str) -> Said {
        self.run_with(line, &[], "")
    }
    fn run_with(&self, line: &str, environment: &[(&str, &str)], stdin: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yinuo"));
        command.current_dir(&self.0).args(line.split_whitespace()).env_clear().envs(environment.iter().copied());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        // A command that reads nothing may be gone already.
        let _ = child.stdin.take().map(|mut pipe| pipe.write_all(stdin.as_bytes()));
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        Said { line: line.into(), code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
/// What a command said, and how it ended.
struct Said {
    line: String,
    code: i32,
    out: String,
    err: String,
}
impl Said {
    #[track_caller]
    fn ends(self, code: i32) -> Said {
        assert_eq!(self.code, code, "yinuo {}\n{}{}", self.line, self.out, self.err);
        self
    }
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("yinuo {}: {e}\n{}{}", self.line, self.out, self.err))
    }
}
fn beside_the_desk(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../desk/src").join(path).display().to_string()
}

/// The names in the `Commands:` section of a help page.
fn commands_of(help: &str) -> Vec<String> {
    let section = help.split("Commands:\n").nth(1).and_then(|s| s.split("\n\n").next()).unwrap_or_default();
    let name = |line: &str| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')).and_then(|l| l.split_whitespace().next()).map(str::to_string);
    section.lines().filter_map(name).filter(|name| name != "help").collect()
}
#[test]
fn every_command_says_what_it_does_and_gives_an_example() {
    let folder = Folder::new("help");
    let (mut open, mut leaves) = (vec![String::new()], BTreeSet::new());
    while let Some(command) = open.pop() {
        let help = folder.run(&format!("{command} --help")).ends(DONE).out;
        let below = commands_of(&help);
        if below.is_empty() {
            assert!(help.contains("Example") && help.contains(&format!("yinuo {}", command.trim())), "`{command}` has no example:\n{help}");
            leaves.insert(command.trim().to_string());
        }
        open.extend(below.into_iter().map(|name| format!("{command} {name}")));
    }
    for needed in
        ["serve", "migrate", "doctor", "plan check", "plan diff", "explain vectors", "explain clock", "import servicenow", "user add", "token create"]
    {
        assert!(leaves.contains(needed), "{needed} is not among {leaves:?}");
    }
}
#[test]
fn exit_codes_are_those_the_help_page_tells() {
    let folder = Folder::new("codes");
    assert!(folder.run("--help").ends(DONE).out.contains("Exit codes: 0"));
    folder.run("").ends(USAGE);
    folder.run("plan").ends(USAGE);
    folder.run("plan diff ali.enterprise.v1").ends(USAGE);
    folder.run("plan diff ali.enterprise.v1 no.such.book").ends(USAGE);
    folder.run("user list --account nobody").ends(USAGE);
    folder.run("explain vectors nowhere.json").ends(CONFIGURATION);
    folder.run_with("user list", &[("YINUO_DATABASE__URL", "sqlite:/proc/nowhere/x.db")], "").ends(DATABASE);
    folder.run_with("migrate", &[("YINUO_DATABASE__URL", "mysql://db")], "").ends(CONFIGURATION);
}

/// A printed configuration without where each value comes from.
fn values(page: &str) -> Vec<String> {
    page.lines().map(|l| l.split(" #").next().unwrap_or_default().trim().to_string()).filter(|l| !l.is_empty()).collect()
}
#[test]
fn a_printed_configuration_is_one_that_can_be_read() {
    let folder = Folder::new("print");
    let environment = [("YINUO_HOUSE__VENDOR", "Ümläut \"& Co\""), ("YINUO_HTTP__LISTEN", "127.0.0.1:0")];
    let printed = folder.run_with("--print-config", &environment, "").ends(DONE).out;
    assert!(printed.contains("# YINUO_HOUSE__VENDOR") && printed.contains("# default"), "{printed}");
    folder.file("again.toml", &printed);
    let again = folder.run("--print-config --config again.toml").ends(DONE).out;
    assert_eq!(values(&again), values(&printed));
    assert!(again.contains("again.toml") && !again.contains("# default"), "every value has its place in the file now:\n{again}");
}
#[test]
fn a_wrong_configuration_names_the_file_the_key_and_the_remedy() {
    let folder = Folder::new("wrong");
    folder.file("bad.toml", "[http]\nlisten = \"nowhere\"\nbody_bytes_mx = 3\n");
    let told = folder.run("--config bad.toml migrate").ends(CONFIGURATION).err;
    for wanted in ["bad.toml:2", "http.listen", "bad.toml:3", "http.body_bytes_mx", "did you mean http.body_bytes_max?"] {
        assert!(told.contains(wanted), "{wanted} is not in:\n{told}");
    }
    assert!(!folder.0.join("data").exists(), "nothing is made before the configuration is sound");
    folder.file("senseless.toml", "[house]\ntz = \"Mars/Olympus\"\n");
    let told = folder.run("--config senseless.toml migrate").ends(CONFIGURATION).err;
    assert!(told.contains("senseless.toml:2: house.tz"), "{told}");
    folder.file("broken.toml", "[http\nlisten = 1\n");
    assert!(folder.run("--config broken.toml migrate").ends(CONFIGURATION).err.contains("broken.toml"));
}

#[test]
fn the_plan_books_pass_their_check_and_their_versions_are_compared_in_words() {
    let folder = Folder::new("plans");
    let checked = folder.run("plan check --json").ends(DONE).json();
    assert_eq!((checked["passes"].as_bool(), checked["findings"].as_array().map(Vec::len)), (Some(true), Some(0)));
    assert!(checked["books"].as_array().is_some_and(|books| books.iter().any(|b| b["book"] == "ali.enterprise.v2")));
    let worse = folder.run("plan diff ali.enterprise.v1 ali.enterprise.v2").ends(DONE).out;
    let slower = worse.lines().find(|l| l.contains("40 minutes") && l.contains("120 minutes"));
    assert!(slower.is_some_and(|l| l.starts_with("worse")), "{worse}");
    let chinese = folder.run("plan diff ali.enterprise.v1 ali.enterprise.v2 --lang zh-CN").ends(DONE).out;
    assert!(chinese.lines().any(|l| l.contains("40") && l.contains("120")) && !chinese.contains("worse"), "{chinese}");
    let better = folder.run("plan diff ali.enterprise.v2 ali.enterprise.v1").ends(DONE).out;
    assert!(better.lines().any(|l| l.starts_with("better") && l.contains("120 minutes") && l.contains("40 minutes")), "{better}");
    folder.file("books.toml", "id = \"x.y.v1\"\nfamily = 3\n");
    folder.run("plan check no_such_folder").ends(NO);
}
#[test]
fn the_worked_examples_pass_and_a_failure_is_an_exit_of_one() {
    let folder = Folder::new("vectors");
    let examples = beside_the_desk("vectors/examples.json");
    let passed = folder.run(&format!("explain vectors {examples} --areas {AREAS}")).ends(DONE).out;
    assert_eq!(passed, "600 passed, 0 failed\n");
    let by_area = folder.run(&format!("explain vectors {examples} --areas {AREAS} --json")).ends(DONE).json();
    assert_eq!(
        (by_area["passed"].as_u64(), by_area["failed"].as_u64(), by_area["areas"].as_object().map(|a| a.len())),
        (Some(600), Some(0), Some(15))
    );
    let unknown = folder.run(&format!("explain vectors {examples} --areas version,astrology")).ends(NO).out;
    assert!(unknown.contains("astrology") && unknown.ends_with(" passed, 1 failed\n"), "{unknown}");
    folder.file("wrong.json", r#"[{"id": "v1", "area": "version", "given": {"family": "ali.enterprise", "ordered_at": "2025-06-16T10:59:59+08:00"}, "expect": {"plan": "ali.enterprise.v2"}}]"#);
    let wrong = folder.run("explain vectors wrong.json").ends(NO).out;
    assert!(wrong.contains("v1") && wrong.contains("ali.enterprise.v2") && wrong.ends_with("0 passed, 1 failed\n"), "{wrong}");
    for broken in ["[{", "not json", ""] {
        folder.file("broken.json", broken);
        let told = folder.run("explain vectors broken.json").ends(CONFIGURATION);
        assert!(told.err.contains("broken.json") && told.err.contains("line 1") && told.out.is_empty(), "{}", told.err);
    }
}

#[test]
fn a_history_is_imported_once_however_often_it_is_brought() {
    let folder = Folder::new("import");
    let line = format!("import servicenow {} --plan ali.enterprise.v1 --time-zone UTC --json", beside_the_desk("import/samples/incidents.csv.gz"));
    let first = folder.run(&line).ends(DONE).json();
    for key in ["rows_read", "rows_rejected", "incidents", "anomalies", "tickets_new", "tickets_known", "differs"] {
        assert!(first[key].is_u64(), "{key} is not in {first}");
    }
    for (promise, counts) in first["promises"].as_object().expect("promises") {
        assert!(counts["kept"].is_u64() && counts["broken"].is_u64(), "{promise}: {counts}");
    }
    assert_eq!((&first["tickets_new"], first["tickets_known"].as_u64()), (&first["incidents"], Some(0)));
    let notes = std::fs::read_to_string(folder.0.join(first["rejects_file"].as_str().expect("a file"))).expect("the file of what was odd");
    let odd = first["anomalies"].as_u64().unwrap_or_default() + first["rows_rejected"].as_u64().unwrap_or_default();
    assert_eq!(notes.lines().count() as u64, odd, "nothing is dropped without a line");
    assert!(notes.lines().all(|l| serde_json::from_str::<Value>(l).is_ok_and(|n| n["reason"].is_string())));

    let second = folder.run(&line).ends(DONE).json();
    assert_eq!((second["tickets_new"].as_u64(), &second["tickets_known"], second["differs"].as_u64()), (Some(0), &first["incidents"], Some(0)));
    for same in ["promises", "rows_read", "anomalies_by_reason"] {
        assert_eq!(second[same], first[same], "{same}");
    }
    let well = folder.run_with("doctor --deep --json", &[("YINUO_HTTP__LISTEN", "127.0.0.1:0")], "").ends(DONE).json();
    assert_eq!((well["agreement"]["sound"].as_bool(), &well["agreement"]["tickets"]), (Some(true), &first["incidents"]));

    folder.file("empty.csv", "number,incident_state\n");
    folder.run("import servicenow empty.csv --plan ali.enterprise.v1").ends(USAGE);
    folder.run("import servicenow nowhere.csv --plan ali.enterprise.v1").ends(USAGE);
    folder.run(&line.replace("ali.enterprise.v1", "no.such.book")).ends(USAGE);
    folder.run(&line.replace("UTC", "Mars/Olympus")).ends(USAGE);
}

#[test]
fn the_first_people_and_their_tokens_come_from_the_command_line() {
    let folder = Folder::new("people");
    folder.run("migrate").ends(DONE);
    folder
        .run_with("user add jing --role administrator --name Jing --email jing@example.com --password-stdin", &[], "correct horse battery\n")
        .ends(DONE);
    let refused = folder.run_with("user add li --role engineer --name Li --email li@example.com --password-stdin", &[], "short\n").ends(NO);
    assert!(refused.err.contains("password"), "{}", refused.err);
    folder.run("user add li --role engineer --name Li --email li@example.com --tier 2 --skills ecs,rds --languages zh-CN").ends(DONE);
    folder.run("user add li --role sorcerer --name Li --email li@example.com").ends(USAGE);
    let people = folder.run("user list --json").ends(DONE).json();
    let logins: BTreeSet<&str> = people.as_array().expect("a list").iter().filter_map(|p| p["login"].as_str()).collect();
    assert_eq!(logins, BTreeSet::from(["jing", "li"]));
    assert!(!people.to_string().contains("password"), "{people}");

    let made = folder.run("token create li --name nightly --scope ticket.read,search --days 30 --json").ends(DONE).json();
    assert!(made["secret"].as_str().is_some_and(|s| s.starts_with("yn_")), "{made}");
    assert_eq!(made["token"]["scopes"], serde_json::json!(["search", "ticket.read"]));
    folder.run("token create li --name x --scope fly").ends(NO);
    folder.run("token create nobody --name x").ends(USAGE);
    for n in 1..10 {
        folder.run(&format!("token create li --name n{n}")).ends(DONE);
    }
    assert!(!folder.run("token create li --name eleventh").ends(NO).err.is_empty(), "ten at most");
    assert_eq!(folder.run("token list li --json").ends(DONE).json().as_array().map(Vec::len), Some(10));
}
