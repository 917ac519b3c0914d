//! The postman's bookkeeping: claims what is due in the outbox, writes it out in the reader's language, and notes what came of it.
//! Sending is the server's business. A claim holds for [`CLAIM_LASTS`]; one that ran out is taken over, so a postman that is
//! killed loses nothing, and whoever lost a claim settles nothing. A receiver may then see a letter twice, under the same key.
mod words;

#[cfg(test)]
mod tests;

use crate::log::{self, Line};
use crate::notify::{Bag, CLAIM_LASTS, Telling, tell_person};
use crate::{Act, Desk, Fault, webhook};
use domain::kit::{At, OutboxId, PersonId, Span, TicketId, WebhookId};
use domain::people::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::outbox::Letter;
use store::person::Person;

pub use words::{languages, trial_letter};

/// A webhook that has failed for so long without one success is stopped.
pub const FAILING_MAX: Span = Span::days(5);
/// Letters bundled into one mail at most.
const BUNDLE_MAX: u32 = 200;
/// Staff read at once when administrators are looked for.
const STAFF_PAGE: u32 = 200;

/// One thing to send, written out.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The rows it stands for: one, or all of a bundle. The first is the key, the same at every try.
    pub ids: Vec<OutboxId>,
    /// Which try this is, from 1.
    pub attempt: u32,
    pub parcel: Parcel,
}
impl Outgoing {
    /// What a receiver recognises a second try by.
    pub fn key(&self) -> String {
        self.ids.first().map(OutboxId::to_string).unwrap_or_default()
    }
}
#[derive(Clone, PartialEq, Eq)]
pub enum Parcel {
    Mail(Mail),
    Webhook(Hook),
}
/// A mail without its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub name: String,
    pub address: String,
    pub language: String,
    /// One line.
    pub subject: String,
    pub text: String,
    /// Mails on one case are one thread, by this name; `None` for a bundle.
    pub thread: Option<TicketId>,
}
/// A webhook delivery. Prints without its secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Hook {
    pub webhook: WebhookId,
    pub url: String,
    /// `whsec_…`; two while a rotation lasts.
    pub secrets: Vec<String>,
    /// JSON with `type`, `timestamp`, `seq` and `data`; the same bytes at every try.
    pub body: String,
    /// Position of the log entry that caused it; receivers sort by it.
    pub seq: i64,
}

/// What came of one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// Failed; the next try in `after`.
    Retry {
        after: Span,
        code: &'static str,
    },
    /// Failed for good.
    Failed {
        code: &'static str,
    },
    /// The receiver asks never to be tried again.
    Disable {
        code: &'static str,
    },
    /// Not tried: back into the queue, not counted.
    PutBack {
        after: Span,
    },
}

/// Takes up to `limit` due letters for `who` (a name no other postman has) and writes them out. What nobody can get any more (a person
/// who left, a webhook stopped or gone) is ended here. Empty: nothing is due.
pub fn claim(desk: &Desk, who: &str, now: At, limit: u32) -> Result<Vec<Outgoing>, Fault> {
    let postman = who.to_string();
    let letters = desk.write(now, move |cx| take(cx, &postman, limit))?;
    if letters.is_empty() {
        return Ok(Vec::new());
    }
    let (going, undeliverable) = desk.read(|tx| sort(desk, tx, letters, now))?;
    if !undeliverable.is_empty() {
        let postman = who.to_string();
        desk.write(now, move |cx| {
            for (id, code) in &undeliverable {
                store::outbox::end(cx.tx, *id, &postman, "dropped", now, Some(code))?;
            }
            Ok(())
        })?;
    }
    Ok(going)
}
/// When the oldest waiting letter is due; it may be in a postman's hands.
pub fn next_due(desk: &Desk) -> Result<Option<At>, Fault> {
    desk.read(|tx| Ok(store::outbox::oldest_due(tx)?))
}

/// Claims, and for people who want bundles all the rest that is due to them.
fn take(cx: &mut Act, who: &str, limit: u32) -> Result<Vec<Letter>, Fault> {
    let until = cx.now + CLAIM_LASTS;
    let mut letters = store::outbox::claim(cx.tx, who, cx.now, until, limit)?;
    let mut readers: Vec<[u8; 16]> = letters.iter().filter(|l| l.way == "mail").map(|l| l.target).collect();
    readers.sort_unstable();
    readers.dedup();
    for reader in readers {
        if store::person::find(cx.tx, PersonId::from_bytes(reader))?.is_some_and(|p| p.digest) {
            letters.extend(store::outbox::claim_of(cx.tx, who, cx.now, until, BUNDLE_MAX, reader, "mail")?);
        }
    }
    Ok(letters)
}

