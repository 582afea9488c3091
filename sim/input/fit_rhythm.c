#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "input/trace_fit_parts.h"

enum { HOURS = 24, DAYS = 7, TURNS = 200, BLOCKS = 50 };

/* Hour by hour: what was counted, and what it is fitted from. */
struct grid {
    size_t n;             /* hours that the trace touches */
    double *count;        /* jobs */
    double *part;         /* of the hour that belongs to the trace, 0 to 1 */
    double *day_of_trace; /* its middle, days since the begin */
    uint8_t *hour, *day;
    int64_t first_ms; /* begin of the first hour */
};

/* Local time of a trace without dates begins on a Monday at midnight. */
static int64_t local_ms(const struct fit_jobs *jobs, int64_t submit_ms)
{
    int64_t monday_ms = 4 * MS_PER_D;
    return jobs->trace->absolute ? submit_ms : submit_ms - jobs->begin_ms + monday_ms;
}

static int64_t floor_to(int64_t a, int64_t unit)
{
    return a - ((a % unit) + unit) % unit;
}

static struct grid grid_of(const struct fit_jobs *jobs)
{
    int64_t begin_ms = local_ms(jobs, jobs->begin_ms);
    int64_t end_ms = local_ms(jobs, jobs->end_ms);
    struct grid grid = {.first_ms = floor_to(begin_ms, MS_PER_H)};
    grid.n = (size_t)((end_ms - 1 - grid.first_ms) / MS_PER_H) + 1;
    grid.count = ARENA_ARRAY(jobs->arena, grid.n, double);
    grid.part = ARENA_ARRAY(jobs->arena, grid.n, double);
    grid.day_of_trace = ARENA_ARRAY(jobs->arena, grid.n, double);
    grid.hour = ARENA_ARRAY(jobs->arena, grid.n, uint8_t);
    grid.day = ARENA_ARRAY(jobs->arena, grid.n, uint8_t);
    for (size_t i = 0; i < grid.n; i++) {
        int64_t from_ms = grid.first_ms + (int64_t)i * MS_PER_H;
        int64_t to_ms = from_ms + MS_PER_H;
        int64_t in_from = from_ms < begin_ms ? begin_ms : from_ms;
        int64_t in_to = to_ms > end_ms ? end_ms : to_ms;
        grid.part[i] = (double)(in_to - in_from) / (double)MS_PER_H;
        grid.day_of_trace[i] =
            ((double)(in_from - begin_ms) + (double)(in_to - begin_ms)) / 2 /
            (double)MS_PER_D;
        grid.hour[i] = (uint8_t)(floor_to(from_ms, MS_PER_H) / MS_PER_H % HOURS);
        grid.day[i] = (uint8_t)calendar_weekday(from_ms);
    }
    for (size_t i = 0; i < jobs->n; i++) {
        int64_t at_ms = local_ms(jobs, fit_job(jobs, i)->submit_ms);
        grid.count[(at_ms - grid.first_ms) / MS_PER_H]++;
    }
    return grid;
}

/* ln of the rate's parts: rate per hour, g per day. */
struct factors {
    double rate_per_h, g_per_d;
    double hour[HOURS], day[DAYS];
};

static double expected(const struct grid *grid, const struct factors *f, size_t i)
{
    return f->rate_per_h * f->hour[grid->hour[i]] * f->day[grid->day[i]] *
           exp(f->g_per_d * grid->day_of_trace[i]) * grid->part[i];
}

static void rescale(const struct grid *grid, struct factors *f, double values[],
                    const uint8_t key[], size_t n_values)
{
    double counted[HOURS] = {0}, wanted[HOURS] = {0}, mean = 0;
    for (size_t i = 0; i < grid->n; i++) {
        counted[key[i]] += grid->count[i];
        wanted[key[i]] += expected(grid, f, i);
    }
    for (size_t k = 0; k < n_values; k++) {
        if (wanted[k] > 0)
            values[k] *= counted[k] / wanted[k];
        mean += values[k] / (double)n_values;
    }
    for (size_t k = 0; k < n_values && mean > 0; k++)
        values[k] /= mean;
    if (mean > 0)
        f->rate_per_h *= mean;
}

