#include "input/study_spec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "input/study_parts.h"

const char *const sampling_names[] = {
    [SAMPLING_PLAIN] = "plain",
    [SAMPLING_ANTITHETIC] = "antithetic",
    [SAMPLING_LHS] = "lhs",
    [SAMPLING_SOBOL] = "sobol",
    NULL,
};

bool study_want(const struct node *node, enum node_kind kind, const char *path,
                const char *example, struct error *err)
{
    static const char *const names[] = {
        [NODE_SCALAR] = "one value", [NODE_LIST] = "a list", [NODE_MAP] = "a map"};
    if (node->kind == kind && !node_is_null(node))
        return true;
    return error_at(err, node->place, "%s: %s is wanted, as in %s", path, names[kind],
                    example);
}

/* Control characters would break the tables that the text stands in. */
static bool has_control(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    for (; *byte; byte++)
        if (*byte < 0x20 || *byte == 0x7f || (byte[0] == 0xc2 && byte[1] < 0xa0))
            return true;
    return false;
}

bool study_check_label(const char *text, struct place place, const char *what,
                       struct error *err)
{
    if (*text == '\0')
        return error_at(err, place, "%s: the text is empty", what);
    if (strlen(text) >= UNCERTAIN_TEXT_MAX)
        return error_at(
            err, place,
            "%s: a text of %zu bytes; at most %d can be written into a table", what,
            strlen(text), UNCERTAIN_TEXT_MAX - 1);
    if (has_control(text))
        return error_at(err, place,
                        "%s: '%.100s' holds a line end, tab or other control character",
                        what, text);
    return true;
}

const char *study_label(const struct node *value, struct arena *arena)
{
    if (value->kind == NODE_SCALAR && !node_is_null(value))
        return arena_strdup(arena, value->text);
    return node_write(value, arena);
}

/* What a study itself rests on. */
static bool is_fixed(const char *canonical)
{
    static const char *const keys[] = {"uncertain", "correlation", "sweep", "study",
                                       "breakeven", "seed",        NULL};
    for (size_t i = 0; keys[i]; i++)
        if (study_paths_meet(canonical, keys[i]))
            return true;
    return false;
}

const char *study_check_path(struct study_reader *reader, const struct node *key,
                             const char *owner, struct error *err)
{
    struct error inner;
    const char *path = key->text;
    if (strlen(path) > STUDY_PATH_MAX || has_control(path)) {
        error_at(err, key->place, "%s: '%.60s' is not a path, such as 'pools.own.gpus'",
                 owner, path);
        return NULL;
    }
    const char *canonical = node_path(reader->root, path, reader->arena, &inner);
    if (!canonical) {
        error_at(err, key->place, "%s.%s: %s", owner, path, inner.text);
        return NULL;
    }
    if (is_fixed(canonical)) {
        error_at(err, key->place, "%s.%s: a study cannot vary this%s", owner, path,
                 strcmp(canonical, "seed") == 0
                     ? "; each replication has random streams of its own as it is"
                     : "");
        return NULL;
    }
    return canonical;
}

bool study_paths_meet(const char *canonical, const char *other)
{
    while (*canonical && *canonical == *other) {
        canonical++;
        other++;
    }
    return (*canonical == '\0' && (*other == '\0' || *other == '.')) ||
           (*other == '\0' && *canonical == '.');
}

bool study_take_path(struct study_reader *reader, const struct node *key,
                     const char *owner, bool shared, struct error *err)
{
    const char *canonical = study_check_path(reader, key, owner, err);
    if (!canonical)
        return false;
    for (size_t i = 0; i < reader->n_paths; i++) {
        const struct study_path *other = &reader->paths[i];
        if (shared && other->shared) {
            if (strcmp(canonical, other->canonical) == 0)
                return true;
            continue;
        }
        if (reader->sets && i < reader->spec->n_uncertain &&
            strcmp(canonical, other->canonical) == 0)
            reader->spec->breakeven.sets |= UINT64_C(1) << i;
        else if (study_paths_meet(canonical, other->canonical))
            return error_at(err, key->place,
                            "%s.%s: %s has '%s' already, which is the same value or "
                            "lies within; say it in one place",
                            owner, key->text, other->owner, other->text);
    }
    if (reader->n_paths == STUDY_PATHS_MAX)
        return error_at(err, key->place, "%s: more than %d different paths", owner,
                        STUDY_PATHS_MAX);
    reader->paths[reader->n_paths++] = (struct study_path){
        arena_strdup(reader->arena, key->text), canonical, owner, shared};
    return true;
}

const struct node *study_given(const struct node *root, const char *key)
{
    const struct node *node = node_get(root, key);
    return node && !node_is_null(node) ? node : NULL;
}

static bool read_parts(struct study_reader *reader, struct error *err)
{
    const struct node *root = reader->root;
    const struct node *uncertain = study_given(root, "uncertain"),
                      *correlation = study_given(root, "correlation"),
                      *sweep = study_given(root, "sweep"),
                      *breakeven = study_given(root, "breakeven"),
                      *study = study_given(root, "study");
    if (uncertain && !study_read_uncertain(reader, uncertain, err))
        return false;
    if (correlation && !study_read_correlation(reader, correlation, err))
        return false;
    size_t n_uncertain = reader->n_paths;
    if (sweep && !study_read_sweep(reader, sweep, err))
        return false;
    /* Studies of another kind, which may vary what a sweep varies. */
    reader->n_paths = n_uncertain;
    reader->sets = true;
    if (breakeven && !study_read_breakeven(reader, breakeven, err))
        return false;
    return study_read_settings(reader, study, err) &&
           (!study || study_read_baseline(reader, study_given(study, "baseline"), err));
}

bool study_spec_read(const struct node *root, const char *scenario_path,
                     struct arena *arena, struct study_spec *spec, struct error *err)
{
    *spec = (struct study_spec){0};
    struct study_reader reader = {
        .root = root, .scenario_path = scenario_path, .arena = arena, .spec = spec};
    reader.paths = calloc(STUDY_PATHS_MAX, sizeof *reader.paths);
    if (!reader.paths)
        out_of_memory();
    bool ok = read_parts(&reader, err);
    free(reader.paths);
    return ok;
}

size_t study_points(const struct study_spec *spec)
{
    size_t points = 1;
    for (size_t i = 0; i < spec->n_axes; i++)
        points *= spec->axes[i].n;
    return points;
}

void study_point(const struct study_spec *spec, size_t point, size_t position[])
{
    assert(point < study_points(spec));
    for (size_t i = spec->n_axes; i-- > 0;) {
        position[i] = point % spec->axes[i].n;
        point /= spec->axes[i].n;
    }
}

int64_t study_batch(const struct study_spec *spec)
{
    enum { FEWEST = 8, BATCHES = 16 };
    if (spec->sampling == SAMPLING_PLAIN)
        return 1;
    if (spec->sampling == SAMPLING_ANTITHETIC)
        return 2;
    if (spec->batch > 0)
        return spec->batch;
    int64_t batch = spec->replications / BATCHES;
    batch = batch < FEWEST ? FEWEST : batch;
    while (spec->sampling == SAMPLING_SOBOL && (batch & (batch - 1)) != 0)
        batch &= batch - 1;
    return batch;
}
