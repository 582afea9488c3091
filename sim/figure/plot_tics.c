/* Axes as people read them: units with k and M, dates on the first of something. */

#include <math.h>
#include <string.h>

#include "base/calendar.h"
#include "figure/plot.h"

double plot_unit(const char *unit, double most, const char **text, struct arena *arena)
{
    static const struct {
        double least, factor;
        const char *name;
    } times[] = {{2 * 86400.0, 86400, "days"}, {7200, 3600, "h"}, {120, 60, "min"}},
      counts[] = {{1e9, 1e9, "bn"}, {1e6, 1e6, "M"}, {1e4, 1e3, "k"}};
    bool is_time = strcmp(unit, "s") == 0;
    *text = unit;
    if (strcmp(unit, "%") == 0 || strcmp(unit, "1") == 0 || strcmp(unit, "") == 0)
        return 1;
    for (int i = 0; i < 3; i++) {
        if (is_time && most >= times[i].least) {
            *text = times[i].name;
            return times[i].factor;
        }
        if (!is_time && most >= counts[i].least) {
            *text = arena_printf(arena, "%s %s", counts[i].name, unit);
            return counts[i].factor;
        }
    }
    return 1;
}

enum step_kind { BY_HOURS, BY_DAYS, BY_MONTHS, BY_YEARS };

struct step {
    enum step_kind kind;
    int n;
};

#define TICS_MOST 8

static const struct step steps[] = {
    {BY_HOURS, 1},  {BY_HOURS, 3},   {BY_HOURS, 6},   {BY_HOURS, 12}, {BY_DAYS, 1},
    {BY_DAYS, 2},   {BY_DAYS, 7},    {BY_DAYS, 14},   {BY_MONTHS, 1}, {BY_MONTHS, 2},
    {BY_MONTHS, 3}, {BY_MONTHS, 6},  {BY_YEARS, 1},   {BY_YEARS, 2},  {BY_YEARS, 5},
    {BY_YEARS, 10}, {BY_YEARS, 100}, {BY_YEARS, 1000}};

static int64_t floor_to(int64_t value, int64_t step)
{
    int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

/* The last tic that is not after the instant.  Weeks begin on Mondays. */
static int64_t tic_before(struct step step, int64_t unix_ms)
{
    int64_t monday = 4 * MS_PER_D; /* 5 January 1970 */
    int64_t month = calendar_month_start(unix_ms);
    int of_year = calendar_month(unix_ms) - 1, year = calendar_year(unix_ms);
    switch (step.kind) {
    case BY_HOURS: return floor_to(unix_ms, step.n * MS_PER_H);
    case BY_DAYS: return floor_to(unix_ms - monday, step.n * MS_PER_D) + monday;
    case BY_MONTHS: return calendar_add_months(month, -(of_year % step.n));
    default:
        return calendar_add_months(month, -of_year - (int64_t)(year % step.n) * 12);
    }
}

static int64_t tic_after(struct step step, int64_t tic)
{
    if (step.kind == BY_HOURS || step.kind == BY_DAYS)
        return tic + step.n * (step.kind == BY_DAYS ? MS_PER_D : MS_PER_H);
    return calendar_add_months(tic, step.n * (step.kind == BY_YEARS ? 12 : 1));
}

static int64_t first_tic(struct step step, int64_t low)
{
    int64_t tic = tic_before(step, low);
    return tic < low ? tic_after(step, tic) : tic;
}

static size_t count(struct step step, int64_t low, int64_t high)
{
    size_t n = 0;
    for (int64_t tic = first_tic(step, low); tic <= high && n <= TICS_MOST;
         tic = tic_after(step, tic))
        n++;
    return n;
}

/* The second line says what the first leaves out, where that has changed. */
static const char *label(struct step step, int64_t tic, int64_t last, bool is_first,
                         struct arena *arena)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int year = calendar_year(tic);
    const char *month = months[calendar_month(tic) - 1];
    int64_t day_ms = tic - calendar_month_start(tic);
    int day = (int)(day_ms / MS_PER_D) + 1;
    bool new_day = is_first || floor_to(tic, MS_PER_D) != floor_to(last, MS_PER_D);
    bool new_year = is_first || year != calendar_year(last);
    if (step.kind == BY_YEARS)
        return arena_printf(arena, "%d", year);
    if (step.kind == BY_MONTHS)
        return new_year ? arena_printf(arena, "%s\\n%d", month, year) : month;
    if (step.kind == BY_DAYS)
        return new_year ? arena_printf(arena, "%d %s\\n%d", day, month, year)
                        : arena_printf(arena, "%d %s", day, month);
    int minutes = (int)(day_ms % MS_PER_D / MS_PER_MIN);
    return new_day ? arena_printf(arena, "%02d:%02d\\n%d %s", minutes / 60,
                                  minutes % 60, day, month)
                   : arena_printf(arena, "%02d:%02d", minutes / 60, minutes % 60);
}

const char *plot_time_tics(double low_s, double high_s, struct arena *arena)
{
    int64_t low = llround(low_s * 1e3), high = llround(high_s * 1e3), last = 0;
    size_t n = sizeof steps / sizeof steps[0], i = 0;
    while (i + 1 < n && count(steps[i], low, high) > TICS_MOST)
        i++;
    const char *text = "(";
    bool is_first = true;
    for (int64_t tic = first_tic(steps[i], low); tic <= high;
         tic = tic_after(steps[i], tic)) {
        text = arena_printf(arena, "%s%s\"%s\" %.3f", text, is_first ? "" : ", ",
                            label(steps[i], tic, last, is_first, arena),
                            (double)tic / 1e3);
        last = tic;
        is_first = false;
    }
    return arena_printf(arena, "%s)", text);
}
