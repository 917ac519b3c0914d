//! The last round of every chore, visible to the administrator.
use crate::db::{DbError, Tx};
use crate::{statements, vals};
use domain::kit::At;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    pub name: String,
    pub last_round_at: Option<At>,
    /// Microseconds.
    pub took_us: Option<i64>,
    pub looked_at: i64,
    pub did: i64,
    pub left_over: i64,
    pub error: Option<String>,
}
statements! {
    LIST = "select name, last_round_at, took_us, looked_at, did, left_over, error from chore order by name";
    PUT = "insert into chore (name, last_round_at, took_us, looked_at, did, left_over, error) values ($1, $2, $3, $4, $5, $6, $7) on conflict (name) do update set last_round_at = excluded.last_round_at, took_us = excluded.took_us, looked_at = excluded.looked_at, did = excluded.did, left_over = excluded.left_over, error = excluded.error";
}
pub fn list(tx: &mut Tx) -> Result<Vec<Round>, DbError> {
    tx.query(&LIST, &[], |r| {
        Ok(Round {
            name: r.text(0),
            last_round_at: r.opt_at(1),
            took_us: r.opt_int(2),
            looked_at: r.int(3),
            did: r.int(4),
            left_over: r.int(5),
            error: r.opt_text(6),
        })
    })
}
pub fn put(tx: &mut Tx, r: &Round) -> Result<(), DbError> {
    tx.exec(&PUT, &vals![&r.name, r.last_round_at, r.took_us, r.looked_at, r.did, r.left_over, r.error.as_deref()]).map(|_| ())
}
