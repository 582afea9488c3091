/* Price traces from CSV files: every field is checked, with its place. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv_in.h"
#include "base/decimal.h"
#include "input/price_trace.h"

enum { TIME, CLASS, TENURE, PRICE, REGION, TERM, COLUMNS };
static const char *const columns[COLUMNS + 1] = {
    "time", "class", "tenure", "usd_per_gpu_h", "region", "term", NULL};

static const char *const tenures[] = {"lease", "on-demand", "spot", NULL};

struct reader {
    struct price_trace *trace;
    int at[COLUMNS];
    const struct csv_record *record;
    struct error *err;
};

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct reader *in = self;
    for (size_t i = 0; i < header->n; i++) {
        size_t k = 0;
        while (k < COLUMNS && strcmp(columns[k], header->names[i].text) != 0)
            k++;
        if (k < COLUMNS)
            continue;
        const char *near = nearest_name(header->names[i].text, columns);
        return error_at(err, (struct place){header->path, 1, (int64_t)i + 1},
                        "unknown column '%.60s'; %s%s%s", header->names[i].text,
                        near ? "did you mean '" : "a price trace has time, class, ",
                        near ? near : "tenure, usd_per_gpu_h and optional region, term",
                        near ? "'?" : "");
    }
    for (int k = 0; k < COLUMNS; k++) {
        in->at[k] = csv_column(header, columns[k]);
        if (in->at[k] < 0 && k <= PRICE)
            return error_at(err, (struct place){header->path, 1, 0},
                            "no column '%s'; a price trace has time, class, tenure and "
                            "usd_per_gpu_h",
                            columns[k]);
    }
    return true;
}

static struct csv_field field_of(const struct reader *in, int column)
{
    static const struct csv_field none = {"", 0};
    int at = in->at[column];
    return at < 0 ? none : csv_unguard(in->record->fields[at]);
}

static bool refuse(const struct reader *in, int column, const char *why)
{
    const struct csv_record *record = in->record;
    struct place place = {record->path, record->line, in->at[column] + 1};
    return error_at(in->err, place, "%s: %s", columns[column], why);
}

static bool refuse_text(const struct reader *in, int column, const char *why)
{
    struct error text;
    error_set(&text, "'%.60s' %s", field_of(in, column).text, why);
    return refuse(in, column, text.text);
}

static bool take_word(const struct reader *in, int column, uint32_t *name)
{
    struct csv_field field = field_of(in, column);
    *name = NAMES_NONE;
    if (field.length > PRICE_WORD_MAX)
        return refuse(in, column, "the word is longer than 255 bytes");
    for (size_t i = 0; i < field.length; i++)
        if ((unsigned char)field.text[i] < 0x20 || field.text[i] == 0x7f)
            return refuse(in, column, "the word holds a control character");
    *name = price_trace_name(in->trace, field.text, field.length);
    return true;
}

static bool take_time(const struct reader *in, int64_t *unix_ms)
{
    struct csv_field field = field_of(in, TIME);
    struct error why;
    return calendar_parse(field.text, field.length, unix_ms, &why) ||
           refuse(in, TIME, why.text);
}

static bool take_tenure(const struct reader *in, uint32_t *name)
{
    struct csv_field field = field_of(in, TENURE);
    for (size_t i = 0; tenures[i]; i++) {
        if (strcmp(tenures[i], field.text) != 0)
            continue;
        *name = price_trace_name(in->trace, field.text, field.length);
        return true;
    }
    return refuse_text(in, TENURE, "is not one of lease, on-demand, spot");
}

static bool take_price(const struct reader *in, int64_t *nano)
{
    struct csv_field field = field_of(in, PRICE);
    switch (decimal_to_int64(field.text, field.length, 9, nano)) {
    case DECIMAL_OK:
    case DECIMAL_INEXACT: break;
    case DECIMAL_OVERFLOW: *nano = INT64_MAX; break;
    case DECIMAL_NOT_NUMBER:
        return refuse_text(in, PRICE, "is not a price in USD, such as 2.49");
    }
    if (*nano < 0 || *nano > PRICE_MAX_NANO)
        return refuse_text(in, PRICE, "is not in 0 to 100000 USD per GPU-hour");
    return true;
}

/* Written the same way however it was given: 12mo is 1y. */
static bool take_term(const struct reader *in, bool is_lease, uint32_t *name)
{
    struct csv_field field = field_of(in, TERM);
    struct span span;
    struct error why;
    *name = NAMES_NONE;
    if (field.length == 0)
        return true;
    if (!is_lease)
        return refuse(in, TERM, "only a lease has a term");
    if (!quantity_span(field.text, &span, &why))
        return refuse(in, TERM, why.text);
    char text[QUANTITY_TEXT];
    quantity_write_span(text, span);
    *name = price_trace_name(in->trace, text, strlen(text));
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct reader *in = self;
    in->record = record;
    in->err = err;
    struct price_row row = {.line = record->line};
    if (!take_time(in, &row.at_unix_ms) || !take_word(in, CLASS, &row.class) ||
        !take_tenure(in, &row.tenure) || !take_price(in, &row.nano_usd_per_gpu_h) ||
        !take_word(in, REGION, &row.region))
        return false;
    if (row.class == NAMES_NONE)
        return refuse(in, CLASS, "is empty; name a GPU class, as h100-sxm");
    bool is_lease = strcmp(field_of(in, TENURE).text, tenures[0]) == 0;
    if (!take_term(in, is_lease, &row.term))
        return false;
    if (in->trace->n >= UINT32_MAX)
        return error_at(err, (struct place){record->path, record->line, 0},
                        "more than 4294967295 prices");
    price_trace_add(in->trace, &row);
    return true;
}

struct csv_reader price_reader_begin(struct price_trace *trace, const char *path)
{
    struct reader *in = calloc(1, sizeof *in);
    if (!in)
        out_of_memory();
    in->trace = trace;
    price_trace_begin(trace, path);
    return (struct csv_reader){
        .header = take_header, .record = take_record, .self = in};
}

void price_reader_end(const struct csv_reader *csv)
{
    free(csv->self);
}

bool price_trace_read(struct price_trace *trace, const char *path, struct error *err)
{
    struct csv_reader csv = price_reader_begin(trace, path);
    bool ok = csv_read(path, &csv, trace->digest, err);
    price_reader_end(&csv);
    if (ok)
        price_trace_finish(trace);
    return ok;
}

static bool sniff_header(void *self, const struct csv_header *header, struct error *err)
{
    *(bool *)self = csv_column(header, columns[PRICE]) >= 0;
    return error_set(err, "that was all");
}

static bool sniff_record(void *self, const struct csv_record *record, struct error *err)
{
    (void)self, (void)record, (void)err;
    return false;
}

bool price_trace_sniff(const char *path)
{
    bool found = false;
    struct error ignored;
    struct csv_reader csv = {
        .header = sniff_header, .record = sniff_record, .self = &found};
    if (strcmp(path, "-") == 0 || csv_read(path, &csv, NULL, &ignored))
        return false;
    return found;
}
