#include "input/samples.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *items, size_t *room, size_t size)
{
    *room = *room ? 2 * *room : 256;
    items = realloc(items, *room * size);
    if (!items)
        out_of_memory();
    return items;
}

void samples_free(struct samples *samples)
{
    free(samples->items);
    free(samples->workload);
    *samples = (struct samples){0};
}

uint32_t samples_series(struct samples *samples, const char *workload)
{
    if (samples->n_series == samples->series_room)
        samples->workload =
            grow(samples->workload, &samples->series_room, sizeof *samples->workload);
    samples->workload[samples->n_series] = workload;
    return (uint32_t)samples->n_series++;
}

void samples_add(struct samples *samples, const struct sample *sample)
{
    if (samples->n == samples->room)
        samples->items = grow(samples->items, &samples->room, sizeof *samples->items);
    samples->items[samples->n++] = *sample;
}

static int by_series(const void *a, const void *b)
{
    const struct sample *left = a, *right = b;
    if (left->series != right->series)
        return left->series < right->series ? -1 : 1;
    return (left->time_ms > right->time_ms) - (left->time_ms < right->time_ms);
}

static void sort_samples(struct samples *samples)
{
    if (samples->n)
        qsort(samples->items, samples->n, sizeof *samples->items, by_series);
}

static int by_distance(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

int64_t samples_step_ms(struct samples *samples)
{
    int64_t *apart_ms = calloc(samples->n + 1, sizeof *apart_ms);
    size_t n = 0;
    if (!apart_ms)
        out_of_memory();
    sort_samples(samples);
    for (size_t i = 1; i < samples->n; i++) {
        const struct sample *sample = &samples->items[i];
        if (sample->series == sample[-1].series && sample->time_ms > sample[-1].time_ms)
            apart_ms[n++] = sample->time_ms - sample[-1].time_ms;
    }
    qsort(apart_ms, n, sizeof *apart_ms, by_distance);
    int64_t step_ms = n ? apart_ms[(n - 1) / 2] : 0;
    free(apart_ms);
    return step_ms;
}

/* The sum of a workload changes. */
struct step {
    int64_t time_ms, milli, line;
    uint32_t group;
};

static int by_group(const void *a, const void *b)
{
    const struct step *left = a, *right = b;
    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    return (left->time_ms > right->time_ms) - (left->time_ms < right->time_ms);
}

/* Series of equal workload are one group: `names` has their workloads, "" for none. */
static uint32_t *group_series(const struct samples *samples, struct names *names)
{
    uint32_t *group = ARENA_ARRAY(names->arena, samples->n_series + 1, uint32_t);
    for (size_t i = 0; i < samples->n_series; i++) {
        const char *name = samples->workload[i] ? samples->workload[i] : "";
        group[i] = names_add(names, name, strlen(name));
    }
    return group;
}

static bool make_steps(struct samples *samples, const struct samples_rule *rule,
                       const uint32_t *group, struct step *steps, int64_t *gaps,
                       const char *path, struct error *err)
{
    sort_samples(samples);
    *gaps = 0;
    for (size_t i = 0; i < samples->n; i++) {
        const struct sample *sample = &samples->items[i];
        bool next = i + 1 < samples->n && sample[1].series == sample->series;
        int64_t end_ms = sample->time_ms + rule->hold_ms;
        if (next && sample[1].time_ms == sample->time_ms)
            return error_at(err, (struct place){path, sample[1].line, 0},
                            "two samples of one series at the same instant");
        if (next &&
            sample[1].time_ms - sample->time_ms <= rule->hold_ms + rule->hold_ms / 2)
            end_ms = sample[1].time_ms;
        else
            *gaps += next;
        uint32_t of = group[sample->series];
        steps[2 * i] = (struct step){sample->time_ms, sample->milli, sample->line, of};
        steps[2 * i + 1] = (struct step){end_ms, -sample->milli, sample->line, of};
    }
    return true;
}

static bool add_rows(const struct step *steps, size_t n, bool nearest,
                     const struct names *names, struct import *import,
                     struct error *err)
{
    int64_t milli = 0, shown = -1;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && steps[i].group != steps[i - 1].group) {
            milli = 0;
            shown = -1;
        }
        milli += steps[i].milli;
        if (i + 1 < n && steps[i + 1].group == steps[i].group &&
            steps[i + 1].time_ms == steps[i].time_ms)
            continue;
        int64_t gpus = (milli + (nearest ? 500 : 999)) / 1000;
        if (gpus == shown)
            continue;
        shown = gpus;
        if (!import_add_level(import, steps[i].time_ms, gpus,
                              names->text[steps[i].group],
                              (struct place){import->path, steps[i].line, 0}, err))
            return false;
    }
    return true;
}

bool samples_level(struct samples *samples, const struct samples_rule *rule,
                   struct import *import, int64_t *gaps, struct error *err)
{
    struct names names = {.arena = &import->arena};
    const uint32_t *group = group_series(samples, &names);
    struct step *steps = calloc(2 * samples->n + 1, sizeof *steps);
    if (!steps)
        out_of_memory();
    bool ok = make_steps(samples, rule, group, steps, gaps, import->path, err);
    if (ok && samples->n)
        qsort(steps, 2 * samples->n, sizeof *steps, by_group);
    ok = ok && add_rows(steps, 2 * samples->n, rule->nearest, &names, import, err);
    free(steps);
    return ok;
}
