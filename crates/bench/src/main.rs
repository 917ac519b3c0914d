//! `make bench`: one house after the other (database × size) is loaded, started and asked by 1, 8 and 32 callers over loopback, with everything
//! on. Writes a table and the figures as JSON to `bench/results/`. Bounded in count and time.
//!
//! `BENCH_QUICK=1`: 20,000 cases only, seconds a cell. `BENCH_SIZES=20000,1000000`, `BENCH_ENGINES=sqlite,postgres`, `BENCH_SECONDS=5`,
//! `BENCH_NAME=…` choose. `YINUO_BENCH_PG` names the PostgreSQL (`host=/path port=5432 user=yinuo dbname=postgres`).
mod asking;
mod house;
mod lag;
mod load;
mod report;

use asking::{Operation, World};
use house::House;
use load::run_cell;
use report::Report;
use std::error::Error;

/// Whatever goes wrong ends the measurement with its words.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What is asked for, by the environment.
pub struct Plan {
    pub sizes: Vec<u64>,
    pub engines: Vec<String>,
    pub callers: Vec<usize>,
    /// Seconds a cell is measured.
    pub seconds: f64,
    /// Cases that fall due at one instant.
    pub burst: u64,
    pub name: String,
}
impl Plan {
    fn from_environment() -> Plan {
        let var = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let list = |name: &str, usual: &str| var(name).unwrap_or_else(|| usual.to_string()).split(',').map(str::to_string).collect::<Vec<_>>();
        let quick = var("BENCH_QUICK").is_some_and(|v| v == "1");
        Plan {
            sizes: list("BENCH_SIZES", if quick { "20000" } else { "20000,1000000" }).iter().filter_map(|n| n.parse().ok()).collect(),
            engines: list("BENCH_ENGINES", "sqlite,postgres"),
            callers: vec![1, 8, 32],
            seconds: var("BENCH_SECONDS").and_then(|s| s.parse().ok()).unwrap_or(if quick { 2.0 } else { 5.0 }),
            burst: var("BENCH_BURST").and_then(|s| s.parse().ok()).unwrap_or(if quick { 500 } else { 2_000 }),
            name: var("BENCH_NAME").unwrap_or_else(|| if quick { "quick".into() } else { "full".into() }),
        }
    }
}

fn main() -> Result<()> {
    let plan = Plan::from_environment();
    let mut report = Report::new(&plan);
    for engine in &plan.engines {
        for size in &plan.sizes {
            if engine == "postgres" && std::env::var("YINUO_BENCH_PG").is_err() {
                eprintln!("postgres: skipped, YINUO_BENCH_PG names none");
                continue;
            }
            measure(&plan, engine, *size, &mut report)?;
            // After each house, so that a run that is cut short leaves what it has.
            report.write(&plan)?;
        }
    }
    println!("{}", report.markdown());
    Ok(())
}

fn measure(plan: &Plan, engine: &str, size: u64, report: &mut Report) -> Result<()> {
    let mut house = House::build(engine, size)?;
    eprintln!("==> {engine}, {size} cases: loading");
    let loaded = house.load(size)?;
    eprintln!("    loaded in {:.0} s, {} clocks run; starting", loaded.seconds, loaded.running);
    let cold = house.cold_start()?;
    let indexed = house.wait_for_quiet(600.0);
    eprintln!("    cold start {:.0} ms; quiet after {indexed:.0} s", cold);
    // The memory of an idle house is that of one just started which has nothing left to catch up with.
    house.stop()?;
    let colds = [
        house.cold_start()?,
        {
            house.stop()?;
            house.cold_start()?
        },
        {
            house.stop()?;
            house.cold_start()?
        },
    ];
    house.wait_for_quiet(60.0);
    let idle = house.memory();
    report.house(engine, size, &loaded, &colds, indexed, idle);
    let world = World::look(house.address(), &loaded)?;
    for operation in Operation::ALL {
        for callers in &plan.callers {
            report.cell(engine, size, run_cell(&house, &world, *operation, *callers, plan.seconds)?);
        }
    }
    // The same cell once more tells how much of a difference is noise.
    let mut control = run_cell(&house, &world, Operation::Get, 8, plan.seconds)?;
    control.control = true;
    report.cell(engine, size, control);
    report.memory_under_load(engine, size, house.memory_peak());
    house.stop()?;
    let lag = lag::burst(&mut house, plan.burst, &loaded)?;
    report.lag(engine, size, lag);
    house.stop()?;
    house.remove()
}
