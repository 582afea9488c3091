#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "output/audit.h"
#include "output_fixture.h"
#include "sanitized.h"

static struct fixture fixture;
static const char *dir;

static void setup(void)
{
    struct error err;
    fixture_begin(&fixture);
    dir = fixture_path(&fixture, "out");
    bool ok = fixture_write(&fixture, dir, false, &err);
    cr_assert(ok, "%s", err.text);
}

static void teardown(void)
{
    fixture_end_all(&fixture);
}

TestSuite(audit, .init = setup, .fini = teardown);

Test(audit, books_that_agree_have_no_finding)
{
    struct audit_report report;
    struct error err;
    bool ok = audit_dir(dir, true, &report, &err);
    cr_assert(ok, "%s", err.text);
    for (int64_t i = 0; i < report.n_findings && i < FINDINGS_MAX; i++)
        cr_expect(report.n_findings == 0, "%s", report.findings[i].text);
    cr_expect(eq(i64, report.n_findings, 0));
    cr_expect(eq(i64, report.n_files, 8));
    cr_expect(gt(i64, report.n_checks, 500));
    audit_free(&report);
}

/* Changing files, and changing them back. */

struct document {
    const char *path;
    char *text;
    size_t length;
};

static struct document document_read(const char *name)
{
    struct document document = {.path =
                                    arena_printf(&fixture.arena, "%s/%s", dir, name)};
    FILE *file = fopen(document.path, "rb");
    cr_assert(file != NULL, "%s", document.path);
    document.text = arena_alloc(&fixture.arena, 1 << 20);
    document.length = fread(document.text, 1, 1 << 20, file);
    fclose(file);
    return document;
}

static void document_write(const struct document *document)
{
    FILE *file = fopen(document->path, "wb");
    cr_assert(file != NULL, "%s", document->path);
    fwrite(document->text, 1, document->length, file);
    fclose(file);
}

/* The number of findings; a directory that cannot be audited counts as one. */
static int64_t audit(bool with_hashes, char message[1024])
{
    struct audit_report report;
    struct error err;
    int64_t n = 1;
    if (audit_dir(dir, with_hashes, &report, &err)) {
        n = report.n_findings;
        snprintf(message, 1024, "%s", n ? report.findings[0].text : "");
    } else {
        snprintf(message, 1024, "%s", err.text);
    }
    audit_free(&report);
    return n;
}

/* Where the fields of a line begin and end; quoted ones hold no line ends here. */
static size_t split(const char *line, size_t begin[], size_t end[])
{
    size_t n = 0, i = 0;
    for (;;) {
        bool quoted = line[i] == '"';
        begin[n] = i;
        if (quoted)
            i = (size_t)(strchr(line + i + 1, '"') - line) + 1;
        i += strcspn(line + i, ",\n");
        end[n++] = i;
        if (line[i++] != ',')
            return n;
    }
}

/* Another character of the same sort, so that the form stays right. */
static char other(char c)
{
    if (c >= '0' && c <= '9')
        return (char)('0' + (c - '0' + 1) % 10);
    return c == 'z' ? 'y' : 'z';
}

/* Positions to change: the first and the last digit, or the last letter. */
static size_t spots(const char *text, size_t begin, size_t end, size_t spot[2])
{
    size_t n = 0;
    for (size_t i = begin; i < end && n < 1; i++)
        if (text[i] >= '0' && text[i] <= '9')
            spot[n++] = i;
    for (size_t i = end; i > begin && n > 0; i--)
        if (text[i - 1] >= '0' && text[i - 1] <= '9') {
            if (i - 1 != spot[0])
                spot[n++] = i - 1;
            return n;
        }
    if (n == 0 && end > begin)
        spot[n++] = end - 1 - (text[end - 1] == '"');
    return n;
}

static const struct metric *metric_named(const char *line, size_t begin, size_t end)
{
    for (const struct metric *metric = metrics; metric->name; metric++)
        if (strlen(metric->name) == end - begin &&
            strncmp(metric->name, line + begin, end - begin) == 0)
            return metric;
    return NULL;
}

/* The last digits of discounted values lie within what rounding explains. */
static bool is_excused(enum output_table table, const char *line, const size_t begin[],
                       const size_t end[], size_t column, size_t spot)
{
    if (output_files[table].columns[column].unchecked)
        return true;
    /* Of jobs that never started, only the size group is known. */
    if (table == TABLE_JOBS && column == JOBS_GPUS)
        return end[JOBS_START] == begin[JOBS_START];
    if (table != TABLE_SUMMARY || column != SUMMARY_VALUE)
        return false;
    const struct metric *metric =
        metric_named(line, begin[SUMMARY_METRIC], end[SUMMARY_METRIC]);
    if (!metric)
        return false;
    bool real = metric->form >= METRIC_KG;
    return metric->unchecked || (real && spot + 1 == end[SUMMARY_VALUE]);
}

