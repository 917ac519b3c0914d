//! Access customers gave to the vendor's people, and each use of it.
use crate::db::{DbError, Row, Tx};
use crate::{statements, vals};
use domain::kit::{At, GrantId, PersonId, TicketId, UseId};
use domain::ticket::AccessGrant;

/// One use of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub id: UseId,
    pub grant: GrantId,
    pub by: PersonId,
    pub at: At,
    pub what: String,
}
/// Grants of one case that are read at once, and uses of one grant.
pub const LIST_MAX: u32 = 200;

statements! {
    INSERT = "insert into access_grant (id, ticket_id, account_id, by_id, to_id, scopes, resource, created_at, until_at, uses) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)";
    ONE = "select id, ticket_id, account_id, by_id, to_id, scopes, resource, created_at, until_at, revoked_at, revoked_by, uses from access_grant where id = $1";
    OF_TICKET = "select id, ticket_id, account_id, by_id, to_id, scopes, resource, created_at, until_at, revoked_at, revoked_by, uses from access_grant where ticket_id = $1 order by id limit $2";
    REVOKE = "update access_grant set revoked_at = $2, revoked_by = $3, told_at = $2 where id = $1 and revoked_at is null and until_at > $2";
    USED = "update access_grant set uses = uses + 1 where id = $1 and revoked_at is null and until_at > $2";
    USE = "insert into access_use (id, grant_id, by_id, at, what) values ($1, $2, $3, $4, $5)";
    USES = "select id, grant_id, by_id, at, what from access_use where grant_id = $1 order by id desc limit $2";
    ENDING = "select id from access_grant where told_at is null and until_at <= $1 order by until_at, id limit $2";
    NEXT_END = "select until_at from access_grant where told_at is null order by until_at, id limit 1";
    TOLD = "update access_grant set told_at = $2 where id = $1 and told_at is null";
}
fn read(r: &Row) -> Result<AccessGrant, DbError> {
    Ok(AccessGrant {
        id: r.id(0),
        ticket: r.id(1),
        account: r.id(2),
        by: r.id(3),
        to: r.opt_id(4),
        scopes: r.str(5).split_whitespace().map(str::to_string).collect(),
        resource: r.text(6),
        created_at: r.at(7),
        until: r.at(8),
        revoked_at: r.opt_at(9),
        revoked_by: r.opt_id(10),
        uses: r.num(11),
    })
}
pub fn put_new(tx: &mut Tx, g: &AccessGrant) -> Result<(), DbError> {
    let scopes = g.scopes.join(" ");
    tx.exec(&INSERT, &vals![g.id, g.ticket, g.account, g.by, g.to, &scopes, &g.resource, g.created_at, g.until]).map(|_| ())
}
pub fn find(tx: &mut Tx, id: GrantId) -> Result<Option<AccessGrant>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
/// The first ones of a case, oldest first.
pub fn list_of_ticket(tx: &mut Tx, ticket: TicketId) -> Result<Vec<AccessGrant>, DbError> {
    tx.query(&OF_TICKET, &vals![ticket, LIST_MAX], read)
}
/// Takes it back. False: it was over already.
pub fn revoke(tx: &mut Tx, id: GrantId, now: At, by: PersonId) -> Result<bool, DbError> {
    Ok(tx.exec(&REVOKE, &vals![id, now, by])? > 0)
}
/// Writes a use down while the grant lasts. False: it is over, and nothing was written.
pub fn put_use(tx: &mut Tx, u: &Use) -> Result<bool, DbError> {
    if tx.exec(&USED, &vals![u.grant, u.at])? == 0 {
        return Ok(false);
    }
    tx.exec(&USE, &vals![u.id, u.grant, u.by, u.at, &u.what]).map(|_| true)
}
/// The newest uses, newest first.
pub fn list_uses(tx: &mut Tx, grant: GrantId) -> Result<Vec<Use>, DbError> {
    tx.query(&USES, &vals![grant, LIST_MAX], |r| Ok(Use { id: r.id(0), grant: r.id(1), by: r.id(2), at: r.at(3), what: r.text(4) }))
}
/// Grants whose time is over and whose end nobody was told of, the earliest first.
pub fn list_ending(tx: &mut Tx, now: At, limit: u32) -> Result<Vec<GrantId>, DbError> {
    tx.query(&ENDING, &vals![now, limit], |r| Ok(r.id(0)))
}
pub fn next_end(tx: &mut Tx) -> Result<Option<At>, DbError> {
    tx.first(&NEXT_END, &[], |r| Ok(r.at(0)))
}
/// False: somebody told of it already.
pub fn told(tx: &mut Tx, id: GrantId, now: At) -> Result<bool, DbError> {
    Ok(tx.exec(&TOLD, &vals![id, now])? > 0)
}
