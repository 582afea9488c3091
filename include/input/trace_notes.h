#ifndef INPUT_TRACE_NOTES_H
#define INPUT_TRACE_NOTES_H

/*
 * What is worth knowing of a trace whose rows are all right: what was looked at, and
 * what is unusual, for which rows may be wrong nevertheless.
 */

#include "input/any_trace.h"

#define TRACE_NOTES_MAX 24

struct trace_note {
    const char *about; /* "order", "ids" */
    bool unusual;
    char text[320]; /* without a full stop */
};

struct trace_notes {
    struct trace_note note[TRACE_NOTES_MAX];
    size_t n;
};

void trace_notes_take(struct trace_notes *notes, const struct import_result *trace);

/* For the files that take notes: 2.9 d. */
struct trace_span {
    char text[32];
};
struct trace_span trace_span(double ms);
void trace_notes_add(struct trace_notes *notes, const char *about, bool unusual,
                     const char *fmt, ...) PRINTF_LIKE(4, 5);
void trace_notes_of_jobs(struct trace_notes *notes, const struct trace *trace);
/* Of times in rising order: the longest gap, and years that look like a mistake. */
void trace_notes_of_times(struct trace_notes *notes, const int64_t *times_ms, size_t n,
                          bool dated);

#endif
