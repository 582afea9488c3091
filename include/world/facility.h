#ifndef WORLD_FACILITY_H
#define WORLD_FACILITY_H

/*
 * The money of a pool's own data centre: shell, power and cooling, instead of a place
 * rented by the kW.
 *
 * It is built evenly over its build time, which ends when it is ready, and what has
 * been built is paid at the ends of calendar months; from then on its value falls by
 * straight line to the residual on the anniversary of its life, and `running` is due.
 * What was built before the start is brought in at its value.  It has no market of its
 * own: at the end it stands at its book value under every `closing` but none.
 *
 *     value(t) = cost (t - begin) / (ready - begin) until ready, then the line
 *     invested(t) = value(t) - what is built and not yet paid - bills owed
 *
 * Both are linear between month ends, readiness and the end of life, so the capital
 * charge is exact by the trapezoid.
 */

#include "world/asset.h"

struct facility {
    const struct facility_spec *spec;
    struct asset item; /* what postings are made of: name and what was posted */
    struct schedule built, line;
    int64_t opening_uusd;
    int64_t paid_built_uusd, paid_running_uusd; /* up to the last month's end */
    double capital_uusd;                        /* up to mark_ms */
    int64_t mark_ms;
    double mark_invested_uusd;
};

void facility_begin(struct facility *facility, const struct pool *pool,
                    const struct facility_spec *spec);

/* Readings: construction (cash), depreciation, facility, capital charge; 0 of others.
 */
int64_t facility_read(const struct facility *facility, enum account account,
                      const struct asset_terms *terms, int64_t now_ms);
int64_t facility_book_uusd(const struct facility *facility, int64_t now_ms);
double facility_capital(const struct facility *facility,
                        const struct asset_terms *terms, int64_t now_ms);
double facility_invested(const struct facility *facility, int64_t now_ms);

/* Economic cost so far, and its part without the capital charge. */
int64_t facility_economic(const struct facility *facility,
                          const struct asset_terms *terms, int64_t now_ms);
int64_t facility_accrual(const struct facility *facility, int64_t now_ms);

/* A kink: it is ready, or its life ends.  The month ends and bills are paid. */
void facility_break(struct facility *facility, const struct asset_terms *terms,
                    int64_t now_ms);
void facility_pay(struct facility *facility, const struct asset_terms *terms,
                  int64_t now_ms);

#endif
