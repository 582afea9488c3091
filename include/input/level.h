#ifndef INPUT_LEVEL_H
#define INPUT_LEVEL_H

/*
 * A source of level demand, as the scenario gives it: GPUs wanted over time, from a
 * level trace or drawn by a model of the kind MODEL_LEVEL.
 *
 * A level counts GPUs, whatever their speed: all pools that its `pools` and `classes`
 * leave open must be equally fast for its workload, or the scenario is refused.
 */

#include "base/model.h"
#include "input/level_trace.h"

enum level_end {
    LEVEL_END_STOP,   /* nothing is wanted from the last row on */
    LEVEL_END_HOLD,   /* the last value stays */
    LEVEL_END_REPEAT, /* in whole weeks or days, as traces of jobs */
};

/* More are never wanted by one series. */
#define LEVEL_WANTED_MAX INT64_C(10000000)

struct level_spec {
    const char *label;               /* "demand[0]" or its `name` */
    const struct level_trace *trace; /* NULL for a model */
    const struct model *model;       /* NULL for a trace */
    const void *params;
    int64_t shift_ms;  /* time in the world = row->time_ms + shift_ms */
    int64_t period_ms; /* of the repetition; 0: none */
    enum level_end after_end;
    double scale, growth_per_y; /* of the GPUs, rounded to whole ones */
    struct job_kind kind;       /* constraints, and `preemptible` */
    const char *workload, *tenant;
    int64_t priority;
    int64_t hold_ms; /* a GPU that was taken is kept so long at least */
};

#endif
