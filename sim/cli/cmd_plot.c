#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/plots.h"
#include "figure/kinds.h"

#define DIRS_MAX  64
#define ROWS_MOST 1500 /* more than a picture has columns of dots */

struct request {
    const char *dirs[DIRS_MAX];
    size_t n_dirs;
    const char *out, *format_name;
    enum plot_format format;
    struct cli_values keys; /* none: all that there are */
    size_t drawn;
    struct arena arena;
};

static bool parse_format(struct request *request, struct error *err)
{
    const char *name = request->format_name ? request->format_name : "svg";
    for (int i = 0; plot_format_names[i]; i++)
        if (strcmp(plot_format_names[i], name) == 0) {
            request->format = (enum plot_format)i;
            return true;
        }
    return error_kind_set(err, ERROR_USAGE,
                          "plot: no format '%s'; there are svg, png and pdf", name);
}

static bool check_keys(const struct request *request, struct error *err)
{
    const char *keys[64] = {NULL};
    for (size_t i = 0; figure_kinds[i]; i++)
        keys[i] = figure_kinds[i]->key;
    for (size_t i = 0; i < request->keys.n; i++) {
        const char *key = request->keys.text[i], *near = nearest_name(key, keys);
        if (figure_kind_find(key))
            continue;
        if (near)
            return error_kind_set(err, ERROR_USAGE,
                                  "plot: no figure '%s'; did you mean '%s'?", key,
                                  near);
        return error_kind_set(err, ERROR_USAGE,
                              "plot: no figure '%s'; `tenure plot --help` lists them",
                              key);
    }
    return true;
}

static bool is_wanted(const struct request *request, const struct figure_kind *kind)
{
    for (size_t i = 0; i < request->keys.n; i++)
        if (strcmp(request->keys.text[i], kind->key) == 0)
            return true;
    return request->keys.n == 0;
}

/* One figure or more that were named, of one directory: then it is said why there is
 * none. */
static bool is_single(const struct request *request)
{
    return request->keys.n > 0 && request->n_dirs == 1;
}

static const char *last_part(const char *dir, struct arena *arena)
{
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    char *path = arena_strndup(arena, dir, length), *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* What the pictures are of: the scenario. */
static const char *subject_of(const struct figure_source *source, struct arena *arena)
{
    const char *name = source->runs[0].name;
    if (source->of == FIGURE_OF_TWO)
        return "";
    if (source->of == FIGURE_OF_STUDY)
        name = json_string_value(
            json_object_get(json_object_get(source->manifest, "scenario"), "name"));
    return name && *name ? name : last_part(source->dirs[0], arena);
}

/* Draws one figure, or says why there is none. */
static bool draw(struct request *request, struct plots *plots,
                 const struct figure_source *source, const struct figure_kind *kind,
                 struct error *err)
{
    struct figure figure;
    struct plot plot = {&figure, subject_of(source, &request->arena), request->format};
    if (!figure_make(&figure, kind, source, err))
        return false;
    bool ok = true;
    if (figure.absent) {
        printf("%s\n", figure.absent);
    } else {
        figure_thin(&figure, ROWS_MOST);
        ok = plots_add(plots, &plot, err);
    }
    figure_free(&figure);
    return ok;
}

static bool draw_all(struct request *request, const struct figure_source *source,
                     const char *out, struct error *err)
{
    struct plots plots;
    if (!plots_begin(&plots, out, err))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && figure_kinds[i]; i++)
        if (is_wanted(request, figure_kinds[i]) &&
            (is_single(request) || figure_applies(figure_kinds[i], source)))
            ok = draw(request, &plots, source, figure_kinds[i], err);
    size_t n = plots.n;
    if (!ok) {
        plots_drop(&plots);
        return false;
    }
    if (!plots_show(&plots, err))
        return false;
    if (n > 0)
        printf("%s: %zu %s\n", out, n, n == 1 ? "figure" : "figures");
    request->drawn += n;
    return true;
}

static bool draw_source(struct request *request, const char *const dirs[], size_t n,
                        const char *out, enum figure_of *of, struct error *err)
{
    struct figure_source source;
    if (!figure_source_open(&source, dirs, n, err))
        return false;
    *of = source.of;
    bool ok = draw_all(request, &source, out, err);
    figure_source_close(&source);
    return ok;
}

static bool check_names(struct request *request, struct error *err)
{
    for (size_t i = 0; i < request->n_dirs; i++)
        for (size_t k = 0; request->out && k < i; k++) {
            const char *name = last_part(request->dirs[i], &request->arena);
            if (strcmp(name, last_part(request->dirs[k], &request->arena)) == 0)
                return error_kind_set(err, ERROR_USAGE,
                                      "plot: two of the directories are called '%s', "
                                      "and so would be their folders in %s",
                                      name, request->out);
        }
    return true;
}

