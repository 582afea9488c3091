#include "base/csv_in.h"

#include <assert.h>
#include <csv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define CHUNK     ((size_t)1 << 17)
#define TEXT_ROOM (2 * CSV_LINE_MAX) /* a record and a NUL per field */

/*
 * libcsv is fed one line at a time, so that the line number is known without looking
 * into its callbacks, and a record is handed on after its whole line was accepted.
 */
struct input {
    const char *path;
    const struct csv_reader *reader;
    struct bytes *bytes;
    struct error *err;
    struct csv_parser parser;

    int64_t line;        /* the one being fed */
    int64_t record_line; /* on which the open record began; 0: none is open */
    size_t record_bytes; /* fed for it so far */
    int row_ends;        /* within the line being fed */
    bool ended_by_cr;    /* the last of them */
    bool has_header;
    size_t columns;
    bool trailing; /* the header line ends in a delimiter, and so do all lines */

    size_t n_fields, n_kept; /* kept: those with room in `fields` */
    struct csv_field fields[CSV_COLUMNS_MAX];
    char *text; /* of the fields, each with its NUL */
    size_t text_used;

    char *buffer; /* CSV_LINE_MAX + CHUNK bytes */
    size_t begin, end;
    bool suspicious; /* the buffer may hold NUL or bytes beyond ASCII */
};

static struct place place_of(const struct input *in, size_t column)
{
    int64_t line = in->record_line ? in->record_line : in->line;
    return (struct place){in->path, line, (int64_t)column};
}

static void take_field(void *text, size_t length, void *self)
{
    struct input *in = self;
    in->n_fields++;
    if (in->n_kept == CSV_COLUMNS_MAX)
        return;

    char *copy = in->text + in->text_used;
    assert(in->text_used + length < TEXT_ROOM);
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    in->text_used += length + 1;
    in->fields[in->n_kept++] = (struct csv_field){copy, length};
}

static void take_row_end(int terminator, void *self)
{
    struct input *in = self;
    in->row_ends++;
    in->ended_by_cr = terminator == '\r';
}

static bool check_header(struct input *in)
{
    if (in->n_fields > CSV_COLUMNS_MAX)
        return error_at(in->err, place_of(in, 0), "%zu columns; at most %d can be read",
                        in->n_fields, CSV_COLUMNS_MAX);
    for (size_t i = 0; i < in->n_fields; i++) {
        if (in->fields[i].length == 0)
            return error_at(in->err, place_of(in, i + 1),
                            "a column without a name in the header line");
        for (size_t j = 0; j < i; j++) {
            if (strcmp(in->fields[i].text, in->fields[j].text) != 0)
                continue;
            return error_at(in->err, place_of(in, i + 1),
                            "the column '%s' is there twice; it is also column %zu",
                            in->fields[i].text, j + 1);
        }
    }
    return true;
}

static bool hand_on_header(struct input *in)
{
    if (!check_header(in))
        return false;
    in->has_header = true;
    in->columns = in->n_fields;
    struct csv_header header = {in->path, in->fields, in->n_fields};
    return in->reader->header(in->reader->self, &header, in->err);
}

/* The first record of a file that may lack its header line is one, or is none. */
static bool lacks_header(const struct input *in)
{
    const char *const *names = in->reader->names;
    return names && (in->n_kept == 0 || strcmp(in->fields[0].text, names[0]) != 0);
}

static bool assume_header(struct input *in)
{
    struct csv_field names[CSV_COLUMNS_MAX];
    while (in->reader->names[in->columns]) {
        const char *name = in->reader->names[in->columns];
        assert(in->columns < CSV_COLUMNS_MAX);
        names[in->columns++] = (struct csv_field){name, strlen(name)};
    }
    in->has_header = true;
    struct csv_header header = {in->path, names, in->columns};
    return in->reader->header(in->reader->self, &header, in->err);
}

