//! Promises that run: what was promised, how it stands, why, and accepting that one was broken.
use super::App;
use super::extract::{Json, PathId};
use super::frame;
use super::once::Write;
use super::problem::{Problem, ProblemOut};
use super::wire::{ClockRef, Instant, Length, Made, Page, TicketRef, instant};
use crate::access::Visitor;
use crate::words;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use desk::Desk;
use desk::clock::Explained;
use domain::kit::{At, ClockId, TicketId};
use domain::people::{ReadClock, WaiveBreach};
use domain::promise::{Calendars, Cmp, Event, Kind, Line, Verdict, What, target_text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::clock::Stored;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_clocks)).routes(routes!(get_clock)).routes(routes!(explain_clock)).routes(routes!(waive_breach))
}

/// One promise running for one case.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockOut {
    pub id: ClockRef,
    pub ticket: TicketRef,
    #[schema(example = "first_response")]
    pub promise: String,
    /// The row of the plan book it comes from.
    pub row: String,
    #[schema(example = "ali.enterprise.v2")]
    pub plan: String,
    /// `contract`: promised to the customer. `internal`: a goal of the house, never shown to one.
    pub kind: &'static str,
    /// 1 for the first time the promise is made on this case.
    pub cycle: u32,
    /// What it counts from.
    pub base_at: Instant,
    /// Absent while it waits.
    pub due_at: Option<Instant>,
    /// `running`, `paused`, `kept`, `broken`, `waived`, `cancelled`
    pub verdict: &'static str,
    #[schema(example = "PT40M")]
    pub target: String,
    /// `lt`: must end before the target is used up. `le`: may use it up.
    pub cmp: &'static str,
    pub calendar: String,
    pub calendar_version: u32,
    /// Open time spent so far.
    pub used: Length,
    /// Open time left, negative when overdue; absent for targets that count days.
    pub left: Option<Length>,
    /// The part of the target that is left, from 1 at the start to 0 when nothing is; of the way from base to due where days are counted.
    #[schema(example = 0.25)]
    pub share_left: Option<f64>,
    /// When the plan book wants the first warning; absent while it waits, and where there is none.
    pub warn_at: Option<Instant>,
    /// It runs, is not broken, and a warning was due.
    pub at_risk: bool,
    pub paused: Option<PausedOut>,
    pub broken_at: Option<Instant>,
    /// When the house noticed.
    pub detected_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    /// The breach was accepted with a reason; it stays a breach.
    pub waived: bool,
    pub source: SourceOut,
    /// The promise in the plan book's words, by language.
    pub words: BTreeMap<String, String>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct PausedOut {
    /// `customer`, `vendor`, `product`
    pub why: &'static str,
    pub since: Instant,
}
/// Where a promise is written.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceOut {
    pub document: String,
    pub section: String,
}
/// A clock as it stands at `now`.
pub fn clock_out(desk: &Desk, stored: &Stored, now: At) -> ClockOut {
    let (c, t) = (&stored.clock, &*stored.clock.terms);
    // A clock whose calendar is gone cannot be read from the database at all; as-is is then the best answer.
    let calendar = desk.shelves().calendar(&t.calendar, t.calendar_version);
    let at = c.ended_at.unwrap_or(now);
    let row = desk.shelves().book(&t.plan).and_then(|b| b.promises.iter().find(|p| p.row == t.row));
    let verdict = calendar.as_ref().map_or(Verdict::Running { due_at: c.due_at }, |cal| c.verdict(now, cal));
    let warn_at = calendar.as_ref().filter(|_| c.is_open()).and_then(|cal| c.warn_at(cal));
    ClockOut {
        id: stored.id.into(),
        ticket: stored.ticket.into(),
        promise: t.key.clone(),
        row: t.row.clone(),
        plan: t.plan.clone(),
        kind: if t.kind == Kind::Contract { "contract" } else { "internal" },
        cycle: c.cycle,
        base_at: c.base_at.into(),
        due_at: instant(c.due_at),
        verdict: verdict.key(),
        target: target_text(t.target),
        cmp: if t.cmp == Cmp::Lt { "lt" } else { "le" },
        calendar: t.calendar.clone(),
        calendar_version: t.calendar_version,
        used: Length(calendar.as_ref().map_or(c.used, |cal| c.used_by(at, cal))),
        left: calendar.as_ref().and_then(|cal| c.left_at(at, cal)).map(Length),
        share_left: calendar.as_ref().and_then(|cal| c.permille_left(at, cal)).map(|p| p as f64 / 1000.0),
        warn_at: instant(warn_at),
        at_risk: matches!(verdict, Verdict::Running { .. }) && (c.warned != 0 || warn_at.is_some_and(|w| w <= now)),
        paused: c.paused.map(|p| PausedOut { why: p.why.key(), since: p.since.into() }),
        broken_at: instant(c.broken_at),
        detected_at: instant(c.detected_at),
        ended_at: instant(c.ended_at),
        waived: c.waived,
        source: SourceOut { document: t.source.document.clone(), section: t.source.section.clone() },
        words: row.map(|p| p.words.0.clone()).unwrap_or_default(),
    }
}

