//! People of the vendor and of its customers, and the rota: who stands on which duty from when to when.
use crate::access::{Known, NewPassword, plain_login};
use crate::form::Form;
use crate::log::{self, Line};
use crate::{Act, Desk, Fault, Flaw, limits};
use domain::kit::{AccountId, At, PersonId, ShiftId, Span};
use domain::people::{Actor, EditPerson, EditRota, InvitePerson, Leave, ReadPerson, ReadRota, Role};
use serde_json::json;
use store::db::Tx;
use store::person::{Person, Shift};

/// Cases at once anybody may be trusted with.
const CAPACITY_MAX: u32 = 1_000;
const SKILLS_MAX: usize = 100;
const LANGUAGES_MAX: usize = 20;
/// Somebody is away for a year at most; longer is disabled.
const AWAY_MAX: Span = Span::days(366);

/// Somebody new. Customers belong to an account, staff to none.
#[derive(Debug, Clone)]
pub struct NewPerson {
    pub account: Option<AccountId>,
    pub role: Role,
    /// 1–4 for an engineer, 0 for everybody else.
    pub tier: u8,
    pub name: String,
    /// The e-mail address when empty.
    pub login: String,
    pub email: String,
    /// The account's, or the house's, when `None`.
    pub language: Option<String>,
    pub tz: Option<String>,
    pub skills: Vec<String>,
    pub languages: Vec<String>,
    pub capacity: u32,
    pub work_calendar: Option<String>,
    /// `None`: cannot sign in with a password yet.
    pub password: Option<NewPassword>,
}
impl NewPerson {
    /// The least one must say; the rest can follow.
    pub fn new(account: Option<AccountId>, role: Role, name: &str, email: &str) -> NewPerson {
        NewPerson {
            account,
            role,
            tier: if role == Role::Engineer { 1 } else { 0 },
            name: name.into(),
            login: String::new(),
            email: email.into(),
            language: None,
            tz: None,
            skills: Vec::new(),
            languages: Vec::new(),
            capacity: 10,
            work_calendar: None,
            password: None,
        }
    }
}

/// Takes somebody into the house: an administrator anybody, a customer's manager contacts of the own account.
/// Errors: Invalid (a taken login is the flaw `taken`), NotFound for another account.
pub fn create(cx: &mut Act, leave: &Leave<InvitePerson>, new: &NewPerson) -> Result<Person, Fault> {
    let who = leave.actor();
    if let Some(account) = new.account.filter(|a| !who.may_know(*a)) {
        tracing::debug!(%account, "an account that is not theirs");
        return Err(Fault::NotFound);
    }
    let account = match new.account {
        Some(id) => Some(store::account::find(cx.tx, id)?.ok_or_else(|| Fault::invalid("account", "unknown"))?),
        None => None,
    };
    let rules = cx.desk.rules();
    let language = new.language.clone().or_else(|| account.as_ref().map(|a| a.language.clone())).unwrap_or_else(|| rules.language.clone());
    let tz = new.tz.clone().or_else(|| account.as_ref().map(|a| a.tz.clone())).unwrap_or_else(|| rules.tz.clone());
    let login = plain_login(if new.login.trim().is_empty() { &new.email } else { &new.login });
    let person = Person {
        id: cx.fresh(),
        account: new.account,
        role: new.role,
        tier: new.tier,
        name: new.name.clone(),
        login,
        email: new.email.clone(),
        language,
        tz,
        skills: new.skills.clone(),
        languages: new.languages.clone(),
        capacity: new.capacity,
        work_calendar: new.work_calendar.clone(),
        away_until: None,
        active: true,
        load: 0,
        last_assigned_at: None,
        quiet: None,
        digest: false,
        password_hash: new.password.as_ref().map(|p| p.hash().to_string()),
        created_at: cx.now,
        version: 1,
    };
    let mut form = Form::new();
    form.must(who.role.is_staff() || new.role == Role::Contact, "role", "more_than_own");
    form.must(new.role.is_staff() || account.as_ref().is_none_or(|a| a.active), "account", "disabled");
    let person = checked(cx.desk, form, person)?;
    cx.tx.lock(&format!("login {}", person.login))?;
    if store::person::find_by_login(cx.tx, &person.login)?.is_some() {
        return Err(Fault::invalid("login", "taken"));
    }
    store::person::put_new(cx.tx, &person)?;
    let body = json!({"person": person.id.to_string(), "role": person.role.key()});
    log::write(cx, vec![Line::audit(Some(who.person), person.account, "person.created", body)])?;
    Ok(person)
}
/// The person as it may be kept, or every flaw.
fn checked(desk: &Desk, mut form: Form, mut p: Person) -> Result<Person, Fault> {
    p.name = form.line("name", &p.name, 100);
    p.login = form.line("login", &p.login, 254);
    form.must(!p.login.chars().any(char::is_whitespace), "login", "white_space");
    p.email = form.email("email", &p.email);
    p.language = form.language("language", &p.language);
    p.tz = form.zone("tz", &p.tz);
    form.keys("skills", &p.skills, SKILLS_MAX);
    form.keys("languages", &p.languages, LANGUAGES_MAX);
    for (i, tag) in p.languages.iter().enumerate() {
        form.language(&format!("languages[{i}]"), tag);
    }
    form.must(p.role.is_customer() || p.account.is_none(), "account", "staff_has_none");
    form.must(p.role.is_staff() || p.account.is_some(), "account", "missing");
    let tier_fits = if p.role == Role::Engineer { (1..=4).contains(&p.tier) } else { p.tier == 0 };
    form.must(tier_fits, "tier", "not_a_tier");
    if p.capacity > CAPACITY_MAX {
        form.flaw(Flaw::new("capacity", "too_large").with("max", CAPACITY_MAX));
    }
    let calendar_known = p.work_calendar.as_ref().is_none_or(|c| desk.shelves().newest(c).is_some());
    form.must(calendar_known, "work_calendar", "unknown");
    form.done()?;
    Ok(p)
}

