//! Customers of the vendor and what they ordered. An order pins the version of its plan in force at the instant of the order.
use crate::form::Form;
use crate::log::{self, Line};
use crate::{Act, Desk, Fault, limits};
use domain::kit::{AccountId, At, OrderId, PersonId};
use domain::people::{EditAccount, Leave, NameContact, OrderPlan, ReadAccount};
use domain::plan::{NotForSale, PlanBook, QuotaRule, may_order};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;
use std::collections::BTreeMap;
use store::account::{Account, PlanOrder};
use store::db::Tx;

#[derive(Debug, Clone, Default)]
pub struct NewAccount {
    /// The vendor's own number of this customer.
    pub number: String,
    pub name: String,
    /// The house's when `None`.
    pub language: Option<String>,
    pub tz: Option<String>,
    pub tam: Option<PersonId>,
}
/// Errors: Invalid; a number in use is the flaw `taken`.
pub fn create(cx: &mut Act, leave: &Leave<EditAccount>, new: &NewAccount) -> Result<Account, Fault> {
    let rules = cx.desk.rules();
    let account = Account {
        id: cx.fresh(),
        number: new.number.clone(),
        name: new.name.clone(),
        language: new.language.clone().unwrap_or_else(|| rules.language.clone()),
        tz: new.tz.clone().unwrap_or_else(|| rules.tz.clone()),
        tam: new.tam,
        contact: None,
        active: true,
        created_at: cx.now,
        version: 1,
    };
    let account = checked(cx, account)?;
    cx.tx.lock(&format!("account number {}", account.number))?;
    if store::account::find_by_number(cx.tx, &account.number)?.is_some() {
        return Err(Fault::invalid("number", "taken"));
    }
    store::account::put_new(cx.tx, &account)?;
    let body = json!({"account": account.id.to_string(), "number": account.number});
    log::write(cx, vec![Line::audit(Some(leave.actor().person), Some(account.id), "account.created", body)])?;
    Ok(account)
}
fn checked(cx: &mut Act, mut a: Account) -> Result<Account, Fault> {
    let mut form = Form::new();
    a.number = form.line("number", &a.number, 64);
    a.name = form.line("name", &a.name, 200);
    a.language = form.language("language", &a.language);
    a.tz = form.zone("tz", &a.tz);
    if let Some(tam) = a.tam {
        let answers = store::person::find(cx.tx, tam)?.is_some_and(|p| p.active && p.role.answers());
        form.must(answers, "tam", "unknown");
    }
    form.done()?;
    Ok(a)
}

