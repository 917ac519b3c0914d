//! The areas of money: each is the domain's rule, with words for what it answers.
use super::BadInput;
use super::given::Given;
use super::rules::{Got, got};
use crate::plan::Library;
use domain::credit::{self, OutageBand, Stretch, Unit, Uptime, Window};
use domain::kit::{At, Span};
use domain::money::{self, Amount, Band, Bands, DayCount, MoneyError, Ratio, Schedule, Spreading, UpgradeCredit, Usage};
use domain::plan::Combination;
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn text(amount: Amount) -> Value {
    amount.to_string().into()
}
/// What the rule says against the input, at the key that is likeliest to blame.
fn at<'g>(given: &'g Given, key: &'g str) -> impl Fn(MoneyError) -> BadInput + 'g {
    move |e| given.bad(e.key(), key)
}

pub(super) fn fee(given: &Given, _library: &Library) -> Got {
    let combination = match given.text("combination")? {
        "greater_of" => Combination::GreaterOf,
        "additive" => Combination::Additive,
        _ => return Err(given.bad("vectors.no_combination", "combination")),
    };
    let schedule = Schedule { price: given.amount("base")?, usage: Usage::Rate(given.ratio("rate")?), combination };
    let charge = money::charge(&schedule, given.amount("consumption_list_price")?).map_err(at(given, "consumption_list_price"))?;
    got([("prepaid", text(charge.prepaid)), ("postpaid", text(charge.postpaid)), ("total", text(charge.total))])
}
/// `[["150000", "0.10"], …, [null, "0.03"]]`
fn bands(given: &Given) -> Result<Bands, BadInput> {
    let bad = || given.bad("vectors.no_band", "bands");
    let number = |v: &Value| v.as_str().and_then(|t| Decimal::from_str_exact(t).ok());
    let mut bands = Vec::new();
    for band in given.list("bands")? {
        let Some([up_to, rate]) = band.as_array().map(Vec::as_slice) else { return Err(bad()) };
        let up_to = match up_to {
            Value::Null => None,
            value => Some(given.money(number(value).ok_or_else(bad)?, "bands")?),
        };
        let rate = Ratio::of(number(rate).ok_or_else(bad)?).map_err(at(given, "bands"))?;
        bands.push(Band { up_to, rate });
    }
    Bands::new(bands).map_err(at(given, "bands"))
}
pub(super) fn tiered(given: &Given, _library: &Library) -> Got {
    let fee = money::tiered(&bands(given)?, given.amount("minimum")?, given.amount("consumption")?);
    got([("fee", text(fee.map_err(at(given, "consumption"))?))])
}
/// A slice is `["2025-03", 21, "6774.19"]`.
pub(super) fn amortisation(given: &Given, _library: &Library) -> Got {
    let spread = money::spread(given.amount("list_price")?, given.day("start")?, given.count("months")?, Spreading::MonthEven);
    let spread = spread.map_err(at(given, "months"))?;
    let slices: Vec<Value> = spread.slices.iter().map(|s| json!([s.month().to_string(), s.days, s.amount.to_string()])).collect();
    got([("end_exclusive", spread.end.to_string().into()), ("slices", slices.into())])
}
pub(super) fn proration(given: &Given, _library: &Library) -> Got {
    let slice = money::part_of_month(given.amount("monthly_price")?, given.day("first_day")?, given.day("last_day")?, DayCount::Actual);
    let slice = slice.map_err(at(given, "last_day"))?;
    got([("days", slice.days.into()), ("of", slice.of.into()), ("charge", text(slice.amount))])
}
pub(super) fn upgrade(given: &Given, _library: &Library) -> Got {
    let policy = match given.text("policy")? {
        "credit" => UpgradeCredit::Credit,
        "forfeit" => UpgradeCredit::Forfeit,
        _ => return Err(given.bad("vectors.no_policy", "policy")),
    };
    let up = money::upgrade(given.amount("old_base")?, given.amount("new_base")?, given.day("upgraded_on")?, policy, DayCount::Actual);
    let up = up.map_err(at(given, "new_base"))?;
    got([
        ("old_used", text(up.old_used)),
        ("old_credit", text(up.old_credit)),
        ("new_part", text(up.new_part.amount)),
        ("charge_now", text(up.charge_now)),
    ])
}

/// A month of whole days, or that of the zone named in `tz`.
pub(super) fn uptime(given: &Given, _library: &Library) -> Got {
    let month = given.month("month")?;
    let window = match given.maybe_zone("tz")? {
        Some(tz) => Window::of(month, &tz),
        None => Window::plain(month),
    };
    let total = window.map_err(at(given, "month"))?.stretch.length();
    let promised = Ratio::percent(given.decimal("sla_percent")?).map_err(at(given, "sla_percent"))?;
    let uptime = Uptime::new(total, Span::seconds(given.count("down_seconds")?.into())).map_err(at(given, "month"))?;
    got([("met", uptime.meets(promised).into())])
}

/// From an hour on 30 % of the month's fee, below that 0.1 % of it a unit (000:L75-L76; an hour sharp goes to the customer).
pub(super) fn classes(given: &Given) -> Result<credit::Schedule, BadInput> {
    let unit = match given.value("general_unit") {
        None => Unit::Minute,
        Some(_) => match given.text("general_unit")? {
            "minute" => Unit::Minute,
            "hour" => Unit::Hour,
            _ => return Err(given.bad("vectors.no_unit", "general_unit")),
        },
    };
    let part = |num: i64, den: i64| Ratio::new(num, den).map_err(at(given, "cap"));
    let bands = vec![
        OutageBand { at_least: Span::ZERO, rule: credit::Rule::Per(unit, part(1, 1000)?) },
        OutageBand { at_least: Span::hours(1), rule: credit::Rule::Share(part(3, 10)?) },
    ];
    Ok(credit::Schedule::ByOutage { bands, cap: given.ratio("cap")? })
}
/// A line is `[from, to, "300.00"]` of a merged outage.
pub(super) fn compensation(given: &Given, _library: &Library) -> Got {
    let bad = || given.bad("vectors.no_outage", "outages");
    let instant = |v: &Value| v.as_str().and_then(|t| At::parse(t).ok()).ok_or_else(bad);
    let mut down = Vec::new();
    for outage in given.list("outages")? {
        let Some([from, to]) = outage.as_array().map(Vec::as_slice) else { return Err(bad()) };
        down.push(Stretch::new(instant(from)?, instant(to)?).map_err(at(given, "outages"))?);
    }
    let credit = credit::credit(&classes(given)?, given.amount("monthly_fee")?, &credit::outages(down, &[]), None);
    let credit = credit.map_err(at(given, "monthly_fee"))?;
    let lines: Vec<Value> =
        credit.lines.iter().map(|l| json!([l.stretch.from.to_string(), l.stretch.to.to_string(), l.amount.to_string()])).collect();
    got([("lines", lines.into()), ("credit", text(credit.amount))])
}
