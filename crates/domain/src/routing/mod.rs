//! Who takes a case, and who is called when a promise is in danger. Never nobody: a named fallback rota stands behind every shift, and
//! the reasons of each choice are kept (mission E1, E2, E5).
mod ladder;
mod stand;
#[cfg(test)]
mod tests;
pub use ladder::{RUNG_EMPTY, RUNG_TOLD_BEFORE, RungCall, climb};
pub use stand::{Standing, stand};

use crate::kit::{AccountId, At, PersonId};
use crate::people::Role;
use std::cmp::{Ordering, Reverse};

/// What a case asks of whoever takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Key of the product; empty when the customer did not say.
    pub product: String,
    /// Part of the product; empty when not named.
    pub component: String,
    /// BCP 47 tag of the customer's language; `zh-CN` is answered by whoever speaks `zh`.
    pub language: String,
    /// 1 is the gravest.
    pub severity_rank: u8,
    /// Support tier 1–4 the case lies on.
    pub tier: u8,
    pub account: AccountId,
}

/// Somebody who could take it, as they stand now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub person: PersonId,
    pub role: Role,
    /// Engineers' tier 1–4; others take cases of any tier.
    pub tier: u8,
    /// Keys of products, of components (`disk` or `ecs.disk`); `*` is all.
    pub skills: Vec<String>,
    pub languages: Vec<String>,
    /// Open cases in their hands, of `capacity` at once.
    pub load: u32,
    pub capacity: u32,
    pub on_shift: bool,
    /// Technical account manager of the case's account.
    pub is_tam: bool,
    /// Answered this case first and is answerable for it.
    pub is_first_ask: bool,
    pub last_assigned_at: Option<At>,
}

/// Who, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// `None` only when there are no candidates at all.
    pub who: Option<PersonId>,
    /// Reason codes in the order the choice was narrowed: `routing.tam`, or `routing.skill_match`, …, `routing.least_loaded`.
    pub why: Vec<String>,
    /// Others who were looked at, and the first thing that spoke against each; at most [`PASSED_OVER_MAX`].
    pub passed_over: Vec<(PersonId, &'static str)>,
}
pub const PASSED_OVER_MAX: usize = 20;

/// What one round asks. Rounds ask less and less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Round {
    language: bool,
    tier: bool,
    skill: bool,
    capacity: bool,
}
const ASKS_ALL: Round = Round { language: true, tier: true, skill: true, capacity: true };
/// Language is given up first, then tier, then skill, then capacity: nobody without the skill while somebody with it is free.
const ROUNDS: [Round; 6] = [
    ASKS_ALL,
    Round { language: false, ..ASKS_ALL },
    Round { language: false, tier: false, ..ASKS_ALL },
    Round { tier: false, skill: false, ..ASKS_ALL },
    Round { language: false, tier: false, skill: false, capacity: true },
    Round { language: false, tier: false, skill: false, capacity: false },
];
/// For the gravest cases the skill counts more than a full desk.
const GRAVE_ROUNDS: [Round; 5] = [ROUNDS[0], ROUNDS[1], ROUNDS[2], Round { skill: true, ..ROUNDS[5] }, ROUNDS[5]];
const GRAVEST: u8 = 1;

/// Chooses who takes a case: the first-ask owner, then the account's TAM, if on shift; then whoever on shift fits best and carries least,
/// engineers before chiefs and other accounts' TAMs; then the fallback rota in its order, even off shift; then anybody. The same arguments
/// give the same choice, whatever the order of the candidates.
pub fn route(need: &Need, candidates: &[Candidate], fallback: &[PersonId]) -> Choice {
    let mut ranked: Vec<&Candidate> = candidates.iter().collect();
    ranked.sort_by(|a, b| by_load(a, b));
    let (chosen, why) = choose(need, &ranked, fallback);
    let others = ranked.iter().filter(|c| chosen.is_none_or(|w| w.person != c.person));
    let passed_over = others.map(|c| (c.person, against(need, c, chosen))).take(PASSED_OVER_MAX).collect();
    Choice { who: chosen.map(|c| c.person), why: why.into_iter().map(String::from).collect(), passed_over }
}

