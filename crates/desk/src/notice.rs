//! Notices inside the house, and in which ways each person wants to be told of what. Reading them leaves no line in the log.
use crate::form::Form;
use crate::log::{self, Line};
use crate::{Act, Fault, Flaw, limits, people};
use domain::kit::{At, OutboxId};
use domain::people::{KeepNotices, Leave};
use serde_json::json;
use store::db::Tx;
use store::notice::Notice;
use store::person::Person;

/// Kinds of messages one may want or not (mission A10); `ticket` covers every topic that begins with it.
pub const TOPICS: &[&str] = &["ticket", "clock", "product", "fault", "service", "activity", "billing", "renewal"];
pub const WAYS: &[&str] = &["in_site", "mail"];
const PREFERENCES_MAX: usize = 200;
const DAY_MINUTES: u32 = 24 * 60;

/// One's own notices, newest first; `before` is the last one seen.
pub fn list(tx: &mut Tx, leave: &Leave<KeepNotices>, unread_only: bool, before: Option<(At, OutboxId)>, limit: u32) -> Result<Vec<Notice>, Fault> {
    Ok(store::notice::list(tx, leave.actor().person, unread_only, before, limit.clamp(1, limits::PAGE_MAX))?)
}
/// Marks everything up to and including one notice as read; returns how many were not.
pub fn mark_read(cx: &mut Act, leave: &Leave<KeepNotices>, up_to: (At, OutboxId)) -> Result<u64, Fault> {
    let read = store::notice::mark_read(cx.tx, leave.actor().person, up_to, cx.now)?;
    if read > 0 {
        cx.tx.nudge("notice");
    }
    Ok(read)
}

/// Whether a topic is wanted in a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// One of [`TOPICS`], or a topic within one: `ticket.replied`.
    pub topic: String,
    /// One of [`WAYS`].
    pub way: String,
    pub wanted: bool,
}
/// Every kind in every way, with what was said about it; what nobody spoke about is wanted.
pub fn preferences(tx: &mut Tx, leave: &Leave<KeepNotices>) -> Result<Vec<Preference>, Fault> {
    let said = store::notice::list_preferences(tx, leave.actor().person)?;
    let mut all: Vec<Preference> = said.into_iter().map(|(topic, way, wanted)| Preference { topic, way, wanted }).collect();
    for topic in TOPICS {
        for way in WAYS {
            if !all.iter().any(|p| p.topic == *topic && p.way == *way) {
                all.push(Preference { topic: topic.to_string(), way: way.to_string(), wanted: true });
            }
        }
    }
    all.sort_by(|a, b| (&a.topic, &a.way).cmp(&(&b.topic, &b.way)));
    Ok(all)
}
/// Says of some topics whether they are wanted; the others stay. Errors: Invalid.
pub fn put_preferences(cx: &mut Act, leave: &Leave<KeepNotices>, new: &[Preference]) -> Result<(), Fault> {
    let who = leave.actor();
    let mut form = Form::new();
    if new.len() > PREFERENCES_MAX {
        form.flaw(Flaw::new("preferences", "too_many").with("max", PREFERENCES_MAX));
    }
    for (i, p) in new.iter().enumerate() {
        if !is_topic(&p.topic) {
            form.flaw(Flaw::new(format!("preferences[{i}].topic"), "unknown").with("known", TOPICS.join(", ")));
        }
        form.one_of(&format!("preferences[{i}].way"), &p.way, WAYS);
    }
    form.done()?;
    for p in new {
        store::notice::put_preference(cx.tx, who.person, &p.topic, &p.way, p.wanted)?;
    }
    let said: Vec<_> = new.iter().map(|p| json!({"topic": p.topic, "way": p.way, "wanted": p.wanted})).collect();
    log::write(cx, vec![Line::audit(Some(who.person), who.account, "notice.preferences_put", json!({"preferences": said}))])?;
    Ok(())
}
/// A kind, or a known event of cases and their clocks.
fn is_topic(topic: &str) -> bool {
    TOPICS.contains(&topic) || crate::webhook::EVENTS.contains(&topic)
}

/// When and how mails come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// From and to in minutes of the local day, over midnight when from is later; `None`: at any time.
    pub quiet: Option<(u32, u32)>,
    /// Ordinary mails bundled into one a day.
    pub digest: bool,
}
/// Errors: Stale (the version is the person's), Invalid.
pub fn put_settings(cx: &mut Act, leave: &Leave<KeepNotices>, seen_version: u32, new: Settings) -> Result<Person, Fault> {
    let who = leave.actor();
    let mut form = Form::new();
    if let Some((from, to)) = new.quiet {
        form.must(from < DAY_MINUTES, "quiet.from", "not_a_minute_of_the_day");
        form.must(to < DAY_MINUTES, "quiet.to", "not_a_minute_of_the_day");
        form.must(from != to, "quiet.to", "same_as_from");
    }
    form.done()?;
    let mut person = people::held(cx, who.person, seen_version)?;
    (person.quiet, person.digest, person.version) = (new.quiet, new.digest, person.version + 1);
    store::person::put(cx.tx, &person)?;
    let body = json!({"person": person.id.to_string(), "version": person.version, "changed": ["quiet", "digest"]});
    log::write(cx, vec![Line::audit(Some(who.person), person.account, "person.edited", body)])?;
    Ok(person)
}
