#ifndef CLI_SLURM_CMD_H
#define CLI_SLURM_CMD_H

/* What the files of `tenure slurm` share: cmd_slurm.c knows the arguments,
 * slurm_pilot.c how long a replication takes, slurm_sbatch.c what sbatch may be told,
 * slurm_submit.c writes the script and hands it to sbatch, slurm_status.c says what is
 * done. */

#include "study/plan.h"
#include "study/slurm_queue.h"
#include "study/slurm_script.h"

/* Runs `n` replications of the study, spread over its points, one after the other. */
struct slurm_pilot {
    uint64_t n;
    double each_s; /* of one core */
    double peak_mib;
};
bool slurm_pilot(const struct study_setup *setup, const struct study_plan *plan,
                 uint64_t n, struct slurm_pilot *pilot, struct error *err) MUST_CHECK;

/* Options for sbatch: an error for those that would take from the script what it lives
 * by, the name of the jobs and all of its `tasks`, however they are abbreviated. */
bool slurm_check_sbatch(const char *const words[], size_t n, int64_t tasks,
                        struct error *err) MUST_CHECK;

/* Fills in the program, where we are and the jobs' name, checks all texts, and makes
 * the study's folders. */
bool slurm_prepare(struct slurm_script *script, struct arena *arena,
                   struct error *err) MUST_CHECK;

/* Writes the script; `*text` is what was written.  Another that was there, as one that
 * somebody edited, is kept beside it. */
#define SLURM_OLD_SUFFIX ".old"
bool slurm_write(const struct slurm_script *script, const char *path,
                 struct arena *arena, const char **text, bool *replaced,
                 struct error *err) MUST_CHECK;

/* What squeue tells of the jobs of that name; false where it does not answer. */
bool slurm_ask_queue(const char *name, int64_t n_tasks, struct arena *arena,
                     struct slurm_queue *queue);

/* An error where jobs of the study are in the queue; tasks below `n_tasks` are looked
 * for. */
bool slurm_check_queue(const struct slurm_script *script, int64_t n_tasks,
                       struct arena *arena, struct error *err) MUST_CHECK;

/* Submits the script at `path`. */
bool slurm_submit(const struct slurm_script *script, const char *path,
                  struct arena *arena, struct error *err) MUST_CHECK;

/* Prints what is done and what is missing, by the files of a study's directory and, if
 * it is there, by squeue. */
bool slurm_status(const char *dir, bool json, struct error *err) MUST_CHECK;

#endif
