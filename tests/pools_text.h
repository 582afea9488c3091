#ifndef TESTS_POOLS_TEXT_H
#define TESTS_POOLS_TEXT_H

/* Pools, and what goes with them, in a scenario that is the usual one otherwise. */

#include "scenario_files.h"

static struct folder folder;
static struct scenario scenario;
static struct error err;

static inline void set_up(void)
{
    folder = folder_new();
    folder_traces(&folder);
}

static inline void tear_down(void)
{
    folder_remove(&folder);
}

/* `pools` begins in line 4. */
static inline const char *text_of(const char *pools, const char *extra)
{
    static char text[2048];
    int n = snprintf(text, sizeof text,
                     "start: 2026-01-01\nhorizon: 30d\ndemand: [{jobs: jobs.csv}]\n"
                     "%s\n%s\n",
                     pools, extra);
    cr_assert(n > 0 && (size_t)n < sizeof text, "too long");
    return text;
}

static inline bool read_text(const char *pools, const char *extra)
{
    err.text[0] = '\0';
    return folder_read(&folder, &scenario, text_of(pools, extra), NULL, 0, &err);
}

#endif
