#include "study/merge.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fingerprint.h"
#include "base/interrupt.h"
#include "study/bitmap.h"
#include "study/directory.h"
#include "study/judge.h"
#include "study/lock.h"

struct merging {
    const struct merge_options *options;
    struct study_plan *plan;
    struct merge_report *report;
    struct arena arena;
    struct dir_list dirs; /* that have a plan */
    const char *out;
    struct rows_files files;
    uint64_t *cut;
    uint64_t count; /* all were divided into so many; 0: not alike */
};

static bool add_source(struct merging *merging, const char *source, struct error *err)
{
    struct arena *arena = &merging->arena;
    size_t before = merging->dirs.n;
    struct stat info;
    if (stat(arena_printf(arena, "%s/" PLAN_NAME, source), &info) == 0)
        dir_list_add(&merging->dirs, source, arena);
    if (!study_shard_dirs(source, arena, &merging->dirs, err))
        return false;
    return merging->dirs.n > before ||
           error_set(err,
                     "%s: neither a shard nor a directory with shards: there is no "
                     "%s in it or in shards/I-of-N",
                     source, PLAN_NAME);
}

static bool check_machine(const struct merging *merging, struct error *err)
{
    const json_t *study = plan_identity(merging->plan);
    const char *version = json_string_value(json_object_get(study, "version"));
    const char *print = json_string_value(json_object_get(study, "fingerprint"));
    char here[SHA256_HEX];
    fingerprint(here);
    if (!version || strcmp(version, merging->options->version) != 0)
        return error_set(err,
                         "%s: it was run by Tenure %s, and this is %s, whose results "
                         "may differ",
                         merging->dirs.items[0], version ? version : "of no version",
                         merging->options->version);
    return (print && strcmp(print, here) == 0) ||
           error_set(err,
                     "%s: it was run on machines that compute differently from this "
                     "one (another numeric fingerprint); merge it on one of those",
                     merging->dirs.items[0]);
}

static bool check_same(struct merging *merging, const char *dir, struct error *err)
{
    struct study_plan other;
    char difference[PLAN_DIFFERENCE];
    if (!plan_read(&other, dir, err))
        return false;
    bool same = strcmp(other.id, merging->plan->id) == 0;
    if (!same) {
        plan_difference(plan_identity(merging->plan), plan_identity(&other),
                        difference);
        error_set(err, "%s is not of the same study as %s: %s", dir,
                  merging->dirs.items[0], difference);
    }
    plan_free(&other);
    return same;
}

/* Into how many shards all were divided, and where they are. */
static void note_division(struct merging *merging, const char *dir)
{
    struct study_shard shard;
    size_t base;
    if (!study_is_shard_dir(dir, &shard, &base)) {
        merging->count = 0;
        return;
    }
    if (!merging->report->base) {
        merging->report->base =
            base > 0 ? arena_strndup(&merging->plan->arena, dir, base) : ".";
        merging->count = shard.count;
    }
    if (merging->count != shard.count)
        merging->count = 0;
}

static bool read_plans(struct merging *merging, struct error *err)
{
    const struct merge_options *options = merging->options;
    for (size_t i = 0; i < options->n_sources; i++)
        if (!add_source(merging, options->sources[i], err))
            return false;
    if (!plan_read(merging->plan, merging->dirs.items[0], err))
        return false;
    bool ok = check_machine(merging, err);
    for (size_t i = 1; ok && i < merging->dirs.n; i++)
        ok = check_same(merging, merging->dirs.items[i], err);
    for (size_t i = 0; ok && i < merging->dirs.n; i++) {
        note_division(merging, merging->dirs.items[i]);
        ok = rows_find(merging->dirs.items[i], &merging->arena, &merging->files, err);
    }
    merging->report->shards = merging->dirs.n;
    if (!merging->report->base)
        merging->report->base =
            arena_strdup(&merging->plan->arena, options->sources[0]);
    if (!ok)
        plan_free(merging->plan);
    return ok;
}

/* ---- what is missing ---- */

struct missing {
    struct merging *merging;
    uint64_t next; /* the first task not looked at */
    struct bitmap shards;
    uint64_t last; /* the last replication noted; UINT64_MAX: none */
};

static void note_missing(struct missing *missing, uint64_t replication)
{
    struct merge_report *report = missing->merging->report;
    report->missing++;
    if (replication == missing->last)
        return;
    if (missing->last != UINT64_MAX && replication == missing->last + 1) {
        if (report->n_ranges <= MERGE_SHOWN)
            report->ranges[report->n_ranges - 1].last = replication;
    } else {
        if (report->n_ranges < MERGE_SHOWN)
            report->ranges[report->n_ranges] =
                (struct merge_range){replication, replication};
        report->n_ranges++;
    }
    missing->last = replication;
    if (missing->shards.n > 0)
        bitmap_set(&missing->shards, replication % missing->shards.n);
}

/* The tasks before `end` that did not come, but those behind a point's cut. */
static void note_until(struct missing *missing, uint64_t end)
{
    const struct merging *merging = missing->merging;
    size_t n = merging->plan->n_points;
    for (; missing->next < end; missing->next++) {
        uint64_t replication = missing->next / n;
        if (replication < merging->cut[missing->next % n])
            note_missing(missing, replication);
    }
}

