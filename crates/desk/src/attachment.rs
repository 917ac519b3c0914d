//! Files on cases. The bytes stream into the [`Vault`](crate::vault::Vault) before the transaction; the row that makes them a file of a case is
//! written in it. A file whose row never came is swept.
use crate::form::Form;
use crate::log::Line;
use crate::vault::{Outgoing, Sealed, Vault};
use crate::{Act, Desk, Fault, log, ticket};
use domain::kit::{At, AttachmentId, Span, TicketId};
use domain::people::{ActOnTicket, Actor, Leave, ReadTicket};
use serde_json::json;
use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;
use store::attachment::Attachment;
use store::db::Tx;
use store::log::Audience;

const NAME_CHARS_MAX: usize = 200;
/// Younger files may still be waiting for their row.
pub const ORPHAN_AFTER: Span = Span::hours(24);

/// A sealed file on its way to a case.
#[derive(Debug, Clone)]
pub struct Upload {
    pub sealed: Sealed,
    /// The sender's name for it; cleaned.
    pub name: String,
    /// For the vendor's people alone.
    pub internal: bool,
    /// A scanner is configured: nobody opens the file before it was found clean.
    pub scanned: bool,
}
/// May this person put a file on the case? To be asked before the bytes are taken.
pub fn may_upload(tx: &mut Tx, leave: &Leave<ActOnTicket>, id: TicketId) -> Result<(), Fault> {
    ticket::get(tx, leave.actor(), id).map(|_| ())
}
/// Makes a sealed file one of the case, not yet sent with a message. When this fails the caller removes the file from the vault.
/// Errors: NotFound, Invalid (customers have nothing internal).
pub fn keep(cx: &mut Act, leave: &Leave<ActOnTicket>, id: TicketId, upload: &Upload) -> Result<Attachment, Fault> {
    let who = leave.actor();
    let case = ticket::get(cx.tx, who, id)?;
    let mut form = Form::new();
    form.must(!upload.internal || who.role.is_staff(), "internal", "staff_only");
    form.done()?;
    let attachment = Attachment {
        id: upload.sealed.id,
        account: case.ticket.account,
        ticket: id,
        message: None,
        by: who.person,
        name: clean_name(&upload.name),
        media_type: upload.sealed.media_type.into(),
        bytes: i64::try_from(upload.sealed.bytes).map_err(Fault::internal)?,
        sha256: upload.sealed.sha256.to_vec(),
        internal: upload.internal,
        scan: if upload.scanned { "pending" } else { "unscanned" }.into(),
        at: cx.now,
    };
    store::attachment::put_new(cx.tx, &attachment)?;
    let body =
        json!({"attachment": attachment.id.to_string(), "bytes": attachment.bytes, "media_type": attachment.media_type, "scan": attachment.scan});
    let mut line = Line::audit(Some(who.person), Some(attachment.account), "attachment.kept", body);
    // Staff only until it is sent: the message's own line tells the customer.
    (line.ticket, line.audience) = (Some(id), Audience::Staff);
    log::write(cx, vec![line])?;
    Ok(attachment)
}

/// A file as somebody may see it: sent ones of cases they see, and their own that are not sent yet.
pub fn may_see(who: &Actor, a: &Attachment) -> bool {
    (who.role.is_staff() || !a.internal) && (a.message.is_some() || a.by == who.person)
}
/// The files of a case.
pub fn list(tx: &mut Tx, leave: &Leave<ReadTicket>, id: TicketId) -> Result<Vec<Attachment>, Fault> {
    let who = leave.actor();
    ticket::get(tx, who, id)?;
    let mut all = store::attachment::list_of_ticket(tx, id)?;
    all.retain(|a| may_see(who, a));
    Ok(all)
}
/// The row of a file that may be opened now; then [`Vault::read`]. Errors: NotFound, Refused `attachment.not_scanned_yet`, `attachment.infected`.
pub fn get(tx: &mut Tx, leave: &Leave<ReadTicket>, id: AttachmentId) -> Result<Attachment, Fault> {
    let who = leave.actor();
    let a = store::attachment::find(tx, id)?.ok_or(Fault::NotFound)?;
    ticket::get(tx, who, a.ticket)?;
    match a.scan.as_str() {
        _ if !may_see(who, &a) => Err(Fault::NotFound),
        "pending" => Err(Fault::refused("attachment.not_scanned_yet")),
        "infected" => Err(Fault::refused("attachment.infected")),
        _ => Ok(a),
    }
}
/// As [`get`], with the reader. Errors also: Internal when the vault has lost or damaged it.
pub fn open(tx: &mut Tx, leave: &Leave<ReadTicket>, vault: &Vault, id: AttachmentId) -> Result<(Attachment, Outgoing), Fault> {
    let row = get(tx, leave, id)?;
    let reader = vault.read(id).map_err(|e| if e == Fault::NotFound { Fault::internal(format!("{id} is not in the vault")) } else { e })?;
    Ok((row, reader))
}

