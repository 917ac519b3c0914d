//! Where other systems want to be told: keeping webhooks, their secrets, and what was sent to them.
//! Secrets are `whsec_` and base64 (Standard Webhooks), sealed with the house key and bound to the webhook; shown once.
use crate::form::{Form, is_host};
use crate::log::{self, Line};
use crate::secrets::random;
use crate::{Act, Desk, Fault, Flaw, limits};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::kit::{AccountId, At, OutboxId, Span, WebhookId};
use domain::people::{KeepWebhooks, Leave};
use serde_json::json;
use std::fmt;
use std::net::Ipv6Addr;
use store::db::Tx;
use store::outbox::Letter;
use store::webhook::Webhook;

/// How long the secret before a rotation signs along.
pub const OLD_SECRET_SIGNS: Span = Span::hours(24);
const URL_BYTES_MAX: usize = 2_000;
/// What can happen, as webhooks name it. `*` is everything, `ticket` everything that begins with it.
pub const EVENTS: &[&str] = &[
    "ticket.opened",
    "ticket.assigned",
    "ticket.answered_first",
    "ticket.replied",
    "ticket.noted",
    "ticket.customer_replied",
    "ticket.wait_began",
    "ticket.timeout_announced",
    "ticket.wait_ended",
    "ticket.resolved",
    "ticket.confirmed",
    "ticket.closed",
    "ticket.reopened",
    "ticket.transferred",
    "ticket.put_back",
    "ticket.handed_over",
    "ticket.consulted",
    "ticket.helper_joined",
    "ticket.helper_left",
    "ticket.boosted",
    "ticket.person_asked",
    "ticket.update_agreed",
    "ticket.severity_raised",
    "ticket.lower_proposed",
    "ticket.lower_declined",
    "ticket.severity_lowered",
    "ticket.followed",
    "ticket.unfollowed",
    "clock.activated",
    "clock.warned",
    "clock.escalated",
    "clock.paused",
    "clock.resumed",
    "clock.fulfilled",
    "clock.breached",
    "clock.retargeted",
    "clock.agreed",
    "clock.cancelled",
    "clock.waived",
];

/// What a webhook is, as somebody writes it.
#[derive(Debug, Clone, Default)]
pub struct WebhookIn {
    /// Only events of this account, and only public ones; `None`: of all. Fixed when it is made.
    pub account: Option<AccountId>,
    pub name: String,
    /// `https` or `http`. Whether the address may be reached is the postman's question, at each delivery.
    pub url: String,
    pub topics: Vec<String>,
    pub active: bool,
}
/// A webhook with its secret, shown this once.
#[derive(Clone)]
pub struct Shown {
    pub webhook: Webhook,
    pub secret: String,
}
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("webhook", &self.webhook.id).field("secret", &"***").finish()
    }
}