/// What an administrator changes about somebody; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct PersonEdit {
    pub role: Option<Role>,
    pub tier: Option<u8>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub language: Option<String>,
    pub tz: Option<String>,
    pub skills: Option<Vec<String>>,
    pub languages: Option<Vec<String>>,
    pub capacity: Option<u32>,
    pub work_calendar: Option<Option<String>>,
    pub away_until: Option<Option<At>>,
    /// A new password ends every session.
    pub password: Option<NewPassword>,
    /// `false` ends every session and revokes every token.
    pub active: Option<bool>,
}
/// Errors: NotFound, Stale, Invalid, Refused `person.yourself` (nobody locks themselves out or lowers themselves) or `person.other_side`
/// (a customer does not become staff by an edit, nor the other way round).
pub fn edit(cx: &mut Act, leave: &Leave<EditPerson>, id: PersonId, seen_version: u32, edit: &PersonEdit) -> Result<Person, Fault> {
    let who = leave.actor();
    let before = held(cx, id, seen_version)?;
    let after = merged(before.clone(), edit);
    if who.person == id && (!after.active || after.role != before.role) {
        return Err(Fault::refused("person.yourself"));
    }
    if after.role.is_staff() != before.role.is_staff() {
        return Err(Fault::refused("person.other_side"));
    }
    let mut form = Form::new();
    if let Some(Some(until)) = edit.away_until {
        check_away(&mut form, until, cx.now);
    }
    let after = checked(cx.desk, form, after)?;
    store::person::put(cx.tx, &after)?;
    if edit.password.is_some() || !after.active {
        store::session::drop_of(cx.tx, id)?;
    }
    if !after.active {
        revoke_tokens(cx, id)?;
    }
    let body = json!({"person": id.to_string(), "version": after.version, "changed": changed(&before, &after)});
    log::write(cx, vec![Line::audit(Some(who.person), after.account, "person.edited", body)])?;
    Ok(after)
}
/// Ends every session and token of somebody who leaves.
pub fn disable(cx: &mut Act, leave: &Leave<EditPerson>, id: PersonId, seen_version: u32) -> Result<Person, Fault> {
    edit(cx, leave, id, seen_version, &PersonEdit { active: Some(false), ..PersonEdit::default() })
}
/// The person, held against other edits until the end of the transaction, in the version the editor has seen.
pub(crate) fn held(cx: &mut Act, id: PersonId, seen_version: u32) -> Result<Person, Fault> {
    cx.tx.lock(&id.to_string())?;
    let person = store::person::find(cx.tx, id)?.ok_or(Fault::NotFound)?;
    if person.version != seen_version {
        return Err(Fault::Stale { current: person.version });
    }
    Ok(person)
}
fn merged(mut p: Person, e: &PersonEdit) -> Person {
    fn set<T: Clone>(place: &mut T, new: &Option<T>) {
        if let Some(new) = new {
            place.clone_from(new);
        }
    }
    set(&mut p.role, &e.role);
    set(&mut p.tier, &e.tier);
    set(&mut p.name, &e.name);
    set(&mut p.email, &e.email);
    set(&mut p.language, &e.language);
    set(&mut p.tz, &e.tz);
    set(&mut p.skills, &e.skills);
    set(&mut p.languages, &e.languages);
    set(&mut p.capacity, &e.capacity);
    set(&mut p.work_calendar, &e.work_calendar);
    set(&mut p.away_until, &e.away_until);
    set(&mut p.active, &e.active);
    if let Some(password) = &e.password {
        p.password_hash = Some(password.hash().to_string());
    }
    p.version += 1;
    p
}
/// Names of the fields that changed, never what they hold.
fn changed(a: &Person, b: &Person) -> Vec<&'static str> {
    let fields = [
        ("role", a.role != b.role),
        ("tier", a.tier != b.tier),
        ("name", a.name != b.name),
        ("email", a.email != b.email),
        ("language", a.language != b.language),
        ("tz", a.tz != b.tz),
        ("skills", a.skills != b.skills),
        ("languages", a.languages != b.languages),
        ("capacity", a.capacity != b.capacity),
        ("work_calendar", a.work_calendar != b.work_calendar),
        ("away_until", a.away_until != b.away_until),
        ("active", a.active != b.active),
        ("password", a.password_hash != b.password_hash),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}
