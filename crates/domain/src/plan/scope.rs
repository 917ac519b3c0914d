//! What a plan book's catalogue says about a question before it is asked. A hint for whoever asks, never a refusal: a person decides.
use super::{ProductLine, Scope, ThirdParty};
use crate::kit::Text;
use std::collections::BTreeSet;

/// Of the tokens of a sentence "out of scope", so many in a hundred must stand in the question.
const ALIKE_PER_CENT: usize = 66;
/// One word alone says too little.
const ALIKE_MIN: usize = 2;

/// What the catalogue says about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeVerdict<'a> {
    /// A product the book names.
    Product(&'a ProductLine),
    /// Third-party software the book lists: some help with it is given, some is not.
    ThirdParty(&'a ThirdParty),
    /// Reads like something the book says it does not cover; the place of that sentence among them.
    Outside(usize),
    /// Third-party software that another book lists and this one does not.
    Unlisted(&'a ThirdParty),
    /// Reads like something the book says it covers; the place of that sentence among them.
    Inside(usize),
    /// The catalogue does not decide.
    Open,
}
impl ScopeVerdict<'_> {
    /// `in_scope`, `third_party`, `out_of_scope`, `undecided`
    pub fn key(self) -> &'static str {
        match self {
            ScopeVerdict::Product(_) | ScopeVerdict::Inside(_) => "in_scope",
            ScopeVerdict::ThirdParty(_) => "third_party",
            ScopeVerdict::Outside(_) | ScopeVerdict::Unlisted(_) => "out_of_scope",
            ScopeVerdict::Open => "undecided",
        }
    }
}

/// Looks a question up in the catalogue. `elsewhere` is the third-party software of every other book of the vendors.
pub fn scope_verdict<'a>(scope: &'a Scope, elsewhere: impl IntoIterator<Item = &'a ThirdParty>, product: &str, subject: &str) -> ScopeVerdict<'a> {
    let asked = format!("{product} {subject}").to_lowercase();
    let names = |t: &&ThirdParty| has_word(&asked, &t.name.to_lowercase());
    if let Some(listed) = scope.third_party.iter().find(names) {
        return ScopeVerdict::ThirdParty(listed);
    }
    let tokens = tokens(&asked);
    if let Some(place) = most_alike(&scope.outside, &tokens) {
        return ScopeVerdict::Outside(place);
    }
    let is_product = |l: &&ProductLine| l.products.iter().any(|p| !product.is_empty() && p.eq_ignore_ascii_case(product.trim()));
    if let Some(line) = scope.escort_products.iter().find(is_product) {
        return ScopeVerdict::Product(line);
    }
    if let Some(other) = elsewhere.into_iter().find(names) {
        return ScopeVerdict::Unlisted(other);
    }
    most_alike(&scope.inside, &tokens).map_or(ScopeVerdict::Open, ScopeVerdict::Inside)
}

/// Does the name stand there as a word of its own? "ftp" is not in "sftp".
fn has_word(text: &str, name: &str) -> bool {
    let within = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| !within(text[..at].chars().next_back()) && !within(text[at + name.len()..].chars().next()))
}
/// The sentence most of which stands in the question, in whichever language.
fn most_alike(sentences: &[Text], asked: &BTreeSet<String>) -> Option<usize> {
    let share = |text: &str| {
        let own = tokens(&text.to_lowercase());
        let found = own.intersection(asked).count();
        if found >= ALIKE_MIN { found * 100 / own.len().max(1) } else { 0 }
    };
    let shares = sentences.iter().enumerate().map(|(i, s)| (s.0.values().map(|t| share(t)).max().unwrap_or(0), i));
    // Of several alike the first one written.
    shares.filter(|(share, _)| *share >= ALIKE_PER_CENT).max_by_key(|(share, i)| (*share, std::cmp::Reverse(*i))).map(|(_, i)| i)
}
/// What a text is compared by: pairs of neighbouring Chinese characters, and the beginnings of longer Latin words.
fn tokens(text: &str) -> BTreeSet<String> {
    const JOINS: &str = "的与和或及在等、，。；：（）";
    const SMALL: &[&str] = &["with", "that", "this", "from", "their", "them", "they", "which", "your", "have", "does", "other"];
    let mut found = BTreeSet::new();
    let han: Vec<char> = text.chars().map(|c| if JOINS.contains(c) { ' ' } else { c }).collect();
    found.extend(han.windows(2).filter(|w| w.iter().all(|c| is_han(*c))).map(|w| w.iter().collect::<String>()));
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() >= 4 && !SMALL.contains(w));
    found.extend(words.map(|w| w.chars().take(5).collect::<String>()));
    found
}
fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promise::Source;

    fn source() -> Source {
        Source { document: "d".into(), section: "L1".into() }
    }
    fn software(name: &str) -> ThirdParty {
        ThirdParty { category: "c".into(), name: name.into(), supported: Text::default(), unsupported: Text::default(), source: source() }
    }
    fn book() -> Scope {
        Scope {
            inside: vec![Text::of(&[("zh-CN", "云产品接口与开发包的故障处置"), ("en", "Faults with the cloud API and SDK")])],
            outside: vec![
                Text::of(&[("zh-CN", "自建业务的性能优化与故障处置"), ("en", "Tuning or repairing the customer's self-built systems")]),
                Text::of(&[("zh-CN", "业务代码开发"), ("en", "Developing the customer's own code")]),
            ],
            third_party: vec![software("SFTP")],
            escort_products: vec![ProductLine { line: "compute".into(), name: Text::default(), products: vec!["ecs".into()], source: source() }],
            ..Scope::default()
        }
    }
    fn verdict(product: &str, subject: &str) -> String {
        let (book, others) = (book(), [software("FTP"), software("MySQL")]);
        format!("{:?}", scope_verdict(&book, &others, product, subject)).chars().take_while(char::is_ascii_alphabetic).collect()
    }
    #[test]
    fn what_reads_like_a_sentence_out_of_scope_is_out_of_scope() {
        assert_eq!(verdict("ecs", "请帮我们开发业务代码"), "Outside");
        assert_eq!(verdict("", "please develop the code of our shop"), "Outside");
        assert_eq!(verdict("", "自建业务性能优化"), "Outside");
    }
    #[test]
    fn a_trouble_with_a_product_is_in_scope_though_it_shares_a_word() {
        assert_eq!(verdict("ECS", "业务无法访问，代码 500"), "Product");
        assert_eq!(verdict("", "云产品接口故障处置"), "Inside");
        assert_eq!(verdict("", "无法登录"), "Open");
    }
    #[test]
    fn software_is_found_by_its_name_as_a_word_of_its_own() {
        assert_eq!(verdict("ecs", "SFTP连接失败"), "ThirdParty");
        assert_eq!(verdict("", "ftp does not answer"), "Unlisted", "another book lists it");
        assert_eq!(verdict("", "the xsftpd daemon"), "Open");
    }
}
