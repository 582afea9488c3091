#ifndef STUDY_SLURM_QUEUE_H
#define STUDY_SLURM_QUEUE_H

/* What squeue says of a study's jobs: which tasks run or wait. */

#include "base/arena.h"
#include "base/errors.h"

/* For --format; squeue must be asked with --array and --noheader. */
#define SLURM_QUEUE_FORMAT "%i|%j|%T|%N|%r"

/* A job that has not ended.  Texts are Slurm's, without control characters. */
struct slurm_job_state {
    const char *id;    /* "12_3", "14" */
    const char *state; /* "RUNNING", "PENDING", ... */
    const char *where; /* the nodes, "" where it has none yet */
    const char *why;   /* "Priority", "Dependency", "None" */
};

struct slurm_queue {
    struct slurm_job_state *tasks; /* by task; id NULL: it has no job */
    int64_t n_tasks;
    struct slurm_job_state merge; /* the last one */
    bool merging;                 /* there is one */
};

/* `name` is that of slurm_job_name.  Lines that are not understood, of other jobs and
 * of tasks that the study has not, are passed over.  A task that runs is preferred to
 * one that waits. */
void slurm_queue_read(const char *text, const char *name, int64_t n_tasks,
                      struct arena *arena, struct slurm_queue *queue);

/* "running on n2 (12_3)", "waiting (12_7: Priority)". */
const char *slurm_state_text(const struct slurm_job_state *job, struct arena *arena);

#endif
