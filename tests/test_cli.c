#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "program.h"

/* The program as a user meets it: exit codes, what goes where, and what is left behind.
 */

static const char usual[] =
    "start: 2026-01-01\nhorizon: 30d\ndemand: [{jobs: jobs.csv}]\n"
    "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 16}]\n";

static struct folder prepared(void)
{
    struct folder folder = folder_new();
    folder_traces(&folder);
    folder_write(&folder, "t.yaml", usual);
    return folder;
}

Test(cli, mistakes_end_with_their_exit_code_and_one_line)
{
    static const struct {
        const char *arguments;
        int code;
        const char *message;
    } cases[] = {
        {"", 1, "tenure: a command is needed; `tenure --help` lists them\n"},
        {"chek t.yaml", 1,
         "tenure: there is no command 'chek'; did you mean 'check'?\n"},
        {"simulate", 1,
         "tenure: there is no command 'simulate'; `tenure --help` lists them\n"},
        {"check", 1, "tenure: check: name one scenario; see `tenure check --help`\n"},
        {"check a b", 1,
         "tenure: check: name one scenario; see `tenure check --help`\n"},
        {"check --jsn t.yaml", 1,
         "tenure: check: unknown option --jsn; see `tenure check --help`\n"},
        {"check -x t.yaml", 1,
         "tenure: check: unknown option -x; see `tenure check --help`\n"},
        {"check t.yaml --set", 1,
         "tenure: check: --set needs a value; see `tenure check --help`\n"},
        {"check none.yaml", 2, "tenure: none.yaml: No such file or directory\n"},
        {"check .", 2, "tenure: .: Is a directory\n"},
        {"check t.yaml --set pools.own.gpus=x", 2,
         "tenure: --set pools.own.gpus: 'x' is not a whole number, "
         "such "
         "as 8\n"},
        {"show", 1, "tenure: show: name one scenario; see `tenure show --help`\n"},
        {"help trace slic", 1, "tenure: help: 'trace' has no verb 'slic'\n"},
        {"models treshold", 1,
         "tenure: models: no model or GPU class 'treshold'; did you mean "
         "'threshold'?\n"},
        {"models h100", 1,
         "tenure: models: no GPU class 'h100'; there are h100-sxm, h100-pcie, "
         "h100-nvl\n"},
        {"models zzzzzz", 1,
         "tenure: models: no model or GPU class 'zzzzzz'; `tenure models` and `tenure "
         "models --catalogue` list them\n"},
        {"compare a b c", 1,
         "tenure: compare: name two result directories; see `tenure compare --help`\n"},
        {"compare . .", 2, "tenure: .: no manifest.json, so it is not a result\n"},
        {"explain a", 1,
         "tenure: explain: name two result directories; see `tenure explain --help`\n"},
        {"explain a b", 2, "tenure: a: No such file or directory\n"},
        {"explain . .", 2, "tenure: .: no manifest.json, so it is not a result\n"},
        {"focus", 1,
         "tenure: focus: name one result directory, as in `tenure focus out -o "
         "bill.csv`, or a file with --check\n"},
        {"focus . --focus 2.0", 1,
         "tenure: focus: --focus is '2.0'; it is 1.2, 1.3 or 1.4\n"},
        {"focus .", 2, "tenure: .: no manifest.json, so it is not a result\n"},
        {"focus --check none.csv", 2, "tenure: none.csv: there is no such file\n"},
        {"focus --check jobs.csv", 2,
         "tenure: jobs.csv:1: the columns are not those that `tenure focus` writes for "
         "FOCUS 1.2, 1.3 or 1.4, in their order\n"},
        {"leases", 1,
         "tenure: leases: name one result directory; see `tenure leases --help`\n"},
        {"leases .", 2, "tenure: .: no manifest.json, so it is not a result\n"},
        {"leases . --standard gaap", 1,
         "tenure: leases: no standard 'gaap'; there are asc842 and ifrs16\n"},
        {"leases . --life 5", 1,
         "tenure: leases: --life: '5' needs a unit, as in '3y', '18mo', '16w' or '1y "
         "6mo'\n"},
        {"leases . --rate 8", 1,
         "tenure: leases: --rate: '8' needs a unit, as in '10 %/y'\n"},
        {"leases . --fair-value 0USD", 1,
         "tenure: leases: --fair-value: it is above 0 USD\n"},
        {"help nothing", 1, "tenure: help: there is no command 'nothing'\n"},
        {"trace", 1,
         "tenure: trace: a verb is needed: check, stats, convert, formats, slice, "
         "merge, scale, anonymise, fit or generate; "
         "see "
         "`tenure trace --help`\n"},
        {"trace slic", 1,
         "tenure: trace: there is no verb 'slic'; did you mean 'slice'?\n"},
        {"trace stats bad.csv", 2, "tenure: bad.csv:2:3: gpus: 0 is below 1\n"},
        {"trace convert jobs.csv -o out.csv", 1,
         "tenure: trace convert: --from FORMAT is needed; see `tenure trace --help`\n"},
        {"trace convert --from slurm jobs.csv -o out.csv", 1,
         "tenure: trace convert: no format 'slurm'; `tenure trace formats` "
         "lists them\n"},
        {"trace convert --from=filly jobs.csv -o out.csv", 1,
         "tenure: trace convert: no format 'filly'; did you mean 'philly'?\n"},
        {"trace formats giaa", 1,
         "tenure: trace convert: no format 'giaa'; did you mean 'gaia'?\n"},
        {"trace convert --from gaia jobs.csv --bogus 3 -o out.csv", 1,
         "tenure: trace convert: unknown option --bogus; see `tenure trace convert "
         "--help`\n"},
        {"trace convert --from gaia jobs.csv --tick x -o out.csv", 1,
         "tenure: --tick: 'x' is not a whole number, such as 8\n"},
        {"trace slice jobs.csv", 1,
         "tenure: trace slice: -o OUT is needed; see `tenure trace --help`\n"},
        {"trace slice jobs.csv --from 2026-01-01 -o out.csv", 1,
         "tenure: --from: '2026-01-01' is not a number of seconds; the submits of "
         "jobs.csv are not dates\n"},
        {"trace generate t.yaml --replication -1 -o out.csv", 1,
         "tenure: --replication: '-1' is not a whole number such as 5\n"},
    };
    struct folder folder = prepared();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct outcome *outcome = tenure(&folder, cases[i].arguments);
        cr_expect(outcome->code == cases[i].code, "%s: exit %d", cases[i].arguments,
                  outcome->code);
        cr_expect(strcmp(outcome->err, cases[i].message) == 0,
                  "%s\n  says   %s  wanted %s", cases[i].arguments, outcome->err,
                  cases[i].message);
        cr_expect(eq(str, outcome->out, (char *)""));
    }
    char path[128];
    cr_expect(access(folder_path(&folder, "out.csv", path), F_OK) != 0, "left behind");
    folder_remove(&folder);
}

