#ifndef TESTS_STUDY_PROGRAM_H
#define TESTS_STUDY_PROGRAM_H

/* Studies by the program: a folder with t.yaml, and lines of a shell in it. */

#include "program.h"

/* Twenty days, some 400 jobs. */
#define FRAME                                                                          \
    "start: 2026-01-01\nhorizon: 20d\nseed: 7\ndiscount_rate: 8 %/y\n"                 \
    "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h, gpus: 4}}]\n"         \
    "pools:\n"                                                                         \
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"                        \
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.95 "    \
    "USD/GPU-h}\n"                                                                     \
    "dispatch: {wait: {policy: threshold, after: 4h}}\n"
#define UNCERTAIN                                                                      \
    "uncertain:\n"                                                                     \
    "  pools.burst.price: {lognormal: {median: 2.95 USD/GPU-h, sigma: 0.2}}\n"         \
    "  dispatch.backfill: {discrete: [none, easy]}\n"
#define SWEEP "sweep: {pools.own.gpus: 8..24 step 8}\n"
#define MONTE_CARLO                                                                    \
    FRAME UNCERTAIN "study: {replications: 96, targets: [{metric: "                    \
                    "total.wait_p95_s, at_most: 14000}]}\n"

static inline struct folder prepared(const char *yaml)
{
    struct folder folder = folder_new();
    folder_write(&folder, "t.yaml", yaml);
    return folder;
}

static inline void clean(const struct folder *folder)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s", folder->path);
    cr_expect(eq(int, system(command), 0));
}

/* A shell line; $T is the program. */
static inline struct outcome *run(const struct folder *folder, const char *line)
{
    char command[1800];
    snprintf(command, sizeof command, "--version >/dev/null; T=\"$TENURE_PROGRAM\"; %s",
             line);
    return tenure(folder, command);
}

static inline void expect_code(const struct folder *folder, const char *line, int code)
{
    struct outcome *outcome = run(folder, line);
    cr_expect(outcome->code == code, "%s: exit %d, not %d: %s%s", line, outcome->code,
              code, outcome->out, outcome->err);
}

/* Both directories hold the same files with the same bytes. */
static inline void expect_same(const struct folder *folder, const char *a,
                               const char *b)
{
    char line[256];
    snprintf(line, sizeof line, "rm -rf %s/shards; diff -r %s %s", b, a, b);
    expect_code(folder, line, 0);
}

#endif
