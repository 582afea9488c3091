#include "figure/kinds.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "figure/build.h"
#include "figure/intervals.h"
#include "output/audit.h"
#include "output/staging.h"

const struct figure_kind *const figure_kinds[] = {
    &kind_capacity,      &kind_states,       &kind_queue,  &kind_waits,
    &kind_load_duration, &kind_cost,         &kind_cash,   &kind_value,
    &kind_bridge,        &kind_distribution, &kind_pareto, &kind_tornado,
    &kind_break_even,    &kind_convergence,  NULL};

static const char *const of_names[] = {
    "of one result of `tenure run`", "of two results of `tenure run`",
    ("of a study (`tenure mc`, `sweep`, `sensitivity` "
     "or `breakeven`)")};

const struct figure_kind *figure_kind_find(const char *key)
{
    for (size_t i = 0; figure_kinds[i]; i++)
        if (strcmp(figure_kinds[i]->key, key) == 0)
            return figure_kinds[i];
    return NULL;
}

/* NULL, with the error set, where it cannot be read. */
static json_t *read_manifest(const char *dir, struct error *err)
{
    struct arena arena = {0};
    const char *path = arena_printf(&arena, "%s/%s", dir, MANIFEST_NAME);
    json_error_t where;
    json_t *root = NULL;
    if (access(dir, F_OK) != 0)
        error_errno(err, dir);
    else if (access(path, F_OK) != 0)
        error_set(
            err,
            "%s: no manifest.json, so it is not a result; `tenure run SCENARIO -o "
            "DIR` makes one, and so do the studies (`tenure mc`, `sweep`, "
            "`sensitivity`, `breakeven`)",
            dir);
    else if (!(root = json_load_file(path, JSON_REJECT_DUPLICATES, &where)))
        error_kind_set(err, ERROR_AUDIT, "%s: not JSON: %s", path, where.text);
    arena_free(&arena);
    return root;
}

/* All that the manifest lists is there. */
static bool check_files(const char *dir, const json_t *manifest, bool is_study,
                        struct error *err)
{
    json_t *outputs = json_object_get(manifest, "outputs"), *entry;
    struct arena arena = {0};
    const char *name;
    bool ok = true;
    json_object_foreach(outputs, name, entry)
    {
        const char *path = arena_printf(&arena, "%s/%s", dir, name);
        if (!ok || access(path, F_OK) == 0 || errno != ENOENT)
            continue;
        const char *kind = json_string_value(json_object_get(manifest, "kind"));
        ok = error_kind_set(err, ERROR_AUDIT,
                            "%s: it is missing, and its manifest lists it; `tenure %s "
                            "SCENARIO -o DIR` makes it",
                            path, is_study ? kind : "run");
    }
    arena_free(&arena);
    return ok;
}

static bool open_one(struct figure_source *source, size_t i, struct error *err)
{
    const char *dir = source->dirs[i];
    json_t *manifest = read_manifest(dir, err);
    if (!manifest)
        return false;
    bool is_study = json_is_string(json_object_get(manifest, "kind"));
    bool ok = check_files(dir, manifest, is_study, err);
    if (ok && is_study && source->n_dirs > 1)
        ok = error_set(err,
                       "%s: it is a study; two results of `tenure run` can be "
                       "compared, or one study be drawn",
                       dir);
    ok = ok && (is_study ? audit_unchanged(dir, true, err)
                         : saved_run_open(&source->runs[i], dir, err));
    if (ok && is_study) {
        source->of = FIGURE_OF_STUDY;
        source->manifest = manifest;
    } else {
        json_decref(manifest);
    }
    return ok;
}

bool figure_source_open(struct figure_source *source, const char *const dirs[],
                        size_t n, struct error *err)
{
    *source = (struct figure_source){.of = n > 1 ? FIGURE_OF_TWO : FIGURE_OF_RUN,
                                     .n_dirs = n,
                                     .intervals = intervals_new()};
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        source->dirs[i] = dirs[i];
        ok = open_one(source, i, err);
    }
    if (!ok)
        figure_source_close(source);
    return ok;
}

void figure_source_close(struct figure_source *source)
{
    saved_run_close(&source->runs[0]);
    saved_run_close(&source->runs[1]);
    json_decref(source->manifest);
    intervals_delete(source->intervals);
    *source = (struct figure_source){0};
}

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (; words && *words; words += strcspn(words, " "), words += *words == ' ')
        if (strncmp(words, word, length) == 0 && strchr(" ", words[length]))
            return true;
    return false;
}

bool figure_applies(const struct figure_kind *kind, const struct figure_source *source)
{
    return kind->of == source->of &&
           (kind->of != FIGURE_OF_STUDY ||
            has_word(kind->studies,
                     json_string_value(json_object_get(source->manifest, "kind"))));
}

bool figure_make(struct figure *figure, const struct figure_kind *kind,
                 const struct figure_source *source, struct error *err)
{
    *figure = (struct figure){
        .key = kind->key, .title = kind->title, .note = "", .y.kind = FIGURE_NUMBER};
    if (kind->of != source->of)
        return figure_set_absent(figure, "%s: it is a figure %s, and this is one %s.",
                                 kind->key, of_names[kind->of], of_names[source->of]);
    if (!figure_applies(kind, source))
        return figure_set_absent(
            figure, "%s: `%s` makes it, and this is another study (`tenure %s`).",
            kind->key, kind->command,
            json_string_value(json_object_get(source->manifest, "kind")));
    if (kind->build(figure, source, err))
        return true;
    figure_free(figure);
    return false;
}
