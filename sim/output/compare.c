#include "output/compare.h"

#include <string.h>

static bool refuse(const struct compare *compare, const char *what, const char *a,
                   const char *b, struct error *err)
{
    return error_set(err, "%s is %s %s and %s %s: the two cannot be compared",
                     compare->runs[0]->dir, what, a, compare->runs[1]->dir, b);
}

static bool comparable(const struct compare *compare, struct error *err)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    const char *in_a = saved_run_param(a, "currency");
    const char *in_b = saved_run_param(b, "currency");
    char formats[2][32];
    snprintf(formats[0], sizeof formats[0], "%lld", (long long)a->format);
    snprintf(formats[1], sizeof formats[1], "%lld", (long long)b->format);
    if (a->format != b->format)
        return refuse(compare, "of format", formats[0], formats[1], err);
    if (!in_a)
        in_a = "USD";
    if (!in_b)
        in_b = "USD";
    return strcmp(in_a, in_b) == 0 || refuse(compare, "in", in_a, in_b, err);
}

/* The lines of A in their order; those of B alone come after the last of their scope,
 * and new scopes at the end. */
static void add_row(struct compare *compare, const struct saved_metric *a,
                    const struct saved_metric *b)
{
    const struct saved_metric *any = a ? a : b;
    compare->rows[compare->n_rows++] =
        (struct compare_row){any->scope, any->metric, any->unit, {a, b}};
}

static void add_rest(struct compare *compare, const char *scope)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    for (size_t i = 0; i < b->metric_keys.n; i++)
        if (strcmp(b->metrics[i].scope, scope) == 0 &&
            !saved_run_metric(a, scope, b->metrics[i].metric))
            add_row(compare, NULL, &b->metrics[i]);
}

static void pair_metrics(struct compare *compare)
{
    const struct saved_run *a = compare->runs[0], *b = compare->runs[1];
    size_t n = a->metric_keys.n, m = b->metric_keys.n;
    struct names scopes = {.arena = &compare->arena};
    compare->rows = ARENA_ARRAY(&compare->arena, n + m + 1, struct compare_row);
    for (size_t i = 0; i < n; i++) {
        const struct saved_metric *line = &a->metrics[i];
        (void)names_add(&scopes, line->scope, strlen(line->scope));
        add_row(compare, line, saved_run_metric(b, line->scope, line->metric));
        if (i + 1 == n || strcmp(line->scope, a->metrics[i + 1].scope) != 0)
            add_rest(compare, line->scope);
    }
    for (size_t i = 0; i < m; i++)
        if (names_find(&scopes, b->metrics[i].scope, strlen(b->metrics[i].scope)) ==
            NAMES_NONE)
            add_row(compare, NULL, &b->metrics[i]);
}

bool compare_make(struct compare *compare, const struct saved_run runs[2],
                  struct error *err)
{
    *compare = (struct compare){.runs = {&runs[0], &runs[1]}};
    if (!comparable(compare, err) || !compare_read_jobs(compare, err)) {
        compare_free(compare);
        return false;
    }
    pair_metrics(compare);
    compare_find_inputs(compare);
    compare_say(compare);
    return true;
}

void compare_free(struct compare *compare)
{
    arena_free(&compare->arena);
    *compare = (struct compare){0};
}