Test(cli, help_is_on_standard_output_for_the_program_and_each_command)
{
    static const char *const names[] = {"run",   "check",  "show",    "models",
                                        "trace", "audit",  "compare", "explain",
                                        "focus", "leases", "help"};
    struct folder folder = prepared();
    struct outcome *outcome = tenure(&folder, "--help");
    cr_expect(eq(int, outcome->code, 0));
    for (size_t i = 0; i < COUNT(names); i++)
        cr_expect(strstr(outcome->out, names[i]) != NULL, "%s", names[i]);
    for (size_t i = 0; i < COUNT(names); i++) {
        char arguments[64], usage[64];
        snprintf(arguments, sizeof arguments, "%s --bogus --help", names[i]);
        snprintf(usage, sizeof usage, "usage: tenure %s", names[i]);
        outcome = tenure(&folder, arguments);
        cr_expect(eq(int, outcome->code, 0));
        cr_expect(strncmp(outcome->out, usage, strlen(usage)) == 0, "%s", outcome->out);
        cr_expect(eq(str, outcome->err, (char *)""));
    }
    folder_remove(&folder);
}

Test(cli, text_for_people_fits_80_columns)
{
    static const char *const commands[] = {
        "--help",       "help run",           "help check",          "help show",
        "help models",  "help trace",         "help audit",          "help explain",
        "help compare", "help focus",         "help leases",         "models",
        "models h200",  "models --catalogue", "models threshold",    "models profile",
        "show t.yaml",  "check t.yaml",       "trace stats jobs.csv"};
    struct folder folder = prepared();
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct outcome *outcome = tenure(&folder, commands[i]);
        cr_expect(outcome->code == 0, "%s: exit %d", commands[i], outcome->code);
        for (char *line = strtok(outcome->out, "\n"); line; line = strtok(NULL, "\n"))
            cr_expect(strlen(line) <= 80, "%s: %zu columns: %s", commands[i],
                      strlen(line), line);
    }
    folder_remove(&folder);
}

