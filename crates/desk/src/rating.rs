//! A customer says how a closed case went.
use crate::form::Form;
use crate::log::{self, Line};
use crate::notify::{self, Bag};
use crate::{Act, Fault, Flaw, limits, ticket};
use domain::kit::TicketId;
use domain::people::{Leave, RateTicket};
use domain::ticket::{Rating, STARS_MAX};
use serde_json::json;
use store::log::Audience;

/// Rates a closed case, or changes the rating while it is open to change.
/// Errors: NotFound, Invalid, Refused `ticket.not_closed`, `rating.too_late`.
pub fn rate(cx: &mut Act, leave: &Leave<RateTicket>, id: TicketId, stars: u32, comment: &str) -> Result<Rating, Fault> {
    let who = leave.actor();
    cx.tx.lock(&format!("rating {id}"))?;
    let case = ticket::get(cx.tx, who, id)?;
    let mut form = Form::new();
    if !(1..=STARS_MAX).contains(&stars) {
        form.flaw(Flaw::new("stars", "out_of_range").with("min", 1).with("max", STARS_MAX));
    }
    if comment.chars().count() > limits::FIELD_CHARS_MAX {
        form.flaw(Flaw::new("comment", "too_long").with("max", limits::FIELD_CHARS_MAX).with("unit", "characters"));
    }
    form.must(!comment.contains('\0'), "comment", "control_character");
    form.done()?;
    let before = store::rating::find(cx.tx, id)?;
    let rating = match &before {
        None if case.ticket.closed_at.is_none() => return Err(Fault::refused("ticket.not_closed")),
        Some(given) if !given.may_change(cx.now) => return Err(Fault::refused("rating.too_late")),
        _ => Rating {
            ticket: id,
            by: who.person,
            stars,
            comment: comment.trim().to_string(),
            at: before.as_ref().map_or(cx.now, |b| b.at),
            edited_at: before.as_ref().map(|_| cx.now),
        },
    };
    store::rating::put(cx.tx, &rating)?;
    let body = json!({"stars": stars, "before": before.map(|b| b.stars)});
    let told = [("ticket.rated", Audience::Public, body.clone())];
    let (account, actor) = (Some(case.ticket.account), Some(who.person));
    log::write(cx, vec![Line { account, ticket: Some(id), actor, key: "ticket.rated", audience: Audience::Public, body }])?;
    let mut bag = Bag::default();
    notify::of_webhooks(cx, &mut bag, &case, &told);
    bag.post(cx)?;
    Ok(rating)
}
