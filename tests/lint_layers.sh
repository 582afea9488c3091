#!/bin/sh
# lint_layers.sh SOURCE: no file includes one from a later layer.
#
# A file of sim/X or include/X includes headers of X and of the layers before it; a
# model includes base/model.h and the headers of C and GSL, so that no assumption can
# reach into the world.  No header is named like one of the system's: with -Iinclude it
# would stand in the way of, say, <pthread.h>.
cd "$1" || exit 2

files=$(mktemp) || exit 2
trap 'rm -f "$files"' EXIT
find sim include models -type f \( -name '*.c' -o -name '*.h' -o -name '*.inc' \) |
    sort >"$files"
if [ ! -s "$files" ]; then
    echo "no sources found below $1"
    exit 1
fi

awk '
BEGIN {
    layers = split("base input engine world output study figure report cli", layer, " ")
    for (i = 1; i <= layers; i++) rank[layer[i]] = i
    list = "aio assert complex cpio csv ctype dirent dlfcn endian err errno error fcntl"
    list = list " features fenv float fmtmsg fnmatch ftw getopt glob grp iconv inttypes"
    list = list " iso646 jansson langinfo libgen limits locale malloc math memory monetary"
    list = list " mqueue ndbm netdb poll pthread pwd queue regex sched search semaphore"
    list = list " setjmp signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio"
    list = list " stdlib stdnoreturn string strings syslog tar termios tgmath threads time"
    list = list " uchar ulimit unistd utime utmpx wait wchar wctype wordexp yaml zlib zstd"
    n = split(list, name, " ")
    for (i = 1; i <= n; i++) taken[name[i] ".h"] = 1
    standard = " assert complex ctype errno fenv float inttypes limits locale math setjmp"
    standard = standard " signal stdalign stdarg stdatomic stdbool stddef stdint stdio"
    standard = standard " stdlib stdnoreturn string tgmath threads time uchar wchar wctype "
    bad = 0
}
function complain(text) {
    print text
    bad = 1
}
{
    path = $0
    parts = split(path, part, "/")
    base = part[parts]
    is_model = part[1] == "models"
    own = is_model ? 0 : rank[part[2]]
    if (!is_model && (parts < 3 || !own)) complain(path ": not in any layer")
    if (base in taken) complain(path ": named like a system header")
    line_number = 0
    while ((getline line < path) > 0) {
        line_number++
        if (line !~ /^[ \t]*#[ \t]*include[ \t]*["<]/) continue
        at = path ":" line_number ": "
        quoted = line ~ /^[^"<]*"/
        to = line
        sub(/^[^"<]*["<]/, "", to)
        sub(/[">].*/, "", to)
        split(to, step, "/")
        if (is_model) check_model()
        else if (to ~ /\.\.\//) complain(at to ": paths begin at include/, without ..")
        else if (step[1] in rank) check_layer()
        else if (quoted) check_neighbour()
    }
    close(path)
}
function check_model(  stem) {
    stem = to
    sub(/\.h$/, "", stem)
    if (quoted && to == "base/model.h") return
    if (!quoted && to ~ /^gsl\/gsl_[a-z0-9_]*\.h$/) return
    if (!quoted && index(standard, " " stem " ")) return
    complain(at to ": a model includes base/model.h and the headers of C and GSL only")
}
function check_layer() {
    if (!quoted) complain(at to ": our own headers are included with quotes")
    if (rank[step[1]] > own)
        complain(at part[2] " includes " to ", which is of a later layer")
}
# A file beside this one, or the list of models that the build writes.
function check_neighbour(  folder, found, dummy) {
    if (to == "models.inc" && own == 1) return
    folder = path
    sub(/[^\/]*$/, "", folder)
    found = (getline dummy < (folder to)) >= 0
    close(folder to)
    if (!found) complain(at to ": names no layer and is not beside this file")
}
END { exit bad }
' "$files"
