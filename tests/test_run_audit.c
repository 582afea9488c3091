/* Whole runs, written, audited, and spoilt. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "result_runs.h"
#include "sanitized.h"

static struct results results;

static void setup(void)
{
    results_begin(&results);
}

static void teardown(void)
{
    results_end(&results);
}

TestSuite(run_audit, .init = setup, .fini = teardown);

/* 400 jobs of five sizes over 20 days, from a fixed linear congruence: gangs that
 * queue, go to every pool, never fit, give up, and are there at the end. */
static void write_jobs(const char *path)
{
    static const char *const workloads[] = {"train", "serve", ""};
    static const char *const tenants[] = {"blue", "red", "", "green"};
    static const int gpus[] = {1, 2, 3, 8, 16, 100};
    uint32_t state = 20260120;
    int64_t submit_ms = 0;
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL, "%s", path);
    fputs("submit,duration_s,gpus,workload,tenant,patience_s\n", file);
    for (int i = 0; i < 400; i++) {
        uint32_t draw[5];
        for (int k = 0; k < 5; k++)
            draw[k] = (state = state * 1664525u + 1013904223u) >> 8;
        submit_ms += draw[0] % 8640000;
        fprintf(file, "%lld.%03lld,%u.%03u,%d,%s,%s,%s\n",
                (long long)(submit_ms / 1000), (long long)(submit_ms % 1000),
                60 + draw[1] % 40000, draw[1] % 1000,
                gpus[draw[2] % 300 == 0 ? 5 : draw[2] % 5], workloads[draw[3] % 3],
                tenants[draw[4] % 4], draw[4] % 5 == 0 ? "7200.5" : "");
    }
    fclose(file);
}

static const char scenario_text[] =
    "name: audit\n"
    "chargeback: true\n"
    "start: 2026-01-20\n"
    "horizon: 20d\n"
    "interval: %s\n"
    "warmup: 1d\n"
    "discount_rate: 9.3 %%/y\n"
    "closing: %s\n"
    "demand:\n"
    "  - {jobs: jobs.csv, reference_class: h100-sxm, after_end: stop}\n"
    "pools:\n"
    "  - {name: own, tenure: own, class: h100-sxm, gpus: 16%s}\n"
    "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 8, price: 2.05 USD/GPU-h,"
    " term: %s, prepay: 20 %%}\n"
    "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 32,"
    " price: 2.95 USD/GPU-h, minimum: 10min, increment: 60s, boot: 187s%s}\n"
    "dispatch: {order: fifo, backfill: %s, placement: %s, wait: {policy: threshold,"
    " short_below: 2h, short: 30min, long: 6h}}\n";

/* As a line after another. */
#define SERVICE                                                                        \
    "\nservice: [{workload: serve, unserved: 3.17 USD/GPU-h, delay: 0.2501 USD/GPU-h," \
    " miss: 12.5 USD}, {delay: 0.07 USD/GPU-h, miss: 1 USD}]"

struct variant {
    const char *interval, *closing, *own, *term, *burst, *backfill, *placement;
};

static const char *run_scenario(const char *path, const char *name)
{
    return results_run_file(&results, name, path, NULL, 0);
}

static const struct variant plain = {"1d", "market", "", "1y", "", "easy", "fungible"};

static const char *run(const struct variant *v, const char *name)
{
    const char *path = results_path(&results, "scenario.yaml");
    write_jobs(results_path(&results, "jobs.csv"));
    FILE *file = fopen(path, "w");
    fprintf(file, scenario_text, v->interval, v->closing, v->own, v->term, v->burst,
            v->backfill, v->placement);
    fclose(file);
    return run_scenario(path, name);
}

/* The last line of a file of a result. */
static const char *last_line(const char *dir, const char *name)
{
    char line[1024] = "";
    FILE *file = fopen(arena_printf(&results.arena, "%s/%s", dir, name), "r");
    cr_assert(file != NULL, "%s", name);
    while (fgets(line, sizeof line, file))
        ;
    fclose(file);
    return arena_strdup(&results.arena, line);
}

static int64_t audit(const char *dir, char message[1024])
{
    struct audit_report report;
    struct error err;
    int64_t n = 1;
    bool ok = audit_dir(dir, false, &report, &err);
    if (ok)
        n = report.n_findings;
    snprintf(message, 1024, "%s", !ok ? err.text : n ? report.findings[0].text : "");
    audit_free(&report);
    return n;
}

