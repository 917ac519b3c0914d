//! Cases told and tried: short stories of one case, then what holds on every road through it.
use super::*;
use crate::kit::{AccountId, At, Dice, PersonId, Span, TicketId};
use crate::people::{ActOnTicket, Actor, Deed, Role};
use crate::promise::{self, On, Wait};
use std::collections::BTreeMap;

fn at(minutes: i64) -> At {
    At::from_micros(1_750_000_000_000_000) + Span::minutes(minutes)
}
fn days(n: i64) -> i64 {
    n * 24 * 60
}
fn actor(role: Role, id: u128) -> Actor {
    let account = role.is_customer().then(|| AccountId::from_raw(1));
    Actor { person: PersonId::from_raw(id), role, tier: u8::from(role == Role::Engineer), account }
}
fn customer() -> Actor {
    actor(Role::Contact, 100)
}
fn engineer(n: u128) -> Actor {
    actor(Role::Engineer, 200 + n)
}
fn fresh() -> Ticket {
    let opened = Ticket::opened(TicketId::from_raw(1), AccountId::from_raw(1), customer().person, "web_ticket".into(), Severity::Medium, at(0));
    Ticket { handler: Some(engineer(1).person), version: 1, ..opened }
}
fn reason() -> String {
    "because".into()
}

/// One case and everything that happened to it.
struct Story {
    t: Ticket,
    facts: Vec<(Fact, At)>,
    now: i64,
}
impl Story {
    fn new() -> Story {
        Story { t: fresh(), facts: vec![], now: 0 }
    }
    fn at(mut self, minutes: i64) -> Story {
        self.now = minutes;
        self
    }
    #[track_caller]
    fn does(mut self, who: &Actor, command: Command) -> Story {
        let facts = decide(&self.t, who, &command, &Patience::default(), at(self.now)).unwrap_or_else(|r| panic!("{command:?} refused: {r:?}"));
        self.take(facts);
        self
    }
    #[track_caller]
    fn refuses(self, who: &Actor, command: Command, refusal: Refusal) -> Story {
        assert_eq!(decide(&self.t, who, &command, &Patience::default(), at(self.now)), Err(refusal), "{command:?}");
        self
    }
    fn rings(mut self) -> Story {
        let facts = ring(&self.t, &Patience::default(), at(self.now));
        self.take(facts);
        self
    }
    fn take(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            self.t = apply(self.t.clone(), &fact, at(self.now));
            self.facts.push((fact, at(self.now)));
        }
    }
    #[track_caller]
    fn stands(self, stage: Stage, owner: Option<&Actor>) -> Story {
        assert_eq!((self.t.stage, self.t.owner), (stage, owner.map(|o| o.person)));
        self
    }
    fn last(&self) -> &Fact {
        &self.facts.last().expect("something happened").0
    }
}
const REPLY: Command = Command::Reply { asks: false };
const ASK: Command = Command::Reply { asks: true };
fn resolve_it() -> Command {
    Command::Resolve { cause: "disk full".into() }
}
fn resolved() -> Story {
    Story::new().does(&engineer(1), REPLY).does(&engineer(1), resolve_it())
}

