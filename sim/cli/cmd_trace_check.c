/* `tenure trace check`: every wrong row by what is wrong with it, or notes. */

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "cli/trace_text.h"
#include "input/trace_notes.h"
#include "output/prose.h"

static void print_defects(const char *path, const struct defects *defects)
{
    printf("%s: %s of %s row%s wrong, in %zu way%s\n", path,
           shown_count(defects->rows_wrong).text, shown_count(defects->rows_read).text,
           defects->rows_read == 1 ? "" : "s", defects->n, defects->n == 1 ? "" : "s");
    for (size_t i = 0; i < defects->n; i++) {
        const struct defect_kind *kind = &defects->kinds[i];
        if (kind->rows == 1)
            printf("\n1 row:\n");
        else
            printf("\n%s rows: %s\n", shown_count(kind->rows).text, kind->pattern);
        for (int64_t k = 0; k < kind->rows && k < DEFECTS_SHOWN; k++)
            printf("  %s\n", kind->first[k]);
        if (kind->rows > DEFECTS_SHOWN)
            printf("  and %s more\n", shown_count(kind->rows - DEFECTS_SHOWN).text);
    }
    if (defects->rows_of_more_kinds)
        printf("\n%s rows are wrong in further ways\n",
               shown_count(defects->rows_of_more_kinds).text);
    if (defects->stopped)
        printf("\nreading ended at the last of these; what comes after it was not "
               "looked at\n");
}

static void print_sound(const struct import_result *trace,
                        const struct trace_notes *notes)
{
    size_t n = any_trace_rows(trace);
    printf("%s: %s %s, every row is well-formed\n", any_trace_path(trace),
           shown_count((int64_t)n).text, any_trace_count_noun(trace, n));
    if (n == 0)
        printf("the trace is empty: a header line, and nothing below it\n");
    for (size_t i = 0; i < notes->n; i++) {
        char line[400];
        snprintf(line, sizeof line, "%s %-12s %s", notes->note[i].unusual ? "!" : "-",
                 notes->note[i].about, notes->note[i].text);
        prose_print(line, 15, stdout);
    }
}

static json_t *defects_json(const struct defects *defects)
{
    json_t *list = json_array();
    for (size_t i = 0; i < defects->n; i++) {
        const struct defect_kind *kind = &defects->kinds[i];
        json_t *first = json_array();
        for (int64_t k = 0; k < kind->rows && k < DEFECTS_SHOWN; k++)
            json_array_append_new(first, json_string(kind->first[k]));
        json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "what", kind->pattern,
                                              "rows", (json_int_t)kind->rows, "first",
                                              first));
    }
    return list;
}

static json_t *notes_json(const struct trace_notes *notes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < notes->n; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:b, s:s}", "about", notes->note[i].about, "unusual",
                            notes->note[i].unusual, "text", notes->note[i].text));
    return list;
}

static bool print_json(const char *path, const struct import_result *trace,
                       const struct defects *defects, const struct trace_notes *notes,
                       struct error *err)
{
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:b, s:I, s:I, s:b, s:I, s:o, s:o}", "path", path, "sha256",
        any_trace_digest(trace), "kind", any_trace_noun(trace), "sound",
        defects->rows_wrong == 0, "rows", (json_int_t)defects->rows_read, "rows_wrong",
        (json_int_t)defects->rows_wrong, "read_to_the_end", !defects->stopped,
        "rows_wrong_in_further_ways", (json_int_t)defects->rows_of_more_kinds,
        "defects", defects_json(defects), "notes", notes_json(notes));
    if (!root)
        return error_set(err, "the path is not valid UTF-8");
    bool ok = json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}

static bool check(const char *path, bool json, struct error *err)
{
    struct import_result trace;
    struct defects defects;
    struct trace_notes notes = {.n = 0};
    bool ok = any_trace_examine(&trace, &defects, path, err);
    if (ok && defects.rows_wrong == 0)
        trace_notes_take(&notes, &trace);
    if (ok && json)
        ok = print_json(path, &trace, &defects, &notes, err);
    else if (ok && defects.rows_wrong == 0)
        print_sound(&trace, &notes);
    else if (ok)
        print_defects(path, &defects);
    import_result_free(&trace);
    if (ok && defects.rows_wrong > 0)
        ok = error_set(err, "%s: %" PRId64 " row%s wrong", path, defects.rows_wrong,
                       defects.rows_wrong == 1 ? " is" : "s are");
    return ok;
}

bool trace_check_verb(int argc, char **argv, struct error *err)
{
    bool json = false;
    const char *path = NULL;
    const struct cli_option options[] = {{.name = "json", .flag = &json},
                                         {.name = NULL}};
    const struct cli_operands operands = {1, 1, "name one trace", &path};
    struct arena arena = {0};
    bool ok = cli_parse(argc, argv, options, &operands, &arena, err) &&
              check(path, json, err);
    arena_free(&arena);
    return ok;
}