Test(cli, check_weighs_demand_against_capacity)
{
    /* 100 + 400 + 120 GPU-s on 16 GPUs for 30 days, and nothing at the same time. */
    struct folder folder = prepared();
    struct outcome *outcome = tenure(&folder, "check t.yaml --json");
    cr_expect(eq(int, outcome->code, 0));
    cr_expect(strstr(outcome->out, "\"jobs\": 3,") != NULL, "%s", outcome->out);
    cr_expect(strstr(outcome->out, "\"peak_gpus\": 8,") != NULL, "%s", outcome->out);
    cr_expect(strstr(outcome->out, "\"fixed_capacity_gpu_h\": 11520.0") != NULL, "%s",
              outcome->out);
    cr_expect(strstr(outcome->out, "\"refused_jobs\": 0,") != NULL, "%s", outcome->out);
    outcome = tenure(&folder, "check t.yaml --json --set pools.own.gpus=4");
    cr_expect(strstr(outcome->out, "\"refused_jobs\": 1,") != NULL, "%s", outcome->out);
    outcome = tenure(&folder, "check t.yaml --set pools.own.gpus=4");
    cr_expect(strstr(outcome->out, "larger than any pool open to it") != NULL, "%s",
              outcome->out);
    folder_remove(&folder);
}

/* 100 + 400 + 120 GPU-s are 0.17 GPU-h. */
Test(cli, check_weighs_levels_too)
{
    struct folder folder = prepared();
    folder_write(&folder, "soon.csv", "time,gpus\n0,4\n3600,10\n");
    folder_write(&folder, "more.yaml",
                 "start: 2026-01-01\nhorizon: 2h\n"
                 "demand: [{level: soon.csv, after_end: hold, jurisdiction: [mars]}]\n"
                 "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]\n");
    struct outcome *outcome = tenure(&folder, "check more.yaml");
    cr_assert(eq(int, outcome->code, 0), "%s", outcome->err);
    static const char *const texts[] = {
        "levels          1, 14 GPU-h", "mean 7.0 GPUs", "peak            10 GPUs",
        "offered load    87.5 % of fixed capacity",
        "never served    1 levels: no pool in that jurisdiction"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_expect(strstr(outcome->out, texts[i]) != NULL, "%s\n%s", texts[i],
                  outcome->out);
    folder_remove(&folder);
}

/* What is generated is wanted again, GPU for GPU. */
Test(cli, a_level_is_generated_and_reads_back)
{
    struct folder folder = prepared();
    folder_write(&folder, "soon.csv", "time,gpus,workload\n0,4,chat\n3600,10,chat\n");
    folder_write(&folder, "more.yaml",
                 "start: 2026-01-01\nhorizon: 2d\n"
                 "demand: [{level: soon.csv, after_end: repeat, scale: 1.5}]\n"
                 "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 8}]\n");
    char path[128], text[1024];
    struct outcome *outcome = tenure(&folder, "trace generate more.yaml -o out.csv");
    cr_assert(eq(int, outcome->code, 0), "%s", outcome->err);
    slurp(folder_path(&folder, "out.csv", path), text, sizeof text);
    cr_expect(eq(str, text,
                 "time,gpus,workload\n2026-01-01T00:00:00Z,6,chat\n"
                 "2026-01-01T01:00:00Z,15,chat\n2026-01-02T00:00:00Z,6,chat\n"
                 "2026-01-02T01:00:00Z,15,chat\n"));
    outcome = tenure(&folder, "trace check out.csv");
    cr_expect(eq(int, outcome->code, 0));
    folder_remove(&folder);
}

Test(cli, check_says_what_a_constraint_restricts)
{
    struct folder folder = prepared();
    struct outcome *outcome =
        tenure(&folder,
               "check t.yaml --set 'demand=[{jobs: jobs.csv, jurisdiction: [CH, DE]}]'"
               " --set pools.own.jurisdiction=DE");
    cr_expect(strstr(outcome->out, "jurisdiction") == NULL, "%s", outcome->out);
    outcome =
        tenure(&folder,
               "check t.yaml --set 'demand=[{jobs: jobs.csv, jurisdiction: [CH, FR]}]'"
               " --set pools.own.jurisdiction=DE");
    static const char *const expected[] = {
        "  jurisdiction    restricts 3 jobs, 0 GPU-h; it leaves no pool open\n",
        "  warning         no pool is open to 3 jobs, 0 GPU-h, whatever their size: "
        "no\n"
        "                  pool in that jurisdiction\n"};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        cr_expect(strstr(outcome->out, expected[i]) != NULL, "%s", outcome->out);
    outcome = tenure(&folder,
                     "check t.yaml --set 'demand=[{jobs: jobs.csv, jurisdiction: CH}]'"
                     " --set dispatch.relax=jurisdiction");
    cr_expect(strstr(outcome->out, "0 GPU-h, but is relaxed; it leaves no pool\n") !=
                      NULL &&
                  strstr(outcome->out, "fit no pool at all") == NULL,
              "%s", outcome->out);
    folder_remove(&folder);
}

/* Jobs of 100 s on 1 GPU, 50 s on 8 and 60 s on 2, instances that last 20 s in the
 * mean: of one GPU each 5, 20 and 6 interruptions are expected, of 8 GPUs 5, 2.5 and 3.
 */
Test(cli, check_warns_of_jobs_that_interruptions_never_let_end)
{
    static const struct {
        const char *sets, *expected;
    } cases[] = {
        {"", "pools.spot: 3 jobs that keep no checkpoint would be interrupted over and "
             "over there, and hardly ever end: a gang loses all with any instance, and "
             "one of 8 GPUs in instances of 1 loses one every 2.5 s (mean_time 20.0 s "
             "each); give `unit`, checkpoints (`checkpoint_interval`), or other pools "
             "(`prefer`)"},
        {" --set pools.spot.unit=8",
         "pools.spot: 1 jobs that keep no checkpoint would be interrupted over and "
         "over there, and hardly ever end: a gang loses all with any instance, and "
         "one of 1 GPUs in instances of 8 loses one every 20.0 s"},
        {" --set demand.0.checkpoint_interval=10s", "\"warnings\": []"},
    };
    struct folder folder = folder_new();
    folder_traces(&folder);
    folder_write(
        &folder, "t.yaml",
        "start: 2026-01-01\nhorizon: 30d\ndemand: [{jobs: jobs.csv}]\n"
        "dispatch: {backfill: none}\npools: [{name: spot, tenure: spot, class: "
        "h100-sxm, price: 1.45 USD/GPU-h, interruption: {mean_time: 20s}}]\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        char arguments[256];
        snprintf(arguments, sizeof arguments, "check t.yaml --json%s", cases[i].sets);
        struct outcome *outcome = tenure(&folder, arguments);
        cr_expect(strstr(outcome->out, cases[i].expected) != NULL, "%s%s", outcome->out,
                  outcome->err);
    }
    folder_remove(&folder);
}

/* 163,000 USD a server of 8 at the horizon x 0.625 of an H100 after a year / 8. */
Test(cli, check_says_what_a_value_market_implies_at_the_horizon)
{
    struct folder folder = folder_new();
    folder_write(&folder, "t.yaml",
                 "start: 2026-01-01\nhorizon: 1y\ndemand: []\nmarkets: [{name: v, of: "
                 "value, class: h100-sxm, price: {model: table, points: {2026-01-01: "
                 "240 kUSD, 2026-06-01: 163 kUSD}}}]\npools: [{name: own, tenure: own, "
                 "class: h100-sxm, gpus: 8, value_market: v}]\n");
    struct outcome *outcome = tenure(&folder, "check t.yaml");
    cr_expect(
        strstr(outcome->out,
               "  resale          own: 12734 USD per GPU at the horizon, before "
               "selling cost: a\n                  new server of 8 GPUs is "
               "163000 USD then, times 62.5 % at an\n                  age of 1.0 "
               "years\n") != NULL,
        "%s%s", outcome->out, outcome->err);
    outcome = tenure(&folder, "check t.yaml --json");
    cr_expect(strstr(outcome->out,
                     "\"resale_usd_per_gpu\": {\n    \"own\": 12734.375") != NULL,
              "%s", outcome->out);
    folder_remove(&folder);
}

Test(cli, a_slice_keeps_what_lies_between_and_says_how_much)
{
    struct folder folder = prepared();
    struct outcome *outcome =
        tenure(&folder, "trace slice jobs.csv --from 86400 --to 2505600 -o -");
    cr_expect(eq(int, outcome->code, 0));
    cr_expect(eq(str, outcome->out,
                 (char *)"submit,duration_s,gpus,id\n86400.000,50.000,8,2\n"));
    cr_expect(eq(str, outcome->err, (char *)"1 of 3 jobs kept\n"));
    folder_remove(&folder);
}

Test(cli, generated_demand_reads_back_and_depends_on_the_replication_alone)
{
    struct folder folder = prepared();
    static const char generate[] =
        "trace generate t.yaml --set 'demand=[{model: {name: poisson, rate: 50 /d}}]' "
        "-o out.csv";
    char command[256], path[128], first[65536], again[65536];
    folder_path(&folder, "out.csv", path);
    struct outcome *outcome = tenure(&folder, generate);
    cr_assert(outcome->code == 0, "%s", outcome->err);
    slurp(path, first, sizeof first);
    tenure(&folder, generate);
    slurp(path, again, sizeof again);
    cr_expect(eq(str, first, again));
    snprintf(command, sizeof command, "%s --replication 1", generate);
    tenure(&folder, command);
    slurp(path, again, sizeof again);
    cr_expect(ne(str, first, again));
    outcome = tenure(&folder, "trace check out.csv");
    cr_expect(eq(int, outcome->code, 0));
    folder_remove(&folder);
}

Test(cli, the_sample_comes_from_its_recipe)
{
    /* libm may differ between machines in the last digit: counts must agree, and the
     * GPU-hours to a part in a million. */
    const char *source = getenv("TENURE_SOURCE");
    if (!source)
        cr_skip_test("TENURE_SOURCE does not name the source tree");
    struct folder folder = prepared();
    char command[512];
    snprintf(command, sizeof command,
             "trace generate %s/models/scenarios/sample-demand.yaml -o out.csv",
             source);
    struct outcome *outcome = tenure(&folder, command);
    cr_assert(outcome->code == 0, "%s", outcome->err);

    char kept[512], made[128];
    struct trace traces[2];
    struct error err = {.text = ""};
    snprintf(kept, sizeof kept, "%s/traces/sample-jobs.csv", source);
    bool ok = trace_read(&traces[0], kept, &err) &&
              trace_read(&traces[1], folder_path(&folder, "out.csv", made), &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(eq(sz, traces[0].n, traces[1].n));
    cr_expect(eq(int, traces[0].gpus_max, traces[1].gpus_max));
    double ratio = (double)traces[0].gpu_ms / (double)traces[1].gpu_ms;
    cr_expect(ratio > 1 - 1e-6 && ratio < 1 + 1e-6, "%.9f", ratio);
    cr_expect(traces[0].n > 45000 && traces[0].n < 55000, "%zu jobs", traces[0].n);
    cr_expect(eq(int, traces[0].gpus_max, 512));
    trace_free(&traces[0]);
    trace_free(&traces[1]);
    folder_remove(&folder);
}

Test(cli, a_full_disk_is_an_error_of_its_own_kind)
{
    if (access("/dev/full", W_OK) != 0)
        cr_skip_test("there is no /dev/full");
    struct folder folder = prepared();
    struct outcome *outcome = tenure(&folder, "show t.yaml >/dev/full");
    cr_expect(eq(int, outcome->code, 5));
    folder_remove(&folder);
}

/* `timeout`, shells and service managers may send one signal to the process and again
 * to its group. */
Test(cli, a_signal_that_comes_twice_at_once_leaves_nothing_either, .timeout = 60)
{
    struct folder folder = folder_new();
    folder_write(&folder, "t.yaml",
                 "start: 2026-01-01\nhorizon: 9y\n"
                 "demand: [{model: {name: poisson, rate: 100000 /d, duration: 1min}}]\n"
                 "pools: [{name: own, tenure: own, class: h100-sxm, gpus: 160}]\n");
    for (int i = 0; i < 3; i++) {
        static const char *const signals[] = {"INT", "TERM", "HUP"};
        char arguments[512];
        snprintf(arguments, sizeof arguments,
                 "run t.yaml -q -o out.csv & p=$!; "
                 "until ls -d .out.csv.tmp-* >/dev/null 2>&1; do sleep 0.01; done; "
                 "kill -%s $p; sleep 0.001; kill -%s $p; wait $p; code=$?; "
                 "ls -A; (exit $code)",
                 signals[i], signals[i]);
        struct outcome *outcome = tenure(&folder, arguments);
        cr_expect(outcome->code == 130, "%s: exit %d", signals[i], outcome->code);
        cr_expect(strcmp(outcome->out, "err\nout\nt.yaml\n") == 0, "%s: left %s",
                  signals[i], outcome->out);
    }
    folder_remove(&folder);
}

Test(cli, under_nohup_the_end_of_a_terminal_ends_nothing, .timeout = 60)
{
    struct folder folder = prepared();
    struct outcome *outcome = tenure(
        &folder, "--version; rm late.csv; mkfifo late.csv; trap '' HUP; "
                 "\"$TENURE_PROGRAM\" run t.yaml -q --set demand.0.jobs=late.csv & "
                 "sleep 0.3; kill -HUP $!; cat jobs.csv >late.csv; wait $!");
    cr_expect(outcome->code == 0, "exit %d: %s", outcome->code, outcome->err);
    folder_remove(&folder);
}

Test(cli, a_run_that_is_over_at_once_has_books_that_agree)
{
    struct folder folder = prepared();
    struct outcome *outcome =
        tenure(&folder,
               "run t.yaml -q --set horizon=until_idle --set demand=[] -o d >/dev/null"
               "; \"$TENURE_PROGRAM\" audit d; code=$?; rm -r d; (exit $code)");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->out);
    folder_remove(&folder);
}

Test(cli, waiting_for_a_pipe_can_be_interrupted, .timeout = 60)
{
    struct folder folder = prepared();
    static const char *const commands[] = {
        "run late.csv",                            /* the scenario does not come */
        "run t.yaml --set demand.0.jobs=late.csv", /* the trace does not come */
        "trace generate t.yaml --set 'demand.0.jobs=\"-\"' -o out.csv <&3",
    };
    for (size_t i = 0; i < COUNT(commands); i++) {
        char arguments[512];
        snprintf(arguments, sizeof arguments,
                 "--version; rm -f late.csv; mkfifo late.csv; %s "
                 "\"$TENURE_PROGRAM\" %s & sleep 0.3; kill -TERM $!; wait $!",
                 i < 2 ? "" : "exec 3<>late.csv;", commands[i]);
        struct outcome *outcome = tenure(&folder, arguments);
        cr_expect(outcome->code == 130, "%s: exit %d", commands[i], outcome->code);
        cr_expect(eq(str, outcome->err, (char *)"tenure: interrupted\n"));
    }
    folder_remove(&folder);
}

/* The pool that takes it over has ended a job and started none first: no waits. */
Test(cli, a_job_that_was_interrupted_and_ends_elsewhere_has_books_that_agree)
{
    struct folder folder = folder_new();
    folder_write(&folder, "jobs.csv", "submit,duration_s,gpus\n0,7200,8\n");
    folder_write(&folder, "t.yaml",
                 "start: 2026-01-01\nhorizon: 1d\n"
                 "demand: [{jobs: jobs.csv, after_end: stop}]\n"
                 "pools:\n"
                 "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 8, "
                 "term: 1h, start_past_end: true}\n"
                 "  - {name: burst, tenure: on-demand, class: h100-sxm}\n");
    struct outcome *outcome =
        tenure(&folder, "run t.yaml -q -o d; \"$TENURE_PROGRAM\" audit d; code=$?; "
                        "rm -r d; (exit $code)");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->out);
    folder_remove(&folder);
}

