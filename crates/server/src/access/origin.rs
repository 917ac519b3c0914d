//! Writes that a foreign page makes a browser send are refused (CSRF). Browsers say where a request comes from; programs need not.
use super::Shown;
use crate::http::problem::Problem;
use axum::http::{HeaderMap, Method, StatusCode, header};

/// Errors: 403 for a change that a page of another origin asks for with a person's cookie, or without any credential.
pub fn check(method: &Method, headers: &HeaderMap, public_url: &str) -> Result<(), Problem> {
    let by_token = Shown::of(headers).is_some_and(|s| !s.by_cookie);
    if method.is_safe() || by_token || is_ours(headers, public_url) { Ok(()) } else { Err(Problem::new(StatusCode::FORBIDDEN, "foreign_page")) }
}

fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let said = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let origin = said("origin");
    match said("sec-fetch-site") {
        Some("same-origin" | "none") => return true,
        Some(_) => return origin.is_some_and(|o| same(o, public_url)),
        None => {}
    }
    // Neither header: no browser of the last years, so nobody's cookie is abused.
    let Some(origin) = origin else { return true };
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok());
    same(origin, public_url) || origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host)
}
/// An origin has no path.
fn same(origin: &str, url: &str) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split('/').next().unwrap_or(rest);
    origin.split_once("://").is_some_and(|(s, a)| s == scheme && a.eq_ignore_ascii_case(authority))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn passes(method: Method, pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect();
        check(&method, &headers, "https://help.example.com/desk").is_ok()
    }
    #[test]
    fn foreign_pages_change_nothing() {
        assert!(!passes(Method::POST, &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]));
        assert!(!passes(Method::POST, &[("sec-fetch-site", "same-site")]));
        assert!(!passes(Method::DELETE, &[("origin", "https://evil.example"), ("host", "help.example.com")]));
        assert!(!passes(Method::POST, &[("origin", "null"), ("host", "help.example.com")]));
    }
    #[test]
    fn our_own_pages_programs_and_readers_pass() {
        assert!(passes(Method::POST, &[("sec-fetch-site", "same-origin")]));
        assert!(passes(Method::POST, &[("origin", "https://help.example.com"), ("host", "inner:8420")]));
        assert!(passes(Method::POST, &[("origin", "http://127.0.0.1:8420"), ("host", "127.0.0.1:8420")]));
        assert!(passes(Method::POST, &[("cookie", "yinuo_session=yns_x")]));
        assert!(passes(Method::GET, &[("sec-fetch-site", "cross-site")]));
        assert!(passes(Method::POST, &[("sec-fetch-site", "cross-site"), ("authorization", "Bearer yn_1")]));
    }
}
