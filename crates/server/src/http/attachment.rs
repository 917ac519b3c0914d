//! Files on cases. They stream in and out; what a file is, its bytes tell and not its sender.
use super::App;
use super::extract::{PathId, Query};
use super::flow::Flow;
use super::once;
use super::problem::{Problem, ProblemOut};
use super::reply::REPLAYED;
use super::wire::{AttachmentRef, Instant, Made, MessageRef, PersonRef, TicketRef};
use crate::access::Visitor;
use crate::config::std_time;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::Fault;
use desk::attachment::Upload;
use desk::vault::{Incoming, Outgoing, Sealed};
use domain::kit::{AttachmentId, TicketId};
use domain::people::{ActOnTicket, ReadTicket};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use store::attachment::Attachment;
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(upload_attachment)).routes(routes!(download_attachment))
}

/// So many bytes are gathered before they are sealed and written.
const GATHERED: usize = 256 << 10;
/// Pieces of a download that wait for a slow reader.
const WAITING: usize = 2;

/// A file of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentOut {
    pub id: AttachmentRef,
    pub ticket: TicketRef,
    /// The message it came with; absent until it is sent.
    pub message: Option<MessageRef>,
    pub by: PersonRef,
    pub name: String,
    /// Told from its first bytes.
    #[schema(example = "image/png")]
    pub media_type: String,
    pub bytes: i64,
    /// Of the content, hexadecimal.
    pub sha256: String,
    /// For the vendor's people alone.
    pub internal: bool,
    /// `unscanned` (no scanner is configured), `pending`, `clean`, `infected`
    pub scan: String,
    pub at: Instant,
}
impl From<Attachment> for AttachmentOut {
    fn from(a: Attachment) -> AttachmentOut {
        AttachmentOut {
            id: a.id.into(),
            ticket: a.ticket.into(),
            message: a.message.map(Into::into),
            by: a.by.into(),
            name: a.name,
            media_type: a.media_type,
            bytes: a.bytes,
            sha256: hex(&a.sha256),
            internal: a.internal,
            scan: a.scan,
            at: a.at.into(),
        }
    }
}
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        // Writing to a string does not fail.
        let _ = write!(text, "{b:02x}");
        text
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadIn {
    /// The file's name; folders and control characters are taken out.
    pub name: String,
    /// For the vendor's people alone.
    #[serde(default)]
    pub internal: bool,
}
/// Puts a file on a case: the body is the file. A message then names it among its `attachments`.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/attachments", tag = "attachments", operation_id = "upload_attachment",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(("id" = TicketRef, Path), UploadIn),
    responses((status = 201, description = "Kept", body = AttachmentOut), (status = 413, description = "Larger than we take", body = ProblemOut, content_type = "application/problem+json")))]
async fn upload_attachment(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    Query(asked): Query<UploadIn>,
    request: Request,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<ActOnTicket>()?;
    let (parts, body) = request.into_parts();
    fits(&parts.headers, app.config().files.attachment_bytes_max)?;
    let leave = app.read(move |tx, _, _| desk::attachment::may_upload(tx, &leave, id).map(|()| leave)).await?;
    let sealed = receive(&app, body).await?;
    let (file, once) = (sealed.id, once::once(&parts, &sealed.sha256));
    let upload = Upload { sealed, name: asked.name, internal: asked.internal, scanned: app.scanner().is_some() };
    let kept = match once {
        Ok(once) => app.once(visitor.id(), once, move |cx| desk::attachment::keep(cx, &leave, id, &upload).map(kept)).await,
        Err(problem) => Err(problem),
    };
    let is_new = kept.as_ref().is_ok_and(|r| !r.headers().contains_key(REPLAYED));
    look_after(&app, file, is_new).await;
    kept
}
fn kept(row: Attachment) -> Made<AttachmentOut> {
    Made::new(format!("/api/v1/attachments/{}", row.id), AttachmentOut::from(row))
}
/// A file that says before it comes that it is too large need not come.
fn fits(headers: &HeaderMap, limit: u64) -> Result<(), Problem> {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|bytes| bytes > limit) { Err(Fault::TooLarge { limit }.into()) } else { Ok(()) }
}
/// Streams a body into the vault. Whatever ends this early leaves nothing there.
async fn receive(app: &App, mut body: Body) -> Result<Sealed, Problem> {
    let mut incoming: Incoming = app.work(|app| app.vault().begin(AttachmentId::new(app.now(), &mut app.desk().dice()))).await?;
    let (mut gathered, mut empty) = (Vec::new(), true);
    while let Some(bytes) = next(app, &mut body).await? {
        empty &= bytes.is_empty();
        gathered.extend_from_slice(&bytes);
        if gathered.len() >= GATHERED {
            let some = std::mem::take(&mut gathered);
            incoming = app.work(move |_| incoming.push(&some).map(|()| incoming)).await?;
        }
    }
    if empty {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "body.empty"));
    }
    app.work(move |_| incoming.push(&gathered).and_then(|()| incoming.finish())).await
}
/// The next piece of a body. Errors: it broke off, or nothing came for as long as a whole request may take.
async fn next(app: &App, body: &mut Body) -> Result<Option<Bytes>, Problem> {
    let broken_off = |_| Problem::new(StatusCode::BAD_REQUEST, "body.broken_off");
    loop {
        let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx));
        let frame = tokio::time::timeout(std_time(app.config().http.request_timeout), frame).await;
        match frame.map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout"))?.transpose().map_err(broken_off)? {
            None => return Ok(None),
            // Trailers are nothing to us.
            Some(frame) => match frame.into_data() {
                Ok(data) => return Ok(Some(data)),
                Err(_) => continue,
            },
        }
    }
}
/// A file that did not become one of the case goes again; one that did is scanned, if there is a scanner.
async fn look_after(app: &App, file: AttachmentId, is_new: bool) {
    if !is_new {
        // What cannot be removed now is swept later.
        let _ = app.work(move |app| app.vault().remove(file)).await;
    } else if let Some(scanner) = app.scanner() {
        let app = app.clone();
        tokio::spawn(async move {
            let scanned = app.work(move |app| desk::attachment::scan_one(app.desk(), app.vault(), &scanner, app.now(), file)).await;
            if scanned.is_err() {
                tracing::warn!(attachment.id = %file, "a file waits for a scan that failed");
            }
        });
    }
}

