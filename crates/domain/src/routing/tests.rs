use super::*;
use crate::kit::Dice;
use crate::promise::{Mark, Rung};

fn need() -> Need {
    Need { product: "ecs".into(), component: "disk".into(), language: "zh-CN".into(), severity_rank: 3, tier: 1, account: AccountId::from_raw(1) }
}
fn engineer(id: u128) -> Candidate {
    Candidate {
        person: PersonId::from_raw(id),
        role: Role::Engineer,
        tier: 1,
        skills: vec!["ecs".into()],
        languages: vec!["zh".into(), "en".into()],
        load: 0,
        capacity: 5,
        on_shift: true,
        is_tam: false,
        is_first_ask: false,
        last_assigned_at: None,
    }
}
fn who(need: &Need, candidates: &[Candidate], fallback: &[u128]) -> (Option<u128>, Vec<String>) {
    let fallback: Vec<PersonId> = fallback.iter().map(|p| PersonId::from_raw(*p)).collect();
    let choice = route(need, candidates, &fallback);
    (choice.who.map(|p| p.raw()), choice.why)
}
#[track_caller]
fn check(candidates: &[Candidate], fallback: &[u128], wanted: Option<u128>, why: &[&str]) {
    let why: Vec<String> = why.iter().map(|w| format!("routing.{w}")).collect();
    assert_eq!(who(&need(), candidates, fallback), (wanted, why));
}

#[test]
fn the_first_ask_owner_comes_before_the_tam_and_the_tam_before_everybody() {
    let (first, tam) = (Candidate { is_first_ask: true, load: 9, ..engineer(3) }, Candidate { is_tam: true, role: Role::Tam, ..engineer(2) });
    check(&[engineer(1), tam.clone(), first.clone()], &[], Some(3), &["first_ask"]);
    check(&[engineer(1), tam.clone(), Candidate { on_shift: false, ..first }], &[], Some(2), &["tam"]);
    check(&[engineer(1), Candidate { on_shift: false, ..tam }], &[], Some(1), &["skill_match", "language_match", "only_one"]);
}
#[test]
fn of_those_who_fit_the_least_loaded_takes_it_then_the_longest_unassigned_then_the_first_by_id() {
    let fit = ["skill_match", "language_match"];
    let busy = Candidate { load: 2, ..engineer(1) };
    // 3 of 10 is less than 2 of 5.
    let wide = Candidate { load: 3, capacity: 10, ..engineer(2) };
    check(&[busy.clone(), wide], &[], Some(2), &[fit[0], fit[1], "least_loaded"]);
    let long_ago = Candidate { load: 2, last_assigned_at: Some(At::from_micros(1)), ..engineer(4) };
    let lately = Candidate { last_assigned_at: Some(At::from_micros(2)), ..busy };
    check(&[lately, long_ago], &[], Some(4), &[fit[0], fit[1], "longest_unassigned"]);
    check(&[engineer(6), engineer(5)], &[], Some(5), &[fit[0], fit[1], "longest_unassigned"]);
}
#[test]
fn language_is_given_up_before_skill_and_skill_before_capacity() {
    let skilled = Candidate { languages: vec!["en".into()], ..engineer(1) };
    let speaker = Candidate { skills: vec!["oss".into()], ..engineer(2) };
    check(&[speaker.clone(), skilled.clone()], &[], Some(1), &["skill_match", "language_relaxed", "only_one"]);
    let full = Candidate { load: 5, ..skilled };
    check(&[speaker.clone(), full.clone()], &[], Some(2), &["skill_relaxed", "language_match", "only_one"]);
    let grave = Need { severity_rank: 1, ..need() };
    assert_eq!(who(&grave, &[speaker, full.clone()], &[]).0, Some(1), "in the gravest cases skill counts more than a full desk");
    check(&[full], &[], Some(1), &["skill_match", "language_relaxed", "capacity_relaxed", "only_one"]);
}
#[test]
fn a_case_on_a_higher_tier_goes_there_if_anybody_is_there() {
    let expert = Candidate { tier: 3, load: 4, ..engineer(2) };
    let high = Need { tier: 2, ..need() };
    assert_eq!(who(&high, &[engineer(1), expert], &[]).0, Some(2));
    assert!(who(&high, &[engineer(1)], &[]).1.contains(&"routing.tier_relaxed".to_string()));
}
#[test]
fn a_component_or_everything_is_a_skill_too() {
    for skill in ["ecs.disk", "disk", "*"] {
        let expert = Candidate { skills: vec![skill.into()], load: 4, ..engineer(2) };
        check(&[Candidate { skills: vec![], ..engineer(1) }, expert], &[], Some(2), &["skill_match", "language_match", "only_one"]);
    }
    assert!(!has_skill(&need(), &Candidate { skills: vec!["ecs.network".into()], ..engineer(1) }));
}
#[test]
fn at_night_the_fallback_rota_is_called_in_its_order_and_without_one_anybody() {
    let asleep = |id| Candidate { on_shift: false, ..engineer(id) };
    check(&[asleep(1), asleep(2), asleep(3)], &[9, 3, 2], Some(3), &["nobody_on_shift", "fallback_rota"]);
    check(&[asleep(1), Candidate { skills: vec![], ..asleep(0) }], &[9], Some(1), &["nobody_on_shift", "anybody"]);
    check(&[Candidate { role: Role::Quality, ..engineer(7) }], &[], Some(7), &["nobody_on_shift", "anybody"]);
    check(&[], &[9], None, &["nobody_on_shift", "no_candidates"]);
}
#[test]
fn those_passed_over_are_named_with_the_reason() {
    let candidates = [
        engineer(1),
        Candidate { load: 1, ..engineer(2) },
        Candidate { load: 5, ..engineer(3) },
        Candidate { skills: vec![], ..engineer(4) },
        Candidate { languages: vec![], ..engineer(5) },
        Candidate { on_shift: false, ..engineer(6) },
        Candidate { role: Role::Finance, ..engineer(7) },
    ];
    let mut over: Vec<(u128, &str)> = route(&need(), &candidates, &[]).passed_over.into_iter().map(|(p, why)| (p.raw(), why)).collect();
    over.sort_unstable();
    let reasons = ["more_loaded", "at_capacity", "lacks_skill", "lacks_language", "off_shift", "does_not_answer"].map(|r| format!("routing.{r}"));
    assert_eq!(over.iter().map(|(_, why)| why.to_string()).collect::<Vec<_>>(), reasons);
    let crowd: Vec<Candidate> = (0..50).map(engineer).collect();
    assert_eq!(route(&need(), &crowd, &[]).passed_over.len(), PASSED_OVER_MAX);
}