/* One Newton step of ln rate and growth together. */
static void step_trend(const struct grid *grid, struct factors *f, bool growth)
{
    double score[2] = {0}, info[3] = {0};
    for (size_t i = 0; i < grid->n; i++) {
        double m = expected(grid, f, i), t = grid->day_of_trace[i];
        score[0] += grid->count[i] - m;
        score[1] += (grid->count[i] - m) * t;
        info[0] += m;
        info[1] += m * t;
        info[2] += m * t * t;
    }
    double det = info[0] * info[2] - info[1] * info[1];
    if (!growth || det <= 0) {
        f->rate_per_h *= (score[0] + info[0]) / info[0];
        return;
    }
    double a = (info[2] * score[0] - info[1] * score[1]) / det;
    double b = (info[0] * score[1] - info[1] * score[0]) / det;
    f->rate_per_h *= exp(fmax(-2, fmin(2, a)));
    f->g_per_d += fmax(-0.1, fmin(0.1, b));
}

static void fit_factors(const struct grid *grid, const struct fit_rhythm *rhythm,
                        struct factors *f)
{
    for (int turn = 0; turn < TURNS; turn++) {
        struct factors before = *f;
        step_trend(grid, f, rhythm->has_growth);
        if (rhythm->has_hours)
            rescale(grid, f, f->hour, grid->hour, HOURS);
        if (rhythm->has_days)
            rescale(grid, f, f->day, grid->day, DAYS);
        if (memcmp(&before, f, sizeof before) == 0 ||
            (fabs(before.rate_per_h / f->rate_per_h - 1) < 1e-12 &&
             fabs(before.g_per_d - f->g_per_d) < 1e-14))
            break;
    }
}

/* Pearson's chi-squared of the counts of whole days over its degrees of freedom. */
static double dispersion(const struct grid *grid, const struct factors *f,
                         const struct fit_rhythm *rhythm)
{
    double chi = 0, count = 0, mean = 0, part = 0;
    int64_t days = 0;
    for (size_t i = 0; i < grid->n; i++) {
        count += grid->count[i];
        mean += expected(grid, f, i);
        part += grid->part[i];
        if (grid->hour[i] != HOURS - 1)
            continue;
        if (part > HOURS - 0.5 && mean > 0) {
            chi += (count - mean) * (count - mean) / mean;
            days++;
        }
        count = mean = part = 0;
    }
    int64_t fitted =
        1 + (rhythm->has_days ? DAYS - 1 : 0) + (rhythm->has_growth ? 1 : 0);
    return days > fitted ? chi / (double)(days - fitted) : 0;
}

static void report_factors(const struct grid *grid, const struct factors *f,
                           struct fit_rhythm *rhythm)
{
    double by_hour[HOURS] = {0}, by_day[DAYS] = {0}, info[3] = {0};
    for (size_t i = 0; i < grid->n; i++) {
        double m = expected(grid, f, i), t = grid->day_of_trace[i];
        by_hour[grid->hour[i]] += m;
        by_day[grid->day[i]] += m;
        info[0] += m;
        info[1] += m * t;
        info[2] += m * t * t;
    }
    double spread = sqrt(fmax(rhythm->dispersion, rhythm->cv.value * rhythm->cv.value));
    for (int k = 0; k < HOURS; k++)
        rhythm->hour[k] = (struct fit_value){
            f->hour[k], by_hour[k] > 0 ? spread * f->hour[k] / sqrt(by_hour[k]) : 0};
    for (int k = 0; k < DAYS; k++)
        rhythm->day[k] = (struct fit_value){
            f->day[k], by_day[k] > 0 ? spread * f->day[k] / sqrt(by_day[k]) : 0};
    double det = info[0] * info[2] - info[1] * info[1];
    double rate = f->rate_per_h * HOURS;
    double error =
        rhythm->has_growth && det > 0 ? sqrt(info[2] / det) : sqrt(1 / info[0]);
    rhythm->rate_per_d = (struct fit_value){rate, spread * rate * error};
    double growth = exp(365 * f->g_per_d);
    error = det > 0 ? 365 * growth * sqrt(info[0] / det) : 0;
    rhythm->growth_frac_per_y = rhythm->has_growth
                                    ? (struct fit_value){growth - 1, spread * error}
                                    : (struct fit_value){0, 0};
}