/// The promises of a case, oldest first.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/clocks", tag = "clocks", operation_id = "list_clocks", params(("id" = TicketRef, Path)),
    responses((status = 200, description = "All of them", body = Page<ClockOut>)))]
async fn list_clocks(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>) -> Result<Json<Page<ClockOut>>, Problem> {
    let leave = visitor.leave::<ReadClock>()?;
    let items = app.read(move |tx, desk, now| Ok(desk::clock::list(tx, desk, &leave, id)?.iter().map(|c| clock_out(desk, c, now)).collect()));
    Ok(Json(Page { items: items.await?, next: None }))
}

/// One promise.
#[utoipa::path(get, path = "/api/v1/clocks/{id}", tag = "clocks", operation_id = "get_clock", params(("id" = ClockRef, Path)),
    responses((status = 200, description = "As it stands now", body = ClockOut)))]
async fn get_clock(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ClockId>) -> Result<Json<ClockOut>, Problem> {
    let leave = visitor.leave::<ReadClock>()?;
    let clock = app.read(move |tx, desk, now| Ok(clock_out(desk, &desk::clock::read(tx, desk, &leave, id)?, now)));
    Ok(Json(clock.await?))
}

/// Why a promise stands where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedOut {
    pub clock: ClockOut,
    pub events: Vec<ClockEventOut>,
    /// The derivation, step by step.
    pub lines: Vec<LineOut>,
    /// Running the events again gives the clock as it is kept. `false` is a damaged database.
    pub replays: bool,
}
/// Something a clock lived through.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockEventOut {
    pub at: Instant,
    /// When the house wrote it down.
    pub noted_at: Instant,
    #[schema(example = "activated")]
    pub what: &'static str,
    /// What goes with it.
    pub more: Value,
}
impl From<&Event> for ClockEventOut {
    fn from(e: &Event) -> ClockEventOut {
        ClockEventOut { at: e.at.into(), noted_at: e.noted_at.into(), what: e.what.key(), more: more(&e.what) }
    }
}
fn more(what: &What) -> Value {
    match what {
        What::Activated { terms, cycle, base_at } => json!({"row": terms.row, "plan": terms.plan, "cycle": cycle, "base_at": base_at.to_string()}),
        What::Warned { mark } => json!({"mark": mark}),
        What::Escalated { rung } => json!({"rung": rung}),
        What::Paused { why } => json!({"why": why.key()}),
        What::Resumed { by_cap } => json!({"by_cap": by_cap}),
        What::Fulfilled | What::Cancelled => json!({}),
        What::Breached { due_at } => json!({"due_at": due_at.to_string()}),
        What::Retargeted { terms, used, since, because } => {
            json!({"row": terms.row, "plan": terms.plan, "used": used.to_string(), "since": since.map(|s| s.to_string()), "because": because.key()})
        }
        What::Agreed { until } => json!({"until": until.to_string()}),
        What::Waived { reason, by } => json!({"reason": reason, "by": by}),
    }
}
/// One step: a code, what it is about, and both in the reader's language.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineOut {
    pub at: Option<Instant>,
    #[schema(example = "explain.paused")]
    pub code: &'static str,
    pub args: BTreeMap<&'static str, String>,
    pub text: String,
}
fn line_out(line: Line, lang: &str) -> LineOut {
    let word = line.code.strip_prefix("explain.").unwrap_or(line.code);
    let text = words::say(lang, "explain", word, &crate::terms::spoken(lang, &line.args)).unwrap_or_else(|| line.code.to_string());
    LineOut { at: instant(line.at), code: line.code, args: line.args.into_iter().collect(), text }
}
pub fn explained_out(desk: &Desk, e: Explained, lang: &str, now: At) -> ExplainedOut {
    ExplainedOut {
        clock: clock_out(desk, &e.stored, now),
        events: e.events.iter().map(ClockEventOut::from).collect(),
        lines: e.lines.into_iter().map(|l| line_out(l, lang)).collect(),
        replays: e.replays,
    }
}
/// Derives a promise by running everything that happened to it through the rules again.
#[utoipa::path(get, path = "/api/v1/clocks/{id}/explain", tag = "clocks", operation_id = "explain_clock", params(("id" = ClockRef, Path)),
    responses((status = 200, description = "The derivation, in the language asked for", body = ExplainedOut)))]
