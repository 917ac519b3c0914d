use super::{ChannelRule, Combination, DeliverableRule, Feature, FeeRule, Overrun, PlanBook, Policy, Promise, QuotaRule, Refund, Scope, ThirdParty};
use crate::kit::{Span, Text};
use crate::money::UpgradeCredit;
use crate::promise::{Base, Cmp, Target};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// What a change means to the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Worse,
    Better,
    /// New, neither good nor bad in itself: a rule, a duty of the customer.
    Added,
    /// Gone, neither good nor bad in itself.
    Removed,
    /// Changed, and nobody can say from the book alone for whom.
    Neutral,
}

/// One difference between two books. The sentence is made elsewhere from `code` and `args`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The cell, as [`super::Unconfirmed::path`] spells it.
    pub path: String,
    pub kind: Verdict,
    pub code: &'static str,
    pub args: Vec<(&'static str, Arg)>,
}

/// A piece of a sentence that is still to be put in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    Words(Text),
    Target(Target),
    /// `None` is "none", "unlimited" or "not given", as the code says.
    Number(Option<u32>),
    Money(Option<Decimal>),
    /// A key of the house or a name, shown as it is.
    Key(String),
}

/// What got better or worse for a customer who goes from `old` to `new`. `hours` tells how long a calendar is open in an ordinary week.
/// Worse things come first, then better ones, then the rest; within each in the order of the books.
pub fn diff(old: &PlanBook, new: &PlanBook, hours: &dyn Fn(&str) -> Option<Span>) -> Vec<Change> {
    let mut changes = Vec::new();
    promises(old, new, hours, &mut changes);
    pairs(&old.quotas, &new.quotas, |q| (q.id.as_str(), q.edition.as_deref()), |a, b| quota(old, new, a, b, &mut changes));
    pairs(&old.deliverables, &new.deliverables, |d| d.id.as_str(), |a, b| deliverable(a, b, &mut changes));
    pairs(&old.channels, &new.channels, |c| c.id.as_str(), |a, b| channel(a, b, hours, &mut changes));
    fee(&old.fee, &new.fee, &mut changes);
    pairs(&old.features, &new.features, |f| f.id.as_str(), |a, b| feature(old, new, a, b, &mut changes));
    pairs(&old.not_provided, &new.not_provided, |f| f.id.as_str(), |a, b| not_provided(a, b, old, &mut changes));
    scope(&old.scope, &new.scope, &mut changes);
    pairs(&old.policies, &new.policies, |p| p.id.as_str(), |a, b| policy(a, b, &mut changes));
    changes.sort_by_key(|c| c.kind);
    changes
}

/// Each old thing with the new one of the same key, then the things that are only new.
fn pairs<'a, T, K: PartialEq>(old: &'a [T], new: &'a [T], key: impl Fn(&'a T) -> K, mut each: impl FnMut(Option<&'a T>, Option<&'a T>)) {
    for a in old {
        each(Some(a), new.iter().find(|b| key(b) == key(a)));
    }
    for b in new.iter().filter(|b| old.iter().all(|a| key(a) != key(b))) {
        each(None, Some(b));
    }
}
fn change(path: String, kind: Verdict, code: &'static str, args: Vec<(&'static str, Arg)>) -> Change {
    Change { path, kind, code, args }
}
/// Judges a number of which more is better for the customer.
fn more_is_better(order: Ordering) -> Verdict {
    match order {
        Ordering::Less => Verdict::Worse,
        Ordering::Equal => Verdict::Neutral,
        Ordering::Greater => Verdict::Better,
    }
}
fn less_is_better(order: Ordering) -> Verdict {
    more_is_better(order.reverse())
}

