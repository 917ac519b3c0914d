use crate::ticket::CHANNELS;
use crate::{Fault, Flaw};
use domain::ticket::{Severity, Stage};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// The table as shipped, with its explanations: the start of a table of one's own.
pub const DEFAULT_MAPPING: &str = include_str!("mapping.toml");

/// How the words of a log become the house's: priorities, contact types, states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    severities: HashMap<String, Severity>,
    severity_otherwise: Severity,
    channels: HashMap<String, String>,
    channel_otherwise: String,
    states: HashMap<String, Stage>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Written {
    severity: BTreeMap<String, String>,
    channel: BTreeMap<String, String>,
    state: BTreeMap<String, String>,
}

impl Mapping {
    /// The table as shipped.
    pub fn shipped() -> Result<Mapping, Fault> {
        Mapping::made(read(DEFAULT_MAPPING)?)
    }
    /// A table of one's own over the shipped one. Errors: `Invalid` naming the key, or `map` with the reader's own words.
    pub fn parse(text: &str) -> Result<Mapping, Fault> {
        let (mut all, own) = (read(DEFAULT_MAPPING)?, read(text)?);
        all.severity.extend(own.severity);
        all.channel.extend(own.channel);
        all.state.extend(own.state);
        Mapping::made(all)
    }
    fn made(mut w: Written) -> Result<Mapping, Fault> {
        let mut flaws = Vec::new();
        let mut flaw = |field: String, code, got: &str, known: String| flaws.push(Flaw::new(field, code).with("got", got).with("known", known));
        let known = |keys: Vec<&str>| keys.join(", ");
        let mut severities = HashMap::new();
        for (word, key) in w.severity {
            match Severity::parse(&key) {
                Some(severity) => drop(severities.insert(word, severity)),
                None => flaw(format!("severity.{word}"), "unknown", &key, known(Severity::ALL.iter().map(|s| s.key()).collect())),
            }
        }
        for (word, channel) in w.channel.iter().filter(|(_, c)| !CHANNELS.contains(&c.as_str())) {
            flaw(format!("channel.{word}"), "unknown", channel, CHANNELS.join(", "));
        }
        let mut states = HashMap::new();
        for (word, key) in w.state {
            match Stage::parse(&key) {
                Some(stage) => drop(states.insert(word, stage)),
                None => flaw(format!("state.{word}"), "unknown", &key, known(Stage::ALL.iter().map(|s| s.key()).collect())),
            }
        }
        // A log has one table of priorities, so all its channels must speak in the scale of that table.
        let scale = w.channel.get("otherwise").map(|c| Severity::scale_of(c));
        for (word, severity) in severities.iter().filter(|(_, s)| scale.is_some_and(|scale| scale != s.scale())) {
            flaw(format!("severity.{word}"), "other_scale", severity.key(), String::new());
        }
        for (word, channel) in w.channel.iter().filter(|(_, c)| scale.is_some_and(|scale| scale != Severity::scale_of(c))) {
            flaw(format!("channel.{word}"), "other_scale", channel, String::new());
        }
        let (severity, channel) = (severities.remove("otherwise"), w.channel.remove("otherwise"));
        match (severity, channel) {
            (Some(severity_otherwise), Some(channel_otherwise)) if flaws.is_empty() => {
                Ok(Mapping { severities, severity_otherwise, channels: w.channel.into_iter().collect(), channel_otherwise, states })
            }
            _ => Err(Fault::Invalid(flaws)),
        }
    }

    /// By the whole text, else by the number in front; `None`: neither is listed.
    pub fn severity(&self, priority: &str) -> Option<Severity> {
        let number = &priority[..priority.find(|c: char| !c.is_ascii_digit()).unwrap_or(priority.len())];
        self.severities.get(priority).or_else(|| self.severities.get(number)).copied()
    }
    pub fn severity_otherwise(&self) -> Severity {
        self.severity_otherwise
    }
    pub fn channel(&self, contact_type: &str) -> &str {
        self.channels.get(contact_type).unwrap_or(&self.channel_otherwise)
    }
    pub fn stage(&self, state: &str) -> Option<Stage> {
        self.states.get(state).copied()
    }
}
fn read(text: &str) -> Result<Written, Fault> {
    toml::from_str(text).map_err(|e: toml::de::Error| {
        let line = e.span().map(|s| text[..s.start.min(text.len())].matches('\n').count() + 1).unwrap_or(1);
        Fault::Invalid(vec![Flaw::new("map", "unreadable").with("line", line).with("because", e.message())])
    })
}
