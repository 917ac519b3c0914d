//! Live events: one task a node follows the log and hands what is new to everybody who listens. Whoever listens keeps a place in the log;
//! when the hand-over passes them by (they were slow, or come back after a while) they read on from their place, so nothing is lost and
//! nothing comes twice.
use desk::ticket::as_seen_by;
use desk::{Desk, Fault};
use domain::kit::{AccountId, TicketId};
use domain::people::{Actor, Role};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;
use store::log::{Audience, Entry, Frontier};
use tokio::sync::{Notify, broadcast, mpsc, watch};

/// Entries read at once.
const BATCH: u32 = 500;
/// Batches a listener may fall behind before it must read for itself.
const BATCHES: usize = 64;
/// Entries that wait for one listener.
const WAITING: usize = 64;
/// Between two looks when nudges come one after the other.
const LEAST_REST: Duration = Duration::from_millis(10);
/// The log is looked at this often even if nobody nudges: a nudge may be lost, a row cannot.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// Cases whose asker a contact's listener remembers.
const ASKERS_MAX: usize = 10_000;

/// Everything of the log in `(from, to]`.
struct Stretch {
    from: i64,
    to: i64,
    entries: Vec<Entry>,
}

/// The one who follows the log on this node. Clones are handles to the same.
#[derive(Clone)]
pub struct Hub {
    desk: Desk,
    /// The log is read, and settled, up to here.
    head: Arc<AtomicI64>,
    live: broadcast::Sender<Arc<Stretch>>,
    stop: watch::Sender<bool>,
}

impl Hub {
    /// Starts following on the present runtime. Errors: the database cannot be read or refuses to tell of changes.
    pub fn start(desk: &Desk) -> Result<Hub, Fault> {
        let bell = Arc::new(Notify::new());
        let rung = bell.clone();
        desk.db().on_nudge(Box::new(move |topic| {
            if topic == "log" {
                rung.notify_one();
            }
        }))?;
        let mut frontier = Frontier::default();
        // On a thread of its own: the database blocks, and whoever drives async code must not.
        let look = || desk.read(|tx| Ok(frontier.look(tx)?));
        let head = std::thread::scope(|scope| scope.spawn(look).join()).unwrap_or_else(|_| Err(Fault::internal("the log could not be looked at")))?;
        let head = Arc::new(AtomicI64::new(head));
        let hub = Hub { desk: desk.clone(), head, live: broadcast::Sender::new(BATCHES), stop: watch::Sender::new(false) };
        tokio::spawn(follow(hub.clone(), frontier, bell, hub.stop.subscribe()));
        Ok(hub)
    }
    /// Ends following, and every listener's stream.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
    /// What `who` may see, in order, each entry once: everything after `from` (`None`: from now on), of one case or of all. Ends when the
    /// receiver is dropped, when the hub stops, or when the log cannot be read; the listener then comes back with the position of the last
    /// entry it got. Whether `who` may know of `ticket` at all is asked before; here a case that is not theirs is silent.
    pub fn subscribe(&self, who: Actor, from: Option<i64>, ticket: Option<TicketId>) -> mpsc::Receiver<Entry> {
        let (told, listener) = mpsc::channel(WAITING);
        // In this order: what is handed over from now on is in the queue, what was before is at or below the head.
        let live = self.live.subscribe();
        let head = self.head.load(SeqCst);
        let ear = Ear { hub: self.clone(), view: View { who, ticket, askers: HashMap::new() }, cursor: from.unwrap_or(head), told };
        let mut stop = self.stop.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => {}
                heard = ear.listen(live, head) => if let Err(fault) = heard {
                    tracing::warn!(fault.code = fault.code(), "a live stream ended early");
                }
            }
        });
        listener
    }
    /// How many listen now.
    pub fn listeners(&self) -> usize {
        self.live.receiver_count()
    }
}

async fn blocking<T: Send + 'static>(job: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(job).await.unwrap_or_else(|e| Err(Fault::internal(format!("reading the log ended early: {e}"))))
}

async fn follow(hub: Hub, mut frontier: Frontier, bell: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    loop {
        let reader = hub.clone();
        let looked = blocking(move || {
            let read = reader.advance(&mut frontier);
            Ok((read, frontier))
        });
        // Only a panic loses the frontier; a new one finds its place again.
        let (read, back) = looked.await.unwrap_or_else(|fault| (Err(fault), Frontier::default()));
        frontier = back;
        if let Err(fault) = read {
            tracing::warn!(fault.code = fault.code(), "the log could not be followed");
        }
        let longest = if frontier.is_waiting() { LEAST_REST } else { LONGEST_REST };
        tokio::select! {
            _ = stop.changed() => return,
            () = async {
                tokio::time::sleep(LEAST_REST).await;
                let _ = tokio::time::timeout(longest, bell.notified()).await;
            } => {}
        }
    }
}
impl Hub {
    /// Hands over what is new and settled. While nobody listens, only the head moves.
    fn advance(&self, frontier: &mut Frontier) -> Result<(), Fault> {
        let end = self.desk.read(|tx| Ok(frontier.look(tx)?))?;
        loop {
            let from = self.head.load(SeqCst);
            if from >= end {
                return Ok(());
            }
            if self.live.receiver_count() == 0 {
                self.head.store(end, SeqCst);
                if self.live.receiver_count() > 0 {
                    // Somebody came just now and may have seen the old head: an empty stretch sends them to the log.
                    let _ = self.live.send(Arc::new(Stretch { from: end, to: end, entries: Vec::new() }));
                }
                return Ok(());
            }
            let (entries, to) = self.read_up_to(None, from, end)?;
            // The head first: a listener that comes in between finds these entries in the log.
            self.head.store(to, SeqCst);
            // Nobody there any more: they read for themselves when they come back.
            let _ = self.live.send(Arc::new(Stretch { from, to, entries }));
        }
    }
    /// Some entries in `(from, end]`, of one account or of all, and up to where that is everything. `end` must be settled.
    fn read_up_to(&self, account: Option<AccountId>, from: i64, end: i64) -> Result<(Vec<Entry>, i64), Fault> {
        let mut entries = self.desk.read(|tx| {
            Ok(match account {
                Some(account) => store::log::list_of_account(tx, account, from, BATCH)?,
                None => store::log::list_after(tx, from, BATCH)?,
            })
        })?;
        let full = entries.len() == BATCH as usize;
        entries.retain(|e| e.pos <= end);
        let to = match entries.last() {
            Some(last) if full && entries.len() == BATCH as usize => last.pos,
            _ => end,
        };
        Ok((entries, to))
    }
}

