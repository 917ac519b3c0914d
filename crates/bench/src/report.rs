//! The table people read and the figures programs read.
use crate::house::Loaded;
use crate::lag::Lag;
use crate::load::Cell;
use crate::{Plan, Result};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;

#[derive(Default)]
pub struct Report {
    machine: String,
    houses: String,
    cells: String,
    lags: String,
    memory: String,
    facts: Vec<Value>,
}
impl Report {
    pub fn new(plan: &Plan) -> Report {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu.lines().find_map(|l| l.strip_prefix("model name")).and_then(|l| l.split_once(": ")).map_or("?", |(_, m)| m).to_string();
        let machine = format!("{cores} cores ({model}), {} s a cell; load generator, server and database share them.", plan.seconds);
        Report { machine, ..Report::default() }
    }
    pub fn house(&mut self, engine: &str, size: u64, loaded: &Loaded, colds: &[f64], indexed: f64, idle: f64) {
        let mut sorted = colds.to_vec();
        sorted.sort_by(f64::total_cmp);
        let cold = sorted[sorted.len() / 2];
        let _ = writeln!(
            self.houses,
            "| {engine} | {size} | {:.0} s | {} | {indexed:.0} s | {cold:.0} ms | {idle:.0} MB |",
            loaded.seconds, loaded.running
        );
        self.facts.push(json!({"engine": engine, "tickets": size, "load_s": loaded.seconds, "clocks": loaded.clocks, "running_clocks": loaded.running, "catch_up_s": indexed, "cold_start_ms": colds, "idle_rss_mb": idle}));
    }
    pub fn cell(&mut self, engine: &str, size: u64, c: Cell) {
        let name = if c.control { format!("{} (again, for noise)", c.operation) } else { c.operation.to_string() };
        let _ = writeln!(
            self.cells,
            "| {engine} | {size} | {name} | {} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} | **{:.2}** | {:.2} | {} |",
            c.callers,
            c.a_second,
            c.p50_ms,
            c.p99_ms,
            c.server_ms,
            c.database_ms,
            c.server_ms + c.database_ms,
            c.generator_ms,
            c.failed
        );
        self.facts.push(json!({
            "engine": engine, "tickets": size, "operation": c.operation, "control": c.control, "callers": c.callers, "done": c.done, "failed": c.failed,
            "per_second": c.a_second, "p50_ms": c.p50_ms, "p99_ms": c.p99_ms, "cpu_ms": {"server": c.server_ms, "database": c.database_ms, "generator": c.generator_ms},
        }));
    }
    pub fn memory_under_load(&mut self, engine: &str, size: u64, (peak, own): (f64, f64)) {
        let _ = writeln!(self.memory, "| {engine} | {size} | {peak:.0} MB | {own:.0} MB |");
        self.facts.push(json!({"engine": engine, "tickets": size, "peak_rss_mb": peak, "own_rss_mb": own}));
    }
    pub fn lag(&mut self, engine: &str, size: u64, l: Lag) {
        let _ = writeln!(
            self.lags,
            "| {engine} | {size} | {} | {} | {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.2} | {:.2} |",
            l.running, l.burst, l.fired, l.p50_ms, l.p99_ms, l.max_ms, l.seen_ms, l.server_ms, l.database_ms
        );
        self.facts.push(json!({
            "engine": engine, "tickets": size, "operation": "tick", "running_clocks": l.running, "burst": l.burst, "fired": l.fired,
            "lag_ms": {"p50": l.p50_ms, "p99": l.p99_ms, "max": l.max_ms, "all_seen": l.seen_ms}, "cpu_ms": {"server": l.server_ms, "database": l.database_ms},
        }));
    }
    pub fn markdown(&self) -> String {
        format!(
            "# Bench\n\n{}\nEverything is on: clocks, audit chain, routing, notices, outbox, search index, tokens, idempotency. CPU is that of all processes until they rest again; the load generator's apart.\n\n\
             ## Houses\n\n| database | cases | loading | running clocks | index caught up after | cold start | idle memory |\n|---|---|---|---|---|---|---|\n{}\n\
             ## Operations\n\n| database | cases | operation | callers | a second | p50 ms | p99 ms | CPU ms server | CPU ms database | **CPU ms an operation** | generator | failed |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n{}\n\
             ## Clocks that fall due at one instant\n\n| database | cases | running clocks | due at once | fired | lag p50 ms | lag p99 ms | lag max ms | all seen by a reader after ms | CPU ms server | CPU ms database |\n|---|---|---|---|---|---|---|---|---|---|---|\n{}\n\
             ## Memory of the server under load\n\n| database | cases | peak resident | own, without windows onto files |\n|---|---|---|---|\n{}",
            self.machine, self.houses, self.cells, self.lags, self.memory
        )
    }
    pub fn write(&self, plan: &Plan) -> Result<()> {
        fs::create_dir_all("bench/results")?;
        fs::write(format!("bench/results/{}.md", plan.name), self.markdown())?;
        fs::write(
            format!("bench/results/{}.json", plan.name),
            serde_json::to_string_pretty(&json!({"machine": self.machine, "measurements": self.facts}))?,
        )?;
        Ok(())
    }
}
