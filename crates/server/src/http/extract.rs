//! How requests are read: whatever is wrong is told with the path of its field, and nothing wrong gets further.
use super::App;
use super::problem::Problem;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use desk::Flaw;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// A JSON body. Unknown fields are refused where the wire type says `deny_unknown_fields`, and every wire type does.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        is_json(request.headers())?;
        let bytes = whole(request.into_body(), app.config().http.body_bytes_max).await?;
        read_json(&bytes).map(Json)
    }
}

/// A JSON body together with its very bytes, of which the fingerprint of an `Idempotency-Key` is made.
pub async fn whole(body: Body, bytes_max: usize) -> Result<axum::body::Bytes, Problem> {
    let too_large = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large").with("limit", bytes_max);
    to_bytes(body, bytes_max).await.map_err(|e| match std::error::Error::source(&e) {
        Some(cause) if cause.to_string().contains("length limit") => too_large(),
        _ => Problem::new(StatusCode::BAD_REQUEST, "body.broken_off"),
    })
}

pub fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let fits = kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
    if fits { Ok(()) } else { Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "body.not_declared_json")) }
}

/// Reads one JSON value and nothing after it. Errors: 400 where it is no JSON, 422 with the field where it is another than wanted.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let bad = |code| Problem::new(StatusCode::BAD_REQUEST, code);
    let text = std::str::from_utf8(bytes).map_err(|e| bad("body.not_utf8").with("byte", e.valid_up_to()))?;
    if text.trim().is_empty() {
        return Err(bad("body.empty"));
    }
    if has_nul(text) {
        return Err(Problem::invalid("", "zero_character"));
    }
    // A wire type is an object; the reader would also take its fields as a list, in an order nobody promised.
    if text.trim_start().starts_with('[') {
        return Err(Problem::from(Flaw::new("", "wrong_type").with("expected", "object")));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        let cause = e.inner();
        match cause.classify() {
            serde_json::error::Category::Data => Problem::from(flaw(&e.path().to_string(), &cause.to_string())),
            // The reader takes a list where a word is wanted for bad syntax, though every bracket is in its place.
            serde_json::error::Category::Syntax if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() => {
                Problem::from(Flaw::new(e.path().to_string(), "wrong_type").with("expected", "text"))
            }
            _ => bad("body.not_json").with("line", cause.line()).with("column", cause.column()),
        }
    })?;
    json.end().map_err(|e| bad("body.trailing").with("line", e.line()).with("column", e.column()))?;
    Ok(value)
}

/// `\u0000` in a JSON text that stands for the character, not for itself: neither database keeps it.
fn has_nul(text: &str) -> bool {
    text.match_indices("\\u0000").any(|(at, _)| text[..at].bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 0)
}

/// What the reader of a wire type says, as a code. Its words begin with these, whichever type it reads.
fn flaw(path: &str, said: &str) -> Flaw {
    let path = if path == "." { "" } else { path };
    let named = said.split('`').nth(1).unwrap_or_default();
    let inside = |name: &str| if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
    let with_expected = |flaw: Flaw| flaw.with("expected", wanted(said));
    if let Some(code) = super::wire::VALUE_CODES.iter().find(|code| said.split(' ').next() == Some(**code)) {
        Flaw::new(path, code)
    } else if said.starts_with("unknown field") {
        let field = if path == named || path.ends_with(&format!(".{named}")) { path.to_string() } else { inside(named) };
        Flaw::new(field, "unknown_field")
    } else if said.starts_with("missing field") {
        Flaw::new(inside(named), "missing_field")
    } else if said.starts_with("duplicate field") {
        Flaw::new(if path.ends_with(named) { path.to_string() } else { inside(named) }, "twice")
    } else if said.starts_with("unknown variant") {
        Flaw::new(path, "unknown_value").with("expected", variants(said))
    } else if said.starts_with("invalid type") || said.starts_with("invalid length") {
        with_expected(Flaw::new(path, "wrong_type"))
    } else {
        with_expected(Flaw::new(path, "unreadable_value"))
    }
}

