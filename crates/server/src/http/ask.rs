//! Before a question is asked: what may be chosen, what it would be promised, whether the plan covers it. Nothing is stored.
use super::App;
use super::clock::SourceOut;
use super::extract::{Json, Query};
use super::problem::Problem;
use super::wire::{AccountRef, Instant, instant};
use crate::access::Visitor;
use crate::words;
use axum::extract::State;
use desk::Desk;
use desk::preview::{Asked, Begins, Choices, Preview, choices, preview};
use domain::kit::At;
use domain::people::OpenTicket;
use domain::plan::{PlanBook, ScopeVerdict};
use domain::promise::{Cmp, Kind, Source, target_text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_choices)).routes(routes!(get_preview))
}

/// Sentences by language.
type Words = BTreeMap<String, String>;
/// A sentence of ours in every language.
fn said(code: &str, args: &[(&'static str, String)]) -> Words {
    words::languages().filter_map(|lang| Some((lang.to_string(), words::say_whole(lang, "ask", code, args)?))).collect()
}
fn source_out(s: &Source) -> SourceOut {
    SourceOut { document: s.document.clone(), section: s.section.clone() }
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewIn {
    /// Needed from staff; a customer's own otherwise.
    account: Option<AccountRef>,
    /// `web_ticket` if not said.
    channel: Option<String>,
    /// `medium` if not said, `general_problem` in the dedicated group.
    severity: Option<String>,
    #[serde(default)]
    product: String,
    #[serde(default)]
    subject: String,
}
/// What a question would be promised if it were asked at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewOut {
    pub account: AccountRef,
    pub at: Instant,
    /// The version of the plan book its promises would come from, and its name by language.
    #[schema(example = "ali.enterprise.v2")]
    pub plan: String,
    pub plan_name: BTreeMap<String, String>,
    /// The soonest due first.
    pub promises: Vec<PromisedOut>,
    pub scope: ScopeOut,
}
/// A promise that would begin.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromisedOut {
    #[schema(example = "first_response")]
    pub promise: String,
    /// The row of the plan book.
    pub row: String,
    /// `contract`, or `internal` for goals of the house (never shown to customers).
    pub kind: &'static str,
    /// In the plan book's words, by language.
    pub words: BTreeMap<String, String>,
    pub due_at: Option<Instant>,
    #[schema(example = "PT40M")]
    pub target: String,
    /// `lt`: before the target is used up. `le`: it may be used up.
    pub cmp: &'static str,
    pub calendar: String,
    pub calendar_version: u32,
    /// Whether that calendar is open now; if not, the time begins to count when it opens.
    pub open_now: bool,
    pub source: SourceOut,
}
/// Whether the plan covers the question, as far as its catalogue tells. A hint before one asks, never a refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScopeOut {
    /// `in_scope`, `out_of_scope`, `third_party` (listed: some help is given), `undecided`
    pub verdict: &'static str,
    /// By language: what decided it, or for listed software what help there is.
    pub words: BTreeMap<String, String>,
    /// For listed software: what is not helped with.
    pub unsupported: Option<BTreeMap<String, String>>,
    /// Where a question out of scope is better asked, if the book says; by language.
    pub redirect: Option<BTreeMap<String, String>>,
    /// A web address in those words, if there is one.
    pub link: Option<String>,
    pub source: Option<SourceOut>,
}

