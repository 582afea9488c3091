#ifndef INPUT_ACCOUNTING_H
#define INPUT_ACCOUNTING_H

/*
 * What a scenario says of the accounting of assets.  The parameter tables are in
 * sim/input/scenario_accounting.c; the methods are described where they are applied
 * (world/book.h).
 */

#include <stdbool.h>
#include <stdint.h>

enum depreciation { DEPRECIATION_STRAIGHT, DEPRECIATION_DECLINING, DEPRECIATION_UNITS };

/* How an owned lot's book value falls over `life`. */
struct depreciation_spec {
    enum depreciation method;
    double factor; /* declining: of the straight-line rate; 2 is double declining */
    bool switches; /* declining: to straight line, once that writes off more */
    double expected_utilization_frac; /* units: busy share of the life's GPU-time */
};

struct market_spec; /* input/scenario.h */

enum impairment { IMPAIRMENT_NONE, IMPAIRMENT_ASC360, IMPAIRMENT_IAS36 };

/* Whether, and with which prospects, an owned lot is tested for impairment. */
struct impairment_spec {
    enum impairment method;
    int64_t rent_rate; /* what an hour would bring if it were let, nano-USD per GPU-h */
    const struct market_spec *rent_market; /* NULL: it does not change */
    double utilization_frac;               /* share of the hours that could be let */
};

/* An own data centre, instead of colocation (world/facility.h). */
struct facility_spec {
    bool on;
    int64_t cost_uusd, residual_uusd;
    int64_t begin_ms, ready_ms, life_end_ms; /* of building, service, book life */
    int64_t running_uusd_per_y;
};

/* The tax book, apart from the accounts (world/tax.h). */
struct tax_spec {
    bool on;
    double rate_frac;           /* of taxable income */
    double bonus_frac;          /* of the basis, deducted in the first year */
    double sales_frac;          /* of what is bought */
    double property_frac_per_y; /* of the book value */
};

#endif
