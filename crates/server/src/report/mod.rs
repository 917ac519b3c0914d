//! Reports as people take them with them: pages and sheets, in the reader's language. The numbers are the desk's, the same in every form.
mod monthly;
pub mod press;
mod sheet;

pub use monthly::document;
pub use sheet::workbook;

use crate::words::{label, say};
use domain::kit::At;
use domain::kit::Text;
use jiff::tz::TimeZone;

/// Words of a report's page in one language.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    pub lang: &'a str,
}
impl Words<'_> {
    pub fn word(self, code: &str) -> String {
        label(self.lang, "report", code)
    }
    pub fn say(self, code: &str, args: &[(&'static str, String)]) -> String {
        say(self.lang, "report", code, args).unwrap_or_else(|| code.to_string())
    }
    /// A severity's, a channel's name; the key where it has none.
    pub fn key(self, kind: &str, key: &str) -> String {
        say(self.lang, "report", &format!("{kind}.{key}"), &[]).unwrap_or_else(|| key.to_string())
    }
    /// A text of a plan book.
    pub fn text(self, text: &Text) -> String {
        text.get(self.lang).to_string()
    }
    /// A length in its two largest units.
    pub fn length(self, seconds: i64) -> String {
        let unit = |code: &str, n: i64| say(self.lang, "terms", &format!("length.{code}"), &[("n", n.to_string())]).unwrap_or_default();
        let parts = [("days", seconds / 86_400), ("hours", seconds / 3_600 % 24), ("minutes", seconds / 60 % 60)];
        let named: Vec<String> = parts.iter().filter(|(_, n)| *n > 0).take(2).map(|(code, n)| unit(code, *n)).collect();
        if named.is_empty() { unit("seconds", seconds) } else { named.join(" ") }
    }
}
/// An instant (RFC 3339) as the days of a zone show it, to the minute.
pub fn moment(text: &str, zone: &TimeZone) -> String {
    At::parse(text).map_or_else(|_| text.to_string(), |at| at.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
}
/// The day an instant lies on.
pub fn day(text: &str, zone: &TimeZone) -> String {
    At::parse(text).map_or_else(|_| text.to_string(), |at| at.date_in(zone).to_string())
}
/// A share of two counts in tenths of a percent, rounded half up; `None` of nothing.
pub fn share(part: u64, whole: u64) -> Option<String> {
    let tenths = (part * 1_000 + whole / 2).checked_div(whole)?;
    Some(format!("{}.{}%", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn shares_are_rounded_half_up_and_nothing_has_no_share() {
        assert_eq!(
            [share(1, 3), share(2, 3), share(7, 7), share(0, 9), share(0, 0), share(1_999, 2_000)].map(Option::unwrap_or_default),
            ["33.3%", "66.7%", "100.0%", "0.0%", "", "100.0%"]
        );
    }
    #[test]
    fn lengths_are_told_in_the_two_largest_units() {
        let (zh, en) = (Words { lang: "zh-CN" }, Words { lang: "en" });
        assert_eq!((en.length(59), en.length(3_700), en.length(90_061)), ("59 s".into(), "1 h 1 min".into(), "1 d 1 h".into()));
        assert!(zh.length(3_600).contains('1'));
    }
}
