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
        for start in
            ["Fault::refused(", "Refused { code: ", "Hindrance { code: ", "Unauthorized { code: ", "Busy { code: ", "Problem::new(StatusCode::"]
        {
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
/// What stands between each `start`, which ends in a quote, and the next quote.
fn said(text: &str, start: &str) -> Vec<String> {
    text.split(start).skip(1).filter_map(|rest| rest.split('"').next()).filter(|t| is_code(t)).map(str::to_string).collect()
}
#[test]
fn every_code_that_is_chosen_on_the_way_has_words() {
    let mut flaws: BTreeSet<String> = server::http::wire::VALUE_CODES.iter().map(|c| c.to_string()).collect();
    let mut problems: BTreeSet<String> = domain::ticket::Refusal::ALL.iter().map(|r| desk::Fault::from(*r).code().to_string()).collect();
    problems.extend(domain::booking::Refusal::ALL.iter().map(|r| r.key().to_string()));
    problems.extend(["quota.count_used_up", "quota.days_used_up"].map(str::to_string));
    for (path, text) in sources("desk/src") {
        if path.ends_with("webhook.rs") {
            flaws.extend(["Err(\"", "ok_or(\""].iter().flat_map(|start| said(&text, start)));
        } else if path.ends_with("access.rs") {
            flaws.extend(after(&text, ", _) => ", 0).into_iter().chain(after(&text, "(true, false) => ", 0)));
        } else if path.ends_with("account.rs") {
            problems.extend(after(&text, "=> ", 0).into_iter().filter(|code| code.starts_with("plan.")));
        }
    }
    assert!(flaws.contains("not_http") && flaws.contains("more_than_own") && problems.contains("plan.closed"), "{flaws:?} {problems:?}");
    assert_eq!(missing("flaws", &flaws), Vec::<String>::new());
    assert_eq!(missing("problems", &problems), Vec::<String>::new());
}

#[test]
fn every_refusal_of_the_rules_of_money_has_words() {
    let rooms = ["domain/src/contract", "domain/src/money", "domain/src/credit"];
    let kinds = ["contract.", "refund.", "claim.", "money.", "plan."];
    let texts = rooms.iter().flat_map(|room| sources(room));
    let codes: BTreeSet<String> =
        texts.flat_map(|(_, text)| after(&text, "=> ", 0)).filter(|code| kinds.iter().any(|kind| code.starts_with(kind))).collect();
    assert!(codes.len() > 20 && codes.contains("money.days"), "the codes are found: {codes:?}");
    assert_eq!(missing("problems", &codes), Vec::<String>::new());
}

/// Names a Chinese reader knows by these letters: of standards and headers, of fields and values they write themselves. What begins with a
/// digit is an example of a value.
const KNOWN: &[&str] = &[
    "API",
    "ASCII",
    "Asia/Shanghai",
    "Authorization",
    "Bearer",
    "Content-Type",
    "Cookie",
    "Debian",
    "ETag",
    "GOC",
    "IANA",
    "ISO",
    "Idempotency-Key",
    "If-Match",
    "JSON",
    "Node",
    "PEM",
    "PT30S",
    "PT40M",
    "RFC",
    "TOML",
    "U",
    "UTC",
    "UTF-8",
    "Webhook",
    "account",
    "application/json",
    "aud",
    "chmod",
    "cursor",
    "debug",
    "en",
    "example.com",
    "false",
    "fonts-noto-cjk",
    "help",
    "host",
    "http",
    "https",
    "i18n",
    "info",
    "iss",
    "jti",
    "limit",
    "list",
    "map",
    "open",
    "plan",
    "postgres",
    "print-config",
    "rejects",
    "server",
    "sqlite",
    "starttls",
    "sub",
    "support",
    "tls",
    "true",
    "yinuo",
    "yn",
    "zh-CN",
];
fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}
/// A sentence without what is filled into it.
fn without_holes(text: &str) -> String {
    text.split('{').enumerate().map(|(n, part)| if n == 0 { part } else { part.split_once('}').map_or(part, |(_, rest)| rest) }).collect()
}
fn every_sentence(lang: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../i18n").join(lang);
    let pages = std::fs::read_dir(folder).unwrap().filter_map(|f| f.unwrap().path().file_stem().map(|s| s.to_string_lossy().into_owned()));
    pages
        .flat_map(|page| words::page(lang, &page).into_iter().map(move |(code, text)| (format!("{lang}/{page}: {code}"), without_holes(text))))
        .collect()
}
#[test]
fn no_english_is_left_in_chinese_and_no_chinese_in_english() {
    let (zh, en) = (every_sentence("zh-CN"), every_sentence("en"));
    assert!(zh.len() > 200 && zh.len() == en.len(), "{} {}", zh.len(), en.len());
    let mut wrong = Vec::new();
    for (at, text) in zh {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"-/.".contains(c)).map(|w| w.trim_matches(['-', '/', '.']));
        let foreign: Vec<_> = words.filter(|w| w.starts_with(|c: char| c.is_ascii_alphabetic()) && !KNOWN.contains(w)).collect();
        if !foreign.is_empty() {
            wrong.push(format!("{at}: {foreign:?} in {text:?}"));
        }
    }
    wrong.extend(en.into_iter().filter(|(_, text)| text.contains(is_chinese)).map(|(at, text)| format!("{at}: {text:?}")));
    assert!(wrong.is_empty(), "words no reader of that language knows, or new names for KNOWN in tests/it/words.rs:\n{}", wrong.join("\n"));
}
#[test]
fn no_sentence_is_a_bare_key() {
    let bare = |lang: &str| every_sentence(lang).into_iter().filter(|(_, text)| text.contains(['_', '.']) && is_code(text)).collect::<Vec<_>>();
    let found: Vec<_> = words::languages().flat_map(bare).collect();
    assert!(found.is_empty(), "{found:?}");
}
