//! Cases: asking, listing, seeing one with everything that belongs to it.
use super::App;
use super::attachment::AttachmentOut;
use super::checklist::{CheckOut, check_out};
use super::clock::{ClockOut, clock_out};
use super::extract::{Json, PathId, Query};
use super::grant::{GrantOut, grant_out};
use super::link::LinkOut;
use super::message::MessageOut;
use super::once::Write;
use super::page;
use super::problem::{Problem, ProblemOut};
use super::rating::{RatingOut, rating_out};
use super::reply::tagged;
use super::wire::{AccountRef, Instant, Made, MessageRef, PersonRef, TicketRef, instant, keys, refs};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::ticket::{Offer, Opening, Seen};
use desk::view::FilterText;
use desk::{Desk, Fault, Flaw};
use domain::kit::{At, PersonId, TicketId};
use domain::people::{Actor, OpenTicket, ReadTicket};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::db::Tx;
use store::ticket::{After, Case, Filter, Order, Words};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(open_ticket, list_tickets)).routes(routes!(get_ticket))
}

/// A question to support.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketIn {
    /// The question in one line.
    #[schema(example = "no route to host")]
    pub subject: String,
    /// The first message.
    pub body: String,
    /// How it came in; `web_ticket` unless said otherwise.
    #[serde(default = "web_ticket")]
    #[schema(default = "web_ticket")]
    pub channel: String,
    /// Of five levels for tickets (`critical`, `urgent`, `high`, `medium`, `low`), of three for the dedicated group
    /// (`business_down`, `general_problem`, `general_consult`).
    #[serde(default = "medium")]
    #[schema(default = "medium")]
    pub severity: String,
    #[serde(default)]
    pub product: String,
    #[serde(default)]
    pub instance: String,
    #[serde(default)]
    pub error_code: String,
    /// When it happened.
    #[serde(default)]
    pub window: Option<Window>,
    #[serde(default)]
    pub impact: String,
    /// What was tried already.
    #[serde(default)]
    pub tried: String,
    /// Of the text, BCP 47; the account's unless said.
    #[serde(default)]
    pub language: Option<String>,
    /// Needed from staff; a customer's own otherwise.
    #[serde(default)]
    pub account: Option<AccountRef>,
    /// On whose behalf; needed from staff.
    #[serde(default)]
    pub requester: Option<PersonRef>,
}
fn web_ticket() -> String {
    "web_ticket".into()
}
fn medium() -> String {
    "medium".into()
}
/// A stretch of time.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub from: Instant,
    /// Absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
}
impl TryFrom<TicketIn> for Opening {
    type Error = Problem;
    fn try_from(t: TicketIn) -> Result<Opening, Problem> {
        let language = t.language.as_deref().map(|tag| language("language", tag)).transpose()?;
        let words = Words {
            subject: t.subject,
            product: t.product,
            instance: t.instance,
            error_code: t.error_code,
            window_from: t.window.map(|w| w.from.0),
            window_to: t.window.and_then(|w| w.to).map(|to| to.0),
            impact: t.impact,
            tried: t.tried,
        };
        let (account, requester) = (t.account.map(|a| a.0), t.requester.map(|r| r.0));
        Ok(Opening { account, requester, channel: t.channel, severity: t.severity, words, body: t.body, language })
    }
}
/// A language tag. Errors: 422.
pub fn language(field: &str, tag: &str) -> Result<String, Problem> {
    if desk::form::is_language(tag) { Ok(tag.to_string()) } else { Err(Problem::invalid(field, "not_a_language")) }
}

