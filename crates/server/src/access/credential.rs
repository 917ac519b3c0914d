use axum::http::{HeaderMap, HeaderValue, header};
use std::fmt;

/// The name of the session cookie.
pub const COOKIE: &str = "yinuo_session";
/// What every API token begins with, so that scanners for leaked secrets know it.
pub const TOKEN_PREFIX: &str = "yn_";

/// A secret somebody showed at the door. Prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    Session(String),
    Token(String),
}
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credential::Session(_) => "Session(***)",
            Credential::Token(_) => "Token(***)",
        })
    }
}
impl Credential {
    /// A token beats a cookie: who sends one means it.
    pub fn of(headers: &HeaderMap) -> Option<Credential> {
        bearer(headers).or_else(|| cookie(headers))
    }
    pub fn secret(&self) -> &str {
        match self {
            Credential::Session(secret) | Credential::Token(secret) => secret,
        }
    }
}
fn bearer(headers: &HeaderMap) -> Option<Credential> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let ours = scheme.eq_ignore_ascii_case("bearer") && secret.trim().starts_with(TOKEN_PREFIX);
    ours.then(|| Credential::Token(secret.trim().to_string()))
}
fn cookie(headers: &HeaderMap) -> Option<Credential> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    let secret = pairs.filter_map(|p| p.trim().split_once('=')).find(|(name, _)| *name == COOKIE)?.1;
    (!secret.is_empty()).then(|| Credential::Session(secret.to_string()))
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

    fn of(pairs: &[(&'static str, &'static str)]) -> Option<Credential> {
        let headers = pairs.iter().map(|(k, v)| (header::HeaderName::from_static(k), HeaderValue::from_static(v)));
        Credential::of(&headers.collect())
    }
    #[test]
    fn a_token_or_a_cookie_opens_the_door() {
        assert_eq!(of(&[("cookie", "a=b; yinuo_session=s1; c=d")]), Some(Credential::Session("s1".into())));
        assert_eq!(of(&[("authorization", "bearer yn_1"), ("cookie", "yinuo_session=s1")]), Some(Credential::Token("yn_1".into())));
        assert_eq!(of(&[("authorization", "Basic yn_1")]), None);
        assert_eq!(of(&[("authorization", "Bearer somebody_elses")]), None);
        assert_eq!(of(&[("cookie", "yinuo_session=; xyinuo_session=1")]), None);
        assert_eq!(of(&[]), None);
    }
    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Credential::Token("yn_secret".into())), "Token(***)");
    }
    #[test]
    fn the_cookie_is_for_us_alone() {
        let cookie = set_cookie("abc", 60, true).unwrap();
        assert_eq!(cookie, "yinuo_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert!(clear_cookie(false).unwrap().to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(set_cookie("a\nb", 60, true), None);
    }
}
