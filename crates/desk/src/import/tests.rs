use super::servicenow::{Log, read};
use super::*;
use crate::case_tests::{desk_over, start};
use crate::plan::Library;
use domain::kit::Span;
use domain::promise::Wait;
use domain::ticket::{Fact as F, Severity, Stage};
use flate2::write::GzEncoder;
use std::io::{Cursor, Read, Write};
use std::sync::{Arc, Mutex};
use store::db::Db;
use store::store_test;

const HEADER: &str = "number,incident_state,active,sys_mod_count,opened_at,sys_updated_at,priority,resolved_at,closed_at,contact_type";
const ENTERPRISE: &str = "ali.enterprise.v1";

/// A file of notes one can read afterwards.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);
impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
impl Page {
    fn lines(&self) -> Vec<serde_json::Value> {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }
    /// `line kind reason`, as it was written.
    fn said(&self) -> Vec<String> {
        self.lines().iter().map(|n| format!("{} {} {}", n["line"], n["kind"].as_str().unwrap(), n["reason"].as_str().unwrap())).collect()
    }
}
fn shelves() -> Shelves {
    Shelves::new(Library::shipped().unwrap())
}
fn mapping() -> Mapping {
    Mapping::shipped().unwrap()
}
fn read_in(zone: &str, bytes: Vec<u8>) -> (Result<Log, Fault>, Page) {
    let page = Page::default();
    let log = read(Cursor::new(bytes), zone, &mapping(), start(), &mut Notes::new(page.clone()));
    (log, page)
}
/// A log with the header before these rows, read in UTC.
fn log_of(rows: &str) -> (Log, Page) {
    let (log, page) = read_in("UTC", format!("{HEADER}\n{rows}").into_bytes());
    (log.unwrap(), page)
}
/// What is odd in the timelines of a log, by incident.
fn odd(rows: &str) -> Vec<String> {
    let (log, _) = log_of(rows);
    let page = Page::default();
    looked_at(&log, &mapping(), "", &mut Notes::new(page.clone())).unwrap();
    page.said()
}
/// A row of one incident opened on 1 March 2016 at noon: state, minutes since then, resolved and closed in the same way (`?`: missing).
fn row(state: &str, at: i64, resolved: &str, closed: &str) -> String {
    let active = state != "Closed";
    let stamp = |m: i64| format!("{}/3/2016 {:02}:{:02}", 1 + (m + 720).div_euclid(1440), (m + 720).rem_euclid(1440) / 60, (m + 720).rem_euclid(60));
    let end = |text: &str| text.parse().map_or("?".to_string(), stamp);
    format!("INC1,{state},{active},?,{},{},3 - Moderate,{},{},Phone\n", stamp(0), stamp(at), end(resolved), end(closed))
}
/// `minute fact` for each fact of the timeline of the only incident.
fn story(rows: &[String]) -> Vec<String> {
    let (log, page) = log_of(&rows.concat());
    assert_eq!(log.incidents.len(), 1, "{:?}", page.said());
    let incident = &log.incidents[0];
    let line = timeline(incident, Severity::Medium, People::nobody(), &mut Notes::unwritten()).unwrap();
    line.facts.iter().map(|(at, f)| format!("{} {}", (*at - incident.opened_at).as_seconds() / 60, f.key().trim_start_matches("ticket."))).collect()
}
/// Kept and broken of a promise under a plan.
fn kept_broken(log: &Log, plan: &str, promise: &str) -> (u64, u64) {
    let judged = what_if(&shelves(), log, &[plan.into()], &mapping(), start(), &mut |_, _| {}).unwrap();
    (judged[0].promises.of(promise, "kept"), judged[0].promises.of(promise, "broken"))
}
fn excerpt() -> Log {
    read(SAMPLE, "UTC", &mapping(), start(), &mut Notes::unwritten()).unwrap()
}
fn options() -> Options {
    Options { plan: ENTERPRISE.into(), account: "sn-1".into(), account_name: "A company".into(), mapping: mapping() }
}

mod reading {
    use super::*;