/* `out` and `err` are the outcome's own: results are called otherwise. */
Test(cli, results_are_compared_and_explained_for_people_and_machines)
{
    struct folder folder = prepared();
    struct outcome *outcome =
        tenure(&folder, "run t.yaml -q -o a && \"$TENURE_PROGRAM\" run t.yaml -q -o b "
                        "--set pools.own.gpus=32 && \"$TENURE_PROGRAM\" compare a/ b");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(strncmp(outcome->out, "A is a (t)\nB is b (t)\n\n", 23) == 0, "%s",
              outcome->out);
    cr_expect(strstr(outcome->out, "  pools.own.gpus              16") != NULL, "%s",
              outcome->out);
    outcome = tenure(&folder, "compare a b --json");
    cr_expect(strstr(outcome->out, "\"same_service\": true,") != NULL, "%s",
              outcome->out);
    outcome = tenure(&folder, "compare a b --csv - | head -n 1");
    cr_expect(
        eq(str, outcome->out, (char *)"scope,metric,unit,a,b,difference,ratio\n"));
    outcome = tenure(&folder, "explain a b --basis cash --csv -");
    cr_expect(strncmp(outcome->out, "step,pool,account,amount_usd\n", 29) == 0, "%s",
              outcome->out);
    cr_expect(strstr(outcome->out, "\nutilization,own,purchase,") != NULL, "%s",
              outcome->out);
    outcome = tenure(&folder, "explain a b --json");
    cr_expect(strstr(outcome->out, "\"basis\": \"economic\",") != NULL, "%s",
              outcome->out);
    outcome = tenure(&folder, "explain a b --basis profit");
    cr_expect(eq(int, outcome->code, 1));
    outcome = tenure(&folder, "explain a b --match own");
    cr_expect(eq(int, outcome->code, 1));
    outcome = tenure(&folder, "explain a b --csv none/x.csv");
    cr_expect(eq(int, outcome->code, 2), "%s", outcome->err);
    outcome = tenure(&folder, "compare a b >/dev/full");
    cr_expect(eq(int, outcome->code, 5), "%s", outcome->err);
    outcome = tenure(&folder,
                     "--version; echo >>b/jobs.csv; \"$TENURE_PROGRAM\" compare a b; "
                     "code=$?; rm -r a b; (exit $code)");
    cr_expect(eq(int, outcome->code, 4), "%s", outcome->err);
    folder_remove(&folder);
}

