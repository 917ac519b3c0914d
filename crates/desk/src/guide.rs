//! Guides and known troubles: drafted by whoever answers, published by who keeps them, found by the words of a question.
use crate::form::{Form, is_language};
use crate::log::{self, Line};
use crate::{Act, Fault, Flaw, limits};
use domain::guide::{self, IN_BODIES, IN_SYMPTOMS, IN_TITLES, OFFERED_MAX, SCORE_MIN, Sort, Standing, Words, words};
use domain::kit::{At, GuideId};
use domain::people::{DraftGuide, KeepGuide, Leave, RateGuide, ReadGuide};
use serde_json::json;
use std::collections::HashMap;
use store::db::Tx;
use store::guide::{Guide, Texts};

const SYMPTOMS_MAX: usize = 30;
const SYMPTOM_CHARS_MAX: usize = 80;
const TITLE_CHARS_MAX: usize = 150;
const BODY_BYTES_MAX: usize = 20_000;
const EXCERPT_CHARS_MAX: usize = 160;
/// So much of a question is looked at.
const QUESTION_CHARS_MAX: usize = 400;
const QUESTION_WORDS_MAX: usize = 32;

/// A page of help, as somebody writes it.
#[derive(Debug, Clone)]
pub struct GuideIn {
    /// Fixed when it is made.
    pub sort: Sort,
    /// Empty: of no product in particular.
    pub product: String,
    pub symptoms: Vec<String>,
    pub titles: Texts,
    pub bodies: Texts,
    pub standing: Standing,
}
/// What somebody may do with pages of help: draft, and perhaps keep what is published.
pub struct Author {
    pub draft: Leave<DraftGuide>,
    pub keep: Option<Leave<KeepGuide>>,
}
impl Author {
    /// Errors: Forbidden where a page others can see is touched by who may only draft.
    fn may_touch(&self, standings: &[Standing]) -> Result<(), Fault> {
        let is_own_business = standings.iter().all(|s| *s == Standing::Draft);
        if is_own_business || self.keep.is_some() { Ok(()) } else { Err(Fault::Forbidden { deed: "guide.keep" }) }
    }
}

