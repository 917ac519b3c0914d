//! The command line as a script sees it: what comes out, and the exit code.
use std::path::PathBuf;
use std::process::{Command, Output};

struct Folder(PathBuf);
impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("yinuo-line-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }
    /// Runs the real program in this folder with nothing of our environment but what is named.
    fn yinuo(&self, line: &str, environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yinuo"));
        command.current_dir(&self.0).args(line.split_whitespace()).env_clear().envs(environment.iter().copied()).output().expect("the program starts")
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}
fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn exit_codes_tell_usage_configuration_and_database_apart() {
    let folder = Folder::new("codes");
    assert_eq!(code(&folder.yinuo("--help", &[])), 0);
    assert_eq!(code(&folder.yinuo("serve --frobnicate", &[])), 2);
    assert_eq!(code(&folder.yinuo("plan show no.such.book", &[])), 2);
    assert_eq!(code(&folder.yinuo("migrate", &[("YINUO_HTTP__LISEN", "x")])), 3);
    assert_eq!(code(&folder.yinuo("migrate --config nowhere.toml", &[])), 3);
    assert_eq!(code(&folder.yinuo("migrate", &[("YINUO_DATABASE__URL", "sqlite:/proc/nowhere/x.db")])), 4);
    assert_eq!(code(&folder.yinuo("migrate", &[])), 0);
}
#[test]
fn a_wrong_configuration_is_told_in_the_readers_language() {
    let folder = Folder::new("config");
    let wrong = [("YINUO_HTTP__LISEN", "x")];
    assert!(err(&folder.yinuo("serve", &wrong)).contains("did you mean http.listen?"));
    assert!(err(&folder.yinuo("serve", &[wrong[0], ("LANG", "zh_CN.UTF-8")])).contains("是否想写 http.listen？"));
}
#[test]
fn the_configuration_is_printed_with_its_origins_and_without_secrets() {
    let folder = Folder::new("print");
    let page = out(&folder.yinuo("--print-config", &[("YINUO_HTTP__LISTEN", "127.0.0.1:0"), ("YINUO_DATABASE__URL", "postgres://me:hunter2@db/x")]));
    assert!(page.contains("# YINUO_HTTP__LISTEN") && page.contains("# default") && !page.contains("hunter2"), "{page}");
}
#[test]
fn the_doctor_says_no_until_the_house_is_ready() {
    let folder = Folder::new("doctor");
    let environment = [("YINUO_HTTP__LISTEN", "127.0.0.1:0")];
    let ill = folder.yinuo("doctor --json", &environment);
    assert_eq!(code(&ill), 1, "{}", err(&ill));
    assert_eq!(code(&folder.yinuo("migrate --json", &environment)), 0);
    let well = folder.yinuo("doctor", &environment);
    assert_eq!(code(&well), 0, "{}{}", out(&well), err(&well));
}
#[test]
fn plan_books_are_listed_checked_shown_and_compared() {
    let folder = Folder::new("plan");
    for line in [
        "plan list --json",
        "plan check --lang zh-CN",
        "plan show ali.enterprise --at 2025-06-16T11:00:00+08:00",
        "plan diff ali.enterprise.v1 ali.enterprise.v2",
    ] {
        let output = folder.yinuo(line, &[]);
        assert_eq!((code(&output), out(&output).is_empty()), (0, false), "{line}: {}", err(&output));
    }
    assert!(out(&folder.yinuo("plan show ali.enterprise --at 2025-06-16T10:59:59+08:00", &[])).starts_with("ali.enterprise.v1"));
    assert!(out(&folder.yinuo("plan show ali.enterprise --at 2025-06-16T11:00:00+08:00", &[])).starts_with("ali.enterprise.v2"));
}
#[test]
fn people_and_tokens_are_kept_from_the_command_line() {
    let folder = Folder::new("people");
    let add = |login: &str, more: &str| folder.yinuo(&format!("user add {login} --role engineer --name Li --email li@example.com {more}"), &[]);
    let added = add("li", "--tier 2 --json");
    assert_eq!(code(&added), 0, "{}", err(&added));
    assert!(out(&added).contains("\"tier\": 2"));
    let again = add("li", "");
    assert_eq!((code(&again), err(&again).contains("login: ")), (1, true), "{}", err(&again));
    assert!(out(&folder.yinuo("user list", &[])).contains("li@example.com"));
    let secret = out(&folder.yinuo("token create li --name nightly --scope ticket.read", &[]));
    assert!(secret.starts_with("yn_"), "{secret}");
    let listed = out(&folder.yinuo("token list li --json", &[]));
    assert!(listed.contains("nightly") && !listed.contains(secret.trim()), "{listed}");
    let id = listed.split("tok_").nth(1).and_then(|t| t.split('"').next()).map(|t| format!("tok_{t}")).unwrap_or_default();
    assert_eq!(code(&folder.yinuo(&format!("token revoke li {id}"), &[])), 0);
    assert_eq!(code(&folder.yinuo(&format!("token revoke li {id}"), &[])), 1, "it is over");
    assert_eq!(code(&folder.yinuo("user disable li", &[])), 0);
    assert_eq!(code(&folder.yinuo("user disable nobody", &[])), 2);
}
#[test]
fn worked_examples_pass_or_are_told_apart() {
    let folder = Folder::new("vectors");
    let example = |expect: &str| {
        format!(
            r#"[{{"id": "v1", "area": "version", "given": {{"family": "ali.enterprise", "ordered_at": "2025-06-16T11:00:00+08:00"}}, "expect": {expect}}}]"#
        )
    };
    let run = |text: &str, more: &str| {
        std::fs::write(folder.0.join("examples.json"), text).expect("a temporary file");
        folder.yinuo(&format!("explain vectors examples.json {more}"), &[])
    };
    let none = run("[]", "");
    assert_eq!((code(&none), out(&none).as_str()), (0, "0 passed, 0 failed\n"));
    let wrong = run(&example(r#"{"no_such_key": 1}"#), "");
    assert_eq!((code(&wrong), out(&wrong).ends_with("0 passed, 1 failed\n")), (1, true), "{}", out(&wrong));
    assert_eq!(code(&run("[]", "--areas astrology")), 1, "an unknown area is a failure");
    assert_eq!(code(&folder.yinuo("explain vectors nowhere.json", &[])), 3);
    assert_eq!(code(&folder.yinuo("explain clock clk_00000000000000000000000000", &[])), 2);
    assert_eq!(code(&folder.yinuo("explain clock tkt_00000000000000000000000000", &[])), 2);
}
