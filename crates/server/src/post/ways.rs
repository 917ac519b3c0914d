//! The ways out of the house, as configured.
use crate::config::{Config, SmtpTls};
use channels::mail::{MailConfig, Mailbox, Mailer, Tls};
use channels::webhook::{Guard, SystemResolver, WebhookConfig, Webhooks};
use std::sync::Arc;

/// How letters leave. A way that is `None` is shut: what is meant for it waits.
#[derive(Default)]
pub struct Ways {
    pub mailer: Option<Mailer>,
    pub webhooks: Option<Webhooks>,
}

/// A way that cannot be opened: which key of the configuration, and a code for why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadWays {
    pub key: &'static str,
    pub code: &'static str,
}

impl Ways {
    /// Errors: [`BadWays`]. No server is asked.
    pub fn of(config: &Config) -> Result<Ways, BadWays> {
        let mailer = mailer(config)?;
        let w = &config.webhooks;
        let guard = Guard { allowed: w.allowed_private_ranges.clone(), ports: w.ports.clone(), https_only: w.https_only };
        let hooks = WebhookConfig { guard, limit: w.timeout, ..WebhookConfig::default() };
        let webhooks = Webhooks::new(hooks, Arc::new(SystemResolver)).map_err(|e| BadWays { key: "webhooks", code: e.code() })?;
        Ok(Ways { mailer, webhooks: Some(webhooks) })
    }
}
/// The way mail goes; `None`: no server is named. Errors: [`BadWays`]. The server is not asked.
pub fn mailer(config: &Config) -> Result<Option<Mailer>, BadWays> {
    let m = &config.mail;
    if m.smtp_host.is_empty() {
        return Ok(None);
    }
    let some = |text: &String| Some(text.clone()).filter(|t| !t.is_empty());
    let root_pem = match some(&m.root_pem) {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|_| BadWays { key: "mail.root_pem", code: "config.file_unreadable" })?),
        None => None,
    };
    let host = config.http.public_url.split_once("://").map_or("", |(_, rest)| rest).split(['/', ':']).next().unwrap_or_default();
    let wanted = MailConfig {
        host: m.smtp_host.clone(),
        port: m.smtp_port,
        tls: match m.smtp_tls {
            SmtpTls::None => Tls::None,
            SmtpTls::StartTls => Tls::StartTls,
            SmtpTls::Tls => Tls::Tls,
        },
        root_pem,
        user: some(&m.smtp_user),
        password: some(&m.smtp_user).map(|_| m.smtp_password.clone()),
        from: Mailbox { name: m.from_name.clone(), address: m.from.clone() },
        reply_to: some(&m.reply_to).map(|address| Mailbox { name: m.from_name.clone(), address }),
        helo: some(&m.helo).unwrap_or_else(|| host.to_string()),
        timeout: m.timeout,
    };
    Mailer::new(wanted).map(Some).map_err(|bad| BadWays { key: bad.key, code: bad.code })
}
