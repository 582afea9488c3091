/* Rows of text: CSV files, and fields separated by blanks. */

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/decimal.h"
#include "base/lines.h"
#include "base/names.h"
#include "input/import.h"

struct reading {
    struct import_row row;
    const struct import_table *table;
    const struct import_blanks *blanks;
    struct csv_field fields[IMPORT_COLUMNS_MAX]; /* of blanks */
};

static struct place place_of(const struct import_row *row, size_t column)
{
    return (struct place){row->path, row->line, row->at[column] + 1};
}

/* ---- CSV ---- */

static bool no_column(const struct csv_header *header, const char *name,
                      struct error *err)
{
    const char *names[CSV_COLUMNS_MAX + 1] = {NULL};
    for (size_t i = 0; i < header->n; i++)
        names[i] = header->names[i].text;
    const char *near = nearest_name(name, names);
    return error_at(err, (struct place){header->path, 1, 0},
                    "no column '%s', which this format has%s%s%s", name,
                    near ? "; is it '" : "", near ? near : "", near ? "'?" : "");
}

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct reading *in = self;
    const struct import_column *columns = in->table->columns;
    in->row.path = header->path;
    for (size_t i = 0; columns[i].name; i++) {
        assert(i < IMPORT_COLUMNS_MAX);
        in->row.at[i] = csv_column(header, columns[i].name);
        if (in->row.at[i] < 0 && !columns[i].optional)
            return no_column(header, columns[i].name, err);
    }
    in->row.line = 1;
    return !in->table->header || in->table->header(&in->row, err);
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct reading *in = self;
    in->row.line = record->line;
    in->row.fields = record->fields;
    import_count_row(in->row.import);
    return in->table->row(&in->row, err) || import_forgive(in->row.import, err);
}

static bool take_ragged(void *self, int64_t line, const struct error *err)
{
    struct reading *in = self;
    (void)line;
    import_count_row(in->row.import);
    return import_forgive(in->row.import, err);
}

bool import_table(struct import *import, const struct import_table *table,
                  struct error *err)
{
    struct reading in = {.row = {.import = import, .columns = table->columns},
                         .table = table};
    struct csv_reader reader = {.header = take_header,
                                .record = take_record,
                                .ragged = take_ragged,
                                .self = &in,
                                .names = table->names,
                                .delimiter = table->delimiter,
                                .trailing = table->trailing,
                                .hint = table->hint,
                                .no_quotes = table->no_quotes};
    return csv_read(import->path, &reader, import_digest(import), err);
}

/* ---- fields between blanks ---- */

static size_t split(struct reading *in, char *text)
{
    size_t n = 0;
    while (*(text += strspn(text, " \t"))) {
        size_t length = strcspn(text, " \t");
        bool last = text[length] == '\0';
        text[length] = '\0';
        if (n < IMPORT_COLUMNS_MAX)
            in->fields[n] = (struct csv_field){text, length};
        n++;
        text += length + !last;
    }
    return n;
}

static bool take_fields(struct reading *in, size_t n, struct error *err)
{
    const struct import_column *columns = in->blanks->columns;
    size_t most = 0;
    for (; columns[most].name; most++) {
        in->row.at[most] = most < n ? (int)most : -1;
        if (most >= n && !columns[most].optional)
            return error_at(err, (struct place){in->row.path, in->row.line, 0},
                            "%zu fields; there is none for '%s'", n,
                            columns[most].name);
    }
    if (n > most)
        return error_at(err, (struct place){in->row.path, in->row.line, 0},
                        "%zu fields, but the format has %zu", n, most);
    return in->blanks->row(&in->row, err);
}

static bool take_line(void *self, const struct line *line, struct error *err)
{
    struct reading *in = self;
    char *text = line->text + strspn(line->text, " \t");
    in->row.path = line->path;
    in->row.line = line->number;
    if (*text == '\0')
        return true;
    if (*text == in->blanks->comment)
        return !in->blanks->remark || in->blanks->remark(in->row.import, text + 1, err);
    in->row.fields = in->fields;
    import_count_row(in->row.import);
    return take_fields(in, split(in, text), err) || import_forgive(in->row.import, err);
}

