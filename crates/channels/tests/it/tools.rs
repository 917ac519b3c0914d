use std::process::Command;

/// True when the person running the tests said so by `SKIP_…=1`; says it aloud.
pub fn is_skipped(variable: &str) -> bool {
    let skipped = std::env::var(variable).is_ok_and(|v| v == "1");
    if skipped {
        eprintln!("skipped because {variable}=1");
    }
    skipped
}

/// The Python that knows `standardwebhooks`: `YINUO_TEST_PYTHON`, else `python3`.
pub fn python() -> Command {
    Command::new(std::env::var("YINUO_TEST_PYTHON").unwrap_or_else(|_| "python3".into()))
}

/// Runs to the end and gives what was printed; a failure shows both outputs.
pub fn run(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|e| panic!("cannot start {command:?}: {e}"));
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command:?} failed\n{out}\n{err}");
    out.into_owned()
}
