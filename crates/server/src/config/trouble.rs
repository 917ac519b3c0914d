use crate::words;
use std::fmt;

/// Something wrong with the configuration: where, which key, and a code with words in `i18n/<language>/config.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// File and line, or the environment variable.
    pub place: String,
    pub key: String,
    pub code: &'static str,
    pub args: Vec<(&'static str, String)>,
}
impl Trouble {
    pub fn new(place: impl Into<String>, key: impl Into<String>, code: &'static str) -> Trouble {
        Trouble { place: place.into(), key: key.into(), code, args: Vec::new() }
    }
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Trouble {
        self.args.push((name, value.to_string()));
        self
    }
    pub fn say(&self, lang: &str) -> String {
        let words = words::say(lang, "config", self.code, &self.args).unwrap_or_else(|| self.code.to_string());
        let parts = [self.place.as_str(), self.key.as_str(), &words];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(": ")
    }
}
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say("en"))
    }
}
