#!/bin/sh
# make_sacct.sh DIR: invents the accounting records of a small cluster, as `sacct
# --parsable2` and `sinfo` of Slurm 25.05 would print them (manual pages; no Slurm is
# asked).  Four weeks of March 2026: a partition of 8 servers of 8 H100, one of 4 servers
# of 8 A100 and one without GPUs, first come, first served.
set -eu
awk -v out="$1/sacct.txt" '
function uniform() { # Lehmer: exact in doubles
    state = state * 48271 % 2147483647
    return state / 2147483647
}
function stamp(s,  day, month) {
    day = 2 + int(s / 86400); month = 3
    if (day > 31) { day -= 31; month = 4 }
    s %= 86400
    return sprintf("2026-%02d-%02dT%02d:%02d:%02d", month, day, int(s / 3600),
                   int(s % 3600 / 60), s % 60)
}
function clock(s) {
    return (s >= 86400 ? int(s / 86400) "-" : "") sprintf("%02d:%02d:%02d",
        int(s % 86400 / 3600), int(s % 3600 / 60), s % 60)
}
# The earliest instant at which n of the GPUs are free, and takes them.
function place(part, n, from, run,  i, j, t, first) {
    for (i = 1; i <= size[part]; i++) { # by insertion: the list stays sorted
        t = free[part, i]
        for (j = i - 1; j >= 1 && free[part, j] > t; j--) free[part, j + 1] = free[part, j]
        free[part, j + 1] = t
    }
    first = free[part, n] > from ? free[part, n] : from
    if (first < last[part]) first = last[part]
    last[part] = first
    for (i = 1; i <= n; i++) free[part, i] = first + run
    return first
}
function tres(part, n) {
    if (n == 0) return "billing=16,cpu=16,mem=64G,node=1"
    return "billing=" n * 12 ",cpu=" n * 12 ",gres/gpu:" part "=" n ",gres/gpu=" n \
        ",mem=" n * 120 "G,node=" int((n + 7) / 8)
}
function row(id, user, account, part, qos, status, s, start, run, limit, n, name) {
    print id, user, account, part, qos, status, stamp(s), stamp(s), \
        start < 0 ? "Unknown" : stamp(start), \
        start < 0 || status == "RUNNING" ? "Unknown" : stamp(start + run), run, limit, \
        start < 0 ? "" : tres(part, n), tres(part, n), sprintf("%.0f", 4294901760 - job), name > out
    if (start >= 0 && job % 4 == 0) # a step: what sacct leaves empty
        print id ".batch", "", account, "", "", status ~ /^CANC/ ? "CANCELLED" : status, \
            stamp(start), stamp(start), stamp(start), stamp(start + run), run, "", \
            "cpu=12,mem=120G,node=1", "", "", "batch" > out
}
BEGIN {
    OFS = "|"; state = 20260302; job = 1000; s = 0
    size["h100"] = 64; size["a100"] = 32; size["cpu"] = 64
    split("ada ben cleo dina emil fay", users, " ")
    split("vision vision language language language speech", accounts, " ")
    print "JobID", "User", "Account", "Partition", "QOS", "State", "Submit", "Eligible", \
        "Start", "End", "ElapsedRaw", "TimelimitRaw", "AllocTRES", "ReqTRES", \
        "Priority", "JobName" > out
    while (1) {
        hour = int(s / 3600) % 24; weekend = int(s / 86400) % 7 >= 5
        s += 1 + int(-log(uniform()) * (hour >= 8 && hour < 20 ? 2200 : 5200) \
                     * (weekend ? 1.7 : 1))
        if (s >= 28 * 86400) break
        job++
        u = 1 + int(6 * uniform()); kind = uniform(); size_draw = uniform()
        part = kind < 0.55 ? "h100" : kind < 0.85 ? "a100" : "cpu"
        n = size_draw < 0.35 ? 1 : size_draw < 0.5 ? 2 : size_draw < 0.65 ? 4 : \
            size_draw < 0.92 ? 8 : part == "h100" ? 32 : 16
        if (part == "cpu") n = 0
        run = 30 + int(exp(9.3 + 1.7 * sqrt(-2 * log(uniform())) * \
                           cos(6.283185307179586 * uniform())) * (n >= 16 ? 2 : 1))
        if (run > 4 * 86400) run = 4 * 86400
        limit = 60 * (1 + int(2.5 * run / 3600))
        if (limit > 5760) limit = 5760
        fate = uniform()
        status = fate < 0.78 ? "COMPLETED" : fate < 0.88 ? "FAILED" : \
            fate < 0.94 ? "CANCELLED by 100" u : fate < 0.97 ? "TIMEOUT" : \
            fate < 0.985 ? "NODE_FAIL" : "OUT_OF_MEMORY"
        if (status == "TIMEOUT") limit = 1 + int(run / 60)
        if (limit > 5760) limit = 5760
        name = uniform() < 0.03 ? "sweep \"lr=0.1, wd=0\"" : n >= 16 ? "pretrain" : "train"
        if (part == "cpu") name = "preprocess"
        qos = uniform() < 0.1 ? "high" : "normal"
        if (fate > 0.93 && fate < 0.94) { # cancelled while it waited
            row(job, users[u], accounts[u], part, qos, status, s, -1, 0, limit, n, name)
            continue
        }
        if (uniform() < 0.06 && n >= 1 && n <= 2) { # an array
            for (task = 1; task <= 4; task++)
                row(job "_" task, users[u], accounts[u], part, qos, "COMPLETED", s, \
                    place(part, n, s, run + 60 * task), run + 60 * task, limit + 4, n, \
                    "array")
            continue
        }
        start = place(part, n ? n : 1, s, run)
        if (status == "NODE_FAIL") { # and again from the beginning
            again = start + run
            row(job, users[u], accounts[u], part, qos, status, s, start, run, limit, n, name)
            row(job, users[u], accounts[u], part, qos, "COMPLETED", again, \
                place(part, n ? n : 1, again, run), run, limit, n, name)
            continue
        }
        if (start + run > 28 * 86400) {
            if (start >= 28 * 86400)
                row(job, users[u], accounts[u], part, qos, "PENDING", s, -1, 0, limit, n, name)
            else
                row(job, users[u], accounts[u], part, qos, "RUNNING", s, start, \
                    28 * 86400 - start, limit, n, name)
            continue
        }
        row(job, users[u], accounts[u], part, qos, status, s, start, run, limit, n, name)
    }
    row("9001_[1-40%8]", "fay", "speech", "a100", "normal", "PENDING", s - 9000, -1, 0, \
        120, 1, "array")
}'
cat >"$1/sinfo.txt" <<'END'
NODELIST|PARTITION|GRES|CPUS|MEMORY|TIMELIMIT
n01|h100*|gpu:h100:8(S:0-1)|96|1031000|4-00:00:00
n02|h100*|gpu:h100:8(S:0-1)|96|1031000|4-00:00:00
n03|h100*|gpu:h100:8(S:0-1)|96|1031000|4-00:00:00
n04|h100*|gpu:h100:8(S:0-1)|96|1031000|4-00:00:00
n05|h100*|gpu:h100:8(S:0-1)|96|1031000|4-00:00:00
n06|h100*|gpu:h100:8(S:0-1)|96|1031000|4-00:00:00
n07|h100*|gpu:h100:8(S:0-1)|96|1031000|4-00:00:00
n08|h100*|gpu:h100:8(S:0-1)|96|1031000|4-00:00:00
n09|a100|gpu:a100:8(S:0-1)|64|515000|4-00:00:00
n10|a100|gpu:a100:8(S:0-1)|64|515000|4-00:00:00
n11|a100|gpu:a100:8(S:0-1)|64|515000|4-00:00:00
n12|a100|gpu:a100:8(S:0-1)|64|515000|4-00:00:00
c01|cpu|(null)|128|515000|1-00:00:00
c02|cpu|(null)|128|515000|1-00:00:00
END
