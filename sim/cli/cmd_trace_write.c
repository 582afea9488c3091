#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "input/trace.h"
#include "world/arrivals.h"

static bool need_option(const char *value, const char *verb, const char *option,
                        struct error *err)
{
    return value ||
           error_kind_set(err, ERROR_USAGE,
                          "%s: %s is needed; see `tenure trace --help`", verb, option);
}

static bool whole_number(const char *text, const char *option, int64_t *value,
                         struct error *err)
{
    if (decimal_to_int64(text, strlen(text), 0, value) == DECIMAL_OK && *value >= 0)
        return true;
    return error_kind_set(err, ERROR_USAGE, "%s: '%s' is not a whole number such as 5",
                          option, text);
}

/* A date where submits are dates, else seconds. */
static bool parse_bound(const struct trace *trace, const char *text, const char *option,
                        int64_t *time_ms, struct error *err)
{
    if (!text)
        return true;
    struct error inner;
    if (!trace->absolute) {
        enum decimal_result result = decimal_to_int64(text, strlen(text), 3, time_ms);
        return result == DECIMAL_OK || result == DECIMAL_INEXACT ||
               error_kind_set(err, ERROR_USAGE,
                              "%s: '%s' is not a number of seconds; the submits of %s "
                              "are not dates",
                              option, text, trace->path);
    }
    return calendar_parse(text, strlen(text), time_ms, &inner) ||
           error_kind_set(err, ERROR_USAGE, "%s: %s", option, inner.text);
}

struct slice {
    const char *in, *out, *from, *to, *tenant;
};

static bool slice_trace(const struct slice *slice, struct error *err)
{
    struct trace_filter filter = {
        .from_ms = INT64_MIN, .to_ms = INT64_MAX, .tenant = slice->tenant};
    struct trace all, part;
    bool ok = trace_read(&all, slice->in, err) &&
              parse_bound(&all, slice->from, "--from", &filter.from_ms, err) &&
              parse_bound(&all, slice->to, "--to", &filter.to_ms, err);
    if (ok) {
        ok = trace_select(&all, &filter, &part, err) &&
             trace_write(&part, slice->out, err);
        if (ok)
            fprintf(stderr, "%zu of %zu jobs kept\n", part.n, all.n);
        trace_free(&part);
    }
    trace_free(&all);
    return ok;
}

