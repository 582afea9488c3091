#ifndef BASE_RHYTHM_H
#define BASE_RHYTHM_H

/*
 * For demand models: how the rate of arrivals follows the day, the week, and growth.
 *
 *     factor(t) = day(hour) * week(weekday) * growth(t) * jumps(t)
 *
 * day and week have the mean 1 over a week.  growth is 1 at the start, (1 + growth)^y
 * after y years of 365 d; with a ceiling K it is logistic (Verhulst 1838), K / (1 + (K
 * - 1) e^-rt) with r = ln(1 + growth), so that it begins at growth's rate times (1 -
 * 1/K).  Each jump is a date and a factor from then on, on top of the jumps before it:
 * 1.8 for a product's launch, 0.7 for a customer that leaves.  The rate that a model is
 * given is that at the start, so that jumps at or before the start are in it already,
 * and are not applied.
 *
 * The factor is constant within an hour of local time (growth taken at its middle) and
 * between jumps.  A stationary process is drawn in operational time and carried to the
 * clock by the inverse of the integrated factor: a Poisson process becomes the
 * nonhomogeneous one of that rate, exactly (Cinlar, "Introduction to Stochastic
 * Processes", 1975), and a renewal process keeps the burstiness of its gaps.
 */

#include "base/params.h"

/* Part of a demand model's parameters, called `rhythm` there. */
struct rhythm {
    struct table hours, days;
    double peak_hour, peak_to_trough, weekend;
    int64_t utc_offset_ms;
    double growth_frac_per_y;
    double ceiling; /* 0: none */
    struct points jumps;
};

/* clang-format off */
#define RHYTHM_PARAMS(struct_)                                                         \
    {PARAM_MAP(struct_, "hours", rhythm.hours, "", 0, 1e12,                            \
               "relative rate of each hour of the day, 24 values; replaces the "       \
               "sinusoid")},                                                           \
    {PARAM_MAP(struct_, "days", rhythm.days, "", 0, 1e12,                              \
               "relative rate of each day from Monday, 7 values; replaces `weekend`")},\
    {PARAM_NUMBER(struct_, "peak_hour", rhythm.peak_hour, "15", 0, 24,                 \
                  "hour of the day at which the sinusoid is highest")},                \
    {PARAM_NUMBER(struct_, "peak_to_trough", rhythm.peak_to_trough, "1", 1, 1e6,       \
                  "highest rate of the day / lowest; 1 is no rhythm")},                \
    {PARAM_NUMBER(struct_, "weekend", rhythm.weekend, "1", 0, 1000,                    \
                  "rate on Saturday and Sunday / rate on other days")},                \
    {PARAM_TIME(struct_, "utc_offset", rhythm.utc_offset_ms, "0h", -14.0 * MS_PER_H,   \
                14.0 * MS_PER_H, "local time less UTC, as -8h for California")},       \
    {PARAM_REAL_IN(DIM_FRAC_PER_Y, struct_, "growth", rhythm.growth_frac_per_y,        \
                   "0 %/y", -0.99, 100,                                                \
                   "growth of the rate within a year, compounded continuously")},      \
    {PARAM_NUMBER(struct_, "ceiling", rhythm.ceiling, "", 1.000001, 1e9,               \
                  "growth is logistic, and the rate never passes this times that at "  \
                  "the start")},                                                       \
    {PARAM_DATED(DIM_NUMBER, struct_, "jumps", rhythm.jumps, "", 0, 1e6,               \
                 "factors on the rate from a date on, each on top of those before: "   \
                 "{2027-03-01: 1.8}; those at or before the start are in the rate already")}
/* clang-format on */

/* For a model's check(). */
bool rhythm_check(const struct rhythm *rhythm, struct error *err) MUST_CHECK;

/* Part of a model's state. */
struct rhythm_clock {
    int64_t now_us; /* finer than ms, so that rounding gaps makes no bias */
    int64_t horizon_us;
    int64_t start_unix_ms;
    /* The piece under way: [.., piece_end_us) at this factor. */
    int64_t piece_end_us;
    double factor;
    double hour[24]; /* day(hour) */
    double day[7];   /* week(weekday) */
};

void rhythm_start(const struct rhythm *rhythm, int64_t start_unix_ms,
                  int64_t horizon_ms, struct rhythm_clock *clock);

/* Goes on by `work_d` days of operational time, but not past `until_us` nor the
 * horizon; returns the operational time that is left: 0 when all was used up. */
double rhythm_advance(const struct rhythm *rhythm, struct rhythm_clock *clock,
                      double work_d, int64_t until_us);

/* The same without a bound: false at the horizon. */
bool rhythm_pass(const struct rhythm *rhythm, struct rhythm_clock *clock,
                 double work_d);

#endif
