use super::*;
use domain::kit::{At, Span};
use domain::plan::{FeeModel, PlanBook, Standing, Verdict, When};
use domain::promise::{Base, Cmp, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn plans_dir() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../plans"))
}
fn shipped() -> Library {
    Library::shipped().unwrap_or_else(|found| panic!("{}", found.iter().map(|f| words(f, "en")).collect::<Vec<_>>().join("\n")))
}

// ---------------------------------------------------------------- the shipped books

#[test]
fn every_shipped_book_and_calendar_is_sound() {
    let library = shipped();
    let report = check(&library);
    assert!(report.passes());
    assert_eq!(library.books().count(), 11);
    assert_eq!(report.unconfirmed.len(), 11);
}
#[test]
fn the_compiled_in_files_are_those_of_the_folder() {
    let library = Library::open(plans_dir());
    assert_eq!(library.findings(), []);
    let compiled: BTreeMap<_, _> = FILES
        .iter()
        .filter(|(name, _)| !name.starts_with("calendars/") && !name.starts_with("credits/"))
        .map(|(n, t)| (n.to_string(), t.to_string()))
        .collect();
    let folder: BTreeMap<_, _> = library.shelves().iter().map(|s| (s.file.clone(), s.text.clone())).collect();
    assert_eq!(compiled, folder, "add the new file to plan/shipped.rs");
    assert_eq!(library.calendar_ids().collect::<Vec<_>>(), shipped().calendar_ids().collect::<Vec<_>>());
    assert_eq!(library.credit_books().collect::<Vec<_>>(), shipped().credit_books().collect::<Vec<_>>());
}
#[test]
fn a_book_keeps_the_text_that_was_published_and_its_hash() {
    let library = shipped();
    for shelf in library.shelves() {
        assert_eq!(shelf.book.hash, hash(&shelf.text));
        assert_eq!(shelf.book.hash.len(), 64);
    }
}
#[test]
fn the_instant_of_the_order_pins_the_version() {
    let library = shipped();
    let id = |family: &str, at: &str| library.version_at(family, At::parse(at).unwrap()).map(|b| b.id.clone());
    for family in ["ali.basic", "ali.enterprise", "ali.top"] {
        assert_eq!(id(family, "2025-06-16T10:59:59.999999+08:00"), Some(format!("{family}.v1")));
        assert_eq!(id(family, "2025-06-16T03:00:00Z"), Some(format!("{family}.v2")));
        assert_eq!(id(family, "1999-01-01T00:00:00Z"), Some(format!("{family}.v1")));
    }
    assert_eq!(id("ali.business", "2025-06-16T03:00:00Z"), None, "not sold after the cut-over");
    assert_eq!(id("ali.excellence", "2025-06-16T02:59:59Z"), None, "not sold before it");
    assert_eq!(id("ali.excellence", "2025-06-16T03:00:00Z").as_deref(), Some("ali.excellence.v2"));
    assert_eq!(id("volc.default", "2020-01-01T00:00:00Z").as_deref(), Some("volc.default.2025"));
}

#[test]
fn the_highest_plan_needs_an_invitation_and_a_paid_plan() {
    use domain::plan::{NotForSale, may_order};
    let library = shipped();
    let excellence = library.book("ali.excellence.v2").unwrap();
    let (basic, top) = (["ali.basic".to_string()], ["ali.basic".to_string(), "ali.top".to_string()]);
    assert_eq!(may_order(excellence, &top, false), Err(NotForSale::NotInvited));
    assert_eq!(may_order(excellence, &basic, true), Err(NotForSale::NeedsOneOf));
    assert_eq!(may_order(excellence, &top, true), Ok(()));
    assert_eq!(may_order(library.book("ali.business.v1").unwrap(), &top, true), Err(NotForSale::Closed));
}

// ---------------------------------------------------------------- every number of the documents

type Line = (String, String, String, String);

