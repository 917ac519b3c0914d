//! A credit book from TOML. The schema is described in `docs/plan-books.md`.
use super::book::{self, Defaults, duration, hash, known, maybe, money, rows, source, words, zone};
use super::finding::Finding;
use super::read::{Cell, Reader, Tab};
use domain::credit::{ClaimRule, Payout, Reason, Unit};
use domain::kit::Span;
use domain::plan::{Availability, Claim, CreditBands, CreditBook, MonthRow, OutageRow, Standing, Unconfirmed};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Where credit books lie below `plans/`.
pub(super) const FOLDER: &str = "credits/";

pub(super) fn read_all(files: &[(String, String)]) -> (BTreeMap<String, CreditBook>, Vec<Finding>) {
    let (mut books, mut findings) = (BTreeMap::new(), Vec::new());
    for (file, text) in files {
        match parse_credits(text, file) {
            Ok(book) => {
                let wanted = book.id.rsplit_once('.').map(|(name, version)| format!("{FOLDER}{}@{version}.toml", name.replace('.', "_")));
                if wanted.as_deref() != Some(file.as_str()) {
                    findings.push(Finding::of_file(file, "plan.misplaced", vec![("wanted", wanted.unwrap_or_default())]));
                }
                books.insert(book.id.clone(), book);
            }
            Err(found) => findings.extend(found),
        }
    }
    (books, findings)
}

/// Reads a credit book. Errors: everything found wrong.
pub fn parse_credits(text: &str, file_name: &str) -> Result<CreditBook, Vec<Finding>> {
    let reader = Reader::new(file_name, text);
    let book = reader.document().and_then(|document| credit_book(&reader.root(&document), text).inspect(|book| sense(&reader, book)));
    let (findings, _) = reader.finish();
    book.filter(|_| findings.is_empty()).ok_or(findings)
}

fn credit_book(root: &Tab, text: &str) -> Option<CreditBook> {
    let document = root.need("document").and_then(|c| c.table()).and_then(book::document_source);
    let tz = root.need("tz").and_then(|c| zone(&c));
    let defaults = Defaults::silent(document.as_ref().map_or("", |d| &d.document));
    let id = root.need("id").and_then(|c| c.id());
    let vendor = root.need("vendor").and_then(|c| c.id());
    let name = words(root, "name");
    let payout = maybe(root.cell("payout"), |c| c.one_of(&known(Payout::ALL, Payout::key)));
    let cap = maybe(root.cell("cap"), money);
    let loss = maybe(root.cell("loss"), share);
    let excludes = maybe(root.cell("excludes"), |c| c.items().iter().map(|c| c.one_of(&known(Reason::ALL, Reason::key))).collect());
    let claim = maybe(root.cell("claim"), |c| claim(c.table()?, &defaults));
    let products = rows(root, "product", |t| product(t, &defaults));
    let outages = rows(root, "outage", |t| outage(t, &defaults));
    let months = rows(root, "month", |t| month(t, &defaults));
    let unconfirmed = rows(root, "unconfirmed", |t| book::unconfirmed(t, &defaults));
    root.done();
    let bands = match (outages?, months?) {
        (outages, months) if months.is_empty() && !outages.is_empty() => CreditBands::Outage(outages),
        (outages, months) if outages.is_empty() && !months.is_empty() => CreditBands::Month(months),
        _ => {
            root.complain("credit.one_table", vec![]);
            return None;
        }
    };
    Some(CreditBook {
        id: id?,
        vendor: vendor?,
        name: name?,
        document: document?,
        tz: tz?,
        payout: payout?,
        cap: cap?,
        loss: loss?,
        excludes: excludes?.unwrap_or_default(),
        claim: claim?,
        products: products?,
        bands,
        unconfirmed: unconfirmed?,
        hash: hash(text),
    })
}
/// A share of at most all.
fn share(cell: &Cell) -> Option<Decimal> {
    let number = money(cell)?;
    if number > Decimal::ONE {
        cell.complain("credit.bad_share", vec![("got", number.to_string())]);
        return None;
    }
    Some(number)
}
/// Percent, at most a hundred.
fn percent(cell: &Cell) -> Option<Decimal> {
    let number = money(cell)?;
    if number > Decimal::ONE_HUNDRED {
        cell.complain("credit.bad_percent", vec![("got", number.to_string())]);
        return None;
    }
    Some(number)
}
fn claim(t: Tab, defaults: &Defaults) -> Option<Claim> {
    let after_working_days = t.need("after_working_days").and_then(|c| c.number());
    let calendar = t.need("calendar").and_then(|c| c.id());
    let within_months = t.need("within_months").and_then(|c| c.count());
    let source = source(&t, defaults);
    t.done();
    let rule = ClaimRule { after_working_days: after_working_days?, within_months: within_months? };
    Some(Claim { rule, calendar: calendar?, source: source? })
}
fn product(t: Tab, defaults: &Defaults) -> Option<Availability> {
    let id = t.need("id").and_then(|c| c.id());
    let name = words(&t, "name");
    let uptime = t.need("uptime").and_then(|c| percent(&c));
    let source = source(&t, defaults);
    if let Some(id) = &id {
        book::unique(&t, format!("product.{id}"));
    }
    t.done();
    Some(Availability { id: id?, name: name?, uptime: uptime?, source: source? })
}
fn outage(t: Tab, defaults: &Defaults) -> Option<OutageRow> {
    let at_least = maybe(t.cell("at_least"), duration);
    let share = t.need("share").and_then(|c| share(&c));
    let per = maybe(t.cell("per"), |c| c.one_of(&known(Unit::ALL, Unit::key)));
    let said = words(&t, "words");
    let source = source(&t, defaults);
    if let Some(at_least) = at_least {
        book::unique(&t, format!("outage.{}", at_least.unwrap_or(Span::ZERO)));
    }
    t.done();
    Some(OutageRow { at_least: at_least?.unwrap_or(Span::ZERO), share: share?, per: per?, words: said?, source: source? })
}
fn month(t: Tab, defaults: &Defaults) -> Option<MonthRow> {
    let below = t.need("below").and_then(|c| percent(&c));
    let share = t.need("share").and_then(|c| share(&c));
    let said = words(&t, "words");
    let source = source(&t, defaults);
    if let Some(below) = below {
        book::unique(&t, format!("month.{}", below.normalize()));
    }
    t.done();
    Some(MonthRow { below: below?, share: share?, words: said?, source: source? })
}