Test(run_audit, the_books_of_every_variant_agree)
{
    static const struct variant variants[] = {
        {"1d", "market", "", "1y", "", "none", "fungible"},
        {"1h", "book", "", "1y", "", "skip", "fungible"},
        {"1mo", "none", "", "1y", "", "easy", "packed"},
        {"1d", "market", "", "1y", "", "conservative", "fungible"},
        /* the contract ends within the run; then it interrupts what is on it */
        {"1d", "market", "", "10d", "", "easy", "fungible"},
        {"7d", "market", "", "10d, start_past_end: true", "", "easy", "packed"},
        {"1d", "book", "", "10d, start_past_end: true", "", "none", "fungible"},
        /* lots that come and go */
        {"1d", "market", ", changes: [{at: 2026-01-28, gpus: +8}]", "1y", "", "easy",
         "fungible"},
        {"1d", "book",
         ", changes: [{at: 2026-01-25, gpus: +8}, {at: 2026-02-03, gpus: -16}]", "1y",
         "", "easy", "fungible"},
        {"1d", "market", ", in_service: 2024-07-01, opening: book", "1y", "", "easy",
         "fungible"},
        {"1d", "market", ", in_service: 2024-07-01, opening: market", "1y", "", "easy",
         "fungible"},
        {"1d", "market", ", in_service: 2024-07-01, opening: sunk", "1y", "", "easy",
         "fungible"},
        /* losses of book value at the end of a year, and lots sold for their age */
        {"1d", "book",
         ", in_service: 2024-01-29, opening: book, economic_life: 24mo, changes: [{at: "
         "2026-01-25, gpus: +8}]",
         "1y", "", "easy", "packed"},
        /* other depreciation, its book year and its life ending within the run */
        {"1d", "book",
         ", in_service: 2024-01-29, opening: book, depreciation: declining-balance,"
         " changes: [{at: 2026-02-03, gpus: -3}]",
         "1y", "", "easy", "fungible"},
        {"1d", "market",
         ", in_service: 2025-01-29, opening: market, life: 377d, depreciation: "
         "{method: "
         "declining-balance, factor: 150 %, switch: false}",
         "1y", "", "easy", "packed"},
        {"1h", "book",
         ", depreciation: units-of-production, changes: [{at: 2026-01-25, gpus: +8}, "
         "{at: 2026-02-03, gpus: -16}]",
         "1y", "", "easy", "fungible"},
        {"1mo", "market",
         ", depreciation: {method: units-of-production, expected_utilization: 1 %}, "
         "life: 3mo",
         "1y", "", "skip", "fungible"},
        /* instances */
        {"1d", "market", "", "1y", ", unit: 8, keep_alive: 20min", "easy", "fungible"},
        {"1d", "market", "", "1y", ", unit: 4", "skip", "packed"},
        /* service has a price, also after interruptions */
        {"1d" SERVICE, "market", "", "1y", "", "easy", "fungible"},
        {"1d" SERVICE, "market", "", "10d, start_past_end: true", "", "none", "packed"},
        /* what starts no job at the end is not billed */
        {"1d\nbilling_until: last_start", "market", "", "1y", "", "none", "fungible"},
        /* sold within the month in which cash is highest, and bought again */
        {"1d", "none",
         ", changes: [{at: 2026-01-22, gpus: -8}, {at: 2026-01-25, gpus: +8},"
         " {at: 2026-01-27, gpus: -8}]",
         "1y", "", "easy", "fungible"},
    };
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        char message[1024];
        const char *name = arena_printf(&results.arena, "out-%zu", i);
        int64_t findings = audit(run(&variants[i], name), message);
        cr_expect(findings == 0, "variant %zu: %lld findings: %s", i,
                  (long long)findings, message);
    }
}

/* Every kind of market, and what grows each year: bills at many prices, contracts that
 * are signed and indexed within the run, sales and closing values at the market,
 * carbon. */