pub(crate) fn revoke_tokens(cx: &mut Act, id: PersonId) -> Result<(), Fault> {
    for token in store::token::list_of_person(cx.tx, id)?.iter().filter(|t| t.revoked_at.is_none()) {
        store::token::revoke(cx.tx, token.id, id, cx.now)?;
    }
    Ok(())
}
fn check_away(form: &mut Form, until: At, now: At) {
    form.future("away_until", until, now);
    form.must(until <= now + AWAY_MAX, "away_until", "too_far");
}

/// What anybody changes about themselves; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct OwnEdit {
    pub name: Option<String>,
    pub language: Option<String>,
    pub tz: Option<String>,
    /// Until when they take no new cases; `Some(None)`: back now.
    pub away_until: Option<Option<At>>,
}
/// Errors: Forbidden with a token, Stale, Invalid.
pub fn edit_own(cx: &mut Act, known: &Known, seen_version: u32, edit: &OwnEdit) -> Result<Person, Fault> {
    known.in_person()?;
    let before = held(cx, known.person.id, seen_version)?;
    let mut form = Form::new();
    if let Some(Some(until)) = edit.away_until {
        check_away(&mut form, until, cx.now);
    }
    let OwnEdit { name, language, tz, away_until } = edit.clone();
    let after = merged(before.clone(), &PersonEdit { name, language, tz, away_until, ..PersonEdit::default() });
    let after = checked(cx.desk, form, after)?;
    store::person::put(cx.tx, &after)?;
    let body = json!({"person": after.id.to_string(), "version": after.version, "changed": changed(&before, &after)});
    log::write(cx, vec![Line::audit(Some(after.id), after.account, "person.edited", body)])?;
    Ok(after)
}

/// May this person know of that one? Customers know their own colleagues.
fn may_know(who: &Actor, p: &Person) -> bool {
    who.person == p.id || who.role.is_staff() || p.account.is_some_and(|a| who.may_know(a))
}
pub fn get(tx: &mut Tx, leave: &Leave<ReadPerson>, id: PersonId) -> Result<Person, Fault> {
    store::person::find(tx, id)?.filter(|p| may_know(leave.actor(), p)).ok_or(Fault::NotFound)
}
/// Whose people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Account(AccountId),
    Staff,
}
/// One page, in the order of their coming; `after` is the last one seen. Errors: NotFound for another account's people or, to customers, staff.
pub fn list(tx: &mut Tx, leave: &Leave<ReadPerson>, of: Of, after: Option<PersonId>, limit: u32) -> Result<Vec<Person>, Fault> {
    let limit = limit.clamp(1, limits::PAGE_MAX);
    match of {
        Of::Account(account) if leave.actor().may_know(account) => Ok(store::person::list_of_account(tx, account, after, limit)?),
        Of::Staff if leave.actor().role.is_staff() => Ok(store::person::list_staff(tx, after, limit)?),
        _ => Err(Fault::NotFound),
    }
}

