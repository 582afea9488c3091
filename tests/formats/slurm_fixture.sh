#!/bin/sh
# slurm_fixture.sh DIR: the files of DIR as a real Slurm prints them.  A cluster of five
# slurmd with a database stands on this machine for some minutes, with GPUs that are
# empty files; some 60 small jobs of every fate run; then sacct and sinfo are asked.
# Needs root and slurm-wlm, slurmdbd, munge and mariadb-server of Debian or Ubuntu.
# Everything is below a scratch directory; only processes that it started are ended.
set -eu
OUT=$1
LAB=$(mktemp -d "${TMPDIR:-/tmp}/slurm-fixture.XXXXXX")
unset TMPDIR
export SLURM_CONF="$LAB/slurm.conf" TZ=UTC LC_ALL=C
PORT=${PORT:-27000}
NODES="n1 n2 n3 n4 n5"

end_one() { # FILE with a pid
    [ -s "$1" ] || return 0
    pid=$(cat "$1")
    kill "$pid" 2>/dev/null || return 0
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
}
end_all() {
    if [ -s "$LAB/run/slurmctld.pid" ]; then
        jobs=$(squeue --noheader --array -o %A) && [ -z "$jobs" ] || scancel $jobs || :
        sleep 5 # until their processes are gone
    fi
    for file in "$LAB"/run/slurmd-*.pid "$LAB/run/slurmctld.pid" \
        "$LAB/run/slurmdbd.pid" "$LAB/run/mariadb.pid" "$LAB/run/munged.pid"; do
        end_one "$file"
    done
    [ -n "${KEEP:-}" ] || rm -rf "$LAB"
}
trap end_all EXIT
trap 'exit 1' INT TERM

wait_for() { # SECONDS COMMAND...
    left=$(($1 * 5))
    shift
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || { echo "slurm_fixture: never: $*" >&2; exit 1; }
        sleep 0.2
    done
}

# ---- the cluster ----

mkdir -p "$OUT" "$LAB/run" "$LAB/log" "$LAB/state" "$LAB/munge" "$LAB/db" "$LAB/dev"
chmod 755 "$LAB"
chmod 700 "$LAB/munge"
dd if=/dev/urandom of="$LAB/munge/key" bs=128 count=1 2>/dev/null
chmod 600 "$LAB/munge/key"
munged --force --key-file="$LAB/munge/key" --socket="$LAB/run/munge.sock" \
    --pid-file="$LAB/run/munged.pid" --log-file="$LAB/log/munged.log" \
    --seed-file="$LAB/munge/seed"

mariadb-install-db --no-defaults --user=root --datadir="$LAB/db" \
    --auth-root-authentication-method=normal --skip-test-db >"$LAB/log/db-install" 2>&1
mariadbd --no-defaults --user=root --datadir="$LAB/db" --socket="$LAB/run/db.sock" \
    --pid-file="$LAB/run/mariadb.pid" --bind-address=127.0.0.1 --port=$((PORT + 30)) \
    --innodb-buffer-pool-size=64M --innodb-lock-wait-timeout=900 \
    --innodb-log-file-size=32M --skip-name-resolve >"$LAB/log/mariadb" 2>&1 &
sql() { mariadb --no-defaults --user=root --socket="$LAB/run/db.sock" -e "$1"; }
wait_for 60 sql "select 1"
sql "create database slurm; create user slurm@'127.0.0.1' identified by 'slurm';
     grant all on slurm.* to slurm@'127.0.0.1'"

(umask 077; cat >"$LAB/slurmdbd.conf") <<END
AuthType=auth/munge
AuthInfo=socket=$LAB/run/munge.sock
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$((PORT + 19))
SlurmUser=root
PidFile=$LAB/run/slurmdbd.pid
LogFile=$LAB/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$((PORT + 30))
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm
END

