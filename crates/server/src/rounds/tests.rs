use super::*;
use std::sync::atomic::AtomicI64;
use std::sync::mpsc::{Receiver, Sender, channel};
use store::db::testing::TestDb;

const T0: At = At::from_micros(1_762_135_200_000_000);

fn desk_over(db: &store::db::Db) -> Desk {
    let opening = desk::Opening {
        rules: desk::Rules::default(),
        shelves: desk::Shelves::new(desk::plan::Library::shipped().unwrap()),
        search: None,
        seal: desk::secrets::Seal::new(&[1; 32]),
        seed: 7,
    };
    Desk::open(db.clone(), opening, T0).unwrap()
}
/// A chore that tells of each round and answers as it was told to.
struct Told {
    keeps_time: bool,
    next: Arc<AtomicI64>,
    rounds: Mutex<Sender<At>>,
    answers: Mutex<Vec<Result<Report, Fault>>>,
}
impl Chore for Told {
    fn name(&self) -> &'static str {
        "told"
    }
    fn wakes_on(&self) -> &'static str {
        "test"
    }
    fn every(&self) -> Span {
        Span::hours(1)
    }
    fn least_rest(&self) -> Span {
        Span::micros(100)
    }
    fn keeps_time(&self) -> bool {
        self.keeps_time
    }
    fn next_at(&self, _: &Desk) -> Result<Option<At>, Fault> {
        Ok(Some(self.next.load(SeqCst)).filter(|n| *n > 0).map(At::from_micros))
    }
    fn round(&self, _: &Desk, now: At) -> Result<Report, Fault> {
        self.next.store(0, SeqCst);
        let _ = self.rounds.lock().unwrap().send(now);
        match self.answers.lock().unwrap().pop() {
            Some(Err(Fault::NotFound)) => panic!("as it was told to"),
            Some(answer) => answer,
            None => Ok(Report::default()),
        }
    }
}
struct House {
    _db: TestDb,
    desk: Desk,
    watch: Watch,
    rounds: Rounds,
    next: Arc<AtomicI64>,
    came: Receiver<At>,
}
fn house(keeps_time: bool, answers: Vec<Result<Report, Fault>>) -> House {
    let db = TestDb::sqlite();
    let (desk, watch, next) = (desk_over(&db), Watch::wound(T0), Arc::new(AtomicI64::new(0)));
    let (rounds, came) = channel();
    let chore = Told { keeps_time, next: next.clone(), rounds: Mutex::new(rounds), answers: Mutex::new(answers) };
    let rounds = Rounds::start_these(vec![Box::new(chore)], &desk, &watch, &[]).unwrap();
    House { _db: db, desk, watch, rounds, next, came }
}
impl House {
    fn round(&self) -> At {
        self.came.recv_timeout(Duration::from_secs(30)).expect("a round within half a minute")
    }
    fn nudge(&self) {
        self.desk
            .write(T0, |cx| {
                cx.tx.nudge("test");
                Ok(())
            })
            .unwrap();
    }
    fn no_more_rounds(self) {
        self.rounds.stop();
        assert!(self.came.try_recv().is_err());
    }
}

#[test]
fn a_nudge_wakes_a_chore_that_would_rest_for_an_hour() {
    let h = house(false, vec![]);
    h.round();
    h.nudge();
    h.round();
    h.no_more_rounds();
}
#[test]
fn a_chore_that_keeps_time_works_when_something_is_due_and_not_for_a_nudge() {
    let h = house(true, vec![]);
    h.round();
    h.next.store((T0 + Span::minutes(5)).micros(), SeqCst);
    h.nudge();
    h.watch.wind(Span::minutes(4));
    h.rounds.nudge_all();
    h.watch.wind(Span::minutes(1));
    assert_eq!(h.round(), T0 + Span::minutes(5), "at its time, with nobody ringing");
    h.no_more_rounds();
}
#[test]
fn what_is_left_over_is_done_at_once_and_the_table_tells_the_last_round() {
    let more = Report { looked_at: 3, did: 3, left_over: 1 };
    let h = house(false, vec![Ok(Report { looked_at: 1, did: 1, left_over: 0 }), Ok(more)]);
    h.round();
    h.round();
    h.nudge();
    h.round();
    h.rounds.stop();
    let table = h.rounds.table();
    assert_eq!((table[0].name.as_str(), table[0].last_round_at, table[0].looked_at), ("told", Some(T0), 0));
    let rows = h.desk.read(|tx| Ok(store::chore::list(tx)?)).unwrap();
    assert_eq!((rows.len(), rows[0].did), (1, 3), "one row for other nodes, not one a round");
}
#[test]
fn neither_an_error_nor_a_panic_ends_a_chore() {
    let h = house(false, vec![Err(Fault::NotFound), Err(Fault::Busy { code: "busy", retry_after_s: 1 })]);
    for _ in 0..3 {
        h.round();
    }
    h.no_more_rounds();
}
