#include "input/trace_fit.h"

#include <assert.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/model.h"
#include "input/trace_fit_parts.h"

#define SIZES_MAX 64

static double duration_s(const struct job *job)
{
    return (double)job->duration_ms / 1000;
}

/* The slope of ln duration over ln GPUs, by least squares; 0 unless it is more than
 * three times its error away from it. */
static struct fit_value size_exponent(const struct fit_jobs *jobs)
{
    double n = (double)jobs->n, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (size_t i = 0; i < jobs->n; i++) {
        double x = log(fit_job(jobs, i)->gpus), y = log(duration_s(fit_job(jobs, i)));
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
        syy += y * y;
    }
    double vx = sxx - sx * sx / n, cxy = sxy - sx * sy / n, vy = syy - sy * sy / n;
    if (vx <= 1e-9 * n)
        return (struct fit_value){0, 0};
    double slope = cxy / vx, rest = fmax(0, vy - slope * cxy);
    double error = sqrt(rest / (n - 2) / vx);
    bool clear = fabs(slope) > 3 * error && fabs(slope) <= 3;
    return clear ? (struct fit_value){slope, error} : (struct fit_value){0, 0};
}

/* Weights of each number of GPUs; beyond SIZES_MAX different ones, the rarest go to
 * their nearest neighbour below (the largest kept are the heaviest). */
struct counting {
    double gpus, weight;
};

static int by_gpus(const void *a, const void *b)
{
    const struct counting *left = a, *right = b;
    return (left->gpus > right->gpus) - (left->gpus < right->gpus);
}

static size_t merge_equal(struct counting counts[], size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && counts[kept - 1].gpus == counts[i].gpus)
            counts[kept - 1].weight += counts[i].weight;
        else
            counts[kept++] = counts[i];
    }
    return kept;
}

static void drop_rarest(struct counting counts[], size_t *n)
{
    size_t rarest = 1;
    for (size_t i = 1; i < *n; i++)
        if (counts[i].weight < counts[rarest].weight)
            rarest = i;
    counts[rarest - 1].weight += counts[rarest].weight;
    memmove(&counts[rarest], &counts[rarest + 1], (*n - rarest - 1) * sizeof counts[0]);
    (*n)--;
}

/* `mix` NULL: all jobs; else those that are long, or not long, by their share. */
static void fit_sizes(const struct fit_jobs *jobs, const struct fit_theta *mix,
                      bool longs, struct fit_sizes *sizes)
{
    struct counting *counts = ARENA_ARRAY(jobs->arena, jobs->n, struct counting);
    double total = 0;
    for (size_t i = 0; i < jobs->n; i++) {
        const struct job *job = fit_job(jobs, i);
        double share = mix ? fit_long_share(mix, log(duration_s(job))) : 0;
        counts[i] = (struct counting){job->gpus, longs ? share : 1 - share};
        total += counts[i].weight;
    }
    qsort(counts, jobs->n, sizeof counts[0], by_gpus);
    size_t n = merge_equal(counts, jobs->n);
    while (n > SIZES_MAX)
        drop_rarest(counts, &n);
    sizes->gpus = ARENA_ARRAY(jobs->arena, n, double);
    sizes->share = ARENA_ARRAY(jobs->arena, n, double);
    sizes->error = ARENA_ARRAY(jobs->arena, n, double);
    for (size_t i = 0; i < n; i++) {
        double p = counts[i].weight / total;
        if (p * total < 1e-3)
            continue; /* nobody's, as good as */
        sizes->gpus[sizes->n] = counts[i].gpus;
        sizes->share[sizes->n] = p;
        sizes->error[sizes->n++] = sqrt(p * (1 - p) / total);
    }
}

