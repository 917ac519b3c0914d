//! A year of a calendar, day by day, for people to look at.
use super::{Calendar, Window};
use jiff::ToSpan;
use jiff::civil::{Date, date};

/// What kind of day a day is, beside the ordinary week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// As in every week, with windows.
    Working,
    /// As in every week, without.
    Off,
    /// Closed by its date.
    Holiday,
    /// Worked although that day of the week is none to work on (调休上班日).
    MakeUp,
    /// Open for less time than that day of the week usually is.
    Half,
    /// Other hours than usual, no fewer.
    Special,
}
impl DayKind {
    pub fn key(self) -> &'static str {
        match self {
            DayKind::Working => "working",
            DayKind::Off => "off",
            DayKind::Holiday => "holiday",
            DayKind::MakeUp => "make_up",
            DayKind::Half => "half",
            DayKind::Special => "special",
        }
    }
}
/// One day with the windows that belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day<'c> {
    pub date: Date,
    pub kind: DayKind,
    pub windows: &'c [Window],
}

impl Calendar {
    /// Open at every instant: there is no day to tell from another.
    pub fn is_always_open(&self) -> bool {
        self.0.line.is_none()
    }
    /// Every day of a year in its order; none for a year no date can have.
    pub fn days_of(&self, year: i16) -> Vec<Day<'_>> {
        let in_range = (Date::MIN.year()..=Date::MAX.year()).contains(&year);
        let first = in_range.then(|| date(year, 1, 1));
        first.into_iter().flat_map(|d| d.series(1.day())).take_while(|d| d.year() == year).map(|d| self.day(d)).collect()
    }
    /// What kind of day this one is.
    pub fn day(&self, date: Date) -> Day<'_> {
        let spec = self.spec();
        let usual = &spec.weekly[date.weekday().to_monday_zero_offset() as usize];
        let windows = spec.windows_of(date);
        let kind = match spec.exceptions.get(&date) {
            None if usual.is_empty() => DayKind::Off,
            None => DayKind::Working,
            Some(own) if own.is_empty() => DayKind::Holiday,
            Some(_) if usual.is_empty() => DayKind::MakeUp,
            Some(own) if own == usual => DayKind::Working,
            Some(own) if length(own) < length(usual) => DayKind::Half,
            Some(_) => DayKind::Special,
        };
        Day { date, kind, windows }
    }
}
/// Seconds of a day's windows; where they overlap they count twice, which only a calendar written carelessly has.
fn length(windows: &[Window]) -> u32 {
    windows.iter().map(|w| w.end_seconds() - w.start_seconds()).sum()
}

#[cfg(test)]
mod tests {
    use super::super::{ALL_DAYS, Holidays, MON_TO_FRI, Spec};
    use super::*;

    fn office() -> Spec {
        let hours = [Window::parse("09:00", "18:00").unwrap()];
        let holidays =
            Holidays { closed: [date(2026, 10, 1), date(2026, 10, 3)].into(), make_up: [date(2026, 10, 10)].into(), provisional_from: None };
        Spec::working_days("office", 1, "Asia/Shanghai", MON_TO_FRI, &hours, &holidays).unwrap()
    }
    fn kind(spec: Spec, d: Date) -> DayKind {
        Calendar::new(spec).unwrap().day(d).kind
    }
    #[test]
    fn every_day_of_a_year_is_told_with_its_kind() {
        let calendar = Calendar::new(office()).unwrap();
        let days = calendar.days_of(2026);
        assert_eq!((days.len(), calendar.days_of(2028).len()), (365, 366));
        let count = |kind| days.iter().filter(|d| d.kind == kind).count();
        assert_eq!((count(DayKind::Holiday), count(DayKind::MakeUp), count(DayKind::Half)), (2, 1, 0));
        assert_eq!(count(DayKind::Working), 260, "261 weekdays less the holiday among them");
        assert!(days.iter().all(|d| d.windows.is_empty() == matches!(d.kind, DayKind::Off | DayKind::Holiday)));
    }
    #[test]
    fn own_hours_of_a_date_are_half_when_shorter_and_special_otherwise() {
        let with = |from: &str, to: &str| {
            let mut spec = office();
            spec.exceptions.insert(date(2026, 6, 1), vec![Window::parse(from, to).unwrap()]);
            kind(spec, date(2026, 6, 1))
        };
        assert_eq!((with("09:00", "12:00"), with("10:00", "19:00"), with("09:00", "18:00")), (DayKind::Half, DayKind::Special, DayKind::Working));
    }
    #[test]
    fn round_the_clock_is_always_open_and_an_office_is_not() {
        let always = Calendar::new(Spec::same_windows("always", 1, "UTC", ALL_DAYS, &[Window::WHOLE_DAY])).unwrap();
        assert!(always.is_always_open() && !Calendar::new(office()).unwrap().is_always_open());
        assert!(always.days_of(2026).iter().all(|d| d.kind == DayKind::Working));
    }
}
