use super::testing::{TestDb, full_scans, prepare_all};
use super::*;
use crate::store_test;
use domain::kit::{At, Dice, TicketId};
use std::sync::atomic::AtomicUsize;
use std::sync::{Barrier, mpsc};

type Done<T = ()> = Result<T, DbError>;

statements! {
    MAKE_THING = "create table thing (id bytea not null primary key, n bigint, words text, raw bytea, narrow int)";
    PUT_THING = "insert into thing (words, id, n, raw, narrow) values ($2, $1, $3, $4, $5)";
    GET_THING = "select id, n, words, raw, narrow from thing where id = $1";
    GET_THINGS = "select id, n, words, raw, narrow from thing where id = $1", postgres "select id, n, words, raw, narrow from thing where id = any($1)";
    CHANGE_THING = "update thing set words = $2, n = n + $3 where id = $1";
    BY_WORDS = "select id from thing where words = $1";
    MAKE_STACK = "create table stack (id bigint not null primary key, half bigint not null, label text unique)";
    MAKE_PAIR = "create table pair (account bigint not null, name text not null, unique (account, name))";
    PUT_PAIR = "insert into pair (account, name) values ($1, $2)";
    PUT = "insert into stack (id, half) values ($1, $2)";
    PUT_TOLD = "insert into stack (id, half) values ($1, $2) returning id";
    LABEL = "insert into stack (id, half, label) values ($1, 0, $2)";
    SUMS = "select count(*), coalesce(sum(half), 0) from stack";
    RAISE = "update stack set half = half + 1 where id = $1";
    HALF = "select half from stack where id = $1";
    NEWS = "select id from stack order by id";
    CLAIM = "select id from stack where half = 0 order by id limit 7", postgres "select id from stack where half = 0 order by id limit 7 for update skip locked";
    TAKE = "update stack set half = half + 1 where id = $1 and half = 0";
    FIRM = "set transaction isolation level repeatable read";
    WRONG = "insert into nowhere (id) values ($1)";
}

fn make(db: &Db, table: &'static Sql) {
    db.write::<_, DbError>(move |tx| tx.exec(table, &[])).unwrap();
}
fn sums(db: &Db) -> (i64, i64) {
    db.read(|tx| tx.first(&SUMS, &[], |row| Ok((row.int(0), row.int(1))))).unwrap().unwrap()
}
fn put(db: &Db, id: i64) -> Done<u64> {
    db.write(move |tx| tx.exec(&PUT, &vals![id, 1]))
}

