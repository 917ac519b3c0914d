//! What a plan grants by the piece or by the day, and how much of it is used.
use super::App;
use super::clock::SourceOut;
use super::extract::{Json, Query};
use super::problem::Problem;
use super::wire::AccountRef;
use crate::access::Visitor;
use axum::extract::State;
use desk::{Fault, Flaw};
use domain::kit::AccountId;
use domain::people::ReadAccount;
use domain::plan::QuotaRule;
use domain::quota::period_key;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuotasIn {
    /// A customer's own if not said.
    account: Option<AccountRef>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotasOut {
    /// The plan in force now.
    pub plan: String,
    pub items: Vec<QuotaOut>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotaOut {
    pub quota: String,
    pub name: BTreeMap<String, String>,
    pub edition: Option<String>,
    /// The period that runs now, as `2025-06`.
    pub period: Option<String>,
    /// Absent: as many as were bought, or without limit.
    pub limit_count: Option<u32>,
    pub limit_days: Option<u32>,
    pub purchased: bool,
    pub used_count: i64,
    pub used_days: i64,
    pub source: SourceOut,
}
/// Every quota of the plan in force, and what is used of it in this period.
#[utoipa::path(get, path = "/api/v1/quotas", tag = "accounts", operation_id = "list_quotas", params(QuotasIn), responses((status = 200, body = QuotasOut)))]
async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<QuotasIn>) -> Result<Json<QuotasOut>, Problem> {
    let leave = visitor.leave::<ReadAccount>()?;
    let account: Option<AccountId> = asked.account.map(|a| a.0).or(visitor.actor.account);
    let out = app.read(move |tx, desk, now| {
        let account = account.ok_or_else(|| Fault::Invalid(vec![Flaw::new("account", "missing")]))?;
        desk::account::get(tx, &leave, account)?;
        let book = desk::account::plan_at(tx, desk, account, now)?;
        let mut items = Vec::new();
        for rule in &book.quotas {
            let period = period_key(rule.period, &rule.tz, now);
            let (used_count, used_days) = store::quota::used(tx, account, &rule.id, period.as_deref().unwrap_or("-"))?;
            items.push(quota_out(rule, period, used_count, used_days));
        }
        Ok(QuotasOut { plan: book.id.clone(), items })
    });
    Ok(Json(out.await?))
}
fn quota_out(rule: &QuotaRule, period: Option<String>, used_count: i64, used_days: i64) -> QuotaOut {
    QuotaOut {
        quota: rule.id.clone(),
        name: rule.name.0.clone(),
        edition: rule.edition.clone(),
        period,
        limit_count: rule.count,
        limit_days: rule.days,
        purchased: rule.purchased,
        used_count,
        used_days,
        source: SourceOut { document: rule.source.document.clone(), section: rule.source.section.clone() },
    }
}
