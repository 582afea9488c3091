#ifndef STUDY_SLURM_SCRIPT_H
#define STUDY_SLURM_SCRIPT_H

/*
 * The script that runs a study as an array of Slurm jobs: one shard a task, and a job
 * that merges them.
 *
 * It is for sh and for sbatch, and for people to read.  `sh SCRIPT` submits all, `sh
 * SCRIPT --array=3,17` some tasks (again) and the merge, `sh SCRIPT merge` merges.  The
 * number of tasks stands in it; only a task's own number comes from Slurm.  What is
 * done, a task does not do again, so that it may be requeued, killed or submitted at
 * any time.
 *
 * Texts of the user appear as single words of sh or of sbatch, and never in a position
 * where they could be a command, an option of tenure or the begin of a line.
 *
 * Source: sbatch(1) of Slurm 22.05 to 25.05; the words of an #SBATCH line, which are
 * not quite those of a shell, by its src/sbatch/opt.c, and tried on a cluster.
 */

#include "base/arena.h"
#include "base/errors.h"

/* What a study's folder has for Slurm, beside the shards. */
#define SLURM_FOLDER      "shards"
#define SLURM_SCRIPT_NAME "study.sbatch"
#define SLURM_LOGS_NAME   "logs"

#define SLURM_TASKS_MAX_USUAL 1001 /* MaxArraySize, where nobody has set it */

struct slurm_option {
    const char *name, *value; /* "--set", "pools.own.gpus=512" */
};

struct slurm_script {
    const char *version;  /* of Tenure */
    const char *program;  /* tenure, by an absolute path */
    const char *from;     /* where relative paths begin; an absolute path */
    const char *command;  /* mc, sweep, ... */
    const char *scenario; /* operand, as given */
    const char *dir;      /* of the study, as given */
    const char *id;       /* of its plan, which each task must find again */
    const struct slurm_option *options; /* of the command */
    size_t n_options;
    const char *const *about; /* lines of a comment, of 76 columns: what it computes */
    size_t n_about;
    const char *name;          /* of the job: slurm_job_name */
    const char *const *sbatch; /* the user's options for sbatch, words */
    size_t n_sbatch;
    int64_t tasks;   /* at least 1 */
    int64_t threads; /* of a task */
};

/* The whole text, in the arena; an error of the kind ERROR_USAGE for a text that cannot
 * be written: with control characters, a backslash in the path of the study (which
 * Slurm takes out of the path of its logs), or too long for sbatch. */
const char *slurm_script_text(const struct slurm_script *script, struct arena *arena,
                              struct error *err) MUST_CHECK;

/* What a script that was written before says: the jobs' name, threads of a task, the
 * study's id and how many tasks there are.  False where there is none, or another's. */
struct slurm_note {
    const char *name; /* NULL: no script */
    const char *id;   /* "" in scripts that do not have it */
    int64_t tasks, threads;
};
bool slurm_script_note(const char *path, struct arena *arena, struct slurm_note *note);

/* One word of an #SBATCH line. */
const char *slurm_sbatch_word(struct arena *arena, const char *text);

/* A name for the jobs of a study: of the last name in a path what needs no quotes, and
 * six digits of a hash of the study's directory, by which squeue finds them and no
 * others.  The merge is called the same with "-merge" behind. */
#define SLURM_MERGE_SUFFIX "-merge"
const char *slurm_job_name(struct arena *arena, const char *path, const char *dir);

/* Rising numbers as sbatch takes them: "1,7-9". */
const char *slurm_array_text(struct arena *arena, const int64_t tasks[], size_t n);

/* How many tasks, so that each lasts about `minutes` on its threads: `work_s` seconds
 * of one core in all, of which `most` parts can be made.  1 to min(most, 1001). */
int64_t slurm_tasks_for(double work_s, double minutes, int64_t threads, int64_t most);

#endif
