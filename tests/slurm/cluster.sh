#!/bin/sh
# cluster.sh COMMAND DIR [ARGUMENT]: a Slurm cluster of its own on this machine.
#
#   possible              whether one can be had here: prints why not, and exits with 77
#   start DIR [NODES]     munged, slurmctld and 4 (or NODES) slurmd; all nodes are idle
#   stop DIR              ends them
#   controller DIR down   the controller dies, as a crashed machine does
#   controller DIR up     and comes back
#   node DIR N down       node N dies, and all that runs there
#   node DIR N cut        node N is lost, and what runs there goes on: an orphan
#   node DIR N up         and comes back
#   nodes DIR             the number of nodes that take work
#   tasks DIR N           the processes that jobs have on node N
#
# Clients find it by SLURM_CONF=DIR/slurm.conf.  No systemd, no cgroups, no accounting, and
# nothing outside DIR but ports of the loopback.  Daemons are known by their pid files, and
# what jobs run there by the log of the node that their slurmstepd holds open: nothing else
# is ever signalled.  Needs root, and slurm-wlm and munge of Debian or Ubuntu.
set -eu
export LC_ALL=C

fail() {
    echo "cluster.sh: $*" >&2
    exit 1
}

possible() {
    for program in munged slurmctld slurmd sbatch squeue scontrol; do
        command -v $program >/dev/null || {
            echo "$program is not installed (packages slurm-wlm and munge)"
            return 77
        }
    done
    [ "$(id -u)" -eq 0 ] || {
        echo "a Slurm cluster of its own needs root"
        return 77
    }
}

# wait_for SECONDS COMMAND...
wait_for() {
    tries=$(($1 * 5))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.2
    done
}

# ---- processes ----

# pid_of FILE NAME: of a daemon that runs, if the pid is not another's by now.
pid_of() {
    pid=$(cat "$1" 2>/dev/null) || return 1
    case $pid in '' | *[!0-9]*) return 1 ;; esac
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] && echo "$pid"
}

# Gone, or dead and not yet taken note of by its parent.
is_gone() {
    ! state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) ||
        case $state in Z* | '') ;; *) false ;; esac
}

# end_daemon FILE NAME [SIGNAL]
end_daemon() {
    pid=$(pid_of "$1" "$2") || return 0
    kill "-${3:-TERM}" "$pid" 2>/dev/null || return 0
    wait_for 20 is_gone "$pid" || kill -KILL "$pid" 2>/dev/null || :
    rm -f "$1"
}

# A slurmstepd, which looks after a job's processes, writes into the log of its node.
steps_of() {
    grep -lx slurmstepd /proc/[0-9]*/comm 2>/dev/null | while IFS= read -r comm; do
        ! ls -l "${comm%comm}fd" 2>/dev/null | grep -qF -- "-> $DIR/log/n$1.log" ||
            echo "$comm" | tr -cd '0-9\n'
    done
}

# The processes below these.
descendants() {
    cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (.*) . \([0-9]*\) .*/\1 \2/p' |
        awk -v roots="$*" '
        BEGIN { n = split(roots, queue, " ") }
        { children[$2] = children[$2] " " $1 }
        END {
            for (i = 1; i <= n; i++) {
                m = split(children[queue[i]], child, " ")
                for (j = 1; j <= m; j++) { queue[++n] = child[j]; print child[j] }
            }
        }'
}