/* Operational time of each submit, in mean gaps, by the fitted rate. */
static double *operational(const struct fit_jobs *jobs, const struct grid *grid,
                           const struct factors *f)
{
    double *at = ARENA_ARRAY(jobs->arena, jobs->n, double), before = 0;
    size_t cell = 0;
    int64_t begin_ms = local_ms(jobs, jobs->begin_ms);
    for (size_t i = 0; i < jobs->n; i++) {
        int64_t now_ms = local_ms(jobs, fit_job(jobs, i)->submit_ms);
        size_t mine = (size_t)((now_ms - grid->first_ms) / MS_PER_H);
        for (; cell < mine; cell++)
            before += expected(grid, f, cell);
        int64_t from_ms = grid->first_ms + (int64_t)cell * MS_PER_H;
        from_ms = from_ms < begin_ms ? begin_ms : from_ms;
        double part = (double)(now_ms - from_ms) / (double)MS_PER_H;
        at[i] = before + (grid->part[cell] > 0
                              ? expected(grid, f, cell) * part / grid->part[cell]
                              : 0);
    }
    return at;
}

static double cv_of(double n, double sum, double squares)
{
    double mean = sum / n;
    return mean > 0 ? sqrt(fmax(0, squares / n / (mean * mean) - 1)) : 0;
}

/* The variation of the gaps, its error by leaving out one block at a time, and the
 * distance of their distribution from the Gamma law of that variation. */
static void fit_gaps(const struct fit_jobs *jobs, const double at[],
                     struct fit_rhythm *rhythm)
{
    size_t n = jobs->n - 1, blocks = n < 2 * BLOCKS ? 2 : BLOCKS;
    double *gap = ARENA_ARRAY(jobs->arena, n, double);
    double sum[BLOCKS] = {0}, squares[BLOCKS] = {0}, count[BLOCKS] = {0};
    double all[3] = {0};
    for (size_t i = 0; i < n; i++) {
        size_t block = i * blocks / n;
        gap[i] = at[i + 1] - at[i];
        sum[block] += gap[i];
        squares[block] += gap[i] * gap[i];
        count[block]++;
    }
    for (size_t b = 0; b < blocks; b++) {
        all[0] += count[b];
        all[1] += sum[b];
        all[2] += squares[b];
    }
    double cv = cv_of(all[0], all[1], all[2]), mean = 0, scatter = 0;
    double without[BLOCKS];
    for (size_t b = 0; b < blocks; b++) {
        without[b] = cv_of(all[0] - count[b], all[1] - sum[b], all[2] - squares[b]);
        mean += without[b] / (double)blocks;
    }
    for (size_t b = 0; b < blocks; b++)
        scatter += (without[b] - mean) * (without[b] - mean);
    double share = (double)(blocks - 1) / (double)blocks;
    rhythm->cv = (struct fit_value){cv, sqrt(share * scatter)};

    gsl_sort(gap, 1, n);
    double k = cv > 0 ? 1 / (cv * cv) : 1e6, scale = all[1] / all[0] / k;
    rhythm->distance = 0;
    for (size_t i = 0; i < n && scale > 0; i++) {
        if (i + 1 < n && gap[i + 1] == gap[i])
            continue; /* of equal ones the last */
        double p = gsl_cdf_gamma_P(gap[i], k, scale);
        double off = fabs(p - (double)(i + 1) / (double)n);
        rhythm->distance = fmax(rhythm->distance, off);
    }
}

