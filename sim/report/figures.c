/* Figures of one or several sources, side by side. */

#include <errno.h>
#include <string.h>

#include "figure/build.h"
#include "report/parts.h"

/* Of a long time series: more than a screen has columns, few enough for a small page;
 * and of an image as many as that has. */
#define ROWS_MAX   2400
#define ROWS_IMAGE 500

static bool add_figure(struct report *report, const struct figure *figure,
                       size_t *number, struct error *err)
{
    *number = report->n_figures++;
    if (*number > 0)
        putc(',', report->figures);
    return figure_write_json(figure, report->figures) ||
           error_errno(err, "the figures of the page");
}

/* NULL: the page draws it, or it cannot be drawn, and then the page says why. */
static const char *image_of(struct report *report, const struct figure *figure)
{
    bool by_page = figure->shape == FIGURE_RANGES || figure->shape == FIGURE_POINTS;
    struct error err;
    if (!report->still || by_page || report->no_picture)
        return NULL;
    const char *image = report->options->picture(figure, &report->arena, &err);
    if (!image)
        report->no_picture = arena_printf(&report->arena,
                                          "Not drawn, as this Tenure was built without "
                                          "uPlot and %s.  The numbers are "
                                          "below.",
                                          err.text);
    return image;
}

static bool add_item(struct report *report, json_t *block, const char *label,
                     struct figure *figure, struct error *err)
{
    size_t number;
    figure_thin(figure, ROWS_MAX);
    if (!add_figure(report, figure, &number, err))
        return false;
    figure_thin(figure, ROWS_IMAGE);
    const char *image = image_of(report, figure);
    figures_add(block, label, number, image);
    return true;
}

/* "value: the run owns no servers." of a figure of that key, without it. */
static const char *reason(const char *key, const char *absent)
{
    size_t length = strlen(key);
    return strncmp(absent, key, length) == 0 && strncmp(absent + length, ": ", 2) == 0
               ? absent + length + 2
               : absent;
}

/* A text of ours whose word "B" is another letter. */
static const char *with_letter(const char *text, const char *letter,
                               struct arena *arena)
{
    static const char beside[] = " :;,.";
    for (const char *at = text; (at = strchr(at, 'B')); at++)
        if ((at == text || at[-1] == ' ') && (!at[1] || strchr(beside, at[1])))
            return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, letter,
                                with_letter(at + 1, letter, arena));
    return text;
}

/* The second of two runs is called by its letter; the row of its total is the last. */
static void name_second(struct figure *figure, const char *letter)
{
    size_t last = figure->n_rows - 1;
    const char *label = figure->n_rows > 0 ? figure_text(figure, last, 0) : NULL;
    figure->title = with_letter(figure->title, letter, &figure->arena);
    figure->note = with_letter(figure->note, letter, &figure->arena);
    if (label && strncmp(label, "B:", 2) == 0)
        figure->values[last * figure->n_columns] = figure_text_cell(
            figure, arena_printf(&figure->arena, "%s%s", letter, label + 1));
}

static void add_absent(json_t *table, const char *title, const char *absent)
{
    json_t *row = table_row(table);
    row_text(row, title);
    row_text(row, absent);
}

/* What no source has goes into the table `missing`. */
static bool add_kind(struct report *report, json_t *section, json_t *missing,
                     const struct figure_kind *kind,
                     const struct figure_source *const sources[],
                     const char *const labels[], size_t n, struct error *err)
{
    const char *letter = n > 0 ? sources[0]->runs[1].letter : NULL;
    const char *title =
        letter ? with_letter(kind->title, letter, &report->arena) : kind->title;
    json_t *block = block_figures(kind->key, title);
    const char *absent = NULL;
    size_t drawn = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        struct figure figure;
        ok = figure_make(&figure, kind, sources[i], err);
        if (!ok)
            break;
        if (letter)
            name_second(&figure, letter);
        if (figure.absent) {
            absent = arena_strdup(&report->arena, reason(kind->key, figure.absent));
            figures_add_absent(block, labels[i], absent);
        } else {
            ok = add_item(report, block, labels[i], &figure, err);
            drawn++;
        }
        figure_free(&figure);
    }
    if (drawn > 0)
        section_add(section, block);
    else
        json_decref(block);
    if (ok && drawn == 0 && absent)
        add_absent(missing, title, absent);
    return ok;
}

static bool is_among(const char *key, const char *const keys[])
{
    for (size_t i = 0; keys[i]; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

bool figures_section(struct report *report, json_t *section, enum figure_of of,
                     const struct figure_source *const sources[],
                     const char *const labels[], size_t n, const char *const keys[],
                     struct error *err)
{
    json_t *missing = block_table("Figures that are not here, and why", true);
    bool ok = true;
    table_column(missing, "Figure", "text");
    table_column(missing, "Why", "text");
    for (size_t i = 0; ok && figure_kinds[i]; i++)
        if (figure_kinds[i]->of == of &&
            (!keys || is_among(figure_kinds[i]->key, keys)))
            ok = add_kind(report, section, missing, figure_kinds[i], sources, labels, n,
                          err);
    if (json_array_size(json_object_get(missing, "rows")) > 0)
        section_add(section, missing);
    else
        json_decref(missing);
    return ok;
}
