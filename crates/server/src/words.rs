//! Words for codes, by language: `i18n/<language>/<page>.toml`, compiled in. The house inside knows codes only.
use std::collections::HashMap;
use std::sync::LazyLock;
use toml::{Table, Value};

type Page = HashMap<String, String>;
/// `(language, [(page, its text)])`, written by `build.rs`.
const SOURCES: &[(&str, &[(&str, &str)])] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));
/// Who gets no language of theirs gets this one.
pub const FALLBACK: &str = "en";

static BOOK: LazyLock<HashMap<&str, HashMap<&str, Page>>> =
    LazyLock::new(|| SOURCES.iter().map(|(lang, pages)| (*lang, pages.iter().map(|(name, text)| (*name, read(text))).collect())).collect());

fn read(text: &str) -> Page {
    let mut page = Page::new();
    // Unreadable words cost the words, not the house; a test reads them all.
    flatten("", text.parse::<Table>().unwrap_or_default(), &mut page);
    page
}
fn flatten(path: &str, table: Table, page: &mut Page) {
    for (name, value) in table {
        let key = if path.is_empty() { name } else { format!("{path}.{name}") };
        match value {
            Value::Table(inner) => flatten(&key, inner, page),
            Value::String(words) => drop(page.insert(key, words)),
            other => drop(page.insert(key, other.to_string())),
        }
    }
}

/// Every language there is.
pub fn languages() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|(lang, _)| *lang)
}

/// The words for a code, `{name}` replaced by the argument of that name. `None`: no language has words for it.
pub fn say(lang: &str, page: &str, code: &str, args: &[(&'static str, String)]) -> Option<String> {
    let find = |lang: &str| BOOK.get(lang)?.get(page)?.get(code);
    let words = find(lang).or_else(|| find(FALLBACK))?;
    let filled = args.iter().fold(words.clone(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
    Some(if args.is_empty() { filled } else { without_holes(filled) })
}
/// As [`say`], for a reader: what nobody filled in is left out also where there are no arguments at all.
pub fn say_whole(lang: &str, page: &str, code: &str, args: &[(&'static str, String)]) -> Option<String> {
    say(lang, page, code, args).map(without_holes)
}
/// Holes that nobody filled say nothing: they are left out with what leads up to them after a semicolon, or with the blank before them.
fn without_holes(mut text: String) -> String {
    let names = |hole: &str| !hole.is_empty() && hole.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    while let Some((from, to)) =
        text.find('{').and_then(|from| Some((from, from + text[from..].find('}')?))).filter(|(from, to)| names(&text[from + 1..*to]))
    {
        let blank = from - usize::from(text[..from].ends_with(' '));
        let from = text[..from].rfind([';', '；']).unwrap_or(blank);
        text.replace_range(from..=to, "");
    }
    text
}

/// A whole page in order of its codes; the fallback's where the language has none.
pub fn page(lang: &str, page: &str) -> Vec<(&'static str, &'static str)> {
    let found = BOOK.get(lang).and_then(|pages| pages.get(page)).or_else(|| BOOK.get(FALLBACK)?.get(page));
    let mut codes: Vec<_> = found.into_iter().flatten().map(|(code, words)| (code.as_str(), words.as_str())).collect();
    codes.sort_unstable();
    codes
}

/// Words that have no arguments; the code itself where there are none.
pub fn label(lang: &str, page: &str, code: &str) -> String {
    say(lang, page, code, &[]).unwrap_or_else(|| code.to_string())
}

/// The best language we have for an `Accept-Language` header (RFC 9110 §12.5.4), else `otherwise`.
pub fn negotiate<'a>(header: Option<&str>, otherwise: &'a str) -> &'a str {
    let mut wishes: Vec<(u32, &str)> = header.into_iter().flat_map(|h| h.split(',')).filter_map(wish).collect();
    wishes.sort_by_key(|(q, _)| std::cmp::Reverse(*q));
    wishes.into_iter().find_map(|(_, tag)| match_tag(tag)).unwrap_or(otherwise)
}
/// `en-US;q=0.8` as (800, "en-US"); what is unwanted or unreadable is nothing.
fn wish(part: &str) -> Option<(u32, &str)> {
    let mut pieces = part.split(';').map(str::trim);
    let tag = pieces.next().filter(|t| !t.is_empty())?;
    let q = pieces.find_map(|p| p.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
    (q > 0.0).then_some(((q * 1000.0) as u32, tag))
}
/// `zh`, `zh-TW` and `zh-Hans-CN` are served by `zh-CN` as long as there is no closer one.
fn match_tag(tag: &str) -> Option<&'static str> {
    let base = |t: &str| t.split('-').next().unwrap_or(t).to_ascii_lowercase();
    languages().find(|l| l.eq_ignore_ascii_case(tag)).or_else(|| languages().find(|l| base(l) == base(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_language_has_words_for_the_same_codes() {
        let codes = |lang: &str| -> BTreeSet<String> {
            BOOK[lang].iter().flat_map(|(page, words)| words.keys().map(move |k| format!("{page}: {k}"))).collect()
        };
        let ours = codes(FALLBACK);
        assert!(ours.len() > 50, "the words are compiled in");
        for lang in languages() {
            let missing: Vec<_> = ours.symmetric_difference(&codes(lang)).cloned().collect();
            assert!(missing.is_empty(), "{lang} and {FALLBACK} differ in {missing:?}");
        }
    }
    #[test]
    fn every_page_of_words_is_readable_toml() {
        for (lang, pages) in SOURCES {
            for (page, text) in *pages {
                assert!(text.parse::<Table>().is_ok(), "i18n/{lang}/{page}.toml: {:?}", text.parse::<Table>().err());
            }
        }
    }
    #[test]
    fn arguments_are_the_same_in_every_language() {
        let holes = |text: &str| -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|p| p.split_once('}')).map(|(name, _)| name.to_string()).collect()
        };
        for lang in languages() {
            for (page, words) in &BOOK[lang] {
                for (code, text) in words {
                    assert_eq!(holes(text), holes(&BOOK[FALLBACK][page][code]), "{lang}/{page}: {code}");
                }
            }
        }
    }
    #[test]
    fn holes_nobody_fills_are_left_out() {
        assert_eq!(without_holes("at most 5 {unit}, {x}{y}.".into()), "at most 5,.");
        assert_eq!(without_holes("is not known; known: {known}".into()), "is not known");
        assert_eq!(without_holes("{\"a\": 1} {unit}".into()), "{\"a\": 1} {unit}", "what was said is not touched");
    }
    #[test]
    fn a_reader_gets_the_nearest_language() {
        assert_eq!(negotiate(Some("zh-TW,zh;q=0.9,en;q=0.8"), "en"), "zh-CN");
        assert_eq!(negotiate(Some("en-GB;q=0.5, zh-CN;q=0.1"), "zh-CN"), "en");
        assert_eq!(negotiate(Some("fr, de"), "zh-CN"), "zh-CN");
        assert_eq!(negotiate(Some("en;q=0"), "zh-CN"), "zh-CN");
        assert_eq!(negotiate(None, "zh-CN"), "zh-CN");
        assert_eq!(negotiate(Some(";;q=x,,"), "en"), "en");
    }
}
