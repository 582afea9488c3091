/* The part files of a directory. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/rows_parts.h"

/* "rows-000001-0000.part" to its session. */
static bool parse_name(const char *name, unsigned *session)
{
    unsigned worker;
    int end = 0;
    return sscanf(name, "rows-%9u-%9u.part%n", session, &worker, &end) == 2 &&
           end > 0 && name[end] == '\0';
}

bool rows_is_part_name(const char *name)
{
    unsigned session;
    return parse_name(name, &session);
}

static void add(struct rows_files *files, struct arena *arena, const char *path)
{
    if (files->n == files->room) {
        files->room = files->n ? 2 * files->n : 16;
        files->paths = arena_grow(arena, files->paths, files->n, files->room,
                                  sizeof *files->paths);
    }
    files->paths[files->n++] = path;
}

static int by_text(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;
    return strcmp(*a, *b);
}

bool rows_find(const char *dir, struct arena *arena, struct rows_files *files,
               struct error *err)
{
    DIR *open = opendir(dir);
    if (!open)
        return error_errno(err, dir);
    size_t before = files->n;
    unsigned session;
    for (struct dirent *entry; (entry = readdir(open));) {
        if (!parse_name(entry->d_name, &session))
            continue;
        add(files, arena, arena_printf(arena, "%s/%s", dir, entry->d_name));
        if (session >= files->next_session)
            files->next_session = session + 1;
    }
    closedir(open);
    if (files->n > before)
        qsort(files->paths + before, files->n - before, sizeof *files->paths, by_text);
    return true;
}
