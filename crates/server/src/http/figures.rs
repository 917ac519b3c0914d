//! How live promises fare, for a dashboard: sums over a window of days, as JSON, as a text with commas or as a workbook.
use super::App;
use super::extract::{Json, Query};
use super::problem::Problem;
use super::wire::{Instant, Length, PersonRef};
use crate::access::Visitor;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::Fault;
use desk::figures::{Figures, Sum};
use domain::people::ReadInternal;
use rust_xlsxwriter::{Workbook, XlsxError};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_figures))
}

/// Which figures.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FiguresIn {
    /// How many days back, 1 to 31; 7 if not said.
    pub days: Option<u32>,
    #[serde(default)]
    #[param(inline)]
    pub format: FormatIn,
}
/// JSON, a sheet with commas, or a workbook.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormatIn {
    #[default]
    Json,
    Csv,
    Xlsx,
}
/// Promises to customers that were made in the window, by how they fared; those that lost their object are left out.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct SumOut {
    pub kept: u64,
    /// Runs or waits, and a warning was given.
    pub at_risk: u64,
    /// Waived ones too.
    pub broken: u64,
    pub running: u64,
}
impl From<Sum> for SumOut {
    fn from(s: Sum) -> SumOut {
        SumOut { kept: s.kept, at_risk: s.at_risk, broken: s.broken, running: s.running }
    }
}
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresOut {
    pub from: Instant,
    pub to: Instant,
    /// There was more than is looked at (100000 promises, 100000 cases); the oldest are left out.
    pub more: bool,
    pub all: SumOut,
    pub by_plan: Vec<KeySumOut>,
    pub by_channel: Vec<KeySumOut>,
    pub by_handler: Vec<HandlerSumOut>,
    /// By what routing sorts cases by: the skill asked for and the tier.
    pub by_group: Vec<GroupSumOut>,
    pub by_hour: Vec<HourSumOut>,
    /// From opening to the first answer, of the cases opened in the window.
    pub first_answer: Vec<LengthCountOut>,
    /// From opening to the last resolve, of the cases opened in the window.
    pub resolve: Vec<LengthCountOut>,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct KeySumOut {
    /// A version of a plan book, or a channel.
    pub key: String,
    #[serde(flatten)]
    pub sum: SumOut,
    /// The query of `GET /tickets` for the cases of this line, whatever their age.
    pub filter: String,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct HandlerSumOut {
    /// Absent: in nobody's hands.
    pub person: Option<PersonRef>,
    pub name: String,
    #[serde(flatten)]
    pub sum: SumOut,
    /// The query of `GET /tickets` for the cases of this line, whatever their age.
    pub filter: String,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupSumOut {
    /// The product as the customer named it; empty when they did not.
    pub skill: String,
    pub tier: u8,
    #[serde(flatten)]
    pub sum: SumOut,
    /// The query of `GET /tickets` for the cases of this line, whatever their age.
    pub filter: String,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct HourSumOut {
    /// The hour the promises were made in.
    pub hour: Instant,
    #[serde(flatten)]
    pub sum: SumOut,
}
#[derive(Debug, Serialize, ToSchema)]
pub struct LengthCountOut {
    /// Longer than the step before, at most this; absent for the longest.
    pub up_to: Option<Length>,
    pub count: u64,
}
fn steps(counts: &[u64]) -> Vec<LengthCountOut> {
    let ends = store::figures::STEPS.iter().copied().map(Some).chain([None]);
    ends.zip(counts).map(|(end, count)| LengthCountOut { up_to: end.map(Length), count: *count }).collect()
}
fn query(name: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}
fn keyed(name: &str, (key, sum): (String, Sum)) -> KeySumOut {
    KeySumOut { filter: query(name, &key), key, sum: sum.into() }
}
impl From<Figures> for FiguresOut {
    fn from(f: Figures) -> FiguresOut {
        let names = &f.people;
        let name = |id| names.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default();
        FiguresOut {
            from: f.from.into(),
            to: f.to.into(),
            more: f.more,
            all: f.all.into(),
            by_plan: f.by_plan.into_iter().map(|line| keyed("plan", line)).collect(),
            by_channel: f.by_channel.into_iter().map(|line| keyed("channel", line)).collect(),
            by_handler: (f.by_handler.iter())
                .map(|(id, sum)| HandlerSumOut {
                    person: id.map(Into::into),
                    name: id.map(name).unwrap_or_default(),
                    sum: (*sum).into(),
                    filter: id.map_or_else(|| query("unassigned", "true"), |id| query("handler", &id.to_string())),
                })
                .collect(),
            by_group: (f.by_group.into_iter())
                .map(|((skill, tier), sum)| GroupSumOut { filter: format!("{}&tier={tier}", query("product", &skill)), skill, tier, sum: sum.into() })
                .collect(),
            by_hour: f.by_hour.into_iter().map(|(hour, sum)| HourSumOut { hour: hour.into(), sum: sum.into() }).collect(),
            first_answer: steps(&f.first_answer),
            resolve: steps(&f.resolve),
        }
    }
}
/// A line of the sheet: which table, its key and name, then either how promises fared or a count.
struct Row {
    table: &'static str,
    key: String,
    name: String,
    sum: Option<SumOut>,
    count: Option<u64>,
}
const HEAD: [&str; 8] = ["table", "key", "name", "kept", "at_risk", "broken", "running", "count"];
impl Row {
    fn sum(table: &'static str, key: impl Into<String>, name: impl Into<String>, sum: SumOut) -> Row {
        Row { table, key: key.into(), name: name.into(), sum: Some(sum), count: None }
    }
    fn words(&self) -> [&str; 3] {
        [self.table, &self.key, &self.name]
    }
    fn numbers(&self) -> [Option<u64>; 5] {
        let s = self.sum;
        [s.map(|s| s.kept), s.map(|s| s.at_risk), s.map(|s| s.broken), s.map(|s| s.running), self.count]
    }
}
/// One table a kind of line.
fn rows(f: &FiguresOut) -> Vec<Row> {
    let mut rows = vec![Row::sum("all", "", "", f.all)];
    rows.extend(f.by_plan.iter().map(|k| Row::sum("plan", &k.key, "", k.sum)));
    rows.extend(f.by_channel.iter().map(|k| Row::sum("channel", &k.key, "", k.sum)));
    rows.extend(f.by_handler.iter().map(|h| Row::sum("handler", h.person.map(|p| p.0.to_string()).unwrap_or_default(), &h.name, h.sum)));
    rows.extend(f.by_group.iter().map(|g| Row::sum("group", format!("{} {}", g.skill, g.tier).trim(), "", g.sum)));
    rows.extend(f.by_hour.iter().map(|h| Row::sum("hour", h.hour.0.to_string(), "", h.sum)));
    for (table, steps) in [("first_answer", &f.first_answer), ("resolve", &f.resolve)] {
        let row = |s: &LengthCountOut| Row {
            table,
            key: s.up_to.map(|l| l.0.to_string()).unwrap_or_default(),
            name: String::new(),
            sum: None,
            count: Some(s.count),
        };
        rows.extend(steps.iter().map(row));
    }
    rows
}
fn sheet(rows: &[Row]) -> String {
    let mut text = HEAD.join(",") + "\r\n";
    for row in rows {
        let words = row.words().map(cell);
        let numbers = row.numbers().map(|n| n.map(|n| n.to_string()).unwrap_or_default());
        let _ = write!(text, "{},{}\r\n", words.join(","), numbers.join(","));
    }
    text
}
/// A text stays a text there and a number a number: nothing is taken for a formula.
fn workbook(rows: &[Row]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet().set_name("figures")?;
    for (column, word) in (0..).zip(HEAD) {
        page.write_string(0, column, word)?;
    }
    page.set_freeze_panes(1, 0)?;
    for (line, row) in (1..).zip(rows) {
        for (column, word) in (0..).zip(row.words()) {
            page.write_string(line, column, word)?;
        }
        for (column, number) in (3..).zip(row.numbers()) {
            if let Some(number) = number {
                // Counts stay far below 2^53.
                page.write_number(line, column, number as f64)?;
            }
        }
    }
    book.save_to_buffer()
}
/// In quotes where it must be; what a sheet would take for a formula is kept a text.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_string() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// How the promises made in the last days fare, by plan, channel, person, group and hour; how long answers and resolves took.
#[utoipa::path(get, path = "/api/v1/figures", tag = "figures", operation_id = "read_figures", params(FiguresIn),
    responses((status = 200, description = "As JSON, as `text/csv` or as a workbook", body = FiguresOut)))]
async fn read_figures(State(app): State<App>, visitor: Visitor, Query(asked): Query<FiguresIn>) -> Result<Response, Problem> {
    let (leave, days) = (visitor.leave::<ReadInternal>()?, asked.days.unwrap_or(7));
    let figures = FiguresOut::from(app.read(move |tx, _, now| desk::figures::read(tx, &leave, days, now)).await?);
    let (kind, name, body) = match asked.format {
        FormatIn::Json => return Ok(Json(figures).into_response()),
        FormatIn::Csv => ("text/csv; charset=utf-8", "figures.csv", sheet(&rows(&figures)).into_bytes()),
        FormatIn::Xlsx => (WORKBOOK, "figures.xlsx", workbook(&rows(&figures)).map_err(Fault::internal)?),
    };
    let head = [(header::CONTENT_TYPE, kind.to_string()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((head, body).into_response())
}
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_a_text_in_a_sheet() {
        assert_eq!(
            (cell("Li"), cell("Li, Ming"), cell("=1+1"), cell("a\"b")),
            ("Li".into(), "\"Li, Ming\"".into(), "'=1+1".into(), "\"a\"\"b\"".into())
        );
    }
}
