# shellcheck shell=bash
# The pages for the browser, web/dist: built from web/ when its sources changed. Sourced after house.sh.

# What the pages are made from, in one number.
web_sources() {
    {
        (find web -name node_modules -prune -o -name dist -prune -o -name generated -prune -o -type f -print0 &&
            find i18n -path '*/web/*' -type f -print0) | LC_ALL=C sort -z | xargs -0 sha256sum
        sha256sum openapi.json
        node --version
    } | sha256sum
}

has_node() { has npm && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null; }

# need_node: false, and one line why, where there is no Node 20 and none can be had.
need_node() {
    has_node && return
    (need_packages web) || return
    has_node || {
        say "    the pages need Node 20 or later, and this machine's package is older"
        return 1
    }
}

# Packages are installed anew only when their pinned list changes.
web_install() {
    cmp -s web/package-lock.json web/node_modules/.installed && return
    npm ci --prefix web --no-audit --no-fund --loglevel=error && mkdir -p web/node_modules && cp web/package-lock.json web/node_modules/.installed
}
web_make() { web_install && npm run --silent --prefix web build; }

build_web_alone() {
    local sources
    need_node || return
    sources=$(web_sources)
    if [[ $sources == "$(cat web/node_modules/.built 2>/dev/null)" && -f web/dist/console/index.html && -f web/dist/portal/index.html ]]; then
        say "==> The pages are up to date"
        return 0
    fi
    step "Building the pages" web_make || return
    echo "$sources" >web/node_modules/.built
}

# build_web: quick when nothing changed. False when the pages could not be built; the house runs without them and says so on its first page.
build_web() {
    [[ -f web/package.json ]] || return 0
    mkdir -p web/dist "$(target_dir)" # the build watches dist, so that it notices when pages come
    (
        flock 8
        build_web_alone 8>&-
    ) 8>"$(target_dir)/.web.lock"
}
