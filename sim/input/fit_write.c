#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "input/trace_fit.h"
#include "input/whole_file.h"

/* Seven significant digits: more than any estimate has, so nothing is lost. */
static void number(FILE *out, double value)
{
    fprintf(out, "%.7g", value);
}

static bool is_time(const char *key)
{
    return strcmp(key, "weibull_shape") != 0 && strcmp(key, "tail_exponent") != 0 &&
           strcmp(key, "long_share") != 0;
}

static void line(FILE *out, const char *key, double value, const char *unit,
                 double error)
{
    char text[64];
    snprintf(text, sizeof text, "%s: %.7g%s", key, value, unit);
    if (error > 0)
        fprintf(out, "      %-34s # +- %.3g%s\n", text, error, unit);
    else
        fprintf(out, "      %s\n", text);
}

static void list(FILE *out, const char *key, const struct fit_value values[], int n)
{
    double worst = 0;
    for (int i = 0; i < n; i++)
        if (values[i].value > 0)
            worst = fmax(worst, values[i].error / values[i].value);
    fprintf(out, "      # +- %.2g %% or less each:\n      %s: [", 100 * worst, key);
    for (int i = 0; i < n; i++)
        fprintf(out, "%s%.4g",
                i == 0       ? ""
                : i % 8 == 0 ? ",\n        "
                             : ", ",
                values[i].value);
    fprintf(out, "]\n");
}

static void sizes(FILE *out, const char *key, const struct fit_sizes *sizes)
{
    if (sizes->n == 0)
        return;
    double worst = 0;
    for (size_t i = 0; i < sizes->n; i++)
        worst = fmax(worst, sizes->error[i]);
    fprintf(out, "      # +- %.2g or less each:\n      %s: {", worst, key);
    for (size_t i = 0; i < sizes->n; i++)
        fprintf(out, "%s%.0f: %.5g",
                i == 0       ? ""
                : i % 4 == 0 ? ",\n        "
                             : ", ",
                sizes->gpus[i], sizes->share[i]);
    fprintf(out, "}\n");
}

static void write_burstiness(FILE *out, const struct fit_source *source)
{
    const struct fit_rhythm *rhythm = &source->rhythm;
    const struct fit_states *states = &source->states;
    fprintf(out, "      name: %s\n", states->n > 0 ? "mmpp" : "gamma");
    if (states->n > 0) {
        list(out, "rates", states->rate_per_d, (int)states->n);
        list(out, "stays", states->stay_h, (int)states->n);
        if (states->n > 2)
            list(out, "visits", states->visits, (int)states->n);
        return;
    }
    line(out, "rate", rhythm->rate_per_d.value, " /d", rhythm->rate_per_d.error);
    double cv = fmin(fmax(rhythm->cv.value, 0.05), 50);
    line(out, "cv", cv, "", rhythm->cv.error);
}

static void write_rhythm(FILE *out, const struct fit_rhythm *rhythm)
{
    if (rhythm->has_hours)
        list(out, "hours", rhythm->hour, 24);
    if (rhythm->has_days)
        list(out, "days", rhythm->day, 7);
    if (rhythm->has_growth)
        line(out, "growth", 100 * rhythm->growth_frac_per_y.value, " %/y",
             100 * rhythm->growth_frac_per_y.error);
}

static void write_durations(FILE *out, const struct fit_source *source)
{
    fprintf(out, "      service: %s\n", job_service_names[source->chosen]);
    if (source->chosen == SERVICE_EMPIRICAL) {
        fprintf(out, "      quantiles: {");
        for (size_t i = 0; i < source->n_quantiles; i++) {
            fprintf(out, "%s%.4g: ",
                    i == 0       ? ""
                    : i % 3 == 0 ? ",\n        "
                                 : ", ",
                    source->quantile_at[i]);
            number(out, source->quantile_s[i]);
        }
        fprintf(out, "}\n");
    } else {
        const struct fit_law *law = &source->laws[source->chosen];
        for (size_t i = 0; fit_law_keys[source->chosen][i]; i++) {
            const char *key = fit_law_keys[source->chosen][i];
            bool share = strcmp(key, "long_share") == 0;
            double scale = share ? 100 : 1;
            line(out, key, scale * law->value[i].value,
                 share          ? " %"
                 : is_time(key) ? "s"
                                : "",
                 scale * law->value[i].error);
        }
    }
    line(out, "longest", source->longest_s, "s", 0);
    if (source->size_exponent.error > 0)
        line(out, "size_exponent", source->size_exponent.value, "",
             source->size_exponent.error);
}

