#!/bin/sh
# campaign.sh MINUTES [TARGET...]: each fuzz target for so many minutes of CPU time.
#
# Builds in build-fuzz/ with clang.  What is found to reach new code is kept in
# build-fuzz/corpus/TARGET for the next campaign, inputs that fail in build-fuzz/found/.
# Prints one line a target; the exit status is 1 where anything failed.
set -u
minutes=${1:?usage: campaign.sh MINUTES [TARGET...]}
shift
cd "$(dirname "$0")/../.." || exit 2
export TENURE_SOURCE=$PWD TENURE_FOUND=$PWD/build-fuzz/found

[ -f build-fuzz/build.ninja ] ||
    CC="${CC:-clang}" meson setup build-fuzz --buildtype=debugoptimized -Doptimization=1 \
        -Dfuzz=true >/dev/null || exit 2
ninja -C build-fuzz >/dev/null || exit 2
mkdir -p "$TENURE_FOUND"

if [ $# -eq 0 ]; then
    for program in build-fuzz/tests/fuzz/fuzz_*; do
        [ -f "$program" ] && [ -x "$program" ] && set -- "$@" "${program##*/fuzz_}"
    done
fi

# The CPU seconds of what this shell has waited for, as cpu_s.
take_cpu_s() {
    times >"$work/times" # not in a pipe: a subshell's count begins anew
    cpu_s=$(awk 'NR == 2 { split($0, part, /[ms ]+/)
        print int(part[1] * 60 + part[2] + part[3] * 60 + part[4]) }' "$work/times")
}

executed() {
    sed -n 's/^stat::number_of_executed_units: *//p' "$work/log" | grep . || echo 0
}

slice_s=60
[ "$minutes" -ge 1 ] 2>/dev/null || { echo "MINUTES is a whole number from 1" >&2; exit 2; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0
printf '%-20s %8s %12s %7s  %s\n' target 'CPU s' executions edges outcome
for target; do
    corpus=build-fuzz/corpus/$target
    mkdir -p "$corpus"
    executions=0 edges=0 outcome=clean used=0
    take_cpu_s
    began=$cpu_s
    while [ "$used" -lt $((minutes * 60)) ] && [ $outcome = clean ]; do
        if ! sh tests/fuzz/run.sh "build-fuzz/tests/fuzz/fuzz_$target" "$target" \
            $slice_s "$corpus" >"$work/log" 2>&1; then
            outcome=FAILED failed=1
            cat "$work/log"
        fi
        executions=$((executions + $(executed)))
        edges=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$work/log" | tail -n 1)
        take_cpu_s
        used=$((cpu_s - began))
    done
    printf '%-20s %8d %12d %7s  %s\n' "$target" "$used" "$executions" "${edges:-?}" \
        "$outcome"
done
exit $failed
