#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/rng.h"
#include "engine/events.h"

enum { LIST_MAX = 20000 };

static struct arena arena;

static void empty_arena(void)
{
    arena_free(&arena);
}

TestSuite(events, .fini = empty_arena);

static uint64_t below(struct rng *rng, uint64_t n)
{
    return rng_u32(rng) % n;
}

/* The next event of this instant and step, if there is one. */
static bool pop_at(struct events *events, unsigned step, struct event *event)
{
    events_set_step(events, step);
    if (events_next_step(events) != step)
        return false;
    *event = events_pop(events);
    return true;
}

static bool anything_left(struct events *events)
{
    return events_are_late(events) || events_next_step(events) < EVENTS_STEPS;
}

/* Takes the next event whatever its time; false at the end. */
static bool take(struct events *events, struct event *event, int64_t *time_ms)
{
    if (!events_next_time(events, time_ms))
        return false;
    events_begin_round(events, *time_ms);
    for (unsigned step = 0; step < EVENTS_STEPS; step++)
        if (pop_at(events, step, event))
            return true;
    return false;
}

Test(events, an_empty_list_has_no_next_time)
{
    struct events events;
    int64_t time_ms;
    events_init(&events, &arena);
    cr_expect(not(events_next_time(&events, &time_ms)));
    cr_expect(eq(sz, events_pending(&events), 0));
    events_begin_round(&events, 5);
    cr_expect(not(anything_left(&events)));
}

Test(events, order_is_time_then_step_then_order_of_adding)
{
    static const struct {
        int64_t time_ms;
        unsigned step;
        uint32_t kind;
    } added[] = {
        {7, 3, 5},  {7, 3, 6},  {7, 0, 4}, {EVENTS_TIME_MAX, 15, 9},
        {0, 15, 1}, {0, 15, 2}, {1, 0, 3}, {7, 15, 8},
        {7, 3, 7},
    };
    struct events events;
    struct event event;
    int64_t time_ms;
    events_init(&events, &arena);
    for (size_t i = 0; i < sizeof added / sizeof *added; i++)
        events_add(&events, added[i].time_ms, added[i].step, added[i].kind, 0);
    events_check(&events);
    for (uint32_t wanted = 1; wanted <= 9; wanted++) {
        cr_assert(events_next_time(&events, &time_ms));
        events_begin_round(&events, time_ms);
        for (unsigned step = 0; step < EVENTS_STEPS; step++)
            while (pop_at(&events, step, &event))
                cr_expect(event.kind == wanted++, "%u at %lld", event.kind,
                          (long long)time_ms);
        wanted--;
    }
    cr_expect(eq(sz, events_pending(&events), 0));
}

Test(events, an_event_for_a_step_that_is_over_waits_for_the_next_round)
{
    struct events events;
    struct event event;
    events_init(&events, &arena);
    events_add(&events, 10, 4, 1, 0);
    events_begin_round(&events, 10);
    cr_assert(pop_at(&events, 4, &event));
    events_add(&events, 10, 3, 2, 77); /* over */
    events_add(&events, 10, 4, 3, 78); /* now */
    events_add(&events, 10, 5, 4, 79); /* yet to come */
    uint32_t gone = events_add(&events, 10, 0, 5, 80);
    events_cancel(&events, gone);
    events_check(&events);

    cr_assert(pop_at(&events, 4, &event) && event.kind == 3);
    cr_expect(not(pop_at(&events, 4, &event)));
    cr_assert(pop_at(&events, 5, &event) && event.kind == 4);
    cr_expect(not(pop_at(&events, 15, &event)));
    cr_expect(anything_left(&events), "a late event is left");
    events_begin_round(&events, 10);
    cr_expect(not(pop_at(&events, 2, &event)));
    cr_assert(pop_at(&events, 3, &event) && event.argument == 77);
    cr_expect(not(pop_at(&events, 15, &event)));
    cr_expect(not(anything_left(&events)));
    events_check(&events);
}

Test(events, what_is_cancelled_never_comes_and_its_slot_is_used_again)
{
    struct events events;
    struct event event;
    int64_t time_ms;
    events_init(&events, &arena);
    uint32_t first = events_add(&events, 3, 0, 1, 11);
    events_cancel(&events, first);
    uint32_t second = events_add(&events, 5, 0, 2, 12);
    cr_expect(eq(u32, first, second));
    cr_expect(eq(sz, events_pending(&events), 1));
    cr_assert(events_next_time(&events, &time_ms));
    cr_expect(eq(i64, time_ms, 5));
    cr_assert(take(&events, &event, &time_ms));
    cr_expect(eq(u32, event.argument, 12));
    cr_expect(not(take(&events, &event, &time_ms)));
}

