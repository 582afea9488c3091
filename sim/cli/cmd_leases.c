#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "cli/cli.h"
#include "cli/cmd.h"
#include "output/leases.h"

struct arguments {
    const char *dir, *standard, *life, *rate, *fair;
    bool csv;
};

static bool parse(int argc, char **argv, struct arguments *arguments,
                  struct arena *arena, struct error *err)
{
    const struct cli_option options[] = {
        {.name = "standard", .value = &arguments->standard},
        {.name = "life", .value = &arguments->life},
        {.name = "rate", .value = &arguments->rate},
        {.name = "fair-value", .value = &arguments->fair},
        {.name = "csv", .flag = &arguments->csv},
        {.name = NULL},
    };
    const struct cli_operands operands = {1, 1, "name one result directory",
                                          &arguments->dir};
    return cli_parse(argc, argv, options, &operands, arena, err);
}

static bool wrong(const char *option, const struct error *why, struct error *err)
{
    return error_kind_set(err, ERROR_USAGE, "leases: --%s: %s", option, why->text);
}

static bool find_standard(const char *name, enum lease_standard *standard,
                          struct error *err)
{
    *standard = LEASE_ASC842;
    for (int i = 0; name && lease_standard_names[i]; i++)
        if (strcmp(lease_standard_names[i], name) == 0) {
            *standard = (enum lease_standard)i;
            return true;
        }
    return !name || error_kind_set(err, ERROR_USAGE,
                                   "leases: no standard '%s'; there are asc842 and "
                                   "ifrs16",
                                   name);
}

static bool options_of(const struct arguments *arguments, struct lease_options *options,
                       struct error *err)
{
    struct error why;
    *options = (struct lease_options){.rate_per_y = -1, .life = {.months = 60}};
    if (!find_standard(arguments->standard, &options->standard, err))
        return false;
    if (arguments->life && !quantity_span(arguments->life, &options->life, &why))
        return wrong("life", &why, err);
    if (options->life.months > 2400 || options->life.ms > 200 * MS_PER_Y ||
        (options->life.months == 0 && options->life.ms < MS_PER_D))
        return error_kind_set(err, ERROR_USAGE,
                              "leases: --life: it lies between 1d and 200y");
    if (arguments->rate &&
        !quantity_real(arguments->rate, DIM_FRAC_PER_Y, &options->rate_per_y, &why))
        return wrong("rate", &why, err);
    if (arguments->rate && !(options->rate_per_y >= 0 && options->rate_per_y <= 10))
        return error_kind_set(err, ERROR_USAGE,
                              "leases: --rate: it lies between 0 and 1000 %%/y");
    if (arguments->fair &&
        !quantity_exact(arguments->fair, DIM_USD, &options->fair_uusd_per_gpu, &why))
        return wrong("fair-value", &why, err);
    if (arguments->fair && options->fair_uusd_per_gpu < 1)
        return error_kind_set(err, ERROR_USAGE,
                              "leases: --fair-value: it is above 0 USD");
    return true;
}

static bool view(struct saved_run *run, const struct arguments *arguments,
                 struct error *err)
{
    struct lease_options options;
    struct lease *leases;
    size_t n;
    if (!options_of(arguments, &options, err) ||
        !saved_run_open(run, arguments->dir, err) ||
        !leases_read(run, &options, &leases, &n, err))
        return false;
    if (arguments->csv)
        leases_print_csv(leases, n, stdout);
    else
        leases_print(leases, n, &options, stdout);
    return fflush(stdout) == 0 || error_errno(err, "standard output");
}

static int run_leases(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct saved_run run = {0};
    struct arena arena = {0};
    struct error err;
    bool ok =
        parse(argc, argv, &arguments, &arena, &err) && view(&run, &arguments, &err);
    saved_run_close(&run);
    arena_free(&arena);
    return ok ? 0 : cli_fail(&err);
}

const struct command cmd_leases = {
    .name = "leases",
    .synopsis = "leases DIR [--standard asc842|ifrs16] [--life TERM] [--csv]",
    .summary = "how a result's contracts would stand in financial statements",
    .help =
        "For each contract: whether it is a service or a lease, and which; the right\n"
        "of use and the liability when it begins; by year what is paid, interest,\n"
        "both balances, and the expense.  No figure of a run depends on it.\n"
        "\n"
        "  --standard NAME      asc842 (the default) or ifrs16\n"
        "  --life TERM          life of the assets, new (default 5y)\n"
        "  --rate RATE          borrowing rate, as '8 %/y' (default: discount_rate)\n"
        "  --fair-value AMOUNT  of one GPU with its share of the server, as '35 kUSD'\n"
        "                       (default: the server price of an owned pool of the\n"
        "                       class, else that of the catalogue)\n"
        "  --csv                years of contracts as CSV, in exact micro-dollars\n"
        "\n"
        "A leased pool says `identified_asset: true` where its GPUs may not be\n"
        "substituted, `purchase_option`, `specialised`.  Example:\n"
        "\n"
        "  tenure leases out/own-or-lease --standard ifrs16\n",
    .run = run_leases,
};