#[test]
fn who_answered_first_stays_answerable_through_transfers_and_consultations() {
    let (li, wang, zhao, expert) = (engineer(1), engineer(2), engineer(3), engineer(4));
    let to = |who: &Actor, tier| Command::Transfer { to: who.person, tier, reason: reason() };
    let story = Story::new()
        .stands(Stage::New, None)
        .does(&li, REPLY)
        .stands(Stage::Active, Some(&li))
        .does(&li, to(&wang, Some(2)))
        .does(&wang, Command::Consult { expert: expert.person, question: "raid?".into() })
        .does(&wang, to(&zhao, Some(3)))
        .does(&zhao, REPLY)
        .does(&expert, REPLY)
        .stands(Stage::Active, Some(&li))
        .refuses(&zhao, Command::HandOver { to: zhao.person, reason: "  ".into() }, Refusal::ReasonMissing)
        .does(&zhao, Command::HandOver { to: zhao.person, reason: reason() })
        .stands(Stage::Active, Some(&zhao));
    assert_eq!((story.t.handler, story.t.tier, &story.t.helpers), (Some(zhao.person), 3, &vec![expert.person]));
    assert_eq!(story.t.first_reply_at, Some(at(0)));
}
#[test]
fn the_customer_confirms_and_only_then_it_is_closed() {
    let chief = actor(Role::DutyChief, 300);
    resolved()
        .refuses(&engineer(1), Command::Confirm, Refusal::NotYours)
        .refuses(&chief, Command::Confirm, Refusal::NotYours)
        .does(&customer(), Command::Confirm)
        .stands(Stage::Closed, Some(&engineer(1)))
        .refuses(&customer(), REPLY, Refusal::AlreadyClosed)
        .does(&engineer(1), Command::Note);
    Story::new().refuses(&customer(), Command::Confirm, Refusal::NotYetResolved);
}
#[test]
fn silence_closes_a_resolved_case_at_the_announced_time_and_not_before() {
    let story = resolved().at(days(7) - 1).rings().stands(Stage::Resolved, Some(&engineer(1))).at(days(7)).rings();
    assert_eq!((story.t.stage, story.last()), (Stage::Closed, &Fact::Closed { how: Closing::Announced }));
    assert!(ring(&story.t, &Patience::default(), at(days(99))).is_empty());
}
#[test]
fn silence_to_a_question_is_announced_first_and_an_answer_takes_it_back() {
    let asked = || Story::new().does(&engineer(1), ASK).stands(Stage::Waiting(Wait::Customer), Some(&engineer(1)));
    let told = || asked().at(days(3)).rings();
    assert_eq!(told().last(), &Fact::TimeoutAnnounced { closes_at: at(days(5)) });
    told().at(days(5) - 1).rings().stands(Stage::Waiting(Wait::Customer), Some(&engineer(1)));
    told().at(days(5)).rings().stands(Stage::Closed, Some(&engineer(1)));
    let answered = told().at(days(4)).does(&customer(), REPLY).stands(Stage::Active, Some(&engineer(1)));
    assert_eq!(answered.t.alarm, None);
    answered.at(days(9)).rings().stands(Stage::Active, Some(&engineer(1)));
}
#[test]
fn a_new_question_starts_the_patience_again() {
    let again = Story::new().does(&engineer(1), ASK).at(days(3)).rings().at(days(4)).does(&engineer(1), ASK);
    assert_eq!(again.t.alarm, Some(Alarm { at: at(days(7)), does: AlarmDoes::AnnounceTimeout }));
    let told_only = Story::new().does(&engineer(1), ASK).at(60).does(&engineer(1), REPLY);
    assert_eq!(told_only.t.alarm.map(|a| a.at), Some(at(days(3))), "a word that asks nothing leaves the question open");
}
#[test]
fn a_word_on_a_resolved_case_reopens_it_when_it_is_the_customers_and_not_when_it_is_ours() {
    let reopened = resolved().at(60).does(&customer(), REPLY).stands(Stage::New, Some(&engineer(1)));
    assert_eq!((reopened.t.cycle, reopened.t.alarm, reopened.t.resolved_at), (2, None, None));
    reopened.does(&engineer(2), REPLY).stands(Stage::Active, Some(&engineer(1)));
    for word in [REPLY, ASK] {
        let still = resolved().at(60).does(&engineer(2), word).stands(Stage::Resolved, Some(&engineer(1)));
        assert_eq!(still.t.alarm.map(|a| a.at), Some(at(days(7))), "what was announced stays announced");
    }
}
#[test]
fn a_closed_case_may_be_reopened_for_thirty_days_by_either_side() {
    let reopen = || Command::Reopen { reason: reason() };
    let closed = || resolved().does(&customer(), Command::Confirm);
    closed().at(days(30)).does(&customer(), reopen()).stands(Stage::New, Some(&engineer(1)));
    closed().at(days(30)).does(&engineer(2), reopen()).stands(Stage::New, Some(&engineer(1)));
    closed().at(days(30) + 1).refuses(&customer(), reopen(), Refusal::TooLateToReopen);
    Story::new().refuses(&customer(), reopen(), Refusal::NotClosed);
}
#[test]
fn the_clocks_hear_what_happened() {
    let story = Story::new().does(&engineer(1), ASK).does(&customer(), REPLY).does(&engineer(1), resolve_it()).does(&customer(), REPLY);
    let heard: Vec<On> = story.facts.iter().filter_map(|(f, at)| f.heard(*at)).map(|f| f.on).collect();
    assert_eq!(heard, [On::EngineerReplied, On::WaitBegan, On::CustomerReplied, On::WaitEnded, On::Resolved, On::Reopened, On::CustomerReplied]);
    let asked = Story::new().does(&engineer(1), ASK).t;
    assert_eq!(standing_wait(&asked, at(5)), Some(promise::Fact::wait_began(Wait::Customer, at(5))), "a clock that begins now waits too");
    assert_eq!(standing_wait(&fresh(), at(5)), None);
}
#[test]
fn a_resolved_case_is_neither_boosted_nor_promised_updates() {
    let soon = Command::AgreeUpdate { until: at(500) };
    Story::new()
        .refuses(&customer(), soon.clone(), Refusal::NotBoosted)
        .does(&customer(), Command::Boost)
        .refuses(&customer(), Command::Boost, Refusal::AlreadyBoosted)
        .refuses(&customer(), Command::AgreeUpdate { until: at(0) }, Refusal::InThePast)
        .does(&engineer(1), soon.clone())
        .does(&engineer(1), REPLY)
        .does(&engineer(1), resolve_it())
        .refuses(&engineer(1), soon, Refusal::AlreadyResolved);
    resolved().refuses(&customer(), Command::Boost, Refusal::AlreadyResolved);
}
#[test]
fn raising_is_free_and_lowering_asks_the_customer() {
    let lower = |to| Command::LowerSeverity { to, reason: reason() };
    let story = Story::new()
        .does(&engineer(1), Command::RaiseSeverity { to: Severity::Critical })
        .refuses(&engineer(1), Command::RaiseSeverity { to: Severity::Urgent }, Refusal::AlreadyGravest)
        .does(&engineer(1), lower(Severity::Low));
    assert_eq!((story.t.severity, story.t.proposed), (Severity::Critical, Some(Severity::Low)));
    let agreed = story.refuses(&engineer(1), Command::AgreeLower, Refusal::NotYours).does(&customer(), Command::AgreeLower);
    assert_eq!((agreed.t.severity, agreed.t.proposed), (Severity::Low, None));
    agreed.refuses(&customer(), lower(Severity::Low), Refusal::AlreadyLowest).refuses(&customer(), Command::AgreeLower, Refusal::NothingProposed);
    let declined = Story::new().does(&engineer(1), lower(Severity::Low)).does(&customer(), Command::DeclineLower);
    assert_eq!((declined.t.severity, declined.t.proposed), (Severity::Medium, None));
    Story::new().refuses(&customer(), Command::RaiseSeverity { to: Severity::BusinessDown }, Refusal::OtherScale);
}
#[test]
fn a_case_laid_aside_is_back_at_its_time_once_and_no_clock_hears_of_it() {
    let aside = |until| Command::Snooze { until: at(until), reason: reason() };
    let story = Story::new()
        .refuses(&engineer(1), Command::Wake, Refusal::NotSnoozed)
        .refuses(&engineer(1), aside(0), Refusal::InThePast)
        .refuses(&engineer(1), aside(days(30) + 1), Refusal::TooFarAhead)
        .refuses(&engineer(1), Command::Snooze { until: at(60), reason: " ".into() }, Refusal::ReasonMissing)
        .refuses(&customer(), aside(60), Refusal::NotYours)
        .does(&engineer(1), aside(60))
        .at(59)
        .rings();
    assert!(story.t.snoozed.is_some());
    let woken = story.at(60).rings();
    assert_eq!((woken.last(), &woken.t.snoozed), (&Fact::Woken { why: Waking::Time }, &None));
    let n = woken.facts.len();
    let woken = woken.at(61).rings();
    assert_eq!(woken.facts.len(), n, "woken once");
    assert!(woken.facts.iter().all(|(f, t)| f.is_internal() && f.heard(*t).is_none()), "promises run on, and the customer is told nothing");
}
#[test]
fn the_customers_word_and_a_change_of_hands_wake_a_case_and_our_own_words_do_not() {
    let aside = || Story::new().does(&engineer(1), REPLY).does(&engineer(1), Command::Snooze { until: at(600), reason: reason() });
    assert_eq!(aside().does(&customer(), REPLY).last(), &Fact::Woken { why: Waking::Customer });
    assert_eq!(aside().does(&customer(), Command::Boost).t.snoozed, None);
    assert_eq!(aside().does(&engineer(1), resolve_it()).last(), &Fact::Woken { why: Waking::Hand });
    assert_eq!(aside().does(&engineer(1), Command::Wake).last(), &Fact::Woken { why: Waking::Hand });
    let moved = Command::Transfer { to: engineer(2).person, tier: None, reason: reason() };
    assert_eq!(aside().does(&engineer(1), moved).t.snoozed, None);
    assert!(aside().does(&engineer(1), Command::Note).does(&engineer(1), ASK).t.snoozed.is_some());
    resolved().refuses(&engineer(1), Command::Snooze { until: at(600), reason: reason() }, Refusal::AlreadyResolved);
}
#[test]
fn a_case_is_not_resolved_while_parts_of_it_are_open() {
    let mut whole = Story::new().does(&engineer(1), REPLY);
    whole.t.open_children = 1;
    let mut done = whole.refuses(&engineer(1), resolve_it(), Refusal::ChildrenOpen);
    done.t.open_children = 0;
    done.does(&engineer(1), resolve_it()).stands(Stage::Resolved, Some(&engineer(1)));
}
#[test]
fn a_merged_case_is_closed_and_stands_where_it_stood_when_the_merge_is_taken_back() {
    let li = engineer(1);
    let mut one = Story::new().does(&li, ASK).does(&engineer(3), Command::Follow).t;
    one.id = TicketId::from_raw(2);
    let other = Story::new().does(&engineer(2), REPLY).t;
    let (leaves, takes) = merge(&one, &other, li.person).unwrap();
    let after = leaves.iter().fold(one.clone(), |t, f| apply(t, f, at(10)));
    let taken = takes.iter().fold(other.clone(), |t, f| apply(t, f, at(10)));
    assert_eq!((after.stage, after.alarm, after.merged_into), (Stage::Closed, None, Some(other.id)));
    assert_eq!(taken.followers, [engineer(3).person], "whoever works on the other case needs not follow it");
    let reopen = Command::Reopen { reason: reason() };
    assert_eq!(decide(&after, &customer(), &reopen, &Patience::default(), at(11)), Err(Refusal::Merged));
    let (back, _) = unmerge(&after, &taken, Standing::of(&one), li.person, at(10), at(11)).unwrap();
    assert_eq!(back.iter().fold(after.clone(), |t, f| apply(t, f, at(11))), one);
    let late = unmerge(&after, &taken, Standing::of(&one), li.person, at(10), at(11 + days(7)));
    assert_eq!(late, Err(MergeRefusal::TooLate));
    let closed = Ticket { stage: Stage::Closed, ..taken.clone() };
    assert_eq!(unmerge(&after, &closed, Standing::of(&one), li.person, at(10), at(11)), Err(MergeRefusal::TargetOver));
    assert_eq!(unmerge(&one, &taken, Standing::of(&one), li.person, at(10), at(11)), Err(MergeRefusal::NotMerged));
    assert_eq!(merge(&after, &taken, li.person), Err(MergeRefusal::AlreadyClosed));
    assert_eq!(merge(&one, &closed, li.person), Err(MergeRefusal::TargetOver));
    assert_eq!(merge(&one, &Ticket { account: AccountId::from_raw(7), ..taken.clone() }, li.person), Err(MergeRefusal::OtherAccount));
    assert_eq!(merge(&one, &Ticket { requester: PersonId::from_raw(7), ..taken.clone() }, li.person), Err(MergeRefusal::OtherRequester));
    assert_eq!(merge(&Ticket { open_children: 1, ..one }, &taken, li.person), Err(MergeRefusal::HasParts));
}
#[test]
fn a_person_is_asked_for_once_in_half_an_hour() {
    let please = || Command::AskPerson { why: " the shop is down ".into() };
    let story = Story::new().does(&customer(), please());
    assert_eq!(story.last(), &Fact::PersonAsked { by: customer().person, why: "the shop is down".into() });
    assert!(!story.last().is_internal());
    let story =
        story.at(29).refuses(&customer(), please(), Refusal::AskedAlready { until: at(30) }).refuses(&engineer(1), please(), Refusal::NotYours);
    story.at(30).does(&customer(), please());
    resolved().refuses(&customer(), please(), Refusal::AlreadyResolved);
}
#[test]
fn the_duty_chief_is_called_where_nobody_handles_it_or_nothing_was_said_for_half_an_hour() {
    let t = fresh();
    assert!(!is_left_alone(&t, None, at(29)) && is_left_alone(&t, None, at(30)), "counted from the opening while nothing was said");
    assert!(!is_left_alone(&t, Some(at(20)), at(49)) && is_left_alone(&t, Some(at(20)), at(50)));
    assert!(is_left_alone(&Ticket { handler: None, ..t }, Some(at(20)), at(20)));
}
#[test]
fn what_engineers_ask_each_other_stays_inside() {
    let story = Story::new().does(&engineer(1), Command::Consult { expert: engineer(2).person, question: "raid?".into() });
    assert!(story.last().is_internal());
}
#[test]
fn offers_are_not_refused_because_of_what_they_leave_open() {
    let offered =
        |t: &Ticket, who: &Actor, key: &str| offers(t, who, &Patience::default(), at(1)).into_iter().find(|(k, _)| *k == key).map(|(_, r)| r);
    let mut t = Story::new().does(&engineer(1), REPLY).t;
    t.handler = Some(PersonId::from_raw(0));
    t.owner = Some(PersonId::from_raw(1));
    let nobody = actor(Role::Engineer, 2);
    for key in ["transfer", "hand_over", "consult", "raise_severity", "lower_severity"] {
        assert_eq!(offered(&t, &nobody, key), Some(None), "{key}");
    }
    t.severity = Severity::Critical;
    assert_eq!(offered(&t, &nobody, "raise_severity"), Some(Some(Refusal::AlreadyGravest)));
    t.severity = Severity::Low;
    assert_eq!(offered(&t, &nobody, "lower_severity"), Some(Some(Refusal::AlreadyLowest)));
    t.stage = Stage::Waiting(Wait::Product);
    assert_eq!(offered(&t, &nobody, "wait_for"), Some(None), "waiting for the vendor instead is possible");
    assert_eq!(offered(&t, &nobody, "confirm"), None, "acts of the other side are left out");
}

