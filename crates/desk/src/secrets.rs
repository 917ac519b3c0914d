//! Secrets: made from the operating system's dice, hashed when they only need to be recognised, sealed when they must be read again.
use crate::Fault;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt;

/// `n` bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|e| Fault::internal(format!("the operating system has no dice: {e}")))?;
    Ok(bytes)
}
/// A secret a person or program carries: 32 bytes in URL-safe letters behind a prefix that scanners recognise.
pub fn new_secret(prefix: &str) -> Result<String, Fault> {
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()?)))
}
/// How a secret of full entropy is recognised: SHA-256, no salt needed.
pub fn fingerprint(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// argon2id as OWASP advises for servers: 19 MiB, 2 passes, 1 lane.
fn argon() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None).unwrap_or_default())
}
/// Slow on purpose (some 20 ms): call it outside a transaction.
pub fn hash_password(password: &str) -> Result<String, Fault> {
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(Fault::internal)?;
    Ok(argon().hash_password(password.as_bytes(), &salt).map_err(Fault::internal)?.to_string())
}
/// Slow on purpose; also when there is no such person (`None`), so that the time tells nothing.
pub fn password_fits(password: &str, hash: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$J1vK3Xm6w0nNLBcgc0v8cQ0WuV1Y7d0b8bD4P6i3c9E";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    parsed.is_ok_and(|h| argon().verify_password(password.as_bytes(), &h).is_ok()) && hash.is_some()
}

/// The house key: seals what must be read again (webhook secrets, attachments) with AES-256-GCM.
#[derive(Clone)]
pub struct Seal(Aes256Gcm);
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(***)")
    }
}
impl Seal {
    pub fn new(key: &[u8; 32]) -> Seal {
        Seal(Aes256Gcm::new(key.into()))
    }
    /// Nonce and sealed bytes; `about` (an id) is bound to them, so that one thing's secret cannot be put in another's place.
    pub fn close(&self, plain: &[u8], about: &[u8]) -> Result<Vec<u8>, Fault> {
        let nonce = random::<12>()?;
        let sealed = self.0.encrypt(Nonce::from_slice(&nonce), Payload { msg: plain, aad: about }).map_err(|_| Fault::internal("sealing failed"))?;
        Ok([&nonce[..], &sealed].concat())
    }
    pub fn open(&self, sealed: &[u8], about: &[u8]) -> Result<Vec<u8>, Fault> {
        let broken = || Fault::internal("a sealed value does not open: another house key, or damage");
        let (nonce, body) = sealed.split_at_checked(12).ok_or_else(broken)?;
        self.0.decrypt(Nonce::from_slice(nonce), Payload { msg: body, aad: about }).map_err(|_| broken())
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn what_was_sealed_for_one_thing_does_not_open_for_another() {
        let seal = Seal::new(&[7; 32]);
        let sealed = seal.close(b"secret", b"whk_1").unwrap();
        assert_eq!(seal.open(&sealed, b"whk_1").unwrap(), b"secret");
        assert!(seal.open(&sealed, b"whk_2").is_err());
        assert!(Seal::new(&[8; 32]).open(&sealed, b"whk_1").is_err());
        assert!(seal.open(b"short", b"whk_1").is_err());
    }
    #[test]
    fn a_password_is_recognised_and_nobody_has_none() {
        let hash = hash_password("correct horse").unwrap();
        assert!(password_fits("correct horse", Some(&hash)));
        assert!(!password_fits("wrong", Some(&hash)));
        assert!(!password_fits("correct horse", None));
    }
}
