//! What leans on what, and what must not be found on a floor.
use super::house::{House, dependencies};
use super::rust::{Source, has_word, product_code};
use std::collections::BTreeMap;

/// Who may lean on whom. Written down once; the check reads every manifest and compares.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("channels", &["domain"]),
    ("desk", &["domain", "store", "channels"]),
    ("server", &["domain", "store", "channels", "desk", "paper"]),
    ("paper", &[]),
    ("testkit", &["domain"]),
    ("bench", &["domain", "testkit"]),
    ("xtask", &[]),
];

/// The tests of a floor may use the test kit besides; the rock's may not, for the kit leans on it.
const KIT: &str = "testkit";

pub fn arrows(house: &House) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, manifest) in house.manifests() {
        let Some((_, may)) = ARROWS.iter().find(|(floor, _)| *floor == name) else {
            findings.push(format!("{}: a new crate needs a line in ARROWS and a place on the map", manifest.path));
            continue;
        };
        for d in dependencies(&manifest.text) {
            let is_ours = ARROWS.iter().any(|(floor, _)| *floor == d.name);
            let in_tests = d.section == "dev-dependencies" && d.name == KIT && !may.is_empty();
            if is_ours && !may.contains(&d.name) && !in_tests {
                findings.push(format!("{}:{}: {name} may not lean on {}", manifest.path, d.line, d.name));
            }
        }
    }
    findings
}

/// Arithmetic on civil time and on money, and nothing else.
const ROCK_LEANS_ON: &[&str] = &["jiff", "rust_decimal"];

/// No clock, no dice, no I/O, no threads, no async, no serialisation.
const NOT_ON_THE_ROCK: &[&str] = &["tokio", "async", "await", "::now(", "rand", "serde"];
const STD_NOT_ON_THE_ROCK: &[&str] = &["time", "fs", "net", "thread", "process", "env"];

pub fn rock_is_bare(house: &House) -> Vec<String> {
    let mut findings = Vec::new();
    for (_, manifest) in house.manifests().filter(|(name, _)| *name == "domain") {
        for d in dependencies(&manifest.text).iter().filter(|d| d.section == "dependencies" && !ROCK_LEANS_ON.contains(&d.name)) {
            findings.push(format!("{}:{}: domain leans on {} only, not on {}", manifest.path, d.line, ROCK_LEANS_ON.join(" and "), d.name));
        }
    }
    for (page, source) in product_code(house).iter().filter(|(page, _)| page.path.starts_with("crates/domain/")) {
        let words = NOT_ON_THE_ROCK.iter().flat_map(|word| source.lines_with(word).into_iter().map(move |line| (line, word.to_string())));
        for (line, word) in words.chain(std_modules(source)) {
            findings.push(format!("{}:{line}: `{word}` has no place in domain; take what it gives as an argument", page.path));
        }
    }
    findings
}

/// `std::fs` and `use std::{fs, …}` alike.
fn std_modules(source: &Source) -> impl Iterator<Item = (usize, String)> {
    let names = |line: &str| {
        let grouped = line.split_once("std::{").map(|(_, rest)| {
            rest.split(',').map(|p| p.trim().split("::").next().unwrap_or("").trim_end_matches(['}', ';']).to_string()).collect::<Vec<_>>()
        });
        let named =
            |module: &&&str| has_word(line, &format!("std::{module}")) || grouped.as_ref().is_some_and(|g| g.iter().any(|name| name == *module));
        STD_NOT_ON_THE_ROCK.iter().filter(named).map(|m| format!("std::{m}")).collect::<Vec<_>>()
    };
    source.code.lines().enumerate().flat_map(move |(i, line)| names(line).into_iter().map(move |n| (i + 1, n))).collect::<Vec<_>>().into_iter()
}

pub fn sql_stays_in_the_cellar(house: &House) -> Vec<String> {
    let above = ["domain", "channels", "desk", "server"];
    let mut findings = Vec::new();
    for (page, source) in product_code(house).iter().filter(|(page, _)| above.iter().any(|floor| page.path.starts_with(&format!("crates/{floor}/"))))
    {
        for literal in source.literals.iter().filter(|l| is_sql(&l.text)) {
            findings.push(format!("{}:{}: SQL lives in store: give the operation a name there", page.path, literal.line));
        }
    }
    findings
}

/// Whether a text begins as a statement. Sentences may hold the same words further on.
fn is_sql(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().filter(|w| *w != "\\").map(str::to_lowercase).collect();
    let has = |word: &str| words.iter().any(|w| w == word);
    match words.iter().map(String::as_str).take(3).collect::<Vec<_>>()[..] {
        ["select", ..] => has("from"),
        ["insert", "into", ..] | ["delete", "from", ..] => true,
        ["update", _, "set"] => true,
        ["with", _, "as"] => has("select"),
        _ => false,
    }
}

