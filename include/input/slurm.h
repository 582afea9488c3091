#ifndef INPUT_SLURM_H
#define INPUT_SLURM_H

/*
 * The texts that Slurm's `sacct` and `sinfo` print: durations, limits, states,
 * trackable resources, tasks of arrays.
 *
 * Source: the manual pages sacct(1), sbatch(1) and slurm.conf(5) of Slurm 25.05
 * (slurm.schedmd.com), with the forms of older versions where they differ.
 */

#include <stddef.h>

#include "base/errors.h"

/* [DD-]HH:MM:SS[.mmm], MM:SS[.mmm], DD-HH, DD-HH:MM; 0 to 200 years.  False where the
 * text is none of them. */
bool slurm_duration(const char *text, size_t length, int64_t *ms) MUST_CHECK;

/* A time limit: a duration, whole minutes, UNLIMITED (0: none), or Partition_Limit. */
enum slurm_limit { SLURM_LIMIT_WRONG, SLURM_LIMIT_GIVEN, SLURM_LIMIT_OF_PARTITION };
enum slurm_limit slurm_limit(const char *text, size_t length, int64_t *ms);

/* What became of a job, by the first word of its state ("CANCELLED by 1001"). */
enum slurm_fate {
    SLURM_UNKNOWN,
    SLURM_ENDED,     /* it holds nothing any more; it may never have started */
    SLURM_RUNNING,   /* also suspended, completing */
    SLURM_PENDING,   /* also requeued and held */
    SLURM_ELSEWHERE, /* a sibling in another cluster of the federation ran */
};
enum slurm_fate slurm_fate(const char *state);

/* GPUs in a list of resources.  Typed and untyped counts are the same GPUs counted
 * twice, not more of them. */
#define SLURM_TYPES_MAX 8
struct slurm_type {
    const char *name; /* points into the list */
    size_t length;
    int64_t gpus;
};
struct slurm_gpus {
    int64_t total;
    struct slurm_type types[SLURM_TYPES_MAX];
    size_t n_types;
    int64_t typed; /* their sum; below the total where some have no type */
    bool shares;   /* gres/shard or gres/mps is there: parts of GPUs */
};

/* The catalogue's class that a type of GPU names ("a100", "nvidia_h100_80gb_hbm3"), or
 * NULL.  Where the name leaves it open it is the larger and faster one: "a100" is
 * a100-80-sxm, "h100" h100-sxm. */
const char *slurm_class(const char *type, size_t length);

/* AllocTRES, ReqTRES: "billing=8,cpu=64,gres/gpu:h100=8,gres/gpu=8,mem=512G,node=1".
 * The error, without place, continues "AllocTRES: 'TEXT' ". */
bool slurm_tres(const char *text, struct slurm_gpus *gpus,
                struct error *err) MUST_CHECK;

/* AllocGRES of old versions, and GRES of sinfo: "gpu:8",
 * "gpu:h100:4(S:0-1),gpu:a100:4",
 * "(null)". */
bool slurm_gres(const char *text, struct slurm_gpus *gpus,
                struct error *err) MUST_CHECK;

/* The tasks of an array that has not started: "12_[3,5-9:2%4]" are 12_3, 12_5, 12_7,
 * 12_9.  False where `id` is no such text, or sacct cut the list short ("..."). */
#define SLURM_TASKS_MAX 4000001 /* the largest MaxArraySize */
struct slurm_tasks {
    const char *at;
    int64_t next, last, step;
};
bool slurm_tasks_count(const char *id, int64_t *tasks) MUST_CHECK;
void slurm_tasks_begin(struct slurm_tasks *tasks, const char *id);
bool slurm_tasks_next(struct slurm_tasks *tasks, int64_t *task);

#endif
