#include "output/staging.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const output_names[] = {
    "summary.csv",
    "timeline.csv",
    "jobs.csv",
    "ledger.csv",
    "assets.csv",
    "usage.csv",
    "events.csv",
    "chargeback.csv",
    "levels.csv",
    "decisions.csv",
    /* of studies */
    "replications.csv",
    "points.csv",
    "paired.csv",
    "tornado.csv",
    "morris.csv",
    "sobol.csv",
    "breakeven.csv",
    "boundary.csv",
    MANIFEST_NAME,
    "run.json",
    NULL,
};

#define TEMPORARY_SUFFIX ".tmp-XXXXXX"

static bool is_output_name(const char *name)
{
    for (const char *const *known = output_names; *known; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int open_directory(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* What `tenure plot` writes, and whoever changes its scripts. */
static bool is_plot_name(const char *name)
{
    static const char *const ends[] = {".csv", ".gp", ".svg", ".png", ".pdf"};
    const char *end = strrchr(name, '.');
    for (size_t i = 0; end && end != name && i < sizeof ends / sizeof ends[0]; i++)
        if (strcmp(end, ends[i]) == 0)
            return true;
    return false;
}

/* Calls `act` for each file of the folder of plots in a directory until it says false;
 * false, too, where there is no such folder. */
static bool each_plot(int dir_fd, bool (*act)(int fd, const char *name))
{
    int fd =
        openat(dir_fd, PLOTS_NAME, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    bool ok = dir != NULL;
    if (!dir && fd >= 0)
        close(fd);
    for (struct dirent *entry; ok && (entry = readdir(dir));)
        ok = is_dot(entry->d_name) || act(fd, entry->d_name);
    if (dir)
        closedir(dir);
    return ok;
}

static bool is_plot(int fd, const char *name)
{
    struct stat info;
    return is_plot_name(name) && fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           !S_ISDIR(info.st_mode);
}

static bool remove_plot(int fd, const char *name)
{
    if (is_plot_name(name))
        unlinkat(fd, name, 0);
    return true;
}

/* Empties and removes a directory that holds nothing but output_names and plots.  A
 * failure leaves it where it is: better a stray directory than a wrong deletion. */
static bool remove_result(const char *path)
{
    int fd = open_directory(path);
    if (fd < 0)
        return false;
    for (const char *const *name = output_names; *name; name++)
        unlinkat(fd, *name, 0);
    if (each_plot(fd, remove_plot))
        unlinkat(fd, PLOTS_NAME, AT_REMOVEDIR);
    close(fd);
    return rmdir(path) == 0;
}

bool sync_directory(const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, path);
    /* Some file systems cannot sync a directory, and say so by EINVAL. */
    bool ok = fsync(fd) == 0 || errno == EINVAL;
    if (!ok)
        error_errno(err, path);
    close(fd);
    return ok;
}

/* The manifest, or false where there is none of ours. */
static bool has_manifest(int dir_fd)
{
    int fd = openat(dir_fd, MANIFEST_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    json_t *root = json_loadfd(fd, 0, NULL);
    close(fd);
    const char *program = json_string_value(json_object_get(root, "program"));
    bool ours = program && strcmp(program, "tenure") == 0;
    json_decref(root);
    return ours;
}

struct contents {
    size_t n;
    bool result;        /* has a manifest of ours */
    char stranger[256]; /* the first name that Tenure does not write; "" if none */
};

static bool is_ours(int fd, const char *name)
{
    struct stat info;
    if (strcmp(name, PLOTS_NAME) == 0)
        return each_plot(fd, is_plot);
    return is_output_name(name) && fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           !S_ISDIR(info.st_mode);
}

static bool look_into(const char *path, struct contents *contents, struct error *err)
{
    int fd = open_directory(path);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        error_errno(err, path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (is_dot(entry->d_name))
            continue;
        contents->n++;
        if (!*contents->stranger && !is_ours(fd, entry->d_name))
            snprintf(contents->stranger, sizeof contents->stranger, "%s",
                     entry->d_name);
    }
    contents->result = has_manifest(fd);
    closedir(dir);
    return true;
}

/* Whether the target may be replaced; `occupied` tells if there is something in it. */
static bool check_target(const struct staging *staging, bool *occupied,
                         struct error *err)
{
    const char *target = staging->target;
    struct stat info;
    *occupied = false;
    if (lstat(target, &info) != 0)
        return errno == ENOENT || error_errno(err, target);
    if (S_ISLNK(info.st_mode))
        return error_kind_set(err, ERROR_USAGE,
                              "%s is a symbolic link; name the directory itself",
                              target);
    if (!S_ISDIR(info.st_mode))
        return error_kind_set(err, ERROR_USAGE,
                              "%s is not a directory; name one for the result", target);

    struct contents contents = {0};
    if (!look_into(target, &contents, err))
        return false;
    if (contents.n == 0)
        return true;
    *occupied = true;
    if (!staging->force)
        return error_kind_set(err, ERROR_USAGE,
                              "%s is not empty; --force replaces an earlier result",
                              target);
    if (!contents.result)
        return error_kind_set(
            err, ERROR_USAGE,
            "%s has no manifest of Tenure's, so it is not a result and "
            "is not replaced; name another directory",
            target);
    if (*contents.stranger)
        return error_kind_set(err, ERROR_USAGE,
                              "%s holds '%s', which Tenure did not write, and is not "
                              "replaced; move that file or name another directory",
                              target, contents.stranger);
    return true;
}

/* Splits the target into parent and name; false when there is no name to rename onto.
 */
static bool set_target(struct staging *staging, const char *target, const char **name,
                       struct error *err)
{
    size_t length = strlen(target);
    while (length > 1 && target[length - 1] == '/')
        length--;
    char *path = arena_strndup(&staging->arena, target, length);
    char *slash = strrchr(path, '/');

    *name = slash ? slash + 1 : path;
    if (**name == '\0' || is_dot(*name))
        return error_kind_set(
            err, ERROR_USAGE,
            "'%s' cannot be made; name a new directory for the result", target);
    staging->target = path;
    if (!slash)
        staging->parent = ".";
    else if (slash == path)
        staging->parent = "/";
    else
        staging->parent = arena_strndup(&staging->arena, path, (size_t)(slash - path));
    return true;
}

/* mkdtemp makes a directory for its owner alone; a result is as open as any other. */
static bool make_directory(char *template, struct error *err)
{
    if (!mkdtemp(template))
        return error_errno(err, template);
    mode_t mask = umask(0);
    umask(mask);
    if (chmod(template, 0777 & ~mask) == 0)
        return true;
    error_errno(err, template);
    rmdir(template);
    return false;
}

static bool check_parent(const struct staging *staging, const char *name,
                         struct error *err)
{
    if (access(staging->parent, F_OK) == 0 || errno != ENOENT)
        return true;
    return error_set(err,
                     "%s: there is no such directory for '%s' to stand in; make it "
                     "first",
                     staging->parent, name);
}

bool staging_begin(struct staging *staging, const char *target, bool force,
                   struct error *err)
{
    *staging = (struct staging){.force = force};
    const char *name;
    bool occupied;
    if (!set_target(staging, target, &name, err) ||
        !check_target(staging, &occupied, err)) {
        staging_abort(staging);
        return false;
    }
    char *dir = arena_printf(&staging->arena, "%s/.%.200s%s", staging->parent, name,
                             TEMPORARY_SUFFIX);
    if (!check_parent(staging, name, err) || !make_directory(dir, err)) {
        staging_abort(staging);
        return false;
    }
    staging->dir = dir;
    return true;
}

const char *staging_path(struct staging *staging, const char *name)
{
    assert(staging->dir && is_output_name(name));
    return arena_printf(&staging->arena, "%s/%s", staging->dir, name);
}

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, text, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        length -= (size_t)n;
    }
    return true;
}

bool staging_write(struct staging *staging, const char *name, const char *text,
                   size_t length, struct error *err)
{
    const char *path = staging_path(staging, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_errno(err, path);
    bool ok = write_all(fd, text, length) && fsync(fd) == 0;
    if (!ok)
        error_errno(err, path);
    if (close(fd) != 0 && ok)
        ok = error_errno(err, path);
    return ok;
}

/* Puts the earlier result aside, under a name that cannot be taken. */
static bool move_aside(struct staging *staging, const char **aside, struct error *err)
{
    char *path = arena_printf(&staging->arena, "%s%s", staging->dir, TEMPORARY_SUFFIX);
    if (!make_directory(path, err))
        return false;
    if (rename(staging->target, path) != 0) {
        error_errno(err, staging->target);
        rmdir(path);
        return false;
    }
    *aside = path;
    return true;
}

static bool replace_target(struct staging *staging, bool occupied, struct error *err)
{
    const char *aside = NULL;
    if (occupied && !move_aside(staging, &aside, err))
        return false;
    if (rename(staging->dir, staging->target) != 0) {
        error_errno(err, staging->target);
        if (aside && rename(aside, staging->target) != 0)
            error_kind_set(err, ERROR_IO, "%s: the earlier result is now in %s",
                           staging->target, aside);
        return false;
    }
    staging->dir = NULL;
    if (aside && !remove_result(aside))
        return error_kind_set(err, ERROR_IO,
                              "%s is written, but the earlier result could not be "
                              "deleted and is now in %s",
                              staging->target, aside);
    return true;
}

bool staging_commit(struct staging *staging, struct error *err)
{
    assert(access(staging_path(staging, MANIFEST_NAME), F_OK) == 0);
    bool occupied;
    bool ok =
        sync_directory(staging->dir, err) && check_target(staging, &occupied, err) &&
        replace_target(staging, occupied, err) && sync_directory(staging->parent, err);
    staging_abort(staging);
    return ok;
}

void staging_abort(struct staging *staging)
{
    if (staging->dir)
        remove_result(staging->dir);
    arena_free(&staging->arena);
    *staging = (struct staging){0};
}
