//! Customers of the vendor and the orders that pin their plans.
use crate::db::{DbError, Row, Tx, in_thirty_twos};
use crate::{name, statements, vals};
use domain::kit::{AccountId, At, OrderId, PersonId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// The vendor's own number of this customer; unique.
    pub number: String,
    pub name: String,
    pub language: String,
    pub tz: String,
    pub tam: Option<PersonId>,
    /// Of the customer's people, who coordinates for them.
    pub contact: Option<PersonId>,
    pub active: bool,
    pub created_at: At,
    pub version: u32,
}

/// One order of a plan: pins a version by its instant (003:L2). Half-open `[starts_at, ends_at)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOrder {
    pub id: OrderId,
    pub account: AccountId,
    pub family: String,
    pub plan: String,
    pub ordered_at: At,
    pub starts_at: At,
    pub ends_at: Option<At>,
    pub by: Option<PersonId>,
}

statements! {
    ONE = "select id, number, name, language, tz, tam_id, contact_id, active, created_at, version from account where id = $1";
    BY_NUMBER = "select id, number, name, language, tz, tam_id, contact_id, active, created_at, version from account where number = $1";
    LIST = "select id, number, name, language, tz, tam_id, contact_id, active, created_at, version from account where (name, id) > ($1, $2) order by name, id limit $3";
    CALLED = "select a.id, a.number, a.name, a.language, a.tz, a.tam_id, a.contact_id, a.active, a.created_at, a.version, p.part from account_part p join account a on a.id = p.account_id where (p.part, p.account_id) > ($1, $2) and p.part < $3 and not exists (select 1 from account_part e where e.account_id = p.account_id and e.part >= $4 and e.part < p.part) order by p.part, p.account_id limit $5";
    NAMED = "select id, name from account where id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)";
    INSERT = "insert into account (id, number, name, language, tz, tam_id, contact_id, active, created_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    UPDATE = "update account set name = $2, language = $3, tz = $4, tam_id = $5, contact_id = $6, active = $7, version = $8 where id = $1";
    ORDER_INSERT = "insert into plan_order (id, account_id, family, plan_id, ordered_at, starts_at, ends_at, by_id) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    ORDERS = "select id, account_id, family, plan_id, ordered_at, starts_at, ends_at, by_id from plan_order where account_id = $1 order by starts_at desc, id desc limit 200";
    IN_FORCE = "select id, account_id, family, plan_id, ordered_at, starts_at, ends_at, by_id from plan_order where account_id = $1 and starts_at <= $2 order by starts_at desc, id desc limit 1";
    IN_FORCE_OF = "select o.id, o.account_id, o.family, o.plan_id, o.ordered_at, o.starts_at, o.ends_at, o.by_id from plan_order o where o.account_id in ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32) and o.starts_at <= $33 and not exists (select 1 from plan_order n where n.account_id = o.account_id and n.starts_at <= $33 and n.starts_at >= o.starts_at and (n.starts_at > o.starts_at or n.id > o.id))";
    TURNED_BY_START = "select account_id, starts_at from plan_order where starts_at > $1 and starts_at <= $2 order by starts_at limit $3";
    TURNED_BY_END = "select account_id, ends_at from plan_order where ends_at is not null and ends_at > $1 and ends_at <= $2 order by ends_at limit $3";
    ORDER_END = "update plan_order set ends_at = $2 where id = $1";
}

