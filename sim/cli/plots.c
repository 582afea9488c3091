#include "cli/plots.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/gnuplot.h"
#include "output/staging.h"

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* mkdtemp makes a folder for its owner alone; plots are as open as any other file. */
static bool make_staging(struct plots *plots, const char *parent, const char *name,
                         struct error *err)
{
    char *path = arena_printf(&plots->arena, "%s/.%.200s.tmp-XXXXXX", parent, name);
    if (!mkdtemp(path))
        return error_errno(err, parent);
    mode_t mask = umask(0);
    umask(mask);
    if (chmod(path, 0777 & ~mask) != 0) {
        error_errno(err, path);
        rmdir(path);
        return false;
    }
    plots->staging = path;
    return true;
}

static bool check_target(const struct plots *plots, struct error *err)
{
    struct stat info;
    char path[4096];
    if (stat(plots->dir, &info) != 0)
        return errno == ENOENT || error_errno(err, plots->dir);
    if (!S_ISDIR(info.st_mode))
        return error_kind_set(err, ERROR_USAGE,
                              "%s is not a directory; name one for the plots",
                              plots->dir);
    snprintf(path, sizeof path, "%s/%s", plots->dir, MANIFEST_NAME);
    if (access(path, F_OK) == 0)
        return error_kind_set(err, ERROR_USAGE,
                              "%s holds a result, which other files would spoil; name "
                              "another directory for the plots",
                              plots->dir);
    return true;
}

bool plots_begin(struct plots *plots, const char *dir, struct error *err)
{
    *plots = (struct plots){0};
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    plots->dir = arena_strndup(&plots->arena, dir, length);
    const char *slash = strrchr(plots->dir, '/');
    const char *name = slash ? slash + 1 : plots->dir, *parent = ".";
    if (slash)
        parent = slash == plots->dir
                     ? "/"
                     : arena_strndup(&plots->arena, dir, (size_t)(slash - plots->dir));
    bool ok = *name && !is_dot(name)
                  ? true
                  : error_kind_set(
                        err, ERROR_USAGE,
                        "'%s' cannot be made; name a directory for the plots", dir);
    if (ok && check_target(plots, err) && make_staging(plots, parent, name, err))
        return true;
    plots_drop(plots);
    return false;
}

bool plots_add(struct plots *plots, const struct plot *plot, struct error *err)
{
    if (!plot_write(plot, plots->staging, err) ||
        !gnuplot_draw(plots->staging, plot->figure->key, plot->format, err))
        return false;
    plots->n++;
    return true;
}

/* Calls `act` with the path of each file in the hidden folder, and where it goes. */
static bool each_file(struct plots *plots,
                      bool (*act)(const char *from, const char *to, struct error *err),
                      struct error *err)
{
    DIR *dir = opendir(plots->staging);
    bool ok = dir || error_errno(err, plots->staging);
    for (struct dirent *entry; ok && (entry = readdir(dir));)
        if (!is_dot(entry->d_name))
            ok = act(
                arena_printf(&plots->arena, "%s/%s", plots->staging, entry->d_name),
                arena_printf(&plots->arena, "%s/%s", plots->dir, entry->d_name), err);
    if (dir)
        closedir(dir);
    return ok;
}

static bool can_move(const char *from, const char *to, struct error *err)
{
    struct stat info;
    (void)from;
    if (lstat(to, &info) != 0)
        return errno == ENOENT || error_errno(err, to);
    errno = EISDIR;
    return !S_ISDIR(info.st_mode) || error_errno(err, to);
}

static bool move(const char *from, const char *to, struct error *err)
{
    return rename(from, to) == 0 || error_errno(err, to);
}

static bool delete (const char *from, const char *to, struct error *err)
{
    (void)to;
    return unlink(from) == 0 || error_errno(err, from);
}

bool plots_show(struct plots *plots, struct error *err)
{
    if (plots->n == 0) {
        plots_drop(plots);
        return true;
    }
    bool ok = check_target(plots, err);
    if (ok && rename(plots->staging, plots->dir) == 0)
        plots->staging = NULL;
    else if (ok)
        ok = errno == ENOTEMPTY || errno == EEXIST
                 ? each_file(plots, can_move, err) && each_file(plots, move, err)
                 : error_errno(err, plots->dir);
    plots_drop(plots);
    return ok;
}

void plots_drop(struct plots *plots)
{
    struct error ignored;
    if (plots->staging) {
        (void)!each_file(plots, delete, &ignored);
        rmdir(plots->staging);
    }
    arena_free(&plots->arena);
    *plots = (struct plots){0};
}
