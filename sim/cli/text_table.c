#include "cli/text_table.h"

#include <math.h>
#include <string.h>

#include "base/csv_in.h"
#include "base/decimal.h"
#include "output/manifest_parts.h"

static const char *copy(struct text_table *table, struct csv_field field)
{
    field = csv_unguard(field);
    return arena_strndup(&table->arena, field.text, field.length);
}

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct text_table *table = self;
    (void)err;
    table->n_columns = header->n;
    table->names = ARENA_ARRAY(&table->arena, header->n, const char *);
    for (size_t i = 0; i < header->n; i++)
        table->names[i] = copy(table, header->names[i]);
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct text_table *table = self;
    size_t n = table->n_columns;
    (void)err;
    if (table->n_rows == table->room) {
        size_t room = table->room ? 2 * table->room : 64;
        table->cells = arena_grow(&table->arena, table->cells, table->n_rows * n,
                                  room * n, sizeof *table->cells);
        table->room = room;
    }
    for (size_t i = 0; i < n; i++)
        table->cells[table->n_rows * n + i] = copy(table, record->fields[i]);
    table->n_rows++;
    return true;
}

bool text_table_read(struct text_table *table, const char *dir, const char *name,
                     struct error *err)
{
    *table = (struct text_table){.n_rows = 0};
    const struct csv_reader reader = {
        .header = take_header, .record = take_record, .self = table};
    const char *path = arena_printf(&table->arena, "%s/%s", dir, name);
    if (csv_read(path, &reader, NULL, err))
        return true;
    text_table_free(table);
    return false;
}

void text_table_free(struct text_table *table)
{
    arena_free(&table->arena);
    *table = (struct text_table){.n_rows = 0};
}

const char *text_table_cell(const struct text_table *table, size_t row,
                            const char *column)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (strcmp(table->names[i], column) == 0)
            return table->cells[row * table->n_columns + i];
    return "";
}

static bool number_of(const char *text, double *number)
{
    return decimal_to_double(text, strlen(text), number) == DECIMAL_OK;
}

double text_table_number(const struct text_table *table, size_t row, const char *column)
{
    double number;
    return number_of(text_table_cell(table, row, column), &number) ? number : NAN;
}

static bool is_among(const char *name, const char *const list[])
{
    for (size_t i = 0; list[i]; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static json_t *value_of(const char *text, bool as_text)
{
    double number;
    if (!*text)
        return json_null();
    if (as_text || !number_of(text, &number))
        return manifest_text(text);
    if (strcspn(text, ".eE") == strlen(text) && fabs(number) < 1e15)
        return json_integer((json_int_t)number);
    return json_real(number);
}

json_t *text_table_json(const struct text_table *table, const char *const texts[])
{
    json_t *rows = manifest_value(json_array());
    for (size_t row = 0; row < table->n_rows; row++) {
        json_t *object = manifest_value(json_object());
        for (size_t i = 0; i < table->n_columns; i++)
            manifest_set(object, table->names[i],
                         value_of(table->cells[row * table->n_columns + i],
                                  is_among(table->names[i], texts)));
        manifest_append(rows, object);
    }
    return rows;
}
