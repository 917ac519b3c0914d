#!/usr/bin/env bash
# make clean: removes what was built and what tests installed beside it. ./data stays.
source "$(dirname "$0")/house.sh"

if [[ -d .pg ]]; then bash scripts/pg.sh stop; fi
need_cargo
cargo clean
rm -rf .venv-test web/dist web/node_modules