Test(events, half_of_all_cancelled_leaves_the_rest_in_order)
{
    enum { N = 5000 };
    static uint32_t slots[N];
    struct events events;
    struct event event;
    int64_t time_ms;
    events_init(&events, &arena);
    for (uint32_t i = 0; i < N; i++)
        slots[i] = events_add(&events, (int64_t)(i * 1999 % N), 2, 1, i);
    for (uint32_t i = 0; i < N; i++)
        if (i % 7 != 3)
            events_cancel(&events, slots[i]);
    events_check(&events);
    cr_expect(events.n < N / 2, "rebuilt: %zu entries", events.n);
    int64_t last = -1;
    size_t taken = 0;
    while (take(&events, &event, &time_ms)) {
        cr_assert(event.argument % 7 == 3 && time_ms > last);
        cr_assert(time_ms == (int64_t)(event.argument * UINT32_C(1999) % N));
        last = time_ms;
        taken++;
    }
    cr_expect(eq(sz, taken, (N - 3 + 6) / 7));
}

/* ---- against a list that is searched from end to end ---- */

struct listed {
    int64_t time_ms;
    unsigned step;
    uint64_t sequence;
    uint32_t kind, slot;
    bool live;
};

static struct listed list[LIST_MAX];

static size_t first_of_list(size_t n)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        const struct listed *a = &list[i];
        if (!a->live)
            continue;
        const struct listed *b = best == SIZE_MAX ? NULL : &list[best];
        if (!b || a->time_ms < b->time_ms ||
            (a->time_ms == b->time_ms &&
             (a->step < b->step || (a->step == b->step && a->sequence < b->sequence))))
            best = i;
    }
    return best;
}

static size_t any_of_list(struct rng *rng, size_t n)
{
    for (int tries = 0; tries < 20; tries++) {
        size_t i = (size_t)below(rng, n);
        if (list[i].live)
            return i;
    }
    return SIZE_MAX;
}

/* One instant, with events added meanwhile for the same and for later instants. */
static void random_campaign(uint64_t seed, int64_t spread_ms)
{
    struct events events;
    struct rng rng;
    struct rng_key key = {seed, 0, "test", "events"};
    size_t n = 0, live = 0;
    int64_t now = 0;

    rng_init(&rng, key);
    events_init(&events, &arena);
    while (n < 6000 || live > 0) {
        uint64_t what = n < 6000 ? below(&rng, 10) : 9;
        if (what < 5) {
            struct listed *l = &list[n];
            *l = (struct listed){now + 1 + (int64_t)below(&rng, (uint64_t)spread_ms),
                                 (unsigned)below(&rng, EVENTS_STEPS),
                                 n,
                                 (uint32_t)n,
                                 0,
                                 true};
            l->slot = events_add(&events, l->time_ms, l->step, l->kind, l->kind * 3);
            n++;
            live++;
        } else if (what < 7 && live > 0) {
            size_t i = any_of_list(&rng, n);
            if (i == SIZE_MAX)
                continue;
            events_cancel(&events, list[i].slot);
            list[i].live = false;
            live--;
        } else if (live > 0) {
            const struct listed *wanted = &list[first_of_list(n)];
            int64_t time_ms;
            cr_assert(events_next_time(&events, &time_ms));
            cr_assert(time_ms == wanted->time_ms, "%lld instead of %lld",
                      (long long)time_ms, (long long)wanted->time_ms);
            now = time_ms;
            events_begin_round(&events, now);
            for (unsigned step = 0; step < EVENTS_STEPS; step++) {
                struct event event;
                while (pop_at(&events, step, &event)) {
                    size_t i = first_of_list(n);
                    cr_assert(list[i].kind == event.kind && list[i].step == step &&
                                  list[i].time_ms == now,
                              "event %u at %lld", event.kind, (long long)now);
                    cr_assert(event.argument == event.kind * 3);
                    list[i].live = false;
                    live--;
                }
            }
            cr_assert(not(anything_left(&events)));
        }
        cr_assert(events_pending(&events) == live);
        if (n % 101 == 0)
            events_check(&events);
    }
}

Test(events, random_events_come_as_from_a_naive_list)
{
    random_campaign(2025, 400);
}

Test(events, many_at_one_instant_come_as_from_a_naive_list)
{
    random_campaign(31, 3);
}

Test(events, memory_does_not_grow_with_events_handled)
{
    struct events events;
    struct event event;
    int64_t time_ms;
    events_init(&events, &arena);
    for (uint32_t i = 0; i < 1000; i++)
        events_add(&events, i, 1, 0, i);
    size_t total = 0;
    for (int i = 0; i < 300000; i++) {
        cr_assert(take(&events, &event, &time_ms));
        uint32_t dropped = events_add(&events, time_ms + 900, 2, 7, 0);
        events_add(&events, time_ms + 1000, 1, 0, event.argument);
        events_cancel(&events, dropped);
        if (i == 3000)
            total = arena.total;
    }
    events_check(&events);
    cr_expect(eq(sz, arena.total, total));
    cr_expect(eq(sz, events_pending(&events), 1000));
}
