#!/usr/bin/env bash
# The server is killed at random moments under load, its disk filled, its database locked: crates/server/tests/kill.
#   KILL_ROUNDS=50 KILL_SEED=… tests/kill/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cargo test -p server --test kill -- --ignored --nocapture --test-threads 1
