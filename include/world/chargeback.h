#ifndef WORLD_CHARGEBACK_H
#define WORLD_CHARGEBACK_H

/*
 * Who bears the economic cost of the pools (`chargeback: true`): tenants, by workload.
 *
 * The four shares of a pool's cost (ledger.h) are divided month by month among those
 * whose jobs ran there in the month: busy by useful GPU-time, overhead by overhead
 * GPU-time, idle and down by both together.  Parts are cut to whole micro-dollars, and
 * what is left goes to the largest, so that they add up to the share exactly.  A month
 * in which nobody ran is nobody's: unallocated.
 *
 * GPU-time is counted as gangs pass from segment to segment, O(1) each; memory is
 * O(payers x pools they use).
 */

#include "world/arrivals.h"
#include "world/backlog.h"
#include "world/ledger.h"
#include "world/result.h"
#include "world/sink.h"

enum { USE_USEFUL, USE_OVERHEAD, USES };

/* What a payer uses of a pool. */
struct use {
    int64_t gpus[USES]; /* now */
    int64_t since_ms[USES];
    int64_t gpu_ms[USES];         /* up to since_ms */
    int64_t divided_gpu_ms[USES]; /* of closed months */
    int64_t cost_uusd[COST_SHARES];
};

/* Jobs of one tenant and workload; "" where they have none. */
struct payer {
    const char *tenant, *workload;
    uint32_t tenant_group, workload_group; /* of the tally; UINT32_MAX: none */
    struct use *uses;                      /* by pool; NULL: has not run yet */
};

struct chargeback {
    struct arena *arena;
    struct payer *payers; /* by source_kind.payer */
    uint32_t n;           /* 0: off */
    uint32_t n_pools;
    int64_t (*shown_uusd)[COST_SHARES];  /* by pool: divided already */
    int64_t (*nobody_uusd)[COST_SHARES]; /* by pool: unallocated */
    int64_t (*weights)[USES];            /* scratch, by payer */
};

/* Numbers the tenants and workloads of the sources' kinds. */
void chargeback_init(struct chargeback *chargeback, const struct scenario *scenario,
                     struct arrivals *arrivals, struct arena *arena);

/* A gang's GPUs begin to work for who pays for them, or (negative) end to. */
void chargeback_count(struct chargeback *chargeback, const struct live_job *job,
                      bool useful, int64_t gpus, int64_t now_ms);

/* The same, where anybody is charged. */
static inline void chargeback_runs(struct chargeback *chargeback,
                                   const struct live_job *job, bool useful,
                                   int64_t gpus, int64_t now_ms)
{
    if (chargeback->n > 0)
        chargeback_count(chargeback, job, useful, gpus, now_ms);
}

/* The end of a calendar month, or of the run, when the ledger has posted it. */
void chargeback_month_end(struct chargeback *chargeback, const struct ledger *ledger,
                          int64_t now_ms);

/* Rows, and the sums of the groups. */
void chargeback_finish(const struct chargeback *chargeback,
                       const struct scenario *scenario, const struct sink *sink,
                       struct run_result *result);

void chargeback_check(const struct chargeback *chargeback, const struct fleet *fleet,
                      int64_t now_ms);

#endif
