/*
 * A trace on the scenario's clock.  Jobs, levels and the levels that requests need go
 * by the same rules; only some words of the messages are their own.
 */

#include <inttypes.h>

#include "base/calendar.h"
#include "input/scenario_parts.h"

#define MS_PER_WEEK (7 * MS_PER_D)

const char *const align_names[] = {"as-is", "to-start", "to-start-weekday", NULL};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t history_shift_ms(const struct history *history)
{
    int64_t as_is = history->absolute ? -history->scenario->start_unix_ms : 0;
    int64_t first = history->n > 0 ? history->first_ms : 0;
    switch (history->align) {
    case ALIGN_AS_IS: return as_is;
    case ALIGN_TO_START: return -first;
    case ALIGN_TO_START_WEEKDAY:
        return as_is - floor_div(first + as_is, MS_PER_WEEK) * MS_PER_WEEK;
    }
    return as_is;
}

static int64_t last_of(const struct history *history)
{
    return history->n > 0 ? history->last_ms + history_shift_ms(history) : 0;
}

void scenario_when(bool absolute, int64_t time_ms, char text[64])
{
    if (absolute)
        calendar_format(time_ms, text);
    else
        snprintf(text, 64, "%.15g s", (double)time_ms / 1000);
}

bool history_check_begin(const struct history *history, struct error *err)
{
    if (history->n == 0 || history->first_ms + history_shift_ms(history) >= 0)
        return true;
    char first[64], start[CALENDAR_TEXT];
    scenario_when(history->absolute, history->first_ms, first);
    calendar_format(history->scenario->start_unix_ms, start);
    return error_at(err, history->place,
                    "%s: the first %s of %s is %s %s, before the scenario's start %s; "
                    "move it with `align: to-start`, or cut it with `tenure trace "
                    "slice`",
                    history->path, history->words->row, history->file,
                    history->words->is_at, first, start);
}

int64_t history_period_ms(const struct history *history)
{
    int64_t last_ms = last_of(history);
    bool weeks = last_ms >= MS_PER_WEEK || history->align == ALIGN_TO_START_WEEKDAY;
    int64_t unit = weeks ? MS_PER_WEEK : MS_PER_D;
    return (last_ms / unit + 1) * unit;
}

void history_warn_of_gap(const struct history *history)
{
    int64_t period_ms = history_period_ms(history);
    int64_t span_ms = history->last_ms - history->first_ms;
    if (period_ms - span_ms > MS_PER_D && period_ms < history->scenario->horizon_ms)
        scenario_warn(history->scenario,
                      "%s: %s is repeated every %" PRId64 " days, but its %s span "
                      "%.1f; cut it to whole weeks (or days) by `tenure trace slice`, "
                      "or %s in between",
                      history->path, history->file, period_ms / MS_PER_D,
                      history->words->rows, (double)span_ms / MS_PER_D,
                      history->words->in_gap);
}

bool history_check_cover(const struct history *history, struct error *err)
{
    double part = (double)last_of(history) / (double)history->scenario->horizon_ms;
    return history->n == 0 || part >= 0.9 ||
           error_at(err, history->place,
                    "%s: %s ends after %.0f %% of the horizon; say what comes then: %s",
                    history->path, history->file, 100 * part, history->words->ends);
}
