//! What goes back when all is well.
use super::extract::{Json, version_in};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// 201 with where the new thing is.
pub fn created<T: Serialize>(place: &str, version: u32, body: T) -> Response {
    let mut response = (StatusCode::CREATED, axum::Json(body)).into_response();
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    tag(&mut response, version);
    response
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
fn tag(response: &mut Response, version: u32) {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
}
/// An answer that was given before, word for word, to a request with the same `Idempotency-Key`.
pub fn again(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, Body::from(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_version_gets_no_body() {
        let asked = |tag: &'static str| HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(tag))]);
        let status = |tag| versioned(&asked(tag), 7, "x").status().as_u16();
        assert_eq!((status("\"7\""), status("W/\"6\", W/\"7\""), status("\"6\""), status("*")), (304, 304, 200, 200));
        assert_eq!(created("/x", 3, "x").headers()["etag"], "\"3\"");
    }
}
