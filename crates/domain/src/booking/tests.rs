use super::*;
use crate::calendar::{Calendar, MON_TO_FRI, Spec, Window};
use crate::kit::At;
use crate::quota::EntryKind;
use jiff::civil::Date;

const VENDOR: Doers = Doers { requests: true, keeps: true, accepts: false };
const CUSTOMER: Doers = Doers { requests: true, keeps: false, accepts: true };

fn at(stage: Stage, held: Held) -> Service {
    Service { kind: Kind::EscortFull, stage, held, exempts: false }
}
fn after(s: Service, command: Command, who: Doers) -> Service {
    let done = decide(&s, command, who).unwrap_or_else(|r| panic!("{command:?}: {r:?}"));
    Service { stage: done.stage, held: done.held, ..s }
}
#[test]
fn an_escort_goes_from_request_to_rating() {
    let mut s = Service::requested(Kind::EscortFull, true, false);
    for (command, who, stage) in [
        (Command::Agree, VENDOR, Stage::Agreed),
        (Command::Plan, VENDOR, Stage::Planned),
        (Command::Rehearse, VENDOR, Stage::Planned),
        (Command::Begin, VENDOR, Stage::UnderWay),
        (Command::Report, VENDOR, Stage::Reported),
        (Command::Return, CUSTOMER, Stage::UnderWay),
        (Command::Report, VENDOR, Stage::Reported),
        (Command::Accept, CUSTOMER, Stage::Accepted),
        (Command::Rate, CUSTOMER, Stage::Closed),
    ] {
        s = after(s, command, who);
        assert_eq!(s.stage, stage, "{command:?}");
    }
    assert_eq!(s.held, Held::Used);
}
#[test]
fn what_did_not_begin_is_given_back_and_what_began_is_not() {
    for stage in [Stage::Requested, Stage::Agreed, Stage::Planned] {
        let gone = decide(&at(stage, Held::Reserved), Command::Withdraw, CUSTOMER).unwrap();
        assert_eq!((gone.held, gone.entry), (Held::Released, Some(EntryKind::Release)), "{stage:?}");
    }
    let under_way = at(Stage::UnderWay, Held::Used);
    assert_eq!(decide(&under_way, Command::Withdraw, CUSTOMER), Err(Refusal::NotNow(Stage::UnderWay)));
    let off = decide(&under_way, Command::Cancel, VENDOR).unwrap();
    assert_eq!((off.stage, off.held, off.entry), (Stage::Cancelled, Held::Used, None));
}
#[test]
fn our_own_fault_gives_back_once_and_only_where_the_book_says_so() {
    let used = Service { exempts: true, ..at(Stage::Reported, Held::Used) };
    let exempt = after(used, Command::Exempt, VENDOR);
    assert_eq!((exempt.stage, exempt.held), (Stage::Reported, Held::Exempt));
    assert_eq!(decide(&exempt, Command::Exempt, VENDOR), Err(Refusal::NothingUsed));
    assert_eq!(decide(&at(Stage::Reported, Held::Used), Command::Exempt, VENDOR), Err(Refusal::NotExempt));
}
#[test]
fn an_escort_is_not_begun_without_its_sheet_but_a_walkthrough_is() {
    assert_eq!(decide(&at(Stage::Agreed, Held::Reserved), Command::Begin, VENDOR), Err(Refusal::NoPlan));
    let walkthrough = Service { kind: Kind::ReportWalkthrough, ..at(Stage::Agreed, Held::Reserved) };
    assert_eq!(after(walkthrough, Command::Begin, VENDOR).held, Held::Used);
}
#[test]
fn nobody_accepts_their_own_work_and_customers_do_not_run_it() {
    for command in Command::ALL {
        let all = Stage::ALL.iter().flat_map(|stage| Held::ALL.iter().map(|held| at(*stage, *held)));
        for s in all {
            let refused = |who| decide(&s, *command, who) == Err(Refusal::NotYours);
            let by_customer = matches!(command, Command::Accept | Command::Return | Command::Rate);
            assert_eq!(refused(VENDOR), by_customer, "{command:?}");
            assert_eq!(refused(CUSTOMER), !by_customer && *command != Command::Withdraw, "{command:?}");
        }
    }
}
#[test]
fn nothing_is_held_by_what_is_over_without_having_been() {
    // Whatever is done in whatever order, a reservation ends with what reserved it.
    for seed in 0..5_000 {
        let mut dice = crate::kit::Dice::new(seed);
        let mut s = Service::requested(Kind::DifficultIssue, true, true);
        for _ in 0..12 {
            let Some(command) = dice.pick(Command::ALL) else { continue };
            let both = Doers { requests: true, keeps: true, accepts: true };
            if let Ok(done) = decide(&s, *command, both) {
                assert!(s.stage.is_open() || done.stage == s.stage, "what is over stays over: {s:?} {command:?}");
                s = Service { stage: done.stage, held: done.held, ..s };
            }
            assert!(s.stage.is_open() || s.held != Held::Reserved, "{s:?}");
        }
    }
}
#[test]
fn milestones_fall_on_the_ends_of_working_days() {
    let spec = Spec::same_windows("plain", 1, "Asia/Shanghai", MON_TO_FRI, &[Window::parse("00:00", "24:00").unwrap()]);
    let cal = Calendar::new(spec).unwrap();
    let day = |text: &str| text.parse::<Date>().unwrap();
    let all = dues(&cal, Kind::EscortFull, day("2025-06-13"), (day("2025-07-14"), day("2025-07-15")), None);
    let said: Vec<_> = all.iter().map(|d| (d.milestone, d.at)).collect();
    let end = |text: &str| At::parse(&format!("{text}T00:00:00+08:00")).unwrap();
    assert_eq!(
        said,
        [
            (Milestone::Answer, end("2025-06-18")),
            (Milestone::Plan, end("2025-07-12")),
            (Milestone::Begin, end("2025-07-15")),
            (Milestone::Report, end("2025-07-23")),
        ]
    );
    assert!(all.iter().all(|d| !d.promised));
    assert!(dues(&cal, Kind::Training, day("2025-06-13"), (day("2025-06-14"), day("2025-06-14")), Some(3)).iter().any(|d| d.promised));
}
