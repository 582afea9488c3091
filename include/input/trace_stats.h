#ifndef INPUT_TRACE_STATS_H
#define INPUT_TRACE_STATS_H

/*
 * What a trace looks like: how much, how large, how bursty, at which hours, whose.
 *
 * All figures are over the file's own rows, with no machine in mind: nothing waits.
 * Quantiles are the smallest value of rank >= p n, exact.
 */

#include "input/any_trace.h"
#include "input/load_duration.h"

/* ---- how values spread ---- */

#define STATS_QUANTILES 7
extern const int stats_per_mille[STATS_QUANTILES]; /* 0 250 500 750 900 990 1000 */

enum stats_unit { STATS_MS, STATS_COUNT, STATS_GPU_MS };

struct stats_spread {
    const char *name; /* "duration", "gap" */
    enum stats_unit unit;
    double mean;
    int64_t quantile[STATS_QUANTILES];
};

/* Sorts the values; n > 0. */
struct stats_spread stats_spread(const char *name, enum stats_unit unit,
                                 int64_t *values, size_t n);

/* ---- when ---- */

struct stats_arrivals {
    double per_h;  /* over the time from the first to the last; NAN where that is 0 */
    double gap_cv; /* standard deviation over mean of the gaps; NAN below 3 arrivals */
    /* Variance over mean of the counts in whole minutes, hours and days from the first
     * on: 1 for a Poisson stream, more where arrivals come in bursts or by rhythm.  NAN
     * where there are fewer than 2 whole ones. */
    double dispersion_min, dispersion_h, dispersion_d;
};

/* The hour's and the weekday's share over what its share of the time would give: 1
 * everywhere is no rhythm.  By UTC and from Monday on; without dates by hours and days
 * from 0 of the trace's clock. */
struct stats_rhythm {
    bool has_day, has_week; /* the trace spans at least one */
    double day[24], week[7];
};

/* Of instants in rising order. */
void stats_arrivals(const int64_t *times_ms, size_t n, struct stats_arrivals *arrivals);
void stats_rhythm_of_arrivals(const int64_t *times_ms, size_t n, bool dated,
                              struct stats_rhythm *rhythm);
void stats_rhythm_of_level(const struct level_trace *trace,
                           struct stats_rhythm *rhythm);

/* ---- whose ---- */

#define STATS_TOP        10
#define STATS_SHARES_MAX 24

struct stats_share {
    const char *name; /* "3-4"; "" is "not given"; NULL: all others together */
    int64_t rows;
    int128 weight; /* GPU-ms, or tokens of requests */
};

struct stats_shares {
    const char *by; /* "size", "workload", "tenant", "model", "series" */
    struct stats_share share[STATS_SHARES_MAX];
    size_t n;
    size_t groups; /* of which the largest by weight, and the others, are above */
};

/* ---- prices ---- */

struct stats_price {
    const char *class, *tenure, *region, *term; /* "": not given */
    size_t rows;
    int64_t first_ms, last_ms;
    int64_t min_nano, max_nano, last_nano; /* USD per GPU-h */
    double mean_nano; /* over the time from the first to the last row; of one row, it */
};

/* ---- all ---- */

struct trace_stats {
    struct arena arena;
    const struct import_result *trace; /* borrowed */
    size_t n;                          /* rows */
    int64_t first_ms, last_ms;         /* of the rows' own times */
    int128 weight;                     /* GPU-ms, or tokens */
    struct stats_spread spreads[4];
    size_t n_spreads;
    struct stats_shares shares[3];
    size_t n_shares;
    struct stats_arrivals arrivals; /* jobs and requests */
    struct stats_rhythm rhythm;     /* not of prices */
    struct load_duration load;      /* jobs and levels */
    int64_t peak_gpus;              /* the load's, or what a level's last row says */
    struct stats_price *prices;
    size_t n_prices;
};

/* trace_stats_free afterwards. */
void trace_stats_take(struct trace_stats *stats, const struct import_result *trace);
void trace_stats_free(struct trace_stats *stats);

#endif
