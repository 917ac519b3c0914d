//! The published plan books and every version of every calendar, held in memory: what is stamped on a clock is found again here.
use crate::Fault;
use crate::plan::Library;
use domain::calendar::{Calendar, Spec, Window};
use domain::kit::At;
use domain::plan::{PlanBook, version_at};
use domain::promise::{Calendars, Terms};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};
use store::clock::TermsBook;
use store::db::Db;
use store::plan::Published;

type Stamp = (String, String, u32);

/// Books by id and calendars by id and version. Cheap to clone.
#[derive(Clone)]
pub struct Shelves(Arc<Inner>);
struct Inner {
    library: Arc<Library>,
    calendars: BTreeMap<String, BTreeMap<u32, Calendar>>,
    /// Terms are made once per stamp; there are as many as rows in all books.
    terms: RwLock<HashMap<Stamp, Arc<Terms>>>,
}

impl Shelves {
    /// A library as it lies in files, before it is published.
    pub fn new(library: Library) -> Shelves {
        let ids: Vec<String> = library.calendar_ids().map(str::to_string).collect();
        let one = |id: &String| library.calendar(id).map(|c| (id.clone(), BTreeMap::from([(c.version(), c.clone())])));
        let calendars = ids.iter().filter_map(one).collect();
        Shelves(Arc::new(Inner { library: Arc::new(library), calendars, terms: RwLock::default() }))
    }
    /// Publishes what the database does not have yet, and reads back what it has: a published text never changes, so where a file
    /// says something else under the same id, the database is right and the file is reported.
    pub fn publish(self, db: &Db, now: At) -> Result<Shelves, Fault> {
        let library = self.0.library.clone();
        let texts: Vec<Published> = library
            .shelves()
            .iter()
            .map(|s| Published {
                id: s.book.id.clone(),
                family: s.book.family.clone(),
                effective_from: s.book.effective.from,
                hash: s.book.hash.clone(),
                body: s.text.clone(),
                published_at: now,
            })
            .collect();
        let specs: Vec<(String, u32, String)> =
            self.0.calendars.values().flat_map(|v| v.values()).map(|c| (c.id().to_string(), c.version(), spec_json(c.spec()).to_string())).collect();
        let (books, calendars) = db.write::<_, Fault>(move |tx| {
            for (id, version, body) in &specs {
                store::plan::add_calendar(tx, id, *version, body, now)?;
            }
            for p in &texts {
                store::plan::publish(tx, p)?;
            }
            Ok((store::plan::list(tx)?, store::plan::list_calendars(tx)?))
        })?;
        for p in &books {
            if library.shelf(&p.id).is_some_and(|s| s.book.hash != p.hash) {
                tracing::warn!(plan.id = p.id, "the file of {} differs from what was published; the published text stays in force", p.id);
            }
        }
        let mut all: BTreeMap<String, BTreeMap<u32, Calendar>> = BTreeMap::new();
        for (id, version, body) in calendars {
            let calendar =
                read_spec(&id, version, &body).ok_or_else(|| Fault::internal(format!("calendar {id} version {version} cannot be read")))?;
            all.entry(id).or_default().insert(version, calendar);
        }
        let library = Arc::new(library.with_published(books.iter().map(|p| (p.id.as_str(), p.body.as_str())))?);
        Ok(Shelves(Arc::new(Inner { library, calendars: all, terms: RwLock::default() })))
    }
    pub fn library(&self) -> &Library {
        &self.0.library
    }
    pub fn book(&self, id: &str) -> Option<&PlanBook> {
        self.0.library.book(id)
    }
    pub fn version_at(&self, family: &str, at: At) -> Option<&PlanBook> {
        version_at(self.0.library.books(), family, at)
    }
    /// The newest version of a calendar.
    pub fn newest(&self, id: &str) -> Option<&Calendar> {
        self.0.calendars.get(id)?.last_key_value().map(|(_, c)| c)
    }
    /// Every calendar with all its versions.
    pub fn calendars(&self) -> &BTreeMap<String, BTreeMap<u32, Calendar>> {
        &self.0.calendars
    }
    fn make(&self, plan: &str, row: &str, calendar_version: u32) -> Option<Arc<Terms>> {
        let promise = self.book(plan)?.promises.iter().find(|p| p.row == row)?;
        promise.terms(plan, |_| calendar_version).map(Arc::new)
    }
}
impl TermsBook for Shelves {
    fn terms(&self, plan: &str, row: &str, calendar_version: u32) -> Option<Arc<Terms>> {
        let stamp = (plan.to_string(), row.to_string(), calendar_version);
        if let Some(found) = self.0.terms.read().ok().and_then(|t| t.get(&stamp).cloned()) {
            return Some(found);
        }
        let made = self.make(plan, row, calendar_version)?;
        if let Ok(mut kept) = self.0.terms.write() {
            kept.insert(stamp, made.clone());
        }
        Some(made)
    }
}
impl Calendars for Shelves {
    fn calendar(&self, id: &str, version: u32) -> Option<Calendar> {
        self.0.calendars.get(id)?.get(&version).cloned()
    }
}

fn windows_json(windows: &[Window]) -> Value {
    windows.iter().map(|w| Value::String(w.to_string())).collect()
}
fn spec_json(spec: &Spec) -> Value {
    let exceptions: BTreeMap<String, Value> = spec.exceptions.iter().map(|(d, w)| (d.to_string(), windows_json(w))).collect();
    json!({
        "tz": spec.tz,
        "weekly": spec.weekly.iter().map(|w| windows_json(w)).collect::<Vec<_>>(),
        "exceptions": exceptions,
        "provisional_from": spec.provisional_from.map(|d| d.to_string()),
    })
}
fn read_windows(v: &Value) -> Option<Vec<Window>> {
    v.as_array()?.iter().map(|w| w.as_str()?.split_once('-').and_then(|(a, b)| Window::parse(a, b).ok())).collect()
}
fn read_spec(id: &str, version: u32, body: &str) -> Option<Calendar> {
    let v: Value = serde_json::from_str(body).ok()?;
    let weekly: Vec<Vec<Window>> = v["weekly"].as_array()?.iter().map(read_windows).collect::<Option<_>>()?;
    let exceptions = v["exceptions"].as_object()?.iter().map(|(d, w)| Some((d.parse().ok()?, read_windows(w)?))).collect::<Option<_>>()?;
    let provisional_from = v["provisional_from"].as_str().and_then(|d| d.parse().ok());
    let spec = Spec { id: id.into(), version, tz: v["tz"].as_str()?.into(), weekly: weekly.try_into().ok()?, exceptions, provisional_from };
    Calendar::new(spec).ok()
}
