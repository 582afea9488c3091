#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "cli/cmd.h"
#include "cli/study_cmd.h"
#include "study/sensitivity_params.h"

struct arguments {
    const char *method, *low, *high, *size, *levels;
    struct cli_values metrics;
};

static bool read_method(const char *text, enum sensitivity_method *method,
                        struct error *err)
{
    *method = SENSITIVITY_TORNADO;
    for (int i = 0; text && sensitivity_names[i]; i++)
        if (strcmp(text, sensitivity_names[i]) == 0) {
            *method = (enum sensitivity_method)i;
            return true;
        }
    return !text ||
           error_kind_set(err, ERROR_USAGE,
                          "--method: '%s' is not tornado, morris or sobol", text);
}

static bool read_share(const char *text, const char *option, double *share,
                       struct error *err)
{
    const char *unit;
    if (!text)
        return true;
    if (!quantity_split(text, share, &unit, err) || (*unit && strcmp(unit, "%") != 0) ||
        !(*share > 0))
        return error_kind_set(err, ERROR_USAGE,
                              "%s: '%s' is no probability, such as '10 %%' or 0.1",
                              option, text);
    if (*unit)
        *share /= 100;
    return true;
}

static bool read_count(const char *text, const char *option, int64_t *count,
                       struct error *err)
{
    if (!text)
        return true;
    return cli_whole_number(text, option, count, err) &&
           (*count > 0 ||
            error_kind_set(err, ERROR_USAGE, "%s: at least 1 is wanted", option));
}

/* An option that the method does not know would be ignored without a word. */
static bool belongs(const char *text, bool fits, const char *option, const char *method,
                    struct error *err)
{
    return !text || fits ||
           error_kind_set(err, ERROR_USAGE, "%s is for --method %s", option, method);
}

static bool are_different(const struct cli_values *names, struct error *err)
{
    for (size_t i = 0; i < names->n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(names->text[i], names->text[k]) == 0)
                return error_kind_set(err, ERROR_USAGE, "--metric %.100s stands twice",
                                      names->text[i]);
    return true;
}

static bool apply(void *self, struct study_setup *setup, struct error *err)
{
    const struct arguments *from = self;
    struct sensitivity_options to = {.metrics = from->metrics.text,
                                     .n_metrics = from->metrics.n,
                                     .replications = setup->replications_given};
    if (!read_method(from->method, &to.method, err) ||
        !are_different(&from->metrics, err))
        return false;
    bool tornado = to.method == SENSITIVITY_TORNADO;
    bool morris = to.method == SENSITIVITY_MORRIS;
    return belongs(from->low, tornado, "--low", "tornado", err) &&
           belongs(from->high, tornado, "--high", "tornado", err) &&
           belongs(from->size, !tornado, "--size", "morris or sobol", err) &&
           belongs(from->levels, morris, "--levels", "morris", err) &&
           read_share(from->low, "--low", &to.low, err) &&
           read_share(from->high, "--high", &to.high, err) &&
           read_count(from->size, "--size", &to.size, err) &&
           read_count(from->levels, "--levels", &to.levels, err) &&
           sensitivity_ask(setup, &to, err);
}

int sensitivity_command(study_act *act, int argc, char **argv)
{
    struct arguments arguments = {0};
    const struct cli_option options[] = {
        {.name = "method", .value = &arguments.method},
        {.name = "metric", .values = &arguments.metrics},
        {.name = "low", .value = &arguments.low},
        {.name = "high", .value = &arguments.high},
        {.name = "size", .value = &arguments.size},
        {.name = "levels", .value = &arguments.levels},
        {.name = NULL},
    };
    const struct study_command command = {.design = &design_sensitivity,
                                          .options = options,
                                          .apply = apply,
                                          .self = &arguments};
    return act(&command, argc, argv);
}

static int run_sensitivity(int argc, char **argv)
{
    return sensitivity_command(study_command_run, argc, argv);
}

const struct command cmd_sensitivity = {
    .name = "sensitivity",
    .synopsis = "sensitivity SCENARIO -o DIR [--method tornado|morris|sobol]",
    .summary = "which uncertain input matters, and how much",
    .help =
        "Varies the `uncertain` inputs of SCENARIO by a design and says how much each\n"
        "moves the results, with intervals; into DIR go replications.csv, "
        "manifest.json\n"
        "and, by method:\n"
        "\n"
        "  tornado  tornado.csv: one input at a time from its low to its high value, "
        "the\n"
        "           others at their medians; 2 n + 1 rows\n"
        "  morris   morris.csv: elementary effects of random trajectories; screens "
        "many\n"
        "           inputs with (n + 1) rows each\n"
        "  sobol    sobol.csv: shares of variance, first-order and total; (n + 2) rows "
        "a\n"
        "           block, and blocks by the hundred\n"
        "\n"
        "All rows are run with the same replications (the same demand, failures and\n"
        "prices), so that they differ by their inputs and by nothing else.\n"
        "\n"
        "  --method METHOD       tornado if not given\n"
        "  --metric SCOPE.METRIC what is looked at; may be repeated; if not given\n"
        "                        total.economic_usd, total.npv_usd, total.wait_p95_s\n"
        "  --low P, --high P     tornado: probabilities of the two values (10 %, 90 "
        "%)\n"
        "  --size N              morris: trajectories (20); sobol: blocks (256)\n"
        "  --levels N            morris: levels of the grid, even (4)\n"
        "\n" STUDY_OPTIONS_HELP "\n"
        "Replications of each row are 100 for tornado and 4 else, whatever\n"
        "`study.replications` says, unless -n is given.  docs/statistics.md has the\n"
        "formulas and tells how to read them.\n"
        "\n"
        "  tenure sensitivity own-or-lease.yaml -o tornado\n"
        "  tenure sensitivity own-or-lease.yaml -o sobol --method sobol --size 512\n",
    .run = run_sensitivity,
};