Test(run_audit, the_books_agree_where_prices_change)
{
    char message[1024];
    write_jobs(results_path(&results, "jobs.csv"));
    results_write(
        &results, "prices.yaml",
        "start: 2026-01-20\nhorizon: 20d\ninterval: 7h\ndiscount_rate: 9.3 %/y\n"
        "events: true\ndemand: [{jobs: jobs.csv, after_end: stop}]\n"
        "markets:\n"
        "  - {name: rents, of: rent, class: h100-sxm, price: {model: ou, step: 1h,"
        " volatility: 200 %/y, level: 2.2 USD/GPU-h}}\n"
        "  - {name: grid, of: tariff, price: {model: gbm, step: 1h, launch_every: "
        "5d}}\n"
        "  - {name: servers, of: value, class: h100-sxm, price: {model: decline, step: "
        "1d}}\n"
        "  - {name: air, of: carbon, price: {model: ou, step: 1h, volatility: 300 "
        "%/y}}\n"
        "pools:\n"
        "  - {name: own, tenure: own, class: h100-sxm, gpus: 16, tariff_market: grid,"
        " value_market: servers, carbon_market: air, changes: [{at: 2026-01-25, gpus: "
        "+8}, {at: 2026-02-03, gpus: -16}], escalation: {staff: 3 %/y}}\n"
        "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 8, from: 2026-01-22,"
        " price_market: rents, price_share: 80 %, index_every: 3d, term: 14d, prepay: "
        "20 "
        "%}\n"
        "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 32, "
        "price_market: "
        "rents, minimum: 10min, increment: 60s, boot: 187s}\n");
    int64_t findings =
        audit(run_scenario(results_path(&results, "prices.yaml"), "prices"), message);
    cr_expect(findings == 0, "%lld findings: %s", (long long)findings, message);
}

/* Thousands of millions of GPU-hours in nine digits are more than a double holds. */
Test(run_audit, large_sums_are_right)
{
    char message[1024];
    results_write(&results, "jobs.csv",
                  "submit,duration_s,gpus\n0.123,234567890.123,99991\n"
                  "5.7,200000001.007,69997\n7,123456789.321,54321\n"
                  "77777,10000000.777,33333\n");
    results_write(
        &results, "large.yaml",
        "start: 2026-01-20\nhorizon: 9y\ninterval: 1mo\ndiscount_rate: 9.3 %/y\n"
        "demand: [{jobs: jobs.csv, after_end: stop}]\npools:\n"
        "  - {name: own, tenure: own, class: h100-sxm, gpus: 100000}\n"
        "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 70000, price: "
        "2.05 USD/GPU-h, term: 9y}\n"
        "  - {name: burst, tenure: on-demand, class: h100-sxm, price: 2.95 "
        "USD/GPU-h}\n");
    int64_t findings =
        audit(run_scenario(results_path(&results, "large.yaml"), "large"), message);
    cr_expect(findings == 0, "%lld findings: %s", (long long)findings, message);
}

Test(run_audit, a_run_that_ends_as_it_begins_is_right)
{
    static const char *const demands[] = {
        "submit,duration_s,gpus\n",                    /* empty */
        "submit,duration_s,gpus\n0,60,9000\n0,5,77\n", /* all refused */
    };
    static const char *const starts[] = {"2026-01-01", "2026-01-20T07:31:05.017Z"};
    for (int i = 0; i < 4; i++) {
        char message[1024];
        results_write(&results, "jobs.csv", demands[i / 2]);
        results_write(
            &results, "end.yaml",
            arena_printf(&results.arena,
                         "start: %s\nhorizon: until_idle\ndiscount_rate: 9.3 %%/y\n"
                         "demand: [{jobs: jobs.csv}]\npools:\n"
                         "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"
                         "  - {name: leased, tenure: lease, class: h100-sxm, gpus: 8,"
                         " price: 2.05 USD/GPU-h, term: 1y, prepay: 20 %%}\n",
                         starts[i % 2]));
        const char *dir = run_scenario(results_path(&results, "end.yaml"),
                                       arena_printf(&results.arena, "end-%d", i));
        int64_t findings = audit(dir, message);
        cr_expect(findings == 0, "case %d: %lld findings: %s", i, (long long)findings,
                  message);
    }
}

