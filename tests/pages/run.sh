#!/usr/bin/env bash
# What people see: the pages in a real browser (Debian's Chromium) against the real program with a watch wound by hand: web/e2e.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v chromium >/dev/null || { echo "chromium is missing: apt-get install chromium" >&2; exit 1; }
source scripts/house.sh
source scripts/web.sh
build_web
cargo build --quiet -p server --features drill
said=$(mktemp)
trap 'rm -f "$said"' EXIT
status=0
YINUO_BIN=$(realpath "$(target_dir)/debug/yinuo") node --test --test-concurrency=1 --test-reporter=spec web/e2e/ 2>&1 | tee "$said" || status=$?
# In the words of the other stages, so that they can be added up.
awk '{ sub(/^[^a-z]*/, "") } $1 == "pass" { p = $2 } $1 == "fail" { f = $2 } END { print p + 0 " passed, " f + 0 " failed" }' "$said"
exit "$status"
