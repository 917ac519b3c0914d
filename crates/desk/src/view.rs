//! Saved questions over the cases. Each knows how many cases it holds: counted once when it is saved, then moved by one with every case that
//! enters or leaves.
use crate::form::Form;
use crate::log::{self, Line};
use crate::{Act, Fault, Flaw, limits, ticket};
use domain::kit::{At, Id, Kind, PersonId, ViewId};
use domain::people::{Actor, KeepViews, Leave};
use domain::ticket::{Severity, Stage};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::{Arc, PoisonError, RwLock};
use store::db::Tx;
use store::ticket::{Case, Filter};
use store::view::View;

/// A filter as people and programs write it. Every condition given must hold; ids as TypeIDs, `me` for oneself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FilterText {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// In somebody else's hands, or in nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_handler: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unassigned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A version of a plan book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_before: Option<String>,
    /// Laid aside, or not; the vendor's people only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snoozed: Option<bool>,
}
impl FilterText {
    /// Reads JSON. Errors: Invalid `filter` with what the reader said.
    pub fn parse(json: &str) -> Result<FilterText, Fault> {
        serde_json::from_str(json).map_err(|e| Fault::Invalid(vec![Flaw::new("filter", "unreadable").with("because", e)]))
    }
    /// The filter the store understands; `me` is this person. Errors: Invalid with every flaw.
    pub fn filter(&self, me: PersonId) -> Result<Filter, Fault> {
        let mut form = Form::new();
        let mut filter = Filter {
            account: id(&mut form, "filter.account", &self.account, None),
            requester: id(&mut form, "filter.requester", &self.requester, Some(me)),
            handler: id(&mut form, "filter.handler", &self.handler, Some(me)),
            not_handler: id(&mut form, "filter.not_handler", &self.not_handler, Some(me)),
            owner: id(&mut form, "filter.owner", &self.owner, Some(me)),
            unassigned: self.unassigned,
            open: self.open,
            stages: keys(&mut form, "filter.stages", &self.stages, Stage::ALL, Stage::key),
            severities: keys(&mut form, "filter.severities", &self.severities, Severity::ALL, Severity::key),
            // Empty: none was named.
            product: self.product.as_ref().map(|p| form.line_or_none("filter.product", p, 100)),
            channel: word(&mut form, "filter.channel", &self.channel),
            language: word(&mut form, "filter.language", &self.language),
            plan: word(&mut form, "filter.plan", &self.plan),
            tier: self.tier,
            broken: self.broken,
            snoozed: self.snoozed,
            due_before: self.due_before.as_deref().and_then(|text| {
                let at = At::parse(text).ok();
                form.must(at.is_some(), "filter.due_before", "not_an_instant");
                at
            }),
        };
        form.must(self.tier.is_none_or(|t| (1..=4).contains(&t)), "filter.tier", "not_a_tier");
        form.must(!(self.unassigned && self.handler.is_some()), "filter.unassigned", "contradicts_handler");
        settle_open(&mut form, &mut filter);
        form.done()?;
        Ok(filter)
    }
}
/// A list of unassigned cases means open ones; open and stages given together mean the stages that are both.
/// So that counting in the database and asking one case ([`Filter::holds`]) cannot differ.
fn settle_open(form: &mut Form, filter: &mut Filter) {
    if filter.unassigned && filter.stages.is_empty() {
        filter.open.get_or_insert(true);
    }
    if let (Some(open), false) = (filter.open, filter.stages.is_empty()) {
        filter.stages.retain(|s| s.is_open() == open);
        form.must(!filter.stages.is_empty(), "filter.stages", "contradicts_open");
        filter.open = None;
    }
}
fn id<K: Kind>(form: &mut Form, field: &str, text: &Option<String>, me: Option<Id<K>>) -> Option<Id<K>> {
    let text = text.as_deref()?;
    let found = if text == "me" { me } else { text.parse().ok() };
    form.must(found.is_some(), field, "not_an_id");
    found
}
fn keys<T: Copy>(form: &mut Form, field: &str, texts: &[String], all: &[T], key: fn(T) -> &'static str) -> Vec<T> {
    let mut found = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        match all.iter().find(|t| key(**t) == text) {
            Some(t) if found.iter().all(|f| key(*f) != key(*t)) => found.push(*t),
            Some(_) => {}
            None => form.one_of(&format!("{field}[{i}]"), text, &all.iter().map(|t| key(*t)).collect::<Vec<_>>()),
        }
    }
    found
}
fn word(form: &mut Form, field: &str, text: &Option<String>) -> Option<String> {
    text.as_ref().map(|t| form.line(field, t, 100))
}

