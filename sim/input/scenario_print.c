/* The scenario for people: what was resolved, and the reference of all keys. */

#include <stdio.h>
#include <string.h>

#include "input/scenario_parts.h"
#include "input/study_parts.h"

static const struct param_also scenario_also[] = {
    {"demand", "list", "",
     "sources of jobs, see demand, and of levels, see level; [] is none"},
    {"initial", "map", "",
     "jobs that run or wait when the clock begins, see demand; without: none"},
    {"pools", "list", "", "where jobs run, see pools"},
    {"markets", "list", "[]", "prices that change, see markets"},
    {"dispatch", "map", "{}", "how jobs are served, see dispatch"},
    {"outages", "list", "[]", "when a provider is out with all its pools, see outages"},
    {"shocks", "list", "[]",
     "times in which less can be rented, or for more, see shocks"},
    {"service", "list or map", "",
     "what service is worth, by workload, see service; without: not priced"},
    {"tax", "% or map", "", "the tax book, or its rate alone, see tax; without: none"},
    {"uncertain", "map", "{}",
     "of studies: from the path of a value to the law that it is drawn from, see "
     "uncertain; a single run takes the value that stands in the scenario"},
    {"correlation", "list", "[]",
     "of studies: which uncertain values go together, see correlation"},
    {"sweep", "map", "{}", "of studies: values to be combined, see sweep"},
    {"study", "map", "{}",
     "of studies: replications, sampling, and what is asked, see study"},
    {"breakeven", "map", "",
     "where two designs are worth the same, over one or two values, see breakeven"},
    {.name = NULL},
};

static const struct param_also uncertain_also[] = {
    {"normal", "map", "", "a law, see normal; one law is to be given"},
    {"lognormal", "map", "", "a law, see lognormal"},
    {"uniform", "map", "", "a law, see uniform"},
    {"triangular", "map", "", "a law, see triangular"},
    {"pert", "map", "", "a law, see pert"},
    {"discrete", "list", "", "single values, with weights, see discrete"},
    {"empirical", "text", "",
     "a CSV file of values, each as likely; relative to the scenario"},
    {.name = NULL},
};

static const struct param_also discrete_also[] = {
    {"value", "any", "required",
     "a value of the scenario, as one would write it there"},
    {.name = NULL},
};

static const struct param_also sweep_also[] = {
    {"PATH", "range or list", "",
     "an axis: `0..512 step 64`, `1..5 step 0.5 USD/GPU-h`, or a list of values"},
    {"zip", "list", "[]",
     "maps from paths to ranges or lists of one length, whose values move together: "
     "each map is one axis, zip1, zip2, ..."},
    {"designs", "map", "",
     "the axis `design`: from names to maps from paths to values; {} is the scenario "
     "as "
     "it stands"},
    {.name = NULL},
};

static const struct param_also study_also[] = {
    {"quantiles", "list of %", "[5 %, 50 %, 95 %]", "which are estimated, ascending"},
    {"metrics", "list of words", "[]",
     "SCOPE.METRIC of summary.csv, on top of all of total, fixed and each pool"},
    {"targets", "list", "[]", "what must hold, see targets"},
    {"stop", "list", "[]", "when the replications of a point are enough, see stop"},
    {"baseline", "map", "",
     "from the names of axes to values: the point that others are compared with; of "
     "axes that are not named, and by default, the first value"},
    {.name = NULL},
};

static const struct param_also breakeven_also[] = {
    {"x", "map", "required",
     "from one path to a range or a list of numbers, ascending, as in sweep"},
    {"y", "map", "", "the same of another path"},
    {"between", "map", "required", "two designs, as `designs` of sweep"},
    {.name = NULL},
};

/* Of a section that has no table. */
static const struct param no_params[] = {PARAMS_END};

static const struct param_also pools_also[] = {
    {"changes", "list", "[]", "own: GPUs that come or go on a date, see changes"},
    {"depreciation", "word or map", "straight-line",
     "own: how the book value falls over `life`, see depreciation"},
    {"orders", "list", "[]",
     "own, lease: GPUs that are ordered on a date and come later, see orders"},
    {"maintenance", "list", "[]",
     "own, lease: windows in which servers are down, see maintenance"},
    {"failures", "map", "none",
     "own, lease: how servers fail and are repaired, see failures"},
    {"escalation", "map", "{}",
     "by how much recurring prices grow in a year, see escalation"},
    {"interruption", "map", "required",
     "spot: when instances are taken back, see interruption"},
    {"availability", "map", "",
     "on-demand: how much the market has, see availability; without: enough"},
    {"impairment", "word or map", "none",
     "own: whether book values are tested for impairment, see impairment"},
    {"facility", "map", "",
     "own: a data centre of its own instead of `colo`, see facility"},
    {"burst", "map", "",
     "lease: GPUs beyond it that may be used at an agreed price, see burst"},
    {"procure", "map", "",
     "own, lease: a policy that orders, renews and retires, see procure"},
    {.name = NULL},
};

