/*
 * Users come in sessions: each submits a job, looks at what it gave, and submits the
 * next, until the session ends.
 *
 * Sessions begin as a Poisson process in the rhythm of day, week and growth
 * (base/rhythm.h).  A session has a geometric number of jobs, 1 or more; between two of
 * its submits lies a lognormal gap.  With `same_size` all jobs of a session have the
 * GPUs of its first.
 *
 * Every draw belongs to its session and its place in it, so that a longer session or a
 * changed gap shifts nobody else's jobs.  Sessions under way stand in a heap by next
 * submit; it holds SESSIONS_MAX, and a session for which there is no room begins when
 * another ends.  Parameters that would fill half of it in the mean are refused.
 */

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "base/model.h"

#define SESSIONS_MAX 16384
#define US_PER_MS    1000
#define GAP_MAX_US   INT64_C(3200000000000000)

struct sessions {
    double rate_per_d;
    double jobs;
    int64_t gap_median_ms, gap_mean_ms;
    bool same_size;
    struct rhythm rhythm;
    struct job_shape shape;
};

struct session {
    int64_t at_us; /* of its next submit */
    uint64_t number;
    uint64_t jobs_left;
    uint32_t job; /* the next one's place in the session */
};

struct sessions_state {
    struct rhythm_clock clock; /* at the next session's begin */
    bool begun, over;
    uint64_t number; /* of the next session */
    int64_t last_us; /* of the latest submit */
    size_t n;
    struct session heap[SESSIONS_MAX];
};

/* rng_at(session, k): the draws of a session, then those of each of its jobs. */
enum { DRAW_BEGIN, DRAW_JOBS, DRAW_SIZE, DRAW_COMPONENT, DRAW_FIRST_JOB };
enum { JOB_GAP, JOB_SHAPE_FIRST, JOB_DRAWS = JOB_SHAPE_FIRST + JOB_SHAPE_DRAWS };
#define JOBS_MAX 100000

static const struct param params[] = {
    {PARAM_REAL_IN(DIM_PER_DAY, struct sessions, "rate", rate_per_d, "100 /d", 0, 1e9,
                   "sessions that begin per day at the start, averaged over a week")},
    {PARAM_NUMBER(struct sessions, "jobs", jobs, "8", 1, 1000,
                  "jobs of a session, in the mean")},
    {PARAM_TIME(struct sessions, "gap_median", gap_median_ms, "10min", 1, 3.2e12,
                "median time from one submit of a session to the next")},
    {PARAM_TIME(struct sessions, "gap_mean", gap_mean_ms, "30min", 1, 3.2e12,
                "mean time from one submit of a session to the next")},
    {PARAM_FLAG(struct sessions, "same_size", same_size, "true",
                "all jobs of a session have the same number of GPUs")},
    RHYTHM_PARAMS(struct sessions),
    JOB_SHAPE_PARAMS(struct sessions, "lognormal"),
    PARAMS_END,
};

static bool check(const void *self, struct error *err)
{
    const struct sessions *given = self;
    if (given->gap_mean_ms < given->gap_median_ms)
        return error_set(err, "gap_mean: a lognormal mean is not below its median");
    double length_d = (given->jobs - 1) * (double)given->gap_mean_ms / (double)MS_PER_D;
    double at_once = given->rate_per_d * length_d;
    if (at_once > SESSIONS_MAX / 2)
        return error_set(err,
                         "rate: %.0f sessions would be under way at once, in the mean; "
                         "%d is the most",
                         at_once, SESSIONS_MAX / 2);
    return rhythm_check(&given->rhythm, err) && job_shape_check(&given->shape, err);
}

static void start(const void *self, void *state_, const struct demand_setting *setting)
{
    const struct sessions *given = self;
    struct sessions_state *state = state_;
    rhythm_start(&given->rhythm, setting->start_unix_ms, setting->horizon_ms,
                 &state->clock);
}

static bool earlier(const struct session *a, const struct session *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->number < b->number;
}

