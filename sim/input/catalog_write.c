/* Figures of the catalogue as texts. */

#include <string.h>

#include "base/decimal.h"
#include "input/catalog.h"

static const struct param *figure_of(const char *key)
{
    for (const struct param *param = catalog_figures; param->name; param++)
        if (strcmp(param->name, key) == 0)
            return param;
    return NULL;
}

static const char *speed_text(const struct gpu_class *class, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < class->n_speeds; i++) {
        char ratio[DECIMAL_TEXT];
        decimal_write_double(ratio, class->speeds[i].ratio);
        if (class->n_speeds == 1 && !class->speeds[i].workload)
            return arena_strdup(arena, ratio);
        const char *workload = class->speeds[i].workload;
        text = arena_printf(arena, "%s%s%s: %s", text, i ? ", " : "",
                            workload ? workload : "default", ratio);
    }
    return arena_printf(arena, "{%s}", text);
}

const char *gpu_class_text(const struct gpu_class *class, const char *key,
                           struct arena *arena)
{
    if (strcmp(key, "speed") == 0)
        return speed_text(class, arena);
    const struct param *param = figure_of(key);
    const char *text = params_text(param, class, arena);
    if (param->type == PARAM_DATE)
        return arena_printf(arena, "%.10s", text);
    return text;
}

const char *provenance_text(const struct provenance *provenance, struct arena *arena)
{
    if (!provenance->note)
        return provenance->source;
    return arena_printf(arena, "%s (%s)", provenance->source, provenance->note);
}
