#include "study/design.h"

#include <string.h>

#include "output/manifest_parts.h"

const struct study_design *const study_designs[] = {
    &design_mc, &design_sweep, &design_sensitivity, &design_breakeven, NULL};

const struct study_design *design_find(const char *kind)
{
    for (const struct study_design *const *design = study_designs; *design; design++)
        if (strcmp((*design)->kind, kind) == 0)
            return *design;
    return NULL;
}

void setup_begin(struct study_setup *setup, const struct study_design *design,
                 const struct scenario_file *file, const char *version)
{
    *setup = (struct study_setup){
        .design = design,
        .file = file,
        .spec = *scenario_study(file),
        .params = manifest_value(json_object()),
        .version = version,
    };
}

void setup_free(struct study_setup *setup)
{
    json_decref(setup->params);
    arena_free(&setup->arena);
    *setup = (struct study_setup){0};
}

static bool prepare_mc(struct study_setup *setup, struct error *err)
{
    const struct study_spec *spec = &setup->spec;
    return spec->n_axes == 0 ||
           error_at(err, spec->axes[0].place,
                    "the scenario has a `sweep`, which is not for `tenure mc`; `tenure "
                    "sweep` runs its points");
}

const struct study_design design_mc = {
    .kind = "mc",
    .prepare = prepare_mc,
    .points = true,
};

static bool prepare_sweep(struct study_setup *setup, struct error *err)
{
    return setup->spec.n_axes > 0 ||
           error_set(err, "the scenario has no `sweep`, such as `sweep: "
                          "{pools.own.gpus: 0..512 step 64}`; without one it is a case "
                          "for `tenure mc`");
}

const struct study_design design_sweep = {
    .kind = "sweep",
    .prepare = prepare_sweep,
    .points = true,
};