store_test! {
    fn values_come_back_as_they_went_in(db) {
        make(db, &MAKE_THING);
        let words = "承诺 — “15 分钟” 🕐 it's $1";
        let big = TicketId::new(At::from_micros(1_700_000_000_000_000), &mut Dice::new(1));
        let (empty, small) = (TicketId::from_raw(1), TicketId::from_raw(2));
        db.write::<_, DbError>(move |tx| {
            tx.exec(&PUT_THING, &vals![empty, None::<&str>, None::<i64>, None::<&[u8]>, None::<i64>])?;
            tx.exec(&PUT_THING, &vals![big, words, i64::MAX, &[0u8, 255, 0], -7])?;
            tx.exec(&PUT_THING, &vals![small, "", i64::MIN, &[] as &[u8], true])
        }).unwrap();
        let get = |id: TicketId| db.read::<_, DbError>(move |tx| tx.first(&GET_THING, &vals![id], |row| {
            Ok((row.id(0), row.opt_int(1), row.opt_text(2), row.opt_bytes(3), row.opt_num::<i8>(4)))
        })).unwrap();
        assert_eq!(get(empty), Some((empty, None, None, None, None)));
        assert_eq!(get(big), Some((big, Some(i64::MAX), Some(words.into()), Some(vec![0, 255, 0]), Some(-7))));
        assert_eq!(get(small), Some((small, Some(i64::MIN), Some(String::new()), Some(vec![]), Some(1))));
        assert_eq!(get(TicketId::from_raw(9)), None);
    }
    fn a_number_too_large_for_the_type_the_server_guessed_still_binds(db) {
        let pick = |n: i64| db.read::<_, DbError>(move |tx| tx.query_dyn("select case when $1 > 5 then 1 else 0 end", &vals![n], |row| Ok(row.bool(0)))).unwrap();
        assert_eq!((pick(3), pick(i64::MAX), pick(6), pick(i64::MIN)), (vec![false], vec![true], vec![true], vec![false]));
    }
    fn a_column_read_as_another_type_is_our_mistake_and_says_where(db) {
        let wrong = db.read::<_, DbError>(|tx| tx.query_dyn("select 'seven'", &[], |row| Ok(row.int(0)))).unwrap_err();
        assert!(matches!(&wrong, DbError::Internal { because, .. } if because.contains("column 0")), "{wrong}");
        let null = db.read::<_, DbError>(|tx| tx.query_dyn("select null", &[], |row| Ok(row.text(0)))).unwrap_err();
        assert!(matches!(&null, DbError::Internal { because, .. } if because.contains("is null")), "{null}");
        let missing = db.read::<_, DbError>(|tx| tx.query_dyn("select 1", &[], |row| Ok(row.int(1)))).unwrap_err();
        assert_eq!(missing.code(), "internal");
    }
    fn too_few_values_are_refused(db) {
        make(db, &MAKE_STACK);
        let short = db.write::<_, DbError>(|tx| tx.exec(&PUT, &vals![1])).unwrap_err();
        assert!(matches!(&short, DbError::Internal { at, .. } if at.file().ends_with("tests.rs")), "{short}");
        let zero = db.write::<_, DbError>(|tx| tx.exec(&LABEL, &vals![1, "a\0b"])).unwrap_err();
        assert_eq!((zero.code(), sums(db)), ("internal", (0, 0)));
    }
    fn many_rows_go_in_by_one_statement(db) {
        make(db, &MAKE_STACK);
        let rows: Vec<[Val; 2]> = (0..2_500).map(|i| vals![i, 2]).collect();
        let count = db.write::<_, DbError>(move |tx| tx.many(&PUT, &rows)).unwrap();
        assert_eq!((count, sums(db)), (2_500, (2_500, 5_000)));
        let none = db.write::<_, DbError>(|tx| tx.many::<2>(&PUT, &[])).unwrap();
        assert_eq!(none, 0);
        let read_only = db.read::<_, DbError>(|tx| tx.many(&PUT, &[vals![3_000, 1]])).unwrap_err();
        assert!(read_only.to_string().contains("may not write"), "{read_only}");
    }
    fn many_rows_of_every_type_are_put_and_changed_by_one_statement(db) {
        make(db, &MAKE_THING);
        let ids: Vec<TicketId> = (1..=3).map(TicketId::from_raw).collect();
        let rows = |words: [&'static str; 3]| ids.iter().zip(words).map(|(id, w)| vals![*id, w, 7, &b"raw"[..], None::<i64>]).collect::<Vec<_>>();
        let (put, change) = (rows(["a", "承诺", ""]), ids.iter().map(|id| vals![*id, "b", -1]).collect::<Vec<_>>());
        db.write::<_, DbError>(move |tx| tx.many(&PUT_THING, &put)).unwrap();
        assert_eq!(db.write::<_, DbError>(move |tx| tx.many(&CHANGE_THING, &change[..2])).unwrap(), 2);
        let wanted: Vec<[u8; 16]> = [3, 1, 9].map(|n| TicketId::from_raw(n).bytes()).to_vec();
        let mut found = db.read::<_, DbError>(|tx| tx.query_of_many(&GET_THINGS, &wanted, |r| Ok((r.text(2), r.int(1), r.bytes(3), r.opt_int(4))))).unwrap();
        found.sort();
        assert_eq!(found, [(String::new(), 7, b"raw".to_vec(), None), ("b".into(), 6, b"raw".to_vec(), None)]);
    }
    fn answers_of_many_rows_come_in_their_order(db) {
        make(db, &MAKE_STACK);
        let rows: Vec<[Val; 2]> = (0..1_500).map(|i| vals![1_500 - i, i]).collect();
        let ids = db.write::<_, DbError>(move |tx| tx.many_returning(&PUT_TOLD, &rows, |r| Ok(r.int(0)))).unwrap();
        assert_eq!(ids, (1..=1_500).rev().collect::<Vec<_>>());
        let lost = db.write::<_, DbError>(|tx| { let _ = tx.many(&PUT, &[vals![2_000, 0], vals![1, 0]]); Ok(()) }).unwrap_err();
        assert_eq!((lost, sums(db).0), (DbError::Conflict { constraint: "stack.id".into() }, 1_500));
        let shape = db.write::<_, DbError>(|tx| tx.many(&TAKE, &[vals![1]])).unwrap_err();
        assert!(shape.to_string().contains("not written for one row"), "{shape}");
    }
    fn a_double_is_a_conflict_named_alike_on_both(db) {
        make(db, &MAKE_STACK);
        make(db, &MAKE_PAIR);
        put(db, 1).unwrap();
        assert_eq!(put(db, 1), Err(DbError::Conflict { constraint: "stack.id".into() }));
        let label = |id: i64| db.write::<_, DbError>(move |tx| tx.exec(&LABEL, &vals![id, "(same), one"]));
        label(2).unwrap();
        assert_eq!(label(3), Err(DbError::Conflict { constraint: "stack.label".into() }));
        let pair = || db.write::<_, DbError>(|tx| tx.exec(&PUT_PAIR, &vals![1, "甲"]));
        pair().unwrap();
        assert_eq!(pair(), Err(DbError::Conflict { constraint: "pair.account, pair.name".into() }));
    }
    fn a_job_that_goes_on_after_a_failed_statement_is_lost_and_told_so(db) {
        make(db, &MAKE_STACK);
        put(db, 1).unwrap();
        let stubborn = db.write::<_, DbError>(|tx| {
            let _ = tx.exec(&PUT, &vals![1, 1]);
            let _ = tx.exec(&PUT, &vals![2, 1]);
            Ok(())
        });
        assert_eq!((stubborn, sums(db)), (Err(DbError::Conflict { constraint: "stack.id".into() }), (1, 1)));
    }
    fn a_failing_job_costs_nobody_else_anything(db) {
        make(db, &MAKE_STACK);
        let (sender, receiver) = mpsc::channel();
        for i in 0..500i64 {
            let sender = sender.clone();
            db.write_then::<_, DbError>(move |tx| {
                tx.exec(&PUT, &vals![i * 2, 1])?;
                tx.exec(&PUT, &vals![i * 2 + 1, 1])?;
                if i % 10 == 3 { Err(tx.exec(&PUT, &vals![i * 2, 1]).unwrap_err()) } else { Ok(()) }
            }, move |done| sender.send((i, done)).unwrap());
        }
        drop(sender);
        let answers: Vec<(i64, Done)> = receiver.iter().collect();
        assert_eq!(answers.len(), 500, "everybody is told");
        assert!(answers.iter().all(|(i, done)| done.is_err() == (i % 10 == 3)));
        assert_eq!(sums(db), (900, 900));
    }
    fn a_panic_costs_only_its_own_job(db) {
        make(db, &MAKE_STACK);
        let lost = db.write::<(), DbError>(|tx| {
            tx.exec(&PUT, &vals![1, 1])?;
            panic!("the coffee is cold")
        }).unwrap_err();
        assert!(matches!(&lost, DbError::Internal { because, .. } if because.contains("the coffee is cold")));
        put(db, 2).unwrap();
        assert_eq!(sums(db), (1, 1));
    }
    fn a_refusal_leaves_no_trace_and_keeps_its_own_words(db) {
        #[derive(Debug, PartialEq)]
        enum Refusal { NotYet, Db(DbError) }
        impl From<DbError> for Refusal { fn from(e: DbError) -> Self { Refusal::Db(e) } }
        make(db, &MAKE_STACK);
        let refused = db.write(|tx| { tx.exec(&PUT, &vals![1, 1])?; Err::<(), _>(Refusal::NotYet) });
        assert_eq!((refused, sums(db)), (Err(Refusal::NotYet), (0, 0)));
        let doubled = db.write(|tx| { tx.exec(&PUT, &vals![1, 1])?; tx.exec(&PUT, &vals![1, 1])?; Ok::<_, Refusal>(()) });
        assert!(matches!(doubled, Err(Refusal::Db(DbError::Conflict { .. }))));
    }
    fn a_reading_job_may_not_write(db) {
        make(db, &MAKE_STACK);
        let wrote = db.read::<_, DbError>(|tx| tx.exec(&PUT, &vals![1, 1])).unwrap_err();
        assert_eq!((wrote.code(), sums(db)), ("internal", (0, 0)));
    }
    fn a_nudge_comes_after_the_commit_and_only_then(db) {
        make(db, &MAKE_STACK);
        let (sender, receiver) = mpsc::channel();
        let eyes = db.clone();
        db.on_nudge(Box::new(move |topic| sender.send((topic.to_string(), sums(&eyes).0)).unwrap())).unwrap();
        db.write::<(), DbError>(|tx| { tx.exec(&PUT, &vals![1, 1])?; tx.nudge("lost"); Err(DbError::Busy) }).unwrap_err();
        db.write::<_, DbError>(|tx| { tx.nudge("stack"); tx.nudge("stack"); tx.exec(&PUT, &vals![2, 1]) }).unwrap();
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [("stack".to_string(), 1)], "the row was there when the nudge came");
        db.0.shared.listeners.write().unwrap().clear();
    }
    fn every_row_is_claimed_once(db) {
        make(db, &MAKE_STACK);
        db.write::<_, DbError>(|tx| tx.many(&PUT, &(0..300).map(|i| vals![i, 0]).collect::<Vec<_>>())).unwrap();
        let claim = |db: &Db| db.write::<_, DbError>(|tx| {
            let ids = tx.query(&CLAIM, &[], |row| Ok(row.int(0)))?;
            for id in &ids {
                assert_eq!(tx.exec(&TAKE, &vals![*id])?, 1);
            }
            Ok(ids)
        }).unwrap();
        let work = || {
            let mut mine = Vec::new();
            while sums(db).1 < 300 {
                mine.extend(claim(db));
            }
            mine
        };
        let mut all = thread::scope(|s| [s.spawn(work), s.spawn(work)].map(|t| t.join().unwrap()).concat());
        all.sort_unstable();
        assert_eq!(all, (0..300).collect::<Vec<i64>>());
    }
    fn jobs_that_meet_on_one_row_all_count(db) {
        make(db, &MAKE_STACK);
        db.write::<_, DbError>(|tx| tx.exec(&PUT, &vals![1, 0])).unwrap();
        let raise = || for _ in 0..25 {
            db.write::<_, DbError>(|tx| tx.exec(&RAISE, &vals![1])).unwrap();
        };
        thread::scope(|s| for _ in 0..4 { s.spawn(raise); });
        assert_eq!(sums(db), (1, 100));
    }
    fn a_serialization_failure_is_run_again(db) {
        make(db, &MAKE_STACK);
        db.write::<_, DbError>(|tx| tx.exec(&PUT, &vals![1, 0])).unwrap();
        let (tries, other) = (Arc::new(AtomicUsize::new(0)), db.clone());
        let seen = tries.clone();
        let before = db.write::<_, DbError>(move |tx| {
            if tx.is_postgres() {
                tx.exec(&FIRM, &[])?;
            }
            let half = tx.first(&HALF, &vals![1], |row| Ok(row.int(0)))?.unwrap();
            // on the first try somebody else raises the row between our look and our act; SQLite has nobody else
            if seen.fetch_add(1, Relaxed) == 0 && tx.is_postgres() {
                other.write::<_, DbError>(|tx| tx.exec(&RAISE, &vals![1]))?;
            }
            tx.exec(&RAISE, &vals![1])?;
            Ok(half)
        }).unwrap();
        let expected = if db.is_postgres() { (2, 1, (1, 2), 1) } else { (1, 0, (1, 1), 0) };
        assert_eq!((tries.load(Relaxed), before, sums(db), db.stats().retries), expected);
    }
    fn a_snapshot_sees_one_moment(db) {
        make(db, &MAKE_STACK);
        let seen = db.snapshot::<_, DbError>(|tx| {
            let look = |tx: &mut Tx| tx.first(&SUMS, &[], |row| Ok(row.int(0)));
            let before = look(tx)?;
            put(db, 1)?;
            Ok((before, look(tx)?))
        }).unwrap();
        assert_eq!((seen, sums(db).0), ((Some(0), Some(0)), 1));
    }
    fn after_closing_there_is_nobody(db) {
        make(db, &MAKE_STACK);
        let (sender, receiver) = mpsc::channel();
        for i in 0..50 {
            let sender = sender.clone();
            db.write_then::<_, DbError>(move |tx| tx.exec(&PUT, &vals![i, 1]), move |done| sender.send(done).unwrap());
        }
        db.close();
        assert_eq!(receiver.try_iter().filter(|d| *d == Ok(1)).count(), 50, "what waited was settled first");
        assert_eq!(put(db, 99), Err(DbError::Gone));
        assert_eq!(sums(db), (50, 50));
    }
    fn migrations_applied_twice_do_nothing(db) {
        let version = db.schema_version().unwrap();
        assert_eq!(version, MIGRATIONS.last().unwrap().number);
        assert_eq!(db.migrate(), Ok(MigrationReport { from: version, to: version, applied: vec![] }));
    }
    fn a_migration_changed_afterwards_or_a_newer_database_is_refused(db) {
        const NEXT: u32 = MIGRATIONS.len() as u32 + 1;
        let list = |text: &'static str| -> &'static [Migration] {
            let mut list = MIGRATIONS.to_vec();
            list.push(Migration { number: NEXT, name: "next", text });
            list.leak()
        };
        let text = "create table next (id bigint); -- @sqlite\n-- @sqlite\ncreate table only_lite (id bigint);\n-- @postgres\ncreate table only_pg (id bigint);";
        assert_eq!(migrate::run(db, list(text)).unwrap().applied, ["next"]);
        let (here, there) = if db.is_postgres() { ("only_pg", "only_lite") } else { ("only_lite", "only_pg") };
        let count = |table: &str| { let text = format!("select count(*) from {table}"); db.read::<_, DbError>(move |tx| tx.query_dyn(&text, &[], |r| Ok(r.int(0)))) };
        assert!(count("next").is_ok() && count(here).is_ok() && count(there).is_err());
        assert_eq!(migrate::run(db, list("create table next (id text)")), Err(MigrateError::Changed { number: NEXT, name: "next" }));
        assert_eq!(db.migrate(), Err(MigrateError::Newer { database: NEXT, binary: NEXT - 1 }));
    }
    fn a_migration_that_fails_leaves_nothing_of_itself(db) {
        let version = db.schema_version().unwrap();
        let mut list = MIGRATIONS.to_vec();
        list.push(Migration { number: version + 1, name: "bad", text: "create table half_done (id bigint); insert into nowhere values (1);" });
        assert!(migrate::run(db, list.leak()).is_err());
        assert_eq!(db.schema_version(), Ok(version));
        assert!(db.read::<_, DbError>(|tx| tx.query_dyn("select count(*) from half_done", &[], |r| Ok(r.int(0)))).is_err());
    }
    fn statements_are_prepared_and_whole_table_walks_reported(db) {
        make(db, &MAKE_THING);
        make(db, &MAKE_STACK);
        let bad = db.read::<_, DbError>(|tx| Ok(prepare_all(tx, &[&GET_THING, &WRONG, &PUT, &CLAIM]))).unwrap();
        assert!(bad.len() == 1 && bad[0].contains("::WRONG"), "{bad:?}");
        let scans = |allowed: &'static [&'static str]| db.read::<_, DbError>(|tx| Ok(full_scans(tx, &[&GET_THING, &BY_WORDS, &SUMS], allowed))).unwrap();
        let expected = if db.is_postgres() { 0 } else { 1 };
        assert_eq!(scans(&["::SUMS"]).len(), expected, "{:?}", scans(&[]));
    }
}