    #[test]
    fn every_row_that_cannot_be_used_is_written_down_with_its_line_and_reason() {
        let good = row("New", 0, "?", "?");
        let long = "x".repeat(lines::LINE_BYTES_MAX + 10);
        let rows = [
            good.as_str(),
            "INC2,-100,true,0,1/3/2016 12:00,1/3/2016 12:00,3 - Moderate,?,?,Phone\n",
            "?,New,true,0,1/3/2016 12:00,1/3/2016 12:00,3 - Moderate,?,?,Phone\n",
            "INC2,New,true,0,1/3/2016 12:00,30/2/2016 12:00,3 - Moderate,?,?,Phone\n",
            "INC2,New,true,0,?,1/3/2016 12:00,3 - Moderate,?,?,Phone\n",
            "INC2,New,true,0,1/3/2016 12:00\n",
            "INC2,New,true,0,1/3/2016 12:00,1/3/2016 12:00,3 - Moderate,?,?,Phone,one more\n",
            "INC2,New,true,0,1/3/2096 12:00,1/3/2096 12:00,3 - Moderate,?,?,Phone\n",
            &long,
            "\n\n",
            "\"INC2,New,true\n",
            "INC3,New,true,0,1/3/2016 12:00,1/3/2016 12:00,\"3 - Moderate\",?,?,\"Phone, or so\"\n",
        ];
        let (log, page) = log_of(&rows.concat());
        let said = page.said();
        assert_eq!(
            said,
            [
                "3 rejected state_unknown",
                "4 rejected number_missing",
                "5 rejected updated_at_unreadable",
                "6 rejected opened_at_unreadable",
                "7 rejected wrong_number_of_fields",
                "8 rejected wrong_number_of_fields",
                "9 rejected in_the_future",
                "10 rejected line_too_long",
                "12 rejected quote_unclosed",
            ]
        );
        assert_eq!((log.rows_read, log.incidents.len()), (11, 2), "a quote that never closes costs its own line");
        assert_eq!(log.word(&log.incidents[1], "contact_type"), "Phone, or so");
    }
    #[test]
    fn a_row_that_is_not_utf_8_costs_itself() {
        let mut bytes = format!("{HEADER}\n").into_bytes();
        bytes.extend(b"INC2,New,true,0,1/3/2016 12:00,1/3/2016 12:00,3 - Moderate,?,?,\xff\xfe\n");
        bytes.extend(row("New", 0, "?", "?").bytes());
        let (log, page) = read_in("UTC", bytes);
        assert_eq!((page.said(), log.unwrap().incidents.len()), (vec!["2 rejected not_utf8".to_string()], 1));
    }
    #[test]
    fn a_header_without_a_needed_column_is_named() {
        let (log, _) = read_in("UTC", b"number,incident_state\nINC1,New\n".to_vec());
        let Err(Fault::Invalid(flaws)) = log else { panic!("a log without times was read") };
        assert_eq!((flaws[0].code, flaws[0].args[0].1.contains("sys_updated_at")), ("columns_missing", true));
        assert!(matches!(read_in("UTC", Vec::new()).0, Err(Fault::Invalid(_))), "an empty file");
        assert!(matches!(read_in("Mars/Olympus", HEADER.into()).0, Err(Fault::Invalid(_))));
    }
    #[test]
    fn columns_may_stand_in_any_order_behind_a_byte_order_mark() {
        let text = "\u{feff}Priority,closed_at,resolved_at,sys_updated_at,opened_at,sys_mod_count,active,incident_state,number\r\n4 - Low,?,?,1/3/2016 12:00,1/3/2016 12:00,0,true,New,INC1\r\n";
        let (log, page) = read_in("UTC", text.into());
        assert_eq!((log.unwrap().incidents[0].rows[0].severity, page.said()), (Some(Severity::Low), Vec::<String>::new()));
    }
    #[test]
    fn gzip_is_known_by_its_first_bytes_and_a_torn_one_imports_nothing() {
        let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(format!("{HEADER}\n{}", row("New", 0, "?", "?")).as_bytes()).unwrap();
        let packed = packer.finish().unwrap();
        assert_eq!(read_in("UTC", packed.clone()).0.unwrap().incidents.len(), 1);
        let Err(Fault::Invalid(flaws)) = read_in("UTC", packed[..packed.len() - 9].to_vec()).0 else { panic!("half a file was read") };
        assert_eq!((flaws[0].field.as_str(), flaws[0].code), ("file", "unreadable"));
    }
    #[test]
    fn times_are_read_in_their_zone_a_skipped_hour_moves_on_a_repeated_one_is_the_first() {
        let at = |zone: &str, stamp: &str| {
            let (log, _) = read_in(zone, format!("{HEADER}\nINC1,New,true,0,{stamp},{stamp},3 - Moderate,?,?,Phone\n").into_bytes());
            log.unwrap().incidents[0].opened_at.to_string()
        };
        assert_eq!(at("UTC", "1/3/2016 12:00"), "2016-03-01T12:00:00Z");
        assert_eq!(at("Asia/Shanghai", "1/3/2016 12:00:30"), "2016-03-01T04:00:30Z");
        assert_eq!(at("Europe/Berlin", "27/3/2016 02:30"), "2016-03-27T01:30:00Z");
        assert_eq!(at("Europe/Berlin", "30/10/2016 02:30"), "2016-10-30T00:30:00Z");
    }
    #[test]
    fn the_same_row_twice_is_one_event() {
        let twice = row("New", 0, "?", "?");
        let (log, page) = log_of(&[twice.clone(), twice].concat());
        assert_eq!((log.rows_read, log.incidents[0].rows.len(), page.said()), (2, 1, vec!["3 anomaly duplicate_row".to_string()]));
    }
    #[test]
    fn rows_of_incidents_may_stand_between_each_other() {
        let other = row("Active", 5, "?", "?").replace("INC1", "INC2");
        let (log, _) = log_of(&[row("New", 0, "?", "?"), other, row("Active", 9, "?", "?")].concat());
        assert_eq!(log.incidents.iter().map(|i| i.rows.len()).collect::<Vec<_>>(), [2, 1]);
    }
    #[test]
    fn priorities_states_and_channels_follow_a_table_one_can_edit() {
        let own =
            Mapping::parse("[severity]\n2 = \"urgent\"\n[channel]\nPhone = \"hotline\"\n[state]\n\"Awaiting Evidence\" = \"waiting_customer\"\n")
                .unwrap();
        assert_eq!(
            (own.severity("2 - High"), own.severity("1 - Critical"), own.severity("none")),
            (Some(Severity::Urgent), Some(Severity::Critical), None)
        );
        assert_eq!((own.channel("Phone"), own.channel("Email")), ("hotline", "web_ticket"));
        assert_eq!(
            (own.stage("Awaiting Evidence"), mapping().stage("Awaiting Evidence")),
            (Some(Stage::Waiting(Wait::Customer)), Some(Stage::Waiting(Wait::Vendor)))
        );
        for wrong in [
            "[severity]\n1 = \"grave\"",
            "[channel]\nPhone = \"pigeon\"",
            "[state]\nNew = \"fresh\"",
            "[severity]\n1 = \"business_down\"",
            "[colour]\na = \"b\"",
            "[",
        ] {
            assert!(matches!(Mapping::parse(wrong), Err(Fault::Invalid(_))), "{wrong}");
        }
    }
}

