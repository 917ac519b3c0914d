//! May it be booked so, and if not, what may: scope, lead time and quota in this order, by the plan in force.
use super::{days_fit, whose};
use crate::account::WORKING_DAYS;
use crate::form::Form;
use crate::quota::{limits, refused};
use crate::ticket::Hindrance;
use crate::{Desk, Fault, Flaw};
use domain::booking::{Grant, Kind, grant, not_listed, topics};
use domain::calendar::Calendar;
use domain::kit::{AccountId, At};
use domain::people::{Leave, ReadService};
use domain::plan::{PlanBook, ProductLine, QuotaRule};
use domain::quota::{Balance, Limits, Share, first_fit, may_take, shares};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use store::db::Tx;

/// How far ahead a day with room is looked for.
const LOOK_AHEAD_DAYS: u32 = 366;

/// What is to be booked.
#[derive(Debug, Clone)]
pub struct Wish {
    pub kind: Kind,
    pub topic: String,
    pub products: Vec<String>,
    pub first: Date,
    pub days: u32,
}
/// What the plan says about a kind it grants.
pub struct Terms<'d> {
    pub book: &'d PlanBook,
    /// `None`: not counted.
    pub rule: Option<&'d QuotaRule>,
    pub calendar: &'d Calendar,
    /// In the zone of the plan.
    pub today: Date,
}
/// A wish held against the plan.
pub struct Weighed<'d> {
    /// `None`: the plan does not grant it.
    pub terms: Option<Terms<'d>>,
    /// The first day the lead time allows.
    pub earliest: Option<Date>,
    /// The first day from there on, and from the day asked for, with room for so many days.
    pub free_from: Option<Date>,
    pub shares: Vec<Share>,
    pub why: Option<Hindrance>,
}
/// One kind, as an account may book it now.
pub struct Choice<'d> {
    pub kind: Kind,
    pub grant: Option<Grant<'d>>,
    pub period: Option<String>,
    pub limits: Limits,
    pub left: Limits,
    pub earliest: Option<Date>,
    /// The holidays of that time are not published yet.
    pub provisional: bool,
    pub free_from: Option<Date>,
    pub topics: Vec<&'static str>,
}
pub struct Choices<'d> {
    pub book: &'d PlanBook,
    pub today: Date,
    pub products: &'d [ProductLine],
    pub items: Vec<Choice<'d>>,
}

fn terms<'d>(tx: &mut Tx, desk: &'d Desk, account: AccountId, kind: Kind, now: At) -> Result<(&'d PlanBook, Option<Terms<'d>>), Fault> {
    let book = crate::account::plan_at(tx, desk, account, now)?;
    let calendar = desk.shelves().newest(WORKING_DAYS).ok_or_else(|| Fault::internal("there is no calendar of working days"))?;
    let terms = grant(book, kind).map(|granted| {
        let rule = if let Grant::Counted(rule) = granted { Some(rule) } else { None };
        let tz = rule.and_then(|r| TimeZone::get(&r.tz).ok()).unwrap_or_else(|| calendar.tz().clone());
        Terms { book, rule, calendar, today: now.date_in(&tz) }
    });
    Ok((book, terms))
}
impl Terms<'_> {
    /// The first day the lead time allows; `None`: beyond the calendar.
    fn earliest(&self) -> Option<Date> {
        match self.rule.and_then(|r| r.lead_working_days) {
            Some(n) => self.calendar.earliest_first_day(self.today, n),
            None => Some(self.today),
        }
    }
}
/// The balances of one quota, each read once.
struct Books<'a, 't> {
    tx: &'a mut Tx<'t>,
    account: AccountId,
    rule: &'a QuotaRule,
    read: HashMap<String, Balance>,
}
impl Books<'_, '_> {
    fn balance(&mut self, period: &str) -> Result<Balance, Fault> {
        if let Some(known) = self.read.get(period) {
            return Ok(*known);
        }
        let balance = store::quota::balance(self.tx, self.account, &self.rule.id, period)?;
        self.read.insert(period.to_string(), balance);
        Ok(balance)
    }
    /// The first day from `from` on with room for so many days.
    fn free_from(&mut self, from: Date, days: u32) -> Result<Option<Date>, Fault> {
        let until = from.saturating_add(jiff::Span::new().days(LOOK_AHEAD_DAYS));
        let (period, given, mut fault) = (self.rule.period, limits(self.rule), None);
        let found = first_fit(period, from, until, days, |period| match self.balance(period) {
            Ok(balance) => balance.left(&given),
            Err(f) => {
                fault.get_or_insert(f);
                Limits::default()
            }
        });
        fault.map_or(Ok(found), Err)
    }
}
/// The last of so many days.
pub(super) fn last_day(first: Date, days: u32) -> Date {
    first.saturating_add(jiff::Span::new().days(i64::from(days) - 1))
}

