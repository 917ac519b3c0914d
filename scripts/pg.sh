#!/usr/bin/env bash
# A throw-away PostgreSQL for tests and development: its own data, unix socket only, an unprivileged user, nothing kept.
#   scripts/pg.sh start   starts one for this work tree and prints the line to export
#   scripts/pg.sh env     prints that line again
#   scripts/pg.sh stop    stops it and removes its data
# Scripts that need a server of their own: `place` makes a folder, and start, env and stop take it as an argument.
# YINUO_PG_DURABLE=1 leaves syncing to disk on (for benchmarks; tests do not need it).
source "$(dirname "$0")/house.sh"

port=5432 # only a part of the socket's name: nothing listens on the network
# shellcheck disable=SC2012 # names of ours, sorted by version
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[[ -x $bin/initdb ]] || bin=$(dirname "$(command -v initdb || true)")

# PostgreSQL refuses to run as root.
servant() {
    local name=postgres
    if ((EUID)); then id -un && return; fi
    if ! id "$name" >/dev/null 2>&1; then
        name=yinuo-test
        id "$name" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$name"
    fi
    printf '%s' "$name"
}
as_servant() { if ((EUID)); then "$@"; else runuser -u "$(servant)" -- "$@"; fi; }

# Under /tmp, for a socket's path may have 107 characters only, and the servant must be able to reach it.
make_place() {
    local place
    place=$(mktemp -d /tmp/yinuo-pg-XXXXXX)
    chown "$(servant)" "$place"
    printf '%s' "$place"
}

start() {
    local place=$1 options
    [[ -x $bin/initdb ]] || die "PostgreSQL is missing: apt-get install postgresql"
    options="-k $place -p $port -c listen_addresses= -c max_connections=300 -c shared_buffers=256MB -c timezone=UTC"
    [[ ${YINUO_PG_DURABLE:-} == 1 ]] || options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
    cd "$place" || die "cannot enter $place"
    as_servant "$bin/initdb" --pgdata="$place/data" --username=yinuo --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$place/initdb.log" 2>&1 || {
        cat "$place/initdb.log" >&2
        die "initdb failed; its words are above"
    }
    as_servant "$bin/pg_ctl" --pgdata="$place/data" --log="$place/server.log" --options="$options" --wait --silent start >/dev/null 2>&1 || {
        cat "$place/server.log" >&2
        die "PostgreSQL did not start; its words are above"
    }
}

stop() {
    local place=$1
    [[ -d $place ]] || return 0
    if [[ -f $place/data/postmaster.pid ]]; then (cd "$place" && as_servant "$bin/pg_ctl" --pgdata="$place/data" --mode=immediate --silent stop) || true; fi
    rm -rf "$place"
}

address() { printf 'host=%s port=%s user=yinuo dbname=postgres' "$1" "$port"; }

note=.pg/place
mine() { cat "$note" 2>/dev/null || true; }
# A socket may outlive its server: ask.
is_up() { [[ -n $1 && -S $1/.s.PGSQL.$port ]] && "$bin/pg_isready" --quiet --host="$1" --port="$port"; }

case "${1:-}" in
place) make_place ;;
start)
    if [[ -n ${2:-} ]]; then start "$2" && exit; fi
    if ! is_up "$(mine)"; then
        [[ -z $(mine) ]] || stop "$(mine)"
        mkdir -p .pg
        place=$(make_place)
        echo "$place" >"$note"
        (start "$place")
    fi
    printf 'export YINUO_TEST_PG="%s"\n' "$(address "$(mine)")"
    ;;
env)
    if [[ -n ${2:-} ]]; then address "$2" && exit; fi
    is_up "$(mine)" || die "not running: scripts/pg.sh start"
    printf 'export YINUO_TEST_PG="%s"\n' "$(address "$(mine)")"
    ;;
stop)
    if [[ -n ${2:-} ]]; then stop "$2" && exit; fi
    stop "$(mine)"
    rm -rf .pg
    ;;
*) die "scripts/pg.sh start | stop | env" ;;
esac
