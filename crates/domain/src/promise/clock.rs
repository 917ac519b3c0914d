use super::{Cmp, Event, Mark, Target, Terms, Wait, What};
use crate::calendar::Calendar;
use crate::kit::{At, Span};
use std::sync::Arc;

/// Where clocks find the calendars they were stamped with.
pub trait Calendars {
    /// The calendar in the stamped version; `None` when the house never had it (a damaged database).
    fn calendar(&self, id: &str, version: u32) -> Option<Calendar>;
}

/// One promise running for one subject. A row is a cache of its events: applying them in order gives the row again (wall 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Stamped at the start; replaced as a whole when the plan or the severity changes.
    pub terms: Arc<Terms>,
    /// 1 for the first time the promise is made on this subject, 2 for the second …
    pub cycle: u32,
    /// The instant the promise counts from; may lie before the house heard of it (the activation's `noted_at`).
    pub base_at: At,
    /// Open time spent before `running_since`. Zero for working-day targets, which count dates.
    pub used: Span,
    pub running_since: Option<At>,
    pub paused: Option<Pause>,
    /// Wall time already waited, by [`Wait::ALL`], for the caps.
    pub waited: [Span; 3],
    /// An agreed instant that replaces the computed due once (plans.md CLK-14).
    pub agreed_at: Option<At>,
    /// The earliest instant at which `used` reaches the target; `None` while paused or when the calendar never opens.
    pub due_at: Option<At>,
    /// Set by a breach, equal to the due instant then; never unset (I6).
    pub broken_at: Option<At>,
    /// When the house noticed the breach.
    pub detected_at: Option<At>,
    pub ended_at: Option<At>,
    pub ending: Option<Ending>,
    pub waived: bool,
    /// Bit i: the i-th warning was given.
    pub warned: u32,
    /// Bit i: the i-th rung of the ladder was called.
    pub called: u32,
    /// The next instant the tick must look at this clock; `None` when nothing is left to happen by itself.
    pub fires_at: Option<At>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub why: Wait,
    pub since: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// What was promised was done, in time or late.
    Fulfilled,
    /// The promise lost its object (withdrawn, closed, merged): neither kept nor, unless already so, broken.
    Cancelled,
}

/// Every clock has exactly one verdict at every moment (wall 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Running {
        due_at: Option<At>,
    },
    Paused {
        why: Wait,
    },
    Kept,
    Broken,
    /// Broken, and the breach was waived with a reason and an approver.
    Waived,
    Cancelled,
}
impl Verdict {
    pub fn key(self) -> &'static str {
        match self {
            Verdict::Running { .. } => "running",
            Verdict::Paused { .. } => "paused",
            Verdict::Kept => "kept",
            Verdict::Broken => "broken",
            Verdict::Waived => "waived",
            Verdict::Cancelled => "cancelled",
        }
    }
}

impl Clock {
    /// A clock that begins to count from `base_at`.
    pub fn start(terms: Arc<Terms>, cycle: u32, base_at: At, cal: &Calendar) -> Clock {
        Clock {
            terms,
            cycle,
            base_at,
            used: Span::ZERO,
            running_since: Some(base_at),
            paused: None,
            waited: [Span::ZERO; 3],
            agreed_at: None,
            due_at: None,
            broken_at: None,
            detected_at: None,
            ended_at: None,
            ending: None,
            waived: false,
            warned: 0,
            called: 0,
            fires_at: None,
        }
        .settled(cal)
    }

    /// Total on purpose: the one place that compares a clock with an instant.
    pub fn verdict(&self, now: At, cal: &Calendar) -> Verdict {
        if self.waived {
            return Verdict::Waived;
        }
        if self.broken_at.is_some() {
            return Verdict::Broken;
        }
        match (self.ending, self.paused) {
            (Some(Ending::Cancelled), _) => Verdict::Cancelled,
            (Some(Ending::Fulfilled), _) => Verdict::Kept,
            (None, Some(p)) => Verdict::Paused { why: p.why },
            (None, None) if self.is_late_at(now, cal) => Verdict::Broken,
            (None, None) => Verdict::Running { due_at: self.due_at },
        }
    }

    /// Open time used up to `at`.
    pub fn used_by(&self, at: At, cal: &Calendar) -> Span {
        match self.running_since {
            Some(since) => self.used + cal.between(since, at),
            None => self.used,
        }
    }

