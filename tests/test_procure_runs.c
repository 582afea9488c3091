/* Whole runs under each policy, by the program: audited, repeatable, and blind to what
 * comes. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/wait.h>

#include "scenario_files.h"

static struct folder folder;

/* 3,000 jobs over 600 days, of 1 to 32 GPUs, more and more of them; from day 450 on
 * they may be other ones. */
static void write_jobs(const char *name, bool other)
{
    static const int gpus[] = {1, 2, 4, 8, 8, 16, 32};
    char path[128];
    FILE *file = fopen(folder_path(&folder, name, path), "w");
    cr_assert(file != NULL, "%s", path);
    fputs("submit,duration_s,gpus\n", file);
    uint32_t state = 20261128;
    for (int i = 0; i < 3000; i++) {
        uint32_t draw[3];
        for (int k = 0; k < 3; k++)
            draw[k] = (state = state * 1664525u + 1013904223u) >> 8;
        double share = i / 3000.0, day = 600 * share * (2 - share);
        int factor = other && day >= 450 ? 7 : 1;
        fprintf(file, "%lld,%u,%d\n", (long long)(day * 86400), 3600 + draw[1] % 300000,
                gpus[draw[2] % 7] * factor);
    }
    fclose(file);
}

static void setup(void)
{
    folder = folder_new();
    write_jobs("jobs.csv", false);
    write_jobs("late.csv", true);
    folder_write(&folder, "t.yaml",
                 "start: 2026-01-01\nhorizon: 600d\ninterval: 10d\nevents: true\n"
                 "discount_rate: 9.3 %/y\n"
                 "demand: [{jobs: jobs.csv, after_end: stop}]\n"
                 "pools:\n"
                 "  - {name: own, tenure: own, class: h100-sxm, gpus: 64}\n"
                 "  - {name: burst, tenure: on-demand, class: h100-sxm,"
                 " price: 4.5 USD/GPU-h}\n"
                 "dispatch: {wait: {after: 2h}}\n");
}

static void teardown(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder.path);
    cr_assert(system(command) == 0, "rm");
}

TestSuite(procure_runs, .init = setup, .fini = teardown, .timeout = 120);

