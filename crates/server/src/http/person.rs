//! The vendor's people and its customers'.
use super::App;
use super::extract::{IfMatch, Json, PathId, Query};
use super::once::Write;
use super::page;
use super::problem::Problem;
use super::reply;
use super::wire::{self, AccountRef, Instant, Made, Page, PersonRef, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::access::prepare_password;
use desk::people::{NewPerson, Of, PersonEdit};
use desk::{Fault, Flaw};
use domain::kit::PersonId;
use domain::people::{EditPerson, InvitePerson, Leave, ReadPerson, Role};
use serde::{Deserialize, Serialize};
use store::person::Person;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(get, edit))
}

/// Somebody who signs in.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonOut {
    pub id: PersonRef,
    /// Absent for the vendor's people.
    pub account: Option<AccountRef>,
    /// `contact`, `customer_manager`, `engineer`, `tam`, `duty_chief`, `quality`, `finance`, `administrator`
    pub role: String,
    /// Engineers' tier 1 to 4; 0 for everybody else.
    pub tier: u8,
    pub name: String,
    pub login: String,
    pub email: String,
    pub language: String,
    pub tz: String,
    pub skills: Vec<String>,
    pub languages: Vec<String>,
    /// Cases at once, and how many there are now.
    pub capacity: u32,
    pub load: u32,
    pub work_calendar: Option<String>,
    pub away_until: Option<Instant>,
    /// Minutes of the local day.
    pub quiet: Option<QuietOut>,
    pub digest: bool,
    pub active: bool,
    pub created_at: Instant,
    pub version: u32,
}
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietOut {
    pub from: u32,
    pub to: u32,
}
pub fn person_out(p: &Person) -> PersonOut {
    PersonOut {
        id: p.id.into(),
        account: p.account.map(Into::into),
        role: p.role.key().into(),
        tier: p.tier,
        name: p.name.clone(),
        login: p.login.clone(),
        email: p.email.clone(),
        language: p.language.clone(),
        tz: p.tz.clone(),
        skills: p.skills.clone(),
        languages: p.languages.clone(),
        capacity: p.capacity,
        load: p.load,
        work_calendar: p.work_calendar.clone(),
        away_until: instant(p.away_until),
        quiet: p.quiet.map(|(from, to)| QuietOut { from, to }),
        digest: p.digest,
        active: p.active,
        created_at: p.created_at.into(),
        version: p.version,
    }
}

