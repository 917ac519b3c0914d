use super::BadInput;
use crate::plan::Library;
use domain::calendar::{ALL_DAYS, Calendar, MON_TO_FRI, Month, Spec, Window};
use domain::kit::{At, Span};
use domain::money::{Amount, Currency, Ratio};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// What an example gives, with the path to it for complaints.
pub(super) struct Given<'v> {
    map: &'v Map<String, Value>,
    path: String,
}
impl<'v> Given<'v> {
    pub(super) fn new(map: &'v Map<String, Value>) -> Given<'v> {
        Given { map, path: "given".to_string() }
    }
    pub(super) fn below(map: &'v Map<String, Value>, path: String) -> Given<'v> {
        Given { map, path }
    }
    pub(super) fn bad(&self, code: &'static str, key: &str) -> BadInput {
        BadInput::new(code, &format!("{}.{key}", self.path), self.map.get(key).unwrap_or(&Value::Null))
    }
    /// The value; an absent one and `null` are the same.
    pub(super) fn value(&self, key: &str) -> Option<&'v Value> {
        self.map.get(key).filter(|v| !v.is_null())
    }
    pub(super) fn object(&self, key: &str) -> Result<Given<'v>, BadInput> {
        let map = self.value(key).and_then(Value::as_object).ok_or_else(|| self.bad("vectors.no_object", key))?;
        Ok(Given { map, path: format!("{}.{key}", self.path) })
    }
    /// A list; empty when absent.
    pub(super) fn list(&self, key: &str) -> Result<&'v [Value], BadInput> {
        match self.value(key) {
            None => Ok(&[]),
            Some(v) => v.as_array().map(Vec::as_slice).ok_or_else(|| self.bad("vectors.no_list", key)),
        }
    }
    pub(super) fn text(&self, key: &str) -> Result<&'v str, BadInput> {
        self.value(key).and_then(Value::as_str).ok_or_else(|| self.bad("vectors.no_text", key))
    }
    fn parsed<T>(&self, key: &str, code: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, BadInput> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => value.as_str().and_then(read).map(Some).ok_or_else(|| self.bad(code, key)),
        }
    }
    fn needed<T>(&self, key: &str, value: Option<T>) -> Result<T, BadInput> {
        value.ok_or_else(|| self.bad("vectors.missing", key))
    }
    pub(super) fn maybe_at(&self, key: &str) -> Result<Option<At>, BadInput> {
        self.parsed(key, "vectors.no_instant", |t| At::parse(t).ok())
    }
    pub(super) fn at(&self, key: &str) -> Result<At, BadInput> {
        self.needed(key, self.maybe_at(key)?)
    }
    pub(super) fn span(&self, key: &str) -> Result<Span, BadInput> {
        let span = self.parsed(key, "vectors.no_duration", |t| Span::parse(t).ok().filter(|s| *s >= Span::ZERO))?;
        self.needed(key, span)
    }
    pub(super) fn maybe_day(&self, key: &str) -> Result<Option<Date>, BadInput> {
        self.parsed(key, "vectors.no_day", |t| t.parse().ok())
    }
    pub(super) fn day(&self, key: &str) -> Result<Date, BadInput> {
        self.needed(key, self.maybe_day(key)?)
    }
    pub(super) fn month(&self, key: &str) -> Result<Month, BadInput> {
        self.needed(key, self.parsed(key, "vectors.no_month", |t| t.parse().ok())?)
    }
    /// A number in quotes, so that none of its digits is lost.
    pub(super) fn decimal(&self, key: &str) -> Result<Decimal, BadInput> {
        self.needed(key, self.parsed(key, "vectors.no_number", |t| Decimal::from_str_exact(t).ok())?)
    }
    pub(super) fn ratio(&self, key: &str) -> Result<Ratio, BadInput> {
        Ratio::of(self.decimal(key)?).map_err(|e| self.bad(e.key(), key))
    }
    /// `currency` beside it says which; without one it is yuan.
    pub(super) fn amount(&self, key: &str) -> Result<Amount, BadInput> {
        self.money(self.decimal(key)?, key)
    }
    pub(super) fn money(&self, number: Decimal, key: &str) -> Result<Amount, BadInput> {
        let currency = self.parsed("currency", "vectors.no_currency", Currency::parse)?.unwrap_or(Currency::CNY);
        Amount::new(number, currency).map_err(|e| self.bad(e.key(), key))
    }
    pub(super) fn maybe_zone(&self, key: &str) -> Result<Option<TimeZone>, BadInput> {
        self.parsed(key, "calendar.unknown_zone", |t| TimeZone::get(t).ok())
    }
    pub(super) fn count(&self, key: &str) -> Result<u32, BadInput> {
        let n = self.value(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        n.ok_or_else(|| self.bad("vectors.no_count", key))
    }
    /// A name (`cn_working_days`, or a calendar of the house) or an object with a zone and windows.
    pub(super) fn calendar(&self, key: &str, library: &Library) -> Result<Calendar, BadInput> {
        match self.value(key) {
            Some(Value::String(name)) => {
                let found = library.calendar(&format!("cal_{name}")).or_else(|| library.calendar(name));
                found.cloned().ok_or_else(|| self.bad("vectors.calendar_not_known", key))
            }
            _ => self.object(key)?.as_calendar(library),
        }
    }
    fn as_calendar(&self, library: &Library) -> Result<Calendar, BadInput> {
        let mut spec = match self.value("weekly") {
            Some(_) => self.weekly()?,
            None => self.same_windows(library)?,
        };
        for (i, day) in self.list("holidays")?.iter().enumerate() {
            let day = day.as_str().and_then(|t| t.parse().ok()).ok_or_else(|| self.bad("vectors.no_day", &format!("holidays[{i}]")))?;
            spec.exceptions.insert(day, Vec::new());
        }
        if self.value("extra").is_some() {
            let extra = self.object("extra")?;
            for day in extra.map.keys() {
                let date = day.parse().map_err(|_| extra.bad("vectors.no_day", day))?;
                spec.exceptions.insert(date, extra.windows(day)?);
            }
        }
        Calendar::new(spec).map_err(|e| BadInput::new(e.code(), &format!("{}.{}", self.path, e.field()), e))
    }
    fn weekly(&self) -> Result<Spec, BadInput> {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let week = self.object("weekly")?;
        if let Some(day) = week.map.keys().find(|k| !DAYS.contains(&k.as_str())) {
            return Err(week.bad("vectors.no_weekday", day));
        }
        let mut spec = Spec::same_windows("given", 1, self.text("tz")?, ALL_DAYS, &[]);
        for (i, day) in DAYS.iter().enumerate() {
            spec.weekly[i] = week.windows(day)?;
        }
        Ok(spec)
    }
    fn same_windows(&self, library: &Library) -> Result<Spec, BadInput> {
        let (tz, windows) = (self.text("tz")?, self.windows("windows")?);
        let same = |days| Spec::same_windows("given", 1, tz, days, &windows);
        match self.text("days")? {
            "all" => Ok(same(ALL_DAYS)),
            "mon-fri" => Ok(same(MON_TO_FRI)),
            // The house's own working days, with other windows.
            name => {
                let days = library.calendar(&format!("cal_{name}")).ok_or_else(|| self.bad("vectors.days_not_known", "days"))?.spec();
                let worked = |usual: &Vec<Window>| if usual.is_empty() { Vec::new() } else { windows.clone() };
                let mut spec = same(ALL_DAYS);
                spec.weekly = [0, 1, 2, 3, 4, 5, 6].map(|i| worked(&days.weekly[i]));
                spec.exceptions = days.exceptions.iter().map(|(day, usual)| (*day, worked(usual))).collect();
                Ok(spec)
            }
        }
    }
    fn windows(&self, key: &str) -> Result<Vec<Window>, BadInput> {
        let window = |v: &Value| match v.as_array().map(Vec::as_slice) {
            Some([Value::String(start), Value::String(end)]) => Window::parse(start, end).ok(),
            _ => None,
        };
        self.list(key)?.iter().map(|v| window(v).ok_or_else(|| self.bad("vectors.no_window", key))).collect()
    }
    /// Pairs of instants, joined where they overlap or touch. An end of `null` is never.
    pub(super) fn pauses(&self, key: &str) -> Result<Vec<(At, Option<At>)>, BadInput> {
        let bad = || self.bad("vectors.no_pause", key);
        let instant = |v: &Value| v.as_str().and_then(|t| At::parse(t).ok());
        let mut pauses = Vec::new();
        for pair in self.list(key)? {
            let (from, to) = match pair.as_array().map(Vec::as_slice) {
                Some([from, Value::Null]) => (instant(from).ok_or_else(bad)?, At::MAX),
                Some([from, to]) => (instant(from).ok_or_else(bad)?, instant(to).ok_or_else(bad)?),
                _ => return Err(bad()),
            };
            if to < from {
                return Err(bad());
            }
            pauses.push((from, to));
        }
        pauses.sort_unstable();
        let mut joined: Vec<(At, At)> = Vec::new();
        for (from, to) in pauses.into_iter().filter(|(from, to)| from < to) {
            match joined.last_mut() {
                Some((_, end)) if from <= *end => *end = to.max(*end),
                _ => joined.push((from, to)),
            }
        }
        Ok(joined.into_iter().map(|(from, to)| (from, Some(to).filter(|to| *to < At::MAX))).collect())
    }
}

/// Equal as JSON, of objects only in the keys that are expected; as instants whatever their offset, or as numbers whatever their writing.
pub(super) fn same(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::String(a), Value::String(b)) => a == b || At::parse(a).is_ok_and(|a| At::parse(b) == Ok(a)),
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Object(a), Value::Object(b)) => a.iter().all(|(k, v)| b.get(k).is_some_and(|got| same(v, got))),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => expected == got,
    }
}