    /// Would stopping at `at` be too late? `<`: used must stay below the target; `≤`: it may reach it (vectors.md, `clock`).
    pub fn is_late_at(&self, at: At, cal: &Calendar) -> bool {
        if let Some(agreed) = self.agreed_at {
            return self.past(at, agreed);
        }
        match self.terms.target {
            Target::Time(target) => {
                let used = self.used_by(at, cal);
                match self.terms.cmp {
                    Cmp::Lt => used >= target && self.running_since.is_some_and(|s| s <= at),
                    Cmp::Le => used > target,
                }
            }
            Target::WorkingDays(_) => self.due_at.is_some_and(|due| self.past(at, due)),
        }
    }
    fn past(&self, at: At, due: At) -> bool {
        match self.terms.cmp {
            Cmp::Lt => at >= due,
            Cmp::Le => at > self.last_in_time(due),
        }
    }
    /// `≤` allows the due moment itself. A clock that waits from exactly that moment on still stands on it when it runs again.
    fn last_in_time(&self, due: At) -> At {
        self.running_since.map_or(due, |since| due.max(since))
    }

    pub fn is_open(&self) -> bool {
        self.ending.is_none()
    }

    /// Open time left at `at`, negative when overdue; `None` for targets that count dates.
    pub fn left_at(&self, at: At, cal: &Calendar) -> Option<Span> {
        match self.terms.target {
            Target::Time(target) if self.agreed_at.is_none() => Some(target - self.used_by(at, cal)),
            _ => None,
        }
    }

    /// The instant of the earliest warning the terms ask for, as things stand; `None` while the clock waits or where there is none.
    pub fn warn_at(&self, cal: &Calendar) -> Option<At> {
        self.terms.warn_at.iter().filter(|m| !matches!(m, Mark::AfterBreach(_))).filter_map(|m| self.mark_at(*m, cal)).min()
    }
    /// Of a thousand parts of what was allowed, how many are left at `at`: 1000 at the start, 0 when nothing is. Where dates are counted or another
    /// instant was agreed, the way from the base to the due instant is what was allowed.
    pub fn permille_left(&self, at: At, cal: &Calendar) -> Option<i64> {
        let (left, whole) = match (self.terms.target, self.agreed_at) {
            (Target::Time(target), None) => (target - self.used_by(at, cal), target),
            _ => self.due_at.map(|due| (due - at, due - self.base_at))?,
        };
        let whole = i128::from(whole.as_micros()).max(1);
        Some((i128::from(left.as_micros()) * 1000 / whole).clamp(0, 1000) as i64)
    }

    /// The due instant from the stop-watch: (start, pauses, target, calendar) and nothing else (I4).
    pub(super) fn compute_due(&self, cal: &Calendar) -> Option<At> {
        // Reached in an earlier stretch (`≤` allows to stand there): the earliest instant stays the earliest.
        let stretch = self.running_since.or(self.paused.map(|p| p.since))?;
        if let Some(due) = self.due_at.filter(|due| *due <= stretch) {
            return Some(due);
        }
        let since = self.running_since?;
        if let Some(agreed) = self.agreed_at {
            return Some(agreed);
        }
        match self.terms.target {
            Target::Time(target) => cal.add(since, (target - self.used).max(Span::ZERO)),
            Target::WorkingDays(n) => self.day_due(since, n, cal),
        }
    }
    /// `used` counts whole working days for such targets, in days of 24 hours, set when a pause begins.
    fn day_due(&self, since: At, n: u32, cal: &Calendar) -> Option<At> {
        let (today, left) = (since.date_in(cal.tz()), n.saturating_sub(self.used_days()));
        // The last day was begun before the wait; its rest is not given back on a day nobody works.
        let left = if left == 0 && self.used_days() > 0 && !cal.is_working_day(today) { 1 } else { left };
        cal.add_working_days(today, left).map(|day| cal.end_of_day(day))
    }
    fn used_days(&self) -> u32 {
        (self.used.as_micros() / Span::days(1).as_micros()) as u32
    }