/// One listener.
struct Ear {
    hub: Hub,
    view: View,
    /// Everything up to here was told.
    cursor: i64,
    told: mpsc::Sender<Entry>,
}
/// What one listener sees.
struct View {
    who: Actor,
    ticket: Option<TicketId>,
    /// Whether a case is the contact's own; askers never change.
    askers: HashMap<TicketId, bool>,
}

impl Ear {
    async fn listen(mut self, mut live: broadcast::Receiver<Arc<Stretch>>, head: i64) -> Result<(), Fault> {
        self.cursor = self.possible(self.cursor, head).await?;
        if !self.read_on(head).await? {
            return Ok(());
        }
        loop {
            let stretch = tokio::select! {
                stretch = live.recv() => stretch,
                () = self.told.closed() => return Ok(()),
            };
            let go_on = match stretch {
                Ok(s) if s.to <= self.cursor => true,
                Ok(s) if s.from <= self.cursor => {
                    let fresh: Vec<Entry> = s.entries.iter().filter(|e| e.pos > self.cursor && self.view.may_concern(e)).cloned().collect();
                    self.tell(fresh, s.to).await?
                }
                Ok(s) => self.read_on(s.to).await?,
                // Too slow for the hand-over: the log has it all.
                Err(broadcast::error::RecvError::Lagged(_)) => self.read_on(self.hub.head.load(SeqCst)).await?,
                Err(broadcast::error::RecvError::Closed) => return Ok(()),
            };
            if !go_on {
                return Ok(());
            }
        }
    }
    /// A place nobody was ever told (another database, a typing error) would be silent for ever.
    async fn possible(&self, from: i64, head: i64) -> Result<i64, Fault> {
        if from <= head {
            return Ok(from.max(0));
        }
        let desk = self.hub.desk.clone();
        let newest = blocking(move || desk.read(|tx| Ok(store::log::last_pos(tx)?))).await?;
        Ok(from.min(newest.max(head)))
    }
    /// Reads from the log up to a settled place. False: nobody listens any more.
    async fn read_on(&mut self, end: i64) -> Result<bool, Fault> {
        let account = self.view.who.role.is_customer().then_some(self.view.who.account).flatten();
        while self.cursor < end {
            let (hub, from) = (self.hub.clone(), self.cursor);
            let (mut entries, to) = blocking(move || hub.read_up_to(account, from, end)).await?;
            entries.retain(|e| self.view.may_concern(e));
            if !self.tell(entries, to).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
    /// Tells what may be seen of some entries, and moves on to `to`. False: nobody listens any more.
    async fn tell(&mut self, entries: Vec<Entry>, to: i64) -> Result<bool, Fault> {
        for entry in entries {
            if !self.view.is_theirs(&self.hub.desk, &entry).await? {
                continue;
            }
            if let Some(entry) = as_seen_by(&self.view.who, entry)
                && self.told.send(entry).await.is_err()
            {
                return Ok(false);
            }
        }
        self.cursor = self.cursor.max(to);
        Ok(true)
    }
}
impl View {
    /// A quick look before anything is copied or read.
    fn may_concern(&self, e: &Entry) -> bool {
        let theirs = self.who.role.is_staff() || (e.audience == Audience::Public && e.account.is_some() && e.account == self.who.account);
        theirs && self.ticket.is_none_or(|t| e.ticket == Some(t))
    }
    /// Contacts hear of the cases they asked about and of nothing else.
    async fn is_theirs(&mut self, desk: &Desk, e: &Entry) -> Result<bool, Fault> {
        if self.who.role != Role::Contact {
            return Ok(true);
        }
        let Some(ticket) = e.ticket else { return Ok(false) };
        if let Some(theirs) = self.askers.get(&ticket) {
            return Ok(*theirs);
        }
        let (desk, person) = (desk.clone(), self.who.person);
        let case = blocking(move || desk.read(|tx| Ok(store::ticket::find(tx, ticket)?))).await?;
        let theirs = case.is_some_and(|c| c.ticket.requester == person);
        if self.askers.len() >= ASKERS_MAX {
            self.askers.clear();
        }
        self.askers.insert(ticket, theirs);
        Ok(theirs)
    }
}

#[cfg(test)]
mod tests;
