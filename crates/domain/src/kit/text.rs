use std::collections::BTreeMap;

/// A BCP 47 language tag as the house writes it: `zh-CN`, `en`.
pub type Lang = String;

/// One sentence in several languages, as a plan book gives it. The customer agreed to it: it is data, not interface wording.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(pub BTreeMap<Lang, String>);

impl Text {
    pub fn of(pairs: &[(&str, &str)]) -> Text {
        Text(pairs.iter().map(|(l, t)| (l.to_string(), t.to_string())).collect())
    }
    /// The sentence in `lang`, else in its base language, else in English, else in any; empty when there is none.
    pub fn get(&self, lang: &str) -> &str {
        let base = lang.split('-').next().unwrap_or(lang);
        let found = self.0.get(lang).or_else(|| self.0.iter().find(|(l, _)| l.split('-').next() == Some(base)).map(|(_, t)| t));
        found.or_else(|| self.0.get("en")).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }
}
