#ifndef TESTS_STUDY_PROGRAM_H
#define TESTS_STUDY_PROGRAM_H

/* Studies by the program: a folder with t.yaml, and lines of a shell in it. */

#include "program.h"

static inline struct folder prepared(const char *yaml)
{
    struct folder folder = folder_new();
    folder_write(&folder, "t.yaml", yaml);
    return folder;
}

static inline void clean(const struct folder *folder)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s", folder->path);
    cr_expect(eq(int, system(command), 0));
}

/* A shell line; $T is the program. */
static inline struct outcome *run(const struct folder *folder, const char *line)
{
    char command[1800];
    snprintf(command, sizeof command, "--version >/dev/null; T=\"$TENURE_PROGRAM\"; %s",
             line);
    return tenure(folder, command);
}

static inline void expect_code(const struct folder *folder, const char *line, int code)
{
    struct outcome *outcome = run(folder, line);
    cr_expect(outcome->code == code, "%s: exit %d, not %d: %s%s", line, outcome->code,
              code, outcome->out, outcome->err);
}

/* Both directories hold the same files with the same bytes. */
static inline void expect_same(const struct folder *folder, const char *a,
                               const char *b)
{
    char line[256];
    snprintf(line, sizeof line, "rm -rf %s/shards; diff -r %s %s", b, a, b);
    expect_code(folder, line, 0);
}

#endif
