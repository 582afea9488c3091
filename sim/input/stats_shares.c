/* Whose: shares of rows and of GPU time by size and by name. */

#include "input/stats_parts.h"

#include <stdlib.h>

static int compare_shares(const void *a, const void *b)
{
    const struct stats_share *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    if (x->rows != y->rows)
        return x->rows < y->rows ? 1 : -1;
    return 0;
}

void stats_shares_rank(struct stats_share *all, size_t n, struct stats_shares *shares)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        if (all[i].rows)
            all[used++] = all[i];
    qsort(all, used, sizeof *all, compare_shares);
    shares->groups = used;
    shares->n = 0;
    for (size_t i = 0; i < used; i++) {
        if (i < STATS_TOP) {
            shares->share[shares->n++] = all[i];
            continue;
        }
        struct stats_share *others = &shares->share[STATS_TOP];
        if (i == STATS_TOP) {
            *others = (struct stats_share){.name = NULL};
            shares->n++;
        }
        others->rows += all[i].rows;
        others->weight += all[i].weight;
    }
}

struct stats_share *stats_shares_begin(size_t n)
{
    struct stats_share *all = calloc(n + 1, sizeof *all);
    if (!all)
        out_of_memory();
    return all;
}

static void add_job(struct stats_share *share, const struct job *job)
{
    share->rows++;
    share->weight += (int128)job->gpus * job->duration_ms;
}

void stats_shares_by_name(const struct trace *trace, const char *by, bool by_tenant,
                          struct stats_shares *shares)
{
    uint32_t n = trace->names.n;
    struct stats_share *all = stats_shares_begin(n + 1);
    for (uint32_t name = 0; name < n; name++)
        all[name].name = trace->names.text[name];
    all[n].name = "";
    for (size_t i = 0; i < trace->n; i++) {
        const struct job_kind *kind = &trace->kinds[trace->jobs[i].kind];
        uint32_t name = by_tenant ? kind->tenant : kind->workload;
        add_job(&all[name == NAMES_NONE ? n : name], &trace->jobs[i]);
    }
    shares->by = by;
    stats_shares_rank(all, n + 1, shares);
    free(all);
}

/* 1, 2, 3-4, 5-8, ...: a job of g GPUs is in the one of the next power of two. */
void stats_shares_by_size(const struct trace *trace, struct arena *arena,
                          struct stats_shares *shares)
{
    struct stats_share all[STATS_SHARES_MAX] = {{0}};
    for (size_t i = 0; i < trace->n; i++) {
        int power = 0;
        while ((INT64_C(1) << power) < trace->jobs[i].gpus)
            power++;
        add_job(&all[power], &trace->jobs[i]);
    }
    *shares = (struct stats_shares){.by = "size"};
    for (int power = 0; power < STATS_SHARES_MAX; power++) {
        if (all[power].rows == 0)
            continue;
        int64_t low = power ? (INT64_C(1) << (power - 1)) + 1 : 1;
        int64_t high = INT64_C(1) << power;
        all[power].name = low == high ? arena_printf(arena, "%lld", (long long)low)
                                      : arena_printf(arena, "%lld-%lld", (long long)low,
                                                     (long long)high);
        shares->share[shares->n++] = all[power];
    }
    shares->groups = shares->n;
}
