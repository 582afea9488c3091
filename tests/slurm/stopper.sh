#!/bin/sh
# stopper.sh ARGUMENTS: tenure in a task of the test, which may be stopped on its way.
#
# The first two tasks, on two nodes, that can be stopped in the midst of their work are,
# and say so: STOPPER_VICTIMS/1 and 2 have "TASK NODE PID".  The others run through.
# Tasks have STOPPER_ROWS rows each; STOPPER_TENURE is the program.
"$STOPPER_TENURE" "$@" &
pid=$!
dir='' shard=''
while [ $# -gt 1 ]; do
    case $1 in
    -o) dir=$2 ;;
    --shard) shard=$2 ;;
    esac
    shift
done
task=${shard%/*}

rows() {
    cat "$dir/shards/$task-of-${shard#*/}"/rows-*.part 2>/dev/null | grep -vc tenure-rows
}

# Takes the place of victim $1; a link is made by one task alone.
become() {
    ln -s "$task" "$STOPPER_VICTIMS/lock-$1" 2>/dev/null || return 1
    echo "$task $SLURMD_NODENAME $pid" >"$STOPPER_VICTIMS/new-$1"
    mv "$STOPPER_VICTIMS/new-$1" "$STOPPER_VICTIMS/$1"
}

while [ -n "$task" ] && [ ! -e "$STOPPER_VICTIMS/2" ] && kill -0 $pid 2>/dev/null; do
    n=$(rows)
    [ "$n" -lt "$STOPPER_ROWS" ] || break
    if [ "$n" -ge 2 ]; then
        kill -STOP $pid
        [ "$(rows)" -lt "$STOPPER_ROWS" ] || break
        if ln -s "$task" "$STOPPER_VICTIMS/on-$SLURMD_NODENAME" 2>/dev/null &&
            { become 1 || become 2; }; then
            wait $pid
            exit
        fi
        kill -CONT $pid
    fi
    sleep 0.02
done
kill -CONT $pid 2>/dev/null
wait $pid