/// What changes; `None` leaves it. The number stays what it is.
#[derive(Debug, Clone, Default)]
pub struct AccountEdit {
    pub name: Option<String>,
    pub language: Option<String>,
    pub tz: Option<String>,
    pub tam: Option<Option<PersonId>>,
    /// `false` signs all its people out and revokes their tokens.
    pub active: Option<bool>,
}
/// Errors: NotFound, Stale, Invalid.
pub fn edit(cx: &mut Act, leave: &Leave<EditAccount>, id: AccountId, seen_version: u32, edit: &AccountEdit) -> Result<Account, Fault> {
    cx.tx.lock(&id.to_string())?;
    let before = store::account::find(cx.tx, id)?.filter(|a| leave.actor().may_know(a.id)).ok_or(Fault::NotFound)?;
    if before.version != seen_version {
        return Err(Fault::Stale { current: before.version });
    }
    let edit = edit.clone();
    let after = Account {
        name: edit.name.unwrap_or_else(|| before.name.clone()),
        language: edit.language.unwrap_or_else(|| before.language.clone()),
        tz: edit.tz.unwrap_or_else(|| before.tz.clone()),
        tam: edit.tam.unwrap_or(before.tam),
        active: edit.active.unwrap_or(before.active),
        version: before.version + 1,
        ..before.clone()
    };
    let after = checked(cx, after)?;
    store::account::put(cx.tx, &after)?;
    if before.active && !after.active {
        sign_everybody_out(cx, id)?;
    }
    let body = json!({"account": id.to_string(), "version": after.version, "active": after.active, "tam": after.tam.map(|t| t.to_string())});
    log::write(cx, vec![Line::audit(Some(leave.actor().person), Some(id), "account.edited", body)])?;
    Ok(after)
}
/// Names who coordinates on the customer's side, or nobody. Errors: NotFound, Stale, Invalid unless it is one of the account's active people.
pub fn name_contact(cx: &mut Act, leave: &Leave<NameContact>, id: AccountId, seen_version: u32, contact: Option<PersonId>) -> Result<Account, Fault> {
    let who = leave.actor();
    cx.tx.lock(&id.to_string())?;
    let before = store::account::find(cx.tx, id)?.filter(|a| who.may_know(a.id)).ok_or(Fault::NotFound)?;
    if before.version != seen_version {
        return Err(Fault::Stale { current: before.version });
    }
    if let Some(person) = contact
        && !store::person::find(cx.tx, person)?.is_some_and(|p| p.active && p.account == Some(id))
    {
        return Err(Fault::invalid("person", "unknown"));
    }
    let after = Account { contact, version: before.version + 1, ..before };
    store::account::put(cx.tx, &after)?;
    let body = json!({"account": id.to_string(), "version": after.version, "contact": contact.map(|c| c.to_string())});
    log::write(cx, vec![Line::audit(Some(who.person), Some(id), "account.contact_named", body)])?;
    Ok(after)
}
fn sign_everybody_out(cx: &mut Act, id: AccountId) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let page = store::person::list_of_account(cx.tx, id, after, limits::PAGE_MAX)?;
        for person in &page {
            store::session::drop_of(cx.tx, person.id)?;
            crate::people::revoke_tokens(cx, person.id)?;
        }
        after = page.last().map(|p| p.id);
        if page.len() < limits::PAGE_MAX as usize {
            return Ok(());
        }
    }
}

pub fn get(tx: &mut Tx, leave: &Leave<ReadAccount>, id: AccountId) -> Result<Account, Fault> {
    if !leave.actor().may_know(id) {
        return Err(Fault::NotFound);
    }
    store::account::find(tx, id)?.ok_or(Fault::NotFound)
}
/// One page by name; `after` is the last row seen. Customers see their own account alone.
pub fn list(tx: &mut Tx, leave: &Leave<ReadAccount>, after: Option<(&str, AccountId)>, limit: u32) -> Result<Vec<Account>, Fault> {
    let who = leave.actor();
    if after.is_some_and(|(name, _)| name.contains('\0')) {
        return Err(Fault::invalid("cursor", "unreadable"));
    }
    if who.role.is_staff() {
        return Ok(store::account::list(tx, after, limit.clamp(1, limits::PAGE_MAX))?);
    }
    let own = match who.account.filter(|_| after.is_none()) {
        Some(id) => store::account::find(tx, id)?,
        None => None,
    };
    Ok(own.into_iter().collect())
}
/// As [`list`], of those called so: by the beginning of any word of name or number. Each with the part it was found by, which with its id is
/// the place to go on from.
pub fn called(
    tx: &mut Tx,
    leave: &Leave<ReadAccount>,
    asked: &str,
    after: Option<(&str, AccountId)>,
    limit: u32,
) -> Result<Vec<(Account, String)>, Fault> {
    let mut form = Form::new();
    let asked = form.line("q", asked, 100);
    form.done()?;
    if leave.actor().role.is_staff() {
        return Ok(store::account::list_called(tx, &asked, after, limit.clamp(1, limits::PAGE_MAX))?);
    }
    let own = list(tx, leave, None, 1)?.into_iter().filter(|a| after.is_none() && store::name::is_called(&[&a.number, &a.name], &asked));
    Ok(own.map(|a| (a, String::new())).collect())
}
/// The plan an account is on, and since when; `None`: since ever, for it has ordered nothing.
#[derive(Debug, Clone)]
pub struct OnPlan<'d> {
    pub book: &'d PlanBook,
    pub since: Option<At>,
}
/// The plans of many accounts at an instant, in a few statements whatever their number.
pub fn plans_at<'d>(tx: &mut Tx, desk: &'d Desk, ids: &[AccountId], at: At) -> Result<BTreeMap<AccountId, OnPlan<'d>>, Fault> {
    let shelves = desk.shelves();
    let basic = shelves.version_at(&desk.rules().basic_family, at);
    let mut plans: BTreeMap<AccountId, OnPlan> = BTreeMap::new();
    for order in store::account::list_orders_at(tx, ids, at)? {
        if let Some(book) = shelves.book(&order.plan) {
            plans.insert(order.account, OnPlan { book, since: Some(order.starts_at) });
        }
    }
    for id in ids {
        if let Some(book) = basic {
            plans.entry(*id).or_insert(OnPlan { book, since: None });
        }
    }
    Ok(plans)
}
/// All orders of an account, newest start first.
pub fn orders(tx: &mut Tx, leave: &Leave<ReadAccount>, account: AccountId) -> Result<Vec<PlanOrder>, Fault> {
    get(tx, leave, account)?;
    Ok(store::account::list_orders(tx, account)?)
}
/// The plan version an account is on at an instant: by its order, else the version of the basic family of that time.
pub fn plan_at<'d>(tx: &mut Tx, desk: &'d Desk, account: AccountId, at: At) -> Result<&'d PlanBook, Fault> {
    crate::ticket::plan_now(tx, desk, account, at)
}