mod timelines {
    use super::*;

    #[test]
    fn a_case_is_answered_by_the_first_row_that_is_not_new_and_ends_where_its_columns_say() {
        let rows =
            [row("New", 0, "300", "900"), row("Active", 30, "300", "900"), row("Resolved", 300, "300", "900"), row("Closed", 900, "300", "900")];
        assert_eq!(story(&rows), ["0 opened", "30 answered_first", "30 replied", "300 resolved", "900 closed"]);
    }
    #[test]
    fn an_answer_stamped_before_the_opening_was_given_at_the_opening() {
        let rows = [row("Active", -20, "300", "900"), row("Resolved", 300, "300", "900"), row("Closed", 900, "300", "900")];
        assert_eq!(story(&rows)[..3], ["0 opened", "0 answered_first", "0 replied"]);
        assert_eq!(odd(&rows.concat()), ["2 anomaly answered_before_opened"]);
        let early = [row("New", -20, "300", "900"), row("Resolved", 300, "300", "900"), row("Closed", 900, "300", "900")];
        assert_eq!(odd(&early.concat()), ["2 anomaly stamped_before_opened"]);
    }
    #[test]
    fn a_wait_lasts_until_the_next_row_in_another_state() {
        let rows = [
            row("New", 0, "400", "900"),
            row("Awaiting User Info", 30, "400", "900"),
            row("Awaiting User Info", 60, "400", "900"),
            row("Awaiting Vendor", 90, "400", "900"),
            row("Active", 200, "400", "900"),
            row("Awaiting Problem", 300, "400", "900"),
            row("Resolved", 400, "400", "900"),
        ];
        let told =
            ["30 wait_began", "90 wait_ended", "90 wait_began", "200 wait_ended", "300 wait_began", "400 wait_ended", "400 resolved", "900 closed"];
        assert_eq!(story(&rows)[3..], told);
    }
    #[test]
    fn a_resolved_row_before_resolved_at_answers_and_the_case_is_solved_later() {
        let rows =
            [row("New", 0, "300", "900"), row("Resolved", 100, "300", "900"), row("Resolved", 300, "300", "900"), row("Closed", 900, "300", "900")];
        assert_eq!(story(&rows)[1..], ["100 answered_first", "100 replied", "300 resolved", "900 closed"]);
        assert_eq!(odd(&rows.concat()), ["3 anomaly resolved_row_elsewhere"]);
    }
    #[test]
    fn a_row_back_in_work_reopens_and_the_customers_reopening_is_no_answer() {
        let rows = [
            row("New", 0, "700", "900"),
            row("Active", 10, "700", "900"),
            row("Resolved", 100, "700", "900"),
            row("Active", 500, "700", "900"),
            row("Active", 530, "700", "900"),
            row("Resolved", 700, "700", "900"),
            row("Closed", 900, "700", "900"),
        ];
        assert_eq!(story(&rows)[3..], ["100 resolved", "500 reopened", "530 replied", "700 resolved", "900 closed"]);
        assert_eq!(odd(&rows.concat()), Vec::<String>::new());
        let (log, _) = log_of(&rows.concat());
        assert_eq!(kept_broken(&log, ENTERPRISE, "next_response"), (1, 0), "30 minutes");
        assert_eq!(kept_broken(&log, "volc.default.2025", "next_response"), (0, 1));
    }
    #[test]
    fn a_reopening_straight_into_a_wait_is_ours_and_an_unanswered_one_is_broken() {
        let life = |state: &str| [row("Active", 5, "?", "?"), row("Resolved", 100, "?", "?"), row(state, 500, "?", "?")];
        assert_eq!(story(&life("Awaiting User Info"))[4..], ["500 reopened", "500 replied", "500 wait_began"]);
        assert_eq!(story(&life("New"))[4..], ["500 reopened"]);
        let (log, _) = log_of(&life("New").concat());
        assert_eq!(kept_broken(&log, ENTERPRISE, "next_response"), (0, 1));
    }
    #[test]
    fn rows_out_of_order_are_put_in_order_and_told() {
        let rows =
            [row("Resolved", 300, "300", "900"), row("New", 0, "300", "900"), row("Active", 30, "300", "900"), row("Closed", 900, "300", "900")];
        assert_eq!(story(&rows), ["0 opened", "30 answered_first", "30 replied", "300 resolved", "900 closed"]);
        let (_, page) = log_of(&rows.concat());
        assert_eq!(page.said(), ["3 anomaly out_of_order"]);
    }
    #[test]
    fn every_odd_ending_is_told_and_never_turns_time_around() {
        let case = |rows: [String; 2]| (odd(&rows.concat()), story(&rows)[3..].to_vec());
        let (told, facts) = case([row("Resolved", 100, "-50", "900"), row("Closed", 900, "-50", "900")]);
        assert_eq!((told, facts[0].as_str()), (vec!["2 anomaly resolved_before_opened".to_string()], "100 resolved"));
        let (told, facts) = case([row("Resolved", 100, "100", "60"), row("Closed", 60, "100", "60")]);
        assert!(told.contains(&"2 anomaly closed_before_resolved".to_string()), "{told:?}");
        assert_eq!(facts.last().map(String::as_str), Some("100 closed"));
        let (told, facts) = case([row("Resolved", 100, "?", "900"), row("Closed", 900, "?", "900")]);
        assert_eq!((told, facts[0].as_str()), (vec!["2 anomaly resolved_at_missing".to_string()], "100 resolved"));
        let (told, facts) = case([row("Resolved", 100, "100", "?"), row("Closed", 900, "100", "?")]);
        assert_eq!((told, facts[1].as_str()), (vec!["3 anomaly closed_at_missing".to_string()], "900 closed"));
        let (told, facts) = case([row("Active", 100, "?", "900"), row("Closed", 900, "?", "900")]);
        assert_eq!(
            (told, facts),
            (vec!["3 anomaly closed_without_resolution".to_string()], vec!["900 resolved".to_string(), "900 closed".to_string()])
        );
        let (told, _) = case([row("New", 100, "300", "900"), row("New", 200, "300", "900")]);
        assert_eq!(told, ["3 anomaly ended_without_a_row"]);
        let (told, _) = case([row("Resolved", 100, "100", "800"), row("Closed", 900, "100", "800")]);
        assert_eq!(told, ["3 anomaly closed_row_elsewhere"]);
    }
    #[test]
    fn columns_that_tell_of_an_earlier_life_do_not_end_the_last_one() {
        let rows = [row("Active", 5, "100", "?"), row("Resolved", 100, "100", "?"), row("Active", 500, "100", "?"), row("Resolved", 700, "100", "?")];
        assert_eq!(odd(&rows.concat()), ["5 anomaly resolved_in_an_earlier_life"]);
        assert_eq!(story(&rows)[3..], ["100 resolved", "500 reopened", "700 replied", "700 resolved"]);
    }
    #[test]
    fn active_and_state_that_contradict_each_other_are_told() {
        let rows = [
            row("Active", 5, "100", "900").replace("true", "false"),
            row("Resolved", 100, "100", "900"),
            row("Closed", 900, "100", "900").replace("false", "true"),
        ];
        assert_eq!(odd(&rows.concat()), ["2 anomaly inactive_before_closed", "4 anomaly active_after_closed"]);
    }
    #[test]
    fn a_graver_priority_raises_and_a_lower_one_is_a_proposal() {
        let rows = [
            row("New", 0, "?", "?"),
            row("New", 10, "?", "?").replace("3 - Moderate", "1 - Critical"),
            row("New", 20, "?", "?"),
            row("New", 25, "?", "?"),
            row("New", 30, "?", "?").replace("3 - Moderate", "?"),
        ];
        assert_eq!(story(&rows), ["0 opened", "10 severity_raised", "20 lower_proposed"]);
        assert_eq!(odd(&rows.concat()), ["4 anomaly priority_lowered"]);
        let (log, page) = log_of(&rows.concat());
        assert_eq!(page.said(), ["6 anomaly priority_unknown"]);
        let line = timeline(&log.incidents[0], Severity::Medium, People::nobody(), &mut Notes::unwritten()).unwrap();
        assert!(matches!(line.facts[1].1, F::SeverityRaised { from: Severity::Medium, to: Severity::Critical }));
    }
    #[test]
    fn exactly_on_the_due_moment_is_too_late_for_less_than_and_in_time_for_within() {
        let answered = |at| log_of(&[row("New", 0, "?", "?"), row("Active", at, "?", "?")].concat()).0;
        assert_eq!(kept_broken(&answered(40), ENTERPRISE, "first_response"), (0, 1));
        assert_eq!(kept_broken(&answered(39), ENTERPRISE, "first_response"), (1, 0));
        assert_eq!(kept_broken(&answered(10), "volc.default.2025", "first_response"), (1, 0));
        assert_eq!(kept_broken(&answered(11), "volc.default.2025", "first_response"), (0, 1));
    }
    #[test]
    fn a_breach_is_noticed_when_it_falls_due() {
        let (log, _) = log_of(&[row("New", 0, "?", "?"), row("Active", 5000, "?", "?")].concat());
        let line = timeline(&log.incidents[0], Severity::Medium, People::nobody(), &mut Notes::unwritten()).unwrap();
        let shelves = shelves();
        let mut dice = Dice::new(1);
        let replayed =
            replay(&line, "web_ticket", People::nobody(), shelves.book(ENTERPRISE).unwrap(), &shelves, start(), &mut |at| clock_id(at, &mut dice));
        let clock = &replayed.board.seats[0].clock;
        assert_eq!((clock.broken_at, clock.detected_at), (Some(line.opened_at + Span::minutes(40)), Some(line.opened_at + Span::minutes(40))));
    }
}

