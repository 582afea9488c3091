#!/bin/sh
# run.sh TENURE short|long [SEED [ROUNDS]]: studies on a Slurm cluster have the bytes of
# one machine, whatever dies.
#
# A cluster of four nodes stands on this machine for the time of the test.  The short
# form, a part of the check, kills one task and one node; the long one lets tasks, nodes
# and the controller die at random points, by the seed, in several rounds.  Prints TAP.
set -eu
export LC_ALL=C

tenure=$(realpath "$1")
form=$2
state=${3:-2385} rounds=${4:-6}
here=$(cd "$(dirname "$0")" && pwd)
cluster=$here/cluster.sh

if ! reason=$("$cluster" possible "$here"); then
    printf '1..1\nok 1 - slurm # SKIP %s\n' "$reason"
    exit 0
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/tenure-slurm-XXXXXX")
export SLURM_CONF="$work/cluster/slurm.conf"
unset SLURM_ARRAY_TASK_ID SLURM_JOB_ID
finish() {
    code=$?
    [ ! -d "$work/cluster" ] || "$cluster" stop "$work/cluster" || :
    [ "$code" -eq 0 ] || tail -n 20 "$work/cluster/log/slurmctld.log" 2>/dev/null | sed 's/^/# /'
    [ -n "${KEEP:-}" ] || rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
# And if this shell is killed.
# shellcheck disable=SC2016 # of the inner shell
setsid sh -c 'while kill -0 "$1"; do sleep 1; done; [ ! -d "$3" ] || "$2" stop "$3"' \
    sh $$ "$cluster" "$work/cluster" </dev/null >/dev/null 2>&1 &

# ---- TAP ----

done=0 failed=0
check() { # SENTENCE COMMAND...
    sentence=$1
    shift
    done=$((done + 1))
    if "$@" >"$work/check" 2>&1; then
        echo "ok $done - $sentence"
    else
        echo "not ok $done - $sentence"
        sed 's/^/# /' "$work/check"
        failed=1
    fi
}

wait_for() { # SECONDS COMMAND...
    tries=$(($1 * 5))
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ $tries -le 0 ]; then
            echo "never: $*"
            squeue --array
            sinfo --Node
            return 1
        fi
        sleep 0.2
    done
}

# ---- a study and its tasks; $dir and $tasks say which ----

# Slurm holds a task that it could not launch twice; somebody has to let it go on.
queue_is_empty() {
    queue=$(squeue --noheader --array --format='%i|%r') || return 1
    for job in $(echo "$queue" | sed -n 's/|.* held$//p'); do
        scontrol release "$job"
    done
    [ -z "$queue" ]
}

# The rows of a shard that are on disk; a file's first line is none.
rows_of() {
    cat "$dir/shards/$1-of-$tasks"/rows-*.part 2>/dev/null | grep -vc tenure-rows || :
}

same_bytes() { # DIR DIR
    for file in "$1"/*; do
        name=${file##*/}
        case $name in
        run.json) ;;
        *) [ -d "$file" ] || cmp "$file" "$2/$name" || return 1 ;;
        esac
    done
    [ -s "$2/replications.csv" ] && [ -s "$2/points.csv" ] && [ -s "$2/manifest.json" ]
}

# The command that status prints, run as it stands.
run_what_is_missing() { # FILE
    command=$(sed -n 's/^ *\(sh .* --array=.*\)/\1/p' "$1")
    [ -n "$command" ] && echo "$command" && (cd "$work" && eval "$command")
}

start_cluster() {
    check "four nodes take work" "$cluster" start "$work/cluster"
    [ $failed -eq 0 ] || {
        sed 's/^/# /' "$work/check"
        exit 1
    }
}

# ---- the short form ----

