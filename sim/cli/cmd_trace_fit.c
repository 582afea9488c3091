#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "input/level_trace.h"
#include "input/price_trace.h"
#include "input/request_trace.h"
#include "input/trace_fit.h"

static bool find_service(const char *name, int *service, struct error *err)
{
    *service = -1;
    if (!name)
        return true;
    for (int i = 0; job_service_names[i]; i++)
        if (strcmp(job_service_names[i], name) == 0)
            *service = i;
    return *service >= 0 ||
           error_kind_set(err, ERROR_USAGE,
                          "--durations: '%s' is not one of lognormal, exponential, "
                          "constant, weibull, pareto, mix, empirical",
                          name);
}

static bool find_arrivals(const char *name, bool *mmpp, struct error *err)
{
    *mmpp = name && strcmp(name, "mmpp") == 0;
    return !name || *mmpp || strcmp(name, "gamma") == 0 ||
           error_kind_set(err, ERROR_USAGE,
                          "--arrivals: '%s' is neither gamma nor mmpp", name);
}

static bool find_states(const char *text, const struct fit_options *options,
                        size_t *states, struct error *err)
{
    *states = 0;
    if (!text)
        return true;
    if (!options->mmpp)
        return error_kind_set(err, ERROR_USAGE, "--states: is for --arrivals mmpp");
    if (text[0] >= '2' && text[0] <= '0' + FIT_STATES_MAX && text[1] == '\0') {
        *states = (size_t)(text[0] - '0');
        return true;
    }
    return error_kind_set(err, ERROR_USAGE, "--states: '%s' is not a number of 2 to %d",
                          text, FIT_STATES_MAX);
}

static bool check_kind(const char *in, struct error *err)
{
    const char *kind = strcmp(in, "-") == 0      ? NULL
                       : level_trace_sniff(in)   ? "a level"
                       : request_trace_sniff(in) ? "requests"
                       : price_trace_sniff(in)   ? "prices"
                                                 : NULL;
    return !kind || error_set(err, "%s: these are %s; only jobs are fitted", in, kind);
}

static void warn(const struct trace_fit *fit)
{
    for (size_t i = 0; i < fit->n; i++) {
        const struct fit_source *source = &fit->sources[i];
        if (fabs(source->work_ratio - 1) > 0.1)
            fprintf(
                stderr,
                "tenure: warning: %s%sthe fitted jobs have %.2f times the GPU-hours "
                "of the trace's\n",
                source->workload ? source->workload : "", source->workload ? ": " : "",
                source->work_ratio);
    }
}

static bool fit(const char *in, const char *out, const struct fit_options *options,
                bool json, struct error *err)
{
    struct trace trace;
    struct trace_fit fit = {.path = NULL};
    if (!check_kind(in, err))
        return false;
    bool ok = trace_read(&trace, in, err);
    cli_release_signals();
    ok = ok && trace_fit(&trace, options, &fit, err);
    cli_catch_signals();
    ok = ok && (json ? trace_fit_write_json(&fit, err)
                     : trace_fit_write(&fit, out ? out : "-", err));
    if (ok)
        warn(&fit);
    trace_fit_free(&fit);
    trace_free(&trace);
    return ok;
}

bool trace_fit_verb(int argc, char **argv, struct error *err)
{
    const char *in = NULL, *out = NULL, *durations = NULL, *arrivals = NULL,
               *states = NULL;
    bool json = false, together = false;
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .value = &out},
        {.name = "durations", .value = &durations},
        {.name = "arrivals", .value = &arrivals},
        {.name = "states", .value = &states},
        {.name = "together", .flag = &together},
        {.name = "json", .flag = &json},
        {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one trace to fit", &in};
    struct arena arena = {0};
    struct fit_options wanted = {.service = -1};
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err) &&
              find_service(durations, &wanted.service, err) &&
              find_arrivals(arrivals, &wanted.mmpp, err) &&
              find_states(states, &wanted, &wanted.states, err);
    if (ok && json && out)
        ok = error_kind_set(err, ERROR_USAGE,
                            "%s: --json goes to standard output; "
                            "leave -o out",
                            argv[0]);
    wanted.together = together;
    ok = ok && fit(in, out, &wanted, json, err);
    arena_free(&arena);
    return ok;
}
