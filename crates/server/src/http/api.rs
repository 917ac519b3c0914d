//! The description of the API: made from the handlers, committed as `openapi.json`, served as JSON and as a page people can read.
use super::App;
use super::frame;
use super::health;
use super::problem::{FlawOut, ProblemOut};
use crate::words::{self, label};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::Value;
use std::fmt::Write;
use std::sync::Arc;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(title = "Yinuo 一诺", description = "After-sales support that keeps its promises.\n\nErrors are problems (RFC 9457) with a code. Writes may carry an `Idempotency-Key`: the same request with the same key happens once. Edits carry `If-Match` with the version they start from. Lists are read page by page with `limit` and `cursor`."),
    components(schemas(ProblemOut, FlawOut)),
    modifiers(&Doors),
    security(("session" = []), ("token" = [])),
    tags((name = "house", description = "For machines that watch over the house"))
)]
struct Description;

/// The two ways in: a session's cookie, a token.
struct Doors;
impl Modify for Doors {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let parts = api.components.get_or_insert_default();
        parts.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::access::credential::COOKIE))));
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("yn_…").build();
        parts.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// Every described route. A room adds its line here, in the order they are read.
pub fn routes() -> OpenApiRouter<App> {
    let rooms = [
        super::session::routes(),
        super::ask::routes(),
        super::ticket::routes(),
        super::message::routes(),
        super::act::routes(),
        super::bulk::routes(),
        super::link::routes(),
        super::merge::routes(),
        super::timeline::routes(),
        super::clock::routes(),
        super::attachment::routes(),
        super::draft::routes(),
        super::grant::routes(),
        super::rating::routes(),
        super::presence::routes(),
        super::view::routes(),
        super::template::routes(),
        super::macros::routes(),
        super::checklist::routes(),
        super::timelog::routes(),
        super::queue::routes(),
        super::figures::routes(),
        super::search::routes(),
        super::guide::routes(),
        super::events::routes(),
        super::account::routes(),
        super::quota::routes(),
        super::booking::routes(),
        super::person::routes(),
        super::invitation::routes(),
        super::token::routes(),
        super::notice::routes(),
        super::plan::routes(),
        super::calendar::routes(),
        super::routing::routes(),
        super::rota::routes(),
        super::webhook::routes(),
        super::embed::routes(),
        super::deliverable::routes(),
        super::house::routes(),
        super::mail::routes(),
    ];
    let watchers = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics));
    let mut all = rooms.into_iter().fold(watchers, OpenApiRouter::merge);
    complete(all.get_openapi_mut());
    all
}
/// What holds for every operation of the API is said once: any of them may answer a problem, every write may carry a key.
fn complete(api: &mut utoipa::openapi::OpenApi) {
    let problem = || {
        let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemOut"))).build();
        ResponseBuilder::new().description("A problem").content("application/problem+json", body).build()
    };
    let key = || {
        let words = "The same request with the same key is done once and answered the same way twice.";
        ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some(words))
            .schema(Some(Object::with_type(Type::String)))
            .build()
    };
    for (path, item) in api.paths.paths.iter_mut().filter(|(path, _)| path.starts_with("/api/v1/")) {
        let writes = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in writes.into_iter().flatten() {
            if !NOT_ONCE.contains(&path.as_str()) {
                operation.parameters.get_or_insert_default().push(key());
            }
        }
        let all = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in all.into_iter().flatten() {
            operation.responses.responses.insert("default".into(), RefOr::T(problem()));
        }
    }
}
/// Writes that are safe to repeat, or must not be remembered: signing in and out, passwords, trials.
const NOT_ONCE: &[&str] = &[
    "/api/v1/sessions",
    "/api/v1/sessions/link",
    "/api/v1/sessions/link/use",
    "/api/v1/sessions/embed",
    "/api/v1/sessions/current",
    "/api/v1/invitations/accept",
    "/api/v1/people/me/password",
    "/api/v1/routing/try",
    "/api/v1/routing/try/past",
    "/api/v1/admin/mail/test",
];

