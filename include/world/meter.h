#ifndef WORLD_METER_H
#define WORLD_METER_H

/*
 * A meter: a rate in nano-USD per GPU-h times exact GPU-ms.  The rate may change at any
 * instant; what was counted before keeps the old one.  Reading changes nothing and
 * rounds once, so a total depends neither on how often it is read nor on how often the
 * rate was set to what it was.
 *
 * What has been metered since the last payment is a debt.  Its integral over time,
 * which bears interest, follows from the readings: with rate r since the mark and Q the
 * GPU-ms counted,
 *
 *     debt(t)     = base + r (Q(t) - Q(mark))
 *     integral(t) = area + base (t - mark) + r [(Q(t) - Q(mark)) t - (M(t) - M(mark))]
 *
 * where M is the first moment of the count (integral.h).
 */

#include <stdbool.h>

#include "world/integral.h"

struct meter {
    int64_t rate;
    int64_t mark_gpu_ms; /* the reading when the rate was last set */
    int128 charged;      /* nano-USD/GPU-h GPU-ms up to then */
};

static inline int128 meter_read(const struct meter *meter, int64_t gpu_ms)
{
    return meter->charged + (int128)meter->rate * (gpu_ms - meter->mark_gpu_ms);
}

static inline void meter_set_rate(struct meter *meter, int64_t rate, int64_t gpu_ms)
{
    if (rate == meter->rate)
        return;
    meter->charged = meter_read(meter, gpu_ms);
    meter->mark_gpu_ms = gpu_ms;
    meter->rate = rate;
}

/* What is owed on one driver (a count of GPUs that rates are charged on). */
struct debt {
    struct reading mark;
    int64_t mark_ms;
    int128 base; /* nano-USD/GPU-h GPU-ms */
    double area; /* the same times ms */
};

/* Twice the integral since the mark of what the rate adds. */
static inline double debt_fresh2(const struct debt *debt, int128 rate,
                                 struct reading now, int64_t now_ms)
{
    return (double)rate * (double)reading_outstanding2(debt->mark, now, now_ms);
}

/* The integral of what was owed at the mark and before. */
static inline double debt_old(const struct debt *debt, int64_t now_ms)
{
    if (debt->base == 0)
        return debt->area;
    return debt->area + (double)debt->base * (double)(now_ms - debt->mark_ms);
}

/* All is paid. */
static inline void debt_pay(struct debt *debt, struct reading now, int64_t now_ms)
{
    *debt = (struct debt){.mark = now, .mark_ms = now_ms};
}

/* The sum of the driver's rates is about to change from `rate`. */
static inline void debt_mark(struct debt *debt, int128 rate, struct reading now,
                             int64_t now_ms)
{
    debt->area = debt_old(debt, now_ms) + debt_fresh2(debt, rate, now, now_ms) / 2;
    debt->base += rate * (now.sum - debt->mark.sum);
    debt->mark = now;
    debt->mark_ms = now_ms;
}

/* Nano-USD per GPU-h times GPU-ms in micro-USD, rounded half away from zero. */
int64_t meter_uusd(int128 rate_gpu_ms);

#endif
