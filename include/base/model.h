#ifndef BASE_MODEL_H
#define BASE_MODEL_H

/*
 * A model is one replaceable assumption: how demand arrives, in which order jobs are
 * served, how long they wait before they are taken to rented capacity, how a price
 * changes, what is bought or leased when.  It is one file in models/ and one line in
 * models/meson.build.
 *
 * Models decide, the simulator acts.  Parameters are const and shared by all threads;
 * state belongs to one replication.  A model never sees the world, does no I/O, and
 * draws random numbers only from the stream it is handed.  So no model can break an
 * invariant, and equal seeds give equal runs.  Times are ms since the scenario's start.
 */

#include "base/job_shape.h"
#include "base/params.h"
#include "base/procure.h"
#include "base/rhythm.h"
#include "base/rng.h"

enum model_kind {
    MODEL_DEMAND,
    MODEL_LEVEL,
    MODEL_ORDER,
    MODEL_WAIT,
    MODEL_PRICE,
    MODEL_PROCURE,
    MODEL_FAILURE,
    MODEL_KINDS
};

/* What an order or wait model sees of a job. */
struct job_view {
    int64_t submit_ms;   /* when it first joined the queue */
    int64_t now_ms;      /* the present instant */
    int64_t estimate_ms; /* of its length on the reference class */
    int64_t gpus;
    int64_t priority; /* larger is more urgent */
};

/* What a demand model draws: one job. */
struct job_draw {
    int64_t submit_ms; /* not before the one drawn last */
    int64_t duration_ms;
    int64_t gpus;
};

struct demand_ops {
    /* Draws the next job; false when there is no more.  Called until submit_ms
     * reaches the horizon. */
    bool (*next)(const void *params, void *state, struct rng *rng,
                 struct job_draw *job);
};

/* What a level model draws: from at_ms on so many GPUs are wanted; whole ones are made
 * of it by whoever asks. */
struct level_change {
    int64_t at_ms;
    double gpus; /* not negative */
};

struct level_ops {
    /* The next change: the first has at_ms = 0, each other lies after the one before;
     * false when the level stays for good.  Called until at_ms reaches the horizon. */
    bool (*next)(const void *params, void *state, struct rng *rng,
                 struct level_change *change);
};

struct order_ops {
    /* The job's place in the queue: the smallest key is served first, equal keys in
     * order of arrival.  Asked once, when the job joins the queue. */
    int64_t (*key)(const void *params, const struct job_view *job);
};

/* "forever": the instant that never comes. */
#define WAIT_FOREVER INT64_MAX

struct wait_ops {
    /* From this instant on the job may also go to elastic pools. */
    int64_t (*until_ms)(const void *params, const struct job_view *job);
};

/*
 * What a price model is told.  Values are doubles in the canonical unit of what has the
 * price (nano-USD per GPU-h, micro-USD, nano-USD per kWh, g/kWh); whoever asks
 * quantises them at once.
 */
struct price_setting {
    int64_t start_unix_ms; /* the calendar date of time 0 */
    double usual;          /* the price at the start where the parameters give none */
};

struct price_change {
    int64_t at_ms;
    double value; /* from then on */
};

struct price_ops {
    /* The next change: the first has at_ms = 0 and is the price at the start, each
     * other lies after the one before; false when the price stays for good.  Called
     * until at_ms reaches the horizon. */
    bool (*next)(const void *params, void *state, const struct price_setting *setting,
                 struct rng *rng, struct price_change *change);
};

/* What a failure model sees of a server. */
struct failure_view {
    int64_t in_service_ms; /* since when it works; may lie before the start */
    int64_t now_ms;        /* it begins, or has been repaired */
    double uniform;        /* in (0, 1): the draw that belongs to this failure */
};

struct failure_ops {
    /* The server's next failure, after now; WAIT_FOREVER: never.  By inversion. */
    int64_t (*next_ms)(const void *params, const struct failure_view *server);
    /* Failures per server and day in the long run. */
    double (*rate_per_node_d)(const void *params);
};

/* What a demand or level model is told once. */
struct demand_setting {
    int64_t start_unix_ms; /* the calendar date of time 0 */
    int64_t horizon_ms;
};

struct model {
    enum model_kind kind;
    const char *name;           /* the scenario's word: order: fifo */
    const char *summary;        /* one sentence for lists and docs */
    const char *source;         /* paper, standard or data the assumption rests on */
    const struct param *params; /* ends with PARAMS_END */
    size_t params_size;
    size_t state_size; /* zeroed for each replication */
    bool (*check)(const void *params, struct error *err); /* optional: cross-checks */
    void (*start)(const void *params, void *state,
                  const struct demand_setting *setting); /* optional */
    union { /* the member that .kind names */
        struct demand_ops demand;
        struct level_ops level;
        struct order_ops order;
        struct wait_ops wait;
        struct failure_ops failure;
        struct price_ops price;
        struct procure_ops procure;
    };
};

/* All models, in the order of models/meson.build; NULL ends the list. */
extern const struct model *const models[];

extern const char *const model_kind_names[MODEL_KINDS];

/* NULL when there is no such model. */
const struct model *model_find(enum model_kind kind, const char *name);

/* For demand models.  The key of `weights` on which `uniform` (0 to 1) falls when each
 * key has its share of [0, 1], in order of the keys. */
double model_pick(const struct table *weights, double uniform);

/* That the keys of `sizes` are whole numbers of GPUs from 1 on, and the weights not
 * negative nor all zero.  Ready to hand on from a model's check(). */
bool model_check_sizes(const struct table *sizes, struct error *err) MUST_CHECK;

/* For models whose rate follows the hours of the day.  That `hours` is empty or has one
 * value for each, not all zero; local time at the start, in ms since a Monday's
 * midnight; and a sinusoid of mean 1 that is highest at `peak_hour`. */
bool model_check_hours(const struct table *hours, struct error *err) MUST_CHECK;
int64_t model_week_ms(const struct demand_setting *setting, int64_t utc_offset_ms);
double model_sinusoid(double peak_to_trough, double peak_hour, double hour);

/* For price models.  The end of the n-th step of a calendar length, in ms since the
 * start; and a length of time in years of 365 d. */
int64_t model_step_ms(const struct price_setting *setting, struct span step, int64_t n);
double model_years(int64_t ms);

/* The longest step of a price model, and the shortest. */
#define MODEL_STEP_MIN_MS 60000
#define MODEL_STEP_MAX_MS 3.2e10

/* The most GPUs one job may ask for. */
#define MODEL_GPUS_MAX 10000000

#endif
