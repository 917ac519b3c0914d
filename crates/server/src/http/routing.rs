//! Routing on trial: whom a case, or a question that is none yet, would go to and why. Asks only; nothing is stored.
use super::App;
use super::extract::Json;
use super::problem::Problem;
use super::wire::{AccountRef, Instant, PersonRef, TicketRef};
use crate::access::Visitor;
use axum::extract::State;
use desk::routing::{Question, Trial, Words};
use domain::kit::PersonId;
use domain::people::{ReadTicket, TryRouting};
use domain::routing::{Candidate, Standing};
use serde::{Deserialize, Serialize};
use store::person::Named;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(try_routing)).routes(routes!(try_past))
}

/// A case, or what a question would say.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TryIn {
    /// A case as it stands; nothing else is asked then but `at`.
    pub ticket: Option<TicketRef>,
    pub product: Option<String>,
    /// `medium` if not said, `general_problem` in the dedicated group.
    pub severity: Option<String>,
    /// The account's, else the house's.
    pub language: Option<String>,
    pub channel: Option<String>,
    pub account: Option<AccountRef>,
    /// 1 if not said.
    pub tier: Option<u8>,
    /// With the shifts and the rota of this instant; now if not said. Loads are those of now.
    pub at: Option<Instant>,
}
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonNamed {
    pub person: PersonRef,
    pub name: String,
}
fn named(people: &[Named], id: Option<PersonId>) -> Option<PersonNamed> {
    let id = id?;
    Some(PersonNamed { person: id.into(), name: people.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default() })
}
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialOut {
    pub at: Instant,
    /// `null`: nobody answers cases at all.
    pub chosen: Option<PersonNamed>,
    /// What decided: `first_ask`, `tam`, `best_fit`, `fallback_rota`, `anybody`, `no_candidates`.
    #[schema(example = "best_fit")]
    pub rule: &'static str,
    /// Codes in the order the choice was narrowed, as they stand in a case's timeline.
    pub why: Vec<String>,
    /// The chosen one first, then the others in the order they were looked at; at most 50.
    pub candidates: Vec<CandidateOut>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct CandidateOut {
    pub person: PersonRef,
    pub name: String,
    #[schema(example = "engineer")]
    pub role: &'static str,
    pub tier: u8,
    /// On shift, and has everything that is asked for.
    pub fits: bool,
    /// Codes: why they are chosen, or everything that spoke against them.
    pub because: Vec<String>,
    /// Open cases in their hands, of so many at once.
    pub load: u32,
    pub capacity: u32,
    pub on_shift: bool,
}
/// The last thing that decided.
fn rule(why: &[String]) -> &'static str {
    let deciders = [
        ("routing.first_ask", "first_ask"),
        ("routing.tam", "tam"),
        ("routing.fallback_rota", "fallback_rota"),
        ("routing.anybody", "anybody"),
        ("routing.no_candidates", "no_candidates"),
    ];
    deciders.iter().find(|(code, _)| why.iter().any(|w| w == code)).map_or("best_fit", |(_, rule)| rule)
}
impl From<Trial> for TrialOut {
    fn from(t: Trial) -> TrialOut {
        let candidate = |(s, c): &(Standing, Candidate)| CandidateOut {
            person: s.person.into(),
            name: named(&t.people, Some(s.person)).map(|p| p.name).unwrap_or_default(),
            role: c.role.key(),
            tier: c.tier,
            fits: s.fits,
            because: s.because.clone(),
            load: c.load,
            capacity: c.capacity,
            on_shift: c.on_shift,
        };
        TrialOut {
            at: t.at.into(),
            chosen: named(&t.people, t.choice.who),
            rule: rule(&t.choice.why),
            candidates: t.standings.iter().map(candidate).collect(),
            why: t.choice.why,
        }
    }
}
/// What routing would do now, by the very rule that assigns cases. Stores nothing.
#[utoipa::path(post, path = "/api/v1/routing/try", tag = "routing", operation_id = "try_routing", request_body = TryIn, responses((status = 200, body = TrialOut)))]
async fn try_routing(State(app): State<App>, visitor: Visitor, Json(asked): Json<TryIn>) -> Result<Json<TrialOut>, Problem> {
    let (leave, see) = (visitor.leave::<TryRouting>()?, visitor.leave::<ReadTicket>()?);
    let question = match asked.ticket {
        Some(ticket) => Question::Case(ticket.0),
        None => Question::Words(Words {
            product: asked.product.unwrap_or_default(),
            severity: asked.severity,
            language: asked.language,
            channel: asked.channel,
            account: asked.account.map(|a| a.0),
            tier: asked.tier,
        }),
    };
    let at = asked.at.map(|i| i.0);
    let trial = app.read(move |tx, desk, now| desk::routing::try_out(tx, desk, &leave, &see, &question, at.unwrap_or(now)));
    Ok(Json(trial.await?.into()))
}

#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryPastIn {
    /// So many of the newest cases, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct PastOut {
    /// The newest first.
    pub items: Vec<PastCaseOut>,
    pub same: usize,
    pub different: usize,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct PastCaseOut {
    pub ticket: TicketRef,
    pub number: String,
    pub subject: String,
    /// Who got it first; `null` where that is not told, as for imported cases.
    pub was: Option<PersonNamed>,
    pub would: Option<PersonNamed>,
    pub same: bool,
}
/// The newest cases as if each were opened again at its instant, with the people, skills and loads of now. Stores nothing.
#[utoipa::path(post, path = "/api/v1/routing/try/past", tag = "routing", operation_id = "try_routing_past", request_body = TryPastIn, responses((status = 200, body = PastOut)))]
async fn try_past(State(app): State<App>, visitor: Visitor, Json(asked): Json<TryPastIn>) -> Result<Json<PastOut>, Problem> {
    let (leave, see) = (visitor.leave::<TryRouting>()?, visitor.leave::<ReadTicket>()?);
    let limit = asked.limit.unwrap_or(super::page::LIMIT);
    let out = app.read(move |tx, desk, _| {
        let (cases, people) = desk::routing::try_past(tx, desk, &leave, &see, limit)?;
        let items: Vec<PastCaseOut> = cases
            .into_iter()
            .map(|r| PastCaseOut {
                ticket: r.case.ticket.id.into(),
                number: desk.number_text(r.case.number),
                subject: r.case.words.subject,
                was: named(&people, r.was),
                would: named(&people, r.would),
                same: r.was == r.would,
            })
            .collect();
        let same = items.iter().filter(|i| i.same).count();
        Ok(PastOut { different: items.len() - same, same, items })
    });
    Ok(Json(out.await?))
}
