#!/usr/bin/env bash
# make bench: builds release, starts a private PostgreSQL that really syncs to disk, hands over to bench/run.sh.
source "$(dirname "$0")/house.sh"

[[ -x bench/run.sh ]] || die "there is no bench/run.sh to run"
need_cargo
need_packages run test
step "Building (release)" cargo build --release -p server
export YINUO_PG_DURABLE=1
place=$(bash scripts/pg.sh place)
trap 'bash scripts/pg.sh stop "$place"' EXIT
trap 'exit 130' INT TERM
step "Starting PostgreSQL" bash scripts/pg.sh start "$place"
YINUO_BENCH_PG=$(bash scripts/pg.sh env "$place")
export YINUO_BENCH_PG
bench/run.sh "$@"
