//! What goes back when all is well.
use super::extract::{Json, version_in};
use super::wire::Made;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::Fault;
use serde::Serialize;

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Says that an answer was given before, to the same request.
pub const REPLAYED: &str = "idempotent-replayed";

/// An answer in words of HTTP, ready to be kept and sent again.
pub struct Written {
    pub status: u16,
    pub body: String,
    pub place: Option<String>,
    pub version: Option<u32>,
    /// Given before, to the same request.
    pub replayed: bool,
}
/// Writes down what was made; the second text is what a repetition is answered with.
pub fn written<T: Serialize>(made: Made<T>) -> Result<(Written, String), Fault> {
    let body = if made.status == StatusCode::NO_CONTENT { String::new() } else { serde_json::to_string(&made.body).map_err(Fault::internal)? };
    let again = made.again.map_or_else(|| body.clone(), |v| v.to_string());
    Ok((Written { status: made.status.as_u16(), body, place: made.place, version: made.version, replayed: false }, again))
}
impl From<Written> for Response {
    fn from(w: Written) -> Response {
        let status = StatusCode::from_u16(w.status).unwrap_or(StatusCode::OK);
        let empty = w.body.is_empty();
        let mut response = (status, Body::from(w.body)).into_response();
        let headers = response.headers_mut();
        if !empty {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(place) = w.place.and_then(|p| HeaderValue::from_str(&p).ok()) {
            headers.insert(header::LOCATION, place);
        }
        if w.replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        if let Some(version) = w.version {
            tag(&mut response, version);
        }
        response
    }
}

/// 200 with the thing's version as its ETag; 304 without it for who has this version already.
pub fn versioned<T: Serialize>(asked: &HeaderMap, version: u32, body: T) -> Response {
    let known = asked.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    let mut response = match known {
        Some(tags) if tags.split(',').any(|t| version_in(t) == Some(version)) => StatusCode::NOT_MODIFIED.into_response(),
        _ => axum::Json(body).into_response(),
    };
    tag(&mut response, version);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
/// 200 with the version as ETag, for what also changes without it (a case's clocks run on): never 304.
pub fn tagged<T: Serialize>(version: u32, body: T) -> Response {
    let mut response = axum::Json(body).into_response();
    tag(&mut response, version);
    response
}
fn tag(response: &mut Response, version: u32) {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_version_gets_no_body() {
        let asked = |tag: &'static str| HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(tag))]);
        let status = |tag| versioned(&asked(tag), 7, "x").status().as_u16();
        assert_eq!((status("\"7\""), status("W/\"6\", W/\"7\""), status("\"6\""), status("*")), (304, 304, 200, 200));
    }
    #[test]
    fn a_secret_is_answered_once_and_not_kept() {
        let (now, again) = written(Made::new("/x", "secret").shown_once(serde_json::json!({"id": 1}))).unwrap();
        assert_eq!((now.status, now.body.as_str(), again.as_str()), (201, "\"secret\"", "{\"id\":1}"));
        let nothing = Response::from(written(Made::nothing()).unwrap().0);
        assert_eq!((nothing.status().as_u16(), nothing.headers().contains_key("content-type")), (204, false));
    }
}
