//! Does it make sense? Within a promise, within a book, between the books.
use super::cells;
use super::finding::Finding;
use super::library::{Library, Shelf};
use domain::plan::{CreditBook, PlanBook, Promise, Standing, Unconfirmed};
use domain::promise::{Mark, On, Recurs};
use std::collections::BTreeMap;

/// Code and arguments.
type Complaint = (&'static str, Vec<(&'static str, String)>);
/// Place, key path, code and arguments.
type Misfit = (String, String, &'static str, Vec<(&'static str, String)>);

/// What `plan check` says: mistakes, and per book the cells on which the sources are silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub findings: Vec<Finding>,
    /// Book id and its unconfirmed cells, in the order of the library.
    pub unconfirmed: Vec<(String, Vec<Unconfirmed>)>,
}
impl Report {
    pub fn passes(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Everything found wrong in a library, and everything its books leave open.
pub fn check(library: &Library) -> Report {
    let unconfirmed = library.books().map(|b| (b.id.clone(), b.unconfirmed.clone())).collect();
    Report { findings: library.findings().to_vec(), unconfirmed }
}

/// What each kind of subject can live through. A stop from another list never comes.
const CASE: &[On] =
    &[On::Received, On::EngineerReplied, On::CustomerReplied, On::Boosted, On::UpdateAgreed, On::Resolved, On::Closed, On::Reopened, On::Cancelled];
const FAULT: &[On] = &[
    On::FaultOccurred,
    On::FaultDetected,
    On::Intervened,
    On::ContactNotified,
    On::ServiceRestored,
    On::AnalysisDelivered,
    On::RcaDelivered,
    On::PostMortemHeld,
    On::Closed,
    On::Cancelled,
];
const PERIOD: &[On] = &[On::PeriodEnded, On::ReportDelivered, On::Cancelled];
const REFUND: &[On] = &[On::RefundAsked, On::RefundReviewed, On::Cancelled];
const COMPLAINT: &[On] = &[On::ComplaintReceived, On::ComplaintAnswered, On::Closed, On::Cancelled];
/// Facts with which nothing begins.
const LAST: &[On] = &[On::Cancelled, On::Closed];

fn subject(starts: On) -> &'static [On] {
    if LAST.contains(&starts) {
        return &[];
    }
    [CASE, FAULT, PERIOD, REFUND, COMPLAINT].into_iter().find(|facts| facts.contains(&starts)).unwrap_or_default()
}

pub(super) fn promise_sense(p: &Promise) -> Vec<Complaint> {
    let mut found: Vec<Complaint> = Vec::new();
    if p.target.is_some() && p.cmp.is_none() {
        found.push(("plan.target_without_cmp", vec![]));
    }
    let known = subject(p.starts);
    for stop in p.stops.iter().chain(&p.ends) {
        let args = || vec![("start", p.starts.key().to_string()), ("stop", stop.key().to_string())];
        if *stop == p.starts {
            found.push(("plan.stop_is_start", args()));
        } else if !known.contains(stop) {
            let names: Vec<_> = known.iter().map(|on| on.key()).collect();
            found.push(("plan.stop_never_happens", [args(), vec![("known", names.join(", "))]].concat()));
        }
    }
    for stop in p.stops.iter().filter(|stop| p.ends.contains(stop)) {
        found.push(("plan.stop_is_end", vec![("stop", stop.key().to_string())]));
    }
    if p.recurs == Recurs::Periodic && p.ends.is_empty() {
        found.push(("plan.periodic_without_end", vec![]));
    }
    found
}

/// Is the second mark later? Marks of different kinds before the due instant cannot be compared without a target and pass.
pub(super) fn rises(first: &Mark, second: &Mark) -> bool {
    match (first, second) {
        (Mark::Percent(a), Mark::Percent(b)) => a < b,
        (Mark::Before(a), Mark::Before(b)) => a > b,
        (Mark::AfterBreach(a), Mark::AfterBreach(b)) => a < b,
        (Mark::AfterBreach(_), _) => false,
        (Mark::Percent(100), Mark::Before(_)) => false,
        _ => true,
    }
}

/// What is wrong with a book as a whole.
pub(super) fn book_sense(book: &PlanBook) -> Vec<Misfit> {
    let mut found = Vec::new();
    let mut complain = |place: String, cell: &str, code, args| found.push((place.clone(), format!("{place}{cell}"), code, args));
    let channels: Vec<&str> = book.channels.iter().map(|c| c.id.as_str()).collect();
    let quotas: Vec<&str> = book.quotas.iter().map(|q| q.id.as_str()).collect();
    let deliverables: Vec<&str> = book.deliverables.iter().map(|d| d.id.as_str()).collect();
    for p in &book.promises {
        let place = format!("promise.{}", p.row);
        if let domain::plan::Match::OneOf(keys) = &p.channel {
            for got in keys.iter().filter(|k| !channels.contains(&k.as_str())) {
                complain(place.clone(), ".channel", "plan.unknown_channel", vec![("got", got.clone()), ("known", channels.join(", "))]);
            }
        }
        for got in p.consumes.iter().filter(|q| !quotas.contains(&q.as_str())) {
            complain(place.clone(), ".consumes", "plan.unknown_quota", vec![("got", got.clone()), ("known", quotas.join(", "))]);
        }
    }
    for d in &book.deliverables {
        let place = format!("deliverable.{}", d.id);
        for got in d.per.iter().filter(|q| !quotas.contains(&q.as_str())) {
            complain(place.clone(), ".per", "plan.unknown_quota", vec![("got", got.clone()), ("known", quotas.join(", "))]);
        }
        for got in d.merged_into.iter().filter(|m| **m == d.id || !deliverables.contains(&m.as_str())) {
            complain(place.clone(), ".merged_into", "plan.unknown_deliverable", vec![("got", got.clone()), ("known", deliverables.join(", "))]);
        }
    }
    for u in &book.unconfirmed {
        let code = match (cells::filled(book, &u.path), u.standing) {
            (None, _) => "plan.unconfirmed_points_nowhere",
            (Some(true), Standing::Missing) => "plan.unconfirmed_but_given",
            (Some(false), Standing::Assumed) => "plan.assumed_but_missing",
            _ => continue,
        };
        complain(format!("unconfirmed.{}", u.path), "", code, vec![("path", u.path.clone())]);
    }
    for (place, path) in cells::empty(book) {
        if !book.unconfirmed.iter().any(|u| u.path == path) {
            complain(place, "", "plan.cell_without_value", vec![("path", path)]);
        }
    }
    found
}

/// What can only be judged with all books and calendars side by side.
pub(super) fn library_sense(library: &Library) -> Vec<Finding> {
    let shelves = library.shelves();
    let mut found: Vec<Finding> = shelves.iter().flat_map(|s| shelf_sense(library, s)).collect();
    let mut families: BTreeMap<&str, Vec<&Shelf>> = BTreeMap::new();
    for shelf in shelves {
        families.entry(&shelf.book.family).or_default().push(shelf);
    }
    for versions in families.values_mut() {
        versions.sort_by_key(|s| s.book.effective.from);
        found.extend(versions.windows(2).filter_map(|pair| neighbours(pair[0], pair[1])));
    }
    found.extend(library.credit_books().filter_map(|b| credit_sense(library, b)));
    found
}
fn credit_sense(library: &Library, book: &CreditBook) -> Option<Finding> {
    let got = book.claim.as_ref().map(|c| &c.calendar).filter(|id| library.calendar(id).is_none())?;
    let known = library.calendar_ids().collect::<Vec<_>>().join(", ");
    Some(Finding::of_file(&book.id, "plan.unknown_calendar", vec![("got", got.clone()), ("known", known)]))
}
fn shelf_sense(library: &Library, shelf: &Shelf) -> Vec<Finding> {
    let book = &shelf.book;
    let mut found = Vec::new();
    let calendars: Vec<_> = library.calendar_ids().collect();
    for (place, got) in cells::calendars(book).into_iter().filter(|(_, id)| library.calendar(id).is_none()) {
        found.push(shelf.finding(&place, "plan.unknown_calendar", vec![("got", got.to_string()), ("known", calendars.join(", "))]));
    }
    let families: Vec<&str> = library.books().map(|b| b.family.as_str()).collect();
    for got in book.eligibility.iter().flat_map(|e| &e.requires_any).filter(|f| !families.contains(&f.as_str())) {
        found.push(shelf.finding("eligibility", "plan.unknown_family", vec![("got", got.clone()), ("known", families.join(", "))]));
    }
    let known = || library.credit_books().map(|b| b.id.clone()).collect::<Vec<_>>().join(", ");
    for got in book.credit.iter().filter(|id| library.credit_book(id).is_none()) {
        found.push(shelf.finding("credit", "plan.unknown_credit", vec![("got", got.clone()), ("known", known())]));
    }
    let name = book.id.strip_prefix(&format!("{}.", book.vendor)).and_then(|rest| rest.rsplit_once('.'));
    let wanted = name.map(|(family, version)| format!("{}/{family}@{version}.toml", book.vendor)).unwrap_or_default();
    if shelf.file != wanted {
        found.push(shelf.finding("id", "plan.misplaced", vec![("wanted", wanted)]));
    }
    found
}
fn neighbours(before: &Shelf, after: &Shelf) -> Option<Finding> {
    let (old, new) = (before.book.effective, after.book.effective);
    let from = new.from.unwrap_or(domain::kit::At::MIN);
    let other = ("other", before.book.id.clone());
    match old.to {
        Some(to) if to == from => None,
        Some(to) if to < from => Some(after.finding("effective", "plan.family_gap", vec![other, ("from", to.to_string()), ("to", from.to_string())])),
        _ => Some(after.finding("effective", "plan.family_overlap", vec![other, ("at", from.to_string())])),
    }
}
