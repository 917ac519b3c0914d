//! What keeps the house pleasant to live in.
use super::house::{House, dependencies};
use super::rust::product_code;
use super::walls::allowances;
use std::collections::BTreeSet;

const ROUGH: &[(&str, &str)] = &[
    (".unwrap()", "say what happens when it is not there"),
    ("todo!", "finish it, or leave it out"),
    ("unimplemented!", "finish it, or leave it out"),
    ("dbg!", "remove it, or write a log line"),
];

pub fn no_rough_edges(house: &House) -> Vec<String> {
    let mut findings = Vec::new();
    for (page, source) in product_code(house) {
        for (word, remedy) in ROUGH {
            findings.extend(source.lines_with(word).into_iter().map(|line| format!("{}:{line}: `{word}` outside tests: {remedy}", page.path)));
        }
    }
    findings
}

/// Crates of the house need no reason: the arrows say it.
pub fn dependencies_have_reasons(house: &House) -> Vec<String> {
    let ours: BTreeSet<&str> = house.manifests().map(|(name, _)| name).collect();
    let mut findings = Vec::new();
    for (_, manifest) in house.manifests() {
        for d in dependencies(&manifest.text) {
            if !ours.contains(d.name) && d.reason.is_none() {
                findings.push(format!("{}:{}: why does it lean on {}? one line, and `# reason` at its end", manifest.path, d.line, d.name));
            }
        }
    }
    findings
}

/// Names that say nothing about the trade.
const SAY_NOTHING: &[&str] =
    &["base", "common", "core", "helper", "helpers", "impl", "manager", "managers", "misc", "service", "services", "util", "utils"];

pub fn plain_names(house: &House) -> Vec<String> {
    let mut findings = BTreeSet::new();
    for page in house.under("crates") {
        let path = page.path.strip_suffix(".rs").unwrap_or(&page.path);
        let mut here = String::new();
        for part in path.split('/') {
            here = if here.is_empty() { part.to_string() } else { format!("{here}/{part}") };
            if SAY_NOTHING.contains(&part) {
                findings.insert(format!("{here}: `{part}` says nothing; name the room or the thing (GLOSSARY.md)"));
            }
        }
    }
    findings.into_iter().collect()
}

/// Lines of a Rust file. Longer ones are listed in the allow-list with the length they may not pass.
const LINES_MAX: usize = 900;
const LONG_ALLOWED: &str = "crates/xtask/allow/long_files.txt";

pub fn files_stay_readable(house: &House) -> Vec<String> {
    let allowed: Vec<_> = allowances(house.text(LONG_ALLOWED).unwrap_or("")).collect();
    let mut findings = Vec::new();
    for page in house.under("crates").filter(|p| p.path.ends_with(".rs")) {
        let lines = page.text.lines().count();
        let limit = allowed.iter().find(|(path, _)| *path == page.path).map_or(LINES_MAX, |(_, number)| *number);
        if lines > limit {
            findings.push(format!("{}: {lines} lines, {limit} at most: give a part of it a file of its own", page.path));
        }
    }
    let is_long = |path: &str| house.text(path).is_some_and(|text| text.lines().count() > LINES_MAX);
    findings.extend(
        allowed.iter().filter(|(path, _)| !is_long(path)).map(|(path, _)| format!("{LONG_ALLOWED}: {path} is short enough now; the list shrinks")),
    );
    findings
}

/// Places on the machine where this was written mean nothing elsewhere. In pieces, or this file would find itself.
const ELSEWHERE: &[&str] = &[concat!("/wo", "rk/"), concat!("../sha", "red")];

pub fn stands_alone(house: &House) -> Vec<String> {
    let mut findings = Vec::new();
    for page in &house.pages {
        for (i, line) in page.text.lines().enumerate() {
            if let Some(place) = ELSEWHERE.iter().find(|place| line.contains(**place)) {
                findings.push(format!("{}:{}: `{place}` is outside the repository", page.path, i + 1));
            }
        }
    }
    findings
}
