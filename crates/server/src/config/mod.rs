//! The configuration: one commented page inside the binary (`config.default.toml`), a file and the environment laid over it, and the
//! whole of it judged before the first port opens. Secrets print as `***`.
mod layers;
mod span;
#[cfg(test)]
mod tests;
mod trouble;

pub use layers::{DEFAULTS, Entries, File, Source};
pub use span::std as std_time;
pub use trouble::Trouble;

use channels::Secret;
use domain::kit::Span;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use std::net::{IpAddr, SocketAddr};

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),* }
    };
}
section! {
    /// Everything that is decided before the start. Each field is explained in `config.default.toml`.
    Config {
        http: Http,
        database: Database,
        files: Files,
        secrets: Secrets,
        sessions: Sessions,
        mail: Mail,
        webhooks: Webhooks,
        log: Log,
        house: House,
        plans: Plans,
        search: Search,
        limits: Limits,
    }
}
section! {
    Http {
        listen: SocketAddr,
        public_url: String,
        body_bytes_max: usize,
        #[serde(deserialize_with = "span::read")]
        request_timeout: Span,
        person_requests_per_minute: u32,
        address_requests_per_minute: u32,
        sign_in_per_minute: u32,
        #[serde(deserialize_with = "nets")]
        trusted_proxies: Vec<IpNet>,
        #[serde(deserialize_with = "span::read")]
        shutdown_within: Span,
    }
}
section! {
    Database {
        url: String,
        pool: usize,
        readers: usize,
        queue: usize,
        #[serde(deserialize_with = "span::read")]
        busy_timeout: Span,
    }
}
section! { Files { dir: String, attachment_bytes_max: u64, scan_command: String } }
section! { Secrets { house_key: String } }
section! {
    Sessions {
        #[serde(deserialize_with = "span::read")]
        lasts: Span,
    }
}
section! {
    Mail {
        smtp_host: String,
        smtp_port: u16,
        smtp_tls: SmtpTls,
        smtp_user: String,
        #[serde(deserialize_with = "secret")]
        smtp_password: Secret,
        from: String,
        from_name: String,
        reply_to: String,
        root_pem: String,
        helo: String,
        #[serde(deserialize_with = "span::read")]
        timeout: Span,
    }
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    None,
    StartTls,
    Tls,
}
section! {
    Webhooks {
        #[serde(deserialize_with = "nets")]
        allowed_private_ranges: Vec<IpNet>,
        ports: Vec<u16>,
        https_only: bool,
        #[serde(deserialize_with = "span::read")]
        timeout: Span,
    }
}
section! { Log { format: LogFormat, filter: String } }
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Human,
    Json,
}
section! { House { vendor: String, number_prefix: String, default_language: String, tz: String, basic_family: String, patience: Patience } }
section! {
    Patience {
        #[serde(deserialize_with = "span::read")]
        announce_after: Span,
        #[serde(deserialize_with = "span::read")]
        close_after: Span,
        #[serde(deserialize_with = "span::read")]
        confirm_within: Span,
        #[serde(deserialize_with = "span::read")]
        reopen_within: Span,
    }
}
section! { Plans { dir: String } }
section! { Search { dir: String } }
section! { Limits { streams_per_person_max: u32, streams_max: u32 } }

impl Config {
    pub fn is_https(&self) -> bool {
        self.http.public_url.starts_with("https://")
    }
    pub fn patience(&self) -> domain::ticket::Patience {
        let p = &self.house.patience;
        domain::ticket::Patience {
            announce_after: p.announce_after,
            close_after: p.close_after,
            confirm_within: p.confirm_within,
            reopen_within: p.reopen_within,
        }
    }
    pub fn database(&self) -> store::db::Config {
        let d = &self.database;
        store::db::Config { url: d.url.clone(), readers: d.readers, pool: d.pool, queue: d.queue, busy_timeout: span::std(d.busy_timeout) }
    }
}

/// Reads the layers and judges the whole. Errors: everything that is wrong, in one list.
pub fn read(file: Option<File>, environment: impl IntoIterator<Item = (String, String)>) -> Result<(Config, Entries), Vec<Trouble>> {
    let (entries, mut troubles) = layers::lay(file, environment);
    let place = |key: &str| entries.get(key).map_or(String::new(), |e| e.source.to_string());
    let config: Option<Config> = match serde_path_to_error::deserialize(toml::Value::Table(layers::tree(&entries))) {
        Ok(config) => Some(config),
        Err(e) => {
            let (key, because) = (e.path().to_string(), e.inner().message().trim().to_string());
            let trouble = Trouble::new(place(&key), &key, "config.unreadable").with("because", because);
            troubles.push(trouble);
            None
        }
    };
    if let Some(config) = &config {
        troubles.extend(judge(config).into_iter().map(|(key, code)| Trouble::new(place(key), key, code)));
    }
    match config {
        Some(config) if troubles.is_empty() => Ok((config, entries)),
        _ => Err(troubles),
    }
}

