//! Reply templates: a text for each language, with variables that the case fills.
use crate::form::{Form, is_language};
use crate::ticket::get as case_of;
use crate::{Desk, Fault, Flaw, limits};
use domain::kit::TicketId;
use domain::people::Actor;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use store::db::Tx;
use store::ticket::Case;

/// A text for each language.
pub type Texts = BTreeMap<String, String>;
/// What may stand between two braces.
pub const VARIABLES: &[&str] = &["customer", "company", "number", "subject", "product", "instance", "engineer", "vendor", "due"];

/// Checks the texts of a template. Errors: Invalid with every flaw.
pub fn check(texts: &Texts) -> Result<(), Fault> {
    let mut form = Form::new();
    form.must(!texts.is_empty(), "texts", "empty");
    if texts.len() > limits::TEMPLATE_LANGUAGES_MAX {
        form.flaw(Flaw::new("texts", "too_many").with("max", limits::TEMPLATE_LANGUAGES_MAX));
    }
    for (language, text) in texts {
        let field = format!("texts.{language}");
        form.must(is_language(language), &field, "not_a_language");
        form.must(!text.trim().is_empty(), &field, "missing");
        form.body(&field, text, limits::MESSAGE_BYTES_MAX);
        unknown(&field, text).into_iter().for_each(|flaw| form.flaw(flaw));
    }
    form.done()
}
/// A flaw for every variable in a text that no case can fill.
pub fn unknown(field: &str, text: &str) -> Vec<Flaw> {
    let strange = variables(text).into_iter().filter(|v| !VARIABLES.contains(&v.as_str()));
    strange.map(|v| Flaw::new(field, "unknown_variable").with("name", v).with("known", VARIABLES.join(", "))).collect()
}
/// The names between double braces.
fn variables(text: &str) -> Vec<String> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name.trim().to_string()).collect()
}

/// The text for a case: in its language, else in one with the same first part, else in the house's, else the first.
pub fn choose<'t>(texts: &'t Texts, wanted: &str, house: &str) -> Option<(&'t str, &'t str)> {
    let first = |tag: &str| tag.split('-').next().unwrap_or_default().to_string();
    let near = |tag: &str| texts.iter().find(|(t, _)| first(t) == first(tag));
    let exact = |tag: &str| texts.iter().find(|(t, _)| *t == tag);
    let found = exact(wanted).or_else(|| near(wanted)).or_else(|| exact(house)).or_else(|| near(house)).or_else(|| texts.iter().next());
    found.map(|(tag, text)| (tag.as_str(), text.as_str()))
}

/// A template filled for a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub language: String,
    pub body: String,
    /// Variables that have no value now; they stand as they were written.
    pub missing: Vec<String>,
}
/// Errors: NotFound for a case that is not theirs.
pub fn fill_for(tx: &mut Tx, desk: &Desk, who: &Actor, texts: &Texts, id: TicketId) -> Result<Filled, Fault> {
    let case = case_of(tx, who, id)?;
    let (language, text) = choose(texts, &case.language, &desk.rules().language).unwrap_or_default();
    let (body, missing) = fill(tx, desk, who, &case, text)?;
    Ok(Filled { language: language.into(), body, missing })
}
/// A text with the variables of a case; what has no value stays as it is and is named.
pub fn fill(tx: &mut Tx, desk: &Desk, who: &Actor, case: &Case, text: &str) -> Result<(String, Vec<String>), Fault> {
    if !text.contains("{{") {
        return Ok((text.to_string(), Vec::new()));
    }
    let customer = store::person::find(tx, case.ticket.requester)?;
    let engineer = store::person::find(tx, who.person)?;
    let account = store::account::find(tx, case.ticket.account)?;
    let tz = customer.as_ref().and_then(|c| TimeZone::get(&c.tz).ok()).unwrap_or(TimeZone::UTC);
    let due = case.next_due_at.map(|at| tz.to_datetime(at.timestamp()).strftime("%Y-%m-%d %H:%M").to_string());
    let value = |name: &str| match name {
        "customer" => customer.as_ref().map(|c| c.name.clone()),
        "engineer" => engineer.as_ref().map(|e| e.name.clone()),
        "company" => account.as_ref().map(|a| a.name.clone()),
        "number" => Some(desk.number_text(case.number)),
        "subject" => Some(case.words.subject.clone()),
        "product" => Some(case.words.product.clone()).filter(|p| !p.is_empty()),
        "instance" => Some(case.words.instance.clone()).filter(|i| !i.is_empty()),
        "vendor" => Some(desk.rules().vendor.clone()),
        "due" => due.clone(),
        _ => None,
    };
    Ok(replaced(text, value))
}
fn replaced(text: &str, value: impl Fn(&str) -> Option<String>) -> (String, Vec<String>) {
    let (mut out, mut missing) = (String::with_capacity(text.len()), Vec::new());
    let mut parts = text.split("{{");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let Some((name, rest)) = part.split_once("}}") else {
            out.push_str("{{");
            out.push_str(part);
            continue;
        };
        match value(name.trim()) {
            Some(value) => out.push_str(&value),
            None => {
                missing.push(name.trim().to_string());
                out.push_str(&format!("{{{{{name}}}}}"));
            }
        }
        out.push_str(rest);
    }
    (out, missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    fn texts(all: &[(&str, &str)]) -> Texts {
        all.iter().map(|(l, t)| (l.to_string(), t.to_string())).collect()
    }
    #[test]
    fn the_nearest_language_is_chosen() {
        let both = texts(&[("en", "hello"), ("zh-CN", "nihao")]);
        assert_eq!(choose(&both, "zh-CN", "en"), Some(("zh-CN", "nihao")));
        assert_eq!(choose(&both, "zh-TW", "en"), Some(("zh-CN", "nihao")));
        assert_eq!(choose(&both, "fr", "zh-CN"), Some(("zh-CN", "nihao")));
        assert_eq!(choose(&texts(&[("de", "hallo")]), "fr", "zh-CN"), Some(("de", "hallo")));
    }
    #[test]
    fn variables_are_filled_and_what_is_missing_is_named() {
        let value = |name: &str| (name == "number").then(|| "YN-1".to_string());
        assert_eq!(replaced("a {{ number }}, {{due}} }} {{ b", value), ("a YN-1, {{due}} }} {{ b".into(), vec!["due".into()]));
    }
    #[test]
    fn unknown_variables_and_languages_are_told_when_a_template_is_kept() {
        let Err(Fault::Invalid(flaws)) = check(&texts(&[("en", "{{numbr}}"), ("zh_CN", " ")])) else { panic!("flaws") };
        let codes: Vec<_> = flaws.iter().map(|f| (f.field.as_str(), f.code)).collect();
        assert_eq!(codes, [("texts.en", "unknown_variable"), ("texts.zh_CN", "not_a_language"), ("texts.zh_CN", "missing")]);
    }
}
