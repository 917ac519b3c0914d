#!/usr/bin/env bash
# make test: installs what tests need, starts a PostgreSQL of its own, runs every stage, stops it, says `N passed, N failed`.
# Safe to repeat and to run twice at once. A stage that fails does not keep the later ones from running.
source "$(dirname "$0")/house.sh"
source scripts/web.sh

# The stages, in order: title · when it can run · command. Tests find PostgreSQL at $YINUO_TEST_PG, counterparts at $YINUO_TEST_PYTHON.
stages() {
    stage "format" "cargo fmt --version" cargo fmt --all --check
    stage "shell scripts" "shellcheck --version" shellcheck -x scripts/*.sh .ci/run
    stage "clippy" "cargo clippy --version" cargo clippy --workspace --all-targets --quiet -- -D warnings
    stage "pages" "test -f web/package.json" build_web
    stage "page checks" "test -d web/node_modules" npm run --silent --prefix web check
    stage "page tests" "test -d web/node_modules" npm run --silent --prefix web test
    stage "tests" "" cargo test --workspace --no-fail-fast
    stage "stories" "test -x tests/run.sh" tests/run.sh
}

work=$(mktemp -d)
place=""
finish() {
    [[ -z $place ]] || bash scripts/pg.sh stop "$place"
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

passed=0 failed=0 table=()

# Adds what a stage's own closing lines say: cargo test's and the plain `N passed, N failed`.
count() {
    local p f
    read -r p f < <(sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
        /^test result: .* passed; .* failed/ { for (i = 2; i <= NF; i++) { if ($i == "passed;") p += $(i - 1); if ($i == "failed;") f += $(i - 1) } }
        /^([^ ]+: )?[0-9]+ passed, [0-9]+ failed/ { for (i = 2; i <= NF; i++) { if ($i == "passed,") p += $(i - 1); if ($i ~ /^failed/) f += $(i - 1) } }
        END { print p + 0, f + 0 }')
    passed=$((passed + p)) failed=$((failed + f)) counted_failures=$f
}

# stage TITLE WHEN COMMAND…: one line of the table. A red stage without a counted failure counts as one.
stage() {
    local title=$1 when=$2 began=$SECONDS verdict=ok log="$work/log"
    shift 2
    if [[ -n $when ]] && ! $when >/dev/null 2>&1; then
        table+=("$(printf '%-14s %7s  skipped: %s' "$title" - "\`$when\` fails here")")
        return
    fi
    say "==> $title: $*"
    if ! "$@" 2>&1 | tee "$log"; then verdict=FAILED; fi
    count "$log"
    if [[ $verdict == FAILED && $counted_failures == 0 ]]; then failed=$((failed + 1)); fi
    sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '^test .* FAILED$' >>"$work/red" || true
    table+=("$(printf '%-14s %5d s  %s' "$title" $((SECONDS - began)) "$verdict")")
}

# PyPI packages live in .venv-test, made anew only when the pinned list changes.
python_counterparts() {
    local list=scripts/requirements-test.txt stamp=.venv-test/installed.txt
    [[ ${SKIP_PY:-} != 1 ]] || return 0
    grep -qv '^\s*\(#\|$\)' "$list" || return 0
    cmp -s "$list" "$stamp" && return
    rm -rf .venv-test
    python3 -m venv .venv-test && .venv-test/bin/pip install --quiet --disable-pip-version-check -r "$list" && cp "$list" "$stamp"
}

need_cargo
need_packages run test
mkdir -p "$(target_dir)"
(
    flock 9
    step "Python counterparts" python_counterparts
) 9>"$(target_dir)/.venv-test.lock" || die "could not install scripts/requirements-test.txt with pip; its message is above (SKIP_PY=1 leaves out the tests that need it)"
place=$(bash scripts/pg.sh place)
# Should this script be killed without a word, its server ends all the same.
(while kill -0 $$; do sleep 1; done; bash scripts/pg.sh stop "$place") >/dev/null 2>&1 </dev/null &
step "Starting PostgreSQL" bash scripts/pg.sh start "$place"
YINUO_TEST_PG=$(bash scripts/pg.sh env "$place")
export YINUO_TEST_PG
[[ ! -x .venv-test/bin/python ]] || export YINUO_TEST_PYTHON="$PWD/.venv-test/bin/python"
if ((EUID)); then
    export SKIP_MAIL=1 # said in the table
    table+=("mail tests           -  skipped: postfix starts only as root")
fi

stages

say "" "stage           time"
printf '%s\n' "${table[@]}"
if [[ -s $work/red ]]; then
    say "" "red:"
    cat "$work/red"
fi
say "" "$passed passed, $failed failed"
((failed == 0))
