#ifndef TESTS_SCENARIO_FILES_H
#define TESTS_SCENARIO_FILES_H

/* A folder with a scenario t.yaml and what it names; gone again after the test. */

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/scenario.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct folder {
    char path[64];
};

static const char *const folder_files[] = {
    "t.yaml",    "jobs.csv",  "late.csv",  "dated.csv", "bad.csv",
    "short.csv", "huge.csv",  "limit.csv", "more.yaml", "out.csv",
    "start.csv", "small.csv", "gone.csv",  "soon.csv",  "now.csv",
};

static inline struct folder folder_new(void)
{
    struct folder folder = {"/tmp/tenure-test-XXXXXX"};
    if (!mkdtemp(folder.path)) {
        perror(folder.path);
        exit(2);
    }
    return folder;
}

static inline const char *folder_path(const struct folder *folder, const char *name,
                                      char path[128])
{
    snprintf(path, 128, "%s/%s", folder->path, name);
    return path;
}

static inline void folder_write(const struct folder *folder, const char *name,
                                const char *text)
{
    char path[128];
    FILE *out = fopen(folder_path(folder, name, path), "w");
    if (!out || fputs(text, out) < 0 || fclose(out) != 0) {
        perror(path);
        exit(2);
    }
}

static inline void folder_remove(const struct folder *folder)
{
    char path[128];
    for (size_t i = 0; i < COUNT(folder_files); i++)
        unlink(folder_path(folder, folder_files[i], path));
    rmdir(folder->path);
}

/* The traces that scenarios here name; jobs.csv spans 29 days. */
static inline void folder_traces(const struct folder *folder)
{
    folder_write(folder, "jobs.csv",
                 "submit,duration_s,gpus\n0,100,1\n86400,50,8\n2505600,60,2\n");
    folder_write(folder, "late.csv",
                 "submit,duration_s,gpus\n-5,100,1\n2505600,60,2\n");
    folder_write(folder, "dated.csv",
                 "submit,duration_s,gpus\n"
                 "2025-12-31T23:00:00,100,1\n2026-01-29,60,2\n");
    folder_write(folder, "bad.csv", "submit,duration_s,gpus\n0,100,0\n");
    folder_write(folder, "huge.csv",
                 "submit,duration_s,gpus\n0,6000000000,1000000\n2505600,60,2\n");
    folder_write(folder, "short.csv", "submit,duration_s,gpus\n0,100,1\n86400,50,8\n");
    folder_write(folder, "start.csv",
                 "id,submit,duration_s,gpus,started\na,-7,100,1,-5.5\nb,0,60,2,\n");
    folder_write(folder, "gone.csv",
                 "submit,duration_s,gpus,started\n-50,8.5,1,-8.499\n-7,5.5,1,-5.5\n");
    folder_write(folder, "soon.csv",
                 "submit,duration_s,gpus,started\n-7,100,1,0\n-6,100,1,0.001\n");
    folder_write(folder, "now.csv", "submit,duration_s,gpus\n-7,100,1\n0.001,60,2\n");
    folder_write(folder, "limit.csv",
                 "submit,duration_s,gpus,limit_s\n0,100,1,300\n2505600,60,2,\n");
}

/* The message without the folder's name. */
static inline void folder_strip(const struct folder *folder, const char *text,
                                char *stripped, size_t room)
{
    size_t length = strlen(folder->path), used = 0;
    while (*text && used + 1 < room) {
        if (strncmp(text, folder->path, length) == 0 && text[length] == '/')
            text += length + 1;
        else
            stripped[used++] = *text++;
    }
    stripped[used] = '\0';
}

static inline bool folder_read(const struct folder *folder, struct scenario *scenario,
                               const char *yaml, const char *const overrides[],
                               size_t n_overrides, struct error *err)
{
    char path[128];
    folder_write(folder, "t.yaml", yaml);
    return scenario_read(scenario, folder_path(folder, "t.yaml", path), overrides,
                         n_overrides, err);
}

/* Case `i`: a scenario that must be refused, with that message. */
static inline void folder_wrong(const struct folder *folder, size_t i, const char *yaml,
                                const char *message)
{
    struct scenario scenario;
    struct error err = {.text = ""};
    char stripped[sizeof err.text];
    bool ok = folder_read(folder, &scenario, yaml, NULL, 0, &err);
    cr_expect(ok == false, "case %zu passes, but should say: %s", i, message);
    if (ok) {
        scenario_free(&scenario);
        return;
    }
    folder_strip(folder, err.text, stripped, sizeof stripped);
    cr_expect(strcmp(stripped, message) == 0, "case %zu\n  says   %s\n  wanted %s", i,
              stripped, message);
    cr_expect(err.kind == ERROR_INPUT, "case %zu: kind %d", i, (int)err.kind);
}

#endif
