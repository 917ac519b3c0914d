//! Guides that help before a case is opened, and known troubles.
use super::App;
use super::extract::{IfMatch, Json, PathId, Query};
use super::once::{Bare, Write};
use super::page;
use super::problem::Problem;
use super::reply;
use super::wire::{self, GuideRef, Instant, Made, Page, PersonRef, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::guide::{Author, Match};
use domain::guide::{Sort, Standing};
use domain::kit::GuideId;
use domain::people::{DraftGuide, KeepGuide, RateGuide, ReadGuide};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::guide::Guide;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(matching)).routes(routes!(get, edit, drop_one)).routes(routes!(rate))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortOf {
    /// Something that is wrong now and that we know of.
    Trouble,
    Guide,
}
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StandingOf {
    #[default]
    Draft,
    Published,
    Ended,
}
impl From<SortOf> for Sort {
    fn from(s: SortOf) -> Sort {
        match s {
            SortOf::Trouble => Sort::Trouble,
            SortOf::Guide => Sort::Guide,
        }
    }
}
impl From<StandingOf> for Standing {
    fn from(s: StandingOf) -> Standing {
        match s {
            StandingOf::Draft => Standing::Draft,
            StandingOf::Published => Standing::Published,
            StandingOf::Ended => Standing::Ended,
        }
    }
}
fn sort_of(s: Sort) -> SortOf {
    match s {
        Sort::Trouble => SortOf::Trouble,
        Sort::Guide => SortOf::Guide,
    }
}
fn standing_of(s: Standing) -> StandingOf {
    match s {
        Standing::Draft => StandingOf::Draft,
        Standing::Published => StandingOf::Published,
        Standing::Ended => StandingOf::Ended,
    }
}
type Texts = BTreeMap<String, String>;

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuideIn {
    pub kind: SortOf,
    /// Absent: of no product in particular.
    #[serde(default)]
    #[schema(example = "ecs")]
    pub product: Option<String>,
    /// Words people use for it.
    #[serde(default)]
    pub symptoms: Vec<String>,
    /// By language; a language has both a title and a body.
    pub titles: Texts,
    /// By language: paragraphs with blank lines between, lists with `- `.
    pub bodies: Texts,
    /// To publish or end one takes the deed `guide.keep`.
    #[serde(default)]
    pub state: StandingOf,
}
impl From<GuideIn> for desk::guide::GuideIn {
    fn from(g: GuideIn) -> Self {
        desk::guide::GuideIn {
            sort: g.kind.into(),
            product: g.product.unwrap_or_default(),
            symptoms: g.symptoms,
            titles: g.titles,
            bodies: g.bodies,
            standing: g.state.into(),
        }
    }
}
/// A guide or a known trouble.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuideOut {
    pub id: GuideRef,
    pub kind: SortOf,
    pub product: Option<String>,
    pub symptoms: Vec<String>,
    pub titles: Texts,
    pub bodies: Texts,
    pub state: StandingOf,
    /// When it was published last.
    pub since: Option<Instant>,
    pub ended_at: Option<Instant>,
    pub updated_at: Instant,
    /// For `If-Match`.
    pub version: u32,
    /// What the vendor's people see besides.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub inside: Option<GuideInside>,
}
/// Told to the vendor's people.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuideInside {
    pub by: PersonRef,
    pub created_at: Instant,
    /// How often a customer opened it.
    pub shown: u32,
    /// How many people it helped, and did not.
    pub helped_yes: u32,
    pub helped_no: u32,
}
fn guide_out(g: Guide, is_staff: bool) -> GuideOut {
    let inside = GuideInside { by: g.by.into(), created_at: g.created_at.into(), shown: g.shown, helped_yes: g.helped_yes, helped_no: g.helped_no };
    GuideOut {
        id: g.id.into(),
        kind: sort_of(g.sort),
        product: Some(g.product).filter(|p| !p.is_empty()),
        symptoms: g.symptoms,
        titles: g.titles,
        bodies: g.bodies,
        state: standing_of(g.standing),
        since: instant(g.since),
        ended_at: instant(g.ended_at),
        updated_at: g.updated_at.into(),
        version: g.version,
        inside: is_staff.then_some(inside),
    }
}
fn author(visitor: &Visitor) -> Result<Author, Problem> {
    Ok(Author { draft: visitor.leave::<DraftGuide>()?, keep: visitor.leave::<KeepGuide>().ok() })
}