type Sorted = (Vec<Outgoing>, Vec<(OutboxId, &'static str)>);
fn sort(desk: &Desk, tx: &mut store::db::Tx, letters: Vec<Letter>, now: At) -> Result<Sorted, Fault> {
    let (mut going, mut undeliverable) = (Vec::new(), Vec::new());
    let mut bundles: BTreeMap<[u8; 16], (Person, Vec<Letter>)> = BTreeMap::new();
    for letter in letters {
        let id = letter.id;
        if letter.way == "webhook" {
            match hook(desk, tx, &letter, now)? {
                Ok(parcel) => going.push(Outgoing { ids: vec![id], attempt: letter.attempts, parcel: Parcel::Webhook(parcel) }),
                Err(code) => undeliverable.push((id, code)),
            }
            continue;
        }
        match store::person::find(tx, PersonId::from_bytes(letter.target))?.filter(|p| p.active && !p.email.is_empty()) {
            None => undeliverable.push((id, "person.gone")),
            Some(p) if p.digest => bundles.entry(letter.target).or_insert_with(|| (p, Vec::new())).1.push(letter),
            Some(p) => going.push(mail(desk, &p, vec![letter])),
        }
    }
    going.extend(bundles.into_values().map(|(p, letters)| mail(desk, &p, letters)));
    Ok((going, undeliverable))
}
fn hook(desk: &Desk, tx: &mut store::db::Tx, letter: &Letter, now: At) -> Result<Result<Hook, &'static str>, Fault> {
    let Some(found) = store::webhook::find(tx, WebhookId::from_bytes(letter.target))? else { return Ok(Err("webhook.dropped")) };
    if !found.active {
        return Ok(Err("webhook.stopped"));
    }
    let Ok(secrets) = webhook::secrets(desk, &found, now) else { return Ok(Err("webhook.secret_unreadable")) };
    let mut body: Value = serde_json::from_str(&letter.body).map_err(Fault::internal)?;
    body["seq"] = json!(letter.log_pos);
    Ok(Ok(Hook { webhook: found.id, url: found.url, secrets, body: body.to_string(), seq: letter.log_pos }))
}
/// One mail about one thing, or about many. The oldest letter gives the key.
fn mail(desk: &Desk, p: &Person, mut letters: Vec<Letter>) -> Outgoing {
    letters.sort_by_key(|l| (l.created_at, l.id));
    let written = words::write(desk, p, &letters);
    let thread = match letters.as_slice() {
        [one] => words::ticket_of(one),
        _ => None,
    };
    Outgoing {
        attempt: letters.iter().map(|l| l.attempts).max().unwrap_or(1),
        ids: letters.iter().map(|l| l.id).collect(),
        parcel: Parcel::Mail(Mail {
            name: words::one_line(&p.name),
            address: p.email.clone(),
            language: p.language.clone(),
            subject: written.subject,
            text: written.text,
            thread,
        }),
    }
}

/// Notes what came of a try. False: the claim was lost meanwhile; another postman has it, and nothing is noted.
pub fn settle(desk: &Desk, sent: &Outgoing, who: &str, outcome: Outcome, now: At) -> Result<bool, Fault> {
    let (ids, who) = (sent.ids.clone(), who.to_string());
    let receiver = match &sent.parcel {
        Parcel::Webhook(h) => Some(h.webhook),
        Parcel::Mail(_) => None,
    };
    desk.write(now, move |cx| {
        let mut held = false;
        for id in &ids {
            held |= end(cx, *id, &who, outcome)?;
        }
        if let Some(id) = receiver.filter(|_| held) {
            judge(cx, id, outcome)?;
        }
        Ok(held)
    })
}
/// Gives many back untried in one go, each with how long it shall wait. What was lost meanwhile stays where it is.
pub fn put_back(desk: &Desk, letters: &[(Outgoing, Span)], who: &str, now: At) -> Result<(), Fault> {
    let back: Vec<(OutboxId, At)> = letters.iter().flat_map(|(l, after)| l.ids.iter().map(|id| (*id, now + *after))).collect();
    let who = who.to_string();
    desk.write(now, move |cx| {
        for (id, due_at) in &back {
            store::outbox::put_back(cx.tx, *id, &who, *due_at)?;
        }
        Ok(())
    })
}
fn end(cx: &mut Act, id: OutboxId, who: &str, outcome: Outcome) -> Result<bool, Fault> {
    let now = cx.now;
    Ok(match outcome {
        Outcome::Sent => store::outbox::end(cx.tx, id, who, "sent", now, None)?,
        Outcome::Retry { after, code } => store::outbox::again(cx.tx, id, who, now + after, code)?,
        Outcome::Failed { code } | Outcome::Disable { code } => store::outbox::end(cx.tx, id, who, "failed", now, Some(code))?,
        Outcome::PutBack { after } => store::outbox::put_back(cx.tx, id, who, now + after)?,
    })
}
/// Keeps since when a webhook fails, and stops one that asks for it or has failed too long.
fn judge(cx: &mut Act, id: WebhookId, outcome: Outcome) -> Result<(), Fault> {
    let code = match outcome {
        Outcome::PutBack { .. } => return Ok(()),
        Outcome::Sent => return Ok(store::webhook::note_success(cx.tx, id)?),
        Outcome::Retry { code, .. } | Outcome::Failed { code } | Outcome::Disable { code } => code,
    };
    let Some(hook) = store::webhook::find(cx.tx, id)?.filter(|w| w.active) else { return Ok(()) };
    let too_long = hook.failing_since.is_some_and(|since| cx.now - since >= FAILING_MAX);
    if !too_long && !matches!(outcome, Outcome::Disable { .. }) {
        return Ok(store::webhook::note_failure(cx.tx, id, cx.now)?);
    }
    store::webhook::stop(cx.tx, id)?;
    let body = json!({"webhook": id.to_string(), "because": code, "failing_since": hook.failing_since.map(|s| s.to_string())});
    log::write(cx, vec![Line::audit(None, hook.account, "webhook.stopped", body)])?;
    let args = json!({"webhook": id.to_string(), "name": hook.name, "url": hook.url, "because": code});
    let mut bag = Bag::default();
    for person in administrators(cx)? {
        tell_person(cx, &mut bag, person, None, args.clone(), &Telling { topic: "webhook.stopped", args: Value::Null, urgent: true })?;
    }
    bag.post(cx)
}
fn administrators(cx: &mut Act) -> Result<Vec<PersonId>, Fault> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store::person::list_staff(cx.tx, after, STAFF_PAGE)?;
        found.extend(page.iter().filter(|p| p.active && p.role == Role::Administrator).map(|p| p.id));
        match page.last() {
            Some(last) if page.len() == STAFF_PAGE as usize => after = Some(last.id),
            _ => return Ok(found),
        }
    }
}
