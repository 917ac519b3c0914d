//! How late clocks fire: beside all that run, a burst falls due at one instant.
use crate::Result;
use crate::asking::ids;
use crate::house::{House, Loaded};
use domain::kit::At;
use serde_json::Value;
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::wire::Caller;

/// What the burst came to.
#[derive(Debug, Clone)]
pub struct Lag {
    pub running: u64,
    pub burst: u64,
    pub fired: u64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
    /// From the moment to when a reader sees the last of them broken; the notices above are stamped when a round begins, this is when it is written.
    pub seen_ms: f64,
    /// CPU a clock, milliseconds: tick, log, notices, index.
    pub server_ms: f64,
    pub database_ms: f64,
}

/// Seconds between loading the burst and its moment; loading and starting fit in.
const AHEAD_S: u32 = 25;

pub fn burst(house: &mut House, n: u64, before: &Loaded) -> Result<Lag> {
    let loaded = house.load_with(&["--tickets", &n.to_string(), "--due-in", &AHEAD_S.to_string(), "--seed", "2"])?;
    house.cold_start()?;
    house.wait_for_quiet(f64::from(AHEAD_S) / 2.0);
    let cpu = house.cpu();
    let mut chief = Caller::new(house.address(), Some(&loaded.chief), Duration::from_secs(60));
    let began = Instant::now();
    let pages = n.div_ceil(200) as usize + 2;
    let due = loaded.due_at.as_deref().and_then(|t| At::parse(t).ok()).ok_or("no instant was said")?;
    let seen_ms = wait_until_seen(&mut chief, due)?;
    let mut fired = Vec::new();
    while (fired.len() as u64) < n && began.elapsed() < Duration::from_secs(u64::from(AHEAD_S) + 60) {
        sleep(Duration::from_secs(2));
        fired = ids(&mut chief, "/api/v1/tickets?broken=true&limit=200", pages)?;
    }
    house.wait_for_quiet(20.0);
    let after = house.cpu();
    let mut late: Vec<f64> = Vec::new();
    for id in &fired {
        let answer = chief.get(&format!("/api/v1/tickets/{id}/clocks"))?;
        let clocks: Value = serde_json::from_slice(&answer.body)?;
        let at = |v: &Value| v.as_str().and_then(|t| At::parse(t).ok());
        let clocks = clocks["items"].as_array().cloned().unwrap_or_default();
        late.extend(clocks.iter().filter_map(|c| Some((at(&c["detected_at"])? - at(&c["broken_at"])?).as_micros() as f64 / 1e3)));
    }
    late.sort_by(f64::total_cmp);
    let share = |s: f64| late.get(((late.len() as f64 * s) as usize).min(late.len().saturating_sub(1))).copied().unwrap_or_default();
    let each = |ms: f64| ms / (late.len() as f64).max(1.0);
    let lag = Lag {
        running: before.running + loaded.running,
        burst: n,
        fired: late.len() as u64,
        p50_ms: share(0.5),
        p99_ms: share(0.99),
        max_ms: share(1.0),
        seen_ms,
        server_ms: each(after.server - cpu.server),
        database_ms: each(after.database - cpu.database),
    };
    eprintln!(
        "    tick: {} of {} fired, p50 {:.0} ms, p99 {:.0} ms late, all seen after {:.0} ms, CPU {:.2} + {:.2} ms",
        lag.fired, n, lag.p50_ms, lag.p99_ms, lag.seen_ms, lag.server_ms, lag.database_ms
    );
    Ok(lag)
}

/// Asks every 10 ms for the case that is due next, until none is due at this instant any more; milliseconds after it.
fn wait_until_seen(chief: &mut Caller, due: At) -> Result<f64> {
    let late = |now: At| (now - due).as_micros() as f64 / 1e3;
    if late(wall()) < -300.0 {
        sleep(Duration::from_secs_f64((-late(wall()) - 300.0) / 1e3));
    }
    while late(wall()) < 60_000.0 {
        let answer = chief.get("/api/v1/tickets?sort=due&limit=1")?;
        let page: Value = serde_json::from_slice(&answer.body)?;
        let next = page["items"][0]["next_due_at"].as_str().and_then(|t| At::parse(t).ok());
        if late(wall()) >= 0.0 && next.is_none_or(|next| next > due) {
            break;
        }
        sleep(Duration::from_millis(10));
    }
    Ok(late(wall()))
}
#[expect(clippy::disallowed_methods, reason = "the watch beside the house's, to see how late it is")]
fn wall() -> At {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    At::from_micros(since.as_micros() as i64)
}
