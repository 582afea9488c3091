#ifndef BASE_CSV_IN_H
#define BASE_CSV_IN_H

/*
 * CSV with a header line (RFC 4180, by libcsv in strict mode), streaming, each record
 * with the line on which it began.
 *
 * A UTF-8 byte order mark is skipped; LF and CRLF are both line ends; blank lines are
 * skipped; blanks around unquoted fields are removed.  Refused, with place: NUL bytes
 * and invalid UTF-8 (a binary file), a line or record over 1 MiB, a record with more or
 * fewer fields than the header, a column named twice, an empty column name, no header,
 * a quote left open or astray, a carriage return alone as a line end.  Line numbers
 * count bytes '\n' in what is read, since libcsv swallows blank lines and a quoted
 * field may hold a newline.
 *
 * In messages, file:line:column, the column is the field's number, from 1: what a
 * spreadsheet shows.  Standard input is called <stdin>.
 */

#include <stddef.h>

#include "base/bytes.h"
#include "base/errors.h"

#define CSV_COLUMNS_MAX 512
#define CSV_LINE_MAX    ((size_t)1 << 20)

struct csv_field {
    const char *text; /* ends with NUL; valid during the call */
    size_t length;
};

struct csv_header {
    const char *path;
    const struct csv_field *names;
    size_t n;
};

struct csv_record {
    const char *path;
    int64_t line; /* on which the record begins, from 1 */
    const struct csv_field *fields;
    size_t n; /* always the header's */
};

/* Both return false with the error set to stop the reading.  `header` is called once,
 * before any record. */
struct csv_reader {
    bool (*header)(void *self, const struct csv_header *header, struct error *err);
    bool (*record)(void *self, const struct csv_record *record, struct error *err);
    void *self;
    char delimiter; /* 0 is ',' */
    bool no_quotes; /* a quote is a letter like any other, as in `sacct --parsable2` */
    bool trailing;  /* each line may end in a delimiter, as in `sacct --parsable` */
    const char *hint; /* said with what is wrong with a ragged record; may be NULL */
    /* Of the columns (NULL ends them), where the file may lack its header line: it has
     * one if its first field is names[0].  NULL: the first line is the header. */
    const char *const *names;
    /* May be NULL.  Told of a record with too many or too few fields, and the message;
     * true: go on with the next one. */
    bool (*ragged)(void *self, int64_t line, const struct error *err);
};

/* `digest` may be NULL; "-" is standard input. */
bool csv_read(const char *path, const struct csv_reader *reader,
              char digest[SHA256_HEX], struct error *err) MUST_CHECK;

/* The index of a column, or -1. */
int csv_column(const struct csv_header *header, const char *name);

/* The field without the apostrophe that csv_out puts before texts that a spreadsheet
 * would take for a formula.  Other fields come back as they are. */
struct csv_field csv_unguard(struct csv_field field);

#endif
