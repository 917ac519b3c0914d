//! A book for people, and for scripts.
use super::book::mark_words;
use super::cells::quota_name;
use super::library::Library;
use domain::kit::{Span, Text};
use domain::plan::{FeeModel, Match, Period, PlanBook, Promise, QuotaRule, Refund, Sale, Standing, When};
use domain::promise::{Base, Cmp, Kind, Mark, Recurs, Source, Target};
use serde_json::{Map, Value, json};
use std::fmt::{self, Write};

/// The whole book as a page of text. Chinese for any `zh…`, else English.
pub fn show(book: &PlanBook, lang: &str) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut page, book, lang);
    page
}

/// One line per book of the library: id, name, dates, unconfirmed cells.
pub fn list(library: &Library, lang: &str) -> Vec<Value> {
    let line = |b: &PlanBook| {
        json!({ "id": b.id, "family": b.family, "vendor": b.vendor, "name": b.name.get(lang), "rank": b.rank, "sale": sale_key(b.sale),
                "from": b.effective.from.map(|at| at.to_string()), "to": b.effective.to.map(|at| at.to_string()),
                "promises": b.promises.iter().filter(|p| p.target.is_some()).count(), "unconfirmed": b.unconfirmed.len(), "hash": b.hash })
    };
    library.books().map(line).collect()
}

