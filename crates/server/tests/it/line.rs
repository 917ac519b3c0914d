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
    assert!(err(&folder.yinuo("serve", &[wrong[0], ("LANG", "zh_CN.UTF-8")])).contains("是否想写 http.listen?"));
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
