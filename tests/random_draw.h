#ifndef TESTS_RANDOM_DRAW_H
#define TESTS_RANDOM_DRAW_H

/* What the parts of a random scenario share: draws, and texts of dates and prices. */

#include <stddef.h>
#include <stdio.h>

#include "random_scenario.h"

enum { M_RENT, M_VALUE, M_TARIFF, M_CARBON, M_KINDS };

struct drawing {
    const struct random_options *options;
    uint64_t state;
    FILE *out;
    int64_t start_day; /* days since 1970 */
    int64_t days;      /* of the horizon; until_idle: over which jobs come */
    bool until_idle, packed, one_class;
    size_t n_pools;
    bool market[M_KINDS];
    int provider_of[8];    /* 0: none */
    int64_t room_at_start; /* GPUs of p0 on which jobs may run at once */
    unsigned elastic[8];   /* the first n_elastic are pools on demand or spot */
    size_t n_elastic;
    /* of the pool that is being drawn */
    uint64_t gpus_per_server;
    bool has_catalog;
    bool pool_is_h100, pool_is_old; /* old: in service before the start */
    bool pool_is_ours;              /* its class has prices of the drawn catalogue */
};

uint64_t below(struct drawing *d, uint64_t n);
double unit(struct drawing *d);
bool chance(struct drawing *d, unsigned percent);

void put(struct drawing *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text, in which "#3..42" stands for a whole number of that range. */
void draw(struct drawing *d, const char *text);
void maybe(struct drawing *d, unsigned percent, const char *text);

/* A day counted from the start; an instant at a part of the horizon, after the start;
 * the same, or the begin of that day. */
void put_day(struct drawing *d, int64_t day);
void put_moment(struct drawing *d, double part);
void put_date(struct drawing *d, double part);

/* The i-th of n dates that ascend; `whole`: the begins of their days. */
void put_ascending(struct drawing *d, unsigned i, unsigned n, bool whole);

/* "KEY: 2.123456 USD/GPU-h", between low and high + 1. */
void put_price(struct drawing *d, const char *key, unsigned low, unsigned high,
               const char *dim);
void put_term(struct drawing *d, const char *key);

/* Of some of the keys, which stand with blanks between them. */
void put_escalation(struct drawing *d, const char *keys);

/* Space, life, impairment and demand charge of what is owned. */
void put_holding(struct drawing *d);

/* `interruption` or `availability`, the trace of either, `shocks`, `procure`. */
void put_supply(struct drawing *d, bool spot);
void draw_supply(struct drawing *d, struct random_scenario *scenario);
void put_shocks(struct drawing *d);
void put_procure(struct drawing *d);

/* `failures` (of an owned pool with losses), `maintenance`, `outages`. */
void put_failures(struct drawing *d, bool own);
void put_maintenance(struct drawing *d);
void put_outages(struct drawing *d);

/* `catalog`, `markets`, and the files they name. */
void draw_catalog(struct drawing *d, struct random_scenario *scenario);
void put_markets(struct drawing *d, struct random_scenario *scenario);

/* `demand` and `initial`, and the traces. */
void put_demand(struct drawing *d, struct random_scenario *scenario);

/* Perhaps `uncertain`, `correlation`, `sweep`, `study`, `breakeven`: no run looks at
 * them. */
void put_study(const struct drawing *d);

/* Perhaps a level of demand. */
void put_level(const struct drawing *d);

/* `model` of a demand source, and the end of its line: so many jobs a day. */
void put_bursty(struct drawing *d, double per_d);

#define PICK(d, array) ((array)[below(d, sizeof(array) / sizeof(array)[0])])

#endif
