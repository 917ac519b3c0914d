//! Calendars and lists of holidays from TOML. The schema is described in `plans/calendars/README.md`.
use super::book::hash;
use super::finding::Finding;
use super::library::{NamedCalendar, Statutory};
use super::read::{Cell, Reader, Tab};
use domain::calendar::{ALL_DAYS, Calendar, CalendarError, Holidays, MON_TO_FRI, Spec, Weekdays, Window};
use domain::kit::Text;
use jiff::civil::Date;
use std::collections::BTreeMap;

const HOLIDAYS: &str = "calendars/holidays/";
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A country's holidays with its ordinary working days.
#[derive(Debug, Clone)]
pub struct Country {
    pub version: u32,
    /// What its holidays are called, for each closed day that has a name.
    pub names: BTreeMap<Date, Text>,
    pub weekdays: Weekdays,
    pub holidays: Holidays,
}
/// Lists of holidays by the name of their file: `cn`.
pub type Countries = BTreeMap<String, Country>;

pub(super) fn read_all(files: &[(String, String)]) -> (BTreeMap<String, NamedCalendar>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut countries = Countries::new();
    for (file, text) in files.iter().filter(|(file, _)| file.starts_with(HOLIDAYS)) {
        match parse_holidays(text, file) {
            Ok((id, country)) => drop(countries.insert(id, country)),
            Err(found) => findings.extend(found),
        }
    }
    let mut calendars: BTreeMap<String, NamedCalendar> = BTreeMap::new();
    for (file, text) in files.iter().filter(|(file, _)| !file.starts_with(HOLIDAYS)) {
        match parse_calendar(text, file, &countries) {
            Ok(calendar) => {
                let id = calendar.calendar.id().to_string();
                if *file != format!("calendars/{id}.toml") {
                    findings.push(Finding::of_file(file, "plan.misplaced", vec![("wanted", format!("calendars/{id}.toml"))]));
                }
                calendars.insert(id, calendar);
            }
            Err(found) => findings.extend(found),
        }
    }
    (calendars, findings)
}

/// Reads one calendar; `countries` are the lists it may lean on. Errors: everything found wrong.
pub fn parse_calendar(text: &str, file_name: &str, countries: &Countries) -> Result<NamedCalendar, Vec<Finding>> {
    let reader = Reader::new(file_name, text);
    let calendar = reader.document().and_then(|document| calendar(&reader.root(&document), countries, hash(text)));
    let (findings, _) = reader.finish();
    calendar.filter(|_| findings.is_empty()).ok_or(findings)
}

/// Reads one list of holidays; its id and what it says. Errors: everything found wrong.
pub fn parse_holidays(text: &str, file_name: &str) -> Result<(String, Country), Vec<Finding>> {
    let reader = Reader::new(file_name, text);
    let country = reader.document().and_then(|document| country(&reader.root(&document)));
    let (findings, _) = reader.finish();
    country.filter(|_| findings.is_empty()).ok_or(findings)
}

