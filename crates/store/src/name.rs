//! What accounts and people are called, cut into the parts somebody may begin to type: from the start of every word, and from every
//! character outside ASCII, for many languages put no space between words. A question is the beginning of a part, found by the index.
use crate::db::{DbError, Tx};
use crate::{statements, vals};
use domain::kit::{AccountId, PersonId};
use std::collections::BTreeSet;

/// So many characters of a part are kept, and of a question asked.
pub const PART_CHARS_MAX: usize = 32;
/// So many parts of one text.
const PARTS_MAX: usize = 40;

statements! {
    ACCOUNT_DROP = "delete from account_part where account_id = $1";
    ACCOUNT_PUT = "insert into account_part (part, account_id) values ($1, $2)";
    PERSON_DROP = "delete from person_part where person_id = $1";
    PERSON_PUT = "insert into person_part (home, part, person_id) values ($1, $2, $3)";
}

/// Letters of ASCII in lower case, at most [`PART_CHARS_MAX`] characters: what is compared.
pub fn folded(text: &str) -> String {
    let cut: String = text.trim_matches(' ').chars().take(PART_CHARS_MAX).map(|c| c.to_ascii_lowercase()).collect();
    cut.trim_end_matches(' ').to_string()
}
/// Every part of some texts, each once.
pub fn parts(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().flat_map(|text| starts(text).take(PARTS_MAX).map(|at| folded(&text[at..])).filter(|p| !p.is_empty())).collect()
}
/// Where a part of a text begins.
fn starts(text: &str) -> impl Iterator<Item = usize> {
    let mut before: Option<char> = None;
    text.char_indices().filter_map(move |(at, c)| {
        let inside = before.is_some_and(|b| b.is_ascii_alphanumeric());
        before = Some(c);
        (!c.is_ascii() || c.is_ascii_alphanumeric() && !inside).then_some(at)
    })
}
/// Whether a question is the beginning of a part of these texts: what the index answers, asked of one.
pub fn is_called(texts: &[&str], asked: &str) -> bool {
    let asked = folded(asked);
    parts(texts).iter().any(|p| p.starts_with(&asked))
}
/// The end, not reached, of everything that begins with these bytes: no UTF-8 holds 0xFF.
pub(crate) fn end_of(beginning: &str) -> Vec<u8> {
    [beginning.as_bytes(), &[0xFF]].concat()
}

/// Puts an account's names into the index, in the place of those it had.
pub(crate) fn put_account(tx: &mut Tx, id: AccountId, texts: &[&str]) -> Result<(), DbError> {
    tx.exec(&ACCOUNT_DROP, &vals![id])?;
    let parts = parts(texts);
    let rows: Vec<_> = parts.iter().map(|p| vals![p.as_bytes(), id]).collect();
    tx.many(&ACCOUNT_PUT, &rows).map(|_| ())
}
/// The same for somebody of an account, or of the vendor.
pub(crate) fn put_person(tx: &mut Tx, id: PersonId, home: Option<AccountId>, texts: &[&str]) -> Result<(), DbError> {
    tx.exec(&PERSON_DROP, &vals![id])?;
    let (home, parts) = (home_of(home), parts(texts));
    let rows: Vec<_> = parts.iter().map(|p| vals![home, p.as_bytes(), id]).collect();
    tx.many(&PERSON_PUT, &rows).map(|_| ())
}
/// The vendor's people belong to no account.
pub(crate) fn home_of(account: Option<AccountId>) -> AccountId {
    account.unwrap_or(AccountId::from_raw(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store_test;

    #[test]
    fn a_part_begins_with_every_word_and_every_character_outside_ascii() {
        let of = |text: &str| parts(&[text]).into_iter().collect::<Vec<_>>();
        assert_eq!(of("Li.Ming@Example.com"), ["com", "example.com", "li.ming@example.com", "ming@example.com"]);
        assert_eq!(of("上海 Cloud"), ["cloud", "上海 cloud", "海 cloud"]);
        assert!(is_called(&["上海云帆科技"], "云帆") && is_called(&["Yunfan Tech"], "TECH ") && !is_called(&["Yunfan"], "fan"));
        assert!(parts(&["一".repeat(500).as_str()]).iter().all(|p| p.chars().count() <= PART_CHARS_MAX));
    }

    statements! {
        ACCOUNT_BARE = "insert into account (id, number, name, language, tz, active, created_at, version) values ($1, $2, $3, 'en', 'UTC', 1, 0, 1)";
        ACCOUNT_PARTS = "select part from account_part where account_id = $1 order by part";
    }
    fn kept(tx: &mut Tx, id: AccountId) -> Result<BTreeSet<String>, DbError> {
        let all = tx.query(&ACCOUNT_PARTS, &vals![id], |r| Ok(String::from_utf8_lossy(&r.bytes(0)).into_owned()))?;
        Ok(all.into_iter().collect())
    }
    store_test! {
        fn what_was_there_before_the_index_is_cut_as_what_comes_after(db) {
            let step = crate::db::MIGRATIONS.iter().find(|m| m.name.ends_with("_names")).unwrap();
            db.write::<_, DbError>(move |tx| {
                let texts = [("n-1", "Li.Ming Ltd."), ("yunfan", "上海云帆 Tech 科技"), ("x", &"ab ".repeat(60)), ("emoji", "🕐 o'clock")];
                for (raw, (number, name)) in (1..).zip(texts) {
                    tx.exec(&ACCOUNT_BARE, &vals![AccountId::from_raw(raw), number, name])?;
                }
                let fill = crate::db::statements_of(step.text, tx.is_postgres()).into_iter().filter(|s| s.contains("insert into account_part"));
                for statement in fill {
                    tx.query_dyn(&statement, &[], |_| Ok(()))?;
                }
                for (raw, (number, name)) in (1..).zip(texts) {
                    assert_eq!(kept(tx, AccountId::from_raw(raw))?, parts(&[number, name]), "{name}");
                }
                Ok(())
            }).unwrap();
        }
    }
}
