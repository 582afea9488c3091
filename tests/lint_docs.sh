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
docs/formats.md             trace formats --markdown
'
for format in $("$tenure" trace formats --names </dev/null); do
    pages="$pages
docs/formats/$format.md trace formats $format --markdown"
done
pages="$pages
"

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

for file in docs/reference/*.md docs/formats/*.md; do
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

# The example of each format is run on the files that tests/formats/NAME/ has for it.
"$tenure" trace formats --examples </dev/null | {
    failed=0
    while read -r name arguments; do
        [ -d "tests/formats/$name" ] || continue
        scratch=$(mktemp -d) || exit 2
        cp tests/formats/"$name"/* "$scratch"
        # shellcheck disable=SC2086 # the arguments are words
        (cd "$scratch" && "$tenure" trace convert --from "$name" $arguments) \
            </dev/null >"$printed" 2>&1 || {
            echo "the example of format $name fails:"
            cat "$printed"
            failed=1
        }
        rm -rf "$scratch"
    done
    exit $failed
} || bad=1

for package in $(./bootstrap.sh packages); do
    grep -qF "\`$package\`" docs/dependencies.md && continue
    echo "docs/dependencies.md: does not name \`$package\`, which bootstrap.sh installs"
    bad=1
done
exit $bad
