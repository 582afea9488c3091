#ifndef WORLD_OUTAGES_H
#define WORLD_OUTAGES_H

/*
 * Outages of a provider: all its pools at once.
 *
 * GPUs of fixed pools are down until it ends, those of lots that begin meanwhile, too;
 * what elastic pools hold is given up, and they are closed.  All jobs in them are
 * interrupted.  That it will end, and when, is known when it begins (a convention, as
 * for repairs); that it will begin is known to nobody.
 *
 * An outage on a date happens once.  Outages at random: from the end of one (or the
 * start) to the next an exponential time of mean 1 / per_y, lengths lognormal with
 * median `lasts`.  The stream is keyed by (seed, replication, "outage", provider / its
 * number among the provider's entries), and the n-th outage takes the n-th draws.
 */

#include <stdint.h>

#include "base/rng.h"

struct world;

struct outage {
    uint64_t key, counter_hi; /* its stream */
    uint32_t n;               /* outages so far */
    int64_t until_ms;         /* while it is on: when it ends */
};

struct outages {
    struct outage *items; /* as scenario->outages */
};

void outages_init(struct world *world);
void outage_begins(struct world *world, uint32_t outage); /* EVENT_OUTAGE */
void outage_ends(struct world *world, uint32_t outage);   /* EVENT_OUTAGE_END */

/* A lot of the pool has begun: it is out like the others. */
void outage_covers(struct world *world, uint32_t pool, uint32_t lot);

#endif