/* The instance boots for 10 minutes, of which the run sees 4.25. */
Test(run_audit, a_job_whose_instance_boots_at_the_end_is_right)
{
    char message[1024];
    results_write(&results, "jobs.csv", "submit,duration_s,gpus\n0,60,3\n3345,100,5\n");
    results_write(
        &results, "boot.yaml",
        "start: 2026-01-20\nhorizon: 1h\ndemand: [{jobs: jobs.csv, after_end: "
        "stop}]\npools:\n"
        "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 32,"
        " price: 2.95 USD/GPU-h, boot: 10min}\n");
    const char *dir = run_scenario(results_path(&results, "boot.yaml"), "boot");
    int64_t findings = audit(dir, message);
    cr_expect(findings == 0, "%lld findings: %s", (long long)findings, message);

    cr_expect(eq(str, (char *)last_line(dir, "jobs.csv"),
                 "2,,,3345.000,,,burst,h100-sxm,5,255.000,0.000000000,0.354166667,0,"
                 "running,,1.044792\n"));
}

/* Spot capacity with notice that is taken back and priced out, a market that runs
 * short, shocks, urgent jobs. */
Test(run_audit, the_books_of_a_moody_market_agree)
{
    static const char *const spots[] = {
        "interruption: {mean_time: 3h}, unit: 8, price: 1.29 USD/GPU-h",
        ("price: 1.29 USD/GPU-h, interruption: {mean_time: 40min, trace: supply.csv}, "
         "notice: 30s, unit: 4, keep_alive: 20min"),
        ("interruption: {trace: supply.csv}, notice: 2h, bid: 1.3 USD/GPU-h, "
         "price_market: m, price_share: 50 %"),
    };
    char message[1024];
    write_jobs(results_path(&results, "jobs.csv"));
    results_write(&results, "supply.csv",
                  "time,gpus\n0,32\n90000.5,11\n500000,0\n600000,24\n");
    for (size_t i = 0; i < sizeof spots / sizeof spots[0]; i++) {
        results_write(
            &results, "moody.yaml",
            arena_printf(
                &results.arena,
                "start: 2026-01-20\nhorizon: 20d\ndiscount_rate: 9.3 %%/y\ndemand: "
                "[{jobs: jobs.csv, preemptible: true, checkpoint_interval: 10min, "
                "checkpoint_cost: 20s, restart: 1min, after_end: stop}, {jobs: "
                "jobs.csv, "
                "name: urgent, priority: 3, scale: 0.4, after_end: stop}]\npools:\n"
                "  - {name: own, tenure: own, class: h100-sxm, gpus: 8}\n"
                "  - {name: spot, tenure: spot, class: h100-sxm, limit: 32, boot: 187s,"
                " minimum: 10min, %s}\n"
                "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 8,"
                " provider: x, availability: {trace: supply.csv}}\n"
                "markets: [{name: m, of: rent, class: h100-sxm, price: {model: ou}}]\n"
                "shocks:\n"
                "  - {pools: [burst, spot], per_y: 100, lasts: 1d, share: 50 %%}\n"
                "  - {pools: [spot], from: 2026-01-27, lasts: 1d, price_times: 1.37}\n"
                "  - {provider: x, from: 2026-02-05T03:04:05Z, ends: true}\n"
                "dispatch: {order: priority, preempt: true, backfill: easy}\n",
                spots[i]));
        const char *dir = run_scenario(results_path(&results, "moody.yaml"),
                                       arena_printf(&results.arena, "moody-%zu", i));
        int64_t findings = audit(dir, message);
        cr_expect(findings == 0, "%s: %lld findings: %s", spots[i], (long long)findings,
                  message);
    }
}

Test(run_audit, a_lot_that_costs_more_than_renting_is_obsolete)
{
    static const struct {
        const char *rent, *end;
    } cases[] = {{"9.99", ",9.990000000,false\n"}, {"0.05", ",0.050000000,true\n"}};
    results_write(&results, "jobs.csv", "submit,duration_s,gpus\n0,60,3\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[1024];
        const char *text = arena_printf(
            &results.arena,
            "start: 2026-01-20\nhorizon: 1h\ndemand: [{jobs: jobs.csv, after_end: "
            "stop}]\npools:\n"
            "  - {name: own, tenure: own, class: h100-sxm, gpus: 16}\n"
            "  - {name: burst, tenure: on-demand, class: h100-sxm, limit: 32,"
            " price: %s USD/GPU-h}\n",
            cases[i].rent);
        results_write(&results, "worth.yaml", text);
        const char *dir = run_scenario(results_path(&results, "worth.yaml"),
                                       arena_printf(&results.arena, "worth-%zu", i));
        int64_t findings = audit(dir, message);
        cr_expect(findings == 0, "%s", message);
        const char *line = last_line(dir, "assets.csv");
        size_t n = strlen(line), m = strlen(cases[i].end);
        cr_expect(n > m && strcmp(line + n - m, cases[i].end) == 0, "%s", line);
    }
}

