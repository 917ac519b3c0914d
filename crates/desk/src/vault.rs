//! Files at rest: sealed frame by frame while they stream in, opened frame by frame while they stream out.
//!
//! A file is a head (`YNV1` and the file's own key, sealed with the house key and bound to the file's id) and frames of AES-256-GCM over
//! 64 KiB each. A frame's number and whether it is the last are bound to it, as in the STREAM construction (Hoang, Reyhanitabar,
//! Rogaway, Vizár 2015): a file cut short, put in another order or carried to another name does not open.
//! Files lie under `ab/cd/<id>`; what is still streaming has the ending `.part`.
use crate::Fault;
use crate::secrets::{Seal, random};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use domain::kit::{At, AttachmentId};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 4] = b"YNV1";
const FRAME: usize = 64 << 10;
const TAG: usize = 16;
/// Nonce, key and tag.
const SEALED_KEY: usize = 12 + 32 + 16;
/// How much of a file tells what it is.
const HEAD: usize = 8 << 10;

/// A folder of sealed files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vault {
    dir: PathBuf,
    seal: Seal,
    bytes_max: u64,
}
/// A file that is wholly and safely on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub id: AttachmentId,
    pub bytes: u64,
    pub sha256: [u8; 32],
    /// Told from the first bytes, never from what the sender says.
    pub media_type: &'static str,
}

fn trouble(e: io::Error) -> Fault {
    match e.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Fault::Busy { code: "disk_full", retry_after_s: 30 },
        _ => Fault::internal(format!("the vault: {e}")),
    }
}
/// The nonce of a frame; every file has a key of its own, so numbers do not meet.
fn nonce(number: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&number.to_be_bytes());
    nonce
}
fn about(id: AttachmentId, number: u64, last: bool) -> [u8; 25] {
    let mut about = [0; 25];
    about[..16].copy_from_slice(&id.bytes());
    about[16..24].copy_from_slice(&number.to_be_bytes());
    about[24] = last.into();
    about
}

