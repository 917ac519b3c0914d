use super::{Chore, Report};
use crate::{Desk, Fault, booking, grant, ticket};
use domain::kit::{At, Span};

/// Announces time-outs, closes what was announced, takes back what was laid aside: a case's own alarms. Tells once that access a customer
/// gave has ended, and that a milestone of a booked service is late.
pub struct RingAlarms;

const ROUND_MAX: u32 = 200;

impl Chore for RingAlarms {
    fn name(&self) -> &'static str {
        "ring-alarms"
    }
    fn wakes_on(&self) -> &'static str {
        "clock"
    }
    fn every(&self) -> Span {
        Span::seconds(30)
    }
    fn keeps_time(&self) -> bool {
        true
    }
    fn next_at(&self, desk: &Desk) -> Result<Option<At>, Fault> {
        desk.read(|tx| {
            let next = [store::ticket::next_alarm(tx)?, store::ticket::next_waking(tx)?, store::grant::next_end(tx)?, store::booking::next_late(tx)?];
            Ok(next.into_iter().flatten().min())
        })
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault> {
        let (ringing, waking) =
            desk.read(|tx| Ok((store::ticket::list_ringing(tx, now, ROUND_MAX)?, store::ticket::list_waking(tx, now, ROUND_MAX)?)))?;
        let (ending, late) = desk.read(|tx| Ok((store::grant::list_ending(tx, now, ROUND_MAX)?, store::booking::list_late(tx, now, ROUND_MAX)?)))?;
        let full = ringing.len().max(waking.len()).max(ending.len()).max(late.len()) == ROUND_MAX as usize;
        // A case in both lists is looked at twice and finds nothing the second time.
        let ringing: Vec<_> = ringing.into_iter().chain(waking).collect();
        let mut report = Report { looked_at: (ringing.len() + ending.len() + late.len()) as u32, did: 0, left_over: u32::from(full) };
        for id in ending {
            report.did += u32::from(desk.write(now, move |cx| grant::end(cx, id))?);
        }
        for (id, milestone) in late {
            report.did += u32::from(desk.write(now, move |cx| booking::tell_late(cx, id, milestone))?);
        }
        for id in ringing {
            report.did += u32::from(desk.write(now, move |cx| ticket::ring(cx, id))?);
        }
        Ok(report)
    }
}
