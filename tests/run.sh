#!/usr/bin/env bash
# The long stories: each folder of tests/ with a run.sh of its own, one after the other. Red when one of them is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
status=0
for story in tests/*/run.sh; do
    echo "==> $story"
    bash "$story" || status=1
done
exit "$status"
