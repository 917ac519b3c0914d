//! How mail leaves the house: the server it goes to, how the last letters went, and a letter on trial.
use super::App;
use super::extract::Json;
use super::problem::Problem;
use super::wire::{Instant, instant};
use crate::access::Visitor;
use crate::config::SmtpTls;
use crate::post::mailer;
use crate::watch::Stopwatch;
use axum::extract::State;
use channels::mail::{AutoSubmitted, Letter, Mailbox};
use domain::kit::OutboxId;
use domain::people::KeepMail;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(mail)).routes(routes!(test))
}

/// The way mail goes; passwords and names to sign in with are not told.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailOut {
    /// Without a server people are told in the house only.
    pub configured: bool,
    #[schema(example = "smtp.example.com")]
    pub host: String,
    pub port: u16,
    /// `none`, `starttls`, `tls`
    pub tls: &'static str,
    pub from: String,
    pub last_sent_at: Option<Instant>,
    /// A code: of a letter that still waits, else of the last one given up.
    #[schema(example = "mail.unreachable")]
    pub last_error: Option<String>,
    /// When that letter was given up; absent while it waits.
    pub last_error_at: Option<Instant>,
    /// Letters by mail that wait, of the 10000 next ones.
    pub waiting: i64,
}
/// How mail leaves the house, and how the last letters went.
#[utoipa::path(get, path = "/api/v1/admin/mail", tag = "house", operation_id = "get_mail", responses((status = 200, body = MailOut)))]
async fn mail(State(app): State<App>, visitor: Visitor) -> Result<Json<MailOut>, Problem> {
    let leave = visitor.leave::<KeepMail>()?;
    let found = app.read(move |tx, _, _| desk::mail::standing(tx, &leave)).await?;
    let m = &app.config().mail;
    let tls = match m.smtp_tls {
        SmtpTls::None => "none",
        SmtpTls::StartTls => "starttls",
        SmtpTls::Tls => "tls",
    };
    Ok(Json(MailOut {
        configured: !m.smtp_host.is_empty(),
        host: m.smtp_host.clone(),
        port: m.smtp_port,
        tls,
        from: m.from.clone(),
        last_sent_at: instant(found.last_sent_at),
        last_error: found.last_error,
        last_error_at: instant(found.last_error_at),
        waiting: found.waiting,
    }))
}

#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MailTestIn {
    /// An address; one's own if not said.
    pub to: Option<String>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct MailTestOut {
    pub sent: bool,
    /// `mail.sent`, or why not.
    #[schema(example = "mail.sent")]
    pub code: &'static str,
    /// What the mail server said.
    pub detail: String,
    pub took_ms: i64,
}
/// Sends a letter on trial at once, past the outbox, over a fresh line: what goes wrong is told, not tried again.
#[utoipa::path(post, path = "/api/v1/admin/mail/test", tag = "house", operation_id = "test_mail", request_body = MailTestIn, responses((status = 200, body = MailTestOut)))]
async fn test(State(app): State<App>, visitor: Visitor, Json(asked): Json<MailTestIn>) -> Result<Json<MailTestOut>, Problem> {
    let leave = visitor.leave::<KeepMail>()?;
    let to = asked.to.clone();
    let (leave, written) = app.read(move |tx, desk, _| desk::mail::trial(tx, desk, &leave, to.as_deref()).map(|w| (leave, w))).await?;
    let letter = Letter {
        key: OutboxId::new(app.now(), &mut app.desk().dice()).to_string(),
        to: Mailbox { name: written.name, address: written.address },
        subject: written.subject,
        text: written.text,
        html: None,
        in_reply_to: None,
        references: Vec::new(),
        auto_submitted: AutoSubmitted::Generated,
        list: None,
    };
    let (opened, started) = (app.work(|app| Ok(mailer(app.config()))).await?, Stopwatch::start());
    let (sent, code, detail) = match opened {
        Err(bad) => (false, bad.code, bad.key.to_string()),
        Ok(None) => (false, "mail.not_configured", String::new()),
        Ok(Some(mailer)) => match mailer.send(&letter, app.now()).await {
            Ok(delivered) => (true, "mail.sent", delivered.detail.text().to_string()),
            Err(error) => (false, error.code(), error.detail().text().to_string()),
        },
    };
    let took_ms = started.elapsed().as_micros() / 1_000;
    app.write(move |cx| desk::mail::tried(cx, &leave, code)).await?;
    Ok(Json(MailTestOut { sent, code, detail, took_ms }))
}
