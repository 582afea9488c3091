#ifndef SLURM_PROGRAM_H
#define SLURM_PROGRAM_H

/* `tenure slurm` with stand-ins for sbatch and squeue: what they are given stands in
 * the file `asked`, what squeue says in `queue`.  tests/slurm/ has the real ones. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "program.h"

static const char yaml[] =
    "start: 2026-01-01\nhorizon: 20d\nseed: 7\n"
    "demand: [{model: {name: poisson, rate: 20 /d, duration: 6h, gpus: 4}}]\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 64, price: 2.95 "
    "USD/GPU-h}\n"
    "uncertain: {pools.burst.price: {normal: {mean: 2.95 USD/GPU-h, sd: 0.2 "
    "USD/GPU-h}}}\n"
    "study: {replications: 23}\n";

static const char sbatch[] = "#!/bin/sh\n"
                             "{ echo sbatch; printf '  %s\\n' \"$@\"; } >>asked\n"
                             "echo \"$(grep -c '^sbatch' asked)1;cluster\"\n";

static const char squeue[] = "#!/bin/sh\n"
                             "{ echo squeue; printf '  %s\\n' \"$@\"; } >>asked\n"
                             "[ -e queue ] && cat queue\n";

static inline void clean(const struct folder *folder)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s", folder->path);
    cr_expect(eq(int, system(command), 0));
}

/* A shell line in the folder; $T is the program. */
static inline struct outcome *run(const struct folder *folder, const char *line)
{
    char command[1800];
    snprintf(
        command, sizeof command,
        "--version >/dev/null; T=\"$TENURE_PROGRAM\"; PATH=$PWD:$PATH; export PATH; "
        "unset SLURM_ARRAY_TASK_ID SLURM_JOB_ID; %s",
        line);
    return tenure(folder, command);
}

static inline void expect_code(const struct folder *folder, const char *line, int code)
{
    struct outcome *outcome = run(folder, line);
    cr_expect(outcome->code == code, "%s: exit %d, not %d: %s%s", line, outcome->code,
              code, outcome->out, outcome->err);
}

static inline struct folder prepared(void)
{
    struct folder folder = folder_new();
    folder_write(&folder, "t.yaml", yaml);
    folder_write(&folder, "sbatch", sbatch);
    folder_write(&folder, "squeue", squeue);
    expect_code(&folder, "chmod +x sbatch squeue", 0);
    return folder;
}

#endif
