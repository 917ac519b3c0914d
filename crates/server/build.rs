//! Lists the languages: every folder of `i18n/` with its `.toml` files is compiled in, so that a new language is a folder and nothing else.
//! A release binary carries the built pages besides and is made anew when they change; a debug build reads them from disk.
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../i18n");
    println!("cargo::rerun-if-changed={}", home.display());
    if env::var("PROFILE").is_ok_and(|p| p == "release") {
        println!("cargo::rerun-if-changed={}", home.with_file_name("web/dist").display());
    }
    let mut list = String::from("&[\n");
    for folder in entries(&home)?.into_iter().filter(|p| p.is_dir()) {
        println!("cargo::rerun-if-changed={}", folder.display());
        list += &format!("  ({:?}, &[\n", name(&folder));
        for file in entries(&folder)?.into_iter().filter(|p| p.extension().is_some_and(|e| e == "toml")) {
            println!("cargo::rerun-if-changed={}", file.display());
            list += &format!("    ({:?}, include_str!({:?})),\n", name(&file.with_extension("")), file.canonicalize()?);
        }
        list += "  ]),\n";
    }
    list += "]\n";
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("languages.rs"), list)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<io::Result<_>>()?;
    found.sort();
    Ok(found)
}
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
