# shellcheck shell=bash
# What the scripts share. Sourced, never run; leaves the caller in the repository's root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$@"; }
die() {
    printf 'yinuo: %s\n' "$*" >&2
    exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# step TITLE COMMAND…: says what is going on, does it, says how long it took.
step() {
    local title=$1 began=$SECONDS status=0
    shift
    say "==> $title"
    "$@" || status=$?
    if ((status)); then say "    failed after $((SECONDS - began)) s"; else say "    done in $((SECONDS - began)) s"; fi
    return "$status"
}

need_cargo() {
    has cargo || PATH="$HOME/.cargo/bin:$PATH"
    has cargo || die "Rust is missing: install it from https://rustup.rs or with your distribution's cargo package"
}

target_dir() { printf '%s' "${CARGO_TARGET_DIR:-target}"; }

# is_there PACKAGE PROBE: the probe is a command, a path or a glob; "-" asks dpkg only.
is_there() {
    if [[ $2 == /* ]]; then
        compgen -G "$2" >/dev/null && return
    elif [[ $2 != - ]]; then
        has "$2" && return
    fi
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# missing_packages WHO…: what packages.txt asks for in those groups and this machine does not have.
missing_packages() {
    local who package probe
    while read -r who package probe _; do
        [[ " $* " == *" $who "* ]] || continue
        is_there "$package" "$probe" || printf '%s ' "$package"
    done < <(grep -v '^#' scripts/packages.txt)
}

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

# need_packages WHO…: installs what is missing with apt-get; without a way to do so, one line tells what to install.
need_packages() {
    local missing
    read -ra missing <<<"$(missing_packages "$@")"
    ((${#missing[@]})) || return 0
    local by_hand="please install by hand: ${missing[*]} (Debian: apt-get install ${missing[*]})"
    has apt-get || die "$by_hand"
    ((EUID == 0)) || has sudo || die "not root and no sudo; $by_hand"
    step "Installing ${missing[*]}" apt_install "${missing[@]}" || die "could not install; $by_hand"
}

# Removes nothing, asks nothing, starts no service: PostgreSQL is kept from making its own cluster, postfix gets no configuration.
apt_install() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq) quiet=/etc/postgresql-common/createcluster.d/yinuo.conf status=0 log
    log=$(mktemp)
    as_root "${apt[@]}" update >"$log" 2>&1 || say "    (the package lists could not be refreshed; trying with the old ones)"
    as_root mkdir -p "${quiet%/*}"
    echo 'create_main_cluster = false' | as_root tee "$quiet" >/dev/null
    if has debconf-set-selections; then
        echo 'postfix postfix/main_mailer_type select No configuration' | as_root debconf-set-selections
    fi
    as_root "${apt[@]}" install -y --no-install-recommends --no-remove "$@" >>"$log" 2>&1 </dev/null || status=$?
    as_root rm -f "$quiet"
    ((status == 0)) || tail -n 20 "$log" >&2
    rm -f "$log"
    return "$status"
}