struct mutation {
    enum output_table table;
    struct document *document;
    size_t line_start, line;
    int64_t tried[32], caught[32];
};

static void mutate_line(struct mutation *mutation)
{
    const struct output_file *file = &output_files[mutation->table];
    char *line = mutation->document->text + mutation->line_start;
    size_t begin[32], end[32], spot[2];
    char message[1024];
    size_t n = split(line, begin, end);
    cr_assert(eq(sz, n, file->n));
    for (size_t c = 0; c < n; c++) {
        size_t n_spots = spots(line, begin[c], end[c], spot);
        for (size_t s = 0; s < n_spots; s++) {
            char kept = line[spot[s]];
            bool excused = is_excused(mutation->table, line, begin, end, c, spot[s]);
            line[spot[s]] = other(kept);
            document_write(mutation->document);
            bool found = audit(false, message) > 0;
            cr_expect(found || excused, "%s:%zu: %s changed to '%.*s' and not found",
                      file->name, mutation->line, file->columns[c].name,
                      (int)(end[c] - begin[c]), line + begin[c]);
            mutation->tried[c]++;
            mutation->caught[c] += found;
            line[spot[s]] = kept;
        }
    }
}

static void mutate_file(enum output_table table)
{
    struct document document = document_read(output_files[table].name);
    struct mutation mutation = {.table = table, .document = &document, .line = 1};
    for (size_t i = 0; i < document.length; i++) {
        if (document.text[i] != '\n' || i + 1 == document.length)
            continue;
        mutation.line_start = i + 1;
        if (mutation.line++ % SANITIZED_SHARE == 0)
            mutate_line(&mutation);
    }
    document_write(&document);
    for (size_t c = 0; SANITIZED_SHARE == 1 && c < output_files[table].n; c++)
        cr_expect(mutation.tried[c] > 0, "%s: no value in column %s",
                  output_files[table].name, output_files[table].columns[c].name);
}

Test(audit, finds_a_changed_digit_in_every_redundant_column_of_the_timeline)
{
    mutate_file(TABLE_TIMELINE);
}

Test(audit, finds_a_changed_digit_in_every_redundant_column_of_jobs)
{
    mutate_file(TABLE_JOBS);
}

Test(audit, finds_a_changed_digit_in_every_redundant_column_of_the_ledger)
{
    mutate_file(TABLE_LEDGER);
}

Test(audit, finds_a_changed_digit_in_every_redundant_column_of_assets)
{
    mutate_file(TABLE_ASSETS);
}

Test(audit, finds_a_changed_digit_in_every_redundant_column_of_usage)
{
    mutate_file(TABLE_USAGE);
}

Test(audit, finds_a_changed_digit_in_every_redundant_metric)
{
    mutate_file(TABLE_SUMMARY);
}

Test(audit, every_changed_file_is_found_by_its_hash)
{
    char message[1024];
    static const char *const names[] = {"summary.csv", "timeline.csv", "jobs.csv",
                                        "ledger.csv",  "assets.csv",   "usage.csv",
                                        "events.csv"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct document document = document_read(names[i]);
        document.text[document.length++] = '\n'; /* a blank line means nothing */
        document_write(&document);
        cr_expect(eq(i64, audit(false, message), 0), "%s: %s", names[i], message);
        cr_expect(eq(i64, audit(true, message), 1), "%s", names[i]);
        const char *expected =
            arena_printf(&fixture.arena,
                         "%s: was changed: its SHA-256 is not the one in the manifest",
                         document.path);
        cr_expect(eq(str, message, (char *)expected));
        document.length--;
        document_write(&document);
    }
    cr_expect(eq(i64, audit(true, message), 0));
}

Test(audit, missing_and_unlisted_files_are_found)
{
    char message[1024];
    struct document stranger = {.path = fixture_path(&fixture, "out/notes.txt"),
                                .text = (char[]){"x"},
                                .length = 1};
    document_write(&stranger);
    cr_expect(eq(i64, audit(true, message), 1));
    cr_expect(strstr(message, "notes.txt: is not listed in the manifest") != NULL, "%s",
              message);
    cr_expect(eq(i64, audit(false, message), 0));
    unlink(stranger.path);

    unlink(fixture_path(&fixture, "out/assets.csv"));
    cr_expect(eq(i64, audit(false, message), 1));
    cr_expect(strstr(message, "assets.csv: there is no such file") != NULL, "%s",
              message);
}

