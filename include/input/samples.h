#ifndef INPUT_SAMPLES_H
#define INPUT_SAMPLES_H

/*
 * Samples of many series as one level for each workload: what a monitoring system
 * stores, turned into how many GPUs were wanted from when on.
 *
 * A sample holds until the next one of its series, at most for `hold_ms`; after that
 * the series counts nothing until its next sample.  The level is the sum over the
 * series of a workload, in thousandths of a GPU, rounded only then.
 */

#include "input/import.h"

struct sample {
    int64_t time_ms;
    int64_t milli; /* GPUs in thousandths */
    uint32_t series;
    int64_t line;
};

struct samples {
    struct sample *items;
    size_t n, room;
    const char **workload; /* of each series; NULL: none.  Borrowed texts */
    size_t n_series, series_room;
};

void samples_free(struct samples *samples);

/* A new series; its number. */
uint32_t samples_series(struct samples *samples, const char *workload);
void samples_add(struct samples *samples, const struct sample *sample);

/* The median of the distances between two samples of one series that follow each
 * other (the lower one of two): a single pair that is close or far does not move it.
 * 0: there are no two. */
int64_t samples_step_ms(struct samples *samples);

struct samples_rule {
    int64_t hold_ms;
    bool nearest; /* round halves up; else all fractions */
};

/* Adds the rows of the level where it changes; `gaps` is how often a series counted
 * nothing between two samples.  Two samples of a series at one instant are an
 * error. */
bool samples_level(struct samples *samples, const struct samples_rule *rule,
                   struct import *import, int64_t *gaps, struct error *err) MUST_CHECK;

#endif
