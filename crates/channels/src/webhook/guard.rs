//! The wall between customers' addresses and our own network (server-side request forgery, CWE-918).
//!
//! A name is looked up once for a connection, the answer is checked, and what was checked is what is dialled: a second
//! look-up that says something else (DNS rebinding) cannot happen in between.
use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::{error, fmt, io};

/// Looks a host's addresses up. A trait so that tests can answer.
pub trait Resolver: Send + Sync {
    fn lookup(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// Asks as the machine is set up to ask.
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn lookup(&self, host: &str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let host = host.to_string();
        Box::pin(async move { Ok(tokio::net::lookup_host((host.as_str(), 0)).await?.map(|a| a.ip()).collect()) })
    }
}

/// What an administrator lets through besides the public internet.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// Ranges that may be reached although they are not public, for receivers in the vendor's own network.
    pub allowed: Vec<IpNet>,
    /// Ports that may be reached besides 80, 443 and those from 1024 on.
    pub ports: Vec<u16>,
    /// Only `https:`.
    pub https_only: bool,
}

/// Why an address is not written to. Also told when an endpoint is first entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadUrl {
    Unreadable,
    Scheme,
    /// `user:password@`: it would end up in logs and pages.
    UserInfo,
    Port,
    ForbiddenAddress,
}

impl BadUrl {
    pub fn code(self) -> &'static str {
        match self {
            BadUrl::Unreadable => "webhook.unreadable_url",
            BadUrl::Scheme => "webhook.scheme_not_allowed",
            BadUrl::UserInfo => "webhook.user_in_url",
            BadUrl::Port => "webhook.port_not_allowed",
            BadUrl::ForbiddenAddress => "webhook.forbidden_address",
        }
    }
}

/// Which side of the wall an address is on, for the page that explains a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wall {
    Public,
    Allowed,
    Behind,
}

impl Guard {
    /// Reads ranges as configured: `10.1.0.0/16`, `fd00::/8`, or a single address. Errors: the text that is no range.
    pub fn allowing(ranges: &[&str]) -> Result<Guard, String> {
        let read = |text: &&str| text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| text.to_string());
        Ok(Guard { allowed: ranges.iter().map(read).collect::<Result<_, _>>()?, ..Guard::default() })
    }

    /// Everything that can be told without a look-up. Hosts written as decimal, octal or hexadecimal numbers are read as the
    /// addresses they are (WHATWG URL, host parsing).
    pub fn check(&self, url: &str) -> Result<Url, BadUrl> {
        let url = Url::parse(url).map_err(|_| BadUrl::Unreadable)?;
        match url.scheme() {
            "https" => {}
            "http" if !self.https_only => {}
            _ => return Err(BadUrl::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadUrl::UserInfo);
        }
        let port = url.port_or_known_default().ok_or(BadUrl::Port)?;
        if !(matches!(port, 80 | 443 | 1024..) || self.ports.contains(&port)) {
            return Err(BadUrl::Port);
        }
        let host = url.host_str().ok_or(BadUrl::Unreadable)?;
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match literal {
            Ok(ip) if self.wall(ip) == Wall::Behind => Err(BadUrl::ForbiddenAddress),
            _ => Ok(url),
        }
    }

    pub fn wall(&self, ip: IpAddr) -> Wall {
        if self.allowed.iter().any(|net| net.contains(&ip)) {
            return Wall::Allowed;
        }
        let public = match ip {
            IpAddr::V4(ip) => is_public_v4(ip),
            IpAddr::V6(ip) => is_public_v6(ip),
        };
        if public { Wall::Public } else { Wall::Behind }
    }
}

/// IANA's special-purpose registry for IPv4, multicast and reserved space. The metadata services of clouds sit in link-local and
/// shared space (100.64/10) but for one, which is listed by itself.
const NOT_PUBLIC_V4: [(Ipv4Addr, u8); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),        // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // shared (carrier-grade NAT)
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // a cloud's host agent on a public number
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24),  // AS112
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, broadcast
];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let is_in = |(net, bits): &(Ipv4Addr, u8)| (u32::from(ip) ^ u32::from(*net)) >> (32 - bits) == 0;
    !NOT_PUBLIC_V4.iter().any(is_in)
}

/// Inside 2000::/3, the only space given out for the public: what is special all the same. Loopback, mapped and compatible IPv4,
/// NAT64, unique local, link-local, site-local, multicast and discard lie outside it.
const NOT_PUBLIC_V6: [(Ipv6Addr, u8); 5] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),         // protocol assignments, Teredo, ORCHID
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),     // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),         // 6to4 carries an IPv4 address
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // AS112
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),         // documentation
];

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let is_in = |(net, bits): &(Ipv6Addr, u8)| (u128::from(ip) ^ u128::from(*net)) >> (128 - bits) == 0;
    let given_out = ip.segments()[0] >> 13 == 0b001;
    given_out && !NOT_PUBLIC_V6.iter().any(is_in)
}

/// The look-up the client dials by: the resolver's answer, or nothing when any part of it lies behind the wall (a mixed answer is
/// an attack or a mistake, and either way not a receiver).
pub(super) struct GuardedNames {
    pub(super) guard: Guard,
    pub(super) resolver: Arc<dyn Resolver>,
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, found) = (self.guard.clone(), self.resolver.lookup(name.as_str()));
        Box::pin(async move {
            let ips = found.await.map_err(|_| NotResolved::NoAddress)?;
            if ips.is_empty() {
                return Err(NotResolved::NoAddress.into());
            }
            if ips.iter().any(|ip| guard.wall(*ip) == Wall::Behind) {
                return Err(NotResolved::BehindTheWall.into());
            }
            let addresses: Box<dyn Iterator<Item = SocketAddr> + Send> = Box::new(ips.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotResolved {
    NoAddress,
    BehindTheWall,
}
impl fmt::Display for NotResolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
impl error::Error for NotResolved {}

/// What our look-up said, found among the causes of the client's error.
pub(super) fn cause(error: &(dyn error::Error + 'static)) -> Option<NotResolved> {
    let mut this = Some(error);
    while let Some(e) = this {
        if let Some(found) = e.downcast_ref::<NotResolved>() {
            return Some(*found);
        }
        this = e.source();
    }
    None
}