fn some_candidate(d: &mut Dice, id: u128) -> Candidate {
    let mut yes = |one_in| d.roll(one_in) == 0;
    let (skilled, speaks, on_shift, is_tam, is_first_ask) = (yes(2), yes(2), yes(2), yes(8), yes(8));
    Candidate {
        role: *d.pick(Role::ALL).unwrap(),
        tier: d.roll(5) as u8,
        skills: if skilled { vec!["ecs".into()] } else { vec![] },
        languages: if speaks { vec!["zh".into()] } else { vec![] },
        load: d.roll(6) as u32,
        capacity: d.roll(6) as u32,
        on_shift,
        is_tam,
        is_first_ask,
        last_assigned_at: (d.roll(3) == 0).then(|| At::from_micros(d.roll(3) as i64)),
        ..engineer(id)
    }
}
#[test]
fn laws_of_routing() {
    let mut reasons = std::collections::BTreeMap::new();
    for seed in 0..20_000 {
        let mut d = Dice::new(seed);
        let mut candidates: Vec<Candidate> = (0..d.roll(7)).map(|i| some_candidate(&mut d, i as u128)).collect();
        let fallback: Vec<PersonId> = (0..d.roll(3)).map(|_| PersonId::from_raw(d.roll(9) as u128)).collect();
        let need = Need { severity_rank: 1 + d.roll(5) as u8, tier: 1 + d.roll(4) as u8, ..need() };
        let choice = route(&need, &candidates, &fallback);
        assert_eq!(choice.who.is_none(), candidates.is_empty(), "never to nobody: seed {seed}");
        assert!(!choice.why.is_empty(), "a choice has reasons: seed {seed}");
        let chosen = candidates.iter().find(|c| Some(c.person) == choice.who);
        let free = |c: &&Candidate| c.on_shift && c.role.answers() && is_free(c);
        if let Some(chosen) = chosen.filter(|c| !c.is_first_ask && !c.is_tam && !has_skill(&need, c)) {
            assert!(
                !candidates.iter().filter(free).any(|c| has_skill(&need, c)),
                "nobody without the skill while one with it is free: seed {seed} {chosen:?}"
            );
        }
        if let Some(chosen) = chosen {
            let somebody_on_shift = candidates.iter().any(|c| c.on_shift && c.role.answers());
            assert!(!somebody_on_shift || (chosen.on_shift && chosen.role.answers()), "nobody is woken while somebody is there: seed {seed}");
            assert!(choice.passed_over.iter().all(|(p, _)| *p != chosen.person) && choice.passed_over.len() + 1 == candidates.len(), "seed {seed}");
        }
        for why in &choice.why {
            *reasons.entry(why.clone()).or_insert(0) += 1;
        }
        candidates.reverse();
        assert_eq!(route(&need, &candidates, &fallback), choice, "the order of asking chooses nobody: seed {seed}");
    }
    let all = "first_ask tam skill_match skill_relaxed language_match language_relaxed tier_relaxed capacity_relaxed only_one least_loaded longest_unassigned nobody_on_shift fallback_rota anybody no_candidates";
    let never: Vec<&str> = all.split(' ').filter(|r| !reasons.contains_key(&format!("routing.{r}"))).collect();
    assert!(never.is_empty(), "never a reason: {never:?}");
}

