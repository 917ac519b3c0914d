//! A plan book from TOML. The schema is described in `docs/plan-books.md`.
use super::cells;
use super::finding::Finding;
use super::read::{Cell, Place, Reader, Tab};
use domain::kit::{At, Span, Text};
use domain::money::{Currency, DayCount, MoneyError, Spreading, UpgradeCredit};
use domain::plan::{
    Basis, ChannelRule, Combination, DeliverableRule, Effective, Eligibility, Feature, FeeBand, FeeModel, FeeRule, Match, Overrun, Period, PlanBook,
    Policy, ProductLine, Promise, QuotaRule, Reckoning, Refund, Sale, Scope, Standing, ThirdParty, Unconfirmed, When,
};
use domain::promise::{Base, Cmp, Kind, Mark, On, PauseRule, RUNGS_MAX, Recurs, Rung, Source, Target, WARNINGS_MAX, Wait};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Where each named part of a book is written: `channel.web_ticket` → line and column.
pub type Places = BTreeMap<String, Place>;

/// Reads a plan book. Errors: everything found wrong, in the order of the lines; `file_name` is only quoted.
pub fn parse(text: &str, file_name: &str) -> Result<PlanBook, Vec<Finding>> {
    read(text, file_name).map(|(book, _)| book)
}

/// As [`parse`], with the places for checks that need the other books.
pub(super) fn read(text: &str, file_name: &str) -> Result<(PlanBook, Places), Vec<Finding>> {
    let reader = Reader::new(file_name, text);
    let book = reader.document().and_then(|document| book(&reader.root(&document), text).inspect(|book| sense(&reader, book)));
    let (findings, places) = reader.finish();
    match book {
        Some(book) if findings.is_empty() => Ok((book, places)),
        _ => Err(findings),
    }
}

/// SHA-256 in lower-case hex.
pub fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a row takes over when it is silent.
pub(super) struct Defaults {
    document: String,
    tz: String,
    warn_at: Vec<Mark>,
    ladder: Vec<Rung>,
}

impl Defaults {
    /// Of a file whose rows take over nothing but their document.
    pub(super) fn silent(document: &str) -> Defaults {
        Defaults { document: document.to_string(), tz: "UTC".to_string(), warn_at: Vec::new(), ladder: Vec::new() }
    }
}

fn book(root: &Tab, text: &str) -> Option<PlanBook> {
    let document = root.need("document").and_then(|c| c.table()).and_then(document_source);
    let defaults = defaults(root, document.as_ref().map_or("", |d| &d.document));
    let id = named(root, "id");
    let family = root.need("family").and_then(|c| c.id());
    let vendor = root.need("vendor").and_then(|c| c.id());
    let name = root.need("name").and_then(|c| c.words());
    let rank = root.need("rank").and_then(|c| c.number());
    let sale = root.need("sale").and_then(|c| c.one_of(SALES));
    let effective = root.need("effective").and_then(|c| c.table()).and_then(effective);
    let fee = root.need("fee").and_then(|c| c.table()).and_then(|t| fee(t, &defaults));
    let eligibility = optional(root.cell("eligibility").and_then(|c| c.table()), |t| eligibility(t, &defaults));
    let channels = rows(root, "channel", |t| channel(t, &defaults));
    let promises = rows(root, "promise", |t| promise(t, &defaults));
    let quotas = rows(root, "quota", |t| quota(t, &defaults));
    let deliverables = rows(root, "deliverable", |t| deliverable(t, &defaults));
    let features = rows(root, "feature", |t| feature(t, "feature", &defaults));
    let not_provided = rows(root, "not_provided", |t| feature(t, "not_provided", &defaults));
    let scope = optional(root.cell("scope").and_then(|c| c.table()), |t| scope(t, &defaults));
    let policies = rows(root, "policy", |t| policy(t, &defaults));
    let credit = maybe(root.cell("credit"), |c| named_credit(c));
    let unconfirmed = rows(root, "unconfirmed", |t| unconfirmed(t, &defaults));
    root.done();
    Some(PlanBook {
        id: id?,
        family: family?,
        vendor: vendor?,
        name: name?,
        rank: rank?,
        sale: sale?,
        effective: effective?,
        document: document?,
        fee: fee?,
        eligibility: eligibility?,
        channels: channels?,
        promises: promises?,
        quotas: quotas?,
        deliverables: deliverables?,
        features: features?,
        not_provided: not_provided?,
        scope: scope?.unwrap_or_default(),
        policies: policies?,
        credit: credit?,
        unconfirmed: unconfirmed?,
        hash: hash(text),
    })
}

