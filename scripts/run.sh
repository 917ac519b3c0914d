#!/usr/bin/env bash
# make run: install what is missing, build, start (or leave running what is already up to date). Keeps the data.
source "$(dirname "$0")/house.sh"
source scripts/server.sh
source scripts/web.sh

binary=$(target_dir)/release/yinuo
mkdir -p data
exec 9>data/.make-run.lock
flock 9 # two at once: the second waits and finds the first one's server

need_cargo
need_packages run
build_web || say "    going on without the pages; the API works all the same"
step "Building (release; a quarter of an hour the first time)" cargo build --release -p server || die "the build failed; its message is above"
if pid=$(server_pid); then
    if [[ ! $binary -nt $PID_FILE ]] && is_ready; then
        say "==> Already running (pid $pid) and up to date"
        tell_where
        exit 0
    fi
    step "Stopping the older one (pid $pid)" stop_server "$pid"
fi
if port_is_taken; then die "port $PORT of $HOST is taken by another program; stop that one first (ss -ltnp 'sport = :$PORT' names it)"; fi
step "Starting" start_server "$binary"
tell_where
