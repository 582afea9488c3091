#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/cmd.h"
#include "output/audit.h"

struct arguments {
    const char *dir;
    bool no_hash, json;
};

static bool parse(int argc, char **argv, struct arguments *arguments,
                  struct arena *arena, struct error *err)
{
    const struct cli_option options[] = {
        {.name = "no-hash", .flag = &arguments->no_hash},
        {.name = "json", .flag = &arguments->json},
        {.name = NULL},
    };
    struct cli_operands operands = {
        .min = 1, .max = 1, .what = "one result directory", .text = &arguments->dir};
    return cli_parse(argc, argv, options, &operands, arena, err);
}

static int64_t shown(const struct audit_report *report)
{
    return report->n_findings < FINDINGS_MAX ? report->n_findings : FINDINGS_MAX;
}

static void print_plain(const struct audit_report *report, const char *dir, bool hashes)
{
    for (int64_t i = 0; i < shown(report); i++)
        printf("%s\n", report->findings[i].text);
    if (report->n_findings > FINDINGS_MAX)
        printf("... and %" PRId64 " more\n", report->n_findings - FINDINGS_MAX);
    if (report->billing_short)
        printf("Note: billed until the last start only, so utilization may pass 100 "
               "%%.\n");
    if (report->study && report->n_findings)
        printf("%s: a study (%s): %" PRId64 " findings\n", dir, report->study,
               report->n_findings);
    else if (report->study)
        printf("%s: a study (%s), %s (%" PRId64 " files).  It has no books of its own; "
               "`tenure run --replication K -o OUT` makes those of any replication.\n",
               dir, report->study,
               hashes ? "as it was written" : "of which no hash was checked",
               report->n_files);
    else if (report->n_findings)
        printf("%s: %" PRId64 " findings; the books do not agree\n", dir,
               report->n_findings);
    else
        printf("%s: the books agree (%" PRId64 " files, %" PRId64 " rows, %" PRId64
               " checks)\n",
               dir, report->n_files, report->n_rows, report->n_checks);
}

static bool print_json(const struct audit_report *report, struct error *err)
{
    json_t *findings = json_array();
    for (int64_t i = 0; i < shown(report); i++)
        json_array_append_new(findings, json_string(report->findings[i].text));
    json_t *root =
        json_pack("{s:b, s:I, s:o, s:I, s:I, s:I, s:b, s:s?}", "ok",
                  report->n_findings == 0, "n_findings", (json_int_t)report->n_findings,
                  "findings", findings, "files", (json_int_t)report->n_files, "rows",
                  (json_int_t)report->n_rows, "checks", (json_int_t)report->n_checks,
                  "billing_short", report->billing_short, "study", report->study);
    if (!root)
        out_of_memory();
    bool ok = json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}

static int run_audit(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct audit_report report = {0};
    struct arena arena = {0};
    struct error err;
    if (!parse(argc, argv, &arguments, &arena, &err)) {
        arena_free(&arena);
        return cli_fail(&err);
    }

    bool ok = audit_dir(arguments.dir, !arguments.no_hash, &report, &err);
    if (ok && arguments.json)
        ok = print_json(&report, &err);
    else if (ok)
        print_plain(&report, arguments.dir, !arguments.no_hash);
    if (ok && fflush(stdout) != 0)
        ok = error_errno(&err, "standard output");
    int code = !ok ? cli_fail(&err) : report.n_findings ? ERROR_AUDIT : 0;
    audit_free(&report);
    arena_free(&arena);
    return code;
}

const struct command cmd_audit = {
    .name = "audit",
    .synopsis = "audit DIR [--no-hash] [--json]",
    .summary = "prove the books of a result from its files alone",
    .help =
        "Checks that every file in DIR is as it was written (SHA-256), and that the "
        "books\n"
        "balance: GPU time in every interval, jobs, ledger, assets, and all metrics "
        "of\n"
        "summary.csv that can be recomputed.  Each finding is a line FILE:LINE: what "
        "is\n"
        "wrong; the first 20 are shown, all are counted, and the exit code is 4.\n"
        "\n"
        "  --no-hash   the identities alone, for files that were edited on purpose\n"
        "  --json      findings as JSON\n",
    .run = run_audit,
};
