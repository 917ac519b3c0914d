//! A write asked for twice with one key is done once and answered the same way twice. In the transaction of the write itself.
use crate::secrets::fingerprint;
use crate::{Act, Fault, Flaw};
use domain::kit::PersonId;
use sha2::{Digest, Sha256};
use store::idempotency::Answer;

/// Name of the header, as flaws give it.
pub const KEY: &str = "Idempotency-Key";
const KEY_BYTES_MAX: usize = 255;

/// SHA-256 over what identifies a request: method and path, and the body's bytes.
pub fn request_hash(target: &str, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((target.len() as u64).to_be_bytes());
    hash.update(target);
    hash.update(body);
    hash.finalize().into()
}
/// The key is 1 to 255 visible ASCII characters. Errors: Invalid.
pub fn check_key(key: &str) -> Result<(), Fault> {
    let fine = (1..=KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    if fine { Ok(()) } else { Err(Fault::Invalid(vec![Flaw::new(KEY, "idempotency.bad_key").with("max", KEY_BYTES_MAX)])) }
}
fn key_hash(person: PersonId, key: &str) -> [u8; 32] {
    fingerprint(&format!("{person} {key}"))
}
/// Before the write: the answer already given, or `None` when it is to be done now. Who comes second with the same key waits for the first.
/// Errors: Invalid `idempotency.bad_key`, or `idempotency.other_body` when the key was used for another request.
pub fn begin(cx: &mut Act, person: PersonId, key: &str, request_hash: &[u8; 32]) -> Result<Option<Answer>, Fault> {
    check_key(key)?;
    cx.tx.lock(&format!("idempotency {person} {key}"))?;
    match store::idempotency::find(cx.tx, &key_hash(person, key))? {
        Some(answer) if answer.request_hash != request_hash => Err(Fault::invalid(KEY, "idempotency.other_body")),
        answer => Ok(answer),
    }
}
/// After the write: keeps its answer for whoever asks again.
pub fn finish(cx: &mut Act, person: PersonId, key: &str, request_hash: &[u8; 32], status: u16, body: &str) -> Result<(), Fault> {
    let answer = Answer { request_hash: request_hash.to_vec(), status, body: body.to_string() };
    Ok(store::idempotency::put(cx.tx, &key_hash(person, key), &answer, cx.now)?)
}
