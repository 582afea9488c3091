/*
 * The event queue alone, by the hold model: as many events as are pending stay pending,
 * each one taken being replaced by one an exponential time later.
 *
 * Prints benchmark,metric,unit,value.
 *
 * Jones (1986), "An empirical comparison of priority-queue and event-set
 * implementations", Communications of the ACM 29(4).
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/events.h"

enum { GAPS = 1 << 16, STEP = 1, CANCEL_EVERY = 4 };

/* Of this process alone: what else runs on the machine does not count. */
static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static uint64_t random_bits(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 11;
}

static double uniform(uint64_t *state)
{
    return ((double)random_bits(state) + 0.5) / 9007199254740992.0;
}

struct hold {
    struct arena arena;
    struct events events;
    int64_t gaps_ms[GAPS];
    uint32_t *timers; /* events that are cancelled before they come; EVENT_NONE: none */
    size_t pending, at;
};

static void hold_init(struct hold *hold, size_t pending)
{
    uint64_t state = 2385;
    hold->pending = pending;
    hold->at = 0;
    hold->arena = (struct arena){0};
    events_init(&hold->events, &hold->arena);
    hold->timers = ARENA_ARRAY(&hold->arena, pending, uint32_t);
    /* About one event per ms, whatever the number pending. */
    for (size_t i = 0; i < GAPS; i++)
        hold->gaps_ms[i] = 1 + (int64_t)((double)pending * -log(uniform(&state)));
    for (size_t i = 0; i < pending; i++) {
        events_add(&hold->events, hold->gaps_ms[random_bits(&state) % GAPS], STEP, 0,
                   (uint32_t)i);
        hold->timers[i] = EVENT_NONE;
    }
}

/* Each hold with `cancel` also replaces a timer that never comes. */
static size_t hold_run(struct hold *hold, size_t holds, bool cancel)
{
    struct events *events = &hold->events;
    int64_t time_ms;
    size_t done = 0;
    while (done < holds && events_next_time(events, &time_ms)) {
        events_begin_round(events, time_ms);
        while (events_next_step(events) == STEP) {
            events_set_step(events, STEP);
            struct event event = events_pop(events);
            int64_t gap_ms = hold->gaps_ms[hold->at++ % GAPS];
            events_add(events, time_ms + gap_ms, STEP, 0, event.argument);
            done++;
            if (!cancel || done % CANCEL_EVERY != 0)
                continue;
            uint32_t *timer = &hold->timers[event.argument];
            if (*timer != EVENT_NONE)
                events_cancel(events, *timer);
            *timer = events_add(events, EVENTS_TIME_MAX, STEP, 0, event.argument);
        }
    }
    return done;
}

static void bench_hold(struct hold *hold, size_t pending, bool cancel)
{
    enum { HOLDS = 4000000, RUNS = 3 };
    double best_ns = INFINITY;
    for (int run = 0; run < RUNS; run++) {
        hold_init(hold, pending);
        hold_run(hold, 2 * pending, cancel);
        double begin_ns = cpu_ns();
        size_t done = hold_run(hold, HOLDS, cancel);
        best_ns = fmin(best_ns, (cpu_ns() - begin_ns) / (double)done);
        events_check(&hold->events);
        arena_free(&hold->arena);
    }
    printf("hold-%zu%s,time,ns/hold,%.1f\n", pending, cancel ? "-cancel" : "", best_ns);
    fflush(stdout);
}

int main(void)
{
    static const size_t pending[] = {1000, 100000, 1000000};
    struct hold *hold = calloc(1, sizeof *hold);
    if (!hold)
        return 1;
    printf("benchmark,metric,unit,value\n");
    for (size_t i = 0; i < sizeof pending / sizeof *pending; i++) {
        bench_hold(hold, pending[i], false);
        bench_hold(hold, pending[i], true);
    }
    free(hold);
    return 0;
}