/// Write a guide or a known trouble.
#[utoipa::path(post, path = "/api/v1/guides", tag = "guides", operation_id = "create_guide", request_body = GuideIn, responses((status = 201, body = GuideOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<GuideIn>) -> Result<Response, Problem> {
    let (author, new) = (author(&visitor)?, body.into());
    app.once(visitor.id(), once, move |cx| {
        let guide = desk::guide::create(cx, &author, &new)?;
        let (place, version) = (format!("/api/v1/guides/{}", guide.id), guide.version);
        Ok(Made::new(place, guide_out(guide, true)).version(version))
    })
    .await
}
/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GuidesIn {
    #[param(inline)]
    pub state: Option<StandingOf>,
    #[param(inline)]
    pub kind: Option<SortOf>,
    /// Rows wanted, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}
/// Guides and known troubles in every state, the newest first.
#[utoipa::path(get, path = "/api/v1/guides", tag = "guides", operation_id = "list_guides", params(GuidesIn), responses((status = 200, body = Page<GuideOut>)))]
async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<GuidesIn>) -> Result<Json<Page<GuideOut>>, Problem> {
    let leave = visitor.leave::<DraftGuide>()?;
    let (limit, question) = (page::limit(asked.limit)?, format!("guides {:?} {:?}", asked.state, asked.kind));
    let before = app.cursors.after_key::<GuideId>(&question, asked.cursor.as_deref())?;
    let (standing, sort) = (asked.state.map(Into::into), asked.kind.map(Into::into));
    let guides = app.read(move |tx, _, _| desk::guide::list(tx, &leave, standing, sort, before, limit)).await?;
    let next = guides.last().filter(|_| guides.len() == limit as usize).map(|g| app.cursors.close(&question, &g.id.to_string()));
    Ok(Json(Page { items: guides.into_iter().map(|g| guide_out(g, true)).collect(), next }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MatchIn {
    /// What it is about.
    pub product: Option<String>,
    /// The question in the asker's words; its first 400 characters count.
    pub q: Option<String>,
}
/// Something that may help.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchOut {
    pub id: GuideRef,
    pub kind: SortOf,
    pub titles: Texts,
    /// By language, the line that speaks of the question.
    pub excerpt: Texts,
    pub product: Option<String>,
    pub since: Option<Instant>,
    /// How well it fits, 0 to 100; a known trouble of the product is told however little it does.
    pub score: u32,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchesOut {
    /// At most eight, troubles first, then the best.
    pub items: Vec<MatchOut>,
}
fn match_out(m: Match) -> MatchOut {
    MatchOut {
        id: m.guide.id.into(),
        kind: sort_of(m.guide.sort),
        titles: m.guide.titles,
        excerpt: m.excerpt,
        product: Some(m.guide.product).filter(|p| !p.is_empty()),
        since: instant(m.guide.since),
        score: m.score,
    }
}
/// What may help with a question, while it is being written.
#[utoipa::path(get, path = "/api/v1/guides/match", tag = "guides", operation_id = "match_guides", params(MatchIn), responses((status = 200, body = MatchesOut)))]
async fn matching(State(app): State<App>, visitor: Visitor, Query(asked): Query<MatchIn>) -> Result<Json<MatchesOut>, Problem> {
    let leave = visitor.leave::<ReadGuide>()?;
    let (product, q) = (asked.product.unwrap_or_default(), asked.q.unwrap_or_default());
    let found = app.read(move |tx, _, _| desk::guide::matching(tx, &leave, &product, &q)).await?;
    Ok(Json(MatchesOut { items: found.into_iter().map(match_out).collect() }))
}
/// One of them. Customers read what is published.
#[utoipa::path(get, path = "/api/v1/guides/{id}", tag = "guides", operation_id = "get_guide", params(("id" = GuideRef, Path)), responses((status = 200, body = GuideOut)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<GuideId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<ReadGuide>()?;
    let guide = app.read(move |tx, _, _| desk::guide::get(tx, &leave, id)).await?;
    let is_staff = visitor.actor.role.is_staff();
    if !is_staff {
        // Nobody waits for the count, and losing one costs nothing.
        app.desk().write_then(app.now(), move |cx| desk::guide::note_shown(cx, id), |_| {});
    }
    Ok(reply::tagged(guide.version, guide_out(guide, is_staff)))
}
/// What changes; what is not said stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuideEditIn {
    /// `null`: of no product in particular.
    #[serde(default, deserialize_with = "wire::said")]
    #[schema(value_type = Option<String>)]
    pub product: Option<Option<String>>,
    pub symptoms: Option<Vec<String>>,
    /// All languages together.
    pub titles: Option<Texts>,
    pub bodies: Option<Texts>,
    pub state: Option<StandingOf>,
}
/// Change, publish or end one.
#[utoipa::path(patch, path = "/api/v1/guides/{id}", tag = "guides", operation_id = "edit_guide", params(("id" = GuideRef, Path), ("If-Match" = String, Header)), request_body = GuideEditIn, responses((status = 200, body = GuideOut)))]
async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<GuideId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<GuideEditIn>,
) -> Result<Response, Problem> {
    let author = author(&visitor)?;
    let leave = visitor.leave::<ReadGuide>()?;
    app.once(visitor.id(), once, move |cx| {
        let now = desk::guide::get(cx.tx, &leave, id)?;
        let new = desk::guide::GuideIn {
            sort: now.sort,
            product: body.product.clone().map_or(now.product, Option::unwrap_or_default),
            symptoms: body.symptoms.clone().unwrap_or(now.symptoms),
            titles: body.titles.clone().unwrap_or(now.titles),
            bodies: body.bodies.clone().unwrap_or(now.bodies),
            standing: body.state.map_or(now.standing, Into::into),
        };
        let guide = desk::guide::edit(cx, &author, id, version, &new)?;
        let version = guide.version;
        Ok(Made::ok(guide_out(guide, true)).version(version))
    })
    .await
}
/// Drop one, with what people said of it. What is published is better ended.
#[utoipa::path(delete, path = "/api/v1/guides/{id}", tag = "guides", operation_id = "drop_guide", params(("id" = GuideRef, Path)), responses((status = 204)))]
async fn drop_one(State(app): State<App>, visitor: Visitor, PathId(id): PathId<GuideId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let author = author(&visitor)?;
    app.once(visitor.id(), once, move |cx| desk::guide::drop_one(cx, &author, id).map(|()| Made::nothing())).await
}
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HelpedIn {
    pub helped: bool,
}
/// Say whether it helped; counted once a person, who may think again.
#[utoipa::path(post, path = "/api/v1/guides/{id}/helped", tag = "guides", operation_id = "rate_guide", params(("id" = GuideRef, Path)), request_body = HelpedIn, responses((status = 204)))]
async fn rate(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<GuideId>,
    Write { body, once }: Write<HelpedIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<RateGuide>()?;
    app.once(visitor.id(), once, move |cx| desk::guide::rate(cx, &leave, id, body.helped).map(|()| Made::nothing())).await
}