/// A case.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketOut {
    pub id: TicketRef,
    /// The number people say aloud.
    #[schema(example = "YN-10001")]
    pub number: String,
    pub account: AccountRef,
    pub requester: PersonRef,
    pub subject: String,
    pub channel: String,
    #[schema(example = "medium")]
    pub severity: &'static str,
    #[schema(example = "waiting_customer")]
    pub stage: &'static str,
    /// Not resolved and not closed.
    pub is_open: bool,
    /// 1 for its first life, 2 after the first reopening.
    pub cycle: u32,
    pub product: String,
    pub instance: String,
    pub error_code: String,
    pub window: Option<Window>,
    pub impact: String,
    pub tried: String,
    pub language: String,
    /// The version of the plan book its promises come from.
    #[schema(example = "ali.enterprise.v2")]
    pub plan: String,
    pub opened_at: Instant,
    pub updated_at: Instant,
    /// Who answered first and stays answerable.
    pub owner: Option<PersonRef>,
    /// In whose hands it is now.
    pub handler: Option<PersonRef>,
    pub tier: u8,
    pub helpers: Vec<PersonRef>,
    /// Colleagues of the vendor who follow it; empty for customers.
    pub followers: Vec<PersonRef>,
    pub boosted_at: Option<Instant>,
    /// When the customer last asked for a person.
    pub person_asked_at: Option<Instant>,
    /// A lower severity that waits for the customer's word.
    pub proposed: Option<&'static str>,
    pub first_reply_at: Option<Instant>,
    pub resolved_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    /// Root cause as said at the last resolve.
    pub cause: String,
    /// The case this one is a part of; told to staff, customers find what is theirs in `links`.
    pub parent: Option<TicketRef>,
    /// The case it goes on in; closed as long as this is said.
    pub merged_into: Option<TicketRef>,
    /// Parts of it that are still open; 0 for customers.
    pub open_children: u32,
    /// Items of its check list that are not done; 0 for customers.
    pub checks_open: u32,
    /// Working time written down; 0 for customers.
    pub minutes_spent: u32,
    /// Laid aside: out of the standing queues until then, while its promises run on. Never told to customers.
    pub snoozed: Option<SnoozeOut>,
    pub alarm: Option<AlarmOut>,
    /// The nearest due instant among running promises to the customer.
    pub next_due_at: Option<Instant>,
    /// Promises to the customer broken so far.
    pub broken: u32,
    pub messages: u32,
    /// For `If-Match`.
    pub version: u32,
    /// Answers to writes only: events read after this position are newer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_pos: Option<i64>,
}
/// Laid aside until an instant or the customer's next word.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnoozeOut {
    pub until: Instant,
    pub by: PersonRef,
    pub reason: String,
}
/// What the house does by itself if nothing happens until then.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlarmOut {
    pub at: Instant,
    /// `announce_timeout`, `close_after_wait`, `close_after_resolve`
    pub does: &'static str,
}
impl TicketOut {
    pub fn of(desk: &Desk, who: &Actor, case: Case) -> TicketOut {
        let Case { ticket: t, words: w, .. } = case;
        TicketOut {
            id: t.id.into(),
            number: desk.number_text(case.number),
            account: t.account.into(),
            requester: t.requester.into(),
            subject: w.subject,
            channel: t.channel,
            severity: t.severity.key(),
            stage: t.stage.key(),
            is_open: t.stage.is_open(),
            cycle: t.cycle,
            product: w.product,
            instance: w.instance,
            error_code: w.error_code,
            window: w.window_from.map(|from| Window { from: Instant(from), to: instant(w.window_to) }),
            impact: w.impact,
            tried: w.tried,
            language: case.language,
            plan: case.plan,
            opened_at: t.opened_at.into(),
            updated_at: case.updated_at.into(),
            owner: t.owner.map(Into::into),
            handler: t.handler.map(Into::into),
            tier: t.tier,
            helpers: refs(&t.helpers),
            followers: if who.role.is_staff() { refs(&t.followers) } else { Vec::new() },
            boosted_at: instant(t.boosted_at),
            person_asked_at: instant(t.person_asked_at),
            proposed: t.proposed.map(|s| s.key()),
            first_reply_at: instant(t.first_reply_at),
            resolved_at: instant(t.resolved_at),
            closed_at: instant(t.closed_at),
            cause: case.cause,
            parent: t.parent.filter(|_| who.role.is_staff()).map(Into::into),
            merged_into: t.merged_into.map(Into::into),
            open_children: if who.role.is_staff() { t.open_children } else { 0 },
            checks_open: if who.role.is_staff() { case.checks_open } else { 0 },
            minutes_spent: if who.role.is_staff() { case.minutes_spent } else { 0 },
            snoozed: t.snoozed.filter(|_| who.role.is_staff()).map(|s| SnoozeOut { until: s.until.into(), by: s.by.into(), reason: s.reason }),
            alarm: t.alarm.map(|a| AlarmOut { at: a.at.into(), does: a.does.key() }),
            next_due_at: instant(case.next_due_at),
            broken: case.broken,
            messages: case.messages,
            version: t.version,
            log_pos: None,
        }
    }
    /// As the answer to a write whose last event stands at `pos`.
    pub fn written(desk: &Desk, who: &Actor, case: Case, pos: i64) -> TicketOut {
        TicketOut { log_pos: Some(pos).filter(|p| *p > 0), ..TicketOut::of(desk, who, case) }
    }
}

