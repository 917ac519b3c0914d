use super::{Chore, Report};
use crate::{Desk, Fault};
use domain::kit::{At, Span};

/// Takes away what has served: sessions past their time, answers older than a day, links long expired, presence of people long gone,
/// how cases stood before an act on many that can no longer be taken back.
pub struct Sweep;

const ROUND_MAX: u32 = 5_000;

impl Chore for Sweep {
    fn name(&self) -> &'static str {
        "sweep"
    }
    fn every(&self) -> Span {
        Span::minutes(10)
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault> {
        let did = desk.write(now, move |cx| {
            let sessions = store::session::sweep(cx.tx, cx.now)?;
            let answers = store::idempotency::sweep(cx.tx, cx.now - Span::days(1), ROUND_MAX)?;
            // Kept for a while after their time, so that who comes too late is told that, and not that there never was such a link.
            let links = store::pass::sweep(cx.tx, cx.now - Span::days(30))?;
            let presence = store::presence::sweep(cx.tx, cx.now - Span::minutes(5))?;
            let bulk = store::bulk::sweep(cx.tx, cx.now - Span::days(1), ROUND_MAX)?;
            let tokens = store::embed::sweep(cx.tx, cx.now)?;
            Ok(sessions + answers + links + presence + bulk + tokens)
        })?;
        Ok(Report { looked_at: did as u32, did: did as u32, left_over: 0 })
    }
}