Test(run_audit, manifests_do_not_tell_where_the_program_was_called_from)
{
    char here[512], first[SHA256_HEX], second[SHA256_HEX];
    struct error err;
    cr_assert(getcwd(here, sizeof here) != NULL, "getcwd");
    (void)run(&plain, "out"); /* writes scenario.yaml and jobs.csv */
    (void)run_scenario(results_path(&results, "scenario.yaml"), "whole");
    cr_assert(chdir(results.parent) == 0, "chdir");
    (void)run_scenario("scenario.yaml", "plain");
    (void)run_scenario("./scenario.yaml", "dot");
    cr_assert(chdir("plain") == 0, "chdir");
    (void)run_scenario("../scenario.yaml", "up");
    cr_assert(chdir(here) == 0, "chdir");

    static const char *const names[] = {"plain", "dot", "up", "whole"};
    size_t n_compared = 0;
    for (const char *const *output = output_names; *output; output++) {
        const char *path =
            arena_printf(&results.arena, "%s/out/%s", results.parent, *output);
        if (strcmp(*output, "run.json") == 0 || access(path, F_OK) != 0)
            continue;
        n_compared++;
        cr_assert(sha256_file(path, first, &err), "%s", path);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            path = arena_printf(&results.arena, "%s/%s/%s", results.parent, names[i],
                                *output);
            cr_assert(sha256_file(path, second, &err), "%s", path);
            cr_expect(strcmp(first, second) == 0, "%s of %s differs", *output,
                      names[i]);
        }
    }
    cr_expect(n_compared > 5, "%zu files", n_compared);
}

struct document {
    const char *path;
    char *text;
    size_t length;
};

static void rewrite(const struct document *document)
{
    FILE *file = fopen(document->path, "wb");
    cr_assert(file != NULL, "%s", document->path);
    fwrite(document->text, 1, document->length, file);
    fclose(file);
}

/* Where field c of the line begins; the fields of a run without quotes. */
static char *field(char *line, size_t c)
{
    for (; c > 0; c--)
        line = strpbrk(line, ",\n") + 1;
    return line;
}

/* Spoils one cell at its last letter, and tells whether it was found. */
static bool is_found(const char *dir, const struct document *document, char *cell,
                     size_t length)
{
    char message[1024];
    char *last = cell + length - 1, kept = *last;
    *last = kept >= '0' && kept <= '9' ? (char)('0' + (kept - '0' + 1) % 10)
                                       : (char)(kept == 'z' ? 'y' : 'z');
    rewrite(document);
    bool found = audit(dir, message) > 0;
    *last = kept;
    return found;
}

/* What the column's own table says of some rows. */
static bool is_excepted(enum output_table table, char *line, size_t c)
{
    if (table == TABLE_JOBS)
        return c == JOBS_GPUS && *field(line, JOBS_START) == ',';
    return table == TABLE_LEDGER && c == LEDGER_TIME &&
           strncmp(field(line, LEDGER_ACCOUNT), "resale,", 7) == 0;
}

