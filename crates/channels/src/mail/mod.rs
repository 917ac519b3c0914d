//! Mail over SMTP (RFC 5321): one finished letter to one recipient.
mod letter;
mod line;
#[cfg(test)]
mod tests;

pub use letter::{AutoSubmitted, Letter, ListHeaders, Mailbox};

use crate::{Channel, Delivered, DeliveryError, Secret, Talents};
use domain::kit::{At, Span};
use line::Line;
use std::net::IpAddr;

pub struct Mail;

impl Channel for Mail {
    fn key(&self) -> &'static str {
        "mail"
    }
    fn talents(&self) -> Talents {
        Talents { live: false, threads: true, files: true, can_edit: false, text_max_bytes: 1 << 20 }
    }
}

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// In the clear; only to this machine itself.
    None,
    /// Plain first, then STARTTLS (RFC 3207). A server that does not offer it gets no mail: never a silent fall-back.
    StartTls,
    /// TLS from the first byte (RFC 8314), usually port 465.
    Tls,
}

#[derive(Debug, Clone)]
pub struct MailConfig {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// PEM of an authority to trust besides the machine's own list.
    pub root_pem: Option<String>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// Who the letters come from; the domain of its address ends our Message-IDs.
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    /// The name we greet with in EHLO.
    pub helo: String,
    /// Longest time for reaching and greeting the server, and again for handing over one letter.
    pub timeout: Span,
}

/// A mail configuration that cannot work: which key and why, as a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadMailConfig {
    pub key: &'static str,
    pub code: &'static str,
}

/// Hands letters to one mail server, over a few lines it keeps open.
pub struct Mailer {
    line: Line,
    from: lettre::message::Mailbox,
    reply_to: Option<lettre::message::Mailbox>,
}

impl Mailer {
    /// Errors: [`BadMailConfig`]; the server is not asked, see [`Mailer::probe`].
    pub fn new(config: MailConfig) -> Result<Mailer, BadMailConfig> {
        let bad = |key, code| BadMailConfig { key, code };
        if config.tls == Tls::None && !is_this_machine(&config.host) {
            return Err(bad("tls", "mail.plain_text_leaves_the_machine"));
        }
        if config.user.is_some() != config.password.is_some() {
            return Err(bad("password", "mail.user_without_password"));
        }
        if config.timeout <= Span::ZERO {
            return Err(bad("timeout", "mail.no_time"));
        }
        let from = letter::mailbox(&config.from).map_err(|e| bad("from", e.code()))?;
        let reply_to = config.reply_to.as_ref().map(letter::mailbox).transpose().map_err(|e| bad("reply_to", e.code()))?;
        Ok(Mailer { line: Line::new(config)?, from, reply_to })
    }

    /// The Message-ID of the letter with this idempotency key, with its angle brackets; the same at every try, so that a letter
    /// taken twice can be told, and known beforehand to whoever threads answers.
    pub fn message_id(&self, key: &str) -> String {
        letter::message_id(key, self.from.email.domain())
    }

    /// Hands one letter over. `now` becomes its Date. When the time runs out the server may have taken it all the same:
    /// the next try carries the same Message-ID.
    /// Errors: 4xx, no answer, a refused greeting or login are `Retry`; 5xx and letters that cannot be written are `Permanent`.
    pub async fn send(&self, letter: &Letter, now: At) -> Result<Delivered, DeliveryError> {
        let message = letter::compose(letter, &self.from, self.reply_to.as_ref(), now)?;
        let said = self.line.hand_over(message.envelope(), &message.formatted()).await?;
        Ok(Delivered { detail: said.into() })
    }

    /// Reaches, greets and signs in, sends nothing.
    pub async fn probe(&self) -> Result<(), DeliveryError> {
        self.line.probe().await
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
