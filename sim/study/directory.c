#include "study/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/staging.h"
#include "study/directory_parts.h"
#include "study/lock.h"
#include "study/rows.h"
#include "study/study.h"
#include "study/tables.h"

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
    const char *path = directory_hide(dir, name, &arena);
    bool ok = write_file(path, text, err) && directory_show(dir, name, err);
    if (!ok)
        unlink(path);
    ok = ok && sync_directory(dir, err);
    arena_free(&arena);
    return ok;
}

bool directory_is_output(const char *name)
{
    for (const char *const *known = output_names; *known; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

/* Of those the ones of studies. */
static bool is_result(const char *name)
{
    for (int i = 0; i < STUDY_TABLES; i++)
        if (strcmp(study_tables[i].name, name) == 0)
            return true;
    return strcmp(name, MANIFEST_NAME) == 0;
}

bool directory_is_hidden(const char *name)
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
    return directory_is_output(inner) || strcmp(inner, PLAN_NAME) == 0;
}

static bool is_row_or_hidden(const char *name)
{
    return rows_is_part_name(name) || directory_is_hidden(name);
}

/* What stands in a study's directory while it runs. */
static bool is_working(const char *name)
{
    return strcmp(name, PLAN_NAME) == 0 || is_row_or_hidden(name);
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

static bool is_tenures(const json_t *object)
{
    const char *program = json_string_value(json_object_get(object, "program"));
    return program && strcmp(program, "tenure") == 0;
}

/* NULL where there is no such file, or one that is no JSON; through no link. */
static json_t *load(int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    json_t *root = fd < 0 ? NULL : json_loadfd(fd, 0, NULL);
    if (fd >= 0)
        close(fd);
    return root;
}

bool directory_has_plan(int dir)
{
    json_t *root = load(dir, PLAN_NAME);
    bool ours = is_tenures(json_object_get(root, "study"));
    json_decref(root);
    return ours;
}

json_t *directory_manifest(int dir)
{
    json_t *root = load(dir, MANIFEST_NAME);
    if (root && is_tenures(root))
        return root;
    json_decref(root);
    return NULL;
}

static bool is_of_shard(const char *name)
{
    return strcmp(name, PLAN_NAME) != 0 &&
           (is_working(name) || strcmp(name, LOCK_NAME) == 0);
}

/* A folder of shards: a descriptor, and the path of the one that is looked at. */
struct shard_folder {
    int shards;
    const char *name, *path;
    double wait_s;
};

/* Nobody writes there, or the message says who. */
static bool check_shard(const struct shard_folder *folder, struct error *err)
{
    struct study_lock lock;
    if (!lock_take(&lock, folder->path, folder->wait_s, err))
        return false;
    lock_release(&lock, false);
    return true;
}

/* The plan last: without it nothing tells that the rest is Tenure's. */
static bool remove_shard(const struct shard_folder *folder, struct error *err)
{
    struct study_lock lock;
    if (!lock_take(&lock, folder->path, folder->wait_s, err))
        return false;
    int fd = open_below(folder->shards, folder->name);
    if (fd >= 0) {
        remove_files_of(open_below(fd, "."), is_of_shard);
        unlinkat(fd, PLAN_NAME, 0);
        close(fd);
    }
    lock_release(&lock, false);
    unlinkat(folder->shards, folder->name, AT_REMOVEDIR); /* where it is empty */
    return true;
}

/* A folder that Tenure made: a real one, as study_shard_dir gives it, with a plan. */
static bool is_shard(const char *dir, const struct shard_folder *folder,
                     struct arena *arena)
{
    struct study_shard shard;
    size_t base;
    if (!study_is_shard_dir(folder->path, &shard, &base) ||
        strcmp(study_shard_dir(dir, shard, arena), folder->path) != 0)
        return false;
    int fd = open_below(folder->shards, folder->name);
    bool has_plan = fd >= 0 && directory_has_plan(fd);
    if (fd >= 0)
        close(fd);
    return has_plan;
}

static bool each_shard(const char *dir, double wait_s,
                       bool (*visit)(const struct shard_folder *, struct error *),
                       struct error *err)
{
    struct arena arena = {0};
    const char *shards = arena_printf(&arena, "%s/" SHARDS_NAME, dir);
    DIR *list = list_of(open_below(AT_FDCWD, shards));
    bool ok = true;
    for (struct dirent *entry; ok && list && (entry = readdir(list));) {
        struct shard_folder folder = {
            .shards = dirfd(list),
            .name = entry->d_name,
            .path = arena_printf(&arena, "%s/%s", shards, entry->d_name),
            .wait_s = wait_s};
        ok = !is_shard(dir, &folder, &arena) || visit(&folder, err);
    }
    if (list)
        closedir(list);
    arena_free(&arena);
    return ok;
}

static bool stop(const struct shard_folder *folder, struct error *err)
{
    (void)folder;
    (void)err;
    return false;
}

bool directory_has_shards(const char *dir)
{
    struct error ignored;
    return !each_shard(dir, 0, stop, &ignored);
}

static void remove_folder_of_shards(const char *dir)
{
    struct arena arena = {0};
    rmdir(arena_printf(&arena, "%s/" SHARDS_NAME, dir)); /* where it is empty */
    arena_free(&arena);
}

/* Files of a run's result, while its manifest says what they are. */
static void remove_run(int fd)
{
    json_t *manifest = directory_manifest(fd);
    bool is_run = manifest && !json_object_get(manifest, "kind");
    json_decref(manifest);
    for (const char *const *name = output_names; is_run && *name; name++)
        if (!is_result(*name))
            unlinkat(fd, *name, 0);
}

void directory_clear_results(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    remove_run(fd);
    /* The manifest first: without it what is left is no result. */
    unlinkat(fd, MANIFEST_NAME, 0);
    remove_files_of(fd, is_result);
}

bool directory_clear_work(const char *dir, double wait_s, struct error *err)
{
    /* All are looked at before any is removed. */
    if (!each_shard(dir, wait_s, check_shard, err) ||
        !each_shard(dir, wait_s, remove_shard, err))
        return false;
    remove_folder_of_shards(dir);
    remove_files(dir, is_row_or_hidden);
    return true;
}

static bool is_row(const char *name)
{
    return rows_is_part_name(name);
}

void directory_clear_rows(const char *dir)
{
    remove_files(dir, is_row);
}

bool directory_at_rest(const char *dir, double wait_s, struct study_lock *lock,
                       bool *at_rest, struct error *err)
{
    struct error inner;
    *at_rest = !lock_is_there(dir);
    if (*at_rest || lock_take(lock, dir, wait_s, &inner))
        return true;
    *at_rest = inner.kind == ERROR_IO;
    if (!*at_rest)
        *err = inner;
    return *at_rest;
}

void directory_tidy(const char *dir, bool keep_rows)
{
    remove_files(dir, keep_rows ? directory_is_hidden : is_working);
}
