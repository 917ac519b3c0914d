//! Guides and known troubles, the words by which published ones are found, and whether they helped.
use crate::db::{DbError, Row, Tx, id_bytes};
use crate::{statements, vals};
use domain::guide::{Sort, Standing, Words};
use domain::kit::{At, GuideId, PersonId};
use std::collections::BTreeMap;

/// Words by language.
pub type Texts = BTreeMap<String, String>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guide {
    pub id: GuideId,
    pub sort: Sort,
    /// Empty: of no product in particular.
    pub product: String,
    pub symptoms: Vec<String>,
    pub titles: Texts,
    pub bodies: Texts,
    pub standing: Standing,
    pub by: PersonId,
    /// When it was published last.
    pub since: Option<At>,
    pub ended_at: Option<At>,
    pub created_at: At,
    pub updated_at: At,
    /// How often a customer opened it.
    pub shown: u32,
    pub helped_yes: u32,
    pub helped_no: u32,
    pub version: u32,
}
/// The most pages one word leads to, the newest.
pub const OF_WORD_MAX: u32 = 200;
macro_rules! columns {
    () => {
        "id, kind, product, symptoms, titles, bodies, state, by_id, published_at, ended_at, created_at, updated_at, shown, helped_yes, helped_no, version"
    };
}
statements! {
    ONE = concat!("select ", columns!(), " from guide where id = $1");
    MANY = concat!("select ", columns!(), " from guide where id = $1"), postgres concat!("select ", columns!(), " from guide where id = any($1)");
    ALL_GUIDES = concat!("select ", columns!(), " from guide where id < $1 order by id desc limit $2");
    OF_KIND = concat!("select ", columns!(), " from guide where kind = $3 and id < $1 order by id desc limit $2");
    IN_STATE = concat!("select ", columns!(), " from guide where state = $3 and id < $1 order by id desc limit $2");
    IN_STATE_OF_KIND = concat!("select ", columns!(), " from guide where state = $3 and kind = $4 and id < $1 order by id desc limit $2");
    STANDING = "select id from guide where state = 'published' and kind = $1 and product = $2 order by id desc limit $3";
    STANDING_ALL = "select id from guide where state = 'published' and kind = $1 order by id desc limit $2";
    INSERT = concat!("insert into guide (", columns!(), ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)");
    UPDATE = "update guide set product = $2, symptoms = $3, titles = $4, bodies = $5, state = $6, published_at = $7, ended_at = $8, updated_at = $9, version = version + 1 where id = $1 and version = $10";
    DROP = "delete from guide where id = $1";
    SHOWN = "update guide set shown = shown + 1 where id = $1";
    COUNT = "update guide set helped_yes = helped_yes + $2, helped_no = helped_no + $3 where id = $1";
    WORD = "insert into guide_word (word, guide_id, weight) values ($1, $2, $3)";
    WORDS_DROP = "delete from guide_word where guide_id = $1";
    OF_WORD = "select guide_id, weight from guide_word where word = $1 order by guide_id desc limit $2";
    VOTE = "select helped from guide_vote where guide_id = $1 and person_id = $2";
    VOTE_PUT = "insert into guide_vote (guide_id, person_id, helped, at) values ($1, $2, $3, $4) on conflict (guide_id, person_id) do update set helped = $3, at = $4";
    VOTES_DROP = "delete from guide_vote where guide_id = $1";
}
fn read(r: &Row) -> Result<Guide, DbError> {
    let bad = |what: &str| DbError::internal(format!("guide {} has an unknown {what}", r.id::<domain::kit::GuideKind>(0)));
    let texts = |n: usize| serde_json::from_str(r.str(n)).map_err(|e| DbError::internal(e.to_string()));
    Ok(Guide {
        id: r.id(0),
        sort: Sort::parse(r.str(1)).ok_or_else(|| bad("kind"))?,
        product: r.text(2),
        symptoms: r.str(3).lines().map(str::to_string).collect(),
        titles: texts(4)?,
        bodies: texts(5)?,
        standing: Standing::parse(r.str(6)).ok_or_else(|| bad("state"))?,
        by: r.id(7),
        since: r.opt_at(8),
        ended_at: r.opt_at(9),
        created_at: r.at(10),
        updated_at: r.at(11),
        shown: r.num(12),
        helped_yes: r.num(13),
        helped_no: r.num(14),
        version: r.num(15),
    })
}
fn json(texts: &Texts) -> Result<String, DbError> {
    serde_json::to_string(texts).map_err(|e| DbError::internal(e.to_string()))
}
pub fn find(tx: &mut Tx, id: GuideId) -> Result<Option<Guide>, DbError> {
    tx.first(&ONE, &vals![id], read)
}
/// In any order; one that is gone is left out.
pub fn list_many(tx: &mut Tx, ids: &[GuideId]) -> Result<Vec<Guide>, DbError> {
    tx.query_of_many(&MANY, &id_bytes(ids), read)
}
/// The newest first; `before` is the last one seen.
pub fn list(tx: &mut Tx, standing: Option<Standing>, sort: Option<Sort>, before: Option<GuideId>, limit: u32) -> Result<Vec<Guide>, DbError> {
    let before = before.unwrap_or(GuideId::from_raw(u128::MAX));
    match (standing.map(Standing::key), sort.map(Sort::key)) {
        (None, None) => tx.query(&ALL_GUIDES, &vals![before, limit], read),
        (None, Some(sort)) => tx.query(&OF_KIND, &vals![before, limit, sort], read),
        (Some(state), None) => tx.query(&IN_STATE, &vals![before, limit, state], read),
        (Some(state), Some(sort)) => tx.query(&IN_STATE_OF_KIND, &vals![before, limit, state, sort], read),
    }
}
/// Published ones of a product (`None`: of any), the newest first.
pub fn list_standing(tx: &mut Tx, sort: Sort, product: Option<&str>, limit: u32) -> Result<Vec<GuideId>, DbError> {
    match product {
        Some(product) => tx.query(&STANDING, &vals![sort.key(), product, limit], |r| Ok(r.id(0))),
        None => tx.query(&STANDING_ALL, &vals![sort.key(), limit], |r| Ok(r.id(0))),
    }
}
/// Published pages that have this word, each with the word's weight there; the newest, bounded by [`OF_WORD_MAX`].
pub fn list_of_word(tx: &mut Tx, word: &str) -> Result<Vec<(GuideId, u32)>, DbError> {
    tx.query(&OF_WORD, &vals![word, OF_WORD_MAX], |r| Ok((r.id(0), r.num(1))))
}
pub fn put_new(tx: &mut Tx, g: &Guide) -> Result<(), DbError> {
    let (symptoms, titles, bodies) = (g.symptoms.join("\n"), json(&g.titles)?, json(&g.bodies)?);
    let values = vals![
        g.id,
        g.sort.key(),
        &g.product,
        &symptoms,
        &titles,
        &bodies,
        g.standing.key(),
        g.by,
        g.since,
        g.ended_at,
        g.created_at,
        g.updated_at,
        g.shown,
        g.helped_yes,
        g.helped_no,
        g.version
    ];
    tx.exec(&INSERT, &values).map(|_| ())
}
/// False: the version is no longer the one seen. Counters are moved by [`note_shown`] and [`put_vote`] alone.
pub fn put(tx: &mut Tx, g: &Guide) -> Result<bool, DbError> {
    let (symptoms, titles, bodies) = (g.symptoms.join("\n"), json(&g.titles)?, json(&g.bodies)?);
    let values = vals![g.id, &g.product, &symptoms, &titles, &bodies, g.standing.key(), g.since, g.ended_at, g.updated_at, g.version];
    Ok(tx.exec(&UPDATE, &values)? > 0)
}
/// The words by which it is found from now on, each list with its weight; the first weight of a word counts.
pub fn put_words(tx: &mut Tx, id: GuideId, lists: &[(&Words, u32)]) -> Result<(), DbError> {
    tx.exec(&WORDS_DROP, &vals![id])?;
    let mut weights: BTreeMap<&str, u32> = BTreeMap::new();
    for (words, weight) in lists {
        for word in *words {
            weights.entry(word).or_insert(*weight);
        }
    }
    let rows: Vec<_> = weights.into_iter().map(|(word, weight)| vals![word, id, weight]).collect();
    tx.many(&WORD, &rows).map(|_| ())
}
pub fn drop_one(tx: &mut Tx, id: GuideId) -> Result<bool, DbError> {
    tx.exec(&WORDS_DROP, &vals![id])?;
    tx.exec(&VOTES_DROP, &vals![id])?;
    Ok(tx.exec(&DROP, &vals![id])? > 0)
}
pub fn note_shown(tx: &mut Tx, id: GuideId) -> Result<(), DbError> {
    tx.exec(&SHOWN, &vals![id]).map(|_| ())
}
/// What somebody says of it, counted once however often they say it. False: they had said the same.
pub fn put_vote(tx: &mut Tx, id: GuideId, person: PersonId, helped: bool, now: At) -> Result<bool, DbError> {
    let before = tx.first(&VOTE, &vals![id, person], |r| Ok(r.bool(0)))?;
    if before == Some(helped) {
        return Ok(false);
    }
    tx.exec(&VOTE_PUT, &vals![id, person, helped, now])?;
    let moved = |was: bool| i64::from(helped == was) - i64::from(before == Some(was));
    tx.exec(&COUNT, &vals![id, moved(true), moved(false)])?;
    Ok(true)
}
