//! The calendars promises count on: which there are, whether one is open, and how its year looks day by day.
use super::App;
use super::extract::{Json, PathId, Query};
use super::problem::Problem;
use super::wire::Instant;
use crate::access::Visitor;
use axum::extract::State;
use desk::Flaw;
use domain::calendar::{Calendar, Window, YEARS};
use domain::people::ReadPlan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(calendars)).routes(routes!(calendar))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarsOut {
    pub items: Vec<CalendarOut>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarOut {
    pub id: String,
    /// By language.
    pub name: BTreeMap<String, String>,
    /// The newest, or the one asked for.
    pub version: u32,
    /// Every version there is, the oldest first.
    pub versions: Vec<u32>,
    pub tz: String,
}
fn calendar_out(app: &App, calendar: &Calendar) -> CalendarOut {
    let (shelves, id) = (app.desk().shelves(), calendar.id());
    let name = shelves.library().named_calendar(id).map(|c| c.names.0.clone()).unwrap_or_default();
    let versions = shelves.calendars().get(id).map(|all| all.keys().copied().collect()).unwrap_or_default();
    CalendarOut { id: id.into(), name, version: calendar.version(), versions, tz: calendar.spec().tz.clone() }
}
/// Every calendar in its newest version.
#[utoipa::path(get, path = "/api/v1/calendars", tag = "plans", operation_id = "list_calendars", responses((status = 200, body = CalendarsOut)))]
async fn calendars(State(app): State<App>, visitor: Visitor) -> Result<Json<CalendarsOut>, Problem> {
    visitor.leave::<ReadPlan>()?;
    let newest = app.desk().shelves().calendars().values().filter_map(|versions| versions.values().next_back());
    Ok(Json(CalendarsOut { items: newest.map(|c| calendar_out(&app, c)).collect() }))
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CalendarIn {
    /// The newest if not said.
    version: Option<u32>,
    /// Look at this instant; now if not said.
    at: Option<Instant>,
    /// Tell this year day by day.
    #[param(example = 2026)]
    year: Option<i16>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarSeenOut {
    #[serde(flatten)]
    pub calendar: CalendarOut,
    pub at: Instant,
    /// Open at that instant?
    pub open: bool,
    /// Every instant counts.
    pub always_open: bool,
    /// The list of holidays it leans on, where it does and this is the version made from it.
    pub statutory_version: Option<u32>,
    /// Monday to Sunday, holidays left out.
    pub week: Vec<WeekdayOut>,
    pub year: Option<i16>,
    /// The holidays of the year, or of a part of it, are not published yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisional: Option<bool>,
    /// All days of the year in their order; absent where no year was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<Vec<DayOut>>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct WeekdayOut {
    #[schema(example = "monday")]
    pub day: &'static str,
    pub windows: Vec<HoursOut>,
}
/// Hours of the local day. An end not after its start is on the next day.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoursOut {
    #[schema(example = "09:00")]
    pub from: String,
    #[schema(example = "18:00")]
    pub to: String,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct DayOut {
    #[schema(example = "2026-10-01")]
    pub date: String,
    /// `working`, `off`, `holiday`, `make_up` (worked in exchange), `half` (fewer hours than usual), `special` (other hours)
    pub kind: &'static str,
    pub windows: Vec<HoursOut>,
    /// Of the holiday, by language, where the list of holidays names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<BTreeMap<String, String>>,
}
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
fn hours(windows: &[Window]) -> Vec<HoursOut> {
    let ends = windows.iter().map(|w| w.to_string());
    ends.filter_map(|text| text.split_once('-').map(|(from, to)| HoursOut { from: from.into(), to: to.into() })).collect()
}
/// One calendar: its week, whether it is open, and, of a year, every day.
#[utoipa::path(get, path = "/api/v1/calendars/{id}", tag = "plans", operation_id = "get_calendar", params(("id" = String, Path), CalendarIn), responses((status = 200, body = CalendarSeenOut)))]
async fn calendar(
    State(app): State<App>,
    visitor: Visitor,
    PathId(id): PathId<String>,
    Query(asked): Query<CalendarIn>,
) -> Result<Json<CalendarSeenOut>, Problem> {
    visitor.leave::<ReadPlan>()?;
    let shelves = app.desk().shelves();
    let versions = shelves.calendars().get(&id).ok_or_else(Problem::not_found)?;
    let found = asked.version.map_or_else(|| versions.values().next_back(), |v| versions.get(&v)).ok_or_else(Problem::not_found)?;
    if asked.year.is_some_and(|y| !YEARS.contains(&y)) {
        return Err(Flaw::new("year", "out_of_range").with("min", YEARS.start()).with("max", YEARS.end()).into());
    }
    let at = asked.at.map_or(app.now(), |i| i.0);
    let statutory = shelves.library().named_calendar(&id).filter(|c| c.calendar.version() == found.version()).and_then(|c| c.statutory.as_ref());
    let day = |d: domain::calendar::Day| DayOut {
        date: d.date.to_string(),
        kind: d.kind.key(),
        windows: hours(d.windows),
        name: statutory.filter(|_| d.kind == domain::calendar::DayKind::Holiday).and_then(|s| s.name_of(d.date)).map(|n| n.0.clone()),
    };
    let week = WEEKDAYS.iter().zip(&found.spec().weekly).map(|(day, windows)| WeekdayOut { day, windows: hours(windows) });
    let out = CalendarSeenOut {
        calendar: calendar_out(&app, found),
        at: at.into(),
        open: found.is_open(at),
        always_open: found.is_always_open(),
        statutory_version: statutory.map(|s| s.version),
        week: week.collect(),
        year: asked.year,
        provisional: asked.year.map(|y| found.spec().provisional_from.is_some_and(|from| from.year() <= y)),
        days: asked.year.map(|y| found.days_of(y).into_iter().map(day).collect()),
    };
    Ok(Json(out))
}
