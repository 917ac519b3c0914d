#!/usr/bin/env bash
# make stop: stops what `make run` started.
source "$(dirname "$0")/house.sh"
source scripts/server.sh

if pid=$(server_pid); then
    step "Stopping Yinuo (pid $pid)" stop_server "$pid"
else
    rm -f "$PID_FILE"
    say "Yinuo is not running"
fi
