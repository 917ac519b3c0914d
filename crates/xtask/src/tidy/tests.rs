use super::house::Page;
use super::rust::Source;
use super::*;

fn house(pages: &[(&str, &str)]) -> House {
    House { pages: pages.iter().map(|(path, text)| Page { path: path.to_string(), text: text.to_string() }).collect() }
}

/// The check must find exactly one thing here, and these words must be in it.
#[track_caller]
fn finds(check: Check, pages: &[(&str, &str)], words: &str) {
    let found = check(&house(pages));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains(words), "{found:#?}");
}

#[track_caller]
fn passes(check: Check, pages: &[(&str, &str)]) {
    assert_eq!(check(&house(pages)), Vec::<String>::new());
}

// The house as it stands.

#[track_caller]
fn is_tidy(name: &str) {
    let house = House::read(&root()).unwrap();
    assert!(house.text("Cargo.toml").is_some(), "the house was not found");
    let (_, check) = CHECKS.iter().find(|(known, _)| *known == name).unwrap();
    let findings = check(&house);
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

macro_rules! tidy {
    ($($name:ident)*) => {
        mod as_it_stands {
            $(#[test] fn $name() { super::is_tidy(stringify!($name)); })*
        }
        #[test]
        fn every_check_is_run() {
            assert_eq!(CHECKS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [$(stringify!($name)),*]);
        }
    };
}
tidy! {
    arrows rock_is_bare sql_stays_in_the_cellar vendors_stay_home one_clock money_is_exact no_rough_edges dependencies_have_reasons plain_names
    files_stay_readable stands_alone rooms_are_in_the_glossary crates_are_on_the_map plan_books_name_their_version
}

// Each check can fail, and lets the good pass.

#[test]
fn an_arrow_upwards_is_found() {
    finds(walls::arrows, &[("crates/store/Cargo.toml", "[dependencies]\ndesk = { workspace = true }")], "store may not lean on desk");
    finds(walls::arrows, &[("crates/store/Cargo.toml", "[dependencies]\nchannels.workspace = true")], "store may not lean on channels");
    finds(walls::arrows, &[("crates/desk/Cargo.toml", "[dependencies]\ntestkit = { workspace = true }")], "desk may not lean on testkit");
    finds(walls::arrows, &[("crates/domain/Cargo.toml", "[dev-dependencies]\ntestkit = { workspace = true }")], "domain may not lean on testkit");
    passes(
        walls::arrows,
        &[("crates/desk/Cargo.toml", "[dependencies]\nstore = { workspace = true }\n[dev-dependencies]\ntestkit = { workspace = true }")],
    );
}

#[test]
fn a_crate_nobody_knows_is_found() {
    finds(walls::arrows, &[("crates/attic/Cargo.toml", "[package]")], "a new crate needs a line");
}

#[test]
fn a_clock_a_thread_or_dice_on_the_rock_are_found() {
    let domain = |text| [("crates/domain/src/ticket/mod.rs", text)];
    for bad in [
        "use std::time::Instant;",
        "use std::{fmt, fs::File};",
        "async fn f() {}",
        "let t = Clock::now();",
        "use serde::Serialize;",
        "let n = rand::random();",
    ] {
        assert!(!walls::rock_is_bare(&house(&domain(bad))).is_empty(), "{bad} passes");
    }
    passes(
        walls::rock_is_bare,
        &domain("/// No serde, no std::time.\nfn operand() -> &'static str { \"async\" }\n#[cfg(test)]\nmod tests { use std::fs; }"),
    );
    finds(
        walls::rock_is_bare,
        &[("crates/domain/Cargo.toml", "[dependencies]\nserde = \"1\" # wire\n[dev-dependencies]\nproptest = \"1\"")],
        "not on serde",
    );
}

#[test]
fn a_statement_above_the_cellar_is_found() {
    let desk = |text| [("crates/desk/src/ticket.rs", text)];
    for bad in [
        "\"select id\n from ticket\"",
        "r#\"INSERT INTO t values (1)\"#",
        "\"update ticket set a = 1\"",
        "\"delete from t\"",
        "\"with x as (select 1) select 2\"",
    ] {
        finds(walls::sql_stays_in_the_cellar, &desk(bad), "SQL lives in store");
    }
    passes(walls::sql_stays_in_the_cellar, &desk("\"Tickets one may select from\"; \"Update the plan\"; // select a from b"));
    passes(walls::sql_stays_in_the_cellar, &[("crates/store/src/ticket.rs", "\"select id from ticket\"")]);
}

const WORDS: (&str, &str) = ("crates/xtask/vendors.txt", "acme 顶点 # a vendor");

#[test]
fn a_vendor_away_from_home_is_found() {
    finds(walls::vendors_stay_home, &[WORDS, ("crates/desk/src/talk.rs", "// ask AcmeChat")], "`acme` belongs in");
    finds(walls::vendors_stay_home, &[WORDS, ("crates/channels/src/mail/mod.rs", "\"顶点\"")], "`顶点` belongs in");
    passes(walls::vendors_stay_home, &[WORDS, ("crates/channels/src/acme/mod.rs", "struct Acme;"), ("plans/acme/a@1.toml", "acme")]);
    finds(walls::vendors_stay_home, &[], "is missing");
}

#[test]
fn the_vendors_allow_list_only_shrinks() {
    let allow = |n: &'static str| ("crates/xtask/allow/vendors.txt", n);
    passes(walls::vendors_stay_home, &[WORDS, allow("crates/desk/src/a.rs 1 # old"), ("crates/desk/src/a.rs", "acme")]);
    finds(walls::vendors_stay_home, &[WORDS, allow("crates/desk/src/a.rs 2"), ("crates/desk/src/a.rs", "acme")], "needs 1 only, not 2");
    assert_eq!(walls::vendors_stay_home(&house(&[WORDS, allow("crates/desk/src/a.rs 1"), ("crates/desk/src/a.rs", "acme\nacme")])).len(), 2);
    finds(walls::vendors_stay_home, &[WORDS, allow("crates/desk/src/gone.rs 1")], "needs 0 only");
}

#[test]
fn a_second_clock_is_found() {
    finds(walls::one_clock, &[("crates/desk/src/act.rs", "let t = std::time::Instant::now();")], "`Instant::now`");
    finds(walls::one_clock, &[("crates/server/src/http/mod.rs", "jiff::Timestamp::now()")], "`Timestamp::now`");
    passes(
        walls::one_clock,
        &[
            ("crates/server/src/watch.rs", "SystemTime::now()"),
            ("crates/desk/src/tests.rs", "Instant::now()"),
            ("crates/desk/src/b.rs", "// Instant::now"),
        ],
    );
}

#[test]
fn an_unwrap_outside_tests_is_found() {
    finds(manners::no_rough_edges, &[("crates/desk/src/act.rs", "fn f() { g().unwrap(); }")], "act.rs:1");
    finds(manners::no_rough_edges, &[("crates/desk/src/act.rs", "fn f() {\n todo!() }")], "act.rs:2");
    passes(
        manners::no_rough_edges,
        &[("crates/desk/src/act.rs", "fn f() { g().unwrap_or(1); \"dbg!\"; } #[cfg(test)] mod tests { fn t() { g().unwrap(); } }")],
    );
}

#[test]
fn a_binary_fraction_where_money_is_reckoned_is_found() {
    for bad in ["let rate: f64 = 1;", "let x = d.to_f64();", "use std::f32;", "let half = 0.5;", "f(1_000.25)"] {
        finds(walls::money_is_exact, &[("crates/domain/src/money/fee.rs", bad)], "no binary fractions");
        finds(walls::money_is_exact, &[("crates/desk/src/invoice.rs", bad)], "no binary fractions");
        passes(walls::money_is_exact, &[("crates/domain/src/routing/mod.rs", bad)]);
    }
    let good = "/// 0.5, f64\nlet (a, b) = (pair.0.1, 0..5); let c = 5.max(n); let r = \"0.10\";\n#[cfg(test)]\nmod tests { fn f() -> f64 { 0.5 } }";
    passes(walls::money_is_exact, &[("crates/domain/src/money/fee.rs", good)]);
}

#[test]
fn a_test_module_in_a_file_of_its_own_is_test_code() {
    let declared = ("crates/desk/src/lib.rs", "#[cfg(test)]\nmod stories;\n#[cfg(any(test, feature = \"testing\"))]\npub mod fresh;");
    let (stories, fresh) = (("crates/desk/src/stories.rs", "f().unwrap();"), ("crates/desk/src/fresh/mod.rs", "f().unwrap();"));
    passes(manners::no_rough_edges, &[declared, stories, fresh]);
    assert_eq!(manners::no_rough_edges(&house(&[stories, fresh])).len(), 2);
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    finds(manners::dependencies_have_reasons, &[("crates/desk/Cargo.toml", "[dependencies]\ncsv = \"1\"")], "why does it lean on csv");
    finds(manners::dependencies_have_reasons, &[("crates/desk/Cargo.toml", "[dependencies.csv]\nversion = \"1\"")], "why does it lean on csv");
    passes(
        manners::dependencies_have_reasons,
        &[("crates/desk/Cargo.toml", "[dependencies]\ncsv = \"1\" # imports\ndesk = { workspace = true }\n[lints]\nworkspace = true")],
    );
}

#[test]
fn a_name_that_says_nothing_is_found() {
    finds(manners::plain_names, &[("crates/desk/src/utils/a.rs", ""), ("crates/desk/src/utils/b.rs", "")], "crates/desk/src/utils: ");
    finds(manners::plain_names, &[("crates/desk/src/common.rs", "")], "`common` says nothing");
    passes(manners::plain_names, &[("crates/desk/src/ticket.rs", ""), ("docs/core/a.md", "")]);
}

#[test]
fn a_file_too_long_to_read_is_found() {
    let long = "\n".repeat(901);
    let page = ("crates/desk/src/a.rs", long.as_str());
    let allow = |n: &'static str| ("crates/xtask/allow/long_files.txt", n);
    finds(manners::files_stay_readable, &[page], "901 lines, 900 at most");
    passes(manners::files_stay_readable, &[page, allow("crates/desk/src/a.rs 950 # a table")]);
    finds(manners::files_stay_readable, &[("crates/desk/src/a.rs", "short"), allow("crates/desk/src/a.rs 950")], "the list shrinks");
}

#[test]
fn a_place_outside_the_repository_is_found() {
    finds(manners::stands_alone, &[("README.md", concat!("see /wo", "rk/notes"))], "README.md:1");
    finds(manners::stands_alone, &[("docs/a.md", concat!("\n../sha", "red/x"))], "docs/a.md:2");
    passes(manners::stands_alone, &[("README.md", "our work/life and shared/ things")]);
}

#[test]
fn a_room_without_a_row_is_found() {
    let room = ("crates/domain/src/ticket/mod.rs", "");
    finds(papers::rooms_are_in_the_glossary, &[room, ("GLOSSARY.md", "| `quota` | 配额 | … |")], "`ticket` has no row");
    passes(papers::rooms_are_in_the_glossary, &[room, ("crates/domain/src/lib.rs", ""), ("GLOSSARY.md", "| `ticket` | 工单 | … |")]);
}

#[test]
fn a_crate_missing_on_the_map_is_found() {
    let manifest = ("crates/desk/Cargo.toml", "");
    finds(papers::crates_are_on_the_map, &[manifest, ("ARCHITECTURE.md", "`store`")], "`desk` is not on it");
    finds(papers::crates_are_on_the_map, &[manifest], "is missing");
    passes(papers::crates_are_on_the_map, &[manifest, ("ARCHITECTURE.md", "crates/desk")]);
}

#[test]
fn a_plan_book_without_a_version_is_found() {
    finds(papers::plan_books_name_their_version, &[("plans/acme/enterprise.toml", "")], "<family>@<version>.toml");
    finds(papers::plan_books_name_their_version, &[("plans/enterprise@v1.toml", "")], "<family>@<version>.toml");
    passes(
        papers::plan_books_name_their_version,
        &[("plans/acme/enterprise-trial@v1.toml", ""), ("plans/calendars/cn.toml", ""), ("plans/README.md", "")],
    );
}

// The reader of Rust.

#[test]
fn comments_and_literals_are_blank_in_the_code() {
    let text = "let a = \"T1 // T2\"; /* T3 /* T4 */ T5 */ let e = 'T'; // T6\nlet r = r#\"T7\"T8\"#; let l: &'static str = b\"\\\"T9\";";
    let source = Source::read(text);
    assert!(!source.code.contains('T') && source.code.contains("let e =") && source.code.contains("&'static str"), "{}", source.code);
    let literals: Vec<_> = source.literals.iter().map(|l| (l.line, l.text.as_str())).collect();
    assert_eq!(literals, [(1, "T1 // T2"), (2, "T7\"T8"), (2, "\\\"T9")]);
}

#[test]
fn quotes_in_characters_open_no_text() {
    let source = Source::read("let a = ['\"', '\\'', '中']; let b = todo!();");
    assert_eq!(source.lines_with("todo!"), [1]);
    assert!(source.literals.is_empty());
}

#[test]
fn code_after_a_test_module_is_code_again() {
    let source = Source::read("#[cfg(test)]\nmod tests { fn f() { \"}\"; } }\nfn g() { todo!() }\n#[cfg(not(test))]\nfn h() { dbg!(1) }");
    assert_eq!((source.lines_with("todo!"), source.lines_with("dbg!")), (vec![3], vec![5]));
}

#[test]
fn a_word_is_no_part_of_a_longer_one() {
    let source = Source::read("operand(); strand::x(); rand::y();");
    assert_eq!(source.lines_with("rand"), [1]);
    assert!(Source::read("operand(); brand();").lines_with("rand").is_empty());
}