fn read(r: &Row) -> Result<Account, DbError> {
    Ok(Account {
        id: r.id(0),
        number: r.text(1),
        name: r.text(2),
        language: r.text(3),
        tz: r.text(4),
        tam: r.opt_id(5),
        contact: r.opt_id(6),
        active: r.bool(7),
        created_at: r.at(8),
        version: r.num(9),
    })
}
/// The names of these accounts, in no order. One statement for each 32.
pub fn list_named(tx: &mut Tx, ids: &[AccountId]) -> Result<Vec<(AccountId, String)>, DbError> {
    in_thirty_twos(tx, &NAMED, ids, &[], |r| Ok((r.id(0), r.text(1))))
}
fn read_order(r: &Row) -> Result<PlanOrder, DbError> {
    Ok(PlanOrder {
        id: r.id(0),
        account: r.id(1),
        family: r.text(2),
        plan: r.text(3),
        ordered_at: r.at(4),
        starts_at: r.at(5),
        ends_at: r.opt_at(6),
        by: r.opt_id(7),
    })
}
pub fn find(tx: &mut Tx, id: AccountId) -> Result<Option<Account>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
pub fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<Account>, DbError> {
    tx.first(&BY_NUMBER, &vals![number], read)
}
/// By name; `after` is the last row seen.
pub fn list(tx: &mut Tx, after: Option<(&str, AccountId)>, limit: u32) -> Result<Vec<Account>, DbError> {
    let (name, id) = after.unwrap_or(("", AccountId::from_raw(0)));
    tx.query(&LIST, &vals![name, id, limit], read)
}
/// Those with a part of the name or the number that begins with `asked`, in the order of those parts; `after` is the part and id of the last
/// row seen. Each with the part it was found by.
pub fn list_called(tx: &mut Tx, asked: &str, after: Option<(&str, AccountId)>, limit: u32) -> Result<Vec<(Account, String)>, DbError> {
    let asked = name::folded(asked);
    let (part, id) = after.unwrap_or((&asked, AccountId::from_raw(0)));
    let end = name::end_of(&asked);
    let values = vals![part.as_bytes(), id, &end[..], asked.as_bytes(), limit];
    tx.query(&CALLED, &values, |r| Ok((read(r)?, String::from_utf8_lossy(&r.bytes(10)).into_owned())))
}
/// Errors: `Conflict` when the number is taken.
pub fn put_new(tx: &mut Tx, a: &Account) -> Result<(), DbError> {
    tx.exec(&INSERT, &vals![a.id, &a.number, &a.name, &a.language, &a.tz, a.tam, a.contact, a.active, a.created_at, a.version])?;
    name::put_account(tx, a.id, &[&a.number, &a.name])
}
pub fn put(tx: &mut Tx, a: &Account) -> Result<(), DbError> {
    tx.exec(&UPDATE, &vals![a.id, &a.name, &a.language, &a.tz, a.tam, a.contact, a.active, a.version])?;
    name::put_account(tx, a.id, &[&a.number, &a.name])
}
pub fn put_order(tx: &mut Tx, o: &PlanOrder) -> Result<(), DbError> {
    tx.exec(&ORDER_INSERT, &vals![o.id, o.account, &o.family, &o.plan, o.ordered_at, o.starts_at, o.ends_at, o.by]).map(|_| ())
}
pub fn end_order(tx: &mut Tx, id: OrderId, ends_at: At) -> Result<(), DbError> {
    tx.exec(&ORDER_END, &vals![id, ends_at]).map(|_| ())
}
/// Accounts whose plan turned by itself in `(from, to]`, because an order began or ended, each with the instant; earliest first.
pub fn list_turned(tx: &mut Tx, from: At, to: At, limit: u32) -> Result<Vec<(AccountId, At)>, DbError> {
    let read = |r: &Row| Ok((r.id(0), r.at(1)));
    let mut turned = tx.query(&TURNED_BY_START, &vals![from, to, limit], read)?;
    turned.extend(tx.query(&TURNED_BY_END, &vals![from, to, limit], read)?);
    turned.sort_by_key(|(account, at)| (*at, *account));
    Ok(turned)
}
/// All orders of an account, newest first.
pub fn list_orders(tx: &mut Tx, account: AccountId) -> Result<Vec<PlanOrder>, DbError> {
    tx.query(&ORDERS, &vals![account], read_order)
}
/// The orders in force at an instant of these accounts, one each at most, in no order. One statement for each 32.
pub fn list_orders_at(tx: &mut Tx, ids: &[AccountId], at: At) -> Result<Vec<PlanOrder>, DbError> {
    let found = in_thirty_twos(tx, &IN_FORCE_OF, ids, &vals![at], read_order)?;
    Ok(found.into_iter().filter(|o| o.ends_at.is_none_or(|e| at < e)).collect())
}
/// The order in force at an instant; `None`: none, the account is on the basic plan of that time.
pub fn find_order_at(tx: &mut Tx, account: AccountId, at: At) -> Result<Option<PlanOrder>, DbError> {
    Ok(tx.first(&IN_FORCE, &vals![account, at], read_order)?.filter(|o| o.ends_at.is_none_or(|e| at < e)))
}