Test(cli, a_focus_export_appears_whole_or_not_at_all)
{
    struct folder folder = prepared();
    struct outcome *outcome =
        tenure(&folder, "run t.yaml -q -o a && \"$TENURE_PROGRAM\" focus a -o f.csv && "
                        "ls && \"$TENURE_PROGRAM\" focus --check f.csv");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    cr_expect(strstr(outcome->out, "f-contract-commitment.csv\nf.csv\n") != NULL, "%s",
              outcome->out);
    cr_expect(strstr(outcome->out, "f.csv: FOCUS 1.4, Cost and Usage, ") != NULL, "%s",
              outcome->out);
    outcome = tenure(&folder, "focus a -o f.csv --focus 1.2");
    cr_expect(eq(int, outcome->code, 2));
    cr_expect(eq(str, outcome->err,
                 "tenure: f.csv: is there already; --force replaces it\n"));
    outcome = tenure(&folder, "focus a -o f.csv --focus 1.2 --force && "
                              "\"$TENURE_PROGRAM\" focus a --focus 1.2 | cmp - f.csv");
    cr_expect(eq(int, outcome->code, 0), "%s", outcome->err);
    outcome = tenure(&folder, "focus a -o a");
    cr_expect(eq(int, outcome->code, 2), "%s", outcome->err);
    outcome = tenure(&folder, "focus a -o none/f.csv");
    cr_expect(eq(int, outcome->code, 2), "%s", outcome->err);
    outcome = tenure(&folder, "focus a >/dev/full");
    cr_expect(eq(int, outcome->code, 5), "%s", outcome->err);
    outcome = tenure(&folder, "focus a -o d && ls d");
    cr_expect(eq(str, outcome->out,
                 "focus-contract-commitment.csv\nfocus-cost-and-usage.csv\n"));
    outcome = tenure(&folder, "audit a && sed -i 's/Usage-Based/Hourly/' f.csv && "
                              "\"$TENURE_PROGRAM\" focus --check f.csv");
    cr_expect(eq(int, outcome->code, 4), "%s", outcome->err);
    cr_expect(strstr(outcome->out,
                     "ChargeFrequency: 'Hourly' is not one of the allowed "
                     "values") != NULL,
              "%s", outcome->out);
    outcome =
        tenure(&folder, "--version; echo >>a/usage.csv; \"$TENURE_PROGRAM\" focus a "
                        "-o g.csv; code=$?; rm -r a d f*.csv; (exit $code)");
    cr_expect(eq(int, outcome->code, 4), "%s", outcome->err);
    folder_remove(&folder);
}
