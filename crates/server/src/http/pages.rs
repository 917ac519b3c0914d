//! The pages people work in, the console and the portal: built by `web/`, carried in the binary, served with a policy that runs no foreign script.
use super::App;
use super::frame::{self, Framed};
use super::problem::Problem;
use crate::access::Visitor;
use crate::words::label;
use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::RustEmbed;
use std::borrow::Cow;

/// What `npm run build` leaves in `web/dist`; nothing where it was not built. Debug builds look at the disk each time.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;
fn built(path: &str) -> Option<Cow<'static, [u8]>> {
    Dist::get(path).map(|file| file.data)
}

pub fn routes() -> Router<App> {
    let pages = Router::new().route("/", get(door));
    ["console", "portal"].into_iter().fold(pages, |pages, space| {
        pages
            .route(&format!("/{space}"), get(move || async move { Redirect::permanent(&format!("/{space}/")) }))
            .route(&format!("/{space}/"), get(open))
            .route(&format!("/{space}/{{*path}}"), get(open))
    })
}

/// Leads everyone to theirs; who is not signed in is asked at the portal, which knows the way on.
async fn door(visitor: Result<Visitor, Problem>) -> Redirect {
    let is_staff = visitor.is_ok_and(|v| v.actor.role.is_staff());
    Redirect::to(if is_staff { "/console/" } else { "/portal/" })
}
async fn open(State(app): State<App>, OriginalUri(asked): OriginalUri, headers: HeaderMap) -> Response {
    match find(built, asked.path(), &headers) {
        Some(Found::Page(html)) => {
            let shown = match may_be_framed(asked.path()) {
                true => app.read(|tx, _, _| desk::embed::origins(tx)).await.and_then(|origins| page(&html, &origins)),
                false => page(&html, &[]),
            };
            shown.unwrap_or_else(IntoResponse::into_response)
        }
        Some(Found::File(file)) => file.into_response(),
        Some(Found::NotBuilt) => not_built(frame::language(&app, &headers)),
        None => Problem::not_found().into_response(),
    }
}

/// The one page that pages of the vendor's own may show inside them.
fn may_be_framed(path: &str) -> bool {
    path == "/portal/embed"
}

/// What an address leads to.
#[derive(Debug, PartialEq)]
enum Found {
    /// A workspace's page, its nonce still to be filled in.
    Page(String),
    File(File),
    /// The workspace has no page at all.
    NotBuilt,
}
#[derive(Debug, PartialEq)]
struct File {
    bytes: Cow<'static, [u8]>,
    media_type: &'static str,
    keep: &'static str,
    brotli: bool,
}
/// Endings of what a workspace is built into. An address may hold other dots: `/console/plans/ali.enterprise.v2`.
const ENDINGS: [&str; 14] = ["html", "js", "mjs", "css", "svg", "png", "webp", "ico", "json", "map", "txt", "woff2", "webmanifest", "br"];
/// Addresses without a file's ending belong to the page, whose script knows them; the others are files or nothing.
fn find(built: impl Fn(&str) -> Option<Cow<'static, [u8]>>, path: &str, headers: &HeaderMap) -> Option<Found> {
    let path = path.trim_start_matches('/');
    let (space, rest) = path.split_once('/')?;
    let name = rest.rsplit('/').next().unwrap_or(rest);
    let Some(ending) = name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| rest.starts_with("assets/") || ENDINGS.contains(ending))
    else {
        let page = built(&format!("{space}/index.html")).map(|html| Found::Page(String::from_utf8_lossy(&html).into_owned()));
        return Some(page.unwrap_or(Found::NotBuilt));
    };
    // The page is only served whole, with its nonce; nothing outside the folder is anybody's.
    if rest == "index.html" || ending == "br" || path.split('/').any(|p| p == "..") {
        return None;
    }
    let small = if takes_brotli(headers) { built(&format!("{path}.br")) } else { None };
    let brotli = small.is_some();
    let keep = if rest.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    Some(Found::File(File { bytes: small.or_else(|| built(path))?, media_type: media_type(ending), keep, brotli }))
}
fn takes_brotli(headers: &HeaderMap) -> bool {
    let said = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let refused = |rest: &str| rest.split_once("q=").is_some_and(|(_, q)| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
    said.map(|part| part.split_once(';').unwrap_or((part, ""))).any(|(name, rest)| name.trim().eq_ignore_ascii_case("br") && !refused(rest))
}
fn media_type(ending: &str) -> &'static str {
    match ending {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let fixed = [(header::CONTENT_TYPE, self.media_type), (header::CACHE_CONTROL, self.keep), (header::VARY, "accept-encoding")];
        let mut answer = (fixed, axum::body::Body::from(self.bytes.into_owned())).into_response();
        if self.brotli {
            answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        answer
    }
}

/// Stands in the page where its nonce belongs.
const NONCE: &str = "__CSP_NONCE__";
/// A page under its policy. It is asked for anew each time and has no validator: a page kept by the browser would have the nonce of another policy.
/// `origins`: whose pages may frame it.
fn page(html: &str, origins: &[String]) -> Result<Response, Problem> {
    let mut dice = [0; 16];
    getrandom::fill(&mut dice).map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
    let nonce = URL_SAFE_NO_PAD.encode(dice);
    let html = html.replace(NONCE, &nonce);
    let fixed = [(header::CONTENT_SECURITY_POLICY, policy(&nonce, origins)), (header::CACHE_CONTROL, "no-cache".to_string())];
    let mut answer = (fixed, Html(html)).into_response();
    if !origins.is_empty() {
        answer.extensions_mut().insert(Framed);
    }
    Ok(answer)
}
/// Scripts and styles are files of ours; the one way for a style to stand in the page is the nonce of this very answer.
fn policy(nonce: &str, origins: &[String]) -> String {
    let framed_by = if origins.is_empty() { "'none'".to_string() } else { origins.join(" ") };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
    )
}

