#include "cli/check_study.h"

#include <inttypes.h>

#include "cli/cli.h"
#include "study/plan.h"

/* The studies that a scenario may ask for, by the keys that it has. */
static const struct study_design *const asked[] = {&design_mc, &design_sweep,
                                                   &design_breakeven};

static bool is_asked(const struct study_design *design, const struct study_spec *spec)
{
    if (design == &design_breakeven)
        return spec->breakeven.given;
    if (design == &design_sweep)
        return spec->n_axes > 0;
    return spec->n_axes == 0 && spec->n_uncertain > 0;
}

static json_t *as_json(const struct study_plan *plan)
{
    return json_pack("{s:s, s:I, s:I, s:I}", "command", plan->design->kind, "points",
                     (json_int_t)plan->n_points, "replications",
                     (json_int_t)plan->replications, "uncertain",
                     (json_int_t)plan->n_uncertain);
}

static bool check_one(const struct scenario *scenario,
                      const struct study_design *design, json_t *list,
                      struct error *err)
{
    struct study_setup setup;
    struct study_plan plan;
    setup_begin(&setup, design, scenario->file, TENURE_VERSION);
    bool ok = plan_make(&plan, &setup, NULL, 0, err);
    setup_free(&setup);
    if (!ok)
        return false;
    json_array_append_new(list, as_json(&plan));
    plan_free(&plan);
    return true;
}

json_t *check_studies(const struct scenario *scenario, struct error *err)
{
    const struct study_spec *spec = scenario_study(scenario->file);
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        if (!is_asked(asked[i], spec) || check_one(scenario, asked[i], list, err))
            continue;
        json_decref(list);
        return NULL;
    }
    return list;
}

static int64_t number(const json_t *study, const char *key)
{
    return json_integer_value(json_object_get(study, key));
}

void check_studies_print(const json_t *list, FILE *out)
{
    size_t i;
    const json_t *study;
    json_array_foreach(list, i, study)
    {
        int64_t points = number(study, "points"), inputs = number(study, "uncertain");
        char each[64] = "", of[64] = "", text[256];
        if (points > 1)
            snprintf(each, sizeof each, "%" PRId64 " points, each with ", points);
        if (inputs > 0)
            snprintf(of, sizeof of, " of %" PRId64 " uncertain input%s", inputs,
                     inputs == 1 ? "" : "s");
        snprintf(text, sizeof text, "%s: %s%" PRId64 " replications%s",
                 json_string_value(json_object_get(study, "command")), each,
                 number(study, "replications"), of);
        fputs("  study           ", out);
        cli_wrap(text, 18, 18, 80, out);
    }
}
