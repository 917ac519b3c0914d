//! Services that are booked ahead: what may be booked, requests, plans, watch logs, reports, acceptance.
use super::App;
use super::extract::{Json, PathId, Query, SeenVersion};
use super::once::Write;
use super::page;
use super::problem::{Problem, ProblemOut};
use super::quota::{LedgerLine, line_out, names};
use super::ticket::{AccountNameOut, NameOut, OfferOut};
use super::wire::{AccountRef, Instant, Made, PersonRef, ServiceRef, TicketRef, day, instant};
use crate::access::Visitor;
use axum::extract::State;
use axum::response::Response;
use desk::booking::{Choice, Doing, NewService, Seen, SheetIn, Standing, Weighed, Wish, standings};
use desk::{Fault, Flaw};
use domain::booking::{Command, DAYS_MAX, Grant, Held, Kind, Milestone, Stage};
use domain::kit::{At, ServiceId};
use domain::people::{AcceptService, Deed, KeepService, Leave, ReadService, RequestService};
use domain::plan::ProductLine;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;
use store::booking::{Booking, Filter, Line, Step};
use store::db::Tx;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(request, list))
        .routes(routes!(choices))
        .routes(routes!(preview))
        .routes(routes!(get))
        .routes(routes!(act_on_service))
        .routes(routes!(note, log))
}

/// The words of the domain as they are written.
macro_rules! mirrored {
    ($($(#[$doc:meta])* $wire:ident of $domain:ident { $($case:ident $key:tt)* })*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub enum $wire { $(#[serde(rename = $key)] $case),* }
        impl From<$wire> for $domain {
            fn from(w: $wire) -> $domain { match w { $($wire::$case => $domain::$case),* } }
        }
        impl From<$domain> for $wire {
            fn from(d: $domain) -> $wire { match d { $($domain::$case => $wire::$case),* } }
        }
    )* };
}
mirrored! {
    /// What is booked.
    ServiceKindOf of Kind {
        EscortBasic "escort_basic" EscortFull "escort_full" SpecialProject "special_project" Expert "expert_1to1" DifficultIssue "difficult_issue"
        ReportWalkthrough "report_walkthrough" OnsiteVisit "onsite_visit" Training "training" QuarterlyReview "quarterly_review"
        Onboarding "onboarding" MigrationAcceptance "migration_acceptance"
    }
    /// Where a service stands.
    ServiceStage of Stage {
        Requested "requested" Declined "declined" Agreed "agreed" Planned "planned" UnderWay "under_way" Reported "reported" Accepted "accepted"
        Closed "closed" Withdrawn "withdrawn" Cancelled "cancelled"
    }
    /// What a service has of its quota.
    ServiceHeld of Held { Nothing "nothing" Reserved "reserved" Used "used" Released "released" Exempt "exempt" }
    /// A step a service must take in time.
    MilestoneOf of Milestone { Answer "answer" Plan "plan" Rehearsal "rehearsal" Begin "begin" Report "report" }
    /// What is done to a service.
    ServiceAct of Command {
        Agree "agree" Decline "decline" Withdraw "withdraw" Cancel "cancel" Plan "plan" Rehearse "rehearse" Tick "tick" Begin "begin" Note "note"
        Report "report" Accept "accept" Return "return" Rate "rate" Close "close" Exempt "exempt"
    }
}

/// A request for a service.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceIn {
    /// Needed from staff; a customer's own otherwise.
    #[serde(default)]
    pub account: Option<AccountRef>,
    pub kind: ServiceKindOf,
    /// `special_project`: one of the topics the plan grants.
    #[serde(default)]
    #[schema(example = "architecture")]
    pub topic: Option<String>,
    pub subject: String,
    /// What is wanted, in the customer's words.
    #[serde(default)]
    pub wishes: String,
    /// `escort_full`: out of the plan's list.
    #[serde(default)]
    pub products: Vec<String>,
    /// A local day of the plan's zone.
    #[schema(example = "2025-07-14")]
    pub first_day: String,
    /// Days in a row.
    #[schema(minimum = 1, maximum = 92)]
    pub days: u32,
    /// The case it is about.
    #[serde(default)]
    pub ticket: Option<TicketRef>,
    /// Staff: why it may begin sooner than the plan says.
    #[serde(default)]
    pub waive_lead: Option<String>,
}
/// What must be reached next.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextDue {
    pub milestone: MilestoneOf,
    pub due_at: Instant,
}
/// A booked service.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceOut {
    pub id: ServiceRef,
    pub account: AccountRef,
    pub kind: ServiceKindOf,
    pub topic: Option<String>,
    pub stage: ServiceStage,
    pub subject: String,
    pub wishes: String,
    pub products: Vec<String>,
    #[schema(example = "2025-07-14")]
    pub first_day: String,
    pub last_day: String,
    pub days: u32,
    /// The version of the plan book it was booked under.
    pub plan: String,
    /// Absent: not counted.
    pub quota: Option<String>,
    pub held: ServiceHeld,
    pub ticket: Option<TicketRef>,
    pub requested_by: PersonRef,
    pub requested_at: Instant,
    pub lead_waived: Option<String>,
    /// Why it was declined, withdrawn, cancelled or sent back last.
    pub reason: Option<String>,
    /// Something was not reached in time.
    pub late: bool,
    pub next_due: Option<NextDue>,
    pub updated_at: Instant,
    pub closed_at: Option<Instant>,
    pub stars: Option<u32>,
    pub version: u32,
}
fn service_out(b: &Booking, s: &Standing) -> ServiceOut {
    let next = |step: &Step| NextDue { milestone: step.milestone.into(), due_at: step.due_at.into() };
    ServiceOut {
        id: b.id.into(),
        account: b.account.into(),
        kind: b.is.kind.into(),
        topic: said(&b.topic),
        stage: b.is.stage.into(),
        subject: b.subject.clone(),
        wishes: b.wishes.clone(),
        products: b.products.clone(),
        first_day: b.first.to_string(),
        last_day: b.last.to_string(),
        days: b.days,
        plan: b.plan.clone(),
        quota: b.quota.clone(),
        held: b.is.held.into(),
        ticket: b.ticket.map(Into::into),
        requested_by: b.by.into(),
        requested_at: b.at.into(),
        lead_waived: b.lead_waived.clone(),
        reason: b.reason.clone(),
        late: s.late,
        next_due: s.next.as_ref().map(next),
        updated_at: b.updated_at.into(),
        closed_at: instant(b.closed_at),
        stars: b.stars,
        version: b.version,
    }
}
fn said(text: &str) -> Option<String> {
    Some(text.to_string()).filter(|t| !t.is_empty())
}
fn services_out(tx: &mut Tx, bookings: &[Booking], now: At) -> Result<Vec<ServiceOut>, Fault> {
    Ok(bookings.iter().zip(standings(tx, bookings, now)?).map(|(b, s)| service_out(b, &s)).collect())
}
fn one_out(tx: &mut Tx, b: &Booking, now: At) -> Result<ServiceOut, Fault> {
    services_out(tx, std::slice::from_ref(b), now)?.pop().ok_or(Fault::NotFound)
}

