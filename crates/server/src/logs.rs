//! Log lines: for people or for machines, to standard error. Never a customer's words, never a secret.
use crate::config::{Log, LogFormat};
use std::io::{IsTerminal, stderr};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. Only the first call counts.
pub fn start(log: &Log) {
    let filter: EnvFilter = log.filter.parse().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    // A second start is a test's; the first one's lines go on.
    let _ = match log.format {
        LogFormat::Human => lines.with_ansi(stderr().is_terminal()).with_target(false).finish().try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).finish().try_init(),
    };
}
