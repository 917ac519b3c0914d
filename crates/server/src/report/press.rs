//! The typesetter of this process, opened when the first page is wanted.
use paper::{Document, Fault, Press};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Fonts take 40 MB: a house that prints nothing does not hold them.
#[derive(Default)]
pub struct Printer {
    /// Where fonts lie, if not where systems have them.
    pub fonts: Option<PathBuf>,
    press: OnceLock<Press>,
}
impl Printer {
    /// Blocks for some 20 ms of CPU, the first time longer. Errors: NoFonts, NotSet.
    pub fn print(&self, document: &Document) -> Result<Vec<u8>, Fault> {
        if let Some(press) = self.press.get() {
            return press.print(document);
        }
        // Not kept when it fails: fonts may be installed while the house runs.
        let press = Press::open(self.fonts.as_deref())?;
        self.press.get_or_init(|| press).print(document)
    }
}
