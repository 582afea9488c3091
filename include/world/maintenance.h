#ifndef WORLD_MAINTENANCE_H
#define WORLD_MAINTENANCE_H

/*
 * Planned maintenance: windows in which part of a fixed pool's servers are down.
 *
 * From `drain` before a window on nothing new starts on its servers; what is free of
 * them is down.  When the window begins, jobs still there are let finish, or are
 * interrupted.  At its end all are open again, whether they were ever free or not.
 *
 *   packed    the servers are taken by number, each window going on where the last one
 *             ended, round and round; those that have left are passed over
 *   fungible  as many GPUs as those servers have; the jobs that started last are
 *             interrupted until so many are free
 */

#include <stdint.h>

#include "input/scenario.h"

struct world;

/* One entry of a pool's `maintenance`. */
struct maintenance {
    const struct maintenance_spec *spec;
    uint32_t pool;
    int64_t begin_ms;     /* of the present window, or the next */
    uint32_t next_server; /* packed: where the next window goes on */
};

struct maintenances {
    struct maintenance *items;
    uint32_t n;
};

void maintenance_init(struct world *world); /* before the first lot begins */
void maintenance_drains(struct world *world, uint32_t index); /* EVENT_DRAIN */
void maintenance_begins(struct world *world, uint32_t index); /* EVENT_MAINTENANCE */
void maintenance_ends(struct world *world, uint32_t index); /* EVENT_MAINTENANCE_END */

#endif