/// Lead times count the working days of this calendar (003:L99).
pub(crate) const WORKING_DAYS: &str = "cal_cn_working_days";
/// A service that must be booked ahead, and the first day it may begin on.
#[derive(Debug, Clone)]
pub struct Lead<'d> {
    pub rule: &'d QuotaRule,
    pub working_days: u32,
    pub calendar: &'static str,
    /// `None`: the calendar does not reach so far.
    pub earliest: Option<Date>,
    /// The holidays of that day are not published yet.
    pub provisional: bool,
}
/// What of the plan in force must be booked ahead, in the order of the book. Errors: NotFound.
pub fn leads<'d>(
    tx: &mut Tx,
    desk: &'d Desk,
    leave: &Leave<ReadAccount>,
    account: AccountId,
    now: At,
) -> Result<(&'d PlanBook, Vec<Lead<'d>>), Fault> {
    get(tx, leave, account)?;
    let book = plan_at(tx, desk, account, now)?;
    let calendar = desk.shelves().newest(WORKING_DAYS).ok_or_else(|| Fault::internal("there is no calendar of working days"))?;
    let lead = |rule: &'d QuotaRule| {
        let working_days = rule.lead_working_days?;
        let asked = now.date_in(&TimeZone::get(&rule.tz).ok()?);
        let earliest = calendar.earliest_first_day(asked, working_days);
        Some(Lead { rule, working_days, calendar: WORKING_DAYS, earliest, provisional: earliest.is_none_or(|d| calendar.is_provisional(d)) })
    };
    Ok((book, book.quotas.iter().filter_map(lead).collect()))
}

