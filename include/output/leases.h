#ifndef OUTPUT_LEASES_H
#define OUTPUT_LEASES_H

/*
 * How a lease contract would stand in financial statements: a view of a result, which
 * no figure of a run depends on.
 *
 * Computing capacity is a lease only where an identified asset is controlled, so that
 * the supplier may not substitute it (ASC 842-10-15-9 to 16; IFRS 16 B9, B13 to B19);
 * else it is a service contract, whose cost is expensed as it is used.  For a lease:
 *
 *   ASC 842  a finance lease if the contract has a purchase option that is reasonably
 *            certain to be used, or lasts for the major part of the asset's life (75
 * %), or its payments are worth substantially all of the fair value (90 %), or the
 * asset is specialised (842-10-25-2, 842-10-55-2); else operating IFRS 16  no such
 * distinction for lessees: all as the finance lease below both     up to 12 months
 * without a purchase option may stay off the balance sheet (842-20-25-2; IFRS 16.5),
 * and does here
 *
 * Payments are those that are owed whatever is used: a take-or-pay share, with the
 * growth that is agreed.  Use above it, extras and what an early end costs are variable
 * or of the time when they are decided (842-10-30-5, -6; IFRS 16.27, 16.38), and an
 * index counts as it stood at first.
 *
 * At commencement the liability is the present value of the payments still to come, at
 * the ends of calendar months as the ledger pays them, and the right of use is the
 * liability and what was prepaid.  The liability grows by interest and falls by
 * payments; the last interest is what makes it end at zero.  A finance lease expenses
 * interest and a straight-line amortisation of the right of use, which is more at
 * first; an operating lease expenses all payments by straight line, and the right of
 * use falls by that less interest (842-20-25-6).  So the total expense is the total of
 * payments, to the micro-dollar, and both balances end at zero.
 *
 * Years are calendar years, UTC; rates have 365 days.
 */

#include <stdio.h>

#include "output/saved_run.h"

enum lease_standard { LEASE_ASC842, LEASE_IFRS16 };
extern const char *const lease_standard_names[]; /* "asc842", "ifrs16", NULL */

enum lease_kind { LEASE_SHORT, LEASE_OPERATING, LEASE_FINANCE };

/* What is assumed of the contract. */
struct lease_terms {
    int64_t begin_unix_ms, until_unix_ms;
    int64_t rent_uusd;    /* to be paid month by month, in all */
    double growth_per_y;  /* of that, at each anniversary, as agreed */
    int64_t prepaid_uusd; /* at commencement */
    double rate_per_y;    /* incremental borrowing rate */
    double life_y;        /* of the asset, when the contract begins */
    int64_t fair_uusd;    /* of the asset, then; 0: not known */
    bool identified_asset, purchase_option, specialised;
};

struct lease_year {
    int year;
    int64_t opening_uusd, interest_uusd, paid_uusd, closing_uusd; /* liability */
    int64_t prepaid_uusd;               /* at commencement; no part of the liability */
    int64_t amortised_uusd, right_uusd; /* of the right of use; it at the end */
    int64_t expense_uusd;
};

struct lease_view {
    enum lease_kind kind; /* what it is, or would be if an asset were identified */
    bool is_service;
    double term_frac; /* of the life */
    double
        worth_frac; /* present value of all payments, of the fair value; 0: unknown */
    int64_t liability_uusd, right_uusd; /* at commencement */
    struct lease_year *years;
    size_t n_years;
};

#define LEASE_TERM_FRAC  0.75
#define LEASE_WORTH_FRAC 0.90

/* The mean payment per hour over that of the first year. */
double lease_growth(const struct lease_terms *terms);

/* `terms` lasts for at least 1 ms.  The years live in the arena. */
void lease_view_make(struct lease_view *view, const struct lease_terms *terms,
                     enum lease_standard standard, struct arena *arena);

/* A contract of a result. */
struct lease {
    const char *pool, *item, *class;
    int64_t gpus;
    int64_t price_rate; /* owed for every hour of the first year, used or not,
                           nano-USD per GPU-h, prepaid part included */
    struct lease_terms terms;
    const char *fair_source; /* where the fair value is from */
    struct lease_view view;
};

struct lease_options {
    enum lease_standard standard;
    struct span life;          /* of the asset, new */
    double rate_per_y;         /* below 0: the result's discount rate */
    int64_t fair_uusd_per_gpu; /* 0: by the result, or the program's catalogue */
};

/* All contracts in assets.csv, in its order; in the run's arena. */
bool leases_read(struct saved_run *run, const struct lease_options *options,
                 struct lease **leases, size_t *n, struct error *err) MUST_CHECK;

void leases_print(const struct lease *leases, size_t n,
                  const struct lease_options *options, FILE *out);

/* pool,item,year,... in exact micro-dollars. */
void leases_print_csv(const struct lease *leases, size_t n, FILE *out);

#endif
