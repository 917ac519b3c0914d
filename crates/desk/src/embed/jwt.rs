//! Reading signed tokens (RFC 7519, RFC 7515): only signatures, only by the one algorithm that was registered with the key. The header's own
//! `alg` chooses nothing, so that `none` and a public key used as a secret open no door.
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm};
use serde::Deserialize;

pub const ALGORITHMS: &[&str] = &["ES256", "EdDSA", "RS256"];
/// A token longer than this says more than who is asking.
const TOKEN_BYTES_MAX: usize = 8 << 10;

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// What must be understood; nothing is.
    crit: Option<serde_json::Value>,
}
/// What a token says. Instants in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    pub aud: Audiences,
    pub exp: f64,
    pub iat: f64,
    pub jti: String,
    pub account: Option<String>,
}
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Audiences {
    One(String),
    Many(Vec<String>),
}
impl Audiences {
    pub fn has(&self, fits: impl Fn(&str) -> bool) -> bool {
        match self {
            Audiences::One(one) => fits(one),
            Audiences::Many(many) => many.iter().any(|a| fits(a)),
        }
    }
}

/// The claims of a token that was signed with the key's other half; `None`: it was not, or it is no such token.
pub fn open(token: &str, alg: &str, pem: &str) -> Option<Claims> {
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, body) = signed.split_once('.')?;
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let header: Header = serde_json::from_slice(&part(head)?).ok()?;
    if header.alg != alg || header.crit.is_some() {
        return None;
    }
    let (way, key) = key(alg, pem)?;
    UnparsedPublicKey::new(way, key).verify(signed.as_bytes(), &part(signature)?).ok()?;
    serde_json::from_slice(&part(body)?).ok()
}
/// Whether a PEM holds a public key that this algorithm can use.
pub fn is_key(alg: &str, pem: &str) -> bool {
    key(alg, pem).is_some()
}

/// Object identifiers as they stand in a key (RFC 5480, RFC 8410, RFC 8017), with their tag and length.
const OF_P256: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const OF_ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
const OF_RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
fn key(alg: &str, pem: &str) -> Option<(&'static dyn VerificationAlgorithm, Vec<u8>)> {
    let (kind, bits) = public_key(pem)?;
    let way: &'static dyn VerificationAlgorithm = match (alg, kind.as_slice()) {
        ("ES256", OF_P256) if bits.len() == 65 && bits[0] == 4 => &ECDSA_P256_SHA256_FIXED,
        ("EdDSA", OF_ED25519) if bits.len() == 32 => &ED25519,
        // 2,048 bits at least.
        ("RS256", OF_RSA) if (256..=2_000).contains(&bits.len()) => &RSA_PKCS1_2048_8192_SHA256,
        _ => return None,
    };
    Some((way, bits))
}
/// The kind of key and its bits, out of a SubjectPublicKeyInfo in PEM.
fn public_key(pem: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let inner = pem.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?.strip_suffix("-----END PUBLIC KEY-----")?;
    let der = STANDARD.decode(inner.split_whitespace().collect::<String>()).ok()?;
    let (whole, rest) = take(&der, 0x30)?;
    let (kind, more) = take(whole, 0x30)?;
    let (bits, after) = take(more, 0x03)?;
    let bits = bits.strip_prefix(&[0])?;
    (rest.is_empty() && after.is_empty()).then(|| (kind.to_vec(), bits.to_vec()))
}
/// One value of DER with this tag, and what follows it.
fn take(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (head, rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match head[1] {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => rest.split_first().map(|(n, rest)| (usize::from(*n), rest))?,
        0x82 => rest.split_first_chunk::<2>().map(|(n, rest)| (usize::from(u16::from_be_bytes(*n)), rest))?,
        _ => return None,
    };
    (head[0] == tag).then(|| rest.split_at_checked(length))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};

    fn pem(kind: &[u8], bits: &[u8]) -> String {
        let wrap = |tag: u8, inner: &[u8]| [&[tag, inner.len() as u8][..], inner].concat();
        let der = wrap(0x30, &[wrap(0x30, kind), wrap(0x03, &[&[0][..], bits].concat())].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
    }
    fn text(alg: &str) -> String {
        let claims = r#"{"iss":"emb_1","sub":"li","aud":["x","https://s.example"],"exp":1,"iat":0,"jti":"j","more":1}"#;
        format!("{}.{}", URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#)), URL_SAFE_NO_PAD.encode(claims))
    }
    #[test]
    fn a_signature_by_the_registered_algorithm_and_no_other_opens_a_token() {
        let dice = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &dice).unwrap();
        let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref(), &dice).unwrap();
        let ed = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let (ec_pem, ed_pem) = (pem(OF_P256, ec.public_key().as_ref()), pem(OF_ED25519, ed.public_key().as_ref()));
        let seal = |text: &str, signature: &[u8]| format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature));
        let by_ec = seal(&text("ES256"), ec.sign(&dice, text("ES256").as_bytes()).unwrap().as_ref());
        let by_ed = seal(&text("EdDSA"), ed.sign(text("EdDSA").as_bytes()).as_ref());
        let claims = open(&by_ec, "ES256", &ec_pem).unwrap();
        assert_eq!((claims.sub.as_str(), claims.account.clone(), claims.aud.has(|a| a == "https://s.example")), ("li", None, true));
        assert_eq!(open(&by_ed, "EdDSA", &ed_pem), Some(claims));
        assert_eq!(open(&by_ed, "ES256", &ec_pem), None, "the header chooses nothing");
        assert_eq!(open(&by_ec, "EdDSA", &ed_pem), None);
        let none = format!("{}.", text("none"));
        assert!(ALGORITHMS.iter().all(|alg| open(&none, alg, &ed_pem).is_none()));
        assert_eq!(open(&seal(&text("EdDSA"), &[0; 64]), "EdDSA", &ed_pem), None);
        assert_eq!(open(&by_ed.replacen(&text("EdDSA")[30..34], "AAAA", 1), "EdDSA", &ed_pem), None, "changed after it was signed");
        for bad in ["", ".", "..", "a.b.c", "你.好.吗"] {
            assert_eq!(open(bad, "EdDSA", &ed_pem), None, "{bad}");
        }
        assert!(is_key("ES256", &ec_pem) && !is_key("RS256", &ec_pem) && !is_key("ES256", &ed_pem) && !is_key("EdDSA", "PRIVATE"));
    }
}