/// The description as it is committed.
pub fn openapi_json() -> String {
    let description = routes().to_openapi();
    description.to_pretty_json().map(|json| json + "\n").unwrap_or_default()
}

/// The description's own addresses.
pub fn pages(description: utoipa::openapi::OpenApi) -> Router<App> {
    let json: Arc<str> = description.to_json().unwrap_or_default().into();
    let tree: Arc<Value> = Arc::new(serde_json::from_str(&json).unwrap_or_default());
    let as_json =
        move || async move { ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")], json.to_string()) };
    let as_page = move |State(app): State<App>, headers: HeaderMap| async move {
        let lang = frame::language(&app, &headers);
        ([(header::CONTENT_LANGUAGE, lang)], axum::response::Html(page(&tree, lang))).into_response()
    };
    let css =
        || async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=300")], include_str!("docs.css")) };
    Router::new().route("/api/openapi.json", get(as_json)).route("/api/docs", get(as_page)).route("/api/docs.css", get(css))
}

/// The description for people, without a script and without anything from elsewhere.
fn page(api: &Value, lang: &str) -> String {
    let word = |code: &str| label(lang, "docs", code);
    let mut html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><header><h1>{title}</h1><p>{intro}</p><p><a href=\"/api/openapi.json\">openapi.json</a></p></header><main>",
        title = escape(&word("title")),
        intro = escape(&word("intro")),
    );
    let operations = operations(api);
    let mut tags: Vec<&str> = operations.iter().map(|o| o.tag).collect();
    tags.dedup();
    html += "<nav><ul>";
    for tag in &tags {
        let _ = write!(html, "<li><a href=\"#{0}\">{0}</a></li>", escape(tag));
    }
    let _ = write!(
        html,
        "<li><a href=\"#schemas\">{}</a></li><li><a href=\"#problems\">{}</a></li></ul></nav>",
        escape(&word("schemas")),
        escape(&word("problems"))
    );
    for tag in tags {
        let _ = write!(html, "<section id=\"{0}\"><h2>{0}</h2>", escape(tag));
        operations.iter().filter(|o| o.tag == tag).for_each(|o| write_operation(&mut html, o, &word));
        html += "</section>";
    }
    write_schemas(&mut html, api, &word);
    write_problems(&mut html, lang, &word);
    html += "</main></body></html>";
    html
}