/// An order as it comes in.
#[derive(Debug, Clone, Default)]
pub struct NewOrder {
    pub family: String,
    /// When the customer ordered; decides on the version. `None`: now. Earlier when an older contract is entered.
    pub ordered_at: Option<At>,
    /// `None`: at the order.
    pub starts_at: Option<At>,
    /// `None`: until the next order.
    pub ends_at: Option<At>,
    /// The vendor has invited this customer to a plan that is not sold openly.
    pub invited: bool,
    /// A contract made before it is entered here: whether the plan is for sale today is not asked. Needs `ordered_at`.
    pub existing: bool,
}
/// Puts an account on the version of a family in force at the instant of the order (003:L2). There is one plan at a time: the one before
/// ends where this one starts, and this one ends where a later one, already ordered, starts. Running clocks are judged anew at once when it
/// is in force now. Errors: NotFound, Invalid, Refused `plan.no_version_then`, `plan.closed`, `plan.not_invited`, `plan.needs_one_of`.
pub fn order_plan(cx: &mut Act, leave: &Leave<OrderPlan>, account: AccountId, new: &NewOrder) -> Result<PlanOrder, Fault> {
    let who = leave.actor();
    cx.tx.lock(&account.to_string())?;
    store::account::find(cx.tx, account)?.filter(|a| who.may_know(a.id)).ok_or(Fault::NotFound)?;
    let ordered_at = new.ordered_at.unwrap_or(cx.now);
    let starts_at = new.starts_at.unwrap_or(ordered_at);
    let mut form = Form::new();
    form.past("ordered_at", ordered_at, cx.now);
    form.must(!new.existing || new.ordered_at.is_some(), "ordered_at", "missing");
    form.must(starts_at >= ordered_at, "starts_at", "before_order");
    form.must(new.ends_at.is_none_or(|e| e > starts_at), "ends_at", "before_from");
    form.must(cx.desk.shelves().library().books().any(|b| b.family == new.family), "family", "unknown");
    form.done()?;
    let desk = cx.desk;
    let args = || vec![("family", new.family.clone()), ("ordered_at", ordered_at.to_string())];
    let book = desk.shelves().version_at(&new.family, ordered_at).ok_or_else(|| Fault::Refused { code: "plan.no_version_then", args: args() })?;
    let others = store::account::list_orders(cx.tx, account)?;
    let holds: Vec<String> = others.iter().filter(|o| covers(o, ordered_at)).map(|o| o.family.clone()).collect();
    if !new.existing {
        may_order(book, &holds, new.invited).map_err(|why| not_for_sale(why, book))?;
    }
    let order = PlanOrder {
        id: after_all(cx.fresh(), &others),
        account,
        family: new.family.clone(),
        plan: book.id.clone(),
        ordered_at,
        starts_at,
        ends_at: others.iter().map(|o| o.starts_at).filter(|s| *s > starts_at).chain(new.ends_at).min(),
        by: Some(who.person),
    };
    for before in others.iter().filter(|o| o.starts_at <= starts_at && o.ends_at.is_none_or(|e| e > starts_at)) {
        store::account::end_order(cx.tx, before.id, starts_at)?;
    }
    store::account::put_order(cx.tx, &order)?;
    let body = json!({
        "order": order.id.to_string(), "plan": order.plan, "ordered_at": ordered_at.to_string(), "starts_at": starts_at.to_string(),
        "ends_at": order.ends_at.map(|e| e.to_string()),
    });
    log::write(cx, vec![Line::audit(Some(who.person), Some(account), "plan.ordered", body)])?;
    if covers(&order, cx.now) {
        crate::board::plan_changed(cx, account, &order.plan)?;
    }
    let month = crate::deliverable::running(cx.desk, cx.now)?;
    crate::deliverable::plan(cx, account, month)?;
    Ok(order)
}
fn covers(o: &PlanOrder, at: At) -> bool {
    o.starts_at <= at && o.ends_at.is_none_or(|e| at < e)
}
/// Of two orders with one start the later id counts; ids of the same millisecond do not sort by themselves.
fn after_all(fresh: OrderId, others: &[PlanOrder]) -> OrderId {
    others.iter().map(|o| OrderId::from_raw(o.id.raw() + 1)).chain([fresh]).max().unwrap_or(fresh)
}
fn not_for_sale(why: NotForSale, book: &PlanBook) -> Fault {
    let needs = book.eligibility.as_ref().map(|e| e.requires_any.join(", ")).unwrap_or_default();
    let code = match why {
        NotForSale::Closed => "plan.closed",
        NotForSale::NotInvited => "plan.not_invited",
        NotForSale::NeedsOneOf => "plan.needs_one_of",
    };
    let needs = Some(("needs", needs)).filter(|_| why == NotForSale::NeedsOneOf);
    Fault::Refused { code, args: [("plan", book.id.clone())].into_iter().chain(needs).collect() }
}
