use crate::kit::PersonId;
use crate::promise::Rung;

/// One rung that was to be called, and who was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RungCall {
    /// Its index in the ladder.
    pub rung: usize,
    pub told: Vec<PersonId>,
    /// Why nobody was told: [`RUNG_EMPTY`] or [`RUNG_TOLD_BEFORE`].
    pub skipped: Option<&'static str>,
}
/// Nobody stands on it: the next rung up is called in its place, at the same moment.
pub const RUNG_EMPTY: &str = "routing.rung_empty";
/// Its people were told already, in the place of an empty rung below: nobody is told of one breach twice.
pub const RUNG_TOLD_BEFORE: &str = "routing.rung_told_before";

/// Whom the rungs a clock calls now reach. `rungs_called`: those that fell due, in order; `told_before`: those whose people were told at an
/// earlier moment. An empty rung is skipped at once; above the top there is nobody, and nobody is told twice.
pub fn climb(rungs_called: &[usize], told_before: &[usize], ladder: &[Rung], who_stands: impl Fn(&str) -> Vec<PersonId>) -> Vec<RungCall> {
    let mut calls: Vec<RungCall> = Vec::new();
    for first in rungs_called {
        for (rung, duty) in ladder.iter().enumerate().skip(*first) {
            if calls.iter().any(|c| c.rung == rung) {
                break;
            }
            if told_before.contains(&rung) {
                calls.push(RungCall { rung, told: Vec::new(), skipped: Some(RUNG_TOLD_BEFORE) });
                break;
            }
            let told = who_stands(&duty.tell);
            let is_empty = told.is_empty();
            calls.push(RungCall { rung, told, skipped: is_empty.then_some(RUNG_EMPTY) });
            if !is_empty {
                break;
            }
        }
    }
    calls
}