/// What somebody saves.
#[derive(Debug, Clone, Default)]
pub struct ViewIn {
    pub name: String,
    /// For every colleague of the vendor. Customers keep theirs.
    pub shared: bool,
    pub filter: FilterText,
}
/// Saves a view and counts it. Errors: Invalid, NotFound for another account in a customer's filter, Refused `view.too_many`.
pub fn create(cx: &mut Act, leave: &Leave<KeepViews>, new: &ViewIn) -> Result<View, Fault> {
    let who = leave.actor();
    let (name, text, filter) = checked(who, new)?;
    cx.tx.lock("views")?;
    if store::view::list_all(cx.tx)?.len() >= limits::VIEWS_MAX as usize {
        return Err(Fault::Refused { code: "view.too_many", args: vec![("max", limits::VIEWS_MAX.to_string())] });
    }
    let n = store::ticket::count_once(cx.tx, &filter)?;
    let view = View { id: cx.fresh(), owner: who.person, name, shared: new.shared, filter: text, n, created_at: cx.now, version: 1 };
    store::view::put_new(cx.tx, &view)?;
    note(cx, who, "view.created", &view)?;
    Ok(view)
}
/// Changes one's own view and counts it anew. Errors: NotFound, Stale, Invalid.
pub fn edit(cx: &mut Act, leave: &Leave<KeepViews>, id: ViewId, seen_version: u32, new: &ViewIn) -> Result<View, Fault> {
    let who = leave.actor();
    let (name, text, filter) = checked(who, new)?;
    let before = store::view::find(cx.tx, id)?.filter(|v| v.owner == who.person).ok_or(Fault::NotFound)?;
    if before.version != seen_version {
        return Err(Fault::Stale { current: before.version });
    }
    let n = store::ticket::count_once(cx.tx, &filter)?;
    let view = View { name, shared: new.shared, filter: text, n, ..before };
    if !store::view::put(cx.tx, &view)? {
        let current = store::view::find(cx.tx, id)?.map_or(0, |v| v.version);
        return Err(Fault::Stale { current });
    }
    let view = View { version: view.version + 1, ..view };
    note(cx, who, "view.edited", &view)?;
    Ok(view)
}
/// Drops one's own view. Errors: NotFound.
pub fn drop_own(cx: &mut Act, leave: &Leave<KeepViews>, id: ViewId) -> Result<(), Fault> {
    let who = leave.actor();
    let view = store::view::find(cx.tx, id)?.filter(|v| v.owner == who.person).ok_or(Fault::NotFound)?;
    store::view::drop_one(cx.tx, id, who.person)?;
    note(cx, who, "view.dropped", &view)
}
fn note(cx: &mut Act, who: &Actor, key: &'static str, view: &View) -> Result<(), Fault> {
    let body = json!({"view": view.id.to_string(), "shared": view.shared});
    log::write(cx, vec![Line::audit(Some(who.person), who.account, key, body)])?;
    Ok(())
}
/// Name, the filter's text as it is kept, and the filter. What its owner may not see is bound into the text, for later readers know only that.
fn checked(who: &Actor, new: &ViewIn) -> Result<(String, String, Filter), Fault> {
    let mut form = Form::new();
    let name = form.line("name", &new.name, 100);
    form.must(!new.shared || who.role.is_staff(), "shared", "staff_only");
    form.done()?;
    let asked = new.filter.filter(who.person)?;
    if asked.account.is_some_and(|a| !who.may_know(a)) {
        return Err(Fault::NotFound);
    }
    let filter = ticket::narrowed(who, asked);
    let mut text = new.filter.clone();
    if who.role.is_customer() {
        text.account = filter.account.map(|a| a.to_string());
        text.requester = filter.requester.map(|r| r.to_string());
        text.snoozed = None;
    }
    Ok((name, serde_json::to_string(&text).map_err(Fault::internal)?, filter))
}
/// One's own views, then (for the vendor's people) what colleagues share.
pub fn list(tx: &mut Tx, leave: &Leave<KeepViews>) -> Result<Vec<View>, Fault> {
    let who = leave.actor();
    let mut all = store::view::list_own(tx, who.person)?;
    if who.role.is_staff() {
        all.extend(store::view::list_shared(tx)?.into_iter().filter(|v| v.owner != who.person));
    }
    Ok(all)
}
pub fn get(tx: &mut Tx, leave: &Leave<KeepViews>, id: ViewId) -> Result<View, Fault> {
    let who = leave.actor();
    store::view::find(tx, id)?.filter(|v| v.owner == who.person || v.shared && who.role.is_staff()).ok_or(Fault::NotFound)
}
/// The filter of a view; `me` in it is its owner, whoever looks, so that list and count agree.
pub fn filter_of(view: &View) -> Result<Filter, Fault> {
    FilterText::parse(&view.filter)?.filter(view.owner)
}
/// Counts a view anew: a repair, for cases that changed in the very moment it was saved. True: the count was off.
pub fn recount(cx: &mut Act, id: ViewId) -> Result<bool, Fault> {
    let Some(view) = store::view::find(cx.tx, id)? else { return Ok(false) };
    let by = store::ticket::count_once(cx.tx, &filter_of(&view)?)? - view.n;
    if by != 0 {
        store::view::move_count(cx.tx, id, by)?;
    }
    Ok(by != 0)
}

