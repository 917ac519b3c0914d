#!/usr/bin/env bash
# What people see: the pages in a real browser (Debian's Chromium) against the real program with a watch wound by hand: web/e2e.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v chromium >/dev/null || { echo "chromium is missing: apt-get install chromium" >&2; exit 1; }
[[ -f web/dist/console/index.html && -f web/dist/portal/index.html ]] || (cd web && npm ci --no-fund --no-audit --loglevel error && npm run -s build)
cargo build --quiet -p server --features drill
target=${CARGO_TARGET_DIR:-target}
YINUO_BIN=$(realpath "$target/debug/yinuo") node --test --test-concurrency=1 web/e2e/
