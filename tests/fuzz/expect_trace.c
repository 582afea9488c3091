/* A trace that is written and read again is the same trace. */

#include "fuzz.h"
#include "input/any_trace.h"
#include "input/trace_notes.h"
#include "input/trace_stats.h"

static const char *name_of(const struct names *names, uint32_t name)
{
    return name == NAMES_NONE ? "" : names->text[name];
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static void expect_same_kind(const struct trace *a, const struct job_kind *of_a,
                             const struct trace *b, const struct job_kind *of_b)
{
    fuzz_expect(same_text(name_of(&a->names, of_a->workload),
                          name_of(&b->names, of_b->workload)));
    fuzz_expect(
        same_text(name_of(&a->names, of_a->tenant), name_of(&b->names, of_b->tenant)));
    fuzz_expect(same_text(of_a->pools, of_b->pools));
    fuzz_expect(same_text(of_a->classes, of_b->classes));
    fuzz_expect(same_text(of_a->jurisdiction, of_b->jurisdiction));
    fuzz_expect(same_text(of_a->not_providers, of_b->not_providers));
    fuzz_expect(of_a->memory_mb == of_b->memory_mb);
    fuzz_expect(of_a->isolation == of_b->isolation);
    fuzz_expect(of_a->preemptible == of_b->preemptible);
    fuzz_expect(of_a->checkpoint_interval_ms == of_b->checkpoint_interval_ms);
    fuzz_expect(of_a->checkpoint_cost_ms == of_b->checkpoint_cost_ms);
    fuzz_expect(of_a->restart_ms == of_b->restart_ms);
}

static struct job_times times_of(const struct trace *trace, size_t i)
{
    struct job_times none = {INT64_MAX, INT64_MAX, INT64_MAX};
    return trace->times ? trace->times[i] : none;
}

static void expect_same_jobs(const struct trace *a, const struct trace *b)
{
    fuzz_expect(a->gpu_ms == b->gpu_ms && a->gpus_max == b->gpus_max);
    for (size_t i = 0; i < a->n; i++) {
        const struct job *x = &a->jobs[i], *y = &b->jobs[i];
        struct job_times of_x = times_of(a, i), of_y = times_of(b, i);
        char id_x[16], id_y[16];
        fuzz_expect(x->submit_ms == y->submit_ms && x->duration_ms == y->duration_ms);
        fuzz_expect(x->limit_ms == y->limit_ms && x->gpus == y->gpus);
        fuzz_expect(x->priority == y->priority);
        fuzz_expect(of_x.deadline_ms == of_y.deadline_ms);
        fuzz_expect(of_x.patience_ms == of_y.patience_ms);
        fuzz_expect(of_x.started_ms == of_y.started_ms);
        expect_same_kind(a, &a->kinds[x->kind], b, &b->kinds[y->kind]);
        /* Where rows had no ids they are numbered in order of the file. */
        if (a->has_ids)
            fuzz_expect(same_text(trace_job_id(a, x, id_x), trace_job_id(b, y, id_y)));
    }
}

static void expect_same_levels(const struct level_trace *a, const struct level_trace *b)
{
    for (size_t i = 0; i < a->n; i++) {
        const struct level_row *x = &a->rows[i], *y = &b->rows[i];
        const struct level_series *of_x = &a->series[x->series],
                                  *of_y = &b->series[y->series];
        fuzz_expect(x->time_ms == y->time_ms && x->gpus == y->gpus);
        fuzz_expect(same_text(name_of(&a->names, of_x->workload),
                              name_of(&b->names, of_y->workload)));
        fuzz_expect(same_text(of_x->classes, of_y->classes));
        fuzz_expect(same_text(of_x->jurisdiction, of_y->jurisdiction));
    }
    struct level_totals of_a = level_trace_totals(a), of_b = level_trace_totals(b);
    fuzz_expect(of_a.peak_gpus == of_b.peak_gpus && of_a.gpu_ms == of_b.gpu_ms);
}

static const char *model_of(const struct request_trace *trace,
                            const struct request *row)
{
    return row->model ? trace->models.text[row->model - 1] : "";
}

static void expect_same_requests(const struct request_trace *a,
                                 const struct request_trace *b)
{
    fuzz_expect(a->prompt_tokens == b->prompt_tokens);
    fuzz_expect(a->output_tokens == b->output_tokens);
    for (size_t i = 0; i < a->n; i++) {
        const struct request *x = &a->requests[i], *y = &b->requests[i];
        fuzz_expect(x->time_ms == y->time_ms);
        fuzz_expect(x->prompt_tokens == y->prompt_tokens);
        fuzz_expect(x->output_tokens == y->output_tokens);
        fuzz_expect(same_text(model_of(a, x), model_of(b, y)));
    }
}

static void expect_same_prices(const struct price_trace *a, const struct price_trace *b)
{
    fuzz_expect(price_trace_series(a) == price_trace_series(b));
    for (size_t i = 0; i < a->n; i++) {
        const struct price_row *x = &a->rows[i], *y = &b->rows[i];
        fuzz_expect(x->at_unix_ms == y->at_unix_ms);
        fuzz_expect(x->nano_usd_per_gpu_h == y->nano_usd_per_gpu_h);
        const uint32_t of_x[] = {x->class, x->tenure, x->region, x->term};
        const uint32_t of_y[] = {y->class, y->tenure, y->region, y->term};
        for (size_t k = 0; k < 4; k++)
            fuzz_expect(
                same_text(name_of(&a->names, of_x[k]), name_of(&b->names, of_y[k])));
    }
}

static void expect_same(const struct import_result *a, const struct import_result *b)
{
    fuzz_expect(a->kind == b->kind);
    fuzz_expect(any_trace_rows(a) == any_trace_rows(b));
    fuzz_expect(any_trace_rows(a) == 0 || any_trace_dated(a) == any_trace_dated(b));
    fuzz_expect(any_trace_was_sorted(b));
    switch (a->kind) {
    case IMPORT_JOBS: expect_same_jobs(&a->jobs, &b->jobs); break;
    case IMPORT_LEVEL: expect_same_levels(&a->level, &b->level); break;
    case IMPORT_REQUESTS: expect_same_requests(&a->requests, &b->requests); break;
    case IMPORT_PRICES: expect_same_prices(&a->prices, &b->prices); break;
    }
}

static void expect_checks(const struct import_result *trace)
{
    switch (trace->kind) {
    case IMPORT_JOBS: trace_check(&trace->jobs); break;
    case IMPORT_LEVEL: level_trace_check(&trace->level); break;
    case IMPORT_REQUESTS: request_trace_check(&trace->requests); break;
    case IMPORT_PRICES: break;
    }
}

static void expect_described(const struct import_result *trace)
{
    struct trace_notes notes = {0};
    trace_notes_take(&notes, trace);
    for (size_t i = 0; i < notes.n; i++)
        fuzz_expect_text(notes.note[i].text);
    struct trace_stats stats;
    trace_stats_take(&stats, trace);
    trace_stats_free(&stats);
}

void fuzz_expect_trace(const struct import_result *trace)
{
    expect_checks(trace);
    expect_described(trace);
    struct import_result again, level = *trace;
    struct error err = {0};
    level.capacity = false; /* it is written for people then, and not read again */
    bool ok = import_result_write(&level, fuzz_path("trace.csv"), &err) &&
              any_trace_read(&again, fuzz_path("trace.csv"), &err);
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    fuzz_expect(ok);
    expect_checks(&again);
    expect_same(trace, &again);
    import_result_free(&again);
}
