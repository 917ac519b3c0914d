//! Sends what waits in the outbox: claims, hands over to the channel, settles. Woken by the outbox's nudge and by what falls due in it.
mod ways;

#[cfg(test)]
mod tests;

pub use ways::{BadWays, Ways, mailer};

use crate::watch::{Stopwatch, Watch};
use channels::mail::{AutoSubmitted, Letter, Mailbox};
use channels::webhook::{Endpoint, SigningSecret, wait};
use channels::{Delivered, DeliveryError};
use desk::postman::{self, Hook, Mail, Outcome, Outgoing, Parcel};
use desk::{Desk, Fault};
use domain::kit::{At, Span};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};

/// Deliveries under way at once, in all and to one host.
const AT_ONCE: usize = 16;
const HOST_AT_ONCE: usize = 2;
/// Claimed letters that may wait here, in all and for one host, and how long: what waits longer goes back into the queue, well before its
/// claim runs out.
const WAITING_MAX: usize = 128;
const HOST_WAITING_MAX: usize = 32;
const WAITS_MAX: Span = Span::seconds(60);
const CLAIM_AT_ONCE: u32 = 64;
/// Put back because its host has its hands full, for at least and at most so long: in between, so much for every letter put off before it,
/// so that a long queue for one host comes back about as fast as it empties and is not carried to and fro.
const HOST_IS_BUSY: Span = Span::seconds(5);
const HOST_IS_BUSY_MAX: Span = Span::seconds(60);
const PUT_OFF_EACH_MICROS: i64 = 4_000;
/// Put back because there is no way to send it.
const NO_WAY: Span = Span::minutes(10);
/// The shortest time between two looks into the outbox, and between two when what is due is already in our hands.
const LEAST_REST: Span = Span::micros(30_000);
const IN_HAND_REST: Span = Span::micros(250_000);
/// Tries to note what came of a delivery. When all fail, the claim runs out and the letter is sent again under the same key.
const SETTLE_TRIES: u32 = 5;

/// The postman of this node at work.
pub struct Post {
    stop: watch::Sender<bool>,
    bell: Arc<Notify>,
    task: JoinHandle<()>,
}
impl Post {
    /// Starts it on the present runtime. `who`: a name no other node has. `every`: the longest time between two looks.
    /// Errors: the database refuses to tell of changes.
    pub fn start(desk: &Desk, watch_: &Watch, ways: Ways, who: &str, every: Span) -> Result<Post, Fault> {
        let (stop, stopping) = watch::channel(false);
        let bell = Arc::new(Notify::new());
        let rung = bell.clone();
        desk.db().on_nudge(Box::new(move |topic| {
            if topic == "outbox" {
                rung.notify_one();
            }
        }))?;
        let office = Arc::new(Office { desk: desk.clone(), watch: watch_.clone(), ways, who: who.to_string(), every });
        let task = tokio::spawn(work(office, bell.clone(), stopping));
        Ok(Post { stop, bell, task })
    }
    /// Looks now: after a watch was wound.
    pub fn nudge(&self) {
        self.bell.notify_one();
    }
    /// Takes nothing more, puts back what waits, lets deliveries under way end for as long as `within`. What is cut off is sent again when
    /// its claim has run out.
    pub async fn stop(self, within: Duration) {
        self.stop.send_replace(true);
        let mut task = self.task;
        if tokio::time::timeout(within, &mut task).await.is_err() {
            task.abort();
        }
    }
}

struct Office {
    desk: Desk,
    watch: Watch,
    ways: Ways,
    who: String,
    every: Span,
}