/// Ask for a service. What it takes of a quota is reserved at once, in every period it lies on or in none.
#[utoipa::path(post, path = "/api/v1/services", tag = "services", operation_id = "request_service", request_body = ServiceIn,
    responses((status = 201, body = ServiceOut), (status = 409, description = "Not in the plan, too early, or used up; the arguments tell the first day possible", body = ProblemOut, content_type = "application/problem+json")))]
async fn request(State(app): State<App>, visitor: Visitor, Write { body, once }: Write<ServiceIn>) -> Result<Response, Problem> {
    let leave = visitor.leave::<RequestService>()?;
    let new = NewService {
        account: body.account.map(|a| a.0),
        kind: body.kind.into(),
        topic: body.topic.unwrap_or_default(),
        subject: body.subject,
        wishes: body.wishes,
        products: body.products,
        first: day("first_day", &body.first_day)?,
        days: body.days,
        ticket: body.ticket.map(|t| t.0),
        waive_lead: body.waive_lead,
    };
    app.once(visitor.id(), once, move |cx| {
        let booking = desk::booking::request(cx, &leave, &new)?;
        let (place, version, now) = (format!("/api/v1/services/{}", booking.id), booking.version, cx.now);
        Ok(Made::new(place, one_out(cx.tx, &booking, now)?).version(version))
    })
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ServicesIn {
    account: Option<AccountRef>,
    #[param(inline)]
    kind: Option<ServiceKindOf>,
    #[param(inline)]
    state: Option<ServiceStage>,
    /// Whether something is still to come.
    open: Option<bool>,
    /// Services that have a day in common with `from` to `to`.
    from: Option<String>,
    to: Option<String>,
    /// Rows wanted, 1 to 200; 50 if not said.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ServicePage {
    pub items: Vec<ServiceOut>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub accounts: BTreeMap<String, AccountNameOut>,
    pub people: BTreeMap<String, NameOut>,
}
/// Where a page ends: the first day and the id.
struct Place(Date, ServiceId);
impl FromStr for Place {
    type Err = ();
    fn from_str(text: &str) -> Result<Place, ()> {
        let (day, id) = text.split_once(' ').ok_or(())?;
        Ok(Place(day.parse().map_err(|_| ())?, id.parse().map_err(|_| ())?))
    }
}
/// Services, the latest first day first.
#[utoipa::path(get, path = "/api/v1/services", tag = "services", operation_id = "list_services", params(ServicesIn), responses((status = 200, body = ServicePage)))]
async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<ServicesIn>) -> Result<Json<ServicePage>, Problem> {
    let leave = visitor.leave::<ReadService>()?;
    let bound = |field: &str, text: &Option<String>| text.as_deref().map(|t| day(field, t)).transpose();
    let filter = Filter {
        account: asked.account.map(|a| a.0),
        kind: asked.kind.map(Into::into),
        stage: asked.state.map(Into::into),
        open: asked.open,
        from: bound("from", &asked.from)?,
        to: bound("to", &asked.to)?,
    };
    let (limit, question) = (page::limit(asked.limit)?, format!("services {filter:?}"));
    let before = app.cursors.after_key::<Place>(&question, asked.cursor.as_deref())?.map(|p| (p.0, p.1));
    let read = app.read(move |tx, _, now| {
        let listed = desk::booking::list(tx, &leave, &filter, before, limit)?;
        Ok((services_out(tx, &listed.bookings, now)?, listed))
    });
    let (items, listed) = read.await?;
    let end = listed.bookings.last().filter(|_| listed.bookings.len() == limit as usize);
    let next = end.map(|b| app.cursors.close(&question, &format!("{} {}", b.first, b.id)));
    let accounts = listed.accounts.into_iter().map(|(id, name)| (id.to_string(), AccountNameOut { name })).collect();
    Ok(Json(ServicePage { items, next, accounts, people: names(listed.people) }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ServiceChoicesIn {
    /// A customer's own if not said.
    account: Option<AccountRef>,
}
/// A line of the plan's list of products for escorts.
#[derive(Debug, Serialize, ToSchema)]
pub struct EscortLine {
    pub line: String,
    pub name: BTreeMap<String, String>,
    /// Empty: all products of the line; then the line itself is named.
    pub products: Vec<String>,
}
/// One kind, and how it may be booked now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceChoice {
    pub kind: ServiceKindOf,
    /// The plan grants it.
    pub granted: bool,
    /// As the plan book calls it.
    pub name: Option<BTreeMap<String, String>>,
    pub words: Option<BTreeMap<String, String>>,
    /// Counted by a quota.
    pub counted: bool,
    pub quota: Option<String>,
    /// The period that runs now.
    pub period: Option<String>,
    /// Absent limits do not bind.
    pub limit_count: Option<u32>,
    pub limit_days: Option<u32>,
    pub left_count: Option<u32>,
    pub left_days: Option<u32>,
    pub lead_working_days: Option<u32>,
    /// The first day the lead time allows.
    #[schema(example = "2025-07-14")]
    pub earliest_day: Option<String>,
    /// The holidays of that time are not published yet.
    pub provisional: bool,
    /// The first day from there on with room for a service of one day.
    pub free_from: Option<String>,
    /// Takes products on the plan's list alone.
    pub listed_products_only: bool,
    pub topics: Vec<&'static str>,
    /// Is not begun without a sheet.
    pub needs_plan: bool,
    pub days_max: u32,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceChoices {
    pub plan: String,
    /// Where the plan counts its days.
    pub today: String,
    pub products: Vec<EscortLine>,
    /// Every kind there is.
    pub items: Vec<ServiceChoice>,
}
fn choice_out(c: &Choice) -> ServiceChoice {
    let (name, words, rule) = match c.grant {
        Some(Grant::Counted(rule)) => (Some(rule.name.0.clone()), Some(rule.words.0.clone()), Some(rule)),
        Some(Grant::Free(feature)) => (None, Some(feature.words.0.clone()), None),
        None => (None, None, None),
    };
    ServiceChoice {
        kind: c.kind.into(),
        granted: c.grant.is_some(),
        name,
        words,
        counted: rule.is_some(),
        quota: rule.map(|r| r.id.clone()),
        period: c.period.clone(),
        limit_count: c.limits.count,
        limit_days: c.limits.days,
        left_count: c.left.count,
        left_days: c.left.days,
        lead_working_days: rule.and_then(|r| r.lead_working_days),
        earliest_day: c.earliest.map(|d| d.to_string()),
        provisional: c.provisional,
        free_from: c.free_from.map(|d| d.to_string()),
        listed_products_only: c.kind.is_listed_only(),
        topics: c.topics.clone(),
        needs_plan: c.kind.needs_plan(),
        days_max: DAYS_MAX,
    }
}
fn line_of_products(l: &ProductLine) -> EscortLine {
    EscortLine { line: l.line.clone(), name: l.name.0.clone(), products: l.products.clone() }
}
/// What an account may book, what is left of it and from which day on.
#[utoipa::path(get, path = "/api/v1/services/choices", tag = "services", operation_id = "list_service_choices", params(ServiceChoicesIn), responses((status = 200, body = ServiceChoices)))]
async fn choices(State(app): State<App>, visitor: Visitor, Query(asked): Query<ServiceChoicesIn>) -> Result<Json<ServiceChoices>, Problem> {
    let leave = visitor.leave::<ReadService>()?;
    let read = app.read(move |tx, desk, now| {
        let found = desk::booking::choices(tx, desk, &leave, asked.account.map(|a| a.0), now)?;
        Ok(ServiceChoices {
            plan: found.book.id.clone(),
            today: found.today.to_string(),
            products: found.products.iter().map(line_of_products).collect(),
            items: found.items.iter().map(choice_out).collect(),
        })
    });
    Ok(Json(read.await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ServicePreviewIn {
    /// A customer's own if not said.
    account: Option<AccountRef>,
    #[param(inline)]
    kind: ServiceKindOf,
    topic: Option<String>,
    first_day: String,
    days: u32,
    /// With commas between.
    products: Option<String>,
}
/// What a service takes of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareOut {
    #[schema(example = "2025-06")]
    pub period: String,
    pub count: u32,
    pub days: u32,
}
/// What would be said to a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServicePreview {
    pub possible: bool,
    /// A code; absent when it is possible.
    pub why: Option<&'static str>,
    pub args: BTreeMap<&'static str, String>,
    pub earliest_day: Option<String>,
    /// The first day, not before the one asked for, with room for so many days.
    pub free_from: Option<String>,
    pub shares: Vec<ShareOut>,
}
fn preview_out(w: Weighed) -> ServicePreview {
    let (why, args) = w.why.map(|h| (h.code, h.args)).unzip();
    ServicePreview {
        possible: why.is_none(),
        why,
        args: args.into_iter().flatten().collect(),
        earliest_day: w.earliest.map(|d| d.to_string()),
        free_from: w.free_from.map(|d| d.to_string()),
        shares: w.shares.into_iter().map(|s| ShareOut { period: s.period, count: s.count, days: s.days }).collect(),
    }
}
/// Would a service be taken on; nothing is booked.
#[utoipa::path(get, path = "/api/v1/services/preview", tag = "services", operation_id = "preview_service", params(ServicePreviewIn), responses((status = 200, body = ServicePreview)))]
async fn preview(State(app): State<App>, visitor: Visitor, Query(asked): Query<ServicePreviewIn>) -> Result<Json<ServicePreview>, Problem> {
    let leave = visitor.leave::<ReadService>()?;
    let products = asked.products.iter().flat_map(|p| p.split(',')).map(|p| p.trim().to_string()).filter(|p| !p.is_empty()).collect();
    let first = day("first_day", &asked.first_day)?;
    let wish = Wish { kind: asked.kind.into(), topic: asked.topic.unwrap_or_default(), products, first, days: asked.days };
    let read = app.read(move |tx, desk, now| Ok(preview_out(desk::booking::preview(tx, desk, &leave, asked.account.map(|a| a.0), &wish, now)?)));
    Ok(Json(read.await?))
}

/// Somebody on a service, and as what.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServicePerson {
    pub person: PersonRef,
    #[schema(example = "database")]
    pub role: String,
}
/// A line of the check list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceCheck {
    pub text: String,
    pub done_at: Option<Instant>,
    pub done_by: Option<PersonRef>,
}
/// Who does what, and how.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceSheet {
    pub people: Vec<ServicePerson>,
    pub run_book: String,
    pub rehearsal_day: Option<String>,
    pub checks: Vec<ServiceCheck>,
    pub dashboard: Option<String>,
    /// The group or call people meet in.
    pub group: Option<String>,
    pub planned_at: Option<Instant>,
}
/// The same person on another service on these days.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceConflict {
    pub person: PersonRef,
    pub service: ServiceRef,
    pub account: AccountRef,
    pub subject: String,
    pub first_day: String,
    pub last_day: String,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct MilestoneOut {
    pub milestone: MilestoneOf,
    pub due_at: Instant,
    pub done_at: Option<Instant>,
    /// By the plan; otherwise a goal of the house.
    pub promised: bool,
    pub late: bool,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceReport {
    pub text: String,
    pub at: Option<Instant>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceRating {
    pub stars: u32,
    pub comment: String,
}
/// A line of the watch log.
#[derive(Debug, Serialize, ToSchema)]
pub struct WatchLine {
    /// Counted from 1.
    pub n: u32,
    pub by: PersonRef,
    pub at: Instant,
    pub text: String,
}
fn watch_line(l: &Line) -> WatchLine {
    WatchLine { n: l.n, by: l.by.into(), at: l.at.into(), text: l.text.clone() }
}
/// A service with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceWhole {
    pub service: ServiceOut,
    pub account: AccountNameOut,
    pub sheet: ServiceSheet,
    /// Told to the vendor's people.
    pub conflicts: Vec<ServiceConflict>,
    /// In the order they fall due.
    pub milestones: Vec<MilestoneOut>,
    pub report: Option<ServiceReport>,
    pub rating: Option<ServiceRating>,
    /// The newest 100 lines of the watch log, oldest first.
    pub log: Vec<WatchLine>,
    /// There are more than these.
    pub more_log: bool,
    /// What it did to its quota, oldest first.
    pub ledger: Vec<LedgerLine>,
    /// What may be done now, and for the rest why not.
    pub offers: Vec<OfferOut>,
    /// Everybody named above, by id.
    pub people: BTreeMap<String, NameOut>,
}
fn whole_out(seen: Seen, service: ServiceOut, now: At) -> ServiceWhole {
    let b = seen.booking;
    let is_busy = b.is.stage.is_busy();
    let check = |c: store::booking::Check| ServiceCheck { text: c.text, done_at: instant(c.done_at), done_by: c.done_by.map(Into::into) };
    let sheet = ServiceSheet {
        people: seen.workers.into_iter().map(|w| ServicePerson { person: w.person.into(), role: w.role }).collect(),
        run_book: b.run_book,
        rehearsal_day: b.rehearsal.map(|d| d.to_string()),
        checks: seen.checks.into_iter().map(check).collect(),
        dashboard: said(&b.dashboard),
        group: said(&b.meeting),
        planned_at: instant(b.planned_at),
    };
    let conflict = |c: store::booking::Conflict| ServiceConflict {
        person: c.person.into(),
        service: c.service.into(),
        account: c.account.into(),
        subject: c.subject,
        first_day: c.first.to_string(),
        last_day: c.last.to_string(),
    };
    let milestone = |s: Step| MilestoneOut {
        milestone: s.milestone.into(),
        due_at: s.due_at.into(),
        done_at: instant(s.done_at),
        promised: s.promised,
        late: s.done_at.map_or(is_busy && s.due_at <= now, |done| done >= s.due_at),
    };
    ServiceWhole {
        service,
        account: AccountNameOut { name: seen.account.name },
        sheet,
        conflicts: seen.conflicts.into_iter().map(conflict).collect(),
        milestones: seen.steps.into_iter().map(milestone).collect(),
        report: b.report.map(|text| ServiceReport { text, at: instant(b.reported_at) }),
        rating: b.stars.map(|stars| ServiceRating { stars, comment: b.comment }),
        more_log: b.lines as usize > seen.lines.len(),
        log: seen.lines.iter().map(watch_line).collect(),
        ledger: seen.ledger.iter().map(line_out).collect(),
        offers: seen.offers.into_iter().map(OfferOut::from).collect(),
        people: names(seen.people),
    }
}
/// One service: its sheet, watch log, milestones, and what may be done now.
#[utoipa::path(get, path = "/api/v1/services/{id}", tag = "services", operation_id = "get_service", params(("id" = ServiceRef, Path)), responses((status = 200, body = ServiceWhole)))]
async fn get(State(app): State<App>, visitor: Visitor, PathId(id): PathId<ServiceId>) -> Result<Response, Problem> {
    let leave = visitor.leave::<ReadService>()?;
    let read = app.read(move |tx, _, now| {
        let seen = desk::booking::see(tx, &leave, id)?;
        let service = one_out(tx, &seen.booking, now)?;
        Ok((seen.booking.version, whole_out(seen, service, now)))
    });
    let (version, whole) = read.await?;
    Ok(super::reply::tagged(version, whole))
}

/// A sheet as it is written, whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetBody {
    #[serde(default)]
    pub people: Vec<ServicePerson>,
    #[serde(default)]
    pub run_book: String,
    #[serde(default)]
    pub rehearsal_day: Option<String>,
    /// A line that stays keeps its tick.
    #[serde(default)]
    pub checks: Vec<String>,
    #[serde(default)]
    pub dashboard: Option<String>,
    #[serde(default)]
    pub group: Option<String>,
}
/// One act with its arguments.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceActIn {
    pub act: ServiceAct,
    /// `decline`, `withdraw`, `cancel`, `return`, `exempt`.
    #[serde(default)]
    pub reason: Option<String>,
    /// `plan`.
    #[serde(default)]
    pub sheet: Option<SheetBody>,
    /// `tick`: which line of the check list, from 0.
    #[serde(default)]
    pub check: Option<u32>,
    /// `tick`: whether it is done.
    #[serde(default)]
    pub done: Option<bool>,
    /// `report`.
    #[serde(default)]
    pub text: Option<String>,
    /// `rate`: 1 to 5.
    #[serde(default)]
    pub stars: Option<u32>,
    /// `rate`.
    #[serde(default)]
    pub comment: Option<String>,
}
impl ServiceActIn {
    /// Errors: 422 for an argument of another act.
    fn doing(self, seen_version: Option<u32>) -> Result<Doing, Problem> {
        let command: Command = self.act.into();
        let own: &[&str] = match command {
            Command::Plan => &["sheet"],
            Command::Tick => &["check", "done"],
            Command::Report => &["text"],
            Command::Rate => &["stars", "comment"],
            c if c.wants_reason() => &["reason"],
            _ => &[],
        };
        let given = [
            ("reason", self.reason.is_some()),
            ("sheet", self.sheet.is_some()),
            ("check", self.check.is_some()),
            ("done", self.done.is_some()),
            ("text", self.text.is_some()),
            ("stars", self.stars.is_some()),
            ("comment", self.comment.is_some()),
        ];
        if let Some((field, _)) = given.iter().find(|(field, given)| *given && !own.contains(field)) {
            return Err(Problem::from(Flaw::new(*field, "not_of_this_act")));
        }
        Ok(Doing {
            seen_version,
            reason: self.reason.unwrap_or_default(),
            text: self.text.unwrap_or_default(),
            stars: self.stars.unwrap_or_default(),
            comment: self.comment.unwrap_or_default(),
            check: self.check.unwrap_or_default(),
            done: self.done.unwrap_or(true),
            sheet: sheet_in(self.sheet.unwrap_or_default())?,
            ..Doing::new(command)
        })
    }
}
fn sheet_in(s: SheetBody) -> Result<SheetIn, Problem> {
    Ok(SheetIn {
        people: s.people.into_iter().map(|p| (p.person.0, p.role)).collect(),
        run_book: s.run_book,
        rehearsal: s.rehearsal_day.as_deref().map(|d| day("sheet.rehearsal_day", d)).transpose()?,
        checks: s.checks,
        dashboard: s.dashboard.unwrap_or_default(),
        meeting: s.group.unwrap_or_default(),
    })
}
/// Does something to a service: agrees, plans, begins, reports, accepts … What is possible now, its offers say. Lines of the watch log have
/// an address of their own.
#[utoipa::path(post, path = "/api/v1/services/{id}/acts", tag = "services", operation_id = "act_on_service", request_body = ServiceActIn,
    params(("id" = ServiceRef, Path), ("If-Match" = Option<String>, Header, description = "The version seen; absent: whatever it is now.")),
    responses((status = 200, description = "Done", body = ServiceOut),
        (status = 409, description = "The rules refuse it as things stand", body = ProblemOut, content_type = "application/problem+json"), (status = 412, description = "Changed meanwhile", body = ProblemOut, content_type = "application/problem+json")))]
