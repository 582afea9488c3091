#!/usr/bin/env bash
# From a bare Debian or Ubuntu machine to a running Tenure: `./bootstrap.sh help`.
# Only Debian packages are installed, and only those that are missing; and uPlot, which
# has none, is fetched into build-deps/.
set -euo pipefail

CDPATH='' cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")"
export LC_ALL=C.UTF-8

demo_scenario=models/scenarios/own-or-lease.yaml
demo_dir=out/own-or-lease
demo_page=out/own-or-lease.html

# What draws interactive figures in reports: one file of JavaScript, for which Debian has
# no package.  Its digest stands here, so nothing else can take its place.
uplot=uplot@1.6.32
uplot_sha512=2883159c6ebccefbb95d751b0b82d010f9e1c0ec41b8bc96d401eda66e882935c89a46cb824332fa369b8cb8122cc6ac36e186cd09bf7a9ded3a4c93c6989023
uplot_dir=build-deps/uplot-1.6.32
uplot_file=$PWD/$uplot_dir/uPlot.iife.min.js

# docs/dependencies.md says what each is for; a lint compares the two.
build_packages=(
    gcc libc6-dev meson ninja-build pkgconf
    libgsl-dev libcsv-dev libyaml-dev librandom123-dev
    zlib1g-dev libzstd-dev libjansson-dev nettle-dev
)
test_packages=(libcriterion-dev mold clang libclang-rt-dev git jq slurm-wlm munge
    gnuplot-nox)
# Ubuntu has chromium as a snap alone, which containers cannot run.
browser_packages=(chromium chromium-driver python3-selenium)
demo_packages=(gnuplot-nox)
# Only where there is no npm: it may have come with another package of Node.js.
npm_package=npm
# The formatting lint speaks for version 14 alone, which Debian 13 does not have.
format_package=clang-format-14

say() {
    printf '%s\n' "$*"
}

die() {
    printf 'bootstrap: %s\n' "$*" >&2
    exit 1
}

usage() {
    cat <<'END'
Usage: ./bootstrap.sh COMMAND

  demo      install what is missing, build, replay the sample demand, show the result
  check     install what is missing, build with gcc, with sanitizers and with clang, run
            every test, and every fuzz target for its share of a minute
  build     install what is missing and build build/sim/cli/tenure
  deps      install what is missing for all of these
  packages  list the Debian packages these use
  help      show this text

Each can be repeated: what is there already is kept.
END
}

# --- packages ---------------------------------------------------------------

# os_release NAME: a field of /etc/os-release, empty where there is none.
os_release() {
    sed -n "s/^$1=//p" /etc/os-release 2>/dev/null | tr -d '"' || true
}

system_name() {
    printf '%s-%s' "$(os_release ID)" "$(os_release VERSION_ID)"
}

require_supported_system() {
    local pretty
    case $(system_name) in
    debian-12 | debian-13 | ubuntu-24.04) return ;;
    esac
    pretty=$(os_release PRETTY_NAME)
    die "Tenure is tested on Debian 12, 13 and Ubuntu 24.04; this is" \
        "${pretty:-$(uname -s)}: install the packages listed in docs/dependencies.md" \
        "and run meson yourself."
}