impl Vault {
    /// Opens (and makes) the folder. `bytes_max`: the largest file taken.
    pub fn open(dir: impl Into<PathBuf>, seal: Seal, bytes_max: u64) -> Result<Vault, Fault> {
        let dir = dir.into();
        fs::create_dir_all(&dir).map_err(trouble)?;
        Ok(Vault { dir, seal, bytes_max })
    }
    /// The last letters are random; the first ones only tell the time.
    fn place(&self, id: AttachmentId) -> PathBuf {
        let name = id.to_string();
        let n = name.len();
        self.dir.join(&name[n - 2..]).join(&name[n - 4..n - 2]).join(name)
    }
    /// Begins a file. Dropped before [`Incoming::finish`], nothing of it stays.
    pub fn begin(&self, id: AttachmentId) -> Result<Incoming, Fault> {
        let place = self.place(id);
        let part = place.with_extension("part");
        fs::create_dir_all(place.parent().unwrap_or(&self.dir)).map_err(trouble)?;
        let key = random::<32>()?;
        let mut file = File::options().write(true).create_new(true).open(&part).map_err(trouble)?;
        let mut incoming = Incoming {
            id,
            part,
            place,
            root: self.dir.clone(),
            cipher: Aes256Gcm::new(&key.into()),
            bytes_max: self.bytes_max,
            bytes: 0,
            number: 0,
            plain: Vec::with_capacity(FRAME * 2),
            head: Vec::new(),
            hash: Sha256::new(),
            file: None,
        };
        let head = [&MAGIC[..], &self.seal.close(&key, &id.bytes())?].concat();
        file.write_all(&head).map_err(trouble)?;
        incoming.file = Some(file);
        Ok(incoming)
    }
    /// Opens a file for reading. Errors: NotFound; Internal for another house key or damage, here or while reading.
    pub fn read(&self, id: AttachmentId) -> Result<Outgoing, Fault> {
        let file = match File::open(self.place(id)) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Err(Fault::NotFound),
            opened => opened.map_err(trouble)?,
        };
        let mut file = BufReader::with_capacity(FRAME + TAG, file);
        let mut head = [0; MAGIC.len() + SEALED_KEY];
        file.read_exact(&mut head).map_err(|_| damaged(id))?;
        let (magic, sealed) = head.split_at(MAGIC.len());
        let key: [u8; 32] = self.seal.open(sealed, &id.bytes())?.try_into().map_err(|_| damaged(id))?;
        if magic != MAGIC {
            return Err(damaged(id));
        }
        Ok(Outgoing {
            id,
            file,
            cipher: Aes256Gcm::new(&key.into()),
            number: 0,
            ahead: Vec::new(),
            plain: Vec::new(),
            given: 0,
            state: Reading::First,
        })
    }
    /// Removes a file, if it is there.
    pub fn remove(&self, id: AttachmentId) -> Result<(), Fault> {
        match fs::remove_file(self.place(id)) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(trouble(e)),
            _ => Ok(()),
        }
    }
    /// Every file begun before an instant, whole or not, by the time in its id.
    pub(crate) fn each_before(&self, before: At, mut take: impl FnMut(AttachmentId, &Path) -> Result<(), Fault>) -> Result<(), Fault> {
        for outer in folders(&self.dir)? {
            for inner in folders(&outer)? {
                for entry in fs::read_dir(&inner).map_err(trouble)? {
                    let path = entry.map_err(trouble)?.path();
                    let id = path.file_stem().and_then(|s| s.to_str()).and_then(|s| s.parse::<AttachmentId>().ok());
                    if let Some(id) = id.filter(|id| made_at(*id) < before) {
                        take(id, &path)?;
                    }
                }
            }
        }
        Ok(())
    }
}
fn folders(dir: &Path) -> Result<Vec<PathBuf>, Fault> {
    let all: io::Result<Vec<PathBuf>> = fs::read_dir(dir).map_err(trouble)?.map(|e| e.map(|e| e.path())).collect();
    Ok(all.map_err(trouble)?.into_iter().filter(|p| p.is_dir()).collect())
}
/// When an id was made, to the millisecond (UUIDv7).
fn made_at(id: AttachmentId) -> At {
    At::from_micros((id.raw() >> 80) as i64 * 1000)
}
#[track_caller]
fn damaged(id: AttachmentId) -> Fault {
    Fault::internal(format!("{id} is damaged: cut short, changed, or sealed for something else"))
}

/// A file on its way in.
pub struct Incoming {
    id: AttachmentId,
    part: PathBuf,
    place: PathBuf,
    root: PathBuf,
    cipher: Aes256Gcm,
    bytes_max: u64,
    bytes: u64,
    number: u64,
    plain: Vec<u8>,
    head: Vec<u8>,
    hash: Sha256,
    file: Option<File>,
}
impl Incoming {
    /// More of the file. Errors: TooLarge as soon as it is; Busy when the disk is full.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.bytes_max {
            return Err(Fault::TooLarge { limit: self.bytes_max });
        }
        self.hash.update(bytes);
        self.head.extend_from_slice(&bytes[..bytes.len().min(HEAD - self.head.len())]);
        // Chunks as they come may be larger than a frame; the buffer stays small whatever comes.
        for piece in bytes.chunks(FRAME) {
            self.plain.extend_from_slice(piece);
            // The last frame is never empty unless the file is, so a full buffer waits until more comes.
            if self.plain.len() > FRAME {
                self.write_frame(FRAME, false)?;
            }
        }
        Ok(())
    }
    fn write_frame(&mut self, len: usize, last: bool) -> Result<(), Fault> {
        let frame = Payload { msg: &self.plain[..len], aad: &about(self.id, self.number, last) };
        let sealed = self.cipher.encrypt(Nonce::from_slice(&nonce(self.number)), frame).map_err(|_| Fault::internal("sealing a frame failed"))?;
        let file = self.file.as_mut().ok_or_else(|| Fault::internal("a file that is not open"))?;
        file.write_all(&sealed).map_err(trouble)?;
        self.plain.drain(..len);
        self.number += 1;
        Ok(())
    }
    /// The file is whole: it is on disk, under its name, when this returns.
    pub fn finish(mut self) -> Result<Sealed, Fault> {
        self.write_frame(self.plain.len(), true)?;
        if let Some(file) = self.file.take() {
            file.sync_all().map_err(trouble)?;
        }
        fs::rename(&self.part, &self.place).map_err(trouble)?;
        // The name, and the folders' names that may be new.
        for folder in self.place.ancestors().skip(1).take_while(|f| f.starts_with(&self.root)) {
            File::open(folder).and_then(|f| f.sync_all()).map_err(trouble)?;
        }
        let sha256 = std::mem::take(&mut self.hash).finalize().into();
        Ok(Sealed { id: self.id, bytes: self.bytes, sha256, media_type: sniff(&self.head) })
    }
}
impl Drop for Incoming {
    fn drop(&mut self) {
        // After `finish` there is nothing under this name any more. What cannot be removed now, the sweep removes.
        let _ = fs::remove_file(&self.part);
    }
}