/// Counted over the same excerpt by a script of its own, which knows nothing of clocks: minutes from `opened_at` to the first row that is
/// not New, and from each reopening to the next.
#[test]
fn the_excerpt_is_judged_as_by_plain_subtraction() {
    let log = excerpt();
    assert_eq!((log.rows_read, log.incidents.len()), (8475, 1500));
    for (plan, first, next) in
        [(ENTERPRISE, (802, 698), (10, 26)), ("ali.basic.v1", (923, 577), (14, 22)), ("volc.default.2025", (584, 916), (6, 30))]
    {
        assert_eq!((kept_broken(&log, plan, "first_response"), kept_broken(&log, plan, "next_response")), (first, next), "{plan}");
    }
}
#[test]
fn the_excerpt_holds_every_kind_of_dirt_of_the_whole_log() {
    let log = excerpt();
    let mut notes = Notes::unwritten();
    looked_at(&log, &mapping(), "", &mut notes).unwrap();
    for reason in [
        "answered_before_opened",
        "stamped_before_opened",
        "resolved_at_missing",
        "resolved_row_elsewhere",
        "closed_row_elsewhere",
        "closed_without_resolution",
        "ended_without_a_row",
        "change_number_repeated",
        "inactive_before_closed",
        "priority_lowered",
    ] {
        assert!(notes.anomalies.contains_key(reason), "{reason} is not in {:?}", notes.anomalies);
    }
}
#[test]
fn plan_books_are_compared_on_the_same_history() {
    let judged = what_if(&shelves(), &excerpt(), &[ENTERPRISE.into(), "ali.basic.v1".into()], &mapping(), start(), &mut |_, _| {}).unwrap();
    let rows = rows(&judged);
    assert_eq!(rows[0], ["ali.enterprise.v1", "first_response", "802", "698", "53.4 %", "0"].map(str::to_string));
    assert_eq!(rows.len(), 4);
    assert!(matches!(what_if(&shelves(), &excerpt(), &["gone".into()], &mapping(), start(), &mut |_, _| {}), Err(Fault::Invalid(_))));
}

