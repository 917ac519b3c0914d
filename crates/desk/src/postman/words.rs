//! What letters say, in the reader's language: `i18n/<language>/mail.toml`.
use crate::Desk;
use domain::kit::{At, TicketId};
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;
use store::outbox::Letter;
use store::person::Person;
use toml::Table;

/// A new language of letters is a folder in `i18n/` and a line here.
const SOURCES: &[(&str, &str)] =
    &[("zh-CN", include_str!("../../../../i18n/zh-CN/mail.toml")), ("en", include_str!("../../../../i18n/en/mail.toml"))];
/// Who has no language of ours reads this one.
const FALLBACK: &str = "en";

static BOOK: LazyLock<HashMap<&'static str, Table>> =
    // Unreadable words cost the words, not the house; a test reads them.
    LazyLock::new(|| SOURCES.iter().map(|(lang, text)| (*lang, text.parse().unwrap_or_default())).collect());

/// Every language letters are written in.
pub fn languages() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|(lang, _)| *lang)
}

pub(super) struct Written {
    pub subject: String,
    pub text: String,
}

/// The nearest language we write.
fn nearest(tag: &str) -> &'static str {
    let base = |t: &str| t.split('-').next().unwrap_or(t).to_ascii_lowercase();
    let exact = languages().find(|l| l.eq_ignore_ascii_case(tag));
    exact.or_else(|| languages().find(|l| base(l) == base(tag))).unwrap_or(FALLBACK)
}
/// The words at `page.name`, in this language alone.
pub(super) fn find(lang: &str, page: &str, name: &str) -> Option<&'static str> {
    BOOK.get(lang)?.get(page)?.get(name)?.as_str()
}
fn say(lang: &str, page: &str, name: &str) -> &'static str {
    find(lang, page, name).or_else(|| find(FALLBACK, page, name)).unwrap_or_default()
}