struct Operation<'a> {
    tag: &'a str,
    method: &'a str,
    path: &'a str,
    is: &'a Value,
}
fn operations(api: &Value) -> Vec<Operation<'_>> {
    let paths = api["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, methods)| methods.as_object().into_iter().flatten().map(move |(method, is)| (path, method, is)))
        .filter(|(_, _, is)| is["responses"].is_object())
        .map(|(path, method, is)| Operation { tag: is["tags"][0].as_str().unwrap_or("-"), method, path, is })
        .collect()
}
fn write_operation(html: &mut String, o: &Operation, word: &impl Fn(&str) -> String) {
    let said = |v: &Value| escape(v.as_str().unwrap_or_default());
    let _ = write!(
        html,
        "<article><h3><b>{}</b> <code>{}</code></h3><p>{} {}</p>",
        o.method.to_uppercase(),
        escape(o.path),
        said(&o.is["summary"]),
        said(&o.is["description"])
    );
    let params = o.is["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !params.is_empty() {
        let _ = write!(html, "<h4>{}</h4><table>", escape(&word("parameters")));
        for p in params {
            let _ = write!(
                html,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>",
                said(&p["name"]),
                said(&p["in"]),
                kind(&p["schema"]),
                said(&p["description"])
            );
        }
        *html += "</table>";
    }
    for (media, body) in o.is["requestBody"]["content"].as_object().into_iter().flatten() {
        let _ = write!(html, "<p>{} <code>{}</code>: {}</p>", escape(&word("body")), escape(media), kind(&body["schema"]));
    }
    let _ = write!(html, "<h4>{}</h4><table>", escape(&word("answers")));
    for (status, answer) in o.is["responses"].as_object().into_iter().flatten() {
        let bodies: Vec<String> = answer["content"].as_object().into_iter().flatten().map(|(_, c)| kind(&c["schema"])).collect();
        let _ = write!(html, "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", escape(status), said(&answer["description"]), bodies.join(", "));
    }
    *html += "</table></article>";
}
/// A schema in one line, with links to those that have a name.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escape(name));
    }
    if schema["items"].is_object() {
        return format!("[{}]", kind(&schema["items"]));
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(list) = schema[several].as_array() {
            return list.iter().map(kind).collect::<Vec<_>>().join(" | ");
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().filter_map(Value::as_str).map(|v| format!("<code>{}</code>", escape(v))).collect::<Vec<_>>().join(" | ");
    }
    match &schema["type"] {
        Value::String(name) => escape(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(escape).collect::<Vec<_>>().join(" | "),
        _ => String::new(),
    }
}
fn write_schemas(html: &mut String, api: &Value, word: &impl Fn(&str) -> String) {
    let _ = write!(html, "<section id=\"schemas\"><h2>{}</h2>", escape(&word("schemas")));
    for (name, schema) in api["components"]["schemas"].as_object().into_iter().flatten() {
        let _ = write!(
            html,
            "<article id=\"schema-{0}\"><h3><code>{0}</code></h3><p>{1}</p>",
            escape(name),
            escape(schema["description"].as_str().unwrap_or_default())
        );
        let Some(fields) = schema["properties"].as_object() else {
            let _ = write!(html, "<p>{}</p></article>", kind(schema));
            continue;
        };
        *html += "<table>";
        let needed: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (field, is) in fields {
            let mark = if needed.contains(&field.as_str()) { word("required") } else { String::new() };
            let _ = write!(
                html,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(field),
                kind(is),
                escape(&mark),
                escape(is["description"].as_str().unwrap_or_default())
            );
        }
        *html += "</table></article>";
    }
    *html += "</section>";
}
fn write_problems(html: &mut String, lang: &str, word: &impl Fn(&str) -> String) {
    let _ = write!(html, "<section id=\"problems\"><h2>{}</h2><table>", escape(&word("problems")));
    for (code, title) in words::page(lang, "problems") {
        let detail = words::say(lang, "details", code, &[]).unwrap_or_default();
        let _ = write!(
            html,
            "<tr id=\"problem-{0}\"><td><code>{0}</code></td><td>{1}</td><td>{2}</td></tr>",
            escape(code),
            escape(title),
            escape(&detail)
        );
    }
    *html += "</table></section>";
}
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_description_is_the_one_the_handlers_give() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
        let fresh = openapi_json();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == fresh, "openapi.json is not what the handlers say: UPDATE=1 cargo test -p server writes it, then commit it along");
    }
    /// Of two wire types with one name the description keeps the last, and says nothing.
    #[test]
    fn no_two_wire_types_have_one_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http");
        let mut seen = std::collections::HashMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let mut described = false;
            for line in text.lines() {
                described |= line.starts_with("#[derive(") && line.contains("ToSchema");
                let Some(rest) = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum ")) else { continue };
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
                if std::mem::take(&mut described)
                    && let Some(other) = seen.insert(name.clone(), path.clone())
                {
                    panic!("{name} is described in {} and in {}", other.display(), path.display());
                }
            }
        }
        assert!(seen.len() > 50, "it looks where the types are");
    }
    #[test]
    fn the_page_names_every_operation_and_speaks_both_languages() {
        let api: Value = serde_json::from_str(&openapi_json()).unwrap();
        assert!(api["openapi"].as_str().unwrap().starts_with("3.1"));
        for lang in words::languages() {
            let html = page(&api, lang);
            for o in operations(&api) {
                assert!(html.contains(&format!("<code>{}</code>", escape(o.path))), "{} is missing", o.path);
            }
            assert!(html.contains("id=\"problem-not_found\""));
        }
        assert!(page(&api, "zh-CN").contains("接口") && !page(&api, "en").contains("<script"));
    }
}