is_installed() {
    local status
    status=$(dpkg-query -W -f='${db:Status-Status} ' "$1" 2>/dev/null) &&
        [[ " $status" == *' installed '* ]]
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# A bare image has no package lists, and old lists name versions that are gone.
apt_knows_all() {
    local package
    for package; do
        apt-cache show --no-all-versions "$package" >/dev/null 2>&1 || return 1
    done
}

install_listed() {
    if ! apt_knows_all "$@"; then
        apt_get update || return 1
    fi
    apt_get install --no-install-recommends "$@" && return
    apt_get update && apt_get install --no-install-recommends "$@"
}

install_missing() {
    local package log missing=()
    for package; do
        is_installed "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        say "Packages: all $# are installed."
        return
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        die "installing packages needs root or sudo; as root, run:" \
            "apt-get install --no-install-recommends ${missing[*]}"
    fi
    say "Packages: installing ${missing[*]}"
    log=$(mktemp)
    if ! install_listed "${missing[@]}" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt-get could not install: ${missing[*]}"
    fi
    rm -f "$log"
}

all_packages() {
    printf '%s\n' "${build_packages[@]}" "${test_packages[@]}" "${browser_packages[@]}" \
        "$npm_package" "$format_package"
}

install_for_check() {
    local packages=("${build_packages[@]}" "${test_packages[@]}")
    [ "$(system_name)" = debian-13 ] || packages+=("$format_package")
    [ "$(system_name)" = ubuntu-24.04 ] || packages+=("${browser_packages[@]}")
    install_missing "${packages[@]}"
}

# --- uPlot ------------------------------------------------------------------

# The package by npm, if it is what it should be; else nothing.  npm looks neither at the
# settings of this folder nor runs anything of the package.
unpack_uplot() {
    local work=$1 sum
    (cd "$work" && npm pack --silent --ignore-scripts "$uplot") >"$work/log" 2>&1 ||
        return
    sum=$(sha512sum "$work"/uplot-*.tgz) || return
    [ "${sum%% *}" = "$uplot_sha512" ] || {
        printf 'its SHA-512 is %s, and not the right one\n' "${sum%% *}" >>"$work/log"
        return 1
    }
    mkdir "$work/part" &&
        tar -xzf "$work"/uplot-*.tgz -C "$work" --no-same-owner \
            package/dist/uPlot.iife.min.js package/dist/uPlot.min.css package/LICENSE &&
        mv "$work"/package/dist/uPlot.* "$work/package/LICENSE" "$work/part"
}

# Fetches it once.  Without it all works, but reports have still images.
fetch_uplot() {
    local work log
    [ ! -s "$uplot_file" ] || return 0
    if ! command -v npm >/dev/null && ! (install_missing "$npm_package"); then
        say "uPlot: there is no npm to fetch it; reports will have still images."
        return 1
    fi
    say "uPlot: fetching $uplot"
    work=$(mktemp -d)
    if unpack_uplot "$work"; then
        mkdir -p "${uplot_dir%/*}"
        rm -rf "$uplot_dir"
        mv "$work/part" "$uplot_dir"
    else
        log=$(tail -n 1 "$work/log" 2>/dev/null || true)
        say "uPlot: it could not be fetched (${log:-no word why}); reports will have" \
            "still images."
    fi
    rm -rf "$work"
    [ -s "$uplot_file" ]
}

# --- build and demo ---------------------------------------------------------

# logged LOG COMMAND...: the output goes to LOG; its end is shown on failure.
logged() {
    local log=$1
    shift
    "$@" >>"$log" 2>&1 && return
    tail -n 30 "$log" >&2
    die "failed: $* (the whole log is $log)"
}

build() {
    local charts=''
    install_missing "${build_packages[@]}"
    if fetch_uplot; then
        charts=$uplot_file
    fi
    mkdir -p build
    : >build/bootstrap.log
    if [ ! -f build/build.ninja ]; then
        say "Configuring build/"
        logged build/bootstrap.log meson setup build --buildtype=release \
            -Dtests=disabled "-Duplot=$charts"
    elif [ "$(cat build/uplot 2>/dev/null)" != "$charts" ]; then
        logged build/bootstrap.log meson setup --reconfigure build "-Duplot=$charts"
    fi
    printf '%s\n' "$charts" >build/uplot
    say "Building build/sim/cli/tenure"
    logged build/bootstrap.log ninja -C build sim/cli/tenure
}

demo() {
    build
    install_missing "${demo_packages[@]}"
    say "Replaying: tenure run $demo_scenario -o $demo_dir --force"
    say ""
    mkdir -p "${demo_dir%/*}"
    build/sim/cli/tenure run "$demo_scenario" -o "$demo_dir" --force
    say ""
    build/sim/cli/tenure plot "$demo_dir"
    build/sim/cli/tenure report "$demo_dir" -o "$demo_page" --force
    say ""
    say "The files, in $PWD:"
    printf '  %s\n' "$demo_dir"/* "$demo_dir"/plots/*.svg
    say "The report, for any browser: $PWD/$demo_page"
    say "Change $demo_scenario, or give a trace of your own: README.md says how."
}

# --- check ------------------------------------------------------------------

# Everything of a check lies below this folder; failed_steps lists what did not build.
check_dir=build-check
failed_steps=$check_dir/failed

shown() {
    printf '+ %s\n' "$*"
    "$@"
}

# build_variant NAME COMPILER MESON-OPTION...: a failure is noted and the check goes on.
build_variant() {
    local name=$1 compiler=$2 dir=$check_dir/$1 log=$check_dir/$1.log began=$SECONDS
    shift 2
    : >"$log"
    rm -f "$dir/meson-logs/testlog.json"
    local setup=(env "CC=$compiler" meson setup "$dir" "$@" -Dtests=enabled)
    [ ! -f "$dir/build.ninja" ] || setup+=(--reconfigure)
    if shown "${setup[@]}" >>"$log" 2>&1 && shown ninja -C "$dir" >>"$log" 2>&1; then
        grep '^+ ' "$log"
        say "$name: built in $((SECONDS - began)) s"
        return
    fi
    grep '^+ ' "$log" || true
    say "$name: the build FAILED"
    printf '%s\t%s\n' "build of $name" "$log" >>"$failed_steps"
    return 1
}

test_release() {
    shown meson test -C $check_dir/release --no-rebuild || true
}

# Criterion ends a leaking test with success, so the reports are collected as files.
test_sanitizers() {
    local reports=$PWD/$check_dir/sanitizers/reports
    rm -rf "$reports"
    mkdir -p "$reports"
    shown env \
        "ASAN_OPTIONS=log_path='$reports/asan':log_exe_name=1:detect_leaks=1:halt_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1" \
        "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1" \
        meson test -C $check_dir/sanitizers --no-rebuild --no-suite lint \
        --no-suite cluster --no-suite browser --no-suite figures --timeout-multiplier 5 || true
    show_failed_again
}

# A target that finds nothing passes; tests/fuzz/run.sh prints an input that fails.
test_fuzz() {
    shown meson test -C $check_dir/fuzz --no-rebuild --suite fuzz \
        --timeout-multiplier 2 || true
}

# Under --tap Criterion swallows what a test prints, and with it the words of UBSan.
show_failed_again() {
    local program log=$check_dir/sanitizers/meson-logs/testlog.json
    [ -s "$log" ] || return 0
    jq -r 'select(.result == "ERROR") | .command[0]' "$log" |
        while IFS= read -r program; do
            say "$program prints:"
            UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 TENURE_SOURCE=$PWD \
                timeout 60 "$program" 2>&1 </dev/null | tail -n 40 | sed 's/^/    /' ||
                true
        done
}

check() {
    mkdir -p $check_dir
    : >$failed_steps
    if ! (install_for_check); then
        say "0 passed, 1 failed, 0 skipped"
        exit 1
    fi
    local charts=''
    if fetch_uplot; then
        charts=$uplot_file
    fi
    if build_variant release gcc --buildtype=release -Dwerror=true -Dbenchmarks=false \
        "-Duplot=$charts"; then
        test_release
    fi
    if build_variant sanitizers gcc --buildtype=debugoptimized \
        -Db_sanitize=address,undefined; then
        test_sanitizers
    fi
    if build_variant fuzz clang --buildtype=debugoptimized -Doptimization=1 -Dfuzz=true \
        -Dwerror=true; then
        test_fuzz
    fi
    say ""
    .ci/tally $failed_steps $check_dir/release $check_dir/sanitizers $check_dir/fuzz
}

# ----------------------------------------------------------------------------

[ $# -le 1 ] || die "one command at a time; ./bootstrap.sh help lists them"
case ${1:-help} in
help | -h | --help) usage ;;
packages) all_packages ;;
demo | check | build)
    require_supported_system
    "$1"
    ;;
deps)
    require_supported_system
    install_for_check
    ;;
*) die "no command '$1'; ./bootstrap.sh help lists them" ;;
esac