bool import_blanks(struct import *import, const struct import_blanks *blanks,
                   struct error *err)
{
    struct reading in = {.row = {.import = import, .columns = blanks->columns},
                         .blanks = blanks};
    return lines_read(import->path, take_line, &in, import_digest(import), err);
}

/* ---- one field ---- */

bool import_has(const struct import_row *row, size_t column)
{
    return row->at[column] >= 0;
}

struct csv_field import_text(const struct import_row *row, size_t column)
{
    static const struct csv_field none = {"", 0};
    return row->at[column] < 0 ? none : row->fields[row->at[column]];
}

bool import_refuse(const struct import_row *row, size_t column, const char *why,
                   struct error *err)
{
    return error_at(err, place_of(row, column), "%s: '%.40s' %s",
                    row->columns[column].name, import_text(row, column).text, why);
}

bool import_ms(const struct import_row *row, size_t column, int64_t *ms,
               struct error *err)
{
    struct csv_field field = import_text(row, column);
    enum decimal_result result = decimal_to_int64(field.text, field.length, 3, ms);
    if (result == DECIMAL_NOT_NUMBER)
        return import_refuse(row, column, "is not a number of seconds", err);
    if (result == DECIMAL_OVERFLOW || *ms < 0 || *ms > JOB_DURATION_MAX)
        return error_at(err, place_of(row, column),
                        "%s: %.40s is not in 0 to 200 years", row->columns[column].name,
                        field.text);
    return true;
}

bool import_whole(const struct import_row *row, size_t column, int64_t min, int64_t max,
                  int64_t *value, struct error *err)
{
    struct csv_field field = import_text(row, column);
    enum decimal_result result = decimal_to_int64(field.text, field.length, 0, value);
    if (result == DECIMAL_OK && *value >= min && *value <= max)
        return true;
    struct error why;
    error_set(&why, "is not a whole number in %" PRId64 " to %" PRId64, min, max);
    return import_refuse(row, column, why.text, err);
}

bool import_gpus(const struct import_row *row, size_t column, int32_t *gpus,
                 struct error *err)
{
    int64_t whole;
    if (!import_whole(row, column, 0, JOB_GPUS_MAX, &whole, err))
        return false;
    *gpus = (int32_t)whole;
    return true;
}

bool import_date(const struct import_row *row, size_t column, int64_t *unix_ms,
                 struct error *err)
{
    struct csv_field field = import_text(row, column);
    struct error why;
    return import_parse_date(row->import, field.text, field.length, unix_ms, &why) ||
           error_at(err, place_of(row, column), "%s: %s", row->columns[column].name,
                    why.text);
}

static bool check_word(const struct import_row *row, size_t column, size_t most,
                       struct error *err)
{
    struct csv_field field = import_text(row, column);
    if (import_is_word(field.text, field.length, most))
        return true;
    return error_at(err, place_of(row, column),
                    "%s: '%.70s' is no word of up to %zu bytes without control "
                    "characters",
                    row->columns[column].name, field.text, most);
}

bool import_name(const struct import_row *row, size_t column, uint32_t *name,
                 struct error *err)
{
    if (!check_word(row, column, JOB_WORD_MAX, err))
        return false;
    struct csv_field field = import_text(row, column);
    *name = import_intern(row->import, field.text, field.length);
    return true;
}

bool import_id(const struct import_row *row, size_t column, const char **id,
               struct error *err)
{
    if (!check_word(row, column, JOB_ID_MAX, err))
        return false;
    struct csv_field field = import_text(row, column);
    *id = field.length ? field.text : NULL;
    return true;
}

bool import_drop(const struct import_row *row, const char *reason)
{
    import_count_drop(row->import, row->line, reason);
    return true;
}

bool import_add(const struct import_row *row, const struct trace_row *job,
                struct error *err)
{
    return import_add_job(row->import, job, (struct place){row->path, row->line, 0},
                          err);
}
