use super::{Chore, Report};
use crate::attachment::{Finding, Scanner, scan_one, sweep_orphans};
use crate::vault::Vault;
use crate::{Desk, Fault};
use domain::kit::{At, Span};
use std::sync::atomic::{AtomicI64, Ordering};

/// Looks after the vault: shows new files to the scanner, removes those whose row never came.
pub struct KeepFiles {
    pub vault: Vault,
    /// `None`: no scanner is configured, files are marked as not scanned when they are kept.
    pub scanner: Option<Scanner>,
    /// Microseconds of the last walk over the vault.
    swept_at: AtomicI64,
}
impl KeepFiles {
    pub fn new(vault: Vault, scanner: Option<Scanner>) -> KeepFiles {
        KeepFiles { vault, scanner, swept_at: AtomicI64::new(0) }
    }
    /// The walk over the vault costs as much as there are files: every six hours is enough.
    fn may_sweep(&self, now: At) -> bool {
        let before = self.swept_at.load(Ordering::Relaxed);
        now - At::from_micros(before) > SWEEP_EVERY && self.swept_at.swap(now.micros(), Ordering::Relaxed) == before
    }
}
const SWEEP_EVERY: Span = Span::hours(6);

const ROUND_MAX: u32 = 20;

impl Chore for KeepFiles {
    fn name(&self) -> &'static str {
        "keep-files"
    }
    fn wakes_on(&self) -> &'static str {
        "log"
    }
    fn least_rest(&self) -> Span {
        Span::seconds(2)
    }
    fn every(&self) -> Span {
        Span::hours(1)
    }
    fn round(&self, desk: &Desk, now: At) -> Result<Report, Fault> {
        let mut report = Report::default();
        if let Some(scanner) = &self.scanner {
            let pending = desk.read(|tx| Ok(store::attachment::list_pending(tx, None, ROUND_MAX)?))?;
            report.looked_at = pending.len() as u32;
            for id in pending {
                match scan_one(desk, &self.vault, scanner, now, id)? {
                    Some(Finding::Clean | Finding::Infected) => report.did += 1,
                    // A scanner that does not answer is tried again next time; the file stays closed until then.
                    Some(Finding::Failed) => return Err(Fault::internal("the virus scanner gave no answer")),
                    None => {}
                }
            }
            report.left_over = u32::from(report.looked_at == ROUND_MAX);
        }
        if report.looked_at == 0 && self.may_sweep(now) {
            report.did = sweep_orphans(desk, &self.vault, now)? as u32;
        }
        Ok(report)
    }
}