cat >"$LAB/slurm.conf" <<END
ClusterName=lab
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$((PORT + 17))
SlurmctldPidFile=$LAB/run/slurmctld.pid
SlurmdPidFile=$LAB/run/slurmd-%n.pid
StateSaveLocation=$LAB/state
SlurmdSpoolDir=$LAB/spool/%n
SlurmctldLogFile=$LAB/log/slurmctld.log
SlurmdLogFile=$LAB/log/slurmd-%n.log
AuthType=auth/munge
AuthInfo=socket=$LAB/run/munge.sock,cred_expire=5
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$((PORT + 19))
AccountingStoragePass=$LAB/run/munge.sock
AccountingStorageTRES=gres/gpu,gres/gpu:h100,gres/gpu:a100
AccountingStorageEnforce=associations,qos
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=100
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
PriorityType=priority/multifactor
PriorityWeightQOS=10000
PriorityWeightAge=1000
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
KillWait=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=n1 NodeHostname=n1 NodeAddr=127.0.0.1 Port=$((PORT + 1)) CPUs=16 RealMemory=64000 Gres=gpu:h100:8
NodeName=n2 NodeHostname=n2 NodeAddr=127.0.0.1 Port=$((PORT + 2)) CPUs=16 RealMemory=64000 Gres=gpu:h100:8
NodeName=n3 NodeHostname=n3 NodeAddr=127.0.0.1 Port=$((PORT + 3)) CPUs=16 RealMemory=32000 Gres=gpu:a100:4
NodeName=n4 NodeHostname=n4 NodeAddr=127.0.0.1 Port=$((PORT + 4)) CPUs=16 RealMemory=32000 Gres=gpu:a100:4
NodeName=n5 NodeHostname=n5 NodeAddr=127.0.0.1 Port=$((PORT + 5)) CPUs=32 RealMemory=64000
PartitionName=h100 Nodes=n[1-2] Default=YES MaxTime=1-00:00:00 PriorityTier=1
PartitionName=a100 Nodes=n[3-4] MaxTime=12:00:00 DefaultTime=30 PriorityTier=1
PartitionName=cpu Nodes=n5 MaxTime=UNLIMITED PriorityTier=1
PartitionName=urgent Nodes=n[1-2] MaxTime=60 PriorityTier=10 PreemptMode=OFF
END
for i in 0 1 2 3 4 5 6 7; do : >"$LAB/dev/nvidia$i"; done
cat >"$LAB/gres.conf" <<END
AutoDetect=off
NodeName=n[1-2] Name=gpu Type=h100 File=$LAB/dev/nvidia[0-7]
NodeName=n[3-4] Name=gpu Type=a100 File=$LAB/dev/nvidia[0-3]
END

SLURM_CONF="$LAB/slurm.conf" slurmdbd -D >"$LAB/log/slurmdbd.out" 2>&1 &
echo $! >"$LAB/run/slurmdbd.pid"
acct() { sacctmgr --immediate "$@" >>"$LAB/log/sacctmgr" 2>&1; }
wait_for 60 sacctmgr --noheader list cluster
acct add cluster lab
slurmctld -f "$SLURM_CONF"
start_node() {
    mkdir -p "$LAB/spool/$1"
    unshare --uts sh -c 'hostname "$1"; exec slurmd -N "$1" -f "$2"' sh "$1" "$SLURM_CONF"
}
for node in $NODES; do start_node "$node"; done
idle() { [ "$(sinfo --noheader --Node --states=idle -o %N | sort -u | wc -l)" -eq 5 ]; }
wait_for 60 idle

# ---- who works there: accounts of this machine, renamed at the end ----