/// `None` when any row is unsound; all rows are read, so that all complaints are made at once.
pub(super) fn rows<T>(root: &Tab, key: &'static str, read: impl Fn(Tab) -> Option<T>) -> Option<Vec<T>> {
    let read: Vec<Option<T>> = root.rows(key).into_iter().map(read).collect();
    read.into_iter().collect()
}
/// `Some(None)` when it is not written, `None` when it is written and unsound.
fn optional<'r, 't, T>(table: Option<Tab<'r, 't>>, read: impl Fn(Tab<'r, 't>) -> Option<T>) -> Option<Option<T>> {
    match table {
        None => Some(None),
        Some(table) => read(table).map(Some),
    }
}
/// As [`optional`], for one cell.
pub(super) fn maybe<'r, 't, T>(cell: Option<Cell<'r, 't>>, read: impl Fn(&Cell<'r, 't>) -> Option<T>) -> Option<Option<T>> {
    match cell {
        None => Some(None),
        Some(cell) => read(&cell).map(Some),
    }
}
fn named(t: &Tab, key: &'static str) -> Option<String> {
    let cell = t.need(key)?;
    let id = cell.id()?;
    t.reader.mark(key.to_string(), cell.at);
    Some(id)
}
fn named_credit(cell: &Cell) -> Option<String> {
    let id = cell.id()?;
    cell.reader.mark("credit".to_string(), cell.at);
    Some(id)
}
/// A closed list with the words of the domain.
pub(super) fn known<T: Copy>(all: &[T], key: impl Fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|value| (key(*value), *value)).collect()
}
/// Marks a row's place under its own name; the same name twice is a finding.
pub(super) fn unique(t: &Tab, name: String) {
    match t.reader.place_of(&name) {
        Some((first, _)) => t.complain("plan.duplicate", vec![("got", name), ("first", first.to_string())]),
        None => t.reader.mark(name, t.at),
    }
}

const SALES: &[(&str, Sale)] = &[("open", Sale::Open), ("closed", Sale::Closed), ("invite_only", Sale::InviteOnly), ("tender", Sale::Tender)];
const KINDS: &[(&str, Kind)] = &[("contract", Kind::Contract), ("internal", Kind::Internal)];
const RECURS: &[(&str, Recurs)] = &[("once", Recurs::Once), ("per_message", Recurs::PerMessage), ("periodic", Recurs::Periodic)];
const BASES: &[(&str, Base)] =
    &[("received", Base::Received), ("occurred", Base::Occurred), ("detected", Base::Detected), ("recovered", Base::Recovered)];
const CMPS: &[(&str, Cmp)] = &[("lt", Cmp::Lt), ("le", Cmp::Le)];
const PERIODS: &[(&str, Period)] = &[("month", Period::Month), ("quarter", Period::Quarter), ("year", Period::Year), ("none", Period::None)];
const OVERRUNS: &[(&str, Overrun)] = &[("refuse", Overrun::Refuse), ("basic_terms", Overrun::BasicTerms), ("charge", Overrun::Charge)];
const MODELS: &[(&str, FeeModel)] = &[
    ("free", FeeModel::Free),
    ("fixed_plus_usage", FeeModel::FixedPlusUsage),
    ("contract", FeeModel::Contract),
    ("unconfirmed", FeeModel::Unconfirmed),
];
const COMBINATIONS: &[(&str, Combination)] = &[("greater_of", Combination::GreaterOf), ("additive", Combination::Additive)];
const STANDINGS: &[(&str, Standing)] = &[("missing", Standing::Missing), ("assumed", Standing::Assumed)];
/// The duties a ladder may tell, in the house's words.
pub const DUTIES: &[&str] = &["owner", "group", "tam", "duty_chief", "goc", "manager"];

