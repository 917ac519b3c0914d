//! Access a customer gives to the vendor's people for one case, takes back, and sees used. Every step is a line of the case's story.
use crate::form::Form;
use crate::log::{self, Line};
use crate::notify::{self, Bag, Telling};
use crate::{Act, Fault, ticket};
use domain::kit::{At, GrantId, PersonId, TicketId, UseId};
use domain::people::{GiveAccess, Leave, ReadTicket, UseAccess};
use domain::ticket::{ACCESS_LASTS_MAX, ACCESS_SCOPES, AccessGrant, AccessStanding, NoAccess};
use serde_json::{Value, json};
use store::db::Tx;
use store::grant::Use;
use store::log::Audience;
use store::person::Named;
use store::ticket::Case;

/// Grants one case may ever have.
const GRANTS_MAX: usize = 100;
const RESOURCE_CHARS_MAX: usize = 300;
const WHAT_CHARS_MAX: usize = 500;

/// Access as it is given.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// `None`: whoever handles the case at the time.
    pub to: Option<PersonId>,
    pub scopes: Vec<String>,
    pub resource: String,
    pub until: At,
}
/// Gives access for a case of one's own. Errors: NotFound, Invalid, Refused `ticket.already_closed`, `grant.too_many`.
pub fn give(cx: &mut Act, leave: &Leave<GiveAccess>, id: TicketId, new: &NewGrant) -> Result<AccessGrant, Fault> {
    let who = leave.actor();
    let case = ticket::get(cx.tx, who, id)?;
    let (scopes, resource) = checked(cx, new)?;
    if case.ticket.closed_at.is_some() {
        return Err(Fault::refused("ticket.already_closed"));
    }
    cx.tx.lock(&id.to_string())?;
    if store::grant::list_of_ticket(cx.tx, id)?.len() >= GRANTS_MAX {
        return Err(Fault::Refused { code: "grant.too_many", args: vec![("max", GRANTS_MAX.to_string())] });
    }
    let grant = AccessGrant {
        id: cx.fresh(),
        ticket: id,
        account: case.ticket.account,
        by: who.person,
        to: new.to,
        scopes,
        resource,
        created_at: cx.now,
        until: new.until,
        revoked_at: None,
        revoked_by: None,
        uses: 0,
    };
    store::grant::put_new(cx.tx, &grant)?;
    let body = json!({
        "grant": grant.id.to_string(), "to": grant.to.map(|t| t.to_string()), "scopes": grant.scopes, "resource": grant.resource,
        "until": grant.until.to_string(),
    });
    write_line(cx, &case, Some(who.person), "grant.given", body)?;
    tell(cx, &case, &grant, "grant.given")?;
    cx.tx.nudge("clock");
    Ok(grant)
}
fn checked(cx: &mut Act, new: &NewGrant) -> Result<(Vec<String>, String), Fault> {
    let mut form = Form::new();
    form.must(!new.scopes.is_empty(), "scopes", "missing");
    for (i, scope) in new.scopes.iter().enumerate() {
        form.one_of(&format!("scopes[{i}]"), scope, ACCESS_SCOPES);
    }
    let resource = form.line("resource", &new.resource, RESOURCE_CHARS_MAX);
    form.future("until", new.until, cx.now);
    form.must(new.until <= cx.now + ACCESS_LASTS_MAX, "until", "too_far");
    if let Some(to) = new.to {
        let answers = store::person::find(cx.tx, to)?.is_some_and(|p| p.active && p.role.answers());
        form.must(answers, "to", "nobody_who_answers");
    }
    form.done()?;
    let scopes = ACCESS_SCOPES.iter().filter(|s| new.scopes.iter().any(|given| given == *s)).map(|s| s.to_string()).collect();
    Ok((scopes, resource))
}
/// Takes access back, at any time. Errors: NotFound, Refused `grant.revoked` or `grant.ended` when it is over already.
pub fn revoke(cx: &mut Act, leave: &Leave<GiveAccess>, id: GrantId) -> Result<AccessGrant, Fault> {
    let who = leave.actor();
    let (grant, case) = find(cx.tx, who, id)?;
    if !store::grant::revoke(cx.tx, id, cx.now, who.person)? {
        return Err(over(&grant, cx.now));
    }
    write_line(cx, &case, Some(who.person), "grant.revoked", json!({"grant": id.to_string()}))?;
    tell(cx, &case, &grant, "grant.revoked")?;
    cx.tx.nudge("clock");
    Ok(AccessGrant { revoked_at: Some(cx.now), revoked_by: Some(who.person), ..grant })
}
fn over(grant: &AccessGrant, now: At) -> Fault {
    let why = if grant.standing(now) == AccessStanding::Ended { NoAccess::Ended } else { NoAccess::Revoked };
    Fault::refused(why.key())
}
/// Writes down that access was used, and for what. Errors: NotFound, Invalid, Refused `grant.not_yours`, `grant.revoked`, `grant.ended`.
pub fn note_use(cx: &mut Act, leave: &Leave<UseAccess>, id: GrantId, what: &str) -> Result<Use, Fault> {
    let who = leave.actor();
    let (grant, case) = find(cx.tx, who, id)?;
    let mut form = Form::new();
    let what = form.line("what", what, WHAT_CHARS_MAX);
    form.done()?;
    grant.may_use(who.person, case.ticket.handler, cx.now).map_err(|no| Fault::refused(no.key()))?;
    let fresh: UseId = cx.fresh();
    let used = Use { id: fresh, grant: id, by: who.person, at: cx.now, what };
    if !store::grant::put_use(cx.tx, &used)? {
        // Taken back in the meantime.
        return Err(Fault::refused(NoAccess::Revoked.key()));
    }
    write_line(cx, &case, Some(who.person), "grant.used", json!({"grant": id.to_string(), "use": used.id.to_string(), "what": used.what}))?;
    Ok(used)
}
/// Grants of a case, oldest first. Errors: NotFound.
pub fn list(tx: &mut Tx, leave: &Leave<ReadTicket>, id: TicketId) -> Result<Vec<AccessGrant>, Fault> {
    ticket::get(tx, leave.actor(), id)?;
    Ok(store::grant::list_of_ticket(tx, id)?)
}
/// One grant with its newest uses, and everybody named. Errors: NotFound.
pub fn read(tx: &mut Tx, leave: &Leave<ReadTicket>, id: GrantId) -> Result<(AccessGrant, Vec<Use>, Vec<Named>), Fault> {
    let (grant, _) = find(tx, leave.actor(), id)?;
    let uses = store::grant::list_uses(tx, id)?;
    let mut ids: Vec<PersonId> = people_of(&grant).chain(uses.iter().map(|u| u.by)).collect();
    ids.sort_unstable();
    ids.dedup();
    let people = store::person::list_named(tx, &ids)?;
    Ok((grant, uses, people))
}
/// Everybody a grant names.
pub fn people_of(grant: &AccessGrant) -> impl Iterator<Item = PersonId> + use<> {
    [Some(grant.by), grant.to, grant.revoked_by].into_iter().flatten()
}
/// The end of a grant, told once. False: it was told of already.
pub(crate) fn end(cx: &mut Act, id: GrantId) -> Result<bool, Fault> {
    let Some(grant) = store::grant::find(cx.tx, id)?.filter(|g| g.standing(cx.now) == AccessStanding::Ended) else { return Ok(false) };
    let Some(case) = store::ticket::find(cx.tx, grant.ticket)? else { return Ok(false) };
    if !store::grant::told(cx.tx, id, cx.now)? {
        return Ok(false);
    }
    write_line(cx, &case, None, "grant.ended", json!({"grant": id.to_string(), "at": grant.until.to_string()}))?;
    tell(cx, &case, &grant, "grant.ended")?;
    Ok(true)
}