acct add qos high Priority=100
for pair in games:vision man:vision lp:language mail:language news:speech root:vision; do
    account=${pair#*:}
    acct add account "$account" Description="$account" Organization=lab || :
    acct add user "${pair%:*}" Account="$account" QOS=normal,high DefaultQOS=normal
done
rename() {
    sed -e 's/|games|/|ada|/' -e 's/|man|/|ben|/' -e 's/|lp|/|cleo|/' \
        -e 's/|mail|/|dina|/' -e 's/|news|/|emil|/'
}

# ---- jobs ----

as() { # USER ACCOUNT OPTIONS...: the id of the job
    user=$1 account=$2
    shift 2
    sbatch --parsable --uid="$user" --gid="$user" --account="$account" --chdir=/ \
        --output=/dev/null "$@"
}
state_of() { squeue --noheader --jobs="$1" -o %T 2>/dev/null; }
is_in() { [ "$(state_of "$1")" = "$2" ]; }
ends() { [ -z "$(squeue --noheader --jobs="$1" --states=R,PD,CG,S -o %i 2>/dev/null)" ]; }

# Ordinary ones: GPUs asked for in every way.
deadline=$(as lp language -J deadline -p a100 --gpus=1 --time-min=1 --time=5 \
    --deadline=now+80seconds --wrap 'sleep 600')
as games vision -J one --gres=gpu:h100:1 --time=10 --wrap 'sleep 7'
as games vision -J two --gres=gpu:2 --time=10 --wrap 'sleep 5'
as man vision -J four --gpus=4 --time=30 --wrap 'sleep 11'
as man vision -J node --gpus-per-node=h100:8 --time=0-02:00:00 --wrap 'sleep 4'
as lp language -J tasks --ntasks=2 --gpus-per-task=1 --time=5 --wrap 'sleep 6'
as lp language -J pretrain -N2 --gres=gpu:h100:8 --time=1-00:00:00 --qos=high \
    --wrap 'srun sleep 3; srun -N1 -n1 sleep 2'
as mail language -J 'sweep "lr=0.1, wd=0"' -p a100 --gres=gpu:a100:1 --wrap 'sleep 8'
as mail language -J "don't" -p a100 --gpus=1 --time=3 --wrap 'sleep 3'
as news speech -J 'Größe größer' -p a100 --gpus=a100:4 --time=3 --wrap 'sleep 3'
as news speech -J "$(printf '%090d' 7)" -p a100 --gres=gpu:1 --time=3 --wrap 'sleep 2'
as news speech -J '' -p a100 --gres=gpu:1 --time=3 --wrap 'sleep 2'
as news speech -J either -p h100,urgent --gres=gpu:1 --time=3 --wrap 'sleep 4'
as games vision -J whole --exclusive --gres=gpu:1 --time=9 --wrap 'sleep 3'
as games vision -J preprocess -p cpu --cpus-per-task=4 --wrap 'sleep 3'
as games vision -J forever -p cpu --time=UNLIMITED --wrap 'sleep 2'
as man vision -J nolimit --gres=gpu:1 --wrap 'sleep 2'
as lp language -J later --gres=gpu:1 --time=4 --begin=now+15 --wrap 'sleep 2'
as lp language -J array -p a100 --array=0-5 --gres=gpu:a100:1 --time=4 --wrap 'sleep 3'
as mail language -J throttled --array=1-9:4%1 --gpus=1 --time=4 --wrap 'sleep 2'
first=$(as mail language -J first --gpus=1 --time=4 --wrap 'sleep 3')
as mail language -J second --gpus=1 --time=4 --dependency="afterok:$first" --wrap 'sleep 3'
as games vision --time=5 --gres=gpu:h100:1 -J mixed --wrap 'sleep 5' : -p a100 --gres=gpu:a100:2
runuser -u games -- srun --account=vision -J interactive --gres=gpu:1 --chdir=/ \
    sleep 2 </dev/null >/dev/null

# Those that end otherwise.
failed=$(as games vision -J broken --gres=gpu:h100:2 --time=5 --wrap 'sleep 2; exit 3')
as games vision -J never --gpus=1 --time=5 --dependency="afterok:$failed" --wrap 'sleep 2'
as man vision -J badstep --gpus=1 --time=5 --wrap 'srun false; sleep 1'
slow=$(as man vision -J slow --gpus=1 --time=1 --wrap 'sleep 600')
as lp language -J killed --gpus=1 --time=5 --wrap 'sleep 1; kill -9 $$'
mine=$(as mail language -J regretted --gpus=2 --time=20 --wrap 'sleep 600')
byroot=$(as mail language -J stopped --gpus=1 --time=20 --wrap 'sleep 600')
unborn=$(as mail language -J unborn --gpus=1 --time=20 --begin=now+3600 --wrap 'sleep 9')
part=$(as mail language -J partly -p a100 --array=1-4 --gpus=1 --time=20 --wrap 'sleep 600')
again=$(as news speech -J again --gpus=1 --time=20 --requeue --wrap 'sleep 12')
stalled=$(as news speech -J stalled --gpus=1 --time=20 --requeue --wrap 'sleep 14')
paused=$(as news speech -J paused -p a100 --gpus=1 --time=20 --wrap 'sleep 25')
shrunk=$(as games vision -J shrunk -p h100 -N2 --gres=gpu:1 --time=20 --wrap 'sleep 25')
for job in $mine $byroot $again $stalled $paused $shrunk; do
    wait_for 120 is_in "$job" RUNNING
done
sleep 3
runuser -u mail -- scancel "$mine"
scancel "$byroot" "$unborn"
scancel "${part}_2"
scontrol requeue "$again"
scontrol requeuehold "$stalled"
scontrol suspend "$paused"
scontrol update jobid="$shrunk" NumNodes=1
sleep 6
scontrol resume "$paused"
scancel "${part}_1" "${part}_3"

# A server fails below two jobs, and urgent work takes the place of two others.
lost=$(as lp language -J lost -p a100 -w n4 --gpus=1 --time=9 --no-requeue --wrap 'sleep 600')
moved=$(as lp language -J moved -p a100 -w n4 --gpus=1 --time=9 --requeue --wrap 'sleep 20')
wait_for 120 is_in "$lost" RUNNING
wait_for 120 is_in "$moved" RUNNING
scancel "${part}_4"
sleep 4
end_one "$LAB/run/slurmd-n4.pid"
scontrol update nodename=n4 state=down reason=failed
sleep 2
start_node n4
wait_for 200 ends "$shrunk"
wait_for 200 ends "$paused"
wait_for 200 ends "$slow"
gone=$(as games vision -J gone -w n1 --gres=gpu:8 --time=9 --no-requeue --wrap 'sleep 600')
back=$(as games vision -J back -w n2 --gres=gpu:8 --time=9 --requeue --wrap 'sleep 15')
wait_for 200 is_in "$gone" RUNNING
wait_for 200 is_in "$back" RUNNING
sleep 3
rush=$(as man vision -J rush -p urgent -N2 --gres=gpu:8 --time=9 --wrap 'sleep 5')
wait_for 200 ends "$rush"
wait_for 200 ends "$back"
wait_for 200 ends "$moved"
wait_for 300 ends "$deadline"

# What still runs or waits when sacct is asked.
stopped=$(as lp language -J stopped -p a100 --gres=gpu:a100:1 --time=30 --wrap 'sleep 600')
as games vision -J running -p a100 -w n4 --gres=gpu:a100:4 --time=30 --wrap 'sleep 600'
wait_for 60 is_in "$stopped" RUNNING
scontrol suspend "$stopped"
as games vision -J full -p a100 --gres=gpu:3 --time=30 --wrap 'sleep 600'
as man vision -J waits --array=1-40%8 -p a100 --gres=gpu:a100:1 --time=30 --wrap 'sleep 6'
as man vision -J either -p a100,h100 --gres=gpu:a100:2 --time=30 --wrap 'sleep 6'
as games vision -J held --hold --gres=gpu:h100:4 --time=30 --wrap 'sleep 600'
sleep 6

# ---- what the tools print ----

ask() { # OPTIONS...
    sacct --allusers --duplicates --noconvert --starttime=now-1hours --endtime=now "$@"
}
FORMAT=JobID,User,Account,Partition,QOS,State,Submit,Eligible,Start,End,ElapsedRaw,TimelimitRaw,AllocTRES,ReqTRES,Priority,JobName
ask --parsable2 --format="$FORMAT" | rename >"$OUT/sacct.txt"
ask --parsable --allocations --delimiter=';' \
    --format=JobID,Account,State,Eligible,Start,End,Elapsed,Timelimit,AllocTRES \
    >"$OUT/allocations.txt"
sinfo --Node -o "%N|%P|%G|%c|%m|%l" >"$OUT/sinfo.txt"

# Names with what stands between fields, asked alone.
bar=$(as games vision -J 'a|b "c' --gres=gpu:1 --time=3 --wrap 'sleep 2')
wait_for 60 ends "$bar"
sleep 2
ask --parsable2 --format="$FORMAT" --jobs="$bar" | rename >"$OUT/names.txt"
sacct --version >"$OUT/version.txt"