pub(super) fn document_source(t: Tab) -> Option<Source> {
    let document = t.need("title").and_then(|c| c.text());
    let section = t.need("section").and_then(|c| c.text());
    t.done();
    Some(Source { document: document?, section: section? })
}
/// `"L72"` is a section of the book's own document; a table names another one.
pub(super) fn source(t: &Tab, defaults: &Defaults) -> Option<Source> {
    let cell = t.need("source")?;
    if cell.value.is_str() {
        return Some(Source { document: defaults.document.clone(), section: cell.text()? });
    }
    let t = cell.table()?;
    let document = t.need("document").and_then(|c| c.text());
    let section = t.need("section").and_then(|c| c.text());
    t.done();
    Some(Source { document: document?, section: section? })
}
pub(super) fn words(t: &Tab, key: &'static str) -> Option<Text> {
    t.need(key)?.words()
}

fn defaults(root: &Tab, document: &str) -> Defaults {
    let mut defaults = Defaults::silent(document);
    let Some(t) = root.need("defaults").and_then(|c| c.table()) else { return defaults };
    if let Some(tz) = t.need("tz").and_then(|c| zone(&c)) {
        defaults.tz = tz;
    }
    if let Some(marks) = t.cell("warn_at").and_then(|c| warnings(&c, None)) {
        defaults.warn_at = marks;
    }
    if let Some(rungs) = t.cell("ladder").and_then(|c| ladder(&c)) {
        defaults.ladder = rungs;
    }
    t.done();
    defaults
}
pub(super) fn zone(cell: &Cell) -> Option<String> {
    cell.parsed("plan.bad_zone", |text| jiff::tz::TimeZone::get(text).ok().map(|_| text.to_string()))
}
fn instant(cell: &Cell) -> Option<At> {
    cell.parsed("plan.bad_instant", |text| At::parse(text).ok())
}
pub(super) fn money(cell: &Cell) -> Option<Decimal> {
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit() || c == b'.');
    cell.parsed("plan.bad_money", |text| if digits(text) { text.parse().ok() } else { None })
}
pub(super) fn duration(cell: &Cell) -> Option<Span> {
    cell.parsed("plan.bad_duration", |text| Span::parse(text).ok().filter(|span| text.starts_with('P') && *span > Span::ZERO))
}
fn effective(t: Tab) -> Option<Effective> {
    let from = maybe(t.cell("from"), instant);
    let to = maybe(t.cell("to"), instant);
    if let (Some(Some(from)), Some(Some(to))) = (from, to)
        && from >= to
    {
        t.complain("plan.effective_reversed", vec![]);
    }
    t.reader.mark("effective".to_string(), t.at);
    t.done();
    Some(Effective { from: from?, to: to? })
}

