#ifndef WORLD_MARKET_H
#define WORLD_MARKET_H

/*
 * The markets of a run: each has a present price, an integer in the unit of its kind
 * (input/scenario.h), and knows its next change.  A market's draws come from a stream
 * of its own name, so that one market or pool more shifts nobody else's.
 *
 * Prices in force are told pool by pool in struct pool_prices, which exists only where
 * a pool's prices can change: a run without such prices pays nothing for them.  Whoever
 * changes them is prices.c.
 */

#include "base/int128.h"
#include "input/scenario.h"

struct market {
    const struct market_spec *spec;
    void *state;
    struct rng rng;
    int64_t value;            /* now */
    struct price_change next; /* where `more` */
    bool more;
};

struct markets {
    const struct scenario *scenario;
    struct market *items; /* as scenario->markets */
    uint32_t n;
};

void markets_init(struct markets *markets, const struct scenario *scenario,
                  uint64_t replication, int64_t horizon_ms, struct arena *arena);

/* The change that is due has come; looks for the next one before the horizon. */
void market_advance(struct market *market, int64_t start_unix_ms, int64_t horizon_ms);

/* The present price of a pool's market. */
int64_t markets_value(const struct markets *markets, const struct market_spec *spec);

/* The same when a change that is due at this very instant has happened: capacity comes
 * and goes before prices change, and what is signed then is signed at the new one. */
int64_t markets_value_at(const struct markets *markets, const struct market_spec *spec,
                         int64_t now_ms);

/* A recurring price after so many anniversaries, rounded; what would overflow ends the
 * run soon. */
int64_t price_grown(int64_t rate, double rate_per_y, int64_t years);

/* What is in force in one pool. */
struct pool_prices {
    int64_t rent_rate;    /* paid by elastic pools now; in the newest contract */
    int64_t signing_rate; /* at which a contract would begin now */
    int64_t server_uusd;  /* a new server on the market; -1: no market */
    int64_t direct_rate;  /* what a GPU costs because a job has it: rent, busy power */
    int64_t direct_ms;    /* since when */
    int128 direct;        /* its integral over time up to then, nano-USD/GPU-h ms */
    int64_t carbon;       /* 1e-6 g/kWh */
    int128 emitted, energy; /* 1e-6 g/kWh mW ms, and mW ms, when that was set */
};

/* NULL where no price of the pool can change. */
struct pool_prices *pool_prices_new(const struct pool_spec *spec, struct arena *arena);

/* The integral of the direct rate from the start to now. */
static inline int128 prices_direct(const struct pool_prices *prices, int64_t now_ms)
{
    return prices->direct + (int128)prices->direct_rate * (now_ms - prices->direct_ms);
}

/* Carbon emitted with so much energy at the meter, in 1e-6 g/kWh mW ms. */
static inline int128 prices_emitted(const struct pool_prices *prices, int128 energy)
{
    return prices->emitted + prices->carbon * (energy - prices->energy);
}

void markets_check(const struct markets *markets);

#endif