static const struct param_also burst_also[] = {
    {"price", "USD/GPU-h", "required",
     "what the contract says that an hour costs; or price_market with price_share"},
    {"boot, unit, minimum, increment, keep_alive, extras, escalation, availability", "",
     "", "as of an on-demand pool"},
    {.name = NULL},
};

static const struct param_also procure_also[] = {
    {"policy", "word", "",
     "a procurement model; its parameters stand beside it, see models.md"},
    {.name = NULL},
};

static const struct param_also markets_also[] = {
    {"price", "word or map", "constant",
     "how it changes: a price model, or a map of its name as `model` and its "
     "parameters"},
    {.name = NULL},
};

static const struct param_also failures_also[] = {
    {"model", "word", "bathtub",
     "exponential or bathtub; its parameters stand beside it"},
    {.name = NULL},
};
static const struct param_also dispatch_also[] = {
    {"order", "word or map", "fifo",
     "who is served first: a model, or a map of its name as `policy` and its "
     "parameters"},
    {"wait", "word or map", "none",
     "how long a job waits for fixed pools before elastic ones are open to it: a "
     "model, as order; a map without `policy` means threshold; or a map from workloads "
     "to such rules, with `default` for all others.  Jobs that no fixed pool can hold "
     "do "
     "not wait"},
    {"prefer", "list or map", "file order, fixed pools first",
     "pools, most preferred first, those not named being closed; or a map from "
     "workloads to such lists, with `default` for all others.  An elastic pool stays "
     "closed until `wait` is over, even first in the list"},
    {.name = NULL},
};

static const struct param_also demand_also[] = {
    {"model", "word or map", "",
     "instead of jobs: a demand model, or a map of its `name` and its parameters"},
    {.name = NULL},
};

static const char *who_pools(const struct param *param)
{
    static const char *const names[] = {
        [0] = "all",
        [1u << TENURE_OWN] = "own",
        [1u << TENURE_LEASE] = "lease",
        [1u << TENURE_OWN | 1u << TENURE_LEASE] = "own, lease",
        [1u << TENURE_ON_DEMAND] = "on-demand",
        [1u << TENURE_SPOT] = "spot",
        [1u << TENURE_LEASE | 1u << TENURE_SPOT] = "lease, spot",
        [1u << TENURE_ON_DEMAND | 1u << TENURE_SPOT] = "on-demand, spot",
        [1u << TENURE_LEASE | 1u << TENURE_ON_DEMAND | 1u << TENURE_SPOT] =
            "lease, on-demand, spot",
    };
    return names[param->mask];
}

static const char *who_demand(const struct param *param)
{
    static const char *const names[] = {
        [0] = "all",
        [SOURCE_TRACE] = "jobs",
        [SOURCE_MODEL] = "model",
        [SOURCE_TRACE | SOURCE_MODEL] = "not in initial",
        [SOURCE_TRACE | SOURCE_INITIAL] = "jobs, initial",
    };
    return names[param->mask];
}

