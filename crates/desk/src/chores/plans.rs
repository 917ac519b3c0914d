use super::{Chore, Report};
use crate::{Desk, Fault, board, ticket};
use domain::kit::{At, Span};

/// Lets running clocks follow when an order begins or ends by itself: the account is on another plan from that instant on (I7).
pub struct FollowPlans;

const FOLLOWED: &str = "plans.followed_until";
const ROUND_MAX: u32 = 200;

impl Chore for FollowPlans {
    fn name(&self) -> &'static str {
        "follow-plans"
    }
    fn every(&self) -> Span {
        Span::minutes(1)
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault> {
        let followed = desk.read(|tx| Ok(store::plan::find_setting(tx, FOLLOWED)?))?.and_then(|t| At::parse(&t).ok());
        // The first round of a house has nothing behind it: orders are applied when they are placed.
        let from = followed.unwrap_or(now);
        let turned = desk.read(|tx| Ok(store::account::list_turned(tx, from, now, ROUND_MAX)?))?;
        let full = turned.len() >= ROUND_MAX as usize;
        let until = if full { turned.get(ROUND_MAX as usize - 1).map_or(now, |(_, at)| *at) } else { now };
        let mut report = Report { looked_at: 0, did: 0, left_over: u32::from(full) };
        for (account, _) in turned.iter().filter(|(_, at)| *at <= until) {
            let account = *account;
            report.looked_at += 1;
            report.did += desk.write(now, move |cx| {
                let plan = ticket::plan_now(cx.tx, cx.desk, account, cx.now)?.id.clone();
                board::plan_changed(cx, account, &plan)
            })?;
        }
        if report.looked_at > 0 || followed.is_none_or(|f| now - f > Span::hours(1)) {
            desk.write(now, move |cx| Ok(store::plan::put_setting(cx.tx, FOLLOWED, &until.to_string(), cx.now)?))?;
        }
        Ok(report)
    }
}