fn promises(old: &PlanBook, new: &PlanBook, hours: &dyn Fn(&str) -> Option<Span>, out: &mut Vec<Change>) {
    pairs(&old.promises, &new.promises, |p| p.row.as_str(), |a, b| promise(a, b, hours, out));
}
fn promise(a: Option<&Promise>, b: Option<&Promise>, hours: &dyn Fn(&str) -> Option<Span>, out: &mut Vec<Change>) {
    let path = |p: &Promise, cell: &str| format!("promise.{}{cell}", p.row);
    let words = |p: &Promise| ("what", Arg::Words(p.words.clone()));
    match (a, b) {
        (Some(a), Some(b)) => {
            target(a, b, out);
            if let (Some(x), Some(y)) = (&a.calendar, &b.calendar)
                && x != y
            {
                // A clock that runs more hours a week comes due sooner.
                out.push(change(
                    path(b, ".calendar"),
                    by_hours(hours(x), hours(y)),
                    "promise_calendar",
                    vec![words(b), ("old", Arg::Key(x.clone())), ("new", Arg::Key(y.clone()))],
                ));
            }
            if a.base != b.base {
                out.push(change(
                    path(b, ".base"),
                    by_base(a.base, b.base),
                    "promise_base",
                    vec![words(b), ("old", Arg::Key(base_key(a.base))), ("new", Arg::Key(base_key(b.base)))],
                ));
            }
        }
        // A row without a target promises nothing, so its coming or going changes nothing.
        (Some(a), None) if a.target.is_some() => {
            let kind = if a.kind == crate::promise::Kind::Contract { Verdict::Worse } else { Verdict::Removed };
            out.push(change(path(a, ""), kind, "promise_removed", vec![words(a)]));
        }
        (None, Some(b)) if b.target.is_some() => out.push(change(path(b, ""), Verdict::Better, "promise_added", vec![words(b)])),
        (None, Some(b)) => out.push(change(path(b, ".target"), Verdict::Neutral, "promise_unconfirmed", vec![words(b)])),
        _ => {}
    }
}
fn target(a: &Promise, b: &Promise, out: &mut Vec<Change>) {
    let path = format!("promise.{}.target", b.row);
    let about = ("what", Arg::Words(b.words.clone()));
    match (a.target, b.target) {
        (Some(x), Some(y)) if x != y => {
            let args = vec![about, ("old", Arg::Target(x)), ("new", Arg::Target(y))];
            match order(x, y) {
                Some(Ordering::Less) => out.push(change(path, Verdict::Worse, "target_slower", args)),
                Some(_) => out.push(change(path, Verdict::Better, "target_faster", args)),
                None => out.push(change(path, Verdict::Neutral, "target_other", args)),
            }
        }
        (Some(x), Some(_)) if a.cmp != b.cmp => {
            let kind = if b.cmp == Some(Cmp::Lt) { Verdict::Better } else { Verdict::Worse };
            let code = if b.cmp == Some(Cmp::Lt) { "target_now_strict" } else { "target_now_inclusive" };
            out.push(change(path, kind, code, vec![about, ("new", Arg::Target(x))]));
        }
        (Some(x), None) => out.push(change(path, Verdict::Worse, "target_unconfirmed", vec![about, ("old", Arg::Target(x))])),
        (None, Some(y)) => out.push(change(path, Verdict::Better, "target_confirmed", vec![about, ("new", Arg::Target(y))])),
        _ => {}
    }
}
/// Lengths of the same kind compare; minutes and working days do not.
fn order(a: Target, b: Target) -> Option<Ordering> {
    match (a, b) {
        (Target::Time(a), Target::Time(b)) => Some(a.cmp(&b)),
        (Target::WorkingDays(a), Target::WorkingDays(b)) => Some(a.cmp(&b)),
        _ => None,
    }
}
fn by_hours(old: Option<Span>, new: Option<Span>) -> Verdict {
    match (old, new) {
        (Some(old), Some(new)) => more_is_better(new.cmp(&old)),
        _ => Verdict::Neutral,
    }
}
/// The earlier a promise begins to count, the better; recovery is another story.
fn by_base(old: Base, new: Base) -> Verdict {
    let rank = |b: Base| match b {
        Base::Occurred => Some(0),
        Base::Detected => Some(1),
        Base::Received => Some(2),
        Base::Recovered => None,
    };
    match (rank(old), rank(new)) {
        (Some(old), Some(new)) => less_is_better(new.cmp(&old)),
        _ => Verdict::Neutral,
    }
}
fn base_key(b: Base) -> String {
    let key = match b {
        Base::Received => "received",
        Base::Occurred => "occurred",
        Base::Detected => "detected",
        Base::Recovered => "recovered",
    };
    key.to_string()
}

