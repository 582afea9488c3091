/* `tenure trace generate` of a scenario whose demand is levels alone. */

#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/trace_cmd.h"
#include "world/level_source.h"

/* The numbers of a source's series in the trace that is written. */
static bool name_series(struct level_trace *out, const struct level_spec *spec,
                        uint32_t *numbers, struct error *err)
{
    const struct level_trace *trace = spec->trace;
    for (size_t s = 0; s < (trace ? trace->n_series : 1); s++) {
        const char *workload = spec->workload, *classes = spec->kind.classes;
        const char *jurisdiction = spec->kind.jurisdiction;
        size_t before = out->n_series;
        if (trace) {
            const struct level_series *series = &trace->series[s];
            workload = series->workload == NAMES_NONE
                           ? workload
                           : trace->names.text[series->workload];
            classes = series->classes ? series->classes : classes;
            jurisdiction = series->jurisdiction ? series->jurisdiction : jurisdiction;
        }
        numbers[s] = level_trace_series(out, workload, classes, jurisdiction);
        if (out->n_series == before)
            return error_set(err,
                             "%s: another level has the same workload, classes and "
                             "jurisdiction, by which a level trace tells them apart; "
                             "give it a `workload` of its own",
                             spec->label);
    }
    return true;
}

static bool draw(const struct scenario *scenario, const struct level_spec *spec,
                 uint64_t replication, struct level_trace *out, struct error *err)
{
    struct arena arena = {0};
    struct level_source source;
    level_source_begin(&source, scenario, spec, replication, &arena);
    uint32_t *numbers = ARENA_ARRAY(&arena, source.n + 1, uint32_t);
    int64_t *gpus = ARENA_ARRAY(&arena, source.n + 1, int64_t), next_ms;
    bool ok = name_series(out, spec, numbers, err);
    for (int64_t at_ms = 0; ok && at_ms < scenario->horizon_ms && !interrupted;
         at_ms = next_ms) {
        next_ms = level_source_move(&source, at_ms);
        for (uint32_t s = 0; s < source.n && ok; s++) {
            int64_t wanted = level_source_wants(&source, s, at_ms);
            if (at_ms > 0 && wanted == gpus[s])
                continue;
            gpus[s] = wanted;
            if (wanted > LEVEL_GPUS_MAX) {
                ok =
                    error_set(err, "%s: %" PRId64 " GPUs; a level trace has at most %d",
                              spec->label, wanted, LEVEL_GPUS_MAX);
                break;
            }
            struct level_row row = {scenario->start_unix_ms + at_ms,
                                    (int64_t)out->n + 1, (int32_t)wanted, numbers[s]};
            level_trace_add(out, &row);
        }
    }
    arena_free(&arena);
    return ok;
}

bool trace_generate_level(const struct scenario *scenario, uint64_t replication,
                          const char *path, struct error *err)
{
    struct level_trace out;
    bool ok = true;
    level_trace_begin(&out, scenario->path, true);
    for (size_t i = 0; i < scenario->n_levels && ok; i++)
        ok = draw(scenario, &scenario->levels[i], replication, &out, err);
    if (ok && interrupted)
        ok = error_kind_set(err, ERROR_INTERRUPTED, "interrupted");
    ok = ok && level_trace_finish(&out, err) && level_trace_write(&out, path, err);
    if (ok)
        fprintf(stderr, "%zu level%s written\n", out.n, out.n == 1 ? "" : "s");
    level_trace_free(&out);
    return ok;
}
