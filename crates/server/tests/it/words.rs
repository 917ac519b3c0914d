//! Every code that can reach a reader has words in every language. The codes are read from the floors' own texts.
use server::words;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                // Tests stand at the end of a file; their codes are made up.
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_string();
                found.push((path, text));
            }
        }
    }
    found
}
/// The texts in quotes at the `n`th place after each `start`, as far as they stand on the same line and look like codes.
fn after(text: &str, start: &str, n: usize) -> Vec<String> {
    let is_code = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.');
    let quoted = |rest: &str| rest.split('\n').next().unwrap_or_default().split('"').nth(1 + 2 * n).map(str::to_string);
    text.match_indices(start).filter_map(|(at, s)| quoted(&text[at + s.len()..])).filter(|t| is_code(t)).collect()
}
fn missing(page: &str, codes: &BTreeSet<String>) -> Vec<String> {
    let has = |lang: &str, code: &str| words::page(lang, page).iter().any(|(c, _)| *c == code);
    words::languages().flat_map(|lang| codes.iter().filter(move |c| !has(lang, c)).map(move |c| format!("i18n/{lang}/{page}.toml: {c}"))).collect()
}

#[test]
fn every_refusal_has_words() {
    let mut codes = BTreeSet::new();
    for (_, text) in sources("desk/src").into_iter().chain(sources("server/src")) {
        for start in ["Fault::refused(", "Refused { code: ", "Unauthorized { code: ", "Busy { code: ", "Problem::new(StatusCode::"] {
            codes.extend(after(&text, start, 0));
        }
    }
    assert!(codes.len() > 15, "the codes are found: {codes:?}");
    assert_eq!(missing("problems", &codes), Vec::<String>::new());
}
#[test]
fn every_flaw_has_words() {
    let mut codes = BTreeSet::new();
    for (_, text) in sources("desk/src").into_iter().chain(sources("server/src/http")) {
        for start in ["Flaw::new(\"", "Fault::invalid(\"", "Problem::invalid(\""] {
            codes.extend(after(&text.replace(start, &format!("{start}\"")).replace("\"\"", "\""), start.trim_end_matches('"'), 1));
        }
        for line in text.lines().filter(|l| l.contains("form.must(")) {
            codes.extend(line.trim_end().trim_end_matches(");").trim_end_matches('"').rsplit('"').next().map(str::to_string).filter(|_| line.trim_end().ends_with("\");")));
        }
    }
    assert!(codes.len() > 20, "the codes are found: {codes:?}");
    assert_eq!(missing("flaws", &codes), Vec::<String>::new());
}
#[test]
fn every_step_of_a_derivation_has_words() {
    let codes = sources("domain/src/promise").iter().flat_map(|(_, text)| text.split("\"explain.").skip(1).filter_map(|t| t.split('"').next())
        .map(|code| format!("explain.{code}")).collect::<Vec<_>>()).collect::<BTreeSet<_>>();
    assert!(codes.len() > 8, "the codes are found: {codes:?}");
    assert_eq!(missing("explain", &codes), Vec::<String>::new());
}
