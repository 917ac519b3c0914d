//! A monthly report as a workbook: the same numbers, one sheet a table.
use super::monthly::{included, promised, reasons, service, stars};
use super::{Words, moment, share};
use desk::report::{Monthly, Totals};
use domain::plan::PlanBook;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// A cell: a text stays a text, a number a number, nothing is taken for a formula.
enum Cell {
    Text(String),
    Number(u64),
}
fn text(t: impl Into<String>) -> Cell {
    Cell::Text(t.into())
}

/// Errors: what the library refuses; our fault.
pub fn workbook<'b>(words: Words, m: &Monthly, book: &dyn Fn(&str) -> Option<&'b PlanBook>) -> Result<Vec<u8>, XlsxError> {
    let zone = TimeZone::get(&m.tz).unwrap_or(TimeZone::UTC);
    let mut file = Workbook::new();
    let named = |code: &str| words.word(code).trim_start_matches(|c: char| c.is_ascii_digit() || "一二三四五六、 ".contains(c)).to_string();
    let total = |name: &str, value: fn(Words, &Totals) -> Cell| vec![text(words.word(name)), value(words, &m.now), value(words, &m.before)];
    let overview = vec![
        total("opened", |_, t| Cell::Number(t.opened)),
        total("resolved", |_, t| Cell::Number(t.resolved)),
        total("unresolved", |_, t| Cell::Number(t.unresolved)),
        total("kept", |_, t| Cell::Number(t.kept)),
        total("broken", |_, t| Cell::Number(t.broken)),
        total("waived", |_, t| Cell::Number(t.waived)),
        total("running", |_, t| Cell::Number(t.running)),
        total("kept_share", |w, t| text(share(t.kept, t.kept + t.broken).unwrap_or_else(|| w.word("none")))),
        total("first_median", |w, t| text(t.first_answer_median_s.map_or_else(|| w.word("none"), |s| w.length(s)))),
        total("resolve_median", |w, t| text(t.resolve_median_s.map_or_else(|| w.word("none"), |s| w.length(s)))),
        total("rated", |w, t| text(stars(w, t))),
    ];
    let head = [text(m.account_name.clone()), text(m.month.clone()), text(words.say("before", &[("value", String::new())]))];
    fill(file.add_worksheet().set_name(named("overview"))?, &head, &overview)?;
    let cut_head = |name: &str| [text(words.word(name)), text(words.word("cases_n")), text(words.word("kept")), text(words.word("broken_one"))];
    for (name, cuts) in [("by_product", &m.by_product), ("by_severity", &m.by_severity), ("by_channel", &m.by_channel)] {
        let key = |key: &str| match name {
            "by_severity" => words.key("severity", key),
            "by_channel" => words.key("channel", key),
            _ if key.is_empty() => words.word("no_product"),
            _ => key.to_string(),
        };
        let rows: Vec<_> =
            cuts.iter().map(|c| vec![text(key(&c.key)), Cell::Number(c.opened), Cell::Number(c.kept), Cell::Number(c.broken)]).collect();
        fill(file.add_worksheet().set_name(named(name))?, &cut_head(name), &rows)?;
    }
    let promise_head = ["promise", "made_n", "kept", "broken_one", "waived", "running"].map(|code| text(words.word(code)));
    let rows: Vec<_> = m
        .promises
        .iter()
        .map(|p| {
            let counts = [p.made, p.kept, p.broken, p.waived, p.running].map(Cell::Number);
            std::iter::once(text(promised(words, book, &p.plan, &p.promise, &p.row))).chain(counts).collect()
        })
        .collect();
    fill(file.add_worksheet().set_name(named("promises"))?, &promise_head, &rows)?;
    let broken_head = ["case", "subject", "promise", "due", "met", "late", "reasons"].map(|code| text(words.word(code)));
    let rows: Vec<_> = m
        .broken
        .iter()
        .map(|b| {
            let met = b.met_at.as_ref().map_or_else(|| words.word("still"), |at| moment(at, &zone));
            let late = b.late_s.map_or_else(String::new, |s| words.length(s));
            vec![
                text(b.number.clone()),
                text(b.subject.clone()),
                text(promised(words, book, &b.plan, &b.promise, &b.row)),
                text(moment(&b.due_at, &zone)),
                text(met),
                text(late),
                text(reasons(words, b)),
            ]
        })
        .collect();
    fill(file.add_worksheet().set_name(named("broken"))?, &broken_head, &rows)?;
    let quota_head = ["quota", "in_period", "used", "of"].map(|code| text(words.word(code)));
    let rows: Vec<_> = m
        .quotas
        .iter()
        .map(|q| vec![text(service(words, q, book)), text(q.period.clone()), Cell::Number(q.used_count.max(0) as u64), text(included(words, q))])
        .collect();
    fill(file.add_worksheet().set_name(named("ledger"))?, &quota_head, &rows)?;
    let case_head =
        ["case", "subject", "by_product", "severity_head", "by_channel", "opened_at", "answered", "solved"].map(|code| text(words.word(code)));
    let at = |t: &Option<String>| text(t.as_ref().map_or_else(String::new, |t| moment(t, &zone)));
    let rows: Vec<_> = m
        .cases
        .iter()
        .map(|c| {
            vec![
                text(c.number.clone()),
                text(c.subject.clone()),
                text(c.product.clone()),
                text(words.key("severity", &c.severity)),
                text(words.key("channel", &c.channel)),
                text(moment(&c.opened_at, &zone)),
                at(&c.first_reply_at),
                at(&c.resolved_at),
            ]
        })
        .collect();
    fill(file.add_worksheet().set_name(named("cases"))?, &case_head, &rows)?;
    file.save_to_buffer()
}
fn fill(sheet: &mut Worksheet, head: &[Cell], rows: &[Vec<Cell>]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, cell) in (0..).zip(head) {
        if let Cell::Text(word) = cell {
            sheet.write_string_with_format(0, column, word, &bold)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    for (line, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            match cell {
                Cell::Text(word) => sheet.write_string(line, column, word)?,
                // Counts stay far below 2^53.
                Cell::Number(n) => sheet.write_number(line, column, *n as f64)?,
            };
        }
    }
    sheet.autofit();
    Ok(())
}
