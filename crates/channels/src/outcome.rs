use domain::kit::Span;
use std::fmt;

/// The message is where it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// What the other side said, for the person who looks into the delivery.
    pub detail: Detail,
}

/// The message is not delivered. `code` is a fixed word (`mail.rejected`) that the layers above put into sentences;
/// none carries a secret, an address in full or a word of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryError {
    /// May work later. `after`: the other side asked not to be tried sooner.
    Retry { after: Option<Span>, code: &'static str, detail: Detail },
    /// This message will never be taken; another one may.
    Permanent { code: &'static str, detail: Detail },
    /// The destination asks never to be tried again.
    Disable { code: &'static str, detail: Detail },
}

impl DeliveryError {
    pub(crate) fn retry(code: &'static str, detail: impl Into<Detail>) -> Self {
        DeliveryError::Retry { after: None, code, detail: detail.into() }
    }
    pub(crate) fn permanent(code: &'static str, detail: impl Into<Detail>) -> Self {
        DeliveryError::Permanent { code, detail: detail.into() }
    }
    pub fn code(&self) -> &'static str {
        match self {
            Self::Retry { code, .. } | Self::Permanent { code, .. } | Self::Disable { code, .. } => code,
        }
    }
    pub fn detail(&self) -> &Detail {
        match self {
            Self::Retry { detail, .. } | Self::Permanent { detail, .. } | Self::Disable { detail, .. } => detail,
        }
    }
}
/// The code alone: safe to log.
impl fmt::Display for DeliveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl std::error::Error for DeliveryError {}

/// What the other side said, in its own words: kept with the row for people who may see it, never logged
/// (`Debug` tells only its length), at most [`Detail::BYTES_MAX`] bytes, without control characters.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Detail(String);

impl Detail {
    pub const BYTES_MAX: usize = 4096;

    pub fn text(&self) -> &str {
        &self.0
    }
}
impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Detail({} bytes)", self.0.len())
    }
}
impl From<&str> for Detail {
    fn from(text: &str) -> Detail {
        let mut kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        kept.truncate(kept.floor_char_boundary(Detail::BYTES_MAX));
        Detail(kept)
    }
}
impl From<String> for Detail {
    fn from(text: String) -> Detail {
        Detail::from(text.as_str())
    }
}
