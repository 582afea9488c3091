#ifndef ENGINE_EVENTS_H
#define ENGINE_EVENTS_H

/*
 * The future-event list: a 4-ary heap of 16-byte entries, compared as one 128-bit
 * integer of time (44 bits), step of the instant (4), sequence (40) and slot (40).
 *
 * An event stands in a slot that keeps its kind, its argument and the sequence number
 * of the heap entry that is live; cancelling frees the slot, and the entry is thrown
 * away when it comes to the top, or when half of all entries are stale and the heap is
 * rebuilt.  Equal times are served by step, equal steps in the order of adding.
 *
 * An event added for the present instant and a step that is already over waits for the
 * next round of the instant (events_begin_round).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/int128.h"

#define EVENTS_TIME_MAX ((INT64_C(1) << 44) - 1) /* ms: 557 years */
#define EVENTS_STEPS    16

/* Of an entry of the heap, from the top: time, step, and 80 bits that make it one. */
enum { EVENTS_STEP_BITS = 4, EVENTS_ORDER_BITS = 80 };
#define EVENT_NONE UINT32_MAX

struct event_slot {
    uint64_t sequence; /* of the live entry; 0: the slot is free */
    uint32_t kind;
    uint32_t argument; /* of a free slot: the next free one */
};

struct events {
    struct arena *arena; /* borrowed; set before the first event is added */
    uint128 *heap;
    size_t n, room;
    size_t stale; /* entries of the heap whose event was cancelled */
    struct event_slot *slots;
    uint32_t n_slots, slots_room, free_slot;
    uint64_t sequence; /* last given */
    int64_t now_ms;
    unsigned now_step;
    uint128 *late; /* for the next round of this instant */
    size_t n_late, late_room;
};

struct event {
    uint32_t kind, argument;
};

void events_init(struct events *events, struct arena *arena);

/* time_ms >= now; returns the event's slot, by which it can be cancelled until it is
 * popped. */
uint32_t events_add(struct events *events, int64_t time_ms, unsigned step,
                    uint32_t kind, uint32_t argument);
void events_cancel(struct events *events, uint32_t slot);

/* Throws away what was cancelled at the top of the heap. */
void events_clean_top(struct events *events);

/* Time and step of the top, which may have been cancelled; UINT64_MAX: none. */
static inline uint64_t events_top(const struct events *events)
{
    return events->n ? (uint64_t)(events->heap[0] >> EVENTS_ORDER_BITS) : UINT64_MAX;
}

/* The time of the next event; false when there is none. */
static inline bool events_next_time(struct events *events, int64_t *time_ms)
{
    if (events->stale > 0)
        events_clean_top(events);
    *time_ms = (int64_t)(events_top(events) >> EVENTS_STEP_BITS);
    return events->n > 0;
}

/* Begins a round of the instant `now_ms`: what was late is due again. */
void events_begin_round(struct events *events, int64_t now_ms);

/* The step of the next event of this instant; EVENTS_STEPS when there is none. */
static inline unsigned events_next_step(struct events *events)
{
    /* Of what is later it does not matter whether it was cancelled. */
    if (events_top(events) >> EVENTS_STEP_BITS > (uint64_t)events->now_ms)
        return EVENTS_STEPS;
    if (events->stale > 0)
        events_clean_top(events);
    uint64_t top = events_top(events);
    bool now = top >> EVENTS_STEP_BITS == (uint64_t)events->now_ms;
    return now ? (unsigned)(top & (EVENTS_STEPS - 1)) : EVENTS_STEPS;
}

/* Tells which step of the round is on: never an earlier one than before. */
static inline void events_set_step(struct events *events, unsigned step)
{
    events->now_step = step;
}

/* Takes the next event, which must be due at this instant and the step that is on. */
struct event events_pop(struct events *events);

/* Whether something waits for the next round of this instant. */
static inline bool events_are_late(const struct events *events)
{
    return events->n_late > 0;
}

static inline size_t events_pending(const struct events *events)
{
    return events->n + events->n_late - events->stale;
}

void events_check(const struct events *events);
void events_print(const struct events *events, FILE *out);

#endif
