#ifndef TESTS_RUNS_H
#define TESTS_RUNS_H

/* Scenarios written as text, and their runs: for tests and benchmarks of whole runs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world/world.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A file that is gone again after the test. */
struct scratch_file {
    char path[64];
};

static inline struct scratch_file scratch_new(void)
{
    struct scratch_file file = {"/tmp/tenure-test-XXXXXX"};
    int fd = mkstemp(file.path);
    if (fd < 0 || close(fd) != 0) {
        perror(file.path);
        exit(2);
    }
    return file;
}

static inline void scratch_write(const struct scratch_file *file, const char *text)
{
    FILE *out = fopen(file->path, "w");
    if (!out || fputs(text, out) < 0 || fclose(out) != 0) {
        perror(file->path);
        exit(2);
    }
}

static inline bool scenario_from_text(struct scenario *scenario, const char *yaml,
                                      const char *const overrides[], size_t n_overrides,
                                      struct error *err)
{
    struct scratch_file file = scratch_new();
    scratch_write(&file, yaml);
    bool ok = scenario_read(scenario, file.path, overrides, n_overrides, err);
    unlink(file.path);
    return ok;
}

struct run {
    struct scenario scenario;
    struct world *world;
    const struct run_result *result;
};

static inline void run_free(struct run *run)
{
    world_free(run->world);
    scenario_free(&run->scenario);
    *run = (struct run){.world = NULL};
}

#endif
