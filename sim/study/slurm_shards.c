#include "study/slurm_shards.h"

#include <assert.h>
#include <inttypes.h>

#include "base/interrupt.h"
#include "study/rows.h"

static bool take(struct slurm_shards *shards, const char *dir, struct arena *arena,
                 struct error *err)
{
    struct study_shard shard;
    size_t base;
    if (!study_is_shard_dir(dir, &shard, &base) || shard.count > REPLICATIONS_MAX)
        return true;
    if (shards->n != 0 && shards->n != shard.count)
        return error_set(err,
                         "%s: the study has been begun in %" PRIu64 " and in %" PRIu64
                         " shards; move the directories of one division away",
                         shards->dir, shards->n, shard.count);
    if (shards->n == 0) {
        shards->n = shard.count;
        shards->dirs = ARENA_ARRAY(arena, (size_t)shard.count, const char *);
    }
    shards->dirs[shard.index] = dir;
    return true;
}

bool slurm_shards_find(const char *dir, struct arena *arena,
                       struct slurm_shards *shards, struct error *err)
{
    struct dir_list list = {0};
    *shards = (struct slurm_shards){.dir = dir};
    bool ok = study_shard_dirs(dir, arena, &list, err);
    for (size_t i = 0; ok && i < list.n; i++)
        ok = take(shards, list.items[i], arena, err);
    return ok;
}

bool slurm_shards_plan(const struct slurm_shards *shards, struct study_plan *plan,
                       struct error *err)
{
    uint64_t first = 0;
    while (first < shards->n && !shards->dirs[first])
        first++;
    assert(first < shards->n);
    return plan_read(plan, shards->dirs[first], err);
}

static bool count_rows(const char *dir, const char *id, uint64_t *done,
                       struct error *err)
{
    struct arena arena = {0};
    struct rows_files files = {0};
    bool ok = rows_find(dir, &arena, &files, err), more = true;
    struct rows_reader *reader = ok ? rows_open(&files, id, err) : NULL;
    struct row row;
    ok = reader != NULL;
    while (ok && (ok = interrupt_check(err) && rows_next(reader, &row, &more, err)) &&
           more)
        ++*done;
    rows_free(reader);
    arena_free(&arena);
    return ok;
}

bool slurm_shards_count(const struct slurm_shards *shards, uint64_t shard,
                        const struct study_plan *plan, struct slurm_progress *progress,
                        struct error *err)
{
    assert(shard < shards->n);
    *progress = (struct slurm_progress){
        .of = study_shard_replications((struct study_shard){shard, shards->n},
                                       plan->replications) *
              plan->n_points};
    return !shards->dirs[shard] ||
           count_rows(shards->dirs[shard], plan->id, &progress->done, err);
}