const struct param_section scenario_sections[] = {
    {"scenario", "The top level of a scenario file.", scenario_params, scenario_also,
     NULL},
    {"pools", "Each element of `pools`, in the order in which jobs try them.",
     pool_params, pools_also, who_pools},
    {"changes", "Each element of an owned pool's `changes`, in order of date.",
     change_params, NULL, NULL},
    {"depreciation",
     "An owned pool's `depreciation`; the name of a method stands for a map of it.",
     depreciation_params, NULL, NULL},
    {"orders", "Each element of a pool's `orders`, in order of date.", order_params,
     NULL, who_pools},
    {"prices", "What a pool's prices follow: keys of an element of `pools`.",
     pool_market_params, NULL, who_pools},
    {"escalation",
     "A pool's `escalation`: each price is multiplied by 1 + rate at each anniversary "
     "of "
     "the scenario's start, and rounded to nano-USD.",
     escalation_params, NULL, who_pools},
    {"markets", "Each element of `markets`: a price that changes.", market_params,
     markets_also, NULL},
    {"price traces",
     "With `model: table`, keys of `price` that choose a series of a price trace.",
     market_trace_params, NULL, NULL},
    {"failures",
     "A pool's `failures`: a model of kind failure (`model`, see the reference of the "
     "models) with its parameters, and how long repairs take.",
     failure_params, failures_also, NULL},
    {"maintenance", "Each element of a pool's `maintenance`: windows, one or many.",
     maintenance_params, NULL, NULL},
    {"outages", "Each element of `outages`: a provider goes out with all its pools.",
     outage_params, NULL, NULL},
    {"interruption", "The `interruption` of a spot pool: one of these, or both.",
     interruption_params, NULL, NULL},
    {"burst",
     "A lease's `burst`, which makes an on-demand pool NAME-burst: these, and the keys "
     "of such a pool but those that are the lease's.",
     burst_params, burst_also, NULL},
    {"availability", "The `availability` of an on-demand pool.", availability_params,
     NULL, NULL},
    {"shocks",
     "Each element of `shocks`: a time in which less can be rented, or for more.",
     shock_params, NULL, NULL},
    {"facility",
     "An owned pool's `facility`: its own data centre, instead of colocation.",
     facility_params, NULL, NULL},
    {"impairment",
     "An owned pool's `impairment`; the name of a method stands for a map of it.",
     impairment_params, NULL, NULL},
    {"procure",
     "`procure` of an owned or leased pool: who buys, leases, renews and retires.",
     procure_params, procure_also, NULL},
    {"dispatch", "How waiting jobs are served.", dispatch_params, dispatch_also, NULL},
    {"service",
     "Each element of `service`, or `service` itself: a shadow price, which nobody "
     "pays.",
     service_params, NULL, NULL},
    {"demand",
     "Each element of `demand`: a trace (`jobs`) or a model (`model`); and `initial`, "
     "one trace of jobs that are there at the start.",
     demand_params, demand_also, who_demand},
    {"level", "An element of `demand` that wants GPUs over time, whichever they are.",
     level_params, level_also, NULL},
    {"requests",
     "An element of `demand` that is a trace of LLM requests: keys beside those of "
     "`level`, of which it has all but that.",
     request_params, request_also, NULL},
    {"tax",
     "The tax book, which gives taxes and a present value after them and never touches "
     "the "
     "accounts.",
     tax_params, NULL, NULL},
    {"uncertain",
     "Each value of `uncertain`, a map from paths (`pools.burst.price`) to what is "
     "drawn "
     "there: one law, and its bounds.  All numbers of a law have one unit, written "
     "behind each.",
     uncertain_params, uncertain_also, NULL},
    {"normal", "A law of `uncertain`.", normal_params, NULL, NULL},
    {"lognormal", "A law of `uncertain`: its logarithm is normal.", lognormal_params,
     NULL, NULL},
    {"uniform", "A law of `uncertain`.", uniform_params, NULL, NULL},
    {"triangular", "A law of `uncertain`: a triangle.", mode_params, NULL, NULL},
    {"pert",
     "A law of `uncertain`: a beta law, flatter at its ends than a triangle, with the "
     "mean (min + 4 mode + max) / 6.",
     mode_params, NULL, NULL},
    {"discrete", "Each element of `discrete`: a value, or a map.", discrete_params,
     discrete_also, NULL},
    {"correlation",
     "Each element of `correlation`: uncertain values that go together, by a Gaussian "
     "copula.",
     correlation_params, NULL, NULL},
    {"sweep",
     "Each key of `sweep` is an axis, and each combination of their values a point; "
     "the "
     "last axis varies fastest.",
     no_params, sweep_also, NULL},
    {"study", "How a study draws, when it ends, and what it is asked.", study_params,
     study_also, NULL},
    {"targets", "Each element of `study.targets`: `at_most` or `at_least`.",
     target_params, NULL, NULL},
    {"stop",
     "Each element of `study.stop`: a point stops when all hold, at 32, 64, 128, ... "
     "replications.",
     stop_params, NULL, NULL},
    {"breakeven", "Where two designs have the same mean of a metric.", breakeven_params,
     breakeven_also, NULL},
    {.title = NULL},
};

/* "line 12" for what stands in the scenario itself. */
static void print_origin(const struct scenario *scenario, const char *origin, FILE *out)
{
    size_t length = strlen(scenario->path);
    if (strncmp(origin, scenario->path, length) != 0 || origin[length] != ':') {
        fprintf(out, "%s\n", origin);
        return;
    }
    const char *line = origin + length + 1;
    fprintf(out, "line %.*s\n", (int)strcspn(line, ":"), line);
}

void scenario_print(const struct scenario *scenario, FILE *out)
{
    int path_width = 0, value_width = 0;
    for (size_t i = 0; i < scenario->resolved.n; i++) {
        const struct resolved *item = &scenario->resolved.items[i];
        int path = (int)strlen(item->path), value = (int)strlen(item->value);
        path_width = path > path_width ? path : path_width;
        value_width = value > value_width ? value : value_width;
    }
    path_width = path_width > 36 ? 36 : path_width;
    value_width = value_width > 24 ? 24 : value_width;
    for (size_t i = 0; i < scenario->resolved.n; i++) {
        const struct resolved *item = &scenario->resolved.items[i];
        fprintf(out, "%-*s  %-*s  ", path_width, item->path, value_width, item->value);
        print_origin(scenario, item->origin, out);
    }
}
