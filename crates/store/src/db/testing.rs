//! Every store test on both databases, each on a database of its own.
use super::{Config, Db, Sql, Tx};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// `store_test! { fn late_clocks_come_in_order(db) { … } }` is two tests, `…::sqlite` and `…::postgres`; `db` is a migrated [`Db`].
/// PostgreSQL is the server named by `YINUO_TEST_PG` (`host=/path/to/socket port=54329 user=yinuo`). Without it the test fails, unless `SKIP_PG=1`.
#[macro_export]
macro_rules! store_test {
    ($($(#[$meta:meta])* fn $name:ident($db:ident) $body:block)*) => { $(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            $(#[$meta])*
            fn story($db: &$crate::db::Db) $body
            #[test]
            fn sqlite() {
                story(&$crate::db::testing::TestDb::sqlite());
            }
            #[test]
            fn postgres() {
                if let Some(db) = $crate::db::testing::TestDb::postgres() {
                    story(&db);
                }
            }
        }
    )* };
}

/// A migrated database that is gone when the test ends.
pub struct TestDb {
    db: Db,
    /// Its address: for a test that opens a second node or a process.
    pub config: Config,
    drop_on: Option<(String, String)>, // server, database
}
impl std::ops::Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}
impl TestDb {
    /// A scratch file.
    pub fn sqlite() -> TestDb {
        let config = Config::new("sqlite::memory:");
        let db = Db::open(&config).expect("a scratch file opens");
        db.migrate().expect("migrations apply to an empty SQLite");
        TestDb { db, config, drop_on: None }
    }
    /// A copy of the migrated template; `None` when the caller has set `SKIP_PG=1`.
    pub fn postgres() -> Option<TestDb> {
        let Ok(server) = std::env::var("YINUO_TEST_PG") else {
            if std::env::var("SKIP_PG").is_ok_and(|v| v == "1") {
                return None;
            }
            panic!("no PostgreSQL to test on: run `make test`, or set YINUO_TEST_PG=\"host=… port=… user=…\", or set SKIP_PG=1 to go without");
        };
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("yinuo_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let (mut admin, template) = (admin(&server), template(&server));
        admin.batch_execute(&format!("drop database if exists {name} with (force)")).expect("a leftover can be dropped");
        admin.batch_execute(&format!("create database {name} template {template}")).expect("the template can be copied");
        let config = on(&server, &name);
        let db = Db::open(&config).expect("the copy opens");
        Some(TestDb { db, config, drop_on: Some((server, name)) })
    }
}
impl Drop for TestDb {
    fn drop(&mut self) {
        self.db.close();
        if let Some((server, name)) = &self.drop_on {
            // Without expect: a test that already panics must not panic again.
            let _ = admin(server).batch_execute(&format!("drop database if exists {name} with (force)"));
        }
    }
}
fn on(server: &str, database: &str) -> Config {
    Config { pool: 8, ..Config::new(format!("{server} dbname={database}")) }
}
fn admin(server: &str) -> postgres::Client {
    let connected = postgres::Client::connect(&format!("{server} dbname=postgres"), postgres::NoTls);
    connected.unwrap_or_else(|e| panic!("YINUO_TEST_PG names no running PostgreSQL ({e}): run `make test`, which starts one"))
}
/// Migrated once per set of migrations and kept on the test server; its name carries the checksum of them all.
fn template(server: &str) -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        use sha2::{Digest, Sha256};
        let all: String = super::MIGRATIONS.iter().map(|m| format!("{} {}\n{}", m.number, m.name, m.text)).collect();
        let name: String = "yinuo_template_"
            .chars()
            .chain(Sha256::digest(all.as_bytes())[..8].iter().flat_map(|b| format!("{b:02x}").chars().collect::<Vec<_>>()))
            .collect();
        let mut admin = admin(server);
        // Test programs run beside each other; one makes the template, under another name until it is whole.
        admin.batch_execute("select pg_advisory_lock(20250616)").expect("a lock");
        let there = admin.query_opt("select 1 from pg_database where datname = $1", &[&name]).expect("the catalogue reads");
        if there.is_none() {
            admin.batch_execute("drop database if exists yinuo_template_new with (force)").expect("a half-made template can be dropped");
            admin.batch_execute("create database yinuo_template_new").expect("the user may create databases");
            let db = Db::open(&on(server, "yinuo_template_new")).expect("the new template opens");
            db.migrate().expect("migrations apply to an empty PostgreSQL");
            db.close();
            drop(db);
            admin.batch_execute(&format!("alter database yinuo_template_new rename to {name}")).expect("the template gets its name");
        }
        name
    })
}

/// Prepares every statement on this database and returns a line for each that fails. Run inside [`Db::read`].
pub fn prepare_all(tx: &mut Tx, all: &[&'static Sql]) -> Vec<String> {
    all.iter().filter_map(|sql| tx.prepare(sql).err().map(|e| format!("{}: {e}", sql.name))).collect()
}
/// SQLite's plans that walk a whole table without an index, a line each; statements whose name ends with an entry of
/// `allowed` are left out. Empty on PostgreSQL, whose planner decides by size. Run inside [`Db::read`].
pub fn full_scans(tx: &mut Tx, all: &[&'static Sql], allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let all = if tx.is_postgres() { &[] } else { all };
    for sql in all.iter().filter(|sql| !allowed.iter().any(|end| sql.name.ends_with(end))) {
        let nulls = vec![super::Val::Null; super::sql::parameters(sql.text)];
        let plan = tx.query_dyn(&format!("explain query plan {}", sql.text), &nulls, |row| Ok(row.text(3))).unwrap_or_else(|e| vec![e.to_string()]);
        // a walk over what a subquery has made is no walk over a table
        let made: Vec<&str> = plan.iter().filter_map(|step| step.strip_prefix("CO-ROUTINE ").or(step.strip_prefix("MATERIALIZE "))).collect();
        let whole = |step: &&String| {
            let name = step.strip_prefix("SCAN ").unwrap_or("(");
            !name.contains(" USING ") && name != "CONSTANT ROW" && !name.starts_with('(') && !name.contains("VIRTUAL TABLE") && !made.contains(&name)
        };
        found.extend(plan.iter().filter(whole).map(|step| format!("{}: {step}", sql.name)));
    }
    found
}