async fn explain_clock(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    PathId(id): PathId<ClockId>,
) -> Result<Json<ExplainedOut>, Problem> {
    let leave = visitor.leave::<ReadClock>()?;
    let lang = frame::language(&app, &headers);
    let explained = app.read(move |tx, desk, now| Ok(explained_out(desk, desk::clock::explain(tx, desk, &leave, id, now)?, lang, now)));
    Ok(Json(explained.await?))
}

/// Why a breach is accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiveIn {
    pub reason: String,
}
/// Accepts a breach with a reason. It stays on record.
#[utoipa::path(post, path = "/api/v1/clocks/{id}/waive", tag = "clocks", operation_id = "waive_breach", request_body = WaiveIn,
    params(("id" = ClockRef, Path)),
    responses((status = 200, description = "Waived", body = ClockOut),
        (status = 409, description = "Not broken, or waived already", body = ProblemOut, content_type = "application/problem+json")))]
async fn waive_breach(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ClockId>, write: Write<WaiveIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<WaiveBreach>()?;
    let reason = write.body.reason;
    let done = app.once(visitor.id(), write.once, move |cx| {
        let stored = desk::clock::waive(cx, &leave, id, &reason)?;
        Ok(Made::ok(clock_out(cx.desk, &stored, cx.now)))
    });
    done.await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::kit::Span;

    #[test]
    fn every_step_of_a_derivation_has_words_in_every_language() {
        for code in [
            "promise",
            "target",
            "calendar",
            "base",
            "heard_later",
            "due",
            "no_due",
            "ran",
            "paused",
            "resumed",
            "resumed_by_cap",
            "retargeted",
            "agreed",
            "warned",
            "escalated",
            "breached",
            "fulfilled",
            "cancelled",
            "waived",
            "verdict",
        ] {
            for lang in words::languages() {
                assert!(words::say(lang, "explain", code, &[]).is_some(), "i18n/{lang}/explain.toml has no words for {code:?}");
            }
        }
    }
    #[test]
    fn a_step_is_told_with_its_numbers() {
        let line = Line { at: Some(At::from_micros(0)), code: "explain.resumed", args: vec![("waited", Span::minutes(5).to_string())] };
        assert!(line_out(line, "en").text.contains("5 min"));
    }
}
