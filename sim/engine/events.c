#include "engine/events.h"

#include <assert.h>
#include <inttypes.h>

enum { SLOT_BITS = 40, SEQUENCE_BITS = 40, STEP_BITS = EVENTS_STEP_BITS };
_Static_assert(SLOT_BITS + SEQUENCE_BITS == EVENTS_ORDER_BITS, "entries of 128 bits");

static uint128 entry_make(int64_t time_ms, unsigned step, uint64_t sequence,
                          uint32_t slot)
{
    uint64_t high = (uint64_t)time_ms << STEP_BITS | step;
    return ((uint128)high << EVENTS_ORDER_BITS) | ((uint128)sequence << SLOT_BITS) |
           slot;
}

static uint64_t entry_high(uint128 entry)
{
    return (uint64_t)(entry >> EVENTS_ORDER_BITS);
}

static uint32_t entry_slot(uint128 entry)
{
    return (uint32_t)entry;
}

static bool entry_is_live(const struct events *events, uint128 entry)
{
    uint64_t mask = (UINT64_C(1) << SEQUENCE_BITS) - 1;
    uint64_t sequence = (uint64_t)(entry >> SLOT_BITS) & mask;
    return events->slots[entry_slot(entry)].sequence == sequence;
}

static void sift_up(uint128 *heap, size_t at, uint128 entry)
{
    while (at > 0) {
        size_t parent = (at - 1) / 4;
        if (heap[parent] <= entry)
            break;
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = entry;
}

static void sift_down(uint128 *heap, size_t n, size_t at, uint128 entry)
{
    for (;;) {
        size_t child = at * 4 + 1;
        if (child >= n)
            break;
        size_t end = child + 4 < n ? child + 4 : n;
        size_t least = child;
        for (size_t i = child + 1; i < end; i++)
            least = heap[i] < heap[least] ? i : least;
        if (entry <= heap[least])
            break;
        heap[at] = heap[least];
        at = least;
    }
    heap[at] = entry;
}

static void push(struct events *events, uint128 entry)
{
    if (events->n == events->room) {
        size_t room = events->room ? events->room * 2 : 256;
        events->heap = arena_grow(events->arena, events->heap, events->n, room,
                                  sizeof *events->heap);
        events->room = room;
    }
    sift_up(events->heap, events->n++, entry);
}

static void drop_top(struct events *events)
{
    uint128 last = events->heap[--events->n];
    if (events->n > 0)
        sift_down(events->heap, events->n, 0, last);
}

void events_clean_top(struct events *events)
{
    while (events->n > 0 && !entry_is_live(events, events->heap[0])) {
        drop_top(events);
        events->stale--;
    }
}

static void rebuild(struct events *events)
{
    size_t kept = 0;
    for (size_t i = 0; i < events->n; i++)
        if (entry_is_live(events, events->heap[i]))
            events->heap[kept++] = events->heap[i];
    events->n = kept;
    events->stale = 0;
    for (size_t i = kept / 4 + 1; i-- > 0;)
        if (i < kept)
            sift_down(events->heap, kept, i, events->heap[i]);
}

void events_init(struct events *events, struct arena *arena)
{
    *events = (struct events){.arena = arena, .free_slot = EVENT_NONE, .now_ms = -1};
}

static uint32_t take_slot(struct events *events)
{
    uint32_t slot = events->free_slot;
    if (slot != EVENT_NONE) {
        events->free_slot = events->slots[slot].argument;
        return slot;
    }
    if (events->n_slots == events->slots_room) {
        uint32_t room = events->slots_room ? events->slots_room * 2 : 256;
        assert(room > events->slots_room && room < EVENT_NONE);
        events->slots = arena_grow(events->arena, events->slots, events->n_slots, room,
                                   sizeof *events->slots);
        events->slots_room = room;
    }
    return events->n_slots++;
}

static void release_slot(struct events *events, uint32_t slot)
{
    events->slots[slot] = (struct event_slot){.argument = events->free_slot};
    events->free_slot = slot;
}

uint32_t events_add(struct events *events, int64_t time_ms, unsigned step,
                    uint32_t kind, uint32_t argument)
{
    assert(time_ms >= events->now_ms && time_ms >= 0 && time_ms <= EVENTS_TIME_MAX);
    assert(step < EVENTS_STEPS);

    uint32_t slot = take_slot(events);
    uint64_t sequence = ++events->sequence;
    assert(sequence < UINT64_C(1) << SEQUENCE_BITS);
    events->slots[slot] = (struct event_slot){sequence, kind, argument};

    uint128 entry = entry_make(time_ms, step, sequence, slot);
    if (time_ms > events->now_ms || step >= events->now_step) {
        push(events, entry);
        return slot;
    }
    if (events->n_late == events->late_room) {
        size_t room = events->late_room ? events->late_room * 2 : 16;
        events->late = arena_grow(events->arena, events->late, events->n_late, room,
                                  sizeof *events->late);
        events->late_room = room;
    }
    events->late[events->n_late++] = entry;
    return slot;
}

void events_cancel(struct events *events, uint32_t slot)
{
    assert(slot < events->n_slots && events->slots[slot].sequence != 0);
    release_slot(events, slot);
    events->stale++;
    if (events->stale > 64 && events->stale > events->n / 2 && events->n_late == 0)
        rebuild(events);
}

void events_begin_round(struct events *events, int64_t now_ms)
{
    assert(now_ms >= events->now_ms);
    for (size_t i = 0; i < events->n_late; i++)
        push(events, events->late[i]);
    events->n_late = 0;
    events->now_ms = now_ms;
    events->now_step = 0;
}

struct event events_pop(struct events *events)
{
    assert(events->n > 0 && entry_is_live(events, events->heap[0]));
    uint128 top = events->heap[0];
    assert(entry_high(top) ==
           ((uint64_t)events->now_ms << STEP_BITS | events->now_step));
    uint32_t slot = entry_slot(top);
    struct event event = {events->slots[slot].kind, events->slots[slot].argument};
    drop_top(events);
    release_slot(events, slot);
    return event;
}

void events_check(const struct events *events)
{
    size_t live = 0, used = 0;
    for (size_t i = 0; i < events->n; i++) {
        assert(i == 0 || events->heap[(i - 1) / 4] <= events->heap[i]);
        live += entry_is_live(events, events->heap[i]);
    }
    for (size_t i = 0; i < events->n_late; i++)
        live += entry_is_live(events, events->late[i]);
    for (uint32_t i = 0; i < events->n_slots; i++)
        used += events->slots[i].sequence != 0;
    assert(live == used);
    assert(events->n + events->n_late - events->stale == live);
}

void events_print(const struct events *events, FILE *out)
{
    fprintf(out, "%zu events, %zu stale\n", events_pending(events), events->stale);
    for (size_t i = 0; i < events->n; i++) {
        uint128 entry = events->heap[i];
        uint64_t high = entry_high(entry);
        fprintf(out, "  %" PRIu64 " ms step %" PRIu64 " slot %" PRIu32 "%s\n",
                high >> STEP_BITS, high & 15, entry_slot(entry),
                entry_is_live(events, entry) ? "" : " stale");
    }
}