fn pick<'a>(lang: &str, en: &'a str, zh: &'a str) -> &'a str {
    if lang.starts_with("zh") { zh } else { en }
}
fn write_page(out: &mut String, b: &PlanBook, lang: &str) -> fmt::Result {
    let head = |en: &'static str, zh: &'static str| pick(lang, en, zh);
    writeln!(out, "{}  {}", b.id, b.name.get(lang))?;
    writeln!(out, "{} {}", head("Source:", "来源："), source_words(&b.document))?;
    let from = b.effective.from.map_or_else(|| head("ever", "起初").to_string(), |at| at.to_string());
    let to = b.effective.to.map_or_else(|| head("further notice", "另行通知").to_string(), |at| at.to_string());
    writeln!(out, "{} {from} {} {to}", head("For orders from", "适用订单："), head("until", "至"))?;
    writeln!(out, "{} {}", head("Fee:", "费用："), fee_words(b, lang))?;
    if let Some(e) = &b.eligibility {
        writeln!(out, "{} {}", head("Who may buy:", "购买条件："), e.words.get(lang))?;
    }
    section(out, head("Channels", "渠道"), &b.channels, |c| {
        let hours = c.calendar.as_deref().unwrap_or(pick(lang, "hours unconfirmed", "服务时间未确认"));
        (format!("{} ({}): {hours}", c.name.get(lang), c.id), &c.source)
    })?;
    section(out, head("Promises", "承诺"), &b.promises, |p| (promise_words(p, lang), &p.source))?;
    section(out, head("Quotas", "额度"), &b.quotas, |q| (format!("{}: {}", q.name.get(lang), q.words.get(lang)), &q.source))?;
    section(out, head("Deliverables", "交付物"), &b.deliverables, |d| (format!("{}: {}", d.title.get(lang), d.words.get(lang)), &d.source))?;
    section(out, head("Included", "包含"), &b.features, |f| (f.words.get(lang).to_string(), &f.source))?;
    section(out, head("Not provided", "不提供"), &b.not_provided, |f| (f.words.get(lang).to_string(), &f.source))?;
    let scope = |texts: &[Text]| texts.iter().map(|t| (t.get(lang).to_string(), b.scope.source.clone())).collect::<Vec<_>>();
    section(out, head("In scope", "服务范围"), &scope(&b.scope.inside), |(words, source)| (words.clone(), source))?;
    section(out, head("Out of scope", "不在范围"), &scope(&b.scope.outside), |(words, source)| (words.clone(), source))?;
    if let Some(to) = &b.scope.redirect {
        writeln!(out, "  → {}", to.get(lang))?;
    }
    section(out, head("Third-party software", "第三方软件"), &b.scope.third_party, |t| {
        (format!("{}: {} / {} {}", t.name, t.supported.get(lang), pick(lang, "not:", "不含："), t.unsupported.get(lang)), &t.source)
    })?;
    section(out, head("Products under escort", "护航产品"), &b.scope.escort_products, |l| {
        let products = if l.products.is_empty() { pick(lang, "all", "全部").to_string() } else { l.products.join(", ") };
        (format!("{}: {products}", l.name.get(lang)), &l.source)
    })?;
    section(out, head("Rules", "规则"), &b.policies, |p| (p.words.get(lang).to_string(), &p.source))?;
    section(out, head("Unconfirmed", "未确认"), &b.unconfirmed, |u| {
        let standing = match u.standing {
            Standing::Missing => pick(lang, "not promised", "不作承诺"),
            Standing::Assumed => pick(lang, "in force, to be confirmed", "按推定执行，待确认"),
        };
        (format!("{} [{standing}]: {}", u.path, u.words.get(lang)), &u.source)
    })?;
    writeln!(out, "\nSHA-256 {}", b.hash)
}
fn section<T>(out: &mut String, title: &str, things: &[T], line: impl Fn(&T) -> (String, &Source)) -> fmt::Result {
    if things.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for thing in things {
        let (words, source) = line(thing);
        writeln!(out, "  - {words}  [{}]", source.section)?;
    }
    Ok(())
}
fn source_words(source: &Source) -> String {
    format!("{}, {}", source.document, source.section)
}
fn fee_words(b: &PlanBook, lang: &str) -> String {
    let fee = &b.fee;
    let amount = || fee.base.map_or_else(|| pick(lang, "unconfirmed", "未确认").to_string(), |base| format!("{base} {}", fee.currency));
    match fee.model {
        FeeModel::Free => pick(lang, "free", "免费").to_string(),
        FeeModel::Contract => pick(lang, "set by the contract", "由合同约定").to_string(),
        FeeModel::Unconfirmed => pick(lang, "unconfirmed", "未确认").to_string(),
        FeeModel::FixedPlusUsage => {
            let rate = fee.rate.map(|r| (r * rust_decimal::Decimal::ONE_HUNDRED).normalize().to_string()).unwrap_or_default();
            let base = amount();
            pick(lang, "{base} a month, or {rate} % of list-price consumption, whichever is more", "每月 {base}，或折前消费的 {rate}%,取高者")
                .replace("{base}", &base)
                .replace("{rate}", &rate)
        }
    }
}
fn promise_words(p: &Promise, lang: &str) -> String {
    let limit = match (p.target, p.cmp) {
        (Some(target), Some(Cmp::Lt)) => format!("< {}", target_words(&target, lang)),
        (Some(target), _) => format!("≤ {}", target_words(&target, lang)),
        (None, _) => pick(lang, "not promised", "不作承诺").to_string(),
    };
    format!("{} [{limit}] {}", p.row, p.words.get(lang))
}

/// `40 minutes`, `5 working days`.
pub fn target_words(target: &Target, lang: &str) -> String {
    match target {
        Target::Time(span) => span_words(*span, lang),
        Target::WorkingDays(n) => counted(u64::from(*n), lang, ["working day", "working days", "个工作日"]),
    }
}
/// As people say it: whole days from two on, whole hours but for two, else minutes; what is no whole minute, as ISO 8601.
/// Two hours are 120 minutes because the tables that use them compare them with 40.
fn span_words(span: Span, lang: &str) -> String {
    let minutes = (span.as_micros() / 60_000_000) as u64;
    if Span::minutes(minutes as i64) != span {
        return span.to_string();
    }
    match (minutes % 1440, minutes % 60) {
        (0, _) if minutes >= 2880 => counted(minutes / 1440, lang, ["day", "days", "天"]),
        (_, 0) if minutes != 120 && minutes > 0 => counted(minutes / 60, lang, ["hour", "hours", "小时"]),
        _ => counted(minutes, lang, ["minute", "minutes", "分钟"]),
    }
}
fn counted(n: u64, lang: &str, [one, many, zh]: [&str; 3]) -> String {
    if lang.starts_with("zh") { format!("{n} {zh}") } else { format!("{n} {}", if n == 1 { one } else { many }) }
}

