#include "figure/plot.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

#define LABEL_LETTERS 28 /* of few entries of a legend; of more, fewer fit */
#define TITLE_LETTERS 58 /* subject and title together */

const char *const plot_format_names[] = {"svg", "png", "pdf", NULL};

/* What gnuplot would read in a text in double quotes. */
static bool must_escape(unsigned char c)
{
    return strchr("\\\"'`@${}", c) != NULL;
}

static bool begins_letter(unsigned char c)
{
    return (c & 0xc0) != 0x80; /* not a later byte of UTF-8 */
}

const char *plot_quote(const char *text, size_t letters, struct arena *arena)
{
    char *sound = arena_strdup(arena, text);
    utf8_mend(sound);
    char *quoted = arena_alloc(arena, 4 * strlen(sound) + 8), *out = quoted;
    size_t n = 0;
    *out++ = '"';
    for (const char *c = sound; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        if (begins_letter(byte) && ++n > letters) {
            memcpy(out, "\xe2\x80\xa6", 3); /* an ellipsis */
            out += 3;
            break;
        }
        if (byte < ' ' || byte == 0x7f)
            *out++ = ' ';
        else if (must_escape(byte))
            out += sprintf(out, "\\%03o", byte);
        else
            *out++ = *c;
    }
    strcpy(out, "\"");
    return quoted;
}

static bool is_in_legend(const struct figure *figure, size_t column)
{
    enum figure_role role = figure->columns[column].role;
    return role == FIGURE_STACK || role == FIGURE_LINE || role == FIGURE_STEP ||
           role == FIGURE_POINT || role == FIGURE_MARK;
}

/* As many that no legend has more than four lines. */
static size_t label_letters(const struct figure *figure)
{
    size_t n = 0;
    for (size_t c = 0; c < figure->n_columns; c++)
        n += is_in_legend(figure, c);
    return n <= 4 ? LABEL_LETTERS : n <= 8 ? 18 : 12;
}

/* The largest size of what is drawn in a column's unit: a stack counts together. */
static double most_in_unit(const struct figure *figure, const char *unit)
{
    double most = 0;
    for (size_t r = 0; r < figure->n_rows; r++) {
        double up = 0, down = 0;
        for (size_t c = 0; c < figure->n_columns; c++) {
            double value = figure_value(figure, r, c);
            if (figure_is_text(figure, c) || value != value ||
                strcmp(figure->columns[c].unit, unit) != 0)
                continue;
            if (figure->columns[c].role == FIGURE_STACK)
                *(value > 0 ? &up : &down) += fabs(value);
            most = fmax(most, fmax(fabs(value), fmax(up, down)));
        }
    }
    return most;
}

/* A comment is one line. */
static void put_comment(const char *text, FILE *out)
{
    size_t column = 2;
    fputs("# ", out);
    for (; *text; text++) {
        bool blank = *text == ' ' || (unsigned char)*text < ' ';
        if (blank && column + 1 + strcspn(text + 1, " ") > 78) {
            fputs("\n# ", out);
            column = 2;
        } else {
            putc(blank ? ' ' : *text, out);
            column++;
        }
    }
    putc('\n', out);
}

static void put_columns(const struct figure *figure, FILE *out, struct arena *arena)
{
    size_t n = figure->n_columns;
    fprintf(out, "\narray label[%zu]\narray unit[%zu]\narray scale[%zu]\n", n, n, n);
    for (size_t c = 0; c < n; c++) {
        const struct figure_column *column = &figure->columns[c];
        const char *unit = column->unit;
        bool text = figure_is_text(figure, c),
             time = figure->x.kind == FIGURE_TIME && column->role <= FIGURE_X_HIGH;
        double scale = text || time || (column->role <= FIGURE_X_HIGH && figure->x.log)
                           ? 1
                           : plot_unit(unit, most_in_unit(figure, unit), &unit, arena);
        fprintf(out, "label[%zu] = %s; unit[%zu] = %s; scale[%zu] = %.1f\n", c + 1,
                plot_quote(column->label, label_letters(figure), arena), c + 1,
                plot_quote(unit, LABEL_LETTERS, arena), c + 1, scale);
    }
}

