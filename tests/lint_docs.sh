#!/bin/sh
# lint_docs.sh SOURCE TENURE [write]: the generated pages are what the program prints.
#
# Each line of `pages` is a file and the arguments of tenure that print it; `write`
# makes the files anew.  The other list that is kept twice, the packages of bootstrap.sh
# and of docs/dependencies.md, is compared too.
tenure=$(realpath "$2") || exit 2
cd "$1" || exit 2
mode=${3:-compare}

pages='
docs/reference/models.md    models --markdown
docs/reference/scenario.md  show --reference
docs/reference/outputs.md   run --reference
docs/reference/classes.md   models --catalogue --markdown
docs/man/tenure.1           help --man
'

printed=$(mktemp) || exit 2
trap 'rm -f "$printed"' EXIT

page() { # FILE ARGUMENTS...
    file=$1
    shift
    if ! "$tenure" "$@" >"$printed"; then
        echo "$file: tenure $* failed"
        return 1
    fi
    if [ "$mode" = write ]; then
        mkdir -p "${file%/*}" && cp "$printed" "$file"
        return
    fi
    if [ ! -f "$file" ]; then
        echo "$file: missing; tests/lint_docs.sh SOURCE TENURE write makes it"
        return 1
    fi
    diff -u "$file" "$printed" >"$printed.diff" && rm -f "$printed.diff" && return
    head -n 40 "$printed.diff"
    rm -f "$printed.diff"
    echo "$file: is not what tenure $* prints"
    return 1
}

bad=0
while read -r file arguments; do
    [ -n "$file" ] || continue
    # shellcheck disable=SC2086 # the arguments are words
    page "$file" $arguments </dev/null || bad=1
done <<END
$pages
END

for file in docs/reference/*.md; do
    [ -e "$file" ] || continue
    case $pages in
    *"
$file "*) ;;
    *)
        echo "$file: not in the list of generated pages"
        bad=1
        ;;
    esac
done

for package in $(./bootstrap.sh packages); do
    grep -qF "\`$package\`" docs/dependencies.md && continue
    echo "docs/dependencies.md: does not name \`$package\`, which bootstrap.sh installs"
    bad=1
done
exit $bad
