//! Who takes a case: first-ask owner, then TAM, then skill, language, tier, shift and load; never nobody (mission E1, E2, E5).
use crate::kit::{AccountId, At, PersonId};
use crate::people::Role;

/// What a case asks of whoever takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Key of the product, empty when the customer did not say.
    pub product: String,
    pub component: String,
    /// BCP 47 tag of the customer's language.
    pub language: String,
    pub severity_rank: u8,
    pub tier: u8,
    pub account: AccountId,
}

/// Somebody who could take it, as they stand now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub person: PersonId,
    pub role: Role,
    pub tier: u8,
    /// Keys of products and components; `*` is all.
    pub skills: Vec<String>,
    pub languages: Vec<String>,
    /// Open cases in their hands, of `capacity` at once.
    pub load: u32,
    pub capacity: u32,
    pub on_shift: bool,
    pub is_tam: bool,
    pub is_first_ask: bool,
    pub last_assigned_at: Option<At>,
}
impl Candidate {
    fn knows(&self, need: &Need) -> bool {
        let asked = [&need.product, &need.component];
        need.product.is_empty() || self.skills.iter().any(|s| s == "*" || asked.contains(&s))
    }
    fn speaks(&self, need: &Need) -> bool {
        let base = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        need.language.is_empty() || self.languages.iter().any(|l| base(l) == base(&need.language))
    }
    fn has_room(&self) -> bool {
        self.load < self.capacity
    }
    fn reaches(&self, need: &Need) -> bool {
        self.role != Role::Engineer || self.tier >= need.tier
    }
}

/// Who, and why: codes in the order they were asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    pub who: Option<PersonId>,
    pub why: Vec<String>,
    /// Who was passed over for what, at most [`PASSED_OVER_MAX`].
    pub passed_over: Vec<(PersonId, &'static str)>,
}
pub const PASSED_OVER_MAX: usize = 20;

type Test = fn(&Candidate, &Need) -> bool;
/// What must hold, and the code that says so; from the most that can be asked to the least.
const STEPS: &[(&str, &[Test])] = &[
    ("routing.skill_and_language", &[on_shift, room, knows, speaks, tier]),
    ("routing.skill_without_language", &[on_shift, room, knows, tier]),
    ("routing.language_without_skill", &[on_shift, room, speaks, tier]),
    ("routing.anyone_on_shift", &[on_shift, room]),
    ("routing.over_capacity", &[on_shift, knows]),
    ("routing.over_capacity", &[on_shift]),
];
fn on_shift(c: &Candidate, _: &Need) -> bool {
    c.on_shift
}
fn room(c: &Candidate, _: &Need) -> bool {
    c.has_room()
}
fn knows(c: &Candidate, n: &Need) -> bool {
    c.knows(n)
}
fn speaks(c: &Candidate, n: &Need) -> bool {
    c.speaks(n)
}
fn tier(c: &Candidate, n: &Need) -> bool {
    c.reaches(n)
}

