//! Plan books and calendars as published, and settings.
use crate::db::{DbError, Tx};
use crate::{statements, vals};
use domain::kit::At;

/// A published text with its hash. Never updated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    pub id: String,
    pub family: String,
    pub effective_from: Option<At>,
    pub hash: String,
    pub body: String,
    pub published_at: At,
}
statements! {
    LIST = "select id, family, effective_from, hash, body, published_at from plan order by id";
    INSERT = "insert into plan (id, family, effective_from, hash, body, published_at) values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    CALENDARS = "select id, version, body from calendar order by id, version";
    CALENDAR_INSERT = "insert into calendar (id, version, body, added_at) values ($1, $2, $3, $4) on conflict (id, version) do nothing";
    SETTING = "select value from setting where key = $1";
    SETTING_PUT = "insert into setting (key, value, changed_at) values ($1, $2, $3) on conflict (key) do update set value = excluded.value, changed_at = excluded.changed_at";
}
pub fn list(tx: &mut Tx) -> Result<Vec<Published>, DbError> {
    tx.query(&LIST, &[], |r| {
        Ok(Published { id: r.text(0), family: r.text(1), effective_from: r.opt_at(2), hash: r.text(3), body: r.text(4), published_at: r.at(5) })
    })
}
/// False: a version of this id is already published, and stays what it is.
pub fn publish(tx: &mut Tx, p: &Published) -> Result<bool, DbError> {
    Ok(tx.exec(&INSERT, &vals![&p.id, &p.family, p.effective_from, &p.hash, &p.body, p.published_at])? > 0)
}
/// Every calendar in every version: id, version, text.
pub fn list_calendars(tx: &mut Tx) -> Result<Vec<(String, u32, String)>, DbError> {
    tx.query(&CALENDARS, &[], |r| Ok((r.text(0), r.num(1), r.text(2))))
}
pub fn add_calendar(tx: &mut Tx, id: &str, version: u32, body: &str, at: At) -> Result<bool, DbError> {
    Ok(tx.exec(&CALENDAR_INSERT, &vals![id, version, body, at])? > 0)
}
pub fn find_setting(tx: &mut Tx, key: &str) -> Result<Option<String>, DbError> {
    tx.first(&SETTING, &vals![key], |r| Ok(r.text(0)))
}
pub fn put_setting(tx: &mut Tx, key: &str, value: &str, at: At) -> Result<(), DbError> {
    tx.exec(&SETTING_PUT, &vals![key, value, at]).map(|_| ())
}
