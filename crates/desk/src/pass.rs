//! Links sent by mail: to sign in without a password, and to accept an invitation with a first password. The secret is kept as a hash, and
//! sealed in the letter until it is written out; it works once and for a while.
use crate::access::{NewPassword, SignedIn, plain_login, sign_in_by_link};
use crate::log::{self, Line};
use crate::secrets::{fingerprint, new_secret};
use crate::{Act, Desk, Fault, notify};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::kit::{At, OutboxId, PassId, PersonId, Span};
use domain::people::{Actor, InvitePerson, Leave};
use serde_json::json;
use store::db::Tx;
use store::pass::Pass;
use store::person::Person;

/// Prefix of a link's secret, for scanners of leaked secrets.
pub const LINK_PREFIX: &str = "ynl_";
pub const SIGN_IN: &str = "sign_in";
pub const INVITE: &str = "invite";
/// How long a link to sign in works, and one that invites.
pub const SIGN_IN_LASTS: Span = Span::minutes(15);
pub const INVITE_LASTS: Span = Span::days(7);
/// Topics of the letters.
pub const SIGN_IN_TOPIC: &str = "access.link";
pub const INVITE_TOPIC: &str = "person.invited";
/// People who share one address are sent a link each, so many at most.
const SHARE_MAX: u32 = 5;

/// Sends everybody with this address a link to sign in. Tells the caller nothing about who there is: neither by its answer nor by an error.
/// Customers only: the vendor's people sign in with their password.
pub fn send_sign_in(cx: &mut Act, email: &str) -> Result<(), Fault> {
    let email = plain_login(email);
    if email.is_empty() || email.contains('\0') {
        return Ok(());
    }
    for person in store::person::list_by_email(cx.tx, &email, SHARE_MAX)? {
        if person.role.is_customer() && may_enter(cx.tx, &person)? {
            issue(cx, &person, SIGN_IN, None)?;
            let body = json!({"person": person.id.to_string(), "until": (cx.now + SIGN_IN_LASTS).to_string()});
            log::write(cx, vec![Line::audit(Some(person.id), person.account, "access.link_sent", body)])?;
        }
    }
    Ok(())
}
fn may_enter(tx: &mut Tx, person: &Person) -> Result<bool, Fault> {
    let open = match person.account {
        Some(account) => store::account::find(tx, account)?.is_some_and(|a| a.active),
        None => true,
    };
    Ok(open && person.active)
}
/// Makes a link and the letter that carries it; earlier ones for the same purpose work no longer. Returns the secret, for tests alone to see.
pub fn issue(cx: &mut Act, person: &Person, purpose: &'static str, by: Option<PersonId>) -> Result<String, Fault> {
    store::pass::revoke(cx.tx, person.id, purpose, cx.now)?;
    let (secret, id): (String, PassId) = (new_secret(LINK_PREFIX)?, cx.fresh());
    let (lasts, topic) = if purpose == INVITE { (INVITE_LASTS, INVITE_TOPIC) } else { (SIGN_IN_LASTS, SIGN_IN_TOPIC) };
    let link =
        Pass { id, person: person.id, purpose: purpose.into(), by, created_at: cx.now, expires_at: cx.now + lasts, used_at: None, revoked_at: None };
    store::pass::put_new(cx.tx, &link, &fingerprint(&secret))?;
    if cx.desk.rules().mail && !person.email.is_empty() {
        let sealed = STANDARD.encode(cx.desk.seal().close(secret.as_bytes(), &id.bytes())?);
        let inviter = match by {
            Some(by) => store::person::find(cx.tx, by)?.map(|p| p.name).unwrap_or_default(),
            None => String::new(),
        };
        let body = json!({"link": id.to_string(), "sealed": sealed, "until": link.expires_at.to_string(), "name": inviter});
        let letter: OutboxId = cx.fresh();
        let letter = notify::letter(letter, "mail", person.id.bytes(), cx.pos, topic, body.to_string(), cx.now, cx.now);
        store::outbox::put_new(cx.tx, &letter)?;
    }
    Ok(secret)
}
/// The address in a letter, opened from its seal; the secret stands behind `#`, which browsers do not send on.
pub(crate) fn address(desk: &Desk, side: &str, topic: &str, body: &serde_json::Value) -> Option<String> {
    let id: PassId = body["link"].as_str()?.parse().ok()?;
    let sealed = STANDARD.decode(body["sealed"].as_str()?).ok()?;
    let secret = String::from_utf8(desk.seal().open(&sealed, &id.bytes()).ok()?).ok()?;
    let page = if topic == INVITE_TOPIC { "invitation" } else { "link" };
    Some(format!("{}/{side}/{page}#{secret}", desk.rules().public_url.trim_end_matches('/')))
}