/// The name alone: no folders, no control or direction-changing characters, not hidden, at most 200 characters with its ending kept.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let plain: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).map(|c| if "\"<>:|?*".contains(c) { '_' } else { c }).collect();
    let plain = plain.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if plain.is_empty() {
        return "file".into();
    }
    let count = plain.chars().count();
    if count <= NAME_CHARS_MAX {
        return plain.to_string();
    }
    let ending = plain.rfind('.').map(|dot| &plain[dot..]).filter(|e| e.chars().count() <= 16).unwrap_or_default();
    let kept = NAME_CHARS_MAX - ending.chars().count();
    plain.chars().take(kept).chain(ending.chars()).collect()
}

/// The virus scanner: a command that gets the plain file on its standard input; exit 0 is clean, 1 infected, all else failed.
#[derive(Debug, Clone)]
pub struct Scanner {
    /// Program and arguments; no shell in between.
    pub command: Vec<String>,
    pub gives_up_after: Duration,
}
/// What a scan found; `failed` leaves the file waiting for the next round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    Clean,
    Infected,
    Failed,
}
impl Scanner {
    /// Blocks until the command ends or is ended.
    pub fn scan(&self, mut plain: Outgoing) -> Result<Finding, Fault> {
        let (program, args) = self.command.split_first().ok_or_else(|| Fault::internal("a scanner without a command"))?;
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| Fault::internal(format!("the scanner {program}: {e}")))?;
        let stdin = child.stdin.take();
        // On its own thread: a scanner that hangs without reading would hold it for ever.
        let feeder = thread::spawn(move || stdin.map_or(Ok(0), |mut stdin| io::copy(&mut plain, &mut stdin)));
        let ended = wait(&mut child, self.gives_up_after)?;
        let fed = feeder.join().map_err(|_| Fault::internal("a panic while a file was read for the scanner"))?;
        match (ended.and_then(|e| e.code()), fed) {
            // It may know enough before the end.
            (Some(1), _) => Ok(Finding::Infected),
            (Some(0), Ok(_)) => Ok(Finding::Clean),
            (Some(0), Err(e)) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Finding::Clean),
            (code, fed) => {
                tracing::warn!(scanner.exit = ?code, error = ?fed.err(), "a file could not be scanned");
                Ok(Finding::Failed)
            }
        }
    }
}
/// `None`: it took too long and was ended. Counts its own naps: nobody here reads a clock.
fn wait(child: &mut Child, at_most: Duration) -> Result<Option<ExitStatus>, Fault> {
    const NAP: Duration = Duration::from_millis(5);
    let mut left = at_most;
    loop {
        if let Some(status) = child.try_wait().map_err(Fault::internal)? {
            return Ok(Some(status));
        }
        if left.is_zero() {
            // It may have ended by itself just now.
            let _ = child.kill();
            child.wait().map_err(Fault::internal)?;
            return Ok(None);
        }
        let nap = NAP.min(left);
        thread::sleep(nap);
        left -= nap;
    }
}
/// Scans one waiting file and writes down what was found. `None`: there is no such file waiting. Not inside a transaction: it takes its time.
pub fn scan_one(desk: &Desk, vault: &Vault, scanner: &Scanner, now: At, id: AttachmentId) -> Result<Option<Finding>, Fault> {
    let waiting = |tx: &mut Tx| Ok::<_, Fault>(store::attachment::find(tx, id)?.filter(|a| a.scan == "pending"));
    if desk.read(waiting)?.is_none() {
        return Ok(None);
    }
    let finding = scanner.scan(vault.read(id)?)?;
    let scan = match finding {
        Finding::Clean => "clean",
        Finding::Infected => "infected",
        Finding::Failed => return Ok(Some(finding)),
    };
    desk.write(now, move |cx| {
        cx.tx.lock(&id.to_string())?;
        let Some(row) = store::attachment::find(cx.tx, id)?.filter(|a| a.scan == "pending") else { return Ok(None) };
        store::attachment::put_scan(cx.tx, id, scan)?;
        let mut line = Line::audit(None, Some(row.account), "attachment.scanned", json!({"attachment": id.to_string(), "found": scan}));
        (line.ticket, line.audience) = (Some(row.ticket), Audience::Staff);
        log::write(cx, vec![line])?;
        Ok(Some(finding))
    })
}

/// Removes files from the vault that are a day old and have no row: an upload that broke off, or whose transaction did not commit.
/// Returns how many.
pub fn sweep_orphans(desk: &Desk, vault: &Vault, now: At) -> Result<usize, Fault> {
    let mut removed = 0;
    vault.each_before(now - ORPHAN_AFTER, |id, path| {
        let is_part = path.extension().is_some_and(|e| e == "part");
        let kept = !is_part && desk.read(|tx| Ok::<_, Fault>(store::attachment::find(tx, id)?.is_some()))?;
        if !kept && std::fs::remove_file(path).is_ok() {
            removed += 1;
        }
        Ok(())
    })?;
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_name_is_a_name_and_nothing_else() {
        assert_eq!(clean_name("C:\\Users\\li\\日志.txt"), "日志.txt");
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("..."), "file");
        assert_eq!(clean_name("a\r\nSet-Cookie: x.txt"), "aSet-Cookie_ x.txt");
        assert_eq!(clean_name("photo\u{202e}gpj.exe"), "photogpj.exe");
        let long = clean_name(&format!("{}.tar.gz", "长".repeat(500)));
        assert_eq!((long.chars().count(), long.ends_with(".gz")), (NAME_CHARS_MAX, true));
    }
}
