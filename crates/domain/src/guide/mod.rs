//! Guides that help before a case is opened, and known troubles: what their words are, and which of them fits a question.
mod words;
pub use words::{Words, words};

/// What a page of help is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// Something that is wrong now with a product and that we know of; told before any guide.
    Trouble,
    /// How something is done or mended.
    Guide,
}
impl Sort {
    pub const ALL: &[Sort] = &[Sort::Trouble, Sort::Guide];
    pub fn key(self) -> &'static str {
        match self {
            Sort::Trouble => "trouble",
            Sort::Guide => "guide",
        }
    }
    pub fn parse(key: &str) -> Option<Sort> {
        Sort::ALL.iter().copied().find(|s| s.key() == key)
    }
}

/// Who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Being written; the vendor's own.
    Draft,
    Published,
    /// Over or out of date; kept for the vendor's people.
    Ended,
}
impl Standing {
    pub const ALL: &[Standing] = &[Standing::Draft, Standing::Published, Standing::Ended];
    pub fn key(self) -> &'static str {
        match self {
            Standing::Draft => "draft",
            Standing::Published => "published",
            Standing::Ended => "ended",
        }
    }
    pub fn parse(key: &str) -> Option<Standing> {
        Standing::ALL.iter().copied().find(|s| s.key() == key)
    }
}

/// How much a word weighs by the place where it stands.
pub const IN_SYMPTOMS: u32 = 5;
pub const IN_TITLES: u32 = 3;
pub const IN_BODIES: u32 = 1;
/// Of a hundred; what fits less does not help.
pub const SCORE_MIN: u32 = 10;
/// The most that are offered at once.
pub const OFFERED_MAX: usize = 8;

/// How well something fits a question, 0 to 100: of the question's words those it has, each by its weight and by how rare the word is.
/// `hits`: for each word of the question how many pages have it, and the weight it has in this one (0: not there).
pub fn score(hits: &[(usize, u32)]) -> u32 {
    let rare = |pages: usize| 1.0 / (1.0 + (pages as f64).ln_1p());
    let (mut had, mut all) = (0.0, 0.0);
    for (pages, weight) in hits {
        all += rare(*pages);
        had += rare(*pages) * f64::from((*weight).min(IN_SYMPTOMS)).sqrt() / f64::from(IN_SYMPTOMS).sqrt();
    }
    if all > 0.0 { (100.0 * had / all).round() as u32 } else { 0 }
}

/// Troubles before guides, then by score, then the newer (the later in the list given) first.
pub fn rank<T>(found: &mut Vec<(Sort, u32, T)>) {
    found.reverse();
    found.sort_by_key(|(sort, score, _)| (*sort, u32::MAX - score));
    found.truncate(OFFERED_MAX);
}

/// The line of a text that speaks of most of a question's words, else its first; at most `max` characters.
pub fn excerpt(body: &str, asked: &Words, max: usize) -> String {
    let lines = || body.lines().map(|l| l.trim().trim_start_matches("- ")).filter(|l| !l.is_empty());
    let spoken = |line: &str| words(line).iter().filter(|w| asked.contains(*w)).count();
    // `max_by_key` takes the last of equals: counted from behind it is the first.
    let best = lines().rev().max_by_key(|l| spoken(l)).unwrap_or_default();
    if best.chars().count() <= max {
        return best.to_string();
    }
    let cut: String = best.chars().take(max.saturating_sub(1)).collect();
    cut.trim_end().to_string() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_all_words_among_its_symptoms_fits_wholly_and_what_has_none_not_at_all() {
        assert_eq!((score(&[(1, IN_SYMPTOMS), (3, IN_SYMPTOMS)]), score(&[(1, 0), (3, 0)]), score(&[])), (100, 0, 0));
        assert!(score(&[(1, IN_TITLES)]) > score(&[(1, IN_BODIES)]));
    }
    #[test]
    fn a_rare_word_counts_more_than_one_every_page_has() {
        assert!(score(&[(1, IN_SYMPTOMS), (200, 0)]) > score(&[(1, 0), (200, IN_SYMPTOMS)]));
    }
    #[test]
    fn troubles_come_before_guides_and_the_newer_of_equals_first() {
        let mut found = vec![(Sort::Guide, 90, "a"), (Sort::Trouble, 20, "b"), (Sort::Trouble, 20, "c"), (Sort::Guide, 95, "d")];
        rank(&mut found);
        assert_eq!(found.iter().map(|f| f.2).collect::<String>(), "cbda");
        let mut many: Vec<_> = (0..20).map(|n| (Sort::Guide, 50, n)).collect();
        rank(&mut many);
        assert_eq!(many.len(), OFFERED_MAX);
    }
    #[test]
    fn an_excerpt_is_the_line_that_speaks_of_the_question() {
        let body = "A server may be away.\n\n- Look at the security group: port 22 must be open.\n- Look at the disk.";
        assert_eq!(excerpt(body, &words("ssh port 22"), 160), "Look at the security group: port 22 must be open.");
        assert_eq!(excerpt(body, &words("something else"), 160), "A server may be away.");
        assert_eq!(excerpt("连接数已用完", &words(""), 4), "连接数…");
        assert_eq!(excerpt("", &words("x"), 4), "");
    }
    #[test]
    fn every_key_reads_back() {
        assert!(Sort::ALL.iter().all(|s| Sort::parse(s.key()) == Some(*s)) && Standing::ALL.iter().all(|s| Standing::parse(s.key()) == Some(*s)));
    }
}