fn quota(old: &PlanBook, new: &PlanBook, a: Option<&QuotaRule>, b: Option<&QuotaRule>, out: &mut Vec<Change>) {
    let path = |q: &QuotaRule, cell: &str| format!("quota.{}{}{cell}", q.id, q.edition.as_ref().map_or(String::new(), |e| format!(".{e}")));
    let name = |q: &QuotaRule| ("what", Arg::Words(q.name.clone()));
    let gift = |q: &QuotaRule| vec![name(q), ("words", Arg::Words(q.words.clone()))];
    match (a, b) {
        (Some(a), Some(b)) => {
            for (cell, code, x, y) in
                [(".count", "quota_count", limit(a.count, a), limit(b.count, b)), (".days", "quota_days", limit(a.days, a), limit(b.days, b))]
            {
                if x != y {
                    out.push(change(
                        path(b, cell),
                        more_is_better(y.cmp(&x)),
                        code,
                        vec![name(b), ("old", Arg::Number(shown(x))), ("new", Arg::Number(shown(y)))],
                    ));
                }
            }
            if a.period != b.period {
                out.push(change(path(b, ".period"), Verdict::Neutral, "quota_period", vec![name(b)]));
            }
            let (x, y) = (a.lead_working_days.unwrap_or(0), b.lead_working_days.unwrap_or(0));
            if x != y {
                out.push(change(
                    path(b, ".lead_working_days"),
                    less_is_better(y.cmp(&x)),
                    "quota_lead",
                    vec![name(b), ("old", Arg::Number(Some(x))), ("new", Arg::Number(Some(y)))],
                ));
            }
            if a.exempt_when != b.exempt_when {
                let kind = if b.exempt_when.is_some() { Verdict::Better } else { Verdict::Worse };
                out.push(change(path(b, ".exempt_when"), kind, "quota_exempt", vec![name(b)]));
            }
            if a.overrun != b.overrun {
                out.push(change(path(b, ".overrun"), by_overrun(a.overrun, b.overrun), "quota_overrun", vec![name(b)]));
            }
        }
        (Some(a), None) if caps(a, old, new) => out.push(change(path(a, ""), Verdict::Better, "cap_removed", gift(a))),
        (Some(a), None) => out.push(change(path(a, ""), Verdict::Worse, "quota_removed", gift(a))),
        (None, Some(b)) if caps(b, new, old) => out.push(change(path(b, ""), Verdict::Worse, "cap_added", gift(b))),
        (None, Some(b)) => out.push(change(path(b, ""), Verdict::Better, "quota_added", gift(b))),
        (None, None) => {}
    }
}
/// No number is no limit, unless the other dimension or the purchase limits it.
fn limit(n: Option<u32>, q: &QuotaRule) -> u64 {
    match n {
        Some(n) => u64::from(n),
        None if q.purchased => u64::MAX - 1,
        None => u64::MAX,
    }
}
fn shown(limit: u64) -> Option<u32> {
    u32::try_from(limit).ok()
}
/// Does this quota limit what the other book gives without limit? Then it is a cap, not a gift.
fn caps(q: &QuotaRule, of: &PlanBook, other: &PlanBook) -> bool {
    let mut spenders = of.promises.iter().filter(|p| p.consumes.as_ref() == Some(&q.id));
    spenders.any(|p| other.promises.iter().any(|o| o.row == p.row && o.consumes.is_none()))
}
fn by_overrun(old: Overrun, new: Overrun) -> Verdict {
    let rank = |o: Overrun| match o {
        Overrun::Refuse => 0,
        Overrun::Charge => 1,
        Overrun::BasicTerms => 2,
    };
    more_is_better(rank(new).cmp(&rank(old)))
}

fn deliverable(a: Option<&DeliverableRule>, b: Option<&DeliverableRule>, out: &mut Vec<Change>) {
    let path = |d: &DeliverableRule, cell: &str| format!("deliverable.{}{cell}", d.id);
    let title = |d: &DeliverableRule| ("what", Arg::Words(d.title.clone()));
    let both = |d: &DeliverableRule| vec![title(d), ("words", Arg::Words(d.words.clone()))];
    match (a, b) {
        (Some(a), Some(b)) => {
            if a.every != b.every {
                out.push(change(path(b, ".every"), Verdict::Neutral, "deliverable_period", both(b)));
            }
            match (a.due_working_days, b.due_working_days) {
                (Some(x), Some(y)) if x != y => {
                    out.push(change(
                        path(b, ".due_working_days"),
                        less_is_better(y.cmp(&x)),
                        "deliverable_due",
                        vec![title(b), ("old", Arg::Number(Some(x))), ("new", Arg::Number(Some(y)))],
                    ));
                }
                (Some(_), None) => out.push(change(path(b, ".due_working_days"), Verdict::Worse, "deliverable_due_unconfirmed", vec![title(b)])),
                (None, Some(y)) => out.push(change(
                    path(b, ".due_working_days"),
                    Verdict::Better,
                    "deliverable_due_confirmed",
                    vec![title(b), ("new", Arg::Number(Some(y)))],
                )),
                _ => {}
            }
            let (x, y) = (a.min_count.unwrap_or(0), b.min_count.unwrap_or(0));
            if x != y {
                out.push(change(
                    path(b, ".min_count"),
                    more_is_better(y.cmp(&x)),
                    "deliverable_count",
                    vec![title(b), ("old", Arg::Number(Some(x))), ("new", Arg::Number(Some(y)))],
                ));
            }
        }
        (Some(a), None) => out.push(change(path(a, ""), Verdict::Worse, "deliverable_removed", both(a))),
        (None, Some(b)) => out.push(change(path(b, ""), Verdict::Better, "deliverable_added", both(b))),
        (None, None) => {}
    }
}