fn fee(t: Tab, defaults: &Defaults) -> Option<FeeRule> {
    let currency = t.need("currency").and_then(|c| c.text());
    let model = t.need("model").and_then(|c| c.one_of(MODELS));
    let base = maybe(t.cell("base"), money);
    let rate = maybe(t.cell("rate"), money);
    let combination = maybe(t.cell("combination"), |c| c.one_of(COMBINATIONS));
    let bands = maybe(t.cell("bands"), |c| c.items().iter().map(fee_band).collect::<Option<Vec<_>>>());
    let refund = t.need("refund").and_then(|c| refund(&c));
    let reckoning = reckoning(&t);
    let source = source(&t, defaults);
    t.reader.mark("fee".to_string(), t.at);
    let bands = bands?.unwrap_or_default();
    let contradiction = match (model?, base?, rate?) {
        (FeeModel::Free, Some(base), _) if !base.is_zero() => Some("base"),
        (FeeModel::Free | FeeModel::Unconfirmed, _, Some(_)) => Some("rate"),
        (FeeModel::Unconfirmed, Some(_), _) => Some("base"),
        (FeeModel::Free | FeeModel::Unconfirmed, ..) if !bands.is_empty() => Some("bands"),
        _ => None,
    };
    if let Some(key) = contradiction {
        let model = MODELS.iter().find(|(_, m)| Some(*m) == model).map_or("", |(word, _)| word);
        t.complain("plan.fee_contradicts", vec![("model", model.to_string()), ("key", key.to_string())]);
    }
    t.done();
    let combination = combination?.unwrap_or(Combination::GreaterOf);
    let rule = FeeRule {
        currency: currency?,
        model: model?,
        base: base?,
        rate: rate?,
        bands,
        combination,
        refund: refund?,
        reckoning: reckoning?,
        source: source?,
    };
    if let Err(e) = Currency::parse(&rule.currency).ok_or(MoneyError::OutOfRange).and_then(|c| rule.usage(c)) {
        t.complain("plan.fee_unreckonable", vec![("why", e.key().to_string())]);
    }
    Some(rule)
}
/// `{ up_to = "150000", rate = "0.10" }`; the last one has no `up_to`.
fn fee_band(cell: &Cell) -> Option<FeeBand> {
    let t = cell.table()?;
    let up_to = maybe(t.cell("up_to"), money);
    let rate = t.need("rate").and_then(|c| money(&c));
    t.done();
    Some(FeeBand { up_to: up_to?, rate: rate? })
}
/// How the book reckons, as far as it says so.
fn reckoning(t: &Tab) -> Option<Reckoning> {
    let basis = maybe(t.cell("basis"), |c| c.one_of(&known(Basis::ALL, Basis::key)));
    let spreading = maybe(t.cell("amortise"), |c| c.one_of(&known(Spreading::ALL, Spreading::key)));
    let days = maybe(t.cell("days"), |c| c.one_of(&known(DayCount::ALL, DayCount::key)));
    let upgrade = maybe(t.cell("upgrade"), |c| c.one_of(&known(UpgradeCredit::ALL, UpgradeCredit::key)));
    Some(Reckoning { basis: basis?, spreading: spreading?, days: days?, upgrade: upgrade? })
}
/// `"none"`, or how long after the order a refund may be asked for.
fn refund(cell: &Cell) -> Option<Refund> {
    if cell.value.as_str() == Some("none") { Some(Refund::None) } else { duration(cell).map(Refund::Within) }
}
fn eligibility(t: Tab, defaults: &Defaults) -> Option<Eligibility> {
    let requires_any = t.need("requires_any").and_then(|c| c.ids());
    let words = words(&t, "words");
    let source = source(&t, defaults);
    t.reader.mark("eligibility".to_string(), t.at);
    t.done();
    Some(Eligibility { requires_any: requires_any?, words: words?, source: source? })
}

fn channel(t: Tab, defaults: &Defaults) -> Option<ChannelRule> {
    let id = t.need("id").and_then(|c| c.id());
    let name = words(&t, "name");
    let calendar = maybe(t.cell("calendar"), Cell::id);
    let group = maybe(t.cell("group"), Cell::id);
    let urgent_group = maybe(t.cell("urgent_group"), Cell::id);
    let source = source(&t, defaults);
    let rule = ChannelRule { id: id?, name: name?, calendar: calendar?, group: group?, urgent_group: urgent_group?, source: source? };
    unique(&t, format!("channel.{}", rule.id));
    t.done();
    Some(rule)
}

