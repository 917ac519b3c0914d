//! What happened to a booked service: a line of its account's log, and a word to whom it concerns.
use crate::log::{self, Line};
use crate::notify::{self, Bag, Telling};
use crate::{Act, Fault};
use domain::booking::Milestone;
use domain::kit::{PersonId, ServiceId};
use domain::people::Role;
use serde_json::{Value, json};
use store::account::Account;
use store::booking::Booking;
use store::log::Audience;

/// Whom an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Customer,
    Vendor,
    /// Written down and told to nobody.
    Nobody,
}
fn side(key: &str) -> Side {
    match key {
        "service.requested" | "service.withdrawn" | "service.accepted" | "service.returned" | "service.rated" | "service.late" => Side::Vendor,
        "service.agreed" | "service.declined" | "service.cancelled" | "service.planned" | "service.begun" | "service.reported"
        | "service.exempted" => Side::Customer,
        _ => Side::Nobody,
    }
}

/// Writes an event down and tells whom it concerns, except whoever did it.
pub(super) fn happened(cx: &mut Act, account: &Account, b: &Booking, by: Option<PersonId>, key: &'static str, more: Value) -> Result<(), Fault> {
    let mut body = json!({"service": b.id.to_string(), "kind": b.is.kind.key(), "stage": b.is.stage.key(), "subject": b.subject});
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    // Lateness of a step is ours to mend; what the customer waits for they see in the milestones.
    let audience = if key == "service.late" { Audience::Staff } else { Audience::Public };
    log::write(cx, vec![Line { account: Some(b.account), ticket: None, actor: by, key, audience, body: body.clone() }])?;
    let mut bag = Bag::default();
    let args = json!({
        "service": b.id.to_string(), "subject": b.subject, "name": account.name, "kind": b.is.kind.key(),
        "first_day": b.first.to_string(), "reason": body["reason"].as_str().unwrap_or_default(),
    });
    for person in concerned(cx, &mut bag, account, b, key)? {
        if Some(person) != by {
            let telling = Telling { topic: key, args: Value::Null, urgent: false };
            notify::tell_person(cx, &mut bag, person, None, args.clone(), &telling)?;
        }
    }
    bag.post(cx)
}
fn concerned(cx: &mut Act, bag: &mut Bag, account: &Account, b: &Booking, key: &str) -> Result<Vec<PersonId>, Fault> {
    let mut people: Vec<PersonId> = match side(key) {
        Side::Nobody => return Ok(Vec::new()),
        Side::Customer => {
            let people = store::person::list_of_account(cx.tx, account.id, None, 200)?;
            let theirs = |p: &store::person::Person| p.id == b.by || Some(p.id) == account.contact;
            let named: Vec<PersonId> = people.iter().filter(|p| p.active && theirs(p)).map(|p| p.id).collect();
            // Where the vendor booked it and nobody was named, whoever answers for the customer hears of it.
            let managers = || people.iter().filter(|p| p.active && p.role == Role::CustomerManager).map(|p| p.id).collect();
            if named.is_empty() { managers() } else { named }
        }
        Side::Vendor => {
            let workers = store::booking::list_workers(cx.tx, b.id)?;
            let mut people: Vec<PersonId> = workers.into_iter().map(|w| w.person).chain(account.tam).collect();
            // Somebody must hear of it where there is no service manager.
            if account.tam.is_none() {
                people.extend(bag.people.on_duty(cx.tx, "duty_chief", cx.now)?);
            }
            people
        }
    };
    people.sort_unstable();
    people.dedup();
    Ok(people)
}
/// Tells once that a milestone is late. False: it was told of, or reached in the meantime.
pub(crate) fn tell_late(cx: &mut Act, id: ServiceId, milestone: Milestone) -> Result<bool, Fault> {
    let Some(b) = store::booking::find_locked(cx.tx, id)? else { return Ok(false) };
    let Some(account) = store::account::find(cx.tx, b.account)? else { return Ok(false) };
    if !store::booking::told(cx.tx, id, milestone, cx.now)? {
        return Ok(false);
    }
    happened(cx, &account, &b, None, "service.late", json!({"milestone": milestone.key()}))?;
    Ok(true)
}
