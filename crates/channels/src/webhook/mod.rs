//! Webhooks out, by Standard Webhooks (<https://www.standardwebhooks.com>): one signed POST to an address a customer gave us.
mod guard;
mod schedule;
mod sign;
#[cfg(test)]
mod tests;

pub use guard::{BadUrl, Guard, Resolver, SystemResolver, Wall};
pub use schedule::{ATTEMPTS, next_attempt, wait};
pub use sign::{BadSecret, Rejected, SigningSecret, TOLERANCE, sign, verify};

use crate::{Channel, Delivered, DeliveryError, Detail, Talents};
use domain::kit::{At, Span};
use guard::{GuardedNames, NotResolved};
use reqwest::{Client, Response, StatusCode, header, redirect};
use serde_json::{Value, json};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

pub struct Webhook;

impl Channel for Webhook {
    fn key(&self) -> &'static str {
        "webhook"
    }
    fn talents(&self) -> Talents {
        Talents { live: false, threads: false, files: false, can_edit: false, text_max_bytes: 256 << 10 }
    }
}

/// What happened, as the receiver reads it.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Noun and past participle: `ticket.answered`.
    pub kind: &'a str,
    /// When it happened, not when it is sent.
    pub at: At,
    /// Grows with every event of the endpoint's account. Order of arrival is not promised: receivers sort by this.
    pub seq: i64,
    pub data: &'a Value,
}

impl Event<'_> {
    /// The bytes to sign, store and send: written once, the same at every try.
    pub fn to_body(&self) -> Vec<u8> {
        json!({ "type": self.kind, "timestamp": self.at.to_string(), "seq": self.seq, "data": self.data }).to_string().into_bytes()
    }
}

/// Where to, and what the receiver checks the sender by.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub url: String,
    /// One, or two while the secret is being changed: each signs, the receiver takes whichever it knows.
    pub secrets: Vec<SigningSecret>,
}

/// One thing to deliver.
#[derive(Clone, Copy)]
pub struct Parcel<'a> {
    /// The same at every try: the receiver's idempotency key. Letters, digits, `_` and `-`.
    pub id: &'a str,
    /// From [`Event::to_body`].
    pub body: &'a [u8],
}

#[derive(Debug, Clone)]
pub struct WebhookConfig {
    pub guard: Guard,
    /// Longest time for one try, from the name look-up to the last byte read.
    pub limit: Span,
    /// What we call ourselves in `User-Agent`.
    pub agent: String,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        WebhookConfig { guard: Guard::default(), limit: Span::seconds(15), agent: "Yinuo-Webhooks/1".into() }
    }
}

/// A receiver that asks for more patience than this is asked again after this.
const RETRY_AFTER_MAX: Span = Span::hours(24);

/// Sends parcels; keeps connections open between them.
pub struct Webhooks {
    client: Client,
    guard: Guard,
}

impl Webhooks {
    /// Errors: `webhook.no_client` when the machine's certificates or the agent's name are unusable.
    pub fn new(config: WebhookConfig, resolver: Arc<dyn Resolver>) -> Result<Webhooks, DeliveryError> {
        let names = GuardedNames { guard: config.guard.clone(), resolver };
        let client = Client::builder()
            .dns_resolver(Arc::new(names))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_micros(config.limit.as_micros().unsigned_abs()))
            .user_agent(config.agent)
            .build()
            .map_err(|e| DeliveryError::permanent("webhook.no_client", story(&e)))?;
        Ok(Webhooks { client, guard: config.guard })
    }

    /// Delivers one parcel, signed with `now`.
    ///
    /// Any 2xx is success. 410 → `Disable`. An address behind the wall, a bad URL or id → `Permanent`. All else, redirects
    /// included → `Retry`, with the receiver's `Retry-After` on 429 and 503. The first 4 KiB of the answer become the detail.
    pub async fn send(&self, to: &Endpoint, parcel: Parcel<'_>, now: At) -> Result<Delivered, DeliveryError> {
        let url = self.guard.check(&to.url).map_err(|bad| DeliveryError::permanent(bad.code(), ""))?;
        if !sign::is_clean_id(parcel.id) || to.secrets.is_empty() {
            return Err(DeliveryError::permanent("webhook.cannot_be_signed", ""));
        }
        let request = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", parcel.id)
            .header("webhook-timestamp", sign::unix_seconds(now))
            .header("webhook-signature", sign(parcel.id, now, parcel.body, &to.secrets))
            .body(parcel.body.to_vec());
        let response = request.send().await.map_err(|e| not_sent(&e))?;
        let (status, after) = (response.status(), retry_after(&response, now));
        judge(status, after, first_words(response).await)
    }
}

fn judge(status: StatusCode, after: Option<Span>, detail: Detail) -> Result<Delivered, DeliveryError> {
    match status.as_u16() {
        200..300 => Ok(Delivered { detail }),
        300..400 => Err(DeliveryError::Retry { after: None, code: "webhook.redirected", detail }),
        410 => Err(DeliveryError::Disable { code: "webhook.gone", detail }),
        429 | 503 => Err(DeliveryError::Retry { after, code: "webhook.asked_to_wait", detail }),
        _ => Err(DeliveryError::Retry { after: None, code: "webhook.not_accepted", detail }),
    }
}

/// Status and the beginning of the answer. What comes after 4 KiB, or does not come in time, is nobody's loss: the status decided.
async fn first_words(mut response: Response) -> Detail {
    let mut words = Vec::new();
    let status = response.status().as_u16();
    while words.len() < Detail::BYTES_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => words.extend_from_slice(&chunk[..chunk.len().min(Detail::BYTES_MAX - words.len())]),
            Ok(None) | Err(_) => break,
        }
    }
    format!("{status}\n{}", String::from_utf8_lossy(&words)).into()
}

/// RFC 9110 §10.2.3: seconds, or a date; a date in the past is now.
fn retry_after(response: &Response, now: At) -> Option<Span> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = match text.parse::<u32>() {
        Ok(seconds) => Span::seconds(seconds.into()),
        Err(_) => {
            let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
            At::from_micros(i64::try_from(since.as_micros()).ok()?) - now
        }
    };
    Some(asked.clamp(Span::ZERO, RETRY_AFTER_MAX))
}

fn not_sent(error: &reqwest::Error) -> DeliveryError {
    match guard::cause(error) {
        Some(NotResolved::BehindTheWall) => DeliveryError::permanent(BadUrl::ForbiddenAddress.code(), ""),
        Some(NotResolved::NoAddress) => DeliveryError::retry("webhook.name_not_found", ""),
        None if error.is_timeout() => DeliveryError::retry("webhook.too_slow", ""),
        None => DeliveryError::retry("webhook.unreachable", story(error)),
    }
}

/// The causes in a row, without the address: it may hold a token.
fn story(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(this) = cause {
        causes.push(this.to_string());
        cause = this.source();
    }
    causes.join(": ")
}
