//! What surrounds every request: its id, its span, its limits of time and number, its place in the figures, and the words of its problem.
use super::App;
use super::problem::Problem;
use super::rate;
use crate::access::origin;
use crate::config::std_time;
use crate::watch::Stopwatch;
use crate::words;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tracing::Instrument;

/// A request's name in logs, problems and the `X-Request-Id` header.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where the request came from, proxies looked through.
#[derive(Debug, Clone, Copy)]
pub struct Client(pub IpAddr);

/// Put on an answer whose policy says itself who may frame it; `X-Frame-Options` has no words for that.
#[derive(Debug, Clone, Copy)]
pub struct Framed;

/// Routes that take as long as they take: uploads are limited by their size.
const LONG: &[&str] = &["/api/v1/tickets/{id}/attachments"];
/// Slower than this is worth a line.
const SLOW_MS: i64 = 1_000;

pub async fn frame(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Stopwatch::start();
    let id = RequestId(request_id(request.headers()));
    let route = request.extensions().get::<MatchedPath>().map_or("-".to_string(), |p| p.as_str().to_string());
    let (method, lang) = (request.method().clone(), language(&app, request.headers()));
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |c| c.0.ip());
    let client = Client(rate::client(peer, request.headers(), &app.config().http.trusted_proxies));
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(client);

    let span = tracing::info_span!("request", request.id = %id.0, http.method = %method, http.route = %route);
    let response = async {
        let answer = match admit(&app, &request, client) {
            Ok(()) => within_time(&app, &route, request, next).await,
            Err(problem) => problem.into_response(),
        };
        let response = finish(&app, answer, lang, &id);
        tell(&app, &method, &route, &response, began);
        response
    };
    response.instrument(span).await
}

/// Questions that need no handler: too many from one address, a write sent by a foreign page.
fn admit(app: &App, request: &Request, client: Client) -> Result<(), Problem> {
    app.rates.address(client.0)?;
    origin::check(request.method(), request.headers(), &app.config().http.public_url)
}

async fn within_time(app: &App, route: &str, request: Request, next: Next) -> Response {
    if LONG.contains(&route) {
        return next.run(request).await;
    }
    let limit = std_time(app.config().http.request_timeout);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem { retry_after_s: Some(5), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout") }.into_response(),
    }
}

/// Puts the words into a problem and the headers onto everything.
fn finish(app: &App, mut answer: Response, lang: &str, id: &RequestId) -> Response {
    if let Some(problem) = answer.extensions_mut().remove::<Problem>() {
        app.metrics.bad_input(problem.status, problem.code);
        let mut rendered = problem.render(lang, &id.0);
        // What the router said besides, `Allow` above all.
        for (name, value) in answer.headers().iter().filter(|(name, _)| **name == header::ALLOW) {
            rendered.headers_mut().insert(name.clone(), value.clone());
        }
        answer = rendered;
    }
    let framed = answer.extensions().get::<Framed>().is_some();
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in SECURITY.iter().filter(|(name, _)| !framed || *name != "x-frame-options") {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if app.config().is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    answer
}
/// No page of ours is framed, guessed at, or loads anything from elsewhere; other origins may not read us (no CORS headers at all).
const SECURITY: &[(&str, &str)] = &[
    ("content-security-policy", "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("vary", "accept-language, cookie, authorization"),
];

fn tell(app: &App, method: &Method, route: &str, response: &Response, began: Stopwatch) {
    let (took, status) = (began.elapsed(), response.status().as_u16());
    app.metrics.request(method.as_str(), route, status, took);
    let ms = took.as_micros() / 1000;
    if ms >= SLOW_MS && !LONG.contains(&route) {
        tracing::warn!(http.status = status, took_ms = ms, "{method} {route} was slow: {ms} ms");
    } else {
        tracing::debug!(http.status = status, took_us = took.as_micros(), "{method} {route} {status}");
    }
}

/// The reader's language: what the request asks for, else the house's.
pub fn language(app: &App, headers: &HeaderMap) -> &'static str {
    let house = words::languages().find(|l| *l == app.config().house.default_language).unwrap_or(words::FALLBACK);
    words::negotiate(headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()), house)
}

/// The caller's id if it is harmless, else one of ours.
fn request_id(headers: &HeaderMap) -> String {
    let harmless = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let given = headers.get(REQUEST_ID).and_then(|v| v.to_str().ok()).filter(harmless);
    given.map_or_else(fresh_id, str::to_string)
}
fn fresh_id() -> String {
    static START: LazyLock<u32> = LazyLock::new(|| getrandom::u32().unwrap_or_default());
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{:08x}{:08x}", *START, COUNT.fetch_add(1, Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harmless_request_id_is_kept_and_others_are_replaced() {
        let with = |id: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_static(id));
            request_id(&headers)
        };
        assert_eq!(with("trace-42_a"), "trace-42_a");
        assert_ne!(with("a b"), "a b");
        assert_eq!(with("").len(), 16);
        assert_ne!(fresh_id(), fresh_id());
    }
}