fn choose<'c>(need: &Need, ranked: &[&'c Candidate], fallback: &[PersonId]) -> (Option<&'c Candidate>, Vec<&'static str>) {
    let on_shift: Vec<&Candidate> = ranked.iter().copied().filter(|c| c.on_shift && c.role.answers()).collect();
    if let Some(owner) = on_shift.iter().find(|c| c.is_first_ask) {
        return (Some(owner), vec!["routing.first_ask"]);
    }
    if let Some(tam) = on_shift.iter().find(|c| c.is_tam) {
        return (Some(tam), vec!["routing.tam"]);
    }
    let rounds: &[Round] = if need.severity_rank <= GRAVEST { &GRAVE_ROUNDS } else { &ROUNDS };
    for round in rounds {
        let fits: Vec<&Candidate> = on_shift.iter().copied().filter(|c| against_round(need, c, *round).is_none()).collect();
        let (engineers, others): (Vec<&Candidate>, Vec<&Candidate>) = fits.into_iter().partition(|c| c.role == Role::Engineer);
        let fits = if engineers.is_empty() { others } else { engineers };
        if let Some(best) = fits.first() {
            return (Some(best), reasons(need, best, &fits));
        }
    }
    if let Some(who) = fallback.iter().find_map(|p| ranked.iter().find(|c| c.person == *p)) {
        return (Some(who), vec!["routing.nobody_on_shift", "routing.fallback_rota"]);
    }
    let anybody = ranked.iter().enumerate().max_by_key(|(place, c)| (last_hope(need, c), Reverse(*place))).map(|(_, c)| *c);
    (anybody, vec!["routing.nobody_on_shift", if anybody.is_some() { "routing.anybody" } else { "routing.no_candidates" }])
}
/// How well somebody off shift would do.
fn last_hope(need: &Need, c: &Candidate) -> (bool, bool, bool, bool, bool) {
    (c.role.answers(), c.is_first_ask, c.is_tam, has_skill(need, c), speaks(need, c))
}

/// Whoever carries least of what they may carry; then whoever waited longest for a case; then by id, so that a tie is no accident.
fn by_load(a: &Candidate, b: &Candidate) -> Ordering {
    share(a, b).cmp(&share(b, a)).then(a.last_assigned_at.cmp(&b.last_assigned_at)).then(a.person.cmp(&b.person))
}
/// The part of their capacity in use, brought to a common denominator with another's instead of dividing; no capacity is full.
fn share(of: &Candidate, beside: &Candidate) -> u64 {
    let load = u64::from(of.load) + u64::from(of.capacity == 0);
    load * u64::from(beside.capacity.max(1))
}
fn reasons(need: &Need, best: &Candidate, fits: &[&Candidate]) -> Vec<&'static str> {
    let mut why = vec![
        if has_skill(need, best) { "routing.skill_match" } else { "routing.skill_relaxed" },
        if speaks(need, best) { "routing.language_match" } else { "routing.language_relaxed" },
    ];
    why.extend((!reaches_tier(need, best)).then_some("routing.tier_relaxed"));
    why.extend((!is_free(best)).then_some("routing.capacity_relaxed"));
    why.push(match fits {
        [_] => "routing.only_one",
        [a, b, ..] if share(a, b) == share(b, a) => "routing.longest_unassigned",
        _ => "routing.least_loaded",
    });
    why
}

fn has_skill(need: &Need, c: &Candidate) -> bool {
    let is_part =
        |s: &str| !need.component.is_empty() && s.strip_prefix(need.product.as_str()).map_or(s, |s| s.trim_start_matches('.')) == need.component;
    need.product.is_empty() || c.skills.iter().any(|s| s == "*" || *s == need.product || is_part(s))
}
fn speaks(need: &Need, c: &Candidate) -> bool {
    let base = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    need.language.is_empty() || c.languages.iter().any(|l| base(l) == base(&need.language))
}
fn reaches_tier(need: &Need, c: &Candidate) -> bool {
    c.role != Role::Engineer || c.tier >= need.tier
}
fn is_free(c: &Candidate) -> bool {
    c.load < c.capacity
}
fn against_round(need: &Need, c: &Candidate, round: Round) -> Option<&'static str> {
    match () {
        _ if round.skill && !has_skill(need, c) => Some("routing.lacks_skill"),
        _ if round.language && !speaks(need, c) => Some("routing.lacks_language"),
        _ if round.tier && !reaches_tier(need, c) => Some("routing.lower_tier"),
        _ if round.capacity && !is_free(c) => Some("routing.at_capacity"),
        _ => None,
    }
}
/// The first thing that spoke against somebody who was not chosen.
fn against(need: &Need, c: &Candidate, chosen: Option<&Candidate>) -> &'static str {
    match () {
        _ if !c.role.answers() => "routing.does_not_answer",
        _ if !c.on_shift => "routing.off_shift",
        _ if chosen.is_some_and(|w| w.is_first_ask || w.is_tam) => "routing.not_first_ask_nor_tam",
        _ => against_round(need, c, ASKS_ALL).unwrap_or("routing.more_loaded"),
    }
}