/// What is claimed and not yet settled.
#[derive(Default)]
struct Bench {
    hosts: HashMap<String, Host>,
    waiting: usize,
}
#[derive(Default)]
struct Host {
    busy: usize,
    waiting: VecDeque<(Outgoing, Stopwatch)>,
    /// Put back for want of room and, as far as one can tell from here, not sent since.
    put_off: u32,
}
impl Bench {
    /// Takes letters in; returns those for which there is no room, and how long they shall wait.
    fn take(&mut self, letters: Vec<Outgoing>) -> Vec<(Outgoing, Span)> {
        let mut too_many = Vec::new();
        for letter in letters {
            let host = self.hosts.entry(host_of(&letter)).or_default();
            if host.waiting.len() >= HOST_WAITING_MAX {
                let after = HOST_IS_BUSY + Span::micros(PUT_OFF_EACH_MICROS * i64::from(host.put_off));
                too_many.push((letter, after.min(HOST_IS_BUSY_MAX)));
                host.put_off = host.put_off.saturating_add(1);
            } else {
                host.waiting.push_back((letter, Stopwatch::start()));
                self.waiting += 1;
            }
        }
        too_many
    }
    /// The next letter whose host has a hand free.
    fn next(&mut self) -> Option<(String, Outgoing)> {
        let (name, host) = self.hosts.iter_mut().find(|(_, h)| h.busy < HOST_AT_ONCE && !h.waiting.is_empty())?;
        let (letter, _) = host.waiting.pop_front()?;
        host.busy += 1;
        self.waiting -= 1;
        Some((name.clone(), letter))
    }
    fn done(&mut self, name: &str) {
        if let Some(host) = self.hosts.get_mut(name) {
            host.busy = host.busy.saturating_sub(1);
            host.put_off = host.put_off.saturating_sub(1);
            if host.busy == 0 && host.waiting.is_empty() {
                self.hosts.remove(name);
            }
        }
    }
    /// What has waited longer than `than`, to come back after `after`.
    fn stale(&mut self, than: Span, after: Span) -> Vec<(Outgoing, Span)> {
        let mut stale = Vec::new();
        for host in self.hosts.values_mut() {
            while host.waiting.front().is_some_and(|(_, since)| since.elapsed() >= than) {
                stale.extend(host.waiting.pop_front().map(|(letter, _)| (letter, after)));
            }
        }
        self.waiting -= stale.len();
        stale
    }
}
fn host_of(letter: &Outgoing) -> String {
    match &letter.parcel {
        Parcel::Mail(_) => "mail".into(),
        Parcel::Webhook(h) => {
            let rest = h.url.split_once("://").map_or(h.url.as_str(), |(_, rest)| rest);
            rest.split(['/', '?']).next().unwrap_or_default().to_ascii_lowercase()
        }
    }
}

async fn work(office: Arc<Office>, bell: Arc<Notify>, mut stopping: watch::Receiver<bool>) {
    let mut bench = Bench::default();
    let mut under_way: JoinSet<String> = JoinSet::new();
    let mut look_in = Span::ZERO;
    let mut looked = Stopwatch::start();
    loop {
        office.put_back(bench.stale(WAITS_MAX, HOST_IS_BUSY)).await;
        let room = bench.waiting + CLAIM_AT_ONCE as usize <= WAITING_MAX;
        if room && looked.elapsed() >= look_in {
            looked = Stopwatch::start();
            let (letters, rest) = office.look(under_way.len() + bench.waiting).await;
            look_in = rest;
            office.put_back(bench.take(letters)).await;
        }
        while under_way.len() < AT_ONCE
            && let Some((host, letter)) = bench.next()
        {
            let office = office.clone();
            under_way.spawn(async move {
                office.deliver(letter).await;
                host
            });
        }
        let rest = (look_in - looked.elapsed()).clamp(LEAST_REST, Span::seconds(1));
        tokio::select! {
            _ = stopping.changed() => break,
            Some(done) = under_way.join_next(), if !under_way.is_empty() => match done {
                Ok(host) => bench.done(&host),
                // A panic in a delivery: its host is unknown; forget who is busy rather than starve anybody.
                Err(e) => {
                    tracing::error!(because = %e, "a delivery ended early");
                    bench.hosts.values_mut().for_each(|h| h.busy = 0);
                }
            },
            () = bell.notified() => look_in = LEAST_REST,
            () = tokio::time::sleep(Duration::from_micros(rest.as_micros().unsigned_abs())) => {}
        }
    }
    office.put_back(bench.stale(Span::ZERO, Span::ZERO)).await;
    while under_way.join_next().await.is_some() {}
}