/// What the reader wanted, as a key of the page `terms.kind`.
fn wanted(said: &str) -> &'static str {
    let expected = said.split_once("expected ").map_or(said, |(_, rest)| rest.split(" at line ").next().unwrap_or(rest));
    let is = |words: &[&str]| words.iter().any(|w| expected == *w || said.contains(w) && w.contains(' ') && w.len() > 12);
    if is(&[
        "u8",
        "u16",
        "u32",
        "u64",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "isize",
        "invalid digit found",
        "number too large",
        "number too small",
        "cannot parse integer",
    ]) {
        "whole_number"
    } else if is(&["a boolean", "was not `true` or `false`"]) {
        "yes_no"
    } else if is(&["a sequence"]) {
        "list"
    } else if is(&["a map"]) || expected.starts_with("struct ") {
        "object"
    } else if is(&["a string", "a borrowed string", "string or map", "variant identifier"]) {
        "text"
    } else {
        "value"
    }
}
/// The names in "unknown variant `x`, expected one of `a`, `b`" that would have been known.
fn variants(said: &str) -> String {
    let known = said.split_once("expected ").map_or("", |(_, rest)| rest);
    known.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(", ")
}

/// The query string, read strictly: unknown names, names said twice and broken UTF-8 are refused.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        read_query(parts.uri.query().unwrap_or_default()).map(Query)
    }
}
pub fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    for (name, value) in &pairs {
        if value.contains('\0') {
            return Err(Problem::invalid(name, "zero_character"));
        }
        // The replacement character that nobody sent stands for bytes that are no UTF-8.
        if value.contains('\u{fffd}') && !query.to_ascii_uppercase().contains("%EF%BF%BD") {
            return Err(Problem::invalid(name, "not_utf8"));
        }
    }
    // An empty value is a filter left empty by a form.
    let said = pairs.iter().filter(|(_, value)| !value.is_empty());
    let again = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(again.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|e| {
        let path = e.path().to_string();
        Problem::from(flaw(if path == "?" { "" } else { &path }, &e.inner().to_string()))
    })
}

/// The id in a path: `/tickets/{id}`. What is no id of that kind does not exist: 404.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);

impl<T: FromStr> FromRequestParts<App> for PathId<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        nth(parts, app, 0).await.map(PathId)
    }
}
/// The two ids in a path: `/tickets/{id}/attachments/{attachment}`.
#[derive(Debug, Clone, Copy)]
pub struct PathIds<A, B>(pub A, pub B);

impl<A: FromStr + Send, B: FromStr + Send> FromRequestParts<App> for PathIds<A, B> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(PathIds(nth(parts, app, 0).await?, nth(parts, app, 1).await?))
    }
}
async fn nth<T: FromStr>(parts: &mut Parts, app: &App, n: usize) -> Result<T, Problem> {
    let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
    params.iter().nth(n).and_then(|(_, text)| text.parse().ok()).ok_or_else(Problem::not_found)
}

/// The version an edit starts from: `If-Match: "7"` (RFC 9110 §13.1.1). Missing: 428; no version of ours: 412.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub u32);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Some(said) = parts.headers.get(header::IF_MATCH) else { return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "if_match_missing")) };
        let version = said.to_str().ok().and_then(version_in);
        version.map(IfMatch).ok_or_else(|| Problem::new(StatusCode::PRECONDITION_FAILED, "if_match_unreadable"))
    }
}
/// The same where it need not be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenVersion(pub Option<u32>);

