//! Writes that may be sent twice and happen once: the `Idempotency-Key` header and the fingerprint of what was sent with it.
use super::App;
use super::extract::{read_json, whole};
use super::problem::Problem;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use domain::kit::PersonId;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// A key and what it was sent with. The same key with another request is refused (409).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    key: String,
    /// SHA-256 over method, path, version and body.
    pub request_hash: [u8; 32],
}
impl Once {
    /// SHA-256 of the person and the key: what is looked up; two people's keys never meet.
    pub fn key_hash(&self, person: PersonId) -> [u8; 32] {
        Sha256::new().chain_update(person.bytes()).chain_update(&self.key).finalize().into()
    }
}

/// A JSON body that asks for a change, with its key if it has one.
#[derive(Debug)]
pub struct Write<T> {
    pub body: T,
    pub once: Option<Once>,
}
/// A write without a body: a DELETE, a POST whose path says everything.
#[derive(Debug)]
pub struct Bare {
    pub once: Option<Once>,
}

impl<T: DeserializeOwned> FromRequest<App> for Write<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        super::extract::is_json(request.headers())?;
        let (parts, body) = request.into_parts();
        let bytes = whole(body, app.config().http.body_bytes_max).await?;
        Ok(Write { once: once(&parts, &bytes)?, body: read_json(&bytes)? })
    }
}
impl FromRequest<App> for Bare {
    type Rejection = Problem;
    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = whole(body, app.config().http.body_bytes_max).await?;
        if !bytes.trim_ascii().is_empty() && bytes.trim_ascii() != b"{}" {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "body.unwanted"));
        }
        Ok(Bare { once: once(&parts, &bytes)? })
    }
}

fn once(parts: &axum::http::request::Parts, body: &[u8]) -> Result<Option<Once>, Problem> {
    let Some(key) = key(&parts.headers)? else { return Ok(None) };
    let path = parts.uri.path_and_query().map_or("", |p| p.as_str());
    let version = parts.headers.get("if-match").map_or(&b""[..], |v| v.as_bytes());
    let mut hash = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), path.as_bytes(), version, body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Ok(Some(Once { key, request_hash: hash.finalize().into() }))
}
/// 1 to 255 visible ASCII characters.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = headers.get_all("idempotency-key").iter();
    let Some(key) = given.next() else { return Ok(None) };
    let fits = |k: &&str| (1..=255).contains(&k.len()) && k.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    match key.to_str().ok().map(str::trim).filter(fits) {
        Some(key) if given.next().is_none() => Ok(Some(key.to_string())),
        _ => Err(Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_unreadable")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request as Wire;

    fn once_of(key: &str, path: &str, body: &str) -> Result<Option<Once>, Problem> {
        let (parts, ()) = Wire::post(path).header("idempotency-key", key).body(()).unwrap().into_parts();
        once(&parts, body.as_bytes())
    }
    #[test]
    fn the_same_request_has_the_same_fingerprint_and_any_other_another() {
        let first = once_of("k1", "/a", "{}").unwrap().unwrap();
        assert_eq!(once_of("k1", "/a", "{}").unwrap().unwrap(), first);
        for (path, body) in [("/b", "{}"), ("/a", "{} "), ("/a?x=1", "{}")] {
            assert_ne!(once_of("k1", path, body).unwrap().unwrap().request_hash, first.request_hash);
        }
    }
    #[test]
    fn two_peoples_keys_never_meet() {
        let once = once_of("k1", "/a", "{}").unwrap().unwrap();
        assert_ne!(once.key_hash(PersonId::from_raw(1)), once.key_hash(PersonId::from_raw(2)));
    }
    #[test]
    fn a_key_is_short_and_visible() {
        assert!(once_of("", "/a", "").is_err() && once_of(&"x".repeat(256), "/a", "").is_err());
        assert!(once_of(&"x".repeat(255), "/a", "").is_ok());
        let (parts, ()) = Wire::post("/a").body(()).unwrap().into_parts();
        assert_eq!(once(&parts, b"").unwrap(), None);
    }
}