tasks_of() {
    # shellcheck disable=SC2046 # words
    set -- $(steps_of "$1")
    [ $# -eq 0 ] || descendants "$@"
}

# ---- configuration ----

# Whether nobody listens on one of these: a first port and how many.
ports_are_free() {
    awk -v first="$1" -v n="$2" '
        function value(hex,  i, v) {
            for (i = 1; i <= length(hex); i++)
                v = 16 * v + index("0123456789ABCDEF", substr(hex, i, 1)) - 1
            return v
        }
        FNR > 1 {
            split($2, part, ":")
            port = value(part[2])
            if (port >= first && port < first + n) taken = 1
        }
        END { exit taken + 0 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# Below the ports that the system gives away by itself.
choose_ports() {
    for try in 1 2 3 4 5 6 7 8 9; do
        number=$(od -An -N2 -tu2 /dev/urandom)
        first=$((20000 + number % 1200 * 10))
        ports_are_free $first $((NODES + 1)) && echo $first && return
    done
    fail "no free ports"
}

# Each node has a hostname of its own where the kernel allows that.
own_names() {
    unshare --uts true 2>/dev/null
}

write_configuration() {
    version=$(slurmctld -V | sed 's/.* \([0-9]*\)\.\([0-9]*\).*/\1\2/')
    host=$(hostname -s)
    cat <<CONF
ClusterName=tenure
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$PORT
SlurmUser=root
SlurmdUser=root
SlurmctldPidFile=$DIR/run/slurmctld.pid
SlurmdPidFile=$DIR/run/%n.pid
StateSaveLocation=$DIR/state
SlurmdSpoolDir=$DIR/spool/%n
SlurmctldLogFile=$DIR/log/slurmctld.log
SlurmdLogFile=$DIR/log/%n.log
AuthType=auth/munge
AuthInfo=socket=$DIR/run/munge.sock,cred_expire=10
ProctrackType=proctrack/linuxproc
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
KillWait=2
SlurmdTimeout=10
MessageTimeout=10
UnkillableStepTimeout=10
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
CONF
    for node in $(seq "$NODES"); do
        own_names && host=n$node
        echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1" \
            "Port=$((PORT + node)) CPUs=2 RealMemory=1000"
    done
    echo "PartitionName=main Nodes=ALL Default=YES MaxTime=60 PriorityTier=1"
    echo "PartitionName=urgent Nodes=ALL MaxTime=60 PriorityTier=9 PreemptMode=OFF"
    # Since 23.11 slurmd looks for cgroups even if it makes no use of them.
    [ "$version" -lt 2311 ] || echo "CgroupPlugin=disabled" >"$DIR/cgroup.conf"
}

# ---- daemons ----

start_controller() {
    slurmctld -f "$SLURM_CONF" >>"$DIR/log/start" 2>&1 || return 1
    wait_for 20 pid_of "$DIR/run/slurmctld.pid" slurmctld >/dev/null || return 1
    wait_for 20 sinfo --noheader >/dev/null 2>&1
}

start_node() {
    mkdir -p "$DIR/spool/n$1"
    if own_names; then
        # shellcheck disable=SC2016 # of the inner shell
        unshare --uts sh -c 'hostname "$1"; exec slurmd -N "$1" -f "$2"' \
            sh "n$1" "$SLURM_CONF" >>"$DIR/log/start" 2>&1
    else
        slurmd -N "n$1" -f "$SLURM_CONF" >>"$DIR/log/start" 2>&1
    fi
    wait_for 20 pid_of "$DIR/run/n$1.pid" slurmd >/dev/null
}

count_nodes() {
    sinfo --noheader --Node --partition=main --states=idle,mixed,alloc --responding \
        --format=%N 2>/dev/null | sort -u | wc -l
}

all_nodes_are_up() {
    [ "$(count_nodes)" -ge "$NODES" ]
}

# All of it with one choice of ports; another cluster may take them first.
try_start() {
    PORT=$(choose_ports)
    write_configuration >"$SLURM_CONF"
    start_controller || return 1
    for node in $(seq "$NODES"); do start_node "$node" || return 1; done
    wait_for 30 all_nodes_are_up
}

start() {
    mkdir -p "$DIR/run" "$DIR/log" "$DIR/state" "$DIR/spool" "$DIR/munge"
    chmod 755 "$DIR"
    chmod 700 "$DIR/munge"
    (umask 077 && head -c 128 /dev/urandom >"$DIR/munge/key")
    munged --force --key-file="$DIR/munge/key" --socket="$DIR/run/munge.sock" \
        --pid-file="$DIR/run/munged.pid" --log-file="$DIR/log/munged.log" \
        --seed-file="$DIR/munge/seed" >>"$DIR/log/start" 2>&1 ||
        fail "munged does not start: $(tail -n 3 "$DIR/log/start")"
    echo "$NODES" >"$DIR/nodes"
    for try in 1 2 3; do
        try_start && return
        end_slurm
    done
    tail -n 20 "$DIR/log/start" "$DIR/log/slurmctld.log" >&2
    fail "the cluster does not start"
}

# All at once: whoever ends a test may not wait long.
end_slurm() {
    set --
    for node in $(seq "$NODES"); do
        # shellcheck disable=SC2046 # words
        set -- "$@" $(pid_of "$DIR/run/n$node.pid" slurmd) $(steps_of "$node")
    done
    # shellcheck disable=SC2046 # words
    set -- "$@" $(pid_of "$DIR/run/slurmctld.pid" slurmctld)
    [ $# -gt 0 ] || return 0
    # shellcheck disable=SC2046 # words
    set -- "$@" $(descendants "$@")
    kill -KILL "$@" 2>/dev/null || :
    for pid; do wait_for 20 is_gone "$pid" || :; done
    rm -f "$DIR"/run/n*.pid "$DIR/run/slurmctld.pid"
}

stop() {
    end_slurm
    end_daemon "$DIR/run/munged.pid" munged KILL
}

# The daemon first: it would start more.
end_node() {
    end_daemon "$DIR/run/n$1.pid" slurmd KILL
    # shellcheck disable=SC2046 # words
    set -- $(steps_of "$1")
    # shellcheck disable=SC2046 # words
    [ $# -eq 0 ] || kill -KILL "$@" $(descendants "$@") 2>/dev/null || :
}

# ----------------------------------------------------------------------------

[ "${1:-}" != possible ] || {
    possible
    exit
}
[ $# -ge 2 ] || fail "usage: cluster.sh COMMAND DIR [ARGUMENT]"
command=$1 DIR=$(realpath -m "$2") node=${3:-}
export SLURM_CONF="$DIR/slurm.conf"
NODES=4
[ ! -s "$DIR/nodes" ] || NODES=$(cat "$DIR/nodes")

case "$command ${node:+N} ${4:-}" in
"start N " | "start  ")
    NODES=${node:-4}
    start
    ;;
"stop  ") stop ;;
"controller N ")
    case $node in
    down) end_daemon "$DIR/run/slurmctld.pid" slurmctld KILL ;;
    up) start_controller || fail "the controller does not start" ;;
    esac
    ;;
"node N down") end_node "$node" ;;
"node N cut") end_daemon "$DIR/run/n$node.pid" slurmd KILL ;;
"node N up") start_node "$node" || fail "node $node does not start" ;;
"nodes  ") count_nodes ;;
"tasks N ") tasks_of "$node" ;;
*) fail "no command '$*'" ;;
esac