fn find(tx: &mut Tx, who: &domain::people::Actor, id: GrantId) -> Result<(AccessGrant, Case), Fault> {
    let grant = store::grant::find(tx, id)?.ok_or(Fault::NotFound)?;
    let case = ticket::get(tx, who, grant.ticket)?;
    Ok((grant, case))
}
fn write_line(cx: &mut Act, case: &Case, actor: Option<PersonId>, key: &'static str, body: Value) -> Result<(), Fault> {
    let told = [(key, Audience::Public, body.clone())];
    let line = Line { account: Some(case.ticket.account), ticket: Some(case.ticket.id), actor, key, audience: Audience::Public, body };
    log::write(cx, vec![line])?;
    let mut bag = Bag::default();
    notify::of_webhooks(cx, &mut bag, case, &told);
    bag.post(cx)
}
/// Whoever has it, or had it, is told at once.
fn tell(cx: &mut Act, case: &Case, grant: &AccessGrant, topic: &str) -> Result<(), Fault> {
    let Some(person) = grant.to.or(case.ticket.handler) else { return Ok(()) };
    let args = json!({"grant": grant.id.to_string(), "what": grant.resource, "until": grant.until.to_string()});
    let mut bag = Bag::default();
    notify::tell(cx, &mut bag, case, person, &Telling { topic, args, urgent: true })?;
    bag.post(cx)
}
