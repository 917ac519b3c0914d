//! Lengths of time as people write them in a configuration file.
use domain::kit::Span;
use serde::{Deserialize, Deserializer, de::Error};

/// Reads `500ms`, `30s`, `15m`, `48h`, `7d` or ISO 8601.
pub fn parse(text: &str) -> Option<Span> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let Ok(n) = number.parse::<i64>() else { return Span::parse(text).ok().filter(|s| *s >= Span::ZERO) };
    let one = match unit.trim() {
        "ms" => Span::micros(1000),
        "s" => Span::seconds(1),
        "m" | "min" => Span::minutes(1),
        "h" => Span::hours(1),
        "d" => Span::days(1),
        _ => return None,
    };
    one.as_micros().checked_mul(n).map(Span::micros)
}

/// For `deserialize_with`.
pub fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
    let text = String::deserialize(from)?;
    parse(&text).ok_or_else(|| D::Error::custom("config.no_span"))
}

/// The same for the standard library's timers.
pub fn std(span: Span) -> std::time::Duration {
    std::time::Duration::from_micros(span.as_micros().max(0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_units_or_iso_8601() {
        for (text, span) in [
            ("30s", Span::seconds(30)),
            ("15 m", Span::minutes(15)),
            ("48h", Span::hours(48)),
            ("7d", Span::days(7)),
            ("PT30S", Span::seconds(30)),
            ("250ms", Span::micros(250_000)),
        ] {
            assert_eq!(parse(text), Some(span), "{text}");
        }
        for text in ["", "30", "s", "-5s", "1y", "9999999999999999d", "-PT5S"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