/// Errors: Invalid; Forbidden to publish at once without leave to keep.
pub fn create(cx: &mut Act, author: &Author, new: &GuideIn) -> Result<Guide, Fault> {
    author.may_touch(&[new.standing])?;
    let new = checked(new)?;
    let fresh = Guide {
        id: cx.fresh(),
        sort: new.sort,
        product: String::new(),
        symptoms: Vec::new(),
        titles: Texts::new(),
        bodies: Texts::new(),
        standing: Standing::Draft,
        by: author.draft.actor().person,
        since: None,
        ended_at: None,
        created_at: cx.now,
        updated_at: cx.now,
        shown: 0,
        helped_yes: 0,
        helped_no: 0,
        version: 1,
    };
    let guide = changed(fresh, new, cx.now);
    store::guide::put_new(cx.tx, &guide)?;
    index(cx.tx, &guide)?;
    note(cx, author, "guide.created", &guide)?;
    Ok(guide)
}
/// Errors: NotFound, Stale, Invalid, Forbidden.
pub fn edit(cx: &mut Act, author: &Author, id: GuideId, seen_version: u32, new: &GuideIn) -> Result<Guide, Fault> {
    let before = held(cx.tx, id, seen_version)?;
    author.may_touch(&[before.standing, new.standing])?;
    let new = GuideIn { sort: before.sort, ..checked(new)? };
    let was = before.standing;
    let mut guide = changed(before, new, cx.now);
    if !store::guide::put(cx.tx, &guide)? {
        return Err(Fault::Stale { current: store::guide::find(cx.tx, id)?.map_or(0, |g| g.version) });
    }
    guide.version += 1;
    index(cx.tx, &guide)?;
    let key = match (was, guide.standing) {
        (was, now) if was == now => "guide.edited",
        (_, Standing::Published) => "guide.published",
        (_, Standing::Ended) => "guide.ended",
        (_, Standing::Draft) => "guide.withdrawn",
    };
    note(cx, author, key, &guide)?;
    Ok(guide)
}
/// Errors: NotFound, Forbidden for a page that is no draft without leave to keep.
pub fn drop_one(cx: &mut Act, author: &Author, id: GuideId) -> Result<(), Fault> {
    let guide = store::guide::find(cx.tx, id)?.ok_or(Fault::NotFound)?;
    author.may_touch(&[guide.standing])?;
    store::guide::drop_one(cx.tx, id)?;
    note(cx, author, "guide.dropped", &guide)
}
fn held(tx: &mut Tx, id: GuideId, seen_version: u32) -> Result<Guide, Fault> {
    let guide = store::guide::find(tx, id)?.ok_or(Fault::NotFound)?;
    if guide.version == seen_version { Ok(guide) } else { Err(Fault::Stale { current: guide.version }) }
}
fn changed(before: Guide, new: GuideIn, now: At) -> Guide {
    let published = new.standing == Standing::Published && before.standing != Standing::Published;
    let ended = new.standing == Standing::Ended && before.standing != Standing::Ended;
    Guide {
        product: new.product,
        symptoms: new.symptoms,
        titles: new.titles,
        bodies: new.bodies,
        standing: new.standing,
        since: if published { Some(now) } else { before.since },
        ended_at: if ended { Some(now) } else { before.ended_at.filter(|_| new.standing == Standing::Ended) },
        updated_at: now,
        ..before
    }
}
fn checked(new: &GuideIn) -> Result<GuideIn, Fault> {
    let mut form = Form::new();
    let product = form.line_or_none("product", &new.product, 64);
    if new.symptoms.len() > SYMPTOMS_MAX {
        form.flaw(Flaw::new("symptoms", "too_many").with("max", SYMPTOMS_MAX));
    }
    let symptoms = new.symptoms.iter().enumerate().map(|(i, s)| form.line(&format!("symptoms[{i}]"), s, SYMPTOM_CHARS_MAX)).collect();
    form.must(!new.titles.is_empty(), "titles", "missing");
    for (field, texts) in [("titles", &new.titles), ("bodies", &new.bodies)] {
        if texts.len() > limits::TEMPLATE_LANGUAGES_MAX {
            form.flaw(Flaw::new(field, "too_many").with("max", limits::TEMPLATE_LANGUAGES_MAX));
        }
        for tag in texts.keys() {
            form.must(is_language(tag), &format!("{field}.{tag}"), "not_a_language");
        }
    }
    // Who finds a page by its title wants to read it.
    for tag in new.titles.keys().chain(new.bodies.keys()) {
        for (field, texts) in [("titles", &new.titles), ("bodies", &new.bodies)] {
            form.must(texts.get(tag).is_some_and(|t| !t.trim().is_empty()), &format!("{field}.{tag}"), "missing");
        }
    }
    let titles = new.titles.iter().map(|(tag, t)| (tag.clone(), form.line_or_none(&format!("titles.{tag}"), t, TITLE_CHARS_MAX))).collect();
    for (tag, body) in &new.bodies {
        form.body(&format!("bodies.{tag}"), body, BODY_BYTES_MAX);
    }
    form.done()?;
    let bodies = new.bodies.iter().map(|(tag, b)| (tag.clone(), b.trim().to_string())).collect();
    Ok(GuideIn { sort: new.sort, product, symptoms, titles, bodies, standing: new.standing })
}
/// What is published is found by its words, anything else by none.
fn index(tx: &mut Tx, g: &Guide) -> Result<(), Fault> {
    if g.standing != Standing::Published {
        return Ok(store::guide::put_words(tx, g.id, &[])?);
    }
    let of = |texts: &Texts| texts.values().flat_map(|t| words(t)).collect::<Words>();
    let symptoms: Words = g.symptoms.iter().flat_map(|s| words(s)).chain(words(&g.product)).collect();
    Ok(store::guide::put_words(tx, g.id, &[(&symptoms, IN_SYMPTOMS), (&of(&g.titles), IN_TITLES), (&of(&g.bodies), IN_BODIES)])?)
}
fn note(cx: &mut Act, author: &Author, key: &'static str, g: &Guide) -> Result<(), Fault> {
    let body = json!({"guide": g.id.to_string(), "kind": g.sort.key(), "state": g.standing.key(), "version": g.version});
    log::write(cx, vec![Line::audit(Some(author.draft.actor().person), None, key, body)])?;
    Ok(())
}

