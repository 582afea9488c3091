/* The plan of a study that is finished, of which only the results are left. */

#include <string.h>

#include "base/csv_in.h"
#include "cli/report_study.h"
#include "cli/text_table.h"
#include "output/manifest_parts.h"
#include "output/staging.h"

struct reading {
    json_t *columns;
    struct names units; /* "metric\nunit" of a table */
    struct arena arena;
    const json_t *design;
    bool done;
};

/* Which the study asks for by name: those of its targets and rules. */
static bool is_named(const json_t *design, const char *metric)
{
    static const char *const lists[] = {"targets", "stop"};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        const json_t *list = json_object_get(design, lists[k]);
        for (size_t i = 0; i < json_array_size(list); i++) {
            const char *name =
                json_string_value(json_object_get(json_array_get(list, i), "metric"));
            if (name && strcmp(name, metric) == 0)
                return true;
        }
    }
    return false;
}

static const char *unit_of(const struct reading *reading, const char *metric)
{
    size_t length = strlen(metric);
    for (uint32_t i = 0; i < reading->units.n; i++)
        if (strncmp(reading->units.text[i], metric, length) == 0 &&
            reading->units.text[i][length] == '\n')
            return reading->units.text[i] + length + 1;
    return "";
}

static void add_column(struct reading *reading, const char *metric)
{
    json_t *column = manifest_value(json_array());
    manifest_append(column, manifest_text(metric));
    manifest_append(column, manifest_text(unit_of(reading, metric)));
    manifest_append(column, json_integer(0));
    manifest_append(column, json_false());
    manifest_append(column, json_boolean(is_named(reading->design, metric)));
    manifest_append(reading->columns, column);
}

/* The metrics stand behind the column "error"; the rows do not matter. */
static bool take_header(void *self, const struct csv_header *header, struct error *err)
{
    struct reading *reading = self;
    int error = csv_column(header, "error");
    for (size_t i = (size_t)(error + 1); error >= 0 && i < header->n; i++)
        add_column(reading, header->names[i].text);
    reading->done = error >= 0;
    return error_set(err, "%s: there is no column 'error'", header->path);
}

static bool take_record(void *self, const struct csv_record *record, struct error *err)
{
    (void)self;
    (void)record;
    (void)err;
    return true;
}

static bool read_columns(struct reading *reading, const char *dir, struct error *err)
{
    const struct csv_reader reader = {
        .header = take_header, .record = take_record, .self = reading};
    const char *path = arena_printf(&reading->arena, "%s/replications.csv", dir);
    struct error inner;
    if (csv_read(path, &reader, NULL, &inner) || reading->done)
        return true;
    *err = inner;
    return false;
}

static bool read_units(struct reading *reading, const char *dir, const json_t *manifest,
                       struct error *err)
{
    static const char *const files[] = {"points.csv", "tornado.csv", "morris.csv",
                                        "sobol.csv", "breakeven.csv"};
    const json_t *outputs = json_object_get(manifest, "outputs");
    reading->units.arena = &reading->arena;
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        struct text_table table;
        if (!json_object_get(outputs, files[k]))
            continue;
        if (!text_table_read(&table, dir, files[k], err))
            return false;
        for (size_t row = 0; row < table.n_rows; row++) {
            const char *key = arena_printf(&reading->arena, "%s\n%s",
                                           text_table_cell(&table, row, "metric"),
                                           text_table_cell(&table, row, "unit"));
            names_add(&reading->units, key, strlen(key));
        }
        text_table_free(&table);
    }
    return true;
}

/* plan.json again: the manifest less what the results added to it. */
static json_t *root_of(const json_t *manifest, json_t *columns)
{
    static const char *const added[] = {"study", "outputs", "failed", "first_failed",
                                        "self"};
    char id[SHA256_HEX];
    json_t *study = manifest_value(json_deep_copy(manifest));
    json_t *root = manifest_value(json_object());
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++)
        json_object_del(study, added[i]);
    manifest_set(study, "columns", columns);
    manifest_digest(study, id);
    manifest_set(root, "id", json_string(id));
    manifest_set(root, "study", study);
    return root;
}

bool report_plan_read(struct study_plan *plan, const char *dir, const json_t *manifest,
                      struct error *err)
{
    struct reading reading = {.columns = manifest_value(json_array()),
                              .design = json_object_get(manifest, "design")};
    const char *path = arena_printf(&reading.arena, "%s/" MANIFEST_NAME, dir);
    bool ok =
        read_units(&reading, dir, manifest, err) && read_columns(&reading, dir, err);
    if (ok)
        ok = plan_parse(plan, root_of(manifest, reading.columns), path, err);
    else
        json_decref(reading.columns);
    arena_free(&reading.arena);
    return ok;
}