/// A file on its way out: [`Outgoing::frame`] by frame, or as a reader.
pub struct Outgoing {
    id: AttachmentId,
    file: BufReader<File>,
    cipher: Aes256Gcm,
    number: u64,
    /// The sealed frame that comes next: whether another follows tells whether it is the last.
    ahead: Vec<u8>,
    plain: Vec<u8>,
    given: usize,
    state: Reading,
}
#[derive(Debug, PartialEq)]
enum Reading {
    First,
    More,
    Done,
}
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("id", &self.id).field("number", &self.number).finish_non_exhaustive()
    }
}
impl Outgoing {
    fn sealed_frame(&mut self) -> Result<Vec<u8>, Fault> {
        let mut frame = Vec::with_capacity(FRAME + TAG);
        (&mut self.file).take((FRAME + TAG) as u64).read_to_end(&mut frame).map_err(trouble)?;
        Ok(frame)
    }
    /// The next piece, checked; `None` at the end of a file that is whole. Errors: Internal for damage.
    pub fn frame(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        if self.state == Reading::Done {
            return Ok(None);
        }
        if self.state == Reading::First {
            self.ahead = self.sealed_frame()?;
            self.state = Reading::More;
        }
        let next = self.sealed_frame()?;
        let frame = std::mem::replace(&mut self.ahead, next);
        let last = self.ahead.is_empty();
        let sealed = Payload { msg: &frame, aad: &about(self.id, self.number, last) };
        let plain = self.cipher.decrypt(Nonce::from_slice(&nonce(self.number)), sealed).map_err(|_| damaged(self.id))?;
        self.number += 1;
        if last {
            self.state = Reading::Done;
        }
        Ok(Some(plain))
    }
}
impl Read for Outgoing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.plain.len() {
            match self.frame() {
                Ok(Some(frame)) => (self.plain, self.given) = (frame, 0),
                Ok(None) => return Ok(0),
                Err(fault) => return Err(io::Error::other(format!("{fault:?}"))),
            }
        }
        let n = out.len().min(self.plain.len() - self.given);
        out[..n].copy_from_slice(&self.plain[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

/// What a file is that nothing more is known of; served as a download.
pub const UNKNOWN: &str = "application/octet-stream";
/// What a browser would run as a page of ours (HTML, SVG, XML) is [`UNKNOWN`] on purpose.
pub fn sniff(head: &[u8]) -> &'static str {
    const STARTS: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"PK\x05\x06", "application/zip"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"\xfd7zXZ\x00", "application/x-xz"),
        (b"(\xb5/\xfd", "application/zstd"),
        (b"Rar!\x1a\x07", "application/vnd.rar"),
        (b"OggS", "application/ogg"),
        (b"ID3", "audio/mpeg"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
        (b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap"),
    ];
    let at = |from: usize, text: &[u8]| head.get(from..from + text.len()) == Some(text);
    if let Some((_, media_type)) = STARTS.iter().find(|(start, _)| at(0, start)) {
        return media_type;
    }
    match () {
        _ if at(0, b"RIFF") && at(8, b"WEBP") => "image/webp",
        _ if at(0, b"RIFF") && at(8, b"WAVE") => "audio/wav",
        _ if at(4, b"ftyp") && (at(8, b"heic") || at(8, b"mif1")) => "image/heic",
        _ if at(4, b"ftyp") && at(8, b"qt  ") => "video/quicktime",
        _ if at(4, b"ftyp") => "video/mp4",
        _ if is_plain_text(head) => "text/plain; charset=utf-8",
        _ => UNKNOWN,
    }
}
fn is_plain_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end within a character, no more than that.
        Err(e) if e.error_len().is_none() && head.len() == HEAD => std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default(),
        Err(_) => return false,
    };
    let begins_markup = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('<');
    !text.is_empty() && !begins_markup && !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{c}' | '\u{1b}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::kit::Dice;
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Room(Vault);
    impl Room {
        fn new(bytes_max: u64) -> Room {
            static COUNT: AtomicU64 = AtomicU64::new(0);
            let dir = std::env::temp_dir().join(format!("yinuo-vault-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
            Room(Vault::open(dir, Seal::new(&[9; 32]), bytes_max).unwrap())
        }
        fn put(&self, n: u64, bytes: &[u8]) -> (AttachmentId, Sealed) {
            let id = id(n);
            let mut incoming = self.0.begin(id).unwrap();
            bytes.chunks(1000).for_each(|c| incoming.push(c).unwrap());
            (id, incoming.finish().unwrap())
        }
        fn get(&self, id: AttachmentId) -> Result<Vec<u8>, Fault> {
            let (mut reader, mut all) = (self.0.read(id)?, Vec::new());
            while let Some(frame) = reader.frame()? {
                all.extend(frame);
            }
            Ok(all)
        }
        fn change(&self, id: AttachmentId, change: impl FnOnce(&mut Vec<u8>)) {
            let mut bytes = fs::read(self.0.place(id)).unwrap();
            change(&mut bytes);
            fs::write(self.0.place(id), bytes).unwrap();
        }
    }
    impl Drop for Room {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0.dir);
        }
    }
    fn id(n: u64) -> AttachmentId {
        AttachmentId::new(At::from_micros(1_750_000_000_000_000), &mut Dice::new(n))
    }
    fn noise(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i * 31 + i / 251) as u8).collect()
    }
    const SEALED_FRAME: usize = FRAME + TAG;
    const START: usize = MAGIC.len() + SEALED_KEY;

    #[test]
    fn what_went_in_comes_out_at_every_length() {
        let room = Room::new(1 << 30);
        for (n, len) in [0, 1, FRAME - 1, FRAME, FRAME + 1, FRAME * 2, FRAME * 3 + 17].into_iter().enumerate() {
            let bytes = noise(len);
            let (id, sealed) = room.put(n as u64, &bytes);
            assert_eq!((sealed.bytes, sealed.sha256), (len as u64, Sha256::digest(&bytes).into()));
            assert_eq!(room.get(id).unwrap(), bytes, "{len} bytes");
            let mut read = Vec::new();
            room.0.read(id).unwrap().read_to_end(&mut read).unwrap();
            assert_eq!(read, bytes, "{len} bytes through the reader");
        }
    }
    #[test]
    fn nothing_of_it_lies_open_on_the_disk() {
        let room = Room::new(1 << 20);
        let (id, _) = room.put(1, &b"the customer's words ".repeat(100));
        let at_rest = fs::read(room.0.place(id)).unwrap();
        assert!(!at_rest.windows(10).any(|w| w == b"customer's"));
    }
    #[test]
    fn a_file_cut_short_does_not_open() {
        let room = Room::new(1 << 30);
        for (n, cut) in [1, TAG, SEALED_FRAME / 2, SEALED_FRAME].into_iter().enumerate() {
            let (id, _) = room.put(n as u64, &noise(FRAME * 3));
            room.change(id, |bytes| bytes.truncate(bytes.len() - cut));
            assert!(matches!(room.get(id), Err(Fault::Internal { .. })), "{cut} bytes cut off");
        }
        let (id, _) = room.put(99, &noise(10));
        room.change(id, |bytes| bytes.truncate(START));
        assert!(room.get(id).is_err(), "no frame at all is not an empty file");
    }
    #[test]
    fn changed_swapped_repeated_or_carried_frames_do_not_open() {
        let room = Room::new(1 << 30);
        let of_changed = |n: u64, change: &dyn Fn(&mut Vec<u8>)| {
            let (id, _) = room.put(n, &noise(FRAME * 3));
            room.change(id, change);
            room.get(id)
        };
        assert!(of_changed(1, &|b| b[START + 5] ^= 1).is_err(), "one bit");
        assert!(of_changed(2, &|b| b[10] ^= 1).is_err(), "the key");
        assert!(of_changed(3, &|b| b[0] = b'X').is_err(), "the magic");
        let swapped = of_changed(4, &|b| {
            let (one, two) = b[START..START + 2 * SEALED_FRAME].split_at_mut(SEALED_FRAME);
            one.swap_with_slice(two);
        });
        assert!(swapped.is_err(), "two frames in another order");
        assert!(of_changed(5, &|b| b.extend_from_within(START..START + SEALED_FRAME)).is_err(), "a frame added");
        let ((a, _), (b, _)) = (room.put(6, b"for one"), room.put(7, b"for another"));
        fs::copy(room.0.place(a), room.0.place(b)).unwrap();
        assert!(room.get(b).is_err(), "a file under another's name");
    }
    #[test]
    fn too_large_is_told_while_it_streams_and_leaves_nothing() {
        let room = Room::new(5_000);
        let mut incoming = room.0.begin(id(1)).unwrap();
        incoming.push(&[0; 5_000]).unwrap();
        assert_eq!(incoming.push(&[0]), Err(Fault::TooLarge { limit: 5_000 }));
        drop(incoming);
        assert_eq!(room.get(id(1)), Err(Fault::NotFound));
        let mut left = Vec::new();
        room.0
            .each_before(At::MAX, |id, _| {
                left.push(id);
                Ok(())
            })
            .unwrap();
        assert_eq!(left, []);
    }
    #[test]
    fn a_file_is_what_its_first_bytes_are() {
        #[track_caller]
        fn check(head: &[u8], wanted: &str) {
            assert_eq!(sniff(head), wanted);
        }
        check(b"\x89PNG\r\n\x1a\n....", "image/png");
        check(b"\xff\xd8\xff\xe0", "image/jpeg");
        check(b"RIFF\0\0\0\0WEBPVP8 ", "image/webp");
        check(b"\0\0\0\x18ftypmp42", "video/mp4");
        check(b"\0\0\0\x14ftypqt  ", "video/quicktime");
        check(b"\x1f\x8b\x08\0", "application/gzip");
        check("错误日志 2025-06-16\n".as_bytes(), "text/plain; charset=utf-8");
        check("错误".as_bytes().split_last().unwrap().1, UNKNOWN);
        let long = "错".repeat(HEAD);
        check(&long.as_bytes()[..HEAD], "text/plain; charset=utf-8");
        for page in ["<!DOCTYPE html><script>", "\u{feff} <svg onload=x>", "<?xml version='1.0'?>"] {
            check(page.as_bytes(), UNKNOWN);
        }
        check(b"MZ\x90\0", UNKNOWN);
        check(b"", UNKNOWN);
    }
}