/// Customers read what is published, the vendor's people everything. Errors: NotFound.
pub fn get(tx: &mut Tx, leave: &Leave<ReadGuide>, id: GuideId) -> Result<Guide, Fault> {
    let may = |g: &Guide| leave.actor().role.is_staff() || g.standing == Standing::Published;
    store::guide::find(tx, id)?.filter(may).ok_or(Fault::NotFound)
}
/// A customer opened it.
pub fn note_shown(cx: &mut Act, id: GuideId) -> Result<(), Fault> {
    Ok(store::guide::note_shown(cx.tx, id)?)
}
/// One page, the newest first; `before` is the last one seen.
pub fn list(
    tx: &mut Tx,
    _leave: &Leave<DraftGuide>,
    standing: Option<Standing>,
    sort: Option<Sort>,
    before: Option<GuideId>,
    limit: u32,
) -> Result<Vec<Guide>, Fault> {
    Ok(store::guide::list(tx, standing, sort, before, limit.clamp(1, limits::PAGE_MAX))?)
}
/// Whether it helped; once a person, who may think again. Errors: NotFound.
pub fn rate(cx: &mut Act, leave: &Leave<RateGuide>, id: GuideId, helped: bool) -> Result<(), Fault> {
    let who = leave.actor();
    cx.tx.lock(&format!("guide {id} {}", who.person))?;
    store::guide::find(cx.tx, id)?.filter(|g| g.standing == Standing::Published).ok_or(Fault::NotFound)?;
    if store::guide::put_vote(cx.tx, id, who.person, helped, cx.now)? {
        let body = json!({"guide": id.to_string(), "helped": helped});
        log::write(cx, vec![Line::audit(Some(who.person), who.account, "guide.rated", body)])?;
    }
    Ok(())
}

/// A page that may help with a question.
#[derive(Debug, Clone)]
pub struct Match {
    pub guide: Guide,
    /// By language, the line that speaks of it.
    pub excerpt: Texts,
    /// 0 to 100.
    pub score: u32,
}
/// What may help with a question about a product; both may be empty. Troubles of the product are always told, guides only when they fit;
/// with nothing asked, the newest guides of the product.
pub fn matching(tx: &mut Tx, _leave: &Leave<ReadGuide>, product: &str, question: &str) -> Result<Vec<Match>, Fault> {
    let product = product.trim();
    let asked = asked(question);
    let scores = scores(tx, &asked)?;
    let mut ids: Vec<GuideId> = scores.iter().filter(|(_, s)| **s >= SCORE_MIN).map(|(id, _)| *id).collect();
    // Of hundreds that fit somehow the best are read, enough of them that some may be of another product.
    ids.sort_by_key(|id| (u32::MAX - scores[id], std::cmp::Reverse(*id)));
    ids.truncate(5 * OFFERED_MAX);
    ids.extend(standing(tx, Sort::Trouble, product)?);
    if asked.is_empty() && !product.is_empty() {
        ids.extend(standing(tx, Sort::Guide, product)?);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut guides = store::guide::list_many(tx, &ids)?;
    guides.retain(|g| g.standing == Standing::Published && (product.is_empty() || g.product.is_empty() || g.product == product));
    guides.sort_by_key(|g| g.id);
    let mut found: Vec<_> = guides.into_iter().map(|g| (g.sort, scores.get(&g.id).copied().unwrap_or(0), g)).collect();
    guide::rank(&mut found);
    Ok(found.into_iter().map(|(_, score, g)| Match { excerpt: excerpts(&g, &asked), score, guide: g }).collect())
}
fn asked(question: &str) -> Words {
    let start: String = question.chars().take(QUESTION_CHARS_MAX).collect();
    words(&start).into_iter().take(QUESTION_WORDS_MAX).collect()
}
/// How well every page fits that has any of the words.
fn scores(tx: &mut Tx, asked: &Words) -> Result<HashMap<GuideId, u32>, Fault> {
    let lists = asked.iter().map(|w| store::guide::list_of_word(tx, w)).collect::<Result<Vec<_>, _>>()?;
    let mut hits: HashMap<GuideId, Vec<(usize, u32)>> = HashMap::new();
    let none: Vec<(usize, u32)> = lists.iter().map(|l| (l.len(), 0)).collect();
    for (i, list) in lists.iter().enumerate() {
        for (id, weight) in list {
            hits.entry(*id).or_insert_with(|| none.clone())[i].1 = *weight;
        }
    }
    Ok(hits.into_iter().map(|(id, hits)| (id, guide::score(&hits))).collect())
}
/// Published ones of a product and of none in particular; of any where no product is asked about.
fn standing(tx: &mut Tx, sort: Sort, product: &str) -> Result<Vec<GuideId>, Fault> {
    let max = OFFERED_MAX as u32;
    if product.is_empty() {
        return Ok(store::guide::list_standing(tx, sort, None, max)?);
    }
    let mut ids = store::guide::list_standing(tx, sort, Some(product), max)?;
    if sort == Sort::Trouble {
        ids.extend(store::guide::list_standing(tx, sort, Some(""), max)?);
    }
    Ok(ids)
}
fn excerpts(g: &Guide, asked: &Words) -> Texts {
    g.bodies.iter().map(|(tag, body)| (tag.clone(), guide::excerpt(body, asked, EXCERPT_CHARS_MAX))).collect()
}