    /// The instant a stop would first be too late: at the due for `<`, one tick after the last instant that still counts for `≤`.
    fn breach_fires_at(&self, cal: &Calendar) -> Option<At> {
        self.running_since?;
        let due = self.due_at?;
        match (self.terms.cmp, self.terms.target, self.agreed_at) {
            (Cmp::Lt, ..) => Some(due),
            (Cmp::Le, Target::Time(_), None) => cal.next_opening(self.last_in_time(due)).map(|t| t + At::TICK),
            (Cmp::Le, ..) => Some(self.last_in_time(due) + At::TICK),
        }
    }

    /// When a mark is reached, as things stand. `None`: never (the wait is too long, the mark lies before the start).
    fn mark_at(&self, mark: Mark, cal: &Calendar) -> Option<At> {
        if let Mark::AfterBreach(wait) = mark {
            return self.broken_at.map(|b| b + wait);
        }
        let since = self.running_since?;
        if let (Target::Time(target), None) = (self.terms.target, self.agreed_at) {
            let wanted = match mark {
                Mark::Percent(p) => target.percent(p),
                Mark::Before(left) if left < target => target - left,
                _ => return None,
            };
            return cal.add(since, (wanted - self.used).max(Span::ZERO));
        }
        let due = self.due_at?;
        match mark {
            Mark::Percent(p) => Some(since + (due - since).percent(p)),
            Mark::Before(left) => Some(due - left).filter(|at| *at > since),
            Mark::AfterBreach(_) => None,
        }
    }

    /// What will happen to this clock by itself, next. Warnings come before the breach, the breach before the rungs it calls.
    pub(super) fn next_event(&self, cal: &Calendar) -> Option<(At, What)> {
        if self.ending.is_some() {
            return None;
        }
        let mut next: Option<(At, What)> = None;
        let mut consider = |at: Option<At>, what: What| {
            if let Some(at) = at
                && next.as_ref().is_none_or(|(n, _)| at < *n)
            {
                next = Some((at, what));
            }
        };
        if let Some(p) = self.paused {
            let cap = self.terms.pauses.iter().find(|r| r.why == p.why).and_then(|r| r.cap);
            consider(cap.map(|c| p.since + (c - self.waited[p.why as usize]).max(Span::ZERO)), What::Resumed { by_cap: true });
        }
        let before_breach = self.broken_at.is_none();
        if before_breach {
            for (i, mark) in self.terms.warn_at.iter().enumerate().filter(|(i, _)| self.warned & (1 << i) == 0) {
                consider(self.mark_at(*mark, cal), What::Warned { mark: i as u8 });
            }
            for (i, rung) in self.terms.ladder.iter().enumerate().filter(|(i, r)| self.called & (1 << i) == 0 && before(r.at)) {
                consider(self.mark_at(rung.at, cal), What::Escalated { rung: i as u8 });
            }
            if let (Some(fires), Some(due)) = (self.breach_fires_at(cal), self.due_at) {
                consider(Some(fires), What::Breached { due_at: due });
            }
        } else {
            for (i, rung) in self.terms.ladder.iter().enumerate().filter(|(i, _)| self.called & (1 << i) == 0) {
                let at = if let Mark::AfterBreach(wait) = rung.at { self.broken_at.map(|b| b + wait) } else { self.broken_at };
                consider(at, What::Escalated { rung: i as u8 });
            }
        }
        next
    }

    /// Puts due and next look in order after a change.
    pub(super) fn settled(mut self, cal: &Calendar) -> Clock {
        if self.broken_at.is_none() && self.ending.is_none() {
            self.due_at = self.compute_due(cal);
        }
        self.fires_at = self.next_event(cal).map(|(at, _)| at);
        self.checked()
    }

    pub(super) fn pause(&mut self, why: Wait, at: At, cal: &Calendar) {
        self.used = match self.terms.target {
            Target::Time(_) => self.used_by(at, cal),
            Target::WorkingDays(_) => self.used + Span::days(self.working_days_since(at, cal)),
        };
        self.running_since = None;
        self.paused = Some(Pause { why, since: at });
    }
    pub(super) fn working_days_since(&self, at: At, cal: &Calendar) -> i64 {
        let Some(since) = self.running_since else { return 0 };
        let (from, to) = (since.date_in(cal.tz()), at.date_in(cal.tz()));
        if to <= from { 0 } else { cal.working_days_between(from, to) + i64::from(cal.is_working_day(to)) }
    }
    pub(super) fn resume(&mut self, at: At) {
        if let Some(p) = self.paused.take() {
            self.waited[p.why as usize] += at - p.since;
        }
        self.running_since = Some(at);
        if self.broken_at.is_none() && self.agreed_at.is_some_and(|agreed| agreed <= at) {
            // The agreed instant went by in the wait. What the period had used means nothing any more: it begins anew.
            (self.agreed_at, self.due_at, self.used) = (None, None, Span::ZERO);
        }
    }

