use std::path::{Path, PathBuf};
use std::{fs, io};

/// Folders that are not ours or not kept, wherever they lie.
const NOT_OURS: &[&str] = &[".git", ".pg", ".venv-test", "dist", "node_modules"];

/// The same, in the root only: what the server keeps and what the compiler makes (`target`, `target-…`).
fn is_output(name: &str) -> bool {
    name == "data" || name.starts_with("target")
}

/// One file: its path from the root with `/`, and its text.
pub struct Page {
    pub path: String,
    pub text: String,
}

/// Every text file of the repository, sorted by path.
pub struct House {
    pub pages: Vec<Page>,
}

/// The repository's root, two floors above this crate.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl House {
    /// Reads the work tree; files that are not UTF-8 are no text and are left out. Errors: a folder or file that cannot be read.
    pub fn read(root: &Path) -> io::Result<House> {
        let mut pages = Vec::new();
        walk(root, "", &mut pages)?;
        pages.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(House { pages })
    }
    /// The text at exactly this path.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.pages.iter().find(|p| p.path == path).map(|p| p.text.as_str())
    }
    /// Every page under a folder (given without the last `/`).
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Page> {
        self.pages.iter().filter(move |p| p.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }
    /// The Rust files of the floors: `crates/<crate>/src/…`.
    pub fn sources(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter().filter(|p| p.path.ends_with(".rs") && p.path.split('/').nth(2) == Some("src") && p.path.starts_with("crates/"))
    }
    /// `(crate, manifest)` of every crate.
    pub fn manifests(&self) -> impl Iterator<Item = (&str, &Page)> {
        self.pages.iter().filter_map(|p| Some((p.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?, p)))
    }
}

fn walk(dir: &Path, prefix: &str, pages: &mut Vec<Page>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        let skipped = NOT_OURS.contains(&name.as_str()) || (prefix.is_empty() && is_output(&name));
        if kind.is_dir() && !skipped {
            walk(&entry.path(), &format!("{prefix}{name}/"), pages)?;
        } else if kind.is_file()
            && let Ok(text) = String::from_utf8(fs::read(entry.path())?)
        {
            pages.push(Page { path: format!("{prefix}{name}"), text });
        }
    }
    Ok(())
}

/// The dependency lines of a manifest.
pub struct Dependency<'a> {
    pub line: usize,
    /// `dependencies`, `dev-dependencies` or `build-dependencies`.
    pub section: &'a str,
    pub name: &'a str,
    pub reason: Option<&'a str>,
}

/// Reads a manifest line by line: one dependency a line is how the house writes them. A table of its own (`[dependencies.x]`) has no reason.
pub fn dependencies(manifest: &str) -> Vec<Dependency<'_>> {
    let mut section = "";
    let mut found = Vec::new();
    for (i, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(title) = line.strip_prefix('[') {
            section = title.split(']').next().unwrap_or("");
            if let Some((kind, name)) = section.split_once('.').filter(|(kind, _)| kind.ends_with("dependencies")) {
                found.push(Dependency { line: i + 1, section: kind, name, reason: None });
            }
            continue;
        }
        let listed = section.ends_with("dependencies") && !line.starts_with('#');
        if let (true, Some((key, rest))) = (listed, line.split_once('=')) {
            let name = key.trim().trim_end_matches(".workspace").trim_matches('"');
            let reason = rest.rsplit_once("# ").map(|(_, why)| why.trim()).filter(|why| !why.is_empty());
            found.push(Dependency { line: i + 1, section, name, reason });
        }
    }
    found
}