static void list_shards(struct missing *missing)
{
    struct merge_report *report = missing->merging->report;
    for (uint64_t i = 0; i < missing->shards.n; i++) {
        if (!bitmap_get(&missing->shards, i))
            continue;
        if (report->n_todo < MERGE_SHOWN)
            report->todo[report->n_todo] = (struct study_shard){i, missing->shards.n};
        report->n_todo++;
    }
}

static bool find_missing(struct merging *merging, struct error *err)
{
    const struct study_plan *plan = merging->plan;
    struct missing missing = {.merging = merging, .last = UINT64_MAX};
    struct rows_reader *reader = rows_open(&merging->files, plan->id, err);
    struct row row;
    bool more, ok = reader != NULL;
    bitmap_init(&missing.shards, merging->count);
    while (ok && (ok = interrupt_check(err) && rows_next(reader, &row, &more, err)) &&
           more) {
        if (row.task >= plan_tasks(plan))
            ok =
                error_set(err,
                          "%s: row %" PRIu64 " is of no task of this study; delete the "
                          "file, and its replications are run again",
                          row.path, row.task);
        else
            note_until(&missing, row.task);
        missing.next = row.task + 1;
    }
    if (ok)
        note_until(&missing, plan_tasks(plan));
    list_shards(&missing);
    bitmap_free(&missing.shards);
    rows_free(reader);
    return ok;
}

/* Whether the results go where one of several sources has its rows, which stay. */
static bool is_into_source(const struct merging *merging)
{
    struct stat out, source;
    if (merging->options->n_sources == 1 || stat(merging->out, &out) != 0)
        return false;
    for (size_t i = 0; i < merging->dirs.n; i++)
        if (stat(merging->dirs.items[i], &source) == 0 && out.st_ino == source.st_ino &&
            out.st_dev == source.st_dev)
            return true;
    return false;
}

static bool merge_rows(struct merging *merging, struct error *err)
{
    const struct study_plan *plan = merging->plan;
    merging->cut = ARENA_ARRAY(&merging->arena, plan->n_points, uint64_t);
    if (!judge_points(plan, &merging->files, merging->out, plan->replications,
                      merging->cut, err) ||
        !find_missing(merging, err))
        return false;
    if (merging->report->missing > 0)
        return true;
    struct finish_options finish = {
        .plan = plan,
        .dir = merging->out,
        .files = &merging->files,
        .cut = merging->cut,
    };
    if (!study_finish(&finish, &merging->report->finish, err))
        return false;
    directory_tidy(merging->out, is_into_source(merging));
    return true;
}

static bool write_results(struct merging *merging, bool was_left, struct error *err)
{
    enum directory_state state;
    const char *out = merging->out;
    bool force = merging->options->force;
    if (!directory_look(out, merging->plan, force, &state, err))
        return false;
    if (state != DIRECTORY_FINISHED || force)
        return merge_rows(merging, err);
    merging->report->was_finished = true;
    if (was_left)
        directory_tidy(out, is_into_source(merging));
    return true;
}

/* A shard with a manifest would be a study that is finished. */
static bool check_out(const char *out, struct error *err)
{
    struct study_shard shard;
    size_t base;
    return !study_is_shard_dir(out, &shard, &base) ||
           error_kind_set(err, ERROR_USAGE,
                          "%s is the directory of a shard; name another one for the "
                          "results with -o",
                          out);
}

static bool merge_locked(struct merging *merging, struct study_lock *lock,
                         bool was_left, struct error *err)
{
    bool ok = write_results(merging, was_left, err);
    lock_release(lock, true);
    return ok;
}

static bool merge_into_new(struct merging *merging, struct error *err)
{
    struct study_lock lock;
    if (!directory_make(merging->out, err) ||
        !lock_take(&lock, merging->out, merging->options->lock_wait_s, err))
        return false;
    bool ok = merge_locked(merging, &lock, false, err);
    if (!ok || merging->report->missing > 0)
        rmdir(merging->out);
    return ok;
}

static bool merge(struct merging *merging, struct error *err)
{
    const struct merge_options *options = merging->options;
    struct study_lock lock = {.path = NULL};
    enum directory_state state;
    struct stat info;
    bool at_rest, was_left = false;
    merging->out = options->dir ? options->dir : options->sources[0];
    if (!check_out(merging->out, err))
        return false;
    if (lstat(merging->out, &info) != 0)
        return merge_into_new(merging, err);
    if (!directory_look(merging->out, merging->plan, options->force, &state, err))
        return false;
    if (state == DIRECTORY_FINISHED && !options->force) {
        if (!directory_at_rest(merging->out, options->lock_wait_s, &lock, &at_rest,
                               err))
            return false;
        if ((merging->report->was_finished = at_rest))
            return true;
        was_left = true;
    }
    return (was_left || lock_take(&lock, merging->out, options->lock_wait_s, err)) &&
           merge_locked(merging, &lock, was_left, err);
}

bool study_merge(const struct merge_options *options, struct study_plan *plan,
                 struct merge_report *report, struct error *err)
{
    struct merging merging = {.options = options, .plan = plan, .report = report};
    assert(options->n_sources > 0 && (options->dir || options->n_sources == 1));
    *report = (struct merge_report){.was_finished = false};
    *plan = (struct study_plan){.root = NULL};
    bool ok = read_plans(&merging, err);
    if (ok && !merge(&merging, err)) {
        plan_free(plan);
        ok = false;
    }
    arena_free(&merging.arena);
    return ok;
}
