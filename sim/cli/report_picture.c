#include "cli/report_picture.h"

#include <errno.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/gnuplot.h"

#define PICTURE_MAX ((size_t)1 << 26)

/* All of a file; NULL with the error set. */
static char *read_whole(const char *path, size_t *length, struct error *err)
{
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t room = 0;
    *length = 0;
    if (!in) {
        error_errno(err, path);
        return NULL;
    }
    for (size_t got = 1; got > 0; *length += got) {
        if (*length == room && room < PICTURE_MAX) {
            room = room ? 2 * room : 1 << 16;
            text = realloc(text, room);
            if (!text)
                out_of_memory();
        }
        got = fread(text + *length, 1, room - *length, in);
    }
    bool ok = !ferror(in) && *length < PICTURE_MAX;
    if (!ok)
        error_errno(err, path);
    fclose(in);
    if (ok)
        return text;
    free(text);
    return NULL;
}

static const char *url_of(const char *svg, size_t length, struct arena *arena)
{
    char *letters = arena_alloc(arena, BASE64_ENCODE_RAW_LENGTH(length) + 1);
    base64_encode_raw(letters, length, (const uint8_t *)svg);
    return arena_printf(arena, "data:image/svg+xml;base64,%s", letters);
}

static const char *draw(const struct figure *figure, const char *dir,
                        struct arena *arena, struct error *err)
{
    const struct plot plot = {.figure = figure, .subject = "", .format = PLOT_SVG};
    const char *path = arena_printf(arena, "%s/%s.svg", dir, figure->key);
    size_t length;
    if (!plot_write(&plot, dir, err) || !gnuplot_draw(dir, figure->key, PLOT_SVG, err))
        return NULL;
    char *svg = read_whole(path, &length, err);
    if (!svg)
        return NULL;
    const char *url = url_of(svg, length, arena);
    free(svg);
    return url;
}

const char *report_picture(const struct figure *figure, struct arena *arena,
                           struct error *err)
{
    static const char *const ends[] = {"csv", "gp", "svg"};
    const char *folder = getenv("TMPDIR");
    char *dir = arena_printf(arena, "%s/tenure-report-XXXXXX",
                             folder && *folder ? folder : "/tmp");
    if (!mkdtemp(dir)) {
        error_errno(err, dir);
        return NULL;
    }
    const char *url = draw(figure, dir, arena, err);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        unlink(arena_printf(arena, "%s/%s.%s", dir, figure->key, ends[i]));
    rmdir(dir);
    return url;
}