/// Holds a wish against the plan in force. `waived`: the lead time does not count. Errors: Invalid.
pub(super) fn weigh<'d>(tx: &mut Tx, desk: &'d Desk, account: AccountId, wish: &Wish, waived: bool, now: At) -> Result<Weighed<'d>, Fault> {
    let (book, terms) = terms(tx, desk, account, wish.kind, now)?;
    let Some(terms) = terms else {
        let args = vec![("kind", wish.kind.key().to_string()), ("plan", book.id.clone())];
        let why = Some(Hindrance { code: "service.not_in_plan", args });
        return Ok(Weighed { terms: None, earliest: None, free_from: None, shares: Vec::new(), why });
    };
    let mut form = Form::new();
    days_fit(&mut form, wish.days);
    form.must(wish.first >= terms.today, "first_day", "not_in_future");
    let known = topics(book, wish.kind);
    let topic_fits = if known.is_empty() { wish.topic.is_empty() } else { known.contains(&wish.topic.as_str()) };
    if !topic_fits {
        form.flaw(Flaw::new("topic", "unknown").with("known", known.join(", ")));
    }
    form.must(!wish.kind.is_listed_only() || !wish.products.is_empty(), "products", "missing");
    form.done()?;
    let earliest = terms.earliest();
    let mut weighed = Weighed { earliest, free_from: earliest.map(|e| e.max(wish.first)), shares: Vec::new(), why: None, terms: None };
    if let Some(rule) = terms.rule {
        weighed.shares = shares(rule.period, wish.first, wish.days);
        let mut books = Books { tx, account, rule, read: HashMap::new() };
        let from = if waived { Some(wish.first) } else { weighed.free_from };
        weighed.free_from = from.map(|day| books.free_from(day, wish.days)).transpose()?.flatten();
        weighed.why = used_up(&mut books, &weighed)?;
    }
    if !waived && earliest.is_none_or(|e| wish.first < e) {
        weighed.why = Some(too_early(&terms, wish, &weighed));
    }
    if wish.kind.is_listed_only()
        && let Some(product) = not_listed(book, &wish.products)
    {
        weighed.why = Some(Hindrance { code: "service.product_not_listed", args: vec![("product", product.to_string())] });
    }
    Ok(Weighed { terms: Some(terms), ..weighed })
}
fn used_up(books: &mut Books, weighed: &Weighed) -> Result<Option<Hindrance>, Fault> {
    let given = limits(books.rule);
    for share in &weighed.shares {
        let balance = books.balance(&share.period)?;
        if let Err(refusal) = may_take(&given, &balance, share.count, share.days) {
            let mut why = refused(refusal, &books.rule.id, &share.period);
            why.args.extend(weighed.free_from.map(|day| ("free_from", day.to_string())));
            return Ok(Some(why));
        }
    }
    Ok(None)
}
fn too_early(terms: &Terms, wish: &Wish, weighed: &Weighed) -> Hindrance {
    let days = terms.rule.and_then(|r| r.lead_working_days).unwrap_or_default();
    let mut args = vec![("kind", wish.kind.key().to_string()), ("lead_working_days", days.to_string())];
    args.extend(weighed.earliest.map(|day| ("earliest", day.to_string())));
    args.extend(weighed.free_from.map(|day| ("free_from", day.to_string())));
    Hindrance { code: "service.too_early", args }
}
/// What would be said to a wish. Errors: NotFound, Invalid.
pub fn preview<'d>(
    tx: &mut Tx,
    desk: &'d Desk,
    leave: &Leave<ReadService>,
    account: Option<AccountId>,
    wish: &Wish,
    now: At,
) -> Result<Weighed<'d>, Fault> {
    let account = whose(tx, leave.actor(), account)?.id;
    weigh(tx, desk, account, wish, false, now)
}
/// Every kind there is, and how an account may book it now. Errors: NotFound, Invalid.
pub fn choices<'d>(tx: &mut Tx, desk: &'d Desk, leave: &Leave<ReadService>, account: Option<AccountId>, now: At) -> Result<Choices<'d>, Fault> {
    let account = whose(tx, leave.actor(), account)?.id;
    let book = crate::account::plan_at(tx, desk, account, now)?;
    let calendar = desk.shelves().newest(WORKING_DAYS).ok_or_else(|| Fault::internal("there is no calendar of working days"))?;
    let items = Kind::ALL.iter().map(|kind| choice(tx, desk, account, *kind, now)).collect::<Result<_, _>>()?;
    Ok(Choices { book, today: now.date_in(calendar.tz()), products: &book.scope.escort_products, items })
}
fn choice<'d>(tx: &mut Tx, desk: &'d Desk, account: AccountId, kind: Kind, now: At) -> Result<Choice<'d>, Fault> {
    let (book, terms) = terms(tx, desk, account, kind, now)?;
    let none = Limits::default();
    let (granted, topics) = (grant(book, kind), topics(book, kind));
    let mut choice =
        Choice { kind, grant: granted, period: None, limits: none, left: none, earliest: None, provisional: false, free_from: None, topics };
    let Some(terms) = terms else { return Ok(choice) };
    choice.earliest = terms.earliest();
    choice.provisional = choice.earliest.is_none_or(|d| terms.calendar.is_provisional(d));
    choice.free_from = choice.earliest;
    if let Some(rule) = terms.rule {
        let period = crate::quota::period_of(rule, now);
        let mut books = Books { tx, account, rule, read: HashMap::new() };
        let balance = books.balance(&period)?;
        let beyond = |given: Option<u32>, granted: i64| given.map(|g| (i64::from(g) + granted).clamp(0, i64::from(u32::MAX)) as u32);
        choice.limits = Limits { count: beyond(rule.count, balance.granted_count), days: beyond(rule.days, balance.granted_days) };
        choice.left = balance.left(&limits(rule));
        choice.free_from = choice.earliest.map(|day| books.free_from(day, 1)).transpose()?.flatten();
        choice.period = Some(period);
    }
    Ok(choice)
}