fn promise(t: Tab, defaults: &Defaults) -> Option<Promise> {
    let key = t.need("key").and_then(|c| c.id());
    let kind = maybe(t.cell("kind"), |c| c.one_of(KINDS));
    let channel = t.need("channel").and_then(|c| about(&c));
    let severity = t.need("severity").and_then(|c| about(&c));
    let when = maybe(t.cell("when"), when);
    let words = words(&t, "words");
    let starts = t.need("starts").and_then(|c| fact(&c));
    let stops = t.need("stops").and_then(|c| facts(&c));
    let ends = maybe(t.cell("ends"), facts);
    let recurs = maybe(t.cell("recurs"), |c| c.one_of(RECURS));
    let base = maybe(t.cell("base"), |c| c.one_of(BASES));
    let target = maybe(t.cell("target"), target);
    let cmp = maybe(t.cell("cmp"), |c| c.one_of(CMPS));
    let calendar = maybe(t.cell("calendar"), Cell::id);
    let pauses = maybe(t.cell("pauses"), pauses);
    let warn_at = maybe(t.cell("warn_at"), |c| warnings(c, target.flatten()));
    let ladder = maybe(t.cell("ladder"), ladder);
    let consumes = maybe(t.cell("consumes"), Cell::id);
    let source = source(&t, defaults);
    let (at, path, reader) = (t.at, t.path.clone(), t.reader);
    let unfinished = || -> Option<Promise> {
        let (key, channel, severity, when) = (key?, channel?, severity?, when?.unwrap_or(When::Always));
        let row = row_name(&key, &channel, &severity, &when);
        unique(&t, format!("promise.{row}"));
        Some(Promise {
            row,
            key,
            kind: kind?.unwrap_or(Kind::Contract),
            channel,
            severity,
            when,
            words: words?,
            starts: starts?,
            stops: stops?,
            ends: ends?.unwrap_or_default(),
            recurs: recurs?.unwrap_or(Recurs::Once),
            base: base?.unwrap_or(Base::Received),
            target: target?,
            cmp: cmp?,
            calendar: calendar?,
            pauses: pauses?.unwrap_or_default(),
            warn_at: warn_at?.unwrap_or_else(|| defaults.warn_at.clone()),
            ladder: ladder?.unwrap_or_else(|| defaults.ladder.clone()),
            consumes: consumes?,
            source: source?,
        })
    };
    let promise = unfinished();
    t.done();
    let promise = promise?;
    for (code, args) in super::check::promise_sense(&promise) {
        reader.complain(at, path.clone(), code, args);
    }
    Some(promise)
}
/// `first_response.web_ticket.any`, with `.in_hours` or `.out_of_hours` where the time of day chooses.
fn row_name(key: &str, channel: &Match, severity: &Match, when: &When) -> String {
    let part = |m: &Match| match m {
        Match::Any => "any".to_string(),
        Match::OneOf(keys) => keys.join("+"),
    };
    let hours = match when {
        When::Always => "",
        When::InHours(_) => ".in_hours",
        When::OutOfHours(_) => ".out_of_hours",
    };
    format!("{key}.{}.{}{hours}", part(channel), part(severity))
}
fn about(cell: &Cell) -> Option<Match> {
    if cell.value.as_str() == Some("any") { Some(Match::Any) } else { cell.ids().map(Match::OneOf) }
}
/// `{ in_hours = "calendar" }` or `{ out_of_hours = "calendar" }`.
fn when(cell: &Cell) -> Option<When> {
    let t = cell.table()?;
    let (inside, outside) = (t.cell("in_hours"), t.cell("out_of_hours"));
    let when = match (inside, outside) {
        (Some(c), None) => c.id().map(When::InHours),
        (None, Some(c)) => c.id().map(When::OutOfHours),
        _ => {
            t.complain("plan.missing_key", vec![("wanted", "in_hours | out_of_hours".to_string())]);
            None
        }
    };
    t.done();
    when
}
fn fact(cell: &Cell) -> Option<On> {
    let known: Vec<(&str, On)> = On::ALL.iter().map(|on| (on.key(), *on)).collect();
    cell.one_of(&known)
}
fn facts(cell: &Cell) -> Option<Vec<On>> {
    let items = cell.items();
    if items.is_empty() {
        cell.complain("plan.empty", vec![]);
        return None;
    }
    items.iter().map(fact).collect()
}
/// `"PT40M"`, or `{ working_days = 5 }`.
fn target(cell: &Cell) -> Option<Target> {
    if !cell.value.is_table() {
        return duration(cell).map(Target::Time);
    }
    let t = cell.table()?;
    let days = t.need("working_days").and_then(|c| c.count());
    t.done();
    days.map(Target::WorkingDays)
}
fn pauses(cell: &Cell) -> Option<Vec<PauseRule>> {
    cell.items().iter().map(pause).collect()
}
fn pause(cell: &Cell) -> Option<PauseRule> {
    let t = cell.table()?;
    let known: Vec<(&str, Wait)> = Wait::ALL.iter().map(|w| (w.key(), *w)).collect();
    let why = t.need("why").and_then(|c| c.one_of(&known));
    let cap = maybe(t.cell("cap"), duration);
    t.done();
    Some(PauseRule { why: why?, cap: cap? })
}

