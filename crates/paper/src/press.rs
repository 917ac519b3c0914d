//! The typesetter, with fonts of the machine it stands on and one template; without files, packages or network.
use crate::document::Document;
use serde_json::Value as Json;
use std::fmt;
use std::path::{Path, PathBuf};
use typst::foundations::{Bytes, Dict, IntoValue, Value};
use typst_as_lib::{TypstEngine, TypstTemplateMainFile};
use typst_pdf::PdfOptions;

const TEMPLATE: &str = include_str!("../templates/report.typ");
/// Static faces with Chinese, as Debian's `fonts-noto-cjk` installs them. Variable ones come out as empty boxes.
const FACES: [&str; 2] = ["NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"];
/// Where fonts lie on Debian, Fedora and Alpine.
const PLACES: [&str; 4] = ["/usr/share/fonts/opentype/noto", "/usr/share/fonts/google-noto-cjk", "/usr/share/fonts/noto", "/usr/local/share/fonts"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No face with Chinese in any of these folders.
    NoFonts { looked_in: Vec<PathBuf> },
    /// The typesetter refused; our fault, not the reader's.
    NotSet(String),
}
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::NoFonts { looked_in } => {
                let places: Vec<_> = looked_in.iter().map(|p| p.display().to_string()).collect();
                write!(f, "no {} in {}: install Debian's fonts-noto-cjk", FACES[0], places.join(", "))
            }
            Fault::NotSet(why) => write!(f, "the document could not be set: {why}"),
        }
    }
}
impl std::error::Error for Fault {}

/// Holds the fonts (about 40 MB) and sets one document after another. To be shared; setting takes some 20 ms of CPU and blocks.
pub struct Press {
    engine: TypstEngine<TypstTemplateMainFile>,
}
impl Press {
    /// Looks for fonts in `dir` if it is said, else where systems have them. Errors: NoFonts.
    pub fn open(dir: Option<&Path>) -> Result<Press, Fault> {
        let places: Vec<PathBuf> = dir.map_or_else(|| PLACES.iter().map(PathBuf::from).collect(), |dir| vec![dir.to_path_buf()]);
        let faces: Vec<Vec<u8>> = FACES.iter().filter_map(|face| places.iter().find_map(|place| std::fs::read(place.join(face)).ok())).collect();
        if faces.is_empty() {
            return Err(Fault::NoFonts { looked_in: places });
        }
        let engine = TypstEngine::builder().main_file(TEMPLATE).fonts(faces).comemo_evict_max_age(Some(2)).build();
        Ok(Press { engine })
    }
    /// A tagged PDF. The same values give the same pages. Errors: NotSet.
    pub fn print(&self, document: &Document) -> Result<Vec<u8>, Fault> {
        let mut inputs = Dict::new();
        inputs.insert("doc".into(), value(&document.values()));
        let set = self.engine.compile_with_input(inputs).output.map_err(|e| Fault::NotSet(e.to_string()))?;
        typst_pdf::pdf(&set, &PdfOptions::default()).map_err(|e| Fault::NotSet(format!("{e:?}")))
    }
}
/// Values stay values: a text that looks like markup is shown as it is. What is drawn (`svg`) goes over as bytes.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(b) => b.into_value(),
        Json::Number(n) => n.as_i64().unwrap_or(i64::MAX).into_value(),
        Json::String(s) => s.as_str().into_value(),
        Json::Array(all) => Value::Array(all.iter().map(value).collect()),
        Json::Object(fields) => {
            Value::Dict(fields.iter().map(|(name, field)| (name.as_str().into(), if name == "svg" { drawn(field) } else { value(field) })).collect())
        }
    }
}
fn drawn(svg: &Json) -> Value {
    Value::Bytes(Bytes::from_string(svg.as_str().unwrap_or_default().to_string()))
}