/// What is stored, as text, without the ids that dice give.
fn dump(db: &Db, number: &str) -> Vec<String> {
    let desk = desk_over(db);
    let log = excerpt();
    desk.read(|tx| {
        let mut all = Vec::new();
        for incident in log.incidents.iter().step_by(7) {
            let id = store::ticket::find_origin(tx, &format!("servicenow/{number}"), &incident.number)?.unwrap();
            let case = store::ticket::find(tx, id)?.unwrap();
            let t = &case.ticket;
            all.push(format!(
                "{} {:?} {:?} {} {:?} {:?} {:?} {:?}",
                incident.number, t.stage, t.severity, t.cycle, t.resolved_at, t.closed_at, case.words, case.broken
            ));
            for seat in Board::load(tx, id, desk.shelves())?.seats {
                all.push(format!(
                    "  {:?}",
                    (
                        seat.clock.terms.row.clone(),
                        seat.clock.base_at,
                        seat.clock.due_at,
                        seat.clock.broken_at,
                        seat.clock.ended_at,
                        seat.clock.fires_at
                    )
                ));
                all.extend(
                    store::clock::list_events(tx, seat.id, desk.shelves())?
                        .iter()
                        .map(|e| format!("    {:?} {:?} {}", e.at, e.noted_at, e.what.key())),
                );
            }
            all.extend(store::log::list_of_ticket(tx, id, 0, 200)?.iter().map(|e| format!("  {:?} {} {}", e.at, e.key, e.audience.key())));
        }
        Ok::<_, Fault>(all)
    })
    .unwrap()
}
fn run(desk: &Desk, log: &Log) -> Outcome {
    import(desk, log, &options(), &mut Notes::unwritten(), start(), &mut |_, _| {}).unwrap()
}

