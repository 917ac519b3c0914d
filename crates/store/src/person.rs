//! People, what they can do, who stands on which duty, and how much each has to do.
use crate::db::{DbError, Row, Tx, Val};
use crate::{name, statements, vals};
use domain::kit::{AccountId, At, PersonId, ShiftId};
use domain::people::Role;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub account: Option<AccountId>,
    pub role: Role,
    pub tier: u8,
    pub name: String,
    /// What they sign in with, lower case; unique.
    pub login: String,
    pub email: String,
    pub language: String,
    pub tz: String,
    /// Keys of products or components they know; `*` is all.
    pub skills: Vec<String>,
    pub languages: Vec<String>,
    /// Cases at once.
    pub capacity: u32,
    /// Calendar of their working hours; `None`: at any time.
    pub work_calendar: Option<String>,
    pub away_until: Option<At>,
    pub active: bool,
    /// Open cases they handle now.
    pub load: u32,
    pub last_assigned_at: Option<At>,
    /// Quiet hours, minutes of the local day; mails wait, urgent ones do not.
    pub quiet: Option<(u32, u32)>,
    /// Bundle ordinary mails into one a day.
    pub digest: bool,
    pub password_hash: Option<String>,
    pub created_at: At,
    pub version: u32,
}

macro_rules! columns {
    () => {
        "id, account_id, role, tier, name, login, email, language, tz, skills, languages, capacity, work_calendar, away_until, active, load, last_assigned_at, quiet_from, quiet_to, digest, password_hash, created_at, version"
    };
}
statements! {
    ONE = concat!("select ", columns!(), " from person where id = $1");
    BY_LOGIN = concat!("select ", columns!(), " from person where login = $1");
    BY_EMAIL = concat!("select ", columns!(), " from person where lower(email) = $1 order by id limit $2");
    OF_ACCOUNT = concat!("select ", columns!(), " from person where account_id = $1 and id > $2 order by id limit $3");
    STAFF = concat!("select ", columns!(), " from person where account_id is null and id > $1 order by id limit $2");
    CALLED = "select p.id, p.account_id, p.role, p.tier, p.name, p.login, p.email, p.language, p.tz, p.skills, p.languages, p.capacity, p.work_calendar, p.away_until, p.active, p.load, p.last_assigned_at, p.quiet_from, p.quiet_to, p.digest, p.password_hash, p.created_at, p.version, n.part from person_part n join person p on p.id = n.person_id where n.home = $1 and (n.part, n.person_id) > ($2, $3) and n.part < $4 and not exists (select 1 from person_part e where e.person_id = n.person_id and e.part >= $5 and e.part < n.part) order by n.part, n.person_id limit $6";
    ANSWERING = concat!("select ", columns!(), " from person where active = 1 and role in ('engineer', 'tam', 'duty_chief') order by id");
    INSERT = concat!("insert into person (", columns!(), ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)");
    UPDATE = "update person set role = $2, tier = $3, name = $4, email = $5, language = $6, tz = $7, skills = $8, languages = $9, capacity = $10, work_calendar = $11, away_until = $12, active = $13, quiet_from = $14, quiet_to = $15, digest = $16, password_hash = $17, version = $18 where id = $1";
    LOAD = "update person set load = load + $2, last_assigned_at = coalesce($3, last_assigned_at) where id = $1";
    ON_DUTY = "select person_id from rota where duty = $1 and from_at <= $2 and (to_at is null or to_at > $2) order by position, id";
    ROTA = "select id, duty, person_id, position, from_at, to_at from rota where duty = $1 and (to_at is null or to_at > $2) order by from_at, position, id limit 500";
    ROTA_PUT = "insert into rota (id, duty, person_id, position, from_at, to_at) values ($1, $2, $3, $4, $5, $6)";
    NAMED_FEW = "select id, account_id, role, name from person where id in ($1, $2, $3, $4, $5, $6, $7, $8)";
    NAMED_MANY = "select id, account_id, role, name from person where id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)";
    ROTA_END = "update rota set to_at = $2 where id = $1";
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_string).collect()
}
fn read(r: &Row) -> Result<Person, DbError> {
    let role = Role::parse(r.str(2)).ok_or_else(|| DbError::internal(format!("role {}", r.str(2))))?;
    Ok(Person {
        id: r.id(0),
        account: r.opt_id(1),
        role,
        tier: r.num(3),
        name: r.text(4),
        login: r.text(5),
        email: r.text(6),
        language: r.text(7),
        tz: r.text(8),
        skills: words(r.str(9)),
        languages: words(r.str(10)),
        capacity: r.num(11),
        work_calendar: r.opt_text(12),
        away_until: r.opt_at(13),
        active: r.bool(14),
        load: r.num(15),
        last_assigned_at: r.opt_at(16),
        quiet: r.opt_num(17).zip(r.opt_num(18)),
        digest: r.bool(19),
        password_hash: r.opt_text(20),
        created_at: r.at(21),
        version: r.num(22),
    })
}
pub fn find(tx: &mut Tx, id: PersonId) -> Result<Option<Person>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
pub fn find_by_login(tx: &mut Tx, login: &str) -> Result<Option<Person>, DbError> {
    tx.first(&BY_LOGIN, &vals![login], read)
}
/// Everybody with this address, written in lower case; several people may share one.
pub fn list_by_email(tx: &mut Tx, email: &str, limit: u32) -> Result<Vec<Person>, DbError> {
    tx.query(&BY_EMAIL, &vals![email, limit], read)
}
pub fn list_of_account(tx: &mut Tx, account: AccountId, after: Option<PersonId>, limit: u32) -> Result<Vec<Person>, DbError> {
    tx.query(&OF_ACCOUNT, &vals![account, after.unwrap_or(PersonId::from_raw(0)), limit], read)
}
pub fn list_staff(tx: &mut Tx, after: Option<PersonId>, limit: u32) -> Result<Vec<Person>, DbError> {
    tx.query(&STAFF, &vals![after.unwrap_or(PersonId::from_raw(0)), limit], read)
}
/// Of an account's people, or the vendor's, those with a part of name, login or address that begins with `asked`, in the order of those parts;
/// `after` is the part and id of the last row seen. Each with the part they were found by.
pub fn list_called(
    tx: &mut Tx,
    home: Option<AccountId>,
    asked: &str,
    after: Option<(&str, PersonId)>,
    limit: u32,
) -> Result<Vec<(Person, String)>, DbError> {
    let asked = name::folded(asked);
    let (part, id) = after.unwrap_or((&asked, PersonId::from_raw(0)));
    let (home, end) = (name::home_of(home), name::end_of(&asked));
    let values = vals![home, part.as_bytes(), id, &end[..], asked.as_bytes(), limit];
    tx.query(&CALLED, &values, |r| Ok((read(r)?, String::from_utf8_lossy(&r.bytes(23)).into_owned())))
}
/// Everybody who answers cases: the candidates of routing. Bounded by the size of the vendor's staff, not by its history.
pub fn list_answering(tx: &mut Tx) -> Result<Vec<Person>, DbError> {
    tx.query(&ANSWERING, &[], read)
}
/// Somebody as others see them beside a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: PersonId,
    pub account: Option<AccountId>,
    pub role: Role,
    pub name: String,
}
/// The names of these people, in no order; who does not exist is left out. One statement for 8 of them, one for each 32 of more.
pub fn list_named(tx: &mut Tx, ids: &[PersonId]) -> Result<Vec<Named>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    let (sql, width) = if ids.len() <= 8 { (&NAMED_FEW, 8) } else { (&NAMED_MANY, 32) };
    for some in ids.chunks(width) {
        // Filled up with one of them, so that there are two texts to prepare and not forty.
        let values: Vec<Val> = some.iter().chain(some.iter().cycle()).take(width).map(|id| Val::from(*id)).collect();
        found.extend(tx.query(sql, &values, |r| {
            let role = Role::parse(r.str(2)).ok_or_else(|| DbError::internal(format!("role {}", r.str(2))))?;
            Ok(Named { id: r.id(0), account: r.opt_id(1), role, name: r.text(3) })
        })?);
    }
    Ok(found)
}
/// Errors: `Conflict` when the login is taken.
pub fn put_new(tx: &mut Tx, p: &Person) -> Result<(), DbError> {
    let (skills, languages) = (p.skills.join(" "), p.languages.join(" "));
    let values = vals![
        p.id,
        p.account,
        p.role.key(),
        p.tier,
        &p.name,
        &p.login,
        &p.email,
        &p.language,
        &p.tz,
        &skills,
        &languages,
        p.capacity,
        p.work_calendar.as_deref(),
        p.away_until,
        p.active,
        p.load,
        p.last_assigned_at,
        p.quiet.map(|q| q.0),
        p.quiet.map(|q| q.1),
        p.digest,
        p.password_hash.as_deref(),
        p.created_at,
        p.version
    ];
    tx.exec(&INSERT, &values)?;
    name::put_person(tx, p.id, p.account, &[&p.name, &p.login, &p.email])
}
/// Load is moved by [`add_load`] alone.
pub fn put(tx: &mut Tx, p: &Person) -> Result<(), DbError> {
    let (skills, languages) = (p.skills.join(" "), p.languages.join(" "));
    let values = vals![
        p.id,
        p.role.key(),
        p.tier,
        &p.name,
        &p.email,
        &p.language,
        &p.tz,
        &skills,
        &languages,
        p.capacity,
        p.work_calendar.as_deref(),
        p.away_until,
        p.active,
        p.quiet.map(|q| q.0),
        p.quiet.map(|q| q.1),
        p.digest,
        p.password_hash.as_deref(),
        p.version
    ];
    tx.exec(&UPDATE, &values)?;
    name::put_person(tx, p.id, p.account, &[&p.name, &p.login, &p.email])
}
/// One case more or less in somebody's hands; `assigned_at` when it was given just now.
pub fn add_load(tx: &mut Tx, id: PersonId, by: i64, assigned_at: Option<At>) -> Result<(), DbError> {
    tx.exec(&LOAD, &vals![id, by, assigned_at]).map(|_| ())
}

