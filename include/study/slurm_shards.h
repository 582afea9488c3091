#ifndef STUDY_SLURM_SHARDS_H
#define STUDY_SLURM_SHARDS_H

/* How far the shards of a study are, from the files alone: DIR/shards/I-of-N/. */

#include "study/study.h"

struct slurm_shards {
    const char *dir;   /* of the study */
    uint64_t n;        /* how many it is divided into; 0: none has begun */
    const char **dirs; /* [n]; NULL: that one has not begun */
};

/* Looks into DIR/shards, which need not be there.  An error where it has shards of two
 * divisions: 0-of-7 and 1-of-8. */
bool slurm_shards_find(const char *dir, struct arena *arena,
                       struct slurm_shards *shards, struct error *err) MUST_CHECK;

/* The plan of the first that has begun, of which there must be one, and that is of the
 * study `id` where any is; NULL: whatever study. */
bool slurm_shards_plan(const struct slurm_shards *shards, const char *id,
                       struct study_plan *plan, struct error *err) MUST_CHECK;

/* An error where one that has begun is of another study than `plan`. */
bool slurm_shards_check(const struct slurm_shards *shards,
                        const struct study_plan *plan, struct error *err) MUST_CHECK;

/* The rows that a shard needs, and those that it has, each counted once: none of a
 * shard of another study.  An error where they are damaged. */
struct slurm_progress {
    uint64_t done, of;
    bool is_foreign;
};
bool slurm_shards_count(const struct slurm_shards *shards, uint64_t shard,
                        const struct study_plan *plan, struct slurm_progress *progress,
                        struct error *err) MUST_CHECK;

#endif