/// Statements that may walk a whole table, each with its reason. To shrink, not to grow.
const WALKS: &[&str] = &[
    "::log::LAST_POS", // from the end of the key, one row
    "::log::PEEK",
    "::log::NOTE",
];

store_test! {
    fn every_statement_of_the_house_is_prepared(db) {
        let bad = db.read::<_, DbError>(|tx| Ok([prepare_all(tx, &crate::statements()), prepare_all(tx, migrate::ALL)].concat())).unwrap();
        assert!(bad.is_empty(), "{bad:#?}");
    }
    fn no_statement_of_the_house_walks_a_whole_table(db) {
        let scans = db.read::<_, DbError>(|tx| Ok(full_scans(tx, &crate::statements(), WALKS))).unwrap();
        assert!(scans.is_empty(), "{scans:#?}");
    }
}
#[test]
fn the_house_prepares_its_own_bookkeeping() {
    let db = TestDb::sqlite();
    assert_eq!(db.read::<_, DbError>(|tx| Ok(prepare_all(tx, migrate::ALL))).unwrap(), Vec::<String>::new());
}
#[test]
fn every_file_in_the_migrations_folder_is_in_the_list_and_numbered_in_order() {
    let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap().replace(".sql", ""))
        .collect();
    files.sort();
    assert_eq!(files, MIGRATIONS.iter().map(|m| m.name).collect::<Vec<_>>());
    for (i, m) in MIGRATIONS.iter().enumerate() {
        assert!(m.number as usize == i + 1 && m.name.starts_with(&format!("{:04}_", m.number)), "{}", m.name);
    }
}
/// Holds the writer inside a job until told to go on.
fn hold(db: &Db) -> mpsc::Sender<()> {
    let (go, wait) = mpsc::channel::<()>();
    let (inside, entered) = mpsc::channel();
    db.write_then::<(), DbError>(
        move |_| {
            inside.send(()).unwrap();
            let _ = wait.recv();
            Ok(())
        },
        |_| (),
    );
    entered.recv().unwrap();
    go
}
#[test]
fn one_more_than_may_wait_is_busy() {
    let db = Db::open(&Config { queue: 3, ..Config::new("sqlite::memory:") }).unwrap();
    make(&db, &MAKE_STACK);
    let go = hold(&db);
    let (sender, answers) = mpsc::channel();
    for i in 0..5 {
        let sender = sender.clone();
        db.write_then::<_, DbError>(move |tx| tx.exec(&PUT, &vals![i, 1]), move |done| sender.send(done).unwrap());
    }
    assert_eq!(answers.try_iter().collect::<Vec<_>>(), [Err(DbError::Busy), Err(DbError::Busy)], "told at once");
    assert_eq!(db.stats().queued, 3);
    drop(go);
    assert_eq!((0..3).map(|_| answers.recv().unwrap()).collect::<Vec<_>>(), [Ok(1), Ok(1), Ok(1)]);
    assert_eq!(db.stats().queued, 0);
}
#[test]
fn those_who_wait_together_share_a_commit() {
    let db = TestDb::sqlite();
    make(&db, &MAKE_STACK);
    let before = db.stats();
    let barrier = Barrier::new(64);
    thread::scope(|s| {
        for t in 0..64i64 {
            let (db, barrier) = (&db, &barrier);
            s.spawn(move || {
                barrier.wait();
                for i in 0..10 {
                    put(db, t * 100 + i).unwrap();
                }
            });
        }
    });
    let after = db.stats();
    assert_eq!((after.jobs - before.jobs, sums(&db).0), (640, 640));
    assert!(after.commits - before.commits < 320, "{after:?}");
}
#[test]
fn a_batch_that_cannot_be_committed_is_acknowledged_to_nobody() {
    let db = Db::open(&Config::new("sqlite::memory:")).unwrap();
    make(&db, &MAKE_STACK);
    // A full disk, as SQLite sees one: the file may not grow any more.
    db.write::<_, DbError>(|tx| tx.query_dyn("select max_page_count from pragma_max_page_count(8)", &[], |r| Ok(r.int(0)))).ok();
    db.write::<_, DbError>(|tx| tx.script("pragma max_page_count = 8", "limit")).unwrap();
    let go = hold(&db);
    let (sender, answers) = mpsc::channel();
    for i in 0..40i64 {
        let sender = sender.clone();
        let label = format!("{i}").repeat(1000);
        db.write_then::<_, DbError>(move |tx| tx.exec(&LABEL, &vals![i, &label]), move |done| sender.send(done).unwrap());
    }
    drop((go, sender));
    let told: Vec<Done<u64>> = answers.iter().collect();
    let kept = told.iter().filter(|d| d.is_ok()).count();
    assert!(told.iter().all(|d| matches!(d, Ok(1) | Err(DbError::Full))), "{told:?}");
    assert!(kept < 40 && told.len() == 40);
    assert_eq!(sums(&db).0 as usize, kept, "acknowledged is what is there");
    db.write::<_, DbError>(|tx| tx.script("pragma max_page_count = 100000", "limit")).unwrap();
    assert_eq!(put(&db, 1000), Ok(1), "and it recovers");
}
#[test]
fn a_locked_file_is_busy_and_recovers() {
    let db = Db::open(&Config { busy_timeout: Duration::from_millis(200), ..Config::new("sqlite::memory:") }).unwrap();
    make(&db, &MAKE_STACK);
    let other = rusqlite::Connection::open(db.0.scratch.as_ref().unwrap()).unwrap();
    other.execute_batch("begin immediate").unwrap();
    assert_eq!(put(&db, 1), Err(DbError::Busy));
    other.execute_batch("rollback").unwrap();
    assert_eq!((put(&db, 1), sums(&db).0), (Ok(1), 1));
}
#[test]
fn a_job_that_waits_for_another_write_is_told_instead_of_waiting_for_ever() {
    let db = TestDb::sqlite();
    let inner = Db::clone(&db);
    let nested = db.write::<(), DbError>(move |_| inner.write(|_| Ok(())));
    assert_eq!(nested.unwrap_err().code(), "internal");
}
#[test]
fn a_scratch_database_leaves_no_file() {
    let db = Db::open(&Config::new("sqlite::memory:")).unwrap();
    let path = db.0.scratch.clone().unwrap();
    assert!(path.exists());
    drop(db);
    assert!(!path.exists());
}
#[test]
fn parameters_are_numbered_and_quoted_text_is_left_alone() {
    assert_eq!(sql::number_parameters("values ($2, '$1 it''s', $12) -- $x"), "values (?2, '$1 it''s', ?12) -- $x");
}
#[test]
fn a_statement_for_one_row_takes_many() {
    let many = |text| sql::for_many(text);
    assert_eq!(
        many("insert into t (a, b, c) values ($2, 'new', $1) on conflict do nothing").unwrap(),
        "insert into t (a, b, c) select many.c2, 'new', many.c1 from unnest($1, $2) as many (c1, c2) on conflict do nothing"
    );
    assert_eq!(
        many("update t set a = a + $2, b = 0 where id = $1").unwrap(),
        "update t set a = a + many.c2, b = 0 from unnest($1, $2) as many (c1, c2) where id = many.c1"
    );
    assert_eq!(many("insert into t (a, b) values ($1, 1) on conflict (a) do update set b = $2"), None, "what follows the row belongs to all");
    assert_eq!(many("update t set a = $2 where id = $1 and a = 0"), None);
    assert_eq!(many("select a from t where id = $1"), None);
}
#[test]
fn migration_files_fall_into_statements() {
    let text = "-- words; not code\ncreate table a (b text default ';--'); -- and ' more\n-- @postgres\ncreate index x\n on a (b);\ndrop table a";
    let trimmed = |pg| migrate::statements_of(text, pg).iter().map(|s| s.trim().to_string()).collect::<Vec<_>>();
    assert_eq!(trimmed(true), ["create table a (b text default ';--')", "create index x\n on a (b)", "drop table a"]);
    assert_eq!(trimmed(false), ["create table a (b text default ';--')", "drop table a"]);
}
/// The PostgreSQL half of what only several nodes or a broken connection show.
mod postgres_only {
    use super::*;
    #[test]
    fn a_nudge_reaches_the_other_node_once_and_not_its_sender_twice() {
        let Some(db) = TestDb::postgres() else { return };
        let other = Db::open(&db.config).unwrap();
        let (here, at_home) = mpsc::channel();
        let (there, abroad) = mpsc::channel();
        db.on_nudge(Box::new(move |t| here.send(t.to_string()).unwrap())).unwrap();
        other.on_nudge(Box::new(move |t| there.send(t.to_string()).unwrap())).unwrap();
        // The other's ear may not be open yet: nudge until it hears.
        let heard = (0..100).find_map(|_| {
            db.write::<_, DbError>(|tx| {
                tx.nudge("ticket");
                Ok(())
            })
            .unwrap();
            abroad.recv_timeout(Duration::from_millis(100)).ok()
        });
        assert_eq!(heard.as_deref(), Some("ticket"));
        let sent = at_home.try_iter().count() as u64;
        assert_eq!(sent, db.stats().commits, "one each, at once, none echoed");
        other.close();
    }
    #[test]
    fn connections_cut_by_the_server_are_replaced() {
        let Some(db) = TestDb::postgres() else { return };
        make(&db, &MAKE_STACK);
        let all_at_once = || {
            let barrier = Barrier::new(8);
            thread::scope(|s| {
                for _ in 0..8 {
                    s.spawn(|| db.read::<_, DbError>(|_| Ok(barrier.wait())));
                }
            });
        };
        all_at_once();
        let other = Db::open(&db.config).unwrap();
        let cut = "select count(*) from (select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()) x";
        let cut_all = || other.read::<_, DbError>(|tx| tx.query_dyn(cut, &[], |r| Ok(r.int(0)))).unwrap();
        assert!(cut_all() >= vec![8]);
        assert_eq!(put(&db, 1), Ok(1), "a write is run again on a fresh connection");
        all_at_once();
        cut_all();
        assert_eq!(sums(&db), (1, 1), "a read is not begun on a connection that was cut");
        other.close();
    }
    #[test]
    fn none_free_in_time_is_busy() {
        let Some(home) = TestDb::postgres() else { return };
        let db = Db::open(&Config { pool: 1, busy_timeout: Duration::from_millis(5), ..home.config.clone() }).unwrap();
        let second = db.read::<_, DbError>(|_| db.read::<_, DbError>(|_| Ok(())));
        assert_eq!(second, Err(DbError::Busy));
        db.close();
    }
    #[test]
    fn two_jobs_that_lock_each_other_out_both_succeed() {
        let Some(db) = TestDb::postgres() else { return };
        make(&db, &MAKE_STACK);
        db.write::<_, DbError>(|tx| tx.many(&PUT, &[vals![1, 0], vals![2, 0]])).unwrap();
        let barrier = Arc::new(Barrier::new(2));
        thread::scope(|s| {
            for (one, two) in [(1, 2), (2, 1)] {
                let (db, barrier) = (&db, barrier.clone());
                s.spawn(move || {
                    let mut first = true;
                    db.write::<_, DbError>(move |tx| {
                        tx.exec(&RAISE, &vals![one])?;
                        if std::mem::take(&mut first) {
                            barrier.wait();
                        }
                        tx.exec(&RAISE, &vals![two])
                    })
                    .unwrap();
                });
            }
        });
        assert_eq!((sums(&db), db.stats().retries), ((2, 4), 1));
    }
    #[test]
    fn names_locked_by_jobs_make_them_run_one_after_the_other() {
        let Some(db) = TestDb::postgres() else { return };
        make(&db, &MAKE_STACK);
        // a rule over several rows, which no row lock covers: at most ten
        let add = |id: i64| {
            db.write::<_, DbError>(move |tx| {
                tx.lock("stack is at most ten")?;
                let here = tx.query(&NEWS, &[], |row| Ok(row.int(0)))?.len();
                if here < 10 {
                    tx.exec(&PUT, &vals![id, 1])?;
                }
                Ok(())
            })
            .unwrap()
        };
        thread::scope(|s| {
            for t in 0..4 {
                s.spawn(move || {
                    for i in 0..5 {
                        add(t * 10 + i);
                    }
                });
            }
        });
        assert_eq!(sums(&db).0, 10);
    }
}
