use super::{At, Dice};
use std::hash::{Hash, Hasher};
use std::{fmt, marker::PhantomData, str::FromStr};

/// What an id points at. One empty type per kind; the prefix is what people read in logs and addresses.
pub trait Kind {
    const PREFIX: &'static str;
}

/// A UUIDv7 (RFC 9562) that knows what it points at, written as a TypeID: `tkt_01h455vb4pex5vsknk084sn02q`.
/// Sorts by time of making; made by us, never by a database.
pub struct Id<K: Kind>(u128, PhantomData<fn() -> K>);

impl<K: Kind> Id<K> {
    pub fn from_raw(raw: u128) -> Self {
        Id(raw, PhantomData)
    }
    pub fn raw(self) -> u128 {
        self.0
    }
    pub fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self::from_raw(u128::from_be_bytes(bytes))
    }
    /// A fresh id: 48 bits of milliseconds from `at`, 74 bits from the dice.
    pub fn new(at: At, dice: &mut Dice) -> Self {
        let ms = (at.micros() / 1000).max(0) as u128 & 0xFFFF_FFFF_FFFF;
        let (a, b) = (dice.bits() as u128, dice.bits() as u128);
        Self::from_raw(ms << 80 | 0x7 << 76 | (a & 0xFFF) << 64 | 0b10 << 62 | (b & 0x3FFF_FFFF_FFFF_FFFF))
    }
}
impl<K: Kind> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K: Kind> Copy for Id<K> {}
impl<K: Kind> PartialEq for Id<K> {
    fn eq(&self, o: &Self) -> bool {
        self.0 == o.0
    }
}
impl<K: Kind> Eq for Id<K> {}
impl<K: Kind> PartialOrd for Id<K> {
    fn partial_cmp(&self, o: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(o))
    }
}
impl<K: Kind> Ord for Id<K> {
    fn cmp(&self, o: &Self) -> std::cmp::Ordering {
        self.0.cmp(&o.0)
    }
}
impl<K: Kind> Hash for Id<K> {
    fn hash<H: Hasher>(&self, h: &mut H) {
        self.0.hash(h)
    }
}
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; 26];
        for (i, c) in text.iter_mut().enumerate() {
            *c = ALPHABET[(self.0 >> (5 * (25 - i))) as usize & 31];
        }
        write!(f, "{}_{}", K::PREFIX, std::str::from_utf8(&text).unwrap_or_default())
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
/// A text that is no id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadId {
    pub wanted: &'static str,
    pub got: String,
}
impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}_ and 26 letters or digits, got {:?}", self.wanted, self.got)
    }
}
impl<K: Kind> FromStr for Id<K> {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId { wanted: K::PREFIX, got: text.chars().take(64).collect() };
        let body = text.strip_prefix(K::PREFIX).and_then(|r| r.strip_prefix('_')).ok_or_else(bad)?;
        if body.len() != 26 || body.as_bytes()[0] > b'7' {
            return Err(bad());
        }
        body.bytes().try_fold(0u128, |n, c| ALPHABET.iter().position(|a| *a == c).map(|v| n << 5 | v as u128)).map(Self::from_raw).ok_or_else(bad)
    }
}

macro_rules! id_kinds {
    ($($(#[$doc:meta])* $kind:ident $alias:ident $prefix:literal)*) => {
        $($(#[$doc])* #[derive(Debug)] pub enum $kind {}
        impl Kind for $kind { const PREFIX: &'static str = $prefix; }
        pub type $alias = Id<$kind>;)*
        /// Every kind's prefix, for the test that keeps them apart.
        pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}
id_kinds! {
    /// A customer of the vendor: the unit of isolation, of plans and of bills.
    AccountKind AccountId "acc"
    /// Someone who signs in: customer or staff.
    PersonKind PersonId "per"
    TicketKind TicketId "tkt"
    MessageKind MessageId "msg"
    ClockKind ClockId "clk"
    AttachmentKind AttachmentId "att"
    SessionKind SessionId "ses"
    TokenKind TokenId "tok"
    /// An order that pins a version of a plan book for an account.
    OrderKind OrderId "ord"
    GroupKind GroupId "grp"
    ShiftKind ShiftId "shf"
    ViewKind ViewId "viw"
    /// What somebody keeps for their daily work: a reply template, a macro.
    ToolKind ToolId "tol"
    /// One act on many cases.
    BulkKind BulkId "blk"
    /// A line of working time spent on a case.
    TimeKind TimeId "tim"
    /// A guide or a known trouble.
    GuideKind GuideId "gde"
    /// A report the plan promises.
    DeliverableKind DeliverableId "dlv"
    /// A page of the vendor's own that opens the portal inside it.
    EmbedKind EmbedId "emb"
    WebhookKind WebhookId "whk"
    /// One thing that leaves the house: a mail, a webhook delivery, an in-site notice.
    OutboxKind OutboxId "out"
    /// A link in a letter that opens the door once.
    PassKind PassId "pas"
    /// Access a customer gave to the vendor's people.
    GrantKind GrantId "grt"
    /// One use of such access.
    UseKind UseId "use"
    /// A service that is booked ahead.
    ServiceKind ServiceId "srv"
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn an_id_reads_back_and_another_kinds_id_does_not() {
        let id = TicketId::new(At::from_micros(1_700_000_000_000_000), &mut Dice::new(1));
        assert_eq!(id.to_string().parse::<TicketId>(), Ok(id));
        assert!(id.to_string().replace("tkt", "acc").parse::<TicketId>().is_err());
        assert!("tkt_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<TicketId>().is_err(), "over 128 bits");
        assert!("tkt_é".parse::<TicketId>().is_err());
    }
    #[test]
    fn ids_sort_by_time_and_are_version_7() {
        let mut dice = Dice::new(2);
        let early = TicketId::new(At::from_micros(1_000_000), &mut dice);
        let late = TicketId::new(At::from_micros(2_000_000), &mut dice);
        assert!(early < late);
        assert_eq!((early.bytes()[6] >> 4, early.bytes()[8] >> 6), (7, 2));
    }
    #[test]
    fn prefixes_differ() {
        let mut seen = PREFIXES.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), PREFIXES.len());
    }
}