fn ladder() -> Vec<Rung> {
    ["owner", "group", "duty_chief", "goc"].map(|tell| Rung { at: Mark::Percent(75), tell: tell.into() }).to_vec()
}
/// Rungs told, and rungs skipped.
fn climbed(called: &[usize], before: &[usize], empty: &[&str]) -> (Vec<usize>, Vec<usize>) {
    let stands = |duty: &str| if empty.contains(&duty) { vec![] } else { vec![PersonId::from_raw(1)] };
    let calls = climb(called, before, &ladder(), stands);
    let (skipped, told): (Vec<_>, Vec<_>) = calls.into_iter().partition(|c| c.skipped.is_some());
    (told.iter().map(|c| c.rung).collect(), skipped.iter().map(|c| c.rung).collect())
}
#[test]
fn an_empty_rung_is_skipped_at_once_and_the_next_one_is_called_in_its_place() {
    assert_eq!(climbed(&[0], &[], &[]), (vec![0], vec![]));
    assert_eq!(climbed(&[1], &[], &["group"]), (vec![2], vec![1]));
    assert_eq!(climbed(&[0], &[], &["owner", "group", "duty_chief"]), (vec![3], vec![0, 1, 2]));
}
#[test]
fn above_the_top_there_is_nobody_and_nobody_is_told_twice() {
    let all = ["owner", "group", "duty_chief", "goc"];
    assert_eq!(climbed(&[2], &[], &all), (vec![], vec![2, 3]));
    assert_eq!(climbed(&[0, 1, 2, 3], &[], &["group", "duty_chief"]), (vec![0, 3], vec![1, 2]), "the top is told once for three rungs");
    assert_eq!(climbed(&[3], &[3], &[]), (vec![], vec![3]), "told before, in the place of an empty rung");
    assert_eq!(climbed(&[9], &[], &[]), (vec![], vec![]));
}
#[test]
fn everybody_stands_beside_the_choice_with_everything_that_speaks_against_them() {
    let best = engineer(1);
    let fits_too = Candidate { load: 2, ..engineer(2) };
    let wrong = Candidate { skills: vec!["oss".into()], languages: vec!["en".into()], load: 5, ..engineer(3) };
    let asleep = Candidate { on_shift: false, ..engineer(4) };
    let all = [asleep, wrong, fits_too, best];
    let choice = route(&need(), &all, &[]);
    let told: Vec<(u128, bool, Vec<String>)> = stand(&need(), &all, &choice).into_iter().map(|(s, _)| (s.person.raw(), s.fits, s.because)).collect();
    let codes = |words: &[&str]| words.iter().map(|w| format!("routing.{w}")).collect::<Vec<_>>();
    assert_eq!(told[0], (1, true, choice.why.clone()));
    assert_eq!(
        told[1..],
        [(4, false, codes(&["off_shift"])), (2, true, codes(&["more_loaded"])), (3, false, codes(&["lacks_skill", "lacks_language", "at_capacity"])),]
    );
    assert_eq!(choice.who.map(|p| p.raw()), Some(1), "the one who stands first is the one who is chosen");
}
#[test]
fn whoever_is_chosen_stands_first_whatever_happens() {
    let mut dice = Dice::new(5);
    for _ in 0..2_000 {
        let all: Vec<Candidate> = (0..1 + dice.bits() % 6)
            .map(|id| {
                let bits = dice.bits();
                Candidate {
                    load: (bits % 7) as u32,
                    on_shift: bits & 64 == 0,
                    is_tam: bits & 896 == 0,
                    skills: if bits & 1024 == 0 { vec!["ecs".into()] } else { vec![] },
                    ..engineer(u128::from(id))
                }
            })
            .collect();
        let choice = route(&need(), &all, &[]);
        let told = stand(&need(), &all, &choice);
        assert_eq!((told.len(), Some(told[0].0.person)), (all.len(), choice.who));
    }
}
