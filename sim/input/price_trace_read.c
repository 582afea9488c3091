/* Price traces from CSV files: every field is checked, with its place. */

#include <stdlib.h>
#include <string.h>

#include "base/csv_in.h"
#include "base/decimal.h"
#include "input/price_trace.h"
#include "input/trace_rows.h"

enum { TIME, CLASS, TENURE, PRICE, REGION, TERM, COLUMNS };
static const char *const columns[COLUMNS + 1] = {
    "time", "class", "tenure", "usd_per_gpu_h", "region", "term", NULL};

static const char *const tenures[] = {"lease", "on-demand", "spot", NULL};

static const struct row_form form = {
    .columns = columns,
    .needed = PRICE + 1,
    .all = "a price trace has time, class, tenure, usd_per_gpu_h and optional region, "
           "term",
    .least = "a price trace has time, class, tenure and usd_per_gpu_h",
    .shown_bytes = 60,
};

struct reader {
    struct price_trace *trace;
    struct row_fields row;
};

static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct reader *in = self;
    return row_header(&in->row, header, err);
}

static bool take_word(const struct reader *in, int column, uint32_t *name)
{
    struct csv_field word;
    *name = NAMES_NONE;
    if (!row_word(&in->row, column, PRICE_WORD_MAX, &word))
        return false;
    *name = price_trace_name(in->trace, word.text, word.length);
    return true;
}

static bool take_time(const struct reader *in, int64_t *unix_ms)
{
    struct csv_field field = row_field(&in->row, TIME);
    struct error why;
    return calendar_parse(field.text, field.length, unix_ms, &why) ||
           row_bad(&in->row, TIME, why.text);
}

static bool take_tenure(const struct reader *in, uint32_t *name)
{
    struct csv_field field = row_field(&in->row, TENURE);
    for (size_t i = 0; tenures[i]; i++) {
        if (strcmp(tenures[i], field.text) != 0)
            continue;
        *name = price_trace_name(in->trace, field.text, field.length);
        return true;
    }
    return row_bad_value(&in->row, TENURE, "is not one of lease, on-demand, spot");
}

static bool take_price(const struct reader *in, int64_t *nano)
{
    struct csv_field field = row_field(&in->row, PRICE);
    switch (decimal_to_int64(field.text, field.length, 9, nano)) {
    case DECIMAL_OK:
    case DECIMAL_INEXACT: break;
    case DECIMAL_OVERFLOW: *nano = INT64_MAX; break;
    case DECIMAL_NOT_NUMBER:
        return row_bad_value(&in->row, PRICE, "is not a price in USD, such as 2.49");
    }
    if (*nano < 0 || *nano > PRICE_MAX_NANO)
        return row_bad_value(&in->row, PRICE, "is not in 0 to 100000 USD per GPU-hour");
    return true;
}

/* Written the same way however it was given: 12mo is 1y. */
static bool take_term(const struct reader *in, bool is_lease, uint32_t *name)
{
    struct csv_field field = row_field(&in->row, TERM);
    struct span span;
    struct error why;
    *name = NAMES_NONE;
    if (field.length == 0)
        return true;
    if (!is_lease)
        return row_bad(&in->row, TERM, "only a lease has a term");
    if (!quantity_span(field.text, &span, &why))
        return row_bad(&in->row, TERM, why.text);
    char text[QUANTITY_TEXT];
    quantity_write_span(text, span);
    *name = price_trace_name(in->trace, text, strlen(text));
    return true;
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    struct reader *in = self;
    in->row.record = record;
    in->row.err = err;
    struct price_row row = {.line = record->line};
    if (!take_time(in, &row.at_unix_ms) || !take_word(in, CLASS, &row.class) ||
        !take_tenure(in, &row.tenure) || !take_price(in, &row.nano_usd_per_gpu_h) ||
        !take_word(in, REGION, &row.region))
        return false;
    if (row.class == NAMES_NONE)
        return row_bad(&in->row, CLASS, "is empty; name a GPU class, as h100-sxm");
    bool is_lease = strcmp(row_field(&in->row, TENURE).text, tenures[0]) == 0;
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
    in->row.form = &form;
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

bool price_trace_header(const struct csv_header *header)
{
    return csv_column(header, columns[PRICE]) >= 0;
}

bool price_trace_sniff(const char *path)
{
    return row_sniff(path, price_trace_header);
}

static bool read_stored(void *content, const char *path, struct error *err)
{
    return price_trace_read(content, path, err);
}

static void free_stored(void *content)
{
    price_trace_free(content);
}

const struct store_kind stored_price_trace = {sizeof(struct price_trace), read_stored,
                                              free_stored};