fn channel(a: Option<&ChannelRule>, b: Option<&ChannelRule>, hours: &dyn Fn(&str) -> Option<Span>, out: &mut Vec<Change>) {
    let path = |c: &ChannelRule, cell: &str| format!("channel.{}{cell}", c.id);
    let name = |c: &ChannelRule| ("what", Arg::Words(c.name.clone()));
    let key = |id: &Option<String>| Arg::Key(id.clone().unwrap_or_default());
    match (a, b) {
        (Some(a), Some(b)) if a.calendar != b.calendar => {
            let args = vec![name(b), ("old", key(&a.calendar)), ("new", key(&b.calendar))];
            let (kind, code) = match (&a.calendar, &b.calendar) {
                (Some(_), None) => (Verdict::Worse, "channel_hours_unconfirmed"),
                (None, Some(_)) => (Verdict::Better, "channel_hours_confirmed"),
                (x, y) => (by_hours(x.as_deref().and_then(hours), y.as_deref().and_then(hours)), "channel_hours"),
            };
            out.push(change(path(b, ".calendar"), kind, code, args));
        }
        (Some(a), None) => out.push(change(path(a, ""), Verdict::Worse, "channel_removed", vec![name(a)])),
        (None, Some(b)) => out.push(change(path(b, ""), Verdict::Better, "channel_added", vec![name(b)])),
        _ => {}
    }
}

fn fee(a: &FeeRule, b: &FeeRule, out: &mut Vec<Change>) {
    for (path, code, x, y) in [("fee.base", "fee_base", a.base, b.base), ("fee.rate", "fee_rate", a.rate, b.rate)] {
        if x == y {
            continue;
        }
        let kind = match (x, y) {
            (Some(x), Some(y)) => less_is_better(y.cmp(&x)),
            _ => Verdict::Neutral,
        };
        out.push(change(
            path.to_string(),
            kind,
            code,
            vec![("old", Arg::Money(x)), ("new", Arg::Money(y)), ("currency", Arg::Key(b.currency.clone()))],
        ));
    }
    if a.rate.is_some() && b.rate.is_some() && a.combination != b.combination {
        let kind = if b.combination == Combination::Additive { Verdict::Worse } else { Verdict::Better };
        out.push(change("fee.combination".to_string(), kind, "fee_combination", vec![]));
    }
    if a.bands != b.bands {
        out.push(change("fee.bands".to_string(), Verdict::Neutral, "fee_bands", vec![]));
    }
    for (x, y) in a.reckoning.readings().into_iter().zip(b.reckoning.readings()).filter(|(x, y)| x.value != y.value) {
        let lost = UpgradeCredit::Forfeit.key();
        let kind = match (x.value == lost, y.value == lost) {
            (false, true) => Verdict::Worse,
            (true, false) => Verdict::Better,
            _ => Verdict::Neutral,
        };
        let what = ("what", Arg::Key(y.cell.trim_start_matches("fee.").to_string()));
        out.push(change(y.cell.to_string(), kind, "fee_reckoning", vec![what, ("old", Arg::Key(x.value.into())), ("new", Arg::Key(y.value.into()))]));
    }
    if a.refund != b.refund {
        let length = |r: Refund| match r {
            Refund::None => Span::ZERO,
            Refund::Within(span) => span,
        };
        out.push(change("fee.refund".to_string(), more_is_better(length(b.refund).cmp(&length(a.refund))), "fee_refund", vec![]));
    }
}

