//! Reply templates: texts with variables, in several languages.
use super::App;
use super::extract::{IfMatch, Json, PathId, Query};
use super::once::{Bare, Write};
use super::problem::{Problem, ProblemOut};
use super::reply;
use super::wire::{Instant, Made, PersonRef, TicketRef, ToolRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::Fault;
use desk::template::{self, Texts};
use desk::tool::{self, ToolIn, ToolKind};
use domain::kit::ToolId;
use domain::people::{KeepTools, ReadInternal};
use serde::{Deserialize, Serialize};
use store::tool::Tool;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const KIND: ToolKind = ToolKind::Template;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, list)).routes(routes!(get, edit, drop_own)).routes(routes!(filled))
}

/// A text for each language. Variables: `{{customer}}`, `{{company}}`, `{{number}}`, `{{subject}}`, `{{product}}`, `{{instance}}`,
/// `{{engineer}}`, `{{vendor}}`, `{{due}}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateIn {
    pub name: String,
    /// Colleagues see and use it too.
    #[serde(default)]
    pub shared: bool,
    /// By language tag: `{"zh-CN": "您好，{{customer}}", "en": "Hello {{customer}}"}`.
    pub texts: Texts,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateOut {
    pub id: ToolRef,
    pub owner: PersonRef,
    pub name: String,
    pub shared: bool,
    pub texts: Texts,
    pub created_at: Instant,
    pub version: u32,
}
fn texts_of(t: &Tool) -> Texts {
    serde_json::from_str(&t.body).unwrap_or_default()
}
fn template_out(t: &Tool) -> TemplateOut {
    TemplateOut {
        id: t.id.into(),
        owner: t.owner.into(),
        name: t.name.clone(),
        shared: t.shared,
        texts: texts_of(t),
        created_at: t.created_at.into(),
        version: t.version,
    }
}
fn tool_in(name: String, shared: bool, texts: &Texts) -> Result<ToolIn, Fault> {
    template::check(texts)?;
    Ok(ToolIn { name, shared, body: serde_json::to_string(texts).map_err(Fault::internal)? })
}
/// Keep a template.
#[utoipa::path(post, path = "/api/v1/templates", tag = "templates", operation_id = "create_template", request_body = TemplateIn, responses((status = 201, body = TemplateOut)))]
async fn create(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<TemplateIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    let new = tool_in(body.name, body.shared, &body.texts)?;
    app.once(visitor.id(), once, move |cx| {
        let made = tool::create(cx, &leave, KIND, &new)?;
        Ok(Made::new(format!("/api/v1/templates/{}", made.id), template_out(&made)).version(made.version))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplatesOut {
    pub items: Vec<TemplateOut>,
}
/// One's own templates, then what colleagues share.
#[utoipa::path(get, path = "/api/v1/templates", tag = "templates", operation_id = "list_templates", responses((status = 200, body = TemplatesOut)))]
async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<TemplatesOut>, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    let all = app.read(move |tx, _, _| tool::list(tx, &leave, KIND)).await?;
    Ok(Json(TemplatesOut { items: all.iter().map(template_out).collect() }))
}
/// One template.
#[utoipa::path(get, path = "/api/v1/templates/{id}", tag = "templates", operation_id = "get_template", params(("id" = ToolRef, Path)), responses((status = 200, body = TemplateOut)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ToolId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    let one = app.read(move |tx, _, _| tool::get(tx, &leave, KIND, id)).await?;
    Ok(reply::tagged(one.version, template_out(&one)))
}
/// What changes; what is not said stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateEditIn {
    pub name: Option<String>,
    pub shared: Option<bool>,
    /// As a whole.
    pub texts: Option<Texts>,
}
/// Change one's own template.
#[utoipa::path(patch, path = "/api/v1/templates/{id}", tag = "templates", operation_id = "edit_template", params(("id" = ToolRef, Path), ("If-Match" = String, Header)), request_body = TemplateEditIn, responses((status = 200, body = TemplateOut)))]
async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ToolId>,
    IfMatch(version): IfMatch,
    Write { body, once }: Write<TemplateEditIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    app.once(visitor.id(), once, move |cx| {
        let now = tool::get(cx.tx, &leave, KIND, id)?;
        let texts = body.texts.clone().unwrap_or_else(|| texts_of(&now));
        let new = tool_in(body.name.clone().unwrap_or(now.name), body.shared.unwrap_or(now.shared), &texts)?;
        let made = tool::edit(cx, &leave, KIND, id, version, &new)?;
        Ok(Made::ok(template_out(&made)).version(made.version))
    })
    .await
}
/// Drop one's own template.
#[utoipa::path(delete, path = "/api/v1/templates/{id}", tag = "templates", operation_id = "drop_template", params(("id" = ToolRef, Path)), responses((status = 204)))]
async fn drop_own(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ToolId>, Bare { once }: Bare) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepTools>()?;
    app.once(visitor.id(), once, move |cx| tool::drop_own(cx, &leave, KIND, id).map(|()| Made::nothing())).await
}
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FillIn {
    #[param(value_type = String)]
    pub ticket: TicketRef,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct FilledOut {
    /// Of the text that was chosen: the case's, or the nearest there is.
    pub language: String,
    pub body: String,
    /// Variables without a value now; they stand in the text as they were written.
    pub missing: Vec<String>,
}
/// The template filled for a case, in the case's language.
#[utoipa::path(get, path = "/api/v1/templates/{id}/filled", tag = "templates", operation_id = "fill_template", params(("id" = ToolRef, Path), FillIn),
    responses((status = 200, body = FilledOut), (status = 404, description = "No such template, no such case", body = ProblemOut, content_type = "application/problem+json")))]
async fn filled(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ToolId>,
    Query(asked): Query<FillIn>,
) -> Result<Json<FilledOut>, Problem> {
    let (keep, read) = (visitor.leave::<KeepTools>()?, visitor.leave::<ReadInternal>()?);
    let filled = app.read(move |tx, desk, _| {
        let texts = texts_of(&tool::get(tx, &keep, KIND, id)?);
        template::fill_for(tx, desk, read.actor(), &texts, asked.ticket.0)
    });
    let f = filled.await?;
    Ok(Json(FilledOut { language: f.language, body: f.body, missing: f.missing }))
}