/// Somebody new.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonIn {
    /// Customers belong to an account, the vendor's people to none.
    pub account: Option<AccountRef>,
    pub role: String,
    pub tier: Option<u8>,
    pub name: String,
    /// The e-mail address if not said.
    pub login: Option<String>,
    pub email: String,
    pub language: Option<String>,
    pub tz: Option<String>,
    #[serde(default)]
    pub skills: Vec<String>,
    #[serde(default)]
    pub languages: Vec<String>,
    pub capacity: Option<u32>,
    pub work_calendar: Option<String>,
    /// Without one they cannot sign in with a password yet.
    pub password: Option<String>,
    /// Send them a letter with a link to choose a password themselves.
    #[serde(default)]
    pub invite: bool,
}
impl PersonIn {
    /// Hashes the password: slow.
    fn parsed(self) -> Result<NewPerson, Fault> {
        let role = role(&self.role)?;
        let usual = NewPerson::new(self.account.map(|a| a.0), role, &self.name, &self.email);
        let login = self.login.unwrap_or_default();
        let password = self.password.map(|p| prepare_password(&p, if login.is_empty() { &self.email } else { &login })).transpose()?;
        Ok(NewPerson {
            tier: self.tier.unwrap_or(usual.tier),
            login,
            language: self.language,
            tz: self.tz,
            skills: self.skills,
            languages: self.languages,
            capacity: self.capacity.unwrap_or(usual.capacity),
            work_calendar: self.work_calendar,
            password,
            ..usual
        })
    }
}
fn role(key: &str) -> Result<Role, Fault> {
    let known = || Role::ALL.iter().map(|r| r.key()).collect::<Vec<_>>().join(", ");
    Role::parse(key).ok_or_else(|| Fault::Invalid(vec![Flaw::new("role", "unknown").with("known", known())]))
}
/// Take somebody in: an administrator anybody, a customer's manager colleagues of the own account.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", operation_id = "create_person", request_body = PersonIn, responses((status = 201, body = PersonOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<PersonIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<InvitePerson>()?;
    let invite = body.invite;
    let new = app.work(move |_| body.parsed()).await?;
    app.once(visitor.id(), once, move |cx| {
        let person = desk::people::create(cx, &leave, &new)?;
        if invite {
            desk::pass::invite(cx, &leave, person.id)?;
        }
        Ok(Made::new(format!("/api/v1/people/{}", person.id), person_out(&person)).version(person.version))
    })
    .await
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleIn {
    limit: Option<u32>,
    cursor: Option<String>,
    /// Of this account; the vendor's people if not said, a customer's own colleagues for customers.
    account: Option<AccountRef>,
    /// Those called so: the beginning of any word of name, login or address; then in the order of what was found.
    #[param(example = "ming")]
    q: Option<String>,
}
/// People, in the order of their coming.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", operation_id = "list_people", params(PeopleIn), responses((status = 200, body = Page<PersonOut>)))]
async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<PeopleIn>) -> Result<Json<Page<PersonOut>>, Problem> {
    let leave = visitor.leave::<ReadPerson>()?;
    let limit = page::limit(asked.limit)?;
    let of = asked.account.map(|a| a.0).or(visitor.actor.account).map_or(Of::Staff, Of::Account);
    if let Some(q) = asked.q {
        return called(&app, leave, of, q, asked.cursor, limit).await;
    }
    let question = format!("people {of:?}");
    let after: Option<PersonId> = app.cursors.after_key(&question, asked.cursor.as_deref())?;
    let people = app.read(move |tx, _, _| desk::people::list(tx, &leave, of, after, limit)).await?;
    let next = people.last().filter(|_| people.len() == limit as usize).map(|p| app.cursors.close(&question, &p.id.to_string()));
    Ok(Json(Page { items: people.iter().map(person_out).collect(), next }))
}
async fn called(
    app: &App,
    leave: Leave<ReadPerson>,
    of: Of,
    q: String,
    cursor: Option<String>,
    limit: u32,
) -> Result<Json<Page<PersonOut>>, Problem> {
    let question = format!("people {of:?} {q}");
    let after = cursor.map(|c| app.cursors.open(&question, &c)).transpose()?;
    let found = app.read(move |tx, _, _| {
        let after = after.as_deref().and_then(|p| p.split_once(' ')).and_then(|(id, at)| Some((at, id.parse::<PersonId>().ok()?)));
        desk::people::called(tx, &leave, of, &q, after, limit)
    });
    let found = found.await?;
    let next = found.last().filter(|_| found.len() == limit as usize).map(|(p, at)| app.cursors.close(&question, &format!("{} {at}", p.id)));
    Ok(Json(Page { items: found.iter().map(|(p, _)| person_out(p)).collect(), next }))
}
/// One person.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people", operation_id = "get_person", params(("id" = PersonRef, Path)), responses((status = 200, body = PersonOut), (status = 304)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<PersonId>, asked: HeaderMap) -> Result<Response, Problem> {
    let leave = visitor.leave::<ReadPerson>()?;
    let person = app.read(move |tx, _, _| desk::people::get(tx, &leave, id)).await?;
    Ok(reply::versioned(&asked, person.version, person_out(&person)))
}

/// What changes about somebody; what is not said stays.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonEditIn {
    pub role: Option<String>,
    pub tier: Option<u8>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub language: Option<String>,
    pub tz: Option<String>,
    pub skills: Option<Vec<String>>,
    pub languages: Option<Vec<String>>,
    pub capacity: Option<u32>,
    #[serde(default, deserialize_with = "wire::said")]
    #[schema(value_type = Option<String>)]
    pub work_calendar: Option<Option<String>>,
    #[serde(default, deserialize_with = "wire::said")]
    #[schema(value_type = Option<Instant>)]
    pub away_until: Option<Option<Instant>>,
    /// Ends every session.
    pub password: Option<String>,
    /// `false` ends every session and revokes every token.
    pub active: Option<bool>,
}
impl PersonEditIn {
    /// Hashes the password: slow.
    fn parsed(self) -> Result<PersonEdit, Fault> {
        Ok(PersonEdit {
            role: self.role.as_deref().map(role).transpose()?,
            tier: self.tier,
            name: self.name,
            email: self.email,
            language: self.language,
            tz: self.tz,
            skills: self.skills,
            languages: self.languages,
            capacity: self.capacity,
            work_calendar: self.work_calendar,
            away_until: self.away_until.map(wire::at),
            password: self.password.map(|p| prepare_password(&p, "")).transpose()?,
            active: self.active,
        })
    }
}
/// Change somebody.
#[utoipa::path(patch, path = "/api/v1/people/{id}", tag = "people", operation_id = "edit_person", params(("id" = PersonRef, Path), ("If-Match" = String, Header)), request_body = PersonEditIn, responses((status = 200, body = PersonOut)))]
async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<PersonId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<PersonEditIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<EditPerson>()?;
    let edit = app.work(move |_| body.parsed()).await?;
    app.once(visitor.id(), once, move |cx| {
        let person = desk::people::edit(cx, &leave, id, version, &edit)?;
        Ok(Made::ok(person_out(&person)).version(person.version))
    })
    .await
}
