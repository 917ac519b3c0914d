//! Macros: several acts under one name.
use super::App;
use super::act::ActIn;
use super::extract::{IfMatch, Json, PathId, SeenVersion, read_json};
use super::once::{Bare, Write};
use super::problem::{Problem, ProblemOut};
use super::reply;
use super::ticket::TicketOut;
use super::wire::{Instant, Made, PersonRef, TicketRef, ToolRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::act::Doing;
use desk::macros::{self, Step};
use desk::template::unknown;
use desk::tool::{self, ToolIn, ToolKind};
use desk::{Fault, Flaw, limits};
use domain::kit::{At, PersonId, Span, ToolId};
use domain::people::{ActOnTicket, KeepTools};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::tool::Tool;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const KIND: ToolKind = ToolKind::Macro;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(get, edit, drop_own)).routes(routes!(run))
}

/// Acts in the order they happen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MacroIn {
    pub name: String,
    /// Colleagues see and use it too.
    #[serde(default)]
    pub shared: bool,
    /// Each as in `POST /tickets/{id}/acts`, without attachments. `"to": "me"` is whoever runs it, `"until_in": "PT4H"` an instant that long
    /// after the run; words may hold the variables of templates.
    #[schema(value_type = Vec<Object>)]
    pub steps: Vec<Value>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct MacroOut {
    pub id: ToolRef,
    pub owner: PersonRef,
    pub name: String,
    pub shared: bool,
    #[schema(value_type = Vec<Object>)]
    pub steps: Vec<Value>,
    pub created_at: Instant,
    pub version: u32,
}
fn steps_of(t: &Tool) -> Vec<Value> {
    serde_json::from_str(&t.body).unwrap_or_default()
}
fn macro_out(t: &Tool) -> MacroOut {
    MacroOut {
        id: t.id.into(),
        owner: t.owner.into(),
        name: t.name.clone(),
        shared: t.shared,
        steps: steps_of(t),
        created_at: t.created_at.into(),
        version: t.version,
    }
}
/// The acts as somebody runs them at a moment. Errors: 422 with every flaw and the step it is in.
fn doings(steps: &[Value], me: PersonId, language: &str, now: At) -> Result<Vec<Doing>, Problem> {
    let mut flaws = Vec::new();
    if steps.is_empty() {
        flaws.push(Flaw::new("steps", "empty"));
    }
    if steps.len() > limits::MACRO_STEPS_MAX {
        flaws.push(Flaw::new("steps", "too_many").with("max", limits::MACRO_STEPS_MAX));
    }
    let mut found = Vec::new();
    for (n, step) in steps.iter().take(limits::MACRO_STEPS_MAX).enumerate() {
        match doing(step.clone(), me, language, now) {
            Ok(doing) => found.push(doing),
            Err(problem) if problem.flaws.is_empty() => return Err(problem),
            Err(problem) => flaws.extend(problem.flaws.into_iter().map(|f| Flaw { field: within(n, &f.field), ..f })),
        }
    }
    if flaws.is_empty() { Ok(found) } else { Err(Fault::Invalid(flaws).into()) }
}
fn within(n: usize, field: &str) -> String {
    if field.is_empty() { format!("steps[{n}]") } else { format!("steps[{n}].{field}") }
}
fn doing(mut step: Value, me: PersonId, language: &str, now: At) -> Result<Doing, Problem> {
    if let Some(fields) = step.as_object_mut() {
        if fields.contains_key("attachments") {
            return Err(Problem::invalid("attachments", "not_for_this_act"));
        }
        if fields.get("to").is_some_and(|to| to == "me") {
            fields.insert("to".into(), Value::String(me.to_string()));
        }
        if let Some(after) = fields.remove("until_in") {
            let after = after.as_str().and_then(|text| Span::parse(text).ok()).ok_or_else(|| Problem::invalid("until_in", "bad_span"))?;
            fields.insert("until".into(), Value::String((now + after).to_string()));
        }
    }
    let mut doing = Doing::try_from(read_json::<ActIn>(step.to_string().as_bytes())?)?;
    let strange = doing.body.as_deref().map(|text| unknown("body", text)).unwrap_or_default();
    if !strange.is_empty() {
        return Err(Fault::Invalid(strange).into());
    }
    if doing.language.is_empty() {
        doing.language = language.to_string();
    }
    Ok(doing)
}
fn tool_in(name: String, shared: bool, steps: &[Value]) -> Result<ToolIn, Fault> {
    Ok(ToolIn { name, shared, body: serde_json::to_string(steps).map_err(Fault::internal)? })
}
/// Keep a macro.
#[utoipa::path(post, path = "/api/v1/macros", tag = "macros", operation_id = "create_macro", request_body = MacroIn, responses((status = 201, body = MacroOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<MacroIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    doings(&body.steps, visitor.id(), "", app.now())?;
    let new = tool_in(body.name, body.shared, &body.steps)?;
    app.once(visitor.id(), once, move |cx| {
        let made = tool::create(cx, &leave, KIND, &new)?;
        Ok(Made::new(format!("/api/v1/macros/{}", made.id), macro_out(&made)).version(made.version))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct MacrosOut {
    pub items: Vec<MacroOut>,
}
/// One's own macros, then what colleagues share.
#[utoipa::path(get, path = "/api/v1/macros", tag = "macros", operation_id = "list_macros", responses((status = 200, body = MacrosOut)))]
async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<MacrosOut>, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    let all = app.read(move |tx, _, _| tool::list(tx, &leave, KIND)).await?;
    Ok(Json(MacrosOut { items: all.iter().map(macro_out).collect() }))
}
/// One macro.
#[utoipa::path(get, path = "/api/v1/macros/{id}", tag = "macros", operation_id = "get_macro", params(("id" = ToolRef, Path)), responses((status = 200, body = MacroOut)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ToolId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    let one = app.read(move |tx, _, _| tool::get(tx, &leave, KIND, id)).await?;
    Ok(reply::tagged(one.version, macro_out(&one)))
}
/// What changes; what is not said stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MacroEditIn {
    pub name: Option<String>,
    pub shared: Option<bool>,
    /// As a whole.
    #[schema(value_type = Option<Vec<Object>>)]
    pub steps: Option<Vec<Value>>,
}
/// Change one's own macro.
#[utoipa::path(patch, path = "/api/v1/macros/{id}", tag = "macros", operation_id = "edit_macro", params(("id" = ToolRef, Path), ("If-Match" = String, Header)), request_body = MacroEditIn, responses((status = 200, body = MacroOut)))]
async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ToolId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<MacroEditIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    if let Some(steps) = &body.steps {
        doings(steps, visitor.id(), "", app.now())?;
    }
    app.once(visitor.id(), once, move |cx| {
        let now = tool::get(cx.tx, &leave, KIND, id)?;
        let steps = body.steps.clone().unwrap_or_else(|| steps_of(&now));
        let new = tool_in(body.name.clone().unwrap_or(now.name), body.shared.unwrap_or(now.shared), &steps)?;
        let made = tool::edit(cx, &leave, KIND, id, version, &new)?;
        Ok(Made::ok(macro_out(&made)).version(made.version))
    })
    .await
}
/// Drop one's own macro.
#[utoipa::path(delete, path = "/api/v1/macros/{id}", tag = "macros", operation_id = "drop_macro", params(("id" = ToolRef, Path)), responses((status = 204)))]
async fn drop_own(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ToolId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    app.once(visitor.id(), once, move |cx| tool::drop_own(cx, &leave, KIND, id).map(|()| Made::nothing())).await
}
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunIn {
    pub ticket: TicketRef,
    /// Only tells what would happen.
    #[serde(default)]
    pub dry_run: bool,
}
/// What happened, or would.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunOut {
    pub dry_run: bool,
    /// What each act does; of a dry run up to the first that is refused.
    pub steps: Vec<StepOut>,
    /// As it is after the run; absent of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketOut>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct StepOut {
    pub act: &'static str,
    pub possible: bool,
    /// A code with words.
    pub why: Option<&'static str>,
    /// The words as they would be sent.
    pub body: Option<String>,
    pub events: Vec<StepEventOut>,
}
/// As in the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepEventOut {
    #[schema(example = "ticket.replied")]
    pub key: &'static str,
    #[schema(value_type = Object)]
    pub body: Value,
}
fn step_out(s: Step) -> StepOut {
    let events = s.events.into_iter().map(|(key, body)| StepEventOut { key, body }).collect();
    StepOut { act: s.act, possible: s.why.is_none(), why: s.why, body: s.body, events }
}
/// Runs a macro on a case: all its acts, or none. With `dry_run` it only tells what would happen.
#[utoipa::path(post, path = "/api/v1/macros/{id}/run", tag = "macros", operation_id = "run_macro", request_body = RunIn,
    params(("id" = ToolRef, Path), ("If-Match" = Option<String>, Header, description = "The version of the case seen; absent: whatever it is now.")),
    responses((status = 200, body = RunOut), (status = 409, description = "An act is refused; none happened", body = ProblemOut, content_type = "application/problem+json")))]
