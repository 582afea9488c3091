#include <inttypes.h>

#include "base/calendar.h"
#include "cli/cli.h"
#include "cli/constraints.h"

void constraints_init(struct constraints *constraints, const struct scenario *scenario,
                      const struct arrivals *arrivals, struct arena *arena)
{
    *constraints = (struct constraints){.scenario = scenario};
    constraints->closed = ARENA_ARRAY(arena, arrivals->n + 1, uint64_t *);
    for (uint32_t s = 0; s < arrivals->n; s++) {
        const struct demand_spec *spec = arrivals->sources[s].spec;
        size_t kinds = spec->trace ? spec->trace->n_kinds : 1;
        uint64_t *masks = ARENA_ARRAY(arena, (kinds + 1) * CONSTRAINTS, uint64_t);
        constraints->closed[s] = masks;
        for (size_t k = 0; k < kinds; k++) {
            const struct job_kind *kind =
                spec->trace ? &spec->trace->kinds[k] : &spec->kind;
            for (int c = 0; c < CONSTRAINTS; c++)
                masks[k * CONSTRAINTS + (size_t)c] =
                    route_closes(scenario, spec, kind, (enum constraint)c);
        }
    }
    for (int c = 0; c < CONSTRAINTS; c++)
        constraints->of[c].least = UINT64_MAX;
}

void constraints_count(struct constraints *constraints, const struct arrivals *arrivals,
                       const struct arrival *arrival, const struct route *route,
                       double gpu_ms)
{
    const struct source *source = &arrivals->sources[arrival->source];
    size_t kind = (size_t)(arrival->kind - source->kinds);
    const uint64_t *closed = &constraints->closed[arrival->source][kind * CONSTRAINTS];
    for (int c = 0; c < CONSTRAINTS; c++) {
        struct constraint_tally *tally = &constraints->of[c];
        if (closed[c] == 0)
            continue;
        tally->jobs++;
        tally->gpu_ms += gpu_ms;
        tally->open |= ~closed[c];
        tally->least &= ~closed[c];
    }
    if (route->n > 0)
        return;
    if (constraints->shut_jobs++ == 0)
        constraints->shut_reason = route->closed_reason;
    constraints->shut_gpu_ms += gpu_ms;
}

static double hours(double gpu_ms)
{
    return gpu_ms / (double)MS_PER_H;
}

static const char *open_pools(const struct constraints *constraints, int c,
                              struct arena *arena)
{
    const struct scenario *scenario = constraints->scenario;
    const struct constraint_tally *tally = &constraints->of[c];
    const char *list = "";
    for (size_t p = 0; p < scenario->n_pools; p++)
        if (tally->open >> p & 1)
            list = arena_printf(arena, "%s%s%s%s", list, *list ? ", " : "",
                                scenario->pools[p].name,
                                tally->least >> p & 1 ? "" : " (to some)");
    return list;
}

void constraints_print(const struct constraints *constraints, FILE *out)
{
    struct arena arena = {0};
    for (int c = 0; c < CONSTRAINTS; c++) {
        const struct constraint_tally *tally = &constraints->of[c];
        if (tally->jobs == 0)
            continue;
        const char *pools = open_pools(constraints, c, &arena);
        bool relaxed = constraints->scenario->dispatch.relaxed >> c & 1;
        fprintf(out, "  %-14s  ", constraint_names[c]);
        cli_wrap(arena_printf(&arena, "restricts %" PRId64 " jobs, %.0f GPU-h%s; %s%s",
                              tally->jobs, hours(tally->gpu_ms),
                              relaxed ? ", but is relaxed" : "",
                              *pools ? "open to them: " : "it leaves no pool open",
                              pools),
                 18, 18, 80, out);
    }
    if (constraints->shut_jobs > 0) {
        fputs("  warning         ", out);
        cli_wrap(arena_printf(&arena,
                              "no pool is open to %" PRId64
                              " jobs, %.0f GPU-h, whatever "
                              "their size: %s",
                              constraints->shut_jobs, hours(constraints->shut_gpu_ms),
                              constraints->shut_reason),
                 18, 18, 80, out);
    }
    arena_free(&arena);
}

json_t *constraints_json(const struct constraints *constraints)
{
    const struct scenario *scenario = constraints->scenario;
    json_t *object = json_object();
    for (int c = 0; c < CONSTRAINTS; c++) {
        const struct constraint_tally *tally = &constraints->of[c];
        json_t *pools = json_array();
        if (tally->jobs == 0) {
            json_decref(pools);
            continue;
        }
        for (size_t p = 0; p < scenario->n_pools; p++)
            if (tally->open >> p & 1)
                json_array_append_new(pools, json_string(scenario->pools[p].name));
        json_object_set_new(
            object, constraint_names[c],
            json_pack("{s:I, s:f, s:o, s:b}", "jobs", (json_int_t)tally->jobs, "gpu_h",
                      hours(tally->gpu_ms), "open_pools", pools, "relaxed",
                      (int)(scenario->dispatch.relaxed >> c & 1)));
    }
    return object;
}
