#include "study/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/staging.h"
#include "study/lock.h"
#include "study/rows.h"
#include "study/study.h"

#define SHARDS_NAME "shards"

bool directory_make(const char *dir, struct error *err)
{
    struct stat info;
    if (mkdir(dir, 0777) == 0)
        return true;
    if (errno != EEXIST)
        return error_errno(err, dir);
    if (stat(dir, &info) != 0)
        return error_errno(err, dir);
    return S_ISDIR(info.st_mode) ||
           error_kind_set(err, ERROR_USAGE,
                          "%s is not a directory; name one for the study", dir);
}

static const char *hidden(const char *dir, const char *name, struct arena *arena)
{
    return arena_printf(arena, "%s/.%s.tmp", dir, name);
}

const char *directory_hide(const char *dir, const char *name, struct arena *arena)
{
    const char *path = hidden(dir, name, arena);
    unlink(path);
    return path;
}

bool directory_show(const char *dir, const char *name, struct error *err)
{
    struct arena arena = {0};
    const char *path = arena_printf(&arena, "%s/%s", dir, name);
    bool ok = rename(hidden(dir, name, &arena), path) == 0 || error_errno(err, path);
    arena_free(&arena);
    return ok;
}

static bool write_file(const char *path, const char *text, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!file) {
        error_errno(err, path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool ok = fputs(text, file) >= 0 && putc('\n', file) != EOF && fflush(file) == 0 &&
              fsync(fileno(file)) == 0;
    if (!ok)
        error_errno(err, path);
    if (fclose(file) != 0 && ok)
        ok = error_errno(err, path);
    return ok;
}

bool directory_write(const char *dir, const char *name, const char *text,
                     struct error *err)
{
    struct arena arena = {0};
    bool ok = write_file(directory_hide(dir, name, &arena), text, err) &&
              directory_show(dir, name, err) && sync_directory(dir, err);
    arena_free(&arena);
    return ok;
}

static bool is_output(const char *name)
{
    for (const char *const *known = output_names; *known; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

/* ".NAME.tmp" of a file that may stand there, or a temporary file that was not yet
 * without a name when its process was killed. */
static bool is_hidden(const char *name)
{
    char inner[64];
    size_t length = strlen(name), suffix = strlen(".tmp");
    if (strncmp(name, ".columns-", 9) == 0 && length == 15)
        return true;
    if (name[0] != '.' || length <= 1 + suffix || length - 1 - suffix >= sizeof inner ||
        strcmp(name + length - suffix, ".tmp") != 0)
        return false;
    memcpy(inner, name + 1, length - 1 - suffix);
    inner[length - 1 - suffix] = '\0';
    return is_output(inner) || strcmp(inner, PLAN_NAME) == 0;
}

/* What stands in a study's directory while it runs. */
static bool is_working(const char *name)
{
    return strcmp(name, PLAN_NAME) == 0 || rows_is_part_name(name) || is_hidden(name);
}

static bool is_ours(const char *name)
{
    return is_output(name) || is_working(name) || strcmp(name, LOCK_NAME) == 0 ||
           strcmp(name, SHARDS_NAME) == 0;
}

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A real directory below another one, or AT_FDCWD; -1 for anything else. */
static int open_below(int fd, const char *name)
{
    return openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Takes the descriptor; NULL where it is -1. */
static DIR *list_of(int fd)
{
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    if (!list && fd >= 0)
        close(fd);
    return list;
}

/* Unlinks what `which` says, never through a link; takes the descriptor. */
static void remove_files_of(int fd, bool (*which)(const char *name))
{
    DIR *list = list_of(fd);
    for (struct dirent *entry; list && (entry = readdir(list));)
        if (!is_dot(entry->d_name) && which(entry->d_name))
            unlinkat(dirfd(list), entry->d_name, 0);
    if (list)
        closedir(list);
}

static void remove_files(const char *dir, bool (*which)(const char *name))
{
    remove_files_of(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), which);
}

/* Whether there is a plan of Tenure's, of this version or another. */
static bool has_plan(int dir)
{
    int fd = openat(dir, PLAN_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    json_t *root = json_loadfd(fd, 0, NULL);
    close(fd);
    const json_t *study = json_object_get(root, "study");
    const char *program = json_string_value(json_object_get(study, "program"));
    bool ours = program && strcmp(program, "tenure") == 0;
    json_decref(root);
    return ours;
}

static bool is_of_shard(const char *name)
{
    return strcmp(name, PLAN_NAME) != 0 &&
           (is_working(name) || strcmp(name, LOCK_NAME) == 0);
}

/* The plan last: without it nothing tells that the rest is Tenure's. */
static void remove_shard(int shards, const char *name)
{
    int fd = open_below(shards, name);
    if (fd < 0)
        return;
    if (has_plan(fd)) {
        remove_files_of(open_below(fd, "."), is_of_shard);
        unlinkat(fd, PLAN_NAME, 0);
    }
    close(fd);
    unlinkat(shards, name, AT_REMOVEDIR); /* where it is empty */
}

/* Whether study_shard_dir gives this path. */
static bool is_shard(const char *dir, const char *path, struct arena *arena)
{
    struct study_shard shard;
    size_t base;
    return study_is_shard_dir(path, &shard, &base) &&
           strcmp(study_shard_dir(dir, shard, arena), path) == 0;
}

/* Of folders that Tenure makes alone, and never through a link. */
static void remove_shards(const char *dir)
{
    struct arena arena = {0};
    const char *shards = arena_printf(&arena, "%s/" SHARDS_NAME, dir);
    DIR *list = list_of(open_below(AT_FDCWD, shards));
    for (struct dirent *entry; list && (entry = readdir(list));) {
        const char *path = arena_printf(&arena, "%s/%s", shards, entry->d_name);
        if (is_shard(dir, path, &arena))
            remove_shard(dirfd(list), entry->d_name);
    }
    if (list)
        closedir(list);
    rmdir(shards);
    arena_free(&arena);
}

void directory_clear_results(const char *dir)
{
    /* The manifest first: without it what is left is no result. */
    struct arena arena = {0};
    unlink(arena_printf(&arena, "%s/" MANIFEST_NAME, dir));
    arena_free(&arena);
    remove_files(dir, is_output);
}

void directory_clear(const char *dir)
{
    directory_clear_results(dir);
    remove_files(dir, is_working);
    remove_shards(dir);
}

void directory_tidy(const char *dir, bool keep_rows)
{
    remove_files(dir, keep_rows ? is_hidden : is_working);
}

struct contents {
    bool plan, manifest;
    size_t n;           /* lock and shards are not counted */
    char stranger[256]; /* "": none */
};

static bool look_into(const char *dir, struct contents *contents, struct error *err)
{
    DIR *list = opendir(dir);
    if (!list)
        return error_errno(err, dir);
    for (struct dirent *entry; (entry = readdir(list));) {
        const char *name = entry->d_name;
        if (is_dot(name))
            continue;
        contents->n += !is_hidden(name) && strcmp(name, LOCK_NAME) != 0 &&
                       strcmp(name, SHARDS_NAME) != 0;
        contents->plan |= strcmp(name, PLAN_NAME) == 0;
        contents->manifest |= strcmp(name, MANIFEST_NAME) == 0;
        if (!is_ours(name))
            snprintf(contents->stranger, sizeof contents->stranger, "%s", name);
    }
    closedir(list);
    return true;
}

static bool look_at_manifest(const char *dir, const struct study_plan *plan, bool force,
                             enum directory_state *state, struct error *err)
{
    struct arena arena = {0};
    const char *path = arena_printf(&arena, "%s/" MANIFEST_NAME, dir);
    json_t *root = json_load_file(path, 0, NULL);
    const char *program = json_string_value(json_object_get(root, "program"));
    const char *kind = json_string_value(json_object_get(root, "kind"));
    const char *id = json_string_value(json_object_get(root, "study"));
    char difference[PLAN_DIFFERENCE];
    bool ok = true;
    *state = DIRECTORY_FINISHED;
    if (!program || strcmp(program, "tenure") != 0) {
        ok = error_kind_set(err, ERROR_USAGE,
                            "%s is not empty, and its manifest is not Tenure's", dir);
    } else if (!id || strcmp(id, plan->id) != 0) {
        *state = DIRECTORY_EMPTY;
        if (!force && !kind)
            ok = error_kind_set(err, ERROR_USAGE,
                                "%s holds the result of a run; name another directory, "
                                "or replace it with --force",
                                dir);
        else if (!force) {
            plan_difference(root, plan_identity(plan), difference);
            ok = error_kind_set(err, ERROR_USAGE,
                                "%s holds another study: %s; name another directory, "
                                "or replace it with --force",
                                dir, difference);
        }
    }
    json_decref(root);
    arena_free(&arena);
    return ok;
}

static bool look_at_plan(const char *dir, const struct study_plan *plan, bool force,
                         enum directory_state *state, struct error *err)
{
    struct study_plan was;
    struct error inner;
    *state = DIRECTORY_EMPTY;
    if (!plan_read(&was, dir, &inner)) {
        if (force)
            return true;
        *err = inner;
        return false;
    }
    if (strcmp(was.id, plan->id) == 0)
        *state = DIRECTORY_BEGUN;
    char difference[PLAN_DIFFERENCE];
    plan_difference(plan_identity(&was), plan_identity(plan), difference);
    plan_free(&was);
    if (*state == DIRECTORY_BEGUN || force)
        return true;
    return error_kind_set(err, ERROR_USAGE,
                          "%s holds another study that has begun: %s; name another "
                          "directory, or replace it with --force",
                          dir, difference);
}

bool directory_look(const char *dir, const struct study_plan *plan, bool force,
                    enum directory_state *state, struct error *err)
{
    struct contents contents = {0};
    *state = DIRECTORY_EMPTY;
    if (!look_into(dir, &contents, err))
        return false;
    if (*contents.stranger)
        return error_kind_set(err, ERROR_USAGE,
                              "%s holds '%s', which is not Tenure's; name another "
                              "directory",
                              dir, contents.stranger);
    if (contents.manifest)
        return look_at_manifest(dir, plan, force, state, err);
    if (contents.plan)
        return look_at_plan(dir, plan, force, state, err);
    /* Rows without a plan, or half of a result that somebody has deleted. */
    return contents.n == 0 || force ||
           error_kind_set(err, ERROR_USAGE,
                          "%s is not empty, but holds no study; --force replaces what "
                          "Tenure wrote into it",
                          dir);
}
