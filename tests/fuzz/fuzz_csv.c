/*
 * CSV.  Behind the first NUL a byte: bits for quotes, a semicolon, a bar, a header that
 * may be missing, and going on after ragged records.  What is read is written and read
 * again.
 */

#include "base/csv_in.h"
#include "base/csv_out.h"
#include "fuzz.h"

struct reading {
    int64_t line, ragged, records;
    size_t n;
    struct csv_out *out; /* NULL: nothing is written */
    uint64_t hash;       /* of all fields */
};

static void add(struct reading *self, const struct csv_field *field)
{
    for (size_t i = 0; i <= field->length; i++)
        self->hash = (self->hash ^ (unsigned char)field->text[i]) * 0x100000001b3u;
}

static bool take_header(void *self_, const struct csv_header *header, struct error *err)
{
    struct reading *self = self_;
    (void)err;
    fuzz_expect(self->n == 0 && header->n > 0 && header->n <= CSV_COLUMNS_MAX);
    self->n = header->n;
    for (size_t i = 0; i < header->n; i++) {
        char name[16];
        fuzz_expect(header->names[i].length > 0);
        fuzz_expect(csv_column(header, header->names[i].text) == (int)i);
        snprintf(name, sizeof name, "c%zu", i);
        if (self->out)
            csv_text(self->out, name);
    }
    if (self->out)
        csv_end_row(self->out);
    return true;
}

static bool take_record(void *self_, const struct csv_record *record, struct error *err)
{
    struct reading *self = self_;
    (void)err;
    fuzz_expect(record->n == self->n && record->line > self->line);
    self->line = record->line;
    self->records++;
    for (size_t i = 0; i < record->n; i++) {
        struct csv_field field = record->fields[i];
        fuzz_expect(strlen(field.text) == field.length);
        /* What csv_out wrote has its guards taken off; a file of others has not. */
        if (!self->out)
            field = csv_unguard(field);
        else
            csv_text(self->out, field.text);
        add(self, &field);
    }
    if (self->out)
        csv_end_row(self->out);
    return true;
}

static bool take_ragged(void *self_, int64_t line, const struct error *err)
{
    struct reading *self = self_;
    fuzz_expect(line > self->line);
    fuzz_expect_error(err);
    self->ragged++;
    return true;
}

static void read_again(const struct reading *first)
{
    struct reading again = {0};
    struct csv_reader reader = {
        .header = take_header, .record = take_record, .self = &again};
    struct error err = {0};
    bool ok = csv_read(fuzz_path("out.csv"), &reader, NULL, &err);
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    fuzz_expect(ok);
    fuzz_expect(again.records == first->records && again.hash == first->hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"a", "b", "c", NULL};
    struct fuzz_input input = fuzz_split(data, size);
    unsigned bits = fuzz_byte(&input.rest);
    struct error err = {0};
    struct reading reading = {.out = csv_create(fuzz_path("out.csv"), &err)};
    struct csv_reader reader = {
        .header = take_header, .record = take_record, .self = &reading};
    fuzz_expect(reading.out != NULL);
    reader.no_quotes = bits & 1;
    reader.delimiter = bits & 2 ? ';' : bits & 4 ? '|' : '\0';
    reader.names = bits & 8 ? names : NULL;
    reader.ragged = bits & 16 ? take_ragged : NULL;
    bool ok = csv_read(fuzz_file(0, input.text), &reader, NULL, &err);
    if (!ok)
        fuzz_expect_error(&err);
    bool written = csv_close(reading.out, NULL, &err);
    fuzz_expect(written);
    if (ok)
        read_again(&reading);
    return 0;
}