static void put_roles(const struct figure *figure, FILE *out)
{
    for (int role = 0; role < FIGURE_ROLES; role++) {
        size_t first = 1, last = 0;
        for (size_t c = figure->n_columns; c-- > 0;)
            if (figure->columns[c].role == (enum figure_role)role) {
                first = c + 1;
                last = last ? last : c + 1;
            }
        for (size_t c = first; c < last; c++)
            assert(figure->columns[c - 1].role == (enum figure_role)role);
        fprintf(out, "%s_first = %zu; %s_last = %zu\n", figure_role_names[role], first,
                figure_role_names[role], last);
    }
}

/* How many entries a legend has, and the letters of the longest. */
static void put_legend(const struct figure *figure, FILE *out)
{
    size_t n = 0, longest = 0, most = label_letters(figure);
    for (size_t c = 0; c < figure->n_columns; c++) {
        size_t letters = 0;
        if (!is_in_legend(figure, c))
            continue;
        for (const char *b = figure->columns[c].label; *b; b++)
            letters += begins_letter((unsigned char)*b);
        letters = letters < most ? letters : most;
        longest = letters > longest ? letters : longest;
        n++;
    }
    fprintf(out, "legend_n = %zu; legend_letters = %zu\n", n, longest);
}

static const char *axis_label(const char *label, const char *unit, struct arena *arena)
{
    if (!label || !*label || strcmp(unit, "") == 0 || strcmp(unit, "1") == 0)
        return label ? label : "";
    size_t n = strlen(unit), m = strlen(label);
    if (n >= m && strcmp(unit + n - m, label) == 0)
        return unit; /* "k GPUs" for "GPUs" */
    return arena_printf(arena, "%s, %s", label, unit);
}

static size_t longest_category(const struct figure *figure)
{
    size_t longest = 0;
    for (size_t r = 0; r < figure->n_rows; r++) {
        size_t letters = 0;
        for (const char *b = figure_text(figure, r, 0); b && *b; b++)
            letters += begins_letter((unsigned char)*b);
        longest = letters > longest ? letters : longest;
    }
    return longest;
}

static void put_axes(const struct figure *figure, FILE *out, struct arena *arena)
{
    double low = INFINITY, high = -INFINITY;
    const char *x_unit = figure->x.unit ? figure->x.unit : "";
    const char *y_unit = figure->y.unit ? figure->y.unit : "";
    for (size_t r = 0; r < figure->n_rows; r++)
        for (size_t c = 0; c < figure->n_columns; c++) {
            double value = figure_value(figure, r, c);
            if (figure_is_text(figure, c) || value != value ||
                figure->columns[c].role > FIGURE_X_HIGH)
                continue;
            low = fmin(low, value);
            high = fmax(high, value);
        }
    if (!figure->x.log)
        plot_unit(x_unit, most_in_unit(figure, x_unit), &x_unit, arena);
    plot_unit(y_unit, most_in_unit(figure, y_unit), &y_unit, arena);
    fprintf(out, "x_label = %s\ny_label = %s\n",
            plot_quote(axis_label(figure->x.label, x_unit, arena), 60, arena),
            plot_quote(axis_label(figure->y.label, y_unit, arena), 60, arena));
    if (figure->x.kind == FIGURE_CATEGORY)
        fprintf(out, "rows = %zu; category_letters = %zu\n", figure->n_rows,
                longest_category(figure));
    else
        fprintf(out, "x_low = 1.0 * %.15g; x_high = 1.0 * %.15g\n", low, high);
    if (figure->x.kind == FIGURE_TIME)
        fprintf(out, "set xtics %s\n", plot_time_tics(low, high, arena));
}

