//! Papers that must keep up with the house.
use super::house::House;
use std::collections::BTreeSet;

const GLOSSARY: &str = "GLOSSARY.md";
const MAP: &str = "ARCHITECTURE.md";

/// Every room of the rock is a word of the trade, explained in the glossary.
pub fn rooms_are_in_the_glossary(house: &House) -> Vec<String> {
    let Some(glossary) = house.text(GLOSSARY) else { return vec![format!("{GLOSSARY}: is missing")] };
    let rooms: BTreeSet<&str> =
        house.under("crates/domain/src").filter_map(|p| p.path.strip_prefix("crates/domain/src/")?.split_once('/')).map(|(room, _)| room).collect();
    let listed = |room: &str| glossary.lines().any(|line| line.starts_with(&format!("| `{room}`")));
    rooms.into_iter().filter(|room| !listed(room)).map(|room| format!("{GLOSSARY}: the room `{room}` has no row")).collect()
}

pub fn crates_are_on_the_map(house: &House) -> Vec<String> {
    let Some(map) = house.text(MAP) else { return vec![format!("{MAP}: is missing; it tells every crate, wall and way")] };
    let named = |name: &str| map.contains(&format!("crates/{name}")) || map.contains(&format!("`{name}`"));
    house.manifests().filter(|(name, _)| !named(name)).map(|(name, _)| format!("{MAP}: the crate `{name}` is not on it")).collect()
}

/// A published plan book never changes, so its version is in its name: `plans/<vendor>/<family>@<version>.toml`. Calendars have their own folder.
pub fn plan_books_name_their_version(house: &House) -> Vec<String> {
    let books = house.under("plans").filter(|p| !p.path.starts_with("plans/calendars/") && !p.path.ends_with(".md"));
    books.filter(|p| !is_versioned(&p.path)).map(|p| format!("{}: a plan book is named <vendor>/<family>@<version>.toml", p.path)).collect()
}

fn is_versioned(path: &str) -> bool {
    let plain = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
    let parts: Vec<&str> = path.split('/').collect();
    let [_, vendor, file] = parts[..] else { return false };
    let Some((family, version)) = file.strip_suffix(".toml").and_then(|stem| stem.split_once('@')) else { return false };
    plain(vendor) && plain(family) && plain(version)
}
