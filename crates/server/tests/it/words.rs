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
fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.')
}
/// The texts in quotes at the `n`th place after each `start`, as far as they stand on the same line and look like codes.
fn after(text: &str, start: &str, n: usize) -> Vec<String> {
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
        codes.extend(after(&text, " no(", 0));
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
        for start in ["Flaw::new(", "Fault::invalid(", "Problem::invalid("] {
            // The field may be a text or made by `format!`; the code is the last text before the bracket closes or arguments follow.
            for said in text.split(start).skip(1) {
                let said = said.split(".with(").next().unwrap_or_default().split(';').next().unwrap_or_default().lines().next().unwrap_or_default();
                codes.extend(said.rsplit_once("\")").and_then(|(said, _)| said.rsplit('"').next()).filter(|c| is_code(c)).map(str::to_string));
            }
        }
        let musts = text.lines().filter(|l| l.contains("form.must(") || l.contains(".must("));
        codes.extend(musts.filter_map(|l| l.trim_end().strip_suffix("\");")?.rsplit('"').next()).filter(|c| is_code(c)).map(str::to_string));
    }
    assert!(codes.len() > 25, "the codes are found: {codes:?}");
    assert_eq!(missing("flaws", &codes), Vec::<String>::new());
}
