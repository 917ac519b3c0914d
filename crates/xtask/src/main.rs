//! `cargo run -p xtask` says what is untidy, one finding a line; `cargo test -p xtask` does the same as tests.
mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    let house = match tidy::House::read(&tidy::root()) {
        Ok(house) => house,
        Err(e) => {
            eprintln!("the house cannot be read: {e}");
            return ExitCode::from(2);
        }
    };
    let findings: Vec<String> =
        tidy::CHECKS.iter().flat_map(|(name, check)| check(&house).into_iter().map(move |f| format!("{name}: {f}"))).collect();
    findings.iter().for_each(|f| println!("{f}"));
    println!("{} findings", findings.len());
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
