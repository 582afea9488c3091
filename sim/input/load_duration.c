#include "input/load_duration.h"

#include <assert.h>
#include <stdlib.h>

#include "base/csv_out.h"
#include "input/whole_file.h"

/* What a sweep leaves: stretches of constant load, of whatever order. */
struct sweep {
    struct load_step *stretches;
    size_t n, room;
    int64_t gpus, since_ms;
};

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n ? n : 1, size);
    if (!memory)
        out_of_memory();
    return memory;
}

static void sweep_begin(struct sweep *sweep, size_t changes, int64_t from_ms)
{
    *sweep = (struct sweep){.room = changes, .since_ms = from_ms};
    sweep->stretches = allocate(changes, sizeof *sweep->stretches);
}

/* The load stands until now and changes then. */
static void sweep_change(struct sweep *sweep, int64_t now_ms, int64_t by_gpus)
{
    if (now_ms > sweep->since_ms) {
        assert(sweep->n < sweep->room && sweep->gpus >= 0);
        sweep->stretches[sweep->n++] =
            (struct load_step){.gpus = sweep->gpus, .ms = now_ms - sweep->since_ms};
    }
    sweep->since_ms = now_ms;
    sweep->gpus += by_gpus;
}

static int compare_gpus(const void *a, const void *b)
{
    const struct load_step *x = a, *y = b;
    return (x->gpus > y->gpus) - (x->gpus < y->gpus);
}

/* Equal loads become one step; the array goes to `load`. */
static void sweep_end(struct sweep *sweep, struct load_duration *load)
{
    load->to_ms = sweep->since_ms;
    load->steps = sweep->stretches;
    qsort(load->steps, sweep->n, sizeof *load->steps, compare_gpus);
    for (size_t i = 0; i < sweep->n; i++) {
        const struct load_step step = load->steps[i];
        load->gpu_ms += (int128)step.gpus * step.ms;
        if (load->n > 0 && load->steps[load->n - 1].gpus == step.gpus)
            load->steps[load->n - 1].ms += step.ms;
        else
            load->steps[load->n++] = step;
    }
    int64_t above_ms = 0;
    for (size_t i = load->n; i-- > 0;) {
        above_ms += load->steps[i].ms;
        load->steps[i].at_least_ms = above_ms;
    }
    load->peak_gpus = load->n ? load->steps[load->n - 1].gpus : 0;
}

struct end {
    int64_t at_ms;
    int32_t gpus;
};

static int compare_ends(const void *a, const void *b)
{
    const struct end *x = a, *y = b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static struct end *sorted_ends(const struct trace *trace)
{
    struct end *ends = allocate(trace->n, sizeof *ends);
    for (size_t i = 0; i < trace->n; i++) {
        const struct job *job = &trace->jobs[i];
        ends[i] = (struct end){job->submit_ms + job->duration_ms, job->gpus};
    }
    qsort(ends, trace->n, sizeof *ends, compare_ends);
    return ends;
}

void load_duration_of_jobs(const struct trace *trace, struct load_duration *load)
{
    *load = (struct load_duration){0};
    if (trace->n == 0)
        return;
    struct end *ends = sorted_ends(trace);
    struct sweep sweep;
    load->from_ms = trace->jobs[0].submit_ms;
    sweep_begin(&sweep, 2 * trace->n, load->from_ms);
    for (size_t i = 0, ended = 0; ended < trace->n;) {
        bool ends_next = i == trace->n || ends[ended].at_ms <= trace->jobs[i].submit_ms;
        if (ends_next) {
            sweep_change(&sweep, ends[ended].at_ms, -ends[ended].gpus);
            ended++;
        } else {
            sweep_change(&sweep, trace->jobs[i].submit_ms, trace->jobs[i].gpus);
            i++;
        }
    }
    free(ends);
    sweep_end(&sweep, load);
}

void load_duration_of_level(const struct level_trace *trace, struct load_duration *load)
{
    *load = (struct load_duration){0};
    if (trace->n == 0)
        return;
    int32_t *wanted = allocate(trace->n_series, sizeof *wanted);
    struct sweep sweep;
    load->from_ms = trace->rows[0].time_ms;
    sweep_begin(&sweep, trace->n, load->from_ms);
    for (size_t i = 0; i < trace->n; i++) {
        const struct level_row *row = &trace->rows[i];
        sweep_change(&sweep, row->time_ms, row->gpus - wanted[row->series]);
        wanted[row->series] = row->gpus;
    }
    free(wanted);
    sweep_end(&sweep, load);
}

void load_duration_free(struct load_duration *load)
{
    free(load->steps);
    *load = (struct load_duration){0};
}

int64_t load_exceeded(const struct load_duration *load, int per_mille)
{
    assert(per_mille >= 0 && per_mille <= 1000);
    int128 allowed = (int128)(load->to_ms - load->from_ms) * per_mille;
    size_t low = 0,
           high = load->n; /* the first step whose next holds up to `allowed` */
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        bool enough = (int128)load->steps[middle].at_least_ms * 1000 <= allowed;
        if (enough)
            high = middle;
        else
            low = middle;
    }
    return load->n ? load->steps[low].gpus : 0;
}

double load_mean_gpus(const struct load_duration *load)
{
    int64_t span_ms = load->to_ms - load->from_ms;
    return span_ms > 0 ? (double)load->gpu_ms / (double)span_ms : 0;
}

static bool write_steps(const void *self, const char *path, struct error *err)
{
    const struct load_duration *load = self;
    struct csv_out *out = csv_create(path, err);
    if (!out)
        return false;
    csv_text(out, "gpus");
    csv_text(out, "h_at_or_above");
    csv_text(out, "frac_at_or_above");
    csv_end_row(out);
    for (size_t i = 0; i < load->n; i++) {
        const struct load_step *step = &load->steps[i];
        csv_int(out, step->gpus);
        csv_gpu_h(out, step->at_least_ms);
        csv_real(out, (double)step->at_least_ms / (double)(load->to_ms - load->from_ms),
                 9);
        csv_end_row(out);
    }
    return csv_close(out, NULL, err);
}

bool load_duration_write(const struct load_duration *load, const char *path,
                         struct error *err)
{
    return whole_file_write(path, write_steps, load, err);
}