/// What the types cannot say.
fn judge(c: &Config) -> Vec<(&'static str, &'static str)> {
    let at_least_one = |n: u64| n > 0;
    let positive = |s: Span| s > Span::ZERO;
    let url = |text: &str| {
        text.strip_prefix("https://").or(text.strip_prefix("http://")).is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
    };
    let database =
        |text: &str| text.starts_with("sqlite:") || text.starts_with("postgres://") || text.starts_with("postgresql://") || text.contains("host=");
    let mail = !c.mail.smtp_host.is_empty();
    let p = &c.house.patience;
    let rules = [
        (url(&c.http.public_url), "http.public_url", "config.no_url"),
        (at_least_one(c.http.body_bytes_max as u64), "http.body_bytes_max", "config.not_positive"),
        (positive(c.http.request_timeout), "http.request_timeout", "config.not_positive"),
        (database(&c.database.url), "database.url", "config.no_database_url"),
        (at_least_one(c.database.pool as u64), "database.pool", "config.not_positive"),
        (at_least_one(c.database.readers as u64), "database.readers", "config.not_positive"),
        (at_least_one(c.database.queue as u64), "database.queue", "config.not_positive"),
        (positive(c.database.busy_timeout), "database.busy_timeout", "config.not_positive"),
        (!c.files.dir.is_empty(), "files.dir", "config.missing"),
        (at_least_one(c.files.attachment_bytes_max), "files.attachment_bytes_max", "config.not_positive"),
        (!c.secrets.house_key.is_empty(), "secrets.house_key", "config.missing"),
        (positive(c.sessions.lasts), "sessions.lasts", "config.not_positive"),
        (!mail || c.mail.from.contains('@'), "mail.from", "config.mail_without_from"),
        (c.mail.smtp_user.is_empty() == c.mail.smtp_password.reveal().is_empty(), "mail.smtp_password", "config.user_without_password"),
        (!mail || c.mail.smtp_tls != SmtpTls::None || is_this_machine(&c.mail.smtp_host), "mail.smtp_tls", "config.mail_in_the_clear"),
        (positive(c.mail.timeout), "mail.timeout", "config.not_positive"),
        (positive(c.webhooks.timeout), "webhooks.timeout", "config.not_positive"),
        (c.log.filter.parse::<tracing_subscriber::EnvFilter>().is_ok(), "log.filter", "config.no_log_filter"),
        (crate::words::languages().any(|l| l == c.house.default_language), "house.default_language", "config.unknown_language"),
        (jiff::tz::TimeZone::get(&c.house.tz).is_ok(), "house.tz", "config.unknown_zone"),
        (positive(p.announce_after), "house.patience.announce_after", "config.not_positive"),
        (positive(p.close_after), "house.patience.close_after", "config.not_positive"),
        (positive(p.confirm_within), "house.patience.confirm_within", "config.not_positive"),
        (!c.search.dir.is_empty(), "search.dir", "config.missing"),
    ];
    rules.into_iter().filter(|(holds, ..)| !holds).map(|(_, key, code)| (key, code)).collect()
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
    String::deserialize(from).map(Secret::new)
}
/// `10.1.0.0/16`, or one address.
fn nets<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let one = |text: &String| text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    let texts = Vec::<String>::deserialize(from)?;
    texts.iter().map(|t| one(t).ok_or_else(|| serde::de::Error::custom(format!("{t:?} is no address and no range")))).collect()
}

/// The effective values as a file one could use, each with where it comes from; secrets as `***`.
pub fn print(entries: &Entries) -> String {
    let mut page = String::new();
    let mut section = "";
    // Keys of a section come together: sections nest one deep, and BTreeMap sorts by path.
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by_key(|(key, _)| key.rsplit_once('.').unwrap_or_default());
    for (key, entry) in sorted {
        let (here, name) = key.rsplit_once('.').unwrap_or(("", key));
        if here != section {
            page += &format!("{}[{here}]\n", if section.is_empty() { "" } else { "\n" });
            section = here;
        }
        let line = format!("{name} = {}", masked(key, entry));
        page += &format!("{line:<60} # {}\n", entry.source);
    }
    page
}
fn masked(key: &str, entry: &layers::Entry) -> String {
    match (key, entry.value.as_str()) {
        ("mail.smtp_password", Some(text)) if !text.is_empty() => "\"***\"".to_string(),
        ("database.url", Some(url)) => toml::Value::String(without_password(url)).to_string(),
        _ => entry.value.to_string(),
    }
}
/// A database address with its password as `***`.
pub fn without_password(url: &str) -> String {
    if let Some((before, after)) = url.split_once("password=") {
        let rest = after.split_once(char::is_whitespace).map_or(String::new(), |(_, rest)| format!(" {rest}"));
        return format!("{before}password=***{rest}");
    }
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_string() };
    match rest.rsplit_once('@').and_then(|(who, place)| Some((who.split_once(':')?.0, place))) {
        Some((user, place)) => format!("{scheme}://{user}:***@{place}"),
        None => url.to_string(),
    }
}
