/* When: dispersion of arrivals, and the rhythm of day and week. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "input/trace_stats.h"

#define WEEK_MS (7 * MS_PER_D)
/* 1970-01-01 was a Thursday, so that Mondays are 3 days earlier. */
#define MONDAY_MS (3 * MS_PER_D)

static double mean_gap(const int64_t *times_ms, size_t n)
{
    return (double)(times_ms[n - 1] - times_ms[0]) / (double)(n - 1);
}

static double gap_cv(const int64_t *times_ms, size_t n)
{
    double mean = n > 2 ? mean_gap(times_ms, n) : 0, squares = 0;
    if (!(mean > 0))
        return NAN;
    for (size_t i = 1; i < n; i++) {
        double off = (double)(times_ms[i] - times_ms[i - 1]) - mean;
        squares += off * off;
    }
    return sqrt(squares / (double)(n - 2)) / mean;
}

/* Variance over mean of the counts in whole windows from the first arrival on. */
static double dispersion(const int64_t *times_ms, size_t n, int64_t window_ms)
{
    int64_t windows = n ? (times_ms[n - 1] - times_ms[0]) / window_ms : 0;
    if (windows < 2)
        return NAN;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n;) {
        int64_t window = (times_ms[i] - times_ms[0]) / window_ms;
        size_t next = i;
        while (next < n && (times_ms[next] - times_ms[0]) / window_ms == window)
            next++;
        double count = window < windows ? (double)(next - i) : 0;
        sum += count;
        squares += count * count;
        i = next;
    }
    double mean = sum / (double)windows;
    return (squares - sum * mean) / (double)(windows - 1) / mean;
}

void stats_arrivals(const int64_t *times_ms, size_t n, struct stats_arrivals *arrivals)
{
    bool spans = n > 1 && times_ms[n - 1] > times_ms[0];
    arrivals->per_h = spans ? (double)MS_PER_H / mean_gap(times_ms, n) : NAN;
    arrivals->gap_cv = gap_cv(times_ms, n);
    arrivals->dispersion_min = dispersion(times_ms, n, MS_PER_MIN);
    arrivals->dispersion_h = dispersion(times_ms, n, MS_PER_H);
    arrivals->dispersion_d = dispersion(times_ms, n, MS_PER_D);
}

/* ---- day and week ---- */

/* Time, or something else, by where in its period it falls. */
struct wheel {
    double slots[24];
    int n;
    int64_t period_ms, offset_ms;
};

static int64_t phase_of(const struct wheel *wheel, int64_t time_ms)
{
    int64_t phase = (time_ms + wheel->offset_ms) % wheel->period_ms;
    return phase < 0 ? phase + wheel->period_ms : phase;
}

static void wheel_add(struct wheel *wheel, int64_t time_ms, double weight)
{
    int64_t slot_ms = wheel->period_ms / wheel->n;
    wheel->slots[phase_of(wheel, time_ms) / slot_ms] += weight;
}

/* `weight` per ms, all through the span. */
static void wheel_add_span(struct wheel *wheel, int64_t from_ms, int64_t to_ms,
                           double weight)
{
    int64_t slot_ms = wheel->period_ms / wheel->n;
    int64_t rounds = (to_ms - from_ms) / wheel->period_ms;
    for (int i = 0; rounds && i < wheel->n; i++)
        wheel->slots[i] += weight * (double)rounds * (double)slot_ms;
    from_ms += rounds * wheel->period_ms;
    while (from_ms < to_ms) {
        int64_t left_ms = slot_ms - phase_of(wheel, from_ms) % slot_ms;
        int64_t step_ms = left_ms < to_ms - from_ms ? left_ms : to_ms - from_ms;
        wheel_add(wheel, from_ms, weight * (double)step_ms);
        from_ms += step_ms;
    }
}

static struct wheel day_wheel(void)
{
    return (struct wheel){.n = 24, .period_ms = MS_PER_D};
}

static struct wheel week_wheel(bool dated)
{
    return (struct wheel){
        .n = 7, .period_ms = WEEK_MS, .offset_ms = dated ? MONDAY_MS : 0};
}

/* Each slot per unit of time over what all have per unit of time. */
static bool factors(const struct wheel *what, int64_t from_ms, int64_t to_ms,
                    double factor[])
{
    if (to_ms - from_ms < what->period_ms)
        return false;
    struct wheel time = {
        .n = what->n, .period_ms = what->period_ms, .offset_ms = what->offset_ms};
    wheel_add_span(&time, from_ms, to_ms, 1);
    double sum = 0;
    for (int i = 0; i < what->n; i++)
        sum += what->slots[i];
    for (int i = 0; i < what->n; i++)
        factor[i] =
            sum > 0 ? what->slots[i] / time.slots[i] * ((double)(to_ms - from_ms) / sum)
                    : 0;
    return sum > 0;
}

void stats_rhythm_of_arrivals(const int64_t *times_ms, size_t n, bool dated,
                              struct stats_rhythm *rhythm)
{
    struct wheel day = day_wheel(), week = week_wheel(dated);
    *rhythm = (struct stats_rhythm){0};
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        wheel_add(&day, times_ms[i], 1);
        wheel_add(&week, times_ms[i], 1);
    }
    rhythm->has_day = factors(&day, times_ms[0], times_ms[n - 1], rhythm->day);
    rhythm->has_week = factors(&week, times_ms[0], times_ms[n - 1], rhythm->week);
}

void stats_rhythm_of_level(const struct level_trace *trace, struct stats_rhythm *rhythm)
{
    struct wheel day = day_wheel(), week = week_wheel(trace->absolute);
    *rhythm = (struct stats_rhythm){0};
    if (trace->n == 0)
        return;
    int32_t *wanted = calloc(trace->n_series + 1, sizeof *wanted);
    if (!wanted)
        out_of_memory();
    int64_t gpus = 0;
    for (size_t i = 0; i < trace->n; i++) {
        const struct level_row *row = &trace->rows[i];
        if (i > 0 && gpus > 0) {
            wheel_add_span(&day, row[-1].time_ms, row->time_ms, (double)gpus);
            wheel_add_span(&week, row[-1].time_ms, row->time_ms, (double)gpus);
        }
        gpus += row->gpus - wanted[row->series];
        wanted[row->series] = row->gpus;
    }
    free(wanted);
    int64_t from_ms = trace->rows[0].time_ms, to_ms = trace->rows[trace->n - 1].time_ms;
    rhythm->has_day = factors(&day, from_ms, to_ms, rhythm->day);
    rhythm->has_week = factors(&week, from_ms, to_ms, rhythm->week);
}