/// A case changed: moves the count of every view it entered or left.
pub fn moved(cx: &mut Act, before: Option<&Case>, after: Option<&Case>) -> Result<(), Fault> {
    moved_all(cx, &[(before, after)])
}
/// As [`moved`] for many cases: a view is moved once by all of them.
pub fn moved_all(cx: &mut Act, cases: &[(Option<&Case>, Option<&Case>)]) -> Result<(), Fault> {
    let filters = filters_of(cx.desk.views());
    for (id, filter) in filters.iter() {
        let holds = |case: &Option<&Case>| i64::from(case.is_some_and(|c| filter.holds(c)));
        let by: i64 = cases.iter().map(|(before, after)| holds(after) - holds(before)).sum();
        if by != 0 {
            store::view::move_count(cx.tx, *id, by)?;
        }
    }
    Ok(())
}
type Filters = Arc<Vec<(ViewId, Filter)>>;
/// The views' filters, read once for each list of views the desk keeps and not once for each act. A cache and nothing else: the list it was
/// read from is kept beside it, so another desk in the same process only reads anew.
fn filters_of(views: Arc<Vec<View>>) -> Filters {
    static LAST: RwLock<Option<(Arc<Vec<View>>, Filters)>> = RwLock::new(None);
    if let Some((of, filters)) = LAST.read().unwrap_or_else(PoisonError::into_inner).as_ref()
        && Arc::ptr_eq(of, &views)
    {
        return filters.clone();
    }
    let read = |v: &View| match filter_of(v) {
        Ok(filter) => Some((v.id, filter)),
        Err(fault) => {
            tracing::warn!(view.id = %v.id, fault.code = fault.code(), "a saved view cannot be read; its count stands still");
            None
        }
    };
    let filters: Filters = Arc::new(views.iter().filter_map(read).collect());
    *LAST.write().unwrap_or_else(PoisonError::into_inner) = Some((views, filters.clone()));
    filters
}

#[cfg(test)]
mod tests {
    use super::*;
    fn codes(json: &str) -> Vec<String> {
        match FilterText::parse(json).and_then(|t| t.filter(PersonId::from_raw(7))) {
            Ok(_) => vec![],
            Err(Fault::Invalid(flaws)) => flaws.iter().map(|f| format!("{} {}", f.field, f.code)).collect(),
            Err(other) => vec![format!("{other:?}")],
        }
    }
    #[test]
    fn me_is_the_owner_and_every_mistake_is_named() {
        let filter = FilterText::parse(r#"{"handler": "me", "severities": ["high", "high"]}"#).unwrap().filter(PersonId::from_raw(7)).unwrap();
        assert_eq!((filter.handler, filter.severities), (Some(PersonId::from_raw(7)), vec![Severity::High]));
        assert_eq!(codes(r#"{"handlr": "me"}"#), ["filter unreadable"]);
        assert_eq!(
            codes(r#"{"account": "me", "stages": ["nwe"], "due_before": "soon"}"#),
            ["filter.account not_an_id", "filter.stages[0] unknown", "filter.due_before not_an_instant"]
        );
        assert_eq!(codes(r#"{"open": false, "stages": ["new"]}"#), ["filter.stages contradicts_open"]);
        assert_eq!(codes(r#"{"unassigned": true, "handler": "me"}"#), ["filter.unassigned contradicts_handler"]);
    }
    #[test]
    fn a_kept_text_says_only_what_was_asked() {
        let text = FilterText { open: Some(true), ..FilterText::default() };
        assert_eq!(serde_json::to_string(&text).unwrap(), r#"{"open":true}"#);
    }
}