/* Where the figures of a directory go; those of two together to the second one's. */
static const char *place(struct request *request, size_t i, bool together)
{
    struct arena *arena = &request->arena;
    if (!request->out)
        return arena_printf(arena, "%s/plots", request->dirs[i]);
    if (request->n_dirs == 1 || together)
        return request->out;
    return arena_printf(arena, "%s/%s", request->out,
                        last_part(request->dirs[i], arena));
}

static bool make_out(const struct request *request, struct error *err)
{
    if (!request->out || request->n_dirs == 1 || mkdir(request->out, 0777) == 0)
        return true;
    return errno == EEXIST || error_errno(err, request->out);
}

/* Nothing is drawn where one of several could not be. */
static bool check_dirs(const struct request *request, struct error *err)
{
    for (size_t i = 0; request->n_dirs > 1 && i < request->n_dirs; i++) {
        struct figure_source source;
        if (!figure_source_open(&source, &request->dirs[i], 1, err))
            return false;
        figure_source_close(&source);
    }
    return true;
}

/* What each directory has, and then what two runs have together. */
static bool draw_dirs(struct request *request, struct error *err)
{
    bool runs = request->n_dirs == 2;
    enum figure_of of;
    for (size_t i = 0; i < request->n_dirs; i++) {
        if (!draw_source(request, &request->dirs[i], 1, place(request, i, false), &of,
                         err))
            return false;
        runs = runs && of == FIGURE_OF_RUN;
    }
    return !runs ||
           draw_source(request, request->dirs, 2, place(request, 1, true), &of, err);
}

static bool draw_each(struct request *request, struct error *err)
{
    if (!check_names(request, err) || !check_dirs(request, err) ||
        !make_out(request, err))
        return false;
    bool ok = draw_dirs(request, err);
    if (ok && request->drawn == 0)
        ok = error_set(err, "nothing was drawn: no figure that was asked for is of %s",
                       request->n_dirs == 1 ? request->dirs[0] : "these");
    if (!ok && request->out && request->n_dirs > 1)
        rmdir(request->out); /* if nothing is in it */
    return ok;
}

static size_t count_dirs(const char *const dirs[])
{
    size_t n = 0;
    while (n < DIRS_MAX && dirs[n])
        n++;
    return n;
}

static int run_plot(int argc, char **argv)
{
    struct request request = {.n_dirs = 0};
    const struct cli_option options[] = {
        {.name = "out", .letter = 'o', .value = &request.out},
        {.name = "format", .value = &request.format_name},
        {.name = "figure", .values = &request.keys},
        {.name = NULL},
    };
    const struct cli_operands operands = {1, DIRS_MAX, "name a result directory",
                                          request.dirs};
    struct error err;
    bool ok = cli_parse(argc, argv, options, &operands, &request.arena, &err);
    request.n_dirs = count_dirs(request.dirs);
    cli_catch_signals();
    ok = ok && parse_format(&request, &err) && check_keys(&request, &err) &&
         draw_each(&request, &err);
    if (ok && fflush(stdout) != 0)
        ok = error_errno(&err, "standard output");
    arena_free(&request.arena);
    return ok ? 0 : cli_fail(&err);
}

const struct command cmd_plot = {
    .name = "plot",
    .synopsis = "plot DIR... [-o OUT] [--format svg|png|pdf] [--figure KEY]...",
    .summary = "draw a result or a study with gnuplot",
    .help =
        "Draws the figures of results of `tenure run` and of studies, and with two\n"
        "results the cost bridge between them.  Of each figure there are the picture,\n"
        "its table KEY.csv and the script KEY.gp, which may be changed and drawn "
        "again\n"
        "by `gnuplot KEY.gp` in that folder.  docs/plots.md shows what each one says.\n"
        "\n"
        "  -o OUT         where to put them; DIR/plots by default.  Of several\n"
        "                 directories each has a folder of its name in OUT.  Files of\n"
        "                 the same names are replaced, others stay\n"
        "  --format       svg (the default), png or pdf\n"
        "  --figure KEY   only this one; may be repeated\n"
        "\n"
        "Of a run:    capacity, states, queue, waits, load-duration, cost, cash, "
        "value\n"
        "Of two runs: bridge\n"
        "Of a study:  distribution, pareto, tornado, break-even, convergence\n"
        "\n"
        "A figure that a directory has nothing for is left out, and why is said.  It\n"
        "needs gnuplot: Debian's and Ubuntu's package gnuplot-nox.  Examples:\n"
        "\n"
        "  tenure plot out/own-or-lease\n"
        "  tenure plot out/all-owned out/own-or-lease -o out/pictures --format pdf\n",
    .run = run_plot,
};