/// Are the cells the sources leave open listed, and no others?
fn sense(reader: &Reader, book: &CreditBook) {
    if reader.has_complaints() {
        return;
    }
    for Unconfirmed { path, standing, .. } in &book.unconfirmed {
        let code = match (filled(book, path), standing) {
            (None, _) => "plan.unconfirmed_points_nowhere",
            (Some(true), Standing::Missing) => "plan.unconfirmed_but_given",
            (Some(false), Standing::Assumed) => "plan.assumed_but_missing",
            _ => continue,
        };
        let place = format!("unconfirmed.{path}");
        reader.complain_at(&place, place.clone(), code, vec![("path", path.clone())]);
    }
    let listed = |cell: &str| book.unconfirmed.iter().any(|u| u.path == cell);
    for cell in ["cap", "payout", "claim"].into_iter().filter(|c| filled(book, c) == Some(false) && !listed(c)) {
        reader.complain_at(cell, cell.to_string(), "plan.cell_without_value", vec![("path", cell.to_string())]);
    }
}
/// Does the cell hold a value? `None` when the path names no cell.
fn filled(book: &CreditBook, path: &str) -> Option<bool> {
    let row = |at_least: &str| match &book.bands {
        CreditBands::Outage(rows) => rows.iter().find(|r| r.at_least.to_string() == at_least),
        CreditBands::Month(_) => None,
    };
    match path.split('.').collect::<Vec<_>>().as_slice() {
        ["cap"] => Some(book.cap.is_some()),
        ["payout"] => Some(book.payout.is_some()),
        ["claim"] => Some(book.claim.is_some()),
        ["loss"] => Some(book.loss.is_some()),
        ["excludes"] => Some(!book.excludes.is_empty()),
        ["product", id] => book.products.iter().any(|p| p.id == *id).then_some(true),
        ["outage", at_least] => row(at_least).map(|_| true),
        ["outage", at_least, "per"] => row(at_least).map(|r| r.per.is_some()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LANGS, Library, words as sentence};
    use super::*;
    use domain::credit::Schedule;
    use domain::money::Ratio;

    const SMALL: &str = r#"id = "acme.cloud.v1"
vendor = "acme"
name = { zh-CN = "补偿", en = "Credits" }
tz = "UTC"
cap = "0.50"
payout = "credit_note"
[document]
title = "Agreement"
section = "1-9"
[claim]
after_working_days = 5
calendar = "always"
within_months = 2
source = "4"
[[month]]
below = "99.9"
share = "0.20"
words = { zh-CN = "两成", en = "A fifth" }
source = "2"
[[month]]
below = "99"
share = "0.30"
words = { zh-CN = "三成", en = "Three tenths" }
source = "3"
"#;
    fn part(num: i64, den: i64) -> Ratio {
        Ratio::new(num, den).unwrap()
    }

    #[test]
    fn the_shipped_book_says_what_the_article_says_and_what_is_our_reading() {
        let library = Library::shipped().expect("the shipped books are sound");
        let book = library.credit_book("ali.article.2025").expect("it is shipped");
        let promised: Vec<_> = book.products.iter().map(|p| (p.id.as_str(), p.uptime.to_string(), p.source.section.as_str())).collect();
        assert_eq!(
            promised,
            [
                ("virtual_host", "99.95".to_string(), "L71"),
                ("cloud_storage", "99.99".to_string(), "L72"),
                ("container_service", "99.9".to_string(), "L73")
            ]
        );
        let CreditBands::Outage(rows) = &book.bands else { panic!("it classes outages") };
        let rows: Vec<_> = rows.iter().map(|r| (r.at_least, r.share.to_string(), r.per, r.source.section.as_str())).collect();
        assert_eq!(rows, [(Span::ZERO, "0.001".to_string(), Some(Unit::Minute), "L76"), (Span::hours(1), "0.30".to_string(), None, "L75")]);
        assert_eq!((book.loss, book.cap, book.payout), (Some(Decimal::new(80, 2)), Some(Decimal::ONE), Some(Payout::Voucher)));
        let ours: Vec<_> = book.unconfirmed.iter().map(|u| (u.path.as_str(), u.standing)).collect();
        for cell in ["outage.PT0S.per", "outage.PT1H", "cap", "payout", "claim", "excludes"] {
            assert!(ours.contains(&(cell, Standing::Assumed)), "{cell}");
        }
        assert_eq!(book.promised("cloud_storage"), Ok(Some(part(9999, 10_000))));
        assert_eq!(book.promised("database"), Ok(None));
        assert_eq!(library.books().filter(|b| b.credit.is_some()).count(), 0, "no plan refers to an article of low authority");
    }
    #[test]
    fn a_book_of_months_reads() {
        let book = parse_credits(SMALL, "x.toml").unwrap();
        let bands = vec![
            domain::credit::MonthBand { below: part(999, 1000), share: part(1, 5) },
            domain::credit::MonthBand { below: part(99, 100), share: part(3, 10) },
        ];
        assert_eq!(book.schedule(), Ok(Some(Schedule::ByMonth { bands, cap: part(1, 2) })));
        assert_eq!(book.hash, hash(SMALL));
    }
    #[test]
    fn without_a_cap_nothing_is_reckoned_and_the_gap_is_listed() {
        let listed = "[[unconfirmed]]\npath = \"cap\"\nwords = { zh-CN = \"未给\", en = \"Not given\" }\nsource = \"2\"\n";
        let text = format!("{}{listed}", SMALL.replace("cap = \"0.50\"\n", ""));
        assert_eq!(parse_credits(&text, "x.toml").map(|b| b.schedule()), Ok(Ok(None)));
    }
    #[test]
    fn each_mistake_is_named_with_line_key_and_code() {
        let mistakes = [
            ("cap = \"0.50\"\n", "", "1 cap plan.cell_without_value"),
            ("below = \"99\"", "below = \"99.90\"", "20 month[2] plan.duplicate"),
            ("below = \"99\"", "below = \"100.1\"", "21 month[2].below credit.bad_percent"),
            ("share = \"0.30\"", "share = \"30\"", "22 month[2].share credit.bad_share"),
            ("share = \"0.30\"", "share = 0.30", "22 month[2].share plan.wrong_type"),
            ("\"credit_note\"", "\"cash\"", "6 payout plan.not_one_of"),
            ("within_months = 2", "within_months = 0", "13 claim.within_months plan.not_positive"),
            ("tz = \"UTC\"", "tz = \"Mars\"", "4 tz plan.bad_zone"),
            ("tz = \"UTC\"", "tz = \"UTC\"\nexcludes = [\"rain\"]", "5 excludes[1] plan.not_one_of"),
            (
                "source = \"3\"\n",
                "source = \"3\"\n[[outage]]\nshare = \"1\"\nwords = { zh-CN = \"全\", en = \"All\" }\nsource = \"5\"\n",
                "1  credit.one_table",
            ),
        ];
        for (old, new, expected) in mistakes {
            let found = parse_credits(&SMALL.replacen(old, new, 1), "x.toml").expect_err(new);
            assert_eq!(format!("{} {} {}", found[0].line, found[0].key, found[0].code), expected, "{new}");
            assert!(LANGS.iter().all(|lang| !sentence(&found[0], lang).contains('{')));
        }
    }
    #[test]
    fn a_credit_book_lies_in_its_place_with_a_calendar_the_house_has() {
        let always = "id = \"always\"\nversion = 1\ntz = \"UTC\"\ndays = \"all\"\nwindows = [[\"00:00\", \"24:00\"]]\nsource = \"x\"\nnames = { zh-CN = \"全天\", en = \"Always\" }\n";
        let codes = |file: &str, text: &str| {
            let files = [(file, text), ("calendars/always.toml", always)];
            let library = Library::from_files(files.map(|(n, t)| (n.to_string(), t.to_string())));
            library.findings().iter().map(|f| f.code).collect::<Vec<_>>()
        };
        assert_eq!(codes("credits/acme_cloud@v1.toml", SMALL), [""; 0]);
        assert_eq!(codes("credits/cloud@v1.toml", SMALL), ["plan.misplaced"]);
        assert_eq!(codes("credits/acme_cloud@v1.toml", &SMALL.replace("calendar = \"always\"", "calendar = \"never\"")), ["plan.unknown_calendar"]);
    }
}