/* A workload is any text without control characters; here it stands in quotes. */
static void quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', out);
        fputc(*text, out);
    }
    fputc('\'', out);
}

static void write_fit_of(FILE *out, const struct fit_source *source)
{
    const struct fit_rhythm *rhythm = &source->rhythm;
    fprintf(out, "# %zu jobs, %.1f GPU-h.\n", source->jobs, source->gpu_h);
    fprintf(out, "# Arrivals: ");
    if (rhythm->dispersion > 0)
        fprintf(
            out,
            "daily counts scatter %.3g times as much as Poisson about the\n# rhythm; ",
            rhythm->dispersion);
    fprintf(out, "gaps differ from the Gamma law by %.3g (Kolmogorov).\n",
            rhythm->distance);
    if (rhythm->cv.value < 0.05)
        fprintf(out,
                "# They are more regular than the model can be: cv is its least.\n");
    double explained = rhythm->cv.value * rhythm->cv.value;
    if (source->states.n == 0 && rhythm->dispersion > 2 * fmax(1, explained))
        fprintf(
            out,
            "# Such gaps explain a scatter of %.3g only: bursts that last longer are\n"
            "# missing here; see `--arrivals mmpp`, or `bootstrap` of a source.\n",
            explained);
    fprintf(out,
            "# Durations, by law: BIC less the least one, and Kolmogorov's distance\n");
    double least = INFINITY;
    for (int i = 0; i < SERVICE_EMPIRICAL; i++)
        if (source->laws[i].possible)
            least = fmin(least, source->laws[i].bic);
    for (int i = 0; i < SERVICE_EMPIRICAL; i++)
        if (source->laws[i].possible)
            fprintf(out, "#   %-12s %12.1f  %.4f\n", job_service_names[i],
                    source->laws[i].bic - least, source->laws[i].distance);
    fprintf(out,
            "# 5 %% of samples of a true law would lie farther off than %.4f.\n"
            "# GPU-hours of a job: %.3f times those of the trace.\n",
            1.358 / sqrt((double)source->jobs), source->work_ratio);
    if (fabs(source->work_ratio - 1) > 0.1)
        fprintf(out,
                "# That is far off: this demand is not the trace's in GPU-hours.\n");
}

static void write_source(FILE *out, const struct fit_source *source)
{
    write_fit_of(out, source);
    if (source->workload) {
        fprintf(out, "  - workload: ");
        quoted(out, source->workload);
        fprintf(out, "\n    model:\n");
    } else {
        fprintf(out, "  - model:\n");
    }
    write_burstiness(out, source);
    write_rhythm(out, &source->rhythm);
    sizes(out, "sizes", &source->sizes);
    sizes(out, "long_sizes", &source->long_sizes);
    write_durations(out, source);
}

/* A path in a comment, without what would end it. */
static void commented(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' || *text == 127 ? '?' : *text, out);
}

static bool write_all(const void *self, const char *path, struct error *err)
{
    const struct trace_fit *fit = self;
    FILE *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (!out)
        return error_errno(err, path);
    fprintf(out, "# Fitted by `tenure trace fit` to ");
    commented(out, fit->path);
    fprintf(out, ", %.1f days.\n# After +-: one standard error.\n", fit->span_d);
    if (!fit->absolute)
        fprintf(out, "# The trace has no dates: its first hour is hour 0 of a Monday "
                     "here.\n");
    if (fit->left_out > 0)
        fprintf(out, "# Left out: %zu jobs of workloads with fewer than %d.\n",
                fit->left_out, FIT_JOBS_MIN);
    fprintf(out, "demand:\n");
    for (size_t i = 0; i < fit->n; i++)
        write_source(out, &fit->sources[i]);
    bool ok = !ferror(out);
    ok = (out == stdout ? fflush(out) : fclose(out)) == 0 && ok;
    return ok || error_errno(err, path);
}