/// `folder word word …` a line: the words of a vendor, at home in `channels/src/<folder>/`. Kept outside `src`, or it would find itself.
const VENDORS: &str = "crates/xtask/vendors.txt";
const VENDORS_ALLOWED: &str = "crates/xtask/allow/vendors.txt";

pub fn vendors_stay_home(house: &House) -> Vec<String> {
    let Some(vendors) = house.text(VENDORS) else { return vec![format!("{VENDORS}: is missing")] };
    let vendors: Vec<Vec<&str>> = lines(vendors).map(|line| line.split_whitespace().collect()).collect();
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for page in house.sources() {
        for words in vendors.iter().filter(|words| !page.path.starts_with(&format!("crates/channels/src/{}/", words[0]))) {
            for (i, line) in page.text.lines().enumerate() {
                let lower = line.to_lowercase();
                if let Some(word) = words.iter().find(|word| lower.contains(**word)) {
                    found.entry(&page.path).or_default().push(format!(
                        "{}:{}: `{word}` belongs in plans/ or in channels/src/{}/",
                        page.path,
                        i + 1,
                        words[0]
                    ));
                }
            }
        }
    }
    within_allowance(found, house.text(VENDORS_ALLOWED).unwrap_or(""), VENDORS_ALLOWED)
}

/// A list of `path number` may only shrink: more findings than the number are findings, and so is a number that is too high.
fn within_allowance(found: BTreeMap<&str, Vec<String>>, allowed: &str, list: &str) -> Vec<String> {
    let mut found = found;
    let mut findings = Vec::new();
    for (path, number) in allowances(allowed) {
        let here = found.remove(path).unwrap_or_default();
        if here.len() > number {
            findings.extend(here);
        } else if here.len() < number {
            findings.push(format!("{list}: {path} needs {} only, not {number}; the list shrinks", here.len()));
        }
    }
    findings.extend(found.into_values().flatten());
    findings
}

/// The `path number` lines of an allow-list; a line that does not read so allows nothing.
pub fn allowances(list: &str) -> impl Iterator<Item = (&str, usize)> {
    lines(list).map(|line| {
        let mut words = line.split_whitespace();
        (words.next().unwrap_or(""), words.next().and_then(|n| n.parse().ok()).unwrap_or(0))
    })
}

/// Lines without comments and empty ones.
fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(|line| line.split('#').next().unwrap_or("").trim()).filter(|line| !line.is_empty())
}

const CLOCKS: &[&str] = &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "Utc::now", "Local::now"];

/// Who may look at the wall, and what for.
const MAY_LOOK: &[(&str, &str)] = &[
    ("crates/server/src/watch.rs", "the one clock of the house"),
    ("crates/server/src/cli/", "how long a command took, told to the person who waits"),
    ("crates/bench/", "how long things take is what it is for"),
    ("crates/store/src/db/", "how long the writer waits for company in a batch; never stored"),
];

pub fn one_clock(house: &House) -> Vec<String> {
    let mut findings = Vec::new();
    for (page, source) in product_code(house).iter().filter(|(page, _)| !MAY_LOOK.iter().any(|(path, _)| page.path.starts_with(path))) {
        for (clock, line) in CLOCKS.iter().flat_map(|clock| source.lines_with(clock).into_iter().map(move |line| (clock, line))) {
            findings.push(format!("{}:{line}: `{clock}`: take `now: At` as an argument; only server/src/watch.rs looks at the wall", page.path));
        }
    }
    findings
}

/// The rooms that reckon money, on every floor that has them.
const MONEY_ROOMS: &[&str] = &["money", "credit", "contract", "statement", "invoice", "order", "quota", "plan"];

pub fn money_is_exact(house: &House) -> Vec<String> {
    let mut findings = Vec::new();
    for (page, source) in product_code(house).iter().filter(|(page, _)| MONEY_ROOMS.iter().any(|room| is_of_room(&page.path, room))) {
        for (i, line) in source.code.lines().enumerate() {
            if line.contains("f32") || line.contains("f64") || has_float_literal(line) {
                findings.push(format!("{}:{}: no binary fractions where money is reckoned: use Amount, Ratio or Decimal", page.path, i + 1));
            }
        }
    }
    findings
}
/// `…/money/fee.rs` and `…/money.rs` alike.
fn is_of_room(path: &str, room: &str) -> bool {
    path.split('/').any(|part| part == room || part.strip_suffix(".rs") == Some(room))
}
/// `0.5`, but not the fields of `pair.0.1`, the range `0..5` or the method of `5.max(n)`.
fn has_float_literal(line: &str) -> bool {
    let bytes = line.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let begins = |i: usize| {
        let first = (0..=i).rev().take_while(|j| digit(*j) || bytes[*j] == b'_').last();
        first.is_none_or(|j| j == 0 || !(bytes[j - 1].is_ascii_alphanumeric() || bytes[j - 1] == b'.'))
    };
    (1..bytes.len()).any(|i| bytes[i] == b'.' && digit(i - 1) && digit(i + 1) && begins(i - 1))
}
