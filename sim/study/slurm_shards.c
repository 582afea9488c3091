#include "study/slurm_shards.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

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

/* From `from` on; `shards->n` where there is none. */
static uint64_t next_begun(const struct slurm_shards *shards, uint64_t from)
{
    while (from < shards->n && !shards->dirs[from])
        from++;
    return from;
}

bool slurm_shards_plan(const struct slurm_shards *shards, const char *id,
                       struct study_plan *plan, struct error *err)
{
    uint64_t first = next_begun(shards, 0);
    assert(first < shards->n);
    for (uint64_t i = first; id && i < shards->n; i = next_begun(shards, i + 1)) {
        if (!plan_read(plan, shards->dirs[i], err))
            return false;
        if (strcmp(plan->id, id) == 0)
            return true;
        plan_free(plan);
    }
    return plan_read(plan, shards->dirs[first], err);
}

bool slurm_shards_check(const struct slurm_shards *shards,
                        const struct study_plan *plan, struct error *err)
{
    bool same = true;
    for (uint64_t i = next_begun(shards, 0); same && i < shards->n;
         i = next_begun(shards, i + 1)) {
        struct study_plan was;
        char text[PLAN_DIFFERENCE];
        if (!plan_read(&was, shards->dirs[i], err))
            return false;
        same = strcmp(was.id, plan->id) == 0;
        if (!same) {
            plan_difference(plan_identity(&was), plan_identity(plan), text);
            error_set(err, "%s: it is of another study: %s", shards->dirs[i], text);
        }
        plan_free(&was);
    }
    return same;
}

static bool look_at_plan(const char *dir, const char *id, bool *is_foreign,
                         struct error *err)
{
    struct study_plan plan;
    if (!plan_read(&plan, dir, err))
        return false;
    *is_foreign = strcmp(plan.id, id) != 0;
    plan_free(&plan);
    return true;
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
    const char *dir = shards->dirs[shard];
    if (!dir)
        return true;
    return look_at_plan(dir, plan->id, &progress->is_foreign, err) &&
           (progress->is_foreign || count_rows(dir, plan->id, &progress->done, err));
}
