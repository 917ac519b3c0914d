//! The walls of the house, kept by tests. Each check takes the house as text and answers findings: `path:line: what, and what to do`.
//! ARCHITECTURE.md says why each wall stands.
mod house;
mod manners;
mod papers;
mod rust;
#[cfg(test)]
mod tests;
mod walls;

pub use house::{House, root};

/// A check answers one finding per offence and none when all is well.
pub type Check = fn(&House) -> Vec<String>;

/// Every check by name. Being in this list is being run.
pub const CHECKS: &[(&str, Check)] = &[
    ("arrows", walls::arrows),
    ("rock_is_bare", walls::rock_is_bare),
    ("sql_stays_in_the_cellar", walls::sql_stays_in_the_cellar),
    ("vendors_stay_home", walls::vendors_stay_home),
    ("one_clock", walls::one_clock),
    ("money_is_exact", walls::money_is_exact),
    ("no_rough_edges", manners::no_rough_edges),
    ("dependencies_have_reasons", manners::dependencies_have_reasons),
    ("plain_names", manners::plain_names),
    ("files_stay_readable", manners::files_stay_readable),
    ("stands_alone", manners::stands_alone),
    ("rooms_are_in_the_glossary", papers::rooms_are_in_the_glossary),
    ("crates_are_on_the_map", papers::crates_are_on_the_map),
    ("plan_books_name_their_version", papers::plan_books_name_their_version),
];