static void fit_quantiles(const double sorted_s[], size_t n, struct fit_source *source)
{
    static const double tails[] = {0.001, 0.005, 0.01, 0.02, 0.05};
    double at[64];
    size_t k = 0;
    at[k++] = 0;
    for (size_t i = 0; i < 5; i++)
        at[k++] = tails[i];
    for (int i = 2; i < 19; i++)
        at[k++] = i * 0.05;
    for (size_t i = 5; i-- > 0;)
        at[k++] = 1 - tails[i];
    at[k++] = 1;
    for (size_t i = 0; i < k; i++) {
        double position = at[i] * (double)(n - 1);
        size_t low = (size_t)position, high = low + 1 < n ? low + 1 : low;
        source->quantile_at[i] = at[i];
        source->quantile_s[i] =
            sorted_s[low] + (position - (double)low) * (sorted_s[high] - sorted_s[low]);
    }
    source->n_quantiles = k;
}

/* ---- what the fitted model demands ---- */

static int64_t ms(double s)
{
    return llround(fmin(fmax(1000 * s, 1), 3.2e12));
}

static struct table table_of(const struct fit_sizes *sizes)
{
    return (struct table){.x = sizes->gpus, .y = sizes->share, .n = sizes->n};
}

static struct job_shape shape_of(const struct fit_source *source)
{
    struct job_shape shape = {
        .service = source->chosen,
        .longest_ms = ms(source->longest_s),
        .size_exponent = source->size_exponent.value,
        .sizes = table_of(&source->sizes),
    };
    if (source->chosen == SERVICE_EMPIRICAL) {
        shape.quantiles = (struct table){.x = (double *)(uintptr_t)source->quantile_at,
                                         .y = (double *)(uintptr_t)source->quantile_s,
                                         .n = source->n_quantiles};
        return shape;
    }
    const struct fit_value *value = source->laws[source->chosen].value;
    switch (source->chosen) {
    case SERVICE_WEIBULL:
        shape.mean_ms = ms(value[0].value);
        shape.weibull_shape = value[1].value;
        break;
    case SERVICE_PARETO:
        shape.tail_from_ms = ms(value[2].value);
        shape.tail_exponent = value[3].value;
        shape.median_ms = ms(value[0].value);
        shape.mean_ms = ms(value[1].value);
        break;
    case SERVICE_MIX:
        shape.long_share_frac = value[2].value;
        shape.long_median_ms = ms(value[3].value);
        shape.long_mean_ms = ms(value[4].value);
        shape.long_sizes = table_of(&source->long_sizes);
        shape.median_ms = ms(value[0].value);
        shape.mean_ms = ms(value[1].value);
        break;
    case SERVICE_LOGNORMAL:
        shape.median_ms = ms(value[0].value);
        shape.mean_ms = ms(value[1].value);
        break;
    case SERVICE_EXPONENTIAL:
    case SERVICE_CONSTANT:
    case SERVICE_EMPIRICAL: shape.mean_ms = ms(value[0].value); break;
    }
    return shape;
}

/* GPU-h per job: over sizes exactly, over the uniform of the duration by midpoints. */
static double mean_gpu_h(const struct job_shape *shape)
{
    enum { POINTS = 4096 };
    double sum = 0;
    for (int component = 0; component < 2; component++) {
        double share = shape->service != SERVICE_MIX ? 1 - component
                       : component                   ? 1 - shape->long_share_frac
                                                     : shape->long_share_frac;
        bool longs = shape->service == SERVICE_MIX && component == 0;
        const struct table *sizes = longs ? &shape->long_sizes : &shape->sizes;
        /* Below the share of long jobs, or above it. */
        double first = longs ? shape->long_share_frac / 2 : 1 - 1e-12;
        for (size_t k = 0; share > 0 && k < sizes->n; k++) {
            double part_ms = 0;
            for (int i = 0; i < POINTS; i++) {
                double uniform[JOB_SHAPE_DRAWS] = {first, 0.5, (i + 0.5) / POINTS};
                part_ms += (double)job_shape_duration_ms(shape, (int64_t)sizes->x[k],
                                                         uniform) /
                           POINTS;
            }
            sum += share * sizes->y[k] * sizes->x[k] * part_ms / (double)MS_PER_H;
        }
    }
    return sum;
}