async fn act_on_service(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ServiceId>,
    SeenVersion(seen): SeenVersion,
    write: Write<ServiceActIn>,
) -> Result<Response, Problem> {
    let command: Command = write.body.act.into();
    if command == Command::Note {
        return Err(Problem::from(Flaw::new("act", "not_of_this_act")));
    }
    if command.deed() == RequestService::NAME {
        acted::<RequestService>(app, visitor, id, seen, write).await
    } else if command.deed() == AcceptService::NAME {
        acted::<AcceptService>(app, visitor, id, seen, write).await
    } else {
        acted::<KeepService>(app, visitor, id, seen, write).await
    }
}
async fn acted<D: Deed + Send + Sync + 'static>(
    app: App,
    visitor: Visitor,
    id: ServiceId,
    seen: Option<u32>,
    write: Write<ServiceActIn>,
) -> Result<Response, Problem> {
    let leave: Leave<D> = visitor.leave::<D>()?;
    let doing = write.body.doing(seen)?;
    app.once(visitor.id(), write.once, move |cx| {
        let booking = desk::booking::act(cx, &leave, id, &doing)?;
        let (version, now) = (booking.version, cx.now);
        Ok(Made::ok(one_out(cx.tx, &booking, now)?).version(version))
    })
    .await
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WatchLineIn {
    pub text: String,
}
/// Write a line into the watch log; it is never changed.
#[utoipa::path(post, path = "/api/v1/services/{id}/log", tag = "services", operation_id = "log_service", request_body = WatchLineIn, params(("id" = ServiceRef, Path)),
    responses((status = 201, body = WatchLine), (status = 409, description = "Neither planned nor under way", body = ProblemOut, content_type = "application/problem+json")))]
