#ifndef TESTS_MODELS_H
#define TESTS_MODELS_H

/* Reads parameters and draws jobs for the tests of models. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "base/model.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static struct arena arena;

static inline void empty_arena(void)
{
    arena_free(&arena);
}

/* Parameters from YAML; NULL with the error set where they are wrong. */
static inline void *try_params(const struct model *model, const char *yaml,
                               struct error *err)
{
    struct node node;
    struct params_context context = {.arena = &arena};
    void *params = arena_alloc(&arena, model->params_size);
    bool ok = node_parse("m", yaml, strlen(yaml), &arena, &node, err) &&
              params_read(model->params, params, &node, &context, err) &&
              (!model->check || model->check(params, err));
    return ok ? params : NULL;
}

static inline const void *params_of(const struct model *model, const char *yaml)
{
    struct error err = {0};
    const void *params = try_params(model, yaml, &err);
    cr_assert(params != NULL, "%s: %s", model->name, err.text);
    return params;
}

static inline const char *complaint(enum model_kind kind, const char *name,
                                    const char *yaml)
{
    struct error err = {0};
    const void *params = try_params(model_find(kind, name), yaml, &err);
    return params ? "accepted" : arena_strdup(&arena, err.text);
}

static inline struct job_draw *draw(const struct model *model, const char *yaml,
                                    uint64_t seed, int64_t horizon_ms, size_t *n)
{
    const void *params = params_of(model, yaml);
    void *state = arena_alloc(&arena, model->state_size);
    struct demand_setting setting = {.start_unix_ms = 1767225600000, /* a Thursday */
                                     .horizon_ms = horizon_ms};
    if (model->start)
        model->start(params, state, &setting);
    struct rng rng;
    rng_init(&rng, (struct rng_key){seed, 0, "demand", "source 0"});

    struct job_draw *jobs = NULL, job;
    size_t room = 0;
    for (*n = 0;
         model->demand.next(params, state, &rng, &job) && job.submit_ms < horizon_ms;) {
        if (*n == room) {
            size_t larger = room ? 2 * room : 1024;
            jobs = arena_grow(&arena, jobs, room, larger, sizeof *jobs);
            room = larger;
        }
        jobs[(*n)++] = job;
    }
    return jobs;
}

#endif
