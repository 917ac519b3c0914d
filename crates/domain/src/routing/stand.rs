//! How everybody stands who was looked at: the rule's own questions, asked one by one.
use super::{ASKS_ALL, Candidate, Choice, Need, Round, against, against_round, by_load};
use crate::kit::PersonId;

/// How somebody stands towards a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub person: PersonId,
    /// On shift and has everything a first round asks for.
    pub fits: bool,
    /// Why they are chosen; or everything that speaks against them, and for whoever fits what the choice preferred to them.
    pub because: Vec<String>,
}
/// What a round asks, one question at a time, in the order in which [`super::route`] names them.
const QUESTIONS: [Round; 4] = [
    Round { skill: true, ..ASKS_NOTHING },
    Round { language: true, ..ASKS_NOTHING },
    Round { tier: true, ..ASKS_NOTHING },
    Round { capacity: true, ..ASKS_NOTHING },
];
const ASKS_NOTHING: Round = Round { language: false, tier: false, skill: false, capacity: false };

/// Everybody beside the choice that was made from them: the chosen one first, then by load as they were looked at.
pub fn stand(need: &Need, candidates: &[Candidate], choice: &Choice) -> Vec<(Standing, Candidate)> {
    let mut ranked: Vec<&Candidate> = candidates.iter().collect();
    ranked.sort_by(|a, b| by_load(a, b));
    ranked.sort_by_key(|c| choice.who != Some(c.person));
    let chosen = ranked.first().copied().filter(|c| choice.who == Some(c.person));
    let standing = |c: &Candidate| {
        let gaps = gaps(need, c);
        let fits = gaps.is_empty();
        let because = match () {
            _ if choice.who == Some(c.person) => choice.why.clone(),
            _ if fits => vec![against(need, c, chosen).to_string()],
            _ => gaps.into_iter().map(String::from).collect(),
        };
        Standing { person: c.person, fits, because }
    };
    ranked.into_iter().map(|c| (standing(c), c.clone())).collect()
}
fn gaps(need: &Need, c: &Candidate) -> Vec<&'static str> {
    let absent = (!c.role.answers()).then_some("routing.does_not_answer").or((!c.on_shift).then_some("routing.off_shift"));
    let gaps: Vec<&'static str> = absent.into_iter().chain(QUESTIONS.iter().filter_map(|q| against_round(need, c, *q))).collect();
    debug_assert!(gaps.is_empty() == (absent.is_none() && against_round(need, c, ASKS_ALL).is_none()));
    gaps
}
