//! How many cases wait in each of a person's piles.
use super::App;
use super::extract::Json;
use super::problem::Problem;
use crate::access::Visitor;
use axum::extract::State;
use desk::queue::Pile;
use desk::view::FilterText;
use domain::people::ReadTicket;
use serde::Serialize;
use store::ticket::Order;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(queue_counts))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CountsOut {
    pub items: Vec<CountOut>,
}
/// One pile.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountOut {
    /// For staff `mine`, `group` (open and not in my hands), `unassigned`, `due_soon` (within an hour; of everybody for a duty chief), `waiting`
    /// (mine, for the customer), `snoozed` (mine, laid aside), `first_ask`, `all`. What was laid aside is in neither `mine` nor `group`. For customers `open`, `waiting_for_me`, `solved_to_confirm`.
    #[schema(example = "mine")]
    pub key: &'static str,
    pub count: u32,
    /// There are more than were counted.
    pub more: bool,
    /// The query of `GET /tickets` that lists them.
    #[schema(example = "handler=me&open=true")]
    pub filter: String,
}
impl From<Pile> for CountOut {
    fn from(p: Pile) -> CountOut {
        CountOut { key: p.key, count: p.count, more: p.more, filter: query(&p.filter, p.order) }
    }
}
/// A filter as the address of a list spells it.
fn query(f: &FilterText, order: Order) -> String {
    let yes = |on: bool| on.then(|| "true".to_string());
    let keys = |keys: &[String]| (!keys.is_empty()).then(|| keys.join(","));
    let words = [
        ("account", f.account.clone()),
        ("requester", f.requester.clone()),
        ("handler", f.handler.clone()),
        ("not_handler", f.not_handler.clone()),
        ("owner", f.owner.clone()),
        ("unassigned", yes(f.unassigned)),
        ("open", f.open.map(|o| o.to_string())),
        ("stage", keys(&f.stages)),
        ("severity", keys(&f.severities)),
        ("product", f.product.clone()),
        ("channel", f.channel.clone()),
        ("language", f.language.clone()),
        ("plan", f.plan.clone()),
        ("tier", f.tier.map(|t| t.to_string())),
        ("broken", f.broken.map(|b| b.to_string())),
        ("due_before", f.due_before.clone()),
        ("snoozed", f.snoozed.map(|s| s.to_string())),
        ("sort", (order == Order::Due).then(|| "due".to_string())),
    ];
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(words.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))));
    query.finish()
}

/// How many cases lie in each of one's piles; each is counted to 100 at most.
#[utoipa::path(get, path = "/api/v1/queue/counts", tag = "tickets", operation_id = "queue_counts", responses((status = 200, body = CountsOut)))]
async fn queue_counts(State(app): State<App>, visitor: Visitor) -> Result<Json<CountsOut>, Problem> {
    let leave = visitor.leave::<ReadTicket>()?;
    let piles = app.read(move |tx, _, now| desk::queue::piles(tx, &leave, now)).await?;
    Ok(Json(CountsOut { items: piles.into_iter().map(CountOut::from).collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pile_tells_the_address_of_its_list() {
        let filter = FilterText { handler: Some("me".into()), stages: vec!["new".into(), "active".into()], ..FilterText::default() };
        assert_eq!(query(&filter, Order::Due), "handler=me&stage=new%2Cactive&sort=due");
        assert_eq!(query(&FilterText { unassigned: true, ..FilterText::default() }, Order::Updated), "unassigned=true");
    }
}