static void sift_down(struct session heap[], size_t n, struct session session)
{
    size_t at = 0;
    while (2 * at + 1 < n) {
        size_t child = 2 * at + 1;
        if (child + 1 < n && earlier(&heap[child + 1], &heap[child]))
            child++;
        if (!earlier(&heap[child], &session))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = session;
}

static void sift_up(struct session heap[], size_t at, struct session session)
{
    while (at > 0 && earlier(&session, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = session;
}

/* Jobs of a session: 1 and a geometric number of further ones. */
static uint64_t jobs_of(const struct sessions *given, double uniform)
{
    if (given->jobs <= 1)
        return 1;
    double more = log(uniform) / log1p(-1 / given->jobs);
    return 1 + (uint64_t)fmin(more, JOBS_MAX - 1);
}

static void find_begin(const struct sessions *given, struct sessions_state *state,
                       const struct rng *rng)
{
    double work_d = -log(rng_at(rng, state->number, DRAW_BEGIN)) / given->rate_per_d;
    state->over = !rhythm_pass(&given->rhythm, &state->clock, work_d);
    state->begun = true;
}

static void begin_session(const struct sessions *given, struct sessions_state *state,
                          const struct rng *rng)
{
    int64_t at_us = state->clock.now_us;
    struct session session = {
        .at_us = at_us > state->last_us ? at_us : state->last_us,
        .number = state->number,
        .jobs_left = jobs_of(given, rng_at(rng, state->number, DRAW_JOBS)),
    };
    sift_up(state->heap, state->n++, session);
    state->number++;
    find_begin(given, state, rng);
}

static int64_t gap_us(const struct sessions *given, double uniform)
{
    double sigma =
        sqrt(2 * log((double)given->gap_mean_ms / (double)given->gap_median_ms));
    double gap = (double)given->gap_median_ms * US_PER_MS *
                 exp(sigma * gsl_cdf_ugaussian_Pinv(uniform));
    return llround(fmin(gap, (double)GAP_MAX_US));
}

static void take_job(const struct sessions *given, struct sessions_state *state,
                     const struct rng *rng, struct job_draw *job)
{
    struct session session = state->heap[0];
    uint32_t k = DRAW_FIRST_JOB + session.job * JOB_DRAWS;
    double uniform[JOB_SHAPE_DRAWS];
    for (uint32_t i = 0; i < JOB_SHAPE_DRAWS; i++)
        uniform[i] = rng_at(rng, session.number, k + JOB_SHAPE_FIRST + i);
    if (given->same_size) {
        uniform[0] = rng_at(rng, session.number, DRAW_COMPONENT);
        uniform[1] = rng_at(rng, session.number, DRAW_SIZE);
    }
    job->submit_ms = session.at_us / US_PER_MS;
    job_shape_draw(&given->shape, uniform, &job->gpus, &job->duration_ms);

    state->last_us = session.at_us;
    session.at_us += gap_us(given, rng_at(rng, session.number, k + JOB_GAP));
    session.job++;
    if (--session.jobs_left == 0)
        session = state->heap[--state->n];
    if (state->n > 0)
        sift_down(state->heap, state->n, session);
}

static bool next(const void *self, void *state_, struct rng *rng, struct job_draw *job)
{
    const struct sessions *given = self;
    struct sessions_state *state = state_;
    if (given->rate_per_d <= 0)
        return false;
    if (!state->begun)
        find_begin(given, state, rng);
    while (!state->over && state->n < SESSIONS_MAX &&
           (state->n == 0 || state->clock.now_us <= state->heap[0].at_us))
        begin_session(given, state, rng);
    if (state->n == 0)
        return false;
    take_job(given, state, rng, job);
    return true;
}

const struct model demand_sessions = {
    .kind = MODEL_DEMAND,
    .name = "sessions",
    .summary = "users come in sessions of several jobs, one submitted after the other, "
               "in the rhythm of day, week and growth",
    .source = "Zilber, Amit and Talby, What is worth learning from parallel workloads? "
              "(ICS'05); Shmueli and Feitelson, Using site-level modeling to evaluate "
              "the performance of parallel system schedulers (MASCOTS 2006)",
    .params = params,
    .params_size = sizeof(struct sessions),
    .state_size = sizeof(struct sessions_state),
    .check = check,
    .start = start,
    .demand = {.next = next},
};
