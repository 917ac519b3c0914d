//! A monthly report as pages.
use super::{Words, day, moment, share};
use desk::deliverable;
use desk::report::{Broken, Cut, Monthly, PromiseSum, QuotaSum, Totals};
use domain::plan::PlanBook;
use jiff::tz::TimeZone;
use paper::{Bar, Block, Card, Column, Document, Section};

/// So many products stand in the chart; the table has them all.
const BARS_MAX: usize = 10;

/// The pages of a report. `book` finds a plan's book by its id; `is_draft`: nobody has approved it yet.
pub fn document<'b>(
    words: Words,
    vendor: &str,
    m: &Monthly,
    written: &deliverable::Words,
    is_draft: bool,
    made_at: &str,
    book: &dyn Fn(&str) -> Option<&'b PlanBook>,
) -> Document {
    let zone = TimeZone::get(&m.tz).unwrap_or(TimeZone::UTC);
    let last = day(&before(&m.to), &zone);
    let plans: Vec<String> = m.plans.iter().map(|p| book(&p.plan).map_or_else(|| p.plan.clone(), |b| words.text(&b.name))).collect();
    let meta = vec![
        (words.word("account"), format!("{} · {}", m.account_name, m.account_number)),
        (words.word("plan"), plans.join(" → ")),
        (words.word("period"), words.say("period_is", &[("from", day(&m.from, &zone)), ("to", last)])),
        (words.word("made"), moment(made_at, &zone)),
    ];
    let own = |part: &str| written_in(words.lang, written, part);
    let mut sections = vec![overview(words, m, own("summary")), cases(words, m), promises(words, m, book, &zone), ledger(words, m, book)];
    for (heading, part, none) in [("risks", "risks", "no_risks"), ("actions", "actions", "no_actions")] {
        let text = own(part).unwrap_or_else(|| words.word(none));
        sections.push(Section { heading: words.word(heading), blocks: vec![Block::Text(text)] });
    }
    sections.push(listing(words, m, &zone));
    Document {
        language: words.lang.to_string(),
        title: words.say("title", &[("account", m.account_name.clone()), ("month", m.month.clone())]),
        kind: words.word("kind"),
        subtitle: if is_draft { words.word("draft") } else { plans.last().cloned().unwrap_or_default() },
        meta,
        sections,
        foot: format!("{vendor} · {} · {}", m.account_name, m.month),
        page_of: words.word("page_of"),
        author: vendor.to_string(),
    }
}
/// The last second before an instant, so that a month ends on its last day.
fn before(text: &str) -> String {
    domain::kit::At::parse(text).map_or_else(|_| text.to_string(), |at| (at - domain::kit::At::TICK).to_string())
}
/// What people wrote: in the reader's language, else in another rather than nothing.
fn written_in(lang: &str, written: &deliverable::Words, part: &str) -> Option<String> {
    let of = |l: &str| written.get(l).and_then(|parts| parts.get(part)).filter(|t| !t.is_empty()).cloned();
    of(lang).or_else(|| written.keys().find_map(|l| of(l)))
}