Test(audit, a_directory_without_a_manifest_is_no_result)
{
    struct audit_report report;
    struct error err = {0};
    unlink(fixture_path(&fixture, "out/manifest.json"));
    cr_expect(not(audit_dir(dir, true, &report, &err)));
    cr_expect(eq(int, (int)err.kind, ERROR_INPUT));
    cr_expect(strstr(err.text, "no manifest.json, so it is not a result") != NULL, "%s",
              err.text);
    audit_free(&report);
    cr_expect(not(audit_dir("/no/such/place", true, &report, &err)));
    audit_free(&report);
}

Test(audit, manifests_that_lie_are_found)
{
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"\"program\": \"tenure\"", "\"program\": \"tenura\"", "'program' is missing"},
        {"\"closing\": \"market\"", "\"closing\": \"marker\"", "'terms' is missing"},
        {"\"closing\": \"market\"", "\"closing\": \"book\"  ", "closing_usd"},
        {"\"start\": \"2026-01-30", "\"start\": \"2026-01-29", "start"},
        {"\"end\": \"2026-02-02", "\"end\": \"2026-02-03", "do not reach"},
        {"\"warmup_ms\": 60000", "\"warmup_ms\": 70000", "wait"},
        {"\"tenure\": \"lease\"", "\"tenure\": \"spot\" ", "item is to be given"},
        {"\"class\": \"h100-sxm\"", "\"class\": \"h200-sxm\"", "class is 'h100-sxm'"},
        {"\"rows\": 9,", "\"rows\": 8,", "has 9 rows; the manifest says 8"},
        {"\"jobs.csv\"", "\"jobs.csx\"", "is not listed in the manifest"},
    };
    struct document document = document_read("manifest.json");
    char *kept = arena_strndup(&fixture.arena, document.text, document.length);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[1024];
        char *at = strstr(document.text, cases[i].from);
        cr_assert(at != NULL, "%s", cases[i].from);
        memcpy(at, cases[i].to, strlen(cases[i].to));
        document_write(&document);
        cr_expect(ne(i64, audit(false, message), 0), "%s", cases[i].to);
        cr_expect(strstr(message, cases[i].message) != NULL, "%s: %s", cases[i].to,
                  message);
        memcpy(document.text, kept, document.length);
    }
}

Test(audit, an_output_named_by_a_manifest_is_never_a_path_elsewhere)
{
    char message[1024];
    struct document document = document_read("manifest.json");
    char *at = strstr(document.text, "\"events.csv\"");
    memcpy(at, "\"../jobs.cs\"", 12);
    document_write(&document);
    cr_expect(ne(i64, audit(true, message), 0));
    struct audit_report report;
    struct error err;
    bool said = false;
    cr_assert(audit_dir(dir, true, &report, &err));
    for (int64_t i = 0; i < report.n_findings && i < FINDINGS_MAX; i++)
        said |= strstr(report.findings[i].text, "which is no output") != NULL;
    cr_expect(said, "no finding names '../jobs.cs'");
    audit_free(&report);
}

Test(audit, a_decision_fits_its_pool_and_its_bounds)
{
    static const struct {
        const char *row, *message;
    } cases[] = {
        {"2026-01-31T00:00:00Z,own,reorder,1,lease,17,,8,0,below\n",
         "decisions.csv:2: a pool of tenure own does not lease"},
        {"2026-01-31T00:00:00Z,own,reorder,1,rent,17,,8,0,below\n",
         "decisions.csv:2: 'rent' is no action"},
        {"2026-01-31T00:00:00Z,own,reorder,1,retire,17,,8,0,below\n",
         "decisions.csv:2: more GPUs retire than are in service"},
        {"2026-01-31T00:00:00Z,own,reorder,1,buy,0,,8,0,below\n",
         "decisions.csv:2: an order of no GPUs"},
        {"2026-01-31T00:00:00Z,own,reorder,0,buy,17,,8,0,below\n",
         "decisions.csv:2: review is below 1"},
        {"2026-01-29T00:00:00Z,own,reorder,1,buy,17,,8,0,below\n",
         "decisions.csv:2: time is before the row above or after the run's end"},
        {"2026-01-31T00:00:00Z,own,reorder,1,buy,17,lot 1,8,0,below\n",
         "decisions.csv:2: item is to be given just where a contract is renewed or "
         "left"},
        {"2026-01-31T00:00:00Z,owned,reorder,1,buy,17,,8,0,below\n",
         "decisions.csv:2: no pool is called 'owned'"},
    };
    char message[1024];
    struct document document = document_read("decisions.csv");
    size_t head = (size_t)(strchr(document.text, '\n') - document.text) + 1;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        document.text = arena_printf(&fixture.arena, "%.*s%s", (int)head, document.text,
                                     cases[i].row);
        document.length = strlen(document.text);
        document_write(&document);
        cr_expect(ne(i64, audit(false, message), 0), "%s", cases[i].row);
        cr_expect(strstr(message, cases[i].message) != NULL, "%s", message);
    }
}

