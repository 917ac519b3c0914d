//! Paths to the cells of a book, as `[[unconfirmed]]` spells them.
use domain::plan::{FeeModel, PlanBook, When};

/// Does the cell hold a value? `None` when the path names no cell of this book.
///
/// Some cells have no key in the schema because no source has ever filled them: `plan.duration`, `quota.<id>.timeliness`, `feature.<id>.period`.
/// They are always empty. `quota.<id>.carry` is always "nothing".
pub fn filled(book: &PlanBook, path: &str) -> Option<bool> {
    let (room, rest) = path.split_once('.')?;
    match room {
        "plan" => (rest == "duration").then_some(false),
        "effective" => match rest {
            "from" => Some(book.effective.from.is_some()),
            "to" => Some(book.effective.to.is_some()),
            _ => None,
        },
        "fee" => fee(book, rest),
        "calendar" => calendars(book).iter().any(|(_, id)| *id == rest).then_some(true),
        "scope" => match rest {
            "third_party" => Some(!book.scope.third_party.is_empty()),
            "escort_products" => Some(!book.scope.escort_products.is_empty()),
            _ => None,
        },
        "channel" => book.channels.iter().find_map(|c| {
            after(rest, &c.id).and_then(|cell| match cell {
                "" => Some(true),
                "calendar" => Some(c.calendar.is_some()),
                "group" => Some(c.group.is_some()),
                _ => None,
            })
        }),
        "promise" => promise(book, rest),
        "quota" => quota(book, rest),
        "deliverable" => book.deliverables.iter().find_map(|d| {
            after(rest, &d.id).and_then(|cell| match cell {
                "" => Some(true),
                "due_working_days" => Some(d.due_working_days.is_some()),
                "every" => Some(d.every.is_some()),
                _ => None,
            })
        }),
        "feature" => book
            .features
            .iter()
            .find_map(|f| after(rest, &f.id).and_then(|cell| if cell == "period" { Some(false) } else { cell.is_empty().then_some(true) })),
        "not_provided" => book.not_provided.iter().any(|f| f.id == rest).then_some(true),
        "policy" => book.policies.iter().find_map(|p| {
            after(rest, &p.id).and_then(|cell| if cell == "value" { Some(p.value.is_some()) } else { cell.is_empty().then_some(true) })
        }),
        _ => None,
    }
}
fn fee(book: &PlanBook, cell: &str) -> Option<bool> {
    match cell {
        "model" => Some(book.fee.model != FeeModel::Unconfirmed),
        "base" => Some(book.fee.base.is_some()),
        "rate" => Some(book.fee.rate.is_some()),
        "bands" => Some(!book.fee.bands.is_empty()),
        // Where the book is silent, the house's reading counts.
        "combination" | "refund" | "basis" | "amortise" | "days" | "upgrade" => Some(true),
        _ => None,
    }
}
fn promise(book: &PlanBook, rest: &str) -> Option<bool> {
    book.promises.iter().find_map(|p| {
        after(rest, &p.row).and_then(|cell| match cell {
            "" | "base" | "severity" | "channel" => Some(true),
            "target" => Some(p.target.is_some()),
            "cmp" => Some(p.cmp.is_some()),
            "calendar" => Some(p.calendar.is_some()),
            _ => None,
        })
    })
}
fn quota(book: &PlanBook, rest: &str) -> Option<bool> {
    book.quotas.iter().find_map(|q| {
        after(rest, &quota_name(&q.id, q.edition.as_deref())).and_then(|cell| match cell {
            "" | "overrun" | "carry" => Some(true),
            "count" => Some(q.count.is_some()),
            "days" => Some(q.days.is_some()),
            "lead_working_days" => Some(q.lead_working_days.is_some()),
            "exempt_when" => Some(q.exempt_when.is_some()),
            "timeliness" => Some(false),
            _ => None,
        })
    })
}
/// What follows `name` and a dot; empty when nothing follows.
fn after<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(name)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}
/// `urgent_boost`, or `urgent_boost.monthly` where editions differ.
pub fn quota_name(id: &str, edition: Option<&str>) -> String {
    edition.map_or_else(|| id.to_string(), |edition| format!("{id}.{edition}"))
}

/// Cells that are empty and may only be so when listed as unconfirmed, with the place each is written at.
pub fn empty(book: &PlanBook) -> Vec<(String, String)> {
    let mut empty = Vec::new();
    let mut cell = |place: &str, name: &str, filled: bool| {
        if !filled {
            empty.push((place.to_string(), format!("{place}.{name}")));
        }
    };
    cell("fee", "model", book.fee.model != FeeModel::Unconfirmed);
    cell("fee", "base", book.fee.base.is_some());
    for c in &book.channels {
        cell(&format!("channel.{}", c.id), "calendar", c.calendar.is_some());
    }
    for p in &book.promises {
        let place = format!("promise.{}", p.row);
        cell(&place, "target", p.target.is_some());
        cell(&place, "cmp", p.cmp.is_some() || p.target.is_some());
        cell(&place, "calendar", p.calendar.is_some());
    }
    // What is merged into another deliverable is due with it; what comes at least so often a period is due within the period.
    for d in book.deliverables.iter().filter(|d| d.merged_into.is_none()) {
        cell(&format!("deliverable.{}", d.id), "due_working_days", d.due_working_days.is_some());
    }
    empty
}

/// Every calendar the book names, with the place that names it.
pub fn calendars(book: &PlanBook) -> Vec<(String, &str)> {
    let channels = book.channels.iter().filter_map(|c| Some((format!("channel.{}", c.id), c.calendar.as_deref()?)));
    let promises = book.promises.iter().filter_map(|p| Some((format!("promise.{}", p.row), p.calendar.as_deref()?)));
    let hours = book.promises.iter().filter_map(|p| match &p.when {
        When::Always => None,
        When::InHours(id) | When::OutOfHours(id) => Some((format!("promise.{}", p.row), id.as_str())),
    });
    let deliverables = book.deliverables.iter().filter_map(|d| Some((format!("deliverable.{}", d.id), d.calendar.as_deref()?)));
    channels.chain(promises).chain(hours).chain(deliverables).collect()
}
