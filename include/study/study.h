#ifndef STUDY_STUDY_H
#define STUDY_STUDY_H

/*
 * A study, run: all replications of all points, in threads, each row durable when it is
 * done, and then the results.
 *
 * The same call resumes what was interrupted or killed: rows that are there are not
 * computed again.  Every way gives the same bytes: any number of threads, any shards
 * (study/merge.h), any interruptions.
 *
 * A replication that cannot be done (ERROR_INFEASIBLE) is a row with its reason and
 * without metrics; all other errors end the study, which can be resumed.
 */

#include "study/finish.h"

/* Of all tasks those whose replication k has k mod count = index. */
struct study_shard {
    uint64_t index, count; /* count 0: the whole study */
};

struct study_progress {
    uint64_t done,
        total;     /* tasks of this shard; of a study that stops early, at most */
    uint64_t run;  /* of the done: in this session */
    double wall_s; /* of this session */
};

struct study_options {
    const char *dir;
    struct study_shard shard;
    unsigned jobs; /* threads; 0: pool_threads */
    bool force, keep_rows;
    double lock_wait_s;
    void (*progress)(void *self, const struct study_progress *progress); /* or NULL */
    void *self;
};

struct study_report {
    bool was_finished;              /* before this call, which did nothing then */
    struct study_progress progress; /* also after a failure */
    struct finish_report finish;    /* zero for a shard, and for one finished before */
    uint64_t failed;                /* rows of this session that failed */
};

bool study_run(const struct study_setup *setup, const struct study_plan *plan,
               const struct study_options *options, struct study_report *report,
               struct error *err) MUST_CHECK;

/* DIR/shards/I-of-N, in the arena. */
const char *study_shard_dir(const char *dir, struct study_shard shard,
                            struct arena *arena);

/* ".../shards/3-of-7" to the shard, and how long the path before "/shards" is. */
bool study_is_shard_dir(const char *dir, struct study_shard *shard, size_t *base);

struct dir_list {
    const char **items;
    size_t n, room;
};
void dir_list_add(struct dir_list *list, const char *dir, struct arena *arena);

/* Adds DIR/shards/I-of-N that have a plan, by name. */
bool study_shard_dirs(const char *dir, struct arena *arena, struct dir_list *list,
                      struct error *err) MUST_CHECK;

/* "3/7", or from the variables of a Slurm array where `text` is NULL: count 0 where
 * there are none.  "none" is the whole study, whatever they say. */
bool study_shard_parse(const char *text, struct study_shard *shard,
                       struct error *err) MUST_CHECK;

/* Replications of a shard. */
static inline uint64_t study_shard_replications(struct study_shard shard,
                                                uint64_t replications)
{
    if (shard.count == 0)
        return replications;
    if (shard.index >= replications)
        return 0;
    return (replications - shard.index - 1) / shard.count + 1;
}

#endif