/* ---- one source ---- */

static void fit_durations(const struct fit_jobs *jobs,
                          const struct fit_options *options, struct fit_source *source)
{
    double *raw_s = ARENA_ARRAY(jobs->arena, jobs->n, double);
    double *plain = ARENA_ARRAY(jobs->arena, jobs->n, double);
    double *level = ARENA_ARRAY(jobs->arena, jobs->n, double);
    struct fit_value exponent = size_exponent(jobs);
    for (size_t i = 0; i < jobs->n; i++) {
        const struct job *job = fit_job(jobs, i);
        raw_s[i] = duration_s(job);
        plain[i] = log(raw_s[i]);
        level[i] = plain[i] - exponent.value * log(job->gpus);
    }
    gsl_sort(raw_s, 1, jobs->n);
    gsl_sort(plain, 1, jobs->n);
    gsl_sort(level, 1, jobs->n);
    source->longest_s = raw_s[jobs->n - 1];
    double *level_s = ARENA_ARRAY(jobs->arena, jobs->n, double);
    for (size_t i = 0; i < jobs->n; i++)
        level_s[i] = exp(level[i]);
    fit_quantiles(level_s, jobs->n, source);

    struct fit_sample plain_sample = fit_sample(plain, jobs->n, jobs->arena);
    struct fit_sample level_sample = fit_sample(level, jobs->n, jobs->arena);
    struct fit_theta mix = {.n = 0};
    int best = -1;
    for (int service = 0; service < SERVICE_EMPIRICAL; service++) {
        /* Where long jobs have sizes of their own, these explain what size does. */
        bool is_mix = service == SERVICE_MIX;
        const struct fit_sample *sample = is_mix ? &plain_sample : &level_sample;
        struct fit_theta theta;
        source->laws[service] = (struct fit_law){.service = (enum job_service)service};
        if (!fit_maximize((enum job_service)service, sample, &theta))
            continue;
        fit_law(&theta, sample, is_mix ? plain : level, jobs->n,
                &source->laws[service]);
        if (is_mix)
            mix = theta;
        if (!source->laws[service].possible)
            continue;
        /* The slope is a parameter of those that have one. */
        if (!is_mix && exponent.error > 0)
            source->laws[service].bic += log((double)jobs->n);
        if (best < 0 || source->laws[service].bic < source->laws[best].bic)
            best = service;
    }
    assert(best >= 0); /* the exponential always is */
    source->chosen =
        (enum job_service)(options->service >= 0 ? options->service : best);
    bool mixed = source->chosen == SERVICE_MIX && mix.n > 0;
    source->size_exponent = mixed ? (struct fit_value){0, 0} : exponent;
    fit_sizes(jobs, mixed ? &mix : NULL, false, &source->sizes);
    if (mixed)
        fit_sizes(jobs, &mix, true, &source->long_sizes);
}

static bool fit_source(const struct fit_jobs *jobs, const struct fit_options *options,
                       struct fit_source *source, struct error *err)
{
    source->jobs = jobs->n;
    if (jobs->n < FIT_JOBS_MIN)
        return error_set(err, "%s: %zu jobs are too few to fit; at least %d are wanted",
                         jobs->trace->path, jobs->n, FIT_JOBS_MIN);
    if (fit_job(jobs, 0)->submit_ms == fit_job(jobs, jobs->n - 1)->submit_ms)
        return error_set(err,
                         "%s: all jobs are submitted at one instant; there is no "
                         "rate to fit",
                         jobs->trace->path);
    double gpu_ms = 0;
    for (size_t i = 0; i < jobs->n; i++)
        gpu_ms +=
            (double)fit_job(jobs, i)->gpus * (double)fit_job(jobs, i)->duration_ms;
    source->gpu_h = gpu_ms / (double)MS_PER_H;
    struct fit_hours hours;
    fit_rhythm(jobs, &source->rhythm, &hours);
    if (options->mmpp)
        fit_states(&hours, options->states, jobs->arena, &source->states);
    fit_durations(jobs, options, source);
    if (source->chosen != SERVICE_EMPIRICAL && !source->laws[source->chosen].possible)
        return error_set(err, "%s: no %s law fits these durations", jobs->trace->path,
                         job_service_names[source->chosen]);
    struct job_shape shape = shape_of(source);
    source->work_ratio = mean_gpu_h(&shape) / (source->gpu_h / (double)jobs->n);
    return true;
}

