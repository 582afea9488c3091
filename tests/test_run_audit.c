/* Whole runs, written, audited, and spoilt. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/audit.h"
#include "output/files.h"
#include "output/manifest.h"
#include "output/metrics.h"
#include "world/world.h"

static struct arena arena;
static char parent[64];

static void setup(void)
{
    strcpy(parent, "/tmp/tenure-test-XXXXXX");
    cr_assert(mkdtemp(parent) != NULL, "mkdtemp");
}

static void teardown(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", parent);
    cr_assert(system(command) == 0, "rm");
    arena_free(&arena);
}

TestSuite(run_audit, .init = setup, .fini = teardown);

static const char *in_parent(const char *name)
{
    return arena_printf(&arena, "%s/%s", parent, name);
}

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

struct variant {
    const char *interval, *closing, *own, *term, *burst, *backfill, *placement;
};

static bool write_run(const struct scenario *scenario, struct world *world,
                      struct staging *staging, struct files *files, struct error *err)
{
    struct file_record records[OUTPUT_TABLES];
    size_t n;
    const struct run_result *result = world_result(world);
    if (!files_close(files, records, &n, err))
        return false;
    struct metric_run run = metrics_of(scenario, result, &arena);
    records[n] = (struct file_record){.name = "summary.csv"};
    if (!summary_write(&run, staging_path(staging, "summary.csv"), records[n].digest,
                       &records[n].rows, err))
        return false;
    struct manifest manifest = {.version = "0.1.0",
                                .scenario = scenario,
                                .result = result,
                                .files = records,
                                .n_files = n + 1};
    return manifest_write(&manifest, staging, err) && staging_commit(staging, err);
}

/* Runs a variant into a directory of that name. */
static const char *run(const struct variant *v, const char *name)
{
    struct scenario scenario;
    struct staging staging;
    struct error err;
    const char *path = in_parent("scenario.yaml");
    const char *dir = in_parent(name);
    write_jobs(in_parent("jobs.csv"));
    FILE *file = fopen(path, "w");
    fprintf(file, scenario_text, v->interval, v->closing, v->own, v->term, v->burst,
            v->backfill, v->placement);
    fclose(file);

    bool ok = scenario_read(&scenario, path, NULL, 0, &err);
    cr_assert(ok, "%s", err.text);
    ok = staging_begin(&staging, dir, false, &err);
    cr_assert(ok, "%s", err.text);
    struct files *files = files_open(&staging, &scenario, &err);
    cr_assert(files != NULL, "%s", err.text);
    struct run_options options = {.sink = files_sink(files)};
    struct world *world = world_new(&scenario, &options);
    ok = world_run(world, &err) && write_run(&scenario, world, &staging, files, &err);
    cr_assert(ok, "%s", err.text);
    world_free(world);
    scenario_free(&scenario);
    return dir;
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

static const struct variant plain = {"1d", "market", "", "1y", "", "easy", "fungible"};

Test(run_audit, the_books_of_every_variant_agree, .timeout = 120)
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
        /* instances */
        {"1d", "market", "", "1y", ", unit: 8, keep_alive: 20min", "easy", "fungible"},
        {"1d", "market", "", "1y", ", unit: 4", "skip", "packed"},
    };
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        char message[1024];
        const char *name = arena_printf(&arena, "out-%zu", i);
        int64_t findings = audit(run(&variants[i], name), message);
        cr_expect(findings == 0, "variant %zu: %lld findings: %s", i,
                  (long long)findings, message);
    }
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

/* In each column, some thirty cells spread over the file. */
static void spoil(const char *dir, enum output_table table)
{
    const struct output_file *file = &output_files[table];
    struct document document = {.path = arena_printf(&arena, "%s/%s", dir, file->name)};
    document.text = arena_alloc(&arena, 1 << 20);
    FILE *in = fopen(document.path, "rb");
    document.length = fread(document.text, 1, (1 << 20) - 1, in);
    fclose(in);

    size_t rows = 0;
    for (size_t i = 0; i < document.length; i++)
        rows += document.text[i] == '\n';
    size_t step = rows / 30 + 1, line_number = 1;
    for (char *line = strchr(document.text, '\n') + 1; *line;
         line = strchr(line, '\n') + 1) {
        if (++line_number % step)
            continue;
        for (size_t c = 0; c < file->n; c++) {
            char *cell = field(line, c);
            size_t length = strcspn(cell, ",\n");
            bool never_ran = table == TABLE_JOBS && *field(line, JOBS_START) == ',';
            if (length == 0 || file->columns[c].unchecked ||
                (never_ran && c == JOBS_GPUS))
                continue;
            cr_expect(is_found(dir, &document, cell, length), "%s:%zu: %s '%.*s'",
                      file->name, line_number, file->columns[c].name, (int)length,
                      cell);
        }
    }
    rewrite(&document);
}

Test(run_audit, one_changed_digit_is_found_in_every_redundant_column, .timeout = 300)
{
    const char *dir = run(&plain, "out");
    for (int table = TABLE_TIMELINE; table <= TABLE_ASSETS; table++)
        spoil(dir, (enum output_table)table);
}