fn facts() -> Vec<(Line, String)> {
    let line = |text: &str| {
        let parts: Vec<&str> = text.split(" | ").collect();
        let [book, kind, name, fields, source] = parts.as_slice() else { panic!("five parts: {text}") };
        let mut fields: Vec<&str> = fields.split_whitespace().collect();
        fields.sort_unstable();
        ((book.to_string(), kind.to_string(), name.to_string(), fields.join(" ")), source.to_string())
    };
    include_str!("facts.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(line).collect()
}
/// The same lines, drawn from a book, with the document's number and section behind each.
fn lines_of(b: &PlanBook) -> Vec<(Line, String)> {
    fn dash<T: ToString>(value: &Option<T>) -> String {
        value.as_ref().map_or("-".to_string(), T::to_string)
    }
    let mut lines = Vec::new();
    let mut add = |kind: &str, name: String, mut fields: Vec<String>, source: &domain::promise::Source| {
        fields.sort();
        lines.push(((b.id.clone(), kind.to_string(), name.replace(' ', "_"), fields.join(" ")), format!("{} {}", source.document, source.section)));
    };
    let plus = |keys: &[String]| if keys.is_empty() { "-".to_string() } else { keys.join("+").replace(' ', "_") };
    let instant = |at: Option<At>| {
        at.map_or("-".to_string(), |at| at.timestamp().to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).strftime("%FT%T%:z").to_string())
    };
    add("effective", "-".into(), vec![format!("from={}", instant(b.effective.from)), format!("to={}", instant(b.effective.to))], &b.document);
    add("fee", "-".into(), vec![format!("base={}", dash(&b.fee.base)), format!("rate={}", dash(&b.fee.rate))], &b.fee.source);
    if let Some(e) = &b.eligibility {
        add("eligibility", "-".into(), vec![format!("requires_any={}", plus(&e.requires_any))], &e.source);
    }
    for c in &b.channels {
        add("channel", c.id.clone(), vec![format!("calendar={}", dash(&c.calendar))], &c.source);
    }
    for p in b.promises.iter().filter(|p| p.key != "next_response") {
        let target = match p.target {
            Some(Target::WorkingDays(n)) => format!("{n}wd"),
            Some(Target::Time(span)) => span.to_string(),
            None => "-".to_string(),
        };
        let cmp = p.cmp.map_or("-", |c| if c == Cmp::Lt { "lt" } else { "le" });
        let mut fields = vec![format!("target={target}"), format!("cmp={cmp}"), format!("calendar={}", dash(&p.calendar))];
        match p.base {
            Base::Received => {}
            base => fields.push(format!("base={}", format!("{base:?}").to_lowercase())),
        }
        if let When::InHours(id) | When::OutOfHours(id) = &p.when {
            fields.push(format!("hours={id}"));
        }
        fields.extend(p.consumes.iter().map(|q| format!("consumes={q}")));
        add("promise", p.row.clone(), fields, &p.source);
    }
    for q in &b.quotas {
        let count = if q.purchased { "purchased".to_string() } else { dash(&q.count) };
        let period = format!("{:?}", q.period).to_lowercase();
        let fields =
            [("count", count), ("days", dash(&q.days)), ("period", period), ("lead", dash(&q.lead_working_days)), ("exempt", dash(&q.exempt_when))];
        add("quota", cells::quota_name(&q.id, q.edition.as_deref()), fields.map(|(k, v)| format!("{k}={v}")).to_vec(), &q.source);
    }
    for d in &b.deliverables {
        let every = d.every.map_or("-".to_string(), |e| format!("{e:?}").to_lowercase());
        let fields = [
            ("every", every),
            ("due", dash(&d.due_working_days)),
            ("per", plus(&d.per)),
            ("min", dash(&d.min_count)),
            ("merged_into", dash(&d.merged_into)),
            ("contents", plus(&d.contents)),
        ];
        add("deliverable", d.id.clone(), fields.map(|(k, v)| format!("{k}={v}")).to_vec(), &d.source);
    }
    for (kind, features) in [("feature", &b.features), ("not_provided", &b.not_provided)] {
        features.iter().for_each(|f| add(kind, f.id.clone(), vec![], &f.source));
    }
    for l in &b.scope.escort_products {
        let products = if l.products.is_empty() { "all".to_string() } else { plus(&l.products) };
        add("escort_line", l.line.clone(), vec![format!("products={products}")], &l.source);
    }
    for t in &b.scope.third_party {
        add("third_party", t.name.clone(), vec![format!("category={}", t.category)], &t.source);
    }
    // Rules are words; only those with a number or a length of time in them are facts of this list.
    for p in &b.policies {
        if let Some(value) = p.value.as_ref().filter(|v| v.parse::<f64>().is_ok() || Span::parse(v).is_ok()) {
            add("policy", p.id.clone(), vec![format!("value={value}")], &p.source);
        }
    }
    lines
}
/// Both sides spell durations the same way: `PT120M` in a document is `PT2H` for a machine.
fn normal(line: &Line) -> Line {
    let field = |f: &str| match f.split_once('=') {
        Some((key, value)) if key == "target" => format!("{key}={}", Span::parse(value).map_or(value.to_string(), |s| s.to_string())),
        _ => f.to_string(),
    };
    let (book, kind, name, fields) = line;
    (book.clone(), kind.clone(), name.clone(), fields.split(' ').map(field).collect::<Vec<_>>().join(" "))
}
#[test]
fn every_number_of_the_documents_is_in_the_books_and_no_other() {
    let library = shipped();
    let facts: BTreeSet<Line> = facts().iter().filter(|((_, kind, ..), _)| kind != "calendar").map(|(l, _)| normal(l)).collect();
    let books: BTreeSet<Line> = library.books().flat_map(lines_of).map(|(l, _)| normal(&l)).collect();
    let missing: Vec<_> = facts.difference(&books).collect();
    let invented: Vec<_> = books.difference(&facts).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing in the books: {missing:#?}\nnot in the documents: {invented:#?}");
}
#[test]
fn every_number_names_the_lines_it_comes_from() {
    let library = shipped();
    let sources: BTreeMap<Line, String> = library.books().flat_map(lines_of).map(|(l, s)| (normal(&l), s)).collect();
    for (line, source) in facts()
        .iter()
        .filter(|((_, kind, ..), _)| ["promise", "quota", "channel", "deliverable", "escort_line", "third_party"].contains(&kind.as_str()))
    {
        let said = &sources[&normal(line)];
        for part in source.split(';') {
            let (document, section) = part.split_once(':').unwrap();
            assert!(said.contains(&format!("({document})")) && said.contains(section), "{line:?} is from {source}, the book says {said}");
        }
    }
}
#[test]
fn calendars_have_the_hours_of_the_documents_and_say_what_is_a_proposal() {
    let library = shipped();
    for ((_, _, id, fields), _) in facts().iter().filter(|((_, kind, ..), _)| kind == "calendar") {
        let fields: BTreeMap<&str, &str> = fields.split(' ').filter_map(|f| f.split_once('=')).collect();
        let named = library.named_calendar(id).unwrap_or_else(|| panic!("{id} is missing"));
        let spec = named.calendar.spec();
        let open_days: Vec<&Vec<_>> = spec.weekly.iter().filter(|w| !w.is_empty()).collect();
        assert_eq!(spec.tz, fields["tz"], "{id}");
        assert_eq!(open_days[0].iter().map(|w| w.to_string()).collect::<Vec<_>>().join("+"), fields["hours"], "{id}");
        if let Some((days, holidays)) =
            [("all", (7, false)), ("cn_working_days", (5, true))].into_iter().find(|(key, _)| *key == fields["days"]).map(|(_, v)| v)
        {
            assert_eq!((open_days.len(), !spec.exceptions.is_empty()), (days, holidays), "{id}");
        }
        assert_eq!(named.unconfirmed.is_empty(), fields["given"] == "yes", "{id}");
    }
}
#[test]
fn a_reopened_case_is_promised_the_same_answer_again() {
    for b in shipped().books() {
        let of = |key: &str| b.promises.iter().filter(|p| p.key == key && p.target.is_some()).collect::<Vec<_>>();
        let (first, next) = (of("first_response"), of("next_response"));
        assert_eq!(first.len(), next.len(), "{}", b.id);
        for (f, n) in first.iter().zip(next) {
            assert_eq!(
                (&f.channel, &f.severity, &f.when, f.target, f.cmp, &f.calendar),
                (&n.channel, &n.severity, &n.when, n.target, n.cmp, &n.calendar),
                "{}",
                f.row
            );
            assert_eq!(n.source.section, "E8");
        }
    }
}
#[test]
fn lost_cells_stay_empty_and_are_listed() {
    let library = shipped();
    for id in ["ali.enterprise.v2", "ali.top.v2", "ali.excellence.v2"] {
        let b = library.book(id).unwrap();
        let row = b.promises.iter().find(|p| p.row == "first_response.dedicated_im_group.business_down").unwrap();
        assert_eq!((row.target, row.cmp), (None, None));
        assert_eq!(row.terms(id, |_| 1), None, "no clock starts");
        assert!(
            b.unconfirmed
                .iter()
                .any(|u| u.path == "promise.first_response.dedicated_im_group.business_down.target" && u.standing == Standing::Missing)
        );
        assert_eq!((b.fee.model, b.fee.base), (FeeModel::Unconfirmed, None));
    }
    let top = library.book("ali.top.v2").unwrap();
    assert!(top.unconfirmed.iter().any(|u| u.path == "quota.escort_basic.timeliness"));
    let trial = library.book("ali.enterprise_trial.v1").unwrap();
    let answer = trial.promises.iter().find(|p| p.row == "first_response.web_ticket.any").unwrap();
    assert_eq!((answer.target, answer.consumes.as_deref()), (Some(Target::Time(Span::minutes(40))), Some("tickets")));
    assert!(trial.unconfirmed.iter().any(|u| u.path == "promise.first_response.web_ticket.any" && u.standing == Standing::Assumed));
}

// ---------------------------------------------------------------- what a writer of books gets wrong

const SMALL: &str = r#"id = "acme.gold.v1"
family = "acme.gold"
vendor = "acme"
name = { zh-CN = "金牌", en = "Gold" }
rank = 1
sale = "open"
[document]
title = "Contract"
section = "1-9"
[effective]
from = "2025-01-01T00:00:00Z"
[defaults]
tz = "UTC"
warn_at = ["50%", "5m before"]
ladder = [{ at = "90%", tell = "owner" }, { at = "10m after", tell = "manager" }]
[fee]
currency = "CNY"
model = "contract"
base = "100.50"
refund = "none"
source = "1"
[[channel]]
id = "web_ticket"
name = { zh-CN = "工单", en = "Ticket" }
calendar = "always"
source = "2"
[[promise]]
key = "first_response"
channel = "web_ticket"
severity = "any"
words = { zh-CN = "响应", en = "Answer" }
starts = "received"
stops = ["engineer_replied"]
ends = ["cancelled"]
target = "PT40M"
cmp = "lt"
calendar = "always"
warn_at = ["75%"]
source = "3"
[[quota]]
id = "boost"
name = { zh-CN = "加急", en = "Boost" }
count = 3
period = "month"
overrun = "refuse"
words = { zh-CN = "三次", en = "Three" }
source = "4"
[[unconfirmed]]
path = "quota.boost.overrun"
standing = "assumed"
words = { zh-CN = "推定", en = "Assumed" }
source = "4"
"#;

#[test]
fn a_small_book_reads() {
    let book = parse(SMALL, "acme/gold@v1.toml").unwrap();
    assert_eq!(
        (book.promises[0].row.as_str(), book.promises[0].ladder.len(), book.quotas[0].tz.as_str()),
        ("first_response.web_ticket.any", 2, "UTC")
    );
    assert_eq!(book.promises[0].source.document, "Contract");
}
/// Replaces one piece of the small book and returns the first complaint as `line key code`.
fn complaint(old: &str, new: &str) -> String {
    assert_eq!(SMALL.matches(old).count(), 1, "{old:?} must be there once");
    let found = parse(&SMALL.replace(old, new), "x.toml").expect_err(new);
    let first = &found[0];
    assert!(first.column >= 1 && first.file == "x.toml");
    for lang in LANGS {
        let sentence = words(first, lang);
        assert!(sentence.starts_with(&format!("x.toml:{}:{}: ", first.line, first.column)) && !sentence.contains('{'), "{sentence}");
    }
    format!("{} {} {}", first.line, first.key, first.code)
}
#[test]
fn each_mistake_is_named_with_line_key_and_code() {
    let mistakes = [
        ("rank = 1", "rank = = 1", "5  plan.syntax"),
        ("rank = 1", "rank = 1\nrnak = 2", "6 rnak plan.unknown_key"),
        ("calendar = \"always\"\nwarn_at", "calender = \"always\"\nwarn_at", "37 promise[1].calender plan.unknown_key"),
        ("rank = 1", "rank = \"first\"", "5 rank plan.wrong_type"),
        ("rank = 1\n", "", "1  plan.missing_key"),
        ("sale = \"open\"", "sale = \"maybe\"", "6 sale plan.not_one_of"),
        ("en = \"Gold\"", "de = \"Gold\"", "4 name plan.missing_words"),
        ("en = \"Gold\"", "en = \" \"", "4 name.en plan.empty"),
        ("id = \"acme.gold.v1\"", "id = \"acme.silver.v1\"", "1 id plan.id_is_not_family_and_version"),
        ("id = \"acme.gold.v1\"", "id = \"Acme Gold\"", "1 id plan.bad_id"),
        ("2025-01-01T00:00:00Z", "2025-02-30T00:00:00Z", "11 effective.from plan.bad_instant"),
        ("from = \"2025-01-01T00:00:00Z\"", "from = \"2025-01-01T00:00:00Z\"\nto = \"2024-01-01T00:00:00Z\"", "10 effective plan.effective_reversed"),
        ("tz = \"UTC\"", "tz = \"Mars/Olympus\"", "13 defaults.tz plan.bad_zone"),
        ("\"50%\"", "\"soon\"", "14 defaults.warn_at[1] plan.bad_mark"),
        ("\"50%\"", "\"9999999999999d before\"", "14 defaults.warn_at[1] plan.bad_mark"),
        ("\"50%\"", "\"100%\"", "14 defaults.warn_at[1] plan.mark_out_of_range"),
        ("\"50%\"", "\"5m after\"", "14 defaults.warn_at[1] plan.mark_after_breach"),
        ("\"50%\", ", "\"1%\", \"2%\", \"3%\", \"4%\", \"5%\", \"6%\", \"7%\", \"8%\", ", "14 defaults.warn_at plan.too_many"),
        ("[\"75%\"]", "[\"40m before\"]", "38 promise[1].warn_at[1] plan.mark_before_start"),
        (
            "{ at = \"90%\", tell = \"owner\" }, { at = \"10m after\"",
            "{ at = \"10m after\", tell = \"owner\" }, { at = \"90%\"",
            "15 defaults.ladder[2] plan.ladder_not_rising",
        ),
        ("tell = \"owner\"", "tell = \"somebody\"", "15 defaults.ladder[1].tell plan.not_one_of"),
        ("\"100.50\"", "\"-1\"", "19 fee.base plan.bad_money"),
        ("model = \"contract\"", "model = \"free\"", "16 fee plan.fee_contradicts"),
        ("model = \"contract\"", "model = \"contract\"\ndays = \"most\"", "19 fee.days plan.not_one_of"),
        ("model = \"contract\"", "model = \"contract\"\nbands = [{ up_to = \"5\", rate = \"0.1\" }]", "16 fee plan.fee_unreckonable"),
        ("\"CNY\"", "\"yuan\"", "16 fee plan.fee_unreckonable"),
        ("rank = 1", "rank = 1\ncredit = \"acme.cloud\"\nrnak = 2", "7 rnak plan.unknown_key"),
        ("channel = \"web_ticket\"", "channel = \"fax\"", "27 promise.first_response.fax.any.channel plan.unknown_channel"),
        ("starts = \"received\"", "starts = \"got\"", "32 promise[1].starts plan.not_one_of"),
        ("[\"engineer_replied\"]", "[\"received\"]", "27 promise[1] plan.stop_is_start"),
        ("[\"engineer_replied\"]", "[\"report_delivered\"]", "27 promise[1] plan.stop_never_happens"),
        ("[\"engineer_replied\"]", "[\"cancelled\"]", "27 promise[1] plan.stop_is_end"),
        ("[\"engineer_replied\"]", "[]", "33 promise[1].stops plan.empty"),
        ("ends = [\"cancelled\"]", "recurs = \"periodic\"", "27 promise[1] plan.periodic_without_end"),
        ("target = \"PT40M\"", "target = \"P1M\"", "35 promise[1].target plan.bad_duration"),
        ("target = \"PT40M\"", "target = \"PT0S\"", "35 promise[1].target plan.bad_duration"),
        ("target = \"PT40M\"", "target = { working_days = 0 }", "35 promise[1].target.working_days plan.not_positive"),
        ("cmp = \"lt\"\n", "", "27 promise[1] plan.target_without_cmp"),
        ("target = \"PT40M\"\ncmp = \"lt\"\n", "", "27 promise.first_response.web_ticket.any plan.cell_without_value"),
        ("count = 3", "count = -3", "43 quota[1].count plan.not_positive"),
        ("count = 3", "count = 0", "43 quota[1].count plan.not_positive"),
        ("count = 3\n", "", "40 quota[1] plan.without_limit"),
        ("cmp = \"lt\"", "cmp = \"lt\"\nconsumes = \"boots\"", "27 promise.first_response.web_ticket.any.consumes plan.unknown_quota"),
        ("quota.boost.overrun", "quota.bost.overrun", "48 unconfirmed.quota.bost.overrun plan.unconfirmed_points_nowhere"),
        ("standing = \"assumed\"\n", "", "48 unconfirmed.quota.boost.overrun plan.unconfirmed_but_given"),
        ("quota.boost.overrun", "quota.boost.days", "48 unconfirmed.quota.boost.days plan.assumed_but_missing"),
        (
            "[[unconfirmed]]",
            "[[channel]]\nid = \"web_ticket\"\nname = { zh-CN = \"工单\", en = \"Ticket\" }\ncalendar = \"always\"\nsource = \"2\"\n[[unconfirmed]]",
            "48 channel[2] plan.duplicate",
        ),
    ];
    for (old, new, expected) in mistakes {
        assert_eq!(complaint(old, new), expected, "{new}");
    }
}
#[test]
fn a_book_may_say_how_it_reckons_and_is_read_by_the_house_where_it_does_not() {
    use domain::money::{DayCount, Spreading, UpgradeCredit};
    let silent = parse(SMALL, "x.toml").unwrap().fee.reckoning;
    assert!(silent.readings().iter().all(|r| r.assumed));
    let fee = "model = \"contract\"\nbasis = \"paid\"\namortise = \"day_exact\"\ndays = \"thirty\"\nupgrade = \"forfeit\"\nbands = [{ up_to = \"5\", rate = \"0.1\" }, { rate = \"0.05\" }]";
    let said = parse(&SMALL.replace("model = \"contract\"", fee), "x.toml").unwrap();
    let r = said.fee.reckoning;
    assert!(r.readings().iter().all(|r| !r.assumed));
    assert_eq!((r.basis().key(), r.spreading(), r.days(), r.upgrade()), ("paid", Spreading::DayExact, DayCount::Thirty, UpgradeCredit::Forfeit));
    assert_eq!(json(&said)["fee"]["bands"][1], serde_json::json!({ "up_to": null, "rate": "0.05" }));
    let changes = domain::plan::diff(&parse(SMALL, "x.toml").unwrap(), &said, &|_| None);
    let told: Vec<_> = changes.iter().map(|c| (c.path.as_str(), c.kind)).collect();
    assert_eq!(told[0], ("fee.upgrade", Verdict::Worse));
    assert_eq!(told.len(), 5, "{told:?}");
}
#[test]
fn the_prices_of_before_the_cut_over_can_be_reckoned_with_and_those_after_are_agreed() {
    use domain::money::{Amount, Currency, charge};
    use domain::plan::NoPrice;
    let library = shipped();
    let yuan = |n: i64| Amount::new(n.into(), Currency::CNY).unwrap();
    // plans.md FEE-04, FEE-05, FEE-08
    for (book, consumption, total) in
        [("ali.enterprise.v1", 400_000, 40_000), ("ali.top.v1", 400_000, 50_000), ("ali.enterprise_trial.v1", 90_000, 9_000)]
    {
        let schedule = library.book(book).unwrap().fee.schedule(None).unwrap();
        assert_eq!(charge(&schedule, yuan(consumption)).unwrap().total, yuan(total), "{book}");
    }
    assert_eq!(library.book("ali.basic.v1").unwrap().fee.schedule(None).map(|s| s.price), Ok(yuan(0)));
    for book in ["ali.top.v2", "ali.enterprise.v2", "ali.excellence.v2", "volc.default.2025"] {
        assert_eq!(library.book(book).unwrap().fee.schedule(None), Err(NoPrice::NotAgreed), "{book}");
    }
}
#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_lines() {
    let found =
        parse(&SMALL.replace("count = 3", "count = 0").replace("rank = 1", "rank = true").replace("sale = \"open\"", "sale = \"?\""), "x.toml")
            .unwrap_err();
    assert_eq!(found.iter().map(|f| f.line).collect::<Vec<_>>(), [5, 6, 43]);
}
#[test]
fn columns_count_characters_not_bytes() {
    let found = parse(&SMALL.replace("en = \"Gold\"", "en = 7"), "x.toml").unwrap_err();
    assert_eq!((found[0].line, found[0].column), (4, 29), "name = {{ zh-CN = \"金牌\", en = ");
}
#[test]
fn garbage_is_refused_without_a_fall() {
    for text in [
        "",
        "\0",
        "[[",
        "a = [",
        "id = 1979-05-27",
        "\u{feff}",
        "[promise]\nkey = 1",
        "promise = 3",
        "name = \"x\"",
        "[[promise]]\n[[promise]]",
        "unconfirmed = [1, 2]",
    ] {
        assert!(!parse(text, "x.toml").unwrap_err().is_empty(), "{text:?}");
    }
    let huge = "#".repeat(FILE_BYTES_MAX + 1);
    assert_eq!(parse(&huge, "x.toml").unwrap_err()[0].code, "plan.too_big");
    for cut in (0..SMALL.len()).filter(|i| SMALL.is_char_boundary(*i)) {
        let _ = parse(&SMALL[..cut], "x.toml");
    }
}
fn library(files: &[(&str, &str)]) -> Library {
    let always = "id = \"always\"\nversion = 1\ntz = \"UTC\"\ndays = \"all\"\nwindows = [[\"00:00\", \"24:00\"]]\nsource = \"x\"\nnames = { zh-CN = \"全天\", en = \"Always\" }\n";
    Library::from_files(files.iter().copied().chain([("calendars/always.toml", always)]).map(|(n, t)| (n.to_string(), t.to_string())))
}
fn codes(library: &Library) -> Vec<&'static str> {
    library.findings().iter().map(|f| f.code).collect()
}
#[test]
fn versions_of_a_family_neither_overlap_nor_leave_a_gap() {
    let first = SMALL.replace("from = \"2025-01-01T00:00:00Z\"", "to = \"2025-06-01T00:00:00Z\"");
    let second = |from: &str| SMALL.replace("gold.v1", "gold.v2").replace("2025-01-01T00:00:00Z", from);
    let both = |from: &str| library(&[("acme/gold@v1.toml", &first), ("acme/gold@v2.toml", &second(from))]);
    assert_eq!(codes(&both("2025-06-01T00:00:00Z")), [""; 0]);
    assert_eq!(codes(&both("2025-05-31T23:59:59Z")), ["plan.family_overlap"]);
    let gap = both("2025-06-01T00:00:01Z");
    assert_eq!(codes(&gap), ["plan.family_gap"]);
    assert_eq!((gap.findings()[0].line, gap.findings()[0].file.as_str()), (10, "acme/gold@v2.toml"));
}
#[test]
fn a_book_in_the_wrong_place_or_with_an_unknown_calendar_is_refused() {
    assert_eq!(codes(&library(&[("acme/gold@v1.toml", SMALL)])), [""; 0]);
    assert_eq!(codes(&library(&[("acme/silver@v1.toml", SMALL)])), ["plan.misplaced"]);
    let unknown = library(&[("acme/gold@v1.toml", &SMALL.replace("calendar = \"always\"\nwarn", "calendar = \"never\"\nwarn"))]);
    assert_eq!((codes(&unknown), unknown.findings()[0].line), (vec!["plan.unknown_calendar"], 27));
    let no_credit = library(&[("acme/gold@v1.toml", &SMALL.replace("rank = 1", "rank = 1\ncredit = \"acme.cloud.v1\""))]);
    assert_eq!((codes(&no_credit), no_credit.findings()[0].line), (vec!["plan.unknown_credit"], 6));
    assert_eq!(codes(&library(&[("acme/gold@v1.toml", SMALL), ("acme/golden@v1.toml", SMALL)])), ["plan.duplicate_id"]);
}
#[test]
fn a_missing_folder_is_a_finding_not_a_fall() {
    assert_eq!(Library::from_dir(Path::new("/nowhere/at/all")).unwrap_err()[0].code, "plan.unreadable");
}
#[test]
fn calendars_are_refused_with_line_and_remedy() {
    let text = "id = \"c\"\nversion = 1\ntz = \"UTC\"\ndays = \"all\"\nwindows = [[\"09:00\", \"18:00\"]]\nsource = \"x\"\nnames = { zh-CN = \"钟\", en = \"C\" }\n";
    assert!(parse_calendar(text, "c.toml", &Countries::new()).is_ok());
    for (old, new, line, code) in [
        ("18:00", "25:00", 5, "calendar.bad_time_of_day"),
        ("\"all\"", "\"xx_working_days\"", 4, "calendar.no_holiday_list"),
        ("UTC", "Mars", 3, "plan.bad_zone"),
        ("days = \"all\"\n", "", 1, "calendar.days_or_weekly"),
        ("version = 1", "version = 0", 2, "plan.not_positive"),
        ("source = \"x\"", "source = \"x\"\nholidays = [\"2025-02-30\"]", 7, "calendar.bad_date"),
        ("source = \"x\"", "source = \"x\"\nwindow = 1", 7, "plan.unknown_key"),
    ] {
        let found = parse_calendar(&text.replace(old, new), "c.toml", &Countries::new()).unwrap_err();
        assert_eq!((found[0].line, found[0].code), (line, code), "{new}");
    }
    let weekly = text.replace("days = \"all\"\nwindows = [[\"09:00\", \"18:00\"]]\n", "")
        + "[weekly]\nmon = [[\"09:00\", \"12:00\"], [\"13:00\", \"18:00\"]]\n[extra]\n\"2025-01-05\" = [[\"09:00\", \"12:00\"]]\n";
    let calendar = parse_calendar(&weekly, "c.toml", &Countries::new()).unwrap().calendar;
    assert_eq!((calendar.spec().weekly[0].len(), calendar.spec().exceptions.len()), (2, 1));
}
#[test]
fn every_sentence_says_the_same_in_both_languages() {
    let placeholders = |text: &str| text.split('{').skip(1).filter_map(|p| p.split('}').next()).map(str::to_string).collect::<BTreeSet<_>>();
    for table in [finding::SENTENCES, compare::SENTENCES] {
        let mut seen = BTreeSet::new();
        for (code, en, zh) in table {
            assert!(seen.insert(code), "{code} twice");
            assert_eq!(placeholders(en), placeholders(zh), "{code}");
        }
    }
}