/* ---- all sources ---- */

/* The group of each job: its workload where that has enough jobs, else n_names. */
static size_t group(const struct trace *trace, const struct fit_options *options,
                    uint32_t *group_of_name)
{
    size_t *jobs = calloc(trace->names.n + 1, sizeof *jobs), groups = 0;
    if (!jobs)
        out_of_memory();
    for (size_t i = 0; i < trace->n; i++) {
        uint32_t name = trace->kinds[trace->jobs[i].kind].workload;
        jobs[name == NAMES_NONE ? trace->names.n : name]++;
    }
    for (size_t name = 0; name <= trace->names.n; name++) {
        bool own =
            !options->together && name < trace->names.n && jobs[name] >= FIT_JOBS_MIN;
        group_of_name[name] = own ? (uint32_t)groups++ : UINT32_MAX;
    }
    free(jobs);
    return groups;
}

static bool fit_all(const struct trace *trace, const struct fit_options *options,
                    struct trace_fit *fit, struct error *err)
{
    size_t n_names = trace->names.n;
    uint32_t *group_of_name = ARENA_ARRAY(&fit->arena, n_names + 1, uint32_t);
    size_t groups = group(trace, options, group_of_name);
    fit->sources = ARENA_ARRAY(&fit->arena, groups + 1, struct fit_source);
    uint32_t *rows = ARENA_ARRAY(&fit->arena, trace->n, uint32_t);
    for (size_t g = 0; g <= groups; g++) {
        struct fit_jobs jobs = {.trace = trace,
                                .rows = rows,
                                .begin_ms = trace->jobs[0].submit_ms,
                                .end_ms = trace->jobs[trace->n - 1].submit_ms + 1,
                                .arena = &fit->arena};
        struct fit_source *source = &fit->sources[fit->n];
        for (size_t i = 0; i < trace->n; i++) {
            uint32_t name = trace->kinds[trace->jobs[i].kind].workload;
            uint32_t mine = group_of_name[name == NAMES_NONE ? n_names : name];
            if (mine != (g < groups ? g : UINT32_MAX))
                continue;
            rows[jobs.n++] = (uint32_t)i;
            if (g < groups)
                source->workload = trace->names.text[name];
        }
        if (jobs.n == 0)
            continue;
        if (g == groups && groups > 0 && jobs.n < FIT_JOBS_MIN) {
            fit->left_out = jobs.n;
            continue;
        }
        if (!fit_source(&jobs, options, source, err))
            return false;
        fit->n++;
    }
    return true;
}

bool trace_fit(const struct trace *trace, const struct fit_options *options,
               struct trace_fit *fit, struct error *err)
{
    *fit = (struct trace_fit){.path = trace->path, .absolute = trace->absolute};
    if (trace->n < FIT_JOBS_MIN)
        return error_set(err, "%s: %zu jobs are too few to fit; at least %d are wanted",
                         trace->path, trace->n, FIT_JOBS_MIN);
    fit->span_d =
        (double)(trace->jobs[trace->n - 1].submit_ms + 1 - trace->jobs[0].submit_ms) /
        (double)MS_PER_D;
    return fit_all(trace, options, fit, err);
}

void trace_fit_free(struct trace_fit *fit)
{
    arena_free(&fit->arena);
    *fit = (struct trace_fit){.path = NULL};
}
