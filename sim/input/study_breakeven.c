/* `breakeven`: two quantities varied, and two designs between which to decide. */

#include <math.h>

#include "input/study_parts.h"

struct breakeven_input {
    const char *metric;
};

const struct param breakeven_params[] = {
    {PARAM_WORD(struct breakeven_input, "metric", metric, "total.npv_usd",
                "SCOPE.METRIC; the boundary is where the designs have the same mean")},
    PARAMS_END,
};

/* One path with ascending numbers. */
static bool read_numbers(struct study_reader *reader, const struct node *map,
                         const char *owner, struct axis *axis, struct error *err)
{
    if (!study_want(map, NODE_MAP, owner,
                    "{pools.burst.price: 1..5 step 0.5 USD/GPU-h}", err))
        return false;
    if (map->n != 1)
        return error_at(err, map->place, "%s: one path is wanted, and there are %zu",
                        owner, map->n);
    if (!study_read_axis(reader, &map->keys[0], &map->items[0], owner, axis, err))
        return false;
    struct place place = map->items[0].place;
    if (axis->n < 2)
        return error_at(err, place, "%s: at least two values are wanted", owner);
    for (size_t i = 0; i < axis->n; i++) {
        if (isnan(axis->values[i].number))
            return error_at(err, place,
                            "%s: '%s' is not a number in the unit of the first value",
                            owner, axis->values[i].label);
        if (i > 0 && axis->values[i].number <= axis->values[i - 1].number)
            return error_at(err, place, "%s: '%s' is not above the value before it",
                            owner, axis->values[i].label);
    }
    return true;
}

static const struct node *need(const struct node *map, const char *key,
                               struct error *err)
{
    const struct node *value = study_given(map, key);
    if (!value)
        error_at(err, map->place,
                 "breakeven: missing key '%s', as in {x: {pools.burst.price: 1..5 step "
                 "0.5 USD/GPU-h}, between: {own: {pools.own.gpus: 512}, rent: "
                 "{pools.own.gpus: 0}}}",
                 key);
    return value;
}

bool study_read_breakeven(struct study_reader *reader, const struct node *map,
                          struct error *err)
{
    static const char *const also[] = {"x", "y", "between", NULL};
    struct breakeven_spec *to = &reader->spec->breakeven;
    struct breakeven_input in = {0};
    struct params_context context = {
        .arena = reader->arena, .path = "breakeven", .also = also};
    const struct node *x, *between;
    if (!study_want(map, NODE_MAP, "breakeven", "{x: ..., y: ..., between: ...}",
                    err) ||
        !params_read(breakeven_params, &in, map, &context, err) ||
        !(x = need(map, "x", err)) || !(between = need(map, "between", err)) ||
        !read_numbers(reader, x, "breakeven.x", &to->x, err))
        return false;
    const struct node *y = study_given(map, "y"), *metric = node_get(map, "metric");
    if (y && !read_numbers(reader, y, "breakeven.y", &to->y, err))
        return false;
    /* An axis is the whole of what is known of a quantity; a design that set an
     * uncertain one would take the other's uncertainty away, too. */
    reader->sets = false;
    if (!study_read_designs(reader, between, "breakeven.between", &to->between, err))
        return false;
    if (to->between.n != 2)
        return error_at(err, between->place,
                        "breakeven.between: two designs are wanted, and there are %zu",
                        to->between.n);
    if (to->between.values[0].n == 0 && to->between.values[1].n == 0)
        return error_at(
            err, between->place,
            "breakeven.between: both designs are the scenario as it stands");
    to->given = true;
    to->place = map->place;
    to->metric = in.metric;
    to->metric_place = metric ? metric->place : map->place;
    return study_check_metric(in.metric, to->metric_place, "breakeven.metric", err);
}