fn some_command(d: &mut Dice) -> Command {
    let someone = |d: &mut Dice| PersonId::from_raw(200 + d.roll(4) as u128);
    let word = |d: &mut Dice| if d.roll(6) == 0 { " ".to_string() } else { reason() };
    let severity = |d: &mut Dice| Severity::ALL[d.roll(8) as usize];
    match d.roll(30) {
        0..=2 => REPLY,
        3 | 4 => ASK,
        5 => Command::Note,
        6 => Command::WaitFor { why: Wait::ALL[d.roll(3) as usize] },
        7 => Command::TakeUp,
        8 => resolve_it(),
        9 => Command::Confirm,
        10 => Command::Withdraw { reason: word(d) },
        11 => Command::Reopen { reason: word(d) },
        12 => Command::Transfer { to: someone(d), tier: (d.roll(2) == 0).then(|| d.roll(6) as u8), reason: word(d) },
        13 => Command::HandOver { to: someone(d), reason: word(d) },
        14 => Command::Consult { expert: someone(d), question: word(d) },
        15 => Command::Join,
        16 => Command::Leave,
        17 => Command::Boost,
        18 => Command::AgreeUpdate { until: at(d.roll(20_000) as i64) },
        19 => Command::RaiseSeverity { to: severity(d) },
        20 => Command::LowerSeverity { to: severity(d), reason: word(d) },
        21 => {
            if d.roll(2) == 0 {
                Command::AgreeLower
            } else {
                Command::DeclineLower
            }
        }
        22 => Command::Follow,
        23 | 24 => Command::Snooze { until: at(d.roll(900_000) as i64), reason: word(d) },
        25 => Command::Wake,
        26..=28 => Command::AskPerson { why: word(d) },
        _ => Command::Unfollow,
    }
}
/// Refusals of an argument: another argument might do.
fn is_about_arguments(refusal: Refusal, command: &Command) -> bool {
    use Refusal::*;
    match refusal {
        SamePerson | SameSeverity | OtherScale | NotGraver | NotLower | TierUnknown | ReasonMissing | InThePast | TooFarAhead => true,
        AlreadyWaiting | NotYours => matches!(command, Command::WaitFor { .. }),
        _ => false,
    }
}
fn laws_of_offers(t: &Ticket, who: &Actor, command: &Command, result: &Result<Vec<Fact>, Refusal>, now: At, tag: &str) {
    let offers = offers(t, who, &Patience::default(), now);
    let offer = offers.iter().find(|(key, _)| *key == command.key()).map(|(_, refusal)| *refusal);
    match (result, offer) {
        (Ok(_), offer) => assert_eq!(offer, Some(None), "what may be done is offered: {tag}"),
        (Err(refusal), offer) if is_about_arguments(*refusal, command) => assert!(offer.is_some() || *refusal == Refusal::NotYours, "{tag}"),
        (Err(Refusal::NotYours), offer) => assert_eq!(offer, None, "acts of others are left out: {tag}"),
        (Err(refusal), offer) => assert_eq!(offer, Some(Some(*refusal)), "every refusal is told before it is met: {tag}"),
    }
    assert!(ActOnTicket::may(who.role) || offers.is_empty(), "who may not act is offered nothing: {tag}");
    let arguments = [
        Refusal::SamePerson,
        Refusal::SameSeverity,
        Refusal::NotGraver,
        Refusal::NotLower,
        Refusal::ReasonMissing,
        Refusal::InThePast,
        Refusal::TierUnknown,
        Refusal::TooFarAhead,
    ];
    assert!(offers.iter().all(|(_, r)| r.is_none_or(|r| !arguments.contains(&r))), "no offer is refused for what it leaves open: {offers:?} {tag}");
}
fn laws_of_a_fact(before: &Ticket, after: &Ticket, fact: &Fact, who: Option<&Actor>, now: At, tag: &str) {
    assert_eq!(before.version, after.version, "counting versions is the store's: {tag}");
    if before.owner != after.owner {
        match fact {
            Fact::AnsweredFirst { by } => assert!(before.owner.is_none() && after.owner == Some(*by), "{tag}"),
            Fact::HandedOver { reason, .. } => assert!(!reason.trim().is_empty() && before.owner.is_some(), "{tag}"),
            other => panic!("answerability changed by {other:?}: {tag}"),
        }
    }
    if let Fact::Closed { how } = fact {
        match how {
            Closing::Announced => {
                let announced = before.alarm.is_some_and(|a| a.at <= now && a.does != AlarmDoes::AnnounceTimeout);
                assert!(who.is_none() && announced, "only an announced time closes by itself: {tag}");
            }
            Closing::Merged => panic!("no command merges: {tag}"),
            Closing::Confirmed | Closing::Withdrawn => assert!(who.is_some_and(|w| w.role.is_customer()), "only the customer's word closes: {tag}"),
        }
    }
    if after.cycle != before.cycle {
        assert!(matches!(fact, Fact::Reopened { .. }) && after.cycle == before.cycle + 1 && after.owner == before.owner, "{tag}");
    }
}
fn laws_of_a_state(t: &Ticket, tag: &str) {
    let rings = t.alarm.map(|a| a.does);
    let expected: &[Option<AlarmDoes>] = match t.stage {
        Stage::Waiting(Wait::Customer) => &[Some(AlarmDoes::AnnounceTimeout), Some(AlarmDoes::CloseAfterWait)],
        Stage::Resolved => &[Some(AlarmDoes::CloseAfterResolve)],
        _ => &[None],
    };
    assert!(expected.contains(&rings), "an alarm belongs to a wait for the customer: {:?} {rings:?} {tag}", t.stage);
    assert_eq!(t.closed_at.is_some(), t.stage == Stage::Closed, "{tag}");
    assert!(t.snoozed.is_none() || t.stage.is_open(), "only work that is left is laid aside: {tag}");
    assert!(t.owner.is_some() == t.first_reply_at.is_some(), "who answered first is answerable: {tag}");
    assert!(t.stage == Stage::New || t.stage == Stage::Closed || t.owner.is_some(), "an answered case has an owner: {tag}");
}
#[test]
fn laws_of_cases() {
    let people = [
        customer(),
        actor(Role::CustomerManager, 101),
        engineer(0),
        engineer(1),
        engineer(2),
        actor(Role::Tam, 301),
        actor(Role::DutyChief, 302),
        actor(Role::Quality, 303),
        actor(Role::Finance, 304),
        actor(Role::Administrator, 305),
    ];
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..4_000 {
        let mut d = Dice::new(seed);
        let mut t = fresh();
        let mut minutes = 0;
        t.open_children = u32::from(d.roll(8) == 0);
        if d.roll(3) == 0 {
            (t.channel, t.severity) = ("dedicated_im_group".into(), Severity::GeneralProblem);
        }
        for n in 0..30 {
            minutes += if d.roll(6) == 0 { days(d.roll(40) as i64) } else { d.roll([20, 600, 600][n % 3]) as i64 };
            let now = at(minutes);
            if t.stage == Stage::Closed && d.roll(20) == 0 {
                t.merged_into = Some(TicketId::from_raw(9));
            }
            let crowd = if d.roll(2) == 0 { 5 } else { 10 };
            let (who, command) = (people[d.roll(crowd) as usize].clone(), some_command(&mut d));
            let tag = format!("seed {seed}, step {n}: {who:?} {command:?} on {t:?}");
            for fact in ring(&t, &Patience::default(), now) {
                let after = apply(t.clone(), &fact, now);
                laws_of_a_fact(&t, &after, &fact, None, now, &tag);
                *counts.entry(fact.key().into()).or_default() += 1;
                t = after;
            }
            let result = decide(&t, &who, &command, &Patience::default(), now);
            laws_of_offers(&t, &who, &command, &result, now, &tag);
            match result {
                Err(refusal) => *counts.entry(refusal.key().into()).or_default() += 1,
                Ok(facts) => {
                    for fact in facts {
                        let after = apply(t.clone(), &fact, now);
                        laws_of_a_fact(&t, &after, &fact, Some(&who), now, &tag);
                        *counts.entry(fact.key().into()).or_default() += 1;
                        t = after;
                    }
                }
            }
            laws_of_a_state(&t, &tag);
            *counts.entry(t.stage.key().into()).or_default() += 1;
        }
    }
    println!("{counts:#?}");
    let facts = "timeout_announced closed answered_first replied noted customer_replied wait_began wait_ended resolved confirmed reopened transferred \
                 handed_over consulted helper_joined helper_left boosted person_asked update_agreed severity_raised lower_proposed lower_declined severity_lowered followed unfollowed snoozed woken";
    let never: Vec<String> = facts
        .split_whitespace()
        .map(|f| format!("ticket.{f}"))
        .chain(Refusal::ALL.iter().map(|r| r.key().to_string()))
        .chain(Stage::ALL.iter().map(|s| s.key().to_string()))
        .filter(|key| !counts.contains_key(key))
        .collect();
    assert!(never.is_empty(), "the roads never had: {never:?}");
}
