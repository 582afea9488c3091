#include <jansson.h>
#include <string.h>

#include "base/calendar.h"
#include "base/csv_out.h"
#include "output/metrics.h"

struct writing {
    struct csv_out *out;
    int64_t rows;
};

static void write_row(void *self, const struct metric_row *row)
{
    struct writing *writing = self;
    csv_text(writing->out, row->scope);
    csv_text(writing->out, row->metric);
    csv_text(writing->out, row->unit);
    csv_fixed(writing->out, row->value, row->digits);
    csv_end_row(writing->out);
    writing->rows++;
}

bool summary_write(const struct metric_run *run, const char *path,
                   char digest[SHA256_HEX], int64_t *rows, struct error *err)
{
    const struct output_file *file = &output_files[TABLE_SUMMARY];
    struct writing writing = {.out = csv_create(path, err)};
    if (!writing.out)
        return false;
    for (size_t i = 0; i < file->n; i++)
        csv_text(writing.out, file->columns[i].name);
    csv_end_row(writing.out);
    metrics_each(run, write_row, &writing);
    *rows = writing.rows;
    return csv_close(writing.out, digest, err);
}

/* JSON numbers are doubles to most readers; whole ones stay whole. */
static json_t *number(const struct metric_row *row)
{
    if (row->digits == 0 && fits_int64(row->value))
        return json_integer((json_int_t)row->value);
    char text[DECIMAL_TEXT];
    double value = 0;
    size_t length = decimal_write(text, row->value, row->digits);
    (void)decimal_to_double(text, length, &value);
    return json_real(value);
}

static void add_row(void *self, const struct metric_row *row)
{
    json_t *scopes = self;
    json_t *scope = json_object_get(scopes, row->scope);
    if (!scope) {
        scope = json_object();
        json_object_set_new(scopes, row->scope, scope);
    }
    json_object_set_new(scope, row->metric, number(row));
}

static json_t *date(int64_t unix_ms)
{
    char text[CALENDAR_TEXT];
    calendar_format(unix_ms, text);
    return json_string(text);
}

bool summary_print_json(const struct metric_run *run, const struct scenario *scenario,
                        FILE *out, struct error *err)
{
    const struct run_result *result = run->result;
    json_t *scopes = json_object();
    metrics_each(run, add_row, scopes);

    json_t *warnings = json_array();
    for (size_t i = 0; i < scenario->n_warnings; i++)
        json_array_append_new(warnings, json_string(scenario->warnings[i]));
    json_t *root =
        json_pack("{s:s?, s:o, s:o, s:b, s:b, s:b, s:o, s:o}", "scenario",
                  scenario->name, "start", date(scenario->start_unix_ms), "end",
                  date(scenario->start_unix_ms + result->end_ms), "unstable",
                  result->unstable, "clairvoyant", result->clairvoyant, "billing_short",
                  result->billing_short, "metrics", scopes, "warnings", warnings);
    if (!root)
        out_of_memory();

    bool ok = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) == 0 &&
              fputc('\n', out) != EOF && fflush(out) == 0;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}

static void print_scopes(FILE *out, unsigned scopes)
{
    static const char *const names[] = {"total", "fixed", "pools", "groups"};
    const char *comma = "";
    for (unsigned i = 0; i < 4; i++) {
        if (!(scopes & 1u << i))
            continue;
        fprintf(out, "%s%s", comma, names[i]);
        comma = ", ";
    }
}

void metrics_print(FILE *out)
{
    fprintf(out, "\n# Metrics\n\n| metric | unit | scopes | meaning | audit |\n"
                 "|---|---|---|---|---|\n");
    for (const struct metric *metric = metrics; metric->name; metric++) {
        fprintf(out, "| `%s` | %s | ", metric->name, metric->unit);
        print_scopes(out, metric->scopes);
        fprintf(out, " | %s | %s%s |\n", metric->help,
                metric->unchecked ? "not recomputed: " : "recomputed",
                metric->unchecked ? metric->unchecked : "");
    }
    fprintf(out, "\nIn total, fixed and each pool, also the work that interruptions "
                 "threw away and that was\ndone again, by cause, where it is not zero "
                 "(the sums are recomputed):");
    char name[64];
    size_t offset;
    for (size_t i = 0; metric_of_cause(i, name, &offset); i++)
        fprintf(out, "%s\n`%s`", i ? "," : "", name);
    fprintf(out, ".\n");
    fprintf(out,
            "\nIn total, fixed and each pool, also every account of the ledger that "
            "is not zero, as\n`BASIS_ACCOUNT_usd`:");
    const char *comma = "";
    for (int basis = 0; basis < BASES; basis++)
        for (int account = 0; account < ACCOUNTS; account++) {
            if (!account_has_basis((enum account)account, (enum basis)basis))
                continue;
            metric_of_account((enum basis)basis, (enum account)account, name);
            fprintf(out, "%s\n`%s`", comma, name);
            comma = ",";
        }
    fprintf(out, ".\n");
}