bool trace_fit_write(const struct trace_fit *fit, const char *path, struct error *err)
{
    return whole_file_write(path, write_all, fit, err);
}

/* ---- for machines ---- */

static json_t *json_value(struct fit_value value)
{
    return json_pack("{s:f, s:f}", "value", value.value, "error", value.error);
}

static json_t *json_values(const struct fit_value values[], size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_value(values[i]));
    return list;
}

static json_t *json_sizes(const struct fit_sizes *sizes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizes->n; i++)
        json_array_append_new(
            list, json_pack("{s:I, s:f, s:f}", "gpus", (json_int_t)sizes->gpus[i],
                            "share", sizes->share[i], "error", sizes->error[i]));
    return list;
}

static json_t *json_law(const struct fit_law *law)
{
    json_t *values = json_object();
    for (size_t i = 0; fit_law_keys[law->service][i]; i++) {
        const char *key = fit_law_keys[law->service][i];
        char name[48];
        snprintf(name, sizeof name, "%s%s", key, is_time(key) ? "_s" : "");
        json_object_set_new(values, name, json_value(law->value[i]));
    }
    return json_pack("{s:s, s:f, s:f, s:o}", "service", job_service_names[law->service],
                     "bic", law->bic, "distance", law->distance, "values", values);
}

static json_t *json_source(const struct fit_source *source)
{
    const struct fit_rhythm *rhythm = &source->rhythm;
    json_t *laws = json_array();
    for (int i = 0; i < SERVICE_EMPIRICAL; i++)
        if (source->laws[i].possible)
            json_array_append_new(laws, json_law(&source->laws[i]));
    json_t *root = json_pack(
        "{s:s?, s:I, s:f, s:o, s:o, s:f, s:f, s:s, s:f, s:f, s:o, s:o, s:o, s:o}",
        "workload", source->workload, "jobs", (json_int_t)source->jobs, "gpu_h",
        source->gpu_h, "rate_per_d", json_value(rhythm->rate_per_d), "cv",
        json_value(rhythm->cv), "dispersion", rhythm->dispersion, "gap_distance",
        rhythm->distance, "service", job_service_names[source->chosen], "longest_s",
        source->longest_s, "work_ratio", source->work_ratio, "size_exponent",
        json_value(source->size_exponent), "sizes", json_sizes(&source->sizes),
        "long_sizes", json_sizes(&source->long_sizes), "laws", laws);
    if (!root)
        return NULL;
    if (source->states.n > 0) {
        json_object_set_new(root, "state_rates_per_d",
                            json_values(source->states.rate_per_d, source->states.n));
        json_object_set_new(root, "state_stays_h",
                            json_values(source->states.stay_h, source->states.n));
        json_object_set_new(root, "state_visits",
                            json_values(source->states.visits, source->states.n));
    }
    if (rhythm->has_hours)
        json_object_set_new(root, "hours", json_values(rhythm->hour, 24));
    if (rhythm->has_days)
        json_object_set_new(root, "days", json_values(rhythm->day, 7));
    if (rhythm->has_growth)
        json_object_set_new(root, "growth_frac_per_y",
                            json_value(rhythm->growth_frac_per_y));
    return root;
}

bool trace_fit_write_json(const struct trace_fit *fit, struct error *err)
{
    json_t *sources = json_array();
    for (size_t i = 0; i < fit->n; i++) {
        json_t *source = json_source(&fit->sources[i]);
        if (!source || json_array_append_new(sources, source) != 0) {
            json_decref(sources);
            return error_set(err, "a workload's name is not valid UTF-8");
        }
    }
    json_t *root = json_pack("{s:s, s:f, s:b, s:I, s:o}", "path", fit->path, "span_d",
                             fit->span_d, "dated", fit->absolute, "left_out",
                             (json_int_t)fit->left_out, "sources", sources);
    if (!root)
        return error_set(err, "the path is not valid UTF-8");
    bool ok = json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(root);
    return ok || error_errno(err, "standard output");
}