static bool hand_on_ragged(struct input *in)
{
    const char *hint = in->reader->hint;
    error_at(in->err, place_of(in, 0), "%zu field%s, but the %s has %zu%s%s",
             in->n_fields, in->n_fields == 1 ? "" : "s",
             in->reader->names ? "format" : "header line", in->columns,
             hint ? "; " : "", hint ? hint : "");
    return in->reader->ragged &&
           in->reader->ragged(in->reader->self, in->record_line, in->err);
}

static bool hand_on_record(struct input *in)
{
    if (in->n_fields != in->columns)
        return hand_on_ragged(in);
    struct csv_record record = {in->path, in->record_line, in->fields, in->columns};
    return in->reader->record(in->reader->self, &record, in->err);
}

/* What stands behind the last delimiter is no field. */
static void drop_trailing(struct input *in)
{
    bool blank = in->n_fields > 1 && in->n_fields == in->n_kept &&
                 in->fields[in->n_fields - 1].length == 0;
    if (!in->has_header)
        in->trailing = in->reader->trailing && blank;
    if (!in->trailing || !blank)
        return;
    in->n_fields--;
    in->n_kept--;
}

static bool hand_on(struct input *in)
{
    bool ok = true;
    drop_trailing(in);
    if (!in->has_header && lacks_header(in))
        ok = assume_header(in) && hand_on_record(in);
    else
        ok = in->has_header ? hand_on_record(in) : hand_on_header(in);
    in->n_fields = 0;
    in->n_kept = 0;
    in->text_used = 0;
    in->record_line = 0;
    in->record_bytes = 0;
    return ok;
}

static bool check_text(struct input *in, const char *text, size_t length)
{
    in->record_line = 0; /* the place is this line, whatever record it is in */
    return utf8_check(text, length, place_of(in, 0), in->err);
}

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!strchr(" \t\r\n", text[i]))
            return false;
    return true;
}

static bool check_row_ends(struct input *in, const char *text, size_t length)
{
    bool has_lf = length > 0 && text[length - 1] == '\n';
    bool has_crlf = has_lf && length > 1 && text[length - 2] == '\r';
    if (in->row_ends <= 1 && (!in->ended_by_cr || has_crlf))
        return true;
    return error_at(in->err, place_of(in, 0),
                    "a carriage return that ends no line; lines end in LF or in CR LF");
}

static bool check_parser(struct input *in, size_t fed, size_t length)
{
    if (fed == length)
        return true;
    if (csv_error(&in->parser) != CSV_EPARSE)
        out_of_memory();
    return error_at(in->err, place_of(in, in->n_fields + 1),
                    "a quote astray; write the whole field in quotes and each quote "
                    "in it twice, as in \"a \"\"b\"\"\"");
}

static bool feed(struct input *in, const char *text, size_t length)
{
    int64_t record_line = in->record_line;
    if (in->suspicious && !check_text(in, text, length))
        return false;
    in->record_line = record_line ? record_line : in->line;
    in->record_bytes += length;
    if (in->record_bytes > CSV_LINE_MAX)
        return error_at(in->err, place_of(in, 0),
                        record_line ? "a record of over 1 MiB; is a quote left open?"
                                    : "a line of over 1 MiB; is this a CSV file?");
    in->row_ends = 0;
    in->ended_by_cr = false;
    size_t fed = csv_parse(&in->parser, text, length, take_field, take_row_end, in);
    if (!check_parser(in, fed, length))
        return false;
    if (in->row_ends)
        return check_row_ends(in, text, length) && hand_on(in);
    if (!record_line && in->n_fields == 0 && is_blank(text, length)) {
        in->record_line = 0;
        in->record_bytes = 0;
    }
    return true;
}

static bool feed_lines(struct input *in)
{
    char *newline;
    while ((newline = memchr(in->buffer + in->begin, '\n', in->end - in->begin))) {
        char *text = in->buffer + in->begin;
        size_t length = (size_t)(newline + 1 - text);
        in->begin += length;
        in->line++;
        if (!feed(in, text, length))
            return false;
    }
    return true;
}

