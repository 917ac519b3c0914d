//! Access customers give to the vendor's people for one case: scoped, for a time, taken back at any time, with a record of its use.
use super::App;
use super::extract::{Json, PathId};
use super::once::{Bare, Write};
use super::problem::Problem;
use super::ticket::NameOut;
use super::wire::{Instant, Made, PersonRef, TicketRef, WireId, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::grant::{self, NewGrant};
use domain::kit::{At, GrantId, GrantKind, TicketId, UseKind};
use domain::people::{GiveAccess, ReadTicket, UseAccess};
use domain::ticket::AccessGrant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::grant::Use;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(give, list)).routes(routes!(get, revoke)).routes(routes!(note_use))
}

type GrantRef = WireId<GrantKind>;
type UseRef = WireId<UseKind>;

/// Access a customer gave.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantOut {
    pub id: GrantRef,
    pub ticket: TicketRef,
    /// Who gave it.
    pub by: PersonRef,
    /// To whom; absent: whoever handles the case at the time.
    pub to: Option<PersonRef>,
    /// `read_logs`, `read_metrics`, `read_config`, `console_read_only`, `remote_session`, `restart`
    pub scopes: Vec<String>,
    /// To what, in the customer's words.
    pub resource: String,
    pub created_at: Instant,
    /// The first instant at which it is over.
    pub until: Instant,
    /// `active`, `revoked`, `ended`
    pub standing: &'static str,
    pub revoked_at: Option<Instant>,
    pub revoked_by: Option<PersonRef>,
    /// How often it was used.
    pub uses: u32,
}
pub fn grant_out(g: &AccessGrant, now: At) -> GrantOut {
    GrantOut {
        id: g.id.into(),
        ticket: g.ticket.into(),
        by: g.by.into(),
        to: g.to.map(Into::into),
        scopes: g.scopes.clone(),
        resource: g.resource.clone(),
        created_at: g.created_at.into(),
        until: g.until.into(),
        standing: g.standing(now).key(),
        revoked_at: instant(g.revoked_at),
        revoked_by: g.revoked_by.map(Into::into),
        uses: g.uses,
    }
}
/// One use of access.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessUseOut {
    pub id: UseRef,
    pub by: PersonRef,
    pub at: Instant,
    pub what: String,
}
fn use_out(u: &Use) -> AccessUseOut {
    AccessUseOut { id: u.id.into(), by: u.by.into(), at: u.at.into(), what: u.what.clone() }
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantIn {
    /// To whom; whoever handles the case at the time if not said.
    pub to: Option<PersonRef>,
    /// `read_logs`, `read_metrics`, `read_config`, `console_read_only`, `remote_session`, `restart`
    pub scopes: Vec<String>,
    /// To what.
    #[schema(example = "ecs i-bp1a2b3c, /var/log only")]
    pub resource: String,
    /// Within 72 hours.
    pub until: Instant,
}
/// Give the vendor's people access for a case, for a time.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/grants", tag = "grants", operation_id = "give_access", params(("id" = TicketRef, Path)), request_body = GrantIn, responses((status = 201, body = GrantOut)))]
async fn give(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<TicketId>,
    Write { body, once }: Write<GrantIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<GiveAccess>()?;
    let new = NewGrant { to: body.to.map(|t| t.0), scopes: body.scopes, resource: body.resource, until: body.until.0 };
    app.once(visitor.id(), once, move |cx| {
        let given = grant::give(cx, &leave, id, &new)?;
        Ok(Made::new(format!("/api/v1/grants/{}", given.id), grant_out(&given, cx.now)))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantsOut {
    pub items: Vec<GrantOut>,
}
/// Access given for a case, oldest first.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/grants", tag = "grants", operation_id = "list_grants", params(("id" = TicketRef, Path)), responses((status = 200, body = GrantsOut)))]
async fn list(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>) -> Result<Json<GrantsOut>, Problem> {
    let leave = visitor.leave::<ReadTicket>()?;
    let items = app.read(move |tx, _, now| Ok(grant::list(tx, &leave, id)?.iter().map(|g| grant_out(g, now)).collect()));
    Ok(Json(GrantsOut { items: items.await? }))
}
/// A grant with the record of its use.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantSeenOut {
    pub grant: GrantOut,
    /// The newest 200, newest first.
    pub used: Vec<AccessUseOut>,
    /// Everybody named above, by id.
    pub people: BTreeMap<String, NameOut>,
}
/// One grant with the record of its use.
#[utoipa::path(get, path = "/api/v1/grants/{id}", tag = "grants", operation_id = "get_grant", params(("id" = GrantRef, Path)), responses((status = 200, body = GrantSeenOut)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<GrantId>) -> Result<Json<GrantSeenOut>, Problem> {
    let leave = visitor.leave::<ReadTicket>()?;
    let seen = app.read(move |tx, _, now| {
        let (grant, uses, people) = grant::read(tx, &leave, id)?;
        let people = people.into_iter().map(|p| (p.id.to_string(), NameOut { name: p.name, role: p.role.key() })).collect();
        Ok(GrantSeenOut { grant: grant_out(&grant, now), used: uses.iter().map(use_out).collect(), people })
    });
    Ok(Json(seen.await?))
}
/// Take access back, at any time.
#[utoipa::path(delete, path = "/api/v1/grants/{id}", tag = "grants", operation_id = "revoke_access", params(("id" = GrantRef, Path)), responses((status = 200, body = GrantOut)))]
async fn revoke(State(app): State<App>, visitor: Visitor, PathId(id): PathId<GrantId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<GiveAccess>()?;
    app.once(visitor.id(), once, move |cx| Ok(Made::ok(grant_out(&grant::revoke(cx, &leave, id)?, cx.now)))).await
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessUseIn {
    /// What was done with it, in one line.
    pub what: String,
}
/// Write down that access was used, and for what.
#[utoipa::path(post, path = "/api/v1/grants/{id}/uses", tag = "grants", operation_id = "note_access_use", params(("id" = GrantRef, Path)), request_body = AccessUseIn, responses((status = 201, body = AccessUseOut)))]
async fn note_use(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<GrantId>,
    Write { body, once }: Write<AccessUseIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<UseAccess>()?;
    app.once(visitor.id(), once, move |cx| Ok(Made::new(format!("/api/v1/grants/{id}"), use_out(&grant::note_use(cx, &leave, id, &body.what)?))))
        .await
}
