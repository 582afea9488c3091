#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/two_results.h"
#include "output/bridge.h"

struct arguments {
    const char *basis, *csv;
    struct cli_values matches;
    bool json;
};

static bool find_basis(const char *name, enum bridge_basis *basis, struct error *err)
{
    *basis = BRIDGE_ECONOMIC;
    if (!name)
        return true;
    for (int i = 0; bridge_basis_names[i]; i++)
        if (strcmp(bridge_basis_names[i], name) == 0) {
            *basis = (enum bridge_basis)i;
            return true;
        }
    return error_kind_set(err, ERROR_USAGE,
                          "explain: no basis '%s'; there are cash, accrual, economic "
                          "and npv",
                          name);
}

static bool parse_matches(const struct cli_values *values, struct arena *arena,
                          struct bridge_match **matches, struct error *err)
{
    *matches = ARENA_ARRAY(arena, values->n + 1, struct bridge_match);
    for (size_t i = 0; i < values->n; i++) {
        const char *text = values->text[i], *equals = strchr(text, '=');
        if (!equals || equals == text || !equals[1])
            return error_kind_set(err, ERROR_USAGE,
                                  "explain: --match %s: a pool of A and one of B are "
                                  "wanted, as in --match own=leased",
                                  text);
        (*matches)[i] = (struct bridge_match){
            arena_strndup(arena, text, (size_t)(equals - text)), equals + 1};
    }
    return true;
}

static bool print(const struct arguments *arguments, const struct bridge *bridge,
                  struct error *err)
{
    if (arguments->csv && !bridge_write_csv(bridge, arguments->csv, err))
        return false;
    if (arguments->json)
        return bridge_print_json(bridge, stdout, err);
    if (!arguments->csv || strcmp(arguments->csv, "-") != 0)
        bridge_print(bridge, stdout);
    return fflush(stdout) == 0 || error_errno(err, "standard output");
}

static bool explain(void *self, const struct saved_run runs[2], struct arena *arena,
                    struct error *err)
{
    const struct arguments *arguments = self;
    struct bridge_match *matches;
    enum bridge_basis basis;
    struct bridge bridge;
    if (!find_basis(arguments->basis, &basis, err) ||
        !parse_matches(&arguments->matches, arena, &matches, err) ||
        !bridge_make(&bridge, runs, basis, matches, arguments->matches.n, err))
        return false;
    bool ok = print(arguments, &bridge, err);
    bridge_free(&bridge);
    return ok;
}

static int run_explain(int argc, char **argv)
{
    struct arguments arguments = {0};
    const struct cli_option options[] = {
        {.name = "basis", .value = &arguments.basis},
        {.name = "match", .values = &arguments.matches},
        {.name = "csv", .value = &arguments.csv},
        {.name = "json", .flag = &arguments.json},
        {.name = NULL},
    };
    return cli_on_two_results(argc, argv, options, explain, &arguments);
}

const struct command cmd_explain = {
    .name = "explain",
    .synopsis = "explain A B [--basis BASIS] [--match POOL=POOL]... [--csv FILE]",
    .summary = "why one result costs more than another: a bridge of steps",
    .help =
        "Leads from the cost of result A to that of result B in steps that add up\n"
        "exactly: volume (more or less useful work), mix (work moved between pools),\n"
        "utilization (capacity that does none, mostly idle), price, capital\n"
        "(depreciation, disposal, the charge on capital) and timing, by pool and\n"
        "account.  docs/method.md has the formulas.\n"
        "\n"
        "  --basis BASIS      economic (the default), accrual, cash, or npv\n"
        "  --match POOL=POOL  take a pool of A and one of B for the same; may be\n"
        "                     repeated.  Others are matched by name, and one that "
        "only\n"
        "                     one result has is mix\n"
        "  --csv FILE         step,pool,account,amount_usd, in exact micro-dollars\n"
        "                     (- is standard output, instead of the text)\n"
        "  --json             all of it as JSON\n"
        "\n"
        "Both must be as `tenure run -o` wrote them.  Example:\n"
        "\n"
        "  tenure explain out/all-owned out/own-or-lease --basis npv\n",
    .run = run_explain,
};
