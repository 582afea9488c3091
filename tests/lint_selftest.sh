#!/bin/sh
# lint_selftest.sh SOURCE: every lint can fail.
#
# Builds a small tree that passes, then breaks it in one way at a time and expects the
# lint to fail with the words given.
tests=$1/tests
style=$1/.clang-format

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
tree=$work/tree
cases=0
bad=0
skipped=

make_tree() {
    rm -rf "$tree"
    mkdir -p "$tree/include/base" "$tree/include/engine" "$tree/include/world" \
        "$tree/sim/base" "$tree/sim/world" "$tree/models" "$tree/tests" \
        "$tree/docs/reference"
    cd "$tree" || exit 2
    cp "$style" .clang-format
    printf '#ifndef BASE_MODEL_H\n#define BASE_MODEL_H\n\n/* A model. */\n\n#endif\n' \
        >include/base/model.h
    printf '#ifndef ENGINE_CLOCK_H\n#define ENGINE_CLOCK_H\n\n/* A clock. */\n\n#endif\n' \
        >include/engine/clock.h
    printf '#ifndef WORLD_FLEET_H\n#define WORLD_FLEET_H\n\n/* A fleet. */\n\n#endif\n' \
        >include/world/fleet.h
    printf '#include "base/model.h"\n\n#include "models.inc"\n' >sim/base/model.c
    printf '#include "world/fleet.h"\n\n#include "engine/clock.h"\n#include <stdio.h>\n' \
        >sim/world/fleet.c
    printf '#include "base/model.h"\n#include <gsl/gsl_math.h>\n#include <math.h>\n' \
        >models/wait_none.c
    printf '#include "world/fleet.h"\n' >tests/test_fleet.c
    echo "sources = files('model.c')" >sim/base/meson.build
    echo "sources = files('fleet.c')" >sim/world/meson.build
    echo "model_names = ['wait_none']" >models/meson.build
    echo "unit_tests = ['fleet']" >tests/meson.build
    echo "project('tree', 'c')" >meson.build
    printf '#!/bin/sh\necho gcc\n' >bootstrap.sh
    printf '#!/bin/sh\necho "$*"\n' >tenure
    chmod +x bootstrap.sh tenure
    printf 'It is built by \140gcc\140.\n' >docs/dependencies.md
    "$tests/lint_docs.sh" "$tree" "$tree/tenure" write >/dev/null
}

lint() { # NAME
    "$tests/lint_$1.sh" "$tree" "$tree/tenure" >"$work/output" 2>&1
}

complain() {
    echo "$1"
    sed 's/^/    /' "$work/output"
    bad=1
}

passes() { # LINT
    make_tree
    lint "$1"
    case $? in
    0) ;;
    77) skipped="$skipped $1" ;;
    *) complain "lint $1 fails on a clean tree:" ;;
    esac
}

# broken LINT WORDS COMMAND: after COMMAND, in the tree, LINT fails and says WORDS.
broken() {
    case " $skipped " in
    *" $1 "*) return ;;
    esac
    make_tree
    cases=$((cases + 1))
    eval "$3"
    if lint "$1"; then
        complain "lint $1 passes after: $3"
    elif ! grep -qF -- "$2" "$work/output"; then
        complain "lint $1 does not say '$2' after: $3"
    fi
}

passes layers
broken layers "sim/base/model.c:4: base includes world/fleet.h, which is of a later layer" \
    "echo '#include \"world/fleet.h\"' >>sim/base/model.c"
broken layers "include/engine/clock.h:7: engine includes world/fleet.h" \
    "echo ' # include \"world/fleet.h\"' >>include/engine/clock.h"
broken layers "models/wait_none.c:4: base/rng.h: a model includes" \
    "echo '#include \"base/rng.h\"' >>models/wait_none.c"
broken layers "unistd.h: a model includes" "echo '#include <unistd.h>' >>models/wait_none.c"
broken layers "include/base/queue.h: named like a system header" "touch include/base/queue.h"
broken layers "sim/loose.c: not in any layer" "touch sim/loose.c"
broken layers "sim/extra/x.c: not in any layer" "mkdir sim/extra; touch sim/extra/x.c"
broken layers "paths begin at include/" \
    "echo '#include \"../base/model.h\"' >>sim/world/fleet.c"
broken layers "names no layer" "echo '#include \"fleet.h\"' >>sim/world/fleet.c"
broken layers "included with quotes" "echo '#include <base/model.h>' >>sim/world/fleet.c"
broken layers "no sources found" "rm -r sim include models; mkdir sim include models"

passes format
broken format "code should be clang-formatted" "echo 'int  x ;' >>sim/world/fleet.c"
broken format "code should be clang-formatted" "echo 'int *  x;' >>tests/test_fleet.c"

passes docs
broken docs "docs/reference/models.md: is not what" "echo more >>docs/reference/models.md"
broken docs "docs/reference/scenario.md: missing" "rm docs/reference/scenario.md"
broken docs "docs/reference/old.md: not in the list" "touch docs/reference/old.md"
broken docs "tenure models --markdown failed" "printf '#!/bin/sh\nexit 2\n' >tenure"
broken docs "does not name \`gcc\`" "echo >docs/dependencies.md"

passes hygiene
broken hygiene "model.c:4: marker of unfinished work" "echo '/* TO''DO */' >>sim/base/model.c"
broken hygiene "marker of unfinished work" "echo '# FIX''ME: x' >>models/meson.build"
broken hygiene "marker of unfinished work" "echo 'a X''XX b' >>docs/dependencies.md"
broken hygiene "path of somebody's machine" "echo 'see /ho''me/me/x' >>docs/dependencies.md"
broken hygiene "path of somebody's machine" "echo '\"/wo''rk/x\"' >>tests/test_fleet.c"
broken hygiene "path of somebody's machine" "echo '/ro''ot/x' >list.csv"
broken hygiene "model.c:4: trailing blank" "echo 'int x; ' >>sim/base/model.c"
broken hygiene "model.c:4: tab" "printf '\tint x;\n' >>sim/base/model.c"
broken hygiene "model.c: no newline at the end" "printf 'int x;' >>sim/base/model.c"
broken hygiene "model.c: more than 600 lines" "yes '' | head -n 598 >>sim/base/model.c"
broken hygiene "fleet.h: no comment block after the guard" "sed -i /fleet/d include/world/fleet.h"
broken hygiene "fleet.h: does not begin with #ifndef WORLD_FLEET_H" \
    "sed -i 1s/FLEET/FLOAT/ include/world/fleet.h"
broken hygiene "sim/world/run.c: not listed" "touch sim/world/run.c"
broken hygiene "models/wait_all.c: not listed" "touch models/wait_all.c"
broken hygiene "sim/world/fleet.c: not listed" \
    "echo \"# files('fleet.c')\" >sim/world/meson.build"
broken hygiene "tests/test_run.c: not listed" "touch tests/test_run.c"
broken hygiene "tests/bench_run.c: not listed" "touch tests/bench_run.c"
broken hygiene "tests/lint_more.sh: not listed" "touch tests/lint_more.sh"
broken hygiene "odd character in the name" "touch 'two words.md'"
broken hygiene "no files found" "find . -type f -delete"

[ -z "$skipped" ] || echo "not tried, for want of its tool:$skipped"
echo "$cases violations tried"
exit $bad
