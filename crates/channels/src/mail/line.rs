//! The lines to the mail server. A few are kept open; one in use belongs to its user alone and comes back only after a letter was
//! taken, so a try cut off in the middle never leaves its answers to the next one. (The library's own pool takes such lines back,
//! and bounds only the connecting: that is why we keep our own.)
use super::{BadMailConfig, MailConfig, Tls};
use crate::{DeliveryError, Detail};
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::{self, extension::ClientId};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

const KEPT_MAX: usize = 4;
/// A kept line that does not answer NOOP within this is given up for a fresh one.
const NOOP_MAX: Duration = Duration::from_secs(5);

pub(super) struct Line {
    config: MailConfig,
    tls: Option<TlsParameters>,
    helo: ClientId,
    limit: Duration,
    kept: Mutex<Vec<AsyncSmtpConnection>>,
}

impl Line {
    pub(super) fn new(config: MailConfig) -> Result<Line, BadMailConfig> {
        let tls = match config.tls {
            Tls::None => None,
            Tls::StartTls | Tls::Tls => Some(tls_parameters(&config)?),
        };
        let limit = Duration::from_micros(config.timeout.as_micros().unsigned_abs());
        let helo = ClientId::Domain(config.helo.clone());
        Ok(Line { config, tls, helo, limit, kept: Mutex::default() })
    }

    /// What the server said when it took the letter.
    pub(super) async fn hand_over(&self, envelope: &Envelope, bytes: &[u8]) -> Result<String, DeliveryError> {
        let mut line = match self.reuse().await {
            Some(line) => line,
            None => self.open().await?,
        };
        let said = timeout(self.limit, line.send(envelope, bytes)).await.map_err(|_| too_slow())?.map_err(|e| refused(&e))?;
        self.keep(line);
        Ok(said.message().collect::<Vec<_>>().join("\n"))
    }

    pub(super) async fn probe(&self) -> Result<(), DeliveryError> {
        let line = self.open().await?;
        self.keep(line);
        Ok(())
    }

    /// A kept line that still answers. Those that do not are dropped.
    async fn reuse(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let mut line = self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if timeout(NOOP_MAX.min(self.limit), line.test_connected()).await == Ok(true) {
                return Some(line);
            }
        }
    }

    fn keep(&self, line: AsyncSmtpConnection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_MAX && !line.has_broken() {
            kept.push(line);
        }
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, DeliveryError> {
        timeout(self.limit, self.dial()).await.map_err(|_| too_slow())?
    }

    async fn dial(&self) -> Result<AsyncSmtpConnection, DeliveryError> {
        let at_once = self.tls.clone().filter(|_| self.config.tls == Tls::Tls);
        let server = (self.config.host.as_str(), self.config.port);
        let mut line = AsyncSmtpConnection::connect_tokio1(server, Some(self.limit), &self.helo, at_once, None).await.map_err(|e| unreachable(&e))?;
        if let Some(tls) = self.tls.clone().filter(|_| self.config.tls == Tls::StartTls) {
            if !line.can_starttls() {
                line.abort().await;
                return Err(DeliveryError::retry("mail.starttls_not_offered", ""));
            }
            line.starttls(tls, &self.helo).await.map_err(|e| unreachable(&e))?;
        }
        if let (Some(user), Some(password)) = (&self.config.user, &self.config.password) {
            let who = Credentials::new(user.clone(), password.reveal().to_string());
            line.auth(&[Mechanism::Plain, Mechanism::Login], &who).await.map_err(|e| not_signed_in(&e))?;
        }
        Ok(line)
    }
}

fn tls_parameters(config: &MailConfig) -> Result<TlsParameters, BadMailConfig> {
    let mut tls = TlsParameters::builder(config.host.clone());
    if let Some(pem) = &config.root_pem {
        let root = Certificate::from_pem(pem.as_bytes()).map_err(|_| BadMailConfig { key: "root_pem", code: "mail.bad_certificate" })?;
        tls = tls.add_root_certificate(root);
    }
    tls.build_rustls().map_err(|_| BadMailConfig { key: "host", code: "mail.bad_tls_name" })
}

fn too_slow() -> DeliveryError {
    DeliveryError::retry("mail.too_slow", "")
}

/// Before a letter is offered every trouble is about the server or our configuration, not about the letter: it waits.
fn unreachable(error: &smtp::Error) -> DeliveryError {
    let code = match error.status() {
        Some(_) => "mail.greeting_refused",
        None if error.is_tls() => "mail.tls_failed",
        None => "mail.unreachable",
    };
    DeliveryError::retry(code, error.to_string())
}

/// A changed password must not cost letters: they wait until someone mends it. The detail keeps the number only: a server may echo.
fn not_signed_in(error: &smtp::Error) -> DeliveryError {
    let detail = error.status().map(|code| code.to_string()).unwrap_or_default();
    DeliveryError::retry("mail.login_refused", detail)
}

/// RFC 5321 §4.2.1: 4yz may be repeated, 5yz should not. RFC 3463 §3.2: x.1.z is about the address.
fn refused(error: &smtp::Error) -> DeliveryError {
    let detail: Detail = error.to_string().into();
    if error.is_permanent() {
        let about_address = detail.text().contains(": 5.1.");
        return DeliveryError::Permanent { code: if about_address { "mail.bad_address" } else { "mail.rejected" }, detail };
    }
    if error.is_transient() {
        return DeliveryError::Retry { after: None, code: "mail.deferred", detail };
    }
    if error.is_client() {
        // The one thing the library refuses by itself here: an address or text the server did not offer to carry (RFC 6531, 6152).
        return DeliveryError::Permanent { code: "mail.server_cannot_carry", detail };
    }
    DeliveryError::Retry { after: None, code: "mail.line_lost", detail }
}
