//! Writes that may be sent twice and happen once: the `Idempotency-Key` header and the fingerprint of what was sent with it.
use super::App;
use super::extract::{is_json, read_json, whole};
use super::problem::Problem;
use super::reply::Written;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use desk::{Act, Fault, Flaw, idempotency};
use domain::kit::PersonId;
use serde::de::DeserializeOwned;

/// A key and what it was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    key: String,
    hash: [u8; 32],
}
impl Once {
    /// In the transaction of the write: the answer given before, or the job's, kept for the next time.
    /// Errors: Invalid for a key that was used with another request; the job's own.
    pub fn answer(&self, cx: &mut Act, who: PersonId, job: impl FnOnce(&mut Act) -> Result<(Written, String), Fault>) -> Result<Written, Fault> {
        if let Some(kept) = idempotency::begin(cx, who, &self.key, &self.hash)? {
            return Ok(Written { status: kept.status, body: kept.body, place: None, version: None, replayed: true });
        }
        let (written, again) = job(cx)?;
        idempotency::finish(cx, who, &self.key, &self.hash, written.status, &again)?;
        Ok(written)
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
        is_json(request.headers())?;
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
        if !matches!(bytes.trim_ascii(), b"" | b"{}") {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "body.unwanted"));
        }
        Ok(Bare { once: once(&parts, &bytes)? })
    }
}

/// The key of a request and what it was sent with; `body` may be a fingerprint of what was streamed. Errors: 422 for a bad key.
pub fn once(parts: &Parts, body: &[u8]) -> Result<Option<Once>, Problem> {
    let Some(key) = key(&parts.headers)? else { return Ok(None) };
    let path = parts.uri.path_and_query().map_or("", |p| p.as_str());
    let version = parts.headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    Ok(Some(Once { key, hash: idempotency::request_hash(&format!("{} {path} {version}", parts.method), body) }))
}
/// Errors: 422; more than one, or none that can be read.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut given = headers.get_all("idempotency-key").iter();
    let Some(key) = given.next() else { return Ok(None) };
    let bad = || Problem::from(Flaw::new(idempotency::KEY, "idempotency.bad_key").with("max", 255));
    let key = key.to_str().map_err(|_| bad())?.trim().to_string();
    idempotency::check_key(&key)?;
    if given.next().is_some() { Err(bad()) } else { Ok(Some(key)) }
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
            assert_ne!(once_of("k1", path, body).unwrap().unwrap().hash, first.hash);
        }
    }
    #[test]
    fn a_key_is_short_visible_and_alone() {
        for bad in ["", "a b", &"x".repeat(256)] {
            assert_eq!(once_of(bad, "/a", "").unwrap_err().flaws[0].code, "idempotency.bad_key", "{bad}");
        }
        assert!(once_of(&"x".repeat(255), "/a", "").is_ok());
        let (parts, ()) = Wire::post("/a").header("idempotency-key", "a").header("idempotency-key", "b").body(()).unwrap().into_parts();
        assert!(once(&parts, b"").is_err());
        let (parts, ()) = Wire::post("/a").body(()).unwrap().into_parts();
        assert_eq!(once(&parts, b"").unwrap(), None);
    }
}
