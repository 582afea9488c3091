#!/bin/sh
# lint_hygiene.sh SOURCE: the text of the repository is clean and its lists are complete.
#
# No markers of unfinished work, no paths of somebody's machine, no trailing blanks,
# files end in a newline; C without tabs, at most 600 lines a file; each header in
# include/ has a guard named after its path and then the comment that documents it; each
# source is listed in the meson.build that would build it, so that no test is forgotten.
# Files below tests/bad/, tests/golden/ and tests/fuzz/seeds/ are what they have to be.
cd "$1" || exit 2

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
complaints=$work/complaints
: >"$complaints"

# Without git, or where git declines, the tree as it lies there.
list_files() {
    if [ -e .git ] && git -c safe.directory='*' ls-files --cached --others \
        --exclude-standard >"$work/listed" 2>/dev/null && [ -s "$work/listed" ]; then
        cat "$work/listed"
    else
        find . \( -name .git -o -path './build*' -o -path './out*' \) -prune -o \
            -type f -print | sed 's|^\./||'
    fi
}

list_files | grep -vE '^tests/(bad|golden|fuzz/seeds)/' | sort -u |
    while IFS= read -r file; do
        if [ -f "$file" ]; then printf '%s\n' "$file"; fi
    done >"$work/files"
if [ ! -s "$work/files" ]; then
    echo "no files found below $1"
    exit 1
fi
grep -E '\.[ch]$' "$work/files" >"$work/c"
grep -E '\.([ch]|in|inc|sh|md|ya?ml|build|txt|json|[1-9])$|^[A-Z]+$|^\.ci/' \
    "$work/files" >"$work/text"
grep -vE '\.(csv|swf|gz|zst|png|svg)$' "$work/files" >"$work/words"

# complain_matching LIST TEXT PATTERN [GREP-OPTION]
complain_matching() {
    tr '\n' '\0' <"$1" | xargs -0 grep -nIE ${4:+"$4"} -e "$3" /dev/null |
        sed "s/^\([^:]*:[0-9]*\):.*/\1: $2/" >>"$complaints"
}

# Written so that this file does not match itself.
complain_matching "$work/words" "marker of unfinished work" 'TO[D]O|FIX[M]E|X[X]X' -w
complain_matching "$work/files" "path of somebody's machine" \
    '(^|[^[:alnum:]_.)}/~-])/(home|root|work|Users)/'
complain_matching "$work/text" "trailing blank" '[[:blank:]]$'
complain_matching "$work/c" "tab" '	'

{
    grep '[^A-Za-z0-9._/+-]' "$work/files" | sed 's/$/: odd character in the name/'
    while IFS= read -r file; do
        [ -z "$(tail -c 1 "$file")" ] || echo "$file: no newline at the end"
    done <"$work/text"
    tr '\n' '\0' <"$work/c" |
        xargs -0 -r awk 'FNR == 601 { print FILENAME ": more than 600 lines" }'
} >>"$complaints"

# shellcheck disable=SC2016 # the dollars are of awk
grep '^include/.*\.h$' "$work/c" | tr '\n' '\0' | xargs -0 -r awk '
FNR == 1 {
    guard = toupper(FILENAME)
    sub(/^INCLUDE\//, "", guard)
    gsub(/[^A-Z0-9]/, "_", guard)
    if ($0 != "#ifndef " guard) print FILENAME ": does not begin with #ifndef " guard
}
FNR == 2 && $0 != "#define " guard { print FILENAME ": no #define " guard }
FNR > 2 && NF && !(FILENAME in seen) {
    seen[FILENAME] = 1
    if ($1 !~ /^\/\*/) print FILENAME ": no comment block after the guard"
}
' >>"$complaints"

# listed MESON.BUILD FILE WORD...: one of the quoted words stands in it.
listed() {
    list=$1 file=$2
    shift 2
    for word; do
        grep -v '^ *#' "$list" 2>/dev/null | grep -qF "'$word'" && return
    done
    echo "$file: not listed in $list" >>"$complaints"
}

while IFS= read -r file; do
    name=${file##*/}
    folder=${file%/*}
    stem=${name%.*}
    case $file in
    sim/*.c) listed "$folder/meson.build" "$file" "$name" ;;
    models/*.c) listed models/meson.build "$file" "$stem" ;;
    tests/test_*.c) listed tests/meson.build "$file" "${stem#test_}" "$name" ;;
    tests/bench_*.c) listed tests/meson.build "$file" "${stem#bench_}" "$stem" "$name" ;;
    tests/fuzz/*.c) listed tests/fuzz/meson.build "$file" "$name" ;;
    tests/*.c) listed tests/meson.build "$file" "$name" ;;
    tests/lint_*.sh) listed meson.build "$file" "${stem#lint_}" ;;
    esac
done <"$work/files"

cat "$complaints"
[ ! -s "$complaints" ]