/// Errors: Invalid, Refused `webhook.too_many`.
pub fn create(cx: &mut Act, leave: &Leave<KeepWebhooks>, new: &WebhookIn) -> Result<Shown, Fault> {
    let account_known = match new.account {
        Some(id) => store::account::find(cx.tx, id)?.is_some(),
        None => true,
    };
    let (name, url, topics) = checked(new, account_known)?;
    cx.tx.lock("webhooks")?;
    if store::webhook::list(cx.tx)?.len() >= limits::WEBHOOKS_MAX {
        return Err(Fault::Refused { code: "webhook.too_many", args: vec![("max", limits::WEBHOOKS_MAX.to_string())] });
    }
    let id: WebhookId = cx.fresh();
    let (secret, sealed) = new_secret(cx.desk, id)?;
    let webhook = Webhook {
        id,
        account: new.account,
        name,
        url,
        secret: sealed,
        old_secret: None,
        topics,
        active: new.active,
        failing_since: None,
        created_at: cx.now,
        version: 1,
    };
    store::webhook::put_new(cx.tx, &webhook)?;
    note(cx, leave, "webhook.created", &webhook)?;
    Ok(Shown { webhook, secret })
}
fn new_secret(desk: &Desk, id: WebhookId) -> Result<(String, Vec<u8>), Fault> {
    let secret = format!("whsec_{}", STANDARD.encode(random::<32>()?));
    let sealed = desk.seal().close(secret.as_bytes(), &about(id))?;
    Ok((secret, sealed))
}
fn about(id: WebhookId) -> Vec<u8> {
    format!("webhook secret {id}").into_bytes()
}
fn checked(new: &WebhookIn, account_known: bool) -> Result<(String, String, Vec<String>), Fault> {
    let mut form = Form::new();
    form.must(account_known, "account", "unknown");
    let name = form.line("name", &new.name, 100);
    let url = new.url.trim().to_string();
    if let Err(code) = check_url(&url) {
        form.flaw(Flaw::new("url", code));
    }
    form.must(!new.topics.is_empty(), "topics", "missing");
    for (i, topic) in new.topics.iter().enumerate() {
        let known = topic == "*" || EVENTS.iter().any(|e| e == topic || e.split('.').next() == Some(topic));
        form.must(known, &format!("topics[{i}]"), "unknown");
    }
    form.done()?;
    let mut topics = new.topics.clone();
    topics.sort();
    topics.dedup();
    Ok((name, url, topics))
}
/// Scheme, host, port; no user, no fragment. What else stands in it is the receiver's business.
fn check_url(url: &str) -> Result<(), &'static str> {
    if url.len() > URL_BYTES_MAX {
        return Err("too_long");
    }
    if !url.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') || url.contains('#') {
        return Err("not_a_url");
    }
    let (scheme, rest) = url.split_once("://").ok_or("not_a_url")?;
    if !["https", "http"].iter().any(|s| scheme.eq_ignore_ascii_case(s)) {
        return Err("not_http");
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("user_in_url");
    }
    let (host, port) = match authority.strip_prefix('[').and_then(|a| a.split_once(']')) {
        Some((v6, port)) if v6.parse::<Ipv6Addr>().is_ok() => (None, port),
        Some(_) => return Err("not_a_url"),
        None => {
            let (host, port) = authority.find(':').map_or((authority, ""), |colon| authority.split_at(colon));
            (Some(host), port)
        }
    };
    let port_fits = port.is_empty() || port.strip_prefix(':').and_then(|p| p.parse::<u16>().ok()).is_some_and(|p| p > 0);
    if host.is_none_or(is_host) && port_fits { Ok(()) } else { Err("not_a_url") }
}

