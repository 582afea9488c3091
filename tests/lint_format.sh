#!/bin/sh
# lint_format.sh SOURCE: all C is formatted as .clang-format says.
#
# Versions of clang-format disagree, so version 14 alone is asked; where it is missing
# the lint is skipped.  To format: clang-format-14 -i FILE.
cd "$1" || exit 2

if command -v clang-format-14 >/dev/null; then
    format=clang-format-14
elif clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    format=clang-format
else
    echo "formatting: clang-format 14 is not installed"
    exit 77
fi
find include sim models tests -type f \( -name '*.c' -o -name '*.h' \) -exec \
    "$format" --dry-run -Werror --ferror-limit=1 {} +