/// A letter about one thing, or a bundle.
pub(super) fn write(desk: &Desk, p: &Person, letters: &[Letter]) -> Written {
    let lang = nearest(&p.language);
    let told: Vec<(Written, Option<String>)> = letters.iter().map(|l| (tell(desk, p, lang, l), link(desk, p, l))).collect();
    let vendor = &desk.rules().vendor;
    match told.as_slice() {
        [(one, link)] => {
            Written { subject: one.subject.clone(), text: page(&[&one.text, link.as_deref().unwrap_or_default(), &format!("-- \n{vendor}")]) }
        }
        many => {
            let item = |(t, link): &(Written, Option<String>)| [&*t.text, link.as_deref().unwrap_or_default()].join("\n").trim_end().to_string();
            let items: Vec<String> = many.iter().map(item).collect();
            let args = HashMap::from([("vendor", vendor.clone()), ("count", many.len().to_string())]);
            Written {
                subject: one_line(&fill(say(lang, "digest", "subject"), &args)),
                text: page(&[say(lang, "digest", "text"), &items.join("\n\n"), &format!("-- \n{vendor}")]),
            }
        }
    }
}
/// A letter that tells that letters arrive: subject and text.
pub fn trial_letter(desk: &Desk, language: &str) -> (String, String) {
    let (lang, vendor) = (nearest(language), &desk.rules().vendor);
    let args = HashMap::from([("vendor", vendor.clone())]);
    let say = |name: &str| fill(say(lang, "mail.trial", name), &args);
    (one_line(&say("subject")), page(&[&say("text"), &format!("-- \n{vendor}")]))
}
fn page(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|p| !p.is_empty()).collect();
    parts.join("\n\n") + "\n"
}
fn tell(desk: &Desk, p: &Person, lang: &str, letter: &Letter) -> Written {
    let body: Value = serde_json::from_str(&letter.body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_string();
    let promised = || {
        Some(
            desk.shelves()
                .book(body["plan"].as_str()?)?
                .promises
                .iter()
                .find(|r| Some(r.row.as_str()) == body["row"].as_str())?
                .words
                .get(lang)
                .to_string(),
        )
    };
    let args = HashMap::from([
        ("number", text("number")),
        ("subject", text("subject")),
        ("severity", say(lang, "severity", &text("severity")).to_string()),
        ("promise", promised().unwrap_or_default()),
        ("due_at", At::parse(&text("due_at")).map(|at| wall(at, &p.tz)).unwrap_or_default()),
        ("name", text("name")),
        ("url", text("url")),
        ("vendor", desk.rules().vendor.clone()),
        ("until", At::parse(&text("until")).map(|at| wall(at, &p.tz)).unwrap_or_default()),
        ("what", text("what")),
        ("first_day", text("first_day")),
        ("reason", text("reason")),
    ]);
    Written { subject: one_line(&fill(say(lang, &letter.topic, "subject"), &args)), text: fill(say(lang, &letter.topic, "text"), &args) }
}
/// `2026-03-03 07:00 (Asia/Shanghai)`: the clock on the reader's wall.
fn wall(at: At, tz: &str) -> String {
    let (zone, name) = TimeZone::get(tz).map_or((TimeZone::UTC, "UTC"), |zone| (zone, tz));
    format!("{} ({name})", zone.to_datetime(at.timestamp()).strftime("%Y-%m-%d %H:%M"))
}
pub(super) fn ticket_of(letter: &Letter) -> Option<TicketId> {
    let body: Value = serde_json::from_str(&letter.body).ok()?;
    body["ticket"].as_str()?.parse().ok()
}
fn link(desk: &Desk, p: &Person, letter: &Letter) -> Option<String> {
    let side = if p.role.is_customer() { "portal" } else { "console" };
    let body: Value = serde_json::from_str(&letter.body).unwrap_or_default();
    if body["sealed"].is_string() {
        return crate::pass::address(desk, side, &letter.topic, &body);
    }
    Some(format!("{}/{side}/cases/{}", desk.rules().public_url.trim_end_matches('/'), ticket_of(letter)?))
}
/// Puts values into `{name}` in one pass, so that what a customer wrote is never read as a place to fill.
fn fill(template: &str, args: &HashMap<&str, String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out += before;
        match after.split_once('}') {
            Some((name, more)) if args.contains_key(name) => {
                out += &args[name];
                rest = more;
            }
            _ => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}
/// A header holds one line, whatever people wrote: breaks and control characters become spaces.
pub(super) fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.replace(breaks, " ").trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_no_template_and_no_second_header() {
        let args = HashMap::from([("subject", "{number}\r\nBcc: all".to_string()), ("number", "YN-1".to_string())]);
        assert_eq!(one_line(&fill("{number}: {subject} {unknown}", &args)), "YN-1: {number}  Bcc: all {unknown}");
    }
    #[test]
    fn a_due_instant_is_told_in_the_readers_zone() {
        assert_eq!(wall(At::parse("2026-03-02T23:00:00Z").unwrap(), "Asia/Shanghai"), "2026-03-03 07:00 (Asia/Shanghai)");
        assert_eq!(wall(At::parse("2026-03-02T23:00:00Z").unwrap(), "Mars/Olympus"), "2026-03-02 23:00 (UTC)");
    }
    #[test]
    fn languages_have_the_same_words() {
        for (lang, text) in SOURCES {
            assert!(text.parse::<Table>().is_ok(), "{lang} is not readable");
            for (page, names) in &BOOK["en"] {
                for name in names.as_table().unwrap().keys() {
                    assert!(find(lang, page, name).is_some_and(|w| !w.is_empty()), "{lang} lacks {page}.{name}");
                }
            }
            assert_eq!(BOOK[lang].len(), BOOK["en"].len());
        }
        assert_eq!((nearest("zh-TW"), nearest("EN-gb"), nearest("fr")), ("zh-CN", "en", "en"));
    }
    #[test]
    fn every_severity_has_words() {
        for severity in domain::ticket::Severity::ALL {
            assert!(languages().all(|l| find(l, "severity", severity.key()).is_some()), "{severity:?}");
        }
    }
}
