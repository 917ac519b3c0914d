//! The words of a text as guides are found by: English by words, Chinese by pairs of neighbouring characters, for no dictionary knows
//! every product's name.
use std::collections::BTreeSet;

pub type Words = BTreeSet<String>;
/// Longer ones are names or noise.
const CHARS_MAX: usize = 32;
/// Words that say nothing about a trouble.
const EMPTY: &[&str] = &[
    "the", "and", "for", "are", "was", "with", "from", "not", "but", "can", "cannot", "our", "you", "your", "this", "that", "have", "has", "does",
    "how", "why", "what", "when", "it", "is", "in", "on", "of", "to", "an", "my", "we", "be", "or", "at", "by", "do", "as", "no", "怎么", "如何",
    "什么", "我们", "可以", "请问", "一个", "这个", "为什", "么会", "的是",
];

/// The distinct words of a text.
pub fn words(text: &str) -> Words {
    let mut found = Words::new();
    let mut run = String::new();
    let mut is_han = false;
    for c in text.chars().chain([' ']) {
        let han = is_ideograph(c);
        let fits = han || c.is_alphanumeric();
        if !fits || han != is_han {
            take(&mut found, &run, is_han);
            run.clear();
        }
        is_han = han;
        if fits {
            run.extend(c.to_lowercase());
        }
    }
    found
}
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}
fn take(found: &mut Words, run: &str, is_han: bool) {
    let chars: Vec<char> = run.chars().collect();
    if is_han && chars.len() > 1 {
        found.extend(chars.windows(2).map(String::from_iter).filter(|w| !EMPTY.contains(&w.as_str())));
    } else if is_han && !chars.is_empty() {
        found.insert(run.to_string());
    } else if (2..=CHARS_MAX).contains(&chars.len()) && !EMPTY.contains(&run) {
        found.insert(singular(run).to_string());
    }
}
/// `connections` as `connection`; the same is done to both sides, so that it need not be right.
fn singular(word: &str) -> &str {
    let letters = word.len() > 3 && word.bytes().all(|b| b.is_ascii_alphabetic());
    word.strip_suffix('s').filter(|w| letters && !w.ends_with(['s', 'u', 'i'])).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        words(text).into_iter().collect()
    }
    #[test]
    fn english_goes_by_words_and_chinese_by_pairs() {
        assert_eq!(said("The connections are refused (ECONNREFUSED)"), ["connection", "econnrefused", "refused"]);
        assert_eq!(said("连接数满"), ["接数", "数满", "连接"]);
        assert_eq!(said("ECS无法SSH登录，错"), ["ecs", "ssh", "无法", "登录", "错"]);
        assert_eq!(said("HTTP 502/504; a b"), ["502", "504", "http"]);
    }
    #[test]
    fn what_says_nothing_is_left_out() {
        assert_eq!(said("How do we …? 怎么 & 如何"), [""; 0]);
        assert_eq!(said(&"x".repeat(33)), [""; 0]);
        assert_eq!(said("dns address status access redis"), ["access", "address", "dns", "redis", "status"]);
    }
}