Test(audit, hostile_files_are_findings_and_never_a_crash)
{
    static const char *const texts[] = {
        "",
        "\n",
        "start\n",
        "\xff\xfe\x00",
        "\"",
        "scope,metric,unit,value\ntotal,jobs_arrived,1\n",
        "scope,metric,unit,value\n,,,\n",
        "scope,metric,unit,value\nworkload:,jobs_missed,1,99999999999999999999\n",
    };
    char message[1024];
    for (size_t t = 0; t < OUTPUT_TABLES; t++) {
        if (t == TABLE_CHARGEBACK || t == TABLE_LEVELS)
            continue; /* not in this result: test_run_audit.c, test_level_run.c */
        struct document document = document_read(output_files[t].name);
        struct document kept = document;
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            document.text = arena_strdup(&fixture.arena, texts[i]);
            document.length = strlen(texts[i]);
            document_write(&document);
            cr_expect(ne(i64, audit(false, message), 0), "%s: text %zu",
                      output_files[t].name, i);
        }
        document_write(&kept);
    }
}

/* The largest numbers in every numeric field at once. */
Test(audit, numbers_at_the_edge_of_64_bits_do_not_overflow)
{
    static const char *const largest[] = {
        [COLUMN_S] = "9223372036854775.807",
        [COLUMN_COUNT] = "9223372036854775807",
        [COLUMN_GPU_H] = "2562047788015.215501944",
        [COLUMN_USD] = "9223372036854.775807",
        [COLUMN_NANO] = "9223372036.854775807",
        [COLUMN_KWH] = "9223372036854.775807",
    };
    char message[1024];
    for (size_t t = TABLE_TIMELINE; t <= TABLE_USAGE; t++) {
        struct document kept = document_read(output_files[t].name);
        FILE *file = fopen(kept.path, "wb");
        const char *body = strchr(kept.text, '\n') + 1;
        fwrite(kept.text, 1, (size_t)(body - kept.text), file);
        for (int sign = 0; sign < 2; sign++)
            for (const char *line = body; *line; line = strchr(line, '\n') + 1) {
                size_t begin[32], end[32];
                size_t n = split(line, begin, end);
                for (size_t c = 0; c < n; c++) {
                    enum column_kind kind = output_files[t].columns[c].kind;
                    bool number = kind == COLUMN_S || kind == COLUMN_COUNT ||
                                  kind == COLUMN_GPU_H || kind == COLUMN_USD ||
                                  kind == COLUMN_NANO || kind == COLUMN_KWH;
                    fprintf(file, "%s%s", c ? "," : "", number && sign ? "-" : "");
                    if (number)
                        fputs(largest[kind], file);
                    else
                        fwrite(line + begin[c], 1, end[c] - begin[c], file);
                }
                fputc('\n', file);
            }
        fclose(file);
        cr_expect(ne(i64, audit(false, message), 0), "%s", output_files[t].name);
        document_write(&kept);
    }
}

Test(audit, findings_beyond_twenty_are_counted)
{
    struct audit_report report;
    struct error err;
    struct document document = document_read("jobs.csv");
    for (size_t i = 0; i < document.length; i++)
        if (document.text[i] == ',' && document.text[i + 1] == 'o' &&
            document.text[i + 2] == 'w')
            document.text[i + 1] = 'x';
    document_write(&document);
    cr_assert(audit_dir(dir, false, &report, &err));
    cr_expect(gt(i64, report.n_findings, FINDINGS_MAX));
    cr_expect(report.findings[FINDINGS_MAX - 1].text != NULL, "the twentieth");
    audit_free(&report);
}
