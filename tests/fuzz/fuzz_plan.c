/* plan.json of a shard, with its digest made right, and a row behind it. */

#include "fuzz.h"
#include "output/manifest_parts.h"
#include "study/payload.h"

static void expect_row(const struct study_plan *plan, struct fuzz_bytes bytes)
{
    struct arena arena = {0};
    struct error err = {0};
    size_t n = payload_fields(plan);
    struct payload_field *fields = ARENA_ARRAY(&arena, n, struct payload_field);
    struct row row = {0, bytes.text, bytes.length, "rows"};
    if (payload_split(plan, &row, fields, &err)) {
        for (size_t i = 0; i < n; i++)
            (void)payload_unescape(&fields[i], &arena);
        for (size_t i = 0; i < plan->columns.n; i++)
            (void)payload_number(plan, fields, i);
    } else {
        fuzz_expect_error(&err);
    }
    arena_free(&arena);
}

static void expect_plan(const struct study_plan *plan)
{
    struct arena arena = {0};
    char text[PLAN_DIFFERENCE];
    size_t *position = ARENA_ARRAY(&arena, plan->n_axes, size_t);
    fuzz_expect(plan->n_points >= 1 && plan->baseline < plan->n_points);
    fuzz_expect(plan->unit >= 1 && plan_tasks(plan) <= PLAN_TASKS_MAX);
    for (size_t point = 0; point < plan->n_points; point += 1 + plan->n_points / 7) {
        plan_position(plan, point, position);
        for (size_t i = 0; i < plan->n_axes; i++)
            fuzz_expect(plan->axes[i].labels[position[i]] != NULL);
    }
    for (size_t i = 0; i < plan->n_stops; i++)
        fuzz_expect(plan->stops[i].column < plan->columns.n);
    plan_difference(plan_identity(plan), json_object_get(plan->root, "other"), text);
    (void)plan_command(plan, "out", "", &arena);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = fuzz_split(data, size);
    json_t *root = json_loadb(input.text.text, input.text.length, 0, NULL);
    json_t *study = json_object_get(root, "study");
    struct study_plan plan;
    struct error err = {0};
    char hex[SHA256_HEX];
    if (!json_is_object(study)) {
        json_decref(root);
        return 0;
    }
    manifest_digest(study, hex);
    json_object_set_new(root, "id", json_string(hex));
    if (plan_parse(&plan, root, "plan", &err)) {
        expect_plan(&plan);
        expect_row(&plan, input.rest);
        plan_free(&plan);
    } else {
        fuzz_expect_error(&err);
    }
    return 0;
}
