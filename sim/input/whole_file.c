#include "input/whole_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/interrupt.h"

static bool is_written_in_place(const char *path)
{
    struct stat status;
    return strcmp(path, "-") == 0 ||
           (lstat(path, &status) == 0 && !S_ISREG(status.st_mode));
}

bool whole_file_write(const char *path,
                      bool (*write)(const void *self, const char *path,
                                    struct error *err),
                      const void *self, struct error *err)
{
    if (is_written_in_place(path))
        return write(self, path, err);

    struct arena arena = {0};
    const char *partial = arena_printf(&arena, "%s.part-%ld", path, (long)getpid());
    bool ok = write(self, partial, err);
    if (!ok)
        error_kind_set(err, err->kind, "%s%s", path, err->text + strlen(partial));
    ok = ok && interrupt_check(err);
    if (ok && rename(partial, path) != 0)
        ok = error_errno(err, path);
    if (!ok)
        unlink(partial);
    arena_free(&arena);
    return ok;
}