/// As [`list`], of those called so: by the beginning of any word of name, login or address. Each with the part they were found by, which with
/// their id is the place to go on from.
pub fn called(
    tx: &mut Tx,
    leave: &Leave<ReadPerson>,
    of: Of,
    asked: &str,
    after: Option<(&str, PersonId)>,
    limit: u32,
) -> Result<Vec<(Person, String)>, Fault> {
    let mut form = Form::new();
    let asked = form.line("q", asked, 100);
    form.done()?;
    let (who, limit) = (leave.actor(), limit.clamp(1, limits::PAGE_MAX));
    match of {
        Of::Account(account) if who.may_know(account) => Ok(store::person::list_called(tx, Some(account), &asked, after, limit)?),
        Of::Staff if who.role.is_staff() => Ok(store::person::list_called(tx, None, &asked, after, limit)?),
        _ => Err(Fault::NotFound),
    }
}

/// The duties of the rota, in the words of the plans' ladders.
pub const DUTIES: &[&str] = &["fallback", "duty_chief", "manager", "goc", "group"];
const POSITION_MAX: u32 = 100;

/// One stretch to stand on a duty, half-open. Several may overlap: the smallest position is called first.
#[derive(Debug, Clone)]
pub struct NewShift {
    pub duty: String,
    pub person: PersonId,
    pub position: u32,
    pub from_at: At,
    /// `None`: until somebody ends it.
    pub to_at: Option<At>,
}
/// Errors: Invalid. Only active staff stand on a duty.
pub fn put_shift(cx: &mut Act, leave: &Leave<EditRota>, new: &NewShift) -> Result<Shift, Fault> {
    let mut form = Form::new();
    form.one_of("duty", &new.duty, DUTIES);
    let person = store::person::find(cx.tx, new.person)?;
    form.must(person.is_some_and(|p| p.active && p.role.is_staff()), "person", "unknown");
    if new.position > POSITION_MAX {
        form.flaw(Flaw::new("position", "too_large").with("max", POSITION_MAX));
    }
    form.must(new.to_at.is_none_or(|to| to > new.from_at), "to_at", "before_from");
    form.must(new.to_at.is_none_or(|to| to > cx.now), "to_at", "not_in_future");
    form.done()?;
    let shift = Shift { id: cx.fresh(), duty: new.duty.clone(), person: new.person, position: new.position, from_at: new.from_at, to_at: new.to_at };
    store::person::put_shift(cx.tx, &shift)?;
    let body = json!({
        "shift": shift.id.to_string(), "duty": shift.duty, "person": shift.person.to_string(), "position": shift.position,
        "from": shift.from_at.to_string(), "to": shift.to_at.map(|t| t.to_string()),
    });
    log::write(cx, vec![Line::audit(Some(leave.actor().person), None, "rota.shift_put", body)])?;
    Ok(shift)
}
/// Ends a present or coming shift at an instant from now on; one that has not begun by then never begins.
/// Errors: NotFound, also for one that is over; Invalid.
pub fn end_shift(cx: &mut Act, leave: &Leave<EditRota>, duty: &str, id: ShiftId, at: Option<At>) -> Result<(), Fault> {
    let at = at.unwrap_or(cx.now);
    let mut form = Form::new();
    form.one_of("duty", duty, DUTIES);
    form.must(at >= cx.now, "at", "not_in_future");
    form.done()?;
    let shift = store::person::list_rota(cx.tx, duty, cx.now)?.into_iter().find(|s| s.id == id).ok_or(Fault::NotFound)?;
    store::person::end_shift(cx.tx, id, at.max(shift.from_at))?;
    let body = json!({"shift": id.to_string(), "duty": duty, "at": at.to_string()});
    log::write(cx, vec![Line::audit(Some(leave.actor().person), None, "rota.shift_ended", body)])?;
    Ok(())
}
/// Present and coming shifts of a duty. Errors: Invalid for an unknown duty.
pub fn rota(tx: &mut Tx, _leave: &Leave<ReadRota>, duty: &str, from: At) -> Result<Vec<Shift>, Fault> {
    let mut form = Form::new();
    form.one_of("duty", duty, DUTIES);
    form.done()?;
    Ok(store::person::list_rota(tx, duty, from)?)
}
