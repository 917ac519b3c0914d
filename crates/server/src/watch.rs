//! The one place that looks at the clock on the wall. Everybody else is told what time it is.
use domain::kit::{At, Span};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Instant;

/// Where the house reads the time.
#[derive(Debug, Clone)]
pub enum Watch {
    Wall,
    /// Moves only when wound; for tests and drills.
    Wound(Arc<AtomicI64>),
}
impl Watch {
    /// A watch that shows `at` until it is wound.
    pub fn wound(at: At) -> Watch {
        Watch::Wound(Arc::new(AtomicI64::new(at.micros())))
    }
    pub fn now(&self) -> At {
        match self {
            Watch::Wall => wall(),
            Watch::Wound(at) => At::from_micros(at.load(SeqCst)),
        }
    }
    /// Moves a wound watch on and tells the new time; `None` for the wall's, which nobody winds.
    pub fn wind(&self, by: Span) -> Option<At> {
        match self {
            Watch::Wall => None,
            Watch::Wound(at) => Some(At::from_micros(at.fetch_add(by.as_micros().max(0), SeqCst) + by.as_micros().max(0))),
        }
    }
    pub fn is_wound(&self) -> bool {
        matches!(self, Watch::Wound(_))
    }
    /// What the environment asks for. Only a binary built for drills listens.
    pub fn from_environment() -> Watch {
        match std::env::var("YINUO_WATCH") {
            Ok(word) if cfg!(feature = "drill") && word == "wound" => Watch::wound(wall()),
            _ => Watch::Wall,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one clock of the house")]
fn wall() -> At {
    At::from(jiff::Timestamp::now())
}

/// How long something takes; no date, never goes back.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);
impl Stopwatch {
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }
    pub fn elapsed(self) -> Span {
        Span::micros(self.0.elapsed().as_micros() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wound_watch_moves_only_when_wound_and_never_back() {
        let watch = Watch::wound(At::from_micros(1_000_000));
        assert_eq!(watch.now(), At::from_micros(1_000_000));
        assert_eq!(watch.clone().wind(Span::minutes(15)), Some(At::from_micros(901_000_000)));
        assert_eq!(watch.wind(Span::seconds(-5)), Some(watch.now()));
        assert_eq!(watch.now(), At::from_micros(901_000_000), "clones are one watch");
    }
    #[test]
    fn nobody_winds_the_wall() {
        assert_eq!(Watch::Wall.wind(Span::hours(1)), None);
        assert!(Watch::Wall.now() > At::parse("2024-01-01T00:00:00Z").unwrap());
    }
}
