use crate::world::{World, code, flaws, leave};
use desk::Fault;
use desk::attachment::{self, Finding, Scanner, Upload};
use desk::vault::Vault;
use domain::kit::{AttachmentId, Span, TicketId};
use domain::people::{ActOnTicket, ReadTicket};
use domain::ticket::Command;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use store::attachment::Attachment;
use store::person::Person;
use store::store_test;

struct Folder(PathBuf);
impl Folder {
    fn new() -> Folder {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Folder(std::env::temp_dir().join(format!("yinuo-files-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed))))
    }
    fn vault(&self, w: &World) -> Vault {
        Vault::open(&self.0, w.desk.seal().clone(), w.desk.rules().attachment_bytes_max).unwrap()
    }
    fn files(&self) -> usize {
        fn count(dir: &std::path::Path) -> usize {
            std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).map(|p| if p.is_dir() { count(&p) } else { 1 }).sum()
        }
        count(&self.0)
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
fn upload(w: &World, vault: &Vault, bytes: &[u8], internal: bool, scanned: bool) -> Upload {
    let id: AttachmentId = domain::kit::Id::new(w.now, &mut w.desk.dice());
    let mut incoming = vault.begin(id).unwrap();
    incoming.push(bytes).unwrap();
    Upload { sealed: incoming.finish().unwrap(), name: "../a.log".into(), internal, scanned }
}
fn keep(w: &World, by: &Person, id: TicketId, upload: Upload) -> Result<Attachment, Fault> {
    let l = leave::<ActOnTicket>(by);
    w.write(move |cx| attachment::keep(cx, &l, id, &upload))
}
fn open(w: &World, vault: &Vault, by: &Person, id: AttachmentId) -> Result<String, Fault> {
    let (_, mut reader) = w.read(|tx| attachment::open(tx, &leave::<ReadTicket>(by), vault, id))?;
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    Ok(text)
}
fn scanner(script: &str) -> Scanner {
    Scanner { command: ["sh", "-c", script].map(String::from).to_vec(), gives_up_after: Duration::from_secs(20) }
}

store_test! {
    fn a_file_goes_with_a_message_and_is_read_by_who_may(db) {
        let (w, folder) = (World::new(db), Folder::new());
        let vault = folder.vault(&w);
        let id = w.ticket(&w.contact).ticket.id;
        let file = keep(&w, &w.engineer, id, upload(&w, &vault, b"line 1\n", false, false)).unwrap();
        assert_eq!((file.name.as_str(), file.bytes, file.media_type.as_str(), file.scan.as_str()), ("a.log", 7, "text/plain; charset=utf-8", "unscanned"));
        assert_eq!(w.last_lines(1), ["attachment.kept"]);
        assert_eq!(open(&w, &vault, &w.engineer, file.id).unwrap(), "line 1\n");
        assert_eq!(open(&w, &vault, &w.contact, file.id), Err(Fault::NotFound), "not sent yet");
        let l = leave::<ActOnTicket>(&w.engineer);
        let file_id = file.id;
        w.write(move |cx| {
            let doing = desk::act::Doing { body: Some("See the log.".into()), attachments: vec![file_id], ..desk::act::Doing::new(Command::Reply { asks: false }) };
            desk::act::act(cx, &l, id, &doing)
        }).unwrap();
        assert_eq!(open(&w, &vault, &w.contact, file.id).unwrap(), "line 1\n");
        assert_eq!(open(&w, &vault, &w.colleague, file.id), Err(Fault::NotFound));
        assert_eq!(open(&w, &vault, &w.stranger, file.id), Err(Fault::NotFound));
        let list = |by: &Person| w.read(|tx| attachment::list(tx, &leave::<ReadTicket>(by), id));
        assert_eq!((list(&w.contact).unwrap().len(), list(&w.stranger)), (1, Err(Fault::NotFound)));
    }
    fn customers_put_files_on_their_own_cases_and_nothing_internal(db) {
        let (w, folder) = (World::new(db), Folder::new());
        let vault = folder.vault(&w);
        let id = w.ticket(&w.contact).ticket.id;
        assert!(keep(&w, &w.contact, id, upload(&w, &vault, b"a", false, false)).is_ok());
        assert_eq!(flaws(keep(&w, &w.contact, id, upload(&w, &vault, b"a", true, false))), [("internal".to_string(), "staff_only")]);
        assert_eq!(keep(&w, &w.stranger, id, upload(&w, &vault, b"a", false, false)).unwrap_err(), Fault::NotFound);
        assert_eq!(w.read(|tx| attachment::may_upload(tx, &leave(&w.stranger), id)), Err(Fault::NotFound));
    }
    fn nobody_opens_a_file_before_it_was_found_clean(db) {
        let (w, folder) = (World::new(db), Folder::new());
        let vault = folder.vault(&w);
        let id = w.ticket(&w.contact).ticket.id;
        let bytes = "x".repeat(300_000) + "EICAR";
        let file = keep(&w, &w.contact, id, upload(&w, &vault, bytes.as_bytes(), false, true)).unwrap();
        assert_eq!(code(open(&w, &vault, &w.contact, file.id)), "attachment.not_scanned_yet");
        let scan = |script: &str| attachment::scan_one(&w.desk, &vault, &scanner(script), w.now, file.id).unwrap();
        assert_eq!(scan("exit 2"), Some(Finding::Failed));
        let hangs = Scanner { gives_up_after: Duration::ZERO, ..scanner("exec sleep 60") };
        assert_eq!(attachment::scan_one(&w.desk, &vault, &hangs, w.now, file.id).unwrap(), Some(Finding::Failed), "it is ended, and asked again later");
        assert_eq!(code(open(&w, &vault, &w.contact, file.id)), "attachment.not_scanned_yet");
        assert_eq!(scan("if grep -q EICAR; then exit 1; fi"), Some(Finding::Infected));
        assert_eq!(code(open(&w, &vault, &w.contact, file.id)), "attachment.infected");
        assert_eq!(w.last_lines(1), ["attachment.scanned"]);
        assert_eq!(scan("exit 0"), None, "it no longer waits");
        let fine = keep(&w, &w.contact, id, upload(&w, &vault, b"fine", false, true)).unwrap();
        let found = attachment::scan_one(&w.desk, &vault, &scanner("if grep -q EICAR; then exit 1; fi"), w.now, fine.id).unwrap();
        assert_eq!(found, Some(Finding::Clean));
        assert_eq!(open(&w, &vault, &w.contact, fine.id).unwrap(), "fine");
    }
    fn a_file_without_a_row_is_swept_after_a_day(db) {
        let (mut w, folder) = (World::new(db), Folder::new());
        let vault = folder.vault(&w);
        let id = w.ticket(&w.contact).ticket.id;
        let kept = keep(&w, &w.contact, id, upload(&w, &vault, b"kept", false, false)).unwrap();
        let orphan = upload(&w, &vault, b"lost", false, false);
        let broken_off = vault.begin(domain::kit::Id::new(w.now, &mut w.desk.dice())).unwrap();
        std::mem::forget(broken_off); // as a killed server leaves it
        assert_eq!(folder.files(), 3);
        assert_eq!(attachment::sweep_orphans(&w.desk, &vault, w.now).unwrap(), 0);
        w.pass(Span::hours(25));
        let young = upload(&w, &vault, b"on its way", false, false);
        assert_eq!(attachment::sweep_orphans(&w.desk, &vault, w.now).unwrap(), 2);
        assert!(vault.read(kept.id).is_ok() && vault.read(young.sealed.id).is_ok());
        assert_eq!(vault.read(orphan.sealed.id).unwrap_err(), Fault::NotFound);
    }
}