/// `"75%"`, `"5m before"`, `"10m after"`.
fn mark(cell: &Cell) -> Option<Mark> {
    cell.parsed("plan.bad_mark", read_mark)
}
pub(super) fn read_mark(text: &str) -> Option<Mark> {
    if let Some(percent) = text.strip_suffix('%') {
        return percent.trim().parse().ok().map(Mark::Percent);
    }
    let (length, side) = text.split_once(' ')?;
    let span = short_span(length)?;
    match side.trim() {
        "before" => Some(Mark::Before(span)),
        "after" => Some(Mark::AfterBreach(span)),
        _ => None,
    }
}
/// `5m`, `2h`, `1d` (24 hours), `30s`; above zero.
fn short_span(text: &str) -> Option<Span> {
    let unit = text.chars().last()?;
    // A million days is more than any clock runs, and far from the end of what a span can hold.
    let number: i64 = text.strip_suffix(unit)?.parse().ok().filter(|n| (1..=1_000_000).contains(n))?;
    let span = match unit {
        's' => Span::seconds(number),
        'm' => Span::minutes(number),
        'h' => Span::hours(number),
        'd' => Span::days(number),
        _ => return None,
    };
    Some(span)
}
pub(super) fn mark_words(mark: &Mark) -> String {
    let short = |span: &Span| {
        let seconds = span.as_seconds();
        match [(86_400, "d"), (3_600, "h"), (60, "m")].into_iter().find(|(unit, _)| seconds % unit == 0) {
            Some((unit, letter)) => format!("{}{letter}", seconds / unit),
            None => format!("{seconds}s"),
        }
    };
    match mark {
        Mark::Percent(n) => format!("{n}%"),
        Mark::Before(span) => format!("{} before", short(span)),
        Mark::AfterBreach(span) => format!("{} after", short(span)),
    }
}
fn warnings(cell: &Cell, target: Option<Target>) -> Option<Vec<Mark>> {
    let items = cell.items();
    if items.len() > WARNINGS_MAX {
        cell.complain("plan.too_many", vec![("got", items.len().to_string()), ("max", WARNINGS_MAX.to_string())]);
    }
    let one = |c: &Cell| {
        let mark = mark(c)?;
        let code = match (mark, target) {
            (Mark::Percent(n), _) if n == 0 || n >= 100 => "plan.mark_out_of_range",
            (Mark::AfterBreach(_), _) => "plan.mark_after_breach",
            (Mark::Before(span), Some(Target::Time(target))) if span >= target => "plan.mark_before_start",
            _ => return Some(mark),
        };
        let target = if let Some(Target::Time(target)) = target { target.to_string() } else { String::new() };
        c.complain(code, vec![("mark", mark_words(&mark)), ("target", target)]);
        None
    };
    items.iter().map(one).collect()
}
fn ladder(cell: &Cell) -> Option<Vec<Rung>> {
    let items = cell.items();
    if items.len() > RUNGS_MAX {
        cell.complain("plan.too_many", vec![("got", items.len().to_string()), ("max", RUNGS_MAX.to_string())]);
    }
    let duties: Vec<(&str, &str)> = DUTIES.iter().map(|d| (*d, *d)).collect();
    let one = |c: &Cell| {
        let t = c.table()?;
        let at = t.need("at").and_then(|c| mark(&c));
        let tell = t.need("tell").and_then(|c| c.one_of(&duties));
        if let Some(Mark::Percent(n)) = at
            && (n == 0 || n > 100)
        {
            t.complain("plan.mark_out_of_range", vec![("mark", format!("{n}%"))]);
        }
        t.done();
        Some(Rung { at: at?, tell: tell?.to_string() })
    };
    let rungs: Option<Vec<Rung>> = items.iter().map(one).collect();
    let rungs = rungs?;
    for (pair, item) in rungs.windows(2).zip(&items[1..]) {
        if !super::check::rises(&pair[0].at, &pair[1].at) {
            item.complain("plan.ladder_not_rising", vec![]);
        }
    }
    Some(rungs)
}