/// Tells who builds the house what is missing; the API works without.
fn not_built(lang: &str) -> Response {
    let word = |code: &str| label(lang, "docs", code);
    let html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><main><h1>{title}</h1><p>{text}</p><pre>cd web\nnpm ci\nnpm run build</pre>\
         <p><a href=\"/api/docs\">{docs}</a></p></main></body></html>",
        title = word("pages_not_built"),
        text = word("pages_how"),
        docs = word("title"),
    );
    (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_LANGUAGE, lang)], Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[(&str, &str)] = &[
        ("console/index.html", "<meta name=\"csp-nonce\" content=\"__CSP_NONCE__\"><script type=\"module\" src=\"/console/assets/a-1.js\"></script>"),
        ("console/assets/a-1.js", "plain"),
        ("console/assets/a-1.js.br", "small"),
        ("console/favicon.svg", "<svg/>"),
        ("secret.txt", "not a page"),
    ];
    fn ask(path: &str, encodings: &'static str) -> Option<Found> {
        let built = |path: &str| FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| Cow::Borrowed(text.as_bytes()));
        find(built, path, &HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(encodings))]))
    }
    fn file(path: &str, encodings: &'static str) -> Option<(String, &'static str, bool)> {
        let Some(Found::File(f)) = ask(path, encodings) else { return None };
        Some((String::from_utf8(f.bytes.into_owned()).unwrap(), f.keep, f.brotli))
    }
    #[test]
    fn every_address_without_an_ending_is_the_page() {
        for path in ["/console/", "/console/tickets/tkt_1", "/console/assets", "/console/plans/ali.enterprise.v2"] {
            assert!(matches!(ask(path, ""), Some(Found::Page(_))), "{path}");
        }
        assert_eq!(ask("/portal/", ""), Some(Found::NotBuilt));
        for path in
            ["/console/index.html", "/console/nothing.js", "/console/assets/a-1.js.br", "/console/../secret.txt", "/console/assets/../../secret.txt"]
        {
            assert_eq!(ask(path, "br"), None, "{path}");
        }
    }
    #[test]
    fn files_with_a_hash_in_their_name_are_kept_for_ever_and_come_small_to_who_can_read_it() {
        let for_ever = "public, max-age=31536000, immutable";
        assert_eq!(file("/console/assets/a-1.js", "gzip, br;q=0.9"), Some(("small".into(), for_ever, true)));
        for plain in ["", "gzip", "br;q=0", "brr"] {
            assert_eq!(file("/console/assets/a-1.js", plain), Some(("plain".into(), for_ever, false)), "{plain}");
        }
        assert_eq!(file("/console/favicon.svg", "br"), Some(("<svg/>".into(), "public, max-age=3600", false)));
    }
    #[tokio::test]
    async fn a_page_runs_no_script_in_its_text_and_its_styles_need_the_nonce_of_this_answer() {
        let Some(Found::Page(html)) = ask("/console/", "") else { panic!("there is a page") };
        let mut nonces = Vec::new();
        for _ in 0..2 {
            let answer = page(&html, &[]).unwrap();
            let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_string();
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
            let nonce = policy.split("'nonce-").nth(1).and_then(|p| p.split('\'').next()).unwrap().to_string();
            let text = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
            let text = String::from_utf8(text.to_vec()).unwrap();
            assert!(text.contains(&format!("content=\"{nonce}\"")) && !text.contains(NONCE));
            assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"), "{policy}");
            for wall in ["base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "connect-src 'self'"] {
                assert!(policy.contains(wall), "{wall}");
            }
            nonces.push(nonce);
        }
        assert!(nonces[0].len() >= 22 && nonces[0] != nonces[1]);
    }
    #[test]
    fn one_page_may_be_framed_and_only_by_whom_it_is_told() {
        assert!(
            may_be_framed("/portal/embed")
                && !may_be_framed("/portal/embed/x")
                && !may_be_framed("/portal/embedded")
                && !may_be_framed("/console/embed")
        );
        let answer = page("<html>", &["https://a.example".into(), "https://b.example:8443".into()]).unwrap();
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.ends_with("frame-ancestors https://a.example https://b.example:8443"), "{policy}");
        assert!(answer.extensions().get::<Framed>().is_some());
    }
    #[test]
    fn a_house_without_pages_tells_how_to_build_them_in_both_languages() {
        for lang in crate::words::languages() {
            assert_eq!(not_built(lang).status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_ne!(label(lang, "docs", "pages_how"), "pages_how");
        }
    }
}
