#ifndef WORLD_SERVICE_H
#define WORLD_SERVICE_H

/*
 * What service is worth, by workload: a shadow price beside the money, so that owning
 * nothing and letting everyone wait does not look cheap.
 *
 *     unserved   GPU-ms wanted (gang x duration on the reference class) by jobs that
 *                were refused or gave up, and by levels of demand
 *     delay      GPU-ms waited: the integral of the GPUs that waiting jobs want, from
 *                submit (or the start of the run) to start, boot included, again after
 *                an interruption, and up to the end where the wait is censored
 *     miss       jobs that ended past their deadline, were refused or gave up
 *
 * Each is a meter: price times an exact integer, rounded once per reading, posted at
 * month ends as the difference of readings.  Postings are in the shadow basis, which no
 * sum over the bases of money includes (world/sink.h).
 */

#include "world/backlog.h"
#include "world/result.h"
#include "world/sink.h"
#include "world/tally.h"

struct service_meter {
    const char *workload;         /* "" for jobs without one */
    uint32_t group;               /* of the tally; UINT32_MAX: none */
    int64_t rate[SERVICE_PARTS];  /* nano-USD per GPU-h; of a miss, micro-USD */
    int64_t waiting_gpus;         /* now */
    int64_t since_ms;             /* since when so many wait */
    int128 amount[SERVICE_PARTS]; /* GPU-ms or jobs; of delay, up to since_ms */
    int128 posted[SERVICE_PARTS]; /* of it, stated in rows */
    int64_t posted_uusd[SERVICE_PARTS];
};

struct service {
    const struct scenario *scenario;
    const struct sink *sink;
    struct service_meter *meters; /* by source_kind.service */
    uint32_t n;                   /* 0: service has no price, and nothing is counted */
    int64_t posted_ms;            /* end of the last period */
};

/* Numbers the workloads of the sources' kinds. */
void service_init(struct service *service, const struct scenario *scenario,
                  struct arrivals *arrivals, const struct sink *sink,
                  struct arena *arena);

/* The job is waited for from now on, or no longer; once more changes nothing. */
void service_count_waits(struct service *service, struct live_job *job, bool waits,
                         int64_t now_ms);

/* The same, where service has a price. */
static inline void service_set_waits(struct service *service, struct live_job *job,
                                     bool waits, int64_t now_ms)
{
    if (service->n > 0)
        service_count_waits(service, job, waits, now_ms);
}

/* GPU-time that was wanted and is not served: of jobs, or of a level. */
void service_lacks(struct service *service, uint32_t meter, int128 gpu_ms);

/* The job leaves. */
void service_count_left(struct service *service, const struct live_job *job,
                        enum job_outcome outcome, int64_t now_ms);

static inline void service_left(struct service *service, const struct live_job *job,
                                enum job_outcome outcome, int64_t now_ms)
{
    if (service->n > 0)
        service_count_left(service, job, outcome, now_ms);
}

/* The end of a calendar month, or of the run. */
void service_post(struct service *service, int64_t now_ms);

/* Whether all of it can be summed exactly in 64 bits. */
bool service_fits(const struct service *service, int64_t now_ms) MUST_CHECK;

/* Posts what is left, and fills in the groups of the tally. */
void service_finish(struct service *service, int64_t now_ms, struct run_result *result);

void service_check(const struct service *service, const struct backlog *backlog);

#endif