/// The book as JSON, every text in all its languages. Times are RFC 3339 in UTC, lengths ISO 8601, money decimal text.
pub fn json(b: &PlanBook) -> Value {
    json!({
        "id": b.id, "family": b.family, "vendor": b.vendor, "name": text(&b.name), "rank": b.rank, "sale": sale_key(b.sale),
        "effective": { "from": b.effective.from.map(|at| at.to_string()), "to": b.effective.to.map(|at| at.to_string()) },
        "document": source(&b.document),
        "fee": {
            "currency": b.fee.currency, "base": b.fee.base.map(|d| d.to_string()), "rate": b.fee.rate.map(|d| d.to_string()),
            "model": match b.fee.model { FeeModel::Free => "free", FeeModel::FixedPlusUsage => "fixed_plus_usage", FeeModel::Contract => "contract", FeeModel::Unconfirmed => "unconfirmed" },
            "combination": match b.fee.combination { domain::plan::Combination::GreaterOf => "greater_of", domain::plan::Combination::Additive => "additive" },
            "bands": all(&b.fee.bands, |band| json!({ "up_to": band.up_to.map(|d| d.to_string()), "rate": band.rate.to_string() })),
            "basis": b.fee.reckoning.basis().key(), "amortise": b.fee.reckoning.spreading().key(), "days": b.fee.reckoning.days().key(),
            "upgrade": b.fee.reckoning.upgrade().key(),
            "assumed": b.fee.reckoning.readings().iter().filter(|r| r.assumed).map(|r| r.cell).collect::<Vec<_>>(),
            "refund": match b.fee.refund { Refund::None => "none".to_string(), Refund::Within(span) => span.to_string() },
            "source": source(&b.fee.source),
        },
        "eligibility": b.eligibility.as_ref().map(|e| json!({ "requires_any": e.requires_any, "words": text(&e.words), "source": source(&e.source) })),
        "channels": all(&b.channels, |c| json!({ "id": c.id, "name": text(&c.name), "calendar": c.calendar, "group": c.group, "urgent_group": c.urgent_group, "source": source(&c.source) })),
        "promises": all(&b.promises, promise_json),
        "quotas": all(&b.quotas, quota_json),
        "deliverables": all(&b.deliverables, |d| json!({
            "id": d.id, "title": text(&d.title), "every": d.every.map(period_key), "on_demand": d.on_demand, "per": d.per, "due_working_days": d.due_working_days,
            "calendar": d.calendar, "min_count": d.min_count, "merged_into": d.merged_into, "contents": d.contents, "words": text(&d.words), "source": source(&d.source) })),
        "features": all(&b.features, |f| json!({ "id": f.id, "words": text(&f.words), "source": source(&f.source) })),
        "not_provided": all(&b.not_provided, |f| json!({ "id": f.id, "words": text(&f.words), "source": source(&f.source) })),
        "scope": {
            "inside": all(&b.scope.inside, text), "outside": all(&b.scope.outside, text), "redirect": b.scope.redirect.as_ref().map(text), "source": source(&b.scope.source),
            "third_party": all(&b.scope.third_party, |t| json!({ "category": t.category, "name": t.name, "supported": text(&t.supported), "unsupported": text(&t.unsupported), "source": source(&t.source) })),
            "escort_products": all(&b.scope.escort_products, |l| json!({ "line": l.line, "name": text(&l.name), "products": l.products, "source": source(&l.source) })),
        },
        "policies": all(&b.policies, |p| json!({ "id": p.id, "value": p.value, "words": text(&p.words), "source": source(&p.source) })),
        "unconfirmed": all(&b.unconfirmed, |u| json!({
            "path": u.path, "standing": match u.standing { Standing::Missing => "missing", Standing::Assumed => "assumed" }, "words": text(&u.words), "source": source(&u.source) })),
        "hash": b.hash,
    })
}
fn all<T>(things: &[T], one: impl Fn(&T) -> Value) -> Value {
    Value::Array(things.iter().map(one).collect())
}
fn text(t: &Text) -> Value {
    Value::Object(t.0.iter().map(|(lang, words)| (lang.clone(), Value::String(words.clone()))).collect::<Map<_, _>>())
}
fn source(s: &Source) -> Value {
    json!({ "document": s.document, "section": s.section })
}
fn promise_json(p: &Promise) -> Value {
    let about = |m: &Match| match m {
        Match::Any => json!("any"),
        Match::OneOf(keys) => json!(keys),
    };
    let keys = |facts: &[domain::promise::On]| facts.iter().map(|on| on.key()).collect::<Vec<_>>();
    json!({
        "key": p.key, "row": p.row, "channel": about(&p.channel), "severity": about(&p.severity), "words": text(&p.words),
        "kind": match p.kind { Kind::Contract => "contract", Kind::Internal => "internal" },
        "when": match &p.when { When::Always => json!("always"), When::InHours(id) => json!({ "in_hours": id }), When::OutOfHours(id) => json!({ "out_of_hours": id }) },
        "starts": p.starts.key(), "stops": keys(&p.stops), "ends": keys(&p.ends),
        "recurs": match p.recurs { Recurs::Once => "once", Recurs::PerMessage => "per_message", Recurs::Periodic => "periodic" },
        "base": match p.base { Base::Received => "received", Base::Occurred => "occurred", Base::Detected => "detected", Base::Recovered => "recovered" },
        "target": p.target.map(|t| match t { Target::Time(span) => json!(span.to_string()), Target::WorkingDays(n) => json!({ "working_days": n }) }),
        "cmp": p.cmp.map(|c| match c { Cmp::Lt => "lt", Cmp::Le => "le" }),
        "calendar": p.calendar,
        "pauses": p.pauses.iter().map(|r| json!({ "why": r.why.key(), "cap": r.cap.map(|s| s.to_string()) })).collect::<Vec<_>>(),
        "warn_at": p.warn_at.iter().map(|m: &Mark| mark_words(m)).collect::<Vec<_>>(),
        "ladder": p.ladder.iter().map(|r| json!({ "at": mark_words(&r.at), "tell": r.tell })).collect::<Vec<_>>(),
        "consumes": p.consumes, "source": source(&p.source),
    })
}
fn quota_json(q: &QuotaRule) -> Value {
    use domain::plan::Overrun;
    json!({
        "id": q.id, "key": quota_name(&q.id, q.edition.as_deref()), "name": text(&q.name), "edition": q.edition, "count": q.count, "days": q.days, "purchased": q.purchased,
        "period": period_key(q.period), "tz": q.tz, "lead_working_days": q.lead_working_days, "exempt_when": q.exempt_when,
        "overrun": match q.overrun { Overrun::Refuse => "refuse", Overrun::BasicTerms => "basic_terms", Overrun::Charge => "charge" },
        "words": text(&q.words), "source": source(&q.source),
    })
}
fn period_key(p: Period) -> &'static str {
    match p {
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::Year => "year",
        Period::None => "none",
    }
}
fn sale_key(s: Sale) -> &'static str {
    match s {
        Sale::Open => "open",
        Sale::Closed => "closed",
        Sale::InviteOnly => "invite_only",
        Sale::Tender => "tender",
    }
}
