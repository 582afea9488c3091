/* Which part of a study is run. */

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/decimal.h"
#include "study/plan.h"
#include "study/study.h"

static bool whole(const char *text, size_t length, int64_t *value)
{
    return text && length > 0 && text[0] >= '0' && text[0] <= '9' &&
           decimal_to_int64(text, length, 0, value) == DECIMAL_OK;
}

static bool variable(const char *name, int64_t *value)
{
    const char *text = getenv(name);
    return text && whole(text, strlen(text), value);
}

/* Task ID of an array from 0 on by STEP, COUNT in all.  One that begins elsewhere may
 * be a part of it that is run again, --array=2 of 0-3, and not the whole. */
static bool from_slurm(struct study_shard *shard, struct error *err)
{
    int64_t id, min, max, count, step = 1;
    if (!getenv("SLURM_ARRAY_TASK_ID"))
        return true;
    if (variable("SLURM_ARRAY_TASK_ID", &id) &&
        variable("SLURM_ARRAY_TASK_MIN", &min) &&
        variable("SLURM_ARRAY_TASK_MAX", &max) &&
        variable("SLURM_ARRAY_TASK_COUNT", &count) &&
        (variable("SLURM_ARRAY_TASK_STEP", &step) ||
         !getenv("SLURM_ARRAY_TASK_STEP")) &&
        step > 0 && min == 0 && id >= min && id <= max && (id - min) % step == 0 &&
        (max - min) / step + 1 == count) {
        *shard = (struct study_shard){(uint64_t)((id - min) / step), (uint64_t)count};
        return true;
    }
    return error_kind_set(err, ERROR_USAGE,
                          "this is a task of a Slurm array that has gaps or does not "
                          "begin at 0, so which part of the study is meant is not "
                          "clear; give --shard I/N, or --shard none for the whole "
                          "study");
}

bool study_shard_parse(const char *text, struct study_shard *shard, struct error *err)
{
    *shard = (struct study_shard){0};
    if (!text)
        return from_slurm(shard, err);
    if (strcmp(text, "none") == 0)
        return true;
    const char *slash = strchr(text, '/');
    int64_t index, count;
    if (!slash || !whole(text, (size_t)(slash - text), &index) ||
        !whole(slash + 1, strlen(slash + 1), &count) || index >= count ||
        count > REPLICATIONS_MAX)
        return error_kind_set(err, ERROR_USAGE,
                              "--shard: '%s' is not I/N with I from 0 to N - 1, such "
                              "as 3/16, or none",
                              text);
    *shard = (struct study_shard){(uint64_t)index, (uint64_t)count};
    return true;
}

const char *study_shard_dir(const char *dir, struct study_shard shard,
                            struct arena *arena)
{
    return arena_printf(arena, "%s/shards/%" PRIu64 "-of-%" PRIu64, dir, shard.index,
                        shard.count);
}

bool study_is_shard_dir(const char *dir, struct study_shard *shard, size_t *base)
{
    static const char folder[] = "shards/";
    size_t length = strlen(dir), at = 0, before = strlen(folder);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    for (size_t i = 0; i < length; i++)
        if (dir[i] == '/')
            at = i + 1;
    int end = 0;
    if (sscanf(dir + at, "%9" SCNu64 "-of-%9" SCNu64 "%n", &shard->index, &shard->count,
               &end) != 2 ||
        at + (size_t)end != length || shard->index >= shard->count)
        return false;
    if (at < before || strncmp(dir + at - before, folder, before) != 0)
        return false;
    *base = at > before ? at - before - 1 : 0;
    return true;
}

void dir_list_add(struct dir_list *list, const char *dir, struct arena *arena)
{
    if (list->n == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->items =
            arena_grow(arena, list->items, list->n, list->room, sizeof *list->items);
    }
    list->items[list->n++] = dir;
}

static int by_text(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;
    return strcmp(*a, *b);
}

bool study_shard_dirs(const char *dir, struct arena *arena, struct dir_list *list,
                      struct error *err)
{
    const char *shards = arena_printf(arena, "%s/shards", dir);
    size_t before = list->n;
    DIR *open = opendir(shards);
    if (!open)
        return errno == ENOENT || error_errno(err, shards);
    for (struct dirent *entry; (entry = readdir(open));) {
        struct study_shard shard;
        struct stat info;
        size_t base;
        const char *path = arena_printf(arena, "%s/%s", shards, entry->d_name);
        if (study_is_shard_dir(path, &shard, &base) &&
            stat(arena_printf(arena, "%s/" PLAN_NAME, path), &info) == 0)
            dir_list_add(list, path, arena);
    }
    closedir(open);
    if (list->n > before)
        qsort(list->items + before, list->n - before, sizeof *list->items, by_text);
    return true;
}