/* In each column, some dozen cells spread over the file. */
static void spoil(const char *dir, enum output_table table)
{
    const struct output_file *file = &output_files[table];
    struct document document = {
        .path = arena_printf(&results.arena, "%s/%s", dir, file->name)};
    document.text = arena_alloc(&results.arena, 1 << 20);
    FILE *in = fopen(document.path, "rb");
    document.length = fread(document.text, 1, (1 << 20) - 1, in);
    fclose(in);

    size_t rows = 0;
    for (size_t i = 0; i < document.length; i++)
        rows += document.text[i] == '\n';
    size_t step = rows / 12 * SANITIZED_SHARE + 1, line_number = 1;
    for (char *line = strchr(document.text, '\n') + 1; *line;
         line = strchr(line, '\n') + 1) {
        if (++line_number % step)
            continue;
        for (size_t c = 0; c < file->n; c++) {
            char *cell = field(line, c);
            size_t length = strcspn(cell, ",\n");
            if (length == 0 || file->columns[c].unchecked ||
                is_excepted(table, line, c))
                continue;
            cr_expect(is_found(dir, &document, cell, length), "%s:%zu: %s '%.*s'",
                      file->name, line_number, file->columns[c].name, (int)length,
                      cell);
        }
    }
    rewrite(&document);
}

Test(run_audit, one_changed_digit_is_found_in_every_redundant_column)
{
    const char *dir = run(&plain, "out");
    for (int table = TABLE_TIMELINE; table <= TABLE_USAGE; table++)
        spoil(dir, (enum output_table)table);
    spoil(dir, TABLE_CHARGEBACK);
}

/* Lots that come and go, instances, and a lease that ends. */
Test(run_audit, one_changed_digit_is_found_in_ledgers_of_every_kind)
{
    static const struct variant variants[] = {
        {"1d", "book",
         ", changes: [{at: 2026-01-25, gpus: +8}, {at: 2026-02-03, gpus: -16}]", "10d",
         ", unit: 8, keep_alive: 20min", "easy", "fungible"},
        {"1mo", "market", ", in_service: 2024-07-01, opening: book", "1y", "", "none",
         "packed"},
        {"1mo" SERVICE, "market", "", "1y", "", "easy", "fungible"},
    };
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        spoil(run(&variants[i], arena_printf(&results.arena, "kind-%zu", i)),
              TABLE_LEDGER);
    }
}

/* Nothing here crashes, or passes. */
Test(run_audit, hostile_charges_and_prices_of_service_are_findings)
{
    static const char header[] =
        "pool,payer,tenant,workload,busy_useful_gpu_h,busy_overhead_gpu_h,busy_usd,"
        "overhead_usd,idle_usd,down_usd,full_usd\n";
    static const char most[] = "2562047788015.215501944,2562047788015.215501944,"
                               "9223372036854.775807,9223372036854.775807,"
                               "9223372036854.775807,9223372036854.775807,"
                               "9223372036854.775807\n";
    static const char ledger[] =
        "month,time,pool,item,account,basis,amount_usd,quantity,unit\n";
    const char *const texts[][2] = {
        {"chargeback.csv", ""},
        {"chargeback.csv", header},
        {"chargeback.csv",
         arena_printf(&results.arena, "%sown,tenant,x,y,%s", header, most)},
        {"chargeback.csv",
         arena_printf(&results.arena, "%sown,unallocated,,,%sown,unallocated,,,%s",
                      header, most, most)},
        {"chargeback.csv", arena_printf(&results.arena, "%sno,who,,,%s", header, most)},
        {"ledger.csv",
         arena_printf(&results.arena,
                      "%s2026-01,2026-02-01T00:00:00Z,,serve,service_delay,shadow,"
                      "9223372036854.775807,2562047788015.215501944,GPU-h\n",
                      ledger)},
        {"ledger.csv",
         arena_printf(&results.arena,
                      "%s2026-01,2026-02-01T00:00:00Z,own,lot 1,service_miss,cash,"
                      "9223372036854.775807,9223372036854775807,job\n"
                      "2026-01,2026-02-01T00:00:00Z,,nobody,service_miss,shadow,"
                      "9223372036854.775807,9223372036854775807,job\n"
                      "2026-01,2026-02-01T00:00:00Z,own,lot 1,energy,shadow,"
                      "1.000000,1.000000,kWh\n",
                      ledger)},
    };
    static const struct variant priced = {"1d" SERVICE, "market", "",        "1y",
                                          "",           "none",   "fungible"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char message[1024];
        const char *dir = run(&priced, arena_printf(&results.arena, "hostile-%zu", i));
        results_write(&results,
                      arena_printf(&results.arena, "hostile-%zu/%s", i, texts[i][0]),
                      texts[i][1]);
        cr_expect(audit(dir, message) > 0, "case %zu", i);
    }
}
