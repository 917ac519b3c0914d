//! Keys of the rules inside sentences, in the reader's words: promises, facts, verdicts, lengths of time.
use crate::words::{label, say};
use domain::kit::Span;

const PAGE: &str = "terms";

/// The arguments of a derivation's line as a person reads them. What has no words of its own stays as it is.
pub fn spoken(lang: &str, args: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    args.iter().map(|(name, value)| (*name, term(lang, name, value))).collect()
}
fn term(lang: &str, name: &str, value: &str) -> String {
    match name {
        "key" | "fact" | "verdict" | "why" | "because" | "tell" => {
            say(lang, PAGE, &format!("{name}.{value}"), &[]).unwrap_or_else(|| value.to_string())
        }
        "cmp" => label(lang, PAGE, if value == "<" { "cmp.lt" } else { "cmp.le" }),
        "target" | "from" | "to" | "open" | "used" | "left" | "waited" => length(lang, value),
        _ => value.to_string(),
    }
}
/// `PT26H5M` as "1 天 2 小时 5 分钟", `5 working days` as "5 个工作日".
pub fn length(lang: &str, text: &str) -> String {
    let unit = |unit: &str, n: String| say(lang, PAGE, &format!("length.{unit}"), &[("n", n)]).unwrap_or_default();
    if let Some(n) = text.strip_suffix(" working days") {
        return unit("working_days", n.to_string());
    }
    let Ok(span) = Span::parse(text) else { return text.to_string() };
    let (total, late) = (span.as_seconds().abs(), span < Span::ZERO);
    let parts = [("days", total / 86_400), ("hours", total / 3600 % 24), ("minutes", total / 60 % 60), ("seconds", total % 60)];
    let said: Vec<String> = parts.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| unit(name, n.to_string())).collect();
    match (said.is_empty(), late) {
        (true, _) => label(lang, PAGE, "length.nothing"),
        (false, true) => unit("overdue", said.join(" ")),
        (false, false) => said.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::promise::{Because, Wait};

    #[test]
    fn lengths_are_said_as_people_say_them() {
        assert_eq!(length("zh-CN", "PT40M"), "40 分钟");
        assert_eq!(length("en", "PT26H5M"), "1 d 2 h 5 min");
        assert_eq!(length("zh-CN", "5 working days"), "5 个工作日");
        assert_eq!(length("zh-CN", "-PT90S"), "超时 1 分钟 30 秒");
        assert_eq!(length("en", "PT0S"), "no time");
    }
    #[test]
    fn what_the_shipped_books_say_has_words() {
        let library = desk::plan::Library::shipped().expect("the shipped books are sound");
        for lang in crate::words::languages() {
            for p in library.books().flat_map(|b| &b.promises) {
                for (name, value) in [("key", p.key.as_str()), ("fact", p.starts.key())] {
                    assert_ne!(term(lang, name, value), value, "i18n/{lang}/terms.toml lacks {name}.{value}");
                }
                for rung in &p.ladder {
                    assert_ne!(term(lang, "tell", &rung.tell), rung.tell, "i18n/{lang}/terms.toml lacks tell.{}", rung.tell);
                }
            }
            for why in Wait::ALL {
                assert!(say(lang, PAGE, &format!("why.{}", why.key()), &[]).is_some());
            }
            for because in Because::ALL {
                assert!(say(lang, PAGE, &format!("because.{}", because.key()), &[]).is_some());
            }
        }
    }
}
