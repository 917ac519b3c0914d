//! Signatures of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, `v1,` and base64, several separated by spaces.
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::kit::{At, Span};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

/// How far a timestamp may lie from the receiver's clock, either way.
pub const TOLERANCE: Span = Span::minutes(5);

/// The key both sides know: `whsec_` and base64 of 24 to 64 bytes. Prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// The text is no signing secret. Does not carry the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadSecret;

impl SigningSecret {
    const PREFIX: &str = "whsec_";

    /// From random bytes (24 to 64), when one is made. Errors: [`BadSecret`].
    pub fn from_bytes(bytes: &[u8]) -> Result<SigningSecret, BadSecret> {
        if (24..=64).contains(&bytes.len()) { Ok(SigningSecret(bytes.to_vec())) } else { Err(BadSecret) }
    }
    /// Reads `whsec_…`. Errors: [`BadSecret`].
    pub fn parse(text: &str) -> Result<SigningSecret, BadSecret> {
        let key = text.strip_prefix(Self::PREFIX).ok_or(BadSecret)?;
        Self::from_bytes(&STANDARD.decode(key).map_err(|_| BadSecret)?)
    }
    /// The `whsec_…` text, to show once or to seal into the store.
    pub fn reveal(&self) -> String {
        format!("{}{}", Self::PREFIX, STANDARD.encode(&self.0))
    }
    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        // HMAC takes keys of any length; the type's other arm cannot be reached.
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("HMAC refuses no key"));
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        mac
    }
}
impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The value of `webhook-signature`: one signature a secret.
pub fn sign(id: &str, at: At, body: &[u8], secrets: &[SigningSecret]) -> String {
    let timestamp = unix_seconds(at);
    let each = secrets.iter().map(|s| format!("v1,{}", STANDARD.encode(s.mac(id, timestamp, body).finalize().into_bytes())));
    each.collect::<Vec<_>>().join(" ")
}

/// Why a receiver must not believe a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    BadTimestamp,
    /// More than [`TOLERANCE`] ago: perhaps a recording played again.
    TooOld,
    /// More than [`TOLERANCE`] ahead.
    TooNew,
    /// None of the signatures fits any of the secrets.
    BadSignature,
}

/// What a receiver does with the three headers and the raw body. Compares in constant time.
pub fn verify(id: &str, timestamp: &str, signatures: &str, body: &[u8], secrets: &[SigningSecret], now: At) -> Result<(), Rejected> {
    let seconds: i64 = timestamp.parse().map_err(|_| Rejected::BadTimestamp)?;
    let sent = At::from_micros(seconds.checked_mul(1_000_000).ok_or(Rejected::BadTimestamp)?);
    if sent < now - TOLERANCE {
        return Err(Rejected::TooOld);
    }
    if sent > now + TOLERANCE {
        return Err(Rejected::TooNew);
    }
    let given = signatures.split(' ').filter_map(|s| STANDARD.decode(s.strip_prefix("v1,")?).ok());
    let fits = |tag: Vec<u8>| secrets.iter().any(|s| s.mac(id, seconds, body).verify_slice(&tag).is_ok());
    if given.map(fits).fold(false, |any, this| any | this) { Ok(()) } else { Err(Rejected::BadSignature) }
}

pub(super) fn unix_seconds(at: At) -> i64 {
    at.micros().div_euclid(1_000_000)
}

/// A dot would let two different parcels have the same signed text; a line break would end the header.
pub(super) fn is_clean_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 128 && id.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'))
}
