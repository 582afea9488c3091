#ifndef TESTS_ANY_TEXT_H
#define TESTS_ANY_TEXT_H

/* Traces of any kind read from the text of a file. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "input/any_trace.h"
#include "scratch.h"

static inline void read_any(const char *text, struct import_result *trace)
{
    struct scratch scratch = scratch_file("t.csv", text, strlen(text));
    struct error err = {0};
    bool ok = any_trace_read(trace, scratch.path, &err);
    cr_assert(ok, "%s", err.text);
    scratch_remove(&scratch);
}

#endif