    /// Asserted when written and when read back, so that a bad row is caught on the side that made it.
    pub fn checked(self) -> Clock {
        assert!(self.used >= Span::ZERO, "a clock cannot have used less than nothing: {self:?}");
        assert!(self.running_since.is_none() || self.paused.is_none(), "a paused clock does not run: {self:?}");
        assert!(self.ending.is_none() || (self.running_since.is_none() && self.paused.is_none()), "an ended clock neither runs nor waits: {self:?}");
        assert!(self.ending.is_some() == self.ended_at.is_some(), "an ending has an instant: {self:?}");
        assert!(!self.waived || self.broken_at.is_some(), "only a breach can be waived: {self:?}");
        self
    }

    /// Applies one event of its own history. Pure, total: replaying the events gives the row (I4).
    pub fn apply(mut self, event: &Event, cals: &dyn Calendars) -> Clock {
        let Some(cal) = cals.calendar(&self.terms.calendar, self.terms.calendar_version) else { return self };
        let at = event.at;
        match &event.what {
            What::Activated { .. } => {}
            What::Warned { mark } => self.warned |= 1 << mark,
            What::Escalated { rung } => self.called |= 1 << rung,
            What::Paused { why } => self.pause(*why, at, &cal),
            What::Resumed { .. } => self.resume(at),
            What::Breached { due_at } => {
                self.broken_at = Some(*due_at);
                self.detected_at = Some(event.noted_at);
            }
            What::Fulfilled | What::Cancelled => {
                self.end(if event.what == What::Fulfilled { Ending::Fulfilled } else { Ending::Cancelled }, at, &cal)
            }
            What::Agreed { until } => {
                (self.agreed_at, self.due_at) = (Some(*until), None);
                return self.settled(&cal).with_marks_passed_by(at, &cal);
            }
            What::Retargeted { terms, used, since, .. } => {
                self.terms = terms.clone();
                self.used = *used;
                (self.agreed_at, self.due_at) = (None, None);
                self.running_since = *since;
                let Some(cal) = cals.calendar(&self.terms.calendar, self.terms.calendar_version) else { return self };
                return self.settled(&cal).with_marks_passed_by(at, &cal);
            }
            What::Waived { .. } => self.waived = true,
        }
        self.settled(&cal)
    }
    /// Another due instant deserves its own warnings and rungs; those whose moment lies behind it are let go, not given late.
    fn with_marks_passed_by(mut self, at: At, cal: &Calendar) -> Clock {
        let mut ran_on = self.clone();
        if ran_on.paused.take().is_some() {
            ran_on.running_since = Some(at);
            ran_on = ran_on.settled(cal);
        }
        let has_passed = |mark: Mark| before(mark) && ran_on.mark_at(mark, cal).is_some_and(|m| m <= at);
        let mask = |marks: &mut dyn Iterator<Item = Mark>| marks.enumerate().filter(|(_, m)| has_passed(*m)).fold(0, |mask, (i, _)| mask | 1 << i);
        self.warned = mask(&mut self.terms.warn_at.iter().copied());
        self.called = mask(&mut self.terms.ladder.iter().map(|rung| rung.at));
        self.settled(cal)
    }
    fn end(&mut self, ending: Ending, at: At, cal: &Calendar) {
        if self.running_since.is_some() && matches!(self.terms.target, Target::Time(_)) {
            self.used = self.used_by(at, cal);
        }
        self.running_since = None;
        self.paused = None;
        self.ending = Some(ending);
        self.ended_at = Some(at);
    }
}
/// Does a mark stand before the breach?
fn before(mark: Mark) -> bool {
    match mark {
        Mark::Percent(p) => p < 100,
        Mark::Before(_) => true,
        Mark::AfterBreach(_) => false,
    }
}
