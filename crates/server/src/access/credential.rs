use axum::http::{HeaderMap, HeaderValue, header};
use desk::Fault;
use desk::access::{Credential, SESSION_PREFIX, TOKEN_PREFIX};
use std::fmt;

/// The name of the session cookie.
pub const COOKIE: &str = "yinuo_session";

/// A secret somebody showed at the door. Prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    pub secret: String,
    /// A browser sends cookies without being asked, so what comes with one may come from anybody's page.
    pub by_cookie: bool,
}
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("by_cookie", &self.by_cookie).finish_non_exhaustive()
    }
}
impl Shown {
    /// `Authorization: Bearer` beats a cookie: who sends one means it.
    pub fn of(headers: &HeaderMap) -> Option<Shown> {
        let shown = |by_cookie| move |secret: &str| Shown { secret: secret.to_string(), by_cookie };
        bearer(headers).map(shown(false)).or_else(|| cookie(headers).map(shown(true)))
    }
    /// As the desk reads it. Errors: Unauthorized.
    pub fn credential(&self) -> Result<Credential<'_>, Fault> {
        Credential::parse(&self.secret).ok_or(Fault::Unauthorized { code: "unknown_credential" })
    }
}
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    let ours = secret.starts_with(TOKEN_PREFIX) || secret.starts_with(SESSION_PREFIX);
    (scheme.eq_ignore_ascii_case("bearer") && ours).then_some(secret)
}
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    let secret = pairs.filter_map(|p| p.trim().split_once('=')).find(|(name, _)| *name == COOKIE)?.1;
    secret.starts_with(SESSION_PREFIX).then_some(secret)
}

/// The `Set-Cookie` of a new session; scripts cannot read it, other sites' forms do not send it.
pub fn set_cookie(secret: &str, lasts_s: i64, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{COOKIE}={secret}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}")).ok()
}
/// The `Set-Cookie` that takes it away.
pub fn clear_cookie(https: bool) -> Option<HeaderValue> {
    set_cookie("", 0, https)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> Option<(String, bool)> {
        let headers = pairs.iter().map(|(k, v)| (header::HeaderName::from_static(k), HeaderValue::from_static(v)));
        Shown::of(&headers.collect()).map(|s| (s.secret, s.by_cookie))
    }
    #[test]
    fn a_token_or_a_cookie_opens_the_door() {
        assert_eq!(of(&[("cookie", "a=b; yinuo_session=yns_1; c=d")]), Some(("yns_1".into(), true)));
        assert_eq!(of(&[("authorization", "bearer yn_1"), ("cookie", "yinuo_session=yns_1")]), Some(("yn_1".into(), false)));
        assert_eq!(of(&[("authorization", "Basic yn_1")]), None);
        assert_eq!(of(&[("authorization", "Bearer somebody_elses")]), None);
        assert_eq!(of(&[("cookie", "yinuo_session=; xyinuo_session=yns_1")]), None);
        assert_eq!(of(&[("cookie", "yinuo_session=yn_1")]), None, "a token is not for cookies");
        assert_eq!(of(&[]), None);
    }
    #[test]
    fn secrets_do_not_print() {
        assert!(!format!("{:?}", Shown { secret: "yn_secret".into(), by_cookie: false }).contains("yn_secret"));
    }
    #[test]
    fn the_cookie_is_for_us_alone() {
        let cookie = set_cookie("abc", 60, true).unwrap();
        assert_eq!(cookie, "yinuo_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert!(clear_cookie(false).unwrap().to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(set_cookie("a\nb", 60, true), None);
    }
}