static int by_number(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The smallest distance between two different values of a column (of x where there is a
 * FIGURE_POINT), or 1. */
static double smallest_step(const struct figure *figure, bool of_x, struct arena *arena)
{
    size_t n = 0, room = figure->n_rows * figure->n_columns;
    double *values = ARENA_ARRAY(arena, room + 1, double), step = INFINITY;
    for (size_t r = 0; r < figure->n_rows; r++)
        for (size_t c = 1; c < figure->n_columns; c++) {
            double y = figure_value(figure, r, c);
            if (figure->columns[c].role == FIGURE_POINT && y == y)
                values[n++] = of_x ? figure_value(figure, r, 0) : y;
        }
    qsort(values, n, sizeof *values, by_number);
    for (size_t i = 1; i < n; i++)
        if (values[i] > values[i - 1])
            step = fmin(step, values[i] - values[i - 1]);
    return step < INFINITY ? step : 1;
}

/* For pictures of points: how far the points of a grid are from each other. */
static void put_grid(const struct figure *figure, FILE *out, struct arena *arena)
{
    if (figure->shape != FIGURE_POINTS)
        return;
    fprintf(out,
            "x_step = 1.0 * %.15g / scale[1]; "
            "y_step = 1.0 * %.15g / scale[point_first]\n",
            smallest_step(figure, true, arena), smallest_step(figure, false, arena));
}

static void put_script(const char *key, FILE *out)
{
    const struct plot_script *script = plot_scripts;
    while (script->key && strcmp(script->key, key) != 0)
        script++;
    assert(script->key);
    putc('\n', out);
    fwrite(script->text, 1, *script->length, out);
}

static void put_plot(const struct plot *plot, FILE *out, struct arena *arena)
{
    const struct figure *figure = plot->figure;
    size_t letters = strlen(figure->title);
    const char *subject =
        plot_quote(plot->subject,
                   letters < TITLE_LETTERS - 12 ? TITLE_LETTERS - letters : 12, arena);
    fprintf(out,
            "# %s.svg, .png or .pdf: `gnuplot %s.gp` in this folder draws it.\n#\n",
            figure->key, figure->key);
    put_comment(figure->note, out);
    if (figure->thinned_from)
        fprintf(out,
                "# Of %zu rows the table has %zu, the highest and the lowest among "
                "them.\n",
                figure->thinned_from, figure->n_rows);
    fprintf(out, "\nreset\nkey = '%s'\nshape = '%s'\nformat = '%s'\ndata = '%s.csv'\n",
            figure->key, figure_shape_names[figure->shape],
            plot_format_names[plot->format], figure->key);
    fprintf(out, "columns = %zu; is_time = %d\n", figure->n_columns,
            figure->x.kind == FIGURE_TIME);
    fprintf(out, "subject = %s\ntitle = %s\n", subject,
            plot_quote(figure->title, 80, arena));
    put_axes(figure, out, arena);
    put_columns(figure, out, arena);
    put_roles(figure, out);
    put_legend(figure, out);
    put_grid(figure, out, arena);
    put_script("style", out);
    put_script(figure->key, out);
}

static bool write_script(const struct plot *plot, const char *path, struct arena *arena,
                         struct error *err)
{
    FILE *out = fopen(path, "wx");
    if (!out)
        return error_errno(err, path);
    put_plot(plot, out, arena);
    bool ok = fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
    if (!ok)
        error_errno(err, path);
    if (fclose(out) != 0 && ok)
        ok = error_errno(err, path);
    return ok;
}

bool plot_write(const struct plot *plot, const char *dir, struct error *err)
{
    struct arena arena = {0};
    const char *key = plot->figure->key;
    bool ok =
        figure_write_csv(plot->figure, arena_printf(&arena, "%s/%s.csv", dir, key),
                         err) &&
        write_script(plot, arena_printf(&arena, "%s/%s.gp", dir, key), &arena, err);
    arena_free(&arena);
    return ok;
}