/// Chooses. `fallback` is the named rota of the moment, in order; it is asked when nobody is on shift. The choice depends on nothing
/// but its arguments; `None` only when there is nobody at all.
pub fn route(need: &Need, candidates: &[Candidate], fallback: &[PersonId]) -> Choice {
    let passed_over = passed_over(need, candidates);
    let choose = |c: &Candidate, why: &[&str]| Choice { who: Some(c.person), why: why.iter().map(|w| w.to_string()).collect(), passed_over: passed_over.clone() };
    if let Some(c) = candidates.iter().find(|c| c.is_first_ask && c.on_shift) {
        return choose(c, &["routing.first_ask"]);
    }
    if let Some(c) = candidates.iter().find(|c| c.is_tam && c.on_shift) {
        return choose(c, &["routing.tam"]);
    }
    // A duty chief or somebody else's TAM takes cases only when no engineer can.
    let engineers: Vec<&Candidate> = candidates.iter().filter(|c| c.role == Role::Engineer).collect();
    let everybody: Vec<&Candidate> = candidates.iter().collect();
    for (code, tests) in STEPS {
        for group in [&engineers, &everybody] {
            if let Some(c) = lightest(group.iter().copied().filter(|c| tests.iter().all(|t| t(c, need)))) {
                return choose(c, &[code, "routing.least_loaded"]);
            }
        }
    }
    if let Some(person) = fallback.first() {
        return Choice { who: Some(*person), why: vec!["routing.nobody_on_shift".into(), "routing.fallback".into()], passed_over };
    }
    match lightest(candidates.iter()) {
        Some(c) => choose(c, &["routing.nobody_on_shift", "routing.no_fallback"]),
        None => Choice { who: None, why: vec!["routing.nobody_at_all".into()], passed_over },
    }
}
/// Least of their capacity in use; then who waits longest for a case; then by id, so that the choice is always the same.
fn lightest<'c>(candidates: impl Iterator<Item = &'c Candidate>) -> Option<&'c Candidate> {
    let share = |c: &Candidate| u64::from(c.load) * 1_000_000 / u64::from(c.capacity.max(1));
    candidates.min_by_key(|c| (share(c), c.last_assigned_at.unwrap_or(At::MIN), c.person))
}
fn passed_over(need: &Need, candidates: &[Candidate]) -> Vec<(PersonId, &'static str)> {
    let why = |c: &Candidate| match () {
        _ if !c.on_shift => Some("routing.off_shift"),
        _ if !c.has_room() => Some("routing.full"),
        _ if !c.knows(need) => Some("routing.lacks_skill"),
        _ if !c.speaks(need) => Some("routing.lacks_language"),
        _ if !c.reaches(need) => Some("routing.lower_tier"),
        _ => None,
    };
    candidates.iter().filter_map(|c| why(c).map(|w| (c.person, w))).take(PASSED_OVER_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Dice;

    fn need() -> Need {
        Need { product: "ecs".into(), component: String::new(), language: "zh-CN".into(), severity_rank: 3, tier: 1, account: AccountId::from_raw(1) }
    }
    fn engineer(n: u128) -> Candidate {
        Candidate {
            person: PersonId::from_raw(n),
            role: Role::Engineer,
            tier: 1,
            skills: vec!["ecs".into()],
            languages: vec!["zh".into()],
            load: 0,
            capacity: 10,
            on_shift: true,
            is_tam: false,
            is_first_ask: false,
            last_assigned_at: None,
        }
    }
    #[track_caller]
    fn check(candidates: &[Candidate], fallback: &[u128], who: u128, why: &str) {
        let fallback: Vec<PersonId> = fallback.iter().map(|n| PersonId::from_raw(*n)).collect();
        let choice = route(&need(), candidates, &fallback);
        assert_eq!(choice.who, Some(PersonId::from_raw(who)), "{choice:?}");
        assert!(choice.why.iter().any(|w| w == why), "{choice:?}");
    }
    #[test]
    fn the_first_ask_owner_comes_before_the_tam_and_both_before_everybody() {
        let tam = Candidate { is_tam: true, role: Role::Tam, ..engineer(2) };
        let owner = Candidate { is_first_ask: true, load: 99, ..engineer(3) };
        check(&[engineer(1), tam.clone(), owner.clone()], &[], 3, "routing.first_ask");
        check(&[engineer(1), tam.clone(), Candidate { on_shift: false, ..owner }], &[], 2, "routing.tam");
        check(&[engineer(1), Candidate { on_shift: false, ..tam }], &[], 1, "routing.skill_and_language");
    }
    #[test]
    fn skill_weighs_more_than_language_and_load_decides_among_equals() {
        let foreign = Candidate { languages: vec!["en".into()], ..engineer(1) };
        let unskilled = Candidate { skills: vec!["oss".into()], ..engineer(2) };
        check(&[foreign.clone(), unskilled.clone()], &[], 1, "routing.skill_without_language");
        check(&[unskilled.clone()], &[], 2, "routing.language_without_skill");
        check(&[Candidate { load: 5, ..engineer(3) }, Candidate { load: 8, capacity: 20, ..engineer(4) }], &[], 4, "routing.least_loaded");
        let rested = Candidate { last_assigned_at: Some(At::from_micros(5)), ..engineer(5) };
        check(&[Candidate { last_assigned_at: Some(At::from_micros(9)), ..engineer(1) }, rested], &[], 5, "routing.least_loaded");
    }
    #[test]
    fn never_to_nobody() {
        let off = Candidate { on_shift: false, ..engineer(1) };
        check(&[off.clone()], &[7, 8], 7, "routing.fallback");
        check(&[off], &[], 1, "routing.no_fallback");
        check(&[Candidate { load: 10, ..engineer(1) }, Candidate { on_shift: false, ..engineer(2) }], &[], 1, "routing.over_capacity");
        assert_eq!(route(&need(), &[], &[]).who, None);
    }
    #[test]
    fn laws_of_routing() {
        let mut dice = Dice::new(11);
        let (mut skilled_free, mut nobody_free) = (0, 0);
        for _ in 0..20_000 {
            let people: Vec<Candidate> = (1..=dice.roll(6) + 1)
                .map(|n| Candidate {
                    skills: vec![["ecs", "oss", "*"][dice.roll(3) as usize].into()],
                    languages: vec![["zh-CN", "en"][dice.roll(2) as usize].into()],
                    load: dice.roll(12) as u32,
                    on_shift: dice.roll(3) > 0,
                    ..engineer(n as u128)
                })
                .collect();
            let choice = route(&need(), &people, &[]);
            let chosen = people.iter().find(|c| Some(c.person) == choice.who).expect("somebody of those asked");
            let free = |c: &&Candidate| c.on_shift && c.has_room() && c.knows(&need());
            if people.iter().any(|c| free(&c)) {
                skilled_free += 1;
                assert!(free(&chosen), "one without the skill while one with it is free: {choice:?}");
            }
            if people.iter().all(|c| !c.on_shift) {
                nobody_free += 1;
            } else {
                assert!(chosen.on_shift, "{choice:?}");
            }
            let mut shuffled = people.clone();
            shuffled.reverse();
            assert_eq!(route(&need(), &shuffled, &[]).who, choice.who, "the order of asking does not matter");
        }
        assert!(skilled_free > 0 && nobody_free > 0, "the dice never rolled the cases that matter");
    }
}
