#!/usr/bin/env bash
# Called by `make bench` with a PostgreSQL that syncs at $YINUO_BENCH_PG and the server built. BENCH_QUICK=1: a minute or two instead of an hour.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo build --release -p bench
exec "${CARGO_TARGET_DIR:-target}/release/bench"