fn feature(old: &PlanBook, new: &PlanBook, a: Option<&Feature>, b: Option<&Feature>, out: &mut Vec<Change>) {
    match (a, b) {
        // One book lists as a feature what the other has as a row of its own: nothing came, nothing went.
        (Some(f), None) if has_row(new, &f.id) => {}
        (None, Some(f)) if has_row(old, &f.id) => {}
        (Some(a), None) => {
            out.push(change(format!("feature.{}", a.id), Verdict::Worse, "feature_removed", vec![("what", Arg::Words(a.words.clone()))]))
        }
        (None, Some(b)) => {
            out.push(change(format!("feature.{}", b.id), Verdict::Better, "feature_added", vec![("what", Arg::Words(b.words.clone()))]))
        }
        (Some(a), Some(b)) if a.words != b.words => {
            let args = vec![("old", Arg::Words(a.words.clone())), ("new", Arg::Words(b.words.clone()))];
            out.push(change(format!("feature.{}", b.id), Verdict::Neutral, "feature_changed", args));
        }
        _ => {}
    }
}
fn has_row(book: &PlanBook, id: &str) -> bool {
    book.channels.iter().any(|c| c.id == id) || book.quotas.iter().any(|q| q.id == id) || book.deliverables.iter().any(|d| d.id == id)
}
/// Saying outright that something is not provided is only news when the old book had it; then the loss of the feature already says so.
fn not_provided(a: Option<&Feature>, b: Option<&Feature>, old: &PlanBook, out: &mut Vec<Change>) {
    match (a, b) {
        (None, Some(b)) if old.features.iter().all(|f| f.id != b.id) => {
            out.push(change(format!("not_provided.{}", b.id), Verdict::Neutral, "not_provided_added", vec![("what", Arg::Words(b.words.clone()))]));
        }
        (Some(a), None) => {
            out.push(change(format!("not_provided.{}", a.id), Verdict::Neutral, "not_provided_removed", vec![("what", Arg::Words(a.words.clone()))]))
        }
        _ => {}
    }
}
fn scope(a: &Scope, b: &Scope, out: &mut Vec<Change>) {
    let sentences = |old: &[Text], new: &[Text], gone: (Verdict, &'static str), come: (Verdict, &'static str), path: &str, out: &mut Vec<Change>| {
        for (from, to, (kind, code)) in [(old, new, gone), (new, old, come)] {
            let lost = from.iter().filter(|t| !to.contains(t));
            out.extend(lost.map(|t| change(path.to_string(), kind, code, vec![("what", Arg::Words(t.clone()))])));
        }
    };
    sentences(&a.inside, &b.inside, (Verdict::Worse, "scope_left"), (Verdict::Better, "scope_entered"), "scope.inside", out);
    sentences(&a.outside, &b.outside, (Verdict::Better, "exclusion_removed"), (Verdict::Worse, "exclusion_added"), "scope.outside", out);
    pairs(
        &a.third_party,
        &b.third_party,
        |t| t.name.as_str(),
        |a, b| {
            let found = |t: &ThirdParty, kind, code| change("scope.third_party".to_string(), kind, code, vec![("what", Arg::Key(t.name.clone()))]);
            match (a, b) {
                (Some(a), None) => out.push(found(a, Verdict::Worse, "third_party_removed")),
                (None, Some(b)) => out.push(found(b, Verdict::Better, "third_party_added")),
                _ => {}
            }
        },
    );
    pairs(
        &a.escort_products,
        &b.escort_products,
        |l| l.line.as_str(),
        |a, b| {
            let (kind, code, line) = match (a, b) {
                (Some(a), None) => (Verdict::Worse, "escort_line_removed", a),
                (None, Some(b)) => (Verdict::Better, "escort_line_added", b),
                (Some(a), Some(b)) if a.products != b.products => (Verdict::Neutral, "escort_line_changed", b),
                _ => return,
            };
            out.push(change(format!("scope.escort_products.{}", line.line), kind, code, vec![("what", Arg::Words(line.name.clone()))]));
        },
    );
}
fn policy(a: Option<&Policy>, b: Option<&Policy>, out: &mut Vec<Change>) {
    match (a, b) {
        (Some(a), None) => {
            out.push(change(format!("policy.{}", a.id), Verdict::Removed, "policy_removed", vec![("what", Arg::Words(a.words.clone()))]))
        }
        (None, Some(b)) => out.push(change(format!("policy.{}", b.id), Verdict::Added, "policy_added", vec![("what", Arg::Words(b.words.clone()))])),
        (Some(a), Some(b)) if a.value != b.value || a.words != b.words => {
            let args = vec![("old", Arg::Words(a.words.clone())), ("new", Arg::Words(b.words.clone()))];
            out.push(change(format!("policy.{}", b.id), Verdict::Neutral, "policy_changed", args));
        }
        _ => {}
    }
}
