//! What goes over the wire in every room: instants, ids, pages. Nothing here is known below this floor.
use axum::http::StatusCode;
use domain::kit::{
    AccountKind, At, AttachmentKind, BulkKind, ClockKind, DeliverableKind, EmbedKind, GuideKind, Id, Kind, MessageKind, OrderKind, OutboxKind,
    PersonKind, ServiceKind, SessionKind, ShiftKind, Span, TicketKind, TimeKind, TokenKind, ToolKind, ViewKind, WebhookKind,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::borrow::Cow;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Codes that readers of single values give; [`super::extract`] knows them again.
pub const VALUE_CODES: &[&str] = &["bad_instant", "bad_id", "bad_span", "unknown_value"];

/// An instant in RFC 3339; written in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub At);
impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        At::parse(&text).map(Instant).map_err(|_| D::Error::custom("bad_instant"))
    }
}
impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(format))
            .description(Some("An instant in RFC 3339; written in UTC."))
            .build()
            .into()
    }
}
impl ToSchema for Instant {
    fn name() -> Cow<'static, str> {
        "Instant".into()
    }
}
impl From<At> for Instant {
    fn from(at: At) -> Instant {
        Instant(at)
    }
}
pub fn instant(at: Option<At>) -> Option<Instant> {
    at.map(Instant)
}
pub fn at(instant: Option<Instant>) -> Option<At> {
    instant.map(|i| i.0)
}

/// A length of time in ISO 8601: `PT40M`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length(pub Span);
impl Serialize for Length {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        Span::parse(&text).map(Length).map_err(|_| D::Error::custom("bad_span"))
    }
}
impl PartialSchema for Length {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Duration);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(format))
            .description(Some("A length of time in ISO 8601, as PT40M."))
            .build()
            .into()
    }
}
impl ToSchema for Length {
    fn name() -> Cow<'static, str> {
        "Length".into()
    }
}

/// An id as it is written: its kind, and 26 letters and digits.
pub struct WireId<K: Kind>(pub Id<K>);
impl<K: Kind> Clone for WireId<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K: Kind> Copy for WireId<K> {}
impl<K: Kind> std::fmt::Debug for WireId<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
impl<K: Kind> Serialize for WireId<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}
impl<'de, K: Kind> Deserialize<'de> for WireId<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        text.parse().map(WireId).map_err(|_| D::Error::custom("bad_id"))
    }
}
impl<K: Kind> PartialSchema for WireId<K> {
    fn schema() -> RefOr<Schema> {
        let pattern = format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", K::PREFIX);
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build().into()
    }
}
impl<K: Kind> ToSchema for WireId<K> {
    fn name() -> Cow<'static, str> {
        format!("Id_{}", K::PREFIX).into()
    }
}
impl<K: Kind> From<Id<K>> for WireId<K> {
    fn from(id: Id<K>) -> Self {
        WireId(id)
    }
}
pub type AccountRef = WireId<AccountKind>;
pub type AttachmentRef = WireId<AttachmentKind>;
pub type BulkRef = WireId<BulkKind>;
pub type ClockRef = WireId<ClockKind>;
pub type DeliverableRef = WireId<DeliverableKind>;
pub type EmbedRef = WireId<EmbedKind>;
pub type GuideRef = WireId<GuideKind>;
pub type MessageRef = WireId<MessageKind>;
pub type OrderRef = WireId<OrderKind>;
pub type OutboxRef = WireId<OutboxKind>;
pub type PersonRef = WireId<PersonKind>;
pub type ServiceRef = WireId<ServiceKind>;
pub type SessionRef = WireId<SessionKind>;
pub type ShiftRef = WireId<ShiftKind>;
pub type TicketRef = WireId<TicketKind>;
pub type TimeRef = WireId<TimeKind>;
pub type TokenRef = WireId<TokenKind>;
pub type ToolRef = WireId<ToolKind>;
pub type ViewRef = WireId<ViewKind>;
pub type WebhookRef = WireId<WebhookKind>;

/// The ids of a list.
pub fn refs<K: Kind>(ids: &[Id<K>]) -> Vec<WireId<K>> {
    ids.iter().copied().map(WireId).collect()
}

/// One page of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// For fields where `null` and "not said" differ: `#[serde(default, deserialize_with = "said")]` on an `Option<Option<…>>`.
pub fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}
/// Several keys in one query value: `?stage=new,active`.
pub fn keys<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(from)?;
    Ok(text.split(',').map(str::trim).filter(|k| !k.is_empty()).map(str::to_string).collect())
}

/// A local day, `2025-07-14`. Errors: 422.
pub fn day(field: &str, text: &str) -> Result<jiff::civil::Date, super::problem::Problem> {
    text.parse().map_err(|_| super::problem::Problem::invalid(field, "bad_date"))
}

/// What a write answers, before it is known whether it is the first time.
pub struct Made<T> {
    pub status: StatusCode,
    /// Where the new thing is.
    pub place: Option<String>,
    pub version: Option<u32>,
    pub body: T,
    /// What is answered to a repetition where the body holds a secret that is shown once.
    pub again: Option<serde_json::Value>,
}
impl<T> Made<T> {
    pub fn ok(body: T) -> Made<T> {
        Made { status: StatusCode::OK, place: None, version: None, body, again: None }
    }
    pub fn new(place: impl Into<String>, body: T) -> Made<T> {
        Made { status: StatusCode::CREATED, place: Some(place.into()), ..Made::ok(body) }
    }
    pub fn version(mut self, version: u32) -> Made<T> {
        self.version = Some(version);
        self
    }
    pub fn shown_once(mut self, again: serde_json::Value) -> Made<T> {
        self.again = Some(again);
        self
    }
}
impl Made<()> {
    /// 204
    pub fn nothing() -> Made<()> {
        Made { status: StatusCode::NO_CONTENT, ..Made::ok(()) }
    }
}
