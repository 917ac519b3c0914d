//! Pages of long answers, by key: `limit` and an opaque `cursor` that only we can make and that fits one question only.
use super::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::kit::At;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;
use std::fmt::Display;
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

/// The usual page.
pub const LIMIT: u32 = 50;

/// What every list takes. Lists with filters carry the same two fields.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageIn {
    /// Rows wanted, 1 to 200; 50 if not said.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// The number of rows to give. Errors: 422 outside 1 to the house's limit.
pub fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    let (n, max) = (asked.unwrap_or(LIMIT), desk::limits::PAGE_MAX);
    if (1..=max).contains(&n) { Ok(n) } else { Err(Problem::from(desk::Flaw::new("limit", "out_of_range").with("min", 1).with("max", max))) }
}

/// Seals cursors with the house key, so that nobody reads on at a place of their own making.
pub struct Seal(Hmac<Sha256>);
const SIGNATURE: usize = 12;

impl Seal {
    pub fn new(house_key: &[u8; 32]) -> Seal {
        // Any length of key is good for HMAC; the fallback is never taken.
        let mac = Hmac::<Sha256>::new_from_slice(house_key).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()));
        Seal(mac.chain_update(b"page cursor"))
    }
    /// A cursor for `question` (the route and its filters) that remembers `place`.
    pub fn close(&self, question: &str, place: &str) -> String {
        let mut bytes = self.sign(question, place.as_bytes()).to_vec();
        bytes.extend(place.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
    /// The place a cursor remembers. Errors: 422; it is none of ours, or of another question.
    pub fn open(&self, question: &str, cursor: &str) -> Result<String, Problem> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (signature, place) = bytes.split_at_checked(SIGNATURE)?;
            (signature == self.sign(question, place)).then(|| String::from_utf8(place.to_vec()).ok())?
        };
        read().ok_or_else(|| Problem::invalid("cursor", "foreign_cursor"))
    }
    /// The place after a row that is sorted by an instant and its id.
    pub fn close_after(&self, question: &str, at: At, id: impl Display) -> String {
        self.close(question, &format!("{} {id}", at.micros()))
    }
    /// Reads it back; `None` without a cursor.
    pub fn after<Id: FromStr>(&self, question: &str, cursor: Option<&str>) -> Result<Option<(At, Id)>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let place = self.open(question, cursor)?;
        let read = place.split_once(' ').and_then(|(at, id)| Some((At::from_micros(at.parse().ok()?), id.parse().ok()?)));
        read.map(Some).ok_or_else(|| Problem::invalid("cursor", "foreign_cursor"))
    }
    /// The place after a row that is sorted by one key.
    pub fn after_key<K: FromStr>(&self, question: &str, cursor: Option<&str>) -> Result<Option<K>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let read = self.open(question, cursor)?.parse().ok();
        read.map(Some).ok_or_else(|| Problem::invalid("cursor", "foreign_cursor"))
    }
    fn sign(&self, question: &str, place: &[u8]) -> [u8; SIGNATURE] {
        let mac = self.0.clone().chain_update((question.len() as u64).to_be_bytes()).chain_update(question).chain_update(place);
        let full = mac.finalize().into_bytes();
        std::array::from_fn(|i| full[i])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_for_its_own_question_only() {
        let seal = Seal::new(&[7; 32]);
        let cursor = seal.close("tickets?open", "2025-06-16 tkt_1");
        assert_eq!(seal.open("tickets?open", &cursor).unwrap(), "2025-06-16 tkt_1");
        assert!(seal.open("tickets?closed", &cursor).is_err(), "of another question");
        assert!(Seal::new(&[8; 32]).open("tickets?open", &cursor).is_err(), "of another house");
        let mut forged = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        *forged.last_mut().unwrap() ^= 1;
        for bad in ["", "x", "你好", "AAAAAAAAAAAAAAAA", &URL_SAFE_NO_PAD.encode(forged)] {
            assert_eq!(seal.open("tickets?open", bad).unwrap_err().flaws[0].code, "foreign_cursor", "{bad}");
        }
    }
    #[test]
    fn a_page_has_at_least_one_row_and_at_most_the_houses_limit() {
        assert_eq!((limit(None).unwrap(), limit(Some(1)).unwrap(), limit(Some(200)).unwrap()), (50, 1, 200));
        assert!(limit(Some(0)).is_err() && limit(Some(201)).is_err());
    }
}