/// The webhook, in the version its editor has seen.
fn held(cx: &mut Act, id: WebhookId, seen_version: u32) -> Result<Webhook, Fault> {
    let webhook = store::webhook::find(cx.tx, id)?.ok_or(Fault::NotFound)?;
    if webhook.version == seen_version { Ok(webhook) } else { Err(Fault::Stale { current: webhook.version }) }
}
fn put(cx: &mut Act, webhook: Webhook) -> Result<Webhook, Fault> {
    if !store::webhook::put(cx.tx, &webhook)? {
        let current = store::webhook::find(cx.tx, webhook.id)?.map_or(0, |w| w.version);
        return Err(Fault::Stale { current });
    }
    Ok(Webhook { version: webhook.version + 1, ..webhook })
}
/// Changes all but the account. Made active again, its failures are forgotten. Errors: NotFound, Stale, Invalid.
pub fn edit(cx: &mut Act, leave: &Leave<KeepWebhooks>, id: WebhookId, seen_version: u32, new: &WebhookIn) -> Result<Webhook, Fault> {
    let before = held(cx, id, seen_version)?;
    let (name, url, topics) = checked(new, new.account.is_none_or(|a| before.account == Some(a)))?;
    let failing_since = before.failing_since.filter(|_| before.active || !new.active);
    let webhook = put(cx, Webhook { name, url, topics, active: new.active, failing_since, ..before })?;
    note(cx, leave, "webhook.edited", &webhook)?;
    Ok(webhook)
}
/// A new secret; the one before signs along for 24 hours. Errors: NotFound, Stale.
pub fn rotate(cx: &mut Act, leave: &Leave<KeepWebhooks>, id: WebhookId, seen_version: u32) -> Result<Shown, Fault> {
    let before = held(cx, id, seen_version)?;
    let (secret, sealed) = new_secret(cx.desk, id)?;
    // Until when it signs lies before the sealed secret.
    let until = (cx.now + OLD_SECRET_SIGNS).micros().to_be_bytes();
    let old_secret = Some([&until[..], &before.secret].concat());
    let webhook = put(cx, Webhook { secret: sealed, old_secret, ..before })?;
    note(cx, leave, "webhook.secret_rotated", &webhook)?;
    Ok(Shown { webhook, secret })
}
/// The secrets a delivery is signed with at an instant, the present one first. For the postman.
/// Errors: Internal when they were sealed with another house key.
pub fn secrets(desk: &Desk, webhook: &Webhook, now: At) -> Result<Vec<String>, Fault> {
    let open = |sealed: &[u8]| String::from_utf8(desk.seal().open(sealed, &about(webhook.id))?).map_err(Fault::internal);
    let mut all = vec![open(&webhook.secret)?];
    if let Some((until, sealed)) = webhook.old_secret.as_deref().and_then(|old| old.split_first_chunk::<8>())
        && now < At::from_micros(i64::from_be_bytes(*until))
    {
        all.push(open(sealed)?);
    }
    Ok(all)
}
/// Errors: NotFound. What waits for it in the outbox finds nobody and is dropped there.
pub fn drop_one(cx: &mut Act, leave: &Leave<KeepWebhooks>, id: WebhookId) -> Result<(), Fault> {
    let webhook = store::webhook::find(cx.tx, id)?.ok_or(Fault::NotFound)?;
    store::webhook::drop_one(cx.tx, id)?;
    note(cx, leave, "webhook.dropped", &webhook)
}
fn note(cx: &mut Act, leave: &Leave<KeepWebhooks>, key: &'static str, w: &Webhook) -> Result<(), Fault> {
    let body = json!({"webhook": w.id.to_string(), "version": w.version, "topics": w.topics, "active": w.active});
    log::write(cx, vec![Line::audit(Some(leave.actor().person), w.account, key, body)])?;
    Ok(())
}
pub fn list(tx: &mut Tx, _leave: &Leave<KeepWebhooks>) -> Result<Vec<Webhook>, Fault> {
    Ok(store::webhook::list(tx)?)
}
pub fn get(tx: &mut Tx, _leave: &Leave<KeepWebhooks>, id: WebhookId) -> Result<Webhook, Fault> {
    store::webhook::find(tx, id)?.ok_or(Fault::NotFound)
}
/// What was sent, newest first; `before` is the last one seen. Errors: NotFound.
pub fn deliveries(tx: &mut Tx, leave: &Leave<KeepWebhooks>, id: WebhookId, before: Option<(At, OutboxId)>, limit: u32) -> Result<Vec<Letter>, Fault> {
    get(tx, leave, id)?;
    Ok(store::outbox::list_of_target(tx, id.bytes(), before, limit.clamp(1, limits::PAGE_MAX))?)
}
/// Sends one delivery again, now. Errors: NotFound, also for one of another webhook; Refused `webhook.still_waiting`.
pub fn replay(cx: &mut Act, leave: &Leave<KeepWebhooks>, id: WebhookId, letter: OutboxId) -> Result<(), Fault> {
    // A letter is made at the millisecond its id tells.
    let ms = (letter.raw() >> 80) as i64;
    let page = store::outbox::list_of_target(cx.tx, id.bytes(), Some((At::from_micros((ms + 1) * 1000), OutboxId::from_raw(0))), limits::PAGE_MAX)?;
    if !page.iter().any(|l| l.id == letter && l.way == "webhook") {
        return Err(Fault::NotFound);
    }
    let webhook = get(cx.tx, leave, id)?;
    if !store::outbox::replay(cx.tx, letter, cx.now)? {
        return Err(Fault::refused("webhook.still_waiting"));
    }
    let body = json!({"webhook": id.to_string(), "delivery": letter.to_string()});
    log::write(cx, vec![Line::audit(Some(leave.actor().person), webhook.account, "webhook.replayed", body)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn only_web_addresses_without_tricks() {
        for good in ["https://example.com/hook?x=1", "http://10.0.0.1:8080", "https://[2001:db8::1]:8443/a", "HTTPS://a-b.example/"] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("ftp://example.com", "not_http"),
            ("file:///etc/passwd", "not_http"),
            ("example.com", "not_a_url"),
            ("https://", "not_a_url"),
            ("https://user:pw@example.com/", "user_in_url"),
            ("https://example.com/#x", "not_a_url"),
            ("https://example.com\\@evil", "not_a_url"),
            ("https://exa mple.com", "not_a_url"),
            ("https://example.com:0/", "not_a_url"),
            ("https://example.com:99999/", "not_a_url"),
            ("https://[::1/", "not_a_url"),
        ] {
            assert_eq!(check_url(bad), Err(why), "{bad}");
        }
    }
    #[test]
    fn a_topic_is_an_event_a_group_or_everything() {
        let with = |topics: &[&str]| {
            let new = WebhookIn {
                account: None,
                name: "n".into(),
                url: "https://example.com".into(),
                topics: topics.iter().map(|t| t.to_string()).collect(),
                active: true,
            };
            checked(&new, true).is_ok()
        };
        assert!(with(&["*"]) && with(&["ticket"]) && with(&["ticket.opened", "clock"]));
        assert!(!with(&[]) && !with(&["tick"]) && !with(&["ticket.*"]) && !with(&["ticket.opened", ""]));
    }
}
