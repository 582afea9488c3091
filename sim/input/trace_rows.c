#include "input/trace_rows.h"

#include <assert.h>
#include <string.h>

#include "base/names.h"
#include "input/trace_fields.h"

struct shown {
    char text[64];
};

static struct shown show(const struct row_form *form, struct csv_field field)
{
    struct shown shown;
    if (form->shown_bytes > 0)
        snprintf(shown.text, sizeof shown.text, "%.*s", form->shown_bytes, field.text);
    else
        strcpy(shown.text, trace_show(field).text);
    return shown;
}

static bool unknown_column(const struct row_form *form, const struct csv_header *header,
                           size_t i, struct error *err)
{
    struct place place = {header->path, 1, (int64_t)i + 1};
    struct shown name = show(form, header->names[i]);
    const char *near = nearest_name(header->names[i].text, form->columns);
    if (near)
        return error_at(err, place, "unknown column '%s'; did you mean '%s'?",
                        name.text, near);
    return error_at(err, place, "unknown column '%s'; %s", name.text, form->all);
}

static bool has_column(const struct row_form *form, const char *name)
{
    for (size_t k = 0; form->columns[k]; k++)
        if (strcmp(form->columns[k], name) == 0)
            return true;
    return false;
}

bool row_header(struct row_fields *row, const struct csv_header *header,
                struct error *err)
{
    const struct row_form *form = row->form;
    for (size_t i = 0; i < header->n; i++)
        if (!has_column(form, header->names[i].text))
            return unknown_column(form, header, i, err);
    for (int k = 0; form->columns[k]; k++) {
        assert(k < ROW_COLUMNS_MAX);
        row->at[k] = csv_column(header, form->columns[k]);
        if (row->at[k] < 0 && k < form->needed)
            return error_at(err, (struct place){header->path, 1, 0},
                            "no column '%s'; %s", form->columns[k], form->least);
    }
    return true;
}

struct csv_field row_field(const struct row_fields *row, int column)
{
    static const struct csv_field none = {"", 0};
    int at = row->at[column];
    return at < 0 ? none : csv_unguard(row->record->fields[at]);
}

bool row_bad(const struct row_fields *row, int column, const char *why)
{
    const struct csv_record *record = row->record;
    struct place place = {record->path, record->line, row->at[column] + 1};
    return error_at(row->err, place, "%s: %s", row->form->columns[column], why);
}

bool row_bad_value(const struct row_fields *row, int column, const char *why)
{
    struct error text;
    error_set(&text, "'%s' %s", show(row->form, row_field(row, column)).text, why);
    return row_bad(row, column, text.text);
}

bool row_word(const struct row_fields *row, int column, size_t most,
              struct csv_field *word)
{
    struct error why;
    *word = row_field(row, column);
    if (word->length > most) {
        error_set(&why, "the word is longer than %zu bytes", most);
        return row_bad(row, column, why.text);
    }
    for (size_t i = 0; i < word->length; i++)
        if ((unsigned char)word->text[i] < 0x20 || word->text[i] == 0x7f)
            return row_bad(row, column, "the word holds a control character");
    return true;
}

/* ---- sniffing ---- */

struct sniffer {
    bool (*is_known)(const struct csv_header *header);
    bool found;
};

static bool sniff_header(void *self, const struct csv_header *header, struct error *err)
{
    struct sniffer *sniffer = self;
    sniffer->found = sniffer->is_known(header);
    return error_set(err, "that was all");
}

static bool sniff_record(void *self, const struct csv_record *record, struct error *err)
{
    (void)self, (void)record, (void)err;
    return false;
}

bool row_sniff(const char *path, bool (*is_known)(const struct csv_header *header))
{
    struct sniffer sniffer = {.is_known = is_known};
    struct error ignored;
    struct csv_reader csv = {
        .header = sniff_header, .record = sniff_record, .self = &sniffer};
    if (strcmp(path, "-") == 0 || csv_read(path, &csv, NULL, &ignored))
        return false;
    return sniffer.found;
}