bool trace_slice(int argc, char **argv, struct error *err)
{
    struct slice slice = {0};
    const struct cli_option options[] = {
        {.name = "from", .value = &slice.from},
        {.name = "to", .value = &slice.to},
        {.name = "tenant", .value = &slice.tenant},
        {.name = "output", .letter = 'o', .value = &slice.out},
        {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one trace to cut", &slice.in};
    struct arena arena = {0};
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err) &&
              need_option(slice.out, argv[0], "-o OUT", err) &&
              slice_trace(&slice, err);
    arena_free(&arena);
    return ok;
}

static const char *or_else(const char *own, const char *fallback)
{
    return own ? own : fallback;
}

/* What the file says of such jobs, and where it is silent what the source says. */
static struct job_kind merged_kind(const struct demand_spec *demand,
                                   const struct job_kind *own)
{
    const struct job_kind *fill = &demand->kind;
    struct job_kind kind = *own;
    kind.pools = or_else(own->pools, fill->pools);
    kind.classes = or_else(own->classes, fill->classes);
    kind.jurisdiction = or_else(own->jurisdiction, fill->jurisdiction);
    kind.not_providers = or_else(own->not_providers, fill->not_providers);
    kind.memory_mb = own->memory_mb ? own->memory_mb : fill->memory_mb;
    if (fill->isolation == ISOLATION_DEDICATED)
        kind.isolation = ISOLATION_DEDICATED;
    return kind;
}

static uint32_t name_of(struct trace *trace, const char *text)
{
    return text ? trace_name(trace, text, strlen(text)) : NAMES_NONE;
}

static void add_arrival(struct trace *trace, const struct scenario *scenario,
                        const struct arrival *arrival)
{
    const struct demand_spec *demand = &scenario->demand[arrival->source];
    const struct source_kind *kind = arrival->kind;
    int64_t start = scenario->start_unix_ms;
    struct trace_row row =
        trace_row(start + arrival->submit_ms, arrival->duration_ms, arrival->gpus);
    row.job.limit_ms = arrival->limit_ms;
    row.job.priority = arrival->priority;
    const struct job_kind *own = &demand->kind;
    if (demand->trace)
        own = &demand->trace->kinds[demand->trace->jobs[arrival->row].kind];
    row.kind = merged_kind(demand, own);
    row.kind.workload = name_of(trace, kind->workload);
    row.kind.tenant = name_of(trace, kind->tenant);
    row.kind.preemptible = kind->preemptible;
    row.kind.checkpoint_interval_ms = kind->checkpoint_interval_ms;
    row.kind.checkpoint_cost_ms = kind->checkpoint_cost_ms;
    row.kind.restart_ms = kind->restart_ms;
    if (arrival->deadline_ms != NEVER_MS)
        row.times.deadline_ms = start + arrival->deadline_ms;
    if (arrival->patience_ms != NEVER_MS)
        row.times.patience_ms = arrival->patience_ms;
    char id[JOB_ID_TEXT];
    if (demand->trace) {
        arrival_id(scenario, arrival->source, arrival->row, arrival->lap, arrival->copy,
                   id);
        row.id = id;
    }
    trace_add(trace, &row);
}

static bool draw(const struct scenario *scenario, uint64_t replication,
                 struct trace *trace, struct error *err)
{
    struct arena arena = {0};
    struct routes routes;
    struct arrivals arrivals;
    routes_init(&routes, scenario, &arena);
    arrivals_init(&arrivals, scenario, replication, &routes, &arena);
    while (arrivals.next_ms != NEVER_MS && !cli_interrupted) {
        struct arrival arrival = arrivals_take(&arrivals);
        add_arrival(trace, scenario, &arrival);
    }
    arena_free(&arena);
    trace_finish(trace);
    return !cli_interrupted || error_kind_set(err, ERROR_INTERRUPTED, "interrupted");
}

struct generate {
    const char *scenario, *out, *replication;
    struct cli_values set;
};

static bool generate(const struct generate *arguments, struct error *err)
{
    int64_t replication = 0;
    if (arguments->replication &&
        !whole_number(arguments->replication, "--replication", &replication, err))
        return false;
    struct scenario scenario;
    if (!scenario_read(&scenario, arguments->scenario, arguments->set.text,
                       arguments->set.n, err))
        return false;
    if (scenario.n_levels > 0 && scenario.n_demand == 0) {
        bool done =
            trace_generate_level(&scenario, (uint64_t)replication, arguments->out, err);
        scenario_free(&scenario);
        return done;
    }
    struct trace trace;
    trace_begin(&trace, arguments->scenario, true);
    bool ok = draw(&scenario, (uint64_t)replication, &trace, err) &&
              trace_write(&trace, arguments->out, err);
    if (ok)
        fprintf(stderr, "%zu jobs written%s\n", trace.n,
                scenario.n_levels > 0 ? "; levels of demand are no jobs" : "");
    trace_free(&trace);
    scenario_free(&scenario);
    return ok;
}

bool trace_generate(int argc, char **argv, struct error *err)
{
    struct generate arguments = {0};
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .value = &arguments.out},
        {.name = "set", .values = &arguments.set},
        {.name = "replication", .value = &arguments.replication},
        {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one scenario",
                                          &arguments.scenario};
    struct arena arena = {0};
    cli_catch_signals();
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err) &&
              need_option(arguments.out, argv[0], "-o OUT", err) &&
              generate(&arguments, err);
    arena_free(&arena);
    return ok;
}
