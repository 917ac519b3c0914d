//! Charts as SVG, drawn by hand: lying bars, for names are long and Chinese reads across.
use crate::document::Bar;
use std::fmt::Write as _;

/// Width of a drawing; its height follows from what is in it. In points, as the page has them.
const WIDTH: u32 = 480;
const NAMES: u32 = 150;
const BAR: u32 = 9;
const GAP: u32 = 9;
/// Told apart by lightness too, for those who print in grey or see no colours.
const INKS: [&str; 4] = ["#17695e", "#c9573a", "#8fb8b0", "#6b655e"];

/// Bars for each name, one a series, with the value behind each.
pub fn bars(bars: &[Bar], series: &[String]) -> String {
    let most = bars.iter().flat_map(|b| &b.values).copied().max().unwrap_or(0).max(1);
    let each = BAR * series.len() as u32 + GAP;
    let height = each * bars.len() as u32 + GAP;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"Noto Sans CJK SC\" font-size=\"8\">"
    );
    let room = u64::from(WIDTH - NAMES - 40);
    for (i, bar) in bars.iter().enumerate() {
        let top = GAP + each * i as u32;
        let middle = top + (each - GAP) / 2 + 3;
        let _ = write!(svg, "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\" fill=\"#2a2723\">{}</text>", NAMES - 8, plain(&short(&bar.name)));
        for (j, value) in bar.values.iter().enumerate() {
            let (y, width) = (top + BAR * j as u32, value * room / most);
            let ink = INKS[j % INKS.len()];
            let _ = write!(svg, "<rect x=\"{NAMES}\" y=\"{y}\" width=\"{}\" height=\"{}\" fill=\"{ink}\"/>", width.max(1), BAR - 2);
            let _ = write!(svg, "<text x=\"{}\" y=\"{}\" fill=\"#2a2723\" font-size=\"7\">{value}</text>", u64::from(NAMES) + width + 4, y + BAR - 3);
        }
    }
    svg + "</svg>"
}
/// Colours of the series, for the key beside a chart.
pub fn ink(series: usize) -> &'static str {
    INKS[series % INKS.len()]
}
/// A name that fits the place; Chinese characters are twice as wide.
fn short(name: &str) -> String {
    let mut width = 0;
    let end = name.char_indices().find(|(_, c)| {
        width += if c.is_ascii() { 1 } else { 2 };
        width > 32
    });
    end.map_or_else(|| name.to_string(), |(at, _)| format!("{}…", &name[..at]))
}
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn the_longest_bar_fills_the_room_and_a_name_stays_a_text() {
        let all = [
            Bar { name: "a<b & \u{7}c".into(), values: vec![290, 0] },
            Bar { name: "很长很长很长很长很长很长很长很长很长很长的名字".into(), values: vec![145, 1] },
        ];
        let svg = bars(&all, &["x".into(), "y".into()]);
        assert!(svg.contains("width=\"290\"") && svg.contains("width=\"145\""), "{svg}");
        assert!(svg.contains("a&lt;b &amp; c<") && svg.contains("很长…<"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 4);
        assert!(bars(&[], &[]).ends_with("</svg>"));
    }
}
