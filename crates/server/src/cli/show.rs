//! How facts and progress are shown.
use crate::words;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::{IsTerminal, Write, stderr, stdout};

/// The language of the person at the terminal, as the machine's locale says.
pub fn language() -> &'static str {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    let tag = said.unwrap_or_default().split('.').next().unwrap_or_default().replace('_', "-");
    words::languages().find(|l| Some(*l) == Some(words::negotiate(Some(&tag), words::FALLBACK))).unwrap_or(words::FALLBACK)
}

/// A text as it is. A reader that went away (`| head`) is no error.
pub fn text(text: &str) {
    let _ = stdout().write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = stdout().write_all(b"\n");
    }
}
/// One fact as JSON.
pub fn json(fact: &impl Serialize) {
    text(&serde_json::to_string_pretty(fact).unwrap_or_default());
}
/// Rows under each other, columns as wide as their widest entry; Chinese characters count two.
pub fn table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(|c| rows.iter().filter_map(|r| r.get(c)).map(|t| width(t)).max().unwrap_or_default()).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(t, w)| format!("{t}{}", " ".repeat(w - width(t))));
        text(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}
fn width(text: &str) -> usize {
    text.chars().map(|c| if ('\u{1100}'..='\u{115f}').contains(&c) || ('\u{2e80}'..='\u{ff60}').contains(&c) { 2 } else { 1 }).sum()
}

/// A bar for work that takes a while; drawn on a terminal only, and never into a file.
pub fn progress(total: u64, what: &str) -> ProgressBar {
    let target = if stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{msg} [{bar:40}] {human_pos}/{human_len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(total), target).with_style(style.progress_chars("=> ")).with_message(what.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_counts_two() {
        assert_eq!((width("abc"), width("工单a"), width("é")), (3, 5, 1));
    }
}
