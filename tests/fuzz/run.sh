#!/bin/sh
# run.sh PROGRAM TARGET SECONDS [CORPUS]: lets one fuzz target run, from its seeds on.
#
# Without CORPUS what it finds is thrown away, and the random numbers are the same each
# time.  Prints libFuzzer's figures, and after a failure the input in base64.  The
# exit status is that of the target: 0 means that nothing was found.
program=$1 target=$2 seconds=$3 corpus=${4-}
source=${TENURE_SOURCE:-$(dirname "$0")/../..}
case $program in /*) ;; *) program=$PWD/$program ;; esac
source=$(cd "$source" && pwd) || exit 2

memory=/dev/shm
[ -w "$memory" ] || memory=${TMPDIR:-/tmp}
work=$(mktemp -d "$memory/tenure-fuzz-XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
mkdir "$work/corpus" "$work/tmp" "$work/cwd" "$work/found"

seed=
[ -n "$corpus" ] || { corpus=$work/corpus seed=-seed=1; }
case $corpus in /*) ;; *) corpus=$PWD/$corpus ;; esac

# Seeds of our own, and the sample files of a format.
set --
for folder in "$source/tests/fuzz/seeds/$target" "$source/tests/formats/${target#import-}"; do
    [ -d "$folder" ] && set -- "$@" "$folder"
done

cd "$work/cwd" || exit 2
TMPDIR=$work/tmp \
    ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=16:detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1 \
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    "$program" -max_total_time="$seconds" ${seed:+"$seed"} -timeout=10 -rss_limit_mb=1024 \
    -max_len=16384 -print_final_stats=1 -artifact_prefix="$work/found/" \
    "$corpus" "$@" >"$work/log" 2>&1 </dev/null
status=$?

if [ "$status" -eq 0 ]; then
    grep -aE '^#[0-9]+[[:blank:]]+(INITED|DONE)|^stat::' "$work/log"
    exit 0
fi
grep -av '^#[0-9]*.*\(NEW\|REDUCE\|RELOAD\|pulse\)' "$work/log" | tail -n 60
for file in "$work/found"/*; do
    [ -f "$file" ] || continue
    [ -z "${TENURE_FOUND-}" ] || cp "$file" "$TENURE_FOUND/$target-${file##*/}"
    printf '%s, by base64:\n' "${file##*/}"
    head -c 3000 "$file" | base64
done
exit "$status"
