//! Plan books and calendars: reading them, checking them, showing them, saying what differs between two.
//!
//! A book is a TOML file a person writes (`docs/plan-books.md`). What is wrong in one is a [`Finding`] with file, line, column and key.
mod book;
mod calendars;
mod cells;
mod check;
mod compare;
mod credits;
mod finding;
mod library;
mod read;
mod shipped;
mod show;
#[cfg(test)]
mod tests;

pub use book::{DUTIES, hash, parse};
pub use calendars::{Countries, Country, parse_calendar, parse_holidays};
pub use check::{Report, check};
pub use compare::{diff, diff_json, diff_words};
pub use credits::parse_credits;
pub use finding::{Finding, words};
pub use library::{Library, NamedCalendar, Shelf, Statutory};
pub use read::{FILE_BYTES_MAX, LANGS};
pub use shipped::FILES;
pub use show::{json, list, show};
