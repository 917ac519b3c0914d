//! The house key: 32 random bytes in a file only we can read, made on the first start.
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Why there is no house key: a code with words in `i18n/<language>/config.toml`.
#[derive(Debug)]
pub struct NoKey {
    pub code: &'static str,
    pub because: String,
}

/// Reads the key, or makes it where there is none. Errors: a file that cannot be read or made, that others may read, or that is no key.
pub fn house_key(path: &Path) -> Result<[u8; 32], NoKey> {
    match fs::read(path) {
        Ok(bytes) => known(path, &bytes),
        Err(e) if e.kind() == ErrorKind::NotFound => make(path).map_err(|e| NoKey { code: "config.key_not_made", because: e.to_string() }),
        Err(e) => Err(NoKey { code: "config.key_unreadable", because: e.to_string() }),
    }
}
fn known(path: &Path, bytes: &[u8]) -> Result<[u8; 32], NoKey> {
    let mode = fs::metadata(path).map(|m| m.permissions().mode() & 0o077).unwrap_or_default();
    if mode != 0 {
        return Err(NoKey { code: "config.key_open_to_others", because: format!("{:o}", mode) });
    }
    bytes.try_into().map_err(|_| NoKey { code: "config.key_damaged", because: format!("{} bytes", bytes.len()) })
}
/// Written beside and moved into place, so that a machine that stops leaves a whole key or none.
fn make(path: &Path) -> io::Result<[u8; 32]> {
    let mut key = [0u8; 32];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(&key)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_us_alone() {
        let folder = std::env::temp_dir().join(format!("yinuo-key-{}", std::process::id()));
        let path = folder.join("house.key");
        let key = house_key(&path).unwrap();
        assert_eq!(house_key(&path).unwrap(), key);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(house_key(&path).unwrap_err().code, "config.key_open_to_others");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert_eq!(house_key(&path).unwrap_err().code, "config.key_damaged");
        fs::remove_dir_all(folder).unwrap();
    }
}