store_test! {
    fn a_second_run_changes_nothing_and_gives_the_same_verdicts(db) {
        let desk = desk_over(db);
        let log = excerpt();
        let (mut steps, mut notes) = (Vec::new(), Notes::unwritten());
        let first = import(&desk, &log, &options(), &mut notes, start(), &mut |done, of| steps.push((done, of))).unwrap();
        assert_eq!((first.tickets_new, first.tickets_known, first.differs), (1500, 0, 0));
        assert_eq!((first.promises.of("first_response", "kept"), first.promises.of("first_response", "broken")), (802, 698));
        assert_eq!(steps.last(), Some(&(1500, 1500)));
        let before = (dump(db, "sn-1"), desk.read(|tx| Ok(store::log::last_pos(tx)?)).unwrap());
        let second = run(&desk_over(db), &log);
        assert_eq!((second.tickets_new, second.tickets_known, second.differs), (0, 1500, 0));
        assert_eq!(second.promises, first.promises);
        assert_eq!((dump(db, "sn-1"), desk.read(|tx| Ok(store::log::last_pos(tx)?)).unwrap()), before);
        let under_another = import(&desk, &log, &Options { plan: "ali.basic.v1".into(), ..options() }, &mut Notes::unwritten(), start(), &mut |_, _| {}).unwrap();
        assert_eq!((under_another.other_plan, under_another.promises.of("first_response", "kept")), (1500, 923));
    }

    fn an_import_that_was_broken_off_goes_on_where_it_ended(db) {
        let desk = desk_over(db);
        let (log, mut half) = (excerpt(), excerpt());
        half.incidents.truncate(650);
        assert_eq!(run(&desk, &half).tickets_new, 650);
        let rest = run(&desk, &log);
        assert_eq!((rest.tickets_new, rest.tickets_known, rest.differs), (850, 650, 0));
    }

    fn a_log_that_has_grown_is_told_from_what_is_stored(db) {
        let desk = desk_over(db);
        let (early, _) = log_of(&row("New", 0, "?", "?"));
        let (grown, _) = log_of(&[row("New", 0, "?", "?"), row("Active", 10, "?", "?")].concat());
        run(&desk, &early);
        let mut notes = Notes::unwritten();
        let outcome = import(&desk, &grown, &options(), &mut notes, start(), &mut |_, _| {}).unwrap();
        assert_eq!((outcome.differs, notes.anomalies.get("differs_from_the_stored_case")), (1, Some(&1)));
    }

    fn an_imported_case_is_a_case_like_any_other_and_nobody_is_told_of_it(db) {
        let desk = desk_over(db);
        let rows = [row("New", 0, "?", "?"), row("Awaiting User Info", 55, "?", "?")];
        run(&desk, &log_of(&rows.concat()).0);
        let (case, order, chain) = desk.read(|tx| {
            let id = store::ticket::find_origin(tx, "servicenow/sn-1", "INC1")?.unwrap();
            let case = store::ticket::find(tx, id)?.unwrap();
            let order = store::account::find_order_at(tx, case.ticket.account, start())?.unwrap();
            let log = store::log::list_of_account(tx, case.ticket.account, 0, 100)?;
            Ok::<_, Fault>((case, order, log.iter().map(|e| e.chain_seq).collect::<Vec<_>>()))
        }).unwrap();
        assert_eq!((case.ticket.stage, case.ticket.alarm, case.broken, case.plan.as_str()), (Stage::Waiting(Wait::Customer), None, 1, ENTERPRISE));
        assert_eq!((order.plan.as_str(), order.starts_at), (ENTERPRISE, case.ticket.opened_at));
        assert_eq!(chain, (1..=chain.len() as i64).collect::<Vec<_>>(), "one chain without gaps");
        assert_eq!(case.words.subject, "INC1 · Phone");
        let people = desk.read(|tx| Ok::<_, Fault>(store::person::list_answering(tx)?)).unwrap();
        assert!(people.is_empty(), "nobody made by an import takes cases");
    }
}