impl FromRequestParts<App> for SeenVersion {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match parts.headers.contains_key(header::IF_MATCH) {
            true => IfMatch::from_request_parts(parts, app).await.map(|m| SeenVersion(Some(m.0))),
            false => Ok(SeenVersion(None)),
        }
    }
}
/// `"7"`, weak or strong.
pub fn version_in(tag: &str) -> Option<u32> {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct TicketIn {
        subject: String,
        intake: Option<IntakeIn>,
        #[serde(default)]
        severity: Option<SeverityIn>,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct IntakeIn {
        window: Vec<u32>,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum SeverityIn {
        Urgent,
        Low,
    }
    fn wrong(body: &[u8]) -> (u16, &'static str, String) {
        let problem = read_json::<TicketIn>(body).unwrap_err();
        let fields: Vec<_> = problem.flaws.iter().map(|f| format!("{} {}", f.field, f.code)).collect();
        (problem.status.as_u16(), problem.code, fields.join(", "))
    }
    fn field(body: &str) -> String {
        let (status, code, fields) = wrong(body.as_bytes());
        assert_eq!((status, code), (422, "invalid"), "{body}");
        fields
    }

    #[test]
    fn what_is_no_json_is_told_as_such() {
        for (body, code) in [
            (&b""[..], "body.empty"),
            (b"  \n", "body.empty"),
            (b"{\"subject\": \"\xff\"}", "body.not_utf8"),
            (b"{\"subject\": \"a\"", "body.not_json"),
            (b"{\"subject\": \"a\"} {}", "body.trailing"),
            (b"{'subject': 1}", "body.not_json"),
        ] {
            assert_eq!((wrong(body).0, wrong(body).1), (400, code), "{}", String::from_utf8_lossy(body));
        }
        let deep = r#"{"a":"#.repeat(100_000);
        assert_eq!(read_json::<serde_json::Value>(deep.as_bytes()).unwrap_err().code, "body.not_json", "depth is limited");
    }
    #[test]
    fn every_wrong_field_is_named_by_its_path() {
        assert_eq!(field(r#"{"subject": "a", "sverity": 1}"#), "sverity unknown_field");
        assert_eq!(field(r#"{"subject": "a", "intake": {"window": [], "to": 1}}"#), "intake.to unknown_field");
        assert_eq!(field(r#"{"intake": {"window": []}}"#), "subject missing_field");
        assert_eq!(field(r#"{"subject": "a", "intake": {}}"#), "intake.window missing_field");
        assert_eq!(field(r#"{"subject": "a", "intake": {"window": [1, "x"]}}"#), "intake.window[1] wrong_type");
        assert_eq!(field(r#"{"subject": "a", "intake": {"window": [1, -1]}}"#), "intake.window[1] unreadable_value");
        assert_eq!(field(r#"{"subject": 7}"#), "subject wrong_type");
        assert_eq!(field(r#"{"subject": "a", "subject": "b"}"#), "subject twice");
        assert_eq!(field(r#"{"subject": "a", "severity": "huge"}"#), "severity unknown_value");
        assert_eq!(field(r#"{"subject": "a", "severity": ["urgent"]}"#), "severity wrong_type");
        assert_eq!(field("[]"), " wrong_type");
        assert_eq!(field(r#"["a", null, null]"#), " wrong_type", "fields have names");
        assert_eq!(field(r#""a""#), " wrong_type");
    }
    #[test]
    fn what_was_wanted_is_a_key_that_has_words() {
        let of = |body: &str| read_json::<TicketIn>(body.as_bytes()).unwrap_err().flaws[0].args.clone();
        assert_eq!(of(r#"{"subject": 7}"#), [("expected", "text".into())]);
        assert_eq!(of(r#"{"subject": "a", "intake": 7}"#), [("expected", "object".into())]);
        assert_eq!(of(r#"{"subject": "a", "intake": {"window": 7}}"#), [("expected", "list".into())]);
        assert_eq!(of(r#"{"subject": "a", "intake": {"window": ["x"]}}"#), [("expected", "whole_number".into())]);
        assert_eq!(of(r#"{"subject": "a", "intake": {"window": [-1]}}"#), [("expected", "whole_number".into())]);
        assert_eq!(of(r#"{"subject": "a", "severity": "huge"}"#), [("expected", "urgent, low".into())]);
        assert_eq!(read_query::<ListIn>("limit=many").unwrap_err().flaws[0].args, [("expected", "whole_number".to_string())]);
        assert_eq!(wanted("provided string was not `true` or `false`"), "yes_no");
    }
    #[test]
    fn the_zero_character_is_refused_but_its_spelling_is_a_text() {
        assert_eq!(field(r#"{"subject": "a\u0000b"}"#), " zero_character");
        assert_eq!(read_json::<TicketIn>(br#"{"subject": "a\\u0000b"}"#).unwrap().subject, "a\\u0000b");
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ListIn {
        limit: Option<u32>,
        q: Option<String>,
    }
    fn query(text: &str) -> String {
        match read_query::<ListIn>(text) {
            Ok(list) => format!("{:?} {:?}", list.limit, list.q),
            Err(problem) => problem.flaws.iter().map(|f| format!("{} {}", f.field, f.code)).collect(),
        }
    }
    #[test]
    fn query_strings_are_read_as_strictly() {
        assert_eq!(query("limit=5&q=%E4%BD%A0%E5%A5%BD+a"), "Some(5) Some(\"你好 a\")");
        assert_eq!(query("limit=&q="), "None None");
        assert_eq!(query("limit=many"), "limit unreadable_value");
        assert_eq!(query("limit=-1"), "limit unreadable_value");
        assert_eq!(query("limti=5"), "limti unknown_field");
        assert_eq!(query("limit=5&limit=6"), "limit twice");
        assert_eq!(query("q=%FF"), "q not_utf8");
        assert_eq!(query("q=%EF%BF%BD"), "None Some(\"\u{fffd}\")");
        assert_eq!(query("q=a%00b"), "q zero_character");
    }
    #[test]
    fn an_edit_names_its_version() {
        assert_eq!(
            (version_in("\"7\""), version_in("W/\"12\""), version_in("7"), version_in("*"), version_in("\"x\"")),
            (Some(7), Some(12), None, None, None)
        );
    }
}
