/* plan.json, and what tells two plans apart. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/shell.h"
#include "output/manifest_parts.h"
#include "study/directory.h"
#include "study/plan.h"

bool plan_write(const struct study_plan *plan, const char *dir, struct error *err)
{
    char *text = manifest_dump(plan->root);
    bool ok = directory_write(dir, PLAN_NAME, text, err);
    free(text);
    return ok;
}

bool plan_read(struct study_plan *plan, const char *dir, struct error *err)
{
    struct arena arena = {0};
    json_error_t where;
    const char *path = arena_printf(&arena, "%s/" PLAN_NAME, dir);
    FILE *file = fopen(path, "rb");
    json_t *root = file ? json_loadf(file, JSON_REJECT_DUPLICATES, &where) : NULL;
    bool ok = false;
    if (!file)
        error_errno(err, path);
    else if (!root)
        error_at(err, (struct place){path, where.line, where.column}, "not JSON: %s",
                 where.text);
    else
        ok = plan_parse(plan, root, path, err);
    if (file)
        fclose(file);
    arena_free(&arena);
    return ok;
}

/* A value in a sentence; "" where it is none that can be said in a few words. */
static const char *said(const json_t *value, struct arena *arena)
{
    if (!value || json_is_null(value))
        return "not there";
    if (json_is_array(value) || json_is_object(value))
        return "";
    char *dump = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
    if (!dump)
        out_of_memory();
    const char *text =
        json_is_string(value) ? json_string_value(value) : arena_strdup(arena, dump);
    free(dump);
    return text;
}

static bool tell(const char *what, const json_t *was, const json_t *is,
                 char text[PLAN_DIFFERENCE])
{
    struct arena arena = {0};
    const char *before = said(was, &arena), *now = said(is, &arena);
    if (*before && *now)
        snprintf(text, PLAN_DIFFERENCE, "%s was %.150s and is %.150s", what, before,
                 now);
    else
        snprintf(text, PLAN_DIFFERENCE, "%s has changed", what);
    arena_free(&arena);
    return true;
}

static bool is_same(const json_t *a, const json_t *b)
{
    return a == b || (a && b && json_equal(a, b));
}

/* The first key in which two objects differ, of both in the order of their names. */
static const char *first_difference(const json_t *a, const json_t *b)
{
    const char *first = NULL, *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)a, key, value)
    {
        if (!is_same(value, json_object_get(b, key)) &&
            (!first || strcmp(key, first) < 0))
            first = key;
    }
    json_object_foreach((json_t *)(uintptr_t)b, key, value)
    {
        if (!json_object_get(a, key) && (!first || strcmp(key, first) < 0))
            first = key;
    }
    return first;
}

static bool tell_parameter(const json_t *was, const json_t *is,
                           char text[PLAN_DIFFERENCE])
{
    const json_t *before = json_object_get(was, "resolved");
    const json_t *now = json_object_get(is, "resolved");
    const char *path;
    json_t *entry;
    json_object_foreach((json_t *)(uintptr_t)now, path, entry)
    {
        const json_t *value = json_object_get(entry, "value");
        const json_t *other = json_object_get(json_object_get(before, path), "value");
        if (!is_same(value, other))
            return tell(path, other, value, text);
    }
    return false;
}

static bool tell_design(const json_t *was, const json_t *is, char text[PLAN_DIFFERENCE])
{
    const json_t *before = json_object_get(was, "design");
    const json_t *now = json_object_get(is, "design");
    const char *key = first_difference(before, now);
    if (!key)
        return false;
    struct arena arena = {0};
    const char *name = strcmp(key, "axes") == 0 ? "sweep" : key;
    tell(arena_printf(&arena, "the study's %s", name), json_object_get(before, key),
         json_object_get(now, key), text);
    arena_free(&arena);
    return true;
}

static const json_t *digest_of_input(const json_t *study, const char *path)
{
    const json_t *inputs = json_object_get(study, "inputs");
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        const json_t *entry = json_array_get(inputs, i);
        const char *name = json_string_value(json_object_get(entry, "path"));
        if (name && strcmp(name, path) == 0)
            return json_object_get(entry, "sha256");
    }
    return NULL;
}

static bool tell_input(const json_t *was, const json_t *is, char text[PLAN_DIFFERENCE])
{
    const json_t *inputs = json_object_get(is, "inputs");
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        const json_t *entry = json_array_get(inputs, i);
        const char *path = json_string_value(json_object_get(entry, "path"));
        if (!path ||
            is_same(json_object_get(entry, "sha256"), digest_of_input(was, path)))
            continue;
        snprintf(text, PLAN_DIFFERENCE,
                 "the input '%.300s' has changed (comments and blanks count, too)",
                 path);
        return true;
    }
    return false;
}

static bool tell_key(const json_t *was, const json_t *is, const char *key,
                     const char *what, char text[PLAN_DIFFERENCE])
{
    const json_t *before = json_object_get(was, key), *now = json_object_get(is, key);
    return !is_same(before, now) && tell(what, before, now, text);
}

static bool tell_fingerprint(const json_t *was, const json_t *is,
                             char text[PLAN_DIFFERENCE])
{
    if (is_same(json_object_get(was, "fingerprint"),
                json_object_get(is, "fingerprint")))
        return false;
    snprintf(text, PLAN_DIFFERENCE,
             "the machine computes differently (its numeric fingerprint: other "
             "libraries or another processor)");
    return true;
}

void plan_difference(const json_t *was, const json_t *is, char text[PLAN_DIFFERENCE])
{
    if (tell_key(was, is, "version", "Tenure's version", text) ||
        tell_key(was, is, "kind", "the kind of study", text) ||
        tell_fingerprint(was, is, text) || tell_parameter(was, is, text) ||
        tell_design(was, is, text) || tell_input(was, is, text))
        return;
    const char *key = first_difference(was, is);
    tell(key ? key : "something", json_object_get(was, key), json_object_get(is, key),
         text);
}

/* "cd BEGAN && " where the names in the command are not from here, and `dir` as seen
 * from there. */
static const char *from_where_it_began(const struct study_plan *plan, const char **dir,
                                       struct arena *arena)
{
    const char *began = json_string_value(json_object_get(plan->root, "began_in"));
    char here[4096];
    if (!began || !getcwd(here, sizeof here) || strcmp(here, began) == 0)
        return "";
    if (**dir != '/')
        *dir = arena_printf(arena, "%s/%s", here, *dir);
    return arena_printf(arena, "cd %s && ", shell_word(arena, began));
}

const char *plan_command(const struct study_plan *plan, const char *dir,
                         const char *more, struct arena *arena)
{
    const json_t *words = json_object_get(plan->root, "command");
    const char *text =
        arena_printf(arena, "%stenure", from_where_it_began(plan, &dir, arena));
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        text = arena_printf(arena, "%s %s", text, shell_word(arena, word ? word : ""));
    }
    return arena_printf(arena, "%s -o %s%s%s", text, shell_word(arena, dir),
                        *more ? " " : "", more);
}