impl Office {
    async fn blocking<T: Send + 'static>(self: &Arc<Self>, job: impl FnOnce(&Office) -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
        let office = self.clone();
        let done = tokio::task::spawn_blocking(move || job(&office)).await;
        done.unwrap_or_else(|e| Err(Fault::internal(format!("the postman's work ended early: {e}"))))
    }
    /// Claims what is due, and says when to look again.
    async fn look(self: &Arc<Self>, in_hand: usize) -> (Vec<Outgoing>, Span) {
        let every = self.every;
        let looked = self.blocking(move |office| {
            let now = office.watch.now();
            let rest = |due: Option<At>| due.map_or(every, |at| at - now).clamp(LEAST_REST, every);
            match postman::next_due(&office.desk)? {
                Some(at) if at <= now => {}
                next => return Ok((Vec::new(), rest(next))),
            }
            let letters = postman::claim(&office.desk, &office.who, now, CLAIM_AT_ONCE)?;
            let full = letters.len() >= CLAIM_AT_ONCE as usize;
            Ok((letters, if full { LEAST_REST } else { IN_HAND_REST }))
        });
        match looked.await {
            // Nothing to claim although something is due: another node has it.
            Ok((letters, rest)) if letters.is_empty() && in_hand == 0 => (letters, rest.max(IN_HAND_REST).min(every)),
            Ok(looked) => looked,
            Err(fault) => {
                tracing::warn!(fault.code = fault.code(), "the outbox could not be read");
                (Vec::new(), every)
            }
        }
    }
    /// All in one transaction; when it fails, the claims run out by themselves.
    async fn put_back(self: &Arc<Self>, letters: Vec<(Outgoing, Span)>) {
        if letters.is_empty() {
            return;
        }
        let done = self.blocking(move |office| postman::put_back(&office.desk, &letters, &office.who, office.watch.now())).await;
        if let Err(fault) = done {
            tracing::warn!(fault.code = fault.code(), "letters could not be put back; they come again when their claim has run out");
        }
    }
    async fn deliver(self: Arc<Self>, letter: Outgoing) {
        let now = self.watch.now();
        let tried = match &letter.parcel {
            Parcel::Mail(mail) => self.mail(&letter.key(), mail, now).await,
            Parcel::Webhook(hook) => self.hook(&letter.key(), hook, now).await,
        };
        let outcome = match tried {
            Some(tried) => outcome(&tried, letter.attempt, self.desk.dice().bits()),
            None => Outcome::PutBack { after: NO_WAY },
        };
        self.settle(letter, outcome).await;
    }
    /// `None`: there is no mail server.
    async fn mail(&self, key: &str, mail: &Mail, now: At) -> Option<Result<Delivered, DeliveryError>> {
        let mailer = self.ways.mailer.as_ref()?;
        // Nobody ever gets the letter a thread hangs on; its name alone keeps a case's mails together.
        let thread: Vec<String> = mail.thread.iter().map(|t| mailer.message_id(&t.to_string())).collect();
        let letter = Letter {
            key: key.to_string(),
            to: Mailbox { name: mail.name.clone(), address: mail.address.clone() },
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            html: None,
            in_reply_to: thread.first().cloned(),
            references: thread,
            auto_submitted: AutoSubmitted::Generated,
            list: None,
        };
        Some(mailer.send(&letter, now).await)
    }
    async fn hook(&self, key: &str, hook: &Hook, now: At) -> Option<Result<Delivered, DeliveryError>> {
        let webhooks = self.ways.webhooks.as_ref()?;
        // A secret that cannot be read leaves none; the channel then refuses to send unsigned.
        let secrets = hook.secrets.iter().filter_map(|s| SigningSecret::parse(s).ok()).collect();
        let endpoint = Endpoint { url: hook.url.clone(), secrets };
        let parcel = channels::webhook::Parcel { id: key, body: hook.body.as_bytes() };
        Some(webhooks.send(&endpoint, parcel, now).await)
    }
    async fn settle(self: &Arc<Self>, letter: Outgoing, outcome: Outcome) {
        for round in 0..SETTLE_TRIES {
            let letter = letter.clone();
            let settled = self.blocking(move |office| postman::settle(&office.desk, &letter, &office.who, outcome, office.watch.now())).await;
            match settled {
                Ok(true) => return,
                Ok(false) => return tracing::warn!("a claim was lost before its delivery was settled; the letter may arrive twice"),
                Err(fault) => tracing::warn!(fault.code = fault.code(), "what came of a delivery could not be noted"),
            }
            tokio::time::sleep(Duration::from_millis(200 << round)).await;
        }
    }
}

/// What a try means for its row, by the schedule of the channel; `made` counts this try.
fn outcome(tried: &Result<Delivered, DeliveryError>, made: u32, roll: u64) -> Outcome {
    match tried {
        Ok(_) => Outcome::Sent,
        Err(DeliveryError::Retry { after, code, .. }) => {
            wait(made, roll, *after).map_or(Outcome::Failed { code }, |after| Outcome::Retry { after, code })
        }
        Err(DeliveryError::Permanent { code, .. }) => Outcome::Failed { code },
        Err(DeliveryError::Disable { code, .. }) => Outcome::Disable { code },
    }
}
