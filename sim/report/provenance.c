/* What the audit finds, what the manifests say, and what the page itself is made of. */

#include <inttypes.h>
#include <string.h>

#include "output/manifest_parts.h"
#include "report/page.h"
#include "report/parts.h"

static const char *verdict(const struct report_dir *dir, struct arena *arena)
{
    const struct audit_report *audit = &dir->audit;
    if (audit->n_findings > 0)
        return arena_printf(arena, "%s: %" PRId64 " findings: the books do not agree.",
                            dir->label, audit->n_findings);
    if (audit->study)
        return arena_printf(arena,
                            "%s: a study (%s), as it was written (%" PRId64
                            " files).  It has no books of its own; `tenure run "
                            "--replication K -o OUT` makes those of any replication.",
                            dir->label, audit->study, audit->n_files);
    return arena_printf(arena,
                        "%s: the books agree (%" PRId64 " files, %" PRId64
                        " rows, %" PRId64 " checks).",
                        dir->label, audit->n_files, audit->n_rows, audit->n_checks);
}

void audit_section(struct report *report)
{
    json_t *section = section_new(
        "audit", "Audit",
        "`tenure audit` proves the books from the files alone: hashes, GPU time in "
        "every "
        "interval, jobs, ledger and assets, and every metric that can be recomputed.");
    for (size_t i = 0; i < report->n_dirs; i++) {
        const struct report_dir *dir = &report->dirs[i];
        const struct audit_report *audit = &dir->audit;
        section_add(section, block_text(audit->n_findings > 0 ? "bad" : "good",
                                        verdict(dir, &report->arena)));
        for (int64_t k = 0; k < audit->n_findings && k < FINDINGS_MAX; k++)
            section_add(section, block_text("text", audit->findings[k].text));
        if (audit->billing_short)
            section_add(section,
                        block_text("note", "Billed until the last start only, so "
                                           "utilization may pass 100 %."));
    }
    report_add(report, section);
}

/* ---- manifests ---- */

static const char *shown(const json_t *value, struct arena *arena)
{
    if (json_is_integer(value))
        return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return json_string_value(value);
}

static void add_facts(struct report *report, json_t *section)
{
    static const char *const facts[][2] = {
        {"program", "Program"},
        {"version", "Version"},
        {"kind", "Study"},
        {"seed", "Seed"},
        {"replication", "Replication"},
        {"fingerprint", "Numeric fingerprint"},
        {"study", "Id of the study"},
        {"self", "Digest of the manifest"},
    };
    json_t *table = block_table("What made the results", false);
    table_column(table, "", "text");
    for (size_t i = 0; i < report->n_dirs; i++)
        table_column(table, report->dirs[i].label, "code");
    for (size_t k = 0; k < sizeof facts / sizeof facts[0]; k++) {
        bool any = false;
        for (size_t i = 0; i < report->n_dirs; i++)
            any |= json_object_get(report->dirs[i].manifest, facts[k][0]) != NULL;
        if (!any)
            continue;
        json_t *row = table_row(table);
        row_text(row, facts[k][1]);
        for (size_t i = 0; i < report->n_dirs; i++)
            row_text(row, shown(json_object_get(report->dirs[i].manifest, facts[k][0]),
                                &report->arena));
    }
    section_add(section, table);
}

static void add_files(struct report *report, json_t *section,
                      const struct report_dir *dir)
{
    const json_t *inputs = json_object_get(dir->manifest, "inputs");
    json_t *outputs = json_object_get(dir->manifest, "outputs"), *entry;
    json_t *table = block_table(arena_printf(&report->arena, "Files of %s", dir->label),
                                report->n_dirs > 1);
    const char *name;
    table_column(table, "File", "code");
    table_column(table, "", "text");
    table_column(table, "Rows", "number");
    table_column(table, "SHA-256", "code");
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        json_t *row = table_row(table);
        entry = json_array_get(inputs, i);
        row_text(row, json_string_value(json_object_get(entry, "path")));
        row_text(row, "read");
        row_text(row, NULL);
        row_text(row, json_string_value(json_object_get(entry, "sha256")));
    }
    json_object_foreach(outputs, name, entry)
    {
        json_t *row = table_row(table);
        row_text(row, name);
        row_text(row, "written");
        row_text(row, shown(json_object_get(entry, "rows"), &report->arena));
        row_text(row, json_string_value(json_object_get(entry, "sha256")));
    }
    section_add(section, table);
}

static void add_whole(struct report *report, json_t *section,
                      const struct report_dir *dir)
{
    char *dump = manifest_dump(dir->manifest);
    json_t *block = block_text("pre", dump);
    manifest_set(
        block, "caption",
        manifest_text(arena_printf(&report->arena, "manifest.json of %s", dir->label)));
    section_add(section, block);
    free(dump);
}

void manifest_section(struct report *report)
{
    json_t *section =
        section_new("manifest", "Manifest",
                    "What made the results, so that they can be made again: equal "
                    "inputs, seed, version and fingerprint give equal bytes.");
    add_facts(report, section);
    for (size_t i = 0; i < report->n_dirs; i++) {
        add_files(report, section, &report->dirs[i]);
        add_whole(report, section, &report->dirs[i]);
    }
    report_add(report, section);
}

void about_section(struct report *report)
{
    const char *licence = report->still ? NULL : page_uplot_licence(&report->arena);
    json_t *section = section_new("about", "About this page", NULL);
    section_add(
        section,
        block_text("text",
                   licence ? "Figures along time or numbers are drawn by uPlot, which "
                             "stands in this page: drag to zoom, double-click or "
                             "\"Show all\" to go back, and click a name to hide it.  "
                             "Cursors of all charts along time are linked.  With the "
                             "keyboard: arrow keys read values, plus and minus zoom, 0 "
                             "shows all."
                           : "Figures along time or numbers are still images, drawn by "
                             "gnuplot: `--still` was asked for, or this Tenure was "
                             "built without uPlot.  "
                             "Their numbers are in the tables below them."));
    section_add(
        section,
        block_text("text",
                   "Long series are thinned: the highest and the lowest rows of "
                   "each stretch are kept exactly, each with its own duration, "
                   "and what lies between them is drawn at its mean, so that "
                   "areas stay exact.  All rows are in the CSV "
                   "files of the result, and `tenure plot` writes those of "
                   "each figure."));
    if (licence) {
        json_t *block = block_text("pre", licence);
        manifest_set(block, "caption", json_string("Licence of uPlot 1.6.32"));
        section_add(section, block);
    }
    report_add(report, section);
}
