//! How words leave the house. A channel takes one finished message and delivers it, once, now; rows, retries, schedules
//! and the choice of channel belong to the floors above.
//!
//! One folder a channel, one line in [`CHANNELS`]. What a channel can do it says itself ([`Talents`]); nobody asks its name.
pub mod in_site;
pub mod mail;
mod outcome;
mod secret;
pub mod webhook;

pub use outcome::{Delivered, DeliveryError, Detail};
pub use secret::Secret;

/// What a channel can do, in words the rest of the house understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Talents {
    /// Reaches a person who is looking, within a second or so.
    pub live: bool,
    /// Keeps messages of one matter together.
    pub threads: bool,
    pub files: bool,
    /// A sent message can still be changed.
    pub can_edit: bool,
    /// The longest text of one message, in bytes of UTF-8.
    pub text_max_bytes: usize,
}

/// One way out of the house, as the floors above see it.
pub trait Channel: Sync {
    /// The word for it in configuration, preferences and rows; never changes.
    fn key(&self) -> &'static str;
    fn talents(&self) -> Talents;
    /// The text in as many messages as it needs, none longer than `text_max_bytes`, no character lost or cut in two.
    /// Parts end at a line's end where a line ends in the second half of what fits.
    fn wrap(&self, text: &str) -> Vec<String> {
        split(text, self.talents().text_max_bytes)
    }
}

/// The one line a new channel adds outside its own folder.
pub static CHANNELS: &[&dyn Channel] = &[&in_site::InSite, &mail::Mail, &webhook::Webhook];

/// The channel called `key`, if there is one.
pub fn channel(key: &str) -> Option<&'static dyn Channel> {
    CHANNELS.iter().copied().find(|c| c.key() == key)
}

fn split(text: &str, max: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > max {
        let fits = rest.floor_char_boundary(max);
        let at = rest[..fits].rfind('\n').map(|i| i + 1).filter(|i| *i > fits / 2).unwrap_or(fits);
        let (part, more) = rest.split_at(at);
        parts.push(part.to_string());
        rest = more;
    }
    parts.push(rest.to_string());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The house rules every channel keeps; a new one is tested by being in the list.
    #[test]
    fn manners() {
        for ch in CHANNELS {
            let long = "你好，😀\n".repeat(2 * ch.talents().text_max_bytes / "你好，😀\n".len() + 1);
            for text in [long.as_str(), "", "一句话"] {
                let parts = ch.wrap(text);
                assert_eq!(parts.concat(), text, "{} loses words", ch.key());
                assert!(parts.iter().all(|p| p.len() <= ch.talents().text_max_bytes), "{} sends too much at once", ch.key());
            }
            assert!(ch.key().bytes().all(|c| c.is_ascii_lowercase() || c == b'_'), "{} is no key", ch.key());
            assert!(channel(ch.key()).is_some_and(|found| found.key() == ch.key()), "two channels share the key {}", ch.key());
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_line_end_when_one_is_near() {
        assert_eq!(split("aaaa\nbbbb\ncc", 10), ["aaaa\nbbbb\n", "cc"]);
        assert_eq!(split("a\nbbbbbbbbbbbb", 10), ["a\nbbbbbbbb", "bbbb"], "a line end too early is no reason");
        assert_eq!(split("你好你好", 7), ["你好", "你好"]);
    }
}