// ---------------------------------------------------------------- what differs

fn said(old: &str, new: &str, lang: &str) -> Vec<String> {
    diff(&shipped(), old, new).unwrap().iter().map(|c| diff_words(c, lang)).collect()
}
#[test]
fn the_new_enterprise_plan_answers_tickets_slower_and_promises_new_things() {
    let library = shipped();
    let changes = diff(&library, "ali.enterprise.v1", "ali.enterprise.v2").unwrap();
    let find = |path: &str| {
        changes.iter().find(|c| c.path == path).unwrap_or_else(|| panic!("{path} in {:#?}", changes.iter().map(|c| &c.path).collect::<Vec<_>>()))
    };
    for (path, kind, code) in [
        ("promise.first_response.web_ticket.any.target", Verdict::Worse, "target_slower"),
        ("promise.first_response.dedicated_im_group.business_down.target", Verdict::Worse, "target_unconfirmed"),
        ("promise.first_response.dedicated_im_group.general_problem.target", Verdict::Worse, "target_unconfirmed"),
        ("promise.first_response.dedicated_im_group.general_consult.target", Verdict::Worse, "target_unconfirmed"),
        ("feature.third_party_config_and_troubleshoot", Verdict::Worse, "feature_removed"),
        ("promise.intervene.tam.vendor_fault", Verdict::Better, "promise_added"),
        ("deliverable.service_report", Verdict::Better, "deliverable_added"),
        ("quota.difficult_issue", Verdict::Better, "quota_added"),
        ("fee.base", Verdict::Neutral, "fee_base"),
    ] {
        let change = find(path);
        assert_eq!((change.kind, change.code), (kind, code), "{path}");
    }
    assert_eq!(
        diff_words(&changes[0], "en"),
        "worse: slower, 40 minutes → 120 minutes (Web ticket: an engineer first answers in less than 120 minutes)"
    );
    assert_eq!(diff_words(&changes[0], "zh-CN"), "变差：变慢，40 分钟 → 120 分钟（工单：不到 120 分钟由工程师首次响应）");
    assert!(changes.is_sorted_by_key(|c| c.kind), "worse first");
    assert!(changes.iter().all(|c| c.path != "feature.dedicated_im_group"), "the old plan had the group too, as a channel");
    for lang in LANGS {
        assert!(said("ali.enterprise.v1", "ali.enterprise.v2", lang).iter().all(|s| !s.contains('{')));
    }
}
#[test]
fn the_other_way_round_better_and_worse_change_places() {
    let library = shipped();
    let ids: Vec<String> = library.books().map(|b| b.id.clone()).collect();
    let verdicts = |a: &str, b: &str| {
        let mut verdicts: BTreeMap<Verdict, usize> = BTreeMap::new();
        diff(&library, a, b).unwrap().iter().for_each(|c| *verdicts.entry(c.kind).or_default() += 1);
        verdicts
    };
    for a in &ids {
        assert!(verdicts(a, a).is_empty(), "{a} differs from itself");
        for b in &ids {
            let (there, back) = (verdicts(a, b), verdicts(b, a));
            assert_eq!(there.get(&Verdict::Better), back.get(&Verdict::Worse), "{a} → {b}");
            assert_eq!(there.get(&Verdict::Added), back.get(&Verdict::Removed), "{a} → {b}");
        }
    }
}
#[test]
fn the_cap_of_the_trial_edition_is_a_loss_and_a_quota_a_gain() {
    assert!(
        said("ali.enterprise.v1", "ali.enterprise_trial.v1", "en")
            .contains(&"worse: now capped: Tickets. At most thirty tickets a month".to_string())
    );
    assert!(said("ali.enterprise.v1", "ali.enterprise_trial.v1", "en").contains(&"better: monthly price in CNY: 25000 → 5000".to_string()));
    let up = said("ali.top.v2", "ali.excellence.v2", "en");
    assert!(up.contains(&"better: Difficult issues: days per period 2 → 10".to_string()), "{up:#?}");
    assert!(!up.iter().any(|s| s.starts_with("worse: Difficult")));
}
#[test]
fn shorter_hours_are_worse() {
    let changes = diff(&shipped(), "ali.basic.v1", "volc.default.2025").unwrap();
    let hotline = changes.iter().find(|c| c.path == "channel.hotline.calendar").unwrap();
    assert_eq!(diff_words(hotline, "en"), "worse: Telephone hotline: hours cal_24x7 → cal_volc_7x12");
    let answer = changes.iter().find(|c| c.path == "promise.first_response.web_ticket.any.target").unwrap();
    assert_eq!(answer.kind, Verdict::Better);
    assert_eq!(diff(&shipped(), "ali.basic.v1", "no.such.v1"), None);
}