static bool fill(struct input *in, bool *at_end)
{
    size_t kept = in->end - in->begin;
    memmove(in->buffer, in->buffer + in->begin, kept);
    in->begin = 0;
    in->end = kept;

    size_t got;
    if (!bytes_read(in->bytes, in->buffer + kept, CHUNK, &got, in->err))
        return false;
    in->end += got;
    in->suspicious =
        (kept && in->suspicious) || !utf8_is_plain_ascii(in->buffer + kept, got);
    *at_end = got == 0;
    return true;
}

static bool skip_byte_order_mark(struct input *in)
{
    return utf8_skip_mark(in->buffer, in->end, in->path, &in->begin, in->err);
}

static bool long_line(struct input *in)
{
    in->line++;
    if (memchr(in->buffer + in->begin, '\0', in->end - in->begin))
        return check_text(in, in->buffer + in->begin, in->end - in->begin);
    return error_at(in->err, place_of(in, 0),
                    "a line of over 1 MiB; is this a CSV file?");
}

/* The last line may lack its newline. */
static bool finish(struct input *in)
{
    if (in->begin < in->end) {
        in->line++;
        if (!feed(in, in->buffer + in->begin, in->end - in->begin))
            return false;
    }
    in->row_ends = 0;
    if (csv_fini(&in->parser, take_field, take_row_end, in) != 0) {
        if (csv_error(&in->parser) != CSV_EPARSE)
            out_of_memory();
        return error_at(in->err, place_of(in, in->n_fields + 1),
                        "the quote that opens here is never closed");
    }
    if (in->row_ends && !hand_on(in))
        return false;
    if (in->has_header)
        return true;
    if (in->reader->names)
        return assume_header(in);
    in->line = 1;
    return error_at(in->err, place_of(in, 0),
                    "the file is empty; a header line is wanted");
}

static bool read_all(struct input *in)
{
    bool at_end = false;
    while (in->end < 3 && !at_end)
        if (!fill(in, &at_end))
            return false;
    if (!skip_byte_order_mark(in))
        return false;

    while (feed_lines(in)) {
        if (in->end - in->begin > CSV_LINE_MAX)
            return long_line(in);
        if (at_end)
            return finish(in);
        if (!fill(in, &at_end))
            return false;
    }
    return false;
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        out_of_memory();
    return memory;
}

bool csv_read(const char *path, const struct csv_reader *reader,
              char digest[SHA256_HEX], struct error *err)
{
    struct bytes *bytes = bytes_open(path, err);
    if (!bytes)
        return false;

    struct input *in = allocate(sizeof *in);
    *in = (struct input){.path = strcmp(path, "-") == 0 ? "<stdin>" : path,
                         .reader = reader,
                         .bytes = bytes,
                         .err = err,
                         .text = allocate(TEXT_ROOM),
                         .buffer = allocate(CSV_LINE_MAX + CHUNK)};
    if (csv_init(&in->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        out_of_memory();
    csv_set_blk_size(&in->parser, 4096);
    if (reader->delimiter)
        csv_set_delim(&in->parser, (unsigned char)reader->delimiter);
    if (reader->no_quotes)
        csv_set_quote(&in->parser, '\0'); /* which no text holds */

    bool ok = read_all(in);
    if (ok && digest)
        bytes_digest(bytes, digest);
    csv_free(&in->parser);
    free(in->buffer);
    free(in->text);
    free(in);
    bytes_close(bytes);
    return ok;
}

int csv_column(const struct csv_header *header, const char *name)
{
    for (size_t i = 0; i < header->n; i++)
        if (strcmp(header->names[i].text, name) == 0)
            return (int)i;
    return -1;
}

struct csv_field csv_unguard(struct csv_field field)
{
    bool guarded = field.length > 1 && field.text[0] == '\'' &&
                   memchr("=+-@\t\r'", field.text[1], 7);
    return guarded ? (struct csv_field){field.text + 1, field.length - 1} : field;
}
