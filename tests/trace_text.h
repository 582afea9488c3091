#ifndef TESTS_TRACE_TEXT_H
#define TESTS_TRACE_TEXT_H

/* Traces read from the text of a file, as tests write it down. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "input/trace.h"
#include "scratch.h"

static inline bool read_text(const char *text, struct trace *trace, char message[1100])
{
    struct scratch scratch = scratch_file("jobs.csv", text, strlen(text));
    struct error err = {0};
    bool ok = trace_read(trace, scratch.path, &err);
    snprintf(message, 1100, "%s", without_dir(&scratch, err.text));
    if (ok)
        trace_check(trace);
    else
        cr_expect(eq(int, err.kind, ERROR_INPUT));
    scratch_remove(&scratch);
    return ok;
}

/* A trace that must be right. */
static inline void read_good(const char *text, struct trace *trace)
{
    char message[1100];
    bool ok = read_text(text, trace, message);
    cr_assert(ok, "%s", message);
}

#endif
