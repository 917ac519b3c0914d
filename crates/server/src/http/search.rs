//! Finding cases, messages, customers and people by words.
use super::App;
use super::extract::{Json, Query};
use super::page;
use super::problem::{Problem, ProblemOut};
use super::wire::{AccountRef, Instant, TicketRef, keys};
use crate::access::Visitor;
use axum::extract::State;
use desk::search::{Asked, Found, Thing};
use desk::{Desk, Flaw};
use domain::people;
use domain::ticket::Stage;
use serde::{Deserialize, Serialize};
use store::search::DocKind;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search))
}

/// Words and filters. Plain words: there is no query language to get wrong.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchIn {
    /// What to look for; empty finds everything, newest first.
    #[serde(default)]
    pub q: String,
    /// `ticket`, `message`, `account`, `person`, with commas between; all that one may find if not said.
    #[serde(default, deserialize_with = "keys")]
    #[param(value_type = Option<String>)]
    pub kind: Vec<String>,
    pub product: Option<String>,
    /// Key of a stage; finds cases only.
    pub stage: Option<String>,
    #[param(value_type = Option<String>)]
    pub account: Option<AccountRef>,
    /// Not older than this.
    #[param(value_type = Option<String>)]
    pub from: Option<Instant>,
    /// Older than this.
    #[param(value_type = Option<String>)]
    pub to: Option<Instant>,
    /// Rows wanted, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}
const KINDS: &[(&str, DocKind)] =
    &[("ticket", DocKind::Ticket), ("message", DocKind::Message), ("account", DocKind::Account), ("person", DocKind::Person)];
impl SearchIn {
    /// What the desk is asked; the cursor is read beside it. Errors: 422 with every flaw.
    fn asked(&self) -> Result<Asked, Problem> {
        let mut flaws = Vec::new();
        let known: Vec<&str> = KINDS.iter().map(|(key, _)| *key).collect();
        if self.kind.iter().any(|k| !known.contains(&k.as_str())) {
            flaws.push(Flaw::new("kind", "unknown_value").with("expected", known.join(", ")));
        }
        if self.stage.as_deref().is_some_and(|s| Stage::parse(s).is_none()) {
            let stages: Vec<&str> = Stage::ALL.iter().map(|s| s.key()).collect();
            flaws.push(Flaw::new("stage", "unknown_value").with("expected", stages.join(", ")));
        }
        if !flaws.is_empty() {
            return Err(desk::Fault::Invalid(flaws).into());
        }
        Ok(Asked {
            text: self.q.clone(),
            kinds: KINDS.iter().filter(|(key, _)| self.kind.iter().any(|k| k == key)).map(|(_, kind)| *kind).collect(),
            account: self.account.map(|a| a.0),
            product: self.product.clone(),
            stage: self.stage.clone(),
            from: self.from.map(|i| i.0),
            to: self.to.map(|i| i.0),
            limit: page::limit(self.limit)?,
            after: None,
        })
    }
}

/// One thing found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitOut {
    /// `ticket`, `message`, `account`, `person`
    pub kind: &'static str,
    pub id: String,
    /// The case it belongs to.
    pub ticket: Option<TicketRef>,
    /// The case's number.
    pub number: Option<String>,
    pub account: Option<AccountRef>,
    /// The case's subject, or a name.
    pub title: String,
    /// A cut of the text in pieces. Plain text, never markup.
    pub snippet: Vec<PieceOut>,
    pub at: Instant,
    /// Higher is better.
    pub score: f32,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct PieceOut {
    pub text: String,
    /// It is what was looked for.
    pub hit: bool,
}
/// Some hits, best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitPage {
    pub items: Vec<HitOut>,
    /// Where the next page begins; absent on the last one. A bounded page may hold few hits, or none, and still have a next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// More was found than is weighed at one time: the newest was, best first; the older follows on later pages, however well it fits.
    pub bounded: bool,
}
impl HitOut {
    fn of(desk: &Desk, f: Found) -> HitOut {
        let (kind, id) = match f.thing {
            Thing::Ticket(id) => ("ticket", id.to_string()),
            Thing::Message(id) => ("message", id.to_string()),
            Thing::Account(id) => ("account", id.to_string()),
            Thing::Person(id) => ("person", id.to_string()),
        };
        HitOut {
            kind,
            id,
            ticket: f.case.as_ref().map(|c| c.ticket.id.into()),
            number: f.case.as_ref().map(|c| desk.number_text(c.number)),
            account: f.account.map(Into::into),
            title: f.title,
            snippet: f.snippet.into_iter().map(|(text, hit)| PieceOut { text, hit }).collect(),
            at: f.at.into(),
            score: f.score,
        }
    }
}

/// Finds what one may see by words, in Chinese and English, best first.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", operation_id = "search", params(SearchIn),
    responses((status = 200, description = "A page", body = HitPage),
        (status = 503, description = "The index is away", body = ProblemOut, content_type = "application/problem+json")))]
async fn search(State(app): State<App>, visitor: Visitor, Query(wish): Query<SearchIn>) -> Result<Json<HitPage>, Problem> {
    let leave = visitor.leave::<people::Search>()?;
    let mut asked = wish.asked()?;
    let question = format!("search {:?}", Asked { limit: 0, ..asked.clone() });
    asked.after = app.cursors.after_key(&question, wish.cursor.as_deref())?;
    let found = app.work(move |app| {
        let page = desk::search::find(app.desk(), &leave, &asked)?;
        let next = page.next.map(|place| app.cursors.close(&question, &place.to_string()));
        Ok(HitPage { items: page.found.into_iter().map(|f| HitOut::of(app.desk(), f)).collect(), next, bounded: page.bounded })
    });
    Ok(Json(found.await?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::extract::read_query;

    #[test]
    fn what_is_asked_is_read_or_named() {
        let wish: SearchIn = read_query("q=%E7%BD%91%E7%BB%9C&kind=message,ticket&from=2025-06-16T00:00:00Z").unwrap();
        let asked = wish.asked().unwrap();
        assert_eq!((asked.text.as_str(), asked.kinds, asked.limit), ("网络", vec![DocKind::Ticket, DocKind::Message], 50));
        let wish: SearchIn = read_query("kind=tickets&stage=nwe").unwrap();
        let fields: Vec<_> = wish.asked().unwrap_err().flaws.iter().map(|f| f.field.clone()).collect();
        assert_eq!(fields, ["kind", "stage"]);
    }
}
