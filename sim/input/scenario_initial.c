/* What must hold of the jobs that are there when the scenario starts. */

#include "base/calendar.h"
#include "input/scenario_parts.h"

struct checking {
    const struct scenario *scenario;
    const struct demand_spec *spec;
    struct place place;
};

/* "initial: job 7 of initial.csv is submitted at 12.5 s". */
static const char *which(const struct checking *checking, size_t i, const char *verb,
                         int64_t time_ms, char text[512])
{
    const struct trace *trace = checking->spec->trace;
    char number[16], time[64];
    scenario_when(trace->absolute, time_ms, time);
    snprintf(text, 512, "initial: job %s of %s %s %s",
             trace_job_id(trace, &trace->jobs[i], number), trace->path, verb, time);
    return text;
}

static bool check_submit(const struct checking *checking, size_t i, struct error *err)
{
    const struct demand_spec *spec = checking->spec;
    int64_t submit_ms = spec->trace->jobs[i].submit_ms;
    if (submit_ms + spec->shift_ms <= 0)
        return true;
    char text[512], start[CALENDAR_TEXT];
    calendar_format(checking->scenario->start_unix_ms, start);
    return error_at(err, checking->place,
                    "%s, after the scenario's start %s; jobs that come later belong to "
                    "`demand`",
                    which(checking, i, "is submitted at", submit_ms, text), start);
}

static bool check_started(const struct checking *checking, size_t i, struct error *err)
{
    const struct demand_spec *spec = checking->spec;
    const struct trace *trace = spec->trace;
    int64_t started_ms = trace->times ? trace->times[i].started_ms : INT64_MAX;
    if (started_ms == INT64_MAX)
        return true;

    char text[512], start[CALENDAR_TEXT];
    int64_t before_ms = -(started_ms + spec->shift_ms);
    calendar_format(checking->scenario->start_unix_ms, start);
    if (before_ms < 0)
        return error_at(
            err, checking->place,
            "%s, after the scenario's start %s; leave `started` empty where "
            "a job waits",
            which(checking, i, "has started at", started_ms, text), start);
    if (trace->jobs[i].duration_ms > before_ms)
        return true;
    return error_at(err, checking->place,
                    "%s and lasts %.15g s: it had ended before the scenario's start %s",
                    which(checking, i, "has started at", started_ms, text),
                    (double)trace->jobs[i].duration_ms / 1000, start);
}

bool scenario_check_initial(const struct scenario *scenario,
                            const struct demand_spec *spec, struct place place,
                            struct error *err)
{
    const struct checking checking = {scenario, spec, place};
    for (size_t i = 0; i < spec->trace->n; i++)
        if (!check_submit(&checking, i, err) || !check_started(&checking, i, err))
            return false;
    return true;
}