/// Signs somebody in who shows the secret of a letter. Errors: Unauthorized `link_unknown`, `link_expired`, `link_used`, `link_revoked`, or
/// `person_disabled`.
pub fn sign_in(cx: &mut Act, secret: &str) -> Result<SignedIn, Fault> {
    let person = spend(cx, secret, SIGN_IN)?;
    sign_in_by_link(cx, person, None, "access.signed_in")
}
/// Accepts an invitation: the first password, and signed in. Errors: as [`sign_in`].
pub fn accept(cx: &mut Act, secret: &str, password: &NewPassword) -> Result<SignedIn, Fault> {
    let person = spend(cx, secret, INVITE)?;
    sign_in_by_link(cx, person, Some(password), "person.invitation_accepted")
}
/// Who the link of an invitation invites, without using it up: the page greets by name, and a password must not be the login.
/// Errors: as [`sign_in`].
pub fn invited(tx: &mut Tx, secret: &str, now: At) -> Result<Person, Fault> {
    let link = store::pass::find_by_hash(tx, &fingerprint(secret))?;
    let link = good(link, INVITE, now)?;
    entering(tx, link.person)
}
/// Uses the link up: of several at once one gets in.
fn spend(cx: &mut Act, secret: &str, purpose: &str) -> Result<Person, Fault> {
    let link = good(store::pass::find_by_hash(cx.tx, &fingerprint(secret))?, purpose, cx.now)?;
    cx.tx.lock(&link.person.to_string())?;
    if !store::pass::use_up(cx.tx, link.id, cx.now)? {
        return Err(Fault::Unauthorized { code: "link_used" });
    }
    entering(cx.tx, link.person)
}
fn good(link: Option<Pass>, purpose: &str, now: At) -> Result<Pass, Fault> {
    let no = |code| Err(Fault::Unauthorized { code });
    match link.filter(|l| l.purpose == purpose) {
        None => no("link_unknown"),
        Some(l) if l.used_at.is_some() => no("link_used"),
        Some(l) if l.revoked_at.is_some() => no("link_revoked"),
        Some(l) if l.expires_at <= now => no("link_expired"),
        Some(l) => Ok(l),
    }
}
fn entering(tx: &mut Tx, id: PersonId) -> Result<Person, Fault> {
    let person = store::person::find(tx, id)?.ok_or(Fault::Unauthorized { code: "link_unknown" })?;
    if may_enter(tx, &person)? { Ok(person) } else { Err(Fault::Unauthorized { code: "person_disabled" }) }
}

/// How an invitation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub person: PersonId,
    /// `sent`, `accepted`, `expired`, `revoked`
    pub state: &'static str,
    pub link: Pass,
}
fn standing(link: Pass, now: At) -> Invitation {
    let state = match &link {
        l if l.used_at.is_some() => "accepted",
        l if l.revoked_at.is_some() => "revoked",
        l if l.expires_at <= now => "expired",
        _ => "sent",
    };
    Invitation { person: link.person, state, link }
}
/// Invites somebody who is in the house already to set a password, or does so again; links sent before work no longer.
/// Errors: NotFound for other accounts' people, Refused `person.disabled`, `person.has_password`.
pub fn invite(cx: &mut Act, leave: &Leave<InvitePerson>, id: PersonId) -> Result<Invitation, Fault> {
    let who = leave.actor();
    cx.tx.lock(&id.to_string())?;
    let person = theirs(cx.tx, who, id)?;
    if !may_enter(cx.tx, &person)? {
        return Err(Fault::refused("person.disabled"));
    }
    if person.password_hash.is_some() {
        return Err(Fault::refused("person.has_password"));
    }
    issue(cx, &person, INVITE, Some(who.person))?;
    let body = json!({"person": id.to_string(), "until": (cx.now + INVITE_LASTS).to_string()});
    log::write(cx, vec![Line::audit(Some(who.person), person.account, "person.invited", body)])?;
    look(cx.tx, leave, id, cx.now)
}
/// Takes an invitation back; one that was accepted or ended stays as it is. Errors: NotFound, also where there is none.
pub fn revoke(cx: &mut Act, leave: &Leave<InvitePerson>, id: PersonId) -> Result<Invitation, Fault> {
    let who = leave.actor();
    let person = theirs(cx.tx, who, id)?;
    look(cx.tx, leave, id, cx.now)?;
    store::pass::revoke(cx.tx, id, INVITE, cx.now)?;
    log::write(cx, vec![Line::audit(Some(who.person), person.account, "person.invitation_revoked", json!({"person": id.to_string()}))])?;
    look(cx.tx, leave, id, cx.now)
}
/// The last invitation of somebody. Errors: NotFound, also where there is none.
pub fn look(tx: &mut Tx, leave: &Leave<InvitePerson>, id: PersonId, now: At) -> Result<Invitation, Fault> {
    theirs(tx, leave.actor(), id)?;
    let link = store::pass::newest(tx, id, INVITE)?.ok_or(Fault::NotFound)?;
    Ok(standing(link, now))
}
fn theirs(tx: &mut Tx, who: &Actor, id: PersonId) -> Result<Person, Fault> {
    let may_know = |p: &Person| who.role.is_staff() || p.account.is_some_and(|a| who.may_know(a));
    store::person::find(tx, id)?.filter(may_know).ok_or(Fault::NotFound)
}