fn promised_out(desk: &Desk, begins: &Begins, now: At) -> PromisedOut {
    let (c, t) = (&begins.clock, &*begins.clock.terms);
    PromisedOut {
        promise: t.key.clone(),
        row: t.row.clone(),
        kind: if t.kind == Kind::Contract { "contract" } else { "internal" },
        words: begins.row.map(|p| p.words.0.clone()).unwrap_or_default(),
        due_at: instant(c.due_at),
        target: target_text(t.target),
        cmp: if t.cmp == Cmp::Lt { "lt" } else { "le" },
        calendar: t.calendar.clone(),
        calendar_version: t.calendar_version,
        open_now: desk.shelves().newest(&t.calendar).is_some_and(|cal| cal.is_open(now)),
        source: source_out(&t.source),
    }
}
fn scope_out(book: &PlanBook, verdict: ScopeVerdict) -> ScopeOut {
    let scope = &book.scope;
    let sentence = |list: &[domain::kit::Text], i: usize| list.get(i).map(|t| t.0.clone()).unwrap_or_default();
    let (said_by, source) = match verdict {
        ScopeVerdict::Product(line) => (line.name.0.clone(), Some(&line.source)),
        ScopeVerdict::ThirdParty(t) => (t.supported.0.clone(), Some(&t.source)),
        ScopeVerdict::Outside(i) => (sentence(&scope.outside, i), Some(&scope.source)),
        ScopeVerdict::Inside(i) => (sentence(&scope.inside, i), Some(&scope.source)),
        ScopeVerdict::Unlisted(t) => (said("scope.unlisted", &[("name", t.name.clone())]), Some(&scope.source)),
        ScopeVerdict::Open => (said("scope.undecided", &[]), None),
    };
    let redirect = scope.redirect.as_ref().filter(|_| verdict.key() == "out_of_scope").map(|t| t.0.clone());
    let unsupported = match verdict {
        ScopeVerdict::ThirdParty(t) => Some(t.unsupported.0.clone()),
        _ => None,
    };
    let link = redirect.as_ref().and_then(|words| words.values().find_map(|text| web_address(text)));
    ScopeOut { verdict: verdict.key(), words: said_by, unsupported, redirect, link, source: source.map(source_out) }
}
/// The first web address in a sentence.
fn web_address(text: &str) -> Option<String> {
    let from = text.find("https://")?;
    let address: String = text[from..].chars().take_while(|c| c.is_ascii_graphic() && !"\"'<>()".contains(*c)).collect();
    Some(address.trim_end_matches(['.', ',', ';']).to_string())
}
fn preview_out(desk: &Desk, seen: &Preview, now: At) -> PreviewOut {
    PreviewOut {
        account: seen.account.into(),
        at: now.into(),
        plan: seen.book.id.clone(),
        plan_name: seen.book.name.0.clone(),
        promises: seen.begins.iter().map(|b| promised_out(desk, b, now)).collect(),
        scope: scope_out(seen.book, seen.scope),
    }
}
/// What a question would be promised if it were asked now, and whether the plan covers it. Nothing is stored.
#[utoipa::path(get, path = "/api/v1/ask/preview", tag = "tickets", operation_id = "preview_ticket", params(PreviewIn), responses((status = 200, body = PreviewOut)))]
async fn get_preview(State(app): State<App>, visitor: Visitor, Query(asked): Query<PreviewIn>) -> Result<Json<PreviewOut>, Problem> {
    let leave = visitor.leave::<OpenTicket>()?;
    let channel = asked.channel.unwrap_or_else(|| "web_ticket".into());
    let usual = if channel == "dedicated_im_group" { "general_problem" } else { "medium" };
    let severity = asked.severity.unwrap_or_else(|| usual.into());
    let asked = Asked { account: asked.account.map(|a| a.0), channel, severity, product: asked.product, subject: asked.subject };
    let out = app.read(move |tx, desk, now| Ok(preview_out(desk, &preview(tx, desk, &leave, &asked, now)?, now)));
    Ok(Json(out.await?))
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChoicesIn {
    /// Needed from staff; a customer's own otherwise.
    account: Option<AccountRef>,
    /// Whose scale of severities; `web_ticket` if not said.
    channel: Option<String>,
}
/// What the form of a question offers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChoicesOut {
    pub plan: String,
    pub plan_name: BTreeMap<String, String>,
    /// The ways in that the plan names.
    pub channels: Vec<ChannelOut>,
    /// The gravest first.
    pub severities: Vec<SeverityOut>,
    /// Products the plan book names.
    pub products: Vec<ProductOut>,
    pub at: Instant,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelOut {
    #[schema(example = "web_ticket")]
    pub channel: String,
    pub name: BTreeMap<String, String>,
    /// Absent: the sources give no hours.
    pub calendar: Option<String>,
    pub open_now: Option<bool>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct SeverityOut {
    #[schema(example = "urgent")]
    pub severity: &'static str,
    pub name: BTreeMap<String, String>,
    /// What is the matter, as a customer would say it.
    pub impact: BTreeMap<String, String>,
    /// What it would be promised now.
    pub promises: Vec<PromisedOut>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductOut {
    pub product: String,
    pub line: String,
    pub line_name: BTreeMap<String, String>,
}
fn choices_out(desk: &Desk, c: &Choices, now: At) -> ChoicesOut {
    let channel = |w: &desk::preview::Way| ChannelOut {
        channel: w.channel.id.clone(),
        name: w.channel.name.0.clone(),
        calendar: w.channel.calendar.clone(),
        open_now: w.calendar.map(|cal| cal.is_open(now)),
    };
    let severity = |g: &desk::preview::Grade| SeverityOut {
        severity: g.severity.key(),
        name: said(&format!("severity.{}", g.severity.key()), &[]),
        impact: said(&format!("impact.{}", g.severity.key()), &[]),
        promises: g.begins.iter().map(|b| promised_out(desk, b, now)).collect(),
    };
    let product = |l: &domain::plan::ProductLine| {
        let of = |product: &String| ProductOut { product: product.clone(), line: l.line.clone(), line_name: l.name.0.clone() };
        l.products.iter().map(of).collect::<Vec<_>>()
    };
    ChoicesOut {
        plan: c.book.id.clone(),
        plan_name: c.book.name.0.clone(),
        channels: c.channels.iter().map(channel).collect(),
        severities: c.severities.iter().map(severity).collect(),
        products: c.lines.iter().flat_map(product).collect(),
        at: now.into(),
    }
}
/// What one may choose from when one asks, in plain words, with what each severity is promised now.
#[utoipa::path(get, path = "/api/v1/ask/choices", tag = "tickets", operation_id = "list_choices", params(ChoicesIn), responses((status = 200, body = ChoicesOut)))]
async fn get_choices(State(app): State<App>, visitor: Visitor, Query(asked): Query<ChoicesIn>) -> Result<Json<ChoicesOut>, Problem> {
    let leave = visitor.leave::<OpenTicket>()?;
    let (account, channel) = (asked.account.map(|a| a.0), asked.channel.unwrap_or_else(|| "web_ticket".into()));
    let out = app.read(move |tx, desk, now| Ok(choices_out(desk, &choices(tx, desk, &leave, account, &channel, now)?, now)));
    Ok(Json(out.await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_severity_says_in_every_language_what_it_is_and_what_it_means() {
        for s in domain::ticket::Severity::ALL {
            for page in ["severity", "impact"] {
                let words = said(&format!("{page}.{}", s.key()), &[]);
                assert_eq!(words.len(), crate::words::languages().count(), "{page}.{}", s.key());
            }
        }
        assert_eq!(said("scope.unlisted", &[("name", "MySQL".into())]).len(), crate::words::languages().count());
    }
    #[test]
    fn a_web_address_in_a_sentence_is_found() {
        assert_eq!(web_address("社区：https://example.com/forum。"), Some("https://example.com/forum".into()));
        assert_eq!(web_address("The community (https://example.com/a)."), Some("https://example.com/a".into()));
        assert_eq!(web_address("开发者社区"), None);
    }
}
