#include "base/rhythm.h"

#include <math.h>

#define US_PER_H (MS_PER_H * 1000)
#define US_PER_D (MS_PER_D * 1000)
#define PI       3.14159265358979323846

enum { HOURS = 24, DAYS = 7 };

static bool check_list(const char *key, const struct table *list, size_t n,
                       struct error *err)
{
    if (list->n == 0)
        return true;
    double sum = 0;
    bool whole = list->n == n;
    for (size_t i = 0; i < list->n && whole; i++) {
        whole = list->x[i] == (double)i;
        sum += list->y[i];
    }
    if (!whole)
        return error_set(err, "%s: a list of %zu values is wanted", key, n);
    if (!(sum > 0))
        return error_set(err, "%s: one value at least must be above 0", key);
    return true;
}

bool rhythm_check(const struct rhythm *rhythm, struct error *err)
{
    if (rhythm->ceiling > 0 && rhythm->growth_frac_per_y < 0)
        return error_set(err, "ceiling: is for growth, not for decline");
    return check_list("hours", &rhythm->hours, HOURS, err) &&
           check_list("days", &rhythm->days, DAYS, err);
}

static double mean_of(const double values[], size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

/* The mean of the sinusoid over an hour. */
static double sinusoid(const struct rhythm *rhythm, int hour)
{
    double ratio = rhythm->peak_to_trough, step = 2 * PI / HOURS;
    double from = step * (hour - rhythm->peak_hour);
    return 1 + (ratio - 1) / (ratio + 1) * (sin(from + step) - sin(from)) / step;
}

void rhythm_start(const struct rhythm *rhythm, int64_t start_unix_ms,
                  int64_t horizon_ms, struct rhythm_clock *clock)
{
    *clock = (struct rhythm_clock){
        .horizon_us = horizon_ms > INT64_MAX / 1000 ? INT64_MAX : horizon_ms * 1000,
        .start_unix_ms = start_unix_ms};
    const double *hours = rhythm->hours.n ? rhythm->hours.y : NULL;
    for (int hour = 0; hour < HOURS; hour++)
        clock->hour[hour] =
            hours ? hours[hour] / mean_of(hours, HOURS) : sinusoid(rhythm, hour);
    const double *days = rhythm->days.n ? rhythm->days.y : NULL;
    double mean = days ? mean_of(days, DAYS) : (5 + 2 * rhythm->weekend) / DAYS;
    for (int day = 0; day < DAYS; day++)
        clock->day[day] = (days ? days[day] : day >= 5 ? rhythm->weekend : 1) / mean;
}

static double growth_factor(const struct rhythm *rhythm, double years)
{
    double exponent = years * log1p(rhythm->growth_frac_per_y),
           ceiling = rhythm->ceiling;
    if (ceiling > 0)
        return ceiling / (1 + (ceiling - 1) * exp(-exponent));
    return exp(exponent);
}

/* Of the jumps after the start up to an instant; *next_us is the first after it, unless
 * it is later. */
static double jump_factor(const struct rhythm *rhythm, const struct rhythm_clock *clock,
                          int64_t at_us, int64_t *next_us)
{
    double factor = 1;
    for (size_t i = 0; i < rhythm->jumps.n; i++) {
        int64_t jump_ms = rhythm->jumps.at_unix_ms[i] - clock->start_unix_ms;
        if (jump_ms <= 0)
            continue;
        if (jump_ms <= at_us / 1000) {
            factor *= rhythm->jumps.value[i];
            continue;
        }
        if (jump_ms < *next_us / 1000)
            *next_us = jump_ms * 1000;
        break;
    }
    return factor;
}

/* The factor at `at_us`, and the end of the piece it belongs to. */
static double piece_at(const struct rhythm *rhythm, const struct rhythm_clock *clock,
                       int64_t at_us, int64_t *end_us)
{
    int64_t week_ms = 7 * MS_PER_D;
    /* 1970-01-01 was a Thursday; modulo first, so that nothing overflows. */
    int64_t shift_ms = (clock->start_unix_ms % week_ms + 3 * MS_PER_D +
                        rhythm->utc_offset_ms + 2 * week_ms) %
                       week_ms;
    int64_t local_us = at_us + shift_ms * 1000;
    int64_t hour_begin_us = at_us - local_us % US_PER_H;
    int64_t hour = local_us / US_PER_H % HOURS, day = local_us / US_PER_D % DAYS;
    *end_us = hour_begin_us + US_PER_H;
    double middle = (double)(hour_begin_us + US_PER_H / 2) / (365.0 * (double)US_PER_D);
    return clock->hour[hour] * clock->day[day] * growth_factor(rhythm, middle) *
           jump_factor(rhythm, clock, at_us, end_us);
}

double rhythm_advance(const struct rhythm *rhythm, struct rhythm_clock *clock,
                      double work_d, int64_t until_us)
{
    double work_us = work_d * (double)US_PER_D;
    int64_t bound_us = until_us < clock->horizon_us ? until_us : clock->horizon_us;
    while (clock->now_us < bound_us) {
        if (clock->now_us >= clock->piece_end_us)
            clock->factor =
                piece_at(rhythm, clock, clock->now_us, &clock->piece_end_us);
        int64_t end_us =
            clock->piece_end_us < bound_us ? clock->piece_end_us : bound_us;
        double room_us = (double)(end_us - clock->now_us) * clock->factor;
        if (work_us <= room_us && clock->factor > 0) {
            clock->now_us += llround(work_us / clock->factor);
            return 0;
        }
        work_us -= room_us;
        clock->now_us = end_us;
    }
    return work_us / (double)US_PER_D;
}

bool rhythm_pass(const struct rhythm *rhythm, struct rhythm_clock *clock, double work_d)
{
    return rhythm_advance(rhythm, clock, work_d, INT64_MAX) == 0 &&
           clock->now_us < clock->horizon_us;
}