/// One stretch of somebody standing on a duty: `fallback`, `duty_chief`, `manager`, `goc`, `group`. Half-open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    pub id: ShiftId,
    pub duty: String,
    pub person: PersonId,
    pub position: u32,
    pub from_at: At,
    pub to_at: Option<At>,
}
/// Who stands on a duty at an instant, in order of position.
pub fn list_on_duty(tx: &mut Tx, duty: &str, at: At) -> Result<Vec<PersonId>, DbError> {
    tx.query(&ON_DUTY, &vals![duty, at], |r| Ok(r.id(0)))
}
/// Present and coming stretches of a duty.
pub fn list_rota(tx: &mut Tx, duty: &str, from: At) -> Result<Vec<Shift>, DbError> {
    tx.query(&ROTA, &vals![duty, from], |r| {
        Ok(Shift { id: r.id(0), duty: r.text(1), person: r.id(2), position: r.num(3), from_at: r.at(4), to_at: r.opt_at(5) })
    })
}
pub fn put_shift(tx: &mut Tx, s: &Shift) -> Result<(), DbError> {
    tx.exec(&ROTA_PUT, &vals![s.id, &s.duty, s.person, s.position, s.from_at, s.to_at]).map(|_| ())
}
pub fn end_shift(tx: &mut Tx, id: ShiftId, at: At) -> Result<bool, DbError> {
    Ok(tx.exec(&ROTA_END, &vals![id, at])? > 0)
}
