#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cmd.h"
#include "cli/two_results.h"
#include "output/compare.h"

struct arguments {
    const char *csv;
    bool json;
};

static bool compare(void *self, const struct saved_run runs[2], struct arena *arena,
                    struct error *err)
{
    const struct arguments *arguments = self;
    (void)arena;
    struct compare compared;
    if (!compare_make(&compared, runs, err))
        return false;
    bool ok = !arguments->csv || compare_write_csv(&compared, arguments->csv, err);
    if (ok && arguments->json)
        ok = compare_print_json(&compared, stdout, err);
    else if (ok && (!arguments->csv || strcmp(arguments->csv, "-") != 0))
        compare_print(&compared, stdout);
    compare_free(&compared);
    return ok && (fflush(stdout) == 0 || error_errno(err, "standard output"));
}

static int run_compare(int argc, char **argv)
{
    struct arguments arguments = {0};
    const struct cli_option options[] = {
        {.name = "csv", .value = &arguments.csv},
        {.name = "json", .flag = &arguments.json},
        {.name = NULL},
    };
    return cli_on_two_results(argc, argv, options, compare, &arguments);
}

const struct command cmd_compare = {
    .name = "compare",
    .synopsis = "compare A B [--csv FILE] [--json]",
    .summary = "two results side by side: service, then money, then use",
    .help =
        "Says first whether service differs (jobs refused, given up, still waiting or\n"
        "late, and waits; job by job where both ran the same demand), then which "
        "result\n"
        "is cheaper and by how much, and whether money alone can rank the two.  Then\n"
        "come the figures in pairs, pool by pool, and what differs in the inputs.\n"
        "Where only `dispatch: {relax: ...}` differs, it states the cost of "
        "compliance.\n"
        "\n"
        "  --csv FILE  all metrics of both: scope,metric,unit,a,b,difference,ratio\n"
        "              (- is standard output, instead of the text)\n"
        "  --json      all of it as JSON\n"
        "\n"
        "Both must be as `tenure run -o` wrote them; differences are B less A.\n"
        "`tenure explain A B` says where the difference in cost comes from.\n",
    .run = run_compare,
};
