//! What comes in is looked at as a whole: every flaw is noted with its field, then the request is refused once.
use crate::{Fault, Flaw};
use domain::kit::At;
use jiff::tz::TimeZone;

/// Notes flaws while values are read.
#[derive(Debug, Default)]
pub struct Form(Vec<Flaw>);

impl Form {
    pub fn new() -> Form {
        Form::default()
    }
    pub fn flaw(&mut self, flaw: Flaw) {
        self.0.push(flaw);
    }
    /// Notes a flaw unless `fine`.
    pub fn must(&mut self, fine: bool, field: &str, code: &'static str) {
        if !fine {
            self.0.push(Flaw::new(field, code));
        }
    }
    /// One of the known keys.
    pub fn one_of(&mut self, field: &str, value: &str, known: &[&str]) {
        if !known.contains(&value) {
            self.flaw(Flaw::new(field, "unknown").with("known", known.join(", ")));
        }
    }
    /// A line somebody must give: trimmed, no control characters, at most `max` characters.
    pub fn line(&mut self, field: &str, text: &str, max: usize) -> String {
        self.must(!text.trim().is_empty(), field, "missing");
        self.line_or_none(field, text, max)
    }
    /// As [`Form::line`], and may be empty.
    pub fn line_or_none(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = text.trim();
        if text.chars().count() > max {
            self.flaw(Flaw::new(field, "too_long").with("max", max).with("unit", "characters"));
        }
        self.must(!text.chars().any(char::is_control), field, "control_character");
        text.to_string()
    }
    /// Text of several lines, at most `max` bytes. A zero character is refused: not every database takes it.
    pub fn body(&mut self, field: &str, text: &str, max: usize) {
        if text.len() > max {
            self.flaw(Flaw::new(field, "too_long").with("max", max).with("unit", "bytes"));
        }
        self.must(!text.contains('\0'), field, "control_character");
    }
    /// An e-mail address.
    pub fn email(&mut self, field: &str, text: &str) -> String {
        let text = text.trim();
        self.must(is_email(text), field, "not_an_email");
        text.to_string()
    }
    /// An IANA time zone, `Asia/Shanghai`, in the database's own spelling.
    pub fn zone(&mut self, field: &str, name: &str) -> String {
        match TimeZone::get(name.trim()) {
            Ok(tz) if !tz.is_unknown() => tz.iana_name().unwrap_or(name).to_string(),
            _ => {
                self.flaw(Flaw::new(field, "unknown_time_zone"));
                name.to_string()
            }
        }
    }
    /// A language tag (BCP 47): `zh-CN`, `en`.
    pub fn language(&mut self, field: &str, tag: &str) -> String {
        self.must(is_language(tag.trim()), field, "not_a_language");
        tag.trim().to_string()
    }
    /// A list of at most `max` keys without white space.
    pub fn keys(&mut self, field: &str, keys: &[String], max: usize) {
        if keys.len() > max {
            self.flaw(Flaw::new(field, "too_many").with("max", max));
        }
        for (i, key) in keys.iter().enumerate() {
            let fine = !key.is_empty() && key.chars().count() <= 64 && !key.chars().any(|c| c.is_whitespace() || c.is_control());
            self.must(fine, &format!("{field}[{i}]"), "not_a_key");
        }
    }
    /// An instant that is still to come.
    pub fn future(&mut self, field: &str, at: At, now: At) {
        self.must(at > now, field, "not_in_future");
    }
    /// An instant that is not to come.
    pub fn past(&mut self, field: &str, at: At, now: At) {
        self.must(at <= now, field, "in_future");
    }
    /// Errors: Invalid with everything noted.
    pub fn done(self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault::Invalid(self.0)) }
    }
}

/// ASCII only: an address with other letters cannot be delivered by every mail server on the way.
fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let letter = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    let local_fits = (1..=64).contains(&local.len()) && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(letter));
    local_fits && text.len() <= 254 && is_host(host) && host.contains('.')
}
/// A host name of ASCII labels (RFC 1123).
pub fn is_host(host: &str) -> bool {
    let label =
        |l: &str| (1..=63).contains(&l.len()) && !l.starts_with('-') && !l.ends_with('-') && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    host.len() <= 253 && host.split('.').all(label)
}
/// Well formed as RFC 5646 has it, private and grandfathered tags left out: a language of 2 to 8 letters, then parts of 1 to 8 letters or digits.
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    tag.len() <= 35
        && (2..=8).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|p| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn addresses_that_reach_nobody_are_refused() {
        for good in ["li@example.com", "li.na+x@mail.example.cn", "o'hara@a-b.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "li",
            "li@",
            "@example.com",
            "li@localhost",
            "li na@example.com",
            "a..b@example.com",
            "a@-x.com",
            "a@b..c",
            "李@example.com",
            "<a@b.com>",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
    #[test]
    fn languages_are_tags() {
        for good in ["zh-CN", "en", "zh-Hans-CN", "es-419"] {
            assert!(is_language(good), "{good}");
        }
        for bad in ["", "z", "zh_CN", "Chinese-", "中文", "en-toolongpart"] {
            assert!(!is_language(bad), "{bad}");
        }
    }
    #[test]
    fn every_flaw_is_told_at_once() {
        let mut form = Form::new();
        form.line("name", " ", 10);
        form.line("title", "12345678901\u{7}", 10);
        assert_eq!(form.zone("tz", "asia/shanghai"), "Asia/Shanghai");
        form.zone("zone", "Mars/Olympus");
        form.zone("zone2", "Etc/Unknown");
        let Err(Fault::Invalid(flaws)) = form.done() else { panic!("flaws were noted") };
        let codes: Vec<_> = flaws.iter().map(|f| (f.field.as_str(), f.code)).collect();
        assert_eq!(
            codes,
            [
                ("name", "missing"),
                ("title", "too_long"),
                ("title", "control_character"),
                ("zone", "unknown_time_zone"),
                ("zone2", "unknown_time_zone")
            ]
        );
    }
}
