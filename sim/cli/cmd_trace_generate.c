/* `tenure trace generate`: the demand of a scenario as a trace. */

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "input/trace.h"
#include "world/arrivals.h"

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
    while (arrivals.next_ms != NEVER_MS && !interrupted) {
        struct arrival arrival = arrivals_take(&arrivals);
        add_arrival(trace, scenario, &arrival);
    }
    arena_free(&arena);
    trace_finish(trace);
    return interrupt_check(err);
}

struct generate {
    const char *scenario, *out, *replication;
    struct cli_values set;
};

static bool generate(const struct generate *arguments, struct error *err)
{
    int64_t replication = 0;
    if (arguments->replication &&
        !cli_whole_number(arguments->replication, "--replication", &replication, err))
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
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err) &&
              trace_need_option(arguments.out, argv[0], "-o OUT", err) &&
              generate(&arguments, err);
    arena_free(&arena);
    return ok;
}
