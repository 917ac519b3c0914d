# shellcheck shell=bash
# The server that `make run` starts and `make stop` stops. Sourced after house.sh.
HOST=127.0.0.1
PORT=8420
PID_FILE=data/yinuo.pid
LOG_FILE=data/yinuo.log
SIGN_IN=data/demo-sign-in.txt

# The pid of our running server; fails when there is none. A stale file that now names somebody else's process is no server of ours.
server_pid() {
    local pid exe
    pid=$(cat "$PID_FILE" 2>/dev/null) && [[ $pid =~ ^[0-9]+$ ]] || return 1
    exe=$(readlink "/proc/$pid/exe") || return 1
    [[ ${exe% (deleted)} == */yinuo ]] && printf '%s' "$pid"
}

port_is_taken() { (exec 3<>"/dev/tcp/$HOST/$PORT") 2>/dev/null; }

# Asks /readyz without curl.
is_ready() {
    (
        exec 3<>"/dev/tcp/$HOST/$PORT" || exit 1
        printf 'GET /readyz HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' "$HOST" "$PORT" | cat >&3 # in one piece: bash would write line by line
        read -r -t 5 line <&3 && [[ $line == HTTP/*" 200"* ]]
    ) 2>/dev/null
}

stop_server() {
    local pid=$1
    kill "$pid" 2>/dev/null || true
    for _ in {1..100}; do
        server_pid >/dev/null || break
        sleep 0.1
    done
    if server_pid >/dev/null && kill -9 "$pid" 2>/dev/null; then say "    it did not stop in 10 s and was killed"; fi
    rm -f "$PID_FILE"
}

# start_server BINARY: in the background, its own session, log appended. Returns once it answers; a server that dies says why.
start_server() {
    nohup setsid "$1" serve --demo >>"$LOG_FILE" 2>&1 </dev/null 9>&- &
    local pid=$!
    echo "$pid" >"$PID_FILE"
    for _ in {1..1200}; do
        is_ready && return
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$LOG_FILE" >&2
    if kill -0 "$pid" 2>/dev/null; then die "started, but not ready after 2 minutes; see $LOG_FILE"; fi
    rm -f "$PID_FILE"
    die "did not start; the last lines of $LOG_FILE are above"
}

tell_where() {
    say "" "Yinuo: http://$HOST:$PORT"
    [[ -f $SIGN_IN ]] && cat "$SIGN_IN"
    say "Log: $LOG_FILE · stop with: make stop"
}