async fn run(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ToolId>,
    SeenVersion(seen): SeenVersion,
    Write { body, once }: Write<RunIn>,
) -> Result<Response, Problem> {
    let (keep, leave) = (visitor.leave::<KeepTools>()?, visitor.leave::<ActOnTicket>()?);
    let steps = app.read(move |tx, _, _| Ok(steps_of(&tool::get(tx, &keep, KIND, id)?))).await?;
    let doings = doings(&steps, visitor.id(), &visitor.person.language, app.now())?;
    let ticket = body.ticket.0;
    if body.dry_run {
        let steps = app.read(move |tx, desk, now| macros::try_out(tx, desk, leave.actor(), ticket, &doings, now)).await?;
        return Ok(Json(RunOut { dry_run: true, steps: steps.into_iter().map(step_out).collect(), ticket: None }).into_response());
    }
    app.once(visitor.id(), once, move |cx| {
        let steps = macros::try_out(cx.tx, cx.desk, leave.actor(), ticket, &doings, cx.now)?;
        let done = macros::run(cx, &leave, id, ticket, seen, &doings)?;
        let version = done.case.ticket.version;
        let ticket = Some(TicketOut::written(cx.desk, leave.actor(), done.case, done.pos));
        Ok(Made::ok(RunOut { dry_run: false, steps: steps.into_iter().map(step_out).collect(), ticket }).version(version))
    })
    .await
}
