#ifndef INPUT_TRACE_FIELDS_H
#define INPUT_TRACE_FIELDS_H

/*
 * The fields of one row of a job trace, each read with the error that says what is
 * wrong with it: "jobs.csv:17:3: gpus: -4 is below 1".
 *
 * Part of trace_read; a field of a column that the file does not have is empty.
 */

#include "base/decimal.h"
#include "input/trace.h"

struct trace_fields {
    const char *path; /* as it is shown */
    const struct csv_record *record;
    int at[TRACE_COLUMNS]; /* index in the record, or -1 */
    struct error *err;
};

struct csv_field trace_field(const struct trace_fields *fields,
                             enum trace_column column);

/* Writes the error, with its place and the column's name, and returns false. */
bool trace_field_bad(const struct trace_fields *fields, enum trace_column column,
                     const char *fmt, ...) PRINTF_LIKE(3, 4);

/* A value as messages show it: long ones are cut, between characters. */
struct trace_shown {
    char text[48];
};
struct trace_shown trace_show(struct csv_field field);

/* Seconds without a sign, digits with up to three after a point: the common form, read
 * fast.  False for any other, of which nothing is said. */
bool trace_plain_ms(struct csv_field field, int64_t *ms);

/* Seconds from the start, of either sign, as ms; DECIMAL_OVERFLOW beyond 200 years. */
enum decimal_result trace_seconds(struct csv_field field, int64_t *ms);

/* The times of a trace are all in seconds or all dates, as the first right one is. */
struct trace_clock {
    bool *absolute;     /* the trace's */
    const char *first;  /* what messages call the first: "submit" */
    int64_t first_line; /* 0: none yet */
};

/* Whether a time of that kind may be in the trace; `why` has no place. */
bool trace_clock_admits(const struct trace_clock *clock, struct csv_field field,
                        bool is_date, struct error *why) MUST_CHECK;

/* Seconds or a date, of the kind that the trace has; `line` is the field's. */
bool trace_clock_read(struct trace_clock *clock, struct csv_field field, int64_t line,
                      int64_t *ms, struct error *why) MUST_CHECK;

/* Seconds as ms, between `min` and 200 years; the optional form leaves *ms alone where
 * the field is empty. */
bool trace_field_ms(const struct trace_fields *fields, enum trace_column column,
                    int64_t min, int64_t *ms) MUST_CHECK;
bool trace_field_optional_ms(const struct trace_fields *fields,
                             enum trace_column column, int64_t min,
                             int64_t *ms) MUST_CHECK;

bool trace_field_whole(const struct trace_fields *fields, enum trace_column column,
                       int64_t min, int64_t max, int32_t *value) MUST_CHECK;

/* A text of up to `most` bytes, without control characters; it may be empty. */
bool trace_field_text(const struct trace_fields *fields, enum trace_column column,
                      size_t most, struct csv_field *text) MUST_CHECK;

/* Names joined by '|' or ';' as "a|b", without blanks around them, in a buffer of as
 * many bytes and a NUL; NULL where one is empty. */
const char *trace_join_list(char *to, struct csv_field text);

/* The same of a column; *list stays where the field is empty. */
bool trace_field_list(const struct trace_fields *fields, enum trace_column column,
                      char buffer[JOB_LIST_MAX + 1], const char **list) MUST_CHECK;

/* Which of two words; 0 where the field is empty. */
bool trace_field_choice(const struct trace_fields *fields, enum trace_column column,
                        const char *const words[2], int *choice) MUST_CHECK;

/* Gigabytes as MB; *memory_mb stays where the field is empty. */
bool trace_field_memory(const struct trace_fields *fields,
                        int64_t *memory_mb) MUST_CHECK;

#endif