fn quota(t: Tab, defaults: &Defaults) -> Option<QuotaRule> {
    let id = t.need("id").and_then(|c| c.id());
    let name = words(&t, "name");
    let edition = maybe(t.cell("edition"), Cell::id);
    let count = maybe(t.cell("count"), Cell::count);
    let days = maybe(t.cell("days"), Cell::count);
    let purchased = maybe(t.cell("purchased"), Cell::flag);
    let period = t.need("period").and_then(|c| c.one_of(PERIODS));
    let tz = maybe(t.cell("tz"), zone);
    let lead_working_days = maybe(t.cell("lead_working_days"), Cell::count);
    let exempt_when = maybe(t.cell("exempt_when"), Cell::id);
    let overrun = t.need("overrun").and_then(|c| c.one_of(OVERRUNS));
    let said = words(&t, "words");
    let source = source(&t, defaults);
    let unfinished = || -> Option<QuotaRule> {
        let (count, days, purchased) = (count?, days?, purchased?.unwrap_or(false));
        if count.is_none() && days.is_none() && !purchased {
            t.complain("plan.without_limit", vec![]);
        }
        let (id, edition) = (id?, edition?);
        unique(&t, format!("quota.{}", cells::quota_name(&id, edition.as_deref())));
        Some(QuotaRule {
            id,
            name: name?,
            edition,
            count,
            days,
            purchased,
            period: period?,
            tz: tz?.unwrap_or_else(|| defaults.tz.clone()),
            lead_working_days: lead_working_days?,
            exempt_when: exempt_when?,
            overrun: overrun?,
            words: said?,
            source: source?,
        })
    };
    let quota = unfinished();
    t.done();
    quota
}

fn deliverable(t: Tab, defaults: &Defaults) -> Option<DeliverableRule> {
    let id = t.need("id").and_then(|c| c.id());
    let title = words(&t, "title");
    let every = maybe(t.cell("every"), |c| c.one_of(PERIODS));
    let on_demand = maybe(t.cell("on_demand"), Cell::flag);
    let per = maybe(t.cell("per"), Cell::ids);
    let due_working_days = maybe(t.cell("due_working_days"), Cell::count);
    let calendar = maybe(t.cell("calendar"), Cell::id);
    let min_count = maybe(t.cell("min_count"), Cell::count);
    let merged_into = maybe(t.cell("merged_into"), Cell::id);
    let contents = maybe(t.cell("contents"), Cell::ids);
    let said = words(&t, "words");
    let source = source(&t, defaults);
    if matches!((due_working_days, &calendar), (Some(Some(_)), Some(None))) {
        t.complain("plan.without_calendar", vec![("wanted", "due_working_days".to_string())]);
    }
    if let Some(id) = &id {
        unique(&t, format!("deliverable.{id}"));
    }
    t.done();
    Some(DeliverableRule {
        id: id?,
        title: title?,
        every: every?,
        on_demand: on_demand?.unwrap_or(false),
        per: per?.unwrap_or_default(),
        due_working_days: due_working_days?,
        calendar: calendar?,
        min_count: min_count?,
        merged_into: merged_into?,
        contents: contents?.unwrap_or_default(),
        words: said?,
        source: source?,
    })
}