async fn note(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ServiceId>,
    Write { body, once }: Write<WatchLineIn>,
) -> Result<Response, Problem> {
    let leave = visitor.leave::<KeepService>()?;
    app.once(visitor.id(), once, move |cx| {
        let line = desk::booking::note(cx, &leave, id, &body.text)?;
        Ok(Made::new(format!("/api/v1/services/{id}/log"), watch_line(&line)))
    })
    .await
}
#[derive(Debug, Serialize, ToSchema)]
pub struct WatchLog {
    pub items: Vec<WatchLine>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub people: BTreeMap<String, NameOut>,
}
/// The watch log, newest first.
#[utoipa::path(get, path = "/api/v1/services/{id}/log", tag = "services", operation_id = "list_service_log", params(("id" = ServiceRef, Path), page::PageIn), responses((status = 200, body = WatchLog)))]
async fn log(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<ServiceId>,
    Query(asked): Query<page::PageIn>,
) -> Result<Json<WatchLog>, Problem> {
    let leave = visitor.leave::<ReadService>()?;
    let (limit, question) = (page::limit(asked.limit)?, format!("service log {id}"));
    let before = app.cursors.after_key::<u32>(&question, asked.cursor.as_deref())?;
    let (lines, people) = app.read(move |tx, _, _| desk::booking::lines(tx, &leave, id, before, limit)).await?;
    let next = lines.last().filter(|_| lines.len() == limit as usize).map(|l| app.cursors.close(&question, &l.n.to_string()));
    Ok(Json(WatchLog { items: lines.iter().map(watch_line).collect(), next, people: names(people) }))
}
