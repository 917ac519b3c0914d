//! One cell of the table: an operation, so many callers, so many seconds.
use crate::Result;
use crate::asking::{Hand, Operation, World};
use crate::house::House;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// What one cell came to.
#[derive(Debug, Clone)]
pub struct Cell {
    pub operation: &'static str,
    pub callers: usize,
    pub done: u64,
    pub failed: u64,
    pub a_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// CPU an operation, milliseconds: what it caused afterwards (index, notices) included.
    pub server_ms: f64,
    pub database_ms: f64,
    pub generator_ms: f64,
    /// A repetition that only shows the noise.
    pub control: bool,
}

pub fn run_cell(house: &House, world: &World, operation: Operation, callers: usize, seconds: f64) -> Result<Cell> {
    // Caches and statements are warm before anything counts; what the warming caused has ended.
    ask_for(world, operation, callers, 0.5);
    house.wait_for_quiet(20.0);
    let (before, began) = (house.cpu(), Instant::now());
    let (mut took, failed) = ask_for(world, operation, callers, seconds);
    let elapsed = began.elapsed().as_secs_f64();
    let generator = house.cpu().generator - before.generator;
    house.wait_for_quiet(20.0);
    let after = house.cpu();
    took.sort_unstable();
    let at = |share: f64| took.get(((took.len() as f64 * share) as usize).min(took.len().saturating_sub(1))).map_or(0.0, |us| f64::from(*us) / 1e3);
    let each = |ms: f64| ms / (took.len() as f64).max(1.0);
    let cell = Cell {
        operation: operation.name(),
        callers,
        done: took.len() as u64,
        failed,
        a_second: took.len() as f64 / elapsed,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        server_ms: each(after.server - before.server),
        database_ms: each(after.database - before.database),
        generator_ms: each(generator),
        control: false,
    };
    eprintln!(
        "    {:<16} {:>2} callers {:>8.0}/s  p50 {:>7.2} ms  p99 {:>7.2} ms  CPU {:.2} + {:.2} ms  {} failed",
        cell.operation, callers, cell.a_second, cell.p50_ms, cell.p99_ms, cell.server_ms, cell.database_ms, failed
    );
    Ok(cell)
}

/// Microseconds of every good answer, and how many were not good.
fn ask_for(world: &World, operation: Operation, callers: usize, seconds: f64) -> (Vec<u32>, u64) {
    let over = AtomicBool::new(false);
    scope(|threads| {
        let hands: Vec<_> = (0..callers)
            .map(|number| {
                let over = &over;
                threads.spawn(move || {
                    let (mut hand, mut took, mut failed) = (Hand::new(world, operation, number), Vec::new(), 0u64);
                    while !over.load(SeqCst) && failed < 1_000 {
                        let began = Instant::now();
                        if hand.ask() { took.push(began.elapsed().as_micros() as u32) } else { failed += 1 }
                    }
                    (took, failed)
                })
            })
            .collect();
        sleep(Duration::from_secs_f64(seconds));
        over.store(true, SeqCst);
        hands.into_iter().filter_map(|h| h.join().ok()).fold((Vec::new(), 0), |(mut all, n), (took, failed)| {
            all.extend(took);
            (all, n + failed)
        })
    })
}