#[test]
fn both_databases_hold_the_same_rows() {
    let Some(pg) = store::db::testing::TestDb::postgres() else { return };
    let lite = store::db::testing::TestDb::sqlite();
    let log = excerpt();
    let outcomes = [&*lite, &*pg].map(|db| run(&desk_over(db), &log));
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(dump(&lite, "sn-1"), dump(&pg, "sn-1"));
}

#[test]
fn nothing_that_is_read_makes_the_importer_panic() {
    let mut plain = String::new();
    flate2::read::GzDecoder::new(SAMPLE).read_to_string(&mut plain).unwrap();
    let bytes: Vec<u8> = plain.bytes().take(40_000).collect();
    let shelves = shelves();
    for seed in 0..60 {
        let (mut torn, mut dice) = (bytes.clone(), Dice::new(seed));
        for _ in 0..200 {
            let at = 400 + dice.roll(torn.len() as u64 - 400) as usize;
            torn[at] = *dice.pick(b"0919,\"\n?/: \xff-").unwrap();
        }
        let (log, page) = read_in("Europe/Berlin", torn);
        let log = log.unwrap();
        assert_eq!(
            log.rows_read,
            page.lines().iter().filter(|n| n["kind"] == "rejected" || n["reason"] == "duplicate_row").count() as u64
                + log.incidents.iter().map(|i| i.rows.len() as u64).sum::<u64>()
        );
        let judged = what_if(&shelves, &log, &[ENTERPRISE.into()], &mapping(), start(), &mut |_, _| {}).unwrap();
        let clocks: u64 = judged[0].promises.0.get("first_response").map_or(0, |t| t.values().sum());
        assert_eq!(clocks, log.incidents.len() as u64, "seed {seed}: every case was promised an answer");
    }
}
