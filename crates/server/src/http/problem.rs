//! What goes back when something cannot be done: RFC 9457, a code for programs and words in the reader's language.
use crate::words;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Args, Fault, Flaw};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A problem on its way out, still without words: the frame finds them, for it knows who reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    pub args: Args,
    pub flaws: Vec<Flaw>,
    pub retry_after_s: Option<u32>,
}
impl Problem {
    pub fn new(status: StatusCode, code: &'static str) -> Problem {
        Problem { status, code, args: Args::new(), flaws: Vec::new(), retry_after_s: None }
    }
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Problem {
        self.args.push((name, value.to_string()));
        self
    }
    pub fn invalid(field: impl Into<String>, code: &'static str) -> Problem {
        Problem::from(Flaw::new(field, code))
    }
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found")
    }
    /// The page in words. Everything in it may be read by the caller.
    pub fn page(&self, lang: &str, request_id: &str) -> ProblemOut {
        let flaw = |f: &Flaw| FlawOut { field: f.field.clone(), code: f.code.to_string(), message: sentence(lang, "flaws", f.code, &f.args) };
        ProblemOut {
            r#type: format!("/api/docs#problem-{}", self.code),
            title: words::label(lang, "problems", self.code),
            status: self.status.as_u16(),
            code: self.code.to_string(),
            detail: words::say_whole(lang, "details", self.code, &self.args),
            args: self.args.iter().map(|(k, v)| (k.to_string(), v.clone())).collect(),
            errors: self.flaws.iter().map(flaw).collect(),
            request_id: request_id.to_string(),
        }
    }
    /// The final response.
    pub fn render(&self, lang: &str, request_id: &str) -> Response {
        let body = serde_json::to_vec(&self.page(lang, request_id)).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Ok(lang) = HeaderValue::from_str(lang) {
            headers.insert(header::CONTENT_LANGUAGE, lang);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"yinuo\""));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
/// In the reader's words; so is the kind of value that was wanted, while names of values are the same in every language.
fn sentence(lang: &str, page: &str, code: &str, args: &Args) -> String {
    let kind = |wanted: &str| words::say(lang, "terms", &format!("kind.{wanted}"), &[]);
    let args: Args = args.iter().map(|(name, value)| (*name, kind(value).filter(|_| *name == "expected").unwrap_or_else(|| value.clone()))).collect();
    words::say_whole(lang, page, code, &args).unwrap_or_else(|| words::label(lang, "problems", code))
}

impl From<Flaw> for Problem {
    fn from(flaw: Flaw) -> Problem {
        Problem { flaws: vec![flaw], ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid") }
    }
}
impl From<Fault> for Problem {
    /// The one place where faults become answers, and where those that are ours are written to the log, once.
    fn from(fault: Fault) -> Problem {
        let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = Problem::new(status, fault.code());
        match fault {
            Fault::Forbidden { deed } => problem.with("deed", deed),
            Fault::Refused { args, .. } => Problem { args, ..problem },
            Fault::Stale { current } => problem.with("current", current),
            Fault::Invalid(flaws) => Problem { flaws, ..problem },
            Fault::TooLarge { limit } => problem.with("limit", limit),
            Fault::TooMany { retry_after_s } => Problem { retry_after_s: Some(retry_after_s), ..problem },
            Fault::Busy { code, retry_after_s } => {
                tracing::warn!(code, "could not reach the database in time");
                Problem { retry_after_s: Some(retry_after_s), ..problem }
            }
            Fault::Internal { because, at } => {
                tracing::error!(%because, %at, "a mistake of ours");
                problem
            }
            Fault::Unauthorized { .. } | Fault::NotFound => problem,
        }
    }
}
impl IntoResponse for Problem {
    /// A response without words; the frame puts them in.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProblemOut {
    /// Where the code is explained.
    pub r#type: String,
    /// The code in words, in the language asked for.
    pub title: String,
    #[schema(example = 422)]
    pub status: u16,
    /// For programs; never translated.
    #[schema(example = "invalid")]
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What the words are about: numbers, names of fields.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub args: std::collections::BTreeMap<String, String>,
    /// Every field that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FlawOut>,
    /// Name it when you ask us about it.
    pub request_id: String,
}
/// One field that is wrong.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FlawOut {
    /// Path of the field: `intake.window.from`.
    pub field: String,
    #[schema(example = "missing_field")]
    pub code: String,
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ticket::Refusal;

    #[test]
    fn the_reason_stays_at_home() {
        let problem = Problem::from(Fault::internal("password for db is hunter2"));
        let page = serde_json::to_string(&problem.page("en", "r1")).unwrap();
        assert_eq!((problem.status.as_u16(), problem.code), (500, "internal"));
        assert!(!page.contains("hunter2"), "{page}");
    }
    #[test]
    fn a_page_speaks_the_readers_language_and_keeps_the_code() {
        let problem = Problem::from(Fault::Stale { current: 7 });
        let (zh, en) = (problem.page("zh-CN", "r1"), problem.page("en", "r1"));
        assert_eq!((zh.code.as_str(), en.code.as_str(), zh.status), ("stale", "stale", 412));
        assert_ne!(zh.title, en.title);
        assert!(zh.detail.unwrap().contains('7') && en.detail.unwrap().contains('7'));
    }
    #[test]
    fn every_flaw_has_its_field_and_words() {
        let page =
            Problem::from(Fault::Invalid(vec![Flaw::new("a.b", "missing_field"), Flaw::new("c", "too_long").with("max", 10)])).page("en", "r1");
        assert_eq!(
            page.errors.iter().map(|e| (e.field.as_str(), e.code.as_str())).collect::<Vec<_>>(),
            [("a.b", "missing_field"), ("c", "too_long")]
        );
        assert!(page.errors[1].message.contains("10"), "{page:?}");
    }
    #[test]
    fn what_was_wanted_is_said_in_the_readers_words_and_nothing_is_left_open() {
        let said = |lang: &str, flaw: Flaw| Problem::from(flaw).page(lang, "r1").errors[0].message.clone();
        assert_eq!(said("zh-CN", Flaw::new("a", "wrong_type").with("expected", "whole_number")), "类型应为 整数");
        assert_eq!(said("en", Flaw::new("a", "unknown")), "is not known here");
        assert_eq!(said("zh-CN", Flaw::new("a", "unknown")), "无法识别");
    }
    #[test]
    fn waiting_is_told_in_seconds() {
        let response = Problem::from(Fault::TooMany { retry_after_s: 3 }).render("en", "r1");
        assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "3"));
    }
    #[test]
    fn every_code_of_a_fault_has_words_in_every_language() {
        let refusals = Refusal::ALL.iter().map(|r| Fault::from(*r).code());
        let faults = [
            Fault::NotFound,
            Fault::Forbidden { deed: "x" },
            Fault::Stale { current: 1 },
            Fault::Invalid(vec![]),
            Fault::TooLarge { limit: 1 },
            Fault::TooMany { retry_after_s: 1 },
            Fault::internal(""),
        ];
        for code in faults.iter().map(Fault::code).chain(refusals).chain(["busy", "disk_full", "database_away", "unauthorized", "timeout"]) {
            for lang in words::languages() {
                assert!(words::say(lang, "problems", code, &[]).is_some(), "i18n/{lang}/problems.toml has no words for {code:?}");
            }
        }
    }
}
