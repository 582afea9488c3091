#include "study/worker.h"

#include <ctype.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "world/world.h"

/* Scenarios of so many points are kept. */
#define POINTS_SHARED 1024

struct shared_scenarios {
    pthread_mutex_t mutex;
    bool *ready; /* written and read under the mutex */
    struct scenario *items;
    size_t n;
};

static bool is_uncertain(const struct crew *crew)
{
    return crew->setup->spec.n_uncertain > 0;
}

void crew_init(struct crew *crew, const struct study_setup *setup,
               const struct study_plan *plan)
{
    *crew = (struct crew){.setup = setup, .plan = plan};
    if (is_uncertain(crew) || plan->n_points > POINTS_SHARED)
        return;
    struct shared_scenarios *shared = calloc(1, sizeof *shared);
    if (!shared || !(shared->items = calloc(plan->n_points, sizeof *shared->items)) ||
        !(shared->ready = calloc(plan->n_points, sizeof *shared->ready)))
        out_of_memory();
    pthread_mutex_init(&shared->mutex, NULL);
    shared->n = plan->n_points;
    crew->shared = shared;
}

void crew_free(struct crew *crew)
{
    struct shared_scenarios *shared = crew->shared;
    if (!shared)
        return;
    for (size_t i = 0; i < shared->n; i++)
        if (shared->ready[i])
            scenario_free(&shared->items[i]);
    pthread_mutex_destroy(&shared->mutex);
    free(shared->items);
    free(shared->ready);
    free(shared);
    crew->shared = NULL;
}

void worker_init(struct worker *worker, struct crew *crew)
{
    *worker = (struct worker){.crew = crew};
    worker->cells = calloc(crew->plan->columns.n + 1, sizeof *worker->cells);
    if (!worker->cells)
        out_of_memory();
}

void worker_free(struct worker *worker)
{
    rows_discard(&worker->writer);
    payload_free(&worker->payload);
    arena_free(&worker->memory);
    arena_free(&worker->scratch);
    free(worker->cells);
    *worker = (struct worker){.crew = NULL};
}

/* A task, and the scenario that it runs. */
struct task {
    size_t point;
    uint64_t replication;
    double u[UNCERTAIN_MAX];
    struct scenario own;
    const struct scenario *scenario; /* own, or one that is shared; NULL: none yet */
};

static bool resolve(struct worker *worker, const struct task *task,
                    struct scenario *scenario, struct error *err)
{
    const struct crew *crew = worker->crew;
    size_t n;
    const char *const *assignments =
        setup_assignments(crew->setup, task->point, is_uncertain(crew) ? task->u : NULL,
                          &n, &worker->scratch);
    return scenario_resolve(crew->setup->file, assignments, n, scenario, err);
}

static bool resolve_shared(struct worker *worker, struct task *task, struct error *err)
{
    struct shared_scenarios *shared = worker->crew->shared;
    pthread_mutex_lock(&shared->mutex);
    bool *ready = &shared->ready[task->point];
    if (!*ready)
        *ready = resolve(worker, task, &shared->items[task->point], err);
    if (*ready)
        task->scenario = &shared->items[task->point];
    pthread_mutex_unlock(&shared->mutex);
    return task->scenario != NULL;
}

static bool find_scenario(struct worker *worker, struct task *task, struct error *err)
{
    if (worker->crew->shared)
        return resolve_shared(worker, task, err);
    if (!resolve(worker, task, &task->own, err))
        return false;
    task->scenario = &task->own;
    return true;
}

static bool is_in_path(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("._-/~", c));
}

/* The scenario's folder as it was typed is no part of a result: "../a/jobs.csv" of
 * "../a/t.yaml" is "jobs.csv", wherever the study ran. */
static const char *localise(const char *text, const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    char *local = arena_strdup(arena, text), *to = local;
    for (const char *from = text; *from;) {
        bool begins = from == text || !is_in_path(from[-1]);
        if (folder && begins && strncmp(from, path, folder) == 0)
            from += folder;
        else
            *to++ = *from++;
    }
    *to = '\0';
    return local;
}

/* Numbers without their unit, so that a column of them is numbers. */
static void put_inputs(struct worker *worker, const struct task *task)
{
    const struct study_spec *spec = &worker->crew->setup->spec;
    payload_begin(&worker->payload);
    for (size_t i = 0; i < spec->n_uncertain; i++) {
        const struct uncertain_input *input = &spec->uncertain[i];
        char text[UNCERTAIN_TEXT_MAX];
        if (input->labels)
            uncertain_text(input, task->u[i], text);
        else
            decimal_write_double(text, uncertain_number(input, task->u[i]));
        payload_text(&worker->payload, text);
    }
}

static void put_cells(struct worker *worker, const struct task *task,
                      const struct run_result *result)
{
    const struct study_columns *columns = &worker->crew->plan->columns;
    struct metric_run run = metrics_of(task->scenario, result, &worker->scratch);
    columns_take(columns, &run, worker->cells);
    payload_text(&worker->payload, "");
    for (size_t i = 0; i < columns->n; i++)
        payload_cell(&worker->payload, &worker->cells[i], columns->items[i].digits);
}

static void put_failure(struct worker *worker, const struct error *err)
{
    static const struct study_cell none = {.has = false};
    const struct study_columns *columns = &worker->crew->plan->columns;
    const char *path = worker->crew->setup->path;
    payload_text(&worker->payload, localise(err->text, path, &worker->scratch));
    for (size_t i = 0; i < columns->n; i++)
        payload_cell(&worker->payload, &none, 0);
    atomic_fetch_add(&worker->crew->failed, 1);
}

static bool run_world(struct worker *worker, const struct task *task, struct error *err)
{
    struct run_options options = {
        .replication = task->replication,
        .interrupt = &worker->crew->stop,
        .memory = &worker->memory,
    };
    struct world *world = world_new(task->scenario, &options);
    bool ok = world_run(world, err);
    if (ok)
        put_cells(worker, task, world_result(world));
    world_free(world);
    return ok;
}

static void draw(const struct crew *crew, struct task *task)
{
    const struct study_design *design = crew->setup->design;
    const struct sampling *sampling = &crew->setup->sampling;
    if (!is_uncertain(crew))
        return;
    if (design->uniforms)
        design->uniforms(crew->plan, sampling, task->point, task->replication, task->u);
    else
        sampling_at(sampling, task->replication, task->u);
}

/* By what was drawn for it, or by how it went; not by the machine.  What is drawn
 * beyond the ends at which plan_make looks may be no value that a scenario can have. */
static bool cannot_be_done(const struct task *task, const struct error *err)
{
    return err->kind == ERROR_INFEASIBLE ||
           (err->kind == ERROR_INPUT && task->scenario == NULL);
}

bool worker_run(struct worker *worker, size_t point, uint64_t replication,
                struct error *err)
{
    struct task task = {.point = point, .replication = replication};
    struct error inner;
    arena_reset(&worker->scratch);
    draw(worker->crew, &task);
    put_inputs(worker, &task);
    bool ok = find_scenario(worker, &task, &inner) && run_world(worker, &task, &inner);
    if (!ok && cannot_be_done(&task, &inner)) {
        put_failure(worker, &inner);
        ok = true;
    }
    if (task.scenario == &task.own)
        scenario_free(&task.own);
    if (!ok && inner.kind != ERROR_INTERRUPTED)
        error_kind_set(err, inner.kind, "replication %" PRIu64 " of point %zu: %s",
                       replication, point, inner.text);
    else if (!ok)
        *err = inner;
    return ok;
}
