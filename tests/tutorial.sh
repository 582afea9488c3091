#!/bin/sh
# tutorial.sh SOURCE TENURE PAGE DIR [write]: the commands of a tutorial do what they say.
#
# The lines of a page's ```console blocks that begin with "$ " are run, one after the
# other, where the files of DIR are; each must succeed.  `write` puts what they print
# beneath them.
source=$(realpath "$1") || exit 2
program=$(realpath "$2") || exit 2
page=$source/$3
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/here" || exit 2
ln -s "$program" "$scratch/bin/tenure" || exit 2
cp "$source/$4"/* "$scratch/here" || exit 2
PATH=$scratch/bin:$PATH
export PATH
bad=0
inside=0
while IFS= read -r line; do
    case $inside$line in
    '0```console') inside=1 ;;
    '1```') inside=0 ;;
    '1$ '*)
        printf '%s\n' "$line"
        if ! (cd "$scratch/here" && sh -c "${line#??}") </dev/null 2>&1; then
            echo "$3: this command failed: ${line#??}" >&2
            bad=1
        fi
        continue
        ;;
    1*) continue ;; # what it printed once
    esac
    printf '%s\n' "$line"
done <"$page" >"$scratch/page"
[ $inside = 0 ] || bad=1
grep -q '^\$ tenure' "$page" || bad=1
if [ "${5:-}" = write ] && [ $bad = 0 ]; then
    cp "$scratch/page" "$page"
fi
exit $bad