/* Runs a command of the shell in the folder, with $T for the program. */
static int sh(const char *command)
{
    const char *program = getenv("TENURE_PROGRAM");
    if (!program)
        cr_skip_test("TENURE_PROGRAM does not name the program");
    char line[4096];
    snprintf(line, sizeof line, "cd %s && T=%s && { %s\n} >log 2>&1", folder.path,
             program, command);
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *log_text(void)
{
    static char text[8192];
    char path[128];
    FILE *file = fopen(folder_path(&folder, "log", path), "r");
    size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[n] = '\0';
    if (file)
        fclose(file);
    return text;
}

static const char *const policies[] = {
    "policy: fixed, plan: [2026-04-01 +64, 2027-03-01 -32]",
    "policy: reorder, below: 8, up_to: 64",
    "policy: target_utilization, low: 50 %",
    "policy: forecast_quantile, retire: idle, season: 4",
    "policy: break_even, term: 120d, review: 7d",
    "policy: break_even, term: 120d, review: 7d, threshold: randomised",
};

#define AS_LEASE                                                                       \
    " --set pools.own.tenure=lease --set pools.own.term=200d"                          \
    " --set 'pools.own.price=2.1 USD/GPU-h'"

static int run(size_t policy, bool lease, const char *out, const char *more)
{
    char command[1024];
    snprintf(command, sizeof command,
             "$T run t.yaml --quiet -o %s --set 'pools.own.procure={%s, max_gpus: "
             "800}' %s %s",
             out, policies[policy], lease ? AS_LEASE : "", more);
    return sh(command);
}

Test(procure_runs, each_policy_orders_and_its_books_agree)
{
    for (size_t p = 0; p < COUNT(policies); p++)
        for (int lease = 0; lease < 2; lease++) {
            cr_assert(run(p, lease == 1, "out", "--force") == 0, "%s: %s", policies[p],
                      log_text());
            cr_expect(sh("$T audit out") == 0, "%s: %s", policies[p], log_text());
            cr_expect(sh("grep -q ',decision,' out/events.csv") == 0, "%s%s: no order",
                      policies[p], lease ? " (lease)" : "");
        }
}

Test(procure_runs, the_same_seed_decides_the_same)
{
    for (size_t p = 0; p < COUNT(policies); p++) {
        cr_assert(run(p, false, "a", "--force") == 0, "%s", log_text());
        cr_assert(run(p, false, "b", "--force") == 0, "%s", log_text());
        cr_expect(sh("rm a/run.json b/run.json; diff -rq a b") == 0, "%s: %s",
                  policies[p], log_text());
    }
}

/* From day 450 on the jobs are other ones: until then, no order is. */
Test(procure_runs, no_order_depends_on_what_comes)
{
    for (size_t p = 0; p < COUNT(policies); p++)
        for (int lease = 0; lease < 2; lease++) {
            cr_assert(run(p, lease == 1, "a", "--force") == 0, "%s", log_text());
            cr_assert(run(p, lease == 1, "b", "--force --set demand.0.jobs=late.csv") ==
                          0,
                      "%s", log_text());
            cr_expect(
                sh("for d in a b; do awk -F, '$3 == \"decision\" && $1 < 450 * 86400'"
                   " $d/events.csv >$d.orders; done; cmp a.orders b.orders") == 0,
                "%s: %s", policies[p], log_text());
            cr_expect(sh("test -s a.orders") == 0, "%s: none before", policies[p]);
        }
}

Test(procure_runs, a_policy_that_never_orders_changes_nothing)
{
    static const char *const kinds[] = {"",
                                        AS_LEASE " --set pools.own.start_past_end=true"
                                                 " --set pools.own.term=3y"};
    for (size_t k = 0; k < COUNT(kinds); k++) {
        char command[1024];
        snprintf(command, sizeof command,
                 "rm -rf a b; $T run t.yaml --quiet -o a %s && "
                 "$T run t.yaml --quiet -o b %s --set "
                 "'pools.own.procure={policy: fixed, max_gpus: 64}' && "
                 "rm -f a/run.json b/run.json a/manifest.json b/manifest.json && "
                 "ls a && diff -r a b",
                 kinds[k], kinds[k]);
        cr_expect(sh(command) == 0, "%s: %s", kinds[k], log_text());
    }
}

Test(procure_runs, mistakes_are_told_with_their_place)
{
    static const struct {
        const char *procure, *message;
    } cases[] = {
        {"reorder", "tenure: --set pools.own.procure: a map with `policy` is "
                    "wanted, as in {policy: reorder, max_gpus: 512}\n"},
        {"{policy: reorder}",
         "tenure: --set pools.own.procure: missing key 'max_gpus': "
         "most GPUs in service and on order to which orders bring the pool\n"},
        {"{policy: reorders, max_gpus: 64}",
         "tenure: --set pools.own.procure: 'reorders' is not one of "
         "fixed, reorder, target_utilization, forecast_quantile, break_even; did you "
         "mean 'reorder'?\n"},
        {"{policy: reorder, max_gpus: 64, belov: 9}",
         "tenure: --set pools.own.procure: unknown key 'belov'; "
         "did you mean 'below'?\n"},
        {"{policy: reorder, max_gpus: 63}",
         "tenure: --set pools.own.procure: pools.own.procure.max_gpus: 63 are fewer "
         "than the 64 GPUs that the pool has without the policy\n"},
        {"{policy: reorder, max_gpus: 64, review: 1s}",
         "tenure: --set pools.own.procure: pools.own.procure.review: that is more than "
         "2000000 reviews over the horizon; give a longer time\n"},
        {"{policy: reorder, max_gpus: 64, below: 9, up_to: 8}",
         "tenure: --set pools.own.procure: up_to: 8 is less than "
         "below, 9\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char command[512];
        snprintf(command, sizeof command,
                 "$T check t.yaml --set 'pools.own.procure=%s'", cases[i].procure);
        cr_expect(eq(int, sh(command), 2));
        cr_expect(eq(str, (char *)log_text(), (char *)cases[i].message));
    }
    cr_expect(sh("sed '/burst/,/price/d' t.yaml >more.yaml; $T check more.yaml --set "
                 "'pools.own.procure={policy: break_even, max_gpus: 64}'") == 2);
    cr_expect(eq(str, (char *)log_text(),
                 "tenure: --set pools.own.procure: policy break_even "
                 "goes by the price of elastic capacity, and no pool is on-demand or "
                 "spot; add one, or give `price`\n"));
    cr_expect(sh("$T check t.yaml --set 'pools.burst.procure={policy: reorder, "
                 "max_gpus: 64}'") == 2);
    cr_expect(eq(str, (char *)log_text(),
                 "tenure: --set pools.burst.procure: pools.burst: `procure` is for own "
                 "or lease pools; this one is on-demand\n"));
}