fn overview(words: Words, m: &Monthly, summary: Option<String>) -> Section {
    let card = |name: &str, value: fn(Words, &Totals) -> String| Card {
        name: words.word(name),
        value: value(words, &m.now),
        more: words.say("before", &[("value", value(words, &m.before))]),
    };
    let cards = vec![
        card("opened", |_, t| t.opened.to_string()),
        card("resolved", |_, t| t.resolved.to_string()),
        card("kept_share", |w, t| share(t.kept, t.kept + t.broken).unwrap_or_else(|| w.word("none"))),
        card("broken", |_, t| t.broken.to_string()),
        card("first_median", |w, t| t.first_answer_median_s.map_or_else(|| w.word("none"), |s| w.length(s))),
        card("resolve_median", |w, t| t.resolve_median_s.map_or_else(|| w.word("none"), |s| w.length(s))),
        card("unresolved", |_, t| t.unresolved.to_string()),
        card("rated", stars),
    ];
    let blocks = std::iter::once(Block::Cards(cards)).chain(summary.map(Block::Text)).collect();
    Section { heading: words.word("overview"), blocks }
}
/// The mean in tenths, half up.
pub(super) fn stars(words: Words, t: &Totals) -> String {
    match (t.stars * 10 + t.rated / 2).checked_div(t.rated) {
        Some(tenths) => words.say("rated_is", &[("stars", format!("{}.{}", tenths / 10, tenths % 10)), ("n", t.rated.to_string())]),
        None => words.word("none"),
    }
}
fn cases(words: Words, m: &Monthly) -> Section {
    let product = |key: &str| if key.is_empty() { words.word("no_product") } else { key.to_string() };
    let bars: Vec<Bar> = m
        .by_product
        .iter()
        .take(BARS_MAX)
        .map(|c| Bar { name: product(&c.key), values: vec![c.kept, c.broken] })
        .filter(|b| b.values != [0, 0])
        .collect();
    let list: Vec<String> = bars.iter().map(|b| format!("{} {}/{}", b.name, b.values[0], b.values[1])).collect();
    let mut blocks = Vec::new();
    if !bars.is_empty() {
        let series = vec![words.word("kept"), words.word("broken_one")];
        blocks.push(Block::Bars { alt: words.say("alt", &[("list", list.join("; "))]), bars, series });
    }
    blocks.push(cuts(words, "by_product", &m.by_product, &product));
    blocks.push(cuts(words, "by_severity", &m.by_severity, &|key| words.key("severity", key)));
    blocks.push(cuts(words, "by_channel", &m.by_channel, &|key| words.key("channel", key)));
    Section { heading: words.word("cases"), blocks }
}
fn cuts(words: Words, name: &str, all: &[Cut], named: &dyn Fn(&str) -> String) -> Block {
    let columns = vec![
        Column::text(words.word(name), 1),
        Column::number(words.word("cases_n")),
        Column::number(words.word("kept")),
        Column::number(words.word("broken_one")),
        Column::number(words.word("kept_pct")),
    ];
    let row = |c: &Cut| {
        vec![
            named(&c.key),
            c.opened.to_string(),
            c.kept.to_string(),
            c.broken.to_string(),
            share(c.kept, c.kept + c.broken).unwrap_or_else(|| "–".into()),
        ]
    };
    Block::Table { columns, rows: all.iter().map(row).collect(), empty: words.word("no_cases") }
}
/// A promise's own words in its book.
pub(super) fn promised<'b>(words: Words, book: &dyn Fn(&str) -> Option<&'b PlanBook>, plan: &str, promise: &str, row: &str) -> String {
    let found = book(plan).and_then(|b| b.promises.iter().find(|p| p.key == promise && p.row == row));
    found.map_or_else(|| words.key("promise_key", promise), |p| words.text(&p.words))
}
fn promises<'b>(words: Words, m: &Monthly, book: &dyn Fn(&str) -> Option<&'b PlanBook>, zone: &TimeZone) -> Section {
    let columns = vec![
        Column::text(words.word("promise"), 1),
        Column::number(words.word("made_n")),
        Column::number(words.word("kept")),
        Column::number(words.word("broken_one")),
        Column::number(words.word("waived")),
        Column::number(words.word("running")),
    ];
    let row = |p: &PromiseSum| {
        let counts = [p.made, p.kept, p.broken, p.waived, p.running].map(|n| n.to_string());
        std::iter::once(promised(words, book, &p.plan, &p.promise, &p.row)).chain(counts).collect()
    };
    let rows = m.promises.iter().map(row).collect();
    let blocks = vec![
        Block::Note(words.word("promises_lead")),
        Block::Table { columns, rows, empty: words.word("no_promises") },
        Block::Text(words.word("broken_head")),
        broken(words, m, book, zone),
    ];
    Section { heading: words.word("promises"), blocks }
}
fn broken<'b>(words: Words, m: &Monthly, book: &dyn Fn(&str) -> Option<&'b PlanBook>, zone: &TimeZone) -> Block {
    let columns = vec![
        Column::text(words.word("case"), 0),
        Column::text(words.word("promise"), 2),
        Column::text(words.word("due"), 0),
        Column::text(words.word("late"), 0),
        Column::text(words.word("reasons"), 1),
    ];
    let row = |b: &Broken| {
        let late = b.late_s.map_or_else(|| words.word("still"), |s| words.length(s));
        vec![b.number.clone(), promised(words, book, &b.plan, &b.promise, &b.row), moment(&b.due_at, zone), late, reasons(words, b)]
    };
    Block::Table { columns, rows: m.broken.iter().map(row).collect(), empty: words.word("no_broken") }
}
/// What is known about why: whom was waited for, and whether it was excused.
pub(super) fn reasons(words: Words, b: &Broken) -> String {
    let waits = [("waited_customer", b.waited_customer_s), ("waited_vendor", b.waited_vendor_s), ("waited_product", b.waited_product_s)];
    let said = waits.into_iter().filter(|(_, s)| *s > 0).map(|(code, s)| words.say(code, &[("length", words.length(s))]));
    let all: Vec<String> = said.chain(b.waived.then(|| words.word("excused"))).collect();
    if all.is_empty() { "–".into() } else { all.join(if words.lang.starts_with("zh") { "；" } else { "; " }) }
}
fn ledger<'b>(words: Words, m: &Monthly, book: &dyn Fn(&str) -> Option<&'b PlanBook>) -> Section {
    let columns = vec![
        Column::text(words.word("quota"), 2),
        Column::text(words.word("in_period"), 0),
        Column::text(words.word("used"), 1),
        Column::text(words.word("of"), 1),
    ];
    let row = |q: &QuotaSum| {
        vec![
            service(words, q, book),
            q.period.clone(),
            counted(words, Some(q.used_count), (q.limit_days.is_some() || q.used_days > 0).then_some(q.used_days)),
            included(words, q),
        ]
    };
    let table = Block::Table { columns, rows: m.quotas.iter().map(row).collect(), empty: words.word("no_quotas") };
    Section { heading: words.word("ledger"), blocks: vec![table] }
}
pub(super) fn service<'b>(words: Words, q: &QuotaSum, book: &dyn Fn(&str) -> Option<&'b PlanBook>) -> String {
    let rule = book(&q.plan).and_then(|b| b.quotas.iter().find(|r| r.id == q.quota && r.edition == q.edition));
    rule.map_or_else(|| q.quota.clone(), |r| words.text(&r.name))
}
fn counted(words: Words, count: Option<i64>, days: Option<i64>) -> String {
    let times = count.map(|n| words.say("times", &[("n", n.to_string())]));
    let days = days.map(|n| words.say("days", &[("n", n.to_string())]));
    times.into_iter().chain(days).collect::<Vec<_>>().join(" · ")
}
pub(super) fn included(words: Words, q: &QuotaSum) -> String {
    match (q.limit_count, q.limit_days) {
        (None, None) => words.word(if q.purchased { "bought" } else { "without_limit" }),
        (count, days) => counted(words, count.map(i64::from), days.map(i64::from)),
    }
}
fn listing(words: Words, m: &Monthly, zone: &TimeZone) -> Section {
    let columns = vec![
        Column::text(words.word("case"), 0),
        Column::text(words.word("subject"), 1),
        Column::text(words.word("severity_head"), 0),
        Column::text(words.word("opened_at"), 0),
        Column::text(words.word("answered"), 0),
        Column::text(words.word("solved"), 0),
    ];
    let at = |text: &Option<String>| text.as_ref().map_or_else(|| "–".to_string(), |t| moment(t, zone));
    let rows = m.cases.iter().map(|c| {
        vec![
            c.number.clone(),
            c.subject.clone(),
            words.key("severity", &c.severity),
            moment(&c.opened_at, zone),
            at(&c.first_reply_at),
            at(&c.resolved_at),
        ]
    });
    let table = Block::Table { columns, rows: rows.collect(), empty: words.word("no_cases") };
    let more = m.more.then(|| Block::Note(words.say("more", &[("n", m.cases.len().to_string())])));
    Section { heading: words.word("list"), blocks: more.into_iter().chain([table]).collect() }
}
