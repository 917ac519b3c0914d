//! Lets the house's chores run: each on its own thread, exactly when something falls due, soon after a nudge, and at the latest after its
//! own rest. Nudges may come thousands a second; a chore looks once for all that came meanwhile.
use crate::watch::{Stopwatch, Watch};
use desk::chores::{Chore, Report, all, note};
use desk::{Desk, Fault};
use domain::kit::{At, Span};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;
use store::chore::Round;

/// A chore's row for other nodes and for after a restart is written at most this often.
const NOTED_EVERY: Span = Span::seconds(30);
/// After the first error; doubled with each that follows.
const AGAIN_AFTER: Span = Span::micros(100_000);
const AGAIN_MAX: Span = Span::seconds(30);
/// A watch wound by hand tells nobody: whoever sleeps by it looks up this often.
const WOUND_LOOK: Span = Span::micros(50_000);

/// The chores of this node at work. Clones are handles to the same; whoever holds the last one need not stop them, but should.
#[derive(Clone)]
pub struct Rounds(Arc<Inner>);
struct Inner {
    lanes: Vec<Arc<Lane>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}
/// One chore and the thread it lives on.
struct Lane {
    chore: Box<dyn Chore>,
    desk: Desk,
    watch: Watch,
    every: Span,
    rung: AtomicBool,
    over: AtomicBool,
    thread: OnceLock<Thread>,
    last: Mutex<Round>,
}

impl Rounds {
    /// Starts every chore of the desk, and those of this node `besides`.
    /// Errors: the database refuses to tell of changes, the machine has no thread left.
    pub fn start(desk: &Desk, watch: &Watch, besides: Vec<Box<dyn Chore>>) -> Result<Rounds, Fault> {
        Rounds::start_these(all().into_iter().chain(besides).collect(), desk, watch, &[])
    }
    fn start_these(chores: Vec<Box<dyn Chore>>, desk: &Desk, watch: &Watch, every: &[(&str, Span)]) -> Result<Rounds, Fault> {
        let lane = |chore: Box<dyn Chore>| {
            let every = every.iter().find(|(name, _)| *name == chore.name()).map_or(chore.every(), |(_, span)| *span);
            let last = Mutex::new(Round { name: chore.name().into(), ..Round::default() });
            let (desk, watch) = (desk.clone(), watch.clone());
            Arc::new(Lane { chore, desk, watch, every, rung: AtomicBool::new(false), over: AtomicBool::new(false), thread: OnceLock::new(), last })
        };
        let rounds = Rounds(Arc::new(Inner { lanes: chores.into_iter().map(lane).collect(), threads: Mutex::default() }));
        let weak = Arc::downgrade(&rounds.0);
        desk.db().on_nudge(Box::new(move |topic| {
            let Some(inner) = weak.upgrade() else { return };
            inner.lanes.iter().filter(|l| l.chore.wakes_on() == topic).for_each(|l| l.ring());
        }))?;
        for lane in &rounds.0.lanes {
            let (name, worker) = (lane.chore.name(), lane.clone());
            let thread = thread::Builder::new().name(name.into()).spawn(move || worker.live());
            let thread = thread.map_err(|e| Fault::internal(format!("no thread for {name}: {e}")))?;
            rounds.0.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        }
        Ok(rounds)
    }
    /// Makes every chore look now: after a watch was wound.
    pub fn nudge_all(&self) {
        self.0.lanes.iter().for_each(|l| l.ring());
    }
    /// The last round of each chore on this node.
    pub fn table(&self) -> Vec<Round> {
        self.0.lanes.iter().map(|l| l.last.lock().unwrap_or_else(PoisonError::into_inner).clone()).collect()
    }
    /// Lets running rounds end and waits for them.
    pub fn stop(&self) {
        for lane in &self.0.lanes {
            lane.over.store(true, SeqCst);
            lane.wake();
        }
        for thread in std::mem::take(&mut *self.0.threads.lock().unwrap_or_else(PoisonError::into_inner)) {
            if thread.join().is_err() {
                tracing::error!("a chore's thread ended in a panic");
            }
        }
    }
}
impl Drop for Inner {
    fn drop(&mut self) {
        for lane in &self.lanes {
            lane.over.store(true, SeqCst);
            lane.wake();
        }
    }
}

/// What a chore does after a look.
enum Next {
    AtOnce,
    /// After a short rest that nudges do not cut short.
    Soon,
    /// When nudged, or after this at the latest.
    Later(Span),
    /// Something is wrong: after this, nudged or not.
    Backoff(Span),
}

impl Lane {
    /// Called for every commit: the thread is woken only by the first nudge since its last look.
    fn ring(&self) {
        if !self.rung.swap(true, SeqCst) {
            self.wake();
        }
    }
    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
    fn is_over(&self) -> bool {
        self.over.load(SeqCst)
    }

