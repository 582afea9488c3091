/* A figure as JSON, for a page. */

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "figure/figure.h"

/* jansson does all but the letters that mean something in HTML, which stand nowhere in
 * JSON but in texts. */
static void put_text(const char *text, FILE *out)
{
    char *sound = strdup(text);
    if (!sound)
        out_of_memory();
    utf8_mend(sound);
    json_t *value = json_string(sound);
    char *json = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
    if (!json)
        out_of_memory();
    for (const char *c = json; *c; c++)
        if (strchr("<>&/", *c))
            fprintf(out, "\\u%04x", (unsigned)*c);
        else
            putc(*c, out);
    free(json);
    json_decref(value);
    free(sound);
}

static void put_member(const char *key, const char *text, FILE *out)
{
    fprintf(out, "\"%s\":", key);
    put_text(text, out);
}

static void put_axis(const char *key, const struct figure_axis *axis, FILE *out)
{
    fprintf(out, ",\"%s\":{", key);
    put_member("kind", figure_scale_names[axis->kind], out);
    putc(',', out);
    put_member("label", axis->label ? axis->label : "", out);
    putc(',', out);
    put_member("unit", axis->unit ? axis->unit : "", out);
    fprintf(out, ",\"log\":%s}", axis->log ? "true" : "false");
}

static void put_columns(const struct figure *figure, FILE *out)
{
    fputs(",\"columns\":[", out);
    for (size_t i = 0; i < figure->n_columns; i++) {
        const struct figure_column *column = &figure->columns[i];
        fputs(i ? ",{" : "{", out);
        put_member("name", column->name, out);
        putc(',', out);
        put_member("label", column->label, out);
        putc(',', out);
        put_member("unit", column->unit, out);
        putc(',', out);
        put_member("role", figure_role_names[column->role], out);
        putc('}', out);
    }
    putc(']', out);
}

static void put_cell(const struct figure *figure, size_t row, size_t column, FILE *out)
{
    double value = figure_value(figure, row, column);
    if (!isfinite(value))
        fputs("null", out);
    else if (figure_is_text(figure, column))
        put_text(figure_text(figure, row, column), out);
    else
        fprintf(out, "%.15g", value == 0 ? 0.0 : value); /* never -0 */
}

static void put_rows(const struct figure *figure, FILE *out)
{
    fputs(",\"rows\":[", out);
    for (size_t r = 0; r < figure->n_rows; r++) {
        fputs(r ? ",[" : "[", out);
        for (size_t c = 0; c < figure->n_columns; c++) {
            if (c)
                putc(',', out);
            put_cell(figure, r, c, out);
        }
        putc(']', out);
    }
    putc(']', out);
}

bool figure_write_json(const struct figure *figure, FILE *out)
{
    assert(!figure->absent);
    putc('{', out);
    put_member("key", figure->key, out);
    putc(',', out);
    put_member("title", figure->title, out);
    putc(',', out);
    put_member("note", figure->note, out);
    putc(',', out);
    put_member("shape", figure_shape_names[figure->shape], out);
    put_axis("x", &figure->x, out);
    put_axis("y", &figure->y, out);
    put_columns(figure, out);
    put_rows(figure, out);
    if (figure->thinned_from)
        fprintf(out, ",\"thinned_from\":%zu}", figure->thinned_from);
    else
        fputs(",\"thinned_from\":null}", out);
    return !ferror(out);
}
