//! The real server, killed at random moments under load; its disk full; its database locked. Whatever was acknowledged is there,
//! what was not is done once when asked again, no clock is lost or fires twice, every letter is written once.
//!
//! Takes minutes, so it runs only when asked: `tests/kill/run.sh`. `KILL_SEED` repeats a run's choices, `KILL_ROUNDS` says how often.
#![expect(clippy::unwrap_used, reason = "a test may")]
mod callers;
mod house;
mod ledger;
mod receiver;

use callers::{Crew, storm};
use domain::kit::Dice;
use house::House;
use ledger::Ledger;
use receiver::Receiver;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use store::db::testing::TestDb;
use store::db::{Config, Db, DbError};

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(usual)
}

/// Kill, examine, start again, ask again, look; then everything once more at the end.
fn killed_under_load(house: &mut House, rounds: u64) {
    let seed = number("KILL_SEED", u64::from(std::process::id()));
    println!("KILL_SEED={seed} KILL_ROUNDS={rounds}");
    let mut dice = Dice::new(seed);
    let people = house.furnish();
    let receiver = Receiver::start();
    house.start();
    people.listen(house.address(), receiver.url());
    let (mut ledger, began) = (Ledger::default(), Instant::now());
    for round in 0..rounds {
        let crew = Crew::new(&people, house.address(), dice.bits(), ledger.tickets());
        let ops = storm(crew, Duration::from_millis(40 + dice.roll(500)), || house.kill());
        let health = house.examine();
        assert_eq!(health["found"], 0, "round {round}, seed {seed}: {health:#}");
        house.start();
        let (acked, open) = ledger.take_in(ops);
        ledger.ask_again(&people, house.address());
        ledger.find_acknowledged(&people, house.address(), acked);
        if round % 10 == 9 {
            println!("round {}: {} acknowledged, {open} were open, {}", round + 1, ledger.acknowledged(), ledger.summary());
        }
    }
    ledger.wait_until_nothing_is_due(&people, house.address());
    let letters = ledger.check_everything(&people, house.address(), &receiver);
    house.stop();
    let health = house.examine();
    assert_eq!((&health["found"], &health["unfired"]), (&0.into(), &0.into()), "seed {seed}: {health:#}");
    println!(
        "{rounds} kills in {:.0} s: {}; {} clocks, {} breaches, {} log entries, {} letters told in {} deliveries ({} told again)",
        began.elapsed().as_secs_f64(),
        ledger.summary(),
        health["clocks"],
        health["breaches"],
        health["entries"],
        letters.by_id.len(),
        letters.deliveries,
        letters.again
    );
}

#[test]
#[ignore = "minutes; tests/kill/run.sh"]
fn killed_fifty_times_under_load_on_sqlite() {
    let mut house = House::on_sqlite("kill-sqlite");
    killed_under_load(&mut house, number("KILL_ROUNDS", 50));
}

#[test]
#[ignore = "minutes; tests/kill/run.sh"]
fn killed_ten_times_under_load_on_postgres() {
    let Some(db) = TestDb::postgres() else {
        println!("skipped: SKIP_PG=1");
        return;
    };
    let mut house = House::on("kill-postgres", &db.config.url);
    killed_under_load(&mut house, number("KILL_ROUNDS", 50).min(10));
}

/// A small disk of its own, gone when the test ends.
struct SmallDisk(std::path::PathBuf);
impl SmallDisk {
    fn mount(at: &Path, megabytes: u32) -> Option<SmallDisk> {
        std::fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]).arg(at).status();
        mounted.is_ok_and(|s| s.success()).then(|| SmallDisk(at.to_path_buf()))
    }
}
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
#[ignore = "minutes; tests/kill/run.sh"]
fn a_full_disk_is_answered_503_and_everything_goes_on_when_there_is_room() {
    let place = house::place("kill-full");
    let Some(disk) = SmallDisk::mount(&place.join("disk"), 24) else {
        println!("skipped: only root may mount a small disk to fill");
        return;
    };
    let mut house = House::on("kill-full", &format!("sqlite:{}", disk.0.join("house.db").display()));
    let people = house.furnish();
    let filler = disk.0.join("filler");
    std::fs::write(&filler, vec![7u8; 8 << 20]).unwrap();
    house.start();
    let mut customer = people.contact(0).caller(house.address());
    let long = "磁盘".repeat(30_000);
    let (mut kept, mut full) = (Vec::new(), None);
    for i in 0..400 {
        let answer =
            customer.post("/api/v1/tickets", &callers::question(&format!("full {i}"), &long), Some(&format!("full-{i}"))).expect("an answer");
        match answer.status {
            201 => kept.push(callers::id_of(&answer)),
            status => {
                full = Some((i, status, answer.text()));
                break;
            }
        }
    }
    let (i, status, body) = full.expect("24 MB are full before 400 cases of 180 kB");
    assert!(status == 503 && body.contains("\"disk_full\""), "{status} {body}");
    assert!(!kept.is_empty());
    assert_eq!(customer.get(&format!("/api/v1/tickets/{}", kept[0])).expect("reads go on").status, 200);
    std::fs::remove_file(&filler).unwrap();
    let again = callers::until_done(
        || customer.post("/api/v1/tickets", &callers::question(&format!("full {i}"), &long), Some(&format!("full-{i}"))),
        Duration::from_secs(20),
    );
    assert_eq!(again.status, 201, "{}", again.text());
    for id in &kept {
        assert_eq!(customer.get(&format!("/api/v1/tickets/{id}")).unwrap().status, 200, "{id} was acknowledged");
    }
    house.stop();
    let health = house.examine();
    assert_eq!((&health["found"], &health["tickets"]), (&0.into(), &(kept.len() as u64 + 1).into()), "{health:#}");
}

#[test]
#[ignore = "minutes; tests/kill/run.sh"]
fn a_locked_database_is_answered_503_and_everything_goes_on_when_it_is_free() {
    let mut house = House::on_sqlite("kill-locked");
    house.set("YINUO_DATABASE__BUSY_TIMEOUT", "300ms");
    let people = house.furnish();
    house.start();
    let mut customer = people.contact(0).caller(house.address());
    // Another process's hand on the file: a write of ours that does not end.
    let other = Db::open(&Config::new(house.url())).unwrap();
    let (holds, is_held) = channel();
    let (let_go, go) = channel::<()>();
    let (holds, go) = (std::sync::Mutex::new(holds), std::sync::Mutex::new(go));
    let holder = std::thread::spawn(move || {
        other.write::<(), DbError>(move |tx| {
            store::presence::sweep(tx, domain::kit::At::MIN)?;
            let _ = holds.lock().unwrap().send(());
            let _ = go.lock().unwrap().recv();
            Ok(())
        })
    });
    is_held.recv().unwrap();
    let answer = customer.post("/api/v1/tickets", &callers::question("locked", "words"), Some("locked-1")).expect("an answer");
    assert!(answer.status == 503 && answer.text().contains("\"busy\""), "{} {}", answer.status, answer.text());
    assert!(answer.header("retry-after").is_some(), "it says when to come again");
    assert_eq!(customer.get("/api/v1/tickets").expect("reads go on").status, 200);
    let_go.send(()).unwrap();
    holder.join().unwrap().unwrap();
    let again =
        callers::until_done(|| customer.post("/api/v1/tickets", &callers::question("locked", "words"), Some("locked-1")), Duration::from_secs(10));
    assert_eq!(again.status, 201, "{}", again.text());
    house.stop();
    let health = house.examine();
    assert_eq!((&health["found"], &health["tickets"]), (&0.into(), &1.into()), "{health:#}");
}