/// Opens a case: its promises begin, and somebody is named who answers it.
#[utoipa::path(post, path = "/api/v1/tickets", tag = "tickets", operation_id = "open_ticket", request_body = TicketIn,
    responses((status = 201, description = "Opened", body = TicketOut), (status = 404, description = "Somebody else's account", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Every flaw with its field", body = ProblemOut, content_type = "application/problem+json")))]
async fn open_ticket(State(app): State<App>, visitor: Visitor, write: Write<TicketIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<OpenTicket>()?;
    let opening = Opening::try_from(write.body)?;
    // Taken before the write: a counter nobody waits for, which may leave gaps.
    let number = app.work(|app| app.desk().next_number()).await?;
    let done = app.once(visitor.id(), write.once, move |cx| {
        let opened = desk::ticket::open(cx, &leave, number, &opening)?;
        let (place, version) = (format!("/api/v1/tickets/{}", opened.case.ticket.id), opened.case.ticket.version);
        Ok(Made::new(place, TicketOut::written(cx.desk, leave.actor(), opened.case, opened.pos)).version(version))
    });
    done.await
}

/// Which cases, in which order. Every condition given must hold; ids of people may be `me`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketListIn {
    pub account: Option<String>,
    pub requester: Option<String>,
    pub handler: Option<String>,
    /// In somebody else's hands, or in nobody's.
    pub not_handler: Option<String>,
    pub owner: Option<String>,
    /// In nobody's hands.
    #[serde(default)]
    pub unassigned: bool,
    /// Neither resolved nor closed.
    pub open: Option<bool>,
    /// Keys with commas between: `new,active`.
    #[serde(default, deserialize_with = "keys")]
    #[param(value_type = Option<String>)]
    pub stage: Vec<String>,
    /// Keys with commas between: `critical,urgent`.
    #[serde(default, deserialize_with = "keys")]
    #[param(value_type = Option<String>)]
    pub severity: Vec<String>,
    /// Empty: of cases where none was named.
    pub product: Option<String>,
    pub channel: Option<String>,
    pub language: Option<String>,
    /// A version of a plan book.
    pub plan: Option<String>,
    /// 1 to 4.
    pub tier: Option<u8>,
    /// With a broken promise, or without.
    pub broken: Option<bool>,
    /// Next due before this instant.
    pub due_before: Option<String>,
    /// Laid aside, or not; staff only. A standing queue says `false`.
    pub snoozed: Option<bool>,
    #[serde(default)]
    #[param(inline)]
    pub sort: SortIn,
    /// Rows wanted, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// What the page carries besides, with commas between: `clocks,names,unread`.
    #[serde(default, deserialize_with = "keys")]
    #[param(value_type = Option<String>)]
    pub include: Vec<String>,
}
/// Newest change first, or nearest due first (cases without a due instant are left out).
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortIn {
    #[default]
    Updated,
    Due,
}
impl From<SortIn> for Order {
    fn from(sort: SortIn) -> Order {
        match sort {
            SortIn::Updated => Order::Updated,
            SortIn::Due => Order::Due,
        }
    }
}
/// What a list of cases may carry besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Include {
    clocks: bool,
    names: bool,
    unread: bool,
}
impl Include {
    /// Errors: 422 for a word that names nothing.
    pub fn read(words: &[String]) -> Result<Include, Problem> {
        let mut include = Include::default();
        for word in words {
            match word.as_str() {
                "clocks" => include.clocks = true,
                "names" => include.names = true,
                "unread" => include.unread = true,
                _ => return Err(Flaw::new("include", "unknown").with("known", "clocks, names, unread").into()),
            }
        }
        Ok(include)
    }
}
/// A page of cases, and what was asked for besides.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketPage {
    pub items: Vec<TicketOut>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// `include=clocks`: the promise to the customer that matters most, by case: the running one due first, else one that waits, else the last
    /// that was kept or broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clocks: Option<BTreeMap<String, ClockOut>>,
    /// `include=names`: requesters, owners and handlers, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<BTreeMap<String, NameOut>>,
    /// `include=names`: by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<BTreeMap<String, AccountNameOut>>,
    /// `include=names`: by version of the plan book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plans: Option<BTreeMap<String, PlanNameOut>>,
    /// `include=unread`: the cases where others wrote something since one was last there (`PUT /tickets/{id}/presence`), each `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<BTreeMap<String, bool>>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountNameOut {
    pub name: String,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanNameOut {
    /// By language.
    pub name: BTreeMap<String, String>,
}
fn plan_name(desk: &Desk, plan: &str) -> BTreeMap<String, String> {
    desk.shelves().book(plan).map(|b| b.name.0.clone()).unwrap_or_default()
}
impl TicketPage {
    /// Reads what belongs to a page of cases, in a few statements whatever their number.
    pub fn of(
        tx: &mut Tx,
        desk: &Desk,
        who: &Actor,
        (cases, next): (Vec<Case>, Option<String>),
        include: Include,
        now: At,
    ) -> Result<TicketPage, Fault> {
        let mut page = TicketPage { items: Vec::new(), next, clocks: None, people: None, accounts: None, plans: None, unread: None };
        if include.clocks {
            let clocks = desk::queue::clocks(tx, desk, &cases)?;
            page.clocks = Some(clocks.into_iter().map(|(id, c)| (id.to_string(), clock_out(desk, &c, now))).collect());
        }
        if include.names {
            let people = desk::queue::people(tx, &cases)?;
            page.people = Some(people.into_iter().map(|p| (p.id.to_string(), NameOut { name: p.name, role: p.role.key() })).collect());
            let accounts = desk::queue::accounts(tx, &cases)?;
            page.accounts = Some(accounts.into_iter().map(|(id, name)| (id.to_string(), AccountNameOut { name })).collect());
            page.plans = Some(cases.iter().map(|c| (c.plan.clone(), PlanNameOut { name: plan_name(desk, &c.plan) })).collect());
        }
        if include.unread {
            page.unread = Some(desk::queue::unread(tx, who, &cases)?.into_iter().map(|id| (id.to_string(), true)).collect());
        }
        page.items = cases.into_iter().map(|c| TicketOut::of(desk, who, c)).collect();
        Ok(page)
    }
}
/// A page of a list of cases, as the desk is asked for it.
pub struct Listing {
    pub filter: Filter,
    pub order: Order,
    pub after: Option<After>,
    pub limit: u32,
    pub include: Include,
    /// What its cursors are good for.
    pub question: String,
}
impl Listing {
    /// Errors: 422 with every flaw, for `me` and the app's own cursors.
    fn read(app: &App, me: PersonId, asked: TicketListIn) -> Result<Listing, Problem> {
        let (limit, cursor, include) = (page::limit(asked.limit)?, asked.cursor, Include::read(&asked.include)?);
        let text = FilterText {
            account: asked.account,
            requester: asked.requester,
            handler: asked.handler,
            not_handler: asked.not_handler,
            owner: asked.owner,
            unassigned: asked.unassigned,
            open: asked.open,
            stages: asked.stage,
            severities: asked.severity,
            product: asked.product,
            channel: asked.channel,
            language: asked.language,
            plan: asked.plan,
            tier: asked.tier,
            broken: asked.broken,
            due_before: asked.due_before,
            snoozed: asked.snoozed,
        };
        let listing = Listing::of(app, text.filter(me).map_err(as_query)?, asked.sort.into(), limit, cursor.as_deref())?;
        Ok(Listing { include, ..listing })
    }
    /// Errors: 422 for a cursor of another list.
    pub fn of(app: &App, filter: Filter, order: Order, limit: u32, cursor: Option<&str>) -> Result<Listing, Problem> {
        let question = format!("tickets {filter:?} {order:?}");
        let after = app.cursors.after(&question, cursor)?.map(|(at, id)| After { at, id });
        Ok(Listing { filter, order, after, limit, include: Include::default(), question })
    }
    /// Where a page after this case begins.
    fn cursor(&self, app: &App, last: &Case) -> String {
        let at = match self.order {
            Order::Updated => last.updated_at,
            Order::Due => last.next_due_at.unwrap_or(At::MAX),
        };
        app.cursors.close_after(&self.question, at, last.ticket.id)
    }
    /// Reads the page as `visitor` may see it.
    pub async fn page(self, app: &App, visitor: &Visitor) -> Result<TicketPage, Problem> {
        let leave = visitor.leave::<ReadTicket>()?;
        let within = app.clone();
        let read = app.read(move |tx, desk, now| {
            // One more than wanted tells whether there is another page; at the house's limit a full page may be the last.
            let (max, wanted) = (desk::limits::PAGE_MAX, self.limit as usize);
            let mut cases = desk::ticket::list(tx, &leave, &self.filter, self.order, self.after, (self.limit + 1).min(max))?;
            let more = cases.len() > wanted || cases.len() == max as usize;
            cases.truncate(wanted);
            let next = cases.last().filter(|_| more).map(|last| self.cursor(&within, last));
            TicketPage::of(tx, desk, leave.actor(), (cases, next), self.include, now)
        });
        read.await
    }
}
/// Flaws of a saved filter, named as the query string names them: `filter.stages[0]` is `stage`.
fn as_query(fault: Fault) -> Problem {
    let Fault::Invalid(flaws) = fault else { return fault.into() };
    let plain = |field: &str| {
        let field = field.strip_prefix("filter.").unwrap_or(field).split('[').next().unwrap_or_default();
        match field {
            "stages" => "stage".to_string(),
            "severities" => "severity".to_string(),
            other => other.to_string(),
        }
    };
    Fault::Invalid(flaws.into_iter().map(|f| Flaw { field: plain(&f.field), ..f }).collect()).into()
}