// ---------------------------------------------------------------- showing

#[test]
fn a_page_names_every_part_of_the_book_in_the_readers_language() {
    let library = shipped();
    let top = library.book("ali.top.v2").unwrap();
    let page = show(top, "en");
    for part in [
        "ali.top.v2  Top support plan",
        "For orders from 2025-06-16T03:00:00Z until further notice",
        "first_response.web_ticket.any [< 120 minutes] Web ticket: an engineer first answers in less than 120 minutes.  [L121]",
        "first_response.dedicated_im_group.business_down [not promised]",
        "intervene.tam.vendor_fault [≤ 120 minutes]",
        "quota.escort_basic.timeliness [not promised]",
        &top.hash,
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    let chinese = show(top, "zh-CN");
    assert!(chinese.contains("不到 120 分钟由工程师首次响应") && !chinese.contains("Unconfirmed"));
}
#[test]
fn json_has_every_row_and_spells_values_as_the_book_does() {
    for b in shipped().books() {
        let value = json(b);
        assert_eq!(value["promises"].as_array().map(Vec::len), Some(b.promises.len()));
        assert_eq!(value["unconfirmed"].as_array().map(Vec::len), Some(b.unconfirmed.len()));
        assert_eq!(value["hash"], b.hash.as_str());
    }
    let library = shipped();
    let bid = json(library.book("ali.bid_enterprise_standard.2021").unwrap());
    let rows = bid["promises"].as_array().unwrap();
    let row = |name: &str| rows.iter().find(|r| r["row"] == name).unwrap();
    assert_eq!(row("first_response.dedicated_im_group.any_fault_complaint.in_hours")["when"]["in_hours"], "cal_bid_work_hours");
    assert_eq!(row("post_mortem.any.level_1+level_2")["target"]["working_days"], 5);
    assert_eq!(list(&library, "en").len(), 11);
}