    fn live(&self) {
        let mut memory = Memory::default();
        // Before the first look, so that no nudge after it finds nobody to wake. Only this line sets it.
        let _ = self.thread.set(thread::current());
        while !self.is_over() {
            // A nudge that comes during the look counts for the next one.
            self.rung.store(false, SeqCst);
            match self.look(&mut memory) {
                Next::AtOnce => {}
                Next::Soon => self.rest(self.chore.least_rest(), false),
                Next::Later(rest) => {
                    let least = self.chore.least_rest().min(rest);
                    self.rest(least, false);
                    self.rest(rest - least, true);
                }
                Next::Backoff(rest) => self.rest(rest, false),
            }
        }
    }
    /// Sleeps so long by the clock on the wall; `light`: a nudge ends it.
    fn rest(&self, rest: Span, light: bool) {
        let asleep = Stopwatch::start();
        while !(self.is_over() || light && self.rung.load(SeqCst)) {
            let left = rest - asleep.elapsed();
            if left <= Span::ZERO {
                return;
            }
            thread::park_timeout(Duration::from_micros(left.as_micros().unsigned_abs()));
        }
    }
    fn look(&self, memory: &mut Memory) -> Next {
        let now = self.watch.now();
        if self.chore.keeps_time() && memory.rounded.is_some_and(|r| r.elapsed() < self.every) {
            match self.chore.next_at(&self.desk) {
                Ok(next) if next.is_none_or(|at| at > now) => return Next::Later(self.until(next, now)),
                Ok(_) => {}
                Err(fault) => return self.failed(memory, &fault),
            }
        }
        memory.rounded = Some(Stopwatch::start());
        let outcome =
            catch_unwind(AssertUnwindSafe(|| self.chore.round(&self.desk, now))).unwrap_or_else(|_| Err(Fault::internal("a chore panicked")));
        self.note(memory, now, &outcome);
        match outcome {
            Err(fault) => self.failed(memory, &fault),
            Ok(report) => {
                if memory.errors > 0 {
                    tracing::info!(chore.name = self.chore.name(), "the chore works again");
                }
                (memory.errors, memory.told) = (0, None);
                match report {
                    Report { left_over: 1.., did: 1.., .. } => Next::AtOnce,
                    Report { left_over: 1.., .. } => Next::Soon,
                    _ if self.chore.keeps_time() => Next::Soon,
                    _ => Next::Later(self.every),
                }
            }
        }
    }
    /// How long nothing falls due, as far as one can sleep by this watch.
    fn until(&self, next: Option<At>, now: At) -> Span {
        let due = next.map_or(self.every, |at| at - now);
        let most = if self.watch.is_wound() && next.is_some() { WOUND_LOOK } else { self.every };
        due.clamp(Span::ZERO, most.min(self.every))
    }
    /// An error is told once, not at each try.
    fn failed(&self, memory: &mut Memory, fault: &Fault) -> Next {
        if memory.told != Some(fault.code()) {
            memory.told = Some(fault.code());
            match fault {
                Fault::Internal { because, at } => tracing::error!(chore.name = self.chore.name(), %because, %at, "a chore failed"),
                fault => tracing::warn!(chore.name = self.chore.name(), fault.code = fault.code(), "a chore could not do its round"),
            }
        }
        let rest = AGAIN_AFTER.as_micros() << memory.errors.min(16);
        memory.errors += 1;
        Next::Backoff(Span::micros(rest).min(AGAIN_MAX))
    }
    /// In memory each time; as a row when there is something to tell, and not too often.
    fn note(&self, memory: &mut Memory, now: At, outcome: &Result<Report, Fault>) {
        let took = memory.rounded.map_or(Span::ZERO, Stopwatch::elapsed);
        let report = outcome.as_ref().copied().unwrap_or_default();
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Round {
            name: self.chore.name().into(),
            last_round_at: Some(now),
            took_us: Some(took.as_micros()),
            looked_at: report.looked_at.into(),
            did: report.did.into(),
            left_over: report.left_over.into(),
            error: outcome.as_ref().err().map(|f| f.code().to_string()),
        };
        let telling = outcome.as_ref().map_or(true, |r| r.did > 0);
        if telling && memory.noted.is_none_or(|n| n.elapsed() >= NOTED_EVERY) && note(&self.desk, self.chore.name(), now, took, outcome).is_ok() {
            memory.noted = Some(Stopwatch::start());
        }
    }
}
/// What a lane remembers between looks.
#[derive(Default)]
struct Memory {
    rounded: Option<Stopwatch>,
    noted: Option<Stopwatch>,
    errors: u32,
    /// The error that was told last.
    told: Option<&'static str>,
}

#[cfg(test)]
mod tests;