short() {
    echo "1..9"
    start_cluster
    tasks=8 per_task=20 dir="$work/it's a study"
    cp "$here/study.yaml" "$work"
    cd "$work"
    "$tenure" slurm study.yaml -o "it's a study" --shards $tasks --quiet \
        -- --time=10 '--comment=a "b" #c\' >script
    mkdir victims
    export STOPPER_TENURE="$tenure" STOPPER_ROWS=$per_task STOPPER_VICTIMS="$work/victims"
    sed "s|^tenure=.*|tenure='$here/stopper.sh'|" script >"$dir/shards/study.sbatch"
    sh "$dir/shards/study.sbatch" >submitted 2>&1 || :
    check "the tasks and a merge behind them are submitted" \
        test "$(grep -c "^job [0-9]*: the" submitted)" -eq 2
    comment=$(squeue --noheader --format=%k | sort -u)
    check "options for sbatch reach it as they are" [ "$comment" = 'a "b" #c\' ]

    wait_for 60 test -s victims/1 -a -s victims/2 || :
    # shellcheck disable=SC2046 # words
    set -- $(cat victims/1 victims/2)
    killed=${1:-none} lost=${4:-none}
    check "a task is killed" kill_task "$killed" "${3:-none}"
    check "a node dies, and is known to be down" lose_node "${5:-none}"

    check "the queue is empty in the end" wait_for 120 queue_is_empty
    cat "$dir"/shards/logs/merge-*.log >"$work/merge" 2>&1
    "$tenure" slurm study.yaml -o "it's a study" --status >"$work/status" 2>&1 || :
    check "the merge and the status name the killed task, and no other" \
        names_only "$killed" "$lost"
    check "the command that they print runs what is missing" run_what_is_missing "$work/status"
    wait_for 60 queue_is_empty
    "$tenure" mc study.yaml -o one --jobs 1 --quiet
    check "after that the merge has the bytes of one machine" merged_is_same
}

# Until Slurm knows: a node that dies before it has told takes the news with it.
kill_task() { # TASK PID
    kill -KILL "$2" && wait_for 60 has_left "$1"
}
has_left() {
    queue=$(squeue --noheader --array --format=%i) && ! echo "$queue" | grep -q "_$1\$"
}

lose_node() { # nN
    "$cluster" node "$work/cluster" "${1#n}" down
    scontrol update "nodename=$1" state=down reason=lost
    "$cluster" node "$work/cluster" "${1#n}" up
    scontrol update "nodename=$1" state=resume || :
}

names_only() { # KILLED LOST
    cat "$work/merge" "$work/status" "$dir"/shards/logs/*_"$2".log
    [ "$(rows_of "$2")" -ge "$per_task" ] || return 1
    grep -q -- " --array=$1\$" "$work/status" && grep -q -- " --shard $1/$tasks\$" "$work/merge" && grep -q -- " --array=$1\$" "$work/merge"
}

merged_is_same() {
    "$tenure" merge "$dir" && same_bytes "$work/one" "$dir"
}

# ---- the long form ----

draw() { # BELOW: sets drawn
    state=$(((state * 1103515245 + 12345) % 2147483648))
    drawn=$((state / 65536 % $1))
}

# One of the tasks that run, "JOB_TASK".
some_task() {
    list=$(squeue --noheader --array --states=RUNNING --format=%i 2>/dev/null) || return 1
    n=$(echo "$list" | wc -l)
    draw "$n"
    echo "$list" | sed -n "$((drawn + 1))p"
}

pending=
later() { # SECONDS COMMAND...: in the background
    (
        sleep "$1"
        shift
        "$@"
    ) >>"$work/events" 2>&1 &
    pending="$pending $!"
}

disturb() {
    draw 4
    node=$((drawn + 1))
    draw 10
    delay=$((drawn + 2))
    draw 9
    case $drawn in
    0 | 1)
        # shellcheck disable=SC2046 # words
        set -- $("$cluster" tasks "$work/cluster" $node)
        [ $# -eq 0 ] || kill -KILL "$@" 2>/dev/null || :
        what="kill what runs on n$node"
        ;;
    2)
        "$cluster" node "$work/cluster" $node down
        later $((delay + 15)) "$cluster" node "$work/cluster" $node up
        what="n$node dies for $((delay + 15)) s"
        ;;
    3)
        "$cluster" node "$work/cluster" $node down
        scontrol update nodename=n$node state=down reason=lost || :
        later $delay "$cluster" node "$work/cluster" $node up
        what="n$node dies, is known to be down, and comes back in $delay s"
        ;;
    4)
        "$cluster" node "$work/cluster" $node cut
        scontrol update nodename=n$node state=down reason=cut || :
        later $((delay * 3)) "$cluster" node "$work/cluster" $node up
        what="n$node is cut off for $((delay * 3)) s, and its tasks go on"
        ;;
    5)
        "$cluster" controller "$work/cluster" down
        sleep $delay
        "$cluster" controller "$work/cluster" up
        what="the controller dies for $delay s"
        ;;
    6)
        task=$(some_task) && [ -n "$task" ] && scontrol requeue "$task" || :
        what="requeue ${task:-}"
        ;;
    7)
        sbatch --partition=urgent --nodes=2 --exclusive --output=/dev/null \
            --wrap "sleep $delay" >/dev/null || :
        what="urgent work on two nodes for $delay s"
        ;;
    8)
        task=$(some_task) && [ -n "$task" ] && scancel "$task" || :
        what="cancel ${task:-}"
        ;;
    esac
    echo "# $(date +%T) $what"
}

# Everything that was lost is there again.
mend() {
    # shellcheck disable=SC2086 # words
    [ -z "$pending" ] || wait $pending || :
    pending=
    "$cluster" controller "$work/cluster" up >/dev/null 2>&1 || :
    for node in 1 2 3 4; do
        "$cluster" node "$work/cluster" $node up >/dev/null 2>&1 || :
        scontrol update nodename=n$node state=resume 2>/dev/null || :
    done
}

is_whole() {
    "$tenure" slurm "$scenario" -o "$dir" --status >"$work/status" 2>&1 &&
        ! grep -qE '^ *sh .* --array=' "$work/status"
}

one_round() {
    draw 4
    case $drawn in
    0) kind=mc scenario=$work/study.yaml ;;
    1) kind=mc scenario=$work/stopping.yaml ;;
    2) kind=sweep scenario=$work/sweep.yaml ;;
    3) kind=sweep scenario=$work/stopping-sweep.yaml ;;
    esac
    draw 9
    tasks=$((drawn + 4))
    draw 2
    jobs=$((drawn + 1))
    dir=$work/round-$1
    echo "# round $1: $kind ${scenario##*/} in $tasks tasks of $jobs threads"
    "$tenure" slurm "$scenario" -o "$dir" --shards $tasks --jobs $jobs --submit
    draw 6
    for event in $(seq $((drawn + 4))); do
        draw 40
        sleep "$((drawn / 10)).$((drawn % 10))"
        disturb
    done
    mend
    wait_for 300 queue_is_empty
    for attempt in 1 2 3 4 5 6; do
        ! is_whole || break
        sed 's/^/# /' "$work/status"
        run_what_is_missing "$work/status" || break
        wait_for 300 queue_is_empty
    done
    [ -s "$dir/manifest.json" ] || "$tenure" merge "$dir"
    "$tenure" "$kind" "$scenario" -o "$work/one-$1" --jobs 2 --quiet
    same_bytes "$work/one-$1" "$dir"
}

write_studies() {
    sed 's/replications: .*/replications: 900/' "$here/study.yaml" >"$work/study.yaml"
    sed 's/^  sampling: lhs/  sampling: antithetic/; /^  batch:/d' "$work/study.yaml" \
        >"$work/stopping.yaml"
    echo '  stop: [{metric: total.wait_mean_s, half_width: 3 %}]' >>"$work/stopping.yaml"
    for name in study stopping; do
        {
            cat "$work/$name.yaml"
            echo "sweep: {pools.own.gpus: 80..112 step 16, dispatch.backfill: [easy, none]}"
        } | sed 's/replications: 900/replications: 160/' >"$work/sweep-$name.yaml"
    done
    mv "$work/sweep-study.yaml" "$work/sweep.yaml"
    mv "$work/sweep-stopping.yaml" "$work/stopping-sweep.yaml"
}

long() {
    echo "1..$((rounds + 1))"
    start_cluster
    write_studies
    cd "$work"
    for round in $(seq "$rounds"); do
        one_round "$round" >"$work/round" 2>&1 && code=0 || code=$?
        sed 's/^\([^#]\)/# \1/' "$work/round"
        check "round $round has the bytes of one machine" [ $code -eq 0 ]
    done
}

$form
exit $failed