/* Windows as short as have three jobs in the mean, of 5 to 60 minutes, but not so many
 * that fitting states to them takes long. */
static size_t windows_per_hour(const struct fit_jobs *jobs, const struct grid *grid)
{
    static const size_t parts[] = {12, 6, 3, 2};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (jobs->n >= 3 * parts[i] * grid->n && parts[i] * grid->n <= 60000)
            return parts[i];
    return 1;
}

static void fit_windows(const struct fit_jobs *jobs, const struct grid *grid,
                        const struct factors *f, struct fit_hours *windows)
{
    size_t parts = windows_per_hour(jobs, grid);
    int64_t length_ms = MS_PER_H / (int64_t)parts;
    int64_t begin_ms = local_ms(jobs, jobs->begin_ms);
    int64_t end_ms = local_ms(jobs, jobs->end_ms);
    size_t n = grid->n * parts;
    double *count = ARENA_ARRAY(jobs->arena, n, double);
    double *work_d = ARENA_ARRAY(jobs->arena, n, double);
    for (size_t i = 0; i < n; i++) {
        int64_t from_ms = grid->first_ms + (int64_t)i * length_ms;
        int64_t to_ms = from_ms + length_ms;
        from_ms = from_ms < begin_ms ? begin_ms : from_ms;
        to_ms = to_ms > end_ms ? end_ms : to_ms;
        size_t hour = i / parts;
        double whole_d = expected(grid, f, hour) / (f->rate_per_h * HOURS);
        if (to_ms > from_ms && grid->part[hour] > 0)
            work_d[i] = whole_d * (double)(to_ms - from_ms) /
                        (grid->part[hour] * (double)MS_PER_H);
    }
    for (size_t i = 0; i < jobs->n; i++) {
        int64_t at_ms = local_ms(jobs, fit_job(jobs, i)->submit_ms);
        count[(at_ms - grid->first_ms) / length_ms]++;
    }
    *windows = (struct fit_hours){count, work_d, n, 1 / (double)parts};
}

/* A growth that may as well be none would only be carried into years to come. */
static bool told_from_none(struct fit_value growth)
{
    double factor = 1 + growth.value;
    return fabs(log(factor)) > 3 * growth.error / factor && growth.value > -0.99 &&
           growth.value <= 100;
}

static void fit_all_factors(const struct fit_jobs *jobs, const struct grid *grid,
                            struct factors *factors, struct fit_rhythm *rhythm)
{
    fit_factors(grid, rhythm, factors);
    rhythm->dispersion = dispersion(grid, factors, rhythm);
    fit_gaps(jobs, operational(jobs, grid, factors), rhythm);
    report_factors(grid, factors, rhythm);
}

void fit_rhythm(const struct fit_jobs *jobs, struct fit_rhythm *rhythm,
                struct fit_hours *hours)
{
    double span_d = (double)(jobs->end_ms - jobs->begin_ms) / (double)MS_PER_D;
    *rhythm = (struct fit_rhythm){
        .has_hours = span_d >= 2, .has_days = span_d >= 14, .has_growth = span_d >= 28};
    struct grid grid = grid_of(jobs);
    struct factors factors = {.rate_per_h =
                                  (double)jobs->n / (span_d > 0 ? span_d * HOURS : 1)};
    for (int k = 0; k < HOURS; k++)
        factors.hour[k] = 1;
    for (int k = 0; k < DAYS; k++)
        factors.day[k] = 1;
    fit_all_factors(jobs, &grid, &factors, rhythm);
    if (rhythm->has_growth && !told_from_none(rhythm->growth_frac_per_y)) {
        rhythm->has_growth = false;
        factors.g_per_d = 0;
        fit_all_factors(jobs, &grid, &factors, rhythm);
    }
    fit_windows(jobs, &grid, &factors, hours);
}
