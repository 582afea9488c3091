#!/bin/sh
# lint_tally.sh SOURCE: .ci/tally counts right, above all what must not pass for success.
tally=$1/.ci/tally
if ! command -v jq >/dev/null; then
    echo "tally: jq is not installed"
    exit 77
fi

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
bad=0

# ran BUILD PROGRAM RESULT STATUS LINE...: one program in the test log of BUILD.
ran() {
    build=$1 program=$2 result=$3 status=$4
    shift 4
    mkdir -p "$build/meson-logs" "$build/reports"
    for line; do printf '%s\n' "$line"; done |
        jq -R -s -c --arg name "tenure:$program" --arg result "$result" \
            --argjson status "$status" '{$name, stdout: ., $result, returncode: $status,
             command: ["/bin/true"]}' >>"$build/meson-logs/testlog.json"
}

# expect STATUS COUNTS BUILD...: and then `says` for further lines.
expect() {
    want_status=$1 want=$2
    shift 2
    "$tally" failed "$@" >output 2>&1
    status=$?
    if [ "$status" -ne "$want_status" ] || [ "$(tail -n 1 output)" != "$want" ]; then
        echo "expected exit status $want_status and '$want', got $status and:"
        sed 's/^/    /' output
        bad=1
    fi
}

says() {
    grep -qxF -- "$1" output && return
    echo "expected the line '$1' in:"
    sed 's/^/    /' output
    bad=1
}

fresh() {
    rm -rf a b
    : >failed
}

fresh
ran a 'unit / ledger' OK 0 'TAP version 13' '1..2' 'ok - ledger::adds  (0.00s)' \
    'ok - ledger::rounds  (0.01s)'
ran a 'lint / layers' OK 0
expect 0 '3 passed, 0 failed, 0 skipped' a

# The same test in a second build is the same test, and its worst outcome counts.
ran b 'unit / ledger' ERROR 1 'TAP version 13' '1..2' 'not ok - ledger::adds  (0.00s)' \
    'ok - ledger::rounds  # SKIP no traces'
expect 1 '1 passed, 1 failed, 1 skipped' a b
says 'failed: unit / ledger: ledger::adds'
says 'skipped: unit / ledger: ledger::rounds (no traces)'
expect 1 '1 passed, 1 failed, 1 skipped' b a

# Criterion's name is not unique when a test takes parameters.
fresh
ran a 'unit / rng' OK 0 '1..2' 'ok - rng::known  (0.00s)' 'ok - rng::known  (0.00s)'
expect 0 '2 passed, 0 failed, 0 skipped' a

# A suite without tests, which meson calls skipped.
fresh
ran a 'unit / good' OK 0 '1..1' 'ok - good::one  (0.00s)'
ran a 'unit / empty' SKIP 0 'TAP version 13' '1..0' '# Criterion v2.4.1'
expect 1 '1 passed, 1 failed, 0 skipped' a
says 'failed: unit / empty: no tests found'

# A program that stops half-way, dies at once, or fails after its last test.
fresh
ran a 'unit / half' ERROR 1 '1..3' 'ok - half::one  (0.00s)'
ran a 'unit / dead' ERROR 139
ran a 'unit / late' ERROR 23 '1..1' 'ok - late::one  (0.00s)'
ran a 'unit / slow' TIMEOUT -15 '1..1'
expect 1 '2 passed, 4 failed, 0 skipped' a
says 'failed: unit / half: 2 of 3 tests did not report'
says 'failed: unit / dead (error, exit status 139)'
says 'failed: unit / late: exit status 23 (ERROR)'
says 'failed: unit / slow: 1 of 1 tests did not report'

# A crash, as Criterion words it, and a program that speaks no TAP.
fresh
ran a 'unit / crash' ERROR 1 '1..2' 'not ok - crash::boom unexpected signal after x.c:5' \
    'ok - crash::fine  (0.00s)'
ran a 'lint / format' SKIP 77 'formatting: clang-format 14 is not installed'
ran a 'lint / layers' FAIL 1 'a.c: includes b.h'
expect 1 '1 passed, 2 failed, 1 skipped' a
says 'failed: unit / crash: crash::boom'
says 'failed: lint / layers (fail, exit status 1)'
says 'skipped: lint / format (formatting: clang-format 14 is not installed)'

# Leaks: Criterion calls the test passed; the report on file says otherwise.
fresh
ran a 'unit / arena' OK 0 '1..2' 'ok - arena::frees  (0.00s)' 'ok - arena::grows  (0.00s)'
echo '    #1 0x5566 in arena_frees_impl ../tests/test_arena.c:5' >a/reports/asan.x.7
expect 1 '1 passed, 1 failed, 0 skipped' a
says 'failed: unit / arena: arena::frees (asan.x.7)'
echo '    #1 0x5566 in main ../sim/cli/main.c:5' >a/reports/asan.tenure.8
expect 1 '1 passed, 2 failed, 0 skipped' a
says 'failed: sanitizer report: asan.tenure.8'

# A build that failed, one without a log, and nothing at all.
fresh
ran a 'unit / good' OK 0 '1..1' 'ok - good::one  (0.00s)'
echo 'error: x' >b.log
printf 'build of b\tb.log\n' >failed
expect 1 '1 passed, 1 failed, 0 skipped' a b
says 'failed: build of b'
says '    error: x'
: >failed
expect 1 '1 passed, 1 failed, 0 skipped' a b
says 'failed: b: no tests ran'
fresh
expect 1 '0 passed, 0 failed, 0 skipped'
ran a 'lint / format' SKIP 77 'no tool'
expect 1 '0 passed, 0 failed, 1 skipped' a

exit $bad
