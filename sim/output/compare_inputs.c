/* What two runs were given that is not the same. */

#include <stdlib.h>
#include <string.h>

#include "output/compare.h"

static void add_input(struct compare *compare, const char *name, const char *a,
                      const char *b, bool is_file)
{
    compare->inputs[compare->n_inputs++] =
        (struct compare_input){name, {a, b}, is_file};
}

/* A label, and nothing that a run depends on. */
static bool is_label(const char *name)
{
    return strcmp(name, "name") == 0;
}

static void find_params(struct compare *compare)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    for (size_t i = 0; i < a->n_params; i++) {
        const char *value = saved_run_param(b, a->params[i].name);
        if (!is_label(a->params[i].name) &&
            (!value || strcmp(value, a->params[i].value) != 0))
            add_input(compare, a->params[i].name, a->params[i].value, value, false);
    }
    for (size_t i = 0; i < b->n_params; i++)
        if (!is_label(b->params[i].name) && !saved_run_param(a, b->params[i].name))
            add_input(compare, b->params[i].name, NULL, b->params[i].value, false);
}

/* The first input is the scenario itself, whose parameters are compared one by one.
 * Files are told apart by what is in them, wherever they lie. */
static bool has_digest(const struct saved_run *run, const char *digest)
{
    for (size_t i = 1; i < run->n_inputs; i++)
        if (strcmp(run->inputs[i].value, digest) == 0)
            return true;
    return false;
}

static void find_files(struct compare *compare)
{
    for (int side = 0; side < 2; side++) {
        const struct saved_run *run = compare->runs[side],
                               *other = compare->runs[!side];
        for (size_t i = 1; i < run->n_inputs; i++) {
            const char *digest = run->inputs[i].value;
            if (!has_digest(other, digest))
                add_input(compare, run->inputs[i].name, side ? NULL : digest,
                          side ? digest : NULL, true);
        }
    }
}

/* "[jurisdiction, isolation]" word by word; the position moves on. */
static bool next_word(const char **at, const char **word, size_t *length)
{
    static const char between[] = "[], \"'";
    *at += strspn(*at, between);
    *word = *at;
    *length = strcspn(*at, between);
    *at += *length;
    return *length > 0;
}

static bool has_word(const char *list, const char *word, size_t length)
{
    const char *other;
    size_t n;
    while (next_word(&list, &other, &n))
        if (n == length && strncmp(other, word, n) == 0)
            return true;
    return false;
}

/* The words of a list that another has not; NULL where there are none. */
static const char *words_beyond(const char *list, const char *other,
                                struct arena *arena)
{
    const char *word, *found = NULL;
    size_t length;
    while (next_word(&list, &word, &length))
        if (!has_word(other, word, length))
            found = arena_printf(arena, "%s%s%.*s", found ? found : "",
                                 found ? ", " : "", (int)length, word);
    return found;
}

static bool same_frame(const struct compare *compare)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    return a->seed == b->seed && a->replication == b->replication &&
           a->start_unix_ms == b->start_unix_ms && a->end_unix_ms == b->end_unix_ms;
}

static void find_relaxed(struct compare *compare)
{
    const struct compare_input *only = compare->inputs;
    if (compare->n_inputs != 1 || strcmp(only->name, "dispatch.relax") != 0 ||
        !same_frame(compare))
        return;
    const char *a = only->value[0] ? only->value[0] : "";
    const char *b = only->value[1] ? only->value[1] : "";
    const char *beyond[2] = {words_beyond(a, b, &compare->arena),
                             words_beyond(b, a, &compare->arena)};
    if (!beyond[0] == !beyond[1])
        return;
    compare->constrained = beyond[0] ? 1 : 0;
    compare->relaxed = beyond[0] ? beyond[0] : beyond[1];
}

void compare_find_inputs(struct compare *compare)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    size_t most = a->n_params + b->n_params + a->n_inputs + b->n_inputs;
    compare->inputs = ARENA_ARRAY(&compare->arena, most + 1, struct compare_input);
    find_params(compare);
    find_files(compare);
    find_relaxed(compare);
}