fn calendar(root: &Tab, countries: &Countries, hash: String) -> Option<NamedCalendar> {
    let id = root.need("id").and_then(|c| c.id());
    let version = root.need("version").and_then(|c| c.count());
    let tz = root.need("tz").and_then(|c| c.parsed("plan.bad_zone", |tz| jiff::tz::TimeZone::get(tz).ok().map(|_| tz.to_string())));
    let names = root.need("names").and_then(|c| c.words()).unwrap_or_default();
    root.cell("label").and_then(|c| c.text());
    sources(root);
    let unconfirmed = root.cell("unconfirmed").and_then(|c| c.ids()).unwrap_or_default();
    let days = root.cell("days");
    let statutory = days.as_ref().and_then(|c| countries.get(c.value.as_str()?.strip_suffix("_working_days")?)).map(Country::statutory);
    let window_list = root.cell("windows");
    let weekly = root.cell("weekly");
    let closed = root.cell("holidays").map(|c| dates(&c)).unwrap_or_default();
    let extra = root.cell("extra").and_then(|c| dated_windows(&c)).unwrap_or_default();
    root.done();
    let (id, version, tz) = (id?, version?, tz?);
    let mut spec = match (days, window_list, weekly) {
        (Some(days), Some(list), None) => same_windows(&id, version, &tz, &days, &windows(&list)?, countries)?,
        (None, None, Some(weekly)) => Spec { weekly: week(&weekly)?, ..Spec::same_windows(&id, version, &tz, ALL_DAYS, &[]) },
        _ => {
            root.reader.complain(0, "days".to_string(), "calendar.days_or_weekly", vec![]);
            return None;
        }
    };
    spec.exceptions.extend(closed.into_iter().map(|date| (date, Vec::new())));
    spec.exceptions.extend(extra);
    match Calendar::new(spec) {
        Ok(calendar) => Some(NamedCalendar { calendar, names, unconfirmed, statutory, hash }),
        Err(error) => {
            root.reader.complain(0, error.field(), error.code(), error.args());
            None
        }
    }
}
/// `source` may be one text or several; it is for people.
fn sources(root: &Tab) {
    let Some(cell) = root.need("source") else { return };
    if cell.value.is_array() {
        cell.items().iter().for_each(|c| drop(c.text()));
    } else {
        cell.text();
    }
}
fn same_windows(id: &str, version: u32, tz: &str, days: &Cell, windows: &[Window], countries: &Countries) -> Option<Spec> {
    let text = days.text()?;
    if let Some(country) = text.strip_suffix("_working_days") {
        let Some(list) = countries.get(country) else {
            days.complain("calendar.no_holiday_list", vec![("got", country.to_string())]);
            return None;
        };
        return sound(days, Spec::working_days(id, version, tz, list.weekdays, windows, &list.holidays));
    }
    let weekdays = days.one_of(&[("all", ALL_DAYS), ("mon-fri", MON_TO_FRI)])?;
    Some(Spec::same_windows(id, version, tz, weekdays, windows))
}
fn sound<T>(cell: &Cell, result: Result<T, CalendarError>) -> Option<T> {
    result.map_err(|error| cell.complain(error.code(), error.args())).ok()
}
fn windows(cell: &Cell) -> Option<Vec<Window>> {
    cell.items().iter().map(window).collect()
}
fn window(cell: &Cell) -> Option<Window> {
    let ends: Vec<Option<String>> = cell.items().iter().map(Cell::text).collect();
    match ends.as_slice() {
        [Some(start), Some(end)] => sound(cell, Window::parse(start, end)),
        _ => {
            cell.complain("plan.wrong_type", vec![("wanted", "[\"09:00\", \"18:00\"]".to_string()), ("got", "array".to_string())]);
            None
        }
    }
}
fn week(cell: &Cell) -> Option<[Vec<Window>; 7]> {
    let t = cell.table()?;
    let week = WEEKDAYS.map(|day| t.cell(day).map_or(Some(Vec::new()), |c| windows(&c)));
    t.done();
    let [mon, tue, wed, thu, fri, sat, sun] = week;
    Some([mon?, tue?, wed?, thu?, fri?, sat?, sun?])
}
fn date(cell: &Cell) -> Option<Date> {
    cell.parsed("calendar.bad_date", |text| text.parse().ok().filter(|_| text.len() == 10))
}
fn dates(cell: &Cell) -> Vec<Date> {
    cell.items().iter().filter_map(date).collect()
}
fn dated_windows(cell: &Cell) -> Option<BTreeMap<Date, Vec<Window>>> {
    let one = |(key, cell): (String, Cell)| match key.parse::<Date>() {
        Ok(date) => windows(&cell).map(|w| (date, w)),
        Err(_) => {
            cell.complain("calendar.bad_date", vec![("got", key)]);
            None
        }
    };
    cell.table()?.entries().into_iter().map(one).collect()
}

/// Names of holidays by their keys.
fn called(cell: &Cell) -> BTreeMap<String, Text> {
    let entries = cell.table().map(|t| t.entries()).unwrap_or_default();
    entries.into_iter().filter_map(|(key, cell)| Some((key, cell.words()?))).collect()
}
/// The name of each closed day: the one that begins last before it or on it.
fn named(cell: &Cell, closed: &[Date], called: &BTreeMap<String, Text>) -> Vec<(Date, Text)> {
    let mut begins: BTreeMap<Date, Text> = BTreeMap::new();
    for (day, key) in cell.table().map(|t| t.entries()).unwrap_or_default() {
        match (day.parse::<Date>(), key.parsed("calendar.unknown_holiday", |key| called.get(key).cloned())) {
            (Ok(day), Some(name)) => drop(begins.insert(day, name)),
            (Err(_), _) => cell.complain("calendar.bad_date", vec![("got", day)]),
            _ => {}
        }
    }
    closed.iter().filter_map(|d| Some((*d, begins.range(..=*d).next_back()?.1.clone()))).collect()
}
impl Country {
    fn statutory(&self) -> Statutory {
        Statutory { version: self.version, names: self.names.clone() }
    }
}

fn country(root: &Tab) -> Option<(String, Country)> {
    let id = root.need("id").and_then(|c| c.id());
    let version = root.need("version").and_then(|c| c.count());
    root.need("names").and_then(|c| c.words());
    sources(root);
    let called = root.cell("called").map(|c| called(&c)).unwrap_or_default();
    let mut names = BTreeMap::new();
    let known: Vec<(&str, usize)> = WEEKDAYS.iter().enumerate().map(|(i, day)| (*day, i)).collect();
    let mut weekdays = [false; 7];
    for day in root.need("weekdays").map(|c| c.items()).unwrap_or_default().iter().filter_map(|c| c.one_of(&known)) {
        weekdays[day] = true;
    }
    let provisional_from = root.cell("provisional_from").and_then(|c| date(&c));
    let mut holidays = Holidays { provisional_from, ..Holidays::default() };
    for (_, year) in root.need("years").and_then(|c| c.table()).map(|t| t.entries()).unwrap_or_default() {
        let Some(t) = year.table() else { continue };
        let closed = t.need("closed").map(|c| dates(&c)).unwrap_or_default();
        if let Some(begins) = t.cell("named") {
            names.extend(named(&begins, &closed, &called));
        }
        holidays.closed.extend(closed);
        holidays.make_up.extend(t.need("make_up").map(|c| dates(&c)).unwrap_or_default());
        t.done();
    }
    root.done();
    Some((id?, Country { version: version?, names, weekdays, holidays }))
}
