#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/trace_cmd.h"

bool trace_need_option(const char *value, const char *verb, const char *option,
                       struct error *err)
{
    return value ||
           error_kind_set(err, ERROR_USAGE,
                          "%s: %s is needed; see `tenure trace --help`", verb, option);
}

static const struct verb {
    const char *name, *full;
    bool (*run)(int argc, char **argv, struct error *err);
} verbs[] = {
    {"check", "trace check", trace_check_verb},
    {"stats", "trace stats", trace_stats},
    {"convert", "trace convert", trace_convert},
    {"formats", "trace formats", trace_formats},
    {"slice", "trace slice", trace_slice},
    {"merge", "trace merge", trace_merge},
    {"scale", "trace scale", trace_scale},
    {"anonymise", "trace anonymise", trace_anonymise},
    {"fit", "trace fit", trace_fit_verb},
    {"generate", "trace generate", trace_generate},
};
#define VERBS (sizeof verbs / sizeof verbs[0])

/* "check, stats, ... slice and generate" */
static const char *verb_list(const char *last, struct arena *arena)
{
    const char *list = verbs[0].name;
    for (size_t i = 1; i < VERBS; i++)
        list = arena_printf(arena, "%s%s%s", list, i + 1 < VERBS ? ", " : last,
                            verbs[i].name);
    return list;
}

static bool unknown_verb(const char *name, struct arena *arena, struct error *err)
{
    const char *names[VERBS + 1] = {NULL};
    for (size_t i = 0; i < VERBS; i++)
        names[i] = verbs[i].name;
    const char *near = nearest_name(name, names);
    if (near)
        return error_kind_set(err, ERROR_USAGE,
                              "trace: there is no verb '%s'; did you mean '%s'?", name,
                              near);
    return error_kind_set(err, ERROR_USAGE, "trace: there is no verb '%s'; %s are",
                          name, verb_list(" and ", arena));
}

static bool find_verb(int argc, char **argv, struct arena *arena, struct error *err)
{
    if (argc < 2)
        return error_kind_set(err, ERROR_USAGE,
                              "trace: a verb is needed: %s; see `tenure trace --help`",
                              verb_list(" or ", arena));
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, argv[1]) != 0)
            continue;
        argv[1] = arena_strdup(arena, verbs[i].full);
        return verbs[i].run(argc - 1, argv + 1, err);
    }
    return unknown_verb(argv[1], arena, err);
}

static bool run_verb(int argc, char **argv, struct error *err)
{
    struct arena arena = {0};
    bool ok = find_verb(argc, argv, &arena, err);
    arena_free(&arena);
    return ok;
}

static bool help_for(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "convert") == 0 &&
           trace_convert_help(argc, argv);
}

static int run_trace(int argc, char **argv)
{
    struct error err;
    return run_verb(argc, argv, &err) ? 0 : cli_fail(&err);
}

/* What each verb says of itself. */
static const struct command_verb pages[] = {
    {"check", "trace check TRACE [--json]",
     "reads TRACE, of jobs, a level, requests or prices, and says in which\n"
     "ways rows are wrong, how many, and where the first stand; of a sound\n"
     "trace, what was looked at and what is unusual\n"},
    {"stats", "trace stats TRACE [--json] [--csv FILE]",
     "what TRACE looks like: span, GPU-hours, quantiles, bursts, rhythm of\n"
     "day and week, shares, and the load-duration curve, which --csv writes\n"
     "whole\n"},
    {"convert",
     "trace convert --from FORMAT IN -o OUT [--as FORM] [--zone OFFSET]\n"
     "              [--lenient] [--json] [OPTIONS OF THE FORMAT]",
     "turns a foreign file into a trace of jobs, a level, requests or prices,\n"
     "and says what was read, kept and dropped.  --lenient skips and counts\n"
     "malformed rows; --zone +08:00 is the zone of dates that name none; with\n"
     "--from FORMAT, --help explains that format\n"},
    {"formats", "trace formats [NAME] [--markdown]",
     "lists the formats, or explains one\n"},
    {"slice",
     "trace slice IN -o OUT [--from TIME] [--to TIME] [--tenant NAME]\n"
     "            [--workload NAME] [--min-gpus N] [--max-gpus N]",
     "the rows from one time to before another, and jobs of one tenant,\n"
     "workload or range of sizes; TIME is a date, or in a trace without\n"
     "dates a number of seconds.  Of a level what stands at the beginning is\n"
     "written there and ends at the end\n"},
    {"merge", "trace merge A B... -o OUT",
     "the union of traces of one kind; an id that two files have gets the\n"
     "name of its file before it; levels of one series are added up\n"},
    {"scale",
     "trace scale IN -o OUT [--factor F] [--gpus F] [--durations F]\n"
     "            [--time F] [--seed N]",
     "the number of rows times F by a draw for each; GPUs, durations with\n"
     "their limits, or the times from the first one on, times F\n"},
    {"anonymise", "trace anonymise IN -o OUT [--key FILE | --seed N] [--begin DATE]",
     "ids, tenants, workloads, pools, jurisdictions, providers, regions and\n"
     "models become neutral words: the same under the same key, and not to\n"
     "be undone without it.  Without a key one is drawn and forgotten; who\n"
     "guesses a seed can undo it.  --begin moves dates by whole weeks to the\n"
     "week that begins then.  Sizes, durations and rhythm stay as they are,\n"
     "and may tell whose trace it is\n"},
    {"fit",
     "trace fit TRACE [-o OUT.yaml] [--arrivals gamma|mmpp] [--states N]\n"
     "          [--durations LAW] [--together] [--json]",
     "estimates a demand model from a trace: parameters with standard errors,\n"
     "and how well each law of durations fits; writes `demand:` for a\n"
     "scenario.  --arrivals mmpp: bursts by hidden states, as many as fit best\n"
     "or N; --durations: lognormal, exponential, constant, weibull, pareto, mix\n"
     "or empirical; --together: one source, not one for each workload\n"},
    {"generate",
     "trace generate SCENARIO -o OUT [--set PATH=VALUE]... [--replication N]",
     "writes the demand of SCENARIO as it arrives until the horizon: models\n"
     "drawn, traces moved, scaled and repeated; a level trace where all of it is\n"
     "levels\n"},
    {.name = NULL},
};

const struct command cmd_trace = {
    .name = "trace",
    .synopsis = "trace VERB ...",
    .summary = "check, look at, convert, change and generate traces",
    .verbs = pages,
    .help = "TRACE and IN may be plain, gzip or Zstandard, and \"-\" for standard "
            "input; OUT\n"
            "may be \"-\" for standard output.  OUT appears whole or not at all.\n",
    .run = run_trace,
    .help_for = help_for,
};
