//! How often somebody may ask: a bucket of tokens a person, an address, and for signing in.
use super::problem::Problem;
use crate::watch::Stopwatch;
use axum::http::{HeaderMap, StatusCode};
use domain::kit::PersonId;
use ipnet::IpNet;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

pub struct Rates {
    person: Buckets<PersonId>,
    address: Buckets<IpAddr>,
    sign_in: Buckets<IpAddr>,
    since_start: Stopwatch,
}
impl Rates {
    /// Requests a minute each; 0 is no limit.
    pub fn new(person: u32, address: u32, sign_in: u32) -> Rates {
        Rates { person: Buckets::new(person), address: Buckets::new(address), sign_in: Buckets::new(sign_in), since_start: Stopwatch::start() }
    }
    pub fn person(&self, who: PersonId) -> Result<(), Problem> {
        told(self.person.take(who, self.now_us()))
    }
    pub fn address(&self, from: IpAddr) -> Result<(), Problem> {
        told(self.address.take(neighbourhood(from), self.now_us()))
    }
    /// One try to sign in from an address.
    pub fn sign_in(&self, from: IpAddr) -> Result<(), Problem> {
        told(self.sign_in.take(neighbourhood(from), self.now_us()))
    }
    fn now_us(&self) -> u64 {
        self.since_start.elapsed().as_micros() as u64
    }
}
fn told(taken: Result<(), u32>) -> Result<(), Problem> {
    taken.map_err(|seconds| Problem {
        retry_after_s: Some(seconds),
        ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many").with("retry_after_s", seconds)
    })
}

/// Buckets that hold a minute's worth of tokens and fill up evenly.
pub struct Buckets<K> {
    per_minute: u32,
    /// Tokens in millionths, and when they were counted (microseconds on the caller's watch).
    levels: Mutex<HashMap<K, (u64, u64)>>,
}
const TOKEN: u64 = 1_000_000;
const MINUTE_US: u64 = 60_000_000;
/// So many buckets are kept before the full ones, which say nothing, are thrown away.
const KEPT: usize = 10_000;

impl<K: Hash + Eq> Buckets<K> {
    pub fn new(per_minute: u32) -> Buckets<K> {
        Buckets { per_minute, levels: Mutex::default() }
    }
    /// Takes a token. Errors: in how many seconds there will be one.
    pub fn take(&self, key: K, now_us: u64) -> Result<(), u32> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let full = u64::from(self.per_minute) * TOKEN;
        let filled = |(level, at): (u64, u64)| {
            level.saturating_add(now_us.saturating_sub(at).saturating_mul(u64::from(self.per_minute)) / (MINUTE_US / TOKEN)).min(full)
        };
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if levels.len() >= KEPT {
            levels.retain(|_, level| filled(*level) < full);
        }
        let level = filled(levels.get(&key).copied().unwrap_or((full, now_us)));
        let (left, answer) = match level.checked_sub(TOKEN) {
            Some(left) => (left, Ok(())),
            None => (level, Err(((TOKEN - level) * (MINUTE_US / TOKEN)).div_ceil(u64::from(self.per_minute)).div_ceil(TOKEN) as u32)),
        };
        levels.insert(key, (left, now_us));
        answer
    }
}

/// One customer has a whole /64 of IPv6.
fn neighbourhood(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

/// Who really asks: the last address in `X-Forwarded-For` that is no proxy of ours, believed only if a proxy of ours says it.
pub fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let ours = |ip: &IpAddr| proxies.iter().any(|net| net.contains(&ip.to_canonical()));
    if !ours(&peer) {
        return peer;
    }
    let said = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let mut hops: Vec<IpAddr> = said.map_while(|hop| hop.trim().parse().ok()).collect();
    while hops.last().is_some_and(ours) {
        hops.pop();
    }
    hops.pop().unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_a_minutes_worth_and_then_fills_evenly() {
        let buckets = Buckets::new(60);
        assert!((0..60).all(|_| buckets.take("a", 0).is_ok()));
        assert_eq!(buckets.take("a", 0), Err(1));
        assert_eq!(buckets.take("a", 999_999), Err(1), "a refusal costs nothing");
        assert_eq!(buckets.take("a", 1_000_000), Ok(()));
        assert_eq!(buckets.take("a", 1_000_000), Err(1));
        assert_eq!(buckets.take("b", 1_000_000), Ok(()), "everybody has their own");
        assert!((0..60).all(|_| buckets.take("a", 3_600_000_000).is_ok()), "never more than full");
        assert!(buckets.take("a", 3_600_000_000).is_err());
    }
    #[test]
    fn slow_rates_tell_how_long_to_wait_and_zero_is_no_limit() {
        let slow = Buckets::new(1);
        assert_eq!((slow.take((), 0), slow.take((), 0), slow.take((), 30_000_000)), (Ok(()), Err(60), Err(30)));
        let none = Buckets::new(0);
        assert!((0..1000).all(|_| none.take((), 0).is_ok()));
    }
    #[test]
    fn full_buckets_are_forgotten() {
        let buckets = Buckets::new(60);
        for n in 0..KEPT + 5 {
            let _ = buckets.take(n, n as u64 * 2_000_000);
        }
        assert!(buckets.levels.lock().unwrap().len() < KEPT);
    }
    #[test]
    fn only_our_proxies_are_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = ["10.0.0.0/8".parse::<IpNet>().unwrap()];
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.0.0.7".parse().unwrap());
        assert_eq!(client(ip("198.51.100.1"), &headers, &proxies), ip("198.51.100.1"));
        assert_eq!(client(ip("10.0.0.5"), &headers, &proxies), ip("203.0.113.9"));
        assert_eq!(client(ip("10.0.0.5"), &HeaderMap::new(), &proxies), ip("10.0.0.5"));
        assert_eq!(neighbourhood(ip("2001:db8:1:2:3::4")), ip("2001:db8:1:2::"));
        assert_eq!(neighbourhood(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }
}