fn feature(t: Tab, kind: &str, defaults: &Defaults) -> Option<Feature> {
    let id = t.need("id").and_then(|c| c.id());
    let said = words(&t, "words");
    let source = source(&t, defaults);
    if let Some(id) = &id {
        unique(&t, format!("{kind}.{id}"));
    }
    t.done();
    Some(Feature { id: id?, words: said?, source: source? })
}

fn scope(t: Tab, defaults: &Defaults) -> Option<Scope> {
    let sentences = |c: &Cell| -> Option<Vec<Text>> { c.items().iter().map(Cell::words).collect() };
    let inside = t.need("inside").and_then(|c| sentences(&c));
    let outside = t.need("outside").and_then(|c| sentences(&c));
    let redirect = maybe(t.cell("redirect"), Cell::words);
    let third_party = rows(&t, "third_party", |t| third_party(t, defaults));
    let escort_products = rows(&t, "escort_products", |t| product_line(t, defaults));
    let source = source(&t, defaults);
    t.done();
    Some(Scope {
        inside: inside?,
        outside: outside?,
        redirect: redirect?,
        source: source?,
        third_party: third_party?,
        escort_products: escort_products?,
    })
}
fn third_party(t: Tab, defaults: &Defaults) -> Option<ThirdParty> {
    let category = t.need("category").and_then(|c| c.id());
    let name = t.need("name").and_then(|c| c.text());
    let supported = words(&t, "supported");
    let unsupported = words(&t, "unsupported");
    let source = source(&t, defaults);
    if let Some(name) = &name {
        unique(&t, format!("scope.third_party.{name}"));
    }
    t.done();
    Some(ThirdParty { category: category?, name: name?, supported: supported?, unsupported: unsupported?, source: source? })
}
fn product_line(t: Tab, defaults: &Defaults) -> Option<ProductLine> {
    let line = t.need("line").and_then(|c| c.id());
    let name = words(&t, "name");
    let products = maybe(t.cell("products"), |c| c.items().iter().map(Cell::text).collect::<Option<Vec<_>>>());
    let source = source(&t, defaults);
    if let Some(line) = &line {
        unique(&t, format!("scope.escort_products.{line}"));
    }
    t.done();
    Some(ProductLine { line: line?, name: name?, products: products?.unwrap_or_default(), source: source? })
}
fn policy(t: Tab, defaults: &Defaults) -> Option<Policy> {
    let id = t.need("id").and_then(|c| c.id());
    let value = maybe(t.cell("value"), Cell::text);
    let said = words(&t, "words");
    let source = source(&t, defaults);
    if let Some(id) = &id {
        unique(&t, format!("policy.{id}"));
    }
    t.done();
    Some(Policy { id: id?, value: value?, words: said?, source: source? })
}
pub(super) fn unconfirmed(t: Tab, defaults: &Defaults) -> Option<Unconfirmed> {
    let path = t.need("path").and_then(|c| c.text());
    let standing = maybe(t.cell("standing"), |c| c.one_of(STANDINGS));
    let said = words(&t, "words");
    let source = source(&t, defaults);
    if let Some(path) = &path {
        unique(&t, format!("unconfirmed.{path}"));
    }
    t.done();
    Some(Unconfirmed { path: path?, standing: standing?.unwrap_or(Standing::Missing), words: said?, source: source? })
}

/// Does the book make sense in itself? Asked once every cell is sound, or a misspelt key would echo as an empty cell.
/// What needs the other books is asked in `check`.
fn sense(reader: &Reader, book: &PlanBook) {
    if reader.has_complaints() {
        return;
    }
    if book.id.rsplit_once('.').is_none_or(|(family, _)| family != book.family) {
        reader.complain_at("id", "id".to_string(), "plan.id_is_not_family_and_version", vec![("family", book.family.clone())]);
    }
    for (place, key, code, args) in super::check::book_sense(book) {
        reader.complain_at(&place, key, code, args);
    }
}