/// Lists cases: a customer's own, or any for staff.
#[utoipa::path(get, path = "/api/v1/tickets", tag = "tickets", operation_id = "list_tickets", params(TicketListIn),
    responses((status = 200, description = "A page", body = TicketPage)))]
async fn list_tickets(State(app): State<App>, visitor: Visitor, Query(asked): Query<TicketListIn>) -> Result<Json<TicketPage>, Problem> {
    let listing = Listing::read(&app, visitor.id(), asked)?;
    Ok(Json(listing.page(&app, &visitor).await?))
}

/// A case with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseOut {
    pub ticket: TicketOut,
    pub account: AccountOfCase,
    /// Of the plan book's version, by language.
    pub plan_name: BTreeMap<String, String>,
    /// The first messages, oldest first.
    pub messages: Vec<MessageOut>,
    /// There are more messages after this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_after: Option<MessageRef>,
    pub attachments: Vec<AttachmentOut>,
    pub clocks: Vec<ClockOut>,
    /// Access the customer gave for it, oldest first.
    pub grants: Vec<GrantOut>,
    /// How the customer found it, once they said.
    pub rating: Option<RatingOut>,
    /// What is to be done on it, item by item; none for customers.
    pub checks: Vec<CheckOut>,
    /// What may be done now, and if not, why.
    pub offers: Vec<OfferOut>,
    /// Cases it is tied to: its parent, its children, then the others.
    pub links: Vec<LinkOut>,
    /// Everybody named above, by id.
    pub people: BTreeMap<String, NameOut>,
}
/// The customer a case belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountOfCase {
    pub id: AccountRef,
    pub name: String,
}
/// One act and whether it is possible now.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferOut {
    #[schema(example = "reply")]
    pub act: &'static str,
    pub possible: bool,
    /// A code with words.
    #[schema(example = "ticket.not_yet_answered")]
    pub why: Option<&'static str>,
    /// What the code's words are about: `until`, from when a person may be asked for again; `back_at`, from when there is some of a quota again.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<&'static str, String>,
}
impl From<Offer> for OfferOut {
    fn from(offer: Offer) -> OfferOut {
        let (why, args) = offer.why.map(|h| (h.code, h.args)).unzip();
        OfferOut { act: offer.act, possible: why.is_none(), why, args: args.into_iter().flatten().collect() }
    }
}
/// Somebody as others see them.
#[derive(Debug, Serialize, ToSchema)]
pub struct NameOut {
    pub name: String,
    #[schema(example = "engineer")]
    pub role: &'static str,
}
impl CaseOut {
    fn of(desk: &Desk, who: &Actor, seen: Seen, now: At) -> CaseOut {
        CaseOut {
            account: AccountOfCase { id: seen.case.ticket.account.into(), name: seen.account },
            plan_name: plan_name(desk, &seen.case.plan),
            ticket: TicketOut::of(desk, who, seen.case),
            more_after: seen.messages.last().filter(|_| seen.more).map(|m| m.id.into()),
            messages: seen.messages.into_iter().map(MessageOut::from).collect(),
            attachments: seen.attachments.into_iter().map(AttachmentOut::from).collect(),
            clocks: seen.clocks.iter().map(|c| clock_out(desk, c, now)).collect(),
            checks: seen.checks.iter().map(check_out).collect(),
            rating: seen.rating.as_ref().map(rating_out),
            grants: seen.grants.iter().map(|g| grant_out(g, now)).collect(),
            offers: seen.offers.into_iter().map(OfferOut::from).collect(),
            links: seen.links.into_iter().map(|t| LinkOut::of(desk, t)).collect(),
            people: seen.people.into_iter().map(|p| (p.id.to_string(), NameOut { name: p.name, role: p.role.key() })).collect(),
        }
    }
}

/// One case with its thread, files, promises, and what may be done now.
#[utoipa::path(get, path = "/api/v1/tickets/{id}", tag = "tickets", operation_id = "get_ticket", params(("id" = TicketRef, Path)),
    responses((status = 200, description = "The ETag is the case's version", body = CaseOut)))]
async fn get_ticket(State(app): State<App>, visitor: Visitor, PathId(id): PathId<TicketId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<ReadTicket>()?;
    let seen = app.read(move |tx, desk, now| {
        let seen = desk::ticket::read(tx, desk, &leave, id, now)?;
        Ok(CaseOut::of(desk, leave.actor(), seen, now))
    });
    let case = seen.await?;
    Ok(tagged(case.ticket.version, case))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws_of_a_list_are_named_as_in_its_address() {
        let asked = FilterText { stages: vec!["nwe".into()], account: Some("x".into()), ..FilterText::default() };
        let problem = as_query(asked.filter(PersonId::from_raw(1)).unwrap_err());
        let fields: Vec<_> = problem.flaws.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["account", "stage"]);
    }
}