/// A file of a case, as a download.
#[utoipa::path(get, path = "/api/v1/attachments/{id}", tag = "attachments", operation_id = "download_attachment", params(("id" = AttachmentRef, Path)),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 409, description = "Not scanned yet, or infected", body = ProblemOut, content_type = "application/problem+json")))]
async fn download_attachment(State(app): State<App>, visitor: Visitor, PathId(id): PathId<AttachmentId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<ReadTicket>()?;
    let vault = app.vault().clone();
    let (row, reader) = app.read(move |tx, _, _| desk::attachment::open(tx, &leave, &vault, id)).await?;
    let mut response = Body::from_stream(pieces(reader)).into_response();
    describe(response.headers_mut(), &row);
    Ok(response)
}
/// Nothing of a customer's is ever shown as a page of ours: it is downloaded, and a browser that shows it anyway may run nothing in it.
fn describe(headers: &mut HeaderMap, row: &Attachment) {
    let mut put = |name, value: &str| drop(HeaderValue::from_str(value).map(|v| headers.insert(name, v)));
    put(header::CONTENT_TYPE, &row.media_type);
    put(header::CONTENT_LENGTH, &row.bytes.to_string());
    put(header::CONTENT_DISPOSITION, &format!("attachment; filename*=UTF-8''{}", percent(&row.name)));
    put(header::ETAG, &format!("\"{}\"", hex(&row.sha256)));
    put(header::CACHE_CONTROL, "private, no-cache");
    put(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
}
/// As RFC 8187 wants it: everything but letters, digits and a few signs in hexadecimal.
fn percent(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, b| {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            text.push(b.into());
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "%{b:02X}");
        }
        text
    })
}
/// Opens a file piece by piece, no faster than it is taken; a slow reader holds no thread. Damage ends the body early, so that nobody
/// takes half a file for a whole one.
fn pieces(mut reader: Outgoing) -> Flow<io::Result<Bytes>> {
    let (give, take) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        loop {
            let read = tokio::task::spawn_blocking(move || (reader.frame(), reader)).await;
            let (piece, back) = match read {
                Ok((Ok(Some(frame)), back)) => (Ok(Bytes::from(frame)), Some(back)),
                Ok((Ok(None), _)) => return,
                Ok((Err(fault), _)) => (Err(io::Error::other(Problem::from(fault).code)), None),
                Err(panic) => (Err(io::Error::other(panic)), None),
            };
            match (give.send(piece).await, back) {
                (Ok(()), Some(back)) => reader = back,
                _ => return,
            }
        }
    });
    Flow(take)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_travel_in_headers_whatever_they_hold() {
        assert_eq!(percent("日志 1.txt"), "%E6%97%A5%E5%BF%97%201.txt");
        assert_eq!(percent("a\"b;c"), "a%22b%3Bc");
    }
    #[test]
    fn who_says_it_is_too_large_need_not_send_it() {
        let headers = HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from_static("11"))]);
        assert_eq!(fits(&headers, 10).unwrap_err().status.as_u16(), 413);
        assert!(fits(&headers, 11).is_ok() && fits(&HeaderMap::new(), 1).is_ok());
    }
}
