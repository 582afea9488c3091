/* The manifest of a study, and the moment at which its results appear. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/manifest_parts.h"
#include "output/staging.h"
#include "study/directory.h"
#include "study/results.h"

static json_t *outputs_json(const struct study_results *results)
{
    json_t *object = manifest_value(json_object());
    for (size_t i = 0; i < results->n_files; i++) {
        json_t *entry = manifest_value(json_object());
        manifest_set(entry, "rows", json_integer(results->files[i].rows));
        manifest_set(entry, "sha256", json_string(results->files[i].digest));
        manifest_set(object, results->files[i].name, entry);
    }
    return object;
}

/* What the scenario warns of, and what the study showed. */
static void add_warnings(struct study_results *results, json_t *warnings)
{
    const struct finish_report *report = results->report;
    const struct study_columns *columns = &results->plan->columns;
    struct arena *arena = &results->arena;
    if (report->failed > 0)
        manifest_append(
            warnings,
            manifest_text(arena_printf(
                arena,
                "%" PRIu64 " of %" PRIu64 " replications failed and are in "
                "no figure; the first is replication %" PRIu64 " of point %zu: %s",
                report->failed, report->rows, report->failed_replication,
                report->failed_point, report->failed_text)));
    for (size_t i = 0; i < columns->n; i++)
        if (columns->items[i].named && !results->filled[i])
            manifest_append(warnings, manifest_text(arena_printf(
                                          arena, "%s has no value in any replication",
                                          columns->items[i].name)));
}

/* Null where none did. */
static json_t *first_failed_json(const struct finish_report *report)
{
    if (report->failed == 0)
        return json_null();
    json_t *object = manifest_value(json_object());
    manifest_set(object, "replication",
                 json_integer((json_int_t)report->failed_replication));
    manifest_set(object, "point", json_integer((json_int_t)report->failed_point));
    manifest_set(object, "error", manifest_text(report->failed_text));
    return object;
}

static json_t *manifest_json(struct study_results *results)
{
    const struct study_plan *plan = results->plan;
    json_t *root = manifest_value(json_deep_copy(plan_identity(plan)));
    char hex[SHA256_HEX];
    json_object_del(root, "columns");
    manifest_set(root, "study", json_string(plan->id));
    manifest_set(root, "outputs", outputs_json(results));
    manifest_set(root, "failed", json_integer((json_int_t)results->report->failed));
    manifest_set(root, "first_failed", first_failed_json(results->report));
    add_warnings(results, json_object_get(root, "warnings"));
    manifest_digest(root, hex);
    manifest_set(root, "self", json_string(hex));
    return root;
}

/* Whether a study that is to be replaced has begun there.  Its rows go before its plan:
 * under the new plan they would be rows of nobody. */
static bool is_of_another(const char *dir, const struct study_plan *plan)
{
    struct study_plan was;
    struct error ignored;
    if (!plan_read(&was, dir, &ignored))
        return true; /* none, or one that nobody can read */
    bool other = strcmp(was.id, plan->id) != 0;
    plan_free(&was);
    return other;
}

/* A merge has no plan in its directory, or another's, until now; from then to the
 * manifest a kill leaves a study that has begun. */
bool results_publish(struct study_results *results, struct error *err)
{
    const char *dir = results->options->dir;
    if (is_of_another(dir, results->plan))
        directory_clear_rows(dir);
    if (!plan_write(results->plan, dir, err))
        return false;
    directory_clear_results(dir);
    for (size_t i = 0; i < results->n_files; i++)
        if (!directory_show(dir, results->files[i].name, err))
            return false;
    json_t *root = manifest_json(results);
    char *text = manifest_dump(root);
    bool ok =
        sync_directory(dir, err) && directory_write(dir, MANIFEST_NAME, text, err);
    free(text);
    json_decref(root);
    return ok;
}
